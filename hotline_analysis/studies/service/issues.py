"""What could be answered without an agent, what came to the wrong place, and is the same question answered alike? (B16, B18, B19)"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import orders, rules
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.indicators import FEW, mark
from hotline_analysis.measures.orders import NONE
from hotline_analysis.measures.view import View
from hotline_analysis.stats import funnel, surveys, tests
from hotline_analysis.studies.service import grouped
from hotline_analysis.studies.service.grouped import WORDS
from hotline_analysis.studies.service.parts import Measured, estimates, few, measured
from hotline_analysis.words import Field, Term

EARLY_SECONDS = 60  # a transferred call whose whole talk was so short was passed on at its start
FEWEST_AGENTS, FEWEST_EXPECTED = 3, 5
LEVEL = 0.05  # the false discovery rate over the issues
LIMITS = ("least_share", "most_handling", "most_repeat", "most_dispatch")
CANDIDATE = {
    "yes": Term("可考虑", "candidate"),
    "maybe": Term("接近", "close"),
    "no": Term("", ""),
}
MISDIRECTED = {
    "transferred": Term("接通后转接", "transferred after an answer"),
    "early": Term("开头即转接（通话不足一分钟）", "transferred at the start (under a minute of talk)"),
    "returned": Term("派错部门而退回的工单", "orders returned by the department"),
}
ALIKE = {
    "alike": Term("没有证据表明人员之间有差异", "no evidence that agents differ"),
    "differ": Term("人员之间普遍有差异", "agents differ throughout"),
    "single": Term("个别人员不同", "a few agents stand apart"),
    "few": Term("样本不足", "too few"),
}
MEASURES = {
    "repeat": Term("重复来电率", "repeat rate"),
    "dispatch": Term("派单率", "dispatch rate"),
    "transfer": Term("转接率", "transfer rate"),
}


# ---- questions for self-service
COLUMNS = {
    **grouped.COLUMNS,
    "issue": Field(Term("诉求", "Issue"), words=WORDS),
    "parent": Field(Term("上级诉求", "Above it"), words=WORDS),
    "answered_calls": Field(Term("接通来电", "Answered calls"), "count"),
    "handling": Field(Term("平均处理", "Mean handling"), "seconds", interval=("handling_low", "handling_high")),
    "repeat": Field(Term("重复来电率", "Repeat rate"), "share", interval=("repeat_low", "repeat_high")),
    "dispatch": Field(Term("派单率", "Dispatch rate"), "share", interval=("dispatch_low", "dispatch_high")),
    "candidate": Field(Term("判断", "Finding"), words=CANDIDATE),
    "least_share": Field(Term("占比至少", "Share at least"), "share"),
    "most_handling": Field(Term("处理至多", "Handling at most"), "seconds"),
    "most_repeat": Field(Term("复电率至多", "Repeat rate at most"), "share"),
    "most_dispatch": Field(Term("派单率至多", "Dispatch rate at most"), "share"),
    "candidates": Field(Term("可考虑的诉求", "Candidates"), "count"),
    "near": Field(Term("接近的诉求", "Close ones"), "count"),
    "candidate_calls": Field(Term("涉及来电", "Their calls"), "count"),
    "candidate_share": Field(Term("占接通来电", "Of the answered calls"), "share"),
    "misdirected": Field(Term("情形", "Kind"), words=MISDIRECTED),
    "measure": Field(Term("看什么", "Measure"), words=MEASURES),
    "agents_compared": Field(Term("比较的人数", "Agents compared"), "count"),
    "phi": Field(Term("过度离散φ", "Overdispersion φ"), "ratio"),
    "i2": Field(Term("非偶然的部分", "Not chance"), "share"),
    "spread_low": Field(Term("九成五人员自", "95% of agents from"), "share"),
    "spread_high": Field(Term("至", "to"), "share"),
    "q": Field(Term("q值", "q"), "probability"),
    "alike": Field(Term("判断", "Finding"), words=ALIKE),
    "differ_count": Field(Term("普遍有差异的", "Where agents differ"), "count"),
    "single_count": Field(Term("个别人员不同的", "Where a few stand apart"), "count"),
    "widest_issue": Field(Term("差异最大的诉求", "Issue with the widest spread")),
    "widest_measure": Field(Term("差异最大的方面", "Its measure"), words=MEASURES),
    "widest_hours": Field(Term("窗口", "Window"), "hours"),
    "widest_low": Field(Term("差异最大的下端", "Its low"), "share"),
    "widest_high": Field(Term("差异最大的上端", "Its high"), "share"),
}


def faq(view: View, *, level: int = 0) -> pd.DataFrame:
    """Questions that a published answer may save: asked often, short, hardly followed by another call, hardly dispatched. One row an issue, the candidates first.

    Counted are answered calls, by the finest level of issues that the export has (or `level`). The thresholds are params › service › faq: the issue's share of the
    answered calls at least least_share; handling time, repeat rate and dispatch rate at most so many times the hotline's own. What the export lacks is no condition.

    Columns: issue, parent, answered_calls, share (of the answered calls), handling (mean seconds), handling_low, handling_high, repeat and its ends (within the window, of calls watched for the whole of it), dispatch and its ends (95 %, jackknife over caller
    groups), candidate (yes: every threshold is kept by the interval's end too; maybe: by the figure alone; no), shown (yes or maybe), and in every row the thresholds as numbers (least_share, most_handling, most_repeat, most_dispatch; missing where the export
    lacks the part), candidates, near (how many are maybe), candidate_calls, candidate_share (of the candidates), window_hours, said (some, near, none). Small issues are not told, nor a share of 1 to 7 calls. Raises DataRefused without issues, outcomes or talk times. Source: B16.
    """
    found = measured(view, level, least=FEW)
    if not found.strata or "handling" not in found.parts:
        raise DataRefused("service", found.missing.get("handling", "few: no issue was answered 30 times."))
    limits = _limits(view, found)
    calls = found.parts["calls"].sizes
    frame = pd.DataFrame({"issue": [key[-1] for key in found.strata], "parent": [key[-2] if len(key) > 1 else "" for key in found.strata]})
    frame = frame.assign(answered_calls=calls, share=calls / _answered(view))
    for name in ("handling", "repeat", "dispatch"):
        own = estimates(found, name) if name in found.parts else None
        frame = frame.assign(
            **{
                name: own.value if own else np.nan,
                f"{name}_low": own.low if own else np.nan,
                f"{name}_high": own.high if own else np.nan,
            }
        )
    frame = frame.assign(candidate=_candidates(frame, limits), **limits)
    chosen = frame[frame["candidate"] == "yes"]
    told = {
        "candidates": len(chosen),
        "candidate_calls": int(chosen["answered_calls"].sum()),
        "candidate_share": float(chosen["share"].sum()),
        "near": int((frame["candidate"] == "maybe").sum()),
    }
    frame = frame.assign(
        **told,
        window_hours=grouped.window_hours(view),
        shown=frame["candidate"] != "no",
        said="some" if len(chosen) else "near" if told["near"] else "none",
    )
    for name, count in few(found).items():
        frame = disclosure.untold_of(frame, count, [name, f"{name}_low", f"{name}_high"], view.smallest, parts_of=())
    order = frame["candidate"].map({"yes": 0, "maybe": 1, "no": 2})
    return (
        frame.assign(order=order)
        .sort_values(["order", "answered_calls"], ascending=[True, False], kind="stable", ignore_index=True)
        .drop(columns="order")
    )


def _answered(view: View) -> int:
    rows = grouped.offered(view)
    return int(pandas(rows.filter(nw.col("outcome") == "answered").select(n=nw.len()))["n"].iloc[0])


def _limits(view: View, found: Measured) -> dict[str, float]:
    """The thresholds as numbers: of the hotline's own figures over all these issues."""
    given, told = view.params.service.faq, {"least_share": view.params.service.faq.least_share}
    for name, times in (("handling", given.most_handling), ("repeat", given.most_repeat), ("dispatch", given.most_dispatch)):
        part = found.parts.get(name)
        told[f"most_{name}"] = times * float(part.k.sum() / part.n.sum()) if part is not None else np.nan
    return told


