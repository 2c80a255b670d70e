"""The parts of the two study pages (复电窗口, 暴露周期) and what the monthly page shows of them, one part a cell.

A part takes frames from the studies and gives a block; nothing is computed here. Where a hotline has no repeat figures (masked numbers, no
callers) every part is empty and the head of the page says why.
"""

from collections.abc import Callable
from functools import wraps
from weakref import WeakKeyDictionary

import pandas as pd

from hotline_analysis import chapters, words
from hotline_analysis.chapters import STAND_OUT, _t, _verdict
from hotline_analysis.disclosure import OTHER, POOLED, UNTOLD
from hotline_analysis.hotline import Hotline
from hotline_analysis.measures import chance
from hotline_analysis.show import blocks, charts
from hotline_analysis.show.blocks import Block, Column
from hotline_analysis.studies import exposure, window
from hotline_analysis.words import Term

STUDIES = {
    "window": Term("复电窗口该定多长", "How long is a repeat call's window"),
    "definition": Term("换一种口径会怎样", "What another definition would say"),
    "exposure": Term("各类诉求多久才会再来电", "How long until each issue brings the caller back"),
}
SPECIAL = Term("专题", "Special study")
DATA, FIGURE, SENSITIVITY, TABLE, CHANGE = (
    Term("数据与口径", "Data and definition"), Term("证据", "The evidence"), Term("换一种算法会怎样", "Sensitivity"), Term("各表", "Tables"),
    Term("什么会改变这个答案", "What would change the answer"),
)  # fmt: skip
_FRAMES: WeakKeyDictionary = WeakKeyDictionary()


def _study(h: Hotline, name: str, table: str, **given) -> pd.DataFrame:
    """A study's frame, made once for a page."""
    made = _FRAMES.setdefault(h, {})
    key = (name, table, tuple(sorted(given.items())), h.month)
    if key not in made:
        made[key] = h.study(name, table, **given).replace(OTHER, POOLED(h.language)).assign(untold=UNTOLD)
    return made[key]


def _when_there(part: Callable[..., Block]) -> Callable[..., Block]:
    """The part, or nothing where the hotline has no repeat figures or no calls in the month."""

    @wraps(part)
    def made(h: Hotline, **given) -> Block:
        ahead = h.rule.direction == "look-ahead"  # the comparison with chance looks ahead from each call
        there = ahead and not chapters.repeat_missing(h) and len(_study(h, "window", "evidence"))
        return part(h, **given) if there and _study(h, "window", "evidence")["denominator"].iloc[0] else blocks.prose(language=h.language)

    return made


def _needs_issue(part: Callable[..., Block]) -> Callable[..., Block]:
    """The part, or nothing where the calls say nothing about issues."""

    @wraps(part)
    def made(h: Hotline, **given) -> Block:
        return part(h, **given) if _has_issue(h) else blocks.prose(language=h.language)

    return _when_there(made)


def _has_issue(h: Hotline) -> bool:
    have = h.view.all_gaps().collect_schema().names()
    return "issue_1" in have and len(_study(h, "exposure", "points")) > 0


def _hours(h: Hotline, hours: float) -> str:
    return words.format_hours(round(float(hours), 1), h.language)


def _rule(h: Hotline) -> str:
    return h.definition().partition("：" if h.language == "zh" else ": ")[2]


def _at(frame: pd.DataFrame, hours: float) -> dict:
    return frame[frame["window_hours"] == hours].iloc[0].to_dict()


# ---- the head of a study page


def study_masthead(h: Hotline, name: str) -> Block:
    """专题: the study's question as title, the month, the period, provisional or final, the date of the last call."""
    organisation = h.params.report.organisation
    last = h.data_days[1]
    return blocks.masthead(
        title=STUDIES[name],
        month=h.month,
        period=h.period.days_said(h.language),
        status=_t(h, "暂行版", "provisional") if h.view.provisional else _t(h, "定稿", "final"),
        author=organisation.term(h.language) if organisation else "",
        data_to=_t(h, f"数据截至{last.year}年{last.month}月{last.day}日", f"data up to {last.isoformat()}"),
        issue=SPECIAL,
        audience=_t(h, "内部资料，只含汇总数据", "internal, aggregates only"),
        language=h.language,
    )


def back(h: Hotline) -> Block:
    """The way back to the month."""
    return blocks.further(_t(h, "回到本月月报", "Back to the month's report"), page="index.html", language=h.language)


