"""Direct and indirect standardisation, ranks, and the spread of the others, against figures from elsewhere and simulations with known truth."""

import numpy as np
import pytest

from hotline_analysis.stats import standardisation as std

POP40 = [906897, 3794573, 10003544, 10629526, 9465330, 8249558, 7294330, 5022499, 2920220, 1019504, 142532]
DEAD40 = [45, 201, 320, 670, 1126, 3160, 9723, 17935, 22179, 13461, 2238]
POP60 = [1784033, 7065148, 15658730, 10482916, 9939972, 10563872, 9114202, 6850263, 4702482, 1874619, 330915]
DEAD60 = [141, 926, 1253, 1080, 1869, 4891, 14956, 30888, 41725, 26501, 5928]


def test_indirect_standardisation_of_1940_by_the_rates_of_1960():
    """R: library(epitools); ageadjust.indirect(dth40, pop40, dth60, pop60)$sir: observed 71058, exp 85556.889, sir .83053511 (Selvin 2004)."""
    rates = np.array(DEAD60) / POP60
    assert std.expected(POP40, rates) == pytest.approx(85556.889, abs=5e-4)
    found = std.standardise([DEAD40, DEAD60], [POP40, POP60])
    assert found.expected[0] == pytest.approx(85556.889, abs=5e-4) and found.ratio[0] == pytest.approx(0.83053511, abs=5e-9)


def test_two_teams_that_differ_in_their_calls_alone():
    """By hand: 10 % of calls on water and 30 % of those on insurance are followed in both; 80 and 20 calls, and the reverse."""
    found = std.standardise([[8, 6], [2, 24]], [[80, 20], [20, 80]])
    assert found.expected == pytest.approx([14, 26]) and found.ratio == pytest.approx([1, 1]) and found.direct == pytest.approx([0.2, 0.2])
    assert found.covered == 1 and found.used == pytest.approx([1, 1])


def test_a_class_of_one_group_compares_with_nothing():
    found = std.standardise([[5, 9], [5, 0]], [[50, 30], [50, 0]])
    assert (
        found.used == pytest.approx([50 / 80, 1]) and found.observed == pytest.approx([5, 5]) and found.covered == pytest.approx(100 / 130)
    )
    nothing = std.standardise([[5, 0], [0, 5]], [[50, 0], [0, 50]])
    assert np.isnan(nothing.ratio).all() and np.isnan(nothing.direct).all()


def test_a_design_effect_widens_and_moves_nothing():
    plain, wide = (std.standardise([[30, 20], [20, 30]], [[200, 100], [150, 150]], deff=d) for d in (1, 4))
    assert plain.ratio == pytest.approx(wide.ratio) and plain.direct == pytest.approx(wide.direct)
    assert (wide.ratio_high - wide.ratio_low > 1.8 * (plain.ratio_high - plain.ratio_low)).all()
    assert (wide.direct_high - wide.direct_low > 1.8 * (plain.direct_high - plain.direct_low)).all()


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """600 draws of five groups with unlike mixes and one rate a class: of O/E (truth 1) and of the direct rates, .92 to .98 hold it."""
    rng = np.random.default_rng(2)
    n, rates = np.array([[300, 100, 50], [100, 300, 50], [50, 100, 300], [150, 150, 150], [400, 40, 40]]), np.array([0.05, 0.12, 0.25])
    truth = n.sum(axis=0) @ rates / n.sum()
    found = [std.standardise(rng.binomial(n, rates), n) for _ in range(600)]
    ratio = np.mean([(f.ratio_low <= 1) & (f.ratio_high >= 1) for f in found])
    direct = np.mean([(f.direct_low <= truth) & (f.direct_high >= truth) for f in found])
    assert 0.92 <= ratio <= 0.985 and 0.92 <= direct <= 0.985


def test_ranks_are_as_sure_as_the_rates():
    rng = np.random.default_rng(1)
    low, high = std.rank_limits([10, 10, 10, 10], [100, 100, 100, 100], rng=rng)
    assert low.tolist() == [1] * 4 and high.tolist() == [4] * 4
    low, high = std.rank_limits([500, 100, 10, 0], [1000, 1000, 1000, 0], rng=rng)
    assert low[:3].tolist() == high[:3].tolist() == [1, 2, 3] and np.isnan(low[3])


def test_one_group_far_off_does_not_hide_behind_its_own_spread():
    """Eight alike and one twice as high: within limits that it widened itself it would pass (z with the common spread 1.9)."""
    k, n = np.array([[66]] * 8 + [[180]]), np.full((9, 1), 660)
    found = std.beside_others(k, n)
    assert found.p[-1] < 0.001 and (found.p[:-1] > 0.5).all()


@pytest.mark.parametrize("spread", [0.0, 0.2])
def test_false_alarms_of_the_spread_of_the_others(spread):
    """100 draws of eight equal groups, or of groups of real spread: p under .05 no more often than .07."""
    rng = np.random.default_rng(4)
    low = []
    for _ in range(100):
        n, base = rng.integers(100, 800, (8, 2)), np.array([0.1, 0.2])
        p = 1 / (1 + np.exp(-(np.log(base / (1 - base)) + rng.normal(0, spread, 8)[:, None])))
        low.append(std.beside_others(rng.binomial(n, p), n).p < 0.05)
    assert np.mean(low) <= 0.07
