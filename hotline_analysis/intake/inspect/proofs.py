"""What the columns of a file prove together, whatever their names: what a row is, which column names it, which times and durations belong together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, permutations
from pathlib import Path

import duckdb
import numpy as np

from hotline_analysis.intake.engine import parquet
from hotline_analysis.intake.inspect import evidence, names
from hotline_analysis.intake.inspect.evidence import Evidence, not_before, pairs, seconds_of
from hotline_analysis.intake.inspect.names import Names
from hotline_analysis.intake.inspect.propose import STEMS, Proposal
from hotline_analysis.words import Term

LEG_WORDS, MOST_LEGS = ("话段", "段序", "分段", "leg", "segment"), 50  # of one call
HOLDS = 0.9  # share of the rows in which a relation must hold
MENU = ("vru", "ivr", "menu", "导航", "语音")
ID_WORDS = ("编号", "单号", "号码", "流水号", "案号", "id", "key", "uuid", "number", "no", "序号", "num", "ref", "reference")
COUNTED = ("序号", "行号", "no", "rowno", "rownumber", "index")  # numbers of the rows of one export: the next export has them again


@dataclass(frozen=True)
class RowUnit:
    """What a row is (contact, leg, event or ticket), and the headers that name it, with the evidence."""

    kind: str
    key: tuple[str, ...]
    why: Term


@dataclass(frozen=True)
class Table:
    """A file's text table while it is looked at."""

    connection: duckdb.DuckDBPyConnection
    path: Path
    small: Path  # fewer of its rows, for relations between columns
    seen: Sequence[Evidence]
    read: dict[str, np.ndarray] = field(default_factory=dict)

    def seconds(self, sql: str) -> np.ndarray:
        """What SQL gives for each of the fewer rows, NaN for nothing; a column of times is compared with many others and read once."""
        if sql not in self.read:
            (found,) = self.connection.execute(f"SELECT ({sql})::DOUBLE FROM {parquet(self.small)}").fetchnumpy().values()
            self.read[sql] = np.ma.filled(found, np.nan)
        return self.read[sql]

    def times(self, e: Evidence) -> np.ndarray:
        return self.seconds(seconds_of(e))

    def of(self, header: str) -> Evidence:
        return next(e for e in self.seen if e.header == header)


def row_unit(table: Table, known: Names) -> RowUnit:
    """An event where the rows of an id go through steps, a leg where one id unites the rows of another, else a contact or ticket with its key."""
    ids = [e for e in table.seen if looks_like_id(e, known)]
    steps = [e for e in table.seen if e.code.get("event", 0) >= 0.5 or (_is_step(e, known) and e.category)]
    repeated = [e for e in ids if e.share_filled > 0.9 and 0.02 < e.unique < 0.75]
    whole = [e for e in ids if e.share_filled > 0.99 and e.unique == 1] or [
        e for e in ids if e.share_filled > 0.99 and e.unique > 0.98 and e.rows > 50 and _id_name(e)
    ]
    if steps and repeated and not whole:
        key = max(repeated, key=lambda e: e.distinct)
        why = Term(
            f"{key.rows:,}行只有{key.distinct:,}个编号，且有环节列", f"{key.rows:,} rows have {key.distinct:,} ids, and a column of steps"
        )
        return RowUnit("event", (key.header,), why)
    for leg, call in permutations(ids, 2):
        if leg.unique == 1 and leg.share_filled > 0.99 and call.unique < 0.98 and _subset(table, call, leg):
            why = Term(
                f"{call.distinct:,}次来电、{leg.distinct:,}段：{call.header}是{leg.header}的子集",
                f"{call.distinct:,} calls of {leg.distinct:,} legs",
            )
            return RowUnit("leg", (call.header,), why)
    for call in (e for e in ids if e.share_filled > 0.99 and 0.02 < e.unique < 1 and not whole):
        if any(_numbered(table, call, e) for e in table.seen if _of_legs(e)):
            why = Term(
                f"{call.rows:,}行只有{call.distinct:,}个编号，各段从头编号",
                f"{call.rows:,} rows have {call.distinct:,} ids, the legs of each numbered",
            )
            return RowUnit("leg", (call.header,), why)
    if whole and all(names.folded(e.header) in COUNTED for e in whole):  # a number that begins anew in every export
        whole = [e for e in table.seen if e not in ids and _like_a_reference(e)] or whole
    if whole:
        first = max(whole, key=lambda e: (_id_name(e), names.folded(e.header) not in COUNTED, -e.place))
        return RowUnit("row", (first.header,), Term("每行不同", "different in every row"))
    return _joint_key(table, ids)


