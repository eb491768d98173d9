"""Does the engine's Alpha158 agree with the reference? One line a column; exit code 1 where it does not.

    pip install numpy pandas pyarrow
    python tests/golden/alpha158.py BARS.parquet REFERENCE.parquet
    python benches/alpha158_parity.py ENGINE.parquet REFERENCE.parquet [--tolerance 1e-9] [--floor 1e-6] [--brief]

ENGINE has entity, as_of and the features in float64; rows are matched by (entity, as_of), columns by name, and every column
of the reference must be there. NULL and NaN both say that there is no value.

A difference is relative: |engine - reference| / max(|reference|, floor). The floor is there for factors that are 0 up to rounding
(the residual of two points, sums that cancel): they cannot agree in relative terms, and 1e-9 of 1e-6 is 1e-15 of the
price. `worst_any` is the same without a floor, over the rows where the reference is not 0.
"""

import argparse
import sys

import numpy as np
import pandas as pd

KEYS = ["entity", "as_of"]
NOT_COMPARED = {"known_on"}


def load(path):
    frame = pd.read_parquet(path)
    frame["entity"] = frame["entity"].astype(str)
    frame["as_of"] = pd.to_datetime(frame["as_of"])
    twice = int(frame.duplicated(KEYS).sum())
    if twice:
        sys.exit(f"error: {path}: {twice} rows whose (entity, as_of) is not the first")
    return frame.set_index(KEYS).sort_index()


def relative(engine, reference, floor):
    """Worst relative difference and its row; both are given where both have a value."""
    size = np.maximum(np.abs(reference), floor)
    use = size > 0
    if not use.any():
        return 0.0, 0
    difference = np.zeros(len(reference))
    difference[use] = np.abs(engine[use] - reference[use]) / size[use]
    at = int(np.argmax(difference))
    return float(difference[at]), at


def compare(engine, reference, name, floor):
    ours, theirs = engine[name].to_numpy(np.float64), reference[name].to_numpy(np.float64)
    here, there = ~np.isnan(ours), ~np.isnan(theirs)
    both = here & there
    line = {
        "column": name,
        "rows": int(both.sum()),
        "both_null": int((~here & ~there).sum()),
        "engine_null": int((~here & there).sum()),
        "reference_null": int((here & ~there).sum()),
        "worst": 0.0,
        "worst_any": 0.0,
        "at": "",
    }
    if both.any():
        line["worst"], at = relative(ours[both], theirs[both], floor)
        line["worst_any"], _ = relative(ours[both], theirs[both], 0.0)
        entity, as_of = reference.index[both][at]
        line["at"] = f"{entity} {as_of.date()}: {ours[both][at]:.17g} for {theirs[both][at]:.17g}"
    return line


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine")
    parser.add_argument("reference")
    parser.add_argument("--tolerance", type=float, default=1e-9)
    parser.add_argument("--floor", type=float, default=1e-6)
    parser.add_argument("--brief", action="store_true", help="only the columns that differ, and the totals")
    asked = parser.parse_args()
    engine, reference = load(asked.engine), load(asked.reference)
    names = [name for name in reference.columns if name not in NOT_COMPARED]
    if "target" not in engine:
        names = [name for name in names if name != "target"]
    missing = [name for name in names if name not in engine]
    if missing:
        sys.exit(f"error: {asked.engine}: no column {', '.join(missing)}")
    rows = reference.index.intersection(engine.index)
    stray = len(reference) - len(rows), len(engine) - len(rows)
    table = pd.DataFrame([compare(engine.loc[rows], reference.loc[rows], name, asked.floor) for name in names])
    fails = (table["worst"] > asked.tolerance) | (table["engine_null"] > 0) | (table["reference_null"] > 0)
    shown = table[fails] if asked.brief else table
    if len(shown):
        print(shown.to_string(index=False, formatters={"worst": "{:.2e}".format, "worst_any": "{:.2e}".format}))
    worst = table.loc[table["worst"].idxmax()]
    print(f"columns compared   {len(table)}, of which {int(fails.sum())} differ (tolerance {asked.tolerance:g}, floor {asked.floor:g})")
    print(f"rows compared      {len(rows)}; only in the reference {stray[0]}, only in the engine {stray[1]}")
    print(f"values compared    {int(table['rows'].sum())}; NULL in both {int(table['both_null'].sum())}, in one {int((table['engine_null'] + table['reference_null']).sum())}")
    print(f"worst difference   {worst['worst']:.2e} in {worst['column']}, {worst['at']}")
    sys.exit(1 if fails.any() or any(stray) else 0)


if __name__ == "__main__":
    main()
