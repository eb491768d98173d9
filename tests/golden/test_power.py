"""Size and power of tests of counts, and exact p-values of independence, for src/stat/battery/count.rs and src/stat/var/.

Needs scipy; `python test_power.py` prints the numbers in the tests.
"""
import itertools
import math

from scipy import optimize, stats


def ratio(n, x, p):
    """Kupiec's likelihood ratio."""
    log = lambda k, q: 0.0 if k == 0 else k * math.log(q)
    return 2 * (log(n - x, 1 - x / n) + log(x, x / n) - log(n - x, 1 - p) - log(x, p))


def region(n, tail, level):
    """Most breaches rejected as too few, fewest as too many, by the exact p-value."""
    ratios = [ratio(n, x, tail) for x in range(n + 1)]
    mass = stats.binom.pmf(range(n + 1), n, tail)
    order = sorted(range(n + 1), key=lambda x: -ratios[x])
    rejected, total = [], 0.0
    for x in order:
        total += mass[x]
        if level <= total:
            break
        rejected.append(x)
    few, many = [x for x in rejected if x < n * tail], [x for x in rejected if n * tail < x]
    return (max(few) if few else None, min(many) if many else None)


def power(n, few, many, truth):
    return (0 if few is None else stats.binom.cdf(few, n, truth)) + (0 if many is None else stats.binom.sf(many - 1, n, truth))


for n, tail, level in [(250, 0.01, 0.05), (1685, 0.01, 0.05), (1685, 0.01, 0.05 / 8), (1000, 0.025, 0.05)]:
    few, many = region(n, tail, level)
    above = optimize.brentq(lambda p: power(n, few, many, p) - 0.8, tail * 1.2, 0.5, xtol=1e-14)
    below = None if few is None else optimize.brentq(lambda p: power(n, few, many, p) - 0.8, 1e-9, tail, xtol=1e-14)
    print(n, tail, level, (few, many), [power(n, few, many, t) for t in (tail, 1.5 * tail, 2 * tail)], above, below)


def transitions_ratio(days):
    n = {pair: 0 for pair in itertools.product((0, 1), repeat=2)}
    for pair in zip(days, days[1:]):
        n[pair] += 1
    log = lambda k, q: 0.0 if k == 0 else k * math.log(q)
    quiet, breach = n[0, 0] + n[0, 1], n[1, 0] + n[1, 1]
    if quiet == 0 or breach == 0:
        return 0.0
    row = lambda a, b: log(a, a / (a + b)) + log(b, b / (a + b))
    return 2 * (row(n[0, 0], n[0, 1]) + row(n[1, 0], n[1, 1]) - row(n[0, 0] + n[1, 0], n[0, 1] + n[1, 1]))


# Every arrangement of 4 breaches among 14 days: the share with a ratio at least that of the one seen.
for seen in [(2, 3, 4, 9), (1, 4, 8, 12), (0, 1, 2, 3), (10, 11, 12, 13)]:
    flags = lambda places: [int(day in places) for day in range(14)]
    wanted = transitions_ratio(flags(seen))
    ratios = [transitions_ratio(flags(places)) for places in itertools.combinations(range(14), 4)]
    print(seen, wanted, sum(wanted - 1e-12 <= r for r in ratios) / len(ratios))
