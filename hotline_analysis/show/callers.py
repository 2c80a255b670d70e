"""How the study of callers is said and drawn. Tables of single callers, and those by which a rule is chosen, are for staff; the others are counts."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Rows, Sentence, Sentences, Term

FOUND = (
    Sentence(
        "{within_days}天内{least_calls}通及以上：{found}人",
        "{least_calls} calls or more within {within_days} days: {found} {found:caller|callers}",
    ),
    Sentence("，占来电{call_share}", ", {call_share} of the calls"),
)

NOBODY = Term("没有人的来电比其余人都多。", "Nobody calls more than all others.")
TOO_FEW = Term("来电最多的1%不足8人，他们问什么不列出。", "The busiest 1% are fewer than 8 callers; what they ask is not told.")
TOP = Sentence("来电最多的1%的人带来{top_share}的来电。", "The busiest 1% of the callers bring {top_share} of the calls.")
COUNTS = Sentences(
    {
        "found": (
            Sentence(
                "{callers:count}位已识别的来电人中，{found}位在{within_days}天内来电{least_calls}通及以上，占来电{call_share}。",
                "Of {callers:count} identified callers, {found} made {least_calls} calls or more within {within_days} days: {call_share} of the calls.",
            ),
            Sentence("其中{problem:some}位的问题没有解决。", "{problem:some} of them have an unsolved problem."),
            Sentence("{regular:some}位定期来电。", "{regular:some} call by the clock."),
            Sentence("{shared:some}个是总机一类的共用号码。", "{shared:some} are shared numbers, such as switchboards."),
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
        "least_calls within_days preset found found_calls call_share shared",
        Term("各监控方案找到的来电人", "Callers that each rule finds"),
        subtitle=Sentence("共{callers:count}位已识别的来电人；滚动窗口，止于本月任意一通，月初以前的来电也看；共用号码为总机一类", "Of {callers:count} identified callers; a rolling window that ends with a call of the month, calls before the month seen; shared numbers are switchboards and the like", of_period=True),
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
    "heavy": Table(
        "issue busiest_calls busiest_share other_share ratio",
        Term("来电最多的人问什么", "What the busiest callers come for"),
        subtitle=Sentence("来电最多的{busiest:count}人，占全部来电{of_all_calls}；与其余来电人比", "The {busiest:count} busiest callers, {of_all_calls} of all calls; beside all other callers"),
        bold="ratio",
        narrow="issue busiest_share other_share",
        unless={"none": NOBODY, "few": TOO_FEW},
    ),
    "people": Table(
        "denominator value± first redials_each hours_median hours_p90 calls_each",
        Term("按人看：打通了没有", "By person: did they get through?"),
        subtitle=Term("一人算一次；时间为首拨没打通的人，从第一次拨打到第一次打通", "A caller counts once; times of those not answered at once, from the first call to the first answer"),
        bold="value",
        narrow="denominator value first",
        short=True,
    ),
    "tries": Table(
        "tries callers share",
        Term("第几次才打通", "At which call they got through"),
        subtitle=Term("本月首次打通之前，连打通的一次在内，一共拨了几次；一次也没打通的列在最后", "How many calls it took in the month, the answered one included; those who never got through last", of_period=True),
        bold="share",
    ),
    "frequent": Table(
        "caller kind tag last_measure calls most_calls span_days median_gap_hours main_issue main_share issues agents same_issue_calls talk_minutes rating",
        Term("频繁来电人", "Frequent callers"),
        subtitle=Term("问题未解决的在前，按一周内同一诉求的再次来电排列；来电人为化名", "Unsolved problems first, by calls within a week about the same issue; callers are pseudonyms"),
        narrow="caller kind tag calls main_issue",
    ),
    "regular": Table(
        "caller calls period weekday monthday hour strength q",
        Term("按钟点来电的人", "Callers who keep a clock"),
        subtitle=Term("已扣除大家共有的作息；每天看钟点，每周看星期和钟点，每月看几日（要看半年以上）", "Everybody's own rhythm taken off; daily by the hour, weekly by weekday and hour, monthly by the day (of half a year or more)"),
        narrow="caller period hour",
    ),
    "timeline": Table(
        "started_at issue agent outcome talk_seconds rating order_state next_hours later",
        Term("一位来电人的来电经过", "One caller's calls"),
        subtitle=Sentence("其后来电数为此后{within_days}天之内；工单为数据截止时的状态", "Later calls: within {within_days} days; orders as they stand when the data end"),
        narrow="started_at issue outcome",
    ),
    "later": Table(
        "caller started_at issue agent talk_seconds next_at next_hours later",
        Term("每通来电之后", "What followed each call"),
        subtitle=Sentence("同一来电人的下一通（不论诉求），和此后{within_days}天之内还来了几通", "The caller's next call, whatever its issue, and how many came within {within_days} days"),
        narrow="caller started_at next_hours later",
    ),
}  # fmt: skip

SAY = {
    "people": Sentences(
        {
            "some": (
                Sentence("{denominator:count}位已识别的来电人中，{value:share}至少打通一次，{first:share}首拨就打通。", "Of {denominator:count} identified callers {value:share} got through at least once, {first:share} at the first call."),
                Sentence("首拨没打通而后来打通的，一半在{hours_median:hours}之内。", "Of those who were answered later, half were within {hours_median:hours}."),
                Sentence("来电里有{redials:count}通是重拨，去掉以后的需求是{demand:count}通。", "{redials:count} of the calls are redials; without them demand is {demand:count}."),
            ),
            "all": (
                Sentence("{denominator:count}位已识别的来电人都至少打通一次，{first:share}首拨就打通。", "All {denominator:count} identified callers got through at least once, {first:share} at the first call."),
                Sentence("来电里有{redials:count}通是重拨，去掉以后的需求是{demand:count}通。", "{redials:count} of the calls are redials; without them demand is {demand:count}."),
            ),
        }
    ),
    "heavy": Sentences(
        {
            "found": (
                Sentence("来电最多的{busiest:count}人占来电{of_all_calls:share}，比其余人多问的首先是{issue}：占他们来电的{busiest_share:share}，其余人是{other_share:share}。", "The {busiest:count} busiest callers bring {of_all_calls:share} of the calls, and ask most of all more about {issue}: {busiest_share:share} of their calls, {other_share:share} of the others'."),
            ),
            "none": NOBODY,
            "few": TOO_FEW,
        }
    ),
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
