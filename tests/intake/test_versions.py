"""Two exports of the same records with other cells: which row stays, and what is told of it. Every case by hand."""

import pandas as pd
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.check_words import sentence
from tests.intake.storing import built, export, hotline, rows

KEY = "  key: 编号\n"
CALL = "{n},2024-05-{day:02d} 10:00:00,138000000{n:02d},{issue},10"
ORDERS = "编号,受理,办结,单位"
MAPPED = "title: x\nkey: published\npublic: true\norders:\n  files: {files}\n  key: 编号\n  columns: {{order_id: 编号, created_at: 受理, closed_at: 办结, department: 单位}}\n"


def calls(days, issue="停水"):
    return [CALL.format(n=day, day=day, issue=issue) for day in days]


def issues(store):
    return "".join("x" if issue == "供电" else "." for _, issue in rows(store, "call_id, issue_1"))


@pytest.mark.parametrize("name", ["a.csv", "c.csv"])
def test_a_part_of_the_month_with_other_words_proves_nothing_and_is_told(tmp_path, name):
    """20 calls; 3 of the first 10 come again with another issue, in a file that lies within the other."""
    export(tmp_path, "b.csv", calls(range(1, 21)))
    export(tmp_path, name, [*calls(range(1, 4), "供电"), *calls(range(4, 11))])
    path = hotline(tmp_path, more=KEY)
    assert issues(built(path)) == "." * 20
    frame = open_hotline(path, "2024-05", progress=False).checks
    told = frame[frame["check"] == "unsettled versions"].iloc[0]
    assert (told["where"], told["count"], told["share"], told["severity"], told["detail"]) == (
        name,
        3,
        3 / 20,
        "severe",
        "b.csv › calls › issue_1",
    )
    assert sentence(told, "zh").startswith(f"{name}有3条与b.csv的记录编号相同、诉求一级分类不同（15.0%），数据看不出哪个文件更新")
    assert sentence(told, "en").startswith(
        f"{name}: 3 records have the key of records of b.csv and other contents (15.0%; Issue, level 1);"
    )
    again = frame[frame["check"] == "unlike duplicates"].iloc[0]
    assert sentence(again, "zh") == f"{name}有10条与其他文件重复（100.0%），其中3条内容不同，以b.csv为准"


def test_the_order_of_the_list_settles_what_the_data_do_not(tmp_path):
    export(tmp_path, "b.csv", calls(range(1, 21)))
    export(tmp_path, "a.csv", calls(range(1, 4), "供电"))
    for listed, expected in (("[b.csv, a.csv]", "xxx" + "." * 17), ("[a.csv, b.csv]", "." * 20)):
        path = hotline(tmp_path, more=KEY)
        path.write_text(path.read_text(encoding="utf-8").replace("files: '*.csv'", f"files: {listed}"), encoding="utf-8")
        assert listed in path.read_text(encoding="utf-8")
        store = built(path)
        assert issues(store) == expected and not any(ledger.unsettled for ledger in store.ledgers)
        assert sum(sum(days.values()) for ledger in store.ledgers for days in ledger.unlike.values()) == 3


def test_a_file_whose_rows_say_more_is_the_later_one(tmp_path):
    """Three calls whose duration only the small file has: so its other words for a fourth are the later ones too."""
    empty = [line.removesuffix("10") for line in calls(range(1, 4))]
    export(tmp_path, "b.csv", [*empty, *calls(range(4, 21))])
    export(tmp_path, "a.csv", [*calls(range(1, 4)), *calls([4], "供电")])
    store = built(hotline(tmp_path, more=KEY))
    assert issues(store) == "...x" + "." * 16 and not any(ledger.unsettled for ledger in store.ledgers)
    assert store.table("calls").aggregate("count(talk_seconds)").fetchall() == [(20,)]


def day_of(cell):
    return None if pd.isna(cell) else int(cell)


def ledger_of(tmp_path, files="'*.csv'"):
    path = tmp_path / "orders.yaml"
    path.write_text(MAPPED.format(files=files), encoding="utf-8")
    return open_hotline(path, "all", progress=False)


