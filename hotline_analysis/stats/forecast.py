"""What will come, by what has come: forecasts of a daily series by kind of day, and how wrong they would have been at earlier origins.

A day is forecast from days of its own kind alone (a weekday, a holiday, the day after one), so no method here follows a trend: on a bank's 164
working days every method that did was worse than the plain mean of the last four days of a kind. Arrays have days along their first axis; a
series may have a second one (a column a category). A day that is nan was not seen, and counts neither before nor after an origin.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import scipy

LAST, RECENT_DAYS = 4, 56
LEVEL, FEWEST_ORIGINS = 0.8, 8

Method = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


class Accuracy(NamedTuple):
    """Errors of forecasts of single values: root mean square, mean absolute, the same in per cent of the value, and against the seasonal naive's own."""

    rmse: float
    mae: float
    mape: float
    mase: float


class Reach(NamedTuple):
    """How far a forecast may be off, as a share of it; widest: there are too few origins for a quantile, so it is the largest error seen."""

    share: float
    widest: bool


def mean_of_last(y, kinds, ahead, *, last: int = LAST) -> np.ndarray:
    """Each day ahead: the mean of the last `last` days of its kind; nan for a kind that was never seen. With last = 1 the seasonal naive."""
    y, kinds = np.asarray(y, float), np.asarray(kinds)
    return _by_kind(ahead, y, lambda kind: y[_seen(y) & (kinds == kind)][-last:])


def seasonal_naive(y, kinds, ahead) -> np.ndarray:
    """Each day ahead is as the last day of its kind. Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3.1."""
    return mean_of_last(y, kinds, ahead, last=1)


def day_type_rates(y, kinds, ahead, *, days: int = RECENT_DAYS) -> np.ndarray:
    """Each day ahead: the Poisson rate of its kind over the last `days` days; of a kind that they lack, that of the last four ever.

    The maximum likelihood of a Poisson GLM with one factor, the kind of day, is the kind's mean: no iteration is needed.
    """
    y, kinds = np.asarray(y, float), np.asarray(kinds)
    recent = _by_kind(ahead, y[-days:], lambda kind: y[-days:][_seen(y[-days:]) & (kinds[-days:] == kind)])
    return np.where(np.isnan(recent), mean_of_last(y, kinds, ahead), recent)


METHODS: dict[str, Method] = {"mean": mean_of_last, "naive": seasonal_naive, "rates": day_type_rates}


def forecast(method: str, y, kinds, ahead, *, alike: Mapping[str, str] | None = None) -> np.ndarray:
    """The days ahead by one of METHODS; a kind that was never seen is taken as the kind that `alike` names for it. nan where neither was."""
    ahead = np.asarray(ahead)
    found = METHODS[method](y, kinds, ahead)
    instead = np.array([(alike or {}).get(str(kind), kind) for kind in ahead])
    other = METHODS[method](y, kinds, instead)
    return np.where(np.isnan(found), other, found)


def rolling(method: str, y, kinds, *, origins: Sequence[int], gap: int = 0, horizon: int, alike=None) -> np.ndarray:
    """The forecasts of a method at each origin, [origins, horizon, ...]: made of the first `origin` days, of the `horizon` days that begin `gap`
    days after them.
    """
    y, kinds = np.asarray(y, float), np.asarray(kinds)
    return np.array([forecast(method, y[:o], kinds[:o], kinds[o + gap : o + gap + horizon], alike=alike) for o in origins])


def naive_scale(y, kinds) -> float:
    """Mean absolute difference of each day from the last of its kind: what the seasonal naive missed by, one season ahead."""
    y, kinds = np.asarray(y, float), np.asarray(kinds)
    steps = [np.abs(np.diff(y[_seen(y) & (kinds == kind)])) for kind in np.unique(kinds)]
    return float(np.concatenate(steps).mean()) if any(len(s) for s in steps) else np.nan


def accuracy(actual, predicted, *, scale: float = np.nan) -> Accuracy:
    """Errors of forecasts; days that were not seen, or could not be forecast, are left out.

    MAPE in per cent, nan where a value is 0; MASE is the mean absolute error over `scale` (`naive_scale` of the days before). Hyndman and
    Koehler 2006, Int. J. Forecasting 22, 679-688.
    """
    actual, predicted = np.ravel(np.asarray(actual, float)), np.ravel(np.asarray(predicted, float))
    known = ~np.isnan(actual) & ~np.isnan(predicted)
    if not known.any():
        return Accuracy(*[np.nan] * 4)
    wrong, values = (actual - predicted)[known], actual[known]
    mae = float(np.abs(wrong).mean())
    mape = float(100 * np.abs(wrong / values).mean()) if (values != 0).all() else np.nan
    return Accuracy(float(np.sqrt((wrong**2).mean())), mae, mape, mae / scale if scale else np.nan)


def totals(actual, predicted) -> tuple[np.ndarray, np.ndarray]:
    """Sums over the horizon (the second axis) of what came and what was forecast, of the days that have both."""
    actual, predicted = np.asarray(actual, float), np.asarray(predicted, float)
    known = ~np.isnan(actual) & ~np.isnan(predicted)
    return np.where(known, actual, 0.0).sum(axis=1), np.where(known, predicted, 0.0).sum(axis=1)


