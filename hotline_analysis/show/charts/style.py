"""The house style as a seaborn theme, and what every chart needs: a sheet, labels that keep clear of each other, verdict marks, SVG.

One unit is one CSS pixel: text in a chart is never scaled and never under 12. Colour is a judgement: ink and greys draw the data, the two hues
appear only where a verdict stands. A chart keeps seaborn's contract: `chart(data, *, ax=None, ...) -> Axes`. Without `ax` it is drawn on a
sheet of `width` pixels (WIDE for desktop and paper, NARROW for the phone), whose picture a notebook shows by itself.
"""

import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from itertools import accumulate

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, MultipleLocator
from scipy.optimize import isotonic_regression

from hotline_analysis import words
from hotline_analysis.show import fonts
from hotline_analysis.show.markup import Markup, html
from hotline_analysis.words import Term

INK, INK2, INK3, LINE, HAIR, WASH, WASH2 = "#18222E", "#46525F", "#5F6B78", "#B9C1CA", "#E3E7EB", "#F4F6F8", "#DDE3E8"
BETTER, WORSE, FEW = "#1F70AF", "#A83A05", "#8D97A2"
DATA, DATA2, PALE = "#3A4A5C", "#8494A5", "#C3CAD2"
LADDER = ("#F4F6F8", "#D3DBE3", "#A2B1C0", "#61768C", "#25374B")
WIDE, NARROW = 640, 358
THEME = {
    "svg.fonttype": "none", "svg.hashsalt": "report", "font.family": [fonts.SANS, "DejaVu Sans"], "font.size": 12, "text.color": INK, "text.parse_math": False,
    "axes.edgecolor": INK3, "axes.linewidth": 1, "xtick.color": INK3, "ytick.color": INK3, "axes.unicode_minus": True, "path.simplify": False,
    "axes.formatter.use_mathtext": False, "axes.formatter.useoffset": False, "figure.dpi": 72, "savefig.dpi": 72,
    "axes.labelsize": 12, "axes.labelcolor": INK3, "xtick.labelsize": 12, "ytick.labelsize": 12,
    "axes.spines.left": False, "axes.spines.right": False, "axes.spines.top": False, "xtick.major.size": 0, "ytick.major.size": 0,
    "xtick.major.pad": 6, "ytick.major.pad": 6, "axes.axisbelow": True, "grid.color": HAIR, "grid.linewidth": 1,
}  # fmt: skip
COURSE = {"color": DATA, "lw": 2, "marker": "o", "ms": 4.5, "mec": "#FFFFFF", "mew": 0.8, "zorder": 4}
TOO_SHORT = Term("仅{}个点，不画走势", "Too few points to draw a course: {}")
NO_DATA, TOO_FEW = Term("没有可画的数据", "no data to draw"), Term("样本不足", "too few")


class Picture(Axes):
    """Axes that a notebook shows as a picture, with everything else on their sheet."""

    def _repr_svg_(self) -> str:
        return svg(self, "chart", self.get_title(), "")


@cache
def _fonts() -> None:
    """Text is measured with the font that the page embeds, whatever fonts the machine has."""
    for file in fonts.for_measuring():
        font_manager.fontManager.addfont(file)


@contextmanager
def theme():
    """The house style: seaborn's white one with ours on top."""
    _fonts()
    with mpl.rc_context(sns.axes_style("white", rc=THEME) | THEME), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # the reader's own fonts have it
        yield


def chart(
    height: tuple[int, int], *, left: int, right: tuple[int, int], top: int, bottom: int, needs: str = "", grid: str = "y", least: int = 1
):
    """A chart: drawn in house style on the Axes it is given, or on a sheet of its own (height and right margin: wide, narrow).

    A frame of fewer than `least` rows, or without a value in the column `needs` (or the one that the option `measure` names), gives the drawing that says so.
    """

    def decorate(draw: Callable[..., Axes]) -> Callable[..., Axes]:
        @wraps(draw)
        def drawn(data: pd.DataFrame, *, ax: Axes | None = None, width: int = 0, language: str = "zh", **options) -> Axes:
            width = width or (round(pixels(ax)[0]) + 120 if ax is not None else WIDE)
            narrow = width < (WIDE + NARROW) / 2
            with theme():
                column = options.get("measure", needs)
                if 0 < len(data) < least:
                    return nothing(TOO_SHORT(language).format(len(data)), width, ax=ax)
                if not len(data) or (column and not np.isfinite(data[column].to_numpy(float)).any()):
                    return nothing(NO_DATA(language), width, ax=ax)
                if ax is None:
                    ax = sheet(width, height[narrow], left=left, right=right[narrow], top=top, bottom=bottom)
                dress(ax, grid=grid)
                return draw(data, ax, narrow=narrow, language=language, **options) or ax

        return drawn

    return decorate


