"""The workbooks: nothing of the data is run, nothing is lost, the same book is the same bytes, and the drop-downs hold the declared words."""

import re
import shutil
import subprocess
import zipfile
from datetime import date, datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.escape import unescape

from hotline_analysis import open_hotline
from hotline_analysis.__main__ import main
from hotline_analysis.intake import register
from hotline_analysis.intake.read import workbooks
from hotline_analysis.intake.read.stored import InputFile
from hotline_analysis.params import Source
from hotline_analysis.report.workbook import book, cases, words
from hotline_analysis.report.workbook.book import Book, Column, Sheet
from hotline_analysis.words import ANSWERS, LANGUAGES
from tests.small import write_hotline

PAYLOADS = (
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1:A2)", "\t=1+1", "\r=1+1", "＝1+1", '=HYPERLINK("http://a.b","x")', "http://a.b/c", "mailto:a@b.cn",
    "ftp://a.b", "internal:Sheet1!A1", "external:c:\\x.xlsx", "{=1+1}", "=WEBSERVICE(\"http://a.b\")", "%0A=1+1", "'=1+1", "_x003D_1+1", "=DDE(\"cmd\";\"/C calc\";\"1\")",
)  # fmt: skip


def made(tmp_path, sheets, name="a.xlsx", **more):
    path = tmp_path / name
    book.write(path, Book("标题", "说明", [("热线", "甲")], sheets, datetime(2024, 9, 30)), **more)
    return path


def sheet(frame: pd.DataFrame, name: str = "表", columns=None) -> Sheet:
    return Sheet(name, name, columns or [Column(c, c) for c in frame], frame)


def parts(path) -> dict[str, str]:
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_of_the_data_is_a_formula_or_a_link(tmp_path, payload, bar):
    """In a cell, a heading, a title, the cover and a sheet's name; the values are there, to the letter."""
    path = made(
        tmp_path, [Sheet(payload, payload, [Column("a", payload), Column("b", "乙")], pd.DataFrame({"a": [payload, "x"], "b": [1, 2]}))]
    )
    told = parts(path)
    assert not [name for name, text in told.items() if re.search(r"<f[ >/]|<hyperlink|<oleObject|ddeLink", text) or "externalLink" in name]
    assert not [text for name, text in told.items() if name.endswith(".rels") and ("hyperlink" in text or "External" in text)]
    opened = openpyxl.load_workbook(path)
    page = opened[opened.sheetnames[1]]
    kept = payload.replace("\r", "\n")
    assert [unescape(page[at].value) for at in ("A1", "A2", "A3")] == [kept] * 3 and page["A3"].data_type in ("s", "inlineStr")
    assert not any(cell.data_type == "f" or cell.hyperlink for row in page.iter_rows() for cell in row)
    answer = workbooks.read_rows(
        InputFile(path, "", opened.sheetnames[1], "d"), Source(files=("x",), columns={"b": "乙"}), tmp_path / "back", ["乙"]
    )
    assert answer["accepted"] == 2 and answer["columns"][0] == kept.strip()
    first = (tmp_path / "back.clean").read_text(encoding="utf-8").splitlines()
    assert "\n".join(first).split('"\t"')[1].replace('""', '"') == kept
    bar("N4 formulas")


def test_names_of_sheets_are_such_as_a_workbook_takes():
    taken: set[str] = set()
    told = [book.sheet_name(text, taken) for text in ("甲" * 40, "甲" * 40, "a/b:c*?[d]\\", "'x'", "", "History", "HISTORY", "A", "a")]
    assert told == ["甲" * 31, "甲" * 27 + " (2)", "a b c   d", "x", "_", "_History", "_HISTORY (2)", "A", "a (2)"]
    assert all(len(name) <= 31 for name in told)


def test_characters_that_no_workbook_holds_are_left_out_and_all_others_stay(tmp_path):
    texts = ["a\x00b\x0bc", "行\n行\r\n行", "_x0041_ & <b> \"'", " 前后 ", "👪🏽 ​", "\ud800半", "01012345678", "1E5", "2024-01-01", "TRUE"]
    path = made(tmp_path, [sheet(pd.DataFrame({"a": texts}))])
    page = openpyxl.load_workbook(path)["表"]
    assert [unescape(page.cell(row, 1).value) for row in range(3, 13)] == ["abc", "行\n行\n行", *texts[2:5], "半", *texts[6:]]
    assert {page.cell(row, 1).number_format for row in range(3, 13)} == {"@"}


