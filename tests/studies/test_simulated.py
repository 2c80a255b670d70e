"""What the estimators make of hotlines whose truth is known. Seeds 1-40 are fixed; a bound that fails says something.

The worlds' parameters were frozen before the first of these runs (tests/worlds). Measured figures stand in docs/maths.md.
"""

from functools import lru_cache

import numpy as np
import pytest

from hotline_analysis.measures import chance, counts
from hotline_analysis.stats import binned, excess, survival
from hotline_analysis.studies import exposure, window
from tests.studies.hotlines import view_of_world
from tests.worlds import MENU_HOURS, NAMES, SETTINGS, World, counted, world
from tests.worlds.counted import EDGES, MENU_SECONDS

SEEDS = range(1, 41)
PLACES = binned.edge_index(EDGES, MENU_SECONDS)
PERCENT = 100


def truths(w: World) -> tuple[np.ndarray, np.ndarray]:
    """F and R of the labels at every window of the menu."""
    return np.array([w.followed(h) for h in MENU_HOURS]), np.array([w.problem_driven(h) for h in MENU_HOURS])


def tables(w: World) -> tuple[np.ndarray, np.ndarray]:
    return counted.index(w).table(), counted.control(w)[0].table()


def judged(w: World, resamples: int) -> excess.WindowEvidence:
    rng = np.random.Generator(np.random.PCG64(chance.SEED))
    index, (control, _) = counted.index(w).table(), counted.control(w)
    far = control.table(control.weeks == 3)
    return excess.window_evidence(
        index, control.table(), far=far, edges=EDGES, rng=rng, history_days=65, menu_seconds=MENU_SECONDS, resamples=resamples,
        unsteady=chance.of_hours(counted.by_hour(w)).unsteady,
    )  # fmt: skip


# ---- the arrays of these tests are the workbook's own tables


@pytest.mark.parametrize("name", SETTINGS)
def test_the_arrays_hold_what_the_workbook_counts(name):
    w = world(name, 1, calls=2_000)
    view = view_of_world(w, windows_hours=MENU_HOURS)
    found = chance.counted(view, by=("issue_1",))
    index, (control, at) = counted.index(w), counted.control(w)
    assert np.array_equal(found.edges, EDGES)
    assert np.array_equal(found.of().index, index.table())
    assert np.array_equal(found.of().control, control.table())
    for k, issue in enumerate(NAMES):
        told = found.of((issue,))
        assert np.array_equal(told.index, index.table(w.issue[w.index] == k))
        assert np.array_equal(told.control, control.table(w.issue[at] == k))
        assert np.array_equal(told.far, control.table((w.issue[at] == k) & (control.weeks == 3)))
    assert chance.moved(view) == chance.of_hours(counted.by_hour(w))


def test_the_study_prints_what_the_estimators_say():
    w = world("heavy", 1, calls=2_000)
    frame = window.evidence(view_of_world(w, windows_hours=MENU_HOURS), resamples=200)
    said = judged(w, 200)
    assert frame["excess"].to_numpy() == pytest.approx(said.excess.value, abs=1e-12)
    assert frame["support"].to_numpy() == pytest.approx(said.support)
    assert frame["best_hours"].unique() == [said.best_seconds / 3600]
    points = exposure.points(view_of_world(w)).set_index("issue")
    index, (control, at) = counted.index(w), counted.control(w)
    k = NAMES.index("repair")
    own = excess.exposure(index.table(w.issue[w.index] == k), control.table(w.issue[at] == k), edges=EDGES, rng=chance.draws())
    assert points.loc["repair", "own_hours_80"] == pytest.approx(own.seconds[1] / 3600, rel=0.01)  # its bins have the usual menu's edges


def test_kaplan_meier_of_the_study_is_that_of_the_arrays():
    w = world("flat", 1, calls=2_000)
    view = view_of_world(w, tail_hours=0, windows_hours=MENU_HOURS)
    frame = window.rates(view)
    rows = counted.index(w, tail_hours=0)
    curve = survival.kaplan_meier(rows.seconds, rows.event)
    assert frame[frame["follow_up"] == "km"]["value"].to_numpy() == pytest.approx(survival.within(curve, np.array(MENU_SECONDS)), abs=1e-12)
    assert counts.exact(view.gaps(), view.definition, horizon_s=EDGES[-1])["calls"].sum() == len(w.index)


# ---- the end of the data


