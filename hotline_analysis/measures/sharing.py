"""What two hotlines may tell one another: counts by unit in a few kilobytes, no call among them, under the hash of their definition. (F0 A11, A13)

A unit is a value of one stratum (a team, an area), or the whole hotline. Of each the share holds its calls and repeats by issue (the case mix), the
Kaplan-Meier curve of the callbacks at the menu's windows with its errors, and how much callers who call often widen the intervals (design effect). Everything that compares units is computed from such
shares, from one's own calls too, so that a comparison by files is the one by calls.

Everything is of the same calls: those watched for the whole compared window. A curve of all calls, or their number, less what is told of these would be the few calls of the data's last hours and the callbacks of them;
and the value of such a curve, whose calls stop being watched within the window, would tell how many did.

No small cell leaves: units with 1 to `smallest` - 1 calls or repeats are pooled until the pool is no small one, issues of which any unit has so few are one class in all of them, and windows between which fewer callbacks
lie, or fewer calls stopped being watched, are one step (`disclosure`); the compared window is one of
them, whether its step is told or not, because a unit tells its repeats until then.

Two shares are not protected against one another: totals are exact, so that a quarter less two of its months is the third with the small cells that its own share pools, all calls less those of the
units are the few without a unit, and two windows or two states of the data differ by a few calls. No rule of one file can close that, since which other file was sent is not in it; who sends says so (`TWICE`).
"""

import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from hotline_analysis import disclosure, machine
from hotline_analysis.errors import BadParams, CannotWrite, DataRefused, NoInput
from hotline_analysis.measures import counts, rates, rules, unended
from hotline_analysis.measures.definition import HOUR, WINDOWS_HOURS
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import LEVELS
from hotline_analysis.measures.orders import NONE
from hotline_analysis.measures.view import View
from hotline_analysis.params import Settings, validated
from hotline_analysis.personal import found
from hotline_analysis.stats import binned, resampling

VERSION = 2
TWICE = "Send nobody two shares of periods that overlap (a quarter and its month), of other units, another window or newer data: one less the other tells the small counts that each hides."
LARGEST = 1 << 20  # bytes of a share that is read: one of a thousand units is smaller
MENU = tuple(int(h * HOUR) for h in WINDOWS_HOURS)
Count = Annotated[int, Field(ge=0)]
Error = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Cell(Settings):
    """One issue of a unit: its calls, and those of them that were followed within the window."""

    issue: str
    calls: Count
    repeats: Count


class Step(Settings):
    """The curve at one window: callbacks until then, and calls that stopped being watched before, since the step before; the share followed by then and its standard error."""

    window_hours: Annotated[float, Field(gt=0)]
    events: Count
    censored: Count
    value: Annotated[float, Field(ge=0, le=1)]
    se: Error


class Unit(Settings):
    """One unit; calls: the index calls that were watched for the whole window, of which everything is told; repeats: those followed within it; ended: False where the end of so many of its calls is not known that its repeats are not judged (`unended`)."""

    name: str
    calls: Count
    repeats: Count
    design_effect: Annotated[float, Field(ge=1, allow_inf_nan=False)]
    cells: tuple[Cell, ...]
    curve: tuple[Step, ...]
    ended: bool = True

    @model_validator(mode="after")
    def _adds_up(self):
        sums = sum(c.calls for c in self.cells), sum(c.repeats for c in self.cells)
        steps = sum(s.events + s.censored for s in self.curve)
        rising = [s.window_hours for s in self.curve]
        if sums != (self.calls, self.repeats) or self.repeats > self.calls or steps > self.calls or rising != sorted(rising):
            raise ValueError("the parts of a unit do not add up")
        return self


class Share(Settings):
    """The units of one hotline in one period, and the rule that they were counted by; first_day, last_day: of the period, of `all` those of the data, days that begin at cut_hour in time_zone."""

    version: Literal[2]
    title_zh: str
    title_en: str
    period: str
    first_day: date
    last_day: date
    cut_hour: Annotated[int, Field(ge=0, le=23)]
    time_zone: str
    by: str
    window_hours: Annotated[float, Field(gt=0)]
    hash: str
    definition_zh: str
    definition_en: str
    smallest: Annotated[int, Field(ge=1)]
    units: tuple[Unit, ...] = Field(min_length=1)

    def text(self) -> str:
        return json.dumps(self.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False, indent=1) + "\n"


