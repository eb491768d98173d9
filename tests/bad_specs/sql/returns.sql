-- grain: entity, as_of
select
    ticker as entity,
    date as as_of
from prices
