"""重复来电: whether callers come back, and whether they are known. 传统指标 17."""

from hotline_analysis.measures import resolution
from hotline_analysis.measures.catalogue.parts import IDENTIFIED, OFFERED
from hotline_analysis.measures.indicators import Indicator, said
from hotline_analysis.params import Params
from hotline_analysis.words import PERCENT, WORK_HOURS, YUAN, Term

REPEAT, FAMILY = "repeat", "repeats"
NEEDED = ("calls", "outcome", "caller")


def declared(params: Params) -> tuple[Indicator, ...]:
    return (RATE, SHARE, FIRST_CALL, HOURS, COST)


RATE = Indicator(
    "repeat_rate_24h", Term("24小时复电率", "Repeat rate in 24 h"),
    said("24小时内再次来电的来电", "calls followed by another within 24 h", *NEEDED),
    said("已识别来电人的来电", "calls of identified callers", *NEEDED), PERCENT, "lower",
    Term("滚动24小时，生存分析修正，其余按本热线口径", "rolling 24 h, corrected by Kaplan-Meier, otherwise under the hotline's definition"),
    Term("与平时的习惯比较，看诉求与员工的差异", "against the callers' usual habit; look at issues and agents"),
    Term("含习惯性来电；窗口长短见重复来电一章", "contains habitual callers; see the chapter on repeat calls for the window"), "F0 A01",
    window_hours=24, family=FAMILY, callers=True, estimate=resolution.repeated, most=1, first=True, chapter=REPEAT,
)  # fmt: skip
SHARE = Indicator(
    "identified_share", Term("来电人识别率", "Identified share"), IDENTIFIED, OFFERED, PERCENT, "higher",
    Term("能识别来电人的来电占比；复电率只在其中计算", "calls whose caller is known; repeat rates are made of these only"),
    Term("看匿名与损坏的号码从哪个渠道来", "look at which channel brings withheld and damaged numbers"),
    Term("它变动时，复电率的月度变动不可直接比较", "when it moves, months of repeat rates do not compare"), "methods M6",
    callers=True, most=1, first=True, chapter=REPEAT,
)  # fmt: skip
FIRST_CALL = Indicator(
    "first_call_resolution_24h", Term("24小时首解率", "First-call resolution in 24 h"),
    said("既未派单、24小时内也未再次来电的来电", "calls neither dispatched nor followed by another within 24 h", *NEEDED, "dispatched"),
    said("派单情况已知的已识别来电人的来电", "calls of identified callers of known dispatch", *NEEDED, "dispatched"), PERCENT, "higher",
    Term("复电与派单取并集，不相加；派单怎样计，按口径的派单规则", "repeats and dispatches as a union, not a sum; what a dispatch means is ruled by the definition"),
    Term("按诉求类别看；含习惯性来电，所以偏低", "by category; habitual callers are in it, so it reads low"),
    Term("各家首解率口径不同，不可直接比较，见口径专题", "published rates have unlike definitions and do not compare; see the study of definitions"), "classic KPI 17; F0 A10; F4 E04",
    window_hours=24, family=FAMILY, callers=True, estimate=resolution.first_call, most=1, chapter=REPEAT,
)  # fmt: skip
HOURS = Indicator(
    "repeat_hours_a_day", Term("重复来电日均占用工时", "Hours a day spent on repeats"),
    said("24小时内的重复来电×平均处理时长", "repeats within 24 h × mean handling time", *NEEDED, "talk_seconds"),
    said("天数", "days", *NEEDED), WORK_HOURS, "lower",
    Term("通话、保持、话后时长之和；导出没有的一段不计", "talk, hold and wrap-up; a part that the export lacks is not in it"),
    Term("上限：习惯性来电也在内，不会全部消失", "an upper bound: habitual callers are in it and would not all stop"),
    Term("用来估计解决重复来电能省下多少人力", "for an estimate of what settling repeats would save"), "F0 A26",
    window_hours=24, family=FAMILY, callers=True, estimate=resolution.repeated,
)  # fmt: skip
COST = Indicator(
    "repeat_cost_a_day", Term("重复来电日均成本", "Cost of repeats a day"),
    said("24小时内的重复来电×平均处理时长×每分钟成本", "repeats within 24 h × mean handling time × cost a minute", *NEEDED, "talk_seconds"),
    said("天数", "days", *NEEDED), YUAN, "lower",
    Term("每分钟成本取自参数 service › cost_a_minute", "the cost a minute is in params › service › cost_a_minute"),
    Term("是区间，不是一个数：区间随复电率", "an interval and not one number: it is that of the repeat rate"),
    Term("只含人力，不含线路与加班", "staff only, without lines and overtime"), "F0 A26",
    window_hours=24, family=FAMILY, callers=True, estimate=resolution.repeated,
)  # fmt: skip
