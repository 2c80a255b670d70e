"""How the month's own frames are said and drawn: the head of the page, verdicts, matters and suggestions, the course of an indicator, records and data quality.

What sentences of a month may say is fixed here: a finding is indicator, number, interval, n, and which side of the usual range; no adverb makes more of it.
"""

from dataclasses import replace

from hotline_analysis import words
from hotline_analysis.show import advice, blocks, charts, verdicts
from hotline_analysis.show.forms import Figure, Furniture, Table
from hotline_analysis.words import REASON, Either, Rows, Sentence, Sentences, Term

WHOLE = Sentence("{whole}", "{whole}")  # said on an edition's page
ISSUE, RUNNING = Term("{}年第{}期", "{}, issue {}"), Sentence("（总第{issue:count}期）", " (no. {issue:count})")
STATUS = Sentences(words.STATUS, by="provisional")
PERIOD = (
    Sentence("{edition}", "{edition}"),
    Sentence("{first_day:day}至{last_day:day}", "{first_day:day} to {last_day:day}"),
    STATUS,
    Sentence("{author}", "{author}"),
    Sentence("数据截至{data_to:dated}", "data up to {data_to:dated}"),
    Sentence("数据质量{grade}", "data quality {grade}"),
)
RULED = (*PERIOD, Sentence("口径{hash}，见附录", "definition {hash}, see the appendix"))
NOTE = Sentence("{note}", "{note}")
FILES = (
    Term("数字见kpis.csv，来历见manifest.json", "figures in kpis.csv, provenance in manifest.json"),
    Term(
        "数字背后的记录：hotline rows 指标键 --params 参数文件 --month 月份",
        "the rows behind a figure: hotline rows KEY --params FILE --month MONTH",
    ),
    Sentences({"True": Term("样稿，数据均为虚构", "sample; all data are invented")}, by="sample"),
)
HEAD = {"issue": ISSUE, "running": RUNNING, "period": PERIOD, "status": STATUS}
ORDER = ("worse", "better", "more", "less", "none", "few", "not_compared")
GROUP = {  # than usual: the month before may have been worse still, and the change stands beside it
    "worse": Term("差于平时", "Worse than usual"),
    "better": Term("好于平时", "Better than usual"),
    "more": Term("高于平时", "Higher than usual"),
    "less": Term("低于平时", "Lower than usual"),
    "none": Term("正常波动", "Usual variation"),
    "no evidence": Term("没有证据表明有变化", "No evidence of change"),
    "few": Term("样本不足，不作判断", "Too few to judge"),
    "not_compared": Term("不作比较", "Not compared"),
}
EVENTS = {
    "worse": Term("件事差于平时", "worse than usual"),
    "better": Term("件事好于平时", "better than usual"),
    "more": Term("件事高于平时", "higher than usual"),
    "less": Term("件事低于平时", "lower than usual"),
    "none": Term("件事在正常波动内", "within usual variation"),
    "no evidence": Term("件事没有证据表明有变化", "without evidence of change"),
    "few": Term("件事样本不足", "with too few cases"),
    "not_compared": Term("件事不作比较", "not compared"),
}
COMMA, NOTHING = Term("，", ", "), Term("", "")


def each(*parts: Sentence, **ends: Term) -> Rows:
    """A sentence for every row, whatever its judgement."""
    return Rows(dict.fromkeys(ORDER, parts), by="judgement", **ends)


