"""A month with every kind of effect planted suggests what was planted; its twin without any suggests nothing. The frames need some 4,000 calls a month to be
told from chance, which takes some seconds.
"""

import pytest

from hotline_analysis import open_hotline, say, show
from tests.report.planted import AGENTS, write_planted


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return open_hotline(write_planted(tmp_path_factory.mktemp("planted"), planted=True), "2024-02", progress=False)


@pytest.fixture(scope="module")
def null(tmp_path_factory):
    return open_hotline(write_planted(tmp_path_factory.mktemp("null"), planted=False, calls_a_day=90), "2024-02", progress=False)


def test_what_was_planted_is_suggested(planted):
    found = planted.suggestions.set_index("kind")
    assert {"shifts", "notify", "coach", "answers", "channel"} <= set(found.index)
    assert tuple(found.loc["notify", ["subject", "then"]]) == ("停水报修", "水费减免")
    assert tuple(found.loc["channel", ["subject", "then"]]) == ("微信", "电话")
    assert found.loc["coach", "persons"] == 1 and found.loc["answers", "subject"] == "查询电话"


def test_its_size_is_what_a_slow_count_of_the_rows_gives(planted):
    """高峰的来电里，若与其余时段一样接通，多接通多少。"""
    week = planted.study("service", "connection")
    peak = {(r.weekday, r.hour) for r in week[week["peak"]].itertuples()}
    counted = {True: [0, 0], False: [0, 0]}
    for row in planted.calls().itertuples():
        place = ((row.local_s // 86400 + 3) % 7, row.local_s % 86400 // 3600)
        counted[place in peak][0] += row.outcome == "answered"
        counted[place in peak][1] += 1
    (k, n), (other, calls) = counted[True], counted[False]
    row = planted.suggestions.set_index("kind").loc["shifts"]
    assert row["size"] == pytest.approx((other / calls - k / n) * n) and row["n"] == n
    assert (planted.suggestions["size_low"] > 0).all() and (planted.suggestions["size_low"] <= planted.suggestions["size"]).all()


def test_it_names_nobody(planted):
    held = set(planted.suggestions.astype(str).to_numpy().ravel())
    assert not held & set(AGENTS) and planted.suggestions.attrs["audience"] == "public"


def test_the_page_says_them_with_size_interval_and_what_to_look_at(planted):
    zh, en = (show(planted.suggestions, language=language) for language in ("zh", "en"))
    assert "“停水报修”来电时，主动告知“水费减免”怎么办" in zh.text and "Tell callers about 停水报修 how to go about 水费减免" in en.text
    assert zh.html.count("预计效果") == zh.html.count("下月怎样看") == len(planted.suggestions) == en.html.count("Expected effect")
    assert f"{len(planted.suggestions)}条过了门槛" in say(planted.suggestions).text
    assert show(planted.asks).text.endswith("条建议证据足够。请定取舍。")


def test_a_null_month_suggests_nothing(null):
    assert null.suggestions["said"].tolist() == ["none"] and null.suggestions["kind"].tolist() == [""]
    assert say(null.suggestions).text == "本月证据不足以支持任何行动。8类依据中8类有数据可看，没有一条过了门槛。"
    assert say(null.suggestions, language="en").text.startswith("This month's evidence is not enough for any action.")
    assert show(null.suggestions).text == "" and show(null.asks).text == "本月没有需要提请研究的事项。"
