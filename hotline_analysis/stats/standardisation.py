"""Would the groups still differ if they had the same mix of cases? Direct and indirect standardisation, and how sure a rank is.

Counts stand in tables [groups, classes]: n calls, k of them with the event. A class that only one group has says nothing of the others and is
left out of the comparison; `used` says how much is left. Breslow and Day 1987, chapter 2; methods 5.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

from . import funnel
from .intervals import count_limits, wilson

DRAWS = 4000


class Standardised(NamedTuple):
    """Arrays by group. observed, calls: of the classes that can be compared; used: their part of the group's calls; expected: events had the others' rates
    held (nan: nothing to compare); ratio with its interval: observed over expected; direct with its interval: the rate at the mix of all groups together (nan where the group lacks a
    class of it), covered: the part of that mix that all groups have.
    """

    observed: np.ndarray
    calls: np.ndarray
    used: np.ndarray
    expected: np.ndarray
    ratio: np.ndarray
    ratio_low: np.ndarray
    ratio_high: np.ndarray
    direct: np.ndarray
    direct_low: np.ndarray
    direct_high: np.ndarray
    effective: np.ndarray
    covered: float


def expected(n, rates) -> np.ndarray:
    """Events that each group would have at the rates of the classes, [groups]."""
    return (np.asarray(n, float) * rates).sum(axis=-1)


def others(k, n) -> np.ndarray:
    """Rate of each class in all the other groups together, [groups, classes]; nan where no other group has the class."""
    k, n = np.asarray(k, float), np.asarray(n, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (k.sum(axis=0) - k) / (n.sum(axis=0) - n)


def standardise(k, n, *, deff=1.0, level=0.95) -> Standardised:
    """Both standardisations of shares k of n, [groups, classes]; deff: how many calls of one caller's kind are worth one, [groups] (1: independent).

    Indirect: E_g = sum over classes of n_gc times the others' rate, O/E with Byar's limits (exact below 10) of O / deff, times deff. Direct: sum of w_c k_gc / n_gc over
    the classes that every group has, w_c their part of all calls; variance sum w_c^2 p q / n_gc times deff, Wilson on the effective number.
    """
    k, n = np.asarray(k, float), np.asarray(n, float)
    deff = np.broadcast_to(np.maximum(np.asarray(deff, float), 1.0), len(k))
    reference = others(k, n)
    able = np.isfinite(reference) & (n > 0)
    observed, calls = (k * able).sum(axis=1), (n * able).sum(axis=1)
    foreseen = expected(np.where(able, n, 0), np.where(able, reference, 0.0))
    foreseen = np.where((calls > 0) & (foreseen > 0), foreseen, np.nan)
    ends = count_limits(observed / deff, level=level)
    direct, low, high, effective, covered = _direct(k, n, deff, level)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = observed / foreseen, ends.low * deff / foreseen, ends.high * deff / foreseen
        used = calls / n.sum(axis=1)
    return Standardised(observed, calls, used, foreseen, *parts, direct, low, high, effective, covered)


def _direct(k, n, deff, level):
    common = (n > 0).all(axis=0)
    total = n.sum(axis=0)
    if not total[common].any():
        return *(np.full(len(k), np.nan) for _ in range(4)), 0.0
    weight = total[common] / total[common].sum()
    share = k[:, common] / n[:, common]
    value = share @ weight
    spread = (np.square(weight) * (value * (1 - value))[:, None] / n[:, common]).sum(
        axis=1
    ) * deff  # pq of the rate itself: a class of few calls without an event is not sure
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = np.where(spread > 0, value * (1 - value) / spread, n[:, common].sum(axis=1) / deff)
    low, high = wilson(value * effective, effective, level=level)
    return value, low, high, effective, float(total[common].sum() / total.sum())


def rank_limits(k, n, *, scale=1.0, rng, draws=DRAWS, level=0.95) -> tuple[np.ndarray, np.ndarray]:
    """Between which ranks each group lies (1: the highest), [groups] each: ranks of rates drawn from Beta(k + 1/2, n - k + 1/2), divided by `scale` (what was expected of each).

    k, n may be effective numbers. Marshall and Spiegelhalter 1998, Stat. Sci. 13, 30-61: a rank is far less sure than a rate. nan where n is 0.
    """
    k, n = np.asarray(k, float), np.asarray(n, float)
    known = n > 0
    drawn = rng.beta(k[known] + 0.5, n[known] - k[known] + 0.5, size=(draws, known.sum())) / np.broadcast_to(scale, len(k))[known]
    ranks = (-drawn).argsort(axis=1).argsort(axis=1) + 1
    ends = np.full((2, len(k)), np.nan)
    ends[:, known] = np.quantile(ranks, (0.5 - level / 2, 0.5 + level / 2), axis=0, method="inverted_cdf") if known.any() else np.nan
    return ends[0], ends[1]


class Beside(NamedTuple):
    """Arrays by group: z by chance alone; z with room for the spread of the others; that spread (variance on the arcsine scale); two-sided p."""

    z: np.ndarray
    z_spread: np.ndarray
    tau2: np.ndarray
    p: np.ndarray


def beside_others(k, n, *, deff=1.0) -> Beside:
    """Is a group further from the others than they are from one another, at its own mix of classes? [groups, classes]; nan for a group that nothing compares with, and with fewer than three.

    Each group is judged by a spread that it has no part in: the others are standardised among themselves, their variance between groups is taken by DerSimonian and Laird's moments (winsorised
    from ten on), and the group's distance on the arcsine scale is divided by the root of its own chance and that variance; p of t with as many degrees of freedom as that variance has. One group
    far off would otherwise widen the limits that it is judged by: of nine groups, eight alike and one twice as high, the common spread hides it.
    Jones and Spiegelhalter 2011, Am. Stat. 65, 154-163 (cross-validation of unusual providers); Spiegelhalter 2005.
    """
    k, n = np.asarray(k, float), np.asarray(n, float)
    deff = np.broadcast_to(np.maximum(np.asarray(deff, float), 1.0), len(k))
    away, size = _away(k, n, deff)
    tau2, freedom = np.full(len(k), np.nan), np.full(len(k), np.nan)
    for g in range(len(k)):
        rest = np.arange(len(k)) != g
        apart, sizes = _away(k[rest], n[rest], deff[rest])
        known = np.isfinite(apart)
        if known.sum() > 1:
            tau2[g] = funnel.spread_of(apart[known] * 2 * np.sqrt(sizes[known]), 4 * sizes[known]).tau2
            freedom[g] = known.sum() - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        z, z_spread = away * 2 * np.sqrt(size), away / np.sqrt(0.25 / size + tau2)
    return Beside(z, z_spread, tau2, 2 * stats.t.sf(np.abs(z_spread), freedom))


def _away(k, n, deff) -> tuple[np.ndarray, np.ndarray]:
    """How far each group's share lies from what was expected of it, asin sqrt, and its effective calls; nan where nothing compares."""
    found = standardise(k, n, deff=deff)
    with np.errstate(invalid="ignore", divide="ignore"):
        seen, target = found.observed / found.calls, np.clip(found.expected / found.calls, 0, 1)
        return np.arcsin(np.sqrt(seen)) - np.arcsin(np.sqrt(target)), found.calls / deff
