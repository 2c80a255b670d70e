"""The command: a sentence for the user, an exit code for the scheduler, never a traceback, and no kernel for what can be refused before."""

import io
import json
import subprocess
import sys

import duckdb
import pandas as pd
import pytest

from hotline_analysis.__main__ import main
from tests.small import write_hotline, write_surveyed


@pytest.fixture(scope="module")
def hotline(tmp_path_factory):
    return write_hotline(tmp_path_factory.mktemp("small"))


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main(list(arguments))
    out = capsys.readouterr()
    return code, out.out, out.err


def test_a_study_as_csv_json_and_table(hotline, capsys):
    code, out, err = run(capsys, "study", "window", "--params", str(hotline), "--month", "2024-01", "--format", "csv", "--quiet")
    assert (code, err) == (0, "")
    frame = pd.read_csv(io.StringIO(out))
    assert {"window_hours", "follow_up", "numerator", "denominator", "value", "low", "high"} <= set(frame.columns)
    code, out, _ = run(capsys, "study", "window", "--params", str(hotline), "--month", "2024-01", "--format", "json", "--quiet")
    assert json.loads(out)[0]["denominator"] == int(frame["denominator"][0])
    code, out, _ = run(capsys, "study", "window", "--params", str(hotline), "--month", "2024-01", "--quiet")
    assert out.startswith("口径：")


def test_a_study_says_the_rule_of_its_own_and_whom_its_names_are_for(tmp_path, capsys):
    """Satisfaction rests on invitations, not on the definition of a repeat call; a table that names agents says that it is for staff."""
    asked = ("study", "satisfaction", "--params", str(write_surveyed(tmp_path)), "--month", "2024-01", "--quiet", "--table")
    code, out, err = run(capsys, *asked, "sample")
    assert (code, err) == (0, "") and out.startswith("口径：本期受邀市民的答卷，不论何时作答；") and "计为复电" not in out
    code, out, err = run(capsys, *asked, "agents", "--format", "csv")
    assert code == 0 and err == "This output names agents: it is for staff, and no part of a report.\n"


def test_strata_are_pooled_before_a_name_of_few_calls_is_printed(tmp_path, capsys):
    params = write_hotline(tmp_path, calls=120)
    text = tmp_path.joinpath("calls.csv").read_text(encoding="gb18030").splitlines()
    lines = [line.replace("供水", "王小明").replace("交通", "供水") if n in (1, 4, 7) else line for n, line in enumerate(text)]
    tmp_path.joinpath("calls.csv").write_text("\n".join(lines), encoding="gb18030")
    for table in ("rates", "evidence", "density"):
        code, out, _ = run(
            capsys, "study", "window", "--params", str(params), "--table", table, "--by", "issue_1", "--format", "csv", "--quiet"
        )
        assert code == 0 and "王小明" not in out and "(<8)" in out and "供水" in out
        assert not pd.read_csv(io.StringIO(out))["numerator"].between(1, 7).any()


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("study", "windw"), 64, "study › 'windw' is not a study here. Did you mean 'window'?"),
        (("study", "window", "--table", "rate"), 64, "study window › 'rate' is not a table of it. Did you mean 'rates'?"),
        (("study", "window", "--set", "windws_hours=2"), 64, "--set › 'windws_hours' is not a setting here. Did you mean 'windows_hours'?"),
        (("study", "window", "--set", "match"), 64, "--set › 'match' is not key=value. Did you mean 'match'?"),
        (("study", "window", "--from", "2024-01"), 64, "period › --from and --to go together. Give both ends, or --month."),
        (
            ("study", "window", "--month", "2024-1"),
            64,
            "month '2024-1' › is not a month. Write it as 2024-09, latest or all.",
        ),
        (
            ("study", "window", "--month", "2031-01"),
            66,
            "small.yaml › 2031-01 › there are no calls in this month; they run from 2024-01 to 2024-02.",
        ),
        (
            ("report", "--month", "2024-13"),
            64,
            "month '2024-13' › is not a month. Write it as 2024-09, 2024Q3, 2024H1, 2024, 2024-09-18 or latest.",
        ),
        (
            ("report", "--month", "../../x"),
            64,
            "month '../../x' › is not a month. Write it as 2024-09, 2024Q3, 2024H1, 2024, 2024-09-18 or latest.",
        ),
        (("study", "window", "--by", "isue_1"), 64, "study window › the calls have no stratum 'isue_1'. Did you mean 'issue_1'?"),
        (("study", "window", "--table", "pareto", "--by", "issue_1"), 64, "study window › 'pareto' is not made by strata. Leave --by out."),
        (
            ("check", "--month", "x"),
            64,
            "month 'x' › is not a month. Write it as 2024-09, latest or all.",
        ),
    ],
)
def test_refusals(hotline, capsys, arguments, code, sentence):
    assert run(capsys, *arguments, "--params", str(hotline), "--quiet") == (code, "", sentence + "\n")


