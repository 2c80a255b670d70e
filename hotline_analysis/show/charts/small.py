"""Charts in a card or a table's cell: sparklines, written by a template, because a page holds dozens."""

from collections.abc import Mapping

import numpy as np

from hotline_analysis import words
from hotline_analysis.show.charts.style import NO_DATA, dotted
from hotline_analysis.show.markup import Markup, html
from hotline_analysis.words import Term

SAID = Term("{}近{}个月，最低{}，最高{}，本月{}{}，判断：{}", "{}, {} months: lowest {}, highest {}, now {}{}; verdict: {}", of_period=True)
LIMITS = Term("，波动范围{}至{}", ", usual range {} to {}")


def sparkline(row: Mapping, *, width: int, height: int, language: str = "zh", label: bool = False) -> Markup:
    """Up to 24 months on one scale: limits as a band, target dashed, and only the last point has a colour. From a row of indicators (`verdicts.ledger`)."""
    values = np.array(row.get("values") or [], float)[-24:]
    limits = np.array([row.get(name) for name in ("lower", "upper", "target")], float)
    if not np.isfinite(values).any():
        return html("marks", "spark", width=width, height=height, said=NO_DATA(language))
    y = _heights(np.append(limits, values), height - (15 if label else 0))
    x = np.linspace(width - 8, 2, len(values))[::-1]
    lower, upper, goal = y[:3]
    drawn = {
        "band": (upper, lower - upper) if np.isfinite([lower, upper]).all() else (),
        "goal": goal if np.isfinite(goal) else None,
        "runs": _unbroken(x, y[3:]),
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


def _unbroken(x: np.ndarray, y: np.ndarray) -> list[str]:
    """The points of each run of months without a gap: a gap in the data is a gap in the line."""
    runs = np.split(np.arange(len(y)), np.flatnonzero(np.isnan(y)))
    points = [[f"{x[k]:.1f},{y[k]:.1f}" for k in run if np.isfinite(y[k])] for run in runs]
    return [" ".join(run) for run in points if len(run) > 1]


def _spark_words(row: Mapping, known: np.ndarray, limits: np.ndarray, language: str) -> str:
    """What a sparkline shows, in words: range, this month, limits, verdict."""
    told = [words.format_value(v, words.UNITS[row["unit"]], language) for v in (known.min(), known.max(), known[-1], *limits)]
    verdict = words.STATE.get(row.get("state", "")) or words.JUDGEMENT[row.get("judgement", "none")]
    within = LIMITS(language).format(*told[3:]) if all(told[3:]) else ""
    return SAID(language).format(row["name"], len(known), *told[:3], within, verdict(language))