def _data(h: Hotline, part: pd.DataFrame) -> str:
    """How many calls, over which days, with which controls, and what to know before quoting."""
    calls, view = words.format_count(part["denominator"].iloc[0]), h.view
    start, end = (view.calendar.day_of(second) for second in (view.span[0], view.span[1] - 1))
    identified = _verdict(h, "identified_share")
    share = words.format_rate(identified["value"]) if identified and not words.missing(identified["value"]) else ""
    known = _t(h, f"可识别来电人的占{share}", f"{share} of calls have a known caller") if share else ""
    notes = [chance.CAVEATS[key](h.language) for key in str(part["caveat"].iloc[0]).split(", ") if key]
    zh = [f"{calls}通来电", f"对照取{start}至{end}的同一星期、同一钟点", known, *notes]
    en = [f"{calls} calls", f"controls at the same weekday and clock time from {start} to {end}", known, *notes]
    return _t(h, "，".join(p for p in zh if p) + "。", "; ".join(p for p in en if p) + ".")


# ---- which window


def window_answer(h: Hotline) -> Block:
    """The answer in one sentence of at most three clauses; where there are no figures, why."""
    missing = chapters.repeat_missing(h)
    frame = None if missing or h.view.masked else _study(h, "window", "evidence")
    if frame is None or not frame["denominator"].iloc[0]:
        return blocks.conclusion([missing or _t(h, "没有可以计算的来电。", "There are no calls to count.")], language=h.language)
    return blocks.conclusion(_window_clauses(h, frame), language=h.language)


def _window_clauses(h: Hotline, frame: pd.DataFrame) -> list[str]:
    first = frame.iloc[0]
    if first["said"] not in chance.RECOMMENDS:
        why = chance.SAID[first["said"]](h.language)
        return [_t(h, "不推荐窗口，沿用现行窗口；", "No window is recommended, the configured one stays; "), f"{why}{_t(h, '。', '.')}"]
    named = _t(h, "与", " and ").join(words.format_hours(float(w), h.language) for w in first["candidates"].split(", "))
    best = words.format_hours(first["recommended_hours"], h.language)
    captured, pure = (words.format_rate(first[k], 0) for k in ("best_capture", "best_purity"))
    close = _t(h, f"（{named}难分高下，取短者）", f" ({named} are close; the shorter)") if first["said"] == "close" else ""
    return [
        _t(h, f"误计与漏计同等看待，考核窗口宜定{best}{close}；", f"If a coincidence blamed costs as much as a failure missed, take {best}{close}; "),
        _t(h, f"{best}内捕获{captured}的相关复电，所计复电中{pure}超出平时习惯；", f"it catches {captured} of the related callbacks, and {pure} of what it counts exceeds habit; "),
        _basis(h, first),
    ]  # fmt: skip


def _basis(h: Hotline, first: pd.Series) -> str:
    """The months that a recommendation stands on."""
    n = int(first["basis_months"])
    ends = first["basis_from"] if n == 1 else f"{first['basis_from']}{_t(h, '至', ' to ')}{first['basis_to']}"
    out = int(first["basis_left_out"])
    left = _t(h, f"，剔除话务量大变动的{out}个月", f", {out} with moved volume left out") if out else ""
    return _t(h, f"依据{ends}共{n}个月{left}。", f"from {n} months, {ends}{left}.")


@_when_there
def window_data(h: Hotline) -> Block:
    return blocks.chapter(DATA, lede=_data(h, _study(h, "window", "evidence")), key="data", language=h.language)


@_when_there
def window_figure(h: Hotline) -> Block:
    lede = _t(
        h,
        "一个窗口值不值得放宽，看放宽后多计的复电里有没有一半超出平时习惯。",
        "A window is worth widening while more than half of what it adds exceeds habit.",
    )
    return blocks.chapter(FIGURE, lede=lede, key="evidence-chapter", language=h.language)


def _evidence_title(h: Hotline) -> str:
    first = _study(h, "window", "evidence").iloc[0]
    if first["said"] not in chance.RECOMMENDS:
        return _t(h, "不推荐窗口：", "No window is recommended: ") + chance.SAID[first["said"]](h.language)
    at = _study(h, "window", "density").set_index("hour_to")["related_share"].get(first["recommended_hours"])
    hours = words.format_hours(first["recommended_hours"], h.language)
    if at is None or words.missing(at):
        return _t(h, f"误计与漏计同等看待，窗口宜定{hours}", f"At equal costs the window is {hours}")
    share = words.format_rate(at)
    return _t(h, f"{hours}内的复电，{share}是平时不会打的", f"Of the callbacks within {hours}, {share} are beyond habit")


def _table_title(h: Hotline) -> str:
    first = _study(h, "window", "evidence").iloc[0]
    if first["said"] not in chance.RECOMMENDS:
        return _t(h, "不推荐窗口，各窗口的数字只供参考", "No window is recommended; the figures are for reference only")
    hours = words.format_hours(first["recommended_hours"], h.language)
    return _t(h, f"误计与漏计同等看待，净得以{hours}为最大", f"At equal costs the net benefit is greatest at {hours}")


