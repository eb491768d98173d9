-- grain: ticker, date
-- Bars on the market's calendar (every date on which any name trades): bad prints masked, short gaps filled.
-- A close outside [1/4, 4] of the median of the five closes before it is a bad print until the median follows, that is
-- for at most three days: a price 10 or 100 times too small goes, a crash that stays is believed on the fourth day.
-- is_shift = 1 on the first good close outside [1/4, 4] of the good close before it: after a mask the price is on another level, by a
-- split that nobody adjusted or by a crash, and what happened across it is not known.
-- An open, high or low that cannot belong to a good close is NULL.
-- A day without a good close carries the last one for at most five trading days, is_fresh = 0; then the name pauses.
with calendar as (
    select
        days.date as date,
        row_number() over (order by days.date rows between unbounded preceding and current row) as day_idx
    from (
        select distinct date
        from bars
    ) as days
),
judged as (
    select
        bars.ticker as ticker,
        bars.date as date,
        bars.open as open,
        bars.high as high,
        bars.low as low,
        bars.close as close,
        bars.volume as volume,
        bars.sector as sector,
        median(bars.close) over before_today as usual_close,
        count(bars.close) over before_today as n_before
    from bars
    window before_today as (partition by bars.ticker order by bars.date rows between 5 preceding and 1 preceding)
),
good as (
    select
        judged.ticker as ticker,
        judged.date as date,
        case when judged.open between 0.25 * judged.close and 4 * judged.close then judged.open end as open,
        case when judged.high between judged.close and 4 * judged.close then judged.high end as high,
        case when judged.low between 0.25 * judged.close and judged.close then judged.low end as low,
        judged.close as close,
        judged.volume as volume,
        judged.sector as sector,
        calendar.day_idx as day_idx,
        case when judged.close not between 0.25 * lag(judged.close) over by_name and 4 * lag(judged.close) over by_name then 1 else 0 end as is_shift,
        lead(calendar.day_idx) over by_name as next_idx
    from judged
    inner join calendar
        on judged.date = calendar.date
    where judged.close > 0
        and (judged.n_before < 3 or judged.close between 0.25 * judged.usual_close and 4 * judged.usual_close)
    window by_name as (partition by judged.ticker order by judged.date rows between 1 preceding and 1 following)
),
gaps as (
    select
        good.ticker as ticker,
        good.close as close,
        good.sector as sector,
        good.day_idx as day_idx,
        good.next_idx as next_idx
    from good
    where good.next_idx is null
        or good.day_idx + 1 < good.next_idx
),
carried as (
    select
        gaps.ticker as ticker,
        calendar.date as date,
        gaps.close as close,
        gaps.sector as sector,
        calendar.day_idx as day_idx
    from gaps
    cross join (values (1), (2), (3), (4), (5)) as step (n)
    inner join calendar
        on gaps.day_idx + step.n = calendar.day_idx
    where gaps.next_idx is null
        or gaps.day_idx + step.n < gaps.next_idx
)
select
    good.ticker as ticker,
    good.date as date,
    good.day_idx as day_idx,
    good.sector as sector,
    good.open as open,
    good.high as high,
    good.low as low,
    good.close as close,
    good.volume as volume,
    1 as is_fresh,
    good.is_shift as is_shift
from good
union all
select
    carried.ticker as ticker,
    carried.date as date,
    carried.day_idx as day_idx,
    carried.sector as sector,
    cast(null as double) as open,
    cast(null as double) as high,
    cast(null as double) as low,
    carried.close as close,
    cast(null as double) as volume,
    0 as is_fresh,
    0 as is_shift
from carried
