"""诉求: how many orders come, and how many are answered and resolved in time. Their limits are the hotline's own (params, `complaints`)."""

from dataclasses import replace

from hotline_analysis.measures import order_shares, orders
from hotline_analysis.measures.indicators import Indicator, said
from hotline_analysis.params import Params
from hotline_analysis.words import MEASURE, ORDERS_A_DAY, PERCENT, Term, format_measure

FAMILY = "orders"
ALL = said("受理的诉求", "orders received", "orders")


def declared(params: Params) -> tuple[Indicator, ...]:
    """The volume, the shares within the limits of the params, by the due time and as exported. Of orders that their closing places nobody can tell how many were late."""
    if params.complaints.placed_by == "closed":
        return (CLOSED, MARKED)
    shares = [within(measure, text) for measure in orders.MEASURES for text in getattr(params.complaints, measure)]
    return (RECEIVED, *shares, DUE, MARKED)


RECEIVED = Indicator(
    "received", Term("日均受理量", "Orders received a day"), ALL, None, ORDERS_A_DAY, None,
    Term("受理的诉求（重复件、内部件除外）除以有数据的天数；比较时剔除工作日、周末、节假日和调休的差别", "orders received, duplicates and internal ones apart, by days with data; compared with weekdays, holidays and make-up days taken off"),
    Term("按渠道与类别看", "by channel and category"),
    Term("量的变化没有好坏，只看是否超出平时的波动", "neither way is good; only whether it leaves its usual range"), "F3 D05-D06",
    estimate=order_shares.months_of, first=True, chapter=FAMILY,
)  # fmt: skip
CLOSED = replace(
    RECEIVED,
    key="closed",
    name=Term("日均办结量", "Orders closed a day"),
    numerator=said("办结的诉求", "orders closed", "orders"),
    scope=Term(
        "办结的诉求（重复件、内部件除外）按办结时间归月，除以有数据的天数；导出没有受理时间，未办结的不在其中，不是受理量",
        "orders by the month of their closing, duplicates and internal ones apart, by days with data; exported without a creation, so open ones are not in it: it is no count of what came",
    ),
)
VOLUMES = (RECEIVED.key, CLOSED.key)
DUE = Indicator(
    "due", Term("按期解决率", "Resolved by the due time"), said("到期前解决的", "resolved by their due time", "orders"), said("已到期的诉求", "orders that have fallen due", "orders"), PERCENT, "higher",
    Term("以每件诉求自己的到期时间为准；尚未到期的、撤回而时间不明的不计", "each order by its own due time; those not yet due, and withdrawn ones without a time, are not judged"),
    Term("按部门与时限等级看", "by department and class"),
    Term("低于平时的，看是哪个部门、哪类诉求", "when below its usual range, look at departments and categories"), "F3 D07",
    estimate=order_shares.months_of, most=1, first=True, chapter=FAMILY,
)  # fmt: skip
MARKED = Indicator(
    "recorded", Term("导出所记的及时率", "Timely as exported"), said("导出记为及时的", "marked timely in the export", "orders"), said("有此记录的诉求", "orders with such a mark", "orders"), PERCENT, "higher",
    Term("及时与否由来源系统判断，口径不明", "the source system judges; its rule is not known"),
    Term("与按期解决率对照", "beside the share resolved by the due time"),
    Term("只作参考", "for reference"), "F3 D07",
    estimate=order_shares.months_of, most=1, first=True, chapter=FAMILY,
)  # fmt: skip
SHARE = Indicator(
    "share", Term("占比", "Share"), said("该类诉求", "orders of the category", "orders"), ALL, PERCENT, None,
    Term("该类占全部诉求", "of all orders"),
    Term("看前几类合计占多少", "how much the first few hold together"),
    Term("占比没有好坏", "neither way is good"), "F3 D06", most=1,
)  # fmt: skip
BY_CATEGORY = {i.key: i for i in (RECEIVED, SHARE)}


def within(measure: str, text: str) -> Indicator:
    """The share of orders dispatched, answered or resolved within a limit of the params."""
    key, zh, en = f"{measure}_{text}", MEASURE[measure].zh, MEASURE[measure].en.lower()
    name = Term(format_measure(key, "zh") + "率", format_measure(key, "en"))
    return Indicator(
        key, name, said(f"时限内{zh}的", f"{en} within the limit", "orders"), ALL, PERCENT, "higher",
        Term("未办结的按看到的时间计（生存分析），撤回为竞争事件，撤回而时间不明的不计", "open orders count for as long as they were seen, withdrawals compete, those without a time are left out"),
        Term("按部门与类别看", "by department and category"),
        Term("低于平时的，看是哪个部门、哪类诉求", "when below its usual range, look at departments and categories"), "F3 D07",
        estimate=order_shares.months_of, most=1, first=True, chapter=FAMILY,
    )  # fmt: skip
