"""What a study looks at: the hotline's tables, one period, one definition, and the gap table that follows from them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import wraps

import narwhals.stable.v2 as nw
import numpy as np

from hotline_analysis import tables
from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.measures import counts, rules
from hotline_analysis.measures.definition import HOUR, Definition
from hotline_analysis.measures.gaps import DAY, VERSION, GapsByCaller, gap_table, until_lost
from hotline_analysis.measures.periods import Calendar, Period
from hotline_analysis.params import Params

Keep = Callable[[str, Callable[[], nw.LazyFrame]], nw.LazyFrame]
HISTORY_S, TAIL_S = 28 * DAY, 7 * DAY  # a month's evidence uses these before and after it (methods M5)


def not_kept(name: str, make: Callable[[], nw.LazyFrame]) -> nw.LazyFrame:
    return make()


def once(make: Callable) -> Callable:
    """A reading of a view's tables that is made once for all the figures that ask for it while the view holds them (`View.held`). Nobody changes what it gives."""

    @wraps(make)
    def kept(view: "View", *given):
        if view.held is None:
            return make(view, *given)
        key = (make, given, view.definition.hash, view.period, view.data_start_s, view.data_end_s)
        if key not in view.held:
            view.held[key] = make(view, *given)
        return view.held[key]

    return kept


def lately(make: Callable) -> Callable:
    """A count of a view by hashable arguments, of which the last two stay at hand: a notebook's frames ask one after the other for the same. Nobody changes what it gives."""

    @wraps(make)
    def kept(view: "View", **asked):
        stands_on = (view.params, view.calendar, view.tables, view.whole, view.told, view.lost)
        rule = (view.definition.hash, view.period, view.data_start_s, view.data_end_s, view.masked, view.smallest, view.only)
        known = view.counts.setdefault(make, {})
        mark = (*map(id, stands_on), *rule, *sorted(asked.items()))
        found = known.pop(mark) if mark in known else (make(view, **asked), stands_on)  # held, so that nothing else has their identity
        known[mark] = found
        for oldest in list(known)[:-2]:
            del known[oldest]
        return found[0]

    return kept


