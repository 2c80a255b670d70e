"""Bars of categories: how many of what, and how far the largest together reach."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from hotline_analysis import words
from hotline_analysis.show.charts import style
from hotline_analysis.show.charts.style import DATA, INK, INK2, INK3, PALE, chart, say, tip
from hotline_analysis.words import Term

MOST_BARS, INSIDE = 12, 15  # a bar longer than so many per cent holds its figure
CUMULATIVE, SHARE = Term("累计占比", "cumulative share"), Term("占比", "share")


@chart((330, 330), left=128, right=(70, 52), top=30, bottom=26, needs="cumulative", grid="x")
def pareto(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str, names: Mapping[str, Term] = {}) -> None:
    """帕累托图: one bar a category, the largest first, and the line of their cumulative share with its interval, on one scale of per cent.

    Columns: category, share, cumulative, and where known cumulative_low, cumulative_high (0-1). names: keys of `category` that have words. The first twelve are drawn.
    """
    data = data.head(MOST_BARS)
    y, share = np.arange(len(data)), 100 * data["share"].to_numpy(float)
    sns.barplot(x=share, y=y, orient="h", color=PALE, saturation=1, width=0.62, ax=ax, zorder=2)
    ax.set(xlim=(0, 100), ylim=(max(len(data), 4) - 0.5, -0.6), xlabel="", ylabel="")
    _reach(ax, data, y)
    told = [style.name(c, 9, names, language) for c in data["category"]]
    ax.set_yticks(y, told)
    ax.set_xticks([0, 50, 100], ["0", "50%", "100%"])
    for place, (value, name) in enumerate(zip(share, told, strict=True)):
        if np.isfinite(value):
            beside = {"dx": -5, "ha": "right", "halo": False} if value > INSIDE else {"dx": 5}  # the line leaves the first bar at its end
            say(ax, value, place, words.decimal(value) + "%", colour=INK2, **beside)
            tip(ax.patches[place], f"{name} {words.decimal(value)}%")
    say(ax, 0, 1, "■ " + SHARE(language), colour=INK3, on="axes fraction", dy=12, halo=False)
    say(ax, 0, 1, "● " + CUMULATIVE(language), colour=DATA, weight="bold", on="axes fraction", dx=64, dy=12, halo=False)


def _reach(ax: Axes, data: pd.DataFrame, y: np.ndarray) -> None:
    """The cumulative line, its band, and its value where it passes one half and at its end."""
    so_far = 100 * data["cumulative"].to_numpy(float)
    if {"cumulative_low", "cumulative_high"} <= set(data):
        low, high = (100 * data[f"cumulative_{end}"].to_numpy(float) for end in ("low", "high"))
        ax.fill_betweenx(y, low, high, color=DATA, alpha=0.15, lw=0, zorder=3)
    ax.plot(so_far, y, color=DATA, lw=2, marker="o", ms=4.5, mec="#FFFFFF", mew=0.8, zorder=4)
    known = np.flatnonzero(np.isfinite(so_far))
    half = known[so_far[known] >= 50][:1]
    for place in {*half.tolist(), *known[-1:].tolist()}:
        say(ax, so_far[place], place, words.decimal(so_far[place]) + "%", colour=INK, weight="bold", dx=8)
