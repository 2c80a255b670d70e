"""What the field writes beside RFC 4180: text after a closing quote, separators left out or added at line ends, UTF-16 named .xls, totals and signatures.

Each form is read right by itself where the file has the habit, or by the setting that its refusal names; each mend is counted. An accident of one
line is no habit: its row is rejected and costs no other.
"""

import codecs

import pytest
import xlsxwriter

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.read.rows import is_summary
from hotline_analysis.intake.read.stored import InputFile
from hotline_analysis.params import load
from tests.intake.reading import numbers, put, rows, take
from tests.intake.storing import built
from tests.real import DATA, needs


def text(tmp_path, content: str, wanted=(), name="calls.csv", **settings):
    return take(put(tmp_path, content.encode(), name), tmp_path, wanted, **settings)


def refused(tmp_path, content: bytes, wanted=(), name="calls.csv", **settings) -> str:
    with pytest.raises(DataRefused) as refusal:
        take(put(tmp_path, content, name), tmp_path, wanted, **settings)
    return str(refusal.value)


def reported(tmp_path, case: str):
    """The store of a case of the reported inputs, made beside a copy; its key is a public one, as the data are invented."""
    folder = next((DATA / "reported").glob(f"{case}_*"))
    for path in folder.rglob("*"):
        if path.is_file():
            target = tmp_path / path.relative_to(folder)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    params = tmp_path / "params" / "x.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("key: published", "key: published\npublic: true"), encoding="utf-8")
    assert load(params).sources("calls")
    return built(params)


# a field that opens with a quote, closes it and goes on

FREEPBX = [
    ('"Li Si" <13900000018>', "Li Si <13900000018>"),
    ('"Wang, Wu" <13900000008>', "Wang, Wu <13900000008>"),
    ('"" <13900000012>', " <13900000012>"),
    ('"Zhao" "L" <13900000000>', 'Zhao "L" <13900000000>'),
]


def freepbx(count: int) -> str:
    lines = [f'2024-05-01 08:{n:02d}:00,{FREEPBX[n % 4][0]},SIP/{n},"SIP/201,60,rI",{n}' for n in range(count)]
    return "\n".join(["calldate,clid,channel,lastdata,billsec", *lines]) + "\n"


@needs("reported")
def test_g01_a_freepbx_report(tmp_path):
    ledger = reported(tmp_path, "G01").ledgers[0]
    assert (ledger.accepted, ledger.rejected, ledger.repaired) == (60, {}, {"text after quote": 60})


def test_text_after_a_closing_quote_is_read_as_csv_of_python_reads_it(tmp_path):
    table = text(tmp_path, freepbx(8), ["calldate", "billsec"])
    assert [r[1] for r in rows(table)[:4]] == [said for _, said in FREEPBX]
    assert {r[3] for r in rows(table)} == {"SIP/201,60,rI"}
    assert (table.ledger.accepted, table.ledger.repaired) == (8, {"text after quote": 8})


def test_a_stray_quote_among_them_costs_its_own_row_only(tmp_path):
    lines = freepbx(12).split("\n")
    lines[5] = '2024-05-01 08:04:00,"Li Si <13900000018>,SIP/4,x,4'
    table = text(tmp_path, "\n".join(lines), ["calldate", "billsec"])
    assert [r[4] for r in rows(table)] == [str(n) for n in range(12) if n != 4]
    assert table.ledger.rejected_at == [(6, "open quote")]


def test_one_such_row_is_an_accident_until_params_declare_it(tmp_path):
    content = 'id,name,n\n1,"A" <2>,3\n4,"b",5\n'
    assert text(tmp_path, content).ledger.rejected_at == [(2, "open quote")]
    assert rows(text(tmp_path, content, repair="text_after_quote")) == [("1", "A <2>", "3"), ("4", "b", "5")]