@dataclass(frozen=True)
class View:
    """The tables between `data_start_s` and `data_end_s`, seen for one period under one definition.

    `keep` stores a table that is dear to make under a name that says everything it depends on (the store's digest among it). `smallest`: groups of fewer
    calls are pooled and smaller counts of a group not told (`disclosure`); 1, for a frame of one's own, tells all. `leading`: the table whose days are
    the hotline's days. `grade` knows the data-quality grade of a period, '' where nobody looked. `held`: what was read for one of several figures of this
    view and serves the others (`once`); None where nothing is to be held. `counts`: the count tables that were asked for last (`lately`). `beside`: what other hotlines shared (`sharing.Share`), for the study that compares.
    `told`: of a table's rows from an instant on its exports tell until another, as seconds, ascending by both; nothing where they tell of all until the data end.
    `only`: the stratum and the word that an edition is of, ("", "") for the hotline; its `tables` hold its own rows, and `whole` those of the whole hotline.
    `lost`: the stretches [start, end) in seconds on which calls are usual and none is recorded (`measures.lost`), in order; asked for where callers are followed.
    """

    params: Params
    calendar: Calendar
    definition: Definition
    period: Period
    tables: Mapping[str, nw.LazyFrame]
    data_start_s: int
    data_end_s: int
    masked: bool = False
    keep: Keep = field(default=not_kept, repr=False)
    smallest: int = 1
    leading: str = "calls"
    grade: Callable[[Period], str] = field(default=lambda period: "", repr=False)
    only: tuple[str, str] = ("", "")
    whole: Mapping[str, nw.LazyFrame] = field(default_factory=dict, repr=False)
    held: dict | None = field(default=None, repr=False, compare=False)
    counts: dict = field(default_factory=dict, repr=False, compare=False)
    beside: tuple = ()
    told: Mapping[str, Sequence[Sequence[int]]] = field(default_factory=dict, repr=False)
    lost: Callable[[], Sequence[tuple[int, int]]] = field(default=tuple, repr=False)

    def but(self, **changes) -> "View":
        """The same view under a changed definition."""
        return replace(self, definition=self.definition.but(**changes)) if changes else self

    def over(self, period: Period) -> "View":
        """The same view of another period."""
        return replace(self, period=period)

    def table(self, name: str) -> nw.LazyFrame:
        """A canonical table of all data, of an edition its own rows; NoInput when the params name none."""
        if name not in self.tables and name in self.whole:
            raise DataRefused(name, f"not told apart by {self.only[0]}.")
        if name not in self.tables:
            raise NoInput(name, f"params name no {name}.", f"Add '{name}:' with files and columns.")
        return self.tables[name]

    @property
    def line(self) -> nw.LazyFrame:
        """The calls among which a caller's next one is looked for: those of the whole hotline, whoever took them."""
        return self.whole.get("calls", self.table("calls"))

    def own(self, rows: nw.LazyFrame) -> nw.LazyFrame:
        """The rows of the edition's own stratum; all of them where there is none."""
        column, word = self.only
        return rows.filter(nw.col(column) == word) if column else rows

    def clock(self, name: str) -> str:
        """The column that places a table's rows in time, as seconds: of its clock, or of the instant that stands in where an export has none."""
        table, have = tables.TABLES[name], self.table(name).collect_schema().names()
        return table[self.params.placed(table, [c.name for c in table.columns if c.epoch in have])].epoch

    def within(self, name: str) -> nw.LazyFrame:
        """The rows of a canonical table whose clock lies in the period; of an export without times all of them, where the period is all.

        NoInput when the params name no such table, or the period is a month and the table has no times.
        """
        rows, epoch = self.table(name), self.clock(name)
        if epoch in rows.collect_schema().names():
            return rows.filter((nw.col(epoch) >= self.period.start_s) & (nw.col(epoch) < self.period.end_s)) if self.period.dated else rows
        if self.period.label != "all":
            raise NoInput(name, f"not available: needs {tables.TABLES[name].clock} in {name} to tell its months.", "Ask for all data.")
        return rows

    @property
    def end_s(self) -> int:
        """Where the data end for this definition: its own day, the period's end without look-ahead, else the end of all data."""
        if self.definition.data_end:
            return self.calendar.instant(self.definition.data_end)
        return self.data_end_s if self.definition.look_ahead else min(self.period.end_s, self.data_end_s)

    def told_until(self, name: str, begun_s: np.ndarray) -> np.ndarray:
        """Until when the exports of a table tell of rows that began at these instants, in seconds: an order that was open in the last export that holds it may be closed since."""
        ends = np.full(len(begun_s), float(self.end_s))
        if not self.told.get(name):
            return ends
        begins, until = np.array(self.told[name], float).T
        place = np.searchsorted(begins, np.nan_to_num(begun_s, nan=np.inf), side="right") - 1
        return np.fmin(until[np.maximum(place, 0)], ends)

    def told_to(self, name: str) -> int:
        """Until when the newest export of a table tells of any row, in seconds; the end of the data where nobody says."""
        return min(self.end_s, max((until for _, until in self.told.get(name, ())), default=self.end_s))

    def seen_until(self, begun_s: np.ndarray) -> np.ndarray:
        """Until when a caller who called at these instants can be seen to call again, in seconds: to the first lost day behind, or the data's end."""
        ends = np.full(len(begun_s), float(self.end_s))
        for start, end in self.lost():
            ends = np.where(np.asarray(begun_s) < end, np.minimum(ends, start), ends)
        return ends

    @property
    def cuts(self) -> Sequence[tuple[int, int]]:
        """The lost stretches at which the definition ends the follow-up of calls: none where it corrects nothing, for then they are days on which nobody called."""
        return () if self.definition.follow_up == "naive" else self.lost()

    def ends_early(self, seconds: float, period: Period | None = None) -> bool:
        """Whether the follow-up of calls of the period ends at a lost day before they were watched for so long; looking back it begins at one."""
        period = period or self.period
        if self.definition.direction == "look-back":
            return any(period.start_s - seconds < end <= period.end_s for _, end in self.cuts)
        return any(period.start_s <= start < min(period.end_s + seconds, self.end_s) for start, _ in self.cuts)

    @property
    def span(self) -> tuple[int, int]:
        """The instants between which data may speak for the period: 28 days before it to 168 h after it, as far as there are data.

        Nothing beyond is used, so that a month's evidence is final a week after the month, whatever comes later.
        """
        return max(self.data_start_s, self.period.start_s - HISTORY_S), min(self.end_s, self.period.end_s + TAIL_S)

    @property
    def span_days(self) -> float:
        """Days of data in the span: below 21 there is no chance correction (methods M5)."""
        start, end = self.span
        return max(end - start, 0) / DAY

    @property
    def tail_s(self) -> int:
        """For how long the last calls of the period are watched: for a week, or for the definition's longest window."""
        windows = [*self.definition.windows_hours, *self.definition.windows_by_issue.values()]
        return max(TAIL_S, round(max(windows, default=0) * HOUR))

    @property
    def waits(self) -> bool:
        """Whether data after the period may complete its figures: it has an end, and the rule looks beyond it."""
        return self.period.dated and self.definition.look_ahead

    def reached_on(self, hours: float) -> date | None:
        """The day on which the data reach so far behind the period; None where they do."""
        day = self.period.last_day + timedelta(days=1 + math.ceil(hours / 24))
        return day if self.waits and self.end_s < self.calendar.instant(day) else None

    def watched_on(self, hours: float) -> date | None:
        """The day on which the last calls of the period have been watched for so long; None where they have been, and where lost days ended it for all of them.

        Days without records that reach the data's end may be on their way (an export of calls later than one of orders), so they are waited for.
        """
        return None if any(self.period.end_s < end < self.end_s for _, end in self.cuts) else self.reached_on(hours)

    def gaps(self, *, controls: bool = False) -> nw.LazyFrame:
        """The gap table of the period's index calls; callbacks after the period count when the definition looks ahead."""
        return counts.within(self.all_gaps(controls=controls), self.period.start_s, self.period.end_s)

    def all_gaps(self, *, controls: bool = False) -> nw.LazyFrame:
        """The gap table of all index calls, kept once per rule (what only reads the table, such as a window, is not part of its name).

        A kept table knows nothing of lost days; where there are any, the follow-up is ended at them as the table is read (`gaps.until_lost`).
        controls: with the four control instants of each call. A table that is kept has them in any case (when the rule looks ahead), so
        that one table answers every question; one that is not kept is made as it is asked for. Raises DataRefused for controls looking back.
        """
        if self.masked:
            raise DataRefused(
                "repeat calls",
                "the callers' numbers are masked, so different citizens look alike.",
                "Ask for an export with whole numbers, or with one code per citizen.",
            )
        rule = self.definition.but(
            windows_hours=(1.0,),
            windows_by_issue={},
            mode="rolling",
            follow_up="km",
            look_ahead=True,
            data_end=None,
            charged="last",
            dispatch={},
            chain="each",
        )
        if rule.match == "same":
            rule = rule.but(match="any", level=1)
        ahead = rule.direction == "look-ahead"
        if controls and not ahead:
            raise DataRefused(
                "repeat calls", "the comparison with chance looks ahead from each call.", "Leave 'direction' at look-ahead for it."
            )
        controls = controls or (ahead and self.keep is not not_kept)
        gaps = until_lost(self._made("gaps", rule, controls), rule, self.cuts)
        if self.definition.chain != "each":
            gaps = rules.with_chain(gaps, self._made("before", rules.backwards(rule), False))
        return rules.assessed(self.own(gaps), self.definition)

    def _made(self, kind: str, rule: Definition, controls: bool) -> nw.LazyFrame:
        """The gap table of a rule, from where it is kept."""
        name = f"{kind}{VERSION}-{rule.hash}-{self.data_start_s}-{self.end_s}{'-controls' if controls else ''}"
        how = GapsByCaller(self.line, rule, self.data_start_s, self.end_s, controls)
        if rule.open_orders != "apart":
            return self._kept(name, how)
        ends = {"data_start_s": self.data_start_s, "data_end_s": self.end_s}
        return self._kept(name, lambda: gap_table(self._calls(rule), rule, **ends, controls=controls))

    def _kept(self, name: str, make: Callable[[], nw.LazyFrame]) -> nw.LazyFrame:
        """A table that is dear to make, from where it is kept; of a view that keeps nothing but holds readings, put together once for all rules that share it."""
        if self.keep is not not_kept or self.held is None:
            return self.keep(name, make)
        if name not in self.held:
            self.held[name] = make()
        return self.held[name]

    def _calls(self, rule: Definition) -> nw.LazyFrame:
        """The calls, with their chases marked where the rule counts them apart."""
        orders = self.whole.get("orders", self.tables.get("orders"))
        return rules.with_chases(self.line, orders, rule) if rule.open_orders == "apart" else self.line

    def near(self) -> "View":
        """The same view of the data near its period only (28 days before, a day more than `tail_s` after), for many rules at once; nothing of it is kept."""
        start, end = self.period.start_s - HISTORY_S, self.period.end_s + self.tail_s + DAY
        return replace(self, data_start_s=max(self.data_start_s, start), data_end_s=min(self.data_end_s, end), keep=not_kept, held={})
