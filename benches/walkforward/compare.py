"""The monthly walk of ../shared/bench/walkforward_peers.py, ours and theirs in one run: seconds, errors, and intervals of their differences.

Usage: compare.py PLIMSOLL [TIMES]    (from the repository's root; python with numpy, polars and lightgbm)
Runs alternate. Ours counts source, feature (the no-look-ahead test included), window and walk of `plimsoll run benches/walkforward/report.toml`;
theirs is everything they print. GBDT and OLS alone are timed by runs with one model, less the stages before the walk.
Intervals: 95 %, a bootstrap of 2,000 draws over blocks of 21 test days of the daily difference (ours less theirs).
"""
import contextlib, io, json, re, runpy, statistics, subprocess, sys, tempfile
from pathlib import Path
import numpy as np, polars as pl

plimsoll, times = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
here = Path(__file__).resolve().parent
root, shared = here.parents[1], here.parents[2] / "shared"
spec = (here / "report.toml").read_text()
head, *models = re.split(r"(?=^\[\[models\]\])", spec, flags=re.M)


def ours(chosen):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "report.toml").write_text(head + "".join(chosen))
        done = subprocess.run([plimsoll, "--root", str(root), "run", f"{folder}/report.toml", "--out", f"{folder}/out"], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        place = Path(done.stdout.strip().splitlines()[-1]).parent
        seconds = json.loads((place / "run.json").read_text())["machine"]["seconds"]
        told = pl.read_parquet(place / "predictions/*.parquet").filter(pl.col("realized").is_not_null())
        return seconds, told


def theirs():
    sys.argv = ["walkforward_peers.py", str(shared / "data/prices_us_1962_2017.parquet")]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        told = runpy.run_path(str(shared / "bench/walkforward_peers.py"))["out"]
    find = lambda pattern: float(re.search(pattern, said.getvalue()).group(1))
    return {"gbdt": find(r"lightgbm ([0-9.]+) s"), "ols": find(r"ols ([0-9.]+) s"), "all": find(r"total ([0-9.]+) s")}, told


def daily(told, forecast, target, day):
    """Mean squared error and rank IC of each day."""
    frame = told.select(day=pl.col(day), p=pl.col(forecast), y=pl.col(target))
    return frame.group_by("day").agg(mse=((pl.col("y") - pl.col("p")) ** 2).mean(), ic=pl.corr("p", "y", method="spearman")).sort("day")


def interval(difference, length=21, draws=2000):
    rng, n = np.random.default_rng(1), len(difference)
    starts = rng.integers(0, n - length + 1, (draws, -(-n // length)))
    means = [np.concatenate([difference[s:s + length] for s in row])[:n].mean() for row in starts]
    return difference.mean(), *np.quantile(means, [0.025, 0.975])


runs = {"all": [], "gbdt": [], "ols": []}
peers = {"all": [], "gbdt": [], "ols": []}
for _ in range(times):
    seconds, told = ours(models)
    runs["all"].append(sum(seconds[stage] for stage in ("source", "feature", "window", "walk")))
    for name, model in (("ols", models[0]), ("gbdt", models[1])):
        runs[name].append(ours([model])[0]["walk"])
    found, peer = theirs()
    for name in peers:
        peers[name].append(found[name])
    print(f"ours: all {runs['all'][-1]:.2f} s, gbdt walk {runs['gbdt'][-1]:.2f}, ols walk {runs['ols'][-1]:.2f}; theirs: {found}", flush=True)
for name in runs:
    print(f"{name}: median {statistics.median(runs[name]):.2f} s against {statistics.median(peers[name]):.2f} s, ratio {statistics.median(runs[name]) / statistics.median(peers[name]):.3f}")
for name, column in (("trees", "g"), ("ols", "l")):
    ours_told = told.filter(pl.col(f"{name}.mean").is_not_null())
    a = daily(ours_told, f"{name}.mean", "realized", "as_of")
    b = daily(peer, column, "y", "date")
    assert len(a) == len(b), "both test the same days"
    print(f"{name}: {ours_told.height} forecasts, theirs {peer.height}")
    for measure in ("mse", "ic"):
        difference = a[measure].to_numpy() - b[measure].to_numpy()
        mean, low, high = interval(difference[np.isfinite(difference)])
        print(f"  {measure}: ours {a[measure].mean():.6e}, theirs {b[measure].mean():.6e}, difference {mean:+.2e} [{low:+.2e}, {high:+.2e}]")
