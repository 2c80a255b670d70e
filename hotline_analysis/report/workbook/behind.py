"""`hotline rows`: the rows behind a figure as a workbook in private/, where only its owner may look."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from hotline_analysis import tables
from hotline_analysis.hotline import Hotline
from hotline_analysis.intake import register
from hotline_analysis.measures.behind import ADDS, COLUMNS, Behind, reason
from hotline_analysis.report.workbook import book, words
from hotline_analysis.report.workbook.book import Book, Sheet
from hotline_analysis.tables import TABLES
from hotline_analysis.words import Field, Term, format_awaited, format_count, format_value

OWN = {ADDS: "number", "adds_to_numerator": "number", "gap_hours": "number", "next_seq": "count", "rows": "count"}
TOP, BASE, OUT = Term("分子", "Numerator"), Term("分母", "Denominator"), Term("未计入", "Left out")
TITLE = Term("数字背后的记录", "The rows behind a figure")
INDICATOR, GROUP, VALUE = Term("指标", "Indicator"), Term("分组", "Group"), Term("数值", "Value")
FORMULA, SCOPE = Term("怎么算", "Formula"), Term("统计口径", "What is counted")
PART = Term("{term}：{total}（{rows}行）", "{term}: {total} ({rows} rows)")
NO_TOP = Term(
    "中位数、最大值一类的数没有分子；分母一页的“计入分子”是各行量得的数",
    "a median or a maximum has no numerator; what was measured stands in the base, under 'Adds to the numerator'",
)
NONE_OUT = Term("没有", "none")
CARE = Term(
    "本表一行一条记录，来电人只有化名；只给核对数字的人，用完删除，不要外传。",
    "One row a record, callers by pseudonym alone: for those who check a figure. Delete it when done, and do not pass it on.",
)


def rows(h: Hotline, key: str, *, group: str = "") -> tuple[Path, Behind]:
    """Write the rows behind an indicator's figure of the month; the workbook's path, and what is in it. Raises as `Hotline.rows`, and CannotWrite."""
    found = h.rows(key, group=group)
    path = register.folder(h.params) / h.month / f"{_name(found.indicator.key, group)}.xlsx"
    book.keep(path, _book(h, found, group))
    return path, found


def _name(key: str, group: str) -> str:
    """rows-<key>, and of a group its column with letters that tell groups apart: a value of the data is in no file's name."""
    column = group.partition("=")[0]
    return f"rows-{key}" + (f"-{column}-{hashlib.sha256(group.encode()).hexdigest()[:6]}" if column else "")


def _book(h: Hotline, found: Behind, group: str) -> Book:
    parts = [(TOP, found.numerator), (BASE, found.denominator), (OUT, found.left_out)]
    sheets = [_sheet(h, term, frame, found) for term, frame in parts if len(frame.columns)]
    return book.of_hotline(h, found.indicator.name, TITLE, _cover(h, found, group), sheets)


def _sheet(h: Hotline, term: Term, frame: pd.DataFrame, found: Behind) -> Sheet:
    language = h.language
    head = [c for c in ("table", "reason") if c in frame]
    names = [*head, *(c for c in frame if c not in head)]
    people = {c: frame[c].map(lambda v: None if pd.isna(v) else str(int(v))) for c in names if _kind(c) == tables.IDENTITY}
    title = f"{term(language)} · {found.indicator.name(language)} · {h.period.said(language)}"
    columns = book.columns(names, _fields(found, frame), language)
    return Sheet(term(language), title, columns, book.with_instants(frame).assign(**people), frozen=len(head) or 1)


def _kind(name: str) -> str:
    return next((c.kind for t in TABLES.values() for c in t.columns if name in (c.name, c.epoch)), "")


def _fields(found: Behind, frame: pd.DataFrame) -> dict[str, Field]:
    """How each column is called and written; the words of closed columns and of reasons."""
    known = book.fields_of(TABLES.values())
    known["seq"] = Field(known["seq"].term, "text")
    own = {name: Field(term, OWN.get(name, "text")) for name, term in COLUMNS.items()}
    said = {key: Term(*(reason(key, found.indicator, language) for language in ("zh", "en"))) for key in _reasons(frame)}
    own["reason"] = Field(COLUMNS["reason"], words=said)
    own["table"] = Field(COLUMNS["table"], words={name: t.term for name, t in TABLES.items()})
    return {**known, **own}


def _reasons(frame: pd.DataFrame) -> Iterable[str]:
    return frame["reason"].unique() if "reason" in frame else ()


def _cover(h: Hotline, found: Behind, group: str) -> list[tuple[str, str]]:
    language, i = h.language, found.indicator
    column, _, word = group.partition("=")
    asked = [(GROUP(language), f"{tables.terms()[column](language)} = {word}")] if column else []
    rule = [words.rule(h)] if i.window_hours is not None else []
    return [
        (INDICATOR(language), f"{i.name(language)} ({i.key})"), (words.PERIOD(language), h.period.said(language)), *asked,
        (VALUE(language), _value(h, found, language)), (FORMULA(language), i.formula(language)), (SCOPE(language), i.scope(language)), *rule,
        *_parts(found, language), *_left_out(found, language), (words.CARE(language), CARE(language)),
    ]  # fmt: skip


def _value(h: Hotline, found: Behind, language: str) -> str:
    """The figure as a page prints it, with its interval, and until when it is provisional."""
    told = [format_value(found.figure[c], found.indicator.unit, language) for c in ("value", "low", "high") if pd.notna(found.figure[c])]
    young = [format_awaited(h.final_on[key], language)] if (key := found.indicator.key) in h.final_on else []
    return " ".join([told[0], *([f"({told[1]} ~ {told[2]})"] if len(told) == 3 else []), *young])


def _parts(found: Behind, language: str) -> list[tuple[str, str]]:
    i = found.indicator
    base = i.denominator.term if i.denominator else Term("有数据的天数", "days with data")
    parts = ((TOP, i.numerator.term, found.numerator), (BASE, base, found.denominator))
    return [(part(language), _total(term(language), f, language) if len(f.columns) else NO_TOP(language)) for part, term, f in parts]


def _total(name: str, frame: pd.DataFrame, language: str) -> str:
    total = float(frame[ADDS].sum())
    told = format_count(int(total)) if total.is_integer() else f"{total:,.6g}"
    return PART(language).format(term=name, total=told, rows=format_count(len(frame)))


def _left_out(found: Behind, language: str) -> list[tuple[str, str]]:
    """How many rows were left out for each reason, the most first."""
    sizes = found.left_out["reason"].value_counts()
    sizes = sorted(sizes.items(), key=lambda row: (-row[1], row[0]))
    lines = [f"{reason(key, found.indicator, language)}: {format_count(int(n))}" for key, n in sizes]
    return [(OUT(language) if n == 0 else "", line) for n, line in enumerate(lines or [NONE_OUT(language)])]
