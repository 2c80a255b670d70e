"""How a text is cut into records: its separator and its header line, found by the header names that params map, never where two fit."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hotline_analysis.errors import DataRefused, nearest
from hotline_analysis.fits import SEPARATORS
from hotline_analysis.intake.read.cells import MOST_COLUMNS, named
from hotline_analysis.intake.read.rows import LISTED, described, header_at, is_summary, shape
from hotline_analysis.params import Source

NAMES = {mark: name for name, mark in SEPARATORS.items() if name.isalpha()}  # a separator's name, in the order in which they are tried
SAID_SEPARATOR = re.compile(r"\"?sep=(.)\"?")  # a first line for Excel
HEAD_BYTES = 1 << 20
TITLE_LINES = 30  # the header stands within the first so many records
LEARNT_FROM = 1000  # records whose shapes are learnt
FIT = 0.9  # share of records that must have as many fields as the header, where no name decides
FEW_SHAPES = 12  # a column with no more shapes than this is structured: ids, dates, codes
LONG_CODE = 6  # characters of a date, a phone or an id; shorter numbers vary in length


@dataclass(frozen=True)
class Dialect:
    """Separator, quote, header and the columns under it. `width` is the number of fields of a data line."""

    separator: str
    quote: str
    columns: tuple[str, ...]
    header_line: int  # physical line on which the header begins; 0 when the file has none
    data_line: int  # physical line after the header
    width: int  # of data lines: one more than the columns when every line ends with a separator that the header lacks

    @property
    def trailing(self) -> bool:
        return self.width > len(self.columns)


class Fields:
    """Cuts lines at a separator, with quotes as RFC 4180 has them (blanks around a quoted field are allowed, a quote inside a plain field is text).

    `loose`: text may go on after a closing quote up to the separator, as in `"A B" <123>`, when its own quotes are in pairs.
    """

    def __init__(self, separator: str, quote: str, loose: bool = False):
        s, q = re.escape(separator), re.escape(quote or "\0")
        inside = f"[^{q}]*(?:{q}{q}[^{q}]*)*"
        self.separator, self.quote = separator, quote
        self._quoted = re.compile(f" *{q}({inside}){q} *(?:{s}|\\Z)")
        self._opened = re.compile(f" *{q}({inside})\\Z")
        self._begins = re.compile(f" *{q}")
        self._closes = re.compile(f"({inside}){q} *(?:{s}|\\Z)")
        self._goes_on = re.compile(f"{inside}\\Z")
        self._loose = re.compile(f" *{q}({inside}){q}(?!{q})([^{s}]*)(?:{s}|\\Z)") if loose else None

    def cut(self, line: str) -> tuple[list[str], str | None]:
        """The line's fields, and the text of a quoted field that it leaves open (None when it is closed). A broken quote gives ([], None)."""
        if not self.quote or self.quote not in line:
            return line.split(self.separator), None
        return self._cut_from(line, 0, [])

    def go_on(self, line: str, fields: list[str], held: str) -> tuple[list[str], str | None]:
        """The same for the next line of a record whose last field is still open."""
        close = self._closes.match(line)
        if close:
            done = [*fields, self._plain(f"{held}\n{close[1]}")]
            return self._cut_from(line, close.end(), done) if self._separated(line, close.end()) else (done, None)
        return (fields, f"{held}\n{line}") if self._goes_on.match(line) else ([], None)

    def _cut_from(self, line: str, at: int, fields: list[str]) -> tuple[list[str], str | None]:
        while True:
            quoted = self._quoted.match(line, at)
            if quoted:
                fields.append(self._plain(quoted[1]))
                at = quoted.end()
                if not self._separated(line, at):
                    return fields, None
                continue
            if self._begins.match(line, at):
                opened = self._opened.match(line, at)
                if opened:
                    return fields, opened[1]
                loose = self._loose.match(line, at) if self._loose else None
                if not loose or loose[2].count(self.quote) % 2:
                    return [], None
                fields.append(self._plain(loose[1]) + loose[2])
                at = loose.end()
                if not self._separated(line, at):
                    return fields, None
                continue
            end = line.find(self.separator, at)
            fields.append(line[at : end if end >= 0 else None])
            if end < 0:
                return fields, None
            at = end + 1

    def _separated(self, line: str, at: int) -> bool:
        """True when the character before `at` is the separator, so that another field follows."""
        return line[at - 1] == self.separator

    def _plain(self, text: str) -> str:
        return text.replace(self.quote * 2, self.quote)


