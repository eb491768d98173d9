"""Seconds by stage and peak memory of whole runs, one size at a time: windows, features, models, entities, columns of a table.

Usage: growth.py PLIMSOLL FOLDER [CASE ...]    (python with numpy and pyarrow; cases: windows features models entities columns wide rows)
Each line is a `plimsoll run` on a table that the script makes; a case that doubles its size should double its seconds.
"""
import json, os, shutil, subprocess, sys
import numpy as np, pyarrow as pa, pyarrow.parquet as pq

plimsoll, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
wanted = sys.argv[3:] or ["windows", "features", "models", "entities", "columns", "wide", "rows"]
STAGES = ["source", "feature", "walk", "stat", "report"]


def days(n):
    return pa.array(np.asarray(n, np.int32), pa.int32()).cast(pa.date32())


def panel(n_rows, n_columns, n_entities):
    """A market: `n_entities` names a day from 1980, numbers of which the first bears on the target."""
    rng, row = np.random.default_rng(5), np.arange(n_rows)
    x = rng.standard_normal((n_columns, n_rows), dtype=np.float32)
    day = 3652 + row // n_entities
    columns = {"entity": pa.array([f"e{n:06}" for n in row % n_entities]), "as_of": days(day), "known_on": days(day),
               "target": pa.array(0.01 * (0.1 * x[0] + rng.standard_normal(n_rows)))}
    return columns | {f"x{k}": pa.array(x[k]) for k in range(n_columns)}


def loans(n_rows, n_columns):
    """A loan a row, over 120 months; a year until its outcome is known."""
    rng, row = np.random.default_rng(5), np.arange(n_rows)
    x = rng.standard_normal((n_columns, n_rows), dtype=np.float32)
    month = 3652 + row * 120 // n_rows * 30
    default = rng.random(n_rows) < 1 / (1 + np.exp(3 - 0.7 * x[0]))
    columns = {"entity": pa.array([f"l{n:08}" for n in row]), "as_of": days(month), "known_on": days(month + 360), "target": pa.array(default * 1.0)}
    return columns | {f"x{k}": pa.array(x[k]) for k in range(n_columns)}


def run(name, table, features, window, models, kind="market", risk=""):
    place = f"{folder}/{name}"
    os.makedirs(f"{place}/sql", exist_ok=True)
    shutil.copytree(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "templates"), f"{place}/templates", dirs_exist_ok=True)
    pq.write_table(pa.table(table), f"{place}/rows.parquet")
    with open(f"{place}/sql/features.sql", "w") as sql:
        columns = ",\n  ".join(["entity", "as_of", "known_on", "target", *features])
        sql.write(f"-- grain: entity, as_of\nselect\n  {columns}\nfrom rows\n")
    with open(f"{place}/{name}.toml", "w") as spec:
        spec.write(f'''title = "Growth"
kind = "{kind}"
[tables.rows]
path = "rows.parquet"
time = "as_of - interval '1 day'"
[features]
sql = ["sql/features.sql"]
truncation_dates = 1
[window]
{window}
{models}
{risk}
''')
    subprocess.run(["rm", "-rf", f"{place}/out"], check=True)
    done = subprocess.run([plimsoll, "--root", place, "run", f"{name}.toml", "--out", f"{place}/out"], capture_output=True, text=True)
    if not done.stdout.strip():
        raise SystemExit(done.stderr)
    report = next(line for line in done.stdout.splitlines()[::-1] if line.endswith(("report.html", "run.json"))).split("  ")[-1]
    machine = json.load(open(report.rsplit("/", 1)[0] + "/run.json"))["machine"]
    seconds = machine["seconds"]
    stages = " | ".join(f"{seconds.get(stage, 0):.2f}" for stage in STAGES)
    print(f"| {name:<16} | {stages} | {machine['seconds_total']:.1f} | {machine['peak_memory_bytes'] / 1e9:.2f} |", flush=True)
    subprocess.run(["rm", "-rf", place], check=True)


def model(kind, ask, name=None, params=""):
    return f'[[models]]\nname = "{name or kind}"\nkind = "{kind}"\nask = ["{ask}"]\n{params}\n'


def names(n):
    return [f"x{k}" for k in range(n)]


BASE, RIDGE = model("baseline", "mean"), model("ridge", "mean", params="[models.params]\nl2 = 0.05")
RISK = '[risk]\nbaseline = "baseline"'
SPLIT = 'scheme = "split"\nshare = 0.5'
print(f"| case | {' | '.join(STAGES)} | all, s | peak, GB |\n|---|{'---|' * (len(STAGES) + 2)}")
if "windows" in wanted:
    for n in (500, 1_000, 2_000):
        window = 'scheme = "rolling"\ntrain = "200d"\ntest = "2d"'
        run(f"windows-{n}", panel((200 + 2 * n) * 100, 10, 100), names(10), window, BASE + RIDGE, risk=RISK)
if "features" in wanted:
    for n in (75, 150, 300):
        run(f"features-{n}", panel(200_000, n, 250), names(n), SPLIT, BASE + RIDGE, risk=RISK)
if "models" in wanted:
    for n in (12, 25, 50):
        many = "".join(model("ridge", "mean", f"ridge{k}", f"[models.params]\nl2 = {0.01 * (k + 1):.2f}") for k in range(n - 1))
        run(f"models-{n}", panel(200_000, 20, 250), names(20), SPLIT, BASE + many, risk=RISK)
if "entities" in wanted:
    for n in (500_000, 1_000_000, 2_000_000):
        window = 'scheme = "expanding"\ntrain = "3y"\ntest = "1y"'
        both = model("baseline", "probability") + model("logistic", "probability")
        run(f"entities-{n}", loans(n, 5), names(5), window, both, "credit", RISK)
if "columns" in wanted:
    for n in (1_250, 2_500, 5_000, 10_000):
        run(f"columns-{n}", panel(2_000, n, 10), names(5), SPLIT, BASE + RIDGE, risk=RISK)
if "wide" in wanted:
    for n in (500, 1_000, 2_000):
        run(f"wide-{n}", panel(2_000, n, 10), names(n), SPLIT, BASE + model("gbdt", "mean", params="[models.params]\ntrees = 5"), risk=RISK)
if "rows" in wanted:
    for n in (2_500_000, 5_000_000, 10_000_000):
        # Twenty windows of a twentieth of the dates after the first half.
        days_tested = n // 5_000 // 40
        window = f'scheme = "rolling"\ntrain = "{n // 10_000}d"\ntest = "{days_tested}d"'
        run(f"rows-{n}", panel(n, 20, 5_000), names(20), window, BASE + RIDGE + model("gbdt", "mean", params="[models.params]\ntrees = 50"), risk=RISK)
