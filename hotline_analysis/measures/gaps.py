"""The gap table: for each index call, how long until its caller was on the line again, and how long we have watched.

One row per index call. Every repeat-call figure (rates, windows, exposure, flows, agents, intervals) is counted from this table; nobody
else in the workbook looks for a next call. One implementation in narwhals runs on DuckDB, Spark, pandas and Polars and gives equal results.

A gap runs from the end of the index call (or its start: `clock`) to the start of the caller's next call that the definition lets count.
An end that nobody wrote is worked out from how long the call lasted (`end_of`); no rule runs from the end of calls of which no end is known (`ended`).
Order is total: by `seq`, the row's place in the order of time, which every store, lake and frame was checked for; to sort by it alone takes
a tenth less than by start and place. A next call that starts before the index call has ended has gap 0. Unknown callers are neither index calls nor callbacks, so they never equal one another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import narwhals.stable.v2 as nw

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.definition import HOUR, Definition
from hotline_analysis.measures.frames import needed, pandas, whole

VERSION = 7  # of the table, part of a kept table's name: rises when a column or a rule of it changes
DAY = 24 * HOUR
LEVELS = ("issue_1", "issue_2", "issue_3")
STRATA = (
    "local_s",
    "agent",
    "agent_first",
    "unit",
    "area",
    "queue",
    "channel",
    "department",
    "dispatched",
    "transferred",
    "order_id",
    "talk_seconds",
    "rating",
)
IDENTITY = {"caller": "caller", "phone": "caller_phone", "person": "caller_person", "code": "caller_code"}
LINE = "seq"
PLACE = "_place"  # the same order in 32 bits, where an engine gains by it
MARKS = ("chase", "resets", "reset_s")  # of calls, while the table is made: see `rules.with_chases` and `_with_resets`
CONTROL_WEEKS = (-3, -2, 2, 3)
WAITS = ("menu_seconds", "queue_seconds", "ring_seconds")  # before the answer, in their order


def same(level: int) -> str:
    """Name of the column that holds the gap to the caller's next call with the same issue at a level."""
    return f"gap_same_{level}_s"


def scoped(calls: nw.LazyFrame, definition: Definition) -> nw.LazyFrame:
    """The calls a definition lets count: identified, not left out, not made by the hotline itself.

    Adds `who` (the identity the definition asks for), `reference_s` (where the gap starts to run) and `day` (days since 1970 of the local
    calendar day, cut at `cut_hour`); with `outbound: reset` also `resets` and `reset_s`. Raises DataRefused when a column that the
    definition needs is absent.
    """
    have = calls.collect_schema().names()
    _need(have, [*[IDENTITY[k] for k in definition.identity.split(",")], "start_s", "seq", "local_s"], definition)
    calls = not_left_out(calls, definition)
    day = (nw.col("local_s") - HOUR * definition.cut_hour) // DAY
    told = {"who": identity(have, definition), "reference_s": _reference(have, definition), "day": day}
    calls = calls.with_columns(**told).filter(~nw.col("who").is_null())
    if definition.identity != "caller" and "caller_group" in have:
        # the stored groups are those of `caller`; under another key each caller goes whole into one of them
        calls = calls.with_columns(caller_group=nw.coalesce(nw.col("caller_group").min().over("who"), nw.col("who") % 100))
    if definition.outbound == "reset":
        calls = _with_resets(calls, have, definition)
    return inbound(calls)


def identity(have: Sequence[str], definition: Definition) -> nw.Expr | None:
    """Who a row belongs to: the first of the definition's keys that is known; None where the table lacks one of them."""
    keys = [IDENTITY[k] for k in definition.identity.split(",")]
    return nw.coalesce(*[nw.col(k) for k in keys]) if all(k in have for k in keys) else None


def not_left_out(calls: nw.LazyFrame, definition: Definition) -> nw.LazyFrame:
    """The calls without those that the definition leaves out by a word of a column."""
    have = calls.collect_schema().names()
    for pair in definition.leave_out:
        column, _, value = pair.partition("=")
        if column in have:
            calls = calls.filter((nw.col(column) != value) | nw.col(column).is_null())
    return calls


