"""Intervals against R, statsmodels and published tables. Each docstring holds the commands that gave the numbers (R 4.2)."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from hotline_analysis.stats import intervals

# children of geepack::ohio by how many of their 4 visits had a wheeze: table(tapply(ohio$resp, ohio$id, sum))
OHIO = {0: 355, 1: 97, 2: 44, 3: 23, 4: 18}
# the same without children whose id is a multiple of 3 at ages above -2: (visits left, wheezes) -> children
OHIO_UNEVEN = {(2, 0): 134, (2, 1): 32, (2, 2): 13, (4, 0): 237, (4, 1): 65, (4, 2): 29, (4, 3): 15, (4, 4): 12}


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2552885199, 0.3662095770),
        (15, 148, 0.06238639953, 0.16048724172),
        (0, 20, 0.0, 0.1611251581),
        (1, 29, 0.006113214293, 0.171755218793),
    ],
)
def test_wilson(k, n, low, high):
    """print(prop.test(81, 263, correct = FALSE)$conf.int, digits = 10), and so on; Newcombe 1998, Stat. Med. 17, 857-872, table I"""
    assert_allclose(intervals.wilson(k, n), (low, high), atol=5e-11)


@pytest.mark.parametrize(
    ("k", "n", "percent"), [(23, 89, (17.9, 35.8)), (9, 38, (13.0, 39.2)), (108, 120, (83.3, 94.2)), (84, 120, (61.3, 77.5))]
)
def test_wilson_of_the_seed_report(k, n, percent):
    """methods.md sections 1 and 9, rounded as printed there; prop.test(23, 89, correct = FALSE)$conf.int"""
    assert_allclose(100 * np.array(intervals.wilson(k, n)), percent, atol=0.051)


def test_wilson_of_a_fractional_effective_n():
    """from statsmodels.stats.proportion import proportion_confint; proportion_confint(12.5, 61.25, method="wilson")"""
    for level in (0.9, 0.95, 0.99):
        assert_allclose(
            intervals.wilson(12.5, 61.25, level=level), proportion_confint(12.5, 61.25, alpha=1 - level, method="wilson"), rtol=1e-12
        )


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 10), -0.2775, 0.2775),
    ],
)
def test_newcombe(first, second, low, high):
    """Newcombe 1998, Stat. Med. 17, 873-890, table II, method 10; to more digits
    statsmodels.stats.proportion.confint_proportions_2indep(56, 70, 48, 80, method="newcomb")
    """
    ours = intervals.newcombe(*first, *second)
    assert_allclose(ours, (low, high), atol=5.1e-5)
    assert_allclose(ours, confint_proportions_2indep(*first, *second, method="newcomb"), atol=1e-12)


def test_newcombe_of_the_seed_report():
    """methods.md section 9: 48/120 - 44/126 = +5.1 points, -6.9 to 16.9"""
    assert_allclose(100 * np.array(intervals.newcombe(48, 120, 44, 126)), (-6.9, 16.9), atol=0.051)


def robust_logit_error(y, n):
    """Our V without its k/(k-1), on the logit scale, which is what a GEE reports."""
    share = intervals.clustered_wilson(y, n)
    v = share.deff * share.share * (1 - share.share) / share.calls
    k = share.clusters
    return share.share, np.sqrt(v * (k - 1) / k) / (share.share * (1 - share.share))


def test_clustered_share_ohio():
    """library(geepack); f <- geeglm(resp ~ 1, id = id, data = ohio, family = binomial); plogis(coef(f)); summary(f)$coefficients"""
    y = np.repeat(list(OHIO), list(OHIO.values()))
    p, se = robust_logit_error(y, np.full(537, 4))
    assert_allclose(p, 0.1517690875, atol=5e-11)
    assert_allclose(se, 0.08634579658, atol=5e-11)


def test_clustered_share_ohio_with_callers_of_unequal_size():
    """o <- ohio[!(ohio$id %% 3 == 0 & ohio$age > -1), ]; table(tapply(o$resp, o$id, length), tapply(o$resp, o$id, sum))
    f <- geeglm(resp ~ 1, id = id, data = o, family = binomial); plogis(coef(f)); summary(f)$coefficients
    """
    n, y = np.repeat(list(OHIO_UNEVEN), list(OHIO_UNEVEN.values()), axis=0).T
    p, se = robust_logit_error(y, n)
    assert_allclose(np.log(p / (1 - p)), -1.71070246, atol=5e-9)
    assert_allclose(se, 0.09069632395, atol=5e-11)


@pytest.mark.parametrize(("count", "low", "high"), [(65, 50.163188, 82.849139), (1045, 982.593202, 1110.331213)])
def test_byar(count, low, high):
    """PHEindicatormethods: phe_rate of 65 and 1045 events (not epitools::pois.byar, which is another approximation)"""
    assert_allclose(intervals.byar(count), (low, high), atol=5.1e-7)
    assert_allclose(intervals.count_limits(count), (low, high), atol=5.1e-7)


@pytest.mark.parametrize(("count", "low", "high"), [(9, 4.115373097, 17.084803451), (0, 0.0, 3.688879454)])
def test_exact_poisson(count, low, high):
    """print(poisson.test(9)$conf.int, digits = 10); print(poisson.test(0)$conf.int, digits = 10)"""
    assert_allclose(intervals.exact_poisson(count), (low, high), atol=5e-9)
    assert_allclose(intervals.count_limits(count), (low, high), atol=5e-9)