@lru_cache(maxsize=1)
def end_of_data_errors() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Percentage points by which Kaplan-Meier and the plain share of a month that has just ended miss F: mean over the seeds."""
    found = {}
    for name in ("flat", "cycle", "trend"):
        km, naive = zip(*(_end_of_data(world(name, seed)) for seed in SEEDS), strict=True)
        found[name] = PERCENT * np.mean(km, axis=0), PERCENT * np.mean(naive, axis=0)
    return found


def _end_of_data(w: World) -> tuple[np.ndarray, np.ndarray]:
    rows, seconds = counted.index(w, tail_hours=0), np.array(MENU_SECONDS)
    truth = truths(w)[0]
    curve = survival.kaplan_meier(rows.seconds, rows.event)
    seen = [((rows.seconds <= s) & (rows.event == 1)).mean() for s in seconds]
    return survival.within(curve, seconds) - truth, np.array(seen) - truth


@pytest.mark.slow
@pytest.mark.parametrize(("name", "at_72", "at_168"), [("flat", 0.06, 0.1), ("cycle", 0.06, 0.1), ("trend", 0.15, 0.15)])
def test_kaplan_meier_is_right_at_the_end_of_the_data(name, at_72, at_168):
    km, _ = end_of_data_errors()[name]
    assert abs(km[MENU_HOURS.index(72)]) < at_72
    assert abs(km[MENU_HOURS.index(168)]) < at_168


@pytest.mark.slow
@pytest.mark.parametrize("name", ["flat", "cycle"])
def test_the_plain_share_is_not(name):
    _, naive = end_of_data_errors()[name]
    assert naive[MENU_HOURS.index(72)] == pytest.approx(-1.1, abs=0.15)
    assert naive[MENU_HOURS.index(168)] == pytest.approx(-3.4, abs=0.15)


# ---- chance, and the choice of a window


@lru_cache(maxsize=1)
def window_runs() -> dict[str, list[tuple[World, excess.WindowEvidence, np.ndarray]]]:
    """Of each seed: the truth of W*, the evidence, and R's error; the worlds themselves are not kept."""
    found = {}
    for name in ("heavy", "light", "null"):
        found[name] = []
        for seed in SEEDS:
            w = world(name, seed)
            said = judged(w, 1000 if name == "null" else 50)
            found[name].append((w.window(), said, said.excess.value - truths(w)[1]))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["heavy", "light"])
def test_problem_driven_callbacks_are_found(name):
    errors = PERCENT * np.array([error[-1] for *_, error in window_runs()[name]])
    assert abs(errors.mean()) < 0.5 + 2 * errors.std(ddof=1) / np.sqrt(len(errors))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["heavy", "light"])
def test_dealing_names_anew_does_not_find_them(name):
    """Permutation of the caller ids of the month: its chance holds the callbacks that are looked for."""
    errors = []
    for seed in range(1, 6):
        w = world(name, seed)
        dealt = counted.permuted(w, np.random.default_rng(seed)).table().sum(axis=0)
        drawn = excess.curves(counted.index(w).table().sum(axis=0), dealt)
        errors.append(PERCENT * (drawn.excess[-1] - w.problem_driven(168)))
    assert np.mean(errors) < -10


@pytest.mark.slow
@pytest.mark.parametrize(("name", "least"), [("heavy", 34), ("light", 28)])
def test_the_right_window_is_chosen(name, least):
    assert sum(truth == said.best_seconds / 3600 for truth, said, _ in window_runs()[name]) >= least


@pytest.mark.slow
def test_where_there_are_no_problems_no_window_is_chosen():
    runs = [said for _, said, _ in window_runs()["null"]]
    assert sum(said.said in chance.RECOMMENDS for said in runs) <= 2
    ratios = np.array([said.excess.value / said.excess.se for said in runs])
    assert (np.abs(ratios[:, -1]) < 3).all()
    assert (np.abs(ratios) < 3).all(axis=1).sum() >= 38


# ---- by issue


@pytest.mark.slow
def test_exposure_periods_are_recovered():
    """Median of twenty months of 30,000 calls; policy has too few callbacks and is not asked for."""
    found, true = ({name: [] for name in NAMES} for _ in range(2))
    for seed in range(1, 21):
        w = world("heavy", seed, calls=30_000)
        index, (control, at) = counted.index(w), counted.control(w)
        for k, name in enumerate(NAMES):
            tables = index.table(w.issue[w.index] == k), control.table(w.issue[at] == k)
            said = excess.exposure(*tables, edges=EDGES, rng=chance.draws(), resamples=1)
            found[name].append(said.seconds[1] / 3600)
            true[name].append(w.exposure(0.8, name))
    for name in ("urgent", "billing", "repair", "complaint"):
        assert np.median(found[name]) == pytest.approx(np.median(true[name]), rel=0.15), name


# ---- intervals


@pytest.mark.slow
def test_intervals_cover():
    """400 months of 5,000 calls, a hundred of each world; the truth is the world's mean, so agents redrawn every month count against us."""
    hits = {"followed": [], "excess": []}
    for name in ("flat", "heavy", "light", "trend"):
        ends, true = {"followed": [], "excess": []}, []
        for seed in range(1, 101):
            w = world(name, seed, calls=5_000)
            figures, _ = excess._estimates(*tables(w), PLACES, 0.95)
            for key, kept in ends.items():
                kept.append((figures[key].low, figures[key].high))
            true.append(truths(w))
        for place, key in enumerate(ends):
            low, high = np.array(ends[key]).transpose(1, 0, 2)
            mean = np.mean([t[place] for t in true], axis=0)
            hits[key].append((low <= mean) & (mean <= high))
    for key, nominal in (("followed", 0.90), ("excess", 0.85)):
        cover = np.concatenate(hits[key]).mean(axis=0)
        assert (cover >= nominal - 2 * np.sqrt(nominal * (1 - nominal) / 400)).all(), (key, cover)
