"""Workbooks through the child process: typed cells as text, header rows and sheets found by name, blank rows counted."""

import datetime as dt
import re
import zipfile

import pytest
import xlsxwriter

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.read.cells import cell_text
from hotline_analysis.intake.read.files import find_files
from hotline_analysis.intake.read.stored import EMPTY, InputFile
from hotline_analysis.params import Params
from tests.intake.reading import DATA, needs_data, numbers, put, rows, source, take
from tests.intake.storing import built, export, hotline
from tests.intake.storing import rows as stored

pytestmark = pytest.mark.usefixtures("read_here")
DAY = {"num_format": "yyyy-mm-dd hh:mm:ss"}


def book(path, sheets: dict[str, list[list]], hidden=(), options=None):
    """A workbook of the given cells; (value, format) writes a number in a number format."""
    with xlsxwriter.Workbook(path, options or {}) as made:
        for name, table in sheets.items():
            sheet = made.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for r, cells in enumerate(table):
                for c, cell in enumerate(cells):
                    if isinstance(cell, tuple):
                        sheet.write_number(r, c, cell[0], made.add_format({"num_format": cell[1]}))
                    elif cell is not None:
                        sheet.write(r, c, cell)
    return InputFile(path)


def refused(file, folder, wanted=(), **settings) -> str:
    with pytest.raises(DataRefused) as refusal:
        take(file, folder, wanted, **settings)
    return str(refusal.value)


def test_cells_become_text_that_can_be_trusted(tmp_path):
    cells = [
        (43836.506689814814, "yyyy-mm-dd hh:mm:ss"), (43836, "yyyy/m/d"), (0.5, "hh:mm:ss"), (0.001655, "hh:mm:ss"), (1.5, "hh:mm:ss"), (1.5, "[h]:mm:ss"),
        13800000000, 0.1, 110101199001011234, -3, True, " 007 ", "2020/1/6 12:09", "12:30:45",
    ]  # fmt: skip
    file = book(tmp_path / "a.xlsx", {"x": [[f"c{i}" for i in range(len(cells))], cells]})
    table = take(file, tmp_path)
    assert table.typed and table.ledger.reader == "workbook"
    assert rows(table) == [
        ("2020-01-06 12:09:38", "2020-01-06", "12:00:00", "00:02:22.992000", "36:00:00", "36:00:00",
         "13800000000", "0.1", "1.101011990010112E+17", "-3", "TRUE", " 007 ", "2020/1/6 12:09", "12:30:45")
    ]  # fmt: skip


def test_cell_text_of_other_values():
    assert cell_text(dt.timedelta(seconds=-65)) == "-00:01:05"
    assert cell_text(dt.timedelta(days=4, seconds=3.25)) == "96:00:03.250000"
    assert cell_text(dt.datetime(2024, 5, 1, 8, 0, 0, 999_600)) == "2024-05-01 08:00:01"
    assert cell_text(dt.datetime(1900, 3, 1)) == "1464:00:00"  # serial 61
    assert cell_text(float("nan")) == "" and cell_text(None) == "" and cell_text(12.0) == "12"


def test_instants_of_1904_workbooks(tmp_path):
    file = book(tmp_path / "a.xlsx", {"x": [["time"], [(43836.5 - 1462, "yyyy-mm-dd hh:mm")]]}, options={"date_1904": True})
    assert rows(take(file, tmp_path)) == [("2020-01-06 12:00:00",)]


def test_header_row_is_found_and_everything_around_it_counted(tmp_path):
    table = [
        ["2024年5月工单"],
        [],
        ["导出人", "张某"],
        ["编号", None, "时间"],
        ["1", "x", "2024-05-01"],
        [None, " "],
        ["编号", None, "时间"],
        ["2", None, None],
        [None],
        [""],
    ]
    found = take(book(tmp_path / "a.xlsx", {"x": table}), tmp_path, ["编号", "时间"])
    assert (found.columns, rows(found), numbers(found)) == (("编号", "(2)", "时间"), [("1", "x", "2024-05-01"), ("2", None, None)], [5, 8])
    ledger = found.ledger
    assert (ledger.lines, ledger.skipped, ledger.blank, ledger.header, ledger.accepted) == (8, 2, 2, 2, 2)
    declared = take(book(tmp_path / "a.xlsx", {"x": table}), tmp_path, header_row=3)
    assert declared.columns == ("导出人", "张某", "(3)")


