"""What must hold of every hotline: the gap table against the slow loop, and relations that need no oracle (faults 5, methods 1)."""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis.measures import counts
from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import CONTROL_WEEKS, control, gap_table
from hotline_analysis.stats import binned
from hotline_analysis.studies import window
from tests.laws import slow
from tests.laws.strategies import CALLS, HORIZON, RULES, blanked, random_calls, table
from tests.spec.frames import ENGINES, on, view
from tests.tried import WHOLE, tried

WINDOWS = [0.5, 2, 24, 48]
MANY = tried(200, one_in=10)  # each example is a gap table or two


def found(rows: list[tuple], rule: dict, engine: str = "polars") -> list[dict]:
    return found_of(table(rows), rule, engine)


def found_of(data: dict[str, list], rule: dict, engine: str) -> list[dict]:
    """The gap table's columns that the slow loop knows, by seq."""
    frame = pandas(gap_table(on(engine, data), parse(rule, "law"), data_start_s=0, data_end_s=HORIZON)).sort_values("seq")
    names = ["seq", "gap_s", "next_seq", "gap_same_1_s", "follow_s"]
    return [
        {n: None if pd.isna(v) else int(v) for n, v in zip(names, r, strict=True)}
        for r in frame[names].astype(object).itertuples(index=False)
    ]


def expected(rows: list[tuple], rule: dict) -> list[dict]:
    return expected_of(table(rows), rule)


def expected_of(data: dict[str, list], rule: dict) -> list[dict]:
    records = [dict(zip(data, values, strict=True)) for values in zip(*data.values(), strict=True)]
    return slow.gaps(records, parse(rule, "law"), start_s=0, end_s=HORIZON)


@pytest.mark.parametrize(("step", "first"), [(1, 2**40), (2**26, 0), (2**33, 7), (2**25, -(2**30))])
def test_places_that_begin_anywhere_and_lie_any_way_apart_tell_the_same_gaps(step, first):
    """A lake's numbers may be far apart: what DuckDB sorts in 32 bits is sorted as it stands where it does not fit."""
    calls, rule = on("duckdb", table(random_calls(5))), parse({}, "law")
    ends = {"data_start_s": 0, "data_end_s": HORIZON}
    moved = calls.with_columns(seq=nw.col("seq") * step + first)
    plain, other = (pandas(gap_table(c, rule, **ends)).sort_values("seq", ignore_index=True) for c in (calls, moved))
    assert other["next_seq"].equals(plain["next_seq"] * step + first) and plain["next_seq"].notna().sum() > 20
    assert other.drop(columns=["seq", "next_seq"]).equals(plain.drop(columns=["seq", "next_seq"]))


@tried(200)
@given(CALLS, RULES)
def test_gaps_equal_the_slow_loop(rows, rule):
    assert found(rows, rule) == expected(rows, rule)


@pytest.mark.parametrize("seed", range(50 if WHOLE else 10))  # ten meet every rule twice
def test_three_engines_agree_and_equal_the_slow_loop(seed):
    rules = [
        {},
        {"clock": "start", "index_scope": "all", "callback_scope": "all"},
        {"callback_scope": "answered", "index_scope": "all"},
        {"min_gap_seconds": 600},
        {"match": "target", "targets": "a"},
    ]
    rows, rule = random_calls(seed), rules[seed % len(rules)]
    told = expected(rows, rule)
    assert {engine: found(rows, rule, engine) for engine in ENGINES} == dict.fromkeys(ENGINES, told)


ENDLESS_RULES = [
    {},
    {"index_scope": "all", "callback_scope": "all"},
    {"direction": "look-back"},
    {"min_gap_seconds": 600, "index_scope": "all"},
]


@pytest.mark.parametrize("lacking", [(), ("end_s",), ("end_s", "answered_s", "hold_seconds"), ("talk_seconds",), ("outcome",)], ids=str)
@pytest.mark.parametrize("seed", range(len(ENDLESS_RULES)))
def test_ends_that_are_not_written_are_worked_out_alike_on_every_engine(seed, lacking):
    data, rule = blanked(table(random_calls(seed, 90)), seed), ENDLESS_RULES[seed]
    if "outcome" in lacking:
        rule = {**rule, "index_scope": "all", "callback_scope": "all"}
    data = {name: values for name, values in data.items() if name not in lacking}
    told = expected_of(data, rule)
    assert {engine: found_of(data, rule, engine) for engine in ENGINES} == dict.fromkeys(ENGINES, told)
    assert told != expected_of(data, {**rule, "clock": "start"})


SEVEN_WEEKS = 7 * 7 * 86400
LONG_CALLS = [0, 60, 21600, 15 * 86400, 22 * 86400]  # seconds; longer than two and than three weeks too
CONTROL_RULES = [
    {},
    {"clock": "start"},
    {"index_scope": "answered", "callback_scope": "all"},
    {"index_scope": "all", "callback_scope": "answered"},
    {"min_gap_seconds": 21600},
    {"match": "target", "targets": "a"},
    {"outbound": "reset"},
]


