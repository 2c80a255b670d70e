"""The slow reader of texts: it finds its step again after a stray quote or a broken line, so that no good record is lost and no bad one shifted into place.

A record is a line with the right number of fields. A quoted field may run over lines as long as it ends properly and none of those lines looks
like a record of this file by itself (digits where digits stand, words where words stand); otherwise the quote is a stray one, its line is
rejected, and reading goes on with the next line.
"""

import csv
import re
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import closing
from functools import cached_property
from pathlib import Path

from hotline_analysis.intake.read.decode import StagedText
from hotline_analysis.intake.read.dialect import LEARNT_FROM, Dialect, Fields, Shapes, head_lines
from hotline_analysis.intake.read.ledger import (
    BACKSLASH_QUOTES,
    CUT,
    DROPPED_ENDS,
    LAST_SEPARATOR,
    LONG,
    NUL_BYTES,
    OPEN_QUOTE,
    SHORT,
    SPLIT_BLANKS,
    TEXT_AFTER_QUOTE,
    UNDECODABLE,
    FileLedger,
)
from hotline_analysis.intake.read.rows import is_summary
from hotline_analysis.params import Source

QUOTE = '"'  # of the clean copy
RECORD_LINES = 500  # a quoted field that runs over more lines than this is a stray quote
RECORD_CHARACTERS = 1 << 20
BLANK_RUN = re.compile(r"(?<=\S) {2,}(?=\S)")
TEXT_AFTER_QUOTE_SETTING, BACKSLASH_SETTING, ENDS_SETTING = "text_after_quote", "backslash_quotes", "dropped_ends"  # of params › repair
HABIT = 3  # lines of one kind that make a habit of the file: each by itself might be an accident


def resynchronise(text: StagedText, dialect: Dialect, source: Source, ledger: FileLedger, clean: Path, asked: Collection[int]) -> None:
    """Write the good records to `clean` (line number first, then the fields, quoted anew) and account for every line in `ledger`.

    `asked`: the positions of the columns that params map; what a mend adds or drops lies behind the last of them.
    """
    ends = text.returns > text.pairs and returns_end(text, dialect)
    with clean.open("w", encoding="utf-8", newline="") as out, closing(_Lines(text, ends)) as lines:
        _Reader(lines, text, dialect, source, ledger, out, asked).run()


def ends_cut(text: StagedText, dialect: Dialect) -> bool:
    """True when the text ends without a line end and its last line is not clearly whole."""
    if not text.unfinished:
        return False
    with text.path.open("rb") as stream:
        stream.seek(max(0, text.path.stat().st_size - RECORD_CHARACTERS))
        last = stream.read().rsplit(b"\n", 1)[-1].decode("utf-8", "replace")
    cut = Fields(dialect.separator, dialect.quote)
    fields, held = cut.cut(last)
    return held is not None or len(fields) != dialect.width or learnt(text, dialect, cut).cut(fields[-1])


def returns_end(text: StagedText, dialect: Dialect) -> bool:
    """True when somewhere in the text a lone \\r parts what is a record by itself from the rest of a line that is none; it then ends lines everywhere."""
    cut = Fields(dialect.separator, dialect.quote)
    with text.path.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            body = line.rstrip("\r\n")
            if (
                "\r" in body
                and len(cut.cut(body)[0]) != dialect.width
                and any(len(cut.cut(p)[0]) == dialect.width for p in body.split("\r"))
            ):
                return True
    return False


def learnt(text: StagedText, dialect: Dialect, cut: Fields) -> Shapes:
    """The shapes of the records that stand whole on one line each, among the first LEARNT_FROM."""
    shapes = Shapes()
    for line in first_lines(text, dialect):
        fields, held = cut.cut(line)
        if held is None and len(fields) == dialect.width and balanced(line, dialect.quote):
            shapes.learn(fields)
    return shapes


def first_lines(text: StagedText, dialect: Dialect) -> list[str]:
    """The first LEARNT_FROM whole lines below the header."""
    lines = head_lines(text.path)[dialect.data_line - 1 : -1 if text.unfinished else None][:LEARNT_FROM]
    return "\n".join(lines).replace("\r", "\n").split("\n")


