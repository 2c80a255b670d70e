"""How the study of complaints and orders is said and drawn."""

from hotline_analysis.show import charts, verdicts
from hotline_analysis.show.forms import Figure, Furniture, Table
from hotline_analysis.show.month import AIM, BECAUSE, COUNTED, EMPTY, EVENTS, GROUP, RISEN
from hotline_analysis.words import Rows, Sentence, Sentences, Term

IN_TIME = (
    Sentence("{indicator}{value:share}（{low:share}～{high:share}）", "{indicator}: {value:share} ({low:percent}–{high:percent}%)"),
    Sentence("（{provisional}）", " ({provisional})"),
)
FINAL_ON = Sentence("比例{final_on:day}定稿：还有诉求没看满时限或尚未到期。", "The shares are final on {final_on:day}: orders have not been watched for their whole limit, or have not fallen due.")  # fmt: skip
ALL_OF = (
    Sentence("{what}{count}件", "{count} {what}"),
    Sentence("，较上月{difference}（{change}）", ", {difference} ({change})", of_period=True),
    Sentence("，可比日均{a_day}", ", {a_day} on comparable days"),
    Sentence("，{state}", ", {state}"),
)
CATEGORY = (
    Sentence("{category}占比{share}", "{category} {share}"),
    Sentence("，较上月{share_change}", ", {share_change}", of_period=True),
    Sentence("，{share_state}", ", {share_state}"),
)
SEMICOLON, COMMA = Term("；", "; "), Term("，", "; ")
CHANGED = Rows(
    dict.fromkeys(
        ("worse", "better", "more", "less"),
        (
            Sentence("{indicator}{side}以往波动范围：{value:level}", "{indicator} {side} its usual range: {value:level}"),
            Sentence("，较上月{change:risen}", ", {change:risen} on last month", of_period=True),
        ),
    ),
    by="leading",
)
STOCK = {
    "grew": Sentence("期末未办{open_after}件，比期初{flow}：受理{came}件，办结{went}件。", "{open_after} open at the end, {flow} than at the start: {came} came, {went} went."),
    "shrank": Sentence("期末未办{open_after}件，比期初{flow}：受理{came}件，办结{went}件。", "{open_after} open at the end, {flow} than at the start: {came} came, {went} went."),
    "level": Sentence("期末未办{open_after}件，与期初相同：受理{came}件，办结{went}件。", "{open_after} open at the end, as at the start: {came} came, {went} went."),
    "begins": Sentence("期末未办{open_after}件：受理{came}件，办结{went}件；数据开始得不够早，期初未办的不全，不说增减。", "{open_after} open at the end: {came} came, {went} went; the data do not reach back far enough to know what was open at the start, so nothing is said of growth."),
}  # fmt: skip
PARTS = (
    Sentence("看满时限的诉求，{indicator}由{rate_before@all}变为{rate@all}：结构的变化使它{mix@all}（{mix_low@all:pp}至{mix_high@all:pp}），各类自身的办理使它{own@all}（{own_low@all:pp}至{own_high@all:pp}）。", "Of the orders watched for the whole limit, {indicator} went from {rate_before@all} to {rate@all}: the mix moved it by {mix@all} ({mix_low@all:pp} to {mix_high@all:pp}), the handling of the same categories by {own@all} ({own_low@all:pp} to {own_high@all:pp})."),
)  # fmt: skip

AS_THE_COUNT = Term("同件数", "as the count")
TREE = "count before change a_day± state share share_change± share_state"
TREE_WORDS = {
    "name": Term("类别", "Categories"),
    "claim": Sentence("各类诉求的件数与占比", "Orders by category, and their shares"),
    "subtitle": Term("件数的变化为百分比，占比的变化为百分点；可比日均已扣除周末、节假日；区间逐行计算，判断已就行数校正，只作到一级", "Counts change in per cent, shares in points; adjusted: kinds of day taken off; each interval is of its own row, the verdicts allow for the number of rows and stop at the first level"),
    "bold": "count",
    "narrow": "category count change state share",
    "same": {"share_state": ("state", AS_THE_COUNT)},
}  # fmt: skip