def test_the_setting_that_the_refusal_names_works(tmp_path):
    content = 'id,name,n\n1,"A, B" <2>,3\n4,"C" <5>,6\n'
    assert refused(tmp_path, content.encode(), ["id"]) == (
        "calls.csv › no line has the 3 fields of its header. The first: line 2, open quote. "
        'If text goes on after its closing quotes, set repair: text_after_quote; if quotes are plain characters there, quote: "".'
    )
    assert rows(text(tmp_path, content, ["id"], repair="text_after_quote")) == [("1", "A, B <2>", "3"), ("4", "C <5>", "6")]
    inches = 'id,name,n\n1,"5 inch,3\n4,"6 inch,6\n'
    assert "open quote" in refused(tmp_path, inches.encode(), ["id"])
    assert rows(text(tmp_path, inches, ["id"], quote="")) == [("1", '"5 inch', "3"), ("4", '"6 inch', "6")]


def test_quotes_marked_by_a_backslash(tmp_path):
    body = "".join(f'{n},"said \\"no\\", then left",2024-05-{n:02d}\n' for n in range(1, 9))
    table = text(tmp_path, "id,text,day\n" + body, ["id", "day"])
    assert rows(table)[0] == ("1", 'said "no", then left', "2024-05-01")
    assert (table.ledger.accepted, table.ledger.repaired) == (8, {"backslash quotes": 8})
    one = 'id,text,day\n1,"said \\"no\\", then",2024-05-01\n2,x,2024-05-02\n'
    assert text(tmp_path, one).ledger.rejected == {"open quote": 1}
    assert rows(text(tmp_path, one, repair="backslash_quotes"))[0] == ("1", 'said "no", then', "2024-05-01")
    assert rows(text(tmp_path, 'a,b\n"C:\\","D:\\"\n')) == [("C:\\", "D:\\")]  # a backslash that marks nothing


# separators at line ends


def ragged(*ends: str) -> str:
    """Lines of three mapped fields with the given ends, in order."""
    lines = [f"c{n},2024-09-01 {n % 24:02d}:00:00,{n * 7 % 400}{end}" for n, end in enumerate(ends)]
    return "\n".join(["id,time,talk,rating,note", *lines]) + "\n"


MAPPED = ["id", "time", "talk"]


@needs("reported")
def test_g14_separators_that_excel_left_out(tmp_path):
    ledger = reported(tmp_path, "G14").ledgers[0]
    assert (ledger.accepted, ledger.rejected, ledger.repaired) == (180, {}, {"dropped ends": 116})


def test_blocks_of_lines_without_their_last_separators(tmp_path):
    table = text(tmp_path, ragged(*[",5,ok"] * 8, *[""] * 8, *[",4"] * 8, *[",,"] * 3, ""), MAPPED)
    assert (table.ledger.accepted, table.ledger.rejected, table.ledger.repaired) == (28, {}, {"dropped ends": 17})
    assert rows(table)[8] == ("c8", "2024-09-01 08:00:00", "56", None, None)
    assert rows(table)[16][3:] == ("4", None)


def test_a_row_cut_in_a_mapped_field_stays_rejected(tmp_path):
    content = (
        ragged(*[",5,ok"] * 8, *[",4"] * 8) + "c16,2024-09-01 16:00\n" + "c17,2024-09-01\n" + "c18,2024-09-01 18:00:00126,5\n" + "c19,2024-"
    )
    table = text(tmp_path, content, MAPPED)
    assert (table.ledger.accepted, table.ledger.repaired) == (16, {"dropped ends": 8})
    assert table.ledger.rejected_at == [
        (18, "short: 2 of 5 fields"), (19, "short: 2 of 5 fields"), (20, "short: 3 of 5 fields"), (21, "cut")
    ]  # fmt: skip


def test_a_lost_separator_is_no_dropped_end(tmp_path):
    lost = "c20,2024-09-01 20:00:00140,5\n"  # four fields, as the habit has, and the rating where the talk time stands
    table = text(tmp_path, ragged(*[",5,ok"] * 8, *[",4"] * 8) + lost.replace(",5", ",5,ok"), MAPPED)
    assert (table.ledger.accepted, table.ledger.rejected) == (16, {"short": 1})


def test_one_short_row_is_an_accident_until_params_declare_it(tmp_path):
    content = ragged(*[",5,ok"] * 8, ",4")
    assert text(tmp_path, content, MAPPED).ledger.rejected_at == [(10, "short: 4 of 5 fields")]
    assert text(tmp_path, content, MAPPED, repair="dropped_ends").ledger.repaired == {"dropped ends": 1}


