"""Claims before and after a measure: durations, contacts and productivity by hand, the same months of the year, other ways of contact, too few to tell."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import say
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import seasons
from hotline_analysis.measures.periods import Calendar
from hotline_analysis.params import Params
from hotline_analysis.studies import improvement
from tests.spec.frames import on
from tests.studies.test_improvement import FIRST, shown, view_of

PARAMS = Params.model_validate({"title": "x", "time_zone": "UTC", "calls": {"files": "x.csv", "columns": {"started_at": "x"}}})
AT = Calendar(PARAMS).instant
HOUR, DAYS = 3600, 730


def measure(day: str, *claims: str, **more) -> dict:
    return {"interventions": [{"date": day, "name": {"zh": "新班次", "en": "New shifts"}, "claims": list(claims), **more}]}


def orders_of(hours, days: int = DAYS, a_day: int = 2) -> dict:
    """So many orders a day, each answered after the hours that its day has, and resolved an hour later."""
    rows = [
        (AT(FIRST + timedelta(days=n)) + HOUR * 9 + 60 * k, hours(FIRST + timedelta(days=n), k)) for n in range(days) for k in range(a_day)
    ]
    created = [r[0] for r in rows]
    answered = [None if h is None else c + round(HOUR * h) for c, h in rows]
    resolved = [None if a is None else a + HOUR for a in answered]
    return {
        "seq": list(range(len(rows))),
        "created_s": created,
        "responded_s": answered,
        "resolved_s": resolved,
        "department": ["甲局", "乙局"] * (len(rows) // 2),
    }


def fifth(day: date, k: int) -> float:
    """20 and 40 hours, from July 2024 on a fifth of it."""
    return (20 if k == 0 else 40) * (0.2 if day >= date(2024, 7, 1) else 1)


def told(project: dict, table: str, rows: dict | None = None, **more) -> pd.DataFrame:
    """A table of the study; rows: the calls, where they are not the plain ones of `view_of`."""
    view = view_of(project, **more)
    view = replace(view, tables={**view.tables, "calls": on("polars", rows)}) if rows else view
    return shown(improvement.TABLES[table](view), table)


def test_replies_in_a_fifth_of_the_time_by_hand():
    """July to November side by side in both years: medians 20 and 4 hours, nine in ten 40 and 8, within 24 h one half and all of them."""
    frame = told(measure("2024-07-01", "response"), "durations", days=700, orders=orders_of(fifth, 700))
    row = frame.iloc[0]
    assert (row["duration"], row["pairs"], row["matched"], row["cases_before"], row["cases_after"]) == (
        "response",
        5,
        "same months",
        306,
        306,
    )
    assert [row[c] for c in ("median_before", "median_after", "ninth_before", "ninth_after")] == pytest.approx([20, 4, 40, 8])
    assert (row["ratio_change"], row["ratio_low"], row["ratio_high"]) == pytest.approx((-0.8, -0.8, -0.8))
    assert (row["within_before"], row["within_after"], row["within_change"], row["limit"]) == (0.5, 1.0, 0.5, "24h")
    assert say(frame, language="zh").text == (
        "新班次（2024-07-01起）：5个同月对比，受理到首次响应的中位数由20小时变为4小时（−80.0%，−80.0%至−80.0%）；"
        "24小时内由50.0%变为100.0%（+50.0个百分点，+44.3至+55.6）。"
    )
    assert (
        "From receipt to the first response: the median went from 20 h to 4 h (−80.0%, −80.0% to −80.0%); within 24 h"
        in say(frame, language="en").text
    )


def test_the_claim_is_what_the_indicator_speaks_of():
    named = {"response_24h": "response", "resolution_48h": "resolution"}
    for indicator, duration in named.items():
        frame = told(measure("2024-07-01", indicator=indicator), "durations", days=700, orders=orders_of(fifth, 700))
        assert list(frame["duration"]) == [duration]
    with pytest.raises(DataRefused, match="claims"):
        told(measure("2024-07-01", indicator="connection_rate"), "durations", answered=[0.9] * 60)


def test_a_season_does_not_pass_for_an_improvement():
    """Winters take twice as long, and nothing is done: December to February after January 2024 with the same months before."""

    def season(day: date, k: int) -> float:
        return (40 if day.month in (12, 1, 2) else 20) * (1 + 0.1 * k)

    frame = told(measure("2024-03-01", "response"), "durations", days=500, orders=orders_of(season, 500))
    assert frame["matched"].iloc[0] == "same months" and frame["ratio_change"].iloc[0] == pytest.approx(0)
    assert frame["said"].iloc[0] == "none" and "没有证据表明有变化" in say(frame, language="zh").text


def test_one_pair_of_months_is_not_judged():
    def short(day: date, k: int) -> float:
        return (20 + day.day / 10) * (0.5 if day >= date(2023, 3, 1) else 1)

    frame = told(measure("2023-03-01", "response"), "durations", days=90, orders=orders_of(short, 90))
    assert (frame["matched"].iloc[0], frame["pairs"].iloc[0], frame["said"].iloc[0]) == ("next months", 1, "two periods")
    assert "仅有两期，不判好坏" in say(frame, language="zh").text


def test_open_orders_count_for_as_long_as_they_were_seen_and_few_are_not_compared():
    def half_open(day: date, k: int):
        return None if k and day >= date(2023, 3, 1) else 10.0

    row = told(measure("2023-03-01", "response"), "durations", days=90, orders=orders_of(half_open, 90)).iloc[0]
    assert row["median_after"] == 10 and np.isnan(row["ninth_after"]) and row["within_after"] == pytest.approx(0.5, abs=0.02)
    few = told(measure("2023-03-01", "response"), "durations", days=90, orders=orders_of(fifth, 90), smallest=100)
    assert few["said"].iloc[0] == "nothing" and "不作对比" in say(few, language="zh").text


def test_a_measure_for_one_department_is_compared_there():
    def one(day: date, k: int) -> float:
        return 20 * (0.5 if k == 0 and day >= date(2024, 7, 1) else 1)

    given = {n: measure("2024-07-01", indicator="response_24h", units=[n]) for n in ("甲局", "乙局", "丙局")}
    found = {n: told(project, "durations", days=700, orders=orders_of(one, 700)).iloc[0] for n, project in given.items()}
    assert (found["甲局"]["ratio_change"], found["乙局"]["ratio_change"]) == pytest.approx((-0.5, 0))
    assert found["丙局"]["said"] == "nothing"


# ---- contacts


def sessions_of(bot, people, days: int = DAYS) -> dict:
    rows = [
        (FIRST + timedelta(days=n), who)
        for n in range(days)
        for who, many in (("bot", bot), ("agent", people))
        for _ in range(many(FIRST + timedelta(days=n)))
    ]
    at = [AT(day) + 36_000 + n for n, (day, _) in enumerate(rows)]
    return {"seq": list(range(len(rows))), "local_s": at, "opened_s": at, "served_by": [who for _, who in rows]}


def calls_of(many, days: int) -> dict:
    at = [AT(day) + 36_000 + k for day in (FIRST + timedelta(days=n) for n in range(days)) for k in range(many(day))]
    return {"seq": list(range(len(at))), "local_s": at, "start_s": at, "outcome": ["answered"] * len(at), "direction": ["in"] * len(at)}


def later(before: int, after: int):
    return lambda day: after if day >= date(2023, 7, 1) else before


def test_a_quarter_fewer_calls_that_moved_to_the_chat():
    """Calls 8 to 6 a day, chats with the bot 1 to 3, with a person 1 and 1: calls fell by a quarter, which is a fifth of all contacts, and all stayed as they were."""
    chats = sessions_of(later(1, 3), lambda day: 1, 365)
    frame = told(measure("2023-07-01", "contacts"), "contacts", calls_of(later(8, 6), 365), days=365, sessions=chats)
    found = frame.set_index("way")
    assert set(found["matched"]) == {"next months"} and set(found["pairs"]) == {3}
    assert found["a_day_before"].to_dict() == pytest.approx({"phone": 8, "chat": 1, "bot": 1, "people": 9, "all": 10})
    assert found["volume_change"].to_dict() == pytest.approx({"phone": -0.25, "chat": 0, "bot": 2, "people": -2 / 9, "all": 0})
    assert found["of_all"].drop("all").to_dict() == pytest.approx({"phone": -0.2, "chat": 0, "bot": 0.2, "people": -0.2})
    assert found.loc["phone", "volume_high"] < 0 < found.loc["all", "volume_high"] and found.loc["phone", "said"] == "two periods"
    zh = say(frame, language="zh").text
    assert "日均来电由8.0次变为6.0次（−25.0%" in zh and "相当于此前全部联系的−20.0%" in zh and "日均全部联系由10.0次变为10.0次" in zh


def test_without_chats_it_is_said():
    frame = told(measure("2023-04-01", "contacts"), "contacts", answered=[0.9] * 181, calls=5)
    assert list(frame["way"]) == ["phone"] and np.isnan(frame["of_all"].iloc[0])
    assert "没有在线会话的数据，看不出是否转到了别的渠道" in say(frame, language="zh").text


def test_a_measure_for_an_issue_is_told_with_the_contacts_of_that_issue():
    """供水每日4通变2通，别的每日6通不变：只给供水的措施，来电减半，不是所有来电的五分之一；会话没有分诉求时不拿全部会话去比."""

    def halves(rows: dict) -> dict:
        day = pd.Series(rows["local_s"]) // 86400
        return {**rows, "issue_1": ["其他" if n < 6 else "供水" for n in day.groupby(day).cumcount()]}

    calls = halves(calls_of(later(10, 8), 365))
    project = measure("2023-07-01", "contacts", issues=["供水"])
    alone = told(project, "contacts", calls, days=365)
    assert alone[["way", "a_day_before", "a_day_after"]].to_numpy().tolist() == [["phone", pytest.approx(4), pytest.approx(2)]]
    assert alone["volume_change"].iloc[0] == pytest.approx(-0.5)
    of_orders = told(measure("2023-07-01", "contacts", issues=["供水"], indicator="response_24h"), "contacts", calls, days=365)
    assert of_orders["a_day_before"].tolist() == pytest.approx([4]), "an indicator of orders names the issue, calls have it too"
    chats = sessions_of(lambda day: 2, lambda day: 6, 365)
    other = told(project, "contacts", calls, days=365, sessions=chats)
    assert list(other["way"]) == ["phone"] and "在线会话没有记在这些单位或诉求名下的" in say(other, language="zh").text
    told_apart = {**chats, "issue_1": ["供水" if who == "bot" or n % 2 else "其他" for n, who in enumerate(chats["served_by"])]}
    both = told(project, "contacts", calls, days=365, sessions=told_apart).set_index("way")
    assert both["a_day_before"].to_dict() == pytest.approx({"phone": 4, "chat": 3, "bot": 2, "people": 7, "all": 9})
    units = told(measure("2023-07-01", "contacts", units=["甲组"]), "contacts", calls | {"unit": ["甲组" if i == "供水" else "乙组" for i in calls["issue_1"]]}, days=365)  # fmt: skip
    assert units["a_day_after"].tolist() == pytest.approx([2])


def test_nothing_before_is_refused():
    with pytest.raises(DataRefused, match="no whole month"):
        told(measure("2023-01-01", "contacts"), "contacts", answered=[0.9] * 60, calls=5)


# ---- productivity, months


def test_first_call_resolution_and_pace_are_compared_as_any_indicator():
    frame = told(measure("2023-03-01", "solved", "pace"), "productivity", answered=[0.9] * 120, calls=5)
    assert list(frame["indicator"]) == ["first_call_resolution_24h", "calls_an_hour"] and set(frame["why"]) <= {"nobody", "not available"}


def test_months_have_their_pair_a_year_before():
    assert seasons.matched(["2022-07", "2023-06", "2023-07"], ["2024-06", "2024-07"]) == (
        [("2023-06", "2024-06"), ("2023-07", "2024-07")],
        "same months",
    )
    assert seasons.matched(["2023-01", "2023-02"], ["2023-03", "2023-04", "2023-05"]) == (
        [("2023-01", "2023-03"), ("2023-02", "2023-04")],
        "next months",
    )
    assert seasons.matched([], ["2023-03"]) == ([], "next months")
