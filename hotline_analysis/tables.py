"""The canonical tables: one meaning per column, whatever the export calls it.

A column that an export lacks is absent from the store, and what needs it says so. Every instant is kept twice: as local wall time
(`started_at`) and as integer epoch seconds (`start_s`), and every identity as a dense integer that stands for a keyed pseudonym.
Each table also carries `seq` (0, 1, ...: the row's place in the table's total order, by clock, id and content, so that the same data in
any file order give the same `seq`) and `local_s` (the wall time of its clock as integer seconds since 1970-01-01 00:00).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from hotline_analysis.words import ANSWERS, Term

INSTANT, SECONDS, TEXT, FLAG, SCORE, COUNT, AMOUNT, IDENTITY = (
    "instant", "seconds", "text", "flag", "score", "count", "amount", "identity",
)  # fmt: skip
SQL_TYPE = {
    INSTANT: "TIMESTAMP", SECONDS: "DOUBLE", TEXT: "VARCHAR", FLAG: "BOOLEAN", SCORE: "DOUBLE", COUNT: "BIGINT", AMOUNT: "DOUBLE", IDENTITY: "BIGINT",
}  # fmt: skip
NUMBERS = (SCORE, COUNT, AMOUNT)  # kinds whose cells are plain numbers
WIDE = "".join(map(chr, range(0xFF01, 0xFF5F)))  # full-width forms of ASCII; a word's letters and digits are the same in both widths
WIDE_WORD = "".join(c for c in WIDE if chr(ord(c) - 0xFEE0).isalnum()) + "\u3000"
YES = ("是", "有", "y", "yes", "t", "true", "1", "1.0", "✓", "√", "对")  # words of flags
NO = ("否", "无", "没有", "n", "no", "f", "false", "0", "0.0", "×", "✗", "错")
OUTCOMES = ("answered", "abandoned", "blocked", "test")
WORDS = {  # of the closed columns, as a page says them
    "answered": Term("接通", "answered"), "abandoned": Term("放弃", "abandoned"), "blocked": Term("未接入", "blocked"), "test": Term("测试", "test"),
    "quality_check": Term("质检", "quality check"), "self_rating": Term("自评", "self-rating"), "other": Term("其他", "other"),
    "true": Term("是", "yes"), "false": Term("否", "no"),
    "ready": Term("就绪", "ready"), "talk": Term("通话", "talking"), "hold": Term("保持", "on hold"), "wrap": Term("话后处理", "wrapping up"),
    "break": Term("小休", "on a break"), "training": Term("培训", "in training"), "meeting": Term("会议", "in a meeting"), "planned": Term("排班", "planned"),
    "bot": Term("机器人", "bot"), "agent": Term("人工", "agent"), "both": Term("先机器人后人工", "bot, then agent"),
    "customer": Term("市民", "citizen"), "system": Term("系统", "system"),
    "opinion": Term("舆情", "public opinion"), "script": Term("热点预存", "stored answer"), "outage": Term("故障", "outage"),
    "intervention": Term("改善措施", "intervention"),
}  # fmt: skip
CALLER_STATES = ("known", "withheld", "invalid")
DIRECTIONS = ("in", "out", "internal")
SOURCES = ("quality_check", "self_rating", "other")
PLANNED = "planned"  # the one state that is a plan; all others are signed-in time
STATES = ("ready", "talk", "hold", "wrap", "break", "training", "meeting", "other", PLANNED)
SERVERS = ("bot", "agent", "both")
CLOSERS = ("agent", "customer", "system")
SPEAKERS = ("agent", "customer", "bot")
KINDS = ("opinion", "script", "outage", "intervention", "other")
FIGURES = ("self_service", "marketing_completion", "channel_conversion")  # typed month figures of a study's own, which are no indicators
TELLING = ("source", "state", "kind")  # columns whose constant says which export it is, and assumes nothing of its rows
LATER = (
    "resolved", "satisfied", "closed_by", "last_speaker", "served_by", "found", "cause", "solvable", "measure",
)  # words that a record has only when it is over  # fmt: skip
CASE_KINDS = ("caller", "agent")
CLOSED = ("solved", "explained")  # of what was found (`words.ANSWERS`): the case needs nothing more
GIVEN = ("answered_at", "answered", "theme", "need")  # with the items what an export says of an answer
PEOPLE = ("agent", "agent_first", "case_id", "filled_by", "who")  # with every identity the columns whose cells are each somebody
ITEMS = tuple(f"item_{n}" for n in range(1, 31))  # slots of a questionnaire; params › items says what each one asks


@dataclass(frozen=True)
class Column:
    """One canonical column: its kind, what it is called, and what it holds. `derived` columns are made by intake, not mapped; a cell of a
    `listed` one may hold several words, parted by `;`."""

    name: str
    kind: str
    term: Term
    holds: Term
    allowed: tuple[str, ...] = ()
    derived: bool = False
    listed: bool = False

    @property
    def names_people(self) -> bool:
        """Whether its cells are each somebody: an agent, a caller's pseudonym."""
        return self.kind == IDENTITY or self.name in PEOPLE

    @property
    def epoch(self) -> str:
        """The integer companion of an instant: started_at -> start_s, created_at -> created_s."""
        return {"started_at": "start_s", "ended_at": "end_s"}.get(self.name, self.name.removesuffix("_at") + "_s")


