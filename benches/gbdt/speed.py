"""One GBDT fit beside its peers: make_regression.py's rows, the settings of ../shared/bench/gbdt_peers.py.

Usage: speed.py PLIMSOLL FOLDER [TIMES]    (python with numpy, pyarrow, lightgbm and xgboost)
Ours is the walk stage of `plimsoll run` with one split window: hashing of the rows for the memory of past work, cut points, binning, training,
and forecasts of the 50,000 test rows. The peers' seconds are binning and training alone. Alternating; prints each run, medians and ratios.
"""
import os, re, statistics, subprocess, sys
import numpy as np, pyarrow.parquet as pq
from table import run, write

plimsoll, folder, times = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 3
n, m = 200_000, 50
bench = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "bench")
os.makedirs(folder, exist_ok=True)
subprocess.run([sys.executable, f"{bench}/make_regression.py", str(n), str(m), folder], check=True)
y = np.fromfile(f"{folder}/y.f32", np.float32)
x = np.fromfile(f"{folder}/x.f32", np.float32).reshape(m, len(y))
write(f"{folder}/rows.parquet", [(0, x, y)])
params = "trees = 100\ndepth = 6\nleaves = 64\nlearning_rate = 0.1\nmin_leaf_rows = 20\nmax_bins = 255"
ours, peers = [], {}
for _ in range(times):
    seconds, _, place = run(plimsoll, folder, 'scheme = "split"\nshare = 0.8', params)
    told = pq.read_table(f"{place}/predictions").to_pandas()
    r2 = 1 - ((told.realized - told.predicted) ** 2).mean() / told.realized.var(ddof=0)
    ours.append(seconds["walk"])
    print(f"plimsoll: walk {seconds['walk']:.2f} s, R2 {r2:.5f} on {len(told)} rows")
    text = subprocess.run([sys.executable, f"{bench}/gbdt_peers.py", str(n), str(m), folder, "2"], capture_output=True, text=True, check=True).stdout
    print(text.strip())
    for name, total in re.findall(r"^(.*?): .*total ([0-9.]+) s", text, re.M):
        peers.setdefault(name, []).append(float(total))
print(f"median of {times}: plimsoll {statistics.median(ours):.2f} s")
for name, totals in peers.items():
    print(f"  {name} {statistics.median(totals):.2f} s: ratio {statistics.median(ours) / statistics.median(totals):.2f}")
