"""What always holds for exact and binned curves, and the slow obvious loop beside them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from hotline_analysis.stats import binned, survival
from tests.tabulated import tabulate
from tests.tried import tried

EDGES = np.array([5, 10, 20, 40])


@st.composite
def calls(draw, *, causes=2, most=40, longest=45):
    """Rows of seconds, cause (0 censored), weight and caller."""
    n = draw(st.integers(1, most))

    def column(low, high):
        return np.array(draw(st.lists(st.integers(low, high), min_size=n, max_size=n)))

    return column(0, longest), column(0, causes), column(1, 3), column(0, 5)


def slow_curve(seconds, cause, *, t, causes=1):
    """S(t) and CIF_k(t) in exact fractions, call by call."""
    left, incidence = Fraction(1), [Fraction(0)] * causes
    for u in sorted(set(seconds)):
        if u > t:
            break
        at_risk = sum(1 for s in seconds if s >= u)
        events = [sum(1 for s, c in zip(seconds, cause, strict=True) if s == u and c == k + 1) for k in range(causes)]
        incidence = [i + left * Fraction(d, at_risk) for i, d in zip(incidence, events, strict=True)]
        left *= Fraction(at_risk - sum(events), at_risk)
    known = left == 0 or t <= max(seconds)
    return (float(left), [float(i) for i in incidence]) if known else (np.nan, [np.nan] * causes)


@given(calls(), st.integers(0, 50))
def test_exact_curve_equals_the_slow_loop(rows, t):
    seconds, cause, _, _ = rows
    slow, _ = slow_curve(seconds.tolist(), (cause > 0).tolist(), t=t)
    assert_allclose(survival.at(survival.kaplan_meier(seconds, cause > 0), t), slow, atol=1e-13)
    slow, causes = slow_curve(seconds.tolist(), cause.tolist(), t=t, causes=2)
    fast = survival.cumulative_incidence(seconds, cause, causes=2)
    assert_allclose(survival.at(fast, t), slow, atol=1e-13)
    assert_allclose(survival.incidence_at(fast, t), causes, atol=1e-13)


@given(calls())
def test_incidences_add_to_the_whole_and_never_fall(rows):
    seconds, cause, weights, _ = rows
    curve = survival.cumulative_incidence(seconds, cause, causes=2, weights=weights)
    whole = survival.kaplan_meier(seconds, cause > 0, weights=weights)
    assert_allclose(curve.incidence.sum(axis=1), 1 - whole.survival, atol=1e-13)
    assert_array_equal(curve.survival, whole.survival)
    assert (np.diff(curve.incidence, axis=0) >= 0).all()
    assert (np.diff(whole.survival) <= 0).all()


@given(calls())
def test_a_weight_of_k_is_k_copies(rows):
    seconds, cause, weights, caller = rows
    copies = [np.repeat(column, weights) for column in (seconds, cause > 0, caller)]
    weighted, copied = survival.kaplan_meier(seconds, cause > 0, weights=weights), survival.kaplan_meier(*copies[:2])
    assert_array_equal(weighted.survival, copied.survival)
    assert_array_equal(weighted.at_risk, copied.at_risk)
    by_weight = survival.clustered_errors(seconds, cause > 0, caller, at_seconds=EDGES, weights=weights)
    assert_allclose(by_weight, survival.clustered_errors(*copies, at_seconds=EDGES), atol=1e-13)


@given(calls())
def test_a_weight_of_0_is_an_absent_row(rows):
    seconds, cause, weights, caller = rows
    weights = weights - 1
    kept = weights > 0
    some = survival.clustered_errors(seconds, cause > 0, caller, at_seconds=EDGES, weights=weights)
    assert_array_equal(
        some, survival.clustered_errors(seconds[kept], cause[kept] > 0, caller[kept], at_seconds=EDGES, weights=weights[kept])
    )


@given(calls(), st.integers(0, 45))
def test_full_follow_up_gives_the_plain_proportion(rows, window):
    """Where every call without an event was followed to the window or beyond."""
    seconds, cause, _, _ = rows
    event = cause > 0
    seconds = np.where(event, seconds, np.maximum(seconds, window))
    curve = survival.kaplan_meier(seconds, event)
    assert_allclose(survival.within(curve, window), np.mean(event & (seconds <= window)), atol=1e-13)


@given(calls())
def test_censoring_at_the_same_time_comes_after_the_event(rows):
    """A call censored at t counts as at risk at t: censoring it any later changes nothing at t."""
    seconds, cause, _, _ = rows
    event = cause > 0
    curve = survival.kaplan_meier(2 * seconds, event)
    later = survival.kaplan_meier(2 * seconds + ~event, event)
    assert_array_equal(survival.at(later, 2 * seconds), survival.at(curve, 2 * seconds))


def test_window_is_inclusive_and_unknown_beyond_all_follow_up():
    curve = survival.kaplan_meier([60, 120, 180], [1, 0, 0])
    assert_allclose(survival.within(curve, [0, 59, 60, 61, 180]), [0, 0, 1 / 3, 1 / 3, 1 / 3])
    assert np.isnan(survival.within(curve, 181))
    assert np.isnan(survival.quantile(curve, 0.5))
    over = survival.kaplan_meier([60, 120], [1, 1])
    assert survival.within(over, 10_000) == 1
    assert np.isnan(survival.clustered_errors([60, 120, 180], [1, 0, 0], [1, 2, 3], at_seconds=[60, 181])).tolist() == [False, True]


def test_quantiles_of_ten_calls_are_the_calls():
    """The k-th of ten calls is the k/10 quantile, although a product of fractions misses k/10 by a rounding."""
    curve = survival.kaplan_meier(np.arange(10, 110, 10), np.ones(10, int))
    assert survival.quantile(curve, np.arange(1, 11) / 10).tolist() == list(range(10, 110, 10))
    assert survival.quantile(curve, 0.5 + 1e-9) == 60


def test_no_calls_and_one_caller():
    empty = survival.kaplan_meier([], [])
    assert np.isnan(survival.at(empty, [0, 60])).all()
    assert np.isnan(survival.quantile(empty, 0.5))
    assert np.isnan(survival.clustered_errors([], [], [], at_seconds=[60])).all()
    assert np.isnan(survival.clustered_errors([5, 9], [1, 0], [7, 7], at_seconds=[6])).all()


@pytest.mark.parametrize(
    "bad",
    [
        {"seconds": [-1, 2]}, {"seconds": [1.5, 2]}, {"seconds": [np.nan, 2]}, {"seconds": ["1", "2"]}, {"seconds": [1]},
        {"event": [2, 0]}, {"event": [-1, 0]}, {"event": [np.nan, 0]}, {"weights": [-1, 1]}, {"weights": [np.nan, 1]},
    ],
)  # fmt: skip
def test_rows_that_say_nothing_are_refused(bad):
    rows = {"seconds": [1, 2], "event": [1, 0], "weights": [1, 1], **bad}
    with pytest.raises(ValueError, match=r"whole number|negative|one value per call"):
        survival.kaplan_meier(rows["seconds"], rows["event"], weights=rows["weights"])


def test_a_float_column_of_whole_seconds_is_let_in():
    assert_array_equal(survival.kaplan_meier([1.0, 2.0], [1, 0]).seconds, [1, 2])


def slow_influence_error(seconds, event, clusters, weights, t):
    """The derivative of S(t) in each cluster's weight, by a small step."""
    total = 0.0
    for c in set(clusters.tolist()):
        step = 1e-6
        up, down = (survival.kaplan_meier(seconds, event, weights=weights * (1 + sign * step * (clusters == c))) for sign in (1, -1))
        total += ((survival.at(up, t) - survival.at(down, t)) / (2 * step)) ** 2
    return np.sqrt(total)


