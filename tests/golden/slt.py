"""Writes tests/slt/*.slt: the answers of plain Python loops over the harness's series, independent of the Rust. Usage: slt.py TESTS_SLT_FOLDER"""
import math, statistics as st, sys
S = {"a": [(2., 1.), (4., 3.), (None, 5.), (3., None), (3., 2.), (8., 6.)], "b": [(5., 1.), (7., 2.)], "c": [(9., 9.)], "d": [(None, 1.), (None, 2.)]}
def kept(w): return [v for v in w if v is not None]
def one(f, least=1):
    """A function of the window's values."""
    def run(rows, n, m=1):
        out = []
        for t in range(len(rows)):
            v = kept([x for x, _ in rows[max(0, t - n + 1):t + 1]])
            out.append(f(v) if len(v) >= max(m, least) else None)
        return out
    return run
def newest(f, least=1):
    """A function of the window (gaps kept) and the newest value."""
    def run(rows, n, m=1):
        out = []
        for t in range(len(rows)):
            w = [x for x, _ in rows[max(0, t - n + 1):t + 1]]
            out.append(f(w, w[-1]) if w[-1] is not None and len(kept(w)) >= max(m, least) else None)
        return out
    return run
def placed(f, least=1, wants_newest=False):
    def run(rows, n, m=1):
        out = []
        for t in range(len(rows)):
            w = [x for x, _ in rows[max(0, t - n + 1):t + 1]]
            p = [(i + 1, v) for i, v in enumerate(w) if v is not None]
            out.append(f(p, len(w), w[-1]) if len(p) >= max(m, least) and not (wants_newest and w[-1] is None) else None)
        return out
    return run
def pairs(f):
    def run(rows, n, m=1):
        out = []
        for t in range(len(rows)):
            w = rows[max(0, t - n + 1):t + 1]
            p = [(x, y) for x, y in w if x is not None and y is not None]
            out.append(f(p) if len(p) >= max(m, 2) else None)
        return out
    return run
def moments(p): mx, my = st.fmean([a for a, _ in p]), st.fmean([b for _, b in p]); return sum((a-mx)**2 for a, _ in p), sum((b-my)**2 for _, b in p), sum((a-mx)*(b-my) for a, b in p), mx, my
def corr(p): xx, yy, xy, *_ = moments(p); return xy / math.sqrt(xx * yy) if xx > 0 and yy > 0 else None
def cov(p): return moments(p)[2] / (len(p) - 1)
def slope(p): xx, _, xy, *_ = moments(p); return xy / xx if xx > 0 else None
def rsq(p, *_): c = corr(p); return None if c is None else c * c
def resid(p, n, x): xx, _, xy, mx, my = moments(p); return x - my - xy / xx * (n - mx)
def quantile(q):
    def f(v): s = sorted(v); p = q * (len(s) - 1); i = int(p); return s[i] + (p - i) * (s[min(i + 1, len(s) - 1)] - s[i])
    return f
def rank(v, x): return (sum(a < x for a in v) + (sum(a == x for a in v) + 1) / 2) / len(v)
def m(v, k): mu = st.fmean(v); return sum((a - mu) ** k for a in v) / len(v)
def skew(v): k = len(v); return math.sqrt(k*(k-1))/(k-2) * m(v,3)/m(v,2)**1.5 if m(v,2) > 0 else None
def kurt(v): k = len(v); return (k-1)/((k-2)*(k-3))*((k+1)*(m(v,4)/m(v,2)**2-3)+6) if m(v,2) > 0 else None
def z(w, x): v = kept(w); s = st.stdev(v); return (x - st.fmean(v)) / s if s > 0 else None
def lagged(f):
    def run(rows, n, m=None):
        x = [a for a, _ in rows]
        return [f(x[t], x[t-n]) if t >= n and x[t] is not None and x[t-n] is not None else None for t in range(len(x))]
    return run
def lag(rows, n, m=None): return [rows[t - n][0] if t >= n else None for t in range(len(rows))]
def prior_median(rows, n, m=1):
    v = [kept([x for x, _ in rows[max(0, t - n):t]]) for t in range(len(rows))]
    return [st.median(w) if len(w) >= max(m, 1) else None for w in v]
def volatility(rows, n, m=1):
    x = [a for a, _ in rows]
    r = [x[t] / x[t - 1] - 1 if t and x[t] is not None and x[t - 1] is not None else None for t in range(len(x))]
    v = [kept(r[max(0, t - n + 1):t + 1]) for t in range(len(x))]
    return [st.stdev(w) if len(w) >= max(m, 2) else None for w in v]
def ewma(rows, h, m=1):
    out = []
    for t in range(len(rows)):
        v = [(0.5 ** ((t - i) / h), rows[i][0]) for i in range(t + 1) if rows[i][0] is not None]
        out.append(sum(w * x for w, x in v) / sum(w for w, _ in v) if len(v) >= m else None)
    return out
