"""What is asked and from where, and who keeps the targets, as it is said and drawn."""

from hotline_analysis.show import charts
from hotline_analysis.show.complaints import AS_THE_COUNT
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Either, Rows, Sentence, Sentences, Term

ALL_OF = (
    Sentence("来电{count}通", "{count} calls"),
    Sentence("，较上月{change}", ", {change} on last month", of_period=True),
    Sentence("，可比日均{a_day}", ", {a_day} on comparable days"),
    Sentence("，{state}", ", {state}"),
)
GROUP = (
    Sentence("{group}占{share}", "{group} {share}"),
    Sentence("，较上月{share_change}", ", {share_change}", of_period=True),
    Sentence("，{share_state}", ", {share_state}"),
)
SEMICOLON = Term("；", "; ")
AGAINST = {
    "judged": Either(
        (
            Sentence(
                "对照同一张目标表的{judged_count}项中，{met_count:some}项达到，{missed_count:some}项未达到，其余分不清。",
                "Of {judged_count} figures held against one table of targets {met_count:some} are met and {missed_count:some} missed; of the others chance alone may explain the side.",
            ),
            Sentence(
                "对照同一张目标表的{judged_count}项中，{met_count:some}项达到，其余分不清。",
                "Of {judged_count} figures held against one table of targets {met_count:some} are met; of the others chance alone may explain the side.",
            ),
            Sentence(
                "对照同一张目标表的{judged_count}项中，{missed_count:some}项未达到，其余分不清。",
                "Of {judged_count} figures held against one table of targets {missed_count:some} are missed; of the others chance alone may explain the side.",
            ),
            Sentence(
                "对照同一张目标表的{judged_count}项，达到没有都分不清。",
                "Of {judged_count} figures held against one table of targets chance alone may explain on which side they are.",
            ),
        )
    ),
    "unfinished": Term(
        "这些比例还没有定稿，暂不对照目标，只列比例。",
        "These shares are not final yet: they stand alone, and are held against their targets once they are.",
    ),
    "no target": Term("参数没有为这些比例设目标，只列比例。", "Params set no target for these shares, so the shares stand alone."),
}
STRATA = "issue_1 issue_2 issue_3 area channel unit department queue"

FORMS = {
    "volume": Table(
        f"{STRATA} count before change a_day± state share± share_change± share_state",
        Term("来电量及其变化", "Calls and how they changed"),
        claim=Rows({"named": GROUP[:1]}, by="named", end=Term("", ""), between=Term("，", ", ")),
        subtitle=Sentence("{period}；件数的变化为百分比，占比的变化为百分点；可比日均已扣除周末、节假日；区间逐行计算，判断已就行数校正", "{period}; counts change in per cent, shares in points; adjusted: kinds of day taken off; each interval is of its own row, the verdicts allow for the number of rows"),
        bold="count",
        narrow=f"{STRATA} count change state share",
        same={"share_state": ("state", AS_THE_COUNT)},
    ),
    "pareto": Figure(
        charts.pareto,
        Term("各类来电的占比", "Calls by size of category"),
        claim=Sentence("写明类别的，{category}最多，占全部的{share}", "Of those with a category {category} comes first: {share} of all"),
        subtitle=Sentence("占全部来电%，{period}；线为累计占比，带为95%区间", "Share of all calls, %, {period}; line: cumulative, band: 95%"),
        reading=(
            Term("线过一半之前的几类合起来占多数。", "The issues before the line passes one half are the majority."),
            Sentences({"unfilled": Term("没有记下诉求的来电列在“未填”，没有接通的多在其中。", "Calls without an issue stand under not given; most of them nobody answered."), "": Term("", "")}),
        ),
        numbers="category count share± cumulative±",
    ),
    "targets": Table(
        "of group indicator_name target numerator base value± against",
        Term("各部门对照同一张目标表", "Departments against one table of targets"),
        claim=Sentences({"judged": Either((
            Sentence("{judged_count}项中{met_count:some}项达到目标，{missed_count:some}项未达到", "{met_count:some} of {judged_count} targets met, {missed_count:some} missed"),
            Sentence("{judged_count}项中{met_count:some}项达到目标", "{met_count:some} of {judged_count} targets met"),
            Sentence("{judged_count}项中{missed_count:some}项未达到目标", "{missed_count:some} of {judged_count} targets missed"),
            Sentence("{judged_count}项，达到目标没有都分不清", "{judged_count} targets, and chance may explain every side"),
        ))}),
        subtitle=Sentence("{period}；偶然就能解释的不判，判断已就行数校正；各部门的诉求不同，不排名次", "{period}; what chance explains is not judged, verdicts allow for the number of rows; departments have other orders, so they are not ranked"),
        bold="value",
        narrow="group indicator_name value against",
    ),
}  # fmt: skip

SAY = {
    "volume": (Rows({"all": ALL_OF, "named": GROUP}, by="named", between=SEMICOLON),),
    "targets": (Sentences(AGAINST),),
}
