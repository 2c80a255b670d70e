"""After how long does it happen, when for some the data end before one can know?

Exact Kaplan-Meier and Aalen-Johansen curves (生存分析) from one row per call: `seconds` until the event, or until nothing
more is known (censored). An event at exactly t counts as within t; a call censored at t was still at risk at t.
Times are whole seconds and counts stay whole numbers up to the one division that makes each factor of the curve.
"""

from dataclasses import dataclass

import numpy as np
import scipy

ROUNDING = 1e-12  # a curve of a million factors may lie this far from the share that it reaches on paper


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve: one entry per distinct time, rising.

    seconds   distinct times of events and censorings [s]
    at_risk   calls (or their weight) still at risk just before that time
    events    calls (or their weight) with the event at that time
    survival  share without the event up to and including that time
    """

    seconds: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    survival: np.ndarray


@dataclass(frozen=True)
class Incidence:
    """Aalen-Johansen curves of competing causes: `events` and `incidence` have one column per cause, the rest is as in `Curve`."""

    seconds: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    incidence: np.ndarray
    survival: np.ndarray


def kaplan_meier(seconds, event, *, weights=None) -> Curve:
    """Share of calls without the event, by time since the call, with calls of short follow-up counted for as long as they were followed.

    seconds   n whole numbers >= 0: time to the event, or follow-up where there was none [s]
    event     n values 0/1 or bool
    weights   n numbers >= 0, e.g. how many calls a row of a count table stands for; a weight of k is k copies of the row

    Raises ValueError for missing, negative or fractional seconds, an event that is not 0 or 1, and unequal lengths.

    S(t) = product over times u <= t of (Y_u - d_u) / Y_u, with Y_u at risk and d_u events. Kaplan and Meier 1958, JASA 53.
    """
    times, at_risk, events = _tally(*_rows(seconds, event, weights, causes=1), causes=1)
    events = events[:, 0]
    kept = np.divide(at_risk - events, at_risk, out=np.ones(len(times)), where=at_risk > 0)  # nobody at risk: weights of 0 alone
    return Curve(times, at_risk, events, np.cumprod(kept))


def cumulative_incidence(seconds, cause, *, causes, weights=None) -> Incidence:
    """Share of calls with an event of each cause, by time since the call, when the first event ends the wait for the others.

    seconds   as for `kaplan_meier` [s]
    cause     n whole numbers: 0 censored, 1..causes the cause of the event
    weights   as for `kaplan_meier`

    The incidences add to 1 - S(t). Raises ValueError as `kaplan_meier` does.

    CIF_k(t) = sum over u <= t of S(u-) d_ku / Y_u. Aalen and Johansen 1978, Scand. J. Statist. 5.
    """
    times, at_risk, events = _tally(*_rows(seconds, cause, weights, causes=causes), causes=causes)
    survival = np.cumprod((at_risk - events.sum(axis=1)) / at_risk)
    before = np.concatenate([[1.0], survival])[:-1]
    incidence = np.cumsum((before / at_risk)[:, None] * events, axis=0)
    return Incidence(times, at_risk, events, incidence, survival)


def at(curve, seconds):
    """S(t) of a `Curve` (or an `Incidence`) at each of `seconds`, window inclusive; nan where every call was followed for less, never 0."""
    return _read(curve, curve.survival, seconds, start=1.0)


def within(curve, seconds):
    """Share with the event within `seconds`, 1 - S(t): the rate that a report prints. nan where every call was followed for less."""
    return 1.0 - at(curve, seconds)


def incidence_at(curve, seconds):
    """CIF of each cause at each of `seconds`, shape seconds x causes; nan where every call was followed for less."""
    seconds = np.asarray(seconds)
    return np.stack([_read(curve, column, seconds, start=0.0) for column in curve.incidence.T], axis=-1)


def incidence_errors(curve, at_seconds) -> np.ndarray:
    """Standard error of the CIF of each cause at each of `at_seconds`, shape seconds x causes, for calls that do not belong together.

    curve   an `Incidence`

    nan where the CIF is nan. Infinitesimal jackknife: se^2 = sum over rows of U_i(t)^2 with U_i the derivative of CIF_k(t) by the weight of
    row i. Without censoring it is the binomial p(1 - p)/n. That of `survfit(Surv(..., type = "mstate"))` in R's survival.
    """
    wanted = np.atleast_1d(np.asarray(at_seconds))
    known, causes = incidence_at(curve, wanted), range(curve.incidence.shape[1])
    errors = [[np.sqrt(_squares(curve, k, t)) for k in causes] for t in wanted]
    return np.where(np.isnan(known), np.nan, np.asarray(errors, float).reshape(known.shape))


def _squares(curve, k: int, t) -> float:
    """Sum of the squared influences on CIF_k(t) of all rows; rows of one time and cause have the same."""
    y, events, before = curve.at_risk, curve.events, np.concatenate([[1.0], curve.survival])[:-1]
    left = y - events.sum(axis=1)
    inverse = np.divide(1.0, left, out=np.zeros(len(left)), where=left > 0)  # behind a time at which all are gone nothing follows
    gained = np.cumsum(events.sum(axis=1) / y * inverse)
    until = np.concatenate([[0.0], gained])[:-1]
    step = before * events[:, k] / y
    risen = np.cumsum(step * until - step / y)
    here, m = int(np.searchsorted(curve.seconds, t, side="right")), len(y)
    if not here:
        return 0.0
    place = np.minimum(np.arange(m), here - 1)
    seen = np.arange(m) < here
    rest = np.where(seen, curve.incidence[here - 1, k] - curve.incidence[place, k], 0.0)
    censored = y - events.sum(axis=1) - np.append(y[1:], 0)
    total = float((censored * (risen[place] + rest * gained[place]) ** 2).sum())
    for cause in range(events.shape[1]):
        own = np.where(seen, before / y * (cause == k) + rest * (until - 1.0 / y), 0.0)
        total += float((events[:, cause] * (risen[place] + own) ** 2).sum())
    return total


def quantile(curve, share):
    """The first time at which `share` of the calls have had the event, inf{t: 1 - S(t) >= share} [s]; nan where the curve never gets there."""
    times = np.append(curve.seconds.astype(float), np.nan)
    return times[np.searchsorted(1.0 - curve.survival, np.asarray(share) - ROUNDING, side="left")]


def greenwood(curve) -> np.ndarray:
    """Standard error of S at each time of the curve, for calls that do not belong together; nan where S is 0.

    se(t) = S(t) sqrt(sum over u <= t of d_u / (Y_u (Y_u - d_u))). Greenwood 1926. Calls of the same caller do belong together:
    for them use `clustered_errors` or the jackknife of `resampling`.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return curve.survival * np.sqrt(np.cumsum(curve.events / (curve.at_risk * (curve.at_risk - curve.events))))


