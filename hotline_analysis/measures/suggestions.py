"""优化建议: what this month's evidence is enough to suggest, and what it would bring (D17, A18, A20, D12, B16).

A rule a kind. Each asks the frames of the studies whether its evidence gate passes; what it suggests carries its size with an interval that excludes zero, what it rests on, and what
will show next month whether it worked. A month in which no gate passes suggests nothing, and says so. Names of people are in no row: of agents there are counts.
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.measures.orders import NONE, NOT_GIVEN
from hotline_analysis.measures.results import watched
from hotline_analysis.stats import intervals
from hotline_analysis.words import Field, Term

LEAST_GAIN = (
    20  # calls a month: below, a change of rosters, training or process is not worth its trouble (a convention, as in the list of notices)
)
PER = 1000  # calls led to another channel, by which its gain is told
MOST = 2  # of one kind, the largest
KINDS = {
    "shifts": Term("调整高峰排班", "Peak shifts"),
    "notify": Term("主动告知", "Telling ahead"),
    "coach": Term("单独辅导", "Coaching"),
    "train": Term("培训类别", "Training"),
    "process": Term("知识库补充", "Knowledge base"),
    "answers": Term("知识库补充", "Knowledge base"),
    "window": Term("复电窗口调整", "Repeat-call window"),
    "channel": Term("渠道分流", "Channels"),
}
GROUPS = {disclosure.OTHER: disclosure.POOLED, NONE: NOT_GIVEN}
COLUMNS = {
    "kind": Field(Term("类别", "Kind"), words=KINDS),
    "place": Field(Term("次序", "Place"), "count"),
    "subject": Field(Term("对象", "About"), words=GROUPS),
    "then": Field(Term("其后的诉求", "What comes next"), words=GROUPS),
    "case": Field(Term("情形", "Case")),
    "persons": Field(Term("人数", "Persons"), "count"),
    "n": Field(Term("依据的来电", "Calls it rests on"), "count"),
    "value": Field(Term("本月", "This month", of_period=True), "share"),
    "other": Field(Term("对照", "Beside"), "share"),
    "ratio": Field(Term("实际÷应有", "Observed over expected"), "ratio"),
    "per_thousand": Field(Term("每千通多出", "More per 1,000"), "number"),
    "hours_short": Field(Term("一周缺的人时", "Agent hours short a week"), "number"),
    "hours_over": Field(Term("一周多排的人时", "Agent hours over a week"), "number"),
    "hours_now": Field(Term("现用窗口", "Window now"), "hours"),
    "hours_new": Field(Term("建议窗口", "Window suggested"), "hours"),
    "support": Field(Term("重抽样支持", "Support"), "share0"),
    "told": Field(Term("告知比例", "Share told"), "share0"),
    "size": Field(Term("预计效果", "Expected effect"), "effect", interval=("size_low", "size_high")),
    "size_low": Field(Term("下端", "Low"), "effect"),
    "size_high": Field(Term("上端", "High"), "effect"),
    "unit": Field(Term("单位", "Unit"), words={
        "fewer": Term("通/月（减少）", "calls a month fewer"), "answered": Term("通/月（多接通）", "more calls a month answered"), "concerned": Term("通/月（涉及）", "calls a month concerned"),
        "captured": Term("一周内相关复电被捕获", "of a week's related callbacks captured"), "per_thousand": Term("通/千通（多接通）", "more answered per 1,000"),
    }),
    "page": Field(Term("出处", "Where it stands")),
    "among": Field(Term("各类诉求（上级、本级）", "The issues, each with its parent")),
    "watched": Field(Term("下月看的数", "Looked at next month", of_period=True), "number", interval=("watched_low", "watched_high")),
    "watched_low": Field(Term("下端", "Low"), "number"),
    "watched_high": Field(Term("上端", "High"), "number"),
    "count": Field(Term("建议条数", "Suggestions"), "count"),
    "looked": Field(Term("有数据可看的依据", "Kinds of evidence with data"), "count"),
    "kinds": Field(Term("依据的种类", "Kinds of evidence"), "count"),
    "said": Field(Term("结论", "Case")),
}  # fmt: skip


def suggestions(frames: Mapping[str, pd.DataFrame], *, months: float, window_hours: float) -> pd.DataFrame:
    """One row a suggestion whose gate passes, in the order of KINDS, the largest of a kind first.

    frames: of the studies by the name of their table (peak, connection, shortfall, notices, cells, agents, issues, faq, evidence, channels), those that the data allow; months: how
    many the period is; window_hours: the window by which repeats are appraised now.

    Columns: kind, place, subject, then, case, persons, n (calls it rests on), value, other, ratio, per_thousand, hours_short, hours_over, hours_now, hours_new, support, told, among (the issues of `answers`, each with its parent), size, size_low, size_high (95 %, in
    `unit`; calls a month, but a share for the window), page (where its evidence stands), watched, watched_low, watched_high (the number that next month's page holds against its own: `results.watched`), and in every row count, looked (rules whose frames are there), kinds, said (some; none; no data: no rule's frames are there). An empty list is
    a row of its own with kind ''.

    Gates: shifts - the peak's rate is below that of the other hours, an hour of the peak is hard, and the roster, where there is one, is short. notify - the list of notices. coach,
    train, process - the verdicts of the study of agents, LEAST_GAIN repeats a month or more. answers - the questions for self-service. window - a window is recommended, and the one in use is no candidate. channel - a channel whose rate lies above
    that of the largest, interval by interval, and whose callers do not come back more. Source: D17.
    """
    asked = {kind: rule for kind, (needs, rule) in RULES.items() if all(name in frames for name in needs)}
    found = [{"kind": kind, **row} for kind, rule in asked.items() for row in _largest(rule(frames, months, window_hours))]
    rows = [{**row, **_watched(row, frames)} for row in found]
    told = pd.DataFrame(rows if rows else [{"kind": ""}]).reindex(
        columns=[c for c in COLUMNS if c not in ("count", "looked", "kinds", "said")]
    )
    told = told.assign(
        place=np.arange(1, len(told) + 1),
        count=len(rows),
        looked=len(asked),
        kinds=len(RULES),
        said="some" if rows else "none" if asked else "no data",
    )
    texts = ("subject", "then", "case", "unit", "page")
    return told.assign(**{name: told[name].astype(object).where(told[name].notna(), "") for name in texts})


def _watched(row: Mapping, frames: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """The number that next month's page holds against its own."""
    found = watched(row["kind"], row, frames)
    return dict(zip(("watched", "watched_low", "watched_high"), found, strict=True)) if found else {}


