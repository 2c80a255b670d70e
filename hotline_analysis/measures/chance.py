"""What the same callers do anyway: the two count tables, after the calls and after their control instants, that a chance correction needs.

Both studies of the window (for all issues, and by issue) read these tables, so that their F, B and R are the same figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures import counts, strata
from hotline_analysis.measures.definition import HOUR, WINDOWS_HOURS
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View, lately
from hotline_analysis.stats import binned, excess
from hotline_analysis.words import Field, Term

HORIZON_HOURS = 168  # a control of two weeks ago may not see the call itself, so nothing longer than a week is compared with chance
RESAMPLES, SEED = 1000, 12345
MIN_HISTORY_DAYS = 21  # of data in all: below, no control instant two weeks away can be watched for a week
FEW = 200  # callbacks within a week: below, a picture of their spread shows chance and nothing is said of it
MONTHS = 12  # to date, from which a window is recommended, so that it does not follow one month's noise
VOLUME_MOVES = 0.3  # of a week against the median week, and
DAY_MOVES, DAY_WEIGHS = (
    1.0,
    0.05,
)  # of a day against the median of its weekday, where that adds so much of a week (docs/maths.md, thresholds)
SAID = {
    "clear": Term("证据充分", "clear"),
    "close": Term("两个窗口难分高下", "two windows are close"),
    "none": Term("没有一个窗口值得：所计复电多半平时也会打来", "no window pays: most of what it would count comes anyway"),
    "habit_changing": Term("习惯在变，不作推荐", "habit is changing, so nothing is recommended"),
    "volume": Term("话务量有大变动（突发事件或长假），不作推荐", "the volume of calls moved (a mass event or a long holiday), so nothing is recommended"),
    "insufficient": Term("超出平时的复电相对其误差太小", "callbacks beyond habit are too few beside their error"),
    "few": Term("复电不足200次，样本不足", "fewer than 200 callbacks: too few"),
    "history": Term("数据不足21天，无法与平时对照", "less than 21 days of data, so nothing to compare with habit"),
    "match": Term("相同诉求的复电没有对照", "callbacks about the same issue have no control"),
}  # fmt: skip
RECOMMENDS = ("clear", "close")
NAMED_HOURS = (2.0, 24.0, 72.0)  # the windows that a page names
COLUMNS = {  # what both studies of the window say in the same words
    "hour_from": Field(Term("自（小时）", "From (h)"), "count"),
    "hour_to": Field(Term("至（小时）", "To (h)"), "count"),
    "share_of_calls": Field(Term("占来电", "Share of calls"), "share"),
    "chance": Field(Term("平时也会打的", "By chance"), "share", interval=("chance_low", "chance_high")),
    "excess": Field(Term("超出平时的", "Beyond habit"), "share", interval=("excess_low", "excess_high")),
    "anyway": Field(Term("其中平时也会打的", "Of these, by habit"), "share"),
    "purity": Field(Term("纯度", "Purity"), "share", interval=("purity_low", "purity_high")),
    "capture": Field(Term("捕获", "Capture"), "share", interval=("capture_low", "capture_high")),
    "basis_from": Field(Term("依据自", "Based on, from"), "month"),
    "basis_to": Field(Term("依据至", "Based on, to"), "month"),
    "basis_months": Field(Term("依据月数", "Months it stands on"), "count"),
    "basis_left_out": Field(Term("剔除月数", "Months left out"), "count"),
}
CAVEATS = {
    "few": Term("样本不足", "too few"),
    "provisional": Term("暂行值", "provisional"),
    "volume": Term("话务量有大变动，平时的水平可能不同", "the volume of calls moved, so habit may differ"),
    "habit": Term("前后第2周与第3周的对照不一致，习惯在变", "controls two and three weeks away disagree: habit is changing"),
    "no control": Term("没有对照", "no control"),
    "lost days": Term("有几天没有记录，此前的来电只看到那时为止", "follow-up ends at days without records"),
}


@dataclass(frozen=True)
class Tables:
    """Count tables [groups, bins + 1, (event, censored)] of one stratum: after the calls, and after their control instants two and three weeks away."""

    index: np.ndarray
    near: np.ndarray
    far: np.ndarray

    @property
    def control(self) -> np.ndarray:
        return self.near + self.far


@dataclass(frozen=True)
class Counted:
    """The calls of a period and their controls, counted by strata; long, so that strata can be joined before they become tables."""

    index: pd.DataFrame
    control: pd.DataFrame
    edges: np.ndarray
    by: tuple[str, ...]
    told: strata.Told = strata.AS_THEY_ARE
    _places: dict = field(default_factory=dict, repr=False, compare=False)
    followed: dict = field(default_factory=dict, repr=False, compare=False)  # what was worked out from these counts, for the next who asks

    def of(self, path: tuple = ()) -> Tables:
        """The tables of one stratum, or of all that share the first values of `by` (a parent issue), or of all."""
        control = self._rows("control", path)
        parts = (self._rows("index", path), control[control["weeks"] == 2], control[control["weeks"] == 3])
        return Tables(*(counts.dense(part, edges=self.edges) for part in parts))

    def _rows(self, which: str, path: tuple) -> pd.DataFrame:
        frame, level = getattr(self, which), (which, len(path))
        if not path:
            return frame
        if level not in self._places:
            keys = list(self.by[: len(path)])
            self._places[level] = frame.groupby(keys[0] if len(keys) == 1 else keys, sort=False, dropna=False).indices
        return frame.iloc[self._places[level].get(path[0] if len(path) == 1 else path, [])]

    def split(self) -> dict[tuple, Tables]:
        """The tables of every stratum by its values of `by`, in their order; all calls under () when nothing was counted apart."""
        if not self.by:
            return {(): self.of()}
        keys = self.index.groupby(self.by[0] if len(self.by) == 1 else list(self.by), sort=True, dropna=False).groups
        return {key: self.of(key) for key in (k if isinstance(k, tuple) else (k,) for k in keys)}


def menu_hours(view: View) -> list[float]:
    """The definition's windows up to a week; the usual ones where it has none of these."""
    return [w for w in view.definition.windows_hours if w <= HORIZON_HOURS] or list(WINDOWS_HOURS)


