"""House style and a handful of chart forms. A chart paints a frame and computes nothing that could be quoted.

One unit is one CSS pixel: text in a chart is never scaled and never under 12. Every form takes a small tidy frame, `width` (WIDE for desktop and paper,
NARROW for the phone; the same numbers, sometimes another form) and `language`, and returns its Axes. A frame without data gives a drawing that says so.
Colour is a judgement: ink and greys draw the data, the two hues appear only where a verdict stands.
"""

import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from hotline_analysis import words
from hotline_analysis.show import fonts
from hotline_analysis.show.markup import Markup, escape, tag
from hotline_analysis.words import Term

INK, INK2, INK3, LINE, HAIR, WASH, WASH2 = "#18222E", "#46525F", "#5F6B78", "#B9C1CA", "#E3E7EB", "#F4F6F8", "#DDE3E8"
BETTER, WORSE, NONE, FEW = "#1F70AF", "#A83A05", "#6B7785", "#8D97A2"
DATA, DATA2, PALE = "#3A4A5C", "#8494A5", "#C3CAD2"
LADDER = ("#F4F6F8", "#D3DBE3", "#A2B1C0", "#61768C", "#25374B")
WIDE, NARROW = 640, 358
STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "report", "font.family": [fonts.SANS, "DejaVu Sans"], "font.size": 12, "text.color": INK, "text.parse_math": False,
    "axes.edgecolor": LINE, "axes.linewidth": 1, "xtick.color": INK3, "ytick.color": INK3, "axes.unicode_minus": True, "path.simplify": False,
    "axes.formatter.use_mathtext": False, "axes.formatter.useoffset": False, "figure.dpi": 72, "savefig.dpi": 72,
}  # fmt: skip

NO_DATA = Term("没有可画的数据", "no data to draw")
TOO_FEW = Term("样本不足", "too few")
UPPER, LOWER, TARGET = Term("上限", "upper"), Term("下限", "lower"), Term("目标", "target")
HOUR, DAY = Term("小时", " h"), Term("天", " d")
AFTER_CALL = Term("上次通话以后", "after the call")
FOLLOW_UP = {"km": Term("生存分析", "Kaplan–Meier"), "full": Term("已满窗口", "full follow-up"), "naive": Term("不修正", "no correction")}
ACTUAL, HABIT = Term("实际来电", "calls seen"), Term("平时就会打的", "their habit")
HIGHEST = Term("最高", "top ")
CUMULATIVE, PER_HOUR = Term("累计占比", "Cumulative share"), Term("每小时复电（通）", "Callbacks per hour")
CLOCK = Term("时", ":00")
CALLS_A_DAY = Term("通", "calls")


# ---------------------------------------------------------------- the sheet


@cache
def _fonts() -> None:
    """Text is measured with the font that the page embeds, whatever fonts the machine has."""
    for file in fonts.for_measuring():
        font_manager.fontManager.addfont(file)


@contextmanager
def _style():
    _fonts()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # the reader's own fonts have it
        yield


def form(draw: Callable[..., Axes]) -> Callable[..., Axes]:
    """A chart form: drawn in house style, and a frame without a row gives the drawing that says so."""

    @wraps(draw)
    def styled(frame: pd.DataFrame, *, width: int = WIDE, language: str = "zh", **options) -> Axes:
        with _style():
            return draw(frame, width=width, language=language, **options) if len(frame) else nothing(width, language)

    return styled


def sheet(width: float, height: float, *, left=44, right=16, top=14, bottom=30) -> Axes:
    """Axes whose margins are given in pixels, in house style, outside pyplot's memory."""
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    return panel(figure, left=left, top=top, width=width - left - right, height=height - top - bottom)


def panel(figure: Figure, *, left: float, top: float, width: float, height: float) -> Axes:
    """Axes at a place in a figure, in pixels from its upper left corner."""
    whole_w, whole_h = figure.get_size_inches() * 72
    axes = figure.add_axes((left / whole_w, 1 - (top + height) / whole_h, width / whole_w, height / whole_h))
    return house(axes)


def house(axes: Axes, *, grid: str = "y", base: bool = True) -> Axes:
    """No frame, no ticks, hairlines on the value axis only."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_visible(base)
    axes.spines["bottom"].set_color(INK3)
    axes.tick_params(length=0, labelsize=12, pad=6)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    axes.grid(False)
    if grid:
        axes.grid(axis=grid, color=HAIR, linewidth=1)
    return axes


def nothing(width: float, language: str, words_: Term = NO_DATA) -> Axes:
    """The drawing of a frame that has nothing to draw: a sentence, never an empty square and never an error."""
    with _style():
        axes = house(sheet(width, 96, left=2, right=2, top=2, bottom=2), grid="", base=False)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.add_patch(Rectangle((0, 0), 1, 1, transform=axes.transAxes, facecolor=WASH, edgecolor="none"))
        say(axes, 0.5, 0.5, words_.in_(language), colour=INK3, size=13, ha="center", halo=False, on="axes fraction")
    return axes


def plain(text) -> str:
    """One line without control characters: a chart's text has no second line to stand on."""
    return "".join(c for c in " ".join(str(text).split()) if unicodedata.category(c)[0] != "C")


def short(text, most: int) -> str:
    """A name that fits: `most` counts Chinese characters, two narrow ones make one."""
    text, room = plain(text), 2 * most
    for i, character in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if room < 0:
            return text[: max(1, i - 1)] + "…"
    return text


def say(axes: Axes, x, y, text, *, colour=INK2, size=12, weight="normal", ha="left", va="center", halo=True, on="data", dx=0.0, dy=0.0):
    """One line of text at a place, moved by pixels; the halo keeps it readable where it crosses a line."""
    note = axes.annotate(
        plain(text),
        (x, y),
        xytext=(dx, dy),
        textcoords="offset points",
        xycoords=on,
        color=colour,
        fontsize=size,
        fontweight=weight,
        ha=ha,
        va=va,
        annotation_clip=False,
        zorder=10,
    )
    note.set_gid("halo" if halo else None)
    return note