def pixels(ax: Axes) -> tuple[float, float]:
    """How wide and how tall the Axes are on the sheet."""
    extent = ax.get_window_extent()
    return extent.width * 72 / ax.figure.dpi, extent.height * 72 / ax.figure.dpi


def sheet(width: float, height: float, *, left=44, right=16, top=14, bottom=30) -> Axes:
    """Axes whose margins are given in pixels, outside pyplot's memory."""
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    box = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    return figure.add_axes(box, axes_class=Picture)


def dress(ax: Axes, *, grid: str = "") -> Axes:
    """No frame, no ticks, hairlines on the value axis only."""
    sns.despine(ax=ax, left=True)
    ax.tick_params(length=0, labelsize=12, pad=6)
    ax.set(xlabel="", ylabel="")
    ax.patch.set_visible(False)
    ax.grid(False)
    if grid:
        ax.grid(axis=grid)
    return ax


def panels(ax: Axes, boxes: Sequence[tuple[float, float, float, float]]) -> list[Axes]:
    """Axes inside the given ones, as (left, top, width, height) in pixels from their upper left corner; the given ones only hold them."""
    ax.set_axis_off()
    wide, tall = pixels(ax)
    return [dress(ax.inset_axes((x / wide, 1 - (y + h) / tall, w / wide, h / tall))) for x, y, w, h in boxes]


def as_tall(ax: Axes, tall: float) -> None:
    """A sheet of our own gives its drawing so many pixels and keeps its margins; somebody else's Axes stay as they are."""
    figure, box = ax.figure, ax.get_position()
    if len(figure.axes) == 1:
        wide, old = 72 * figure.get_size_inches()
        whole = tall + (1 - box.height) * old
        figure.set_size_inches(wide / 72, whole / 72)
        ax.set_position((box.x0, box.y0 * old / whole, box.width, tall / whole))


def nothing(said: str, width: float = 0, *, ax: Axes | None = None) -> Axes:
    """The drawing of a frame that has nothing to draw: a sentence, never an empty square and never an error."""
    ax = ax if ax is not None else sheet(width, 96, left=2, right=2, top=2, bottom=2)
    ax.set_axis_off()
    ax.add_patch(Rectangle((0, 0), 1, 1, transform=ax.transAxes, facecolor=WASH, edgecolor="none"))
    say(ax, 0.5, 0.5, said, colour=INK3, size=13, ha="center", halo=False, on="axes fraction")
    return ax


# ---- labels and marks


def plain(text) -> str:
    """One line without control characters: a chart's text has no second line to stand on."""
    return "".join(c for c in " ".join(str(text).split()) if unicodedata.category(c)[0] != "C")


def width(text: str) -> int:
    """How wide a line is: a Chinese character counts two, a narrow one one."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def name(key: str, most: int, names: Mapping[str, Term], language: str) -> str:
    """A key in the reader's words where it has any (`names`), a word of the data cut to its room."""
    return names[key](language) if key in names else short(key, most)


def short(text, most: int) -> str:
    """A name that fits: `most` counts Chinese characters, two narrow ones make one."""
    text = plain(text)
    fits = sum(wide <= 2 * most for wide in accumulate(map(width, text)))
    return text if fits == len(text) else text[: max(1, fits - 1)] + "…"


def fit(text, room: float, *, size: float = 12) -> str:
    """A line cut to its room in pixels."""
    return short(text, int(room / (1.08 * size)))  # narrow characters are a little wider than half an em


