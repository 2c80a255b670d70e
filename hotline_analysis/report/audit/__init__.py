"""报告体检: do the numbers of a published report, or of an old slide, fit one another? (`hotline audit`)

The file names what is printed and what must hold between it; nothing else is needed, no export and no params. With params the figures that say which
indicator they are (`is:`) are held against this hotline's own (`own.py`).
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import BeforeValidator, Field

from hotline_analysis.errors import BadParams, DataRefused, NoInput, offered
from hotline_analysis.params import Settings, read_yaml, validated
from hotline_analysis.report import publish
from hotline_analysis.report.audit.kinds import KINDS as TABLES
from hotline_analysis.report.audit.quoted import UNKNOWN, Quoted, read
from hotline_analysis.report.audit.relations import CONTRADICTS, FITS, HINTS, KINDS, NOT_CHECKED, Book, Held, Relation, Total
from hotline_analysis.words import Term

STATES = {
    FITS: Term("相符", "fits"),
    CONTRADICTS: Term("矛盾", "contradicts"),
    NOT_CHECKED: Term("未核对", "not checked"),
}
HEADINGS = (Term("关系", "Relation"), Term("印出的数字", "Printed"), Term("结果", "Result"))
WOULD_FIT = Term("“{0}”应为{1}", "'{0}' would be {1}")
RANGE = Term("～", "–")
OR = Term("；或", "; or ")
NOT_GIVEN = Term("没有填：{0}", "not given: {0}")
TALLY = Term("核对{0}条关系：相符{1}条，矛盾{2}条，未核对{3}条。", "{0} relations: {1} fit, {2} contradict, {3} not checked.")


class Figure(Settings):
    """A printed number: its text, and the indicator of this workbook that it is (with --params)."""

    value: str = ""
    indicator: str = Field("", alias="is")


def _as_figure(value):
    return {"value": value} if isinstance(value, str) else {"value": ""} if value is None else value


class Report(Settings):
    """What a report prints, by name, and the relations that must hold."""

    title: str = ""
    figures: dict[str, Annotated[Figure, BeforeValidator(_as_figure)]] = Field(min_length=1)
    relations: list[dict] = []


@dataclass(frozen=True)
class Audit:
    """A report as it was read: its printed numbers by name (those that are given), its relations, and what became of each."""

    file: str
    title: str
    figures: Mapping[str, Figure]
    quoted: Mapping[str, Quoted]
    told: Sequence[tuple[Relation, Held, tuple[str, ...]]]

    def count(self, state: str) -> int:
        return sum(held.state == state for _, held, _ in self.told)

    @property
    def beside(self) -> dict[str, Quoted]:
        """The printed numbers that say which indicator of a hotline they are."""
        return {name: quoted for name, quoted in self.quoted.items() if self.figures[name].indicator}


def audit(path: str | Path) -> Audit:
    """Read the file and check its relations. Raises BadParams with where it is wrong, NoInput where no relation has all its figures."""
    file = Path(path)
    if not file.is_file():
        raise NoInput(str(path), "there is no such file.", "Start one with `hotline audit --new KIND FILE`.")
    report = validated(Report, read_yaml(file), file.name)
    quoted = {name: read(f.value, f"{file.name} › figures › {name}") for name, f in report.figures.items() if f.value.strip()}
    relations = [_relation(given, f"{file.name} › relations › {n}") for n, given in enumerate(report.relations, start=1)]
    numbers = _numbers(relations, report.figures, file.name)
    figures = {**numbers, **quoted}
    whole = [r for r in relations if isinstance(r, Total) and r.value in quoted and all(p in figures for p in r.parts)]
    book = Book(figures, {r.value: r.sum(figures) for r in whole if r.alike(Book(figures, {}))})
    done = Audit(file.name, report.title, report.figures, quoted, [(r, *_held(r, book, quoted)) for r in relations])
    if all(absent for _, _, absent in done.told) and not done.beside:
        raise NoInput(file.name, "no relation has all its figures.", "Fill in the numbers that the report prints.")
    return done


def _relation(given: Mapping, where: str) -> Relation:
    kind = next((name for name in KINDS if name in given), "")
    if not kind:
        word = next(iter(given), "")
        raise BadParams(where, f"'{word}' is no kind of relation.", offered(word, KINDS))
    return validated(KINDS[kind], dict(given), where)


def _numbers(relations: Sequence[Relation], figures: Mapping[str, Figure], file: str) -> dict[str, Quoted]:
    """The numbers that stand in relations themselves, such as 100% or a weight: exact ones. Raises BadParams for a name that no figure has."""
    found = {}
    for n, relation in enumerate(relations, start=1):
        for name in relation.names:
            if name in figures:
                continue
            number = _number(name, figures, f"{file} › relations › {n}")
            middle = (number.low + number.high) / 2
            found[name] = replace(number, low=middle, high=middle)
    return found


def _number(text: str, figures: Iterable[str], where: str) -> Quoted:
    """A number that stands in a relation. What has no unit that is known, or begins a figure's name (2024, of 2024年), is a name that was mistyped."""
    try:
        number = read(text, where)
    except BadParams:
        number = None
    if number is None or number.kind == UNKNOWN or any(re.match(rf"{re.escape(text)}(?![\d.,])", name) for name in figures):
        raise BadParams(where, f"'{text}' is not a figure here.", offered(text, figures))
    return number


