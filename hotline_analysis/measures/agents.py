"""Calls and callbacks by who handled them: the counts that every question about agents is answered from.

Only calls that were watched for their whole window count. An agent is whom the definition charges (the earlier handler; never the one who took the
callback unless that is asked for by name). A call without an agent is nobody's: it stands under '' and is never ranked. Source: F0 A19, A36; methods 5.
"""

import re
from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import counts, rules, unended
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY, LEVELS, callbacks
from hotline_analysis.measures.indicators import charged_view, mark, offered_calls, within_data
from hotline_analysis.measures.orders import NONE
from hotline_analysis.measures.view import View

BAND_HOURS = 6  # hours of the day that are taken as alike when calls are compared
SHORTEST = 10  # seconds of talk below which a call was cut off: another matter (`hangups`)


def windows(view: View, window_hours: float) -> dict[str, float]:
    """Hours by issue, `*` for the rest: the given window for all, or with 0 the definition's own map, or its first day."""
    if window_hours:
        return {"*": window_hours}
    own = dict(view.definition.windows_by_issue)
    return own or {"*": next((w for w in view.definition.windows_hours if w >= 24), view.definition.windows_hours[-1])}


def counted(view: View, *, level: int = 1, window_hours: float = 0.0) -> pd.DataFrame:
    """The period's index calls by agent, issue and hours of the day: one row each, ordered.

    Columns: agent ('' for none), issue, band (of BAND_HOURS hours), calls (watched for the whole window), repeats (of them followed within it, from the
    definition's minimum gap on), unwatched (calls left out, the same in every row), ended (False for an agent of whose calls so many have no known end that their repeat rate is too low: `unended`).
    Raises DataRefused without agents or without an issue column of that level.
    """
    found = _summed(_watched(view, level, window_hours), {"calls": "whole", "repeats": "hit"})
    whole = found[found["calls"] > 0].drop(columns="rows").reset_index(drop=True)
    low = unended.too_low(charged_view(view), min(windows(view, window_hours).values()), "agent")
    return whole.assign(unwatched=int((found["rows"] - found["calls"]).sum()), ended=~whole["agent"].isin(low))


def _watched(view: View, level: int, window_hours: float) -> nw.LazyFrame:
    """The period's index calls under the agent charged: agent ('' for none), issue, band, window_s, whole (1: watched for the window), hit (1: of these, followed within it).

    Raises DataRefused without agents or without an issue column of that level.
    """
    gaps = rules.charge(view.gaps(), view.definition, ["agent"])
    have, column = gaps.collect_schema().names(), f"issue_{level}"
    lacking = [c for c in ("agent", column) if c not in have]
    if lacking:
        raise DataRefused("agents", f"not available: needs {', '.join(lacking)}.")
    limit = _limits(windows(view, window_hours), [c for c in LEVELS if c in have])
    keys = {"agent": nw.coalesce(nw.col("agent"), nw.lit("")), "issue": nw.coalesce(nw.col(column), nw.lit(NONE)), "band": _band()}
    rows = gaps.with_columns(**keys, window_s=limit).with_columns(whole=mark(nw.col("follow_s") >= nw.col("window_s")))
    return rows.with_columns(hit=mark(nw.col(counts.gap_column(view.definition)) <= nw.col("window_s")) * nw.col("whole"))


def _band() -> nw.Expr:
    return (nw.col("local_s") % DAY) // (BAND_HOURS * HOUR)


def _summed(rows: nw.LazyFrame, sums: Mapping[str, str], keys: Sequence[str] = ("agent", "issue", "band")) -> pd.DataFrame:
    """Sums of columns by agent, issue and hours, in their order, and the number of `rows`."""
    found = pandas(rows.group_by(*keys).agg(*[nw.col(c).sum().alias(name) for name, c in sums.items()], rows=nw.len()))
    whole = [c for c in (*sums, "band", "part", "caller_group", "rows") if c in found]
    return found.sort_values([*keys], ignore_index=True).astype(dict.fromkeys(whole, "int64"))


