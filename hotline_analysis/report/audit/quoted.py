"""A number as a report prints it, and the values that it may stand for: 43.8% is any share from 43.75% to 43.85%, 28.4万 any count from 28.35万 to 28.45万.

A whole count is itself. Exact fractions throughout: whether two printed numbers fit is decided at their very ends. What a unit measures is declared here
(`UNITS`), and numbers of two kinds are like no other (`Quoted.like`): seconds and minutes are one kind, days are not hours (a working day has eight), a count of
callers is none of calls, and a unit that nobody declared is like nothing.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from math import ceil, floor

from hotline_analysis.errors import BadParams
from hotline_analysis.words import MINUS, decimal, format_seconds

SHARE, POINTS, PLAIN, TIME, UNKNOWN = "share", "points", "plain", "time", "unknown"
DAYS, WORKDAYS, MONEY, SCORE, AN_HOUR = "days", "working days", "money", "score", "an hour"
DOWN = r"同比|环比|较上月|较上年|year\s+on\s+year|month\s+on\s+month"  # said before a change, and no part of it
MINUSES = ("下降", "减少", "降低", "下滑", "下跌", "回落", "缩短", "压缩", "少", "down", "fell", "-", MINUS)
PLUSES = ("上升", "增长", "增加", "提高", "提升", "延长", "多", "up", "rose", "+", "")
SIZES = {"": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "thousand": 10**3, "million": 10**6}
UNITS: dict[str, tuple[str, Fraction]] = {  # what a unit measures, and how much one of it is
    word: (kind, Fraction(1) * one)
    for kind, one, said in (
        (SHARE, Fraction(1, 100), "%|per cent|percent"),
        (SHARE, Fraction(1, 1000), "‰"),
        (POINTS, Fraction(1, 100), "个百分点|百分点|pp|percentage points|percentage point"),
        (TIME, 1, "秒|秒钟|s|sec|second|seconds"),
        (TIME, 60, "分钟|min|minute|minutes"),
        (TIME, 3600, "小时|个小时|h|hour|hours"),
        (DAYS, 1, "天|日|day|days"),
        (WORKDAYS, 1, "个工作日|工作日|working day|working days"),
        (MONEY, 1, "元|yuan"),
        (SCORE, 1, "分|point|points"),
        (AN_HOUR, 1, "通/小时|calls/h"),
    )
    for word in said.split("|")
}
COUNTED = {  # what is counted, by each word for it; a bare number may be of any
    word: said.split("|")[0]
    for said in (
        "件|宗|起|例|单|order|orders|case|cases", "通|call|calls", "次|time|times", "人次", "个", "人|名|位|person|persons|people|caller|callers", "户", "家", "项|item|items",
        "条", "份", "张", "笔", "席|座席|agent|agents", "contact|contacts",
    )
    for word in said.split("|")
}  # fmt: skip
VAGUE = ("近", "超", "逾", "余", "多", "左右", "nearly", "over", "持平", "unchanged")
UNSURE = re.compile("[%‰点]")  # in a unit that is none of UNITS, such as %左右: what it means is not sure
BEFORE = rf"(?:(?:{DOWN})\s*)?(?P<sign>{'|'.join(map(re.escape, (*MINUSES, *PLUSES[:-1])))})?\s*(?:约|大约|about|~)?\s*"
FORM = re.compile(
    rf"{BEFORE}(?P<number>\d{{1,3}}(?:[, ]\d{{3}})+|\d+)(?P<parts>\.\d+)?"
    rf"(?P<tail>\s*(?P<size>{'|'.join(sorted(filter(None, SIZES), key=len, reverse=True))})?\s*(?P<unit>[^\d.,]{{0,30}}))",
    re.IGNORECASE,
)
LASTED = re.compile(  # 3分11秒, 2 h 5 min: a duration of several parts, as pages print it (`words.format_seconds`)
    rf"{BEFORE}(?:(?P<hours>\d+)\s*(?:个?小时|hours?|h))?\s*(?:(?P<minutes>\d+)\s*(?:分钟?|minutes?|min))?\s*(?:(?P<seconds>\d+)\s*(?:秒钟?|seconds?|sec|s))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quoted:
    """What a printed number may stand for: low and high, both included (a share as 0-1, points as 0.01 each, time in seconds), its kind, one step of its last
    digit, what is counted (of counts), how much one of its unit is, what stands behind the digits, and of a duration of several parts its language."""

    low: Fraction
    high: Fraction
    kind: str = PLAIN
    step: Fraction = Fraction(1)
    counted: str = ""
    scale: Fraction = Fraction(1)
    tail: str = ""
    in_parts: str = ""

    def like(self, other: "Quoted") -> bool:
        """Whether the two measure the same, so that one can be held against the other."""
        if self.kind != other.kind or self.kind == UNKNOWN:
            return False
        return self.counted == other.counted or "" in (self.counted, other.counted)

    def meets(self, low: Fraction, high: Fraction) -> bool:
        """Whether some value that it stands for lies between the two, ends included."""
        return self.low <= high and low <= self.high

    def cut_off(self) -> "Quoted":
        """The same print, had its last digits been cut off instead of rounded."""
        half = (self.high - self.low) / 2
        away = half if self.low + half >= 0 else -half
        return replace(self, low=self.low + away, high=self.high + away)

    def finer(self, others: Iterable["Quoted"]) -> "Quoted":
        """The same, written with as many digits as what is made of the others has: one more where they are rounded, for their ends are halves."""
        made = list(others)
        step = min([self.step, *(other.step for other in made)])
        return replace(self, step=step / 10 if any(other.low != other.high for other in made) else step)

    def written(self, low: Fraction, high: Fraction) -> str:
        """The values between the two, as this number is written: one, or the first and the last; '' where no count lies there."""
        first, last = (Fraction(ceil(low)), Fraction(floor(high))) if self.exact else (self._nearest(low), self._nearest(high))
        return "～".join(self._said(end) for end in sorted({first, last})) if first <= last else ""

    @property
    def printed(self) -> str:
        """The number as it stands in the report."""
        return self._said((self.low + self.high) / 2)

    @property
    def exact(self) -> bool:
        return self.low == self.high and self.kind == PLAIN and self.step == 1

    def _nearest(self, value: Fraction) -> Fraction:
        return floor(abs(value) / self.step + Fraction(1, 2)) * self.step * (1 if value >= 0 else -1)

    def _said(self, value: Fraction) -> str:
        if self.in_parts:
            return format_seconds(float(value), self.in_parts)
        step, places = self.step / self.scale, 0
        while step < 1:
            step, places = step * 10, places + 1
        return decimal(float(value / self.scale), places) + self.tail


def alike(numbers: Iterable[Quoted]) -> bool:
    """Whether all of them measure the same."""
    return all(one.like(other) for one, other in combinations(numbers, 2))


def read(text: str, where: str) -> Quoted:
    """The printed number; raises BadParams where it says no number, or none with ends (近20万, 余). One of a unit that is not known is of kind UNKNOWN."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("，", ",")
    if lasted := _in_parts(plain):
        return lasted
    found = FORM.fullmatch(plain)
    unit = " ".join(found["unit"].casefold().split()) if found else ""
    if not found or any(word in unit for word in VAGUE) or (unit not in UNITS and UNSURE.search(unit)):
        raise BadParams(where, f"'{text}' is not a number as a report prints it.", "Write 284,406, 28.4万, 43.8%, 下降5% or +2.0个百分点.")
    known = unit in COUNTED or not unit
    kind, one = UNITS.get(unit, (PLAIN if known else UNKNOWN, Fraction(1)))
    scale = one * SIZES[(found["size"] or "").casefold()]
    step = scale / 10 ** (len(found["parts"] or ".") - 1)
    value = Fraction(re.sub("[, ]", "", found["number"]) + (found["parts"] or "")) * scale
    value = -value if (found["sign"] or "").casefold() in MINUSES else value
    half = Fraction(0) if kind == PLAIN and step == 1 and scale == 1 else step / 2
    return Quoted(value - half, value + half, kind, step, COUNTED.get(unit, ""), scale, found["tail"].rstrip())


def _in_parts(plain: str) -> Quoted | None:
    """A duration of hours, minutes and seconds, at least two of them, the smaller ones below 60; of 2小时5分 the minutes were rounded."""
    found = LASTED.fullmatch(plain)
    sizes = {"hours": 3600, "minutes": 60, "seconds": 1}
    parts = [(int(found[name]), size) for name, size in sizes.items() if found[name]] if found else []
    if len(parts) < 2 or any(n >= 60 for n, _ in parts[1:]):
        return None
    value = Fraction(sum(n * size for n, size in parts)) * (-1 if (found["sign"] or "").casefold() in MINUSES else 1)
    step = Fraction(parts[-1][1])
    return Quoted(value - step / 2, value + step / 2, TIME, step, in_parts="en" if plain.rstrip()[-1].isascii() else "zh")
