"""A number as a report prints it, and the values that it may stand for: 43.8% is any share from 43.75% to 43.85%, 28.4万 any count from 28.35万 to 28.45万.

A whole count is itself. Exact fractions throughout: whether two printed numbers fit is decided at their very ends.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from hotline_analysis.errors import BadParams
from hotline_analysis.words import MINUS, decimal

SHARE, POINTS, PLAIN = "share", "points", "plain"
DOWN = r"同比|环比|较上月|较上年|year on year|month on month"  # said before a change, and no part of it
MINUSES = ("下降", "减少", "降低", "下滑", "回落", "down", "fell", "-", MINUS)
PLUSES = ("上升", "增长", "增加", "提高", "提升", "up", "rose", "+", "")
SIZES = {"": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "thousand": 10**3, "million": 10**6}
UNITS = {"%": (SHARE, Fraction(1, 100)), "‰": (SHARE, Fraction(1, 1000))}
UNITS |= dict.fromkeys(("个百分点", "百分点", "pp", "percentage points"), (POINTS, Fraction(1, 100)))
ROUNDED = (
    "秒",
    "分",
    "分钟",
    "小时",
    "天",
    "元",
    "s",
    "min",
    "h",
    "days",
    "yuan",
    "points",
)  # measured, not counted: whole ones are rounded too
VAGUE = ("近", "超", "逾", "余", "多", "左右", "nearly", "over", "持平", "unchanged")
UNKNOWN = re.compile("[%‰点]")  # in a unit that is none of UNITS, such as %左右: what it means is not sure
FORM = re.compile(
    rf"(?:{DOWN})?(?P<sign>{'|'.join(map(re.escape, (*MINUSES, *PLUSES[:-1])))})?(?:约|大约|about|~)?"
    rf"(?P<number>\d{{1,3}}(?:,\d{{3}})+|\d+)(?P<parts>\.\d+)?(?P<size>{'|'.join(sorted(filter(None, SIZES), key=len, reverse=True))})?"
    r"(?P<unit>[^\d.,]{0,20})"
)


@dataclass(frozen=True)
class Quoted:
    """What a printed number may stand for: low and high, both included (a share as 0-1, points as 0.01 each), its kind, one step of its last digit, its unit."""

    low: Fraction
    high: Fraction
    kind: str = PLAIN
    step: Fraction = Fraction(1)
    unit: str = ""
    size: str = ""

    def meets(self, low: Fraction, high: Fraction) -> bool:
        """Whether some value that it stands for lies between the two, ends included."""
        return self.low <= high and low <= self.high

    def cut_off(self) -> "Quoted":
        """The same print, had its last digits been cut off instead of rounded."""
        half = (self.high - self.low) / 2
        away = half if self.low + half >= 0 else -half
        return replace(self, low=self.low + away, high=self.high + away)

    def written(self, low: Fraction, high: Fraction) -> str:
        """The values between the two, as this number is written: one, or the first and the last."""
        ends = sorted({self._whole(low, ceil), self._whole(high, floor)} if self.exact else {self._nearest(low), self._nearest(high)})
        return "～".join(self._said(end) for end in ends)

    @property
    def exact(self) -> bool:
        return self.low == self.high and self.kind == PLAIN and self.step == 1

    def _whole(self, value: Fraction, towards) -> Fraction:
        return Fraction(towards(value))

    def _nearest(self, value: Fraction) -> Fraction:
        return floor(abs(value) / self.step + Fraction(1, 2)) * self.step * (1 if value >= 0 else -1)

    def _said(self, value: Fraction) -> str:
        scale = UNITS[self.unit][1] if self.unit in UNITS else Fraction(SIZES[self.size])
        step, places = self.step / scale, 0
        while step < 1:
            step, places = step * 10, places + 1
        return decimal(float(value / scale), places) + self.size + self.unit


def read(text: str, where: str) -> Quoted:
    """The printed number; raises BadParams where it says no number, or none with ends (近20万, 余)."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").replace("，", ",")
    found = FORM.fullmatch(plain)
    if not found or any(word in found["unit"] for word in VAGUE) or (found["unit"] not in UNITS and UNKNOWN.search(found["unit"])):
        raise BadParams(where, f"'{text}' is not a number as a report prints it.", "Write 284,406, 28.4万, 43.8%, 下降5% or +2.0个百分点.")
    unit, size = found["unit"], found["size"] or ""
    kind, scale = UNITS.get(unit, (PLAIN, Fraction(SIZES[size])))
    scale = scale * SIZES[size] if kind != PLAIN else scale
    places = len(found["parts"] or ".") - 1
    step = scale / 10**places
    value = Fraction(found["number"].replace(",", "") + (found["parts"] or "")) * scale
    value = -value if found["sign"] in MINUSES else value
    counted = kind == PLAIN and step == 1 and scale == 1 and unit not in ROUNDED
    half = Fraction(0) if counted else step / 2
    return Quoted(value - half, value + half, kind, step, unit, size)