def inbound(calls: nw.LazyFrame) -> nw.LazyFrame:
    """The calls that citizens made; all, where the table has no direction."""
    if "direction" not in calls.collect_schema().names():
        return calls
    return calls.filter((nw.col("direction") == "in") | nw.col("direction").is_null())


def _with_resets(calls: nw.LazyFrame, have: Sequence[str], definition: Definition) -> nw.LazyFrame:
    """Adds how often, and when last (-1: never), the hotline had reached this caller before the row.

    A call of the hotline counts when it was answered, or when nobody wrote down whether it was. What comes after it is no repeat of what
    came before it: the earlier call stays in the base as one that was not followed, for every window.
    """
    _need(have, ["direction"], definition)
    out = nw.col("direction") == "out"
    reached = out & ((nw.col("outcome") == "answered") | nw.col("outcome").is_null()) if "outcome" in have else out
    calls = calls.with_columns(
        resets=nw.when(reached).then(nw.lit(1)).otherwise(nw.lit(0)), reset_s=nw.when(reached).then(nw.col("start_s")).otherwise(nw.lit(-1))
    )
    return calls.with_columns(
        resets=nw.col("resets").cum_sum().over("who", order_by=LINE), reset_s=nw.col("reset_s").cum_max().over("who", order_by=LINE)
    )


def _caller(definition: Definition) -> tuple[str, ...]:
    """Within which calls a next call is looked for: the caller's, and with `outbound: reset` those between two calls of the hotline."""
    return ("who", "resets") if definition.outbound == "reset" else ("who",)


def _need(have: Sequence[str], columns: Sequence[str], definition: Definition) -> None:
    missing = [c for c in columns if c not in have]
    if missing:
        raise DataRefused(
            "repeat calls", f"the calls have no column {', '.join(missing)}, which this definition needs.", definition.line("en")
        )


def written_end(have: Sequence[str]) -> nw.Expr:
    """When a call ended as it is written, null where nothing is: an end before its start is none, nor is the start or the answer of a call that was talked on."""
    start = nw.col("start_s")
    if "end_s" not in have:
        return nw.when(start.is_null()).then(start)
    end, there = nw.col("end_s"), nw.col("end_s") >= start
    if "talk_seconds" in have:
        silent = nw.col("talk_seconds").fill_null(0) <= 0
        for begun in (start, _instant(_answer(have))):
            there = there & (silent | (end != begun.fill_null(-1)))
    return nw.when(there).then(end)


def _answer(have: Sequence[str]) -> nw.Expr:
    """When a call was answered: as it is written, else after its waits as far as they are told."""
    waited = nw.sum_horizontal("start_s", *[c for c in WAITS if c in have])
    return nw.coalesce(nw.col("answered_s"), waited) if "answered_s" in have else waited


def end_of(have: Sequence[str]) -> nw.Expr:
    """When a call ended: as it is written, else worked out from how long it lasted; null where neither is known.

    Worked out, a call ends when its talk and hold are over, counted from its answer, or from its start after the waits as far as they are told; a call that was
    not answered ends with its waits.
    """
    waited, outcome = nw.sum_horizontal("start_s", *[c for c in WAITS if c in have]), nw.col("outcome")
    talked = _answer(have) + nw.col("hold_seconds").fill_null(0) if "hold_seconds" in have else _answer(have)
    known = [talked + nw.col("talk_seconds")] if "talk_seconds" in have else []
    known += [nw.when((outcome != "answered") & ~outcome.is_null()).then(waited)] if "outcome" in have else []
    known = [_instant(end) for end in known]
    return nw.coalesce(written_end(have), *known)


def _instant(end: nw.Expr) -> nw.Expr:
    """A whole second, as the instants that are written; durations may have parts of one."""
    return nw.when(~end.is_null()).then((end.fill_null(0) + 0.5).floor().cast(nw.Int64))


def ended(calls: nw.LazyFrame) -> bool:
    """Whether a gap can run from the end of these calls: of some answered call the end is known. Where no call was answered there is nothing to know."""
    have = calls.collect_schema().names()
    if "start_s" not in have:
        return True
    rows = inbound(calls.filter(nw.col("outcome") == "answered") if "outcome" in have else calls).select(end=end_of(have))
    return bool(len(pandas(rows.filter(~nw.col("end").is_null()).head(1)))) or not len(pandas(rows.head(1)))


