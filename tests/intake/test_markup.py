"""Web pages and SpreadsheetML named .xls, the most common "Excel" exports of office systems: each cell as it is written, each row accounted for."""

import html
import random
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.read import markup, sheets
from hotline_analysis.intake.read.files import find_files
from hotline_analysis.intake.read.ledger import LONG, SHORT, UNDECODABLE
from hotline_analysis.intake.read.stored import InputFile
from hotline_analysis.params import Params
from tests.intake.reading import numbers, put, rows, source, take
from tests.intake.storing import built, hotline
from tests.intake.storing import rows as stored
from tests.tried import tried

pytestmark = pytest.mark.usefixtures("read_here")
WANTED = ["编号", "时间", "诉求"]
HEADER = "<tr><th>编号</th><th>时间</th><th>诉求</th></tr>"
FIRST, SECOND = "<tr><td>007</td><td>2024-05-01 08:00</td><td>供水</td></tr>", "<tr><td>008</td><td>2024-05-02 09:00</td><td>停电</td></tr>"
READ = [("007", "2024-05-01 08:00", "供水"), ("008", "2024-05-02 09:00", "停电")]


def page(*parts: str, charset: str = "gb2312") -> str:
    return f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head><body><table>{"".join(parts)}</table></body></html>'


def read(folder, text: str, encoding: str = "gb18030", name: str = "a.xls", **given):
    return take(put(folder, text.encode(encoding), name), folder, WANTED, **given)


def refused(folder, text: str, encoding: str = "gb18030", **given) -> str:
    with pytest.raises(DataRefused) as refusal:
        read(folder, text, encoding, **given)
    return str(refusal.value)


# ---- web pages


def test_a_page_is_a_workbook_and_everything_around_its_records_is_counted(tmp_path):
    """Cells that end without a tag, blanks of a page, line ends, a title and a total over several columns."""
    odd = "<tr><td>008<td style=\"mso-number-format:'\\@'\">110101199003071233<td>供水&nbsp;\n 一&lt;<br>二&nbsp;</tr>"
    table = read(
        tmp_path,
        page("<tr><td colspan=3>五月工单</td></tr>", HEADER, FIRST, odd, "<tr></tr>", "<tr><td colspan=2>合计</td><td>2</td></tr>"),
    )
    assert table.columns == tuple(WANTED) and not table.typed
    assert (rows(table), numbers(table)) == ([READ[0], ("008", "110101199003071233", "供水 一<\n二")], [3, 4])
    ledger = table.ledger
    assert (ledger.reader, ledger.encoding, ledger.lines, ledger.skipped, ledger.header, ledger.blank, ledger.summary_at) == (
        "workbook", "gb18030", 6, 1, 1, 1, [6],
    )  # fmt: skip


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.csv", "a.html", "a.txt"])
def test_a_page_is_known_by_its_first_characters(tmp_path, name):
    assert rows(read(tmp_path, "\r\n " + page(HEADER, FIRST, SECOND), name=name)) == READ


@pytest.mark.parametrize(
    ("stored_as", "said", "declared"),
    [("gb18030", "gb2312", None), ("gb18030", "utf-8", None), ("gb18030", "nonsense", None), ("utf-8", "gb2312", None), ("utf-8-sig", "gbk", None),
     ("utf-16", "utf-8", None), ("utf-16-le", "utf-8", None), ("big5", "big5", None), ("big5", "gb2312", "big5")],
)  # fmt: skip
def test_the_encoding_is_the_marks_the_params_or_the_pages_own(tmp_path, stored_as, said, declared):
    text = page(HEADER, FIRST, charset=said).replace("编号", "編號").replace("时间", "時間").replace("诉求", "訴求")
    given = {"encoding": declared} if declared else {}
    table = take(put(tmp_path, text.encode(stored_as), "a.xls"), tmp_path, ["編號", "時間"], **given)
    assert (table.columns, rows(table)) == (("編號", "時間", "訴求"), READ[:1])


