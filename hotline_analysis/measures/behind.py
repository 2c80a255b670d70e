"""The rows behind a figure (数字背后的记录): what its numerator and its denominator were counted from, and what was left out, with its reason.

They come out of the declaration that makes the figure: of a ratio of sums the rows to which a part's expression adds something, of any other the cases
of its estimator. No indicator is declared a second time, and rows that do not add up to the figure are refused.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import tables
from hotline_analysis.errors import DataRefused, RunFailed
from hotline_analysis.measures import indicators, quotable, volumes
from hotline_analysis.measures.definition import Definition
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import IDENTITY
from hotline_analysis.measures.indicators import FRONT, MONTHLY, Indicator, Part, evaluate
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.words import Term

TYPED = "this figure was typed in (aggregates), so there are no rows behind it."
REASONS = {  # why a row of the period is in neither part; {} is what was empty, or what is counted
    "outside": Term("数据起止之外", "before the data begin or after they end"),
    "outbound": Term("热线呼出或内部通话", "a call of the hotline, or inside it"),
    "definition": Term("口径剔除", "left out by the definition"),
    "aside": Term("重复件或内部件", "a duplicate, or raised inside"),
    "kind": Term("不计的工单种类", "an order of a kind that does not count"),
    "empty": Term("没有值或读不出：{}", "empty or not read: {}"),
    "day": Term("分子分母之一当天没有记录", "one of the two parts has no rows of that day"),
    "rule": Term("口径不计入的来电", "no index call under the definition"),
    "unanswered": Term("没有接通", "was not answered"),
    "not counted": Term("不属于：{}", "is not among: {}"),
}
ADDS, ALSO = "adds", "adds_to_numerator"
COLUMNS = {
    ADDS: Term("计入", "Adds"),
    ALSO: Term("计入分子", "Adds to the numerator"),
    "reason": Term("未计入的原因", "Why left out"),
    "table": Term("数据表", "Table"),
    "gap_hours": Term("至下次来电（小时）", "Next call after (hours)"),
    "next_seq": Term("下次来电的顺序号", "Order of the next call"),
    "date": Term("日期", "Day"),
    "rows": Term("当天的记录", "Rows of the day"),
}


@dataclass(frozen=True)
class Behind:
    """The rows behind one figure.

    figure: its row of `evaluate`. numerator, denominator: one row a row of the table, with `adds` (what it adds to the part) first; of medians and maxima the
    numerator is empty and the base says in `adds_to_numerator` what was measured; the base of a volume are the days with data. left_out: the
    period's other rows of these tables, with `table` and `reason` (a key of REASONS, behind : the table and column that was empty).
    """

    indicator: Indicator
    figure: dict
    numerator: pd.DataFrame
    denominator: pd.DataFrame
    left_out: pd.DataFrame


def behind(view: View, periods: Sequence[Period], indicator: Indicator, *, by: str = "", group: str = "") -> Behind:
    """The rows behind an indicator's figure of the last of the periods (and of one group of column `by`).

    periods: those that the figure is evaluated with. Raises DataRefused for a figure that was typed in or cannot be had, for a group without rows, and for
    agents where the indicator is not for them; RunFailed where the rows do not add up to the figure.
    """
    if by.startswith("agent") and FRONT not in indicator.audience:
        raise DataRefused(f"rows {indicator.key}", "this indicator is no measure of agents.", "Ask without --group, or by unit.")
    figure = _figure(view, periods, indicator, by, group)
    found = _of_estimator(view, periods, indicator, by, group) if indicator.estimate else _of_sums(view, periods[-1], indicator, by, group)
    top = indicator.numerator.table if indicator.estimate is None else next(iter(found))
    bottom = top if indicator.estimate or indicator.denominator is None else indicator.denominator.table
    days = None if indicator.denominator else _days(view, periods, top, found[top] if indicator.estimate else None)
    here = {table: frame[frame["period"] == periods[-1].label] for table, frame in found.items()}
    told = Behind(
        indicator,
        figure,
        numerator=_part(view, top, here[top], "k") if pd.notna(figure["numerator"]) else pd.DataFrame(),
        denominator=_part(view, bottom, here[bottom], "n", whole=pd.isna(figure["numerator"])) if days is None else days,
        left_out=_left_out(view, periods[-1], indicator, here, by, group),
    )
    _check(told)
    return told


def _figure(view: View, periods: Sequence[Period], indicator: Indicator, by: str, group: str) -> dict:
    """The figure's row; refused where there is none, or none that was counted."""
    frame = evaluate(view, list(periods), [indicator], by=by)
    rows = frame[(frame["period"] == periods[-1].label) & frame["group"].isin([group, ""])] if len(frame) else frame
    if not len(rows):
        raise DataRefused(f"rows {indicator.key}", "has no rows of this group in this month.", "Take a word of the column --group names.")
    told = rows.iloc[0].to_dict()
    if told["origin"] == "typed":
        raise DataRefused(f"rows {indicator.key}", TYPED, "Ask for a month whose records are there.")
    if pd.isna(told["value"]):
        raise DataRefused(f"rows {indicator.key}", f"there is no figure: {quotable.why(told['missing']).en}.")
    return told