@_when_there
def density(h: Hotline) -> Block:
    """Callbacks by the hour against habit, with the named and the recommended windows."""
    frame, evidence = _study(h, "window", "density"), _study(h, "window", "evidence")
    best = evidence["recommended_hours"].iloc[0]
    best = None if words.missing(best) else best
    named = sorted({*STAND_OUT, *([best] if best else [])})
    said = {w: Term(words.format_hours(w, "zh"), words.format_hours(w, "en")) for w in named}
    return blocks.figure(
        charts.density_control,
        frame,
        key="density",
        title=_evidence_title(h),
        subtitle=_t(
            h,
            f"每小时每千通来电的复电，{h.period.said('zh')}，来电后168小时内；虚线为同一来电人平时会打的",
            f"Callbacks per hour and thousand calls, {h.period.said('en')}, within 168 h of the call; dashed: the same callers' habit",
        ),
        side=[
            _t(
                h,
                "实线与虚线之间是超出平时习惯的复电；两线重合处，再放宽窗口只会多计巧合。",
                "What lies between the lines is beyond habit; where they meet, a wider window adds coincidence only.",
            ),
            _t(h, "对照是同一来电人前后第2、3周同一星期、同一钟点之后的来电。", "Habit: the same callers from the same weekday and clock time two and three weeks before and after."),
        ],
        rule=_rule(h),
        numbers=[
            Column("hour_to", window.COLUMNS["hour_to"], "count"),
            Column("numerator", Term("复电", "Callbacks"), "count"),
            Column("seen", window.COLUMNS["seen"], "number"),
            Column("habit", window.COLUMNS["habit"], "number", phone=False),
        ],
        language=h.language,
        windows=said,
        chosen=best,
    )  # fmt: skip


@_when_there
def evidence(h: Hotline) -> Block:
    """F, B, R, purity, capture and support at every window."""
    frame = _study(h, "window", "evidence")
    first = frame.iloc[0]
    verdict = chance.SAID[first["said"]](h.language)
    notes = [chance.CAVEATS[key](h.language) for key in first["caveat"].split(", ") if key]
    return blocks.table(
        frame,
        [
            Column("window_hours", window.COLUMNS["window_hours"], "hours"),
            Column("value", _t(h, "复电率%", "Followed %"), "rate"),
            Column("anyway", _t(h, "其中平时\n也会打的%", "Of these,\nby habit %"), "rate", phone=False),
            Column("excess", _t(h, "超出\n平时的%", "Beyond\nhabit %"), "rate", bold=True),
            Column("excess_low", _t(h, "95%区间", "95% interval"), "interval", low="excess_low", high="excess_high", phone=False),
            Column("purity", _t(h, "纯度%", "Purity %"), "rate"),
            Column("capture", _t(h, "捕获%", "Capture %"), "rate"),
            Column("support", _t(h, "重抽样\n支持%", "Support\n%"), "rate"),
        ],
        key="evidence",
        title=_table_title(h),
        subtitle=_t(
            h,
            f"{verdict}，{words.format_count(first['denominator'])}通来电；两项相加等于复电率；纯度=超出平时的÷复电，捕获=占168小时内超出平时的；支持只重抽来电人",
            f"{verdict}; {words.format_count(first['denominator'])} calls; the two parts add to followed; purity: beyond habit of followed; capture: of what is beyond habit within 168 h; support: callers drawn again, nothing else",
        ),
        note=_t(h, "；", "; ").join(notes),
        chosen=lambda row: row["window_hours"] == first["recommended_hours"],
        language=h.language,
    )


@_when_there
def sensitivity(h: Hotline) -> Block:
    return blocks.chapter(SENSITIVITY, lede=_sensitive(h), key="sensitivity", language=h.language)


def _sensitive(h: Hotline) -> str:
    first = _study(h, "window", "evidence").iloc[0]
    told = [(c, first[f"best_hours_{name}"]) for name, c in window.COSTS.items()]
    if first["said"] not in chance.RECOMMENDS or any(words.missing(w) for _, w in told):
        return _t(h, "不推荐窗口，不比较代价。", "No window is recommended, so costs are not compared.")
    zh = "，".join(f"代价{c:g}时为{words.format_hours(w)}" for c, w in told)
    en = ", ".join(f"{words.format_hours(w, 'en')} at {c:g}" for c, w in told)
    f1 = words.format_hours(first["f1_hours"], h.language)
    return _t(h, f"误计一次巧合相对于漏计一次相关复电的代价，{zh}；兼顾纯度与捕获为{f1}。", f"By the cost of blaming a coincidence against missing a failure: {en}; by purity and capture together {f1}.")  # fmt: skip


window_curve, windows, pareto = (_when_there(part) for part in (chapters.window_curve, chapters.windows, chapters.pareto))


