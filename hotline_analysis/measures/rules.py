"""What the finer rules of a definition do to calls and to the gap table: chases, charging, dispatching, chains, who is a heavy caller.

Each is a small step from lazy frame to lazy frame, in narwhals, so that it runs on DuckDB, pandas and Polars. Where an export lacks what a
rule needs, DataRefused says so; nothing is guessed in its place.
"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.definition import BY_PAIR, Definition
from hotline_analysis.measures.gaps import LEVELS, identity, same

WRITTEN = {"due_s": "due_at", "created_s": "created_at"}  # how params name them
LOOKING_BACK = "looking back charges whoever takes the repeat, not whoever left the problem unsolved"


def true(column: str) -> nw.Expr:
    """Where a flag is set; unknown is not. (Engines hold flags as booleans or as 0 and 1.)"""
    return nw.col(column).cast(nw.Float64) == 1


# ---- chases (催办)


def with_chases(calls: nw.LazyFrame, orders: nw.LazyFrame | None, definition: Definition) -> nw.LazyFrame:
    """Adds `chase`: 1 where the call chases an order, else 0.

    A call chases an order that another call (or another channel) had brought in before it started and that is neither due nor closed at
    that instant. Which order a call is about: the one whose order_id it carries; where calls carry none, any order of the same caller;
    where orders name no caller, any order of a call of the same caller. An order without a due time is never chased. Raises DataRefused
    without orders, without created_at or due_at, and where nothing links orders to calls. Source: catalogue 5.3.
    """
    opened = _open_orders(orders)
    have, keys = calls.collect_schema().names(), opened.collect_schema().names()
    if "order_id" in have and "order_id" in keys:
        found = _by_order(calls, opened)
    elif identity(keys, definition) is not None:
        found = _by_caller(calls, opened.with_columns(who=identity(keys, definition)), definition)
    elif "call_id" in have and "opened_by" in keys:
        owners = calls.select(nw.col("call_id").alias("opened_by"), identity(have, definition).alias("who"))
        found = _by_caller(calls, opened.join(owners, on="opened_by", how="inner"), definition)
    else:
        raise DataRefused("chases (催办)", "not available: needs order_id, caller or call_id in orders to link them to calls.")
    marked = calls.join(found.select("seq").unique().with_columns(chase=nw.lit(1)), on="seq", how="left")
    return marked.with_columns(chase=nw.when(nw.col("chase") == 1).then(nw.lit(1)).otherwise(nw.lit(0)))


def _open_orders(orders: nw.LazyFrame | None) -> nw.LazyFrame:
    """Orders with the stretch [created_s, until_s) in which a call about them is a chase, and the call that opened them."""
    if orders is None:
        raise DataRefused(
            "chases (催办)", "not available: needs orders.", "Add 'orders:' with created_at and due_at, or leave 'open_orders' at counted."
        )
    have = orders.collect_schema().names()
    missing = [word for column, word in WRITTEN.items() if column not in have]
    if missing:
        raise DataRefused("chases (催办)", f"not available: needs {' and '.join(missing)} in orders.", "Leave 'open_orders' at counted.")
    until = nw.col("due_s")
    if "closed_s" in have:
        until = nw.when(nw.col("closed_s") < until).then(nw.col("closed_s")).otherwise(until)
    links = [c for c in ("order_id", "caller", "caller_phone", "caller_person", "caller_code") if c in have]
    opened_by = [nw.col("call_id").alias("opened_by")] if "call_id" in have else []
    return orders.select(*links, *opened_by, "created_s", until_s=until)


def _chased(have: Sequence[str]) -> nw.Expr:
    """The order was there when the call came, and open, and the call is not the one that opened it."""
    there = (nw.col("created_s") < nw.col("start_s")) & (nw.col("start_s") < nw.col("until_s"))
    if "opened_by" not in have or "call_id" not in have:
        return there
    return there & (nw.col("opened_by").is_null() | (nw.col("opened_by") != nw.col("call_id")))


def _by_order(calls: nw.LazyFrame, opened: nw.LazyFrame) -> nw.LazyFrame:
    keys = opened.collect_schema().names()
    ids = [c for c in ("call_id",) if c in calls.collect_schema().names()]
    about = opened.select("order_id", "created_s", "until_s", *[c for c in ("opened_by",) if c in keys])
    joined = calls.select("seq", "start_s", "order_id", *ids).filter(~nw.col("order_id").is_null()).join(about, on="order_id", how="inner")
    return joined.filter(_chased([*ids, *keys]))


def _by_caller(calls: nw.LazyFrame, opened: nw.LazyFrame, definition: Definition) -> nw.LazyFrame:
    have, keys = calls.collect_schema().names(), opened.collect_schema().names()
    ids = [c for c in ("call_id",) if c in have]
    named = calls.select("seq", "start_s", *ids, who=identity(have, definition)).filter(~nw.col("who").is_null())
    about = opened.select("who", "created_s", "until_s", *[c for c in ("opened_by",) if c in keys]).filter(~nw.col("who").is_null())
    return named.join(about, on="who", how="inner").filter(_chased([*ids, *keys]))


# ---- who is charged


def charge(gaps: nw.LazyFrame, definition: Definition, by: Sequence[str]) -> nw.LazyFrame:
    """The gap table with each call under the agent whom the definition charges; as it is where nothing is asked by agent.

    last: the agent column. first: agent_first, or agent where that is empty. each: a call that two agents handled stands twice. Looking
    back is refused unless asked for by name (charged: taker); the frames then say so. Source: catalogue section 0, 2; A36.
    """
    if "agent" not in by:
        return gaps
    if definition.direction == "look-back":
        if definition.charged != "taker":
            raise DataRefused(
                "repeat rate by agent", f"{LOOKING_BACK}.", "Set direction: look-ahead, or ask for it by name: charged: taker."
            )
        return gaps
    if definition.charged == "last":
        return gaps
    if "agent_first" not in gaps.collect_schema().names():
        raise DataRefused(
            "repeat rate by agent",
            f"charged: {definition.charged} is not available: needs agent_first.",
            "Map that column, or set charged: last.",
        )
    first = nw.coalesce(nw.col("agent_first"), nw.col("agent"))
    if definition.charged == "first":
        return gaps.with_columns(agent=first)
    also = gaps.filter(first.is_null() | nw.col("agent").is_null() | (first != nw.col("agent")))
    also = also.filter(~first.is_null()).with_columns(agent=first)
    return nw.concat([gaps.filter(~nw.col("agent").is_null() | first.is_null()), also])


# ---- dispatching


def fate(have: Sequence[str], definition: Definition) -> nw.Expr:
    """What dispatching a call of this issue and department means: unresolved (also where no rule fits), excluded or resolved.

    The first rule that fits, in this order: issue×department, department, issue (the deepest level first), *.
    """
    said = nw.lit(definition.dispatch.get("*", "unresolved"))
    levels = [c for c in LEVELS if c in have]
    plain = {k: v for k, v in definition.dispatch.items() if k != "*" and BY_PAIR not in k}
    for column in (*levels, *(["department"] if "department" in have else [])):
        for key, word in plain.items():
            said = nw.when(nw.col(column) == key).then(nw.lit(word)).otherwise(said)
    for key, word in definition.dispatch.items():
        issue, pair, department = (part.strip() for part in key.partition(BY_PAIR))
        for column in levels if pair and "department" in have else ():
            said = nw.when((nw.col(column) == issue) & (nw.col("department") == department)).then(nw.lit(word)).otherwise(said)
    return said


def needs_dispatch(have: Sequence[str], definition: Definition) -> None:
    """Raises DataRefused where the calls do not say what the dispatch rule asks for."""
    columns = ["dispatched", *(["department"] if any(BY_PAIR in key for key in definition.dispatch) else [])]
    missing = [c for c in columns if c not in have]
    if missing:
        raise DataRefused("dispatch rule", f"not available: needs {', '.join(missing)}.", "Map the column, or leave 'dispatch' empty.")


def assessed(gaps: nw.LazyFrame, definition: Definition) -> nw.LazyFrame:
    """The index calls without those that the dispatch rule leaves out (they may still be callbacks of others)."""
    if "excluded" not in definition.dispatch.values():
        return gaps
    have = gaps.collect_schema().names()
    needs_dispatch(have, definition)
    out = nw.when(true("dispatched") & (fate(have, definition) == "excluded")).then(nw.lit(1)).otherwise(nw.lit(0))
    return gaps.with_columns(left_out=out).filter(nw.col("left_out") == 0).drop("left_out")


# ---- chains


def backwards(definition: Definition) -> Definition:
    """The rule that finds, for a callback, the index call before it."""
    scopes = {"index_scope": definition.callback_scope, "callback_scope": definition.index_scope}
    return definition.but(direction="look-back", chain="each", **scopes)


def with_chain(gaps: nw.LazyFrame, before: nw.LazyFrame) -> nw.LazyFrame:
    """Adds before_s and before_same_<level>_s: how long ago the caller's previous index call was; none for the first.

    before: the gap table of `backwards`.
    """
    have = before.collect_schema().names()
    names = {"gap_s": "before_s", **{same(n): f"before_same_{n}_s" for n in (1, 2, 3) if same(n) in have}}
    back = before.select(nw.col("seq").alias("_seq"), *[nw.col(c).alias(name) for c, name in names.items()])
    return gaps.join(back, left_on="seq", right_on="_seq", how="left")


def chained(gaps: nw.LazyFrame, definition: Definition, window_s: int) -> nw.LazyFrame:
    """The gap table as the chain rule counts it at one window. A call is a return when an index call came within the window before it.

    each: every call that is followed (r = 1 - E/N on closed data, E chains, N calls). first: a return is no further index event, but stays in the
    base ((E - E1)/N, E1 chains of one call). cluster: one count a chain, from its first call ((E - E1)/E; QueueMetrics, 环信).
    """
    if definition.chain == "each":
        return gaps
    level = definition.level if definition.match == "same" else 0
    before, gap = (f"before_same_{level}_s", same(level)) if level else ("before_s", "gap_s")
    begins = nw.when(nw.col(before) <= window_s).then(nw.lit(0)).otherwise(nw.lit(1)) == 1
    return gaps.filter(begins) if definition.chain == "cluster" else gaps.with_columns(nw.when(begins).then(nw.col(gap)).alias(gap))
