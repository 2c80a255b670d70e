"""How many calls came, about what and from where, what of it changed, and who keeps the targets? (B01, B05)"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import scipy

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import catalogue, indicators, mix, order_shares, orders
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.indicators import FEW, offered_calls
from hotline_analysis.measures.orders import NONE
from hotline_analysis.measures.periods import grain, period_before
from hotline_analysis.measures.view import View
from hotline_analysis.measures.volumes import EPOCH
from hotline_analysis.stats import intervals, tests
from hotline_analysis.studies.service import grouped
from hotline_analysis.studies.service.grouped import ALL, WAYS, WORDS
from hotline_analysis.words import LANGUAGES, PERCENT, Field, Term

KNOWN = 0.95  # of the calls that were not answered have to name a team, before teams may be compared
LEVEL = 0.05  # the false discovery rate of the rows of the target table
AGAINST = {
    "met": Term("达到", "met"),
    "missed": Term("未达到", "missed"),
    "open": Term("分不清", "cannot be told"),
    "few": Term("样本不足", "too few"),
    "unfinished": Term("未定稿，暂不对照", "not final yet"),
    "no target": Term("未设目标", "no target"),
}
MOVED = ("outside", "few months")
COLUMNS = {
    **{c: Field(term, words=WORDS) for c, term in (("issue_1", Term("诉求", "Issue")), ("issue_2", Term("二级诉求", "Issue, level 2")), ("issue_3", Term("三级诉求", "Issue, level 3")),
       ("area", Term("区域", "Area")), ("unit", Term("班组", "Team")), ("department", Term("承办部门", "Department")), ("queue", Term("技能组", "Queue")))},
    "channel": Field(Term("渠道", "Channel"), words=WAYS),
    "group": Field(Term("类别", "Group"), words=WORDS),
    "count": Field(Term("来电", "Calls"), "count"),
    "before": Field(Term("上月", "Last month", of_period=True), "count"),
    "difference": Field(Term("增减", "Difference"), "count"),
    "change": Field(Term("增减幅度", "Change"), "relative"),
    "a_day": Field(Term("可比日均变化", "Change a day, adjusted"), "relative", interval=("a_day_low", "a_day_high")),
    "uneven": Field(Term("日均变化（两月天数不同）", "Change a day, of unlike months", of_period=True), "relative"),
    "state": Field(Term("件数判断", "Verdict on the count"), words=mix.STATES),
    "share": Field(Term("占比", "Share"), "share", interval=("share_low", "share_high")),
    "share_change": Field(Term("占比变化", "Change of share"), "points", interval=("share_change_low", "share_change_high")),
    "share_state": Field(Term("占比判断", "Verdict on the share"), words=mix.STATES),
    "cumulative": Field(Term("累计占比", "Cumulative"), "share", interval=("cumulative_low", "cumulative_high")),
    "of": Field(Term("哪一类", "Of"), words={"department": Term("部门", "department"), "unit": Term("班组", "team")}),
    "indicator": Field(Term("指标", "Indicator")),
    "indicator_name": Field(Term("指标", "Indicator")),
    **grouped.COLUMNS,
    "target": Field(Term("目标", "Target"), "share"),
    "against": Field(Term("对照目标", "Against the target"), words=AGAINST),
    "met_count": Field(Term("达到的", "Met"), "count"),
    "missed_count": Field(Term("未达到的", "Missed"), "count"),
    "judged_count": Field(Term("可对照的", "Judged"), "count"),
}  # fmt: skip


def _daily(view: View, by: Sequence[str]) -> tuple[pd.DataFrame, list[tuple]]:
    """Calls by day and stratum (columns 0, 1, ...: the strata's places) up to the period's end, and the strata, the period's largest first.

    A stratum is small when it is so in the period and in the month before.
    """
    calls = offered_calls(view)
    grouped.need(calls, *by)
    calls = calls.filter((nw.col("start_s") >= view.data_start_s) & (nw.col("start_s") < min(view.period.end_s, view.data_end_s)))
    found = pandas(calls.with_columns(day=(nw.col("local_s") - HOUR * view.calendar.cut_hour) // DAY).group_by("day", *by).agg(n=nw.len()))
    found = found.astype({"day": "int64", "n": "int64"})
    found = found.assign(**{c: found[c].astype("object").where(found[c].notna(), NONE) for c in by})
    if not by:
        return found.set_index("day")[["n"]].rename(columns={"n": "0"}), [()]
    now, before = (_inside(found, span) for span in _spans(view))
    sizes = (
        pd.concat([part.groupby(list(by))["n"].sum() for part in (now, before)], axis=1, keys=("calls", "before")).fillna(0).reset_index()
    )
    sizes = sizes.assign(most=sizes[["calls", "before"]].max(axis=1))
    told = disclosure.pooled(sizes, by, view.smallest, size="most")
    names = dict(zip(_tuples(sizes, by), _tuples(told, by), strict=True))
    strata = grouped.keys(told, by)
    place = {key: str(n) for n, key in enumerate(strata)}
    column = [place.get(names.get(key), "") for key in _tuples(found, by)]  # '': no call of it in the two months
    return found.assign(column=column).pivot_table(index="day", columns="column", values="n", aggfunc="sum", fill_value=0), strata


def _tuples(frame: pd.DataFrame, by: Sequence[str]) -> list[tuple]:
    return list(frame[list(by)].itertuples(index=False, name=None))


def _spans(view: View) -> list[tuple[int, int]]:
    """The days of the period and of the month before it (none where the period is no month)."""
    label = view.period.label
    periods = [view.period, view.calendar.named(period_before(label)) if grain(label) else None]
    return [tuple((d - EPOCH).days for d in (p.first_day, p.last_day)) if p else (0, -1) for p in periods]


def _inside(found: pd.DataFrame, span: tuple[int, int]) -> pd.DataFrame:
    return found[found["day"].between(*span)]


def volume(view: View, *, by: Sequence[str] = ("issue_1",)) -> pd.DataFrame:
    """Calls of the period and of the month before, by stratum, after a row for all: the largest first.

    Counted are the calls offered; a call without the stratum's word is '(none)'. Counts change in per cent, shares in points; verdicts as in
    `measures.mix` (limits from twelve comparable months on, two periods before that).

    Columns: by..., group (the stratum's last word; '(all)' for all), count, before, difference, change, a_day, a_day_low, a_day_high (kinds of day taken off; interval of 表1), uneven, p, q, state, share, share_low, share_high (from the days), share_change and its
    ends, share_p, share_q, share_state, method; named (all; named: the strata whose count or share moved surely, up
    to three, else the largest; ''). Strata of several columns have no verdicts. Small strata are pooled. Raises DataRefused without the column. Source: B01.
    """
    daily, strata = _daily(view, by)
    names = [str(n) for n in range(len(strata))]
    parts = mix.compared(view, daily, names, judge=len(by) < 2).assign(**_columns(by, strata))
    whole = mix.compared(view, daily.sum(axis=1).to_frame("0"), ["0"]).assign(**dict.fromkeys([*by, "group"], ALL))
    told = _named(mix.hidden(view, parts, by) if by else parts)
    frame = pd.concat([whole.assign(named="all"), told], ignore_index=True) if by else whole.assign(named="all")
    first = [*by, "group"]
    return frame[[*first, *(c for c in frame if c not in first)]]


def _columns(by: Sequence[str], strata: Sequence[tuple]) -> dict:
    return {c: [key[n] for key in strata] for n, c in enumerate(by)} | {"group": [key[-1] if key else ALL for key in strata]}


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Which strata the sentence names."""
    plain = ~frame["group"].isin((disclosure.OTHER, NONE))
    moved = plain & ((frame["state"] == "outside") | frame["share_state"].isin(MOVED))
    chosen = frame.index[moved][:3] if moved.any() else frame.index[plain][:1]
    return frame.assign(named=np.where(frame.index.isin(chosen), "named", ""))


def _so_far(frame: pd.DataFrame, n: float) -> pd.DataFrame:
    """With how far the rows so far together reach."""
    so_far = frame["count"].cumsum()
    low, high = intervals.wilson(so_far.to_numpy(float), n)
    return frame.assign(cumulative=so_far / n, cumulative_low=low, cumulative_high=high)


def pareto(view: View, *, by: Sequence[str] = ("issue_1",)) -> pd.DataFrame:
    """The strata from the largest on, with the share of all calls so far and its interval.

    Columns: category, count, share, share_low, share_high (of `volume`), cumulative, cumulative_low, cumulative_high (Wilson), said (unfilled: calls without a word are there, and most of them were not answered). The pooled ones and calls without a word come last.
    """
    found = volume(view, by=by)  # the counts of the table: one that it does not tell is told nowhere
    n = float(found.loc[found["named"] == "all", "count"].iloc[0]) or np.nan
    rows = found[found["named"] != "all"] if by else found
    rows = rows[(rows["count"] > 0) | rows["count"].isna()].reset_index(drop=True).rename(columns={"group": "category"})
    told = disclosure.with_share(disclosure.kept(rows, ["category", "count", "share_low", "share_high"]), n)
    told = disclosure.without_sums(_so_far(told, n))
    return told.assign(said="unfilled" if _mostly_lost(view, by) and NONE in set(rows["category"]) else "")


def _mostly_lost(view: View, by: Sequence[str]) -> bool:
    """Whether most of the period's calls without a stratum's word were not answered, as is known of them."""
    rows = grouped.offered(view)
    if not by or "outcome" not in rows.collect_schema().names():
        return False
    lost = nw.when(nw.col("outcome") != "answered").then(nw.lit(1)).otherwise(nw.lit(0))
    known = rows.filter(nw.col(by[-1]).is_null() & ~nw.col("outcome").is_null())
    found = pandas(known.select(n=nw.len(), lost=lost.sum())).iloc[0]
    return bool(found["n"]) and 2 * int(found["lost"]) > int(found["n"])


# ---- targets


def targets(view: View) -> pd.DataFrame:
    """Every department and every team against one table of targets: one row a group and indicator, the largest group first.

    Of departments the shares of orders within the hotline's limits and by their due time (`complaints`), of teams (unit) the service shares, whichever params › targets
    name. Where params name no target for orders, the share by the due time (else within the last limit) stands without one. Teams are told only where at least KNOWN of the
    calls that were not answered name one: where a call has a team because somebody took it, every team answers everything. One target is for all, so that nobody is judged by an own measure.

    Columns: of (department, unit), group, indicator, indicator_name_zh, indicator_name_en, target, numerator, denominator (base: the same), value, low, high (95 %), against (met, missed: the share lies on that side of the target beyond chance, q < .05
    over all rows with a target; open: chance alone may explain the side; few: under 30 cases; unfinished: orders of it have not fallen due; no target), q, and in every row met_count, missed_count, judged_count. Groups differ in what they are asked for: no
    ranking. Small groups are pooled. Raises DataRefused where neither departments nor units can be told.
    """
    rows = [*_departments(view), *_units(view)]
    if not rows:
        raise DataRefused("service", "not available: needs department in orders or unit in calls.")
    frame = pd.DataFrame(rows)
    z = (frame["value"] - frame["target"]) / np.sqrt(frame["target"] * (1 - frame["target"]) / frame["effective"])
    few, young = frame["denominator"].fillna(0) < FEW, frame["young"]
    q = tests.benjamini_hochberg(np.where(few | young | frame["target"].isna(), np.nan, 2 * scipy.stats.norm.sf(np.abs(z))))
    good = (frame["value"] >= frame["target"]) == (frame["better"] == "higher")
    against = np.select(
        [frame["target"].isna(), young, few | frame["value"].isna(), q < LEVEL],
        ["no target", "unfinished", "few", np.where(good, "met", "missed")],
        "open",
    )
    judged = {f"{name}_count": int((against == name).sum()) for name in ("met", "missed")}
    frame = frame.assign(q=q, against=against, **judged, judged_count=int(np.isin(against, ("met", "missed", "open")).sum()))
    said = next((word for word in ("met", "missed", "open", "unfinished") if (against == word).any()), "no target")
    frame = frame.assign(said=said if said in ("unfinished", "no target") else "judged").drop(columns=["better", "effective", "young"])
    frame = frame.assign(base=frame["denominator"])
    told, parts_of = ["value", "low", "high", "q"], ["of", "indicator"]
    return disclosure.untold(frame, ["numerator", "denominator", "base"], told, view.smallest, parts_of=parts_of)


def _target_row(view: View, of: str, group: str, indicator, found: dict, *, unfinished: bool = False) -> dict:
    effective = intervals.effective_n(found["value"], found["se"], calls=found["denominator"]) if np.isfinite(found["value"]) else np.nan
    told = {name: found[name] for name in ("numerator", "denominator", "value", "low", "high")}
    return {
        "of": of,
        "group": group,
        "indicator": indicator.key,
        **_named_in_words(indicator),
        "target": view.params.targets.get(indicator.key, np.nan),
        "young": unfinished,
        **told,
        "better": indicator.better,
        "effective": effective,
    }


def _named_in_words(indicator) -> dict:
    return {f"indicator_name_{language}": indicator.name(language) for language in LANGUAGES}


def _of_teams(indicator) -> bool:
    """Whether an indicator is a share of calls that a team can be held to: the caller's habits are not."""
    return indicator.unit is PERCENT and indicator.tables == ("calls",) and not indicator.callers and indicator.window_hours is None


def _departments(view: View) -> list[dict]:
    """The shares of orders of each department."""
    if "orders" not in view.tables or "department" not in view.table("orders").collect_schema().names():
        return []
    frame = orders.counted(orders.cases(view, "timely", "department"))
    shares = _asked(view, frame)
    rows = []
    for key, part in orders.split(view, frame, ["department"]):
        for indicator in shares:
            own = orders.within(part, view.period)
            found, why, _ = order_shares.measured(view, own, indicator.key)
            if not why:  # orders that have not fallen due are not in it: it is held to no target yet
                young = order_shares.unfinished(view, own, indicator.key)
                rows.append(_target_row(view, "department", key[0], indicator, found._asdict(), unfinished=young))
    return rows


def _asked(view: View, frame: pd.DataFrame) -> list:
    """The shares of orders that have a target; without any the one by the due time, else that within the last limit."""
    shares = [i for i in catalogue.known(view.params).values() if i.unit is PERCENT and i.chapter == catalogue.orders.FAMILY]
    known = [i for i in shares if i.key in view.params.targets]
    due = [i for i in shares if i.key == "due" and not order_shares.lacking(view, frame, "due")]
    return known or due or [i for i in shares if i.key.startswith("resolution")][-1:]


def _units(view: View) -> list[dict]:
    """The service shares of each team that have a target."""
    if "calls" not in view.tables or "unit" not in view.table("calls").collect_schema().names():
        return []
    asked = [i for i in catalogue.known(view.params).values() if i.key in view.params.targets and _of_teams(i)]
    if not asked or not _lost_have_units(view):
        return []
    found = indicators.evaluate(view, [view.period], asked, by="unit")
    sizes = found[found["group"] != ""].groupby("group")["calls"].max()
    names = disclosure.names_told({(unit,): int(n) for unit, n in sizes.items()}, view.smallest)
    large = [unit for unit in sizes.index if names[unit,] == (unit,)]
    found = found[found["group"].isin(large) & found["value"].notna()].sort_values("calls", ascending=False, kind="stable")
    known = {i.key: i for i in asked}
    return [_target_row(view, "unit", row["group"], known[row["indicator"]], row) for row in found.to_dict("records")]


def _lost_have_units(view: View) -> bool:
    """Whether calls that were not answered name a team too."""
    rows = grouped.offered(view)
    if "outcome" not in rows.collect_schema().names():
        return False
    lost = pandas(rows.filter(nw.col("outcome").is_in(["abandoned", "blocked"])).select(known=nw.col("unit").count(), n=nw.len()))
    return bool(lost["n"].iloc[0] == 0 or lost["known"].iloc[0] >= KNOWN * lost["n"].iloc[0])


TABLES = {"volume": volume, "pareto": pareto, "targets": targets}
