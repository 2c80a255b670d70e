"""智能多媒体: the ten indicators of 《呼叫中心智慧运营的十大关键指标》 (2016), each twice: as the document has it (原文口径) and as the quantity that it means
(建议口径). The document's own words stand in formula, observe and judge; its three classes in `group`, its advice on readers in `audience`.

What the document's formulas do that their names do not say: several uses a session pass 100 %, a count of words is no share, a handling time is no gap
between replies, a maximum is no average, a mean printed in per cent is a hundred times itself. Source: catalogue C01-C12, methods 11.
"""

from collections.abc import Sequence
from functools import partial

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis.measures import chats
from hotline_analysis.measures.cases import estimate_of
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.indicators import FRONT, MANAGEMENT, SUPPORT, Indicator, Part, amount, mark, read, said
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.params import Params
from hotline_analysis.words import PERCENT, SECONDS, TIMES, Term

CHAPTER = "intelligent"
SMART, QUALITY, PACE = "intelligence", "quality", "efficiency"
GROUPS = {SMART: Term("智能化", "intelligence"), QUALITY: Term("服务质量", "service quality"), PACE: Term("服务效率", "service efficiency")}
DOCUMENT, SUGGESTED = "document", "suggested"
SEVERAL = Term("一次会话可以使用几次，所以会超过100%", "one session may use several, so it may pass 100%")
SOURCE = "F2 C{:02d}"


# ---- parts


def _of(*needs: str) -> partial:
    return partial(_part, needs=("served_by", *needs))


def _part(zh: str, en: str, test, *, needs: Sequence[str]) -> Part:
    return Part(Term(zh, en), tuple(needs), test, "sessions")


def _with_person(column: str = "", zh: str = "", en: str = "") -> Part:
    """Sessions with a person, of which a column was read."""
    return _of(*filter(None, [column]))(
        f"人工会话数{zh}",
        f"sessions with a person{en}",
        lambda have: mark(chats.human() & ~nw.col(column).is_null() if column else chats.human()),
    )


PEOPLE = _with_person()
SCRIPTED = _with_person("scripts_used", "（脚本使用已记录）", " with scripts recorded")
WORDED = _with_person("sensitive_words", "（敏感词已检查）", " checked for sensitive words")
ENDED = _with_person("closed_by", "（结束方已知）", " whose end is known")
SCRIPTS = _of("scripts_used")(
    "预存脚本使用次数", "uses of stored scripts", lambda have: amount(chats.human() & read("scripts_used"), nw.col("scripts_used"))
)
WITH_SCRIPT = _of("scripts_used")(
    "使用过预存脚本的人工会话",
    "sessions with a person that used a stored script",
    lambda have: mark(chats.human() & (nw.col("scripts_used") > 0)),
)
BY_BOT = _of()("机器人会话数", "sessions with the bot", lambda have: mark(nw.col("served_by").is_in(list(chats.BOT))))
BOT_OR_PERSON = _of()(
    "机器人会话数＋人工会话数",
    "sessions with the bot plus sessions with a person",
    lambda have: mark(nw.col("served_by").is_in(list(chats.BOT))) + mark(chats.human()),
)
BOT_ALONE = _of()("仅由机器人服务的会话", "sessions that the bot alone served", lambda have: mark(nw.col("served_by") == "bot"))
ALL = _of()("全部会话（不重复计）", "all sessions, each once", lambda have: mark(~nw.col("served_by").is_null()))
ADOPTED = _of("adopted")(
    "评价为采纳或解决的个数", "answers rated as adopted or as the solution", lambda have: amount(read("adopted"), nw.col("adopted"))
)
TAKEN = Part(
    Term("评价为采纳或解决的个数", "pushed answers rated as adopted or as the solution"),
    ("adopted", "pushed"),
    lambda have: amount(read("adopted") & read("pushed"), nw.col("adopted")),
    "sessions",
)
PUSHED = Part(
    Term("推荐的热点预存个数", "stored answers that were pushed"),
    ("adopted", "pushed"),
    lambda have: amount(read("adopted") & read("pushed"), nw.col("pushed")),
    "sessions",
)
WORDS = _of("sensitive_words")(
    "敏感词出现次数", "sensitive words", lambda have: amount(chats.human() & read("sensitive_words"), nw.col("sensitive_words"))
)
WITH_WORD = _of("sensitive_words")(
    "出现过敏感词的人工会话",
    "sessions with a person in which a sensitive word came",
    lambda have: mark(chats.human() & (nw.col("sensitive_words") > 0)),
)
CLOSED = _of("closed_by")(
    "客服主动关闭的会话", "sessions that the agent closed", lambda have: mark(chats.human() & (nw.col("closed_by") == "agent"))
)


