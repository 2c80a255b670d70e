"""Where days are lost the follow-up of a call ends, as it does at the end of the data: by hand, against slow loops, and on hotlines whose truth is known."""

from dataclasses import replace

import narwhals.stable.v2 as nw
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis.measures import chance, flows, indicators
from hotline_analysis.measures.catalogue import repeats
from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import CONTROL_WEEKS, control, gap_table, until_lost
from hotline_analysis.measures.view import View, not_kept
from hotline_analysis.studies import exposure, window
from hotline_analysis.studies.definition import published
from tests.laws import slow
from tests.laws.strategies import CALLS, HORIZON, RULES, table
from tests.spec.frames import ENGINES, on
from tests.studies.hotlines import random_rows, view_of, view_of_world
from tests.tried import tried
from tests.worlds import World, world

DAY, HOUR = 86400, 3600


def losing(view: View, *lost: tuple[int, int]) -> View:
    """The view without the records of some stretches, which it knows to be lost."""
    calls = view.table("calls").filter(
        nw.all_horizontal(*[(nw.col("start_s") < a) | (nw.col("start_s") >= b) for a, b in lost], ignore_nulls=False)
    )
    return replace(view, tables={"calls": calls}, keep=not_kept, held={}, lost=lambda: lost)


def at(day: int, hour: float, caller: int) -> tuple:
    return (caller, round(day * DAY + hour * HOUR), 0, "a", "answered")


# ---- by hand: the month is days 28 to 55, the data are days 0 to 62

CALLED = [
    at(30, 0, 1),  # 一周内没有再打
    at(31, 0, 2), at(35, 0, 2),  # 96小时后再打；此后没有
    at(54, 0, 3), at(54, 10, 3),  # 10小时后再打；此后没有
    at(55, 0, 4), at(59, 0, 4),  # 96小时后再打
]  # fmt: skip
BY_HAND = {  # lost days; then by call of the month: hours to the next call, hours watched; then the share followed in 24 h and in 168 h
    "没有少": ((), [(None, 792), (96, 768), (None, 672), (10, 216), (None, 206), (96, 192)], 1 / 6, 3 / 6),
    # 56、57日没有记录：月末三通看到56日零时。96小时时只剩3通还看着：1 − 5/6 × 2/3
    "月后": (((56, 58),), [(None, 624), (96, 600), (None, 504), (10, 48), (None, 38), (None, 24)], 1 / 6, 1 - 5 / 6 * 2 / 3),
    # 33日没有记录：31日的来电看48小时，它35日的复电在那之后。96小时时只剩3通还看着：1 − 5/6 × 2/3
    "月内": (((33, 34),), [(None, 72), (None, 48), (None, 672), (10, 216), (None, 206), (96, 192)], 1 / 6, 1 - 5 / 6 * 2 / 3),
    # 61、62日没有记录：与数据在61日零时结束一样。96小时时五通还看着，两通复电：1 − 5/6 × 3/5
    "数据末": (((61, 63),), [(None, 744), (96, 720), (None, 624), (10, 168), (None, 158), (96, 144)], 1 / 6, 1 - 5 / 6 * 3 / 5),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("lost", "told", "in_24", "in_168"), BY_HAND.values(), ids=BY_HAND)
def test_a_call_is_watched_until_the_first_lost_day_behind_it(engine, lost, told, in_24, in_168):
    stretches = tuple((a * DAY, b * DAY) for a, b in lost)
    view = replace(view_of(CALLED, engine=engine, clock="start", windows_hours=[24, 168]), lost=lambda: stretches)
    found = pandas(view.gaps()).sort_values("seq")
    seen = [(None if pd.isna(r.gap_s) else r.gap_s / HOUR, r.follow_s / HOUR) for r in found.itertuples()]
    assert seen == told
    assert found["next_seq"].isna().tolist() == found["next_day"].isna().tolist() == [gap is None for gap, _ in told]
    rates = window.rates(view)
    assert rates[rates["follow_up"] == "km"]["value"].tolist() == pytest.approx([in_24, in_168])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_control_instant_is_watched_until_there_too_and_on_a_lost_day_is_none(engine):
    """42日12时的一通，前后第2、3周是28、21、56、63日（63日在数据之外）；来电人59日零时又打来."""
    rows = [at(21, 15, 1), at(42, 12, 1), at(59, 0, 1)]

    def controls(*lost):
        stretches = tuple((a * DAY, b * DAY) for a, b in lost)
        found = pandas(replace(view_of(rows, engine=engine, clock="start"), lost=lambda: stretches).gaps(controls=True)).iloc[0]
        return {week: tuple(None if pd.isna(found[c]) else found[c] / HOUR for c in control(week)) for week in CONTROL_WEEKS}

    hours = 24 * 63 - 12
    assert controls() == {
        -3: (3, hours - 24 * 21),
        -2: (24 * 14, hours - 24 * 28),
        2: (60, hours - 24 * 56),
        3: (None, None),
    }
    assert controls((28, 29), (57, 58)) == {-3: (3, 24 * 7 - 12), -2: (None, None), 2: (None, 12), 3: (None, None)}