def filed(view: View, *, level: int, vague: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """How often agents file a call under a vague word: the period's answered calls by agent, by what was known before they filed it, and by hours of the day.

    A word is vague that holds one of `vague` (of Latin letters as a word of its own, in any case). Columns: agent ('' for none), issue (the skill group where there is one, and at deeper levels the
    parent issue: what the agent did not choose), band, calls (with an issue of that level), repeats (of them under a vague word, so that `expected` holds for them), rows (with those without an issue); and the words that are vague. Raises
    DataRefused without agents or that level, or where no word is vague.
    """
    calls, column = within_data(view, offered_calls(view), [view.period]), f"issue_{level}"
    have = calls.collect_schema().names()
    lacking = [c for c in ("agent", column) if c not in have]
    if lacking:
        raise DataRefused("agents", f"not available: needs {', '.join(lacking)}.")
    words = vague_words(pandas(calls.select(column).unique())[column], vague)
    if not words:
        raise DataRefused("agents", "no vague word: no issue of this level holds one that params › vague_issues names.")
    calls = calls.filter(nw.col("outcome") == "answered") if "outcome" in have else calls
    filled = ~nw.col(column).is_null()
    rows = calls.with_columns(
        agent=nw.coalesce(nw.col("agent"), nw.lit("")),
        issue=_before(calls, level),
        band=_band(),
        given=mark(filled),
        hit=mark(filled & nw.col(column).is_in(words)),
    )
    return _summed(rows, {"calls": "given", "repeats": "hit"}), words


def vague_words(words: Sequence[str | None], vague: Sequence[str]) -> list[str]:
    """The words that hold a vague one: 其他诉求 holds 其他; "Other requests" holds other, "another" and "mother" do not."""
    wanted = re.compile("|".join(rf"(?<![a-z]){re.escape(v.casefold())}(?![a-z])" for v in vague if v.strip()) or "(?!)")
    return sorted(w for w in words if isinstance(w, str) and wanted.search(w.casefold()))


def turned(view: View, *, level: int, window_hours: float) -> pd.DataFrame:
    """Of the watched calls that are followed within their window, how many next calls are about another issue: by agent, by what was known before the call was filed, and by hours.

    Columns: agent, issue (the skill group, and at deeper levels the parent issue, as in `filed`: given the filed word itself, whoever files everything under 其他 would be as expected), band, calls (followed, both issues known at every level up to this one), repeats (of
    them filed under another issue), rows. Raises as `counted`.
    """
    view = view.but(match="any")
    rows, levels = _watched(view, level, window_hours), LEVELS[:level]
    known = nw.all_horizontal(*[~nw.col(c).is_null() & ~nw.col(f"next_{c}").is_null() for c in levels], ignore_nulls=False)
    rows = rows.filter((nw.col("hit") == 1) & known)
    same = nw.all_horizontal(*[nw.col(c) == nw.col(f"next_{c}") for c in levels], ignore_nulls=False)
    rows = rows.with_columns(call=nw.lit(1), other=1 - mark(same), issue=_before(rows, level))
    return _summed(rows, {"calls": "call", "repeats": "other"})


def _before(rows: nw.LazyFrame, level: int) -> nw.Expr:
    """What was known before the agent filed a call: the skill group where there is one, and at deeper levels the parent issue."""
    have = rows.collect_schema().names()
    known = [nw.coalesce(nw.col(c), nw.lit(NONE)) for c in ("queue", *LEVELS[: level - 1]) if c in have]
    return nw.concat_str(*known, separator=" › ") if known else nw.lit("")


def spoken(view: View, *, level: int, window_hours: float, parts: int, own: bool) -> pd.DataFrame:
    """Watched calls by how long they were beside others of their kind: each cell of one issue and hours (`own`: of one agent too) is cut into so many parts of equal size by talk time.

    Counted are watched calls of `SHORTEST` seconds or more of talk. Columns: issue, band, agent ('' unless own), part (0: the shortest; calls of one length stand together), caller_group, calls, repeats, seconds (of talk), rows. Raises as
    `counted`, and without talk times.
    """
    calls = view.table("calls")
    if "talk_seconds" not in calls.collect_schema().names():
        raise DataRefused("agents", "not available: needs talk_seconds.")
    rows = _watched(view, level, window_hours).join(calls.select("seq", "talk_seconds"), on="seq", how="left")
    rows = rows.filter((nw.col("whole") == 1) & (nw.col("talk_seconds") >= SHORTEST))
    rows = rows if own else rows.with_columns(agent=nw.lit(""))
    cell = ("issue", "band", "agent")
    rows = rows.with_columns(place=nw.col("talk_seconds").rank("min").over(*cell), size=nw.len().over(*cell))
    rows = rows.with_columns(part=((nw.col("place").cast(nw.Int64) - 1) * parts) // nw.col("size").cast(nw.Int64))
    return _summed(rows, {"calls": "whole", "repeats": "hit", "seconds": "talk_seconds"}, (*cell, "part", "caller_group"))


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

    Of agents whose calls have no known end (`ended`, where the frame has it) nothing is expected of the others: what is too low is no measure. Where nobody else took such calls the issue's rate among the others stands, and where there are none either, that of all. Leaving an agent's own calls
    out keeps a large agent from being their own measure.
    """
    able = frame["ended"].astype(int) if "ended" in frame else 1
    told = frame.assign(calls=frame["calls"] * able, repeats=frame["repeats"] * able)
    total = np.full(len(frame), told["repeats"].sum() / max(told["calls"].sum(), 1))
    for keys in (["issue"], ["issue", "band"]):
        rate = _others(told, keys)
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
    back = callbacks(view.line, view.definition, data_start_s=view.data_start_s, data_end_s=view.end_s)
    there = pandas(back.select("who", *own, next_seq=nw.col("seq"), next_s=nw.col("start_s")))
    both = rows.rename(columns={gap: "gap_s"}).merge(there, on=["who", *own])
    waited = (both["next_s"] - both["reference_s"]).clip(lower=0)
    later = (both["next_s"] > both["start_s"]) | ((both["next_s"] == both["start_s"]) & (both["next_seq"] > both["seq"]))
    found = both[(waited == both["gap_s"]) & later].sort_values(["seq", "next_s", "next_seq"]).drop_duplicates(["agent", "seq"])
    return found.sort_values(["agent", "issue", "seq"], ignore_index=True)[["agent", "issue", "seq", "next_seq", "gap_s"]]
