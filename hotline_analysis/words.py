"""Where Chinese and English meet: terms, units, number forms and verdict words (GB/T 15835-2011 for figures in text)."""

import math
from dataclasses import dataclass

LANGUAGES = ("zh", "en")
MINUS = "\u2212"


@dataclass(frozen=True)
class Term:
    """One idea in the field's own Chinese and English words."""

    zh: str
    en: str

    def __call__(self, language: str) -> str:
        return getattr(self, language)

    in_ = __call__


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
CALLERS = Unit("callers", Term("人", " callers"), Term("%", "%"))
SECONDS = Unit("seconds", Term("秒", " s"), Term("秒", " s"))
HOURS = Unit("hours", Term("小时", " h"), Term("小时", " h"))
UNITS = {u.key: u for u in (PERCENT, CALLS, CALLS_A_DAY, ORDERS, CALLERS, SECONDS, HOURS)}

DIRECTION = {
    "up": Term("上升", "up"),
    "down": Term("下降", "down"),
    "none": Term("无证据", "no evidence"),
    "few": Term("样本不足", "too few"),
}
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
    "outside": Term("本月异常", "unusual this month"),
    "inside": Term("正常波动", "usual variation"),
    "outside trial": Term("本月异常（试用限）", "unusual this month (trial limits)"),
    "inside trial": Term("在试用限内", "within trial limits"),
    "no evidence": Term("没有证据表明有变化", "no evidence of change"),
    "few months": Term("仅有两期，不判好坏", "two periods only, not judged"),
    "few": Term("样本不足", "too few"),
    "not compared": Term("不作比较", "not compared"),
}
RUN = {"low": Term("持续偏低", "persistently low"), "high": Term("持续偏高", "persistently high"), "": Term("", "")}
REASON = {  # why a month is not compared
    "poor data": Term("数据质量为差", "the data are of poor quality"),
    "missing": Term("本月没有这项数字", "there is no figure this month"),
    "not covered": Term("数据没有覆盖全月", "the data do not cover the whole month"),
    "first month": Term("本月为第一期，没有可比的月份", "the first month, with none to compare it with"),
    "month before": Term("上月没有可比的数字", "the month before has no comparable figure"),
    "definition": Term("以前各月口径不同", "the months before are under another definition"),
    "break": Term("本月起流程有变，此前各月不可比", "the process changed with this month"),
    "base": Term("计算的基础变了", "the base of the figure moved"),
    "unread": Term("读得出的记录占比变了", "the share of records that could be read moved"),
    "few months": Term("仅有两期，不判好坏", "two periods only, not judged"),
    "trial": Term("历史不足12个月，只有试用限，不判好坏", "fewer than 12 months, trial limits only, not judged"),
}
NO_EVIDENCE = Term("没有证据表明有变化", "no evidence of change")
CAPABILITY = {
    "met": Term("稳定达标", "reliably met"),
    "at times": Term("时有不达", "missed at times"),
    "out of reach": Term("难以达标", "out of reach"),
    "no target": Term("不设目标", "no target"),
}
GRADE = {"excellent": Term("优", "excellent"), "good": Term("良", "good"), "fair": Term("中", "fair"), "poor": Term("差", "poor")}
WEEKDAY = (
    Term("周一", "Mon"), Term("周二", "Tue"), Term("周三", "Wed"), Term("周四", "Thu"), Term("周五", "Fri"), Term("周六", "Sat"), Term("周日", "Sun"),
)  # fmt: skip
CHINESE_NUMBER = "〇一二三四五六七八九十"


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


def format_count_prose(value, language: str) -> str:
    """4.86万 in Chinese prose from ten thousand on; thousands separators in English."""
    return f"{decimal(value / 10000, 2)}万" if language == "zh" and value >= 10000 else format_count(value)


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
    return signed(100 * value, places) + unit.change(language)


def _signed_seconds(value: float, language: str) -> str:
    """+2.7秒, −1分5秒: a sign before what `format_seconds` says, none before 0."""
    said = format_seconds(abs(value), language)
    return said if said == format_seconds(0, language) else ("+" if value > 0 else MINUS) + said


def format_seconds(value, language: str = "zh") -> str:
    """312 as 5分12秒 (en 5 min 12 s), whole seconds; under a minute with one decimal, 7.5秒; '' when there is none."""
    if missing(value):
        return ""
    if 0.05 <= abs(value) < 59.95:
        return decimal(value, 1) + SECONDS.term(language)
    total = math.floor(abs(value) + 0.5)
    parts = [(total // 3600, "小时", " h"), (total % 3600 // 60, "分", " min"), (total % 60, "秒", " s")]
    said = [(n, zh if language == "zh" else en) for n, zh, en in parts if n] or [(0, "秒" if language == "zh" else " s")]
    return (MINUS if value < 0 and total else "") + ("" if language == "zh" else " ").join(f"{n}{word}" for n, word in said)


def format_hours(hours, language: str = "zh") -> str:
    """A window or a gap: 2小时, 0.5小时, 68.6小时 (en 2 h)."""
    return "" if missing(hours) else f"{hours:g}{HOURS.term(language)}"


def format_value(value, unit: Unit, language: str = "zh") -> str:
    """A level in its unit, as a table cell or a card shows it."""
    if missing(value):
        return ""
    if unit is PERCENT:
        return format_rate(value)
    if unit is SECONDS:
        return format_seconds(value, language)
    if unit is HOURS:
        return format_hours(value, language)
    if unit is CALLS_A_DAY and value < 99.5:
        return decimal(value, 1) + unit.term(language)
    return format_count(value) + unit.term(language)


def format_month(month: str, language: str = "zh") -> str:
    """2024-09 as 2024年9月 (en September 2024)."""
    year, number = month.split("-")
    names = "January February March April May June July August September October November December".split()
    return f"{year}年{int(number)}月" if language == "zh" else f"{names[int(number) - 1]} {year}"


def chapter_number(n: int, language: str = "zh") -> str:
    """1 as 一、 (en '1. '), up to 19."""
    if language != "zh":
        return f"{n}. "
    return ("十" if n > 10 else "") + CHINESE_NUMBER[n if n <= 10 else n - 10] + "、"
