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
lagged as (
    select
        series.entity as entity,
        series.date as date,
        series.day_idx as day_idx,
        series.sector as sector,
        series.close as close,
        series.volume as volume,
        series.is_fresh as is_fresh,
        series.is_shift as is_shift,
        series.weight as weight,
        series.close / lag(series.close, 1) over by_name - 1 as return_1d,
        series.close / lag(series.close, 5) over by_name - 1 as return_5d,
        series.close / lag(series.close, 20) over by_name - 1 as return_20d,
        series.close / lag(series.close, 60) over by_name - 1 as return_60d,
        lag(series.close, 20) over by_name / lag(series.close, 120) over by_name - 1 as momentum_120_20,
        lag(series.close, 21) over by_name / lag(series.close, 252) over by_name - 1 as momentum_252_21,
        series.open / lag(series.close, 1) over by_name - 1 as gap_overnight,
        (series.high - series.low) / series.close as range_1d,
        (series.close - series.low) / nullif(series.high - series.low, 0) as close_in_range,
        row_number() over by_name as n_days
    from series
    window by_name as (partition by series.entity order by series.date rows between unbounded preceding and current row)
),
windowed as (
    select
        lagged.entity as entity,
        lagged.date as date,
        lagged.day_idx as day_idx,
        lagged.sector as sector,
        lagged.close as close,
        lagged.is_fresh as is_fresh,
        lagged.is_shift as is_shift,
        lagged.weight as weight,
        lagged.n_days - coalesce(max(case when lagged.is_shift = 1 then lagged.n_days - 1 end) over so_far, 0) as n_days,
        lagged.return_1d as return_1d,
        lagged.return_5d as return_5d,
        lagged.return_20d as return_20d,
        lagged.return_60d as return_60d,
        lagged.momentum_120_20 as momentum_120_20,
        lagged.momentum_252_21 as momentum_252_21,
        lagged.gap_overnight as gap_overnight,
        lagged.close_in_range as close_in_range,
        avg(lagged.close) over last_5 / lagged.close - 1 as ma_close_5,
        avg(lagged.close) over last_20 / lagged.close - 1 as ma_close_20,
        lagged.volume / nullif(avg(lagged.volume) over last_5, 0) as volume_to_ma_5,
        lagged.volume / nullif(avg(lagged.volume) over last_20, 0) as volume_to_ma_20,
        avg(lagged.volume) over last_5 / nullif(avg(lagged.volume) over last_60, 0) as volume_trend,
        nanvl(stddev(lagged.return_1d) over last_20, 0) as volatility_20,
        nanvl(stddev(lagged.return_1d) over last_60, 0) as volatility_60,
        avg(lagged.range_1d) over last_5 as range_5,
        avg(lagged.range_1d) over last_20 as range_20
    from lagged
    window
        so_far as (partition by lagged.entity order by lagged.date rows between unbounded preceding and current row),
        last_5 as (partition by lagged.entity order by lagged.date rows between 4 preceding and current row),
        last_20 as (partition by lagged.entity order by lagged.date rows between 19 preceding and current row),
        last_60 as (partition by lagged.entity order by lagged.date rows between 59 preceding and current row)
),
fresh as (
    select
        windowed.entity as entity,
        windowed.date as date,
        windowed.sector as sector,
        windowed.weight as weight,
        windowed.n_days as n_days,
        windowed.return_1d as return_1d,
        windowed.return_5d as return_5d,
        windowed.return_20d as return_20d,
        windowed.return_60d as return_60d,
        case when windowed.n_days > 120 then windowed.momentum_120_20 end as momentum_120_20,
        case when windowed.n_days > 252 then windowed.momentum_252_21 end as momentum_252_21,
        windowed.gap_overnight as gap_overnight,
        windowed.close_in_range as close_in_range,
        windowed.ma_close_5 as ma_close_5,
        windowed.ma_close_20 as ma_close_20,
        windowed.volume_to_ma_5 as volume_to_ma_5,
        windowed.volume_to_ma_20 as volume_to_ma_20,
        windowed.volume_trend as volume_trend,
        windowed.volatility_20 as volatility_20,
        windowed.volatility_60 as volatility_60,
        windowed.range_5 as range_5,
        windowed.range_20 as range_20,
        case
            when lead(windowed.day_idx) over next_day <= windowed.day_idx + 6 and lead(windowed.is_shift) over next_day = 0
                then lead(windowed.date) over next_day
        end as known_on,
        case
            when lead(windowed.day_idx) over next_day <= windowed.day_idx + 6 and lead(windowed.is_shift) over next_day = 0
                then lead(windowed.close) over next_day / windowed.close - 1
        end as target
    from windowed
    where windowed.is_fresh = 1
    window next_day as (partition by windowed.entity order by windowed.date rows between current row and 1 following)
),
ranked as (
    select
        fresh.entity as entity,
        fresh.date as date,
        percent_rank() over (partition by fresh.date order by fresh.return_5d rows between unbounded preceding and current row) as rank_reversal,
        percent_rank() over (partition by fresh.date order by fresh.return_60d rows between unbounded preceding and current row) as rank_momentum,
        percent_rank() over (partition by fresh.date order by fresh.volatility_20 rows between unbounded preceding and current row) as rank_volatility
    from fresh
    where fresh.weight = 1
        and fresh.n_days > 60
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
    ranked.rank_reversal as rank_reversal,
    ranked.rank_momentum as rank_momentum,
    ranked.rank_volatility as rank_volatility
from fresh
left join market
    on fresh.date = market.date
left join ranked
    on fresh.entity = ranked.entity
    and fresh.date = ranked.date
where fresh.n_days > 60
