"""XGBoost's models, forecasts and Shapley values for src/model/gbdt/{xgboost,shap}.rs. Usage: xgboost_model.py [OLD_FOLDER]

Writes tests/golden/xgboost/{logistic,tweedie}.json, saved by XGBoost 3.2.0, and rows.csv: 300 rows with missing values (empty), the margin and
forecast of each model (XGBoost, f32), its contributions to the logistic margin for the first 40 rows (`xgb_*`: XGBoost's pred_contribs in f32;
`shap_*`: shap 0.51.0's TreeExplainer, path-dependent, in f64 over the same trees, with `xgb_base` and `shap_base`).
With OLD_FOLDER, where `pip install --target OLD_FOLDER --no-deps xgboost==1.7.6` put XGBoost 1.7.6, writes old.json and old.csv by that one instead.
"""
import csv
import json
import pathlib
import sys

folder = pathlib.Path(__file__).parent / "xgboost"
if len(sys.argv) > 1:
    sys.path.insert(0, sys.argv[1])
import numpy as np
import xgboost as xgb

rng = np.random.default_rng(7)
n, names = 300, ["utilization", "months_since_late", "income", "age", "inquiries"]
X = rng.normal(size=(n, 5)).astype("f4")
X[:, 1] = rng.integers(0, 9, n)
X[:, 4] = rng.poisson(1.5, n)
X[rng.random((n, 5)) < 0.12] = np.nan
known = np.nan_to_num(X, nan=0.4)
signal = known[:, 0] * known[:, 1] / 3 - known[:, 2] + np.sin(2 * known[:, 3])
defaulted = (signal + rng.normal(size=n) > 0.5).astype(int)
claims = np.where(defaulted == 1, np.exp(0.3 * signal), 0.0)


def train(objective, target, rounds, **more):
    data = xgb.DMatrix(X, target, feature_names=names)
    params = {"objective": objective, "max_leaves": 8, "max_depth": 5, "grow_policy": "lossguide", "tree_method": "hist", "max_bin": 32}
    return xgb.train(params | more, data, rounds), xgb.DMatrix(X, feature_names=names)


def text(value):
    if value is None or value != value:
        return ""
    return np.format_float_positional(value, unique=True) if isinstance(value, np.float32) else repr(float(value))


def write(name, header, rows):
    with open(folder / name, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows([text(value) for value in row] for row in rows)


if len(sys.argv) > 1:
    assert xgb.__version__ == "1.7.6", xgb.__version__
    model, data = train("binary:logistic", defaulted, 3, base_score=0.4)
    model.save_model(folder / "old.json")
    write("old.csv", names + ["margin"], [[*X[i], m] for i, m in enumerate(model.predict(data, output_margin=True)[:60])])
    sys.exit()

import shap

# Sixteen trees of XGBoost's own base score, and a few of one that was set.
logistic, data = train("binary:logistic", defaulted, 16)
tweedie, _ = train("reg:tweedie", claims, 5, base_score=0.7, tweedie_variance_power=1.4)
for name, model in [("logistic", logistic), ("tweedie", tweedie)]:
    model.save_model(folder / f"{name}.json")

learner = json.loads((folder / "logistic.json").read_text())["learner"]


def tree_of(tree):
    left, right = np.array(tree["left_children"]), np.array(tree["right_children"])
    condition = np.array(tree["split_conditions"], "f4")
    return {
        "children_left": left, "children_right": right,
        "children_default": np.where(np.array(tree["default_left"]) == 1, left, right),
        "features": np.where(left < 0, -2, np.array(tree["split_indices"])),
        # x < t is x <= the f32 before t.
        "thresholds": np.nextafter(condition, np.float32(-np.inf)).astype("f8"),
        "values": np.where(left < 0, condition, 0).astype("f8")[:, None],
        "node_sample_weight": np.array(tree["sum_hessian"], "f4").astype("f8"),
    }


trees = [tree_of(tree) for tree in learner["gradient_booster"]["model"]["trees"]]
explainer = shap.TreeExplainer({"trees": trees}, feature_perturbation="tree_path_dependent")
exact = explainer.shap_values(X.astype("f8"))
exact_base = float(np.ravel(explainer.expected_value)[0])
single = logistic.predict(data, pred_contribs=True)
margins = [m.predict(data, output_margin=True) for m in (logistic, tweedie)]
forecasts = [m.predict(data) for m in (logistic, tweedie)]
header = names + ["logistic_margin", "logistic", "tweedie_margin", "tweedie"]
header += [f"{by}_{name}" for by in ("xgb", "shap") for name in names + ["base"]]
write("rows.csv", header, [
    [*X[i], margins[0][i], forecasts[0][i], margins[1][i], forecasts[1][i]] + ([*single[i], *exact[i], exact_base] if i < 40 else [None] * 12)
    for i in range(n)
])
print("base score", learner["learner_model_param"]["base_score"], "versions", xgb.__version__, shap.__version__)
