"""Ljung-Box of breaches at ten lags, for src/stat/var/ljung_box.rs.

Needs numpy and statsmodels; `python ljung_box.py` prints the numbers in the test.
"""
import numpy as np
from statsmodels.stats.diagnostic import acorr_ljungbox


def show(name, breached):
    found = acorr_ljungbox(np.asarray(breached, dtype=float), lags=[10])
    print(name, repr(float(found["lb_stat"].iloc[0])), repr(float(found["lb_pvalue"].iloc[0])))


# A breach every third day within two bad months, none elsewhere.
show("clustered", [100 <= day < 140 and day % 3 == 0 for day in range(500)])
# Breaches scattered by a multiplicative congruence: 27 of 1,043 days.
show("scattered", [(day * 7919) % 1043 < 27 for day in range(1043)])