# ---- what was counted: frames by table, with seq, period, k and n


def _of_sums(view: View, period: Period, indicator: Indicator, by: str, group: str) -> dict[str, pd.DataFrame]:
    """The rows of the period that sums are made of, with what each adds to the numerator (k) and to the denominator (n); `apart` on days that one table lacks."""
    found = {table: _adding(view, period, indicator, table, by, group) for table in indicator.tables}
    ratio = [p for p in (indicator.numerator, indicator.denominator) if p]
    shared = _shared(view, period, ratio, found)
    apart = {t: False if shared is None else ~f["day"].isin(shared) for t, f in found.items()}
    return {
        t: f.assign(apart=apart[t], **{c: f[c].mask(apart[t], 0) for c in ("k", "n")} if shared is not None else {})
        for t, f in found.items()
    }


def _shared(view: View, period: Period, ratio: Sequence[Part], found: dict[str, pd.DataFrame]) -> set[int] | None:
    """The days that both parts of a ratio have rows of; None where both are of one export, or one is of months."""
    sources = list(dict.fromkeys(p.source for p in ratio))
    if len(sources) < 2 or MONTHLY & {p.table for p in ratio}:
        return None
    exports = {s: indicators.exported(view, s, (period,)) for s in sources if s[1]}
    days = {p.table: found[p.table]["day"] for p in ratio}
    return indicators.shared_days(days, exports, sources)


def _adding(view: View, period: Period, indicator: Indicator, table: str, by: str, group: str) -> pd.DataFrame:
    rows = indicators.counted(view, table, [period])
    have = rows.collect_schema().names()
    parts = {"k": indicator.numerator, "n": indicator.denominator}
    amounts = {c: p.amount(have) if p and p.table == table else nw.lit(0) for c, p in parts.items()}
    rows = rows.filter(nw.col(by) == group) if by else rows
    frame = pandas(rows.select("seq", day=indicators.day_of(view), **amounts)).sort_values("seq", ignore_index=True)
    return frame.assign(period=period.label)


def _of_estimator(view: View, periods: Sequence[Period], indicator: Indicator, by: str, group: str) -> dict[str, pd.DataFrame]:
    """The cases of an estimator, of all periods."""
    found = indicator.estimate.cases(view, periods, indicator, by)
    if isinstance(found, str):
        raise DataRefused(f"rows {indicator.key}", f"there is no figure: {quotable.why(found).en}.")
    found = found[found[by] == group] if by else found
    at = indicators.place(found["start_s"].to_numpy(float), periods)
    labels = np.array([p.label for p in periods] + [""])
    table = indicator.estimate.of or (indicator.denominator or indicator.numerator).table
    return {table: found.assign(period=labels[at], apart=False)}


