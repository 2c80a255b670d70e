"""Survey estimators against R (survey 4.1-1, psych, relaimpo) and scipy. Each docstring holds the commands that gave the numbers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import special, stats

from hotline_analysis.stats import intervals, surveys

DRAWN = 15 / 757  # districts drawn of all
# R's data set `attitude` (Chatterjee and Price 1977): rating, complaints, privileges, learning, raises, critical, advance of 30 departments
ATTITUDE = np.array(
    """43 51 30 39 61 92 45  63 64 51 54 63 73 47  71 70 68 69 76 86 48  61 63 45 47 54 84 35  81 78 56 66 71 83 47  43 55 49 44 54 49 34
    58 67 42 56 66 68 35  71 75 50 55 70 66 41  72 82 72 67 71 83 31  67 61 45 47 62 80 41  64 53 53 58 58 67 34  67 60 47 39 59 74 41
    69 62 57 42 55 63 25  68 83 83 45 59 77 35  77 77 54 72 79 77 46  81 90 50 72 60 54 36  74 85 64 69 79 79 63  65 60 65 75 55 80 60
    65 70 46 57 75 85 46  50 58 68 54 64 78 52  50 40 33 34 43 64 33  64 61 52 62 66 80 41  53 66 52 50 63 80 37  40 37 42 58 50 57 49
    63 54 42 48 66 75 33  66 77 66 63 88 76 72  78 75 58 74 80 78 49  48 57 44 45 51 83 38  85 85 71 71 77 74 55  82 82 39 59 64 78 39""".split(),
    float,
).reshape(30, 7)


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    return pd.read_csv(Path(__file__).parent / "data" / "apiclus1.csv", comment="#")


def design(schools, **more) -> dict:
    return {"weights": np.full(len(schools), 33.847), "clusters": schools["district"], **more}


def test_mean_of_clusters(schools):
    """d <- svydesign(id=~dnum, weights=~pw, data=apiclus1); svymean(~api00, d, deff=TRUE); with fpc=~fpc: SE 23.5422"""
    ours = surveys.mean(schools["api00"], **design(schools))
    assert_allclose((ours.value, ours.se, ours.deff), (644.169, 23.779, 9.2531), rtol=2e-5)
    assert ours.df == 14 and ours.n == 183
    assert surveys.mean(schools["api00"], **design(schools, fraction=DRAWN)).se == pytest.approx(23.5422, abs=5e-5)


def test_ratio_of_clusters(schools):
    """svyratio(~api.stu, ~enroll, d)"""
    ours = surveys.ratio(schools["tested"], schools["enrolled"], **design(schools))
    assert_allclose((ours.value, ours.se), (0.84970874, 0.0084706402), rtol=5e-9, atol=0)


def test_share_of_clusters(schools):
    """svyciprop(~I(sch.wide == "Yes"), d, method="logit"), df = degf(d) = 14"""
    ours = surveys.mean(schools["met"], **design(schools))
    assert_allclose((ours.value, ours.se), (0.87431694, 0.0205642), rtol=5e-6)
    reach = stats.t.ppf(0.975, ours.df) * ours.se / (ours.value * (1 - ours.value))
    on_odds = [special.expit(special.logit(ours.value) + way * reach) for way in (-1, 1)]
    assert_allclose(on_odds, (0.82321803, 0.91222062), atol=5e-9)  # value, se and df are R's


def test_post_stratified_mean(schools):
    """svymean(~api00, postStratify(svydesign(id=~dnum, weights=~pw, data=apiclus1, fpc=~fpc), ~stype, data.frame(stype=c("E","H","M"), Freq=c(4421,755,1018))))"""
    codes = schools["type"].map({"E": 0, "H": 1, "M": 2}).to_numpy()
    weights = surveys.post_stratify(codes, [4421, 755, 1018], np.full(len(schools), 33.847))
    ours = surveys.mean(schools["api00"], weights, clusters=schools["district"], post=[codes], fraction=DRAWN)
    assert_allclose((ours.value, ours.se), (642.3107882, 23.9204864), rtol=5e-9)


def test_raked_mean(schools):
    """svymean(~api00, rake(d with fpc, list(~stype, ~sch.wide), list(stype E 4421 H 755 M 1018, sch.wide No 1072 Yes 5122))): tests/rakecheck.R of survey"""
    margins = [schools["type"].map({"E": 0, "H": 1, "M": 2}).to_numpy(), schools["met"].to_numpy()]
    raked = surveys.rake(list(zip(margins, ([4421, 755, 1018], [1072, 5122]), strict=True)), np.full(len(schools), 33.847))
    assert raked.error < 1e-9
    ours = surveys.mean(schools["api00"], raked.weights, clusters=schools["district"], post=margins, fraction=DRAWN)
    assert_allclose((ours.value, ours.se), (641.23, 23.704), rtol=2e-5)


def test_raking_and_post_stratification_of_kalton():
    """tests/kalton.R of survey, tables A and B: Kalton and Flores-Cervantes 2003, J. Official Stat. 19; a 1-4 by b 1-3, counts of sample and population"""
    sample = np.array([20, 50, 100, 30, 40, 140, 50, 100, 40, 310, 50, 70])
    population = np.array([80, 60, 170, 55, 40, 150, 60, 165, 55, 340, 200, 125])
    cell = np.repeat(np.arange(12), sample)
    a, b = cell % 4, cell // 4
    table = population.reshape(3, 4)
    one = [np.flatnonzero(cell == c)[0] for c in range(12)]
    joint = surveys.post_stratify(cell, population)[one].reshape(3, 4).T
    assert_allclose(joint, [[4, 1, 1.375], [1.2, 1.07, 1.1], [1.7, 1.2, 4], [1.83, 1.65, 1.79]], atol=0.005)
    raked = surveys.rake([(a, table.sum(axis=0)), (b, table.sum(axis=1))]).weights[one].reshape(3, 4).T
    assert_allclose(raked, [[1.81, 1.45, 2.02], [1.08, 0.87, 1.21], [2.20, 1.76, 2.45], [1.83, 1.47, 2.04]], atol=0.0055)


def test_share_by_logit_and_by_wilson_are_near_where_both_are_defined(schools):
    """Korn and Graubard's effective number with Wilson: no figure of R, but the same interval within two points."""
    ours = surveys.share(schools["met"], **design(schools))
    assert_allclose((ours.low, ours.high), (0.823, 0.912), atol=0.02)
    assert ours.effective_n == 183  # 266 would be worth more than what was asked


