"""Where Chinese and English meet: terms, units, number forms and verdict words (GB/T 15835-2011 for figures in text)."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

LANGUAGES = ("zh", "en")
MINUS = "\u2212"


class Language(str):
    """zh or en, spoken of a quarter, a half or a year: what is declared of the period (`of_period`) says 本季度 for its 本月."""

    per: str = "month"

    def __new__(cls, language: str, per: str = "month"):
        self = super().__new__(cls, language)
        self.per = per
        return self

    def __getnewargs__(self) -> tuple[str, str]:  # for copies: attrs of frames are copied deep
        return str(self), self.per


PER = {  # what months are called where longer periods stand in their place; longer words first
    "quarter": {
        "zh": {"去年同月": "去年同季度", "月份": "季度", "月报": "季报", "个月": "个季度", "月数": "季度数"}
        | {f"{w}月": f"{w}季度" for w in "本上下各全每逐同当两"} | {f"月{w}": f"季{w}" for w in "初末"},
        "en": {"months": "quarters", "month": "quarter", "Months": "Quarters", "Month": "Quarter"},
    },
    "half": {  # 上半年 is the first half of any year, so last half-year has another name
        "zh": {"去年同月": "去年同期", "月份": "半年", "月报": "半年报", "个月": "个半年", "月数": "半年数", "上月": "上一个半年", "下月": "下一个半年"}
        | {"全月": "整个半年", "逐月": "逐个半年", "同月": "同一半年", "两月": "两个半年"} | {f"{w}月": f"{w}半年" for w in "本各每当"} | {f"月{w}": f"半年{w}" for w in "初末"},
        "en": {"months": "half-years", "month": "half-year", "Months": "Half-years", "Month": "Half-year"},
    },
    "year": {
        "zh": {"去年同月": "上年", "月份": "年份", "月报": "年报", "个月": "年", "月数": "年数"}
        | {f"{w}月": f"{w}年" for w in "本上下各全每逐同当两"} | {f"月{w}": f"年{w}" for w in "初末"},
        "en": {"months": "years", "month": "year", "Months": "Years", "Month": "Year"},
    },
}  # fmt: skip


def in_period(text: str, language: str) -> str:
    """A text that speaks of the period as of a month, of quarters or years where the language is that of such a period; its slots stay as they are."""
    told = PER.get(getattr(language, "per", ""), {}).get(str(language))
    if not told:
        return text
    form = "|".join(told) if language == "zh" else r"(?<![-\w])(?:" + "|".join(told) + r")(?!\w)"  # not: --month
    return re.sub(r"\{[^{}]*\}|" + form, lambda found: told.get(found[0], found[0]), text)


class Spoken:
    """A text in both languages. Where it is declared `of_period`, its months are the period that is reported: of a quarter they are quarters. Any other
    text stands as it was declared, whatever the period: months that are months, and words from params.
    """

    zh: str
    en: str
    of_period: bool

    def __call__(self, language: str) -> str:
        text = getattr(self, language)
        return in_period(text, language) if self.of_period else text


@dataclass(frozen=True)
class Term(Spoken):
    """One idea in the field's own Chinese and English words."""

    zh: str
    en: str
    of_period: bool = False

    in_ = Spoken.__call__

    @property
    def plain(self) -> list:
        """Plain JSON: Chinese, English, and true behind them where it is of the period."""
        return [self.zh, self.en, *([True] if self.of_period else [])]


@dataclass(frozen=True)
class Unit:
    """What a value is measured in; it knows how its change is said (a rate moves in percentage points, not percent)."""

    key: str
    term: Term
    change: Term


PERCENT = Unit("percent", Term("%", "%"), Term("个百分点", " pp"))
CALLS = Unit("calls", Term("通", " calls"), Term("%", "%"))
CALLS_A_DAY = Unit("calls_a_day", Term("通", " calls"), Term("%", "%"))
ORDERS = Unit("orders", Term("件", " orders"), Term("%", "%"))
ORDERS_A_DAY = Unit("orders_a_day", Term("件", " orders"), Term("%", "%"))
CONTACTS_A_DAY = Unit("contacts_a_day", Term("次", " contacts"), Term("%", "%"))
CALLERS = Unit("callers", Term("人", " callers"), Term("%", "%"))
SECONDS = Unit("seconds", Term("秒", " s"), Term("秒", " s"))
HOURS = Unit("hours", Term("小时", " h"), Term("小时", " h"))
YUAN = Unit("yuan", Term("元", " yuan"), Term("元", " yuan"))
SCORE = Unit("score", Term("分", " points"), Term("分", " points"))
TIMES = Unit("times", Term("次", " times"), Term("次", " times"))
PERSONS = Unit("persons", Term("人", " persons"), Term("人", " persons"))
WORK_HOURS = Unit("work_hours", Term("小时", " h"), Term("小时", " h"))
AN_HOUR = Unit("an_hour", Term("通/小时", " calls/h"), Term("通/小时", " calls/h"))
DIFFERING = (YUAN, SCORE, TIMES, PERSONS, WORK_HOURS, AN_HOUR)  # levels with one decimal, whose change is a difference in the same unit
UNITS = {u.key: u for u in (PERCENT, CALLS, CALLS_A_DAY, ORDERS, ORDERS_A_DAY, CONTACTS_A_DAY, CALLERS, SECONDS, HOURS, *DIFFERING)}

