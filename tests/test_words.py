"""Numbers and words as the reader sees them."""

import ast
from pathlib import Path

import pytest

from hotline_analysis import words
from hotline_analysis.words import CALLS, PERCENT, SECONDS


@pytest.mark.parametrize(
    ("value", "places", "said"),
    [
        (48612, 0, "48,612"),
        (-1.25, 1, "−1.3"),
        (1.25, 1, "1.3"),
        (0.04, 1, "0.0"),
        (-0.04, 1, "0.0"),
        (93.15, 1, "93.2"),
        (2.5, 0, "3"),
        (1234.5, 1, "1,234.5"),
    ],
)
def test_decimals_round_half_away_from_zero_and_zero_has_no_sign(value, places, said):
    assert words.decimal(value, places) == said


@pytest.mark.parametrize(("value", "said"), [(0.014, "+1.4"), (-0.014, "−1.4"), (0.0001, "0.0"), (-0.0001, "0.0")])
def test_changes_always_carry_a_sign_but_for_zero(value, said):
    assert words.signed(100 * value) == said


def test_intervals():
    assert words.format_interval(0.93, 0.934) == "93.0%～93.4%"
    assert words.format_interval(0.93, 0.934, "en") == "93.0–93.4%"
    assert words.format_change_interval(-0.017, -0.011) == "−1.7至−1.1"
    assert words.format_change_interval(-0.017, 0.011, "en") == "−1.7 to +1.1"
    assert words.format_interval(None, 0.9) == ""


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (312, "5分12秒", "5 min 12 s"),
        (0, "0秒", "0 s"),
        (3600, "1小时", "1 h"),
        (59.96, "1分钟", "1 min"),
        (59.5, "59.5秒", "59.5 s"),
        (7.46, "7.5秒", "7.5 s"),
        (0.04, "0秒", "0 s"),
        (-7.46, "−7.5秒", "−7.5 s"),
        (None, "", ""),
        (float("nan"), "", ""),
    ],
)
def test_durations(seconds, zh, en):
    assert (words.format_seconds(seconds), words.format_seconds(seconds, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("share", "places", "said"),
    [
        (0.9996, 1, "99.96%"),
        (0.995, 0, "99.5%"),
        (0.9999996, 1, "99.99996%"),
        (1.0, 1, "100.0%"),
        (0.0, 1, "0.0%"),
        (0.0004, 1, "0.04%"),
        (0.9994, 1, "99.9%"),
    ],
)
def test_only_all_is_100_percent_and_only_nothing_is_0(share, places, said):
    assert words.format_rate(share, places) == said


def test_the_ends_of_an_interval_round_to_neither_0_nor_100():
    assert words.format_interval(0.0003, 0.9997) == "0.03%～99.97%"
    assert words.format_interval(0.0, 1.0) == "0.0%～100.0%"


def test_changes_speak_their_unit():
    assert words.format_change(-0.014, PERCENT) == "−1.4个百分点"
    assert words.format_change(-0.042, CALLS) == "−4.2%"
    assert words.format_change(2.71, SECONDS) == "+2.7秒"
    assert words.format_change(-65.4, SECONDS, "en") == "−1 min 5 s"
    assert words.format_change(0.01, SECONDS) == "0秒"
    assert words.format_change(-0.014, PERCENT, "en") == "−1.4 pp"


def test_months_and_chapters():
    assert (words.format_month("2024-09"), words.format_month("2024-09", "en")) == ("2024年9月", "September 2024")
    longer = {
        "2024Q3": ("2024年第三季度", "Q3 2024"),
        "2024H1": ("2024年上半年", "H1 2024"),
        "2024H2": ("2024年下半年", "H2 2024"),
        "2024": ("2024年", "2024"),
    }
    assert {label: (words.format_month(label), words.format_month(label, "en")) for label in longer} == longer
    assert [words.chapter_number(n) for n in (1, 9, 10, 11, 19, 20, 21, 99)] == [
        "一、",
        "九、",
        "十、",
        "十一、",
        "十九、",
        "二十、",
        "二十一、",
        "九十九、",
    ]
    assert words.chapter_number(3, "en") == "3. "


def test_every_word_speaks_both_languages():
    for group in (words.JUDGEMENT, words.STATE, words.CAPABILITY, words.GRADE):
        for term in group.values():
            assert term.zh
            assert term.en


def test_a_reason_of_a_missing_table_has_words_in_both_languages():
    """`params name no orders` is about the table and not about a month without orders."""
    assert (words.absent("params name no events")("zh"), words.absent("params name no orders")("en")) == (
        "没有这张表的数据",
        "no data of that table",
    )


def test_no_constant_of_a_module_is_given_twice():
    """The later one would win without a word; one that is made of the first is no other."""
    for path in sorted(Path(words.__file__).parent.rglob("*.py")):
        named: set[str] = set()
        for node in (n for n in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(n, ast.Assign)):
            read = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
            given = {target.id for target in node.targets if isinstance(target, ast.Name)}
            assert not (given & named) - read, (path, given & named)
            named |= given
