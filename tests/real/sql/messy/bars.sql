-- grain: ticker, date
-- The illiquid names as they are. No sectors are known.
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