@dataclass(frozen=True)
class Table:
    """One canonical table: what a row is, its columns, the columns a row may not lack, and the column that places it in time.

    id: the column that names a row; category: the one whose make-up is watched; sequences: (earlier, later) instants of one row; refers: columns
    that name a row of another table; meets: columns whose words another table should know too; unique: the columns that name a row together;
    within: (part, whole) numbers of one row; stands_in: the instant that places the rows where an export has no clock. A `monthly` table has one figure a month: its clock is the first day of the hotline's month.
    """

    name: str
    term: Term
    row: Term
    columns: tuple[Column, ...]
    needs: tuple[str, ...]
    clock: str
    id: str = ""
    category: str = ""
    sequences: tuple[tuple[str, str], ...] = ()
    refers: tuple[tuple[str, str], ...] = ()
    meets: tuple[tuple[str, str], ...] = ()
    unique: tuple[str, ...] = ()
    within: tuple[tuple[str, str], ...] = ()
    stands_in: str = ""
    monthly: bool = False
    days: tuple[str, ...] = ()
    of_callers: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Column:
        return {c.name: c for c in self.columns}[name]

    def __contains__(self, name: str) -> bool:
        return any(c.name == name for c in self.columns)

    def placed(self, have: Collection[str]) -> str:
        """The instant that places its rows: its clock, and where an export has none the one that stands in for it."""
        return self.stands_in if self.clock not in have and self.stands_in in have else self.clock

    @property
    def standing(self) -> tuple[str, ...]:
        """What an export says of a record once and for all, beside its clock: the people and the words, but those that come later; a quality check is its score."""
        kinds = (TEXT, IDENTITY, SCORE) if self.name == "scores" else (TEXT, IDENTITY)
        return tuple(c.name for c in self.columns if c.kind in kinds and not c.listed and c.name not in LATER)

    @property
    def mapped(self) -> tuple[str, ...]:
        """The columns a params file may map."""
        return tuple(c.name for c in self.columns if not c.derived)


def _c(name, kind, zh, en, holds_zh="", holds_en="", allowed=(), derived=False, listed=False) -> Column:
    return Column(name, kind, Term(zh, en), Term(holds_zh or zh, holds_en or en), allowed, derived, listed)


def _items() -> tuple[Column, ...]:
    """The scores of a questionnaire or a check with one column an item."""
    holds = ("题目见参数 items", "what it asks is in params › items")
    return tuple(_c(name, SCORE, f"第{n}题", f"Item {n}", *holds) for n, name in enumerate(ITEMS, 1))


def _held(column: str) -> tuple[str, str]:
    """The keys that an answer's column may hold, with their words."""
    words = ANSWERS[column].items()
    return "，".join(f"{key} {term.zh}" for key, term in words), ", ".join(f"{key} ({term.en})" for key, term in words)


_LOCAL = _c("local_s", COUNT, "当地秒", "Local seconds", "当地时间自1970年起的秒数", "wall time as seconds since 1970", derived=True)
_SEQ = _c("seq", COUNT, "顺序号", "Order", "全表总序中的位置", "place in the table's total order", derived=True)


