#!/usr/bin/env bash
# Alpha158 on 800 stocks x 3,391 days: our seconds for sql/equity/alpha158.sql beside qlib's Alpha158 on the same panel, in one run.
#
#   benches/alpha158.sh PANEL.parquet [ROUNDS]
#
# PANEL.parquet is made by ../shared/bench/make_panel.py; python3 (or $PYTHON) needs pyqlib, pandas, pyarrow and numpy. Rounds alternate
# between the programs. Ours computes three times in one process, reading the Parquet file each time, and the middle one counts. qlib's
# seconds are those of D.features alone: it reads a binary store that it made before its clock started ($WORK, kept between runs if it
# is named). Neither has a cache of results. Medians and the ratio come last.
set -euo pipefail
panel=$(realpath "$1")
rounds=${2:-2}
here=$(cd "$(dirname "$0")" && pwd)
peer=${PEER:-$here/../../shared/bench/qlib_alpha158.py}
plimsoll=${PLIMSOLL:-${CARGO_TARGET_DIR:-$here/../target}/release/plimsoll}
python=${PYTHON:-python3}
kernels=${KERNELS:-$(nproc)}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
work=${WORK:-$scratch/qlib}
log=$scratch/seconds
# The query names its entity `ticker`; the panel says `symbol`.
"$python" - "$panel" "$scratch/bars.parquet" <<'PYTHON'
import sys

import pyarrow.parquet as pq

table = pq.read_table(sys.argv[1])
names = ["ticker" if name == "symbol" else name for name in table.column_names]
pq.write_table(table.rename_columns(names), sys.argv[2], compression="zstd")
PYTHON
for _ in $(seq "$rounds"); do
  "$plimsoll" --root / query "$here/../sql/equity/alpha158.sql" --table "bars=$scratch/bars.parquet:ticker,date" --times 3 \
    | sed -nE 's/.*: ([0-9.]+) s$/\1/p' | sort -n | sed -n 2p | sed 's/^/plimsoll /' >> "$log"
  "$python" "$peer" "$panel" "$work" "$kernels" 2> /dev/null | sed -nE 's/.* seconds ([0-9.]+) .*/qlib \1/p' >> "$log"
done
"$python" - "$log" <<'PYTHON'
import statistics
import sys

seconds = {}
for line in open(sys.argv[1]):
    name, value = line.split()
    seconds.setdefault(name, []).append(float(value))
medians = {name: statistics.median(values) for name, values in seconds.items()}
for name, values in sorted(seconds.items()):
    print(f"{name:18} median {medians[name]:.2f} s of {values}")
print(f"plimsoll / qlib = {medians['plimsoll'] / medians['qlib']:.3f}")
PYTHON
