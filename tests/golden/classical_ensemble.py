"""Stacking weights of src/walk/ensemble: scipy 1.17.1 (nnls, linprog, minimize) on the data of the Rust tests.

Run with a Python that has numpy and scipy: python tests/golden/classical_ensemble.py
"""

import numpy as np
from scipy.optimize import linprog, minimize, nnls

n, k = 40, 4
i = np.arange(n)
forecast = lambda member: ((i * (7 + 4 * member) + i * i * (member + 1)) % 23) / 8.0
columns = np.column_stack([forecast(member) for member in range(k)])
target = 0.5 * columns[:, 0] - 0.5 * columns[:, 1] + 0.3 * columns[:, 2] + (i * 29 % 11) / 16.0

# A row of ones with a huge weight holds the sum at 1.
weights, _ = nnls(np.vstack([columns, 1e6 * np.ones(k)]), np.append(target, 1e6))
print("nnls with sum 1:", weights.tolist())

# The stacking cases of weight.rs: 200 rows, 3 members, row weights 1 or 2.
n = 200
i = np.arange(n)
weight = 1.0 + i % 2
signal = (i * 37 % 101) / 100.0
members = np.column_stack([
    0.8 * signal + (i * 13 % 29) / 100.0,
    0.5 * signal + 0.25 + (i * 17 % 31) / 150.0,
    (i * 11 % 47) / 47.0,
])
y = signal + (i * 53 % 43) / 86.0 - 0.25

simplex = dict(constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, bounds=[(0, 1)] * 3, method="SLSQP",
               options={"ftol": 1e-15, "maxiter": 1000})
square = lambda w: np.average((y - members @ w) ** 2, weights=weight)
print("squared error:", minimize(square, np.ones(3) / 3, **simplex).x.tolist())
inverse = 1 / np.average((y[:, None] - members) ** 2, axis=0, weights=weight)
print("inverse error:", (inverse / inverse.sum()).tolist())

probability = 0.05 + 0.9 * np.clip(members, 0, 1)
event = (0.5 * probability[:, 0] + 0.5 * probability[:, 2] > (i * 71 % 97) / 97.0).astype(float)
def log_loss(w):
    p = probability @ w
    return -np.average(event * np.log(p) + (1 - event) * np.log(1 - p), weights=weight)
best = minimize(log_loss, np.ones(3) / 3, **simplex)
print("log loss:", best.x.tolist(), best.fun)

# Quantile regression on the simplex as a linear programme: w, then errors above and below, for two tails at once.
tails = [0.05, 0.25]
quantiles = [members - 0.35 + 0.4 * tail for tail in tails]
costs, rows, right = [np.zeros(3)], [], []
for idx, (tail, q) in enumerate(zip(tails, quantiles)):
    costs += [weight * tail / weight.sum(), weight * (1 - tail) / weight.sum()]
    blocks = [q] + [np.zeros((n, n))] * (4)
    blocks[1 + 2 * idx], blocks[2 + 2 * idx] = np.eye(n), -np.eye(n)
    rows.append(np.hstack(blocks)); right.append(y)
rows.append(np.append(np.ones(3), np.zeros(4 * n))[None]); right.append(np.ones(1))
answer = linprog(np.concatenate(costs), A_eq=np.vstack(rows), b_eq=np.concatenate(right))
print("pinball:", answer.x[:3].tolist(), answer.fun)
pinball = lambda w: sum(np.average(np.maximum(t * (y - q @ w), (t - 1) * (y - q @ w)), weights=weight) for t, q in zip(tails, quantiles))
print("pinball of each member:", [pinball(np.eye(3)[m]) for m in range(3)])
