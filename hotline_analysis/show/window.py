"""How the window study is said and drawn."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Either, Rows, Sentence, Sentences, Term

NOT_RECOMMENDED = {
    "none": Sentence("不推荐窗口：没有一个窗口值得，所计复电多半平时也会打来。", "No window is recommended: most of what any would count comes anyway."),
    "habit_changing": Sentence(
        "不推荐窗口：来电人的习惯在变，前后第2周与第3周的对照不一致。",
        "No window is recommended: habit is changing, and controls two and three weeks away disagree.",
    ),
    "volume": Sentence(
        "不推荐窗口：话务量有大变动（突发事件或长假），平时的水平说不准。",
        "No window is recommended: the volume of calls moved (a mass event or a long holiday), so the usual cannot be told.",
    ),
    "insufficient": Sentence("不推荐窗口：超出平时的复电相对其误差太小，还不够确定。", "No window is recommended: callbacks beyond habit are too few beside their error to be certain."),
    "few": Sentence(
        "一周内复电{numerator@last:count}次，样本不足，不作分析。", "{numerator@last:count} callbacks within a week: too few to be analysed."
    ),
    "history": Sentence("不推荐窗口：数据不足21天，无法与平时对照。", "No window is recommended: less than 21 days of data, so nothing to compare with habit."),
    "match": Sentence(
        "不推荐窗口：相同诉求的复电没有对照。", "No window is recommended: callbacks about the same issue have no control."
    ),
}  # fmt: skip
TOO_FEW = {
    "few": Term("一周内的复电不足200次，样本不足，不作分析。", "Fewer than 200 callbacks within a week: too few to be analysed."),
    "none": Term("没有复电。", "There are no callbacks."),
}
BEST = Sentence(
    "误计与漏计同等看待，若全部来电用一个考核窗口，宜定{recommended_hours}。",
    "If blaming a coincidence costs as much as missing a related callback, one window for all calls should be {recommended_hours}.",
)
CLOSE = Sentence(
    "{candidates:hours_or}难分高下，取短者：若全部来电用一个考核窗口，宜定{recommended_hours}。",
    "{candidates:hours_or} are close, and the shorter is taken: one window for all calls should be {recommended_hours}.",
)
CATCHES = Sentence(
    "这期间它捕获一周内相关复电的{best_capture:share0}；所计复电中，{best_purity:share0}超出平时习惯。",
    "In that time it catches {best_capture:share0} of the week's related callbacks; {best_purity:share0} of what it counts is beyond habit.",
)
BASIS = Sentences(
    {
        "1": Sentence("依据{basis_to:month}一个月。", "It stands on one month, {basis_to:month}."),
        "*": Sentence(
            "依据{basis_from:month}至{basis_to:month}之间的{basis_months}个月。",
            "It stands on {basis_months} months between {basis_from:month} and {basis_to:month}.",
        ),
    },
    by="basis_months",
)
COSTS = Sentence(
    "看重漏计（代价0.5）宜用{best_hours_half}，看重误计（代价2）宜用{best_hours_two}；兼顾纯度与捕获为{f1_hours}。",
    "Where misses weigh more (cost 0.5): {best_hours_half}; where blame weighs more (cost 2): {best_hours_two}; by purity and capture together: {f1_hours}.",
)
RECOMMENDED = {"clear": (BEST, BASIS, CATCHES), "close": (CLOSE, BASIS, CATCHES)}

AGAIN = {  # of rules without the usual windows
    "km": (
        Sentence(
            "{window_hours}内被同一来电人再次来电的占{value}", "Within {window_hours}, {value} are followed by another of the same caller"
        ),
    ),
    "calendar": (Sentence("当日被同一来电人再次来电的占{value}", "On the same day, {value} are followed by another of the same caller"),),
}

FORMS = {
    "rates": Figure(
        charts.window_curve,
        Term("各窗口的复电率", "The repeat rate at every window"),
        claim=(
            Sentence(
                "复电率：2小时{value@2}，24小时{value@24}，72小时{value@72}", "Repeat rate: {value@2} at 2 h, {value@24} at 24 h, {value@72} at 72 h"
            ),
        ),
        subtitle=Sentence("复电率，%，{period}；灰带为95%区间", "Repeat rate, %, {period}; band: 95% interval"),
        reading=(
            Term("窗口放宽，复电率只会上升；多出来的部分有多少与前次来电有关，要看与平时的对照。", "A wider window can only count more; how much of that is related takes a comparison with habit."),
            Term("三条线只差在数据末端：数据还没看满的来电，生存分析按看了多久计。", "The lines differ at the end of the data only: Kaplan-Meier counts a call for as long as it was watched."),
            Sentence("有几天没有记录，此前的来电只看到那时为止，与数据末端一样：{cut_from}及更长的窗口据看得较久的来电估计。", "Days without records end the follow-up of earlier calls, as the end of the data does: windows from {cut_from} on stand on the calls that were watched for longer."),
        ),
        numbers="window_hours follow_up numerator denominator value±",
        unless={"none": TOO_FEW["none"]},
    ),
    "evidence": Table(
        "window_hours value anyway excess± purity capture support",
        Term("每个窗口计入了什么", "What every window counts"),
        claim=(
            Sentences(
                {
                    "clear": Sentence(
                        "误计与漏计同等看待，按{basis_months}个月合计，净得以{recommended_hours}为最大",
                        "At equal costs, over {basis_months} {basis_months:month|months}, the net benefit is greatest at {recommended_hours}",
                    ),
                    "close": Sentence(
                        "误计与漏计同等看待，按{basis_months}个月合计，{candidates:hours_or}的净得难分高下，取短者",
                        "At equal costs, over {basis_months} {basis_months:month|months}, {candidates:hours_or} are close, and the shorter is taken",
                    ),
                }
                | {case: Term("不推荐窗口，各窗口的数字只供参考", "No window is recommended; the figures are for reference") for case in NOT_RECOMMENDED}
            ),
        ),
        subtitle=Sentence(
            "{denominator}通来电，{period}。平时也会打的与超出平时的相加等于复电率；纯度＝超出平时的÷复电率，捕获＝占168小时内超出平时的；支持＝来电人重抽样中选它的占比，只含抽样误差",
            "{denominator} calls, {period}. By habit and beyond habit add to followed; purity: beyond habit of followed; capture: of what is beyond habit within 168 h; support: share of draws of callers that choose it, sampling error only",
        ),
        bold="excess",
        narrow="window_hours value excess purity capture",
        chosen="recommended",
        unless=TOO_FEW,
    ),
    "parts": Figure(
        charts.window_parts,
        Term("每个窗口计入了什么", "What every window counts"),
        claim=(
            Sentence(
                "24小时内的复电率{value@24}，其中{excess@24:bare_points}个百分点超出平时习惯",
                "Of the 24 h rate of {value@24}, {excess@24:bare_points} points are beyond habit",
            ),
        ),
        subtitle=Sentence("占来电%，{period}，{denominator}通来电", "Share of calls, %, {period}, {denominator} calls"),
        reading=(
            Term("深色是超出同一来电人平时习惯的部分，浅色是他们平时也会打来的部分，两段相加为复电率。", "Dark: beyond the same callers' habit; light: what they would have called anyway; together the repeat rate."),
        ),
        numbers="window_hours value anyway excess±",
        unless=TOO_FEW,
    ),
    "density": Figure(
        charts.density_control,
        Term("复电密度与平时的对照", "Callbacks by the hour against habit"),
        claim=(Sentence("一周内的复电，{related_share@last}是平时不会打的", "Of a week's callbacks, {related_share@last} are beyond habit"),),
        subtitle=Sentence(
            "每小时每千通来电的复电，{period}，来电后168小时内；虚线为同一来电人平时会打的",
            "Callbacks per hour and thousand calls, {period}, within 168 h of the call; dashed: the same callers' habit",
        ),
        reading=(
            Term("实线与虚线之间是超出平时习惯的复电；两线重合处，再放宽窗口只会多计巧合。", "What lies between the lines is beyond habit; where they meet, a wider window adds coincidence only."),
            Term("标题按先到者计：平时的来电先到，就归平时。表里的纯度不论先后，所以168小时的纯度略高。", "The title counts whichever call comes first: where the one by habit does, it is by habit. Purity in the table asks whatever came first, and is a little higher at 168 h."),
        ),
        numbers="hour_to numerator seen habit",
        notes="evidence",
        unless=TOO_FEW,
    ),
    "pareto": Figure(
        charts.pareto_gaps,
        Term("再次来电的间隔", "The time to the next call"),
        claim=(Sentence("一周内的复电，{cumulative@24:share}在24小时内", "{cumulative@24:share} of a week's callbacks come within 24 hours"),),
        subtitle=Sentence(
            "再次来电的间隔，每小时，{period}；占比的分母是168小时内的复电，不是来电",
            "Time to the next call by hour, {period}; shares are of callbacks within 168 h, not of calls",
        ),
        reading=(Term("上图的点是2、24、72小时内已经打来的占比；下图每根柱是一小时。", "Above: the share that has come by 2, 24 and 72 h; below: one bar an hour."),),
        unless=TOO_FEW,
    ),
    "reliability": Table(
        "window_hours agents calls reliability tau_2 tau_24 tau_72",
        Term("各窗口对话务员的区分可以重现多少", "How far each window tells agents apart again"),
        subtitle=Term(
            "话务员按诉求标准化的复电比（实际÷预期）；信度由来电人分成两半得出，1为完全可重现",
            "Agents' repeats over expected, by issue; reliability from two halves of the callers, 1 is fully reproducible",
        ),
        bold="reliability",
        narrow="window_hours agents reliability",
    ),
    "own": Table("issue window_hours numerator denominator value±", Term("按各诉求自己的窗口", "By each issue's own window"), bold="value", total=True),
    "months": Table(
        "month numerator denominator value± identified",
        Term("各月的复电率与可识别占比", "The monthly rate and the share of known callers"),
        note=Sentences(
            {
                "True": Term("各月复电率随可识别占比而变，逐月升降不宜读作好坏。", "The monthly rate follows the share of known callers; its movement is no verdict."),
                "False": (),
            },
            by="follows",
        ),
        bold="value",
        narrow="month value identified",
    ),
}  # fmt: skip

SAY = {
    "evidence": Sentences({**RECOMMENDED, **NOT_RECOMMENDED}),
    "costs": Sentences(
        dict.fromkeys(RECOMMENDED, COSTS)
        | {case: Term("不推荐窗口，不比较代价。", "No window is recommended, so costs are not compared.") for case in NOT_RECOMMENDED}
    ),
    "rates": Either(
        (
            Sentence(
                "所计的来电中，{value@2}在2小时内、{value@24}在24小时内、{value@72}在72小时内被同一来电人再次来电。",
                "Of the calls, {value@2} are followed by another of the same caller within 2 h, {value@24} within 24 h, {value@72} within 72 h.",
            ),
            Rows(AGAIN, by="follow_up", whole=True),
        )
    ),
}