def _need_ends(calls: nw.LazyFrame, definition: Definition) -> None:
    if definition.clock == "end" and not ended(calls):
        raise DataRefused(
            "repeat calls",
            "not available: needs ended_at or talk_seconds in calls, because a gap runs from the end of the call.",
            "Map one of them, or set clock: start.",
        )


def _reference(have: Sequence[str], definition: Definition) -> nw.Expr:
    """Where a gap starts to run. A single call of which no end is known runs from its start, and `Hotline.checks` says how many do."""
    start = nw.col("start_s")
    return start if definition.clock == "start" else nw.max_horizontal(nw.coalesce(end_of(have), start), start)


def _in_scope(scope: str, have: Sequence[str], definition: Definition) -> nw.Expr | None:
    """The rows of a scope; None when it is every row. Answered calls need an outcome."""
    if scope == "all":
        return None
    _need(have, ["outcome"], definition)
    return nw.col("outcome") == "answered"


def in_index(calls: nw.LazyFrame, definition: Definition) -> nw.LazyFrame:
    """The calls of the scope that is counted."""
    scope = _in_scope(definition.index_scope, calls.collect_schema().names(), definition)
    return calls if scope is None else calls.filter(scope)


def gap_table(calls: nw.LazyFrame, definition: Definition, *, data_start_s: int, data_end_s: int, controls: bool = False) -> nw.LazyFrame:
    """One row per index call with its gaps, in no promised order.

    calls: canonical calls of all data that may be used, callbacks after the period included. data_start_s, data_end_s: the instants
    between which the data are whole; rows outside are dropped, so a callback after the end of the data does not exist.

    Columns: call_id, seq, start_s, reference_s, day, who (the caller), caller_group, issue_1..3 and the strata that the calls have; gap_s (to the next call
    of any issue, seconds, null when none), next_day, next_issue_1..3, next_agent, next_channel, next_seq; for each level with an issue
    column gap_same_<level>_s and next_day_same_<level>; follow_s (seconds from the reference to the end of the data, never negative).
    Under look-back the gaps run from the previous call to this one and follow_s back to the start of the data.

    controls: adds, for the same weekday and clock time 2 and 3 weeks before and after the reference, control_<m3|m2|p2|p3>_s (to the caller's
    next call of any issue from that instant) and follow_<m3|m2|p2|p3>_s (how long that instant can be watched; null where it lies outside
    the data, and then it is no control). Looking ahead only. Source: catalogue A01, A04, A06, A37; methods 1, 2.
    """
    _need_ends(calls, definition)
    gaps = unwatched(calls, definition, data_start_s=data_start_s, data_end_s=data_end_s, controls=controls)
    return watched(gaps, definition, data_start_s=data_start_s, data_end_s=data_end_s, controls=controls)


@dataclass(frozen=True)
class GapsByCaller:
    """How a gap table is made, told so that whoever keeps it may make that of some callers alone: no row of it depends on another caller's calls.

    Of the end of the data a row depends only by its caller's calls before it, until it is `watched`. Not for chases, which orders decide.
    """

    calls: nw.LazyFrame
    definition: Definition
    data_start_s: int
    data_end_s: int
    controls: bool

    def __call__(self) -> nw.LazyFrame:
        return self.watched(self.unwatched())

    @property
    def line(self) -> nw.LazyFrame:
        """Every call of a known caller, whether it counts or not: `who` and `start_s`."""
        return self._identified().select("who", "start_s")

    def unwatched(self, among: nw.LazyFrame | None = None) -> nw.LazyFrame:
        """The table without how long its calls were watched; `among`: of the callers in the column `who`."""
        _need_ends(self.calls, self.definition)
        calls = self.calls if among is None else self._identified().join(among, on="who", how="semi")
        ends = {"data_start_s": self.data_start_s, "data_end_s": self.data_end_s}
        return unwatched(calls, self.definition, **ends, controls=self.controls)

    def watched(self, gaps: nw.LazyFrame) -> nw.LazyFrame:
        ends = {"data_start_s": self.data_start_s, "data_end_s": self.data_end_s}
        return watched(gaps, self.definition, **ends, controls=self.controls)

    def _identified(self) -> nw.LazyFrame:
        have = self.calls.collect_schema().names()
        _need(have, [*[IDENTITY[k] for k in self.definition.identity.split(",")], "start_s"], self.definition)
        return self.calls.with_columns(who=identity(have, self.definition)).filter(~nw.col("who").is_null())


