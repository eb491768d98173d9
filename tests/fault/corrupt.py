#!/usr/bin/env python3
"""Cuts files and flips bits in them, one at a time: whatever is damaged is refused by name, or changes nothing.

    tests/fault/corrupt.py [--program PATH] [--root PATH] [--short] [--jobs N] [--keep FOLDER] [--seed N] [--case ID]

It needs Python 3.9; with ssh-keygen a sign-off is damaged too, with pyarrow (`pip install pyarrow`) tables whose pages have checksums.
Five groups: `loans` are the loan report's Parquet files, given to `run`; `checked` the same with checksums; `prices` the other report's, given to
`features --rows`; `folder` the files of a run folder, given to `verify`; `kept` the results in .work, given to `run`.

A case is refused (exit code 1 and the file's name), harmless (the same numbers), silent (other numbers and no word), nameless (exit code 1,
the file is not named) or bad (any other end). Silent and nameless are allowed in Parquet pages without checksums alone, where nobody can tell
other numbers from the right ones. A case is named GROUP:FILE:flip:BYTE.BIT or GROUP:FILE:cut:BYTES; `--case ID --keep FOLDER` makes one again.

Exit code: 0 when every case is refused, harmless, or what is allowed.
"""

import collections
import concurrent.futures
import dataclasses
import json
import os
import queue
import random
import re
import shutil
import sys
import time

import parquet
from common import DAY, FASTER, MADE, REPORT, Scratch, arguments, copy, outputs, project, remove, run, sha256, table, tree

PLACE = f"{REPORT}/{DAY}"

# Cases in the long form and in the short one. The equity report's tables take longest.
N_CASES = {"loans": (350, 20), "checked": (100, 6), "prices": (50, 4), "folder": (250, 15), "kept": (250, 15)}

LOANS = [f"data/sample/{name}.parquet" for name in ("loans", "loan_events", "macro")]
PRICES = [f"data/sample/{name}.parquet" for name in ("prices", "stocks")]

# A file that asks for more than this is not refused but believed; it ends the program, and the machine stays.
MEMORY_KB = 8 << 20


@dataclasses.dataclass(frozen=True)
class Case:
    group: str
    file: str
    # `flip` or `cut`, and where: the byte and the bit, or how many bytes are left.
    how: str
    byte: int
    bit: int = 0

    def __str__(self):
        return f"{self.group}:{self.file}:{self.how}:{self.byte}" + (f".{self.bit}" if self.how == "flip" else "")

    def damaged(self, content):
        if self.how == "cut":
            return content[:self.byte]
        return content[:self.byte] + bytes([content[self.byte] ^ 1 << self.bit]) + content[self.byte + 1:]


@dataclasses.dataclass
class Told:
    case: Case
    what: str
    # The part of the file.
    where: str
    words: str


