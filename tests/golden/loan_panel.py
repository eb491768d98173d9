"""A small synthetic loan-month panel, and what sql/loan/panel.sql must make of it, by plain loops over lists.

    pip install pandas pyarrow
    python tests/golden/loan_panel.py data/sample/macro.parquet tests/pack/loan_months.parquet tests/golden/loan_panel.csv [REFERENCE.parquet]

Writes the panel, a few rows of the reference as text, which tests/pack.rs compares with the engine's, and, where asked, all of them
as Parquet, for benches/alpha158_parity.py. Made with pandas 3.1.1 and pyarrow 26.0.1.

The panel is integer arithmetic, no randomness: 80 loans, months January 2014 to June 2017; loans that default, close or stay, one
of a single row (L000), one without an ending before the data stop (L001), one with two months of NULLs (L002).
"""

import datetime as dt
import math
import sys

import pandas as pd

FIRST, LAST = 12 * 2014 + 1, 12 * 2017 + 6


def month_end(idx):
    year, month = divmod(idx - 1, 12)
    after = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return after - dt.timedelta(days=1)


def panel():
    rows = []
    for loan in range(80):
        start = FIRST + loan * 7 % 19
        length = {0: 1, 1: 9}.get(loan, 8 + loan * 11 % 37)
        limit, balance, late = 5000.0 + 500 * (loan % 9), 1000.0 + 37 * loan, 0
        for k in range(length):
            idx = start + k
            if idx > LAST:
                break
            key = {"loan_id": f"L{loan:03}", "month_end": month_end(idx), "is_default": 0, "is_closed": 0}
            if loan == 2 and k in (5, 6):
                rows.append(key | {"is_default": None, "is_closed": None})
                continue
            noise = (loan * 31 + k * k * 17 + k * loan) % 101
            late = late + 30 if noise < 18 + loan % 13 else max(late - 60, 0) if noise > 60 else late
            due = 100.0 + loan
            paid = 0.0 if noise < 18 else due if noise > 30 else due / 2
            balance = max(balance + (noise - 45) * 6.5, 0.0)
            key |= {"balance": balance, "credit_limit": limit, "days_past_due": float(late), "amount_due": due, "amount_paid": paid}
            ended = late >= 120
            key["is_default"] = int(ended)
            key["is_closed"] = int(not ended and k == length - 1 and loan > 1 and idx < LAST)
            rows.append(key)
            if ended:
                break
    return pd.DataFrame(rows)


def seen(values):
    return [v for v in values if v is not None]


def total(values):
    kept = seen(values)
    return math.fsum(kept) if kept else None


def ratio(a, b):
    return None if a is None or not b else a / b


def slope(values):
    points = [(t, v) for t, v in enumerate(values, 1) if v is not None]
    if len(points) < 2:
        return None
    mean_t, mean_v = (math.fsum(p[i] for p in points) / len(points) for i in (0, 1))
    return math.fsum((t - mean_t) * (v - mean_v) for t, v in points) / math.fsum((t - mean_t) ** 2 for t, _ in points)


def deviation(values):
    kept = seen(values)
    if len(kept) < 2:
        return None
    mean = math.fsum(kept) / len(kept)
    return math.sqrt(math.fsum((v - mean) ** 2 for v in kept) / (len(kept) - 1))


def change(values, k):
    if len(values) <= k or values[-1] is None or values[-1 - k] is None:
        return None
    return values[-1] - values[-1 - k]


def months_since(flags, limit):
    """Months since the last 1, if it is at most `limit` rows back."""
    for back, flag in enumerate(reversed(flags)):
        if back > limit:
            return None
        if flag:
            return float(back)
    return None


def macro_on(macro, as_of):
    known = [row for row in macro if row["published"] < as_of]
    if not known:
        return {}
    at = len(known) - 1
    last = known[at]
    return {
        "unemployment": last["unemployment"],
        "unemployment_change_6m": last["unemployment"] - known[at - 6]["unemployment"] if at >= 6 else None,
        "house_price_growth": last["house_price_growth"],
        "policy_rate": last["policy_rate"],
        "policy_rate_change_12m": last["policy_rate"] - known[at - 12]["policy_rate"] if at >= 12 else None,
    }


