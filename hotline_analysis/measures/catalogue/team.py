"""队伍: what agents' time is spent on, what a call costs, who comes and who leaves. 传统指标 1, 4, 11, 13, 15, 23; D13."""

from collections.abc import Callable

import narwhals.stable.v2 as nw

from hotline_analysis.measures.catalogue.parts import ANSWERED, OFFERED
from hotline_analysis.measures.indicators import FRONT, MANAGEMENT, Indicator, Part, amount, mark, read, rows_of, summed
from hotline_analysis.params import Params
from hotline_analysis.tables import PLANNED
from hotline_analysis.words import AN_HOUR, PERCENT, YUAN, Term

TIME, STAFF = "agent_time", "staff"
FAMILY, LEAVING, COST = "occupancy", "attrition", "cost"
BOTH = (FRONT, MANAGEMENT)
HANDLING, READY = ("talk", "hold", "wrap"), ("talk", "hold", "wrap", "ready")


def declared(params: Params) -> tuple[Indicator, ...]:
    return (ADHERENCE, OCCUPANCY, UTILISATION, CALLS_AN_HOUR, ATTENDANCE, ATTRITION, ATTRITION_A_YEAR, COST_OF_CALL, COST_OF_ANSWERED)


def rostered() -> nw.Expr:
    return nw.col("state") == PLANNED


def logged() -> nw.Expr:
    return ~nw.col("state").is_null() & (nw.col("state") != PLANNED)


def spent(zh: str, en: str, *states: str, **more) -> Part:
    """Seconds of agents in some states."""
    among = rostered if states == (PLANNED,) else logged
    return _seconds(zh, en, lambda: nw.col("state").is_in(list(states)), among, **more)


def _seconds(zh: str, en: str, states: Callable[[], nw.Expr], among: Callable[[], nw.Expr], **more) -> Part:
    return Part(
        Term(zh, en),
        ("state", "seconds"),
        lambda have: amount(states() & read("seconds"), nw.col("seconds")),
        TIME,
        sums=("seconds",),
        among=among,
        **more,
    )


def a_year(share: float) -> float:
    """A monthly share of leavers as that of a year: 1 - (1 - share)^12."""
    return 1 - (1 - min(share, 1.0)) ** 12


READY_TIME, TALK_TIME = spent("就绪时长", "ready time", "ready"), spent("通话时长", "talk time", "talk")
IDLE = spent("就绪或其他签入时长", "time ready or otherwise signed in", "ready", "other")
WITH_READY, WITH_TALK, WITH_IDLE = ("no ready state", READY_TIME), ("no talk state", TALK_TIME), ("no ready state", IDLE)
SIGNED_IN = _seconds("签入时长", "signed-in time", logged, logged, holds=(WITH_IDLE,))
ROSTERED = spent("计划工作时长", "planned time", PLANNED)
SERVING = spent("签入并可服务的时长", "time signed in and ready to serve", *READY, holds=(WITH_READY,))
WORKED = spent("通话、保持与话后时长（坐席状态）", "talk, hold and wrap-up time (agent states)", *HANDLING, holds=(WITH_TALK,))
SPOKEN = spent("通话时长（坐席状态）", "talk time (agent states)", "talk", holds=(WITH_TALK,))


def with_both(column: str, other: str, zh: str, en: str) -> Part:
    """The sum of a column of the teams of which another is known too: what is not known is in neither part of a ratio."""
    return Part(Term(zh, en), (column, other), lambda have: amount(read(column) & read(other), nw.col(column)), STAFF, sums=(column,))