def _days(view: View, periods: Sequence[Period], table: str, cases: pd.DataFrame | None) -> pd.DataFrame:
    """The days with data of the last period, each counted once: of a table, or of the cases of an estimator (which have their `day`)."""
    found = indicators.days_of(view, table, periods) if cases is None else volumes.days(view, periods, cases.groupby("day").size())
    seen = found[(found["period"] == periods[-1].label) & found["seen"]]
    return pd.DataFrame({ADDS: 1, "date": [d.isoformat() for d in seen["date"]], "rows": seen["calls"].to_numpy()})


# ---- the rows themselves


def _part(view: View, table: str, counted: pd.DataFrame, which: str, *, whole: bool = False) -> pd.DataFrame:
    """The canonical rows that add to a part (whole: to either), with what a base's row adds to the numerator, and of index calls when the next one came."""
    adding = counted[_adds(counted) if whole else counted[which] != 0]
    told = pd.DataFrame({"seq": adding["seq"].astype("int64"), ADDS: adding[which]})
    told = told.assign(**{ALSO: adding["k"]} if which == "n" else {})
    if "gap_s" in adding:
        told = told.assign(gap_hours=pd.to_numeric(adding["gap_s"]).astype(float) / 3600, next_seq=adding["next_seq"].astype("Int64"))
    return _with_rows(view, table, told)


def _with_rows(view: View, table: str, told: pd.DataFrame) -> pd.DataFrame:
    """The rows with every column of their table that says something to a reader."""
    held = view.table(table)
    low, high = (told["seq"].min(), told["seq"].max()) if len(told) else (0, -1)
    rows = pandas(held.filter((nw.col("seq") >= int(low)) & (nw.col("seq") <= int(high))))
    return told.merge(rows[_readable(table, list(rows))], on="seq", how="left")


def _readable(table: str, have: Sequence[str]) -> list[str]:
    """The columns of a table in their declared order, without those made for computing; an instant of which only the seconds are there as these."""
    skip = {"local_s", "caller_group"}
    named = [c.name if c.name in have else c.epoch if c.kind == tables.INSTANT else "" for c in tables.TABLES[table].columns]
    return [c for c in dict.fromkeys(named) if c in have and c not in skip]


# ---- what was left out


def _left_out(view: View, period: Period, indicator: Indicator, counted: dict, by: str, group: str) -> pd.DataFrame:
    parts = [_others(view, period, indicator, table, frame, by, group) for table, frame in counted.items()]
    return pd.concat(parts, ignore_index=True)


def _others(view: View, period: Period, indicator: Indicator, table: str, counted: pd.DataFrame, by: str, group: str) -> pd.DataFrame:
    """The rows of a table whose clock lies in the period and that add to neither part, each with the first reason that holds."""
    clock = nw.col(view.clock(table))
    rows = view.table(table).filter((clock >= period.start_s) & (clock < period.end_s))
    frame = pandas(rows.filter(nw.col(by) == group) if by else rows).sort_values("seq", ignore_index=True)
    used = frame["seq"].isin(counted.loc[_adds(counted), "seq"])
    answered = "outcome" in frame and frame.loc[used, "outcome"].eq("answered").all()
    frame = frame[~used]
    reasons = _reasons(view, indicator, table, frame, counted, answered=answered)
    told = np.select([mask.to_numpy(bool) for _, mask in reasons], [key for key, _ in reasons], _otherwise(indicator))
    return frame[_readable(table, list(frame))].assign(table=table, reason=told)


def _adds(counted: pd.DataFrame) -> pd.Series:
    return (counted["k"] != 0) | (counted["n"] != 0)


def _otherwise(indicator: Indicator) -> str:
    return "rule" if indicator.window_hours is not None else "not counted"


