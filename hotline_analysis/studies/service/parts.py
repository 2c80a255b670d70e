"""What each issue is like: every part of it as sums by caller group, so that one set of weights gives any figure without some callers, or with callers drawn anew.

Parts that the export lacks are left out with their reason. All are such that more is worse.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused, HotlineError
from hotline_analysis.measures import orders, rules
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.indicators import mark
from hotline_analysis.measures.orders import NONE
from hotline_analysis.measures.view import View
from hotline_analysis.stats import binned, intervals, resampling, surveys
from hotline_analysis.studies.service import grouped
from hotline_analysis.words import Term

CLOSING_DAYS = 14  # an order that takes longer counts as so long: a month's last orders are watched for days, not for weeks
SAME_WORDS = 0.5  # of the orders have to carry the words of the calls' issues, before the two are one list
PARTS = {
    "repeat": Term("重复来电率", "repeat rate"),
    "dispatch": Term("派单率", "dispatch rate"),
    "transfer": Term("转接率", "transfer rate"),
    "handling": Term("处理时长", "handling time"),
    "closing": Term("办结天数", "days to close"),
    "reopened": Term("重办率", "reopening rate"),
    "dissatisfied": Term("不满意率", "dissatisfaction"),
}
SHARES = ("repeat", "dispatch", "transfer", "reopened", "dissatisfied")


class Ratio(NamedTuple):
    """A figure of sums, k / n, each [caller groups, issues]."""

    k: np.ndarray
    n: np.ndarray

    def of(self, weights: np.ndarray) -> np.ndarray:
        """The figure of every issue under each row of weights of the caller groups."""
        k, n = (resampling.resample(part, weights) for part in (self.k, self.n))
        return np.divide(k, n, out=np.full(k.shape, np.nan), where=n > 0)

    @property
    def sizes(self) -> np.ndarray:
        return self.n.sum(axis=0)


class Wait(NamedTuple):
    """Mean days until an event, those beyond the table's last edge counted as so many: the area under the Kaplan-Meier curve. table [caller groups, issues, bins + 1, 2]."""

    table: np.ndarray

    def of(self, weights: np.ndarray) -> np.ndarray:
        counts = resampling.resample(self.table, weights)
        left = binned.survival(counts)
        left = np.concatenate([np.ones((*left.shape[:-1], 1)), left], axis=-1)
        return ((left[..., 1:] + left[..., :-1]) / 2).sum(axis=-1)

    @property
    def sizes(self) -> np.ndarray:
        return self.table.sum(axis=(0, 2, 3))


@dataclass(frozen=True)
class Measured:
    """Issues (their paths), their parts, and why a part cannot be had (`missing`: part -> what a refusal says)."""

    strata: list[tuple]
    parts: dict[str, Ratio | Wait] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def but(self, kept: Sequence[int]) -> "Measured":
        """The same of some of the issues."""
        kept = list(kept)
        parts = {name: type(part)(*(table[:, kept] for table in part)) for name, part in self.parts.items()}
        return Measured([self.strata[n] for n in kept], parts, self.missing)


def measured(view: View, level: int = 1, *, hours: float = 0.0, least: int = 1) -> Measured:
    """The parts of every issue of a level (0: the finest) that was answered at least `least` times; those that are pooled or have no word are none.

    Of answered calls: transfer, dispatch (of those known), handling (talk, hold and wrap-up of calls of known talk; an empty hold or wrap-up is none),
    dissatisfied (of the calls rated on the scale those below the best marks, `surveys.best_from`), repeat (followed within the window, of calls watched for the whole of it). Of the orders whose category has the issue's words: closing
    (days, at most CLOSING_DAYS), reopened. Also `calls`. Raises DataRefused without issues or outcomes.
    """
    rows = grouped.offered(view)
    grouped.need(rows, "outcome")
    by, have = grouped.path(rows, level), rows.collect_schema().names()
    answered = rows.filter(nw.col("outcome") == "answered")
    amounts, missing = _amounts(view, have)
    found = grouped.sums(answered, by, **{name: amount for pair in amounts.values() for name, amount in pair.items()})
    told = grouped.pooled(view, found, by)
    (calls,) = grouped.arrays(told, by, strata := grouped.keys(told, by), "calls")
    strata = [
        key
        for key, n in zip(strata, calls.sum(axis=0), strict=True)
        if n >= max(least, view.smallest) and not {NONE, disclosure.OTHER} & set(key)
    ]
    parts = {"calls": Ratio(*grouped.arrays(told, by, strata, "calls", "calls"))}
    parts |= {name: Ratio(*grouped.arrays(told, by, strata, *pair)) for name, pair in amounts.items()}
    for name, make in (("repeat", _repeat), ("orders", _orders)):
        try:
            parts |= make(view, by, strata, found, hours)
        except HotlineError as refused:
            missing |= dict.fromkeys(("closing", "reopened") if name == "orders" else (name,), refused.wrong)
    kept = {name: part for name, part in parts.items() if part.sizes.sum()}
    missing |= {name: "no calls" for name in parts if name not in kept}
    missing |= {name: "not available: needs reopened" for name in ("reopened",) if name not in kept and name not in missing}
    return Measured(strata, kept, missing)


