-- grain: ticker, date
-- Sixty names of the US prices by their place in the alphabet (A, AABA, ... to BBBY), from 2012 on. The file has no vwap.
select
    daily.ticker as ticker,
    daily.date as date,
    daily.open as open,
    daily.high as high,
    daily.low as low,
    daily.close as close,
    daily.volume as volume,
    (daily.open + daily.high + daily.low + daily.close) / 4 as vwap
from daily
where daily.date >= date '2012-01-01'
    and daily.ticker < 'BBD'
