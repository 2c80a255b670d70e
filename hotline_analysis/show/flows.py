"""How the study of flows is said and drawn."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Rows, Sentence, Sentences, Term

HISTORY = Term("数据太短，没有平时可以对照，不作判断。", "Too little data to compare with habit: nothing is judged.")
PAIR = Sentence(
    "{issue}之后{then}：每千通多出{excess}通（{excess_low}至{excess_high}）",
    "{then} after {issue}: {excess} more per 1,000 calls ({excess_low} to {excess_high})",
)
SOME = Sentence(
    "{count}对诉求值得在首次来电时告知后续，告知{told:share0}的来电人，每月约可免{total_avoidable:count}通。",
    "{count} {count:pair is|pairs are} worth a word in the first call; telling {told:share0} of the callers would save some {total_avoidable:count} calls a month.",
)
NONE = Term(
    "没有一对不同诉求的复电达到提示的界线，不建议增加话术。", "No pair of different issues reaches the limits: no script is suggested."
)
WATCHED = Sentence(
    "{period}，{window_hours}内；只计看满窗口的来电，另有{unwatched:count}通未看满",
    "{period}, within {window_hours}; calls watched for the whole window, {unwatched:count} were not",
)

COSTS = Sentences(
    {
        "found": (
            Sentence(
                "{window_hours}内超出平时的复电占用话务员{hours@all}小时（{hours_low@all}至{hours_high@all}），每周{hours_a_week@all}小时。",
                "Callbacks beyond habit within {window_hours} took agents {hours@all} hours ({hours_low@all} to {hours_high@all}), {hours_a_week@all} a week.",
            ),
            Sentence(
                "按每分钟{cost_a_minute@all}元，折合{cost_low@all}至{cost_high@all}元。",
                "At {cost_a_minute@all} a minute that is {cost_low@all} to {cost_high@all}.",
            ),
            Sentence(
                "排班每周缺{shortfall.hours_short}人时：缺人，还是缺一次说清，两个数放在一起看。",
                "The roster is short of {shortfall.hours_short} agent hours a week: too few people, or too little said in the first call? Read the two together.",
            ),
        ),
        "none": Term("复电占用的人时与平时难以区分。", "The hours that callbacks take cannot be told from habit."),
        "history": HISTORY,
    }
)

FORMS = {
    "matrix": Figure(
        charts.alluvial,
        Term("再次来电流向", "Where callers go next"),
        subtitle=Sentence("带宽为超出平时的复电通数，{period}；浅色为同一诉求，深色为超出平时的不同诉求", "Width: callbacks beyond habit, {period}; pale: the same issue, dark: other issues that stand out"),
        reading=(Term("左边是首次来电的诉求，右边是再次来电的诉求。浅色带要靠把事情办好，深色带要靠首次来电时说清楚。", "The first call's issue at the left, the next call's at the right. Pale bands call for solving, dark ones for telling."),),
        numbers="issue then excess denominator stands_out",
    ),
    "map": Figure(
        charts.flow_map,
        Term("每千通超出平时的复电", "Callbacks beyond habit per 1,000 calls"),
        subtitle=Sentence("行为首次来电，列为再次来电，{period}；只有超出平时的格子写数", "Down: first call, across: next call, {period}; only cells that stand out have figures"),
        reading=(Term("一行是一类首次来电，看它引出了什么；对角线是同一诉求。", "A row is what one kind of first call leads to; the diagonal is the same issue."),),
    ),
    "costs": Figure(
        charts.spans,
        Term("超出平时的复电占用多少人时", "Agent hours that callbacks beyond habit take"),
        subtitle=Sentence("首次来电的诉求，{period}，{window_hours}内；线为95%区间", "By the first call's issue, {period}, within {window_hours}; lines are 95% intervals"),
        reading=(
            Term("一行是一类首次来电引出的复电，点是它占用的人时。线跨过零的一行，与平时分不清。", "A row is what one kind of first call brings back, the point the agent hours it takes. A line that crosses zero cannot be told from habit."),
            Sentence("共{hours@all}小时。另有{unwatched:count}通未看满窗口，没有计入，所以只少不多。", "{hours@all} hours in all; {unwatched:count} calls were not watched for the window and are not in it, so it is rather more."),
        ),
        options={"without": ("all", "(none)", "(<8)")},
        numbers="issue denominator callbacks± hours± hours_a_week± share_of_hours cost_low cost_high",
        unless={"history": HISTORY},
    ),
    "pairs": Table(
        "issue then numerator denominator value± chance excess± lift median_hours q",
        Term("诉求之间的流向", "Flows between issues"),
        subtitle=WATCHED,
        bold="excess",
        narrow="issue then excess",
        where="stands_out",
        unless={"history": HISTORY},
    ),
    "returns": Table(
        "issue denominator same_share± other_share± none_share",
        Term("再次来电问的是不是同一件事", "The same, another matter, or no further call"),
        subtitle=WATCHED,
        narrow="issue same_share other_share none_share",
    ),
    "notices": Table(
        "issue then numerator denominator excess± median_hours avoidable±",
        Term("主动告知清单", "What to tell in the first call"),
        claim=Sentences({"some": Sentence("{count}对诉求值得主动告知", "{count} {count:pair is|pairs are} worth telling")}),
        subtitle=Sentence("每月可免＝每月超出平时的通数×告知比例{told:share0}；告知比例是假设，不是实测", "Avoidable = calls beyond habit a month × the share told, {told:share0}; that share is an assumption"),
        narrow="issue then avoidable",
        unless={"none": NONE, "history": HISTORY},
    ),
}  # fmt: skip

SAY = {
    "costs": COSTS,
    "pairs": Sentences(
        {
            "found": (Rows({"True": PAIR}, by="leads", between=Term("；", "; "), end=Term("。", ".")),),
            "none": Term("没有一对不同的诉求超出平时。", "No pair of different issues exceeds habit."),
            "history": HISTORY,
        }
    ),
    "notices": Sentences({"some": SOME, "none": NONE, "history": HISTORY}),
}
