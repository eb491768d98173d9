"""Accuracy of our GBDT beside LightGBM's. Usage: accuracy.py PLIMSOLL FOLDER [SHARED]

FOLDER takes the tables; SHARED is the folder with data/, ../shared by default. Needs numpy, polars, pyarrow, lightgbm, scikit-learn.

Same rows, features and settings on both sides: 255 bins, 31 leaves, 20 rows a leaf, no penalty.
- credit_taiwan, credit_hmeq: 5 splits of 70/30, rows shuffled with a fixed seed; AUC and log loss on the 30 %.
- prices_us: pinball loss at 0.01 and 0.05 of next-day returns, 8 features, trained on 2005-2009 and tested on 2010-2011; 200 rows a leaf.
Printed: both numbers, and theirs relative to ours as a percentage (positive: ours is better).
"""
import os, sys
from pathlib import Path
import numpy as np, polars as pl, lightgbm as lgb
from sklearn.metrics import log_loss, roc_auc_score
from table import run, write_split

plimsoll, folder = sys.argv[1], sys.argv[2]
shared = Path(sys.argv[3] if len(sys.argv) > 3 else Path(__file__).resolve().parents[3] / "shared")
os.makedirs(folder, exist_ok=True)

def ours(X, y, n_train, job):
    """Forecasts of the test rows; the rows before them get NaN, so that positions stay."""
    write_split(f"{folder}/rows.parquet", X, y, n_train)
    params = f"""trees = {job['rounds']}
learning_rate = {job['learning_rate']}
leaves = {job.get('leaves', 31)}
depth = 16
min_leaf_rows = {job.get('min_leaf_rows', 20)}
min_leaf_hessian = {job.get('min_leaf_hessian', 0)}"""
    ask, kind = {"logistic": ("probability", "credit"), "quantile": (f"quantile {job.get('tail')}", "market")}[job["loss"]]
    _, _, place = run(plimsoll, folder, 'scheme = "split"\nshare = 0.5', params, ask, kind)
    told = pl.read_parquet(f"{place}/predictions/*.parquet").sort("entity")
    return np.r_[np.full(n_train, np.nan), told["predicted"].to_numpy()]

def theirs(X, y, n_train, job):
    objective = {"logistic": "binary", "quantile": "quantile", "squared": "regression"}[job["loss"]]
    params = dict(objective=objective, alpha=job.get("tail", 0.5), num_leaves=job.get("leaves", 31), learning_rate=job["learning_rate"],
                  min_data_in_leaf=job.get("min_leaf_rows", 20), max_bin=255, num_threads=2, verbosity=-1, seed=1, deterministic=True, force_col_wise=True)
    data = lgb.Dataset(X[:n_train].astype("f4"), y[:n_train], categorical_feature=job.get("categorical", []))
    return lgb.train(params, data, job["rounds"]).predict(X.astype("f4"))

def credit(name, target):
    data = pl.read_parquet(shared / "data" / f"{name}.parquet")
    y = data[target].cast(pl.Float64).to_numpy()
    columns = [c for c in data.columns if c not in (target, "ID")]
    X = np.column_stack([
        (data[c].cast(pl.Categorical).to_physical() if data[c].dtype == pl.String else data[c]).cast(pl.Float64).fill_null(np.nan).to_numpy() for c in columns])
    return X, y

def compare(label, rows, better):
    sign = 1 if better == "higher" else -1
    gain = lambda ours, theirs: sign * 100 * (ours - theirs) / theirs
    ours, theirs = np.mean([a for a, _ in rows]), np.mean([b for _, b in rows])
    each = " by split: " + " ".join(f"{gain(a, b):+.2f}" for a, b in rows) if len(rows) > 1 else ""
    print(f"{label:25s} ours {ours:.6f}  LightGBM {theirs:.6f}  {gain(ours, theirs):+.3f} %{each}")

def main():
    for name, target in (("credit_taiwan", "Y"), ("credit_hmeq", "Default")):
        X, y = credit(name, target)
        aucs, losses = [], []
        for split in range(5):
            order = np.random.default_rng(split).permutation(len(y))
            n_train = int(0.7 * len(y))
            job = dict(loss="logistic", categorical=[], rounds=100, learning_rate=0.05, leaves=31, min_leaf_rows=20, min_leaf_hessian=1e-3)
            p = ours(X[order], y[order], n_train, job)
            q = theirs(X[order], y[order], n_train, job)
            t = y[order][n_train:]
            aucs.append((roc_auc_score(t, p[n_train:]), roc_auc_score(t, q[n_train:])))
            losses.append((log_loss(t, p[n_train:]), log_loss(t, q[n_train:])))
        compare(f"{name} AUC", aucs, "higher")
        compare(f"{name} log loss", losses, "lower")
    c, over = pl.col, lambda e: e.over("ticker")
    prices = pl.read_parquet(shared / "data" / "prices_us_1962_2017.parquet").sort("ticker", "date").with_columns(r=over(c("close") / c("close").shift(1) - 1))
    prices = prices.with_columns(
        sd5=over(c("r").rolling_std(5)), sd20=over(c("r").rolling_std(20)), sd60=over(c("r").rolling_std(60)), r5=over(c("close") / c("close").shift(5) - 1),
        low=over(c("r").rolling_min(60)), range=(c("high") - c("low")) / c("close"), volume_ratio=c("volume") / (over(c("volume").rolling_mean(20)) + 1),
        y=over(c("r").shift(-1)), known=over(c("date").shift(-1)))
    names = ["r", "sd5", "sd20", "sd60", "r5", "low", "range", "volume_ratio"]
    prices = prices.filter(c("y").is_finite() & (c("y").abs() < 1)).drop_nulls(names + ["y"]).sort("date", "ticker")
    day = pl.Series(prices["date"]).dt.year().to_numpy()
    X, y = prices.select(names).to_numpy().astype("f4"), prices["y"].to_numpy()
    keep = (day >= 2005) & (day <= 2011)
    X, y, n_train = X[keep], y[keep], int((day[keep] <= 2009).sum())
    X[~np.isfinite(X)] = np.nan
    print(f"prices: {n_train} training rows, {len(y) - n_train} test rows")
    for tail in (0.01, 0.05):
        job = dict(loss="quantile", tail=tail, rounds=100, learning_rate=0.1, leaves=31, min_leaf_rows=200)
        p = ours(X, y, n_train, job)
        q = theirs(X, y, n_train, job)
        pinball = lambda s: np.mean(np.where(y < s, (1 - tail) * (s - y), tail * (y - s))[n_train:])
        hits = lambda s: np.mean(y[n_train:] < s[n_train:])
        compare(f"prices pinball {tail}", [(pinball(p), pinball(q))], "lower")
        constant = np.quantile(y[:n_train], tail)
        print(f"   constant {pinball(np.full(len(y), constant)):.6f}; share of returns below: ours {hits(p):.4f}, LightGBM {hits(q):.4f}")

main()
