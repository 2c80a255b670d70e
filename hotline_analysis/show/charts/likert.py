"""Charts of rows: answers on both sides of the middle of their scale, items against what was expected of them, and figures with their intervals beside zero."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.ticker import MaxNLocator

from hotline_analysis import words
from hotline_analysis.show.charts.style import DATA, HAIR, INK, INK2, INK3, LADDER, WASH2, chart, pixels, say, short
from hotline_analysis.words import Term

LOW, HIGH = Term("◀ 低分", "◀ low scores"), Term("高分 ▶", "high scores ▶")
SHORT, AHEAD = Term("◀ 不及对照", "◀ below"), Term("好于对照 ▶", "above ▶")
MEAN = Term("均分{}　n={}", "mean {}  n={}")
ROW = 46  # pixels of an item: its name, its bar
ROOM = 26  # pixels that a figure inside a bar needs


@chart((200, 200), left=10, right=(18, 18), top=30, bottom=30, needs="value", grid="")
def likert(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str) -> None:
    """各题得分的分布: one bar an item, scores below the middle of the scale to the left of the line, above it to the right, the middle score astride.

    Columns: item, name_zh, name_en, score, value (share), side (below, middle, above), left, right (ends of the segment, shares), mean, denominator.
    The further a score is from the middle, the darker.
    """
    data = data[data[["value", "left", "right"]].notna().all(axis=1)]
    items = [own for _, own in data.groupby("item", sort=False)]
    _tall(ax, len(items))
    ax.axvline(0, color=INK3, lw=1, zorder=1)
    ax.set(xlim=_around(data["left"].min(), data["right"].max()), ylim=(len(items) - 0.42, -0.58), yticks=[])
    for place, own in enumerate(items):
        first = own.iloc[0]
        _named(
            ax,
            place,
            first[f"name_{language}"],
            MEAN(language).format(words.decimal(first["mean"], 1), words.format_count(first["denominator"])),
            narrow,
        )
        _segments(ax, place, own)
    ticks = [t for t in (-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1) if ax.get_xlim()[0] <= t <= ax.get_xlim()[1]]
    ax.set_xticks(ticks, [words.decimal(100 * abs(t), 0) + ("%" if t == ticks[-1] else "") for t in ticks])
    _sides(ax, LOW(language), HIGH(language))


def _around(low: float, high: float) -> tuple[float, float]:
    """Limits that hold both ends and the middle, with some air."""
    low, high = min(low, -0.05), max(high, 0.05)
    air = 0.02 * (high - low)
    return low - air, high + air


def _segments(ax: Axes, place: int, own: pd.DataFrame) -> None:
    """One item's bar, its shares written where there is room."""
    middle = (own["score"].min() + own["score"].max()) / 2
    reach = own["score"].max() - middle or 1.0
    scale = pixels(ax)[0] / (ax.get_xlim()[1] - ax.get_xlim()[0])
    for row in own[own["value"] > 0].to_dict("records"):
        shade = WASH2 if row["side"] == "middle" else _shade(abs(row["score"] - middle) / reach)
        ax.barh(place, row["value"], left=row["left"], height=0.4, color=shade, edgecolor="#FFFFFF", lw=0.8, zorder=2)
        if row["value"] * scale > ROOM:
            light = sum(to_rgb(shade)) < 1.5
            at = (row["left"] + row["right"]) / 2
            say(ax, at, place, words.decimal(100 * row["value"], 0), colour="#FFFFFF" if light else INK, ha="center", halo=False)


def _shade(distance: float) -> str:
    """Grey by the distance from the middle, 0 to 1."""
    steps = np.array([to_rgb(colour) for colour in LADDER[1:]])
    at = distance * (len(steps) - 1)
    return to_hex([np.interp(at, np.arange(len(steps)), steps[:, channel]) for channel in range(3)])


def _named(ax: Axes, place: int, name: str, told: str, narrow: bool) -> None:
    """The item's name above its bar, its figure at the right end of the same line."""
    left, right = ax.get_xlim()
    say(ax, left, place, short(name, 13 if narrow else 26), colour=INK, size=13, weight="bold", dy=18)
    say(ax, right, place, told, colour=INK2, ha="right", dy=18)


def _sides(ax: Axes, left: str, right: str) -> None:
    """What lies on either side of the line, above the first row."""
    say(ax, 0, 1, left, colour=INK3, on=ax.get_xaxis_transform(), ha="right", dx=-8, dy=14, halo=False)
    say(ax, 0, 1, right, colour=INK3, on=ax.get_xaxis_transform(), dx=8, dy=14, halo=False)


