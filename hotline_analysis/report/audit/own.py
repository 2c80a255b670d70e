"""A printed figure beside this hotline's own of the same month, under the nearest of the published definitions.

A first-call resolution, a repeat rate and a service level are names of many rules (`studies.definition`, `studies.service`): each printed one is held against
the rule whose figure on these calls lies nearest, and how far the rules lie apart is said with it, for nearness proves no rule.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from hotline_analysis.errors import BadParams, nearest
from hotline_analysis.hotline import Hotline
from hotline_analysis.measures.indicators import Indicator
from hotline_analysis.report.audit import Audit
from hotline_analysis.report.audit.quoted import AN_HOUR, MONEY, PLAIN, SCORE, SHARE, TIME, UNKNOWN, Quoted
from hotline_analysis.words import (
    PERCENT,
    Term,
    Unit,
    absent,
    format_awaited,
    format_count,
    format_interval,
    format_rate,
    format_value,
    missing,
)

FCR, REPEAT, LEVEL = "fcr", "repeat_rate", "service_level"
PARTS = ("numerator", "denominator")
HEAD = Term("与本热线{0}的数据对照：", "Beside this hotline's data of {0}:")
LINE = Term("{0}：印出{1}；本热线{2}为{3}{4}，{5}", "{0}: printed {1}; {2} of this hotline {3}{4}, {5}")
AMONG = Term("（{0}种口径中最接近的；各口径从{1}至{2}）", " (the nearest of {0} rules, which lie from {1} to {2})")
NO_FIGURE = Term("{0}：印出{1}；本热线没有可比的数字（{2}）", "{0}: printed {1}; this hotline has no figure to compare ({2})")
UNLIKE = Term("单位不同", "of another unit")
NO_COUNT = Term("它是合计，不是件数", "it is a sum, not a count")
SUMS = ("agent_time", "staff")  # tables whose parts of indicators are sums of time, persons, days or cost
NOT_KNOWN = Term("印出的单位不认识", "the printed unit is not known")
MEASURES = {  # what a value of an indicator's unit measures, and how much one of it is in the terms of a printed number; all others are counts
    "percent": (SHARE, 1), "seconds": (TIME, 1), "hours": (TIME, 3600), "work_hours": (TIME, 3600), "yuan": (MONEY, 1), "score": (SCORE, 1), "an_hour": (AN_HOUR, 1),
}  # fmt: skip
NEAR = {
    "same": Term("四舍五入之内相同", "the same within rounding"),
    "inside": Term("不同，在本热线数字的95%区间之内", "which differs, within the 95% interval"),
    "apart": Term("不同", "which differs"),
}


class Own(NamedTuple):
    """This hotline's figure: its name, its value with the interval, its unit (None: a count of what its name says), how many rules it was chosen from and their ends;
    awaited: until when later data complete it; or why there is none."""

    name: Term
    value: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    unit: Unit | None = PERCENT
    rules: int = 0
    ends: tuple[float, float] = (float("nan"), float("nan"))
    missing: Term | None = None
    awaited: tuple[date | None, ...] = ()

    @property
    def measure(self) -> tuple[str, int]:
        return MEASURES.get(self.unit.key if self.unit else "", (PLAIN, 1))

    def like(self, quoted: Quoted) -> bool:
        """Whether a printed number measures the same. It is said to be this indicator, so that it may count by any word."""
        return quoted.kind == self.measure[0]


def beside(h: Hotline, done: Audit, language: str) -> list[str]:
    """A line for each printed figure that says which indicator it is, beside this hotline's own. Raises BadParams for an indicator that there is not."""
    told = [HEAD(language).format(h.period.said(language))]
    for name, quoted in done.beside.items():
        figure = done.figures[name]
        own = _own(h, figure.indicator, quoted, f"{done.file} › figures › {name}")
        told.append(_line(name, figure.value, quoted, own, language))
    return told


def _line(name: str, text: str, quoted: Quoted, own: Own, language: str) -> str:
    if own.missing or not own.like(quoted):
        why = own.missing or (NOT_KNOWN if quoted.kind == UNKNOWN else UNLIKE)
        return NO_FIGURE(language).format(name, text, why(language))
    ends = [format_interval(own.low, own.high, language)] if own.unit is PERCENT else []
    ends += [format_awaited(day, language) for day in own.awaited]
    among = AMONG(language).format(own.rules, *map(format_rate, own.ends)) if own.rules else ""
    said = format_value(own.value, own.unit, language) if own.unit else format_count(own.value)
    said += ("（{}）" if language == "zh" else " ({})").format(("；" if language == "zh" else "; ").join(ends)) if ends else ""
    return LINE(language).format(name, text, own.name(language), said, among, NEAR[_near(quoted, own)](language))


def _near(quoted: Quoted, own: Own) -> str:
    if quoted.exact and own.unit:  # a mean that is printed whole was rounded too
        quoted = replace(quoted, low=quoted.low - Fraction(1, 2), high=quoted.high + Fraction(1, 2))
    value, low, high = (end if missing(end) else Fraction(end) * own.measure[1] for end in (own.value, own.low, own.high))
    if quoted.meets(value, value):
        return "same"
    inside = not missing(own.low) and quoted.meets(low, high)
    return "inside" if inside else "apart"


