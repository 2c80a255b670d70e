"""Why did it change: did more come of everything, did the make-up shift, or did the handling itself change? (结构分解; Kitagawa, symmetric)

`change`: each category's change of count as growth of the whole and shift of its share. `mix`: the change of the share resolved in time as other
categories and other handling of the same categories. Both add exactly. Source: catalogue D06; methods 9.
"""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import BadParams, DataRefused, offered
from hotline_analysis.measures import order_shares, orders
from hotline_analysis.measures.periods import Period, grain, period_before
from hotline_analysis.measures.view import View
from hotline_analysis.stats import decomposition, tests

WITHIN = re.compile(rf"({'|'.join(orders.MEASURES)})_[1-9]\d{{0,3}}[hd]")


def before_of(view: View) -> Period:
    """The month before the view's; DataRefused where the data have none."""
    label = view.period.label
    last = view.calendar.named(period_before(label)) if grain(label) else None
    if last is None or last.start_s < view.data_start_s:
        raise DataRefused("complaints", "not available: nothing before.", "Ask for a month that has one before it.")
    return last


def change(view: View, *, by: Sequence[str] = ("category_1",)) -> pd.DataFrame:
    """The change of each category's count against the month before, as growth of the whole and shift of its share.

    by: one column, such as department. Columns: category (`all` last), before, count (orders), difference = growth + shift (orders), growth (what it would have changed
    with the whole), shift (what its share alone changed). Over all, shift is 0. Small categories are pooled. Raises BadParams for more than one column, DataRefused without the column or a month before, and where the data do not
    hold both months whole.
    """
    column = _one(by, "change")
    frame, last = _framed(view, column), before_of(view)
    if not order_shares.whole(view, frame, [last, view.period]):
        raise DataRefused("complaints", "not available: half a month.", "Ask for a month that is over.")
    keys, counts = _counts(view, frame, column, last)
    parts = decomposition.counts(counts[:, 0], counts[:, 1])
    rows = pd.DataFrame({"category": keys, "before": counts[:, 0], "count": counts[:, 1], "growth": parts.first, "shift": parts.second})
    rows = _with_total(rows.sort_values("count", ascending=False, kind="stable"), ["before", "count", "growth", "shift"])
    rows["shift"] = rows["shift"].where(rows["category"] != "all", 0.0)
    rows.insert(3, "difference", rows["count"] - rows["before"])
    return _told(view, rows, ["before", "count"], ["difference", "growth", "shift"])


def mix(view: View, *, of: str = "", by: Sequence[str] = ("category_1",)) -> pd.DataFrame:
    """The change of a share within a limit against the month before, as other mix and other handling of the same categories.

    of: the share, such as resolution_48h (default: the last limit of the resolution, else of the response); by: one column. Counted are orders that could be watched for the
    whole limit, so that plain shares add: done in time / orders.

    Columns: category (`all` last), size_before, size (orders), rate_before, rate (shares), gap (rate - rate_before) and of all its ends (Newcombe), mix, own (what the category
    adds to the gap of all by its size, by its rate), mix_low, mix_high, own_low, own_high (95 %, delta method, of all), indicator, said (moved, none). Raises BadParams for another measure or more than one column, DataRefused where the share cannot be had, or in one of the two months no order could be watched.
    """
    column = _one(by, "mix")
    frame, last = _framed(view, column), before_of(view)
    key = of or _default(view)
    if key and not WITHIN.fullmatch(key):
        known = [f"{measure}_{text}" for measure in orders.MEASURES for text in getattr(view.params.complaints, measure)]
        raise BadParams("complaints › mix › of", f"'{of}' is no share within a limit.", offered(of, known))
    parts = [_watched(view, orders.within(frame, period), key) for period in (last, view.period)]
    groups = orders.split(view, frame, [column], also=[last])
    k, n = (
        np.array([[int(part.loc[part.index.intersection(own.index), c].sum()) for part in parts] for _, own in groups])
        for c in ("met", "one")
    )
    if not n.sum(axis=0).all():
        raise DataRefused("complaints", "not available: not reached.", "Ask for an earlier month.")
    there = n.sum(axis=1) > 0
    k, n = k[there], n[there]
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = k / n
    added = decomposition.rates(n[:, 0], rate[:, 0], n[:, 1], rate[:, 1])
    totals = decomposition.rate_totals(k[:, 0], n[:, 0], k[:, 1], n[:, 1])
    keys = [key[0] for (key, _), kept in zip(groups, there, strict=True) if kept]
    sizes = {"size_before": n[:, 0], "size": n[:, 1], "rate_before": rate[:, 0], "rate": rate[:, 1]}
    rows = pd.DataFrame({"category": keys, **sizes, "mix": added.first, "own": added.second})
    return _totalled(rows, k, totals, key, view)


