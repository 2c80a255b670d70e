"""Every sentence that a study declares, in both languages: the same slots, no slot left, and no number that is not a cell of the frame."""

import importlib
import pkgutil
import re

import pandas as pd
import pytest

from hotline_analysis import hotline, show, studies, words
from hotline_analysis.measures import quotable
from hotline_analysis.show import blocks, exposure, month
from hotline_analysis.show import window as declared
from hotline_analysis.show.forms import Figure, Furniture, Shown, Table
from hotline_analysis.studies import window
from hotline_analysis.words import Either, Field, Rows, Sentence, Sentences, Term
from tests.studies.hotlines import random_rows, view_of

DECLARED = [
    m.name for m in pkgutil.iter_modules(show.__path__) if m.name in {"month", *(s.name for s in pkgutil.iter_modules(studies.__path__))}
]
VALUES = {"some": 35447, "none": 0,
    "share": 0.1234, "share0": 0.56, "points": -0.0123, "hours": 47.0, "count": 35447, "number": 3.21, "ratio": 0.654, "probability": 0.0321,
    "month": "2024-09", "day": "2024-09-11", "dated": "2024-09-11", "seconds": 47.0, "moment": "2024-09-11 14:04:34", "limit": "24h", "measure": "response_24h",
}  # fmt: skip


def sentences(what) -> list[Sentence]:
    """All sentences below a declaration."""
    if isinstance(what, Sentence):
        return [what]
    if isinstance(what, Sentences | Rows):
        return [s for case in what.cases.values() for s in sentences(case)]
    if isinstance(what, Table | Figure):
        parts = [what.claim, what.subtitle, getattr(what, "note", ()), getattr(what, "reading", ())]
        return [s for part in parts for s in sentences(part)]
    if isinstance(what, Furniture):
        return [s for part in (what.claim, what.subtitle) for s in sentences(part)]
    if isinstance(what, Either):
        return [s for part in what.options for s in sentences(part)]
    return [] if isinstance(what, Term) else [s for part in what for s in sentences(part)]


def columns(study: str) -> dict:
    """The fields of the study's frames; of the month's frames those of the verdicts."""
    if study == "month":
        return {**quotable.COLUMNS, **hotline.CHECKS, **hotline.DAYS, **hotline.LEDGER}
    return importlib.import_module(f"hotline_analysis.studies.{study}").COLUMNS


def all_sentences():
    for study in DECLARED:
        module = importlib.import_module(f"hotline_analysis.show.{study}")
        for part in ("FORMS", "SAY"):
            for table, what in getattr(module, part).items():
                yield from ((study, f"{part} {table}", n, s) for n, s in enumerate(sentences(what)))


ALL = list(all_sentences())


def a_row(study: str, sentence: Sentence) -> dict:
    """A row in which every slot of the sentence has a value of its field's kind."""
    fields, row = columns(study), {"unit": "percent"}
    for slot in words.slots(sentence.zh) + words.slots(sentence.en):
        field = fields.get(slot.column, Field(Term("", "")))
        form = slot.form or (field.form if isinstance(field, Field) else "text")
        key = next(iter(getattr(field, "words", {})), None)
        value = (
            key
            if key is not None and not slot.form
            else VALUES.get(form.removesuffix("_or"), 0.0321 if form in ("level", "moved", "risen") else 3)
        )
        row |= {f"{slot.column}_{end}": 0.0321 for end in ("low", "high")} if form == "moved_interval" else {}
        row[slot.column] = "48, 72" if form.endswith("_or") else value if form != "text" or key else "某项"
    return row


@pytest.mark.parametrize(("study", "place", "n", "sentence"), ALL, ids=[f"{s}-{p}-{n}" for s, p, n, _ in ALL])
def test_sentence(study, place, n, sentence):
    both = [{(s.frame, s.column, s.row) for s in words.slots(text)} for text in (sentence.zh, sentence.en)]
    assert both[0] == both[1], "both languages name the same slots"
    row = a_row(study, sentence)
    frame = pd.DataFrame([row])
    frame.attrs["fields"] = {c: f.as_dict() for c, f in columns(study).items() if isinstance(f, Field)}
    frame.attrs["period"] = {"label": "2024-09", "zh": "2024年9月", "en": "September 2024"}
    for language in ("zh", "en"):
        text = said(frame, sentence, language)
        assert text, "every slot has a value, so it is said"
        assert not re.search(r"[{}]", text), text
        assert not blocks.NOT_A_WORD.search(words.opening(text, language)), f"{text}: a page that says so is refused"
        left = remove(text, numbers_of(frame, sentence, language))
        literals = re.sub(words.SLOT, " ", sentence(language))
        assert set(re.findall(r"\d+", left)) <= set(re.findall(r"\d+", literals)), f"{text}: a number that is no cell"


