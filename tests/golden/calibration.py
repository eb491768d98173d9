"""Bands, Jeffreys p-values, Hosmer-Lemeshow and PSI of src/stat/calibration.rs and drift.rs by numpy and scipy.

    pip install numpy scipy && python tests/golden/calibration.py

The sample is that of auc_ks.py: synthetic, integer arithmetic that Rust repeats.

Printed by numpy 2.4.6, scipy 1.17.1:

    n        [50, 54, 49, 50, 50, 49, 49, 50, 50, 49]
    defaults [4, 9, 9, 15, 11, 18, 20, 23, 17, 20]
    band 3   0.3543689320388349 jeffreys 0.7875951727419499
    hosmer   381.55955798549496 7.878908850393835e-76
    expected 2.6699029126213585
    psi bins [26, 24, 25, 26, 24, 26, 26, 23, 27, 23, 50] [0, 14, 16, 16, 17, 16, 16, 17, 17, 37, 34]
    psi      0.39845302087003015
    rows     44.554455445544555
    critical 4.851177621570072
"""

import numpy as np
from scipy import stats

n, k = 500, 10
i = np.arange(n)
score = (i * 37 % 101 + 1) / 103.0
default = ((i * i * 13 + 7 * i + 5) % 97 < 6 + score * 40).astype(int)

value, counts = np.unique(score, return_counts=True)
ends = value[np.searchsorted(counts.cumsum(), np.arange(1, k + 1) * n / k)]
band = np.searchsorted(ends, score)
bn = np.bincount(band)
bd = np.bincount(band, weights=default).astype(int)
bp = np.bincount(band, weights=score) / bn
print("n       ", bn.tolist())
print("defaults", bd.tolist())
print("band 3  ", repr(float(bp[3])), "jeffreys", repr(float(stats.beta.cdf(bp[3], bd[3] + 0.5, bn[3] - bd[3] + 0.5))))
statistic = ((bd - bn * bp) ** 2 / (bn * bp * (1 - bp))).sum()
print("hosmer  ", repr(float(statistic)), repr(float(stats.chi2.sf(statistic, len(bn)))))
print("expected", repr(float(np.minimum(bn * bp, bn * (1 - bp)).min())))

# Drift: the first 300 scores against the last 200, shifted by a tenth; a sixth of either is missing.
reference, current = score[:300], score[300:] + 0.1
reference, current = reference[i[:300] % 6 != 0], current[i[300:] % 6 != 0]
edges = np.quantile(reference, np.arange(1, 10) / 10)
count = lambda x: np.append(np.bincount(np.searchsorted(edges, x), minlength=10), 0)
r, c = count(reference), count(current)
r[-1], c[-1] = 300 - r.sum(), 200 - c.sum()
share = lambda x: np.where(x == 0, 0.5, x) / x.sum()
print("psi bins", r.tolist(), c.tolist())
print("psi     ", repr(float(((share(c) - share(r)) * np.log(share(c) / share(r))).sum())))

# Chance: three periods of a hundred rows, each a tenth above the one before, by the eigenvalues of their shares' covariance.
moved = score[:300] + i[:300] // 100 / 10
edges = np.quantile(moved, np.arange(1, 10) / 10)
label = np.searchsorted(edges, moved)
shares = np.stack([np.bincount(label[k : k + 100], minlength=10) / 100 for k in (0, 100, 200)])
weighted = np.cov(shares, rowvar=False) / np.sqrt(np.outer(share(np.bincount(label)), share(np.bincount(label))))
eigen = np.linalg.eigvalsh(weighted)
spread, freedom = eigen.sum(), eigen.sum() ** 2 / (eigen**2).sum()
print("rows    ", repr(float(9 / spread)))
print("critical", repr(float(spread * (1 + 1 / 3) * stats.f.isf(0.05, freedom, 2 * freedom))))