HEADS, LEAVERS = with_both("headcount", "leavers", "在岗人数", "headcount"), with_both("leavers", "headcount", "离职人数", "leavers")
ATTENDED = with_both("attended_days", "scheduled_days", "实出勤人天", "person-days attended")
SCHEDULED = with_both("scheduled_days", "attended_days", "应出勤人天", "person-days scheduled")
EXPENSE = summed("cost", "人力成本", "cost of staff", STAFF)
COSTED = Part(Term("成本已填的班组月", "team months with a cost"), ("cost",), lambda have: mark(read("cost")), STAFF)
TEAMS = rows_of(STAFF, "班组月", "team months")
OVERTIME = Term("加班的时长也计入分子，所以会超过100%", "overtime is in the numerator, so it may pass 100 %")
ADHERENCE = Indicator(
    "adherence", Term("实际工作率", "Adherence"), SERVING, ROSTERED, PERCENT, "higher",
    Term("就绪、通话、保持、话后的时长，除以排班的时长；只数两者都有记录的日子", "ready, talk, hold and wrap-up time, by planned time; of the days that both have records of"),
    Term("按班组与时段看：排了班而没有人接的时段", "by team and hour: planned and nobody there"),
    Term("低于90%的，看小休与会议是否挤占高峰", "below 90 %, look whether breaks and meetings fall into the peak"), "classic KPI 1",
    audience=BOTH, tier=2, family=FAMILY, beyond=OVERTIME,
)  # fmt: skip
OCCUPANCY = Indicator(
    "occupancy", Term("占线率（÷处理＋就绪）", "Occupancy, of handling and ready time"), WORKED, SERVING, PERCENT, None,
    Term("处理来电的时长，占处理与就绪时长", "time spent on calls, of the time spent on calls or waiting for one"),
    Term("与接通率一起看：一高一低是人力不足", "with the connection rate: a high one beside a low rate is a shortage"),
    Term("持续高于85%难以为继，过低则人力有余", "above 85 % it does not last, far below there are too many"), "classic KPI 13",
    audience=BOTH, tier=2, family=FAMILY, most=1,
)  # fmt: skip
UTILISATION = Indicator(
    "utilisation", Term("利用率（通话÷签入）", "Utilisation, talk of signed-in time"), SPOKEN, SIGNED_IN, PERCENT, None,
    Term("通话时长占签入时长，签入含小休、培训与会议", "talk time of signed-in time, breaks, training and meetings included"),
    Term("与占线率并列看：差别是小休、培训与会议", "beside occupancy: the difference is breaks, training and meetings"),
    Term("两种算法不可混比", "the two forms do not compare"), "classic KPI 13 (telecom)",
    audience=BOTH, tier=2, family=FAMILY, most=1,
)  # fmt: skip
CALLS_AN_HOUR = Indicator(
    "calls_an_hour", Term("每小时呼叫次数", "Calls per hour signed in"), ANSWERED, SIGNED_IN, AN_HOUR, None,
    Term("接通量除以签入小时（签入秒数÷3600）", "calls answered by hours signed in"),
    Term("同类诉求、同一时段之间才可比", "compares within one kind of issue and one time of day"),
    Term("来电少时它也低，不能只凭它评价话务员", "it is low when few call: no judgement of an agent by itself"), "classic KPI 11",
    audience=BOTH, tier=2, times=3600, family=FAMILY,
)  # fmt: skip
ATTENDANCE = Indicator(
    "attendance", Term("出勤率", "Attendance"), ATTENDED, SCHEDULED, PERCENT, "higher",
    Term("人天合计；加班的人天是否计入由人事报表决定", "person-days; whether extra days count is up to the staff report"),
    Term("按班组看", "by team"), Term("下降的月份看病假与离职", "in a month that falls, look at sick leave and leavers", of_period=True), "classic KPI 15", tier=3, most=1,
)  # fmt: skip
ATTRITION = Indicator(
    "attrition", Term("员工流失率（月）", "Attrition a month"), LEAVERS, HEADS, PERCENT, "lower",
    Term("当月离职人数除以当月平均在岗人数；一季、一年为其中各月合计之比", "leavers of the month by the mean headcount of the month; of a quarter or a year the sums of its months"),
    Term("人少时一两人离职就差很多，看全年", "in a small team one or two leavers are a lot: look at the year"),
    Term("升高时看排班与薪酬，并看接通率是否随之下降", "when it rises, look at rosters and pay, and whether the connection rate follows"), "classic KPI 23; F3 D13; F4 E04",
    tier=3, family=LEAVING, most=1, people=True,
)  # fmt: skip
ATTRITION_A_YEAR = Indicator(
    "attrition_a_year", Term("员工流失率（年化）", "Attrition, annualised"), LEAVERS, HEADS, PERCENT, "lower",
    Term("1−（1−月流失率）的12次方：假如每个月都这样", "1 − (1 − the month's rate)^12: if every month were like this one"),
    Term("由一个月（或一季、一年的各月）推算，偶然的离职会放大", "made of one month, or of those of a quarter or a year, so it magnifies a chance leaver"),
    Term("与外部比较时用年化", "for comparison with others, who publish annual rates"), "classic KPI 23; F4 E05",
    tier=3, family=LEAVING, most=1, people=True, turned=a_year,
    how=Term("1−（1−离职人数÷在岗人数）^12", "1 − (1 − leavers ÷ headcount)^12"),
)  # fmt: skip
COST_OF_CALL = Indicator(
    "cost_per_call", Term("平均单呼成本（÷呼入量）", "Cost per call offered"), EXPENSE, OFFERED, YUAN, "lower",
    Term("当月人力成本除以呼入量，含放弃", "the month's cost of staff by calls offered, abandoned ones included", of_period=True),
    Term("来电少的月份单价高", "in a month of few calls each costs more", of_period=True), Term("一般2至5元；只含人力成本", "2 to 5 yuan is usual; cost of staff only"), "classic KPI 4",
    tier=3, family=COST, known=COSTED, of=TEAMS, least_known=1.0,
)  # fmt: skip
COST_OF_ANSWERED = Indicator(
    "cost_per_answered_call", Term("平均单呼成本（÷接通量）", "Cost per call answered"), EXPENSE, ANSWERED, YUAN, "lower",
    Term("当月人力成本除以接通量", "the month's cost of staff by calls answered", of_period=True),
    Term("与以呼入量为分母的并列看：差别来自接不通的来电", "beside the one of calls offered: the difference is calls not answered"),
    Term("一般2至5元；只含人力成本", "2 to 5 yuan is usual; cost of staff only"), "classic KPI 4",
    tier=3, family=COST, known=COSTED, of=TEAMS, least_known=1.0,
)  # fmt: skip
