"""Calls that belong to one attempt to get through (重拨): who gives up and calls again soon makes one attempt in several calls. Source: methods 7."""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import needed, pandas
from hotline_analysis.measures.gaps import DAY, ended
from hotline_analysis.measures.view import View

UNANSWERED = ("abandoned", "blocked")
RULE = {  # every call of a caller follows the one before, whatever the hotline's own rule of a repeat
    "mode": "rolling", "direction": "look-ahead", "charged": "last", "match": "any", "chain": "each", "open_orders": "counted", "min_gap_seconds": 0,
    "index_scope": "all", "callback_scope": "all", "outbound": "ignored", "dispatch": {},
}  # fmt: skip


def linked(view: View) -> pd.DataFrame:
    """Calls of identified callers near the period with the attempt that each belongs to, when that began, and whether it was answered.

    An attempt is a call and those that follow it while each before was not answered and the same caller calls again within `service › redial_minutes` of its end; calls of attempts with an
    unknown outcome are left out. Columns: seq, who, start_s, local_s, attempt, answered (1, 0), day, begins_s, begins_day; by time. Raises DataRefused without outcome or caller, with
    masked numbers, and where no caller is identified.
    """
    needed(view.table("calls"), ["outcome"], "attempts")
    gaps = view.near().but(**RULE, clock="end" if ended(view.line) else "start").all_gaps()
    near = (nw.col("start_s") >= view.period.start_s - DAY) & (nw.col("start_s") < view.period.end_s + DAY)
    outcomes = view.line.select(nw.col("seq").alias("_seq"), "outcome")
    rows = pandas(
        gaps.filter(near)
        .select("seq", "who", "start_s", "local_s", "gap_s", "next_seq")
        .join(outcomes, left_on="seq", right_on="_seq", how="left")
    )
    rows = rows.sort_values(["start_s", "seq"], ignore_index=True)
    need_known(rows)
    again = rows["outcome"].isin(UNANSWERED) & (rows["gap_s"] <= 60 * view.params.service.redial_minutes)
    rows["attempt"] = _chains(rows["seq"].to_numpy(), rows["next_seq"].where(again).to_numpy(float))
    unknown = rows["outcome"].isna().groupby(rows["attempt"]).transform("any")
    day = (rows["local_s"] - HOUR * view.calendar.cut_hour) // DAY
    rows = rows.assign(answered=(rows["outcome"] == "answered").astype("int64"), day=day)[~unknown]
    first = rows.groupby("attempt")[["start_s", "day"]].transform("first")
    return rows.assign(begins_s=first["start_s"], begins_day=first["day"])


def _chains(seq: np.ndarray, following: np.ndarray) -> np.ndarray:
    """The number of the chain of each row, rows in the order of time; following: the seq of the row that continues it, nan for none."""
    chain, continues = np.arange(len(seq)), {}
    for place, (own, after) in enumerate(zip(seq, following, strict=True)):
        chain[place] = continues.pop(own, place)
        if after == after:
            continues[after] = chain[place]
    return chain


def need_known(rows: pd.DataFrame) -> None:
    """Raises DataRefused where no caller is identified."""
    if rows.empty:
        raise DataRefused("attempts", "no known callers")
