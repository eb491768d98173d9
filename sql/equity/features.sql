-- grain: entity, as_of
-- One row per name and per day with a fresh price, and the equal-weighted market as entity MARKET.
-- A row uses data up to and including day d and is dated as_of = d + 1 day: it was known strictly before that day.
-- target: simple return from the close of d to the next fresh close, known on that close's date. It is NULL, and stays so,
-- where no fresh close follows within six trading days: on the newest row, and on the last row of a name that is delisted; and where
-- the next fresh close is on another price level (is_shift in prices.sql): a split that nobody adjusted is no return.
-- Rows begin once 60 trading days lie behind a name, and begin anew after such a shift. weight = 0 keeps models from learning from MARKET.
with series as (
    select
        prices.ticker as entity,
        prices.date as date,
        prices.day_idx as day_idx,
        prices.sector as sector,
        prices.open as open,
        prices.high as high,
        prices.low as low,
        prices.close as close,
        prices.volume as volume,
        prices.is_fresh as is_fresh,
        prices.is_shift as is_shift,
        1 as weight
    from prices
    union all
    select
        'MARKET' as entity,
        market.date as date,
        market.day_idx as day_idx,
        'Market' as sector,
        cast(null as double) as open,
        cast(null as double) as high,
        cast(null as double) as low,
        market.close as close,
        cast(null as double) as volume,
        1 as is_fresh,
        0 as is_shift,
        0 as weight
    from market
),
looked_back as (
    select
        series.entity as entity,
        series.date as date,
        series.day_idx as day_idx,
        series.sector as sector,
        series.close as close,
        series.is_fresh as is_fresh,
        series.is_shift as is_shift,
        series.weight as weight,
        ts_since(series.is_shift) over by_name as n_days,
        ts_return(series.close, 1) over by_name as return_1d,
        ts_return(series.close, 5) over by_name as return_5d,
        ts_return(series.close, 20) over by_name as return_20d,
        ts_return(series.close, 60) over by_name as return_60d,
        ts_lag(series.close, 20) over by_name / ts_lag(series.close, 120) over by_name - 1 as momentum_120_20,
        ts_lag(series.close, 21) over by_name / ts_lag(series.close, 252) over by_name - 1 as momentum_252_21,
        series.open / ts_lag(series.close, 1) over by_name - 1 as gap_overnight,
        (series.close - series.low) / nullif(series.high - series.low, 0) as close_in_range,
        ts_mean(series.close, 5) over by_name / series.close - 1 as ma_close_5,
        ts_mean(series.close, 20) over by_name / series.close - 1 as ma_close_20,
        series.volume / nullif(ts_mean(series.volume, 5) over by_name, 0) as volume_to_ma_5,
        series.volume / nullif(ts_mean(series.volume, 20) over by_name, 0) as volume_to_ma_20,
        ts_mean(series.volume, 5) over by_name / nullif(ts_mean(series.volume, 60) over by_name, 0) as volume_trend,
        ts_volatility(series.close, 20) over by_name as volatility_20,
        ts_volatility(series.close, 60) over by_name as volatility_60,
        ts_mean((series.high - series.low) / series.close, 5) over by_name as range_5,
        ts_mean((series.high - series.low) / series.close, 20) over by_name as range_20
    from series
    window by_name as (partition by series.entity order by series.date)
),
fresh as (
    select
        looked_back.entity as entity,
        looked_back.date as date,
        looked_back.sector as sector,
        looked_back.weight as weight,
        looked_back.n_days as n_days,
        looked_back.return_1d as return_1d,
        looked_back.return_5d as return_5d,
        looked_back.return_20d as return_20d,
        looked_back.return_60d as return_60d,
        case when looked_back.n_days > 120 then looked_back.momentum_120_20 end as momentum_120_20,
        case when looked_back.n_days > 252 then looked_back.momentum_252_21 end as momentum_252_21,
        looked_back.gap_overnight as gap_overnight,
        looked_back.close_in_range as close_in_range,
        looked_back.ma_close_5 as ma_close_5,
        looked_back.ma_close_20 as ma_close_20,
        looked_back.volume_to_ma_5 as volume_to_ma_5,
        looked_back.volume_to_ma_20 as volume_to_ma_20,
        looked_back.volume_trend as volume_trend,
        looked_back.volatility_20 as volatility_20,
        looked_back.volatility_60 as volatility_60,
        looked_back.range_5 as range_5,
        looked_back.range_20 as range_20,
        case
            when lead(looked_back.day_idx) over by_name <= looked_back.day_idx + 6 and lead(looked_back.is_shift) over by_name = 0
                then lead(looked_back.date) over by_name
        end as known_on,
        case
            when lead(looked_back.day_idx) over by_name <= looked_back.day_idx + 6 and lead(looked_back.is_shift) over by_name = 0
                then lead(looked_back.close) over by_name / looked_back.close - 1
        end as target
    from looked_back
    where looked_back.is_fresh = 1
    window by_name as (partition by looked_back.entity order by looked_back.date)
)
select
    fresh.entity as entity,
    fresh.date + interval '1 day' as as_of,
    fresh.known_on as known_on,
    fresh.target as target,
    fresh.weight as weight,
    fresh.sector as sector,
    fresh.return_1d as return_1d,
    fresh.return_5d as return_5d,
    fresh.return_20d as return_20d,
    fresh.return_60d as return_60d,
    fresh.momentum_120_20 as momentum_120_20,
    fresh.momentum_252_21 as momentum_252_21,
    fresh.return_5d - market.market_return_5d as excess_return_5d,
    fresh.return_20d - market.market_return_20d as excess_return_20d,
    fresh.gap_overnight as gap_overnight,
    fresh.close_in_range as close_in_range,
    fresh.ma_close_5 as ma_close_5,
    fresh.ma_close_20 as ma_close_20,
    fresh.volume_to_ma_5 as volume_to_ma_5,
    fresh.volume_to_ma_20 as volume_to_ma_20,
    fresh.volume_trend as volume_trend,
    fresh.volatility_20 as volatility_20,
    fresh.volatility_60 as volatility_60,
    fresh.range_5 as range_5,
    fresh.range_20 as range_20,
    market.market_return_5d as market_return_5d,
    market.market_return_20d as market_return_20d,
    market.market_volatility_20 as market_volatility_20,
    cs_percent_rank(case when fresh.weight = 1 then fresh.return_5d end) over by_date as rank_reversal,
    cs_percent_rank(case when fresh.weight = 1 then fresh.return_60d end) over by_date as rank_momentum,
    cs_percent_rank(case when fresh.weight = 1 then fresh.volatility_20 end) over by_date as rank_volatility
from fresh
left join market
    on fresh.date = market.date
where fresh.n_days > 60
window by_date as (partition by fresh.date)
