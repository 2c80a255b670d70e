"""The indicators: parts by hand, one base for the two, nothing invented where a column, a cell or a base is missing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis.measures import quotable
from hotline_analysis.measures.frames import lazy
from hotline_analysis.measures.indicators import evaluate
from hotline_analysis.words import PERCENT
from tests.spec.frames import CALENDAR, ENGINES, KNOWN, SHEET, on, view
from tests.tried import tried

DAY = 86400
MAY, JUNE = CALENDAR.month("2024-05"), CALENDAR.month("2024-06")
BEGIN = MAY.start_s


def calls(rows: list[tuple]) -> dict[str, list]:
    """(caller, start_s, outcome, queue_seconds, talk_seconds)"""
    return {
        "seq": list(range(len(rows))),
        "start_s": [BEGIN + r[1] for r in rows],
        "local_s": [BEGIN + r[1] for r in rows],
        "end_s": [BEGIN + r[1] + (r[3] or 0) + (r[4] or 0) for r in rows],
        "caller": [r[0] for r in rows],
        "caller_group": [None if r[0] is None else r[0] % 100 for r in rows],
        "outcome": [r[2] for r in rows],
        "queue_seconds": [r[3] for r in rows],
        "talk_seconds": [r[4] for r in rows],
    }


SIX = [
    (1, 0, "answered", 10, 100),
    (1, 3600, "answered", 30, 50),
    (2, 7200, "abandoned", 60, 0),
    (None, 8000, "answered", 20, 60),
    (3, 9000, "test", 0, 0),
    (4, 3 * DAY, "answered", 0, 90),
]


def frame_of(rows, engine="pandas", drop=(), periods=(MAY,), **options) -> pd.DataFrame:
    data = {k: v for k, v in calls(rows).items() if k not in drop}
    whole = on(engine, data)
    return evaluate(view(whole, {}, start_s=BEGIN, end_s=JUNE.end_s), list(periods), SHEET, **options)


@pytest.mark.parametrize("engine", ENGINES)
def test_parts_by_hand(engine):
    found = frame_of(SIX, engine).set_index("indicator")
    parts = {k: (r.numerator, None if pd.isna(r.denominator) else r.denominator) for k, r in found.iterrows()}
    assert parts == {
        "offered": (5, 31),
        "connection_rate": (4, 5),
        "abandonment_rate": (1, 5),
        "service_level_20s": (3, 5),
        "asa_seconds": (60, 4),
        "talk_seconds": (300, 4),
        "repeat_rate_24h": (1, 3),
        "identified_share": (4, 5),
    }
    assert found.loc["asa_seconds", "value"] == 15.0


def test_a_missing_column_is_said_and_never_zero():
    found = frame_of(SIX, drop=("queue_seconds",)).set_index("indicator")
    row = found.loc["asa_seconds"]
    assert row["missing"] == "not available: needs queue_seconds"
    assert np.isnan(row["value"])
    assert quotable.why(row["missing"]).zh == "未提供：排队时长"
    assert found.loc["connection_rate", "missing"] == ""


def test_calls_count_without_an_outcome_and_what_needs_one_says_so():
    found = frame_of(SIX, drop=("outcome",)).set_index("indicator")
    assert (found.loc["offered", "numerator"], found.loc["offered", "missing"]) == (6, "")
    assert found.loc["connection_rate", "missing"] == "not available: needs outcome"
    assert (found.loc["identified_share", "numerator"], found.loc["identified_share", "denominator"]) == (5, 6)


UNREAD = [(1, 0, "answered", 10, 100), (2, 60, "answered", None, None), (3, 120, "answered", 30, -5), (4, 180, None, 5, 5)]


def test_means_are_over_known_durations_with_their_base():
    found = frame_of(UNREAD).set_index("indicator")
    assert [found.loc["asa_seconds", c] for c in ("numerator", "denominator", "value", "known")] == [40, 2, 20.0, pytest.approx(2 / 3)]
    assert [found.loc["talk_seconds", c] for c in ("numerator", "denominator", "value")] == [100, 1, 100.0]
    assert [found.loc["connection_rate", c] for c in ("numerator", "denominator", "known")] == [3, 3, 0.75]
    assert found.loc["service_level_20s", "missing"] == "few known durations"  # a third of the waits is unknown


@pytest.mark.parametrize("engine", ENGINES)
def test_cells_that_were_not_read_are_no_zero(engine):
    rows = [(c, s, o, None, None) for c, s, o, _, _ in SIX]
    found = frame_of(rows, engine).set_index("indicator")
    assert found.loc[["asa_seconds", "talk_seconds", "service_level_20s"], "value"].isna().all()
    assert set(found.loc[["asa_seconds", "talk_seconds", "service_level_20s"], "missing"]) == {"no known durations"}
    assert quotable.why("no known durations").zh == "时长均未能读出"
    assert found.loc["connection_rate", "value"] == 0.8


@pytest.mark.parametrize("engine", ENGINES)
def test_means_are_of_known_durations_only(engine):
    """Waits 10, 30, unknown, unknown and one below 0 of five answered calls; one abandoned. Talk 100, 50, unknown, 90, 60."""
    rows = [(1, 0, "answered", 10, 100), (2, 10, "answered", 30, 50), (3, 20, "answered", None, None), (4, 30, "answered", None, 90)]
    rows += [(5, 40, "answered", -4, 60), (6, 50, "abandoned", None, None)]
    found = frame_of(rows, engine).set_index("indicator")
    parts = {k: (found.loc[k, "numerator"], found.loc[k, "denominator"]) for k in ("asa_seconds", "talk_seconds")}
    assert parts == {"asa_seconds": (40, 2), "talk_seconds": (300, 4)}
    assert (found.loc["asa_seconds", "value"], found.loc["talk_seconds", "value"]) == (20, 75)


def test_a_level_of_few_known_waits_is_none_and_of_nearly_all_is_of_those():
    """An abandoned call is always in the base, so a level of half the answered calls would read low."""
    rows = [(n, 10 * n, "answered", 5 if n else None, 60) for n in range(39)] + [(50, 500, "abandoned", 9, 0)]
    assert frame_of(rows).set_index("indicator").loc["service_level_20s", ["numerator", "denominator"]].tolist() == [38, 39]
    half = [(c, s, o, q if c % 2 else None, t) for c, s, o, q, t in rows]
    assert frame_of(half).set_index("indicator").loc["service_level_20s", "missing"] == "few known durations"


def test_a_level_without_an_answered_call_is_zero_not_missing():
    found = frame_of([(1, 0, "abandoned", 5, 0), (2, 9, "abandoned", 7, 0)]).set_index("indicator")
    assert found.loc["service_level_20s", "value"] == 0.0 and found.loc["service_level_20s", "missing"] == ""


def test_the_wait_includes_ringing_where_the_export_has_it():
    data = {**calls(SIX), "ring_seconds": [5, 1, 0, 2, 0, None]}
    found = evaluate(view(on("pandas", data), {}, start_s=BEGIN, end_s=JUNE.end_s), [MAY], SHEET).set_index("indicator")
    assert [found.loc["asa_seconds", c] for c in ("numerator", "denominator")] == [15 + 31 + 22, 3]
    assert found.loc["asa_seconds", "known"] == 0.75


CELL = st.one_of(st.none(), st.integers(-5, 90))
ROW = st.tuples(
    st.one_of(st.none(), st.integers(1, 5)),
    st.integers(0, 30 * DAY),
    st.sampled_from(["answered", "abandoned", "blocked", None]),
    CELL,
    CELL,
)


@tried(25)
@given(st.lists(ROW, min_size=1, max_size=12), st.booleans())
def test_no_share_passes_1_and_every_part_is_of_its_base(rows, ring):
    data = calls(sorted(rows, key=lambda r: r[1])) | ({"ring_seconds": [r[4] for r in rows]} if ring else {})
    found = evaluate(view(lazy(pd.DataFrame(data)), {}, start_s=BEGIN, end_s=JUNE.end_s), [MAY], SHEET)
    for row in found.to_dict("records"):
        if KNOWN[row["indicator"]].unit is PERCENT and not np.isnan(row["value"]):
            assert 0 <= row["numerator"] <= row["denominator"] and 0 <= row["value"] <= 1, row
            assert not (row["low"] < 0 or row["low"] > row["value"] or row["value"] > row["high"] or row["high"] > 1), row
        if not row["missing"]:
            assert row["denominator"] > 0 and row["value"] >= 0, row


def test_an_empty_base_gives_none_and_never_zero():
    found = frame_of([(1, 0, "abandoned", 5, 0)]).set_index("indicator")
    assert np.isnan(found.loc["asa_seconds", "value"])
    assert found.loc["connection_rate", "value"] == 0.0
