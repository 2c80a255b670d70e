"""When one gets through, as it is said and drawn."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Sentence, Sentences, Term

WORST = Sentence(
    "一周有{hard_hours}个钟点比全周难打通，不是巧合，{worst_weekday}{worst_hour}时最低，接通率{worst_value}",
    "{hard_hours} {hard_hours:hour|hours} of the week {hard_hours:is|are} harder to get through, beyond chance; {worst_weekday} {worst_hour}:00 the most, with {worst_value} answered",
)
EVEN = Term("没有证据表明哪个钟点比全周难打通", "No evidence that any hour is harder to get through than the whole week")
FEW_HOURS = Term("每个钟点的来电都不足30通，不比较钟点。", "No hour of the week has 30 calls, so hours are not compared.")
DAYS = {
    "higher": Sentence(
        "工作日接通率{value@workday}，周末{value@weekend}：工作日高于周末，两者之差{gap@weekend}（{gap_low@weekend:pp}至{gap_high@weekend:pp}）。",
        "{value@workday} answered on workdays, {value@weekend} at weekends: workdays are higher, a difference of {gap@weekend} ({gap_low@weekend:pp} to {gap_high@weekend:pp}).",
    ),
    "lower": Sentence(
        "工作日接通率{value@workday}，周末{value@weekend}：工作日反而低于周末，两者之差{gap@weekend}（{gap_low@weekend:pp}至{gap_high@weekend:pp}）。",
        "{value@workday} answered on workdays, {value@weekend} at weekends: workdays are lower, a difference of {gap@weekend} ({gap_low@weekend:pp} to {gap_high@weekend:pp}).",
    ),
    "none": Sentence(
        "工作日接通率{value@workday}，周末{value@weekend}：没有证据表明有差异（{gap_low@weekend:pp}至{gap_high@weekend:pp}个百分点）。",
        "{value@workday} answered on workdays, {value@weekend} at weekends: no evidence of a difference ({gap_low@weekend:pp} to {gap_high@weekend:pp} pp).",
    ),
    "few": Term("工作日或周末不足五天，不作比较。", "Fewer than five workdays or weekend days: not compared."),
    "one": Term("这段时间没有工作日和周末可比。", "There are no workdays and weekend days to compare."),
}
PEAK = {
    "higher": Sentence(
        "高峰时段接通率{value@peak}，其余时段{value@other}：高峰反而较高，两者之差{gap@peak}（{gap_low@peak:pp}至{gap_high@peak:pp}）。",
        "{value@peak} answered at the peak, {value@other} in the other hours: the peak is higher, a difference of {gap@peak} ({gap_low@peak:pp} to {gap_high@peak:pp}).",
    ),
    "lower": Sentence(
        "高峰时段接通率{value@peak}，其余时段{value@other}：高峰较低，两者之差{gap@peak}（{gap_low@peak:pp}至{gap_high@peak:pp}）。",
        "{value@peak} answered at the peak, {value@other} in the other hours: the peak is lower, a difference of {gap@peak} ({gap_low@peak:pp} to {gap_high@peak:pp}).",
    ),
    "none": Sentence(
        "高峰时段接通率{value@peak}，其余时段{value@other}：没有证据表明有差异（{gap_low@peak:pp}至{gap_high@peak:pp}个百分点）。",
        "{value@peak} answered at the peak, {value@other} in the other hours: no evidence of a difference ({gap_low@peak:pp} to {gap_high@peak:pp} pp).",
    ),
    "few": Term("来电太少，高峰与其余时段不作比较。", "Too few calls: the peak is not compared with the other hours."),
    "one": Term("有来电的钟点太少，分不出高峰。", "Too few hours have calls to tell a peak."),
}
UNPUBLISHED = Sentences(
    {"unpublished": Term("官方日历未发布：只知道法定节日，放假的调整与调休上班日都还不知道。", "The official calendar is not published: only statutory holidays are known, no bridge day and no make-up workday.")}, by="calendar"
)  # fmt: skip

FORMS = {
    "connection": Figure(
        charts.heat,
        Term("各星期、钟点的接通率", "The connection rate by weekday and hour"),
        claim=Sentences({"hard": WORST, "none": EVEN}),
        subtitle=Sentence(
            "接通率%，按星期和钟点，{period}；框出的是高峰时段，不足30通的不着色",
            "Share answered, %, by weekday and hour, {period}; outlined: the peak; under 30 calls: not coloured",
        ),
        reading=(
            Term("颜色越深越难打通，最深的两档和框出的高峰写出数字。", "The darker, the harder to get through; the two darkest steps and the outlined peak carry figures."),
            Term("一格只有四五天，单独一格深不足为凭，要看连成片的。", "A cell has four or five days; one dark cell proves little, look for several together."),
        ),
        unless={"few": FEW_HOURS},
        options={"cuts": (0.8, 0.85, 0.9, 0.95), "outlined": "peak"},
    ),
    "day_types": Table(
        "kind days calls_a_day numerator denominator value± gap±",
        Term("各类日子的接通率", "The connection rate by kind of day"),
        subtitle=Sentence("{period}；差为工作日减该类日子，百分点；区间来自各天之间的差别", "{period}; difference: workdays less the kind, in points; intervals from how the days differ"),
        note=UNPUBLISHED,
        bold="value",
        narrow="kind days value gap",
    ),
    "peak": Table(
        "part hours calls_a_day share_of_calls numerator denominator value± gap±",
        Term("高峰与其余时段的接通率", "The connection rate at the peak and besides"),
        subtitle=Sentence("{period}；差为高峰减其余时段，同一天的两段一起剔除来算区间", "{period}; difference: peak less the other hours, with each day left out of both at once for the interval"),
        bold="value",
        narrow="part calls_a_day value gap",
    ),
}  # fmt: skip

SAY = {
    "connection": Sentences(
        {"hard": Sentence(WORST.zh + "。", WORST.en + "."), "none": Term(EVEN.zh + "。", EVEN.en + "."), "few": FEW_HOURS}
    ),
    "day_types": (Sentences(DAYS), UNPUBLISHED),
    "peak": Sentences(PEAK),
}