@_when_there
def reliability(h: Hotline) -> Block:
    """Whether a window tells agents apart again; counts of agents only, no names."""
    if "agent" not in h.view.all_gaps().collect_schema().names():
        return blocks.prose(language=h.language)
    frame = _study(h, "window", "reliability")
    title = (
        _t(h, "各窗口对话务员的区分可以重现多少", "How far each window tells agents apart again")
        if frame["reliability"].notna().any()
        else _t(h, "话务员太少，不能判断区分是否可重现", "Too few agents to tell whether a window orders them again")
    )
    few = _t(h, "样本不足", "too few")
    frame = frame.assign(reliability_missing=few, **{f"tau_{w:g}_missing": few for w in STAND_OUT})
    return blocks.table(
        frame,
        [
            Column("window_hours", window.COLUMNS["window_hours"], "hours"),
            Column("agents", window.COLUMNS["agents"], "count"),
            Column("calls", _t(h, "看满的来电", "Calls watched in full"), "count", phone=False),
            Column("reliability", window.COLUMNS["reliability"], "ratio", reason="reliability_missing", bold=True),
            *[Column(f"tau_{w:g}", window.COLUMNS[f"tau_{w:g}"], "ratio", reason=f"tau_{w:g}_missing") for w in STAND_OUT],
        ],
        key="reliability",
        title=title,
        subtitle=_t(
            h,
            "话务员按诉求标准化的复电比（实际÷预期）；信度由来电人分成两半得出，1为完全可重现",
            "Agents' repeats over expected, by issue; reliability from two halves of the callers, 1 is fully reproducible",
        ),
        chosen=lambda row: row["marked"],
        language=h.language,
    )


@_when_there
def by_month(h: Hotline) -> Block:
    """Each month's rate beside the share of calls whose caller is known."""
    frame = _study(h, "window", "months")
    frame = frame[frame["month"] <= h.month]
    follows = bool(len(frame) and frame["follows"].iloc[0])
    title = (
        _t(
            h,
            "各月复电率随可识别占比而变，逐月升降不宜读作好坏",
            "The monthly rate follows the share of known callers; its movement is no verdict",
        )
        if follows
        else _t(h, "各月复电率与可识别占比", "The monthly rate and the share of known callers")
    )
    return blocks.table(
        frame,
        [
            Column("month", window.COLUMNS["month"], "month"),
            Column("numerator", window.COLUMNS["numerator"], "count", phone=False),
            Column("denominator", _t(h, "可识别来电", "Calls of known callers"), "count"),
            Column("value", _t(h, "24小时\n复电率%", "24 h\nrate %"), "rate", bold=True),
            Column("low", _t(h, "95%区间", "95% interval"), "interval", low="low", high="high", phone=False),
            Column("identified", _t(h, "可识别\n占比%", "Known\ncallers %"), "rate"),
        ],
        key="by-month",
        title=title,
        subtitle=_t(
            h,
            "复电率只能在可识别来电人的来电中计算；占比变动时，比的已不是同一群人",
            "The rate can only be had for known callers; when their share moves, months no longer compare the same people",
        ),
        chosen=lambda row: row["month"] == h.month,
        language=h.language,
    )


@_when_there
def own_windows(h: Hotline) -> Block:
    """The rate with each issue's own window, where the params give them."""
    if not h.rule.windows_by_issue:
        return blocks.prose(language=h.language)
    frame = _study(h, "window", "own")
    total, rows = frame.iloc[-1], frame.iloc[:-1]
    rest = _t(h, "其余诉求", "other issues")
    rows = rows.assign(issue=rows["issue"].where(rows["issue"] != "*", rest))
    rate = words.format_rate(total["value"])
    return blocks.table(
        rows,
        [
            Column("issue", window.COLUMNS["issue"]),
            Column("window_hours", window.COLUMNS["window_hours"], "hours"),
            Column("numerator", window.COLUMNS["numerator"], "count", reason="untold"),
            Column("denominator", window.COLUMNS["denominator"], "count", reason="untold"),
            Column("value", _t(h, "复电率%", "Rate %"), "rate", bold=True, reason="untold"),
            Column("low", _t(h, "95%区间", "95% interval"), "interval", low="low", high="high", phone=False, reason="untold"),
        ],
        key="own-windows",
        title=_t(h, f"各诉求按自己的窗口计，复电率{rate}", f"With each issue's own window the rate is {rate}"),
        subtitle=_t(h, f"{h.period.said('zh')}，窗口由参数文件给出", f"{h.period.said('en')}; windows from the params"),
        total={**total.to_dict(), "issue": _t(h, "全部", "All"), "window_hours": ""},
        language=h.language,
    )


