"""Callers: rules by hand and against the slow loop, the grid's laws, rhythms in worlds with and without a clock, and the bank's heavy callers."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hotline_analysis import disclosure, open_hotline
from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.measures.frames import lazy
from hotline_analysis.measures.periods import Period
from hotline_analysis.params import Params
from hotline_analysis.report import month
from hotline_analysis.show.callers import SAY
from hotline_analysis.show.forms import say, show
from hotline_analysis.studies import callers
from hotline_analysis.studies.callers import few, listed, people, rules
from hotline_analysis.studies.service import attempts
from tests.real import PARAMS, needs
from tests.spec.frames import on, view
from tests.tried import tried

HOUR, DAY = 3600, 86400


def seen(rows: list[tuple], days: int = 31, engine: str = "duckdb", drop: str = "", **more):
    """Calls as (caller, second[, issue]); drop: a column that the export lacks."""
    rows = sorted(rows, key=lambda r: r[1])
    calls = {
        "seq": list(range(len(rows))), "call_id": [f"c{n}" for n in range(len(rows))], "start_s": [r[1] for r in rows], "local_s": [r[1] for r in rows],
        "end_s": [r[1] + 60 for r in rows], "caller": [r[0] for r in rows], "caller_group": [None if r[0] is None else r[0] % 100 for r in rows],
        "issue_1": [r[2] if len(r) > 2 else "甲" for r in rows], "agent": ["一"] * len(rows), "outcome": ["answered"] * len(rows), "talk_seconds": [60] * len(rows),
    }  # fmt: skip
    given = {name: cells for name, cells in {**calls, **more}.items() if name != drop}
    return view(on(engine, given), {"index_scope": "all", "callback_scope": "all"}, start_s=0, end_s=days * DAY)


def test_a_rule_by_hand():
    """Four calls in exactly seven days count, in a second more they do not; an unknown caller is nobody."""
    rows = [(1, t) for t in (0, DAY, 2 * DAY, 7 * DAY)] + [(2, t) for t in (0, DAY, 2 * DAY, 7 * DAY + 1)] + [(None, n) for n in range(9)]
    told = rules.schemes(seen(rows), rules=[(4, 7), (3, 2)])
    assert told[["found", "found_calls", "callers"]].values.tolist() == [[1, 4, 2], [2, 8, 2]] and told["call_share"].tolist() == [0.5, 1.0]


def test_a_window_may_begin_before_the_month():
    """Of the second month: 1 has two calls in the last days of the first and two in its own; 2 the same, eight days apart; 3 six in each month; 4 four in the first month alone."""
    end = 31 * DAY
    rows = [(1, end + t) for t in (-2 * DAY, -DAY, DAY, 2 * DAY)] + [(2, end + t) for t in (-5 * DAY, -4 * DAY, DAY, 4 * DAY)]
    rows += [(3, d * DAY * 5 + 60) for d in range(12)] + [(4, end - n * HOUR) for n in range(1, 5)]
    both = seen(rows, 62)
    month_2 = both.over(Period("2", end, 62 * DAY, both.period.first_day, both.period.last_day))
    told = rules.schemes(month_2, rules=[(4, 7), (12, 92)])
    assert told[["found", "found_calls", "callers", "seen_days"]].values.tolist() == [[1, 2, 3, 7], [1, 5, 3, 62]]
    assert rules.schemes(both.over(replace(month_2.period, start_s=0, end_s=end)), rules=[(4, 7)])["found"].tolist() == [
        1
    ]  # 4, in its own month
    assert listed.frequent(month_2)[["caller", "calls", "most_calls"]].values.tolist() == [[1, 2, 4]]


def test_the_hotlines_own_rules_and_whose_the_usual_ones_are():
    rows = [(1, n * HOUR) for n in range(3)]
    usual = rules.schemes(seen(rows))
    assert (
        usual[["least_calls", "within_days"]].values.tolist() == [[4, 7], [5, 31], [12, 92], [15, 31]] and (usual["preset_en"] != "").all()
    )
    own = Params.model_validate({**BARE, "watch": {"rules": [["3", "1"]], "shared_a_month": "2"}})
    told = rules.schemes(replace(seen(rows), params=own))
    assert told[["least_calls", "found", "shared", "preset_en"]].values.tolist() == [[3, 1, 1, ""]]
    for wrong, why in (([["1", "7"]], "1 calls within 7 days is no rule"), ([["4", "400"]], "is no rule"), ([], "at least 1")):
        with pytest.raises(ValidationError, match=why):
            Params.model_validate({**BARE, "watch": {"rules": wrong}})


BARE = {"title": "x", "time_zone": "UTC", "calls": {"files": "x.csv", "columns": {"started_at": "x"}}}


def test_the_first_rule_is_that_of_the_list_of_the_counts_and_of_what_followed():
    """By hand, rules of three calls within a day and of four within a week: two callers are found by the first, one of them by the second too."""
    rows = [(1, h * HOUR) for h in (0, 3, 9, 150)] + [(2, h * HOUR) for h in (0, 1, 2)] + [(3, d * DAY) for d in (0, 2, 4)]
    base = seen(rows)
    own = replace(base, params=Params.model_validate({**BARE, "watch": {"rules": [[3, 1], [4, 7]]}}))
    assert rules.listing(base) == (4, 7.0) and rules.listing(own) == (3, 1.0) and rules.listing(own, 2) == (2, 1.0)
    assert listed.frequent(base)["caller"].tolist() == [1] and sorted(listed.frequent(own)["caller"]) == [1, 2]
    told = listed.counts(own).iloc[0]
    assert (
        told[["least_calls", "within_days", "found"]].tolist()
        == [3, 1.0, 2]
        == rules.schemes(own)[["least_calls", "within_days", "found"]].iloc[0].tolist()
    )
    first = listed.later(own).groupby("caller").first()
    assert first["later"].tolist() == [2, 2, 0] and set(first["within_days"]) == {1.0}
    assert listed.later(base).groupby("caller").first()["later"].tolist() == [3, 2, 2]


def test_by_person_by_hand():
    """1 gets through after 10 min at the second call; 2 at once, and hangs up another time; 3 never; 4 redials once, gives up, and gets through at the third call after two hours;
    of 5 nobody knows; two calls are nobody's. Two of the nine calls of the four are redials, of twelve in all.
    """
    at = [(1, 0, "abandoned"), (1, 600, "answered"), (2, 0, "answered"), (2, 3 * DAY, "abandoned"), (3, 0, "abandoned"), (3, 5 * DAY, "abandoned"),
          (4, 0, "abandoned"), (4, 600, "abandoned"), (4, 7200, "answered"), (5, 0, None), (None, 5, "abandoned"), (None, 65, "abandoned")]  # fmt: skip
    at = sorted(at, key=lambda r: r[1])
    base = seen([(c, t) for c, t, _ in at], outcome=[o for _, _, o in at], queue_seconds=[5] * len(at))
    told = people.people(base).iloc[0]
    assert told[
        ["numerator", "denominator", "first", "redials_each", "hours_median", "calls", "calls_each", "redials", "demand", "said"]
    ].tolist() == [3, 4, 0.25, 1.0, 65 / 60, 9, 2.25, 2, 10, "some"]
    assert (round(told["low"], 4), round(told["high"], 4)) == (0.3006, 0.9544)  # Wilson of 3 in 4
    assert people.tries(base)["callers"].tolist() == [1, 1, 1, 0, 0, 1]
    assert attempts.attempts(base)["redials"].iloc[0] == 2
    hidden = people.tries(replace(base, smallest=8))
    assert hidden["callers"].isna().all(), "of four callers in four rows each is one, unless the noughts are hidden too"


def test_what_tries_hides_the_means_by_person_do_not_tell():
    """30 callers get through at once, 20 at the second call, 3 at the third and 4 at the fourth: 7 callers, whose 18 calls before the answer redials_each would tell apart; 2 never do."""
    needed = [1] * 30 + [2] * 20 + [3] * 3 + [4] * 4 + [0] * 2
    calls = [(c, n * HOUR, "answered" if n + 1 == k else "abandoned") for c, k in enumerate(needed) for n in range(k or 1)]
    calls = sorted(calls, key=lambda r: r[1])
    base = seen([(c, t) for c, t, _ in calls], outcome=[o for *_, o in calls], queue_seconds=[5] * len(calls))
    hidden, told = replace(base, smallest=8), people.people(base).iloc[0]
    assert told["redials_each"] == pytest.approx((20 + 2 * 3 + 3 * 4) / 57)
    assert people.tries(hidden)["callers"].isna().tolist() == [False, False, True, True, False, True]
    kept = people.people(hidden).iloc[0]
    assert np.isnan(kept["redials_each"]) and kept["redials_each_missing"] == disclosure.UNTOLD and kept["first"] == told["first"]
    lone = [(c, 0, "answered") for c in range(30)] + [(c, n * HOUR, o) for c in (40, 41) for n, o in enumerate(("abandoned", "answered"))]
    lone = sorted(lone, key=lambda r: r[1])
    one = people.people(
        replace(seen([(c, t) for c, t, _ in lone], outcome=[o for *_, o in lone], queue_seconds=[5] * len(lone)), smallest=8)
    )
    assert one["first"].isna().all() and one["value"].iloc[0] == 1, "32 less the 30 would be the 2"


@tried(15)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 40 * HOUR), st.sampled_from(["answered", "abandoned", "blocked"])),
        min_size=1,
        max_size=25,
    )
)
def test_by_person_is_the_slow_loops_and_its_redials_are_those_of_the_service(at):
    at = sorted(set(at), key=lambda r: r[1])
    base = seen([(c, t) for c, t, _ in at], engine="pandas", outcome=[o for _, _, o in at], queue_seconds=[5] * len(at))
    by = {c: [(t, o) for d, t, o in at if d == c] for c, *_ in at}
    first = {c: next((n for n, (_, o) in enumerate(calls, 1) if o == "answered"), 0) for c, calls in by.items()}
    told = people.people(base).iloc[0]
    assert (told["numerator"], told["denominator"]) == (sum(n > 0 for n in first.values()), len(by))
    redialled = sum(a != "answered" and u - (t + 60) <= 1800 for calls in by.values() for (t, a), (u, _) in pairwise(calls))
    assert told["redials"] == redialled == attempts.attempts(base)["redials"].iloc[0]
    assert people.tries(base)["share"].sum() == pytest.approx(1)


def test_what_followed_each_call_is_seen_beyond_the_month_with_the_order():
    """Two calls in the month, the next one four days after it; their orders are open and closed when the data end."""
    end = 31 * DAY
    rows = [(1, end - 2 * DAY), (1, end - DAY), (1, end + 4 * DAY), (2, 0)]
    both = seen(rows, 62, order_id=["", "o1", "o2", ""])
    orders = on("duckdb", {"order_id": ["o1", "o2"], "created_s": [0, 0], "closed_s": [40 * DAY, 70 * DAY], "seq": [0, 1]})
    month_1 = replace(both, tables={**both.tables, "orders": orders}).over(replace(both.period, start_s=0, end_s=end))
    told = listed.later(month_1)
    assert told["later"].tolist() == [2, 1, 0] and told["next_hours"].tolist()[:2] == [24, 120] and np.isnan(told["next_hours"].iloc[2])
    assert told["next_at"].tolist() == ["1970-01-31 00:00", "1970-02-05 00:00", ""]
    own = listed.timeline(month_1, caller=1)
    assert own["order_state"].tolist() == ["closed", "open"] and own["later"].tolist() == [2, 1]
    assert "order_state" not in listed.timeline(both, caller=1)


def test_what_the_busiest_come_for():
    """Two of 202 callers bring 50 calls about shares each, two of them about cards; the others one call each about cards."""
    rows = [(n, n, "卡") for n in range(200)] + [(c, 1000 + n, "卡" if n == 0 else "股票") for c in (500, 501) for n in range(50)]
    told = few.heavy(seen(rows)).set_index("issue")
    assert told.loc["股票", ["busiest_calls", "busiest_share", "other_share", "busiest"]].tolist() == [98, 0.98, 0.0, 2]
    assert told.loc["卡", "ratio"] == pytest.approx(0.02) and told["of_all_calls"].iloc[0] == pytest.approx(1 / 3)
    nobody = few.heavy(seen([(n, n) for n in range(50)]))
    assert set(nobody["said"]) == {"none"}
    few_are = few.heavy(replace(seen(rows), smallest=8))
    assert few_are.to_dict("records") == [{"said": "few", "calls": 300}], "two callers' issues are theirs"
    few_are.attrs = {"study": "callers", "table": "heavy", "fields": {c: f.as_dict() for c, f in callers.COLUMNS.items()}, "language": "zh"}
    assert say(few_are).text == show(few_are).text == "来电最多的1%不足8人，他们问什么不列出。"


def test_what_staff_found_comes_back_to_the_list():
    """1 was bound by policy once and can be solved now; of 2 the newest answer is unreasonable, and a later case that says nothing changes nothing; 3 was tagged after the month."""
    rows = [(c, d * DAY + c, "停水") for c in (1, 2, 3, 4) for d in range(5)]
    cases = {"seq": range(6), "caller": [1, 1, 2, 2, 3, None], "listed_s": [0, DAY, 0, DAY, 90 * DAY, 0], "cause": ["policy", "chasing", "unreasonable", "", "policy", "policy"],
             "solvable": ["no", "partly", "yes", "", "no", "no"], "measure": ["none", "handle", "wording", "", "none", "none"]}  # fmt: skip
    seen_ = seen(rows)
    told = listed.frequent(replace(seen_, tables={**seen_.tables, "cases": lazy(pd.DataFrame(cases))})).set_index("caller")
    assert told["tag"].to_dict() == {1: "solvable", 2: "unreasonable", 3: "", 4: ""}
    assert told.loc[[1, 2], "last_measure"].tolist() == ["handle", "wording"]
    assert set(listed.frequent(seen_)["tag"]) == {""}


CALLS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20 * DAY)), min_size=1, max_size=30)


@tried(60)
@given(CALLS, st.sampled_from([0.5, 1.0, 3.0, 7.0]))
def test_the_rolling_window_is_the_slow_loops(rows, days):
    frame = pd.DataFrame(rows, columns=["caller", "start_s"]).sort_values(["caller", "start_s"], ignore_index=True)
    slow = {c: max(sum(t <= u <= t + days * DAY for d, u in rows if d == c) for e, t in rows if e == c) for c in {r[0] for r in rows}}
    assert rules.so_far(frame, days).groupby(frame["caller"].to_numpy()).max().to_dict() == slow


def test_of_no_calls_nothing_is_counted():
    """A month whose list is empty still has a workbook."""
    none = pd.DataFrame({"caller": pd.Series(dtype=int), "start_s": pd.Series(dtype=int)})
    assert rules.later(none, 3).empty and rules.so_far(none, 3).empty


def test_more_calls_or_fewer_days_never_find_more():
    rng = np.random.default_rng(1)
    told = rules.grid(seen([(int(c), int(t)) for c, t in zip(rng.integers(0, 40, 400), rng.integers(0, 31 * DAY, 400), strict=True)]))
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
    told = listed.regular(seen(rows, 56)).set_index(["caller", "period"])
    assert (901, "week") in told.index and (902, "day") in told.index
    assert told.loc[(901, "week"), "weekday"] == "0" and told.loc[(901, "week"), "hour"] == pytest.approx(
        15.1, abs=0.2
    )  # 1970-01-01 was a Thursday
    assert len({c for c, _ in told.index} - {901, 902}) <= 2


def test_a_caller_of_the_fifteenth_is_found_in_many_months_alone():
    """Seeded: 150 callers at any time of eight months, one who calls around every 15th: that one by the month, at most two of the others; in five months nobody is judged by the month."""
    rng = np.random.default_rng(8)
    rows = [(c, int(t)) for c in range(150) for t in rng.integers(0, 243 * DAY, 12)]
    starts = [(pd.Timestamp(1970, m, 15) - pd.Timestamp(0)).days for m in range(1, 9)]
    rows += [(901, d * DAY + int(rng.integers(9 * HOUR, 17 * HOUR))) for d in starts]
    told = listed.regular(seen(rows, 243))
    monthly = told[told["period"] == "month"].set_index("caller")
    assert monthly.loc[901, "monthday"] in (15, 16) and np.isnan(monthly.loc[901, "hour"]) and len(set(told["caller"]) - {901}) <= 2
    assert "month" not in set(listed.regular(seen([r for r in rows if r[1] < 150 * DAY], 150))["period"])


def test_frequent_callers_are_parted_by_what_they_come_for():
    hours = (3, 17, 9, 22, 12, 6)
    problem = [(1, d * DAY + h * HOUR, "停水") for d, h in enumerate(hours)]
    habit = [(2, d * DAY + h * HOUR, f"诉求{d}") for d, h in enumerate(hours)]
    switchboard = [(3, n * HOUR * 8, "甲") for n in range(90)]
    told = listed.frequent(seen([*problem, *habit, *switchboard, (4, 0), (4, 20 * DAY)])).set_index("caller")
    assert told["kind"].to_dict() == {1: "problem", 2: "habit", 3: "shared"} and list(told.index) == [1, 2, 3]
    assert told.loc[1, ["calls", "most_calls", "issues", "same_issue_calls", "main_issue"]].tolist() == [6, 6, 1, 5, "停水"]
    own = listed.timeline(seen(problem), caller=1, within_days=2)
    assert (
        own["later"].tolist() == [1, 1, 1, 2, 1, 0]
        and own["next_hours"].tolist()[:2] == [38, 16]
        and own["started_at"].iloc[0] == "1970-01-01 03:00"
    )


def by_hand(caller: int, rows: list[tuple], rating: list) -> list:
    """What `frequent` counts of one caller's calls (second, issue or None), in the order of time, one call after the other."""
    known = [(at, issue) for at, issue in rows if issue is not None]
    names = list(dict.fromkeys(issue for _, issue in known))
    sizes = [sum(issue == name for _, issue in known) for name in names]
    again = sum(any(0 <= at - before <= 7 * DAY for before, other in known[:n] if other == issue) for n, (at, issue) in enumerate(known))
    gaps = [b[0] - a[0] for a, b in pairwise(rows)]
    top = sizes.index(max(sizes)) if sizes else None
    return [
        caller, len(rows), sum(gaps) / DAY, float(np.median(gaps)) / HOUR if gaps else np.nan, len(names), names[top] if sizes else "",
        sizes[top] / len(rows) if sizes else np.nan, 1, again, len(rows) * 1.0, float(np.mean(rating)) if rating else np.nan,
        "shared" if len(rows) >= 40 else "problem" if again and 2 * again >= len(gaps) else "habit",
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 30 * 24), st.sampled_from([None, "甲", "乙", "丙"]), st.sampled_from([None, 1, 5])),
        max_size=60,
    )
)
@tried(100)
def test_frequent_callers_are_those_of_the_slow_loop(drawn):
    """No caller comes by a clock here: there are not six weeks. Equal counts of two issues go to the one that came first."""
    always = [(9, 3, None, None), (9, 5, "丙", 5)]
    drawn = sorted(
        ((who, hour * HOUR + n, issue, rating) for n, (who, hour, issue, rating) in enumerate([*always, *drawn])), key=lambda row: row[1]
    )
    view_ = seen([row[:3] for row in drawn], rating=[row[3] for row in drawn])
    view_ = replace(view_, params=view_.params.model_copy(update={"watch": view_.params.watch.model_copy(update={"shared_a_month": 39})}))
    told = listed.frequent(view_, least_calls=2, within_days=31).drop(columns=["most_calls", "tag", "last_measure"])
    want = []
    for caller in sorted({row[0] for row in drawn}):
        own = [row for row in drawn if row[0] == caller]
        if len(own) < 2:
            continue
        want.append(by_hand(caller, [(at, issue) for _, at, issue, _ in own], [rating for *_, rating in own if rating is not None]))
    want = pd.DataFrame(want, columns=told.columns)
    pd.testing.assert_frame_equal(told.sort_values("caller", ignore_index=True), want, check_dtype=False)