def _candidates(frame: pd.DataFrame, limits: dict[str, float]) -> np.ndarray:
    often = (frame["share"] >= limits["least_share"]).to_numpy()
    known = [name for name in ("handling", "repeat", "dispatch") if np.isfinite(limits[f"most_{name}"])]
    near, sure = often.copy(), often.copy()
    for name in known:
        near &= (frame[name] <= limits[f"most_{name}"]).to_numpy()
        sure &= (frame[f"{name}_high"] <= limits[f"most_{name}"]).to_numpy()
    return np.select([sure, near], ["yes", "maybe"], "no")


# ---- misdirected contacts


def misdirected(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Contacts that came to the wrong place: one row a kind (and stratum of the calls).

    transferred: answered calls that were passed on, of those of which it is known; early: passed on with under EARLY_SECONDS of talk in all, of those whose talk is known too (an export says that a
    call was passed on, not when: a long call that was passed on late is not among them); returned: orders that a department sent back, of the orders created in the period (without strata only).

    Columns: by..., misdirected (key of MISDIRECTED), numerator, denominator (base: the same), value, low, high (95 %; calls of one caller belong together, orders are single), missing (why a kind cannot be told). Small strata are pooled. Raises DataRefused where no kind can be told. Source: B18.
    """
    rows = grouped.offered(view)
    grouped.need(rows, *by)
    frame = pd.concat([_transfers(view, rows, by), *([_returned(view)] if not by else [])], ignore_index=True)
    if not (frame["missing"] == "").any():
        raise DataRefused("service", frame["missing"].iloc[0])
    frame = frame.assign(base=frame["denominator"])
    told, parts_of = ["value", "low", "high"], ["misdirected", *by[:-1]]
    return disclosure.untold(frame, ["numerator", "denominator", "base"], told, view.smallest, parts_of=parts_of)


def _transfers(view: View, rows: nw.LazyFrame, by: Sequence[str]) -> pd.DataFrame:
    have = rows.collect_schema().names()
    lacking = [c for c in ("outcome", "transferred") if c not in have]
    if lacking:
        return _lacking(by, ("transferred", "early"), f"not available: needs {', '.join(lacking)}")
    known = rows.filter((nw.col("outcome") == "answered") & ~nw.col("transferred").is_null())
    amounts = {"moved": mark(rules.true("transferred"))}
    if "talk_seconds" in have:
        spoken = ~nw.col("talk_seconds").is_null() & (nw.col("talk_seconds") >= 0)
        amounts |= {"timed": mark(spoken), "early": mark(spoken & rules.true("transferred") & (nw.col("talk_seconds") < EARLY_SECONDS))}
    found = grouped.pooled(view, grouped.sums(known, by, **amounts), by)
    strata = grouped.keys(found, by)
    calls, *made = grouped.arrays(found, by, strata, "calls", *amounts)
    words = {c: [key[n] for key in strata] for n, c in enumerate(by)}
    parts = [pd.DataFrame({**words, "misdirected": "transferred", **grouped.share(made[0], calls), "missing": ""})]
    if len(made) == 1:
        return pd.concat([*parts, _lacking(by, ("early",), "not available: needs talk_seconds")], ignore_index=True)
    return pd.concat(
        [*parts, pd.DataFrame({**words, "misdirected": "early", **grouped.share(made[2], made[1]), "missing": ""})], ignore_index=True
    )


def _lacking(by: Sequence[str], kinds: Sequence[str], reason: str) -> pd.DataFrame:
    nothing = dict.fromkeys(("numerator", "denominator", "value", "low", "high"), np.nan)
    return pd.DataFrame([{**dict.fromkeys(by, ""), "misdirected": kind, **nothing, "missing": reason} for kind in kinds])


def _returned(view: View) -> pd.DataFrame:
    """Orders that a department sent back as not its own."""
    if "orders" not in view.tables or "returned" not in view.table("orders").collect_schema().names():
        return _lacking(
            (), ("returned",), "not available: needs orders" if "orders" not in view.tables else "not available: needs returned"
        )
    frame = orders.within(orders.counted(orders.cases(view)), view.period)
    group = np.arange(len(frame)) % GROUPS
    k, n = (
        np.bincount(group, weights=w, minlength=GROUPS).astype(np.int64)[:, None]
        for w in (frame["returned"].to_numpy(float), np.ones(len(frame)))
    )
    return pd.DataFrame({"misdirected": "returned", **grouped.share(k, n), "missing": "" if len(frame) else "no orders"})


# ---- consistency


def consistency(view: View, *, level: int = 1) -> pd.DataFrame:
    """Do agents answer the same issue alike? One row an issue and measure: how far the agents' shares lie apart, without a name.

    Measures: repeat (followed within the window, of calls watched for the whole of it; charged to whoever handled the call), dispatch, transfer (of those known). Agents with at least 30 such calls of the issue, of which five or more are expected to be hits and five not, are compared, where there are at least three.

    Columns: issue, measure, agents_compared, numerator, denominator, value, low, high (of these agents' calls; 95 %, over the caller groups), phi (overdispersion: mean squared deviation of agents on the asin sqrt scale, winsorised; 1 is chance), i2 (the part
    of the spread that is not chance), spread_low, spread_high (between which shares 95 % of agents lie beyond chance), q (that agents with one and the same share differ so much; Benjamini-Hochberg over the rows), alike (alike: no evidence that agents differ;
    differ: q < .05; single: q < .05, but without the tenth of the agents at either end nothing is left beyond chance, so that it is a few agents; few), compared (not few; what is few has no figures), and in every row differ_count, single_count, judged_count, widest_* (of the issue whose agents lie furthest apart among those that differ; widest_hours the window of its callbacks), window_hours, said (some, single, none, few). phi says nothing of who is right:
    where agents differ, look at what the best of them do. Raises DataRefused without agents or issues. Source: B19, A19; methods 5.
    """
    rows = grouped.offered(view)
    grouped.need(rows, "agent", "outcome")
    by = grouped.path(rows, level)
    parts = {name: part for name, make in (("repeat", _repeats), ("calls", _handled)) for name, part in make(view, rows, by).items()}
    if not parts:
        raise DataRefused("service", "not available: needs caller, dispatched or transferred.")
    told = [_issue(key, name, part) for name, frame in parts.items() for key, part in frame.groupby(by, sort=True)]
    frame = pd.DataFrame([row for row in told if NONE not in row["path"] and row["calls"] >= view.smallest])  # a small issue is not named
    if frame.empty:
        raise DataRefused("service", "no calls: none names its agent and issue.")
    frame = frame.assign(q=tests.benjamini_hochberg(np.where(frame["agents_compared"] >= FEWEST_AGENTS, frame["p"], np.nan)))
    sure = frame["q"] < LEVEL
    alike = np.select([frame["agents_compared"] < FEWEST_AGENTS, sure & (frame["i2"] > 0), sure], ["few", "differ", "single"], "alike")
    return _told(view, frame.assign(alike=alike))


def _repeats(view: View, rows: nw.LazyFrame, by: Sequence[str]) -> dict[str, pd.DataFrame]:
    try:
        found = grouped.watched(view, [*by, "agent"], grouped.window_hours(view))
    except DataRefused:
        return {}
    return {"repeat": found.rename(columns={"again": "k", "calls": "n"})}


def _handled(view: View, rows: nw.LazyFrame, by: Sequence[str]) -> dict[str, pd.DataFrame]:
    have, answered = rows.collect_schema().names(), rows.filter(nw.col("outcome") == "answered")
    made = {}
    for name, column in (("dispatch", "dispatched"), ("transfer", "transferred")):
        if column in have:
            known = answered.filter(~nw.col(column).is_null())
            made[name] = grouped.sums(known, [*by, "agent"], k=mark(rules.true(column))).rename(columns={"calls": "n"})
    return made


def _issue(key, name: str, part: pd.DataFrame) -> dict:
    """How far the agents of one issue lie apart in one measure."""
    key = key if isinstance(key, tuple) else (key,)
    part = part[part["agent"] != NONE]
    agents = part.groupby("agent")[["k", "n"]].sum()
    kept = _comparable(agents)
    spread = _spread(kept)
    p = surveys.homogeneity(kept["k"], kept["n"]) if len(kept) > 1 else np.nan
    own = part[part["agent"].isin(kept.index)]
    k, n = (
        np.bincount(own["cluster"].to_numpy(int) % GROUPS, weights=own[c].to_numpy(float), minlength=GROUPS).astype(np.int64)
        for c in ("k", "n")
    )
    share = {name: part[0] for name, part in grouped.share(k[:, None], n[:, None]).items()}
    return {
        "path": key,
        "issue": key[-1],
        "measure": name,
        "agents_compared": len(kept),
        "calls": int(part["n"].sum()),
        **share,
        **spread,
        "p": p,
    }


def _spread(agents: pd.DataFrame) -> dict:
    """phi of the agents' shares, the part of their spread that is not chance, and between which shares 95 % of them lie beyond chance."""
    if len(agents) < 2:
        return dict.fromkeys(("phi", "i2", "spread_low", "spread_high"), np.nan)
    found, units = funnel.shares(agents["k"], agents["n"]).spread, len(agents)
    centre, reach = np.arcsin(np.sqrt(agents["k"].sum() / agents["n"].sum())), funnel.WARNING * np.sqrt(found.tau2)
    low, high = np.sin(np.clip([centre - reach, centre + reach], 0, np.pi / 2)) ** 2
    i2 = max(0.0, 1 - (units - 1) / (units * found.phi)) if found.phi > 0 else 0.0
    return {"phi": found.phi, "i2": i2, "spread_low": float(low), "spread_high": float(high)}


def _comparable(agents: pd.DataFrame) -> pd.DataFrame:
    """Agents with enough calls, of which as many as FEWEST_EXPECTED are expected on either side: where hits are rarer a spread is chance and the test would not know it."""
    agents = agents[agents["n"] >= FEW]
    if agents.empty:
        return agents
    share = agents["k"].sum() / agents["n"].sum()
    return agents[agents["n"] * min(share, 1 - share) >= FEWEST_EXPECTED]


def _told(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    few = frame["alike"] == "few"
    hidden = ["numerator", "denominator", "value", "low", "high", "phi", "i2", "spread_low", "spread_high", "q"]
    frame = frame.assign(compared=~few, **{c: frame[c].mask(few) for c in hidden})
    differ = (
        frame[frame["alike"] == "differ"]
        .assign(width=lambda f: f["spread_high"] - f["spread_low"])
        .sort_values("width", ascending=False, kind="stable")
    )
    judged = int((frame["alike"] != "few").sum())
    widest = {f"widest_{c}": differ[c].iloc[0] if len(differ) else "" for c in ("issue", "measure")}
    ends = {f"widest_{c}": differ[f"spread_{c}"].iloc[0] if len(differ) else np.nan for c in ("low", "high")}
    case = "few" if not judged else "some" if len(differ) else "single" if (frame["alike"] == "single").any() else "none"
    ends["widest_hours"] = grouped.window_hours(view) if widest["widest_measure"] == "repeat" else np.nan
    frame = frame.assign(
        **widest,
        **ends,
        differ_count=len(differ),
        single_count=int((frame["alike"] == "single").sum()),
        judged_count=judged,
        window_hours=grouped.window_hours(view),
        said=case,
    )
    order = frame["measure"].map({name: n for n, name in enumerate(MEASURES)})
    frame = frame.assign(order=order).sort_values(["order", "denominator"], ascending=[True, False], kind="stable", ignore_index=True)
    return disclosure.untold(frame.drop(columns=["path", "p", "calls", "order"]), ["numerator"], ["value", "low", "high"], view.smallest)


TABLES = {"faq": faq, "misdirected": misdirected, "consistency": consistency}
