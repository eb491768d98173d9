"""Golden numbers for src/model/regression/{elastic_net,lasso,logistic,standard_error}.rs. Usage: regression_penalty.py

Made with scikit-learn 1.9.1, statsmodels 0.15.0 and NumPy 2.4.6. Rows, filling and scaling are those of penalized_regression.py.
scikit-learn's ElasticNet minimises sum w (y - a - Z b)^2 / (2 sum w) + alpha l1_ratio |b|_1 + alpha (1 - l1_ratio) |b|^2 / 2; its logistic
regression sum w loss + |b|_1 l1_ratio / C + |b|^2 (1 - l1_ratio) / (2 C), so C = 1 / ((l1 + l2) sum w).
"""
import numpy as np, sklearn, statsmodels, statsmodels.api as sm
from sklearn.linear_model import ElasticNet, LogisticRegression

print("scikit-learn", sklearn.__version__, "statsmodels", statsmodels.__version__, "numpy", np.__version__)
np.set_printoptions(precision=15)
i = np.arange(60)
X = np.c_[(i * 7 % 13) / 4, (i * i % 17) / 8, (i * 3 % 5) + (i * 7 % 13) / 8]
X[[5, 17, 41], 1] = np.nan
w = 1.0 + i % 3
y = 0.5 * X[:, 0] - 0.25 * X[:, 2] + (i * 29 % 11) / 8
d = (((i * 5 % 9) + 3 * X[:, 0]) > 9).astype(float)
for j in range(3):
    ok = ~np.isnan(X[:, j])
    mean = np.average(X[ok, j], weights=w[ok])
    X[~ok, j] = mean
    X[:, j] = (X[:, j] - mean) / np.sqrt(np.average((X[:, j] - mean) ** 2, weights=w))
for l1, l2 in ((0.05, 0.1), (0.01, 0.5), (0.2, 0.02), (0.05, 0.0), (0.005, 0.0), (0.25, 0.0)):
    m = ElasticNet(alpha=l1 + l2, l1_ratio=l1 / (l1 + l2), tol=1e-15, max_iter=1000000).fit(X, y, sample_weight=w)
    print("elastic net", l1, l2, m.intercept_, m.coef_)
print("lasso: all are 0 from", np.abs(X.T @ (w * (y - np.average(y, weights=w))) / w.sum()).max())
for l1, l2 in ((0.01, 0.01), (0.05, 0.02), (0.1, 0.001)):
    m = LogisticRegression(C=1 / ((l1 + l2) * w.sum()), l1_ratio=l1 / (l1 + l2), tol=1e-12, max_iter=1000000, solver="saga", random_state=1).fit(X, d, sample_weight=w)
    print("logistic", l1, l2, m.intercept_, m.coef_)

# Standard errors: 20 days of 3 rows. Weighted least squares; the sandwiches are times n / (n - k).
day = i // 3
Z = np.c_[np.ones(60), X]
m = sm.WLS(y, Z, weights=w).fit()
print("ols", m.bse)
print("hc", m.get_robustcov_results("HC1").bse)
for lags in (0, 3, 5):
    print("hac", lags, m.get_robustcov_results("hac-groupsum", time=day, maxlags=lags, use_correction=False).bse * np.sqrt(60 / 56))
    # The same by hand.
    h = np.array([(Z * (w * (y - Z @ m.params))[:, None])[day == t].sum(0) for t in range(20)])
    S = h.T @ h + sum((1 - l / (lags + 1)) * (h[l:].T @ h[:-l] + h[:-l].T @ h[l:]) for l in range(1, lags + 1))
    B = np.linalg.inv(Z.T @ (Z * w[:, None]))
    print("by hand", np.sqrt(np.diag(B @ S @ B) * 60 / 56))
