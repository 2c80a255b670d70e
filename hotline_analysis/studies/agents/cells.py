"""Every agent and issue against what the others have with the same calls; the same by agent and by issue. Names are for staff: `issues` alone names nobody.

No league tables: agents with few calls are not ranked, and an agent is far from the others only beyond the agents' ordinary spread. Source: A19, A20, A36-A39; methods 5.
"""

import numpy as np
import pandas as pd
import scipy

from hotline_analysis import disclosure
from hotline_analysis.measures import agents as measured
from hotline_analysis.measures.orders import NONE, NOT_GIVEN
from hotline_analysis.measures.view import View
from hotline_analysis.params import Coaching
from hotline_analysis.stats import funnel, intervals, tests
from hotline_analysis.words import Field, Term

FEW, MOST_Q, LEAST_AGENTS = 30, 0.05, 5  # calls of a cell, false discovery rate: below none is flagged; agents to compare
ENDS = Term("不少来电不知何时结束，不判", "ends of many calls unknown, not judged")
VERDICTS = {
    "above": Term("高于同类", "above the others"), "below": Term("低于同类", "below the others"), "inside": Term("同类之内", "as the others"), "few": Term("样本不足", "too few"),
    "ends": ENDS,
}  # fmt: skip
ADVICE = {
    "general": Term("单独辅导（多类）", "coach, several issues"), "coach": Term("单独辅导", "coach"), "good": Term("可借鉴", "good practice"),
    "none": Term("无需措施", "nothing to do"), "few": Term("样本不足", "too few"), "ends": ENDS, "unknown": Term("无话务员", "no agent"),
}  # fmt: skip
CAUSES = {
    "train": Term("培训该类", "train the issue"), "process": Term("查流程与知识库", "look at process and knowledge"), "even": Term("员工间差异小", "agents differ little"),
    "coach": Term("个别辅导", "coach single agents"), "spread": Term("有差异而无人突出，看低的人怎么做", "agents differ, nobody stands out: learn from the low ones"), "few": Term("样本不足", "too few"),
}  # fmt: skip
COLUMNS = {
    "agent": Field(Term("话务员", "Agent"), words={"": Term("（无话务员）", "(no agent)")}),
    "issue": Field(Term("诉求", "Issue"), words={NONE: NOT_GIVEN}),
    "denominator": Field(Term("来电", "Calls"), "count"),
    "numerator": Field(Term("复电", "Repeats"), "count"),
    "value": Field(Term("复电率", "Repeat rate"), "share", interval=("low", "high")),
    "low": Field(Term("下端", "Low"), "share"),
    "high": Field(Term("上端", "High"), "share"),
    "expected": Field(Term("按构成应有", "Expected"), "number"),
    "ratio": Field(Term("实际÷应有", "Seen over expected"), "ratio", interval=("ratio_low", "ratio_high")),
    "ratio_low": Field(Term("下端", "Low"), "ratio"),
    "ratio_high": Field(Term("上端", "High"), "ratio"),
    "z": Field(Term("z", "z"), "number"),
    "z_spread": Field(Term("z（计入常态差异）", "z with ordinary spread"), "number"),
    "q": Field(Term("q", "q"), "probability"),
    "lower": Field(Term("漏斗下限", "Funnel, lower"), "share"),
    "upper": Field(Term("漏斗上限", "Funnel, upper"), "share"),
    "shrunken": Field(Term("收缩估计", "Shrunken rate"), "share", interval=("shrunken_low", "shrunken_high")),
    "shrunken_low": Field(Term("下端", "Low"), "share"),
    "shrunken_high": Field(Term("上端", "High"), "share"),
    "verdict": Field(Term("判断", "Verdict"), words=VERDICTS),
    "told": Field(Term("列出", "Listed")),
    "flagged": Field(Term("偏高的诉求数", "Issues above"), "count"),
    "good": Field(Term("偏低的诉求数", "Issues below"), "count"),
    "flagged_issues": Field(Term("偏高的诉求", "Issues above, by name")),
    "advice": Field(Term("建议", "Advice"), words=ADVICE),
    "agents": Field(Term("可比的话务员", "Agents that compare"), "count"),
    "rho": Field(Term("同人相似度", "Alike within an agent"), "ratio"),
    "i2": Field(Term("非巧合的差异", "Spread that is no chance"), "share"),
    "spread_p": Field(Term("差异的p", "p of the spread"), "probability"),
    "flagged_share": Field(Term("偏高者占比", "Share above"), "share"),
    "plain_high": Field(Term("单看偏高者占比", "Share above by themselves"), "share"),
    "above_all": Field(Term("高于全部诉求", "Above all issues"), words={"True": Term("是", "yes"), "False": Term("", "")}),
    "spread_from": Field(Term("差异大自", "Much, from"), "share0"),
    "high_from": Field(Term("普遍自", "Common, from"), "share0"),
    "cause": Field(Term("对策", "What it calls for"), words=CAUSES),
    "unwatched": Field(Term("未看满窗口的来电", "Calls not watched for the window"), "count"),
}  # fmt: skip


