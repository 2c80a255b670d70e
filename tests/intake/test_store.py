"""The store: files to tables without a row lost or counted twice, however the data are cut; and nothing of a citizen in it."""

import json
import multiprocessing
import os
import random
import shutil
import stat
import tempfile
import time
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hotline_analysis import machine, open_hotline
from hotline_analysis.errors import CannotWrite, DataRefused, Held, NoInput
from hotline_analysis.intake.read import readers
from hotline_analysis.intake.store import Store
from hotline_analysis.params import load
from tests.intake.storing import COLUMNS, HEADER, built, content, export, hotline, rows
from tests.tried import tried

ROWS = [
    "3,2024-05-02 09:00:00,匿名,噪音,60",
    "1,2024-05-01 10:00:00,13800000001,停水,192",
    "2,2024-05-01 11:00:00,+86 138 0000 0001,停水,3分12秒",
    "4,2024-05-02 09:00:00,138****1234,噪音,",
]


@pytest.mark.slow
def test_columns_that_nobody_maps_do_not_matter(tmp_path):
    """With 1,500 of them beside the five mapped ones: the table is that of the narrow export, and so are the keys of whole rows."""
    lines = [f"K{n % 50},2024-05-{n % 28 + 1:02d} 08:00:00,139{n % 50:08d},供水,{n % 50}" for n in range(60)]
    for folder, more in (("narrow", 0), ("wide", 1500)):
        (tmp_path / folder).mkdir()
        names, cells = "".join(f",列{n}" for n in range(more)), ",x" * more
        export(tmp_path / folder, "a.csv", [line + cells for line in lines], HEADER + names)
    narrow, wide = (built(hotline(tmp_path / folder)) for folder in ("narrow", "wide"))
    assert content(wide) == content(narrow)


def test_an_export_becomes_a_table_in_total_order(tmp_path):
    export(tmp_path, "may.csv", ROWS)
    store = built(hotline(tmp_path))
    found = rows(store, "call_id, strftime(started_at, '%d %H:%M'), start_s, caller, caller_state, issue_1, talk_seconds")
    assert found == [
        ("1", "01 10:00", 1714528800, 1, "known", "停水", 192),
        ("2", "01 11:00", 1714532400, 1, "known", "停水", 192),
        ("3", "02 09:00", 1714611600, None, "withheld", "噪音", 60),
        ("4", "02 09:00", 1714611600, None, "invalid", "噪音", None),
    ]
    assert store.tables == ("calls",)


def test_facts_name_the_key_the_files_and_the_span(tmp_path):
    export(tmp_path, "may.csv", ROWS)
    facts = built(hotline(tmp_path)).facts
    assert (
        facts["data_start"] == "2024-05-01"
        and facts["data_end"] == "2024-05-03"
        and facts["data_end_s"] - facts["data_start_s"] == 2 * 86400
    )
    assert list(facts["digests"]) == ["may.csv"] and len(facts["key_id"]) == 8 and facts["masked"] is False
    assert facts["span"] == ["2024-05-01 10:00:00", "2024-05-02 09:00:00"] and facts["tables"]["calls"]["rows"] == 4


def test_the_ledger_adds_up_and_names_lines(tmp_path):
    export(
        tmp_path,
        "may.csv",
        [
            *ROWS,
            "5,昨天,13800000002,停水,1",
            "1,2024-05-01 10:00:00,13800000001,停水,192",
            "6,,13800000002,停水,1",
            "7,2024-05-03,x,停水,慢",
        ],
    )
    store = built(hotline(tmp_path))
    (ledger,) = store.ledgers
    assert ledger.unaccounted == 0 and ledger.accepted == 5 and ledger.header == 1 and ledger.physical == 9
    assert dict(ledger.rejected) == {"value › started_at": 1, "empty › started_at": 1} and ledger.rejected_at == [
        (6, "value › started_at"),
        (8, "empty › started_at"),
    ]
    assert dict(ledger.duplicates) == {"same row": 1}
    told = {(c["column"], c["reason"]): (c["done"], c["count"], c["lines"]) for c in store.cells}
    assert told["talk_seconds", "value"] == ("blank", 1, [9])
    assert told["caller_phone", "masked"] == ("count", 1, [5]) and told["caller_phone", "damaged"] == ("count", 1, [9])