CALLS = Table(
    "calls",
    Term("来电", "calls"),
    Term("市民经历的一次来电，转接分段已合并", "one contact as the citizen lived it, transfer legs merged"),
    (
        _SEQ,
        _LOCAL,
        _c("call_id", TEXT, "来电编号", "Call id", "导出文件中的编号", "the export's id"),
        _c("started_at", INSTANT, "来电时间", "Start", "来电进入系统的时刻（当地时间）", "when the call entered the system, local time"),
        _c("answered_at", INSTANT, "应答时间", "Answered at", "人工应答的时刻", "when a person answered"),
        _c(
            "ended_at",
            INSTANT,
            "结束时间",
            "Ended at",
            "通话结束的时刻，空缺的由时长推算",
            "when the call ended; where it is empty, durations tell",
        ),
        _c("caller", IDENTITY, "来电人", "Caller", "按参数中的身份顺序取得的化名编号", "pseudonym by the order of keys in params"),
        _c(
            "caller_group",
            COUNT,
            "来电人分组",
            "Caller group",
            "化名的0-99组，用于区间",
            "group 0-99 of the pseudonym, for intervals",
            derived=True,
        ),
        _c(
            "caller_state",
            TEXT,
            "来电人状态",
            "Caller state",
            "known已识别，withheld未提供，invalid已损坏",
            "known, withheld or invalid",
            CALLER_STATES,
            True,
        ),
        _c("caller_phone", IDENTITY, "号码身份", "Phone identity", "电话号码的化名编号", "pseudonym of the phone number"),
        _c("caller_person", IDENTITY, "个人身份", "Person identity", "个人身份信息的化名编号", "pseudonym of the person id"),
        _c("caller_code", IDENTITY, "代码身份", "Code identity", "唯一识别代码的化名编号", "pseudonym of the unique code"),
        _c("agent", TEXT, "话务员", "Agent", "最后受理的话务员，未知为空", "who handled it last; empty when unknown"),
        _c(
            "agent_first",
            TEXT,
            "首位话务员",
            "First agent",
            "转接来电最先受理的话务员，未转接可为空",
            "who handled a transferred call first; may be empty",
        ),
        _c("issue_1", TEXT, "诉求一级分类", "Issue, level 1"),
        _c("issue_2", TEXT, "诉求二级分类", "Issue, level 2"),
        _c("issue_3", TEXT, "诉求三级分类", "Issue, level 3"),
        _c("unit", TEXT, "单位", "Unit", "受理团队或站点", "team or site that took the call"),
        _c("area", TEXT, "区域", "Area"),
        _c("queue", TEXT, "技能组", "Queue"),
        _c("channel", TEXT, "渠道", "Channel"),
        _c("direction", TEXT, "呼叫方向", "Direction", "in呼入，out呼出，internal内部", "in, out or internal", DIRECTIONS),
        _c(
            "outcome",
            TEXT,
            "结果",
            "Outcome",
            "answered接通，abandoned放弃，blocked未接入，test测试",
            "answered, abandoned, blocked or test",
            OUTCOMES,
        ),
        _c("queue_seconds", SECONDS, "排队时长", "Queue time", "秒", "seconds"),
        _c("ring_seconds", SECONDS, "振铃时长", "Ring time", "秒", "seconds"),
        _c("talk_seconds", SECONDS, "通话时长", "Talk time", "秒", "seconds"),
        _c("hold_seconds", SECONDS, "保持时长", "Hold time", "秒", "seconds"),
        _c("wrap_seconds", SECONDS, "话后时长", "Wrap-up time", "秒", "seconds"),
        _c("menu_seconds", SECONDS, "语音导航时长", "Menu time", "秒", "seconds in the voice menu"),
        _c("transferred", FLAG, "是否转接", "Transferred"),
        _c("dispatched", FLAG, "是否派单", "Dispatched"),
        _c("department", TEXT, "承办部门", "Department"),
        _c("order_id", TEXT, "工单编号", "Order id"),
        _c("rating", SCORE, "评价得分", "Rating"),
    ),
    ("started_at",),
    "started_at",
    id="call_id",
    category="issue_1",
    sequences=(("started_at", "ended_at"), ("started_at", "answered_at"), ("answered_at", "ended_at")),
)

