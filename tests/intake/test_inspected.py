"""What `hotline inspect` proposes for small files of its own: the sheet that was read, the table that the file can fill, the time that nobody named."""

import re

import pytest
from openpyxl import Workbook

from hotline_analysis.__main__ import main
from hotline_analysis.intake.store import Store
from hotline_analysis.params import load

MOMENTS = [f"2024-05-{n % 28 + 1:02d} {n % 24:02d}:{n * 7 % 60:02d}:{n * 11 % 60:02d}" for n in range(120)]
CALLS = [[f"138{n % 47:08d}", "甲乙丙丁"[n % 4], ("供水", "供电", "噪音")[n % 3]] for n in range(120)]


@pytest.fixture
def proposed(tmp_path, monkeypatch, capsys):
    """The params that are proposed for a table, or the sentence and the exit code."""
    monkeypatch.chdir(tmp_path)

    def ask(head: str, rows: list[list[str]], name: str = "a.csv"):
        lines = [head, *(",".join(map(str, row)) for row in rows)]
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return inspected(name)

    def inspected(name: str):
        (tmp_path / "p.yaml").unlink(missing_ok=True)
        code = main(["inspect", name, "--out", "p.yaml"])
        said = capsys.readouterr().err.strip()
        return load(tmp_path / "p.yaml") if code == 0 else (code, said)

    ask.file = inspected
    return ask


def test_of_a_workbook_the_sheet_that_was_read_is_named(proposed, tmp_path):
    """It was the first one, which may be a page of explanations: the params that were proposed read no row. And every one with its columns: June was left out without a word."""
    book = Workbook()
    book.active.title = "说明"
    book.active.append(["本表由系统导出"])
    for month in ("5月", "6月"):
        sheet = book.create_sheet(month)
        sheet.append(["来电号码", "来电时间", "坐席"])
        for (number, agent, _), at in zip(CALLS, MOMENTS, strict=True):
            sheet.append([number, at.replace("-05-", f"-0{month[0]}-"), agent])
    book.save(tmp_path / "a.xlsx")
    found = proposed.file("a.xlsx")
    assert found.sources("calls")[0].sheet == ("5月", "6月")
    said = "# 请确认: 这几张工作表列名相同；是一张表的几个版本，就只留一张"
    assert f'  sheet: ["5月", "6月"]    {said}\n' in (tmp_path / "p.yaml").read_text(encoding="utf-8")
    store = Store(found.model_copy(update={"key": "published", "public": True}))
    store.build(progress=False)
    assert [ledger.accepted for ledger in store.ledgers] == [120, 120]


def test_agents_and_callers_are_calls_where_nothing_says_what_an_agent_did(proposed):
    """They were taken for an agents' log, which has a state in each row: its params did not load, and that was called a fault of the program."""
    found = proposed("来电号码,坐席,诉求,X时", [[*call, at] for call, at in zip(CALLS, MOMENTS, strict=True)])
    columns = found.sources("calls")[0].columns
    assert {name: rule.source for name, rule in columns.items()} == {"started_at": ("X时",), "caller": ("来电号码",)}
    found = proposed("来电号码,坐席,诉求", CALLS)
    assert list(found.sources("orders")[0].columns) == ["caller"] and not found.sources("calls")


def test_the_likeliest_time_is_taken_where_no_name_says_which(proposed):
    rows = [[n, at, MOMENTS[-n], "x"] for n, at in enumerate(MOMENTS)]
    found = proposed("甲,乙,丙,丁", rows)
    assert found.sources("calls")[0].columns["started_at"].source == ("乙",)


def test_a_column_that_is_not_read_is_doubted_and_a_line_that_is_no_record_is_counted(proposed, tmp_path, capsys):
    """A quarter of the durations reads abc; one line in forty lacks its last cells."""
    rows = [[call[0], at, f"00:01:{n % 60:02d}" if n % 4 else "abc"] for n, (call, at) in enumerate(zip(CALLS, MOMENTS, strict=True))]
    found = proposed("来电号码,来电时间,通话时长", [row[:2] if n % 40 == 5 else row for n, row in enumerate(rows)])
    assert "talk_seconds" not in found.sources("calls")[0].columns
    text = (tmp_path / "p.yaml").read_text(encoding="utf-8")
    assert "    # talk_seconds: 通话时长    # 请确认: 0.50 " in text and re.search(r"；2\d%读不出\n", text)
    main(["inspect", "a.csv"])
    assert "  读不成记录的行: 3\n" in "".join(capsys.readouterr())


def test_a_share_of_a_day_under_a_name_of_time_is_a_duration(proposed):
    found = proposed(
        "来电号码,来电时间,通话时长", [[c[0], at, f"{(n + 1) / 86400:.9f}"] for n, (c, at) in enumerate(zip(CALLS, MOMENTS, strict=True))]
    )
    rule = found.sources("calls")[0].columns["talk_seconds"]
    assert (rule.source, rule.unit) == (("通话时长",), "day_fraction")


def test_what_cannot_be_written_is_said(proposed, tmp_path):
    (tmp_path / "a.csv").write_text(
        "来电号码,来电时间\n" + "".join(f"{c[0]},{at}\n" for c, at in zip(CALLS, MOMENTS, strict=True)), encoding="utf-8"
    )
    assert main(["inspect", "a.csv", "--out", "nowhere/p.yaml"]) == 73
