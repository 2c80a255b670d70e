"""How much work do the calls bring, when, and of what kind? (话务负荷, B03)

Work is calls times handling time, and an hour of work in an hour of the day keeps one agent busy. By category and hour it says where resources go, which counts of calls do not: a long
call weighs as much as five short ones. Source: catalogue B03.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.orders import NONE, NOT_GIVEN
from hotline_analysis.measures.view import View
from hotline_analysis.studies.service import calls
from hotline_analysis.words import Field, Term

CATEGORY = Field(Term("诉求", "Category"), words={disclosure.OTHER: disclosure.POOLED, NONE: NOT_GIVEN})
COLUMNS = {
    "category": CATEGORY,
    "handled": Field(Term("接通并有时长", "Handled calls"), "count"),
    "handling_seconds": Field(Term("平均处理时长", "Handling time"), "seconds", interval=("handling_low", "handling_high")),
    "handling_low": Field(Term("下端", "Low"), "seconds"),
    "handling_high": Field(Term("上端", "High"), "seconds"),
    "work_hours_a_day": Field(Term("日均工时（小时）", "Hours of work a day"), "number"),
    "share_of_work": Field(Term("占工时", "Of the work"), "share"),
    "share_of_handled": Field(Term("占来电", "Of the calls"), "share"),
    "busiest_hour": Field(Term("最忙的钟点", "Busiest hour"), "count"),
    "busy_agents": Field(Term("同时在处理的人数", "Agents kept busy"), "number"),
    "share_of_hour": Field(Term("占该钟点工时", "Of the hour's work"), "share"),
    "lead": Field(Term("该钟点最多的", "Most of the hour")),
    "parts": Field(Term("时长包括", "Handling is"), words={
        "talk": Term("通话", "talk"), "talk hold": Term("通话与保持", "talk and hold"), "talk wrap": Term("通话与话后", "talk and wrap-up"), "talk hold wrap": Term("通话、保持与话后", "talk, hold and wrap-up"),
    }),
}  # fmt: skip


def parts(have: Sequence[str]) -> str:
    return " ".join(column.removesuffix("_seconds") for column in calls.HANDLING if column in have)


def load(view: View) -> pd.DataFrame:
    """Work by hour of the day and category: one row a pair that had calls.

    Answered calls of known handling time; a category with few calls, in all or in the hour, is pooled. Columns: hour, category (level 1 of the issue), handled (calls), handling_seconds (mean), work_hours_a_day
    (their work on a day with data), share_of_work (of all), busy_agents (all work of that hour of the day, in hours: so many agents are busy with it on average), share_of_hour, lead (the category
    with the most work of its hour), parts. Small counts and what is made of them are not told. Raises DataRefused without outcome, talk_seconds or issue_1.
    """
    rows, days = _by_category(view)
    found = rows.groupby(["hour", "category"], as_index=False)[["work", "handled"]].sum()
    found["category"] = found["category"].mask(
        found["handled"] < view.smallest, disclosure.OTHER
    )  # what is few within an hour is no more told than what is few in all
    found = found.groupby(["hour", "category"], as_index=False)[["work", "handled"]].sum()
    hours = found["work"] / HOUR / days
    busy = hours.groupby(found["hour"]).transform("sum")
    found = found.assign(
        handling_seconds=found["work"] / found["handled"],
        work_hours_a_day=hours,
        share_of_work=found["work"] / found["work"].sum(),
        busy_agents=busy,
        share_of_hour=hours / busy,
    )
    found = found.assign(lead=_leads(found), parts=_parts(view))
    shares = ["handling_seconds", "work_hours_a_day", "share_of_work", "share_of_hour"]
    return disclosure.untold(found.drop(columns="work"), ["handled"], shares, view.smallest, parts_of=["hour"])


def _leads(rows: pd.DataFrame) -> np.ndarray:
    """Whether a row has the most work of its hour; of equals the first."""
    first = rows.sort_values(["hour", "work"], ascending=[True, False], kind="stable").drop_duplicates("hour").index
    return rows.index.isin(first)


def workload(view: View) -> pd.DataFrame:
    """Work by category: one row each, the most work first.

    Columns: category, handled (calls), share_of_handled, handling_seconds, handling_low, handling_high (mean and 95 %, from the days), work_hours_a_day, share_of_work, busiest_hour
    (of the day, by its work), parts. Raises as `load`.
    """
    rows, days = _by_category(view)
    found = [{"category": name, **_category(part, days)} for name, part in rows.groupby("category", sort=False)]
    frame = pd.DataFrame(found).assign(
        share_of_work=lambda f: f["work"] / f["work"].sum(), share_of_handled=lambda f: f["handled"] / f["handled"].sum()
    )
    frame = (
        frame.sort_values(["work", "category"], ascending=[False, True], ignore_index=True).assign(parts=_parts(view)).drop(columns="work")
    )
    shares = ["handling_seconds", "handling_low", "handling_high", "work_hours_a_day", "share_of_work", "share_of_handled", "busiest_hour"]
    return disclosure.untold(frame, ["handled"], shares, view.smallest, parts_of=())


def _by_category(view: View) -> tuple[pd.DataFrame, int]:
    """Work by day, hour and category, small categories pooled; days with data."""
    rows = calls.handled(view, "day", "hour", "issue_1").rename(columns={"issue_1": "category"})
    rows["category"] = rows["category"].astype(object).where(rows["category"].notna(), NONE)
    pooled = disclosure.pooled(rows, ["category"], view.smallest, size="handled")
    return pooled, max(len(calls.seen(view, calls.hourly(view))), 1)


def _category(part: pd.DataFrame, days: int) -> dict:
    daily, hourly = part.groupby("day")[["work", "handled"]].sum(), part.groupby("hour")["work"].sum()
    value, low, high = calls.mean(daily["work"].to_numpy(), daily["handled"].to_numpy())
    row = {"handled": int(daily["handled"].sum()), "handling_seconds": value, "handling_low": low, "handling_high": high}
    return {
        **row,
        "work": float(daily["work"].sum()),
        "work_hours_a_day": float(daily["work"].sum() / HOUR / days),
        "busiest_hour": int(hourly.idxmax()),
    }


def _parts(view: View) -> str:
    return parts(view.table("calls").collect_schema().names())


TABLES = {"load": load, "workload": workload}
