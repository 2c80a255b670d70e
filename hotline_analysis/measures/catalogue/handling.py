"""处理: how long a call keeps its agent, and whether the first line settles it by itself. 传统指标 2, 5, 6, 10, 19; B04."""

import narwhals.stable.v2 as nw

from hotline_analysis.measures.catalogue.parts import ANSWERED, answered, of_answered, seconds_of_answered
from hotline_analysis.measures.indicators import FRONT, MANAGEMENT, Have, Indicator, Part, mark
from hotline_analysis.params import Params
from hotline_analysis.words import PERCENT, SECONDS, Term

FAMILY, SENT = "handling", "sent_on"
WORK = ("talk_seconds", "hold_seconds", "wrap_seconds")
BOTH = (FRONT, MANAGEMENT)
SPOKEN = of_answered(["talk_seconds"], "通话时长已知的接通量", "calls answered with a known talk time")
TALKED = seconds_of_answered(["talk_seconds"], "接通来电的通话时长", "talk time of answered calls")
HOLD_KNOWN = of_answered(["hold_seconds"], "保持时长已知的接通量", "calls answered with a known hold time")
HELD = seconds_of_answered(["hold_seconds"], "接通来电的保持时长", "hold time of answered calls")
WRAP_KNOWN = of_answered(["wrap_seconds"], "话后时长已知的接通量", "calls answered with a known wrap-up time")
WRAPPED = seconds_of_answered(["wrap_seconds"], "接通来电的话后时长", "wrap-up time of answered calls")
WORK_KNOWN = of_answered(WORK, "通话、保持、话后时长都已知的接通量", "calls answered with known talk, hold and wrap-up times")
WORKED = seconds_of_answered(WORK, "接通来电的通话、保持与话后时长", "talk, hold and wrap-up time of answered calls")
WITH_HOLD = Part(
    Term("有过保持的接通量", "calls answered that were put on hold"),
    ("outcome", "hold_seconds"),
    lambda have: mark(answered(have) & (nw.col("hold_seconds") > 0)),
)


def declared(params: Params) -> tuple[Indicator, ...]:
    return (TALK, HOLD, HOLD_OF_HELD, WRAP, HANDLE, TRANSFERS, DISPATCHES, FIRST_LINE)


def _fate(*columns: str) -> Part:
    """Answered calls of which the flags are known."""

    def test(have: Have) -> nw.Expr:
        found = answered(have)
        for column in columns:
            found = found & ~nw.col(column).is_null()
        return mark(found)

    names = {"transferred": ("是否转接", "transfer"), "dispatched": ("是否派单", "dispatch")}
    zh, en = "、".join(names[c][0] for c in columns), " and ".join(names[c][1] for c in columns)
    return Part(Term(f"{zh}已知的接通量", f"calls answered of known {en}"), ("outcome", *columns), test)


def _sent(column: str, zh: str, en: str) -> Part:
    return Part(Term(zh, en), ("outcome", column), lambda have: mark(answered(have) & (nw.col(column) == True)))  # noqa: E712