def test_rows_left_out_are_counted_and_kept_apart(tmp_path):
    export(tmp_path, "may.csv", ROWS)
    store = built(hotline(tmp_path, more="  leave_out: {issue_1: 噪音}\n"))
    assert [r[0] for r in rows(store, "call_id")] == ["1", "2"]
    assert sorted(r[0] for r in store.left_out("calls").project("call_id").fetchall()) == ["3", "4"]
    (ledger,) = store.ledgers
    assert dict(ledger.left_out) == {"issue_1 噪音": 2} and ledger.accepted == 2 and ledger.unaccounted == 0


@pytest.mark.parametrize(("take", "expected"), [("first", [("A", "受理"), ("B", "受理")]), ("last", [("B", "回访"), ("A", "办结")])])
def test_an_event_log_is_folded_into_contacts(tmp_path, take, expected):
    events = [
        "A,2024-05-01 12:00,办结",
        "A,2024-05-01 10:00,受理",
        "B,2024-05-01 11:00,受理",
        "B,2024-05-01 11:00,回访",
        "A,2024-05-01 12:00,办结",
    ]
    export(tmp_path, "log.csv", events[:3], header="工单,时间,动作")
    export(tmp_path, "more.csv", events[2:], header="工单,时间,动作")
    store = built(
        hotline(tmp_path, columns="call_id: 工单, started_at: 时间, issue_1: 动作", more=f"  events: {{key: 工单, take: {take}}}\n")
    )
    assert rows(store, "call_id, issue_1") == expected
    assert sum(ledger.events for ledger in store.ledgers) == 2 and sum(ledger.duplicates.total() for ledger in store.ledgers) == 2
    assert all(ledger.unaccounted == 0 for ledger in store.ledgers)


def test_the_newest_export_of_a_key_wins_and_conflicts_are_counted(tmp_path):
    export(tmp_path, "b-april.csv", ["1,2024-05-01 10:00:00,13800000001,停水,10", "2,2024-05-02 10:00:00,13800000002,停水,10"])
    export(
        tmp_path,
        "a-may.csv",
        ["1,2024-05-01 10:00:00,13800000001,供电,99", "2,2024-05-02 10:00:00,13800000002,停水,10", "3,2024-05-03 10:00:00,匿名,停水,1"],
    )
    store = built(hotline(tmp_path, more="  key: 编号\n"))
    assert rows(store, "call_id, issue_1, talk_seconds") == [("1", "供电", 99), ("2", "停水", 10), ("3", "停水", 1)]
    ledgers = {ledger.name: ledger for ledger in store.ledgers}
    assert dict(ledgers["b-april.csv"].duplicates) == {"older version": 1, "same row": 1} and not ledgers["a-may.csv"].duplicates


@pytest.mark.parametrize("corrected", ["may_v2.csv", "may-v2.csv", "may (1).csv", "may(更正).csv", "may.2.csv"])
def test_of_exports_of_the_same_days_the_one_whose_name_goes_on_wins(tmp_path, corrected):
    """A space, a bracket and a hyphen sort before the dot of .csv, an underscore after it: a corrected export won or lost by that."""
    export(tmp_path, "may.csv", ["1,2024-05-01 10:00:00,13800000001,停水,10", "2,2024-05-02 10:00:00,13800000002,停水,10"])
    export(tmp_path, corrected, ["1,2024-05-01 10:00:00,13800000001,供电,99", "2,2024-05-02 10:00:00,13800000002,停水,10"])
    store = built(hotline(tmp_path, more="  key: 编号\n"))
    assert rows(store, "call_id, issue_1, talk_seconds") == [("1", "供电", 99), ("2", "停水", 10)]


def test_of_exports_of_the_same_orders_the_one_that_tells_longer_wins(tmp_path):
    """Orders of May, exported on the first of June as `may_final.csv`, and again a month later as `may.csv`."""
    header, first = "编号,受理,办结", "1,2024-05-01 10:00:00,"
    export(tmp_path, "may_final.csv", [first, "2,2024-05-31 10:00:00,2024-05-31 12:00:00"], header)
    export(tmp_path, "may.csv", [f"{first}2024-06-20 08:00:00", "2,2024-05-31 10:00:00,2024-05-31 12:00:00"], header)
    text = "title: x\nkey: published\npublic: true\norders:\n  files: may*.csv\n  key: 编号\n  columns: {order_id: 编号, created_at: 受理, closed_at: 办结}\n"
    tmp_path.joinpath("orders.yaml").write_text(text, encoding="utf-8")
    h = open_hotline(tmp_path / "orders.yaml", "all", progress=False)
    assert h.sql("SELECT count(closed_at) AS n FROM orders")["n"].tolist() == [2]


