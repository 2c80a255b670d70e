"""What the same caller calls about next, within a window: after each call, and after its control instants.

A count table of issue x next issue x caller group. Only calls that were watched for the whole window count, controls alike, so that nothing is
estimated of what the data do not hold. The control instants are those of the gap table: the same weekday and clock time two and three weeks
before and after, by which a caller's own habit is told from what the call set off. Source: methods 4; F0 A17.
"""

from collections.abc import Sequence
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import CONTROL_WEEKS, DAY, LEVELS, callbacks, known_path, next_after, same, whole_from
from hotline_analysis.measures.indicators import mark
from hotline_analysis.measures.orders import NONE
from hotline_analysis.measures.view import View, lately


class Transitions(NamedTuple):
    """names: the issues, most calls first; index, control: callbacks [groups, from, to]; calls, instants: what they are of [groups, from]; unwatched: index
    calls that were left out; worked, control_worked: of the callbacks, seconds that they took an agent, and how many are of known time [groups, from, (seconds, timed)]."""

    names: tuple[str, ...]
    index: np.ndarray
    control: np.ndarray
    calls: np.ndarray
    instants: np.ndarray
    unwatched: int
    worked: np.ndarray
    control_worked: np.ndarray


@lately
def transitions(view: View, *, level: int, window_s: int) -> Transitions:
    """The counts of the period's index calls by their issue at a level. Small issues are pooled (`disclosure`).

    Raises DataRefused without an issue column of that level, or looking back.
    """
    column = f"issue_{level}"
    gaps = view.gaps()
    if column not in gaps.collect_schema().names():
        raise DataRefused("flows", f"not available: needs {column}.")
    if view.definition.direction != "look-ahead":
        raise DataRefused("flows", "the comparison with chance looks ahead from each call.", "Leave 'direction' at look-ahead.")
    asked = gaps.filter(~nw.col(column).is_null())
    watched = asked.filter(nw.col("follow_s") >= window_s)
    work = _work(view).rename({"seq": "next_seq"})
    after = _counted(
        watched.join(work, on="next_seq", how="left").with_columns(gap=nw.col("gap_s"), then=nw.col(f"next_{column}")), column, window_s
    )
    instants = pd.concat([_control(view, asked, column, week, window_s) for week in CONTROL_WEEKS], ignore_index=True)
    left = pandas(asked.filter(nw.col("follow_s") < window_s).select(n=nw.len()))
    return _tables(after, instants, view.smallest)._replace(unwatched=int(left["n"].iloc[0]))


def _control(view: View, asked: nw.LazyFrame, column: str, week: int, window_s: int) -> pd.DataFrame:
    """What the same callers called about after one control instant of each call."""
    definition = view.definition
    line = callbacks(view.line, definition, data_start_s=view.data_start_s, data_end_s=view.end_s)
    instant = nw.col("reference_s") + week * 7 * DAY
    rows = asked.filter(_inside(view, instant, window_s)).select("seq", "who", "caller_group", "reference_s", column)
    rows = rows.with_columns(_at=instant + definition.min_gap_seconds)
    found = next_after(rows, line.with_columns(_at=nw.col("start_s"), place=nw.col("seq")), ["who"], ("start_s", "seq"))
    issues = line.select(nw.col("seq").alias("other_seq"), nw.col(column).alias("then"))
    found = found.with_columns(gap=nw.col("other_start_s") - instant).join(issues, on="other_seq", how="left")
    found = found.join(_work(view).rename({"seq": "other_seq"}), on="other_seq", how="left")
    return _counted(found, column, window_s)


def _inside(view: View, instant: nw.Expr, window_s: int) -> nw.Expr:
    """Whether a control instant could be watched for the whole window."""
    inside, lost = (instant >= view.data_start_s) & (instant + window_s <= view.end_s), view.cuts
    return inside & whole_from(instant, window_s, lost) if lost else inside


class Returns(NamedTuple):
    """Calls that are followed within the window by any call, and by one about the same issue whatever lies between [groups, issues]; the same of the control instants."""

    calls: np.ndarray
    any: np.ndarray
    same: np.ndarray
    instants: np.ndarray
    control_any: np.ndarray
    control_same: np.ndarray


