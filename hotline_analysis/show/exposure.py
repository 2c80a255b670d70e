"""How the exposure study is said and drawn."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Either, Sentence, Sentences, Term

RECOMMENDED = {
    "per_issue": Sentence(
        "统一{window_hours}不合{flagged_count}类诉求（占来电{flagged_share:share0}），宜分诉求设窗口。",
        "One window of {window_hours} does not fit {flagged_count} {flagged_count:issue|issues} ({flagged_share:share0} of calls): set windows by issue.",
    ),
    "exceptions": Sentence(
        "建议：统一{window_hours}，{flagged_issues}单列。", "Recommended: {window_hours} for all, with {flagged_issues} apart."
    ),
    "single": Sentence("统一{window_hours}对各类诉求都合适。", "One window of {window_hours} fits every issue."),
    "keep": Sentence("不推荐统一窗口，沿用现行窗口。", "No window for all is recommended; the configured one stays."),
}
ENDS = Sentence(
    "{first_issue}的相关复电八成在{first_hours}内，{last_issue}要{last_hours}。",
    "80% of related callbacks come within {first_hours} for {first_issue}; for {last_issue} it takes {last_hours}.",
)
ONE = Sentence("{first_issue}的相关复电八成在{first_hours}内。", "80% of related callbacks come within {first_hours} for {first_issue}.")
OWN = Sentence("{own_count}类诉求能公布自己的时刻", "{own_count} {own_count:issue has a point of its own|issues have points of their own}")
FEW = Sentence("复电太少，没有一类诉求能公布自己的时刻。", "Too few callbacks: no issue has a point of its own.")

FORMS = {
    "curves": Figure(
        charts.cumulative,
        Term("各类诉求多久让人再打来", "How soon each issue brings the caller back"),
        claim=(Sentence("{points.first_issue}的相关复电八成在{points.first_hours}内，{points.last_issue}要{points.last_hours}", "80% of related callbacks come within {points.first_hours} for {points.first_issue}; {points.last_issue} takes {points.last_hours}"),),
        subtitle=Sentence(
            "来电后多久超出平时习惯地再来电，占该诉求来电%，{period}，168小时内；带为95%区间，灰线为其他诉求",
            "Share of an issue's calls followed beyond habit, %, {period}, within 168 h; band: 95%; grey: the others",
        ),
        reading=(
            Term("竖线是八成的时刻：168小时内的相关复电有八成已经出现。", "The drop line is the 80% point of the related callbacks within 168 h."),
            Term("只画能公布自己时刻的诉求；其余在表里。", "Only issues with a point of their own are drawn; the table has the others."),
        ),
    ),
    "points": Table(
        "issue calls callbacks excess hours_50 hours_80± source",
        Term("一半和八成的时刻", "The 50% and 80% points"),
        claim=Sentences({"late": OWN, "day": OWN, "one": OWN}),
        subtitle=Sentence(
            "{period}，占168小时内超出平时的复电的一半和八成；沿用的时刻没有自己的区间",
            "{period}; of the callbacks beyond habit within 168 h; an inherited point has no interval of its own",
        ),
        bold="hours_80",
        narrow="issue hours_80 source",
    ),
    "hazard": Figure(
        charts.density_control,
        Term("最慢的一类诉求，逐时与平时对照", "The slowest issue by the hour against habit"),
        claim=(Sentence("{issue}：来电后每6小时的复电与平时", "{issue}: callbacks in every 6 hours after the call, and habit"),),
        subtitle=Sentence("每小时每千位仍未再来电者的来电，{period}；虚线为平时", "Calls per hour and thousand still waiting, {period}; dashed: habit"),
        reading=(Term("两线都有每日的起伏；两线之差才是超出平时的。", "Both lines show the daily wave; what lies between them is beyond habit."),),
    ),
    "split": Table(
        "issue window_hours calls same± other± followed",
        Term("再次来电问的是不是同一件事", "Whether the next call is about the same issue"),
        subtitle=Term("先到者计；两者之和为任一诉求的复电率", "Whichever comes first; the two add to the rate of any issue"),
        narrow="issue window_hours same other",
        where="marked",
    ),
    "comparison": Table(
        "first second difference± q",
        Term("哪些诉求确有差异", "Which issues differ"),
        claim=Either((
            Sentence("{pairs}对中{differing:some}对有差异", "{differing:some} of {pairs} pairs differ"),
            Sentence("{pairs}对中{differing:none}对有差异", "{differing:none} of {pairs} pairs differs"),
        )),
        subtitle=Term(
            "168小时内超出平时的复电，差异最大的几对；q为多重比较校正后；不作名次",
            "Beyond habit within 168 h, the largest differences; q after correction for many comparisons; no ranking",
        ),
        bold="difference",
        where="shown",
        unless={"few": Term("复电太少，不能比较。", "Too few callbacks to compare.")},
    ),
    "reconciliation": Table(
        "issue share_of_calls capture± purity± verdict recommended_hours",
        Term("统一窗口合不合各类诉求", "Whether one window fits every issue"),
        claim=Sentences(RECOMMENDED),
        subtitle=Sentences(
            {
                "1": Sentence(
                    "统一窗口{window_hours}，依据{basis_to:month}一个月；捕获的区间上端低于60%为过短，纯度的区间上端低于50%为过长",
                    "One window of {window_hours}, from one month, {basis_to:month}; too short: upper end of capture under 60%; too long: upper end of purity under 50%",
                ),
                "*": Sentence(
                    "统一窗口{window_hours}，依据{basis_from:month}至{basis_to:month}之间的{basis_months}个月；捕获的区间上端低于60%为过短，纯度的区间上端低于50%为过长",
                    "One window of {window_hours}, from {basis_months} months between {basis_from:month} and {basis_to:month}; too short: upper end of capture under 60%; too long: upper end of purity under 50%",
                ),
            },
            by="basis_months",
        ),
        note=Term("60%、50%及占来电20%三条界线是约定，没有实测依据。", "The limits of 60, 50 and 20% are conventions that no run validated."),
        bold="recommended_hours",
        narrow="issue share_of_calls verdict recommended_hours",
        chosen="flagged",
    ),
    "checks": Table(
        "issue check numerator denominator share expected notable",
        Term("先查数据", "The data first"),
        subtitle=Term("两法不符的诉求，先看数据再下结论；界线为约定", "Where the methods disagree, look at the data before believing it; limits are conventions"),
        narrow="issue check share notable",
        where="notable",
    ),
}  # fmt: skip

SAY = {
    "points": Sentences({"late": ENDS, "day": ENDS, "one": ONE, "few": FEW}),
    "reconciliation": Sentences(RECOMMENDED),
    "checks": Sentences(
        {
            "quiet": Term("各项核查都没有超过通常水平。", "No check is above its usual level."),
            "notable": Term("有核查超过通常水平，列在表里。", "Some checks are above their usual level; the table names them."),
        }
    ),
}