class Suite:
    """What is damaged, and what comes of it when it is not."""

    def __init__(self, args, scratch):
        self.program, self.scratch = args.program.resolve(), scratch
        self.projects = {"loans": project(args.root, scratch / "loans", FASTER)}
        self.projects["prices"] = self.projects["loans"]
        self.add_checked()
        self.expected = {group: self.numbers(group, root, scratch / "expected") for group, root in self.projects.items()}
        self.ran = scratch / "ran"
        remove(self.ran)
        self.made(["run", f"reports/{REPORT}.toml"], self.ran)
        self.expected["kept"] = outputs(self.ran / PLACE)
        self.kept = scratch / "kept"
        copy(self.ran, self.kept)
        remove(self.kept / PLACE)
        if shutil.which("ssh-keygen"):
            remove(scratch / "key")
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", scratch / "key"])
            self.made(["sign", self.ran / PLACE, "--as", "reviewed", "--key", scratch / "key"], self.ran)
        else:
            print("skipped: a damaged sign-off, there is no ssh-keygen")

    def add_checked(self):
        try:
            import pyarrow.parquet
        except ImportError:
            print("skipped: pages with checksums, there is no pyarrow")
            return
        place = self.scratch / "checked"
        copy(self.projects["loans"], place)
        for name in LOANS:
            rows = pyarrow.parquet.read_table(place / name)
            pyarrow.parquet.write_table(rows, place / name, compression="zstd", write_page_checksum=True)
        self.projects["checked"] = place

    def started(self, command, out, root=None):
        """Runs the program within a bound of memory."""
        words = [self.program, *command, "--root", root or self.projects["loans"], "--out", out, "--threads", "1"]
        return run(["sh", "-c", f'ulimit -v {MEMORY_KB}; exec "$@"', "sh", *words])

    def made(self, command, out):
        code, _, stderr = self.started(command, out)
        if code not in MADE:
            sys.exit(f"error: {' '.join(map(str, command))}: ends with {code}: {stderr}")

    def command(self, group, out):
        """What a group's files are given to."""
        if group == "prices":
            return ["features", "reports/equity_var.toml", "--rows", out / "rows.parquet"]
        return ["verify", out / PLACE] if group == "folder" else ["run", f"reports/{REPORT}.toml"]

    def numbers(self, group, root, out):
        """What comes of undamaged tables."""
        remove(out)
        out.mkdir(parents=True)
        code, _, stderr = self.started(self.command(group, out), out, root)
        if code not in MADE:
            sys.exit(f"error: {group}: ends with {code}: {stderr}")
        return self.read(group, out)

    def read(self, group, out):
        """The numbers that a run made of its tables, without the hashes of those."""
        if group == "prices":
            return sha256((out / "rows.parquet").read_bytes())
        found = {name: digest for name, digest in tree(out / PLACE).items() if name.endswith(".parquet") or name.startswith("models/")}
        summary = (out / PLACE / "summary.json").read_text()
        inputs = json.loads((out / PLACE / "run.json").read_text())
        for digest in [inputs["inputs_sha256"], *inputs["inputs"]["files"].values()]:
            # The page shows the first digits too.
            for n_digits in (64, 12, 8):
                summary = summary.replace(digest[:n_digits], "HASH")
        found["summary.json"] = summary
        return found

    def base(self, group):
        """The folder whose files a group damages."""
        return self.projects.get(group) or {"folder": self.ran / PLACE, "kept": self.kept / REPORT / ".work"}[group]

    def files(self, group):
        if group in self.projects:
            return PRICES if group == "prices" else LOANS
        return sorted(tree(self.base(group)))

    def cases(self, group, n, chance):
        """`n` cases, the same for the same seed."""
        files = self.files(group)
        contents = {name: (self.base(group) / name).read_bytes() for name in files}
        for _ in range(n):
            name = chance.choice(files)
            content = contents[name]
            if chance.random() < 0.2:
                yield Case(group, name, "cut", chance.randrange(len(content)))
                continue
            span = range(len(content))
            # Every second flip goes where a file says what it holds, which is little and counts most.
            if chance.random() < 0.5 and group == "kept":
                span = range(header_of(content))
            elif chance.random() < 0.5 and group in self.projects:
                region = chance.choice([region for region in parquet.regions(content) if region.what not in (parquet.CHECKED, parquet.UNCHECKED)])
                span = range(region.start, region.end)
            yield Case(group, name, "flip", chance.choice(span), chance.randrange(8))

    def attempt(self, case, place):
        """Damages one file of a copy and tells what came of it."""
        out = place / "out"
        remove(out)
        root = None
        if case.group in self.projects:
            out.mkdir(parents=True)
            root = place / case.group
            if not root.exists():
                copy(self.projects[case.group], root)
            file = root / case.file
        else:
            copy(self.ran if case.group == "folder" else self.kept, out)
            file = (out / PLACE if case.group == "folder" else out / REPORT / ".work") / case.file
        content = file.read_bytes()
        # The files of a run are read-only.
        file.chmod(0o644)
        file.write_bytes(case.damaged(content))
        code, _, stderr = self.started(self.command(case.group, out), out, root)
        if root:
            file.write_bytes(content)
        where = self.where(case, content)
        words = " ".join(line.strip() for line in stderr.splitlines() if not re.match(rf"{REPORT}: |equity_var: ", line))[:300]
        if code in MADE:
            return Told(case, "harmless" if self.is_same(case, out) else "silent", where, f"exit code {code}")
        if code != 1:
            return Told(case, "bad", where, f"exit code {code}: {words}")
        # A signature is told by what it signs.
        name = case.file.removesuffix(".sig")
        return Told(case, "refused" if name in stderr else "nameless", where, words)

    def is_same(self, case, out):
        """Whether nothing came of a damage that was not refused."""
        if case.group == "folder":
            # Two spellings of one signature, both of which hold, are as good as each other; of any other file every byte is hashed.
            return case.file.endswith(".sig")
        now = outputs(out / PLACE) if case.group == "kept" else self.read(case.group, out)
        return now == self.expected[case.group]

    def where(self, case, content):
        """The part of a file that a flip hits."""
        if case.how == "cut":
            return "cut"
        if case.group in self.projects:
            return next(region.what for region in parquet.regions(content) if region.start <= case.byte < region.end)
        if case.group == "kept" and case.file != "runs.json":
            return "header" if case.byte < header_of(content) else "numbers"
        return os.path.basename(case.file)