@pytest.mark.parametrize("seed", range(len(CONTROL_RULES)))
def test_control_instants_equal_the_slow_loop_on_every_engine(seed):
    rule, draw = CONTROL_RULES[seed], np.random.default_rng(seed)
    parts = draw.integers(0, 3, 80), draw.integers(0, 7 * 7 * 4, 80) * 21600, draw.choice(LONG_CALLS, 80)
    words = draw.choice(["a", "b"], 80), draw.choice(["answered", "answered", "abandoned", "test"], 80)
    rows = [(int(c), int(s), int(d), str(i), str(o)) for c, s, d, i, o in zip(*parts, *words, strict=True)]
    data, parsed = table(rows), parse(rule, "law")
    records = [dict(zip(data, values, strict=True)) for values in zip(*data.values(), strict=True)]
    told = slow.controls(records, parsed, list(CONTROL_WEEKS), start_s=0, end_s=SEVEN_WEEKS)
    for engine in ENGINES:
        made = gap_table(on(engine, data), parsed, data_start_s=0, data_end_s=SEVEN_WEEKS, controls=True)
        frame = pandas(made).sort_values("seq").astype(object)
        seen = [
            {"seq": r["seq"], **{week: tuple(None if pd.isna(r[c]) else int(r[c]) for c in control(week)) for week in CONTROL_WEEKS}}
            for r in frame.to_dict("records")
        ]
        assert seen == told, engine


def repeats(rows: list[tuple], gap: str = "gap_s", **rule) -> list[int]:
    """Calls followed within each window, no correction."""
    gaps = [r[gap] for r in found(rows, rule)]
    return [sum(g is not None and g <= w * 3600 for g in gaps) for w in WINDOWS]


@MANY
@given(CALLS, RULES)
def test_a_wider_window_never_has_fewer_repeats_on_one_cohort(rows, rule):
    counted = repeats(rows, **rule)
    assert counted == sorted(counted)


@MANY
@given(CALLS, RULES)
def test_same_issue_is_never_more_than_any(rows, rule):
    for any_, same in zip(repeats(rows, **rule), repeats(rows, "gap_same_1_s", **rule), strict=True):
        assert same <= any_


@MANY
@given(CALLS, st.integers(0, 23))
def test_a_calendar_day_is_inside_a_rolling_24_hours(rows, cut):
    frame = pandas(
        gap_table(on("polars", table(rows)), parse({"clock": "start", "cut_hour": cut}, "law"), data_start_s=0, data_end_s=HORIZON)
    )
    same_day = frame[frame["next_day"] == frame["day"]]
    assert (same_day["gap_s"] <= 86400).all()


@MANY
@given(CALLS)
def test_looking_back_counts_the_same_repeats_on_closed_data(rows):
    rule = {"index_scope": "all", "callback_scope": "all", "clock": "start"}
    assert repeats(rows, **rule) == repeats(rows, direction="look-back", **rule)


@MANY
@given(CALLS, st.randoms(use_true_random=False), RULES)
def test_row_order_and_names_of_callers_do_not_matter(rows, random, rule):
    once = list({r[1]: r for r in rows}.values())
    shuffled = list(once)
    random.shuffle(shuffled)
    renamed = [(None if r[0] is None else 9 - r[0], *r[1:]) for r in shuffled]
    assert repeats(once, **rule) == repeats(renamed, **rule)


@MANY
@given(CALLS, st.integers(1, 6), RULES)
def test_more_unknown_callers_add_no_repeat(rows, more, rule):
    added = rows + [(None, i * 60, 0, "a", "answered") for i in range(more)]
    assert repeats(added, **rule) == repeats(rows, **rule)


