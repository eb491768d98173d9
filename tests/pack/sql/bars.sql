-- grain: ticker, date
-- Two names of the sample, without a bar on the 13th of a month: NULLs that take a place in every window.
with traded as (
    select
        daily.ticker as ticker,
        daily.date as date,
        case when date_part('day', daily.date) <> 13 then daily.open end as open,
        case when date_part('day', daily.date) <> 13 then daily.high end as high,
        case when date_part('day', daily.date) <> 13 then daily.low end as low,
        case when date_part('day', daily.date) <> 13 then daily.close end as close,
        case when date_part('day', daily.date) <> 13 then cast(daily.volume as double) end as volume
    from daily
    where daily.ticker in ('FIN03', 'TEC10')
)
select
    traded.ticker as ticker,
    traded.date as date,
    traded.open as open,
    traded.high as high,
    traded.low as low,
    traded.close as close,
    traded.volume as volume,
    (traded.open + traded.high + traded.low + traded.close) / 4 as vwap
from traded
