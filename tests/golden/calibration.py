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
    critical 0.15255865044395958
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
print("critical", repr(float((1 / 300 + 1 / 200) * stats.chi2.isf(0.05, 10))))