def has_loose_text(text: StagedText, dialect: Dialect) -> bool:
    """True when text goes on after a closing quote on several of the first lines, and on most of those whose quotes RFC 4180 cannot read."""
    strict, loose = Fields(dialect.separator, dialect.quote), Fields(dialect.separator, dialect.quote, loose=True)
    broken = [line for line in first_lines(text, dialect) if strict.cut(line) == ([], None)]
    mended = sum(len(loose.cut(line)[0]) == dialect.width for line in broken)
    return mended >= HABIT and 2 * mended > len(broken)


def has_backslashes(text: StagedText, dialect: Dialect) -> bool:
    """True when several of the first lines are records only where a backslash before a quote makes it a character of its field."""
    cut = Fields(dialect.separator, dialect.quote)
    marked = [line for line in first_lines(text, dialect) if "\\" + dialect.quote in line]
    whole = [doubled(line, dialect.quote) for line in marked if not _whole(cut, line, dialect.width)]
    mended = sum(_whole(cut, line, dialect.width) for line in whole)
    return mended >= HABIT and 2 * mended > len(whole)


def doubled(line: str, quote: str) -> str:
    """The line with quotes doubled that a backslash marks."""
    return line.replace("\\" + quote, quote * 2)


def _whole(cut: Fields, line: str, width: int) -> bool:
    fields, held = cut.cut(line)
    return held is None and len(fields) == width


def habitual_widths(text: StagedText, dialect: Dialect, least: int) -> set[int]:
    """Numbers of fields, other than the header's and not below `least`, that HABIT lines in a row have: Excel leaves the separators of empty
    last columns out in blocks of lines, and adds some in others."""
    cut, found, before, run = Fields(dialect.separator, dialect.quote), set(), 0, 0
    with text.path.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            width = len(cut.cut(line.rstrip("\r\n"))[0])
            run = run + 1 if width == before else 1
            before = width
            if run >= HABIT and width >= least and width != dialect.width:
                found.add(width)
    return found


def balanced(line: str, quote: str) -> bool:
    """False for a line that begins or ends a quoted field of another line."""
    return not quote or line.count(quote) % 2 == 0


class _Lines:
    """The text's physical lines with their ends, and a look at those to come."""

    def __init__(self, text: StagedText, returns_end: bool):
        self._stream = text.path.open(encoding="utf-8", newline=None if returns_end else "\n")
        self.returns_end = returns_end
        self._ahead: deque[str] = deque()
        self._last = ""
        self.number = 0  # of the line last taken

    def __iter__(self) -> Iterator[str]:
        while line := self.take():
            yield line

    @property
    def whole(self) -> bool:
        """True when the line last taken has a line end."""
        return self._last.endswith("\n")

    def take(self) -> str:
        """The next line; '' at the end."""
        line = self._ahead.popleft() if self._ahead else self._stream.readline()
        if line:
            self.number += 1
            self._last = line
        return line

    def look(self, further: int) -> str:
        """The line `further` lines after the next one, untaken; '' behind the end."""
        while len(self._ahead) <= further:
            line = self._stream.readline()
            if not line:
                return ""
            self._ahead.append(line)
        return self._ahead[further]

    def close(self) -> None:
        self._stream.close()


