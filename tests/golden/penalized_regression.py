"""Golden numbers for src/model/{ridge,logistic}.rs from scikit-learn. Usage: penalized_regression.py

Made with scikit-learn 1.9.1 and NumPy 2.4.6. Features are multiples of 1/8, so that f32 holds them exactly.
Missing values take the weighted mean of the present ones; columns are scaled by the weighted standard deviation
after filling (divided by the sum of weights). Penalties are per unit of weight: alpha = l2 * sum(w), C = 1 / alpha.
"""
import numpy as np, sklearn
from sklearn.linear_model import LogisticRegression, Ridge

print("scikit-learn", sklearn.__version__, "numpy", np.__version__)
np.set_printoptions(precision=15)
i = np.arange(60)
X = np.c_[(i * 7 % 13) / 4, (i * i % 17) / 8, (i * 3 % 5) + (i * 7 % 13) / 8]
X[[5, 17, 41], 1] = np.nan
w = 1.0 + i % 3
y = 0.5 * X[:, 0] - 0.25 * X[:, 2] + (i * 29 % 11) / 8
d = (((i * 5 % 9) + 3 * X[:, 0]) > 9).astype(float)
print("ones", d.sum(), "rows", len(d))
for j in range(3):
    ok = ~np.isnan(X[:, j])
    mean = np.average(X[ok, j], weights=w[ok])
    X[~ok, j] = mean
    X[:, j] = (X[:, j] - mean) / np.sqrt(np.average((X[:, j] - mean) ** 2, weights=w))
for l2 in (0.1, 2.0):
    m = Ridge(alpha=l2 * w.sum(), solver="cholesky").fit(X, y, sample_weight=w)
    print("ridge", l2, m.intercept_, m.coef_)
for l2 in (0.01, 0.5):
    m = LogisticRegression(C=1 / (l2 * w.sum()), tol=1e-14, max_iter=10000, solver="newton-cholesky").fit(X, d, sample_weight=w)
    print("logistic", l2, m.intercept_, m.coef_, "first three", m.predict_proba(X)[:3, 1])

# Plain Newton from the rate of ones climbs on these rows (objective 11.3, 9.38, 11.4, 9.90, 11.5, ...): one far value with target 1.
x = (np.arange(50) % 7).astype(float)
x[0] = 1000
d = np.isin(np.arange(50), (0, 10, 11)).astype(float)
Z = ((x - x.mean()) / x.std())[:, None]
for solver in ("newton-cholesky", "lbfgs"):
    m = LogisticRegression(C=1 / (0.01 * 50), tol=1e-12, max_iter=100000, solver=solver).fit(Z, d)
    print("overshooting", solver, m.intercept_, m.coef_)