def fill(rows, limit, m=None):
    x = [a for a, _ in rows]
    return [next((x[i] for i in range(t, max(-1, t - limit - 1), -1) if x[i] is not None), None) for t in range(len(x))]
def first_place(pick):
    return lambda p, *_: next(i for i, v in p if v == pick(a for _, a in p))
# name: (call with {n}, n's for the first query, function, takes min_count)
T = {
 "ts_mean": ("x, {n}", 3, one(st.fmean), 1), "ts_sum": ("x, {n}", 3, one(sum), 1), "ts_std": ("x, {n}", 3, one(st.stdev, 2), 1), "ts_var": ("x, {n}", 3, one(st.variance, 2), 1),
 "ts_min": ("x, {n}", 3, one(min), 1), "ts_max": ("x, {n}", 3, one(max), 1),
 "ts_argmin": ("x, {n}", 3, placed(first_place(min)), 1), "ts_argmax": ("x, {n}", 3, placed(first_place(max)), 1),
 "ts_rank": ("x, {n}", 4, newest(lambda w, x: rank(kept(w), x)), 1), "ts_quantile": ("x, {n}, 0.2", 4, one(quantile(0.2)), 1), "ts_median": ("x, {n}", 4, one(quantile(0.5)), 1),
 "ts_corr": ("x, y, {n}", 5, pairs(corr), 1), "ts_cov": ("x, y, {n}", 5, pairs(cov), 1), "ts_slope": ("y, x, {n}", 5, pairs(slope), 1),
 "ts_beta": ("x, {n}", 4, placed(lambda p, *_: slope(p), 2), 1), "ts_rsquare": ("x, {n}", 4, placed(rsq, 2), 1), "ts_resid": ("x, {n}", 4, placed(resid, 2, True), 1),
 "ts_skew": ("x, {n}", 5, one(skew, 3), 1), "ts_kurt": ("x, {n}", 6, one(kurt, 4), 1),
 "ts_delta": ("x, {n}", 1, lagged(lambda a, b: a - b), 0), "ts_return": ("x, {n}", 1, lagged(lambda a, b: a / b - 1), 0),
 "ts_ewma": ("x, {n}", 2, ewma, 1), "ts_zscore": ("x, {n}", 4, newest(z, 2), 1), "ts_count": ("x, {n}", 3, None, 0),
 "ts_drawdown": ("x, {n}", 4, newest(lambda w, x: x / max(kept(w)) - 1), 1), "ts_fill": ("x, {n}", 1, fill, 0),
 "ts_lag": ("x, {n}", 2, lag, 0), "ts_prior_median": ("x, {n}", 3, prior_median, 1), "ts_volatility": ("x, {n}", 3, volatility, 1)}
def count(rows, n, m=None): return [len(kept([x for x, _ in rows[max(0, t - n + 1):t + 1]])) for t in range(len(rows))]
T["ts_count"] = ("x, {n}", 3, count, 0)
def cell(v): return "NULL" if v is None else repr(float(v))
def query(expr, over, rows): return f"query\nselect entity, date, {expr} over ({over}) from {{series}} order by entity, date\n----\n" + "\n".join(rows) + "\n\n"
def refusal(expr, over, message): return f"error\nselect {expr} over ({over}) from {{series}}\n----\n{message}\n\n"
TIME, PEERS = "partition by entity order by date", "partition by date"
folder = sys.argv[1]
HEAD = "# Written by tests/golden/slt.py: plain Python loops.\n\n"
for name, (call, n, f, has_min) in T.items():
    text = HEAD
    for width, least in [(n, None)] + ([(n, 2 if n == 2 else 3)] if has_min else []) + [(40, None)]:
        if name == "ts_count" and least: continue
        given = call.format(n=width) + (f", {least}" if least else "")
        rows = [f"{e}  {t + 1}  {cell(v)}" for e in S for t, v in enumerate(f(S[e], width, least or 1))]
        text += f"# {'a window longer than the series' if width == 40 else 'a gap, a tie, a short series, a single row, nothing but NULL'}{', at least %d values' % least if least else ''}\n" + query(f"{name}({given})", TIME, rows)
    arg = {"ts_ewma": "halflife", "ts_fill": "limit"}.get(name, "n")
    ok = "above 0" if arg == "halflife" else "a whole number of at least 1"
    text += refusal(f"{name}({call.format(n=0)})", TIME, f"{name}: argument `{arg}` must be {ok}, was 0")
    text += refusal(f"{name}({call.format(n='date')})", TIME, f"{name}: argument `{arg}` must be a constant, such as 20")
    first = "y" if name == "ts_slope" else "x"
    text += refusal(f"{name}({call.format(n=n).replace(first + ',', 'entity,', 1)})", TIME, f"{name}: argument `{first}` must be a number, was text; cast it to double")
    usage = ", ".join({"ts_quantile": ["x", "n", "q"], "ts_corr": ["x", "y", "n"], "ts_cov": ["x", "y", "n"], "ts_slope": ["y", "x", "n"]}.get(name, ["x", arg]) + (["[min_count]"] if has_min else []))
    text += refusal(f"{name}(x)", TIME, f"{name}: 1 argument given; write {name}({usage})")
    text += refusal(f"{name}()", TIME, f"{name}: 0 arguments given; write {name}({usage})")
    text += refusal(f"{name}({call.format(n=n)})", "partition by entity", f"{name}: `over` must order the rows by time, such as over (partition by entity order by date)")
    text += refusal(f"{name}({call.format(n=n)})", "partition by entity order by date desc", f"{name}: `over` must order the rows ascending: descending, the window would hold the future")
    text += refusal(f"{name}({call.format(n=n)})", "partition by entity order by date rows between 1 preceding and 1 following", f"{name}: `over` takes no frame: the window's length is an argument")
    if has_min and arg == "n":
        text += refusal(f"{name}({call.format(n=n)}, {n + 1})", TIME, f"{name}: argument `min_count` must be at most n = {n}, was {n + 1}")
    if has_min:
        text += refusal(f"{name}({call.format(n=n)}, 0)", TIME, f"{name}: argument `min_count` must be a whole number of at least 1, was 0")
    if name == "ts_quantile":
        text += refusal("ts_quantile(x, 3, 1.5)", TIME, "ts_quantile: argument `q` must be between 0 and 1, was 1.5")
    open(f"{folder}/{name}.slt", "w").write(text)
