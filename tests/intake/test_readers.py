"""Texts of every encoding, separator and accident become rows or lines of the account, with the sentences for what is refused."""

import gzip
import random
import zipfile

import duckdb
import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.read.readers import read
from hotline_analysis.intake.read.stored import EMPTY, InputFile
from tests.intake.reading import CONNECTION, DATA, needs_data, numbers, put, rows, source, staged, staging, take

CHINESE = "编号,来电时间,类别\n热线-1,2024-05-01 08:00:00,供水\n热线-2,2024-05-01 09:00:00,噪音扰民\n"
TABLE = [("热线-1", "2024-05-01 08:00:00", "供水"), ("热线-2", "2024-05-01 09:00:00", "噪音扰民")]
WANTED = ("编号", "来电时间")
WRONGLY_DECODED = (
    "calls.csv › was decoded wrongly before it was saved, or is not in the encoding declared: its texts make sense only when that is undone. "
    "Export it again as UTF-8."
)


def refused(tmp_path, content: bytes, wanted=(), name="calls.csv", **settings) -> str:
    with pytest.raises(DataRefused) as refusal:
        take(put(tmp_path, content, name), tmp_path, wanted, **settings)
    return str(refusal.value)


def text(tmp_path, content: str, **settings):
    return take(put(tmp_path, content.encode()), tmp_path, **settings)


# encodings


