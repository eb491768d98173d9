"""The reference for sql/equity/alpha158.sql: qlib's Alpha158 and its label, in float64, one window at a time.

    pip install numpy pandas pyarrow
    python tests/golden/alpha158.py BARS.parquet REFERENCE.parquet [--shared ../shared/alpha158.csv]
    python tests/golden/alpha158.py data/sample/prices.parquet tests/golden/alpha158.csv --golden

BARS has ticker, date, open, high, low, close, volume and perhaps vwap ((open + high + low + close) / 4 stands for it).
REFERENCE has entity, as_of (date + 1 day), known_on, target and the 158 features by their lower-case names.

Nothing here comes from the SQL: the expressions are qlib's own text, evaluated by operators that lay each window out as a row
of a matrix (NaN where it reaches before the first bar) and sum it in extended precision. With --shared the expressions are
compared with that list, word for word. Rules, per instrument in date order:

- A window has at least one value; NaN and infinities count as missing, as pandas' rolling windows count them.
- Std divides by n - 1. Quantile interpolates linearly. Rank is the average rank over the count.
- IdxMax, IdxMin count from the start of the window at hand, from 1; first of ties; a missing row keeps its place.
- Slope, Rsquare, Resi regress on 1..n, the newest at n; a missing row keeps its place.
- Rsquare, Corr are missing where a standard deviation in the window is at most 2e-5; Corr drops incomplete pairs.
- A comparison with a missing side is false; Greater and Less are missing when a side is.

With --golden: two names of the sample, no bar on the 13th of a month (NULLs that take a place, as in tests/pack/sql/bars.sql), and
a few of their rows as text, which tests/pack.rs compares with the engine's.

Made with NumPy 2.4.6 and pandas 3.1.1; checked against pyqlib 0.9.7, which computes in float32, by benches/alpha158_parity.py.
"""

import argparse
import csv

import numpy as np
import pandas as pd

WINDOWS = (5, 10, 20, 30, 60)
LABEL = "Ref($close,-2)/Ref($close,-1)-1"
SHAPES = {
    "KMID": "($close-$open)/$open",
    "KLEN": "($high-$low)/$open",
    "KMID2": "($close-$open)/($high-$low+1e-12)",
    "KUP": "($high-Greater($open, $close))/$open",
    "KUP2": "($high-Greater($open, $close))/($high-$low+1e-12)",
    "KLOW": "(Less($open, $close)-$low)/$open",
    "KLOW2": "(Less($open, $close)-$low)/($high-$low+1e-12)",
    "KSFT": "(2*$close-$high-$low)/$open",
    "KSFT2": "(2*$close-$high-$low)/($high-$low+1e-12)",
    "OPEN0": "$open/$close",
    "HIGH0": "$high/$close",
    "LOW0": "$low/$close",
    "VWAP0": "$vwap/$close",
}
GAIN, LOSS, MOVE = "Greater($close-Ref($close, 1), 0)", "Greater(Ref($close, 1)-$close, 0)", "Abs($close-Ref($close, 1))"
FAMILIES = {
    "ROC": "Ref($close, {d})/$close",
    "MA": "Mean($close, {d})/$close",
    "STD": "Std($close, {d})/$close",
    "BETA": "Slope($close, {d})/$close",
    "RSQR": "Rsquare($close, {d})",
    "RESI": "Resi($close, {d})/$close",
    "MAX": "Max($high, {d})/$close",
    "MIN": "Min($low, {d})/$close",
    "QTLU": "Quantile($close, {d}, 0.8)/$close",
    "QTLD": "Quantile($close, {d}, 0.2)/$close",
    "RANK": "Rank($close, {d})",
    "RSV": "($close-Min($low, {d}))/(Max($high, {d})-Min($low, {d})+1e-12)",
    "IMAX": "IdxMax($high, {d})/{d}",
    "IMIN": "IdxMin($low, {d})/{d}",
    "IMXD": "(IdxMax($high, {d})-IdxMin($low, {d}))/{d}",
    "CORR": "Corr($close, Log($volume+1), {d})",
    "CORD": "Corr($close/Ref($close,1), Log($volume/Ref($volume, 1)+1), {d})",
    "CNTP": "Mean($close>Ref($close, 1), {d})",
    "CNTN": "Mean($close<Ref($close, 1), {d})",
    "CNTD": "Mean($close>Ref($close, 1), {d})-Mean($close<Ref($close, 1), {d})",
    "SUMP": f"Sum({GAIN}, {{d}})/(Sum({MOVE}, {{d}})+1e-12)",
    "SUMN": f"Sum({LOSS}, {{d}})/(Sum({MOVE}, {{d}})+1e-12)",
    "SUMD": f"(Sum({GAIN}, {{d}})-Sum({LOSS}, {{d}}))/(Sum({MOVE}, {{d}})+1e-12)",
    "VMA": "Mean($volume, {d})/($volume+1e-12)",
    "VSTD": "Std($volume, {d})/($volume+1e-12)",
    "WVMA": "Std(Abs($close/Ref($close, 1)-1)*$volume, {d})/(Mean(Abs($close/Ref($close, 1)-1)*$volume, {d})+1e-12)",
    "VSUMP": f"Sum({GAIN}, {{d}})/(Sum({MOVE}, {{d}})+1e-12)".replace("$close", "$volume"),
    "VSUMN": f"Sum({LOSS}, {{d}})/(Sum({MOVE}, {{d}})+1e-12)".replace("$close", "$volume"),
    "VSUMD": f"(Sum({GAIN}, {{d}})-Sum({LOSS}, {{d}}))/(Sum({MOVE}, {{d}})+1e-12)".replace("$close", "$volume"),
}


