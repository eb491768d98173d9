#!/usr/bin/env python3
"""Checks a landed panel: as many rows as there should be, sorted, and some loans' features against plain loops.

    check.py DATA LANDED
"""
import datetime
import glob
import math
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

N_LOANS = 40


def landed_order(path):
    """Rows of the file, which must be sorted by (as_of, entity) within and across row groups."""
    file, last, n_rows = pq.ParquetFile(path), None, 0
    assert [file.schema.column(c.column_index).name for c in file.metadata.row_group(0).sorting_columns] == ["as_of", "entity"]
    for group in range(file.num_row_groups):
        table = file.read_row_group(group, columns=["as_of", "entity"])
        as_of = table["as_of"].cast(pa.int32()).to_numpy().astype(np.int64)
        keys = as_of * 10**10 + table["entity"].to_numpy()
        assert (np.diff(keys) > 0).all() and (last is None or last < keys[0]), f"row group {group} is out of order"
        statistics = file.metadata.row_group(group).column(file.schema_arrow.get_field_index("as_of")).statistics
        assert statistics.has_min_max
        last, n_rows = keys[-1], n_rows + len(keys)
    return n_rows, file.num_row_groups


def window(values, at, n):
    return values[max(0, at - n + 1): at + 1]


def slope(values):
    if len(values) < 2:
        return None
    x = range(len(values))
    mx, my = sum(x) / len(values), sum(values) / len(values)
    return sum((a - mx) * (b - my) for a, b in zip(x, values)) / sum((a - mx) ** 2 for a in x)


def sd(values):
    if len(values) < 2:
        return None
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1))


def features(rows, macro, last_idx):
    """The rows of one loan by plain loops: as_of to name to value."""
    col = {name: [row[name] for row in rows] for name in rows[0]}
    idx = [12 * day.year + day.month for day in col["month_end"]]
    dpd, ltv, score = col["days_past_due"], col["ltv"], col["score"]
    due = [b * r / 12 + b / max(t - a, 1) for b, r, t, a in zip(col["balance"], col["rate"], col["term"], col["age"])]
    found = {}
    for at, day in enumerate(col["month_end"]):
        if col["is_default"][at]:
            continue
        as_of = day + datetime.timedelta(days=1)
        share = lambda n: sum(window(col["payment"], at, n)) / (sum(window(due, at, n)) or math.nan)
        late = [k for k in range(max(0, at - 36), at + 1) if dpd[k] >= 30]
        current = [k for k in range(max(0, at - 36), at + 1) if dpd[k] == 0]
        published = [row for row in macro if row["published"] < as_of]
        found[as_of] = {
            "target": None if idx[at] + 12 > last_idx else float(any(col["is_default"][at + 1: at + 13])),
            "balance": col["balance"][at], "months_left": col["term"][at] - col["age"][at],
            "n_late_30_3m": sum(d >= 30 for d in window(dpd, at, 3)), "n_late_30_12m": sum(d >= 30 for d in window(dpd, at, 12)),
            "n_late_60_12m": sum(d >= 60 for d in window(dpd, at, 12)),
            "worst_days_past_due_6m": max(window(dpd, at, 6)), "worst_days_past_due_12m": max(window(dpd, at, 12)),
            "days_past_due_change_1m": dpd[at] - dpd[at - 1] if at else None,
            "months_since_late": idx[at] - idx[late[-1]] if late else None, "months_past_due": idx[at] - idx[current[-1]] if current else None,
            "paid_to_due_3m": share(3), "paid_to_due_12m": share(12),
            "ltv_trend_12m": slope(window(ltv, at, 12)), "ltv_sd_12m": sd(window(ltv, at, 12)),
            "score_mean_6m": sum(window(score, at, 6)) / len(window(score, at, 6)),
            "score_change_6m": score[at] - score[at - 6] if at >= 6 else None,
            "balance_change_6m": col["balance"][at] / col["balance"][at - 6] - 1 if at >= 6 and col["balance"][at - 6] else None,
            "n_months_12m": len(window(dpd, at, 12)),
            "unemployment": published[-1]["unemployment"], "unemployment_change_6m": published[-1]["unemployment"] - published[-7]["unemployment"],
            "spread": col["rate"][at] - published[-1]["policy_rate"] / 100,
        }
    return found


def main():
    data, landed = sys.argv[1:]
    files = sorted(glob.glob(f"{data}/months_*.parquet"))
    n_expected, last_day, ids = 0, None, []
    for path in files:
        table = pq.read_table(path, columns=["loan_id", "month_end", "is_default"])
        n_expected += pc.sum(pc.equal(table["is_default"], 0)).as_py()
        last_day = max(filter(None, [last_day, pc.max(table["month_end"]).as_py()]))
        ids.append((pc.min(table["loan_id"]).as_py(), pc.max(table["loan_id"]).as_py()))
    n_rows, n_groups = landed_order(landed)
    assert n_rows == n_expected, f"{n_rows} rows, expected {n_expected}"
    rng = np.random.default_rng(2)
    chosen = sorted({int(loan) for low, high in ids for loan in [low, high, *rng.integers(low, high, max(2, N_LOANS // len(ids)))]})
    macro = sorted(pq.read_table(f"{data}/macro.parquet").to_pylist(), key=lambda row: row["month"])
    rows = [
        row for path in files for row in pq.read_table(path, filters=[("loan_id", "in", chosen)]).to_pylist()]
    file = pq.ParquetFile(landed)
    found = {}
    for group in range(file.num_row_groups):
        table = file.read_row_group(group)
        for row in table.filter(pc.is_in(table["entity"], pa.array(chosen))).to_pylist():
            found[row["entity"], row["as_of"]] = row
    n_compared = 0
    for loan in chosen:
        expected = features([row for row in rows if row["loan_id"] == loan], macro, 12 * last_day.year + last_day.month)
        assert len(expected) == sum(key[0] == loan for key in found), f"loan {loan}: number of rows"
        for as_of, values in expected.items():
            for name, value in values.items():
                ours = found[loan, as_of][name]
                value = None if value is not None and math.isnan(value) else value
                agrees = ours is None and value is None or None not in (ours, value) and abs(ours - value) <= 1e-9 * max(1.0, abs(value))
                assert agrees, f"loan {loan} as_of {as_of} {name}: landed {ours}, plain loop {value}"
                n_compared += 1
    print(f"landed: {n_rows} rows in {n_groups} row groups, sorted by (as_of, entity); {n_compared} values of {len(chosen)} loans agree with plain loops")


main()
