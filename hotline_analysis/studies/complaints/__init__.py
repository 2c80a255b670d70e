"""How many complaints and orders came, how soon were they resolved, why did it change, and where do they lie? (投诉与诉求办理; F3 D05-D08)

`overview`: the month against those before. `volume`, `categories`, `pareto`: counts by any stratum and by the category tree. `change`, `mix`: what a
change is made of. `timeliness`, `durations`: limits and times, open orders censored. `backlog`, `ageing`: the stock. `steps`, `hops`: handovers.
`departments`, `aside`: by department, and what was kept apart. Source: catalogue B02, B05, B07, B10, B11, D05-D08; methods 9.
"""

from hotline_analysis import disclosure
from hotline_analysis.measures import orders, quotable
from hotline_analysis.measures.catalogue.orders import CLOSED, DUE, MARKED, RECEIVED
from hotline_analysis.measures.mix import STATES
from hotline_analysis.studies.complaints.backlog import ageing, backlog
from hotline_analysis.studies.complaints.change import change, mix
from hotline_analysis.studies.complaints.departments import aside, departments
from hotline_analysis.studies.complaints.overview import overview
from hotline_analysis.studies.complaints.steps import hops, steps
from hotline_analysis.studies.complaints.timeliness import durations, timeliness
from hotline_analysis.studies.complaints.volume import categories, pareto, volume
from hotline_analysis.tables import ORDERS
from hotline_analysis.words import Field, Term

