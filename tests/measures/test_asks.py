"""提请研究的事项: each kind of matter by hand, just there and just not; three at most, the most pressing first."""

import json

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import show
from hotline_analysis.intake.store.frames import Frames
from hotline_analysis.measures import quotable
from hotline_analysis.measures.asks import COLUMNS, asks
from hotline_analysis.words import Field
from tests.spec.frames import KNOWN


def sheet(judgement="worse", reached=True, months=3, target=0.95, target_months=14, capability="") -> pd.DataFrame:
    row = {
        "indicator": "connection_rate",
        "judgement": judgement,
        "reached": reached,
        "reached_months": months,
        "target": target,
        "target_months": target_months,
        "capability": capability,
    }
    row |= {"value": 0.917, "values": (0.946, np.nan, 0.917), "unit": "percent", "better": "higher", "chapter": "service"}
    return pd.DataFrame([{**row, "lower": 0.932, "upper": 0.968, "leading": "worse" if judgement == "worse" else ""}])


def hours(said="gathered") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "named_hours": "9, 10",
                "named_value": 0.75,
                "named_usual": 0.812,
                "named_lost": 1913,
                "all_lost": 3322,
                "named_share": 0.576,
                "said": said,
            }
        ]
    )


def categories(state="outside", share_state="inside", a_day=0.3) -> pd.DataFrame:
    whole = {
        "category": "all",
        "level": 0,
        "count": 900,
        "before": 800,
        "a_day": 0.1,
        "state": "outside",
        "share": 1.0,
        "share_change": 0.0,
        "share_state": "",
    }
    return pd.DataFrame([whole, {**whole, "category": "市场消费", "level": 1, "count": 400, "before": 250, "a_day": a_day, "state": state, "share": 0.444, "share_change": 0.05, "share_state": share_state}])  # fmt: skip


def outage(recorded="no", broken="gap") -> pd.DataFrame:
    row = {"broken": broken, "started_at": "2024-09-11 14:04:34", "ended_at": "2024-09-11 15:20:10", "usual": 113.2, "p": 1e-9}
    return pd.DataFrame([row]).assign(recorded=recorded)


def shown(frame: pd.DataFrame, language: str = "zh") -> str:
    words = {**COLUMNS, "indicator": quotable.columns(KNOWN)["indicator"]}
    frame.attrs = {
        "study": "month",
        "table": "asks",
        "language": language,
        "fields": {c: f.as_dict() for c, f in words.items() if isinstance(f, Field) and c in frame},
    }
    return show(frame).text


def test_a_worse_month_whose_loss_gathers_asks_for_the_roster_of_those_hours():
    told = asks(sheet(), {"hours": hours()})
    assert told["kind"].tolist() == ["hours"] and told["at"].iloc[0] == "hours"
    assert (
        shown(told)
        == "9时和10时只接通75.0%（以往81.2%），全月没接起的3,322通有1,913通（58%）在这里。请确认这几个钟点的坐席是否减少，是否补足。"
    )
    assert shown(told, "en").startswith(
        "At 9:00 and 10:00 75.0% were answered (81.2% before); 1,913 of the month's 3,322 lost calls (58%) were lost there. Please"
    )


def test_a_month_within_its_range_asks_for_agents_only_where_that_range_lies_beside_its_target():
    told = asks(sheet("none", reached=False, capability="out of reach"), {"hours": hours()})
    assert told["kind"].tolist() == ["hours"]
    assert shown(told).endswith("在这里。以往的波动够不到目标：请定这几个钟点要不要增加坐席。"), "the usual hours have lost no agents"
    for able in ("at times", "met", ""):
        assert asks(sheet("none", reached=False, capability=able), {"hours": hours()})["said"].iloc[0] == "none", "missed by chance"


