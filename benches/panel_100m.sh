#!/usr/bin/env bash
# A feature stage larger than memory: loan-months x 12 columns through benches/panel_100m/*.sql to one sorted Parquet file.
#
#   benches/panel_100m.sh FOLDER [ROWS]
#
# Generates the rows (default 100,000,000; needs about 1.2 GB per 100 million, and 20 GB free for sorting) below FOLDER unless they are
# there, runs `plimsoll features --rows`, prints seconds, peak resident memory and rows, fails above 4 GB, and checks the landed file
# against plain loops. python3 needs pyarrow and numpy.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(realpath "$1")
rows=${2:-100000000}
plimsoll=${PLIMSOLL:-${CARGO_TARGET_DIR:-$here/../target}/release/plimsoll}
[ -e "$folder/data/macro.parquet" ] || python3 "$here/panel_100m/generate.py" "$folder/data" "$rows"
mkdir -p "$folder/sql" "$folder/tmp"
cp "$here"/panel_100m/*.sql "$folder/sql/"
cp "$here/panel_100m/panel_100m.toml" "$folder/"
rm -f "$folder/landed.parquet"
TMPDIR=$folder/tmp /usr/bin/time -v -o "$folder/time.txt" "$plimsoll" --root "$folder" features panel_100m.toml --rows "$folder/landed.parquet"
left=$(find "$folder/tmp" -mindepth 1 | wc -l)
python3 - "$folder" "$left" <<'PYTHON'
import glob, os, sys
import pyarrow.parquet as pq
folder, left = sys.argv[1], int(sys.argv[2])
lines = dict(line.strip().rsplit(": ", 1) for line in open(f"{folder}/time.txt") if ": " in line)
parts = [float(part) for part in lines["Elapsed (wall clock) time (h:mm:ss or m:ss)"].split(":")]
seconds = sum(part * 60**place for place, part in enumerate(reversed(parts)))
peak = int(lines["Maximum resident set size (kbytes)"]) / 2**20
n_in = sum(pq.ParquetFile(path).metadata.num_rows for path in glob.glob(f"{folder}/data/months_*.parquet"))
landed = pq.ParquetFile(f"{folder}/landed.parquet").metadata
print(f"{n_in} rows x 12 columns in, {landed.num_rows} rows x {landed.num_columns} columns out ({os.path.getsize(folder + '/landed.parquet') / 2**30:.2f} GB)")
print(f"{seconds:.1f} s, peak resident memory {peak:.2f} GB, {left} temporary files left")
assert peak <= 4 and left == 0, "beyond 4 GB, or temporary files left"
PYTHON
python3 "$here/panel_100m/check.py" "$folder/data" "$folder/landed.parquet"
