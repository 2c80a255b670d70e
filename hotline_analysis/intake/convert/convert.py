"""Text to canonical types, column by column as params declare, and a count of every cell that does not convert.

One SELECT in layers does the whole file: cells as text, then values, then what depends on another column (a clock time after midnight), then the
time zone. Beside each row stands `_faults`, one bit for each kind of finding, so that one pass both converts and counts.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from hotline_analysis import presets, tables
from hotline_analysis.errors import DataRefused, nearest
from hotline_analysis.fits import is_pattern
from hotline_analysis.intake.convert import durations, identity, instants
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.intake.read.marks import UNREAD
from hotline_analysis.intake.read.rows import described
from hotline_analysis.params import ColumnRule, Item, Period, Source
from hotline_analysis.personal import FULL_WIDTH
from hotline_analysis.tables import (
    AMOUNT,
    COUNT,
    FLAG,
    IDENTITY,
    INSTANT,
    NO,
    SCORE,
    SECONDS,
    TEXT,
    WIDE,
    WIDE_WORD,
    YES,
    Column,
    Table,
    narrow,
)

NOTHING = ("", "-", "--", "—", "NULL", "null", "\\N", "None", "[None]", "[Deleted]", "nan", "NaN", "NaT", "N/A", "#N/A", "(null)")
NO_ID = tuple(sorted({word.lower() for word in (*NOTHING, *UNREAD)}))
ZEROS = "re:[0-]+"
NO_NUMBER = (*NOTHING, "NA", "na", "?", "无", "pending")  # beside a number, a flag or a time nobody means a name by these

VALUE, WORD, EMPTY, SKIPPED, TWICE, NARRATIVE, PERSONAL, NO_ANSWER, OFF_SCALE = (
    "value",
    "word",
    "empty",
    "skipped hour",
    "hour shown twice",
    "narrative",
    "personal",
    "no answer",
    "off the scale",
)
LARGEST = {
    SECONDS: 31 * 86400,
    SCORE: 1_000_000,
    COUNT: 1_000_000,
    AMOUNT: 1_000_000_000,
}  # a telephone number or an id in the wrong column is a number too, and no duration or score
EXCHANGED = "exchanged day and month"
YEAR_FIRST = r"^(\s*\d{4})([-/.])(\d{1,2})[-/.](\d{1,2})"  # a real date of a spreadsheet, as text
CUT = "\\d{15}0+"  # a number as a spreadsheet keeps it: fifteen digits, then zeros
REJECT, BLANK, COUNT, HIDE = "reject", "blank", "count", "hide"
CALENDAR_MONTHS = Period()
PLAIN = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,6})?")  # a number as params write it
PARTS = "[;；]"  # between the words of a cell that may hold several


@dataclass(frozen=True)
class Finding:
    """Something that can be found in a row: the column, the reason, what then happens (the row is rejected, the cell blanked or hidden under the key, or nothing) and the test in SQL."""

    column: str
    reason: str
    action: str
    test: str


class Guarded(NamedTuple):
    """Texts of a column that may not enter the store: their table (text, put, reason), why the worst of them may not, and what is done with their cells."""

    table: str
    reason: str
    action: str


@dataclass(frozen=True)
class Conversion:
    """A file's SELECT. It yields _record, _key, _whole (nothing but all its cells names the row, so that equal rows are records), _event (of event logs), _faults and the
    canonical columns.
    """

    sql: str
    findings: tuple[Finding, ...]
    columns: tuple[str, ...]

    @property
    def rejecting(self) -> int:
        """The bits of `_faults` that reject a row."""
        return sum(1 << bit for bit, f in enumerate(self.findings) if f.action == REJECT)


@dataclass(frozen=True)
class Sheet:
    """A text table as SQL sees it: the Parquet file, where each header stands, and whether the file knew types."""

    path: Path
    positions: Mapping[str, int]
    typed: bool = False
    comma: frozenset[str] = frozenset()  # columns in which a comma stands before the decimals
    exchanged: frozenset[str] = frozenset()  # instants in which a spreadsheet exchanged day and month of the real dates
    cut: Mapping[str, frozenset[int]] = field(default_factory=dict)  # header -> lengths of ids whose last digits are lost

    def cell(self, header: str) -> str:
        return f"c{self.positions[header]}"

    def damaged(self, headers: tuple[str, ...], x: str) -> str:
        """True where an id `x` lost digits: written as 2.02405E+11, or cut to 15 digits and zeros."""
        lengths = sorted(self.cut.get(headers[0], ())) if len(headers) == 1 else []
        cut = f" OR ({_one_of(f'length({x})', lengths)} AND regexp_full_match({x}, {literal(CUT)}))" if lengths else ""
        return f"(damaged_id({x}){cut})"


def sheet(path: Path, columns: tuple[str, ...], typed: bool, source: Source, where: str) -> Sheet:
    """The text table, once every mapped header is found in it."""
    positions = {name: i for i, name in reversed(list(enumerate(columns)))}
    unfit = presets.missing(source.preset, [n for n in wanted(source) if f"{n} (1)" not in positions], positions, where)
    if source.preset and unfit:
        raise unfit
    for name in wanted(source):
        if f"{name} (1)" in positions:
            twins = ", ".join(f"'{found}'" for found in columns if found.startswith(f"{name} ("))
            raise DataRefused(where, f"has the column '{name}', which params map, more than once.", f"Map the one that is meant: {twins}.")
        if name not in positions:
            raise DataRefused(where, f"has no column '{name}', which params map.", _meant(name, columns))
    return Sheet(path, positions, typed)


def _meant(name: str, columns: Collection[str]) -> str:
    """The nearest header; else the two that are half alike, and all of them."""
    half = get_close_matches(name, columns, n=2, cutoff=0.5)
    near = f"Did you mean {' or '.join(repr(header) for header in half)}? " if half else ""
    return nearest(name, columns) or f"{near}Its header {described(columns)}"


def wanted(source: Source) -> tuple[str, ...]:
    """Every header that params name, in order, once."""
    named = [name for rule in source.columns.values() for name in (*rule.source, *rule.when)]
    return tuple(dict.fromkeys([*named, *source.key, *(source.events.key if source.events else ())]))


def text_sql(rule: ColumnRule, table: Sheet) -> str:
    """A column's cell as text: several cells with a blank between them, NULL where one of them is empty or says none, or the first filled of them; NULL in
    rows that `when` does not mean. A constant stands for itself.
    """
    told, asked = _cells_sql(rule, table), when_sql(rule, table)
    return f"CASE WHEN {asked} THEN {told} END" if asked else told


def when_sql(rule: ColumnRule, table: Sheet) -> str:
    """True in the rows that `when` means; '' where it says nothing."""
    return " AND ".join(_marked(f"trim({table.cell(header)})", marks) for header, marks in rule.when.items())


def _cells_sql(rule: ColumnRule, table: Sheet) -> str:
    if rule.constant is not None:
        return literal(rule.constant)
    cells = [table.cell(name) for name in rule.source]
    blank = [f"({c} IS NULL" + (f" OR {_one_of(f'trim({c})', rule.none)}" if rule.none else "") + ")" for c in cells]
    if len(cells) == 1:
        return f"CASE WHEN NOT {blank[0]} THEN {cells[0]} END" if rule.none else cells[0]
    if rule.first_filled:
        filled = (f"CASE WHEN NOT {nothing} THEN nullif({c}, '') END" for nothing, c in zip(blank, cells, strict=True))
        return f"coalesce({', '.join(filled)})"
    joined = " || ' ' || ".join(_halves(cells)) if table.typed else " || ' ' || ".join(cells)
    return f"CASE WHEN NOT ({' OR '.join(blank)}) THEN {joined} END"


def words_sql(table: Table, source: Source, sheet: Sheet, name: str) -> str:
    """A text column as it would enter the store: (_record, text)."""
    column, rule = table[name], source.columns[name]
    rule = rule if name.endswith("_id") else _in_one_width(rule, name)
    cut = f"id_text({_cut('t', rule, distinct=True)})" if name.endswith("_id") else _one_width(_cut("t", rule), name)
    cells = f"SELECT _record, {text_sql(rule, sheet)} AS t FROM {parquet(sheet.path)}"
    return f"SELECT _record, {_words('x', rule, column)} AS text FROM (SELECT _record, {cut} AS x FROM ({cells}))"


def _halves(cells: list[str]) -> list[str]:
    """Of a workbook: a day that carries midnight, followed by its clock time."""
    return [*(f"replace({c}, ' 00:00:00', '')" for c in cells[:-1]), cells[-1]]


def convert(
    table: Table,
    source: Source,
    sheet: Sheet,
    *,
    zone: str,
    salt: str,
    identities: Mapping[str, str],
    order: tuple[str, ...] = (),
    guarded: Mapping[str, Guarded] = MappingProxyType({}),
    odd_key: Callable[[str], str] | None = None,
    items: Mapping[str, Item] = MappingProxyType({}),
    period: Period = CALENDAR_MONTHS,
) -> Conversion:
    """The SELECT that converts one text table. `identities`: canonical identity column -> (text, id, grp, state, note) table.

    `order`: which of them make the caller, the first known one. `salt` is mixed into the row keys, so that a key tells nothing about the row to whoever lacks it.
    `guarded`: text column -> what stands in the place of texts that may not enter; `odd_key`: the test of a row key that may not either.
    `items`: slot -> its scale, and the numbers that are no answer. `period`: where a month begins, for the tables of months.
    """
    build = _Build(
        table, source, sheet, instants.zone(zone), identities, order, items, period
    )  # `zone`: the hotline's; its exports may say another
    return build.conversion(salt, guarded, odd_key)


class _Build:
    """The layers of one SELECT while they are put together."""

    def __init__(
        self,
        table: Table,
        source: Source,
        sheet: Sheet,
        zone: instants.Zone,
        identities: Mapping[str, str],
        order: tuple[str, ...],
        items: Mapping[str, Item],
        period: Period,
    ):
        self.table, self.source, self.sheet, self.identities, self.order, self.items = table, source, sheet, identities, order, items
        self.period, self.home = period, zone
        self.zone = (
            instants.zone(source.zone) if source.zone and not table.monthly else zone
        )  # a month is the hotline's, wherever it was typed
        self.rules = {name: rule for name, rule in source.columns.items() if table[name].kind != IDENTITY}
        self.texts, self.first, self.cleaned, self.worded, self.values = [[] for _ in range(5)]
        self.own, self.moved, self.zoned, self.epochs = [[] for _ in range(4)]
        self.findings: list[Finding] = []
        self.output: dict[str, str] = {}

    def conversion(self, salt: str, guarded: Mapping[str, Guarded], odd_key: Callable[[str], str] | None) -> Conversion:
        for name, rule in source_order(self.rules, self.table):
            column = self.table[name]
            self.texts.append(f"{self._written(name, rule)} AS t_{name}")
            {INSTANT: self._instant, TEXT: self._text}.get(column.kind, self._number)(column, rule)
        self._not_applicable()
        self._length()
        for name in self.identities:
            self.texts.append(f"{text_sql(self.source.columns[_mapped(self.source, name)], self.sheet)} AS t_{name}")
        self._callers()
        for name, put in guarded.items():
            self.output[name] = f"CASE WHEN g_{name}.text IS NULL THEN rows.{name} ELSE g_{name}.put END"
            self.findings.append(Finding(name, put.reason, put.action, f"g_{name}.text IS NOT NULL"))
        return Conversion(self._select(salt, guarded, odd_key), tuple(self.findings), tuple(self.output))

    def _written(self, name: str, rule: ColumnRule) -> str:
        """The cell; day and month exchanged back."""
        text = text_sql(rule, self.sheet)
        text = f"whole_month({text})" if self._month(name) else text
        return f"regexp_replace({text}, {literal(YEAR_FIRST)}, '\\1\\2\\4\\2\\3')" if name in self.sheet.exchanged else text

    def _text(self, column: Column, rule: ColumnRule) -> None:
        """x_ the cell without outer blanks, or the wanted level of its path; then the canonical word."""
        name, x = column.name, f"x_{column.name}"
        rule = rule if name.endswith("_id") else _in_one_width(rule, name)
        if name.endswith("_id"):
            self._id(name, rule)
        else:
            self.first.append(f"{_one_width(_cut(f't_{name}', rule), name)} AS {x}")
        self.values.append(f"{_words(x, rule, column)} AS {name}")
        self.output[name] = f"rows.{name}"
        if _other(rule, column) == "keep":
            self._find(column, rule, VALUE, _one_of(f"y_{name}" if name.endswith("_id") else x, UNREAD))
        else:
            known = f" AND NOT {_one_of(x, _dropped(rule))}" if _dropped(rule) else ""
            self._find(column, rule, WORD, f"rows.{name} IS NULL AND {_filled(x, NOTHING)} AND NOT {_nobody(x, rule)}{known}")
        if name in self.table.needs:
            self.findings.append(Finding(name, EMPTY, REJECT, f"rows.{name} IS NULL AND (NOT {_filled(x, NOTHING)} OR {_nobody(x, rule)})"))

    def _id(self, name: str, rule: ColumnRule) -> None:
        """y_ the cell, x_ the id in one of its written forms; none where digits are lost, since it would join records of others."""
        y = f"y_{name}"
        damaged = self.sheet.damaged(rule.source, y)
        self.first.append(f"{_cut(f't_{name}', rule, distinct=True)} AS {y}")
        self.cleaned.append(f"CASE WHEN NOT {damaged} AND NOT {_one_of(y, UNREAD)} THEN id_text({y}) END AS x_{name}")
        self.findings.append(Finding(name, identity.DAMAGED, BLANK, damaged))

    def _number(self, column: Column, rule: ColumnRule) -> None:
        """f_ the plain reading, k_ the cleaned cell where that failed; then n_ the value in other forms.

        What a macro uses several times is a column of an earlier layer: written in, it would be planned as often, with all its patterns.
        """
        name = column.name
        fast, rest = {SECONDS: self._seconds, FLAG: _flag, AMOUNT: self._amount, COUNT: self._amount, SCORE: self._score}[column.kind](
            name, rule
        )
        whole = "{}" if column.kind == FLAG else f"within({{}}, {LARGEST[column.kind]})"
        whole = f"in_ones({whole})" if column.kind == COUNT else whole
        self.first.append(f"{whole.format(fast)} AS f_{name}")
        self.cleaned.append(f"CASE WHEN f_{name} IS NULL THEN clean(t_{name}) END AS k_{name}")
        self.values.append(f"coalesce(f_{name}, {rest}) AS n_{name}")
        self.own.append(f"{whole.format(f'n_{name}')} AS {name}")
        self.output[name] = name
        self._scale(name)
        if rule.includes:
            self._less(name, f"greatest(coalesce({rule.includes}, 0), 0)")
        dropped = [float(word) for word in _dropped(rule) if PLAIN.fullmatch(word)] if column.kind in tables.NUMBERS else []
        meant = f" AND NOT {_one_of(f'try_cast(k_{name} AS DOUBLE)', dropped)}" if dropped else ""
        self._find(column, rule, VALUE, f"{name} IS NULL AND {_filled(f'k_{name}', (*NO_NUMBER, *_dropped(rule)))}{meant}")

    def _less(self, name: str, held: str) -> None:
        """A duration without another that it holds; one that is shorter than what it is said to hold says neither."""
        shorter = f"{name} >= 0 AND {name} < {held}"
        self.output[name] = f"CASE WHEN NOT ({shorter}) THEN {name} - {held} END"
        self.findings.append(Finding(name, VALUE, BLANK, shorter))

    def _scale(self, name: str) -> None:
        """A number that is no answer to the item, or off its scale, is no score: of the item's own column, or of the row that names it."""
        asked = [("true", self.items[name])] if name in self.items else []
        if name == "score" and "item" in self.rules:
            asked = [(f"rows.item = {literal(slot)}", item) for slot, item in self.items.items()]
        for where, item in asked:
            off = f"{where} AND rows.{name} NOT BETWEEN {item.scale[0]!r} AND {item.scale[1]!r}"
            no_answer = _coded(name, item)
            self.output[name] = f"CASE WHEN NOT coalesce({off}, false) THEN {self.output[name]} END"
            self.findings.append(Finding(name, NO_ANSWER, BLANK, f"{where} AND ({no_answer})"))
            self.findings.append(Finding(name, OFF_SCALE, BLANK, f"{off} AND NOT ({no_answer})"))

    def _not_applicable(self) -> None:
        """Which items were answered by a code for no answer: in their own columns they are empty, as those that nobody answered."""
        coded = {name: item for name, item in self.items.items() if name in self.rules and item.not_applicable}
        if coded and "not_applicable" in self.table:
            listed = ", ".join(f"CASE WHEN {_coded(name, item)} THEN {literal(name)} END" for name, item in coded.items())
            self.output["not_applicable"] = f"nullif(concat_ws(';', {listed}), '')"

    def _mark(self, name: str) -> str:
        if name not in self.sheet.comma:
            return durations.POINT
        return durations.TYPED if self.sheet.typed else durations.COMMA

    def _seconds(self, name: str, rule: ColumnRule) -> tuple[str, str]:
        """p_ the cleaned cell with a point before its decimals, w_ the same with letters for its words."""
        pointed = durations.pointed_sql(f"k_{name}", self._mark(name))
        self.worded += [f"{pointed} AS p_{name}", f"lettered({pointed}) AS w_{name}"]
        return durations.seconds_sql(name, rule, self._mark(name))

    def _score(self, name: str, rule: ColumnRule, number: Callable = durations.score_sql) -> tuple[str, str]:
        """A number, or a word that params give a number; of a number (1) that they give another every written form (1.0, 1分) means the other."""
        words = {word: try_number(value) for word, value in rule.values.items()}
        fast, rest = (_renumbered(read, words) for read in number(f"t_{name}", f"k_{name}", self._mark(name)))
        return _cases(f"trim(t_{name})", words, fast), rest

    def _amount(self, name: str, rule: ColumnRule) -> tuple[str, str]:
        return self._score(name, rule, durations.amount_sql)

    def _length(self) -> None:
        """The seconds of a stretch of which an export gives the two ends only."""
        if "seconds" in self.table and "seconds" not in self.rules and {"starts_at", "ends_at"} <= self.rules.keys():
            self.output["seconds"] = "CAST(e_ends_at - e_starts_at AS DOUBLE)"

    def _month(self, name: str) -> bool:
        """True for the clock of a table of months."""
        return self.table.monthly and name == self.table.clock

    def _instant(self, column: Column, rule: ColumnRule) -> None:
        """Layer by layer: f_ the fast reading, k_ the cleaned text where that failed, v_ wall time, u_ whole instant, h_ clock time alone,
        o_ its own wall second where it was written, l_ the same after `after`, z_ that zone's offset, e_ the epoch second.
        """
        name, formats = column.name, instants.tried(rule.formats, self.sheet.typed)
        self.first.append(f"{instants.fast_sql(f't_{name}', formats)} AS f_{name}")
        self.cleaned.append(f"CASE WHEN f_{name} IS NULL THEN clean(t_{name}) END AS k_{name}")
        self.values.append(f"{instants.wall_sql(f'f_{name}', f'k_{name}', formats)} AS v_{name}")
        whole = instants.instant_sql(f"k_{name}", formats)
        self.values.append(f"{whole or 'CAST(NULL AS BIGINT)'} AS u_{name}")
        if rule.after:
            self.values.append(
                f"epoch_us(try_strptime(k_{name}, {literal(instants.CLOCK)})) // 1000000 + 2208988800 AS h_{name}"
            )  # read as of 1900-01-01
        self.own.append(f"coalesce(u_{name} + {self.zone.utc_sql(f'u_{name}')}, epoch_us(v_{name}) // 1000000) AS o_{name}")
        wall = self._wall_second(name)
        self.moved.append(f"{self._month_begins(wall) if self._month(name) else wall} AS l_{name}")
        self.zoned.append(f"CASE WHEN u_{name} IS NULL THEN {self.zone.code_sql(f'l_{name}')} END AS z_{name}")
        self.epochs.append(f"coalesce(u_{name}, l_{name} - offset_of(z_{name})) AS e_{name}")
        self.output[name] = f"make_timestamp((e_{name} + {self.home.utc_sql(f'e_{name}')}) * 1000000)"
        self.output[column.epoch] = f"e_{name}"
        self._instant_findings(column, rule)

    def _instant_findings(self, column: Column, rule: ColumnRule) -> None:
        name = column.name
        self._find(column, rule, VALUE, f"l_{name} IS NULL AND {_filled(f'k_{name}', NO_NUMBER)}")
        if name in self.sheet.exchanged:
            self.findings.append(Finding(name, EXCHANGED, COUNT, f"regexp_matches(t_{name}, {literal(YEAR_FIRST)})"))
        if self.zone.moves:
            self.findings.append(Finding(name, SKIPPED, COUNT, f"z_{name} < -{instants.AMBIGUOUS // 2}"))
            self.findings.append(Finding(name, TWICE, COUNT, f"z_{name} > {instants.AMBIGUOUS // 2}"))
        if name in self.table.needs:
            self.findings.append(Finding(name, EMPTY, REJECT, f"l_{name} IS NULL AND NOT {_filled(f'k_{name}', NO_NUMBER)}"))

    def _month_begins(self, second: str) -> str:
        """The first day of the hotline's month in which a day lies, at the hour at which the hotline cuts its days: that day's first second."""
        begins, cut = self.period.start_day, self.period.cut_hour
        day = f"make_timestamp({second} * 1000000) - INTERVAL {begins - 1} DAY"
        return f"epoch_us(date_trunc('month', {day}) + INTERVAL {min(begins - 1, 1)} MONTH + INTERVAL {cut} HOUR) // 1000000"

    def _wall_second(self, name: str) -> str:
        """Seconds of the wall clock since 1970; a clock time that would precede `after` belongs to the next day."""
        rule = self.rules[name]
        if not rule.after:
            return f"o_{name}"
        base = f"({self._wall_second(rule.after)})"
        clock = f"({base} // 86400 * 86400 + h_{name})"
        own = f"CASE WHEN u_{name} IS NULL THEN {_not_before(f'o_{name}', base)} ELSE o_{name} END"  # an instant that is named whole stays
        return f"coalesce({own}, {_not_before(clock, base)})"

    def _callers(self) -> None:
        """The identity columns: an id under each key, the first known one as the caller, and why there is none."""
        if not self.identities:
            return
        for name in self.identities:
            self.output[name] = f"i_{name}.id"
            self.findings += [Finding(name, note, COUNT, f"i_{name}.note = {literal(note)}") for note in identity.NOTES]
        order = [n for n in self.identities if n in self.order] or list(self.identities)
        self.output["caller"] = f"coalesce({', '.join(f'i_{n}.id' for n in order)})"
        self.output["caller_group"] = f"coalesce({', '.join(f'i_{n}.grp' for n in order)})"
        known = " OR ".join(f"i_{n}.id IS NOT NULL" for n in order)
        broken = " OR ".join(f"i_{n}.state = 'invalid'" for n in order)
        self.output["caller_state"] = f"CASE WHEN {known} THEN 'known' WHEN {broken} THEN 'invalid' ELSE 'withheld' END"

    def _nobody_ids(self, name: str) -> dict[str, tuple[str, ...]]:
        """The marks that say no id, by the header of the id: those of params, and a lone number of zeros, with which legs of strangers would be one call."""
        rule, events = self.rules.get(self.table.id), self.source.events
        marks = {rule.source[0]: rule.unknown} if rule and len(rule.source) == 1 else {}
        if name == "_event" and events.take == "merged" and len(events.key) == 1:
            marks[events.key[0]] = (*marks.get(events.key[0], ()), ZEROS)
        return marks

    def _find(self, column: Column, rule: ColumnRule, reason: str, test: str) -> None:
        self.findings.append(Finding(column.name, reason, _action(self.table, column, rule), test))

    def _select(self, salt: str, guarded: Mapping[str, Guarded], odd_key: Callable[[str], str] | None) -> str:
        plain = {h for name, rule in self.rules.items() if name.endswith("_id") or self.table[name].kind == INSTANT for h in rule.source}
        named = {"_key": self.source.key} | ({"_event": self.source.events.key} if self.source.events else {})
        keys = [
            part
            for name, headers in named.items()
            for part in _row_keys(name, headers, self.sheet, plain, salt, odd_key, self._nobody_ids(name))
        ]
        read = [
            f"{key_text(headers, self.sheet)} AS {name}_text" for name, headers in named.items() if headers and plain.issuperset(headers)
        ]
        rows = f"(SELECT *, {', '.join(read)} FROM {parquet(self.sheet.path)})" if read else parquet(self.sheet.path)
        layer = f"SELECT _record, {', '.join([*keys, *self.texts])} FROM {rows}"
        for added in (self.first, self.cleaned, self.worded, self.values, self.own, self.moved, self.zoned, self.epochs):
            if added:
                layer = f"SELECT *, {', '.join(added)} FROM ({layer})"
        joins = " ".join(f"LEFT JOIN {t} AS i_{n} ON i_{n}.text = t_{n}" for n, t in self.identities.items())
        joins += "".join(f" LEFT JOIN {t.table} AS g_{n} ON g_{n}.text = rows.{n}" for n, t in guarded.items())
        bits = (
            " | ".join(f"(CAST(coalesce({f.test}, false) AS UBIGINT) << {i})" for i, f in enumerate(self.findings)) or "CAST(0 AS UBIGINT)"
        )
        named = ", ".join(f"CAST({sql} AS {_type(self.table, name)}) AS {name}" for name, sql in self.output.items())
        counted = f"_key_whole AND x_{self.table.id} IS NULL" if self.table.id in self.rules else "_key_whole"
        keys = "_key, false AS _whole, _event" if self.source.events else f"_key, {counted} AS _whole"
        return f"SELECT _record, {keys}, {bits} AS _faults, {named} FROM ({layer}) AS rows {joins}"


