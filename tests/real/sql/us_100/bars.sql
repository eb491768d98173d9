-- grain: ticker, date
-- One hundred names of the US prices by their place in the alphabet (A, AAPL, ... to CHL), from 2003 on. No sectors are known.
select
    daily.ticker as ticker,
    daily.date as date,
    daily.open as open,
    daily.high as high,
    daily.low as low,
    daily.close as close,
    daily.volume as volume,
    'n/a' as sector
from daily
where daily.date >= date '2003-01-01'
    and daily.ticker < 'CHRW'
