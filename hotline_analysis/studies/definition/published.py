"""What would another rule say? (口径对比) Some thirty published rules on the same calls. (F0 A01-A11; catalogue 5.1, 5.2)"""

from collections.abc import Callable
from dataclasses import dataclass, field

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import counts, rates
from hotline_analysis.measures.definition import HOUR, Definition
from hotline_analysis.measures.frames import needed
from hotline_analysis.measures.gaps import DAY, LEVELS, ended, scoped
from hotline_analysis.measures.rates import NOTHING, Rate
from hotline_analysis.measures.view import View
from hotline_analysis.words import Term

SHARE, CONTACTS = "share", "contacts a problem"
FORWARDED_S = 15 * 60  # a next call that starts sooner is the same call, handed on (Capturi)
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
    "forwarded": Term("15分钟内的下一通算转接，掉线重拨也在其中", "takes a next call within 15 min for a transfer, redials too"),
    "skill": Term(
        "技能组为队列，没有队列的按一级诉求；换一个队列再打就不算",
        "a skill is a queue, else the issue; who comes back by another queue is not seen",
    ),
    "attempts": Term("没接通的也算，接不通时它升高", "counts attempts: it rises when nobody answers"),
    "reached": Term("只看打没打通，不看办没办成", "whether one got through, not whether it helped"),
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
    sold: bool = True  # as a first-call resolution, in its own words or by who uses it


BACK = {"direction": "look-back"}
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
    Published("kpi_mcp", Term("callcenter-kpi-mcp（结束后24小时）", "callcenter-kpi-mcp, 24 h after the end"), "callcenter-kpi-mcp", 24, {"clock": "end", "charged": "first"}),
    Published("calendar", Term("当日（零时截止）", "Calendar day"), "F0 A06", 24, {"clock": "start", "mode": "calendar"}, caveat="shift"),
    Published("same_168h", Term("同一诉求7天", "Same issue, 7 days"), "F0 A04", 168, {"clock": "start", "match": "same"}, caveat="same"),
    Published("any_168h", Term("任一诉求7天", "Any issue, 7 days"), "F0 A02", 168, {"clock": "start"}),
    Published("one_and_done", Term("一次了结的来电（SQM式）", "One-and-done calls (SQM's way)"), "SQM", 168, {"clock": "start"}, "single", caveat="calls"),
    Published("problems", Term("问题数÷来电数", "Problems ÷ calls"), "forum 111044", 168, {"clock": "start"}, "problems", caveat="problems"),
    Published("ni14", Term("每个问题的来电数（NI14草案）", "Contacts a problem (NI14 draft)"), "UK NI14", 168, {"clock": "start"}, "contacts", CONTACTS, "problems"),
    Published("capturi", Term("Capturi（触发来电，7天；15分钟内算转接）", "Capturi, trigger calls, 7 days; within 15 min forwarded"), "Capturi", 168, {"clock": "start"}, "triggers", caveat="forwarded"),
    Published("cuic_recaller", Term("再拨（同号、同日、同类，不论是否接通）", "Recallers (same number, day and call type, whatever the outcome)"), "Bucher + Suter CUIC", 24, {"clock": "start", "index_scope": "all", "callback_scope": "all", "mode": "calendar"}, "recalls", caveat="attempts", sold=False),
    *(Published(f"skill_{h}h", Term(f"重复标记（同一技能组，{zh}内）", f"Repeat flag (same skill, {en})"), "repeat flags", h, {"clock": "start", **BACK}, "skill", caveat="skill", sold=False)
      for h, zh, en in ((1, "1小时", "1 h"), (24, "1天", "1 day"), (72, "3天", "3 days"), (168, "7天", "7 days"), (336, "14天", "14 days"), (720, "30天", "30 days"))),
    Published("caller_success", Term("一次也没有打通的来电人", "Callers who never got through"), "storm (Caller success rate)", 24, {"clock": "start", "index_scope": "all"}, "unreached", caveat="reached", sold=False),
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
    "triggers": Term("下一通在15分钟以后、7天以内", "the next call starts after 15 min or more and within 7 days"),
    "recalls": Term(
        "同一人当日又打进同一队列（没有队列的按一级诉求）",
        "the same caller calls the same queue (else about the same issue) later that day",
    ),
    "skill": Term(
        "同一人此前打进同一队列（没有队列的按一级诉求）", "the same caller called the same queue (else about the same issue) before"
    ),
    "unreached": Term("一次也没有接通的来电人÷来电人", "callers none of whose calls was answered ÷ callers"),
}
COMMON = ("own", "unicom_2h", "calendar", "telecom_24h", "any_168h", "same_168h")
KEPT = ("identity", "leave_out", "look_ahead", "data_end", "cut_hour", "level")  # what a published rule takes over from the hotline's own


