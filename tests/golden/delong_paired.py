"""DeLong's test of two areas on the same rows, for src/stat/credit/paired_auc.rs.

The definition, pair by pair, without a shortcut: structural components V10 and V01 of DeLong, DeLong and
Clarke-Pearson (1988), their covariances with n - 1, z = (A1 - A2) / sqrt(var). Needs numpy and scipy.
"""
import numpy as np
from scipy.stats import norm


def components(score, bad):
    x, y = score[bad], score[~bad]
    psi = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    return psi.mean(axis=1), psi.mean(axis=0), psi.mean()


row = np.arange(60)
bad = (row * 7) % 5 == 0
first = ((row * 37) % 61 + 25 * bad) / 100
second = ((row * 23) % 59 + 10 * bad) / 100
v10a, v01a, a = components(first, bad)
v10b, v01b, b = components(second, bad)
s10, s01 = np.cov(v10a, v10b), np.cov(v01a, v01b)
variance = sum(s[0, 0] + s[1, 1] - 2 * s[0, 1] for s in (s10 / bad.sum(), s01 / (~bad).sum()))
z = (a - b) / np.sqrt(variance)
print(repr(float(a)), repr(float(b)), repr(float(z)), repr(float(2 * norm.sf(abs(z)))))
