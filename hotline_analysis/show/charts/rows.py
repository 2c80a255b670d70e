"""Charts of rows: categories and how far the largest together reach, answers on both sides of the middle of their scale, items against what was expected of them, and
figures with their intervals beside zero."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from hotline_analysis import words
from hotline_analysis.show.charts import style
from hotline_analysis.show.charts.style import DATA, HAIR, INK, INK2, INK3, PALE, chart, key, say, tip, value_ticks
from hotline_analysis.words import Term

LOW, HIGH = Term("◀ 低分", "◀ low scores"), Term("高分 ▶", "high scores ▶")
SHORT, AHEAD = Term("◀ 不及对照", "◀ below"), Term("好于对照 ▶", "above ▶")
MEAN = Term("均分{}　n={}", "mean {}  n={}")
ROW, ROOM = 46, 26  # pixels of an item: its name, its bar; pixels that a figure inside a bar needs
MOST_ROWS = 15
MOST_BARS, INSIDE = 12, 48  # a bar longer than so many pixels holds its figure
CUMULATIVE, SHARE = Term("累计占比", "cumulative share"), Term("占比", "share")


# ---- shares of categories


@chart((330, 330), left=128, right=(70, 52), top=30, bottom=26, needs="cumulative", grid="x")
def pareto(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str, names: Mapping[str, Term] = {}) -> None:
    """帕累托图: one bar a category, the largest first, and the line of their cumulative share with its interval, on one scale of per cent.

    Columns: category, share, cumulative, and where known cumulative_low, cumulative_high (0-1). names: keys of `category` that have words. The first twelve are drawn.
    """
    data = data.head(MOST_BARS)
    y, share = np.arange(len(data)), 100 * data["share"].to_numpy(float)
    bars = ax.barh(y, np.nan_to_num(share), height=0.62, color=PALE, zorder=2)
    ax.set(xlim=(0, 100), ylim=(max(len(data), 4) - 0.5, -0.6))
    _reach(ax, data, y)
    told = [style.name(c, 24, names, language) for c in data["category"]]
    room = style.left_room(ax, told, 190 if narrow else 230)
    told = [style.fit(name, room) for name in told]
    inside = 100 * INSIDE / style.pixels(ax)[0]
    ax.set_yticks(y, told)
    value_ticks(ax, unit="%", every=50, along="x")
    for place, (value, name) in enumerate(zip(share, told, strict=True)):
        if np.isfinite(value):
            beside = {"dx": -5, "ha": "right", "halo": False} if value > inside else {"dx": 5}  # the line leaves the first bar at its end
            say(ax, value, place, words.decimal(value) + "%", colour=INK2, **beside)
            tip(bars[place], f"{name} {words.decimal(value)}%")
    key(ax, "■ " + SHARE(language))
    key(ax, "● " + CUMULATIVE(language), colour=DATA, weight="bold", dx=64)


def _reach(ax: Axes, data: pd.DataFrame, y: np.ndarray) -> None:
    """The cumulative line, its band, and its value where it passes one half and at its end."""
    so_far = 100 * data["cumulative"].to_numpy(float)
    if {"cumulative_low", "cumulative_high"} <= set(data):
        ax.fill_betweenx(y, 100 * data["cumulative_low"], 100 * data["cumulative_high"], color=DATA, alpha=0.15, lw=0, zorder=3)
    ax.plot(so_far, y, **style.COURSE)
    known = np.flatnonzero(np.isfinite(so_far))
    half = known[so_far[known] >= 50][:1]
    for place in {*half.tolist(), *known[-1:].tolist()}:
        say(ax, so_far[place], place, words.decimal(so_far[place]) + "%", colour=INK, weight="bold", dx=8)


# ---- beside zero


@chart((200, 200), left=10, right=(18, 18), top=30, bottom=30, needs="value", grid="")
def likert(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str) -> None:
    """各题得分的分布: one bar an item, scores below the middle of the scale to the left of the line, above it to the right, the middle score astride.

    Columns: item, name_zh, name_en, score, value (share), side (below, middle, above), left, right (ends of the segment, shares), mean, denominator.
    The further a score is from the middle, the darker.
    """
    data = data[data[["value", "left", "right"]].notna().all(axis=1)]
    items = [own for _, own in data.groupby("item", sort=False)]
    _lay_out(ax, data[["left", "right"]], len(items))
    for place, own in enumerate(items):
        first = own.iloc[0]
        told = MEAN(language).format(words.decimal(first["mean"], 1), words.format_count(first["denominator"]))
        _named(ax, place, first[f"name_{language}"], told)
        _segments(ax, place, own)
    value_ticks(ax, unit="%", every=0.25, along="x", written=lambda share: words.decimal(100 * abs(share), 0))
    _sides(ax, LOW(language), HIGH(language))


def _lay_out(ax: Axes, ends: pd.DataFrame, rows: int, *, least: float = 0.05, air: float = 0.02) -> None:
    """A line at zero between limits that hold all ends with some air, and room for the rows from top to bottom."""
    low, high = np.nanmin(ends, initial=-least), np.nanmax(ends, initial=least)
    room = air * max(high - low, 1e-9)
    style.as_tall(ax, ROW * rows)
    ax.axvline(0, color=INK3, lw=1, zorder=1)
    ax.set(xlim=(low - room, high + room), ylim=(rows - 0.42, -0.58), yticks=[])


def _segments(ax: Axes, place: int, own: pd.DataFrame) -> None:
    """One item's bar, its shares written where there is room."""
    middle = (own["score"].min() + own["score"].max()) / 2
    reach = own["score"].max() - middle or 1.0
    scale = style.pixels(ax)[0] / np.ptp(ax.get_xlim())
    shades = sns.blend_palette(style.LADDER[1:], as_cmap=True)
    for row in own[own["value"] > 0].to_dict("records"):
        shade = style.WASH2 if row["side"] == "middle" else shades(abs(row["score"] - middle) / reach)
        ax.barh(place, row["value"], left=row["left"], height=0.4, color=shade, edgecolor="#FFFFFF", lw=0.8, zorder=2)
        if row["value"] * scale > ROOM:
            colour = "#FFFFFF" if sum(to_rgb(shade)) < 1.5 else INK
            say(ax, (row["left"] + row["right"]) / 2, place, words.decimal(100 * row["value"], 0), colour=colour, ha="center", halo=False)