def _not_before(second: str, base: str) -> str:
    return f"CASE WHEN {second} < {base} THEN {second} + 86400 ELSE {second} END"


def source_order(rules: Mapping[str, ColumnRule], table: Table):
    """Columns in the canonical order, whatever the order of the params file."""
    return [(c.name, rules[c.name]) for c in table.columns if c.name in rules]


def tells_apart(name: str) -> bool:
    """True for a text that tells records or handlers apart: it is hidden under the key where a category is blanked."""
    return name.endswith("_id") or name in ("agent", "agent_first")


def identity_columns(table: Table, source: Source, order: tuple[str, ...]) -> dict[str, tuple[str, ColumnRule]]:
    """Canonical identity column -> (kind, rule), the params' order of keys first. A column mapped to `caller` goes under the key of its kind."""
    found = {}
    for name, rule in source.columns.items():
        if table[name].kind == IDENTITY:
            kind = rule.kind or name.removeprefix("caller_")
            found[f"caller_{kind}"] = (kind, rule)
    return {name: found[name] for name in sorted(found, key=lambda n: (order.index(n) if n in order else len(order), n))}


def _mapped(source: Source, name: str) -> str:
    return name if name in source.columns else "caller"


def _action(table: Table, column: Column, rule: ColumnRule) -> str:
    """The row is rejected where params say so, where the row needs the column, and where a word is neither known nor allowed to be unknown."""
    if rule.on_error:
        return rule.on_error
    return REJECT if column.name in table.needs or rule.other == "reject" else BLANK


