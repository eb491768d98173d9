-- grain: entity, as_of
select
    entity,
    as_of
from returns