ORDERS = Table(
    "orders",
    Term("工单", "orders"),
    Term("一件工单或投诉", "one work order or complaint"),
    (
        _SEQ,
        _LOCAL,
        _c("order_id", TEXT, "工单编号", "Order id"),
        _c("call_id", TEXT, "来电编号", "Call id"),
        _c("caller", IDENTITY, "来电人", "Caller"),
        _c("caller_group", COUNT, "来电人分组", "Caller group", derived=True),
        _c("caller_state", TEXT, "来电人状态", "Caller state", allowed=CALLER_STATES, derived=True),
        _c("caller_phone", IDENTITY, "号码身份", "Phone identity"),
        _c("caller_person", IDENTITY, "个人身份", "Person identity"),
        _c("caller_code", IDENTITY, "代码身份", "Code identity"),
        _c("kind", TEXT, "工单类型", "Kind", "投诉、咨询、求助等", "complaint, enquiry, request, ..."),
        _c("class", TEXT, "时限等级", "Class", "决定时限的等级", "class that sets the deadline"),
        _c("category_1", TEXT, "一级分类", "Category, level 1"),
        _c("category_2", TEXT, "二级分类", "Category, level 2"),
        _c("category_3", TEXT, "三级分类", "Category, level 3"),
        _c("department", TEXT, "承办部门", "Department"),
        _c("area", TEXT, "区域", "Area"),
        _c("channel", TEXT, "渠道", "Channel"),
        _c("created_at", INSTANT, "受理时间", "Created at"),
        _c("dispatched_at", INSTANT, "派单时间", "Dispatched at"),
        _c("due_at", INSTANT, "到期时间", "Due at"),
        _c("responded_at", INSTANT, "首次响应时间", "Responded at"),
        _c("resolved_at", INSTANT, "解决时间", "Resolved at"),
        _c("closed_at", INSTANT, "办结时间", "Closed at"),
        _c("withdrawn", FLAG, "是否撤回", "Withdrawn"),
        _c("duplicate", FLAG, "是否重复件", "Duplicate"),
        _c("internal", FLAG, "是否内部", "Internal"),
        _c("returned", FLAG, "是否退回", "Returned"),
        _c("reopened", FLAG, "是否重办", "Reopened"),
        _c("contacted", FLAG, "是否已联系", "Contacted"),
        _c(
            "timely",
            FLAG,
            "是否及时",
            "Timely",
            "导出自带的及时与否，口径不明",
            "the export's own mark of a timely answer, whatever its rule",
        ),
        _c("resolved", TEXT, "是否解决", "Resolved", "yes, partly, no", "yes, partly, no", ("yes", "partly", "no")),
        _c("satisfied", TEXT, "满意情况", "Satisfied"),
        _c("excused", FLAG, "申诉剔除", "Excused on appeal", "申诉通过、不计入三率", "an appeal was granted: it leaves the three rates"),
    ),
    (),
    "created_at",
    id="order_id",
    category="category_1",
    sequences=tuple(("created_at", later) for later in ("dispatched_at", "responded_at", "resolved_at", "closed_at")),
)

ORDER_STEPS = Table(
    "order_steps",
    Term("流转环节", "order steps"),
    Term("工单在一个部门手中的一段", "one handover of an order: the time that one department has it"),
    (
        _SEQ,
        _LOCAL,
        _c("order_id", TEXT, "工单编号", "Order id"),
        _c("step", TEXT, "环节", "Step", "派单、办理、退回等", "dispatch, handling, return, ..."),
        _c("department", TEXT, "承办部门", "Department"),
        _c("agent", TEXT, "经办人", "Handler", "经办人，未知为空", "who handled it; empty when unknown"),
        _c("started_at", INSTANT, "环节开始", "Step began", "部门接到工单的时刻", "when the department had it"),
        _c("ended_at", INSTANT, "环节结束", "Step ended", "办完或转出的时刻，在办为空", "when it was done or passed on; empty while open"),
    ),
    (),
    "started_at",
    sequences=(("started_at", "ended_at"),),
    refers=(("order_id", "orders"),),
)