def returns(view: View, names: Sequence[str], *, level: int, window_s: int) -> Returns:
    """How often callers are back at all and about the same issue (its whole path), after calls and after their control instants, in the order of `names` (of `transitions`)."""
    column, levels = f"issue_{level}", LEVELS[:level]
    asked = view.gaps().filter(~nw.col(column).is_null())
    own = nw.col(same(level))
    after = _back(asked.filter(nw.col("follow_s") >= window_s).with_columns(own=own), column, window_s)
    line = callbacks(view.line, view.definition, data_start_s=view.data_start_s, data_end_s=view.end_s).with_columns(
        _at=nw.col("start_s"), place=nw.col("seq")
    )
    instants = pd.concat([_back(_instants(view, asked, line, week, levels, window_s), column, window_s) for week in CONTROL_WEEKS])
    place = {name: n for n, name in enumerate(names)}
    return Returns(*_of(after, place), *_of(instants, place))


def _instants(view: View, asked: nw.LazyFrame, line: nw.LazyFrame, week: int, levels: Sequence[str], window_s: int) -> nw.LazyFrame:
    """One control instant of each call, with the caller's next call and their next about the same issue."""
    instant = nw.col("reference_s") + week * 7 * DAY
    rows = asked.filter(_inside(view, instant, window_s)).select("seq", "who", "caller_group", "reference_s", *levels)
    at = instant + view.definition.min_gap_seconds
    rows = (
        next_after(rows.with_columns(_at=at), line, ["who"], ("start_s",), first_of_ties=False)
        .with_columns(gap_s=nw.col("other_start_s") - instant)
        .drop("other_start_s")
    )
    alike = line.filter(known_path(levels))
    rows = next_after(rows.with_columns(_at=at), alike, ["who", *levels], ("start_s",), first_of_ties=False)
    return rows.with_columns(own=nw.col("other_start_s") - instant)


def _back(rows: nw.LazyFrame, column: str, window_s: int) -> pd.DataFrame:
    marks = {"any": mark(nw.col("gap_s") <= window_s), "same": mark(nw.col("own") <= window_s)}
    sums = [nw.col(name).sum() for name in marks]
    return pandas(rows.with_columns(issue=nw.col(column), **marks).group_by("issue", "caller_group").agg(*sums, calls=nw.len()))


def _of(frame: pd.DataFrame, place: dict[str, int]) -> list[np.ndarray]:
    frame = _placed(frame, place)
    where = frame["issue"].map(place).fillna(place.get(disclosure.OTHER, -1)).astype(int).to_numpy()
    told = []
    for name in ("calls", "any", "same"):
        table = np.zeros((GROUPS, len(place)), np.int64)
        np.add.at(table, (frame["caller_group"].to_numpy(int), where), frame[name].to_numpy(int))
        told.append(table)
    return told


def _work(view: View) -> nw.LazyFrame:
    """How long each call took an agent: talk, hold and wrap-up of those that the export has; 0 of a call that nobody answered, null where a part is not known. Columns: seq, work."""
    calls = view.line
    have = calls.collect_schema().names()
    parts = [c for c in ("talk_seconds", "hold_seconds", "wrap_seconds") if c in have]
    if "talk_seconds" not in parts:
        return calls.select("seq", work=nw.when(nw.col("seq") < 0).then(nw.col("seq")))
    total = nw.sum_horizontal(*[nw.col(c) for c in parts])
    known = nw.when(~nw.any_horizontal(*[nw.col(c).is_null() for c in parts], ignore_nulls=False)).then(total)
    return calls.select(
        "seq", work=nw.when(nw.col("outcome") == "answered").then(known).otherwise(nw.lit(0)) if "outcome" in have else known
    )