@_when_there
def window_caveats(h: Hotline) -> Block:
    """What would change the answer."""
    return blocks.chapter(
        CHANGE, lede=_t(h, "下列情形出现时，应重新计算。", "Recalculate when any of these happens."), key="change", language=h.language
    )


@_when_there
def window_notes(h: Hotline) -> Block:
    move = _study(h, "window", "evidence")["volume_move"].iloc[0]
    moved = words.format_rate(move) if not words.missing(float(move)) else ""
    zh = [
        "“超出平时的”是超出同一来电人平时习惯的部分，可能偏高（同一人正逢多事之时也会被计入），也可能偏低（拖过两周的问题已进入对照）。",
        f"对照假定同一人两三周前后的习惯与现在相同；本期每周话务量最多偏离中位数{moved}，超过30%（如突发事件）时结果不宜采用。" if moved else "数据不足两周，无法查看话务量的变动。",
        "误计代价取1是约定，没有实测依据；代价不同，窗口不同，见上文。",
        "诉求构成、办理流程或号码识别改变后，窗口应重新论证；别处的窗口不能照搬。",
    ]  # fmt: skip
    en = [
        "Beyond habit may be too high (a caller's busy fortnight is counted too) or too low (a problem that lasts over two weeks stands in the controls).",
        f"Habit is taken from two and three weeks away; weekly volume left its median by at most {moved}. Beyond 30 % (a mass event) do not use the result." if moved else "Fewer than two weeks of data: movement of volume cannot be seen.",
        "A cost of 1 is a convention that no run validated; another cost gives another window, see above.",
        "When the mix of issues, the process or caller identification changes, argue the window anew; no window can be copied from another hotline.",
    ]  # fmt: skip
    return blocks.notes(zh if h.language == "zh" else en, language=h.language)


# ---- how long each issue takes


def exposure_answer(h: Hotline) -> Block:
    """The answer in one sentence: the shortest and the longest issue, and whether one window fits."""
    missing = chapters.repeat_missing(h)
    if missing or h.view.masked or not _has_issue(h):
        why = missing or _t(h, "来电没有诉求分类，不能分诉求计算。", "The calls carry no issue, so nothing can be said by issue.")
        return blocks.conclusion([why], language=h.language)
    own = _study(h, "exposure", "points").query("source == 'own'").sort_values("hours_80")
    if not len(own):
        return blocks.conclusion(
            [_t(h, "各类诉求的证据都不足，沿用统一窗口。", "No issue has enough evidence; one window stays.")], language=h.language
        )
    short, long = own.iloc[0], own.iloc[-1]
    if len(own) == 1:
        zh, en = (
            f"{short['issue']}的相关复电八成在{_hours(h, short['hours_80'])}内；",
            f"80% of related callbacks come within {_hours(h, short['hours_80'])} for {short['issue']}; ",
        )
        return blocks.conclusion([_t(h, zh, en), _reconciled(h)], language=h.language)
    zh = [
        f"{short['issue']}的相关复电八成在{_hours(h, short['hours_80'])}内，",
        f"{long['issue']}要{_hours(h, long['hours_80'])}；",
        _reconciled(h),
    ]
    en = [
        f"80% of related callbacks come within {_hours(h, short['hours_80'])} for {short['issue']}, ",
        f"{_hours(h, long['hours_80'])} for {long['issue']}; ",
        _reconciled(h),
    ]
    return blocks.conclusion(zh if h.language == "zh" else en, language=h.language)


def _reconciled(h: Hotline) -> str:
    """What the two methods together recommend, in one clause."""
    frame = _study(h, "exposure", "reconciliation")
    flagged = int(frame["flagged_count"].iloc[0])
    hours, share = words.format_hours(frame["window_hours"].iloc[0], h.language), words.format_rate(frame["flagged_share"].iloc[0], 0)
    said = {
        "per_issue": _t(h, f"{hours}不合{flagged}类诉求（占来电{share}），宜分诉求设窗口。", f"{hours} does not fit {flagged} issues ({share} of calls): set windows by issue."),
        "exceptions": _t(h, f"{hours}可以统一采用，{flagged}类诉求列为例外。", f"{hours} can serve for all, with {flagged} exceptions."),
        "single": _t(h, f"{hours}对各类诉求都合适。", f"{hours} fits every issue."),
        "keep": _t(h, "不推荐统一窗口，沿用现行窗口。", "no window for all is recommended: keep the configured one."),
    }  # fmt: skip
    return said[frame["said"].iloc[0]]


@_needs_issue
def exposure_data(h: Hotline) -> Block:
    return blocks.chapter(DATA, lede=_data(h, _study(h, "window", "evidence")), key="data", language=h.language)