def test_a_cell_over_several_rows_or_columns_is_that_of_a_merged_cell(tmp_path):
    parts = ["<tr><td rowspan=2>007<td>a<td>b</tr><tr><td colspan=2>c</tr>", "<tr><td>008<td>d<td rowspan=9>e</tr><tr><td>009<td>f</tr>"]
    assert rows(read(tmp_path, page(HEADER, *parts))) == [
        ("007", "a", "b"), ("#MERGED!", "c", "#MERGED!"), ("008", "d", "e"), ("009", "f", "#MERGED!"),
    ]  # fmt: skip


def test_a_row_that_lost_or_won_a_cell_is_rejected_by_number(tmp_path):
    """Its other cells would stand under the wrong names."""
    lost, won, blank = (
        FIRST.replace("<td>007</td>", ""),
        FIRST.replace("<td>供水", "<td>x</td><td>供水"),
        FIRST.replace("</tr>", "<td> </td></tr>"),
    )
    table = read(tmp_path, page(HEADER, SECOND, lost, won, blank))
    assert (rows(table), dict(table.ledger.rejected)) == ([READ[1], READ[0]], {SHORT: 1, LONG: 1})
    assert table.ledger.rejected_at == [(3, SHORT), (4, LONG)]
    assert refused(tmp_path, page(HEADER, lost)) == "a.xls › no row has the 3 cells of its header. The first: row 2."


def test_bytes_outside_the_encoding_reject_their_rows_and_many_of_them_the_page(tmp_path):
    cut = (
        page(HEADER, FIRST, SECOND).encode("gb18030").replace("停电".encode("gb18030"), b"\xcd\xa3\xb5")
    )  # a text that a column cut in two
    table = take(put(tmp_path, cut, "a.xls"), tmp_path, WANTED)
    assert (rows(table), table.ledger.rejected_at) == (READ[:1], [(3, UNDECODABLE)])
    with pytest.raises(DataRefused) as refusal:
        take(put(tmp_path, cut.replace("供水".encode("gb18030"), b"\xff\xff"), "a.xls"), tmp_path, WANTED)
    assert str(refusal.value) == (
        "a.xls › is not UTF-8 or GB18030: 3 of its characters cannot be read. Declare its encoding in params, or export it again as UTF-8."
    )


def test_of_several_tables_that_with_the_mapped_columns_is_read_and_the_others_are_told(tmp_path):
    """A page that is laid out by a table holds the export in one of its cells."""
    inner = f"<table>{HEADER}{FIRST}{SECOND}</table>"
    table = read(tmp_path, page(f"<tr><td>菜单<td>{inner}</tr>"))
    assert (rows(table), table.ledger.beside) == (READ, ["table 1"])
    assert "says: id, when." in refused(tmp_path, "<table><tr><td>id<td>when</tr></table>")


def test_two_tables_with_the_mapped_columns_are_refused_with_the_setting_that_reads_them(tmp_path):
    text = page(HEADER, FIRST) + page(HEADER, SECOND)
    assert refused(tmp_path, text) == (
        "a.xls › holds the mapped columns on 2 sheets: table 1, table 2. Say in params which are read: sheet: [table 1, table 2]."
    )
    both = source(files=str(tmp_path / "a.xls"), sheet=["table 1", "table 2"])
    found = find_files(both, Params(title="t", calls=source()))
    assert [rows(take(file, tmp_path, WANTED, sheet=["table 1", "table 2"])) for file in found] == [READ[:1], READ[1:]]
    with pytest.raises(DataRefused, match=r"has no sheet 'tabel 2'\. Did you mean 'table 2'"):
        take(InputFile(tmp_path / "a.xls", sheet="tabel 2"), tmp_path, WANTED)


def test_a_record_that_holds_a_table_is_refused(tmp_path):
    assert refused(tmp_path, page(HEADER, FIRST.replace("供水", "<table><tr><td>供水</table>"))) == (
        "a.xls › holds tables inside the cells of 'table 1', which has the mapped columns. Export the table by itself."
    )


DAMAGED = "a.xls › is a damaged web page or XML table: it breaks off, or declares what no export does. Export it again."


@pytest.mark.parametrize(
    "text", [page(HEADER, FIRST).replace("</table>", ""), page(HEADER, FIRST)[:-9], page(HEADER, FIRST.replace("<td>", '<td class="x>', 1), SECOND.replace("<td>", '<td class="x">'))]
)  # fmt: skip
def test_a_page_that_breaks_off_is_refused(tmp_path, text):
    assert refused(tmp_path, text) == DAMAGED