@dataclass
class Shapes:
    """What the values of each column look like: digits as 9, runs of letters as a. Tells a record from a line of somebody's narrative."""

    seen: list[Counter] = field(default_factory=list)
    last: Counter = field(default_factory=Counter)  # values of the last column

    def learn(self, fields: list[str]) -> None:
        self.seen = self.seen or [Counter() for _ in fields]
        for counter, value in zip(self.seen, fields, strict=False):
            counter[shape(value)] += 1
        self.last[fields[-1]] += 1

    def fit(self, fields: list[str]) -> bool | None:
        """True when at least half of the structured columns show a shape that others show, False when fewer do, None when no column can tell.

        A structured column has few shapes, not all of them words; a line of the text itself is among the others, so a shape must be seen twice.
        """
        pairs = [(c, shape(v)) for c, v in zip(self.seen, fields, strict=False) if len(c) <= FEW_SHAPES and c.total() >= 2 * len(c)]
        telling = [(c, s) for c, s in pairs if any(other not in ("", "a") for other in c)]
        if not telling:
            return None
        known = [s for c, s in telling if c[s] >= 2]
        return 2 * len(known) >= len(telling) and any(known)

    def certain(self, fields: list[str]) -> bool | None:
        """True when each of these first fields looks like others of its column, so that none is another's: long ones in the very shape, short
        ones but for the number of their digits. None where nothing was learnt; a blank, and a column of many shapes, have no say.
        """
        for known, value in zip(self.seen, fields, strict=False):
            seen = shape(value)
            alike = seen in known if len(seen) >= LONG_CODE else _short(seen) in {_short(other) for other in known}
            if seen and len(known) <= FEW_SHAPES and not alike:
                return False
        return True if self.seen else None

    def cut(self, value: str) -> bool:
        """True when the last value of an unfinished line is the beginning of what stands there in other lines, and is itself seen in none.

        A missing value where none is missing, the beginning of another value in words, a date or number shorter than all of its kind; a short
        number may well be whole.
        """
        if value in self.last or self.last.total() < 2:
            return False
        if not value.strip():
            return "" not in self.last
        if not value.strip().isdigit() and any(other.startswith(value) for other in self.last):
            return True
        known, begun = {other for other in self.seen[-1] if other}, shape(value)
        return (
            len(known) <= FEW_SHAPES and begun not in known and any(len(other) >= LONG_CODE and other.startswith(begun) for other in known)
        )


def _short(shape: str) -> str:
    return re.sub("d+", "d", shape)


def find_dialect(path: Path, name: str, source: Source, wanted: Collection[str]) -> Dialect:
    """Separator and header of a UTF-8 text; DataRefused with a sentence where the file leaves a choice that params have not made."""
    lines = head_lines(path)
    said = SAID_SEPARATOR.fullmatch(lines[0])
    lines[0] = "" if said else lines[0]
    marks = [source.separator or said[1]] if source.separator or said else list(NAMES)
    found = [_try(lines, mark, source, set(wanted)) for mark in marks]
    if wanted:
        best = max(score for score, _, _ in found)
        if not best:
            raise _no_header(name, lines, found, source, wanted)
        found = [f for f in found if f[0] == best]
    dialect = _choose(name, found)
    if dialect.width > MOST_COLUMNS:
        raise DataRefused(
            f"{name} › line {dialect.header_line or 1}",
            f"has {dialect.width:,} columns.",
            f"A table of records has at most {MOST_COLUMNS:,}.",
        )
    return dialect