def looks_like_id(seen: Evidence, known: Names) -> bool:
    """Filled, of many values, no time, number with decimals or sentence, and named like an id."""
    plain = seen.instant < 0.5 and seen.clock < 0.5 and seen.told < 0.1 and not seen.decimals and not seen.mobile > 0.5
    named = _id_name(seen) or any(
        column.endswith("_id") or column in ("~leg", "~parent_call") for t in ("calls", "orders", "surveys", "sessions") for column, like in known.of(t, seen.header).items() if like.score >= 0.7
    )  # fmt: skip
    return seen.filled > 0 and plain and seen.distinct > 1 and named


def _of_legs(seen: Evidence) -> bool:
    """Small whole numbers from 1 (or 0) on, under a name that says legs: steps of a case are numbered too, and are no calls."""
    said = any(word in names.folded(seen.header) for word in LEG_WORDS)
    return said and seen.number == 1 and seen.whole and 0 <= seen.low <= 1 < seen.high < MOST_LEGS


def _numbered(table: Table, call: Evidence, leg: Evidence) -> bool:
    """Whether a column numbers the rows of each id without a gap."""
    n, right = table.connection.execute(
        f"SELECT count(*), count(*) FILTER (legs = rows AND last - first + 1 = rows) FROM (SELECT count(*) AS rows, count(DISTINCT v) AS legs, min(v) AS first, "
        f"max(v) AS last FROM (SELECT trim(c{call.place}) AS id, try_cast(c{leg.place} AS DOUBLE) AS v FROM {parquet(table.path)}) GROUP BY id HAVING count(*) > 1)"
    ).fetchone()
    return n >= 5 and right >= HOLDS * n


def _like_a_reference(seen: Evidence) -> bool:
    """Different in every row, of one shape that holds digits and no blank, and neither a time nor somebody's number."""
    shape, share = seen.shapes[0] if seen.shapes else ("", 0.0)
    plain = seen.instant < 0.5 and seen.clock < 0.5 and not seen.decimals and not seen.worded and seen.mobile + seen.masked < 0.2
    return seen.unique == 1 and seen.share_filled > 0.99 and plain and share > 0.9 and "#" in shape and not re.search(r"[\s.:]", shape)


def _id_name(seen: Evidence) -> bool:
    name = names.folded(seen.header)
    return any(name.endswith(word) for word in ID_WORDS) or name.startswith("id")


def _is_step(seen: Evidence, known: Names) -> bool:
    return any(like.score >= 0.95 for column, like in known.of("calls", seen.header).items() if column == "~event")


def _subset(table: Table, call: Evidence, leg: Evidence) -> bool:
    """Whether the values of one id are values of the other, which has more of them."""
    n, inside = table.connection.execute(
        f"SELECT count(*), count(*) FILTER (a IN (SELECT trim(c{leg.place}) FROM {parquet(table.path)})) "
        f"FROM (SELECT DISTINCT trim(c{call.place}) AS a FROM {parquet(table.path)} WHERE c{call.place} IS NOT NULL)"
    ).fetchone()
    return n >= 5 and inside >= HOLDS * n and call.filled >= HOLDS * call.rows


def _joint_key(table: Table, ids: list[Evidence]) -> RowUnit:
    """Two or three columns that name a row together, among ids, lines and days."""
    able = [*ids, *(e for e in table.seen if e not in ids and (e.daily or _line(e)) and e.share_filled > 0.99)][:7]
    for size in (2, 3):
        for some in combinations(able, size):
            if unique(table, some) > 0.9995 and any(e in ids for e in some):
                days = [e for e in able if e.daily][:1]  # numbers begin anew some day
                ordered = sorted({e.place: e for e in (*some, *days)}.values(), key=lambda e: (not e.daily, e.place))
                return RowUnit("row", tuple(e.header for e in ordered), Term("几列合起来每行不同", "different in every row together"))
    return RowUnit("row", (), Term("没有一列或几列能逐行区分", "no columns tell the rows apart"))


def _line(seen: Evidence) -> bool:
    return any(word in names.folded(seen.header) for word in ("line", "线路", "trunk", "vru", "channel", "workstation"))