def _type(table: Table, name: str) -> str:
    return tables.SQL_TYPE[table[name].kind] if name in table else "BIGINT"


def _one_of(x: str, words) -> str:
    """True where the text is one of a few words, false where it is not or is NULL (DuckDB makes IN and list_contains a join each, which takes thrice the time)."""
    return f"(list_position({literal(list(words))}, {x}) IS NOT NULL)"


def _filled(x: str, nothing: tuple[str, ...]) -> str:
    """True where a trimmed cell holds something; false, never NULL, where it does not."""
    return f"({x} IS NOT NULL AND NOT {_one_of(x, nothing)})"


def _row_keys(
    name: str,
    headers: tuple[str, ...],
    sheet: Sheet,
    plain: set[str],
    salt: str,
    odd_key: Callable[[str], str] | None,
    nobody: Mapping[str, tuple[str, ...]],
) -> list[str]:
    """A text that is equal for equal keys: of the key's cells, or of the whole row (every column, in the order of their names); and `name`_whole
    which of the two it is.

    A row without its key, or with one that a spreadsheet shortened (2.02405E+11) or that says none (NULL, -, one of the `nobody` marks of its header), is
    known by the whole row: nothing else tells it from others.
    Cells that the store holds anyway (`plain`) stay readable, which is faster, but for those that `odd_key` finds; anything else goes in as a salted
    hash of 128 bits.
    """
    cells = {h: f"trim({sheet.cell(h)})" for h in sorted(sheet.positions)}
    whole = _salted(cells.values(), salt)
    if not headers:
        return [f"{whole} AS {name}", f"true AS {name}_whole"]
    key = hidden = _salted(_ids(headers, sheet), salt)
    if plain.issuperset(headers):
        key = f"{name}_text"  # a column by then: the test names it ten times over
        key = f"CASE WHEN {odd_key(key)} THEN {hidden} ELSE {key} END" if odd_key else key
    lost = " OR ".join(
        f"{cells[h]} IS NULL OR {_one_of(f'lower({cells[h]})', NO_ID)} OR {_marked(cells[h], nobody.get(h, ()))} OR {sheet.damaged((h,), cells[h])}"
        for h in headers
    )
    return [f"CASE WHEN {lost} THEN {whole} ELSE {key} END AS {name}", f"({lost}) AS {name}_whole"]