def test_within_a_file_the_latest_then_the_fullest_version_of_a_key_wins(tmp_path):
    lines = [
        "1,2024-05-01 10:00:00,13800000001,停水,",
        "1,2024-05-01 10:00:00,13800000001,停水,5",
        "2,2024-05-02 10:00:00,匿名,,",
        "2,2024-05-01 10:00:00,匿名,停水,5",
    ]
    for order in (lines, lines[::-1]):
        export(tmp_path, "may.csv", order)
        assert rows(built(hotline(tmp_path, more="  key: 编号\n")), "call_id, issue_1, talk_seconds") == [
            ("1", "停水", 5),
            ("2", None, None),
        ]


def test_without_a_key_the_whole_row_with_its_unmapped_columns_is_the_record(tmp_path):
    header = HEADER + ",备注"
    export(tmp_path, "a.csv", [ROWS[1] + ",甲", ROWS[1] + ",乙"], header)
    export(tmp_path, "b.csv", [ROWS[1] + ",乙", ROWS[1] + ",丙"], header)
    store = built(hotline(tmp_path))
    assert len(rows(store)) == 3 and sum(ledger.duplicates.total() for ledger in store.ledgers) == 1


def test_rows_that_lost_their_key_are_not_taken_for_one(tmp_path):
    lines = [f"{key},2024-05-0{day} 10:00:00,匿名,停水,{day}" for key in ("", "2.02405E+11") for day in (1, 2, 2)]
    export(tmp_path, "may.csv", lines)
    store = built(hotline(tmp_path, more="  key: 编号\n"))
    assert len(rows(store)) == 6 and not store.ledgers[0].duplicates and store.ledgers[0].notes == {"equal rows": 2 / 6}
    assert rows(store, "call_id") == [(None,)] * 6 and [(c["reason"], c["count"]) for c in store.cells] == [("damaged", 3)]


DAY_ONLY = "started_at: 来电时间, caller: {from: 号码, kind: phone}, issue_1: 分类"


@pytest.mark.parametrize(
    ("files", "kept"),
    [
        ([["a", "a", "b"]], 3),  # equal rows of one file are records
        ([["a", "a", "b"], ["a", "c"]], 4),  # of two files the larger count stands: a twice, b, c
        ([["a"], ["a", "a", "a"], ["a", "a"]], 3),
        ([["a", "b"], ["a", "b"]], 2),
    ],
)
def test_equal_rows_without_a_key_are_counted_by_file(tmp_path, files, kept):
    day = {"a": "2024-05-01,13800000001,停水", "b": "2024-05-02,13800000001,停水", "c": "2024-05-02,13800000002,停水"}
    for n, rows_of in enumerate(files):
        export(tmp_path, f"{n}.csv", [day[r] for r in rows_of], header="来电时间,号码,分类")
    store = built(hotline(tmp_path, columns=DAY_ONLY))
    slow = sum(max(file.count(r) for file in files) for r in day)
    assert len(rows(store)) == kept == slow and all(ledger.unaccounted == 0 for ledger in store.ledgers)
    assert sum(ledger.duplicates.total() for ledger in store.ledgers) == sum(map(len, files)) - kept


def test_equal_rows_that_carry_their_own_id_are_one(tmp_path):
    export(tmp_path, "may.csv", ["1,2024-05-01,13800000001,停水,9"] * 3)
    store = built(hotline(tmp_path))
    assert len(rows(store)) == 1 and dict(store.ledgers[0].duplicates) == {"same row": 2}


def test_a_number_that_starts_anew_every_day_is_no_key(tmp_path):
    lines = [f"{n},2024-05-{day:02d} 10:00:{n:02d},1380000{day:02d}{n:02d},停水,1" for day in range(1, 11) for n in range(10)]
    export(tmp_path, "may.csv", lines)
    with pytest.raises(DataRefused) as told:
        built(hotline(tmp_path, more="  key: 编号\n"))
    assert str(told.value) == (
        "calls › key › '编号' names no row: 90 of 100 share it with a row of another time. "
        "Name the columns that tell rows apart, such as key: [编号, 来电时间]; or, if the rows are events of one contact, "
        "say events: {key: [编号], take: first} in place of key."
    )
    assert len(rows(built(hotline(tmp_path, more="  key: [编号, 来电时间]\n")))) == 100
    assert len(rows(built(hotline(tmp_path, more="  events: {key: [编号], take: first}\n")))) == 10