def _reasons(
    view: View, indicator: Indicator, table: str, frame: pd.DataFrame, counted: pd.DataFrame, *, answered: bool
) -> list[tuple[str, pd.Series]]:
    """The reasons in their order, each with the rows of which it holds. answered: every call that counts was answered."""
    at, end_s = frame[view.clock(table)], min(view.data_end_s, max(view.end_s, view.period.end_s))
    found = [("outside", ((at < view.data_start_s) | (at >= end_s)) & (table not in MONTHLY))]
    if table == "calls":
        found += [("outbound", frame["direction"].isin(["out", "internal"]))] if "direction" in frame else []
        found.append(("definition", _ruled_out(frame, view.definition)))
    if table == "orders" and indicator.chapter != "own":
        found.append(("aside", _set(frame, "duplicate") | _set(frame, "internal")))
        found += [("kind", _not_of(frame, "kind", view.params.complaints.kinds))] if indicator.estimate else []
    found.append(("day", frame["seq"].isin(counted.loc[counted["apart"], "seq"])))
    needs = _needs(indicator, table)
    if indicator.window_hours is not None:
        return found + _of_rule(view.definition, frame, needs)
    empty = [(f"empty:{table}:{c}", ~_filled(frame[c])) for c in needs if c in frame]
    if table == "calls" and "outcome" in needs and answered:
        return [*found, *empty[:1], ("unanswered", frame["outcome"] != "answered"), *empty[1:]]
    return found + empty


def _needs(indicator: Indicator, table: str) -> list[str]:
    """The columns without which a row is in neither part, the outcome first. An instant that is empty has not happened: it counts where the base asks for it."""
    base = indicator.denominator or indicator.numerator
    told = [c for p in indicator.parts if p.table == table for c in p.needs if p is base or not c.endswith("_s")]
    return sorted(dict.fromkeys(told), key=lambda c: c != "outcome")


def _of_rule(definition: Definition, frame: pd.DataFrame, needs: Sequence[str]) -> list[tuple[str, pd.Series]]:
    """Why a call is no index call: nobody knows who called, it was not answered, or nobody knows whether it was dispatched."""
    keys = [IDENTITY[k] for k in definition.identity.split(",")]
    found = [("empty:calls:caller", frame[keys].isna().all(axis=1))]
    if definition.index_scope == "answered":
        found += [("empty:calls:outcome", frame["outcome"].isna()), ("rule", frame["outcome"] != "answered")]
    return found + ([("empty:calls:dispatched", frame["dispatched"].isna())] if "dispatched" in needs else [])


def _ruled_out(frame: pd.DataFrame, definition: Definition) -> pd.Series:
    out = pd.Series(False, index=frame.index)
    for pair in definition.leave_out:
        column, _, value = pair.partition("=")
        out |= (frame[column].astype(str) == value) if column in frame else False
    return out


def _set(frame: pd.DataFrame, flag: str) -> pd.Series:
    return frame[flag].astype("boolean").fillna(False).astype(bool) if flag in frame else pd.Series(False, index=frame.index)


def _not_of(frame: pd.DataFrame, column: str, words: Sequence[str]) -> pd.Series:
    return ~frame[column].isin(list(words)) if words and column in frame else pd.Series(False, index=frame.index)


def _filled(cells: pd.Series) -> pd.Series:
    """Cells that hold something; a negative duration was not read."""
    return cells.notna() & ~((cells < 0).fillna(False) if cells.name.endswith("_seconds") or cells.name == "seconds" else False)


def reason(key: str, indicator: Indicator, language: str) -> str:
    """Why a row was left out, in words."""
    kind, _, where = key.partition(":")
    table, _, column = where.partition(":")
    if kind != "empty":
        return REASONS[kind](language).format((indicator.denominator or indicator.numerator).term(language))
    named = next((c.term for c in tables.TABLES[table].columns if column in (c.name, c.epoch)), Term(column, column))
    return REASONS[kind](language).format(named(language))


# ---- they add up


def _check(told: Behind) -> None:
    """Refuses rows that do not add up to the figure: one of the two would be wrong."""
    for name in ("numerator", "denominator"):
        part, frame = told.figure[name], getattr(told, name)
        total = math.fsum(frame[ADDS]) if len(frame) else 0.0
        if pd.notna(part) and not math.isclose(total, float(part), rel_tol=1e-9, abs_tol=1e-6):
            raise RunFailed(
                f"rows {told.indicator.key}", f"the rows of the {name} do not add up to the figure.", "Please report this fault."
            )
