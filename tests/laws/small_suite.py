"""A second's worth of checks of the callback measure: the written tables, the slow loop, controls and bins. tests/laws/test_mutants.py breaks the
measure in a dozen ways and asks whether this notices.
"""

import numpy as np

from hotline_analysis.measures import chance, counts
from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import gap_table
from hotline_analysis.stats import binned, survival
from hotline_analysis.studies import window
from tests.laws import slow
from tests.laws.strategies import HORIZON, random_calls, table
from tests.spec.cases import CASES
from tests.spec.frames import of_case, on, view
from tests.tabulated import tabulate

DAY, WEEK = 86_400, 604_800
WEEKS = (-3, -2, 2, 3)  # said again here: a suite that asks the measure for its weeks cannot notice wrong ones
WRITTEN = (
    "any",
    "same",
    "calendar",
    "cut",
    "start",
    "answered",
    "attempts",
    "ties",
    "unknown",
    "naive",
    "full",
    "km",
    "min_gap",
    "overlap",
    "outbound",
    "worked_out",
    "before",
)


def check(engine: str = "polars") -> None:
    """Raises AssertionError where the measure is wrong."""
    for look in (
        slow_loop,
        one_group,
        local_days,
        censoring,
        bins,
        controls,
        written_tables,
        starts_as_ends,
    ):  # the quickest first: a mutant stops at the one that notices it
        look(engine)


def written_tables(engine: str) -> None:
    for case in CASES:
        if case.key not in WRITTEN:
            continue
        found = window.rates(of_case(case, engine))
        rule = "calendar" if case.rules.get("mode") == "calendar" else case.rules.get("follow_up", "km")
        part = found[found["follow_up"] == rule].fillna({"window_hours": 0}).set_index("window_hours")
        said = {w: f"{k}/{n}" for w, k, n in zip(part.index, part["numerator"], part["denominator"], strict=True)}
        assert said == case.answers, case.key
        if rule == "km" and not case.rates:  # everyone was watched for every window: the estimate is the plain share
            assert np.allclose(part["value"], part["numerator"] / part["denominator"], atol=1e-12), case.key
        assert {w: round(100 * part.loc[w, "value"], 6) for w in case.rates} == {w: round(r, 6) for w, r in case.rates.items()}, case.key


def slow_loop(engine: str) -> None:
    rows, names = random_calls(3), ["seq", "gap_s", "gap_same_1_s", "follow_s"]
    data = table(rows)
    records = [dict(zip(data, values, strict=True)) for values in zip(*data.values(), strict=True)]
    told = slow.gaps(records, parse({}, "suite"), start_s=0, end_s=HORIZON)
    frame = pandas(gap_table(on(engine, data), parse({}, "suite"), data_start_s=0, data_end_s=HORIZON)).sort_values("seq")
    found = frame[names].astype("float64").fillna(-1).to_numpy()
    assert np.array_equal(found, [[-1 if row[n] is None else row[n] for n in names] for row in told])


def one_group(engine: str) -> None:
    """Two callers of one caller group are two callers."""
    rows = [(0, 0, 0, "a", "answered"), (100, 60, 0, "a", "answered")]
    seen = view(on(engine, {**table(rows), "direction": ["in"] * 2}), {"windows_hours": [2]}, start_s=0, end_s=HORIZON)
    assert window.rates(seen)["numerator"].sum() == 0


def starts_as_ends(engine: str) -> None:
    """A talk of 3000 s whose end is its start ended 3000 s later: the gap to the caller's call 7800 s after the start is 4800 s."""
    data = {**table([(1, 600, 0, "a", "answered"), (1, 8400, 0, "a", "answered")]), "talk_seconds": [3000, 60]}
    gaps = gap_table(on(engine, data), parse({}, "suite"), data_start_s=0, data_end_s=HORIZON)
    assert pandas(gaps)["gap_s"].dropna().tolist() == [4800], "the start of a talk is no end"


def local_days(engine: str) -> None:
    """23:50 and 00:10 by the clock on the wall, eight hours ahead of UTC, are two days."""
    starts = [DAY - 600, DAY + 600]
    data = table([(1, s - 8 * 3600, 0, "a", "answered") for s in starts])
    data = {**data, "direction": ["in"] * 2, "local_s": starts}
    found = window.rates(view(on(engine, data), {"mode": "calendar", "clock": "start"}, start_s=0, end_s=HORIZON))
    assert found["numerator"].tolist() == [0]


def censoring(engine: str) -> None:
    """Who is censored at the moment of an event was still at risk."""
    assert survival.kaplan_meier([1, 1, 2], [1, 0, 0]).survival[0] == 2 / 3


def bins(engine: str) -> None:
    edges = binned.bin_edges_seconds(menu_seconds=[7200])
    near = [int(e) + d for e in (60, 3600, 7200, 86400, 604800) for d in (-1, 0, 1)]
    rows = [(n, 0, 0, "a", "answered") for n in range(len(near))] + [(n, s, 0, "a", "answered") for n, s in enumerate(near)]
    seen = view(on(engine, {**table(rows), "direction": ["in"] * len(rows)}), {"clock": "start"}, start_s=0, end_s=10**7)
    found = counts.cube(seen.gaps(), seen.definition, edges=edges).query("event == 1")
    expected = np.bincount([np.searchsorted(edges, s) for s in near if s <= edges[-1]], minlength=len(edges) + 1)
    assert np.array_equal(np.bincount(found["bin"], weights=found["calls"], minlength=len(edges) + 1), expected)


def controls(engine: str) -> None:
    """Against each call of the same caller, at each instant, the obvious way; the month is days 28 to 55, and nothing after day 62 is used."""
    rng = np.random.default_rng(5)
    rows = [(int(c), int(s) * 60, int(d), "a", "answered") for c, s, d in zip(rng.integers(0, 6, 150), rng.integers(0, 91 * 1440, 150), rng.choice([0, 4000], 150), strict=True)]  # fmt: skip
    seen = view(on(engine, {**table(rows), "direction": ["in"] * 150}), {}, start_s=28 * DAY, end_s=56 * DAY)
    seen = type(seen)(**{**vars(seen), "data_start_s": 0, "data_end_s": 91 * DAY})
    found = chance.counted(seen)
    seconds, event, group = zip(*_controls(rows), strict=True)
    assert np.array_equal(found.of().control, tabulate(seconds, event, group, edges=found.edges))


def _controls(rows: list[tuple]):
    for who, start, length, *_ in rows:
        for instant in [start + length + week * WEEK for week in WEEKS if 28 * DAY <= start < 56 * DAY]:
            if 0 <= instant < 63 * DAY:
                gap = min((s - instant for w, s, *_ in rows if w == who and instant <= s < 63 * DAY), default=None)
                hit = gap is not None and gap <= WEEK
                yield (gap if hit else min(63 * DAY - instant, WEEK + 1)), int(hit), who * 37 % 100
