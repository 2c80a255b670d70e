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
from hotline_analysis.measures.gaps import CONTROL_WEEKS, DAY, callbacks, next_after
from hotline_analysis.measures.orders import NONE
from hotline_analysis.measures.view import View


class Transitions(NamedTuple):
    """names: the issues, most calls first; index, control: callbacks [groups, from, to]; calls, instants: what they are of [groups, from]; unwatched: index
    calls that were left out."""

    names: tuple[str, ...]
    index: np.ndarray
    control: np.ndarray
    calls: np.ndarray
    instants: np.ndarray
    unwatched: int


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
    after = _counted(watched.with_columns(gap=nw.col("gap_s"), then=nw.col(f"next_{column}")), column, window_s)
    instants = pd.concat([_control(view, asked, column, week, window_s) for week in CONTROL_WEEKS], ignore_index=True)
    left = pandas(asked.filter(nw.col("follow_s") < window_s).select(n=nw.len()))
    return _tables(after, instants, view.smallest)._replace(unwatched=int(left["n"].iloc[0]))


def _control(view: View, asked: nw.LazyFrame, column: str, week: int, window_s: int) -> pd.DataFrame:
    """What the same callers called about after one control instant of each call."""
    definition = view.definition
    line = callbacks(view.table("calls"), definition, data_start_s=view.data_start_s, data_end_s=view.end_s)
    instant = nw.col("reference_s") + week * 7 * DAY
    inside = (instant >= view.data_start_s) & (instant + window_s <= view.end_s)
    rows = asked.filter(inside).select("seq", "who", "caller_group", "reference_s", column)
    rows = rows.with_columns(_at=instant + definition.min_gap_seconds)
    found = next_after(rows, line.with_columns(_at=nw.col("start_s"), place=nw.col("seq")), ["who"], ("start_s", "seq"))
    issues = line.select(nw.col("seq").alias("other_seq"), nw.col(column).alias("then"))
    found = found.with_columns(gap=nw.col("other_start_s") - instant).join(issues, on="other_seq", how="left")
    return _counted(found, column, window_s)


def _counted(rows: nw.LazyFrame, column: str, window_s: int) -> pd.DataFrame:
    """Rows by issue, next issue within the window ('' for no call) and caller group."""
    told = nw.when(nw.col("gap") <= window_s).then(nw.coalesce(nw.col("then"), nw.lit(NONE)))
    rows = rows.with_columns(issue=nw.col(column), then=nw.coalesce(told, nw.lit("")))
    return pandas(rows.group_by("issue", "then", "caller_group").agg(calls=nw.len())).astype({"calls": "int64", "caller_group": "int64"})


def _tables(after: pd.DataFrame, instants: pd.DataFrame, smallest: int) -> Transitions:
    sizes = after.groupby("issue")["calls"].sum().sort_index().sort_values(ascending=False, kind="stable")
    names = disclosure.names_told({(issue,): int(n) for issue, n in sizes.items()}, smallest)
    large = [issue for issue in sizes.index if names[issue,] == (issue,)]
    there = set(after["issue"]) | set(after["then"]) - {""}
    names = [*large, *([NONE] if NONE in there else []), *([disclosure.OTHER] if there - {*large, NONE} else [])]
    place = {name: n for n, name in enumerate(names)}
    index, calls = _dense(after, place)
    control, controls = _dense(instants, place)
    return Transitions(tuple(names), index, control, calls, controls, 0)


def _dense(frame: pd.DataFrame, place: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Callbacks [groups, from, to] and all rows [groups, from]; issues without a place go to the pooled one."""
    n, pooled = len(place), place.get(disclosure.OTHER, -1)
    found, rows = np.zeros((GROUPS, n, n), np.int64), np.zeros((GROUPS, n), np.int64)
    where = frame["issue"].map(place).fillna(pooled).astype(int).to_numpy()
    group, calls = frame["caller_group"].to_numpy(), frame["calls"].to_numpy()
    np.add.at(rows, (group, where), calls)
    came = (frame["then"] != "").to_numpy()
    then = frame["then"].map(place).fillna(pooled).astype(int).to_numpy()
    np.add.at(found, (group[came], where[came], then[came]), calls[came])
    return found, rows


def gap_quantiles(view: View, *, level: int, window_s: int, names: Sequence[str]) -> pd.DataFrame:
    """The median gap of the callbacks within the window by issue and next issue. Columns: issue, then, seconds."""
    column = f"issue_{level}"
    rows = view.gaps().filter(~nw.col(column).is_null() & (nw.col("follow_s") >= window_s) & (nw.col("gap_s") <= window_s))
    rows = rows.select(issue=nw.col(column), then=nw.coalesce(nw.col(f"next_{column}"), nw.lit(NONE)), seconds=nw.col("gap_s"))
    frame = pandas(rows)
    for side in ("issue", "then"):
        frame[side] = frame[side].where(frame[side].isin(list(names)), disclosure.OTHER)
    return frame.groupby(["issue", "then"], as_index=False)["seconds"].median()