def _left_unanswered(have) -> nw.Expr:
    return chats.human() & (nw.col("last_speaker") == "customer") & ~nw.col("closed_by").is_null()


CUSTOMER_LAST = _of("closed_by", "last_speaker")(
    "最后发言为客户的人工会话", "sessions with a person in which the customer spoke last", lambda have: mark(_left_unanswered(have))
)
CUT_OFF = _of("closed_by", "last_speaker")(
    "其中由客服关闭的", "of these, closed by the agent", lambda have: mark(_left_unanswered(have) & (nw.col("closed_by") == "agent"))
)


# ---- cases of the register of events


def _events(view: View, kind: str) -> pd.DataFrame:
    """Events of one kind found before the data end: found_s, warned_s, due_s, repaired_s (nan where not known, or after the data end)."""
    held = view.table("events")
    have = held.collect_schema().names()
    times = [c for c in ("warned_s", "due_s", "repaired_s") if c in have]
    frame = pandas(held.filter((nw.col("kind") == kind) & (nw.col("found_s") < view.end_s)).select("seq", "found_s", *times)).sort_values(
        "seq"
    )
    known = {c: pd.to_numeric(frame[c]).astype(float) for c in times}
    frame = frame.assign(**{c: t if c == "due_s" else t.where(t < view.end_s) for c, t in known.items()})
    return frame.assign(**{c: float("nan") for c in ("warned_s", "due_s", "repaired_s") if c not in frame})


