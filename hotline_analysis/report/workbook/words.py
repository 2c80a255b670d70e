"""The words of the two workbooks: their sheets, their own columns, how to read and how to fill them."""

from hotline_analysis.hotline import Hotline
from hotline_analysis.tables import TABLES
from hotline_analysis.words import ANSWERS, Field, Term

KINDS = {"callers": "caller", "agents": "agent"}
TITLES = {
    "callers": Term("短期重复致电群众排查表", "Callers who came back again and again: to look into"),
    "agents": Term("员工复电率下钻排查表", "Repeat calls by agent and issue: to look into"),
}
COVER, SUMMARY, CASES = Term("说明", "Read me"), Term("概况", "Summary"), Term("排查名单", "Cases")
CALLS, PAIRS, CELLS = Term("来电明细", "Calls"), Term("重复来电明细", "Repeats"), Term("员工与诉求", "Agents and issues")
HIDDEN = ("mark",)
NOTE = Term("详细说明", "Notes")
FILLED_BY = Term("填写人", "Filled in by")
CASE_FIELDS = {
    "case_id": Field(Term("案件编号", "Case id")),
    "opened_month": Field(Term("列入月份", "Listed in")),
    "number": Field(Term("来电号码", "Number")),
    "times": Field(Term("此前列入次数", "Listed before"), "count"),
    "last_found": Field(Term("上次排查结果", "Found last time"), words=ANSWERS["found"]),
    "mark": Field(Term("核对码", "Check mark")),
    **{name: Field(TABLES["cases"][name].term, words=words) for name, words in ANSWERS.items()},
    "closed_at": Field(TABLES["cases"]["closed_at"].term, "date"),
    "note": Field(NOTE),
    "filled_by": Field(FILLED_BY),
}
ROW_FIELDS = {
    "next_hours": Field(Term("至下一通", "To the next call"), "hours"),
    "later": Field(Term("其后来电数", "Later calls"), "count"),
    "gap_hours": Field(Term("间隔", "Gap"), "hours"),
}
REPEAT = Term("再次来电：", "Repeat: ")
TO_FILL = (*ANSWERS, "closed_at", "note", "filled_by")

ABOUT = Term("热线", "Hotline")
PERIOD, RULE, DATA, GRADE = (
    Term("月份", "Month", of_period=True),
    Term("口径", "Definition"),
    Term("数据", "Data"),
    Term("数据质量", "Data quality"),
)
LISTED, READ, FILL, BACK, CARE = (
    Term("列入规则", "Rule of the list"), Term("怎么读", "How to read it"), Term("怎么填", "How to fill it in"), Term("怎么交回", "How to hand it back"),
    Term("保管", "Care"),
)  # fmt: skip
LEDGER = Term(
    "{table}：读入{physical}条，进入统计{accepted}条，其余{rest}条的去向见月报附录。",
    "{table}: {physical} records read, {accepted} in the figures; the month's appendix says where the other {rest} went.",
    of_period=True,
)
RULES = {
    "callers": Term("{days:g}天之内来电{calls}通及以上的来电人（滚动窗口，两端都算）{shared}。", "Callers with {calls} calls or more within {days:g} days (a rolling window, both ends counted){shared}."),
    "agents": Term("同一诉求、同一时段，复电多于其余话务员、且超出平常差异的话务员与诉求（漏斗，错误发现率5%）。", "Agents and issues whose callers came back more often than those of the other agents with the same issue at the same hours, beyond the agents' ordinary spread (funnel, false discovery rate 5%)."),
}  # fmt: skip
NO_SHARED = Term("，不含总机一类的共用号码", ", without shared numbers such as switchboards")
MASKED = Term(
    "号码只显示前三位和后四位（参数 workbook › number）。",
    "Numbers show their first three and last four digits (params: workbook › number).",
)
READING = {
    "callers": (
        Term("“排查名单”一行一位来电人：来电几通、隔多久、主要问什么、经过几位话务员；此前列入过的，写明次数和上次结果。", "'Cases' has one row a caller: how many calls, how far apart, mainly about what, through how many agents; and how often it was listed before, with what was found then."),
        Term("“来电明细”一行一通来电，用案件编号与名单对应。", "'Calls' has one row a call; the case id joins the two."),
    ),
    "agents": (
        Term("“排查名单”一行一名话务员的一类诉求：来电、复电、复电率及95%区间、按其余话务员的复电率应有多少。", "'Cases' has one row an agent and issue: calls, repeats, the rate with its 95% interval, and how many repeats the other agents' rate would give."),
        Term("“重复来电明细”一行一对：前一通与再次来电并排。“员工与诉求”是全部话务员的数字，只供查看，不是名次。", "'Repeats' has one row a pair: the call and the one that followed it. 'Agents and issues' holds everybody's figures, to look up; it is no ranking."),
        Term("复电率高不等于答得不好：先看明细，再谈人。", "A high rate is not a bad answer yet: look at the calls before speaking to anybody."),
    ),
}  # fmt: skip
FILLING = (
    Term("只填黄色的列，其余列不要改；可以排序、筛选、调列宽、加自己的列。", "Fill the yellow columns only; sorting, filtering, column widths and columns of your own do no harm."),
    Term("“排查结果”“原因”“可否解决”“对策”从下拉表中选；已解决、已解释说明的，写办结日期。", "Choose result, cause, whether it can be solved, and measure from their lists; a case that is solved or explained has the day on which it was."),
    Term("“详细说明”写什么都行，不会出现在月报上；不写姓名和号码最好。", "The notes are free and appear on no report; better without names and numbers.", of_period=True),
)  # fmt: skip
HANDING_BACK = Term("hotline backfill {file} --params {params}，可以交几次；与登记簿不一致的会列出来，不会互相覆盖。", "hotline backfill {file} --params {params}, as often as you like; what contradicts the register is listed, and nothing is written over.")  # fmt: skip
CARING = Term("本表写有来电人或话务员，只给办理的人；用完删除，不要外传。", "This file names callers or agents: it is for those who handle the cases. Delete it when done, and do not pass it on.")  # fmt: skip
GONE = Term("（导出文件中已没有）", "(not in the exports any more)")


def rule(h: Hotline) -> tuple[str, str]:
    """The line of a cover that says what a repeat call is."""
    return RULE(h.language), h.definition(h.language).partition("：" if h.language == "zh" else ": ")[2]
