"""The relations that printed numbers must keep, each told by the numbers that it ties together and checked with room for their rounding.

Every relation can say what each of its figures would have to be for the others to stand; what was probably meant (another total, points for per cent, the
other month as the base) is a guess that the same arithmetic confirms, and is said only where it fits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from hotline_analysis.params import Settings
from hotline_analysis.report.audit.quoted import PLAIN, POINTS, SHARE, Quoted
from hotline_analysis.words import Term

FITS, CONTRADICTS, NOT_CHECKED = "fits", "contradicts", "not checked"
Name = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Name, ...], BeforeValidator(lambda v: v if isinstance(v, list | tuple) else [v]), Field(min_length=2)]
Range = tuple[Fraction, Fraction]
HINTS = {
    "differs": Term("各部分合计{0}，相差{1}", "the parts add up to {0}, {1} apart"),
    "left out": Term("差额恰为“{0}”，可能漏列", "the difference is '{0}', which may have been left out"),
    "twice": Term("差额恰为“{0}”，可能计了两次", "the difference is '{0}', which may have been counted twice"),
    "other whole": Term("与{0} ÷ {1}（{2}）相符：分母是另一个数", "it fits {0} ÷ {1} ({2}): another base was taken"),
    "other sum": Term(
        "与{0} ÷ “{1}”各部分之和（{2}）相符：分母是各部分之和",
        "it fits {0} ÷ the sum of the parts of '{1}' ({2}): that sum was taken as the base",
    ),
    "other part": Term("与{0} ÷ {1}相符：分子是另一个数", "it fits {0} ÷ {1}: another count was taken"),
    "the rest": Term("它是其余部分的占比（100%减去它才是）", "it is the share of the rest (100% less it would be right)"),
    "more than all": Term("部分（{0}）大于整体（{1}）", "the part ({0}) is more than the whole ({1})"),
    "pp": Term(
        "两个比率相差{0}，写成了百分数：应写个百分点", "the two rates are {0} apart and per cent were written: percentage points were meant"
    ),
    "percent": Term("它是相对变化，写成了百分点：应写{0}", "it is the relative change, written as points: {0} was meant"),
    "no points": Term("数量的变化不能用百分点", "a change of counts is not told in percentage points"),
    "base": Term("它以后一期为基数算出；应以前一期为基数", "it was made with the later period as its base; the earlier one is right"),
    "sign": Term("升降写反了", "up and down are confused"),
    "times": Term("它是后一期相当于前一期的百分比，不是增减的百分比", "it is the later period in per cent of the earlier, not the change"),
    "answered": Term(
        "及时接通的不会多于接通的；只有以接通量为分母才可能，以全部请求为分母则为{0}",
        "no more can be answered in time than are answered; it is possible only of the answered calls, and of all it is {0}",
    ),
    "cut off": Term("尾数是截去的，不是四舍五入", "its last digits were cut off, not rounded"),
    "outside": Term("总体不在各部分之间（{0}）", "the whole does not lie between its parts ({0})"),
}


@dataclass
class Held:
    """What became of one relation: its state; for each figure of it the value that would fit beside the others; hints (key of HINTS, its words)."""

    state: str
    fits: dict[str, str] = field(default_factory=dict)
    hints: list[tuple[str, tuple]] = field(default_factory=list)


@dataclass(frozen=True)
class Book:
    """The printed numbers by name, and what the parts of each total add up to, by the total's name."""

    figures: Mapping[str, Quoted]
    sums: Mapping[str, Range]

    def __getitem__(self, name: str) -> Quoted:
        return self.figures[name]

    def counts(self, but: Sequence[str]) -> Iterator[tuple[str, Quoted]]:
        return ((name, q) for name, q in self.figures.items() if q.kind == PLAIN and name not in but)

    def wholes(self, but: Sequence[str]) -> Iterator[tuple[str, str, Range]]:
        """What a share could have been taken of, by hint and name: the sums first, then every other count."""
        yield from (("other sum", name, ends) for name, ends in self.sums.items())
        yield from (("other whole", name, (q.low, q.high)) for name, q in self.counts(but))


class Relation(Settings):
    """One relation; its names are figures of the file, or numbers written there. Each kind has `check(book)`, which says whether it holds."""

    kind: ClassVar[str]

    @property
    def names(self) -> tuple[str, ...]:
        given: list[str] = []
        for value in (getattr(self, name) for name in type(self).model_fields):
            given += value if isinstance(value, tuple) else [value] if value else []
        return tuple(given)


