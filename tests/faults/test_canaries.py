"""Planted numbers, ids, cards, addresses, narratives and names: in every column, mapped or not, in names of files, sheets and headers, in params' words.

None of them may be found again: not in the store (read cell by cell), the ledger, the reports, the executed notebook, the logs or what is printed, in any encoding.
"""

import csv
import json
import random
from datetime import datetime, timedelta

import duckdb
import nbformat
import pytest
import xlsxwriter

from hotline_analysis import tables
from hotline_analysis.__main__ import main
from hotline_analysis.report import month, page

FORMS = [
    "13987650123", "+8613987650123", "139-8765-0123", "139 8765 0123", "１３９８７６５０１２３", "一三九八七六五〇一二三",  # a mobile in six forms
    "0647-8887653", "110101199003071233", "6222021001116245702", "ouyang.jianguo@example.com",
    "市民反映小区夜间施工噪声扰民，多次联系物业未处理，请尽快回复",
]  # fmt: skip
NAME = "欧阳建国"  # in the callers' columns
BARE = ["3987650123", "8765-0123", "8765 0123", "06478887653", "8887653"]  # what a careless mending would leave of them
CANARIES = [*FORMS, *BARE, NAME]
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
FORMATS = {
    tables.INSTANT: lambda i: datetime(2024, 1, 1) + timedelta(minutes=200 * i),
    tables.SECONDS: lambda i: i % 300,
    **dict.fromkeys(tables.NUMBERS, lambda i: i % 5 + 1),
}
WORDS = {"outcome": {"接通": "answered", "放弃": "abandoned"}, "source": {"质检": "quality_check"}}
OTHERS = {name: table for name, table in tables.TABLES.items() if name not in ("calls", "orders")}
COUNT = 400


def _columns(table: tables.Table) -> list[str]:
    """All that a params file may map; of a questionnaire's slots the first, of other scores the long form."""
    slots = tables.ITEMS if table.name == "scores" else tables.ITEMS[1:]
    return [name for name in table.mapped if name != "caller" and name not in slots]


def _words(column: tables.Column) -> dict[str, str]:
    """An export's own words for two of a closed column's."""
    return WORDS.get(column.name, {f"词{word}": word for word in column.allowed[:2]}) if column.allowed else {}


def _ordinary(table: tables.Table, name: str, i: int) -> str:
    kind = table[name].kind
    if kind == tables.IDENTITY:
        return {"caller_phone": f"138{i % 90:08d}", "caller_person": NAME if i == 3 else f"人{i % 90}", "caller_code": f"码{i % 90}"}[name]
    if name.endswith("_id"):
        return f"{name[0].upper()}{i:05d}"
    if table[name].allowed:
        return list(_words(table[name]))[i % len(_words(table[name]))]
    if kind == tables.FLAG:
        return "是否"[i % 2]
    return str(FORMATS[kind](i)) if kind in FORMATS else f"{name}甲乙丙"[: len(name) + 1] + "甲乙丙"[i % 3]


def _rows(table: tables.Table) -> list[list[str]]:
    """Ordinary rows, then one for each column and form, then ordinary rows whose unmapped cells hold the forms."""
    columns = _columns(table)
    plants = [(name, form) for name in columns for form in FORMS]
    rows = []
    for i in range(COUNT + len(plants)):
        row = {name: _ordinary(table, name, i) for name in columns}
        name, form = plants[i - COUNT] if i >= COUNT else ("", "")
        row |= {name: form} if name else {}
        rows.append([row[c] for c in columns] + [FORMS[i % len(FORMS)]])
    random.Random(1).shuffle(rows)
    return rows


