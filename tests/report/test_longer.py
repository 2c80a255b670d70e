"""The page of a quarter, read as its readers do: what is said of the period says quarter, and a figure that is monthly, and the hotline's own words, stay as they are."""

import html
import re

import pytest

from hotline_analysis import open_hotline, say
from tests.report.notebooks import page_here
from tests.small import write_teams

LABEL = "2024Q2"
OWN = """title: {zh: 本月办热线, en: The month line}
report: {note: {zh: 本月21日升级, en: This month begins anew}}
staff: {files: staff.csv, columns: {month_at: 月份, unit: 班组, headcount: 在岗, leavers: 离职}}
"""
MONTHLY = {  # what is of months on the page of a quarter: the hotline's own words, a rate that the staff report gives a month
    "zh": ("本月办热线", "本月21日升级", "员工流失率（月）", "当月离职人数除以当月平均在岗人数"),
    "en": ("The month line", "This month begins anew", "Attrition a month", "leavers of the month by the mean headcount of the month"),
}
OF_THE_QUARTER = {
    "zh": ("本季度", "较上季度", "较去年同季度", "2个季度中1个季度达到", "可比的季度不足6个，不判好坏"),
    "en": ("This quarter", "on last quarter", "On last year", "in 1 of 2 quarters", "fewer than 6 comparable quarters, not judged"),
}  # fmt: skip
OF_A_MONTH = {
    "zh": re.compile(r"[本上]月|\d个月|去年同月|可比的月|[全逐]月|月数"),
    "en": re.compile(r"(?i)(this|last|the same) month|\d months|comparable month|by month"),
}


@pytest.fixture(scope="module")
def params(tmp_path_factory):
    """两个班组，每月在岗100人、离职5人."""
    folder = tmp_path_factory.mktemp("longer")
    file = write_teams(folder, calls=600, months=6)
    rows = [f"2024-{m:02d},{unit},100,5" for m in range(1, 7) for unit in ("东城", "北城")]
    (folder / "staff.csv").write_text("\n".join(["月份,班组,在岗,离职", *rows]) + "\n", encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace("title: {zh: 小热线, en: Small hotline}\n", OWN), encoding="utf-8")
    return file


@pytest.fixture(scope="module", params=["zh", "en"])
def page(request, params):
    """Language, and everything that is read on the page of the quarter, the words of its pictures too."""
    made = re.sub(r"(?s)<(style|script)\b.*?</\1>", "", page_here(params, LABEL, request.param))
    spoken = re.findall(r'(?:aria-label|content|title)="([^"]*)"', made)
    return request.param, html.unescape("\n".join([re.sub("<[^>]+>", "", made), *spoken]))


def test_what_is_said_of_the_period_says_quarter(page):
    language, text = page
    assert [words for words in OF_THE_QUARTER[language] if words not in text] == []
    for words in MONTHLY[language]:
        text = text.replace(words, "")
    assert OF_A_MONTH[language].findall(text) == []


def test_a_quarter_that_later_data_complete_says_what_becomes_final_and_when(page):
    """数据到六月末为止：最后几天的来电要再看七天."""
    language, text = page
    said = {
        "zh": "各窗口的复电率7月8日定稿：季末的来电",
        "en": "Repeat rates are final by 8 July: the quarter's last calls",
    }
    assert said[language] in " ".join(text.split())


def test_what_is_of_months_stands_as_it_was_written(page):
    """一季的“员工流失率（月）”仍是各月合计之比：离职30人÷在岗600人＝5.0%；热线自己的名称和说明一字不改."""
    language, text = page
    assert [words for words in MONTHLY[language] if words not in text] == []
    assert re.search(re.escape(MONTHLY[language][2]) + r"\s*30\s*600\s*5\.0%", text)


@pytest.mark.parametrize(("language", "said"), [("zh", "与此前5个月相比"), ("en", "Against the 5 months before")])
def test_the_months_that_a_study_looks_at_are_months_and_the_hotline_keeps_its_name(params, language, said):
    """哪类诉求在上升，看的是六月以前的五个月，不论报告的是哪一季."""
    h = open_hotline(params, LABEL, language, progress=False)
    assert said in say(h.study("outlook", "rising")).text
    assert repr(h) == f"{MONTHLY[language][0]} {LABEL}"


def test_a_half_year_stands_beside_the_half_before(tmp_path):
    """下半年与上半年比；“上半年”是任何一年的前一半，所以前一期写作上一个半年."""
    text = re.sub("<[^>]+>", "", re.sub(r"(?s)<(style|script)\b.*?</\1>", "", page_here(write_teams(tmp_path, calls=600), "2024H2", "zh")))
    assert "2024年下半年" in text and "本半年" in text and "较上一个半年" in text and "历史不足6个半年" in text
    assert OF_A_MONTH["zh"].findall(text) == []