def watched(gaps: nw.LazyFrame, definition: Definition, *, data_start_s: int, data_end_s: int, controls: bool = False) -> nw.LazyFrame:
    """The gap table, of the one without how long each call, and each control instant, can be watched."""
    have = gaps.collect_schema().names()
    ahead = definition.direction == "look-ahead"
    follow = {"follow_s": not_negative(data_end_s - nw.col("reference_s") if ahead else nw.col("start_s") - data_start_s)}
    for week in CONTROL_WEEKS if controls else ():
        instant = nw.col("reference_s") + week * 7 * DAY
        inside = (instant >= data_start_s) & (instant < data_end_s)
        follow[control(week)[1]] = nw.when(inside).then(data_end_s - instant)
    plain = [c for c in have if c not in control_names()]
    apart = {c: follow.pop(c, nw.col(c)) for c in (control_names() if controls else [])}
    return gaps.select(*plain, **apart, **follow)


def until_lost(gaps: nw.LazyFrame, definition: Definition, lost: Sequence[tuple[int, int]]) -> nw.LazyFrame:
    """The gap table with the follow-up of every call, and of every control instant, ended at the first lost stretch [start, end) behind it (looking back: before it).

    What came behind that is as unknown as what comes behind the end of the data: its gap and all that is told of the next call are null. A control instant
    inside a stretch is none. Without a lost stretch the table as it is.
    """
    if not lost:
        return gaps
    have, instant = gaps.collect_schema().names(), nw.col("reference_s")
    if definition.direction == "look-ahead":
        left = [nw.when(instant < end).then(start - instant) for start, end in lost]
    else:
        left = [nw.when(nw.col("start_s") >= end).then(nw.col("start_s") - end) for _, end in lost]
    changed = {"follow_s": not_negative(nw.min_horizontal("follow_s", *left))}
    limits = dict.fromkeys(_next_names(have), ("gap_s", "follow_s"))
    for level in (n for n in range(1, len(LEVELS) + 1) if same(n) in have):
        limits |= dict.fromkeys((same(level), f"next_day_same_{level}"), (same(level), "follow_s"))
    for week in (w for w in CONTROL_WEEKS if control(w)[1] in have):
        gap, follow = control(week)
        at = instant + week * 7 * DAY
        until = nw.min_horizontal(follow, *[nw.when(at < end).then(start - at) for start, end in lost])
        changed[follow] = nw.when(~nw.col(follow).is_null() & (until > 0)).then(until)
        limits[gap] = (gap, follow)
    seen = {name: nw.when(nw.col(gap) <= nw.col(follow)).then(nw.col(name)).alias(name) for name, (gap, follow) in limits.items()}
    return gaps.with_columns(**changed).select(*[seen.get(name, nw.col(name)) for name in have])


def whole_from(instant: nw.Expr, seconds: int, lost: Sequence[tuple[int, int]]) -> nw.Expr:
    """Whether no lost stretch lies within so many seconds from an instant on."""
    return nw.all_horizontal(*[(instant >= end) | (instant + seconds <= start) for start, end in lost], ignore_nulls=False)


