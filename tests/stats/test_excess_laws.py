"""What always holds for the choice of a window and the exposure period."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

from hotline_analysis.stats import binned, excess, intervals, resampling

EDGES = np.array([2, 12, 24, 48, 72, 120, 168]) * 3600
shares = st.floats(0, 0.99)


def tables(seed, *, groups=30, bins=7, scale=40):
    """Two invented count tables in which most calls are seen beyond the last edge, index calls followed more often than control instants."""
    rng = np.random.default_rng(seed)
    index, control = rng.integers(0, scale, (2, groups, bins + 1, 2))
    control[:, :-1, 0] //= 3
    index[:, -1, 1] += 8 * scale
    control[:, -1, 1] += 8 * scale
    return index, control


def evidence(index, control, **options):
    settings = {"edges": EDGES, "rng": np.random.default_rng(1), "history_days": 30, "resamples": 50, **options}
    return excess.window_evidence(index, control, **settings)


def exposure(index, control, **options):
    return excess.exposure(index, control, **{"edges": EDGES, "rng": np.random.default_rng(1), "resamples": 50, **options})


@given(shares, shares)
def test_problem_driven_and_chance_make_the_whole(f, b):
    """A call escapes a callback by escaping both: 1 - F = (1 - R)(1 - B)."""
    r = float(excess.problem_driven(f, b))
    assert_allclose((1 - r) * (1 - b), 1 - f, atol=1e-12)
    assert r <= f + 1e-12
    assert excess.problem_driven(f, 0.0) == pytest.approx(f)
    assert excess.problem_driven(b, b) == pytest.approx(0, abs=1e-12)


def test_no_callbacks_and_certain_chance_are_no_division():
    assert np.isnan(excess.purity(0.0, 0.0))
    assert np.isnan(excess.problem_driven(1.0, 1.0))
    assert np.isnan(excess.capture(np.array([0.1, 0.2]), -0.1)).all()
    assert np.isnan(excess.capture(0.0, 0.0))


@given(hnp.arrays(float, (3, 5), elements=st.one_of(st.just(np.nan), st.integers(-3, 3).map(float))))
def test_best_window_is_the_first_of_the_greatest(score):
    for row, place in zip(score, excess.best_window(score), strict=True):
        known = [value for value in row if not np.isnan(value)]
        assert place == (list(row).index(max(known)) if known else -1)


def test_a_tie_within_rounding_goes_to_the_shorter_window():
    assert excess.best_window(np.array([0.1, 0.3, 0.3 + 1e-15])) == 1


@given(st.integers(0, 200))
def test_dearer_coincidences_never_lengthen_the_window(seed):
    by_cost = evidence(*tables(seed), costs=(0.25, 0.5, 1.0, 2.0, 4.0), resamples=1).best_by_cost
    hours = [0.0 if np.isnan(w) else w for w in by_cost.values()]  # no window is the shortest
    assert hours == sorted(hours, reverse=True)


def test_evidence_equals_the_functions_one_by_one():
    """Group by group and resample by resample, in plain loops."""
    index, control = tables(7)
    found = evidence(index, control)
    f, b = binned.within(index.sum(axis=0)), binned.within(control.sum(axis=0))
    assert_allclose(found.followed.value, f)
    assert_allclose(found.chance.value, b)
    assert_allclose(found.excess.value, 1 - (1 - f) / (1 - b))
    assert_array_equal(found.callbacks, index[:, :-1, 0].sum(axis=0).cumsum())
    without = [excess.curves(np.delete(index, g, 0).sum(0), np.delete(control, g, 0).sum(0)).excess for g in range(30)]
    se = np.sqrt(29 / 30 * np.square(without - np.mean(without, axis=0)).sum(axis=0))
    assert_allclose(found.excess.se, se)
    (left_out,) = resampling.leave_one_out(control)
    chance = resampling.jackknife(binned.within(left_out), estimate=b)
    assert_allclose(found.chance[2:], intervals.wilson_from_error(b, chance.se, calls=control.sum()))
    assert (np.diff(found.followed.value) >= 0).all()
    assert ((found.followed.low < found.followed.value) & (found.followed.value < found.followed.high)).all()


def test_nobody_within_a_window_is_judged_by_the_calls_of_its_own_table():
    index, control = tables(7)
    index[:, 0, 0] = control[:, 0, 0] = 0
    found = evidence(index, control)
    assert found.followed.high[0] == intervals.wilson(0, index.sum()).high
    assert found.chance.high[0] == intervals.wilson(0, control.sum()).high
    assert np.isnan(found.purity.value[0])


def test_support_equals_the_slow_loop():
    """Resample by resample; few calls and much chance, so that the choice wavers."""
    index, control = tables(8, scale=10)
    control[:, :-1, 0] *= 2
    chosen = []
    for weights in resampling.group_weights(30, 200, rng=np.random.default_rng(1)):
        drawn = excess.curves(np.tensordot(weights, index, 1), np.tensordot(weights, control, 1))
        benefit = 2 * drawn.excess - drawn.followed
        chosen.append(int(np.argmax(benefit)) if benefit.max() > 0 else 7)
    found, shares = evidence(index, control, resamples=200), np.bincount(chosen, minlength=8) / 200
    assert_array_equal([*found.support, found.support_none], shares)
    assert len(set(chosen)) > 3 and 0 < shares[7] < 1


def test_same_seed_same_shares():
    index, control = tables(9)
    first, second = (evidence(index, control, rng=np.random.default_rng(4)).support for _ in range(2))
    assert_array_equal(first, second)


def test_menu_in_any_order_and_off_the_edges():
    index, control = tables(3)
    shuffled = evidence(index, control, menu_seconds=[72 * 3600, 2 * 3600])
    assert shuffled.menu_seconds.tolist() == [2 * 3600, 72 * 3600]
    with pytest.raises(ValueError, match="must be bin edges"):
        evidence(index, control, menu_seconds=[5])
    with pytest.raises(ValueError, match="count table of groups x 8 x 2"):
        evidence(index[:, 1:], control)
    with pytest.raises(TypeError, match="min_calbacks"):
        evidence(index, control, min_calbacks=3)


def test_without_control_only_the_plain_rate_stands():
    index, control = tables(5)
    found = evidence(index, np.zeros_like(control))
    assert not np.isnan(found.followed.value).any()
    for figure in (found.chance, found.excess, found.purity, found.capture):
        assert np.isnan(figure.value).all()
    assert np.isnan(found.best_seconds)
    assert found.support.sum() == 0
    assert found.said == "insufficient"
    assert evidence(index, np.zeros_like(control), history_days=5).said == "history"


def test_one_caller_group_is_no_evidence():
    index, control = tables(5, groups=1, scale=400)
    assert evidence(index, control).said == "insufficient"
    assert not exposure(index, control).published


def test_no_calls_at_all():
    nothing = np.zeros((10, 8, 2), int)
    found = evidence(nothing, nothing)
    assert found.calls == 0
    assert np.isnan(found.followed.value).all()
    assert found.said == "few"
    assert np.isnan(exposure(nothing, nothing).seconds).all()


def test_what_is_printed_as_a_share_stays_one():
    """More callbacks after control instants than after calls: R is left below 0, purity is printed as 0."""
    control, index = tables(2)
    found = evidence(index, control)
    assert (found.excess.value < 0).all()
    assert (found.purity.value == 0).all()
    assert np.isnan(found.capture.value).all()
    assert found.said == "insufficient"


def test_two_candidates_are_the_two_best_supported():
    assert excess.candidates([2, 12, 24, 72], [0.1, 0.35, 0.2, 0.35], "close") == (12.0, 72.0)
    assert excess.candidates([2, 12], [0.5, 0.5], "clear") == (2.0,)
    for word in ("few", "insufficient", "volume", "habit_changing", "none", "history"):
        assert excess.candidates([2, 12], [0.5, 0.5], word) == ()


@given(hnp.arrays(float, (2, 6), elements=st.floats(0, 1)), st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0]))
def test_no_window_is_chosen_that_costs_more_than_it_finds_or_is_mostly_coincidence(curves, cost):
    """Whatever coincidences cost; and "no window" only where none has a benefit and half of what it counts."""
    f, r = curves.max(axis=0), curves.min(axis=0)
    benefit = r - cost * (f - r)
    place = int(excess.choose(f, r, cost=cost))
    pays = (benefit > 1e-12) & (r >= f / 2)
    if place == 6:
        assert not pays.any()
    else:
        assert benefit[place] > 0 and r[place] >= f[place] / 2 - 1e-9
        assert benefit[place] == pytest.approx(benefit[r >= f / 2 - 1e-12].max())


def test_a_window_that_counts_coincidences_mostly_is_never_chosen():
    """Purity 47 %: at cost 1 the benefit is negative, at cost .5 it is not, and it is still not worth it."""
    f, r = np.array([0.40, 0.50]), np.array([0.188, 0.20])
    assert excess.choose(f, r) == 2 and excess.choose(f, r, cost=0.5) == 2
    assert excess.choose(np.array([0.40]), np.array([0.21]), cost=0.5) == 0
    assert excess.choose(np.full(2, np.nan), np.full(2, np.nan)) == -1


# ---- controls of two distances


def test_drift_equals_the_slow_loop():
    index, control = tables(13)
    far = control // 2
    drift = evidence(index, control, far=far).drift

    def r(parts):
        i, near, off = (p.sum(0) for p in parts)
        return np.array([excess.curves(i, part).excess for part in (near, off)])

    whole = r((index, control - far, far))
    without = np.array([r([np.delete(t, g, 0) for t in (index, control - far, far)]) for g in range(30)])
    assert_allclose([drift.near.value, drift.far.value], whole)
    gaps = without[:, 1, -1] - without[:, 0, -1]
    se = np.sqrt(29 / 30 * np.square(gaps - gaps.mean()).sum())
    assert_allclose([drift.difference.value, drift.difference.se], [whole[1, -1] - whole[0, -1], se])
    assert drift.z == pytest.approx(drift.difference.value / se)


def test_controls_that_disagree_widen_the_interval_and_stop_the_recommendation():
    """Habit three weeks away half of what it is two weeks away: R differs, whatever is drawn."""
    index, near = tables(4)
    far = near.copy()
    far[:, :-1, 0] //= 2
    far[:, -1, 1] += near[:, :-1, 0].sum(axis=1) - far[:, :-1, 0].sum(axis=1)
    found = evidence(index, near + far, far=far, min_callbacks=1)
    assert found.said == "habit_changing" and found.candidates == ()
    for part in (found.drift.near, found.drift.far):
        assert (found.excess.low <= part.low).all() and (found.excess.high >= part.high).all()
    alike = evidence(index, near + near, far=near, min_callbacks=1)
    assert alike.said != "habit_changing" and alike.drift.difference.value == pytest.approx(0)
    assert not alike.drift.changing(alike.excess.value[-1])


def test_a_difference_that_is_sure_but_small_is_no_change_of_habit():
    small = resampling.Estimate(0.009, 0.001, 0.007, 0.011)
    drift = excess.Drift(small, small, small)
    assert drift.z == pytest.approx(9) and not drift.changing(0.20) and drift.changing(0.17)
    assert not excess.Drift(small, small, small._replace(se=0.005)).changing(0.17)


def test_a_volume_that_moved_stops_the_recommendation():
    index, control = tables(7)
    assert evidence(index, control, min_callbacks=1).said in ("clear", "close", "none")
    assert evidence(index, control, min_callbacks=1, unsteady=True).said == "volume"


def test_first_come_habit_and_the_rest_make_the_callbacks():
    """Competing exponentials: habit's hazard is a third of the whole, so a third of the callbacks are habit's, and (F - R) / F is less."""
    t = np.arange(1, 2001) / 500
    f, b = 1 - np.exp(-3 * t), 1 - np.exp(-t)
    drawn = excess.Curves(f, b, excess.problem_driven(f, b))
    share = excess.by_habit(drawn) / f
    assert_allclose(share, 1 / 3, rtol=0.005)
    assert ((f - drawn.excess) / f)[-1] < share[-1]


def test_beyond_the_last_control_habit_is_not_known():
    """Every control has had its call by the first edge: what comes later is nobody's, unless nobody waits any more."""
    open_end = excess.by_habit(excess.Curves(np.array([0.5, 0.6]), np.ones(2), np.zeros(2)))
    assert open_end[0] == 1 and np.isnan(open_end[1])
    assert excess.by_habit(excess.Curves(np.ones(2), np.ones(2), np.zeros(2)))[1] == 1