def menu_seconds(view: View) -> list[int]:
    return [round(w * HOUR) for w in menu_hours(view)]


@dataclass(frozen=True)
class Basis:
    """The months to date that speak for a window, and what was left out of them.

    view: over all of them; stretches: [start, end) of those that count; first, last: labels; months: how many count; left_out: how many do
    not, because the volume of calls moved; unsteady: all of them had to be left out, so all stand, and no window may be recommended.
    """

    view: View
    stretches: tuple[tuple[int, int], ...]
    first: str
    last: str
    months: int
    left_out: int
    unsteady: bool

    @property
    def columns(self) -> dict:
        """The months, as columns of a frame that stands on them."""
        return {"basis_from": self.first, "basis_to": self.last, "basis_months": self.months, "basis_left_out": self.left_out}


def basis(view: View) -> Basis:
    """Up to twelve months to the end of the view's period: the period itself, and whole months of data before it.

    A function of the data alone. A month in which the volume of calls moved (see `moved`) is left out.
    """
    parts = _months_to_date(view)
    hours = _by_hour(view)
    steady = [p for p in parts if not moved(view.over(p), hours).unsteady]
    kept = steady or parts
    whole = Period(f"{parts[0].label}..{parts[-1].label}", parts[0].start_s, parts[-1].end_s, parts[0].first_day, parts[-1].last_day)
    stretches = tuple((p.start_s, p.end_s) for p in kept)
    return Basis(view.over(whole), stretches, kept[0].label, kept[-1].label, len(kept), len(parts) - len(kept), not steady)


def _months_to_date(view: View) -> list[Period]:
    """The months of the period, cut to it, and before them whole months of data; the last twelve."""
    calendar, period = view.calendar, view.period
    first = calendar.month_of(calendar.day_of(min(view.data_start_s, period.start_s)))
    parts = []
    for month in calendar.months(first, calendar.month_of(calendar.day_of(period.end_s - 1))):
        start, end = max(month.start_s, period.start_s), min(month.end_s, period.end_s)
        if month.end_s <= period.start_s and month.start_s >= view.data_start_s:
            parts.append(month)
        elif start < end:
            parts.append(month if (start, end) == (month.start_s, month.end_s) else replace(month, start_s=start, end_s=end))
    return parts[-MONTHS:]


def counted(
    view: View,
    *,
    by: Sequence[str] = (),
    known: Sequence[str] = (),
    stretches: Sequence[tuple[int, int]] = (),
    told: strata.Told | None = None,
) -> Counted:
    """The period's calls and their control instants, counted by strata, to a horizon of a week.

    known: strata columns that may not be empty (an issue, for instance); calls without them are left out. stretches: only the calls that
    start in one of them. Small strata are one (`strata`), or called as `told` says. Without 21 days of data, and for `match: same` (whose controls are not counted), the control table is empty and
    everything that needs it comes out as missing. Raises DataRefused looking back.
    """
    return _counted(view, by=tuple(by), known=tuple(known), stretches=tuple(stretches), told=told)


@lately
def _counted(
    view: View, *, by: tuple[str, ...], known: tuple[str, ...], stretches: tuple[tuple[int, int], ...], told: strata.Told | None
) -> Counted:
    gaps = view.but(follow_up="km").gaps(controls=True)
    gaps = counts.within_any(gaps, stretches) if stretches else gaps
    for column in known:
        gaps = gaps.filter(~nw.col(column).is_null())
    told = told or strata.told(view, gaps, by)
    gaps = told.of(gaps)
    edges = binned.bin_edges_seconds(menu_seconds=menu_seconds(view), horizon_seconds=HORIZON_HOURS * HOUR)
    index = counts.cube(gaps, view.definition, edges=edges, by=by)
    control = counts.control_cube(gaps, view.definition, edges=edges, span=view.span, by=by)
    return Counted(index, control if comparable(view) else control.iloc[:0], edges, tuple(by), told)