def test_a_wrong_call_is_64(capsys):
    code, _, err = run(capsys, "report", "--monht", "2024-09")
    assert code == 64
    assert err.startswith("hotline › No such option")


def test_no_params_file_is_64_and_no_export_is_66(hotline, capsys, tmp_path):
    code, _, err = run(capsys, "check", "--params", str(tmp_path / "none.yaml"))
    assert (code, err) == (64, f"{tmp_path / 'none.yaml'} › there is no such params file.\n")
    lost = tmp_path / "lost.yaml"
    lost.write_text(hotline.read_text(encoding="utf-8").replace("calls.csv", "gone.csv"), encoding="utf-8")
    assert run(capsys, "check", "--params", str(lost), "--quiet")[0] == 66


def test_check_shows_the_ledger_and_the_grade(hotline, capsys):
    code, out, _ = run(capsys, "check", "--params", str(hotline), "--quiet")
    assert code == 0
    assert out.splitlines()[0].split() == ["数据表", "文件", "读取方式", "编码", "读入", "进入统计", "表头"]
    assert "calls.csv" in out and out.splitlines()[-1].startswith("数据质量: ")
    code, out, _ = run(capsys, "check", "--params", str(hotline), "--month", "2024-01", "--language", "en", "--quiet")
    assert out.splitlines()[0].split("  ")[-2:] == ["Records of the period", "In the figures"]
    assert "\nSeverity: note  Caller not identified in " in out and "\nData quality: " in out


def test_check_says_why_records_were_not_taken_and_on_which_lines(tmp_path, capsys):
    params = write_hotline(tmp_path, calls=60)
    lines = (tmp_path / "calls.csv").read_bytes().decode("gb18030").splitlines()
    for at in (4, 9, 10, 11, 12, 13, 20):
        lines[at - 1] = lines[at - 1].replace("2024-", "x2024-", 1)
    lines[29], lines[39] = "C00028,2024-01-02", lines[39].replace(",接通,", ",占线,").replace(",放弃,", ",占线,")
    (tmp_path / "calls.csv").write_bytes(("\n".join(lines) + "\n").encode("gb18030"))
    code, out, _ = run(capsys, "check", "--params", str(params), "--quiet")
    assert code == 0 and [line for line in out.splitlines() if "未读入" in line] == [
        "calls.csv：7条未读入，来电时间无法转换，在第4、9、10、11、12行等",
        "calls.csv：1条未读入，列数不足，在第30行",
        "calls.csv：1条未读入，结果的取值参数未列出，在第40行",
    ]
    assert "占线" not in out and "x2024" not in out
    code, out, _ = run(capsys, "check", "--params", str(params), "--quiet", "--language", "en")
    assert [line for line in out.splitlines() if "rejected" in line][:2] == [
        "calls.csv: 7 records rejected, Start does not convert; at lines 4, 9, 10, 11, 12 and others",
        "calls.csv: 1 records rejected, fewer fields than the header; at line 30",
    ]


def test_the_glossary_speaks_both_languages(capsys):
    assert "接通率" in run(capsys, "glossary")[1]
    assert "Connection rate" in run(capsys, "glossary", "--language", "en", "--format", "csv")[1]
    assert "started_at" in run(capsys, "glossary", "--tables")[1]


def test_a_table_that_names_agents_is_for_staff(hotline, capsys):
    code, out, err = run(
        capsys, "study", "window", "--params", str(hotline), "--month", "2024-01", "--by", "agent", "--format", "csv", "--quiet"
    )
    assert (code, err) == (0, "This output names agents: it is for staff, and no part of a report.\n")
    assert "甲" in out


