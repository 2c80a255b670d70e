"""Params: every scalar is text until the model types it; what is wrong is said with its place and the nearest right word."""

import random
import re

import pytest

from hotline_analysis import params as params_file
from hotline_analysis.__main__ import main
from hotline_analysis.errors import BadParams
from hotline_analysis.params import Words
from tests import tried
from tests.real import PARAMS

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
        (
            "title: x\ncalls:\n\tfiles: a\n",
            "x.yaml › line 3 › is not YAML: found character '\\t' that cannot start any token. Begin the line with blanks, not a tab.",
        ),
        ("title: [\n", "x.yaml › line 2 › is not YAML: expected the node content, but found '<stream end>'."),
        (
            "title: x\ncalls: {files: *.csv}\n",
            "x.yaml › line 2 › is not YAML: found undefined alias '.csv'. A text that begins with *, & or % needs quotes, such as '*.csv'.",
        ),
        ("just text\n", "x.yaml › holds no settings. A params file begins with 'title:' and names a table, such as 'calls:'."),
        (
            "title: x\n",
            "x.yaml › no table is named; a params file needs at least one of: calls, orders, order_steps, surveys, scores, checklist, sessions, messages, agent_time, events, staff, aggregates, cases.",
        ),
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
    assert not any(c.isdigit() for c in first.store_folder.name.rpartition("-")[2])  # eight digits would read as a number, and be hidden


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
    ("place", "words"),
    [
        ("title", "title: 热线 139-0000-0123"),
        ("title", "title: {zh: 热线, en: Hotline 0512-65221234}"),
        ("report › organisation", "title: 热线\nreport: {organisation: 中心 0512-65221234}"),
        ("report › note", "title: 热线\nreport: {note: 请写 a@example.com}"),
        ("breaks › 2024-03", "title: 热线\nbreaks: {2024-03: 新系统，请电13900000123}"),
        ("orders › columns › category_1 › is", "title: 热线\norders: {files: b.csv, columns: {created_at: t, category_1: {is: 张 13900000123}}}"),
        ("definition", "title: 热线\ndefinition: {windows_by_issue: {供水13900000123: 24}}"),
    ],
)  # fmt: skip
def test_words_that_a_page_prints_hold_no_number(tmp_path, place, words):
    path = tmp_path / "x.yaml"
    path.write_text(f"{words}\ncalls:\n  files: a.csv\n  columns: {{started_at: t}}\n", encoding="utf-8")
    with pytest.raises(BadParams) as told:
        params_file.load(path)
    assert str(told.value) == f"x.yaml › {place} › holds a telephone number, an id or a mail address. No page may carry one; leave it out."


PLAIN = (
    params_file.About,
    params_file.Report,
    params_file.Period,
    params_file.Limits,
    params_file.Item,
    params_file.Improvement,
    params_file.Satisfaction,
    params_file.OwnIndicator,
    params_file.OwnPart,
)


def test_every_text_of_the_readers_own_is_looked_at():
    """Each setting of the kind Words, wherever it stands in the models, is among the printed texts: a new one cannot be forgotten."""

    def filled(model):
        given = {}
        for name, field in model.model_fields.items():
            inner = params_file._inner_model(field.annotation)
            if inner is Words:
                words = Words(zh=f"{model.__name__}.{name}")
                given[name] = {"2024-03": words} if "dict" in str(field.annotation) else words
            elif inner is not None and (inner in PLAIN or model is params_file.Improvement):
                held = filled(inner)
                given[name] = {"key": held} if "dict" in str(field.annotation) else (held,) if "tuple" in str(field.annotation) else held
        return model.model_construct(**given)

    def kinds(model):
        inner = {name: params_file._inner_model(field.annotation) for name, field in model.model_fields.items()}
        return {f"{model.__name__}.{n}" for n, m in inner.items() if m is Words}.union(*(kinds(m) for m in inner.values() if m))

    told = {text.strip() for _, text in params_file.printed(filled(params_file.Params))} - {""}
    assert told == kinds(params_file.Params) >= {"Params.title", "Params.breaks", "Report.note", "Report.organisation"}


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


def column(rule: str, name: str = "answered_at") -> str:
    return GOOD.replace("来电时间}", f"来电时间, {name}: {rule}}}")


