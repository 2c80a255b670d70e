"""The parts of the study page 口径对比: the same month under other definitions, one part a cell.

A part takes frames from the studies `definition` and `fcr` and gives a block; nothing is computed here. Where a hotline has no repeat
figures the page says why, and every other part is empty.
"""

from collections.abc import Callable
from functools import wraps

import pandas as pd

from hotline_analysis import chapters, chapters_repeat, findings, words
from hotline_analysis.errors import DataRefused
from hotline_analysis.hotline import Hotline
from hotline_analysis.measures.definition import KEYS
from hotline_analysis.show import blocks
from hotline_analysis.show.blocks import Block, Column
from hotline_analysis.studies import definition, fcr
from hotline_analysis.words import Term

PANEL, STEPS, PARTS, FCR, WHO, HOURS = (
    Term("同一份数据，不同口径", "The same data under other definitions"), Term("从旧口径到现行口径", "From the old figure to this one"),
    Term("复电是由什么组成的", "What the repeats are"), Term("首解率", "First-call resolution"), Term("是谁在来电", "Who is calling"),
    Term("当日与滚动24小时", "Calendar day and rolling 24 h"),
)  # fmt: skip
AT_HOURS = 24.0  # the window at which definitions are compared
BAND_HOURS = 4
NO_FCR = Term("首解率只在滚动窗口、向后看的口径下有定义", "first-call resolution is defined for rolling windows, looking ahead")
MISSING = {
    "not available: needs orders.": Term("没有工单数据", "there are no orders"),
    "not available: needs events of kind outage": Term("没有故障记录", "no outages are recorded"),
    "not available: needs talk_seconds": Term("没有通话时长", "there are no talk times"),
    "no known durations": Term("通话时长均未能读出", "no talk time could be read"),
    "history": Term("数据不足21天，无法与平时对照", "less than 21 days of data, so nothing to compare with habit"),
    "no control": Term("没有对照", "no control"),
}


def _t(h: Hotline, zh: str, en: str) -> str:
    return zh if h.language == "zh" else en


def _there(part: Callable[..., Block]) -> Callable[..., Block]:
    """The part, or nothing where the hotline has no repeat figures or no calls in the month."""

    @wraps(part)
    def made(h: Hotline) -> Block:
        there = not h.view.masked and not chapters.repeat_missing(h) and h.study("window")["denominator"].max() > 0
        return part(h) if there else blocks.prose(language=h.language)

    return made


def _study(h: Hotline, name: str, table: str = "") -> pd.DataFrame:
    """A study's frame, made once for the page; a copy, because parts add words to it."""
    return chapters_repeat._study(h, name, table).copy()