def left_room(axes: Axes, texts: Sequence[str], most: float) -> float:
    """Room for the names of rows at the left, in pixels: a sheet of our own gives as much as the longest needs, up to `most`."""
    whole, box = axes.figure.bbox.width * 72 / axes.figure.dpi, axes.get_position()
    if len(axes.figure.axes) == 1:
        needed = 6.48 * max(map(width, texts), default=0) + 10
        box.x0 = max(box.x0, min(needed, most) / whole)
        axes.set_position(box)
    return box.x0 * whole - 8


def say(axes: Axes, x, y, text, *, colour=INK2, size=12, weight="normal", ha="left", halo=True, on="data", dx=0.0, dy=0.0) -> None:
    """One line of text at a place, moved by pixels; the halo keeps it readable where it crosses a line."""
    look = {"color": colour, "fontsize": size, "fontweight": weight, "ha": ha, "va": "center", "zorder": 10, "annotation_clip": False}
    label = axes.annotate(plain(text), (x, y), xytext=(dx, dy), textcoords="offset points", xycoords=on, **look)
    label.set_gid("halo" if halo else None)


def curve(axes: Axes, x: Sequence[float], data: pd.DataFrame, *, shade: str = DATA2, alpha: float = 0.42, **look) -> None:
    """A line of shares in per cent, and behind it their interval where the frame has one."""
    if {"low", "high"} <= set(data):
        axes.fill_between(x, 100 * data["low"], 100 * data["high"], color=shade, alpha=alpha, lw=0, zorder=2)
    sns.lineplot(x=np.asarray(x), y=100 * data["value"].to_numpy(float), ax=axes, estimator=None, **look)


def key(axes: Axes, text: str, *, colour: str = INK3, weight: str = "normal", dx: float = 0, dy: float = 12) -> None:
    """What a mark of the drawing stands for, above its upper left corner."""
    say(axes, 0, 1, text, colour=colour, weight=weight, on="axes fraction", dx=dx, dy=dy, halo=False)


def dot(axes: Axes, x, y, text="", *, size: float = 7, dx: float = 8, dy: float = -9) -> None:
    """A point that matters, with its value beside it."""
    axes.plot([x], [y], "o", ms=size, color=INK, mec="#FFFFFF", mew=1, zorder=6)
    say(axes, x, y, text, colour=INK, size=13, weight="bold", dx=dx, dy=dy)


def tip(artist, text) -> None:
    """A native tooltip: the mark gets a <title>. Never the only place of a value."""
    artist.set_gid("tip:" + plain(text))


def spread(places: Sequence[float], *, least: float) -> list[float]:
    """Places of labels, in pixels, moved as little as need be so that any two are `least` apart; their order stays."""
    order, steps = np.argsort(places, kind="stable"), least * np.arange(len(places))
    moved = isotonic_regression(np.asarray(places, float)[order] - steps).x + steps
    return moved[np.argsort(order)].tolist()


def across(axes: Axes, x: Sequence[float]) -> np.ndarray:
    """Where places on the axis are, in pixels from the sheet's left."""
    return axes.transData.transform(np.column_stack([x, np.zeros(len(x))]))[:, 0]


def rows_apart(middles: Sequence[float], half: Sequence[float] | float, *, gap: float) -> list[int]:
    """A row for each label, from left to right, so that labels of one row do not touch; `half` of its width lies on either side of its middle."""
    taken, rows = [], []
    for middle, reach in np.broadcast(middles, half):
        rows.append(next((r for r, last in enumerate(taken) if middle - reach - last >= gap), len(taken)))
        taken[rows[-1] : rows[-1] + 1] = [middle + reach]
    return rows


def name_lines(axes: Axes, lines: Sequence[tuple[float, str, str, str]], *, x: float) -> None:
    """Name lines where they end: (value, words, colour, weight) each; names that would overlap move apart."""
    if not lines:
        return
    places = axes.transData.transform([(x, value) for value, *_ in lines])[:, 1]
    for (value, text, colour, weight), place, moved in zip(lines, places, spread(places, least=16), strict=True):
        say(axes, x, value, text, colour=colour, weight=weight, dx=7, dy=moved - place)


