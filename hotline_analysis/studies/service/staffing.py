"""How many people should answer, when are there too few, and what would one more bring? (人力, D12, B06; methods 7)

`staffing`: by weekday and half hour what the calls need (Erlang A with the callers' own patience, Erlang C where it is not known) beside the roster. `shortfall`: the same as a map of the
week. `one_more`: what one, two or three more agents at the peak would change. `coverage`: hours with calls in which hardly anybody answered. Source: catalogue D12, B06; methods 7.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import volumes
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import needed, pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals, queueing
from hotline_analysis.stats.queueing import Queue
from hotline_analysis.studies.service import calls
from hotline_analysis.words import Field, Term

SLOT = 1800  # seconds of an interval
LEAST_ABANDONED = 30  # below so many who gave up the patience is not known
FITS = 0.1  # further from the level that was seen the model says nothing (a convention)
LISTED = 12  # rows of a table that shows the worst
LEAST_CALLS = 5  # of an hour of one day that can be called uncovered
MORE = (0, 1, 2, 3)
COLUMNS = {
    "slot": Field(Term("时段", "Half hour")),
    "weekly_calls": Field(Term("来电", "Calls"), "count"),
    "slot_calls": Field(Term("每半小时来电", "Calls a half hour"), "number"),
    "offered_load": Field(Term("话务负荷（人）", "Offered load (agents)"), "number"),
    "required": Field(Term("需在线", "Needed on calls"), "count"),
    "needed_roster": Field(Term("需排班", "Needed on the roster"), "number"),
    "scheduled": Field(Term("已排班", "Rostered"), "number"),
    "missing_agents": Field(Term("缺", "Short"), "number"),
    "short": Field(Term("人手不足", "Too few")),
    "model": Field(Term("模型", "Model"), words={"erlang_a": Term("厄朗A（会放弃）", "Erlang A (callers give up)"), "erlang_c": Term("厄朗C（不放弃）", "Erlang C (nobody gives up)")}),
    "patience_seconds": Field(Term("耐心", "Patience"), "seconds"),
    "target_seconds": Field(Term("时限（秒）", "Within (s)"), "count"),
    "target_share": Field(Term("目标比例", "Target share"), "share0"),
    "shrinkage": Field(Term("不在线比例", "Shrinkage"), "share0"),
    "hours_short": Field(Term("每周缺的人时", "Agent hours short a week"), "number"),
    "hours_over": Field(Term("每周多的人时", "Agent hours over a week"), "number"),
    "hours_needed": Field(Term("每周需要的人时", "Agent hours needed a week"), "number"),
    "hours_rostered": Field(Term("每周已排的人时", "Agent hours rostered a week"), "number"),
    "worst_short": Field(Term("最缺的钟点缺", "Most short by"), "number"),
    "more": Field(Term("再添", "More agents"), "count"),
    "agents": Field(Term("实际在线（推算）", "On calls (inferred)"), "number"),
    "level": Field(Term("及时接通", "Answered in time"), "share"),
    "abandonment": Field(Term("放弃", "Gave up"), "share"),
    "wait_seconds": Field(Term("平均等待", "Mean wait"), "seconds"),
    "answered_more": Field(Term("每周多接通", "More answered a week"), "count"),
    "observed_level": Field(Term("实际及时接通", "Answered in time, seen"), "share"),
    "observed_abandonment": Field(Term("实际放弃", "Gave up, seen"), "share"),
    "level_next": Field(Term("添一人后及时接通", "Answered in time with one more"), "share"),
    "abandonment_next": Field(Term("添一人后放弃", "Gave up with one more"), "share"),
    "most": Field(Term("列出", "Listed")),
    "slots": Field(Term("半小时数", "Half hours"), "count"),
    "date": Field(Term("日期", "Day"), "day"),
    "uncovered": Field(Term("几乎无人接", "Hardly covered")),
    "uncovered_hours": Field(Term("几乎无人接的小时", "Hours hardly covered"), "count"),
    "hours_seen": Field(Term("看过的小时", "Hours looked at"), "count"),
    "low_share": Field(Term("界线", "Limit"), "share0"),
}  # fmt: skip


# ---- what the calls need


def staffing(view: View) -> pd.DataFrame:
    """What the calls of each half hour of the week need, and what was rostered: one row a weekday and half hour that had calls or a roster.

    From the days of the period with calls that are neither public holidays nor make-up days; a rostered half hour without a call needs nobody. Every request for a person counts, redials among them. Columns: weekday, slot (09:30), hour, days, weekly_calls
    (of all these days), slot_calls (of one such half hour), handling_seconds (mean of the clock hour, of all where it has under 30 calls), offered_load (agents kept busy),
    required (the fewest agents on the calls with whom `service › target_share` of all calls are answered within the first of `answer_seconds`), needed_roster (required / (1 - shrinkage)),
    scheduled (agents on the roster, mean of the days that it covers; missing without one), missing_agents (needed_roster - scheduled), short (one agent or more), model, patience_seconds (exponential: all waiting
    beyond the short abandonments over those who gave up; needs 30 of them, otherwise Erlang C), target_seconds, target_share, shrinkage, most (the twelve half hours that lack most; without a roster those that need most).
    Raises DataRefused without outcome or talk_seconds.
    """
    roster, service = _roster(view), view.params.service
    week = _week(view, roster.index[roster > 0])
    goal = {"answer_seconds": service.answer_seconds[0], "target_share": service.target_share}
    patience = _patience(view)
    needed_ = [
        queueing.agents_needed(2 * c, h, patience_seconds=patience, **goal)
        for c, h in zip(week["slot_calls"], week["handling_seconds"], strict=True)
    ]
    scheduled = roster.reindex(pd.MultiIndex.from_frame(week[["weekday", "place"]])).to_numpy()
    week = week.assign(required=needed_, needed_roster=np.array(needed_) / (1 - service.shrinkage), scheduled=scheduled)
    week = week.assign(missing_agents=week["needed_roster"] - week["scheduled"]).assign(short=lambda f: f["missing_agents"] >= 1)
    known = np.isfinite(patience)
    told = {
        "model": "erlang_a" if known else "erlang_c",
        "patience_seconds": patience if known else np.nan,
        "target_seconds": goal["answer_seconds"],
        "target_share": goal["target_share"],
    }
    return week.assign(**told, shrinkage=service.shrinkage, most=_most(week))


def _most(week: pd.DataFrame) -> np.ndarray:
    rostered = week["scheduled"].notna().any()
    worst = week["missing_agents" if rostered else "needed_roster"].sort_values(ascending=False, kind="stable")
    return week.index.isin(worst.dropna().index[:LISTED])


def _week(view: View, rostered: pd.MultiIndex) -> pd.DataFrame:
    """The half hours of the week that had calls or are `rostered` (weekday, place), on weekdays of which a day was seen: days, weekly_calls, slot_calls, handling_seconds, offered_load."""
    rows = calls.offered(view, "outcome", "talk_seconds").with_columns(slot=nw.col("local_s") % DAY // SLOT)
    found = pandas(rows.group_by("day", "slot").agg(calls=nw.len())).astype("int64")
    days = _plain(calls.seen(view, found.rename(columns={"calls": "offered"})))
    found = found[found["day"].isin(days["day"])].assign(weekday=lambda f: (f["day"] + 3) % 7)
    if found.empty:
        raise DataRefused("staffing", "no calls")
    calls_of = found.groupby(["weekday", "slot"])["calls"].sum()
    held = rostered[rostered.get_level_values("weekday").isin(days["weekday"])]
    week = calls_of.reindex(calls_of.index.union(held).set_names(["weekday", "place"]), fill_value=0).rename("weekly_calls").reset_index()
    week = week.assign(days=week["weekday"].map(days.groupby("weekday").size()), hour=week["place"] // 2)
    week = week.assign(slot_calls=week["weekly_calls"] / week["days"], handling_seconds=week["hour"].map(_handling(view)))
    week = week.assign(offered_load=week["slot_calls"] * week["handling_seconds"] / SLOT)
    return week.assign(slot=[f"{s // 2:02d}:{s % 2 * 30:02d}" for s in week["place"]])


def _plain(days: pd.DataFrame) -> pd.DataFrame:
    """The days without public holidays and make-up days: they have another roster."""
    return days[days["kind"].isin(["workday", "weekend"])]


def _handling(view: View) -> Mapping[int, float]:
    """Mean handling time by clock hour; of all calls where an hour has few."""
    hours = calls.handled(view, "hour").set_index("hour").reindex(range(24), fill_value=0)
    mean = hours["work"].sum() / hours["handled"].sum()
    own = (hours["work"] / hours["handled"].clip(lower=1)).where(hours["handled"] >= calls.FEW, mean)
    return own.where(own > 0, mean).to_dict()


def _patience(view: View) -> float:
    """The exponential patience of the period's callers [s]; infinite where it is not known."""
    if "queue_seconds" not in view.table("calls").collect_schema().names():
        return np.inf
    waits, short = calls.waits(view, "day"), view.params.service.short_abandon_seconds
    known = waits[waits["wait_seconds"].notna() & waits["outcome"].isin(["answered", "abandoned"])]
    gave_up = (known["outcome"] == "abandoned") & (known["wait_seconds"] >= max(short, 1))
    if known.loc[gave_up, "calls"].sum() < LEAST_ABANDONED:
        return np.inf
    times = known.index.repeat(known["calls"])
    found = queueing.patience(known.loc[times, "wait_seconds"], gave_up.loc[times], ignore_seconds=short)
    return found if found > 0 else np.inf  # nobody waited longer than the shortest wait that counts