def test_every_row_short_is_refused_with_the_setting_that_helps(tmp_path):
    content = ragged(*[",5"] * 6)
    assert refused(tmp_path, content.encode(), MAPPED) == (
        "calls.csv › no line has the 5 fields of its header. The first: line 2, short: 4 of 5 fields. "
        "If the lines lack only last fields that are not mapped, set repair: dropped_ends."
    )
    assert text(tmp_path, content, MAPPED, repair="dropped_ends").ledger.accepted == 6


def test_separators_too_many(tmp_path):
    some = text(tmp_path, ragged(*[",5,ok"] * 8, *[",5,ok,,"] * 4), MAPPED)
    assert (some.ledger.accepted, some.ledger.repaired, some.columns[-1]) == (12, {"last separator": 4}, "note")
    tabs = text(tmp_path, ragged(*[",5,ok,,,"] * 4).replace(",", "\t"), MAPPED)
    assert (tabs.ledger.accepted, tabs.ledger.repaired, len(tabs.columns)) == (4, {"last separator": 4}, 5)
    header = text(tmp_path, ragged(*[",5,ok"] * 4).replace("note", "note,,,"), MAPPED)
    assert (header.ledger.accepted, header.columns) == (4, ("id", "time", "talk", "rating", "note"))
    kept = text(
        tmp_path, "id,time,talk,rating,note\n" + "c1,2024-09-01 08:00:00,7,5,ok,x\n" * 4 + "c2,2024-09-01 08:00:00,7,5,ok\n", MAPPED
    )
    assert (kept.ledger.accepted, kept.ledger.rejected) == (1, {"long": 4})  # what stands there is no empty end


# first lines


def test_a_first_line_that_names_the_separator(tmp_path):
    content = "sep=;\na;b,c;d\n1;2,3;4\n5;6,7;8\n"
    for mark in ("", "\ufeff", "\ufeff\ufeff"):
        table = text(tmp_path, mark + content)
        assert (table.columns, rows(table)) == (("a", "b,c", "d"), [("1", "2,3", "4"), ("5", "6,7", "8")])
        assert (table.ledger.skipped, table.ledger.header) == (1, 1)


def test_a_second_mark_before_a_quoted_header(tmp_path):
    table = text(tmp_path, '\ufeff\ufeff"id","time"\n"1","2024"\n', ["id", "time"])
    assert (table.columns, rows(table)) == (("id", "time"), [("1", "2024")])


def test_a_csv_of_tabs_with_old_line_ends(tmp_path):
    table = text(tmp_path, "\ufeffid\ttime\r1\t2024\r2\t2025\r", ["id"])
    assert rows(table) == [("1", "2024"), ("2", "2025")]


# UTF-16 under the name of a workbook