TRANSFER_KNOWN, DISPATCH_KNOWN, FATE_KNOWN = _fate("transferred"), _fate("dispatched"), _fate("transferred", "dispatched")
KEPT = Part(
    Term("既未转接也未派单的接通量", "calls answered and neither transferred nor dispatched"),
    ("outcome", "transferred", "dispatched"),
    lambda have: mark(answered(have) & (nw.col("transferred") == False) & (nw.col("dispatched") == False)),  # noqa: E712
)
MIX = Term("长短没有好坏，突变时看诉求结构", "neither way is good; on a jump look at the mix of issues")
TALK = Indicator(
    "talk_seconds", Term("平均通话时长", "Average talk time"), TALKED, SPOKEN, SECONDS, None,
    Term("只含通话（交谈），不含保持与话后", "talk only, without hold and wrap-up"),
    Term("按诉求类别看：同一类诉求之内才可比", "by category of issue: only calls of one category compare"), MIX, "classic KPI 10",
    audience=BOTH, known=SPOKEN, of=ANSWERED, first=True, chapter="service",
)  # fmt: skip
HOLD = Indicator(
    "hold_seconds", Term("平均持线时间（÷接通量）", "Average hold time, of calls answered"), HELD, HOLD_KNOWN, SECONDS, "lower",
    Term("没有保持过的按0秒计", "calls that were not put on hold count as 0 s"),
    Term("按诉求类别看：哪一类要让人等着查", "by category: for which do agents have to look things up while people wait"),
    Term("升高多半是知识库查不到", "when it rises, answers are hard to find"), "classic KPI 6", audience=BOTH,
    family=FAMILY, known=HOLD_KNOWN, of=ANSWERED, chapter="service",
)  # fmt: skip
HOLD_OF_HELD = Indicator(
    "hold_seconds_of_held", Term("平均持线时间（÷有保持的通话）", "Average hold time, of calls put on hold"), HELD, WITH_HOLD, SECONDS, "lower",
    Term("只算有过保持的接通来电", "answered calls that were put on hold"),
    Term("与以接通量为分母的并列看：保持的人多，还是一次保持得久", "beside the one of all answered calls: more holds, or longer ones"),
    Term("单次过长时，先回呼再答复", "when one hold is long, call back instead"), "classic KPI 6", audience=BOTH, family=FAMILY, chapter="service",
)  # fmt: skip
WRAP = Indicator(
    "wrap_seconds", Term("平均事后处理时间", "Average wrap-up time"), WRAPPED, WRAP_KNOWN, SECONDS, None,
    Term("接通来电的话后整理时长", "after-call work of answered calls"),
    Term("按类别看：要填的内容是否过多", "by category: is there too much to fill in"),
    Term("一般30至60秒；过短可能漏记，过长占用接话时间", "30 to 60 s is usual; too short may leave records out, too long keeps agents from calls"), "classic KPI 2",
    audience=BOTH, family=FAMILY, known=WRAP_KNOWN, of=ANSWERED, chapter="service",
)  # fmt: skip
HANDLE = Indicator(
    "handle_seconds", Term("平均处理时长（通话＋保持＋话后）", "Average handling time (talk, hold, wrap-up)"), WORKED, WORK_KNOWN, SECONDS, None,
    Term("传统指标的“平均通话时间”；三段时长有一段未知的来电不计", "the classic 平均通话时间; calls of which one of the three is not known are left out"),
    Term("排班用它", "staffing goes by it"), MIX, "classic KPI 5", audience=BOTH,
    family=FAMILY, known=WORK_KNOWN, of=ANSWERED, chapter="service",
)  # fmt: skip
TRANSFERS = Indicator(
    "transfer_rate", Term("转接呼叫率", "Transfer rate"), _sent("transferred", "转接的接通量", "calls answered and transferred"), TRANSFER_KNOWN, PERCENT, "lower",
    Term("接通后转给他人的来电", "answered calls that were handed to somebody else"),
    Term("按诉求类别看：哪一类一线答不了", "by category: which the first line cannot answer"),
    Term("升高时看知识与授权", "when it rises, look at knowledge and at what agents may decide"), "classic KPI 19", audience=BOTH,
    family=SENT, known=TRANSFER_KNOWN, of=ANSWERED, most=1, chapter="service",
)  # fmt: skip
DISPATCHES = Indicator(
    "dispatch_rate", Term("派单率", "Dispatch rate"), _sent("dispatched", "派单的接通量", "calls answered and dispatched"), DISPATCH_KNOWN, PERCENT, None,
    Term("接通后派给承办单位的来电", "answered calls that were sent to a department"),
    Term("按诉求类别看", "by category"), Term("须部门办理的诉求派单是应当的，没有好坏", "what a department has to do is rightly dispatched: neither way is good"), "F0 A10",
    family=SENT, known=DISPATCH_KNOWN, of=ANSWERED, most=1, chapter="service",
)  # fmt: skip
FIRST_LINE = Indicator(
    "first_line_share", Term("直接答复率", "Answered by the first line"), KEPT, FATE_KNOWN, PERCENT, "higher",
    Term("1−（转接∪派单）÷接通量：既转接又派单的只算一次", "1 − (transferred or dispatched) ÷ answered: a call that is both counts once"),
    Term("按诉求类别看：能由一线答复而没有答复的", "by category: what the first line could have answered"),
    Term("案例中一线自己回答超过80%", "in the case study the first line answers more than 80 % itself"), "F1 B04",
    family=SENT, known=FATE_KNOWN, of=ANSWERED, most=1, chapter="service",
)  # fmt: skip
