"""One day beside the earlier days of its kind: what whoever is on duty reads the next morning (日报).

A day is compared with days of its own kind only (its weekday, public holidays, make-up days), so that a Monday is not busy for being a Monday. `figures`:
the indicators and the range in which such days lie. `hours`: the calls of each hour. `topics`: what was called about more often than on such days.
Source: methods 7 (day types; limits for a day from the days before it), catalogue B01.
"""

from collections.abc import Mapping
from datetime import timedelta

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.measures import catalogue, indicators, verdicts, volumes
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY, LEVELS
from hotline_analysis.measures.orders import NONE, NOT_GIVEN
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.params import WEEKDAYS
from hotline_analysis.stats import forecast, tests
from hotline_analysis.words import WEEKDAY, Field, Term

EDITION = "day"  # a page of the day's edition, not of the month's
BACK_DAYS, MOST, LEAST = 364, 24, 6  # a year back at most; so many such days at most; fewer tell no range
CLEAR_Q = 0.05
NOTHING = tests.HistoryRatio(*[np.nan] * 5)
KINDS = {
    **dict(zip(WEEKDAYS, WEEKDAY, strict=True)),
    "holiday": Term("节假日", "public holiday"),
    "make-up": Term("调休上班日", "make-up workday"),
}
STATES = {
    "worse": Term("差于同类日", "worse than such days"),
    "better": Term("好于同类日", "better than such days"),
    "more": Term("高于同类日", "higher than such days"),
    "less": Term("低于同类日", "lower than such days"),
    "usual": Term("在同类日范围内", "within the range of such days"),
    "few": Term("样本不足", "too few"),
    "running": Term("复电窗口未满", "its window is still running"),
    "not watched": Term("此后没有记录，看不到再次来电", "no records behind it, so callbacks cannot be seen"),
    "few days": Term("同类日不足，不判好坏", "too few such days, not judged"),
    "poor data": Term("数据质量为差，不判好坏", "the data are of poor quality, not judged"),
    "not compared": Term("不作比较", "not compared"),
}
UNJUDGED = {"few", "few days", "not compared", "running", "not watched"}
COLUMNS = {
    "indicator": Field(Term("指标", "Indicator")),
    "numerator": Field(Term("分子", "Numerator"), "count"),
    "denominator": Field(Term("分母", "Denominator"), "count"),
    "value": Field(Term("当日", "The day"), "level", interval=("low", "high")),
    "centre": Field(Term("同类日通常", "Such days usually"), "level"),
    "lower": Field(Term("范围下限", "Range from"), "level"),
    "upper": Field(Term("范围上限", "Range to"), "level"),
    "state": Field(Term("判断", "Verdict"), words=STATES),
    "side": Field(Term("方向", "Side"), words={"up": Term("高于", "above"), "down": Term("低于", "below")}),
    "final_on": Field(Term("定稿日", "Final on"), "day"),
    "kind": Field(Term("日类型", "Kind of day"), words=KINDS),
    "alike": Field(Term("同类日天数", "Such days before"), "count"),
    "lead": Field(Term("代表", "Speaks"), words=STATES),
    "moved": Field(Term("超出范围的", "Outside their range"), "count"),
    "hour": Field(Term("时段", "Hour")),
    "calls": Field(Term("来电", "Calls"), "count"),
    "answered": Field(Term("接通", "Answered"), "count"),
    "usual": Field(Term("同类日平均", "Mean of such days"), "number"),
    "odd": Field(Term("异常", "Far from usual")),
    "odd_hours": Field(Term("异常时段数", "Hours far from usual"), "count"),
    "topic": Field(Term("诉求", "Topic"), words={disclosure.OTHER: disclosure.POOLED, NONE: NOT_GIVEN}),
    "count": Field(Term("当日", "The day"), "count"),
    "ratio": Field(Term("为平常的倍数", "Times the usual"), "ratio", interval=("ratio_low", "ratio_high")),
    "rise": Field(Term("多在哪里", "How more")),
    "risen": Field(Term("多于平常的", "More than usual"), "count"),
    "topics": Field(Term("比较的诉求", "Topics compared"), "count"),
}

AGAINST = ("usual", "ratio", "ratio_low", "ratio_high", "q")  # what the counts of the days before could be had from


