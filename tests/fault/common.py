"""What the three scripts share: a small project, its runs, and what two run folders must have in common."""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
REPORT = "loan_default"
DAY = "2020-01-01"

# The same report in less time: fewer windows and trees, one day of the test for look-ahead.
FASTER = [('test = "6mo"', 'test = "1y"'), ("trees = 60", "trees = 5"), ("truncation_dates = 5", "truncation_dates = 1")]

# Exit codes of a report that was made.
MADE = (0, 3)

# The longest that anything here may take; what takes longer hangs.
SECONDS = 120


def arguments(what):
    """The parser with the options that all scripts have."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--program", type=pathlib.Path, default=REPOSITORY / "target/release/plimsoll")
    parser.add_argument("--root", type=pathlib.Path, default=REPOSITORY, help="the project: reports/, sql/, templates/, data/sample/")
    parser.add_argument("--short", action="store_true", help="a part of the cases, for CI")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--keep", type=pathlib.Path, help="work in this folder, and leave it")
    return parser


class Scratch:
    """A folder that goes when the script ends, unless somebody named it."""

    def __init__(self, args):
        if not args.program.is_file():
            sys.exit(f"error: {args.program}: no such program; build it, or name one with --program")
        self.is_kept = args.keep is not None
        if self.is_kept:
            args.keep.mkdir(parents=True, exist_ok=True)
        self.path = args.keep.resolve() if self.is_kept else pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-fault-")).resolve()

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        if not self.is_kept:
            shutil.rmtree(self.path, ignore_errors=True)


def project(root, place, edits=()):
    """A copy of what the program reads below `root`, its loan report edited."""
    remove(place)
    for folder in ["reports", "sql", "templates", "data/sample"]:
        # A report's runs may stand beside its spec.
        ignored = (lambda path, names: [name for name in names if not name.endswith(".toml")]) if folder == "reports" else None
        shutil.copytree(root / folder, place / folder, ignore=ignored)
    spec = place / f"reports/{REPORT}.toml"
    text = spec.read_text()
    for old, new in edits:
        if text.count(old) != 1:
            sys.exit(f"error: {spec}: `{old}` stands there {text.count(old)} times, not once: mend FASTER in {__file__}")
        text = text.replace(old, new)
    spec.write_text(text)
    return place


def run(command, seconds=SECONDS, **more):
    """Runs a command to its end: exit code (minus the signal's number), stdout, stderr. A hang is killed, and code 124."""
    try:
        ended = subprocess.run([str(word) for word in command], capture_output=True, timeout=seconds, **more)
    except subprocess.TimeoutExpired:
        return 124, "", f"took longer than {seconds} seconds"
    return ended.returncode, ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace")


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def tree(folder):
    """SHA-256 of every file below a folder, by its path there; what is no plain file, by its kind."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            found[name] = "no plain file"
        elif path.is_file():
            found[name] = sha256(path.read_bytes())
    return found


def outputs(folder):
    """The files of a run that the same inputs must make again: without the attestation, which hashes `run.json`, and the machine in it."""
    found = tree(folder)
    found.pop("attestation.json", None)
    try:
        manifest = json.loads((folder / "run.json").read_bytes())
        manifest.pop("machine", None)
        found["run.json"] = json.dumps(manifest, sort_keys=True)
    except (OSError, ValueError):
        found["run.json"] = "no manifest"
    return found


def differing(one, other):
    """Names whose content differs between two trees, or that only one has."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def copy(source, place):
    """Replaces `place` by a copy of `source`."""
    remove(place)
    if source.is_dir():
        shutil.copytree(source, place, symlinks=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, place)


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()


def table(head, rows):
    """Prints aligned columns; the first is text, the others numbers."""
    rows = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    for row in rows:
        cells = [cell.ljust(width) if at == 0 else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip(), flush=True)
