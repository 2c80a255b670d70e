"""The way back: whatever staff do to a workbook that they may do, its answers arrive; whatever they may not is refused with its cell, and nothing is written over."""

import json
import random
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis import machine, open_hotline
from hotline_analysis.__main__ import main
from hotline_analysis.errors import CannotWrite, DataRefused, Held, NoInput
from hotline_analysis.intake import register
from hotline_analysis.intake.read import sheets, workbooks
from hotline_analysis.params import load
from hotline_analysis.report.workbook import backfill, book, cases, words
from hotline_analysis.report.workbook.book import Book
from hotline_analysis.report.workbook.write import refuse_answered
from hotline_analysis.words import ANSWERS, LANGUAGES
from tests.small import PARAMS, write_hotline
from tests.tried import tried

NOW = datetime(2024, 10, 20, 9, 30)
MONTH = "2024-09"
IDS = [f"C-BBBB-CCCC-DDD{letter}" for letter in "FGHJKM"]


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Workbooks are read in this very process: the child's limits are tested elsewhere."""
    monkeypatch.setattr(sheets, "limit_process", lambda **limits: None)
    monkeypatch.setattr(workbooks, "_run", lambda module, question, seconds: sheets.main(str(question)) is None)


def hotline(folder, ids=IDS, month=MONTH):
    """The params of a hotline whose register lists these cases of a month."""
    path = folder / "small.yaml"
    path.write_text(PARAMS, encoding="utf-8")
    params = load(path)
    with register.changing(params) as held:
        held.list_cases(month, "caller", [{"case_id": i, "agent": "", "issue": "供水"} for i in ids])
    return params


def written(params, path, language="zh", ids=IDS, month=MONTH):
    """The list of these cases as a workbook."""
    frame = pd.DataFrame({"case_id": ids, "issue": [f"诉求{n}" for n in range(len(ids))]})
    listed = cases.to_fill("名单", frame, ("case_id", "opened_month", "issue"), {}, register.load(params), month, language)
    book.write(path, Book("标题", "说明", [], [listed], datetime(2024, 9, 30), language))
    return path


def fill(path, answers, language="zh", sheet=1):
    """Write answers (row of the list -> column -> what is typed) into the workbook, as somebody at a screen does."""
    opened = openpyxl.load_workbook(path)
    page = opened.worksheets[sheet]
    places = {cell.value: cell.column for cell in page[2]}
    for row, given_ in answers.items():
        for name, value in given_.items():
            page.cell(row + 3, places[words.CASE_FIELDS[name].term(language)]).value = value
    opened.save(path)


def taken(params) -> dict:
    return {place[0]: register.answer(row) for place, row in register.load(params).rows.items() if register.is_filled(row)}


SOLVED = {
    "found": "已解决",
    "cause": "催问进度",
    "solvable": "能解决",
    "measure": "督促办理",
    "closed_at": date(2024, 10, 8),
    "note": "已协调供水公司",
    "filled_by": "班长",
}
AT = "排查名单!"
FOUND = "已解决, 已解释说明, 处理中, 联系不上"
AS_KEYS = {
    "found": "solved",
    "cause": "chasing",
    "solvable": "yes",
    "measure": "handle",
    "closed_at": "2024-10-08",
    "note": "已协调供水公司",
}


def test_an_answer_arrives_with_who_and_when_and_twice_is_once(tmp_path):
    params = hotline(tmp_path)
    path = written(params, tmp_path / "a.xlsx")
    fill(path, {0: SOLVED, 3: {"found": "处理中"}})
    done = backfill.backfill(path, params, by="王", at=NOW)
    assert (done.taken, done.same, done.empty, done.conflicts) == (2, 0, 4, []) and taken(params)[IDS[0]] == AS_KEYS
    rows = register.load(params).rows
    assert (rows[IDS[0], MONTH]["filled_by"], rows[IDS[3], MONTH]["filled_by"]) == ("班长", "王")
    assert rows[IDS[0], MONTH]["filled_at"] == "2024-10-20 09:30:00"
    before = (tmp_path / "private" / "small" / register.FILE).read_bytes()
    done = backfill.backfill(path, params, by="李", at=datetime(2025, 1, 1))
    assert (done.taken, done.same, done.empty) == (0, 2, 4) and (tmp_path / "private" / "small" / register.FILE).read_bytes() == before


