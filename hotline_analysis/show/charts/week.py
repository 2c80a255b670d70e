"""Charts of the week: an hour-by-weekday map in five named steps."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap

from hotline_analysis import words
from hotline_analysis.show.charts.style import FEW, LADDER, TOO_FEW, WORSE, chart, say
from hotline_analysis.show.markup import Markup, html
from hotline_analysis.words import Term

CLOCK = Term("时", ":00")


@chart((264, 452), left=46, right=(2, 4), top=24, bottom=30, needs="value", grid="")
def heat(
    data: pd.DataFrame,
    ax: Axes,
    *,
    narrow: bool,
    language: str,
    cuts: Sequence[float],
    bad: str = "low",
    unit: str = "percent",
    outlined: str = "short",
    measure: str = "value",
) -> None:
    """Hour by weekday in five named steps, dark = more of the problem; figures only in the worst two steps and outlined cells.

    Columns: weekday (0 = Monday), hour, value (shares as 0-1) or the column `measure`, and where known few (too few calls: white with a dot), and the column that `outlined` names.
    `cuts`: four bounds, ascending. Hours across, on the phone down.
    """
    scale = 100 if unit == "percent" else 1
    value, few, marked = (_week(data, name, narrow) for name in (measure, "few", outlined))
    value = np.where((few == 1) | ~np.isfinite(value), np.nan, scale * value)
    bounds = [scale * c for c in cuts]
    low, high = np.nanmin(np.append(value, bounds[0])) - 1, np.nanmax(np.append(value, bounds[-1])) + 1
    shades = ListedColormap(LADDER[::-1] if bad == "low" else LADDER)
    worst = (value < bounds[1]) if bad == "low" else (value >= bounds[-2])
    figures = np.where(worst | (marked == 1), np.vectorize(words.decimal)(np.nan_to_num(value), 0), "")
    look = {"cmap": shades, "norm": BoundaryNorm([low, *bounds, high], shades.N), "linewidths": 1, "linecolor": "#FFFFFF", "cbar": False}
    sns.heatmap(value, ax=ax, mask=np.isnan(value), annot=figures, fmt="", annot_kws={"size": 12, "weight": "bold"}, **look)
    for y, x in np.argwhere(np.isnan(value)):
        say(ax, x + 0.5, y + 0.5, "·", colour=FEW, ha="center", halo=False)
    _outline(ax, marked == 1)
    _axes(ax, narrow, language)


def _week(data: pd.DataFrame, name: str, narrow: bool) -> np.ndarray:
    """A column's cells, days by hours (on the phone hours by days); NaN where the frame has none."""
    cells = np.full((7, 24), np.nan)
    if name in data:
        cells[data["weekday"].to_numpy(int), data["hour"].to_numpy(int)] = data[name].to_numpy(float)
    return cells.T if narrow else cells


def _axes(ax: Axes, narrow: bool, language: str) -> None:
    names, every = [day.in_(language) for day in words.WEEKDAY], np.arange(0, 24, 3)
    days = (np.arange(7) + 0.5, [name[-1] for name in names] if narrow and language == "zh" else names)
    hours = (every + 0.5, [f"{hour}{CLOCK.in_(language)}" for hour in every])
    across, down = (days, hours) if narrow else (hours, days)
    ax.set_xticks(*across, rotation=0)
    ax.set_yticks(*down, rotation=0)
    ax.xaxis.set_tick_params(labeltop=narrow, labelbottom=not narrow)


def _outline(ax: Axes, marked: np.ndarray) -> None:
    """The border of the marked cells: a line wherever a marked cell meets one that is not."""
    around, look = np.pad(marked, 1), {"color": WORSE, "lw": 2.2, "capstyle": "projecting", "zorder": 5}
    y, x = np.nonzero(np.diff(around, axis=0)[:, 1:-1])
    ax.hlines(y, x, x + 1, **look)
    y, x = np.nonzero(np.diff(around, axis=1)[1:-1])
    ax.vlines(x, y, y + 1, **look)


def key_line(draw: Callable, *, language: str = "zh", **options) -> Markup:
    """The key above a drawing that needs one: the five named classes of a heat map. Every other chart names its marks in place."""
    if draw is not heat:
        return Markup()
    bounds = [f"{(100 if options.get('unit', 'percent') == 'percent' else 1) * c:g}" for c in options["cuts"]]
    names = [f"<{bounds[0]}", *(f"{a}—{b}" for a, b in pairwise(bounds)), f"≥{bounds[-1]}"]
    shades = LADDER[::-1] if options.get("bad", "low") == "low" else LADDER
    return html("marks", "key", steps=list(zip(shades, names, strict=True)), few="· " + TOO_FEW.in_(language))
