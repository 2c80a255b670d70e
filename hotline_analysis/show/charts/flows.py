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
    whole = drawn.groupby("issue")["width"].transform("sum")
    return drawn.iloc[np.argsort(-whole, kind="stable")].reset_index(drop=True)


def _places(links: pd.DataFrame, side: str) -> pd.DataFrame:
    """The upper edge and the height of each issue on one side, the largest first and the joined ones last."""
    tall = links.groupby(side)["tall"].sum().sort_values(ascending=False, kind="stable")
    tall = tall.sort_index(key=lambda names: names == "", kind="stable")
    return pd.DataFrame({"top": tall.cumsum() - tall + GAP * np.arange(len(tall)), "tall": tall})


def _band(ax: Axes, row, language: str) -> None:
    """From the issue's side to the next's, as tall on both."""
    ends = [row.issue_top, row.issue_top, row.then_top, row.then_top]
    across = (0.2, 0.5, 0.5, 0.8)
    there, back = list(zip(across, ends, strict=True)), [(x, y + row.tall) for x, y in zip(across, ends, strict=True)][::-1]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    alpha = 0.75 if row.stands_out or row.same else 0.45
    band = PathPatch(Path([*there, *back, there[0]], codes), facecolor=_shade(row), edgecolor="none", alpha=alpha)
    tip(ax.add_patch(band), f"{row.issue} → {row.then or REST(language)} {words.decimal(row.width)}")


def _shade(row) -> str:
    return PALE if row.same else DATA if row.stands_out else DATA2


def _bars(links: pd.DataFrame, ax: Axes, language: str, names: Mapping[str, Term]) -> None:
    told = links[links["then"] != ""].sort_values("width", ascending=False, kind="stable").head(10)
    ax.barh(np.arange(len(told)), told["width"], height=0.4, color=[_shade(row) for row in told.itertuples()])
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
