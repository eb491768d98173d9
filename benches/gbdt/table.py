"""Writes regression problems as a table and a report for `plimsoll run`, and reads its answer. Used by speed.py, growth.py and accuracy.py."""
import json, os, subprocess, datetime as dt
import numpy as np, pyarrow as pa, pyarrow.parquet as pq

ENTITIES = 250


def signal(x):
    """The target of ../shared/bench/make_regression.py without its noise."""
    return 0.5*x[0] + np.sin(2*x[1])*x[2] + 0.7*(x[3] > 0)*(x[4] < 0.5) + 0.3*x[5]*x[6] + 0.2*np.abs(x[7])


def keys(start, stop):
    row = np.arange(start, stop)
    day = (row // ENTITIES).astype(np.int32)
    return {"entity": pa.array([f"e{n:03}" for n in row % ENTITIES]), "as_of": pa.array(day, pa.int32()).cast(pa.date32()),
            "known_on": pa.array(day, pa.int32()).cast(pa.date32())}


def write(path, blocks):
    """blocks: (start, x columns-major, y) one after the other."""
    writer = None
    for start, x, y in blocks:
        table = pa.table(keys(start, start + len(y)) | {"target": pa.array(y.astype(np.float64))} | {f"x{k}": pa.array(x[k]) for k in range(len(x))})
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()


def write_split(path, x, y, n_train):
    """Two days: the first n_train rows on the first, the others on the second; x is rows x columns."""
    day = pa.array((np.arange(len(y)) >= n_train).astype(np.int32), pa.int32()).cast(pa.date32())
    columns = {"entity": pa.array([f"e{n:08}" for n in range(len(y))]), "as_of": day, "known_on": day, "target": pa.array(y.astype(np.float64))}
    pq.write_table(pa.table(columns | {f"x{k}": pa.array(np.ascontiguousarray(x[:, k], np.float32), from_pandas=True) for k in range(x.shape[1])}), path)


def run(plimsoll, folder, window, params, ask="mean", kind="market"):
    """Seconds by stage, peak bytes, and the run's folder."""
    here = os.path.dirname(os.path.abspath(__file__))
    os.makedirs(f"{folder}/sql", exist_ok=True)
    with open(f"{here}/features.sql") as sql, open(f"{folder}/sql/features.sql", "w") as copy:
        copy.write(sql.read())
    with open(f"{folder}/speed.toml", "w") as spec:
        spec.write(f'''title = "A GBDT fit"
kind = "{kind}"
[tables.rows]
path = "rows.parquet"
time = "as_of - interval '1 day'"
[features]
sql = ["sql/features.sql"]
truncation_dates = 1
[window]
{window}
[[models]]
name = "trees"
kind = "gbdt"
ask = ["{ask}"]
[models.params]
{params}
''')
    subprocess.run(["rm", "-rf", f"{folder}/out"], check=True)
    templates = os.path.join(here, "..", "..", "templates")
    if not os.path.exists(f"{folder}/templates"):
        os.symlink(os.path.abspath(templates), f"{folder}/templates")
    done = subprocess.run([plimsoll, "--root", folder, "run", "speed.toml", "--out", f"{folder}/out"], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    place = done.stdout.strip().splitlines()[-1].rsplit("/", 1)[0]
    machine = json.load(open(f"{place}/run.json"))["machine"]
    return machine["seconds"], machine["peak_memory_bytes"], place
