"""The whole catalogue: every indicator is declared whole, has a case by hand in this folder, and stands in the glossary in both languages."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from hotline_analysis.measures import catalogue, quotable
from hotline_analysis.measures.frames import lazy
from hotline_analysis.measures.indicators import FRONT, MANAGEMENT, SUPPORT, evaluate
from hotline_analysis.tables import INSTANT, SQL_TYPE, TABLES
from hotline_analysis.words import LANGUAGES, PERCENT
from tests.measures import catalogue as cases
from tests.spec.frames import CALENDAR, view

USUAL = catalogue.usual()
ELSEWHERE = {"received", "due", "recorded", "response_24h", "resolution_48h"}  # orders within limits: tests/studies/test_complaints.py


def golden() -> set[str]:
    """The keys that a test of this folder answers by hand: of its modules the table `GOLDEN`, and those asserted as {key: (numerator, denominator)}."""
    found = set()
    for module in pkgutil.iter_modules(cases.__path__):
        held = importlib.import_module(f"tests.measures.catalogue.{module.name}")
        found |= set(getattr(held, "GOLDEN", ()))
        checks = [n for n in ast.walk(ast.parse(Path(held.__file__).read_text(encoding="utf-8"))) if isinstance(n, ast.Assert)]
        tables = [n for check in checks for n in ast.walk(check) if isinstance(n, ast.Dict)]
        found |= {
            k.value
            for t in tables
            for k, v in zip(t.keys, t.values, strict=True)
            if isinstance(k, ast.Constant) and isinstance(v, ast.Tuple)
        }
    return found


def test_every_indicator_has_a_case_by_hand():
    assert set(USUAL) - golden() - ELSEWHERE == set()


KINDS = {"BIGINT": pl.Int64, "DOUBLE": pl.Float64, "BOOLEAN": pl.Boolean}


def told(rows: int) -> pd.DataFrame:
    """The usual catalogue, of May, from tables with every canonical column and some rows of May that hold a time and nothing else."""
    calendar = CALENDAR.month("2024-05")
    made = {name: _blank(table, rows, calendar.start_s) for name, table in TABLES.items()}
    seen = view(made.pop("calls"), {}, start_s=calendar.start_s, end_s=calendar.end_s, **made)
    return evaluate(seen, [calendar], list(USUAL.values())).set_index("indicator")


def _blank(table, rows: int, start_s: int):
    """Every column of a table without a word in it; its clock is the month's first day."""
    kinds = {"seq": pl.Int64, "local_s": pl.Int64}
    for column in table.columns:
        kinds |= {column.epoch: pl.Int64} if column.kind == INSTANT else {column.name: KINDS.get(SQL_TYPE[column.kind], pl.String)}
    clock = table[table.clock].epoch
    given = {name: [None] * rows for name in kinds} | {"seq": list(range(rows)), "local_s": [start_s] * rows, clock: [start_s] * rows}
    return lazy(pl.DataFrame(given, schema=kinds))


def test_a_row_without_a_word_is_no_hit_of_any_indicator():
    """Rows that hold a time alone count as rows (来电量, 受理量) and are no hit: no share is above 0, no mean is had, and what has no figure says why."""
    frame = told(rows=3)
    for key, row in frame.iterrows():
        i = USUAL[key]
        if i.denominator is None:
            assert row["numerator"] in (0, 3), key
        else:
            assert pd.isna(row["value"]) or row["value"] == 0, (key, row["value"])
        assert pd.notna(row["value"]) or row["missing"], key


def test_an_empty_month_has_a_reason_and_no_nought():
    """Without a row nothing is 0 % and nothing is 100 %: every share and mean is missing with its reason in both languages; only what came is counted, as none."""
    for key, row in told(rows=0).iterrows():
        if USUAL[key].denominator is None and not row["missing"]:
            assert (row["numerator"], row["value"]) == (0, 0), key
            continue
        assert pd.isna(row["value"]) and row["missing"], key
        assert all(quotable.why(row["missing"])(language) for language in LANGUAGES), key


@pytest.mark.parametrize("key", USUAL)
def test_its_name_is_chinese(key):
    assert re.search("[\u4e00-\u9fff]", USUAL[key].name.zh), "a Chinese title"


@pytest.mark.parametrize("key", USUAL)
def test_a_declaration_is_whole(key):
    i = USUAL[key]
    words = [i.name, i.scope, i.observe, i.judge, i.formula, *(p.term for p in i.parts), *([i.beyond] if i.beyond else [])]
    assert all(term(language).strip() for term in words for language in LANGUAGES)
    assert i.source and i.audience and set(i.audience) <= {FRONT, MANAGEMENT, SUPPORT} and i.tier in (1, 2, 3)
    assert set(i.tables) <= set(TABLES) and i.reading in ("", "document", "suggested")
    assert i.event == i.key or i.event in catalogue.EVENTS or len([o for o in USUAL.values() if o.event == i.event]) == 1
    if i.unit is PERCENT:
        assert (i.most == 1) != (i.beyond is not None), "a share is bounded, or its words say why it may pass 100 %"
    if i.twin:
        other = USUAL[i.twin]
        assert {i.reading, other.reading} == {"document", "suggested"}
        assert i.reading == "suggested" or other.twin == key  # a document's reading may have several beside it


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_glossary_holds_every_indicator(language):
    told = catalogue.glossary(USUAL, language).set_index("key")
    assert list(told.index) == list(USUAL) and told["name"].is_unique
    assert (told[["name", "formula", "scope", "observe", "judge", "unit", "better", "tables", "audience", "source"]] != "").all(axis=None)


def test_the_glossarys_words():
    told = catalogue.glossary(USUAL).set_index("key")
    assert told.loc["connection_rate", "formula"] == "接通量 ÷ 结果已知的人工服务请求量"
    assert told.loc["calls_an_hour", "formula"] == "接通量 ÷ 签入时长 × 3600"
    assert told.loc["offered", "formula"] == "人工服务请求量 ÷ 有数据的天数"


def test_indicators_off_the_first_sheet_share_one_rate_of_false_alarms():
    from hotline_analysis.stats.control import LEVEL
    from tests.spec.frames import PARAMS

    levels, month = catalogue.levels(PARAMS), catalogue.of_month(PARAMS)
    first = {i.event for i in month.values() if i.first}
    others = {i.event: levels[key] for key, i in month.items() if i.event not in first}
    assert sum(others.values()) == pytest.approx(LEVEL) and all(levels[key] == LEVEL for key, i in month.items() if i.event in first)
