"""Bars of categories: how many of what, and how far the largest together reach."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from hotline_analysis import words
from hotline_analysis.show.charts import style
from hotline_analysis.show.charts.style import DATA, INK, INK2, PALE, chart, key, rows_apart, say, tip, value_ticks, width
from hotline_analysis.words import Term

MOST_BARS, INSIDE = 12, 48  # a bar longer than so many pixels holds its figure
HOUR, LOST = Term("{:g}时", "{:g}:00"), Term("通", "")
CUMULATIVE, SHARE = Term("累计占比", "cumulative share"), Term("占比", "share")


@chart((330, 330), left=128, right=(70, 52), top=30, bottom=26, needs="cumulative", grid="x")
def pareto(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str, names: Mapping[str, Term] = {}) -> None:
    """帕累托图: one bar a category, the largest first, and the line of their cumulative share with its interval, on one scale of per cent.

    Columns: category, share, cumulative, and where known cumulative_low, cumulative_high (0-1). names: keys of `category` that have words. The first twelve are drawn.
    """
    data = data.head(MOST_BARS)
    y, share = np.arange(len(data)), 100 * data["share"].to_numpy(float)
    shown = np.nan_to_num(share)  # a row without a bar would give its place to the next
    sns.barplot(x=shown, y=y, orient="h", color=PALE, saturation=1, width=0.62, ax=ax, zorder=2)
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
            tip(ax.patches[place], f"{name} {words.decimal(value)}%")
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


@chart((250, 250), left=52, right=(14, 12), top=26, bottom=30, needs="lost")
def lost_hours(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str) -> None:
    """The calls that nobody answered, one bar an hour of the clock; the hours in which they gather are dark, with their connection rate above.

    Columns: hour, lost, value (connection rate, 0-1), named, lost_share. An hour without calls has no bar; a count that is not told neither.
    """
    hour, lost = data["hour"].to_numpy(int), data["lost"].to_numpy(float)
    bars = ax.bar(hour, np.nan_to_num(lost), width=0.78, color=[DATA if own else PALE for own in data["named"]], zorder=2)
    ax.set_xlim(-0.7, 23.7)
    rates = data[data["named"].astype(bool) & data["lost"].notna() & data["value"].notna()]
    ax.set_ylim(0, max(np.nanmax(lost), 1) * _rates_above(ax, rates))
    value_ticks(ax, every=6 if narrow else 3, along="x", written=HOUR(language).format)
    value_ticks(ax, unit=LOST(language))
    for bar, row in zip(bars, data.itertuples(), strict=True):
        if np.isfinite(row.lost) and np.isfinite(row.value):
            tip(bar, f"{HOUR(language).format(row.hour)} {words.format_count(row.lost)}, {words.format_rate(row.value)}")


def _rates_above(ax: Axes, named: pd.DataFrame) -> float:
    """The connection rates above their bars, those of neighbours that would touch a line higher; how much taller than the bars the drawing has to be for them."""
    told = [words.format_rate(value, 0) for value in named["value"]]
    rows = rows_apart(style.across(ax, named["hour"]), [4.4 * width(text) for text in told], gap=3)
    for row, text, line in zip(named.itertuples(), told, rows, strict=True):
        foot = named["lost"].max() if any(rows) else row.lost
        say(ax, row.hour, foot, text, colour=INK, weight="bold", ha="center", dy=9 + 14 * line, halo=False)
    return 1.12 + 0.08 * max(rows, default=0)
