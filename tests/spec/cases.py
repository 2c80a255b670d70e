"""Definitions as tables that a manager can check: a few calls in, the answer by hand.

The same tables stand in docs/definitions.md and in tests/notebooks/definition.ipynb. A call is caller, time (of 2024), minutes, issue,
agent, outcome (and direction); a missing caller withheld the number. `answers` are repeats/calls at a window, worked out by hand; `agents` the same by
agent. `rates` are per cent where the answer is an estimate.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """One table: what it shows, its calls, the rule's settings, and the answers."""

    key: str
    zh: str
    en: str
    calls: tuple[tuple, ...]
    rules: dict = field(default_factory=dict)
    answers: dict[float, str] = field(default_factory=dict)
    rates: dict[float, float] = field(default_factory=dict)
    agents: dict[str, str] = field(default_factory=dict)
    more: dict[str, tuple] = field(default_factory=dict)  # further columns of the calls, such as agent_first or dispatched
    orders: tuple[tuple, ...] | None = None  # order, caller, the call that opened it, created, due, closed
    fcr: dict[float, float] = field(default_factory=dict)  # first-call resolution in per cent at a window
    data_end: str = "03-20 00:00"


FOUR = (
    ("a", "03-01 09:00", 5, "供水", "张", "answered"),
    ("a", "03-01 10:30", 3, "供水", "李", "answered"),
    ("a", "03-01 23:30", 4, "交通", "王", "answered"),
    ("a", "03-02 00:10", 2, "供水", "张", "answered"),
)
DROPPED = (
    ("a", "03-01 09:00", 0, "供水", None, "abandoned"),
    ("a", "03-01 09:02", 3, "供水", "张", "answered"),
    ("a", "03-01 09:30", 0, "供水", None, "abandoned"),
    ("a", "03-01 10:00", 3, "供水", "李", "answered"),
)
TIES = (
    ("a", "03-01 09:00:00", 0, "供水", "张", "answered"),
    ("a", "03-01 09:00:00", 0, "供水", "李", "answered"),
    ("a", "03-01 11:00:00", 0, "供水", "张", "answered"),
    ("a", "03-01 13:00:01", 0, "供水", "李", "answered"),
)
END = (
    ("a", "03-01 01:00", 0, "供水", "张", "answered"),
    ("a", "03-01 02:00", 0, "供水", "李", "answered"),
    ("b", "03-01 12:00", 0, "供水", "张", "answered"),
    ("c", "03-01 23:30", 0, "供水", "李", "answered"),
)
CALLED_BACK = (
    ("a", "03-01 09:00", 5, "供水", "张", "answered", "in"),
    ("a", "03-01 10:00", 5, "供水", "张", "answered", "out"),
    ("a", "03-01 11:00", 5, "供水", "李", "answered", "in"),
    ("a", "03-01 12:00", 5, "供水", "王", "answered", "in"),
)
CHASED = (
    ("a", "03-01 09:00", 5, "供水", "张", "answered"),
    ("a", "03-01 15:00", 5, "供水", "李", "answered"),
    ("a", "03-03 10:00", 5, "供水", "王", "answered"),
    ("b", "03-01 09:00", 5, "供水", "张", "answered"),
)
ORDER = (("w1", "a", "c0", "03-01 09:03", "03-02 09:00", None),)
EARLY = (("w1", "a", "c0", "03-01 09:03", "03-02 09:00", "03-01 12:00"),)
CHAIN = (
    ("a", "03-01 09:00", 0, "供水", "张", "answered"),
    ("a", "03-01 19:00", 0, "供水", "李", "answered"),
    ("a", "03-02 05:00", 0, "供水", "王", "answered"),
    ("b", "03-01 09:00", 0, "交通", "张", "answered"),
)
SENT = (
    ("a", "03-01 09:00", 0, "供水", "张", "answered"),
    ("a", "03-01 10:00", 0, "供水", "李", "answered"),
    ("b", "03-01 09:00", 0, "交通", "张", "answered"),
    ("c", "03-01 09:00", 0, "供水", "李", "answered"),
)
SENT_ON = {"dispatched": (True, False, True, False), "department": ("水务局", None, "交通局", None)}
SOON = (
    ("a", "03-01 09:00:00", 1, "供水", "张", "answered"),
    ("a", "03-01 09:01:30", 1, "供水", "李", "answered"),
    ("a", "03-01 11:00:00", 1, "供水", "张", "answered"),
)
LONG = (
    ("a", "03-01 09:00", None, "供水", "张", "answered"),
    ("a", "03-01 09:50", None, "供水", None, "abandoned"),
    ("a", "03-01 10:20", None, "供水", "李", "answered"),
    ("a", "03-01 11:20", 10, "供水", "王", "answered"),
)
LASTED = {"queue_seconds": (60, 600, 0, 0), "talk_seconds": (1740, None, None, 600), "hold_seconds": (600, None, None, None)}