SHEETS = {
    "说明": [["本表由系统导出"]],
    "部分": [["编号"], ["0"]],
    "工单": [["编号", "时间"], ["1", "2024"]],
    "旧": [["编号", "时间"], ["2", "2023"], ["3", "2023"]],
    "空": [["编号", "时间"]],
}


def test_the_sheet_with_the_wanted_names_is_taken(tmp_path):
    file = book(tmp_path / "a.xlsx", {name: SHEETS[name] for name in ("说明", "部分", "工单", "空")})
    table = take(file, tmp_path, ["编号", "时间"])
    assert rows(table) == [("1", "2024")]
    assert (table.ledger.beside, table.ledger.unread) == (["说明", "部分", "空"], {})
    assert rows(take(InputFile(file.path, sheet="部分"), tmp_path, ["编号"])) == [("0",)]


def test_several_sheets_with_the_wanted_names_are_refused_with_the_setting_that_reads_them(tmp_path):
    """Months or versions of one table: rows of two sheets of three were lost without a word."""
    path = book(tmp_path / "a.xlsx", SHEETS).path
    assert refused(InputFile(path), tmp_path, ["编号", "时间"]) == (
        "a.xlsx › holds the mapped columns on 2 sheets: 工单, 旧. Say in params which are read: sheet: [工单, 旧]."
    )
    found = list(find_files(source(files=str(path), sheet=["工单", "旧"]), Params(title="t", calls=source())))
    assert [rows(take(file, tmp_path, ["编号", "时间"], sheet=["工单", "旧"])) for file in found] == [
        [("1", "2024")],
        [("2", "2023"), ("3", "2023")],
    ]
    months = {name: [[1, "2024"]] for name in ("1月", "2月")}
    assert "on 2 sheets: 1月, 2月" in refused(book(tmp_path / "b.xlsx", months), tmp_path, ["n"], header=["n", "year"])


@pytest.mark.parametrize("pattern", [None, "*", "[工旧]*"])
def test_a_hidden_sheet_with_the_wanted_names_is_counted(tmp_path, pattern):
    path = book(tmp_path / "a.xlsx", {name: SHEETS[name] for name in ("工单", "旧")}, hidden=("旧",)).path
    chosen = {"sheet": pattern} if pattern else {}
    found = list(find_files(source(files=str(path), **chosen), Params(title="t", calls=source())))
    assert [file.sheet for file in found] == (["工单"] if pattern else [""])
    table = take(found[0], tmp_path, ["编号", "时间"], **chosen)
    assert (rows(table), table.ledger.unread) == ([("1", "2024")], {"旧": 2})


@pytest.mark.parametrize(("named", "unlisted"), [(["工单"], {"旧": 2}), (["工单", "旧"], {}), (["*"], {}), ([], {})])
def test_a_visible_sheet_with_the_wanted_names_that_params_do_not_list_is_counted(tmp_path, named, unlisted):
    """逐月往同一个工作簿里添表：参数只写了先前的，新的一张不能悄悄丢掉。"""
    path = book(tmp_path / "a.xlsx", {name: SHEETS[name] for name in ("说明", "部分", "工单", *(["旧"] if named else []))}).path
    found = list(find_files(source(files=str(path), sheet=named), Params(title="t", calls=source())))
    told = [take(file, tmp_path, ["编号", "时间"], sheet=named).ledger for file in found if file.sheet in ("工单", "旧", "")]
    assert [ledger.unlisted for ledger in told] == [unlisted, *({} for _ in told[1:])] and not any(ledger.unread for ledger in told)


