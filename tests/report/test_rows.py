"""`hotline rows`: a private workbook whose rows add up to the printed figure, in which nothing of the data runs, and sentences where there are none."""

import re
import stat
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.__main__ import main
from tests.small import write_hotline

PAYLOADS = ("=1+1", "@SUM(A1)", "http://example.org/")
SHEETS = {"zh": ["数字背后的记录", "分子", "分母", "未计入"], "en": ["The rows behind a figure", "Numerator", "Denominator", "Left out"]}


@pytest.fixture(scope="module")
def hotline(tmp_path_factory) -> Path:
    """A hotline whose issues are words that a spreadsheet would run, with one month's figure typed in."""
    folder = tmp_path_factory.mktemp("rows")
    file = write_hotline(folder, calls=200)
    calls = (folder / "calls.csv").read_text(encoding="gb18030")
    for word, payload in zip(("供水", "交通", "社保"), PAYLOADS, strict=True):
        calls = calls.replace(word, payload)
    (folder / "calls.csv").write_bytes(calls.encode("gb18030"))
    (folder / "typed.csv").write_text("月份,指标,数值\n2024-01,busy_rate,0.02\n", encoding="utf-8")
    typed = "aggregates: {files: typed.csv, columns: {month_at: 月份, indicator: 指标, value: 数值}}\n"
    file.write_text(file.read_text(encoding="utf-8") + typed, encoding="utf-8")
    return file


def asked(hotline: Path, *arguments: str) -> int:
    return main(["rows", *arguments, "--params", str(hotline), "--month", "2024-01", "--quiet"])


def sheet(book: Path, name: str) -> pd.DataFrame:
    head, *rows = openpyxl.load_workbook(book)[name].iter_rows(min_row=2, values_only=True)
    return pd.DataFrame(rows, columns=head)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_workbook_adds_up_to_the_printed_figure(hotline, capsys, language):
    assert asked(hotline, "talk_seconds", "--language", language) == 0
    told = capsys.readouterr()
    book = Path(told.out.strip())
    assert book == hotline.parent / "private" / "small" / "2024-01" / "rows-talk_seconds.xlsx"
    assert told.err == "This workbook holds single records: it is for those who check a figure, and no part of a report.\n"
    printed = open_hotline(hotline, "2024-01", progress=False).verdicts.set_index("indicator").loc["talk_seconds"]
    assert openpyxl.load_workbook(book).sheetnames == SHEETS[language]
    january = sum(line.split(",")[1].startswith("2024-01") for line in (hotline.parent / "calls.csv").read_text("gb18030").splitlines())
    top, base, out = (sheet(book, name) for name in SHEETS[language][1:])
    adds = {"zh": "计入", "en": "Adds"}[language]
    assert (top[adds].sum(), base[adds].sum()) == (printed["numerator"], printed["denominator"])
    cover = {r[0]: r[1] for r in openpyxl.load_workbook(book).worksheets[0].iter_rows(values_only=True) if r[0]}
    wanted = {"zh": ("分子", f"接通来电的通话时长：{int(printed['numerator']):,}（{len(top)}行）"), "en": ("Numerator", f"talk time of answered calls: {int(printed['numerator']):,} ({len(top)} rows)")}  # fmt: skip
    assert cover[wanted[language][0]] == wanted[language][1]
    assert set(out.iloc[:, 1]) == {{"zh": "没有接通", "en": "was not answered"}[language]} and len(out) + len(base) == january


@pytest.mark.parametrize(("month", "until"), [("2024-01", ""), ("2024-02", " 暂，3月2日定稿")])
def test_the_cover_says_until_when_the_figure_is_provisional(hotline, capsys, month, until):
    assert main(["rows", "repeat_rate_24h", "--params", str(hotline), "--month", month, "--quiet"]) == 0
    cover = openpyxl.load_workbook(capsys.readouterr().out.strip()).worksheets[0]
    (value,) = (row[1] for row in cover.iter_rows(values_only=True) if row[0] == "数值")
    assert value.partition(")")[2] == until


def test_nothing_of_the_data_runs_and_nobody_else_may_look(hotline, capsys):
    assert asked(hotline, "repeat_rate_24h") == 0
    book = Path(capsys.readouterr().out.strip())
    with zipfile.ZipFile(book) as packed:
        parts = {name: packed.read(name).decode() for name in packed.namelist() if name.endswith((".xml", ".rels"))}
    assert not any(
        re.search(r"<f>|<f |<hyperlink", text) or ("example.org" in text and name.endswith(".rels")) for name, text in parts.items()
    )
    assert set(sheet(book, "分母")["诉求一级分类"]) == set(PAYLOADS)
    assert stat.S_IMODE(book.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (book.parent, *list(book.parents)[1:3])} == {0o700}
    assert not (hotline.parent / "reports").exists()
    first = book.read_bytes()
    assert asked(hotline, "repeat_rate_24h") == 0 and book.read_bytes() == first  # the same rows, the same bytes
    assert not re.search(r"1540000\d{4}", " ".join(parts.values()))


def test_a_group_has_a_workbook_of_its_own_that_does_not_name_it(hotline, capsys):
    assert asked(hotline, "talk_seconds", "--group", "agent=甲") == 0
    book = Path(capsys.readouterr().out.strip())
    assert re.fullmatch(r"rows-talk_seconds-agent-[0-9a-f]{6}\.xlsx", book.name)
    assert set(sheet(book, "分母")["话务员"]) == {"甲"}


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("busy_rate",), 65, "rows busy_rate › this figure was typed in (aggregates), so there are no rows behind it. Ask for a month whose records are there."),
        (("adherence",), 65, "rows adherence › there is no figure: not provided: agent time."),
        (("talk_second",), 64, "rows › 'talk_second' is not an indicator here. Did you mean 'talk_seconds'?"),
        (("talk_seconds", "--group", "甲"), 64, "rows talk_seconds › group › is not column=value. As in --group unit=North."),
        (("talk_seconds", "--group", "agent=丁"), 65, "rows talk_seconds › has no rows of this group in this month. Take a word of the column --group names."),
        (("connection_rate", "--group", "agent=甲"), 65, "rows connection_rate › this indicator is no measure of agents. Ask without --group, or by unit."),
    ],
)  # fmt: skip
def test_what_has_no_rows_says_so(hotline, capsys, arguments, code, sentence):
    assert asked(hotline, *arguments) == code
    assert capsys.readouterr().err == sentence + "\n"
