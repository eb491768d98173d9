#!/usr/bin/env bash
# One pass of the shipped equity SQL on the US prices, beside the same 25 features in polars: seconds, ratio, and the largest difference.
#
#   benches/equity_sql.sh [ROUNDS]
#
# python3 (or $PYTHON) needs polars. Rounds alternate. Ours is one pass and the writing of its rows as Parquet (`features --rows`), a
# process each; theirs the second pass of a process, the writing not counted.
set -euo pipefail
rounds=${1:-3}
here=$(cd "$(dirname "$0")/.." && pwd)
plimsoll=${PLIMSOLL:-${CARGO_TARGET_DIR:-$here/target}/release/plimsoll}
python=${PYTHON:-python3}
shared=$here/../shared
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$here"
for _ in $(seq "$rounds"); do
  begun=$(date +%s.%N)
  "$plimsoll" features tests/real/us_prices.toml --rows "$scratch/ours.parquet" > /dev/null 2>&1
  echo "plimsoll $(echo "$(date +%s.%N) - $begun" | bc)" >> "$scratch/seconds"
  "$python" "$shared/bench/equity_features_peers.py" "$shared/data/prices_us_1962_2017.parquet" 2 "$scratch/theirs.parquet" \
    | sed -nE 's/.* ([0-9.]+) s$/polars \1/p' | tail -1 >> "$scratch/seconds"
done
"$python" - "$scratch" <<'PYTHON'
import statistics
import sys

import polars as pl

scratch = sys.argv[1]
seconds = {}
for line in open(f"{scratch}/seconds"):
    name, value = line.split()
    seconds.setdefault(name, []).append(float(value))
for name, values in sorted(seconds.items()):
    print(f"{name:9} median {statistics.median(values):.2f} s of {values}")
print(f"plimsoll / polars = {statistics.median(seconds['plimsoll']) / statistics.median(seconds['polars']):.3f}")
ours, theirs = (pl.read_parquet(f"{scratch}/{name}.parquet").with_columns(pl.col("as_of").cast(pl.Date)) for name in ("ours", "theirs"))
both = ours.join(theirs, on=["entity", "as_of"], how="inner", suffix="_theirs")
print(f"rows: {ours.height} and {theirs.height}, {both.height} in both")
for name in ours.columns:
    if name + "_theirs" not in both.columns or not ours[name].dtype.is_numeric():
        continue
    a, b = both[name].cast(pl.Float64), both[name + "_theirs"].cast(pl.Float64).fill_nan(None)
    apart = both.select(((a - b).abs() / pl.max_horizontal(a.abs(), b.abs(), pl.lit(1.0))).max()).item()
    nulls = (a.is_null() != b.is_null()).sum()
    print(f"{name:22} largest difference {apart or 0:.1e}, NULL on one side {nulls}")
PYTHON
