"""Who is the caller? What the unknown callers could change, the rate under each key, with and without switchboards and the busiest."""

from dataclasses import replace

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.measures import counts, rates
from hotline_analysis.measures.definition import HOUR, IDENTITIES, KEYS, Definition
from hotline_analysis.measures.frames import needed, pandas
from hotline_analysis.measures.gaps import DAY, IDENTITY, LEVELS, inbound, known_path, not_left_out
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.rates import NOTHING
from hotline_analysis.measures.view import View
from hotline_analysis.words import LANGUAGES, Term

HEAVY_A_MONTH = 60  # a caller with more calls a month is taken for a switchboard (judgement default; methods 1)
TOP_SHARE = 0.01


def index_calls(view: View, scope: str = "") -> nw.LazyFrame:
    """The calls of the period that would be index calls if every caller were known."""
    calls = counts.within(inbound(not_left_out(view.table("calls"), view.definition)), view.period.start_s, view.period.end_s)
    scope = scope or view.definition.index_scope
    if scope != "all":
        needed(calls, ["outcome"], "answered calls")
    return calls if scope == "all" else calls.filter(nw.col("outcome") == "answered")


def _identified(view: View) -> tuple[int, int]:
    """Index calls whose caller is known under the definition's identity, and all index calls."""
    return _known(index_calls(view), view.definition)


def _known(calls: nw.LazyFrame, definition: Definition) -> tuple[int, int]:
    """Of some calls, those whose caller is known (and their issue, where the rule asks for the same), and all."""
    keys = [IDENTITY[k] for k in definition.identity.split(",")]
    needed(calls, [*keys, *(LEVELS[: definition.level] if definition.match == "same" else ())], "known callers")
    known = ~nw.coalesce(*[nw.col(k) for k in keys]).is_null()
    if definition.match == "same":
        known = known & known_path(LEVELS[: definition.level])
    found = pandas(calls.select(n=nw.len(), k=nw.when(known).then(nw.lit(1)).otherwise(nw.lit(0)).sum()))
    return int(found["k"].fillna(0).iloc[0]), int(found["n"].iloc[0])


def bounds(view: View) -> pd.DataFrame:
    """What the unknown callers could change: the rate of identified callers r, and the range in which the rate of all calls must lie.

    With s the identified share of the index calls, at least r s of all calls are followed: a callback that was seen stays one. At most
    r s + (1 - s) + u are, with u the calls of unknown callers that could be callbacks, over all index calls: every unknown call may have been
    followed, and every unknown callback may have followed a known call that none was seen to follow, one each. With the same scope on both
    sides and closed data u = 1 - s. No assumption on who withholds. The rate that is printed takes it that the unknown repeat as the known do.

    Columns: window_hours, numerator, denominator (index calls of known callers that r is of), value (r), low, high (95 %), calls (all index
    calls), base (answered or all: of which calls), identified (s), unknown_callbacks (u as a count), bound_low, bound_high (at most 1).
    Source: methods 1 (anonymous).
    """
    known, calls = _identified(view)
    return pd.DataFrame([_bound(view.but(windows_hours=[hours]), hours, known, calls) for hours in view.definition.windows_hours])


def _bound(view: View, hours: float, known: int, calls: int) -> dict:
    """The rate of one window with its bounds."""
    found = rates.followed(view.gaps(), view.definition, round(hours * HOUR))
    theirs, could = _known(index_calls(view.over(_reached(view, hours)), view.definition.callback_scope), view.definition)
    s, u = (known / calls, (could - theirs) / calls) if calls else (np.nan, np.nan)
    low = found.value * s
    head = {"window_hours": hours, **found._asdict(), "calls": calls, "base": view.definition.index_scope, "identified": s}
    return {**head, "unknown_callbacks": could - theirs, "bound_low": low, "bound_high": min(low + (1 - s) + u, 1.0) if calls else np.nan}


def _reached(view: View, hours: float) -> Period:
    """The stretch in which callbacks of the period's calls within the window may lie, as far as data may be used."""
    period, beyond = view.period, 0 if view.definition.mode == "calendar" else round(hours * HOUR)
    if view.definition.direction == "look-back":
        return replace(period, start_s=min(max(period.start_s - beyond, view.data_start_s), period.start_s))
    return replace(period, end_s=max(min(period.end_s + beyond, view.end_s), period.end_s))