JUDGEMENT = {
    "better": Term("变好", "better"),
    "worse": Term("变差", "worse"),
    "more": Term("变多", "more"),
    "less": Term("变少", "fewer"),
    "none": Term("正常波动", "usual variation"),
    "few": Term("样本不足", "too few"),
    "not_compared": Term("不作比较", "not compared"),
    "fact": Term("事实", "fact"),
}
STATE = {  # what was found, and by what: `verdicts.compare`
    "outside": Term("本月异常", "unusual this month", of_period=True),
    "inside": Term("正常波动", "usual variation"),
    "outside trial": Term("本月异常（试用范围）", "unusual this month (trial range)", of_period=True),
    "inside trial": Term("在试用范围内", "within its trial range"),
    "no evidence": Term("没有证据表明有变化", "no evidence of change"),
    "few months": Term("可比的月份不足6个，不判好坏", "fewer than 6 comparable months, not judged", of_period=True),
    "few": Term("样本不足", "too few"),
    "not compared": Term("不作比较", "not compared"),
}
RUN = {"low": Term("持续偏低", "persistently low"), "high": Term("持续偏高", "persistently high"), "": Term("", "")}
REASON = {  # why a month is not compared
    "poor data": Term("数据质量为差", "the data are of poor quality"),
    "missing": Term("本月没有这项数字", "there is no figure this month", of_period=True),
    "beyond": Term(
        "数值超出它的上限，分子与分母的记录互相矛盾", "the value passes its bound: the records of its two parts contradict each other"
    ),
    "not covered": Term("数据没有覆盖全月", "the data do not cover the whole month", of_period=True),
    "unfinished": Term(
        "本月有的诉求尚未到期，或到期时的情形未导出，不作判断",
        "some orders of the month have not fallen due, or are not told of up to it: not judged",
        of_period=True,
    ),
    "late answers": Term("本月的答卷还没有收齐，不作判断", "answers to the month's invitations are not all in: not judged", of_period=True),
    "not watched": Term(
        "有几天没有记录，能看满窗口的来电不足30通", "days without records leave fewer than 30 calls that were watched for the window"
    ),
    "not ended": Term(
        "不少来电不知何时结束，这一窗口的复电率偏低",
        "the end of many calls is not known, so the rate of this window is too low",
    ),
    "first month": Term("本月为第一期，没有可比的月份", "the first month, with none to compare it with", of_period=True),
    "month before": Term("上月没有可比的数字", "the month before has no comparable figure", of_period=True),
    "definition": Term("以前各月口径不同", "the months before are under another definition", of_period=True),
    "break": Term("本月起流程有变，此前各月不可比", "the process changed with this month", of_period=True),
    "base": Term("计算的基础变了", "the base of the figure moved"),
    "ways": Term(
        "各渠道答卷的构成变了，总数的变化不全是得分的",
        "the mix of the answers by channel moved, so that the total is not moved by scores alone",
    ),
    "typed": Term("手工填报，不作检验", "typed in, not tested"),
    "unread": Term("读得出的记录占比变了", "the share of records that could be read moved"),
    "few months": Term("可比的月份不足6个，不判好坏", "fewer than 6 comparable months, not judged", of_period=True),
    "trial": Term("历史不足12个月，只有试用范围，不判好坏", "fewer than 12 months, a trial range only, not judged", of_period=True),
}
NO_EVIDENCE = Term("没有证据表明有变化", "no evidence of change")
CAPABILITY = {
    "met": Term("稳定达标", "reliably met"),
    "at times": Term("时有不达", "missed at times"),
    "out of reach": Term("难以达标", "out of reach"),
    "no target": Term("不设目标", "no target"),
}
ANSWERS = {  # what staff may say of a case, by column: the words of the drop-downs, of the register and of its figures
    "found": {
        "solved": Term("已解决", "solved"), "explained": Term("已解释说明", "explained"), "in_hand": Term("处理中", "in hand"),
        "unreached": Term("联系不上", "not reached"),
    },
    "cause": {  # avoidable contact: all but the last five (NI14; F0 VBA16)
        "chasing": Term("催问进度", "chasing progress"), "not_done": Term("承诺未办", "promised and not done"),
        "unclear": Term("答复不清", "unclear answer"), "incomplete": Term("答复不全", "incomplete answer"),
        "not_told": Term("未告知后续流程", "not told what follows"), "wrong_number": Term("找错部门或号码", "wrong office or number"),
        "came_back": Term("问题再次发生", "problem came back"), "policy": Term("政策所限", "bound by policy"),
        "unreasonable": Term("非合理诉求", "unreasonable demand"), "habit": Term("习惯性来电", "habit"), "other": Term("其他原因", "other cause"),
    },
    "solvable": {"yes": Term("能解决", "can be solved"), "partly": Term("能部分解决", "in part"), "no": Term("不能解决", "cannot be solved")},
    "measure": {
        "handle": Term("督促办理", "have it done"), "notify": Term("主动告知", "tell beforehand"), "contact": Term("专人联系", "one contact person"),
        "wording": Term("统一答复口径", "one agreed answer"), "coach": Term("单独辅导", "coach the agent"), "train": Term("培训该类", "train the issue"),
        "knowledge": Term("更新知识库", "mend the knowledge base"), "process": Term("改流程", "change the process"), "none": Term("无需措施", "nothing to do"),
    },
}  # fmt: skip
NOT_SAID = "not said"  # of a cause: nobody gave one
STATUS = {"True": Term("暂行版", "provisional"), "False": Term("定稿", "final")}  # of a month, by whether later data complete it
GRADE = {"excellent": Term("优", "excellent"), "good": Term("良", "good"), "fair": Term("中", "fair"), "poor": Term("差", "poor")}
WEEKDAY = (
    Term("周一", "Mon"), Term("周二", "Tue"), Term("周三", "Wed"), Term("周四", "Thu"), Term("周五", "Fri"), Term("周六", "Sat"), Term("周日", "Sun"),
)  # fmt: skip
ABSENT = {  # why these data cannot answer, by what a refusal or a cell says
    "params name no": Term("没有这张表的数据", "no data of that table"),
    "own level": Term("按披露规则，这里不列分组的数字", "not told here below the hotline's level, by the rule of disclosure"),
    "not told apart by": Term(
        "这些记录不分单位、部门或片区，只在全热线的页面上", "these records name no unit, area or department: see the hotline's own page"
    ),
    "all answers are to other calls than citizens made": Term(
        "答卷对应的都是测试、呼出（如回访）或未接通的来电：回访得来的答卷，请把来电编号对应到原来的来电，或不在参数中写call_id",
        "all answers are linked to tests, outbound calls (such as return calls) or lost calls; where return calls ask, map call_id to the first call, or leave it out of params",
    ),
    "no answers": Term("本期没有答卷", "no answers in this period"),
    "no scores": Term("本期没有质检或自评的得分", "no scores of other sources in this period"),
    "few items": Term("题目太少", "too few items"),
    "few sources": Term("只有一个来源", "one source only"),
    "off their scale": Term("有评分超出量表，请在参数中写明量表", "ratings lie off their scale; params have to say the scale"),
    "no two best of so many points": Term(
        "量表超过11个分值，最高两档几乎无人，不算满意率", "a scale of more than 11 points has no two best answers to tell a share of"
    ),
    "long form": Term("答卷是一题一行，要先合成一份一行", "a row an item: they have to be made one row a survey"),
    "no record of invitations": Term(
        "导出没有邀评记录，不知道邀请过谁", "the export has no record of invitations, so nobody knows who was asked"
    ),
    "needs invitations": Term("导出只有答卷，没有未作答的邀请", "the export holds answers only, none of the invitations without one"),
    "satisfaction: nps": Term("参数没有指明推荐意愿是哪一题", "params do not say which item asks for recommendation"),
    "no fit": Term("两个边际不能同时满足", "the margins cannot all be met"),
    "no month before": Term("上月的数据不全，无从比较", "last month is not whole in the data"),
    "half a month": Term(
        "数据没有覆盖两个整月，件数不作比较", "the data do not hold both months whole, so counts are not compared", of_period=True
    ),
    "no vague word": Term("这一级没有笼统的诉求名称", "no issue of this level has a vague name"),
    "masked": Term("号码已打码，无法识别同一来电人", "numbers are masked, so callers cannot be told apart"),
    "no calls watched": Term("没有一通来电看满窗口", "no call was watched for the whole window"),
    "no calls": Term("没有来电", "no calls"),
    "no cases were filled in": Term("本期没有填写过排查表", "no list of cases was filled in for this period"),
    "nobody has answered": Term("排查名单还没有人填写", "nobody has answered a case yet"),
    "no case of a caller": Term("还没有办结的来电人案件", "no caller's case has been closed yet"),
    "no closed case": Term("办结的案件还没有看满一周", "no closed case has been watched for a week yet"),
    "no later export": Term(
        "此后的导出不再提及较早的诉求，哪些还在办无从得知", "later exports tell of older orders no more, so nobody knows which are open"
    ),
    "no base": Term("本期没有可作分母的记录", "no record of this period to be a base"),
    "cost a minute": Term("参数没有给出每分钟成本", "params give no cost a minute"),
    "not the whole month": Term(
        "来电没有覆盖全月，不能与月度数字相除", "the calls do not cover the whole month that the other figure is of"
    ),
    "not every month": Term("有的月份没有月报，合计会偏低", "some month has no sheet, so the sum would read low"),
    "no known figures": Term("月报没有填这个数字", "the month's sheet does not hold the figure"),
    "few known figures": Term("有班组没有填这个数字，合计会偏低", "some team has not given the figure, so the sum would read low"),
    "typed without": Term("手工填报没有给出数值", "typed in without a value"),
    "no trunk data": Term("话务导出中没有中继数据", "call exports hold no trunk data"),
    "few in any day": Term("任意24小时都不足30通", "fewer than 30 calls in any 24 hours"),
    "no known durations": Term("时长均未能读出", "no duration could be read"),
    "talk time": Term("没有读得出的通话时长", "no talk time could be read"),
    "looks ahead": Term("与平时的对照只在向后看的口径下有定义", "the comparison with habit is defined looking ahead only"),
    "few known durations": Term("读得出的时长不足95%", "fewer than 95% of the durations could be read"),
    "no known callers": Term("没有可识别的来电人", "no caller is identified"),
    "unlike scales": Term("质检各题的量表不同，平均分没有意义", "the items of the checks have unlike scales, which have no mean"),
    "no ready state": Term("坐席状态里没有就绪的时长，时间不全", "agents' states hold no time ready, so their time is not whole"),
    "no talk state": Term("坐席状态里没有通话的时长", "agents' states hold no talk time"),
    "one office begins and ends most orders": Term(
        "多数工单由同一部门开始、又由它结束，像是受理和审核：请在参数 complaints › handling 写明哪些环节算在部门手中",
        "one office begins and ends most orders, as where they are taken in and looked at last: name the steps in which a department has the order in params, complaints › handling",
    ),
    "no roster": Term("本期没有排班", "there is no roster of this period"),
    "no known patience": Term("放弃的不足30通，耐心不明", "fewer than 30 gave up, so patience is not known"),
    "no known outcomes": Term("通话结果均未能读出", "no outcome could be read"),
    "few known outcomes": Term("读得出的通话结果不足95%", "fewer than 95% of the outcomes could be read"),
    "not declared": Term("参数文件的improvement一节没有写", "the section improvement of the params does not say"),
    "no row of this period": Term("本期没有检查表记录", "the checklist has no row of this period"),
    "kind that is named": Term("没有参数中所写类型的工单", "no order is of a kind that the params name"),
    "no incidents": Term("本期没有服务事故", "no incidents in this period"),
    "too short to forecast": Term("历史不足两周，不作预测", "under two weeks of history: nothing is forecast"),
    "test at earlier origins": Term("历史太短，还不能回测", "too little history for a test at earlier origins"),
    "most topics have other names": Term("诉求分类刚换过，新的用满两周才预测", "the list of topics is new: two weeks of it are needed"),
    "too few earlier months": Term("此前不足三个月，不判断上升", "under three earlier months: nothing is called rising"),
    "history": Term("数据不足21天，无法与平时对照", "less than 21 days of data, so nothing to compare with habit"),
    "no control": Term("没有对照", "no control"),
    "outage": Term("没有故障记录", "no outages are recorded"),
    "not reached": Term("还没有一件看满时限", "none could be watched for so long yet"),
    "ends unknown": Term("不少来电不知何时结束", "the end of many calls is not known"),
    "no clock time": Term("只有日期，没有时刻", "dates without a clock time"),
    "words without a weight": Term(
        '满意情况中有参数没有写折算值的词：是哪些，见数据检查；在参数的 follow_up › satisfied 写明折算值，不算答复的写 values: {该词: ""}',
        'the words of the follow-up include some that the params give no worth: the checks of the data name them; write their worth under follow_up › satisfied, or values: {WORD: ""} for what is no answer',
    ),
    "no orders": Term("没有诉求", "no orders"),
    "no whole month": Term("措施之前或之后没有一个整月", "no whole month before or after the measure"),
    "nothing before": Term("上月没有", "none the month before", of_period=True),
    "figures of months only": Term("只有月度数字，没有每日记录", "figures of months only, no records of days"),
    "unlike definitions": Term("口径、窗口或时期不同，不作比较", "definitions, windows or periods differ: not compared"),
    "one hotline twice": Term("两条并列的热线同名，或同一热线列了两次", "two hotlines of one title, or one named twice"),
    "one unit alone": Term("只有一个单位，没有可并列的", "one unit alone: nothing to stand beside it"),
    "issues in common": Term("单位之间没有相同的诉求", "the units have no issue in common"),
    "rolling windows": Term("只能按滚动窗口、向后看的口径比较", "compared by rolling windows looking ahead only"),
    "needs orders": Term("没有工单数据", "there are no orders"),
    "needs": Term("未提供所需的列", "a needed column is not provided"),
    "few": Term("样本不足", "too few"),
    "untold": Term("不列出", "not told"),
}
CHINESE_NUMBER = "〇一二三四五六七八九"


