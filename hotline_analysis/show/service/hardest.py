"""The hardest issues and the list of what to work on first, as they are said and drawn."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Either, Sentence, Sentences, Term

LACKS = Sentence("没有计入的：{left_out}。", "Left out: {left_out}.")
HARDEST = {
    "apart": Sentence("按{parts_count}个方面综合，最难解决的是{issue}，名次分得清。", "By {parts_count} {parts_count:part|parts} together the hardest issue is {issue}, and its rank is clear."),
    "close": Sentence("按{parts_count}个方面综合，{issue}排在最前，但有{beside_count}类可能与它并列。", "By {parts_count} {parts_count:part|parts} together {issue} comes first, but {beside_count} {beside_count:other|others} may as well be first."),
    "alike": Sentence("{parts_count}个方面都没有证据表明各类诉求有难易之分。", "In none of {parts_count} {parts_count:part|parts} is there evidence that issues differ."),
}  # fmt: skip
AGREE = Sentence("各方面次序的平均一致程度（肯德尔τ）为{agreement}。", "The parts' orders agree by {agreement} on average (Kendall's tau).")
URGENT = Either((
    Sentence(
        "先办{issue}：{window_hours}内复电约{repeats:count}通，占全部优先分的{urgency_share}（名次{rank_low:count}至{rank_high:count}）。",
        "First {issue}: some {repeats:count} repeats within {window_hours}, {urgency_share} of all priority (rank {rank_low:count} to {rank_high:count}).",
    ),
    Sentence(
        "先办{issue}：{window_hours}内复电约{repeats:count}通（名次{rank_low:count}至{rank_high:count}）。",
        "First {issue}: some {repeats:count} repeats within {window_hours} (rank {rank_low:count} to {rank_high:count}).",
    ),
    Sentence("先办{issue}（名次{rank_low:count}至{rank_high:count}）。", "First {issue} (rank {rank_low:count} to {rank_high:count})."),
))  # fmt: skip

FORMS = {
    "hardest": Table(
        "issue answered_calls rank rank_low rank_high score repeat dispatch transfer handling closing reopened dissatisfied",
        Term("最难解决的诉求", "The hardest issues"),
        claim=Sentences({"apart": Sentence("最难解决的是{issue}", "The hardest issue is {issue}"), "close": Sentence("{issue}排在最前，但难分先后", "{issue} comes first, though not clearly")}),
        subtitle=Sentence(
            "{period}；综合分为各方面标准化（向平均收缩）后的平均；复电为{window_hours}内；名次区间为重抽来电人1000次",
            "{period}; score: mean of the parts on one scale, each drawn towards the mean; repeats within {window_hours}; rank intervals: callers drawn anew 1,000 times",
        ),
        note=(AGREE, LACKS),
        bold="rank",
        narrow="issue rank score",
    ),
    "agreement": Table(
        "of_part with_part tau issues",
        Term("各方面的次序一致吗", "Do the parts order the issues alike?"),
        subtitle=Term("肯德尔τ：1为次序相同，0为无关，负为相反", "Kendall's tau: 1 the same order, 0 none, below 0 the opposite"),
        bold="tau",
    ),
    "priority": Table(
        "issue answered_calls repeats handling dissatisfied urgency± urgency_share rank_low rank_high",
        Term("先解决哪一类", "What to work on first"),
        claim=Sentences(dict.fromkeys(("whole", "part"), Either((Sentence("先办{issue}，占全部优先分的{urgency_share}", "First {issue}: {urgency_share} of all priority"), Sentence("先办{issue}", "First {issue}"))))),
        subtitle=Sentence(
            "优先分＝复电量×处理小时×不满意比例；权重（指数）依次为{weight_repeats}、{weight_handling}、{weight_unsatisfied}；复电为{window_hours}内，由看满窗口的复电率推算到全部接通来电",
            "Priority: repeats × hours of handling × share not satisfied; weights (exponents): {weight_repeats}, {weight_handling}, {weight_unsatisfied}; repeats within {window_hours}, the rate of the calls that were watched for it times all answered calls",
        ),
        note=(LACKS,),
        bold="urgency",
        narrow="issue repeats urgency",
    ),
}  # fmt: skip

SAY = {
    "hardest": (Sentences(HARDEST), AGREE),
    "priority": (Sentences(dict.fromkeys(("whole", "part"), URGENT)),),
}
