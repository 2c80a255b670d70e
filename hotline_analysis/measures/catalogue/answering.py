"""接通: whether calls are answered, how many give up, and how long people wait. 传统指标 3, 7, 8, 9, 14, 16, 18, 20, 21."""

import narwhals.stable.v2 as nw

from hotline_analysis.measures import rolling
from hotline_analysis.measures.catalogue.parts import (
    ABANDONED,
    ANSWERED,
    OFFERED,
    RECORDED,
    TIMED,
    WAITS,
    abandoned,
    answered,
    outcome,
    timed,
    wait,
)
from hotline_analysis.measures.indicators import FRONT, MANAGEMENT, Have, Indicator, Part, amount, mark, read, said
from hotline_analysis.params import Params
from hotline_analysis.words import PERCENT, SECONDS, Term

FAMILY = "answering"  # 接通率 and 放弃率 are complements, the waits move with them: one event
SERVICE = "service"
WAITED = Part(
    Term("接通来电的排队与振铃时长", "queue and ring time of answered calls"),
    WAITS,
    lambda have: amount(timed(have), wait(have)),
    sums=("queue_seconds",),
)
TIMED_OR_LOST = Part(
    Term("人工服务请求量（接通而等待时长未知的除外）", "calls offered, without those answered after an unknown wait"),
    WAITS,
    lambda have: mark(outcome(have) & (~answered(have) | timed(have))),
)


def declared(params: Params) -> tuple[Indicator, ...]:
    seconds = params.service.answer_seconds
    main = main_seconds(params)
    levels = [_level(s, first=s == main) for s in sorted(seconds)]
    of_answered = [_level_of_answered(s) for s in sorted(seconds)]
    waits = (ASA, QUEUE, QUEUE_OF_QUEUED, RING, RING_OF_ANSWERED, ABANDON_WAIT)
    shares = (QUEUED, ANSWERED_OF_ALL, without_short(params.service.short_abandon_seconds), WORST_DAY, BUSY)
    return (CONNECTION, ABANDONMENT, *levels, *waits, *of_answered, *shares)


def main_seconds(params: Params) -> int:
    """The seconds of the service level that the first sheet shows: those with a target, otherwise the first that params name."""
    seconds = params.service.answer_seconds
    return next((s for s in seconds if f"service_level_{s}s" in params.targets), seconds[0])