def key_text(headers: tuple[str, ...], sheet: Sheet) -> str:
    """A row's key as it would stand readable in the store."""
    return _joined(_ids(headers, sheet))


def _ids(headers: tuple[str, ...], sheet: Sheet) -> list[str]:
    return [f"id_text(trim({sheet.cell(h)}))" for h in headers]


def _joined(cells: Iterable[str]) -> str:
    filled = ", ".join(f"coalesce({cell}, '')" for cell in cells)
    return f"concat_ws(chr(31), {filled})"  # one call: a chain of || is a tree as deep as the row is wide, which no engine plans


def _salted(cells: Iterable[str], salt: str) -> str:
    return f"md5({literal(salt)} || {_joined(cells)} || {literal(salt)})"


def try_number(value: str) -> float | None:
    """A params file's number; None for the empty text (a word that stands for no score)."""
    return float(value) if value else None


def _flag(name: str, rule: ColumnRule) -> tuple[str, str]:
    """Yes and no in the words of params first, then in the usual ones."""
    own = {word.casefold(): meaning.casefold() in YES for word, meaning in rule.values.items() if meaning}
    usual = {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}
    nobody = {word.casefold() for word, meaning in rule.values.items() if not meaning}
    words = {w: m for w, m in {**usual, **own}.items() if w not in nobody}
    yes, no = ([w for w, m in words.items() if m is kind] for kind in (True, False))
    said = "CASE WHEN {yes} THEN true WHEN {no} THEN false END"
    fast, rest = (said.format(yes=_one_of(x, yes), no=_one_of(x, no)) for x in (f"lower(trim(t_{name}))", f"lower(k_{name})"))
    return fast, rest