def unique(table: Table, some: Sequence[Evidence]) -> float:
    """The share of the rows that columns tell apart together."""
    cells = ", ".join(f"coalesce(trim(c{e.place}), '')" for e in some)
    n, different = table.connection.execute(
        f"SELECT count(*), count(DISTINCT hash(concat_ws(chr(31), {cells}))) FROM {parquet(table.path)}"
    ).fetchone()
    return different / max(1, n)


# ---- days and clocks apart


def clocks(table: Table) -> list[Proposal]:
    """A day's column and the clock columns beside it: the first clock begins the call; where stages end and durations are their differences, the last
    stage is the talk. Nothing where there is no such day."""
    days = [e for e in table.seen if e.daily and e.instant > 0.95 and e.share_filled > 0.9]
    hours = [e for e in table.seen if e.clock > 0.9 and e.share_filled > 0.9 and e.length >= 4 and e.high == 0 and not _is_length(e)]
    if len(days) != 1 or not hours:
        return []
    day, first = days[0], _first(table, hours)
    why = Term("日期与最早的时刻合为一列", "the day and the earliest clock")
    proved = all(not_before(table.times(e), table.times(first)) > HOLDS for e in hours if e is not first and e.midnight < 0.05)
    made = [Proposal("calls", "started_at", (day.header, first.header), 0.85 if proved else 0.7, why, _joined(day, first))]
    if len(hours) >= 4:
        made += _stages(table, day, first, hours)
    return made


def _is_length(seen: Evidence) -> bool:
    """A clock that is a duration by its name."""
    name = names.folded(seen.header)
    return any(word in name for word in ("时长", "duration", "length", "speed", "wait", "talk", "avg"))


def _first(table: Table, hours: list[Evidence]) -> Evidence:
    """The clock that no other one precedes, midnight standing for none."""
    able = [e for e in hours if e.midnight < 0.05] or hours
    return min(
        able,
        key=lambda e: (
            sum(not_before(table.times(e), table.times(o)) > HOLDS for o in able if o is not e),
            e.place,
        ),
    )


def _joined(day: Evidence, hour: Evidence) -> dict:
    form = day.ways[0][0][0]
    clock = "%H:%M:%S" if any(s.count(":") == 2 for s, _ in hour.shapes) else "%H:%M"
    if form in ("iso", "chinese"):
        return {}
    return {"formats": f"{form} {clock}" if "%" in form else "%Y%m%d " + clock}


def _stages(table: Table, day: Evidence, first: Evidence, hours: list[Evidence]) -> list[Proposal]:
    """Of pairs of clocks whose difference is a column of seconds, the one that ends last: its answer, its end, its length."""
    numbers = [e for e in table.seen if e.number > 0.9 and e.whole and 0 < e.high < 86400 and e.distinct > 10]
    found = []
    for start, end in permutations(hours, 2):
        if end.place > start.place and names.folded(end.header) != names.folded(start.header):
            for length in numbers:
                if (
                    abs(length.place - end.place) <= 2
                    and pairs(table.times(end), table.times(start), table.seconds(f"try_cast(c{length.place} AS DOUBLE)")) > HOLDS
                ):
                    found.append((start, end, length))
    if not found:
        return []
    stages = list({stage[2].header: stage for stage in sorted(found, key=lambda s: (s[1].place, s[0].place))}.values())  # one a length
    start, end, length = max(stages, key=lambda stage: stage[1].place)
    if start is first:
        return []
    none = {"none": "0:00:00"} if start.midnight > 0.02 else {}
    why = Term(
        f"最后一段：{end.header}－{start.header}＝{length.header}", f"the last stage: {end.header} - {start.header} = {length.header}"
    )
    rest = {**_joined(day, start), **none, "after": "started_at"}
    made = [
        Proposal("calls", "answered_at", (day.header, start.header), 0.75, why, rest),
        Proposal("calls", "ended_at", (day.header, end.header), 0.75, why, rest),
        Proposal("calls", "talk_seconds", (length.header,), 0.85, why),
    ]
    waits = sorted((stage for stage in stages if stage[2] is not length), key=lambda stage: stage[1].place)
    menu = next((stage for stage in waits if any(word in names.folded(stage[2].header) for word in MENU)), None)
    for stage in waits[-2:]:
        name = "menu_seconds" if stage is menu else "queue_seconds"
        sure = 0.82 if menu and len(waits) == 2 else 0.7  # between the menu and the talk lies the wait
        made.append(Proposal("calls", name, (stage[2].header,), sure, Term("前面的一段", "an earlier stage")))
    return made


