"""Bias of the trees' expected shortfall on returns whose law is known. Usage: shortfall.py PLIMSOLL FOLDER

FOLDER takes the tables. Needs numpy, scipy, pyarrow. 250 names, 200 days to learn from and 200 to test on, 5 seeds, 200 rows a leaf.
- t(5): the volatility is a function of the first of five features, shocks are t with 5 degrees of freedom.
- GARCH-t: every name follows a GARCH(1,1) with such shocks; features are its last return and mean squared returns at four decays.
Printed for tails 0.01 and 0.025, means and standard errors over the seeds, in percent:
- ES: forecast shortfall over the true one, less 1; below 0 is too shallow. VaR: the same of the quantile.
- excess: how far the mean loss beyond the forecast VaR on test rows, (VaR - return)+ / tail, is above forecast ES less VaR, over ES; above 0: ES too shallow.
"""
import os, sys
import numpy as np, pyarrow.parquet as pq
from scipy import stats
from table import ENTITIES, run, write

plimsoll, folder = sys.argv[1], sys.argv[2]
DAYS, DF = 400, 5
UNIT = np.sqrt((DF - 2) / DF)  # shocks of variance 1
PARAMS = "trees = 100\nlearning_rate = 0.1\nleaves = 31\ndepth = 16\nmin_leaf_rows = 200\nmin_leaf_hessian = 0"


def student(seed):
    """Features by column, volatilities and returns, day by day and name by name."""
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, (5, DAYS * ENTITIES))
    sigma = 0.01 * np.exp(x[0])
    return x, sigma, sigma * UNIT * random.standard_t(DF, DAYS * ENTITIES)


def garch(seed):
    random = np.random.default_rng(seed)
    decays, burn = np.array([0.5, 0.8, 0.9, 0.97]), 300
    variance, squares, last = np.full(ENTITIES, 1e-4), np.full((4, ENTITIES), 1e-4), np.zeros(ENTITIES)
    x, sigma, y = [], [], []
    for day in range(burn + DAYS):
        shown = np.vstack([last, 1e2 * np.sqrt(squares)])
        variance = 2e-6 + 0.1 * last**2 + 0.88 * variance
        now = np.sqrt(variance) * UNIT * random.standard_t(DF, ENTITIES)
        if burn <= day:
            x.append(shown), sigma.append(np.sqrt(variance)), y.append(now)
        squares = decays[:, None] * squares + (1 - decays[:, None]) * now**2
        last = now
    return np.hstack(x), np.concatenate(sigma), np.concatenate(y)


def forecasts(place):
    """{quantity: forecasts}, in the order of the table's test rows."""
    told = pq.read_table(f"{place}/predictions")
    quantity, at = np.array(told["quantity"].to_pylist()), np.lexsort((told["entity"].to_pylist(), told["as_of"].to_numpy()))
    predicted = told["predicted"].to_numpy()
    return {name: np.array([predicted[row] for row in at if quantity[row] == name]) for name in ("quantile", "shortfall")}


def biases(make, tail, seed):
    x, sigma, y = make(seed)
    write(f"{folder}/rows.parquet", [(0, x, y)])
    _, _, place = run(plimsoll, folder, 'scheme = "split"\nshare = 0.5', PARAMS, f'quantile {tail}", "shortfall {tail}')
    told = forecasts(place)
    n = len(told["quantile"])
    sigma, y, v, e = sigma[-n:], y[-n:], told["quantile"], told["shortfall"]
    q = stats.t.ppf(tail, DF)
    true_var, true_es = UNIT * q * sigma, -UNIT * stats.t.pdf(q, DF) / tail * (DF + q * q) / (DF - 1) * sigma
    excess = np.mean(np.maximum(v - y, 0) / tail / -e) - np.mean(1 - v / e)
    return 100 * np.array([np.mean(e / true_es) - 1, np.mean(v / true_var) - 1, excess])


os.makedirs(folder, exist_ok=True)
for name, make in (("t(5)", student), ("GARCH-t", garch)):
    for tail in (0.01, 0.025):
        all_seeds = np.array([biases(make, tail, seed) for seed in range(5)])
        mean, error = all_seeds.mean(axis=0), all_seeds.std(axis=0, ddof=1) / np.sqrt(len(all_seeds))
        print(f"{name:8s} tail {tail}: " + ", ".join(f"{what} {m:+.1f} ({s:.1f}) %" for what, m, s in zip(("ES", "VaR", "excess"), mean, error)), flush=True)