def _cut(t: str, rule: ColumnRule, distinct: bool = False) -> str:
    """A cell's text without outer blanks, or the wanted level of its path. DuckDB trims each word of a repetitive column once; distinct ones go faster through RE2."""
    text = f"stripped({t})" if distinct else f"trim({t}, {literal(instants.BLANKS)})"
    return f"trim(split_part({text}, {literal(rule.split)}, {rule.part}))" if rule.split else text


def _one_width(text: str, name: str) -> str:
    """A word's letters, digits and blanks in one width, so that １０１ and 101 are one agent; of an agent the brackets of the name too. Punctuation of other words
    stays, for people read it and a sentence is known by it (`guard`), and so does a number of nine wide digits, which is somebody's (`personal`).
    """
    wide = _wide(name)
    return f"one_width({text}, {literal(wide)}, {literal(narrow(wide))})"


def _wide(name: str) -> str:
    return WIDE_WORD + "（）" if tells_apart(name) else WIDE_WORD


def _in_one_width(rule: ColumnRule, name: str) -> ColumnRule:
    """The words of params as the cells are read; patterns stay."""
    wide = _wide(name)
    put = str.maketrans(wide, narrow(wide))
    words = {kind: {w.translate(put): m.translate(put) for w, m in getattr(rule, kind).items()} for kind in ("aliases", "values")}
    return rule.model_copy(update={**words, "unknown": tuple(m if m.startswith("re:") else m.translate(put) for m in rule.unknown)})