AT = "x.yaml › calls › columns › "
WRONG = [  # what the engine, or nothing at all, refused: patterns, numbers and words that would have been read silently or have ended in mid-run
    (column("{from: a, unknown: 're:('}", "agent"), AT + "agent › unknown: 're:(' is not a regular expression; write one such as 're:^9+$'."),
    (column("{from: a, unknown: 're:(?=a)b'}", "agent"), AT + "agent › unknown: 're:(?=a)b' is not a regular expression"),  # texts are matched by RE2
    (column("{from: a, kind: code, unknown: 're:*'}", "caller"), AT + "caller › unknown: 're:*' is not a regular expression"),
    (column("{from: a, kind: code, unknown: 're:\\p{Han}'}", "caller"), AT + "caller › unknown: 're:\\p{Han}' is not a regular expression"),
    (column("{from: a, formats: '%q'}"), "x.yaml › calls › 0 › columns › answered_at: formats: '%q' is not a strptime pattern; write one such as %Y-%m-%d %H:%M:%S."),
    (column("{from: a, formats: '%Y-%m-%d %'}"), "is not a strptime pattern"),
    (column("{from: a, formats: '%H:%M:%S'}"), "formats: '%H:%M:%S' names no day with its month and year; a clock time alone needs no formats, only 'after'."),
    (column("{from: a, formats: '%m-%Y'}"), "names no day with its month and year"),
    (column("{from: a, formats: '%d/%m/%Y %I:%M'}"), "takes every afternoon for a morning; write %H for hours 0-23, or add %p."),
    (column("{from: a, formats: '%Y-%M-%d %H:%m'}"), "exchanges month and minute; %m is the month, %M the minute."),
    (column("{from: a, formats: exel}"), "Did you mean 'excel'?"),
    (GOOD + "limits: {threads: 100000}\n", "x.yaml › limits › threads: Input should be less than or equal to 256, not '100000'."),
    (GOOD + "limits: {memory_gib: inf}\n", "x.yaml › limits › memory_gib: Input should be a finite number, not 'inf'."),
    (GOOD + "limits: {memory_gib: 0.0001}\n", "x.yaml › limits › memory_gib: Input should be greater than or equal to 0.1, not '0.0001'."),
    (GOOD + "limits: {spill_gib: 1e999}\n", "x.yaml › limits › spill_gib: Input should be a finite number, not '1e999'."),
    (GOOD + "limits: {run_seconds: 1000000000000000000000}\n", "x.yaml › limits › run_seconds: Input should be less than or equal to 604800"),
    (GOOD + "targets: {connection_rate: nan}\n", "x.yaml › targets › connection_rate: Input should be a finite number, not 'nan'."),
    (column("{from: a, values: {满意: 五}}", "rating"), AT + "rating › values: '五' is not a number; write the score that the word stands for, such as 5."),
    (column("{from: a, values: {满意: 1e999}}", "rating"), AT + "rating › values: '1e999' is not a number"),
    (column("{from: a, values: {是: treu}}", "dispatched"), AT + "dispatched › values: 'treu' is neither true nor false."),  # was read as false
    (column("{from: a, values: {接通: answered}, other: keep}", "outcome"), AT + "outcome › other: a word that has no meaning here cannot stay; write blank or reject."),
    (column("{from: a, formats: iso}", "agent"), AT + "agent › formats: says nothing of texts; it belongs to instants."),
    (column("{from: a, split: '->'}", "talk_seconds"), AT + "talk_seconds › split: says nothing of durations; it belongs to texts."),
    (column("{from: a, part: 2}", "agent"), "'part' counts the levels of a path; say what separates them (split: '->')."),
    (column("{from: a, kind: code}", "caller_phone"), AT + "caller_phone › kind: a caller_phone is a phone, not a code; map it to caller_code."),
    (column("{from: a, kind: person, country: US}", "caller"), AT + "caller › country: says nothing of a person; it belongs to phones."),
    (column("{from: a, kind: phone, country: XX}", "caller"), "country: 'XX' is no country of telephone numbers; write two capital letters such as CN or US."),
    (column("{from: a, kind: phone, area_code: '01x'}", "caller"), "area_code: '01x' is not an area code; write its digits, such as '010'."),
    (column("{from: a, after: ended_at}, ended_at: {from: b, after: answered_at}"), AT + "answered_at › after: answered_at after ended_at after answered_at is a circle; one of them needs a date of its own."),
    (GOOD.replace("{started_at: 来电时间}", "{started_at: {from: a, after: answered_at}, answered_at: {from: b, after: started_at}}"), "is a circle"),
    (GOOD.replace("calls: {", "calls: {quote: ','," ), "x.yaml › calls › 0: quote: ',' is a separator; the mark around a field must be another one, or '' where there is none."),
    (GOOD.replace("calls: {", "calls: {quote: \"'\", separator: \"'\","), "quote: \"'\" is a separator"),
    (GOOD.replace("calls: {", "calls: {separator: x,"), "x.yaml › calls › 0: separator: 'x' may stand inside a field; write a mark such as a comma or a quotation mark."),
    (GOOD.replace("calls: {", "calls: {separator: tabs,"), "'tabs' is no separator; write one character, or comma, tab, semicolon or bar. Did you mean 'tab'?"),
    (GOOD.replace("calls: {", "calls: {header: [来电时间, b, b],"), "header: 'b' stands twice; give each column a name of its own."),
    (GOOD.replace("calls: {", "calls: {header: [来电时间], header_row: 2,"), "'header' names the columns of a file without a header row, and 'header_row' says where it is; keep one of the two."),
    (GOOD.replace("}}", "}, leave_out: {started_at: x}}"), "leave_out › started_at: rows are left out by a word, and instants hold none."),
    (column("{from: a, values: {测试: test}}}, leave_out: {outcome: 测试", "outcome"), "leave_out › outcome: '测试' is not one of answered, abandoned, blocked, test."),
    (GOOD + "holidays: XX\n", "x.yaml › holidays: 'XX' is no country whose holidays are known; write a code such as CN or US, or '' for none."),
    (GOOD + "holidays: cn\n", "Did you mean 'CN'?"),
    (GOOD + "period: 19\n", "x.yaml › period: has settings of its own: start_day, cut_hour."),
    (GOOD + "report: {note: \"a\\0b\"}\n", "x.yaml › report › note › holds a character that no text has (NUL, or half of one). Write the character itself."),
    (GOOD + "workspace: \"\\uD800\"\n", "x.yaml › workspace › holds a character that no text has"),
    (GOOD + "definition: &a {leave_out: *a}\n", "is nested too deeply. A params file has at most 12 levels."),
    (GOOD + "definition: " + "[" * 5000, "x.yaml › "),
    (GOOD + "? [a, b]\n: c\n", "x.yaml › "),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_the_engine_would_refuse_is_refused_before_anything_is_read(tmp_path, capsys, text, sentence):
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["check", "--params", str(file), "--quiet"]) == 64
    told = capsys.readouterr()
    assert sentence in told.err and "Traceback" not in told.err and "engine" not in told.err and told.out == ""
    assert not (tmp_path / ".hotline").exists()