def figures(view: View) -> pd.DataFrame:
    """The indicators of the first sheet and every repeat-call rate of the day, one row each, against the earlier days of its kind.

    Columns: indicator (both languages), numerator, denominator, value, low, high (95 %), unit, centre, lower, upper (where a day of this kind lies when nothing
    has changed), judgement, side (of the range, where outside), state (key of `STATES`), lead (the state of the one row that speaks for its event, as 接通率 for 放弃率; '' of
    the others), final_on (a repeat-call rate whose window is still running on the day's
    last calls: when it is final; `provisional` until then: it is corrected for it, or has no value where no call has been watched for so long), kind, alike (earlier days of the kind, of the last 364 days at most 24), moved (events outside their range),
    said (changed, quiet, few days: too few for a range; trial: too few to judge by it; not judged: no indicator is, whatever the days; poor data). Judged from twelve comparable days on, the day among them, like months. Raises DataRefused for a period that is not one day,
    NoInput without calls.
    """
    if "calls" not in view.tables:
        raise NoInput("calls", "params name no calls, and a day's edition is of calls.", "Ask for the month: --month.")
    kind, periods = alike(view)
    known = {k: i for k, i in catalogue.of_month(view.params).items() if i.first or i.window_hours is not None}
    found = indicators.evaluate(view, periods, list(known.values()))
    grade = view.grade(view.period)
    told = verdicts.compare(
        found,
        view.period.label,
        periods[-2].label if len(periods) > 1 else "",
        known,
        grade=grade,
        levels=catalogue.levels(view.params),
        follows=_any,
    )
    final_on = [hours and view.watched_on(hours) for hours in (known[key].window_hours for key in told["indicator"])]
    told = told.assign(final_on=[day.isoformat() if day else "" for day in final_on], provisional=[day is not None for day in final_on])
    told = told.assign(watched=told["indicator"].map(found[found["period"] == view.period.label].set_index("indicator")["watched"]))
    told = told[told["value"].notna() | told["final_on"].astype(bool) | ~told["watched"].astype(bool)].reset_index(drop=True)
    state = [_state(row, grade) for row in told.to_dict("records")]
    names = [known[key] for key in told["indicator"]]
    frame = told[["numerator", "denominator", "value", "low", "high", "centre", "lower", "upper", "judgement"]].assign(
        unit=[i.unit.key for i in names],
        indicator_zh=[i.name.zh for i in names],
        indicator_en=[i.name.en for i in names],
        state=state,
        lead=np.where(told["leads"].astype(bool), state, ""),
        side=[_side(row) for row in told.to_dict("records")],
        final_on=told["final_on"],
        provisional=told["provisional"],
    )
    moved = int((told["judgement"].isin(verdicts.CHANGED) & told["leads"].astype(bool)).sum())
    said = "poor data" if grade == "poor" else _unjudged(len(periods)) if set(state) <= UNJUDGED else "changed" if moved else "quiet"
    return frame.assign(
        key=told["indicator"], period=view.period.label, group="", kind=kind, alike=len(periods) - 1, moved=moved, said=said
    )


def _unjudged(comparable: int) -> str:
    """Why no indicator of a day is judged, by the days of its kind with itself among them."""
    return "few days" if comparable < verdicts.TRIAL_MONTHS else "trial" if comparable < verdicts.CHART_MONTHS else "not judged"


def hours(view: View) -> pd.DataFrame:
    """The calls of each hour of the day beside the earlier days of its kind, 24 rows.

    Columns: hour (0-23, by the clock), calls (offered), answered (where the export tells), usual (mean of such days), ratio, ratio_low, ratio_high (95 %, the days'
    own unrest in it), q (Benjamini-Hochberg over the hours), odd (q < .05), kind, alike, odd_hours, said (some, none, few days).
    On a day on which clocks change an hour that comes twice is held against twice the mean, one that is skipped against nothing; for other days such an hour does not speak.
    Raises DataRefused without calls, and for a period that is not one day.
    """
    kind, periods = alike(view)
    own, before = _by(view, periods, "hour", list(range(24)))
    long = np.array([view.calendar.hours_long(p.first_day) for p in periods]).T
    judged = _against(own, before.where(long[:, :-1] == 1), long=long[:, -1])
    few = len(periods) - 1 < LEAST
    odd = np.zeros(24, bool) if few else (judged["q"] < CLEAR_Q).to_numpy(bool)
    told = {"kind": kind, "alike": len(periods) - 1, "odd": odd, "odd_hours": int(odd.sum())}
    frame = pd.DataFrame({"hour": range(24), "calls": own.to_numpy(int), **_answered(view)})
    return pd.concat([frame, judged], axis=1).assign(**told, said="few days" if few else "some" if odd.any() else "none")


