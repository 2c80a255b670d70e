"""How the month's own frames are said and drawn: the head of the page, verdicts, the course of an indicator, records and data quality."""

from hotline_analysis.show import blocks, charts, verdicts
from hotline_analysis.show.forms import Figure, Furniture, Table
from hotline_analysis.words import REASON, Rows, Sentence, Sentences, Term

ISSUE, RUNNING = Term("{}年第{}期", "{}, issue {}"), Sentence("（总第{issue:count}期）", " (no. {issue:count})")
STATUS = Sentences({"True": Term("暂行版", "provisional"), "False": Term("定稿", "final")}, by="provisional")
PERIOD = (
    Sentence("{first_day:day}至{last_day:day}", "{first_day:day} to {last_day:day}"),
    STATUS,
    Sentence("{author}", "{author}"),
    Sentence("数据截至{data_to:day}", "data up to {data_to:day}"),
)
NOTE = Sentence("{note}", "{note}")
FILES = (
    Term("数字见kpis.csv，来历见manifest.json", "figures in kpis.csv, provenance in manifest.json"),
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
    "few": Term("件事样本不足", "with too few calls"),
    "not_compared": Term("件事不作比较", "not compared"),
}
COMMA, NOTHING = Term("，", ", "), Term("", "")


def each(*parts: Sentence, **ends: Term) -> Rows:
    """A sentence for every row, whatever its judgement."""
    return Rows(dict.fromkeys(ORDER, parts), by="judgement", **ends)


FINDING = each(
    Sentence("{indicator}{value:level}", "{indicator} {value:level}"),
    Sentence("，较上月{change:risen}", ", {change:risen} on last month"),
    Sentence("（不扣除周末、节假日的差别为{plain_change:risen}）", " ({plain_change:risen} before weekends and holidays are taken off)"),
    Sentence("，为{rank_months}个月{rank}", ", {rank} of {rank_months} months"),
    Sentence("，{state}", ", {state}"),
    Sentence("：{side}以往波动范围", ": {side} the usual range"),
)
PROOF = each(
    Sentence("{numerator}/{denominator}", "{numerator}/{denominator}"),
    Sentence("以往波动范围{lower:level}～{upper:level}", "usual range {lower:level} to {upper:level}"),
    Sentence("连续{run_months}个月{run}", "{run} for {run_months} months"),
    Sentence("{reason}", "{reason}"),
    Sentence("{bases}变动", "{bases} moved"),
    joint=COMMA,
)
MOVED = each(Sentence("{indicator}", "{indicator}"), Sentence("{change:moved}", " {change:moved}"), end=NOTHING)
RISEN = each(Sentence("较上月{change:risen}", "{change:risen} on last month"), end=NOTHING)
AIM = each(
    Sentence(
        "目标{target:aim}，{target_months:count}个月中{reached_months:count}个月达到",
        "target {target:aim}: reached in {reached_months:count} of {target_months:count} months",
    ),
    end=NOTHING,
)
BECAUSE = each(Sentence("{reason}", "{reason}"), Sentence("{bases}变动", "{bases} moved"), joint=COMMA, end=NOTHING)
CHANGED = (
    Sentence("{indicator}{side}以往波动范围：{value:level}", "{indicator} {side} its usual range: {value:level}"),
    Sentence("，较上月{change:risen}", ", {change:risen} on last month"),
    Sentence("，为{rank_months}个月{rank}", ", the {rank} of {rank_months} months"),
)
LEADS = Rows(dict.fromkeys(("worse", "better", "more", "less"), CHANGED), by="leading")
LASTS = Rows(
    dict.fromkeys(
        ("low", "high"),
        (Sentence("{indicator}已连续{run_months}个月{run}，请确认流程是否有长期变化", "{indicator} has been {run} for {run_months} months: please confirm whether the process changed"),),
    ),
    by="run",
)  # fmt: skip
RENEWALS = Rows(
    {
        "replaces": (
            Sentence("口径变化：自本月起，{replaced}改为{indicator}（{formula}），本月两种口径并列，以后只用后者", "Changed definition: from this month on {indicator} ({formula}) takes the place of {replaced}; both stand this month, from the next on the new one alone"),
        ),
        "new": (Sentence("口径变化：{indicator}自本月起采用新口径，此前各月不列", "Changed definition: {indicator} has a new rule from this month on; the months before are not shown"),),
    },
    by="renewal",
)  # fmt: skip
CONCLUSION = {
    **{key: (Term(f"{term.zh}。", f"{term.en[0].upper()}{term.en[1:]}."),) for key, term in REASON.items()},
    "changed": (LEADS, Term("其余指标在正常波动内。", "The other indicators are within their usual variation.")),
    "changed in part": (LEADS, Term("其余可比的指标在正常波动内。", "The others that can be compared are within their usual variation.")),
    "changed alone": (LEADS,),
    "quiet": (Term("本月各项指标都在正常波动内。", "All indicators are within their usual variation."),),
    "quiet in part": (Term("本月可比的指标都在正常波动内。", "All indicators that can be compared are within their usual variation."),),
    "few months": (Term("可比的历史不足12个月，本月不判好坏。", "There are fewer than 12 comparable months; nothing is called better or worse."),),
    "first month": (Term("本月为第一期，没有可比的月份。", "This is the first month; there is none to compare it with."),),
    "few": (Sentence("本月来电{numerator@offered:count}通，样本不足，不作判断。", "{numerator@offered:count} calls this month: too few to be judged."),),
    "poor data": (Term("数据质量为差，本月不作判断。", "The data are of poor quality; this month is not judged."),),
    "not compared": (Term("本月的指标没有可比的基础，不作判断。", "This month's indicators have nothing comparable beside them; none is judged."),),
}  # fmt: skip

