"""The disclosure profile `internal`: what leadership reads below the hotline's own level (NHS Digital's rule for HES, 2018; OpenSAFELY).

Counts of 1 to 7 are not told, other counts stand to the nearest 5, shares are those of the rounded counts. Pooling and complementary suppression (`disclosure`) protect one total; where a
cell has two (a topic in a unit's edition: the topic's total and the unit's), subtraction still tells it exactly, and only rounding stops that. Totals of the whole hotline stay exact.

What is not the plain ratio of two counts of its row (a Kaplan-Meier rate, a change, a limit) moves to the nearest multiple of 5 records of its base, the ends of an interval outwards: it tells no
more of the counts than they do themselves. Means of durations and scores keep their value; their sums are those of the rounded base.
"""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.stats import intervals

NEAREST, SMALLEST = 5, disclosure.SMALLEST
NOT_RECORDS = re.compile(
    r"(^|_)(months?|days?|weeks?|hours?|agents?|topics?|issues?|items?|units?|events|bins|alike|rank|count_of_indicators|absent_count|indicators|window|level|number|moved|score_n_min|hour|weekday)(_|$)"
)
DIFFERENCES = ("difference", "growth", "shift", "change_of_count")
WHOLE = ("all", "", "(all)")  # how a group column calls the whole hotline
SHARES = frozenset(("share", "share0", "percent", "percent0", "points", "pp", "share2", "points2", "bare_points", "signed_share"))
RELATIVE = frozenset(("level", "moved", "relative", "ratio", "number", "signed", "plain"))
LOW, HIGH = re.compile(r"(_|^)(low|lower|lowers)$"), re.compile(r"(_|^)(high|upper|uppers)$")
CHANGES = re.compile(r"change")
MEANS = ("seconds", "hours", "score", "yuan", "times", "persons", "work_hours", "an_hour")  # units of which a value is no share
PRECISE = ("se", "noise", "without")  # what only the making of other figures needs


def nearest(count):
    """A count to the nearest 5; 12 is 10, 13 is 15."""
    return np.floor(np.asarray(count, float) / NEAREST + 0.5) * NEAREST


def internal(frame: pd.DataFrame, *, edition: bool) -> pd.DataFrame:
    """A frame with its contract as the profile tells it. edition: all of it is below the hotline's level; otherwise the rows of its groups are.

    Columns are known by their contract: `count` forms are counts (but for those of months, days, agents and their like), shares and levels rest on them. Marks as `disclosure.untold` sets them.
    """
    forms = {name: field["form"] for name, field in frame.attrs["fields"].items() if name in frame}
    below = np.ones(len(frame), bool) if edition else _of_groups(frame)
    if frame.empty or not below.any():
        return frame
    rows = [_row(row, forms) if inside else row for row, inside in zip(frame.to_dict("records"), below, strict=True)]
    told = pd.DataFrame(rows, index=frame.index)
    marks = [c for c in told if c.endswith("_missing") and c not in frame]
    told = told[[*frame, *marks]].fillna(dict.fromkeys(marks, ""))
    told.attrs = frame.attrs
    return told


def _of_groups(frame: pd.DataFrame) -> np.ndarray:
    """Which rows are of a group that may be pooled, and so of less than the hotline."""
    kinds = [c for c, field in frame.attrs["fields"].items() if c in frame and disclosure.OTHER in field["words"]]
    kinds += [c for c in frame.attrs.get("by", ()) if c in frame and c not in kinds]
    return ~frame[kinds].fillna("").isin(WHOLE).all(axis=1).to_numpy() if kinds else np.zeros(len(frame), bool)