def topics(view: View, *, level: int = 1) -> pd.DataFrame:
    """What was called about, at one level of the category tree, against the earlier days of the day's kind; topics under the view's `smallest` are pooled; calls of no topic are a row of their own, not compared.

    A name that began meanwhile (another list of topics, `forecast.lives`) is held against days since then, and not compared where fewer than `LEAST` of the kind are; a topic that no such day had has no ratio.
    The mean is told in whole calls, its ratio in tenths (ends outwards), q in hundredths: from the pages of two days of a kind exact ones told the count of the day between. What is odd goes by exact figures.
    Of a topic that came 1 to 7 times on all those days together neither their mean nor what rests on it is told, nor of the next larger one where all calls less the others would tell it.

    Columns: topic, count (the day), usual (mean of such days), ratio, ratio_low, ratio_high (95 %, the days' own unrest in it), q (Benjamini-Hochberg), odd (more
    than usual: q < .05 and ratio > 1), rise (how that is said: times; new: on no such day before; seldom: its mean is not told; '' where not odd), state (key of `STATES`), kind, alike, risen (how many are), topics, said (some, none, few days). Raises DataRefused without the column, and where most names are younger than two weeks.
    """
    if level not in range(1, len(LEVELS) + 1):
        raise DataRefused("day", f"the tree has levels 1 to {len(LEVELS)}.", "Name one of them.")
    column, (kind, periods) = LEVELS[level - 1], alike(view)
    own, before = _by(view, periods, column, unfiled=NONE)
    begun = _begun(view, column, float(before.sum().mean()))
    table = pd.concat([own.rename("count"), before], axis=1).reset_index(names="topic")
    days = list(before.columns)
    table = disclosure.pooled(table, ["topic"], view.smallest, size="count").groupby("topic", as_index=False)[["count", *days]].sum()
    known = table[days].astype("float64").mask(table["topic"].map(begun).fillna(0).to_numpy()[:, None] > np.array(days))
    known[known.notna().sum(axis=1) < min(LEAST, len(days))] = np.nan
    judged = _against(table["count"], known, left_out=table["topic"].isin((disclosure.OTHER, NONE)).to_numpy())
    few = len(days) < LEAST
    odd = np.zeros(len(table), bool) if few else ((judged["q"] < CLEAR_Q) & (table["count"] > judged["usual"])).to_numpy(bool)
    told = {"kind": kind, "alike": len(days), "odd": odd, "risen": int(odd.sum()), "topics": int(judged["q"].notna().sum())}
    state = np.where(odd, "more", np.where(judged["q"].isna() | few, "few days" if few else "not compared", "usual"))
    frame = pd.concat([table[["topic", "count"]], judged], axis=1).assign(
        **told, state=state, said="few days" if few else "some" if odd.any() else "none"
    )
    frame = disclosure.untold_of(frame, known.sum(axis=1), AGAINST, view.smallest, parts_of=())
    frame = frame if view.smallest < 2 else frame.assign(**_coarse(frame))
    frame = frame.assign(rise=np.select([~odd, frame["ratio"].notna(), judged["usual"] == 0], ["", "times", "new"], "seldom"))
    return frame.sort_values(["odd", "count", "topic"], ascending=[False, False, True], ignore_index=True)