@needs("reported")
def test_g15_utf16_named_xls(tmp_path):
    ledger = reported(tmp_path, "G15").ledgers[0]
    assert (ledger.accepted, ledger.encoding, ledger.separator) == (77, "utf-16", "\t")


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.xlsb", "a.ods"])
@pytest.mark.parametrize(("mark", "encoding"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"), (b"", "utf-8")])
def test_text_named_as_a_workbook(tmp_path, name, mark, encoding):
    file = put(tmp_path, mark + "编号\t时间\n1\t2024\n".encode(encoding), name)
    assert rows(take(file, tmp_path, ["编号"])) == [("1", "2024")]


def test_utf16_without_its_mark_named_xls_is_read_as_declared(tmp_path):
    content = "id\ttime\n1\t2024\n".encode("utf-16-le")
    assert (
        refused(tmp_path, content, ["id"], "a.xls") == "a.xls › looks like UTF-16 without its mark. If it is, declare 'encoding: utf-16'."
    )
    assert rows(take(put(tmp_path, content, "a.xls"), tmp_path, ["id"], encoding="utf-16")) == [("1", "2024")]


# totals, signatures, footnotes


@pytest.mark.parametrize(
    "label",
    ["合计", "总计", "小计", "合 计", "供水类小计", "合计（件）", "合计：200条", "本页小计", "共计 200", "平均", "制表人：某某", "审核人: 某某", "导出时间：2024-06-01 08:00:00",
     "统计周期：2024年5月", "数据来源：系统", "备注：测试", "共 200 条", "总记录数：200", "第1页 共3页", "Total", "TOTAL 200", "Grand Total", "Subtotal: 5", "(200 rows)",
     "200 rows selected", "Page 1 of 3", "Prepared by: x", "Exported on: 2024-06-01", "Source: PBX"],
)  # fmt: skip
def test_labels_of_rows_that_are_no_records(label):
    assert is_summary([label, "51234", "", ""], [0, 1, 2])
    assert not is_summary([label, "51234", "2024-05-01", "x"], [0, 1, 2])  # every mapped cell is filled


@pytest.mark.parametrize(
    "cell",
    ["c0", "GD0001", "热线-000001", "供水", "2024-05-01", "说明书", "总计划", "审核投诉", "共享单车", "备注栏丢失", "Total Wine", "Source Street 12", "Summary", "meanwhile",
     "情况汇总", "-", "--", "1"],
)  # fmt: skip
def test_words_of_records_are_no_labels(cell):
    assert not is_summary([cell, "5", "", ""], [0, 1, 2])


def test_a_row_of_one_phrase_and_a_rule_of_dashes():
    assert is_summary(["", "本表数据截至五月三十一日", "", ""], [0, 1, 2])
    assert is_summary(["---------", "-----", "---"], [0, 1, 2])
    assert not is_summary(["2024-05-01 08:00:00", "", ""], [0, 1, 2])  # a call of which only the time is known
    assert not is_summary(["2", "", ""], [0, 1])


@needs("reported")
def test_g10_total_and_signature_rows_of_workbooks(tmp_path):
    store = reported(tmp_path, "G10")
    assert [(e.accepted, e.summary_at, e.skipped) for e in store.ledgers] == [(200, [203, 204], 1), (100, [102, 103], 0)]
    assert store.facts["span"] == ["2024-05-01 08:00:00", "2024-05-28 23:20:00"]


CALLS = "编号,时间,号码,时长\n" + "".join(f"c{n},2024-05-{n:02d} 08:00:00,139{n:08d},{n}\n" for n in range(1, 21))
TAILS = {
    "padded": "合计,20,,210\n制表人：某某,,审核人：某某,\n",
    "unpadded": "合计,20\n制表人：某某\n导出时间：2024-06-01 08:00:00\n",
    "second column": ",合计,,210\n",
    "one phrase": "本表数据截至五月三十一日,,,\n",
    "spaces": "合计 , , ,210\n",
    "rule": "-----,-----,-----,---\n(20 rows)\n",
}


@pytest.mark.parametrize("kind", TAILS)
def test_summary_rows_of_texts(tmp_path, kind):
    """By the fast reader's own test where the widths fit, and by the slow one; in the middle of the table too."""
    tail, wanted = TAILS[kind], ["编号", "时间", "号码", "时长"]
    end = text(tmp_path, CALLS + tail, wanted)
    assert (end.ledger.accepted, end.ledger.summary_at) == (20, [22 + n for n in range(tail.count("\n"))])
    lines = CALLS.splitlines(keepends=True)
    middle = text(tmp_path, "".join([*lines[:11], tail, *lines[11:]]), wanted)
    assert (middle.ledger.accepted, middle.ledger.summary, middle.ledger.rejected) == (20, tail.count("\n"), {})
    assert numbers(middle)[10] == 12 + tail.count("\n")


def test_summary_rows_of_a_workbook_with_titles_and_rules(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("5月")
        for at, cells in enumerate(
            [
                ["五月明细"],
                ["编号", "时间", "时长"],
                ["c1", "2024-05-01", 3],
                ["小计", None, 3],
                ["c2", "2024-05-02", 4],
                ["Total", None, 7],
            ]
        ):
            sheet.write_row(at, 0, cells)
    table = take(InputFile(tmp_path / "a.xlsx"), tmp_path, ["编号", "时间"])
    assert (rows(table), table.ledger.summary_at) == ([("c1", "2024-05-01", "3"), ("c2", "2024-05-02", "4")], [4, 6])