def tip(artist, text) -> None:
    """A native tooltip: the mark gets a <title>. Never the only place of a value."""
    artist.set_gid("tip:" + plain(text))


def point(axes: Axes, x, y, judgement: str, *, size: float = 9):
    """The verdict mark: its shape carries the judgement, colour only repeats it."""
    marker, face, edge = {
        "worse": ("D", WORSE, WORSE),
        "better": ("o", BETTER, BETTER),
        "more": ("^", INK, INK),
        "less": ("v", INK, INK),
        "few": ("o", "#FFFFFF", FEW),
    }.get(judgement, ("o", "#FFFFFF", NONE))
    size *= 0.86 if judgement == "worse" else 1
    return axes.plot(
        [x],
        [y],
        marker=marker,
        markersize=size,
        markerfacecolor=face,
        markeredgecolor=edge,
        markeredgewidth=1.6,
        linestyle="none",
        zorder=6,
    )[0]


def spread(places: Sequence[float], *, least: float) -> list[float]:
    """Places of labels, in pixels, moved as little as need be so that any two are `least` apart; their order stays."""
    order = np.argsort(places, kind="stable")
    moved = np.asarray(places, float)[order] - least * np.arange(len(places))
    blocks: list[list[float]] = []
    for place in moved:  # pool neighbours that would overlap around their common middle
        blocks.append([place])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] += last
    level = [float(np.mean(block)) for block in blocks for _ in block]
    out = np.empty(len(places))
    out[order] = np.array(level) + least * np.arange(len(places))
    return out.tolist()


def name_lines(axes: Axes, lines: Sequence[tuple[float, str, str, str]], *, x: float, dx: float = 7) -> None:
    """Name lines where they end: (value, words, colour, weight) each; names that would overlap move apart."""
    if not lines:
        return
    places = [axes.transData.transform((x, value))[1] for value, *_ in lines]
    for (value, text, colour, weight), place, moved in zip(lines, places, spread(places, least=16), strict=True):
        say(axes, x, value, text, colour=colour, weight=weight, dx=dx, dy=moved - place)


def value_ticks(axes: Axes, *, unit: str = "", most: int = 4, axis: str = "y") -> None:
    """Four or five labels, the unit once, on the last one."""
    low, high = axes.get_ylim() if axis == "y" else axes.get_xlim()
    ticks = [t for t in MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high) if low - 1e-9 <= t <= high + 1e-9]
    labels = [f"{t:,.10g}".replace("-", words.MINUS) for t in ticks]
    labels = [*labels[:-1], labels[-1] + unit] if labels else []
    (axes.set_yticks if axis == "y" else axes.set_xticks)(ticks, labels)


def month_axis(axes: Axes, months: Sequence[str], *, narrow: bool, language: str) -> None:
    """Quarters named (halves on the phone), the year once, under its first label."""
    named = ("01", "07") if narrow else ("01", "04", "07", "10")
    ticks = [i for i, month in enumerate(months) if month[-2:] in named] if len(months) > 8 else list(range(len(months)))
    names = [f"{int(months[i][-2:])}月" if language == "zh" else words.format_month(months[i], "en")[:3] for i in ticks]
    axes.set_xticks(ticks, names)
    for k, i in enumerate(ticks):
        if k == 0 or months[i][:4] != months[ticks[k - 1]][:4]:
            say(axes, i, 0, months[i][:4], colour=INK3, ha="center", on=axes.get_xaxis_transform(), dy=-31, halo=False)


def month_span(months: Sequence[str]) -> str:
    """The first and the last month: 2022.10—2024.9."""
    return f"{dotted(months[0])}—{dotted(months[-1])}"


def dotted(month: str) -> str:
    return f"{month[:4]}.{int(month[5:7])}"


def svg(axes: Axes, key: str, title: str, description: str) -> str:
    """The figure of these axes as inline SVG: fixed pixels, the page's own font, a title and a description for those who cannot see it.

    Marks are drawn in place, nothing is referred to by id, coordinates have a tenth of a pixel, and the same figure gives the same text.
    """
    figure, out = axes.figure, io.StringIO()
    for artist in figure.findobj():
        artist.set_clip_on(False)  # every form stays within its limits; a clip path would be a reference
    with _style():
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = _in_place(out.getvalue()[out.getvalue().index("<svg") :])
    width, height = (round(float(v)) for v in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text).groups())
    head = Markup(
        '<svg class="chart" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-labelledby="{2}-t {2}-d"><title id="{2}-t">{3}</title><desc id="{2}-d">{4}</desc>'
    ).format(width, height, key, plain(title), plain(description))
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style[^>]*>.*?</style>|<defs>\s*</defs>", "", text, flags=re.S)
    text = re.sub(r"<svg[^>]*>", lambda _: str(head), text, count=1)
    text = re.sub(
        r"font: (?:(\d+|bold|normal) )?([\d.]+)px [^;\"]*",
        lambda m: f"font-size:{float(m[2]):g}px" + (f";font-weight:{m[1]}" if m[1] not in (None, "normal") else ""),
        text,
    )
    text = re.sub(r' transform="rotate\(-?0 [^"]*"| ?font-family:[^;"]*;?', "", text)
    text = re.sub(r'<g id="tip:([^"]*)">', r"<g><title>\1</title>", text)
    text = text.replace('<g id="halo">', '<g class="halo">')
    text = re.sub(rf'<(g|path|rect) id="(?!{re.escape(key)})[^"]*"', r"<\1", text)
    text = re.sub(r"-?\d+\.\d{2,}", lambda m: re.sub(r"\.0$", "", f"{float(m[0]):.1f}"), text)
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def _in_place(text: str) -> str:
    """Replace every `<use>` of a shape by the shape itself (a round marker by a circle), and drop the definitions."""
    shapes = dict(re.findall(r'<path id="([^"]+)" d="([^"]+)"', text))

    def draw(match) -> str:
        d, x, y, style = shapes[match[1]], match[2], match[3], match[4]
        if d.count("C") == 8:
            radius = abs(float(re.match(r"M\s*0\s+([-\d.]+)", d)[1]))
            return f'<circle cx="{x}" cy="{y}" r="{radius:.1f}" style="{style}"/>'
        return f'<path d="{d}" transform="translate({x} {y})" style="{style}"/>'

    text = re.sub(r'<use xlink:href="#([^"]+)" x="([^"]+)" y="([^"]+)" style="([^"]*)"\s*/>', draw, text)
    return re.sub(r"<defs>.*?</defs>", "", text, flags=re.S)


