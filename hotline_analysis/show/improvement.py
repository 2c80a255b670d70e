"""How the improvement study is said and drawn."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Either, Rows, Sentence, Sentences, Term

NOW = Sentence("{name}{after:share2}", "{name} {after:share2}")
MOVED = Sentence("，较此前{points}", ", {points} on before")
SINCE = Sentence("，较{before_period}{points}", ", {points} on {before_period}")
LESS = Sentence("，未达成部分{unresolved}", ", what falls short {unresolved}")
YEARLY = Sentence("，折算年流失率{annual_before}变为{annual_after}", ", a year's attrition {annual_before} to {annual_after}")
RELATIVE = Sentence("（相对{relative}）", " ({relative} relative)")
WITHIN = Sentence("（{low:share}至{high:share}）", " ({low:share} to {high:share})")
TESTED = Sentences(
    {
        "no n": Term("；未提供样本量，无法检验", "; no sample size given, cannot be tested"),
        "no n score": Term("；未提供样本量，不作变化判断", "; no sample size given, change not judged"),
        "none": Term("，没有证据表明有变化", ", no evidence of change"),
        "two periods": Sentence(
            "（{points_low:bare_points}至{points_high:bare_points}），仅有两期，不判好坏", " ({points_low:bare_points} to {points_high:bare_points}), two periods only, not judged"
        ),
        "not tested": Term("；只有平均数，无法检验", "; means alone cannot be tested"),
    },
    by="verdict",
)  # fmt: skip
SCORE = Sentence("{name}{after:ratio}，此前{before:ratio}", "{name} {after:ratio}, {before:ratio} before")
KPIS = Rows(
    {
        "share": (NOW, MOVED, TESTED, LESS),
        "share since": (NOW, SINCE, TESTED, LESS),
        "share alone": (NOW, WITHIN),
        "attrition": (NOW, MOVED, RELATIVE, TESTED, YEARLY),
        "attrition since": (NOW, SINCE, RELATIVE, TESTED, YEARLY),
        "attrition alone": (NOW, WITHIN),
        "score": (SCORE, TESTED),
        "score since": (SCORE, TESTED),
        "score alone": Sentence("{name}{after:ratio}", "{name} {after:ratio}"),
        "per problem": Sentence("{name}{after:number}通，相当于一次解决{solved}", "{name}: {after:number} calls, as much as {solved} solved at once"),
    },
    by="said",
)  # fmt: skip
WHO = Sentence("{name}（{day}起）：", "{name} (from {day}): ")
STEPPED = Sentence(
    "扣除原有走势后，{measure}{step:risen}（{step:moved_interval}）",
    "with the trend taken off, {measure} {step:risen} ({step:moved_interval})",
)
STEP_NONE = Sentence(
    "扣除原有走势后，{measure}没有证据表明有变化（{step:moved_interval}）",
    "with the trend taken off, no evidence of change in {measure} ({step:moved_interval})",
)
PLACEBO = Either(
    tuple(
        Sentence(
            f"；此前试的{{placebos}}个假日期中，{{placebos_larger:{form}}}个有同样大的变化",
            f"; of {{placebos}} placebo dates before it {{placebos_larger:{form}}} moved as much",
        )
        for form in ("some", "none")
    )
)
MATCHED = {
    "same months": Sentence("{pairs}个同月对比，", "{pairs} same {pairs:month|months} compared: "),
    "next months": Sentence(
        "没有可比的同月，以相邻{pairs}个月对比，", "no same months to compare, {pairs} neighbouring {pairs:month|months}: "
    ),
}
PAIRED = (
    WHO,
    Sentences(MATCHED, by="matched"),
    Sentence("{measure}{change:risen}（{change:moved_interval}）", "{measure} {change:risen} ({change:moved_interval})"),
)
BESIDE = Sentences(
    {
        "next months": Sentence(
            "；没有可比的同月，表中的前后是相邻{pairs}个月",
            "; no same months to compare, before and after in the table are {pairs} neighbouring {pairs:month|months}",
        )
    },
    by="matched",
)
NOT_LONG = Sentence("；{step_why}，走势未扣除", "; {step_why}, so no trend is taken off")
EFFECT = Rows(
    {
        "series clear": (WHO, STEPPED, PLACEBO, BESIDE),
        "series none": (WHO, STEP_NONE, BESIDE),
        "pairs clear": (*PAIRED, NOT_LONG),
        "pairs none": (WHO, Sentences(MATCHED, by="matched"), Sentence("{measure}没有证据表明有变化（{change:moved_interval}）", "no evidence of change in {measure} ({change:moved_interval})"), NOT_LONG),
        "two periods": (*PAIRED, Term("，仅有两期，不判好坏", ", two periods only, not judged"), NOT_LONG),
        "pairs": (WHO, Sentences(MATCHED, by="matched"), Sentence("{measure}{change:risen}，区间算不出", "{measure} {change:risen}, no interval can be had")),
        "nothing": (WHO, Sentence("{why}，看不出效果", "{why}, so no effect can be told")),
    },
    by="said",
)  # fmt: skip
CHOSEN = Sentence(
    "{name}选的是当时最差的（{where}）：最差的不做什么也会回落一些",
    "{name} was for the worst at the time ({where}): the worst come back a little by themselves",
)
WARNED = Rows(
    {
        "warned": (CHOSEN, Term("，上面的变化不能全算措施的功劳", ", so not all of the change above is its merit")),
        "counted": (CHOSEN, Sentence("，按此前各处的起伏约为{by_chance:moved}，应从上面的变化中扣去", "; by the ups and downs before about {by_chance:moved}, to be taken off the change above")),
    },
    by="warned",
)  # fmt: skip
SHARED = Rows(
    {
        "shared": Sentence(
            "{name}与{others}为同一指标，开始时间相隔不到一个月，上面的变化分不清是谁的，不能各算一次",
            "{name} and {others} began within a month of each other for one indicator: whose the change above is cannot be told, and it counts once",
        )
    },
    by="shared",
)

OPEN = (WHO, Sentences(MATCHED, by="matched"))
ONLY_TWO = Term("，仅有两期，不判好坏", ", two periods only, not judged")
NO_CHANGE = Term("，没有证据表明有变化", ", no evidence of change")
MEDIANS = Sentence(
    "{duration}的中位数由{median_before}变为{median_after}", "{duration}: the median went from {median_before} to {median_after}"
)
MEDIAN_MOVED = Sentence(
    "（{ratio_change}，{ratio_low:signed_share}至{ratio_high:signed_share}）",
    " ({ratio_change}, {ratio_low:signed_share} to {ratio_high:signed_share})",
)
IN_LIMIT = Sentence(
    "；{limit}内由{within_before}变为{within_after}（{within_change}，{within_low:pp}至{within_high:pp}）",
    "; within {limit} from {within_before} to {within_after} ({within_change}, {within_low:pp} to {within_high:pp})",
)
DURATIONS = Rows(
    {
        "clear": (*OPEN, MEDIANS, MEDIAN_MOVED, IN_LIMIT),
        "two periods": (*OPEN, MEDIANS, MEDIAN_MOVED, ONLY_TWO, IN_LIMIT),
        "none": (*OPEN, MEDIANS, MEDIAN_MOVED, NO_CHANGE, IN_LIMIT),
        "bare": (*OPEN, MEDIANS, Sentence("（{ratio_change}），区间算不出", " ({ratio_change}), no interval can be had")),
        "nothing": (
            WHO,
            Sentence(
                "{duration}前后的件数不足或中位数为0，不作对比", "{duration}: too few cases on a side, or a median of 0; not compared"
            ),
        ),
    },
    by="said",
)
A_DAY = Sentence("日均{way}由{a_day_before}变为{a_day_after}", "{way} a day went from {a_day_before} to {a_day_after}")
A_DAY_MOVED = Sentence(
    "（{volume_change}，{volume_low:signed_share}至{volume_high:signed_share}）",
    " ({volume_change}, {volume_low:signed_share} to {volume_high:signed_share})",
)
OF_ALL = Sentence("，相当于此前全部联系的{of_all}", ", which is {of_all} of all contacts before")
ALONE = Sentences(
    {
        "alone": Term("；没有在线会话的数据，看不出是否转到了别的渠道", "; without chat sessions nobody can tell whether they moved there"),
        "none there": Term("；在线会话没有记在这些单位或诉求名下的，看不出是否转到了别的渠道", "; no chat session is under these units or issues, so nobody can tell whether they moved there"),
    },
    by="alone",
)  # fmt: skip
CONTACTS = Rows(
    {
        "clear": (*OPEN, A_DAY, A_DAY_MOVED, OF_ALL, ALONE),
        "two periods": (*OPEN, A_DAY, A_DAY_MOVED, ONLY_TWO, OF_ALL, ALONE),
        "none": (*OPEN, A_DAY, A_DAY_MOVED, NO_CHANGE, ALONE),
        "bare": (*OPEN, A_DAY, Sentence("，区间算不出", ", no interval can be had")),
        "nothing": (WHO, Sentence("{way}有一侧为零，不作对比", "{way}: none on a side, not compared")),
    },
    by="told",
)

FORMS = {
    "tree": Table(
        "need ctq kpi value± target",
        Term("从需求到指标", "From needs to figures"),
        subtitle=Sentence("本期数字，{period}；没有对应指标的KPI不列数字", "Figures of {period}; a KPI without an indicator here has none"),
        bold="value",
        narrow="need kpi value",
    ),
    "causes": Table(
        "cause score cumulative rank rank_low rank_high top_share",
        Term("因果矩阵", "Cause-and-effect matrix"),
        claim=Either((
            Sentence("{causes}项原因取前{top}项，其中{stable:some}项在评分差一档时仍稳在前列", "Of {causes} causes the first {top} are taken on; {stable:some} of them stay there with ratings one step off"),
            Sentence("{causes}项原因取前{top}项，其中{stable:none}项在评分差一档时仍稳在前列", "Of {causes} causes the first {top} are taken on; {stable:none} of them stays there with ratings one step off"),
        )),
        subtitle=Term("得分为权重乘评分之和；各评分随机上下浮动一档，重复一万次", "Score: sum of weight times rating; each rating moved one step at random, ten thousand times"),
        bold="score",
        narrow="cause score rank top_share",
        chosen="chosen",
    ),
    "kpis": Table(
        "name before after points relative unresolved before_n after_n verdict",
        Term("改善前后的KPI", "KPIs before and after"),
        subtitle=Term("按录入的数字；样本量不全的不检验", "As typed in; not tested where a sample size is missing"),
        bold="after",
        narrow="name before after verdict",
    ),
    "interventions": Table(
        "day name measure where months_before months_after",
        Term("采取过的措施", "The measures that were taken"),
        narrow="day name measure",
    ),
    "effect": Table(
        "name measure mean_before mean_after matched pairs change± step±",
        Term("措施前后", "Before and after each measure"),
        subtitle=Term("前后为可比月份的平均；比率的变化为百分点，两种变化各附95%区间", "Before and after: means of the months compared; changes of rates in points, each with its 95% interval"),
        bold="step",
        narrow="name mean_before mean_after change",
    ),
    "durations": Table(
        "name duration median_before median_after ratio_change± ninth_before ninth_after matched",
        Term("时长的前后对比", "Durations before and after"),
        subtitle=Term("未办结的按看到的时间计；区间按天重抽，三对以上的月份另计月与月的差别", "Open ones count for as long as they were seen; days drawn again, and from three pairs on the months' own variation"),
        note=Term("说缩短了多少时，分母是此前的中位数；平均数由少数久办的拉动，不用。", "A fall is of the median before; means follow a few long cases and are not used."),
        bold="ratio_change",
        narrow="duration median_before median_after ratio_change",
    ),
    "within": Table(
        "name duration limit within_before within_after within_change±",
        Term("时限内的占比，前后对比", "Within the limit, before and after"),
        subtitle=Term("时限为参数中的第一个；对比的各月诉求合在一起算，与各月比例的平均会略有出入；变化为百分点，附95%区间", "The first limit of the params; of the orders of the compared months together, so a little off the mean of the months' shares; changes in points with their 95% interval"),
        bold="within_change",
        narrow="duration limit within_before within_after",
    ),
    "contacts": Table(
        "name way a_day_before a_day_after volume_change± share_before share_after of_all matched",
        Term("联系量的前后对比", "Contacts before and after"),
        subtitle=Term("已剔除日期的差别；“折合全部联系”是该渠道的变化占此前全部联系的多少", "Kinds of day taken off; part of all contacts: the change as a part of all contacts before"),
        bold="volume_change",
        narrow="way a_day_before a_day_after volume_change",
    ),
    "productivity": Table(
        "name measure mean_before mean_after matched pairs change± step±",
        Term("首解率与工效的前后对比", "First-call resolution and pace before and after"),
        subtitle=Term("前后为可比月份的平均；首解率的变化为百分点", "Means of the months compared; changes of first-call resolution in points"),
        bold="change",
        narrow="name measure mean_before mean_after change",
    ),
    "course": Figure(
        charts.run_chart,
        Term("指标的走势与措施", "The indicator's course and the measures"),
        claim=(Sentence("{measure}：{name}前后", "{measure}: before and after {name}"),),
        subtitle=Sentence("每月，至{period@last}，竖线为措施开始的月份，虚线为目标", "By month, to {period@last}; upright lines: months in which a measure began; dashed: target"),
        reading=(
            Term("先看竖线之前：若早已朝同一方向走，竖线之后的变化有一部分是惯性。", "Look left of the line first: where the course was already on its way, part of what follows is its inertia."),
        ),
        numbers="period value",
    ),
    "checklist": Table(
        "role slot items required done share± unknown",
        Term("关键行为的达成", "Compliance with the checklist"),
        claim=(Sentence("应做{required@last}项次，做到{share@last}", "{share@last} of {required@last} required items were done"),),
        subtitle=Sentence("{period}，未填的不在分子分母里", "{period}; what was not filled in is in neither part"),
        bold="share",
        narrow="role slot share",
        total=True,
    ),
    "agreement": Table(
        "role checked agreement kappa± overstated",
        Term("自报与抽查是否一致", "Whether spot checks bear out the reports"),
        claim=(Sentence("{checked@last}次抽查，一致{agreement@last}", "{checked@last} spot checks, {agreement@last} agree"),),
        subtitle=Term("κ为扣除碰巧一致后的一致程度，1为完全一致，0与碰巧无异", "Kappa: agreement beyond chance; 1 is full, 0 is chance"),
        bold="kappa",
        total=True,
    ),
    "incidents": Table(
        "category count share cumulative±",
        Term("服务事故", "Incidents"),
        claim=(Sentence("{total}起服务事故，最多的一类占{share}", "{total} incidents; the most frequent kind is {share}"),),
        subtitle=Sentence("{period}，按场景从多到少，附累计占比的区间", "{period}, by scene, most first, with the interval of the cumulative share"),
        bold="count",
        narrow="category count cumulative",
    ),
}  # fmt: skip

SAY = {
    "kpis": KPIS,
    "effect": (EFFECT, WARNED, SHARED),
    "productivity": EFFECT,
    "durations": DURATIONS,
    "contacts": CONTACTS,
    "causes": Sentence(
        "{causes}项原因中，得分最高的是{cause}；前{top}项里{stable}项经得起评分的一档误差。",
        "Of {causes} causes {cause} scores highest; {stable} of the first {top} stand when ratings are one step off.",
    ),
}