@tried(50)
@given(calls(), st.integers(0, 45))
def test_influence_is_the_derivative_of_the_curve(rows, t):
    seconds, cause, weights, caller = rows
    if len(set(caller.tolist())) > 1 and t <= seconds.max():
        fast = survival.clustered_errors(seconds, cause > 0, caller, at_seconds=[t], weights=weights)
        assert_allclose(fast, slow_influence_error(seconds, cause > 0, caller, weights, t), atol=1e-7)


# ---- count tables


def table_of(rows, *, causes=2, groups=6):
    seconds, cause, weights, caller = rows
    return binned.cube(caller, binned.bin_of(seconds, EDGES), cause, weights, groups=groups, edges=EDGES, causes=causes)


@given(calls())
def test_bins_equal_the_exact_curve_of_times_rounded_up(rows):
    seconds, cause, weights, _ = rows
    rounded = np.append(EDGES, 1000)[np.searchsorted(EDGES, seconds)]
    exact = survival.cumulative_incidence(rounded, cause, causes=2, weights=weights)
    table = table_of(rows).sum(axis=0)
    assert_allclose(binned.survival(table), survival.at(exact, EDGES), atol=1e-13)
    assert_allclose(binned.incidence(table), survival.incidence_at(exact, EDGES), atol=1e-13)
    assert_array_equal(binned.at_risk(table), [weights[rounded >= edge].sum() for edge in [*EDGES, 1000]])


@given(calls())
def test_bins_are_exact_on_the_edges_with_full_follow_up(rows):
    seconds, cause, weights, _ = rows
    seconds = np.where(cause > 0, seconds, 45)
    exact = survival.kaplan_meier(seconds, cause > 0, weights=weights)
    table = table_of((seconds, *rows[1:])).sum(axis=0)
    assert_allclose(binned.within(table), survival.within(exact, EDGES), atol=1e-13)
    assert_allclose(binned.incidence(table).sum(axis=-1), binned.within(table), atol=1e-13)


@given(calls())
def test_a_batch_is_its_tables_one_by_one(rows):
    tables = table_of(rows)
    assert_array_equal(binned.survival(tables), [binned.survival(table) for table in tables])
    assert_array_equal(binned.incidence(tables), [binned.incidence(table) for table in tables])


@given(calls())
def test_single_calls_make_the_same_table(rows):
    seconds, cause, weights, caller = rows
    copies = [np.repeat(column, weights) for column in (seconds, cause, caller)]
    assert_array_equal(tabulate(*copies, edges=EDGES, groups=6, causes=2), table_of(rows))


