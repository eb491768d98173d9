"""Golden numbers for src/model/regression/{quantile,huber,principal_component,partial_least_squares}.rs. Usage: regression_robust.py

Made with SciPy 1.17.1 (HiGHS), statsmodels 0.15.0, scikit-learn 1.9.1 and NumPy 2.4.6. Rows, filling and scaling are those of
penalized_regression.py. Weights are whole numbers, so that statsmodels' unweighted estimates are of repeated rows.
"""
import numpy as np, scipy, sklearn, statsmodels, statsmodels.api as sm
from scipy.optimize import linprog
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA

print("scipy", scipy.__version__, "statsmodels", statsmodels.__version__, "scikit-learn", sklearn.__version__, "numpy", np.__version__)
np.set_printoptions(precision=15)
i = np.arange(60)
X = np.c_[(i * 7 % 13) / 4, (i * i % 17) / 8, (i * 3 % 5) + (i * 7 % 13) / 8]
X[[5, 17, 41], 1] = np.nan
w = 1.0 + i % 3
y = 0.5 * X[:, 0] - 0.25 * X[:, 2] + (i * 29 % 11) / 8
for j in range(3):
    ok = ~np.isnan(X[:, j])
    mean = np.average(X[ok, j], weights=w[ok])
    X[~ok, j] = mean
    X[:, j] = (X[:, j] - mean) / np.sqrt(np.average((X[:, j] - mean) ** 2, weights=w))
Z = np.c_[np.ones(60), X]
rep = np.repeat(i, w.astype(int))
for tail in (0.05, 0.1, 0.3, 0.45):
    # min sum w (tail u + (1 - tail) v), Z b + u - v = y.
    r = linprog(np.r_[np.zeros(4), tail * w, (1 - tail) * w], A_eq=np.c_[Z, np.eye(60), -np.eye(60)], b_eq=y, bounds=[(None, None)] * 4 + [(0, None)] * 120, method="highs-ds")
    print("quantile", tail, r.x[:4], "loss", r.fun)
    print("  statsmodels", sm.QuantReg(y[rep], Z[rep]).fit(q=tail, max_iter=5000, p_tol=1e-10).params)
y = y + 10 * (i % 20 == 3)
m = sm.RLM(y[rep], Z[rep], M=sm.robust.norms.HuberT(1.345)).fit(scale_est="mad", tol=1e-13, maxiter=1000)
print("huber", m.params, "scale", m.scale)
m = sm.RLM(y, Z, M=sm.robust.norms.HuberT(1.345)).fit(scale_est="mad", tol=1e-13, maxiter=1000)
print("huber unweighted, same columns", m.params, "scale", m.scale)
# scikit-learn's PCA and PLS know no weights: repeated rows again.
for n in (1, 2, 3):
    yc = y[rep] - y[rep].mean()
    p = PLSRegression(n_components=n, scale=False).fit(X[rep], yc)
    print("pls", n, y[rep].mean(), p.coef_.ravel())
    q = PCA(n_components=n).fit(X[rep])
    T = q.transform(X[rep])
    print("pcr", n, y[rep].mean(), q.components_.T @ np.linalg.lstsq(T, yc, rcond=None)[0])
