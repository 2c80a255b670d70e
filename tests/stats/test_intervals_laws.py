"""What always holds for intervals, the jackknife, the bootstrap and the tests of differences."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from hotline_analysis.stats import binned, intervals, resampling, tests
from tests.tabulated import tabulate

counts = st.integers(0, 60)


@st.composite
def callers(draw):
    """Calls and followed calls of 2 to 30 callers, at least one of them with a call."""
    n = np.array(draw(st.lists(st.integers(0, 12), min_size=2, max_size=30).filter(any)))
    return np.array([draw(st.integers(0, int(size))) for size in n]), n


@given(counts, counts)
def test_wilson_holds_the_share_and_stays_within_0_and_1(k, more):
    n = k + more
    low, high = intervals.wilson(k, n)
    if n == 0:
        assert np.isnan(low)
        assert np.isnan(high)
    else:
        assert 0 <= low <= k / n <= high <= 1
        assert (low == 0) == (k == 0)
        assert (high == 1) == (more == 0)
        mirrored = intervals.wilson(more, n)
        assert_allclose((1 - mirrored.high, 1 - mirrored.low), (low, high), atol=1e-14)
        solved = [abs(end - k / n) - intervals._z(0.95) * np.sqrt(end * (1 - end) / n) for end in (low, high)]
        assert_allclose(solved, 0, atol=1e-12)


@given(callers())
def test_clustered_share_equals_the_slow_loop(data):
    y, n = data
    ours = intervals.clustered_wilson(y, n)
    pairs = [(a, b) for a, b in zip(y.tolist(), n.tolist(), strict=True) if b > 0]
    k, calls = len(pairs), sum(b for _, b in pairs)
    p = sum(a for a, _ in pairs) / calls
    assert (ours.share, ours.calls, ours.clusters) == (p, calls, k)
    if k == 1:
        assert np.isnan([ours.low, ours.high, ours.effective_n, ours.deff]).all()
    elif p in (0, 1):
        assert np.isnan(ours.deff)
        assert (ours.low, ours.high) == intervals.wilson(p * calls, calls)
    else:
        v = k / (k - 1) * sum((a - p * b) ** 2 for a, b in pairs) / calls**2
        assert_allclose(ours.deff, v / (p * (1 - p) / calls), rtol=1e-9, atol=1e-12)
        assert_allclose(ours.effective_n, calls / max(ours.deff, 1), rtol=1e-12)
        assert_allclose((ours.low, ours.high), intervals.wilson(p * ours.effective_n, ours.effective_n), rtol=1e-12)


@given(callers())
def test_clustering_never_narrows_the_interval(data):
    y, n = data
    ours, plain = intervals.clustered_wilson(y, n), intervals.wilson(y.sum(), n.sum())
    if ours.clusters > 1:
        assert ours.effective_n <= ours.calls
        assert ours.low <= plain.low + 1e-12
        assert ours.high >= plain.high - 1e-12


@given(st.lists(st.tuples(st.integers(0, 1)), min_size=2, max_size=40))
def test_one_call_each_is_the_plain_interval_up_to_k_over_k_minus_1(data):
    """Callers with one call each: V = p(1-p)/(k-1), so deff = k/(k-1)."""
    y = np.array(data)[:, 0]
    ours = intervals.clustered_wilson(y, np.ones(len(y), int))
    if 0 < y.sum() < len(y):
        assert_allclose(ours.deff, len(y) / (len(y) - 1), rtol=1e-9)


def test_doubling_every_call_doubles_the_design_effect():
    """Copies of a call bring no knowledge: same n_eff, same interval."""
    y, n = np.array([0, 3, 1, 4, 2]), np.array([5, 4, 6, 4, 3])
    once, twice = intervals.clustered_wilson(y, n), intervals.clustered_wilson(2 * y, 2 * n)
    assert_allclose(twice.deff, 2 * once.deff)
    assert_allclose(twice.effective_n, once.effective_n)
    assert_allclose(twice[-2:], once[-2:])


def test_agents_in_one_table_are_agents_one_by_one():
    rng = np.random.default_rng(1)
    n = rng.integers(0, 6, (20, 15))
    y = rng.binomial(n, 0.3)
    together = intervals.clustered_wilson(y, n)
    for a in range(20):
        assert_array_equal([field[a] for field in together], intervals.clustered_wilson(y[a], n[a]))


def test_share_of_0_takes_the_design_effect_of_the_parent():
    ours = intervals.clustered_wilson([0, 0, 0], [4, 5, 6], parent_deff=2.5)
    assert (ours.effective_n, ours.low) == (6.0, 0.0)
    assert ours.high == intervals.wilson(0, 6).high
    assert intervals.clustered_wilson([4, 5], [4, 5], parent_deff=0.5).effective_n == 9


def test_effective_n():
    assert_allclose(intervals.effective_n(0.2, np.sqrt(0.16 / 50)), 50)
    assert_allclose(
        intervals.effective_n([0.2, 0.0, 1.0, 0.5], [0.001, 0.0, 0.0, np.nan], calls=300, parent_deff=3), [300, 100, 100, np.nan]
    )
    low, high = intervals.wilson_from_error(0.2, np.sqrt(0.16 / 50), calls=300)
    assert_allclose((low, high), intervals.wilson(10, 50))
    assert intervals.wilson_from_error(1.0, 0.0, calls=20) == intervals.wilson(20, 20)
    assert np.isnan(intervals.wilson_from_error(0.5, np.nan, calls=20)).all()


@given(counts, counts, counts, counts)
def test_difference_turns_round_and_holds_its_value(k1, more1, k2, more2):
    if k1 + more1 and k2 + more2:
        n1, n2 = k1 + more1, k2 + more2
        low, high = intervals.newcombe(k1, n1, k2, n2)
        assert -1 <= low <= k1 / n1 - k2 / n2 <= high <= 1
        back = intervals.newcombe(k2, n2, k1, n1)
        assert_allclose((-back.high, -back.low), (low, high), atol=1e-14)
        wider = intervals.newcombe(k1, n1, k2, n2, effective_n1=n1 / 3, effective_n2=n2 / 2)
        assert wider.low <= low
        assert wider.high >= high
        assert wider.high - wider.low > high - low


def test_nothing_to_divide_by_gives_nothing():
    assert np.isnan(intervals.newcombe(0, 0, 3, 10)).all()
    assert np.isnan(tests.two_proportions(0, 0, 3, 10).p)
    assert np.isnan(tests.two_proportions(0, 10, 0, 12).p)
    assert np.isnan(intervals.byar(0).low)
    assert np.isnan(tests.two_counts(0, 0).p)


def test_two_proportions_with_effective_n():
    """Half the calls: z is smaller by sqrt 2."""
    plain = tests.two_proportions(48, 120, 30, 120)
    clustered = tests.two_proportions(48, 120, 30, 120, effective_n1=60, effective_n2=60)
    assert_allclose(clustered.z, plain.z / np.sqrt(2))
    assert clustered.difference == plain.difference
    assert clustered.low < plain.low


def test_two_counts_at_the_ends():
    assert tests.two_counts(5, 0).ratio == np.inf
    assert tests.two_counts(0, 5).ratio == 0
    assert tests.two_counts(7, 7).p == 1
    assert tests.two_counts(10, 20, exposure_second=2.0).ratio == 1


@given(st.integers(1, 300))
@example(9)
@example(10)
def test_limits_of_a_count_hold_it_and_agree(count):
    exact, approximate = intervals.exact_poisson(count), intervals.byar(count)
    assert exact.low < count < exact.high
    if count >= 10:
        assert_allclose(approximate, exact, rtol=0.01)
        assert intervals.count_limits(count) == approximate
    else:
        assert intervals.count_limits(count) == exact


# ---- resampling


def test_leaving_out_by_hand():
    table = np.array([[[3, 1]], [[0, 0]], [[2, 5]]])
    other = np.array([[1], [0], [0]])
    without, without_other = resampling.leave_one_out(table, other)
    assert without.tolist() == [[[2, 5]], [[3, 1]]]
    assert without_other.tolist() == [[0], [1]]


def test_empty_groups_do_not_count():
    """Five groups with calls among a hundred give the answer of five groups."""
    rng = np.random.default_rng(2)
    few = rng.integers(1, 9, (5, 2))
    among = np.zeros((100, 2), int)
    among[[3, 20, 21, 60, 99]] = few
    for_both = [
        resampling.jackknife(without[:, 0] / without.sum(axis=1), estimate=0.5)
        for (without,) in map(resampling.leave_one_out, (few, among))
    ]
    assert_array_equal(*for_both)


def test_one_group_shows_no_error():
    assert np.isnan(resampling.jackknife(np.array([[0.3, 0.4]]), estimate=np.array([0.3, 0.4]))[1:]).all()
    assert np.isnan(resampling.jackknife([0.1, np.nan, 0.2], estimate=0.1).se)


def test_jackknife_of_a_curve_with_one_caller_a_group_is_the_clustered_error():
    """For a plain proportion with one caller a group the jackknife is, to first order, the closed form with its k/(k-1)."""
    rng = np.random.default_rng(8)
    edges = np.array([10])
    n = rng.integers(1, 8, 400)
    caller = np.repeat(np.arange(400), n)
    followed = rng.random(n.sum()) < rng.random(400)[caller]
    table = tabulate(np.where(followed, 5, 11), followed, caller, edges=edges, groups=400)
    (without,) = resampling.leave_one_out(table)
    jackknife = resampling.jackknife(binned.within(without)[:, 0], estimate=followed.mean())
    ours = intervals.clustered_wilson(np.bincount(caller, followed).astype(int), n)
    v = ours.deff * ours.share * (1 - ours.share) / ours.calls
    assert_allclose(jackknife.se, np.sqrt(v), rtol=0.01)


def test_p_of_a_jackknifed_figure_meets_its_interval():
    """An interval that just touches 0 has p .05."""
    theta = np.random.default_rng(6).normal(0, 1, 100)
    touching = resampling.jackknife(theta, estimate=0.0)
    touching = resampling.jackknife(theta, estimate=touching.high)
    assert_allclose(touching.low, 0, atol=1e-12)
    assert_allclose(resampling.jackknife_p(touching, groups=100), 0.05)


def test_resamples():
    weights = resampling.group_weights(100, 2000, rng=np.random.default_rng(5))
    assert weights.shape == (2000, 100)
    assert (weights.sum(axis=1) == 100).all()
    assert_allclose(weights.mean(axis=0), 1, atol=0.12)
    assert_allclose(weights.var(), 0.99, rtol=0.02)
    table = np.random.default_rng(6).integers(0, 50, (100, 7, 2))
    slow = np.array([sum(times * group for times, group in zip(row, table, strict=True)) for row in weights[:5]])
    assert_array_equal(resampling.resample(table, weights[:5]), slow)
    assert_array_equal(weights, resampling.group_weights(100, 2000, rng=np.random.default_rng(5)))


# ---- tests of differences


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=8, max_size=8))
def test_log_rank_does_not_mind_order_and_adds_up(cells):
    table = np.array(cells).reshape(2, 4, 2)
    ours, turned = tests.log_rank(table), tests.log_rank(table[::-1])
    assert_allclose(ours.statistic, turned.statistic, atol=1e-9)
    assert_allclose(ours.expected.sum(), ours.observed.sum(), atol=1e-9)
    assert ours.df <= 1


def test_log_rank_passes_over_empty_groups_and_single_groups():
    table = np.random.default_rng(3).integers(0, 5, (2, 6, 2))
    for place in (0, 1, 2):
        with_empty = tests.log_rank(np.insert(table, place, 0, axis=0))
        assert with_empty.df == 1
        assert with_empty.observed[place] == 0
        assert_allclose(with_empty.statistic, tests.log_rank(table).statistic)
    alone = tests.log_rank(table[:1])
    assert alone.df == 0
    assert np.isnan(alone.p)


def test_false_discovery_rates_pass_over_tests_not_made():
    q = tests.benjamini_hochberg([0.01, np.nan, 0.04])
    assert_allclose(q, [0.02, np.nan, 0.04])
    assert np.isnan(tests.benjamini_hochberg([np.nan])).all()
    assert tests.benjamini_hochberg([]).size == 0


def test_agreement_of_orders():
    assert tests.kendall([1, 2, 3, np.nan], [1, 2, 3, -9]) == pytest.approx(1)
    assert np.isnan(tests.kendall([1.0], [1.0]))
    assert tests.split_half([1, 2, 3, np.nan], [2, 4, 6, 0]) == pytest.approx(1)
    assert tests.split_half([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert np.isnan(tests.split_half([1, 2], [1, 2]))
    assert np.isnan(tests.split_half([1, 1, 1], [1, 2, 3]))


def test_a_change_is_no_smaller_than_minus_all_of_what_was_before():
    """From 40 to 10, give or take 60: -225 % to +75 % is said as -100 % to +75 %."""
    assert intervals.of_base(-90.0, 30.0, 40.0) == (-1.0, 0.75)
    assert intervals.of_base(-20.0, 30.0, 40.0) == (-0.5, 0.75)