def _amounts(view: View, have: Sequence[str]) -> tuple[dict[str, dict[str, nw.Expr]], dict[str, str]]:
    """Numerator and denominator of what the calls themselves tell, by part; and what they do not."""
    made, missing = {}, {}
    for name, column in (("transfer", "transferred"), ("dispatch", "dispatched")):
        if column in have:
            made[name] = {f"{name}_k": mark(rules.true(column)), f"{name}_n": mark(~nw.col(column).is_null())}
        else:
            missing[name] = f"not available: needs {column}"
    if "talk_seconds" in have:
        spoken = ~nw.col("talk_seconds").is_null() & (nw.col("talk_seconds") >= 0)
        length = nw.col("talk_seconds")
        for column in ("hold_seconds", "wrap_seconds"):
            length = length + nw.when(nw.col(column) > 0).then(nw.col(column)).otherwise(nw.lit(0)) if column in have else length
        made["handling"] = {"handling_k": nw.when(spoken).then(length).otherwise(nw.lit(0)), "handling_n": mark(spoken)}
    else:
        missing["handling"] = "not available: needs talk_seconds"
    if "rating" in have:
        low, high = view.params.satisfaction.rating_scale
        rated, best = nw.col("rating").is_between(low, high), surveys.best_from(low, high)
        if np.isfinite(best):
            made["dissatisfied"] = {"dissatisfied_k": mark(rated & (nw.col("rating") < best)), "dissatisfied_n": mark(rated)}
        else:
            missing["dissatisfied"] = surveys.NO_BOX
    else:
        missing["dissatisfied"] = "not available: needs rating"
    return made, missing


def _repeat(view: View, by: Sequence[str], strata: list[tuple], found: pd.DataFrame, hours: float) -> dict[str, Ratio]:
    again = grouped.watched(view, by, hours or grouped.window_hours(view))
    return {"repeat": Ratio(*grouped.arrays(grouped.pooled(view, again, by, like=found), by, strata, "again", "calls"))}


def _orders(view: View, by: Sequence[str], strata: list[tuple], found: pd.DataFrame, hours: float) -> dict[str, Ratio | Wait]:
    """What becomes of the orders that have the issues' words as their categories. Raises DataRefused where the two lists differ."""
    names = [f"category_{n}" for n in range(1, len(by) + 1)]
    frame = orders.within(orders.counted(orders.cases(view, "caller_group", *names)), view.period)
    if not set(names) <= set(frame):
        raise DataRefused("service", f"not available: needs {names[-1]} in orders.")
    places = {key: n for n, key in enumerate(strata)}
    at = np.array([places.get(key, -1) for key in frame[names].itertuples(index=False, name=None)], int)
    known = set(found[list(by)].itertuples(index=False, name=None))
    alike = np.array([key in known for key in frame[names].itertuples(index=False, name=None)], bool)
    if not len(frame) or alike.mean() < SAME_WORDS:
        raise DataRefused("service", "the words of the orders' categories are not those of the calls' issues.")
    frame, at = frame[at >= 0], at[at >= 0]
    group = _groups(frame)
    told = {"closing": Wait(_waits(frame, at, group, len(strata)))} if "created_s" in frame else {}
    if "reopened" in frame:
        k, n = (np.zeros((GROUPS, len(strata)), np.int64) for _ in range(2))
        np.add.at(n, (group, at), 1)
        np.add.at(k, (group, at), frame["reopened"].to_numpy(np.int64))
        told["reopened"] = Ratio(k, n)
    return told


def _groups(frame: pd.DataFrame) -> np.ndarray:
    """The caller group of each order; of an unknown caller by its place."""
    own = np.arange(len(frame)) % GROUPS
    if "caller_group" not in frame:
        return own
    group = pd.to_numeric(frame["caller_group"]).to_numpy(float)
    return np.where(np.isnan(group), own, np.nan_to_num(group)).astype(int)


def _waits(frame: pd.DataFrame, at: np.ndarray, group: np.ndarray, issues: int) -> np.ndarray:
    """The count table of the orders' times until they left the stock, a bin a day; open and withdrawn ones are censored, those withdrawn at an unknown time left out."""
    created, left = frame["created_s"].to_numpy(float), frame["left_s"].fillna(frame["done_s"]).to_numpy(float)
    withdrawn = frame["withdrawn"].to_numpy(bool) if "withdrawn" in frame else np.zeros(len(frame), bool)
    closed = ~np.isnan(left) & (left >= created)
    seconds = np.where(closed, left, frame["told_s"].to_numpy(float)) - created
    edges = np.arange(1, CLOSING_DAYS + 1) * DAY
    bins = np.searchsorted(edges, np.maximum(seconds, 0), side="left")
    table = np.zeros((GROUPS, issues, CLOSING_DAYS + 1, 2), np.int64)
    np.add.at(table, (group, at, bins, np.where(closed & ~withdrawn, 0, 1)), (~orders.undated(frame, left)).astype(int))
    return table


def estimates(found: Measured, name: str) -> resampling.Estimate:
    """A part's figure of every issue, its jackknife error over the caller groups and its interval (of shares Wilson on effective n); nan where an issue has none."""
    part = found.parts[name]
    value = part.of(np.ones((1, GROUPS)))[0]
    without = part.of(1.0 - np.eye(GROUPS))
    without = np.where(np.isnan(without) & np.isfinite(value), value, without)  # the one group that an issue has
    error = resampling.jackknife(without, estimate=value)
    if name not in SHARES:
        return error._replace(low=np.maximum(error.low, 0.0))
    low, high = intervals.wilson_from_error(value, error.se, calls=part.sizes)
    return error._replace(low=low, high=high)


def few(found: Measured) -> dict[str, np.ndarray]:
    """The counts that the shares are of, by part: what `disclosure` goes by, since a share of the issue's calls tells its count."""
    return {name: found.parts[name].k.sum(axis=0) for name in SHARES if name in found.parts}