def _mapping(table: tables.Table) -> str:
    rules = []
    for name in _columns(table):
        kind, more = table[name].kind, ""
        if kind == tables.INSTANT:
            more = ', formats: "%Y-%m-%d %H:%M:%S"'
        elif table[name].allowed:
            more = f", values: {{{', '.join(f'{k}: {v}' for k, v in _words(table[name]).items())}}}"
        elif name == "issue_1":
            more = f", aliases: {{issue_1甲: {FORMS[2]}}}"  # a word of params that would make a number of a category
        elif name == "unit":
            more = f", values: {{unit甲: '{FORMS[0]}'}}"
        rules.append(f"    {name}: {{from: 列{name}{more}}}\n")
    return "".join(rules)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The hotline's folder and params; headers and names of file and sheet hold numbers too."""
    folder = tmp_path_factory.mktemp("canaries")
    with (folder / f"来电{FORMS[0]}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([f"列{name}" for name in _columns(tables.CALLS)] + [f"备注{FORMS[2]}"])
        writer.writerows(_rows(tables.CALLS))
    with xlsxwriter.Workbook(folder / f"工单{FORMS[7]}.xlsx", {"strings_to_urls": False}) as book:
        sheet = book.add_worksheet(f"明细{FORMS[3]}")
        for n, row in enumerate([[f"列{name}" for name in _columns(tables.ORDERS)] + [FORMS[9]], *_rows(tables.ORDERS)]):
            sheet.write_row(n, 0, row)
    for name, table in OTHERS.items():
        with (folder / f"{name}{FORMS[0]}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([f"列{column}" for column in _columns(table)] + [f"备注{FORMS[2]}"])
            writer.writerows(_rows(table))
    params = folder / "canary.yaml"
    params.write_text(
        "title: 热线\nkey: file\nholidays: ''\n"
        f"calls:\n  files: '来电*.csv'\n  key: 列call_id\n  columns:\n{_mapping(tables.CALLS)}"
        f"orders:\n  files: '工单*.xlsx'\n  sheet: '明细*'\n  key: 列order_id\n  columns:\n{_mapping(tables.ORDERS)}"
        "items: {item_1: {name: 态度, scale: [1, 5]}}\n"
        + "".join(f"{name}:\n  files: '{name}*.csv'\n  columns:\n{_mapping(table)}" for name, table in OTHERS.items()),
        encoding="utf-8",
    )
    return folder, params


def _found(what: str, content: bytes) -> list[tuple[str, str]]:
    return [(what, canary) for canary in CANARIES if any(canary.encode(encoding, "ignore") in content for encoding in ENCODINGS)]


def _cells(folder) -> bytes:
    told = []
    for path in folder.rglob("*.parquet"):
        told += [str(cell) for row in duckdb.sql(f"SELECT * FROM '{path}'").fetchall() for cell in row]
        told += duckdb.sql(f"SELECT * FROM '{path}'").columns
    return "\n".join(told).encode()


@pytest.mark.slow
def test_no_canary_is_found_again(planted, capfd, monkeypatch, tmp_path):
    folder, params = planted
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setattr(month, "pages", lambda: {"index.html": month.notebooks() / "monthly.ipynb"})
    notebooks, make = [], page.make
    monkeypatch.setattr(page, "make", lambda done, **more: notebooks.append(nbformat.writes(done)) or make(done, **more))
    given = ["--params", str(params)]
    codes = [
        main(["check", *given]),
        main(["study", "exposure", *given]),
        main(["study", "window", *given, "--by", "issue_1", "--format", "csv"]),
    ]
    codes += [
        main(["study", "window", *given, "--table", "evidence", "--by", "unit", "--format", "json"]),
        main(["report", *given, "--month", "2024-01"]),
    ]
    said = capfd.readouterr()
    assert codes == [0] * 5, said.err
    given_files = {path for path in folder.iterdir() if path.suffix in (".csv", ".xlsx", ".yaml")}
    mine = [path for path in folder.rglob("*") if path.is_file() and path not in given_files]
    hits = [hit for path in mine for hit in _found(str(path.relative_to(folder)), path.read_bytes() + path.name.encode())]
    hits += _found("cells", _cells(folder)) + _found("stdout", said.out.encode()) + _found("stderr", said.err.encode())
    hits += [hit for notebook in notebooks for hit in _found("notebook", notebook.encode())]
    assert not hits and len(notebooks) == 1
    assert "来电***********.csv [" in said.out and any(path.name == "index.html" for path in mine)
    ledger = json.loads(next(path for path in mine if path.name.startswith("ledger.")).read_text(encoding="utf-8"))
    kept_out = {(cell["table"], cell["column"]) for cell in ledger["cells"] if cell["reason"] in ("personal", "narrative")}
    texts = {
        (t.name, c.name) for t in tables.TABLES.values() for c in t.columns if c.kind == tables.TEXT and not c.derived and not c.allowed
    }
    assert kept_out == texts  # every text column had its plants, and said so


REFUSALS = {
    "a header that is not there": ("列unit", "列{0}"),
    "a pattern of files": ("'来电*.csv'", "'来电{0}x.csv'"),
    "a date format": ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d {0}"),
    "an unknown setting": ("  key: 列call_id", "  key: 列call_id\n  '{0}': x"),
    "a wrong word": ("接通: answered", "接通: '{0}'"),
    "a sheet": ("'明细*'", "'{0}'"),
    "a title": ("title: 热线", "title: '{0}'"),
    "a wrong time zone": ("holidays: ''", "holidays: ''\ntime_zone: '{0}'"),
    "a target": ("title: 热线", "title: 热线\ntargets: {{'{0}': 1}}"),
    "a definition": ("title: 热线", "title: 热线\ndefinition: {{'{0}': 1}}"),
    "a narrative column": ("列issue_2", "备注" + FORMS[2]),
}


@pytest.mark.parametrize("form", [FORMS[0], FORMS[7]])
@pytest.mark.parametrize("case", REFUSALS)
def test_no_refusal_prints_one(planted, capfd, tmp_path, monkeypatch, case, form):
    """A sentence for everything that is refused, whatever stands in the place that it names."""
    folder, params = planted
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(tmp_path / "key"))
    old, new = REFUSALS[case]
    path = folder / "refused.yaml"
    path.write_text(params.read_text(encoding="utf-8").replace(old, new.format(form)), encoding="utf-8")
    code = main(["check", "--params", str(path), "--quiet"])
    said = capfd.readouterr()
    assert code in (64, 65, 66) and said.err.count(" › ") >= 1 and not _found("stderr", (said.out + said.err).encode()), said.err
