"""The machinery of the indicators (指标): what a declaration is, and how values with parts and intervals are made from one.

The declarations stand in `measures/catalogue/`, a file a family. A missing table or column gives its reason, never 0; an empty base gives none,
never 0 %. Every row carries its numerator and its denominator, and the two have one base: a row whose cell was not read is in neither. What one
day brings belongs together (staffing, weather, an outage), so service indicators have their intervals from the days; what one caller does belongs
together, so figures about callers have theirs from the 100 caller groups. A table of months (staff, typed-in figures) has no interval but that of
counted people.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import takewhile

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import tables
from hotline_analysis.intake.usual import LEAST_BACK, Kinds
from hotline_analysis.measures import counts, late, rates, rules, teams, unended, volumes
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY, inbound, not_left_out
from hotline_analysis.measures.periods import Period, months_between
from hotline_analysis.measures.view import View, once
from hotline_analysis.stats import binned, intervals, resampling
from hotline_analysis.words import PERCENT, TIMES, Term, Unit

FEW = 30  # a base below this is shown and not judged
LATER = 12  # records that are usual behind a day's last one, from which it was not over: of simulated honest months at most .5 of 1,000 are told so
REACH_DAYS = 98  # days that say what is usual at the end of the last one: a quarter of a year and its own week
FEWEST_DAYS = 5  # below this many days with records the caller groups give the interval, not the days
MONTHLY = frozenset(name for name, table in tables.TABLES.items() if table.monthly)  # a row is a month: they have no days
FRONT, MANAGEMENT, SUPPORT = "front line", "management", "support"
COLUMNS = {
    "indicator": Term("指标", "Indicator"),
    "period": Term("期间", "Period"),
    "group": Term("分组", "Group"),
    "numerator": Term("分子", "Numerator"),
    "denominator": Term("分母", "Denominator"),
    "value": Term("数值", "Value"),
    "low": Term("区间下端", "Low"),
    "high": Term("区间上端", "High"),
    "origin": Term("来源", "Origin"),
    "missing": Term("缺失原因", "Why missing"),
}
Have = Sequence[str]  # the columns that a table has


@dataclass(frozen=True)
class Part:
    """A numerator or a denominator: what it is in words, the columns it needs, the whole number a row of its table adds to it.

    sums: the columns of which it adds up an amount (seconds, yuan, points); () where it counts. among: which rows of its table its own export brings, where two kinds of
    export share a table (agents' states and their roster): a day that has none of these is none of it. holds: (why there is no figure, part) of what it cannot be without:
    nothing of that in the whole period, and the part is not whole. one_of: parts of which a period may have one alone, since what they count does not add up.
    """

    term: Term
    needs: tuple[str, ...]
    amount: Callable[[Have], nw.Expr]
    table: str = "calls"
    id: str = ""
    sums: tuple[str, ...] = ()
    among: Callable[[], nw.Expr] | None = None
    holds: tuple[tuple[str, "Part"], ...] = ()
    one_of: tuple["Part", ...] = ()

    @property
    def key(self) -> str:
        """The column of its sums: its English words, or the name of its own."""
        return self.id or self.term.en

    @property
    def source(self) -> "Source":
        return self.table, self.among


Source = tuple[str, Callable[[], nw.Expr] | None]  # a table, or those of its rows that one kind of export brings


def mark(condition: nw.Expr) -> nw.Expr:
    """1 for a row that meets a condition, 0 for one that does not or of which it is not known."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def amount(condition: nw.Expr, number: nw.Expr) -> nw.Expr:
    """A number of the rows that meet a condition."""
    return nw.when(condition).then(number).otherwise(nw.lit(0))


def read(column: str) -> nw.Expr:
    """A number that was read; a negative one was not."""
    return ~nw.col(column).is_null() & (nw.col(column) >= 0)


def rows_of(table: str, zh: str, en: str) -> Part:
    """The rows of a table."""
    return Part(Term(zh, en), (), lambda have: nw.lit(1), table)


def summed(column: str, zh: str, en: str, table: str) -> Part:
    """The sum of a column, over the rows in which it was read."""
    return Part(Term(zh, en), (column,), lambda have: amount(read(column), nw.col(column)), table, sums=(column,))


def said(zh: str, en: str, table: str = "calls", *needs: str, sums: tuple[str, ...] = ()) -> Part:
    """A part in words alone: an estimator of its own counts it, or adds it up."""
    return Part(Term(zh, en), needs, lambda have: nw.lit(0), table, sums=sums)


Estimate = Callable[[View, Sequence[Period], Sequence["Indicator"], str], Iterable[Mapping]]
Cases = Callable[[View, Sequence[Period], "Indicator", str], "pd.DataFrame | str"]


@dataclass(frozen=True)
class Estimator:
    """How a figure that is no ratio of sums is made, and the cases that it is made of.

    values: the rows of `evaluate` (`row`). cases: one row a case of the periods, with `seq` (of the table `of`; by default the denominator's), start_s (places it), k and n
    (what it adds to the two parts) and the strata; or why there are none. adds_up: what was typed of months makes a quarter all the same.
    """

    values: Estimate
    cases: Cases
    of: str = ""
    adds_up: bool = False

    def __call__(self, view: View, periods: Sequence[Period], indicators: Sequence["Indicator"], by: str) -> Iterable[Mapping]:
        return self.values(view, periods, indicators, by)


@dataclass(frozen=True)
class Indicator:
    """One indicator: its parts (指标定义), its unit, which way is better (None: neither), what is counted (统计口径), what to look at (评估观察), what tells
    good from bad (判断特征), its source and readers.

    audience: who may see it; one that is not for the `front line` is in no table of agents. tier: 1 a call export, 2 agent times, 3 staff, finance
    or trunk. most: the largest value that it can have (1 of a share); None where it may pass 100 %, and then `beyond` says why. group: the class of
    the source. reading: `document` (原文口径) or `suggested` (建议口径), its twin the key of the other. first: it stands on the first sheet. chapter: the chapter
    of the monthly page that speaks of it. owner, since (the first month of this rule), replaced_by (the key of what follows it): from params.

    times: value = times x numerator / denominator. turned: the value of the ratio, where it is a rising function of it (monthly to annual).
    `estimate` makes the rows of figures that are no ratio of sums (`row`); its parts then are words, tables and needed columns; `how` is its formula.
    `window_hours` makes it a repeat-call rate, whose parts come from the gap table under the hotline's definition. `family` names the one
    event that indicators share: they get one verdict. `known` and `of` say of which rows the figure could be had and of how many; below the
    share `least_known` there is no figure. `callers`: the figure is about callers, so its interval comes from the caller groups. `people`: a share of
    counted people in a table of months, Wilson.
    """

    key: str
    name: Term
    numerator: Part
    denominator: Part | None
    unit: Unit
    better: str | None
    scope: Term
    observe: Term
    judge: Term
    source: str
    audience: tuple[str, ...] = (MANAGEMENT,)
    window_hours: float | None = None
    family: str = ""
    known: Part | None = None
    of: Part | None = None
    least_known: float = 0.0
    callers: bool = False
    tier: int = 1
    most: float | None = None
    beyond: Term | None = None
    group: str = ""
    reading: str = ""
    twin: str = ""
    first: bool = False
    chapter: str = ""
    owner: str = ""
    since: str = ""
    replaced_by: str = ""
    times: float = 1.0
    turned: Callable[[float], float] | None = None
    estimate: Estimator | None = None
    how: Term | None = None
    people: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its parts, those of what is known among them."""
        return tuple(p for p in (self.numerator, self.denominator, self.known, self.of) if p is not None)

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.numerator.needs, *(self.denominator.needs if self.denominator else ())]))

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables whose rows it is made of, the numerator's first."""
        return tuple(dict.fromkeys(p.table for p in self.parts))

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(dict.fromkeys(p.source for p in self.parts))

    @property
    def counted(self) -> bool:
        """A share of cases, each counted or not: chance alone knows its spread."""
        return self.unit is PERCENT and self.most == 1 and self.turned is None and self.denominator is not None

    @property
    def events(self) -> bool:
        """A count of events on days, sessions or calls: chance alone knows how far few of them spread."""
        plain = self.turned is None and self.times == 1 and not MONTHLY & set(self.tables)
        return plain and (self.denominator is None or self.unit is TIMES or (self.unit is PERCENT and self.most is None))

    @property
    def event(self) -> str:
        """The family, or the indicator by itself."""
        return self.family or self.key

    @property
    def formula(self) -> Term:
        """The formula in words, made from the parts (指标定义)."""
        if self.how:
            return self.how
        top, bottom = self.numerator.term, self.denominator.term if self.denominator else DAYS
        by = "" if self.times == 1 else f" × {self.times:g}"
        return Term(f"{top.zh} ÷ {bottom.zh}{by}", f"{top.en} ÷ {bottom.en}{by}")


DAYS = Term("有数据的天数", "days with data")


def offered_calls(view: View) -> nw.LazyFrame:
    """The calls that service indicators are made of: what the definition leaves out and outbound calls are not in it."""
    return inbound(not_left_out(view.table("calls"), view.definition))


def rows_in(view: View, table: str) -> nw.LazyFrame:
    """The rows of a table that indicators are made of."""
    return offered_calls(view) if table == "calls" else view.table(table)


def within_data(view: View, rows: nw.LazyFrame, periods: Sequence[Period], clock: str = "start_s") -> nw.LazyFrame:
    """The rows of the periods as far as there are data."""
    start_s, end_s = max(periods[0].start_s, view.data_start_s), min(periods[-1].end_s, view.data_end_s)
    return rows.filter((nw.col(clock) >= start_s) & (nw.col(clock) < end_s))


def counted(view: View, table: str, periods: Sequence[Period]) -> nw.LazyFrame:
    """The rows of a table that sums of the periods are made of: as far as there are data; of a table of months all."""
    held, clock = rows_in(view, table), view.clock(table)
    if table not in MONTHLY:
        return within_data(view, held, periods, clock)
    return held.filter((nw.col(clock) >= periods[0].start_s) & (nw.col(clock) < periods[-1].end_s))


def day_of(view: View) -> nw.Expr:
    """The hotline's day of a row, as its number since 1970."""
    return (nw.col("local_s") - HOUR * view.calendar.cut_hour) // DAY


def days_of(view: View, table: str, periods: Sequence[Period]) -> pd.DataFrame:
    """The days that a volume of a table is told by; columns in `volumes.days`."""
    return _days(view, (table, None), periods, _sums(view, table, [], periods, ""))


@once
def exported(view: View, source: Source, periods: tuple[Period, ...]) -> frozenset[int]:
    """The hotline's days, as numbers since 1970, on which stretches of one kind of export lie: a night's shift is of both its days."""
    table, among = source
    held = counted(view, table, periods).filter(among() & (nw.col("seconds") > 0))
    last = (nw.col("local_s") + nw.col("seconds") - 1 - HOUR * view.calendar.cut_hour) // DAY
    both = pandas(held.select(first=day_of(view), last=last).unique()).dropna().astype("int64")
    return frozenset(day for first, end in both.itertuples(index=False) for day in range(first, end + 1))


def month_on(view: View) -> date | None:
    """The day after the period, where the data end within it, or hours before its last day does (`cut_short`); None where they go to its end: what is behind them would have brought next to nothing."""
    if not view.period.dated or view.data_end_s > view.period.end_s:
        return None
    whole = replace(view, tables=view.whole or view.tables, only=("", ""), whole={})
    if view.data_end_s == view.period.end_s:
        return view.period.last_day + timedelta(days=1) if cut_short(whole) else None
    ended = volumes.coverage(days_of(whole, view.leading, [view.period]), [view.period])["ended"].iloc[0]
    return None if ended else view.period.last_day + timedelta(days=1)


def cut_short(view: View) -> bool:
    """Whether the export was taken before its last day was over: behind that day's last record the days of its kind before it usually (median) bring LATER or more, at the day's own level.

    Of a table of months, and where fewer than LEAST_BACK such days are known, nobody can say, and it was not.
    """
    if tables.TABLES[view.leading].monthly:
        return False
    cut, clock = 3600 * view.calendar.cut_hour, view.clock(view.leading)
    from_s = view.data_end_s - REACH_DAYS * DAY
    rows = view.table(view.leading).filter((nw.col(clock) >= from_s) & (nw.col(clock) < view.data_end_s))
    rows = rows.select(day=(nw.col("local_s") - cut) // DAY, at=(nw.col("local_s") - cut) % DAY)
    last = (view.calendar.day_of(view.data_end_s - 1) - volumes.EPOCH).days
    moment = pandas(rows.filter(nw.col("day") == last).select(nw.col("at").max()))["at"].iloc[0]
    if pd.isna(moment):
        return False
    behind = nw.when(nw.col("at") > int(moment)).then(nw.lit(1)).otherwise(nw.lit(0))
    counts = pandas(rows.with_columns(behind=behind).group_by("day").agg(nw.col("behind").sum(), calls=nw.len())).set_index("day")
    counts = counts.reindex(np.arange(last - REACH_DAYS + 1, last + 1), fill_value=0).astype("int64")
    after, before = counts["behind"].to_numpy(), (counts["calls"] - counts["behind"]).to_numpy()
    dates = [volumes.EPOCH + timedelta(days=int(n)) for n in counts.index]
    alike = Kinds(dates, view.params).alike(before + after > 0)[-1]
    if len(alike) < LEAST_BACK:
        return False
    level = min(1.0, before[-1] / max(np.median(before[alike]), 1.0))
    return bool(np.median(after[alike]) * level >= LATER)


def interval_over(k: np.ndarray, n: np.ndarray, indicator: "Indicator") -> dict:
    """k / n of an estimator with its interval over caller groups, and its values without each of them: value, low, high, se, noise, clusters, without."""
    found = _plainly(ratio(k, n, indicator))
    with np.errstate(divide="ignore", invalid="ignore"):
        without = np.where(n > 0, (k.sum() - k) / (n.sum() - n), np.nan)
    noise = 0.0 if indicator.unit is PERCENT else found["se"]
    return {**found, "noise": noise, "clusters": "callers", "without": tuple(without)}


def evaluate(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], *, by: str = "") -> pd.DataFrame:
    """Every indicator in every period (and group of column `by`): one row each.

    Columns: indicator, period, group, numerator and denominator (whole numbers; of a volume the days with data), value (share, seconds, ...; of a
    volume a day), low, high (95 %), se, calls (the base: rows of the denominator), missing (why there is no value, '' otherwise); adjusted (a volume with
    the kinds of day taken off, otherwise the value) and adjusted_low, adjusted_high; noise (the standard error that single callers make, however the
    days go); known (share of the rows that the figure could be had of); days, covered (False where the data begin or end within the
    period, or a day is missing at its edge; of a table of months: the month is there), watched (False for a repeat rate of which lost days leave fewer than
    `FEW` calls that were watched for the window, see `watched`); ended (False for a repeat rate that may be too low by more than `unended.UNJUDGED` of itself, because of
    calls of which no end is known); unfinished (of a figure of surveys: answers are still on their way); definition (hash of the rule of calls); clusters (days, callers, months)
    and without (the figure without each of the 100 caller groups, nan where the group is empty), for changes between periods that share callers; ways ((way, k, n) of answers that
    came by ways which the surveys' own channel tells, () otherwise); beyond
    (the value passes what it can be: its parts contradict each other); origin (records, or typed: a month figure of `aggregates`).

    Unknown callers count; each is a cluster of its own. Shares: Wilson on effective n. Means and volumes: t interval of the jackknife.
    Source: methods M2, M3.
    """
    view = replace(view, held={})
    why = {i.key: why_not(i, view, by) for i in indicators}
    there = [i for i in indicators if not why[i.key]]
    sums = {table: _sums(view, table, there, periods, by) for table in dict.fromkeys(t for i in there for t in i.tables)}
    sources = dict.fromkeys(s for i in there for s in i.sources)
    days = {source: _days(view, source, periods, sums[source[0]]) for source in sources}
    exports = {s: exported(view, s, tuple(periods)) for s in sources if s[1]}
    rows = [row(i, p, missing=why[i.key]) for i in indicators if why[i.key] for p in periods]
    rows += _from_sums(sums, days, exports, [i for i in there if i.estimate is None], periods, by)
    for estimate in dict.fromkeys(i.estimate for i in there if i.estimate):
        rows += estimate(view, periods, [i for i in there if i.estimate is estimate], by)
    unwatched = _unwatched(view, periods, [i for i in there if i.window_hours and "calls" in i.tables], by)
    whole = _whole(view, rows, days, periods, indicators, unwatched)
    asked = whole["indicator"].isin([i.key for i in there if "surveys" in i.tables]) if len(whole) else ()
    young = _still_answered(view, periods) if any(asked) else set()
    unfinished = asked & whole["period"].isin(young) if len(whole) else ()
    return with_typed(whole.assign(unfinished=unfinished, ended=_ended(whole, view, periods, there, by)), view, periods, indicators, by)


def _still_answered(view: View, periods: Sequence[Period]) -> set[str]:
    """The last periods with surveys to whose invitations answers are still lacking."""
    told = [p for p in periods if p.start_s < view.told_to("surveys")]
    return {p.label for p in takewhile(lambda p: late.awaited(view.over(p)), reversed(told))}


def _ended(frame: pd.DataFrame, view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> list[bool]:
    """Whether the ends of enough calls are known for each row's window."""
    hours = {i.key: i.window_hours for i in indicators if i.window_hours and "calls" in i.tables}
    counted = unended.counted(charged_view(view), periods, by) if hours else pd.DataFrame(columns=unended.COLUMNS)
    lacking = {(r.period, r.group): (r.calls, r.unknown, r.lasted_s) for r in counted.itertuples() if r.unknown}
    told = zip(frame["indicator"], frame["period"], frame["group"], strict=True) if len(frame) else ()
    return [unended.missed(*lacking.get((p, g), (0, 0, 0.0)), hours.get(key, math.inf)) < unended.UNJUDGED for key, p, g in told]


def typed(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str = "") -> list[dict]:
    """The month figures that were typed in (`aggregates`), as rows: those of the whole hotline, or of its units where `by` is the unit.

    The value is what was typed, else made of the two parts, which stand where the value is above its bound (95.6 for 95.6 %). Without them nobody knows in what such an indicator's values are
    written (`above_bound`), and it has none. They have no interval, are never tested and never judged. A quarter or a year has one where all its
    months have both parts and the figure is what they make together: their sum. A day has none.
    """
    if "aggregates" not in view.tables or by not in ("", "unit"):
        return []
    held, known, calendar = view.tables["aggregates"], {i.key: i for i in indicators}, view.calendar
    have, clock, doubtful = held.collect_schema().names(), view.clock("aggregates"), above_bound(view, indicators)
    inside = held.filter((nw.col(clock) >= periods[0].start_s) & (nw.col(clock) < periods[-1].end_s))
    by_month: dict[tuple, dict[str, tuple[dict, float]]] = {}
    for r in pandas(inside).to_dict("records"):
        if r["indicator"] in known and pd.isna(r.get("unit")) != bool(by):
            parts = {c: _plain(r[c]) for c in ("numerator", "denominator") if c in have and not pd.isna(r[c])}
            month = calendar.month_of(calendar.day_of(int(r[clock])))
            value = np.nan if len(parts) < 2 and r["indicator"] in doubtful else r.get("value")
            by_month.setdefault((r["indicator"], r["unit"] if by else ""), {})[month] = parts, value
    rows = []
    for period in periods:
        months = list(months_between(*(calendar.month_of(day) for day in (period.first_day, period.last_day))))
        whole = calendar.stretch(months[0], months[-1])
        if (whole.start_s, whole.end_s) == (period.start_s, period.end_s):
            told = ((known[key], unit, [found[m] for m in months if m in found]) for (key, unit), found in by_month.items())
            rows += [_typed(i, period, unit, *_together(cells)) for i, unit, cells in told if _makes(i, cells, len(months))]
    return rows


def above_bound(view: View, indicators: Sequence[Indicator]) -> set[str]:
    """The indicators of which a value was typed in, without both parts, that is above what it can be: a share written as 95.6, whose 0.8 may be 0.8 %."""
    held, bounds = view.tables["aggregates"], {i.key: i.most for i in indicators if i.most is not None}
    have = held.collect_schema().names()
    if "value" not in have:
        return set()
    rows = pandas(
        held.filter(nw.col("indicator").is_in(list(bounds))).select(
            *(c for c in ("indicator", "numerator", "denominator", "value") if c in have)
        )
    )
    bare = rows.reindex(columns=["numerator", "denominator"]).isna().any(axis=1)
    over = pd.to_numeric(rows["value"]).astype("float64") > rows["indicator"].map(bounds).astype("float64")
    return set(rows.loc[bare & over, "indicator"])


def _makes(indicator: Indicator, cells: Sequence[tuple[dict, float]], months: int) -> bool:
    """Whether typed figures make one of so many months: of one the figure itself, of several that of every month, of a figure that is a ratio of sums."""
    adds_up = indicator.turned is None and (indicator.estimate is None or indicator.estimate.adds_up)
    sums = adds_up and all(len(parts) == 2 for parts, _ in cells)
    return len(cells) == months and (months == 1 or sums)


def _together(cells: Sequence[tuple[dict, float]]) -> tuple[dict, float]:
    if len(cells) == 1:
        return cells[0]
    return {part: sum(parts[part] for parts, _ in cells) for part in ("numerator", "denominator")}, np.nan


def _typed(indicator: Indicator, period: Period, group: str, parts: dict, value) -> dict:
    if pd.isna(value) or (len(parts) == 2 and indicator.most is not None and value > indicator.most):
        made = parts["numerator"] / parts["denominator"] if len(parts) == 2 and parts["denominator"] else np.nan
        value = (indicator.turned or (lambda x: indicator.times * x))(made)
    if pd.isna(value):
        return row(indicator, period, group=group, missing="typed without a value")
    return row(indicator, period, group=group, value=float(value), clusters="", origin="typed", **parts)


def with_typed(frame: pd.DataFrame, view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str = "") -> pd.DataFrame:
    """The frame of `evaluate` with what was typed in where records give no value; where both are there, the records stand."""
    rows = {(r["indicator"], r["period"], r["group"]): r for r in typed(view, periods, indicators, by) if not pd.isna(r["value"])}
    if not rows or not len(frame):
        return frame
    told = []
    for r in frame.to_dict("records"):
        own = rows.pop((r["indicator"], r["period"], r["group"]), None)
        told.append({**r, **own, "unfinished": False} if own and pd.isna(r["value"]) else r)
    whole = pd.DataFrame(
        [
            *told,
            *(
                {"days": 0, "covered": True, "watched": True, "ended": True, "unfinished": False, "definition": "", **r}
                for r in rows.values()
            ),
        ]
    )
    order = {i.key: n for n, i in enumerate(indicators)}
    return whole.sort_values(
        ["indicator", "period", "group"], key=lambda c: c.map(order) if c.name == "indicator" else c, ignore_index=True, kind="stable"
    )


def _whole(view: View, rows: list, days: dict, periods: Sequence[Period], indicators: Sequence[Indicator], unwatched: set) -> pd.DataFrame:
    """The rows with the days of their tables, in the order of the indicators; unwatched: (window, period, group) of which too few calls were watched."""
    place, of = {i.key: n for n, i in enumerate(indicators)}, {i.key: i for i in indicators}
    covered = {source: _coverage(view, source[0], found, periods) for source, found in days.items()}
    short = {
        t: teams.lacking(view, t, periods, lambda: offered_calls(view)) for t, _ in days if t in MONTHLY and _beside_calls(t, rows, of)
    }
    nothing, labels, told = (0, False), [p.label for p in periods], []
    for r in rows:
        i = of[r["indicator"]]
        seen = [covered[s].get(r["period"], nothing) for s in i.sources if s in covered] or [nothing]
        own = {"days": min(n for n, _ in seen), "covered": all(c for _, c in seen)}
        if len(seen) > 1 and MONTHLY & set(i.tables) and not r["missing"] and (why := _part_of_month(i, r, covered, short)):
            r = row(i, periods[labels.index(r["period"])], group=r["group"], missing=why)
        told.append(
            {
                **r,
                **{c: v for c, v in own.items() if c not in r},
                "watched": bool(r["missing"]) or (i.window_hours, r["period"], r["group"]) not in unwatched,
                "definition": view.definition.hash if "calls" in i.tables else "",
                "place": place[i.key],
            }
        )
    frame = pd.DataFrame(told)
    if not len(frame):
        return frame
    for part in ("numerator", "denominator"):  # whole numbers, amounts and none beside one another
        frame[part] = pd.Series([None if pd.isna(v) else v for v in frame[part]], dtype=object)
    return frame.sort_values(["place", "period", "group"], ignore_index=True, kind="stable").drop(columns="place")


def _days(view: View, source: Source, periods: Sequence[Period], sums: pd.DataFrame) -> pd.DataFrame:
    table, among = source
    if table in MONTHLY:
        return sums.groupby("place", as_index=False).agg(rows=("rows", "sum"), months=("day", "nunique"))
    return volumes.days(view, periods, sums.groupby("day")[_rows(among)].sum())


def _rows(among: Callable[[], nw.Expr] | None) -> str:
    """The column that counts the rows of one kind of export."""
    return f"rows {among.__name__}" if among else "rows"


def _beside_calls(table: str, rows: list, of: Mapping[str, Indicator]) -> bool:
    """Whether a figure of a table of months is shared by calls."""
    return any({table, "calls"} <= set(of[r["indicator"]].tables) and not r["missing"] for r in rows)


def _part_of_month(indicator: Indicator, found: Mapping, covered: Mapping, short: Mapping[str, set[str]]) -> str:
    """Why a month's figure and what shares it are not of the same, '' where they are."""
    here = {t: covered.get((t, a), {}).get(found["period"], (0, False))[1] for t, a in indicator.sources}
    if not all(whole for table, whole in here.items() if table not in MONTHLY):
        return "not the whole month"
    if not all(here.values()):
        return "not every month"
    lacking = not found["group"] and any(found["period"] in short.get(table, ()) for table in here)
    return "few known figures" if lacking else ""


def _coverage(view: View, table: str, days: pd.DataFrame, periods: Sequence[Period]) -> dict[str, tuple[int, bool]]:
    """By period the days seen and whether it is covered: of a table of months whether each of its months is there."""
    if table in MONTHLY:
        known = ((periods[int(r.place)], int(r.months)) for r in days.itertuples() if r.place >= 0)
        return {p.label: ((p.last_day - p.first_day).days + 1, months >= len(teams.months_of(view, p))) for p, months in known}
    return {r.period: (int(r.days), bool(r.covered)) for r in volumes.coverage(days, periods).itertuples()}


def why_not(indicator: Indicator, view: View, by: str = "") -> str:
    """Why an indicator cannot be had, '' when it can: a table or columns that the params do not name, or numbers that tell nobody apart."""
    for table in indicator.tables:
        if table not in view.tables:
            return f"not told apart by {view.only[0]}" if table in view.whole else f"params name no {table}"
        repeats = indicator.window_hours is not None and table == "calls"  # an edition's repeats are looked for among everybody's calls
        have = (view.line if repeats else view.tables[table]).collect_schema().names()
        needs = dict.fromkeys(c for p in indicator.parts if p.table == table for c in p.needs)
        if indicator.window_hours is not None:
            scoped = "answered" in (view.definition.index_scope, view.definition.callback_scope)
            needs = [c for c in needs if scoped or c != "outcome"]
        instants = {c.epoch: c.name for c in tables.TABLES[table].columns if c.kind == tables.INSTANT}
        lacking = [instants.get(c, c) for c in (view.clock(table), *needs, *([by] if by else [])) if c not in have]
        if lacking:
            return "not available: needs " + ", ".join(lacking)
    if indicator.window_hours is None:
        return ""
    if view.masked:
        return "not available: masked"
    endless = view.definition.clock == "end" and not unended.any_end(view)
    return "not available: needs ended_at or talk_seconds" if endless else ""


NOTHING = dict.fromkeys(("value", "low", "high", "se", "noise", "adjusted", "adjusted_low", "adjusted_high"), np.nan)


def row(indicator: Indicator, period: Period, *, group: str = "", missing: str = "", **found) -> dict:
    """One row of `evaluate`. An estimator gives what it found: numerator, denominator, value, low, high, se, calls (the base; by default the
    denominator), clusters, without, ways; what it does not give is missing, and what is adjusted for kinds of day is the value itself.
    """
    bare = {"indicator": indicator.key, "period": period.label, "group": group, "numerator": pd.NA, "denominator": pd.NA, "calls": 0}
    bare |= {
        "missing": missing,
        **NOTHING,
        "known": np.nan,
        "clusters": "",
        "without": (),
        "ways": (),
        "beyond": False,
        "origin": "records",
    }
    if not found:
        return bare
    told = {"calls": found.get("denominator", 0), "noise": 0.0, "known": 1.0, **found}
    value = {f"adjusted{end}": told.get(name, np.nan) for end, name in (("", "value"), ("_low", "low"), ("_high", "high"))}
    over = indicator.most is not None and "value" in told and bool(told["value"] > indicator.most)
    return {**bare, **value, **told, "beyond": over}


def place(start_s, periods: Sequence[Period]) -> np.ndarray:
    """The place of the period in which an instant lies, -1 for none; periods are in order and do not overlap."""
    starts, ends = np.array([p.start_s for p in periods]), np.array([p.end_s for p in periods])
    found = np.searchsorted(starts, start_s, side="right") - 1
    return np.where((found >= 0) & (start_s < ends[np.maximum(found, 0)]), found, -1)


def period_of(periods: Sequence[Period]) -> nw.Expr:
    """`place` as an expression: how many periods have begun, less one, where none of them has ended since."""
    begun = nw.sum_horizontal(*[mark(nw.col("start_s") >= p.start_s) for p in periods])
    ended = nw.sum_horizontal(*[mark(nw.col("start_s") >= p.end_s) for p in periods])
    return nw.when(begun > ended).then(begun - 1).otherwise(nw.lit(-1))


# ---- sums


def _sums(view: View, table: str, indicators: Sequence[Indicator], periods: Sequence[Period], by: str) -> pd.DataFrame:
    """Rows of a table and the sums of its parts by day, caller group and `by`, in one query; an unknown caller's group is its place in the table.

    Of a table of months what its rows of a month add up to: the month is the one in which the row's instant lies.
    """
    held, clock = counted(view, table, periods), view.clock(table)
    have = held.collect_schema().names()
    parts = _parts([i for i in indicators if i.estimate is None], table)
    group = nw.coalesce(nw.col("caller_group"), nw.col("seq") % GROUPS) if "caller_group" in have else nw.col("seq") % GROUPS
    kinds = dict.fromkeys(p.among for p in parts.values() if p.among)
    rows = held.with_columns(
        day=day_of(view),
        cluster=nw.lit(0) if table in MONTHLY else group,
        **{f"part_{n}": p.amount(have) for n, p in enumerate(parts.values())},
        **{_rows(kind): mark(kind()) for kind in kinds},
    )
    sums = [*(nw.col(f"part_{n}").sum() for n in range(len(parts))), *(nw.col(_rows(kind)).sum() for kind in kinds)]
    found = pandas(rows.group_by(*([by] if by else []), "day", "cluster").agg(*sums, start_s=nw.col(clock).min(), rows=nw.len()))
    found = found.rename(columns={f"part_{n}": name for n, name in enumerate(parts)})
    return found.assign(place=place(found["start_s"].to_numpy(np.int64), periods)).astype({"day": "int64", "cluster": "int64"})


def _parts(indicators: Sequence[Indicator], table: str) -> dict[str, Part]:
    told = (q for i in indicators for p in i.parts for q in (p, *(part for _, part in p.holds), *p.one_of))
    return {p.key: p for p in told if p.table == table}


def _from_sums(
    sums: Mapping, days: Mapping, exports: Mapping, indicators: Sequence[Indicator], periods: Sequence[Period], by: str
) -> list[dict]:
    rows = []
    for n, period in enumerate(periods):
        inside = {table: found[found["place"] == n] for table, found in sums.items()}
        for name in _groups(inside, indicators, by):
            held = _Sums({t: part[part[by] == name] if by else part for t, part in inside.items()}, inside, exports)
            rows += [_row(i, period, name, held, days) for i in indicators]
    return rows


def _groups(inside: Mapping, indicators: Sequence[Indicator], by: str) -> list[str]:
    if not by:
        return [""]
    there = {t for i in indicators for t in i.tables}
    return sorted({name for t, part in inside.items() if t in there for name in part[by].dropna().unique()})


class _Sums:
    """The sums of one period and group, by day and by caller group, each made once; whole: of all groups; exports: the days of each kind of export that shares a table."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], whole: Mapping[str, pd.DataFrame], exports: Mapping[Source, frozenset[int]]):
        self.tables, self.whole, self.exports, self.made = tables, whole, exports, {}

    def over(self, table: str, what: str) -> pd.DataFrame:
        """Sums by `day` or by `cluster` (all 100)."""
        if (table, what) not in self.made:
            held = self.tables[table]
            found = held.drop(columns=["start_s", "place", "rows"]).groupby(what).sum(numeric_only=True)
            self.made[table, what] = found.reindex(range(GROUPS), fill_value=0) if what == "cluster" else found
        return self.made[table, what]

    def there(self, table: str) -> bool:
        return bool(len(self.tables[table]))

    def of_both(self, top: Part, bottom: Part) -> "_Sums":
        """The sums of the days that two exports have rows of: a day that one of them lacks would be in one part of a ratio alone."""
        first, second = top.source, bottom.source
        if first == second or MONTHLY & {top.table, bottom.table}:
            return self
        if (first, second) not in self.made:
            held = {name: self.tables[name] for name in (top.table, bottom.table)}
            days = shared_days({t: f["day"] for t, f in held.items()}, self.exports, (first, second))
            self.made[first, second] = _Sums({name: part[part["day"].isin(days)] for name, part in held.items()}, self.whole, self.exports)
        return self.made[first, second]

    def total(self, part: Part) -> float:
        return self.tables[part.table][part.key].sum()

    def lacking(self, *parts: Part | None) -> str:
        """Why parts are not whole, '' where they are: the period has nothing of what they hold, or of several what may be there alone, whoever's."""
        held = (pair for p in parts if p for pair in p.holds)
        unlike = any(sum(self.whole[q.table][q.key].sum() > 0 for q in p.one_of) > 1 for p in parts if p)
        return "unlike scales" if unlike else next((why for why, p in held if not self.whole[p.table][p.key].sum()), "")


def shared_days(days: Mapping[str, Iterable[int]], exports: Mapping[Source, frozenset[int]], sources: Sequence[Source]) -> set[int]:
    """The days that two exports both have rows of: each kind of export that shares a table its own `exports`, of two tables each its `days`."""
    of_tables = days.values() if len(days) > 1 else ()
    return set.intersection(*(set(d) for d in (*of_tables, *(exports[s] for s in sources if s in exports))))


def _row(indicator: Indicator, period: Period, group: str, sums: _Sums, days: Mapping) -> dict:
    """One indicator of one period from its sums by day and by caller group."""
    top, bottom, known = indicator.numerator, indicator.denominator, _known(indicator, sums)
    if bottom is None:
        here = days[top.source]
        by_day = sums.over(top.table, "day")[top.key]
        whole = {"numerator": int(by_day.sum()), "calls": int(by_day.sum()), "known": known}
        return (
            row(indicator, period, group=group)
            | whole
            | volumes.a_day(by_day, here[here["period"] == period.label], nothing=_nobody(indicator))
        )
    if not all(sums.there(table) for table in indicator.tables):
        return row(indicator, period, group=group, missing=_unread(indicator, 1.0))
    if lacking := sums.lacking(top, bottom):
        return row(indicator, period, group=group, missing=lacking)
    sums = sums.of_both(top, bottom)
    n = sums.total(bottom)
    if not n or known == 0 or known < indicator.least_known:
        return row(indicator, period, group=group, missing=_unread(indicator, known)) | {"calls": int(n), "known": known}
    parts = {"numerator": _plain(sums.total(top)), "denominator": _plain(n), "known": known}
    return row(indicator, period, group=group, **parts, **_turned(indicator, _ratio(indicator, sums)))


def _plain(number: float) -> int | float:
    """A sum as a whole number, where it is one."""
    return int(number) if float(number).is_integer() else float(number)


def _nobody(indicator: Indicator) -> str:
    return "no calls" if indicator.tables == ("calls",) else "no base"


def _unread(indicator: Indicator, known: float) -> str:
    """Why there is no figure: nothing that it could be of, or cells that were not read."""
    if np.isnan(known) or known == 1:
        return _nobody(indicator)
    what = "figures" if MONTHLY & set(indicator.tables) else "durations" if indicator.needs[-1].endswith("_seconds") else "outcomes"
    return ("few known " if known else "no known ") + what


def _known(indicator: Indicator, sums: _Sums) -> float:
    """The share of the rows of which the figure could be had; 1 where nothing has to be read."""
    if indicator.known is None:
        return 1.0
    of = sums.total(indicator.of)
    return float(sums.total(indicator.known) / of) if of else np.nan


def _ratio(indicator: Indicator, sums: _Sums) -> dict:
    """A share or a mean: its interval from days or callers, its noise from callers, its values without each caller group."""
    top, bottom = indicator.numerator, indicator.denominator
    if top.table in MONTHLY or bottom.table in MONTHLY:
        return _of_month(indicator, sums.total(top), sums.total(bottom))
    k_day, n_day = _aligned(sums, top, bottom)
    if top.table != bottom.table:
        found = ratio(k_day, n_day, indicator) if len(n_day) >= FEWEST_DAYS else _bare(k_day.sum() / n_day.sum())
        return {**_plainly(found), "noise": 0.0, "clusters": "days"}
    k, n = (sums.over(p.table, "cluster")[p.key].to_numpy() for p in (top, bottom))
    by_days = not indicator.callers and (n_day > 0).sum() >= FEWEST_DAYS
    callers = ratio(k, n, indicator)
    with np.errstate(divide="ignore", invalid="ignore"):
        without = np.where(n > 0, (k.sum() - k) / (n.sum() - n), np.nan)
    noise = 0.0 if indicator.unit is PERCENT else float(callers.se)  # of shares `control.counted` knows it exactly
    level = _plainly(ratio(k_day, n_day, indicator) if by_days else callers)
    return {**level, "noise": noise, "clusters": "days" if by_days else "callers", "without": tuple(without)}


def _aligned(sums: _Sums, top: Part, bottom: Part) -> tuple[np.ndarray, np.ndarray]:
    """The two parts by day, of the days that both tables have."""
    return tuple(sums.over(p.table, "day")[p.key].sort_index().to_numpy() for p in (top, bottom))


def _plainly(found: resampling.Estimate) -> dict[str, float]:
    return {name: float(part) for name, part in found._asdict().items()}


def _bare(value: float) -> resampling.Estimate:
    return resampling.Estimate(value, np.nan, np.nan, np.nan)


def _of_month(indicator: Indicator, k: float, n: float) -> dict:
    """A ratio of a table of months: Wilson where it is of counted people, otherwise no interval."""
    found = _bare(k / n)
    if indicator.people and k <= n:
        low, high = intervals.wilson(float(k), float(n))
        found = found._replace(low=low, high=high)
    return {**_plainly(found), "clusters": "months"}


def _turned(indicator: Indicator, found: dict) -> dict:
    """The figures of a ratio as the indicator has them: times a factor, or another rising function of it (which has no plain error)."""
    if indicator.turned is None and indicator.times == 1:
        return found
    turn = indicator.turned or (lambda x: indicator.times * x)
    ends = {name: float(turn(found[name])) for name in ("value", "low", "high")}
    errors = {name: indicator.times * found[name] if indicator.turned is None else np.nan for name in ("se", "noise") if name in found}
    return {**found, **ends, **errors, "without": tuple(float(turn(x)) for x in found.get("without", ()))}


def ratio(k: np.ndarray, n: np.ndarray, indicator: Indicator) -> resampling.Estimate:
    """k / n with its interval over the clusters: Wilson for a share, t for a mean, which is not below 0; none beyond the bound."""
    value = k.sum() / n.sum()
    if indicator.unit is PERCENT and indicator.most == 1:
        return rates.shares(k, n) if value <= 1 else _bare(value)
    kept_k, kept_n = resampling.leave_one_out(k, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = resampling.jackknife(kept_k / kept_n, estimate=value)
    return error._replace(low=np.maximum(error.low, 0.0))


# ---- repeat rates


def repeats(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> list[dict]:
    """Repeat rates in every period: Kaplan-Meier, so that the newest month's last days do not read as an improvement."""
    view, gaps = charged(view, periods, by)
    return [r for indicator in indicators for r in _within_window(view, gaps, indicator, periods, by)]


def charged_view(view: View) -> View:
    """The view under the definition that repeat rates of months have."""
    charged = view.definition.charged
    return view.but(mode="rolling", direction="look-ahead", follow_up="km", charged="last" if charged == "taker" else charged)


def charged(view: View, periods: Sequence[Period], by: str) -> tuple[View, nw.LazyFrame]:
    """The view under the definition that repeat rates of months have (rolling, looking ahead, right at the end of the data), and its index calls under whom it charges."""
    view = charged_view(view)
    return view, rules.charge(counts.within(view.all_gaps(), periods[0].start_s, periods[-1].end_s), view.definition, [by])


def watched(view: View, periods: Sequence[Period], hours: Sequence[float], by: str = "") -> pd.DataFrame:
    """How many index calls were watched for whole windows, whether they were followed or not. Columns: period, group, calls (all), and one a window (by its hours)."""
    _, gaps = charged(view, periods, by)
    marks = {f"watched_{n}": mark(nw.col("follow_s") >= round(h * HOUR)) for n, h in enumerate(hours)}
    rows = gaps.with_columns(place=period_of(periods), **marks).filter(nw.col("place") >= 0)
    found = pandas(rows.group_by("place", *([by] if by else [])).agg(*[nw.col(c).sum() for c in marks], calls=nw.len()))
    told = found.assign(period=[periods[int(n)].label for n in found["place"]], group=found[by] if by else "")
    return told.rename(columns=dict(zip(marks, hours, strict=True)))[["period", "group", "calls", *hours]]


def _unwatched(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> set[tuple[float, str, str]]:
    """The (window, period, group) of which lost days leave fewer than `FEW` calls that were watched for the window. Nothing is asked where no day is lost."""
    ahead, asked = view.but(direction="look-ahead", follow_up="km"), dict.fromkeys(i.window_hours for i in indicators)
    cut = {(h, p.label) for h in asked for p in periods if ahead.ends_early(h * HOUR, p)}
    hours = sorted({h for h, _ in cut})
    found = watched(view, periods, hours, by) if cut else pd.DataFrame()
    return {
        (h, r["period"], r["group"])
        for r in found.to_dict("records")
        for h in hours
        if (h, r["period"]) in cut and r[h] < min(FEW, r["calls"])
    }


def followed(view: View, gaps: nw.LazyFrame, indicator: Indicator) -> pd.DataFrame:
    """The index calls that a repeat rate is of, one row each: the columns of `charged` gaps, event (1: followed within the window) and gap_s (the gap that decided it)."""
    window = round(indicator.window_hours * HOUR)
    rows = counts.timed(rules.chained(gaps, view.definition, window), view.definition, horizon_s=window)
    return pandas(rows.with_columns(gap_s=nw.col(counts.gap_column(view.definition)))).sort_values("seq", ignore_index=True)


def repeat_cases(view: View, periods: Sequence[Period], indicator: Indicator, by: str) -> pd.DataFrame:
    """The index calls behind a repeat rate: k = 1 where another call followed within the window."""
    found = followed(*charged(view, periods, by), indicator)
    return found.assign(k=found["event"], n=1)


def _within_window(view: View, gaps: nw.LazyFrame, indicator: Indicator, periods: Sequence[Period], by: str) -> list[dict]:
    window = round(indicator.window_hours * HOUR)
    edges = binned.bin_edges_seconds(menu_seconds=[window], horizon_seconds=max(168 * HOUR, window))
    gaps = rules.chained(gaps, view.definition, window).with_columns(place=period_of(periods)).filter(nw.col("place") >= 0)
    keys = ["place", *([by] if by else [])]
    exact, cube = counts.both(gaps, view.definition, edges=edges, horizon_s=window, by=keys)
    cubes = counts.tables(cube, edges=edges, by=keys)
    found = []
    for key, rows in exact.groupby(keys, sort=True):
        told = _repeated(rows, cubes[counts.plain(key)], edges, window)
        found.append(row(indicator, periods[int(key[0])], group=key[1] if by else "", **told))
    told = {r["period"] for r in found}
    return [*found, *[row(indicator, p, missing="no calls") for p in periods if not by and p.label not in told]]


def _repeated(exact: pd.DataFrame, cube: np.ndarray, edges: np.ndarray, window: int) -> dict:
    """The repeat rate of one period, with its values without each caller group."""
    rate = rates.curve_shares(exact, cube, edges, [window])
    level = {name: float(part[0]) for name, part in rate._asdict().items()}
    without = np.full(GROUPS, np.nan)
    without[resampling.occupied(cube)] = rates.curves_without(cube, edges, [window])[:, 0]
    parts = {"numerator": int(exact.loc[exact["event"] == 1, "calls"].sum()), "denominator": int(cube.sum())}
    return {**parts, **level, "clusters": "callers", "without": tuple(without)}
