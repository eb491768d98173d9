"""Nearest neighbours and naive Bayes of src/model/classical: scikit-learn 1.9.1 on the data of the Rust tests.

Run with a Python that has scikit-learn: python tests/golden/classical_neighbours.py
"""

import numpy as np
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

n = 120
i = np.arange(n)
x = np.column_stack([(i * 37 % 61) / 20.0, (i * i * 7 % 53) / 30.0, (i * 11 % 29) / 10.0]).astype(np.float32).astype(float)
z = (x - x.mean(axis=0)) / x.std(axis=0)
noise = (i * 29 % 31) / 31.0 - 0.5
event = (z[:, 0] - 0.7 * z[:, 1] * z[:, 2] + 2.0 * noise > 0.3).astype(int)
target = 0.01 * (np.sin(z[:, 0]) + 0.5 * z[:, 1] + 0.8 * noise)
asked = ((x[:6] + 0.1).astype(np.float32) - x.mean(axis=0)) / x.std(axis=0)

for weights in ["uniform", "distance"]:
    print(weights, KNeighborsRegressor(7, weights=weights).fit(z, target).predict(asked).tolist())
    print(weights, KNeighborsClassifier(7, weights=weights).fit(z, event).predict_proba(asked)[:, 1].tolist())
weight = 1.0 + i % 3
mean, sd = np.average(x, axis=0, weights=weight), None
sd = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight))
for name, w, features in [("plain", np.ones(n), z), ("weighted", weight, (x - mean) / sd)]:
    print("naive Bayes", name, GaussianNB(var_smoothing=1e-9).fit(features, event, sample_weight=w).predict_proba(features[:6])[:, 1].tolist())