def unwatched(calls: nw.LazyFrame, definition: Definition, *, data_start_s: int, data_end_s: int, controls: bool = False) -> nw.LazyFrame:
    """The gap table without its columns `follow_`, which alone change for every call when the data end later."""
    if definition.open_orders == "apart":  # a chase is nobody's repeat, and the wait goes on behind it
        needed(calls, ["chase"], "chases (催办)")
    rows = scoped(calls, definition).filter((nw.col("start_s") >= data_start_s) & (nw.col("start_s") < data_end_s))
    have = rows.collect_schema().names()
    levels = list(takewhile(lambda c: c in have, LEVELS))  # a level without its parents is no path
    kept = [c for c in ("call_id", "seq", "start_s", "reference_s", "day", "who", "caller_group", *levels, *STRATA) if c in have]
    index_scope = _in_scope(definition.index_scope, have, definition)
    callback_scope = _callback_scope(have, definition)
    rows = rows.select(*kept, *[c for c in ("outcome", *MARKS) if c in have])
    if definition.min_gap_seconds or not _agree(definition):
        table = _by_search(rows, index_scope, callback_scope, levels, kept, definition)
    else:
        line = _with_place(rows if callback_scope is None else rows.filter(callback_scope), calls)
        table = _by_neighbour(_with_control_calls(line) if controls else line, levels, definition)
        table = table if definition.index_scope in ("all", definition.callback_scope) else table.filter(index_scope)
    ahead = definition.direction == "look-ahead"
    if definition.open_orders == "apart" and not ahead:
        table = _no_repeat(table, nw.col("chase") == 1, [*_next_names(have), *_same_names(levels)])
    if controls:
        callbacks = rows if callback_scope is None else rows.filter(callback_scope)
        table = _with_controls(table, callbacks, definition.min_gap_seconds, data_start_s, data_end_s)
    return table.select(
        *kept, *_next_names(have), *_same_names(levels), *([control(week)[0] for week in CONTROL_WEEKS] if controls else [])
    )


def _with_place(line: nw.LazyFrame, calls: nw.LazyFrame) -> nw.LazyFrame:
    """On DuckDB, adds the order among all calls as numbers of 32 bits, by which it sorts a tenth faster; not where they lie too far apart."""
    if not line.implementation.is_duckdb():
        return line
    ((first, last),) = calls.to_native().aggregate("min(seq), max(seq)").fetchall()
    if first is None or last - first >= 2**31:
        return line
    return line.with_columns((nw.col("seq") - first).cast(nw.Int32).alias(PLACE))


def callbacks(calls: nw.LazyFrame, definition: Definition, *, data_start_s: int, data_end_s: int) -> nw.LazyFrame:
    """The calls that may be somebody's next call under the definition, looking ahead; rows outside the data are dropped."""
    rows = scoped(calls, definition).filter((nw.col("start_s") >= data_start_s) & (nw.col("start_s") < data_end_s))
    scope = _callback_scope(rows.collect_schema().names(), definition)
    return rows if scope is None else rows.filter(scope)


def _no_repeat(table: nw.LazyFrame, calls: nw.Expr, names: Sequence[str]) -> nw.LazyFrame:
    """The table in which these calls are no repeat of any."""
    return table.with_columns(nw.when(~calls).then(nw.col(c)).alias(c) for c in names)


def control(week: int) -> tuple[str, str]:
    """The columns of one control instant: the gap from it, and how long it can be watched."""
    mark = f"{'m' if week < 0 else 'p'}{abs(week)}"
    return f"control_{mark}_s", f"follow_{mark}_s"


def control_names() -> list[str]:
    return [name for week in CONTROL_WEEKS for name in control(week)]


def _with_controls(table, callbacks, least: int, data_start_s: int, data_end_s: int) -> nw.LazyFrame:
    """Adds the control instants: what the same caller did at this weekday and clock time some weeks away, after the same minimum gap."""
    have, at = table.collect_schema().names(), {control(week)[0]: nw.col("reference_s") + week * 7 * DAY for week in CONTROL_WEEKS}
    reset = "reset_s" in have
    if not set(at) <= set(have):  # not found in the line already
        there = callbacks.with_columns(_at=nw.col("start_s"), place=nw.col("seq"))
        asked = {gap: instant + least for gap, instant in at.items()}
        table = _next_after_each(table, there, asked, ("start_s", "reset_s") if reset else ("start_s",)).rename(
            {f"{gap}_start_s": gap for gap in at}
        )
    worked_out = {}
    for gap, instant in at.items():
        found = (instant >= data_start_s) & (instant < data_end_s)
        if reset:  # the hotline's own call ends this wait too
            found = found & (nw.col(f"{gap}_reset_s") < instant)
        worked_out[gap] = nw.when(found).then(nw.col(gap) - instant)
    return table.with_columns(**worked_out).drop(*[f"{gap}_reset_s" for gap in at], strict=False)


