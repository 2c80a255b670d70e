"""What became of every physical record of an export: nothing is lost without a count and a reason."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date

import pandas as pd

SHORT, LONG, OPEN_QUOTE, CUT, UNDECODABLE = "short", "long", "open quote", "cut", "undecodable"
SPLIT_BLANKS, NUL_BYTES, LAST_SEPARATOR = "split blanks", "nul bytes", "last separator"
DROPPED_ENDS, TEXT_AFTER_QUOTE, BACKSLASH_QUOTES = "dropped ends", "text after quote", "backslash quotes"
UNFINISHED, GARBLED = "no last line end", "garbled text"
EQUAL = "equal rows"  # records without a key that are equal to another one of their file
LISTED = 1000  # rejected records listed by line; the counts go on

FATES = ("accepted", "rejected", "duplicates", "left_out", "events")  # what may become of a record
COLUMNS = ("table", "file", "reader", "encoding", "physical", *FATES, "blank", "header", "skipped", "summary", "repaired")
MONTH_COLUMNS = ("table", "file", "dated", *FATES, "undated")


@dataclass
class FileLedger:
    """One file's account. physical = accepted + rejected + duplicates + left_out + events + blank + header + skipped + summary.

    The readers fill the upper part; what converts and merges the rows afterwards moves records out of `accepted` with `reject`, `duplicate`,
    `leave_out` and `fold`. A reason is a word of those above or of `convert.py`, alone or followed by ` › ` and a column: `value › started_at`.
    """

    name: str
    digest: str = ""
    reader: str = ""  # fast, resynchronising, workbook, parquet, r
    encoding: str = ""  # of text; '' otherwise
    separator: str = ""  # of text; '' otherwise
    lines: int = 0  # physical lines of a text, rows of a sheet or frame (blank and title rows included)
    continued: int = 0  # lines that belong to a quoted record begun on an earlier line
    skipped: int = 0  # title lines above the header
    header: int = 0  # the header, and its repetitions further down
    blank: int = 0
    summary: int = 0  # totals, signatures and footnotes: rows that are no records (see rows.py)
    summary_at: list[int] = field(default_factory=list)  # the lines of the first LISTED of them
    accepted: int = 0
    rejected: Counter = field(default_factory=Counter)  # reason -> records
    rejected_at: list[tuple[int, str]] = field(default_factory=list)  # (line, reason and detail), the first LISTED of them
    repaired: Counter = field(default_factory=Counter)  # reason -> records that are accepted, but mended
    duplicates: Counter = field(default_factory=Counter)  # reason -> records
    left_out: Counter = field(default_factory=Counter)  # 'outcome test' -> records that params leave out
    events: int = 0  # rows folded into the contact that they are events of
    unexplained: int = 0  # duplicates that no overlap of exports explains: the row that stays is in this file too, or has another time
    apart: int = 0  # calls whose key an earlier call has too: hours lie between them, or they are of different callers
    other_ids: dict[str, dict[str, int]] = field(
        default_factory=dict
    )  # file that has rows of the same callers and seconds under other ids -> day -> rows
    twice: dict[str, dict[str, int]] = field(default_factory=dict)  # file that has rows of it too, which no key or id names -> day -> rows
    unlike: dict[str, dict[str, int]] = field(
        default_factory=dict
    )  # file whose rows of the same records, with other cells, stay -> day ('' without one) -> rows
    unsettled: dict[str, dict[str, int]] = field(
        default_factory=dict
    )  # those of them of which nothing proves that they are the earlier ones
    unsettled_in: dict[str, dict[str, int]] = field(default_factory=dict)  # and the columns in which these differ -> rows
    table: str = ""  # the table that the file was read for
    source: int = 0  # which of the table's kinds of export it is of, as params list them
    days: dict[str, dict[str, int]] = field(default_factory=dict)  # day -> what became of the rows of that day
    unread: dict[str, int] = field(default_factory=dict)  # hidden sheets with the mapped columns that are not read -> their rows
    unlisted: dict[str, int] = field(default_factory=dict)  # visible ones that params name no sheet like -> their rows
    beside: list[str] = field(default_factory=list)  # other sheets and members of the same file that are not read
    notes: dict[str, float] = field(default_factory=dict)  # what is odd about the file as a whole -> how much of it, 0-1

    @property
    def physical(self) -> int:
        """Physical records: lines, less those that continue a record."""
        return self.lines - self.continued

    @property
    def unaccounted(self) -> int:
        """Physical records without a place in the account; anything but 0 is a fault of ours."""
        moved = self.rejected.total() + self.duplicates.total() + self.left_out.total() + self.events
        return self.physical - self.accepted - moved - self.blank - self.header - self.skipped - self.summary

    def refuse_record(self, line: int, reason: str, detail: str = "") -> None:
        """A reader's rejection: the record never was among the accepted."""
        self.rejected[reason] += 1
        self._list(line, reason, detail)

    def summarise(self, line: int) -> None:
        """A row that sums up or signs the table."""
        self.summary += 1
        if len(self.summary_at) < LISTED:
            self.summary_at.append(line)

    def reject(self, reason: str, count: int, lines: Iterable[int] = ()) -> None:
        """Move accepted records to the rejected; `lines` are as many of their line numbers as are known."""
        self.rejected[reason] += count
        self.accepted -= count
        for line in lines:
            self._list(line, reason)

    def duplicate(self, reason: str, count: int) -> None:
        """Move accepted records to the duplicates: `same row`, `older version`, `other time`."""
        self.duplicates[reason] += count
        self.accepted -= count

    def leave_out(self, reason: str, count: int) -> None:
        """Move accepted records to those that params leave out."""
        self.left_out[reason] += count
        self.accepted -= count

    def fold(self, count: int) -> None:
        """Move accepted records to the events that are told by another row of their contact."""
        self.events += count
        self.accepted -= count

    def repair(self, reason: str, count: int = 1) -> None:
        self.repaired[reason] += count

    def note(self, reason: str, share: float = 1.0) -> None:
        self.notes[reason] = share

    def _list(self, line: int, reason: str, detail: str = "") -> None:
        if len(self.rejected_at) < LISTED:
            self.rejected_at.append((line, f"{reason}: {detail}" if detail else reason))

    def as_dict(self) -> dict:
        """For ledger.json: plain data, reasons sorted, `physical` beside its parts."""
        plain = asdict(self)
        for name in ("rejected", "repaired", "duplicates", "left_out"):
            plain[name] = dict(sorted(getattr(self, name).items()))  # asdict counts the pairs of a Counter
        plain["rejected_at"] = [list(pair) for pair in self.rejected_at]
        return {**plain, "physical": self.physical}

    @classmethod
    def from_dict(cls, plain: dict) -> "FileLedger":
        known = {name: value for name, value in plain.items() if name != "physical"}
        for name in ("rejected", "repaired", "duplicates", "left_out"):
            known[name] = Counter(known.get(name, {}))
        known["rejected_at"] = [(line, reason) for line, reason in known.get("rejected_at", ())]
        return cls(**known)