UNJUDGED = ("few", "not_compared")  # no word of change stands beside these
LEVEL, STATED = Sentence("{indicator}{value:level}", "{indicator} {value:level}"), Sentence("，{state}", ", {state}")
YOUNG = Sentence("（{provisional}）", " ({provisional})")
MOVING = (
    LEVEL,
    YOUNG,
    Sentence("，较上月{change:risen}", ", {change:risen} on last month", of_period=True),
    Sentence("（不扣除周末、节假日的差别为{plain_change:risen}）", " ({plain_change:risen} before weekends and holidays are taken off)"),
    Sentence("，为{rank_months}个月{rank}", ", {rank} of {rank_months} months", of_period=True),
    STATED,
    Sentence("：{side}以往波动范围", ": {side} the usual range"),
)
FINDING = Rows({**dict.fromkeys(ORDER, MOVING), **dict.fromkeys(UNJUDGED, (LEVEL, YOUNG, STATED))}, by="judgement")
PROOF = each(
    Sentence("95%区间{value:range}", "95% interval {value:range}"),
    Sentence("{counted}/{denominator}", "{counted}/{denominator}"),
    Sentence("n={sample}", "n={sample}"),
    Sentence("以往波动范围{lower:level}～{upper:level}", "usual range {lower:level} to {upper:level}"),
    Sentence("连续{run_months}个月{run}", "{run} for {run_months} months", of_period=True),
    Sentence("{reason}", "{reason}"),
    Sentence("{bases}变动", "{bases} moved"),
    joint=COMMA,
)
COUNTED = (
    Sentence("{what}{numerator:count}件", "{numerator:count} {what}"),
    Sentence("，较上月{difference}（{change_of_count}）", ", {difference} ({change_of_count})", of_period=True),
    Sentence("，可比日均{change:moved}", ", {change:moved} on comparable days"),
    Sentence("，{verdict}", ", {verdict}"),
    Sentence("，{reason}", ", {reason}"),
)
EMPTY = (
    Sentence("本期没有{what}记录", "No {what} on record in this period"),
    Sentence("（上月{previous:count}件）", " ({previous:count} in the month before)", of_period=True),
    Sentence("：是没有发生，还是没有导出，这里无从得知", "; whether there were none or they were not exported cannot be told here"),
)
MOVED = each(Sentence("{indicator}", "{indicator}"), Sentence("{change:moved}", " {change:moved}"), end=NOTHING)
COMPARABLE = Sentence(
    "可比日均较上月{change:risen}（未扣除日期差别{plain_change:moved}）",
    "{change:risen} on last month on comparable days ({plain_change:moved} as counted)",
    of_period=True,
)
RISEN = Rows(
    {
        key: (Either((COMPARABLE, Sentence("较上月{change:risen}", "{change:risen} on last month", of_period=True))),)
        for key in ORDER
        if key not in UNJUDGED
    },
    by="judgement",
    end=NOTHING,
)
AIM = each(
    *(
        Sentence(
            f"目标{{target:aim}}，{{target_months:count}}个月中{{reached_months:{form}}}个月达到",
            f"target {{target:aim}}: reached in {{reached_months:{form}}} of {{target_months:count}} months",
            of_period=True,
        )
        for form in ("some", "none")
    ),
    end=NOTHING,
)
BECAUSE = each(Sentence("{reason}", "{reason}"), Sentence("{bases}变动", "{bases} moved"), joint=COMMA, end=NOTHING)
CHANGED = (
    Sentence("{indicator}{side}以往波动范围：{value:level}", "{indicator} {side} its usual range: {value:level}"),
    Sentence("，较上月{change:risen}", ", {change:risen} on last month", of_period=True),
    Sentence("，为{rank_months}个月{rank}", ", the {rank} of {rank_months} months", of_period=True),
)
LEADS = Rows(dict.fromkeys(("worse", "better", "more", "less"), CHANGED), by="leading")
LASTS = Rows(
    dict.fromkeys(
        ("low", "high"),
        (Sentence("{indicator}已连续{run_months}个月{run}，请确认流程是否有长期变化", "{indicator} has been {run} for {run_months} months: please confirm whether the process changed", of_period=True),),
    ),
    by="run",
)  # fmt: skip
RENEWALS = Rows(
    {
        "replaces": (
            Sentence("口径变化：自本月起，{replaced}改为{indicator}（{formula}），本月两种口径并列，以后只用后者", "Changed definition: from this month on {indicator} ({formula}) takes the place of {replaced}; both stand this month, from the next on the new one alone", of_period=True),
        ),
        "new": (Sentence("口径变化：{indicator}自本月起采用新口径，此前各月不列", "Changed definition: {indicator} has a new rule from this month on; the months before are not shown", of_period=True),),
    },
    by="renewal",
)  # fmt: skip
CONCLUSION = {
    **{key: (replace(term, zh=f"{term.zh}。", en=f"{term.en[0].upper()}{term.en[1:]}."),) for key, term in REASON.items()},
    "changed": (LEADS, Term("其余各件事在正常波动内。", "Everything else that is judged is within its usual variation.")),
    "changed in part": (LEADS, Term("其余可比的各件事在正常波动内。", "Everything else that can be compared is within its usual variation.")),
    "changed alone": (LEADS,),
    "quiet": (Term("本月各项指标都在正常波动内。", "All indicators are within their usual variation.", of_period=True),),
    "quiet in part": (Term("本月可比的指标都在正常波动内。", "All indicators that can be compared are within their usual variation.", of_period=True),),
    "few months": (Term("可比的历史不足12个月，本月不判好坏。", "There are fewer than 12 comparable months; nothing is called better or worse.", of_period=True),),
    "first month": (Term("本月为第一期，没有可比的月份。", "This is the first month; there is none to compare it with.", of_period=True),),
    "few": (Sentence("本月来电{numerator@offered:count}通，样本不足，不作判断。", "{numerator@offered:count} calls this month: too few to be judged.", of_period=True),),
    "poor data": (Term("数据质量为差，本月不作判断。", "The data are of poor quality; this month is not judged.", of_period=True),),
    "not compared": (Term("本月的指标没有可比的基础，不作判断。", "This month's indicators have nothing comparable beside them; none is judged.", of_period=True),),
}  # fmt: skip

