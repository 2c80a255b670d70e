"""What are the orders about, and what of it changed? (F3 D05-D06)

Counts change in per cent, shares in percentage points, each with its interval and its verdict (`measures.mix`).
"""

from collections.abc import Sequence
from itertools import takewhile

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import mix, orders
from hotline_analysis.measures.periods import grain, period_before
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals

LEVELS = ("category_1", "category_2", "category_3")


def volume(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Orders of the period and of the month before, by stratum: one row a stratum, the largest first.

    Counted are the orders created in the period, without duplicates and orders raised inside.

    Columns: by..., count, before (orders; missing where the month before has no data), difference, change (of the count, per cent as a share; missing for a stratum that
    is new), a_day, a_day_low, a_day_high (the change of orders a day, kinds of day taken off, with the interval of 表1: `verdicts.compare`), uneven (the plain change a day where the months have unlike many days), p, q (Benjamini-Hochberg), state (as in
    `verdicts.compare`; new, gone), share (of all orders), share_low, share_high (Wilson on the effective number of orders, from the days), share_change and its ends, share_p, share_q, share_state (of all orders together none), method
    (chart, trial, two periods, ''). Strata of several columns have no verdicts of their own: of many small rows some always stand out. Small strata are pooled. Raises NoInput without orders. Source: D05, D06; methods 9.
    """
    frame = orders.counted(orders.cases(view, *by))
    last = [view.calendar.named(period_before(view.period.label))] if grain(view.period.label) else []
    parts = orders.split(view, frame, by, also=last)
    group = pd.Series("", index=frame.index)
    for n, (_, part) in enumerate(parts):
        group.loc[part.index] = str(n)
    daily = pd.crosstab(frame["day"], group) if len(frame) else pd.DataFrame()
    found = mix.compared(view, daily, [str(n) for n in range(len(parts))], judge=len(by) < 2)
    keys = pd.DataFrame([key for key, _ in parts], columns=list(by)) if by else pd.DataFrame(index=range(len(parts)))
    found = pd.concat([keys, found], axis=1)
    return mix.hidden(view, found, by) if by else found


def categories(view: View) -> pd.DataFrame:
    """The category tree with its roll-up: all orders, then each first-level category by size with its own below it.

    Columns: category (`all` for all orders), level (0 to 3), parent, named (the category of the first level that the sentence names: the one whose share moved
    surely, else the largest; one that most orders lack is named too; `empty` instead of `all` where there is no order), cumulative, cumulative_low, cumulative_high (of the first level, from the largest on: the share of all orders so far, Wilson), those of `volume`,
    what, top (all orders and the first level), upper (the second too), deeper (whether there is a third). Small categories are pooled under their parent; orders without a category are `(none)`. Raises DataRefused without category_1.
    """
    frame = orders.counted(orders.cases(view, *LEVELS))
    levels = list(takewhile(lambda c: c in frame, LEVELS))
    if not levels:
        raise DataRefused("complaints", "not available: needs category_1.")
    tree = [row for depth in range(1, len(levels) + 1) for row in _level(view, frame, levels[:depth])]
    whole = {**volume(view).iloc[0].to_dict(), "path": (), "category": "all", "level": 0, "parent": ""}
    return _named(pd.DataFrame([whole, *_nested(tree, ())]), view)


def _level(view: View, frame: pd.DataFrame, path: list[str]) -> list[dict]:
    """The rows of one level, each with its path."""
    found = volume(view, by=path)
    keys = found[path].itertuples(index=False, name=None)
    rows = found.drop(columns=path).to_dict("records")
    return [{**row, "path": key, "category": key[-1], "level": len(path), "parent": key[-2] if len(key) > 1 else ""} for row, key in zip(rows, keys, strict=True)]  # fmt: skip


def _nested(rows: Sequence[dict], path: tuple) -> list[dict]:
    """The rows below a path, each followed by its own; a pooled parent keeps no children."""
    own = [row for row in rows if row["path"][:-1] == path and (not path or path[-1] != disclosure.OTHER)]
    own.sort(key=lambda row: row["category"] in (disclosure.OTHER, orders.NONE))
    return [one for row in own for one in (row, *(_below(row, child) for child in _nested(rows, row["path"])))]


def _below(row: dict, child: dict) -> dict:
    """A child's row without the counts that its parent's does not tell: the children's would add up to them."""
    gone = [c for c in mix.TOLD_COUNTS if row.get(f"{c}_missing")]
    if not gone:
        return child
    hidden = [*gone, *mix.TOLD_SHARES]
    return {**child, **dict.fromkeys(hidden, np.nan), **{f"{c}_missing": disclosure.UNTOLD for c in hidden}}


def _named(frame: pd.DataFrame, view: View) -> pd.DataFrame:
    """Cumulative shares of the first level, and which of its categories a sentence names."""
    first = frame["level"] == 1
    told = first & frame["count"].notna()
    told &= ~(first & ~told).cummax()  # behind a count that is not told the next sum would tell it
    so_far = frame["count"].where(first).fillna(0).cumsum().where(told)
    whole = frame["count"].iloc[0]
    low, high = intervals.wilson(so_far.to_numpy(float), float(whole) if whole else np.nan)
    plain = first & frame["share"].notna() & ~frame["category"].isin((disclosure.OTHER, orders.NONE))
    moved = plain & (frame["state"].isin(("outside",)) | frame["share_state"].isin(("outside", "few months")))
    unnamed = (
        first & (frame["category"] == orders.NONE) & (frame["count"] > (whole or 0) / 2)
    )  # what most lack comes before what the others say
    chosen = frame.index[unnamed].union(frame.index[moved][:3] if moved.any() else frame.index[plain][:1] if not unnamed.any() else [])
    named = np.where(frame.index.isin(chosen) & bool(whole), "named", np.where(frame["level"] == 0, "all" if whole else "empty", ""))
    what = orders.called(view.params)
    told = frame.assign(cumulative=so_far / (whole or np.nan), cumulative_low=low, cumulative_high=high, named=named, what=what)
    first_columns = ["category", "level", "parent", "named", "what"]
    told = told.assign(top=told["level"] < 2, upper=told["level"] < 3, deeper=bool((told["level"] == 3).any()))
    return told[[*first_columns, *(c for c in told if c not in (*first_columns, "path"))]].reset_index(drop=True)


def pareto(view: View, *, level: int = 1) -> pd.DataFrame:
    """The categories of one level from the largest on, with the share of all orders so far and its interval.

    Columns: category, count, share, cumulative, cumulative_low, cumulative_high (Wilson, of the orders in the bars so far). The pooled ones and those
    without a category come last. Source: D05, E01; methods 9.
    """
    frame = orders.counted(orders.cases(view, *LEVELS))
    path = list(takewhile(lambda c: c in frame, LEVELS))[:level]
    if len(path) < level or not path:
        raise DataRefused("complaints", f"not available: needs category_{level}.")
    found = volume(view, by=path)  # the counts of the tables: one that they do not tell is told nowhere
    last = found[path[-1]].isin((disclosure.OTHER, orders.NONE))
    rows = pd.concat([found[~last], found[last]], ignore_index=True).rename(columns={path[-1]: "category"})
    rows = rows[(rows["count"] > 0) | rows["count"].isna()].reset_index(drop=True)
    n = len(orders.within(frame, view.period)) or np.nan
    so_far = rows["count"].cumsum()
    low, high = intervals.wilson(so_far.to_numpy(float), n)
    told = disclosure.kept(rows, ["category", "count"]).assign(cumulative=so_far / n, cumulative_low=low, cumulative_high=high)
    told = disclosure.with_share(told, n)
    return disclosure.without_sums(told)