def _next_after_each(rows: nw.LazyFrame, callbacks: nw.LazyFrame, at: Mapping[str, nw.Expr], taken: Sequence[str]) -> nw.LazyFrame:
    """`next_after` for several instants of each row, within the caller: adds <name>_<column> of the first callback at or after each.

    On engines without a join for it the instants stand in one line with the callbacks, so that nothing is moved or sorted twice.
    """
    ties = len(taken) > 1
    if rows.implementation.is_duckdb():
        for name, instant in at.items():
            rows = next_after(rows.with_columns(_at=instant), callbacks, ["who"], taken, first_of_ties=ties)
            rows = rows.rename({f"other_{c}": f"{name}_{c}" for c in taken})
        return rows
    asked = nw.concat([rows.select("who", "seq", _at=instant, _asked=nw.lit(n)) for n, instant in enumerate(at.values())])
    found = _passed(asked, callbacks, ["who"], taken, first_of_ties=ties)
    each = {f"{name}_{c}": nw.when(nw.col("_asked") == n).then(nw.col(f"other_{c}")) for n, name in enumerate(at) for c in taken}
    found = found.with_columns(**each).group_by("who", "_seq").agg(*[nw.col(c).max() for c in each])
    return rows.join(found, left_on=["who", "seq"], right_on=["who", "_seq"], how="left")


def _with_control_calls(line: nw.LazyFrame) -> nw.LazyFrame:
    """On DuckDB, adds under each control's name when the same caller was on the line first at or after the control instant.

    Four windows over one sort in place of four joins: half of the time. For a line in which every index call stands among the callbacks
    and no minimum gap is asked; elsewhere, and with the hotline's own calls in between, `next_after` finds them. A frame may not reach
    backwards by less than nothing, so a call of more than two weeks, whose control "before" lies after its own start, has a second one.
    """
    if not line.implementation.is_duckdb() or "reset_s" in line.collect_schema().names():
        return line
    found = ", ".join(f"{_first_from(week * 7 * DAY)} AS {control(week)[0]}" for week in CONTROL_WEEKS)
    return nw.from_native(line.to_native().query("line", f"SELECT *, {found} FROM line"))


def _first_from(away_s: int) -> str:
    """SQL: the start of the caller's first row at or after this row's reference and so many seconds."""
    away = f"(reference_s - start_s + {away_s})"

    def first(frame: str) -> str:
        return f"first_value(start_s) OVER (PARTITION BY who ORDER BY start_s RANGE BETWEEN {frame} AND UNBOUNDED FOLLOWING)"

    after = first(f"greatest({away}, 0) FOLLOWING")
    return after if away_s >= 0 else f"CASE WHEN {away} >= 0 THEN {after} ELSE {first(f'greatest(-{away}, 0) PRECEDING')} END"


def _agree(definition: Definition) -> bool:
    """True when the next row of the callers' line is the answer: every index call stands in the line of callbacks."""
    if definition.open_orders == "apart":
        return False
    return definition.match != "target" and (definition.callback_scope == "all" or definition.index_scope == definition.callback_scope)


def _callback_scope(have: Sequence[str], definition: Definition) -> nw.Expr | None:
    scope = _in_scope(definition.callback_scope, have, definition)
    if definition.open_orders == "apart" and definition.direction == "look-ahead":
        scope = nw.col("chase") == 0 if scope is None else scope & (nw.col("chase") == 0)
    if definition.match != "target":
        return scope
    column = f"issue_{definition.level}"
    _need(have, [column], definition)
    about = nw.col(column).is_in(list(definition.targets))
    return about if scope is None else scope & about


def _next_names(have: Sequence[str]) -> list[str]:
    return ["gap_s", "next_day", "next_seq", *[f"next_{c}" for c in (*LEVELS, "agent", "channel", "order_id") if c in have]]


def _same_names(levels: Sequence[str]) -> list[str]:
    return [name for n in range(1, len(levels) + 1) for name in (same(n), f"next_day_same_{n}")]


def _gap(definition: Definition, moment: nw.Expr) -> nw.Expr:
    """Seconds between this call and the other, told by the other's start (looking back: by its reference); an overlap counts as 0."""
    gap = moment - nw.col("reference_s") if definition.direction == "look-ahead" else nw.col("start_s") - moment
    return not_negative(gap)