SURVEYS = Table(
    "surveys",
    Term("满意度调查", "surveys"),
    Term("一次邀评，或一份答卷", "one invitation, or one answer where only answers are exported"),
    (
        _SEQ,
        _LOCAL,
        _c("survey_id", TEXT, "答卷编号", "Survey id"),
        _c("call_id", TEXT, "来电编号", "Call id"),
        _c("order_id", TEXT, "工单编号", "Order id"),
        _c("caller", IDENTITY, "来电人", "Caller"),
        _c("caller_group", COUNT, "来电人分组", "Caller group", derived=True),
        _c("caller_state", TEXT, "来电人状态", "Caller state", allowed=CALLER_STATES, derived=True),
        _c("caller_phone", IDENTITY, "号码身份", "Phone identity"),
        _c("caller_person", IDENTITY, "个人身份", "Person identity"),
        _c("caller_code", IDENTITY, "代码身份", "Code identity"),
        _c("agent", TEXT, "话务员", "Agent", "被评价的话务员", "who is judged"),
        _c("department", TEXT, "承办部门", "Department"),
        _c("unit", TEXT, "单位", "Unit"),
        _c("area", TEXT, "区域", "Area"),
        _c("issue_1", TEXT, "诉求一级分类", "Issue, level 1"),
        _c(
            "channel",
            TEXT,
            "渠道",
            "Channel",
            "邀评的渠道，如短信、语音；月与月只在同一渠道内比较",
            "by which people were asked, such as text message or voice; months are compared within one",
        ),
        _c("invited_at", INSTANT, "邀评时间", "Invited at", "发出邀请的时刻", "when the invitation went out"),
        _c("answered_at", INSTANT, "答复时间", "Answer given at", "收到答卷的时刻，未答为空", "when the answer came; empty without one"),
        _c("answered", FLAG, "是否答复", "Answer given", "没有答复时间的导出用它", "for exports without the time of the answer"),
        *_items(),
        _c(
            "not_applicable",
            TEXT,
            "答为不适用的题目",
            "Items that do not apply",
            "答了不适用代码的题目，几个用;隔开；这些题目的列为空",
            "items answered by a code for not applicable, several parted by ;, their own columns empty",
            derived=True,
            listed=True,
        ),
        _c(
            "theme",
            TEXT,
            "意见主题",
            "Comment theme",
            "意见的编码，几个用;隔开",
            "the coding of the comment; several parted by ;",
            listed=True,
        ),
        _c("need", TEXT, "需求", "Need", "编码后的需求，几个用;隔开", "the coded need; several parted by ;", listed=True),
    ),
    (),
    "invited_at",
    id="survey_id",
    stands_in="answered_at",
    sequences=(("invited_at", "answered_at"),),
    refers=(("call_id", "calls"), ("order_id", "orders")),
    meets=(("agent", "calls"), ("unit", "calls")),
)

SCORES = Table(
    "scores",
    Term("其他评分", "other scores"),
    Term("一次质检或自评：一行一题，或一行全部题目", "one quality check or self-rating: a row an item, or a row with all items"),
    (
        _SEQ,
        _LOCAL,
        _c(
            "source",
            TEXT,
            "评分来源",
            "Source",
            "quality_check质检，self_rating自评，other其他",
            "quality_check, self_rating or other",
            SOURCES,
        ),
        _c("agent", TEXT, "话务员", "Agent", "被评分的话务员", "who is scored"),
        _c("unit", TEXT, "单位", "Unit"),
        _c("call_id", TEXT, "来电编号", "Call id"),
        _c("scored_at", INSTANT, "评分时间", "Scored at"),
        _c("item", TEXT, "题目", "Item", "一行一题时的题目（item_1等）", "of a row an item: which (item_1, ...)"),
        _c("score", SCORE, "得分", "Score", "一行一题时的得分", "of a row an item: its score"),
        *_items(),
    ),
    (),
    "scored_at",
    refers=(("call_id", "calls"),),
    meets=(("agent", "calls"), ("unit", "calls")),
)

CHECKLIST = Table(
    "checklist",
    Term("关键行为检查表", "checklist"),
    Term("一个岗位在一个时段的一项关键行为", "one key behaviour of a role in one slot"),
    (
        _SEQ,
        _LOCAL,
        _c("role", TEXT, "岗位", "Role"),
        _c("item", TEXT, "检查项", "Checklist item"),
        _c("slot", TEXT, "时段", "Slot", "班次、时段或周次", "shift, time of day or week"),
        _c("checked_at", INSTANT, "检查时间", "Checked at"),
        _c("done", FLAG, "自报完成", "Done", "自己报告做了", "by their own report it was done"),
        _c("required", FLAG, "是否要求", "Required", "该岗位该时段应做", "the role has to do it in that slot"),
        _c(
            "spot_checked",
            FLAG,
            "抽查属实",
            "Spot check",
            "抽查时确实做了，未抽查为空",
            "a spot check found it done; empty where there was none",
        ),
    ),
    (),
    "checked_at",
)