def _largest(rows: Iterator[dict]) -> list[dict]:
    """Those whose interval excludes zero, the largest first."""
    return sorted((row for row in rows if row["size_low"] > 0), key=lambda row: -row["size"])[:MOST]


def _sized(size: float, low: float, high: float, unit: str, *, by: float = 1.0) -> dict:
    return {"size": size / by, "size_low": low / by, "size_high": high / by, "unit": unit}


# ---- a rule a kind


def _shifts(frames, months, window_hours) -> Iterator[dict]:
    peak, week, roster = frames["peak"].set_index("part"), frames["connection"], frames.get("shortfall")
    short = None if roster is None else roster.iloc[0]
    hard = (week["hard"] & week["peak"]).any()
    if peak["said"].iloc[0] != "lower" or not hard or (short is not None and short["said"] != "short"):
        return
    own = peak.loc["peak"]
    gain = _sized(
        -own["gap"] * own["denominator"], -own["gap_high"] * own["denominator"], -own["gap_low"] * own["denominator"], "answered", by=months
    )
    case = "unrostered" if short is None else "move" if short["hours_over"] >= short["hours_short"] else "add"
    hours = {} if short is None else {"hours_short": short["hours_short"], "hours_over": short["hours_over"]}
    yield {
        "case": case,
        "n": own["denominator"],
        "value": own["value"],
        "other": peak.loc["other", "value"],
        **hours,
        **gain,
        "page": "service",
    }


def _notify(frames, months, window_hours) -> Iterator[dict]:
    listed = frames["notices"]
    for row in listed[listed["said"] == "some"].to_dict("records"):
        told = {"subject": row["issue"], "then": row["then"], "n": row["denominator"], "per_thousand": row["excess"], "told": row["told"]}
        yield {**told, **_sized(row["avoidable"], row["avoidable_low"], row["avoidable_high"], "fewer"), "page": "flows"}


def _beyond(cells: pd.DataFrame) -> tuple[float, float, float]:
    """Repeats beyond expectation in some cells, by their shrunken rates and the ends of these; what lies below expectation counts for nothing."""
    n, expected = cells["denominator"].to_numpy(float), cells["expected"].to_numpy(float)
    shrunken = (cells[f"shrunken{end}"].to_numpy(float) for end in ("", "_low", "_high"))
    value, low, high = (float(np.nansum(np.clip(rate * n - expected, 0, None))) for rate in shrunken)
    return value, low, high


def _coach(frames, months, window_hours) -> Iterator[dict]:
    cells, agents = frames["cells"], frames["agents"]
    chosen = agents.loc[agents["advice"].isin(("coach", "general")), "agent"]
    trained = frames["issues"].query("cause == 'train'")["issue"]
    own = cells[cells["agent"].isin(chosen) & (cells["verdict"] == "above") & ~cells["issue"].isin(trained)]
    size, low, high = _beyond(own)
    if size / months >= LEAST_GAIN:
        ratio = own["numerator"].sum() / own["expected"].sum()
        told = {"persons": own["agent"].nunique(), "n": own["denominator"].sum(), "ratio": ratio}
        yield {**told, **_sized(size, low, high, "fewer", by=months), "page": "agents"}


