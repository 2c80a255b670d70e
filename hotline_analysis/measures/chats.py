"""What chat sessions and their messages tell beyond sums: who served, how long a reply took, how many at once, who came back.

A session with a person is one that an agent served, from the start or after the bot; the agent's time begins at the handover where the export has it.
An open session is watched to the end of the data and no longer. Source: F2 (C01-C10), methods 11.
"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.indicators import Estimator, Indicator, place, row
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View, once

HUMAN, BOT = ("agent", "both"), ("bot", "both")
STRATA = ("unit", "channel", "issue_1", "agent")
SHARE_OF_TIME = 0.95  # the concurrency that is not passed in so much of the busy time


def human() -> nw.Expr:
    """Sessions that a person served."""
    return nw.col("served_by").is_in(list(HUMAN))


@once
def sessions(view: View, *columns: str) -> pd.DataFrame:
    """Sessions that begin before the data end, one row each: start_s (opened), and of the wanted columns and strata those that there are."""
    held = view.table("sessions")
    have = held.collect_schema().names()
    kept = [c for c in dict.fromkeys(("session_id", "served_by", *columns, *STRATA)) if c in have]
    frame = pandas(held.filter(nw.col("opened_s") < view.end_s).select("seq", "opened_s", *kept))
    return frame.sort_values("seq", ignore_index=True).rename(columns={"opened_s": "start_s"})


@once
def served(view: View) -> pd.DataFrame:
    """Sessions with a person: start_s, from_s (handover, else opening), to_s (end, nan while open), agent and strata."""
    frame = sessions(view, "handed_s", "closed_s")
    frame = frame[frame["served_by"].isin(HUMAN)]
    opened, closed = frame["start_s"].astype(float), _seconds(frame, "closed_s")
    begin = _seconds(frame, "handed_s").fillna(opened)
    return frame.assign(from_s=begin, to_s=closed.where((closed >= begin) & (closed < view.end_s)))


def _seconds(frame: pd.DataFrame, column: str) -> pd.Series:
    return pd.to_numeric(frame[column]).astype(float) if column in frame else pd.Series(np.nan, index=frame.index)


def handling(view: View, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame:
    """The time that a person spent with each session that has ended."""
    frame = served(view)
    known = frame[frame["to_s"].notna()]
    return known.assign(k=known["to_s"] - known["from_s"], n=1)


@once
def messages(view: View) -> pd.DataFrame:
    """Messages of sessions with a person, in order: session_id, session_seq, start_s (of the session), sent_s, speaker, and the session's strata.

    Of messages of one instant (an export of minutes has many) nobody can tell which came first; they stand as a question and its answer do: the citizen's, the bot's,
    the agent's. In any other order a reply within the minute would be none, and the wait would go on until the agent's next message.
    """
    frame = sessions(view)
    people = frame[frame["served_by"].isin(HUMAN)]
    sent = pandas(view.table("messages").filter(nw.col("sent_s") < view.end_s).select("session_id", "seq", "sent_s", "speaker"))
    found = sent.merge(people.rename(columns={"seq": "session_seq"}), on="session_id", how="inner")
    found = found.assign(turn=found["speaker"].map({"customer": 0, "bot": 1}).fillna(2))
    return found.sort_values(["session_id", "sent_s", "turn", "seq"], ignore_index=True).drop(columns="turn")


def exchanged(view: View, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame:
    """Messages of each session with a person; a session without a message in the export is not in it."""
    found = messages(view)
    first = found.groupby("session_id", sort=False).first()
    return first.assign(seq=first["session_seq"], k=found.groupby("session_id", sort=False).size(), n=1)


@once
def replies(view: View) -> pd.DataFrame:
    """The waits for an agent's reply: from the citizen's first message that nobody has answered yet to the next message, where an agent wrote it.

    Columns: start_s (of the session), k (seconds), n (1) and the session's strata. A question that the bot answered or nobody did is no wait for an agent.
    """
    found = messages(view)
    asks = found["speaker"].eq("customer")
    new = found["session_id"].ne(found["session_id"].shift())
    first = asks & (new | ~asks.shift(fill_value=False))
    asked = found["sent_s"].where(first).groupby(found["session_id"]).ffill()
    answered = found["speaker"].eq("agent") & asks.shift(fill_value=False) & ~new
    told = found[answered]
    return told.assign(k=(told["sent_s"] - asked[answered]).astype(float), n=1)


def reply_gaps(view: View, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame:
    return replies(view)


def _reply_medians(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> list[dict]:
    """The median wait for a reply; its interval is that of a quantile of independent waits (order statistics), widened by nothing."""
    waits, rows = replies(view), []
    for period in periods:
        here = waits[(waits["start_s"] >= period.start_s) & (waits["start_s"] < period.end_s)]
        for name, part in [("", here)] if not by else here.groupby(by):
            rows += [_median(i, period, str(name), np.sort(part["k"].to_numpy(float))) for i in indicators]
    return rows


reply_medians = Estimator(_reply_medians, lambda view, periods, indicator, by: replies(view), "messages")


def _median(indicator: Indicator, period: Period, group: str, waits: np.ndarray) -> dict:
    n = len(waits)
    if not n:
        return row(indicator, period, group=group, missing="no base")
    reach = 1.959964 * np.sqrt(n) / 2
    ends = [waits[int(np.clip(k, 0, n - 1))] for k in (np.floor(n / 2 - reach), np.ceil(n / 2 + reach))]
    value = float(np.median(waits))
    found = {"value": value, "low": float(ends[0]), "high": float(ends[1]), "se": float((ends[1] - ends[0]) / (2 * 1.959964))}
    return row(indicator, period, group=group, numerator=pd.NA, denominator=n, clusters="replies", **found)


# ---- at once


def _at_once_of(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> list[dict]:
    """How many sessions an agent held at once, in every period: the most (max), the mean and the 95 % point over the time with at least one (busy).

    `Indicator.key` says which: the end of it after the last `_`. numerator: of the mean the seconds in sessions; denominator: the busy seconds of all agents.
    Sessions are cut at the period's ends; one whose end is not known is left out, because nobody can tell how long it held its agent.
    """
    frame = served(view)
    if "agent" not in frame:
        return [row(i, p, missing=NO_AGENT) for i in indicators for p in periods]
    rows = []
    for period in periods:
        cut = _cut(frame, period)
        for name, part in [("", cut)] if not by else cut.groupby(by):
            held = _held(part)
            rows += [_at_once(i, period, str(name), held) for i in indicators]
    return rows


def _cut(frame: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Sessions of a known agent and end, as far as they lie in the period."""
    frame = frame[frame["agent"].notna() & frame["to_s"].notna()]
    cut = frame.assign(**{end: frame[end].clip(period.start_s, period.end_s) for end in ("from_s", "to_s")})
    return cut[cut["to_s"] > cut["from_s"]]