WORDS = {name: [None, *(word.zh for word in known.values())] for name, known in ANSWERS.items()}
BLANKS = st.sampled_from(["", " ", "　", "\t", "\n", "  \u00a0"])


@st.composite
def filled(draw):
    """What somebody answered, and what they did to the sheet besides."""
    answers = {}
    for row in draw(st.lists(st.integers(0, 5), unique=True)):
        told = {name: draw(st.sampled_from(known)) for name, known in WORDS.items()} | {"found": draw(st.sampled_from(WORDS["found"][1:]))}
        told["closed_at"] = draw(st.dates(date(2024, 9, 1), date(2024, 10, 19))) if told["found"] in ("已解决", "已解释说明") else None
        told["note"] = draw(st.sampled_from([None, "说明", "＝1+1", "一行\n二行", "长" * 20_000]))
        answers[row] = told
    return (
        answers,
        draw(st.integers(0, 2**16)),
        draw(st.lists(st.integers(0, 5), unique=True, max_size=3)),
        draw(BLANKS),
        draw(st.sampled_from(["date", "iso", "slash", "zh"])),
    )


def mangled(path, answers, seed, gone, blank, form) -> dict:
    """Fill the list, then reorder its rows, delete some, put columns of one's own between, move columns, change widths; what should arrive."""
    opened = openpyxl.load_workbook(path)
    page = opened.worksheets[1]
    heads, rng = [cell.value for cell in page[2]], random.Random(seed)
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=3)]
    days = {
        "date": lambda d: d,
        "iso": lambda d: f"{blank}{d.isoformat()}{blank}",
        "slash": lambda d: f"{d.year}/{d.month}/{d.day}",
        "zh": lambda d: f"{d.year}年{d.month}月{d.day}日",
    }
    for row, told in answers.items():
        for name, value in told.items():
            said = days[form](value) if isinstance(value, date) else f"{blank}{value}{blank}" if isinstance(value, str) else value
            rows[row][heads.index(words.CASE_FIELDS[name].term.zh)] = said
    kept = [row for n, row in enumerate(rows) if n not in gone]
    order = rng.sample(range(len(heads)), len(heads))
    rng.shuffle(kept)
    table = [["我的备注", *[heads[at] for at in order]], *[[f"自己的{n}", *[row[at] for at in order]] for n, row in enumerate(kept)]]
    for number, row in enumerate(table, start=2):
        for at in range(max(len(row), len(heads) + 1)):
            page.cell(number, at + 1).value = row[at] if at < len(row) else None
    for number in range(len(table) + 2, len(rows) + 3):
        for at in range(len(heads) + 1):
            page.cell(number, at + 1).value = None
    page.column_dimensions["B"].width = rng.randint(1, 90)
    page.column_dimensions["C"].hidden = True
    opened.save(path)
    return {IDS[row]: told for row, told in answers.items() if row not in gone}


def expected(told: dict) -> dict:
    keys = {name: {word.zh: key for key, word in known.items()} for name, known in ANSWERS.items()}
    return {name: keys[name].get(told[name], "") for name in keys} | {
        "note": (told["note"] or "").strip(),
        "closed_at": told["closed_at"].isoformat() if told["closed_at"] else "",
    }


@tried(15)
@given(filled())
def test_whatever_is_done_to_the_sheet_the_answers_arrive(tmp_path_factory, given_):
    folder = tmp_path_factory.mktemp("filled")
    params = hotline(folder)
    path = written(params, folder / "a.xlsx")
    want = {case: expected(told) for case, told in mangled(path, *given_).items()}
    done = backfill.backfill(path, params, at=NOW)
    assert taken(params) == want and done.taken == len(want) and not done.conflicts
    assert backfill.backfill(path, params, at=NOW).same == len(want) and taken(params) == want


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_come_back(tmp_path, language):
    params = hotline(tmp_path)
    path = written(params, tmp_path / "a.xlsx", language)
    fill(
        path,
        {1: {"found": ANSWERS["found"]["explained"](language), "cause": ANSWERS["cause"]["policy"](language), "closed_at": "2024-10-01"}},
        language,
    )
    backfill.backfill(path, params, at=NOW)
    assert taken(params)[IDS[1]] == {
        "found": "explained",
        "cause": "policy",
        "solvable": "",
        "measure": "",
        "note": "",
        "closed_at": "2024-10-01",
    }