def test_usual_names_of_encodings_and_forms_of_instants_are_taken(tmp_path):
    assert load(tmp_path, GOOD.replace("calls: {", "calls: {encoding: GBK,")).calls[0].encoding == "gb18030"
    for form in (
        "%d/%m/%Y %I:%M %p",
        "%Y-%m-%dT%H:%M:%S%z",
        "%y%m%d",
        "%j %Y",
        "%d/%m/%Y %H:%M %p",
        "%b %d, %Y",
        "%Y年%m月%d日 %H时",
    ):
        load(tmp_path, column(f"{{from: a, formats: '{form}'}}"))


# ---- two hundred damaged files

EXPORT = "编号,来电时间,号码,诉求,结果,时长,评分\n1,2024-05-01 10:00:00,13900000001,供水,接通,30,满意\n2,2024-05-02 11:00:00,13900000002,供电,放弃,0,\n"
WHOLE = """title: {zh: 热线, en: Line}
time_zone: Asia/Shanghai
weekend: [sat, sun]
holidays: ''
period: {start_day: 1, cut_hour: 0}
key: published
public: true
identity: [caller_phone, caller_code]
calls:
  files: a.csv
  separator: comma
  quote: '"'
  encoding: utf-8
  key: 编号
  columns:
    call_id: 编号
    started_at: {from: 来电时间, formats: ["%Y-%m-%d %H:%M:%S", iso]}
    caller: {from: 号码, kind: phone, area_code: "010", unknown: [匿名, 're:^9+$', 'E+']}
    issue_1: {from: 诉求, aliases: {供水: 水}, split: '->', part: 1}
    outcome: {from: 结果, values: {接通: answered, 放弃: abandoned}, other: reject}
    talk_seconds: {from: 时长, unit: seconds, on_error: blank}
    rating: {from: 评分, values: {满意: 5}, other: blank}
  leave_out: {outcome: test}
definition: {windows_hours: [24, 72], match: any}
targets: {connection_rate: 0.9}
report: {first_month: 2024-01, headlines: [connection_rate], note: 注}
limits: {memory_gib: 1, threads: 1, spill_gib: 1, cell_seconds: 60, run_seconds: 60}
"""
WORDS = ["", "0", "-1", "1e999", "nan", "null", "[", "{", "[]", "{}", "*", "&a x", "'", '"', "%", "%q", "re:(", "XX", "五", "true", "{a: b}", "[a, [b]]", "x" * 3000, "!!int x", "🙂", "../..", "\\0", "999999999999999999999"]  # fmt: skip


