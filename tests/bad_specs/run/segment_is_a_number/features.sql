-- grain: entity, as_of
select
    bars.ticker as entity,
    bars.date + interval '1 day' as as_of,
    lead(bars.date) over by_name as known_on,
    lead(bars.close) over by_name / bars.close - 1 as target,
    bars.close / lag(bars.close) over by_name - 1 as x,
    bars.volume as volume,
    bars.close as price
from bars
window by_name as (partition by bars.ticker order by bars.date)
