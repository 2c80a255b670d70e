"""How far would a figure move if other callers had called?

Every caller belongs whole to one of 100 caller groups, so leaving groups out one at a time (delete-a-group jackknife) or
drawing them anew (bootstrap) covers the dependence among a caller's calls, for any figure that counts can give.
In all tables the first axis is the caller group.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import scipy


class Estimate(NamedTuple):
    """A figure, its standard error and the ends of its interval; arrays of one shape."""

    value: np.ndarray
    se: np.ndarray
    low: np.ndarray
    high: np.ndarray


def leave_one_out(*tables):
    """For each table [groups, ...] the totals without each group in turn, [occupied groups, ...].

    Groups that are empty in every table are passed over: leaving nothing out teaches nothing, and would count as a degree of freedom.
    """
    kept = occupied(*tables)
    return [table.sum(axis=0) - table[kept] for table in tables]


def occupied(*tables) -> np.ndarray:
    """Which groups have a count in at least one of the tables, bool [groups]."""
    return np.any([table.reshape(len(table), -1).any(axis=1) for table in tables], axis=0)


@cache
def _reach(level: float, freedom: int) -> float:
    """How many standard errors of so many degrees of freedom hold so much of t."""
    return scipy.stats.t.ppf(0.5 + level / 2, freedom)


def jackknife(theta_without, *, estimate, level=0.95) -> Estimate:
    """Standard error and t interval of any figure from its values with each caller group left out.

    theta_without   [groups, ...] the figure without each group, e.g. `f(without)` with `without, = leave_one_out(table)`
    estimate        [...] the figure from all groups

    nan with fewer than two groups, or where a value without a group is nan.

    se^2 = (G - 1) / G * sum over groups of (theta_(g) - mean)^2, interval estimate +- t_{G-1} se. Kott 2001, J. Official Stat. 17.
    """
    theta_without = np.asarray(theta_without, float)
    groups = len(theta_without)
    if groups < 2:
        nothing = np.full(np.shape(estimate), np.nan)
        return Estimate(estimate, nothing, nothing, nothing)
    squares = np.square(theta_without - theta_without.mean(axis=0)).sum(axis=0)
    se = np.sqrt((groups - 1) / groups * squares)
    reach = _reach(level, groups - 1) * se
    return Estimate(estimate, se, estimate - reach, estimate + reach)


def paired(without_1, without_2, estimate_1, estimate_2, *, level=0.95) -> Estimate:
    """The difference of two figures that share callers, theta_1 - theta_2, with each caller group left out of both at once.

    without_1, without_2   [groups] the figures without each group; nan where the group is in no row of that figure

    The same switchboard in both months moves both and cancels; as if independent, the error of a difference was 2 to 6 times too wide.
    """
    first, second = np.asarray(without_1, float), np.asarray(without_2, float)
    kept = ~(np.isnan(first) & np.isnan(second))
    first, second = np.where(np.isnan(first), estimate_1, first)[kept], np.where(np.isnan(second), estimate_2, second)[kept]
    return jackknife(first - second, estimate=estimate_1 - estimate_2, level=level)


def jackknife_p(estimate, *, groups) -> np.ndarray:
    """Two-sided p of `value` = 0 for an `Estimate` over `groups` caller groups, from t_{G-1}; nan where there is no standard error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 * scipy.stats.t.sf(np.abs(np.divide(estimate.value, estimate.se)), groups - 1)


def group_weights(groups, resamples, *, rng) -> np.ndarray:
    """How often each resample draws each caller group: `groups` draws with replacement, int [resamples, groups]; `rng` a seeded Generator."""
    return rng.multinomial(groups, np.full(groups, 1.0 / groups), size=resamples)


def resample(table, weights) -> np.ndarray:
    """The table's total in each resample, [resamples, ...]. Whole numbers in float64: exact below 2^53, so no order of adding changes them."""
    flat = np.asarray(table, float).reshape(len(table), -1)
    return (weights.astype(float) @ flat).reshape(len(weights), *table.shape[1:])