def test_a_key_that_some_other_call_has_too_is_told_apart_from_a_version(tmp_path):
    lines = [
        "1,2024-05-01 10:00:00,13800000001,停水,1",
        "2,2024-05-01 10:00:01,13800000002,停水,1",
        "1,2024-05-02 10:00:00,13800000003,停水,1",
    ]
    lines += [f"{n},2024-05-03 10:00:00,13800000004,停水,1" for n in range(3, 6)]
    export(tmp_path, "may.csv", [*lines, "2,2024-05-01 10:00:01,13800000002,停水,7"])
    store = built(hotline(tmp_path, more="  key: 编号\n"))
    assert dict(store.ledgers[0].duplicates) == {"other time": 1, "older version": 1}


def test_a_caller_is_the_first_known_key(tmp_path):
    columns = "started_at: 时间, caller_phone: {from: 号码, kind: phone}, caller_code: {from: 证号, kind: code, unknown: '0'}"
    export(
        tmp_path,
        "may.csv",
        ["2024-05-01 10:00,13800000001,A", "2024-05-01 11:00,匿名,A", "2024-05-01 12:00,匿名,0", "2024-05-01 13:00,1.38E+10,0"],
        "时间,号码,证号",
    )
    found = rows(
        built(hotline(tmp_path, columns=columns)),
        "caller = caller_phone, caller = caller_code, caller_phone, caller_state, caller_group IS NULL",
    )
    assert [(bool(a), bool(b), c is None, d, e) for a, b, c, d, e in found] == [
        (True, False, False, "known", False), (False, True, True, "known", False), (False, False, True, "withheld", True), (False, False, True, "invalid", True),
    ]  # fmt: skip
    by_code = built(hotline(tmp_path, columns=columns, top="key: published\npublic: true\nidentity: [caller_code, caller_phone]"))
    assert rows(by_code, "caller = caller_code")[0] == (True,)


def test_an_export_of_masked_numbers_says_so_and_keeps_its_volumes(tmp_path):
    export(
        tmp_path, "may.csv", [f"{n},2024-05-01 10:00:00,136××××,停水,1" for n in range(9)] + ["9,2024-05-01 10:00:00,13800000001,停水,1"]
    )
    store = built(hotline(tmp_path))
    assert store.facts["masked"] is True and len(rows(store)) == 10
    assert [r[0] for r in rows(store, "caller_state")].count("invalid") == 9


def test_two_sources_of_one_table_may_have_unlike_columns(tmp_path):
    export(tmp_path, "old.csv", ["1,2024-05-01 10:00:00"], "编号,时间")
    export(tmp_path, "new.csv", ["1,2024-05-01 10:00:00,停水", "2,2024-05-02 10:00:00,噪音"], "编号,时间,分类")
    more = "    key: 编号\n"
    text = "title: 热线\nkey: published\npublic: true\ncalls:\n  - files: old.csv\n    columns: {call_id: 编号, started_at: 时间}\n" + more
    text += "  - files: new.csv\n    columns: {call_id: 编号, started_at: 时间, issue_1: 分类}\n" + more
    path = tmp_path / "line.yaml"
    path.write_text(text, encoding="utf-8")
    assert rows(built(path), "call_id, issue_1") == [("1", "停水"), ("2", "噪音")]


TWO = """title: 热线
key: published
public: true
{table}:
  - files: a.csv
    key: 编号
    columns: {{{id}: 编号, {first}}}
  - files: b.csv
    key: 编号
    columns: {{{id}: 编号, {second}}}
{more}"""
HALVES = {  # two files of the same 3 records, each with a part of them: the table, its id, what either maps, and more
    "orders": ("order_id", "created_at: 时间", "resolved_at: 时间", ""),
    "surveys": ("survey_id", "invited_at: 时间", "answered_at: 时间, item_1: 分", "items: {item_1: {name: 总体, scale: [1, 5]}}\n"),
    "sessions": ("session_id", "opened_at: 时间", "closed_at: 时间", ""),
    "calls": ("call_id", "started_at: 时间", "started_at: 时间, talk_seconds: 分", ""),
    "cases": ("case_id", "listed_at: 时间", "listed_at: 时间, closed_at: 时间", ""),
}


@pytest.mark.parametrize("table", HALVES)
def test_two_files_that_each_tell_a_part_of_the_same_records_are_refused(tmp_path, table):
    """One row would take the other's place: of 3 orders that are closed 0 were, and the month's checks said nothing."""
    id_, first, second, more = HALVES[table]
    export(tmp_path, "a.csv", [f"{n},2024-05-0{1 + n} 10:00:00," for n in range(3)], "编号,时间,分")
    export(tmp_path, "b.csv", [f"{n},2024-05-0{1 + n} 09:00:00,{1 + n}" for n in range(3)], "编号,时间,分")
    path = tmp_path / "line.yaml"
    path.write_text(TWO.format(table=table, id=id_, first=first, second=second, more=more), encoding="utf-8")
    lacks = ", ".join(c.split(":")[0] for c in second.split(", ") if c not in first)
    with pytest.raises(DataRefused) as refused:
        built(path)
    assert str(refused.value) == (
        f"{table} › key › 3 of 3 rows of b.csv have the key of a row of a.csv, which stays and lacks their {lacks}. "
        "Join the two into one file, a record a row, or map both as one source with the same columns."
    )