SESSIONS = Table(
    "sessions",
    Term("在线会话", "chat sessions"),
    Term("一次在线会话：机器人、人工，或先机器人后人工", "one chat: with the bot, with an agent, or with the bot and then an agent"),
    (
        _SEQ,
        _LOCAL,
        _c("session_id", TEXT, "会话编号", "Session id"),
        _c("caller", IDENTITY, "来访人", "Caller"),
        _c("caller_group", COUNT, "来电人分组", "Caller group", derived=True),
        _c("caller_state", TEXT, "来电人状态", "Caller state", allowed=CALLER_STATES, derived=True),
        _c("caller_phone", IDENTITY, "号码身份", "Phone identity"),
        _c("caller_person", IDENTITY, "个人身份", "Person identity"),
        _c("caller_code", IDENTITY, "代码身份", "Code identity"),
        _c("agent", TEXT, "客服", "Agent", "人工客服，机器人会话为空", "who chatted; empty where the bot did alone"),
        _c("unit", TEXT, "单位", "Unit"),
        _c("issue_1", TEXT, "诉求一级分类", "Issue, level 1"),
        _c("channel", TEXT, "渠道", "Channel"),
        _c(
            "served_by",
            TEXT,
            "服务方",
            "Served by",
            "bot机器人，agent人工，both先机器人后人工",
            "bot, agent, or both: the bot and then an agent",
            SERVERS,
        ),
        _c("opened_at", INSTANT, "会话开始", "Opened at"),
        _c(
            "handed_at",
            INSTANT,
            "转人工时间",
            "Handed over at",
            "机器人转人工的时刻，未转为空",
            "when the bot handed over to an agent; empty when it did not",
        ),
        _c("closed_at", INSTANT, "会话结束", "Closed at"),
        _c(
            "closed_by",
            TEXT,
            "结束方",
            "Closed by",
            "agent客服，customer市民，system系统超时",
            "agent, customer or system (timed out)",
            CLOSERS,
        ),
        _c("last_speaker", TEXT, "最后发言", "Spoke last", "结束前最后发言的一方", "who wrote the last message before the end", SPEAKERS),
        _c(
            "scripts_used",
            COUNT,
            "预存脚本使用次数",
            "Scripts used",
            "本次会话使用预存脚本的次数",
            "how often a stored script was used in it",
        ),
        _c("pushed", COUNT, "推荐条数", "Answers pushed", "系统推荐的热点预存条数", "stored answers that were recommended"),
        _c("adopted", COUNT, "采纳条数", "Answers adopted", "其中评价为采纳或解决的条数", "of these, rated as adopted or as the solution"),
        _c(
            "sensitive_words",
            COUNT,
            "敏感词次数",
            "Sensitive words",
            "敏感词出现次数，不含词本身",
            "how often a sensitive word came; never the word",
        ),
        _c("resolved", FLAG, "是否解决", "Resolved"),
        _c("rating", SCORE, "评价得分", "Rating"),
    ),
    (),
    "opened_at",
    id="session_id",
    category="issue_1",
    sequences=(("opened_at", "closed_at"), ("opened_at", "handed_at"), ("handed_at", "closed_at")),
    within=(("adopted", "pushed"),),
)

MESSAGES = Table(
    "messages",
    Term("会话消息", "chat messages"),
    Term("会话中的一条消息，不含内容", "one message of a chat, without its text"),
    (
        _SEQ,
        _LOCAL,
        _c("session_id", TEXT, "会话编号", "Session id"),
        _c("sent_at", INSTANT, "发送时间", "Sent at"),
        _c("speaker", TEXT, "发言方", "Speaker", "agent客服，customer市民，bot机器人", "agent, customer or bot", SPEAKERS),
    ),
    (),
    "sent_at",
    refers=(("session_id", "sessions"),),
)

AGENT_TIME = Table(
    "agent_time",
    Term("坐席工时", "agent time"),
    Term("一名话务员在一种状态的一段时间，或排班的一段", "one stretch of one agent in one state, or one that is planned"),
    (
        _SEQ,
        _LOCAL,
        _c("agent", TEXT, "话务员", "Agent"),
        _c("unit", TEXT, "单位", "Unit"),
        _c(
            "starts_at",
            INSTANT,
            "时段开始",
            "Stretch began",
            "状态开始的时刻，或所属小时、日的起点",
            "when the state began, or the beginning of the hour or day that it is of",
        ),
        _c("ends_at", INSTANT, "时段结束", "Stretch ended", "没有时长列的导出用它", "for exports without the seconds"),
        _c(
            "seconds",
            SECONDS,
            "时长",
            "Time in the state",
            "该状态的秒数；没有此列则由起止时间得出",
            "seconds in the state; without the column, from its two ends",
        ),
        _c(
            "state",
            TEXT,
            "状态",
            "State",
            "ready就绪，talk通话，hold保持，wrap话后，break小休，training培训，meeting会议，other其他签入；planned为排班，不是实际",
            "ready, talk, hold, wrap, break, training, meeting, other (signed in); planned is the roster, not what was",
            STATES,
        ),
    ),
    ("starts_at", "state"),
    "starts_at",
    meets=(("agent", "calls"), ("unit", "calls")),
    unique=("agent", "starts_at", "state"),
)