def attempted(suite, cases, n_jobs):
    """What came of each case, some at a time."""
    places = queue.Queue()
    for at in range(n_jobs):
        (suite.scratch / f"at-{at}").mkdir(exist_ok=True)
        places.put(suite.scratch / f"at-{at}")

    def one(case):
        place = places.get()
        try:
            return suite.attempt(case, place)
        finally:
            places.put(place)

    with concurrent.futures.ThreadPoolExecutor(n_jobs) as pool:
        yield from pool.map(one, cases)


def parsed(text):
    """A case by its name."""
    group, name, how, where = text.split(":")
    byte, _, bit = where.partition(".")
    return Case(group, name, how, int(byte), int(bit or 0))


def header_of(content):
    """Where the numbers of a kept result begin: after a line of hash and one of JSON; the list of runs has no numbers."""
    lines = content.split(b"\n", 2)
    return len(content) - len(lines[2]) if len(lines) == 3 else len(content)


def is_wrong(told):
    is_allowed = told.what in ("silent", "nameless") and told.where == parquet.UNCHECKED
    return told.what not in ("refused", "harmless") and not is_allowed


def main():
    parser = arguments("cut and damaged files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", help="one case alone, by its name")
    args = parser.parse_args()
    begun = time.monotonic()
    with Scratch(args) as scratch:
        suite = Suite(args, scratch)
        chance = random.Random(args.seed)
        groups = [group for group in N_CASES if group != "checked" or group in suite.projects]
        cases = [case for group in groups for case in suite.cases(group, N_CASES[group][args.short], chance)]
        if args.case:
            cases = [parsed(args.case)]
        told = []
        for one in attempted(suite, cases, 1 if args.case else args.jobs):
            told.append(one)
            if is_wrong(one) or args.case:
                print(f"{one.what}: {one.case} ({one.where}): {one.words}", flush=True)
            if len(told) % 100 == 0:
                print(f"{len(told)} of {len(cases)} cases, {time.monotonic() - begun:.0f} s", flush=True)
    print()
    head = ["refused", "harmless", "silent", "nameless", "bad"]
    counts = collections.Counter((one.case.group, one.where, one.what) for one in told)
    rows = [[f"{group}: {where}", *(counts[group, where, what] for what in head)]
            for group, where in sorted({(one.case.group, one.where) for one in told})]
    rows.append(["all", *(sum(one.what == what for one in told) for what in head)])
    table(["group: part", *head], rows)
    n_wrong = sum(map(is_wrong, told))
    n_silent = sum(one.what == "silent" for one in told if not is_wrong(one))
    print(f"\n{len(told)} cases in {time.monotonic() - begun:.0f} s, {n_silent} silent in pages without checksums, {n_wrong} wrong")
    sys.exit(n_wrong > 0)


if __name__ == "__main__":
    main()
