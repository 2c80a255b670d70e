"""上月建议的结果: what was suggested a month ago, what it was expected to bring, and the number that shows whether it did.

What was suggested is taken from the published month's manifest, never made again: later records may have changed what would be suggested today. Two months have no limits, so
an interval of the difference that holds zero is no change, and any other is told and not judged. Source: D17, methods 9.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from hotline_analysis.errors import NoInput
from hotline_analysis.stats import intervals
from hotline_analysis.words import Field, Term

Three = tuple[float, float, float]
KEPT = (
    "kind", "subject", "then", "case", "persons", "hours_short", "hours_over", "hours_now", "hours_new", "size", "size_low", "size_high", "unit", "watched",
    "watched_low", "watched_high", "among",
)  # fmt: skip
TEXTS = ("kind", "subject", "then", "case", "unit", "among")
REPORTS = "HOTLINE_REPORTS"  # in the kernels of a run: the folder into which its pages go
UNDER_RULE = ("notify", "train", "process", "answers", "window")  # whose number rests on what counts as a repeat call
MEASURES = {
    "shifts": Term("高峰与其余时段接通率之差", "the connection rate of the peak less that of the other hours"),
    "notify": Term("每千通多出的通数", "further calls per 1,000"),
    "train": Term("该类的再次来电率", "calls of this issue followed by another"),
    "process": Term("该类的再次来电率", "calls of this issue followed by another"),
    "answers": Term("这几类占接通来电", "their share of the answered calls"),
    "window": Term("新窗口捕获的相关复电", "related callbacks that the new window catches"),
    "channel": Term("该渠道的接通率", "the connection rate of this channel"),
}
UNITS = {"shifts": "points", "notify": "number"}  # the others are shares
COLUMNS = {
    "measure": Field(Term("看的数", "The number"), words=MEASURES),
    "watched": Field(Term("提出时", "When suggested"), "watched", interval=("watched_low", "watched_high")),
    "watched_low": Field(Term("下端", "Low"), "watched"),
    "watched_high": Field(Term("上端", "High"), "watched"),
    "seen": Field(Term("本月", "This month", of_period=True), "watched", interval=("seen_low", "seen_high")),
    "seen_low": Field(Term("下端", "Low"), "watched"),
    "seen_high": Field(Term("上端", "High"), "watched"),
    "moved": Field(Term("变化", "Change"), "watched_change", interval=("moved_low", "moved_high")),
    "moved_low": Field(Term("变化下端", "Change, low"), "watched_change"),
    "moved_high": Field(Term("变化上端", "Change, high"), "watched_change"),
    "outcome": Field(Term("结果", "Outcome")),
}


def watched(kind: str, row: Mapping, frames: Mapping[str, pd.DataFrame]) -> Three | None:
    """The number by which a suggestion is looked at, in a month's frames, with its 95 % interval; None where the month does not have it."""
    needs, rule = WATCHED.get(kind, ("", None))
    found = rule(frames[needs], row) if rule and needs in frames else None
    return found if found and all(map(np.isfinite, found)) else None


def followed(last: Sequence[Mapping] | None, frames: Mapping[str, pd.DataFrame], *, alike: bool = True) -> pd.DataFrame:
    """One row a suggestion of last month's page, in its order, with what came of it.

    last: the rows that the manifest of that month keeps (`KEPT`), none where there is no such page; frames: of this month, as for `suggestions`, and pairs (flows); alike: both months count
    repeat calls by one definition.

    Columns: those of KEPT, place, measure (key of MEASURES), seen, seen_low, seen_high (the same number this month, 95 %), moved, moved_low, moved_high (seen less watched, 95 %; the
    months taken as independent, so wide rather than narrow), watch_unit, outcome (none: the interval holds zero; two: it does not; staff: told to staff alone; unseen: this month does not have
    it; unlike: it rests on another definition than last month's), count, said (some, none). Raises NoInput where no page of last month is kept.
    """
    if last is None:
        raise NoInput("suggestions", "the month before has no published page here.")
    rows = [_followed(row, frames, alike) for row in last]
    told = pd.DataFrame(rows or [{"kind": "", "outcome": ""}]).reindex(
        columns=[*KEPT, "seen", "seen_low", "seen_high", "moved", "moved_low", "moved_high", "outcome"]
    )
    kinds = told["kind"].fillna("")
    return told.assign(
        **{name: told[name].astype(object).where(told[name].notna(), "") for name in TEXTS},
        measure=kinds.where(kinds.isin(list(MEASURES)), ""),
        watch_unit=[UNITS.get(kind, "share") for kind in kinds],
        place=np.arange(1, len(told) + 1),
        count=len(rows),
        said="some" if rows else "none",
    )


def _followed(row: Mapping, frames: Mapping[str, pd.DataFrame], alike: bool) -> dict:
    kept = {name: row.get(name) for name in KEPT}
    then, now = tuple(kept[f"watched{end}"] for end in ("", "_low", "_high")), watched(str(kept["kind"]), kept, frames)
    if kept["kind"] == "coach":
        return {**kept, "outcome": "staff"}
    if kept["kind"] in UNDER_RULE and not alike:
        return {**kept, "outcome": "unlike"}
    if now is None or any(value is None for value in then):
        return {**kept, "outcome": "unseen"}
    low, high = intervals.difference(now[0], now[1:], then[0], then[1:])
    seen = dict(zip(("seen", "seen_low", "seen_high"), now, strict=True))
    return {
        **kept,
        **seen,
        "moved": now[0] - then[0],
        "moved_low": float(low),
        "moved_high": float(high),
        "outcome": "none" if low <= 0 <= high else "two",
    }


# ---- a number a kind


def _of(frame: pd.DataFrame, columns: Mapping[str, object], *names: str) -> Three | None:
    """Three cells of the one row in which these columns hold this; None where there is none."""
    if not set(columns) | set(names) <= set(frame):
        return None
    rows = frame[np.logical_and.reduce([frame[column] == value for column, value in columns.items()])]
    return tuple(float(rows[name].iloc[0]) for name in names) if len(rows) else None


def _peak(frame, row):
    return _of(frame, {"part": "peak"}, "gap", "gap_low", "gap_high")


def _pair(frame, row):
    return _of(frame, {"issue": row["subject"], "then": row["then"]}, "excess", "excess_low", "excess_high")


def _issue(frame, row):
    return _of(frame, {"issue": row["subject"]}, "value", "low", "high")


def _candidates(frame, row):
    """Of the issues that were named then, and of no others: one that this month does not tell leaves no figure."""
    named = {tuple(pair) for pair in row["among"] or ()}
    own = frame[[pair in named for pair in zip(frame["parent"], frame["issue"], strict=True)]]
    if not named or len(own) < len(named):
        return None
    calls, answered = own["answered_calls"].sum(), frame["answered_calls"].sum() / frame["share"].sum()
    return float(calls / answered), *(float(end) for end in intervals.wilson(calls, answered))


def _capture(frame, row):
    return _of(frame, {"window_hours": row["hours_new"]}, "capture", "capture_low", "capture_high")


def _channel(frame, row):
    return _of(frame, {"channel": row["subject"]}, "answered", "answered_low", "answered_high")


Rule = Callable[[pd.DataFrame, Mapping], Three | None]
WATCHED: dict[str, tuple[str, Rule]] = {
    "shifts": ("peak", _peak),
    "notify": ("pairs", _pair),
    "train": ("issues", _issue),
    "process": ("issues", _issue),
    "answers": ("faq", _candidates),
    "window": ("evidence", _capture),
    "channel": ("channels", _channel),
}
