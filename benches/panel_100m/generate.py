#!/usr/bin/env python3
"""Writes a synthetic panel of loan-months: months_000.parquet .. (12 columns, sorted by loan and month), and macro.parquet.

    generate.py FOLDER ROWS

Every loan has a row a month from its first to its last: paid off, defaulted, or still there when the data end. The same arguments give
the same rows. Loans are made 16,384 at a time, so that memory does not grow with ROWS.
"""
import pathlib
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FIRST, LAST = 2005 * 12, 2019 * 12 + 11  # January 2005 to December 2019, as 12 * year + month - 1
LOANS_AT_ONCE = 16_384
ROWS_PER_FILE = 10_000_000
ROWS_PER_GROUP = 500_000
STATES = np.array("AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY".split())

# Chance of going from days past due (row: 0, 30, 60, 90, 120) to days past due (column), month by month; from 120 a loan defaults.
MOVES = np.array([
    [0.970, 0.030, 0.000, 0.000, 0.000],
    [0.450, 0.330, 0.220, 0.000, 0.000],
    [0.150, 0.150, 0.300, 0.400, 0.000],
    [0.060, 0.040, 0.100, 0.300, 0.500],
])

SCHEMA = pa.schema([
    ("loan_id", pa.int64()), ("month_end", pa.date32()), ("balance", pa.float64()), ("rate", pa.float64()), ("days_past_due", pa.int32()),
    ("payment", pa.float64()), ("ltv", pa.float64()), ("score", pa.float64()), ("age", pa.int32()), ("term", pa.int32()),
    ("state", pa.string()), ("is_default", pa.int32()),
])


def month_end(month):
    """Days since 1970 of the last day of the month."""
    return (np.datetime64("1970-01", "M") + (month - 1970 * 12 + 1)).astype("datetime64[D]").astype(np.int64) - 1


def loans(first_id, n, rng):
    """The rows of n loans, column by column."""
    term = rng.choice([36, 60, 84, 120], n, p=[0.35, 0.35, 0.2, 0.1])
    start = rng.integers(FIRST, LAST - 6, n)
    n_months = np.minimum(np.minimum(term, np.maximum(3, rng.geometric(0.012, n))), LAST + 1 - start)
    most = int(n_months.max())
    amount = np.round(np.exp(rng.normal(9.6, 0.7, n)), -1)
    rate = np.round(rng.uniform(0.03, 0.22, n), 4)
    value = amount / rng.uniform(0.4, 1.05, n)
    score = rng.normal(700, 50, n)
    limits = MOVES.cumsum(axis=1)
    dpd, balance, payment, ltv, scores, default = (np.zeros((n, most)) for _ in range(6))
    state, left, last = np.zeros(n, dtype=int), amount.copy(), np.zeros(n, dtype=int)
    is_gone = np.zeros(n, dtype=bool)
    for age in range(most):
        if age > 0:
            state = (rng.random(n)[:, None] >= limits[np.minimum(state, 3)]).sum(axis=1)
        due = left * rate / 12 / (1 - (1 + rate / 12) ** -(term - age).clip(1))
        paid = np.where(state == 0, due, due * rng.uniform(0, 0.4, n))
        left = np.maximum(left * (1 + rate / 12) - paid, 0)
        score = score - 6.0 * (state > 0) + rng.normal(0.2, 4, n)
        value = value * (1 + rng.normal(0.002, 0.01, n))
        dpd[:, age], balance[:, age], payment[:, age] = 30 * state, np.round(left, 2), np.round(paid, 2)
        ltv[:, age], scores[:, age], default[:, age] = np.round(left / value, 4), np.round(score), state == 4
        is_there = ~is_gone & (age < n_months)
        last[is_there] = age
        is_gone |= state == 4
    ages = np.arange(most)
    kept = ages[None, :] <= last[:, None]
    row, age = np.nonzero(kept)
    codes = pa.DictionaryArray.from_arrays(rng.integers(0, len(STATES), n).astype(np.int8)[row], STATES).cast(pa.string())
    columns = [
        first_id + row, pa.array(month_end((start[row] + age)).astype(np.int32)).cast(pa.date32()), balance[kept], rate[row],
        dpd[kept].astype(np.int32), payment[kept], ltv[kept], scores[kept], age.astype(np.int32), term[row].astype(np.int32), codes,
        default[kept].astype(np.int32),
    ]
    return pa.table([pa.array(column) if isinstance(column, np.ndarray) else column for column in columns], schema=SCHEMA)


def macro(folder, rng):
    """One row a month, out on the 15th of the next."""
    months = np.arange(FIRST - 24, LAST + 1)
    published = (np.datetime64("1970-01", "M") + (months - 1970 * 12 + 1)).astype("datetime64[D]") + 14
    first = (np.datetime64("1970-01", "M") + (months - 1970 * 12)).astype("datetime64[D]")
    steps = np.arange(len(months))
    pq.write_table(pa.table({
        "month": first, "published": published,
        "unemployment": np.round(5.5 + 2 * np.sin(steps / 25) + rng.normal(0, 0.1, len(months)), 1),
        "house_price_growth": np.round(0.03 - 0.05 * np.sin(steps / 25) + rng.normal(0, 0.004, len(months)), 4),
        "policy_rate": np.round(2 - 1.8 * np.sin(steps / 40), 2),
    }), folder / "macro.parquet")


def main():
    folder, n_rows = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    macro(folder, rng)
    n_done = n_loans = n_files = 0
    while n_done < n_rows:
        with pq.ParquetWriter(folder / f"months_{n_files:03}.parquet", SCHEMA, compression="snappy") as writer:
            n_here, held = 0, []
            while n_done < n_rows and n_here < ROWS_PER_FILE:
                table = loans(n_loans, LOANS_AT_ONCE, rng)
                if n_rows < n_done + len(table):
                    table = table.slice(0, n_rows - n_done)
                n_loans += LOANS_AT_ONCE
                n_done, n_here = n_done + len(table), n_here + len(table)
                held.append(table)
                if ROWS_PER_GROUP <= sum(map(len, held)):
                    writer.write_table(pa.concat_tables(held), row_group_size=ROWS_PER_GROUP)
                    held = []
            if held:
                writer.write_table(pa.concat_tables(held), row_group_size=ROWS_PER_GROUP)
        n_files += 1
    print(f"{n_done} rows, {len(SCHEMA)} columns, at most {n_loans} loans, {n_files} files in {folder}")


main()
