#!/usr/bin/env bash
# A backfill of month ends beside single runs of the same days, one after the other: seconds, ratio, and whether every byte is the same
# (but run.json's clock and machine, and the attestation, which holds its digest).
#
#   benches/backfill.sh [SPEC] [FROM] [TO]
#
# The single runs are made first, into a folder of their own, so that each also has what those before it remember.
set -euo pipefail
spec=${1:-tests/real/us_prices.toml}
from=${2:-2015-11-30}
to=${3:-2017-10-31}
here=$(cd "$(dirname "$0")/.." && pwd)
plimsoll=${PLIMSOLL:-${CARGO_TARGET_DIR:-$here/target}/release/plimsoll}
python=${PYTHON:-python3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$here"
now() { date +%s.%N; }
days=$("$plimsoll" backfill "$spec" --from "$from" --to "$to" --out "$scratch/none" --dry-run --json --quiet | sed -E 's/.*"as_of":"([^"]*)".*/\1/')
begun=$(now)
for day in $days; do
  "$plimsoll" run "$spec" --as-of "$day" --out "$scratch/single" --breach ok --quiet > /dev/null
done
single=$(echo "$(now) - $begun" | bc)
begun=$(now)
"$plimsoll" backfill "$spec" --from "$from" --to "$to" --out "$scratch/backfill" --breach ok --quiet
backfill=$(echo "$(now) - $begun" | bc)
"$python" - "$scratch" "$single" "$backfill" <<'PYTHON'
import json
import pathlib
import sys

scratch, single, backfill = pathlib.Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])


def files(side):
    found = {}
    for path in sorted((scratch / side).glob("*/[0-9]*/**/*")):
        if not path.is_file() or path.name == "attestation.json":
            continue
        text = path.read_bytes()
        if path.name == "run.json":
            text = json.dumps({key: value for key, value in json.loads(text).items() if key != "machine"})
        found[str(path.relative_to(scratch / side))] = text
    return found


alone, many = files("single"), files("backfill")
differ = sorted(name for name in alone.keys() | many.keys() if alone.get(name) != many.get(name))
n_runs = sum(name.endswith("run.json") for name in alone)
print(f"{n_runs} single runs {single:.1f} s, backfill {backfill:.1f} s, backfill / single = {backfill / single:.3f}")
print("bytes: " + ("equal" if not differ else f"{len(differ)} files differ: {differ[:5]}"))
sys.exit(1 if differ else 0)
PYTHON