class Share(Relation):
    """value = part ÷ whole, and the part is no more than the whole."""

    kind = "share"
    value: Name = Field(alias="share")
    part: Name = Field(alias="of")
    whole: Name = Field(alias="in")

    def __str__(self) -> str:
        return f"{self.value} = {self.part} ÷ {self.whole}"

    def check(self, book: Book) -> Held:
        value, part, whole = book[self.value], book[self.part], book[self.whole]
        if whole.low <= 0:
            return Held(NOT_CHECKED)
        if part.low > whole.high:
            return Held(CONTRADICTS, {}, [("more than all", (part.written(part.low, part.high), whole.written(whole.low, whole.high)))])
        found = ratio((part.low, part.high), (whole.low, whole.high))
        if value.meets(*found):
            return Held(FITS)
        fits = {self.value: value.written(*found)}
        if value.low > 0:
            fits[self.part] = part.written(value.low * whole.low, value.high * whole.high)
            fits[self.whole] = whole.written(part.low / value.high, part.high / value.low)
        return Held(CONTRADICTS, fits, list(self._hints(book, found))[:2])

    def _hints(self, book: Book, found: Range) -> Iterator[tuple[str, tuple]]:
        value, part, whole = book[self.value], book[self.part], book[self.whole]
        for hint, name, (low, high) in book.wholes((self.part, self.whole)):
            if low > 0 and value.meets(*ratio((part.low, part.high), (low, high))):
                yield hint, (self.part, name, whole.written(low, high))
        for name, other in book.counts((self.part, self.whole)):
            if value.meets(*ratio((other.low, other.high), (whole.low, whole.high))):
                yield "other part", (name, self.whole)
        if value.meets(1 - found[1], 1 - found[0]):
            yield "the rest", ()


class Total(Relation):
    """value = the sum of its parts; of shares the total is 100%."""

    kind = "total"
    value: Name = Field(alias="total")
    parts: Names

    def __str__(self) -> str:
        return f"{self.value} = {' + '.join(self.parts)}"

    def sum(self, figures: Mapping[str, Quoted]) -> Range:
        return sum(figures[p].low for p in self.parts), sum(figures[p].high for p in self.parts)

    def check(self, book: Book) -> Held:
        value, found = book[self.value], self.sum(book.figures)
        if value.meets(*found):
            return Held(FITS)
        apart = sorted((abs(value.low - found[1]), abs(value.high - found[0])))
        told = ("differs", (value.written(*found), value.written(*apart)))
        return Held(CONTRADICTS, {self.value: value.written(*found)}, [told, *self._hints(book, apart, less=found[1] < value.low)])

    def _hints(self, book: Book, apart: Sequence[Fraction], *, less: bool) -> Iterator[tuple[str, tuple]]:
        others = [name for name, q in book.figures.items() if q.kind == book[self.value].kind and name not in (self.value, *self.parts)]
        for name in others if less else self.parts:
            if book[name].meets(*apart):
                yield ("left out" if less else "twice"), (name,)