def test_a_worse_month_whose_loss_is_everywhere_asks_for_the_reason_and_names_no_hours():
    told = asks(sheet(), {"hours": hours("spread")})
    assert told["kind"].tolist() == ["worse"] and told["at"].iloc[0] == "ledger"
    assert (
        shown(told) == "接通率91.7%，差于以往的波动范围（93.2%～96.8%）。没接起的来电各钟点都有，不是某几个钟点的事。请查明原因，再定措施。"
    )
    for frames in ({"hours": hours("few")}, {}):
        assert shown(asks(sheet(), frames)) == "接通率91.7%，差于以往的波动范围（93.2%～96.8%）。请查明原因，再定措施。"
    assert (
        shown(asks(sheet(), {}), "en")
        == "Connection rate 91.7%, worse than its usual range (93.2% to 96.8%). Please find out why before deciding what to do."
    )
    assert shown(asks(sheet().assign(lower=np.nan), {})) == "接通率91.7%，差于平时。请查明原因，再定措施。"


def test_what_else_got_worse_stands_below_the_hours():
    other = sheet().assign(indicator="attrition", chapter="people")
    told = asks(pd.concat([sheet(), other], ignore_index=True), {"hours": hours()})
    assert told["kind"].tolist() == ["hours", "worse"] and told["indicator"].tolist() == ["", "attrition"]


def test_a_category_that_left_its_usual_range_upwards():
    told = asks(sheet("none"), {"categories": categories()})
    assert shown(told) == "市场消费400件，上月250件，占比44.4%（+5.0个百分点）。请研究是否专项处理。"
    assert asks(sheet("none"), {"categories": categories("inside", "outside")})["kind"].tolist() == ["category"]
    for quiet in (categories("inside"), categories(a_day=-0.3), categories("no evidence")):
        assert asks(sheet("none"), {"categories": quiet})["said"].iloc[0] == "none"


def test_a_silence_that_no_register_knows_of():
    told = asks(sheet("none"), {"outages": outage()})
    assert shown(told) == "9月11日14:04至9月11日15:20没有一通来电，按同类日子和当天的忙闲应有约113通。请核实是系统中断，还是记录缺失。"
    assert asks(sheet("none"), {"outages": outage().drop(columns="recorded")})["kind"].tolist() == ["silence"]
    assert asks(sheet("none"), {"outages": outage("yes")})["said"].iloc[0] == "none"
    assert asks(sheet("none"), {"outages": outage(broken="lost")})["said"].iloc[0] == "none"


def test_instants_of_the_study_are_kept_as_text():
    """The frame is kept as JSON, and its other rows hold '' there: an instant of pandas would end the run."""
    frame = outage().assign(**{name: pd.to_datetime(outage()[name]) for name in ("started_at", "ended_at")})
    told = asks(sheet("none"), {"outages": frame})
    assert json.dumps(told["started_at"].tolist()) == '["2024-09-11 14:04:34"]' and shown(told).startswith("9月11日14:04至9月11日15:20")


@pytest.mark.parametrize("frames", [{"outages": outage()}, {"categories": categories()}, {}], ids=["silence", "category", "none"])
def test_what_is_asked_is_kept_as_it_was_made(tmp_path, frames):
    told, kept = asks(sheet("none"), frames), Frames(tmp_path)
    for _ in range(2):
        pd.testing.assert_frame_equal(kept.get("k", lambda: told), told)


def test_a_target_that_was_missed_in_every_month_of_a_year():
    told = asks(sheet("none", months=0), {})
    assert shown(told) == "接通率目标≥95%，14个月都没有达到（91.7%～94.6%）。请定：改办理流程，还是改目标。"
    assert asks(sheet("none", months=1), {})["said"].iloc[0] == "none"
    assert asks(sheet("none", months=0, target_months=11), {})["said"].iloc[0] == "none"


def test_three_matters_at_most_the_most_pressing_first():
    frames = {
        "hours": hours(),
        "categories": categories(),
        "outages": outage(),
        "suggestions": pd.DataFrame({"said": ["some"], "count": [4]}),
    }
    told = asks(sheet(months=0), frames)
    assert told["kind"].tolist() == ["hours", "category", "silence"] and set(told["matters"]) == {3}
    assert shown(asks(sheet("none"), {"suggestions": frames["suggestions"]})) == "有4条建议证据足够。请定取舍。"


def test_a_quiet_month_says_that_there_is_none():
    assert shown(asks(sheet("none"), {})) == "本月没有需要提请研究的事项。"
    assert shown(asks(sheet("none"), {}), "en") == "There is no matter to be decided this month."