def wape(actual, predicted) -> float:
    """Sum of the absolute errors over the sum of the values: one large month weighs as much as it is large. nan where nothing came."""
    whole = float(np.sum(actual))
    return float(np.abs(np.subtract(actual, predicted)).sum()) / whole if whole else np.nan


def reach(actual, predicted, *, level: float = LEVEL, fewest: int = FEWEST_ORIGINS) -> Reach:
    """How far from the forecast what came lay in `level` of the origins, as a share of the forecast.

    The ceil((n + 1) level)-th smallest of n errors (split conformal: Vovk, Gammerman and Shafer 2005; Lei et al. 2018, JASA 113); with fewer than
    `fewest` origins the largest. Errors of overlapping horizons resemble each other, so the level is nominal. nan without an origin.
    """
    actual, predicted = np.asarray(actual, float), np.asarray(predicted, float)
    wrong = np.sort(np.abs(actual - predicted)[predicted > 0] / predicted[predicted > 0])
    if not len(wrong):
        return Reach(np.nan, True)
    place = int(np.ceil((len(wrong) + 1) * level))
    few = len(wrong) < fewest
    return Reach(float(wrong[-1] if few or place > len(wrong) else wrong[place - 1]), few)


def smoothed_shares(recent, before) -> np.ndarray:
    """Shares of categories in recent counts, drawn towards those of the counts before them by as much as the two agree.

    (n_c + a m_c) / (N + a) with m the shares before (half a count added, so that a new category is possible) and a the maximum of the
    Dirichlet-multinomial likelihood of the recent counts: large where they might be a draw from m, next to nothing where the mix has moved.
    Without counts before, the recent shares; without recent ones, those before; equal shares where neither has any.
    """
    n, m = np.asarray(recent, float), np.asarray(before, float)
    if not m.sum() or not n.sum():
        counts = n if n.sum() else m
        return counts / counts.sum() if counts.sum() else np.full(len(n), 1 / max(len(n), 1))
    m = (m + 0.5) / (m + 0.5).sum()
    a = np.exp(scipy.optimize.minimize_scalar(lambda log_a: -_dirichlet(n, np.exp(log_a) * m), bounds=(-2, 16), method="bounded").x)
    return (n + a * m) / (n.sum() + a)


SETTLED_DAYS = 14  # of records, before a name that is new counts from its first day on, and without any, before one is over
CERTAIN = 7.0  # records expected of a name before its first or after its last: none by chance in one of a thousand cases


def lives(parts) -> tuple[np.ndarray, np.ndarray]:
    """Of each category the day from which it counts (0: from the first), and whether it still comes: names begin and end where a list of categories is replaced.

    parts: counts by day (rows) and category. One begins on its first day where, at its share of the records since, `CERTAIN` of the records before should have been
    its own, and where it came on half of the days on which it could since: what gathers in a few days is an incident. It is over where as many after its last day should have been.
    """
    parts = np.asarray(parts, float)
    n, so_far, came = len(parts), np.append(0, parts.sum(axis=1).cumsum()), parts > 0
    first, last, k = came.argmax(axis=0), n - came[::-1].argmax(axis=0), parts.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        lacking, after = k / (so_far[n] - so_far[first]) * so_far[first], k / so_far[last] * (so_far[n] - so_far[last])
    steady = came.sum(axis=0) >= np.minimum(k, n - first) / 2
    begun = steady & (n - first >= SETTLED_DAYS) & (lacking >= CERTAIN)
    return np.where(begun, first, 0), ~((n - last >= SETTLED_DAYS) & (after >= CERTAIN))


def unsettled(parts) -> bool:
    """Whether most of the records of the last `SETTLED_DAYS` have names that none before had, of which there are as many days: of another list of categories nothing can be said yet."""
    parts = np.asarray(parts, float)
    late, before = parts[-SETTLED_DAYS:].sum(axis=0), parts[:-SETTLED_DAYS].sum(axis=0)
    return len(parts) >= 2 * SETTLED_DAYS and bool(late[before == 0].sum() > late.sum() / 2)


def whole_parts(values, total: int) -> np.ndarray:
    """Whole numbers in the proportion of `values` that add to `total` exactly: the largest remainders are rounded up, the first of equal ones."""
    values = np.asarray(values, float)
    exact = values / values.sum() * total if values.sum() else np.zeros(len(values))
    parts = np.floor(exact).astype(int)
    short = total - int(parts.sum()) if values.sum() else 0
    parts[np.argsort(-(exact - parts), kind="stable")[:short]] += 1
    return parts


def _dirichlet(n, alpha) -> float:
    """Log likelihood of counts under a Dirichlet-multinomial, without what does not depend on alpha."""
    whole = scipy.special.gammaln(alpha.sum()) - scipy.special.gammaln(alpha.sum() + n.sum())
    return float(whole + (scipy.special.gammaln(alpha + n) - scipy.special.gammaln(alpha)).sum())


def _seen(y: np.ndarray) -> np.ndarray:
    return ~np.isnan(y if y.ndim == 1 else y[:, 0])


def _by_kind(ahead, y: np.ndarray, of_kind: Callable) -> np.ndarray:
    ahead = np.asarray(ahead)
    found = np.full((len(ahead), *y.shape[1:]), np.nan)
    for kind in np.unique(ahead):
        days = of_kind(kind)
        if len(days):
            found[ahead == kind] = days.mean(axis=0)
    return found