@_needs_issue
def exposure_figure(h: Hotline) -> Block:
    lede = _t(
        h, "曲线是超出平时习惯的复电，已扣除同一来电人平时也会打的。", "The curves are related callbacks: the callers' habit is taken off."
    )
    return blocks.chapter(FIGURE, lede=lede, key="exposure-chapter", language=h.language)


@_needs_issue
def curves(h: Hotline, *, most: int = 6) -> Block:
    """One panel an issue."""
    frame = _study(h, "exposure", "curves")
    return blocks.figure(
        charts.cumulative,
        frame,
        key="curves",
        title=_curves_title(h),
        subtitle=_t(
            h,
            f"来电后多久超出平时习惯地再来电，占该诉求来电%，{h.period.said('zh')}，168小时内；带为95%区间，灰线为其他诉求",
            f"Share of an issue's calls followed beyond habit, %, {h.period.said('en')}, within 168 h; band: 95 %; grey: the others",
        ),
        side=[
            _t(
                h,
                "竖线是八成的时刻：168小时内的相关复电有八成已经出现。",
                "The drop line is the 80 % point of the related callbacks within 168 h.",
            ),
            _t(
                h,
                "证据不足的诉求沿用上级诉求的时刻，并写明。",
                "Where an issue has too little evidence its parent's point is used, and said so.",
            ),
        ],
        language=h.language,
        most=most,
    )


def _curves_title(h: Hotline) -> str:
    first = _study(h, "exposure", "points").iloc[0]
    if first["said"] != "late":
        return exposure.POINTS_SAID[first["said"]](h.language)
    own = _study(h, "exposure", "points").query("source == 'own'")
    row = own.loc[own["hours_50"].idxmax()]
    return _t(h, f"{row['issue']}的相关复电，一半在{_hours(h, row['hours_50'])}后才出现", f"Half of the related callbacks of {row['issue']} come after {_hours(h, row['hours_50'])}")  # fmt: skip


@_needs_issue
def points(h: Hotline) -> Block:
    """The 50 % and 80 % points with their intervals, and whose they are."""
    frame = _study(h, "exposure", "points")
    named = frame["source"].map({k: t(h.language) for k, t in exposure.SOURCES.items()}).fillna(frame["source"])
    inherited = int((frame["source"] != "own").sum())
    few = exposure.SOURCES[""](h.language)
    return blocks.table(
        frame.assign(source=named, few=few),
        [
            Column("issue", exposure.COLUMNS["issue"]),
            Column("calls", exposure.COLUMNS["calls"], "count"),
            Column("callbacks", exposure.COLUMNS["callbacks"], "count", phone=False, reason="untold"),
            Column("excess", _t(h, "超出\n平时的%", "Beyond\nhabit %"), "rate"),
            Column("hours_50", _t(h, "一半\n（小时）", "50 %\n(h)"), "number", reason="few"),
            Column("hours_80", _t(h, "八成\n（小时）", "80 %\n(h)"), "number", bold=True, reason="few"),
            Column("low_80", _t(h, "95%区间", "95% interval"), "span", low="low_80", high="high_80", reason="few", phone=False),
            Column("source", exposure.COLUMNS["source"]),
        ],
        key="points",
        title=_t(h, f"{len(frame)}类诉求中{len(frame) - inherited}类能公布自己的时刻", f"{len(frame) - inherited} of {len(frame)} issues have a point of their own"),
        subtitle=_t(h, "占168小时内超出平时的复电的一半和八成；沿用的时刻没有自己的区间", "Of the callbacks beyond habit within 168 h; an inherited point has no interval of its own"),
        language=h.language,
    )  # fmt: skip


@_needs_issue
def hazard(h: Hotline) -> Block:
    """The hourly rate of the slowest issue against habit."""
    own = _study(h, "exposure", "points").query("source == 'own'")
    if not len(own):
        return blocks.prose(language=h.language)
    issue, last = own.sort_values("hours_80")[["issue", "hours_80"]].iloc[-1]
    frame = _study(h, "exposure", "hazard")
    frame = frame[frame["issue"] == issue]
    frame = frame.assign(hours=(frame["hour_from"] + frame["hour_to"]) / 2, seen=1000 * frame["index"], habit=1000 * frame["control"])
    return blocks.figure(
        charts.density_control,
        frame,
        key="hazard",
        title=_t(h, f"{issue}的相关复电到{_hours(h, last)}才出现八成", f"{issue}: it takes {_hours(h, last)} for 80% of the related callbacks"),
        subtitle=_t(h, f"每小时每千位仍未再来电者的来电，{h.period.said('zh')}；虚线为平时", f"Calls per hour and thousand still waiting, {h.period.said('en')}; dashed: habit"),
        side=[_t(h, "两线都有每日的起伏；两线之差才是超出平时的。", "Both lines show the daily wave; what lies between them is beyond habit.")],
        numbers=[
            Column("hour_to", exposure.COLUMNS["hour_to"], "count"),
            Column("seen", _t(h, "实际", "Seen"), "number"),
            Column("habit", _t(h, "平时", "Habit"), "number"),
        ],
        language=h.language,
    )  # fmt: skip