def test_a_source_whose_rows_say_no_more_gives_way(tmp_path):
    """Nothing that the rows of b.csv tell is lost: its score is blank where a.csv has the record too, and its channel is a word of params. So may a day of two systems."""
    export(tmp_path, "a.csv", [f"{n},2024-05-01 10:{n // 60:02d}:{n % 60:02d}," for n in range(300)], "编号,时间,分")
    export(tmp_path, "b.csv", [f"{n},2024-05-01 09:00:00,{'' if n < 300 else 5}" for n in range(299, 301)], "编号,时间,分")
    path = tmp_path / "line.yaml"
    text = TWO.format(
        table="calls",
        id="call_id",
        first="started_at: 时间",
        second="started_at: 时间, talk_seconds: 分, channel: {constant: phone}",
        more="",
    )
    path.write_text(text, encoding="utf-8")
    assert len(rows(built(path))) == 301
    export(tmp_path, "b.csv", [f"{n},2024-05-01 09:00:00,5" for n in range(299, 500)], "编号,时间,分")
    assert len(rows(built(path))) == 500, "1 of 201 rows is the same day of another system"


def test_the_same_calls_under_other_ids_are_told(tmp_path):
    """Of a.csv's 400 calls b.csv has 10 again, from 3 May on, under its own ids; 7 would be chance, and so is what has no clock time or no known caller."""
    of_a = [f"A{n},2024-05-0{1 + n // 80} {1 + n % 80 // 4:02d}:{n % 4}0:00,1380000{n:04d},停水,1" for n in range(400)]
    again = [line.replace("A", "B", 1) for line in of_a[160:170]]
    of_b = [f"C{n},2024-05-0{3 + n // 80} {1 + n % 80 // 4:02d}:05:00,1390000{n:04d},噪音,1" for n in range(160)]
    unknown = [f"{x}{n},2024-05-04 10:00:00,匿名,停水,1" for x in "DE" for n in range(20)]
    days = [f"{x}{n},2024-05-04 00:00:00,137000{n:05d},停水,1" for x in "FG" for n in range(20)]
    export(tmp_path, "a.csv", of_a + unknown[:20] + days[:20])
    export(tmp_path, "b.csv", of_b + again + unknown[20:] + days[20:])
    params = hotline(tmp_path, more="  key: 编号\n")
    assert {ledger.name: ledger.other_ids for ledger in built(params).ledgers} == {"a.csv": {"b.csv": {"2024-05-03": 10}}, "b.csv": {}}
    export(tmp_path, "b.csv", of_b + again[:7] + unknown[20:] + days[20:])
    assert not any(ledger.other_ids for ledger in built(params).ledgers)


# what may not change a figure


CALL = st.tuples(
    st.integers(0, 400),
    st.sampled_from(["13800000001", "+8613800000001", "13800000002", "01062345678", "匿名", "138****1234", ""]),
    st.sampled_from("停水 噪音 供电".split()),
    st.integers(0, 99),
)
QUIET = tried(25, suppress_health_check=[HealthCheck.too_slow])


def _lines(calls, with_ids: bool) -> list[str]:
    start = "2024-05-{:02d} {:02d}:00:00"
    lines = [
        f"{n if with_ids else ''},{start.format(1 + hour // 24, hour % 24)},{who},{issue},{talk}"
        for n, (hour, who, issue, talk) in enumerate(calls)
    ]
    return list(dict.fromkeys(lines))


def _tables_of(files: dict[str, list[str]], more: str) -> list[tuple]:
    folder = Path(tempfile.mkdtemp(prefix="store-"))
    try:
        for name, lines in files.items():
            export(folder, name, lines)
        return content(built(hotline(folder, more=more)))
    finally:
        shutil.rmtree(folder)


