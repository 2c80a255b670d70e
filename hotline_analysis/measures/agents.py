"""Calls and callbacks by who handled them: the counts that every question about agents is answered from.

Only calls that were watched for their whole window count. An agent is whom the definition charges (the earlier handler; never the one who took the
callback unless that is asked for by name). A call without an agent is nobody's: it stands under '' and is never ranked. Source: F0 A19, A36; methods 5.
"""

from collections.abc import Mapping

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import counts, rules
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY, LEVELS, callbacks
from hotline_analysis.measures.indicators import mark
from hotline_analysis.measures.orders import NONE
from hotline_analysis.measures.view import View

BAND_HOURS = 6  # hours of the day that are taken as alike when calls are compared


def windows(view: View, window_hours: float) -> dict[str, float]:
    """Hours by issue, `*` for the rest: the given window for all, or with 0 the definition's own map, or its first day."""
    if window_hours:
        return {"*": window_hours}
    own = dict(view.definition.windows_by_issue)
    return own or {"*": next((w for w in view.definition.windows_hours if w >= 24), view.definition.windows_hours[-1])}


def counted(view: View, *, level: int = 1, window_hours: float = 0.0) -> pd.DataFrame:
    """The period's index calls by agent, issue and hours of the day: one row each, ordered.

    Columns: agent ('' for none), issue, band (of BAND_HOURS hours), calls (watched for the whole window), repeats (of them followed within it, from the
    definition's minimum gap on), seconds (talk time of those where it was read), timed (how many those are), unwatched (calls left out, the same in every row).
    Raises DataRefused without agents or without an issue column of that level.
    """
    rows = _watched(view, level, window_hours)
    sums = {"calls": "whole", "repeats": "hit", "seconds": "spoken", "timed": "timed"}
    found = pandas(rows.group_by("agent", "issue", "band").agg(*[nw.col(c).sum().alias(name) for name, c in sums.items()], rows=nw.len()))
    found = found.sort_values(["agent", "issue", "band"], ignore_index=True).astype(dict.fromkeys((*sums, "band", "rows"), "int64"))
    return (
        found[found["calls"] > 0].drop(columns="rows").assign(unwatched=int((found["rows"] - found["calls"]).sum())).reset_index(drop=True)
    )


def _watched(view: View, level: int, window_hours: float) -> nw.LazyFrame:
    """The period's index calls under whom they are charged to, with agent and issue never missing, and `whole` (watched for the whole window), `hit` (of them followed
    within it), `timed`, `spoken` (seconds) and `band`. Raises DataRefused without agents or without an issue column of that level."""
    gaps = rules.charge(view.gaps(), view.definition, ["agent"])
    have, column = gaps.collect_schema().names(), f"issue_{level}"
    lacking = [c for c in ("agent", column) if c not in have]
    if lacking:
        raise DataRefused("agents", f"not available: needs {', '.join(lacking)}.")
    limit = _limits(windows(view, window_hours), [c for c in LEVELS if c in have])
    talk = nw.col("talk_seconds") if "talk_seconds" in have else nw.col("seq") * 0 - 1
    rows = gaps.with_columns(
        agent=nw.coalesce(nw.col("agent"), nw.lit("")), issue=nw.coalesce(nw.col(column), nw.lit(NONE)), window_s=limit,
        band=(nw.col("local_s") % DAY) // (BAND_HOURS * HOUR), talk=talk,
    ).with_columns(whole=mark(nw.col("follow_s") >= nw.col("window_s")))  # fmt: skip
    followed = mark(nw.col(counts.gap_column(view.definition)) <= nw.col("window_s")) * nw.col("whole")
    timed = mark(nw.col("talk") >= 0) * nw.col("whole")
    return rows.with_columns(
        hit=followed, timed=timed, spoken=nw.when(nw.col("talk") >= 0).then(nw.col("talk")).otherwise(nw.lit(0)) * nw.col("whole")
    )


def _limits(hours: Mapping[str, float], levels: list[str]) -> nw.Expr:
    """Each call's window in seconds: of its deepest named issue, else of `*`."""
    limit = nw.lit(round(hours.get("*", 24.0) * HOUR))
    for column in levels:
        for issue, own in hours.items():
            if issue != "*":
                limit = nw.when(nw.col(column) == issue).then(nw.lit(round(own * HOUR))).otherwise(limit)
    return limit