def _repaired(view: View, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame:
    """原文: repairs made in the period over items found in it: repairs of older items are in the numerator alone."""
    found = _events(view, "script")
    done = found[found["repaired_s"].notna()]
    return pd.concat([found.assign(start_s=found["found_s"], k=0, n=1), done.assign(start_s=done["repaired_s"], k=1, n=0)])


def _repaired_when_due(view: View, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame:
    """建议: the items that fell due in the period (found in it, where no time was set), repaired before the period ended."""
    found = _events(view, "script")
    due = found["due_s"].fillna(found["found_s"])
    ends = pd.Series(float("nan"), index=found.index)
    for period in periods:
        ends = ends.mask((due >= period.start_s) & (due < period.end_s), float(min(period.end_s, view.end_s)))
    return found.assign(start_s=due, k=(found["repaired_s"] < ends).astype(int), n=1)[due < view.end_s]


def _opinions(view: View) -> pd.DataFrame:
    """Events of public opinion: on_time, and due_s (where no time was set: so many minutes after it was found)."""
    found = _events(view, "opinion")
    due = found["due_s"].fillna(found["found_s"] + 60 * view.params.service.warning_minutes)
    return found.assign(start_s=found["found_s"], due_s=due, k=(found["warned_s"] <= due).astype(int), n=1)


def _warned(view: View, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame:
    return _opinions(view)


def _warned_of_judged(view: View, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame:
    """Events whose warning is not yet due when the data end, and that have none, are not judged."""
    found = _opinions(view)
    return found[found["warned_s"].notna() | (found["due_s"] < view.end_s)]


def _said(zh: str, en: str, table: str, *needs: str, sums: tuple[str, ...] = ()) -> Part:
    return said(zh, en, table, *needs, sums=sums)


FOUND = _said("需修复的热点预存（本期登记）", "stored answers to repair, registered in the period", "events", "kind")
REPAIRED = _said("已修复的热点预存（本期修复）", "stored answers repaired in the period", "events", "kind", "repaired_s")
DUE = _said("本期到期的待修复项", "items to repair that fell due in the period", "events", "kind")
REPAIRED_OF_DUE = _said("其中期末前已修复的", "of these, repaired before it ended", "events", "kind", "repaired_s")
OPINIONS = _said("符合舆情特征的事件", "events of public opinion", "events", "kind")
WARNED = _said("时限内预警的", "warned of in time", "events", "kind", "warned_s")
JUDGED = _said("已预警或时限已过的舆情事件", "events of public opinion warned of, or past their time", "events", "kind")
CHATTED = _said("人工服务时长", "time of persons in sessions", "sessions", "served_by", "closed_s", sums=("closed_s",))
FINISHED = _said("已结束的人工会话数", "sessions with a person that have ended", "sessions", "served_by", "closed_s")
GAPS = _said("客户发问到客服回复的等待", "waits from a customer's question to the agent's reply", "messages", "speaker", sums=("sent_s",))
REPLIES = _said("客服回复的次数", "replies of agents", "sessions", "served_by")
MESSAGES = _said("对话消息条数", "messages", "messages", "speaker")
TALKED = _said("有消息的人工会话数", "sessions with a person that have messages", "sessions", "served_by")
AT_ONCE = _said("同时服务的会话", "sessions held at once", "sessions", "served_by", "agent", "closed_s", sums=("closed_s",))
BUSY = _said("至少有一个会话的时间", "time with at least one session", "sessions", "served_by", "agent", "closed_s", sums=("closed_s",))


# ---- the ten


def declared(params: Params) -> tuple[Indicator, ...]:
    return TEN


def _pair(
    number: int, group: str, better: str | None, audience: tuple[str, ...], observe: Term, judge: Term, *readings: dict
) -> tuple[Indicator, ...]:
    """An indicator in its readings, the document's first; each names the other."""
    keys = [r["key"] for r in readings]
    common = {"better": better, "observe": observe, "judge": judge, "source": SOURCE.format(number), "audience": audience, "group": group}
    common |= {"chapter": CHAPTER, "family": keys[0]}
    return tuple(
        Indicator(**{**common, **r}, reading=SUGGESTED if n else DOCUMENT, twin=keys[0] if n else keys[1]) for n, r in enumerate(readings)
    )


TEN = (
    *_pair(
        1, SMART, "higher", (FRONT, MANAGEMENT),
        Term("智能预存脚本是否符合对话需要，是否接地气", "whether the stored scripts fit what is asked, in plain words"),
        Term("频率越高越好；看单位时间内员工效能和服务准确率是否提升", "the more often the better; whether staff get more done and answer more accurately"),
        {"key": "script_use", "name": Term("智能预存应用率（原文）", "Use of stored scripts (document)"), "numerator": SCRIPTS, "denominator": SCRIPTED, "unit": PERCENT,
         "scope": Term("系统预存的服务用语、业务解答用语在员工服务中采用的频率：脚本使用次数÷服务总次数×100%；服务总次数按人工会话计", "how often staff use stored wording: uses over services; services are sessions with a person"),
         "beyond": SEVERAL},
        {"key": "script_sessions", "name": Term("用过预存的会话占比", "Sessions that used a script"), "numerator": WITH_SCRIPT, "denominator": SCRIPTED, "unit": PERCENT, "most": 1,
         "scope": Term("至少用过一次预存脚本的人工会话÷人工会话：一次会话用几次只计一次，不会超过100%", "sessions with at least one use over sessions with a person: several uses count once")},
    ),
    *_pair(
        2, SMART, "higher", (SUPPORT, MANAGEMENT),
        Term("机器人预存对话判断的有效性和准确性", "whether the bot's stored dialogues judge rightly"),
        Term("占比越高越好；同类问题机器人无法识别的需修复知识", "the higher the better; what the bot cannot make out needs its knowledge repaired"),
        {"key": "bot_interception", "name": Term("机器人智能拦截率（原文）", "Interception by the bot (document)"), "numerator": BY_BOT, "denominator": BOT_OR_PERSON, "unit": PERCENT, "most": 1,
         "scope": Term("机器人智能主动服务客户的情况：机器人会话数÷（机器人会话数＋人工会话数）×100%；转人工的会话两边都计，因此偏高", "sessions with the bot over sessions with the bot plus sessions with a person; one that was handed over is in both, so it reads high")},
        {"key": "bot_alone", "name": Term("机器人独立完成占比", "Served by the bot alone"), "numerator": BOT_ALONE, "denominator": ALL, "unit": PERCENT, "most": 1,
         "scope": Term("未转人工的机器人会话÷全部会话，每个会话只计一次；客户放弃也算在内，另看拦截后是否再来", "sessions never handed over over all sessions, each once; those in which the customer gave up are among them: see whether they came back")},
    ),
    *_pair(
        3, SMART, "higher", (SUPPORT, MANAGEMENT),
        Term("修复后的智能预存应用效率是否更高", "whether repaired answers are used more"),
        Term("低点击量的、知识已更新的、解决采纳率低的等均需列入修复预警库", "what is seldom clicked, outdated or seldom adopted belongs on the register"),
        {"key": "script_repair", "name": Term("智能热点修复率（原文）", "Repair of stored answers (document)"), "numerator": REPAIRED, "denominator": FOUND, "unit": PERCENT, "estimate": estimate_of(_repaired),
         "scope": Term("无法解决客户问题的热点预存修复的频率：已修复÷需修复×100%；分子含以前登记、本期修好的", "how often stored answers that do not solve are repaired: repaired over to be repaired; older items repaired now are in the numerator"),
         "beyond": Term("修好以前积压的，会超过100%", "repairs of older items may pass 100%")},
        {"key": "script_repaired_due", "name": Term("到期修复率", "Repaired when due"), "numerator": REPAIRED_OF_DUE, "denominator": DUE, "unit": PERCENT, "most": 1, "estimate": estimate_of(_repaired_when_due),
         "scope": Term("本期到期（未设时限的按登记时间）的待修复项中，期末前已修复的占比：分子是分母的一部分", "of the items that fell due in the period (found in it, where no time was set) those repaired before it ended: the numerator is part of the base")},
    ),
    *_pair(
        4, SMART, "higher", (SUPPORT, MANAGEMENT),
        Term("智能热点预存对客户问题的一次性解决帮助", "whether pushed answers solve at once"),
        Term("客户是否采纳答案，采纳后是否后续请求人工协助", "whether answers are adopted, and whether a person is asked for afterwards"),
        {"key": "adoption", "name": Term("智能热点预存客户采纳率（原文）", "Adoption of stored answers (document)"), "numerator": ADOPTED, "denominator": PEOPLE, "unit": PERCENT,
         "scope": Term("主动推荐给客户的热点预存对问题解决的帮助程度：评价为采纳或解决的个数÷人工会话数×100%；采纳后不再找人工的，分母反而变小", "answers adopted over sessions with a person; who adopts one and needs no person makes the base smaller"),
         "beyond": Term("分子不是分母的一部分，会超过100%", "the numerator is no part of the base, so it may pass 100%")},
        {"key": "adopted_of_pushed", "name": Term("推荐采纳占比", "Adopted of pushed"), "numerator": TAKEN, "denominator": PUSHED, "unit": PERCENT, "most": 1,
         "scope": Term("采纳或解决的个数÷推荐的个数，两者都已记录的会话", "adopted over pushed, of sessions in which both were recorded")},
    ),
    *_pair(
        5, QUALITY, "higher", (SUPPORT, MANAGEMENT),
        Term("服务预警流程执行的有效性", "whether the warning process works"),
        Term("舆情事件是否扩大化", "whether the event spread"),
        {"key": "opinion_warned", "name": Term("舆情监测及时率（原文）", "Public opinion warned of in time (document)"), "numerator": WARNED, "denominator": OPINIONS, "unit": PERCENT, "most": 1, "estimate": estimate_of(_warned),
         "scope": Term("对符合舆情监测的案例监测预警的及时性：时限内预警量÷符合舆情特征的事件总量；只有发现了的才在分母里，时限未到的也算未及时", "warned of in time over all events of public opinion; only those found are in the base, those not yet due count as late")},
        {"key": "opinion_warned_judged", "name": Term("舆情预警及时率（可判的）", "Warned of in time, of those judged"), "numerator": WARNED, "denominator": JUDGED, "unit": PERCENT, "most": 1, "estimate": estimate_of(_warned_of_judged),
         "scope": Term("数据结束时时限未到又未预警的不计；没有登记时限的按参数service › warning_minutes", "events not yet due and not warned of when the data end are not judged; without a time of their own by service › warning_minutes")},
    ),
    *_pair(
        6, QUALITY, "lower", (FRONT, MANAGEMENT),
        Term("服务人员是否存在服务态度问题", "whether staff have a problem of attitude"),
        Term("结合服务内容采集敏感词，形成敏感词库", "the list of words is collected from what is said"),
        {"key": "sensitive_words", "name": Term("敏感词出现率（原文）", "Sensitive words (document)"), "numerator": WORDS, "denominator": WORDED, "unit": PERCENT,
         "scope": Term("客服代表在对话中应用敏感词的次数：敏感词出现次数÷人工会话数×100%；是每百次会话的次数，不是占比", "sensitive words over sessions with a person: a count per hundred sessions, no share"),
         "beyond": Term("一次会话可以出现几次，会超过100%", "one session may hold several, so it may pass 100%")},
        {"key": "sensitive_sessions", "name": Term("出现敏感词的会话占比", "Sessions with a sensitive word"), "numerator": WITH_WORD, "denominator": WORDED, "unit": PERCENT, "most": 1,
         "scope": Term("至少出现一次的人工会话÷人工会话，一次会话只计一次", "sessions with at least one over sessions with a person")},
    ),
    *_pair(
        7, QUALITY, "lower", (MANAGEMENT,),
        Term("服务人员是否有恶意结束通话的风险", "whether staff end talks in bad faith"),
        Term("最后一个对话是客户发起，结束通话是客服代表", "the last word was the customer's, the end the agent's"),
        {"key": "agent_closed", "name": Term("客服主动对话关闭率（原文）", "Closed by the agent (document)"), "numerator": CLOSED, "denominator": ENDED, "unit": PERCENT, "most": 1,
         "scope": Term("客服代表主动选择关闭对话的占比：客服主动关闭的会话÷人工会话数×100%；办完后按流程关闭的也在内", "sessions closed by the agent over sessions with a person; those closed as they should be are among them")},
        {"key": "cut_off", "name": Term("客户最后发言而被关闭的占比", "Closed on the customer's last word"), "numerator": CUT_OFF, "denominator": CUSTOMER_LAST, "unit": PERCENT, "most": 1,
         "scope": Term("只看最后发言为客户的人工会话，其中由客服关闭的占比：这才是判断特征所说的情形", "of the sessions in which the customer spoke last, those that the agent closed: the case that the document asks about")},
    ),
    *_pair(
        8, PACE, "lower", (FRONT, MANAGEMENT),
        Term("客户等待耐性", "the customers' patience"),
        Term("客户发问（一次或多次）后，服务人员回复的效率", "how soon staff reply after one question or several"),
        {"key": "chat_handling_seconds", "name": Term("平均回复间隔时长（原文）", "Reply interval (document)"), "numerator": CHATTED, "denominator": FINISHED, "unit": SECONDS, "estimate": estimate_of(chats.handling),
         "scope": Term("客服代表响应用户问题的平均间隔时长：人工服务时长÷人工会话数；这是每个会话的处理时长，不是回复的间隔", "time of persons over sessions with a person: the handling time of a session, not a gap between replies")},
        {"key": "reply_gap_seconds", "name": Term("客户等待回复的平均时长", "Mean wait for a reply"), "numerator": GAPS, "denominator": REPLIES, "unit": SECONDS, "estimate": estimate_of(chats.reply_gaps, "messages"),
         "scope": Term("从客户尚未得到回复的第一条消息到客服下一条消息；机器人作答和无人作答的不计", "from the customer's first unanswered message to the agent's next one; what the bot or nobody answered is not in it")},
        {"key": "reply_gap_median_seconds", "name": Term("客户等待回复的中位时长", "Median wait for a reply"), "numerator": GAPS, "denominator": REPLIES, "unit": SECONDS, "estimate": chats.reply_medians,
         "how": Term("客户发问到客服回复的等待的中位数", "median of the waits from a customer's question to the agent's reply"),
         "scope": Term("同上，取中位数：不受少数久等拉动", "the same, the median: a few long waits do not move it")},
    ),
    *_pair(
        9, PACE, None, (MANAGEMENT,),
        Term("服务效率、客户满意度，一般通过系统设置实现", "efficiency and satisfaction; usually a setting of the system"),
        Term("适中为宜；新员工一般3个，老员工6至8个；关联回复间隔评估", "in between is best; 3 for new staff, 6 to 8 for experienced; read with the wait for a reply"),
        {"key": "at_once_max", "name": Term("人均同时对话数（原文）", "Sessions at once (document)"), "numerator": AT_ONCE, "denominator": BUSY, "unit": TIMES, "estimate": chats.at_once,
         "how": Term("统计周期内一名服务人员同时接触的最大用户数", "the most customers that one agent had at once in the period"),
         "scope": Term("服务人员在统计周期内与用户同时对话的状态个数：取最大值，名为人均而不是平均", "a maximum, though its name says average")},
        {"key": "at_once_mean", "name": Term("同时对话数（时间加权平均）", "Sessions at once, mean over time"), "numerator": AT_ONCE, "denominator": BUSY, "unit": TIMES, "estimate": chats.at_once,
         "scope": Term("各会话时长之和÷至少有一个会话的时间，全部客服合计", "time in sessions over the time with at least one, all agents together")},
        {"key": "at_once_p95", "name": Term("同时对话数（95%的时间不超过）", "Sessions at once, not passed in 95% of the time"), "numerator": AT_ONCE, "denominator": BUSY, "unit": TIMES, "estimate": chats.at_once,
         "how": Term("有会话的时间里95%不超过的同时对话数", "the number not passed in 95% of the time with at least one session"),
         "scope": Term("有会话的时间里95%不超过这个数，全部客服合计", "not passed in 95% of the time with at least one session, all agents together")},
    ),
    *_pair(
        10, PACE, None, (MANAGEMENT,),
        Term("服务回答的准确有效性", "whether answers are accurate and to the point"),
        Term("同一问题是否需要多次回答，有助于校准回复话术", "whether one question takes several answers; helps to adjust the wording"),
        {"key": "exchanges_percent", "name": Term("服务对话互动次数（原文）", "Exchanges a session (document)"), "numerator": MESSAGES, "denominator": TALKED, "unit": PERCENT, "estimate": estimate_of(chats.exchanged),
         "scope": Term("每通对话的平均互动次数：对话互动个数÷人工会话数×100%；是平均数，写成了百分数", "messages over sessions with a person × 100%: a mean, written in per cent"),
         "beyond": Term("平均数写成百分数，总是超过100%", "a mean written in per cent is always beyond 100%")},
        {"key": "exchanges", "name": Term("每个会话的消息条数", "Messages a session"), "numerator": MESSAGES, "denominator": TALKED, "unit": TIMES, "estimate": estimate_of(chats.exchanged),
         "scope": Term("对话消息条数÷有消息的人工会话数，以条计，不写百分号", "messages over sessions with a person that have messages, as a count")},
    ),
)  # fmt: skip
EVENTS = {i.key: i.name for i in TEN if i.reading == DOCUMENT}  # the readings of one thing are one event
