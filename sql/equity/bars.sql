-- grain: ticker, date
-- The tables of the sample under the names that the other files read. A data set of one's own needs a file like this one only.
select
    daily.ticker as ticker,
    daily.date as date,
    daily.open as open,
    daily.high as high,
    daily.low as low,
    daily.close as close,
    cast(daily.volume as double) as volume,
    stocks.sector as sector
from daily
left join stocks
    on daily.ticker = stocks.ticker