def panel(view: View, *, hours: float = 24.0) -> pd.DataFrame:
    """Some thirty published definitions on the same calls, the hotline's own first.

    Counted are the index calls of the period; each rule keeps the hotline's identity, exclusions and end of data, and is otherwise as
    published (unknown callers are left out of all). hours: the window at which the hotline's own rule stands.

    Columns: key, name_zh, name_en, source, line_zh, line_en (the rule), hash, window_hours, unit (share, contacts a problem), numerator,
    denominator (whole numbers), value (higher is worse), low, high (95 %), fcr (1 - value, the figure that such a rule sells; missing for
    contacts, and for rules that nobody calls a resolution), direction, caveat (key of CAVEATS), missing (why there is no value); and of all that have one rules (how many), lowest, highest
    (of fcr; missing where there are not two); own, common (this hotline's, those that are met most). Source: catalogue 5.1, 5.2.
    """
    near = view.near()
    own = Published("own", Term("本热线现行口径", "This hotline's own"), "params", hours, caveat="own")
    clock = "end" if ended(near.line) else "start"  # where no end is known, of the rules that do not say from where
    rows = [_published(near.but(windows_hours=[hours]), own), *(_published(_under(near, rule, clock), rule) for rule in PANEL)]
    frame = pd.DataFrame(rows)
    known = frame["fcr"].dropna()
    beside = len(known) > 1  # one rule has no range
    ends = {
        "rules": len(known) if beside else np.nan,
        "lowest": known.min() if beside else np.nan,
        "highest": known.max() if beside else np.nan,
    }
    return frame.assign(**ends, own=frame["key"] == "own", common=frame["key"].isin(COMMON))


def _under(view: View, rule: Published, clock: str) -> View:
    """The view under a published rule, in all that the rule says."""
    kept = {name: getattr(view.definition, name) for name in KEPT}
    return view.but(**{**Definition(clock=clock).model_dump(), **kept, "windows_hours": [rule.hours], **rule.settings})


def _published(view: View, rule: Published) -> dict:
    definition = view.definition
    line = {f"line_{language}": _line(definition, rule.measure, language) for language in ("zh", "en")}
    mark = definition.hash if rule.measure == "followed" else f"{definition.hash}-{rule.measure}"
    head = {"key": rule.key, "name_zh": rule.name.zh, "name_en": rule.name.en, "source": rule.source, **line, "hash": mark}
    # what a rule counts itself it counts by the records as they stand
    counted = view if rule.measure == "followed" else view.but(follow_up="naive")
    found, missing = _or_reason(lambda: MEASURES[rule.measure](counted, round(rule.hours * HOUR)))
    fcr = 1 - found.value if rule.unit == SHARE and rule.sold else np.nan
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


def _triggers(view: View, window_s: int) -> Rate:
    """Calls whose caller's next call starts within the window, and is no transfer of the same call."""
    gap = nw.col("gap_s")
    found = rates.groups(view.gaps(), hit=(gap >= FORWARDED_S) & (gap < window_s))
    return rates.share(found["hit"], found["calls"])


def _skill(rows: nw.LazyFrame) -> tuple[str, nw.LazyFrame]:
    """What a call asks for where systems say skill or call type: its queue, in exports without queues its issue; calls of which it is known."""
    have = rows.collect_schema().names()
    column = next((c for c in ("queue", LEVELS[0]) if c in have), "")
    if not column:
        raise DataRefused("same skill", "not available: needs queue.")
    return column, rows.filter(~nw.col(column).is_null())


def _recalls(view: View, window_s: int) -> Rate:
    """Calls after which the same caller called for the same on that day, answered or not."""
    column, rows = _skill(view.gaps())
    again = nw.col("seq").shift(-1).over("who", "day", column, order_by=("start_s", "seq"))
    found = rates.groups(rows.with_columns(again=again), hit=~nw.col("again").is_null())
    return rates.share(found["hit"], found["calls"])


def _same_skill(view: View, window_s: int) -> Rate:
    """Calls whose caller had called for the same within the window before; how far back one can look is treated as the end of the data is."""
    column, rows = _skill(view.all_gaps())
    before = nw.col("start_s").shift(1).over("who", column, order_by=("start_s", "seq"))
    rows = rows.with_columns(gap_s=nw.col("start_s") - before)
    return rates.followed(counts.within(rows, view.period.start_s, view.period.end_s), view.definition, window_s)


def _unreached(view: View, window_s: int) -> Rate:
    """Callers of the period none of whose calls (of known outcome) was answered."""
    rows = counts.within(scoped(view.table("calls"), view.definition), view.period.start_s, view.period.end_s)
    needed(rows, ["outcome"], "callers reached")
    answered = nw.when(nw.col("outcome") == "answered").then(nw.lit(1)).otherwise(nw.lit(0))
    each = rows.filter(~nw.col("outcome").is_null()).with_columns(answered=answered)
    each = each.group_by("who").agg(caller_group=nw.col("caller_group").min(), answered=nw.col("answered").max())
    found = rates.groups(each, hit=nw.col("answered") == 0)
    return rates.share(found["hit"], found["calls"])


MEASURES = {
    "triggers": _triggers, "recalls": _recalls, "skill": _same_skill, "unreached": _unreached,
    "followed": _followed, "days": _days, "four": _four, "problems": _problems, "contacts": _contacts, "single": _single, "callers": _callers,
}  # fmt: skip