def absent(refusal: str) -> Term | None:
    """The words of a reason, by the first of ABSENT that it holds."""
    return next((term for key, term in ABSENT.items() if re.search(rf"\b{key}\b", refusal)), None)


def missing(value) -> bool:
    """True for None and NaN: a value that must be shown as a reason, never as a number."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def decimal(value: float, places: int = 1) -> str:
    """A number rounded half away from zero, true minus, no sign on zero."""
    scaled = math.floor(abs(value) * 10**places + 0.5 + 1e-9) / 10**places
    return (MINUS if value < 0 and scaled else "") + f"{scaled:,.{places}f}"


def signed(value: float, places: int = 1) -> str:
    """A change: + or − always, 0.0 without a sign."""
    text = decimal(value, places)
    return text if text.startswith(MINUS) or not text.strip("0.,") else "+" + text


def format_count(value) -> str:
    """48,612 for tables; '' when there is none."""
    return "" if missing(value) else decimal(value, 0)


def format_rate(share, places: int = 1) -> str:
    """A share 0-1 as 93.2%; '' when there is none. What is not all is not rounded to 100%, what is not nothing not to 0: 99.96%, 0.04%."""
    return "" if missing(share) else f"{percent_number(share, places)}%"


def percent_number(share: float, places: int = 1) -> str:
    """The share in percent without its sign, with as many more places as keep it from reading 0 or 100."""
    whole = abs(share - round(share)) < 1e-9
    while not whole and places < 6 and decimal(100 * share, places) in (decimal(0, places), decimal(100, places)):
        places += 1
    return decimal(100 * share, places)


def format_interval(low, high, language: str = "zh", places: int = 1, percent: bool = True) -> str:
    """The interval of a level: 93.0%～93.4% (en 93.0–93.4%); '' when an end is missing."""
    if missing(low) or missing(high):
        return ""
    unit = "%" if percent else ""
    lo, hi = (percent_number(end, places) if percent else decimal(end, places) for end in (low, high))
    return f"{lo}{unit}～{hi}{unit}" if language == "zh" else f"{lo}–{hi}{unit}"


def format_change_interval(low, high, language: str = "zh", places: int = 1, scale: float = 100) -> str:
    """The interval of a change: −1.7至−1.1 (en −1.7 to −1.1); '' when an end is missing."""
    if missing(low) or missing(high):
        return ""
    return f"{signed(scale * low, places)}{'至' if language == 'zh' else ' to '}{signed(scale * high, places)}"


def format_change(value, unit: Unit, language: str = "zh", places: int = 1) -> str:
    """A change in its unit: shares in percentage points, counts in percent, durations in seconds; '' when there is none."""
    if missing(value):
        return ""
    if unit is SECONDS:
        return _signed_seconds(value, language)
    if unit in DIFFERING:
        return signed(value, places) + unit.change(language)
    return signed(100 * value, places) + unit.change(language)


def _signed_seconds(value: float, language: str) -> str:
    """+2.7秒, −1分5秒: a sign before what `format_seconds` says, none before 0."""
    said = format_seconds(abs(value), language)
    return said if said == format_seconds(0, language) else ("+" if value > 0 else MINUS) + said


def format_risen(value, unit: Unit, language: str = "zh", places: int = 1) -> str:
    """A change as one writes it: 上升0.6个百分点, 下降2.9个百分点, 持平 (en up 0.6 pp, down 2.9 pp, unchanged)."""
    size = format_change(value, unit, language, places).lstrip("+" + MINUS)
    if not re.search("[1-9]", size):  # what prints as 0.0 is no movement
        return size and ("持平" if language == "zh" else "unchanged")
    up, down = ("上升", "下降") if language == "zh" else ("up ", "down ")
    return (up if value > 0 else down) + size


def format_moves(low, high, unit: Unit, language: str = "zh") -> str:
    """The interval of a change in its unit, bare for rates: −1.7至−1.1; '' when an end is missing."""
    if missing(low) or missing(high):
        return ""
    if unit is PERCENT:
        return format_change_interval(low, high, language)
    return ("至" if language == "zh" else " to ").join(format_change(end, unit, language) for end in (low, high))


def format_seconds(value, language: str = "zh") -> str:
    """312 as 5分12秒 (en 5 min 12 s), whole seconds; 300 as 5分钟, for 5分 is a score; under a minute with one decimal, 7.5秒; '' when there is none."""
    if missing(value):
        return ""
    if 0.05 <= abs(value) < 59.95:
        return decimal(value, 1) + SECONDS.term(language)
    total = math.floor(abs(value) + 0.5)
    parts = [(total // 3600, "小时", " h"), (total % 3600 // 60, "分", " min"), (total % 60, "秒", " s")]
    said = [(n, zh if language == "zh" else en) for n, zh, en in parts if n] or [(0, "秒" if language == "zh" else " s")]
    said = [(n, "分钟" if word == "分" else word) for n, word in said] if len(said) == 1 else said
    return (MINUS if value < 0 and total else "") + ("" if language == "zh" else " ").join(f"{n}{word}" for n, word in said)


def format_hours(hours, language: str = "zh") -> str:
    """A window or a gap: 2小时, 0.5小时, 68.6小时 (en 2 h)."""
    return "" if missing(hours) else f"{round(hours, 4):.10g}{HOURS.term(language)}"


MEASURE = {
    "dispatch": Term("派出", "Dispatched"),
    "response": Term("响应", "Responded"),
    "resolution": Term("解决", "Resolved"),
}


SAME_DAY = Term("当天", "the same day")


def format_limit(limit: str, language: str = "zh") -> str:
    """A time limit, 24h as 24小时 (en 24 h), 7d as 7天 (en 7 days), 0d as 当天 (en the same day), 15s as 15秒 (en 15 s)."""
    number, unit = int(limit[:-1]), limit[-1]
    if limit == "0d":
        return SAME_DAY(language)
    if unit == "h":
        return format_hours(number, language)
    if unit == "s":
        return f"{number}{SECONDS.term(language)}"
    return f"{number}天" if language == "zh" else f"{number} day{'' if number == 1 else 's'}"


def format_measure(key: str, language: str = "zh") -> str:
    """A share of orders within a limit, response_24h as 24小时内响应 (en Responded within 24 h); another key as it is."""
    name, _, limit = key.rpartition("_")
    if name not in MEASURE or not re.fullmatch(r"\d+[hd]", limit):
        return key
    said, same = format_limit(limit, language), limit == "0d"
    if language == "zh":
        return f"{said}{'' if same else '内'}{MEASURE[name].zh}"
    return f"{MEASURE[name].en} {'' if same else 'within '}{said}"


def format_difference(value, language: str = "zh") -> str:
    """How many more or fewer: 减少6件, 增加6件, 持平 (en 6 fewer, 6 more, unchanged)."""
    size = decimal(abs(value), 0)
    if size == "0":
        return "持平" if language == "zh" else "unchanged"
    if language == "zh":
        return f"{'增加' if value > 0 else '减少'}{size}件"
    return f"{size} {'more' if value > 0 else 'fewer'}"


def format_value(value, unit: Unit, language: str = "zh") -> str:
    """A level in its unit, as a table cell or a card shows it."""
    if missing(value):
        return ""
    if unit is PERCENT:
        return format_rate(value)
    if unit is SECONDS:
        return format_seconds(value, language)
    if unit is HOURS:
        return format_hours(round(float(value), 1), language)
    if unit in DIFFERING:
        return decimal(value, 1) + unit.term(language)
    if unit in (CALLS_A_DAY, ORDERS_A_DAY, CONTACTS_A_DAY) and value < 99.5:
        return decimal(value, 1) + unit.term(language)
    return format_count(value) + unit.term(language)


def format_month(month: str, language: str = "zh") -> str:
    """2024-09 as 2024年9月 (en September 2024), 2024Q3 as 2024年第三季度 (en Q3 2024), 2024H1 as 2024年上半年 (en H1 2024), 2024 as 2024年."""
    if "-" not in month:
        year, part, number = month[:4], month[4:5], month[5:]
        if language == "en":
            return f"{part}{number} {year}".strip()
        return f"{year}年" + {"": "", "Q": f"第{CHINESE_NUMBER[int(number or 0)]}季度", "H": "下半年" if number == "2" else "上半年"}[part]
    year, number = month.split("-")
    names = "January February March April May June July August September October November December".split()
    return f"{year}年{int(number)}月" if language == "zh" else f"{names[int(number) - 1]} {year}"


def chapter_number(n: int, language: str = "zh") -> str:
    """1 as 一、, 12 as 十二、, 20 as 二十、 (en '1. '), up to 99."""
    if language != "zh":
        return f"{n}. "
    tens, ones = divmod(n, 10)
    return ("" if tens < 2 else CHINESE_NUMBER[tens]) + ("十" if tens else "") + (CHINESE_NUMBER[ones] if ones else "") + "、"


# ---- a column, a sentence


@dataclass(frozen=True)
class Field:
    """One column of a frame, declared once: its term, how its values are written (a key of FORMS), the columns of its interval.

    `words` says the keys that a cell may hold in both languages; a cell that holds none of them is shown as it is.
    """

    term: Term
    form: str = "text"
    interval: tuple[str, str] = ("", "")
    words: Mapping[str, Term] = field(default_factory=dict)

    def as_dict(self) -> dict:
        """Plain JSON, for the `attrs` of a frame."""
        said = {key: term.plain for key, term in self.words.items()}
        return {"term": self.term.plain, "form": self.form, "interval": list(self.interval), "words": said}

    @classmethod
    def from_dict(cls, plain: Mapping) -> "Field":
        said = {key: Term(*pair) for key, pair in plain["words"].items()}
        return cls(Term(*plain["term"]), plain["form"], tuple(plain["interval"]), said)


class Contract(dict):
    """What a frame says of its columns, column -> plain JSON of its field. Nobody changes it, so it is its own copy: pandas copies a frame's
    attrs, deep, with every row and column taken, which was half of the time that a month's page took."""

    def __deepcopy__(self, memo) -> "Contract":
        return self


