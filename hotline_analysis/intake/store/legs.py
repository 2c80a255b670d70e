"""Legs and events of one call merged into the call as the citizen lived it.

The call starts with its first row and ends with the last end. It was answered when any leg was, else abandoned, else blocked. An answering leg is one
whose outcome is answered, or that has an answer where the export has no outcome: the last one names the agent, the first one `agent_first`, their talk is
summed, and two agents or more make it transferred. Waits are summed but for the ring, which parallel phones share. What was said of the caller, the
line and the way in is taken from the first row that says it; what it was about, and how it was rated, from the last.
"""

from collections.abc import Collection

FIRST = ("call_id", "caller", "caller_phone", "caller_person", "caller_code", "caller_group", "direction", "channel", "area", "queue")
SUMMED = ("queue_seconds", "hold_seconds", "wrap_seconds", "menu_seconds")
STARTS = ("started_at", "start_s", "local_s")
OUTCOMES = ("answered", "abandoned", "blocked", "test")  # the first that any leg has is the call's
MADE = ("agent_first", "transferred")  # what the legs tell even where no column does


def merged_sql(rows: str, columns: Collection[str], had: Collection[str], order: str) -> str:
    """The contacts of some rows with `_event`: one row each, with the `_rank` and `_record` of its first row, and every column of `columns`.

    `had`: the columns that the rows have; `order`: the order of the legs, as the sort keys of a window.
    """
    legs = f"SELECT *, row_number() OVER (PARTITION BY _event ORDER BY {order}) AS _leg, {_answering(had)} AS _answers FROM {rows}"
    told = ", ".join(f"{_column(name, had)} AS {name}" for name in columns)
    return f"SELECT arg_min(_rank, _leg) AS _rank, arg_min(_record, _leg) AS _record, {told} FROM ({legs}) GROUP BY _event"


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
        **dict.fromkeys(SUMMED, f"sum({name})::BIGINT"),
        "outcome": "CASE " + " ".join(f"WHEN bool_or(outcome = '{word}') THEN '{word}'" for word in OUTCOMES) + " END",
        "caller_state": f"coalesce(max('known') FILTER (WHERE caller_state = 'known'), arg_min(caller_state, _leg) {filled})",
        "agent": f"arg_max(agent, _leg) {answering}",
        "agent_first": f"arg_min(agent, _leg) {answering}" if "agent" in had else f"arg_min(agent_first, _leg) {filled}",
        "transferred": _transferred(had, answering),
        "talk_seconds": f"(sum(talk_seconds) {answering})::BIGINT",
        "dispatched": "bool_or(dispatched)",
    }
    return told.get(name, f"arg_{'min' if name in FIRST else 'max'}({name}, _leg) {filled}")


def _transferred(had: Collection[str], answering: str) -> str:
    own = ["coalesce(bool_or(transferred), false)"] if "transferred" in had else []
    return " OR ".join([*own, *([f"count(DISTINCT agent) {answering} > 1"] if "agent" in had else [])])