def test_a_trial_suggests_what_finds_somebody():
    """Five callers who come three times within a fortnight, and never in a week: 3 calls in 14 days; where one alone is found, that rule; where nobody is, none."""
    rows = [(c, c * HOUR + d * DAY) for c in range(5) for d in (0, 7.5, 12)]
    some, one, none = (rules.grid(seen([(c, int(t)) for c, t in r])) for r in (rows, rows[:3], rows[:2]))
    assert some.loc[some["suggested"], ["least_calls", "within_days"]].values.tolist() == [[3, 14]]
    assert one.loc[one["suggested"], ["least_calls", "found"]].values.tolist() == [[3, 1]]
    assert not none["suggested"].any() and set(none["said"]) == {"none"}


def test_concentration():
    told = few.concentration(seen([(n, n * HOUR) for n in range(99)] + [(500, n * HOUR + 5) for n in range(101)])).set_index(
        "share_of_callers"
    )
    assert told.loc[0.01, ["callers", "share_of_calls"]].tolist() == [1, 0.505] and (told["share_of_calls"].diff().dropna() > 0).all()


def test_what_so_few_bring_is_not_told():
    """一百人里最多的1%是一个人、5%是五个人：占多少来电就是他们的来电数，不列出。"""
    base = replace(seen([(n, n * HOUR) for n in range(99)] + [(500, n * HOUR + 5) for n in range(101)]), smallest=8)
    told = few.concentration(base).set_index("share_of_callers")
    assert told.loc[[0.01, 0.05], ["callers", "share_of_calls"]].isna().all(axis=None)
    assert told.loc[[0.1, 0.2, 0.5], "share_of_calls"].notna().all()


