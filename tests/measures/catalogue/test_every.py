"""The whole catalogue: every indicator is declared whole, has a case by hand in this folder, and stands in the glossary in both languages."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

from hotline_analysis.measures import catalogue
from hotline_analysis.measures.indicators import FRONT, MANAGEMENT, SUPPORT
from hotline_analysis.tables import TABLES
from hotline_analysis.words import LANGUAGES, PERCENT
from tests.measures import catalogue as cases

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