# ---- SpreadsheetML


def spreadsheet(*sheets: str, head: str = '<?xml version="1.0" encoding="gb2312"?>') -> str:
    space = "urn:schemas-microsoft-com:office"
    return f'{head}<?mso-application progid="Excel.Sheet"?><Workbook xmlns="{space}:spreadsheet" xmlns:ss="{space}:spreadsheet" xmlns:x="{space}:excel">{"".join(sheets)}</Workbook>'


def sheet(*table: str, name: str = "五月", more: str = "") -> str:
    return f'<Worksheet ss:Name="{name}"><Table>{"".join(table)}</Table>{more}</Worksheet>'


def cell(text: str, kind: str = "String", **places: int) -> str:
    more = "".join(f' ss:{name}="{n}"' for name, n in places.items())
    return f'<Cell{more}><Data ss:Type="{kind}">{text}</Data></Cell>'


TITLES = f"<Row>{''.join(map(cell, WANTED))}</Row>"


def test_cells_of_a_spreadsheet_become_text_that_can_be_trusted(tmp_path):
    kinds = [
        ("007", "String"), ("2024-01-02T03:04:05.000", "DateTime"), ("2024-01-02T00:00:00.000", "DateTime"), ("1899-12-31T09:12:58.000", "DateTime"),
        ("13800000000", "Number"), ("110101199003071233", "Number"), ("1.1010119900307E+17", "Number"), ("12.50", "Number"), ("3600.0", "Number"),
        ("1", "Boolean"), ("#N/A", "Error"), (" a\n b ", "String"),
    ]  # fmt: skip
    columns = "<Row>" + "".join(cell(f"c{n}") for n in range(len(kinds))) + "</Row>"
    table = take(
        put(tmp_path, spreadsheet(sheet(columns, f"<Row>{''.join(cell(*kind) for kind in kinds)}</Row>")).encode("gb18030"), "a.xls"),
        tmp_path,
    )
    assert table.typed and rows(table) == [
        ("007", "2024-01-02 03:04:05", "2024-01-02", "09:12:58", "13800000000", "110101199003071233", "1.101011990030700E+17", "12.50", "3600", "TRUE", "#ERROR!", " a\n b ")
    ]  # fmt: skip


def test_places_that_are_said_merged_cells_notes_and_formulas(tmp_path):
    noted = cell("007", MergeDown=1).replace("</Cell>", "<Comment><ss:Data>note</ss:Data></Comment></Cell>")
    told = [
        TITLES.replace("<Row>", '<Row ss:Index="3">'),
        f'<Row>{noted}<Cell ss:Index="3" ss:Formula="=1"/></Row>',
        f"<Row>{cell('a', Index=2)}</Row>",
    ]
    table = read(tmp_path, spreadsheet(sheet(*told)))
    assert (rows(table), table.ledger.blank) == ([("007", None, "#UNCOMPUTED!"), ("#MERGED!", "a", None)], 2)


def test_a_hidden_sheet_with_the_mapped_columns_is_counted_as_in_every_workbook(tmp_path):
    row = f"<Row>{cell('1')}{cell('2')}{cell('3')}</Row>"
    hidden = "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"
    table = read(tmp_path, spreadsheet(sheet(TITLES, row), sheet(TITLES, row, row, name="旧", more=hidden), sheet(name="空")))
    assert (rows(table), table.ledger.unread) == ([("1", "2", "3")], {"旧": 2})


@pytest.mark.parametrize(
    "text",
    [spreadsheet(sheet(TITLES))[:-12], spreadsheet(sheet(TITLES, '<Row ss:Index="1"></Row>')), spreadsheet(sheet(TITLES), sheet(TITLES)),
     spreadsheet(sheet(TITLES), head="<!DOCTYPE x [<!ENTITY a 'b'>]>"), spreadsheet(sheet(TITLES, '<Row ss:Index="1048577"/>')),
     spreadsheet(sheet(f"<Row>{cell('x', Index=16384)}</Row>")), page(HEADER, FIRST.replace("<td>", "<td colspan=9999>", 1))],
)  # fmt: skip
def test_a_spreadsheet_that_breaks_off_contradicts_itself_or_declares_entities_is_refused(tmp_path, text):
    assert refused(tmp_path, text) == DAMAGED


