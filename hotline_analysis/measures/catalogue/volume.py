"""来电量: how many calls come, from whom, over which channel. 传统指标 22."""

from hotline_analysis.measures.catalogue.parts import OFFERED
from hotline_analysis.measures.indicators import Indicator
from hotline_analysis.params import Params
from hotline_analysis.words import CALLS_A_DAY, Term


def declared(params: Params) -> tuple[Indicator, ...]:
    return (CALLS,)


CALLS = Indicator(
    "offered", Term("日均来电量", "Calls offered a day"), OFFERED, None, CALLS_A_DAY, None,
    Term("请求人工服务的来电，不含测试与呼出，除以有数据的天数；比较时剔除工作日、周末、节假日和调休的差别", "calls that asked for a person, without tests and outbound, by days with data; compared with weekdays, holidays and make-up days taken off"),
    Term("工作日与周末分开看；量变时先看诉求结构，再看是否有停电停水一类的事件", "look at workdays and weekends apart; when it moves, first at the mix of issues, then for events such as an outage"),
    Term("量的变化没有好坏，只看是否超出平时的波动", "neither way is good; only whether it leaves its usual range"), "F3 D01",
    first=True, chapter="service",
)  # fmt: skip