def features(past):
    """One loan's rows up to and with the month at hand."""
    days = [row["days_past_due"] for row in past]
    late_30 = [None if d is None else float(d >= 30) for d in days]
    late_60 = [None if d is None else float(d >= 60) for d in days]
    pairs = list(zip([None, *days], days))
    worse = [float(b is not None and d is not None and d > b) for b, d in pairs]
    cured = [float(b is not None and d == 0 and b > 0) for b, d in pairs]
    used = [ratio(row["balance"], row["credit_limit"]) for row in past]
    due, paid = [row["amount_due"] for row in past], [row["amount_paid"] for row in past]
    short = [None if d is None else float(p < d) for d, p in zip(due, paid)]
    return {
        "days_past_due": days[-1],
        "n_late_30_3m": total(late_30[-3:]),
        "n_late_30_12m": total(late_30[-12:]),
        "n_late_60_12m": total(late_60[-12:]),
        "worst_days_past_due_6m": max(seen(days[-6:])),
        "worst_days_past_due_12m": max(seen(days[-12:])),
        "days_past_due_change_1m": change(days, 1),
        "n_worse_6m": total(worse[-6:]),
        "n_cured_12m": total(cured[-12:]),
        "months_since_late": months_since(late_30, 36),
        "months_past_due": months_since([d == 0 for d in days], 36),
        "n_short_6m": total(short[-6:]),
        "paid_to_due_3m": ratio(total(paid[-3:]), total(due[-3:])),
        "paid_to_due_12m": ratio(total(paid[-12:]), total(due[-12:])),
        "utilization": used[-1],
        "utilization_mean_6m": total(used[-6:]) / len(seen(used[-6:])),
        "utilization_max_12m": max(seen(used[-12:])),
        "utilization_trend_6m": slope(used[-6:]),
        "utilization_trend_12m": slope(used[-12:]),
        "utilization_sd_12m": deviation(used[-12:]),
        "utilization_change_3m": change(used, 3),
        "n_months_12m": float(len(seen(days[-12:]))),
    }


def outcome(rows, at, last):
    """known_on and target of the row at `at`; both None where the data end before the twelfth month."""
    idx = rows[at]["month_end"].year * 12 + rows[at]["month_end"].month
    if idx + 12 > last:
        return None, None
    ahead = rows[at + 1 : at + 13]
    known_on = month_end(idx + 12)
    if any(row["is_default"] == 1 for row in ahead):
        return known_on, 1.0
    stays = len(ahead) == 12
    return known_on, 0.0 if stays or any(row["is_closed"] == 1 for row in ahead) else None


def reference(frame, macro):
    macro = sorted(macro.to_dict("records"), key=lambda row: row["published"])
    out = []
    last = max(day.year * 12 + day.month for day in frame["month_end"])
    frame = frame.astype(object).where(frame.notna(), None)
    for loan, own in frame.groupby("loan_id", sort=True):
        rows = own.to_dict("records")
        for at, row in enumerate(rows):
            if row["is_default"] != 0 or row["is_closed"] != 0:
                continue
            as_of = row["month_end"] + dt.timedelta(days=1)
            known_on, target = outcome(rows, at, last)
            keys = {"entity": loan, "as_of": as_of, "known_on": known_on, "target": target}
            out.append(keys | features(rows[: at + 1]) | macro_on(macro, as_of))
    return pd.DataFrame(out)


def golden(out, path):
    """A column a line, a row a column: the odd loans (L002 around its NULLs), and every 120th row."""
    odd = out[out["entity"].isin(["L000", "L001", "L002"])].groupby("entity").head(8).groupby("entity").tail(4)
    table = pd.concat([odd, out.iloc[60::120]]).drop_duplicates(["entity", "as_of"])
    with open(path, "w") as file:
        print("feature", *(f"{row.entity} {row.as_of}" for row in table.itertuples()), sep=",", file=file)
        for name in out.columns.drop(["entity", "as_of", "known_on"]):
            print(name, *("" if pd.isna(value) else repr(float(value)) for value in table[name]), sep=",", file=file)


def main():
    macro, panel_path, golden_path, *whole = pd.read_parquet(sys.argv[1]), *sys.argv[2:]
    frame = panel().astype({"is_default": "Int64", "is_closed": "Int64"})
    frame.to_parquet(panel_path, index=False)
    out = reference(frame, macro)
    golden(out, golden_path)
    for path in whole:
        out.to_parquet(path, index=False)
    print(f"{len(frame)} rows of {frame['loan_id'].nunique()} loans; {len(out)} in the reference, {int((out['target'] == 1).sum())} defaults ahead, {int(out['target'].isna().sum())} without a target")


if __name__ == "__main__":
    main()