def _other(rule: ColumnRule, column: Column) -> str:
    return rule.other or ("blank" if column.allowed else "keep")


def _dropped(rule: ColumnRule) -> tuple[str, ...]:
    """Words that params map to nothing on purpose."""
    return tuple(word for word, value in rule.values.items() if not value)


def _coded(name: str, item: Item) -> str:
    """Whether a cell holds one of the item's codes for no answer."""
    return " OR ".join(f"rows.{name} = {code!r}" for code in item.not_applicable) or "false"


def _words(x: str, rule: ColumnRule, column: Column) -> str:
    """A text: nobody and nothing as NULL, another spelling as the first, this export's word as the canonical one; of a cell that may hold
    several words each by itself, with `;` between them.
    """
    if column.listed:
        each = f"list_transform(regexp_split_to_array({x}, '{PARTS}'), lambda p: {_word('trim(p)', rule, column)})"
        return f"nullif(array_to_string(list_filter({each}, lambda p: p IS NOT NULL), ';'), '')"
    return _word(x, rule, column)


def _word(x: str, rule: ColumnRule, column: Column) -> str:
    text = _cases(x, rule.aliases, x)
    own = f"CASE WHEN {_one_of(text, column.allowed)} THEN {text} END" if column.allowed else "CAST(NULL AS VARCHAR)"
    value = _cases(text, rule.values, text if _other(rule, column) == "keep" else own)
    return f"CASE WHEN NOT {_one_of(x, (*NOTHING, *UNREAD))} AND NOT {_nobody(x, rule)} THEN {value} END"