def test_a_long_note_goes_there_and_back(tmp_path):
    """Of 70,000 characters, written over five cells, and back again in a workbook that is written anew."""
    params, note = hotline(tmp_path), "".join(chr(0x4E00 + n % 5000) for n in range(70_000))
    with register.changing(params) as held:
        held.rows[IDS[0], MONTH] |= {"found": "in_hand", "note": note}
    path = written(params, tmp_path / "a.xlsx")
    with register.changing(params) as held:
        held.rows[IDS[0], MONTH] |= {"found": "", "note": ""}
    assert backfill.backfill(path, params, at=NOW).taken == 1 and taken(params)[IDS[0]]["note"] == note


def test_a_conflict_overwrites_nothing_and_is_listed(tmp_path):
    """Two copies of one workbook, answered differently: the second one's other answer is listed by its cell, its further case is taken."""
    params = hotline(tmp_path)
    one, two = (written(params, tmp_path / name) for name in ("a.xlsx", "b.xlsx"))
    fill(one, {0: SOLVED})
    fill(two, {0: {**SOLVED, "cause": "政策所限"}, 1: {"found": "联系不上"}})
    backfill.backfill(one, params, at=NOW)
    done = backfill.backfill(two, params, at=NOW)
    assert (
        done.taken == 1
        and done.conflicts == ["排查名单!E3 (原因)"]
        and taken(params)[IDS[0]] == AS_KEYS
        and taken(params)[IDS[1]]["found"] == "unreached"
    )
    fresh = written(params, tmp_path / "c.xlsx")  # made of the register as it is: what is changed in it is meant
    fill(fresh, {0: {"cause": "政策所限"}})
    done = backfill.backfill(fresh, params, at=NOW)
    assert (done.taken, done.conflicts) == (1, []) and taken(params)[IDS[0]]["cause"] == "policy"
    assert backfill.backfill(one, params, at=NOW).conflicts == ["排查名单!E3 (原因)"]


@pytest.mark.parametrize(
    "answers, said",
    [
        ({0: {"found": "解决了"}}, f"{AT}D3 (排查结果): '解决了' is no word of its list; did you mean '已解决'? There are: {FOUND}."),
        (
            {1: {"found": "处理中", "cause": "不知道"}, 2: {"found": "处理中", "solvable": "也许"}},  # may be a name: not told
            f"{AT}E4 (原因): holds no word of its list. There are: 催问进度, 承诺未办, 答复不清, 答复不全, 未告知后续流程, 找错部门或号码, 问题再次发生, "
            f"政策所限, 非合理诉求, 习惯性来电, 其他原因; {AT}F5 (可否解决): holds no word of its list. There are: 能解决, 能部分解决, 不能解决.",
        ),
        ({0: {"case_id": "C-BBBB-CCCC-DDDX", "found": "处理中"}}, f"{AT}A3 (案件编号): is no case of this hotline."),
        ({0: {"opened_month": "2024-08", "found": "处理中"}}, f"{AT}B3 (列入月份): the case was not listed in this month."),
        ({0: {"case_id": None, "found": "处理中"}}, f"{AT}A3 (案件编号): is empty though the row is answered."),
        ({0: {"cause": "催问进度"}}, f"{AT}D3 (排查结果): is empty though the row is answered."),
        ({0: {"found": "已解决"}}, f"{AT}H3 (办结日期): is empty though the case is solved or explained."),
        (
            {0: {"found": "处理中", "closed_at": date(2024, 10, 1)}},
            f"{AT}H3 (办结日期): holds a day though the case is neither solved nor explained.",
        ),
        ({0: {"found": "已解决", "closed_at": "十月一日"}}, f"{AT}H3 (办结日期): is no day; write it as 2024-09-18."),
        ({0: {"found": "已解决", "closed_at": "2024-02-30"}}, f"{AT}H3 (办结日期): is no day; write it as 2024-09-18."),
        ({0: {"found": "已解决", "closed_at": date(2024, 10, 21)}}, f"{AT}H3 (办结日期): 2024-10-21 is a day to come."),
        (
            {0: {"found": "已解决", "closed_at": date(2024, 8, 31)}},
            f"{AT}H3 (办结日期): 2024-08-31 lies before 2024-09-01, the first day of 2024-09, in which the case was listed.",
        ),
        ({0: {"found": "处理中", "note": "=1+1"}}, f"{AT}I3 (详细说明): is an error of a spreadsheet, or a formula without its value."),
        (
            {0: {"found": "处理中"}, 1: {"case_id": IDS[0], "found": "联系不上"}},
            f"{AT}A4 (案件编号): the case has another answer in {AT}A3 (案件编号).",
        ),
    ],
)
def test_what_is_not_known_is_refused_with_its_cell_and_nothing_is_taken(tmp_path, answers, said):
    params = hotline(tmp_path)
    path = written(params, tmp_path / "a.xlsx")
    fill(path, {5: SOLVED, **answers})
    with pytest.raises(DataRefused) as refused:
        backfill.backfill(path, params, at=NOW)
    assert str(refused.value) == f"a.xlsx › {said} Nothing was taken in: mend these cells and run it again." and taken(params) == {}


