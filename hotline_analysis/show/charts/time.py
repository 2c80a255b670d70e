"""Charts over time: an indicator's months with limits and target, one bar a day or an hour of the clock, shares of calls by the seconds that were waited.

The sparkline of a card or a table's cell is written by a template, because a page holds dozens.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hotline_analysis import words
from hotline_analysis.show.charts import style
from hotline_analysis.show.charts.style import chart, curve, dotted, month_axis, name_lines, rows_apart, say, short, tip, value_ticks, width
from hotline_analysis.show.markup import Markup, html
from hotline_analysis.words import Term

UPPER, LOWER, TARGET = Term("上限", "upper"), Term("下限", "lower"), Term("目标", "target")
LEAST_POINTS, LEAST_SHARE = 2, 0.02  # the least span of an axis: points of a share, and as a share of the level of anything else
RECORDS, DAY = Term("条", " records"), Term("{}日", "{}")
MARKS = {"worse": ("D", style.WORSE, 8.6), "better": ("o", style.BETTER, 10), "more": ("^", style.INK, 10), "less": ("v", style.INK, 10)}
HOUR, LOST = Term("{:g}时", "{:g}:00"), Term("通", "")
SECOND, MINUTE = Term("秒", " s"), Term("分", " min")
SAID = Term("{}近{}个月，最低{}，最高{}，本月{}{}，判断：{}", "{}, {} months: lowest {}, highest {}, now {}{}; verdict: {}", of_period=True)
LIMITS = Term("，波动范围{}至{}", ", usual range {} to {}")


@chart((262, 250), left=50, right=(92, 92), top=14, bottom=44, needs="value", least=3)
def run_chart(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str, measure: str = "value") -> None:
    """控制图: a monthly series with natural limits and target; only months with evidence have a mark of their own.

    Columns: period (2024-09), value (shares as 0-1) or the column `measure`, and where known unit (percent, seconds, ...), lower, upper, target, judgement, event (words
    for a declared break). With fewer than three months a sentence stands in its place.
    """
    unit = data["unit"].iloc[0] if "unit" in data else "percent"
    scale, sign = (100, "%") if unit == "percent" else (1, "")
    months, value, lower, upper, target = data["period"].tolist(), *(_scaled(data, c, scale) for c in (measure, "lower", "upper", "target"))
    x, end = np.arange(len(value)), len(value) - 0.4
    known = np.concatenate([v[np.isfinite(v)] for v in (value, lower, upper, target)])
    ax.set(xlim=(-0.6, end), ylim=_span(known, least=LEAST_POINTS if unit == "percent" else LEAST_SHARE * abs(known).max() or 2))
    _limits(ax, x, lower, upper, target)
    ax.plot(x, value, **style.COURSE)  # broken where a month has no value
    for i, judgement in enumerate(data.get("judgement", [])):
        if judgement in MARKS and np.isfinite(value[i]):
            marker, colour, size = MARKS[judgement]
            ax.plot([i], [value[i]], marker, ms=size, color=colour, mew=1.6, zorder=6)
    value_ticks(ax, unit=sign)
    month_axis(ax, months, narrow=narrow, language=language)
    limits = [(upper[-1], UPPER, style.INK3, "normal"), (lower[-1], LOWER, style.INK3, "normal"), (target[-1], TARGET, style.INK, "bold")]
    ends = [(at, f"{term(language)} {words.decimal(at)}", colour, weight) for at, term, colour, weight in limits if np.isfinite(at)]
    name_lines(ax, ends, x=end)
    _last(ax, value, data, sign)
    _events(ax, data, language)


def _span(known: np.ndarray, least: float) -> tuple[float, float]:
    """The ends of the axis: what is known with some room, and no less than the least span, so that a movement of nothing does not fill the chart."""
    low, high = float(known.min()), float(known.max())
    room = max((high - low) * 0.12, (least - (high - low)) / 2)
    return low - room, high + room


def _scaled(data: pd.DataFrame, column: str, scale: float) -> np.ndarray:
    return scale * data[column].to_numpy(float) if column in data else np.full(len(data), np.nan)


def _events(ax: Axes, data: pd.DataFrame, language: str) -> None:
    """Declared breaks and measures, each a thin line with its words; neighbours step down, so that their words do not touch."""
    told = data.get(f"event_{language}", data.get("event", []))
    marked = [(i, short(event, 16)) for i, event in enumerate(told) if isinstance(event, str) and event]
    wide = style.pixels(ax)[0]
    half = np.array([3.3 * style.width(event) for _, event in marked])
    at = np.array([i * wide / len(data) for i, _ in marked])
    middle = np.maximum(np.minimum(at, wide + 80 - half), half - 30)  # words stay on the sheet
    for (i, event), dx, row in zip(marked, middle - at, rows_apart(middle, half, gap=6), strict=True):
        ax.axvline(i - 0.5, color=style.LINE, lw=1, zorder=1)
        say(ax, i - 0.5, ax.get_ylim()[1], event, ha="center", dx=dx, dy=5 - 15 * row, halo=row > 0)


def _limits(ax: Axes, x, lower, upper, target) -> None:
    """The band of normal movement and the dashed target, month by month: limits that change break where they change."""
    edges = np.append(x - 0.5, x[-1] + 0.1)
    if np.isfinite(lower).any() and np.isfinite(upper).any():
        band = (np.append(end, end[-1]) for end in (lower, upper))
        ax.fill_between(edges, *band, step="post", color=style.WASH2, alpha=0.75, lw=0, zorder=0)
    if np.isfinite(target).any():
        ax.step(edges, np.append(target, target[-1]), where="post", color=style.INK, lw=1.3, dashes=(5, 3), zorder=2)


def _last(ax: Axes, value, data: pd.DataFrame, sign: str) -> None:
    """The last value, large; coloured only by its verdict."""
    i = np.flatnonzero(np.isfinite(value))[-1]
    colour = MARKS.get(data["judgement"].iloc[i] if "judgement" in data else "", MARKS["more"])[1]
    dy = 6 if i > 0 and value[i] > value[i - 1] else -6
    say(ax, i, value[i], words.decimal(value[i]) + sign, colour=colour, size=16, weight="bold", ha="right", dx=-10, dy=dy)


def sparkline(row: Mapping, *, width: int, height: int, language: str = "zh", label: bool = False) -> Markup:
    """Up to 24 months on one scale: limits as a band, target dashed, and only the last point has a colour. From a row of indicators (`verdicts.ledger`)."""
    values = np.array(row.get("values") or [], float)[-24:]
    limits = np.array([row.get(name) for name in ("lower", "upper", "target")], float)
    if not np.isfinite(values).any():
        return html("marks", "spark", width=width, height=height, said=style.NO_DATA(language))
    y = _heights(np.append(limits, values), height - (15 if label else 0))
    x = np.linspace(width - 8, 2, len(values))[::-1]
    lower, upper, goal = y[:3]
    runs = np.ma.clump_unmasked(np.ma.masked_invalid(y[3:]))  # a gap in the data is a gap in the line
    drawn = {
        "band": (upper, lower - upper) if np.isfinite([lower, upper]).all() else (),
        "goal": goal if np.isfinite(goal) else None,
        "runs": [" ".join(map("{:.1f},{:.1f}".format, x[run], y[3:][run])) for run in runs if run.stop - run.start > 1],
        "last": (x[-1], y[-1], row.get("judgement", "none")) if np.isfinite(y[-1]) else (),
        "months": [dotted(row["months"][k], language) for k in (-len(values), -1)] if label else (),
    }
    said = _spark_words(row, values[np.isfinite(values)], limits[:2], language)
    return html("marks", "spark", width=width, height=height, said=said, label=label, **drawn)


def _heights(values: np.ndarray, foot: float) -> np.ndarray:
    """Where values stand in the drawing, down from its top: all of them fit, with some air."""
    pad = (np.nanmax(values) - np.nanmin(values)) * 0.08 or 1
    low, high = np.nanmin(values) - pad, np.nanmax(values) + pad
    return foot - (values - low) / (high - low) * (foot - 4) - 2


def _spark_words(row: Mapping, known: np.ndarray, limits: np.ndarray, language: str) -> str:
    """What a sparkline shows, in words: range, this month, limits, verdict."""
    told = [words.format_value(v, words.UNITS[row["unit"]], language) for v in (known.min(), known.max(), known[-1], *limits)]
    verdict = words.STATE.get(row.get("state", "")) or words.JUDGEMENT[row.get("judgement", "none")]
    within = LIMITS(language).format(*told[3:]) if all(told[3:]) else ""
    return SAID(language).format(row["name"], len(known), *told[:3], within, verdict(language))


@chart((150, 142), left=46, right=(6, 6), top=28, bottom=26)
def coverage(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str) -> None:
    """有无记录: one bar a day, rest days light, broken days outlined to their usual height and named.

    Columns: date, calls, and where known unit (of calls; otherwise they are records), rest (True on weekends and holidays), broken (True), usual (calls a day of its kind), note, calls_missing (`<13`: a day
    that is not told has no bar, and the mark stands once for neighbouring ones).
    """
    dates, calls = pd.to_datetime(data["date"]), data["calls"].fillna(0).to_numpy(float)
    untold = data.get("calls_missing", pd.Series("", index=data.index)).fillna("").to_numpy(str)
    rest, broken = (data[c].fillna(False).to_numpy(bool) if c in data else np.zeros(len(data), bool) for c in ("rest", "broken"))
    usual = _scaled(data, "usual", 1)
    named = np.flatnonzero(broken & (untold == ""))
    rows = rows_apart(named * style.pixels(ax)[0] / len(data), 0, gap=42)
    room = 1.3 if any(rows) else 1.04  # for the names that stand in a second row, below the first
    ax.set(xlim=(-0.6, len(data) - 0.4), ylim=(0, max(calls.max(), np.nanmax(np.append(usual[named], 0)), 1) * room))
    bars = ax.bar(np.arange(len(data)), calls, width=0.74, color=np.where(rest, style.PALE, style.DATA), lw=0, zorder=2)
    counted = words.UNITS[data["unit"].iloc[0]].term if "unit" in data else RECORDS
    for day, n, why, bar in zip(dates, calls, untold, bars, strict=True):
        tip(bar, f"{day:%Y-%m-%d} {why or words.format_count(n)}{counted.in_(language)}")
    for stretch in np.split(np.arange(len(data)), np.flatnonzero(untold[1:] != untold[:-1]) + 1):
        if untold[stretch[0]]:
            say(ax, stretch.mean(), 0, untold[stretch[0]], ha="center", dy=8)
    for i, row in zip(named, rows, strict=True):
        note = data["note"].iloc[i] if "note" in data and data["note"].iloc[i] else words.format_day(dates.iloc[i].date(), language)
        _broken(ax, i, calls[i], usual[i], note, row, len(data))
    value_ticks(ax, most=3)
    _day_axis(ax, dates, language)
    ax.get_xticklabels()[0].set_ha("left")  # centred, the month's name would stand on the nought of the other axis


@chart((190, 180), left=46, right=(10, 8), top=24, bottom=28, needs="calls")
def hours(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str) -> None:
    """一天的24小时: one bar an hour, the usual as a line across it, hours far from usual named as calls / usual.

    Columns: hour (0-23), calls, and where known answered (the dark part of a bar), usual, odd (True).
    """
    x, calls, usual = data["hour"].to_numpy(float), data["calls"].to_numpy(float), _scaled(data, "usual", 1)
    told = "answered" in data
    bars = ax.bar(x, calls, width=0.8, color=style.PALE if told else style.DATA, lw=0, zorder=2)
    if told:
        ax.bar(x, data["answered"], width=0.8, color=style.DATA, lw=0, zorder=3)
    ax.hlines(usual, x - 0.46, x + 0.46, color=style.INK, lw=1.6, zorder=4)
    ax.set(xlim=(-0.6, 23.6), ylim=(0, max(np.nanmax(np.append(usual, calls)), 1) * 1.12))
    for bar, hour, n, often in zip(bars, x, calls, usual, strict=True):
        tip(bar, f"{hour:.0f}:00 {n:,.0f}" + (f"/{often:,.0f}" if np.isfinite(often) else ""))
    for i in np.flatnonzero(data["odd"].to_numpy(bool)) if "odd" in data else ():
        say(ax, x[i], max(calls[i], usual[i]), f"{calls[i]:,.0f}/{usual[i]:,.0f}", colour=style.INK, ha="center", dy=8)
    value_ticks(ax, most=3)
    value_ticks(ax, unit=":00", every=6 if narrow else 3, along="x")


def _broken(ax: Axes, i: int, calls: float, usual: float, note: str, row: int, days: int) -> None:
    if usual > calls:
        ax.bar(i, usual - calls, bottom=calls, width=0.74, facecolor="none", edgecolor=style.INK2, lw=1, ls=(0, (2.4, 1.8)), zorder=3)
    height = np.fmax(calls, usual)
    ends = ax.get_ylim()[1] * (0.8 if row % 2 else 1)  # below its name
    ax.plot([i, i], [height, max(height, ends)], color=style.INK3, lw=1, zorder=1)
    ha = "right" if i > 0.8 * days else "left" if i < 0.1 * days else "center"
    say(ax, i, ax.get_ylim()[1], short(note, 8), colour=style.INK, ha=ha, dy=8 - 16 * (row % 2), halo=bool(row % 2))


def _day_axis(ax: Axes, dates: pd.Series, language: str) -> None:
    """Days of a month; over more than two months, the months."""
    if len(dates) <= 62:
        ticks = [i for i, date in enumerate(dates) if date.day in (1, 8, 15, 22, 29)] or [0]
        days = dates.iloc[ticks].dt.date
        told = [words.format_day(day, language) if not k or day.day == 1 else DAY(language).format(day.day) for k, day in enumerate(days)]
    else:
        months = dates.dt.strftime("%Y-%m")
        ticks = np.flatnonzero(months != months.shift())
        ticks = ticks[:: max(1, -(-len(ticks) // 6))]
        told = [dotted(month, language) for month in months.iloc[ticks]]
    ax.set_xticks(ticks, told)


@chart((250, 250), left=52, right=(14, 12), top=26, bottom=30, needs="lost")
def lost_hours(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str) -> None:
    """The calls that nobody answered, one bar an hour of the clock; the hours in which they gather are dark, with their connection rate above.

    Columns: hour, lost, value (connection rate, 0-1), named, lost_share. An hour without calls has no bar; a count that is not told neither.
    """
    hour, lost = data["hour"].to_numpy(int), data["lost"].to_numpy(float)
    bars = ax.bar(hour, np.nan_to_num(lost), width=0.78, color=[style.DATA if own else style.PALE for own in data["named"]], zorder=2)
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
        say(ax, row.hour, foot, text, colour=style.INK, weight="bold", ha="center", dy=9 + 14 * line, halo=False)
    return 1.12 + 0.08 * max(rows, default=0)


@chart((250, 240), left=42, right=(128, 124), top=16, bottom=30, needs="value", least=2)
def wait_lines(data: pd.DataFrame, ax: Axes, *, narrow: bool, language: str, names: Mapping[str, Term] = {}) -> None:
    """等待的曲线: one line a key of `line`, its share by the seconds waited, with its interval, named where it ends.

    Columns: line, seconds, value (0-1), low, high. names: keys of `line` that have words. The first line is dark.
    """
    known = data.dropna(subset=["seconds", "value"])
    last, ends = float(known["seconds"].max()), []
    for place, (line, rows) in enumerate(known.groupby("line", sort=False)):
        colour = style.DATA if not place else style.DATA2
        curve(ax, rows["seconds"], rows, shade=colour, alpha=0.22, color=colour, lw=2.2, zorder=3)
        end = 100 * float(rows["value"].iloc[-1])
        name = style.name(line, 6, names, language)
        ends.append((end, f"{name} {words.decimal(end)}%", style.INK if not place else style.INK2, "bold" if not place else "normal"))
    ax.set(xlim=(0, last or 1), ylim=(0, min(105.0, 108 * float(known["high"].max()) or 1)))
    _clock(ax, last, language, most=4 if narrow else 6)
    value_ticks(ax, unit="%")
    name_lines(ax, ends, x=last)


def _clock(ax: Axes, last: float, language: str, *, most: int) -> None:
    """Seconds, from five minutes on whole minutes; the unit once, on the last label."""
    unit, size = (MINUTE, 60) if last > 300 else (SECOND, 1)
    steps = [s for s in (1, 2, 5, 10, 20, 30, 60, 120) if last / size / s <= most] or [max(int(last / size / most), 1)]
    value_ticks(ax, unit=unit(language), every=size * steps[0], along="x", written=lambda s: f"{s / size:g}")