def expressions():
    """Name and qlib's expression of each factor, in qlib's order."""
    listed = dict(SHAPES)
    for family, text in FAMILIES.items():
        for d in WINDOWS:
            listed[f"{family}{d}"] = text.format(d=d)
    return listed


def windows(x, n):
    """One row per bar: its last n values, oldest first; NaN before the first bar and where a value is missing."""
    x = np.asarray(x, dtype=np.float64)
    x = np.where(np.isfinite(x), x, np.nan)
    padded = np.concatenate([np.full(n - 1, np.nan), x])
    return np.lib.stride_tricks.sliding_window_view(padded, n).astype(np.longdouble)


def over(numerator, denominator):
    """A quotient, missing where the denominator is 0."""
    out = np.full(np.shape(numerator), np.nan, dtype=np.longdouble)
    np.divide(numerator, denominator, out=out, where=np.asarray(denominator) != 0)
    return out


def moments(w, seen):
    """Count, mean and deviations of the values seen in each window."""
    count = seen.sum(axis=1)
    mean = over(np.where(seen, w, 0).sum(axis=1), count)
    return count, mean, np.where(seen, w - mean[:, None], 0)


def deviation(w):
    """Standard deviation of each window; exactly 0 where all its values are the same."""
    seen = ~np.isnan(w)
    count, _, away = moments(w, seen)
    low, high = np.where(seen, w, np.inf).min(axis=1), np.where(seen, w, -np.inf).max(axis=1)
    away = np.where((low == high)[:, None], 0, away)
    return np.sqrt(over((away**2).sum(axis=1), np.where(count > 1, count - 1, 0)))


def plain(x):
    return np.asarray(x, dtype=np.float64)


def Ref(x, k):
    return pd.Series(plain(x)).shift(k).to_numpy()


def Mean(x, n):
    w = windows(x, n)
    return plain(moments(w, ~np.isnan(w))[1])


def Sum(x, n):
    w = windows(x, n)
    seen = ~np.isnan(w)
    return plain(np.where(seen.any(axis=1), np.where(seen, w, 0).sum(axis=1), np.nan))


def Std(x, n):
    return plain(deviation(windows(x, n)))


def Max(x, n):
    w = windows(x, n)
    return plain(np.where(np.isnan(w).all(axis=1), np.nan, np.where(np.isnan(w), -np.inf, w).max(axis=1)))


def Min(x, n):
    return -Max(-x, n)


def IdxMax(x, n):
    w = windows(x, n)
    # argmax is the first of ties; rows before the first bar are no part of the window at hand.
    before = np.maximum(n - 1 - np.arange(len(w)), 0)
    place = np.where(np.isnan(w), -np.inf, w).argmax(axis=1) - before + 1
    return plain(np.where(np.isnan(w).all(axis=1), np.nan, place))


def IdxMin(x, n):
    return IdxMax(-x, n)


def Quantile(x, n, q):
    w = np.sort(windows(x, n), axis=1)  # NaN last
    count = (~np.isnan(w)).sum(axis=1)
    at = np.maximum(count - 1, 0) * np.longdouble(str(q))
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    row = np.arange(len(w))
    return plain(w[row, low] + (at - low) * (w[row, high] - w[row, low]))


def Rank(x, n):
    w = windows(x, n)
    last = w[:, -1:]
    with np.errstate(invalid="ignore"):
        rank = (w < last).sum(axis=1) + ((w == last).sum(axis=1) + 1) / np.longdouble(2)
    return plain(np.where(np.isnan(last[:, 0]), np.nan, over(rank, (~np.isnan(w)).sum(axis=1))))


def line(x, n):
    """Sums of squares about the means of time and value, and the rest that a line on time needs."""
    w = windows(x, n)
    seen = ~np.isnan(w)
    time = np.broadcast_to(np.arange(1, n + 1, dtype=np.longdouble), w.shape)
    _, time_mean, from_time = moments(time, seen)
    _, mean, from_mean = moments(w, seen)
    tt, tx, xx = (from_time**2).sum(axis=1), (from_time * from_mean).sum(axis=1), (from_mean**2).sum(axis=1)
    return w, time_mean, mean, tt, tx, xx


