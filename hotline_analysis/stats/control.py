"""Is this month's figure out of the ordinary, or the usual up and down?

Control charts (控制图) for a monthly series. `foreseen` judges: the limits of a month from the months before it, by its own base. `xmr` for
any figure, `p_chart` for shares that differ by chance only and `laney` for shares of many calls are the textbook's charts. `signals` says
which points of those stand out and by which rule, `capability` whether a target is within the reach of the process as it is.

A missing month (nan) is a gap: no moving range, run or trend goes across it. A declared change starts a chart of its own (`breaks`).
Limits from fewer than 12 known points are trial limits (试用限).

Rules and their order are those of NHS England's Making Data Count as NHSRplotthedots executes them. Shewhart 1931; Wheeler 1993,
Understanding Variation; Nelson 1982, JQT 14; Laney 2002, Quality Engineering 14, 531-537.
"""

from typing import NamedTuple

import numpy as np
import scipy

LEVEL = 0.02  # how often `foreseen` flags a month in which nothing changed; measured against other choices in docs/maths.md
D2 = 1.128  # mean range of two independent normal values, in standard deviations
THREE_SIGMA = 3 / D2  # the limits' distance in mean moving ranges; NHSRplotthedots and many books print 2.66
WILD_RANGE = 3.267  # `screen_outliers` drops moving ranges from this many mean ranges on (D4 of two values)
ENOUGH_POINTS = 12
MANY, ENOUGH_EVENTS = 2000, 100  # of `counted`
RUN = 7
ROUNDING = 1e-12  # figures this close, relative to the largest, are equal on paper

RULES = ("outside", "trend", "two of three", "one side")  # in the order in which they are named
SIDE = {1: "up", -1: "down"}


class Chart(NamedTuple):
    """A series with its limits; arrays over the points.

    values         the figures drawn, nan where missing
    centre         mean of the segment's baseline, for shares sum k / sum n
    lower, upper   limits, centre -+ reach, cut to the known bounds; nan where the baseline cannot tell
    sigma          standard deviation of a point
    reach          distance of the limits from the centre before they are cut
    sigma_z        how many times wider the shares spread than chance: 1 on a p-chart, nan where it has no meaning (xmr)
    trial          the limits rest on fewer than 12 known points
    segment        0, 1, ...: which chart the point belongs to, a new one at each break
    """

    values: np.ndarray
    centre: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    sigma: np.ndarray
    reach: np.ndarray
    sigma_z: np.ndarray
    trial: np.ndarray
    segment: np.ndarray


class Room(NamedTuple):
    """Where months lie when nothing has changed: centre, lower and upper limit."""

    centre: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


class Signal(NamedTuple):
    """Why a point stands out: the rule (see `RULES`), its side ("up", "down") and what that means.

    judgement is "better" or "worse" where it is known which way is good, else "more" or "less".
    """

    rule: str
    side: str
    judgement: str


def foreseen(past, se, base, bases, *, noise=0.0, level=LEVEL, together=1) -> Room:
    """Limits of months from the months before them: those who judge are not in their own limits, and a small month gets wide ones.

    past, se, base   [..., m] the figures of the baseline, their standard errors within the month, and the calls (or days) that they rest on
    bases            [..., j] the same of the months that are judged
    noise            their standard errors from single calls: one event cannot leave a history that never varied
    together         1, or of how many months the mean is judged, each of this base and noise

    centre c = sum b x / sum b; S^2 = sum (x - c)^2 / (m - 1); W = mean se^2; the months' own variance T = max(S^2 - W, 0). A month of base
    b varies by V = T + W h / b (h: harmonic mean of the baseline's), at least noise^2, the mean of k by V / k, and c by max(S^2, W) / m:
    c -+ t_{m-1} sqrt(V / k + max(S^2, W) / m). With equal bases and no error within the month the textbook's prediction interval of a normal
    value; the added variance is that of Spiegelhalter 2005, Stat. Med. 24, 1185-1202. nan below two months.

    Over many months whose bases are large this is the p-chart of shares and the u-chart of counts where they vary by chance, and Laney's
    where they vary by more: the error within the month is theirs, the months' own variance is added to it instead of multiplied.
    """
    past, se, base = (np.asarray(x, float) for x in (past, se, base))
    m = past.shape[-1]
    if m < 2:
        nothing = np.full(np.broadcast_shapes((*past.shape[:-1], 1), np.shape(bases)), np.nan)
        return Room(nothing, nothing, nothing)
    centre = (base * past).sum(axis=-1, keepdims=True) / base.sum(axis=-1, keepdims=True)
    total = np.square(past - centre).sum(axis=-1, keepdims=True) / (m - 1)
    within = np.square(np.nan_to_num(se)).mean(axis=-1, keepdims=True)
    typical = m / (1 / base).sum(axis=-1, keepdims=True)
    month = np.maximum(total - within, 0.0) + within * typical / np.asarray(bases, float)
    month = np.maximum(month, np.square(noise)) / together
    reach = scipy.stats.t.ppf(1 - level / 2, m - 1) * np.sqrt(month + np.maximum(total, within) / m)
    return Room(centre + 0 * reach, centre - reach, centre + reach)


