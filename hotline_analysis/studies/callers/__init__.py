"""Who calls again and again, and is it a habit or a problem? (短期重复致电群众监控, F0 A21-A23, A29-A34)

One question a module. `counts`: how many they are and how many come for an unsolved problem, without numbers. `people`: by person instead of by call, who got through. `tries`: at which
call. `schemes`: callers found by each watch rule (k calls within d days). `grid`: the same for many k and d, to choose by. `concentration`: how much of the calls a few bring. `heavy`: what these
come for. `frequent`: the callers found, those with most problem-driven calls first. `regular`: who comes by the clock. `timeline`: one caller's calls. `later`: what followed each call. Names of callers are
pseudonyms of the store; tables of single callers are for staff, and so are those by which a rule is chosen (a trial that may not say 3 chooses nothing); the others are counts. Source: methods 6.
"""

from hotline_analysis.studies.callers import few, listed, people, rules
from hotline_analysis.words import ANSWERS, Field, Term

PRIVATE = True
REGISTER = True  # what staff found of a caller stands in the list
STAFF = ("schemes", "grid", "frequent", "regular", "timeline", "later")
COLUMNS = {
    "caller": Field(Term("来电人（化名）", "Caller (pseudonym)")),
    "calls": Field(Term("来电", "Calls"), "count"),
    "least_calls": Field(Term("至少几通", "Calls or more"), "count"),
    "within_days": Field(Term("几天之内", "Within days"), "plain"),
    "callers": Field(Term("来电人", "Callers"), "count"),
    "preset": Field(Term("出处", "Whose rule")),
    "seen_days": Field(Term("数据可看到的天数", "Days of data it can see"), "plain"),
    "found": Field(Term("找到的来电人", "Callers found"), "count"),
    "found_calls": Field(Term("他们的来电", "Their calls"), "count"),
    "call_share": Field(Term("占来电", "Share of calls"), "share"),
    "shared": Field(Term("其中共用号码", "Of these shared numbers"), "count"),
    "suggested": Field(Term("建议", "Suggested"), words={"True": Term("建议", "suggested"), "False": Term("", "")}),
    "share_of_callers": Field(Term("来电人中的前", "Top of the callers"), "share"),
    "share_of_calls": Field(Term("占来电", "Share of calls"), "share"),
    "gini": Field(Term("基尼系数", "Gini"), "ratio"),
    "most_calls": Field(Term("窗口内最多", "Most within the window"), "count"),
    "span_days": Field(Term("跨度", "Span in days"), "number"),
    "median_gap_hours": Field(Term("间隔中位", "Median gap"), "hours"),
    "issues": Field(Term("诉求数", "Issues"), "count"),
    "main_issue": Field(Term("最多的诉求", "Main issue")),
    "main_share": Field(Term("占其来电", "Share of their calls"), "share"),
    "agents": Field(Term("话务员数", "Agents"), "count"),
    "same_issue_calls": Field(Term("一周内同一诉求的再次来电", "Back within a week about the same"), "count"),
    "talk_minutes": Field(Term("通话分钟", "Minutes of talk"), "number"),
    "rating": Field(Term("评价均分", "Mean rating"), "number"),
    "kind": Field(Term("类别", "Kind"), words={
        "problem": Term("问题未解决", "unsolved problem"), "habit": Term("习惯性来电", "habit"), "regular": Term("定期来电", "regular"), "shared": Term("共用号码", "shared number"),
    }),
    "tag": Field(Term("排查归类", "As looked into"), words={
        "solvable": Term("可解决", "can be solved"), "policy": Term("政策所限", "bound by policy"), "unreasonable": Term("非合理诉求", "unreasonable demand"), "unsolvable": Term("不能解决", "cannot be solved"),
    }),
    "last_measure": Field(Term("上次对策", "Last measure"), words=ANSWERS["measure"]),
    "period": Field(Term("周期", "Period"), words={"day": Term("每天", "daily"), "week": Term("每周", "weekly"), "month": Term("每月", "monthly")}),
    "strength": Field(Term("集中程度", "How gathered"), "ratio"),
    "weekday": Field(Term("星期", "Weekday"), words={str(n): t for n, t in enumerate((Term("周一", "Monday"), Term("周二", "Tuesday"), Term("周三", "Wednesday"), Term("周四", "Thursday"), Term("周五", "Friday"), Term("周六", "Saturday"), Term("周日", "Sunday")))}),
    "monthday": Field(Term("每月几日", "Day of the month"), "plain"),
    "hour": Field(Term("钟点", "Hour"), "number"),
    "q": Field(Term("q", "q"), "probability"),
    "problem": Field(Term("其中问题未解决", "Of these, unsolved problems"), "count"),
    "habit": Field(Term("其中习惯性来电", "Of these, habit"), "count"),
    "regular": Field(Term("其中定期来电", "Of these, regular"), "count"),
    "top_share": Field(Term("最多的1%占来电", "Share of the busiest 1%"), "share"),
    "busiest": Field(Term("来电最多的人", "Busiest callers"), "count"),
    "busiest_calls": Field(Term("他们的来电", "Their calls"), "count"),
    "busiest_share": Field(Term("占他们的来电", "Share of their calls"), "share"),
    "other_share": Field(Term("占其余人的来电", "Share of the others' calls"), "share"),
    "of_all_calls": Field(Term("占全部来电", "Share of all calls"), "share"),
    "ratio": Field(Term("倍数", "Times as often"), "ratio"),
    "tries": Field(Term("第几次才打通", "Answered at which call"), words=people.TRIES),
    "share": Field(Term("占来电人", "Share of callers"), "share"),
    "numerator": Field(Term("打通过的来电人", "Callers who got through"), "count"),
    "denominator": Field(Term("来电人", "Callers"), "count"),
    "value": Field(Term("至少打通一次", "Got through at least once"), "share", interval=("low", "high")),
    "low": Field(Term("区间下端", "Low"), "share"),
    "high": Field(Term("区间上端", "High"), "share"),
    "first": Field(Term("首拨就打通", "Answered at the first call"), "share"),
    "redials_each": Field(Term("打通前多拨几次", "Redials until answered"), "number"),
    "hours_median": Field(Term("从首拨到打通，中位", "First call to answer, median"), "hours"),
    "hours_p90": Field(Term("90%不超过", "90% point"), "hours"),
    "calls_each": Field(Term("人均来电", "Calls a person"), "number"),
    "redials": Field(Term("重拨", "Redials"), "count"),
    "demand": Field(Term("去掉重拨的需求", "Demand without redials"), "count"),
    "order_state": Field(Term("工单", "Order"), words={
        "open": Term("未办结", "open"), "resolved": Term("已解决", "resolved"), "closed": Term("已办结", "closed"), "withdrawn": Term("已撤回", "withdrawn"),
    }),
    "next_at": Field(Term("下一通时间", "Next call")),
    "started_at": Field(Term("来电时间", "Start")),
    "issue": Field(Term("诉求", "Issue")),
    "agent": Field(Term("话务员", "Agent")),
    "outcome": Field(Term("结果", "Outcome")),
    "talk_seconds": Field(Term("通话秒数", "Talk, s"), "count"),
    "next_hours": Field(Term("至下一通", "To the next call"), "hours"),
    "later": Field(Term("其后来电数", "Later calls"), "count"),
    "said": Field(Term("结论", "Case")),
}  # fmt: skip
TABLES = {
    "schemes": rules.schemes,
    "grid": rules.grid,
    "concentration": few.concentration,
    "heavy": few.heavy,
    "people": people.people,
    "tries": people.tries,
    "counts": listed.counts,
    "frequent": listed.frequent,
    "regular": listed.regular,
    "timeline": listed.timeline,
    "later": listed.later,
}
WHOLE = ("concentration", "people", "tries", "counts")  # of the whole hotline alone: told under `disclosure: internal`
