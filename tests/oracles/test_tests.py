"""Tests of differences against R. Each docstring holds the R commands that gave the numbers (R 4.2, survival 3.5-3)."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from hotline_analysis.stats import tests

MAINTAINED = ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
NONMAINTAINED = ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])
GEHAN_6MP = (
    [10, 7, 32, 23, 22, 6, 16, 34, 32, 25, 11, 20, 19, 6, 17, 35, 6, 13, 9, 6, 10],
    [1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0],
)
GEHAN_CONTROL = ([1, 22, 3, 12, 8, 17, 2, 11, 8, 12, 2, 5, 4, 15, 8, 23, 5, 11, 4, 1, 8], [1] * 21)


def counts_of(*groups):
    """[groups, distinct times, (event, censored)], written out call by call."""
    times = sorted({t for seconds, _ in groups for t in seconds})
    counts = np.zeros((len(groups), len(times), 2), int)
    for g, (seconds, event) in enumerate(groups):
        for t, e in zip(seconds, event, strict=True):
            counts[g, times.index(t), 0 if e else 1] += 1
    return counts


def test_log_rank_aml():
    """s <- survdiff(Surv(time, status) ~ x, aml); print(c(s$chisq, s$pvalue, s$obs, s$exp), digits = 12)"""
    ours = tests.log_rank(counts_of(MAINTAINED, NONMAINTAINED))
    assert_allclose((ours.statistic, ours.p), (3.3963886989776, 0.0653393220405), atol=5e-12)
    assert ours.df == 1
    assert ours.observed.tolist() == [7, 11]
    assert_allclose(ours.expected, [10.6893359923007, 7.3106640076993], atol=5e-12)


def test_log_rank_aml_scipy():
    """scipy.stats.logrank(CensoredData(...), CensoredData(...)).statistic ** 2"""
    data = [stats.CensoredData.right_censored(seconds, ~np.array(event, bool)) for seconds, event in (MAINTAINED, NONMAINTAINED)]
    assert_allclose(tests.log_rank(counts_of(MAINTAINED, NONMAINTAINED)).statistic, stats.logrank(*data).statistic ** 2, rtol=1e-12)


def test_log_rank_gehan():
    """s <- survdiff(Surv(time, cens) ~ treat, MASS::gehan); print(c(s$chisq, s$pvalue, s$exp), digits = 12)"""
    ours = tests.log_rank(counts_of(GEHAN_6MP, GEHAN_CONTROL))
    assert_allclose((ours.statistic, ours.p), (16.7929409892, 4.16880910933e-05), rtol=5e-12)
    assert_allclose(ours.expected, [19.2505009480, 10.7494990520], atol=5e-11)


def test_log_rank_four_groups():
    """d <- rbind(data.frame(t = aml$time, e = aml$status, g = as.integer(aml$x)),
               data.frame(t = gehan$time, e = gehan$cens, g = ifelse(gehan$treat == "6-MP", 3, 4)))
    s <- survdiff(Surv(t, e) ~ g, d); print(c(s$chisq, s$pvalue, s$exp), digits = 12)
    """
    ours = tests.log_rank(counts_of(MAINTAINED, NONMAINTAINED, GEHAN_6MP, GEHAN_CONTROL))
    assert ours.df == 3
    assert_allclose((ours.statistic, ours.p), (32.9866490206, 3.24162481014e-07), rtol=5e-11)
    assert_allclose(ours.expected, [14.3141790082, 10.8436183698, 15.0957206340, 7.74648198805], atol=5e-10)


def test_two_counts_of_the_seed_report():
    """p <- poisson.test(c(120, 126)); print(c(p$p.value, p$estimate, p$conf.int), digits = 10)"""
    ours = tests.two_counts(120, 126)
    assert_allclose(ours.p, 0.7499610621, atol=5e-11)
    assert_allclose((ours.ratio, ours.ratio_low, ours.ratio_high), (120 / 126, 0.7354731736, 1.2327351254), atol=5e-11)
    assert ours.difference == -6
    assert ours.low < 0 < ours.high


def test_two_counts_with_exposure():
    """p <- poisson.test(c(11, 6 + 8 + 7), c(800, 1083 + 1050 + 878)); print(c(p$p.value, p$estimate, p$conf.int), digits = 10)"""
    ours = tests.two_counts(11, 21, exposure_first=800, exposure_second=3011)
    assert_allclose(
        (ours.p, ours.ratio, ours.ratio_low, ours.ratio_high), (0.07966863303, 1.971488095, 0.8584264034, 4.2772659437), atol=5e-10
    )


def test_two_proportions_of_the_seed_report():
    """p <- prop.test(c(48, 44), c(120, 126), correct = FALSE); print(c(p$p.value, sqrt(p$statistic)), digits = 10)"""
    ours = tests.two_proportions(48, 120, 44, 126)
    assert_allclose((ours.p, ours.z), (0.4105093203, 0.8229976667), atol=5e-11)
    assert_allclose(100 * np.array([ours.difference, ours.low, ours.high]), (5.1, -6.9, 16.9), atol=0.051)


def test_benjamini_hochberg():
    """p.adjust(p, "BH"); p from Benjamini and Hochberg 1995, table 1: four are rejected at .05"""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1]
    expected = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714286, 0.06385714286, 0.0645, 0.0765, 0.486, 0.58118181818, 0.714875]
    q = tests.benjamini_hochberg(p)
    assert_allclose(q[:12], expected, atol=5e-12)
    assert_allclose(q[12:], [0.75323076923, 0.81321428571, 1.0], atol=5e-12)
    assert (q < 0.05).sum() == 4


LONGLEY_GNP = [
    234.289,
    259.426,
    258.054,
    284.599,
    328.975,
    346.999,
    365.385,
    363.112,
    397.469,
    419.18,
    442.769,
    444.546,
    482.704,
    502.601,
    518.173,
    554.894,
]
LONGLEY_UNEMPLOYED = [235.6, 232.5, 368.2, 335.1, 209.9, 193.2, 187, 357.8, 290.4, 282.2, 293.6, 468.1, 381.3, 393.1, 480.6, 400.7]


def test_kendall_longley():
    """print(cor(longley$GNP, longley$Unemployed, method = "kendall"), digits = 12)"""
    assert_allclose(tests.kendall(LONGLEY_GNP, LONGLEY_UNEMPLOYED), 0.433333333333, atol=5e-13)


def test_kendall_with_ties():
    """print(cor(c(1, 2, 2, 3, 4), c(1, 1, 2, 3, 3), method = "kendall"), digits = 12)"""
    assert_allclose(tests.kendall([1, 2, 2, 3, 4], [1, 1, 2, 3, 3]), 0.824957911384, atol=5e-13)


@pytest.mark.parametrize("sign", [1, -1])
def test_split_half_longley(sign):
    """r <- cor(longley$GNP, longley$Unemployed); print(2 * r / (1 + r), digits = 12)"""
    assert_allclose(tests.split_half(LONGLEY_GNP, sign * np.array(LONGLEY_UNEMPLOYED)), sign * 0.753320017791, atol=5e-13)
