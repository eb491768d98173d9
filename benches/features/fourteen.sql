-- grain: symbol, date
-- The 14 features of ../shared/bench/features_peers.py, in our functions. The label looks ahead, as theirs does: it is no feature.
select
  symbol,
  date,
  ts_return(close, 1) over w as r1,
  ts_mean(close, 5, 5) over w / close as ma5,
  ts_mean(close, 10, 10) over w / close as ma10,
  ts_mean(close, 20, 20) over w / close as ma20,
  ts_mean(close, 60, 60) over w / close as ma60,
  ts_std(close, 5, 5) over w / close as sd5,
  ts_std(close, 20, 20) over w / close as sd20,
  ts_std(close, 60, 60) over w / close as sd60,
  ts_max(high, 20, 20) over w / close as mx20,
  ts_max(high, 60, 60) over w / close as mx60,
  ts_min(low, 20, 20) over w / close as mn20,
  ts_min(low, 60, 60) over w / close as mn60,
  ts_corr(close, ln(volume + 1), 20, 20) over w as corr20,
  lead(close, 2) over w / lead(close, 1) over w - 1 as label
from panel
window w as (partition by symbol order by date)