def test_a_hidden_sheet_is_read_when_params_name_it(tmp_path):
    path = book(tmp_path / "a.xlsx", {name: SHEETS[name] for name in ("工单", "旧")}, hidden=("旧",)).path
    found = list(find_files(source(files=str(path), sheet=["工单", "旧"]), Params(title="t", calls=source())))
    assert [file.sheet for file in found] == ["工单", "旧"]
    assert take(found[0], tmp_path, ["编号", "时间"], sheet=["工单", "旧"]).ledger.unread == {}


def test_sheets_of_a_workbook_named_csv(tmp_path):
    file = put(tmp_path, book(tmp_path / "a.xlsx", {n: SHEETS[n] for n in ("工单", "旧")}).path.read_bytes(), "b.csv")
    found = list(find_files(source(files=str(file.path), sheet="*"), Params(title="t", calls=source())))
    assert [f.sheet for f in found] == ["工单", "旧"]


def test_sheets_without_the_wanted_names(tmp_path):
    file = book(tmp_path / "a.xlsx", {"x": [["id", "when"], [1, 2]], "empty": []})
    assert refused(file, tmp_path, ["编号", "时间"]) == (
        "a.xlsx › shows none of the mapped columns (时间, 编号) in the first 30 rows. Sheet 'x', row 1 says: id, when."
    )
    assert refused(InputFile(file.path, sheet="empty"), tmp_path) == f"a.xlsx › empty › is empty. {EMPTY}"
    assert refused(file, tmp_path, ["编号"], header_row=2) == (
        "a.xlsx › shows none of the mapped columns (编号) in row 2. Sheet 'x', row 2 may be a record, of the shapes: d, d."
        " If the file has no header row, name every column by header."
    )


def test_a_sheet_without_its_header_row_shows_no_record(tmp_path):
    file = book(tmp_path / "a.xlsx", {"x": [["13900000018", "张三", "2024-05-01 08:00:00"]] * 3})
    assert refused(file, tmp_path, ["时间"]) == (
        "a.xlsx › shows none of the mapped columns (时间) in the first 30 rows. "
        "Sheet 'x', row 1 may be a record, of the shapes: ddddddddddd, a, dddd-dd-dd dd:dd:dd. If the file has no header row, name every column by header."
    )
    assert len(rows(take(file, tmp_path, ["时间"], header=["号码", "姓名", "时间"]))) == 3
    assert refused(put(tmp_path, b"\0 13900000018", "b.xls"), tmp_path) == (
        "b.xls › cannot be opened as a workbook (CalamineError). Open it in a spreadsheet program and save it as .xlsx."
    )


def test_a_sheet_that_is_not_there(tmp_path):
    file = book(tmp_path / "a.xlsx", {"1月": [["id"]], "2月": [["id"]]})
    assert refused(InputFile(file.path, sheet="x"), tmp_path) == "a.xlsx › x › has no sheet 'x'. Its sheets are: 1月, 2月."
    file = book(tmp_path / "b.xlsx", {"orders": [["id"]], "说明": [["id"]]})
    assert refused(InputFile(file.path, sheet="ordres"), tmp_path) == "b.xlsx › ordres › has no sheet 'ordres'. Did you mean 'orders'?"


def test_names_given_by_params(tmp_path):
    file = book(tmp_path / "a.xlsx", {"x": [[1, "2024"], [2, "2023"]]})
    table = take(file, tmp_path, ["n", "year"], header=["n", "year"])
    assert (table.columns, rows(table), table.ledger.header) == (("n", "year"), [("1", "2024"), ("2", "2023")], 0)


def computed(path, cells, merge=()):
    """A workbook whose cells may be (formula, stored value); None stores no value. `merge`: ranges such as D3:D5."""
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("5月")
        for r, row in enumerate(cells):
            for c, cell in enumerate(row):
                if isinstance(cell, tuple):
                    sheet.write_formula(r, c, cell[0], None, "" if cell[1] is None else cell[1])
                elif cell is not None:
                    sheet.write(r, c, cell)
        for area, value in merge:
            sheet.merge_range(area, value)
    return InputFile(path)