def _own(h: Hotline, key: str, quoted: Quoted, where: str) -> Own:
    if key in NAMED:
        return NAMED[key](h, quoted)
    name, _, part = key.partition(".")
    if key == "calls":
        name, part = "offered", "numerator"
    if name not in h.catalogue or part not in ("", *PARTS):
        raise BadParams(where, f"'{key}' is not an indicator here.", nearest(name, [*NAMED, "calls", *h.catalogue]))
    own = _indicator(h, name, part)
    return own if part or own.missing or not quoted.exact else _counted(h, name, quoted, own)


def _counted(h: Hotline, key: str, quoted: Quoted, own: Own) -> Own:
    """What a whole count means that is said to be an indicator: of a volume its mean a day or the count behind it, whichever is nearer; of a rate the count that it equals."""
    i = h.catalogue[key]
    parts = [_indicator(h, key, part) for part in PARTS if getattr(i, part)]
    counts = [part for part in parts if not part.missing]
    if own.like(quoted):
        return own if _near(quoted, own) == "same" else min([own, *counts], key=lambda one: abs(one.value - float(quoted.low)))
    return next((count for count in counts if _near(quoted, count) == "same"), own)


def _indicator(h: Hotline, key: str, part: str) -> Own:
    """The month's indicator, or what it counts above or below its line."""
    i = h.catalogue[key]
    if why := h.indicators.attrs["missing"]:
        return Own(i.name, missing=Term(**why))
    rows = h.indicators[(h.indicators["indicator"] == key) & (h.indicators["period"] == h.month)]
    if rows.empty or missing(rows["value"].iloc[0]):
        return Own(i.name, missing=absent("".join(rows["missing"].head(1))) or absent("no base"))
    row = rows.iloc[0]
    awaited = (h.final_on[key],) if key in h.final_on else ()
    if not part:
        return Own(i.name, row["value"], row["low"], row["high"], i.unit, awaited=awaited)
    if missing(row[part]):
        return Own(i.name, missing=absent("no base"))
    return Own(getattr(i, part).term, float(row[part]), unit=None, missing=None if _counts(h, i, part) else NO_COUNT, awaited=awaited)


def _counts(h: Hotline, i: Indicator, part: str) -> bool:
    """Whether a part of an indicator is a count of rows, not a sum of seconds, yuan or scores."""
    given, measured = h.params.indicators.get(i.key), MEASURES.get(i.unit.key, (PLAIN,))[0] in (TIME, MONEY, SCORE)
    summed = bool(given and (made := getattr(given, part)) and made.sum)
    return not (summed or (measured and part == "numerator") or getattr(i, part).table in SUMS)


def _nearest(rows: pd.DataFrame, quoted: Quoted, name: Term) -> Own:
    """The rule whose value lies nearest to the middle of what was printed; of equals the first."""
    if rows.empty or quoted.kind != SHARE:
        return Own(name, missing=absent("no base") if rows.empty else None)
    middle = float(quoted.low + quoted.high) / 2
    row, ends = rows.loc[(rows["value"] - middle).abs().idxmin()], (rows["value"].min(), rows["value"].max())
    return Own(Term(row["name_zh"], row["name_en"]), *row[["value", "low", "high"]], PERCENT, len(rows), ends)


def _panel(h: Hotline, quoted: Quoted, *, resolved: bool) -> Own:
    """A repeat rate, or the first-call resolution that a rule sells, among the published definitions."""
    found = h.study("definition", "panel")
    name = Term("首解率", "first-call resolution") if resolved else Term("复电率", "repeat rate")
    if found.attrs["missing"]:
        return Own(name, missing=Term(**found.attrs["missing"]))
    rows = found[found["fcr"].notna() if resolved else found["value"].notna() & (found["unit"] == "share")]
    if resolved:
        rows = rows.assign(value=rows["fcr"], low=1 - rows["high"], high=1 - rows["low"])
    told = {"name_zh": f"“{{}}”{name.zh}", "name_en": f"{name.en} by '{{}}'"}
    found = _nearest(rows.assign(**{column: rows[column].map(form.format) for column, form in told.items()}), quoted, name)
    return found._replace(awaited=tuple(day for of, day in h.awaited.items() if of == "calls"))


def _levels(h: Hotline, quoted: Quoted) -> Own:
    """A service level among its five forms at each limit."""
    found, name = h.study("service", "levels"), Term("服务水平", "service level")
    if found.attrs["missing"]:
        return Own(name, missing=Term(**found.attrs["missing"]))
    words, rows = found.attrs["fields"]["form"]["words"], found[found["value"].notna()]
    limits = [(seconds, *words[form]) for seconds, form in zip(rows["within_seconds"], rows["form"], strict=True)]
    told = {
        "name_zh": [f"{s}秒接通率（{zh}）" for s, zh, _ in limits],
        "name_en": [f"service level in {s} s ({en})" for s, _, en in limits],
    }
    return _nearest(rows.assign(**told), quoted, name)


NAMED = {
    FCR: lambda h, quoted: _panel(h, quoted, resolved=True),
    REPEAT: lambda h, quoted: _panel(h, quoted, resolved=False),
    LEVEL: _levels,
}