def mutated(rng: random.Random) -> str:
    """The whole file with one hurt or two: a value exchanged, a line lost, doubled or moved, characters damaged."""
    text = WHOLE
    for _ in range(rng.choice([1, 1, 1, 2])):
        lines = text.splitlines()
        at = rng.randrange(len(lines))
        hurt = rng.choice([*["value"] * 8, "lose", "double", "move", "characters", "indent"])
        if hurt == "value":
            found = list(re.finditer(r"(?<=[:\[,{] )[^\s,\[\]{}]+", lines[at]))
            if found:
                spot = rng.choice(found)
                lines[at] = lines[at][: spot.start()] + rng.choice(WORDS) + lines[at][spot.end() :]
        elif hurt == "lose":
            del lines[at]
        elif hurt == "double":
            lines.insert(at, lines[rng.randrange(len(lines))])
        elif hurt == "move":
            lines.insert(rng.randrange(len(lines)), lines.pop(at))
        elif hurt == "indent":
            lines[at] = " " * rng.randint(0, 6) + lines[at].lstrip()
        else:
            spot = rng.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:spot] + rng.choice("\"':{}[]%*&!|>\t,-#?@`\x07\u2028") + lines[at][spot + rng.randint(0, 2) :]
        text = "\n".join(lines) + "\n"
    return text


def test_damaged_files_are_refused_in_a_sentence_or_read(tmp_path, capsys):
    """Two hundred of them, sixty in make test: no traceback, no engine's word, and no exit code but those of parameters, data and missing files."""
    rng, codes, count = random.Random(20240501), [], 200 if tried.WHOLE else 60
    (tmp_path / "a.csv").write_text(EXPORT, encoding="utf-8")
    for n in range(count):
        file = tmp_path / "x.yaml"
        text = mutated(rng)
        file.write_text(text, encoding="utf-8")
        codes.append(main(["check", "--params", str(file), "--quiet"]))
        told = capsys.readouterr().err
        assert codes[-1] in (0, 64, 65, 66), (n, text, told)
        assert "Traceback" not in told and "the engine could not read it" not in told and (told == "") == (codes[-1] == 0), (n, text, told)
    assert codes.count(0) >= count / 20 and codes.count(64) >= count / 2  # both ways are tried


def test_the_shipped_files_load():
    assert [params_file.load(path).name for path in sorted(PARAMS.glob("*.yaml"))] == sorted(path.stem for path in PARAMS.glob("*.yaml"))


def test_what_exports_of_one_table_are_taken_to_hold_is_all_said_and_the_source_of_a_score_is_none_of_it(tmp_path):
    first = "{files: a.csv, columns: {started_at: 时间, channel: {is: 电话}, outcome: {is: answered}}}"
    second = "{files: b.csv, columns: {started_at: 时间, channel: {is: 微信}, outcome: {is: answered}}}"
    scores = "scores: {files: c.csv, columns: {source: {is: self_rating}, item_1: 态度}}\nitems: {item_1: {name: 态度, scale: [1, 5]}}\n"
    assumed = load(tmp_path, f"title: 热线\ncalls: [{first}, {second}]\n{scores}").assumed
    assert assumed.zh == "导出中没有的列一律视为：渠道=电话或微信、结果=接通。"
    assert assumed.en == "Columns that the export lacks are taken as: Channel = 电话 or 微信, Outcome = answered."
    assert load(tmp_path, f"title: 热线\n{scores}").assumed is None


def test_days_stand_in_the_params_or_in_a_file_beside_them(tmp_path):
    """The heading is passed over, Chinese words count, and a file's fault is said with its line."""
    inline = load(tmp_path, GOOD + "days: {2027-01-01: rest, 2027-02-07: work}\n").days
    (tmp_path / "days.csv").write_text("日期,安排\n2027-01-01,休息\n\n2027-02-07,上班\n", encoding="utf-8")
    assert load(tmp_path, GOOD + "days: days.csv\n").days == inline == {"2027-01-01": "rest", "2027-02-07": "work"}
    for text, wrong in (
        ("2027-01-01,off\n", "days.csv › line 1 › says neither rest nor work. Write it as 2027-02-07,work."),
        ("day,kind\n2027-01-01,rest\n2027-01-01,work\n", "days.csv › line 3 › names a day twice. Write it as 2027-02-07,work."),
        ("2027-02-30,rest\n", "x.yaml › days: '2027-02-30' is not a day; write it as 2027-02-07."),
    ):
        (tmp_path / "days.csv").write_text(text, encoding="utf-8")
        assert said(tmp_path, GOOD + "days: days.csv\n") == wrong
    assert "no such file of days" in said(tmp_path, GOOD + "days: other.csv\n")
