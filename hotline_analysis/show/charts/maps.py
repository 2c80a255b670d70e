"""Maps: an hour-by-weekday map in five named steps, and where callers go next, as bands from the first call's issue to the next call's and issue by issue."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap, TwoSlopeNorm
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from hotline_analysis import words
from hotline_analysis.show.charts import style
from hotline_analysis.show.charts.style import DATA, DATA2, FEW, INK, INK2, INK3, LADDER, PALE, TOO_FEW, WORSE, chart, say, tip
from hotline_analysis.show.markup import Markup, html
from hotline_analysis.words import Term

CLOCK = Term("时", ":00")
LINKS, GAP = 15, 0.03  # bands that are drawn; room between two issues, as a share of the height
FIRST, NEXT = Term("首次来电", "First call"), Term("再次来电", "Next call")
REST = Term("其余的", "the others")


# ---- the week


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
    shades = ListedColormap(LADDER[::-1] if bad == "low" else LADDER)
    worst = (value < bounds[1]) if bad == "low" else (value >= bounds[-2])
    figures = np.where(worst | (marked == 1), np.vectorize(words.decimal)(np.nan_to_num(value), 0), "")
    look = {"cmap": shades, "norm": BoundaryNorm(bounds, shades.N, extend="both"), "linewidths": 1, "linecolor": "#FFFFFF", "cbar": False}
    sns.heatmap(value, ax=ax, mask=np.isnan(value), annot=figures, fmt="", annot_kws={"size": 12, "weight": "bold"}, **look)
    for y, x in np.argwhere(np.isnan(value)):
        say(ax, x + 0.5, y + 0.5, "·", colour=FEW, ha="center", halo=False)
    _outline(ax, marked == 1, WORSE if outlined == "short" else INK)
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


def _outline(ax: Axes, marked: np.ndarray, colour: str) -> None:
    """The border of the marked cells: a line wherever a marked cell meets one that is not. A shortage is a judgement and has its hue, a peak is none."""
    around, look = np.pad(marked, 1), {"color": colour, "lw": 2.2, "capstyle": "projecting", "zorder": 5}
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


# ---- from issue to issue


@chart((420, 440), left=2, right=(2, 2), top=30, bottom=8, needs="excess", grid="")
def alluvial(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str, names: Mapping[str, Term] = {}) -> None:
    """Bands as wide as the callbacks beyond habit, from issue to next issue; dark where a pair of different issues stands out.

    Columns: issue, then, same, excess (per 1,000 calls), denominator (calls of `issue`), stands_out. The LINKS widest are drawn, the others of an issue joined;
    same-issue bands are pale. names: keys of the issues that have words. On the phone the same links as bars, the longest first.
    """
    links = _links(data)
    ax.set_axis_off()
    if narrow:
        _bars(links, ax, language, names)
        return
    ax.set(xlim=(0, 1), ylim=(1, 0))
    scale = (1 - GAP * max(links["issue"].nunique(), links["then"].nunique())) / links["width"].sum()
    links = links.assign(tall=scale * links["width"])
    for side, x, align, heading in (("issue", 0.19, "right", FIRST), ("then", 0.81, "left", NEXT)):
        places = _places(links, side)
        above = links.groupby(side)["tall"].cumsum() - links["tall"]
        links[f"{side}_top"] = links[side].map(places["top"]) + above
        for name, top, tall in places.itertuples():  # each issue's name and how many callbacks beyond habit its bands hold, at their middle
            said = style.name(name, 9, names, language) if name else REST(language)
            say(ax, x, top + tall / 2, f"{said} {tall / scale:,.0f}", colour=INK2, ha=align, halo=False)
        say(ax, x, 1, heading(language), colour=INK3, on="axes fraction", dy=14, ha=align, halo=False)
    for row in links.itertuples():
        _band(ax, row, language)


def _links(data: pd.DataFrame) -> pd.DataFrame:
    """The widest links, those of an issue that are not drawn joined under '' (no next issue of their own)."""
    told = data.assign(width=(data["excess"] * data["denominator"] / 1000).clip(lower=0)).query("width > 0")
    told = told.sort_values("width", ascending=False, kind="stable")
    rest = told.iloc[LINKS:].groupby("issue", as_index=False, sort=False)["width"].sum().assign(then="", same=False, stands_out=False)
    drawn = pd.concat([told.iloc[:LINKS], rest], ignore_index=True)
    drawn["shade"] = np.select([drawn["same"].astype(bool), drawn["stands_out"].astype(bool)], [PALE, DATA], DATA2)
    whole = drawn.groupby("issue")["width"].transform("sum")
    return drawn.iloc[np.argsort(-whole, kind="stable")].reset_index(drop=True)


def _places(links: pd.DataFrame, side: str) -> pd.DataFrame:
    """The upper edge and the height of each issue on one side, the largest first and the joined ones last."""
    tall = links.groupby(side)["tall"].sum().sort_values(ascending=False, kind="stable")
    tall = tall.sort_index(key=lambda names: names == "", kind="stable")
    return pd.DataFrame({"top": tall.cumsum() - tall + GAP * np.arange(len(tall)), "tall": tall})


def _band(ax: Axes, row, language: str) -> None:
    """From the issue's side to the next's, as tall on both."""
    there = [(0.2, row.issue_top), (0.5, row.issue_top), (0.5, row.then_top), (0.8, row.then_top)]
    back = [(x, y + row.tall) for x, y in reversed(there)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    alpha = 0.75 if row.stands_out or row.same else 0.45
    band = PathPatch(Path([*there, *back, there[0]], codes), facecolor=row.shade, edgecolor="none", alpha=alpha)
    tip(ax.add_patch(band), f"{row.issue} → {row.then or REST(language)} {words.decimal(row.width)}")


def _bars(links: pd.DataFrame, ax: Axes, language: str, names: Mapping[str, Term]) -> None:
    told = links[links["then"] != ""].sort_values("width", ascending=False, kind="stable").head(10)
    ax.barh(np.arange(len(told)), told["width"], height=0.4, color=told["shade"])
    ax.set_ylim(max(len(told), 4) - 0.4, -0.8)
    for place, row in enumerate(told.itertuples()):
        first, then = (style.name(issue, 8, names, language) for issue in (row.issue, row.then))
        say(ax, 0, place, f"{first} → {then}  {row.width:,.0f}", colour=INK, dy=16, halo=False)


@chart((380, 400), left=110, right=(44, 44), top=96, bottom=8, needs="excess", grid="")
def flow_map(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str, names: Mapping[str, Term] = {}) -> None:
    """Callbacks beyond habit per 1,000 calls: issue down, next issue across; darker is more, what does not stand out has no figure.

    Columns: issue, then, excess (per 1,000), stands_out.
    """
    issues = list(dict.fromkeys(data["issue"]))[: 6 if narrow else 10]
    wide = {c: data.pivot(index="issue", columns="then", values=c).reindex(index=issues, columns=issues) for c in ("excess", "stands_out")}
    value, told = wide["excess"].to_numpy(float), wide["stands_out"].fillna(False).to_numpy(bool)
    top = max(float(np.nanmax(np.abs(value))), 1.0)
    shades = sns.blend_palette(["#FFFFFF", "#FFFFFF", "#D3DBE3", "#61768C", "#25374B"], as_cmap=True)
    figures = np.where(told, np.vectorize(lambda v: f"{v:.0f}")(np.nan_to_num(value)), "")
    look = {"cmap": shades, "norm": TwoSlopeNorm(0, -top, top), "linewidths": 1, "linecolor": "#F4F6F8", "cbar": False}
    sns.heatmap(value, ax=ax, mask=np.isnan(value), annot=figures, fmt="", annot_kws={"size": 12}, **look)
    ax.xaxis.tick_top()
    ax.set_xticks(np.arange(len(issues)) + 0.5, [style.name(n, 6, names, language) for n in issues], rotation=40, ha="left")
    ax.set_yticks(np.arange(len(issues)) + 0.5, [style.name(n, 9, names, language) for n in issues], rotation=0)
