"""LightGBM's models, scores and Shapley values for src/model/gbdt/{lightgbm,shap}.rs. Usage: lightgbm_model.py

Writes tests/golden/lightgbm/{binary,forest,gamma}.txt, saved by LightGBM 4.7.0, and rows.csv: 200 rows with missing values (empty) and unseen
categories, the raw score of each model and LightGBM's contributions (`phi_*`, f64, `phi_base` last) to the binary one's for the first 40 rows.
"""
import csv
import pathlib

import lightgbm as lgb
import numpy as np

folder = pathlib.Path(__file__).parent / "lightgbm"
rng = np.random.default_rng(11)
n, names = 600, ["utilization", "months_since_late", "purpose", "income"]
X = rng.normal(size=(n, 4)).astype("f4")
X[:, 1] = rng.integers(0, 9, n)
X[:, 2] = rng.choice([0, 1, 2, 5, 8, 13, 40], n)
X[rng.random((n, 4)) < 0.1] = np.nan
# Nothing is missing in income: LightGBM then takes a missing value for zero.
X[:, 3] = rng.normal(size=n)
known = np.nan_to_num(X, nan=0.4)
signal = known[:, 0] * known[:, 1] / 3 - known[:, 3] + np.isin(known[:, 2], [1, 5, 40]) * 1.5
defaulted = (signal + rng.normal(size=n) > 0.5).astype(int)
train = {"num_leaves": 7, "learning_rate": 0.2, "min_data_in_leaf": 8, "min_data_per_group": 5, "cat_smooth": 2, "max_cat_to_onehot": 2}
train |= {"verbose": -1, "seed": 1}


def fit(target, rounds, **more):
    data = lgb.Dataset(X.astype("f8"), target, feature_name=names, categorical_feature=["purpose"])
    return lgb.train(train | more, data, rounds)


models = {
    "binary": fit(defaulted, 12, objective="binary", sigmoid=0.8),
    "forest": fit(signal, 4, objective="regression", boosting="rf", bagging_freq=1, bagging_fraction=0.6),
    "gamma": fit(np.exp(0.3 * signal), 4, objective="gamma", min_data_in_leaf=20),
}
for name, model in models.items():
    # The parameters of the training, half of the file, are read by no one.
    text = model.model_to_string().split("\nfeature_importances:")[0]
    (folder / f"{name}.txt").write_text(text + "\n")

rows = X[:200].copy()
rows[::9, 2] = 77
rows[4::9, 2] = 3
rows[::11, 3] = np.nan
scores = [model.predict(rows.astype("f8"), raw_score=True) for model in models.values()]
forecasts = [model.predict(rows.astype("f8")) for model in models.values()]
phi = models["binary"].predict(rows.astype("f8"), pred_contrib=True)
with open(folder / "rows.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(names + [f"{name}_score" for name in models] + list(models) + [f"phi_{name}" for name in names + ["base"]])
    for i, row in enumerate(rows):
        values = ["" if value != value else np.format_float_positional(value, unique=True) for value in row]
        more = [repr(float(v)) for v in phi[i]] if i < 40 else [""] * 5
        out.writerow(values + [repr(float(s[i])) for s in scores + forecasts] + more)
print(lgb.__version__)
