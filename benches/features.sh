#!/usr/bin/env bash
# The 14 features of ../shared/bench/features_peers.py on 800 stocks x 3,391 days: our seconds and those of polars and DuckDB.
#
#   benches/features.sh PANEL.parquet [ROUNDS]
#
# PANEL.parquet is made by ../shared/bench/make_panel.py; python3 needs polars, duckdb, pyarrow and numpy. Rounds alternate between
# the programs, each runs twice a round in one process; the second, warm run counts. Medians and ratios come last.
set -euo pipefail
panel=$(realpath "$1")
rounds=${2:-5}
here=$(cd "$(dirname "$0")" && pwd)
peers=${PEERS:-$here/../../shared/bench/features_peers.py}
plimsoll=${PLIMSOLL:-${CARGO_TARGET_DIR:-$here/../target}/release/plimsoll}
threads=${THREADS:-$(nproc)}
log=$(mktemp)
for _ in $(seq "$rounds"); do
  "$plimsoll" --root / query "$here/features/fourteen.sql" --table "panel=$panel:symbol,date" --times 2 | tail -1 | sed -E 's/.*: (.*) s$/plimsoll \1/' >> "$log"
  "$plimsoll" --root / query "$here/features/fourteen.sql" --table "panel=$panel" --times 2 | tail -1 | sed -E 's/.*: (.*) s$/plimsoll_unsorted \1/' >> "$log"
  python3 "$peers" "$panel" "$threads" | awk '{ last[$1] = $(NF - 1) } END { for (name in last) print name, last[name] }' >> "$log"
done
python3 - "$log" <<'PYTHON'
import statistics, sys
seconds = {}
for line in open(sys.argv[1]):
    name, value = line.split()
    seconds.setdefault(name, []).append(float(value))
medians = {name: statistics.median(values) for name, values in seconds.items()}
for name, values in sorted(seconds.items()):
    print(f"{name:18} median {medians[name]:.3f} s of {values}")
for ours in ("plimsoll", "plimsoll_unsorted"):
    for peer in ("polars", "duckdb"):
        print(f"{ours} / {peer} = {medians[ours] / medians[peer]:.2f}")
PYTHON
rm -f "$log"