# ---- cells


def cells(view: View, *, level: int = 1, window_hours: float = 0.0) -> pd.DataFrame:
    """Every agent and issue: calls, repeats, what the other agents have with the same issue at the same hours, and whether that is beyond luck.

    Counted are the period's index calls that were watched for their window (`measures.agents.counted`); the rate of a parent issue is of its calls, not a mean of
    its children.

    Columns: agent, issue, denominator, numerator, value, low, high (95 %, Wilson), expected (repeats, `measures.agents.expected`), ratio (seen over expected), ratio_low,
    ratio_high (Byar, exact below 10), z (by chance alone), z_spread (with room for the agents' ordinary spread on that issue), lower, upper (funnel, 99.8 %), p, q (two-sided, Benjamini-Hochberg over the cells
    of FEW or more calls), shrunken, shrunken_low, shrunken_high (beta-binomial within the issue, about 95 %), verdict (above: q below MOST_Q and `coaching › beyond` or more repeats beyond
    expectation; below; inside; few; ends: of so many of the agent's calls the end is not known that their rate is too low, so that nobody is beside them, nor they beside others), told (above or below: what a page lists), unwatched. Cells of no agent come last. Raises DataRefused without agents or issues. Source: methods 5; A36-A39.
    """
    frame = _by_cell(view, level, window_hours)
    parts = [funnelled(part) for _, part in frame.groupby("issue", sort=True)]
    told = pd.concat(parts, ignore_index=True) if parts else funnelled(frame)
    told["q"] = tests.benjamini_hochberg(told["p"])
    told["verdict"] = verdicts(told, view.params.coaching.beyond)
    told["verdict"] = told["verdict"].mask(told["agent"].isin(frame.loc[~frame["ended"], "agent"]), "ends")
    told["told"] = told["verdict"].isin(("above", "below"))
    nobody = (told["agent"] == "").astype(int)
    told = told.assign(nobody=nobody).sort_values(["nobody", "issue", "agent"], kind="stable", ignore_index=True).drop(columns="nobody")
    return told.assign(unwatched=int(frame["unwatched"].iloc[0]) if len(frame) else 0)


def _by_cell(view: View, level: int, window_hours: float) -> pd.DataFrame:
    rows = measured.counted(view, level=level, window_hours=window_hours)
    rows = rows.assign(expected=measured.expected(rows))
    sums = rows.groupby(["agent", "issue"], as_index=False)[["calls", "repeats", "expected"]].sum()
    unended = rows.loc[~rows["ended"], "agent"] if "ended" in rows else ()
    return sums.assign(ended=~sums["agent"].isin(unended), unwatched=int(rows["unwatched"].iloc[0]) if len(rows) else 0)