@pytest.mark.slow
@QUIET
@given(st.lists(CALL, min_size=1, max_size=30), st.booleans(), st.randoms(use_true_random=False))
def test_overlapping_exports_in_any_order_give_the_tables_of_one_whole_export(calls, with_ids, chance: random.Random):
    lines = _lines(calls, with_ids)
    more = "  key: 编号\n" if with_ids else ""
    whole = _tables_of({"whole.csv": lines}, more)
    cut, again = sorted(chance.sample(range(len(lines) + 1), 2)) if len(lines) > 1 else (0, 1)
    parts = {"b.csv": lines[:again], "a.csv": lines[cut:], "c.csv": chance.sample(lines, len(lines) // 2)}
    for part in parts.values():
        chance.shuffle(part)
    assert _tables_of(parts, more) == whole


@QUIET
@given(st.lists(CALL, min_size=1, max_size=20), st.integers(1, 9))
def test_unknown_callers_add_no_known_one(calls, n):
    lines = _lines(calls, True)
    more = [f"u{i},2024-05-09 10:00:00,{who},停水,1" for i, who in enumerate(["匿名", "", "-", "138****1234", "1.38E+10", "0"] * 2)][:n]
    known = [row[1:] for row in _tables_of({"a.csv": lines}, "") if "known" in row]  # without seq, the place among all rows
    assert [row[1:] for row in _tables_of({"a.csv": lines + more}, "") if "known" in row] == known


# what is built again, and what is not


@pytest.fixture
def reads(monkeypatch):
    """The names of the files that are read."""
    names, read = [], readers.read

    def counted(file, *args):
        names.append(file.name)
        return read(file, *args)

    monkeypatch.setattr("hotline_analysis.intake.store.store.read", counted)
    return names


def test_only_files_that_changed_are_read_again(tmp_path, reads):
    export(tmp_path, "a.csv", ROWS[:2])
    export(tmp_path, "b.csv", ROWS[2:])
    params = hotline(tmp_path)
    first = built(params)
    assert reads == ["a.csv", "b.csv"]
    before = sorted((path, path.stat().st_mtime_ns) for path in first.folder.glob("*.parquet"))
    again = built(params)
    after = sorted((path, path.stat().st_mtime_ns) for path in again.folder.glob("*.parquet"))
    assert reads == ["a.csv", "b.csv"] and after == before and again.made == first.made
    export(tmp_path, "b.csv", ROWS[2:3])
    changed = built(params)
    assert reads == ["a.csv", "b.csv", "b.csv"] and len(rows(changed)) == 3 and changed.made != first.made
    assert len(list((changed.folder / "parts").glob("*.parquet"))) == 2  # the old part of b.csv is gone
    (tmp_path / "b.csv").unlink()
    assert len(rows(built(params))) == 2 and reads == ["a.csv", "b.csv", "b.csv"]


def test_a_changed_setting_reads_again_and_leave_out_does_not(tmp_path, reads):
    export(tmp_path, "a.csv", ROWS)
    built(hotline(tmp_path))
    built(hotline(tmp_path, more="  leave_out: {issue_1: 噪音}\n"))
    assert reads == ["a.csv"]
    built(hotline(tmp_path, columns=COLUMNS.replace("talk_seconds: 通话时长", "talk_seconds: {from: 通话时长, unit: minutes}")))
    assert reads == ["a.csv", "a.csv"]


def test_integers_stay_when_a_month_is_added(tmp_path):
    export(tmp_path, "a.csv", ROWS)
    params = hotline(tmp_path)
    before = {r for r in rows(built(params), "call_id, caller") if r[1]}
    export(tmp_path, "b.csv", ["9,2024-06-01 10:00:00,13700000000,停水,1", "10,2024-06-01 10:00:00,13800000001,停水,1"])
    after = set(rows(built(params), "call_id, caller"))
    assert before < after and {("10", 1), ("9", 2)} < after


def test_a_store_under_another_key_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(tmp_path / "keys" / "key"))
    export(tmp_path, "a.csv", ROWS)
    built(hotline(tmp_path, top="key: file"))
    with pytest.raises(DataRefused, match="made under key"):
        built(hotline(tmp_path, top="key: published\npublic: true"))
    (tmp_path / "keys" / "key").write_bytes(os.urandom(32))
    with pytest.raises(DataRefused, match="made under key"):
        built(hotline(tmp_path, top="key: file"))
    (tmp_path / "keys" / "key").unlink()
    with pytest.raises(DataRefused, match="Put the key file back"):
        built(hotline(tmp_path, top="key: file"))


def test_a_file_that_is_replaced_while_it_is_read_is_refused(tmp_path, monkeypatch):
    path = export(tmp_path, "a.csv", ROWS)
    read = readers.read

    def replaced(file, *args):
        text = read(file, *args)
        path.write_text(path.read_text(encoding="utf-8") + ROWS[0] + "\n", encoding="utf-8")
        return text

    monkeypatch.setattr("hotline_analysis.intake.store.store.read", replaced)
    with pytest.raises(DataRefused, match="replaced while it was being read"):
        built(hotline(tmp_path))
    monkeypatch.setattr("hotline_analysis.intake.store.store.read", read)
    assert len(rows(built(hotline(tmp_path)))) == 4


def test_a_build_that_stops_halfway_leaves_the_old_tables_and_the_next_one_succeeds(tmp_path, monkeypatch):
    export(tmp_path, "a.csv", ROWS[:2])
    params = hotline(tmp_path)
    old = content(built(params))
    export(tmp_path, "b.csv", ROWS[2:])
    for step in ("intake.store.store.count_findings", "machine.publish", "intake.store.store.ledgers_of", "intake.store.store.cells_of"):
        with monkeypatch.context() as broken:
            broken.setattr(f"hotline_analysis.{step}", _stop)
            with pytest.raises(KeyboardInterrupt):
                built(params)
        assert content(Store(load(params))) == old
        assert not (Store(load(params)).folder / "staging").exists()
    assert len(rows(built(params))) == 4


def _stop(*_args):
    raise KeyboardInterrupt


def test_another_builder_is_waited_for_and_then_refused(tmp_path):
    export(tmp_path, "a.csv", ROWS)
    store = Store(load(hotline(tmp_path)))
    store.claim()
    store.patience = 0.2
    with machine.lock(store.folder / "lock"), pytest.raises(Held, match="another run is building"):
        store.build(progress=False)
    store.build(progress=False)
    assert len(rows(store)) == 4


def _build_forever(params: str) -> None:
    while True:
        store = Store(load(params))
        shutil.rmtree(store.folder / "parts", ignore_errors=True)
        store.build(progress=False)


@pytest.mark.slow
def test_a_killed_builder_leaves_a_store_that_the_next_one_mends(tmp_path):
    export(tmp_path, "a.csv", ROWS[:2])
    export(tmp_path, "b.csv", ROWS[2:])
    params = hotline(tmp_path)
    whole = content(built(params))
    for moment in (0.9, 1.1, 1.3, 1.5, 1.7):
        child = multiprocessing.get_context("spawn").Process(target=_build_forever, args=(str(params),))
        child.start()
        time.sleep(moment)
        child.kill()
        child.join()
        assert content(built(params)) == whole


def test_dates_that_may_be_read_two_ways_are_refused_with_the_setting(tmp_path):
    export(tmp_path, "a.csv", ["1,05/06/2024 10:00,匿名,停水,1"])
    with pytest.raises(
        DataRefused,
        match=r"a.csv › 来电时间 › dates such as dd/dd/dddd dd:dd may put the day or the month first\. Say which in calls › columns › started_at › formats",
    ):
        built(hotline(tmp_path))


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("来电时问", "Did you mean '来电时间'?"),
        ("来电日期", "Did you mean '来电时间'? Its header says: 编号, 来电时间, 号码, 分类, 通话时长."),
        ("x", "Its header says: 编号, 来电时间, 号码, 分类, 通话时长."),
    ],
)
def test_a_column_that_the_file_lacks_has_the_nearest_header(tmp_path, written, hint):
    export(tmp_path, "a.csv", ROWS)
    with pytest.raises(DataRefused) as refused:
        built(hotline(tmp_path, columns=f"call_id: 编号, started_at: {written}"))
    assert str(refused.value) == f"a.csv › has no column '{written}', which params map. {hint}"


