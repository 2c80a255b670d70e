"""Calls of the period by stratum and caller group: what most tables here are made of.

Small strata are pooled (`disclosure`), calls without the word of a stratum are NONE. Callers belong whole to a caller group, so that a share's interval knows
that one caller's calls belong together; a call of an unknown caller belongs to a group by its place in the table.
"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import rates
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import LEVELS
from hotline_analysis.measures.indicators import mark, offered_calls
from hotline_analysis.measures.orders import NONE, NOT_GIVEN
from hotline_analysis.measures.view import View
from hotline_analysis.words import Field, Term

ALL = "(all)"  # the key of all strata together
WORDS = {disclosure.OTHER: disclosure.POOLED, NONE: NOT_GIVEN, ALL: Term("全部", "all")}
CALL, CHAT = "(call)", "(chat)"  # the ways that are no word of the calls' own channels
WAYS = {**WORDS, CALL: Term("来电", "call"), CHAT: Term("在线会话", "chat")}
COLUMNS = {"base": Field(Term("总数", "Of"), "count")}  # the denominator, where it is of calls in some rows and of orders in others
WINDOW_HOURS = 72.0  # the longest window that is looked at here: a month's end would leave too few calls watched for a week


def window_hours(view: View) -> float:
    """The longest of the definition's windows up to 72 h, else its shortest."""
    windows = view.definition.windows_hours
    return max((w for w in windows if w <= WINDOW_HOURS), default=min(windows))


def offered(view: View) -> nw.LazyFrame:
    """The period's offered calls, each with the caller group that it counts in (`cluster`)."""
    calls = offered_calls(view).filter((nw.col("start_s") >= view.period.start_s) & (nw.col("start_s") < view.period.end_s))
    have = calls.collect_schema().names()
    group = nw.coalesce(nw.col("caller_group"), nw.col("seq") % GROUPS) if "caller_group" in have else nw.col("seq") % GROUPS
    return calls.with_columns(cluster=group)


def need(rows: nw.LazyFrame, *columns: str) -> None:
    """Raises DataRefused for a column that the calls lack."""
    have = rows.collect_schema().names()
    missing = [c for c in columns if c not in have]
    if missing:
        raise DataRefused("service", f"not available: needs {', '.join(missing)}.")


def path(rows: nw.LazyFrame, level: int = 0) -> list[str]:
    """The columns that name an issue at a level; 0: at the finest that the export has. Raises DataRefused without it."""
    have = rows.collect_schema().names()
    there = [c for n, c in enumerate(LEVELS) if all(x in have for x in LEVELS[: n + 1])]
    if not there or level > len(there):
        raise DataRefused("service", f"not available: needs {LEVELS[max(level, 1) - 1]}.")
    return there[: level or len(there)]


def sums(rows: nw.LazyFrame, by: Sequence[str], group: str = "cluster", **amounts: nw.Expr) -> pd.DataFrame:
    """Calls and amounts by stratum and caller group: by..., cluster, calls, amounts..."""
    made = rows.with_columns(**amounts) if amounts else rows
    found = pandas(made.group_by(*by, group).agg(*[nw.col(name).sum() for name in amounts], calls=nw.len())).rename(
        columns={group: "cluster"}
    )
    words = {c: found[c].astype("object").where(found[c].notna(), NONE) for c in by}
    return found.assign(**words).astype(dict.fromkeys(["cluster", "calls", *amounts], "int64"))


def pooled(view: View, frame: pd.DataFrame, by: Sequence[str], *, like: pd.DataFrame | None = None) -> pd.DataFrame:
    """`sums` with small strata joined."""
    return disclosure.pooled(frame, by, view.smallest, like=like) if by and len(frame) else frame


def keys(frame: pd.DataFrame, by: Sequence[str]) -> list[tuple]:
    """The strata, most calls first, those without a word and the pooled ones last."""
    if not by:
        return [()]
    sizes = frame.groupby(list(by), sort=True)["calls"].sum().reset_index()
    last = sizes[by[-1]].isin((NONE, disclosure.OTHER))
    sizes = sizes.assign(last=last).sort_values(["last", "calls", *by], ascending=[True, False, *[True] * len(by)], kind="stable")
    return [tuple(row) for row in sizes[list(by)].itertuples(index=False, name=None)]


def arrays(frame: pd.DataFrame, by: Sequence[str], strata: Sequence[tuple], *columns: str) -> list[np.ndarray]:
    """Columns of `sums` as [caller groups, strata]."""
    places = {key: n for n, key in enumerate(strata)}
    at = np.array([places.get(key, -1) for key in frame[list(by)].itertuples(index=False, name=None)] if by else [0] * len(frame), int)
    kept = at >= 0
    made = []
    for column in columns:
        table = np.zeros((GROUPS, len(strata)), np.int64)
        np.add.at(table, (frame["cluster"].to_numpy(int)[kept] % GROUPS, at[kept]), frame[column].to_numpy(np.int64)[kept])
        made.append(table)
    return made


def share(k: np.ndarray, n: np.ndarray, name: str = "value") -> dict:
    """Shares of [caller groups, strata] with their parts and ends: numerator, denominator, `name`, low, high (`name`_low where it is not value)."""
    found = rates.shares(k, n)
    prefix = "" if name == "value" else f"{name}_"
    return {
        f"{prefix}numerator": k.sum(axis=0), f"{prefix}denominator": n.sum(axis=0),
        name: found.value, f"{prefix}low": found.low, f"{prefix}high": found.high,
    }  # fmt: skip


def watched(view: View, by: Sequence[str], hours: float, **amounts: nw.Expr) -> pd.DataFrame:
    """Index calls that could be watched for the whole window, and those followed by another call in it (`again`), by stratum and caller group.

    Looking ahead, under the hotline's definition; what comes later is not known, so a month's last days are left out rather than guessed.
    Raises DataRefused where callers cannot be told apart.
    """
    view = view.but(
        direction="look-ahead", mode="rolling", charged="last" if view.definition.charged == "taker" else view.definition.charged
    )
    seconds = round(hours * HOUR)
    gaps = view.gaps()
    need(gaps, *by)
    rows = gaps.filter(nw.col("follow_s") >= seconds)
    again = mark(~nw.col("gap_s").is_null() & (nw.col("gap_s") <= seconds))
    return sums(rows, by, "caller_group", again=again, **amounts)