def Slope(x, n):
    _, _, _, tt, tx, _ = line(x, n)
    return plain(over(tx, tt))


def Rsquare(x, n):
    w, _, _, tt, tx, xx = line(x, n)
    flat = deviation(w) <= 2e-5
    return plain(np.where(flat, np.nan, over(tx**2, tt * xx)))


def Resi(x, n):
    w, time_mean, mean, tt, tx, _ = line(x, n)
    return plain(w[:, -1] - mean - over(tx, tt) * (n - time_mean))


def Corr(x, y, n):
    u, v = windows(x, n), windows(y, n)
    flat = (deviation(u) <= 2e-5) | (deviation(v) <= 2e-5)
    seen = ~np.isnan(u) & ~np.isnan(v)
    _, _, du = moments(u, seen)
    _, _, dv = moments(v, seen)
    r = over((du * dv).sum(axis=1), np.sqrt((du**2).sum(axis=1) * (dv**2).sum(axis=1)))
    return plain(np.where(flat, np.nan, r))


# numpy's own say NaN when either side is NaN.
Greater, Less, Abs, Log = np.maximum, np.minimum, np.abs, np.log
OPERATORS = {op.__name__: op for op in (Ref, Mean, Sum, Std, Max, Min, IdxMax, IdxMin, Quantile, Rank, Slope, Rsquare, Resi, Corr)}
OPERATORS |= {"Greater": Greater, "Less": Less, "Abs": Abs, "Log": Log}


def evaluate(text, bars):
    """A qlib expression over one instrument's bars; what is infinite is missing."""
    with np.errstate(all="ignore"):
        value = plain(eval(text.replace("$", ""), {"__builtins__": {}}, OPERATORS | bars))
    return np.where(np.isfinite(value), value, np.nan)


def reference(frame):
    """Keys, label and the 158 factors of every bar."""
    frame = frame.sort_values(["ticker", "date"], kind="stable")
    if "vwap" not in frame:
        frame = frame.assign(vwap=(frame["open"] + frame["high"] + frame["low"] + frame["close"]) / 4)
    parts = []
    for ticker, own in frame.groupby("ticker", sort=False):
        bars = {name: own[name].to_numpy(dtype=np.float64) for name in ("open", "high", "low", "close", "volume", "vwap")}
        date = pd.to_datetime(own["date"]).reset_index(drop=True)
        columns = {"entity": ticker, "as_of": date + pd.Timedelta(days=1), "known_on": date.shift(-2), "target": evaluate(LABEL, bars)}
        columns |= {name.lower(): evaluate(text, bars) for name, text in expressions().items()}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def sample(prices):
    """The bars of tests/pack/sql/bars.sql."""
    bars = prices[prices["ticker"].isin(["FIN03", "TEC10"])].copy()
    numbers = ["open", "high", "low", "close", "volume"]
    bars[numbers] = bars[numbers].astype(np.float64)
    bars.loc[pd.to_datetime(bars["date"]).dt.day == 13, numbers] = np.nan
    return bars


def golden(out, path):
    """A column a line, a row a column: the first rows, where windows fill up, without a bar, after it, and the last."""
    picked = []
    for _, own in out.groupby("entity", sort=True):
        blank = np.flatnonzero(own["kmid"].isna().to_numpy())[2]
        picked += [own.iloc[[0, 1, 2, 5, 30, 61, blank, blank + 1, 300, len(own) - 2, len(own) - 1]]]
    table = pd.concat(picked)
    names = [name for name in out.columns if name not in ("entity", "as_of", "known_on")]
    with open(path, "w") as file:
        print("feature", *(f"{row.entity} {row.as_of:%Y-%m-%d}" for row in table.itertuples()), sep=",", file=file)
        for name in names:
            print(name, *("" if np.isnan(value) else repr(float(value)) for value in table[name]), sep=",", file=file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bars")
    parser.add_argument("reference")
    parser.add_argument("--shared")
    parser.add_argument("--golden", action="store_true")
    asked = parser.parse_args()
    if asked.shared:
        with open(asked.shared, newline="") as file:
            listed = {row["name"]: row["qlib_expression"] for row in csv.DictReader(file)}
        assert list(listed.items()) == list(expressions().items()), "the expressions differ from the list"
        print(f"{len(listed)} expressions as in {asked.shared}")
    if asked.golden:
        return golden(reference(sample(pd.read_parquet(asked.bars))), asked.reference)
    out = reference(pd.read_parquet(asked.bars))
    for day in ("as_of", "known_on"):
        out[day] = out[day].dt.date
    out.to_parquet(asked.reference, index=False)
    print(f"{asked.reference}: {len(out)} rows, {len(out.columns) - 4} features, {out['entity'].nunique()} entities")


if __name__ == "__main__":
    main()
