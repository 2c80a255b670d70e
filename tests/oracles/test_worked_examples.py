"""The worked examples of docs/maths.md: each number that the page prints, computed."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from hotline_analysis.stats import binned, control, excess, funnel, intervals, resampling, scan, surveys, survival
from hotline_analysis.stats import tests as differences
from hotline_analysis.studies import window
from hotline_analysis.studies.definition import callers
from hotline_analysis.studies.service import hardest
from tests.studies.hotlines import DAY, view_of


def test_four_calls_of_which_one_was_hardly_watched():
    curve = survival.kaplan_meier([3600, 7200, 1800, 36000], [1, 1, 0, 0])
    assert survival.within(curve, 7200) == pytest.approx(2 / 3)


def test_three_calls_of_which_one_is_followed_by_days_without_records():
    noon, two = 7 * DAY + DAY // 2, (8 * DAY, 10 * DAY)
    rows = [(1, DAY, 0, "a", "answered"), (1, 2 * DAY, 0, "a", "answered"), (2, noon, 0, "a", "answered")]
    view = view_of(rows, start_day=0, data_days=30, clock="start", windows_hours=[72])
    plain, cut = (window.rates(v).set_index("follow_up")["value"]["km"] for v in (view, replace(view, lost=lambda: (two,))))
    assert (plain, cut) == pytest.approx((1 / 3, 1 / 2))


def test_same_issue_or_another():
    curve = survival.cumulative_incidence([1, 2, 3, 4], [1, 2, 1, 0], causes=2)
    assert curve.incidence[-1] == pytest.approx([0.5, 0.25]) and 1 - curve.survival[-1] == pytest.approx(0.75)


def test_hourly_hazard():
    hazards = binned.hazard_per_hour(np.array([[2, 0], [1, 0], [0, 7]]), np.array([3600, 7200]))
    assert hazards == pytest.approx([2 / 9, 1 / 7.5])


def test_beyond_habit():
    assert excess.problem_driven(0.32, 0.18) == pytest.approx(0.171, abs=0.0005)


def test_three_windows():
    f, r = np.array([0.10, 0.20, 0.35]), np.array([0.08, 0.13, 0.18])
    benefit = excess.net_benefit(f, r)
    assert benefit == pytest.approx([0.06, 0.06, 0.01]) and excess.best_window(benefit) == 0
    assert excess.purity(f, r) == pytest.approx([0.80, 0.65, 0.514], abs=0.0005)
    assert excess.capture(r, 0.18) == pytest.approx([0.444, 0.722, 1], abs=0.0005)
    assert excess.f1(f, r, 0.18) == pytest.approx([0.571, 0.684, 0.679], abs=0.0005)


def test_no_window():
    f, r = np.array([0.428, 0.483]), np.array([0.200, 0.199])
    assert excess.net_benefit(f, r) == pytest.approx([-0.028, -0.085]) and excess.choose(f, r) == len(f)
    assert excess.purity(f, r) == pytest.approx([0.47, 0.41], abs=0.005)


def test_habit_two_and_three_weeks_away():
    nothing = np.zeros(1)
    difference = resampling.Estimate(np.float64(0.349 - 0.319), np.float64(0.009), nothing, nothing)
    drift = excess.Drift(difference, difference, difference)
    assert drift.z == pytest.approx(3.3, abs=0.05) and drift.changing(0.335) and 0.03 > 0.335 / 20


def test_first_by_habit():
    """Hazards 1 and 2: a third of the next calls is habit's at any window; (F - R) / F falls."""
    t = np.linspace(0.001, 4, 4000)
    drawn = excess.Curves(1 - np.exp(-3 * t), 1 - np.exp(-t), 1 - np.exp(-2 * t))
    net = (drawn.followed - drawn.excess) / drawn.followed
    assert excess.by_habit(drawn)[[100, -1]] / drawn.followed[[100, -1]] == pytest.approx(1 / 3, abs=0.001)
    assert net[0] == pytest.approx(1 / 3, abs=0.001) and (np.diff(net) < 0).all() and net[-1] < 0.001


def test_unknown_callers():
    rows = [(1 if n % 2 else None, 28 * DAY + n * 5400, 0, "a", "answered") for n in range(200)]
    found = callers.bounds(view_of(rows, engine="polars", windows_hours=[2])).iloc[0]
    assert (found["value"], found["identified"], found["bound_low"], found["bound_high"]) == (0, 0.5, 0, 1)


@pytest.mark.parametrize(("share", "hours"), [(0.8, 4), (0.5, 2)])
def test_exposure(share, hours):
    seconds = excess.exposure_seconds(np.array([0.05, 0.10, 0.16, 0.20]), np.array([3600, 7200, 14400, 28800]), share)
    assert seconds / 3600 == pytest.approx(hours)


def test_four_groups():
    said = resampling.jackknife(np.array([0.20, 0.22, 0.24, 0.26]), estimate=0.23)
    assert said.se == pytest.approx(0.0387, abs=0.00005) and said.high - 0.23 == pytest.approx(3.18 * 0.0387, abs=0.0005)


def test_wilson():
    assert intervals.wilson(23, 89) == pytest.approx((0.179, 0.358), abs=0.0005)
    assert intervals.wilson(9, 38) == pytest.approx((0.130, 0.392), abs=0.0005)


