"""Charts of waits: shares of calls by the seconds that were waited."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from hotline_analysis import words
from hotline_analysis.show.charts import style
from hotline_analysis.show.charts.style import chart, curve, name_lines, value_ticks
from hotline_analysis.words import Term

SECOND, MINUTE = Term("秒", " s"), Term("分", " min")


@chart((250, 240), left=42, right=(128, 124), top=16, bottom=30, needs="value", least=2)
def wait_lines(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str, names: Mapping[str, Term] = {}) -> None:
    """等待的曲线: one line a key of `line`, its share by the seconds waited, with its interval, named where it ends.

    Columns: line, seconds, value (0-1), low, high. names: keys of `line` that have words. The first line is dark.
    """
    last, ends = float(data["seconds"].max()), []
    for place, (line, rows) in enumerate(data.groupby("line", sort=False)):
        colour = style.DATA if not place else style.DATA2
        curve(ax, rows["seconds"], rows, shade=colour, alpha=0.22, color=colour, lw=2.2, zorder=3)
        end = 100 * float(rows["value"].iloc[-1])
        name = style.name(line, 6, names, language)
        ends.append((end, f"{name} {words.decimal(end)}%", style.INK if not place else style.INK2, "bold" if not place else "normal"))
    ax.set(xlim=(0, last or 1), ylim=(0, min(105.0, 108 * float(data["high"].max()) or 1)))
    _clock(ax, last, language, most=4 if narrow else 6)
    value_ticks(ax, unit="%")
    name_lines(ax, ends, x=last)


def _clock(ax: Axes, last: float, language: str, *, most: int) -> None:
    """Seconds, from five minutes on whole minutes; the unit once, on the last label."""
    unit, size = (MINUTE, 60) if last > 300 else (SECOND, 1)
    steps = [s for s in (1, 2, 5, 10, 20, 30, 60, 120) if last / size / s <= most] or [max(int(last / size / most), 1)]
    value_ticks(ax, unit=unit(language), every=size * steps[0], along="x", written=lambda s: f"{s / size:g}")