def _cases(x: str, words: Mapping, rest: str) -> str:
    """A word list in SQL; a word that params map to nothing is NULL, one that they map to 0 is 0."""
    put = {word: None if value == "" else value for word, value in words.items()}
    return f"CASE {x}" + "".join(f" WHEN {literal(w)} THEN {literal(v)}" for w, v in put.items()) + f" ELSE {rest} END" if put else rest


def _renumbered(number: str, words: Mapping[str, float | None]) -> str:
    """A number in SQL, and in its place what params say that it means."""
    put = {float(word): value for word, value in words.items() if PLAIN.fullmatch(word)}
    return _cases(number, put, number)


def _nobody(x: str, rule: ColumnRule) -> str:
    """True where the text is one of the rule's unknown markers."""
    return _marked(x, rule.unknown)


def _marked(x: str, marks: tuple[str, ...]) -> str:
    """True where the text is one of the markers: a text, or a pattern."""
    tests = [f"lower({x}) = {literal(m.lower())}" for m in marks if not is_pattern(m)]
    tests += [f"regexp_full_match({x}, {literal(_regex(m))})" for m in marks if is_pattern(m)]
    return "(" + " OR ".join(tests) + ")" if tests else "false"


def _regex(mark: str) -> str:
    """An unknown marker as a regular expression; the same meaning as identity.matches."""
    if mark.startswith("re:"):
        return mark[3:]
    if mark == "E+":
        return r"(?i).*E\+.*"
    kept = {"*": ".*", "?": "."}
    return "(?i)" + "".join(kept.get(c, c if c.isalnum() else "\\" + c) for c in mark)