@_needs_issue
def exposure_tables(h: Hotline) -> Block:
    return blocks.chapter(TABLE, lede=_t(h, "供核对的细表。", "The detail, for checking."), key="tables", language=h.language)


@_needs_issue
def split(h: Hotline) -> Block:
    """Same or another issue at the three named windows."""
    frame = _study(h, "exposure", "split")
    shown = frame[frame["window_hours"].isin(STAND_OUT)]
    return blocks.table(
        shown,
        [
            Column("issue", exposure.COLUMNS["issue"]),
            Column("window_hours", exposure.COLUMNS["window_hours"], "hours"),
            Column("same", _t(h, "同一诉求%", "Same issue %"), "rate"),
            Column("same_low", _t(h, "95%区间", "95% interval"), "interval", low="same_low", high="same_high", phone=False),
            Column("other", _t(h, "其他诉求%", "Another %"), "rate"),
            Column("other_low", _t(h, "95%区间", "95% interval"), "interval", low="other_low", high="other_high", phone=False),
            Column("followed", _t(h, "任一诉求%", "Any %"), "rate"),
        ],
        key="split",
        title=_t(h, "再次来电问的是不是同一件事", "Whether the next call is about the same issue"),
        subtitle=_t(h, "先到者计；两者之和为任一诉求的复电率", "Whichever comes first; the two add to the rate of any issue"),
        language=h.language,
    )


@_needs_issue
def comparison(h: Hotline, *, by: str = "issue_1") -> Block:
    """Pairs of issues or units that differ by evidence, largest first."""
    if by not in h.view.all_gaps().collect_schema().names():
        return blocks.prose(language=h.language)
    frame = _study(h, "exposure", "comparison", by=by)
    if not len(frame):
        return blocks.prose(language=h.language)
    shown = frame[frame["differs"]].sort_values("difference", key=abs, ascending=False).head(10)
    what, pairs = (
        (_t(h, "诉求", "issues"), _t(h, "对", "pairs")) if by.startswith("issue") else (_t(h, "单位", "units"), _t(h, "对", "pairs"))
    )
    title = _t(
        h,
        f"{len(frame)}对{what}中{int(frame['differs'].sum())}对有差异",
        f"{int(frame['differs'].sum())} of {len(frame)} {pairs} of {what} differ",
    )
    overall = frame.iloc[0]
    return blocks.table(
        shown,
        [
            Column("first", exposure.COLUMNS["first"]),
            Column("second", exposure.COLUMNS["second"]),
            Column("difference", _t(h, "超出平时之差\n（个百分点）", "Difference\n(pp)"), "change"),
            Column("low", _t(h, "95%区间", "95% interval"), "change_interval", low="low", high="high"),
            Column("z", "z", "number", phone=False),
            Column("q", "q", "small", phone=False),
        ],
        key=f"comparison-{by.replace('_', '-')}",
        title=title,
        subtitle=_t(
            h,
            f"168小时内超出平时的复电，最大的{len(shown)}对；q为多重比较校正后；总体对数秩检验（不计来电人聚集）统计量{words.decimal(overall['overall'])}，自由度{int(overall['overall_df'])}",
            f"Beyond habit within 168 h, the {len(shown)} largest; q after correction for many comparisons; overall log-rank (clusters ignored) {words.decimal(overall['overall'])} on {int(overall['overall_df'])} df",
        ),
        note=_t(h, "不作名次", "no ranking"),
        language=h.language,
    )  # fmt: skip


@_needs_issue
def reconciliation_chapter(h: Hotline) -> Block:
    return blocks.chapter(SENSITIVITY, lede=_reconciled(h), key="sensitivity", language=h.language)