CASES = (
    Case("any", "任一诉求，滚动窗口", "Any issue, rolling window", FOUR, {}, {0.5: "0/4", 2: "2/4", 12: "2/4", 24: "3/4"}),
    Case("same", "相同诉求：中间隔着别的来电也算", "The same issue, whatever lies between", FOUR, {"match": "same"}, {2: "1/4", 12: "1/4", 24: "2/4"}),
    Case("calendar", "当日：过了零时就不算", "The same calendar day: midnight ends it", FOUR, {"mode": "calendar"}, {0: "2/4"}),
    Case("cut", "当日，中午12时分日", "The same day, cut at noon", FOUR, {"mode": "calendar", "cut_hour": 12}, {0: "2/4"}),
    Case("start", "自来电开始起算", "From the start of the call", FOUR, {"clock": "start"}, {0.65: "0/4", 0.7: "1/4", 2: "2/4", 13: "3/4"}),
    Case("target", "只计问交通的复电", "Only callbacks about 交通", FOUR, {"match": "target", "targets": "交通"}, {2: "0/4", 24: "2/4"}),
    Case("answered", "默认：接通电话之后又接通", "Default: answered, then answered again", DROPPED, {}, {0.5: "0/2", 2: "1/2"}),
    Case("attempts", "接通之后的任何来电，含放弃的", "Any attempt after an answered call", DROPPED, {"callback_scope": "all"}, {0.5: "1/2", 2: "1/2"}),
    Case("all", "全部来电，含放弃的", "Every call, abandoned ones too", DROPPED, {"index_scope": "all", "callback_scope": "all"}, {0.5: "3/4", 2: "3/4"}),
    Case("index_all", "全部来电之后又接通", "Every call, then answered", DROPPED, {"index_scope": "all"}, {0.5: "2/4", 2: "3/4"}),
    Case("ties", "同一秒两通、恰满两小时都算", "Two in one second count, and exactly two hours", TIES, {"clock": "start"}, {2: "2/4", 24: "3/4"}),
    Case(
        "unknown", "匿名来电互不相同", "Withheld numbers never equal one another",
        ((None, "03-01 09:00", 1, "供水", "张", "answered"), (None, "03-01 09:10", 1, "供水", "张", "answered"), (None, "03-01 09:20", 1, "供水", "张", "answered"), ("a", "03-01 09:30", 1, "供水", "张", "answered")),
        {}, {2: "0/1", 168: "0/1"},
    ),
    Case("naive", "数据到零时为止，不修正", "Data end at midnight, no correction", END, {"clock": "start", "follow_up": "naive"}, {2: "1/4"}, {2: 25.0}, data_end="03-02 00:00"),
    Case("full", "只计看满两小时的来电", "Only calls watched for two hours", END, {"clock": "start", "follow_up": "full"}, {2: "1/3"}, {2: 100 / 3}, data_end="03-02 00:00"),
    Case("km", "生存分析：看了半小时的也用上", "Kaplan-Meier uses the half hour it saw", END, {"clock": "start"}, {2: "1/4"}, {2: 100 / 3}, data_end="03-02 00:00"),
    Case("soon", "间隔30秒也算", "A gap of 30 s counts", SOON, {}, {0.5: "1/3", 2: "2/3"}),
    Case("min_gap", "60秒以内视为掉线重拨，看其后的来电", "Within 60 s it is a dropped line; the next call decides", SOON, {"min_gap_seconds": 60}, {0.5: "0/3", 2: "2/3"}),
    Case("ahead", "向后看：记在先前的话务员名下", "Looking ahead: charged to the earlier agent", FOUR[:2], {}, {2: "1/2"}, agents={"张": "1/1", "李": "0/1"}),
    Case("back", "向前看：记在接到复电的人名下", "Looking back: charged to whoever takes the repeat", FOUR[:2], {"direction": "look-back", "charged": "taker"}, {2: "1/2"}, agents={"张": "0/1", "李": "1/1"}),
    Case(
        "overlap", "前一通未挂又来一通，间隔计为0", "A second call before the first has ended: gap 0",
        (("a", "03-01 09:00", 30, "供水", "张", "answered"), ("a", "03-01 09:10", 5, "供水", "李", "answered")), {}, {0.01: "1/2"},
    ),
    Case(
        "worked_out", "没有写明结束：排队1分、通话29分、保持10分，9:40结束；放弃的排队10分钟，10:00结束；什么都没有的，自来电开始", "An end that is not written: 1 min of queue, 29 of talk and 10 of hold end at 9:40, an abandoned queue of 10 min at 10:00; where nothing is known, from the start",
        LONG, {"index_scope": "all", "callback_scope": "all"}, {0.16: "0/4", 0.17: "1/4", 0.33: "1/4", 0.34: "2/4", 0.99: "2/4", 1: "3/4"}, more=LASTED,
    ),
    Case(
        "before", "结束早于开始的不是结束", "An end before the start is none",
        (("a", "03-01 09:00", -60, "供水", "张", "answered"), ("a", "03-01 09:40", 5, "供水", "李", "answered")), {}, {0.16: "0/2", 0.17: "1/2"},
        more={"talk_seconds": (1800, 300)},
    ),
    Case(
        "outbound", "热线回拨不是复电", "The hotline's own call is no repeat",
        (("a", "03-01 09:00", 5, "供水", "张", "answered", "in"), ("a", "03-01 10:00", 5, "供水", "张", "answered", "out"), ("a", "03-01 11:00", 5, "供水", "李", "answered", "in")),
        {}, {1: "0/2", 2: "1/2"},
    ),
    Case("ignored", "热线回拨不改变什么", "The hotline's own call changes nothing", CALLED_BACK, {"clock": "start"}, {1: "1/3", 2: "2/3"}),
    Case("reset", "热线回拨之后的来电不是复电", "After the hotline has called, a call is no repeat", CALLED_BACK, {"clock": "start", "outbound": "reset"}, {1: "1/3", 2: "1/3", 168: "1/3"}),
    Case("counted", "默认：催办也计为复电", "Default: a chase counts as a repeat", CHASED, {}, {6: "1/4", 48: "2/4", 168: "2/4"}, orders=ORDER),
    Case("apart", "到期前的来电是催办，看其后的来电", "A call before the order is due is a chase; the next call decides", CHASED, {"open_orders": "apart"}, {6: "0/4", 48: "1/4", 168: "2/4"}, orders=ORDER),
    Case("closed", "工单已办结，就不再是催办", "Once the order is closed, it is no chase", CHASED, {"open_orders": "apart"}, {6: "1/4", 48: "2/4"}, orders=EARLY),
    Case(
        "named", "来电写明工单编号时，只看那件工单", "Where a call names its order, only that one is looked at", CHASED, {"open_orders": "apart"}, {6: "0/4", 48: "1/4"},
        more={"order_id": ("w1", "w1", None, None)}, orders=ORDER,
    ),
    Case("other_order", "写明的是另一件新工单，不是催办", "It names a new order of its own: no chase", CHASED, {"open_orders": "apart"}, {6: "1/4", 48: "2/4"}, more={"order_id": ("w1", "w2", None, None)}, orders=ORDER),
    Case("each", "默认：每一环都计", "Default: every link counts", CHAIN, {"clock": "start"}, {12: "2/4", 24: "2/4"}),
    Case("first", "只计第一次复电", "The first return only", CHAIN, {"clock": "start", "chain": "first"}, {12: "1/4", 24: "1/4"}),
    Case("cluster", "连续来电合计一次", "A cluster counts once", CHAIN, {"clock": "start", "chain": "cluster"}, {12: "1/2", 24: "1/2"}),
    Case("cluster_2h", "窗口2小时，四个一通的来电", "At two hours: four clusters of one call", CHAIN, {"clock": "start", "chain": "cluster"}, {2: "0/4"}),
    Case(
        "first_agent", "转接来电记在首位话务员名下", "A transferred call is charged to its first agent", FOUR[:2], {"charged": "first"}, {2: "1/2"},
        agents={"赵": "1/1", "李": "0/1"}, more={"agent_first": ("赵", None)},
    ),
    Case(
        "each_agent", "转接来电首末话务员各记一次", "A transferred call is charged to its first and its last agent", FOUR[:2], {"charged": "each"}, {2: "1/2"},
        agents={"张": "1/1", "赵": "1/1", "李": "0/1"}, more={"agent_first": ("赵", "李")},
    ),
    Case("excluded", "派单的来电不参与考核，仍可是别人的复电", "Dispatched calls are left out of the base", SENT, {"dispatch": "*:excluded"}, {2: "0/2"}, more=SENT_ON),
    Case("sent_back", "只有水务局的供水派单不参与考核", "Only 供水 sent to 水务局 is left out", SENT, {"dispatch": "供水×水务局:excluded"}, {2: "0/3"}, more=SENT_ON),
    Case("fcr", "首解：派单与复电合并计，不重复扣", "Resolved at once: neither repeated nor dispatched, nothing taken off twice", SENT, {"clock": "start"}, {2: "1/4"}, more=SENT_ON, fcr={2: 50}),
    Case("fcr_resolved", "交通局的派单算解决", "Sent to 交通局 counts as resolved", SENT, {"clock": "start", "dispatch": "交通局:resolved"}, {2: "1/4"}, more=SENT_ON, fcr={2: 75}),
    Case(
        "by_person", "按个人身份：同一人用两个号码", "By person: one citizen with two numbers", (*FOUR[:1], ("b", "03-01 10:30", 3, "供水", "李", "answered")), {"identity": "person"}, {2: "1/2"},
        more={"caller_person": (7, 7)},
    ),
    Case(
        "fallback", "先按个人身份，没有的按号码", "By person, else by number", (*FOUR[:2], ("b", "03-01 11:00", 3, "供水", "李", "answered"), ("b", "03-01 11:30", 3, "供水", "王", "answered")), {"identity": "person, phone"}, {2: "2/4"},
        more={"caller_person": (7, None, 7, None), "caller_phone": (1, 1, 2, 1)},
    ),
    Case(
        "test_calls", "测试来电不计", "Test calls are left out",
        (("a", "03-01 09:00", 5, "供水", "张", "answered"), ("a", "03-01 09:30", 0, "供水", None, "test")), {"index_scope": "all", "callback_scope": "all"}, {2: "0/1"},
    ),
)  # fmt: skip
BY_KEY = {case.key: case for case in CASES}
