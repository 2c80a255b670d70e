"""Do two or more groups differ, and do two orderings agree?

Every test returns the size of the difference beside its p: a p never decides alone.
"""

from typing import NamedTuple

import numpy as np
import scipy

from . import intervals


class ShareDifference(NamedTuple):
    """First share minus second, its Newcombe interval, pooled z and two-sided p."""

    difference: float
    low: float
    high: float
    z: float
    p: float


class CountDifference(NamedTuple):
    """First rate over second with its exact interval; first rate minus second with its interval; exact two-sided p of equal rates."""

    ratio: float
    ratio_low: float
    ratio_high: float
    difference: float
    low: float
    high: float
    p: float


class HistoryRatio(NamedTuple):
    """A count's rate over that of the periods before it, its 95 % interval, two-sided p; how much more unrest those have than chance (1: none)."""

    ratio: float
    low: float
    high: float
    p: float
    unrest: float


class Kappa(NamedTuple):
    """Agreement beyond chance of two raters, its 95 % interval, and the plain share on which they agree."""

    value: float
    low: float
    high: float
    agreement: float


class LogRank(NamedTuple):
    """Statistic, degrees of freedom and p; events observed and expected in each group."""

    statistic: float
    df: int
    p: float
    observed: np.ndarray
    expected: np.ndarray


