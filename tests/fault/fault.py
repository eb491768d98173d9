#!/usr/bin/env python3
"""Kills the program, and lets the system refuse, at every call that touches the folder of the runs; nothing may be lost.

    tests/fault/fault.py [--program PATH] [--root PATH] [--short] [--jobs N] [--keep FOLDER] [--case ID]

It needs Python 3.9, strace 5.3 or later and, for signatures, ssh-keygen. Every situation (a first run, a run over an old one, ...) is run
once under strace, which lists the calls. Then, for each call, it is run again from the same folder and killed there, and once more with an
error for an answer. After each of them, and after the next undisturbed run, the folder is looked through.

A call is named by its path and not by its number, so that threads and progress lines do not move it. A case is named
SITUATION:CALL:PATH:NTH:FAULT, such as over_signed:fsync:loan_default:1:EIO; `--case ID --keep FOLDER` makes one again and leaves the folder.

Exit code: 0 when nothing was lost, 1 when something was.
"""

import base64
import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import queue
import re
import shlex
import shutil
import subprocess
import sys
import time

from common import DAY, FASTER, MADE, REPORT, SECONDS, Scratch, arguments, copy, differing, outputs, project, remove, run, sha256, table, tree

# `close` is left out: Rust asks for no answer, and files are synced before.
CALLS = ("open,openat,creat,read,pread64,write,pwrite64,writev,pwritev,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,"
         "fsync,fdatasync,ftruncate,truncate,fallocate,link,linkat,symlink,symlinkat,chmod,fchmod,copy_file_range,sendfile,flock,"
         "getdents64,statx,newfstatat").split(",")

# A kill at a call that changes nothing leaves what a kill at the next one that does leaves.
READING = {"read", "pread64", "getdents64", "statx", "newfstatat", "flock"}

# Answers in turn, from call to call.
ERRORS = ("EIO", "ENOSPC")

# What a file system says that cannot exchange two folders.
NO_EXCHANGE = ("ENOSYS", "EINVAL")

PLACE = f"{REPORT}/{DAY}"
EARLIER = f"{REPORT}/2019-07-01"
BETWEEN = f"{REPORT}/2019-10-01"
SIGNATURES = f"{PLACE}/signatures"
RUN = ["run", f"reports/{REPORT}.toml"]

# Cases of the short form.
N_CASES = 60

# Kept results at which a situation is disturbed in the same way.
N_ALIKE = 6

# Columns of the table for what may be wrong.
LOST, HALF, BYTES, OTHER = "lost", "half files", "wrong bytes", "other"


@dataclasses.dataclass(frozen=True)
class Call:
    """One call of a situation: the nth of its name on a path."""
    name: str
    # Relative to the folder of the runs; `{pid}` stands for the number of the process.
    path: str
    nth: int
    changes: bool

    @property
    def kind(self):
        """The call and what it concerns, without hashes."""
        return f"{self.name} {re.sub(r'[0-9a-f]{32}-[0-9a-f]{32}', 'RESULT', self.path) or '.'}"

    @property
    def area(self):
        """The call and the folder that it concerns."""
        parts = self.path.split("/")
        return f"{self.name} {parts[1] if 1 < len(parts) else self.path or '.'}{'/...' if 2 < len(parts) else ''}"


@dataclasses.dataclass
class Situation:
    """A folder of runs as it stands before a command, and what the command makes of it when nobody disturbs it."""
    name: str
    before: pathlib.Path
    command: list
    # The run that the command replaces, as a tree; what no run wrote of it may never go.
    old: dict = None
    has_foreign: bool = False
    # What stands in the run's place before: nothing, the old run or the new one.
    begins: str = "nothing"
    # Whether the system refuses every exchange of two folders.
    in_two_steps: bool = False
    code: int = 0
    new: dict = None
    work: dict = None
    calls: list = None

    @property
    def signs(self):
        return self.command[0] == "sign"

    @property
    def prunes(self):
        return self.command[0] == "prune"

    @property
    def ends(self):
        """What stands in the run's place after the command."""
        return "old" if self.prunes else "new"


@dataclasses.dataclass
class Case:
    situation: Situation
    call: Call
    fault: str

    def __str__(self):
        return ":".join([self.situation.name, self.call.name, self.call.path or ".", str(self.call.nth), self.fault])