FORMS = {
    "about": Furniture(blocks.masthead, HEAD),
    "special": Furniture(blocks.masthead, {**HEAD, "special": True}),
    "colophon": Furniture(blocks.colophon, {"note": NOTE, "files": FILES}),
    "verdicts": Furniture(
        verdicts.ledger,
        {"groups": GROUP, "because": BECAUSE},
        claim=Sentence("{count}项指标", "{count} indicators"),
        subtitle=Sentences(
            {
                "chart": Sentence(
                    "灰带为以往的波动范围，虚线为目标，最右一点为本月；范围只由本月以前的月份算出。判断{events}件事，偶然也会报出约{false_flags:number}件",
                    "Band: the usual range; dashed: target; last point: this month. The range is made of earlier months only. Of {events} events judged, chance alone would flag about {false_flags:number}",
                ),
                "trial": Term("历史不足12个月：灰带为试用限，只作参考，不判好坏", "Fewer than 12 months: the band is a trial range, for reference; nothing is called better or worse"),
                "two periods": Term("历史不足6个月：只列较上月的变化和区间，不判好坏", "Fewer than 6 months: changes on last month with their intervals; nothing is called better or worse"),
            },
            by="method",
        ),
    ),
    "tally": Furniture(verdicts.tally, {"groups": EVENTS}),
    "cards": Furniture(verdicts.cards, {"risen": RISEN, "aim": AIM}),
    "unsaid": Furniture(verdicts.hold, {"line": MOVED, "because": BECAUSE}),
    "service": Furniture(verdicts.findings, {"chapter": "service", "line": FINDING, "proof": PROOF}),
    "repeat": Furniture(verdicts.findings, {"chapter": "repeat", "line": FINDING, "proof": PROOF}),
    "history": Figure(
        charts.run_chart,
        Term("各月走势", "By month"),
        claim=(Sentence("{indicator}{value@last:level}，较上月{change:risen}", "{indicator} {value@last:level}, {change:risen} on last month"), Sentence("{indicator}{value@last:level}", "{indicator} {value@last:level}")),
        subtitle=Sentence("{indicator}，每月；{formula}", "{indicator} by month; {formula}"),
        reading=(Sentence("{judge}。", "{judge}."),),
        numbers="period numerator denominator value",
    ),
    "days": Figure(
        charts.coverage,
        Term("每日记录", "Records a day"),
        claim=(Sentence("{days}天中{broken_days}天的{of}记录数异常", "On {broken_days} of {days} days the number of {of} is far from usual"),),
        subtitle=Sentence("每日{of}记录，条，{period}；浅色为周末和节假日", "Records of {of} a day, {period}; light: weekends and holidays"),
        reading=(Term("与平常量相差过大的日子标出，写作当日/平常；缺的记录按缺失处理，不计为零。", "Days far from usual are named, as that day / usual; missing records are missing, not zero."),),
        numbers="date calls usual",
    ),
    "ledger": Table("file physical accepted rejected duplicates left_out repaired", Term("记录的去向", "Where the records went"), narrow="file physical accepted"),
    "ledger_of_month": Table(
        "table file dated accepted rejected duplicates left_out events undated",
        Term("本月记录的去向", "Where the month's records went"),
        narrow="table dated accepted",
    ),
    "checks": Table("check told severity", Term("数据检查", "Checks of the data"), narrow="told severity"),
    "others": Table(
        "indicator numerator denominator value± change state origin",
        Term("其余指标", "Further indicators"),
        subtitle=Term(
            "不在首页的指标；它们共用一个误报率，所以只有明显的变化才会移到首页",
            "Indicators that are not on the first sheet; they share one rate of false alarms, so only a clear change moves one there",
        ),
        where="beside",
        narrow="indicator value± state",
    ),
    "glossary": Table("indicator formula scope observe judge", Term("指标定义", "Indicators defined"), narrow="indicator formula"),
}  # fmt: skip

NOTES = {"lasting", "renewal", "about", "checks", "absent"}  # about the data and the page: never what a month concludes
SAY = {
    "verdicts": Sentences(CONCLUSION),
    "lasting": (LASTS,),
    "renewal": (RENEWALS,),
    "absent": (
        Sentence(
            "没有提供{absent}的数据，因此另有{absent_count}项指标没有数字。",
            "There are no data of {absent}, so {absent_count} further indicators have no figures.",
        ),
    ),
    "about": (
        Sentence(
            "带“暂”的数字{final_on:day}定稿：月末几天的来电还没看满，已按看了多久修正。",
            "Figures marked prov. become final on {final_on:day}: the month's last calls have not been watched in full, and are corrected for it.",
        ),
    ),
    "checks": Sentences(
        {
            "excellent": Term("数据质量优：没有发现异常。", "Data quality excellent: nothing odd was found."),
            **dict.fromkeys(
                ("good", "fair", "poor"),
                (
                    Sentence("数据质量{grade}：", "Data quality {grade}:"),
                    Rows({"True": (Sentence("{told}", "{told}"),)}, by="worst"),
                    Sentence("另有{more}项。", "{more} more."),
                ),
            ),
        },
        by="grade",
    ),
}  # fmt: skip