# ---------------------------------------------------------------- time


@form
def run_chart(frame: pd.DataFrame, *, width: int, language: str, unit: str = "percent", events: Mapping[str, object] | None = None) -> Axes:
    """控制图: a monthly series with natural limits and target; only months with evidence have a mark of their own.

    Columns: period (2024-09), value (shares as 0-1), and where known lower, upper, target, judgement. `events` names periods.
    """
    narrow, scale, sign = width == NARROW, 100 if unit == "percent" else 1, "%" if unit == "percent" else ""
    months, value = frame["period"].tolist(), scale * frame["value"].to_numpy(float)
    if not np.isfinite(value).any():
        return nothing(width, language)
    axes = sheet(width, 250 if narrow else 262, left=38, right=76 if narrow else 88, top=14, bottom=44)
    x, end = np.arange(len(value)), len(value) - 0.4
    lower, upper, target = (
        scale * frame[name].to_numpy(float) if name in frame else np.full(len(value), np.nan) for name in ("lower", "upper", "target")
    )
    known = np.concatenate([v[np.isfinite(v)] for v in (value, lower, upper, target)])
    room = (known.max() - known.min()) * 0.12 or 1
    axes.set(xlim=(-0.6, end), ylim=(known.min() - room, known.max() + room))
    _limits(axes, x, lower, upper, target)
    axes.plot(x, value, color=DATA, lw=2, zorder=4, solid_joinstyle="round")
    axes.plot(x, value, "o", ms=4.5, color=DATA, mec="#FFFFFF", mew=0.8, zorder=5)
    for i, judgement in enumerate(frame.get("judgement", [])):
        if judgement in ("worse", "better", "more", "less") and np.isfinite(value[i]):
            point(axes, i, value[i], judgement, size=10)
    value_ticks(axes, unit=sign)
    month_axis(axes, months, narrow=narrow, language=language)
    ends = [
        (v[-1], f"{term.in_(language)} {words.decimal(v[-1])}", colour, weight)
        for v, term, colour, weight in ((upper, UPPER, INK3, "normal"), (lower, LOWER, INK3, "normal"), (target, TARGET, INK, "bold"))
        if np.isfinite(v[-1])
    ]
    name_lines(axes, ends, x=end)
    _last(axes, value, frame, sign)
    for i, month in enumerate(months):
        if month in (events or {}):
            axes.plot([i, i], axes.get_ylim(), color=LINE, lw=1, zorder=1)
            say(axes, i, axes.get_ylim()[1], short(_said(events[month], language), 8), ha="center", dy=5, halo=False)
    return axes


def _said(text, language: str) -> str:
    return text.in_(language) if isinstance(text, Term) else str(text)


def _limits(axes: Axes, x, lower, upper, target) -> None:
    """The band of normal movement and the dashed target, month by month: limits that change break where they change."""
    if np.isfinite(lower).any() and np.isfinite(upper).any():
        edges = np.concatenate([x - 0.5, [x[-1] + 0.1]])
        axes.fill_between(
            edges, np.append(lower, lower[-1]), np.append(upper, upper[-1]), step="post", color=WASH2, alpha=0.75, lw=0, zorder=0
        )
    if np.isfinite(target).any():
        axes.step(
            np.concatenate([x - 0.5, [x[-1] + 0.1]]),
            np.append(target, target[-1]),
            where="post",
            color=INK,
            lw=1.3,
            dashes=(5, 3),
            zorder=2,
        )


def _last(axes: Axes, value, frame: pd.DataFrame, sign: str) -> None:
    """The last value, large; coloured only by its verdict."""
    i = np.flatnonzero(np.isfinite(value))[-1]
    judgement = frame["judgement"].iloc[i] if "judgement" in frame else "none"
    colour = {"worse": WORSE, "better": BETTER}.get(judgement, INK)
    rising = i > 0 and value[i] > value[i - 1]
    say(
        axes, i, value[i], words.decimal(value[i]) + sign, colour=colour, size=16, weight="bold", ha="right", dx=-10, dy=6 if rising else -6
    )