def test_cells_that_hold_something_unreadable_are_marked(tmp_path):
    """The reader hands all of them over as blank: an error, a formula that was never computed, what lies under a merged cell."""
    cells = [
        ["编号", "分类", "时长", "备注"],
        ["a", None, ("=1/0", "#DIV/0!"), ("=A1", "x")],
        ["b", None, ("=1+1", None), None],
        ["c", "供电", ("=VLOOKUP(1,A:B,2)", "#N/A"), ("=2+2", 4)],
    ]
    table = take(computed(tmp_path / "a.xlsx", cells, [("B2:B3", "供水")]), tmp_path, ["编号", "分类", "时长"])
    assert rows(table) == [("a", "供水", "#ERROR!", "x"), ("b", "#MERGED!", "#UNCOMPUTED!", None), ("c", "供电", "#ERROR!", "4")]
    moved = [[None, None, *row] for row in [["五月"], [], *cells]]
    assert rows(take(computed(tmp_path / "b.xlsx", moved, [("D4:D5", "供水")]), tmp_path, ["编号", "分类", "时长"])) == rows(table)


def rewritten(file: InputFile, part: str, change) -> InputFile:
    """The workbook with the XML of one part changed."""
    copy = file.path.with_name(f"changed {file.path.name}")
    with zipfile.ZipFile(file.path) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return InputFile(copy)


def test_marks_are_found_however_the_xml_is_written(tmp_path):
    """XML may quote by ' as well and put blanks around =: errors passed for blank cells there."""
    cells = [["编号", "时长", "备注"], ["a", ("=1/0", "#DIV/0!"), ("=2", "")], ["b", ("=1+1", None), 1]]
    file = computed(tmp_path / "a.xlsx", cells)
    plain = rows(take(file, tmp_path, ["编号"]))
    assert [row[1] for row in plain] == ["#ERROR!", "#UNCOMPUTED!"]
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        for change in (lambda xml: xml.replace(b'"', b"'"), lambda xml: re.sub(rb'(\w)="', rb'\1 = "', xml)):
            assert rows(take(rewritten(file, part, change), tmp_path, ["编号"])) == plain


def test_a_workbook_that_unpacks_badly_is_not_called_too_large(tmp_path):
    file = computed(tmp_path / "a.xlsx", [["编号"], ["a"]])
    content = bytearray(file.path.read_bytes())
    at = content.find(b"PK\x01\x02")
    while content[at + 46 :].find(b"xl/workbook.xml") != 0:
        at = content.find(b"PK\x01\x02", at + 1)
    content[at + 16] ^= 0xFF  # the checksum of a part, which only one of the two readers looks at
    assert refused(put(tmp_path, bytes(content), "b.xlsx"), tmp_path, ["编号"]) == (
        "b.xlsx › cannot be opened as a workbook (BadZipFile). Open it in a spreadsheet program and save it as .xlsx."
    )


def test_such_cells_are_counted_as_unread_and_never_stand_in_the_store(tmp_path):
    days = [f"2024-05-{n + 1:02d} 08:00:00" for n in range(20)]
    cells = [
        ["编号", "来电时间", "号码", "分类", "通话时长"],
        *([("=A9", None), day, f"139{n:08d}", ("=B9", "#REF!"), ("=1+1", None)] for n, day in enumerate(days)),
    ]
    computed(tmp_path / "a.xlsx", cells)
    store = built(hotline(tmp_path, files="a.xlsx", more="  key: 编号\n"))
    assert [(e.accepted, e.duplicates) for e in store.ledgers] == [(20, {})]  # no two rows are one because their ids are unreadable alike
    assert {(c["column"], c["reason"], c["count"]) for c in store.cells} == {
        ("call_id", "value", 20),
        ("issue_1", "value", 20),
        ("talk_seconds", "value", 20),
    }
    assert stored(store, "call_id, issue_1, talk_seconds") == [(None, None, None)] * 20


def test_a_table_of_formulas_without_values_is_no_blank_table(tmp_path):
    cells = [["编号", "来电时间"], *([("=A9", None), ("=B9", None)] for _ in range(5))]
    table = take(computed(tmp_path / "a.xlsx", cells), tmp_path, ["编号", "来电时间"])
    assert (table.ledger.accepted, table.ledger.blank) == (5, 0)