def value_ticks(
    axes: Axes, *, unit: str = "", most: int = 4, every: float = 0, along: str = "y", written: Callable[[float], str] | None = None
) -> None:
    """Four or five labels, or one at each multiple of `every`, with the decimals of their step; the unit once, on the last one."""
    low, high = sorted(getattr(axes, f"get_{along}lim")())
    places = MultipleLocator(every) if every else MaxNLocator(most, steps=[1, 2, 2.5, 5, 10])
    ticks = [t for t in places.tick_values(low, high) if low - 1e-9 <= t <= high + 1e-9]
    decimals = max((len(f"{t:.10g}".partition(".")[2]) for t in ticks), default=0)
    written = written or (lambda t: words.decimal(t, decimals))
    axes.set(**{f"{along}ticks": ticks, f"{along}ticklabels": [written(t) + (unit if t == ticks[-1] else "") for t in ticks]})


def month_axis(axes: Axes, months: Sequence[str], *, narrow: bool, language: str) -> None:
    """Quarters named (halves on the phone), the year once, under its first label. Of quarters and halves each first one is named, of years all."""
    named = ("01", "07", "Q1", "H1") if narrow else ("01", "04", "07", "10", "Q1", "H1")
    ticks = [i for i, month in enumerate(months) if month[-2:] in named] if len(months) > 8 else list(range(len(months)))
    axes.set_xticks(ticks, [_short(months[i], language) for i in ticks])
    for k, i in enumerate(ticks if any(month[4:] for month in months) else ()):  # years are their own labels
        if k == 0 or months[i][:4] != months[ticks[k - 1]][:4]:
            say(axes, i, 0, months[i][:4], colour=INK3, ha="center", on=axes.get_xaxis_transform(), dy=-31, halo=False)


def _short(month: str, language: str) -> str:
    """A month without its year: 9月 (en Sep); a quarter Q3, a half H1, a year itself."""
    if "-" not in month:
        return month[4:] or month
    return f"{int(month[-2:])}月" if language == "zh" else words.format_month(month, "en")[:3]


def month_span(months: Sequence[str], language: str = "zh") -> str:
    """The first and the last month: 2022.10—2024.9 (en Oct 2022–Sep 2024); a single one is named once."""
    return ("—" if language == "zh" else "–").join(dict.fromkeys(dotted(month, language) for month in (months[0], months[-1])))


def dotted(month: str, language: str = "zh") -> str:
    if "-" not in month:
        return month
    return f"{month[:4]}.{int(month[5:7])}" if language == "zh" else f"{_short(month, language)} {month[:4]}"


# ---- as SVG


def svg(axes: Axes, key: str, title: str, description: str) -> Markup:
    """The figure of these axes as inline SVG: fixed pixels, the page's own font, a title and a description for those who cannot see it.

    Marks are drawn in place, nothing is referred to by id, coordinates have a tenth of a pixel, and the same figure gives the same text.
    """
    figure, out = axes.figure, io.StringIO()
    for artist in figure.findobj():
        artist.set_clip_on(False)  # every form stays within its limits; a clip path would be a reference
    with theme():
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = _in_place(out.getvalue()[out.getvalue().index("<svg") :])
    width, height = (round(float(v)) for v in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text).groups())
    head = html("marks", "chart_head", width=width, height=height, key=key, title=plain(title), description=plain(description))
    for pattern, by in ((r"<svg[^>]*>", lambda _: head), (rf'<(g|path|rect) id="(?!{re.escape(key)}|tip:|halo)[^"]*"', r"<\1"), *CLEAN):
        text = re.sub(pattern, by, text, flags=re.DOTALL)
    return Markup(text.strip())


CLEAN = (  # what matplotlib writes and a page does not want -> what stands instead
    (r"font: (?:normal )?([\d.]+?)(?:\.0)?px [^;\"]*", r"font-size:\1px"),
    (r"font: (\d+|bold) ([\d.]+?)(?:\.0)?px [^;\"]*", r"font-size:\2px;font-weight:\1"),
    (r' transform="rotate\(-?0 [^"]*"| ?font-family:[^;"]*;?', ""),
    (r'<g id="tip:([^"]*)">', r"<g><title>\1</title>"),
    ('<g id="halo">', '<g class="halo">'),
    # places, never what is written
    (r"<[^>]+>", lambda tag: re.sub(r"-?\d+\.\d{2,}", lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), tag[0])),
    (r"\s*\n\s*", "\n"),
)


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
