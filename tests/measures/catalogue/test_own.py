"""自定指标: declared in params without code, by hand on a few calls; and what params say of indicators that exist."""

import pandas as pd
import pytest

from hotline_analysis.errors import BadParams
from hotline_analysis.hotline import _check_indicators
from hotline_analysis.measures import catalogue
from hotline_analysis.measures.indicators import evaluate
from hotline_analysis.params import Params, load
from tests.measures.catalogue.test_traditional import CALLS, DAY, ENGINES, JUNE, MAY, _calls
from tests.spec.frames import on, view

COLUMNS = {"started_at": "a", "channel": "b", "talk_seconds": "c", "transferred": "d", "outcome": {"from": "e", "values": {"x": "answered"}}, "caller": {"from": "f", "kind": "phone"}}  # fmt: skip
ORDERS = {"files": "y.csv", "columns": {"created_at": "a", "kind": "k"}}


def params(**own) -> Params:
    given = {"title": "x", "time_zone": "UTC", "calls": {"files": "x.csv", "columns": COLUMNS}, "orders": ORDERS, "indicators": own}
    return Params.model_validate(given)


OWN = {
    "web_share": {"name": "网站占比", "numerator": {"where": {"channel": "web"}}, "denominator": {}, "better": "higher"},
    "long_calls": {"name": "长通话占比", "numerator": {"where": {"talk_seconds": {"least": 80}}}, "denominator": {"where": {"outcome": "answered"}}},
    "middle_talk": {"name": "中等通话时长", "numerator": {"sum": "talk_seconds"}, "denominator": {"where": {"talk_seconds": {"least": 20, "most": 90}}}, "unit": "seconds"},
    "named_share": {"name": "有渠道的占比", "numerator": {"where": {"channel": {"known": True}}}, "denominator": {}},
    "transfers_a_day": {"name": "日均转接", "numerator": {"where": {"transferred": "true"}}, "unit": "calls_a_day"},
    "two_channels": {"name": "两渠道", "numerator": {"where": {"channel": ["web", "phone"]}}, "denominator": {"where": {"caller": {"known": True}}}},
}  # fmt: skip
GOLDEN = {  # numerator, denominator: rows in which a column of the numerator is empty are in neither part
    "web_share": (2, 6),  # the channel of one call is not known
    "long_calls": (2, 3),  # of four answered calls the talk of one was not read
    "middle_talk": (130, 2),
    "named_share": (6, 7),
    "transfers_a_day": (1, 3),
    "two_channels": (6, 6),
}


def evaluated(engine="pandas", own=OWN, periods=(MAY,), end_s=MAY.start_s + 3 * DAY) -> pd.DataFrame:
    known = catalogue.known(params(**own))
    seen = view(on(engine, _calls()), {}, start_s=MAY.start_s, end_s=end_s, params=params(**own))
    return evaluate(seen, list(periods), [known[key] for key in own]).set_index("indicator")


@pytest.mark.parametrize("engine", ENGINES)
def test_自定指标_by_hand(engine):
    told = evaluated(engine)
    assert {key: (r["numerator"], r["denominator"]) for key, r in told.iterrows()} == GOLDEN
    assert (told["missing"] == "").all() and len(CALLS) == 7


def test_an_empty_month_has_no_share_of_its_own():
    told = evaluated(periods=(JUNE,), end_s=JUNE.end_s).drop(index="transfers_a_day")
    assert told["value"].isna().all() and set(told["missing"]) == {"no calls"}


def test_its_words_are_made_of_its_conditions():
    known = catalogue.known(params(**OWN))
    assert known["web_share"].formula.zh == "渠道为web的来电 ÷ 渠道已知的来电"
    assert known["web_share"].formula.en == "calls (channel web) ÷ calls (channel known)"
    assert known["long_calls"].formula.zh == "结果为接通、通话时长不小于80的来电 ÷ 结果为接通、通话时长已知的来电"
    assert known["middle_talk"].formula.zh == "通话时长不小于20不大于90的来电的通话时长合计 ÷ 通话时长不小于20不大于90的来电"
    told = catalogue.glossary(known).set_index("key").loc["web_share"]
    assert (told["name"], told["better"], told["source"], told["most"]) == ("网站占比", "高为好", "params", "1")
    assert known["web_share"].first  # a hotline that declares one wants to see it


