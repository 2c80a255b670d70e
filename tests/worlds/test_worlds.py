"""The simulated hotlines have the truths they are meant to have; no estimator is run here."""

from functools import lru_cache

import numpy as np
import pytest

from tests.worlds import BURN_IN_DAYS, CATEGORIES, DAY, GROUPS, HISTORY_DAYS, HOUR, MENU_HOURS, NEVER, SETTINGS, TAIL_DAYS, World, world

SEEDS = range(1, 6)
# percent, methods.md 1 and 2, at .5 / 2 / 12 / 24 / 72 / 168 h; None where the table is silent
PROBLEMS = (4.45, 7.63, 10.89, 13.12, 16.87, 18.58)
FOLLOWED = {
    "flat": (None, 8.69, None, 19.49, 32.45, 47.33),
    "cycle": (None, 8.52, None, 19.47, 32.48, 47.29),
    "heavy": (4.73, 8.57, 14.32, 19.52, 32.51, 47.38),
    "trend": (None, 10.27, None, 22.32, 35.65, 50.06),
    "light": (4.51, 7.86, 11.89, 15.14, 22.22, 29.66),
}
FROZEN = {
    "calls": (149021, 52512),
    "followed": [2384, 4515, 7718, 10295, 17325, 25330],
    "problem_driven": [2224, 4042, 5873, 6931, 9145, 10222],
}
EXPOSURE_HOURS = {"urgent": 1.0, "billing": 14.3, "repair": 68.6, "policy": 8.3, "complaint": 108.7}


@lru_cache(maxsize=8)
def made(name: str, seed: int) -> World:
    return world(name, seed)


def mean(name: str, truth) -> float:
    return float(np.mean([truth(made(name, seed)) for seed in SEEDS]))


@pytest.mark.parametrize("name", SETTINGS)
def test_about_52_000_calls_in_thirty_days(name):
    sizes = [len(made(name, seed).index) for seed in SEEDS]
    assert np.mean(sizes) == pytest.approx(52_000, rel=0.01)
    assert all(50_500 < size < 53_500 for size in sizes)


@pytest.mark.parametrize("name", FOLLOWED)
def test_any_callback_lies_within_2_points_of_the_table(name):
    for hours, percent in zip(MENU_HOURS, FOLLOWED[name], strict=True):
        if percent is not None:
            assert 100 * mean(name, lambda w, h=hours: w.followed(h)) == pytest.approx(percent, abs=2)


@pytest.mark.parametrize("name", ["flat", "cycle", "heavy", "light"])
def test_problem_driven_callbacks_lie_within_2_points_of_the_table(name):
    for hours, percent in zip(MENU_HOURS, PROBLEMS, strict=True):
        assert 100 * mean(name, lambda w, h=hours: w.problem_driven(h)) == pytest.approx(percent, abs=2)


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda c: c.name)
def test_exposure_of_each_category(category):
    found = np.mean([world("heavy", seed).exposure(0.8, category.name) for seed in range(1, 11)])
    assert found == pytest.approx(EXPOSURE_HOURS[category.name], rel=0.12 if category.name == "policy" else 0.05)
    assert mean("heavy", lambda w: w.problem_driven(168, "policy")) == pytest.approx(0.06, abs=0.01)


def test_the_true_window_is_12_hours_in_heavy_and_72_in_light_months():
    assert {made("heavy", seed).window() for seed in SEEDS} == {12}
    assert {made("light", seed).window() for seed in SEEDS} == {72}


def test_cost_moves_the_true_window():
    assert made("heavy", 1).window(cost=0.5) == 24 and made("heavy", 1).window(cost=2) == 2


def test_null_callers_are_independent_of_their_calls():
    null = made("null", 1)
    assert (null.parent == -1).all() and (null.callback_delay == NEVER).all()
    assert null.problem_driven(168) == 0 and null.window() == 0.5
    assert np.isnan(null.exposure(0.8))