def _held_sessions(view: View, periods: Sequence[Period], indicator: Indicator, by: str) -> pd.DataFrame | str:
    """The sessions that agents held: k, its seconds in the period; n, those in which its agent held no earlier one (they add up to the busy time)."""
    frame = served(view)
    if "agent" not in frame:
        return NO_AGENT
    cut = pd.concat([_cut(frame, period) for period in periods]).sort_values(["from_s", "to_s", "seq"], ignore_index=True)
    who = [place(cut["from_s"].to_numpy(float), periods), *(cut[c] for c in dict.fromkeys([*([by] if by else []), "agent"]))]
    until = cut["to_s"].groupby(who).cummax().groupby(who).shift().fillna(-np.inf)
    alone = (cut["to_s"] - np.fmax(cut["from_s"], until)).clip(lower=0)
    return cut.assign(start_s=cut["from_s"], k=cut["to_s"] - cut["from_s"], n=alone)


NO_AGENT = "not available: needs agent"
at_once = Estimator(_at_once_of, _held_sessions, "sessions")


def _held(frame: pd.DataFrame) -> np.ndarray:
    """Seconds by the number of sessions that an agent held, from 0 on, all agents together."""
    longest = np.zeros(1)
    for _, part in frame.groupby("agent"):
        found = _seconds_at(part["from_s"].to_numpy(float), part["to_s"].to_numpy(float))
        longest, found = (np.pad(x, (0, max(len(longest), len(found)) - len(x))) for x in (longest, found))
        longest = longest + found
    return longest


def _seconds_at(begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Seconds by how many of some stretches hold at once; where one ends as another begins they do not meet."""
    at = np.concatenate([begin, end])
    step = np.concatenate([np.ones(len(begin)), -np.ones(len(end))])
    order = np.lexsort((step, at))
    many, lasts = step[order].cumsum()[:-1].astype(int), np.diff(at[order])
    return np.bincount(many, lasts, minlength=1)


def _at_once(indicator: Indicator, period: Period, group: str, held: np.ndarray) -> dict:
    busy, many = held[1:].sum(), np.arange(len(held))
    if not busy:
        return row(indicator, period, group=group, missing="no base")
    which = indicator.key.rpartition("_")[2]
    if which == "mean":
        return row(
            indicator,
            period,
            group=group,
            numerator=round(float(many @ held)),
            denominator=round(float(busy)),
            value=float(many @ held / busy),
        )
    passed = held[1:].cumsum() / busy
    value = np.flatnonzero(held > 0)[-1] if which == "max" else 1 + np.flatnonzero(passed >= SHARE_OF_TIME - 1e-12)[0]
    return row(indicator, period, group=group, numerator=pd.NA, denominator=round(float(busy)), value=float(value))
