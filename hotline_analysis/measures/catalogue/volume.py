"""来电量: how many calls come, from whom, over which channel. 传统指标 22."""

from hotline_analysis.measures import rolling
from hotline_analysis.measures.catalogue.parts import OFFERED
from hotline_analysis.measures.indicators import Indicator, said
from hotline_analysis.params import Params
from hotline_analysis.words import CALLS_A_DAY, PERCENT, TIMES, Term


def declared(params: Params) -> tuple[Indicator, ...]:
    return (CALLS, PER_CALLER, CHANNEL)


CALLS = Indicator(
    "offered", Term("日均来电量", "Calls offered a day"), OFFERED, None, CALLS_A_DAY, None,
    Term("请求人工服务的来电，不含测试与呼出，除以有数据的天数；比较时剔除工作日、周末、节假日和调休的差别", "calls that asked for a person, without tests and outbound, by days with data; compared with weekdays, holidays and make-up days taken off"),
    Term("工作日与周末分开看；量变时先看诉求结构，再看是否有停电停水一类的事件", "look at workdays and weekends apart; when it moves, first at the mix of issues, then for events such as an outage"),
    Term("量的变化没有好坏，只看是否超出平时的波动", "neither way is good; only whether it leaves its usual range"), "F3 D01",
    first=True, chapter="service",
)  # fmt: skip
PER_CALLER = Indicator(
    "calls_per_caller", Term("人均来电次数", "Calls per caller"),
    said("已识别来电人的来电", "calls of identified callers", "calls", "caller"),
    said("来电人数（去重）", "callers, each once", "calls", "caller"), TIMES, "lower",
    Term("本月每个已识别的来电人平均打了几次；总呼叫数含重拨，人数不含", "how often each identified caller called in the month: the number of calls counts redials, that of callers does not", of_period=True),
    Term("与复电率一起看", "with the repeat rate"), Term("升高时先看是否接不通而重拨", "when it rises, look first whether people redial because nobody answers"), "classic KPI 22",
    callers=True, estimate=rolling.callers,
)  # fmt: skip
CHANNEL = Indicator(
    "largest_channel_share", Term("最大渠道占比", "Share of the largest channel"),
    said("来电最多的渠道的来电", "calls over the channel that carries most", "calls", "channel"),
    said("渠道已知的来电", "calls of a known channel", "calls", "channel"), PERCENT, None,
    Term("各月都看同一渠道：全部月份合计来电最多的", "the same channel in every month: the one with most calls of all months", of_period=True),
    Term("各渠道的占比与服务见服务专题", "for the mix and the service of all channels see the study of service"),
    Term("没有好坏；下降说明来电分流到其他渠道", "neither way is good; when it falls, contacts move to other channels"), "F1 B08",
    estimate=rolling.largest_channel, most=1,
)  # fmt: skip