ASKED = {
    "hours": (
        Either(
            (
                Sentence(
                    "{named_hours:clock}只接通{named_value}（以往{named_usual}），全月没接起的{all_lost}通有{named_lost}通（{named_share}）在这里。",
                    "At {named_hours:clock} {named_value} were answered ({named_usual} before); {named_lost} of the month's {all_lost} lost calls ({named_share}) were lost there. ", of_period=True),
                Sentence(
                    "{named_hours:clock}只接通{named_value}，全月没接起的{all_lost}通有{named_lost}通（{named_share}）在这里。",
                    "At {named_hours:clock} {named_value} were answered; {named_lost} of the month's {all_lost} lost calls ({named_share}) were lost there. ", of_period=True),
            )
        ),
        Sentences(
            {
                "worse": Term("请确认这几个钟点的坐席是否减少，是否补足。", "Please confirm whether there are fewer agents at these hours, and whether to fill them."),
                "target": Term("以往的波动够不到目标：请定这几个钟点要不要增加坐席。", "The usual variation does not reach the target: please decide whether these hours get more agents."),
            },
            by="case",
        ),
    ),
    "worse": (
        Either(
            (
                Sentence("{indicator}{value}，差于以往的波动范围（{lower:level}～{upper:level}）。", "{indicator} {value}, worse than its usual range ({lower:level} to {upper:level}). "),
                Sentence("{indicator}{value}，差于平时。", "{indicator} {value}, worse than usual. "),
            )
        ),
        Sentences({"spread": Term("没接起的来电各钟点都有，不是某几个钟点的事。", "Calls are lost at all hours, not at some. "), "": Term("", "")}, by="spread"),
        Term("请查明原因，再定措施。", "Please find out why before deciding what to do."),
    ),
    "category": (
        Sentence("{category}{count}件，上月{before}件，占比{share}（{share_change}）。", "{category}: {count} orders after {before}, {share} of all ({share_change}). ", of_period=True),
        Term("请研究是否专项处理。", "Please decide whether it needs a plan of its own."),
    ),
    "silence": (
        Sentence("{started_at}至{ended_at}没有一通来电，按同类日子和当天的忙闲应有约{usual}通。", "No call from {started_at} to {ended_at}, where days of the kind at that day's pace would have had about {usual}. "),
        Term("请核实是系统中断，还是记录缺失。", "Please find out whether the system broke or the records are missing."),
    ),
    "target": (
        Sentence("{indicator}目标{target:aim}，{target_months}个月都没有达到（{lowest:level}～{highest:level}）。", "{indicator}: the target of {target:aim} was missed in all {target_months} months ({lowest:level} to {highest:level}). ", of_period=True),
        Term("请定：改办理流程，还是改目标。", "Please decide: change the process, or change the target."),
    ),
    "suggestions": (
        Sentence("有{suggested}条建议证据足够。", "The evidence is enough for {suggested} {suggested:suggestion|suggestions}. "),
        Term("请定取舍。", "Please decide which to take up."),
    ),
}  # fmt: skip
SHORT = {
    "move": Sentence("把多排的人时挪到高峰：一周缺{hours_short}人时，另有{hours_over}人时多排", "Move agent hours to the peak: {hours_short} a week are missing, {hours_over} are too many elsewhere"),
    "add": Sentence("补足高峰的人手：一周缺{hours_short}人时，可挪的只有{hours_over}人时", "Add agents at the peak: {hours_short} agent hours a week are missing, only {hours_over} can be moved"),
    "unrostered": Term("调整高峰的排班", "Change the shifts at the peak"),
}  # fmt: skip
WHAT_TO_DO = {
    "shifts": Sentences(SHORT, by="case"),
    "notify": Sentence("“{subject}”来电时，主动告知“{then}”怎么办", "Tell callers about {subject} how to go about {then}"),
    "coach": Sentence("单独辅导{persons}名话务员", "Coach {persons} {persons:agent|agents}"),
    "train": Sentence("培训“{subject}”一类的答复", "Train how {subject} is answered"),
    "process": Sentence("查“{subject}”的办理流程，补知识库", "Look at the process of {subject}, and add to the knowledge base"),
    "answers": Sentences(
        {
            "one": Sentence("为“{subject}”补知识库与自助答案", "Write answers for {subject}"),
            "": Sentence("为“{subject}”等{persons}类诉求补知识库与自助答案", "Write answers for {persons} issues, {subject} first"),
        },
        by="case",
    ),
    "window": Sentence("复电考核窗口由{hours_now}改为{hours_new}，先并行一个季度", "Appraise repeats within {hours_new} instead of {hours_now}, side by side for a quarter first"),
    "channel": Sentence("把来电引向{subject}", "Lead callers to {subject}"),
}  # fmt: skip
WHY = {
    "shifts": Sentence("高峰来电{n}通，接通率{value}；其余时段{other}。", "{n} calls at the peak, {value} answered; {other} in the other hours."),
    "notify": Sentence("“{subject}”看满一周的{n}通里，每千通比平时多{per_thousand}通问“{then}”；按告知{told}的来电人计，告知比例是假设。", "Of {n} calls about {subject} that were watched for a week, {per_thousand} more per 1,000 than usual ask about {then}; if {told} of the callers are told, which is an assumption."),
    "coach": Sentence("同一诉求、同一时段里，这几名的再次来电是应有的{ratio}倍（{n}通）。名单只给管理人员，先听录音再谈。", "With the same issues at the same hours, their callers come back {ratio} times as often as expected ({n} calls). Names are for staff only; listen first."),
    "train": Sentence("可比的{persons}人之间，差异有{value:share0}不是巧合，{other:share0}的人单看偏高；共{n}通。", "Among {persons} agents, {value:share0} of the differences are no chance and {other:share0} are high by themselves; {n} calls."),
    "process": Sentence("人人都高，不在个别人：看满窗口的{n}通来电中{value}再次打来，全部诉求为{other}。", "High with everybody: of {n} calls that were watched for the window {value} are followed by another, {other} of those of all issues."),
    "answers": Sentence("问得多、说得短、少复电、少派单，占接通来电的{value}（共{n}通）。能省下多少，等答案上线后做前后对照。", "Frequent, short, hardly repeated, hardly dispatched: {value} of {n} answered calls. How many this saves takes a comparison before and after."),
    "window": Sentence("本月{hours_new}内捕获一周相关复电的{value:share0}，{hours_now}内只有{other:share0}；重抽样{support}支持。依据{n}通来电。", "This month {hours_new} catches {value:share0} of the week's related callbacks, {hours_now} only {other:share0}; {support} of the draws support it. From {n} calls.", of_period=True),
    "channel": Sentence("{subject}接通率{value}（{n}通），{then}{other}；再次来电不比{then}多。", "{value} of {n} calls by {subject} are answered, {other} by {then}; the callers come back no more than by {then}."),
}  # fmt: skip
NEXT = {
    "shifts": Term("高峰与其余时段接通率之差是否缩小", "whether the peak comes nearer to the other hours"),
    "notify": Term("这一流向每千通多出的通数是否下降", "whether this flow falls, per 1,000 calls"),
    "coach": Term("他们合计的实际÷应有是否接近1；不采取措施也会回落一些", "whether observed over expected comes near 1; some of it falls by itself"),
    "train": Term("该类的差异里不是巧合的部分是否变小", "whether less of the differences is beyond chance"),
    "process": Term("该类的再次来电率是否下降", "whether fewer of these calls are followed by another"),
    "answers": Term("这几类占接通来电的比例是否下降", "whether their share of the answered calls falls"),
    "window": Term("两个窗口的复电率并列，看差别是否稳定", "both windows side by side: whether the difference is steady"),
    "channel": Term("两个渠道的接通率与再次来电", "answers and repeats of both channels"),
}  # fmt: skip