@given(hnp.arrays(float, 7, elements=st.floats(0, 1)).filter(lambda steps: steps[0] > 1e-3), st.floats(0.05, 0.95))
def test_exposure_is_where_the_curve_reaches_the_share(steps, share):
    rising = np.cumsum(steps)
    seconds = excess.exposure_seconds(rising, EDGES, share)
    assert 0 < seconds <= EDGES[-1]
    assert_allclose(np.interp(seconds, np.append(0, EDGES), np.append(0.0, rising)), share * rising[-1], atol=1e-9)
    assert seconds <= excess.exposure_seconds(rising, EDGES, min(share + 0.05, 1.0))


def test_exposure_of_a_curve_that_dips_and_ends_below_zero():
    """First reached before the dip; without problem-driven callbacks at the horizon there is no exposure period."""
    dips = np.array([0.1, 0.3, 0.2, 0.2, 0.3, 0.35, 0.4])
    assert excess.exposure_seconds(dips, EDGES, 0.5) == pytest.approx(7 * 3600)
    assert np.isnan(excess.exposure_seconds(np.append(dips[:-1], -0.01), EDGES, 0.5))
    overshoots = np.array([0.1, 0.2, 0.5, 0.5, 0.4, 0.4, 0.4])
    assert excess.exposure_seconds(overshoots, EDGES, 0.5) == pytest.approx(12 * 3600)


