-- grain: entity, as_of
-- The 22 features of ../shared/bench/walkforward_peers.py and its target: next day's return where it is finite and below 100 % either way.
-- That script drops the rows of other targets, which needs tomorrow's price to know today's rows; here they stay and have no target.
-- known_on is a day late so that, with tests from the 2nd, windows hold the very rows of that script, which dates a row by its own day.
with returns as (
    select
        ticker,
        date,
        open,
        high,
        low,
        close,
        cast(volume as double) as volume,
        close / lag(close, 1) over (partition by ticker order by date rows between 1 preceding and current row) - 1 as r1
    from prices
),
rolled as (
    select
        ticker,
        date,
        ts_mean(close, 5) over by_ticker / close as ma5,
        ts_std(r1, 5) over by_ticker as sd5,
        ts_max(high, 5) over by_ticker / close as hi5,
        ts_min(low, 5) over by_ticker / close as lo5,
        volume / (ts_mean(volume, 5) over by_ticker + 1) as vr5,
        ts_mean(close, 10) over by_ticker / close as ma10,
        ts_std(r1, 10) over by_ticker as sd10,
        ts_max(high, 10) over by_ticker / close as hi10,
        ts_min(low, 10) over by_ticker / close as lo10,
        volume / (ts_mean(volume, 10) over by_ticker + 1) as vr10,
        ts_mean(close, 20) over by_ticker / close as ma20,
        ts_std(r1, 20) over by_ticker as sd20,
        ts_max(high, 20) over by_ticker / close as hi20,
        ts_min(low, 20) over by_ticker / close as lo20,
        volume / (ts_mean(volume, 20) over by_ticker + 1) as vr20,
        ts_mean(close, 60) over by_ticker / close as ma60,
        ts_std(r1, 60) over by_ticker as sd60,
        ts_max(high, 60) over by_ticker / close as hi60,
        ts_min(low, 60) over by_ticker / close as lo60,
        volume / (ts_mean(volume, 60) over by_ticker + 1) as vr60,
        (close - open) / open as kmid,
        r1 as r1f,
        lead(r1, 1) over (partition by ticker order by date rows between current row and 1 following) as target,
        lead(date, 1) over (partition by ticker order by date rows between current row and 1 following) as next_date
    from returns
    window by_ticker as (partition by ticker order by date)
)
select
    ticker as entity,
    date + interval '1 day' as as_of,
    next_date + interval '1 day' as known_on,
    case when abs(target) < 1 then target end as target,
    ma5,
    sd5,
    hi5,
    lo5,
    vr5,
    ma10,
    sd10,
    hi10,
    lo10,
    vr10,
    ma20,
    sd20,
    hi20,
    lo20,
    vr20,
    ma60,
    sd60,
    hi60,
    lo60,
    vr60,
    kmid,
    r1f
from rolled
where sd60 is not null
