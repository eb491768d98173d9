"""Diebold-Mariano on targets of several dates, in plain Python: the numbers of tests/overlap.rs.

Eight names move by seeded draws (Knuth's MMIX constants) over N dates. A target is the return over `h` dates that begins `delay` dates after the data. One forecast
is 0, the other a tenth of the last return times h. The second half of the dates is tested. The horizon is h as it is known here, not as
it would be counted from dates.
"""
from math import sqrt


def closes(n_dates):
    panel, state = [], 1
    for _ in range(8):
        close, path = 100.0, []
        for _ in range(n_dates):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            close *= 1.0 + 0.04 * ((state >> 33) / 2**31 - 0.5)
            path.append(close)
        panel.append(path)
    return panel


def diebold_mariano(n_dates, h, delay):
    panel, differences = closes(n_dates), []
    for t in range(round(0.5 * n_dates), n_dates - h - delay):
        of_date = []
        for path in panel:
            target = path[t + delay + h] / path[t + delay] - 1
            trend = 0.1 * h * (path[t] / path[t - 1] - 1)
            of_date.append((target - trend) ** 2 - target**2)
        differences.append(sum(of_date) / len(of_date))
    n = len(differences)
    mean = sum(differences) / n
    centred = [d - mean for d in differences]

    def covariance(lag):
        return sum(centred[t] * centred[t - lag] for t in range(lag, n)) / n

    variance = (covariance(0) + 2 * sum(covariance(lag) for lag in range(1, h))) / n
    correction = sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    return n, mean, mean / sqrt(variance) * correction if variance > 0 else None


for dates, n_dates, h, delay in [
    ("weekdays", 400, 1, 0),
    ("weekdays", 400, 2, 0),
    ("weekdays", 400, 3, 0),
    ("weekdays", 400, 5, 0),
    ("weekdays", 400, 10, 0),
    ("weekdays", 460, 20, 0),
    ("weekdays", 400, 1, 1),
    ("months", 280, 12, 0),
]:
    print(dates, h, delay, *(repr(number) for number in diebold_mariano(n_dates, h, delay)))