MACROS = """
CREATE OR REPLACE TEMP MACRO stripped(x) AS regexp_replace(x, '^[\\s\\x{00a0}\\x{3000}\\x{200b}-\\x{200f}\\x{feff}]+|[\\s\\x{00a0}\\x{3000}\\x{200b}-\\x{200f}\\x{feff}]+$', '', 'g');
CREATE OR REPLACE TEMP MACRO complete(x) AS length(replace(split_part(lower(x), 'e', 1), '.', '')) = CAST(split_part(x, '+', 2) AS INT) + 1 AND CAST(split_part(x, '+', 2) AS INT) < 15;
CREATE OR REPLACE TEMP MACRO power(x) AS contains(x, '+') AND regexp_full_match(x, '\\d(\\.\\d+)?[eE]\\+\\d{1,3}');
CREATE OR REPLACE TEMP MACRO damaged_id(x) AS CASE WHEN power(x) THEN NOT complete(x) ELSE contains(x, '.') AND regexp_full_match(x, '\\d{16,}\\.0+') END;
CREATE OR REPLACE TEMP MACRO one_id(x) AS
    CASE WHEN regexp_full_match(x, '\\d{1,15}\\.0+') THEN split_part(x, '.', 1) WHEN power(x) AND complete(x) THEN replace(split_part(lower(x), 'e', 1), '.', '') ELSE x END;
CREATE OR REPLACE TEMP MACRO id_text(x) AS
    CASE WHEN regexp_full_match(x, '[0-9A-Za-z_: -]*') THEN x ELSE one_id(trim(translate(x, FULL, HALF), ' ''"‘’“”`')) END;
CREATE OR REPLACE TEMP MACRO one_width(x, wide, narrow) AS
    CASE WHEN strlen(x) = length(x) OR regexp_matches(x, WIDE_NUMBER) THEN x ELSE trim(translate(x, wide, narrow)) END;
CREATE OR REPLACE TEMP MACRO within(x, most) AS CASE WHEN abs(x) < most THEN x END;
CREATE OR REPLACE TEMP MACRO in_ones(x) AS CASE WHEN x = floor(x) THEN x END;
CREATE OR REPLACE TEMP MACRO finite(x) AS CASE WHEN isfinite(x) THEN x END;
"""
MACROS = (
    MACROS.replace("FULL, HALF", f"{literal(WIDE)}, {literal(narrow(WIDE))}").replace("WIDE_NUMBER", literal(FULL_WIDTH.pattern))
    + durations.MACROS
)