def _named(h: Hotline, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(name=frame[f"name_{h.language}"])


def _percent(h: Hotline) -> str:
    return _t(h, "占来电%", "% of calls")


@_there
def answer(h: Hotline) -> Block:
    """How far the published rules lie apart on this month."""
    shares = _study(h, "definition", "panel").dropna(subset=["fcr"])
    low, high = shares.loc[shares["fcr"].idxmin()], shares.loc[shares["fcr"].idxmax()]
    ends = [words.format_rate(r["fcr"]) for r in (low, high)]
    names = [r[f"name_{h.language}"] for r in (low, high)]
    zh = [f"同一个月的来电，按{len(shares)}种口径算，一次解决的占比（不计派单）从{ends[0]}到{ends[1]}；", "只有口径相同的数字才能比较。"]
    en = [
        f"On the same month's calls, {len(shares)} definitions give a share settled at once (dispatch aside) between {ends[0]} and {ends[1]};",
        "only figures under one definition compare.",
    ]
    return blocks.conclusion(
        [
            *_t(h, zh, en)[:1],
            _t(h, f"最低的是{names[0]}，最高的是{names[1]}；", f"lowest: {names[0]}, highest: {names[1]};"),
            _t(h, zh, en)[1],
        ],
        language=h.language,
    )


def panel(h: Hotline) -> Block:
    """The chapter's head, or why there is nothing to compare."""
    missing = chapters.repeat_missing(h) or (
        _t(h, "号码已打码，无法识别同一来电人", "numbers are masked, so callers cannot be told apart") if h.view.masked else ""
    )
    lede = _t(
        h,
        "每一行都是公开发表过的算法，用在本月同一批来电上；身份、剔除与数据末端从本热线参数，其余照原文。",
        "Each row is a published rule on this month's calls; identity, exclusions and the end of data are this hotline's, the rest as published.",
    )
    return blocks.chapter(PANEL, lede=lede, absent=missing, key="panel", language=h.language)


@_there
def panel_table(h: Hotline) -> Block:
    """Published definitions side by side, this hotline's own first."""
    frame = _named(h, _study(h, "definition", "panel"))
    frame.loc[frame["key"] == "own", "name"] += _t(h, f"（{AT_HOURS:g}小时）", f", {AT_HOURS:g} h")
    frame["said"] = [definition.CAVEATS[c](h.language) for c in frame["caveat"]]
    ratio = frame["unit"] == definition.CONTACTS
    contacts = frame[ratio].iloc[0]
    told = _t(
        h,
        f"NI14草案算的不是比率：每个问题{words.decimal(contacts['value'], 2)}通来电。",
        f"The NI14 draft is no share: {words.decimal(contacts['value'], 2)} contacts a problem.",
    )
    return blocks.table(
        frame[~ratio],
        [
            Column("name", _t(h, "口径", "Definition")),
            Column("numerator", definition.COLUMNS["numerator"], "count", phone=False),
            Column("denominator", definition.COLUMNS["denominator"], "count", phone=False),
            Column("value", _t(h, "未解决%", "Unsolved %"), "rate", bold=True),
            Column("low", _t(h, "95%区间", "95% interval"), "interval", low="low", high="high"),
            Column("fcr", _t(h, "1−未解决%\n（不计派单）", "1 − unsolved %\n(dispatch aside)"), "rate"),
            Column("said", _t(h, "须知", "Know"), phone=False),
        ],
        key="panel-table",
        title=_t(h, "口径一换，数字就换", "Another definition, another figure"),
        subtitle=_t(h, f"{h.period.said('zh')}，已识别来电人的来电", f"{h.period.said('en')}, calls of identified callers"),
        chosen=lambda row: row["key"] == "own",
        note=told,
        language=h.language,
    )


@_there
def rules(h: Hotline) -> Block:
    """Each published definition in one line, with its hash and source."""
    frame = _study(h, "definition", "panel")
    lines = [f"{r[f'name_{h.language}']}（{r['source']}，{r['hash']}）：{r[f'line_{h.language}']}" for _, r in frame.iterrows()]
    return blocks.notes(lines, language=h.language)


@_there
def steps(h: Hotline) -> Block:
    frame = _study(h, "definition", "waterfall")
    old, new = frame.iloc[0], frame.iloc[-1]
    change = words.format_change(new["value"] - old["value"], words.PERCENT, h.language)
    return blocks.chapter(
        STEPS,
        lede=_t(
            h,
            f"旧报表（全部来电、当日、不修正）为{words.format_rate(old['value'])}，现行口径为{words.format_rate(new['value'])}，相差{change}，全部来自口径。",
            f"The old report (all calls, same day, no correction) reads {words.format_rate(old['value'])}, this definition {words.format_rate(new['value'])}: {change}, all of it the rule.",
        ),
        key="steps",
        language=h.language,
    )


@_there
def steps_table(h: Hotline) -> Block:
    frame = _named(h, _study(h, "definition", "waterfall"))
    frame["change"] = ["", *frame["change"].iloc[1:]]
    return blocks.table(
        frame.iloc[:-1],
        [
            Column("name", _t(h, "改动", "Changed")),
            Column("numerator", definition.COLUMNS["numerator"], "count", phone=False),
            Column("denominator", definition.COLUMNS["denominator"], "count", phone=False),
            Column("value", _t(h, "复电率%", "Rate %"), "rate"),
            Column("change", _t(h, "变化\n（百分点）", "Change\n(pp)"), "change", bold=True),
        ],
        key="steps-table",
        title=_t(h, "逐条改动，各改动相加等于总差", "Rule by rule; the changes add to the difference"),
        subtitle=_t(h, "窗口24小时；各步大小与先后有关，次序固定", "At 24 h; the size of a step depends on the order, which is fixed"),
        total=frame.iloc[-1].to_dict(),
        short=True,
        language=h.language,
    )


@_there
def parts_chapter(h: Hotline) -> Block:
    lede = _t(
        h,
        "每次复电按先合者归入一项：故障、掉线重拨、催办、同一诉求、另一诉求；再从后几项扣除平时也会打来的部分。",
        "Each repeat goes to the first part that fits; from the last three, what would have come anyway is taken off.",
    )
    return blocks.chapter(PARTS, lede=lede, key="parts-chapter", language=h.language)


@_there
def parts(h: Hotline) -> Block:
    """A week's repeats by what they are; the parts add to the whole."""
    frame = _study(h, "definition", "parts")
    frame["name"] = [definition.PARTS[p](h.language) for p in frame["part"]]
    frame["why"] = [MISSING[m](h.language) if m in MISSING else m for m in frame["missing"]]
    away = frame.set_index("part").loc["background"]
    zh = f"一周内的复电，有{words.format_rate(away['share'])}平时也会打来" if not away["missing"] else "一周内复电的组成"
    en = (
        f"{words.format_rate(away['share'])} of a week's repeats would have come anyway"
        if not away["missing"]
        else "What a week's repeats are"
    )
    return blocks.table(
        frame.iloc[:-1],
        [
            Column("name", definition.COLUMNS["part"]),
            Column("calls", _t(h, "复电", "Repeats"), "count", reason="why"),
            Column("share", _t(h, "占复电%", "% of repeats"), "rate", reason="why"),
            Column("value", _percent(h), "rate", bold=True, reason="why"),
            Column("low", _t(h, "95%区间", "95% interval"), "interval", low="low", high="high", reason="why", phone=False),
        ],
        key="parts",
        title=_t(h, zh, en),
        subtitle=_t(h, "168小时内已看到的复电；各项相加等于全部", "Repeats seen within 168 h; the parts add to the whole"),
        total=frame.iloc[-1].to_dict(),
        short=True,
        language=h.language,
    )


@_there
def resolved(h: Hotline) -> Block:
    """首解率 at every window, or why it cannot be had."""
    try:
        frame = _study(h, "fcr")
    except DataRefused as refused:
        absent = findings.why_missing(refused.wrong.rstrip("."))(h.language) if "needs " in refused.wrong else NO_FCR(h.language)
        return blocks.chapter(FCR, absent=absent, key="fcr", language=h.language)
    row = frame[frame["window_hours"] == AT_HOURS] if (frame["window_hours"] == AT_HOURS).any() else frame.head(1)
    at, hours = row.iloc[0], words.format_hours(row["window_hours"].iloc[0], h.language)
    return blocks.chapter(
        FCR,
        lede=_t(
            h,
            f"{hours}内首解率{words.format_rate(at['value'])}；用1减复电率再减派单率，会重复扣除，得{words.format_rate(at['naive'])}。",
            f"First-call resolution at {hours}: {words.format_rate(at['value'])}; 1 − repeat − dispatch takes the overlap off twice and gives {words.format_rate(at['naive'])}.",
        ),
        key="fcr",
        language=h.language,
    )


@_there
def resolved_table(h: Hotline) -> Block:
    try:
        frame = _study(h, "fcr")
    except DataRefused:
        return blocks.prose(language=h.language)
    return blocks.table(
        frame,
        [
            Column("window_hours", fcr.COLUMNS["window_hours"], "hours"),
            Column("value", _t(h, "首解率%", "FCR %"), "rate", bold=True),
            Column("low", _t(h, "95%区间", "95% interval"), "interval", low="low", high="high"),
            Column("repeat_rate", _t(h, "复电率%", "Repeat %"), "rate"),
            Column("dispatch_rate", _t(h, "派单率%", "Dispatch %"), "rate"),
            Column("overlap", _t(h, "派单且\n复电%", "Both %"), "rate", phone=False),
            Column("naive", _t(h, "1−复电\n−派单%", "1 − repeat\n− dispatch %"), "rate", phone=False),
            Column("bound_high", _t(h, "上界%", "Upper\nbound %"), "rate", phone=False),
        ],
        key="fcr-table",
        title=_t(h, "派单与复电合并计：两者皆是的来电只扣一次", "A call that was dispatched and repeated is taken off once"),
        subtitle=_t(h, "派单率以已识别来电人的接通来电为分母", "The dispatch rate is of identified callers' answered calls"),
        language=h.language,
    )


@_there
def hours(h: Hotline) -> Block:
    frame = h.study("definition", "hours", options={"band_hours": BAND_HOURS})
    last = frame.iloc[-1]
    frame["band"] = [_t(h, f"{r}—{r + BAND_HOURS}时", f"{r}:00–{r + BAND_HOURS}:00") for r in frame["hour"]]
    return blocks.table(
        frame,
        [
            Column("band", definition.COLUMNS["hour"]),
            Column("calls", definition.COLUMNS["calls"], "count"),
            Column("calendar", _t(h, "当日%", "Same day %"), "rate", bold=True),
            Column("calendar_low", _t(h, "95%区间", "95% interval"), "interval", low="calendar_low", high="calendar_high", phone=False),
            Column("rolling", _t(h, "滚动24\n小时%", "Rolling\n24 h %"), "rate", bold=True),
            Column("rolling_low", _t(h, "95%区间", "95% interval"), "interval", low="rolling_low", high="rolling_high", phone=False),
        ],
        key="hours",
        title=_t(
            h,
            f"{24 - BAND_HOURS}时以后的来电，当日口径只见{words.format_rate(last['calendar'])}，滚动口径{words.format_rate(last['rolling'])}",
            f"Of calls after {24 - BAND_HOURS}:00 the calendar day sees {words.format_rate(last['calendar'])}, rolling 24 h {words.format_rate(last['rolling'])}",
        ),
        subtitle=_t(
            h,
            "当日口径的窗口是“离零时还有多久”，晚班因此占便宜，不宜据以排名",
            "The calendar day's window is the time left to midnight; it rewards late shifts and ranks nobody",
        ),
        language=h.language,
    )


@_there
def who(h: Hotline) -> Block:
    frame = _study(h, "definition", "bounds")
    row = frame[frame["window_hours"] == AT_HOURS] if (frame["window_hours"] == AT_HOURS).any() else frame.head(1)
    at = row.iloc[0]
    ends = words.format_interval(at["bound_low"], at["bound_high"], h.language)
    scope = "接通的来电中，" if at["base"] == "answered" else ""
    return blocks.chapter(
        WHO,
        lede=_t(
            h,
            f"{scope}{words.format_rate(at['identified'])}能识别来电人。其余无论是谁打的，24小时复电率在{ends}之间。",
            f"{words.format_rate(at['identified'])} of {'answered ' if at['base'] == 'answered' else ''}calls have a known caller. Whoever made the others, the 24 h rate lies within {ends}.",
        ),
        key="who",
        language=h.language,
    )


def _key(h: Hotline, key: str) -> str:
    if key == "caller":
        return _t(h, "参数中的顺序", "order in params")
    return _t(h, "，否则按", ", else ").join(KEYS[k](h.language) for k in key.split(","))


@_there
def who_table(h: Hotline) -> Block:
    frame = _study(h, "definition", "identities")
    frame["name"] = [_key(h, k) for k in frame["key"]]
    frame["why"] = [_t(h, "未提供", "not provided") if m else "" for m in frame["missing"]]
    return blocks.table(
        frame,
        [
            Column("name", _t(h, "识别方式", "Known by")),
            Column("identified", _t(h, "识别率%", "Known %"), "rate", reason="why"),
            Column("callers", definition.COLUMNS["callers"], "count", reason="why"),
            Column("value", _t(h, "24小时\n复电率%", "24 h rate %"), "rate", bold=True, reason="why"),
            Column("low", _t(h, "95%区间", "95% interval"), "interval", low="low", high="high", reason="why"),
        ],
        key="identities",
        title=_t(h, "各种识别方式下的复电率", "The rate under each key"),
        short=True,
        language=h.language,
    )


@_there
def heavy_table(h: Hotline) -> Block:
    frame = _study(h, "definition", "heavy")
    frame["name"] = [definition.LEFT_OUT[k](h.language) for k in frame["left_out"]]
    return blocks.table(
        frame,
        [
            Column("name", definition.COLUMNS["left_out"]),
            Column("callers", definition.COLUMNS["callers"], "count"),
            Column("share", _percent(h), "rate"),
            Column("value", _t(h, "24小时\n复电率%", "24 h rate %"), "rate", bold=True),
            Column("low", _t(h, "95%区间", "95% interval"), "interval", low="low", high="high"),
        ],
        key="heavy",
        title=_t(h, "少数号码能抬高整个复电率", "A few callers lift the whole rate"),
        subtitle=_t(
            h,
            f"疑似总机：一个月超过{definition.HEAVY_A_MONTH}通",
            f"Likely switchboards: more than {definition.HEAVY_A_MONTH} calls a month",
        ),
        short=True,
        language=h.language,
    )


@_there
def hours_chapter(h: Hotline) -> Block:
    return blocks.chapter(HOURS, key="hours-chapter", language=h.language)
