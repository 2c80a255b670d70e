"""The one door that a notebook goes through: `h = open_hotline("params/sample.yaml")`, then `h.study("window")`."""

import hashlib
import importlib
import inspect
import json
import os
import pkgutil
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis import params as params_file
from hotline_analysis import studies, tables
from hotline_analysis.disclosure import OTHER, POOLED, SMALLEST
from hotline_analysis.errors import BadParams, DataRefused, NoInput, nearest
from hotline_analysis.intake import ask, check_words, checks, register
from hotline_analysis.intake.read.ledger import ledger_frame, month_frame
from hotline_analysis.intake.store import Store, ends, spark
from hotline_analysis.intake.store.frames import Frames
from hotline_analysis.intake.store.kept import Kept
from hotline_analysis.measures import (
    asks,
    catalogue,
    editions,
    indicators,
    late,
    lost,
    order_shares,
    orders,
    quotable,
    results,
    rounding,
    sharing,
    suggestions,
    unended,
    verdicts,
)
from hotline_analysis.measures.behind import COLUMNS as BEHIND
from hotline_analysis.measures.behind import Behind, behind
from hotline_analysis.measures.catalogue import deflection
from hotline_analysis.measures.days import daily
from hotline_analysis.measures.definition import HOUR, Definition, parse
from hotline_analysis.measures.frames import lazy, pandas
from hotline_analysis.measures.gaps import DAY, LEVELS, STRATA, GapsByCaller, ended
from hotline_analysis.measures.indicators import Indicator
from hotline_analysis.measures.orders import NONE, NOT_GIVEN
from hotline_analysis.measures.periods import (
    LONGER,
    Calendar,
    Period,
    grain,
    month_before,
    months_between,
    months_in,
    period_before,
    year_before,
)
from hotline_analysis.measures.view import View
from hotline_analysis.params import MONTH, Params, check_period
from hotline_analysis.show.digest import digest
from hotline_analysis.studies import complaints
from hotline_analysis.words import ANSWERS, GRADE, LANGUAGES, PERCENT, Contract, Field, Language, Term, format_month, listed

CHECKS = {
    "check": Field(Term("检查", "Check"), words=check_words.CHECKS),
    "place": Field(Term("何处", "Where")),
    "count": Field(Term("数量", "Count"), "count"),
    "usual": Field(Term("平常", "Usual"), "count"),
    "share": Field(Term("占比", "Share"), "share"),
    "detail": Field(Term("说明", "Detail")),
    "severity": Field(Term("程度", "Severity"), words=check_words.SEVERITY),
    "grade": Field(Term("数据质量", "Data quality"), words=GRADE),
    "told": Field(Term("发现", "Finding")),
    "more": Field(Term("其余同等程度的", "More of that severity"), "count"),
}
LEDGER = {
    "table": Field(Term("数据表", "Table"), words={name: table.term for name, table in tables.TABLES.items()}),
    "dated": Field(Term("本期记录", "Records of the period"), "count"),
    "undated": Field(Term("全文件无时间", "Without a time (whole file)"), "count"),
    "file": Field(Term("文件", "File")),
    "reader": Field(Term("读取方式", "Reader")),
    "encoding": Field(Term("编码", "Encoding")),
    "physical": Field(Term("读入", "Read"), "count"),
    "accepted": Field(Term("进入统计", "In the figures"), "count"),
    "rejected": Field(Term("无法读取", "Rejected"), "count"),
    "duplicates": Field(Term("重复", "Duplicates"), "count"),
    "left_out": Field(Term("按参数剔除", "Left out"), "count"),
    "events": Field(Term("并入首段", "Folded"), "count"),
    "blank": Field(Term("空行", "Blank"), "count"),
    "header": Field(Term("表头", "Headers"), "count"),
    "skipped": Field(Term("表头以上", "Above the header"), "count"),
    "summary": Field(Term("合计行", "Total rows"), "count"),
    "repaired": Field(Term("其中修补", "Of these mended"), "count"),
}
DAYS = {
    "date": Field(Term("日期", "Day"), "day"),
    "calls": Field(Term("记录", "Records"), "count"),
    "usual": Field(Term("平常", "Usual"), "count"),
    "days": Field(Term("天数", "Days"), "count"),
    "broken_days": Field(Term("异常天数", "Days far from usual"), "count"),
    "empty_days": Field(Term("没有记录的天数", "Days without a record"), "count"),
    "unclear_days": Field(Term("没有记录、看不出原因的天数", "Days without a record, for no known reason"), "count"),
    "of": Field(Term("数据表", "Table"), words={name: table.term for name, table in tables.TABLES.items()}),
}
HELD = {
    "table": Field(Term("表", "Table")),
    "name": Field(Term("名称", "Name"), words={name: table.term for name, table in tables.TABLES.items()}),
    "rows": Field(Term("行数", "Rows"), "count"),
    "first_day": Field(Term("最早", "First day")),
    "last_day": Field(Term("最晚", "Last day")),
    "columns": Field(Term("列", "Columns")),
}
STUDIES = {
    "study": Field(Term("专题", "Study")),
    "table": Field(Term("数据表", "Table")),
    "name": Field(Term("名称", "Name")),
    "audience": Field(Term("给谁看", "For"), words={"public": Term("可以上页面", "pages"), "staff": Term("仅供内部", "staff only")}),
    "about": Field(Term("说明（英文）", "About")),
}
OFFERED = (  # what `h.` and the tab key list: the rest is machinery, which works and is not shown
    "about", "asks", "before", "calls", "catalogue", "centre", "checks", "days", "definition", "end", "followed", "gaps", "glossary", "grade", "history", "indicators",
    "language", "latest", "ledger", "ledger_of_month", "month", "months", "params", "period", "provisional", "register", "rows", "rule", "sheet", "sql",
    "studies", "study", "suggestions", "tables", "trend", "verdicts", "view",
)  # fmt: skip
ORDERS_TOLD = {  # of the rows of orders on the first sheet, as the study declares them
    name: complaints.COLUMNS[name] for name in ("what", "difference", "change_of_count", "verdict", "previous")
}
CENTRE = {
    "part": Field(Term("概况", "About"), words={
        "service": Term("服务", "Service"), "team": Term("团队", "Team"), "process": Term("流程", "Process"), "data": Term("数据", "Data"), "months": Term("历史", "History"),
    }),
    "text": Field(Term("说明", "In words")),
    "said": Field(Term("情形", "Case")),
}  # fmt: skip
ORDERS_RULE = Term("口径：{}", "Definition: {}")
BY_CLOSING = Term(
    "工单（没有受理时间：按办结时间归月，未办结的不在其中）",
    "orders (exported without a creation: in the month of their closing, open ones in none)",
)
COVERED = Term("{}至{}，共{}个月", "{} to {}, {} months")
KEY = re.compile(r"[a-z][a-z_]*(_[0-9]{1,4}[a-z]*(_[a-z_]+)*)?")  # what reads as a key of an indicator, and as nobody's number
MOST_NAMED = 4  # findings that the sentence about the data names; the rest are counted
KPIS = (
    "indicator", "period", "group", "numerator", "denominator", "value", "low", "high", "change", "change_low", "change_high", "direction",
    "judgement", "state", "reason", "event", "method", "rule", "lower", "upper", "trial", "run", "run_months", "target", "reached_months",
    "target_months", "capability", "before", "adjusted", "year_change", "rank", "rank_months", "false_flags", "origin", "missing",
    "provisional", "final_on",
)  # fmt: skip
TYPED_APART = 0.005  # typed figures are rounded: a difference of half a per cent of the figure is none
WHOLE_HOURS = {"bin_hours": 168, "band_hours": 24}  # what the parts of these options add up to
VERSIONS = [version(tool) for tool in ("duckdb", "narwhals", "pandas", "numpy", "scipy", "holidays")]  # engines that may change a figure


def _asked_for(language: str) -> list[dict]:
    """A row a table of a study: what it is called where it is shown, and the first sentence of its own text."""
    from hotline_analysis.show import forms  # imported on use: `hotline check` should not wait for the charts

    rows = []
    for study in study_names():
        module = importlib.import_module(f"hotline_analysis.studies.{study}")
        for table, make in module.TABLES.items():
            name, about = forms.named(study, table), (inspect.getdoc(make) or "").partition("\n\n")[0].replace("\n", " ")
            audience = "staff" if table in getattr(module, "STAFF", ()) else "public"
            rows.append({"study": study, "table": table, "name": name(language) if name else "", "audience": audience, "about": about})
    return rows


