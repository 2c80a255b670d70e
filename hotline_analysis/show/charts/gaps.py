"""Charts of repeat calls: the rate at every window, callbacks by the hour and against habit, and how long each issue takes to bring a caller back."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from hotline_analysis import words
from hotline_analysis.show.charts import style
from hotline_analysis.show.charts.style import chart, curve, dot, name_lines, nothing, rows_apart, say, short, value_ticks, width
from hotline_analysis.words import Term

HOUR, DAY = Term("小时", " h"), Term("天", " d")
AFTER_CALL = Term("上次通话以后", "after the call")
FOLLOW_UP = {"km": Term("生存分析", "Kaplan–Meier"), "full": Term("已满窗口", "full follow-up"), "naive": Term("不修正", "no correction")}
ACTUAL, HABIT = Term("实际来电", "calls seen"), Term("平时就会打的", "their habit")
RELATED, ANYWAY = Term("超出平时习惯", "beyond habit"), Term("平时也会打来", "would have come anyway")
FIRST_HOUR = Term("首小时", "first hour ")
FIRST_HOURS = Term("首{}小时", "first {} h ")
EIGHTY = Term("八成在", "80% within ")
CUMULATIVE, PER_HOUR = Term("累计占比", "Cumulative share"), Term("每小时复电（通）", "Callbacks per hour")
MOST_PANELS = 9
NAMED = (2.0, 24.0, 72.0)  # windows that a drawing names
MAIN = {**style.COURSE, "lw": 2.2, "ms": 5}
OTHER = {"color": style.INK3, "lw": 1.3, "zorder": 3}
WINDOW = {"color": style.INK3, "lw": 1.2, "dashes": (2, 2), "zorder": 5}
CHOSEN = {"color": style.INK, "lw": 1.8, "dashes": (1, 0), "zorder": 5}


# ---- the rate at every window


@chart((272, 262), left=36, right=(124, 96), top=16, bottom=44, needs="value")
def window_curve(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str, windows: Sequence[float] = NAMED) -> None:
    """复电率随窗口变化: the rate at every window by each estimator, the main one dark with its interval, all named where they end.

    Columns: window_hours, follow_up (km, full, naive), value (0-1), and for the main one low, high. A column `line` in place of follow_up names
    the lines as they are (two definitions side by side). windows: those that are named on it, in hours.
    """
    by = "line" if "line" in data else "follow_up"
    data = data[data["value"].notna() & data["window_hours"].notna()].sort_values("window_hours", kind="stable")
    last, lines = float(data["window_hours"].max()), []
    main = "km" if "km" in set(data[by]) else data[by].iloc[0]
    for name, rows in data.groupby(by, sort=False):
        strong = name == main
        line = {"ls": (0, (5, 2.5) if name == "full" else (2, 2)), **OTHER}
        curve(ax, rows["window_hours"], rows if strong else rows[["value"]], alpha=0.4, **(MAIN if strong else line))
        end = 100 * rows["value"].iloc[-1]
        told = style.name(name, 6, FOLLOW_UP, language)
        text = told if narrow and language == "en" else f"{told} {words.decimal(end)}"
        lines.append((end, text, style.INK if strong else style.INK3, "bold" if strong else "normal"))
    named = data[(data[by] == main) & data["window_hours"].isin(windows)]
    for hours, value in named[["window_hours", "value"]].to_numpy(float):
        dot(ax, hours, 100 * value, f"{words.format_hours(hours, language)} {words.decimal(100 * value)}%", size=8, dx=9, dy=-10)
    ax.set(xlim=(0, last), ylim=(0, 108 * data[[c for c in ("value", "high") if c in data]].max().max() or 1))
    ticks = [t for t in (0, 24, 48, 72, 96, 120, 144, 168) if t <= last and (not narrow or t % 48 == 24 or t in (0, 72))]
    ax.set_xticks(ticks, [f"{t}{HOUR.in_(language)}" if t == ticks[-1] else str(t) for t in ticks])
    value_ticks(ax, unit="%")
    name_lines(ax, lines, x=last)
    ax.set_xlabel(AFTER_CALL.in_(language), labelpad=2)


@chart((250, 250), left=58, right=(92, 56), top=30, bottom=8, needs="value", grid="")
def window_parts(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str) -> None:
    """每个窗口计入多少: one bar a window, its part beyond habit dark, the part that would have come anyway light, with numbers.

    Columns: window_hours, value (share of calls followed), excess (share related). Where nothing is related the dark part is empty.
    """
    data = data[data["value"].notna()]
    y, total = np.arange(len(data)), 100 * data["value"].to_numpy(float)
    related = np.clip(100 * data["excess"].fillna(0).to_numpy(float), 0, total)
    ax.barh(y, related, height=0.62, color=style.DATA, lw=0, zorder=2)
    ax.barh(y, total - related, left=related, height=0.62, color=style.PALE, lw=0, zorder=2)
    ax.set(xlim=(0, total.max() or 1), ylim=(len(data) - 0.5, -0.5), xticks=[])
    ax.set_yticks(y, [words.format_hours(h, language) for h in data["window_hours"]])
    room = total.max() * 0.11
    for i, (dark, whole) in enumerate(zip(related, total, strict=True)):
        if dark > room:
            say(ax, dark, i, words.decimal(dark), colour="#FFFFFF", weight="bold", ha="right", dx=-6, halo=False)
        if whole - dark > room:
            say(ax, whole, i, words.decimal(whole - dark), colour=style.INK, ha="right", dx=-6, halo=False)
        say(ax, whole, i, words.decimal(whole) + "%", colour=style.INK2, dx=6, halo=False)
    style.key(ax, "■ " + RELATED.in_(language), colour=style.DATA, weight="bold", dy=14)
    style.key(ax, "■ " + ANYWAY.in_(language), colour=style.FEW, dx=130 if language == "zh" else 140, dy=14)


# ---- by the hour


def _windows(ax: Axes, windows: Sequence[float], *, language: str, chosen: float = 0) -> None:
    """Windows as named vertical lines, the chosen one drawn through; a name that would touch its left neighbour moves up a line."""
    names = [words.format_hours(hours, language) for hours in windows]
    half = np.array([3.2 * width(name) for name in names])
    places = style.across(ax, windows)
    middles = np.maximum(places, ax.transAxes.transform((0, 0))[0] + half - 12)
    for hours, name, dx, row in zip(windows, names, middles - places, rows_apart(middles, half, gap=4), strict=True):
        line, look = (CHOSEN, {"colour": style.INK, "weight": "bold"}) if hours == chosen else (WINDOW, {})
        ax.axvline(hours, **line)
        say(ax, hours, ax.get_ylim()[1], name, dx=dx, dy=10 + 15 * row, ha="center", halo=False, **look)


def _hours_axis(ax: Axes, last: float, *, language: str) -> None:
    """The hours after the call by their days."""
    ax.set_xlim(0, last)
    value_ticks(ax, unit=DAY.in_(language), every=24, along="x", written=lambda hours: f"{hours / 24:g}")
    ax.get_xticklabels()[-1].set_ha("right" if last >= 24 else "center")
    ax.set_xlabel(AFTER_CALL.in_(language), labelpad=2)


def _roof(ax: Axes, height: np.ndarray, middles: np.ndarray, *, language: str, room: float = 1.02) -> None:
    """A scale for the waves behind the first hours; what stands above it is cut, and its height written beside the cut. room: how much taller than the waves it is where nothing is cut."""
    tall = np.nanmax(height[middles > 12], initial=0) or np.nanmax(height)
    cut = np.nanmax(height) > tall * 1.6 * 1.02
    ax.set_ylim(0, min(np.nanmax(height), tall * 1.6) * (1.02 if cut else room) or 1)
    if cut:
        bin_hours = round(2 * middles[0])
        name = FIRST_HOUR.in_(language) if bin_hours == 1 else FIRST_HOURS.in_(language).format(bin_hours)
        first = name if height[0] == np.nanmax(height) else ""
        say(ax, middles[0], ax.get_ylim()[1], f"↑{first}{words.decimal(np.nanmax(height), 0)}", dx=26, dy=-8)


@chart((344, 344), left=40, right=(14, 14), top=36, bottom=44, grid="")
def pareto_gaps(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str) -> Axes:
    """168小时柏拉图: next calls by hour since the call, and above them their cumulative share, both with the named windows.

    Columns: hour_from, hour_to (a bin), numerator (next calls in it), cumulative (share of all next calls up to hour_to, 0-1).
    """
    if not data["numerator"].fillna(0).sum() or not np.isfinite(data["cumulative"]).all():
        return nothing(style.NO_DATA(language), ax=ax)
    wide = style.pixels(ax)[0]
    upper, lower = style.panels(ax, [(0, 0, wide, 140), (0, 170, wide, 94)])
    edges, share = np.append(0.0, data["hour_to"]), np.append(0.0, 100 * data["cumulative"])
    sns.lineplot(x=edges, y=share, ax=upper, color=style.DATA, linewidth=2, estimator=None, zorder=4)
    upper.set(xlim=(0, edges[-1]), ylim=(0, 104), xticks=[])
    value_ticks(upper, unit="%", every=20)
    windows = [w for w in NAMED if w <= edges[-1]]
    _windows(upper, windows, language=language)
    for hours, at in zip(windows, np.interp(windows, edges, share), strict=True):
        dot(upper, hours, at, f"{words.decimal(at)}%")
    _callbacks(lower, data, language)
    middle = 0.8 * edges[-1]
    name = {"colour": style.DATA, "size": 13, "weight": "bold", "ha": "center", "dy": -15}
    say(upper, middle, np.interp(middle, edges, share), CUMULATIVE.in_(language), **name)
    return ax


def _callbacks(ax: Axes, data: pd.DataFrame, language: str) -> None:
    edges, size = data["hour_to"].to_numpy(float), (data["hour_to"] - data["hour_from"]).to_numpy(float)
    height = data["numerator"].fillna(0).to_numpy(float) / size
    _roof(ax, height, edges - size / 2, language=language)
    ax.bar(edges - size / 2, np.minimum(height, ax.get_ylim()[1]), width=size * 0.88, color=style.DATA2, lw=0, zorder=2)
    for hours in NAMED:
        ax.axvline(hours, **WINDOW)
    value_ticks(ax, most=3)
    _hours_axis(ax, float(edges[-1]), language=language)
    style.key(ax, PER_HOUR.in_(language), dx=-32)


@chart((284, 284), left=34, right=(14, 14), top=36, bottom=44, needs="seen")
def density_control(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str, evidence: pd.DataFrame | None = None) -> None:
    """复电密度与对照: callbacks an hour, and the same callers' habit at the same clock; what lies between is related to the call.

    Columns: hours (the bin's middle), seen, habit (both per thousand calls and hour). evidence: a frame whose first row names `best_hours`,
    the window that is drawn through.
    """
    best = float(evidence["best_hours"].iloc[0]) if evidence is not None and "best_hours" in evidence else 0
    hours, seen, habit = (data[name].to_numpy(float) for name in ("hours", "seen", "habit"))
    _roof(ax, np.fmax(seen, habit), hours, language=language, room=1.18)  # for the name of the highest
    top = ax.get_ylim()[1]
    cut, usual = np.minimum(seen, top), np.minimum(habit, top)
    ax.fill_between(hours, 0, usual, step="mid", color=style.WASH2, lw=0, zorder=1)
    ax.fill_between(hours, usual, cut, where=cut >= usual, step="mid", color=style.DATA, alpha=0.42, lw=0, zorder=1)
    sns.lineplot(x=hours, y=cut, ax=ax, drawstyle="steps-mid", color=style.DATA, linewidth=1.8, estimator=None, zorder=4)
    if np.isfinite(habit).any():
        sns.lineplot(x=hours, y=usual, ax=ax, drawstyle="steps-mid", color=style.INK3, lw=1.2, ls=(0, (3, 2)), estimator=None, zorder=3)
    _hours_axis(ax, 24 * np.ceil(hours[-1] / 24), language=language)
    _windows(ax, sorted({*NAMED, best}) if best > 0 else NAMED, chosen=best, language=language)
    _name_density(ax, hours, cut, usual, language)
    value_ticks(ax)


def _name_density(ax: Axes, hours, seen, habit, language: str) -> None:
    """Each curve named above one of its later waves, the habit with a line that leads down to it."""
    names = ((seen, ACTUAL, style.DATA, "bold", (0.48, 0.66)), (habit, HABIT, style.INK2, "normal", (0.74, 0.9)))
    for line, term, colour, weight, (low, high) in names:
        inside = np.flatnonzero((hours >= low * hours[-1]) & (hours <= high * hours[-1]))
        inside = inside[np.isfinite(line[inside])]  # without control weeks there is no habit to name
        if len(inside) == 0:
            continue
        i = inside[np.argmax(line[inside])]
        height = np.nanmax(np.fmax(seen, habit)[np.abs(hours - hours[i]) <= 6])
        if line is habit:
            ax.plot([hours[i]] * 2, [0.7 * habit[i], height * 1.08], color=style.INK3, lw=1, zorder=6)
        say(ax, hours[i], height, term.in_(language), colour=colour, size=13, weight=weight, ha="center", dy=14)


# ---- by issue


@chart((640, 700), left=0, right=(0, 0), top=0, bottom=0, grid="")
def cumulative(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str) -> Axes:
    """暴露周期: one panel an issue that has a curve, its own dark with its interval, all others grey behind, the 80 % point as a drop line.

    Columns: group (or its words, group_zh and group_en), hours, value (0-1), low, high, and the same in every row of a group: point_hours (80 % point; without one no drop
    line), few (no panel). One scale for all.
    """
    data = data if "group" in data else data.assign(group=data[f"group_{language}"])
    told = data["value"].notna() & ~(data["few"].astype(bool) if "few" in data else False)
    drawn = data.assign(percent=100 * data["value"])[told]
    if drawn.empty:
        style.as_tall(ax, 96)
        return nothing(style.TOO_FEW(language), ax=ax)
    groups = list(drawn.groupby("group", sort=False))[:MOST_PANELS]
    columns, (w, h, gap_x, gap_y) = (2, (146, 96, 20, 62)) if narrow else (3, (178, 112, 26, 64))
    boxes = [(30 + (i % columns) * (w + gap_x), 42 + (i // columns) * (h + gap_y), w, h) for i in range(len(groups))]
    style.as_tall(ax, boxes[-1][1] + h + 30)
    high = max(100 * float(drawn[[c for c in ("value", "high") if c in drawn]].max().max()), 1) * 1.08
    for i, (panel, (name, own)) in enumerate(zip(style.panels(ax, boxes), groups, strict=True)):
        sns.lineplot(drawn, x="hours", y="percent", units="group", estimator=None, ax=panel, color=style.WASH2, linewidth=1.2, zorder=1)
        _own_curve(panel, own, language)
        panel.set(xlim=(0, float(drawn["hours"].max()) or 1), ylim=(0, high), xlabel="", ylabel="")
        ticks = [t for t in (0, 24, 72, 168) if t <= panel.get_xlim()[1]]
        panel.set_xticks(ticks, [str(t) for t in ticks] if i + columns >= len(groups) else [""] * len(ticks))
        panel.get_xticklabels()[-1].set_ha("right")
        value_ticks(panel, unit="%", most=3)
        if i % columns:
            panel.set_yticklabels([])
        say(panel, 0, 1, short(name, 9 if narrow else 11), colour=style.INK, size=13, weight="bold", on="axes fraction", dy=25, halo=False)
    return ax


def _own_curve(ax: Axes, own: pd.DataFrame, language: str) -> None:
    """The panel's own curve, its band, its 80 % point and the words above it."""
    curve(ax, own["hours"], own, color=style.DATA, linewidth=2.2, zorder=3)
    at = own.iloc[0].get("point_hours")
    if at is None or not np.isfinite(at):
        return
    value = float(np.interp(at, own["hours"], 100 * own["value"]))
    ax.plot([at, at], [0, value], color=style.INK, lw=1.2, zorder=4)
    ax.plot([at], [value], "o", ms=6, color=style.INK, zorder=5)
    text = EIGHTY.in_(language) + words.format_hours(round(float(at), 1), language)
    say(ax, 0, 1, text, on="axes fraction", dy=9, halo=False)
