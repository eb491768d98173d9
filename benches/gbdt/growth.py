"""Time and memory of the GBDT walk against rows, columns and windows, with fitted exponents.

Usage: growth.py PLIMSOLL FOLDER [small]    (python with numpy and pyarrow; `small` leaves out four million rows)
Each case is a whole `plimsoll run`; seconds are its walk stage (hashing, cut points, binning, training, forecasts), memory is the peak
of the process, truncation test and report included. 30 trees of 31 leaves. An exponent is the slope of log time on log size.
"""
import math, os, sys
import numpy as np
from table import ENTITIES, run, signal, write

plimsoll, folder = sys.argv[1], sys.argv[2]
is_small = len(sys.argv) > 3
os.makedirs(folder, exist_ok=True)
params = "trees = 30\nleaves = 31\ndepth = 16\nlearning_rate = 0.1\nmin_leaf_rows = 200"
written = None


def blocks(n, m, size=250_000):
    for start in range(0, n, size):
        rng = np.random.default_rng(7 + start)
        x = rng.standard_normal((m, min(size, n - start)), dtype=np.float32)
        yield start, x, signal(x) + rng.standard_normal(x.shape[1])


def case(n, m, window):
    global written
    if written != (n, m):
        write(f"{folder}/rows.parquet", blocks(n, m))
        written = (n, m)
    seconds, peak, _ = run(plimsoll, folder, window, params)
    print(f"| {n:,} | {m} | {window.splitlines()[0]:<20} | {seconds['walk']:.2f} | {sum(seconds.values()):.1f} | {peak / 1e9:.2f} |", flush=True)
    return seconds["walk"], peak


def exponent(sizes, values):
    return np.polyfit(np.log(sizes), np.log(values), 1)[0]


print("| rows | columns | windows | walk, s | all, s | peak, GB |\n|---|---|---|---|---|---|")
split = 'scheme = "split"\nshare = 0.8'
rows = [250_000, 1_000_000] + ([] if is_small else [4_000_000])
by_rows = [case(n, 20, split) for n in rows]
days = 1_000_000 // ENTITIES


def rolling(windows):
    test = math.ceil(days / 2 / windows)
    return f'scheme = "rolling" # {windows}\ntrain = "{days // 2}d"\ntest = "{test}d"'


by_windows = [case(1_000_000, 20, rolling(windows)) for windows in (12, 120)]
by_columns = [case(1_000_000, columns, split) for columns in (20, 160)]
if not is_small:
    case(4_000_000, 160, split)
for name, sizes, found in (("rows", rows, by_rows), ("columns", [20, 160], by_columns), ("windows", [12, 120], by_windows)):
    print(f"exponent in {name}: seconds {exponent(sizes, [a for a, _ in found]):.2f}, memory {exponent(sizes, [b for _, b in found]):.2f}")