# ---- making one


def share(view: View, *, by: str = "", window_hours: float = 24.0, leaves: bool = True) -> Share:
    """The share of a view's period: by a stratum, or ('') of the hotline as one unit.

    leaves: False for a comparison in this house, whose cells are not told: issues stay as they are, units and windows are told as everywhere.

    Counted are the index calls of the period under the view's definition that were watched for the whole window, charged as it says; calls without a unit are none's and are left out, and of the same issue those whose issue is unknown. Raises DataRefused
    looking back, by calendar day or by chains (no window to watch), where the calls lack the stratum, where none was watched for the window, and where the end of so many calls is not known that no rate of this
    window is judged (`unended`); of one unit whose own ends are so unknown the share says it (`ended`). NoInput without calls.
    """
    _refuse_without_calls(view)
    _refuse_incomparable(view, window_hours)
    window_s = round(window_hours * HOUR)
    gaps = _watched(view, by, window_s)
    mixed = _mixed(gaps, view, window_s)
    if mixed.empty:
        raise DataRefused(
            "units", "no calls watched for the whole window.", "Take a shorter window (units › window_hours), or an earlier month."
        )
    names = apart(mixed.groupby("unit")[["calls", "repeats"]].sum(), view.smallest)
    mixed["unit"] = mixed["unit"].map(names)
    mixed["issue"] = mixed["issue"].map(classes(mixed, view.smallest)) if leaves else mixed["issue"]
    made = mixed.groupby(["unit", "issue", "caller_group"], as_index=False)[["calls", "repeats"]].sum()
    curves = _curves(gaps, view, names, window_s)
    low = unended.too_low(view, window_hours, by, names) if by else set()
    units = [_unit(name, part, curves[name], ended=name not in low) for name, part in made.groupby("unit", sort=True)]
    return Share(by=by, window_hours=window_hours, units=tuple(units), **_stood_on(view))


def _refuse_without_calls(view: View) -> None:
    if not {"calls"} & {*view.tables, *view.whole}:
        orders = "orders" in view.tables
        beside = "; orders stand side by side in `hotline study complaints --table departments`" if orders else ""
        alone = " (orders alone are there)" if orders else ""
        raise NoInput(
            "units",
            f"params name no calls{alone}, and what units share and compare is who called again after a call.",
            f"Add 'calls:' with files and the columns started_at and caller{beside}.",
        )


def _refuse_incomparable(view: View, window_hours: float) -> None:
    definition = view.definition
    if definition.mode == "calendar" or definition.direction == "look-back" or definition.chain != "each":
        raise DataRefused(
            "units",
            "units are compared by rolling windows, looking ahead, each link counted.",
            "Set mode: rolling, direction: look-ahead, chain: each.",
        )
    if unended.too_low(view, window_hours):
        raise DataRefused(
            "units",
            f"ends unknown of so many calls that repeats within {window_hours:g} h are missed.",
            "Map ended_at or talk_seconds, take a longer window (units › window_hours), or count all with clock: start.",
        )


def _watched(view: View, by: str, window_s: int) -> nw.LazyFrame:
    """The index calls of known unit that were watched for the whole window, with the words unit_ and issue_."""
    gaps = rules.charge(view.gaps(), view.definition, [by] if by else [])
    have = gaps.collect_schema().names()
    if by and by not in have:
        raise DataRefused("units", f"not available: needs {by}.")
    gaps = gaps.filter(~nw.col(by).is_null()) if by else gaps
    unit = nw.col(by).cast(nw.String) if by else nw.lit("")
    issue = nw.coalesce(nw.col(LEVELS[0]).cast(nw.String), nw.lit(NONE)) if LEVELS[0] in have else nw.lit(NONE)
    return gaps.filter(nw.col("follow_s") >= window_s).with_columns(unit_=unit, issue_=issue)


