"""The finer rules of a definition: resets, chases, chains, charging, dispatching, identities. Three engines, and the slow loop."""

import duckdb
import pandas as pd
import pytest
from hypothesis import given

from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.measures import rules
from hotline_analysis.measures.definition import Definition, comparable, parse
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import gap_table
from hotline_analysis.studies import window
from tests.laws import slow
from tests.laws.strategies import CALLS, HORIZON, RULES, random_hotline, table
from tests.laws.test_gap_laws import MANY, found
from tests.spec.frames import ENGINES, on, view
from tests.tried import WHOLE, tried

FEWER = tried(60)
RULE_SETS = (
    {"outbound": "reset"},
    {"outbound": "reset", "min_gap_seconds": 600, "callback_scope": "all"},
    {"outbound": "reset", "direction": "look-back", "index_scope": "all", "callback_scope": "all"},
    {"open_orders": "apart"},
    {"open_orders": "apart", "callback_scope": "all", "index_scope": "all", "clock": "start"},
    {"open_orders": "apart", "direction": "look-back"},
    {"identity": "person, phone"},
    {"identity": "person", "open_orders": "counted", "outbound": "reset"},
)
LINKS = {"order": (), "caller": ("order_id",), "call": ("order_id", "caller")}  # what the orders lack
SEEDS = [
    s for s in range(50) if WHOLE or (s < 24 and (s % 8 - s // 8) % 3 == 0)
]  # else each set of rules once, and each lack twice or more
NAMES = ("seq", "gap_s", "next_seq", "gap_same_1_s", "follow_s")


def without(data: dict, columns) -> dict:
    return {name: values for name, values in data.items() if name not in columns}


def records(data: dict) -> list[dict]:
    return [dict(zip(data, values, strict=True)) for values in zip(*data.values(), strict=True)]


def told(calls: dict, orders: dict, rule: Definition, engine: str) -> list[dict]:
    connection = duckdb.connect(config={"threads": 1}) if engine == "duckdb" else None
    frame, theirs = on(engine, calls, connection), on(engine, orders, connection)
    marked = rules.with_chases(frame, theirs, rule) if rule.open_orders == "apart" else frame
    gaps = pandas(gap_table(marked, rule, data_start_s=0, data_end_s=HORIZON)).sort_values("seq")
    return [
        {n: None if pd.isna(v) else int(v) for n, v in zip(NAMES, r, strict=True)}
        for r in gaps[list(NAMES)].astype(object).itertuples(index=False)
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_three_engines_agree_and_equal_the_slow_loop(seed):
    calls, orders = random_hotline(seed)
    orders = without(orders, list(LINKS.values())[seed // len(RULE_SETS) % 3])
    rule = parse(RULE_SETS[seed % len(RULE_SETS)], "law")
    if rule.identity != "caller":
        orders = without(orders, ("caller",))
    expected = slow.gaps(records(calls), rule, start_s=0, end_s=HORIZON, orders=records(orders))
    assert {engine: told(calls, orders, rule, engine) for engine in ENGINES} == dict.fromkeys(ENGINES, expected)


@FEWER
@given(CALLS, RULES)
def test_the_hotlines_own_calls_only_take_repeats_away(rows, rule):
    plain, reset = (found(rows, {**rule, "outbound": outbound}) for outbound in ("ignored", "reset"))
    for one, other in zip(plain, reset, strict=True):
        assert other["gap_s"] is None or other["gap_s"] == one["gap_s"]
        assert other["follow_s"] == one["follow_s"]


@pytest.mark.parametrize(("seed", "engine"), [(0, "duckdb"), (1, "polars"), (2, "polars"), (3, "pandas")])
def test_chains_equal_the_slow_walk(seed, engine):
    calls, _ = random_hotline(seed)
    settings = [{}, {"index_scope": "all", "callback_scope": "all", "clock": "start"}, {"outbound": "reset"}, {"min_gap_seconds": 600}][
        seed % 4
    ]
    for hours in (2, 24):
        expected = slow.chains(records(calls), parse(settings, "law"), start_s=0, end_s=HORIZON, window_s=hours * 3600)
        for chain, (k, n) in expected.items():
            seen = view(on(engine, calls), {**settings, "chain": chain, "windows_hours": [hours]}, start_s=0, end_s=HORIZON)
            naive = window.rates(seen).set_index("follow_up").loc["naive"]
            assert (naive["numerator"], naive["denominator"]) == (k, n), (chain, hours)


@MANY
@given(CALLS)
def test_the_three_chain_rules_are_one_identity(rows):
    """With E chains of which E1 hold one call, N calls: each = 1 - E/N, first = (E - E1)/N, cluster = 1 - E1/E (closed data)."""
    rule = parse({"index_scope": "all", "callback_scope": "all", "clock": "start"}, "law")
    for hours in (2, 24):
        counted = slow.chains(records(table(rows)), rule, start_s=0, end_s=HORIZON, window_s=hours * 3600)
        chains, calls = counted["cluster"][1], counted["each"][1]
        assert counted["each"][0] == calls - chains
        assert counted["first"][0] == counted["cluster"][0] <= counted["each"][0]


@pytest.mark.parametrize(("seed", "engine"), [(0, "duckdb"), (1, "polars"), (2, "pandas")])
def test_who_is_charged_equals_the_slow_count(seed, engine):
    calls, _ = random_hotline(seed)
    for charged in ("last", "first", "each"):
        rule = parse({"charged": charged, "windows_hours": [24], "follow_up": "naive"}, "law")
        gaps = {r["seq"]: r["gap_s"] for r in slow.gaps(records(calls), rule, start_s=0, end_s=HORIZON)}
        expected: dict = {}
        for row in records(calls):
            if row["seq"] not in gaps:
                continue
            first = row["agent_first"] if row["agent_first"] is not None else row["agent"]
            names = {"last": [row["agent"]], "first": [first], "each": {n for n in (first, row["agent"]) if n is not None} or [None]}[
                charged
            ]
            for name in names:
                k, n = expected.get(name, (0, 0))
                gap = gaps[row["seq"]]
                expected[name] = (k + (gap is not None and gap <= 86400), n + 1)
        frame = window.rates(view(on(engine, calls), {"charged": charged, "windows_hours": [24]}, start_s=0, end_s=HORIZON), by=("agent",))
        frame = frame[frame["follow_up"] == "naive"]
        seen = {None if pd.isna(a) else a: (k, n) for a, k, n in zip(frame["agent"], frame["numerator"], frame["denominator"], strict=True)}
        assert seen == expected, charged


FATES = {"*": "resolved", "a": "excluded", "d0": "unresolved", "b×d1": "excluded"}


def slow_fate(row: dict) -> str:
    if row["issue_1"] == "b" and row["department"] == "d1":
        return "excluded"
    if row["department"] == "d0":
        return "unresolved"
    return "excluded" if row["issue_1"] == "a" else "resolved"


@pytest.mark.parametrize("engine", ENGINES)
def test_what_dispatching_means_equals_the_slow_rule(engine):
    calls, _ = random_hotline(3, 120)
    definition = parse({"dispatch": FATES}, "law")
    frame = pandas(on(engine, calls).with_columns(fate=rules.fate(list(calls), definition))).sort_values("seq")
    assert frame["fate"].tolist() == [slow_fate(row) for row in sorted(records(calls), key=lambda row: row["seq"])]
    kept = pandas(rules.assessed(on(engine, calls), definition))["seq"]
    assert set(kept) == {r["seq"] for r in records(calls) if not (r["dispatched"] and slow_fate(r) == "excluded")}


def refused(settings: dict, calls: dict, orders: dict | None = None, by=()) -> str:
    tables = {} if orders is None else {"orders": on("polars", orders)}
    with pytest.raises((DataRefused, BadParams)) as fault:
        window.rates(view(on("polars", calls), settings, start_s=0, end_s=HORIZON, **tables), by=by)
    return str(fault.value)


def test_what_cannot_be_had_is_refused_with_a_sentence():
    calls, orders = random_hotline(1)
    apart = {"open_orders": "apart"}
    assert (
        refused(apart, calls)
        == "chases (催办) › not available: needs orders. Add 'orders:' with created_at and due_at, or leave 'open_orders' at counted."
    )
    assert (
        refused(apart, calls, without(orders, ["due_s"]))
        == "chases (催办) › not available: needs due_at in orders. Leave 'open_orders' at counted."
    )
    assert (
        refused(apart, calls, without(orders, ["order_id", "caller", "call_id"]))
        == "chases (催办) › not available: needs order_id, caller or call_id in orders to link them to calls."
    )
    assert (
        refused({"charged": "first"}, without(calls, ["agent_first"]), by=("agent",))
        == "repeat rate by agent › charged: first is not available: needs agent_first. Map that column, or set charged: last."
    )
    assert (
        refused({"direction": "look-back"}, calls, by=("agent",))
        == "repeat rate by agent › looking back charges whoever takes the repeat, not whoever left the problem unsolved. "
        "Set direction: look-ahead, or ask for it by name: charged: taker."
    )
    assert (
        refused({"dispatch": "*:excluded"}, without(calls, ["dispatched"]))
        == "dispatch rule › not available: needs dispatched. Map the column, or leave 'dispatch' empty."
    )
    assert "the calls have no column direction" in refused({"outbound": "reset"}, without(calls, ["direction"]))


def test_looking_back_by_agent_is_labelled_where_it_was_asked_for():
    calls, _ = random_hotline(1)
    seen = view(on("polars", calls), {"direction": "look-back", "charged": "taker", "windows_hours": [24]}, start_s=0, end_s=HORIZON)
    frame = window.rates(seen, by=("agent",))
    assert set(frame["caveat"]) == {"few"} or "look-back" in set(frame["caveat"])
    assert "不代表其处理得好坏" in seen.definition.line("zh")


def test_units_under_unlike_definitions_are_not_ranked():
    plain, other = Definition(), Definition(clock="start")
    comparable({"甲": plain, "乙": Definition()})
    comparable({"甲": plain, "乙": other}, force=True)
    with pytest.raises(DataRefused) as fault:
        comparable({"甲": plain, "乙": other, "丙": plain})
    assert str(fault.value) == (
        f"ranking › these figures are under unlike definitions (甲, 丙 under {plain.hash}; 乙 under {other.hash}), "
        "so their order would say nothing of the units. Count them all under one definition, or show them unranked."
    )


def test_rules_are_read_from_the_command_line_and_from_params():
    assert parse({"dispatch": "供水×水务局:resolved, *:excluded"}, "x").dispatch == {"供水×水务局": "resolved", "*": "excluded"}
    assert parse({"identity": "person, phone"}, "x").identity == "person,phone"
    for wrong, said in (
        ({"identity": "phone, phon"}, "'phon' is not one of caller, phone, person, code. Did you mean 'phone'?"),
        ({"identity": "caller, phone"}, "'caller' is the order of identities in params and stands alone"),
        ({"charged": "taker"}, "charged: taker is defined for look-back only"),
        ({"chain": "cluster", "mode": "calendar"}, "chain: cluster is defined for rolling windows, looking ahead, any or same issue"),
    ):
        with pytest.raises(BadParams, match=said.replace("(", ".").replace("?", ".")):
            parse(wrong, "x")
