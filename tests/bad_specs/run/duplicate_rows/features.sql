-- grain: entity, as_of
select
    bars.ticker as entity,
    date '2018-01-02' as as_of,
    date '2018-01-03' as known_on,
    bars.close as target,
    bars.close as x
from bars