EVENTS = Table(
    "events",
    Term("事件登记", "events"),
    Term("一件舆情、一条待修复的热点预存、一次故障或一项措施", "one public-opinion event, stored answer to repair, outage or intervention"),
    (
        _SEQ,
        _LOCAL,
        _c("event_id", TEXT, "事件编号", "Event id"),
        _c(
            "kind",
            TEXT,
            "事件类型",
            "Kind of event",
            "opinion舆情，script热点预存或知识，outage故障，intervention措施，other其他",
            "opinion (public opinion), script (a stored answer), outage, intervention or other",
            KINDS,
        ),
        _c(
            "reason",
            TEXT,
            "登记原因",
            "Reason",
            "为何列入，如知识已更新、采纳率低",
            "why it is on the register: knowledge changed, seldom adopted, ...",
        ),
        _c("found_at", INSTANT, "发现时间", "Found at", "发现或开始的时刻", "when it was found, or began"),
        _c("warned_at", INSTANT, "预警时间", "Warned at"),
        _c("due_at", INSTANT, "时限", "Due at", "应在此前预警或修复", "by when the warning or the repair was due"),
        _c(
            "repaired_at",
            INSTANT,
            "修复时间",
            "Repaired at",
            "修复或恢复的时刻，未修复为空",
            "when it was repaired or over; empty while it is not",
        ),
        _c("area", TEXT, "区域", "Area"),
        _c("issue_1", TEXT, "诉求一级分类", "Issue, level 1"),
    ),
    ("kind",),
    "found_at",
    id="event_id",
    sequences=tuple(("found_at", later) for later in ("warned_at", "due_at", "repaired_at")),
)

STAFF = Table(
    "staff",
    Term("人力月报", "staff"),
    Term("一个班组的一个月", "one team in one month"),
    (
        _SEQ,
        _LOCAL,
        _c(
            "month_at",
            INSTANT,
            "月份",
            "Month",
            "热线的一个月，记为当月1日",
            "one month of the hotline, kept as the first day of the month",
        ),
        _c("unit", TEXT, "单位", "Unit"),
        _c(
            "headcount",
            AMOUNT,
            "在岗人数",
            "Headcount",
            "当月平均在岗；只有月末人数则为月末",
            "mean of the month; at its end where only that is known",
        ),
        _c("leavers", AMOUNT, "离职人数", "Leavers"),
        _c("scheduled_days", AMOUNT, "应出勤人天", "Days scheduled", "全班组合计", "person-days of the whole team"),
        _c("attended_days", AMOUNT, "实出勤人天", "Days attended", "全班组合计", "person-days of the whole team"),
        _c("cost", AMOUNT, "人力成本", "Cost of staff", "全班组当月，元", "of the whole team in the month, in the hotline's currency"),
    ),
    ("month_at",),
    "month_at",
    meets=(("unit", "calls"),),
    unique=("month_at", "unit"),
    within=(("leavers", "headcount"), ("attended_days", "scheduled_days")),
    monthly=True,
)

AGGREGATES = Table(
    "aggregates",
    Term("手工录入的月度数字", "month figures typed in"),
    Term("一个指标的一个月，没有明细，不作检验", "one indicator in one month, without records behind it; never tested"),
    (
        _SEQ,
        _LOCAL,
        _c(
            "month_at",
            INSTANT,
            "月份",
            "Month",
            "热线的一个月，记为当月1日",
            "one month of the hotline, kept as the first day of the month",
        ),
        _c("indicator", TEXT, "指标", "Indicator", "指标的键，见指标表", "the key of an indicator, see the glossary"),
        _c("unit", TEXT, "单位", "Unit", "班组或站点；整条热线为空", "team or site; empty for the whole hotline"),
        _c("numerator", AMOUNT, "分子", "Numerator"),
        _c("denominator", AMOUNT, "分母", "Denominator"),
        _c("value", AMOUNT, "数值", "Value", "比率为小数（95.6%亦可）", "a rate as a fraction (95.6% is read too)"),
    ),
    ("month_at", "indicator"),
    "month_at",
    meets=(("unit", "calls"),),
    unique=("month_at", "indicator", "unit"),
    monthly=True,
)

