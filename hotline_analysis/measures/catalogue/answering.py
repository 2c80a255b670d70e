"""接通: whether calls are answered, how many give up, and how long people wait. 传统指标 3, 7, 8, 9, 14, 16, 18, 20, 21."""

from hotline_analysis.measures.catalogue.parts import (
    ABANDONED,
    ANSWERED,
    OFFERED,
    RECORDED,
    TIMED,
    WAITS,
    answered,
    outcome,
    timed,
    wait,
)
from hotline_analysis.measures.indicators import Indicator, Part, amount, mark
from hotline_analysis.params import Params
from hotline_analysis.words import PERCENT, SECONDS, Term

FAMILY = "answering"  # 接通率 and 放弃率 are complements, the waits move with them: one event
SERVICE = "service"
WAITED = Part(
    Term("接通来电的排队与振铃时长", "queue and ring time of answered calls"), WAITS, lambda have: amount(timed(have), wait(have))
)
TIMED_OR_LOST = Part(
    Term("人工服务请求量（接通而等待时长未知的除外）", "calls offered, without those answered after an unknown wait"),
    WAITS,
    lambda have: mark(outcome(have) & (~answered(have) | timed(have))),
)


def declared(params: Params) -> tuple[Indicator, ...]:
    seconds = params.service.answer_seconds
    main = main_seconds(params)
    return (CONNECTION, ABANDONMENT, *(_level(s, first=s == main) for s in sorted(seconds)), ASA)


def main_seconds(params: Params) -> int:
    """The seconds of the service level that the first sheet shows: those with a target, otherwise the first that params name."""
    seconds = params.service.answer_seconds
    return next((s for s in seconds if f"service_level_{s}s" in params.targets), seconds[0])


CONNECTION = Indicator(
    "connection_rate", Term("接通率", "Connection rate"), ANSWERED, RECORDED, PERCENT, "higher",
    Term("分母是全部人工服务请求，含放弃", "the base is every request for a person, abandoned ones included"),
    Term("分时段看：全月达标的热线，高峰一小时可能只接通一半", "by hour: a month on target may hide a peak hour in which half is answered"),
    Term("低于目标且控制图有信号时，看高峰时段的人力", "when it signals below target, look at staffing in the peak"), "F3 D01; GB/T 33358-2016",
    family=FAMILY, known=RECORDED, of=OFFERED, most=1, first=True, chapter=SERVICE,
)  # fmt: skip
ABANDONMENT = Indicator(
    "abandonment_rate", Term("放弃率", "Abandonment rate"), ABANDONED, RECORDED, PERCENT, "lower",
    Term("排队或振铃中挂断的来电", "calls that hung up while queueing or ringing"),
    Term("与放弃前等了多久一起看：等得短的放弃，多半是拨错或改主意", "with the wait before giving up: who leaves at once has mostly dialled wrong"),
    Term("短时挂断未剔除，口径变动时另行说明", "short abandonments are not taken out"), "classic KPI 14",
    family=FAMILY, known=RECORDED, of=OFFERED, most=1, first=True, chapter=SERVICE,
)  # fmt: skip
ASA = Indicator(
    "asa_seconds", Term("平均应答速度", "Average speed of answer"), WAITED, TIMED, SECONDS, "lower",
    Term("接通来电从排队到应答的平均秒数，含振铃（导出有振铃时）", "mean seconds from queue to answer of answered calls, ringing included where the export has it"),
    Term("平均数由少数久等的来电拉高，与限时接通率一起看", "a few long waits lift the mean: read it with the share answered in time"),
    Term("放弃的来电不在内，所以会偏低", "leaves abandoned calls out, so it reads low"), "classic KPI 9",
    family=FAMILY, known=TIMED, of=ANSWERED, first=True, chapter=SERVICE,
)  # fmt: skip


def within(seconds: int) -> Part:
    """Calls answered within some seconds."""
    return Part(
        Term(f"{seconds}秒内接通量", f"calls answered within {seconds} s"),
        WAITS,
        lambda have: mark(timed(have) & (wait(have) <= seconds)),
    )


def _level(seconds: int, *, first: bool) -> Indicator:
    return Indicator(
        f"service_level_{seconds}s", Term(f"{seconds}秒接通率", f"Service level in {seconds} s"), within(seconds), TIMED_OR_LOST, PERCENT, "higher",
        Term("等待为排队加振铃（导出有振铃时）；分母含放弃的来电；另有四种算法，不可混比", "the wait is queue and ringing, where the export has it; abandoned calls are in the base; four other forms exist and do not compare"),
        Term("分高峰与平峰看", "peak and off-peak apart"),
        Term("与接通率一起看：接通率不变而它下降，是等得久了", "read with the connection rate: if only this falls, people wait longer"), "classic KPI 21, form A",
        family=FAMILY, known=TIMED, of=ANSWERED, least_known=0.95, most=1, first=first, chapter=SERVICE,
    )  # fmt: skip