def test_rows_beyond_a_sheet_go_on_in_the_next_and_a_long_text_in_the_next_column(tmp_path):
    frame = pd.DataFrame({"n": range(25), "text": ["字" * 40_000 if n == 7 else f"t{n}" for n in range(25)]})
    path = made(tmp_path, [sheet(frame, columns=[Column("n", "号", "count"), Column("text", "说明")])], rows=12)
    opened = openpyxl.load_workbook(path)
    assert opened.sheetnames == ["说明", "表", "表 (2)", "表 (3)"]
    rows = [row for name in opened.sheetnames[1:] for row in opened[name].iter_rows(min_row=3, values_only=True)]
    assert [row[0] for row in rows] == list(range(25)) and "".join(filter(None, rows[7][1:])) == "字" * 40_000
    assert [c.value for c in opened["表 (3)"][2]] == ["号", "说明", "说明（续2）", "说明（续3）"] and rows[8][2:] == (None, None)


def test_values_keep_their_kinds_and_formats(tmp_path):
    frame = pd.DataFrame({
        "share": [0.2584, np.nan], "day": [date(2024, 9, 1), None], "at": [datetime(2024, 9, 1, 8, 5, 9), pd.NaT], "n": pd.array([3, None], dtype="Int64"),
        "key": ["solved", None], "flag": [True, False],
    })  # fmt: skip
    columns = [
        Column("share", "a", "share"),
        Column("day", "b", "date"),
        Column("at", "c", "moment"),
        Column("n", "d", "count"),
        Column("key", "e", words={"solved": "已解决"}),
        Column("flag", "f"),
    ]
    page = openpyxl.load_workbook(made(tmp_path, [sheet(frame, columns=columns)]))["表"]
    assert [c.value for c in page[3]] == [0.2584, datetime(2024, 9, 1), datetime(2024, 9, 1, 8, 5, 9), 3, "已解决", "是"]
    assert [c.value for c in page[4]] == [None] * 5 + ["否"] and [c.number_format for c in page[3]][:4] == [
        "0.0%",
        "yyyy-mm-dd",
        "yyyy-mm-dd hh:mm:ss",
        "#,##0",
    ]


def test_an_empty_table_and_the_print_setup(tmp_path):
    page = openpyxl.load_workbook(made(tmp_path, [sheet(pd.DataFrame({"a": []}))]))["表"]
    assert page.page_setup.orientation == "landscape" and page.page_setup.paperSize == 9 and page.sheet_properties.pageSetUpPr.fitToPage
    assert page.page_setup.fitToWidth in (None, 1) and page.page_setup.fitToHeight == 0 and page.print_title_rows == "$1:$2"
    assert page.freeze_panes == "B3" and page.auto_filter.ref == "A2:A3" and "&P" in page.oddFooter.right.text