def _stood_on(view: View) -> dict:
    """What a share's figures stand on: hotline, days, definition."""
    title, definition = view.params.title.term, view.definition
    return {
        "version": VERSION, "title_zh": title.zh, "title_en": title.en, "period": view.period.label, "first_day": view.period.first_day,
        "last_day": view.period.last_day, "cut_hour": view.calendar.cut_hour, "time_zone": view.calendar.zone.key, "hash": definition.hash,
        "definition_zh": definition.line("zh").partition("：")[2], "definition_en": definition.line("en").partition(": ")[2], "smallest": view.smallest,
    }  # fmt: skip


def _mixed(gaps: nw.LazyFrame, view: View, window_s: int) -> pd.DataFrame:
    """Calls, and those of them followed within the window, by unit, issue and caller group."""
    keys = ["unit_", "issue_", "caller_group"]
    sums = [nw.len().alias("calls"), nw.col("event").sum().alias("repeats")]
    rows = pandas(counts.timed(gaps, view.definition, horizon_s=window_s, beside=keys).group_by(*keys).agg(*sums))
    return rows.rename(columns={"unit_": "unit", "issue_": "issue"}).astype(
        {"unit": str, "issue": str, "caller_group": "int64", "calls": "int64", "repeats": "int64"}
    )


def apart(counted: pd.DataFrame, smallest: int) -> dict[str, str]:
    """What each group (the index) is called, so that none of its counts (the columns) is a small number but 0: itself, or OTHER.

    The pool takes in the next larger group (by what makes it small) until none of its counts is small, or everything is in it.
    """
    told = {name: name for name in counted.index}
    for _ in counted.index:
        sums = counted.groupby(told).sum()
        few = sums.where((sums > 0) & (sums < smallest)).min(axis=1)
        sizes = few.fillna(sums.max(axis=1))
        found_names = disclosure.names_told({(name,): int(n) for name, n in sizes.items() if n}, smallest)
        said = {name: found_names.get((name,), (name,))[0] for name in sums.index}
        if all(name == word for name, word in said.items()):
            break
        told = {name: said[word] for name, word in told.items()}
    return told


def classes(mixed: pd.DataFrame, smallest: int) -> dict[str, str]:
    """What each issue is called, the same in every unit: itself, or OTHER where any unit has few calls or repeats of it.

    The pool takes in the next issue (the one with the fewest repeats) until no unit has few in it, or everything is in it.
    """
    sums = mixed.groupby(["issue", "unit"])[["calls", "repeats"]].sum().unstack(fill_value=0)
    few = ((sums > 0) & (sums < smallest)).any(axis=1)
    order = [*sums.index[few], *sums.xs("repeats", axis=1, level=0).sum(axis=1)[~few].sort_values(kind="stable").index]
    pool = int(few.sum())
    while 0 < pool < len(order) and (sums.loc[order[:pool]].sum().between(1, smallest - 1)).any():
        pool += 1
    return {issue: disclosure.OTHER if place < pool else issue for place, issue in enumerate(order)}


def _unit(name: str, part: pd.DataFrame, curve: tuple[Step, ...], *, ended: bool) -> Unit:
    cells, groups = (part.groupby(key)[["calls", "repeats"]].sum() for key in ("issue", "caller_group"))
    told = tuple(Cell(issue=str(issue), calls=int(n), repeats=int(k)) for issue, n, k in cells.itertuples())
    n, k = (int(part[column].sum()) for column in ("calls", "repeats"))
    return Unit(name=name, calls=n, repeats=k, design_effect=_design_effect(groups), cells=told, curve=curve, ended=ended)


def _design_effect(groups: pd.DataFrame) -> float:
    """How many calls are worth one independent one: the jackknife's variance over that of a plain share, at least 1 (1 where the share is 0 or all)."""
    n, k = (groups[c].to_numpy() for c in ("calls", "repeats"))
    total = n.sum()
    if k.sum() in (0, total) or (n > 0).sum() < 2:
        return 1.0
    p, se = k.sum() / total, float(rates.shares(k, n).se)
    return round(max(se**2 * total / (p * (1 - p)), 1.0), 6)


def _curves(gaps: nw.LazyFrame, view: View, names: dict[str, str], window_s: int) -> dict[str, tuple[Step, ...]]:
    edges = binned.bin_edges_seconds(menu_seconds=MENU)
    exact, cube = (
        frame.assign(unit_=frame["unit_"].astype(str).map(names)) for frame in counts.both(gaps, view.definition, edges=edges, by=["unit_"])
    )
    made = {}
    for name, part in exact.groupby("unit_", sort=True):
        dense = counts.dense(cube[cube["unit_"] == name], edges=edges)
        found_rates = rates.curve_shares(part, dense, edges, MENU)
        made[name] = _steps(part, found_rates, view.smallest, window_s)
    return made