def head_lines(path: Path) -> list[str]:
    """The whole lines of the first megabyte, without their ends."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if len(head) == HEAD_BYTES and b"\n" in head:
        head = head[: head.rfind(b"\n")]
    text = head.decode("utf-8", "ignore").removesuffix("\n").replace("\0", "")
    return [line.removesuffix("\r").lstrip("\ufeff") for line in text.split("\n")]


def records(lines: list[str], cut: Fields, limit: int) -> Iterator[tuple[int, int, list[str]]]:
    """(first line, line after the last, fields) of the records of a head, 1-based; a line with a broken quote is cut as if it had none."""
    at = 0
    while at < len(lines) and limit:
        if not lines[at]:
            at += 1
            continue
        fields, end = _record(lines, at, cut)
        if any(f.strip() for f in fields):
            limit -= 1
            yield at + 1, end + 1, fields
        at = end


def _record(lines: list[str], at: int, cut: Fields) -> tuple[list[str], int]:
    fields, held = cut.cut(lines[at])
    end = at + 1
    while held is not None and end < min(len(lines), at + 50):
        fields, held = cut.go_on(lines[end], fields, held)
        end += 1
    if held is not None or not fields:
        return lines[at].split(cut.separator), at + 1
    return fields, end


def _try(lines: list[str], separator: str, source: Source, wanted: set[str]) -> tuple[int, float, Dialect]:
    """(wanted names found, share of records as wide as the header, the dialect) under one separator."""
    cut = Fields(separator, source.quote)
    if source.header:
        columns, first, after = tuple(source.header), 0, 1
    else:
        first, after, names = _header(lines, cut, source, wanted)
        columns = named(names)
    found = [fields for _, _, fields in records(lines[after - 1 :], cut, 200) if not is_summary(fields, ())]
    widths = Counter(map(len, found))
    columns, width = _fit_width(columns, found)
    share = widths[width] / widths.total() if widths else 1.0
    return len(wanted & set(columns)), share, Dialect(separator, source.quote, columns, first, after, width)


def _header(lines: list[str], cut: Fields, source: Source, wanted: set[str]) -> tuple[int, int, list[str]]:
    """(line, line after it, names): the declared row, or the record that shows most of the wanted names, or the first nearly as wide as most that is no title."""
    if source.header_row:
        row = source.header_row
        fields, end = _record(lines, row - 1, cut) if row <= len(lines) else ([""], row)
        return row, end + 1, fields
    seen = list(records(lines, cut, TITLE_LINES))
    if not seen:
        return 1, 2, [""]
    if wanted:
        return max(seen, key=lambda r: len(wanted & set(named(r[2]))))
    widest = Counter(len(fields) for _, _, fields in seen).most_common(1)[0][0]
    wide = [r for r in seen if len(r[2]) >= widest - 1]
    return wide[header_at([fields for _, _, fields in wide])]


def _fit_width(columns: tuple[str, ...], found: list[list[str]]) -> tuple[tuple[str, ...], int]:
    """Separators at the end of every data line, or of the header alone, are no columns."""
    widths = {len(fields) for fields in found} or {len(columns)}
    while len(columns) > max(widths) and columns[-1] == f"({len(columns)})":
        columns = columns[:-1]
    blank = not any(cell.strip() for fields in found for cell in fields[len(columns) :])
    return columns, max(len(columns), *widths) if blank and len(widths) == 1 else len(columns)


def _choose(name: str, found: list[tuple[int, float, Dialect]]) -> Dialect:
    """The one dialect that fits; a table of one column has no separator at all."""
    if len(found) == 1:
        return found[0][2]
    wide = [(share, d) for _, share, d in found if len(d.columns) > 1]
    fitting = [d for share, d in wide if share >= FIT] or [d for share, d in wide if share == max(s for s, _ in wide)]
    if len(fitting) > 1:
        words = " and ".join(NAMES.get(d.separator, d.separator) for d in fitting)
        raise DataRefused(name, f"can be cut at {words} alike.", "Declare its separator in params.")
    return fitting[0] if fitting else _one_column(found)


def _one_column(found: list[tuple[int, float, Dialect]]) -> Dialect:
    """Of the dialects of a table of one column, one whose separator does not occur in it."""
    return max(found, key=lambda f: f[1])[2]


def _no_header(name: str, lines: list[str], found, source: Source, wanted: Collection[str]) -> DataRefused:
    dialect = max((d for _, _, d in found), key=lambda d: len(d.columns))
    asked = ", ".join(sorted(wanted)[:LISTED])
    if source.header:
        return DataRefused(
            name, f"has none of the mapped columns ({asked}): params › header names others.", nearest(sorted(wanted)[0], source.header)
        )
    where = f"line {source.header_row}" if source.header_row else f"the first {TITLE_LINES} lines"
    close = next((said for word in sorted(wanted) if (said := nearest(word, dialect.columns))), "")
    right = f"Line {dialect.header_line} {described(dialect.columns)} {close}".rstrip()
    return DataRefused(name, f"shows none of the mapped columns ({asked}) in {where}.", right)