def _counted(rows: nw.LazyFrame, column: str, window_s: int) -> pd.DataFrame:
    """Rows by issue, next issue within the window ('' for no call) and caller group, with the work of these next calls where it is known."""
    told = nw.when(nw.col("gap") <= window_s).then(nw.coalesce(nw.col("then"), nw.lit(NONE)))
    rows = rows.with_columns(
        issue=nw.col(column),
        then=nw.coalesce(told, nw.lit("")),
        timed=mark(~nw.col("work").is_null()),
        work=nw.coalesce(nw.col("work"), nw.lit(0)),
    )
    sums = [nw.col("work").sum(), nw.col("timed").sum()]
    found = pandas(rows.group_by("issue", "then", "caller_group").agg(*sums, calls=nw.len()))
    return found.astype(dict.fromkeys(("calls", "caller_group", "work", "timed"), "int64"))


def _tables(after: pd.DataFrame, instants: pd.DataFrame, smallest: int) -> Transitions:
    sizes = after.groupby("issue")["calls"].sum().sort_index().sort_values(ascending=False, kind="stable")
    names = disclosure.names_told({(issue,): int(n) for issue, n in sizes.items()}, smallest)
    large = [issue for issue in sizes.index if names[issue,] == (issue,)]
    there = set(after["issue"]) | set(after["then"]) - {""}
    names = [*large, *([NONE] if NONE in there else []), *([disclosure.OTHER] if there - {*large, NONE} else [])]
    place = {name: n for n, name in enumerate(names)}
    index, calls = _dense(after, place)
    control, controls = _dense(instants, place)
    return Transitions(tuple(names), index, control, calls, controls, 0, _worked(after, place), _worked(instants, place))


def _worked(frame: pd.DataFrame, place: dict[str, int]) -> np.ndarray:
    """Seconds and calls of known time of the callbacks [groups, from, 2]."""
    frame = _placed(frame[frame["then"] != ""], place)
    told = np.zeros((GROUPS, len(place), 2), np.int64)
    where = frame["issue"].map(place).fillna(place.get(disclosure.OTHER, -1)).astype(int).to_numpy()
    np.add.at(told, (frame["caller_group"].to_numpy(), where), frame[["work", "timed"]].to_numpy())
    return told


def _dense(frame: pd.DataFrame, place: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Callbacks [groups, from, to] and all rows [groups, from]; issues without a place go to the pooled one."""
    n, pooled = len(place), place.get(disclosure.OTHER, -1)
    frame = _placed(frame, place)
    found, rows = np.zeros((GROUPS, n, n), np.int64), np.zeros((GROUPS, n), np.int64)
    where = frame["issue"].map(place).fillna(pooled).astype(int).to_numpy()
    group, calls = frame["caller_group"].to_numpy(), frame["calls"].to_numpy()
    np.add.at(rows, (group, where), calls)
    then = frame["then"].map(place).fillna(pooled).astype(int).to_numpy()
    came = (frame["then"] != "").to_numpy() & (then >= 0)  # a callback after an instant about what no call was about is in no pair
    np.add.at(found, (group[came], where[came], then[came]), calls[came])
    return found, rows


def _placed(frame: pd.DataFrame, place: dict[str, int]) -> pd.DataFrame:
    """The rows of issues that have a place. An instant of a call that was not watched may be of another: it is beside no row, and place -1 would be the last one's."""
    return frame if disclosure.OTHER in place else frame[frame["issue"].isin(list(place))]


def gap_quantiles(view: View, *, level: int, window_s: int, names: Sequence[str]) -> pd.DataFrame:
    """The median gap of the callbacks within the window by issue and next issue. Columns: issue, then, seconds."""
    column = f"issue_{level}"
    rows = view.gaps().filter(~nw.col(column).is_null() & (nw.col("follow_s") >= window_s) & (nw.col("gap_s") <= window_s))
    rows = rows.select(issue=nw.col(column), then=nw.coalesce(nw.col(f"next_{column}"), nw.lit(NONE)), seconds=nw.col("gap_s"))
    frame = pandas(rows)
    for side in ("issue", "then"):
        frame[side] = frame[side].where(frame[side].isin(list(names)), disclosure.OTHER)
    return frame.groupby(["issue", "then"], as_index=False)["seconds"].median()
