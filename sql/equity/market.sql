-- grain: date
-- The equal-weighted market: the mean return of the names with a fresh price on this trading day and the one before.
-- A return onto another price level (is_shift) is not one of them.
-- A day on which fewer than half of the names have one is left out, and its return with it.
with moves as (
    select
        prices.date as date,
        prices.day_idx as day_idx,
        ts_return(prices.close, 1) over by_name as return_1d,
        prices.is_fresh = 1
            and ts_lag(prices.is_fresh, 1) over by_name = 1
            and ts_lag(prices.day_idx, 1) over by_name = prices.day_idx - 1
            and prices.is_shift = 0 as is_good
    from prices
    window by_name as (partition by prices.ticker order by prices.date)
),
daily_mean as (
    select
        moves.date as date,
        moves.day_idx as day_idx,
        avg(case when moves.is_good then moves.return_1d end) as return_1d
    from moves
    group by moves.date, moves.day_idx
    having 2 * sum(case when moves.is_good then 1 else 0 end) >= count(*)
)
select
    daily_mean.date as date,
    daily_mean.day_idx as day_idx,
    daily_mean.return_1d as return_1d,
    exp(sum(ln(1 + daily_mean.return_1d)) over by_date) as close,
    exp(ts_sum(ln(1 + daily_mean.return_1d), 5) over by_date) - 1 as market_return_5d,
    exp(ts_sum(ln(1 + daily_mean.return_1d), 20) over by_date) - 1 as market_return_20d,
    coalesce(ts_std(daily_mean.return_1d, 20) over by_date, 0) as market_volatility_20
from daily_mean
window by_date as (order by daily_mean.date)