@pytest.mark.parametrize(
    ("encoding", "declared", "said"),
    [
        ("utf-8", None, "utf-8"), ("utf-8-sig", None, "utf-8"), ("gb18030", None, "gb18030"), ("gbk", None, "gb18030"), ("utf-16", None, "utf-16"),
        ("utf-16-le", "utf-16", "utf-16-le"), ("utf-16-be", "utf-16", "utf-16-be"), ("utf-32", None, "utf-32"), ("utf-8", "utf-8", "utf-8"), ("gb18030", "gb18030", "gb18030"),
        ("utf-8-sig", "gb18030", "utf-8"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path, encoding, declared, said, line_end):
    table = take(put(tmp_path, CHINESE.replace("\n", line_end).encode(encoding)), tmp_path, WANTED, encoding=declared)
    assert table.columns == ("编号", "来电时间", "类别")
    assert rows(table) == TABLE
    assert numbers(table) == [2, 3]
    assert (table.ledger.encoding, table.ledger.reader) == (said, "fast")


def test_traditional_chinese_is_declared(tmp_path):
    content = "編號,來電時間,類別\n1,2024-05-01 08:00:00,噪音檢舉\n2,2024-05-01 08:00:00,停車問題\n" * 3
    assert rows(take(put(tmp_path, content.encode("big5")), tmp_path, encoding="big5"))[0] == ("1", "2024-05-01 08:00:00", "噪音檢舉")
    assert refused(tmp_path, content.encode("big5")) == (
        "calls.csv › is not UTF-8, and read as GB18030 its characters are too rare for Chinese. Declare its encoding in params, such as big5 or latin-1."
    )


def test_four_byte_characters_of_gb18030(tmp_path):
    assert rows(take(put(tmp_path, "a,b\n㐂,𠮷\n".encode("gb18030")), tmp_path, encoding="gb18030")) == [("㐂", "𠮷")]


def test_a_western_file_is_not_chinese(tmp_path):
    content = "id,naam\n1,Fran\xe7ois\n2,Ren\xe9e\n3,Zo\xeb!\n".encode("latin-1")
    assert refused(tmp_path, content) == (
        "calls.csv › is not UTF-8, and read as GB18030 its characters are too rare for Chinese. Declare its encoding in params, such as big5 or latin-1."
    )
    assert rows(take(put(tmp_path, content), tmp_path, encoding="latin-1"))[1] == ("2", "Renée")


def test_neither_utf8_nor_gb18030_says_the_bytes(tmp_path):
    content = CHINESE.encode("gb18030") + b"\xff\xff,1,2\n" * 3
    assert refused(tmp_path, content) == (
        "calls.csv › is neither UTF-8 (byte 0) nor GB18030 (byte 87), but 3 of its 6 lines are not GB18030, the first at byte 87. "
        "Save it again as UTF-8, or declare its encoding in params."
    )


def test_declared_encoding_that_is_not_so(tmp_path):
    assert refused(tmp_path, CHINESE.encode("gb18030"), encoding="utf-8") == (
        "calls.csv › is declared to be UTF-8, but 3 of its 3 lines are not UTF-8, the first at byte 0. Save it again as UTF-8, or declare its encoding in params."
    )


def test_one_undecodable_line_is_rejected_with_its_byte(tmp_path):
    content = (CHINESE * 1).encode() + "热线-3,2024-05-01,".encode() + b"\xb9\xa9\xcb\xae\n" + "热线-4,2024-05-02,供电\n".encode()
    table = take(put(tmp_path, content), tmp_path, WANTED)
    assert [r[0] for r in rows(table)] == ["热线-1", "热线-2", "热线-4"]
    assert table.ledger.rejected_at == [(4, "undecodable: byte 125")]
    assert numbers(table) == [2, 3, 5]


def test_a_tail_in_another_encoding_is_refused(tmp_path):
    tail = "".join(f"热线-{i},2024-05-01 08:00:00,供水\n" for i in range(50))
    mixed = CHINESE * 20 + tail
    assert refused(tmp_path, mixed.encode() + tail.encode("gb18030")) == (
        "calls.csv › begins as UTF-8, but 50 of its 160 lines are not UTF-8, the first at byte 3,940. Save it again as UTF-8, or declare its encoding in params."
    )
    assert refused(tmp_path, mixed.encode("gb18030") + tail.encode()) == WRONGLY_DECODED


def test_double_encodings_are_refused(tmp_path):
    body = CHINESE.replace("\n", ",工单市民反映问题停水\n")
    twice = body.encode().decode("latin-1").encode()
    assert refused(tmp_path, twice) == WRONGLY_DECODED
    assert refused(tmp_path, body.encode("gb18030").decode("latin-1").encode()) == WRONGLY_DECODED
    assert refused(tmp_path, body.replace("编号", "编号单").encode().decode("gb18030", "ignore").encode()) == WRONGLY_DECODED
    assert refused(tmp_path, body.encode(), encoding="gb18030") == WRONGLY_DECODED


def test_lost_characters_are_refused(tmp_path):
    content = "a,b\n" + "\ufffd\ufffd\ufffd\ufffd,锟斤拷锟斤拷\n" * 5
    assert (
        refused(tmp_path, content.encode())
        == "calls.csv › has lost its characters: most of its texts hold replacement marks. Export it again as UTF-8."
    )


def test_utf16_without_its_mark(tmp_path):
    assert (
        refused(tmp_path, "id,time\n1,2\n".encode("utf-16-le"))
        == "calls.csv › looks like UTF-16 without its mark. If it is, declare 'encoding: utf-16'."
    )


def test_empty_files(tmp_path):
    assert refused(tmp_path, b"") == f"calls.csv › is empty. {EMPTY}"
    assert refused(tmp_path, b"\n \r\n\0\0") == f"calls.csv › holds nothing but blanks. {EMPTY}"


def test_a_line_of_more_than_a_megabyte(tmp_path):
    content = gzip.compress(b"a,b\n1,2\n" + b"x" * 3_000_000 + b",2\n")
    assert refused(tmp_path, content, name="a.csv.gz") == (
        "a.csv.gz › line 3 › is longer than 1 MB. Such a file is no table of records, or its line ends are lost."
    )


# separators and headers


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_separator_is_found(tmp_path, separator):
    table = text(tmp_path, CHINESE.replace(",", separator))
    assert (table.ledger.separator, rows(table)) == (separator, TABLE)


def test_names_decide_between_separators(tmp_path):
    content = "a;b,c;d\n1;2,3;4\n5;6,7;8\n"
    assert text(tmp_path, content, wanted=["a", "d"]).columns == ("a", "b,c", "d")
    assert text(tmp_path, content, wanted=["c;d"]).columns == ("a;b", "c;d")
    assert text(tmp_path, content, separator=",").columns == ("a;b", "c;d")
    assert refused(tmp_path, content.encode()) == "calls.csv › can be cut at comma and semicolon alike. Declare its separator in params."


def test_declared_separator_may_be_any_character(tmp_path):
    assert rows(text(tmp_path, "a~b\n1~2\n", separator="~")) == [("1", "2")]


def test_title_lines_above_the_header_are_skipped(tmp_path):
    content = "2024年5月话务明细\n\n导出人：张某,2024-06-01\n" + CHINESE
    table = text(tmp_path, content, wanted=WANTED)
    assert (table.columns, rows(table), numbers(table)) == (("编号", "来电时间", "类别"), TABLE, [5, 6])
    assert (table.ledger.skipped, table.ledger.blank, table.ledger.header) == (2, 1, 1)


def test_header_row_may_be_declared_and_names_given(tmp_path):
    assert rows(text(tmp_path, "x,y,z\n" + CHINESE, header_row=2)) == TABLE
    bare = text(tmp_path, CHINESE.split("\n", 1)[1], header=["a", "b", "c"])
    assert (bare.columns, rows(bare), numbers(bare), bare.ledger.header) == (("a", "b", "c"), TABLE, [1, 2], 0)


def test_a_header_over_two_lines(tmp_path):
    table = text(tmp_path, 'id,"时长\n（秒）"\n1,2\n')
    assert (table.columns, rows(table), numbers(table)) == (("id", "时长\n（秒）"), [("1", "2")], [3])


def test_names_that_come_twice_or_not_at_all(tmp_path):
    assert text(tmp_path, " Variant ,Variant,,Variant\n1,2,3,4\n").columns == ("Variant (1)", "Variant (2)", "(3)", "Variant (3)")


def test_no_mapped_column(tmp_path):
    assert refused(tmp_path, CHINESE.encode(), ["通话时间", "主叫号码"]) == (
        "calls.csv › shows none of the mapped columns (主叫号码, 通话时间) in the first 30 lines. Line 1 says: 编号, 来电时间, 类别."
    )
    assert refused(tmp_path, CHINESE.encode(), ["通话时间"], header_row=2) == (
        "calls.csv › shows none of the mapped columns (通话时间) in line 2. Line 2 may be a record, of the shapes: "
        "a-d, dddd-dd-dd dd:dd:dd, a. If the file has no header row, name every column by header."
    )


def test_a_file_without_its_header_row_shows_no_record(tmp_path):
    """Nothing of the first record stands in the sentence, and the setting that it names reads all of them."""
    content = "K1,2024-05-01 08:00:00,13900000018,张三,供水\nK2,2024-05-01 09:00:00,13900000019,李四,供水\n"
    said = refused(tmp_path, content.encode(), ["时间", "号码"])
    assert said == (
        "calls.csv › shows none of the mapped columns (号码, 时间) in the first 30 lines. "
        "Line 1 may be a record, of the shapes: ad, dddd-dd-dd dd:dd:dd, ddddddddddd, a, a. If the file has no header row, name every column by header."
    )
    assert len(rows(text(tmp_path, content, wanted=["时间", "号码"], header=["编号", "时间", "号码", "姓名", "分类"]))) == 2
    near = "编号,来电时间段1,类别\n" * 2
    assert refused(tmp_path, near.encode(), ["来电时间段"]).endswith("Did you mean '来电时间段1'?")


def test_a_table_of_one_column(tmp_path):
    table = text(tmp_path, "time\n2024-05-01\n\n2024-05-02\n")
    assert (table.columns, rows(table), numbers(table), table.ledger.blank) == (("time",), [("2024-05-01",), ("2024-05-02",)], [2, 4], 1)


def test_more_columns_than_a_table_of_records_has(tmp_path):
    header = ",".join(f"c{i}" for i in range(2001))
    assert (
        refused(tmp_path, f"{header}\n".encode(), ["c7"]) == "calls.csv › line 1 › has 2,001 columns. A table of records has at most 2,000."
    )


def test_a_header_without_rows(tmp_path):
    table = text(tmp_path, "a,b\n")
    assert (table.columns, rows(table), table.ledger.accepted) == (("a", "b"), [], 0)


# rows


def test_blank_cells_are_null_on_both_ways(tmp_path):
    for content in ('a,b,c\n1,,""\n,2," x "\n', 'a,b,c\n1,,""\n,2," x "\n\n3\n'):
        assert rows(text(tmp_path, content))[:2] == [("1", None, None), (None, "2", " x ")]


def test_short_long_and_open_rows_are_rejected_by_line(tmp_path):
    table = text(tmp_path, 'a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,"11,12\n13,14,15\n')
    assert rows(table) == [("1", "2", "3"), ("13", "14", "15")]
    assert table.ledger.rejected_at == [(3, "short: 2 of 3 fields"), (4, "long: 4 of 3 fields"), (5, "open quote")]


def test_a_record_over_lines_is_one_record(tmp_path):
    table = text(tmp_path, 'id,text,n\n1,"first\r\n\r\nthird, with comma",2\n3,"he said ""no""",4\n')
    assert rows(table) == [("1", "first\n\nthird, with comma", "2"), ("3", 'he said "no"', "4")]
    assert (numbers(table), table.ledger.continued, table.ledger.physical) == ([2, 5], 2, 3)


def test_two_stray_quotes_do_not_swallow_the_rows_between(tmp_path):
    lines = [f"{i:03d},2024-05-{i:02d},text {i}" for i in range(1, 12)]
    lines[3] = '004,"2024-05-04,text 4'
    lines[7] = '008,text",2024-05-08'
    table = text(tmp_path, "id,day,text\n" + "\n".join(lines) + "\n")
    kept = [r[0] for r in rows(table)]
    assert {f"{i:03d}" for i in (1, 2, 3, 5, 6, 7, 9, 10, 11)} <= set(kept) and "004" not in kept


def test_where_no_column_tells_a_broken_record_costs_as_little_as_can_be(tmp_path):
    table = text(tmp_path, 'a,b,c\nla,"lb,lc\nld,le,lf\nlg,lh",li,lj\nlk,ll,lm\n')
    assert rows(table) == [("ld", "le", "lf"), ("lk", "ll", "lm")]
    assert table.ledger.rejected_at == [(2, "open quote"), (4, "long: 4 of 3 fields")]


def test_a_narrative_whose_lines_have_as_many_commas_stays_whole(tmp_path):
    body = "".join(f"{i:03d},2024-05-{i:02d},text {i}\n" for i in range(1, 12))
    tale = '012,2024-05-12,"said:\nwater, gas, power\nand left"\n'
    table = text(tmp_path, "id,day,text\n" + body + tale)
    assert rows(table)[-1] == ("012", "2024-05-12", "said:\nwater, gas, power\nand left")


def test_a_stray_quote_costs_its_own_row_only(tmp_path):
    table = text(tmp_path, 'a,b,c\n1,"2,3\n4,5,6\n7,8,9\n10,11"x,12\n13,"14"y,15\n')
    assert rows(table) == [("4", "5", "6"), ("7", "8", "9"), ("10", '11"x', "12")]
    assert table.ledger.rejected == {"open quote": 2}


def test_no_quotes_where_params_say_so(tmp_path):
    assert rows(text(tmp_path, 'a\tb\n"1\t2\n3\t4"5\n', quote="")) == [('"1', "2"), ("3", '4"5')]


def test_an_extra_field_in_every_row_is_refused(tmp_path):
    assert refused(tmp_path, b"id,time\n7,2024-05-01,138\n8,2024-05-02,139\n") == (
        "calls.csv › no line has the 2 fields of its header. The first: line 2, long: 3 of 2 fields. Name its separator, or every column by header."
    )


def test_a_separator_at_the_end_of_every_line_is_no_column(tmp_path):
    table = text(tmp_path, "id,time\n7,2024-05-01,\n8,2024-05-02,\n")
    assert (table.columns, rows(table)) == (("id", "time"), [("7", "2024-05-01"), ("8", "2024-05-02")])
    assert table.ledger.repaired == {"last separator": 2}
    assert text(tmp_path, "id,time,\n7,2024-05-01\n8,2024-05-02\n").columns == ("id", "time")


def test_cut_last_lines_are_rejected_and_whole_ones_kept(tmp_path):
    head = "id,phone,kind\n" + "".join(f"{i},138{i:08d},{'供水' if i % 2 else '供电问题'}\n" for i in range(30))
    assert text(tmp_path, head + "30,138").ledger.rejected_at == [(32, "cut")]
    assert text(tmp_path, head + "30,13800000030,供电问").ledger.rejected_at == [(32, "cut")]
    assert text(tmp_path, head + "30,13800000030,").ledger.rejected_at == [(32, "cut")]
    whole = text(tmp_path, head + "30,13800000030,供水")
    assert (whole.ledger.accepted, whole.ledger.notes) == (31, {"no last line end": 1.0})
    phones = "kind,phone\n" + "".join(f"x{i},138{i:08d}\n" for i in range(30))
    assert text(tmp_path, phones + "x30,1380013").ledger.rejected_at == [(32, "cut")]
    assert take(put(tmp_path, (head + "30,13800000030,供").encode()[:-1]), tmp_path).ledger.rejected == {"cut": 1}


def test_last_lines_cut_in_a_column_of_many_forms(tmp_path):
    """The end is no word of a short list and its column has blanks: a name, a narrative and an instant that begin like those of other lines."""
    names = "".join(f"{n},市民{'甲乙丙丁戊己庚辛壬癸'[n % 10]}某{n}\n" for n in range(40))
    assert text(tmp_path, "id,name\n" + names + "40,市民甲某").ledger.rejected == {"cut": 1}
    times = "".join(f"{n},{'' if n % 3 else f'2024-05-{n % 28 + 1:02d} 08:00:00'}\n" for n in range(40))
    for end in ("2024-05-1", "2024-05-11 08:0", "2024-05-11 "):
        assert text(tmp_path, "id,closed\n" + times + f"40,{end}").ledger.rejected == {"cut": 1}, end
    for whole in ("2024-05-11 08:00:00", ""):
        assert text(tmp_path, "id,closed\n" + times + f"40,{whole}").ledger.accepted == 41, whole
    assert text(tmp_path, "id,name\n" + names + "40,另一个人").ledger.accepted == 41


def test_blank_rows_and_repeated_headers(tmp_path):
    content = "a,b,c\n1,2,3\n,,\n  , ,\n   \n\na,b,c\n\ufeffa,b,c\n4,5,6\n\n\n"
    table = text(tmp_path, content)
    assert rows(table) == [("1", "2", "3"), ("4", "5", "6")]
    assert (table.ledger.blank, table.ledger.header, table.ledger.lines) == (6, 3, 11)


def test_mixed_line_ends_and_nul_bytes(tmp_path):
    table = text(tmp_path, "a,b\r\n1,2\n3,4\r\n5\0,6\r7,8\n9,10\r\r\n\0\0\n")
    assert rows(table) == [("1", "2"), ("3", "4"), ("5", "6"), ("7", "8"), ("9", "10")]
    assert (table.ledger.repaired, table.ledger.blank) == ({"nul bytes": 1}, 2)


def test_a_lone_return_inside_a_cell_is_text(tmp_path):
    assert rows(text(tmp_path, "a,b\n1,x\ry\n2,z\n")) == [("1", "x\ry"), ("2", "z")]


def test_split_blanks_is_mended_only_where_declared_and_certain(tmp_path):
    content = "a,b,c\n1,2,3\n4    5,6\n7  8,9  10\nx y,z\n"
    plain = text(tmp_path, content)
    assert plain.ledger.rejected == {"short": 3}
    mended = text(tmp_path, content, repair="split_blanks")
    assert rows(mended) == [("1", "2", "3"), ("4", "5", "6")]
    assert (mended.ledger.repaired, mended.ledger.rejected) == ({"split blanks": 1}, {"short": 2})


def test_fast_and_slow_readers_agree(tmp_path):
    body = "".join(f'{i},"热线, {i}",{i % 7},\n' for i in range(500))
    fast, slow = text(tmp_path, "a,b,c,d\n" + body), text(tmp_path, "a,b,c,d\n" + body + "broken\n")
    assert (fast.ledger.reader, slow.ledger.reader) == ("fast", "resynchronising")
    assert rows(fast) == rows(slow)


# containers and other formats


def test_gz_and_zip(tmp_path):
    packed = put(tmp_path, gzip.compress(CHINESE.encode("gb18030")), "a.csv.gz")
    assert rows(take(packed, tmp_path, WANTED)) == TABLE
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x.csv", CHINESE)
    assert rows(take(InputFile(tmp_path / "a.zip", "x.csv"), tmp_path, WANTED)) == TABLE


def test_a_workbook_named_csv_and_texts_named_xls(tmp_path):
    assert rows(take(put(tmp_path, CHINESE.replace(",", "\t").encode("gb18030"), "export.xls"), tmp_path, WANTED)) == TABLE


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.csv", b"Rar!\x1a\x07\0", "packed as .rar"),
        ("a.csv", gzip.compress(b"a,b", mtime=0), "packed as .gz under another name"),
        ("a.txt", b"%PDF-1.7", "a PDF"),
        ("a.zip", b"PK\x03\x04", "a zip inside a zip"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(tmp_path, name, content, what):
    assert refused(tmp_path, content, name=name) == (
        f"{name} › is {what}. Unpack it, or export a table: .csv, .xlsx, .parquet; .zip and .gz are read."
    )
    assert staged(tmp_path) == []


def test_nothing_stays_in_the_staging_folder_after_a_refusal(tmp_path):
    refused(tmp_path, b"id,time\n7,2024-05-01,138\n8,2024-05-02,139\n")
    refused(tmp_path, CHINESE.encode("big5", "replace"), ["x"])
    assert staged(tmp_path) == []


def test_parquet_becomes_text(tmp_path):
    CONNECTION.execute(
        f"""COPY (SELECT 1::BIGINT a, 13800000000.0::DOUBLE b, 0.1::DOUBLE c, 110101199001011234.0::DOUBLE d, TIMESTAMP '2024-05-01 08:00:00' e,
        TIMESTAMP '2024-05-01' f, DATE '2024-05-02' g, TIME '08:30:00' h, true i, '' j, 2.50::DECIMAL(9,2) k, '供水' l, 'x'::BLOB m, NULL::INT n
        UNION ALL SELECT {", ".join(["NULL"] * 14)}) TO '{tmp_path / "a.parquet"}'"""
    )
    table = take(InputFile(tmp_path / "a.parquet"), tmp_path)
    assert table.typed and table.columns == tuple("abcdefghijklmn")
    assert rows(table) == [
        ("1", "13800000000", "0.1", "1.101011990010112E+17", "2024-05-01 08:00:00", "2024-05-01", "2024-05-02", "08:30:00", "TRUE", None, "2.5", "供水", "x", None)
    ]  # fmt: skip
    assert (table.ledger.reader, table.ledger.accepted, table.ledger.blank) == ("parquet", 1, 1)
    assert refused(tmp_path, b"PAR1 torn", name="b.parquet") == "b.parquet › is not a whole Parquet file. Export it again."


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("DECIMAL(9,0)", {"3600": "3600", "100": "100", "0": "0", "-70": "-70"}),  # the zeros of whole numbers are digits
        ("DECIMAL(9,2)", {"3600": "3600", "100.50": "100.5", "0.00": "0", "-0.50": "-0.5"}),
        ("DECIMAL(20,0)", {"13800138000": "13800138000"}),
        ("FLOAT", {"3600": "3600", "0.1": "0.1", "-70": "-70", "13800138000": "1.380013772800000E+10"}),  # 24 bits hold no telephone number
        ("DOUBLE", {"3600": "3600", "0": "0", "13800138000": "13800138000"}),
        ("BIGINT", {"3600": "3600", "0": "0", "110101199001011230": "110101199001011230"}),
    ],
)
def test_numbers_of_a_parquet_file_keep_their_zeros(tmp_path, kind, cells):
    values = ", ".join(f"({value}::{kind}, 'x')" for value in cells)
    CONNECTION.execute(f"COPY (SELECT * FROM (VALUES {values}) t(n, time)) TO '{tmp_path / 'a.parquet'}'")
    assert [n for n, _ in rows(take(InputFile(tmp_path / "a.parquet"), tmp_path, ["n"]))] == list(cells.values())


def test_bytes_that_are_no_text_in_a_parquet_file(tmp_path):
    """Where params map them they are an unread cell; elsewhere they tell rows apart, as every cell does."""
    CONNECTION.execute(
        f"COPY (SELECT * FROM (VALUES ('a', '\\xFF\\xFE'::BLOB), ('a', '\\xFF\\xFD'::BLOB), ('b', 'x'::BLOB), ('c', NULL)) t(time, raw))"
        f" TO '{tmp_path / 'a.parquet'}'"
    )
    assert [raw for _, raw in rows(take(InputFile(tmp_path / "a.parquet"), tmp_path, ["time", "raw"]))] == ["#ERROR!"] * 2 + ["x", None]
    first, second, *rest = [raw for _, raw in rows(take(InputFile(tmp_path / "a.parquet"), tmp_path, ["time"]))]
    assert first != second and rest == ["x", None]


def test_a_damaged_parquet_file_ends_in_a_sentence(tmp_path):
    days = "SELECT TIMESTAMP '2024-05-01 08:00:00' + INTERVAL (i) MINUTE time, '供水' issue, i n FROM range(1, 60) t(i)"
    CONNECTION.execute(f"COPY ({days}) TO '{tmp_path / 'whole.parquet'}'")
    whole, said, rng = (tmp_path / "whole.parquet").read_bytes(), set(), random.Random(5)
    for _ in range(60):
        content = bytearray(whole)
        content[rng.randrange(4, len(whole))] ^= rng.randrange(1, 256)
        try:
            with duckdb.connect() as engine:  # a fault within the engine ends the engine
                read(put(tmp_path, bytes(content), "a.parquet"), source(), staging(tmp_path), engine, ["time"])
        except DataRefused as refusal:
            said.add(str(refusal))
    assert said == {"a.parquet › is not a whole Parquet file. Export it again."}


def test_a_locked_down_connection_is_enough(tmp_path):
    from hotline_analysis.intake.engine import connect
    from hotline_analysis.params import Limits

    folder = staging(tmp_path)
    connection = connect([folder], tmp_path / "spill", Limits())
    table = read(put(tmp_path, CHINESE.encode()), source(), folder, connection, WANTED)
    assert connection.execute(f"SELECT c0 FROM read_parquet('{table.path}')").fetchall() == [("热线-1",), ("热线-2",)]
    assert staged(tmp_path) == [table.path.name]
    with pytest.raises(duckdb.PermissionException):
        connection.execute(f"SELECT * FROM read_csv('{tmp_path / 'calls.csv'}')")


# real exports


@needs_data
def test_bank1999_july_rejects_five_rows_by_line_or_mends_them(tmp_path):
    july = InputFile(DATA / "bank1999" / "july.zip", "july.txt")
    plain = take(july, tmp_path, ["date", "call_id"], quote="", separator="tab")
    assert plain.ledger.rejected_at == [(n, "short: 16 of 17 fields") for n in (9144, 9238, 12080, 15212, 15390)]
    assert (plain.ledger.accepted, plain.ledger.physical) == (39017, 39023)
    mended = take(july, tmp_path, ["date", "call_id"], quote="", separator="tab", repair="split_blanks")
    assert (mended.ledger.accepted, mended.ledger.repaired) == (39022, {"split blanks": 5})
    five = f"SELECT c2, c3, c4, c5 FROM read_parquet('{mended.path}') WHERE _record IN (9144, 9238, 12080, 15212, 15390)"
    assert all(
        customer == "0" and priority in "012" and day.startswith("9907")
        for customer, priority, _, day in CONNECTION.execute(five).fetchall()
    )


@needs_data
@pytest.mark.parametrize(
    ("month", "calls"), [("january", 31599), ("february", 33344), ("march", 38801), ("april", 32036), ("may", 39553), ("june", 37935)]
)
def test_bank1999_other_months_are_read_fast(tmp_path, month, calls):
    table = take(InputFile(DATA / "bank1999" / f"{month}.zip", f"{month}.txt"), tmp_path, ["date", "call_id"], quote="", separator="tab")
    assert (table.ledger.accepted, table.ledger.reader) == (calls, "fast")


@needs_data
def test_helpdesk_numbers_its_two_variants(tmp_path):
    columns = take(InputFile(DATA / "helpdesk" / "helpdesk.csv"), tmp_path, ["Case ID"]).columns
    assert columns[4:7] == ("Variant (1)", "Variant index", "Variant (2)")


@needs_data
@pytest.mark.usefixtures("read_here")
def test_r_files(tmp_path):
    mobi = take(InputFile(DATA / "survey_mobi" / "mobi.rda"), tmp_path)
    assert (mobi.columns[0], mobi.ledger.accepted, rows(mobi)[0][:3]) == ("CUEX1", 250, ("7", "7", "6"))
    counts = take(InputFile(DATA / "call_volumes" / "anonymous_bank_6min_counts_1999.rds"), tmp_path)
    assert counts.columns == ("calls", "u", "Date", "Day", "Month")
    assert (counts.ledger.accepted, rows(counts)[0]) == (87600, ("2", "1", "1999-01-01", "Friday", "Jan"))
    assert refused(tmp_path, (DATA / "survey_mobi" / "mobi.rda").read_bytes(), name="m.rda", object="mobil") == (
        "m.rda › holds no data frame called 'mobil'. Did you mean 'mobi'? Its data frames: mobi."
    )
    assert refused(tmp_path, b"RDX2\nX\n torn", name="m.rda") == "m.rda › is not a whole R file. Save it again with save() or saveRDS()."


def test_hostile_r_files_are_refused_in_a_sentence(tmp_path):
    """Two billion numbers, texts or parts of a list in forty bytes; the process that asks goes on."""
    head = b"RDX2\nX\n" + b"\x00\x00\x00\x02\x00\x03\x03\x01\x00\x02\x03\x00"
    for code in (14, 16, 19, 238):
        content = head + b"\x00\x00\x03" + bytes([code]) + b"\x7f\xff\xff\xff"
        assert refused(tmp_path, content, name="m.rds").startswith("m.rds › is ")
    assert staged(tmp_path) == []


@needs_data
@pytest.mark.parametrize(
    ("path", "wanted", "accepted", "columns"),
    [
        ("helpdesk/helpdesk.csv", "Case ID", 21348, 16),
        ("requests311/311_Animals_short.csv", "Unique Key", 4969, 31),
        ("complaints_cfpb/consumer_complaints.csv", "complaint_id", 145, 18),
        ("tweets/twcs.csv", "tweet_id", 5000, 8),
        ("orders_beijing/供参考线索_房山500条.csv", "工单编号", 500, 21),
        ("call_volumes/fpp3_bank_calls.csv", "DateTime", 27716, 3),
    ],
)
def test_real_texts(tmp_path, path, wanted, accepted, columns):
    table = take(InputFile(DATA / path), tmp_path, [wanted])
    assert (table.ledger.accepted, len(table.columns), table.ledger.rejected.total()) == (accepted, columns, 0)
