"""处理: how long a call keeps its agent, and what becomes of it. 传统指标 2, 5, 6, 10, 19."""

from hotline_analysis.measures.catalogue.parts import ANSWERED, of_answered, seconds_of_answered
from hotline_analysis.measures.indicators import Indicator
from hotline_analysis.params import Params
from hotline_analysis.words import SECONDS, Term

SPOKEN = of_answered(["talk_seconds"], "通话时长已知的接通量", "calls answered with a known talk time")
TALKED = seconds_of_answered(["talk_seconds"], "接通来电的通话时长", "talk time of answered calls")


def declared(params: Params) -> tuple[Indicator, ...]:
    return (TALK,)


TALK = Indicator(
    "talk_seconds", Term("平均通话时长", "Average talk time"), TALKED, SPOKEN, SECONDS, None,
    Term("只含通话，不含保持与话后", "talk only, without hold and wrap-up"),
    Term("按诉求类别看：同一类诉求之内才可比", "by category of issue: only calls of one category compare"),
    Term("长短没有好坏，突变时看诉求结构", "neither way is good; on a jump look at the mix of issues"), "classic KPI 10",
    known=SPOKEN, of=ANSWERED, first=True, chapter="service",
)  # fmt: skip