def ledger_frame(ledgers: Iterable[FileLedger]) -> pd.DataFrame:
    """One row a file, with the columns COLUMNS: the parts that add up to `physical`, and what was repaired among the accepted."""
    return pd.DataFrame([_row(ledger) for ledger in ledgers], columns=list(COLUMNS))


def _row(ledger: FileLedger) -> dict:
    counts = {name: getattr(ledger, name).total() for name in ("rejected", "duplicates", "left_out", "repaired")}
    plain = {
        name: getattr(ledger, name)
        for name in ("reader", "encoding", "physical", "accepted", "events", "blank", "header", "skipped", "summary")
    }
    return {"table": ledger.table, "file": ledger.name, **plain, **counts}


def month_frame(ledgers: Iterable[FileLedger], first: date, last: date) -> pd.DataFrame:
    """One row a table and file that has records of the days from first to last, or none with a time at all, with the columns MONTH_COLUMNS.

    dated = accepted + rejected + duplicates + left_out + events: rows whose time lies in these days. undated are the records of the whole file
    that have no readable time, rejected or accepted: nobody can say of which month they are.
    """
    rows = [(_month_row(ledger, first, last), ledger.days) for ledger in ledgers]
    return pd.DataFrame([row for row, days in rows if row["dated"] or (row["undated"] and not days)], columns=list(MONTH_COLUMNS))


def _month_row(ledger: FileLedger, first: date, last: date) -> dict:
    found = dict.fromkeys(FATES, 0)
    everything = 0
    for day, fates in ledger.days.items():
        everything += sum(fates[fate] for fate in found if fate in fates)
        if first <= date.fromisoformat(day) <= last:
            found = {fate: n + fates.get(fate, 0) for fate, n in found.items()}
    every = ledger.accepted + ledger.rejected.total() + ledger.duplicates.total() + ledger.left_out.total() + ledger.events
    return {"table": ledger.table, "file": ledger.name, "dated": sum(found.values()), **found, "undated": every - everything}