def test_a_month_behind_which_days_are_lost_is_waited_for_no_longer():
    """The data reach three days behind the month: a week is not over, but nobody's follow-up goes on behind a lost day. What corrects nothing goes on, and so does what does not follow callers."""
    seen = view_of(random_rows(3), data_days=59)
    end = seen.period.end_s
    assert seen.watched_on(72) is None and str(seen.watched_on(168)) == "1970-03-05"
    for lost, waits in (
        ((end, end + DAY), False),
        ((end - DAY, end + DAY), False),
        ((end + DAY, end + 2 * DAY), False),
        ((end - 2 * DAY, end), True),
        ((end + DAY, end + 3 * DAY), True),  # to the data's end: these records may be on their way
    ):
        without = losing(seen, lost)
        assert (without.watched_on(168) is not None) is waits, lost
        assert without.but(follow_up="naive").watched_on(168) == without.reached_on(168) == seen.watched_on(168)


def test_where_no_day_is_lost_nothing_is_asked_and_nothing_changes():
    view = view_of(random_rows(3))
    gaps = gap_table(view.table("calls"), view.definition, data_start_s=0, data_end_s=63 * DAY)
    assert until_lost(gaps, view.definition, ()) is gaps
    plain = view.gaps().to_native().sql_query()
    assert "least" not in plain.lower(), "the projection is not there"
    asked = []
    indicators.evaluate(replace(view, lost=lambda: asked.append(1) or ()), [view.period], [repeats.SHARE])
    assert not asked, "only where callers are followed"


# ---- against the slow loop, which looks at every other call

STRETCHES = st.lists(st.tuples(st.integers(0, 23), st.integers(1, 4)), max_size=3).map(
    lambda drawn: _apart(sorted((3 * HOUR * a, 3 * HOUR * (a + n)) for a, n in drawn))
)