SEEN = (
    Sentence("{measure}：提出时{watched:watched}，本月{seen:watched}（95%区间{seen_low:watched}至{seen_high:watched}）", "{measure}: {watched:watched} when suggested, {seen:watched} this month (95% interval {seen_low:watched} to {seen_high:watched})", of_period=True),
)  # fmt: skip
RESULTS = {
    "none": (*SEEN, Term("，没有证据表明有变化。", "; no evidence of change.")),
    "two": (*SEEN, Sentence("，变化{moved}（{moved_low}至{moved_high}），仅有两期，不判好坏。", "; a change of {moved} ({moved_low} to {moved_high}), two periods only, not judged.")),
    "staff": (Term("名单和效果只给管理人员，见员工差异一页。", "Names and effect are for staff, on their own page."),),
    "unlike": (Term("口径与上月不同，不作比较。", "Its definition is another than last month's; not compared.", of_period=True),),
    "unseen": (Term("本月没有可以对照的数字。", "This month has no figure to hold against it.", of_period=True),),
}  # fmt: skip


def by_kind(cases, **ends: Term) -> Rows:
    return Rows({key: what if isinstance(what, tuple) else (what,) for key, what in cases.items()}, by="kind", end=NOTHING, **ends)


FIGURES = "indicator numerator denominator value± change± plain_change lower upper rank_months run_months state origin"
IN_FIGURES = {"anchor": "indicator", "wide": True, "spare": "plain_change lower upper origin", "narrow": "indicator value± state"}