def test_exposure_interval_equals_the_slow_loop():
    """The caller groups drawn 200 times, one by one."""
    index, control = tables(12)
    ours = exposure(index, control, shares=(0.8,), resamples=200, min_ratio=3)
    seconds = []
    for weights in resampling.group_weights(30, 200, rng=np.random.default_rng(1)):
        r = excess.curves(np.tensordot(weights, index, 1), np.tensordot(weights, control, 1)).excess
        seconds.append(float(excess.exposure_seconds(r, EDGES, 0.8)))
    assert_allclose([ours.low[0], ours.high[0]], np.quantile(seconds, [0.025, 0.975]))
    assert ours.published and ours.low[0] <= ours.seconds[0] <= ours.high[0]


def test_an_exposure_below_the_gate_is_not_published_and_has_no_interval():
    index, control = tables(12)
    ratio = exposure(index, control).excess
    gate = float(ratio.value / ratio.se)
    assert exposure(index, control, min_ratio=gate * 0.999).published
    short = exposure(index, control, min_ratio=gate * 1.001)
    assert not short.published and np.isnan([short.low, short.high]).all() and np.isfinite(short.seconds).all()


def test_rounding_up_to_the_menu():
    assert_array_equal(excess.round_up_to_menu([1, 7200, 7201, 90, np.nan, 1e9], [7200, 86400]), [7200, 7200, 86400, 7200, np.nan, np.nan])


def test_a_thousand_resamples_take_well_under_a_second():
    """methods.md M2: 100 groups, the whole grid, 1,000 resamples; .2 s on two slow cores."""
    edges = binned.bin_edges_seconds()
    index, control = tables(1, groups=100, bins=len(edges), scale=5)
    begun = time.process_time()
    evidence(index, control, edges=edges, menu_seconds=EDGES, resamples=1000)
    assert time.process_time() - begun < 2.0
