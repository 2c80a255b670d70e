"""When did things break? Silences, bursts of lost calls, mass events, and the month without them (D15; what users ask for: one event hidden in many calls).

Every stretch of time is held against the same stretch of days of its kind (`usual.Kinds`: the thirteen before it; at the start of the data those
around it), at the level of its own day. What a finding would be worth by chance is counted over everything that was looked at in the period, so that a
month in which nothing happened shows something in at most LEVEL of the cases.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.usual import LEAST_BACK, LITTLE, Kinds
from hotline_analysis.measures import catalogue, indicators
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.indicators import offered_calls
from hotline_analysis.measures.outages import registered
from hotline_analysis.measures.view import View, not_kept
from hotline_analysis.measures.volumes import UNLIKELY
from hotline_analysis.stats import intervals, scan, tests
from hotline_analysis.studies.service.grouped import ALL
from hotline_analysis.words import LANGUAGES, Field, Term

EPOCH = date(1970, 1, 1)
LEVEL = 0.01  # of the months in which nothing happened, how many may show a silence; a burst of lost calls; a mass event: each by itself
HISTORY = 98 * DAY  # thirteen weeks and one: the days of a kind before the period's first
EARLY = 28 * DAY  # with less history than this, days after the period stand in for those before
LEAST_LOST, DROPPED_SECONDS = 8, 10  # calls lost beyond the usual; a talk so short is a line that dropped
LEAST_EXCESS, LEAST_RATIO = 8, 2.0  # of a mass event: calls beyond the usual, and how many times the usual
PRIOR_CALLS = 5  # by so many calls what is so of the whole hotline's days speaks for a cell with a short past
MOST_SAID = 3  # findings that a sentence names
SPANS = (1, 2, 4, 8, 24)  # hours that are looked at together
KINDS = {
    "gap": Term("没有来电", "no calls"),
    "day": Term("全天来电骤减", "a day with hardly any calls"),
    "lost": Term("放弃或未接入成批", "calls lost in a row"),
    "short": Term("接通即断成批", "calls that dropped at once"),
}
MEASURES = ("offered", "connection_rate", "abandonment_rate", "asa_seconds", "talk_seconds", "repeat_rate_24h")  # and the service levels
COLUMNS = {
    "broken": Field(Term("情形", "What"), words=KINDS),
    "started_at": Field(Term("自", "From"), "moment"),
    "ended_at": Field(Term("至", "To"), "moment"),
    "minutes": Field(Term("分钟", "Minutes"), "count"),
    "usual": Field(Term("平常应有", "Usual"), "number"),
    "p": Field(Term("全月偶然出现的可能", "By chance in the period", of_period=True), "probability"),
    "recorded": Field(Term("登记过", "On the register"), words={"yes": Term("有", "yes"), "no": Term("没有", "no")}),
    "span_hours": Field(Term("历时", "Lasted"), "hours"),
    "count": Field(Term("来电", "Calls"), "count"),
    "callers": Field(Term("来电人", "Callers"), "count"),
    "ratio": Field(Term("为平常的倍数", "Times the usual"), "number", interval=("ratio_low", "ratio_high")),
    "excess": Field(Term("多出", "Beyond the usual"), "count"),
    "gap_count": Field(Term("无来电时段", "Silences"), "count"),
    "day_count": Field(Term("骤减的日子", "Thin days"), "count"),
    "lost_count": Field(Term("成批放弃或未接入", "Bursts of lost calls"), "count"),
    "short_count": Field(Term("成批接通即断", "Bursts of dropped calls"), "count"),
    "burst_count": Field(Term("集中来电", "Mass events"), "count"),
    "gaps_looked": Field(Term("看过的间隔", "Gaps looked at"), "count"),
    "windows_looked": Field(Term("看过的时段", "Windows looked at"), "count"),
    "gap_minutes": Field(Term("无来电合计分钟", "Minutes without calls"), "count"),
    "burst_calls": Field(Term("集中来电的来电", "Calls of the mass events"), "count"),
    "slots_looked": Field(Term("看过的半小时", "Half-hours looked at"), "count"),
    "with_events": Field(Term("全部来电", "All calls"), "level", interval=("with_low", "with_high")),
    "without": Field(Term("剔除后", "Without them"), "level", interval=("without_low", "without_high")),
    "moved_by": Field(Term("相差", "Difference"), "moved"),
    "removed": Field(Term("剔除的来电", "Calls taken out"), "count"),
}


class Days(NamedTuple):
    """The days that may speak for the period, and of each the places of the days of its kind.

    first: its number since 1970; inside: those of the period; alike: fewer than LEAST_BACK days say nothing and are none.
    """

    first: int
    inside: np.ndarray
    alike: list[np.ndarray]


def _rows(view: View) -> nw.LazyFrame:
    """The offered calls that may speak for the period, with day and second (of the hotline's own day)."""
    if not view.period.dated:
        raise DataRefused("service", "no clock time: the calls have no times.")
    early = view.data_start_s > view.period.start_s - EARLY
    first, last = view.period.start_s - HISTORY, view.period.end_s + (HISTORY if early else 0)
    rows = offered_calls(view).filter(
        (nw.col("start_s") >= max(first, view.data_start_s)) & (nw.col("start_s") < min(last, view.data_end_s))
    )
    shifted = nw.col("local_s") - 3600 * view.calendar.cut_hour
    return rows.with_columns(day=shifted // DAY, second=shifted % DAY)


def _days(view: View, counts: pd.DataFrame) -> Days:
    """The days of counts (day, n), from the first to the last; DataRefused where more than half of the calls stand at midnight to the second."""
    first, last = int(counts["day"].min()), int(counts["day"].max())
    dates = [EPOCH + timedelta(days=d) for d in range(first, last + 1)]
    total = np.zeros(len(dates))
    np.add.at(total, counts["day"].to_numpy(int) - first, counts["n"].to_numpy(float))
    alike = [places if len(places) >= LEAST_BACK else places[:0] for places in Kinds(dates, view.params).alike(total > 0)]
    inside = np.array([view.period.first_day <= d <= view.period.last_day for d in dates], bool)
    return Days(first, inside, alike)


def _counted(rows: nw.LazyFrame, step: int, *keys: str, **marks: nw.Expr) -> pd.DataFrame:
    """Calls and marks by day and part of the day (`slot`, of `step` seconds) and keys: small whatever the volume."""
    sums = [nw.col(name).sum() for name in marks]
    marked = rows.with_columns(
        slot=nw.col("second") // step, **{name: nw.when(test).then(nw.lit(1)).otherwise(nw.lit(0)) for name, test in marks.items()}
    )
    found = pandas(marked.group_by("day", "slot", *keys).agg(*sums, n=nw.len()))
    return found.astype(dict.fromkeys(["day", "slot", "n", *marks], "int64"))


def _grid(found: pd.DataFrame, days: Days, slots: int, column: str = "n") -> np.ndarray:
    """Counts as [days, slots]."""
    grid = np.zeros((len(days.alike), slots))
    np.add.at(grid, (found["day"].to_numpy(int) - days.first, found["slot"].to_numpy(int)), found[column].to_numpy(float))
    return grid


# ---- silences


def _silences(view: View, rows: nw.LazyFrame) -> tuple[pd.DataFrame, int]:
    """Gaps between neighbouring calls that began in the period and are longer than chance allows; and how many gaps were looked at."""
    minutes = _counted(rows, 60)
    if minutes.empty:
        return pd.DataFrame(columns=OUTAGES), 0
    days = _days(view, minutes)
    grid = _grid(minutes, days, DAY // 60)
    if grid[:, 0].sum() > 0.5 * grid.sum():
        raise DataRefused("service", "no clock time: the calls' times are dates.")
    begin, end = _gaps(view, rows)
    if not len(begin):
        return pd.DataFrame(columns=OUTAGES), 0
    log_p, usual = _log_p(begin, end, days, grid, level=_level(days, grid))
    p = scan.whole_look(np.exp(log_p / _unrest(days, grid)), len(begin))
    kept = np.flatnonzero(p < LEVEL)
    told = {"started_s": begin[kept], "ended_s": end[kept], "count": 0, "usual": usual[kept], "p": p[kept]}
    return pd.DataFrame({"broken": "gap", **told}, columns=OUTAGES), len(begin)


def _thin_days(view: View, rows: nw.LazyFrame) -> tuple[pd.DataFrame, int]:
    """Days of the period with calls, but less than LITTLE of what days of their kind bring; and how many days were looked at."""
    found = _counted(rows, DAY)
    if found.empty:
        return pd.DataFrame(columns=OUTAGES), 0
    days = _days(view, found)
    count, own = _grid(found, days, 1)[:, 0], np.flatnonzero(days.inside)
    n = np.array([len(days.alike[day]) for day in own], float)
    past = np.array([count[days.alike[day]].sum() for day in own])
    level = _level(days, count[:, None])
    usual = level * np.divide(past, n, out=np.full(len(own), np.nan), where=n > 0)
    unrest = scan.unrest(scan.deviations(count[own], usual, usual * (1 + 1 / np.where(n > 0, n, np.nan))))
    looked = int((n > 0).sum())
    p = scan.whole_look(scan.tempered(scan.fewer(count[own], past, n, share=level), unrest), max(looked, 1))
    kept = np.flatnonzero((p < LEVEL) & (count[own] > 0) & (count[own] < LITTLE * usual))
    start = (own[kept] + days.first) * DAY
    told = {"started_s": start, "ended_s": start + DAY, "count": count[own][kept], "usual": usual[kept], "p": p[kept]}
    return pd.DataFrame({"broken": "day", **told}, columns=OUTAGES), looked


def _gaps(view: View, rows: nw.LazyFrame) -> tuple[np.ndarray, np.ndarray]:
    """Local seconds of the hotline's own day at which the period's gaps begin and end: each between two neighbouring calls, and no longer than it was: an hour that the clock skips is none of it."""
    near = rows.filter((nw.col("start_s") >= view.period.start_s) & (nw.col("start_s") < view.period.end_s + 14 * DAY))
    instants = pandas(near.select("start_s", at=nw.col("day") * DAY + nw.col("second"))).astype("int64").sort_values("at")
    at, start_s = instants["at"].to_numpy(), instants["start_s"].to_numpy()
    inside, begin = start_s[:-1] < view.period.end_s, np.maximum(at[:-1], at[1:] - np.abs(np.diff(start_s)))
    return begin[inside], at[1:][inside]


def _level(days: Days, grid: np.ndarray) -> float:
    """The calls of the period against those of the days that speak for its own, at most 1: a hotline that begins is not held to what it became.

    A day without a call that should have brought some at that level is lost, and no quiet one: it lowers nothing.
    """
    own = [day for day in np.flatnonzero(days.inside) if len(days.alike[day])]
    called = np.array([grid[day].sum() for day in own])
    usual = np.array([grid[days.alike[day]].sum() / len(days.alike[day]) for day in own])
    lost = (called == 0) & (usual * min((called.sum() + 1) / (usual.sum() + 1), 1.0) >= UNLIKELY)
    return float(min((called.sum() + 1) / (usual[~lost].sum() + 1), 1.0))


def _log_p(begin: np.ndarray, end: np.ndarray, days: Days, grid: np.ndarray, *, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Of each gap the logarithm of its p under chance alone, and how many calls are usual in it; whole minutes inside the gap count."""
    so_far = np.concatenate([np.zeros((len(grid), 1)), grid.cumsum(axis=1)], axis=1)
    log_p, usual = np.zeros(len(begin)), np.zeros(len(begin))
    first, last = begin // DAY - days.first, (end - 1) // DAY - days.first
    for day in range(int(first.min()), min(int(last.max()) + 1, len(grid))):
        here = np.flatnonzero((first <= day) & (last >= day))
        low = np.clip(np.ceil((begin[here] - (day + days.first) * DAY) / 60), 0, DAY // 60).astype(int)
        high = np.clip((end[here] - (day + days.first) * DAY) // 60, 0, DAY // 60).astype(int)
        p, expected = _of_day(so_far, grid[day].sum(), days.alike[day], low, np.maximum(low, high), level)
        log_p[here] += p
        usual[here] += expected
    return log_p, usual


def _of_day(
    so_far: np.ndarray, own: float, alike: np.ndarray, low: np.ndarray, high: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """The part of gaps that lies in one day, against the days of its kind without the busiest: a past mass event makes no later silence.

    At the level of the rest of the day, but no higher than the period's: where a gap leaves little of a day, its few calls are luck.
    """
    if not len(alike):
        return np.zeros(len(low)), np.zeros(len(low))
    there = so_far[alike][:, high] - so_far[alike][:, low]
    came = there.sum(axis=0) - there.max(axis=0)
    others = (so_far[alike, -1].sum() - there.sum(axis=0)) / len(alike)
    level = np.minimum((own + level) / (others + 1), level)
    return scan.log_silence(came, len(alike) - 1, share=level), level * came / (len(alike) - 1)


def _unrest(days: Days, grid: np.ndarray) -> float:
    """How much more an hour varies than chance, at its day's level: over the period's hours with five calls usual."""
    hours = grid.reshape(len(grid), 24, -1).sum(axis=2)
    z = [_hours_apart(hours, day, days.alike[day]) for day in np.flatnonzero(days.inside) if len(days.alike[day])]
    return scan.unrest(np.concatenate(z)) if z else 1.0


def _hours_apart(hours: np.ndarray, day: int, alike: np.ndarray) -> np.ndarray:
    usual = hours[alike].mean(axis=0)
    level = hours[day].sum() / usual.sum() if usual.sum() else 1.0
    return scan.deviations(hours[day], level * usual, level * usual * (1 + level / len(alike)))


# ---- bursts of lost calls


def _bursts_of_loss(view: View, rows: nw.LazyFrame, kind: str) -> tuple[pd.DataFrame, int]:
    """Half-hours in which far more of the calls were lost (or dropped at once) than in the same half-hours of days of the kind, run together."""
    have = rows.collect_schema().names()
    need = ("outcome",) if kind == "lost" else ("outcome", "talk_seconds")
    if not set(need) <= set(have):
        return pd.DataFrame(columns=OUTAGES), 0
    rows, hit = _hits(rows, kind)
    found = _counted(rows, 1800, k=hit)
    if found.empty:
        return pd.DataFrame(columns=OUTAGES), 0
    days = _days(view, found)
    k, n = _grid(found, days, 48, "k"), _grid(found, days, 48)
    own = np.flatnonzero(days.inside)
    past_k, past_n = (np.array([grid[days.alike[day]].sum(axis=0) for day in own]).reshape(len(own), 48) for grid in (k, n))
    rate = np.divide(past_k, past_n, out=np.full(past_n.shape, np.nan), where=past_n > 0)
    variance = n[own] * rate * (1 - rate) * (1 + n[own] / np.where(past_n > 0, past_n, np.nan))
    looked = int(((n[own] > 0) & (past_n > 0)).sum())
    p = scan.tempered(scan.more_often(k[own], n[own], past_k, past_n), scan.unrest(scan.deviations(k[own], n[own] * rate, variance)))
    p = scan.whole_look(p, max(looked, 1))
    told = np.argwhere((p < LEVEL) & (k[own] - n[own] * rate >= LEAST_LOST))
    return _runs(kind, own, told, k, n, rate, p, days), looked


def _hits(rows: nw.LazyFrame, kind: str) -> tuple[nw.LazyFrame, nw.Expr]:
    """The calls of which it is known, and those that were lost: abandoned or blocked; of answered calls those that dropped at once."""
    if kind == "lost":
        return rows.filter(~nw.col("outcome").is_null()), nw.col("outcome").is_in(["abandoned", "blocked"])
    spoken = (nw.col("outcome") == "answered") & (nw.col("talk_seconds") >= 0)
    return rows.filter(spoken), nw.col("talk_seconds") < DROPPED_SECONDS


def _runs(kind: str, own: np.ndarray, told: np.ndarray, k, n, rate, p, days: Days) -> pd.DataFrame:
    """Neighbouring half-hours as one finding."""
    at = np.array([(own[day] + days.first) * 48 + slot for day, slot in told], np.int64)
    runs = np.split(np.arange(len(at)), np.flatnonzero(np.diff(at) > 1) + 1) if len(at) else []
    rows = []
    for run in runs:
        places = [(own[told[i][0]], told[i][0], told[i][1]) for i in run]
        lost, calls = (int(sum(grid[day, slot] for day, _, slot in places)) for grid in (k, n))
        usual = float(sum(n[day, slot] * rate[place, slot] for day, place, slot in places))
        rows.append(
            {"broken": kind, "started_s": at[run[0]] * 1800, "ended_s": (at[run[-1]] + 1) * 1800, "count": calls, "numerator": lost,
             "usual": usual, "p": float(min(p[place, slot] for _, place, slot in places))}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=OUTAGES)


OUTAGES = ["broken", "started_s", "ended_s", "count", "numerator", "usual", "p"]


def _found(view: View) -> tuple[pd.DataFrame, dict[str, int]]:
    """All silences and bursts of lost calls of the period in their order of time, instants on the hotline's own clock; and how much was looked at."""
    rows = _rows(view)
    parts = {"gap": _silences(view, rows), "day": _thin_days(view, rows)} | {
        kind: _bursts_of_loss(view, rows, kind) for kind in ("lost", "short")
    }
    frames = [part for part, _ in parts.values() if len(part)]
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=OUTAGES)
    cut = 3600 * view.calendar.cut_hour
    whole = whole.assign(started_s=whole["started_s"] + cut, ended_s=whole["ended_s"] + cut)
    return whole.sort_values(["started_s", "broken"], ignore_index=True), {kind: looked for kind, (_, looked) in parts.items()}


def outages(view: View) -> pd.DataFrame:
    """Stretches of the period in which something broke: one row a finding, in the order of time.

    Looked at are the calls offered. gap: neighbouring calls between which so many are usual that chance leaves none (the days of the kind without the busiest, at the
    own day's level); day: a day with calls, but less than a quarter of what days of its kind bring; lost: neighbouring half-hours with far more abandoned or blocked calls than the same half-hours have, at least eight more than usual; short:
    the same of answered calls that ended within DROPPED_SECONDS. p is that of the whole period: times the gaps (days, half-hours) looked at, and after what days vary
    more than chance. Told is what has p < .01: a month in which nothing happened shows a silence (a thin day; lost calls; dropped ones) in at most 1 % of the cases.

    Columns: broken (gap, day, lost, short), started_at, ended_at (local time), minutes, usual (calls expected in a gap or on a day; lost calls expected in a burst), numerator (lost calls), denominator (calls), value, low,
    high (share lost, Wilson), p, recorded (yes, no: whether the register of events has an outage then; no column without a register), told (broken, of the MOST_SAID surest, which a sentence names; else ''). Small counts are not told. Raises
    DataRefused where calls have no clock time. Source: D15.
    """
    whole, _ = _found(view)
    k, n = whole["numerator"].astype(float), whole["count"].where(whole["broken"] != "gap").astype(float)  # in a gap nothing came
    low, high = intervals.wilson(k.to_numpy(), n.to_numpy())
    frame = pd.DataFrame(
        {"broken": whole["broken"], **_clock(whole), "usual": whole["usual"].astype(float), "numerator": k, "denominator": n}
    )
    frame = frame.assign(
        value=k / n,
        low=low,
        high=high,
        p=whole["p"].astype(float),
        **_recorded(view, whole),
        told=_spoken_of(whole["p"], whole["broken"]),
    )
    return disclosure.untold(frame, ["numerator", "denominator"], ["value", "low", "high"], view.smallest)


def _spoken_of(p: pd.Series, cases: Sequence[str]) -> np.ndarray:
    """The cases of the surest findings, '' for the others: a sentence names a few, the table all."""
    surest = pd.to_numeric(p).rank(method="first") <= MOST_SAID
    return np.where(surest, np.asarray(cases, object), "")


def _clock(found: pd.DataFrame) -> dict:
    """Local times of findings, and how long they lasted."""
    start, end = (pd.to_datetime(found[c].astype("int64"), unit="s") for c in ("started_s", "ended_s"))
    return {"started_at": start, "ended_at": end, "minutes": (found["ended_s"] - found["started_s"]).astype(float) / 60}


def _recorded(view: View, found: pd.DataFrame) -> dict[str, list[str]]:
    """Whether the register of events has an outage that overlaps each finding; nothing without a register."""
    known = registered(view)
    if known is None:
        return {}
    begin, end = (_local(view, known[c]) for c in ("found_s", "repaired_s"))
    end = np.where(np.isnan(end), begin, end)
    told = [((begin < b) & (end >= a)).any() for a, b in zip(found["started_s"], found["ended_s"], strict=True)]
    return {"recorded": ["yes" if known else "no" for known in told]}


def _local(view: View, instants: pd.Series) -> np.ndarray:
    """Epoch seconds as seconds of the clock on the wall, nan where unknown."""
    times = (
        pd.to_datetime(pd.to_numeric(instants).astype("float64"), unit="s", utc=True).dt.tz_convert(view.calendar.zone).dt.tz_localize(None)
    )
    return ((times - pd.Timestamp(0)) / pd.Timedelta(seconds=1)).to_numpy(float)


# ---- mass events


class Cells(NamedTuple):
    """Calls by issue and area and by hour: keys (issue, area; ALL for every one), counts [cells, days, 24]; how long the hours of the period's days are, [days, 24]: not one each where clocks change."""

    keys: list[tuple[str, str]]
    counts: np.ndarray
    days: Days
    long: np.ndarray


NOTHING = Cells([], np.zeros((0, 0, 24)), Days(0, np.zeros(0, bool), []), np.zeros((0, 24)))


def _cells(view: View) -> Cells:
    """The cells that the export can tell: every issue in every area, each issue everywhere, each area, and the whole hotline."""
    rows = _rows(view)
    have = [c for c in ("issue_1", "area") if c in rows.collect_schema().names()]
    found = _counted(rows, 3600, *have)
    if found.empty:
        return NOTHING
    days = _days(view, found)
    if not days.inside.any():  # a month without a call, in data that hold others
        return NOTHING
    if (found["slot"] == 0).mean() > 0.5 and _midnight(rows):
        raise DataRefused("service", "no clock time: the calls' times are dates.")
    found = found.assign(**{c: found[c] if c in have else None for c in ("issue_1", "area")})
    parts = {(ALL, ALL): found}
    for kept in (["issue_1"], ["area"], ["issue_1", "area"]):
        if set(kept) <= set(have):
            known = found.dropna(subset=kept)
            parts |= {_key(kept, key): part for key, part in known.groupby(kept, sort=True)}
    dates = [EPOCH + timedelta(days=days.first + int(n)) for n in np.flatnonzero(days.inside)]
    long = np.array([np.roll(view.calendar.hours_long(date), -view.calendar.cut_hour) for date in dates])
    return Cells(list(parts), np.array([_grid(part, days, 24) for part in parts.values()]), days, long)


def _midnight(rows: nw.LazyFrame) -> bool:
    at = pandas(rows.select(zero=nw.when(nw.col("second") == 0).then(nw.lit(1)).otherwise(nw.lit(0)).sum(), n=nw.len()))
    return bool(at["zero"].iloc[0] > 0.5 * at["n"].iloc[0])


def _key(kept: Sequence[str], key) -> tuple[str, str]:
    held = dict(zip(kept, key if isinstance(key, tuple) else (key,), strict=True))
    return str(held.get("issue_1", ALL)), str(held.get("area", ALL))


def _levels(cells: Cells) -> np.ndarray:
    """How much busier each day of the period is than its kind, by the median of its hours and at least 1: what all issues share is nobody's event."""
    whole, levels = cells.counts[0], []
    for day in np.flatnonzero(cells.days.inside):
        alike = cells.days.alike[day]
        usual = whole[alike].mean(axis=0) if len(alike) else np.zeros(24)
        ratio = whole[day][usual >= 5] / usual[usual >= 5]
        levels.append(max(float(np.median(ratio)), 1.0) if len(ratio) else 1.0)
    return np.array(levels)


def _windows(cells: Cells, hours: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Calls of every window of so many hours: [cells, days of the period, windows], those of the days of the kind, and how many days those are."""
    summed = _summed(cells.counts, hours)
    own = np.flatnonzero(cells.days.inside)
    past = np.stack([summed[:, cells.days.alike[day]].sum(axis=1) for day in own], axis=1)
    return summed[:, own], past, np.array([len(cells.days.alike[day]) for day in own])


def _summed(of_hours: np.ndarray, hours: int) -> np.ndarray:
    """The sums of every window of so many hours along the last axis."""
    return np.lib.stride_tricks.sliding_window_view(of_hours, hours, axis=-1).sum(axis=-1)


class Against(NamedTuple):
    """What windows are held against: calls of other days, how many days those are, what share of such a day is expected of the window's own."""

    past: np.ndarray
    days: np.ndarray
    share: np.ndarray

    @property
    def usual(self) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.days > 0, self.share * self.past / self.days, np.nan)


def _known(cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """The open days of the period from each cell's first call on, and how many days of its kind each day has since then: both [cells, days of the period]."""
    came = cells.counts.sum(axis=2)
    known, own = ((came > 0).cumsum(axis=1) > 0) & (came[0] > 0), np.flatnonzero(cells.days.inside)
    return known[:, own], np.stack([known[:, cells.days.alike[day]].sum(axis=1) for day in own], axis=1)


def _against(cells: Cells, hours: int, level: np.ndarray) -> tuple[np.ndarray, Against, Against]:
    """The windows' calls, and what they are held against: days of their kind, and the period's other days since the cell's first call."""
    count, past, n = _windows(cells, hours)
    share = np.where(np.arange(len(cells.keys))[:, None] == 0, 1.0, level)[..., None]  # the whole hotline is its own measure
    share = share * _summed(cells.long, hours) / hours
    there, since = (part[..., None] for part in _known(cells))
    others = np.broadcast_to(there.sum(axis=1, keepdims=True) - there, count.shape)
    rest = Against((count * there).sum(axis=1, keepdims=True) - count * there, others, share * _of_kind(past, since))
    return count, Against(past, *(np.broadcast_to(a, count.shape) for a in (n[:, None], share))), rest


def _larger(kind: Against, rest: Against) -> Against:
    """Of both the one that expects more; where no day of the kind speaks, the rest does not either.

    A name of an issue or area that is new has no past, and what has grown for good has another: neither is an event. What stands out of the rest too is one.
    """
    return Against(*(np.where(rest.usual > kind.usual, more, own) for more, own in zip(rest, kind, strict=True)))


def _of_kind(past: np.ndarray, days: np.ndarray) -> np.ndarray:
    """How much a window of a day of its kind holds beside that of the mean day of the period: by the cell's own past as far as there is one, otherwise by the whole hotline's."""
    mean = past.sum(axis=1, keepdims=True) / np.maximum(days.sum(axis=1, keepdims=True), 1) * days
    whole = np.divide(past[0], mean[0], out=np.ones(past[0].shape), where=mean[0] > 0)
    return (past + PRIOR_CALLS * whole) / (mean + PRIOR_CALLS)


def _looked_at(cells: Cells) -> pd.DataFrame:
    """Every window of every cell that holds more than chance and the usual unrest allow: cell, hour (since 1970), hours, count, usual, z, q."""
    level = _levels(cells)
    parts, looked = [], 0
    for hours in SPANS:
        count, kind, rest = _against(cells, hours, level)
        against = _larger(kind, rest)
        usual = against.usual
        with np.errstate(divide="ignore", invalid="ignore"):
            z = scan.deviations(count, kind.usual, kind.usual * (1 + kind.share / kind.days))
        unrest = _by_cell(z)[:, None, None]
        high = (count - usual >= LEAST_EXCESS) & (count >= LEAST_RATIO * usual)
        p = np.ones(count.shape)
        past, days, share = (part[high] for part in against)
        p[high] = scan.tempered(scan.burst(count[high], past, days, share=share), np.broadcast_to(unrest, count.shape)[high])
        looked += int((against.days > 0).sum())
        cell, day, hour = np.nonzero(high)
        start = (np.flatnonzero(cells.days.inside)[day] + cells.days.first) * 24 + hour
        strength = (count[high] - usual[high]) / np.sqrt((usual[high] + 1) * np.broadcast_to(unrest, count.shape)[high])
        parts.append(pd.DataFrame({"cell": cell, "hour": start, "hours": hours, "strength": strength, "p": p[high]}))
    whole = pd.concat(parts, ignore_index=True)
    q = tests.benjamini_hochberg(np.concatenate([whole["p"], np.ones(max(looked - len(whole), 0))]))[: len(whole)]
    whole = whole.assign(q=q)
    whole.attrs["looked"] = looked
    return whole


def _by_cell(z: np.ndarray) -> np.ndarray:
    """The unrest of each cell's windows; of a cell with few windows that tell it that of all cells."""
    everywhere = scan.unrest(z)
    return np.array([scan.unrest(part) if np.isfinite(part).sum() >= 30 else everywhere for part in z])


class Event(NamedTuple):
    """One mass event: which calls (issue, area; ALL for every one), from which local hour to which, how sure."""

    issue: str
    area: str
    started_s: int
    ended_s: int
    q: float


def _events(view: View, cells: Cells, found: pd.DataFrame) -> list[Event]:
    """The windows that stand out as events: the strongest first; what overlaps it in its own cell or one that holds it is the same event."""
    left = found[found["q"] < LEVEL].sort_values(["strength", "hours", "hour"], ascending=[False, True, True], kind="stable")
    told = []
    while len(left):
        best = left.iloc[0]
        begin, end = _grown(left[(left["cell"] == best["cell"]) & (left["hours"] == 1)], best)
        key = cells.keys[int(best["cell"])]
        told.append(Event(*key, begin * 3600 + 3600 * view.calendar.cut_hour, end * 3600 + 3600 * view.calendar.cut_hour, float(best["q"])))
        related = np.array([_related(key, other) for other in cells.keys])
        left = left[~(related[left["cell"]] & (left["hour"] < end) & (left["hour"] + left["hours"] > begin))]
    return sorted(told, key=lambda event: (event.started_s, event.issue, event.area))


def _related(key: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether one of two cells holds the other."""
    return all(a == b or ALL in (a, b) for a, b in zip(key, other, strict=True))


def _grown(hours: pd.DataFrame, best: pd.Series) -> tuple[int, int]:
    """The hours of the strongest window with the single hours beside it that stand out by themselves."""
    begin, end, found = int(best["hour"]), int(best["hour"] + best["hours"]), set(hours["hour"])
    while begin - 1 in found:
        begin -= 1
    while end in found:
        end += 1
    return begin, end


def bursts(view: View) -> pd.DataFrame:
    """Mass events of the period: many calls about one thing in a short time, one row an event.

    Every issue (first level), every area, every issue in every area and the whole hotline are looked at in windows of 1, 2, 4, 8 and 24 hours, each
    against the same hours of days of its kind at the level of its own day, and against the same hours of the period's other days since its first call, where those bring more
    (a new name has no past, and what grew for good is no event). Told is what has at least 8 calls and twice the usual, and q < .01
    over all windows (Benjamini-Hochberg; after what such windows vary more than chance). What overlaps a stronger window that holds it, or is held by it, is the same event.

    Columns: issue, area ('(all)' for every one), started_at, ended_at (local time), span_hours, count (calls of the event), callers (distinct, known ones), usual, ratio, ratio_low, ratio_high
    (exact Poisson, the other days as exposure), excess (count less usual), share (of the calls of the period), q, told (issue, area, both, whole: what the event is about, of the MOST_SAID surest, which a sentence names; else ''). Small counts are not told. Raises DataRefused where calls have no clock time.
    Source: D15; what users ask for (one event in 37 calls at different agents).
    """
    cells = _cells(view)
    events = _events(view, cells, _looked_at(cells)) if len(cells.keys) else []
    frame = pd.DataFrame([_event_row(view, cells, event) for event in events], columns=BURSTS)
    told = frame.assign(**_clock(frame), told=_spoken_of(frame["q"], [_kind_of(event) for event in events])).drop(
        columns=["started_s", "ended_s", "minutes"]
    )
    return disclosure.untold(told, ["callers"], [], view.smallest)


BURSTS = [
    "issue",
    "area",
    "started_s",
    "ended_s",
    "span_hours",
    "count",
    "callers",
    "usual",
    "ratio",
    "ratio_low",
    "ratio_high",
    "excess",
    "share",
    "q",
]


def _event_row(view: View, cells: Cells, event: Event) -> dict:
    calls = offered_calls(view).filter(_inside(event))
    own = pandas(
        calls.select(
            n=nw.len(),
            **(
                {"callers": nw.col("caller").n_unique(), "unknown": nw.col("caller").null_count()}
                if "caller" in calls.collect_schema().names()
                else {}
            ),
        )
    )
    n = int(own["n"].iloc[0])
    callers = float(own["callers"].iloc[0] - (own["unknown"].iloc[0] > 0)) or np.nan if "callers" in own else np.nan
    usual, past = _usual_of(cells, event, 3600 * view.calendar.cut_hour)
    ratio = tests.two_counts(n, past, exposure_second=past / usual) if past else None
    ends = (ratio.ratio, ratio.ratio_low, ratio.ratio_high) if ratio else (np.nan,) * 3
    whole = int(
        pandas(
            offered_calls(view)
            .filter((nw.col("start_s") >= view.period.start_s) & (nw.col("start_s") < view.period.end_s))
            .select(n=nw.len())
        )["n"].iloc[0]
    )
    hours = (event.ended_s - event.started_s) / 3600
    told = (event.issue, event.area, event.started_s, event.ended_s, hours, n, callers, usual, *ends, n - usual, n / whole, event.q)
    return dict(zip(BURSTS, told, strict=True))


def _usual_of(cells: Cells, event: Event, shift: int) -> tuple[float, int]:
    """What the event's hours usually bring, and from how many calls that is known: by days of the kind since the cell's first call, by the rest of the period where those are few."""
    first = cells.days.first + int(np.argmax(cells.days.inside))
    own = cells._replace(keys=cells.keys[:1] * 2, counts=cells.counts[[0, cells.keys.index((event.issue, event.area))]])
    _, kind, rest = _against(own, 1, np.ones(int(cells.days.inside.sum())))
    since = np.broadcast_to(_known(own)[1][..., None], kind.days.shape)
    told = Against(*(np.where(since >= LEAST_BACK, past, more) for past, more in zip(kind._replace(days=since), rest, strict=True)))
    hours = np.arange((event.started_s - shift) // 3600, (event.ended_s - shift) // 3600)
    at = (1, hours // 24 - first, hours % 24)
    return float(np.nansum(told.usual[at])), int(told.past[at].sum())


def _kind_of(event: Event) -> str:
    """What an event is about: an issue, an area, both, or the whole hotline."""
    return {(True, True): "whole", (True, False): "area", (False, True): "issue", (False, False): "both"}[
        event.issue == ALL, event.area == ALL
    ]


def _inside(event: Event) -> nw.Expr:
    """The calls of an event."""
    chosen = (nw.col("local_s") >= event.started_s) & (nw.col("local_s") < event.ended_s)
    for column, word in (("issue_1", event.issue), ("area", event.area)):
        if word != ALL:
            chosen = chosen & (nw.col(column) == word)
    return chosen


# ---- the month without them


def found(view: View) -> pd.DataFrame:
    """What was looked at and what was found, in one row.

    Columns: said (none, some), gap_count, day_count, lost_count, short_count, burst_count (findings), gaps_looked, slots_looked (half-hours), windows_looked, gap_minutes (all silences together),
    burst_calls (calls of the mass events).
    """
    whole, looked = _found(view)
    cells = _cells(view)
    windows = _looked_at(cells) if len(cells.keys) else pd.DataFrame()
    events = _events(view, cells, windows) if len(windows) else []
    counts = {f"{kind}_count": int((whole["broken"] == kind).sum()) for kind in KINDS}
    quiet = (whole["ended_s"] - whole["started_s"])[whole["broken"] == "gap"].sum() / 60
    calls = sum(_event_row(view, cells, event)["count"] for event in events)
    row = {
        **counts,
        "burst_count": len(events),
        "gaps_looked": looked["gap"],
        "slots_looked": looked["lost"],
        "windows_looked": windows.attrs.get("looked", 0),
    }
    said = "some" if len(whole) or events else "none"
    return pd.DataFrame([{"said": said, **row, "gap_minutes": float(quiet), "burst_calls": calls}])


def with_without(view: View) -> pd.DataFrame:
    """The period's indicators with and without the calls of what was found: one row an indicator.

    Taken out are the calls of the mass events and all calls that came in the half-hours of lost or dropped calls; a silence has no calls that could be taken
    out. Taking a call out also takes it out as the repeat of another. Columns: indicator, indicator_name_zh, indicator_name_en, unit, numerator, denominator, with_events, with_low, with_high (of all calls), without_numerator, without_denominator, without,
    without_low, without_high, moved_by (all less without; relative for volumes), missing, removed (calls taken out), said (none: nothing was found, so nothing differs; some). The difference is no
    change in time and is not judged.
    """
    whole, _ = _found(view)
    cells = _cells(view)
    events = _events(view, cells, _looked_at(cells)) if len(cells.keys) else []
    bursts_of_loss = [
        Event(ALL, ALL, int(a), int(b), 0.0)
        for a, b in whole.loc[whole["broken"].isin(("lost", "short")), ["started_s", "ended_s"]].itertuples(index=False)
    ]
    taken = [*events, *bursts_of_loss]
    asked = [i for i in catalogue.known(view.params).values() if i.key in MEASURES or i.key.startswith("service_level_")]
    units = {i.key: i.unit.key for i in asked}
    first = indicators.evaluate(view, [view.period], asked)
    second = indicators.evaluate(_without(view, taken), [view.period], asked) if taken else first
    removed = int(
        first.loc[first["indicator"] == "offered", "calls"].iloc[0] - second.loc[second["indicator"] == "offered", "calls"].iloc[0]
    )
    both = [frame[["indicator", "numerator", "denominator", "value", "low", "high", "missing"]] for frame in (first, second)]
    kept = both[0].rename(columns={"value": "with_events", "low": "with_low", "high": "with_high"})
    names = {"value": "without", **{c: f"without_{c}" for c in ("numerator", "denominator", "low", "high")}}
    told = kept.merge(both[1].drop(columns="missing").rename(columns=names), on="indicator")
    moved = (told["with_events"] - told["without"]).where(told["indicator"] != "offered", told["with_events"] / told["without"] - 1)
    names = {f"indicator_name_{language}": told["indicator"].map({i.key: i.name(language) for i in asked}) for language in LANGUAGES}
    return told.assign(**names, moved_by=moved, unit=told["indicator"].map(units), removed=removed, said="some" if taken else "none")


def _without(view: View, events: Sequence[Event]) -> View:
    """The view without the calls of some events; gap tables made of it are kept nowhere."""
    any_of = reduce(lambda a, b: a | b, [_inside(event) for event in events])
    calls = view.table("calls").with_columns(_taken=nw.when(any_of).then(nw.lit(1)).otherwise(nw.lit(0)))
    left = calls.filter(nw.col("_taken") == 0).drop("_taken")
    return replace(view, tables={**view.tables, "calls": left}, keep=not_kept, held=None)


TABLES = {"events": found, "outages": outages, "bursts": bursts, "with_without": with_without}