FORMS = {
    "about": Furniture(blocks.masthead, {**HEAD, "period": RULED}),
    "special": Furniture(blocks.masthead, {**HEAD, "special": True}),
    "colophon": Furniture(blocks.colophon, {"note": NOTE, "files": FILES}),
    "verdicts": Furniture(
        verdicts.ledger,
        {"groups": GROUP, "because": BECAUSE},
        claim=Sentence("指标（{count}项）", "Indicators ({count})"),
        subtitle=Sentences(
            {
                "chart": Sentence(
                    "灰带为以往的波动范围，虚线为目标，最右一点为本月；范围只由本月以前的月份算出。连同不在本表的指标共判断{events}件事，偶然也会报出约{false_flags:number}件",
                    "Band: the usual range; dashed: target; last point: this month. The range is made of earlier months only. Of {events} events judged, those of other indicators among them, chance alone would flag about {false_flags:number}", of_period=True),
                "trial": Term("历史不足12个月：灰带为试用的波动范围，只作参考，不判好坏", "Fewer than 12 months: the band is a trial range, for reference; nothing is called better or worse", of_period=True),
                "two periods": Term("历史不足6个月：只列较上月的变化和区间，不判好坏", "Fewer than 6 months: changes on last month with their intervals; nothing is called better or worse", of_period=True),
            },
            by="method",
        ),
    ),
    "asks": Furniture(advice.asks, {"line": by_kind(ASKED)}),
    "suggestions": Furniture(advice.suggestions, {"title": by_kind(WHAT_TO_DO), "why": by_kind(WHY), "watch": by_kind(NEXT)}),
    "followed": Furniture(advice.results, {"title": by_kind(WHAT_TO_DO), "result": Rows(RESULTS, by="outcome", end=NOTHING)}),
    "centre": Furniture(
        advice.parts,
        subtitle=Sentences({"none": Term("参数没有写服务、团队和流程（report › about），这里只列数据的范围。", "Params say nothing of service, team and process (report › about); only what the data cover is listed.")}),
    ),
    "tally": Furniture(verdicts.tally, {"groups": EVENTS}),
    "cards": Furniture(verdicts.cards, {"risen": RISEN, "aim": AIM}),
    "unsaid": Furniture(
        verdicts.hold,
        {"line": MOVED, "because": BECAUSE},
        subtitle=Sentences(
            {
                "poor data": Term("数据质量为差：本月的升降一律不宜写。", "The data are of poor quality: no movement of this month may be quoted.", of_period=True),
                "first month": Term("没有可比的月份，谈不上升降。", "There is no month to compare with.", of_period=True),
                "few": Term("样本不足：本月的升降一律不宜写。", "Too few cases: no movement of this month may be quoted.", of_period=True),
                "not compared": Term("没有可比的基础：本月的升降一律不宜写。", "Nothing comparable: no movement of this month may be quoted.", of_period=True),
                "*": Term("本月没有这样的数字。", "There are none this month.", of_period=True),
            }
        ),
    ),
    "service": Furniture(verdicts.findings, {"chapter": "service", "line": FINDING, "proof": PROOF}),
    "repeat": Furniture(verdicts.findings, {"chapter": "repeat", "line": FINDING, "proof": PROOF}),
    "people": Furniture(verdicts.findings, {"keys": ("attrition", "attendance", "occupancy"), "line": FINDING, "proof": PROOF}),
    "follow_ups": Furniture(verdicts.findings, {"keys": ("followed_up", "response_rate", "solved_rate", "satisfied_rate", "three_rates"), "line": FINDING, "proof": PROOF}),
    "history": Figure(
        charts.run_chart,
        Term("各月走势", "By month", of_period=True),
        claim=(Sentence("{indicator}{value@last:level}，较上月{change:risen}", "{indicator} {value@last:level}, {change:risen} on last month", of_period=True), Sentence("{indicator}{value@last:level}", "{indicator} {value@last:level}")),
        subtitle=Sentence("{indicator}，每月；{formula}", "{indicator} by month; {formula}", of_period=True),
        reading=(Sentence("怎样判断：{judge}。", "How to judge it: {judge}."),),
        numbers="period numerator denominator value",
        unless={"few months": Term("有数据的月份不足3个，不画走势。", "Fewer than three months have data: no course is drawn.", of_period=True)},
    ),
    "days": Figure(
        charts.coverage,
        Term("每日记录", "Records a day"),
        claim=Sentences(
            {
                "usual": Sentence("{days}天的{of}记录数都在平常范围", "The number of {of} is as usual on all {days} days"),
                "broken": Sentence("{days}天中{broken_days}天的{of}记录数异常", "On {broken_days} of {days} days the number of {of} is far from usual"),
                "unclear": Sentence(
                    "{days}天中{empty_days}天没有{of}记录，其中{unclear_days}天看不出是没有发生还是缺了数据",
                    "{empty_days} of {days} days hold no {of}; of {unclear_days} nothing tells whether there were none or records are lost",
                ),
            },
            by="said",
        ),
        subtitle=Sentence("每日{of}记录，条，{period}；浅色为周末和节假日", "Records of {of} a day, {period}; light: weekends and holidays"),
        reading=(Term("与平常量相差过大的日子标出，写作当日/平常。", "Days far from usual are named, as that day / usual."),),
        numbers="date calls usual",
    ),
    "ledger": Table("file physical accepted rejected duplicates left_out repaired", Term("记录的去向", "Where the records went"), subtitle=WHOLE, narrow="file physical accepted"),
    "ledger_of_month": Table(
        "table file dated accepted rejected duplicates left_out events undated",
        Term("本期记录的去向", "Where the period's records went"),
        subtitle=WHOLE,
        narrow="table dated accepted",
    ),
    "checks": Table("check told severity", Term("数据检查", "Checks of the data"), subtitle=WHOLE, narrow="told severity"),
    "others": Table(
        FIGURES,
        Term("本页指标的数字", "The indicators of this page in figures"),
        subtitle=Term("前文各句的数字都在这里；其余指标见“全部指标”", "Every figure of the sentences above stands here; the other indicators have a page of their own"),
        where="spoken",
        **IN_FIGURES,
    ),
    "every": Table(
        FIGURES,
        Term("全部指标的数字", "All indicators in figures"),
        subtitle=Term("月数为有可比数据的月份，连续为在中心线同一侧连续的月数", "Months: those that can be compared; in a row: on one side of the centre", of_period=True),
        where="known_value",
        **IN_FIGURES,
    ),
    "glossary": Table("indicator formula scope", Term("指标定义", "Indicators defined"), narrow="indicator formula", where="spoken"),
    "definitions": Table("indicator formula scope observe judge", Term("全部指标的定义", "All indicators defined"), narrow="indicator formula"),
}  # fmt: skip