def counted(k: int, n: int, calls, *, level=LEVEL) -> tuple[np.ndarray, np.ndarray]:
    """Between which shares a month of so many calls lies by chance alone, from `k` of `n` calls before it: for few calls and rare events.

    The quantiles of the beta-binomial with a = k + 1/2, b = n - k + 1/2 (the posterior of a share under Jeffreys' prior); above `MANY` calls,
    those of its Poisson form, the negative binomial. 0 of 3,600 leaves room for 1 of 300. From `ENOUGH_EVENTS` expected events on the normal
    limits are right, and both ends are nan.
    """
    calls, rare = np.asarray(calls, int), min(k, n - k)
    a, b = rare + 0.5, n - rare + 0.5
    few = (calls > 0) & (a / (n + 1) * calls < ENOUGH_EVENTS)
    ends = np.full((2, len(calls)), np.nan)
    for q, tail in enumerate((level / 2, 1 - level / 2)):
        for at, events in ((few & (calls <= MANY), scipy.stats.betabinom), (few & (calls > MANY), scipy.stats.nbinom)):
            month = calls[at]
            shape = (month, a, b) if events is scipy.stats.betabinom else (a, b / (b + month))
            ends[q, at] = np.minimum(events.ppf(tail, *shape), month) / month if len(month) else []
    return (1 - ends[1], 1 - ends[0]) if k > n - k else (ends[0], ends[1])


def counted_events(events: int, exposure: float, exposures, *, level=LEVEL) -> tuple[np.ndarray, np.ndarray]:
    """Between which rates a month of so much exposure lies by chance alone, from `events` in `exposure` before it: the u-chart of few events.

    exposure is of what events are counted on (days, sessions, hours), so a rate may pass 1. The quantiles of the negative binomial with shape
    events + 1/2 and rate exposure (the Poisson posterior under Jeffreys' prior), over the month's exposure. From `ENOUGH_EVENTS` expected
    events on the normal limits are right, and both ends are nan, as where there is no exposure.
    """
    exposures, shape = np.asarray(exposures, float), events + 0.5
    ends = np.full((2, len(exposures)), np.nan)
    few = (exposures > 0) & (exposure > 0) & (shape * exposures < ENOUGH_EVENTS * exposure)
    month = exposures[few]
    for q, tail in enumerate((level / 2, 1 - level / 2)):
        ends[q, few] = scipy.stats.nbinom.ppf(tail, shape, exposure / (exposure + month)) / month if len(month) else []
    return ends[0], ends[1]


def between_months(values, se, *, level=0.95) -> float:
    """How far two months lie apart by what months differ beyond their own errors: t_{m-1} sqrt(2 T), T = max(S^2 - mean se^2, 0)."""
    extra = max(np.var(values, ddof=1) - np.square(np.nan_to_num(se)).mean(), 0.0)
    return float(scipy.stats.t.ppf(0.5 + level / 2, len(values) - 1) * np.sqrt(2 * extra))


def xmr(values, *, screen_outliers=False, baseline=None, breaks=(), bounds=None, factor=THREE_SIGMA) -> Chart:
    """Chart of single values: mean -+ factor * mean |MR|, where MR are the differences of neighbouring points.

    screen_outliers   drop moving ranges of 3.267 mean ranges or more, once, so that one jump does not widen the limits (declare it)
    baseline          limits from the first so many points of each segment; None: from all
    breaks            indices of the first point after each declared change; 0 and the length change nothing
    bounds            (least, most) that the figure can be, e.g. (0, 1) for a share: the limits are cut there
    factor            3 / 1.128 = 2.6596 by default; 2.66 is what NHSRplotthedots uses

    sigma = mean |MR| / 1.128. nan where no two neighbours are known, or where all neighbours are equal and yet the points differ (a gap between).
    """
    values, segment = np.asarray(values, float), _segments(len(values), breaks)

    def fit(rows):
        return _mean(values[rows]), _spread(values[rows], screen_outliers), (~np.isnan(values[rows])).sum()

    centre, sigma, points = _by_segment(fit, segment, baseline)
    return _chart(values, centre, sigma, factor * D2 * sigma, np.full(len(values), np.nan), points, segment, bounds)