def study_names() -> list[str]:
    """Every study there is: one file each in `studies/`, nothing to register."""
    return sorted(m.name for m in pkgutil.iter_modules(studies.__path__))


class Hotline:
    """One hotline, one month: its tables, its definition, its studies."""

    def __init__(self, params: Params, month: str, language: str, *, only: str = "", progress: bool):
        self.params = params
        self.reports = Path(os.environ.get(results.REPORTS) or params.root / "reports")  # where last month's page is looked for
        self.calendar = Calendar(params)
        self.rule = parse(params.definition, f"{params.path.name} › definition")
        _check_indicators(params)
        _check_targets(params)
        if params.engine.spark:
            spark.check(params)
        self.store = Store(params)
        if params.sample:
            from hotline_analysis.sample import write_sample  # imported on use: no other hotline is invented

            self.store.claim()
            write_sample(params.store_folder / "exports", progress=progress)
        self.store.build(progress=progress)
        self.params = params = self.store.params  # with the columns that a lake's tables have
        self.kept = spark.OnSpark(self.store) if params.engine.spark else Kept(self.store)
        self.frames = Frames(self.kept.frames)
        self.rule = self._clocked(self.rule)
        self.period = self._period(month)
        self.language = Language(language, grain(self.period.label))
        self.only = editions.bound(self, only)

    def __repr__(self) -> str:
        return f"{self.params.title.term(self.language)} {self.month}"

    def __dir__(self) -> list[str]:
        return list(OFFERED)

    # ---- time

    @cached_property
    def months(self) -> list[str]:
        """The months in which there are data, first to last; none where the exports have no times."""
        if not self.store.facts["data_start"]:
            return []
        first, last = self.data_days
        return list(months_between(self.calendar.month_of(first), self.calendar.month_of(last)))

    @property
    def month(self) -> str:
        """The period's name: 2024-09, a day, a stretch, or all."""
        return self.period.label

    @cached_property
    def data_days(self) -> tuple[date, date]:
        """The first and the last day with data."""
        start, end = self.store.facts["data_start"], self.store.facts["data_end"]
        if not start:
            raise NoInput(self.params.path.name, "the exports hold no row with a time, so there are no months.", self._missing_clock())
        return date.fromisoformat(start), date.fromisoformat(end) - timedelta(days=1)

    def _missing_clock(self) -> str:
        """Which columns would place the rows in months, and what goes without."""
        told = {t: self.params.sources(t.name) for t in tables.TABLES.values()}
        lost = [f"{t.name} › {t.clock}" for t, sources in told.items() if sources and not any(t.clock in s.columns for s in sources)]
        asked = (
            f"Ask for the column of {' or '.join(lost)} and map it; a later time, such as the closing, cannot stand for it. "
            if lost
            else ""
        )
        mapped = {name for source in self.params.orders for name in source.columns}
        if "closed_at" in mapped and "created_at" not in mapped and self.params.complaints.placed_by == "created":
            asked += "Where no export has it, 'complaints: {placed_by: closed}' counts orders in the month they were closed, and says so. "
        return f"{asked}hotline check tells of the rows, and hotline study takes them all where a table needs no time."

    @cached_property
    def everything(self) -> Period:
        """All days with data; all data where they have no times."""
        if not self.store.facts["data_start"]:
            return Period("all", 0, 0, date(1970, 1, 1), date(1970, 1, 1), dated=False)
        return self.calendar.span(*self.data_days, "all")

    @cached_property
    def latest(self) -> str:
        """The last month that has records on most of its days; a month that has just begun, or one that holds a stray record, is not it.

        Raises NoInput where the exports have no times.
        """
        self.data_days  # noqa: B018 (refuses)
        return ends.fullest(self.months, Counter(self.calendar.month_of(date.fromisoformat(day)) for day in self.store.recorded_days))

    def _period(self, month: str) -> Period:
        if month == "latest":
            return self.calendar.month(self.latest)
        if month == "all":
            return self.everything
        if month == "latest day":
            return self.calendar.day(self.data_days[1])
        if len(str(month)) == 10:
            return self._day(str(month))
        if grain(str(month)) in LONGER:
            return self._longer(str(month))
        first, dots, last = str(month).partition("..")
        last = last if dots else first
        if not (MONTH.fullmatch(first) and MONTH.fullmatch(last)):
            self.data_days  # noqa: B018 (refuses where there are no months)
            forms = "2024-09, 2024-01..2024-06, 2024Q3, 2024H1, 2024, 2024-09-18, latest or all"
            raise BadParams(
                f"month {str(month)[:40]!r}",
                "is not a month.",
                f"Write it as {forms}; the data have {self.months[0]} to {self.months[-1]}.",
            )
        period = self.calendar.stretch(first, last)
        for name in (first, last):
            if name not in self.months:
                self.data_days  # noqa: B018 (refuses where there are no months)
                raise NoInput(
                    f"{self.params.path.name} › {name}",
                    f"there are no {tables.TABLES[self.store.facts['leading']].term.en} in this month; they run from {self.months[0]} to {self.months[-1]}.",
                )
        return period

    def _longer(self, label: str) -> Period:
        """A quarter, a half or a year, of which all months have data: part of one is compared with none."""
        if not set(months_between(*months_in(label))) <= set(self.months):
            self.data_days  # noqa: B018 (refuses where there are no months)
            raise NoInput(
                f"{self.params.path.name} › {label}",
                f"the data do not hold all of it; they run from {self.months[0]} to {self.months[-1]}.",
                "Ask for one whose months all have data.",
            )
        return self.calendar.named(label)

    def _day(self, label: str) -> Period:
        day, (first, last) = date.fromisoformat(check_period(label)), self.data_days
        if not first <= day <= last:
            told = tables.TABLES[self.store.facts["leading"]].term.en
            raise NoInput(f"{self.params.path.name} › {label}", f"there are no {told} on this day; they run from {first} to {last}.")
        return self.calendar.day(day)

    @property
    def provisional(self) -> bool:
        """True while later data complete something of the month."""
        return bool(self.awaited)

    @property
    def awaited(self) -> dict[str, date | None]:
        """What later data still complete, and on which day it is final; of figures that the period has. The edition of a day is of calls alone.

        `month`, in which the data end; `calls`, whose last have not been watched for a week or the longest window; `orders`, whose last have not been watched for the
        longest limit; `classes`, a class's own; `due`, orders that have not fallen due; `export`, a newer one of orders, on no known day; `sessions`, whose last callers may come back; `surveys`, whose answers are still on their way, and
        `survey_export`, a newer one of them.
        """
        return {name: day for name, day in self._awaited.items() if len(self.month) != 10 or name in ("month", "calls")}

    @cached_property
    def _awaited(self) -> dict[str, date | None]:
        """The same of every table."""
        view, said = self.view, {}
        if not self.period.dated:
            return said
        if day := indicators.month_on(view):
            said["month"] = day
        if self._watches_callers and (day := view.watched_on(24 * view.tail_s / DAY)):
            said["calls"] = day
        for table, awaited in {"orders": order_shares.awaited, "sessions": deflection.awaited, "surveys": late.awaited}.items():
            if table in view.tables:
                with suppress(DataRefused, NoInput):  # of a table that cannot be read there are no figures
                    said |= awaited(view)
        return said

    @cached_property
    def final_on(self) -> dict[str, date | None]:
        """By indicator the day from which on later data do not change its figure of the month; of those that they still do; None where nobody can say. A repeat rate waits for its own window."""
        view, found = self.view, {}
        for key, i in self.catalogue.items():
            of = "sessions" if key == deflection.CONTAINED else "surveys" if "surveys" in i.tables else ""
            own = view.watched_on(i.window_hours) if i.window_hours else self._awaited.get(of)
            if days := [day for day in (self._awaited.get("month"), own) if day]:
                found[key] = max(days)
            elif of == "surveys" and "survey_export" in self._awaited:
                found[key] = None
        with suppress(DataRefused, NoInput):
            part = orders.within(orders.counted(orders.cases(view)), self.period)
            found |= order_shares.final_on(view, part, (key for key, i in self.catalogue.items() if i.chapter == catalogue.orders.FAMILY))
        return found

    def with_final_on(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A study's frame for other programs: beside each figure of a window or an indicator `provisional` and `final_on`, as in kpis.csv; as it is where it has them, or neither.

        What is compared with other hotlines is as it was shared, and waits for none of these data.
        """
        if "final_on" in frame or "beside" in frame.attrs or not self.period.dated:
            return frame
        if "window_hours" in frame:
            longest = 0 if self.rule.mode == "calendar" else max(self._windows, default=0)  # a row of several windows waits for them all
            month, hours = self._awaited.get("month"), frame["window_hours"].astype("float64").fillna(longest)
            until = {h: max(filter(None, (month, self.view.watched_on(h))), default=None) for h in hours.unique()}
            known = {h: day for h, day in until.items() if day}
        elif "indicator" in frame:
            hours, known = frame["indicator"], self.final_on
        else:
            return frame
        days = [known.get(key) for key in hours]
        return frame.assign(provisional=hours.isin(known), final_on=[day.isoformat() if day else "" for day in days])

    @property
    def _watches_callers(self) -> bool:
        calls = self.view.tables.get("calls")
        return calls is not None and not self.view.masked and "caller" in calls.collect_schema().names()

    def before(self, back: int = 1) -> str:
        """The month `back` months before this one (of a day: before the day's month); of a longer period the one of its kind."""
        return period_before(self.month, back) if grain(self.month) else month_before(self.month[:7], back)

    @cached_property
    def trend(self) -> list[Period]:
        """This month and all months before it (of a longer period: those of its kind): limits stand on the first of them."""
        if grain(self.month) in LONGER:
            return self.calendar.up_to(self.month, self.months[0])
        return [self.calendar.month(m) for m in self.months if m <= self.month[:7]]

    # ---- data

    @property
    def canonical(self) -> dict[str, nw.LazyFrame]:
        """The canonical tables of the whole hotline, as the store holds them, on the engine that params name."""
        return {name: lazy(self.kept.table(name), placed=True) for name in self.store.tables}

    @cached_property
    def view(self) -> View:
        """The tables as studies see them."""
        tables = self.canonical
        if not self._cases.empty:
            tables["cases"] = lazy(self._cases)
        everything = self.everything
        return View(
            self.params,
            self.calendar,
            self.rule,
            self.period,
            editions.rows(tables, self.only),
            everything.start_s,
            everything.end_s,
            masked=bool(self.store.facts.get("masked")),
            keep=self._keep,
            smallest=SMALLEST,
            leading=self.store.facts["leading"],
            only=self.only,
            whole=tables if self.only[0] else {},
            grade=lambda period: self.grade[0] if period == self.period else "",
            told=self.store.told,
            lost=lambda: self._stretches,
        )

    @cached_property
    def _listed(self) -> register.Register:
        """The register of cases as it was when it was first asked for."""
        return register.load(self.params)

    @property
    def register_digest(self) -> str:
        """It changes with what staff answered; '' where nothing was ever listed."""
        return self._listed.digest

    def register(self) -> pd.DataFrame:
        """The cases that were listed to be looked into, with what staff found: one row a case and month. For staff.

        Columns: case_id, kind (caller, agent), opened_month, agent, issue, found, cause, solvable, measure, note, closed_at, filled_at, filled_by; '' where
        nothing was said. A caller's issue is their main one. An empty frame where nothing was listed. Raises DataRefused for a damaged register.
        """
        frame = pd.DataFrame(self._listed.plain(), columns=list(register.FIELDS), dtype=str)
        terms = {
            "note": Term("详细说明", "Notes"),
            "filled_by": Term("填写人", "Filled in by"),
            "filled_at": Term("收回时间", "Taken in at"),
        }
        answers = {name: Field(tables.TABLES["cases"][name].term, words=words) for name, words in ANSWERS.items()}
        frame.attrs = {"audience": "staff", "language": self.language, "fields": _fields({**tables.terms(), **terms, **answers}, frame)}
        return frame

    @cached_property
    def _cases(self) -> pd.DataFrame:
        """The canonical table of cases: those of the exports, and those of the register. A case of the register that an export holds too is the register's."""
        stored = self.store.table("cases").df() if "cases" in self.store.tables else pd.DataFrame()
        listed = self._of_register()
        if listed.empty or stored.empty:
            return listed if stored.empty else stored
        twice = stored["case_id"].isin(listed["case_id"]) if "case_id" in stored else False
        return pd.concat([stored[~twice] if "case_id" in stored else stored, listed], ignore_index=True)

    def _of_register(self) -> pd.DataFrame:
        """The register as canonical cases: callers by the store's integers, listed on the first day of their month."""
        rows = self.register()
        if rows.empty:
            return pd.DataFrame()
        callers = {case: number for number, case in register.caller_ids(self.params).items()}
        days = [self.calendar.month(month).first_day for month in rows["opened_month"]]
        closed = [date.fromisoformat(day) if day else None for day in rows["closed_at"]]
        frame = rows[["case_id", "kind", "agent", "found", "cause", "solvable", "measure"]]
        frame = frame.assign(issue_1=rows["issue"]).replace("", None)
        return frame.assign(
            caller=pd.array([callers.get(case) for case in frame["case_id"]], dtype="Int64"),
            listed_at=pd.to_datetime(days), listed_s=[self.calendar.instant(day) for day in days],
            closed_at=pd.to_datetime(closed), closed_s=pd.array([day and self.calendar.instant(day) for day in closed], dtype="Int64"),
        )  # fmt: skip

    def _keep(self, name: str, make: Callable[[], nw.LazyFrame]) -> nw.LazyFrame:
        """A table that is dear to make, from where it is kept. The gap table of all data grows with them: see `Kept.grown`."""
        if not isinstance(make, GapsByCaller) or make.data_end_s != self.everything.end_s or not make.calls.implementation.is_duckdb():
            return lazy(self.kept.get(name, lambda: make().to_native()), placed=True)
        name, end_s = name.replace(f"-{make.data_end_s}", ""), make.data_end_s

        def unwatched(among=None):
            return make.unwatched(None if among is None else lazy(among, placed=True)).to_native()

        kept = self.kept.grown(name, *self.store.days("calls"), end_s, make.line.to_native(), unwatched)
        return make.watched(lazy(kept, placed=True))

    def definition(self, language: str = "", **changes) -> str:
        """The rule in one line (口径), after changes."""
        _check_language(language or self.language)
        return self._line(self.rule.but(**changes) if changes else self.rule, language or self.language)

    def _rule_told(self, language: str) -> str:
        """What the page's figures rest on: what counts as a repeat call; of a hotline of orders alone, which orders count."""
        if "calls" in self.store.tables or "orders" not in self.store.tables:
            return self._line(self.rule, language)
        return ORDERS_RULE(language).format(orders.rule(self.view)(language))

    def _line(self, rule: Definition, language: str) -> str:
        """The rule as a figure carries it, with what is taken for granted of the data."""
        assumed = self.params.assumed
        told = (rule.line(language), assumed and assumed(language), editions.line(self.only, language))
        return " ".join(filter(None, told)).replace("。 ", "。")

    @cached_property
    def tables(self) -> pd.DataFrame:
        """The canonical tables that these exports became: one row a table, with its rows of all data.

        Columns: table (as `h.sql` names it), name, rows, first_day, last_day (of those that have a time), columns. The codebook in the README says what
        each column holds.
        """
        return self._month("tables", lambda: pd.DataFrame(self._held()), HELD)

    def _held(self) -> list[dict]:
        facts = self.store.facts["tables"]
        days = {name: [moment[:10] for moment in facts[name].get("span") or ("", "")] for name in self.store.tables}
        return [
            {"table": name, "name": name, "rows": facts[name]["rows"], "first_day": days[name][0], "last_day": days[name][1]}
            | {"columns": ", ".join(facts[name]["columns"])}
            for name in self.store.tables
        ]

    def sql(self, query: str) -> pd.DataFrame:
        """The rows of one SELECT over the canonical tables (`h.tables`), all data and not the month's alone: `h.sql("select unit, count(*) as calls from calls group by unit")`.

        Read only; DuckDB's SQL; `h.sql("describe calls")` lists a table's columns. Callers are pseudonyms there, as in `h.calls()`, and the frame is for staff whatever it
        counts: on a page it ends the run, because nobody has looked at its small groups. Raises BadParams for what is no SELECT of these tables.
        """
        frame = ask.answer(self.store.connection, self.store.tables, query)
        self.store.check_unchanged()
        frame.attrs = {"audience": "staff", "language": self.language, "fields": _fields(tables.terms(), frame)}
        return frame

    def _clocked(self, rule: Definition) -> Definition:
        """The rule as these calls can be counted by: where no end is known, gaps run from the start and the rule says so, unless params ask for the end."""
        if rule.clock == "start" or "clock" in self.params.definition or "calls" not in self.store.tables:
            return rule
        return rule if ended(self.canonical["calls"]) else rule.but(clock="start")

    # ---- answers

    @cached_property
    def studies(self) -> pd.DataFrame:
        """Every study and its tables, as `h.study(study, table)` takes them: study, table, name, audience (public, staff), about (what a table holds, in English)."""
        return self._month("studies", lambda: pd.DataFrame(_asked_for(self.language)), STUDIES, options={"language": self.language})

    def share(self, by: str = "", *, leaves: bool = True, **changes) -> sharing.Share:
        """What this hotline may tell another one of its period: counts by unit, no call (`measures.sharing`); leaves: False for a comparison in this house."""
        view = self.view.but(**changes)
        if by:
            self._strata_known("share", by, "calls")
        made = sharing.share(view, by=by, window_hours=self.params.units.window_hours, leaves=leaves)
        self.store.check_unchanged()
        return made

    def _beside(self, view: View) -> tuple[sharing.Share, ...]:
        """The shares of the hotlines that params name: of other params files made now, under the same changes, however they were made; of files as they were sent."""
        settings, made = self.params.units, []
        changes = self._changed(view.definition) if settings.params else {}
        for name in settings.params:
            other = open_hotline(self.params.root / name, view.period.label, self.language, progress=False)
            other.params = other.params.model_copy(
                update={"units": other.params.units.model_copy(update={"window_hours": settings.window_hours})}
            )
            made.append(other.share(settings.by, leaves=False, **changes))
        return (*made, *(sharing.read(self.params.root / name) for name in settings.shares))

    def _changed(self, rule: Definition) -> dict:
        """In which fields a rule is another than the params file's: changed by `open_hotline`, by `h.rule` or for one study."""
        where, told = f"{self.params.path.name} › definition", rule.model_dump()
        written = self._clocked(parse(params_file.load(self.params.path).definition, where)).model_dump()
        return {name: value for name, value in told.items() if value != written[name]}

    @cached_property
    def beside_digest(self) -> str:
        """It changes with what other hotlines shared; '' where params name none."""
        beside = self._beside(self.view)
        return _digest_of(beside) if beside else ""

    def study(
        self,
        name: str,
        table: str = "",
        *,
        by: str | Sequence[str] = (),
        month: str = "",
        options: dict | None = None,
        strict: bool = False,
        **changes,
    ) -> pd.DataFrame:
        """One study's tidy frame: `h.study("window", match="same")`, `h.study("window", "pareto")`.

        by: strata, such as issue_1; month: another month, `first..last` or `all`; changes: fields of the definition. A frame is computed once
        and kept beside the store. Its `attrs` carry its contract: study, table, fields, period, definition, audience. What these data cannot
        answer is an empty frame with the reason in `attrs["missing"]`; strict: raises DataRefused or NoInput instead. Raises BadParams for
        a study, a table or a stratum that does not exist.
        """
        table, make = self._table(name, table)
        view = self.view.but(**changes)
        view = view.over(self._period(month)) if month else view
        module = importlib.import_module(f"hotline_analysis.studies.{name}")
        of = getattr(module, "OF", "calls")
        given = {"by": self._strata(f"study {name}", make, [by] if isinstance(by, str) else list(by), of)} if by else {}
        staff = table in getattr(module, "STAFF", ()) or any(c.startswith("agent") for c in given.get("by", ()))
        options = _options(f"study {name}", make, options or {})
        told = {"study": name, "table": table, "audience": "staff" if staff else "public", **given, "options": options}
        told |= {"register": self.register_digest} if getattr(module, "REGISTER", False) else {}
        if getattr(module, "BESIDE", False):
            view = replace(view, beside=self._beside(view))
            told["beside"] = _digest_of(view.beside)
        rule = getattr(module, "RULE", None)
        rounds = self._rounds(view) and not staff

        def made() -> pd.DataFrame:
            if given:
                self._need_strata(f"study {name}", given["by"], of)
            exact = make(view, **given, **options)
            return rounding.rounded(exact, told, view, edition=bool(self.only[0])) if rounds else exact

        strata = {c: Field(tables.terms()[c], words={OTHER: POOLED, NONE: NOT_GIVEN}) for c in given.get("by", ())}
        whole = getattr(module, "WHOLE", ())
        frame = self._told(made, told, {**strata, **module.COLUMNS}, view, strict=strict, rule=rule, whole=whole)
        repeats = getattr(module, "REPEATS", True)
        carried = table in repeats if isinstance(repeats, tuple) else repeats
        frame.attrs["definition"] = frame.attrs["definition"] if carried else {}
        if rounds and not self.only[0]:  # an edition says so once, of its whole page
            frame.attrs["rounded"] = (rounding.NEAREST, rounding.LEAST) if rounding.ROUNDED.get((name, table)) is rounding.of_groups else ()
        return frame

    def _told(
        self,
        make: Callable[[], pd.DataFrame],
        told: dict,
        columns: Mapping,
        view: View,
        *,
        strict: bool = False,
        rule: Callable[[View], Term] | None = None,
        whole: Sequence[str] = (),
    ) -> pd.DataFrame:
        """A frame with its contract, computed once: kept under everything that it depends on. rule: what its figures rest on, where that is not the definition.
        whole: the tables of its study that are of the whole hotline alone.
        """
        missing, frame = None, pd.DataFrame()

        def unchanged() -> pd.DataFrame:
            made = make()
            self.store.check_unchanged()  # before it is kept under a state of the data that it was not made of
            return made

        try:
            if self._below and told["audience"] == "public":
                rounding.check(told, edition=bool(self.only[0]), whole=whole)
            frame = self.frames.get(self._frame_key(told, view), unchanged)
            self.store.check_unchanged()
        except (DataRefused, NoInput) as refused:
            if strict:
                raise
            missing = quotable.why(refused.wrong)
        said = {language: self._line(view.definition, language).partition("：" if language == "zh" else ": ")[2] for language in LANGUAGES}
        said = said if rule is None else {language: rule(view)(language) for language in LANGUAGES}
        frame.attrs.update(
            told,
            language=self.language,
            period={"label": view.period.label, **{language: view.period.said(language) for language in LANGUAGES}},
            definition=said,
            hash=view.definition.hash,
            fields=_fields({**tables.terms(), **columns}, frame),
            missing={language: missing(Language(language, self.language.per)) for language in LANGUAGES} if missing else None,
        )
        frame.attrs["digest"] = digest(frame)
        return frame

    @property
    def _below(self) -> bool:
        """Whether what is below the hotline's own level is told by the profile `internal`."""
        return bool(self.only[0]) or self.params.report.disclosure == "internal"

    def _rounds(self, view: View) -> bool:
        """Whether counts of groups are rounded: below the hotline's level, and of a quarter, a half or a year, which less its other months would tell what a month's page hides."""
        return self._below or grain(view.period.label) in LONGER

    def _frame_key(self, told: dict, view: View) -> str:
        return hashlib.sha256(json.dumps(self._depends(told, view), sort_keys=True).encode()).hexdigest()[:32]

    def _depends(self, told: dict, view: View) -> dict:
        """Everything that a frame depends on; one of these changed, and it is another frame."""
        return {
            "data": self.digest,
            "params": self.params.model_dump(mode="json", exclude={"path", "title", "limits"}),
            "definition": view.definition.model_dump(mode="json"),
            "only": view.only,
            "period": [view.period.label, view.period.start_s, view.period.end_s, view.data_start_s, view.data_end_s],
            "asked": {name: value for name, value in told.items() if name != "audience"},
            "code": CODE,
            "engines": VERSIONS,
            "key": self.store.facts.get("key_id"),
        }

    def _strata(self, where: str, make: Callable[..., pd.DataFrame], by: list[str], of: str) -> list[str]:
        """The strata, when the frame takes any and the canonical table `of` its study can have them; a study says which it is of (`OF`; calls)."""
        if "by" not in inspect.signature(make).parameters:
            raise BadParams(where, f"'{make.__name__}' is not made by strata.", "Leave --by out.")
        for column in by:
            self._strata_known(where, column, of)
        return by

    def _strata_there(self, of: str) -> list[str]:
        """The strata that the exports of a table hold; none where there is no such table."""
        have = self.view.tables[of].collect_schema().names() if of in self.view.tables else ()
        return [c for c in _strata_of(of) if c in have]

    def _need_strata(self, where: str, by: list[str], of: str) -> None:
        """Raises NoInput without the table, DataRefused for a stratum that its exports lack."""
        self.view.table(of)
        known = self._strata_there(of)
        for column in by:
            if column not in known:
                raise DataRefused(where, f"not available: needs {column}.", f"There are: {', '.join(known)}." if known else "")

    def _table(self, name: str, table: str) -> tuple[str, Callable[..., pd.DataFrame]]:
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
        return chosen, tables[chosen]

    @cached_property
    def catalogue(self) -> dict[str, Indicator]:
        """All indicators of this hotline by key, in reading order."""
        return catalogue.known(self.params)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Every indicator in this month and the months before it; columns in `measures.indicators.evaluate`."""
        return self._month("indicators", self._told_months, indicators.COLUMNS)

    def _told_months(self) -> pd.DataFrame:
        exact = self._had_or(self._exact, self._evaluated)
        return (rounding.months(exact, self.catalogue) if self.only[0] else exact).drop(columns="ways", errors="ignore")

    @cached_property
    def _exact(self) -> pd.DataFrame:
        """The indicators as they were made, for verdicts: what is told of them may be rounded."""
        return self._month("exact", self._evaluated, indicators.COLUMNS)

    def _evaluated(self) -> pd.DataFrame:
        asked = catalogue.of_month(self.params, self._typed_words())
        found = indicators.evaluate(self.view, self.trend, list(asked.values()))
        if found.empty:  # no indicator is of these tables
            return pd.DataFrame(columns=list(indicators.COLUMNS))
        shown = [
            catalogue.in_force(self.catalogue, key, months_in(month)[0])
            for key, month in zip(found["indicator"], found["period"], strict=True)
        ]
        return found[shown].reset_index(drop=True)

    def _typed_words(self) -> list[str]:
        """What figures were typed in of, but for those that belong to a study (`tables.FIGURES`)."""
        if "indicator" not in (self.store.table("aggregates").columns if "aggregates" in self.store.tables else ()):
            return []
        words = self.store.table("aggregates").filter("indicator IS NOT NULL").project("indicator").distinct().fetchall()
        return sorted(word for (word,) in words if word not in tables.FIGURES)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Every indicator of this month against the months before, and what may be said of it.

        Columns in `measures.verdicts.compare` and `measures.quotable.quotable`.
        """
        return self._month("verdicts", self._told_verdicts, quotable.columns(self.catalogue))

    def _told_verdicts(self) -> pd.DataFrame:
        exact = self._had_or(self._judged_exactly, self._judged)
        if not self.only[0]:
            return exact
        return rounding.judged(exact, self._had_or(self.indicators, self._evaluated), self.catalogue, before=self.before(), year=self._year)

    @property
    def _year(self) -> str:
        """The period of last year that stands beside this one."""
        return year_before(self.month) if grain(self.month) else self.before(12)

    @cached_property
    def _judged_exactly(self) -> pd.DataFrame:
        """The verdicts as they were made, for the courses of indicators."""
        return self._month("exact verdicts", self._judged, quotable.columns(self.catalogue))

    def _judged(self) -> pd.DataFrame:
        self._need_indicators()
        told = verdicts.compare(
            self._exact,
            self.month,
            self.before(),
            self.catalogue,
            year=self._year,
            targets=self.params.targets,
            breaks={month: words.term for month, words in self.params.breaks.items()},
            grade=self.grade[0],
            levels=catalogue.levels(self.params),
        )
        said = quotable.quotable(told, self.catalogue, headlines=self.params.report.headlines, final_on=self.final_on)
        return said.assign(**self._absent(set(said.loc[said["value"].notna(), "indicator"])))

    def _absent(self, had: set[str]) -> dict:
        """The tables that the params do not name though indicators need them, in words, and how many indicators those are."""
        there = {*catalogue.there(self.params), *had}
        lacking = {key: i for key, i in self.catalogue.items() if key not in there}
        names = [tables.TABLES[t].term for t in dict.fromkeys(t for i in lacking.values() for t in i.tables if not self.params.sources(t))]
        said = {f"absent_{language}": listed([term(language) for term in names], language) for language in LANGUAGES}
        return said | {"absent_count": len(lacking) or None}

    # ---- the first sheet of the month, and what follows from it

    @cached_property
    def sheet(self) -> pd.DataFrame:
        """Every indicator of the first sheet, of calls and of orders, against the months before; columns in `measures.quotable.sheet`."""
        return self._month("sheet", self._sheet, {**quotable.columns(self.catalogue), **ORDERS_TOLD})

    def _sheet(self) -> pd.DataFrame:
        calls, orders = self.verdicts, self.study("complaints")
        if orders.attrs["missing"] and (calls.attrs["missing"] or not calls["sheet"].any()):
            self._need_indicators()
            self.view.table("calls")  # refuses with the reason of the calls
        return quotable.sheet(*(None if frame.attrs["missing"] else frame for frame in (calls, orders)))

    @cached_property
    def asks(self) -> pd.DataFrame:
        """提请研究的事项: what the month puts before its leaders; columns in `measures.asks.asks`."""
        words = {"indicator": quotable.columns(self.catalogue)["indicator"]}
        return self._month("asks", self._asked, {**asks.COLUMNS, **words})

    def _asked(self) -> pd.DataFrame:
        if self.sheet.attrs["missing"]:
            self._sheet()
        named = {"hours": ("service", "hours"), "categories": ("complaints", "categories"), "outages": ("service", "outages")}
        found = self._had({**named})
        return asks.asks(self.sheet, found | ({} if self.suggestions.attrs["missing"] else {"suggestions": self.suggestions}))

    @cached_property
    def suggestions(self) -> pd.DataFrame:
        """优化建议: what the evidence of the month is enough to suggest; columns in `measures.suggestions.suggestions`. Names nobody."""
        return self._month("suggestions", self._suggested, suggestions.COLUMNS)

    def _suggested(self) -> pd.DataFrame:
        days = (self.period.last_day - self.period.first_day).days + 1
        window = next((i.window_hours for i in self.catalogue.values() if i.window_hours), 0.0)
        return suggestions.suggestions(self._had(suggestions.FRAMES), months=max(round(days / 30.4), 1), window_hours=window)

    @property
    def followed(self) -> pd.DataFrame:
        """上月建议的结果: what the month before suggested, by the manifest of its page, and what came of it; columns in `measures.results.followed`."""
        last, rule = self.suggested_before or (None, "")
        alike, columns = rule == self.rule.hash, {**suggestions.COLUMNS, **results.COLUMNS}
        options = {"last": last, "alike": alike}
        return self._month("followed", lambda: results.followed(last, self._had(suggestions.FRAMES), alike=alike), columns, options=options)

    @cached_property
    def suggested_before(self) -> tuple[list[dict], str] | None:
        """What the page of the month before suggested, and under which definition, as its manifest keeps it beside the page that is being made; None where there is no such page."""
        if len(self.month) != 7 or self.only[0]:  # an edition was not what last month suggested of
            return None
        file = self.reports / self.params.name / self.before() / "manifest.json"
        try:
            said = json.loads(file.read_text(encoding="utf-8"))
            page = said["pages"]["index.html"]
            kept = [{name: row[name] for name in results.KEPT} for row in page["suggestions"]]
            return (kept, page["definition_hash"]) if (said["hotline"], said["month"]) == (self.params.name, self.before()) else None
        except (OSError, ValueError, KeyError, TypeError):  # none, or of another program
            return None

    def _had(self, named: Mapping[str, tuple[str, str]]) -> dict[str, pd.DataFrame]:
        """The frames of studies that these data allow, by name."""
        found = {name: self.study(study, table) for name, (study, table) in named.items()}
        return {name: frame for name, frame in found.items() if not frame.attrs["missing"] and len(frame)}

    @cached_property
    def centre(self) -> pd.DataFrame:
        """运营概况: what the report covers, and the centre's own words of its service, team and process; one row a part with text_zh, text_en."""
        return self._month("centre", lambda: pd.DataFrame(self._parts_of_centre()), CENTRE)

    def _parts_of_centre(self) -> list[dict]:
        told = self.params.report.about
        own = [(part, words.term) for part in ("service", "team", "process") if (words := getattr(told, part))]
        by_closing = self.params.complaints.placed_by == "closed"
        there = [BY_CLOSING if name == "orders" and by_closing else tables.TABLES[name].term for name in self.store.tables]
        data = Term(*(listed([term(language) for term in there], language) for language in LANGUAGES))
        rows = [*own, ("data", data), *([("months", Term(self._covered("zh"), self._covered("en")))] if self.months else [])]
        return [{"part": part, "text_zh": term.zh, "text_en": term.en, "said": "own" if own else "none"} for part, term in rows]

    def _covered(self, language: str) -> str:
        first, last = (format_month(month, language) for month in (self.months[0], self.months[-1]))
        return COVERED(language).format(first, last, len(self.months))

    def history(self, key: str) -> pd.DataFrame:
        """One indicator month by month with its limits; columns in `measures.quotable.history`. Raises BadParams for one that there is not.

        `service_level` is the hotline's own, whatever its seconds.
        """
        key = quotable.main_level(self.catalogue) if key == "service_level" else key
        if key not in self.catalogue:
            there = f"There are: {', '.join(self.catalogue)}."
            raise BadParams("history", f"'{key}' is not an indicator here.", nearest(key, self.catalogue) or there)
        frame = self._month("history", lambda: self._history(key), quotable.course_columns(self.catalogue), options={"key": key})
        repeats = self.catalogue[key].window_hours is not None
        frame.attrs["definition"] = frame.attrs["definition"] if repeats else {}
        return frame

    def _history(self, key: str) -> pd.DataFrame:
        self._need_indicators()
        if key not in set(self._exact["indicator"]):  # as where params name no table of it
            for table in self.catalogue[key].tables:
                self.view.table(table)
        told = (self.verdicts, self.indicators) if self.only[0] else (self._judged_exactly, self._exact)
        return quotable.history(*told, self.catalogue[key])

    def _had_or(self, frame: pd.DataFrame, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """A frame that others are made from; where it cannot be had, the refusal of what makes it."""
        if frame.attrs["missing"]:
            return make()
        plain = frame.copy()
        plain.attrs = {}  # what is made has no contract yet
        return plain

    def _need_indicators(self) -> None:
        """Refuses as the indicators did, or as every study of calls does where no table of any indicator is there: nothing can be said of figures that cannot be had."""
        if self._exact.attrs["missing"]:
            self._evaluated()
        if self._exact.empty:
            self.view.table("calls")

    @cached_property
    def glossary(self) -> pd.DataFrame:
        """The indicators that the month has figures of, in words."""
        return self._month("glossary", self._words, quotable.columns(self.catalogue))

    def _words(self) -> pd.DataFrame:
        self._need_indicators()
        told = self.verdicts[self.verdicts["value"].notna()]
        return quotable.glossary({key: self.catalogue[key] for key in told["indicator"]}).assign(spoken=told["spoken"].to_numpy(bool))

    def calls(self, **changes) -> pd.DataFrame:
        """The period's calls as rows of pseudonyms, in their order: every column that the export has. For staff: on a page it ends the run.

        changes: fields of the definition, whose `leave_out` and `outbound` say which calls there are. Raises NoInput without calls.
        """
        view = self.view.but(**changes)
        start = nw.col("start_s")
        rows = indicators.offered_calls(view).filter((start >= view.period.start_s) & (start < view.period.end_s))
        return self._rows(rows)

    def gaps(self, **changes) -> pd.DataFrame:
        """The period's index calls as rows, each with its gap to the caller's next call, and how long it was watched: what every repeat rate is counted from.

        Columns in `measures.gaps.gap_table`. For staff. changes: fields of the definition. Raises NoInput without calls, DataRefused with masked numbers.
        """
        return self._rows(self.view.but(**changes).gaps())

    def rows(self, key: str, *, group: str = "", **changes) -> Behind:
        """The rows behind an indicator's figure of this month: numerator, denominator and what was left out, with its reason. For staff.

        group: `column=value`, for the figure of one group. changes: fields of the definition. Columns in `measures.behind`. Raises BadParams for a key or a column
        that there is not, DataRefused for a figure that was typed in or cannot be had.
        """
        key = quotable.main_level(self.catalogue) if key == "service_level" else key
        if key not in self.catalogue:
            raise BadParams("rows", f"'{key}' is not an indicator here.", nearest(key, self.catalogue) or "`hotline glossary` lists them.")
        if self.month not in self.months:
            raise BadParams("rows", f"'{self.month}' is not one month.", "The rows are of the figure of one month, such as 2024-09.")
        column, equals, word = group.partition("=")
        if bool(group) != bool(column and equals and word):
            raise BadParams(f"rows {key} › group", "is not column=value.", "As in --group unit=North.")
        if column:
            self._strata_known(f"rows {key} › group", column, self.catalogue[key].tables[0])
        found = behind(self.view.but(**changes), self.trend, self.catalogue[key], by=column, group=word)
        self.store.check_unchanged()
        for frame in (found.numerator, found.denominator, found.left_out):
            frame.attrs = {"audience": "staff", "language": self.language, "fields": _fields({**tables.terms(), **BEHIND}, frame)}
        return found

    def _strata_known(self, where: str, column: str, of: str) -> None:
        """Raises BadParams for a column by which a table is not told apart."""
        if column not in _strata_of(of):
            known = self._strata_there(of)
            there = nearest(column, known) or (f"There are: {', '.join(known)}." if known else "")
            raise BadParams(where, f"the {of.replace('_', ' ')} have no stratum '{column}'.", there)

    def _rows(self, rows: nw.LazyFrame) -> pd.DataFrame:
        frame = pandas(rows).sort_values("seq", ignore_index=True)
        self.store.check_unchanged()
        frame.attrs = {"audience": "staff", "language": self.language, "fields": _fields(tables.terms(), frame)}
        return frame

    def _month(self, table: str, make: Callable[[], pd.DataFrame], columns: Mapping, *, options: dict | None = None) -> pd.DataFrame:
        """A frame of the month that belongs to no study; its forms are declared in `show/month.py`."""
        told = {"study": "month", "table": table, "audience": "public", "options": options or {}}
        return self._told(make, told, columns, self.view)

    @cached_property
    def checks(self) -> pd.DataFrame:
        """What is odd about the data of this month: check, where, count, usual, share, detail, severity.

        And grade, told and place (in words), worst (the first four of the worst severity, which the sentence names), more (how many it does not).
        """
        return self._of_the_files(self._month("checks", self._checked, CHECKS))

    def _checked(self) -> pd.DataFrame:
        day = len(self.month) == 10  # on which only the leading table is told of: others may well bring nothing
        found = checks.checks(
            self.store.connection,
            {n: self.store.table(n) for n in self.store.tables if not day or n == self.store.facts["leading"]},
            self.store.ledgers,
            self.params,
            period=None if self.period.label == "all" else self.period,
            cells=self.store.cells,
            left_out={name: self.store.left_out(name) for name in self.store.tables},
        )
        more = [] if day else [*self._unended(), *self._typed_unknown(), *self._typed_above(), *self._typed_otherwise(), *self._untold()]
        found = checks.with_more(found, [*self._lost_after(), *self._few_watched(), *more])
        rows = found.to_dict("records")
        items = {key: item.name.term for key, item in self.params.items.items()}
        said = {f"told_{language}": [check_words.sentence(row, language, items) for row in rows] for language in LANGUAGES}
        said |= {f"place_{language}": [check_words.place(row["where"], language, items) for row in rows] for language in LANGUAGES}
        grade = checks.grade(found)[0]
        worst = found["severity"].eq(next(iter(found["severity"]), "")) & (grade != "excellent")
        named = worst & (worst.cumsum() <= MOST_NAMED)
        return found.assign(**said, grade=grade, worst=named, more=int(worst.sum() - named.sum()) or None)

    @cached_property
    def _lost(self) -> pd.DataFrame:
        """The lost days of all data (`measures.lost`); none where callers cannot be followed."""
        return lost.days(self.view) if self._watches_callers else pd.DataFrame(columns=["date", "usual", "either"])

    @cached_property
    def _stretches(self) -> tuple[tuple[int, int], ...]:
        return lost.stretches(self.view, self._lost) if len(self._lost) else ()

    @property
    def _windows(self) -> list[float]:
        """The windows that some figure of the hotline has, in hours, ascending."""
        own = [i.window_hours for i in self.catalogue.values() if i.window_hours]
        return sorted({*self.rule.windows_hours, *self.rule.windows_by_issue.values(), *own})

    @property
    def _followed(self) -> tuple[View, list[float]]:
        """The view under which repeat rates of months are made, and the windows that some figure of the hotline has, ascending."""
        view = self.view.but(direction="look-ahead", mode="rolling", follow_up="km")
        return view, sorted({*self._windows, 24 * view.tail_s / DAY})

    def _lost_after(self) -> list[dict]:
        """A finding a stretch of lost days behind the period, at which the follow-up of its last calls ends; with the shortest window that reaches it."""
        if not (self.period.dated and self._watches_callers):
            return []
        (view, windows), period, told = self._followed, self.period, []
        behind = lost.after(self._lost, period, windows[-1])
        behind = behind[behind["date"] <= self.calendar.day_of(view.end_s - 1)]  # what a rule does not look at is not missed
        for _, days in behind.groupby(pd.to_datetime(behind["date"]).diff().dt.days.ne(1).cumsum()):
            first, last = days["date"].iloc[0], days["date"].iloc[-1]
            reach = next(w for w in windows if w > 24 * ((first - period.last_day).days - 1))
            where = first.isoformat() + (f"..{last.isoformat()}" if first < last else "")
            lacking = {"where": where, "count": len(days), "usual": round(days["usual"].sum()), "detail": f"{reach:g}"}
            told.append({"check": "lost or closed after" if days["either"].any() else "lost after", **lacking, "severity": "minor"})
        return told

    def _few_watched(self) -> list[dict]:
        """A finding where lost days, behind the period or within it, leave too few calls that were watched for a window; of the shortest such window."""
        if not (self.period.dated and self._watches_callers):
            return []
        view, windows = self._followed
        cut = [w for w in windows if view.ends_early(w * HOUR)]
        try:
            watched = indicators.watched(view, [self.period], cut) if cut else pd.DataFrame()
        except DataRefused:  # a definition that these calls cannot be counted by has no repeat rates
            return []
        few = [(w, n) for r in watched.to_dict("records") for w in cut if (n := r[w]) < min(indicators.FEW, r["calls"])]
        return [{"check": "few watched", "where": "calls", "count": int(n), "detail": f"{w:g}", "severity": "minor"} for w, n in few[:1]]

    def _unended(self) -> list[dict]:
        """A finding where calls have no written end, and one where none is known: of middle weight where rates may be so much too low that they are not judged.

        It names the longest window of which the rate may be too low; of no more than middle weight, because every other figure of the period stands.
        """
        if not self._watches_callers:
            return []
        whole, told = replace(self.view, tables=self.canonical, only=("", "")), []
        for row in unended.counted(whole, [self.period]).itertuples():
            lacking = {w: unended.missed(row.calls, row.unknown, row.lasted_s, w) for w in self._windows}
            moved = [w for w in self._windows if lacking[w] >= unended.TOLD]
            severity = "major" if max(lacking.values()) >= unended.UNJUDGED else "minor"
            if row.worked_out:
                told.append({"check": "ends worked out", "count": row.worked_out, "share": row.worked_out / row.calls, "severity": "info"})
            if row.unknown:
                told.append({"check": "ends unknown" if moved else "few ends unknown", "count": row.unknown, "share": row.unknown / row.calls,
                             "severity": severity if moved else "info", "detail": f"{moved[-1]:g}" if moved else ""})  # fmt: skip
        return [{"where": "ended_at", **found} for found in told]

    def _untold(self) -> list[dict]:
        """A finding where orders of the period were open in the last export that holds them, though the data go on; major where that was before the period ended."""
        view, placed = self.view, self.params.complaints.placed_by
        if "orders" not in view.tables or placed == "closed":
            return []
        told = orders.counted(orders.cases(view))
        told = orders.within(told, self.period) if self.period.dated else told
        lost = told[orders.untold(told, view.end_s)]
        if not len(lost):
            return []
        last = self.calendar.day_of(int(lost["told_s"].max()) - 1).isoformat()
        early = self.period.dated and bool((lost["told_s"] < min(self.period.end_s, view.end_s)).any())
        found = {"check": "told no more", "where": f"orders › {last}", "severity": "major" if early else "minor"}
        return [found | {"count": len(lost), "share": len(lost) / len(told)}]

    def _typed_unknown(self) -> list[dict]:
        """A finding where figures were typed in under words that are no indicators: nothing can take them. Those that read as a key are named."""
        unknown = [key for key in self._typed_words() if key not in self.catalogue]
        named = ", ".join(key if KEY.fullmatch(key) else "…" for key in unknown)
        told = {
            "check": "unknown indicators",
            "where": "aggregates › indicator",
            "count": len(unknown),
            "detail": named,
            "severity": "major",
        }
        return [told] if unknown else []

    def _typed_above(self) -> list[dict]:
        """A finding where shares were typed in that are above 1 (95.6 without its sign): nobody knows what the others of the indicator are, and none is used."""
        known = [self.catalogue[key] for key in self._typed_words() if key in self.catalogue]
        above = sorted(indicators.above_bound(self.view, known)) if known and "aggregates" in self.view.tables else []
        told = {
            "check": "typed above its bound",
            "where": "aggregates › value",
            "count": len(above),
            "detail": ", ".join(above),
            "severity": "major",
        }
        return [told] if above else []

    def _typed_otherwise(self) -> list[dict]:
        """A finding where figures typed in for this month differ from what the records give: by more than they are rounded."""
        known = [self.catalogue[key] for key in self._typed_words() if key in self.catalogue]
        asked = [i for i in known if all(t in self.view.tables for t in i.tables)]
        told = {r["indicator"]: r["value"] for r in indicators.typed(self.view, [self.period], asked) if not pd.isna(r["value"])}
        if not told:
            return []
        bare = replace(self.view, tables={name: table for name, table in self.view.tables.items() if name != "aggregates"})
        found = indicators.evaluate(bare, [self.period], [i for i in asked if i.key in told]).dropna(subset=["value"])
        apart = [
            k for k, v in zip(found["indicator"], found["value"], strict=True) if abs(told[k] - v) > TYPED_APART * max(abs(v), abs(told[k]))
        ]
        return (
            [
                {
                    "check": "typed otherwise",
                    "where": "aggregates › value",
                    "count": len(apart),
                    "detail": ", ".join(apart),
                    "severity": "minor",
                }
            ]
            if apart
            else []
        )

    @cached_property
    def grade(self) -> tuple[str, str]:
        """The data-quality grade and its reason; poor where the checks themselves could not be made."""
        missing = self.checks.attrs["missing"]
        return ("poor", missing["en"]) if missing else checks.grade(self.checks)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Where every physical record of every file went."""
        return self._of_the_files(self._month("ledger", lambda: ledger_frame(self.store.ledgers), LEDGER))

    def _of_the_files(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A frame that is of the whole hotline on an edition's page too, which says so."""
        if self.only[0]:
            frame.attrs["whole"] = {language: editions.WHOLE(language) for language in LANGUAGES}
        return frame

    @cached_property
    def days(self) -> pd.DataFrame:
        """Records a day of the month beside what such a day usually brings; columns in `measures.days.daily`."""
        frame = self._month("days", lambda: rounding.days(daily(self.view)) if self.only[0] else daily(self.view), DAYS)
        frame.attrs["definition"] = {}
        return frame

    @property
    def about(self) -> pd.DataFrame:
        """One row for the head of a page: hotline, month, its days, provisional or final, who made it, the last day with data."""
        title, organisation = self.params.title, self.params.report.organisation
        row = {f"title_{language}": title.term(language) for language in LANGUAGES}
        row |= {f"author_{language}": organisation.term(language) if organisation else "" for language in LANGUAGES}
        first, last = self.period.first_day, self.period.last_day
        days = {"first_day": first.isoformat(), "last_day": last.isoformat() if first < last else ""}
        note = self.params.report.note
        row |= {f"note_{language}": note.term(language) if note else "" for language in LANGUAGES}
        row |= {f"edition_{language}": editions.name(self.only, language) for language in LANGUAGES}
        until = {name: day.isoformat() for name, day in self.awaited.items() if day}
        last_on = max(until.values(), default="")
        final = last_on if until.keys() == self.awaited.keys() else ""
        known = {"month": self.month, **days, "data_to": self.data_days[1].isoformat(), "provisional": self.provisional, "final_on": final}
        awaited, until = (["month"], {"month": last_on}) if "month" in until else (list(self.awaited), until)
        known |= {"awaited": " ".join(awaited), **{f"{name}_on": day for name, day in until.items()}}
        exports = {"export": ("export_to", "orders"), "survey_export": ("survey_export_to", "surveys")}
        known |= {to: self.calendar.day_of(self.view.told_to(of) - 1).isoformat() for name, (to, of) in exports.items() if name in awaited}
        known |= {"late_days": late.late_days(self.view)} if {"surveys", "survey_export"} & set(awaited) else {}
        known |= {"grade": self.grade[0], **{f"rule_{language}": self._rule_told(language).rstrip("。.") for language in LANGUAGES}}
        frame = pd.DataFrame([{**row, **known, "issue": self._issue(), "sample": self.params.sample, "hash": self.rule.hash}])
        frame.attrs = {
            "audience": "public",
            "study": "month",
            "table": "about",
            "language": self.language,
            "fields": _fields({**quotable.COLUMNS, "grade": CHECKS["grade"]}, frame),
        }
        frame.attrs["digest"] = digest(frame)  # words of params: an organisation may be called as an agent is
        return frame

    def _issue(self) -> int | None:
        """The report's running number since its first month; a day has none."""
        first = self.params.report.first_month if len(self.month) == 7 else ""
        return len(list(months_between(first, self.month))) if first and first <= self.month else None

    def end(self, *kpis: pd.DataFrame):
        """The last cell of a report notebook: what the run was made of, and the month's indicators (of calls, of orders) for kpis.csv."""
        from hotline_analysis.show import blocks  # imported on use: `hotline check` should not wait for the charts

        manifest = {
            "definition": self.rule.model_dump(mode="json"),
            "definition_hash": self.rule.hash,
            "params": hashlib.sha256(self.params.path.read_bytes()).hexdigest(),
            "code": CODE,
            "lock": _lock_digest(),
            "ledger": self.ledger.groupby("table", sort=False).sum(numeric_only=True).astype(int).to_dict("index"),
            "checks": self.checks[["check", "severity"]].value_counts().rename("findings").reset_index().to_dict("records"),
            "data": self.store.facts,
            "digest": self.digest,
            "register": self.register_digest,
            **({"beside": self.beside_digest} if self.beside_digest else {}),
            **({"suggested": hashlib.sha256(repr(self.suggested_before).encode()).hexdigest()} if self.suggested_before else {}),
            "grade": self.grade[0],
            "provisional": self.provisional,
            "awaited": {name: day and day.isoformat() for name, day in self.awaited.items()},
            **self._kept_suggestions(kpis),
        }
        known = [
            frame if "indicator" in frame else frame.rename(columns={"key": "indicator"})
            for frame in kpis
            if not frame.attrs.get("missing")
        ]
        told = [frame.reindex(columns=list(KPIS)) for frame in known]
        return blocks.end(kpis=pd.concat(told, ignore_index=True) if told else None, manifest=manifest)

    def _kept_suggestions(self, kpis: Sequence[pd.DataFrame]) -> dict:
        """What the month suggests, for the page of the next one; of the month's own page alone."""
        if not kpis or len(self.month) != 7 or self.suggestions.attrs["missing"]:
            return {}
        rows = self.suggestions[self.suggestions["kind"] != ""]
        return {"suggestions": json.loads(rows.reindex(columns=list(results.KEPT)).to_json(orient="records", double_precision=15))}

    @cached_property
    def ledger_of_month(self) -> pd.DataFrame:
        """What became of the records of this month, by table and file; columns in `intake.read.ledger.month_frame`."""
        first, last = self.period.first_day, self.period.last_day
        return self._of_the_files(self._month("ledger_of_month", lambda: month_frame(self.store.ledgers, first, last), LEDGER))

    @property
    def digest(self) -> str:
        return self.kept.digest


def _digest_of(beside: Sequence[sharing.Share]) -> str:
    return hashlib.sha256("".join(shared.text() for shared in beside).encode()).hexdigest()


def _fields(columns: Mapping, frame: pd.DataFrame) -> Contract:
    """The contract of the frame's columns as plain JSON; a bare Term is a column without a form of its own."""
    there = [name for name in columns if name in frame or f"{name}_zh" in frame]
    return Contract({name: (columns[name] if isinstance(columns[name], Field) else Field(columns[name])).as_dict() for name in there})


def _strata_of(table: str) -> list[str]:
    """The columns of a canonical table by which a study may be asked: of calls those that the gap table carries."""
    columns = (*LEVELS, *STRATA) if table == "calls" else tables.strata(table)
    return [c for c in columns if c not in ("local_s", "talk_seconds", "order_id")]


def _options(where: str, make: Callable[..., pd.DataFrame], options: Mapping) -> dict:
    """A table's options as plain JSON: they are part of the frame's key and of its attrs."""
    known = [name for name, taken in inspect.signature(make).parameters.items() if taken.kind is taken.KEYWORD_ONLY and name != "by"]
    for name in options:
        if name not in known:
            raise BadParams(
                where,
                f"'{make.__name__}' takes no option '{name}'.",
                nearest(str(name), known) or (f"There are: {', '.join(known)}." if known else "Leave it out."),
            )
    try:
        plain = json.loads(json.dumps(dict(options), default=_number))
    except (TypeError, ValueError, AttributeError):
        raise BadParams(
            where, "an option is no plain value.", "Give numbers, texts, true or false, or lists and mappings of these."
        ) from None
    for name, whole in WHOLE_HOURS.items():
        parts = [n for n in range(1, whole + 1) if whole % n == 0]
        if plain.get(name, 1) not in parts:
            raise BadParams(f"{where} › {name}", f"{whole} hours have no such parts.", f"Take {', '.join(map(str, parts))}.")
    return plain


def _number(value):
    """What numpy took out of a frame, as Python's own."""
    return value.item()


def code_digest() -> str:
    """A digest of the package's own code: a frame that other code made is another frame."""
    package = Path(__file__).parent
    files = sorted(package.rglob("*.py"))
    return hashlib.sha256(b"".join(str(f.relative_to(package)).encode() + f.read_bytes() for f in files)).hexdigest()[:16]


def _lock_digest() -> str:
    """The digest of the lock that this checkout was installed from; '' where there is none."""
    lock = Path(__file__).parent.parent / "requirements.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else ""


CODE = code_digest()  # taken with the code itself: a notebook that stays open while files change makes frames of what it has loaded


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise BadParams("language", f"'{language}' is not a language here.", "Use zh or en.")


def _check_indicators(params: Params) -> None:
    """An indicator of the hotline's own has a key of its own; what is said of others is said of such as there are."""
    usual = catalogue.known(params.model_copy(update={"indicators": {}}))
    known = {**usual, **dict.fromkeys(key for key, given in params.indicators.items() if given.numerator is not None)}
    for key, given in params.indicators.items():
        place = f"{params.path.name} › indicators › {key}"
        if given.numerator is not None and key in usual:
            raise BadParams(place, "there is an indicator of this key already.", "Take another key.")
        if key not in known:
            raise BadParams(place, f"'{key}' is not an indicator here.", nearest(key, usual) or "A new one has a name and a numerator.")
        if given.replaced_by and (given.replaced_by not in known or given.replaced_by == key):
            raise BadParams(
                f"{place} › replaced_by", f"'{given.replaced_by}' is not another indicator here.", nearest(given.replaced_by, known)
            )
        if given.replaced_by and not (params.indicators.get(given.replaced_by) and params.indicators[given.replaced_by].since):
            raise BadParams(
                f"{place} › replaced_by", f"'{given.replaced_by}' does not say since when.", f"Add 'since' to {given.replaced_by}."
            )


def _check_targets(params: Params) -> None:
    known = catalogue.there(params)
    for place, keys in (("targets", params.targets), ("report › headlines", params.report.headlines)):
        for key in keys:
            if key not in known:
                raise BadParams(f"{params.path.name} › {place}", f"'{key}' is not an indicator here.", nearest(key, known))
    project = params.improvement
    for place, parts in (("needs", project.needs), ("interventions", project.interventions)):
        for n, part in enumerate(parts, start=1):
            if part.indicator and part.indicator not in known:
                raise BadParams(
                    f"{params.path.name} › improvement › {place} › {n} › indicator",
                    f"'{part.indicator}' is not an indicator here.",
                    nearest(part.indicator, known),
                )
    for key, target in params.targets.items():
        if known[key].better is None:
            raise BadParams(f"{params.path.name} › targets", f"neither way is better for '{key}'.", "Leave its target out.")
        if known[key].unit is PERCENT and not 0 <= target <= 1:
            raise BadParams(
                f"{params.path.name} › targets › {key}", f"{target:g} is not a rate between 0 and 1.", "95 % is written as 0.95."
            )


def open_hotline(
    params: str | Path, month: str = "latest", language: str = "zh", *, only: str = "", progress: bool = True, **settings: Any
) -> Hotline:
    """The hotline that a params file describes, opened at a month (`2024-09`, `latest`, `2024Q3`, `2024`, `1999-01..1999-07` or `all`).

    Reads what changed in its exports, once. only: `unit=North`, for what one unit, area or department brought alone; a run of `hotline report --for` gives it
    to every notebook, so that none can leave it out. settings: fields of the definition that differ from the params. Raises BadParams, NoInput or DataRefused with a sentence.
    """
    _check_language(language)
    described = params_file.load(params)
    if settings:
        described = described.model_copy(update={"definition": {**described.definition, **settings}})
    return Hotline(described, month, language, only=only or os.environ.get(editions.ONLY, ""), progress=progress)


__all__ = ["Definition", "Hotline", "open_hotline", "study_names"]