def identities(view: View, *, hours: float = 24.0) -> pd.DataFrame:
    """The rate under each key by which a caller can be known, with its coverage (A07).

    Columns: key (caller: the order in params; phone, person, code, and the keys in pairs, the second where the first is not known), name_zh, name_en,
    identified (share of index calls), callers, numerator, denominator, value, low, high, missing (a key that the export lacks).
    """
    near, have = view.near(), view.table("calls").collect_schema().names()
    there = [k for k in IDENTITIES[1:] if IDENTITY[k] in have]
    pairs = [f"{a},{b}" for a in there for b in there if a != b]
    rows = [_identity(near.but(identity=key, windows_hours=[hours]), key, round(hours * HOUR)) for key in (*IDENTITIES, *pairs)]
    return pd.DataFrame(rows).astype({"callers": "Int64"})


def _key_name(key: str, language: str) -> str:
    """How a caller is known, in words: the order in params, or one key and another where the first is not known."""
    if key == "caller":
        return "参数中的顺序" if language == "zh" else "order in params"
    return ("，否则按" if language == "zh" else ", else ").join(KEYS[k](language) for k in key.split(","))


def _identity(view: View, key: str, window_s: int) -> dict:
    names = {f"name_{language}": _key_name(key, language) for language in LANGUAGES}
    lacks = [IDENTITY[k] for k in key.split(",") if IDENTITY[k] not in view.table("calls").collect_schema().names()]
    if lacks:
        nothing = {"identified": np.nan, "callers": pd.NA, **NOTHING._asdict()}
        return {"key": key, **names, **nothing, "missing": f"not available: needs {', '.join(lacks)}"}
    known, calls = _identified(view)
    found = rates.followed(view.gaps(), view.definition, window_s)
    callers = int(counts.totals(view.gaps(), view.definition)["callers"].iloc[0])
    return {"key": key, **names, "identified": known / calls if calls else np.nan, "callers": callers, **found._asdict(), "missing": ""}


LEFT_OUT = {
    "": Term("不剔除", "nobody"),
    "switchboards": Term("剔除疑似总机号码", "likely switchboards"),
    "top": Term("剔除来电最多的1%", "the busiest 1 % of callers"),
    "both": Term("两者都剔除", "both"),
}


def heavy(view: View, *, hours: float = 24.0, calls_a_month: float = HEAVY_A_MONTH, top_share: float = TOP_SHARE) -> pd.DataFrame:
    """The rate with and without switchboards (more than `calls_a_month` index calls a month) and the busiest callers.

    The busiest are at most `top_share` of the callers: those with more calls than all others; of equals none is taken. A month is 30 days.

    Columns: left_out (key of LEFT_OUT), callers, calls (theirs, left out), share (of all index calls), numerator, denominator, value, low,
    high (of those who stay), said (of both together: some, none is left out, untold). Where 1 to 7 callers are left out nothing of the row is told: what one of them called could be had from it.
    Source: methods 1 (switchboards).
    """
    seen = view.but(windows_hours=[hours])
    gaps = seen.gaps()
    often = pandas(gaps.group_by("who").agg(n=nw.len())).astype("int64")
    months = max((view.period.end_s - view.period.start_s) / (30 * DAY), 1.0)
    busiest = often["n"].sort_values(ascending=False, ignore_index=True)
    allowed = int(top_share * len(busiest))
    limits = {"": np.inf, "switchboards": calls_a_month * months, "top": float(busiest.iloc[allowed]) if len(busiest) else np.inf}
    limits["both"] = min(limits.values())
    frame = pd.DataFrame([_heavy(gaps, seen.definition, often, key, limit, round(hours * HOUR)) for key, limit in limits.items()])
    told = disclosure.untold(frame, ["callers"], ["calls", "share", "numerator", "denominator", "value", "low", "high"], view.smallest)
    both = told[told["left_out"] == "both"].iloc[0]
    return told.assign(said="none" if both["callers"] == 0 else "some" if both["value"] == both["value"] else "untold")


def _heavy(gaps: nw.LazyFrame, definition: Definition, often: pd.DataFrame, key: str, limit: float, window_s: int) -> dict:
    out = often[often["n"] > limit]
    stay = gaps if not len(out) else gaps.with_columns(_n=nw.len().over("who")).filter(nw.col("_n") <= limit).drop("_n")
    calls = int(out["n"].sum())
    head = {"left_out": key, "callers": len(out), "calls": calls, "share": calls / often["n"].sum() if len(often) else np.nan}
    return {**head, **rates.followed(stay, definition, window_s)._asdict()}