# ---- durations between instants


def durations(table: Table, made: list[Proposal]) -> list[Proposal]:
    """Durations that are the difference of two mapped times are what lies between them, whatever they are called; whole-call times are no talk."""
    at = {p.column: table.of(p.headers[0]) for p in made if len(p.headers) == 1 and p.column in ("started_at", "answered_at", "ended_at")}
    at = {column: e for column, e in at.items() if e.instant > 0.9}
    if "started_at" not in at or len(at) < 2:
        return made
    between = {("answered_at", "ended_at"): "talk_seconds", ("started_at", "ended_at"): "", ("started_at", "answered_at"): "queue_seconds"}
    proved: dict[str, str] = {}
    unit: dict[str, dict] = {}  # of what is proved in minutes
    for e in (e for e in table.seen if e.duration > 0.9 and e.instant < 0.5 and e.filled > 20):
        for (first, last), column in between.items():
            if first in at and last in at and e.header not in proved:
                length = table.seconds(
                    f"coalesce(try_cast(c{e.place} AS DOUBLE), clock_seconds(clean(c{e.place})), worded_seconds(lettered(clean(c{e.place}))))"
                )
                span = (table.times(at[last]), table.times(at[first]))
                if pairs(*span, length) > HOLDS:
                    proved[e.header] = column
                elif e.number > 0.9 and e.middle >= 2 and e.distinct >= 5 and pairs(*span, 60 * length, within=60) > HOLDS:
                    proved[e.header], unit[e.header] = column, {"unit": "minutes"}
    talk = [header for header, column in proved.items() if column == "talk_seconds"]
    whole = {header for header, column in proved.items() if not column}
    made = [p for p in made if not (p.column == "talk_seconds" and (p.headers[0] in whole or (talk and p.headers[0] != talk[0])))]
    made = [p for p in made if not (talk and p.headers == (talk[0],) and p.column != "talk_seconds")]
    if talk:
        why = Term("等于结束减应答", "equals end less answer")
        made = [p for p in made if p.column != "talk_seconds"]
        made.append(Proposal("calls", "talk_seconds", (talk[0],), 0.9, why, unit.get(talk[0], {})))
    return [replace(p, settings=p.settings | unit.get(p.headers[0], {})) if p.column.endswith("_seconds") else p for p in made]


def in_order(table: Table, made: list[Proposal], opening: str) -> list[Proposal]:
    """Times that precede the opening in a tenth of the rows are doubted; those that never do, and whose name has the verb of their column, are sure."""
    first = next((p for p in made if p.column == opening and len(p.headers) == 1), None)
    if first is None or table.of(first.headers[0]).instant < 0.9:
        return made
    base, kept, proved = table.times(table.of(first.headers[0])), [], 0
    for p in made:
        e = table.of(p.headers[0])
        if p.column.endswith("_at") and p is not first and len(p.headers) == 1 and e.instant > 0.9 and e.filled > 20:
            right = not_before(table.times(e), base)
            if right < HOLDS:
                p = replace(p, confidence=min(p.confidence, 0.4))
            elif right > 0.99 and _says(p) and _says(first):
                p, proved = replace(p, confidence=max(p.confidence, 0.82)), proved + 1
        kept.append(p)
    return [replace(p, confidence=max(p.confidence, 0.82)) if p is first and proved and _says(first) else p for p in kept]


def _says(p: Proposal) -> bool:
    """Whether the name has the verb of its column; the first of several ends (首次完结时间) need not be the end."""
    name = names.folded(p.headers[0])
    first = p.column in ("closed_at", "resolved_at") and ("首次" in name or "first" in name)
    return not first and any(word in name for word in STEMS.get(p.table, {}).get(p.column, ()))


def open_dates(table: Table) -> tuple[str, bool]:
    """(`day first`, `month first` or '', whether it is open) for the file: one column that decides speaks for all of them."""
    orders = [evidence.order_of_days(table.connection, table.small, e) for e in table.seen if e.instant > 0.5]
    told = {order for order in orders if order in ("day first", "month first")}
    return (told.pop(), False) if len(told) == 1 else ("", "open" in orders or len(told) > 1)