def not_negative(seconds: nw.Expr) -> nw.Expr:
    """Seconds below 0 as 0, none as none. (A literal 0 would turn pandas' nullable integers into plain ones and lose the nulls.)"""
    return nw.when(seconds < 0).then(seconds * 0).otherwise(seconds)


def known_path(levels: Sequence[str]) -> nw.Expr:
    """Calls whose issue is known at every one of these levels: only they can match another's."""
    return nw.all_horizontal(*[~nw.col(level).is_null() for level in levels], ignore_nulls=False)


def _by_neighbour(line: nw.LazyFrame, levels: Sequence[str], definition: Definition) -> nw.LazyFrame:
    """Gaps to the neighbouring row of the same caller, and of the same caller and issue: one sorted pass for each.

    The neighbour's columns come first and the gaps are worked out of them afterwards, so that no pass is made twice.
    """
    ahead, have = definition.direction == "look-ahead", line.collect_schema().names()
    moment, order = "start_s" if ahead else "reference_s", PLACE if PLACE in have else LINE

    def other(*columns: str, by: Sequence[str] = ()) -> nw.Expr:
        return nw.col(*columns).shift(-1 if ahead else 1).over(*_caller(definition), *by, order_by=order)

    line = line.with_columns(
        other(moment, "day", "seq", *[c for c in (*LEVELS, "agent", "channel", "order_id") if c in have]).name.prefix("next_")
    )
    worked_out = {"gap_s": _gap(definition, nw.col(f"next_{moment}"))}
    for n in range(1, len(levels) + 1):
        line = line.with_columns(other(moment, "day", by=levels[:n]).name.prefix(f"same_{n}_"))
        known = nw.when(known_path(levels[:n]))
        worked_out[same(n)] = known.then(_gap(definition, nw.col(f"same_{n}_{moment}")))
        worked_out[f"next_day_same_{n}"] = known.then(nw.col(f"same_{n}_day"))
    return line.with_columns(**worked_out)


def _by_search(rows, index_scope, callback_scope, levels, kept, definition: Definition) -> nw.LazyFrame:
    """Gaps to the first callback at or after an instant: for scopes that differ, target issues and a minimum gap."""
    rows = rows.with_columns(place=nw.lit(1)).with_columns(place=nw.col("place").cum_sum().over("who", order_by=LINE))
    marks = [c for c in MARKS if c in rows.collect_schema().names()]
    index = (rows if index_scope is None else rows.filter(index_scope)).select(*kept, *marks, "place")
    callbacks = rows if callback_scope is None else rows.filter(callback_scope)
    carried = [c for c in (*LEVELS, "agent", "channel", "order_id") if c in kept]
    table = _with_other(index, callbacks, [*_caller(definition)], definition).rename(
        {"other_day": "next_day", "other_seq": "next_seq", "other_gap_s": "gap_s"}
    )
    later = callbacks.select(nw.col("seq").alias("next_seq"), *[nw.col(c).alias(f"next_{c}") for c in carried])
    table = table.join(later, on="next_seq", how="left")
    for n in range(1, len(levels) + 1):
        table = _with_other(table, callbacks.filter(known_path(levels[:n])), [*_caller(definition), *levels[:n]], definition)
        known = nw.when(known_path(levels[:n]))
        table = table.with_columns(
            known.then(nw.col("other_day")).alias(f"next_day_same_{n}"), known.then(nw.col("other_gap_s")).alias(same(n))
        ).drop("other_day", "other_gap_s", "other_seq")
    return table


def _with_other(index, callbacks, by: list[str], definition: Definition) -> nw.LazyFrame:
    """The index calls with other_gap_s, other_day and other_seq of the first callback of the same `by` that may count."""
    ahead = definition.direction == "look-ahead"
    start, reference, place, least = nw.col("start_s"), nw.col("reference_s"), nw.col("place"), definition.min_gap_seconds
    if least:
        instant, moment = (reference + least, start) if ahead else (start - least, reference)
    else:
        instant, moment = (place + 1, place) if ahead else (place - 1, place)
    taken = ("start_s", "reference_s", "day", "seq")
    joined = next_after(index.with_columns(_at=instant), callbacks.with_columns(_at=moment), by, taken, ahead=ahead)
    gap = _gap(definition, nw.col("other_start_s" if ahead else "other_reference_s"))
    return joined.with_columns(other_gap_s=gap).drop("other_start_s", "other_reference_s")