def said(frame: pd.DataFrame, sentence: Sentence, language: str) -> str:
    """The sentence of this frame, whatever rows its slots ask for."""
    plain = Sentence(*(re.sub(r"@[^:{}]+", "", text) for text in (sentence.zh, sentence.en)))
    others = {slot.frame: frame for slot in words.slots(sentence.zh) if slot.frame}
    return Shown(frame, others, language).first(plain)


def numbers_of(frame, sentence, language):
    """What the slots print, each."""
    shown = Shown(frame, {}, language)
    row = frame.iloc[0].to_dict()
    told = [shown.written(row, s.column, s.form) for s in words.slots(sentence(language)) if s.column in row]
    return sorted([*told, frame.attrs["period"][language]], key=len, reverse=True)


def remove(text: str, printed: list[str]) -> str:
    for part in printed:
        text = text.replace(part, " ") if part else text
    return text


def test_the_share_within_24_hours_is_the_one_that_the_curve_reaches_there():
    frame = window.pareto(view_of(random_rows(3, n=900, callers=40)))
    frame.attrs["fields"] = {c: f.as_dict() for c, f in window.COLUMNS.items() if isinstance(f, Field)}
    by_hand = frame.loc[frame["hour_to"] == 24, "numerator"].index[0]
    reached = frame["numerator"].iloc[: by_hand + 1].sum() / frame["numerator"].sum()
    claim = Shown(frame, {}, "zh").first(declared.FORMS["pareto"].claim[0])
    assert claim == f"一周内的复电，{reached:.1%}在24小时内"
    assert f"{reached:.1%}" != f"{frame['numerator'].iloc[: by_hand + 2].sum() / frame['numerator'].sum():.1%}"


def test_every_study_has_its_declarations():
    """Adding a study is four files with one stem."""
    assert {s.name for s in pkgutil.iter_modules(studies.__path__)} <= set(DECLARED)


@pytest.mark.parametrize("study", [s.name for s in pkgutil.iter_modules(studies.__path__)])
def test_forms_are_of_tables_of_the_study(study):
    module = importlib.import_module(f"hotline_analysis.studies.{study}")
    forms = importlib.import_module(f"hotline_analysis.show.{study}").FORMS
    extra = set(forms) - set(module.TABLES)
    assert extra <= {"parts", "cards", "tally", "top", "within", "map", "brief"}, f"{extra} is neither a table nor another form of one"


@pytest.mark.parametrize("study", [s.name for s in pkgutil.iter_modules(studies.__path__)])
def test_columns_that_are_shown_are_declared(study):
    module = importlib.import_module(f"hotline_analysis.studies.{study}")
    for table, form in importlib.import_module(f"hotline_analysis.show.{study}").FORMS.items():
        named = "" if isinstance(form, Furniture) else form.columns if isinstance(form, Table) else form.numbers
        for token in named.split():
            assert token.removesuffix("±") in module.COLUMNS, f"{study} {table} {token}"


@pytest.mark.parametrize("what", [declared.BASIS, exposure.FORMS["reconciliation"].subtitle])
def test_a_basis_of_one_month_is_that_month(what):
    frame = pd.DataFrame({"window_hours": [24.0], "basis_from": ["2024-01"], "basis_to": ["2024-01"], "basis_months": [1]})
    frame.attrs["fields"] = {c: f.as_dict() for c, f in window.COLUMNS.items() if isinstance(f, Field)}
    (one,) = Shown(frame, {}, "zh").said(what)
    assert "依据2024年1月一个月" in one and "至" not in one
    (several,) = Shown(frame.assign(basis_to="2024-03", basis_months=3), {}, "zh").said(what)
    assert "依据2024年1月至2024年3月之间的3个月" in several


OF_A_FINDING = {"value", "change", "plain_change", "lower", "upper", "rank_months", "run_months", "denominator"}  # columns of its row
SAID_OTHERWISE = {"counted": "numerator", "sample": "denominator"}  # the same number under a name that is empty where it means nothing


def test_every_number_of_a_finding_is_a_cell_of_the_row_that_it_leads_to():
    """By declaration, so that no page has to be read for it: a slot is a column of the table of all numbers, or one of words."""
    shown = {c.rstrip("±") for c in month.FIGURES.split()}
    fields = columns("month")
    declared_slots = {s.column for one in (*sentences(month.FINDING), *sentences(month.PROOF)) for s in words.slots(one.zh)}
    numbers = {c for c in declared_slots if not getattr(fields[c], "words", {}) and fields[c].form != "text"}
    assert numbers == OF_A_FINDING | set(SAID_OTHERWISE)
    assert OF_A_FINDING | set(SAID_OTHERWISE.values()) <= shown
