"""The relations that printed numbers must keep, each told by the numbers that it ties together and checked with room for their rounding.

Every relation can say what each of its figures would have to be for the others to stand; what was probably meant (another total, points for per cent, the
other month as the base) is a guess that the same arithmetic confirms, and is said only where it fits. Numbers of unlike kinds are not held against one another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from hotline_analysis.params import Settings
from hotline_analysis.report.audit.quoted import POINTS, SHARE, UNKNOWN, Quoted, alike
from hotline_analysis.words import Term

FITS, CONTRADICTS, NOT_CHECKED = "fits", "contradicts", "not checked"
Name = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Name, ...], BeforeValidator(lambda v: v if isinstance(v, list | tuple) else [v]), Field(min_length=2)]
Range = tuple[Fraction, Fraction]
HINTS = {
    "differs": Term("各部分合计{0}，相差{1}", "the parts add up to {0}, {1} apart"),
    "left out": Term("差额恰为“{0}”，可能漏列", "the difference is '{0}', which may have been left out"),
    "twice": Term("差额恰为“{0}”，可能计了两次", "the difference is '{0}', which may have been counted twice"),
    "other whole": Term("与{0} ÷ {1}（{2}）相符：分母可能是另一个数", "it fits {0} ÷ {1} ({2}): another base may have been taken"),
    "other sum": Term(
        "与{0} ÷ “{1}”各部分之和（{2}）相符：分母可能是各部分之和",
        "it fits {0} ÷ the sum of the parts of '{1}' ({2}): that sum may have been taken as the base",
    ),
    "other part": Term("与{0} ÷ {1}相符：分子可能是另一个数", "it fits {0} ÷ {1}: another count may have been taken"),
    "the rest": Term("它与其余部分的占比相符：可能应以100%减去它", "it fits the share of the rest: 100% less it may have been meant"),
    "more than all": Term("部分（{0}）大于整体（{1}）", "the part ({0}) is more than the whole ({1})"),
    "pp": Term(
        "它与两个比率之差（{0}个百分点）相符：可能应写百分点",
        "it fits the difference of the two rates ({0} points): percentage points may have been meant",
    ),
    "percent": Term("它与相对变化相符：可能应写{0}", "it fits the relative change: {0} may have been meant"),
    "no points": Term("只有比率的变化才用百分点", "only the change of a rate is told in percentage points"),
    "base": Term("以后一期为基数则相符；应以前一期为基数", "it fits with the later period as its base; the earlier one is right"),
    "sign": Term("升降对调则相符", "it fits with up and down exchanged"),
    "times": Term(
        "它与后一期相当于前一期的百分比相符，那不是增减的百分比",
        "it fits the later period in per cent of the earlier, which is not the change",
    ),
    "answered": Term(
        "及时接通的不会多于接通的；只有以接通量为分母才可能，以全部请求为分母则为{0}",
        "no more can be answered in time than are answered; it is possible only of the answered calls, and of all it is {0}",
    ),
    "cut off": Term("尾数截去而不四舍五入则相符", "it fits if its last digits were cut off, not rounded"),
    "outside": Term("总体不在各部分之间（{0}）", "the whole does not lie between its parts ({0})"),
    "by weight": Term("按权重是{0}", "by the weights it is {0}"),
    "unknown": Term("“{0}”的单位“{1}”不认识，不比较", "the unit of '{0}', '{1}', is not known: not compared"),
    "unlike": Term("单位不同，不比较：{0}", "of unlike units, not compared: {0}"),
    "not above 0": Term("“{0}”不大于0，不能作分母", "'{0}' is not above 0, and nothing can be divided by it"),
    "no weight": Term("权重都是0", "every weight is 0"),
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

    def like(self, number: Quoted, but: Sequence[str]) -> Iterator[tuple[str, Quoted]]:
        """The numbers that measure the same as one."""
        return ((name, q) for name, q in self.figures.items() if q.like(number) and name not in but)

    def wholes(self, part: Quoted, but: Sequence[str]) -> Iterator[tuple[str, str, Range]]:
        """What a share could have been taken of, by hint and name: the sums first, then every other number like the part."""
        yield from (("other sum", name, ends) for name, ends in self.sums.items() if part.like(self[name]))
        yield from (("other whole", name, (q.low, q.high)) for name, q in self.like(part, but))


class Relation(Settings):
    """One relation; its names are figures of the file, or numbers written there. Each kind has `alike(book)`, whether its numbers can be held against one another,
    and `check(book)`, which says whether it holds."""

    @property
    def names(self) -> tuple[str, ...]:
        given: list[str] = []
        for value in (getattr(self, name) for name in type(self).model_fields):
            given += value if isinstance(value, tuple) else [value] if value else []
        return tuple(given)

    def held(self, book: Book) -> Held:
        """What became of it: not checked, with the reason, where a unit is not known or two are unlike."""
        unknown = [(name, book[name].tail.strip()) for name in dict.fromkeys(self.names) if book[name].kind == UNKNOWN]
        if unknown:
            return Held(NOT_CHECKED, {}, [("unknown", words) for words in unknown])
        if not self.alike(book):
            return Held(NOT_CHECKED, {}, [("unlike", (", ".join(dict.fromkeys(self.names)),))])
        return self.check(book)


class Share(Relation):
    """value = part ÷ whole, and the part is no more than the whole."""

    value: Name = Field(alias="share")
    part: Name = Field(alias="of")
    whole: Name = Field(alias="in")

    def __str__(self) -> str:
        return f"{self.value} = {self.part} ÷ {self.whole}"

    def alike(self, book: Book) -> bool:
        return book[self.value].kind == SHARE and book[self.part].like(book[self.whole])

    def check(self, book: Book) -> Held:
        value, part, whole = book[self.value], book[self.part], book[self.whole]
        if whole.low <= 0:
            return Held(NOT_CHECKED, {}, [("not above 0", (self.whole,))])
        if part.low > whole.high:
            return Held(CONTRADICTS, {}, [("more than all", (part.printed, whole.printed))])
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
        for hint, name, (low, high) in book.wholes(part, (self.part, self.whole)):
            if low > 0 and value.meets(*ratio((part.low, part.high), (low, high))):
                yield hint, (self.part, name, whole.written(low, high) if hint == "other sum" else book[name].printed)
        for name, other in book.like(part, (self.part, self.whole)):
            if value.meets(*ratio((other.low, other.high), (whole.low, whole.high))):
                yield "other part", (name, self.whole)
        if value.meets(1 - found[1], 1 - found[0]):
            yield "the rest", ()


class Total(Relation):
    """value = the sum of its parts; of shares the total is 100%."""

    value: Name = Field(alias="total")
    parts: Names

    def __str__(self) -> str:
        return f"{self.value} = {' + '.join(self.parts)}"

    def sum(self, figures: Mapping[str, Quoted]) -> Range:
        return sum(figures[p].low for p in self.parts), sum(figures[p].high for p in self.parts)

    def alike(self, book: Book) -> bool:
        return alike([book[self.value], *(book[part] for part in self.parts)])

    def check(self, book: Book) -> Held:
        value, found = book[self.value], self.sum(book.figures)
        if value.meets(*found):
            return Held(FITS)
        apart = sorted((abs(value.low - found[1]), abs(value.high - found[0])))
        finer = value.finer(book[part] for part in self.parts)
        told = ("differs", (finer.written(*found), finer.written(*apart)))
        return Held(CONTRADICTS, self._fits(book, found), [told, *self._hints(book, apart, less=found[1] < value.low)])

    def _fits(self, book: Book, found: Range) -> dict[str, str]:
        """What the total would be; where it is an exact share, the 100% that no report could print otherwise, what each part would be that can make it up."""
        value = book[self.value]
        if value.kind != SHARE or value.low < value.high:
            return {self.value: value.written(*found)}
        ends = {p: (value.low - found[1] + book[p].high, value.high - found[0] + book[p].low) for p in self.parts}
        return {part: book[part].written(*both) for part, both in ends.items() if both[0] >= 0}

    def _hints(self, book: Book, apart: Sequence[Fraction], *, less: bool) -> Iterator[tuple[str, tuple]]:
        others = [name for name, _ in book.like(book[self.value], (self.value, *self.parts))]
        for name in others if less else self.parts:
            if book[name].meets(*apart):
                yield ("left out" if less else "twice"), (name,)


class Change(Relation):
    """value = how much `to` is more than `earlier`: in per cent of the earlier, as a difference of rates in points, or as a difference of counts, by its unit."""

    value: Name = Field(alias="change")
    earlier: Name = Field(alias="from")
    later: Name = Field(alias="to")

    def __str__(self) -> str:
        return f"{self.value} = {self.earlier} → {self.later}"

    def alike(self, book: Book) -> bool:
        value, was, now = book[self.value], book[self.earlier], book[self.later]
        return was.like(now) and (value.kind in (SHARE, POINTS) or alike((value, was, now)))

    def check(self, book: Book) -> Held:
        value, was, now = book[self.value], book[self.earlier], book[self.later]
        apart = now.low - was.high, now.high - was.low
        relative = tuple(r - 1 for r in ratio((now.low, now.high), (was.low, was.high))) if was.low > 0 else None
        if value.kind == SHARE and relative is None:
            return Held(NOT_CHECKED, {}, [("not above 0", (self.earlier,))])
        if value.kind == POINTS and was.kind not in (SHARE, POINTS):
            meant = as_percent(value)
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
        if value.kind == SHARE and was.kind == SHARE and value.meets(*apart):
            yield "pp", (replace(as_percent(value), tail="").written(*apart),)
        if value.kind == POINTS and relative and value.meets(*relative):
            yield "percent", (as_percent(value).written(*relative),)
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

    value: Name = Field(alias="service_level")
    connection: Name

    def __str__(self) -> str:
        return f"{self.value} ≤ {self.connection}"

    def alike(self, book: Book) -> bool:
        return book[self.value].kind == book[self.connection].kind == SHARE

    def check(self, book: Book) -> Held:
        level, rate = book[self.value], book[self.connection]
        if level.low <= rate.high:
            return Held(FITS)
        of_all = level.written(level.low * rate.low, level.high * rate.high)
        return Held(CONTRADICTS, {self.value: "≤ " + level.written(rate.high, rate.high)}, [("answered", (of_all,))])


class Mean(Relation):
    """value = the mean of the parts by their weights; without weights it lies between the smallest and the largest."""

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

    def alike(self, book: Book) -> bool:
        return alike([book[self.value], *(book[part] for part in self.parts)]) and alike([book[weight] for weight in self.weights])

    def check(self, book: Book) -> Held:
        value, parts = book[self.value], [book[name] for name in self.parts]
        weights = [book[name] for name in self.weights]
        if weights and sum(w.high for w in weights) <= 0:
            return Held(NOT_CHECKED, {}, [("no weight", ())])
        if weights:
            low = lowest([p.low for p in parts], weights)
            found = low, -lowest([-p.high for p in parts], weights)
        else:
            found = min(p.low for p in parts), max(p.high for p in parts)
        if value.meets(*found):
            return Held(FITS)
        hint = "by weight" if weights else "outside"
        told = replace(value, step=value.step / 10) if weights else value.finer(parts)
        return Held(CONTRADICTS, {self.value: value.written(*found)}, [(hint, (told.written(*found),))])


def as_percent(value: Quoted) -> Quoted:
    """A change as it would be printed in per cent."""
    return replace(value, kind=SHARE, scale=Fraction(1, 100), tail="%")


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


KINDS: dict[str, type[Relation]] = {model.model_fields["value"].alias: model for model in (Share, Total, Change, ServiceLevel, Mean)}
