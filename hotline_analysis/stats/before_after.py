"""By how much did a duration, or a volume, change, and could that be chance? Ratios of after to before, for claims such as 减少了80%到95% (B09, B10).

Cases of one day belong together, so durations are drawn by days; months differ by more than their days say, so from `FEW_PAIRS` pairs of months on the
pairs' own variation counts where it is the larger. Ratios are told on the logarithm: halving and doubling are equally far from no change.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy

from hotline_analysis.stats import interrupted

FEW_PAIRS = 3  # pairs of months from which their own variation can be told
BINS = 1000  # of the durations that are drawn: the interval's ends are exact to a thousandth of the cases


class Ratio(NamedTuple):
    """After over before, its 95 % interval; nan where it cannot be had, the interval alone where too little varies to tell."""

    value: float
    low: float
    high: float


class Lengths(NamedTuple):
    """How long cases took: length; done (1: ended by what is asked for, 2: by something else, 0: still open); day (any number that tells days apart)."""

    length: np.ndarray
    done: np.ndarray
    day: np.ndarray


NOTHING = Ratio(np.nan, np.nan, np.nan)


def quantile(cases: Lengths, share: float) -> float:
    """The shortest time within which this share of the cases was done, open ones counted for as long as they were seen; nan where it is not reached.

    Aalen-Johansen's incidence; without open and other endings the sample's quantile (the smallest value with at least `share` at or below it).
    """
    at, done, gone, left = _counts(cases, np.unique(cases.length), np.zeros(len(cases.length), int), 1)
    return float(_quantiles(done, gone, left, at, share)[0]) if len(at) else np.nan


def quantile_ratio(
    before: Lengths,
    after: Lengths,
    share: float = 0.5,
    *,
    pairs: Sequence[tuple[Lengths, Lengths]] = (),
    draws: int = 1000,
    seed: int = 12345,
) -> Ratio:
    """The quantile after over that before (0.5: of medians), with its interval from `draws` draws of the days of each side.

    pairs: the same cases as pairs of months, each before and after. From `FEW_PAIRS` on, t_{p-1} s / sqrt(p) with s of the logarithms of their own
    ratios takes the place of a smaller reach. nan where a quantile is not reached, or is 0. Efron and Tibshirani 1993, An Introduction to the Bootstrap, 13.
    """
    first, second = (quantile(side, share) for side in (before, after))
    if not (np.isfinite(first) and np.isfinite(second) and first > 0 and second > 0):
        return NOTHING
    rng = np.random.default_rng(seed)
    drawn = [_drawn(side, share, draws, rng) for side in (before, after)]
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(drawn[1] / drawn[0])
    value, logs = np.log(second / first), np.where(np.isfinite(logs), logs, np.nan)
    if np.isnan(logs).mean() > 0.05 or min(len(np.unique(side.day)) for side in (before, after)) < 2:
        return Ratio(second / first, np.nan, np.nan)
    low, high = np.nanpercentile(logs, [2.5, 97.5])
    own = _own([(quantile(a, share), quantile(b, share)) for a, b in pairs])
    ends = min(low, value - own), max(high, value + own)
    return Ratio(second / first, *(float(np.exp(end)) for end in ends))


def _own(pairs: Sequence[tuple[float, float]]) -> float:
    """The reach of the mean logarithm of the pairs' ratios by their own variation; 0 where there are too few."""
    logs = np.array([np.log(b / a) for a, b in pairs if np.isfinite(a) and np.isfinite(b) and a > 0 and b > 0])
    if len(logs) < FEW_PAIRS:
        return 0.0
    return float(scipy.stats.t.ppf(0.975, len(logs) - 1) * logs.std(ddof=1) / np.sqrt(len(logs)))


def _drawn(cases: Lengths, share: float, draws: int, rng: np.random.Generator) -> np.ndarray:
    """The quantile of so many draws of the days, over bins of the durations."""
    names, day = np.unique(cases.day, return_inverse=True)
    edges = np.unique(np.quantile(cases.length, np.linspace(0, 1, BINS + 1), method="inverted_cdf"))
    at, *parts = _counts(cases, edges, day, len(names))
    weights = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws).astype(float)
    return _quantiles(*(weights @ part for part in parts), at, share)


def _counts(cases: Lengths, edges: np.ndarray, day: np.ndarray, days: int) -> tuple[np.ndarray, ...]:
    """The edges, and by day and bin (each up to its edge) the cases done, ended otherwise, and left."""
    place = np.searchsorted(edges, cases.length)
    told = [np.zeros((days, len(edges))) for _ in range(3)]
    for part, what in zip(told, (1, 2, 0), strict=True):
        np.add.at(part, (day[cases.done == what], place[cases.done == what]), 1)
    return edges, *told


def _quantiles(done: np.ndarray, gone: np.ndarray, left: np.ndarray, at: np.ndarray, share: float) -> np.ndarray:
    """By row the first edge at which the incidence reaches the share; nan where it does not."""
    all_ = done + gone + left
    risk = np.flip(np.flip(all_, axis=-1).cumsum(axis=-1), axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        stays = np.where(risk > 0, 1 - (done + gone) / risk, 1.0).cumprod(axis=-1)
        before = np.concatenate([np.ones((*stays.shape[:-1], 1)), stays[..., :-1]], axis=-1)
        incidence = np.where(risk > 0, before * done / risk, 0.0).cumsum(axis=-1)
    reached = incidence >= share - 1e-9
    return np.where(reached.any(axis=-1), at[reached.argmax(axis=-1)], np.nan)


def rate_ratio(before, after, exposure_before, exposure_after, dispersion: float = 1.0) -> Ratio:
    """The rate after over that before from counts of the same months of the year, side by side, each with its exposure (days of an average kind).

    before, after, exposure_before, exposure_after   [pairs]
    dispersion   how much more than by chance the days vary, at least 1

    Quasi-Poisson regression, a level a pair and one effect of after; its dispersion is the larger of the days' and, from `FEW_PAIRS` pairs on, of the
    pairs' (Pearson, against t with pairs - 1 degrees of freedom). McCullagh and Nelder 1989, Generalized Linear Models, 6.2. nan without counts on a side.
    """
    first, second, e1, e2 = (np.asarray(x, float) for x in (before, after, exposure_before, exposure_after))
    if not (first.sum() > 0 and second.sum() > 0):
        return NOTHING
    pairs, known = len(first), first + second > 0
    x = np.column_stack([np.tile(np.eye(pairs), (2, 1))[:, known], np.repeat([0.0, 1.0], pairs)])
    rows = np.concatenate([known, known])
    found = interrupted.fit(np.concatenate([first, second])[rows], x[rows], family="poisson", size=np.concatenate([e1, e2])[rows], lag=0)
    enough = found.df >= FEW_PAIRS - 1
    unrest, log = max(dispersion, 1.0, found.dispersion if enough else 0.0), found.coef[-1]
    wider = enough and found.dispersion >= max(dispersion, 1.0)
    far = (scipy.stats.t.ppf(0.975, found.df) if wider else scipy.stats.norm.ppf(0.975)) * np.sqrt(found.model[-1, -1] * unrest)
    return Ratio(*(float(np.exp(v)) for v in (log, log - far, log + far)))