@form
def coverage(frame: pd.DataFrame, *, width: int, language: str) -> Axes:
    """有无记录: one bar a day, rest days light, broken days outlined to their usual height and named.

    Columns: date, calls, and where known rest (True on weekends and holidays), broken (True), usual (calls a day of its kind), note.
    """
    narrow = width == NARROW
    dates, calls = pd.to_datetime(frame["date"]), frame["calls"].fillna(0).to_numpy(float)
    rest, broken = (
        frame[name].fillna(False).to_numpy(bool) if name in frame else np.zeros(len(frame), bool) for name in ("rest", "broken")
    )
    usual = frame["usual"].to_numpy(float) if "usual" in frame else np.full(len(frame), np.nan)
    rows = _label_rows(np.flatnonzero(broken), room=(width - 60) / max(len(frame), 1), need=42)
    axes = sheet(
        width,
        (126 if narrow else 132) + 16 * (max(rows, default=-1) + 1),
        left=46,
        right=6,
        top=10 + 16 * (max(rows, default=-1) + 1),
        bottom=26,
    )
    x = np.arange(len(frame))
    axes.set(xlim=(-0.6, len(frame) - 0.4), ylim=(0, max(calls.max(), np.nanmax(np.append(usual[broken], 0)), 1) * 1.04))
    for shade, chosen in ((DATA, ~rest), (PALE, rest)):
        for i in np.flatnonzero(chosen):
            bar_ = axes.bar(x[i], calls[i], width=0.74, color=shade, lw=0, zorder=2)[0]
            tip(
                bar_, f"{dates.iloc[i]:%Y-%m-%d} {words.format_count(calls[i])}{'' if language == 'zh' else ' '}{CALLS_A_DAY.in_(language)}"
            )
    for i, row in zip(np.flatnonzero(broken), rows, strict=True):
        if np.isfinite(usual[i]) and usual[i] > calls[i]:
            axes.add_patch(
                Rectangle(
                    (i - 0.37, calls[i]),
                    0.74,
                    usual[i] - calls[i],
                    facecolor="none",
                    edgecolor=INK2,
                    lw=1,
                    linestyle=(0, (2.4, 1.8)),
                    zorder=3,
                )
            )
        height = max(calls[i], usual[i] if np.isfinite(usual[i]) else 0)
        axes.plot([i, i], [height, axes.get_ylim()[1]], color=INK3, lw=1, zorder=1)
        said = _said(frame["note"].iloc[i], language) if "note" in frame and frame["note"].iloc[i] else _day(dates.iloc[i], language)
        say(
            axes,
            i,
            axes.get_ylim()[1],
            short(said, 8),
            colour=INK,
            ha="right" if i > 0.8 * len(frame) else "left" if i < 0.1 * len(frame) else "center",
            dy=8 + 16 * row,
            halo=False,
        )
    value_ticks(axes, most=3)
    _day_axis(axes, dates, language)
    return axes


def _label_rows(places: np.ndarray, *, room: float, need: float) -> list[int]:
    """A row for each label so that labels of one row do not touch."""
    ends: list[float] = []
    rows = []
    for place in places:
        row = next((r for r, end in enumerate(ends) if place * room - end >= need), len(ends))
        ends[row : row + 1] = [place * room]
        rows.append(row)
    return rows


def _day(date: pd.Timestamp, language: str) -> str:
    return f"{date.month}月{date.day}日" if language == "zh" else f"{date.day} {date:%b}"


