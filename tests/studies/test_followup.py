"""What became of the cases: counts, causes and recurrence by hand, against the slow loop, and said; nothing small is told."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis.errors import NoInput
from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals
from hotline_analysis.studies import followup
from tests.spec.frames import CALENDAR, ENGINES, PARAMS, on
from tests.tried import tried

DAY = 86400
MARCH, APRIL = CALENDAR.month("2024-03"), CALENDAR.month("2024-04")
M, A = MARCH.start_s, APRIL.start_s


def seen(
    cases: list[tuple], calls: list[tuple] = (), *, end_s: int = A + 60 * DAY, engine: str = "pandas", smallest: int = 1, period=MARCH
) -> View:
    """Cases as (id, kind, listed, caller, issue, found, cause, closed), calls as (caller, second, issue)."""
    names = ("case_id", "kind", "listed_s", "caller", "issue_1", "found", "cause", "closed_s")
    columns = {name: [row[at] for row in cases] for at, name in enumerate(names)}
    told = sorted(calls, key=lambda row: row[1])
    lines = {
        "seq": list(range(len(told))), "call_id": [f"c{n}" for n in range(len(told))], "start_s": [s for _, s, _ in told], "local_s": [s for _, s, _ in told],
        "end_s": [s + 60 for _, s, _ in told], "caller": [c for c, _, _ in told], "caller_group": [None if c is None else c % 100 for c, _, _ in told],
        "issue_1": [i for _, _, i in told], "outcome": ["answered"] * len(told),
    }  # fmt: skip
    tables = {"calls": on(engine, lines), "cases": on(engine, columns)}
    return View(PARAMS, CALENDAR, parse({}, "test"), period, tables, M - 30 * DAY, end_s, smallest=smallest)


FIVE = [
    ("C-1", "caller", M, 1, "水", "solved", "chasing", M + 40 * DAY),
    ("C-2", "caller", M, 2, "水", "explained", "policy", M + 5 * DAY),
    ("C-3", "caller", M, 3, "电", "in_hand", None, None),
    ("C-4", "caller", M, None, None, None, None, None),
    ("A-1", "agent", M + DAY, None, "水", "solved", "unclear", M + 6 * DAY),
    ("C-5", "caller", A, 1, "水", "solved", "chasing", A + DAY),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_how_far_the_cases_of_a_month_have_come(engine):
    """本月列入5件（1件是话务员的）：4位来电人中3位已排查，2位已办结，其中1位已解决；4月的一件不算。"""
    told = followup.counts(seen(FIVE, [(1, M, "水")], engine=engine)).set_index(["kind", "step"])
    assert [tuple(map(int, told.loc[("caller", s), ["numerator", "denominator"]])) for s in ("investigated", "closed", "solved")] == [
        (3, 4),
        (2, 4),
        (1, 2),
    ]
    assert told.loc[("caller", "listed"), "numerator"] == 4 and np.isnan(told.loc[("caller", "listed"), "value"])
    assert told.loc[("agent", "solved"), "value"] == 1 and told.loc[("caller", "investigated"), "low"] == pytest.approx(
        intervals.wilson(3, 4)[0]
    )


def test_nobody_has_answered_yet():
    told = followup.counts(seen([("C-1", "caller", M, 1, "水", None, None, None)]))
    assert told["said"].unique().tolist() == ["unfilled"] and np.isnan(told.set_index("step").loc["solved", "value"])
    with pytest.raises(NoInput, match="nobody has answered"):
        followup.causes(seen([("C-1", "caller", M, 1, "水", None, None, None)]))


@pytest.mark.parametrize("table", followup.TABLES)
def test_without_cases_there_is_one_reason(table):
    bare = seen(FIVE)
    view = replace(bare, tables={"calls": bare.tables["calls"]})
    with pytest.raises(NoInput, match="no cases were filled in"):
        followup.TABLES[table](view)


def test_causes_by_hand():
    """Ten answers: 5 chasing, 3 policy, 1 unclear, 1 without a cause; avoidable are 6 of the 9 with one."""
    causes = ["chasing"] * 5 + ["policy"] * 3 + ["unclear", None]
    cases = [(f"C-{n}", "caller", M, n, "水", "in_hand", cause, None) for n, cause in enumerate(causes)]
    cases.append(("C-99", "caller", M, 99, "水", None, "habit", None))  # nobody has said what was found
    told = followup.causes(seen(cases))
    assert told["category"].tolist() == ["chasing", "policy", "unclear", "not said"] and told["numerator"].tolist() == [5, 3, 1, 1]
    assert told["share"].tolist() == [0.5, 0.3, 0.1, 0.1] and told["cumulative"].tolist() == pytest.approx([0.5, 0.8, 0.9, 1.0])
    assert told["avoidable"].tolist() == [True, False, True, False] and told["avoidable_share"].iloc[0] == pytest.approx(6 / 9)


def test_small_causes_are_pooled_and_small_counts_are_not_told():
    causes = ["chasing"] * 20 + ["policy"] * 5 + ["unclear"] * 4 + ["habit"] * 2
    cases = [(f"C-{n}", "caller", M, n, "水", "solved", cause, M + DAY) for n, cause in enumerate(causes)]
    told = followup.causes(seen(cases, smallest=8))
    assert told["category"].tolist() == ["chasing", "(<8)"] and told["numerator"].tolist() == [20, 11]
    assert told["avoidable_share"].isna().all(), "26 of 31: the other 5 are few, and 26 less the 20 that are told are 6"
    habits = [(f"C-{n}", "caller", M, n, "水", "solved", "policy", M + DAY) for n in range(100, 110)]
    assert followup.causes(seen(cases[:20] + habits, smallest=8))["avoidable_share"].iloc[0] == pytest.approx(20 / 30)
    told = followup.causes(seen(cases[:25], smallest=8))
    assert told["avoidable_share"].isna().all(), "of 25 pooled 20 are avoidable, and 5 are not"
    assert told["category"].tolist() == ["(<8)"] and told["numerator"].tolist() == [25], (
        "one small cause beside another could be had from the total"
    )
    told = followup.counts(seen(cases[:7], smallest=8))
    assert told["numerator"].isna().all() and told["value"].isna().all()


def test_recurrence_by_hand():
    """办结次日起算，同一诉求的下一通才算：1号当天又打、问别的事都不算；2号第8天；3号看了10天没有；4号没有号码。"""
    closed = M + 3 * DAY
    cases = [(f"C-{n}", "caller", M, n, "水", "solved", "chasing", closed) for n in (1, 2, 3)]
    cases += [("C-4", "caller", M, None, "水", "solved", "chasing", closed), ("A-1", "agent", M, 2, "水", "solved", "unclear", closed)]
    calls = [(1, closed + 3600, "水"), (1, closed + 2 * DAY, "电"), (2, closed + DAY + 7 * DAY, "水"), (3, M, "水")]
    told = followup.recurrence(seen(cases, calls, end_s=closed + 11 * DAY)).set_index("days")
    assert told.index.tolist() == [7] and told.loc[7, ["cases", "watched", "returned"]].tolist() == [3, 3, 1]
    assert told.loc[7, "value"] == pytest.approx(1 / 3)
    told = followup.recurrence(seen(cases, calls, end_s=closed + 100 * DAY)).set_index("days")
    assert told["returned"].tolist() == [1] * 5 and told["value"].tolist() == pytest.approx([1 / 3] * 5)


def test_a_case_that_was_closed_of_late_counts_for_as_long_as_it_was_watched():
    """Two cases watched for 20 days, one of which recurs on day 10; two watched for 5: at 14 days 1 - 1/2, not 1/4."""
    early, late = M + DAY, M + 16 * DAY
    cases = [(f"C-{n}", "caller", M, n, "水", "solved", None, early if n < 3 else late) for n in (1, 2, 3, 4)]
    told = followup.recurrence(seen(cases, [(1, early + 11 * DAY, "水"), (9, M, "水")], end_s=early + 21 * DAY)).set_index("days")
    assert told.loc[14, "value"] == 0.5 and told.loc[14, "watched"] == 2 and told.loc[14, "cases"] == 4


def test_a_case_is_watched_until_days_that_have_no_records():
    """Of three cases one recurs on day 3, one on day 12; days 8 to 10 have no records, so that on day 12 nobody knows whether it was the first: within 7 days 1/3, then nothing."""
    closed = M + DAY
    cases = [(f"C-{n}", "caller", M, n, "水", "solved", None, closed) for n in (1, 2, 3)]
    view = seen(cases, [(1, closed + 3 * DAY, "水"), (2, closed + 12 * DAY, "水"), (9, M, "水")], end_s=closed + 40 * DAY)
    assert followup.recurrence(view).set_index("days")["returned"].to_dict() == {7: 1, 14: 2, 30: 2}
    lost = replace(view, lost=lambda: ((closed + 8 * DAY, closed + 11 * DAY),))
    assert followup.recurrence(lost).set_index("days")["returned"].to_dict() == {7: 1}


ROWS = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 50), st.sampled_from("水电")), max_size=30)


@tried(60)
@given(ROWS, st.lists(st.tuples(st.integers(1, 5), st.integers(0, 25), st.sampled_from("水电")), min_size=1, max_size=6))
def test_watched_for_long_enough_the_curve_is_the_slow_loops_share(rows, closings):
    cases = [(f"C-{n}", "caller", M, c, issue, "solved", None, M + d * DAY + 3600) for n, (c, d, issue) in enumerate(closings)]
    calls = [(c, M + d * DAY + 7200, issue) for c, d, issue in rows] + [(9, M, "水")]
    told = followup.recurrence(seen(cases, calls, end_s=M + 200 * DAY)).set_index("days")["value"]
    for days in followup.DAYS:
        back = [
            any(c == k and i == j and 0 <= (M + e * DAY + 7200) - (M + (d + 1) * DAY) <= days * DAY for k, e, j in rows)
            for c, d, i in closings
        ]
        assert told[days] == pytest.approx(sum(back) / len(back))


def test_only_cases_closed_by_the_end_of_the_period_are_followed():
    cases = [("C-1", "caller", M, 1, "水", "solved", None, A + DAY), ("C-2", "caller", M, 2, "水", "explained", None, M + DAY)]
    assert followup.recurrence(seen(cases, [(9, M, "水")]))["found"].unique().tolist() == ["explained"]
    assert set(followup.recurrence(seen(cases, [(9, M, "水")], period=APRIL))["found"]) == {"solved", "explained"}
    with pytest.raises(NoInput, match="no case of a caller"):
        followup.recurrence(seen(cases[:1], [(9, M, "水")]))


def test_the_cases_for_staff():
    told = followup.cases(seen(FIVE, [(1, A + 20 * DAY, "水"), (9, M, "水")], end_s=A + 60 * DAY))
    assert told["case_id"].tolist() == ["C-4", "C-3", "A-1", "C-1", "C-2"] and told["month"].unique().tolist() == ["2024-03"]
    assert told.set_index("case_id")["closed_on"]["C-2"] == date(2024, 3, 6).isoformat() and "cases" in followup.STAFF
