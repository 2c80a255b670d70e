"""The jackknife and the bootstrap over caller groups against published and closed-form errors."""

import numpy as np
from numpy.testing import assert_allclose

from hotline_analysis.stats import intervals, resampling

LSAT = np.array([576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594])
GPA = np.array([3.39, 3.30, 2.81, 3.03, 3.44, 3.07, 3.00, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96])


def test_jackknife_of_a_correlation():
    """lsat <- c(576, 635, ...); gpa <- c(3.39, 3.30, ...)
    th <- sapply(1:15, function(i) cor(lsat[-i], gpa[-i])); print(sqrt(14 / 15 * sum((th - mean(th))^2)), digits = 12); qt(.975, 14)
    Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 11: .143 (law schools).
    """
    without = [np.corrcoef(np.delete(LSAT, i), np.delete(GPA, i))[0, 1] for i in range(15)]
    ours = resampling.jackknife(without, estimate=np.corrcoef(LSAT, GPA)[0, 1])
    assert_allclose(ours.value, 0.776374491289, atol=5e-13)
    assert_allclose(ours.se, 0.142518618602, atol=5e-13)
    assert_allclose((ours.high - ours.value) / ours.se, 2.14478668792, atol=5e-11)
    assert_allclose(ours.value - ours.low, ours.high - ours.value, rtol=1e-12)


def test_jackknife_of_a_mean():
    """x <- c(3, 1, 4, 1, 5); sqrt(var(x) / 5): for a mean the jackknife is the textbook error exactly (var(x)/5 = .64)"""
    table = np.array([3, 1, 4, 1, 5])[:, None]
    (without,) = resampling.leave_one_out(table)
    assert_allclose(resampling.jackknife(without / 4, estimate=table.mean(axis=0)).se, [0.8], rtol=1e-14)


def heavy_callers(*, groups=100, callers=3000, seed=11):
    """Followed and all calls by caller group; callers differ in how much and how repeatedly they call."""
    rng = np.random.default_rng(seed)
    n = 1 + rng.negative_binomial(0.7, 0.2, callers)
    y = rng.binomial(n, rng.beta(1.5, 3.0, callers))
    group = rng.integers(0, groups, callers)
    by_group = np.stack([np.bincount(group, y, groups), np.bincount(group, n, groups)], axis=1).astype(np.int64)
    return y, n, by_group


def test_bootstrap_jackknife_and_closed_form_agree():
    """methods.md M2: resampling the 100 groups gives the errors of the jackknife; M3: for a plain proportion so does the closed form.
    The bootstrap error of 4,000 resamples is itself good to about 1 %, the jackknife of 100 groups to about 7 %.
    """
    y, n, table = heavy_callers()
    share = table[:, 0].sum() / table[:, 1].sum()
    (without,) = resampling.leave_one_out(table)
    jackknife = resampling.jackknife(without[:, 0] / without[:, 1], estimate=share).se
    drawn = resampling.resample(table, resampling.group_weights(100, 4000, rng=np.random.default_rng(3)))
    assert_allclose((drawn[:, 0] / drawn[:, 1]).std(), jackknife, rtol=0.05)
    closed = intervals.clustered_wilson(y, n)
    assert closed.deff > 2
    assert_allclose(np.sqrt(closed.deff * share * (1 - share) / n.sum()), jackknife, rtol=0.2)