def _day_axis(axes: Axes, dates: pd.Series, language: str) -> None:
    """Days of a month; over more than two months, the months."""
    if len(dates) <= 62:
        ticks = [i for i, date in enumerate(dates) if date.day in (1, 8, 15, 22, 29)]
        axes.set_xticks(
            ticks,
            [
                _day(dates.iloc[i], language)
                if k == 0 or dates.iloc[i].day == 1
                else (f"{dates.iloc[i].day}日" if language == "zh" else str(dates.iloc[i].day))
                for k, i in enumerate(ticks)
            ],
        )
    else:
        months = dates.dt.strftime("%Y-%m")
        ticks = np.flatnonzero(months != months.shift()).tolist()
        ticks = ticks[:: max(1, -(-len(ticks) // 6))]
        axes.set_xticks(ticks, [dotted(months.iloc[i]) for i in ticks])


# ---------------------------------------------------------------- repeat calls by hour


def _windows(axes: Axes, windows: Mapping[float, object], *, chosen: float | None, language: str) -> None:
    """Windows as named vertical lines, the chosen one drawn through; a name that would touch its left neighbour moves up a line."""
    ends: list[float] = []
    for hours, said in sorted(windows.items()):
        strong, text = hours == chosen, _said(said, language)
        axes.axvline(hours, color=INK if strong else INK3, lw=1.8 if strong else 1.2, zorder=5, dashes=(1, 0) if strong else (2, 2))
        half = 6.2 * sum(2 if unicodedata.east_asian_width(c) in "WF" else 1.1 for c in text) / 2
        middle = max(axes.transData.transform((hours, 0))[0], axes.transAxes.transform((0, 0))[0] + half - 12)
        row = next((r for r, end in enumerate(ends) if middle - half >= end + 4), len(ends))
        ends[row : row + 1] = [middle + half]
        say(
            axes,
            hours,
            axes.get_ylim()[1],
            text,
            colour=INK if strong else INK2,
            weight="bold" if strong else "normal",
            ha="center",
            dx=middle - axes.transData.transform((hours, 0))[0],
            dy=10 + 15 * row,
            halo=False,
        )


def _hours_axis(axes: Axes, last: float, *, language: str, labels: bool = True) -> None:
    days = list(range(int(last // 24) + 1))
    axes.set_xlim(0, last)
    axes.set_xticks(
        [24 * d for d in days],
        [("0" if d == 0 else f"{d}{DAY.in_(language)}" if d in (1, days[-1]) else str(d)) if labels else "" for d in days],
    )
    if labels and len(days) > 1:
        axes.get_xticklabels()[-1].set_ha("right")


@form
def pareto_gaps(
    frame: pd.DataFrame, *, width: int, language: str, windows: Sequence[float] = (2, 24, 72), chosen: float | None = None
) -> Axes:
    """168小时柏拉图: next calls by hour since the call, and above them their cumulative share, each with its own axis and both with the named windows.

    Columns: hour_from, hour_to (a bin), numerator (next calls in it), cumulative (share of all next calls up to hour_to, 0-1).
    The returned Axes are the upper ones; the bars are the figure's second.
    """
    edges, calls = frame["hour_to"].to_numpy(float), frame["numerator"].fillna(0).to_numpy(float)
    size = edges - frame["hour_from"].to_numpy(float)
    if calls.sum() == 0:
        return nothing(width, language)
    left, right, above, below = 40, 14, 140, 96
    figure = Figure(figsize=(width / 72, (above + below + 108) / 72), dpi=72)
    upper = panel(figure, left=left, top=36, width=width - left - right, height=above)
    lower = panel(figure, left=left, top=36 + above + 30, width=width - left - right, height=below)
    last = float(edges[-1])
    share = 100 * frame["cumulative"].to_numpy(float)
    upper.plot(np.append(0, edges), np.append(0, share), color=DATA, lw=2, zorder=4, solid_joinstyle="round")
    upper.set_ylim(0, 104)
    upper.set_yticks([0, 20, 40, 60, 80, 100], ["0", "20", "40", "60", "80", "100%"])
    _hours_axis(upper, last, language=language, labels=False)
    _window_shares(upper, edges, share, [w for w in windows if w <= last], chosen, language)
    height = calls / size
    tall = height[edges > 12].max(initial=0) or height.max()
    lower.set_ylim(0, min(height.max(), tall * 1.6) * 1.02 or 1)
    roof = lower.get_ylim()[1]
    for i in range(len(frame)):
        dark = any(w == chosen and edges[i] <= w for w in windows)
        box = Rectangle(
            (edges[i] - size[i] * 0.94, 0),
            size[i] * 0.88,
            min(height[i], roof),
            facecolor=DATA if dark else DATA2,
            edgecolor="none",
            lw=0,
            zorder=2,
        )
        lower.add_patch(box)
    if height.max() > roof:
        clear = edges[np.argmax(height < 0.8 * roof)] if (height < 0.8 * roof).any() else edges[0]
        say(lower, clear, roof, f"↑{HIGHEST.in_(language)}{words.format_count(height.max())}", dx=4, dy=-6)
    for hours in windows:
        lower.axvline(
            hours,
            color=INK if hours == chosen else INK3,
            lw=1.8 if hours == chosen else 1.2,
            zorder=5,
            dashes=(1, 0) if hours == chosen else (2, 2),
        )
    value_ticks(lower, most=3)
    _hours_axis(lower, last, language=language)
    say(
        upper,
        0.8 * last,
        float(np.interp(0.8 * last, edges, share)),
        CUMULATIVE.in_(language),
        colour=DATA,
        size=13,
        weight="bold",
        ha="center",
        dy=-15,
    )
    say(lower, 0, 1, PER_HOUR.in_(language), colour=INK3, on="axes fraction", dx=-32, dy=12, halo=False)
    lower.set_xlabel(AFTER_CALL.in_(language), fontsize=12, color=INK3, labelpad=2)
    return upper


def _window_shares(axes: Axes, edges, share, windows: Sequence[float], chosen, language: str) -> None:
    """The named windows on the cumulative curve, each with the share that falls into it."""
    _windows(axes, {w: words.format_hours(w, language) for w in windows}, chosen=chosen, language=language)
    for hours in windows:
        at = float(np.interp(hours, np.append(0, edges), np.append(0, share)))
        axes.plot([hours], [at], "o", ms=7, color=INK, mec="#FFFFFF", mew=1, zorder=6)
        say(axes, hours, at, f"{words.decimal(at)}%", colour=INK, size=13, weight="bold", dx=8, dy=-9)


@form
def window_curve(frame: pd.DataFrame, *, width: int, language: str, windows: Sequence[float] = (2, 24, 72), main: str = "km") -> Axes:
    """复电率随窗口变化: the rate at every window by each estimator, the main one dark with its interval, all named where they end.

    Columns: window_hours, follow_up (km, full, naive), value (0-1), and for the main one low, high.
    """
    narrow = width == NARROW
    frame = frame[frame["value"].notna() & frame["window_hours"].notna()].sort_values("window_hours", kind="stable")
    if frame.empty:
        return nothing(width, language)
    axes = sheet(width, 262 if narrow else 272, left=36, right=96 if narrow else 124, top=16, bottom=44)
    last = float(frame["window_hours"].max())
    lines = []
    for estimator, rows in frame.groupby("follow_up", sort=False):
        strong, x, y = estimator == main, rows["window_hours"].to_numpy(float), 100 * rows["value"].to_numpy(float)
        if strong and {"low", "high"} <= set(rows):
            axes.fill_between(
                x, 100 * rows["low"].to_numpy(float), 100 * rows["high"].to_numpy(float), color=DATA2, alpha=0.4, lw=0, zorder=2
            )
        axes.plot(
            x,
            y,
            color=DATA if strong else INK3,
            lw=2.2 if strong else 1.3,
            dashes=(1, 0) if strong else {"full": (5, 2.5)}.get(estimator, (2, 2)),
            zorder=4 if strong else 3,
        )
        name = FOLLOW_UP[estimator].in_(language) if estimator in FOLLOW_UP else short(estimator, 6)
        said = name if narrow and language == "en" else f"{name} {words.decimal(y[-1])}"
        lines.append((y[-1], said, INK if strong else INK3, "bold" if strong else "normal"))
        if strong:
            axes.plot(x, y, "o", ms=5, color=DATA, mec="#FFFFFF", mew=0.8, zorder=5)
            _name_windows(axes, x, y, windows, language)
    axes.set_ylim(0, 108 * frame[[c for c in ("value", "high") if c in frame]].max().max() or 1)
    axes.set_xlim(0, last)
    ticks = [t for t in (0, 24, 48, 72, 96, 120, 144, 168) if t <= last and (not narrow or t % 48 == 24 or t in (0, 72))]
    axes.set_xticks(ticks, [f"{t}{HOUR.in_(language)}" if t == ticks[-1] else str(t) for t in ticks])
    value_ticks(axes, unit="%")
    name_lines(axes, lines, x=last)
    axes.set_xlabel(AFTER_CALL.in_(language), fontsize=12, color=INK3, labelpad=2)
    return axes


def _name_windows(axes: Axes, x, y, windows: Sequence[float], language: str) -> None:
    for hours in windows:
        for i in np.flatnonzero(x == hours):
            axes.plot([x[i]], [y[i]], "o", ms=8, color=INK, mec="#FFFFFF", mew=1, zorder=6)
            say(
                axes,
                x[i],
                y[i],
                f"{words.format_hours(float(x[i]), language)} {words.decimal(y[i])}%",
                colour=INK,
                size=13,
                weight="bold",
                dx=9,
                dy=-10,
            )


@form
def density_control(
    frame: pd.DataFrame,
    *,
    width: int,
    language: str,
    windows: Mapping[float, object] | None = None,
    chosen: float | None = None,
    band: object = "",
) -> Axes:
    """复电密度与对照: callbacks an hour, and the same callers' habit at the same clock; the gap between them is what was left unsolved.

    Columns: hours (the bin's middle), seen, habit (both per thousand calls and hour). `windows` names hours; `band` is a sentence for the space between two windows.
    """
    narrow = width == NARROW
    hours, seen, habit = (frame[name].to_numpy(float) for name in ("hours", "seen", "habit"))
    if not np.isfinite(seen).any():
        return nothing(width, language)
    axes = sheet(width, 284, left=34, right=14, top=36, bottom=44)
    top = 1.3 * np.nanmax(np.where(hours >= min(12, hours[-1]), np.fmax(seen, habit), np.nan))
    axes.set_ylim(0, top or 1)
    cut = np.minimum(seen, top)
    axes.fill_between(hours, 0, np.minimum(habit, top), step="mid", color=WASH2, lw=0, zorder=1)
    axes.fill_between(hours, np.minimum(habit, top), cut, where=cut >= habit, step="mid", color=DATA, alpha=0.42, lw=0, zorder=1)
    axes.step(hours, cut, where="mid", color=DATA, lw=1.8, zorder=4)
    axes.step(hours, np.minimum(habit, top), where="mid", color=INK3, lw=1.2, dashes=(3, 2), zorder=3)
    _hours_axis(axes, 24 * np.ceil(hours[-1] / 24), language=language)
    _windows(axes, windows or {}, chosen=chosen, language=language)
    if np.nanmax(seen) > top:
        clear = hours[np.argmax(seen < 0.8 * top)] if (seen < 0.8 * top).any() else hours[0]
        say(axes, clear, top, f"↑{HIGHEST.in_(language)}{words.decimal(np.nanmax(seen), 0)}", dx=4, dy=-6)
    _name_density(axes, hours, seen, habit, language)
    if band and windows and not narrow:
        say(axes, min(windows), top * 0.86, _said(band, language), colour=INK, size=13, weight="bold", dx=10)
    value_ticks(axes)
    axes.set_xlabel(AFTER_CALL.in_(language), fontsize=12, color=INK3, labelpad=2)
    return axes


def _name_density(axes: Axes, hours, seen, habit, language: str) -> None:
    """Each curve named above one of its later waves, the habit with a line that leads down to it."""
    for curve, term, colour, weight, (low, high) in (
        (seen, ACTUAL, DATA, "bold", (0.48, 0.66)),
        (habit, HABIT, INK2, "normal", (0.74, 0.9)),
    ):
        inside = np.flatnonzero((hours >= low * hours[-1]) & (hours <= high * hours[-1]))
        inside = inside[np.isfinite(curve[inside])]  # without control weeks there is no habit to name
        if len(inside) == 0:
            continue
        i = inside[np.argmax(curve[inside])]
        height = np.nanmax(np.fmax(seen, habit)[np.abs(hours - hours[i]) <= 6])
        if curve is habit:
            axes.plot([hours[i]] * 2, [0.7 * habit[i], height * 1.08], color=INK3, lw=1, zorder=6)
        say(axes, hours[i], height, term.in_(language), colour=colour, size=13, weight=weight, ha="center", dy=14)


@form
def cumulative(frame: pd.DataFrame, *, width: int, language: str, most: int = 6) -> Axes:
    """暴露周期: one panel an issue, its own curve dark with its interval, all others grey behind, the 80 % point as a drop line and in words.

    Columns: group, hours, value (0-1), low, high, and the same in every row of a group: point_hours (80 % point), words, few (True: no curve, says so).
    The returned Axes are the first panel's.
    """
    narrow = width == NARROW
    groups = list(dict(list(frame.groupby("group", sort=False))[:most]).items())
    columns = 2 if narrow else 3
    rows = -(-len(groups) // columns)
    w, h, gap_x, gap_y, left, top = (146, 96, 20, 62, 30, 42) if narrow else (178, 112, 26, 64, 32, 42)
    figure = Figure(figsize=(width / 72, (top + rows * h + (rows - 1) * gap_y + 28) / 72), dpi=72)
    highest = frame[[c for c in ("value", "high") if c in frame]].max().max()
    last, high = float(frame["hours"].max()) or 1, 108 * float(highest) if highest > 0 else 1
    for i, (name, own) in enumerate(groups):
        row, column = divmod(i, columns)
        axes = panel(figure, left=left + column * (w + gap_x), top=top + row * (h + gap_y), width=w, height=h)
        axes.set(xlim=(0, last), ylim=(0, high))
        for _, other in groups:
            axes.plot(other["hours"], 100 * other["value"], color=WASH2, lw=1.2, zorder=1)
        _own_curve(axes, own, language)
        ticks = [t for t in (0, 24, 72, 168) if t <= last]
        axes.set_xticks(ticks, [str(t) for t in ticks] if row == rows - 1 or i + columns >= len(groups) else [""] * len(ticks))
        axes.get_xticklabels()[-1].set_ha("right")
        value_ticks(axes, unit="%", most=3)
        if column:
            axes.set_yticklabels([])
        say(axes, 0, 1, short(name, 9 if narrow else 11), colour=INK, size=13, weight="bold", on="axes fraction", dy=25, halo=False)
    return figure.axes[0]


def _own_curve(axes: Axes, own: pd.DataFrame, language: str) -> None:
    """The panel's own curve, its band and its 80 % point, or the words that it has too few calls."""
    first = own.iloc[0]
    few = bool(first.get("few", False)) or not own["value"].notna().any()
    said = (
        _said(first["words"], language)
        if isinstance(first.get("words"), str | Term) and first["words"]
        else TOO_FEW.in_(language)
        if few
        else ""
    )
    say(axes, 0, 1, short(said, 14), colour=INK3 if few else INK2, on="axes fraction", dy=9, halo=False)
    if few:
        return
    x, y = own["hours"].to_numpy(float), 100 * own["value"].to_numpy(float)
    if {"low", "high"} <= set(own):
        axes.fill_between(x, 100 * own["low"].to_numpy(float), 100 * own["high"].to_numpy(float), color=DATA2, alpha=0.42, lw=0, zorder=2)
    axes.plot(x, y, color=DATA, lw=2.2, zorder=3)
    at = first.get("point_hours", np.nan)
    if at is not None and np.isfinite(at):
        value = float(np.interp(at, x, y))
        axes.plot([at, at], [0, value], color=INK, lw=1.2, zorder=4)
        axes.plot([at], [value], "o", ms=6, color=INK, zorder=5)


# ---------------------------------------------------------------- hour by weekday


@form
def heat(frame: pd.DataFrame, *, width: int, language: str, cuts: Sequence[float], bad: str = "low", unit: str = "percent") -> Axes:
    """Hour by weekday in five named steps, dark = more of the problem; figures only in the worst two steps and outlined cells. Hours across, on the phone down.

    Columns: weekday (0 = Monday), hour, value (shares as 0-1), and where known few (too few calls: white with a dot), short (outlined). `cuts`: four bounds, ascending.
    """
    narrow, scale = width == NARROW, 100 if unit == "percent" else 1
    value, few, understaffed = (_week(frame, name) for name in ("value", "few", "short"))
    axes = house(
        sheet(width, 24 * 17 + 26, left=46, right=4, top=24, bottom=2)
        if narrow
        else sheet(width, 7 * 30 + 34, left=46, right=2, top=4, bottom=30),
        grid="",
        base=False,
    )
    for day in range(7):
        for hour in range(24):
            _heat_cell(
                axes,
                (day, hour) if narrow else (hour, day),
                f"{words.WEEKDAY[day].in_(language)} {hour}{CLOCK.in_(language)}",
                scale * value[day, hour],
                bool(few[day, hour] == 1),
                understaffed[day, hour] == 1,
                [scale * c for c in cuts],
                bad,
                language,
            )
    _outline(axes, understaffed == 1, narrow)
    axes.set(xlim=(0, 7 if narrow else 24), ylim=(24 if narrow else 7, 0))
    days, hours = [d.in_(language) for d in words.WEEKDAY], list(range(0, 24, 3))
    said = [f"{h}{CLOCK.in_(language)}" for h in hours]
    if narrow:
        axes.xaxis.tick_top()
    axes.set_xticks(
        np.arange(7) + 0.5 if narrow else np.array(hours) + 0.5, [d[-1] if language == "zh" else d for d in days] if narrow else said
    )
    axes.set_yticks(np.array(hours) + 0.5 if narrow else np.arange(7) + 0.5, said if narrow else days)
    return axes


def _week(frame: pd.DataFrame, name: str) -> np.ndarray:
    """7 x 24 cells of a column; NaN where the frame has none."""
    cells = np.full((7, 24), np.nan)
    if name in frame:
        cells[frame["weekday"].to_numpy(int), frame["hour"].to_numpy(int)] = frame[name].to_numpy(float)
    return cells


def _heat_cell(axes, place, where, value, few, marked, cuts, bad, language) -> None:
    x, y = place
    blank = few or not np.isfinite(value)
    step = 0 if blank else int(np.digitize(value, cuts))
    step = len(cuts) - step if bad == "low" else step
    box = axes.add_patch(
        Rectangle((x + 0.03, y + 0.04), 0.94, 0.92, facecolor="#FFFFFF" if blank else LADDER[step], edgecolor="none", lw=0)
    )
    tip(box, f"{where} {TOO_FEW.in_(language) if blank else words.decimal(value)}")
    if blank:
        say(axes, x + 0.5, y + 0.5, "·", colour=FEW, ha="center", halo=False)
    elif marked or step == len(cuts):
        say(axes, x + 0.5, y + 0.5, words.decimal(value, 0), colour="#FFFFFF" if step >= 3 else INK, weight="bold", ha="center", halo=False)


def _outline(axes: Axes, marked: np.ndarray, narrow: bool) -> None:
    """The border of the marked cells, shared edges removed."""
    grid = marked.T if narrow else marked
    rows, columns = grid.shape
    for r, c in np.argwhere(grid):
        for dr, dc, line in (
            (-1, 0, ((c, c + 1), (r, r))),
            (1, 0, ((c, c + 1), (r + 1, r + 1))),
            (0, -1, ((c, c), (r, r + 1))),
            (0, 1, ((c + 1, c + 1), (r, r + 1))),
        ):
            if not (0 <= r + dr < rows and 0 <= c + dc < columns and grid[r + dr, c + dc]):
                axes.plot(*line, color=WORSE, lw=2.2, solid_capstyle="projecting", zorder=5)


def key_line(draw: Callable, *, language: str = "zh", **options) -> Markup:
    """The key above a drawing that needs one: the five named classes of a heat map. Every other form names its marks in place."""
    if getattr(draw, "__name__", "") != "heat":
        return Markup()
    scale, bad, cuts = (100 if options.get("unit", "percent") == "percent" else 1), options.get("bad", "low"), options["cuts"]
    bounds = [f"{scale * c:g}" for c in cuts]
    names = [f"<{bounds[0]}", *(f"{a}—{b}" for a, b in pairwise(bounds)), f"≥{bounds[-1]}"]
    shades = LADDER[::-1] if bad == "low" else LADDER
    steps = [tag("span", tag("i", style=f"background:{shade}"), name) for shade, name in zip(shades, names, strict=True)]
    return tag("p", *steps, tag("span", "· " + TOO_FEW.in_(language)), class_="key", aria_hidden="true")


# ---------------------------------------------------------------- in a line or a cell


def sparkline(row: Mapping, *, width: int, height: int, language: str = "zh", label: bool = False) -> str:
    """Up to 24 months on one scale: limits as a band, target dashed, and only the last point has a colour. From a row of indicators (`blocks.ledger`)."""
    values = [np.nan if v is None else float(v) for v in (row["values"] if row.get("values") is not None else [])][-24:]
    known = [v for v in values if np.isfinite(v)]
    if not known:
        return str(
            tag(
                "svg",
                class_="spark",
                width=width,
                height=height,
                viewBox=f"0 0 {width} {height}",
                role="img",
                aria_label=NO_DATA.in_(language),
            )
        )
    lower, upper, goal = (float(row[k]) if row.get(k) is not None and np.isfinite(row[k]) else None for k in ("lower", "upper", "target"))
    bounds = known + [b for b in (lower, upper, goal) if b is not None]
    pad = (max(bounds) - min(bounds)) * 0.08 or 1
    low, high, foot, right = min(bounds) - pad, max(bounds) + pad, 15 if label else 0, 8

    def across(k):
        return 2 + (24 - len(values) + k) * (width - 2 - right) / 23

    def up(v):
        return (height - foot) - (v - low) / (high - low) * (height - foot - 4) - 2

    out = []
    if lower is not None and upper is not None:
        out.append(
            f'<rect x="0" y="{up(upper):.1f}" width="{width - right + 2}" height="{up(lower) - up(upper):.1f}" fill="{WASH2}" opacity=".8"/>'
        )
    if goal is not None:
        out.append(f'<path d="M0 {up(goal):.1f}H{width - right + 2}" stroke="{INK}" stroke-width="1.1" stroke-dasharray="4 2.6"/>')
    out += [
        f'<polyline points="{run}" fill="none" stroke="{DATA}" stroke-width="{1.8 if label else 1.5}" stroke-linejoin="round"/>'
        for run in _unbroken(values, across, up)
    ]
    if np.isfinite(values[-1]):
        out.append(_end_point(across(len(values) - 1), up(values[-1]), row.get("judgement", "none"), 4.2 if label else 3.3))
    if label and row.get("months") is not None and len(row["months"]):
        months = list(row["months"])[-24:]
        out.append(
            f'<text x="0" y="{height - 1}" font-size="12" fill="{INK3}">{escape(dotted(months[0]))}</text><text x="{width}" y="{height - 1}" font-size="12" fill="{INK3}" text-anchor="end">{escape(dotted(months[-1]))}</text>'
        )
    return str(
        tag(
            "svg",
            Markup("".join(out)),
            class_="spark",
            width=width,
            height=height,
            viewBox=f"0 0 {width} {height}",
            preserveAspectRatio="xMinYMid",
            role="img",
            aria_label=_spark_words(row, known, lower, upper, language),
        )
    )


def _unbroken(values, across, up) -> list[str]:
    """The points of each run of months without a gap: a gap in the data is a gap in the line."""
    runs: list[list[str]] = [[]]
    for k, v in enumerate(values):
        if np.isfinite(v):
            runs[-1].append(f"{across(k):.1f},{up(v):.1f}")
        else:
            runs.append([])
    return [" ".join(run) for run in runs if len(run) > 1]


def _end_point(x: float, y: float, judgement: str, r: float) -> str:
    if judgement == "worse":
        d = r * 1.3
        return f'<path d="M{x:.1f} {y - d:.1f}L{x + d:.1f} {y:.1f} {x:.1f} {y + d:.1f} {x - d:.1f} {y:.1f}Z" fill="{WORSE}"/>'
    if judgement in ("more", "less"):
        d = r * 1.2 * (1 if judgement == "more" else -1)
        return f'<path d="M{x:.1f} {y - d:.1f}L{x + r * 1.2:.1f} {y + d:.1f} {x - r * 1.2:.1f} {y + d:.1f}Z" fill="{INK}"/>'
    if judgement == "better":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}" fill="{BETTER}"/>'
    dash = ' stroke-dasharray="2 1.6"' if judgement == "few" else ""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r - 0.4:.1f}" fill="#fff" stroke="{INK3}" stroke-width="1.5"{dash}/>'


def _spark_words(row: Mapping, known, lower, upper, language: str) -> str:
    """What a sparkline shows, in words: range, this month, limits, verdict."""
    unit = row["unit"] if isinstance(row["unit"], words.Unit) else words.UNITS[row["unit"]]

    def level(v):
        return words.format_value(v, unit, language)

    name, judgement = _said(row["name"], language), words.JUDGEMENT[row.get("judgement", "none")].in_(language)
    if language == "zh":
        limits = f"，控制限{level(lower)}至{level(upper)}" if lower is not None and upper is not None else ""
        return (
            f"{name}近{len(known)}个月，最低{level(min(known))}，最高{level(max(known))}，本月{level(known[-1])}{limits}，判断：{judgement}"
        )
    limits = f", limits {level(lower)} to {level(upper)}" if lower is not None and upper is not None else ""
    return f"{name}, {len(known)} months: lowest {level(min(known))}, highest {level(max(known))}, now {level(known[-1])}{limits}; verdict: {judgement}"


def bar(value, *, top: float, low=None, high=None, width: int = 120, dark: bool = False) -> str:
    """A bar in a table's cell, with its interval as a thin line; `top` is the right end of the column's scale."""

    def across(v):
        return min(max(v, 0), top) / top * width if top else 0

    ends = [v for v in (low, high) if v is not None and np.isfinite(v)]
    line = f'<path d="M{across(low):.1f} 7H{across(high):.1f}" stroke="{INK}" stroke-width="1.4"/>' if len(ends) == 2 else ""
    return f'<svg class="bar" width="{width}" height="14" viewBox="0 0 {width} 14" aria-hidden="true"><rect x="0" y="2" width="{across(value):.1f}" height="10" fill="{DATA if dark else DATA2}"/>{line}</svg>'


def stack(dark, light, *, top: float, width: int = 190) -> str:
    """Two parts of one bar in a table's cell: the dark one first."""
    a, b = (max(part, 0) / top * width if top else 0 for part in (dark, light))
    return f'<svg class="bar" width="{width}" height="14" viewBox="0 0 {width} 14" aria-hidden="true"><rect x="0" y="2" width="{a:.1f}" height="10" fill="{DATA}"/><rect x="{a:.1f}" y="2" width="{b:.1f}" height="10" fill="{PALE}"/></svg>'