def p_chart(k, n, *, baseline=None, breaks=(), bounds=(0.0, 1.0)) -> Chart:
    """Chart of the shares k / n whose months differ by chance only: p -+ 3 sqrt(p(1-p) / n_i), p = sum k / sum n.

    k, n   0 <= k <= n; a month without calls, or with k or n missing, is a gap. Options: see `xmr`.

    With thousands of calls a month nearly every month lies outside; use `laney`. Montgomery, Statistical Quality Control, 7.2.
    """
    return _share_chart(k, n, lambda z: 1.0, baseline, breaks, bounds)


def laney(k, n, *, screen_outliers=False, baseline=None, breaks=(), bounds=(0.0, 1.0)) -> Chart:
    """Chart of the shares k / n whose months differ by more than chance (p'): p -+ 3 sqrt(p(1-p) / n_i) sigma_z.

    k, n   0 <= k <= n; a month without calls, or with k or n missing, is a gap. Options: see `xmr`.

    sigma_z = mean |z_i - z_(i-1)| / 1.128 with z_i = (k_i/n_i - p) / sqrt(p(1-p) / n_i); 1 makes a p-chart. It may be below 1 and then
    narrows the limits, as Laney has it and qicharts2 computes it. Laney 2002.
    """
    return _share_chart(k, n, lambda z: _spread(z, screen_outliers), baseline, breaks, bounds)


def signals(values, centre, lower, upper, *, improvement=None, breaks=(), reach=None) -> list[Signal | None]:
    """For each point the first rule that it breaks, with its side; None where it breaks none or is missing.

    outside        beyond a limit
    trend          one of 7 points in a row, each above (or each below) the one before; a turning point belongs to the later trend
    two of three   one of at least 2 points between two thirds of the limit and the limit, among 3 in a row on one side of the centre
    one side       one of 7 points in a row on one side of the centre

    improvement   "higher" or "lower" is better, None: neither
    breaks        as given to the chart: no run goes across a break
    reach         distance of the uncut limits from the centre; by default that of the farther limit, which is right unless both are cut

    The order is that of NHSRplotthedots, as is the choice that every point of a run is marked, not only the seventh.
    Missing points end a run; so does a point on the centre, or one equal to the point before (trend).
    Where there is nothing to find (24 normal points), 1 chart in 7 has a signal somewhere and 1 in 90 at its newest point (measured).
    """
    values, centre, lower, upper = np.broadcast_arrays(*(np.asarray(x, float) for x in (values, centre, lower, upper)))
    segment, nothing = _segments(len(values), breaks), ROUNDING * np.abs(values[np.isfinite(values)]).max(initial=0.0)
    side = _sign(values - centre, nothing)
    outside = (values > upper + nothing).astype(int) - (values < lower - nothing)
    two_thirds = 2 / 3 * (np.fmax(upper - centre, centre - lower) if reach is None else np.asarray(reach, float))
    close = (outside == 0) & (np.abs(values - centre) > two_thirds + nothing)
    trend = _members(_alike(_sign(np.diff(values), nothing), RUN - 1), RUN, segment)
    pair = close * _members(_alike(side, 3) * (_windows(close, 3).sum(axis=1) >= 2), 3, segment)
    run = _members(_alike(side, RUN), RUN, segment)
    return [_first(broken, improvement) for broken in zip(outside, trend, pair, run, strict=True)]


def read(chart: Chart, *, improvement=None) -> list[Signal | None]:
    """`signals` of a chart, each segment by itself."""
    breaks = np.flatnonzero(np.diff(chart.segment)) + 1
    return signals(chart.values, chart.centre, chart.lower, chart.upper, improvement=improvement, breaks=breaks, reach=chart.reach)


def capability(lower, upper, target, better) -> str | None:
    """Can the process as it is reach the target (达标能力)? From the newest point's limits; `better` is "higher", "lower" or None.

    "met"            稳定达标: both limits on the good side (a limit at the target is)
    "at times"       时有不达: the target lies between the limits
    "out of reach"   难以达标: both limits on the bad side
    "no target"      不设目标: there is no target, or neither way is better
    None             there is a target and there are no limits yet
    """
    if target is None or np.isnan(target) or better is None:
        return "no target"
    if np.isnan(lower) or np.isnan(upper):
        return None
    worst, best = (lower, upper) if _upwards(better) else (-upper, -lower)
    target = target if _upwards(better) else -target
    return "met" if worst >= target else "out of reach" if best < target else "at times"


