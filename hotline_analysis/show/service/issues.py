"""Questions for self-service, misdirected contacts, consistency between agents, as they are said and drawn."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Rows, Sentence, Sentences, Term

FAQ = {
    "some": Sentence(
        "{candidates}类诉求可考虑改为自助，占接通来电的{candidate_share}（{candidate_calls}通）。",
        "{candidates} {candidates:issue|issues} may go to self-service: {candidate_share} of the answered calls ({candidate_calls}).",
    ),
    "near": Sentence(
        "没有一类诉求连区间都在全部门槛之内；{near}类按数值接近门槛，可先看这几类。",
        "No issue keeps every threshold with its interval too; {near} {near:does|do} by the figures alone: look at these first.",
    ),
    "none": Term(
        "没有一类诉求同时量大、简短、少复电、少派单。", "No issue is at once frequent, short, hardly repeated and hardly dispatched."
    ),
}
RULES = (
    Sentence("门槛：占比至少{least_share}", "Thresholds: share at least {least_share}"),
    Sentence("，处理至多{most_handling}", ", handling at most {most_handling}"),
    Sentence("，复电率至多{most_repeat}", ", repeat rate at most {most_repeat}"),
    Sentence("，派单率至多{most_dispatch}", ", dispatch rate at most {most_dispatch}"),
)
MIS = {
    kind: Sentence("{misdirected}{value}（{low:share}～{high:share}）", "{misdirected}: {value} ({low:percent}–{high:percent}%)")
    for kind in ("transferred", "early", "returned")
}
ALIKE = {
    "some": (
        Sentence(
            "按诉求和指标（如{window_hours}内再次来电、派单）可比较的{judged_count}项中，{differ_count}项不同人员的答复普遍有差异，{single_count}项只是个别人员不同。",
            "Of {judged_count} comparisons (an issue by a measure, such as callbacks within {window_hours} or dispatches) agents differ throughout in {differ_count}, and a few stand apart in {single_count}.",
        ),
        Sentence("差异最大的是{widest_issue}的{widest_measure}", "The widest is the {widest_measure} of {widest_issue}"),
        Sentence("（{widest_hours}内）", " (within {widest_hours})"),
        Sentence("：九成五的人员在{widest_low}到{widest_high}之间。", ": 95% of agents lie between {widest_low} and {widest_high}."),
    ),
    "single": Sentence(
        "按诉求和指标（如{window_hours}内再次来电、派单）可比较的{judged_count}项中，没有一项普遍有差异，{single_count}项有个别人员不同。",
        "Of {judged_count} comparisons (an issue by a measure, such as callbacks within {window_hours} or dispatches) none shows agents who differ throughout; in {single_count} a few stand apart.",
    ),
    "none": Sentence("按诉求和指标（如{window_hours}内再次来电、派单）可比较的{judged_count}项中，没有证据表明人员之间有差异。", "In {judged_count} comparisons (an issue by a measure, such as callbacks within {window_hours} or dispatches) there is no evidence that agents differ."),
    "few": Term("同一诉求下来电够多的人员不足三名，不作比较。", "Fewer than three agents have enough calls of one issue: not compared."),
}  # fmt: skip

FORMS = {
    "faq": Table(
        "issue parent answered_calls share handling repeat± dispatch± candidate",
        Term("可改为自助的诉求", "Questions for self-service"),
        claim=Sentences({"some": Sentence("{candidates}类诉求可考虑改为自助", "{candidates} {candidates:issue|issues} may go to self-service")}),
        subtitle=Rows({"some": RULES, "near": RULES}, by="said", end=Term("", "")),
        note=Term("“可考虑”指区间也在门槛之内，“接近”只是数值在门槛之内。", "A candidate keeps every threshold with its interval too, a close one with its figure alone."),
        bold="answered_calls",
        narrow="issue answered_calls handling candidate",
        where="shown",
    ),
    "misdirected": Table(
        "issue_1 issue_2 issue_3 area channel unit department queue misdirected numerator base value±",
        Term("打错地方、派错部门的", "What came to the wrong place"),
        subtitle=Sentence("{period}；接通来电与受理工单分别作分母", "{period}; the base is answered calls, and orders received"),
        bold="value",
        narrow="issue_1 area channel unit department queue misdirected value",
    ),
    "consistency": Table(
        "issue measure agents_compared value± phi i2 spread_low spread_high q alike",
        Term("同一问题，不同的人答得一样吗", "Is the same question answered alike?"),
        subtitle=Sentence(
            "{period}；重复来电看{window_hours}内；只比来电够多的人员，比例也只是他们的，不列姓名；φ为1即只有偶然的差别",
            "{period}; repeats within {window_hours}; agents with enough calls, whose shares these are, without names; φ of 1 is chance alone",
        ),
        bold="phi",
        narrow="issue measure phi alike",
        where="compared",
    ),
}  # fmt: skip

SAY = {
    "faq": (Sentences(FAQ),),
    "misdirected": (Rows({kind: (sentence,) for kind, sentence in MIS.items()}, by="misdirected", between=Term("；", "; "), whole=True),),
    "consistency": (Sentences(ALIKE),),
}
