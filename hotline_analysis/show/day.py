"""How the day's edition is said and drawn."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Rows, Sentence, Sentences, Term

MOVED = Rows(
    dict.fromkeys(
        ("worse", "better", "more", "less"),
        (Sentence("{indicator}{value:level}，{side}此前{alike}个{kind}的范围（{lower:level}～{upper:level}）", "{indicator} {value:level}, {side} the range of the {alike} days of this kind ({kind}) before it ({lower:level} to {upper:level})"),),
    ),
    by="lead",
)  # fmt: skip
AGAINST = Sentence("与此前{alike}个{kind}相比", "against the {alike} days of this kind before it ({kind})")
ODD = Rows(
    {
        "True": (
            Sentence("{hour}时来电{calls}通，平常{usual:number}通", "{calls} calls in the hour from {hour}:00, usually {usual:number}"),
        )
    },
    by="odd",
)
RISEN = Rows(
    {
        "times": (
            Sentence(
                "{topic}{count}件，为平常的{ratio}倍（{ratio_low:ratio}至{ratio_high:ratio}）",
                "{topic}: {count}, {ratio} times the usual ({ratio_low:ratio} to {ratio_high:ratio})",
            ),
        ),
        "new": (Sentence("{topic}{count}件，同类日从没有过", "{topic}: {count}, on no such day before"),),
        "seldom": (Sentence("{topic}{count}件，多于平常", "{topic}: {count}, more than usual"),),
    },
    by="rise",
)
FEW = Sentence(
    "此前只有{alike}个{kind}，不足6个，不与平常相比",
    "There are only {alike} days of this kind before it ({kind}), fewer than 6: nothing is compared",
)

TRIAL = Sentence(
    "此前只有{alike}个{kind}，连同当日不足12个：范围供参考，不判好坏",
    "There are only {alike} days of this kind before it ({kind}), with the day fewer than 12: the range is shown, and nothing is judged by it",
)

FORMS = {
    "figures": Table(
        "indicator value± centre lower upper state final_on",
        Term("当日指标", "The day's indicators"),
        claim=Sentences(
            {
                "changed": Sentence("{moved}件事超出同类日的范围", "{moved} {moved:event lies|events lie} outside the range of such days"),
                "quiet": Term("各项指标都在同类日的范围内", "All indicators lie within the range of such days"),
            },
            by="said",
        ),
        subtitle=AGAINST,
        note=Term("范围是没有变化时同类日会落在其中的区间；有定稿日的，复电窗口还没看满：数字已按看了多久修正，没有一通看满的暂无数字。", "The range is where a day of this kind lies when nothing has changed. Where a day is named on which the figure is final, its window is still running: the figure is corrected for it, or missing where no call has been watched for so long."),
        bold="value",
        spare="centre lower upper final_on",
        narrow="indicator value state",
    ),
    "hours": Figure(
        charts.hours,
        Term("各时段来电", "Calls by hour"),
        claim=Sentences(
            {
                "some": Sentence("{odd_hours}个时段的来电与平常相差过大", "In {odd_hours} {odd_hours:hour|hours} calls were far from usual"),
                "none": Term("各时段来电与平常无异", "Calls came as usual in every hour"),
            },
            by="said",
        ),
        subtitle=Sentence("每小时来电，通；横线为此前{alike}个{kind}的平均", "Calls an hour; lines: the mean of the {alike} days of this kind before it ({kind})"),
        reading=(Term("深色为接通。相差过大的时段标出，写作当日/平常；24个时段一起检验，误报率合计受控。", "Dark: answered. Hours far from usual are named as the day's over the usual; the 24 hours are tested together."),),
        numbers="hour calls answered usual",
    ),
    "topics": Table(
        "topic count usual ratio± state",
        Term("当日诉求", "What was called about"),
        claim=Sentences(
            {
                "some": Sentence("{risen}类诉求多于平常", "{risen} {risen:topic came|topics came} more often than usual"),
                "none": Term("没有证据表明哪类诉求多于平常", "No evidence that any topic came more often than usual"),
            },
            by="said",
        ),
        subtitle=AGAINST,
        bold="count",
        narrow="topic count ratio state",
        chosen="odd",
    ),
}  # fmt: skip

SAY = {
    "figures": Sentences(
        {
            "changed": (MOVED, Term("其余指标在同类日的范围内。", "The others lie within the range of such days.")),
            "quiet": Term("各项指标都在同类日的范围内。", "All indicators lie within the range of such days."),
            "few days": (FEW,),
            "trial": (TRIAL,),
            "not judged": Term("没有一项指标可以判好坏，原因见各行。", "No indicator can be judged; each row says why."),
            "poor data": Term("数据质量为差，当日不作判断。", "The data are of poor quality; the day is not judged."),
        },
        by="said",
    ),
    "hours": Sentences(
        {
            "some": (ODD,),
            "none": Term("各时段来电与平常无异。", "Calls came as usual in every hour."),
            "few days": (FEW,),
        },
        by="said",
    ),
    "topics": Sentences(
        {
            "some": (RISEN,),
            "none": Term("没有证据表明哪类诉求多于平常。", "No evidence that any topic came more often than usual."),
            "few days": (FEW,),
        },
        by="said",
    ),
}  # fmt: skip