def test_every_column_is_declared_and_shown_in_both_languages():
    rng = np.random.default_rng(3)
    rows = [(901, w * 7 * DAY + 4 * DAY + 15 * HOUR + int(rng.integers(600))) for w in range(8)] + ordinary(rng, 60, 56)
    base = seen(rows, 56)
    for name, make in callers.TABLES.items():
        frame = make(base, caller=901) if name == "timeline" else make(base)
        assert {c.removesuffix("_zh").removesuffix("_en") for c in frame} <= set(callers.COLUMNS) and len(frame), name
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
        rules.schemes(seen([(1, 0)]), rules=[(1, 7)])
    with pytest.raises(DataRefused, match="no known callers"):
        rules.schemes(seen([(None, 0)]))
    with pytest.raises(DataRefused, match="has no call in this period"):
        listed.timeline(seen([(1, 0)]), caller=9)
    with pytest.raises(DataRefused, match="needs outcome"):
        people.people(seen([(1, 0)], drop="outcome"))
    with pytest.raises(DataRefused, match="no known callers"):
        people.tries(seen([(None, 0)]))
    with pytest.raises(DataRefused, match="needs issue_1"):
        few.heavy(seen([(1, 0)], drop="issue_1"))
    none = rules.schemes(seen([(1, 0)]))
    assert set(none["said"]) == {"none"} and listed.frequent(seen([(1, 0)])).empty


