"""Statistics of src/stat/strategy.rs, drawdown.rs and calendar.rs by quantstats, empyrical, pandas and numpy.

    pip install numpy pandas scipy quantstats empyrical-reloaded && python tests/golden/strategy.py

Synthetic daily returns on 600 weekdays, integer arithmetic that Rust repeats; 252 days a year, no risk-free rate.

Printed by quantstats 0.0.86, empyrical-reloaded 0.7.1:

    last day                 2022-02-17
    cumulative ep            0.036190362364911355
    cagr ep, qs              0.01504339700935553 0.01504339700935553
    volatility ep, qs        0.17925672909793786 0.17925672909793786
    sharpe ep, qs            0.1727734303523912 0.17277343035239096
    sortino ep, qs           0.24700545156129453 0.2470054515612941
    max drawdown ep, qs      -0.221517504260581 -0.22151750426058103
    calmar ep, qs            0.06791064687899023 0.06791064687899022
    omega ep, qs             1.0257175740243436 1.0257175740243434
    skew, kurtosis qs        0.0013140513159620932 -1.1184125783671561
    tail ratio ep, qs        1.0146718582472771 1.0146718582472771
    var, es numpy .025       0.019042 0.019496
    var, es ep .025          0.019042 0.019496000000000003
    best, worst qs           0.0202 -0.0198 2021-02-17 2019-11-01
    win rate day, month qs   0.49666666666666665 0.5714285714285714
    t scipy                  0.26659519087816086 0.7898726065649406
    months                   28 (np.int64(2021), np.int64(7)) 0.07208696065537112 (np.int64(2019), np.int64(12)) -0.09426661568803185
    2020-03                  0.02196169379327184
    years                    -0.1712688070485494 0.13584076388882838 0.12487849527069872 -0.021405438953918
    trough                   2020-01-28 -0.22151750426058103
    deepest                  2019-11-01 2020-10-22
    longest                  (356, '2019-11-01', '2020-10-22')
            start      valley         end  days  max drawdown
    0  2019-11-01  2020-01-28  2020-10-21   356    -22.151750
    7  2020-12-07  2021-06-04  2021-09-14   282    -14.348194
    9  2021-10-05  2021-11-05  2022-02-17   136     -9.964446
    8  2021-09-17  2021-09-28  2021-10-01    15     -3.158035
    2  2020-11-06  2020-11-09  2020-11-13     8     -2.189961
"""

import warnings

warnings.filterwarnings("ignore")
import empyrical as ep
import numpy as np
import pandas as pd
import quantstats.stats as qs
from scipy import stats

i = np.arange(600)
days = pd.bdate_range("2019-11-01", periods=600)
r = pd.Series(((i * i * 31 + i * 17) % 2003 - 990) / 50_000.0, index=days)


def show(name, *values):
    print(f"{name:24}", *(v if isinstance(v, str) else repr(float(v)) for v in values))


show("last day", str(days[-1].date()))
show("cumulative ep", ep.cum_returns_final(r))
show("cagr ep, qs", ep.cagr(r), qs.cagr(r))
show("volatility ep, qs", ep.annual_volatility(r), qs.volatility(r))
show("sharpe ep, qs", ep.sharpe_ratio(r), qs.sharpe(r))
show("sortino ep, qs", ep.sortino_ratio(r), qs.sortino(r))
show("max drawdown ep, qs", ep.max_drawdown(r), qs.max_drawdown(r))
show("calmar ep, qs", ep.calmar_ratio(r), qs.calmar(r))
show("omega ep, qs", ep.omega_ratio(r), qs.omega(r))
show("skew, kurtosis qs", qs.skew(r), qs.kurtosis(r))
show("tail ratio ep, qs", ep.tail_ratio(r), qs.tail_ratio(r))
q = np.quantile(r, 0.025)
show("var, es numpy .025", -q, -r[r <= q].mean())
show("var, es ep .025", -ep.value_at_risk(r, 0.025), -ep.conditional_value_at_risk(r, 0.025))
show("best, worst qs", qs.best(r), qs.worst(r), str(r.idxmax().date()), str(r.idxmin().date()))
show("win rate day, month qs", qs.win_rate(r), qs.win_rate(r, aggregate="ME", compounded=True))
t = stats.ttest_1samp(r, 0)
show("t scipy", t.statistic, t.pvalue)
monthly = ep.aggregate_returns(r, "monthly")
yearly = ep.aggregate_returns(r, "yearly")
show("months", str(len(monthly)), str(monthly.idxmax()), monthly.max(), str(monthly.idxmin()), monthly.min())
show("2020-03", monthly[(2020, 3)])
show("years", *yearly)
equity = (1 + r).cumprod()
peak = equity.cummax().clip(lower=1.0)
under = equity / peak - 1
show("trough", str(under.idxmin().date()), under.min())
top = under.idxmin()
start = equity[:top].idxmax()
back = under[top:][under[top:] >= 0]
show("deepest", str(start.date()), str(back.index[0].date()) if len(back) else "none")
# Capital starts at 1 on the first day, which is a peak too.
at_peak = under[(under >= 0) | (under.index == days[0])].index
gaps = [((b - a).days, str(a.date()), str(b.date())) for a, b in zip(at_peak, at_peak[1:])]
gaps.append(((days[-1] - at_peak[-1]).days, str(at_peak[-1].date()), "none"))
print("longest                 ", max(gaps))
detail = qs.drawdown_details(qs.to_drawdown_series(r)).sort_values("max drawdown").head(5)
print(detail[["start", "valley", "end", "days", "max drawdown"]].to_string())