# ---- laws

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" \n"), max_size=6)
TABLES = st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=6)


def answered(folder, text: str) -> tuple[dict, list[list[str]]]:
    """What the child answers, asked in this process, and the rows that it wrote."""
    book, clean = folder / "a.xls", folder / "a.clean"
    book.write_bytes(text.encode())
    asked = {
        "path": str(book),
        "clean": str(clean),
        "wanted": WANTED,
        "header": [],
        "header_row": None,
        "sheet": "",
        "sheets": [],
        "list": False,
    }
    answer = sheets._answer(asked)
    return answer, [row[1:] for row in sheets.csv.reader(clean.open(encoding="utf-8", newline=""), delimiter="\t")]


@tried(150)
@given(TABLES)
def test_whatever_is_written_comes_back(tmp_path_factory, told):
    """From a spreadsheet as it is; from a page without what a page does not show: outer blanks, and more than one of them."""
    folder = tmp_path_factory.getbasetemp()
    table = [("k", *row) for row in told]
    titles = ["键", *WANTED]
    cells = "".join("<Row>" + "".join(cell(escape(c)) for c in row) + "</Row>" for row in [titles, *table])
    page_rows = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in [titles, *table])
    assert answered(folder, spreadsheet(sheet(cells)))[1] == [list(row) for row in table]
    assert answered(folder, f"<table>{page_rows}</table>")[1] == [[" ".join(c.split()) for c in row] for row in table]


def test_a_byte_of_a_page_that_changed_costs_no_other_row_in_silence(tmp_path):
    """One byte after the other, anywhere: the rows beside the one that holds it are there, or the page is refused, or as many are rejected."""
    whole = [f'<tr><td class="a">K{n:02d}</td><td align="left">2024-05-{n + 1:02d}</td><td>供水</td></tr>\n' for n in range(8)]
    text, rng, kinds = f"<table>{HEADER}\n{''.join(whole)}</table>", random.Random(5), set()
    for _ in range(500):
        at, letter = rng.randrange(1, len(text)), rng.choice("<>/\"'=&;!-?x 0\n")
        damaged = text[:at] + letter + text[at + 1 :]
        hit = text.count("\n", 0, at) - 1
        try:
            answer, out = answered(tmp_path, damaged)
        except (markup.Damaged, sheets.Refused):
            kinds.add("refused")
            continue
        kept = [n for n in range(8) if [f"K{n:02d}", f"2024-05-{n + 1:02d}", "供水"] in out]
        gone = set(range(8)) - set(kept) - {hit}
        kinds.add("rejected" if answer["rejected"] else "read")
        assert len(gone) <= 2 * len(answer["rejected"]), (at, letter, damaged[max(0, at - 20) : at + 20])
        assert len(out) + len(answer["rejected"]) + len(answer["summary"]) + answer["blank"] >= 7
    assert kinds == {"refused", "rejected", "read"}


def test_a_spreadsheet_that_is_cut_anywhere_is_refused(tmp_path):
    text = spreadsheet(sheet(TITLES, f"<Row>{cell('1')}{cell('2')}{cell('3')}</Row>"))
    for end in range(text.index("<Worksheet"), len(text) - 1):
        with pytest.raises(markup.Damaged):
            answered(tmp_path, text[:end])


def test_such_an_export_becomes_calls(tmp_path):
    lines = [
        ["编号", "来电时间", "号码", "分类", "通话时长"],
        *([f"K{n}", f"2024-05-{n + 1:02d} 08:00:00", f"139{n:08d}", "供水", "00:01:05"] for n in range(20)),
    ]
    text = "<table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in line) + "</tr>" for line in lines) + "</table>"
    (tmp_path / "a.xls").write_bytes(text.encode("gb18030"))
    store = built(hotline(tmp_path, files="a.xls", more="  key: 编号\n"))
    assert [(e.accepted, e.encoding) for e in store.ledgers] == [(20, "gb18030")] and not store.cells
    assert stored(store, "call_id, issue_1, talk_seconds")[0] == ("K0", "供水", 65)