@dataclass(frozen=True)
class Slot:
    """A place in a sentence: a column of a frame (`frame` '' is the first that is shown), the row that it is taken from, how it is written."""

    text: str
    frame: str
    column: str
    row: str
    form: str


SLOT = re.compile(r"\{(?:(\w+)\.)?(\w+)(?:@([^:{}]+))?(?::([^{}]+))?\}")


def slots(template: str) -> list[Slot]:
    """The slots of a sentence: `{value}`, `{value:share0}`, `{value@24:share}`, `{evidence.best_hours:hours}`, `{n:call|calls}`."""
    return [Slot(m[0], m[1] or "", m[2], m[3] or "", m[4] or "") for m in SLOT.finditer(template)]


@dataclass(frozen=True)
class Sentence(Spoken):
    """A sentence in both languages whose numbers are cells of a frame; it is said only where every slot has a value.

    A slot takes the first row, `@last` the last, `@*` all rows as a list, `@24` the row whose first column is 24.
    """

    zh: str
    en: str
    of_period: bool = False


@dataclass(frozen=True)
class Sentences:
    """A sentence for every case: the frame says which in the column `by` of its first row; `*` is every other."""

    cases: Mapping[str, object]
    by: str = "said"


@dataclass(frozen=True)
class Rows:
    """A sentence for every row whose column `by` names a case: its parts are put together, those with a missing slot left out.

    whole: of a frame without strata alone, where a row is not one of a stratum that the sentence does not name.
    between: the rows make one sentence, so joined, with one end.
    """

    cases: Mapping[str, object]
    by: str
    end: Term = Term("。", ".")
    joint: Term = Term("", "")
    whole: bool = False
    between: Term | None = None