class Change(Relation):
    """value = how much `to` is more than `earlier`: in per cent of the earlier, as a difference of rates in points, or as a difference of counts, by its unit."""

    kind = "change"
    value: Name = Field(alias="change")
    earlier: Name = Field(alias="from")
    later: Name = Field(alias="to")

    def __str__(self) -> str:
        return f"{self.value} = {self.earlier} → {self.later}"

    def check(self, book: Book) -> Held:
        value, was, now = book[self.value], book[self.earlier], book[self.later]
        apart = now.low - was.high, now.high - was.low
        relative = tuple(r - 1 for r in ratio((now.low, now.high), (was.low, was.high))) if was.low > 0 else None
        counts = PLAIN in (was.kind, now.kind)
        if value.kind == SHARE and relative is None:
            return Held(NOT_CHECKED)
        if value.kind == POINTS and counts:
            meant = Quoted(value.low, value.high, SHARE, value.step, "%")
            return Held(CONTRADICTS, {self.value: meant.written(*relative)} if relative else {}, [("no points", ())])
        found = relative if value.kind == SHARE else apart
        if value.meets(*found):
            return Held(FITS)
        fits = {self.value: value.written(*found), **self._others(value, was, now)}
        return Held(CONTRADICTS, fits, list(self._hints(book, found, relative, apart))[:2])

    def _others(self, value: Quoted, was: Quoted, now: Quoted) -> dict[str, str]:
        if value.kind != SHARE:
            return {
                self.later: now.written(was.low + value.low, was.high + value.high),
                self.earlier: was.written(now.low - value.high, now.high - value.low),
            }
        if value.low <= -1:
            return {}
        later = now.written(was.low * (1 + value.low), was.high * (1 + value.high))
        return {self.later: later, self.earlier: was.written(now.low / (1 + value.high), now.high / (1 + value.low))}

    def _hints(self, book: Book, found: Range, relative: Range | None, apart: Range) -> Iterator[tuple[str, tuple]]:
        value, was, now = book[self.value], book[self.earlier], book[self.later]
        rates = PLAIN not in (was.kind, now.kind)
        if value.kind == SHARE and rates and value.meets(*apart):
            yield "pp", (Quoted(value.low, value.high, POINTS, value.step, "pp").written(*apart).removesuffix("pp"),)
        if value.kind == POINTS and relative and value.meets(*relative):
            yield "percent", (Quoted(value.low, value.high, SHARE, value.step, "%").written(*relative),)
        if value.meets(-found[1], -found[0]):
            yield "sign", ()
        if value.kind == SHARE and now.low > 0:
            turned = ratio((was.low, was.high), (now.low, now.high))
            if value.meets(1 - turned[1], 1 - turned[0]):
                yield "base", ()
            if relative and value.meets(relative[0] + 1, relative[1] + 1):
                yield "times", ()


class ServiceLevel(Relation):
    """Of all requests no more are answered in time than are answered: the service level is at most the connection rate."""

    kind = "service_level"
    value: Name = Field(alias="service_level")
    connection: Name

    def __str__(self) -> str:
        return f"{self.value} ≤ {self.connection}"

    def check(self, book: Book) -> Held:
        level, rate = book[self.value], book[self.connection]
        if level.low <= rate.high:
            return Held(FITS)
        of_all = level.written(level.low * rate.low, level.high * rate.high)
        return Held(CONTRADICTS, {self.value: "≤ " + level.written(rate.high, rate.high)}, [("answered", (of_all,))])


class Mean(Relation):
    """value = the mean of the parts by their weights; without weights it lies between the smallest and the largest."""

    kind = "mean"
    value: Name = Field(alias="mean")
    parts: Names = Field(alias="of")
    weights: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _fits(self):
        if self.weights and len(self.weights) != len(self.parts):
            raise ValueError(f"'of' names {len(self.parts)} figures and 'weights' {len(self.weights)}")
        return self

    def __str__(self) -> str:
        return f"{self.value} = ⌀({', '.join(self.parts)}{'; ' + ', '.join(self.weights) if self.weights else ''})"

    def check(self, book: Book) -> Held:
        value, parts = book[self.value], [book[name] for name in self.parts]
        weights = [book[name] for name in self.weights]
        if weights:
            low = lowest([p.low for p in parts], weights)
            found = low, -lowest([-p.high for p in parts], weights)
        else:
            found = min(p.low for p in parts), max(p.high for p in parts)
        if value.meets(*found):
            return Held(FITS)
        return Held(CONTRADICTS, {self.value: value.written(*found)}, [] if weights else [("outside", (value.written(*found),))])


def ratio(part: Range, whole: Range) -> Range:
    """The least and the largest ratio of two ranges; the whole is above 0."""
    return min(part[0] / whole[0], part[0] / whole[1]), max(part[1] / whole[0], part[1] / whole[1])


def lowest(values: Sequence[Fraction], weights: Sequence[Quoted]) -> Fraction:
    """The smallest weighted mean that the weights allow: as much as may be on the smallest values, as little on the others."""
    order = sorted(zip(values, weights, strict=True), key=lambda pair: pair[0])
    means = []
    for heavy in range(len(order) + 1):
        w = [q.high if n < heavy else q.low for n, (_, q) in enumerate(order)]
        if sum(w) > 0:
            means.append(sum(x * each for (x, _), each in zip(order, w, strict=True)) / sum(w))
    return min(means)


KINDS: dict[str, type[Relation]] = {model.kind: model for model in (Share, Total, Change, ServiceLevel, Mean)}
