"""The whole night of tests/real/us_prices.toml, ours and a pile of Python's, in one run: polars + LightGBM or least squares + quantstats.

Usage: night.py PLIMSOLL [TIMES]    (from the repository's root; python with polars, lightgbm, numpy, pandas, quantstats)
Runs alternate; each is a process of its own. Ours is `plimsoll run tests/real/us_prices.toml` into an empty folder: the test against
look-ahead, four models, the book, every statistic, the page and its sidecars. Theirs (`night.py --peer PRICES FOLDER`) computes the same 25
features once, walks through the same months with the two linear models, the rolling quantiles of 500 days and EWMA of 0.94, holds deciles
weekly, computes rank IC a day, errors, coverage and Kupiec's test, writes the predictions as Parquet and quantstats' HTML. It tests for
no look-ahead, keeps no account twice, and hashes nothing.
"""
import contextlib, datetime as dt, io, json, os, runpy, statistics, subprocess, sys, tempfile, time
from pathlib import Path

import numpy as np

FEATURES = ["return_1d", "return_5d", "return_20d", "return_60d", "momentum_120_20", "momentum_252_21", "excess_return_5d", "excess_return_20d",
            "gap_overnight", "close_in_range", "ma_close_5", "ma_close_20", "volume_to_ma_5", "volume_to_ma_20", "volume_trend", "volatility_20",
            "volatility_60", "range_5", "range_20", "market_return_5d", "market_return_20d", "market_volatility_20", "rank_reversal",
            "rank_momentum", "rank_volatility"]


