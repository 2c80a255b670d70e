"""Callers: rules by hand and against the slow loop, the grid's laws, rhythms in worlds with and without a clock, and the bank's heavy callers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_analysis import open_hotline
from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.report import month
from hotline_analysis.show.callers import SAY
from hotline_analysis.show.forms import say, show
from hotline_analysis.studies import callers
from tests.real import PARAMS, needs
from tests.spec.frames import on, view

HOUR, DAY = 3600, 86400


def seen(rows: list[tuple], days: int = 31, engine: str = "duckdb", **more):
    """Calls as (caller, second[, issue])."""
    rows = sorted(rows, key=lambda r: r[1])
    calls = {
        "seq": list(range(len(rows))), "call_id": [f"c{n}" for n in range(len(rows))], "start_s": [r[1] for r in rows], "local_s": [r[1] for r in rows],
        "end_s": [r[1] + 60 for r in rows], "caller": [r[0] for r in rows], "caller_group": [None if r[0] is None else r[0] % 100 for r in rows],
        "issue_1": [r[2] if len(r) > 2 else "甲" for r in rows], "agent": ["一"] * len(rows), "outcome": ["answered"] * len(rows), "talk_seconds": [60] * len(rows),
    }  # fmt: skip
    return view(on(engine, {**calls, **more}), {"index_scope": "all", "callback_scope": "all"}, start_s=0, end_s=days * DAY)


def test_a_rule_by_hand():
    """Four calls in exactly seven days count, in a second more they do not; an unknown caller is nobody."""
    rows = [(1, t) for t in (0, DAY, 2 * DAY, 7 * DAY)] + [(2, t) for t in (0, DAY, 2 * DAY, 7 * DAY + 1)] + [(None, n) for n in range(9)]
    told = callers.schemes(seen(rows), rules=[(4, 7), (3, 2)])
    assert told[["found", "found_calls", "callers"]].values.tolist() == [[1, 4, 2], [2, 8, 2]] and told["call_share"].tolist() == [0.5, 1.0]


CALLS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20 * DAY)), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(CALLS, st.sampled_from([0.5, 1.0, 3.0, 7.0]))
def test_the_rolling_window_is_the_slow_loops(rows, days):
    frame = pd.DataFrame(rows, columns=["caller", "start_s"]).sort_values(["caller", "start_s"], ignore_index=True)
    slow = {c: max(sum(t <= u <= t + days * DAY for d, u in rows if d == c) for e, t in rows if e == c) for c in {r[0] for r in rows}}
    assert callers.most_within(frame, days).to_dict() == slow


def test_more_calls_or_fewer_days_never_find_more():
    rng = np.random.default_rng(1)
    told = callers.grid(seen([(int(c), int(t)) for c, t in zip(rng.integers(0, 40, 400), rng.integers(0, 31 * DAY, 400), strict=True)]))
    table = told.pivot(index="least_calls", columns="within_days", values="found")
    assert (np.diff(table.to_numpy(), axis=0) <= 0).all() and (np.diff(table.to_numpy(), axis=1) >= 0).all()
    assert told["suggested"].sum() == 1 and told.loc[told["suggested"], "within_days"].tolist() == [7.0]


def ordinary(rng, people: int, days: int) -> list[tuple]:
    """People who call in office hours, most of it before noon, on working days."""
    rows = []
    for caller in range(people):
        for _ in range(rng.poisson(8)):
            day = int(rng.choice([d for d in range(days) if d % 7 not in (2, 3)]))
            rows.append((caller, day * DAY + int(np.clip(rng.normal(10.5, 2), 8, 18) * HOUR)))
    return rows


def test_a_weekly_caller_is_found_and_office_hours_are_no_rhythm():
    """Seeded: 300 ordinary callers over eight weeks, one who calls every week at the same hour, one every day: those two, and at most two of the others (q .05)."""
    rng = np.random.default_rng(3)
    rows = ordinary(rng, 300, 56)
    rows += [(901, w * 7 * DAY + 4 * DAY + 15 * HOUR + int(rng.integers(600))) for w in range(8)]
    rows += [(902, d * DAY + 20 * HOUR + int(rng.integers(900))) for d in range(0, 56, 2)]
    for burst in range(1000, 1100):  # eight calls about one matter within two days are no habit
        start = int(rng.integers(50 * DAY))
        rows += [(burst, start + int(t)) for t in rng.integers(0, 2 * DAY, 8)]
    rows += [(2000 + c, int(t)) for c in range(40) for t in rng.choice([t for _, t in ordinary(rng, 20, 56)], 40)]  # often, and by no clock
    told = callers.regular(seen(rows, 56)).set_index(["caller", "period"])
    assert (901, "week") in told.index and (902, "day") in told.index
    assert told.loc[(901, "week"), "weekday"] == "0" and told.loc[(901, "week"), "hour"] == pytest.approx(
        15.1, abs=0.2
    )  # 1970-01-01 was a Thursday
    assert len({c for c, _ in told.index} - {901, 902}) <= 2


def test_frequent_callers_are_parted_by_what_they_come_for():
    hours = (3, 17, 9, 22, 12, 6)
    problem = [(1, d * DAY + h * HOUR, "停水") for d, h in enumerate(hours)]
    habit = [(2, d * DAY + h * HOUR, f"诉求{d}") for d, h in enumerate(hours)]
    switchboard = [(3, n * HOUR * 8, "甲") for n in range(90)]
    told = callers.frequent(seen([*problem, *habit, *switchboard, (4, 0), (4, 20 * DAY)])).set_index("caller")
    assert told["kind"].to_dict() == {1: "problem", 2: "habit", 3: "shared"} and list(told.index) == [1, 2, 3]
    assert told.loc[1, ["calls", "most_calls", "issues", "same_issue_calls", "main_issue"]].tolist() == [6, 6, 1, 5, "停水"]
    own = callers.timeline(seen(problem), caller=1, within_days=2)
    assert (
        own["later"].tolist() == [1, 1, 1, 2, 1, 0]
        and own["next_hours"].tolist()[:2] == [38, 16]
        and own["started_at"].iloc[0] == "1970-01-01 03:00"
    )


def test_concentration():
    told = callers.concentration(seen([(n, n * HOUR) for n in range(99)] + [(500, n * HOUR + 5) for n in range(101)])).set_index(
        "share_of_callers"
    )
    assert told.loc[0.01, ["callers", "share_of_calls"]].tolist() == [1, 0.505] and (told["share_of_calls"].diff().dropna() > 0).all()


def test_every_column_is_declared_and_shown_in_both_languages():
    rng = np.random.default_rng(3)
    rows = [(901, w * 7 * DAY + 4 * DAY + 15 * HOUR + int(rng.integers(600))) for w in range(8)] + ordinary(rng, 60, 56)
    base = seen(rows, 56)
    for name, make in callers.TABLES.items():
        frame = make(base, caller=901) if name == "timeline" else make(base)
        assert set(frame) <= set(callers.COLUMNS) and len(frame), name
        fields = {c: f.as_dict() for c, f in callers.COLUMNS.items()}
        frame.attrs = {
            "study": "callers",
            "table": name,
            "fields": fields,
            "period": {"label": "x", "zh": "3月", "en": "March"},
            "definition": {},
            "language": "zh",
        }
        for language in ("zh", "en"):
            assert show(frame, language=language).text.strip()
            if name in SAY:
                assert say(frame, language=language).text.strip()


def test_its_notebook_is_no_page_of_the_month():
    assert "callers.html" not in month.pages() and (month.notebooks() / "callers.ipynb").is_file()


def test_what_cannot_be_had():
    with pytest.raises(BadParams, match=r"\[1, 7\] is no rule"):
        callers.schemes(seen([(1, 0)]), rules=[(1, 7)])
    with pytest.raises(DataRefused, match="no known callers"):
        callers.schemes(seen([(None, 0)]))
    with pytest.raises(DataRefused, match="has no call in this period"):
        callers.timeline(seen([(1, 0)]), caller=9)
    none = callers.schemes(seen([(1, 0)]))
    assert set(none["said"]) == {"none"} and callers.frequent(seen([(1, 0)])).empty


@needs("bank1999")
def test_the_bank():
    """May: what the busiest 1 % bring, and the rule of telecom practice; single callers are for staff."""
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-05", progress=False)
    told = h.study("callers", "concentration", strict=True)
    assert told["share_of_calls"].is_monotonic_increasing and 0.1 < told["share_of_calls"].iloc[0] < 0.5 and told["gini"].iloc[0] > 0.5
    assert h.study("callers", "frequent").attrs["audience"] == "staff" and h.study("callers").attrs["audience"] == "public"


def test_counts_name_nobody_and_small_ones_are_not_told():
    """By hand: nine callers with an unsolved problem, one by habit, ninety calls of a switchboard, one ordinary caller."""
    hours = (3, 17, 9, 22, 12, 6)
    rows = [(c, d * DAY + h * HOUR + 60 * c, "停水") for c in range(9) for d, h in enumerate(hours)]
    rows += [(20, d * DAY + h * HOUR, f"诉求{d}") for d, h in enumerate(hours)] + [(30, n * HOUR * 8, "甲") for n in range(90)] + [(40, 0)]
    base = seen(rows)
    told = callers.counts(base).iloc[0]
    assert told[["callers", "calls", "found", "found_calls", "problem", "habit", "regular", "shared"]].tolist() == [
        12,
        151,
        11,
        150,
        9,
        1,
        0,
        1,
    ]
    assert told["call_share"] == 150 / 151 and told["top_share"] == 90 / 151
    quiet = callers.counts(replace(base, smallest=8))
    assert quiet[["found", "problem", "regular", "said"]].iloc[0].tolist() == [11, 9, 0, "found"]
    assert quiet[["habit", "shared"]].isna().all(axis=None) and quiet["habit_missing"].tolist() == ["<8"]
    quiet.attrs = {"study": "callers", "table": "counts", "fields": {c: f.as_dict() for c, f in callers.COLUMNS.items()}, "language": "zh"}
    assert (
        say(quiet).text
        == "12位已识别的来电人中，11位在7天内来电4通及以上，占来电99.3%。其中9位是问题没有解决。0位定期来电。最多的1%来电人带来59.6%的来电。"
    )
    few = callers.counts(replace(seen([*rows[:6], (40, 0)]), smallest=8))
    assert few["said"].tolist() == ["few"] and few[["found", "found_calls", "call_share"]].isna().all(axis=None)
    assert callers.counts(seen([(1, 0)]))["said"].tolist() == ["none"]
