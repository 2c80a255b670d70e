"""What a rule says of itself on every page, and rules that contradict themselves."""

from dataclasses import replace

import pytest

from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.measures import agents, orders, sharing
from hotline_analysis.measures.definition import parse
from tests.studies.orders import at, view


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"leave_out": ["agent=甲"]}, "'agent' names people, and a definition is printed on every page; leave them out in the source"),
        (
            {"leave_out": ["caller_phone=1"]},
            "'caller_phone' names people, and a definition is printed on every page; leave them out in the source",
        ),
        ({"match": "target"}, "match: target needs targets, the issues that a callback must be about"),
        ({"mode": "calendar", "direction": "look-back"}, "mode: calendar is defined for look-ahead only"),
        ({"chain": "first", "direction": "look-back"}, "chain: first is defined for rolling windows, looking ahead, any or same issue"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(given, said):
    with pytest.raises(BadParams) as refused:
        parse(given, "definitions")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        ({"identity": "phone,code"}, "按号码、唯一代码识别来电人", "caller by phone number, else unique code"),
        ({"open_orders": "apart"}, "工单到期前的来电为催办，另计", "calls before the order is due are chases, counted apart"),
        (
            {"dispatch": {"供水": "unresolved", "*": "resolved"}},
            "派单规则：其余派单算解决、供水派单算未解决",
            "when dispatched: others resolved, 供水 unresolved",
        ),
        ({"min_gap_seconds": 30}, "30秒以内不计", "gaps under 30 s not counted"),
        ({"data_end": "2024-05-01"}, "数据截至2024-05-01零时", "data end 2024-05-01 00:00"),
    ],
)
def test_what_differs_from_the_usual_rule_stands_in_its_line(given, zh, en):
    rule, usual = parse(given, "definitions"), parse({}, "definitions")
    assert f"，{zh}" in rule.line("zh") and zh not in usual.line("zh")
    assert f", {en}" in rule.line("en") and en not in usual.line("en")


def test_what_orders_are_judged_by_stands_in_one_line():
    one = {"created_s": [at("2024-08-01 09:00")]}
    assert orders.rule(view(one)).zh == "全部工单，重复件与内部件另列，未办结的按看到的时间计，撤回为竞争事件，撤回而时间不明的不计。"
    own = view(one, kinds="投诉", clock="working", working_hours=["09:00-12:00", "14:00-17:30"], reopened="first", before_created="zero")
    assert orders.rule(own).zh == (
        "投诉，重复件与内部件另列，未办结的按看到的时间计，撤回为竞争事件，撤回而时间不明的不计，只计工作时间09:00-12:00、14:00-17:30，重办的以首次解决计，早于受理的时间作当即。"
    )
    assert orders.rule(own).en == (
        "投诉; duplicates and internal orders apart; open ones count for as long as they were seen, withdrawals compete, those without a time are left out; "
        "working hours only, 09:00-12:00, 14:00-17:30; reopened ones by their first resolution; times before the creation taken as at once."
    )


def test_where_the_data_end_for_a_rule():
    """At its own day, at the period's end without look-ahead, else at the end of all data."""
    seen = view({"created_s": [at("2024-08-01 09:00")]}, end="2024-09-20")
    assert seen.end_s == at("2024-09-20 00:00")
    for given, end in ({"look_ahead": False}, "2024-09-01 00:00"), ({"data_end": "2024-08-15"}, "2024-08-15 00:00"):
        assert replace(seen, definition=parse(given, "test")).end_s == at(end)


def test_whoever_looks_back_has_no_later_call_to_pair_with():
    back = replace(view({"created_s": [at("2024-08-01 09:00")]}), definition=parse({"direction": "look-back"}, "test"))
    with pytest.raises(DataRefused) as refused:
        agents.pairs(back)
    assert str(refused.value) == "agents › the definition looks back, so a repeat is no later call. Leave 'direction' at look-ahead."


def test_a_share_that_is_too_large_is_none_of_ours(tmp_path):
    """It is not even opened: nobody knows what it is."""
    (tmp_path / "large.json").write_bytes(b" " * (sharing.LARGEST + 1))
    with pytest.raises(DataRefused) as refused:
        sharing.read(tmp_path / "large.json")
    assert str(refused.value) == "large.json › is no file that `hotline share` of version 2 wrote. Ask for it again."
