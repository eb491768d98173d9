#!/usr/bin/env python3
"""A night of `us_prices` from nothing, and the next one: seconds, peak memory, and what the second adds to the disk.

    python3 benches/next_night.py PLIMSOLL [BASE BASE_ROOT] [--rounds N]

PLIMSOLL is the program; BASE another one, run from BASE_ROOT (the checkout it was built from, with ../shared beside it). Rounds
alternate. Ratios are of medians. The second night has one more day of prices: `--as-of` of two neighbouring days.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SPEC = "tests/real/us_prices.toml"
# Inside the tested span: later days add no row that is tested.
NIGHTS = ["2017-07-05", "2017-07-06"]


def disk(folder):
    """Bytes below a folder; a file of several names counts once."""
    seen = {}
    for place, _, names in os.walk(folder):
        for name in names:
            facts = os.lstat(os.path.join(place, name))
            seen[(facts.st_dev, facts.st_ino)] = facts.st_blocks * 512
    return sum(seen.values())


def night(program, root, out, day):
    before = disk(out)
    begun = time.perf_counter()
    done = subprocess.run([program, "--out", out, "run", SPEC, "--as-of", day], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    if done.returncode not in (0, 3):
        sys.exit(f"{program} ended with {done.returncode}")
    machine = json.loads((Path(out) / "us_prices" / day / "run.json").read_text())["machine"]
    stages = " ".join(f"{name} {value:.1f}" for name, value in machine["seconds"].items())
    print(f"  {day}: {seconds:.1f} s, peak {machine['peak_memory_bytes'] / 1e9:.2f} GB, disk +{(disk(out) - before) / 1e6:.1f} MB; {stages}", flush=True)
    return seconds


def main():
    arguments = sys.argv[1:]
    rounds = 2
    if "--rounds" in arguments:
        at = arguments.index("--rounds")
        rounds = int(arguments[at + 1])
        del arguments[at : at + 2]
    here = Path(__file__).resolve().parent.parent
    programs = [("ours", os.path.abspath(arguments[0]), here)]
    if len(arguments) == 3:
        programs.append(("base", os.path.abspath(arguments[1]), Path(arguments[2])))
    seconds = {}
    for _ in range(rounds):
        for name, program, root in programs:
            print(name)
            out = tempfile.mkdtemp(prefix="night-")
            for which, day in zip(("first", "next"), NIGHTS):
                seconds.setdefault((name, which), []).append(night(program, root, out, day))
            shutil.rmtree(out)
    medians = {key: statistics.median(values) for key, values in seconds.items()}
    for (name, which), value in medians.items():
        print(f"{name} {which}: median {value:.1f} s")
    print(f"next / first = {medians['ours', 'next'] / medians['ours', 'first']:.3f}")
    if ("base", "first") in medians:
        print(f"first / base's first = {medians['ours', 'first'] / medians['base', 'first']:.3f}")
        print(f"next / base's first = {medians['ours', 'next'] / medians['base', 'first']:.3f}")


if __name__ == "__main__":
    main()