@dataclass(frozen=True)
class Either:
    """The first of several that can be said."""

    options: tuple


Said = Sentence | Sentences | Rows | Either | Term | Sequence  # what a frame can say


def opening(text: str, language: str) -> str:
    """A text as a sentence begins: an English one with a capital, unless it begins with a name of code or of one letter (kpis.csv, q)."""
    return text[0].upper() + text[1:] if language == "en" and OPENS.match(text) else text


def listed(words: Sequence[str], language: str, last: Term | None = None) -> str:
    """甲、乙和丙 (en a, b and c)."""
    joint = (last or Term("和", " and ")).in_(language)
    head, tail = list(words[:-1]), list(words[-1:])
    return joint.join([("、" if language == "zh" else ", ").join(head), *tail]) if head else "".join(tail)


def places_of(value: float) -> int:
    """Two decimals where a figure was given with two, else one."""
    return 1 if abs(value - round(value, 1)) < 1e-6 else 2


def typed(value: float) -> str:
    """A figure as a report typed it: 86.27, 90.0."""
    return decimal(value, places_of(value))


OPENS = re.compile(r"[a-z]{2,}(?=[ ,:;-]|$)|a ")
NOT_ONE = Term("没有一", "not one")  # "None" at the head of a sentence reads like a missing value, and a page that says so is refused
FORMS: dict[str, Callable] = {
    "text": lambda value, language: str(value),
    "count": lambda value, language: format_count(value),
    "some": lambda value, language: format_count(value) if value else "",  # of nought nothing is said
    "none": lambda value, language: "" if value else NOT_ONE(language),  # 没有一 before the word that counts: 没有一对
    "share": lambda value, language: format_rate(value),
    "share0": lambda value, language: format_rate(value, 0),
    "points": lambda value, language: format_change(value, PERCENT, language),
    "percent": lambda value, language: percent_number(value),  # where a heading carries the unit
    "percent0": lambda value, language: decimal(100 * value, 0),
    "pp": lambda value, language: signed(100 * value),
    "share2": lambda value, language: f"{typed(100 * value)}%",
    "points2": lambda value, language: format_change(value, PERCENT, language, places_of(100 * value)),
    "bare_points": lambda value, language: decimal(100 * value),
    "signed_share": lambda value, language: f"{signed(100 * value)}%",
    "relative": lambda value, language: format_change(value, ORDERS, language),
    "difference": lambda value, language: format_difference(value, language),
    "limit": lambda value, language: format_limit(value, language),
    "measure": lambda value, language: format_measure(value, language),
    "number": lambda value, language: decimal(value),
    "plain": lambda value, language: f"{value:g}",  # 7, 0.5
    "ratio": lambda value, language: decimal(value, 2),
    "signed": lambda value, language: signed(value, 2),
    "moved": lambda value, language: signed(value),
    "probability": lambda value, language: "<0.001" if value < 0.0005 else decimal(value, 3),
    "hours": lambda value, language: format_hours(round(float(value), 1), language),
    "seconds": lambda value, language: format_seconds(value, language),
    "month": lambda value, language: format_month(value, language),
    "day": lambda value, language: format_day(value, language),
    "dated": lambda value, language: format_dated(value, language),
    "sentence": lambda value, language: str(value)[:1].upper() + str(value)[1:],
    "moment": lambda value, language: format_moment(value, language),
    "clock": lambda value, language: format_clock(value, language),
}


