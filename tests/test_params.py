"""Params: every scalar is text until the model types it; what is wrong is said with its place and the nearest right word."""

import pytest

from hotline_analysis import params as params_file
from hotline_analysis.errors import BadParams

GOOD = "title: 热线\ncalls: {files: a.csv, columns: {started_at: 来电时间}}\n"


def load(tmp_path, text, name="x.yaml"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return params_file.load(file)


def said(tmp_path, text) -> str:
    with pytest.raises(BadParams) as fault:
        load(tmp_path, text)
    return str(fault.value)


SCALARS = [
    "08", "010_1234", "01012345678", "12:30:45", "1e3", "0x1F", "yes", "no", "on", "是", "null", "~", "NULL", "true", "1.0", "1_000", "2024-09-01", "0o17",
    "+8613800000000", "138****1234", "6.02E+11", "0:00:00", "１２３", ".5", "NaN", "=1+1", "-", "inf", "None", "1,5",
]  # fmt: skip


@pytest.mark.parametrize("scalar", SCALARS)
def test_a_scalar_stays_what_it_looks_like(tmp_path, scalar):
    text = GOOD.replace(
        "来电时间}",
        f"来电时间, caller: {{from: 号码, kind: code, unknown: [{scalar!r}, {scalar if scalar not in ('-', '=1+1', '1,5') else 'x'}]}}}}",
    )
    unknown = load(tmp_path, text).calls[0].columns["caller"].unknown
    assert unknown[0] == scalar
    assert unknown[1] == (scalar if scalar not in ("-", "=1+1", "1,5") else "x")


def test_yes_as_a_key_is_a_word(tmp_path):
    p = load(tmp_path, GOOD.replace("来电时间}", "来电时间, dispatched: {from: 派单, values: {是: true, yes: true, off: false}}}"))
    assert p.calls[0].columns["dispatched"].values == {"是": "true", "yes": "true", "off": "false"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title: x\ntitle: y\n", "x.yaml › line 2 › 'title' is written twice. Keep one of the two."),
        ("title: [\n", "x.yaml › line 2 › is not YAML: expected the node content, but found '<stream end>'."),
        (
            "title: x\ncalls: {files: *.csv}\n",
            "x.yaml › line 2 › is not YAML: found undefined alias '.csv'. A text that begins with *, & or % needs quotes, such as '*.csv'.",
        ),
        ("just text\n", "x.yaml › holds no settings. A params file begins with 'title:' and names a table, such as 'calls:'."),
        ("title: x\n", "x.yaml › no table is named; a params file needs at least one of: calls, orders."),
        (GOOD + "time_zon: UTC\n", "x.yaml › 'time_zon' is not a setting here. Did you mean 'time_zone'?"),
        (GOOD + "time_zone: Mars\n", "x.yaml › time_zone: 'Mars' is not a time zone; write an IANA name such as Asia/Shanghai."),
        (GOOD + "period: {start_day: 31}\n", "x.yaml › period › start_day: Input should be less than or equal to 28, not '31'."),
        (
            GOOD.replace("started_at", "started"),
            "x.yaml › calls › columns › 'started' is not a column of calls. Did you mean 'started_at'?",
        ),
        (
            GOOD.replace("{started_at: 来电时间}", "{call_id: 编号}"),
            "x.yaml › calls › columns: 'started_at' is missing; without it no row of calls has a place in time.",
        ),
        (
            GOOD.replace("来电时间}", "来电时间, caller: 号码}"),
            "x.yaml › calls › columns › caller: say which kind of identity it is (kind: phone, person or code).",
        ),
        (
            GOOD.replace("来电时间}", "来电时间, outcome: {from: 结果, values: {接通: answerd}}}"),
            "x.yaml › calls › columns › outcome › values: 'answerd' is not one of answered, abandoned, blocked, test. Did you mean 'answered'?",
        ),
        (
            GOOD.replace("来电时间}", "{from: 来电时间, format: iso}}"),
            "x.yaml › calls › 0 › columns › started_at: 'format' is not a setting here. Did you mean 'formats'?",
        ),
        (
            GOOD.replace("calls: {", "calls: {zone: Asia, "),
            "x.yaml › calls › 0 › zone: 'Asia' is not a time zone; write an IANA name such as Asia/Shanghai.",
        ),
        (
            GOOD.replace("来电时间}", "来电时间, talk_seconds: {from: 时长, decimal: point}}"),
            "x.yaml › calls › 0 › columns › talk_seconds › decimal: Input should be '.' or ',', not 'point'.",
        ),
        (
            GOOD.replace("来电时间}", "来电时间, outcome: {is: answerd}}"),
            "x.yaml › calls › columns › outcome › is: 'answerd' is not one of answered, abandoned, blocked, test. Did you mean 'answered'?",
        ),
        (
            GOOD.replace("来电时间}", "来电时间, outcome: {is: answered, from: 结果}}"),
            "x.yaml › calls › 0 › columns › outcome: say which header it comes from (from: ...) or what it always is (is: ...), one of the two.",
        ),
        (
            GOOD.replace("来电时间}", "来电时间, outcome: {is: answered, other: reject}}"),
            "x.yaml › calls › 0 › columns › outcome: 'is' stands alone: there is no cell for 'other' to say anything of.",
        ),
        (
            GOOD.replace("来电时间}", "来电时间, call_id: {is: '7'}}"),
            "x.yaml › calls › columns › call_id › is: no two rows share one; map the header that holds it (from: ...).",
        ),
        (
            GOOD.replace("来电时间}", "来电时间, transferred: {is: 否}}"),
            "x.yaml › calls › columns › transferred › is: '否' is neither true nor false.",
        ),
        (
            GOOD.replace("来电时间}", "来电时间, wrap_seconds: {is: inf}}"),
            "x.yaml › calls › columns › wrap_seconds › is: 'inf' is not a number.",
        ),
        (
            GOOD + "key: published\n",
            "x.yaml › key: everybody knows the published key, so under it every caller's number can be found by trying; "
            "leave the line out (a key file of your own is then made), or say 'public: true' if every row of these files is public already.",
        ),
        (
            GOOD + "key: published\nsample: true\n",
            "x.yaml › sample: the invented hotline reads the exports that it writes itself; leave 'sample: true' out for other files.",
        ),
        (GOOD + "path: x\n", "x.yaml › 'path' is not a setting here."),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, sentence):
    assert said(tmp_path, text) == sentence


def test_no_such_file_names_the_nearest(tmp_path):
    load(tmp_path, GOOD, "sample.yaml")
    with pytest.raises(BadParams) as fault:
        params_file.load(tmp_path / "smaple.yaml")
    assert str(fault.value).endswith("smaple.yaml › there is no such params file. Did you mean 'sample.yaml'?")


def test_every_fault_is_said_at_once(tmp_path):
    lines = said(tmp_path, GOOD + "monht: 1\nlimits: {threads: many}\n").splitlines()
    assert len(lines) == 2


def test_relative_paths_start_above_the_params_folder(tmp_path):
    (tmp_path / "params").mkdir()
    p = load(tmp_path / "params", GOOD)
    assert (p.root, p.store_folder) == (tmp_path, tmp_path / ".hotline" / "x")


def test_a_file_elsewhere_has_its_own_folder_and_store(tmp_path):
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    first, second = load(tmp_path / "a", GOOD), load(tmp_path / "b", GOOD)
    assert first.root == tmp_path / "a"
    assert first.store_folder.name != second.store_folder.name


@pytest.mark.parametrize(
    "month",
    [
        "2024-9",
        "2024-13",
        "2024-00",
        "24-09",
        "2024-09-01",
        "../../etc",
        "2024-09\n",
        "２０２４-09",
        "2024_09",
        "",
        "latest ",
        "1899-01",
        "2024-09;rm",
        "{month}",
        "2024-09/..",
    ],
)
def test_hostile_months(month):
    with pytest.raises(BadParams):
        params_file.check_month(month)


def test_the_definition_of_a_params_file_is_checked_with_its_place(tmp_path):
    from hotline_analysis.measures.definition import parse

    p = load(tmp_path, GOOD + "definition: {window_hours: 2}\n")
    with pytest.raises(BadParams) as fault:
        parse(p.definition, f"{p.path.name} › definition")
    assert str(fault.value) == "x.yaml › definition › 'window_hours' is not a setting here. Did you mean 'windows_hours'?"


def test_the_published_key_is_for_public_data_and_the_invented_hotline(tmp_path):
    assert load(tmp_path, GOOD + "key: published\npublic: true\n").key == "published"
    own = GOOD.replace("a.csv", "'.hotline/sample/exports/*.csv'") + "key: published\nsample: true\n"
    (tmp_path / "params").mkdir()
    assert load(tmp_path / "params", own, "sample.yaml").sample


@pytest.mark.parametrize(
    "words",
    [
        "title: 热线 139-0000-0123",
        "title: 热线\nreport: {organisation: 中心 0512-65221234}",
        "title: 热线\nreport: {note: 请写 a@example.com}",
    ],
)
def test_words_that_a_page_prints_hold_no_number(tmp_path, words):
    path = tmp_path / "x.yaml"
    path.write_text(f"{words}\ncalls:\n  files: a.csv\n  columns: {{started_at: t}}\n", encoding="utf-8")
    with pytest.raises(BadParams, match="holds a telephone number, an id or a mail address"):
        params_file.load(path)


def test_a_params_file_is_not_named_by_a_number(tmp_path):
    path = tmp_path / "13900000123.yaml"
    path.write_text("title: 热线\ncalls:\n  files: a.csv\n  columns: {started_at: t}\n", encoding="utf-8")
    with pytest.raises(BadParams) as told:
        params_file.load(path)
    assert (
        str(told.value)
        == "***********.yaml › the file's name › holds a telephone number, an id or a mail address. No page may carry one; leave it out."
    )


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        ("{2024-3: 新系统}", "x.yaml › breaks: '2024-3' is not a month; write it as 2024-03: 新系统上线."),
        ("{2024-03: ''}", "x.yaml › breaks: '2024-03' has no words; say what changed, such as 新系统上线."),
    ],
)
def test_a_break_has_a_month_and_words(tmp_path, breaks, words):
    assert said(tmp_path, f"{GOOD}breaks: {breaks}\n") == words


def test_breaks_speak_both_languages(tmp_path):
    breaks = load(tmp_path, GOOD + "breaks: {2024-03: 新系统上线, 2024-07: {zh: 扩容, en: more seats}}\n").breaks
    assert {month: (w.zh, w.en) for month, w in breaks.items()} == {"2024-03": ("新系统上线", ""), "2024-07": ("扩容", "more seats")}
