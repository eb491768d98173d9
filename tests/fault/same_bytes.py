#!/usr/bin/env python3
"""The same bytes whatever the threads, the zone, the locale, the folders, the memory and the processor.

    tests/fault/same_bytes.py [--program PATH] [--root PATH] [--short] [--jobs N] [--keep FOLDER]

It needs Python 3.9. Both reports of the sample are made as they come, and again in 22 other ways. Every file must come out the same but
`attestation.json`, which hashes `run.json`, and of `run.json` the machine. `--short` makes the loan report alone.

glibc is told by GLIBC_TUNABLES to leave instructions out, which its own functions heed and nobody else; a processor that lacks them is
QEMU's (`qemu-x86_64`, of Debian's qemu-user), which is slow: it makes the loan report on one thread.

Exit code: 0 when nothing differs.
"""

import concurrent.futures
import dataclasses
import os
import pathlib
import shutil
import sys
import time

from common import DAY, MADE, SECONDS, Scratch, arguments, differing, outputs, run

REPORTS = ("loan_default", "equity_var")

# QEMU takes about half a minute on an idle machine.
QEMU_SECONDS = 600

LOADER = pathlib.Path("/lib64/ld-linux-x86-64.so.2")

AVX2 = ["AVX2", "FMA"]
AVX512 = ["AVX512F", "AVX512VL", "AVX512BW", "AVX512DQ", "AVX512CD"]
ALL = [*AVX2, *AVX512, "AVX", "FMA4", "F16C", "BMI1", "BMI2", "LZCNT", "POPCNT", "MOVBE", "SSE3", "SSSE3", "SSE4_1", "SSE4_2", "ERMS", "FSRM"]


def without(features):
    """The tunable that leaves processor features out: glibc calls them AVX2 since 2.33, AVX2_Usable before, and passes over what it does not know."""
    return {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=" + ",".join(f"-{name},-{name}_Usable" for name in features)}


@dataclasses.dataclass
class Way:
    """A way to start the program."""
    name: str
    threads: int = None
    environment: dict = dataclasses.field(default_factory=dict)
    unset: tuple = ()
    umask: int = -1
    # Whether it starts elsewhere, and whether it is told of folders by their relative paths.
    is_elsewhere: bool = False
    is_relative: bool = False
    processor: str = None


WAYS = [
    *(Way(f"{n} threads", threads=n) for n in (1, 2, 3, 8)),
    *(Way(f"TZ={zone}", environment={"TZ": zone}) for zone in ("Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati")),
    Way("LC_ALL=C", environment={"LC_ALL": "C"}),
    Way("LC_ALL=tr_TR.UTF-8", environment={"LC_ALL": "tr_TR.UTF-8"}),
    Way("LANG=de_DE.UTF-8", environment={"LANG": "de_DE.UTF-8"}, unset=("LC_ALL",)),
    Way("umask 077", umask=0o077),
    Way("umask 000", umask=0),
    Way("elsewhere, absolute --root", is_elsewhere=True),
    Way("elsewhere, relative --root", is_elsewhere=True, is_relative=True),
    Way("TMPDIR", environment={"TMPDIR": "{place}/temporary"}),
    Way("no HOME", unset=("HOME", "USER", "LOGNAME")),
    Way("memory is filled", environment={"GLIBC_TUNABLES": "glibc.malloc.perturb=165"}),
    Way("glibc without AVX2, FMA", environment=without(AVX2)),
    Way("glibc without AVX-512", environment=without(AVX512)),
    Way("glibc without all it knows", environment=without(ALL)),
    Way("QEMU's Nehalem (no AVX, no FMA)", processor="Nehalem", threads=1),
    Way("QEMU's Haswell (no AVX-512)", processor="Haswell", threads=1),
]


def made(args, place, way, report):
    """Makes a report in one way: its files, or words why there are none; the seconds it took."""
    place.mkdir(parents=True)
    (place / "temporary").mkdir()
    root, out = args.root.resolve(), place / "out"
    if way.is_relative:
        root, out = os.path.relpath(root, place), "out"
    command = [args.program.resolve(), "run", f"reports/{report}.toml", "--root", root, "--out", out]
    if way.threads:
        command += ["--threads", way.threads]
    if way.processor:
        command = ["qemu-x86_64", "-cpu", way.processor, *command]
    environment = {name: value for name, value in os.environ.items() if name not in way.unset}
    environment |= {name: value.replace("{place}", str(place)) for name, value in way.environment.items()}
    begun = time.monotonic()
    code, _, stderr = run(command, QEMU_SECONDS if way.processor else SECONDS, env=environment, umask=way.umask,
                          cwd=place if way.is_elsewhere else args.root)
    seconds = time.monotonic() - begun
    if code not in MADE:
        return f"ends with {code}: {stderr.splitlines()[-1] if stderr else 'no word'}", seconds
    return outputs(place / "out" / report / DAY), seconds


def is_heeded(way):
    """Whether glibc leaves anything out; None where it was not asked."""
    if "hwcaps" not in way.environment.get("GLIBC_TUNABLES", "") or not LOADER.exists():
        return None
    def active(environment):
        told = run([LOADER, "--list-diagnostics"], env=environment)[1].splitlines()
        return [line for line in told if line.startswith("x86.cpu_features") and "active" in line]
    return active({}) != active(way.environment)


def main():
    args = arguments("the same bytes in 22 ways").parse_args()
    reports = REPORTS[:1] if args.short else REPORTS
    has_qemu = shutil.which("qemu-x86_64") is not None
    begun = time.monotonic()
    n_wrong = n_made = 0
    with Scratch(args) as scratch, concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        plain = {report: made(args, scratch / "plain" / report, Way("plain"), report)[0] for report in reports}
        for report, files in plain.items():
            if isinstance(files, str):
                sys.exit(f"error: {report}: {files}")
        tasks = [(way, report) for way in WAYS for report in (reports[:1] if way.processor else reports) if has_qemu or not way.processor]
        places = [scratch / f"way-{at}" for at in range(len(tasks))]
        for (way, report), (files, seconds) in zip(tasks, pool.map(lambda task, place: made(args, place, *task), tasks, places)):
            n_made += 1
            differs = files if isinstance(files, str) else ", ".join(differing(plain[report], files))
            n_wrong += bool(differs)
            said = f"DIFFERS: {differs}" if differs else f"{len(files)} files the same"
            if is_heeded(way) is False:
                said += " (this glibc leaves nothing out)"
            print(f"{way.name:<32} {report:<13} {seconds:6.1f} s  {said}", flush=True)
    if not has_qemu:
        print("skipped: other processors, there is no qemu-x86_64")
    print(f"\n{len(WAYS)} ways, {n_made} runs in {time.monotonic() - begun:.0f} s, {n_wrong} differ")
    sys.exit(n_wrong > 0)


if __name__ == "__main__":
    main()
