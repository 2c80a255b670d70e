"""The study of chats: the ten indicators in two readings, what the bot held off and what stayed ended, and the sentences of both."""

from datetime import date

import pandas as pd
import pytest

from hotline_analysis import say, show
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.periods import Period
from hotline_analysis.studies import chats
from tests.measures.catalogue.test_intelligent import BEGIN, HOUR, MAY, held
from tests.spec.frames import on, view


def shown(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    frame.attrs = {
        "study": "chats",
        "table": table,
        "fields": {name: f.as_dict() for name, f in chats.COLUMNS.items() if name in frame or f"{name}_zh" in frame},
        "period": {"label": "2024-05", "zh": "2024年5月", "en": "May 2024"},
    }
    return frame


def seen(**more):
    tables = held(**more)
    made = view(tables.pop("calls"), {}, start_s=BEGIN, end_s=MAY.end_s, **tables)
    return made.over(Period("2024-05", MAY.start_s, MAY.end_s, date(2024, 5, 1), date(2024, 5, 31)))


def test_both_readings_stand_one_above_the_other():
    frame = shown(chats.ten(seen()), "ten")
    assert list(frame["reading"].iloc[:4]) == ["document", "suggested"] * 2 and len(frame) == 22
    assert frame.set_index("key").loc[["script_use", "script_sessions"], "value"].tolist() == [1.5, 0.75]
    assert (frame["told"].iloc[0], frame["over"].iloc[0]) == (10, 2)
    zh, en = (say(frame, language=language).text for language in ("zh", "en"))
    assert zh == "十项指标中10项有数字，按原文算2项超过100%，名字说的是另一回事。"
    assert en == "10 of the ten indicators have figures; as the document has them 2 pass 100%: their names promise something else."
    remarks = frame.set_index("key")["remark_zh"]
    assert (
        remarks["script_use"] == "一次会话可以使用几次，所以会超过100%" and remarks["exchanges_percent"] == "平均数写成百分数，总是超过100%"
    )
    page = show(frame, language="zh").text
    assert "客户等待回复的平均时长" in page and "40.0秒" in page and "原文口径" in page and "建议口径" in page


def test_what_is_missing_says_so_in_its_row():
    frame = shown(chats.ten(seen(drop=("scripts_used", "speaker"))), "ten")
    row = frame.set_index("key").loc["script_use"]
    assert pd.isna(row["value"]) and row["missing"] == "not available: needs scripts_used" and frame["told"].iloc[0] == 8
    assert "未提供" in show(frame, language="zh").text


def test_what_the_bot_ended_and_what_came_back():
    """Ten chats with the bot alone, of ten callers, four of whom telephone an hour later; two with a person."""
    rows = [(f"s{n}", "bot" if n < 10 else "agent", HOUR * n, None, HOUR * n + 60, "system", "bot", 0, 0, 0, 0, None) for n in range(12)]
    tables = held(sessions=rows, messages=[("s0", 0, "customer")])
    frame = tables["sessions"].collect("pandas").to_native().assign(caller=range(12))
    rang = {
        "start_s": [BEGIN + HOUR * (n + 1) for n in range(4)],
        "caller": list(range(4)),
        "seq": list(range(4)),
        "outcome": ["answered"] * 4,
    }
    tables |= {"calls": on("pandas", {**rang, "local_s": rang["start_s"]}), "sessions": on("pandas", frame.to_dict("list"))}
    made = view(tables.pop("calls"), {}, start_s=BEGIN, end_s=MAY.end_s, **tables).over(MAY)
    found = shown(chats.deflection(made), "deflection")
    assert found.set_index("key")["value"].to_dict() == pytest.approx(
        {"bot_interception": 10 / 12, "bot_alone": 10 / 12, "bot_contained": 6 / 12}
    )
    assert found["lost"].iloc[0] == pytest.approx(4 / 12)
    assert say(found, language="zh").text == "机器人独立完成83.3%，24小时内没有再联系的占50.0%。"
    assert say(found, language="en").text == "The bot ended 83.3% of the sessions alone; of 50.0% nobody was heard for 24 h."


def test_without_chats_it_says_what_is_lacking():
    alone = view(on("pandas", {"seq": [0], "start_s": [BEGIN], "local_s": [BEGIN]}), {}, start_s=BEGIN, end_s=MAY.end_s).over(MAY)
    for table in (chats.ten, chats.deflection):
        with pytest.raises(DataRefused, match="sessions"):
            table(alone)
    with pytest.raises(DataRefused, match="no base"):
        chats.ten(seen(sessions=[("s", None, 0, *[None] * 9)], messages=[("s", 0, None)], events=[(None, 0, None, None, None)]))