def _named(ax: Axes, place: int, name: str, told: str) -> None:
    """The item's name above its bar, its figure at the right end of the same line."""
    left, right = ax.get_xlim()
    room = style.pixels(ax)[0] - 6.48 * style.width(told) - 12
    name = name if style.fit(name, room, size=13) == name else name.split(" · ")[-1]  # its dimension is given up before its own words are
    say(ax, left, place, style.fit(name, room, size=13), colour=INK, size=13, weight="bold", dy=18)
    say(ax, right, place, told, colour=INK2, ha="right", dy=18)


def _sides(ax: Axes, left: str, right: str) -> None:
    """What lies on either side of the line, above the first row."""
    say(ax, 0, 1, left, colour=INK3, on=ax.get_xaxis_transform(), ha="right", dx=-8, dy=14, halo=False)
    say(ax, 0, 1, right, colour=INK3, on=ax.get_xaxis_transform(), dx=8, dy=14, halo=False)


@chart((200, 200), left=10, right=(10, 10), top=30, bottom=30, needs="gap", grid="")
def gap_chart(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str) -> None:
    """各题的差距: one row an item, its distance from what it is compared with and the 95 % interval; filled where the interval leaves zero out.

    Columns: name_zh, name_en, dimension_zh, dimension_en, gap, gap_low, gap_high (shares of the scale), said (short, ahead, none, few).
    """
    data = data[data["gap"].notna()]
    names = [" · ".join(filter(None, parts)) for parts in data[[f"dimension_{language}", f"name_{language}"]].to_numpy()]
    ends = data[["gap", "gap_low", "gap_high"]].to_numpy(float)
    _lay_out(ax, ends, len(data))
    _points(ax, ends, data["said"].isin(["short", "ahead"]), names, [words.signed(100 * gap) for gap in ends[:, 0]])
    every = 0.05 * max(1, np.ptp(ax.get_xlim()) // 0.25)
    value_ticks(ax, every=every, along="x", written=lambda gap: words.signed(100 * gap, 0))
    _sides(ax, SHORT(language), AHEAD(language))


def _points(ax: Axes, ends: np.ndarray, filled: Sequence[bool], names: Sequence[str], figures: Sequence[str]) -> None:
    """A row each: a point on the line of its interval (value, low, high), named above."""
    for place, (row, full, name, figure) in enumerate(zip(ends, filled, names, figures, strict=True)):
        ax.axhline(place, color=HAIR, lw=1, zorder=0)
        ax.plot(row[1:], [place, place], color=INK3, lw=2, solid_capstyle="butt", zorder=2)
        ax.plot(row[:1], [place], "o", ms=9, mfc=DATA if full else "#FFFFFF", mec=DATA, mew=1.6, zorder=3)
        _named(ax, place, name, figure)


@chart((200, 200), left=10, right=(10, 10), top=16, bottom=30, needs="hours", grid="")
def spans(
    data: pd.DataFrame,
    ax: Axes,
    *,
    narrow: bool,
    language: str,
    name: str = "issue",
    measure: str = "hours",
    without: Sequence[str] = (),
    names: Mapping[str, Term] = {},
) -> None:
    """One row a group: a figure and its 95 % interval on a line with zero; filled where the interval leaves zero out.

    Columns: what `name`, `measure`, `<measure>_low` and `<measure>_high` name. Rows named in `without` (sums) are not drawn; of the others the first fifteen are.
    """
    data = data[~data[name].astype(str).isin(without) & data[measure].notna()].head(MOST_ROWS)
    ends = data[[measure, f"{measure}_low", f"{measure}_high"]].to_numpy(float)
    told = [names[said](language) if said in names else said for said in data[name].astype(str)]
    _lay_out(ax, ends, max(len(data), 1), least=0, air=0.08)
    _points(ax, ends, (ends[:, 1] > 0) | (ends[:, 2] < 0), told, [words.decimal(value) for value in ends[:, 0]])
    value_ticks(ax, along="x")