def test_a_case_may_be_closed_from_the_first_day_of_its_month_on(tmp_path):
    """月份从20日起：2024-09 从 8月20日 开始，8月20日 办结可以，8月19日 不行。"""
    params = hotline(tmp_path)
    params = params.model_copy(update={"period": params.period.model_copy(update={"start_day": 20})})
    path = written(params, tmp_path / "a.xlsx")
    fill(path, {0: {**SOLVED, "closed_at": date(2024, 8, 19)}})
    with pytest.raises(DataRefused, match="2024-08-19 lies before 2024-08-20, the first day of 2024-09"):
        backfill.backfill(path, params, at=NOW)
    fill(path, {0: {**SOLVED, "closed_at": date(2024, 8, 20)}})
    assert backfill.backfill(path, params, at=NOW).taken == 1


def test_words_of_an_english_list_are_told_in_english(tmp_path):
    params = hotline(tmp_path)
    path = written(params, tmp_path / "a.xlsx", "en")
    fill(path, {0: {"found": "Solvd", "solvable": "Robert Solow"}}, "en")
    with pytest.raises(DataRefused) as refused:
        backfill.backfill(path, params, at=NOW)
    assert str(refused.value).startswith(
        "a.xlsx › Cases!D3 (What was found): 'Solvd' is no word of its list; did you mean 'solved'? There are: solved, explained, in hand, not reached; "
        "Cases!F3 (Can it be solved): holds no word of its list. There are: can be solved, in part, cannot be solved."
    )


def test_a_message_names_twenty_cells_and_counts_the_rest(tmp_path):
    ids = [f"C-BBBB-CCCC-{a}{b}DD" for a in "BCDFG" for b in "BCDFG"]
    params = hotline(tmp_path, ids)
    path = written(params, tmp_path / "a.xlsx", ids=ids)
    fill(path, {row: {"found": "处理中", "cause": "13912345678"} for row in range(25)})
    with pytest.raises(DataRefused) as refused:
        backfill.backfill(path, params, at=NOW)
    assert str(refused.value).count("holds no word") == 20 and "; and 5 more." in str(refused.value) and "139" not in str(refused.value)


def test_what_is_no_list_is_refused(tmp_path):
    params = hotline(tmp_path)
    with pytest.raises(NoInput, match="there is no such file"):
        backfill.backfill(tmp_path / "none.xlsx", params)
    (tmp_path / "a.csv").write_text("案件编号,排查结果\n", encoding="utf-8")
    with pytest.raises(DataRefused, match="is no workbook"):
        backfill.backfill(tmp_path / "a.csv", params)
    other = openpyxl.Workbook()
    other.active.append(["姓名", "案件编号"])
    other.active.append(["甲", "1"])
    other.save(tmp_path / "b.xlsx")
    with pytest.raises(DataRefused, match="has no column '列入月份'"):
        backfill.backfill(tmp_path / "b.xlsx", params)
    (tmp_path / "c.xlsx").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(DataRefused):
        backfill.backfill(tmp_path / "c.xlsx", params)


# ---- the register


def test_a_list_that_is_written_anew_keeps_what_was_answered(tmp_path):
    params = hotline(tmp_path)
    with register.changing(params) as held:
        held.rows[IDS[0], MONTH] |= {"found": "in_hand"}
        held.list_cases(MONTH, "caller", [{"case_id": i, "agent": "", "issue": "供水"} for i in IDS[4:]])
        held.list_cases("2024-10", "caller", [{"case_id": IDS[0], "agent": "", "issue": "供水"}])
    assert sorted(register.load(params).rows) == [(IDS[0], MONTH), (IDS[0], "2024-10"), (IDS[4], MONTH), (IDS[5], MONTH)]