@pytest.mark.parametrize(("first", "second"), [("1.csv", "2.csv"), ("2.csv", "1.csv")])
def test_closings_of_a_week_later_prove_the_later_export(tmp_path, first, second):
    """A ledger of the first of the month, and on the eighth two of its orders closed, one of them by another department, and one opened again."""
    export(
        tmp_path,
        first,
        [
            "1,2024-09-01 10:00:00,,甲",
            "2,2024-09-02 10:00:00,,甲",
            "3,2024-09-29 10:00:00,2024-09-30 08:00:00,甲",
            "4,2024-09-30 09:00:00,,甲",
        ],
        ORDERS,
    )
    export(
        tmp_path,
        second,
        ["1,2024-09-01 10:00:00,2024-10-08 10:00:00,甲", "2,2024-09-02 10:00:00,2024-10-07 10:00:00,乙", "3,2024-09-29 10:00:00,,丙"],
        ORDERS,
    )
    h = ledger_of(tmp_path)
    found = h.sql("SELECT order_id, day(closed_at) AS day, department FROM orders ORDER BY 1").to_numpy(object).tolist()
    assert [(n, day_of(day), unit) for n, day, unit in found] == [
        ("1", 8, "甲"),
        ("2", 7, "乙"),
        ("3", None, "丙"),
        ("4", None, "甲"),
    ]
    assert not any(ledger.unsettled for ledger in h.store.ledgers)


def test_a_mistyped_closing_makes_no_ledger_the_later_one(tmp_path):
    """Forty orders a day of September, closed in the hour; one closed 2025 by mistake. The other export goes on to the third of October and has another department for two."""
    old = [f"{d}-{n},2024-09-{d:02d} 10:00:00,2024-09-{d:02d} 11:00:00,甲" for d in range(1, 31) for n in range(40)]
    new = [line.replace("甲", "乙") if line.startswith(("30-1,", "30-2,")) else line for line in old[-40:]]
    old[5] = old[5].replace(",2024-09-01 11", ",2025-09-01 11")
    export(tmp_path, "9.csv", old, ORDERS)
    export(tmp_path, "10.csv", [*new, *(f"x{d}-{n},2024-10-{d:02d} 10:00:00,,甲" for d in range(1, 4) for n in range(40))], ORDERS)
    h = ledger_of(tmp_path)
    assert h.sql("SELECT count(*) AS n FROM orders WHERE department = '乙'")["n"].tolist() == [2]


LONG = """title: x
key: published
public: true
surveys:
  files: '*.csv'
  {named}
  columns: {{survey_id: 编号, invited_at: 时间, item_1: {{from: 分, when: {{题目: 态度}}}}, item_2: {{from: 分, when: {{题目: 速度}}}}}}
items: {{item_1: {{name: 态度, scale: [1, 5]}}, item_2: {{name: 速度, scale: [1, 5]}}}}
"""


@pytest.mark.parametrize(
    ("named", "where"),
    [("key: 编号", "key"), ("events: {key: 编号, take: first}", "events › key"), ("events: {key: 编号, take: last}", "events › key")],
)
def test_a_row_an_item_under_the_number_of_the_survey_is_refused(tmp_path, named, where):
    """Ten answer sheets of two items each: one of the two would have been kept."""
    lines = [f"{n},2024-05-{n:02d} 10:00:00,{item},{n % 5 + 1}" for n in range(1, 11) for item in ("态度", "速度")]
    export(tmp_path, "may.csv", lines, "编号,时间,题目,分")
    path = tmp_path / "line.yaml"
    path.write_text(LONG.format(named=named), encoding="utf-8")
    with pytest.raises(DataRefused) as told:
        built(path)
    assert str(told.value) == (
        f"surveys › {where} › '编号' names an answer sheet and no row: 20 of 20 rows share it with a row of another item, of which one would stand for all. "
        "Write an answer sheet a row, with a column for each item; or name the item too, key: [编号, 题目], where each row is to count by itself."
    )
    path.write_text(LONG.format(named="key: [编号, 题目]"), encoding="utf-8")
    assert built(path).table("surveys").aggregate("count(item_1), count(item_2)").fetchall() == [(10, 10)]


def test_a_torn_file_is_told_where_it_breaks_off(tmp_path):
    """100 calls of May, of which the last lost its end."""
    lines = [CALL.format(n=n % 100, day=n // 4 + 1, issue="停水").replace(f"{n},", f"k{n},", 1) for n in range(100)]
    text = "\n".join(["编号,来电时间,号码,分类,通话时长", *lines]).removesuffix(",停水,10")
    tmp_path.joinpath("may.csv").write_text(text, encoding="utf-8")
    h = open_hotline(hotline(tmp_path, more=KEY), "2024-05", progress=False)
    told = h.checks[h.checks["check"] == "torn file"]
    assert told[["where", "severity"]].to_numpy().tolist() == [["may.csv", "major"]]
