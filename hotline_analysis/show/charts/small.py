"""Charts in a card or a table's cell: sparklines, drawn as text, because a page holds dozens."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from hotline_analysis import words
from hotline_analysis.show.charts.style import BETTER, DATA, INK, INK3, NO_DATA, WASH2, WORSE, dotted
from hotline_analysis.show.markup import Markup, tag
from hotline_analysis.words import Term

SAID = Term(
    "{}近{}个月，最低{}，最高{}，本月{}{}，判断：{}",
    "{}, {} months: lowest {}, highest {}, now {}{}; verdict: {}",
)
LIMITS = Term("，控制限{}至{}", ", limits {} to {}")


def sparkline(row: Mapping, *, width: int, height: int, language: str = "zh", label: bool = False) -> str:
    """Up to 24 months on one scale: limits as a band, target dashed, and only the last point has a colour. From a row of indicators (`verdicts.ledger`)."""
    values = np.array([np.nan if v is None else v for v in _list(row, "values")][-24:], float)
    known = values[np.isfinite(values)]
    lower, upper, goal = (float(row[k]) if row.get(k) is not None else np.nan for k in ("lower", "upper", "target"))
    said = _spark_words(row, known, lower, upper, language) if len(known) else NO_DATA.in_(language)
    drawn = _drawn(row, values, (lower, upper, goal), width, height, label) if len(known) else ""
    box = {"width": width, "height": height, "viewBox": f"0 0 {width} {height}", "preserveAspectRatio": "xMinYMid"}
    return str(tag("svg", Markup(drawn), class_="spark", **box, role="img", aria_label=said))


def _list(row: Mapping, column: str) -> list:
    return [] if row.get(column) is None else list(row[column])


def _drawn(row: Mapping, values: np.ndarray, limits: tuple[float, float, float], width: int, height: int, label: bool) -> str:
    lower, upper, goal = limits
    foot, right = height - (15 if label else 0), width - 8
    x = np.linspace(2, right, len(values)) if len(values) > 1 else np.array([right])
    up = _scale([v for v in (*values, *limits) if np.isfinite(v)], foot)
    parts = []
    if np.isfinite([lower, upper]).all():
        parts.append(
            f'<rect x="0" y="{up(upper):.1f}" width="{right + 2}" height="{up(lower) - up(upper):.1f}" fill="{WASH2}" opacity=".8"/>'
        )
    if np.isfinite(goal):
        parts.append(f'<path d="M0 {up(goal):.1f}H{right + 2}" stroke="{INK}" stroke-width="1.1" stroke-dasharray="4 2.6"/>')
    look = f'fill="none" stroke="{DATA}" stroke-width="{1.8 if label else 1.5}" stroke-linejoin="round"'
    parts += [f'<polyline points="{run}" {look}/>' for run in _unbroken(x, up(values))]
    if np.isfinite(values[-1]):
        parts.append(_end_point(x[-1], up(values[-1]), row.get("judgement", "none"), 4.2 if label else 3.3))
    months = _list(row, "months")[-24:] if label else []
    return "".join([*parts, _month(months[0], 0, height), _month(months[-1], width, height)] if months else parts)


def _scale(held: Iterable[float], foot: float) -> Callable:
    """A value's height in the drawing: all that is held fits, with some air."""
    held = list(held)
    pad = (max(held) - min(held)) * 0.08 or 1
    low, high = min(held) - pad, max(held) + pad
    return lambda value: foot - (value - low) / (high - low) * (foot - 4) - 2


def _month(month: str, x: int, height: int) -> str:
    anchor = ' text-anchor="end"' if x else ""
    return f'<text x="{x}" y="{height - 1}" font-size="12" fill="{INK3}"{anchor}>{dotted(month)}</text>'


def _unbroken(x: np.ndarray, y: np.ndarray) -> list[str]:
    """The points of each run of months without a gap: a gap in the data is a gap in the line."""
    runs = np.split(np.arange(len(y)), np.flatnonzero(np.isnan(y)))
    points = [[f"{x[k]:.1f},{y[k]:.1f}" for k in run if np.isfinite(y[k])] for run in runs]
    return [" ".join(run) for run in points if len(run) > 1]


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


def _spark_words(row: Mapping, known: np.ndarray, lower: float, upper: float, language: str) -> str:
    """What a sparkline shows, in words: range, this month, limits, verdict."""
    told = [words.format_value(v, words.UNITS[row["unit"]], language) for v in (known.min(), known.max(), known[-1])]
    ends = [words.format_value(v, words.UNITS[row["unit"]], language) for v in (lower, upper) if np.isfinite(v)]
    verdict = words.STATE.get(row.get("state", "")) or words.JUDGEMENT[row.get("judgement", "none")]
    limits = LIMITS(language).format(*ends) if len(ends) == 2 else ""
    return SAID(language).format(row["name"], len(known), *told, limits, verdict(language))