CONNECTION = Indicator(
    "connection_rate", Term("接通率", "Connection rate"), ANSWERED, RECORDED, PERCENT, "higher",
    Term("分母是全部人工服务请求，含放弃", "the base is every request for a person, abandoned ones included"),
    Term("分时段看：全月达标的热线，高峰一小时可能只接通一半", "by hour: a month on target may hide a peak hour in which half is answered", of_period=True),
    Term("低于目标且控制图有信号时，看高峰时段的人力", "when it signals below target, look at staffing in the peak"), "F3 D01; GB/T 33358-2016; F4 E04",
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


def _level_of_answered(seconds: int) -> Indicator:
    return Indicator(
        f"service_level_{seconds}s_of_answered", Term(f"{seconds}秒接通率（÷接通量）", f"Service level in {seconds} s, of calls answered"), within(seconds), TIMED, PERCENT, "higher",
        Term("分母只有接通的来电，放弃的不在内", "of answered calls alone; abandoned ones are not in it"),
        Term("与以人工服务请求量为分母的并列看", "beside the one of all calls offered"),
        Term("放弃越多它越好看，不可与以请求量为分母的相比", "the more give up, the better it looks: it does not compare with the one of calls offered"), "classic KPI 21, form B (icsoc)",
        family=FAMILY, known=TIMED, of=ANSWERED, most=1, chapter=SERVICE,
    )  # fmt: skip


def _wait_of(column: str, zh: str, en: str, *, answered_only: bool = False, above: int = -1) -> tuple[Part, Part]:
    """The seconds of a column and the calls of which it is known (answered ones only; only above so many seconds)."""

    def test(have: Have) -> nw.Expr:
        kept = read(column) & (nw.col(column) > above)
        return kept & answered(have) if answered_only else kept

    needs = ("outcome", column) if answered_only else (column,)
    counted = Part(Term(f"{zh}已知的来电", f"calls with a known {en}"), needs, lambda have: mark(test(have)))
    if above >= 0:
        counted = Part(Term("进入排队的来电", "calls that queued"), needs, counted.amount)
    if answered_only:
        counted = Part(Term(f"{zh}已知的接通量", f"calls answered with a known {en}"), needs, counted.amount)
    whose = ("接通来电", " of answered calls") if answered_only else ("来电", " of calls that queued" if above >= 0 else " of all calls")
    total = Part(Term(f"{whose[0]}的{zh}", f"{en}{whose[1]}"), needs, lambda have: amount(test(have), nw.col(column)), sums=(column,))
    return total, counted


def _lost(seconds: int, *, short: bool | None) -> Part:
    """Abandoned calls whose wait is known: all, or those from so many seconds on."""
    if short is None:
        term = Term("放弃前等待时长已知的放弃量", "calls abandoned after a known wait")
        return Part(term, WAITS, lambda have: mark(abandoned(have) & read("queue_seconds")))
    term = Term(f"等待{seconds}秒及以上后放弃的来电", f"calls abandoned after {seconds} s or more")
    return Part(term, WAITS, lambda have: mark(abandoned(have) & read("queue_seconds") & (nw.col("queue_seconds") >= seconds)))


def without_short(seconds: int) -> Indicator:
    """The abandonment rate of calls that did not hang up at once."""
    base = Part(
        Term(f"人工服务请求量（{seconds}秒内放弃的除外）", f"calls offered, without those abandoned within {seconds} s"),
        WAITS,
        lambda have: mark(outcome(have) & (~abandoned(have) | (read("queue_seconds") & (nw.col("queue_seconds") >= seconds)))),
    )
    return Indicator(
        "abandonment_rate_less_short", Term("放弃率（剔除短时放弃）", "Abandonment rate without short ones"), _lost(seconds, short=False), base, PERCENT, "lower",
        Term(f"等待不足{seconds}秒的放弃，分子和分母都不计；等待时长未知的放弃也不计", f"abandonments before {seconds} s are in neither part, nor are those whose wait is not known"),
        Term("与未剔除的并列看，差别就是误拨与改主意", "the difference from the plain one is wrong numbers and changes of mind"),
        Term("只与同样剔除的比较", "compare only with rates that leave out the same"), "classic KPI 14 (Cisco)",
        family=FAMILY, known=_lost(seconds, short=None), of=ABANDONED, most=1, chapter=SERVICE,
    )  # fmt: skip


_QUEUE, _QUEUE_KNOWN = _wait_of("queue_seconds", "排队时长", "queue time")
_QUEUE_ABOVE, _QUEUE_ABOVE_KNOWN = _wait_of("queue_seconds", "排队时长", "queue time", above=0)
_RING, _RING_KNOWN = _wait_of("ring_seconds", "振铃时长", "ring time")
_RING_ANSWERED, _RING_ANSWERED_KNOWN = _wait_of("ring_seconds", "振铃时长", "ring time", answered_only=True)
_LOST_WAIT = Part(
    Term("放弃前的等待时长", "wait of abandoned calls"),
    WAITS,
    lambda have: amount(abandoned(have) & read("queue_seconds"), nw.col("queue_seconds")),
    sums=("queue_seconds",),
)
LONG = Term("与限时接通率一起看，少数久等的会拉高平均", "read with the share answered in time: a few long waits lift the mean")
QUEUE = Indicator(
    "queue_seconds", Term("平均排队时间（÷呼入量）", "Average queue time, of all calls"), _QUEUE, _QUEUE_KNOWN, SECONDS, "lower",
    Term("全部来电，含放弃；没有排队的按0秒计", "all calls, abandoned ones included; those that did not queue count as 0 s"),
    Term("分时段看", "by hour of the day"), LONG, "classic KPI 8 (icsoc)", family=FAMILY, known=_QUEUE_KNOWN, of=OFFERED, chapter=SERVICE,
)  # fmt: skip
QUEUE_OF_QUEUED = Indicator(
    "queue_seconds_of_queued", Term("平均排队时间（÷排队量）", "Average queue time, of calls that queued"), _QUEUE_ABOVE, _QUEUE_ABOVE_KNOWN, SECONDS, "lower",
    Term("只算排过队的来电", "calls that queued at all"),
    Term("与队列放置率一起看：排的人多，还是排得久", "with the share that queues: whether more queue, or longer"), LONG, "classic KPI 8",
    family=FAMILY, chapter=SERVICE,
)  # fmt: skip
RING = Indicator(
    "ring_seconds", Term("平均振铃时长（÷呼入量）", "Average ring time, of all calls"), _RING, _RING_KNOWN, SECONDS, None,
    Term("传统指标为振铃次数；话务系统记录的是振铃时长", "the classic indicator counts rings; systems record seconds"),
    Term("没有接通的来电多半没有振铃，接通率下降时它随之下降，所以不分好坏", "lost calls hardly ring, so it falls when fewer calls are answered: neither way is good"),
    Term("一声约5秒；超过三声即15秒的，看签入与示忙", "one ring is about 5 s; beyond three, look at who is signed in"), "classic KPI 7 (icsoc)",
    family=FAMILY, known=_RING_KNOWN, of=OFFERED, chapter=SERVICE,
)  # fmt: skip
RING_OF_ANSWERED = Indicator(
    "ring_seconds_of_answered", Term("平均振铃时长（÷接通量）", "Average ring time, of calls answered"), _RING_ANSWERED, _RING_ANSWERED_KNOWN, SECONDS, "lower",
    Term("只算接通的来电", "answered calls only"), Term("按话务员看，是应答习惯", "by agent it is a habit of answering"),
    Term("与以呼入量为分母的并列看", "beside the one of all calls"), "classic KPI 7", audience=(FRONT, MANAGEMENT),
    family=FAMILY, known=_RING_ANSWERED_KNOWN, of=ANSWERED, chapter=SERVICE,
)  # fmt: skip
ABANDON_WAIT = Indicator(
    "abandon_seconds", Term("平均放弃时间", "Average time to abandonment"), _LOST_WAIT, _lost(0, short=None), SECONDS, None,
    Term("放弃的来电在挂断前等了多久", "how long abandoned calls waited before they hung up"),
    Term("只说明放弃的人，不是全体的耐心；耐心见服务专题", "it speaks of those who gave up, not of everybody's patience; see the study of service"),
    Term("一般20至60秒；变长不等于变好", "20 to 60 s is usual; longer is not better"), "classic KPI 3",
    family=FAMILY, known=_lost(0, short=None), of=ABANDONED, chapter=SERVICE,
)  # fmt: skip
QUEUED = Indicator(
    "queued_share", Term("队列放置率", "Share of calls that queue"), Part(_QUEUE_ABOVE_KNOWN.term, ("queue_seconds",), _QUEUE_ABOVE_KNOWN.amount), _QUEUE_KNOWN, PERCENT, "lower",
    Term("排队时长大于0秒的来电，占排队时长已知的来电", "calls that queued for more than 0 s, of those whose queue time is known"),
    Term("分高峰与平峰看", "peak and off-peak apart"), Term("升高说明人力跟不上来电", "when it rises, staffing lags behind the calls"), "classic KPI 18",
    family=FAMILY, known=_QUEUE_KNOWN, of=OFFERED, most=1, chapter=SERVICE,
)  # fmt: skip
ANSWERED_OF_ALL = Indicator(
    "answered_share", Term("已复电话百分比", "Share of calls answered"), ANSWERED, OFFERED, PERCENT, "higher",
    Term("分母是全部接入的来电，结果未知的也在内", "of all calls that entered, those of unknown outcome included"),
    Term("与接通率相差多少，就是结果未知的有多少", "it differs from the connection rate by the calls of unknown outcome"),
    Term("结果都已知时与接通率相等", "equal to the connection rate where every outcome is known"), "classic KPI 20 (no source for the formula)",
    family=FAMILY, most=1, chapter=SERVICE,
)  # fmt: skip
WORST_DAY = Indicator(
    "worst_24h_connection", Term("任意24小时最低接通率", "Worst connection rate of any 24 h"),
    said("最差的24小时内的接通量", "calls answered in the worst 24 h", "calls", "outcome"),
    said("该24小时的人工服务请求量", "calls offered in these 24 h", "calls", "outcome"), PERCENT, "higher",
    Term("从每一通来电起的24小时窗口，全部落在本月之内；不足30通的窗口不取", "every window of 24 h that begins with a call and lies in the month; windows of fewer than 30 calls are not taken", of_period=True),
    Term("国家标准要求任意24小时不低于95%，全月平均达标不等于每天达标", "the standard asks for 95 % in any 24 h; a month's mean on target does not mean that every day is", of_period=True),
    Term("最低值没有区间，由控制图判断；低于95%的，看是哪一天", "a minimum has no interval, the control chart decides; below 95 % look at the day"), "GB/T 33358-2016",
    family=FAMILY, estimate=rolling.worst_days, most=1, chapter=SERVICE,
)  # fmt: skip
BUSY = Indicator(
    "busy_rate", Term("忙音率", "Busy rate"), said("阻塞的呼叫", "blocked calls"), said("总拨打量", "all attempts to call"), PERCENT, "lower",
    Term("打进中继而听到忙音的呼叫，只有中继数据才有", "calls that met a busy trunk: only trunk data have them"),
    Term("由运营商的中继报表手工填报", "typed in from the carrier's trunk report"),
    Term("话务导出里没有忙音，不能由它得出", "call exports do not hold busy signals, so it cannot be had of them"), "classic KPI 16",
    tier=3, family="busy_rate", estimate=rolling.no_trunk, most=1, chapter=SERVICE,
)  # fmt: skip
