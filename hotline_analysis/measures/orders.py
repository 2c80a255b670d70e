"""What an order (诉求工单) means: whether it counts, when what was done, how long that took by which clock, and where it stands when the data end.

An instant behind the end of the data is not known yet, whatever the export says, so that a month is what it would have been on that day. What
was set apart (duplicates, orders raised inside) is in no figure and is counted by itself. The rules stand in the params' section `complaints`.
Source: catalogue B07, B11, D05-D08; methods 9.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import BadParams, nearest
from hotline_analysis.intake.convert.parts import FAR_OUT_DAYS
from hotline_analysis.intake.store.ends import rest_days
from hotline_analysis.measures.frames import needed, pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.periods import Calendar, Period, grain
from hotline_analysis.measures.rules import true
from hotline_analysis.measures.view import View, once
from hotline_analysis.params import Params
from hotline_analysis.stats import intervals, survival
from hotline_analysis.words import Term

HOUR = 3600
INSTANTS = ("dispatched_s", "due_s", "responded_s", "resolved_s", "closed_s")
ASIDE = ("duplicate", "internal")  # flags of orders that are in no figure
FLAGS = ("withdrawn", *ASIDE, "returned", "reopened")
MEASURES = {"dispatch": ("dispatched_s",), "response": ("responded_s",), "resolution": ("resolved_s", "closed_s")}
LONGEST_OFF = 30  # days without work that may stand around a limit
DATES_ONLY = 0.5  # of the times of a column at midnight to the second: they are dates
UNPLACED = "not available: needs created_at"  # of orders that only their closing places
NONE = "(none)"  # the stratum of orders without a word: a key, said by NOT_GIVEN
NOT_GIVEN = Term("未填", "not given")
UNKNOWN, DONE, WITHDRAWN = 0, 1, 2  # what ended the wait


class Limit(NamedTuple):
    """A time limit as params write it: 24h, 5d."""

    number: int
    unit: str

    @property
    def most(self) -> int:
        """The limit in what `waits` counts: seconds of hours, days of days."""
        return self.number * HOUR if self.unit == "h" else self.number

    @property
    def key(self) -> str:
        return f"{self.number}{self.unit}"


def limit(text: str) -> Limit:
    return Limit(int(text[:-1]), text[-1])


def limits(params: Params, measure: str, of_class: str = "") -> list[Limit]:
    """The limits of a measure, of a class where it has its own."""
    given = params.complaints
    own = getattr(given.by_class.get(of_class), measure, ()) if of_class else ()
    return [limit(text) for text in own or getattr(given, measure)]


def rule(view: View) -> Term:
    """What a figure about orders rests on, in one line (口径)."""
    given = view.params.complaints
    zh = ["、".join(given.kinds) if given.kinds else "全部工单", "重复件与内部件另列"]
    en = [", ".join(given.kinds) or "all orders", "duplicates and internal orders apart"]
    if given.placed_by == "closed":
        zh.append("导出没有受理时间：按办结时间归入月份，未办结的不在其中，时限与积压无从算起")
        en.append(
            "exported without a creation: placed in the month of their closing, open ones are in none, and no limit and no stock can be told"
        )
        return Term("，".join(zh) + "。", "; ".join(en) + ".")
    zh.append("未办结的按看到的时间计，撤回为竞争事件，撤回而时间不明的不计")
    en.append("open ones count for as long as they were seen, withdrawals compete, those without a time are left out")
    if given.clock == "working":
        zh.append("只计工作时间" + "、".join(given.working_hours))
        en.append("working hours only, " + ", ".join(given.working_hours))
    if given.reopened == "first":
        zh.append("重办的以首次解决计")
        en.append("reopened ones by their first resolution")
    if given.before_created == "zero":
        zh.append("早于受理的时间作当即")
        en.append("times before the creation taken as at once")
    return Term("，".join(zh) + "。", "; ".join(en) + ".")


def called(params: Params) -> str:
    """What the orders of the figures are, as a key of words: complaints where params name kinds, closed ones where only their closing places them."""
    given = params.complaints
    return ("closed " if given.placed_by == "closed" else "") + ("complaints" if given.kinds else "orders")


# ---- the orders


@once
def cases(view: View, *keep: str) -> pd.DataFrame:
    """One row an order of the kinds that count, created before the data end (closed, where params place orders by their closing); those set apart too (`aside`).

    Columns: placed_s (what places it in a month), created_s (where exported), day (the hotline's, since 1970), the instants and flags that the export has (unknown instants nan, a due time years outside the data among them; unknown flags no),
    told_s (until when the exports tell of it), done_s (resolved; closed where no resolution is known; of a reopened order as params rule; never of a withdrawn one), withdrawn_s,
    left_s (left the stock: closed, or resolved in an export without closings), aside (duplicate, internal, ''), and those of `keep` that there are. Raises
    NoInput without orders, DataRefused without created_at, BadParams for a kind or a class that no order has.
    """
    orders = view.table("orders")
    clock = view.clock("orders")
    needed(orders, [clock], "orders")
    have = orders.collect_schema().names()
    _known_words(orders, view.params)
    kinds = view.params.complaints.kinds
    rows = orders.filter(nw.col("kind").is_in(list(kinds))) if kinds else orders
    wanted = dict.fromkeys(c for c in (*INSTANTS, *FLAGS, *keep) if c in have)
    frame = pandas(rows.filter(nw.col(clock) < view.end_s).select("seq", *wanted, placed_s=nw.col(clock))).sort_values(
        "seq", ignore_index=True
    )
    times = {c: pd.to_numeric(frame[c]).astype("float64") for c in INSTANTS if c in frame}
    far_out = DAY * FAR_OUT_DAYS  # a system's "never" is no due time: its order would be awaited for good
    known = {
        c: t.where(t.between(view.data_start_s - far_out, view.data_end_s + far_out)) if c == "due_s" else t.where(t < view.end_s)
        for c, t in times.items()
    }
    flags = {c: frame[c].astype("boolean").fillna(False).astype(bool) for c in FLAGS if c in frame}
    if "withdrawn" in flags:
        flags["withdrawn"] &= ~_later(times, view.end_s)
    frame = frame.assign(**known, **flags, placed_s=frame["placed_s"].astype("int64"))
    frame = frame.assign(created_s=frame["placed_s"]) if clock == "created_s" else frame
    made = frame.assign(day=local_days(view.calendar, frame["placed_s"]).astype("int64"), aside=_aside(frame), told_s=_told(view, frame))
    return _ended(made, view.params)


def _later(times: dict[str, pd.Series], end_s: int) -> pd.Series | bool:
    """The orders that were ended after the data's end: on that day nobody knew that they would be withdrawn, and they were open."""
    if "closed_s" in times and "resolved_s" in times:
        return times["closed_s"].fillna(times["resolved_s"]) >= end_s
    ended = times.get("closed_s", times.get("resolved_s"))
    return False if ended is None else ended >= end_s


def untold(frame: pd.DataFrame, end_s: int) -> pd.Series:
    """The orders that were open in the last export that holds them, before the end: nobody knows whether they still are."""
    return frame["left_s"].isna() & frame["done_s"].isna() & frame["withdrawn_s"].isna() & (frame["told_s"] < end_s)


def _told(view: View, frame: pd.DataFrame) -> np.ndarray:
    """Until when each order is told of: by its exports, and not before the last thing that is known of it."""
    happened = frame[[c for c in ("placed_s", *INSTANTS) if c in frame and c != "due_s"]].max(axis=1).to_numpy(float)
    return np.fmax(view.told_until("orders", frame.get("created_s", frame["placed_s"]).to_numpy(float)), happened)


def _known_words(orders: nw.LazyFrame, params: Params) -> None:
    """Refuses a kind or a class of the params that no order has: a slip of the pen would empty the figures."""
    for column, wanted in (("kind", params.complaints.kinds), ("class", tuple(params.complaints.by_class))):
        if not wanted:
            continue
        found = set(pandas(orders.select(column).unique())[column].dropna())
        for word in wanted if found else ():
            if word not in found:
                raise BadParams("complaints", f"no order has the {column} '{word}'.", nearest(word, found))


def _aside(frame: pd.DataFrame) -> np.ndarray:
    said = [frame[c].to_numpy(bool) if c in frame else np.zeros(len(frame), bool) for c in ASIDE]
    return np.select(said, ASIDE, "")


def _ended(frame: pd.DataFrame, params: Params) -> pd.DataFrame:
    nothing = pd.Series(np.nan, index=frame.index)
    resolved, closed = frame.get("resolved_s", nothing), frame.get("closed_s", nothing)
    gone, again = (frame.get(c, pd.Series(False, index=frame.index)) for c in ("withdrawn", "reopened"))
    done = resolved.fillna(closed)
    if params.complaints.reopened == "last":
        done = done.mask(again, closed.fillna(resolved))
    left = closed if "closed_s" in frame else resolved
    withdrawn = closed.fillna(resolved).where(gone)
    return frame.assign(done_s=done.mask(gone), withdrawn_s=withdrawn, left_s=left.fillna(withdrawn))


def within(frame: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The orders that a period holds: created in it, or closed in it where only that is exported."""
    return frame[(frame["placed_s"] >= period.start_s) & (frame["placed_s"] < period.end_s)]


def months(view: View) -> list[Period]:
    """The months of data up to the view's, when it is a month (of a quarter or a year: the quarters or the years); otherwise the view's period alone."""
    if not grain(view.period.label):
        return [view.period]
    return view.calendar.up_to(view.period.label, view.calendar.month_of(view.calendar.day_of(view.data_start_s)))


def counted(frame: pd.DataFrame) -> pd.DataFrame:
    """The orders that are in the figures: without those set apart."""
    return frame[frame["aside"] == ""]


def not_aside(have: Sequence[str]) -> nw.Expr:
    """The same of an order as it is stored, of whatever kind: it is not known to be set apart."""
    kept = ~nw.col("seq").is_null()
    for flag in ASIDE:
        kept = kept & (nw.when(true(flag)).then(nw.lit(0)).otherwise(nw.lit(1)) == 1) if flag in have else kept
    return kept


def split(view: View, frame: pd.DataFrame, by: Sequence[str], *, also: Sequence[Period] = ()) -> list[tuple[tuple, pd.DataFrame]]:
    """The orders by stratum, the largest of the period first; strata with fewer than the view's `smallest` are one, those without a word are `NONE`.

    Without strata all orders under (). Strata that neither the period nor one of `also` has are left out; the larger count decides whether one is small.
    """
    if not by:
        return [((), frame)]
    frame = frame.assign(**{c: frame[c].astype("object").where(frame[c].notna(), NONE) for c in by})
    periods = (view.period, *also)
    sizes = pd.concat([within(counted(frame), p).groupby(list(by)).size() for p in periods], axis=1, keys=range(len(periods))).fillna(0)
    sizes = sizes.assign(most=sizes.max(axis=1)).reset_index().rename(columns={0: "now"})
    pooled = disclosure.pooled(sizes, by, view.smallest, size="most").groupby(list(by), as_index=False)["now"].sum()
    told = [tuple(key) for key in pooled.sort_values("now", ascending=False, kind="stable")[list(by)].itertuples(index=False, name=None)]
    own = _labels(frame, by, told)
    return [(key, frame[own == n]) for n, key in enumerate(told)]


def _labels(frame: pd.DataFrame, path: Sequence[str], told: Sequence[tuple]) -> np.ndarray:
    """The place of each order's stratum among those told: its own, or the pooled one that it belongs to; -1 for none."""
    places = {key: n for n, key in enumerate(told)}
    depth = len(path)

    def place(key: tuple) -> int:
        tries = (key[:d] + (disclosure.OTHER,) * (depth - d) for d in range(depth, -1, -1))
        return next((places[t] for t in tries if t in places), -1)

    keys = list(frame[list(path)].itertuples(index=False, name=None))
    known = {key: place(key) for key in set(keys)}
    return np.array([known[key] for key in keys], int)


def local_times(calendar: Calendar, seconds) -> pd.Series:
    """Epoch seconds as wall times of the hotline; missing ones stay missing."""
    seconds = pd.to_numeric(pd.Series(seconds)).astype("float64")
    return pd.to_datetime(seconds, unit="s", utc=True).dt.tz_convert(calendar.zone).dt.tz_localize(None)


def local_days(calendar: Calendar, seconds) -> pd.Series:
    """The hotline's day of each instant, as its number since 1970; missing ones are nan."""
    days = (local_times(calendar, seconds) - timedelta(hours=calendar.cut_hour)).dt.floor("D")
    return (days - pd.Timestamp(0)) / timedelta(days=1)


def dates_only(calendar: Calendar, seconds) -> bool:
    """True when a column holds dates: more than half of its times are midnight to the second."""
    times = local_times(calendar, seconds).dropna()
    return bool(len(times)) and float((times == times.dt.floor("D")).mean()) > DATES_ONLY


# ---- how long


class Clock:
    """Time that counts between two instants: all of it, or the working hours of working days, make-up days among them."""

    def __init__(self, view: View, first_s: float, *, last: date | None = None):
        self.calendar, self.working = view.calendar, view.params.complaints.clock == "working"
        first, last = view.calendar.day_of(int(first_s)), last or view.calendar.day_of(view.end_s)
        self.first, days = (first - date(1970, 1, 1)).days, [first + timedelta(days=n) for n in range((last - first).days + 2)]
        works = [not off for off in rest_days(view.params, days)] if self.working else [True] * len(days)
        self.days = np.concatenate([[0], np.cumsum(works)])
        spans = _spans(view.params.complaints.working_hours) if self.working else []
        self.starts, self.ends = _instants(view.calendar, [d for d, on in zip(days, works, strict=True) if on], spans)
        self.so_far = np.concatenate([[0.0], np.cumsum(self.ends - self.starts)])

    def seconds(self, begin, end) -> np.ndarray:
        """Seconds that count from one instant to another."""
        begin, end = np.asarray(begin, float), np.asarray(end, float)
        return self._worked(end) - self._worked(begin) if self.working else end - begin

    def days_between(self, begin, end) -> np.ndarray:
        """Days from the day of one instant to that of another: 0 on the same day; by the working clock only working days count."""
        first, last = (local_days(self.calendar, np.asarray(x, float)).to_numpy(float) for x in (begin, end))
        known = ~(np.isnan(first) | np.isnan(last))
        places = [np.clip(np.where(known, x, self.first).astype(int) - self.first + 1, 0, len(self.days) - 1) for x in (first, last)]
        return np.where(known, self.days[places[1]] - self.days[places[0]], np.nan)

    def _worked(self, instant: np.ndarray) -> np.ndarray:
        place = np.searchsorted(self.starts, instant, side="right") - 1
        inside = np.minimum(instant - self.starts[np.maximum(place, 0)], (self.ends - self.starts)[np.maximum(place, 0)])
        return np.where(place < 0, 0.0, self.so_far[np.maximum(place, 0)] + inside)


def complete_on(view: View, text: str) -> date:
    """The day on which every order of the period has been watched for a limit, by the clock of the params: its last may come in the period's last second."""
    asked, end_s = limit(text), view.period.end_s
    days = [view.period.last_day + timedelta(days=n) for n in range(1, 2 * asked.number + LONGEST_OFF)]  # be it an hour of work a day
    clock, begins = Clock(view, end_s, last=days[-1]), [view.calendar.instant(day) for day in days]
    if asked.unit == "h":
        worked = clock.seconds(end_s, begins)  # of a working clock, what is done before work begins again is within the limit too
        watched = worked > asked.most if clock.working else worked >= asked.most
    else:
        watched = clock.days_between([end_s - 1], begins) > asked.most
    return days[int(watched.argmax()) if watched.any() else -1]


def _spans(written: Sequence[str]) -> list[tuple[timedelta, timedelta]]:
    ends = [[part.split(":") for part in span.split("-")] for span in written]
    return [tuple(timedelta(hours=int(h), minutes=int(m)) for h, m in pair) for pair in ends]


def _instants(calendar: Calendar, days: Sequence[date], spans) -> tuple[np.ndarray, np.ndarray]:
    """Epoch seconds at which the spans of some days begin and end, on the clock of the wall."""
    told = [
        [(datetime.combine(day, time()) + edge).replace(tzinfo=calendar.zone).timestamp() for edge in span]
        for day in days
        for span in spans
    ]
    return tuple(np.array(told, float).reshape(-1, 2).T)


class Waits(NamedTuple):
    """How long the orders of a frame waited for one thing.

    rows        their places in the frame, those left out taken off
    length      seconds, or days, until it was done, the order was withdrawn, or nothing more is known
    cause       DONE, WITHDRAWN or UNKNOWN
    follow      seconds, or days, for which each could be watched
    early       orders left out because it was done before they were created (or taken as at once)
    undated     withdrawn orders left out because nobody knows when
    by_closing  orders without a response of their own that were resolved: answered then at the latest
    """

    rows: np.ndarray
    length: np.ndarray
    cause: np.ndarray
    follow: np.ndarray
    early: int
    undated: int
    by_closing: int


def event_of(frame: pd.DataFrame, measure: str) -> pd.Series:
    """When what a measure asks for was done; an order resolved without a known response was answered then at the latest."""
    if measure == "resolution":
        return frame["done_s"]
    return frame["responded_s"].fillna(frame["done_s"]) if measure == "response" else frame["dispatched_s"]


def waits(view: View, frame: pd.DataFrame, measure: str, unit: str) -> Waits:
    """The waits for a dispatch, a response or a resolution, in seconds (unit h) or days (unit d) of the clock of the params.

    A withdrawn order waits until it was withdrawn, one that was resolved without being sent on until then; both compete with the event.
    """
    created, event = frame["created_s"].to_numpy(float), event_of(frame, measure).to_numpy(float)
    gone = frame["withdrawn_s"].fillna(frame["done_s"] if measure == "dispatch" else np.nan).to_numpy(float)
    early, unplaced = event < created, undated(frame, event)
    out = unplaced | (early if view.params.complaints.before_created == "left_out" else np.zeros(len(frame), bool))
    told = frame["told_s"].to_numpy(float)
    stop = np.fmin(np.fmin(event, gone), told)
    cause = np.where(np.isnan(event) | (event > np.nan_to_num(gone, nan=np.inf)), np.where(np.isnan(gone), UNKNOWN, WITHDRAWN), DONE)
    length, follow = _measured(view, created, np.fmax(stop, created), told, cause, unit)
    direct = frame["responded_s"].isna() & frame["done_s"].notna() if measure == "response" else np.zeros(len(frame), bool)
    kept = np.flatnonzero(~out)
    return Waits(kept, length[kept], cause[kept], follow[kept], int(early.sum()), int(unplaced.sum()), int(np.sum(direct)))


def undated(frame: pd.DataFrame, event) -> np.ndarray:
    """The withdrawn orders of which nobody knows when, before what a figure asks for (its instants, nan where it was not done): they are late for nothing and are left out.

    frame: `cases`.
    """
    gone = frame["withdrawn"].to_numpy(bool) if "withdrawn" in frame else np.zeros(len(frame), bool)
    return gone & frame["withdrawn_s"].isna().to_numpy() & np.isnan(np.asarray(event, float))


def _measured(
    view: View, created: np.ndarray, stop: np.ndarray, end: np.ndarray, cause: np.ndarray, unit: str
) -> tuple[np.ndarray, np.ndarray]:
    """Lengths and follow-ups. In days an order is watched up to the last whole day on which it is told of."""
    if not len(created):
        return created, created
    clock = Clock(view, created.min())
    if unit == "h":
        return np.round(clock.seconds(created, stop)), np.round(clock.seconds(created, end))
    follow = clock.days_between(created, np.fmax(end - 1, created))
    return np.where(cause == UNKNOWN, follow, clock.days_between(created, stop)), follow


# ---- shares within a limit


class Within(NamedTuple):
    """What share of orders was done within a limit, and what two usual wrong ways would say.

    numerator, denominator   done within the limit as seen; orders
    value, se, low, high     Aalen-Johansen share, Wilson on the effective number; nan where no order could have reached the limit and one is still open
    closed_only              of those that were done at all: leaves the open ones out, so it reads too high
    open_as_failed           open ones taken as late: reads too low in a young month
    open, withdrawn          orders still open when the data end, orders withdrawn before it was done
    watched                  orders that could be watched for the whole limit
    """

    numerator: int
    denominator: int
    value: float
    se: float
    low: float
    high: float
    closed_only: float
    open_as_failed: float
    open: int
    withdrawn: int
    watched: int


def share_within(found: Waits, most: int) -> Within:
    """`Within` of some waits and a limit in their unit, ends included (24:00:00 is within 24 h)."""
    n, done = len(found.length), found.cause == DONE
    within_limit, watched = int(met(found, most).sum()), int((found.follow >= most).sum())
    open_, gone = int((found.cause == UNKNOWN).sum()), int((found.cause == WITHDRAWN).sum())
    sure = watched or (n and not open_)  # what became of every order is known, however short a while the data go on
    value, se = _incidence(found, most) if sure else (np.nan, np.nan)
    low, high = intervals.wilson_from_error(value, se, calls=n) if np.isfinite(value) else (np.nan, np.nan)
    closed = within_limit / done.sum() if done.any() else np.nan
    failed = within_limit / n if n else np.nan
    return Within(within_limit, n, value, se, float(low), float(high), closed, failed, open_, gone, watched)


def met(found: Waits, most: int) -> np.ndarray:
    """Which of some waits ended within the limit because it was done."""
    return (found.cause == DONE) & (found.length <= most)


def _incidence(found: Waits, most: int) -> tuple[float, float]:
    curve = incidence(found)
    return float(survival.incidence_at(curve, [most])[0, 0]), float(survival.incidence_errors(curve, [most])[0, 0])


def incidence(found: Waits) -> survival.Incidence:
    """The Aalen-Johansen curves of done and withdrawn; equal rows are counted once."""
    rows, weights = np.unique(np.column_stack([found.length, found.cause]), axis=0, return_counts=True)
    return survival.cumulative_incidence(rows[:, 0], rows[:, 1], causes=2, weights=weights)


def own_limit(parts: Sequence[Within]) -> Within:
    """Orders of several classes, each by its own limit, as one: the classes' shares weighted by their orders."""
    n = np.array([p.denominator for p in parts], float)
    weight = n / n.sum()
    value = float((weight * [p.value for p in parts]).sum())
    se = float(np.sqrt(np.square(weight * [p.se for p in parts]).sum()))
    low, high = intervals.wilson_from_error(value, se, calls=n.sum()) if np.isfinite(value) else (np.nan, np.nan)
    sums = {name: sum(getattr(p, name) for p in parts) for name in ("numerator", "denominator", "open", "withdrawn", "watched")}
    ways = {name: float(np.nansum(weight * [getattr(p, name) for p in parts])) for name in ("closed_only", "open_as_failed")}
    return Within(value=value, se=se, low=float(low), high=float(high), **sums, **ways)


def by_due(view: View, frame: pd.DataFrame) -> Within:
    """What share was resolved by its own due instant, of the orders that were due while they were told of; one due later is not judged."""
    due, done, gone = (frame[c].to_numpy(float) for c in ("due_s", "done_s", "withdrawn_s"))
    judged, in_time = due_marks(view, frame)
    left = judged & np.isnan(done) & (gone <= due)
    n, k, closed = int(judged.sum()), int(in_time.sum()), int((judged & ~np.isnan(done)).sum())
    value, (low, high) = k / n if n else np.nan, intervals.wilson(k, n)
    se = float(np.sqrt(value * (1 - value) / n)) if n else np.nan
    open_ = int((judged & np.isnan(done) & np.isnan(gone)).sum())
    return Within(k, n, value, se, float(low), float(high), k / closed if closed else np.nan, value, open_, int(left.sum()), n)


def due_marks(view: View, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Which orders were due while they were told of, and which of these were done by then."""
    due, done = (frame[c].to_numpy(float) for c in ("due_s", "done_s"))
    judged = (due < frame["told_s"].to_numpy(float)) & ~undated(frame, done)
    return judged, judged & (done <= due)


def recorded(frame: pd.DataFrame) -> Within:
    """What share the export itself calls timely, of the orders for which it says so."""
    said = frame["timely"].astype("boolean").dropna()
    k, n = int(said.sum()), len(said)
    value, (low, high) = k / n if n else np.nan, intervals.wilson(k, n)
    se = float(np.sqrt(value * (1 - value) / n)) if n else np.nan
    return Within(k, n, value, se, float(low), float(high), value, value, 0, 0, n)


__all__ = ["DAY", "Clock", "Limit", "Waits", "Within", "by_due", "cases", "counted", "share_within", "waits", "within"]