OF = "orders"  # the table whose columns are its strata
RULE = orders.rule
GROUPS = {disclosure.OTHER: disclosure.POOLED, orders.NONE: orders.NOT_GIVEN, "all": Term("合计", "All")}
NAMES = {
    RECEIVED.key: RECEIVED.name,
    CLOSED.key: CLOSED.name,
    DUE.key: DUE.name,
    MARKED.key: MARKED.name,
    "own": Term("各按其时限解决", "Resolved within the own limit"),
}
CALLED = {
    "complaints": Term("投诉", "complaints"), "closed complaints": Term("办结的投诉", "closed complaints"),
    "orders": Term("诉求", "orders"), "closed orders": Term("办结的诉求", "closed orders"),
}  # fmt: skip
COLUMNS = {
    **{name: field for name, field in quotable.COLUMNS.items() if name not in ("period", "missing")},
    **{c: Field(ORDERS[c].term, words=GROUPS) for c in ("department", "channel", "area", "class", "kind", "category_1", "category_2", "category_3")},
    "category": Field(Term("类别", "Category"), words=GROUPS),
    "step": Field(Term("环节", "Step"), words=GROUPS),
    "indicator": Field(Term("指标", "Indicator"), "measure", words=NAMES),
    "of_class": Field(Term("时限等级", "Class")),
    "level": Field(Term("层级", "Level"), "count"),
    "parent": Field(Term("上级", "Parent"), words=GROUPS),
    "what": Field(Term("对象", "What"), words=CALLED),
    "numerator": Field(Term("其中", "Of these"), "count"),
    "denominator": Field(Term("件数", "Orders"), "count"),
    "value": Field(Term("占比", "Share"), "share", interval=("low", "high")),
    "count": Field(Term("件数", "Orders"), "count"),
    "before": Field(Term("上月", "Last month", of_period=True), "count"),
    "difference": Field(Term("增减", "Difference"), "difference"),
    "change_of_count": Field(Term("增减幅度", "Change"), "relative"),
    "change": Field(Term("件数变化", "Change of count"), "relative"),
    "a_day": Field(Term("可比日均变化", "Change a day, adjusted"), "relative", interval=("a_day_low", "a_day_high")),
    "uneven": Field(Term("日均变化（两月天数不同）", "Change a day, of unlike months", of_period=True), "relative"),
    "p": Field(Term("p值", "p"), "probability"),
    "q": Field(Term("q值", "q"), "probability"),
    "state": Field(Term("件数判断", "Verdict on the count"), words=STATES),
    "verdict": Field(Term("判断", "Verdict"), words=STATES),
    "share": Field(Term("占比", "Share"), "share", interval=("share_low", "share_high")),
    "share_change": Field(Term("占比变化", "Change of share"), "points", interval=("share_change_low", "share_change_high")),
    "share_p": Field(Term("占比p值", "p of the share"), "probability"),
    "share_q": Field(Term("占比q值", "q of the share"), "probability"),
    "share_state": Field(Term("占比判断", "Verdict on the share"), words=STATES),
    "cumulative": Field(Term("累计占比", "Cumulative"), "share", interval=("cumulative_low", "cumulative_high")),
    "cumulative_low": Field(Term("累计下端", "Low"), "share"),
    "cumulative_high": Field(Term("累计上端", "High"), "share"),
    "growth": Field(Term("随总量", "With the whole"), "number"),
    "shift": Field(Term("因占比", "By its share"), "number"),
    "size_before": Field(Term("上月件数", "Orders last month", of_period=True), "count"),
    "size": Field(Term("件数", "Orders"), "count"),
    "rate_before": Field(Term("上月及时率", "Rate last month", of_period=True), "share"),
    "rate": Field(Term("及时率", "Rate"), "share"),
    "mix": Field(Term("因结构", "By the mix"), "points", interval=("mix_low", "mix_high")),
    "own": Field(Term("因办理", "By the handling"), "points", interval=("own_low", "own_high")),
    "gap": Field(Term("变化", "Change"), "points", interval=("gap_low", "gap_high")),
    "came_back": Field(Term("其中回到经手部门", "Of these came back"), "count"),
    "closed_only": Field(Term("只看已办的", "Closed only"), "share"),
    "open_as_failed": Field(Term("未办作超时", "Open as late"), "share"),
    "open": Field(Term("未办", "Open"), "count"),
    "withdrawn": Field(Term("撤回", "Withdrawn"), "count"),
    "watched": Field(Term("看满时限", "Watched in full"), "count"),
    "early": Field(Term("早于受理", "Before creation"), "count"),
    "undated": Field(Term("撤回无时间", "Withdrawn, undated"), "count"),
    "by_closing": Field(Term("以办结为响应", "Answered by closing"), "count"),
    "measure": Field(Term("环节", "What"), words={"dispatch": Term("派出", "dispatch"), "response": Term("响应", "response"), "resolution": Term("解决", "resolution")}),
    "counted_in": Field(Term("单位", "Unit"), words={"days": Term("天", "days"), "hours": Term("小时", "hours")}),
    "orders": Field(Term("件数", "Orders"), "count"),
    "done": Field(Term("已办", "Done"), "count"),
    "median": Field(Term("中位", "Median"), "number", interval=("median_low", "median_high")),
    "p90": Field(Term("九成在内", "90% within"), "number"),
    "done_median": Field(Term("只看已办的中位", "Median of those done"), "number"),
    "open_before": Field(Term("期初未办", "Open at the start"), "count"),
    "came": Field(Term("受理", "Came"), "count"),
    "went": Field(Term("办结", "Went"), "count"),
    "open_after": Field(Term("期末未办", "Open at the end"), "count"),
    "flow": Field(Term("净增", "Net"), "difference"),
    "previous": Field(Term("上月件数", "Orders last month", of_period=True), "count"),
    "arrivals_a_day": Field(Term("日均受理", "Arrivals a day"), "number"),
    "mean_open": Field(Term("平均在办", "Mean stock"), "number"),
    "mean_days": Field(Term("平均天数", "Mean days"), "number"),
    "little_gap": Field(Term("与利特尔法则之差", "Off Little's law"), "share"),
    "unclear": Field(Term("时间不明", "Unclear times"), "count"),
    "days_from": Field(Term("天数自", "Days from"), "count"),
    "days_to": Field(Term("至", "to"), "count"),
    "overdue": Field(Term("已逾期", "Overdue"), "count"),
    "handovers": Field(Term("流转次数", "Handovers"), "count"),
    "median_hours": Field(Term("中位", "Median"), "hours"),
    "p90_hours": Field(Term("九成在内", "90% within"), "hours"),
    "share_of_time": Field(Term("占总时长", "Share of all time"), "share"),
    "hops": Field(Term("转手次数", "Hops"), "count"),
    "mean_hops": Field(Term("平均转手", "Mean hops"), "ratio"),
    "back": Field(Term("回到原部门", "Came back"), "share", interval=("back_low", "back_high")),
    "response": Field(Term("时限内响应", "Responded in time"), "share", interval=("response_low", "response_high")),
    "resolution": Field(Term("时限内解决", "Resolved in time"), "share", interval=("resolution_low", "resolution_high")),
    "due": Field(Term("按期解决", "By the due time"), "share", interval=("due_low", "due_high")),
    "returned": Field(Term("退回", "Returned"), "share", interval=("returned_low", "returned_high")),
    "reopened": Field(Term("重办", "Reopened"), "share", interval=("reopened_low", "reopened_high")),
    "response_limit": Field(Term("响应时限", "Limit of the response"), "measure"),
    "resolution_limit": Field(Term("解决时限", "Limit of the resolution"), "measure"),
    "provisional": Field(Term("暂行", "Provisional"), words={"True": Term("暂", "prov."), "False": Term("", "")}),
    "final_on": Field(Term("定稿日", "Final on"), "day"),
    "apart": Field(Term("另列的", "Kept apart"), words={
        "duplicate": Term("重复件", "duplicates"), "internal": Term("内部件", "raised inside"), "withdrawn": Term("撤回", "withdrawn"), "returned": Term("退回", "returned"),
        "reopened": Term("重办", "reopened"), "early": Term("时间早于受理", "done before created"), "undated": Term("撤回而无时间", "withdrawn, no time"),
    }),
    "counts_in": Field(Term("是否计入", "In the figures"), words={"yes": Term("计入", "yes"), "no": Term("不计入", "no"), "rule": Term("按参数", "as ruled")}),
    "missing": Field(Term("缺失原因", "Why missing")),
}  # fmt: skip
TABLES = {
    "overview": overview,
    "volume": volume,
    "categories": categories,
    "pareto": pareto,
    "change": change,
    "mix": mix,
    "timeliness": timeliness,
    "durations": durations,
    "backlog": backlog,
    "ageing": ageing,
    "steps": steps,
    "hops": hops,
    "departments": departments,
    "aside": aside,
}
WHOLE = ("timeliness", "durations", "backlog", "ageing", "aside")  # of the whole hotline alone: told under `disclosure: internal`
