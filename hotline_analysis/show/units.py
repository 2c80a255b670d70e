"""How units are said and drawn beside one another: by name, never as a league table."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Either, Rows, Sentence, Sentences, Term

NOT_JUDGED = Term(
    "口径、窗口或时期不同，只并列，不判断，也不排名次。",
    "Definitions, windows or periods differ: figures stand side by side, nothing is judged or ranked.",
)
FEW = Term(
    "可比的单位不足5个，看不出单位之间平常差多少，不判高低；两两之差见下。",
    "Fewer than five units can be compared, so their ordinary spread is not seen and nothing is judged; pairs follow below.",
)
APART = Sentence(
    "{units_apart:some}个单位与其他单位相同的诉求不足其来电的一半，不判高低；诉求名称不同的，先统一名称。",
    "For {units_apart:some} {units_apart:unit|units} less than half of the calls are of issues that the others have: not judged. Where only the names of issues differ, bring them to the same words first.",
)
ENDS = Sentence(
    "{units_unended:some}个单位有不少来电不知何时结束，复电率偏低：不判高低，也不作其他单位的参照。",
    "For {units_unended:some} {units_unended:unit|units} the end of many calls is not known, so the rate is too low: not judged, and no measure of the others.",
)
MIX = Sentence(
    "同一构成只含各单位都有的诉求，占来电的{covered}。", "The common mix is of the issues that every unit has, {covered} of all calls."
)
TIMES = Sentence(
    "：复电是按构成应有的{ratio}倍（{ratio_low}至{ratio_high}）",
    ": {ratio} times the repeats expected of its mix ({ratio_low} to {ratio_high})",
)
CASES = {  # the verdict stands where the ratio is not told
    "above": (Sentence("{unit}高于同类", "{unit} is above the others"), TIMES),
    "below": (Sentence("{unit}低于同类", "{unit} is below the others"), TIMES),
}  # fmt: skip

FORMS = {
    "sources": Table(
        "hotline first_day last_day units denominator window_hours line like",
        Term("与谁并列，口径是否相同", "Who stands side by side, and under which definition"),
        subtitle=Term("口径、窗口与时期都相同才可比；看满：来电之后看满了窗口；其他热线的数字来自它们写出的计数，不含任何来电", "Comparable where definition, window and period are the same; other hotlines' figures come from counts that they wrote, without any call"),
        narrow="hotline denominator like",
    ),
    "units": Table(
        "unit denominator numerator value± used observed expected ratio± direct± lower upper rank_low rank_high verdict",
        Term("各单位与同类相比", "Units beside the others"),
        subtitle=Sentence(
            "{period}，按名称排列；看满：来电之后看满了窗口；可比：其他单位也有的诉求；应有：其余单位对同一诉求的复电率乘以可比的来电；漏斗99.8%，已计入单位间平常的差异；同构成：各单位共有的诉求按同一构成；名次为95%区间，1为最高",
            "{period}, by name; what compares: issues that others have too; expected: the others' rate for the same issue times the calls that compare; funnel 99.8%, with room for ordinary spread; ranks as 95% intervals, 1 is the highest",
        ),
        note=(Sentences({"unlike": NOT_JUDGED, "few units": FEW, "*": ()}), APART, ENDS, MIX),
        bold="ratio",
        narrow="unit value ratio verdict",
        wide=True,
    ),
    "pairs": Table(
        "first second difference± q",
        Term("两两之差", "Pairs of units"),
        claim=Either((
            Sentence("{pairs}对中{differing:some}对有差异", "{differing:some} of {pairs} pairs differ"),
            Sentence("{pairs}对中{differing:none}对有差异", "{differing:none} of {pairs} pairs differs"),
        )),
        subtitle=Term(
            "同一构成下的复电率之差，最确定的几对；q为多重比较校正后；口径不同的、共有诉求不足一半的不检验",
            "Difference of the rates at the common mix, the surest pairs; q after correction for many comparisons; none where definitions are unlike or less than half of the mix is in common",
        ),
        note=MIX,
        bold="difference",
        where="shown",
    ),
    "curves": Figure(
        charts.cumulative,
        Term("各单位的来电多久之后再来", "How soon callers come back, by unit"),
        subtitle=Sentence("被同一来电人再次来电的占比，%，{period}，来电后168小时内；带为95%区间，灰线为其他单位", "Share of calls followed by another of the same caller, %, {period}, within 168 h; band: 95%; grey: the other units"),
        reading=(Term("两格的带在同一小时分得开，才谈得上差异；是否真有差异看检验。", "Units differ where their bands part at the same hour; the test decides."),),
        numbers="group hours value±",
    ),
    "difference": Table(
        "window_hours units lowest highest statistic p q log_rank log_rank_p",
        Term("间隔的差异是不是偶然", "Whether the curves differ beyond chance"),
        claim=Sentences(
            {
                "differ": Sentence("{most_hours}内再次来电的，各单位从{most_low}至{most_high}，不是偶然", "Within {most_hours} from {most_low} to {most_high} of calls are followed, beyond chance"),
                "*": (),
            }
        ),
        subtitle=Term("按来电人组计算误差的Q检验作判断；对数秩检验把每通来电当作独立，只作描述", "Decided by Q with errors from the caller groups; the log-rank test takes calls as independent and only describes"),
        bold="q",
        narrow="window_hours lowest highest q",
    ),
}  # fmt: skip

SAY = {
    "units": (
        Sentences(
            {
                "differ": Rows(CASES, by="verdict", between=Term("；", "; ")),
                "none": Term(
                    "扣除诉求构成后，没有一个单位超出单位之间平常的差异。",
                    "With the mix of issues taken off, no unit is beyond the ordinary spread between units.",
                ),
                "others": Term(
                    "扣除诉求构成后，其余单位都没有超出单位之间平常的差异。",
                    "With the mix of issues taken off, none of the other units is beyond the ordinary spread between units.",
                ),
                "few units": FEW,
                "unlike": NOT_JUDGED,
            }
        ),
        APART,
        ENDS,
    ),
    "difference": Sentences(
        {
            "differ": Sentence(
                "各单位复电的早晚确有差异：{most_hours}内再次来电的，最低{most_low}，最高{most_high}。",
                "Units do differ in how soon callers come back: within {most_hours} from {most_low} to {most_high} of calls are followed.",
            ),
            "none": Term("没有证据表明各单位复电的早晚有差异。", "There is no evidence that units differ in how soon callers come back."),
            "unlike": NOT_JUDGED,
        }
    ),
}
