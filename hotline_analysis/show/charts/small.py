"""Charts in a card or a table's cell: sparklines, drawn as text, because a page holds dozens."""

from collections.abc import Mapping

import numpy as np

from hotline_analysis import words
from hotline_analysis.show.charts.style import BETTER, DATA, INK, INK3, NO_DATA, WASH2, WORSE, dotted, in_words
from hotline_analysis.show.markup import Markup, escape, tag


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
        return width - right if len(values) == 1 else 2 + k * (width - 2 - right) / (len(values) - 1)

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

    said = words.STATE.get(row.get("state", "")) or words.JUDGEMENT[row.get("judgement", "none")]
    name, judgement = in_words(row["name"], language), said(language)
    if language == "zh":
        limits = f"，控制限{level(lower)}至{level(upper)}" if lower is not None and upper is not None else ""
        return (
            f"{name}近{len(known)}个月，最低{level(min(known))}，最高{level(max(known))}，本月{level(known[-1])}{limits}，判断：{judgement}"
        )
    limits = f", limits {level(lower)} to {level(upper)}" if lower is not None and upper is not None else ""
    return f"{name}, {len(known)} months: lowest {level(min(known))}, highest {level(max(known))}, now {level(known[-1])}{limits}; verdict: {judgement}"