def _totalled(rows: pd.DataFrame, k: np.ndarray, totals, key: str, view: View) -> pd.DataFrame:
    """The rows with the whole below them, its parts with their intervals, and what the sentence chooses by."""
    sums = rows[["size_before", "size", "mix", "own"]].sum()
    whole = {"category": "all", **sums, "rate_before": k[:, 0].sum() / sums["size_before"], "rate": k[:, 1].sum() / sums["size"]}
    for name, total in zip(("mix", "own"), totals, strict=True):
        whole |= {f"{name}_low": total.low, f"{name}_high": total.high}
    told = pd.concat([rows, pd.DataFrame([whole])], ignore_index=True).astype({"size_before": "int64", "size": "int64"})
    told.insert(5, "gap", told["rate"] - told["rate_before"])
    moved = tests.two_proportions(k[:, 1].sum(), sums["size"], k[:, 0].sum(), sums["size_before"])
    said = "none" if moved.low <= 0 <= moved.high else "moved"
    told = told.assign(indicator=key, said=said, gap_low=np.nan, gap_high=np.nan)
    told.loc[told.index[-1], ["gap_low", "gap_high"]] = moved.low, moved.high
    return _without_few(view, _told(view, told, ["size_before", "size"], MADE), np.vstack([k, k.sum(axis=0)]))


def _without_few(view: View, told: pd.DataFrame, done: np.ndarray) -> pd.DataFrame:
    """Without the rates of few orders done, as `timeliness` has none: a rate and its size are the count. What lies beside a rate (gap, mix, own) would tell it."""
    part = (told["category"] != "all").to_numpy()
    few = [
        disclosure.untold(pd.DataFrame({"done": count}), ["done"], [], view.smallest, parts_of=())["done"].isna().to_numpy()
        for count in done[part].T
    ]
    for name, hidden in (("rate_before", few[0]), ("rate", few[1])):
        told = disclosure.without(told, np.append(hidden, False), [name])
    return disclosure.without(told, np.append(few[0] | few[1], False), ["gap", "mix", "own"])


MADE = ["rate_before", "rate", "gap", "mix", "own"]


def _told(view: View, rows: pd.DataFrame, counts: list[str], shares: list[str]) -> pd.DataFrame:
    """Without the small counts: the rows but the last are the parts of it."""
    told = rows.assign(_part=rows["category"] != "all")
    return disclosure.untold(told, counts, shares, view.smallest, parts_of=["_part"]).drop(columns="_part")


def _one(by: Sequence[str], table: str) -> str:
    """The one column; two would be a list of pairs, whose words are no category."""
    if len(by) != 1:
        raise BadParams(f"complaints {table}", "told by one column at a time.", "Give --by once.")
    return by[0]


def _framed(view: View, by: str) -> pd.DataFrame:
    frame = orders.counted(orders.cases(view, by))
    if by not in frame:
        raise DataRefused("complaints", f"not available: needs {by}.")
    return frame


def _counts(view: View, frame: pd.DataFrame, by: str, last: Period) -> tuple[list[str], np.ndarray]:
    groups = orders.split(view, frame, [by], also=[last])
    counts = [[len(orders.within(part, period)) for period in (last, view.period)] for _, part in groups]
    return [key[0] for key, _ in groups], np.array(counts, float).reshape(-1, 2)


def _with_total(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return pd.concat([rows, pd.DataFrame([{"category": "all", **rows[columns].sum()}])], ignore_index=True)


def _default(view: View) -> str:
    given = view.params.complaints
    return f"resolution_{given.resolution[-1]}" if given.resolution else f"response_{given.response[-1]}" if given.response else ""


def _watched(view: View, part: pd.DataFrame, key: str) -> pd.DataFrame:
    """Which orders could be watched for the whole limit (one), and which of them were done within it (met)."""
    why = order_shares.lacking(view, part, key) if key else "not available: needs resolved_at"
    if why:
        raise DataRefused("complaints", why if why.startswith("not available") else f"not available: {why}.")
    measure, _, text = key.partition("_")
    wait, most = orders.waits(view, part, measure, text[-1]), orders.limit(text).most
    seen = wait.follow >= most
    met = seen & (wait.cause == orders.DONE) & (wait.length <= most)
    return pd.DataFrame({"one": seen.astype(int), "met": met.astype(int)}, index=part.index[wait.rows])