@needs("bank1999")
def test_the_bank():
    """May: what the busiest 1 % bring, and the rule of telecom practice; single callers are for staff."""
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-05", progress=False)
    told = h.study("callers", "concentration", strict=True)
    assert told["share_of_calls"].is_monotonic_increasing and 0.1 < told["share_of_calls"].iloc[0] < 0.5 and told["gini"].iloc[0] > 0.5
    audience = {table: h.study("callers", table).attrs["audience"] for table in ("frequent", "schemes", "grid", "counts", "concentration")}
    assert audience == {"frequent": "staff", "schemes": "staff", "grid": "staff", "counts": "public", "concentration": "public"}


def test_counts_name_nobody_and_small_ones_are_not_told():
    """By hand: nine callers with an unsolved problem, one by habit, ninety calls of a switchboard, one ordinary caller."""
    hours = (3, 17, 9, 22, 12, 6)
    rows = [(c, d * DAY + h * HOUR + 60 * c, "停水") for c in range(9) for d, h in enumerate(hours)]
    rows += [(20, d * DAY + h * HOUR, f"诉求{d}") for d, h in enumerate(hours)] + [(30, n * HOUR * 8, "甲") for n in range(90)] + [(40, 0)]
    base = seen(rows)
    told = listed.counts(base).iloc[0]
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
    quiet = listed.counts(replace(base, smallest=8))
    assert quiet[["found", "regular", "said"]].iloc[0].tolist() == [11, 0, "found"]
    assert quiet[["problem", "habit", "shared"]].isna().all(axis=None), "11 less 9 would be one habit and one switchboard"
    assert quiet["habit_missing"].tolist() == [disclosure.UNTOLD]
    quiet.attrs = {"study": "callers", "table": "counts", "fields": {c: f.as_dict() for c, f in callers.COLUMNS.items()}, "language": "zh"}
    assert quiet["top_share"].isna().all(), "of 12 callers the busiest 1 % are one, and the share is this one's calls"
    assert say(quiet).text == "12位已识别的来电人中，11位在7天内来电4通及以上，占来电99.3%。"
    few = listed.counts(replace(seen([*rows[:6], (40, 0)]), smallest=8))
    assert few["said"].tolist() == ["few"] and few[["found", "found_calls", "call_share"]].isna().all(axis=None)
    assert listed.counts(seen([(1, 0)]))["said"].tolist() == ["none"]