def test_a_file_of_which_nothing_reads_is_refused_with_a_shape(tmp_path):
    export(tmp_path, "a.csv", [f"{n},10时{n % 60}分 周五,匿名,停水,1" for n in range(200)])
    with pytest.raises(DataRefused, match=r"no row of it reads as started_at such as dd时d+分 \?\?"):
        built(hotline(tmp_path))


def test_an_export_without_rows_is_an_empty_table(tmp_path):
    export(tmp_path, "a.csv", [])
    store = built(hotline(tmp_path))
    assert rows(store) == [] and store.facts["data_start"] is None and store.tables == ("calls",)


def test_no_file_and_no_table_are_sentences(tmp_path):
    with pytest.raises(NoInput, match="matches no file"):
        built(hotline(tmp_path))
    export(tmp_path, "a.csv", ROWS)
    with pytest.raises(NoInput, match="there is no table 'orders' in the store"):
        built(hotline(tmp_path)).table("orders")


def test_a_store_that_cannot_be_written_is_a_sentence(tmp_path):
    export(tmp_path, "a.csv", ROWS)
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(CannotWrite, match="the store cannot be written"):
        built(hotline(tmp_path, top="key: published\npublic: true\nworkspace: taken/store"))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (duckdb.OutOfMemoryException("x"), "memory_gib and spill_gib are too small"),
        (duckdb.IOException("No space left"), "cannot be written or read"),
    ],
)
def test_a_full_memory_or_disk_is_a_sentence(tmp_path, monkeypatch, fault, sentence):
    export(tmp_path, "a.csv", ROWS)

    def stop(*_args):
        raise fault

    monkeypatch.setattr("hotline_analysis.intake.store.merge.Merge.run", stop)
    with pytest.raises(CannotWrite, match=sentence):
        built(hotline(tmp_path))


