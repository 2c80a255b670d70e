"""The log of what was done: each measure with its day, what it was to move, and where."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import catalogue
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import LEVELS
from hotline_analysis.measures.view import View
from hotline_analysis.params import Intervention
from hotline_analysis.words import LANGUAGES

CATEGORIES = ("category_1", "category_2", "category_3")


def missing(what: str) -> DataRefused:
    return DataRefused("improvement", f"not declared: {what}.", f"Add 'improvement: {{{what}: ...}}' to the params.")


def both(name: str, words) -> dict[str, str]:
    return {f"{name}_{language}": words.term(language) for language in LANGUAGES}


class Target(NamedTuple):
    """One measure with the groups of calls that it was for: a column of the calls ('' is all), and the names in it."""

    done: Intervention
    column: str
    names: tuple[str, ...]

    @property
    def day(self) -> date:
        return date.fromisoformat(self.done.date)


def targets(view: View) -> list[Target]:
    """The declared measures by date. Raises DataRefused without any."""
    done = view.params.improvement.interventions
    if not done:
        raise missing("interventions")
    return sorted((target_of(view, d) for d in done), key=lambda t: t.day)


def target_of(view: View, done: Intervention) -> Target:
    """A measure with its place in the table that its indicator is of."""
    named = catalogue.known(view.params).get(done.indicator)
    of_calls = named is None or named.chapter != catalogue.orders.FAMILY
    if done.units:
        return Target(done, "unit" if of_calls else "department", tuple(done.units))
    levels = LEVELS if of_calls else CATEGORIES
    return Target(done, _level(view, "calls" if of_calls else "orders", levels, done.issues) if done.issues else "", tuple(done.issues))


def _level(view: View, table: str, levels: Sequence[str], issues: Sequence[str]) -> str:
    """The first level at which all the names stand; the first of all where there is none, and then nobody is found."""
    if table in view.tables:
        rows = view.table(table)
        for level in [c for c in levels if c in rows.collect_schema().names()]:
            if set(issues) <= set(pandas(rows.select(level).unique())[level].dropna()):
                return level
    return levels[0]


def where(target: Target) -> str:
    return "、".join(target.names)