def test_error_words_in_a_text_that_excel_saved(tmp_path):
    export(tmp_path, "a.csv", [f"K{n},2024-05-{n + 1:02d} 08:00:00,139{n:08d},#REF!,#NAME?" for n in range(20)])
    store = built(hotline(tmp_path))
    assert {(c["column"], c["count"]) for c in store.cells} == {("issue_1", 20), ("talk_seconds", 20)}
    assert stored(store, "issue_1, talk_seconds") == [(None, None)] * 20


def test_a_used_range_of_twenty_thousand_rows(tmp_path):
    """Excel's used range runs far beyond the filled rows when cells were cleared one by one."""
    filled = [["id", "time"], *([str(n), "2024-05-01"] for n in range(495))]
    file = book(tmp_path / "a.xlsx", {"x": filled + [[" ", None]] * 19_504})
    ledger = take(file, tmp_path, ["id"]).ledger
    assert (ledger.lines, ledger.accepted, ledger.blank) == (20_000, 495, 19_504)


def test_a_workbook_in_a_zip_and_one_named_csv(tmp_path):
    file = book(tmp_path / "a.xlsx", {"x": [["id"], [7]]})
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(file.path, "in/a.xlsx")
    assert rows(take(InputFile(tmp_path / "a.zip", "in/a.xlsx"), tmp_path, ["id"])) == [("7",)]
    assert rows(take(put(tmp_path, file.path.read_bytes(), "a.csv"), tmp_path, ["id"])) == [("7",)]


def test_cells_with_tabs_quotes_and_line_ends_survive(tmp_path):
    value = 'a\tb "c"\nd\r\ne'
    assert rows(take(book(tmp_path / "a.xlsx", {"x": [["id", "text"], [1, value]]}), tmp_path)) == [("1", value)]


@needs_data
def test_petitions_mix_text_and_typed_times(tmp_path):
    second = take(InputFile(DATA / "petitions_zh" / "示例附件2.xlsx"), tmp_path, ["留言编号", "留言时间"])
    assert second.ledger.accepted == 495
    assert rows(second)[0][:4] == ("24", "A00074011", "A市西湖建筑集团占道施工有安全隐患", "2020/1/6 12:09:38")
    third = take(InputFile(DATA / "petitions_zh" / "示例附件3.xlsx"), tmp_path, ["留言编号", "留言时间"])
    times = [r[3] for r in rows(third)]
    assert times[0] == "2017-06-08 17:31:20" and {len(t) for t in times} <= {19, 26, 16, 17, 18}
    issues = take(InputFile(DATA / "petitions_zh" / "附件1.xlsx"), tmp_path, ["一级分类"])
    assert [len({r[n] for r in rows(issues)}) for n in range(3)] == [15, 103, 390]


@needs_data
def test_call_trends_saved_by_wps(tmp_path):
    table = take(InputFile(DATA / "call_trends" / "Call-Center-Dataset.xlsx"), tmp_path, ["Call Id", "Time"])
    assert (table.ledger.accepted, table.ledger.blank) == (5000, 0)
    assert rows(table)[0] == ("ID0001", "Diane", "2021-01-01", "09:12:58", "Contract related", "Y", "Y", "109", "00:02:23", "3")
    assert sum(r[8] is None for r in rows(table)) == 946


@needs_data
def test_orders_of_beijing_in_both_forms(tmp_path):
    book, text = "供参考线索1.xls", "供参考线索_房山500条.csv"
    old = take(InputFile(DATA / "orders_beijing" / book), tmp_path, ["工单编号", "办结时间"])
    new = take(InputFile(DATA / "orders_beijing" / text), tmp_path, ["工单编号", "办结时间"])
    assert (old.ledger.accepted, len(old.columns), new.ledger.accepted, len(new.columns)) == (10, 22, 500, 21)
    assert rows(old)[0][8] == "136××××" and rows(old)[0][14] == "2025-04-05 18:01:30"
