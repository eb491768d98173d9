"""AUC, DeLong's standard error, KS and the rest of src/stat/discrimination.rs and probability.rs by other means.

    pip install numpy scipy scikit-learn && python tests/golden/auc_ks.py

scikit-learn gives the area, Brier score, log loss and the cut-off figures, scipy the two-sample KS; DeLong's variance is
the definition by placement values over all pairs, O(m n). The data are synthetic: integer arithmetic that Rust repeats.

Printed by numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1:

    n, defaults     500 146
    auc (sklearn)   0.6437001780047983
    auc (pairs)     0.6437001780047984
    delong se       0.025863056491922203
    ks (scipy)      0.2540051079637799 between 0.5242718446601942
    ks point        0.3898305084745763 0.6438356164383562 0.5339805825242718
    brier           0.2698763314167217
    log loss        0.7932846695159292
    confusion       [205, 149, 48, 98] tn fp fn tp at 0.5
    accuracy        0.606
    precision       0.3967611336032389
    recall          0.6712328767123288
    f1              0.49872773536895676
"""

import numpy as np
from scipy import stats
from sklearn import metrics

n = 500
i = np.arange(n)
score = (i * 37 % 101 + 1) / 103.0
default = ((i * i * 13 + 7 * i + 5) % 97 < 6 + score * 40).astype(int)

bad, good = score[default == 1], score[default == 0]
pair = (bad[:, None] > good[None, :]) + 0.5 * (bad[:, None] == good[None, :])
placement_bad, placement_good = pair.mean(axis=1), pair.mean(axis=0)
variance = placement_bad.var(ddof=1) / len(bad) + placement_good.var(ddof=1) / len(good)

print("n, defaults    ", n, default.sum())
print("auc (sklearn)  ", repr(float(metrics.roc_auc_score(default, score))))
print("auc (pairs)    ", repr(float(pair.mean())))
print("delong se      ", repr(float(np.sqrt(variance))))
ks = stats.ks_2samp(bad, good)
print("ks (scipy)     ", repr(float(ks.statistic)), "between", ks.statistic_location)
fpr, tpr, thresholds = metrics.roc_curve(default, score, drop_intermediate=False)
best = np.argmax(tpr - fpr)
print("ks point       ", repr(float(fpr[best])), repr(float(tpr[best])), repr(float(thresholds[best])))
print("brier          ", repr(float(metrics.brier_score_loss(default, score))))
print("log loss       ", repr(float(metrics.log_loss(default, score))))
flagged = (score >= 0.5).astype(int)
print("confusion      ", metrics.confusion_matrix(default, flagged).ravel().tolist(), "tn fp fn tp at 0.5")
for name in ("accuracy", "precision", "recall", "f1"):
    print(f"{name:15}", repr(float(getattr(metrics, f"{name}_score")(default, flagged))))