def log_log_limits(curve, *, level=0.95):
    """Lower and upper limit of S at each time, S^exp(+-z se / (S log S)), which stay between 0 and 1; for independent calls, see `greenwood`."""
    z = scipy.stats.norm.ppf(0.5 + level / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = z * greenwood(curve) / (curve.survival * np.log(curve.survival))
        return curve.survival ** np.exp(-spread), curve.survival ** np.exp(spread)


def clustered_errors(seconds, event, clusters, *, at_seconds, weights=None) -> np.ndarray:
    """Standard error of S at each of `at_seconds` when calls of one caller belong together (infinitesimal jackknife).

    seconds, event, weights   as for `kaplan_meier`
    clusters     n labels, e.g. integer callers
    at_seconds   the windows [s]

    nan where S is nan, and for a single cluster, which cannot show how far callers differ.

    U_i(t) = S(t) [ sum over u <= min(t, T_i) of d_u / (Y_u (Y_u - d_u))  -  e_i 1{T_i <= t} / (Y - d)(T_i) ],
    se^2 = sum over clusters c of (sum over i in c of w_i U_i)^2: survfit(..., cluster =) of R's survival, no small-sample factor.
    """
    seconds, event, weights, clusters = _rows(seconds, event, weights, clusters, causes=1)
    curve = kaplan_meier(seconds, event, weights=weights)
    clusters = np.unique(clusters, return_inverse=True)[1]
    survival = np.atleast_1d(at(curve, at_seconds))
    if len(clusters) == 0 or clusters.max() == 0:
        return np.full(len(survival), np.nan)
    influence = _influence(curve, seconds, event)
    sums = [np.bincount(clusters, weights * influence(t)) for t in np.atleast_1d(at_seconds)]
    return np.where(np.isnan(survival), np.nan, survival * np.sqrt([np.square(total).sum() for total in sums]))


def _influence(curve, seconds, event):
    """U_i(t) / S(t) of every call, as a function of t. Where the curve has fallen to 0 the bracket is left finite: S(t) = 0 makes it 0."""
    left = curve.at_risk - curve.events
    inverse = np.divide(1.0, left, out=np.zeros(len(left)), where=left > 0)
    gained = np.concatenate([[0.0], np.cumsum(curve.events / curve.at_risk * inverse)])
    own = np.searchsorted(curve.seconds, seconds)
    lost = event * inverse[own]

    def influence(t):
        passed = np.searchsorted(curve.seconds, t, side="right")
        return gained[np.minimum(own + 1, passed)] - np.where(own < passed, lost, 0.0)

    return influence


def _rows(seconds, cause, weights, *others, causes):
    """The rows as checked arrays, without rows of weight 0."""
    seconds, cause = whole(seconds, "seconds"), whole(cause, "event")
    weights = np.ones(len(seconds), np.int64) if weights is None else np.asarray(weights)
    columns = [seconds, cause, weights, *map(np.asarray, others)]
    if len({column.shape for column in columns}) > 1 or seconds.ndim != 1:
        raise ValueError(f"one value per call in every column: got shapes {[column.shape for column in columns]}")
    if (seconds < 0).any() or not (weights >= 0).all():
        raise ValueError("seconds and weights may not be negative or missing")
    if ((cause < 0) | (cause > causes)).any():
        raise ValueError(f"an event is a whole number from 0 (censored) to {causes}")
    return [column[weights > 0] for column in columns]


def whole(values, name) -> np.ndarray:
    """`values` as int64; ValueError where one is missing or not a whole number (a float column of whole numbers is let in)."""
    values = np.asarray(values)
    if values.size and values.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be whole numbers, got {values.dtype}")
    as_int = np.where(np.isfinite(values), values, 0).astype(np.int64) if values.dtype.kind == "f" else values.astype(np.int64)
    if (as_int != values).any():
        raise ValueError(f"{name} must be whole numbers, none missing")
    return as_int


def _tally(seconds, cause, weights, *, causes):
    """Distinct times, weight at risk just before each, and weight of the events of each cause at each (times x causes)."""
    order = np.argsort(seconds, kind="stable")
    seconds, cause, weights = seconds[order], cause[order], weights[order]
    first = np.flatnonzero(np.diff(seconds, prepend=-1))
    total = np.add.reduceat(weights, first)
    events = np.stack([np.add.reduceat(weights * (cause == k), first) for k in range(1, causes + 1)], axis=1)
    return seconds[first], total[::-1].cumsum()[::-1], events


def _read(curve, values, seconds, *, start):
    """The step function `values` at `seconds`; unknown after the last time unless by then everyone has had the event."""
    seconds = np.asarray(seconds)
    if len(curve.seconds) == 0:
        return np.full(seconds.shape, np.nan)[()]
    steps = np.concatenate([[start], values])[np.searchsorted(curve.seconds, seconds, side="right")]
    unknown = (seconds > curve.seconds[-1]) & (curve.survival[-1] > 0)
    return np.where(unknown, np.nan, steps)[()]