def peer(prices, folder):
    import pandas as pd, polars as pl
    here = Path(__file__).resolve().parents[2] / "shared/bench/equity_features_peers.py"
    sys.argv = [str(here), prices, "1"]
    with contextlib.redirect_stdout(io.StringIO()):
        rows = runpy.run_path(str(here))["rows"]
    rows = rows.sort("as_of", "entity")
    # Fixed cost per model: columns scaled by the training rows, missing values at their mean.
    x = rows.select(FEATURES).to_numpy().astype(np.float32)
    y = rows["target"].to_numpy().astype(float)
    as_of, known = rows["as_of"].cast(pl.Date).to_numpy(), rows["known_on"].cast(pl.Date).to_numpy()
    weight, has_target = rows["weight"].to_numpy() == 1, ~np.isnan(y)
    forecasts = {name: np.full(len(y), np.nan) for name in ("linear", "ridge")}
    for month in pl.date_range(dt.date(2005, 1, 1), dt.date(2017, 11, 1), "1mo", eager=True).to_list()[:-1]:
        start, end = np.datetime64(month), np.datetime64(month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1))
        train = (as_of >= np.datetime64(month.replace(year=month.year - 5))) & (known < start) & weight & has_target
        test = (as_of >= start) & (as_of < end)
        mean, sd = np.nanmean(x[train], axis=0), np.nanstd(x[train], axis=0)
        scaled = lambda rows: np.nan_to_num((x[rows] - mean) / np.where(sd > 0, sd, 1)).astype(float)
        a, b = np.column_stack([np.ones(train.sum()), scaled(train)]), y[train]
        gram, moment, at = a.T @ a, a.T @ b, np.column_stack([np.ones(test.sum()), scaled(test)])
        for name, l2 in (("linear", 1e-9), ("ridge", 0.05)):
            penalty = l2 * len(b) * np.eye(a.shape[1])
            penalty[0, 0] = 0
            forecasts[name][test] = at @ np.linalg.solve(gram + penalty, moment)
    told = rows.select("entity", "as_of", "known_on", "target", "return_1d").with_columns(*[pl.Series(name, values) for name, values in forecasts.items()])
    told = told.sort("entity", "as_of").with_columns(
        q01=pl.col("return_1d").rolling_quantile(0.01, window_size=500, min_samples=100).over("entity"),
        q025=pl.col("return_1d").rolling_quantile(0.025, window_size=500, min_samples=100).over("entity"),
        sd=pl.col("return_1d").rolling_std(500, min_samples=100).over("entity"),
        ewma=(pl.col("return_1d") ** 2).ewm_mean(alpha=0.06, min_samples=100).sqrt().over("entity")).filter(pl.col("linear").is_not_null() & pl.col("linear").is_not_nan())
    told.write_parquet(f"{folder}/predictions.parquet", compression="zstd")
    summary = {}
    for name in ("linear", "ridge"):
        ic = told.filter(pl.col("target").is_not_null() & (pl.col("entity") != "MARKET")).group_by("as_of").agg(ic=pl.corr(name, "target", method="spearman"))["ic"]
        errors = told.select(mse=((pl.col("target") - pl.col(name)) ** 2).mean(), mae=(pl.col("target") - pl.col(name)).abs().mean())
        summary[name] = {"ic": ic.mean(), "ic_t": ic.mean() / ic.std() * len(ic) ** 0.5, **errors.to_dicts()[0]}
    market = told.filter((pl.col("entity") == "MARKET") & pl.col("target").is_not_null())
    for name, var in (("baseline", -market["q01"]), ("ewma", 2.326 * market["ewma"])):
        n, k = len(market), (-market["target"] > var).sum()
        p = k / n
        ratio = -2 * (np.log(0.99) * (n - k) + np.log(0.01) * k - (np.log(1 - p) * (n - k) + np.log(p) * k)) if 0 < k < n else None
        summary[f"var_{name}"] = {"n": n, "breaches": int(k), "kupiec": ratio}
    panel = told.filter(pl.col("entity") != "MARKET")
    returns = panel.pivot(on="entity", index="as_of", values="target", aggregate_function="first").sort("as_of").to_pandas().set_index("as_of")
    for name in ("linear", "ridge"):
        scores = panel.pivot(on="entity", index="as_of", values=name, aggregate_function="first").sort("as_of").to_pandas().set_index("as_of")
        share = scores.rank(axis=1, pct=True)
        held = (share > 0.9).astype(float).div((share > 0.9).sum(axis=1), axis=0) - (share <= 0.1).astype(float).div((share <= 0.1).sum(axis=1), axis=0)
        week = pd.DatetimeIndex(held.index).isocalendar().week.to_numpy()
        held[np.r_[False, week[1:] == week[:-1]]] = np.nan
        held = held.ffill().shift(1)
        made = (held * returns).sum(axis=1) - 0.0005 * held.diff().abs().sum(axis=1)
        made.index = pd.DatetimeIndex(made.index)
        import quantstats
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            quantstats.reports.html(made, output=f"{folder}/{name}.html", title=name)
        summary[f"book_{name}"] = {"sharpe": float(made.mean() / made.std() * 252 ** 0.5)}
    Path(folder, "summary.json").write_text(json.dumps(summary, indent=1))


if sys.argv[1] == "--peer":
    peer(sys.argv[2], sys.argv[3])
    raise SystemExit
plimsoll, times = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
prices = "../shared/data/prices_us_1962_2017.parquet"
seconds = {"plimsoll": [], "python": []}
for _ in range(times):
    with tempfile.TemporaryDirectory() as folder:
        for name, command in (("plimsoll", [plimsoll, "run", "tests/real/us_prices.toml", "--out", folder]), ("python", [sys.executable, __file__, "--peer", prices, folder])):
            begun = time.time()
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode not in (0, 3):
                raise SystemExit(done.stderr)
            seconds[name].append(time.time() - begun)
        print(Path(folder, "summary.json").read_text().replace("\n", " "))
for name, values in seconds.items():
    print(f"{name:9} median {statistics.median(values):.1f} s of {[round(value, 1) for value in values]}")
print(f"plimsoll / python = {statistics.median(seconds['plimsoll']) / statistics.median(seconds['python']):.3f}")
