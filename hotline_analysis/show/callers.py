"""How the study of callers is said and drawn. Tables of single callers are for staff; the others are counts."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Rows, Sentence, Sentences, Term

FOUND = (
    Sentence(
        "{within_days}天内{least_calls}通及以上：{found}人",
        "{least_calls} calls or more within {within_days} days: {found} {found:caller|callers}",
    ),
    Sentence("，占来电{call_share}", ", {call_share} of the calls"),
)

TOP = Sentence("最多的1%来电人带来{top_share}的来电。", "The busiest 1% of the callers bring {top_share} of the calls.")
COUNTS = Sentences(
    {
        "found": (
            Sentence(
                "{callers:count}位已识别的来电人中，{found}位在{within_days}天内来电{least_calls}通及以上，占来电{call_share}。",
                "Of {callers:count} identified callers, {found} made {least_calls} calls or more within {within_days} days: {call_share} of the calls.",
            ),
            Sentence("其中{problem}位是问题没有解决。", "{problem} of them have an unsolved problem."),
            Sentence("{regular}位定期来电。", "{regular} call by the clock."),
            Sentence("{shared}个是总机一类的共用号码。", "{shared} are shared numbers, such as switchboards."),
            TOP,
        ),
        "few": (
            Sentence(
                "{callers:count}位已识别的来电人中，在{within_days}天内来电{least_calls}通及以上的不足8位。",
                "Of {callers:count} identified callers, fewer than 8 made {least_calls} calls or more within {within_days} days.",
            ),
            TOP,
        ),
        "none": (
            Sentence(
                "{callers:count}位已识别的来电人中，没有人在{within_days}天内来电{least_calls}通及以上。",
                "Of {callers:count} identified callers, nobody made {least_calls} calls or more within {within_days} days.",
            ),
            TOP,
        ),
    }
)

FORMS = {
    "counts": Table(
        "callers found call_share problem regular habit shared top_share",
        Term("频繁来电人一览", "Frequent callers at a glance"),
        subtitle=Sentence("{within_days}天内{least_calls}通及以上；归类是提示，不是结论", "{least_calls} calls or more within {within_days} days; the kinds are hints, no verdicts"),
        short=True,
    ),
    "schemes": Table(
        "least_calls within_days found found_calls call_share shared",
        Term("各监控方案找到的来电人", "Callers that each rule finds"),
        subtitle=Sentence("共{callers:count}位已识别的来电人；滚动窗口，任意起点；共用号码为总机一类", "Of {callers:count} identified callers; a rolling window; shared numbers are switchboards and the like"),
        bold="found",
        narrow="least_calls within_days found",
    ),
    "grid": Table(
        "least_calls within_days found suggested",
        Term("试算：换一个方案会找到多少人", "Trial: how many another rule would find"),
        subtitle=Term("不含共用号码；建议的一行人数适中，一个班组一个月看得过来", "Without shared numbers; the suggested rule finds as many as a team can look at in a month"),
        chosen="suggested",
    ),
    "concentration": Table(
        "share_of_callers callers share_of_calls",
        Term("少数人带来多少来电", "How much of the calls a few bring"),
        subtitle=Sentence("来电由多到少排列，共{calls:count}通；基尼系数{gini}", "Callers from the busiest on, {calls:count} calls; Gini {gini}"),
        bold="share_of_calls",
    ),
    "frequent": Table(
        "caller kind calls most_calls span_days median_gap_hours main_issue main_share issues agents same_issue_calls talk_minutes rating",
        Term("频繁来电人", "Frequent callers"),
        subtitle=Term("问题未解决的在前，按一周内同一诉求的再次来电排列；来电人为化名", "Unsolved problems first, by calls within a week about the same issue; callers are pseudonyms"),
        narrow="caller kind calls main_issue",
    ),
    "regular": Table(
        "caller calls period weekday hour strength q",
        Term("按钟点来电的人", "Callers who keep a clock"),
        subtitle=Term("已扣除大家共有的作息；每天看钟点，每周看星期和钟点", "Everybody's own rhythm taken off; daily by the hour, weekly by weekday and hour"),
        narrow="caller period hour",
    ),
    "timeline": Table(
        "started_at issue agent outcome talk_seconds rating next_hours later",
        Term("一位来电人的来电经过", "One caller's calls"),
        narrow="started_at issue outcome",
    ),
}  # fmt: skip

SAY = {
    "counts": COUNTS,
    "schemes": Sentences(
        {
            "found": (Rows(dict.fromkeys(("found",), FOUND), by="said", between=Term("；", "; ")),),
            "none": Term("按现有方案没有找到频繁来电的人。", "No rule finds a frequent caller."),
        }
    ),
    "concentration": (
        Sentence("最多的{share_of_callers:share0}来电人带来{share_of_calls}的来电。", "The busiest {share_of_callers:share0} of the callers bring {share_of_calls} of the calls."),
    ),
}  # fmt: skip
