"""Golden numbers for src/model/gbdt/boost.rs from LightGBM. Usage: gbdt_loss.py

Made with LightGBM 4.7.0. Features are whole numbers with at most 101 values, so that every value is a bin of its own and both
programs see the same candidates; one in 13 of the third is missing. Boosting starts at the best constant score (given as
init_score, because LightGBM starts Huber's loss at the mean). Printed: mean training loss after 15 rounds, and the
forecasts of the first rows. LightGBM's percentiles interpolate between rows, ours minimise the loss exactly, so absolute and
quantile losses agree less closely than the others. Leaves are limited
by hessians, because LightGBM guesses the rows of a leaf from its hessian; 15 rounds, because in the 17th
of the weighted squared loss it passes over a legal split of larger gain (14.23, it takes 12.53), and the courses part.
"""
import numpy as np, lightgbm as lgb
print("LightGBM", lgb.__version__)
i = np.arange(1200)
X = np.c_[i * 37 % 101, i * 53 % 97, i * i % 89].astype(float)
X[i % 13 == 5, 2] = np.nan
signal = X[:, 0] / 25 + np.sin(X[:, 1] / 15) + np.where(np.isnan(X[:, 2]), 1.5, X[:, 2] / 60)
noise = ((i * 7919 % 1009) / 1009 - 0.5) * 2
w = 1.0 + i % 3
y = signal + noise * (1 + X[:, 0] / 50)
spiky = y + np.where(i % 29 == 0, 15.0, 0.0)
ones = (y > 4.5).astype(float)
counts = np.floor(np.exp(signal / 3) * (1 + noise))
positive = np.exp(signal / 2 + noise)
mixed = np.where(i % 3 == 0, 0.0, positive)

def best_constant(value, lower, upper):
    for _ in range(200):
        a, b = lower + (upper - lower) * 0.382, lower + (upper - lower) * 0.618
        lower, upper = (lower, b) if value(a) < value(b) else (a, upper)
    return (lower + upper) / 2

def pinball(tail):
    return lambda t, s: np.where(t < s, (1 - tail) * (s - t), tail * (t - s))

def huber(t, s):
    r = np.abs(s - t)
    return np.where(r <= 1, r * r / 2, r - 0.5)

cases = [
    ("squared", dict(objective="regression"), y, lambda t, s: (s - t) ** 2 / 2),
    ("absolute", dict(objective="regression_l1"), spiky, lambda t, s: np.abs(s - t)),
    ("huber", dict(objective="huber", alpha=1.0), spiky, huber),
    ("quantile 0.05", dict(objective="quantile", alpha=0.05), y, pinball(0.05)),
    ("quantile 0.5", dict(objective="quantile", alpha=0.5), y, pinball(0.5)),
    ("logistic", dict(objective="binary"), ones, lambda t, s: np.log1p(np.exp(s)) - t * s),
    ("poisson", dict(objective="poisson"), counts, lambda t, s: np.exp(s) - t * s),
    ("gamma", dict(objective="gamma"), positive, lambda t, s: t * np.exp(-s) + s),
    ("tweedie 1.5", dict(objective="tweedie", tweedie_variance_power=1.5), mixed, lambda t, s: 2 * np.exp(s / 2) + 2 * t * np.exp(-s / 2)),
]
extra = dict(num_leaves=15, learning_rate=0.1, min_data_in_leaf=1, min_sum_hessian_in_leaf=9.7, min_data_in_bin=1, max_bin=255, verbosity=-1,
             boost_from_average=False, feature_pre_filter=False, num_threads=1, deterministic=True, force_col_wise=True, seed=1, lambda_l2=0.5)
for weight in (None, w):
    for name, params, t, value in cases:
        base = best_constant(lambda s: np.average(value(t, s), weights=weight), -30.0, 30.0)
        data = lgb.Dataset(X, t, weight=weight, init_score=np.full(len(t), base))
        model = lgb.train(dict(params, **extra), data, 15)
        score = base + model.predict(X, raw_score=True)
        print(f'("{name}", {"false" if weight is None else "true"}, {np.average(value(t, score), weights=weight):.9f}, [{score[0]:.9f}, {score[1]:.9f}, {score[2]:.9f}]),  // base {base:.9f}')