def comparable(view: View) -> bool:
    """Whether the callbacks can be compared with chance at all."""
    return view.span_days >= MIN_HISTORY_DAYS and view.definition.match != "same"


def draws() -> np.random.Generator:
    """The seeded generator of every draw of caller groups."""
    return np.random.Generator(np.random.PCG64(SEED))


def evidence(view: View, tables: Tables, edges: np.ndarray, *, cost: float = 1.0, resamples: int = RESAMPLES, **options):
    """What speaks for each window of the menu, `stats.excess.window_evidence`, and what may be said: a key of SAID."""
    found = excess.window_evidence(
        tables.index, tables.control, far=tables.far, edges=edges, rng=draws(), history_days=view.span_days,
        menu_seconds=menu_seconds(view), cost=cost, resamples=resamples,
        **{"min_history_days": MIN_HISTORY_DAYS, "min_callbacks": FEW, **options},
    )  # fmt: skip
    return found, "match" if view.definition.match == "same" and found.said not in ("history", "few") else found.said


def enough(callbacks: int) -> str:
    """`said` of a frame about the spread of callbacks: none, few (under FEW), or '' where it may be drawn."""
    return "none" if not callbacks else "few" if callbacks < FEW else ""


class Moved(NamedTuple):
    """How far the volume of calls left its usual course: of the worst week and of the worst day, as shares of the usual; nan where unknown."""

    week: float
    day: float
    unsteady: bool


def moved(view: View, hours: np.ndarray | None = None) -> Moved:
    """Whether the calls of the span came as usual: R is the excess over habit two and three weeks away, and a storm moves habit itself.

    week: the greatest departure of a week's calls from the median week, either way; day: the greatest excess over the median of its weekday
    among days that add at least DAY_WEIGHS of a week and four Poisson errors. Missing with fewer than two whole weeks. Unsteady beyond VOLUME_MOVES (in a small
    hotline beyond four Poisson errors of a week, which may be more) or DAY_MOVES.
    Lost days (`View.lost`) count as the other weeks' days do. hours: `_by_hour`, where it is at hand.
    """
    hours = _by_hour(view) if hours is None else hours
    first, last = ((second - view.data_start_s) // HOUR for second in view.span)
    return of_hours(hours[first:last])


def of_hours(calls: np.ndarray) -> Moved:
    """`moved` of calls by the hour, from the start of a day."""
    days = calls[: len(calls) // (7 * 24) * 7 * 24].reshape(-1, 7, 24).sum(axis=2)
    weeks = days.sum(axis=1)
    if len(weeks) < 2 or not np.median(weeks):
        return Moved(np.nan, np.nan, False)
    week = float(np.abs(weeks / np.median(weeks) - 1).max())
    usual = np.maximum(np.median(days, axis=0), 1.0)
    heavy = days - usual >= np.maximum(DAY_WEIGHS * np.median(weeks), 4 * np.sqrt(usual))
    day = float(np.where(heavy, days / usual - 1, 0.0).max())
    return Moved(week, day, week > max(VOLUME_MOVES, 4 / np.sqrt(np.median(weeks))) or day > DAY_MOVES)


@lately
def _by_hour(view: View) -> np.ndarray:
    """Index calls by the hour, from the start of the data to where they end."""
    rows = counts.within(view.all_gaps(), view.data_start_s, view.end_s)
    found = pandas(rows.with_columns(hour=(nw.col("start_s") - view.data_start_s) // HOUR).group_by("hour").agg(calls=nw.len()))
    calls = np.zeros(max(-(-(view.end_s - view.data_start_s) // HOUR), 0), np.int64)
    calls[found["hour"].to_numpy(np.int64)] = found["calls"].to_numpy(np.int64)
    return _as_usual(view, calls)


def _as_usual(view: View, calls: np.ndarray) -> np.ndarray:
    """The calls by the hour, with those of lost days put as the other weeks have them at that hour: a day whose records are lost moved no volume."""
    hours, lost = np.arange(len(calls)), np.zeros(len(calls), bool)
    for start, end in view.lost():
        lost |= (hours >= (start - view.data_start_s) // HOUR) & (hours < (end - view.data_start_s) // HOUR)
    if not lost.any():
        return calls
    week = hours % (7 * 24)
    seen, usual = (np.bincount(week[~lost], weights, 7 * 24) for weights in (None, calls[~lost]))
    return np.where(lost, np.divide(usual, seen, out=np.zeros(7 * 24), where=seen > 0)[week], calls)


def caveats(view: View, *, calls: int, unsteady: bool, changing: bool = False, few: int = 30) -> str:
    """What to know before quoting: keys of CAVEATS, joined by commas."""
    holds = {
        "few": calls < few,
        "provisional": view.reached_on(HORIZON_HOURS) is not None,  # its controls reach as far, whatever the window
        "volume": unsteady,
        "habit": changing,
        "no control": not comparable(view),
        "lost days": view.but(follow_up="km").ends_early(HORIZON_HOURS * HOUR),
    }
    return ", ".join(key for key, does in holds.items() if does)