def _held(relation: Relation, book: Book, printed: Collection[str]) -> tuple[Held, tuple[str, ...]]:
    """What became of a relation, and which of its figures are not given. Only a printed number would be another: not the 100% that the relation holds itself."""
    absent = tuple(name for name in relation.names if name not in book.figures)
    held = Held(NOT_CHECKED) if absent else relation.held(book)
    if held.state == CONTRADICTS:
        cut = {**book.figures, relation.value: book[relation.value].cut_off()}
        held.hints += [("cut off", ())] * (relation.check(Book(cut, book.sums)).state == FITS)
        held.fits = {name: value for name, value in held.fits.items() if value and name in printed}
    return held, absent


# ---- saying it


def lines(done: Audit, language: str) -> list[str]:
    """The audit as text: a table of the relations, under it each contradiction with the values that would fit, and the tally."""
    if not done.told:
        return []
    rows = [(str(relation), _printed(done, relation), STATES[held.state](language)) for relation, held, _ in done.told]
    frame = pd.DataFrame(rows, columns=[term(language) for term in HEADINGS])
    with pd.option_context("display.unicode.east_asian_width", True, "display.width", None, "display.max_colwidth", None):
        said = [*filter(None, [done.title]), frame.to_string(index=False), ""]
    for relation, held, absent in done.told:
        if why := _why(held, absent, language):
            said.append(f"{relation}\n  " + "\n  ".join(why))
    states = [done.count(state) for state in (FITS, CONTRADICTS, NOT_CHECKED)]
    return [*said, TALLY(language).format(len(done.told), *states)]


def _printed(done: Audit, relation: Relation) -> str:
    return ", ".join(done.figures[name].value or "—" if name in done.figures else name for name in relation.names)


def _why(held: Held, absent: Sequence[str], language: str) -> list[str]:
    if absent:
        return [NOT_GIVEN(language).format(", ".join(absent))]
    fits = OR(language).join(WOULD_FIT(language).format(name, value) for name, value in held.fits.items())
    said = [*([fits] if fits else []), *(HINTS[key](language).format(*words) for key, words in held.hints)]
    return [line.replace("～", RANGE(language)) for line in said]


def refuse(done: Audit) -> None:
    """Raises DataRefused where a relation is contradicted, NoInput where none could be checked: the exit code says so to a script."""
    if done.told and not done.beside and done.count(NOT_CHECKED) == len(done.told):
        raise NoInput(done.file, "none of its relations could be checked.", "Why not is said above.")
    if done.count(CONTRADICTS):
        raise DataRefused(
            done.file, f"{done.count(CONTRADICTS)} of {len(done.told)} relations are contradicted.", "The values that would fit are above."
        )


# ---- a file to start with


def begin(kind: str, path: str, language: str) -> str:
    """The starting file of one kind of table: written to `path` where one is named (its name is returned), otherwise its text; of `list` the kinds there are.

    Raises BadParams for a kind that there is not, CannotWrite where there is a file already.
    """
    if kind == "list":
        return "".join(f"{key}  {table.title(language)}\n" for key, table in TABLES.items())
    if kind not in TABLES:
        raise BadParams("--new", f"'{kind}' is not a kind of table.", offered(kind, TABLES))
    text = TABLES[kind].text(language)
    if path:
        publish.create(Path(path), text)
    return f"{path}\n" if path else text
