"""重复来电: whether callers come back, and whether they are known. 传统指标 17."""

from hotline_analysis.measures.catalogue.parts import IDENTIFIED, OFFERED
from hotline_analysis.measures.indicators import Indicator, repeats, said
from hotline_analysis.params import Params
from hotline_analysis.words import PERCENT, Term

REPEAT = "repeat"


def declared(params: Params) -> tuple[Indicator, ...]:
    return (RATE, SHARE)


RATE = Indicator(
    "repeat_rate_24h", Term("24小时复电率", "Repeat rate in 24 h"),
    said("24小时内再次来电的来电", "calls followed by another within 24 h", "calls", "outcome", "caller"),
    said("已识别来电人的来电", "calls of identified callers", "calls", "outcome", "caller"), PERCENT, "lower",
    Term("滚动24小时，生存分析修正，其余按本热线口径", "rolling 24 h, corrected by Kaplan-Meier, otherwise under the hotline's definition"),
    Term("与平时的习惯比较，看诉求与员工的差异", "against the callers' usual habit; look at issues and agents"),
    Term("含习惯性来电；窗口长短见重复来电一章", "contains habitual callers; see the chapter on repeat calls for the window"), "F0 A01",
    window_hours=24, callers=True, estimate=repeats, most=1, first=True, chapter=REPEAT,
)  # fmt: skip
SHARE = Indicator(
    "identified_share", Term("来电人识别率", "Identified share"), IDENTIFIED, OFFERED, PERCENT, "higher",
    Term("能识别来电人的来电占比；复电率只在其中计算", "calls whose caller is known; repeat rates are made of these only"),
    Term("看匿名与损坏的号码从哪个渠道来", "look at which channel brings withheld and damaged numbers"),
    Term("它变动时，复电率的月度变动不可直接比较", "when it moves, months of repeat rates do not compare"), "methods M6",
    callers=True, most=1, first=True, chapter=REPEAT,
)  # fmt: skip