def test_the_systems_refusal_is_a_sentence(hotline, capsys, monkeypatch):
    from hotline_analysis import hotline as door

    def refuse(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(door, "open_hotline", refuse)
    assert run(capsys, "study", "window", "--params", str(hotline), "--quiet") == (
        73,
        "",
        "hotline › the system refused (Permission denied).\n",
    )


def test_what_is_taken_for_granted_is_said_where_the_rule_is(tmp_path, capsys):
    params = write_hotline(tmp_path, calls=60)
    text = params.read_text(encoding="utf-8")
    params.write_text(
        text.replace("{from: 结果, values: {接通: answered, 放弃: abandoned}, other: reject}", "{is: answered}"), encoding="utf-8"
    )
    code, out, _ = run(capsys, "check", "--params", str(params), "--quiet")
    assert (code, "导出中没有的列一律视为：结果=接通。" in out) == (0, True)
    code, out, _ = run(capsys, "study", "window", "--params", str(params), "--quiet", "--language", "en")
    assert out.splitlines()[0].endswith(" Columns that the export lacks are taken as: Outcome = answered.")


def test_a_target_is_a_rate_between_0_and_1(tmp_path, capsys):
    params = write_hotline(tmp_path, calls=60)
    params.write_text(params.read_text(encoding="utf-8").replace("connection_rate: 0.9", "connection_rate: 90"), encoding="utf-8")
    said = "small.yaml › targets › connection_rate › 90 is not a rate between 0 and 1. 95 % is written as 0.95.\n"
    assert run(capsys, "check", "--params", str(params), "--quiet") == (64, "", said)


def test_the_first_key_of_ones_own_is_announced_once(tmp_path, capsys, monkeypatch):
    key = tmp_path / "secrets" / "key"
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(key))
    params = write_hotline(tmp_path, calls=60)
    params.write_text(params.read_text(encoding="utf-8").replace("key: published\npublic: true\n", ""), encoding="utf-8")
    code, _, err = run(capsys, "check", "--params", str(params), "--quiet")
    assert (code, err) == (
        0,
        f"{key} › is the new key of your callers' pseudonyms. Keep a copy where secrets are kept: without it the store cannot be brought up to "
        "date, only deleted and built again from the exports.\n",
    )
    assert run(capsys, "check", "--params", str(params), "--quiet")[2] == ""


def test_a_studys_csv_holds_no_formula(tmp_path, capsys):
    """An issue that a spreadsheet would run stands behind an apostrophe, in every width of its sign; numbers stay numbers."""
    params = write_hotline(tmp_path)
    text = (tmp_path / "calls.csv").read_bytes().decode("gb18030").replace("供水", "=1+1").replace("交通", "＝cmd").replace("社保", "@x")
    (tmp_path / "calls.csv").write_bytes(text.encode("gb18030"))
    arguments = ("study", "window", "--params", str(params), "--month", "2024-01", "--by", "issue_1", "--format", "csv", "--quiet")
    code, out, _ = run(capsys, *arguments)
    frame = pd.read_csv(io.StringIO(out))
    assert code == 0 and set(frame["issue_1"]) == {"'=1+1", "'＝cmd", "'@x"} and frame["denominator"].dtype == int


@pytest.mark.parametrize(
    ("fault", "code", "sentence"),
    [
        (
            duckdb.OutOfMemoryException,
            73,
            "limits › memory_gib and spill_gib are too small for this question. Raise them in the params file, or free space.",
        ),
        (
            duckdb.IOException,
            73,
            "store › the engine could not read or write a file of it: another run made it anew, or the disk is full. Run again.",
        ),
        (
            duckdb.InvalidInputException,
            70,
            "hotline › the engine refused a question (InvalidInputException): a pattern or a value of the params file, or a fault of this program.",
        ),
    ],
)
def test_the_engines_refusal_says_no_value_and_costs_no_store(hotline, capsys, monkeypatch, fault, code, sentence):
    from hotline_analysis import hotline as door

    def refuse(*args, **options):
        raise fault("could not convert '13812345678'")

    monkeypatch.setattr(door, "open_hotline", refuse)
    assert run(capsys, "study", "window", "--params", str(hotline), "--quiet") == (code, "", sentence + "\n")


def test_what_the_engine_refuses_of_the_columns_settings_is_64(capsys, monkeypatch, tmp_path):
    from hotline_analysis.intake.convert import convert

    def refuse(*args, **options):
        raise duckdb.InvalidInputException("invalid perl operator in '13812345678'")

    monkeypatch.setattr(convert, "convert", refuse)
    assert run(capsys, "check", "--params", str(write_hotline(tmp_path, calls=20)), "--quiet") == (
        64,
        "",
        "small.yaml › calls › columns › the engine refused a pattern, a format or a value that they give for calls.csv (InvalidInputException). "
        "A pattern is a regular expression such as 're:^9+$', a format is like '%Y-%m-%d %H:%M:%S'.\n",
    )


def test_what_libraries_log_is_not_for_the_terminal():
    """asyncio, papermill and others log what breaks inside them, values of the data too; the terminal has our sentence alone."""
    code = (
        "import logging, sys; from hotline_analysis.__main__ import main; code = main(['study', 'windw', '--params', 'x']);"
        "logging.getLogger('asyncio').error('Task exception was never retrieved: a row'); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (64, 1) and "a row" not in done.stderr