@needs("bank1999")
def test_the_banks_heavy_callers_trade_in_stock():
    """May: the busiest 1 % (46 of 4,818 callers) bring 22.5 % of the calls; NE (stock exchange activity) is what sets them apart, 32.4 % of their calls against 8.5 % of the others'. The
    rate within 24 h is 52.5 % with them and 40.4 % without. By person 91 % got through, 74 % at the first call. Calls that nobody answered have no exit there and
    end with their menu and queue (1,345 redials were counted from their start).
    """
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-05", progress=False)
    first = h.study("callers", "heavy", strict=True).iloc[0]
    assert (first["issue"], first["busiest_calls"], first["busiest"]) == ("NE", 1552, 46) and first["ratio"] == pytest.approx(
        3.813, abs=0.001
    )
    both = h.study("definition", "heavy", strict=True).set_index("left_out")
    assert both.loc[["", "top"], ["numerator", "denominator"]].values.tolist() == [[11_201, 21_352], [6_693, 16_556]]
    people_ = h.study("callers", "people", strict=True).iloc[0]
    assert people_[["numerator", "denominator", "redials"]].tolist() == [4387, 4818, 1362]
    assert h.study("callers", "later").attrs["audience"] == "staff" and h.study("callers", "tries").attrs["audience"] == "public"