def _apart(drawn: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Stretches in order that neither meet nor overlap: those that begin before the last has ended are left out."""
    kept = []
    for start, end in drawn:
        if not kept or start > kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)


def _found(rows, rule, lost, engine):
    definition = parse(rule, "law")
    gaps = gap_table(on(engine, table(rows)), definition, data_start_s=0, data_end_s=HORIZON)
    names = ["seq", "gap_s", "next_seq", "gap_same_1_s", "follow_s"]
    frame = pandas(until_lost(gaps, definition, lost)).sort_values("seq")[names].astype(object)
    return [{n: None if pd.isna(v) else int(v) for n, v in zip(names, r, strict=True)} for r in frame.itertuples(index=False)]


def _as_if_the_data_ended_there(rows, rule, lost):
    """Each call as the slow loop tells it of data that end at the first lost stretch behind the call (looking back: begin at the last one before it)."""
    definition, data = parse(rule, "law"), table(rows)
    records = [dict(zip(data, values, strict=True)) for values in zip(*data.values(), strict=True)]
    started, told = {r["seq"]: r for r in records}, []
    for own in slow.gaps(records, definition, start_s=0, end_s=HORIZON):
        row = started[own["seq"]]
        if definition.direction == "look-ahead":
            ends = min([a for a, b in lost if slow.reference(row, definition) < b], default=HORIZON)
            within = {"start_s": 0, "end_s": ends}
        else:
            within = {"start_s": max([b for a, b in lost if row["start_s"] >= b], default=0), "end_s": HORIZON}
        told += [r for r in slow.gaps(records, definition, **within) if r["seq"] == own["seq"]]
    return told


@tried(150)
@given(CALLS, RULES, STRETCHES)
def test_a_call_before_a_lost_stretch_is_told_as_if_the_data_ended_there(rows, rule, lost):
    rows = [r for r in rows if not any(a <= r[1] < b for a, b in lost)]
    assert _found(rows, rule, lost, "polars") == _as_if_the_data_ended_there(rows, rule, lost)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rule", [{}, {"direction": "look-back"}, {"match": "same"}, {"min_gap_seconds": 3600}], ids=str)
def test_three_engines_agree(seed, rule):
    lost = ((10 * DAY, 11 * DAY), (40 * DAY, 43 * DAY), (56 * DAY, 58 * DAY))
    ahead = rule.get("direction") != "look-back"
    frames, rates = [], []
    for engine in ENGINES:
        view = losing(view_of(random_rows(seed), engine=engine, **rule), *lost)
        frame = pandas(view.all_gaps(controls=ahead)).sort_values("seq", ignore_index=True)
        frames.append(frame.astype(object).where(frame.notna(), None))
        rates.append(window.rates(view))
    for frame, rate in zip(frames[1:], rates[1:], strict=True):
        assert frame.to_dict("records") == frames[0].to_dict("records")
        pd.testing.assert_frame_equal(rate, rates[0])
    assert frames[0]["gap_s"].notna().sum() > 100


@pytest.mark.parametrize("seed", range(4))
def test_control_instants_equal_a_slow_loop(seed):
    """Watched to the first lost stretch behind the instant; a call behind that is not known of; an instant inside a stretch is no control."""
    lost, rows = ((20 * DAY, 22 * DAY), (58 * DAY, 59 * DAY)), random_rows(seed, 120, 6)
    rows = [r for r in rows if not any(a <= r[1] < b for a, b in lost)]
    data, definition = {**table(rows), "direction": ["in"] * len(rows)}, parse({}, "law")
    records = [dict(zip(data, values, strict=True)) for values in zip(*data.values(), strict=True)]
    reference, told = {r["seq"]: slow.reference(r, definition) for r in records}, []
    for row in slow.controls(records, definition, list(CONTROL_WEEKS), start_s=0, end_s=63 * DAY):
        for week in CONTROL_WEEKS:
            instant, (gap, follow) = reference[row["seq"]] + week * 7 * DAY, row[week]
            if follow is None or any(a <= instant < b for a, b in lost):
                row[week] = (None, None)
                continue
            ends = min([a for a, b in lost if instant < a], default=63 * DAY)
            row[week] = (gap if gap is not None and instant + gap < ends else None, ends - instant)
        told.append(row)
    frame = pandas(losing(view_of(rows), *lost).all_gaps(controls=True)).sort_values("seq").astype(object)
    seen = [
        {"seq": r["seq"], **{week: tuple(None if pd.isna(r[c]) else int(r[c]) for c in control(week)) for week in CONTROL_WEEKS}}
        for r in frame.to_dict("records")
    ]
    assert seen == told


def test_flows_count_calls_and_instants_that_were_watched_for_the_whole_window():
    lost, window_s = ((44 * DAY, 46 * DAY), (57 * DAY, 58 * DAY)), 72 * HOUR
    view = losing(view_of(random_rows(5)), *lost)
    found = flows.transitions(view, level=1, window_s=window_s)
    rows = pandas(view.gaps())
    reference = rows["reference_s"].to_numpy()

    def watched(instant) -> bool:
        return instant >= 0 and instant + window_s <= 63 * DAY and not any(instant < b and instant + window_s > a for a, b in lost)

    assert found.calls.sum() == sum(map(watched, reference)) and found.unwatched == len(rows) - found.calls.sum()
    assert found.instants.sum() == sum(watched(s + week * 7 * DAY) for s in reference for week in CONTROL_WEEKS)


# ---- hotlines whose truth is known


def _inside(frame: pd.DataFrame, hours: float, truth: float, prefix: str = "") -> bool:
    row = frame[frame["window_hours"] == hours].iloc[0]
    return row[f"{prefix}low"] <= truth <= row[f"{prefix}high"]


def _km(view: View) -> pd.DataFrame:
    frame = window.rates(view)
    return frame[frame["follow_up"] == "km"]


def _lost_of(w: World) -> dict[str, tuple[int, int]]:
    return {"a week after the month": (w.end, w.end + 7 * DAY), "three days inside it": (w.start + 14 * DAY, w.start + 17 * DAY)}


@pytest.mark.parametrize("name", ["heavy", "flat"])
@pytest.mark.parametrize("which", ["a week after the month", "three days inside it"])
def test_lost_days_do_not_move_the_rate_nor_what_is_beyond_habit(name, which):
    """Before, these days counted as days on which nobody called: 168 h read two to four points too low, and what comes by habit too."""
    w = world(name, 1, calls=20_000)
    whole = view_of_world(w, tail_hours=14 * 24, windows_hours=[24, 72, 168])
    view = losing(whole, _lost_of(w)[which])
    rates, evidence = _km(view), window.evidence(view, resamples=10)
    for hours in (24, 72, 168):
        assert _inside(rates, hours, w.followed(hours)) and _inside(evidence, hours, w.problem_driven(hours), "excess_")
    assert set(rates["caveat"]) == {"lost days"} and evidence["caveat"].str.contains("lost days").all()
    blind = replace(view, lost=tuple)
    assert not _inside(_km(blind), 168, w.followed(168)), "what the test would not see without the mend"
    complete = window.evidence(whole, resamples=10).set_index("window_hours")["chance"]
    assert evidence.set_index("window_hours")["chance"][168.0] == pytest.approx(complete[168.0], abs=0.01)
    assert abs(window.evidence(blind, resamples=10).set_index("window_hours")["chance"][168.0] - complete[168.0]) > 0.01


def test_lost_days_are_no_movement_of_the_volume():
    """A lost week is no long holiday: what habit is is told from the other weeks, so a window may be recommended."""
    w = world("heavy", 1, calls=20_000)
    whole = view_of_world(w, tail_hours=14 * 24)
    view = losing(whole, *_lost_of(w).values())
    assert chance.moved(replace(view, lost=tuple)).unsteady and not chance.moved(view).unsteady
    assert chance.moved(view).week == pytest.approx(chance.moved(whole).week, abs=0.05)


def test_a_window_that_too_few_calls_were_watched_for_is_marked_as_few():
    """每天20通、四周；每周少两天，没有一通看满168小时：据不到30通的，与不足30通一样标出."""
    rows = [at(day, hour, int(day * 31 + hour * 7) % 90) for day in range(63) for hour in range(20)]
    lost = [(day * DAY, (day + 1) * DAY) for day in range(27, 62, 5)]
    frame = window.rates(losing(view_of(rows, windows_hours=[2, 24, 120]), *lost)).set_index(["follow_up", "window_hours"])
    assert frame["caveat"]["km"].to_dict() == {2.0: "lost days", 24.0: "lost days", 120.0: "few"} and set(frame["cut_from"]) == {2.0}
    assert frame["denominator"]["full"][24.0] > 30 > frame["denominator"]["full"][120.0]
    assert "cut_from" not in window.rates(view_of(rows))


def test_what_corrects_nothing_takes_the_records_as_they_stand():
    """`follow_up: naive`, and what published rules count themselves (clusters, callers, four in a week): not cut, whatever is lost."""
    view = losing(view_of(random_rows(7)), (40 * DAY, 42 * DAY), (57 * DAY, 58 * DAY))
    blind = replace(view, lost=tuple, held={})
    naive, told = (window.rates(v.but(follow_up=f)) for v, f in ((blind, "km"), (view, "naive")))
    both = [f[f["follow_up"] == "naive"][["window_hours", "numerator", "denominator", "value"]] for f in (naive, told)]
    pd.testing.assert_frame_equal(*both)
    plain, cut = (published.panel(v).set_index("key")[["numerator", "denominator", "value"]] for v in (blind, view))
    own = [rule.key for rule in published.PANEL if rule.measure != "followed"]
    pd.testing.assert_frame_equal(plain.loc[own], cut.loc[own])
    assert (plain.loc[["any_168h", "genesys_7d"], "value"] != cut.loc[["any_168h", "genesys_7d"], "value"]).all()


def test_studies_stand_a_hotline_that_loses_every_fourth_day():
    """Nobody is watched for 72 hours: longer windows have no figure, and nothing breaks."""
    view = losing(view_of(random_rows(9, 4000, 60)), *[((d) * DAY, (d + 1) * DAY) for d in range(1, 62, 4)])
    rates, evidence = _km(view).set_index("window_hours"), window.evidence(view, resamples=10).set_index("window_hours")
    assert rates.loc[[120.0, 168.0], "value"].isna().all() and rates.loc[[2.0, 24.0], "value"].notna().all()
    assert evidence.loc[168.0, ["value", "excess", "recommended_hours"]].isna().all() and not evidence["recommended"].any()
    points = exposure.points(view)
    assert not points["published"].any() and len(exposure.curves(view)) and len(window.density(view)) and len(window.pareto(view))
    assert flows.transitions(view, level=1, window_s=168 * HOUR).calls.sum() == 0