def _row(row: dict, forms: dict[str, str]) -> dict:
    """One row: its counts rounded or not told, and what rests on them."""
    volume = str(row.get("unit", "")).endswith("_a_day")  # whose denominator are days
    counts = [c for c, form in forms.items() if form == "count" and not NOT_RECORDS.search(c) and c not in DIFFERENCES and _known(row[c])]
    counts = [c for c in counts if not (volume and c == "denominator")]
    small = [c for c in counts if 1 <= row[c] < SMALLEST]
    made = dict(row) | {c: float(nearest(row[c])) for c in counts if c not in small}
    made |= dict.fromkeys(small, np.nan) | {f"{c}_missing": f"<{SMALLEST}" for c in small}
    made |= {c: _difference(row[c], made) for c in DIFFERENCES if c in row and _known(row[c])}
    made |= {name: () if name == "without" else np.nan for name in PRECISE if name in row}
    resting = [c for c, form in forms.items() if form in SHARES | RELATIVE and c not in counts]
    resting += [c for c in row if c not in forms and isinstance(row[c], float | tuple) and c not in PRECISE and _rests(c)]
    if small:
        return (
            made
            | {c: () if isinstance(row[c], tuple) else np.nan for c in resting}
            | {f"{c}_missing": disclosure.UNTOLD for c in resting if _known(row[c])}
        )
    base = _base(row, counts, volume)
    for name in resting if base else ():
        made[name] = _moved(row[name], base[1] if volume and CHANGES.search(name) else base[0], name)
    made |= _plain_ratio(row, made, volume)
    if _known(row.get("adjusted")) and row["adjusted"] == row.get("value"):
        made["adjusted"] = made["value"]
    if isinstance(made.get("values"), tuple) and made["values"]:  # the last point of a course is the row's own figure
        made["values"] = (*made["values"][:-1], made.get("adjusted", made.get("value")))
    return made


def _difference(value, made: dict) -> float:
    """A difference of two counts from the rounded two; another to the nearest 5."""
    if "count" in made and "before" in made:
        return made["count"] - made["before"]
    return float(np.sign(value) * nearest(abs(value)))


def _rests(name: str) -> bool:
    """Columns without a declared form that hold figures of the row all the same."""
    return bool(
        re.match(r"(value|low|high|before|adjusted|change|raw_change|plain_change|year|centre|lower|upper|target_gap|share|known$)", name)
    )


def _known(value) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool) and value == value


def _base(row: dict, counts: Sequence[str], volume: bool) -> tuple[float, float] | None:
    """What one record is of a share of the row and of a relative change: one in so many."""
    most = max((float(nearest(row[c])) for c in counts), default=0.0)
    known = row.get("denominator")
    share = float(known) if volume and _known(known) else float(nearest(known)) if _known(known) else most
    return (share, most) if share > 0 and most > 0 else None


def _moved(value, base: float, name: str):
    """A figure at the nearest multiple of 5 records of its base; the end of an interval or a limit at the next one outwards."""
    if isinstance(value, tuple):
        return tuple(_moved(v, base, name) for v in value)
    if not _known(value) or not np.isfinite(value):
        return value
    way = np.floor if LOW.search(name) else np.ceil if HIGH.search(name) else lambda x: np.floor(x + 0.5)
    step = NEAREST / base
    return float(way(round(float(value) / step, 9)) * step)


def _plain_ratio(row: dict, made: dict, volume: bool) -> dict:
    """The value of a row with numerator and denominator from the rounded two, with an interval from them that is no narrower than it was."""
    if not {"numerator", "denominator", "value"} <= row.keys() or not all(_known(row[c]) for c in ("numerator", "denominator", "value")):
        return {}
    k, n, value = (float(row[c]) for c in ("numerator", "denominator", "value"))
    if str(row.get("unit", "")) in MEANS:
        return {"value": value, "low": row.get("low"), "high": row.get("high"), "numerator": float(nearest(value * made["denominator"]))}
    if not n or not made["denominator"] or abs(k / n - value) > 1e-9:
        return {}
    told = made["numerator"] / made["denominator"]
    if volume or not 0 <= value <= 1 or not (_known(row.get("low")) and _known(row.get("high"))):
        return {"value": told}
    return {"value": min(told, 1.0), **_interval(row, min(told, 1.0), made["denominator"], k, n)}


def _interval(row: dict, told: float, base: float, k: float, n: float) -> dict:
    """Wilson's interval of the rounded counts, as many halves wider than it as the row's own was than Wilson's."""
    plain = np.subtract(*intervals.wilson(k, n)[::-1])
    wider = max(np.ceil(2 * (row["high"] - row["low"]) / plain - 1e-6) / 2, 1.0) if plain > 0 else 1.0
    low, high = intervals.wilson(told * base, base)
    return {"low": float(max(told - wider * (told - low), 0.0)), "high": float(min(told + wider * (high - told), 1.0))}