def _coarse(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """What stands beside a topic's count in steps (a call, a tenth): the exact mean of n days and that of n + 1 tell the one between, whose page hides it."""
    tenths = {"ratio": np.rint, "ratio_low": np.floor, "ratio_high": np.ceil}
    return {"usual": np.rint(frame["usual"]), "q": frame["q"].round(2), **{c: way(frame[c] * 10) / 10 for c, way in tenths.items()}}


def _begun(view: View, column: str, usual: float) -> dict[str, int]:
    """The day (its number since 1970) from which each topic's name counts, of those that began within the days that are looked at. usual: the calls of a day of the kind.

    Where most names of the day are new and the old ones have gone, nothing can be said; an incident of a new name leaves the others as they are.
    """
    first = view.calendar.day(view.period.first_day - timedelta(days=BACK_DAYS))
    rows = indicators.within_data(view, indicators.offered_calls(view), [first, view.period])
    rows = rows.with_columns(day=(nw.col("local_s") - 3600 * view.calendar.cut_hour) // DAY).filter(~nw.col(column).is_null())
    wide = pandas(rows.group_by("day", column).agg(n=nw.len())).pivot_table(index="day", columns=column, values="n", fill_value=0)
    if wide.empty:
        return {}
    every = wide.reindex(range(int(wide.index.min()), int(wide.index.max()) + 1), fill_value=0)
    own, earlier = every.iloc[-1], every.iloc[:-1]
    gone = len(earlier) >= forecast.SETTLED_DAYS and own[earlier.sum() > 0].sum() < min(usual, own.sum()) / 2
    if gone or forecast.unsettled(every):
        raise DataRefused("day", "most topics have other names than two weeks ago.", "It takes two weeks of them.")
    begin, _ = forecast.lives(every)
    return {str(topic): int(every.index[row]) for topic, row in zip(every, begin, strict=True) if row}


def alike(view: View) -> tuple[str, list[Period]]:
    """The day's kind, and the days that are compared: earlier days of that kind with data, oldest first, and the day itself."""
    day = view.period.first_day
    if day != view.period.last_day:
        raise DataRefused("day", "is about one day.", "Ask for a day, such as 2024-09-18.")
    first = max(view.calendar.day_of(view.data_start_s), day - timedelta(days=BACK_DAYS))
    dates = [first + timedelta(days=n) for n in range(max((day - first).days, 0) + 1)]
    kinds = volumes.kinds(view, dates)
    same = [d for d, kind in zip(dates, kinds, strict=True) if kind == kinds[-1]]
    return str(kinds[-1]), [view.calendar.day(d) for d in same[-MOST - 1 :]]


def _any(*_: str) -> bool:
    """Days of one kind follow one another, however many other days lie between."""
    return True


def _state(row: Mapping, grade: str) -> str:
    if row["judgement"] in verdicts.CHANGED:
        return row["judgement"]
    if not row["watched"]:
        return "not watched"
    if pd.isna(row["value"]):
        return "running"
    if grade == "poor":
        return "poor data"
    return {"inside": "usual", "few": "few", "not compared": "not compared"}.get(row["state"], "few days")


def _side(row: Mapping) -> str:
    return "" if row["judgement"] not in verdicts.CHANGED else "up" if row["value"] > row["centre"] else "down"


def _calls(view: View, periods: list[Period]) -> nw.LazyFrame:
    """Offered calls of some days, with their day (its number since 1970) and hour by the clock."""
    cut = 3600 * view.calendar.cut_hour
    days = [(p.first_day - volumes.EPOCH).days for p in periods]
    rows = indicators.within_data(view, indicators.offered_calls(view), periods)
    return rows.with_columns(day=(nw.col("local_s") - cut) // DAY, hour=nw.col("local_s") % DAY // 3600).filter(nw.col("day").is_in(days))


def _by(view: View, periods: list[Period], column: str, known: list | None = None, *, unfiled: str = "") -> tuple[pd.Series, pd.DataFrame]:
    """Calls by a column: of the day, and of each earlier day. unfiled: what calls without a word of it are called."""
    rows = _calls(view, periods)
    if column not in rows.collect_schema().names():
        raise DataRefused("day", f"not available: needs {column}.", "Map the column.")
    rows = rows.with_columns(nw.coalesce(nw.col(column).cast(nw.String), nw.lit(unfiled)).alias(column)) if unfiled else rows
    found = pandas(rows.group_by("day", column).agg(n=nw.len()))
    days = [(p.first_day - volumes.EPOCH).days for p in periods]
    wide = found.pivot_table(index=column, columns="day", values="n", aggfunc="sum", fill_value=0).reindex(columns=days, fill_value=0)
    wide = wide if known is None else wide.reindex(known, fill_value=0)
    return wide[days[-1]].astype(int), wide[days[:-1]].astype(int)


def _answered(view: View) -> dict[str, np.ndarray]:
    rows = _calls(view, [view.period])
    if "outcome" not in rows.collect_schema().names():
        return {}
    found = pandas(rows.filter(nw.col("outcome") == "answered").group_by("hour").agg(n=nw.len())).set_index("hour")["n"]
    return {"answered": found.reindex(range(24), fill_value=0).to_numpy(int)}


def _against(own: pd.Series, before: pd.DataFrame, *, left_out: np.ndarray | None = None, long: np.ndarray | None = None) -> pd.DataFrame:
    """Each row's count against its counts on the days before (nan: a day that does not speak for it): their mean, the ratio with its interval (none where no such day had one), and q.

    long: how long each row was on the day, beside those days.
    """
    if not before.shape[1]:
        return pd.DataFrame(np.nan, index=range(len(own)), columns=["usual", "ratio", "ratio_low", "ratio_high", "q"])
    past = [row[~np.isnan(row)] for row in before.to_numpy(float)]
    long = np.ones(len(own)) if long is None else long
    judged = [
        tests.count_against_history(n, stretch, row, np.ones(len(row))) if len(row) and stretch else NOTHING
        for n, stretch, row in zip(own, long, past, strict=True)
    ]
    usual, p = long * before.mean(axis=1).to_numpy(float), np.array([t.p for t in judged])
    frame = pd.DataFrame({"ratio": [t.ratio for t in judged], "ratio_low": [t.low for t in judged], "ratio_high": [t.high for t in judged]})
    frame[~(usual > 0)] = np.nan
    return frame.assign(usual=usual, q=tests.benjamini_hochberg(p if left_out is None else np.where(left_out, np.nan, p)))


REPEATS = ("figures",)  # of the others none rests on the definition of a repeat call
TABLES = {"figures": figures, "hours": hours, "topics": topics}
WHOLE = ("figures", "hours")  # of the whole hotline alone: told under `disclosure: internal`
