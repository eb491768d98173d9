"""Holm-adjusted p-values, for src/stat/battery/holm.rs.

Needs statsmodels; `python holm.py` prints the numbers in the test. R: p.adjust(p, method = "holm").
"""
from statsmodels.stats.multitest import multipletests

p = [0.01, 0.04, 0.03, 0.005, 0.2, 0.00012, 0.64, 0.03]
print([float(value) for value in multipletests(p, method="holm")[1]])