def next_after(
    instants: nw.LazyFrame,
    callbacks: nw.LazyFrame,
    by: Sequence[str],
    taken: Sequence[str],
    *,
    ahead: bool = True,
    first_of_ties: bool = True,
) -> nw.LazyFrame:
    """To each row the first callback at or after its instant `_at`, within the same `by`; the last before it when not `ahead`.

    Returns the rows without `_at`, and other_<column> for each integer column taken, null where no callback follows. Among callbacks at one moment the first
    in order (`place`) counts; `first_of_ties=False` saves that where only the moment is taken. DuckDB has a join for this (ASOF); the other
    engines sort instants and callbacks into one line and fill each instant with the last callback that it passes. Tests hold them equal.
    """
    if instants.implementation.is_duckdb():
        return _joined_after(instants, callbacks, by, taken, ahead=ahead, first_of_ties=first_of_ties)
    found = _passed(instants.with_columns(_asked=nw.lit(0)), callbacks, by, taken, ahead=ahead, first_of_ties=first_of_ties).drop("_asked")
    return instants.drop("_at").join(found, left_on=[*by, "seq"], right_on=[*by, "_seq"], how="left")


def _passed(instants, callbacks, by: Sequence[str], taken: Sequence[str], *, ahead: bool = True, first_of_ties: bool) -> nw.LazyFrame:
    """The instants in one line with the callbacks, each filled with the last callback that it passes: by, _seq, _asked and other_<column>."""
    others, back = [f"other_{c}" for c in taken], -1 if ahead else 1

    def side(rows: nw.LazyFrame, kind: int, place: nw.Expr, asked: nw.Expr, values: Sequence[nw.Expr]) -> nw.LazyFrame:
        fixed = {
            "_at": nw.col("_at") * back,
            "_kind": nw.lit(kind),
            "_place": place * back,
            "_last": nw.col("seq") * back,
            "_seq": nw.col("seq"),
            "_asked": asked,
        }
        carried = dict(zip(others, values, strict=True))
        return rows.select(*by, *[e.cast(whole(rows)).alias(name) for name, e in {**fixed, **carried}.items()])

    empty = [nw.when(nw.col("seq").is_null()).then(nw.col("seq")) for _ in taken]
    callback, asked = 0, 1
    tie = nw.col("place") if first_of_ties else nw.lit(0)
    passed = [
        side(instants, asked, nw.lit(0), nw.col("_asked"), empty),
        side(callbacks, callback, tie, nw.lit(0), [nw.col(c) for c in taken]),
    ]
    # looking ahead the line runs backwards in time: Spark looks at all rows behind each row anew for a fill from behind, for hours where one caller has a million
    order = ("_at", "_kind", "_place", "_last")
    fill = [nw.col(o).fill_null(strategy="forward").over(*by, order_by=order) for o in others]
    return nw.concat(passed).with_columns(*fill).filter(nw.col("_kind") == asked).select(*by, "_seq", "_asked", *others)


def _joined_after(instants, callbacks, by: Sequence[str], taken: Sequence[str], *, ahead: bool, first_of_ties: bool) -> nw.LazyFrame:
    """`next_after` on DuckDB, on the relations' own connection."""
    keys = " AND ".join(f'l."{b}" = r."{b}"' for b in by)
    partition = ", ".join(f'"{b}"' for b in by)
    unique = (
        f"QUALIFY row_number() OVER (PARTITION BY {partition}, _at ORDER BY place {'' if ahead else 'DESC'}) = 1" if first_of_ties else ""
    )
    right = callbacks.select(*by, "_at", *(["place"] if first_of_ties else []), *[c for c in taken if c not in by]).to_native().sql_query()
    values = ", ".join(f'r."{c}"::BIGINT AS "other_{c}"' for c in taken)
    left = instants.to_native()
    join = f"SELECT l.* EXCLUDE (_at), {values} FROM instants l ASOF LEFT JOIN (SELECT * FROM ({right}) {unique}) r ON {keys} AND l._at {'<=' if ahead else '>='} r._at"
    return nw.from_native(left.query("instants", join))