def test_a_damaged_register_and_one_of_another_key_are_refused(tmp_path):
    params = hotline(tmp_path)
    path = tmp_path / "private" / "small" / register.FILE
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("供水", "供电"), encoding="utf-8")
    with pytest.raises(DataRefused, match="is not as it was written"):
        register.load(params)
    held = json.loads(good)
    held.pop("sha256")
    from hotline_analysis.intake import sealed

    sealed.write(path, held | {"key_id": "abcdabcd"})
    with pytest.raises(DataRefused, match="made under key abcdabcd"), register.changing(params):
        pass


def test_a_change_that_fails_leaves_the_register_and_a_second_run_waits_for_none(tmp_path):
    params = hotline(tmp_path)
    path = tmp_path / "private" / "small" / register.FILE
    before = path.read_bytes()
    with pytest.raises(RuntimeError), register.changing(params) as held:
        held.rows.clear()
        raise RuntimeError
    assert path.read_bytes() == before and path.stat().st_mode & 0o077 == 0
    with machine.lock(path.with_name(f".{register.FILE}.lock")), pytest.raises(Held), register.changing(params):
        pass


def test_a_workbook_with_answers_that_nobody_took_in_is_not_written_over(tmp_path):
    params = hotline(tmp_path)
    path = written(params, tmp_path / "a.xlsx")
    refuse_answered(path, register.load(params))
    fill(path, {0: SOLVED})
    with pytest.raises(CannotWrite, match="holds answers that the register does not have"):
        refuse_answered(path, register.load(params))
    backfill.backfill(path, params, at=NOW)
    refuse_answered(path, register.load(params))
    path.write_bytes(b"x")
    with pytest.raises(CannotWrite, match="cannot be read"):
        refuse_answered(path, register.load(params))


# ---- from the command line to the page


def test_the_loop_from_the_command_line(tmp_path, capsys):
    """List, fill, take in, and the month's follow-up knows it; the next month's workbook says that the caller was listed before."""
    write_hotline(tmp_path, calls=1500)
    params = tmp_path / "small.yaml"
    params.write_text(params.read_text(encoding="utf-8") + "watch: {rules: [[3, 7]]}\n", encoding="utf-8")
    asked = ["--params", str(params)]
    h = open_hotline(params, "2024-01", progress=False)
    assert h.study("followup").attrs["missing"]["zh"] == "本期没有填写过排查表" and h.register().empty
    assert main(["workbook", "callers", *asked, "--month", "2024-01", "--quiet"]) == 0
    path = tmp_path / "private" / "small" / "2024-01" / "callers.xlsx"
    listed = len(open_hotline(params, "2024-01", progress=False).register())
    fill(path, {row: {"found": "已解决", "cause": "承诺未办", "closed_at": date(2024, 2, 1)} for row in range(12)}, sheet=2)
    capsys.readouterr()
    assert main(["backfill", str(path), *asked]) == 0
    assert capsys.readouterr().out == f"12 cases taken in, 0 as they were, {listed - 12} not filled in\n"
    h = open_hotline(params, "2024-01", progress=False)
    told = h.study("followup").set_index("step")
    assert told.loc["investigated", ["numerator", "denominator"]].tolist() == [12, listed]
    assert h.study("followup", "causes")["category"].tolist() == ["not_done"]
    again = open_hotline(params, "2024-02", progress=False).study("followup", "recurrence")
    assert again["cases"].unique().tolist() == [12] and set(again["days"]) == {7, 14}
    with register.changing(load(params)) as held:
        for row in held.rows.values():
            row["cause"] = row["cause"] and "habit"
    assert main(["backfill", str(path), *asked]) == 65
    assert "callers.xlsx › the register holds another answer in " in capsys.readouterr().err
    assert main(["workbook", "callers", *asked, "--month", "2024-02", "--quiet"]) == 0
    page = openpyxl.load_workbook(tmp_path / "private" / "small" / "2024-02" / "callers.xlsx")["排查名单"]
    head, *rows = page.iter_rows(min_row=2, values_only=True)
    february = pd.DataFrame(rows, columns=head)
    assert (
        february["此前列入次数"].sum()
        == len(set(february["案件编号"]) & {case for case, month in register.load(load(params)).rows if month == "2024-01"})
        > 0
    )
    assert set(february["上次排查结果"].dropna()) == {"已解决"}
