#!/usr/bin/env python3
"""Nights and backfills killed (SIGKILL) at random moments: nothing half-written, and the same bytes after a second run.

    tests/fault/killed_nights.py [--program PATH] [--root PATH] [--short] [--jobs N] [--keep FOLDER]

It needs Python 3.9. The loan report of the sample is run once, then its next night and a backfill of three month ends are each killed at
100 moments spread at random over the time that they take (`--short`: five). After a kill every run folder that stands must hold the
files that its `run.json` names, with their hashes, and after a second command everything must be as if nothing had been killed.

Exit code: 0 when nothing differs.
"""

import concurrent.futures
import hashlib
import json
import random
import re
import subprocess
import sys
import time

from common import FASTER, MADE, REPORT, SECONDS, Scratch, arguments, copy, differing, outputs, project, run, table

FIRST, NEXT = "2019-12-30", "2019-12-31"
NIGHT = ["run", f"reports/{REPORT}.toml", "--as-of", NEXT]
BACKFILL = ["backfill", f"reports/{REPORT}.toml", "--from", "2019-09-30", "--to", "2019-11-30", "--step", "1mo"]


def command(args, place, words):
    return [str(args.program.resolve()), "--root", str(place), "--out", str(place / "out"), "--quiet", *words]


def runs(place):
    """The run folders of the report, by day, and what each must hold."""
    return {folder.name: outputs(folder) for folder in sorted((place / "out" / REPORT).glob("????-??-??"))}


def half_written(place):
    """What a run folder that stands lacks, or holds otherwise than its manifest says."""
    found = []
    for folder in (place / "out" / REPORT).glob("????-??-??"):
        try:
            named = json.loads((folder / "run.json").read_bytes())["outputs"]
        except (OSError, ValueError, KeyError) as cause:
            found.append(f"{folder.name}: {cause}")
            continue
        for name, digest in named.items():
            path = folder / name
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                found.append(f"{folder.name}/{name}")
    return found


def killed(args, start, place, words, after, expected):
    """What is wrong after a kill `after` seconds into the command; whether it was killed before its end."""
    copy(start, place)
    child = subprocess.Popen(command(args, place, words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        child.wait(after)
        in_time = False
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        in_time = True
    wrong = half_written(place)
    code, _, stderr = run(command(args, place, words), SECONDS * 3)
    if code not in MADE:
        wrong.append(f"the second command ends with {code}: {stderr.strip()[-200:]}")
    found = runs(place)
    for day in sorted(found.keys() | expected.keys()):
        wrong += [f"{day}/{name}" for name in differing(found.get(day, {}), expected.get(day, {}))]
    strays = [path.name for path in (place / "out" / REPORT).iterdir() if not re.fullmatch(r"\d{4}-\d\d-\d\d|\.work|\.lock", path.name)]
    return in_time, wrong + [f"left over: {name}" for name in strays]


def main():
    args = arguments(__doc__.splitlines()[0]).parse_args()
    draw = random.Random(7)
    n_moments = 5 if args.short else 100
    rows, n_wrong = [], 0
    with Scratch(args) as scratch:
        start = project(args.root, scratch / "start", FASTER)
        code, _, stderr = run(command(args, start, ["run", f"reports/{REPORT}.toml", "--as-of", FIRST]))
        if code not in MADE:
            sys.exit(f"error: the first night ends with {code}: {stderr}")
        for name, words in (("next night", NIGHT), ("backfill", BACKFILL)):
            whole = scratch / "whole"
            copy(start, whole)
            begun = time.monotonic()
            code, _, stderr = run(command(args, whole, words), SECONDS * 3)
            seconds = time.monotonic() - begun
            if code not in MADE:
                sys.exit(f"error: the {name} ends with {code}: {stderr}")
            expected = runs(whole)
            # Two at a time are slower than one: the last moments would else come before the end.
            moments = [draw.uniform(0, 1.5 * seconds) for _ in range(n_moments)]
            with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
                done = list(pool.map(lambda at: killed(args, start, scratch / f"{name}-{at[0]}".replace(" ", "-"), words, at[1], expected), enumerate(moments)))
            for (_, wrong), moment in zip(done, moments):
                for one in wrong:
                    print(f"{name} killed after {moment:.2f} s: {one}")
            n_differ = sum(1 for _, wrong in done if wrong)
            n_wrong += n_differ
            rows.append([name, f"{seconds:.1f}", n_moments, sum(1 for in_time, _ in done if in_time), n_differ])
        table(["command", "seconds", "moments", "killed before the end", "differ"], rows)
    return 1 if n_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
