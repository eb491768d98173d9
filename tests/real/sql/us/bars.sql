-- grain: ticker, date
-- The years 1999 to 2017 of the US prices: six years before the first test, in place of thirty-seven. No sectors are known.
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
where daily.date >= date '1999-01-01'
