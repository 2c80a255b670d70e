"""Why did a total change: because there was more of everything, because its make-up changed, or because its parts did?

Symmetric two-factor decompositions: each factor's change is weighted with the mean of the other factor in the two periods, so that the parts
add to the whole difference exactly and neither period is the base. Kitagawa 1955, JASA 50, 1168-1194; Das Gupta 1993, Standardization and
Decomposition of Rates, US Census Bureau P23-186.
"""

from typing import NamedTuple

import numpy as np
import scipy


class Parts(NamedTuple):
    """What each group adds to a difference: first and second sum, over the groups, to the difference of the totals."""

    first: np.ndarray
    second: np.ndarray


class Total(NamedTuple):
    """A part of a difference over all groups, with its interval."""

    value: float
    low: float
    high: float


def counts(before, after) -> Parts:
    """The change of each group's count as growth of the whole (first) and shift of its share (second).

    before, after   [groups] counts of the two periods

    n2 - n1 = (N2 - N1)(s1 + s2)/2 + (s2 - s1)(N1 + N2)/2. Over the groups the second part sums to 0. nan where a period has no case at all.
    """
    before, after = np.asarray(before, float), np.asarray(after, float)
    (whole_1, share_1), (whole_2, share_2) = _shares(before), _shares(after)
    return Parts((whole_2 - whole_1) * (share_1 + share_2) / 2, (share_2 - share_1) * (whole_1 + whole_2) / 2)


def rates(size_1, rate_1, size_2, rate_2) -> Parts:
    """The change of an overall rate as other mix (first) and other rates (second), group by group.

    size_1, size_2   [groups] counts, or any sizes, of the groups in the two periods; a group may be missing (0) in one of them
    rate_1, rate_2   [groups] their rates; where a group has no size its rate is taken from the other period: it only changed the mix

    sum s2 r2 - sum s1 r1 = sum (s2 - s1)(r1 + r2)/2 + sum (r2 - r1)(s1 + s2)/2.
    """
    (_, share_1), (_, share_2) = _shares(np.asarray(size_1, float)), _shares(np.asarray(size_2, float))
    rate_1, rate_2 = _filled(share_1, rate_1, rate_2), _filled(share_2, rate_2, rate_1)
    return Parts((share_2 - share_1) * (rate_1 + rate_2) / 2, (rate_2 - rate_1) * (share_1 + share_2) / 2)


def rate_totals(k_1, n_1, k_2, n_2, *, level=0.95) -> tuple[Total, Total]:
    """The mix part and the rate part of a change of k/n over all groups, with intervals for independent cases.

    k, n   [groups] cases that meet the condition, and all cases, of each period

    Delta method: of the mix sum s (1 - s)-multinomial in each period with the mean rates held, of the rates binomial in each group with the mean shares held.
    """
    k_1, n_1, k_2, n_2 = (np.asarray(x, float) for x in (k_1, n_1, k_2, n_2))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate_1, rate_2 = k_1 / n_1, k_2 / n_2
    parts = rates(n_1, rate_1, n_2, rate_2)
    (whole_1, share_1), (whole_2, share_2) = _shares(n_1), _shares(n_2)
    rate_1, rate_2 = _filled(share_1, rate_1, rate_2), _filled(share_2, rate_2, rate_1)
    mean_rate, mean_share = (rate_1 + rate_2) / 2, (share_1 + share_2) / 2
    mix = sum(_spread(s, mean_rate) / whole for whole, s in ((whole_1, share_1), (whole_2, share_2)))
    own = sum(_binomial(r, n, mean_share) for r, n in ((rate_1, n_1), (rate_2, n_2)))
    reach = scipy.stats.norm.ppf(0.5 + level / 2)
    return tuple(
        Total(float(v), float(v - reach * np.sqrt(x)), float(v + reach * np.sqrt(x)))
        for v, x in zip((parts.first.sum(), parts.second.sum()), (mix, own), strict=True)
    )


def _shares(sizes: np.ndarray) -> tuple[float, np.ndarray]:
    whole = sizes.sum()
    return whole, sizes / whole if whole else np.full(sizes.shape, np.nan)


def _filled(share: np.ndarray, own, other) -> np.ndarray:
    return np.where(share > 0, np.asarray(own, float), np.asarray(other, float))


def _spread(share: np.ndarray, weight: np.ndarray) -> float:
    """Variance of a weight over one draw from the groups."""
    return float((share * weight**2).sum() - (share * weight).sum() ** 2)


def _binomial(rate: np.ndarray, n: np.ndarray, weight: np.ndarray) -> float:
    there = n > 0
    return float((weight[there] ** 2 * rate[there] * (1 - rate[there]) / n[there]).sum())
