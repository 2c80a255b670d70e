"""The same data under other definitions (口径对比): how much of a repeat-call figure is its rule? (F0 A01-A11; catalogue 0 and 5)

`panel`: a dozen published rules side by side. `waterfall`: from an old figure to the new one, rule by rule. `parts`: what the repeats are:
chases, redials, outages, the same problem again, another one, and what would have come anyway. `bounds`: what the unknown callers could
change. `identities`: the rate under each key. `heavy`: with and without switchboards and the busiest callers. `hours`: calendar day
against rolling 24 h by the hour of the call.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import chance, counts, rates, rules
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.definition import HOUR, IDENTITIES, KEYS, Definition, parse
from hotline_analysis.measures.frames import needed, pandas
from hotline_analysis.measures.gaps import CONTROL_WEEKS, DAY, IDENTITY, LEVELS, control, inbound, known_path, not_left_out, same, scoped
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.rates import NOTHING, Rate
from hotline_analysis.measures.view import View
from hotline_analysis.stats import binned, excess, resampling
from hotline_analysis.words import LANGUAGES, Field, Term

HEAVY_A_MONTH = 60  # a caller with more calls a month is taken for a switchboard (judgement default; methods 1)
TOP_SHARE = 0.01
DROPPED_SECONDS, REDIAL_MINUTES, OUTAGE_HOURS = 10, 10, 2  # judgement defaults (docs/maths.md)
RATE = ("numerator", "denominator", "value", "low", "high")


# ---- panel: a dozen published definitions

SHARE, CONTACTS = "share", "contacts a problem"
CAVEATS = {
    "": Term("", ""),
    "own": Term("本热线现行口径", "this hotline's own definition"),
    "no blame": Term("向前看：只知道谁接到复电，不知道谁没解决", "looks back: shows who took the repeat, not who left it unsolved"),
    "shift": Term("晚班占便宜：零时以后的复电不算", "rewards late shifts: what comes after midnight does not count"),
    "days": Term("按日期数，“7天”实为7至8天", "counts dates, so “7 days” are 7 to 8"),
    "mature": Term("7天以后才有结果", "known only after 7 days"),
    "clusters": Term("每串来电计一次，分母不是来电", "one count a cluster; the base is not calls"),
    "calls": Term("来电与人混算：重复的每一通都算未解决", "every call of a repeated problem counts as unsolved"),
    "problems": Term("问题数取决于怎样划分问题", "depends on how calls are joined into problems"),
    "few": Term("只看高频号码，一般的复电不在内", "sees frequent numbers only"),
    "same": Term("诉求归类含糊时会少算", "reads low where issues are filed vaguely"),
    "short": Term("窗口短，只见掉线与急事", "a short window sees redials and urgent matters only"),
    "callers": Term("按人计，不是按来电", "of callers, not of calls"),
}


@dataclass(frozen=True)
class Published:
    """A published rule: its name, where it stands in the catalogue, the settings it amounts to, its window and how it counts."""

    key: str
    name: Term
    source: str
    hours: float
    settings: dict = field(default_factory=dict)
    measure: str = "followed"
    unit: str = SHARE
    caveat: str = ""


AHEAD, BACK = {"direction": "look-ahead", "charged": "last"}, {"direction": "look-back"}
PANEL = (
    Published("vba16", Term("员工复电率下钻（同一诉求，12小时）", "Repeat rate by agent (same issue, 12 h)"), "F0 VBA16", 12, {"match": "same"}, caveat="same"),
    Published("easemob_24h", Term("环信首解率（前后各1天）", "easemob, two-sided, 1 day"), "环信 easemob", 24, {"clock": "start", "chain": "cluster"}, caveat="clusters"),
    Published("easemob_168h", Term("环信首解率（前后各7天）", "easemob, two-sided, 7 days"), "环信 easemob", 168, {"clock": "start", "chain": "cluster"}, caveat="clusters"),
    Published("telecom_24h", Term("电信10000号一解率（24小时）", "Telecom 10000, 24 h"), "10000号", 24, {"clock": "start"}),
    Published("telecom_four", Term("电信重复来电率（7天内4次以上）", "Telecom 10000, four or more in 7 days"), "10000号", 168, {"clock": "start"}, "four", caveat="few"),
    Published("unicom_2h", Term("联通10010（2小时）", "Unicom 10010, 2 h"), "10010", 2, {"clock": "start"}, caveat="short"),
    Published("bpo_72h", Term("外包72小时重复进线率（当前处理人）", "Outsourcers' 72 h, current handler"), "快递/BPO", 72, {"clock": "start", **BACK}, caveat="no blame"),
    Published("genesys_7d", Term("Genesys（固定7天）", "Genesys, 7 days fixed"), "Genesys NCA", 168, {"follow_up": "full"}, caveat="mature"),
    Published("genesys_mcp_1d", Term("genesys-mcp（按日期前看1天）", "genesys-mcp, 1 calendar day back"), "genesys-mcp 1.24", 24, {"clock": "start", **BACK}, "days", caveat="no blame"),
    Published("genesys_mcp_7d", Term("genesys-mcp（按日期前看7天）", "genesys-mcp, 7 calendar days back"), "genesys-mcp 1.24", 168, {"clock": "start", **BACK}, "days", caveat="days"),
    Published("queuemetrics", Term("QueueMetrics（168小时成串）", "QueueMetrics, clusters of 168 h"), "QueueMetrics", 168, {"chain": "cluster"}, caveat="clusters"),
    Published("kpi_mcp", Term("callcenter-kpi-mcp（结束后24小时）", "callcenter-kpi-mcp, 24 h after the end"), "callcenter-kpi-mcp", 24, {"charged": "first"}),
    Published("calendar", Term("当日（零时截止）", "Calendar day"), "F0 A06", 24, {"clock": "start", "mode": "calendar"}, caveat="shift"),
    Published("same_168h", Term("同一诉求7天", "Same issue, 7 days"), "F0 A04", 168, {"clock": "start", "match": "same"}, caveat="same"),
    Published("any_168h", Term("任一诉求7天", "Any issue, 7 days"), "F0 A02", 168, {"clock": "start"}),
    Published("one_and_done", Term("一次了结的来电（SQM式）", "One-and-done calls (SQM's way)"), "SQM", 168, {"clock": "start"}, "single", caveat="calls"),
    Published("problems", Term("问题数÷来电数", "Problems ÷ calls"), "forum 111044", 168, {"clock": "start"}, "problems", caveat="problems"),
    Published("ni14", Term("每个问题的来电数（NI14草案）", "Contacts a problem (NI14 draft)"), "UK NI14", 168, {"clock": "start"}, "contacts", CONTACTS, "problems"),
    Published("callers", Term("有复电的来电人占比", "Callers with a repeat"), "methods 1", 168, {"clock": "start"}, "callers", caveat="callers"),
)  # fmt: skip
COUNTED = {
    "followed": Term("", ""),
    "days": Term("同一人此前若干个日期内来过电", "the same caller called within so many calendar dates before"),
    "four": Term("属于同一人在窗口内4次以上接通的来电", "calls among four or more of one caller in the window"),
    "problems": Term("1−问题数÷来电数", "1 − problems ÷ calls"),
    "contacts": Term("来电数÷问题数", "calls ÷ problems"),
    "single": Term("不是一次了结的来电", "calls of problems that took more than one"),
    "callers": Term("有复电的来电人÷来电人", "callers with a repeat ÷ callers"),
}
COMMON = ("own", "unicom_2h", "calendar", "telecom_24h", "any_168h", "same_168h")
KEPT = ("identity", "leave_out", "look_ahead", "data_end", "cut_hour", "level")  # what a published rule takes over from the hotline's own


def panel(view: View, *, hours: float = 24.0) -> pd.DataFrame:
    """A dozen and a half published definitions on the same calls, the hotline's own first.

    Counted are the index calls of the period; each rule keeps the hotline's identity, exclusions and end of data, and is otherwise as
    published (unknown callers are left out of all). hours: the window at which the hotline's own rule stands.

    Columns: key, name_zh, name_en, source, line_zh, line_en (the rule), hash, window_hours, unit (share, contacts a problem), numerator,
    denominator (whole numbers), value (higher is worse), low, high (95 %), fcr (1 - value, the figure that such a rule sells; missing for
    contacts), direction, caveat (key of CAVEATS), missing (why there is no value); and of all that have one rules (how many), lowest, highest
    (of fcr); own, common (this hotline's, those that are met most). Source: catalogue 5.1, 5.2.
    """
    near = view.near()
    own = Published("own", Term("本热线现行口径", "This hotline's own"), "params", hours, caveat="own")
    rows = [_published(near.but(windows_hours=[hours]), own), *(_published(_under(near, rule), rule) for rule in PANEL)]
    frame = pd.DataFrame(rows)
    known = frame["fcr"].dropna()
    ends = {"rules": len(known), "lowest": known.min() if len(known) else np.nan, "highest": known.max() if len(known) else np.nan}
    return frame.assign(**ends, own=frame["key"] == "own", common=frame["key"].isin(COMMON))


def _under(view: View, rule: Published) -> View:
    """The view under a published rule, in all that the rule says."""
    kept = {name: getattr(view.definition, name) for name in KEPT}
    return view.but(**{**Definition().model_dump(), **kept, "windows_hours": [rule.hours], **rule.settings})


def _published(view: View, rule: Published) -> dict:
    definition = view.definition
    line = {f"line_{language}": _line(definition, rule.measure, language) for language in ("zh", "en")}
    mark = definition.hash if rule.measure == "followed" else f"{definition.hash}-{rule.measure}"
    head = {"key": rule.key, "name_zh": rule.name.zh, "name_en": rule.name.en, "source": rule.source, **line, "hash": mark}
    found, missing = _or_reason(lambda: MEASURES[rule.measure](view, round(rule.hours * HOUR)))
    fcr = 1 - found.value if rule.unit == SHARE else np.nan
    tail = {"direction": definition.direction, "caveat": rule.caveat, "missing": missing}
    return {**head, "window_hours": rule.hours, "unit": rule.unit, **found._asdict(), "fcr": fcr, **tail}


def _line(definition: Definition, measure: str, language: str) -> str:
    """The rule in one line, with the way of counting in front where it is no plain repeat rate."""
    said, line = COUNTED[measure](language), definition.line(language).partition("：" if language == "zh" else ": ")[2]
    return f"{said}{'；' if language == 'zh' else '; '}{line}" if said else line


def _or_reason(make: Callable[[], Rate]) -> tuple[Rate, str]:
    """The figure, or why these data do not have it."""
    try:
        return make(), ""
    except DataRefused as refused:
        return NOTHING, refused.wrong


def _followed(view: View, window_s: int) -> Rate:
    return rates.followed(view.gaps(), view.definition, window_s)


def _days(view: View, window_s: int) -> Rate:
    """Calls whose caller's previous call lies at most so many calendar dates back."""
    found = rates.groups(view.gaps(), hit=nw.col("day") - nw.col("next_day") <= window_s // DAY)
    return rates.share(found["hit"], found["calls"])


def _four(view: View, window_s: int) -> Rate:
    """Calls that are one of four in a row of their caller within the window; the calls before and after the period are seen too."""
    start, end = view.period.start_s, view.period.end_s
    rows = counts.within(view.all_gaps(), start - window_s, end + window_s)
    at = nw.col("start_s")
    ends = [
        at.shift(-k).over("who", order_by=("start_s", "seq")) - at.shift(3 - k).over("who", order_by=("start_s", "seq")) for k in range(4)
    ]
    runs = rows.with_columns(*[e.alias(f"run_{k}") for k, e in enumerate(ends)])
    inside = counts.within(runs, start, end)
    found = rates.groups(inside, hit=nw.any_horizontal(*[nw.col(f"run_{k}") <= window_s for k in range(4)], ignore_nulls=True))
    return rates.share(found["hit"], found["calls"])


def _begins(window_s: int) -> nw.Expr:
    return nw.col("before_s").is_null() | (nw.col("before_s") > window_s)


def _problems(view: View, window_s: int) -> Rate:
    """1 - E / N: calls that are not the first of their problem."""
    found = rates.groups(view.but(chain="cluster").gaps(), begins=_begins(window_s))
    return rates.share(found["calls"] - found["begins"], found["calls"])


def _contacts(view: View, window_s: int) -> Rate:
    """N / E: calls a problem."""
    found = rates.groups(view.but(chain="cluster").gaps(), begins=_begins(window_s))
    return rates.ratio(found["calls"], found["begins"])


def _single(view: View, window_s: int) -> Rate:
    """1 - E1 / N: calls of problems that took more than one. (At the end of the data a call not followed yet counts as single.)"""
    single = _begins(window_s) & (nw.col("gap_s").is_null() | (nw.col("gap_s") > window_s))
    found = rates.groups(view.but(chain="cluster").gaps(), single=single)
    return rates.share(found["calls"] - found["single"], found["calls"])


def _callers(view: View, window_s: int) -> Rate:
    """Callers of whom some call was followed within the window."""
    hit = nw.when(nw.col("gap_s") <= window_s).then(nw.lit(1)).otherwise(nw.lit(0))
    each = view.gaps().with_columns(hit=hit).group_by("who").agg(caller_group=nw.col("caller_group").min(), hit=nw.col("hit").max())
    found = rates.groups(each, hit=nw.col("hit") == 1)
    return rates.share(found["hit"], found["calls"])


MEASURES = {
    "followed": _followed, "days": _days, "four": _four, "problems": _problems, "contacts": _contacts, "single": _single, "callers": _callers,
}  # fmt: skip


# ---- waterfall: from an old figure to the new one

OLD = {
    **Definition().model_dump(exclude={"identity", "leave_out", "look_ahead", "data_end", "cut_hour"}),
    "mode": "calendar",
    "clock": "start",
    "index_scope": "all",
    "callback_scope": "all",
    "follow_up": "naive",
}
STEPS = {
    "leave_out": (Term("剔除", "exclusions"), ("leave_out",)),
    "identity": (Term("身份", "identity"), ("identity",)),
    "index": (Term("被计入的来电", "calls counted"), ("index_scope",)),
    "callback": (Term("算作复电的来电", "calls that count as repeats"), ("callback_scope",)),
    "outbound": (Term("热线回拨", "calls of the hotline"), ("outbound",)),
    "dispatch": (Term("派单规则", "dispatch rule"), ("dispatch",)),
    "match": (Term("诉求", "issue"), ("match", "level", "targets")),
    "window": (Term("当日或滚动、窗口", "day or rolling, window"), ("mode", "cut_hour", "windows_hours", "windows_by_issue")),
    "clock": (Term("起算时点", "where the gap begins"), ("clock", "min_gap_seconds")),
    "open_orders": (Term("催办", "chases"), ("open_orders",)),
    "chain": (Term("连续来电", "chains"), ("chain",)),
    "direction": (Term("方向", "direction"), ("direction", "charged")),
    "follow_up": (Term("数据末端", "end of data"), ("follow_up", "look_ahead", "data_end")),
}


def waterfall(view: View, *, old: Mapping | None = None, hours: float = 24.0) -> pd.DataFrame:
    """From the figure under an old definition to the one under this hotline's, rule by rule, at one window.

    old: the fields in which the old rule differs from the hotline's; without it the usual old report (every call, from start to start, on
    the same calendar day, no correction at the end). The changes add to the difference; their sizes depend on the order, which is that of
    STEPS, so they are shown in it.

    Columns: step (old, a key of STEPS, new), name_zh, name_en, numerator, denominator, value, low, high, change (from the row above;
    missing for old; for new the whole difference), hash.
    """
    new = view.near().but(windows_hours=[hours])
    settings = {**new.definition.model_dump(), **({"windows_hours": [hours], **OLD} if old is None else dict(old))}
    before = parse(settings, "waterfall › old").model_dump()
    rows, last = [_step(new.but(**before), "old", Term("原口径", "old definition"), None)], None
    for key, (name, fields) in STEPS.items():
        target = {f: getattr(new.definition, f) for f in fields}
        if any(before[f] != target[f] for f in fields):
            before |= target
            last = rows[-1]["value"]
            rows.append(_step(new.but(**before), key, name, last))
    end = {**rows[-1], "step": "new", "name_zh": "现行口径", "name_en": "new definition", "change": rows[-1]["value"] - rows[0]["value"]}
    return pd.DataFrame([*rows, end])


def _step(view: View, key: str, name: Term, before: float | None) -> dict:
    found = _followed(view, round(max(view.definition.windows_hours) * HOUR))
    change = np.nan if before is None else found.value - before
    return {"step": key, "name_zh": name.zh, "name_en": name.en, **found._asdict(), "change": change, "hash": view.definition.hash}


# ---- parts: what the repeats are

PARTS = {
    "outage": Term("系统故障", "Outage"),
    "dropped": Term("掉线重拨", "Redial after a dropped call"),
    "chase": Term("催办（工单未到期）", "Chase (order not yet due)"),
    "recurrence": Term("同一诉求再次来电", "The same issue again"),
    "other": Term("另一诉求", "Another issue"),
    "unknown": Term("诉求不明", "Issue not known"),
    "background": Term("平时也会打的", "Would have come anyway"),
    "whole": Term("全部复电", "All repeats"),
}
BY_CHANCE = ("recurrence", "other", "unknown")  # parts from which what comes by chance is taken off


def parts(
    view: View,
    *,
    window_hours: float = 168.0,
    dropped_seconds: int = DROPPED_SECONDS,
    redial_minutes: int = REDIAL_MINUTES,
    outages: Sequence[tuple[int, int]] = (),
    outage_hours: float = OUTAGE_HOURS,
) -> pd.DataFrame:
    """What the callbacks seen within a window are; the parts add to the whole, in calls.

    Each callback (the caller's next call of any issue, chases included) goes to the first part that fits: outage (it came during an outage
    or up to `outage_hours` after; outages: pairs of epoch seconds, else the `events` of kind outage), dropped (the call lasted under
    `dropped_seconds` and was redialled within `redial_minutes`), chase (see `rules.with_chases`), recurrence (the same issue at the
    definition's level), other (another issue), unknown. From the last three the share that comes by chance is taken off and stands as
    background: the share of the callbacks whose caller's next call is one that habit brings (`excess.by_habit` over F, the areas of
    `window.density`); a chance callback has the call's issue as often as the callbacks after the control instants have. What chance explains is cut at what these three parts hold.

    Columns: part (key of PARTS), seen (callbacks by rule, before chance), calls (after it), denominator (index calls), value (calls /
    index calls), low, high (95 %), share (of the callbacks), said (few under 200 callbacks, none without one, else ''), missing (why a part cannot be told; it then has no figures, and its callbacks
    are among the other parts). One row a part, `whole` last. Calls are whole numbers and add up exactly. Not corrected for the end of the data: it says what was seen. Source: methods 1, 2; issue 3, item 3.
    """
    view = view.near().but(
        match="any", level=view.definition.level, targets=(), open_orders="counted", chain="each", mode="rolling", **AHEAD
    )
    window_s, missing = round(window_hours * HOUR), {}
    marks = [_outage(view, outages, outage_hours, missing), _dropped(view, dropped_seconds, redial_minutes, missing)]
    gaps = _with_next_chase(view, missing)
    seen = _seen(gaps, view.definition, window_s, [*marks, ("chase", nw.col("next_chase") == 1)])
    base = rates.groups(view.gaps())["calls"]
    by_chance, without_each = _chance(view, window_hours, base, missing)
    alike = _alike(view, window_s)
    whole = np.array([seen[p].sum() for p in seen])
    taken = _split(whole, by_chance, alike)
    kept_base, *kept = resampling.leave_one_out(base, *seen.values())
    with np.errstate(divide="ignore", invalid="ignore"):  # leaving the only group out leaves nothing: no interval
        without = _split(np.stack(kept, axis=-1), without_each, alike) / kept_base[:, None] if base.sum() else np.zeros((0, len(taken)))
    return _parts_frame(dict(zip(seen, whole, strict=True)), _whole_numbers(taken, whole), without, int(base.sum()), missing)


def _outage(view: View, outages: Sequence[tuple[int, int]], hours: float, missing: dict) -> tuple[str, nw.Expr]:
    """Callbacks during an outage or soon after it."""
    outages = list(outages) or _events(view)
    if not outages:
        missing["outage"] = "not available: needs events of kind outage"
    at, inside = nw.col("reference_s") + nw.col("gap_s"), nw.lit(1) == 0
    for start, end in outages:
        inside = inside | ((at >= start) & (at < end + round(hours * HOUR)))
    return "outage", inside


def _events(view: View) -> list[tuple[int, int]]:
    """The outages that the hotline has recorded."""
    events = view.tables.get("events")
    if events is None or not {"kind", "found_s", "repaired_s"} <= set(events.collect_schema().names()):
        return []
    found = pandas(events.filter(nw.col("kind") == "outage").select("found_s", "repaired_s")).dropna()
    return [(int(a), int(b)) for a, b in found.itertuples(index=False)]


def _dropped(view: View, seconds: int, minutes: int, missing: dict) -> tuple[str, nw.Expr]:
    """Redials soon after a call that broke off."""
    calls = view.table("calls")
    if "talk_seconds" not in calls.collect_schema().names():
        missing["dropped"] = "not available: needs talk_seconds"
        return "dropped", nw.lit(1) == 0
    if not int(pandas(calls.select(known=nw.col("talk_seconds").count()))["known"].iloc[0]):
        missing["dropped"] = "no known durations"
    return "dropped", (nw.col("talk_seconds") >= 0) & (nw.col("talk_seconds") < seconds) & (nw.col("gap_s") <= 60 * minutes)


def _with_next_chase(view: View, missing: dict) -> nw.LazyFrame:
    """The gap table with next_chase: 1 where the next call chases an order."""
    gaps = view.gaps()
    try:
        calls = rules.with_chases(view.table("calls"), view.tables.get("orders"), view.definition)
    except DataRefused as refused:
        missing["chase"] = refused.wrong
        return gaps.with_columns(next_chase=nw.lit(0))
    chases = calls.filter(nw.col("chase") == 1).select(nw.col("seq").alias("_seq"), next_chase=nw.lit(1))
    return gaps.join(chases, left_on="next_seq", right_on="_seq", how="left")


def _seen(gaps: nw.LazyFrame, definition: Definition, window_s: int, marks: list[tuple[str, nw.Expr]]) -> dict[str, np.ndarray]:
    """Callbacks by part and caller group."""
    have = gaps.collect_schema().names()
    part, path = nw.lit("unknown"), [c for c in counts.issue_path(definition.level) if c in have]
    if len(path) == definition.level:
        known = ~nw.col(path[-1]).is_null() & ~nw.col(f"next_{path[-1]}").is_null()
        alike = nw.col(same(definition.level)) == nw.col("gap_s")
        for column in path:
            alike = alike & (nw.col(column) == nw.col(f"next_{column}"))
        part = nw.when(known & alike).then(nw.lit("recurrence")).otherwise(nw.when(known).then(nw.lit("other")).otherwise(part))
    for name, test in reversed(marks):
        part = nw.when(test).then(nw.lit(name)).otherwise(part)
    rows = gaps.filter(nw.col("gap_s") <= window_s).with_columns(part=part)
    found = pandas(rows.group_by("part", "caller_group").agg(n=nw.len())).astype({"caller_group": "int64", "n": "int64"})
    wide = found.pivot_table(index="caller_group", columns="part", values="n", aggfunc="sum", fill_value=0)
    wide = wide.reindex(index=range(GROUPS), columns=[p for p in PARTS if p not in ("background", "whole")], fill_value=0).astype("int64")
    return {name: wide[name].to_numpy() for name in wide}


def _chance(view: View, hours: float, base: np.ndarray, missing: dict) -> tuple[np.ndarray, np.ndarray]:
    """The share of callbacks that habit brings first, [1], and without each caller group that has calls; 0 where it cannot be told."""
    counted, kept = chance.counted(view.but(windows_hours=[hours])), base > 0
    tables = counted.of()
    if hours <= chance.HORIZON_HOURS and tables.control.sum():
        (spot,) = binned.edge_index(counted.edges, [round(hours * HOUR)])
        whole, without = tables.index.sum(axis=0), tables.index.sum(axis=0) - tables.index[kept]
        by_chance, less = tables.control.sum(axis=0), tables.control.sum(axis=0) - tables.control[kept]
        shares = [_first_by_habit(i, c, spot) for i, c in ((whole[None], by_chance[None]), (without, less))]
        if np.isfinite(shares[0]).all():
            return tuple(shares)
    missing["background"] = "history" if view.span_days < chance.MIN_HISTORY_DAYS else "no control"
    return np.zeros(1), np.zeros(int(kept.sum()))


def _first_by_habit(index: np.ndarray, control: np.ndarray, spot: int) -> np.ndarray:
    drawn = excess.curves(index, control)
    return np.clip(excess.purity(drawn.followed, excess.by_habit(drawn))[..., spot], 0.0, 1.0)


def _alike(view: View, window_s: int) -> float:
    """How often a callback by chance has the issue of the call: seen on the callbacks after the four control instants; 0 where there are none."""
    path = list(counts.issue_path(view.definition.level))
    gaps = view.gaps(controls=True)
    if any(c not in gaps.collect_schema().names() for c in path) or not chance.comparable(view):
        return 0.0
    found = []
    for week in CONTROL_WEEKS:
        gap = nw.col(control(week)[0])
        at = nw.col("reference_s") + week * 7 * DAY + gap
        found.append(gaps.filter((gap <= window_s) & ~nw.col(path[-1]).is_null()).select("who", *path, at=at.cast(nw.Int64)))
    calls = scoped(view.table("calls"), view.definition).filter(~nw.col(path[-1]).is_null())
    if view.definition.callback_scope == "answered":
        calls = calls.filter(nw.col("outcome") == "answered")
    theirs = calls.group_by("who", "start_s").agg(*[nw.col(c).min().alias(f"their_{c}") for c in path])
    pairs = nw.concat(found).join(theirs, left_on=["who", "at"], right_on=["who", "start_s"], how="inner")
    alike = nw.all_horizontal(*[nw.col(c) == nw.col(f"their_{c}") for c in path], ignore_nulls=False)
    counted = pandas(
        pairs.with_columns(alike=nw.when(alike).then(nw.lit(1)).otherwise(nw.lit(0))).select(n=nw.len(), k=nw.col("alike").sum())
    )
    return float(counted["k"].iloc[0] / counted["n"].iloc[0]) if counted["n"].iloc[0] else 0.0


def _split(seen: np.ndarray, by_chance: np.ndarray, alike: float) -> np.ndarray:
    """Callbacks [..., parts] into parts and background [..., parts + 1]: what comes by chance is taken from recurrence, other, unknown."""
    seen = np.atleast_2d(np.asarray(seen, float))
    recurrence, other, unknown = (seen[:, -3], seen[:, -2], seen[:, -1])
    left = recurrence + other + unknown
    taken = np.minimum(by_chance * seen.sum(axis=-1), left)
    no_issue = np.divide(taken * unknown, left, out=np.zeros_like(left), where=left > 0)
    again = np.clip(alike * (taken - no_issue), taken - no_issue - other, recurrence)
    parts = [*seen[:, :-3].T, recurrence - again, other - (taken - no_issue - again), unknown - no_issue, taken]
    return np.stack(parts, axis=-1).squeeze() if len(seen) == 1 else np.stack(parts, axis=-1)


def _whole_numbers(taken: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Whole calls that add to the callbacks seen: each part rounded down, the rest to the largest remainders, the earlier part first."""
    down = np.floor(taken + 1e-9).astype(np.int64)
    order = np.argsort(-(taken - down), kind="stable")
    down[order[: int(seen.sum() - down.sum())]] += 1
    return down


def _parts_frame(seen: dict[str, int], calls: np.ndarray, without: np.ndarray, base: int, missing: dict) -> pd.DataFrame:
    """One row a part; a part that cannot be told has no figures, only the reason."""
    total = int(calls.sum())
    rows = []
    for place, part in enumerate([*seen, "background"]):
        head = {"part": part, "denominator": base, "missing": missing.get(part, "")}
        rows.append(
            head if part in missing else {**head, "seen": seen.get(part, 0), **_part(int(calls[place]), without[:, place], base, total)}
        )
    rows.append({"part": "whole", "seen": total, **_part(total, without.sum(axis=1), base, total), "denominator": base, "missing": ""})
    frame = pd.DataFrame(rows).astype({"seen": "Int64", "calls": "Int64"})
    return frame[["part", "seen", "calls", "denominator", "value", "low", "high", "share", "missing"]].assign(said=chance.enough(total))


def _part(calls: int, without: np.ndarray, base: int, total: int) -> dict:
    value = calls / base if base else np.nan
    error = resampling.jackknife(without, estimate=value)
    return {
        "calls": calls,
        "value": value,
        "low": max(float(error.low), 0.0),
        "high": float(error.high),
        "share": calls / total if total else np.nan,
    }


# ---- bounds, identities, heavy, hours


def index_calls(view: View, scope: str = "") -> nw.LazyFrame:
    """The calls of the period that would be index calls if every caller were known."""
    calls = counts.within(inbound(not_left_out(view.table("calls"), view.definition)), view.period.start_s, view.period.end_s)
    scope = scope or view.definition.index_scope
    if scope != "all":
        needed(calls, ["outcome"], "answered calls")
    return calls if scope == "all" else calls.filter(nw.col("outcome") == "answered")


def _identified(view: View) -> tuple[int, int]:
    """Index calls whose caller is known under the definition's identity, and all index calls."""
    return _known(index_calls(view), view.definition)


def _known(calls: nw.LazyFrame, definition: Definition) -> tuple[int, int]:
    """Of some calls, those whose caller is known (and their issue, where the rule asks for the same), and all."""
    keys = [IDENTITY[k] for k in definition.identity.split(",")]
    needed(calls, [*keys, *(LEVELS[: definition.level] if definition.match == "same" else ())], "known callers")
    known = ~nw.coalesce(*[nw.col(k) for k in keys]).is_null()
    if definition.match == "same":
        known = known & known_path(LEVELS[: definition.level])
    found = pandas(calls.select(n=nw.len(), k=nw.when(known).then(nw.lit(1)).otherwise(nw.lit(0)).sum()))
    return int(found["k"].fillna(0).iloc[0]), int(found["n"].iloc[0])


def bounds(view: View) -> pd.DataFrame:
    """What the unknown callers could change: the rate of identified callers r, and the range in which the rate of all calls must lie.

    With s the identified share of the index calls, at least r s of all calls are followed: a callback that was seen stays one. At most
    r s + (1 - s) + u are, with u the calls of unknown callers that could be callbacks, over all index calls: every unknown call may have been
    followed, and every unknown callback may have followed a known call that none was seen to follow, one each. With the same scope on both
    sides and closed data u = 1 - s. No assumption on who withholds. The rate that is printed takes it that the unknown repeat as the known do.

    Columns: window_hours, numerator, denominator (index calls of known callers that r is of), value (r), low, high (95 %), calls (all index
    calls), base (answered or all: of which calls), identified (s), unknown_callbacks (u as a count), bound_low, bound_high (at most 1).
    Source: methods 1 (anonymous).
    """
    known, calls = _identified(view)
    return pd.DataFrame([_bound(view.but(windows_hours=[hours]), hours, known, calls) for hours in view.definition.windows_hours])


def _bound(view: View, hours: float, known: int, calls: int) -> dict:
    """The rate of one window with its bounds."""
    found = _followed(view, round(hours * HOUR))
    theirs, could = _known(index_calls(view.over(_reached(view, hours)), view.definition.callback_scope), view.definition)
    s, u = (known / calls, (could - theirs) / calls) if calls else (np.nan, np.nan)
    low = found.value * s
    head = {"window_hours": hours, **found._asdict(), "calls": calls, "base": view.definition.index_scope, "identified": s}
    return {**head, "unknown_callbacks": could - theirs, "bound_low": low, "bound_high": min(low + (1 - s) + u, 1.0) if calls else np.nan}


def _reached(view: View, hours: float) -> Period:
    """The stretch in which callbacks of the period's calls within the window may lie, as far as data may be used."""
    period, beyond = view.period, 0 if view.definition.mode == "calendar" else round(hours * HOUR)
    if view.definition.direction == "look-back":
        return replace(period, start_s=min(max(period.start_s - beyond, view.data_start_s), period.start_s))
    return replace(period, end_s=max(min(period.end_s + beyond, view.end_s), period.end_s))


def identities(view: View, *, hours: float = 24.0) -> pd.DataFrame:
    """The rate under each key by which a caller can be known, with its coverage (A07).

    Columns: key (caller: the order in params; phone, person, code, and the keys in pairs, the second where the first is not known), name_zh, name_en,
    identified (share of index calls), callers, numerator, denominator, value, low, high, missing (a key that the export lacks).
    """
    near, have = view.near(), view.table("calls").collect_schema().names()
    there = [k for k in IDENTITIES[1:] if IDENTITY[k] in have]
    pairs = [f"{a},{b}" for a in there for b in there if a != b]
    rows = [_identity(near.but(identity=key, windows_hours=[hours]), key, round(hours * HOUR)) for key in (*IDENTITIES, *pairs)]
    return pd.DataFrame(rows).astype({"callers": "Int64"})


def _key_name(key: str, language: str) -> str:
    """How a caller is known, in words: the order in params, or one key and another where the first is not known."""
    if key == "caller":
        return "参数中的顺序" if language == "zh" else "order in params"
    return ("，否则按" if language == "zh" else ", else ").join(KEYS[k](language) for k in key.split(","))


def _identity(view: View, key: str, window_s: int) -> dict:
    names = {f"name_{language}": _key_name(key, language) for language in LANGUAGES}
    lacks = [IDENTITY[k] for k in key.split(",") if IDENTITY[k] not in view.table("calls").collect_schema().names()]
    if lacks:
        nothing = {"identified": np.nan, "callers": pd.NA, **NOTHING._asdict()}
        return {"key": key, **names, **nothing, "missing": f"not available: needs {', '.join(lacks)}"}
    known, calls = _identified(view)
    found = _followed(view, window_s)
    callers = int(counts.totals(view.gaps(), view.definition)["callers"].iloc[0])
    return {"key": key, **names, "identified": known / calls if calls else np.nan, "callers": callers, **found._asdict(), "missing": ""}


LEFT_OUT = {
    "": Term("不剔除", "nobody"),
    "switchboards": Term("剔除疑似总机号码", "likely switchboards"),
    "top": Term("剔除来电最多的1%", "the busiest 1 % of callers"),
    "both": Term("两者都剔除", "both"),
}


def heavy(view: View, *, hours: float = 24.0, calls_a_month: float = HEAVY_A_MONTH, top_share: float = TOP_SHARE) -> pd.DataFrame:
    """The rate with and without switchboards (more than `calls_a_month` index calls a month) and the busiest callers.

    The busiest are at most `top_share` of the callers: those with more calls than all others; of equals none is taken. A month is 30 days.

    Columns: left_out (key of LEFT_OUT), callers, calls (theirs, left out), share (of all index calls), numerator, denominator, value, low,
    high (of those who stay). Source: methods 1 (switchboards).
    """
    seen = view.but(windows_hours=[hours])
    gaps = seen.gaps()
    often = pandas(gaps.group_by("who").agg(n=nw.len())).astype("int64")
    months = max((view.period.end_s - view.period.start_s) / (30 * DAY), 1.0)
    busiest = often["n"].sort_values(ascending=False, ignore_index=True)
    allowed = int(top_share * len(busiest))
    limits = {"": np.inf, "switchboards": calls_a_month * months, "top": float(busiest.iloc[allowed]) if len(busiest) else np.inf}
    limits["both"] = min(limits.values())
    return pd.DataFrame([_heavy(gaps, seen.definition, often, key, limit, round(hours * HOUR)) for key, limit in limits.items()])


def _heavy(gaps: nw.LazyFrame, definition: Definition, often: pd.DataFrame, key: str, limit: float, window_s: int) -> dict:
    out = often[often["n"] > limit]
    stay = gaps if not len(out) else gaps.with_columns(_n=nw.len().over("who")).filter(nw.col("_n") <= limit).drop("_n")
    calls = int(out["n"].sum())
    head = {"left_out": key, "callers": len(out), "calls": calls, "share": calls / often["n"].sum() if len(often) else np.nan}
    return {**head, **rates.followed(stay, definition, window_s)._asdict()}


def hours(view: View, *, band_hours: int = 1) -> pd.DataFrame:
    """Same calendar day against rolling 24 h, by the clock hour in which the call began (A06): the calendar day rewards late shifts.

    Columns: hour (0-23, start of the band), calls, calendar_numerator, calendar, calendar_low, calendar_high, rolling_numerator, rolling,
    rolling_low, rolling_high. Shares of the index calls of that band; calendar days are cut at the definition's cut hour.
    """
    plain = view.but(mode="rolling", chain="each", windows_hours=[24], **AHEAD)
    day, rolling = plain.but(mode="calendar"), plain
    band = nw.col("local_s") % DAY // HOUR // band_hours * band_hours
    gaps = plain.gaps().with_columns(hour=band)
    days = counts.totals(gaps, day.definition, by=["hour", "caller_group"])
    edges = binned.bin_edges_seconds(horizon_seconds=DAY)
    exact = counts.exact(gaps, rolling.definition, horizon_s=DAY, by=["hour"])
    cube = counts.cube(gaps, rolling.definition, edges=edges, by=["hour"])
    rows = []
    for hour in range(0, 24, band_hours):
        seen, one, two = (frame[frame["hour"] == hour] for frame in (days, exact, cube))
        same_day = rates.share(seen["same_day"].to_numpy(), seen["calls"].to_numpy())
        later = rates.curve(one, counts.dense(two, edges=edges), DAY)
        rows.append({"hour": hour, "calls": later.denominator, **_named(same_day, "calendar"), **_named(later, "rolling")})
    return pd.DataFrame(rows)


def _named(rate: Rate, name: str) -> dict:
    return {f"{name}_numerator": rate.numerator, name: rate.value, f"{name}_low": rate.low, f"{name}_high": rate.high}


COLUMNS = {
    "key": Field(Term("规则", "Rule")),
    "name": Field(Term("口径", "Definition")),
    "rules": Field(Term("口径数", "Definitions"), "count"),
    "lowest": Field(Term("最低的首解率", "Lowest"), "share"),
    "highest": Field(Term("最高的首解率", "Highest"), "share"),
    "source": Field(Term("出处", "Source")),
    "hash": Field(Term("口径号", "Hash")),
    "unit": Field(Term("单位", "Unit")),
    "numerator": Field(Term("未解决", "Unsolved"), "count"),
    "denominator": Field(Term("来电", "Of"), "count"),
    "value": Field(Term("复电率", "Repeat rate"), "share", interval=("low", "high")),
    "low": Field(Term("区间下端", "Low"), "share"),
    "high": Field(Term("区间上端", "High"), "share"),
    "fcr": Field(Term("1−未解决（不计派单）", "1 − unsolved (dispatch not counted)"), "share"),
    "direction": Field(Term("方向", "Direction")),
    "caveat": Field(Term("提示", "Caveat"), words=CAVEATS),
    "missing": Field(Term("缺失原因", "Why missing")),
    "said": Field(Term("情形", "Case")),
    "step": Field(Term("步骤", "Step")),
    "change": Field(Term("变化", "Change"), "points"),
    "part": Field(Term("组成", "Part"), words=PARTS),
    "calls": Field(Term("来电", "Calls"), "count"),
    "share": Field(Term("占复电", "Share of repeats"), "share"),
    "window_hours": Field(Term("窗口", "Window"), "hours"),
    "identified": Field(Term("识别率", "Identified share"), "share", interval=("identified_low", "identified_high")),
    "base": Field(Term("识别率的分母", "Identified share, of")),
    "unknown_callbacks": Field(Term("可能是复电的未识别来电", "Calls of unknown callers that may be callbacks")),
    "bound_low": Field(Term("下界", "Lower bound"), "share"),
    "bound_high": Field(Term("上界", "Upper bound"), "share"),
    "callers": Field(Term("来电人", "Callers"), "count"),
    "left_out": Field(Term("剔除", "Left out"), words=LEFT_OUT),
    "hour": Field(Term("来电时点", "Hour of the call")),
    "calendar": Field(Term("当日复电率", "Same-day rate"), "share", interval=("calendar_low", "calendar_high")),
    "rolling": Field(Term("滚动24小时复电率", "Rolling 24 h rate"), "share", interval=("rolling_low", "rolling_high")),
}
TABLES = {
    "panel": panel, "waterfall": waterfall, "parts": parts, "bounds": bounds, "identities": identities, "heavy": heavy, "hours": hours,
}  # fmt: skip