FORMS = {
    "overview": Furniture(
        verdicts.ledger,
        {"groups": GROUP, "because": BECAUSE},
        claim=Sentence("诉求办理的{count}项指标", "{count} indicators of orders"),
        subtitle=Sentences(
            {
                "chart": Term("灰带为以往的波动范围，虚线为目标，最右一点为本月；范围只由本月以前的月份算出", "Band: the usual range; dashed: target; last point: this month. The range is made of earlier months only", of_period=True),
                "trial": Term("历史不足12个月：灰带为试用的波动范围，只作参考，不判好坏", "Fewer than 12 months: the band is a trial range, for reference; nothing is called better or worse", of_period=True),
                "two periods": Term("历史不足6个月：只列较上月的变化和区间，不判好坏", "Fewer than 6 months: changes on last month with their intervals; nothing is called better or worse", of_period=True),
            },
            by="method",
        ),
    ),
    "cards": Furniture(verdicts.cards, {"risen": RISEN, "aim": AIM}),
    "tally": Furniture(verdicts.tally, {"groups": EVENTS}),
    "volume": Table(
        "kind channel area class department category_1 count before change a_day± state share± share_change±",
        Term("受理量", "Orders received"),
        claim=Sentence("{period}的受理量", "Orders received, {period}"),
        subtitle=Term("件数的变化为百分比，占比的变化为百分点；可比日均已扣除周末、节假日；区间逐行计算，判断已就行数校正", "Counts change in per cent, shares in points; adjusted: kinds of day taken off; each interval is of its own row, the verdicts allow for the number of rows"),
        narrow="kind channel area class department category_1 count change state share",
    ),
    "categories": Table(
        f"category level {TREE}",
        where="upper",
        note=Sentences(
            {"True": Term("三级类别见笔记本里的同一张表。", "The third level is in the same frame in the notebook."), "False": ()}, by="deeper"
        ),
        **TREE_WORDS,
    ),
    "top": Table(f"category {TREE}", where="top", **TREE_WORDS),
    "pareto": Figure(
        charts.pareto,
        Term("各类诉求的占比", "Categories by size"),
        claim=Sentence("写明类别的，{category}最多，占全部的{share}", "Of those with a category {category} comes first: {share} of all"),
        subtitle=Sentence("占全部诉求%，{period}；线为累计占比，带为95%区间", "Share of all orders, %, {period}; line: cumulative, band: 95%"),
        reading=(Term("线过一半之前的几类合起来占多数；区间告诉这个“多数”有多稳。", "The categories before the line passes one half are the majority; its band says how sure that is."),),
        numbers="category count share cumulative±",
    ),
    "change": Table(
        "category before count difference growth shift",
        Term("件数变化的构成", "What the change of counts is made of"),
        subtitle=Term("增减＝随总量的部分＋因占比的部分；占比部分合计为零", "Difference = with the whole + by its share; over all the second is zero"),
        narrow="category difference shift",
        total=True,
    ),
    "mix": Table(
        "category size_before size rate_before rate gap mix own",
        Term("及时率变化的构成", "What the change of the rate is made of"),
        claim=Sentence("{indicator}的变化：结构与办理各占多少", "{indicator}: what the mix and what the handling adds"),
        subtitle=Term("两部分相加等于合计的变化；只计看满时限的诉求", "The two parts add to the whole change; orders that could be watched for the whole limit"),
        narrow="category rate mix own",
        total=True,
    ),
    "timeliness": Table(
        "channel area class department category_1 kind indicator of_class numerator denominator value± closed_only open_as_failed open withdrawn",
        Term("时限内的比例", "Shares within a limit"),
        claim=Rows(dict.fromkeys(("limit",), IN_TIME), by="telling", end=Term("", ""), between=COMMA),
        subtitle=Term("未办的按看到的时间计；右侧两列是只看已办、把未办当超时会得到的数", "Open orders count as far as seen; the two columns at the right: what leaving them out, or taking them as late, would say"),
        bold="value",
        narrow="channel area class department category_1 kind indicator value",
        note=FINAL_ON,
    ),
    "durations": Table(
        "channel area class department category_1 kind measure counted_in orders done median± p90 done_median",
        Term("用了多久", "How long it took"),
        claim=Sentence("{measure}的中位为{median}{counted_in}", "Median to the {measure}: {median} {counted_in}"),
        subtitle=Term("未办的按看到的时间计；没有到达的分位数空着", "Open orders count as far as seen; a quantile that is not reached is empty"),
        bold="median",
        narrow="measure counted_in median p90",
    ),
    "backlog": Table(
        "channel area class department category_1 kind open_before came went open_after arrivals_a_day mean_open mean_days little_gap unclear",
        Term("在办的存量", "The stock of open orders"),
        claim=Sentences({key: Sentence(s.zh.partition("：")[0], s.en.partition(":")[0]) for key, s in STOCK.items()}),
        subtitle=Term("期初＋受理−办结＝期末；末列为时间不明、未计入的", "Start + came − went = end; last column: unclear times, left out"),
        narrow="open_before came went open_after",
    ),
    "ageing": Table(
        "days_from days_to count share overdue",
        Term("未办的已等了多久", "How long the open ones have waited"),
        claim=Sentence("期末未办{open}件已等了多久", "How long the {open} open ones have waited"),
        narrow="days_from days_to count share",
    ),
    "steps": Table(
        "step handovers open median_hours p90_hours share_of_time",
        Term("各环节用时", "Time by step"),
        claim=Sentence("{step}占全部时长的{share_of_time}", "{step} takes {share_of_time} of all time"),
        narrow="step median_hours share_of_time",
    ),
    "hops": Table(
        "hops count share came_back",
        Term("在部门之间转手几次", "How often orders change departments"),
        claim=Sentence("平均转手{mean_hops}次，{back:share}又回到经手过的部门", "{mean_hops} hops on average; {back:share} came back to a department that had them"),
        subtitle=Term("4为4次及以上", "4 stands for 4 and more"),
    ),
    "departments": Table(
        "department count share response± resolution± due± returned reopened",
        Term("各承办部门", "By department"),
        subtitle=Sentence("响应按{response_limit}，解决按{resolution_limit}；各部门的诉求不同，不排名次", "Columns: {response_limit}; {resolution_limit}. Departments have other orders, so they are not ranked"),
        narrow="department count resolution due",
        note=FINAL_ON,
    ),
    "aside": Table("apart count share counts_in", Term("另列的与按参数处理的", "Kept apart, or ruled by params"), subtitle=Term("占比：计入的占计入的诉求，不计入的占全部受理", "Shares: of what is in the figures those that are, of all that came those that are not"), short=True),
}  # fmt: skip

