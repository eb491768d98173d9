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
        cast(row_number() over by_date as bigint) as day_idx,
        lead(days.date, 1) over by_date as date_1,
        lead(days.date, 2) over by_date as date_2,
        lead(days.date, 3) over by_date as date_3,
        lead(days.date, 4) over by_date as date_4,
        lead(days.date, 5) over by_date as date_5
    from (
        select distinct bars.date as date
        from bars
    ) as days
    window by_date as (order by days.date)
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
        ts_prior_median(bars.close, 5, 3) over (partition by bars.ticker order by bars.date) as usual_close
    from bars
),
good as (
    select
        judged.ticker as ticker,
        judged.sector as sector,
        case when judged.open between 0.25 * judged.close and 4 * judged.close then judged.open end as open,
        case when judged.high between judged.close and 4 * judged.close then judged.high end as high,
        case when judged.low between 0.25 * judged.close and judged.close then judged.low end as low,
        judged.close as close,
        judged.volume as volume,
        judged.date as date,
        calendar.date_1 as date_1,
        calendar.date_2 as date_2,
        calendar.date_3 as date_3,
        calendar.date_4 as date_4,
        calendar.date_5 as date_5,
        calendar.day_idx as day_idx,
        case when judged.close / ts_lag(judged.close, 1) over by_name not between 0.25 and 4 then 1 else 0 end as is_shift,
        coalesce(least(lead(calendar.day_idx) over by_name - calendar.day_idx - 1, 5), 5) as n_carried
    from calendar
    inner join judged
        on calendar.date = judged.date
    where judged.close > 0
        and (judged.usual_close is null or judged.close between 0.25 * judged.usual_close and 4 * judged.usual_close)
    window by_name as (partition by judged.ticker order by judged.date)
),
-- A good close, and the days on which it is carried: n_carried and the days since.
steps (n_carried, n_since) as (
    values
        (0, 0),
        (1, 0), (1, 1),
        (2, 0), (2, 1), (2, 2),
        (3, 0), (3, 1), (3, 2), (3, 3),
        (4, 0), (4, 1), (4, 2), (4, 3), (4, 4),
        (5, 0), (5, 1), (5, 2), (5, 3), (5, 4), (5, 5)
),
stepped as (
    select
        good.ticker as ticker,
        case steps.n_since
            when 0 then good.date
            when 1 then good.date_1
            when 2 then good.date_2
            when 3 then good.date_3
            when 4 then good.date_4
            when 5 then good.date_5
        end as date,
        good.day_idx + steps.n_since as day_idx,
        good.sector as sector,
        good.open as open,
        good.high as high,
        good.low as low,
        good.close as close,
        good.volume as volume,
        good.is_shift as is_shift,
        case when steps.n_since = 0 then 1 else 0 end as is_fresh
    from good
    inner join steps
        on good.n_carried = steps.n_carried
)
select
    stepped.ticker as ticker,
    stepped.date as date,
    stepped.day_idx as day_idx,
    stepped.sector as sector,
    case when stepped.is_fresh = 1 then stepped.open end as open,
    case when stepped.is_fresh = 1 then stepped.high end as high,
    case when stepped.is_fresh = 1 then stepped.low end as low,
    stepped.close as close,
    case when stepped.is_fresh = 1 then stepped.volume end as volume,
    stepped.is_fresh as is_fresh,
    case when stepped.is_fresh = 1 then stepped.is_shift else 0 end as is_shift
from stepped
where stepped.date is not null
order by ticker, date