def _roster(view: View) -> pd.Series:
    """Mean agents on the roster by weekday and half hour (`place`), over the days of that weekday that the roster covers; a weekday that it does not cover has none."""
    names = ["weekday", "place"]
    if "agent_time" not in view.tables:
        return pd.Series(dtype=float, index=pd.MultiIndex.from_arrays([[], []], names=names))
    held, covered = _planned(view)
    days = _plain(pd.DataFrame({"day": covered, "kind": calls.kinds(view, covered), "weekday": (covered + 3) % 7}))
    held = held[held["day"].isin(days["day"])].assign(weekday=lambda f: (f["day"] + 3) % 7)
    covers = days.groupby("weekday").size()
    agents = held.groupby(names)["seconds"].sum() / SLOT
    return agents.reindex(pd.MultiIndex.from_product([covers.index, range(DAY // SLOT)], names=names), fill_value=0.0).div(
        covers, level="weekday"
    )


def _planned(view: View) -> tuple[pd.DataFrame, np.ndarray]:
    """Rostered seconds by day and half hour (`place`), each stretch spread over the half hours that it covers; and the days of the period on which one begins.

    The last night's shift before the period reaches into it, and the period's own last one out of it.
    """
    start, end = view.period.start_s, view.period.end_s
    rows = view.table("agent_time").filter(
        (nw.col("state") == "planned") & (nw.col("starts_s") >= start - DAY) & (nw.col("starts_s") < end)
    )
    needed(rows, ["seconds"], "staffing")
    rows = pandas(rows.select("local_s", "seconds", "starts_s")).dropna().astype("int64").reset_index(drop=True)
    cut = HOUR * view.calendar.cut_hour
    covered = np.unique((rows.loc[rows["starts_s"] >= start, "local_s"] - cut) // DAY)
    first, last = rows["local_s"] // SLOT, (rows["local_s"] + rows["seconds"] - 1) // SLOT
    each = rows.loc[rows.index.repeat((last - first + 1).clip(lower=0))]
    half = each.groupby(level=0).cumcount() + first.loc[each.index]
    held = np.minimum(half * SLOT + SLOT, each["local_s"] + each["seconds"]) - np.maximum(half * SLOT, each["local_s"])
    found = pd.DataFrame({"day": (half * SLOT - cut) // DAY, "place": half % (DAY // SLOT), "seconds": held})
    return found.groupby(["day", "place"], as_index=False)["seconds"].sum(), covered


def shortfall(view: View) -> pd.DataFrame:
    """By how many agents the roster is short in each hour of the week: one row a weekday and hour.

    Columns: weekday, hour, needed_roster, scheduled, missing_agents (mean of the two half hours; above 0: too few), short (one or more), hours_short, hours_over (agent hours a week of the half hours with too
    few, and with too many), hours_needed, hours_rostered, worst_weekday, worst_hour, worst_short, target_seconds, target_share, shrinkage, model, said (short, enough). Raises NoInput without agent_time,
    DataRefused where it holds no roster of the period, and as `staffing`.
    """
    view.table("agent_time")
    week = staffing(view)
    known = week[week["scheduled"].notna()]
    if known.empty:
        raise DataRefused("shortfall", "no roster")
    means = known.groupby(["weekday", "hour"], as_index=False)[["needed_roster", "scheduled", "missing_agents"]].mean()
    worst = means.sort_values(["missing_agents", "weekday", "hour"], ascending=[False, True, True]).iloc[0]
    gap = known["missing_agents"] / 2
    told = {
        "hours_short": gap.clip(lower=0).sum(),
        "hours_over": (-gap).clip(lower=0).sum(),
        "hours_needed": known["needed_roster"].sum() / 2,
        "hours_rostered": known["scheduled"].sum() / 2,
    }
    told |= {"worst_weekday": int(worst["weekday"]), "worst_hour": int(worst["hour"]), "worst_short": float(worst["missing_agents"])}
    told |= {name: week[name].iloc[0] for name in ("target_seconds", "target_share", "shrinkage", "model")}
    means = means.assign(short=means["missing_agents"] >= 1, **told)
    return means.assign(said="short" if means["short"].any() else "enough")


# ---- one more


def one_more(view: View) -> pd.DataFrame:
    """What one, two or three more agents on the calls in every peak half hour would bring: rows of 0, 1, 2, 3 more.

    The agents who were on the calls are inferred: so many, in proportion to the roster (without one, to the load), that Erlang A gives the share that gave up at the peak; from there agents are added.
    Columns: more, agents (mean of the peak half hours), level (share answered within the first of `answer_seconds`), abandonment, wait_seconds (mean), answered_more (calls a week), observed_level,
    observed_abandonment (seen at the peak; the first is another figure than the one that was fitted, so its distance from `level` says how well the model fits), level_next, abandonment_next (with one more), patience_seconds,
    target_seconds, slots (half hours of the peak), said (fits; poor: the modelled level lies more than
    10 points from the one seen, and nothing is foretold). Modelled shares have no interval. Raises DataRefused without outcome, queue_seconds or talk_seconds, and where patience is not known.
    """
    needed(view.table("calls"), ["outcome", "queue_seconds", "talk_seconds"], "one more")
    patience = _patience(view)
    if not np.isfinite(patience):
        raise DataRefused("one more", "no known patience")
    week = staffing(view).query("weekly_calls > 0")  # a peak is of half hours with calls
    hours = week.groupby(["weekday", "hour"], as_index=False)["slot_calls"].sum()
    top = hours[calls.busiest(hours["slot_calls"], view.params.service.peak_share)]
    peak = week.merge(top[["weekday", "hour"]], on=["weekday", "hour"])
    seen = _observed(view, peak)
    if seen["lost"] < LEAST_ABANDONED:
        raise DataRefused("one more", "few")
    base = peak["scheduled"] if peak["scheduled"].notna().all() else peak["offered_load"]
    scale = _fitted(lambda f: _mean(peak, base * f, patience, view)["abandonment"], seen["observed_abandonment"])
    rows = [{"more": n, "agents": float((base * scale).mean() + n), **_mean(peak, base * scale + n, patience, view)} for n in MORE]
    frame = pd.DataFrame(rows)
    gained = (frame["abandonment"].iloc[0] - frame["abandonment"]) * peak["slot_calls"].sum()
    told = {
        "level_next": frame["level"].iloc[1],
        "abandonment_next": frame["abandonment"].iloc[1],
        "patience_seconds": patience,
        "target_seconds": view.params.service.answer_seconds[0],
    }
    said = "fits" if abs(frame["level"].iloc[0] - seen["observed_level"]) <= FITS else "poor"
    return frame.assign(
        answered_more=gained.round().astype("int64"),
        **{k: seen[k] for k in ("observed_level", "observed_abandonment")},
        **told,
        slots=len(peak),
        said=said,
    )


def _mean(week: pd.DataFrame, agents: pd.Series, patience: float, view: View) -> dict:
    """Level, abandonment and wait of some half hours, weighed by their calls; between whole agents straight lines."""
    weight, seconds = week["slot_calls"] / week["slot_calls"].sum(), view.params.service.answer_seconds[0]
    queues = [
        _between(n, 2 * c, h, patience, seconds) for n, c, h in zip(agents, week["slot_calls"], week["handling_seconds"], strict=True)
    ]
    return {name: float(np.dot(weight, [q[place] for q in queues])) for place, name in enumerate(("level", "abandonment", "wait_seconds"))}


def _between(agents: float, arrivals: float, handling: float, patience: float, seconds: float) -> np.ndarray:
    low = int(np.floor(agents))
    queues: list[Queue] = [queueing.erlang_a(n, arrivals, handling, patience, answer_seconds=seconds) for n in (low, low + 1)]
    ends = np.array([[q.within, q.abandonment, q.wait_seconds] for q in queues])
    return ends[0] + (agents - low) * (ends[1] - ends[0])


def _fitted(abandonment: Callable[[float], float], target: float) -> float:
    """The scale at which the modelled share that gives up is the one that was seen; it falls as agents are added."""
    low, high = 0.0, 1.0
    while abandonment(high) > target and high < 64:
        low, high = high, 2 * high
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if abandonment(middle) > target else (low, middle)
    return (low + high) / 2


def _observed(view: View, peak: pd.DataFrame) -> dict:
    """What was seen in the half hours of the peak: who gave up, and who was answered in time."""
    rows = calls.offered(view, "outcome", "queue_seconds")
    have = rows.collect_schema().names()
    place = nw.col("local_s") % DAY // SLOT
    quick = (nw.col("outcome") == "answered") & (calls.wait(have) <= view.params.service.answer_seconds[0])
    marks = calls.marked(lost=nw.col("outcome") == "abandoned", quick=quick, known=~nw.col("outcome").is_null())
    sums = pandas(rows.with_columns(place=place, **marks).group_by("day", "place").agg(nw.col("lost", "quick", "known").sum())).astype(
        "int64"
    )
    kinds = dict(zip(days := sums["day"].unique(), calls.kinds(view, days), strict=True))
    sums = sums[sums["day"].map(kinds).isin(["workday", "weekend"])].assign(weekday=lambda f: (f["day"] + 3) % 7)
    sums = sums.merge(peak[["weekday", "place"]], on=["weekday", "place"])
    known = max(int(sums["known"].sum()), 1)
    return {
        "lost": int(sums["lost"].sum()),
        "observed_abandonment": sums["lost"].sum() / known,
        "observed_level": sums["quick"].sum() / known,
    }


# ---- hours without anybody


def coverage(view: View) -> pd.DataFrame:
    """Hours of single days with calls in which hardly anybody was answered: one row an hour with five calls or more.

    Columns: date, weekday, hour, numerator (answered), denominator (calls), value, low, high (95 %, Wilson), uncovered (the whole interval lies below `service › low_share`), uncovered_hours, hours_seen (with five calls
    or more), low_share, most (the twelve surest of the uncovered), said (gaps, none). Raises DataRefused without outcomes, and where no hour has five calls.
    """
    cells = calls.hourly(view)
    found = cells[cells["offered"] >= LEAST_CALLS].rename(columns={"answered": "numerator", "offered": "denominator"})
    if found.empty:
        raise DataRefused("coverage", "few")
    low, high = intervals.wilson(found["numerator"], found["denominator"])
    limit = view.params.service.low_share
    found = found.assign(value=found["numerator"] / found["denominator"], low=low, high=high, uncovered=high < limit, low_share=limit)
    found = found.assign(
        date=[(volumes.EPOCH + timedelta(days=int(day))).isoformat() for day in found["day"]],
        uncovered_hours=int((high < limit).sum()),
        hours_seen=len(found),
    )
    found = found.sort_values(["uncovered", "high", "day", "hour"], ascending=[False, True, True, True], ignore_index=True)
    found = found.assign(most=found["uncovered"] & (found.index < LISTED))
    columns = [
        "date",
        "weekday",
        "hour",
        "numerator",
        "denominator",
        "value",
        "low",
        "high",
        "uncovered",
        "most",
        "uncovered_hours",
        "hours_seen",
        "low_share",
    ]
    return found[columns].assign(said="gaps" if found["uncovered"].any() else "none")


TABLES = {"staffing": staffing, "shortfall": shortfall, "one_more": one_more, "coverage": coverage}