def test_six_callers():
    said = intervals.clustered_wilson(np.array([3, 0, 0, 1, 0, 0]), np.array([4, 1, 1, 2, 1, 1]))
    assert said.deff == pytest.approx(1.32) and said.effective_n == pytest.approx(7.6, abs=0.05)
    assert (said.low, said.high) == pytest.approx((0.147, 0.720), abs=0.0005)


def test_differences():
    assert intervals.newcombe(56, 70, 48, 80) == pytest.approx((0.052, 0.334), abs=0.0005)
    said = differences.two_counts(120, 126)
    assert (said.ratio, said.ratio_low, said.ratio_high, said.p) == pytest.approx((0.95, 0.74, 1.23, 0.75), abs=0.005)


def test_log_rank():
    said = differences.log_rank(np.array([[[1, 0], [0, 0], [1, 0], [0, 1]], [[0, 0], [1, 0], [0, 0], [0, 2]]]))
    assert said.expected[0] == pytest.approx(3 / 6 + 2 / 5 + 2 / 4) and said.observed[0] == 2
    assert (said.statistic, said.p) == pytest.approx((0.49, 0.49), abs=0.005)


def test_many_comparisons_and_orders():
    assert differences.benjamini_hochberg([0.01, 0.02, 0.04, 0.5]) == pytest.approx([0.04, 0.04, 0.0533, 0.5], abs=0.0001)
    assert differences.kendall([1, 2, 3, 4], [1, 3, 2, 4]) == pytest.approx(4 / 6)
    assert differences.split_half([1, 2, 3, 4], [1, 3, 2, 4]) == pytest.approx(0.889, abs=0.0005)


def test_a_month_and_the_months_before_it():
    rates = np.array([92, 93, 91, 92, 94, 93, 92, 91, 93, 92, 94, 88.0])
    room = control.foreseen(rates[:11], np.zeros(11), np.ones(11), np.ones(1))
    assert (rates[:11].mean(), rates[:11].std(ddof=1)) == pytest.approx((92.45, 1.04), abs=0.006)
    assert (room.lower[0], room.upper[0]) == pytest.approx((89.5, 95.4), abs=0.05) and rates[11] < room.lower[0]
    whole = control.xmr(rates)
    assert (whole.lower[-1], whole.upper[-1]) == pytest.approx((87.2, 96.9), abs=0.05) and rates[11] > whole.lower[-1]


def test_one_failure_after_none():
    assert control.counted(0, 3600, [300])[1] == pytest.approx([1 / 300])
    chance = stats.betabinom.sf([0, 1], 300, 0.5, 3600.5)
    assert chance == pytest.approx([0.04, 0.002], abs=0.002)


def test_two_months_with_the_same_switchboard():
    error = resampling.paired([0.13, *[0.18] * 9], [0.12, *[0.17] * 9], 0.18, 0.17)
    assert (error.value, error.se) == pytest.approx((0.01, 0), abs=1e-12)
    alone = resampling.jackknife(np.array([0.13, *[0.18] * 9]), estimate=0.18)
    assert alone.se == pytest.approx(0.045)


def test_three_citizens_and_four_answers():
    found = surveys.mean([5, 5, 3, 1], clusters=["a", "a", "b", "c"])
    assert found.value == 3.5 and found.se == pytest.approx(np.sqrt(1.453), abs=0.0005) and found.df == 2
    assert found.se == pytest.approx(1.21, abs=0.005) and surveys.mean([5, 5, 3, 1]).se == pytest.approx(0.96, abs=0.005)


def test_thirty_answers_worth_seventeen():
    weights = surveys.post_stratify(np.repeat([0, 1], [10, 20]), [300, 100])
    assert sorted(set(weights)) == [5, 30]
    assert surveys.kish(weights) == pytest.approx(1.78, abs=0.005) and 30 / surveys.kish(weights) == pytest.approx(16.8, abs=0.05)


def test_the_silent():
    assert surveys.nonresponse_bounds(0.3, 0.8) == pytest.approx((0.24, 0.94))


def test_this_month_is_higher_more_often():
    assert surveys.compare_ordinal([5, 5, 4], [4, 3]).value == pytest.approx(5 / 6)


def test_two_drivers():
    parts = surveys.relative_importance(np.array([[1, 0.6, 0.5], [0.6, 1, 0.4], [0.5, 0.4, 1]]))
    assert parts == pytest.approx([0.275, 0.165], abs=0.0005) and parts.sum() == pytest.approx(0.440, abs=0.0005)


def test_nps_of_a_hundred():
    found = surveys.net_promoter(42, 25, 33)
    assert found.value == pytest.approx(0.09) and found.se == pytest.approx(0.086, abs=0.0005) and found.low < 0
    assert surveys.sample_size(0.05, population=1000, response_rate=0.25) == (278, 1112)


def test_a_silence_and_a_burst():
    p = np.exp(scan.log_silence(100, 12))
    assert p == pytest.approx(0.00033, abs=5e-6) and scan.whole_look(p, 1000) == pytest.approx(0.33, abs=0.005)
    assert scan.burst(9, 10, 10) == pytest.approx(0.000017, abs=5e-7)


@pytest.mark.parametrize(("se", "z"), [(0.02, 0.98), (0.1, 0.5)])
def test_three_issues_on_one_scale(se, z):
    found = funnel.between([0.3, 0.2, 0.1], [0.02**2] * 3)
    assert found.tau2 == pytest.approx(0.0096) and found.value == pytest.approx(0.2)
    assert hardest._shrunken(np.array([0.3]), np.array([se]), found)[0] == pytest.approx(z, abs=0.005)