def test_table_by_hand():
    """Gaps 0, 5 and 6, a call censored at 10 and one seen beyond 40: last place censored, last bin beyond."""
    table = tabulate([0, 5, 6, 10, 41], [1, 1, 2, 0, 0], [0, 0, 0, 0, 1], edges=EDGES, groups=2, causes=2)
    assert table[0].tolist() == [[2, 0, 0], [0, 1, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert table[1].tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert_allclose(binned.survival(table.sum(axis=0)), [3 / 5, 2 / 5, 2 / 5, 2 / 5])
    assert_allclose(binned.survival(table[0]), [1 / 2, 1 / 4, np.nan, np.nan])
    everyone = tabulate([3, 8], [1, 2], [0, 0], edges=EDGES, groups=1, causes=2)[0]
    assert binned.within(everyone).tolist() == [0.5, 1, 1, 1]
    assert binned.incidence(everyone).tolist() == [[0.5, 0], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]


def test_a_table_refuses_what_lies_outside():
    for bad in ({"group": [2]}, {"bins": [5]}, {"cause": [2]}, {"cause": [-1]}, {"calls": [0.5]}):
        long = {"group": [0], "bins": [0], "cause": [1], "calls": [1], **bad}
        with pytest.raises(ValueError, match=r"invalid entry|cause|whole"):
            binned.cube(**long, groups=2, edges=EDGES)


def test_bin_grid():
    """methods.md M1: 1 min to 1 h, 5 min to 24 h, 30 min to 168 h, every window of the menu on an edge."""
    edges = binned.bin_edges_seconds()
    steps = np.diff(edges, prepend=0)
    assert len(edges) == 60 + 23 * 12 + 144 * 2
    assert (steps[edges <= 3600] == 60).all()
    assert (steps[(edges > 3600) & (edges <= 86400)] == 300).all()
    assert (steps[edges > 86400] == 1800).all()
    assert edges[-1] == 168 * 3600
    hours = np.array([0.5, 2, 12, 24, 48, 72, 120, 168])
    assert_array_equal(edges[binned.edge_index(edges, hours * 3600)], hours * 3600)
    with pytest.raises(ValueError, match=r"\[100\] s are not"):
        binned.edge_index(edges, [60, 100])
    assert 100 in binned.bin_edges_seconds(menu_seconds=[100])
    assert binned.bin_edges_seconds(horizon_seconds=7000)[-3:].tolist() == [6600, 6900, 7000]
    with pytest.raises(ValueError, match="within the horizon"):
        binned.bin_edges_seconds(menu_seconds=[169 * 3600])


def test_bins_are_closed_on_the_right():
    assert binned.bin_of([0, 1, 5, 6, 10, 40, 41], EDGES).tolist() == [0, 0, 0, 1, 1, 3, 4]


def test_hazard_of_a_steady_stream():
    """Gaps of a Poisson stream of one call in 50 h have a hazard of .02 an hour in every step; a step without callers has none."""
    rng = np.random.default_rng(4)
    edges = binned.bin_edges_seconds()
    gap, left = np.floor(rng.exponential(50 * 3600, 400_000)), np.floor(rng.uniform(0, 400 * 3600, 400_000))
    table = tabulate(np.minimum(gap, left), gap <= left, np.zeros(400_000, int), edges=edges, groups=1)[0]
    hazard = binned.hazard_per_hour(table, edges, step_seconds=12 * 3600)
    assert hazard.shape == (14,)
    assert_allclose(hazard, 0.02, rtol=0.05)
    assert_allclose(hazard[:2], 0.02, rtol=0.02)
    assert np.isnan(binned.hazard_per_hour(np.zeros_like(table), edges)).all()


def test_hazard_by_hand():
    """Ten calls, two events in the first hour's first half, the rest beyond: (.5 h x 9 + .5 h x 8) call-hours."""
    edges = np.array([1800, 3600, 7200])
    table = np.array([[2, 0], [0, 0], [0, 4], [0, 4]])
    assert_allclose(binned.hazard_per_hour(table, edges), [2 / 8.5, 0.0])


@given(st.lists(st.integers(0, 5), min_size=4, max_size=4), st.floats(0, 1))
def test_first_passage_equals_interpolation(steps, share):
    """np.interp of the inverse, where the curve rises strictly."""
    values = np.cumsum(np.array(steps) + 1.0)
    target = share * values[-1]
    expected = np.interp(target, np.append(0.0, values), np.append(0, EDGES))
    assert_allclose(binned.first_passage(values, EDGES, target), expected, atol=1e-9)


def test_first_passage_on_plateaus_and_beyond():
    values = np.array([[0.0, 0.2, 0.2, 0.4], [0.1, 0.1, 0.1, 0.1]])
    assert_allclose(binned.first_passage(values, EDGES, np.array([0.2, 0.2])), [10, np.nan])
    assert_allclose(binned.first_passage(values[0], EDGES, 0.3), 30)
    assert_allclose(binned.first_passage(values[0], EDGES, 0.1), 7.5)