def _share_chart(k, n, spread, baseline, breaks, bounds):
    k, n = _known_pairs(k, n)
    share, segment = k / n, _segments(len(k), breaks)

    def fit(rows):
        total = np.nansum(n[rows])
        p = np.nansum(k[rows]) / total if total else np.nan
        away, chance = share[rows] - p, np.sqrt(p * (1 - p) / n[rows])
        z = np.divide(away, chance, out=0.0 * away, where=chance > 0)
        return p, spread(z), (~np.isnan(z)).sum()

    centre, sigma_z, points = _by_segment(fit, segment, baseline)
    sigma = np.sqrt(centre * (1 - centre) / n) * sigma_z
    return _chart(share, centre, sigma, 3 * sigma, sigma_z, points, segment, bounds)


def _known_pairs(k, n):
    """k and n as floats, both nan where there is no share."""
    k, n = np.broadcast_arrays(np.asarray(k, float), np.asarray(n, float))
    if ((k < 0) | (k > n)).any():
        raise ValueError("a share needs 0 <= k <= n in every month; a ratio that may pass 1 goes into xmr")
    known = (n > 0) & ~np.isnan(k)
    return np.where(known, k, np.nan), np.where(known, n, np.nan)


def _segments(length, breaks):
    """0, 1, ... for each point, one more from each break on."""
    breaks = np.unique(np.asarray(breaks, int))
    if ((breaks < 0) | (breaks > length)).any():
        raise ValueError(f"a break is an index from 0 to {length}, got {breaks.tolist()}")
    return np.searchsorted(breaks[breaks > 0], np.arange(length), side="right")


def _by_segment(fit, segment, baseline):
    """What `fit` makes of each segment's first `baseline` rows (centre, spread, points), at every point of the segment."""
    if baseline is not None and baseline < 1:
        raise ValueError(f"a baseline has at least one point, got {baseline}")
    fitted = [fit(np.flatnonzero(segment == s)[:baseline]) for s in range(segment.max(initial=-1) + 1)]
    return np.array(fitted, float).reshape(-1, 3)[segment].T


def _spread(x, screen_outliers):
    """Standard deviation from the mean moving range. Screening that would leave no range above 0 is not done."""
    ranges, known = np.abs(np.diff(x)), x[~np.isnan(x)]
    ranges = ranges[~np.isnan(ranges)]
    if screen_outliers:
        tame = ranges[ranges < WILD_RANGE * _mean(ranges)]
        ranges = tame if tame.any() else ranges
    cannot_tell = not ranges.any() and len(known) and np.ptp(known) > 0
    return np.nan if cannot_tell else _mean(ranges) / D2


def _mean(x):
    x = x[~np.isnan(x)]
    return x.mean() if len(x) else np.nan


def _chart(values, centre, sigma, reach, sigma_z, points, segment, bounds):
    least, most = (-np.inf, np.inf) if bounds is None else bounds
    lower, upper = (np.clip(centre + sign * reach, least, most) for sign in (-1, 1))
    return Chart(values, centre, lower, upper, sigma, reach, sigma_z, points < ENOUGH_POINTS, segment)


def _sign(x, nothing):
    """-1, 0 or 1; 0 where missing or equal on paper."""
    return (x > nothing).astype(int) - (x < -nothing)


def _windows(x, length):
    return np.lib.stride_tricks.sliding_window_view(x, length) if len(x) >= length else np.zeros((0, length), int)


def _alike(signs, length):
    """For each window of `length`: 1 or -1 where all its signs are that, else 0."""
    windows = _windows(signs, length)
    return np.where((windows == windows[:, :1]).all(axis=1), windows[:, 0], 0)


def _members(found, length, segment):
    """For each point: what the latest window of `length` points that holds it has found; `found` has a sign for each window, 0 for nothing."""
    found = np.where(segment[: len(found)] == segment[length - 1 :], found, 0)
    points = np.zeros(len(segment), int)
    for offset in reversed(range(length)):
        part = slice(offset, offset + len(found))
        points[part] = np.where(found != 0, found, points[part])
    return points


def _first(broken, improvement):
    """The signal of the first rule broken; `broken` has 1, -1 or 0 for each of `RULES`."""
    for rule, direction in zip(RULES, broken, strict=True):
        if direction:
            return Signal(rule, SIDE[int(direction)], _judgement(direction, improvement))
    return None


def _judgement(direction, improvement):
    if improvement is None:
        return "more" if direction > 0 else "less"
    return "better" if (direction > 0) == _upwards(improvement) else "worse"


def _upwards(better):
    if better not in ("higher", "lower"):
        raise ValueError(f"what is better is 'higher', 'lower' or None, got {better!r}")
    return better == "higher"
