"""Waits and patience, as they are said and drawn."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Either, Sentence, Sentences, Term

ANSWERED = (
    "接通的平均等了{mean_seconds@answered}，九成在{p90_seconds@answered}以内",
    "Those who were answered waited {mean_seconds@answered} on average, 90% of them at most {p90_seconds@answered}",
)
GAVE_UP = ("放弃的平均等了{mean_seconds@abandoned}", "those who gave up waited {mean_seconds@abandoned} on average")
WAITED = Either(
    (
        Sentence(f"{ANSWERED[0]}；{GAVE_UP[0]}。", f"{ANSWERED[1]}; {GAVE_UP[1]}."),
        Sentence(f"{ANSWERED[0]}。", f"{ANSWERED[1]}."),
        Sentence(
            "没有一通接通；放弃的平均等了{mean_seconds@abandoned}。",
            "No call was answered; those who gave up waited {mean_seconds@abandoned} on average.",
        ),
    )
)
MEAN = Sentence(
    "耐心的平均（算到{horizon_seconds}）是{restricted_seconds}（{restricted_low}至{restricted_high}），一半的人肯等{half_seconds}。",
    "Mean patience (up to {horizon_seconds}) is {restricted_seconds} ({restricted_low} to {restricted_high}), and half would wait {half_seconds}.",
)
SHORTER = Sentence(
    "耐心的平均（算到{horizon_seconds}）是{restricted_seconds}（{restricted_low}至{restricted_high}）。",
    "Mean patience (up to {horizon_seconds}) is {restricted_seconds} ({restricted_low} to {restricted_high}).",
)
NOT_THAT = Sentence(
    "放弃者（不计一开始就挂断的）平均只等了{abandoned_mean}，那说的是没耐心的人等了多久，不是大家肯等多久。",
    "Those who gave up, early hang-ups left out, waited only {abandoned_mean} on average, which tells how long the impatient lasted, not how long people would wait.",
)
FEW = Sentence("放弃的只有{abandoned}通，看不出耐心。", "Only {abandoned} gave up: too few to tell patience.")
TOO_FEW = Term("放弃的不足30通，看不出耐心。", "Fewer than 30 gave up: too few to tell patience.")

FORMS = {
    "waits": Table(
        "outcome calls unknown mean_seconds± median_seconds p80_seconds p90_seconds p95_seconds at_once",
        Term("等待时长", "Waits"),
        subtitle=Sentence("{period}；等待为排队与振铃，平均的区间来自各天之间的差别", "{period}; queue and ringing; the mean's interval comes from how days differ"),
        narrow="outcome calls mean_seconds p90_seconds",
    ),
    "wait_course": Figure(
        charts.wait_lines,
        Term("等了多久接通、多久放弃", "By when calls are answered, and by when given up"),
        subtitle=Sentence("占全部来电%，按等待时长，{period}；带为95%区间", "Share of all calls, %, by the time waited, {period}; band: 95%"),
        reading=(
            Term("两线之和以外的，是还在等的人。", "What the two lines leave are those who still wait."),
            Term("接通线一开头的高度，是不用等的占比。", "Where the upper line begins are the calls that did not wait."),
        ),
    ),
    "patience": Table(
        "restricted_seconds± quarter_seconds half_seconds± three_quarters_seconds abandoned_mean",
        Term("人们肯等多久", "How long people are willing to wait"),
        subtitle=Sentence(
            "{period}；{abandoned}通放弃，{censored}通接通按删失处理；平均算到{horizon_seconds}，不到{ignored_seconds:count}秒就挂断的{ignored}通不计",
            "{period}; {abandoned} gave up, {censored} answered are censored; mean up to {horizon_seconds}; {ignored} hang-ups before {ignored_seconds:count} s left out",
        ),
        note=Term("四分之三一栏为空，是没有这么多人等到过那时候。", "Where three quarters is empty, too few waited so long to see it."),
        bold="half_seconds",
        narrow="restricted_seconds half_seconds abandoned_mean",
        unless={"few": TOO_FEW},
    ),
    "patience_course": Figure(
        charts.wait_lines,
        Term("还愿意等下去的人", "Those still willing to wait"),
        subtitle=Sentence("生存曲线%，按等待时长，{period}；带为95%区间", "Survival curve, %, by the time waited, {period}; band: 95%"),
        reading=(
            Term("曲线头一段陡，是一排队就走的人；后面平，是打定主意要等的人。", "A steep beginning are those who leave at once; a flat end are those who made up their minds to wait."),
            Term("没人等那么久的地方没有曲线。", "Where nobody waited so long there is no curve."),
        ),
        unless={"few": TOO_FEW},
    ),
}  # fmt: skip

SAY = {
    "waits": WAITED,
    "patience": Sentences({"known": (Either((MEAN, SHORTER)), NOT_THAT), "few": FEW}),
}