def two_proportions(k1, n1, k2, n2, *, effective_n1=None, effective_n2=None, level=0.95) -> ShareDifference:
    """k1/n1 - k2/n2 of two independent samples, e.g. this month and last; arrays give arrays.

    effective_n1, effective_n2   effective numbers of calls where calls are clustered

    z = (p1 - p2) / sqrt(p(1-p)(1/n1 + 1/n2)) with the pooled p; nan where both shares are 0, or both 1. Interval: `intervals.newcombe`.
    """
    n1_eff, n2_eff = (n1 if effective_n1 is None else effective_n1), (n2 if effective_n2 is None else effective_n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p2 = np.divide(k1, n1), np.divide(k2, n2)
        pooled = (p1 * n1_eff + p2 * n2_eff) / np.add(n1_eff, n2_eff)
        z = (p1 - p2) / np.sqrt(pooled * (1 - pooled) * (np.divide(1, n1_eff) + np.divide(1, n2_eff)))
    low, high = intervals.newcombe(k1, n1, k2, n2, effective_n1=effective_n1, effective_n2=effective_n2, level=level)
    return ShareDifference(p1 - p2, low, high, z, 2 * scipy.stats.norm.sf(np.abs(z)))


def two_counts(first, second, *, exposure_first=1.0, exposure_second=1.0, level=0.95) -> CountDifference:
    """Do two Poisson counts (120 complaints this month, 126 last) come from one rate? Rates are per unit of exposure (days, calls).

    p and ratio: given first + second, `first` is binomial with share r e1/(r e1 + e2); exact, as R's poisson.test (Przyborowski and
    Wilenski 1940). Difference: `intervals.difference` of the exact Poisson limits. Ratio and p are nan where both counts are 0.
    """
    e1, e2 = exposure_first, exposure_second
    limits1, limits2 = (
        np.divide(intervals.exact_poisson(first, level=level), e1),
        np.divide(intervals.exact_poisson(second, level=level), e2),
    )
    apart = intervals.difference(first / e1, limits1, second / e2, limits2)
    if first + second == 0:
        return CountDifference(np.nan, np.nan, np.nan, 0.0, *apart, np.nan)
    test = scipy.stats.binomtest(int(first), int(first + second), e1 / (e1 + e2))
    share = test.proportion_ci(confidence_level=level, method="exact")
    ratio = (first / e1) / (second / e2) if second else np.inf
    return CountDifference(ratio, _odds(share.low) * e2 / e1, _odds(share.high) * e2 / e1, first / e1 - second / e2, *apart, test.pvalue)


def count_against_history(count, exposure, counts, exposures, *, level=0.95, few=10) -> HistoryRatio:
    """Is a count (of a topic, this month) more than the periods before it foresee? Rates are per unit of exposure (days).

    Quasi-Poisson: the log ratio of the two rates with variance f (1/count + 1/sum of counts), f the Pearson dispersion of the periods before, at least
    1, against t with one degree of freedom less than periods. With fewer than `few` on a side `two_counts`, exact. nan with an empty history and no count.
    McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed., 6.2.
    """
    counts, exposures = np.asarray(counts, float), np.asarray(exposures, float)
    before, df = counts.sum(), len(counts) - 1
    expected = exposures * before / exposures.sum()
    unrest = float(max(((counts - expected) ** 2 / expected).sum() / df, 1.0)) if before and df > 0 else 1.0
    if min(count, before) < few:
        plain = two_counts(count, before, exposure_first=exposure, exposure_second=float(exposures.sum()), level=level)
        return HistoryRatio(plain.ratio, plain.ratio_low, plain.ratio_high, plain.p, unrest)
    log, error = np.log(count / exposure) - np.log(before / exposures.sum()), np.sqrt(unrest * (1 / count + 1 / before))
    far = scipy.stats.t.ppf(0.5 + level / 2, df) if df > 0 else scipy.stats.norm.ppf(0.5 + level / 2)
    p = 2 * (scipy.stats.t.sf(abs(log) / error, df) if df > 0 else scipy.stats.norm.sf(abs(log) / error))
    return HistoryRatio(*(float(v) for v in (np.exp(log), np.exp(log - far * error), np.exp(log + far * error), p)), unrest)


def log_rank(counts) -> LogRank:
    """Do k groups' times to the event differ? From count tables, [groups, times, (event, censored)], times rising.

    The last axis is as in `binned`: events first, censored last; exact with one entry per distinct time, close with bins.
    For independent calls: where callers call again it describes, and the jackknife of a difference decides.

    A group without calls takes no degree of freedom; statistic and p are nan where fewer than two groups can be compared.

    (O - E)' V^- (O - E), O and E without the last group; V hypergeometric at each time. Mantel 1966; R's survdiff.
    """
    counts = np.asarray(counts, float)
    events, leaving = counts[..., :-1].sum(axis=-1), counts.sum(axis=-1)
    risk = np.flip(np.flip(leaving, axis=1).cumsum(axis=1), axis=1)
    share = np.divide(risk, risk.sum(axis=0), out=np.zeros(risk.shape), where=risk.sum(axis=0) > 0)
    expected = (share * events.sum(axis=0)).sum(axis=1)
    gap, variance = (events.sum(axis=1) - expected)[:-1], _log_rank_variance(events.sum(axis=0), risk.sum(axis=0), share)[:-1, :-1]
    df = int(np.linalg.matrix_rank(variance)) if len(gap) else 0
    statistic = float(gap @ np.linalg.pinv(variance, hermitian=True) @ gap) if df else np.nan
    return LogRank(statistic, df, float(scipy.stats.chi2.sf(statistic, df)) if df else np.nan, events.sum(axis=1), expected)


def benjamini_hochberg(p) -> np.ndarray:
    """False discovery rates q of the p-values; a nan (no test made) stays nan and is not counted. Benjamini and Hochberg 1995, JRSS B 57."""
    p = np.asarray(p, float)
    q, made = np.full(p.shape, np.nan), ~np.isnan(p)
    if made.any():
        q[made] = scipy.stats.false_discovery_control(p[made], method="bh")
    return q


def cohen_kappa(table, *, level=0.95) -> Kappa:
    """Do two raters of the same cases agree more than chance? table: [first's word, second's word] counts.

    (po - pe) / (1 - pe), with the large-sample error of Fleiss, Cohen and Everitt 1969, Psychol. Bull. 72, 323-327. nan without a case, and where both
    gave one and the same word throughout (nothing is left for chance to miss).
    """
    table = np.asarray(table, float)
    if not table.sum():
        return Kappa(*[np.nan] * 4)
    p = table / table.sum()
    rows, columns, agreed = p.sum(axis=1), p.sum(axis=0), float(np.trace(p))
    chance = float(rows @ columns)
    if chance >= 1 - 1e-12:
        return Kappa(np.nan, np.nan, np.nan, agreed)
    kappa = (agreed - chance) / (1 - chance)
    own = np.diag(p) @ (1 - (rows + columns) * (1 - kappa)) ** 2
    across = (1 - kappa) ** 2 * ((p * (columns[:, None] + rows[None, :]) ** 2).sum() - np.diag(p) @ (columns + rows) ** 2)
    error = np.sqrt(max(own + across - (kappa - chance * (1 - kappa)) ** 2, 0) / table.sum()) / (1 - chance)
    far = scipy.stats.norm.ppf(0.5 + level / 2) * error
    return Kappa(float(kappa), float(max(kappa - far, -1)), float(min(kappa + far, 1)), agreed)


def kendall(x, y) -> float:
    """Kendall's tau-b of two scores of the same agents (does a longer window order them alike?); pairs with a nan are left out."""
    x, y = _pairs(x, y)
    return float(scipy.stats.kendalltau(x, y).statistic) if len(x) > 1 else np.nan


def split_half(odd, even) -> float:
    """Reliability of agents' scores from two halves of their callers: what share of the spread would come again.

    2 r / (1 + |r|) with Pearson's r of the two halves (Spearman-Brown, which is for r >= 0; below 0 it is mirrored, so that it stays
    within -1 and 1). nan with fewer than three agents or a half without spread; pairs with a nan are left out.
    """
    odd, even = _pairs(odd, even)
    if len(odd) < 3 or np.ptp(odd) == 0 or np.ptp(even) == 0:
        return np.nan
    r = np.corrcoef(odd, even)[0, 1]
    return float(2 * r / (1 + abs(r)))


def _log_rank_variance(events, risk, share):
    """Sum over times of d (Y - d) / (Y - 1) * (diag(s) - s s'), s the groups' shares of those at risk."""
    factor = np.divide(events * (risk - events), risk - 1, out=np.zeros(len(risk)), where=risk > 1)
    return np.diag((share * factor).sum(axis=1)) - (share * factor) @ share.T


def _pairs(x, y):
    x, y = np.asarray(x, float), np.asarray(y, float)
    known = ~(np.isnan(x) | np.isnan(y))
    return x[known], y[known]


def _odds(share):
    return share / (1 - share) if share < 1 else np.inf