def test_alpha_of_attitude():
    """psych::alpha(attitude)$total$raw_alpha; Feldt's interval: 0.73937569 to 0.91577307"""
    ours = surveys.alpha(ATTITUDE)
    assert_allclose(ours[:3], (0.84314277, 0.73937569, 0.91577307), atol=5e-9)
    assert ours.items == 7


def test_relative_importance_of_attitude():
    """relaimpo::calc.relimp(lm(rating ~ ., attitude), type = "lmg")$lmg"""
    correlation, _ = surveys.correlations(ATTITUDE)
    assert_allclose(correlation, np.corrcoef(ATTITUDE, rowvar=False), atol=1e-12)
    parts = surveys.relative_importance(correlation)
    assert_allclose(parts, [0.370816194, 0.050903793, 0.155765990, 0.120345079, 0.006588723, 0.028182213], atol=5e-10)
    assert parts.sum() == pytest.approx(0.732601993, abs=5e-10)


def test_net_promoter():
    """42 promoters, 25 passives, 33 detractors of 100: .09, sqrt((.42 + .33 - .09^2) / 100) = .0861336. A published score of 22,791: +52.92."""
    ours = surveys.net_promoter(42, 25, 33)
    assert_allclose((ours.value, ours.se), (0.09, 0.0861336), atol=5e-8)
    assert 100 * surveys.net_promoter(15827, 3197, 3767).value == pytest.approx(52.92, abs=0.005)


@pytest.mark.parametrize(("population", "answers"), [(10, 10), (100, 80), (500, 217), (1000, 278), (10000, 370), (75000, 382)])
def test_sample_size(population, answers):
    """Table 1 of Krejcie and Morgan 1970, Educ. Psych. Meas. 30, 607-610 (margin 5 points, share 1/2); it rounds to the nearest, we round up."""
    ours, invited = surveys.sample_size(0.05, population=population, response_rate=0.25)
    assert answers <= ours <= answers + 1 and 4 * ours - 4 < invited <= 4 * ours


def test_sample_size_of_a_thousand_is_three_points():
    assert surveys.sample_size(0.05) == (385, 385)
    assert surveys.margin_of_error(1000) == pytest.approx(0.031, abs=0.0001)


@pytest.mark.parametrize("seed", range(5))
def test_ordinal_comparison_is_that_of_scipy(seed):
    """scipy.stats.brunnermunzel(second, first, distribution="t"), and U of scipy.stats.mannwhitneyu(first, second)"""
    rng = np.random.default_rng(seed)
    first, second = rng.integers(1, 6, 60), np.minimum(rng.integers(1, 7, 45), 5)
    ours = surveys.compare_ordinal(first, second)
    theirs = stats.brunnermunzel(second, first, distribution="t")
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-9)
    assert ours.value / ours.se == pytest.approx(theirs.statistic, rel=1e-9)
    assert (ours.value + 1) / 2 == pytest.approx(stats.mannwhitneyu(first, second).statistic / (60 * 45))


def test_three_bars_of_a_thousand_answers():
    """T6: 496 of 1,000, one need each."""
    ours = intervals.clustered_wilson(np.r_[np.ones(496, int), np.zeros(504, int)], np.ones(1000, int))
    assert_allclose((ours.share, ours.low, ours.high), (0.496, 0.465, 0.527), atol=0.0005)


def test_answers_in_strata_are_held_against_their_own():
    """Stratum a: 3 and 4 against 2: both win, 1; stratum b: 1 against 2, 1, 0: 1/3 + 1/6. Shares of a: 2/3 and 1/4, weight 11/24: 2 (11/24 + 13/48) - 1, as without strata in each alone."""
    first, second, of_first, of_second = [3, 4, 1], [2, 2, 1, 0], ["a", "a", "b"], ["a", "b", "b", "b"]
    found = surveys.compare_ordinal(first, second, strata_first=of_first, strata_second=of_second)
    assert found.value == pytest.approx(2 * (11 / 24 * 1 + 13 / 24 * 0.5) - 1)
    whole = surveys.compare_ordinal(first, second)
    alone = surveys.compare_ordinal(first, second, strata_first=["x"] * 3, strata_second=["x"] * 4)
    assert alone == whole and whole.value != found.value


def test_strata_of_one_level_each_have_the_error_of_their_own():
    """Two independent halves of equal weight: the variance is a quarter of the sum of theirs."""
    rng = np.random.default_rng(4)
    a, b, c, d = (rng.integers(low, low + 4, 50) for low in (1, 2, 1, 1))
    of = ["x"] * 50 + ["y"] * 50
    both = surveys.compare_ordinal(np.r_[a, c], np.r_[b, d], strata_first=of, strata_second=of)
    one, other = surveys.compare_ordinal(a, b), surveys.compare_ordinal(c, d)
    assert both.value == pytest.approx((one.value + other.value) / 2)
    assert both.se**2 == pytest.approx((one.se**2 + other.se**2) / 4, rel=0.02)