CASES = Table(
    "cases",
    Term("排查登记", "case register"),
    Term("列入排查的一位来电人，或一名话务员的一类诉求", "one caller, or one agent and issue, that was put on the list to look into"),
    (
        _SEQ,
        _LOCAL,
        _c("case_id", TEXT, "案件编号", "Case id"),
        _c("kind", TEXT, "案件类型", "Kind of case", "caller来电人，agent话务员", "caller or agent", CASE_KINDS),
        _c("listed_at", INSTANT, "列入时间", "Listed at", "列入排查名单的时刻", "when it was put on the list"),
        _c("caller", IDENTITY, "来电人", "Caller"),
        _c("caller_group", COUNT, "来电人分组", "Caller group", derived=True),
        _c("caller_state", TEXT, "来电人状态", "Caller state", allowed=CALLER_STATES, derived=True),
        _c("caller_phone", IDENTITY, "号码身份", "Phone identity"),
        _c("caller_person", IDENTITY, "个人身份", "Person identity"),
        _c("caller_code", IDENTITY, "代码身份", "Code identity"),
        _c("agent", TEXT, "话务员", "Agent"),
        _c("issue_1", TEXT, "诉求一级分类", "Issue, level 1"),
        _c("found", TEXT, "排查结果", "What was found", *_held("found"), tuple(ANSWERS["found"])),
        _c("cause", TEXT, "原因", "Cause", *_held("cause"), tuple(ANSWERS["cause"])),
        _c("solvable", TEXT, "可否解决", "Can it be solved", *_held("solvable"), tuple(ANSWERS["solvable"])),
        _c("measure", TEXT, "对策", "Measure", *_held("measure"), tuple(ANSWERS["measure"])),
        _c("closed_at", INSTANT, "办结日期", "Closed on", "已解决或已解释说明的那一天", "the day on which it was solved or explained"),
    ),
    ("listed_at",),
    "listed_at",
    id="case_id",
    days=("listed_at", "closed_at"),
    of_callers=("kind", "caller"),
)

TABLES = {
    t.name: t
    for t in (CALLS, ORDERS, ORDER_STEPS, SURVEYS, SCORES, CHECKLIST, SESSIONS, MESSAGES, AGENT_TIME, EVENTS, STAFF, AGGREGATES, CASES)
}


def terms() -> dict[str, Term]:
    """What each column is called where its table is not said: as the first table that has it calls it."""
    return {c.name: c.term for t in reversed(TABLES.values()) for c in t.columns}


@cache
def _people() -> frozenset[str]:
    columns = [c for t in TABLES.values() for c in t.columns if c.names_people]
    return frozenset(word.casefold() for c in columns for word in (c.name, c.term.zh, c.term.en)) | frozenset(PEOPLE)


def names_people(column: str) -> bool:
    """Whether the cells of a column of that name, or under that heading, are each somebody; one of a join (agent_x, next_agent) is as its own."""
    return re.sub(r"^next_|_[xy]$", "", column.strip().casefold()) in _people()


def strata(table: str) -> tuple[str, ...]:
    """The columns of a table by which its rows may be told apart: its texts and flags that are no ids."""
    return tuple(c.name for c in TABLES[table].columns if c.kind in (TEXT, FLAG) and not c.name.endswith("_id") and not c.listed)


def codebook():
    """Every column of every table, one row each: table, column, kind, Chinese, English, holds (both); the slots of items are one row."""
    return [
        {
            "table": t.name,
            "column": f"{ITEMS[0]} … {ITEMS[-1]}" if c.name == ITEMS[0] else c.name,
            "kind": c.kind,
            "zh": c.term.zh,
            "en": c.term.en,
            "holds_zh": c.holds.zh,
            "holds_en": c.holds.en,
        }
        for t in TABLES.values()
        for c in t.columns
        if c.name not in ITEMS[1:]
    ]


def narrow(chars: str) -> str:
    """Full-width characters, each as the half-width one; the ideographic blank as a blank."""
    return "".join(" " if c == "\u3000" else chr(ord(c) - 0xFEE0) for c in chars)


SAME_WIDTH = str.maketrans(WIDE_WORD, narrow(WIDE_WORD))


def one_width(said: Any) -> Any:
    """Words of a setting in the width in which the store has them; the sections of exports name headers, which stay as they are written there."""
    if isinstance(said, dict):
        return {one_width(key): one_width(inner) for key, inner in said.items()}
    if isinstance(said, list | tuple):
        return [one_width(inner) for inner in said]
    return said.translate(SAME_WIDTH) if isinstance(said, str) else said