def expected(frame: pd.DataFrame) -> np.ndarray:
    """How many repeats each row should have: its calls times the rate of the same issue and hours among all other agents.

    Where nobody else took such calls the issue's rate among the others stands, and where there are none either, that of all. Leaving an agent's own calls
    out keeps a large agent from being their own measure.
    """
    total = np.full(len(frame), frame["repeats"].sum() / max(frame["calls"].sum(), 1))
    for keys in (["issue"], ["issue", "band"]):
        rate = _others(frame, keys)
        total = np.where(np.isfinite(rate), rate, total)
    return frame["calls"].to_numpy() * total


def _others(frame: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """The rate of the other agents' calls of the same keys; nan where there are none."""
    sums = {c: frame.groupby(keys)[c].transform("sum") - frame.groupby([*keys, "agent"])[c].transform("sum") for c in ("calls", "repeats")}
    n = sums["calls"].to_numpy(float)
    return np.divide(sums["repeats"].to_numpy(float), n, out=np.full(len(frame), np.nan), where=n > 0)


def hangups(view: View, *, short_seconds: int, within_seconds: int) -> pd.DataFrame:
    """Answered calls by agent: how many were that short (a second or more: one of 0 s was never spoken), and how many of the identified ones were followed by another call of the caller that soon.

    Columns: agent ('' for none), calls (talk time read), short, known (of the calls: identified and watched), followed (of known), short_known, short_followed.
    Raises DataRefused without agents or talk times.
    """
    calls = view.within("calls")
    have = calls.collect_schema().names()
    lacking = [c for c in ("agent", "outcome", "talk_seconds") if c not in have]
    if lacking:
        raise DataRefused("agents", f"not available: needs {', '.join(lacking)}.")
    rule = view.but(index_scope="answered", callback_scope="all", min_gap_seconds=0, match="any")
    gaps = rule.gaps().select("seq", "gap_s", "follow_s")
    rows = calls.filter((nw.col("outcome") == "answered") & (nw.col("talk_seconds") >= 0)).join(gaps, on="seq", how="left")
    short, known = (
        mark((nw.col("talk_seconds") > 0) & (nw.col("talk_seconds") < short_seconds)),
        mark(nw.col("follow_s") >= within_seconds),
    )
    soon = mark(nw.col("gap_s") <= within_seconds) * known
    marked = rows.with_columns(
        agent=nw.coalesce(nw.col("agent"), nw.lit("")),
        short=short,
        known=known,
        followed=soon,
        short_known=short * known,
        short_followed=short * soon,
    )
    names = ["short", "known", "followed", "short_known", "short_followed"]
    found = pandas(marked.group_by("agent").agg(*[nw.col(c).sum() for c in names], calls=nw.len()))
    return found.sort_values("agent", ignore_index=True).astype(dict.fromkeys((*names, "calls"), "int64"))[["agent", "calls", *names]]


def pairs(view: View, *, level: int = 1, window_hours: float = 0.0) -> pd.DataFrame:
    """The repeats that `counted` counts, one row each: the index call and the call that makes it one.

    Columns: agent ('' for none), issue, seq (of the index call), next_seq (of its repeat), gap_s. Ordered by agent, issue and the index call. Raises as `counted`,
    and DataRefused where the definition looks back: a repeat is then charged with the call before it.
    """
    if view.definition.direction != "look-ahead":
        raise DataRefused("agents", "the definition looks back, so a repeat is no later call.", "Leave 'direction' at look-ahead.")
    same, gap = view.definition.match == "same", counts.gap_column(view.definition)
    own = [f"issue_{n}" for n in range(1, view.definition.level + 1)] if same else []
    rows = pandas(_watched(view, level, window_hours).filter(nw.col("hit") == 1))[
        ["agent", "issue", "who", "seq", "start_s", "reference_s", gap, *own]
    ]
    back = callbacks(view.table("calls"), view.definition, data_start_s=view.data_start_s, data_end_s=view.end_s)
    there = pandas(back.select("who", *own, next_seq=nw.col("seq"), next_s=nw.col("start_s")))
    both = rows.rename(columns={gap: "gap_s"}).merge(there, on=["who", *own])
    waited = (both["next_s"] - both["reference_s"]).clip(lower=0)
    later = (both["next_s"] > both["start_s"]) | ((both["next_s"] == both["start_s"]) & (both["next_seq"] > both["seq"]))
    found = both[(waited == both["gap_s"]) & later].sort_values(["seq", "next_s", "next_seq"]).drop_duplicates(["agent", "seq"])
    return found.sort_values(["agent", "issue", "seq"], ignore_index=True)[["agent", "issue", "seq", "next_seq", "gap_s"]]
