"""How many agents the calls need and what one more would bring, as it is said and drawn."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Sentence, Sentences, Term

GOAL = Sentence(
    "目标是{target_seconds}秒内接通{target_share}，不在线按{shrinkage}",
    "Target: {target_share} within {target_seconds} s; shrinkage {shrinkage}",
)
SHORT = {
    "short": Sentence(
        "{worst_weekday}{worst_hour}时最缺人，缺{worst_short}人；一周缺{hours_short}人时，另有{hours_over}人时多排",
        "{worst_weekday} {worst_hour}:00 lacks most, {worst_short} agents; {hours_short} agent hours a week are missing while {hours_over} are too many elsewhere",
    ),
    "enough": Sentence(
        "没有一个钟点缺一人以上；一周缺{hours_short}人时，多排{hours_over}人时",
        "No hour lacks one agent or more; {hours_short} agent hours a week are missing, {hours_over} too many",
    ),
}
ONE = Sentence(
    "高峰每半小时再添一人，{target_seconds}秒内接通由{level}升到{level_next}，放弃由{abandonment}降到{abandonment_next}（模型推算）",
    "One more agent in every half hour of the peak takes answers within {target_seconds} s from {level} to {level_next} and giving up from {abandonment} to {abandonment_next} (modelled)",
)
POOR = Sentence(
    "模型算出高峰{target_seconds}秒内接通{level}，实际是{observed_level}，差得太远，不作推算",
    "The model would have {level} answered within {target_seconds} s at the peak, the data {observed_level}: too far apart to foretell anything",
)
GAPS = {
    "gaps": Sentence(
        "有{uncovered_hours}个小时几乎无人接（看过{hours_seen}个小时），最确定的是{date}{hour}时，{denominator}通接了{numerator}通",
        "In {uncovered_hours} {uncovered_hours:hour|hours} hardly anybody was answered (of {hours_seen} looked at); the surest is {date}, {hour}:00, with {numerator} of {denominator}",
    ),
    "none": Sentence(
        "看过{hours_seen}个小时，没有一个接通不到{low_share}",
        "Of {hours_seen} {hours_seen:hour|hours} looked at none was below {low_share} answered beyond chance",
    ),
}
MODEL = Sentences(
    {
        "erlang_a": Sentence("按厄朗A，耐心平均{patience_seconds}：假定为指数分布，不截断，所以长于只算到最长等待为止的平均耐心。", "Erlang A with a mean patience of {patience_seconds}: exponential and not cut, so it is longer than the mean patience that is cut at the longest wait."),
        "erlang_c": Term(
            "放弃的太少，耐心不明，按厄朗C（不放弃）计算，会偏多。",
            "Too few gave up to know patience: Erlang C (nobody gives up), which asks for too many.",
        ),
    },
    by="model",
)  # fmt: skip

FORMS = {
    "staffing": Table(
        "weekday slot days slot_calls handling_seconds offered_load required needed_roster scheduled missing_agents",
        Term("每半小时需要的人手", "Agents needed by the half hour"),
        subtitle=Sentence("{period}，最缺的十二个半小时（没有排班时为需要最多的）；" + GOAL.zh, "{period}, the twelve half hours that lack most (without a roster: that need most). " + GOAL.en),
        note=MODEL,
        narrow="weekday slot required scheduled",
        where="most",
    ),
    "shortfall": Figure(
        charts.heat,
        Term("哪些钟点缺人", "Where the roster is short"),
        claim=Sentences(SHORT),
        subtitle=Sentence(
            "缺的排班人数，按星期和钟点，{period}；框出的缺一人以上；{target_seconds}秒内接通{target_share}，不在线按{shrinkage}",
            "Rostered agents short, by weekday and hour, {period}; outlined: one or more; {target_share} within {target_seconds} s, shrinkage {shrinkage}",
        ),
        reading=(
            Term("深色是人不够，浅色是够或有余。", "Dark: too few; light: enough or more."),
            Term("深浅相邻，挪班就能补；整片都深，才要添人。", "Where dark and light are neighbours, moving shifts helps; where all is dark, people are missing."),
        ),
        options={"cuts": (0.5, 1, 2, 3), "bad": "high", "unit": "agents", "measure": "missing_agents", "outlined": "short"},
    ),
    "one_more": Table(
        "more agents level abandonment wait_seconds answered_more",
        Term("高峰再添一人能换来什么", "What one more agent at the peak would bring"),
        subtitle=Sentence(
            "高峰{slots}个半小时的平均，模型推算；实际在线人数由实际的放弃率{observed_abandonment}反推",
            "Mean of the {slots} half hours of the peak, modelled; the agents on the calls are inferred from the {observed_abandonment} who gave up",
        ),
        note=Sentence(
            "模型的及时接通是{level}，实际是{observed_level}：差得越远，模型越不可靠。模型的数没有区间。",
            "The model answers {level} in time, the data {observed_level}: the further apart, the less the model is worth. Modelled figures have no interval.",
        ),
        bold="level",
        narrow="more level abandonment answered_more",
        unless={"poor": Term("模型与实际差得太远，不作推算。", "The model is too far from the data to foretell anything.")},
    ),
    "coverage": Table(
        "date weekday hour numerator denominator value±",
        Term("几乎无人接的小时", "Hours in which hardly anybody was answered"),
        subtitle=Sentence("{period}；至少五通来电、整个区间低于{low_share}的小时，最确定的十二个", "{period}; hours with five calls or more whose whole interval lies below {low_share}, the twelve surest"),
        bold="value",
        narrow="date hour numerator denominator",
        where="most",
        short=True,
        unless={"none": Term("没有这样的小时。", "There is no such hour.")},
    ),
}  # fmt: skip


def _end(said: Sentence) -> Sentence:
    return Sentence(said.zh + "。", said.en + ".")


SAY = {
    "staffing": (_end(GOAL), MODEL),
    "shortfall": Sentences({case: _end(said) for case, said in SHORT.items()}),
    "one_more": Sentences({"fits": _end(ONE), "poor": _end(POOR)}),
    "coverage": Sentences({case: _end(said) for case, said in GAPS.items()}),
}