# what the engine may not do, and what the store may not hold


REFUSED = [
    "SELECT * FROM read_text('/etc/hostname')",
    "COPY (SELECT 1) TO '/tmp/outside.csv'",
    "SET enable_external_access = true",
    "INSTALL httpfs",
    "ATTACH '/tmp/other.db'",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_engine_is_locked_down(tmp_path, statement):
    export(tmp_path, "a.csv", ROWS)
    connection = built(hotline(tmp_path)).connection
    with pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException, duckdb.IOException)):
        connection.execute(statement)


def test_the_engine_forgets_what_it_read(tmp_path):
    export(tmp_path, "a.csv", ROWS)
    connection = built(hotline(tmp_path)).connection
    known = connection.execute(
        "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    assert sorted(known) == [("calls",), ("calls_left_out",)]
    with pytest.raises((duckdb.PermissionException, duckdb.IOException)):
        connection.execute(f"SELECT * FROM read_csv('{tmp_path}/a.csv')")


CANARIES = [
    "13812340001",
    "+86 139-1234-0002",
    "010-62340003",
    "王小明四号",
    "110101199003070005",
    "６１２３４０００６",
    "张某某住在幸福路七号",
]


def test_no_number_name_or_narrative_is_in_the_store_or_the_log(tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(tmp_path.parent / (tmp_path.name + "-key")))
    columns = COLUMNS + ", caller_person: {from: 姓名, kind: person}, caller_code: {from: 证件, kind: code}, issue_2: 内容"
    lines = [f"{n},2024-05-01 1{n}:00:00,{phone},停水,1,{name},{paper},{text}" for n, (phone, name, paper, text) in enumerate([
        (CANARIES[0], CANARIES[3], CANARIES[4], f"市民{CANARIES[6]}来电，请回{CANARIES[0]}"),
        (CANARIES[1], CANARIES[3], CANARIES[4], CANARIES[6] * 20),
        (CANARIES[2], CANARIES[3], CANARIES[4], "供水"),
        (CANARIES[5], CANARIES[3], CANARIES[4], "供水"),
        ("1" + CANARIES[0], CANARIES[3], CANARIES[4], "供水"),
    ])]  # fmt: skip
    export(tmp_path, "may.csv", lines, HEADER + ",姓名,证件,内容")
    store = Store(load(hotline(tmp_path, columns=columns, top="key: file")))
    store.build(progress=True)
    written = "".join(path.read_bytes().decode("latin-1") for path in store.folder.rglob("*") if path.is_file())
    written += "".join(capfd.readouterr())
    cells = [str(row) for path in store.folder.rglob("*.parquet") for row in duckdb.sql(f"SELECT * FROM '{path}'").fetchall()]
    for canary in CANARIES:
        for form in (canary, canary.encode().decode("latin-1"), canary[-8:], canary.replace("-", "").replace(" ", "")[-8:]):
            assert form not in written and not any(form in cell for cell in cells), form


@pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes")
def test_the_store_is_its_owners_alone(tmp_path):
    export(tmp_path, "a.csv", ROWS)
    store = built(hotline(tmp_path))
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in store.folder.rglob("*") if path.is_file() and path.name != "lock"}
    assert set(modes.values()) == {0o600}, modes


def test_ledger_json_is_plain(tmp_path):
    export(tmp_path, "a.csv", ROWS)
    told = json.loads(next(built(hotline(tmp_path)).folder.glob("ledger.*.json")).read_text(encoding="utf-8"))
    assert (
        told["files"][0]["physical"] == 5
        and told["files"][0]["accepted"] == 4
        and {"table", "file", "column", "reason", "done", "count", "lines", "bit", "shape", "filled", "days"} == set(told["cells"][0])
    )