def test_same_input_same_bytes(tmp_path):
    frame = pd.DataFrame({"a": ["甲", None], "b": [1.5, 2]})
    one, two = (made(tmp_path, [sheet(frame)], name).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert one == two


# ---- of a hotline


@pytest.fixture(scope="module")
def hotline(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workbook")
    write_hotline(folder, calls=1500)
    params = folder / "small.yaml"
    params.write_text(
        params.read_text(encoding="utf-8") + "workbook: {agents: {rows: all}}\n",
        encoding="utf-8",
    )
    assert main(["workbook", "callers", "--params", str(params), "--month", "2024-01", "--quiet"]) == 0
    assert main(["workbook", "agents", "--params", str(params), "--month", "2024-01", "--quiet"]) == 0
    return params


def opened(hotline, name):
    return openpyxl.load_workbook(hotline.parent / "private" / "small" / "2024-01" / f"{name}.xlsx")


def rows_of(page) -> pd.DataFrame:
    head, *rows = page.iter_rows(min_row=2, values_only=True)
    return pd.DataFrame(rows, columns=head)


def test_the_workbook_of_callers_is_the_study_and_its_calls(hotline):
    """A row a case as the study of callers finds them, a row a call; the same ids; numbers masked, the right ones."""
    made = opened(hotline, "callers")
    assert made.sheetnames == ["说明", "概况", "排查名单", "来电明细"]
    h = open_hotline(hotline, "2024-01", progress=False)
    study = h.study("callers", "frequent", options={"least_calls": 4, "within_days": 7.0})
    study = study[study["kind"] != "shared"]
    listed, calls = rows_of(made["排查名单"]), rows_of(made["来电明细"])
    assert listed["来电"].tolist() == study["calls"].tolist() and len(study) >= 5
    assert calls.groupby("案件编号").size().reindex(listed["案件编号"]).tolist() == study["calls"].tolist()
    raw = pd.read_csv(hotline.parent / "calls.csv", encoding="gb18030", dtype=str)
    raw = raw[raw["来电时间"] < "2024-02-01"]
    mine = raw.groupby(raw["主叫号码"].str[:3] + "****" + raw["主叫号码"].str[-4:]).size()
    assert mine.reindex(listed["来电号码"]).tolist() == study["calls"].tolist()
    times = {pd.Timestamp(t) for t in calls["来电时间"]}
    assert times <= set(pd.to_datetime(raw["来电时间"]))
    assert calls.loc[calls["案件编号"].eq(calls["案件编号"].shift(-1)), "至下一通（小时）"].notna().all()
    row = calls.iloc[-1]
    number = raw.set_index("来电时间").loc[str(row["来电时间"]), "主叫号码"]
    everything = pd.read_csv(hotline.parent / "calls.csv", encoding="gb18030", dtype=str)
    everything = everything[everything["主叫号码"] == number]
    after = (pd.to_datetime(everything["来电时间"]) - row["来电时间"]).dt.total_seconds() / 3600
    assert row["至下一通（小时）"] == pytest.approx(after[after > 0].min()) and row["其后来电数"] == ((after > 0) & (after <= 168)).sum()


def test_numbers_are_full_where_params_say_so(hotline, tmp_path):
    shutil.copytree(hotline.parent, tmp_path / "copy", ignore=shutil.ignore_patterns("private", ".hotline"))
    params = tmp_path / "copy" / "small.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("workbook: {", "workbook: {number: full, "), encoding="utf-8")
    assert main(["workbook", "callers", "--params", str(params), "--month", "2024-01", "--quiet"]) == 0
    full = rows_of(openpyxl.load_workbook(params.parent / "private" / "small" / "2024-01" / "callers.xlsx")["排查名单"])
    masked = rows_of(opened(hotline, "callers")["排查名单"])
    assert full["来电号码"].str.fullmatch(r"1540000\d{4}").all() and full["案件编号"].tolist() == masked["案件编号"].tolist()
    assert [f"{n[:3]}****{n[-4:]}" for n in full["来电号码"]] == masked["来电号码"].tolist()


@pytest.mark.parametrize(
    "text, said",
    [("15400001234", "154****1234"), ("+86 154-0000-1234", "154****1234"), ("0647-8000000", "064****0000"), ("0647-8000000转3", "064****0000"), ("１５４００００１２３４", "154****1234"), ("8000000", "8****00"), ("12345", "****5"), ("110101199003071234", "110****1234")],
)  # fmt: skip
def test_a_masked_number(text, said):
    assert cases.masked(text) == said


def test_the_workbook_of_agents_has_each_repeat_beside_its_call(hotline):
    made = opened(hotline, "agents")
    assert made.sheetnames == ["说明", "概况", "排查名单", "重复来电明细", "员工与诉求"]
    cells, pairs = rows_of(made["员工与诉求"]), rows_of(made["重复来电明细"])
    counted = pairs.groupby(["话务员", "诉求"]).size()
    assert (
        counted.reindex(pd.MultiIndex.from_frame(cells[["话务员", "诉求"]])).fillna(0).tolist() == cells["复电"].tolist()
        and len(pairs) > 30
    )
    waited = (pd.to_datetime(pairs["再次来电：来电时间"]) - pd.to_datetime(pairs["来电时间"])).dt.total_seconds() - pairs["通话时长（秒）"]
    assert (waited / 3600 >= pairs["间隔（小时）"] - 1e-6).all() and (
        pairs["间隔（小时）"] <= 24
    ).all()  # the wait before the answer lies between


def test_drop_downs_hold_exactly_the_declared_words(hotline):
    page = opened(hotline, "callers")["排查名单"]
    heads = {cell.column: cell.value for cell in page[2]}
    told = {heads[next(iter(v.sqref.ranges)).min_col]: v for v in page.data_validations.dataValidation}
    for name, known in ANSWERS.items():
        assert told[words.CASE_FIELDS[name].term.zh].formula1.strip('"').split(",") == [word.zh for word in known.values()]
    assert {v.type for v in told.values()} == {"list", "date"} and len(told) == len(ANSWERS) + 1
    ranges = {str(v.sqref).split(":")[0][-1] + str(v.sqref).split(":")[1][-2:] for v in told.values()}
    assert all(next(iter(v.sqref.ranges)).min_row == 3 and next(iter(v.sqref.ranges)).max_row == page.max_row for v in told.values()), (
        ranges
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_drop_down_fits_in_both_languages(language):
    assert all(len(",".join(w(language) for w in known.values())) <= book.LIST for known in ANSWERS.values())


def test_the_workbook_is_the_same_bytes_and_private(hotline):
    path = hotline.parent / "private" / "small" / "2024-01" / "callers.xlsx"
    before = path.read_bytes()
    assert main(["workbook", "callers", "--params", str(hotline), "--month", "2024-01", "--quiet"]) == 0
    assert path.read_bytes() == before and path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    assert {p.name for p in path.parent.iterdir()} == {"callers.xlsx", "agents.xlsx"}


def test_the_store_still_holds_no_number(hotline):
    for path in (hotline.parent / ".hotline").rglob("*"):
        assert not path.is_file() or b"1540000" not in path.read_bytes()


def test_columns_as_params_say(tmp_path, capsys):
    write_hotline(tmp_path, calls=400)
    params = tmp_path / "small.yaml"
    plain = params.read_text(encoding="utf-8")
    params.write_text(
        plain + "workbook: {callers: {columns: [issue_1, started_at]}, agents: {columns: [gap_hours, next_issue_1]}}\n", encoding="utf-8"
    )
    for name, heads in (
        ("callers", ["案件编号", "来电号码", "诉求一级分类", "来电时间"]),
        ("agents", ["案件编号", "话务员", "诉求", "间隔（小时）", "再次来电：诉求一级分类"]),
    ):
        assert main(["workbook", name, "--params", str(params), "--month", "2024-01", "--quiet"]) == 0
        page = openpyxl.load_workbook(tmp_path / "private" / "small" / "2024-01" / f"{name}.xlsx").worksheets[3]
        assert [c.value for c in page[2]] == heads
    params.write_text(plain + "workbook: {callers: {columns: [issue_1, started]}}\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["workbook", "callers", "--params", str(params), "--month", "2024-01", "--quiet"]) == 64
    assert (
        "workbook › callers › columns: 'started' is not a column that the details have. Did you mean 'started_at'?"
        in capsys.readouterr().err
    )


def test_an_id_is_of_the_key_and_of_nobody_else():
    from hotline_analysis.intake.convert.identity import Key

    one, two = Key(b"1" * 32), Key(b"2" * 32)
    ids = register.case_ids(one, "caller", ["a", "b"])
    assert (
        ids == register.case_ids(one, "caller", ["a", "b"])
        and len({*ids, *register.case_ids(two, "caller", ["a", "b"]), *register.case_ids(one, "agent", ["a", "b"])}) == 6
    )
    assert all(re.fullmatch(r"C-[B-Z]{4}-[B-Z]{4}-[B-Z]{4}", i) for i in ids)


@pytest.mark.office
@pytest.mark.parametrize("name, pages, language", [("callers", 4, "zh"), ("agents", 5, "zh"), ("callers", 4, "en")])
def test_an_office_suite_opens_and_prints_it(tmp_path, name, pages, language):
    """LibreOffice makes as many pages as there are sheets, when each fits on one; the first says what it is of and how it is read."""
    write_hotline(tmp_path, calls=300)
    params = tmp_path / "small.yaml"
    params.write_text(
        params.read_text(encoding="utf-8") + "workbook: {agents: {rows: all}}\nwatch: {rules: [[3, 7]]}\n",
        encoding="utf-8",
    )
    assert main(["workbook", name, "--params", str(params), "--month", "2024-01", "--quiet", "--language", language]) == 0
    path = tmp_path / "private" / "small" / "2024-01" / f"{name}.xlsx"
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    subprocess.run(
        ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)],
        check=True,
        capture_output=True,
        timeout=180,
    )
    told = subprocess.run(["pdfinfo", str(tmp_path / f"{name}.pdf")], check=True, capture_output=True, text=True).stdout
    text = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / f"{name}.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout.split("\f")
    assert int(re.search(r"Pages:\s+(\d+)", told)[1]) == pages
    title = words.TITLES[name](language)
    assert (
        title.split("：")[0][:8] in text[0]
        and words.BACK(language) in text[0]
        and "backfill" in text[0]
        and words.CARING(language)[:6] in text[0]
    )
    assert words.CASES(language) in text[2] and words.CASE_FIELDS["cause"].term(language) in text[2]