def _steps(exact: pd.DataFrame, curve: resampling.Estimate, smallest: int, window_s: int) -> tuple[Step, ...]:
    """The windows that can be told, known ones alone: of callbacks, and of calls that stopped being watched, no few lie before one or between two; nor are few left at one.

    The callbacks within window_s are the unit's repeats, which are told: no step ends a few before or behind them, and its own comes first. Few that stopped being
    watched are not left for a later step: the value, where there were callbacks among them, tells how many they were.
    """
    counted = _until(exact, [*MENU, window_s])
    known = [n for n in range(len(MENU)) if np.isfinite(curve.value[n]) and np.isfinite(curve.se[n])]
    told = {-1: counted[-1]}
    for n in sorted(known, key=lambda n: MENU[n] != window_s):
        if not any(_few(counted[n] - other, smallest) for other in (0, *told.values())):
            told[n] = counted[n]
    made, before = [], np.zeros(3, int)
    for n in sorted(told.keys() - {-1}):
        events, censored, _ = (int(count) for count in told[n] - before)
        value, se = (round(float(x[n]), 9) for x in (curve.value, curve.se))
        made.append(Step(window_hours=WINDOWS_HOURS[n], events=events, censored=censored, value=value, se=se))
        before = told[n]
    return tuple(made)


def _until(exact: pd.DataFrame, ends: Sequence[int]) -> np.ndarray:
    """Callbacks until each end, calls that stopped being watched before it and, where some did, those left, [ends, 3]."""
    seconds, event, calls = (exact[c].to_numpy() for c in ("seconds", "event", "calls"))
    end = np.array(ends)[:, None]
    events, censored = ((seconds <= end) & (event == 1)) @ calls, ((seconds < end) & (event == 0)) @ calls
    return np.stack([events, censored, np.where(censored > 0, calls.sum() - events - censored, 0)], axis=1)


def _few(counts_apart: np.ndarray, smallest: int) -> bool:
    return bool(((counts_apart != 0) & (np.abs(counts_apart) < smallest)).any())


# ---- writing and reading


def write(path: str | Path, made: Share) -> None:
    """The share as a file, over an older one that this command wrote and over nothing else. Raises CannotWrite."""
    file = Path(path)
    try:
        if os.path.lexists(file) and not _is_share(file):
            raise CannotWrite(str(path), "is there already, and no share of this command.", "Name another file.")
        machine.replace_file(file, made.text().encode())
    except OSError as fault:
        raise CannotWrite(str(path), f"cannot be written ({fault.strerror}).") from None


def _is_share(file: Path) -> bool:
    """Of this version or of an older one, which is refused when it is read."""
    try:
        return not file.is_symlink() and _plain(file).keys() == Share.model_fields.keys()
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return False


def _plain(file: Path) -> dict:
    """Raises ValueError for a file that is too large, or no JSON."""
    if file.stat().st_size > LARGEST:
        raise ValueError
    return json.loads(file.read_text(encoding="utf-8"))


def read(path: str | Path) -> Share:
    """A share that another hotline wrote. Raises NoInput, or DataRefused for anything else, an older version among it, and for one that holds a citizen's number."""
    file = Path(path)
    try:
        made = validated(Share, _plain(file), file.name)
    except FileNotFoundError:
        raise NoInput(str(path), "there is no such file.", "Write one with `hotline share`.") from None
    except OSError as fault:
        raise DataRefused(str(path), f"cannot be read ({fault.strerror}).") from None
    except (ValueError, TypeError, RecursionError, BadParams):
        raise DataRefused(file.name, f"is no file that `hotline share` of version {VERSION} wrote.", "Ask for it again.") from None
    said = " ".join((made.title_zh, made.title_en, *(u.name for u in made.units), *(c.issue for u in made.units for c in u.cells)))
    if found(said, ("CN",)):
        raise DataRefused(file.name, "holds what reads as a citizen's number or address.", "Ask for it again, without.")
    return made