@_needs_issue
def reconciliation(h: Hotline) -> Block:
    """两法相互印证: whether the one window fits each issue."""
    frame = _study(h, "exposure", "reconciliation")
    told = frame.assign(verdict=[exposure.RECONCILED[v](h.language) for v in frame["verdict"]], few=exposure.SOURCES[""](h.language))
    hours = words.format_hours(frame["window_hours"].iloc[0], h.language)
    return blocks.table(
        told,
        [
            Column("issue", exposure.COLUMNS["issue"]),
            Column("share_of_calls", _t(h, "占来电%", "% of calls"), "rate"),
            Column("capture", _t(h, "捕获%", "Capture %"), "rate"),
            Column(
                "capture_low",
                _t(h, "95%区间", "95% interval"),
                "interval",
                low="capture_low",
                high="capture_high",
                reason="few",
                phone=False,
            ),
            Column("purity", _t(h, "纯度%", "Purity %"), "rate"),
            Column(
                "purity_low", _t(h, "95%区间", "95% interval"), "interval", low="purity_low", high="purity_high", reason="few", phone=False
            ),
            Column("verdict", exposure.COLUMNS["verdict"]),
            Column("recommended_hours", exposure.COLUMNS["recommended_hours"], "hours", bold=True),
        ],
        key="reconciliation",
        title=_reconciled(h).rstrip("。."),
        subtitle=_t(
            h,
            f"统一窗口{hours}；捕获的区间上端低于60%为过短，纯度的区间上端低于50%为过长",
            f"One window of {hours}; too short: upper end of capture under 60 %; too long: upper end of purity under 50 %",
        ),
        note=_t(
            h, "60%、50%及占来电20%三条界线是约定，没有实测依据。", "The limits of 60, 50 and 20 % are conventions that no run validated."
        ),
        chosen=lambda row: row["flagged"],
        language=h.language,
    )


@_needs_issue
def reconciled(h: Hotline) -> Block:
    """The recommendation as one sentence, for the month."""
    sentence = _reconciled(h)
    said = sentence if h.language == "zh" else sentence[0].upper() + sentence[1:]
    return blocks.prose(_t(h, "两种方法合看：", "The two methods together: ") + said, language=h.language)


@_needs_issue
def checks(h: Hotline) -> Block:
    """先查数据: what to look at before a disagreement is believed."""
    frame = _study(h, "exposure", "checks")
    flagged = set(_study(h, "exposure", "reconciliation").query("flagged")["issue"])
    shown = frame[frame["issue"].isin(flagged)] if flagged else frame
    notable = int(shown["notable"].sum())
    unknown = _t(h, "未提供", "not provided")
    told = shown.assign(
        check=[exposure.CHECKS[c](h.language) for c in shown["check"]],
        said=[_t(h, "需留意", "look at it") if n else "" for n in shown["notable"]],
        missing=[
            unknown if m else _t(h, "无", "none") if d == 0 else UNTOLD for m, d in zip(shown["missing"], shown["denominator"], strict=True)
        ],
    )
    return blocks.table(
        told,
        [
            Column("issue", exposure.COLUMNS["issue"]),
            Column("check", exposure.COLUMNS["check"]),
            Column("numerator", _t(h, "件数", "Count"), "count", reason="untold"),
            Column("denominator", _t(h, "其中", "Of"), "count", reason="untold"),
            Column("share", _t(h, "占比%", "Share %"), "rate", reason="missing"),
            Column("expected", _t(h, "通常不超过%", "Usually at most %"), "rate", phone=False),
            Column("said", _t(h, "提示", "Note")),
        ],
        key="checks",
        title=_t(h, f"先查数据：{notable}项需留意", f"The data first: {notable} checks to look at"),
        subtitle=_t(
            h,
            "两法不符的诉求，先看数据再下结论；界线为约定",
            "Where the methods disagree, look at the data before believing it; limits are conventions",
        ),
        language=h.language,
    )


@_needs_issue
def exposure_caveats(h: Hotline) -> Block:
    return blocks.chapter(
        CHANGE, lede=_t(h, "下列情形出现时，应重新计算。", "Recalculate when any of these happens."), key="change", language=h.language
    )


@_needs_issue
def exposure_notes(h: Hotline) -> Block:
    zh = [
        "时刻只在168小时之内计算；更晚才出现的问题不在其中。",
        "诉求分类改名、合并或大量改派后，各诉求的时刻应重新计算；先看上面的数据核查。",
        "超出平时的复电达到标准误的8倍，才公布该诉求自己的时刻；不足时用上级诉求或全部来电的时刻。",
        "统一窗口与分诉求窗口不可混比：口径行写明采用哪一种。",
    ]
    en = [
        "Points are those within 168 hours; problems that show later are not in them.",
        "When issues are renamed, merged or often recoded, compute the points anew; see the checks above first.",
        "An issue has a point of its own when its callbacks beyond habit reach 8 standard errors; otherwise its parent's or that of all calls is used.",
        "Rates under one window and under windows by issue do not compare; the definition line says which is used.",
    ]
    return blocks.notes(zh if h.language == "zh" else en, language=h.language)


# ---- on the monthly page


@_when_there
def further(h: Hotline) -> Block:
    """The way to the study pages."""
    return blocks.further(_t(h, "专题：复电窗口该定多长", "Special study: the window"), page="window.html", language=h.language)


@_needs_issue
def further_exposure(h: Hotline) -> Block:
    return blocks.further(
        _t(h, "专题：各类诉求多久才会再来电", "Special study: exposure periods"), page="exposure.html", language=h.language
    )