def funnelled(part: pd.DataFrame) -> pd.DataFrame:
    """One issue's agents against their expectation; agents of few calls, those of unknown ends and calls of no agent take no part in the spread."""
    part = part.reset_index(drop=True)
    k, n = (part[c].to_numpy(float) for c in ("repeats", "calls"))
    target = np.clip(part["expected"].to_numpy(float) / n, 0, 1)
    ended = part.get("ended", pd.Series(True, index=part.index))
    able = ((n >= FEW) & (part["agent"] != "") & ended).to_numpy()
    scores = funnel.shares(np.where(able, k, 0), np.where(able, n, 0), target=target)
    lower, upper = funnel.share_limits(n, target, tau2=scores.spread.tau2)
    low, high = intervals.wilson(k, n)
    ends = intervals.count_limits(k)
    drawn = funnel.shrunken(k, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, ratio_low, ratio_high = (x / part["expected"].to_numpy(float) for x in (k, ends.low, ends.high))
    return pd.DataFrame({
        "agent": part["agent"], "issue": part["issue"], "denominator": part["calls"], "numerator": part["repeats"], "value": k / n, "low": low, "high": high,
        "expected": part["expected"], "ratio": ratio, "ratio_low": ratio_low, "ratio_high": ratio_high, "z": scores.z, "z_spread": scores.z_spread, "lower": lower, "upper": upper,
        "p": 2 * scipy.stats.norm.sf(np.abs(scores.z_spread)), "shrunken": drawn.value, "shrunken_low": drawn.low, "shrunken_high": drawn.high,
    })  # fmt: skip


def verdicts(told: pd.DataFrame, least: float) -> np.ndarray:
    """above or below: sure, and at least so many calls beyond expectation."""
    beyond = told["numerator"] - told["expected"]
    sure = told["q"] < MOST_Q
    cases = [told["z_spread"].isna(), sure & (beyond >= least), sure & (beyond <= -least)]
    return np.select(cases, ["few", "above", "below"], "inside")


# ---- by agent


def agents(view: View, *, level: int = 1, window_hours: float = 0.0) -> pd.DataFrame:
    """One row an agent, those to coach first: the same figures over all their calls, and what they call for.

    Columns: agent, denominator, numerator, value, low, high, expected, ratio, ratio_low, ratio_high (as in `cells`, given issue and hours), flagged, good (cells above and
    below), flagged_issues, advice (general: above on `coaching › general_issues` or more; coach: above on one that is not itself to be trained; good: below on one and above on
    none; none; few: fewer than FEW calls; ends: see `cells`; unknown: no agent). Not ranked: within an advice agents stand by name. Source: A19, A20.
    """
    return by_agent(cells(view, level=level, window_hours=window_hours), view.params.coaching)


def by_agent(frame: pd.DataFrame, rule: Coaching) -> pd.DataFrame:
    trained = by_issue(frame, rule).query("cause == 'train'")["issue"]
    told = pd.DataFrame([_agent(name, part, set(trained), rule) for name, part in frame.groupby("agent", sort=True)])
    order = {key: n for n, key in enumerate(ADVICE)}
    return told.sort_values("advice", key=lambda c: c.map(order), kind="stable", ignore_index=True) if len(told) else told


def _agent(name: str, part: pd.DataFrame, trained: set, rule: Coaching) -> dict:
    k, n, e = int(part["numerator"].sum()), int(part["denominator"].sum()), float(part["expected"].sum())
    low, high = intervals.wilson(k, n)
    ends = intervals.count_limits(k)
    above, below = (part.loc[part["verdict"] == v, "issue"].tolist() for v in ("above", "below"))
    own = [issue for issue in above if issue not in trained]
    advice = (
        "unknown"
        if not name
        else "ends"
        if (part["verdict"] == "ends").any()
        else "few"
        if n < FEW
        else "general"
        if len(above) >= rule.general_issues
        else "coach"
        if own
        else "good"
        if below and not above
        else "none"
    )
    return {
        "agent": name, "denominator": n, "numerator": k, "value": k / n, "low": float(low), "high": float(high), "expected": e, "ratio": k / e if e else np.nan,
        "ratio_low": float(ends.low) / e if e else np.nan, "ratio_high": float(ends.high) / e if e else np.nan, "flagged": len(above), "good": len(below),
        "flagged_issues": ", ".join(above), "advice": advice,
    }  # fmt: skip


# ---- by issue


def issues(view: View, *, level: int = 1, window_hours: float = 0.0) -> pd.DataFrame:
    """How much agents differ on one issue, and whether that calls for training, for coaching, or for a look at the process: one row an issue.

    Columns: issue, agents (with FEW or more calls), denominator, numerator, value, low, high (of all agents), rho (beta-binomial), i2, spread_p (of Cochran's Q: do agents differ beyond chance),
    flagged_share (agents above), plain_high (agents above by 1.96 of chance alone), above_all (its rate is above that of all issues, 95 %), cause: train (agents differ:
    spread_p below .05 and i2 `coaching › least_spread` or more, and plain_high `many_high` or more), process (the issue is above all issues, fewer than `few_above` are flagged and agents differ little), coach (somebody is flagged), spread (agents differ as for train, and nobody is flagged), even, few (fewer
    than five agents to compare: then nothing is told of them). Small issues are not told. Source: methods 5, A19, A20.
    """
    told = by_issue(cells(view, level=level, window_hours=window_hours), view.params.coaching)
    few = told["agents"] < LEAST_AGENTS  # a share of so few agents is somebody's
    of_agents = ["i2", "rho", "spread_p", "flagged_share", "plain_high"]
    told = told.assign(**{c: told[c].mask(few) for c in of_agents})
    shares = ["value", "low", "high", *of_agents]
    return disclosure.untold(told, ["denominator", "numerator"], shares, view.smallest, parts_of=())


def by_issue(frame: pd.DataFrame, rule: Coaching) -> pd.DataFrame:
    named = frame[frame["agent"] != ""]
    k, n = named["numerator"].sum(), named["denominator"].sum()
    told = pd.DataFrame(
        [_issue(issue, part, k / n if n else np.nan, rule) for issue, part in named.groupby("issue", sort=True)], columns=ISSUE
    )
    return told.sort_values("denominator", ascending=False, kind="stable", ignore_index=True)


ISSUE = [
    "issue", "agents", "denominator", "numerator", "value", "low", "high", "rho", "i2", "spread_p", "flagged_share", "plain_high", "above_all", "cause", "spread_from", "high_from"
]  # fmt: skip


def _issue(issue: str, part: pd.DataFrame, overall: float, rule: Coaching) -> dict:
    able = part[~part["verdict"].isin(("few", "ends"))]
    k, n = int(part["numerator"].sum()), int(part["denominator"].sum())
    low, high = (float(x) for x in intervals.wilson(k, n))
    calls, away = able["denominator"].to_numpy(float), able["z"].to_numpy(float)
    between = funnel.between(away / (2 * np.sqrt(calls)), 1 / (4 * calls))
    row = {
        "issue": issue, "agents": len(able), "denominator": n, "numerator": k, "value": k / n, "low": low, "high": high,
        "rho": funnel.shrunken(able["numerator"], able["denominator"]).rho if len(able) else np.nan, "i2": between.i2,
        "spread_p": float(scipy.stats.chi2.sf(between.q, len(able) - 1)) if len(able) > 1 else np.nan,
        "flagged_share": float((able["verdict"] == "above").mean()) if len(able) else np.nan,
        "plain_high": float((able["z"] > funnel.WARNING).mean()) if len(able) else np.nan, "above_all": bool(low > overall),
    }  # fmt: skip
    return {**row, "cause": _cause(row, rule), "spread_from": rule.least_spread, "high_from": rule.many_high}


def _cause(row: dict, rule: Coaching) -> str:
    if row["agents"] < LEAST_AGENTS:
        return "few"
    differ = row["spread_p"] < 0.05 and row["i2"] >= rule.least_spread
    if differ and row["plain_high"] >= rule.many_high:
        return "train"
    if row["above_all"] and not differ and row["flagged_share"] < rule.few_above:
        return "process"
    return "coach" if row["flagged_share"] > 0 else "spread" if differ else "even"


TABLES = {"cells": cells, "agents": agents, "issues": issues}
STAFF = ("cells", "agents")
