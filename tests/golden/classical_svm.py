"""Support vector machines of src/model/classical/svm: scikit-learn 1.9.1 on the data of the Rust tests.

Run with a Python that has scikit-learn: python tests/golden/classical_svm.py
"""

import numpy as np
from sklearn.calibration import _SigmoidCalibration
from sklearn.svm import SVC, SVR

n = 120
i = np.arange(n)
x = np.column_stack([(i * 37 % 61) / 20.0, (i * i * 7 % 53) / 30.0, (i * 11 % 29) / 10.0]).astype(np.float32).astype(float)
z = (x - x.mean(axis=0)) / x.std(axis=0)
noise = (i * 29 % 31) / 31.0 - 0.5
score = z[:, 0] - 0.7 * z[:, 1] * z[:, 2]
event = (score + 2.0 * noise > 0.3).astype(int)
target = 0.01 * (np.sin(z[:, 0]) + 0.5 * z[:, 1] + 0.8 * noise)
scaled = (target - target.mean()) / target.std()
weight = np.where(event == 1, 3.0, 1.0)

settings = dict(tol=1e-9, C=2.0)
for kernel in ["linear", "rbf"]:
    for name, w in [("plain", np.ones(n)), ("weighted", weight / weight.mean())]:
        mean = np.average(x, axis=0, weights=w)
        own = (x - mean) / np.sqrt(np.average((x - mean) ** 2, axis=0, weights=w))
        machine = SVC(kernel=kernel, gamma=1 / 3, **settings).fit(own, event, sample_weight=w)
        print("SVC", kernel, name, machine.decision_function(own[:6]).tolist())
        if kernel == "linear":
            print("    ", machine.intercept_.tolist(), machine.coef_.tolist())
    machine = SVR(kernel=kernel, gamma=1 / 3, epsilon=0.1, **settings).fit(z, scaled)
    print("SVR", kernel, (target.mean() + target.std() * machine.predict(z[:6])).tolist())

# Platt's sigmoid on scores of machines trained on earlier rows: four blocks of 30, targets known the next day.
scores, rows = [], []
for start in (30, 60, 90):
    learnt = np.arange(start - 1)
    machine = SVC(kernel="rbf", gamma=1 / 3, **settings).fit(z[learnt], event[learnt])
    scores += machine.decision_function(z[start:start + 30]).tolist()
    rows += range(start, start + 30)
sigmoid = _SigmoidCalibration().fit(np.array(scores), event[rows])
final = SVC(kernel="rbf", gamma=1 / 3, **settings).fit(z, event).decision_function(z[:6])
print("Platt", (1 / (1 + np.exp(sigmoid.a_ * final + sigmoid.b_))).tolist())

# platt.rs
i = np.arange(60)
s = (i * 37 % 61) / 20.0 - 1.4
c = (s > (i * 23 % 41) / 12.0 - 1.7).astype(int)
for name, w in [("plain", None), ("weighted", 1.0 + i % 3)]:
    sigmoid = _SigmoidCalibration().fit(s, c, sample_weight=w)
    print("sigmoid", name, -sigmoid.a_, -sigmoid.b_)
