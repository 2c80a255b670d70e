"""How the follow-up of cases is said and drawn. `cases` is for staff; the others are counts."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import ANSWERS, NOT_SAID, Either, Rows, Sentence, Sentences, Term

CAUSES = {**ANSWERS["cause"], NOT_SAID: Term("未写原因", "none given"), "(<8)": Term("其他（含不足8的）", "Other (with those under 8)")}

LISTED = {
    "caller": Sentence(
        "列入排查的来电人{numerator:count}件", "{numerator:count} {numerator:caller was|callers were} listed to be looked into"
    ),
    "agent": Sentence(
        "列入排查的话务员与诉求{numerator:count}件",
        "{numerator:count} {numerator:agent and issue was|agents and issues were} listed to be looked into",
    ),
}
STEPS = {
    "investigated": Either((Sentence("已排查{value}（{numerator:some}件）", "{value} looked into ({numerator:some})"), Sentence("{numerator:none}件排查过", "{numerator:none} looked into"))),
    "closed": Either((Sentence("已办结{value}（{numerator:some}件）", "{value} closed ({numerator:some})"), Sentence("{numerator:none}件办结", "{numerator:none} closed"))),
    "solved": Either((Sentence("其中已解决{value}（{numerator:some}件）", "of these {value} solved ({numerator:some})"), Sentence("其中{value:none}件解决", "{value:none} solved"))),
}  # fmt: skip
RETURNED = {
    "solved": Sentence("历次列入、至期末已解决的来电人共{cases}件，办结后{days}天内{value}为同一诉求再次来电（{low}～{high}）", "Of {cases} callers' cases solved by the end of the period, those listed earlier among them, {value} called again about the same within {days} days ({low}–{high})"),
    "explained": Sentence("至期末已解释说明的共{cases}件，{days}天内{value}再次来电（{low}～{high}）", "of {cases} explained by then {value} within {days} days ({low}–{high})"),
}  # fmt: skip

FORMS = {
    "counts": Table(
        "kind step numerator denominator value±",
        Term("排查到了哪一步", "How far the cases have come"),
        subtitle=Term("本期列入排查名单的案件；已解决的占比以已办结为分母", "Cases that were put on the list in this period; the share solved is of those closed"),
        bold="value",
        narrow="kind step numerator value",
    ),
    "causes": Figure(
        charts.pareto,
        Term("为什么又打来：排查出的原因", "Why they called again: the causes that were found"),
        claim=(Sentence("首要原因：{best_cause}，占{share}", "Leading cause: {best_cause}, {share}"),),
        subtitle=Sentence("占已排查案件%，共{denominator}件，{period}；线为累计占比", "Share of the cases looked into, %, {denominator} cases, {period}; line: cumulative"),
        reading=(Term("前几条若是“可避免”的，改一处答复或流程，就能少掉一批来电。", "Where the first ones are avoidable, one better answer or process saves many calls."),),
        numbers="category numerator share± cumulative avoidable",
        options={"names": CAUSES},
    ),
    "recurrence": Table(
        "found days cases watched returned value±",
        Term("办结以后又打来的有多少", "How many call again after their case was closed"),
        subtitle=Term("同一来电人、同一诉求；至期末已办结的案件，含以前各期列入的；未看满天数的用生存分析计入", "The same caller about the same issue; cases closed by the end of the period, those listed in earlier ones too; cases not watched for so long enter by survival analysis"),
        bold="value",
        narrow="found days value",
    ),
    "cases": Table(
        "case_id month kind agent issue found cause solvable measure closed_on again_days",
        Term("案件", "The cases"),
        subtitle=Term("没有人填写的在前，其次是未办结的；编号与工作簿相同", "Those that nobody has answered first, then the open ones; ids as in the workbook"),
        narrow="case_id issue found",
    ),
}  # fmt: skip

SAY = {
    "counts": Sentences(
        {
            "some": (Rows({"listed": (Rows(LISTED, by="kind", end=Term("", "")),), **STEPS}, by="step", between=Term("，", ", ")),),
            "unfilled": (
                Rows({"listed": (Rows(LISTED, by="kind", end=Term("", "")),)}, by="step", between=Term("，", ", ")),
                Term("还没有收回填写结果。", "No answers have come back yet."),
            ),
        }
    ),
    "causes": (
        Sentence("首要原因是{best_cause}，占已排查的{share}。", "The leading cause is {best_cause}: {share} of the cases looked into."),
        Sentence("写明原因的案件里，{avoidable_share}本可避免。", "Of the cases with a cause {avoidable_share} need not have been."),
    ),
    "recurrence": Sentences(
        {
            "some": (Rows(RETURNED, by="told", between=Term("；", "; ")),),
            "few": Term(
                "办结的案件太少，再次来电的占比不列出。", "Too few cases have been closed: the share that called again is not told."
            ),
            "none": Term("办结以后，没有来电人为同一诉求再次来电。", "Nobody whose case was closed has called again about the same."),
        }
    ),
}