SAY = {
    "overview": (Rows({"volume": COUNTED, "empty": EMPTY}, by="telling", whole=True), CHANGED),
    "limits": (Rows({"limit": IN_TIME}, by="telling", between=COMMA, whole=True),),
    "whole": (
        Rows({"volume": COUNTED, "empty": EMPTY}, by="telling", whole=True),
        CHANGED,
        Rows({"limit": IN_TIME}, by="telling", between=COMMA, whole=True),
    ),
    "categories": (Rows({"all": ALL_OF, "empty": EMPTY, "named": CATEGORY}, by="named", between=SEMICOLON),),
    "named": (Rows({"named": CATEGORY}, by="named", between=SEMICOLON),),  # without the whole, which `overview` has said
    "timeliness": (Rows({"limit": IN_TIME}, by="telling", between=COMMA, whole=True),),
    "durations": (
        Rows({"orders": (Sentence("{measure}的中位为{median}{counted_in}", "Median to the {measure}: {median} {counted_in}"),)}, by="said", between=SEMICOLON, end=Term("。", ".")),
    ),
    "mix": (
        Sentences({"moved": PARTS, "none": (Sentence("{indicator}与上月相比没有证据表明有变化（{gap@all:points}），表里只说明它由哪些部分相抵。", "There is no evidence that {indicator} changed ({gap@all:points}); the table only says which parts cancel.", of_period=True),)}),
    ),
    "moved": (  # without the table of the parts
        Sentences({"moved": PARTS, "none": Sentence("{indicator}与上月相比没有证据表明有变化（{gap@all:points}）。", "There is no evidence that {indicator} changed ({gap@all:points}).", of_period=True)}),
    ),
    "backlog": (Sentences(STOCK), Sentence("另有{unclear:some}件起止不明，不计。", "{unclear:some} more, whose times are not clear, are left out.")),
    "hops": (  # two sentences: the first is not said where counts are not told
        Sentence("平均转手{mean_hops}次。", "{mean_hops} hops on average."),
        Sentence("{back:share}（{back_low:share}～{back_high:share}）又回到经手过的部门。", "{back:share} ({back_low:percent}–{back_high:percent}%) came back to a department that had them."),
    ),
}  # fmt: skip