FORMS["sheet"] = FORMS["verdicts"]

NOTES = {
    "lasting",
    "renewal",
    "changes",
    "rule",
    "about",
    "checks",
    "absent",
    "follow_ups",
}  # about the data and the page: never what a month concludes
SAY = {
    "verdicts": Sentences(CONCLUSION),
    "sheet": (Rows({"volume": COUNTED, "concluded": COUNTED[:-1], "empty": EMPTY}, by="opening"), Sentences(CONCLUSION)),
    "suggestions": Sentences(
        {
            "some": Sentence("只列证据够的：{kinds}类依据中{looked}类有数据可看，{count}条过了门槛。", "Only what the evidence is enough for: of {kinds} kinds of evidence {looked} have data, and {count} {count:suggestion passes|suggestions pass}."),
            "no data": Term("本月没有一类依据有数据可看，因此没有建议。", "This month no kind of evidence has data, so nothing is suggested.", of_period=True),
            "none": (
                Term("本月证据不足以支持任何行动。", "This month's evidence is not enough for any action.", of_period=True),
                Sentence("{kinds}类依据中{looked}类有数据可看，没有一条过了门槛。", "Of {kinds} kinds of evidence {looked} have data, and none passes its gate."),
            ),
        }
    ),
    "followed": Sentences(
        {
            "some": Sentence("上月提出{count}条建议，结果如下。", "Last month made {count} {count:suggestion|suggestions}; this came of them.", of_period=True),
            "none": Term("上月没有提出建议。", "Last month suggested nothing.", of_period=True),
        }
    ),
    "lasting": (LASTS,),
    "renewal": (RENEWALS,),
    "changes": (RENEWALS, LASTS),
    "follow_ups": Rows({"withheld": (Sentence("{indicator}没有给出：{why}", "{indicator} is not given: {why}"),)}, by="withheld"),
    "absent": (
        Sentence(
            "没有提供{absent}的数据，因此另有{absent_count}项指标没有数字。",
            "There are no data of {absent}, so {absent_count} further indicators have no figures.",
        ),
    ),
    "about": (
        Sentence("数据只到{data_to:dated}，本月还没有完：各项数字都会变，{month_on:day}定稿。", "The data end on {data_to:dated}, within the month: every figure will change, and is final on {month_on:day}.", of_period=True),
        Sentence(
            "各窗口的复电率{calls_on:day}定稿：月末的来电还没看满，带“暂”的按已看时长修正。",
            "Repeat rates are final by {calls_on:day}: the month's last calls have not been watched in full; figures marked prov. are corrected for it.", of_period=True),
        Sentence(
            "限时响应和解决的比例{orders_on:day}定稿：月末的诉求还没看满时限，带“暂”的按已看时长修正。",
            "Shares responded and resolved within a limit are final by {orders_on:day}: the month's last orders have not been watched for it; figures marked prov. are corrected for it.", of_period=True),
        Sentence(
            "各时限等级自己的比例{classes_on:day}定稿：月末的诉求还没看满时限。",
            "Shares by a class's own limit are final on {classes_on:day}: the month's last orders have not been watched for it.", of_period=True),
        Sentence(
            "按期解决率{due_on:day}定稿：有的诉求未到期，此前只计已到期的（多为短时限），不作判断。",
            "The share resolved by the due time is final on {due_on:day}: until then it is of the orders that have fallen due, mostly of short limits, and is not judged."),
        Sentence(
            "诉求的数字要等新的工单导出才能定稿：现有的导出只到{export_to:dated}，此后受理和办理的情况还不知道。",
            "Figures of orders are final once there is a newer export of them: those at hand end on {export_to:dated}, and what came or was done since is not known."),
        Sentence(
            "机器人解决率{sessions_on:day}定稿：月末的会话还没看满，未计入。",
            "The share ended by the bot is final on {sessions_on:day}: the month's last chats are left out until then.", of_period=True),
        Sentence(
            "满意度调查{surveys_on:day}定稿：以往95%的答卷在{late_days}天内收回，月末受邀的还会有人作答。",
            "Surveys are final on {surveys_on:day}: 95% of earlier answers came within {late_days} {late_days:day|days}, so some are still on their way.", of_period=True),
        Sentence(
            "满意度调查的数字要等新的答卷导出才能定稿：现有的导出只到{survey_export_to:dated}，而以往95%的答卷要{late_days}天才收回。",
            "Figures of surveys are final once there is a newer export of them: those at hand end on {survey_export_to:dated}, and 95% of earlier answers took {late_days} {late_days:day|days} to come."),
    ),
    "rule": (Sentence("{rule}。", "{rule}."),),
    "checks": Sentences(
        {
            **dict.fromkeys(("excellent", "None"), Term("数据质量优：没有发现异常。", "Data quality excellent: nothing odd was found.")),  # no finding, no row
            **dict.fromkeys(
                ("good", "fair", "poor"),
                (
                    Either((Sentence("数据质量{grade}（{whole}）：", "Data quality {grade} ({whole}):"), Sentence("数据质量{grade}：", "Data quality {grade}:"))),
                    Rows({"True": (Sentence("{told}", "{told}"),)}, by="worst"),
                    Sentence("另有{more}项。", "{more} more."),
                ),
            ),
        },
        by="grade",
    ),
}  # fmt: skip