def format_day(day, language: str = "zh") -> str:
    """A date as 9月11日 (en 11 September)."""
    year, month, number = (int(part) for part in str(day)[:10].split("-"))
    return f"{month}月{number}日" if language == "zh" else f"{number} {format_month(f'{year}-{month:02d}', 'en').split()[0]}"


def format_awaited(day, language: str = "zh") -> str:
    """Beside a figure that later data complete: until when it is provisional, where anybody can say."""
    said = Term("暂，{}定稿", "prov., final on {}") if day else Term("暂", "prov.")
    return said(language).format(format_day(day, language) if day else "")


def format_dated(day, language: str = "zh") -> str:
    """A date with its year: 2024年9月11日 (en 11 September 2024)."""
    year = str(day)[:4]
    return f"{year}年{format_day(day, language)}" if language == "zh" else f"{format_day(day, language)} {year}"


def format_clock(hours, language: str = "zh") -> str:
    """Hours of the clock, "9, 10" as 9时和10时 (en 9:00 and 10:00)."""
    return listed([f"{hour}时" if language == "zh" else f"{hour}:00" for hour in str(hours).split(", ")], language)


def format_date(day, language: str = "zh") -> str:
    """A date with its year and weekday: 2024年9月18日（周三）, en 18 September 2024 (Wed)."""
    weekday = WEEKDAY[date.fromisoformat(str(day)[:10]).weekday()](language)
    return format_dated(day, language) + (f"（{weekday}）" if language == "zh" else f" ({weekday})")


def format_moment(moment, language: str = "zh") -> str:
    """An instant as 9月11日14:04 (en 11 September 14:04)."""
    return f"{format_day(moment, language)}{'' if language == 'zh' else ' '}{str(moment)[11:16]}"


def said(value, form: str, language: str) -> str:
    """A value in one of FORMS; `one|many` chooses the word for a count, `hours_or` joins the hours of a cell that lists them."""
    if "|" in form:
        one, many = form.split("|")
        return one if value == 1 else many
    if form.endswith("_or"):
        return listed([said(float(part), form[:-3], language) for part in str(value).split(", ")], language, Term("或", " or "))
    return FORMS[form](value, language)