def cs(f):
    def run(group):
        out = {}
        for e in S:
            for t, (x, y) in enumerate(S[e]):
                peers = [S[o][t][0] for o in S if t < len(S[o]) and S[o][t][0] is not None and (not group or (o in "ab") == (e in "ab"))]
                out[e, t + 1] = None if x is None else f(x, peers)
        return out
    return run
C = {
 "cs_rank": ("x", cs(lambda x, v: rank(v, x))), "cs_percent_rank": ("x", cs(lambda x, v: sum(a < x for a in v) / max(len(v) - 1, 1))), "cs_demean": ("x", cs(lambda x, v: x - st.fmean(v))),
 "cs_zscore": ("x", cs(lambda x, v: (x - st.fmean(v)) / st.stdev(v) if len(v) > 1 and st.stdev(v) > 0 else None)),
 "cs_winsor": ("x, 0.2", cs(lambda x, v: min(max(x, quantile(0.2)(v)), quantile(0.8)(v)))),
 "cs_bucket": ("x, 2", cs(lambda x, v: math.floor((rank(v, x) * len(v) - 0.5) * 2 / len(v)) + 1))}
for name, (call, f) in C.items():
    text = HEAD
    for group, title in [("", "a day's rows, NULL among them; days of one row"), (", entity in ('a', 'b')", "by group")]:
        rows = [f"{e}  {t}  {cell(v)}" for (e, t), v in f(bool(group)).items()]
        text += f"# {title}\n" + query(f"{name}({call}{group})", PEERS, rows)
    text += "# ties\nquery\nselect " + f"{name}({call}) over ()" + " from (values (4.0), (4.0), (1.0), (9.0)) as ties(x)\n----\n"
    tied = {"cs_rank": lambda x, v: rank(v, x), "cs_percent_rank": lambda x, v: sum(a < x for a in v) / (len(v) - 1), "cs_demean": lambda x, v: x - st.fmean(v), "cs_zscore": lambda x, v: (x - st.fmean(v)) / st.stdev(v), "cs_winsor": lambda x, v: min(max(x, quantile(0.2)(v)), quantile(0.8)(v)), "cs_bucket": lambda x, v: math.floor((rank(v, x) * len(v) - 0.5) * 2 / len(v)) + 1}[name]
    text += "\n".join(cell(tied(x, [4., 4., 1., 9.])) for x in [4., 4., 1., 9.]) + "\n\n"
    text += f"# a row without a group has no peers\nquery\nselect {name}({call}, g) over () is null from (values (4.0, null), (5.0, 'k'), (6.0, 'k')) as gs(x, g)\n----\ntrue\nfalse\nfalse\n\n"
    text += refusal(f"{name}({call.replace('x', 'entity', 1)})", PEERS, f"{name}: argument `x` must be a number, was text; cast it to double")
    usage = {"cs_winsor": "x, tail, [group]", "cs_bucket": "x, k, [group]"}.get(name, "x, [group]")
    text += refusal(f"{name}()", PEERS, f"{name}: 0 arguments given; write {name}({usage})")
    if name == "cs_winsor": text += refusal("cs_winsor(x, 0.7)", PEERS, "cs_winsor: argument `tail` must be between 0 and 0.5, was 0.7")
    if name == "cs_bucket": text += refusal("cs_bucket(x, 0)", PEERS, "cs_bucket: argument `k` must be a whole number of at least 1, was 0") + refusal("cs_bucket(x, date)", PEERS, "cs_bucket: argument `k` must be a constant, such as 20")
    open(f"{folder}/{name}.slt", "w").write(text)