def test_a_share_of_two_tables_may_pass_all_and_says_so():
    own = {"calls_an_order": {"name": "呼入与工单之比", "numerator": {}, "denominator": {"table": "orders"}}}
    found = catalogue.known(params(**own))["calls_an_order"]
    assert found.most is None and found.beyond.zh == "分子与分母来自两张表，所以可能超过100%"


def write(tmp_path, text: str):
    file = tmp_path / "x.yaml"
    head = "title: x\ncalls:\n  files: a.csv\n  columns: {started_at: a, channel: 渠道, talk_seconds: t, outcome: {from: o, values: {y: answered}}}\n"
    file.write_text(head + text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: {name: A, numerator: {where: {outcome: answred}}, denominator: {}}", "indicators › a › numerator › where › outcome: 'answred' is no word of it. Did you mean 'answered'?"),
        ("a: {name: A, numerator: {where: {talk_seconds: long}}, denominator: {}}", "indicators › a › numerator › where › talk_seconds: 'long' is not a number."),
        ("a: {name: A, numerator: {where: {channel: {least: 3}}}, denominator: {}}", "indicators › a › numerator › where › channel: texts have no least and most; write a word."),
        ("a: {name: A, numerator: {sum: channel}, denominator: {}, unit: times}", "indicators › a › numerator › sum: 'channel' holds no numbers."),
        ("a: {name: A, numerator: {sum: talk_seconds}, denominator: {}}", "indicators › a: unit: a share is rows of rows, or a sum of a sum; write another unit."),
        ("a: {name: A, numerator: {}}", "indicators › a: without a denominator it is a number a day; write unit: calls_a_day or orders_a_day, not percent."),
        ("a: {name: A, numerator: {table: orders}, denominator: {}}", "indicators › a › numerator › table: no orders are named; add 'orders:', or take another table."),
        ("Web: {name: A, numerator: {}, denominator: {}}", "indicators: 'Web' is no key; write small letters, digits and _, such as web_share."),
        ("a: {numerator: {}, denominator: {}}", "indicators › a: 'name' is missing; say what the page should call it."),
        ("a: {name: A, numerator: {where: {talk_seconds: {least: 9, most: 3}}}, denominator: {}}", "indicators › a › numerator › where › talk_seconds: least 9 is above most 3; no row meets both."),
    ],
)  # fmt: skip
def test_what_a_declaration_may_not_say(tmp_path, text, sentence):
    with pytest.raises(BadParams) as refused:
        load(write(tmp_path, "indicators:\n  " + text + "\n"))
    assert str(refused.value) == f"x.yaml › {sentence}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("connection_rat: {owner: 质检科}", "x.yaml › indicators › connection_rat › 'connection_rat' is not an indicator here. Did you mean 'connection_rate'?"),
        ("connection_rate: {name: A, numerator: {}, denominator: {}}", "x.yaml › indicators › connection_rate › there is an indicator of this key already. Take another key."),
        ("connection_rate: {replaced_by: asa_second}", "x.yaml › indicators › connection_rate › replaced_by › 'asa_second' is not another indicator here. Did you mean 'asa_seconds'?"),
        ("connection_rate: {replaced_by: asa_seconds}", "x.yaml › indicators › connection_rate › replaced_by › 'asa_seconds' does not say since when. Add 'since' to asa_seconds."),
    ],
)  # fmt: skip
def test_what_may_be_said_of_indicators(tmp_path, text, sentence):
    with pytest.raises(BadParams) as refused:
        _check_indicators(load(write(tmp_path, "indicators:\n  " + text + "\n")))
    assert str(refused.value) == sentence


def test_both_readings_in_the_month_of_the_change_and_one_before_and_after():
    own = {
        **OWN,
        "web_share": {**OWN["web_share"], "replaced_by": "two_channels"},
        "two_channels": {**OWN["two_channels"], "since": "2024-05"},
    }
    known = catalogue.known(params(**own))
    shown = {m: [k for k in ("web_share", "two_channels") if catalogue.in_force(known, k, m)] for m in ("2024-04", "2024-05", "2024-06")}
    assert shown == {"2024-04": ["web_share"], "2024-05": ["web_share", "two_channels"], "2024-06": ["two_channels"]}