class _Reader:
    def __init__(self, lines: _Lines, text: StagedText, dialect: Dialect, source: Source, ledger: FileLedger, out, asked: Collection[int]):
        self.lines, self.text, self.dialect, self.source, self.ledger, self.out = lines, text, dialect, source, ledger, out
        self.asked = sorted(asked)
        self.mapped = self.asked[-1] + 1 if asked else dialect.width  # fields up to the last mapped one
        loose = bool(dialect.quote) and (TEXT_AFTER_QUOTE_SETTING in source.repair or has_loose_text(text, dialect))
        self.cut = Fields(dialect.separator, dialect.quote)
        self.loose = Fields(dialect.separator, dialect.quote, loose=True) if loose else None
        self.marked = bool(dialect.quote) and (BACKSLASH_SETTING in source.repair or has_backslashes(text, dialect))
        self.writer = csv.writer(out, delimiter=dialect.separator, quotechar=QUOTE, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self.head = ""
        self.bytes = iter(text.undecodable.values())
        self.quote = dialect.quote or QUOTE
        self.doubtful = (dialect.separator, " ", "\t", "\u3000", "\ufeff", "\n")  # a line that begins so may be blank or carry a mark
        self.gaps = (dialect.separator * 2, dialect.separator + " ", dialect.separator + "\n")  # a line with one of them has a blank cell
        self.need = dialect.width - 1 if not (text.undecodable or dialect.trailing) else -1

    @cached_property
    def shapes(self) -> Shapes:
        return learnt(self.text, self.dialect, self.loose or self.cut)

    @cached_property
    def widths(self) -> set[int]:
        return habitual_widths(self.text, self.dialect, self.mapped)

    def run(self) -> None:
        self._titles()
        for line in self.lines:
            if line.endswith("\r\n"):
                line = line[:-2] + "\n"
            if self._plain(line):
                self.out.write(f"{self.lines.number}{self.dialect.separator}{line}")
                self.ledger.accepted += 1
            else:
                self._settle(line.removesuffix("\n"))
        self.ledger.lines = self.text.lines if not self.lines.returns_end else self.lines.number

    def _plain(self, line: str) -> bool:
        """True for a record that needs no thought, as nearly all lines are."""
        return (
            line.count(self.dialect.separator) == self.need
            and QUOTE not in line
            and self.quote not in line
            and "\r" not in line
            and "\0" not in line
            and line[0] not in self.doubtful
            and line != self.head
            and line.endswith("\n")
            and not (any(gap in line for gap in self.gaps) and is_summary(line.split(self.dialect.separator), self.asked))
            and line[0] not in "-=_*"  # a rule of dashes
        )

    def _titles(self) -> None:
        """Lines above the header, and the header."""
        for _ in range(self.dialect.data_line - 1):
            line = self.lines.take()
            if self.lines.number >= self.dialect.header_line:
                self.head += line.replace("\r\n", "\n")
            elif line.strip():
                self.ledger.skipped += 1
            else:
                self.ledger.blank += 1
        if self.dialect.header_line:
            self.ledger.header += 1
            self.ledger.continued += self.dialect.data_line - self.dialect.header_line - 1

    def _settle(self, line: str) -> None:
        """A line that is not plainly a record: find out what it is."""
        number = self.lines.number
        body = line.lstrip("\ufeff").rstrip("\r").replace("\0", "")
        if self._blank(body):
            self.ledger.blank += 1
        elif self.head and body == self.head.removesuffix("\n"):
            self.ledger.header += 1
        else:
            self._record(number, body, NUL_BYTES if "\0" in line else "")

    def _record(self, number: int, body: str, repaired: str) -> None:
        if self.marked and "\\" + self.quote in body:
            body, repaired = doubled(body, self.quote), BACKSLASH_QUOTES
        fields, held = self.cut.cut(body)
        if held is not None:
            fields, more = self._go_on(fields, held)
            self._skip(more)
        if self.text.undecodable and "\ufffd" in "".join((body, *map(str, fields))):
            self._reject(number, *self._undecodable())
        elif is_summary(fields, self.asked):
            self.ledger.summarise(number)
        elif self._fits(fields) and not self._is_cut(fields, body):
            self._accept(number, fields, repaired)
        else:
            mended, how = self._mend(body, fields)
            self._accept(number, mended, how) if mended else self._reject(number, *self._why(fields))

    def _undecodable(self) -> tuple[str, str]:
        byte = next(self.bytes, None)
        return UNDECODABLE if self.lines.whole else CUT, f"byte {byte:,}" if byte is not None else ""

    def _go_on(self, fields: list[str], held: str) -> tuple[list[str], int]:
        """The fields of a record that runs over lines and how many more it takes, or ([], 0) when its quote is a stray one."""
        undecided, size = False, len(held)
        for more in range(1, RECORD_LINES):
            line = self.lines.look(more - 1)
            body = line.removesuffix("\n").removesuffix("\r").replace("\0", "")
            body = doubled(body, self.quote) if self.marked else body
            size += len(body)
            alone = self._alone(body)
            fields, held = self.cut.go_on(body, fields, held)
            if not line or alone or size > RECORD_CHARACTERS or (held is None and not fields):
                return [], 0
            undecided = undecided or alone is None
            if held is None:
                right = self._fits(fields)
                return (fields, more) if right or not undecided else ([], 0)
        return [], 0

    def _alone(self, line: str) -> bool | None:
        """Whether a line looks like a record by itself: True, False, or None where it has the fields but no column can tell."""
        fields, held = (self.loose or self.cut).cut(line)
        if held is not None or not self._fits(fields) or not balanced(line, self.dialect.quote) or self._blank(line):
            return False
        return self.shapes.fit(fields)

    def _fits(self, fields: list[str]) -> bool:
        return len(fields) == self.dialect.width and not any(cell.strip() for cell in fields[len(self.dialect.columns) :])

    def _is_cut(self, fields: list[str], body: str) -> bool:
        """True when the file ends with this record, without a line end, and its last value looks like the beginning of one."""
        if self.lines.whole or (self.dialect.quote and body.endswith(self.dialect.quote)):
            return False
        return self.shapes.cut(fields[-1])

    def _mend(self, body: str, fields: list[str]) -> tuple[list[str], str]:
        """The record made whole and how, or ([], ''): only by what params declare or the file has the habit of, and only where one way fits."""
        loose = self.loose.cut(body)[0] if self.loose and not fields else []
        if self._fits(loose) and not self._is_cut(loose, body):
            return loose, TEXT_AFTER_QUOTE
        for mended, how in ((self._with_ends(loose or fields)), (self._split(fields), SPLIT_BLANKS)):
            if mended:
                return mended, how
        return [], ""

    def _with_ends(self, fields: list[str]) -> tuple[list[str], str]:
        """The record with the separators of its last, unmapped, empty fields put back, or those too many taken off."""
        count, width = len(fields), self.dialect.width
        declared = ENDS_SETTING in self.source.repair and self.mapped <= count < width
        extra = any(cell.strip() for cell in fields[width:])
        if not self.lines.whole or count < self.mapped or extra or not (declared or count in self.widths):
            return [], ""
        certain = self.shapes.certain(fields)
        if not (certain or (certain is None and declared)):
            return [], ""
        return [*fields, *[""] * (width - count)][:width], DROPPED_ENDS if count < width else LAST_SEPARATOR

    def _split(self, fields: list[str]) -> list[str]:
        """The record with the separator put back that a run of blanks replaced: declared by params, one field short, exactly one place for it."""
        if "split_blanks" not in self.source.repair or len(fields) != self.dialect.width - 1:
            return []
        places = [(i, run) for i, value in enumerate(fields) for run in BLANK_RUN.finditer(value)]
        if len(places) != 1:
            return []
        i, run = places[0]
        return [*fields[:i], fields[i][: run.start()], fields[i][run.end() :], *fields[i + 1 :]]

    def _accept(self, number: int, fields: list[str], repaired: str = "") -> None:
        if not any(f.strip() for f in fields):
            self.ledger.blank += 1
            return
        self.writer.writerow([number, *fields])
        self.ledger.accepted += 1
        for reason in (repaired, LAST_SEPARATOR if self.dialect.trailing else ""):
            if reason:
                self.ledger.repair(reason)

    def _why(self, fields: list[str]) -> tuple[str, str]:
        if not self.lines.whole:
            return CUT, ""
        if not fields:
            return OPEN_QUOTE, ""
        return (SHORT if len(fields) < self.dialect.width else LONG), f"{len(fields)} of {self.dialect.width} fields"

    def _reject(self, number: int, reason: str, detail: str = "") -> None:
        self.ledger.refuse_record(number, reason, detail)

    def _blank(self, body: str) -> bool:
        return not body.replace(self.dialect.separator, "").replace(self.dialect.quote or " ", "").strip()

    def _skip(self, more: int) -> None:
        for _ in range(more):
            self.lines.take()
        self.ledger.continued += more