@MANY
@given(CALLS, RULES)
def test_a_caller_of_one_call_adds_no_repeat(rows, rule):
    assert repeats([*rows, (8, HORIZON // 2, 0, "a", "answered")], **rule) == repeats(rows, **rule)


@MANY
@given(CALLS)
def test_two_callers_taken_for_one_never_have_fewer_repeats(rows):
    rule = {"index_scope": "all", "callback_scope": "all", "clock": "start"}
    merged = [(0 if r[0] == 1 else r[0], *r[1:]) for r in rows]
    for apart, together in zip(repeats(rows, **rule), repeats(merged, **rule), strict=True):
        assert together >= apart


@MANY
@given(CALLS)
def test_one_less_the_share_of_callers_is_the_repeat_rate_of_closed_data(rows):
    """r = 1 - E / N: without a window every caller is one episode, and all their calls but the last were followed."""
    told = found(rows, {"index_scope": "all", "callback_scope": "all", "clock": "start"})
    callers = {r[0] for r, d in zip(rows, table(rows)["direction"], strict=True) if r[0] is not None and d == "in" and r[4] != "test"}
    assert sum(r["gap_s"] is not None for r in told) == len(told) - len(callers)


@MANY
@given(CALLS, RULES)
def test_a_later_end_of_the_data_changes_no_gap_that_was_seen(rows, rule):
    rule = {**rule, "direction": "look-ahead"}
    short = pandas(gap_table(on("polars", table(rows)), parse(rule, "law"), data_start_s=0, data_end_s=HORIZON // 2))
    whole = {r["seq"]: r for r in found(rows, rule)}
    for row in short.itertuples():
        assert whole[row.seq]["follow_s"] >= row.follow_s
        if not pd.isna(row.gap_s):
            assert whole[row.seq]["gap_s"] == row.gap_s


@pytest.mark.parametrize("seed", range(12))
def test_kaplan_meier_is_the_plain_share_when_everyone_was_watched(seed):
    early = [(c, s // 4, d, i, o) for c, s, d, i, o in random_calls(seed)]
    seen = view(on("polars", table(early)), {"windows_hours": WINDOWS}, start_s=0, end_s=2 * HORIZON)
    frame = window.rates(seen).set_index(["follow_up", "window_hours"])
    for hours in WINDOWS:
        km, naive = frame.loc[("km", hours)], frame.loc[("naive", hours)]
        assert km["value"] == pytest.approx(naive["numerator"] / naive["denominator"], abs=1e-12)


def test_no_calls_give_no_rate():
    frame = window.rates(view(on("duckdb", table([])), {}, start_s=0, end_s=HORIZON))
    assert frame["denominator"].sum() == 0
    assert frame["value"].isna().all()


@MANY
@given(CALLS, st.integers(0, 10**4), RULES)
def test_moving_the_clock_moves_nothing(rows, by, rule):
    """By whole days: the direction of a call in these tables follows its clock, so it is carried over."""
    calls = table(rows)
    moved = {**calls, **{c: [s + by * 86400 for s in calls[c]] for c in ("start_s", "local_s", "end_s")}}
    frames = [
        pandas(gap_table(on("polars", data), parse(rule, "law"), data_start_s=s, data_end_s=s + HORIZON)).sort_values(
            "seq", ignore_index=True
        )
        for data, s in ((calls, 0), (moved, by * 86400))
    ]
    assert frames[0][["seq", "gap_s", "follow_s"]].equals(frames[1][["seq", "gap_s", "follow_s"]])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_bins_hold_the_same_calls_as_the_seconds(engine):
    """Every call is in the bin of `binned.bin_of`, also with windows between the regular edges."""
    edges = binned.bin_edges_seconds(menu_seconds=[45, 1000, 5 * 3600 + 7, 100 * 3600 + 1])
    near = [e + d for e in edges.tolist() for d in (-1, 0, 1)]
    rows = [(n, 0, 0, "a", "answered") for n in range(len(near))] + [(n, s, 0, "a", "answered") for n, s in enumerate(near)]
    seen = view(on(engine, {**table(rows), "direction": ["in"] * len(rows)}), {"clock": "start"}, start_s=0, end_s=10**7)
    timed = pandas(counts.timed(seen.gaps(), seen.definition, horizon_s=int(edges[-1])).with_columns(bin=counts.bin_expression(edges)))
    assert set(timed["seconds"]) >= {e for e in near if e <= edges[-1]}
    assert timed["bin"].astype(int).tolist() == binned.bin_of(timed["seconds"].astype(int), edges).tolist()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rule", [{}, {"match": "same"}, {"direction": "look-back"}, {"chain": "cluster"}], ids=str)
def test_one_query_gives_the_seconds_and_the_bins_that_two_give(engine, rule):
    """`counts.both` against `exact` and `cube`, by strata with a missing word, at the last edge and at a nearer horizon."""
    columns = table(random_calls(5, 300))
    columns |= {"direction": ["in"] * 300, "area": [("x", "y", None)[n % 3] for n in range(300)]}
    seen = view(on(engine, columns), rule, start_s=HORIZON // 4, end_s=HORIZON)
    edges = binned.bin_edges_seconds(menu_seconds=[1000, 90_000])
    for by, horizon_s in (([], int(edges[-1])), (["area"], 90_000), (["area"], 1000)):
        exact, cube = counts.both(seen.gaps(), seen.definition, edges=edges, horizon_s=horizon_s, by=by)
        assert set(exact["event"]) == {0, 1}
        pd.testing.assert_frame_equal(exact, counts.exact(seen.gaps(), seen.definition, horizon_s=horizon_s, by=by))
        pd.testing.assert_frame_equal(cube, counts.cube(seen.gaps(), seen.definition, edges=edges, by=by))
    with pytest.raises(ValueError, match="beyond the last edge"):
        counts.both(seen.gaps(), seen.definition, edges=edges, horizon_s=int(edges[-1]) + 1)