@dataclasses.dataclass
class Told:
    """What came of a case: killed, refused (exit code 1), tolerated or not met; what is wrong, as pairs of a column and words."""
    case: Case
    came: str
    wrong: list


class Suite:
    """What all cases share."""

    def __init__(self, args, scratch):
        self.program, self.scratch = args.program.resolve(), scratch
        self.project = project(args.root, scratch / "project", FASTER)
        # The old run is of another state of the spec, so that no byte of its page can be taken for the new one's.
        self.other = project(args.root, scratch / "other", [*FASTER, ("\nseed = 1\n", "\nseed = 1 # Another state of the spec.\n")])
        self.key, self.signers = scratch / "key", scratch / "signers"
        self.can_sign = shutil.which("ssh-keygen") is not None
        if self.can_sign:
            remove(self.key)
            code, _, stderr = run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key])
            if code != 0:
                sys.exit(f"error: ssh-keygen: {stderr}")
            self.signers.write_text(f"alice {(scratch / 'key.pub').read_text()}")

    # Running.

    def words(self, out, command, root=None):
        given = [str(word).replace("{out}", str(out)) for word in command]
        return [str(self.program), *given, "--root", str(root or self.project), "--out", str(out), "--threads", "1"]

    def environment(self, out):
        """Spills have a folder of their own, which must be empty in the end."""
        temporary = out.parent / "temporary"
        temporary.mkdir(parents=True, exist_ok=True)
        return {**os.environ, "TMPDIR": str(temporary)}

    def made(self, out, command, root=None):
        """Runs a command that must end well."""
        code, _, stderr = run(self.words(out, command, root), env=self.environment(out))
        if code not in MADE:
            sys.exit(f"error: {' '.join(map(str, command))}: ends with {code}: {stderr}")
        return code

    def traced(self, situation, out, options):
        """Runs a situation's command under strace: exit code, stderr, and strace's log with `{pid}` for the number of the process."""
        log = out.parent / "strace.log"
        remove(log)
        if situation.in_two_steps:
            options = [*options, "-e", "inject=renameat2:error=ENOSYS"]
        words = ["strace", "-D", "-f", "-y", "-s", "0", "-o", str(log), *options, *self.words(out, situation.command)]
        # The shell becomes strace and, by -D, the program, whose number is then known: it stands in the names of temporary files.
        text = " ".join(shlex.quote(word) for word in words).replace("{pid}", "'\"$$\"'")
        child = subprocess.Popen(["sh", "-c", f"exec {text}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment(out))
        try:
            stderr = child.communicate(timeout=SECONDS)[1].decode(errors="replace")
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return 124, f"took longer than {SECONDS} seconds", ""
        return child.returncode, stderr, log.read_text(errors="replace").replace(str(child.pid), "{pid}")

    def injected(self, case, out):
        """Runs a case's command with its fault: exit code, stderr, whether the fault was met."""
        situation, call, fault = case.situation, case.call, case.fault
        what = "signal=SIGKILL" if fault == "kill" else f"error={fault}"
        options = ["-e", f"trace={call.name},renameat2", "-e", f"inject={call.name}:{what}:when={call.nth}"]
        for path in watched(situation, call.path):
            options += ["-P", f"{out}/{path}".rstrip("/")]
        code, stderr, log = self.traced(situation, out, options)
        is_met = code == -9 if fault == "kill" else any("INJECTED" in line and f" {call.name}(" in line for line in log.splitlines())
        return code, stderr, is_met

    def learn(self, situation):
        """Runs a situation undisturbed, for what it makes, and under strace, for its calls."""
        out = self.scratch / "learn/out"
        copy(situation.before, out)
        situation.code = self.made(out, situation.command)
        situation.new = outputs(out / PLACE)
        situation.work = tree(out / REPORT / ".work")
        copy(situation.before, out)
        code, _, log = self.traced(situation, out, ["-e", f"trace={','.join(CALLS)}"])
        if code != situation.code:
            sys.exit(f"error: {situation.name}: ends with {code} under strace, and with {situation.code} without")
        situation.calls = listed(log, out, situation)
        return situation

    def killed(self, name, situation, is_wanted):
        """The folder that a kill at the first call that is wanted leaves."""
        out = self.scratch / "before" / name
        call = next(call for at, call in enumerate(situation.calls) if is_wanted(at, call))
        copy(situation.before, out)
        if not self.injected(Case(situation, call, "kill"), out)[2]:
            sys.exit(f"error: {name}: {call} was not met")
        return out

    def situations(self):
        """Every situation, learnt."""
        before = self.scratch / "before"
        (before / "first").mkdir(parents=True, exist_ok=True)
        first = self.learn(Situation("first", before / "first", RUN))
        yield first

        kept = [call for call in first.calls if call.name == "rename" and "/.work/" in call.path]
        yield self.learn(Situation("resume", self.killed("resume", first, lambda _, call: call == kept[len(kept) // 3]), RUN))

        out = before / "over"
        remove(out)
        self.made(out, [*RUN, "--as-of", "2019-07-01"])
        self.made(out, RUN, self.other)
        yield self.learn(Situation("over", out, RUN, old=tree(out / PLACE), begins="old"))

        # The old run is signed, a scan lies beside, and a file of it is gone.
        signed = before / "over_signed"
        copy(out, signed)
        sign = ["sign", f"{{out}}/{PLACE}", "--key", self.key, "--as"]
        if self.can_sign:
            self.made(signed, [*sign, "reviewed"])
        (signed / PLACE / "signed.pdf").write_bytes(b"%PDF-1.4 a scan of a signature\n")
        (signed / PLACE / "book.parquet").unlink()
        kept = dict(command=RUN, old=tree(signed / PLACE), has_foreign=True)
        over = self.learn(Situation("over_signed", signed, begins="old", **kept))
        yield over
        steps = self.learn(Situation("two_steps", signed, begins="old", in_two_steps=True, **kept))
        yield steps

        # Put in order what a kill left: right after the exchange, and between the two steps.
        exchanged = next(at for at, call in enumerate(over.calls) if call.name == "renameat2")
        half_way = self.killed("exchanged", over, lambda at, call: exchanged < at and call.changes)
        yield self.learn(Situation("exchanged", half_way, begins="new", **kept))
        moves = [at for at, call in enumerate(steps.calls) if call.name == "rename" and "/.work/" not in call.path]
        yield self.learn(Situation("between", self.killed("between", steps, lambda at, _: at == moves[1]), **kept))

        if self.can_sign:
            out = before / "sign"
            remove(out)
            self.made(out, RUN)
            self.made(out, [*sign, "reviewed"])
            yield self.learn(Situation("sign", out, [*sign, "approved"], old=tree(out / PLACE), begins="old"))
        else:
            print("skipped: sign, there is no ssh-keygen")

        # The earliest of three runs goes; the second stays, as the last was compared with it.
        out = before / "prune"
        remove(out)
        for path in (EARLIER, BETWEEN):
            self.made(out, [*RUN, "--as-of", path.split("/")[1]])
        self.made(out, RUN)
        prune = ["prune", f"{{out}}/{REPORT}", "--keep", "1d"]
        yield self.learn(Situation("prune", out, prune, old=tree(out / PLACE), begins="old"))

    # Looking.

    def stands(self, situation, out):
        """What stands in the run's place: nothing, old, new, another whole run, or no whole one."""
        place = out / PLACE
        if not place.exists():
            return "nothing"
        if tree(place) == situation.old:
            return "old"
        if self.is_new(situation, place):
            return "new"
        what = "another run" if attests(place) else "no whole run"
        return f"{what}: {', '.join(differing(outputs(place), situation.new)) or 'attestation.json'}"

    def is_new(self, situation, folder):
        """Whether a folder holds what an undisturbed run makes, whole."""
        return outputs(folder) == situation.new and attests(folder)

    def look(self, situation, out):
        """What is wrong at any time, whatever happened."""
        wrong = []
        report = out / REPORT
        stands = self.stands(situation, out)
        if stands.startswith("no whole run") and not situation.signs:
            wrong.append((HALF, f"{PLACE} holds {stands}"))
        if situation.old is not None and not situation.signs:
            folders = [folder for folder in report.iterdir() if folder.is_dir()] if report.is_dir() else []
            is_there = any(tree(folder) == situation.old for folder in folders)
            is_replaced = stands == "new" or stands.startswith("another run")
            if not is_there and (situation.has_foreign or not is_replaced):
                wrong.append((LOST, f"the old run is nowhere below {REPORT}"))
            if situation.has_foreign and not list(report.rglob("signed.pdf")):
                wrong.append((LOST, "signed.pdf is nowhere"))
        is_pruned = situation.prunes and not (out / EARLIER).exists()
        wrong += [(LOST, f"{path} has changed") for path in (EARLIER, BETWEEN)
                  if tree(out / path) != tree(situation.before / path) and not (is_pruned and path == EARLIER)]
        for name, digest in tree(report / ".work").items():
            if name == "runs.json":
                if not is_json(report / ".work" / name):
                    wrong.append((HALF, ".work/runs.json is no JSON"))
            elif not name.endswith(".half") and situation.work.get(name, digest) != digest:
                wrong.append((HALF, f".work/{name} is not what a run keeps"))
        index = out / "index.html"
        if index.exists() and not index.read_text().rstrip().endswith("</html>") or (situation.before / "index.html").exists() > index.exists():
            wrong.append((HALF, "index.html is not whole"))
        return wrong

    def look_at_signatures(self, situation, out):
        """The same of a run that is being signed, and how many sign-offs it has."""
        now = tree(out / PLACE)
        wrong = [(LOST, f"{name} has changed") for name, digest in situation.old.items() if now.get(name) != digest]
        wrong += [(OTHER, f"{name} is new") for name in now if name not in situation.old and not name.startswith("signatures/")]
        names = sorted({name.split("/")[1] for name in now if name.startswith("signatures/") and not name.startswith("signatures/.")})
        wrong += [(HALF, f"signatures/{name} does not hold") for name in names if not self.holds(out / SIGNATURES / name)]
        return wrong, len(names)

    def holds(self, folder):
        """Whether OpenSSH accepts a sign-off."""
        document = folder / "sign-off.json"
        if not document.is_file():
            return False
        words = ["ssh-keygen", "-Y", "verify", "-f", self.signers, "-I", "alice", "-n", "plimsoll", "-s", f"{document}.sig"]
        return run(words, input=document.read_bytes())[0] == 0

    def look_at_end(self, situation, out, code, stderr):
        """What is wrong after the next run that nobody disturbed."""
        wrong = []
        if code != situation.code:
            wrong.append((OTHER, f"the next run ends with {code}, not {situation.code}: {first_line(stderr)}"))
        left = [path.relative_to(out).as_posix() for path in out.rglob("*") if re.match(r"\.new-|\.old-|\.gone-", path.name) or "half" in path.name]
        wrong += [(OTHER, f"{re.sub(r'half-[0-9]+', 'half-PID', name)} is left after the next run") for name in sorted(left)]
        wrong += [(OTHER, f"{path.name} is left in TMPDIR after the next run") for path in (out.parent / "temporary").iterdir()]
        wrong += self.unlisted(situation, out)
        if situation.signs:
            return wrong
        stands = self.stands(situation, out)
        if situation.prunes and (out / EARLIER).exists():
            wrong.append((OTHER, f"{EARLIER} is left after the next run"))
        if stands != situation.ends:
            wrong.append((BYTES, f"after the next run {PLACE} holds {stands}"))
        # What could not be read is kept aside too, which loses nothing; but what is kept is a whole run.
        aside = [path for path in (out / REPORT).iterdir() if ".replaced-" in path.name]
        wrong += [(HALF, f"{path.name} is no whole run") for path in aside if tree(path) != situation.old and not self.is_new(situation, path)]
        return wrong

    def unlisted(self, situation, out):
        """What the index does not show."""
        index = (out / "index.html").read_text() if (out / "index.html").exists() else ""
        doubted = re.search(r"Not to be believed: [^<]*|[^<>]*cannot be read[^<]*", index)
        said = doubted[0] if doubted else "no word of it"
        runs = [path for path in (PLACE, EARLIER) if (out / path).is_dir()]
        wrong = [(OTHER, f"the index does not show {path}: {said}") for path in runs if sha256((out / path / "run.json").read_bytes()) not in index]
        if situation.signs and "approved by key SHA256:" not in index:
            wrong.append((OTHER, f"the index does not show the signature: {said}"))
        return wrong

    # Cases.

    def attempt(self, case, place):
        """Makes a case in a folder of its own and tells what came of it."""
        situation = case.situation
        out = place / "out"
        copy(situation.before, out)
        code, stderr, is_met = self.injected(case, out)
        if not is_met:
            return Told(case, "not met", [])
        wrong = self.look(situation, out)
        n_signed = 0
        if situation.signs:
            found, n_signed = self.look_at_signatures(situation, out)
            wrong += found
        came = "killed"
        if case.fault != "kill":
            came = "refused" if code == 1 else "tolerated"
            wrong += self.answered(situation, out, code, stderr, n_signed)
        code, _, stderr = run(self.words(out, situation.command), env=self.environment(out))
        wrong += self.look(situation, out)
        if situation.signs:
            found, _ = self.look_at_signatures(situation, out)
            wrong += found
        wrong += self.look_at_end(situation, out, code, stderr)
        return Told(case, came, list(dict.fromkeys(wrong)))

    def answered(self, situation, out, code, stderr, n_signed):
        """What is wrong with how the program ended after an error of the system."""
        errors = [line for line in stderr.splitlines() if line.startswith("error:")]
        stands = self.stands(situation, out)
        if situation.begins == "old" and stands == "nothing":
            return [(LOST, f"{PLACE} is away after an error")]
        if code == 1:
            if len(errors) != 1:
                return [(OTHER, f"exit code 1 with {len(errors)} lines of error")]
            is_index = "index" in errors[0]
            is_replaced = not is_index and "nothing was replaced" in stderr and situation.begins != "new" and stands == "new"
            is_signed = "nothing was signed" in stderr and n_signed == 2
            is_old = "report stands" in stderr and stands != "new"
            is_untrue = is_replaced or is_signed or is_old
            said = " ".join(stderr[stderr.index("error:"):].split())
            return [(OTHER, f"{PLACE} holds {stands}, {n_signed} sign-offs, and it says: {said}")] if is_untrue else []
        if code != situation.code:
            return [(OTHER, f"ends with {code}: {first_line(stderr)}")]
        # An index that says of a run that it could not be read is true, and made again by the next run.
        wrong = [one for one in self.unlisted(situation, out) if "cannot be read" not in one[1]]
        if situation.signs and n_signed != 2:
            wrong.append((LOST, "ends well without a signature"))
        if not situation.signs and stands != situation.ends:
            wrong.append((BYTES, f"ends with {code}, and {PLACE} holds {stands}"))
        return wrong


def is_json(path):
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True


def attests(folder):
    """Whether the attestation names every file of a run folder."""
    try:
        payload = json.loads(base64.b64decode(json.loads((folder / "attestation.json").read_bytes())["payload"]))
        named = {subject["name"]: subject["digest"]["sha256"] for subject in payload["subject"]}
    except (OSError, ValueError, KeyError):
        return False
    return named == {name: digest for name, digest in tree(folder).items() if name != "attestation.json"}


def first_line(text):
    """The line that tells most: the first that is no progress."""
    return next((line for line in text.splitlines() if not line.startswith(f"{REPORT}: ")), "no word")


def watched(situation, path):
    """Paths that strace is told to watch for a call on `path`."""
    return sorted({path, PLACE}) if situation.in_two_steps else [path]


def listed(log, out, situation):
    """The calls of strace's log that concern `out`."""
    begun, waiting = [], {}
    for line in log.splitlines():
        thread, rest = re.match(r"(\S+)\s+(.*)", line).groups()
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
        called = re.match(r"(\w+)\((.*)", rest)
        if resumed:
            # The answer comes later, the call stands where it began.
            begun[waiting.pop(thread)][2] += resumed[1]
        elif called:
            if rest.endswith("<unfinished ...>"):
                waiting[thread] = len(begun)
            begun.append([thread, called[1], called[2].replace("<unfinished ...>", "")])
    calls, seen = [], []
    for thread, name, text in begun:
        given, _, answer = text.rpartition(")")
        paths = [named or opened for named, opened in re.findall(r'"(/[^"]*)"|(?<![\w.])\d+<(/[^>]*)>', given)]
        paths = [path[len(str(out)) + 1:] for path in paths if path == str(out) or path.startswith(f"{out}/")]
        if name not in CALLS or not paths:
            continue
        if name == "rename":
            # strace watches the first of its two paths alone.
            paths = paths[:1]
        path = paths[0]
        seen.append((thread, name, set(paths)))
        nth = sum(1 for other in seen if other[:2] == (thread, name) and other[2] & set(watched(situation, path)))
        only_reads = name in READING or name in ("open", "openat") and not re.search(r"O_CREAT|O_TRUNC", given)
        calls.append(Call(name, path, nth, not only_reads and not answer.strip().startswith("= -1")))
    return calls


def cases_of(situation):
    """Every case of a situation but those that repeat another."""
    n_alike = collections.Counter()
    # Up to the refused exchange, the two steps are as any run over an old one.
    first = next(at for at, call in enumerate(situation.calls) if call.name == "renameat2") + 1 if situation.in_two_steps else 0
    for at, call in enumerate(situation.calls):
        # Thirty kept results are read and written alike: a first run is disturbed at each, the others at a few.
        n_alike[call.kind] += "RESULT" in call.kind
        if at < first or situation.name != "first" and N_ALIKE < n_alike[call.kind]:
            continue
        if call.changes:
            yield Case(situation, call, "kill")
        for fault in (*ERRORS, *NO_EXCHANGE) if call.name == "renameat2" else [ERRORS[at % 2]]:
            yield Case(situation, call, fault)


def chosen(cases, n):
    """About `n` cases: of each kind of call and fault the first, then as many kinds as there is room for, those first that move a run."""
    kinds = {}
    for case in cases:
        kinds.setdefault((case.situation.name, case.call.kind, case.fault == "kill"), case)
    moves = [case for case in kinds.values() if ".work" not in case.call.path and case.call.name in ("rename", "renameat2", "fsync")
             and case.call.path in (PLACE, EARLIER, REPORT, SIGNATURES)]
    rest = [case for case in kinds.values() if case not in moves]
    n_rest = max(n - len(moves), 0)
    step = max(len(rest) / n_rest, 1) if n_rest else len(rest) + 1
    return moves + [rest[int(at * step)] for at in range(n_rest) if int(at * step) < len(rest)]


def attempted(suite, cases, n_jobs):
    """What came of each case, some at a time."""
    places = queue.Queue()
    for at in range(n_jobs):
        places.put(suite.scratch / f"at-{at}")

    def one(case):
        place = places.get()
        place.mkdir(exist_ok=True)
        try:
            return suite.attempt(case, place)
        finally:
            places.put(place)

    with concurrent.futures.ThreadPoolExecutor(n_jobs) as pool:
        yield from pool.map(one, cases)


def main():
    parser = arguments("kills and errors at every call on the folder of the runs")
    parser.add_argument("--case", help="one case alone, by its name")
    args = parser.parse_args()
    if shutil.which("strace") is None:
        sys.exit("error: there is no strace")
    begun = time.monotonic()
    with Scratch(args) as scratch:
        suite = Suite(args, scratch)
        situations = list(suite.situations())
        cases = [case for situation in situations for case in cases_of(situation)]
        if args.case:
            cases = [case for case in cases if str(case) == args.case]
            if not cases:
                sys.exit(f"error: {args.case}: no such case; names stand in what a whole run prints")
        elif args.short:
            cases = chosen(cases, N_CASES)
        told = []
        for one in attempted(suite, cases, 1 if args.case else args.jobs):
            told.append(one)
            for column, words in one.wrong:
                print(f"{column}: {one.case}: {words}", flush=True)
            if one.came == "not met":
                print(f"not met: {one.case}", flush=True)
            if len(told) % 100 == 0:
                print(f"{len(told)} of {len(cases)} cases, {time.monotonic() - begun:.0f} s", flush=True)
    print()
    rows = []
    for name in [*(situation.name for situation in situations), "all"]:
        here = [one for one in told if name in (one.case.situation.name, "all")]
        came = collections.Counter(one.came for one in here)
        n_calls = sum(len(situation.calls) for situation in situations if name in (situation.name, "all"))
        errors = came["refused"] + came["tolerated"]
        wrong = [sum(any(column == found for found, _ in one.wrong) for one in here) for column in (LOST, HALF, BYTES, OTHER)]
        rows.append([name, n_calls, came["killed"], errors, came["refused"], came["tolerated"], came["not met"], *wrong])
    table(["situation", "calls", "kills", "errors", "refused", "tolerated", "not met", "reports lost", HALF, BYTES, OTHER], rows)
    print("\nerrors that the program does without, with the bytes of an undisturbed run:")
    harmless = collections.Counter(one.case.call.area for one in told if one.came == "tolerated" and not one.wrong)
    table(["call", "times"], sorted(harmless.items()))
    n_wrong = sum(bool(one.wrong) for one in told)
    print(f"\n{len(told)} cases in {time.monotonic() - begun:.0f} s, {n_wrong} with something wrong")
    sys.exit(n_wrong > 0)


if __name__ == "__main__":
    main()
