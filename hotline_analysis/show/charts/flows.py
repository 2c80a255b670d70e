"""Where callers go next: bands from the first call's issue to the next call's, and the same as a map."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from hotline_analysis import words
from hotline_analysis.show.charts import style
from hotline_analysis.show.charts.style import DATA, DATA2, INK, INK2, INK3, PALE, chart, say, tip
from hotline_analysis.words import Term

LINKS, GAP = 15, 0.03  # bands that are drawn; room between two issues, as a share of the height
FIRST, NEXT = Term("首次来电", "First call"), Term("再次来电", "Next call")
REST = Term("其余的", "the others")


@chart((420, 440), left=2, right=(2, 2), top=30, bottom=8, needs="excess", grid="")
def alluvial(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str, names: Mapping[str, Term] = {}) -> None:
    """Bands as wide as the callbacks beyond habit, from issue to next issue; dark where a pair of different issues stands out.

    Columns: issue, then, same, excess (per 1,000 calls), denominator (calls of `issue`), stands_out. The LINKS widest are drawn, the others of an issue joined;
    same-issue bands are pale. names: keys of the issues that have words. On the phone the same links as bars, the longest first.
    """
    links = _links(data)
    if narrow:
        return _bars(links, ax, language, names)
    ax.set(xlim=(0, 1), ylim=(1, 0), xticks=[], yticks=[])
    sns.despine(ax=ax, left=True, bottom=True)
    scale = (1 - GAP * max(links["issue"].nunique(), links["then"].nunique())) / links["width"].sum()
    left, right = (_places(links, side, scale) for side in ("issue", "then"))
    for row in links.itertuples():
        (y0, left[row.issue]), (y1, right[row.then]) = (
            _taken(left, row.issue, row.width * scale),
            _taken(right, row.then, row.width * scale),
        )
        _band(ax, y0, y1, row, scale, language)
    for side, x, align in (("issue", 0.19, "right"), ("then", 0.81, "left")):
        _names(ax, links, side, x, align, scale, language, names)
    say(ax, 0.19, 1, FIRST(language), colour=INK3, on="axes fraction", dy=14, ha="right", halo=False)
    say(ax, 0.81, 1, NEXT(language), colour=INK3, on="axes fraction", dy=14, halo=False)
    return None


def _links(data: pd.DataFrame) -> pd.DataFrame:
    """The widest links, those of an issue that are not drawn joined under '' (no next issue of their own)."""
    told = data.assign(width=(data["excess"] * data["denominator"] / 1000).clip(lower=0)).query("width > 0")
    told = told.sort_values("width", ascending=False, kind="stable")
    rest = told.iloc[LINKS:].groupby("issue", as_index=False, sort=False)["width"].sum().assign(then="", same=False, stands_out=False)
    drawn = pd.concat([told.iloc[:LINKS], rest], ignore_index=True)
    order = drawn.groupby("issue")["width"].sum().sort_values(ascending=False).index
    return drawn.sort_values("issue", key=lambda c: c.map({n: i for i, n in enumerate(order)}), kind="stable", ignore_index=True)


def _places(links: pd.DataFrame, side: str, scale: float) -> dict[str, float]:
    """The upper edge of each issue on one side, the largest first and the joined ones last."""
    sizes = links.groupby(side)["width"].sum().sort_values(ascending=False, kind="stable")
    names = [*(n for n in sizes.index if n), *(n for n in sizes.index if not n)]
    at, tops = 0.0, {}
    for name in names:
        tops[name] = at
        at += sizes[name] * scale + GAP
    return tops


def _taken(side: dict[str, float], name: str, width: float) -> tuple[float, float]:
    return side[name], side[name] + width


def _band(ax: Axes, y0: float, y1: float, row, scale: float, language: str) -> None:
    a, b, middle, width = 0.2, 0.8, 0.5, row.width * scale
    points = [
        (a, y0),
        (middle, y0),
        (middle, y1),
        (b, y1),
        (b, y1 + width),
        (middle, y1 + width),
        (middle, y0 + width),
        (a, y0 + width),
        (a, y0),
    ]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    colour = PALE if row.same else DATA if row.stands_out else DATA2
    band = ax.add_patch(
        PathPatch(Path(points, codes), facecolor=colour, edgecolor="none", alpha=0.75 if row.stands_out or row.same else 0.45)
    )
    tip(band, f"{row.issue} → {row.then or REST(language)} {words.decimal(row.width)}")


def _names(ax: Axes, links: pd.DataFrame, side: str, x: float, align: str, scale: float, language: str, names: Mapping[str, Term]) -> None:
    """Each issue's name and how many callbacks beyond habit its bands hold, at their middle."""
    sizes, tops = links.groupby(side)["width"].sum(), _places(links, side, scale)
    for name, top in tops.items():
        said = style.name(name, 9, names, language) if name else REST(language)
        say(ax, x, top + sizes[name] * scale / 2, f"{said} {sizes[name]:,.0f}", colour=INK2, ha=align, halo=False)


def _bars(links: pd.DataFrame, ax: Axes, language: str, names: Mapping[str, Term]) -> None:
    told = links[links["then"] != ""].sort_values("width", ascending=False, kind="stable").head(10)
    y = np.arange(len(told))
    colours = [PALE if same else DATA if out else DATA2 for same, out in zip(told["same"], told["stands_out"], strict=True)]
    ax.barh(y, told["width"], height=0.4, color=colours)
    ax.set(ylim=(max(len(told), 4) - 0.4, -0.8), xticks=[], yticks=[])
    sns.despine(ax=ax, left=True, bottom=True)
    for place, row in enumerate(told.itertuples()):
        say(
            ax,
            0,
            place,
            f"{style.name(row.issue, 8, names, language)} → {style.name(row.then, 8, names, language)}  {row.width:,.0f}",
            colour=INK,
            dy=16,
            halo=False,
        )


@chart((380, 400), left=110, right=(8, 8), top=96, bottom=8, needs="excess", grid="")
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
    ax.tick_params(length=0)
