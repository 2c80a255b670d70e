"""What is odd about small made tables, and the grade that follows."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb
import pandas as pd
import pytest

from hotline_analysis.hotline import open_hotline
from hotline_analysis.intake.check_words import CHECKS, SEVERITY, place, sentence
from hotline_analysis.intake.checks import COLUMNS, GRADES, checks, grade
from hotline_analysis.intake.read.ledger import GARBLED, SHORT, UNFINISHED, FileLedger
from hotline_analysis.params import Params
from tests.intake.storing import export, hotline

CONNECTION = duckdb.connect(config={"threads": 1})
EPOCH = datetime(1970, 1, 1)


@dataclass
class Month:
    first_day: date
    last_day: date

    @property
    def start_s(self) -> int:
        return (self.first_day - date(1970, 1, 1)).days * 86400

    @property
    def end_s(self) -> int:
        return (self.last_day - date(1970, 1, 1)).days * 86400 + 86400


MAY = Month(date(2024, 5, 1), date(2024, 5, 31))


def params(**settings) -> Params:
    calls = {"files": "x", "columns": {"started_at": "time", "call_id": "id"}, **settings.pop("source", {})}
    return Params(**{"title": "t", "time_zone": "UTC", "holidays": "", "calls": calls, **settings})


def calls(first: date, last: date, a_day, **columns) -> pd.DataFrame:
    """So many calls on each day, a minute apart from 8 o'clock on; `a_day` is a number or a function of the day."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    starts = [
        datetime(d.year, d.month, d.day, 8) + timedelta(minutes=n) for d in days for n in range(a_day(d) if callable(a_day) else a_day)
    ]
    frame = pd.DataFrame({"started_at": pd.Series(starts, dtype="datetime64[us]")})
    frame["start_s"] = ((frame["started_at"] - EPOCH) // timedelta(seconds=1)).astype("int64")
    return frame.assign(**columns)


def found(frame: pd.DataFrame | dict, month=None, ledgers=(), cells=(), **settings) -> dict:
    """{(check, where): (count, share, severity)}"""
    tables = frame if isinstance(frame, dict) else {"calls": frame}
    told = checks(CONNECTION, {n: CONNECTION.from_df(f) for n, f in tables.items()}, ledgers, params(**settings), period=month, cells=cells)
    assert list(told.columns) == list(COLUMNS)
    assert set(told["check"]) <= set(CHECKS) and set(told["severity"]) <= set(SEVERITY)
    told = told.astype(object).where(told.notna(), None)
    for row in told.to_dict("records"):
        told_as = [sentence(row, language).replace(row["detail"] or "{", "") for language in ("zh", "en")]  # a line of params has braces
        assert all(text and "{" not in text for text in told_as)
    return {
        (r.check, r.where): (r.count_, r.share and round(r.share, 4), r.severity)
        for r in told.rename(columns={"count": "count_"}).itertuples()
    }


def volume(special: dict):
    return lambda day: special.get(day, 30 if day.weekday() >= 5 else 100 + day.day % 5)


def test_missing_and_odd_days_of_the_period():
    data = calls(
        date(2024, 3, 1),
        date(2024, 6, 30),
        volume({date(2024, 5, 7): 0, date(2024, 5, 9): 12, date(2024, 5, 16): 240, date(2024, 6, 5): 1}),
    )
    assert found(data, MAY) == {
        ("missing day", "2024-05-07"): (0, None, "major"),
        ("empty days", "calls"): (1, None, "info"),
        ("odd day", "2024-05-09"): (12, None, "major"),
        ("odd day", "2024-05-16"): (240, None, "major"),
    }
    assert ("odd day", "2024-06-05") in found(data)


def test_a_month_that_the_data_begin_or_end_in_is_no_excellent_one():
    """From 6 May on: five days are not seen. Until Saturday 1 June at a hotline closed on Sundays and Mondays: nothing is lacking of a month that ends on Monday."""
    begun = calls(date(2024, 5, 6), date(2024, 7, 31), 50)
    assert (
        found(begun, MAY) == {("uncovered days", "calls"): (5, None, "minor")}
        and found(begun, Month(date(2024, 6, 1), date(2024, 6, 30))) == {}
    )
    frame = checks(CONNECTION, {"calls": CONNECTION.from_df(begun)}, [], params(), period=MAY)
    assert grade(frame)[0] == "good" and sentence(frame.iloc[0], "zh") == "31天中5天在数据起止之外"
    closed = calls(date(2024, 3, 1), date(2024, 6, 1), lambda d: 50 if 0 < d.weekday() < 6 else 0)
    assert ("uncovered days", "calls") not in found(closed, Month(date(2024, 5, 4), date(2024, 6, 3)))


def test_a_weekday_that_is_closed_is_not_missing():
    """Its days without a record are said, four Sundays in May, and nothing follows from them."""
    data = calls(date(2024, 3, 1), date(2024, 6, 30), lambda d: 0 if d.weekday() == 6 else 50)
    assert found(data, MAY) == {("empty days", "calls"): (4, None, "info")}


def test_a_silence_in_the_day_is_told_and_lowers_the_grade():
    """Nothing from 10:00 to 11:00 on 16 May, where a call a minute is usual; outbound calls go on and are no sign of life."""
    data = calls(date(2024, 3, 1), date(2024, 6, 30), 480)
    hole = (data["started_at"] >= datetime(2024, 5, 16, 10)) & (data["started_at"] < datetime(2024, 5, 16, 11))
    told = {("silence", "2024-05-16 09:59..11:00"): (0, None, "minor")}
    assert found(data[~hole], MAY) == told
    assert found(data.assign(direction=["out" if h else "in" for h in hole]), MAY) == told
    assert found(data[~hole], Month(date(2024, 4, 1), date(2024, 4, 30))) == {}
    frame = checks(CONNECTION, {"calls": CONNECTION.from_df(data[~hole])}, [], params(), period=MAY)
    assert frame["usual"].iloc[0] == 61 and grade(frame)[0] == "good"
    assert sentence(frame.iloc[0], "zh") == "2024年5月16日09:59至11:00没有一条来电记录，同类日子这一时段的中位数约61条"
    assert sentence(frame.iloc[0], "en") == "no calls 16 May 2024 09:59 to 11:00, where the median of days like it is about 61"


def test_days_and_months_are_the_hotlines_own():
    data = calls(date(2024, 3, 20), date(2024, 5, 19), 20)
    data["started_at"] += timedelta(hours=17)  # from 1 o'clock of the next day on: the day before, where the day is cut at noon
    data["start_s"] += 17 * 3600
    data["caller"] = pd.Series([1 if d.day % 2 else None for d in data["started_at"]], dtype="Int64")
    data.loc[data["started_at"] > datetime(2024, 4, 20, 12), "caller"] = 1
    told = found(data, period={"cut_hour": "12", "start_day": "20"})
    assert ("unknown callers move", "2024-05") in told and ("unknown callers move", "2024-04") not in told


def test_unknown_callers_and_their_movement():
    data = calls(date(2024, 4, 1), date(2024, 5, 31), 20)
    known = [n % 10 >= (1 if d.month == 4 else 3) for n, d in enumerate(data["started_at"])]
    data["caller"] = pd.Series([7 if k else None for k in known], dtype="Int64")
    assert found(data, MAY) == {
        ("unknown callers", "caller"): (186, 0.3, "minor"),
        ("unknown callers move", "2024-05"): (186, 0.2, "major"),
    }
    steady = data.assign(caller=pd.Series([7] * len(data), dtype="Int64"))
    assert found(steady, MAY) == {}


def test_times_out_of_order_and_below_zero():
    data = calls(date(2024, 5, 1), date(2024, 5, 31), 20)
    data["ended_at"] = data["started_at"] + timedelta(minutes=5)
    data["answered_at"] = data["started_at"] + timedelta(minutes=1)
    data.loc[:5, "ended_at"] = data.loc[:5, "started_at"] - timedelta(hours=8)
    data.loc[10, "ended_at"] = data.loc[10, "started_at"] + timedelta(hours=6)
    data.loc[11:13, "ended_at"] = data.loc[11:13, "started_at"] + timedelta(days=1)
    data["talk_seconds"] = 100
    data.loc[0, "talk_seconds"] = -1
    assert found(data, MAY) == {
        ("ends before start", "ended_at"): (6, 0.0097, "minor"),
        ("out of order", "ended_at"): (6, 0.0097, "minor"),
        ("too long", "ended_at"): (3, 0.0049, "minor"),
        ("negative duration", "talk_seconds"): (1, 0.0016, "minor"),
    }


def test_days_without_a_clock_time():
    data = calls(date(2024, 5, 1), date(2024, 5, 31), 1)
    assert found(data.assign(started_at=data["started_at"].dt.floor("D")), MAY) == {("midnight only", "started_at"): (31, 1.0, "major")}
    some = data.assign(ended_at=[t.floor("D") + timedelta(days=1) if n < 2 else t for n, t in enumerate(data["started_at"])])
    assert found(some, MAY)[("midnight only", "ended_at")] == (2, 0.0645, "minor")


def test_ids_that_repeat():
    data = calls(date(2024, 5, 1), date(2024, 5, 31), 20)
    data["call_id"] = [str(n // 2) if n < 20 else f"x{n}" for n in range(len(data))]
    assert found(data, MAY) == {("duplicate ids", "call_id"): (10, 0.0161, "major")}
    assert found(data, MAY, source={"key": ["date", "line", "id"]}) == {("duplicate ids", "call_id"): (10, 0.0161, "info")}


def test_an_agent_beside_the_same_number_with_a_name_is_told_and_not_named():
    """102 与 102 王某：可能是一人，只提示；A102、1021 是别人。"""
    data = calls(date(2024, 5, 1), date(2024, 5, 31), 20)
    data["agent"] = (["102", "102 王某", "103", "李静(103)", "A102", "1021", "王 某"] * len(data))[: len(data)]
    assert found(data, MAY) == {("agents alike", "agent"): (2, 0.2857, "minor")}
    told = checks(CONNECTION, {"calls": CONNECTION.from_df(data)}, [], params(), period=MAY).to_dict("records")
    assert sentence(told[0], "zh") == (
        "话务员有2个写法含另一个的工号（如“工号 姓名”与“工号”并存），可能是一人、数成了两人：是一人的，在该列的aliases写一行：工号 姓名: 工号"
    )


def test_words_outside_the_list():
    data = calls(date(2024, 5, 1), date(2024, 5, 31), 20)
    data["outcome"] = ["answered" if n else "接通" for n in range(len(data))]
    assert found(data, MAY) == {("unknown words", "outcome"): (1, 0.0016, "minor")}


@pytest.mark.parametrize(
    ("strange", "among"),
    [
        (["接通"] * 8 + ["放弃"] * 7, "，其中有接通"),  # seven may be one person's, and the word a name
        (["接通"] * 7, ""),
        (["接通"] * 9 + ["漏接"] * 8, "，其中有接通、漏接"),
        (["13800000001"] * 9 + ["请尽快联系三号楼的居民张某"] * 9, ""),  # a number, and a text that is no word
    ],
)
def test_a_word_outside_the_list_is_named_where_it_recurs(strange, among):
    data = calls(date(2024, 5, 1), date(2024, 5, 31), 20)
    data["outcome"] = strange + ["answered"] * (len(data) - len(strange))
    told = checks(CONNECTION, {"calls": CONNECTION.from_df(data)}, [], params(), period=MAY).to_dict("records")
    said = [sentence(row, "zh") for row in told if row["check"] == "unknown words"]
    share = f"{100 * len(strange) / len(data):.1f}%"
    assert said == [f"结果有{len(strange)}格的取值参数未列出（{share}）{among}：请在参数的values中写明含义，不算数的写作空"]


@pytest.mark.parametrize(("strange", "among"), [(8, "，其中有占线"), (7, "")])
def test_a_cell_that_is_none_of_its_list_is_named_where_its_word_recurs(tmp_path, strange, among):
    """40 通，8 通的结果是参数没有写的“占线”，1 通是一个名字：只说占线。"""
    words = ["占线"] * strange + ["张三"] + ["接通"] * (39 - strange)
    export(tmp_path, "a.csv", [f"A{n},2024-05-{1 + n % 28:02d} 10:00:00,1380000{n:04d},{word},60" for n, word in enumerate(words)])
    columns = "call_id: 编号, started_at: 来电时间, outcome: {from: 分类, values: {接通: answered}}"
    h = open_hotline(hotline(tmp_path, columns=columns), "2024-05", progress=False)
    (told,) = h.checks[h.checks["check"] == "unknown words"]["told_zh"]
    assert (
        told
        == f"结果有{strange + 1}格的取值参数未列出（{100 * (strange + 1) / 40:.1f}%）{among}：请在参数的values中写明含义，不算数的写作空"
    )


def test_categories_that_are_new_or_drift():
    data = calls(date(2024, 3, 1), date(2024, 5, 31), 40)
    data["issue_1"] = [
        "电" if n % 4 == 0 else ("燃气" if m == 5 and n % 20 == 1 else "水") if m < 5 or n % 2 else "暖"
        for n, m in enumerate(data["started_at"].dt.month)
    ]
    assert found(data, MAY) == {
        ("new categories", "暖"): (310, 0.25, "major"),
        ("new categories", "燃气"): (62, 0.05, "minor"),
        ("category drift", "issue_1 › 2024-05"): (372, 0.3, "major"),
    }
    assert found(data.assign(issue_1="水"), MAY) == {}


def test_chance_alone_is_no_drift():
    import random

    rng = random.Random(7)
    data = calls(date(2024, 1, 1), date(2024, 6, 30), 8)
    data["issue_1"] = rng.choices([f"类{n}" for n in range(40)], k=len(data))
    data["caller"] = pd.Series([None if rng.random() < 0.1 else 1 for _ in range(len(data))], dtype="Int64")
    assert {c for c, _ in found(data)} == {"unknown callers"}


def test_orders_are_told_by_their_table():
    orders = calls(date(2024, 5, 1), date(2024, 5, 31), 20).rename(columns={"started_at": "created_at", "start_s": "created_s"})
    orders["closed_at"] = orders["created_at"].dt.floor("D")
    orders["order_id"] = "7"
    told = found({"calls": calls(date(2024, 5, 1), date(2024, 5, 31), 20), "orders": orders}, MAY)
    assert told == {
        ("out of order", "orders › closed_at"): (620, 1.0, "severe"),
        ("midnight only", "orders › closed_at"): (620, 1.0, "major"),
        ("duplicate ids", "orders › order_id"): (619, 0.9984, "severe"),
    }


def test_a_period_without_records():
    data = calls(date(2024, 3, 1), date(2024, 3, 31), 20)
    assert found(data, MAY) == {("no records", "calls"): (0, None, "severe")}
    assert found(data.head(0)) == {("no records", "calls"): (0, None, "severe")}


def cell(count, filled, *, table="calls", column="talk_seconds", reason="value", done="blank", shape="da", **days) -> dict:
    days = {day.replace("d", "2024-").replace("_", "-"): pair for day, pair in days.items()}
    return {
        "table": table, "file": "f", "column": column, "reason": reason, "done": done, "count": count, "filled": filled, "shape": shape, "days": days,
    }  # fmt: skip


def test_files():
    ledger = FileLedger("may.csv", lines=1002, header=1, blank=1, accepted=980)
    for line in range(15):
        ledger.refuse_record(line, SHORT)
    ledger.accepted += 5
    ledger.duplicate("same row", 5)
    ledger.note(UNFINISHED)
    ledger.note(GARBLED, 0.02)
    told = {
        ("rejected", "may.csv"): (15, 0.015, "major"),
        ("garbled text", "may.csv"): (None, 0.02, "major"),
        ("duplicates", "may.csv"): (5, 0.005, "info"),
        ("no last line end", "may.csv"): (None, None, "info"),
    }
    assert found({}, ledgers=[ledger]) == told
    ledger.unexplained = 5
    del told["duplicates", "may.csv"]
    assert found({}, ledgers=[ledger]) == told | {("unexplained duplicates", "may.csv"): (5, 0.005, "minor")}


def test_a_few_days_far_apart_with_many_calls_may_be_days_read_as_months():
    """The 1st to the 12th of January written dd/mm and read as %m/%d: 30 calls on the 1st of each of 12 months, 12 of 336 days. It was an excellent year."""
    year = date(2024, 1, 1), date(2024, 12, 1)
    firsts = calls(*year, lambda day: 30 if day.day == 1 else 0)
    month_first = {"columns": {"started_at": {"from": "t", "formats": "%m/%d/%Y %H:%M"}}}
    told = found(firsts, MAY, source=month_first)
    assert told["other order", "started_at"] == (12, None, "severe")
    frame = checks(CONNECTION, {"calls": CONNECTION.from_df(firsts)}, [], params(source=month_first), period=MAY)
    row = frame[frame["check"] == "other order"].iloc[0]
    assert sentence(row, "zh") == "来电时间起止之间336天只有12天有记录，这些天却有很多；每一格也可读成%d/%m/%Y %H:%M，请核对参数的formats"
    assert found(firsts, MAY)["sparse days", "started_at"] == (12, None, "major"), "a form that says the year first has no other order"
    late = calls(*year, lambda day: 30 if day.day in (1, 13) else 0)
    assert found(late, MAY, source=month_first)["sparse days", "started_at"] == (23, None, "major"), "no month is the 13th"
    for much in (
        lambda day: 30 if day.weekday() == 5 else 0,  # open on Saturdays
        lambda day: 30 if day.month in (1, 2, 11, 12) else 0,  # a hotline of the heating season
        lambda day: 3 if day.day == 1 else 0,  # calls are rare
    ):
        assert not {check for check, _ in found(calls(*year, much), MAY, source=month_first)} & {"other order", "sparse days"}


def test_a_file_is_judged_by_its_part_in_the_month():
    """Of May 2 of 40 rows did not convert and 4 came again; 10 of the file's 101 records nobody can date. June's file says nothing of May."""
    may = FileLedger("may.csv", lines=102, header=1, accepted=80)
    may.rejected.update({SHORT: 10, "value › outcome": 3})
    may.duplicates.update({"same row": 8})
    may.unexplained = 4
    may.days = {
        "2024-05-07": {"accepted": 34, "rejected": 2, "duplicates": 4, "unexplained": 4},
        "2024-06-01": {"accepted": 46, "rejected": 1, "duplicates": 4},
    }
    june = FileLedger("june.csv", lines=10, header=1, accepted=8)
    june.rejected.update({SHORT: 1})
    june.days = {"2024-06-02": {"accepted": 8}}
    assert found({}, MAY, ledgers=[may, june]) == {
        ("rejected", "may.csv"): (12, round(2 / 40 + 10 / 101, 4), "severe"),
        ("unexplained duplicates", "may.csv"): (4, 0.1, "severe"),
    }


def test_a_file_without_a_dated_row_is_told_in_every_period(tmp_path):
    """Its rows may be of any month: they were of none, and the grade stayed good."""
    export(tmp_path, "a.csv", [f"A{n},2024-05-{1 + n // 24:02d} {n % 24:02d}:00:00,,供水,60" for n in range(700)])
    export(tmp_path, "b.csv", [f"B{n},没有时间,,供水,60" for n in range(99)])
    h = open_hotline(hotline(tmp_path), "2024-05", progress=False)
    told = h.checks[h.checks["check"] == "rejected"]
    assert told[["where", "count", "share", "severity"]].values.tolist() == [["b.csv", 99, 1.0, "severe"]]
    assert h.grade[0] == "poor"
    assert h.ledger_of_month[["file", "dated", "undated"]].values.tolist() == [["a.csv", 700, 0], ["b.csv", 0, 99]]
    hidden = FileLedger("c.xlsx", lines=1, header=1, unread={"旧": 5})
    assert found({}, MAY, ledgers=[hidden]) == {("unread sheet", "c.xlsx › 旧"): (5, 1.0, "severe")}
    june = FileLedger("c.xlsx", lines=6, header=1, accepted=5, days={"2024-06-02": {"accepted": 5}}, unread={"旧": 5})
    assert found({}, MAY, ledgers=[june]) == {("unread sheet", "c.xlsx › 旧"): (5, 0.5, "severe")}, "its rows may be of May"
    beside = FileLedger("c.xlsx › 5月", lines=1, header=1, unlisted={"6月": 5})
    assert found({}, MAY, ledgers=[beside]) == {("unlisted sheet", "c.xlsx › 6月"): (5, None, "minor")}


def test_undated_rows_that_vanished_are_told_in_every_period():
    """Of 100 undated rows of b.csv 60 were another's newer version, 30 of them in no other file; of a.csv's 50 records 10 undated ones came again beside 2 of 40 of May."""
    undated = FileLedger("b.csv", lines=101, header=1, accepted=40, unexplained=30)
    undated.duplicates.update({"older version": 60})
    mixed = FileLedger("a.csv", lines=51, header=1, accepted=38)
    mixed.duplicates.update({"same row": 12})
    mixed.days = {"2024-05-07": {"accepted": 38, "duplicates": 2}}
    assert found({}, MAY, ledgers=[undated, mixed]) == {
        ("duplicates", "b.csv"): (30, 0.3, "info"),
        ("unexplained duplicates", "b.csv"): (30, 0.3, "severe"),
        ("duplicates", "a.csv"): (12, round(2 / 40 + 10 / 50, 4), "info"),
    }
    aside = FileLedger("c.csv", lines=6, header=1, accepted=0, left_out=Counter({"outcome test": 3}), events=2, notes={UNFINISHED: 1})
    assert found({}, MAY, ledgers=[aside]) == {("no last line end", "c.csv"): (None, None, "info")}, "it counts in every month"


def test_the_same_calls_in_two_files_under_other_ids():
    """12 of the 1,000 calls of May are 12 others under ids of b.csv; 3 of the 1,000 of June."""
    a = FileLedger("a.csv", lines=1501, header=1, accepted=1500, days={"2024-05-02": {"accepted": 800}, "2024-06-02": {"accepted": 700}})
    b = FileLedger("b.csv", lines=501, header=1, accepted=500, days={"2024-05-02": {"accepted": 200}, "2024-06-02": {"accepted": 300}})
    a.table = b.table = "calls"
    b.other_ids = {"a.csv": {"2024-05-02": 12, "2024-06-02": 3}}
    assert found({}, MAY, ledgers=[a, b]) == {("other ids", "b.csv"): (12, 0.012, "severe")}, "repeats cannot be judged"
    assert found({}, Month(date(2024, 6, 1), date(2024, 6, 30)), ledgers=[a, b]) == {("other ids", "b.csv"): (3, 0.003, "major")}
    told = checks(CONNECTION, {}, [a, b], params())
    assert sentence(told.iloc[0], "zh").startswith("b.csv有15条与另一文件a.csv的记录同号码、同一时刻，编号不同（0.8%）")


def test_the_same_records_in_two_files_weigh_by_the_month():
    """Of 200 invitations of May 100 stand in a.csv too, 1 of the 200 of June: counts too high. Of calls 1 % are repeats that nobody made."""
    days = {"2024-05-02": {"accepted": 100}, "2024-06-02": {"accepted": 100}}
    a, b = (FileLedger(name, lines=201, header=1, accepted=200, days=days, table="surveys") for name in ("a.csv", "b.csv"))
    b.twice = {"a.csv": {"2024-05-02": 100, "2024-06-02": 1}}
    june = Month(date(2024, 6, 1), date(2024, 6, 30))
    assert found({}, MAY, ledgers=[a, b]) == {("records twice", "b.csv"): (100, 0.5, "severe")}
    assert found({}, june, ledgers=[a, b]) == {("records twice", "b.csv"): (1, 0.005, "minor")}
    a.table = b.table = "calls"
    b.twice = {"a.csv": {"2024-05-02": 2}}
    assert found({}, MAY, ledgers=[a, b]) == {("records twice", "b.csv"): (2, 0.01, "severe")}
    a.table = b.table = "orders"
    b.twice, b.other_ids = {}, {"a.csv": {"2024-05-02": 10}}
    assert found({}, MAY, ledgers=[a, b]) == {("records twice", "b.csv"): (10, 0.05, "severe")}, "orders under other ids are no repeats"


def test_cells_that_did_not_convert():
    cells = [
        cell(7, 100, shape="0d"),
        cell(3, 100, shape="da dda"),
        cell(1, 2000, table="orders", column="resolved", reason="word"),
        cell(2, 100, column="issue_1", reason="narrative"),
        cell(5, 100, column="call_id", reason="personal", done="hide"),
        cell(9, 9, column="started_at", done="reject"),
        cell(6, 100, column="caller_phone", reason="damaged", done="count", shape=""),
    ]
    told = checks(
        CONNECTION,
        {},
        [],
        params(source={"columns": {"started_at": "t", "caller": {"from": "n", "kind": "phone", "country": "US"}}}),
        cells=cells,
    )
    assert told.to_dict("records")[1] == {
        "check": "country", "where": "caller_phone", "count": 6, "usual": None, "share": 0.06, "detail": "calls › columns › caller › country: US", "severity": "major",
    }  # fmt: skip
    assert [sentence(row, "en") for row in told.to_dict("records")] == [
        "Issue, level 1: 2 cells hold a number, an address or a narrative and are not stored (2.0%)",
        "Phone identity: 6 numbers do not fit the declared country (6.0%); see calls › columns › caller › country: US",
        "Talk time: 10 cells did not convert (5.0%), such as 0d",
        "Call id: 5 read like somebody's number and are stored as codes (5.0%)",
        "orders › Resolved: 1 words that params do not list (0.1%); say under values what they mean, or leave empty what counts as none",
    ]
    assert list(told["severity"]) == ["major", "major", "major", "info", "info"]


def test_a_column_of_which_no_cell_reads_is_another_column(tmp_path):
    """Talk time mapped to the column of issues: 0 of 30 cells are durations. What stands on them has no figure; what does not is judged."""
    export(tmp_path, "a.csv", [f"A{n},2024-05-{1 + n:02d} 10:00:00,,供水,60" for n in range(30)])
    h = open_hotline(hotline(tmp_path, columns="call_id: 编号, started_at: 来电时间, talk_seconds: 分类"), "2024-05", progress=False)
    told = h.checks[h.checks["check"] == "unread column"].iloc[0]
    assert told[["where", "count", "share", "severity"]].tolist() == ["talk_seconds", 30, 1.0, "major"] and h.grade[0] == "fair"
    assert told["told_zh"] == "通话时长的30格无法转换（100.0%），形如??，几乎整列空缺：请核对参数写的是哪一列"
    assert found({}, cells=[cell(90, 100), cell(7, 7, column="queue_seconds")]) == {
        ("unread column", "talk_seconds"): (90, 0.9, "major"),
        ("unread cells", "queue_seconds"): (7, 1.0, "major"),
    }


def test_cells_that_were_read_with_care_are_told():
    cells = [
        cell(3, 100, column="started_at", reason="skipped hour", done="count", shape=""),
        cell(2, 100, column="started_at", reason="hour shown twice", done="count", shape=""),
        cell(60, 100, column="caller_phone", reason="not in the plan", done="count", shape=""),
        cell(5, 100, column="order_id", reason="damaged", done="blank", shape="d.dda?dd"),
        cell(4, 100, column="caller_person", reason="damaged", done="count", shape="d.dda?dd"),
    ]
    assert found({}, cells=cells) == {
        ("clock change", "started_at"): (5, 0.025, "info"),
        ("number plan", "caller_phone"): (60, 0.6, "info"),
        ("unread cells", "order_id"): (5, 0.05, "major"),
        ("unread cells", "caller_person"): (4, 0.04, "major"),
    }


def test_equal_records_without_a_key_are_told():
    few, many = FileLedger("a.csv", accepted=100, notes={"equal rows": 0.2}), FileLedger("b.csv", accepted=100, notes={"equal rows": 0.5})
    assert found({}, ledgers=[few, many]) == {("equal rows", "a.csv"): (20, 0.2, "info"), ("equal rows", "b.csv"): (50, 0.5, "minor")}


def test_cells_of_a_month_are_those_of_its_rows():
    cells = [cell(900, 1000, d2024_05_03=[1, 300], d2024_06_03=[899, 700])]
    cells[0]["days"] = {"2024-05-03": [1, 300], "2024-06-03": [899, 700]}
    assert found({}, MAY, cells=cells) == {("unread cells", "talk_seconds"): (1, 0.0033, "minor")}
    assert found({}, Month(date(2024, 4, 1), date(2024, 4, 30)), cells=cells) == {}


def test_dates_outside_the_data():
    """One call of 2042 and two of 1900 in two months of 20 a day; closing times of 9999; one record without a time."""
    data = calls(date(2024, 4, 1), date(2024, 5, 31), 20)
    data["ended_at"] = data["started_at"] + timedelta(minutes=5)
    data.loc[:9, "ended_at"] = datetime(2099, 12, 31)
    stray = pd.DataFrame({"started_at": [datetime(1900, 1, 1)] * 2 + [datetime(2042, 9, 15)]}).astype("datetime64[us]")
    stray["start_s"] = (stray["started_at"] - EPOCH) // timedelta(seconds=1)
    data = pd.concat([data, stray.assign(ended_at=stray["started_at"] + timedelta(minutes=1))], ignore_index=True)
    data = pd.concat([data.astype({"start_s": "Int64"}), pd.DataFrame({"started_at": [pd.NaT]})], ignore_index=True)
    told = {
        ("outside the data", "1900-01-01"): (2, None, "minor"),
        ("outside the data", "2042-09-15"): (1, None, "minor"),
        ("far date", "ended_at"): (13, round(13 / 1223, 4), "major"),
        ("without a time", "started_at"): (1, round(1 / 1224, 4), "info"),
        ("midnight only", "ended_at"): (10, round(10 / 1223, 4), "info"),
    }
    assert found(data)["outside the data", "1900-01-01"] == told["outside the data", "1900-01-01"]
    assert {k: v for k, v in found(data).items() if k[0] != "midnight only"} == {k: v for k, v in told.items() if k[0] != "midnight only"}
    april = Month(date(2024, 4, 1), date(2024, 4, 30))
    assert ("outside the data", "1900-01-01") in found(data, april) and ("outside the data", "2042-09-15") not in found(data, april)
    assert ("outside the data", "2042-09-15") in found(data, MAY) and ("outside the data", "1900-01-01") not in found(data, MAY)


def test_a_month_that_has_just_begun_is_told():
    data = calls(date(2024, 3, 1), date(2024, 6, 3), 20)
    assert found(data, MAY) == {("month begun", "2024-06"): (3, None, "info")}
    assert found(data, Month(date(2024, 4, 1), date(2024, 4, 30))) == {}


def test_the_grade_is_that_of_the_worst_finding():
    def frame(*severities):
        return pd.DataFrame([("odd day", f"2024-05-0{n}", 1, 9, None, "", s) for n, s in enumerate(severities, 1)], columns=list(COLUMNS))

    assert grade(frame()) == ("excellent", "")
    assert grade(frame("info")) == ("excellent", "")
    assert grade(frame("minor", "info")) == ("good", "odd day: 2024-05-01")
    assert grade(frame("major", "minor", "major")) == ("fair", "odd day: 2024-05-01; odd day: 2024-05-03")
    assert grade(frame("severe"))[0] == "poor"
    assert list(GRADES) == list(SEVERITY)


@pytest.mark.parametrize(
    ("where", "zh", "en"),
    [
        ("orders › category_1 › 2015-12", "工单 › 一级分类 › 2015年12月", "orders › Category, level 1 › December 2015"),
        ("issue_1 › 2024-05", "诉求一级分类 › 2024年5月", "Issue, level 1 › May 2024"),
        ("orders › closed_at", "工单 › 办结时间", "orders › Closed at"),
        ("orders", "工单", "orders"),
        ("orders › 2024-05", "工单 › 2024年5月", "orders › May 2024"),
        ("book.xlsx › 表 1", "book.xlsx › 表 1", "book.xlsx › 表 1"),
    ],
)
def test_a_place_is_said_in_the_readers_words(where, zh, en):
    """orders › category_1 › 2015-12 stood so on a Chinese page."""
    assert (place(where, "zh"), place(where, "en")) == (zh, en)


def test_closings_that_a_migration_wrote_are_told():
    """310 orders of May, 93 of them closed at one instant in October: 30 %, middling; a batch of 20 a day, and what all falls due at one hour, are none."""
    frame = calls(date(2024, 5, 1), date(2024, 5, 31), 10).rename(columns={"started_at": "created_at", "start_s": "created_s"})
    stamp, n = pd.Timestamp("2024-10-15 03:12:44"), frame.index.to_numpy()
    own = frame["created_at"] + pd.to_timedelta(60 + n, unit="min")
    told = {"created_at": "c", "closed_at": "d", "due_at": "e", "order_id": "o"}
    source = {"orders": {"files": "*.csv", "columns": told}}
    stamped = frame.assign(closed_at=own.where(n % 10 >= 3, stamp), due_at=stamp, order_id=[f"O{i}" for i in n])
    key = ("one instant", "orders › closed_at")
    result = found({"orders": stamped}, MAY, **source)
    assert result[key] == (93, 0.3, "major") and [k for k in result if k[0] == "one instant"] == [key]
    batch = (frame["created_at"].dt.floor("2D") + pd.Timedelta(days=2, hours=8)).astype("datetime64[us]")
    assert key not in found({"orders": stamped.assign(closed_at=batch)}, MAY, **source)


def test_ends_are_held_against_starts_by_seconds_that_run_on():
    """The night on which the clock goes back: answered at 1:58, over at 1:03 by the wall and five minutes later by the seconds."""
    frame = calls(date(2024, 5, 1), date(2024, 5, 31), 10)
    late = frame.assign(ended_at=frame["started_at"] - pd.Timedelta(minutes=55))
    assert found(late, MAY)["ends before start", "ended_at"][0] == 310
    assert not [key for key in found(late.assign(end_s=late["start_s"] + 300), MAY) if key[1] == "ended_at"]


def test_a_record_that_params_leave_out_is_known_to_others():
    """310 messages of 31 chats, one chat left out by params: none is lost; of a chat that no file has 10 are, whatever params leave out."""
    frame = calls(date(2024, 5, 1), date(2024, 5, 31), 1).rename(columns={"started_at": "opened_at", "start_s": "opened_s"})
    chats = frame.assign(session_id=[f"S{n}" for n in range(len(frame))])
    told = calls(date(2024, 5, 1), date(2024, 5, 31), 10).rename(columns={"started_at": "sent_at", "start_s": "sent_s"})
    told = told.assign(session_id=[f"S{n // 10}" for n in range(len(told))], speaker="agent")
    source = {"files": "*.csv", "leave_out": {"channel": "test"}, "columns": {"opened_at": "a", "session_id": "b", "channel": "c"}}
    said = params(sessions=source, messages={"files": "*.csv", "columns": {"sent_at": "a", "session_id": "b", "speaker": "c"}})
    for kept, out, lost in ((chats[1:], chats[:1], []), (chats[2:], chats[:1], [10])):
        tables = {"sessions": CONNECTION.from_df(kept), "messages": CONNECTION.from_df(told)}
        found_ = checks(CONNECTION, tables, [], said, period=MAY, left_out={"sessions": CONNECTION.from_df(out)})
        assert found_.loc[found_["check"] == "unknown ids", "count"].tolist() == lost
