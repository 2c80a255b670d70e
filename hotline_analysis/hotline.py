"""The one door that a notebook goes through: `h = open_hotline("params/sample.yaml")`, then `h.study("window")`."""

import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis import params as params_file
from hotline_analysis import studies
from hotline_analysis.disclosure import SMALLEST
from hotline_analysis.errors import BadParams, NoInput, nearest
from hotline_analysis.intake import checks, ends
from hotline_analysis.intake.kept import Kept
from hotline_analysis.intake.ledger import ledger_frame, month_frame
from hotline_analysis.intake.store import Store
from hotline_analysis.measures import indicators, verdicts
from hotline_analysis.measures.definition import Definition, parse
from hotline_analysis.measures.frames import lazy
from hotline_analysis.measures.gaps import LEVELS, STRATA
from hotline_analysis.measures.periods import Calendar, Period, month_before, months_between
from hotline_analysis.measures.view import View
from hotline_analysis.params import Params
from hotline_analysis.sample import write_sample
from hotline_analysis.words import LANGUAGES, PERCENT, Term


def study_names() -> list[str]:
    """Every study there is: one file each in `studies/`, nothing to register."""
    return sorted(m.name for m in pkgutil.iter_modules(studies.__path__))


class Hotline:
    """One hotline, one month: its tables, its definition, its studies."""

    def __init__(self, params: Params, month: str, language: str, *, progress: bool):
        self.params, self.language = params, language
        self.calendar = Calendar(params)
        self.rule = parse(params.definition, f"{params.path.name} › definition")
        _check_targets(params)
        self.store = Store(params)
        if params.sample:
            self.store.claim()
            write_sample(params.store_folder / "exports", progress=progress)
        self.store.build(progress=progress)
        self.kept = Kept(self.store)
        self.period = self._period(month)

    # ---- time

    @cached_property
    def months(self) -> list[str]:
        """The months in which there are data, first to last."""
        first, last = self.data_days
        return list(months_between(self.calendar.month_of(first), self.calendar.month_of(last)))

    @property
    def month(self) -> str:
        return self.period.label

    @cached_property
    def data_days(self) -> tuple[date, date]:
        """The first and the last day with data."""
        start, end = self.store.facts["data_start"], self.store.facts["data_end"]
        if not start:
            raise NoInput(self.params.path.name, "the exports hold no row with a time.")
        return date.fromisoformat(start), date.fromisoformat(end) - timedelta(days=1)

    @cached_property
    def everything(self) -> Period:
        """All days with data."""
        return self.calendar.span(*self.data_days, "all")

    @cached_property
    def latest(self) -> str:
        """The last month that has records on most of its days; a month that has just begun, or one that holds a stray record, is not it."""
        return ends.fullest(self.months, Counter(self.calendar.month_of(date.fromisoformat(day)) for day in self.store.recorded_days))

    def _period(self, month: str) -> Period:
        if month == "latest":
            return self.calendar.month(self.latest)
        if month == "all":
            return self.everything
        first, _, last = month.partition("..")
        period = self.calendar.stretch(first, last or first)
        for name in (first, last or first):
            if name not in self.months:
                raise NoInput(
                    f"{self.params.path.name} › {name}",
                    f"there are no data in this month; they run from {self.months[0]} to {self.months[-1]}.",
                )
        return period

    @property
    def provisional(self) -> bool:
        """True while the month's last calls have not been watched for a week."""
        return self.view.provisional

    def before(self, back: int = 1) -> str:
        """The month `back` months before this one."""
        return month_before(self.month, back)

    @cached_property
    def trend(self) -> list[Period]:
        """This month and all months before it: limits stand on the first of them."""
        return [self.calendar.month(m) for m in self.months if m <= self.month]

    # ---- data

    @cached_property
    def view(self) -> View:
        """The tables as studies see them."""
        tables = {name: lazy(self.store.table(name)) for name in self.store.tables}
        everything = self.everything
        return View(
            self.params,
            self.calendar,
            self.rule,
            self.period,
            tables,
            everything.start_s,
            everything.end_s,
            masked=bool(self.store.facts.get("masked")),
            keep=self._keep,
            smallest=SMALLEST,
        )

    def _keep(self, name: str, make: Callable[[], nw.LazyFrame]) -> nw.LazyFrame:
        return lazy(self.kept.get(name, lambda: make().to_native()))

    def definition(self, language: str = "", **changes) -> str:
        """The rule in one line (口径), after changes."""
        return self._line(self.rule.but(**changes) if changes else self.rule, language or self.language)

    def _line(self, rule: Definition, language: str) -> str:
        """The rule as a figure carries it, with what is taken for granted of the data."""
        assumed = self.params.assumed
        return " ".join(filter(None, (rule.line(language), assumed and assumed(language)))).replace("。 ", "。")

    # ---- answers

    def study(
        self, name: str, table: str = "", *, by: str | Sequence[str] = (), month: str = "", options: dict | None = None, **changes
    ) -> pd.DataFrame:
        """One study's tidy frame: `h.study("window", match="same")`, `h.study("window", "pareto")`.

        by: strata, such as issue_1; month: another month, `first..last` or `all`; changes: fields of the definition. The frame's `attrs`
        carry the definition line, its hash and the period. Raises BadParams for a study, a table or a stratum that does not exist.
        """
        make = self._table(name, table)
        view = self.view.but(**changes)
        view = view.over(self._period(month)) if month else view
        given = {"by": self._strata(f"study {name}", make, [by] if isinstance(by, str) else list(by))} if by else {}
        frame = make(view, **given, **(options or {}))
        self.store.check_unchanged()
        said = {
            "study": name,
            "period": view.period.label,
            "definition": self._line(view.definition, self.language),
            "hash": view.definition.hash,
        }
        frame.attrs.update(said)
        return frame

    def _strata(self, where: str, make: Callable[..., pd.DataFrame], by: list[str]) -> list[str]:
        """The strata, when the table takes any and the calls have them."""
        if "by" not in inspect.signature(make).parameters:
            raise BadParams(where, f"'{make.__name__}' is not made by strata.", "Leave --by out.")
        have = self.view.table("calls").collect_schema().names()
        known = [c for c in (*LEVELS, *STRATA) if c in have and c not in ("local_s", "talk_seconds", "order_id")]
        for column in by:
            if column not in known:
                raise BadParams(
                    where, f"the calls have no stratum '{column}'.", nearest(column, known) or f"There are: {', '.join(known)}."
                )
        return by

    def _table(self, name: str, table: str) -> Callable[..., pd.DataFrame]:
        if name not in study_names():
            raise BadParams(
                "study", f"'{name}' is not a study here.", nearest(name, study_names()) or "There are: " + ", ".join(study_names()) + "."
            )
        tables = importlib.import_module(f"hotline_analysis.studies.{name}").TABLES
        chosen = table or next(iter(tables))
        if chosen not in tables:
            raise BadParams(
                f"study {name}", f"'{chosen}' is not a table of it.", nearest(chosen, tables) or "There are: " + ", ".join(tables) + "."
            )
        return tables[chosen]

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Every indicator in this month and the months before it; columns in `measures.indicators.evaluate`."""
        return indicators.evaluate(self.view, self.trend)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Every indicator of this month against the months before, with what may be said of it; columns in `measures.verdicts.compare`."""
        return verdicts.compare(
            self.indicators,
            self.month,
            self.before(),
            year=self.before(12),
            targets=self.params.targets,
            breaks={month: words.term for month, words in self.params.breaks.items()},
            grade=self.grade[0],
        )

    @cached_property
    def checks(self) -> pd.DataFrame:
        """What is odd about the data of this month; columns check, where, count, usual, share, detail, severity."""
        return checks.checks(
            self.store.connection,
            {n: self.store.table(n) for n in self.store.tables},
            self.store.ledgers,
            self.params,
            period=None if self.period.label == "all" else self.period,
            cells=self.store.cells,
        )

    @cached_property
    def grade(self) -> tuple[str, str]:
        """The data-quality grade and its reason."""
        return checks.grade(self.checks)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Where every physical record of every file went."""
        return ledger_frame(self.store.ledgers)

    @cached_property
    def ledger_of_month(self) -> pd.DataFrame:
        """What became of the records of this month, by table and file; columns in `intake.ledger.month_frame`."""
        return month_frame(self.store.ledgers, self.period.first_day, self.period.last_day)

    @property
    def digest(self) -> str:
        return self.kept.digest

    def said(self, term: Term) -> str:
        return term(self.language)


def _check_targets(params: Params) -> None:
    for place, keys in (("targets", params.targets), ("report › headlines", params.report.headlines)):
        for key in keys:
            if key not in indicators.BY_KEY:
                raise BadParams(f"{params.path.name} › {place}", f"'{key}' is not an indicator here.", nearest(key, indicators.BY_KEY))
    for key, target in params.targets.items():
        if indicators.BY_KEY[key].better is None:
            raise BadParams(f"{params.path.name} › targets", f"neither way is better for '{key}'.", "Leave its target out.")
        if indicators.BY_KEY[key].unit is PERCENT and not 0 <= target <= 1:
            raise BadParams(
                f"{params.path.name} › targets › {key}", f"{target:g} is not a rate between 0 and 1.", "95 % is written as 0.95."
            )


def open_hotline(params: str | Path, month: str = "latest", language: str = "zh", *, progress: bool = True, **settings: Any) -> Hotline:
    """The hotline that a params file describes, opened at a month (`2024-09`, `latest`, `1999-01..1999-07` or `all`).

    Reads what changed in its exports, once. settings: fields of the definition that differ from the params. Raises BadParams, NoInput or
    DataRefused with a sentence.
    """
    if language not in LANGUAGES:
        raise BadParams("language", f"'{language}' is not a language here.", "Use zh or en.")
    described = params_file.load(params)
    if settings:
        described = described.model_copy(update={"definition": {**described.definition, **settings}})
    return Hotline(described, month, language, progress=progress)


__all__ = ["Definition", "Hotline", "open_hotline", "study_names"]
