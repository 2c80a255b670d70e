"""Legs and events of one call merged into the call as the citizen lived it.

The call starts with its first row and ends with the last end. It was answered when any leg was, else abandoned, else blocked. An answering leg is one
whose outcome is answered, or that has an answer where the export has no outcome: the last one names the agent, the first one `agent_first`, their talk is
summed, though to no more than the call lasted (two agents may talk to the caller at once), and two agents or more make it transferred; where
no answering leg names an agent, nobody knows. Waits are summed but for the ring, which parallel phones share. What was said of the caller, the line and the
way in is taken from the first row that says it; how it was rated from the last, and what it was about, all levels of it, from the last that says the first level.

A key names a call within one kind of export, and not for ever: legs far apart, or of different callers, are different calls (`apart_sql`).
"""

from collections.abc import Collection

FIRST = ("call_id", "caller", "caller_phone", "caller_person", "caller_code", "caller_group", "direction", "channel", "area", "queue")
SUMMED = ("queue_seconds", "hold_seconds", "wrap_seconds", "menu_seconds")
STARTS = ("started_at", "start_s", "local_s")
OUTCOMES = ("answered", "abandoned", "blocked", "test")  # the first that any leg has is the call's
CALLERS = ("caller_phone", "caller_person", "caller_code")
SILENT_HOURS = 6  # between legs of one call: longer than any talk between its answer and its end, shorter than the night after which numbers begin anew
MADE = ("agent_first", "transferred")  # what the legs tell even where no column does


def apart_sql(rows: str, had: Collection[str], order: str) -> str:
    """The call of each row with `_event`: (_rank, _record, _event, _call, _leg), `_leg` counting its legs and `_call` the first one's place among the legs of the key.

    A new call begins where a leg starts more than SILENT_HOURS after all that came before it has ended; within that, legs whose known callers differ
    are calls of their own, and a leg that names no caller belongs to the one named last. `had`: the columns that the rows have; `order`: the
    order of the legs, as the sort keys of a window.
    """
    key = f"PARTITION BY _event ORDER BY {order}"
    who = [name for name in CALLERS if name in had]
    ends = [name for name in ("start_s", "answered_s", "end_s", "start_s + talk_seconds") if set(name.split(" + ")) <= set(had)]
    until = f"max(greatest({', '.join(ends)})) OVER ({key} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    placed = f"SELECT *, {until} AS _until, row_number() OVER ({key}) AS _nth FROM {rows}"
    begins = f"start_s > _until + {SILENT_HOURS * 3600}"
    spells = f"SELECT *, count(*) FILTER (WHERE {begins}) OVER (PARTITION BY _event ORDER BY _nth) AS _spell FROM ({placed})"
    spell = "PARTITION BY _event, _spell ORDER BY _nth"
    named = "".join(
        f", coalesce(last_value({name} IGNORE NULLS) OVER ({spell} ROWS UNBOUNDED PRECEDING), "
        f"first_value({name} IGNORE NULLS) OVER ({spell} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) AS _{name}"
        for name in who
    )
    call = f"PARTITION BY {', '.join(['_event', '_spell', *(f'_{name}' for name in who)])}"
    return (
        f"SELECT _rank, _record, _event, min(_nth) OVER ({call}) AS _call, row_number() OVER ({call} ORDER BY _nth) AS _leg "
        f"FROM (SELECT *{named} FROM ({spells}))"
    )


def merged_sql(rows: str, columns: Collection[str], had: Collection[str]) -> str:
    """The contacts of some rows with `_event`, `_call` and `_leg`: one row each, with the `_rank` and `_record` of its first row, and every column of `columns`.

    `had`: the columns that the rows have.
    """
    legs = f"SELECT *, {_answering(had)} AS _answers FROM {rows}"
    told = ", ".join(f"{_column(name, had)} AS {name}" for name in columns)
    return f"SELECT arg_min(_rank, _leg) AS _rank, arg_min(_record, _leg) AS _record, {told} FROM ({legs}) GROUP BY _event, _call"


def _answering(had: Collection[str]) -> str:
    if "outcome" in had:
        return "coalesce(outcome = 'answered', false)"
    return "answered_at IS NOT NULL" if "answered_at" in had else "true"


def _column(name: str, had: Collection[str]) -> str:
    filled = f"FILTER (WHERE {name} IS NOT NULL)"
    answering = f"FILTER (WHERE _answers AND {'agent' if name in MADE else name} IS NOT NULL)"
    told = {
        **dict.fromkeys(STARTS, f"arg_min({name}, _leg)"),
        **dict.fromkeys(("answered_at", "answered_s"), f"min({name}) FILTER (WHERE _answers)"),
        **dict.fromkeys(("ended_at", "end_s", "ring_seconds"), f"max({name})"),
        **dict.fromkeys(SUMMED, f"sum({name})"),
        "outcome": "CASE " + " ".join(f"WHEN bool_or(outcome = '{word}') THEN '{word}'" for word in OUTCOMES) + " END",
        "caller_state": f"coalesce(max('known') FILTER (WHERE caller_state = 'known'), arg_min(caller_state, _leg) {filled})",
        "agent": f"arg_max(agent, _leg) {answering}",
        "agent_first": f"arg_min(agent, _leg) {answering}" if "agent" in had else f"arg_min(agent_first, _leg) {filled}",
        "transferred": _transferred(had, answering),
        "talk_seconds": _talk(had, answering),
        **{f"issue_{level}": f"arg_max({{'said': issue_{level}}}, _leg) FILTER (WHERE issue_1 IS NOT NULL).said" for level in (1, 2, 3)},
        "dispatched": "bool_or(dispatched)",
    }
    return told.get(name, f"arg_{'min' if name in FIRST else 'max'}({name}, _leg) {filled}")


def _talk(had: Collection[str], answering: str) -> str:
    """The answering legs' talk, of several no more than the time between start and end."""
    told = f"(sum(talk_seconds) {answering})"
    if not {"start_s", "end_s"} <= set(had):
        return told
    lasted = "max(end_s) - min(start_s)"
    return f"CASE WHEN count(talk_seconds) {answering} > 1 AND {lasted} > 0 THEN least({told}, {lasted}) ELSE {told} END"


def _transferred(had: Collection[str], answering: str) -> str:
    """As a leg says it, or by the agents of the answering legs; NULL where neither tells."""
    named = f"CASE WHEN count(agent) {answering} > 0 THEN count(DISTINCT agent) {answering} > 1 END" if "agent" in had else ""
    own = "bool_or(transferred)" if "transferred" in had else ""
    return f"coalesce({own} OR {named}, {own}, {named})" if own and named else own or named
