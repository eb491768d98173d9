-- grain: entity, as_of
select
    bars.ticker as entity
    bars.date as as_of
from bars
