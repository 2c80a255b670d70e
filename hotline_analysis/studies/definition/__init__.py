"""The same data under other definitions (口径对比): how much of a repeat-call figure is its rule? (F0 A01-A11; catalogue 0 and 5)

One question a module. `panel`: a dozen published rules side by side. `waterfall`: from an old figure to the new one, rule by rule. `parts`: what
the repeats are. `bounds`: what the unknown callers could change. `identities`: the rate under each key. `heavy`: with and without switchboards
and the busiest callers. `hours`: calendar day against rolling 24 h by the hour of the call.
"""

from hotline_analysis.studies.definition import callers, clock, parts, published, waterfall
from hotline_analysis.words import Field, Term

COLUMNS = {
    "key": Field(Term("规则", "Rule")),
    "name": Field(Term("口径", "Definition")),
    "rules": Field(Term("口径数", "Definitions"), "count"),
    "lowest": Field(Term("最低的首解率", "Lowest"), "share"),
    "highest": Field(Term("最高的首解率", "Highest"), "share"),
    "source": Field(Term("出处", "Source")),
    "hash": Field(Term("口径号", "Hash")),
    "unit": Field(Term("单位", "Unit")),
    "numerator": Field(Term("未解决", "Unsolved"), "count"),
    "denominator": Field(Term("来电", "Of"), "count"),
    "value": Field(Term("复电率", "Repeat rate"), "share", interval=("low", "high")),
    "low": Field(Term("区间下端", "Low"), "share"),
    "high": Field(Term("区间上端", "High"), "share"),
    "fcr": Field(Term("1−未解决（不计派单）", "1 − unsolved (dispatch not counted)"), "share"),
    "direction": Field(Term("方向", "Direction")),
    "caveat": Field(Term("提示", "Caveat"), words=published.CAVEATS),
    "missing": Field(Term("缺失原因", "Why missing")),
    "said": Field(Term("情形", "Case")),
    "step": Field(Term("步骤", "Step")),
    "change": Field(Term("变化", "Change"), "points"),
    "part": Field(Term("组成", "Part"), words=parts.PARTS),
    "calls": Field(Term("来电", "Calls"), "count"),
    "share": Field(Term("占复电", "Share of repeats"), "share"),
    "window_hours": Field(Term("窗口", "Window"), "hours"),
    "identified": Field(Term("识别率", "Identified share"), "share", interval=("identified_low", "identified_high")),
    "base": Field(Term("识别率的分母", "Identified share, of")),
    "unknown_callbacks": Field(Term("可能是复电的未识别来电", "Calls of unknown callers that may be callbacks")),
    "bound_low": Field(Term("下界", "Lower bound"), "share"),
    "bound_high": Field(Term("上界", "Upper bound"), "share"),
    "callers": Field(Term("来电人", "Callers"), "count"),
    "left_out": Field(Term("剔除", "Left out"), words=callers.LEFT_OUT),
    "hour": Field(Term("来电时点", "Hour of the call")),
    "calendar": Field(Term("当日复电率", "Same-day rate"), "share", interval=("calendar_low", "calendar_high")),
    "rolling": Field(Term("滚动24小时复电率", "Rolling 24 h rate"), "share", interval=("rolling_low", "rolling_high")),
}
TABLES = {
    "panel": published.panel,
    "waterfall": waterfall.waterfall,
    "parts": parts.parts,
    "bounds": callers.bounds,
    "identities": callers.identities,
    "heavy": callers.heavy,
    "hours": clock.hours,
}
WHOLE = (
    "panel",
    "waterfall",
    "parts",
    "bounds",
    "identities",
    "heavy",
    "hours",
)  # of the whole hotline alone: told under `disclosure: internal`