def _tall(ax: Axes, rows: int) -> None:
    """A sheet of our own becomes as tall as its rows need; somebody else's Axes stay as they are."""
    figure = ax.figure
    if len(figure.axes) != 1:
        return
    wide, (box, old) = figure.get_size_inches()[0], (ax.get_position(), figure.get_size_inches()[1] * 72)
    above, below = (1 - box.y1) * old, box.y0 * old
    tall = above + below + ROW * rows
    figure.set_size_inches(wide, tall / 72)
    ax.set_position((box.x0, below / tall, box.width, ROW * rows / tall))


@chart((200, 200), left=10, right=(10, 10), top=30, bottom=30, needs="gap", grid="")
def gap_chart(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str) -> None:
    """各题的差距: one row an item, its distance from what it is compared with and the 95 % interval; filled where the interval leaves zero out.

    Columns: name_zh, name_en, dimension_zh, dimension_en, gap, gap_low, gap_high (shares of the scale), said (short, ahead, none, few).
    """
    data = data[data["gap"].notna()]
    _tall(ax, len(data))
    ends = data[["gap", "gap_low", "gap_high"]].to_numpy(float)
    ax.axvline(0, color=INK3, lw=1, zorder=1)
    ax.set(xlim=_around(np.nanmin(ends), np.nanmax(ends)), ylim=(len(data) - 0.42, -0.58), yticks=[])
    for place, row in enumerate(data.to_dict("records")):
        ax.axhline(place, color=HAIR, lw=1, zorder=0)
        ax.plot([row["gap_low"], row["gap_high"]], [place, place], color=INK3, lw=2, solid_capstyle="butt", zorder=2)
        clear = row["said"] in ("short", "ahead")
        ax.plot([row["gap"]], [place], "o", ms=9, mfc=DATA if clear else "#FFFFFF", mec=DATA, mew=1.6, zorder=3)
        dimension = row[f"dimension_{language}"]
        name = f"{dimension} · {row[f'name_{language}']}" if dimension else row[f"name_{language}"]
        _named(ax, place, name, words.signed(100 * row["gap"], 1), narrow)
    ticks = [t for t in np.round(np.arange(-1, 1.01, 0.05), 2) if ax.get_xlim()[0] <= t <= ax.get_xlim()[1]]
    step = max(1, len(ticks) // 5)
    kept = [t for t in ticks if round(t / 0.05) % step == 0]
    ax.set_xticks(kept, [words.signed(100 * t, 0) for t in kept])
    _sides(ax, SHORT(language), AHEAD(language))


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
    most: int = 15,
) -> None:
    """One row a group: a figure and its 95 % interval on a line with zero; filled where the interval leaves zero out.

    Columns: what `name`, `measure`, `<measure>_low` and `<measure>_high` name. A row named `foot` is the sum and is not drawn; the first `most` of the others are.
    """
    ends = [measure, f"{measure}_low", f"{measure}_high"]
    data = data[~data[name].astype(str).isin(without) & data[measure].notna()].head(most)
    _tall(ax, max(len(data), 1))
    value, low, high = data[ends].to_numpy(float).T
    room = 0.08 * max(np.nanmax(high, initial=0) - np.nanmin(low, initial=0), 1e-9)
    ax.axvline(0, color=INK3, lw=1, zorder=1)
    ax.set(xlim=(np.nanmin(low, initial=0) - room, np.nanmax(high, initial=0) + room), ylim=(max(len(data), 1) - 0.42, -0.58), yticks=[])
    for place, said in enumerate(data[name].astype(str)):
        ax.axhline(place, color=HAIR, lw=1, zorder=0)
        ax.plot([low[place], high[place]], [place, place], color=INK3, lw=2, solid_capstyle="butt", zorder=2)
        clear = low[place] > 0 or high[place] < 0
        ax.plot([value[place]], [place], "o", ms=9, mfc=DATA if clear else "#FFFFFF", mec=DATA, mew=1.6, zorder=3)
        _named(ax, place, names[said](language) if said in names else said, words.decimal(value[place]), narrow)
    ticks = [t for t in MaxNLocator(4).tick_values(*ax.get_xlim()) if ax.get_xlim()[0] <= t <= ax.get_xlim()[1]]
    ax.set_xticks(ticks, [f"{t:,.10g}".replace("-", words.MINUS) for t in ticks])