def test_the_chance_to_come_back_rises_in_the_trend_world():
    trend = made("trend", 1)
    first, second = np.array_split(trend.index, 2)
    assert (trend.callback_delay[second] != NEVER).mean() > 1.12 * (trend.callback_delay[first] != NEVER).mean()


def test_flat_has_no_cycle_and_the_others_have():
    hours = {name: np.bincount((made(name, 1).start_s + 8 * HOUR) // HOUR % 24, minlength=24) for name in ("flat", "heavy")}
    assert hours["flat"].max() < 1.1 * hours["flat"].min()
    assert hours["heavy"].max() > 4 * hours["heavy"].min()


def test_labels_agree_with_the_calls():
    """A callback starts its delay after its parent's end, by the same caller; every delay that ends before the data do has its call."""
    w = made("heavy", 1)
    child = np.flatnonzero(w.parent >= 0)
    parent = w.parent[child]
    assert (w.caller[child] == w.caller[parent]).all()
    assert (w.start_s[child] == w.end_s[parent] + w.callback_delay[parent]).all()
    due = np.flatnonzero(w.callback_delay != NEVER)
    due = due[w.end_s[due] + w.callback_delay[due] < w.end + TAIL_DAYS * DAY]
    assert set(due) == set(parent)


def test_gaps_agree_with_a_slow_loop():
    w = world("heavy", 3, calls=400)
    for n in range(len(w)):
        later = [w.start_s[m] for m in range(n + 1, len(w)) if w.caller[m] == w.caller[n]]
        assert w.gap[n] == (max(0, min(later) - w.end_s[n]) if later else NEVER)


def test_problem_driven_is_part_of_any_callback():
    for name in SETTINGS:
        w = made(name, 2)
        assert all(w.problem_driven(h) <= w.followed(h) for h in MENU_HOURS)


def test_history_and_tail():
    w = made("heavy", 1)
    assert (np.diff(w.start_s) >= 0).all()
    assert w.start - HISTORY_DAYS * DAY <= w.start_s[0] < w.start - (HISTORY_DAYS - 1) * DAY
    assert w.end + (TAIL_DAYS - 1) * DAY < w.start_s[-1] < w.end + TAIL_DAYS * DAY
    assert BURN_IN_DAYS > 7  # callbacks to calls before the history are there, though their parents are not
    whole, bare = w.frame(), w.frame(history_days=0, tail_hours=0)
    assert len(bare) == len(w.index) < len(whole) < len(w)
    assert whole.start_s.between(w.start - 28 * DAY, w.end + 7 * DAY).all()
    assert whole.caller_group.between(0, GROUPS - 1).all()
    assert whole.groupby("caller").caller_group.nunique().max() == 1


def test_size_and_length_of_the_month_are_settings():
    assert len(world("heavy", 1, calls=5_000).index) == pytest.approx(5_000, rel=0.06)
    assert len(world("heavy", 1, calls=30_000).index) == pytest.approx(30_000, rel=0.03)
    assert len(world("light", 1, calls=5_000, days=15).index) == pytest.approx(5_000, rel=0.06)


def test_the_same_seed_gives_the_same_world_and_another_does_not():
    one, again, other = world("light", 7, calls=2_000), world("light", 7, calls=2_000), world("light", 8, calls=2_000)
    for field in ("caller", "group", "start_s", "end_s", "issue", "agent", "parent", "callback_delay"):
        assert (getattr(one, field) == getattr(again, field)).all()
    assert len(one) != len(other) or (one.start_s != other.start_s).any()


def test_frozen():
    """Counts of one month: the parameters were fixed before the first estimator ran and stay as they were."""
    w = made("heavy", 1)
    assert (len(w), len(w.index)) == FROZEN["calls"]
    assert [round(w.followed(h) * len(w.index)) for h in MENU_HOURS] == FROZEN["followed"]
    assert [round(w.problem_driven(h) * len(w.index)) for h in MENU_HOURS] == FROZEN["problem_driven"]