def _train(frames, months, window_hours) -> Iterator[dict]:
    cells = frames["cells"]
    for row in frames["issues"].query("cause == 'train'").to_dict("records"):
        own = cells[(cells["issue"] == row["issue"]) & (cells["agent"] != "") & (cells["verdict"] != "few")]
        size, low, high = _beyond(own)
        if size / months >= LEAST_GAIN and row["issue"] not in GROUPS:
            told = {
                "subject": row["issue"],
                "persons": row["agents"],
                "n": row["denominator"],
                "value": row["i2"],
                "other": row["plain_high"],
            }
            yield {**told, **_sized(size, low, high, "fewer", by=months), "page": "agents"}


def _process(frames, months, window_hours) -> Iterator[dict]:
    issues = frames["issues"]
    overall = issues["numerator"].sum() / max(issues["denominator"].sum(), 1)
    for row in issues.query("cause == 'process'").to_dict("records"):
        size, low, high = (row["denominator"] * (row[end] - overall) for end in ("value", "low", "high"))
        if size / months >= LEAST_GAIN and row["issue"] not in GROUPS:
            told = {"subject": row["issue"], "n": row["denominator"], "value": row["value"], "other": overall}
            yield {**told, **_sized(size, low, high, "fewer", by=months), "page": "agents"}


def _answers(frames, months, window_hours) -> Iterator[dict]:
    listed = frames["faq"].query("candidate == 'yes'")
    if listed.empty:
        return
    first, calls, share = listed.iloc[0], listed["answered_calls"].sum(), listed["candidate_share"].iloc[0]
    answered = calls / share
    low, high = intervals.wilson(calls, answered)
    among = tuple(zip(listed["parent"], listed["issue"], strict=True))
    told = {
        "among": among,
        "subject": first["issue"],
        "case": "one" if len(listed) == 1 else "",
        "persons": len(listed),
        "n": answered,
        "value": share,
    }
    yield {**told, **_sized(calls, float(low) * answered, float(high) * answered, "concerned", by=months), "page": "service"}


def _window(frames, months, window_hours) -> Iterator[dict]:
    found = frames["evidence"].set_index("window_hours")
    first = found.iloc[0]
    candidates = [float(text) for text in str(first["candidates"]).split(", ")] if first["said"] in ("clear", "close") else []
    if not candidates or window_hours in candidates or window_hours not in found.index:
        return
    best = found.loc[first["recommended_hours"]]
    told = {"n": best["denominator"], "hours_now": window_hours, "hours_new": first["recommended_hours"], "support": best["support"]}
    told |= {"value": best["capture"], "other": found.loc[window_hours, "capture"]}
    yield {**told, **_sized(best["capture"], best["capture_low"], best["capture_high"], "captured"), "page": "window"}


def _channel(frames, months, window_hours) -> Iterator[dict]:
    listed = frames["channels"]
    if not {"answered", "answered_low"} <= set(listed) or len(listed) < 2:
        return
    main, *others = listed.dropna(subset=["answered"]).to_dict("records") or [{}]
    for row in others:
        gain = PER * (row["answered"] - main["answered"])
        low, high = PER * (row["answered_low"] - main["answered_high"]), PER * (row["answered_high"] - main["answered_low"])
        again, limit = row.get("again", np.nan), main.get("again_high", np.nan)
        if row["channel"] not in GROUPS and not again > limit:
            told = {
                "subject": row["channel"],
                "then": main["channel"],
                "n": row["count"],
                "value": row["answered"],
                "other": main["answered"],
            }
            yield {**told, **_sized(gain, low, high, "per_thousand"), "page": "service"}


Rule = Callable[[Mapping[str, pd.DataFrame], float, float], Iterator[dict]]
AGENTS = ("cells", "agents", "issues")
RULES: dict[str, tuple[tuple[str, ...], Rule]] = {
    "shifts": (("peak", "connection"), _shifts),
    "notify": (("notices",), _notify),
    "coach": (AGENTS, _coach),
    "train": (AGENTS, _train),
    "process": (AGENTS, _process),
    "answers": (("faq",), _answers),
    "window": (("evidence",), _window),
    "channel": (("channels",), _channel),
}
FRAMES = {  # where each frame is asked for: study and table
    **{name: ("service", name) for name in ("peak", "connection", "shortfall", "faq", "channels")},
    **{name: ("agents", name) for name in AGENTS},
    "notices": ("flows", "notices"),
    "pairs": ("flows", "pairs"),
    "evidence": ("window", "evidence"),
}
