"""How satisfaction is said and drawn."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Rows, Sentence, Sentences, Term

SCORED = Sentence("{name}均分{mean}", "{name}: mean {mean}")
BETWEEN = Sentence("（{mean_low}至{mean_high}）", " ({mean_low} to {mean_high})")
COUNTED = Sentence("，{n}份作答", ", {n} answers")
BEFORE = Sentence("；上月均分{before}", "; mean of the month before {before}", of_period=True)
NET = Sentence(
    "，高于上月的净占比{effect}（{effect_low}至{effect_high}）",
    ", net share of answers above the last month's {effect} ({effect_low} to {effect_high})",
    of_period=True,
)
HEAD = (SCORED, BETWEEN, COUNTED, BEFORE)
MIX = Sentence(
    "，均分变化{change}，其中{mix}来自各渠道答卷的构成，{own}来自同一渠道内的得分",
    ", a change of {change}, of which {mix} is another mix of channels and {own} other scores by the same channel",
)
WITHIN = Sentence(
    "，同一渠道内高于上月的净占比{effect}（{effect_low}至{effect_high}）",
    ", within a channel the net share of answers above the last month's {effect} ({effect_low} to {effect_high})",
    of_period=True,
)
LATE = Sentence(
    "；答卷还在收，{final_on:day}定稿，此前不作变化判断",
    "; answers are still on their way and it is final on {final_on:day}: change not judged before",
)
STALE = Term(
    "；答卷导出得早，还没有收齐，要等新的导出，此前不作变化判断",
    "; answers were exported before all were in, and wait for a newer export: change not judged before",
)
CHANGED = {
    "none": (*HEAD, Term("，没有证据表明有变化", ", no evidence of change")),
    "many": (*HEAD, NET, Term("，但各题一并比较后没有证据表明有变化", ", yet no evidence of change once all items are compared together")),
    "two": (*HEAD, NET, Term("，仅有两期，不判好坏", "; two periods only, not judged")),
    "no n": (*HEAD, Term("；未提供样本量，不作变化判断", "; no sample size given, change not judged")),
    "means": (*HEAD, Term("；只有均分，没有逐份答卷，不作变化判断", "; means only, no single answers, change not judged")),
    "few": (*HEAD, Term("；样本不足，不作变化判断", "; too few, change not judged")),
    "late": (*HEAD, LATE),
    "stale": (*HEAD, STALE),
    "same": (*HEAD, Term("，两月的答案全部相同", "; all answers of both months are alike", of_period=True)),
    "none within": (*HEAD, MIX, Term("；同一渠道内没有证据表明有变化", "; no evidence of change within a channel")),
    "many within": (
        *HEAD,
        MIX,
        WITHIN,
        Term("，但各题一并比较后没有证据表明有变化", ", yet no evidence of change once all items are compared together"),
    ),
    "two within": (*HEAD, MIX, WITHIN, Term("，仅有两期，不判好坏", "; two periods only, not judged")),
    "same within": (
        *HEAD,
        MIX,
        Term("；同一渠道两月的答案全部相同", "; by the same channel all answers of both months are alike", of_period=True),
    ),
    "ways": (
        *HEAD,
        Term(
            "；两月没有同一渠道的足够答卷，不作变化判断",
            "; no channel has enough answers in both months, change not judged",
            of_period=True,
        ),
    ),
    "ways within": (
        *HEAD,
        MIX,
        Term(
            "；两月没有同一渠道的足够答卷，不作变化判断",
            "; no channel has enough answers in both months, change not judged",
            of_period=True,
        ),
    ),
    "first": (*HEAD, Term("；没有上月的答卷，不作比较", "; no answers of the month before, not compared", of_period=True)),
    "whole": HEAD,
    "off": (
        Sentence(
            "{name}的得分本月或上月有不少不在{scale_low}至{scale_high}分的量表内，不作变化判断",
            "{name}: of this month or the one before many scores lie off the scale of {scale_low} to {scale_high}, change not judged",
            of_period=True,
        ),
    ),
    "empty": (Sentence("{name}本月无人作答", "{name}: no answer this month", of_period=True),),
}
OFTEN = (
    "来电多次的人每通受邀的占比与只来电一次的相差{difference}（{difference_low}至{difference_high}）",
    "Of the calls by those who called several times the share invited differs by {difference} ({difference_low} to {difference_high}) from that of one-call callers",
)
AGAIN = {
    "none": Sentence(f"{OFTEN[0]}，没有证据表明邀请有偏。", f"{OFTEN[1]}: no evidence that invitations favour either."),
    "more": Sentence(f"{OFTEN[0]}：来电多次的人更常受邀，其答卷在未加权的得分中偏多。", f"{OFTEN[1]}: they are asked more, and weigh more in the raw scores."),
    "less": Sentence(f"{OFTEN[0]}：来电多次的人更少受邀，他们往往更不满意，未加权的得分会偏高。", f"{OFTEN[1]}: they are asked less, and as they tend to be less satisfied the raw scores may read high."),
    "few": Term("来电一次或多次的人不足30名，邀请是否有偏不作判断。", "Under 30 callers of one call, or of several: whether invitations favour either is not judged."),
}  # fmt: skip
MARGIN = Sentence("比例的误差范围为±{margin}，只含抽样误差", "A share has a margin of ±{margin}, sampling error only")
ASKED = (
    Sentence(
        "本期接通来电{frame_calls}通，邀请{invited}次（占{invited_share}）",
        "Of {frame_calls} answered calls of the period {invited} were invited ({invited_share})",
    ),
    Sentence("，收回{answers}份，回收率{value}（{low}～{high}）", ", {answers} answered: a response rate of {value} ({low}–{high})"),
    Sentence("，来自{respondents}人。", ", from {respondents} people. "),
)
SAMPLED = {
    "whole": (*ASKED, MARGIN),
    "census": (Sentence("本期接通来电{frame_calls}通，全部有评价，没有无回应的偏差；区间是各期之间本来就有的波动", "All {frame_calls} answered calls of the period were rated, so nobody was silent; the intervals are what such periods vary by anyway"),),
    "rated": (
        Sentence("本期接通来电{frame_calls}通，有评价的{answers}通，评价率{value}（{low}～{high}），来自{respondents}人；导出里没有邀评记录，不知道邀请过谁。", "Of {frame_calls} answered calls of the period {answers} were rated ({value}; {low}–{high}), by {respondents} people; the export has no record of invitations, so nobody knows who was asked. "),
        MARGIN,
    ),
    "apart": (
        Sentence("邀请{invited}次，收回{answers}份，回收率{value}（{low}～{high}）", "{invited} invited, {answers} answered: a response rate of {value} ({low}–{high})"),
        Sentence("，来自{respondents}人；邀请多于本期接通来电{frame_calls}通，两者不是同一批，不知道从多少人中抽取。", ", from {respondents} people; the invitations are more than the {frame_calls} answered calls of the period, so they are not of these alone, and nobody knows out of how many. "),
        MARGIN,
    ),
    "no frame": (
        Sentence("邀请{invited}次，收回{answers}份，回收率{value}（{low}～{high}）", "{invited} invited, {answers} answered: a response rate of {value} ({low}–{high})"),
        Sentence("，来自{respondents}人；没有来电数据，不知道从多少人中抽取。", ", from {respondents} people; without calls nobody knows out of how many. "),
        MARGIN,
    ),
    "answers only": (
        Sentence("收回{answers}份，来自{respondents}人；导出里没有未作答的邀请，回收率无从得知，谁没有回答也无从得知。", "{answers} answers from {respondents} people; the export holds no invitation without an answer, so neither the response rate nor who kept silent is known. "),
        MARGIN,
    ),
    "few": (Sentence("只收回{answers}份，样本不足，各数字只作参考", "Only {answers} answers: too few, the figures are for reference"),),
}  # fmt: skip
BIASED = {
    "few": Sentence("可比的话务员只有{agents}名，不足10名，不作判断。", "Only {agents} agents can be compared, under 10: not judged."),
    "asked all": Sentence("{agents}名话务员邀请的占比相同，没有挑选的余地。", "{agents} agents invite the same share, so none chooses."),
    "none": Sentence(
        "{agents}名话务员中，没有证据表明邀请得少的得分高（等级相关{rho}，{low:ratio}至{high:ratio}）。",
        "Among {agents} agents there is no evidence that those who invite fewer score better (rank correlation {rho}, {low:ratio} to {high:ratio}).",
    ),
    "negative": Sentence(
        "{agents}名话务员中，邀请得越少得分越高（等级相关{rho}，{low:ratio}至{high:ratio}）：可能在挑人邀评。",
        "Among {agents} agents, who invites fewer scores better (rank correlation {rho}, {low:ratio} to {high:ratio}): whom to ask may be chosen.",
    ),
    "positive": Sentence(
        "{agents}名话务员中，邀请得越多得分越高（等级相关{rho}，{low:ratio}至{high:ratio}），不像在挑人邀评。",
        "Among {agents} agents, who invites more scores better (rank correlation {rho}, {low:ratio} to {high:ratio}), which is not what choosing looks like.",
    ),
}
TOGETHER = Sentence(
    "前{first_three}项合计{three}（{three_low}～{three_high}）", "The first {first_three} together: {three} ({three_low}–{three_high})"
)
NEEDED = {
    "few": (TOGETHER, Term("，样本不足或只有三项以内，不再细说。", ", too few, or three at most, to say more.")),
    "half": (TOGETHER, Term("，约占一半。", ", about half.")),
    "eighty": (TOGETHER, Term("，约占八成。", ", about 80%.")),
    "plain": (TOGETHER, Term("。", ".")),
}
DRIVEN = {
    "clear": Sentence(
        "与{target}关系最密切的是{name}，相对贡献{share}（{share_low}～{share_high}），领先第二位；各项合计解释{explained}。这是相关，不是原因。",
        "{name} goes most with {target}: a relative contribution of {share} ({share_low}–{share_high}), ahead of the second beyond chance; all together explain {explained}. This is correlation, not cause.",
    ),
    "close": Sentence(
        "与{target}关系较密切的是{name}，相对贡献{share}（{share_low}～{share_high}），与其后的难分先后；各项合计解释{explained}。这是相关，不是原因。",
        "{name} comes first with {target}: a relative contribution of {share} ({share_low}–{share_high}), not to be told from those behind it; all together explain {explained}. This is correlation, not cause.",
    ),
    "none": Sentence("各题与{target}没有可辨的关系，不排先后。", "No item goes with {target} more than by chance, so there is no order."),
}
RECOMMEND = Sentence(
    "净推荐值{nps}（{nps_low}至{nps_high}），{denominator}份作答", "NPS {nps} ({nps_low} to {nps_high}), {denominator} answers"
)
MOVED = Sentence(
    "；较上月{moved_nps}（{moved_low}至{moved_high}）", "; {moved_nps} on the month before ({moved_low} to {moved_high})", of_period=True
)
PROMOTED = {
    "first": (RECOMMEND, Term("。", ".")),
    "late": (RECOMMEND, LATE, Term("。", ".")),
    "stale": (RECOMMEND, STALE, Term("。", ".")),
    "few": (RECOMMEND, Term("；样本不足，不作变化判断。", "; too few, change not judged.")),
    "ways": (
        RECOMMEND,
        Term(
            "；两月没有同一渠道的足够答卷，不作变化判断。",
            "; no channel has enough answers in both months, change not judged.",
            of_period=True,
        ),
    ),
    "none": (RECOMMEND, MOVED, Term("，没有证据表明有变化。", ", no evidence of change.")),
    "two": (RECOMMEND, MOVED, Term("，仅有两期，不判好坏。", "; two periods only, not judged.")),
}


WAY = (
    Sentence("{group}得分{score}", "{group}: score {score}"),
    Sentence("（{score_low}至{score_high}）", " ({score_low} to {score_high})"),
)
WAYS = {
    "way": (*WAY, Sentence("，邀请{denominator}次，收回{numerator}份，回收率{value}（{low}～{high}）", ", {denominator} invited, {numerator} answered: a response rate of {value} ({low}–{high})")),
    "way answers": (*WAY, Sentence("，收回{numerator}份", ", {numerator} answered")),
}  # fmt: skip


def joined(cases: dict) -> Rows:
    """The parts of the row that is told, put together."""
    return Rows(cases, by="told", end=Term("", ""))


FORMS = {
    "brief": Table(
        "name n mean± before said",
        Term("各题得分与上月", "Scores by item, and the month before", of_period=True),
        subtitle=Sentence("{period}；均分的区间按作答人算，判断已就题数校正", "{period}; intervals are of respondents, verdicts allow for the number of items"),
        bold="mean",
        narrow="name mean said",
    ),
    "items": Table(
        "name n mean± value± not_applicable off_scale unanswered before said state",
        Term("各题得分", "Scores by item"),
        subtitle=Sentence(
            "{period}；来源：{source}；占比为最高两档（2、3分制为最高一档，超过11个分值不算）；不适用、未答不计分；变化只看答案的高低次序",
            "{period}; source: {source}; share: the two best scores (of 2 or 3 points the best; over 11 none); not applicable and left empty are no scores; change by the order of answers alone",
        ),
        bold="mean",
        spare="off_scale",
        narrow="name n mean state",
    ),
    "distribution": Figure(
        charts.likert,
        Term("各题的得分怎样分布", "How the scores are spread"),
        subtitle=Sentence("作答的百分比，{period}；中线是量表正中，左为低分，右为高分，颜色越深离中线越远", "% of answers, {period}; the line is the middle of the scale, low scores left, high scores right, darker the further from it"),
        reading=(
            Term("均分相同的两题，可以一题人人四分，另一题一半满分一半低分；条形的两端看得出来，均分看不出来。", "Two items of one mean may be all fours, or half fives and half twos; the ends of the bar show it, the mean does not."),
        ),
        numbers="name score numerator denominator value",
    ),
    "response": Table(
        "kind group denominator answers value± score±",
        Term("谁被邀请，谁作了答", "Who was invited, who answered"),
        subtitle=Sentences({
            "survey": Sentence("{period}；基数为邀请次数，占比为回收率，得分为总体满意度", "{period}; base: invitations, share: response rate, score: the overall item"),
            "rating": Sentence("{period}；没有邀评记录：基数为接通来电，占比为评价率，得分为评价", "{period}; no record of invitations. Base: answered calls, share: calls rated, score: the rating"),
        }, by="source"),
        narrow="group denominator value score",
    ),
    "sample": Table(
        "frame_calls invited invited_share answers value± respondents linked not_citizens lost margin",
        Term("样本", "The sample"),
        subtitle=Sentences({
            "survey": Sentence("{period}；占比为回收率", "{period}; share: response rate"),
            "rating": Sentence("{period}；没有邀评记录，占比为评价率", "{period}; no record of invitations; share: calls rated"),
        }, by="source"),
        narrow="invited answers value margin",
        spare="not_citizens lost",
        short=True,
    ),
    "size": Table(
        "margin answers invited population",
        Term("要多少份答卷", "How many answers it takes"),
        subtitle=Sentence("95%置信，比例一半时；按本期回收率{value}折算邀请次数", "95% confidence, for a share of one half; invitations at this period's response rate of {value}"),
        short=True,
    ),
    "intake": Table(
        "week days denominator numerator value total",
        Term("每周收回多少", "Intake by week"),
        subtitle=Sentences({
            "survey": Sentence("{period}；按受邀的那一周，基数为邀请，计数为收回；首尾两周可能不满七天", "{period}; by the week of the invitation, base: invitations, count: answers; the first and the last week may be cut"),
            "rating": Sentence("{period}；按来电的那一周，计数为评价；没有邀评记录；首尾两周可能不满七天", "{period}; by the week of the call, count: ratings; no record of invitations; the first and the last week may be cut"),
        }, by="source"),
        narrow="week numerator total",
    ),
    "bias": Table(
        "since agents calls denominator rho low high invited_low invited_high choosing",
        Term("会不会挑人邀评", "Whether agents choose whom to ask"),
        claim=(Sentences(BIASED),),
        narrow="agents rho",
    ),
    "again": Table(
        "called callers calls denominator asked± numerator value± score±",
        Term("来电多次的人，受邀与作答", "Callers of several calls: invited and answering"),
        subtitle=Sentence("{period}；接通的呼入来电，按已识别的来电人；受邀占来电，回收占受邀；区间按来电人", "{period}; answered inbound calls of known callers; invited of the calls, answered of the invited; intervals over callers"),
        narrow="called calls asked value score",
    ),
    "agents": Table(
        "agent calls denominator invited_share numerator value± score± chooses",
        Term("各话务员的邀评与得分", "Invitations and scores by agent"),
        narrow="agent denominator score",
    ),
    "weighted": Table(
        "name method mean value± moved effective_n deff bound_low bound_high",
        Term("按来电构成加权", "Weighted to the mix of the calls"),
        subtitle=Sentence("{period}；占比为最高两档（2、3分制为最高一档，超过11个分值不算），加权与不加权并列", "{period}; share: the two best scores (of 2 or 3 points the best; over 11 none); weighted beside raw"),
        note=Term("少于20份的单元合并，权重不超过中位数的5倍。最低、最高是未作答者全不满意、全满意时的占比。", "Cells under 20 answers are joined, no weight exceeds 5 times the median. Lowest and highest: the share if all the silent were dissatisfied, or satisfied."),
        narrow="name method mean value",
    ),
    "gaps": Figure(
        charts.gap_chart,
        Term("各题的差距", "Gaps by item"),
        subtitle=Sentence("占量表的百分点，{period}；与期望之差，没有期望的与本人各题平均之差", "Points of the scale, {period}; against the expectation, or against the person's own average of all items"),
        reading=(
            Term("实心点的区间不含零：这一题确实低于（或高于）对照。空心点分不出来。", "Filled points: the interval leaves zero out, the item is really below (or above). Hollow ones cannot be told."),
            Term("与本人平均相比时，长处与短板总是相抵，说的是哪里相对弱，不是好不好。", "Against one's own average, strong and weak sides always cancel: it says where one is weaker, not whether one is good."),
        ),
        numbers="name dimension against n scaled reference gap± said",
    ),
    "sources": Table(
        "name source n agents mean± value± said",
        Term("三个来源并列", "Three sources side by side"),
        subtitle=Sentence("{period}；占比为最高两档（2、3分制为最高一档，超过11个分值不算）；不同来源从不平均", "{period}; share: the two best scores (of 2 or 3 points the best; over 11 none); sources are never averaged"),
        narrow="name source mean",
    ),
    "agreement": Table(
        "name first second level pairs rho± difference± said",
        Term("来源之间是否一致", "Whether the sources agree"),
        subtitle=Sentence("{period}；差为量表的百分点", "{period}; difference in points of the scale"),
        narrow="first second rho",
    ),
    "drivers": Table(
        "name share± r part n",
        Term("与总体评价的关系：相对贡献", "What goes with the overall score: relative contribution"),
        subtitle=Sentence("{period}；总体评价为{target}；各项相加为100%，区间按作答人重抽500次", "{period}; overall item: {target}; the parts add to 100%, intervals from 500 draws of the respondents"),
        note=Term("相对贡献是相关，不是原因：改善第一位的那一题，总体评价未必随之提高。", "A relative contribution is correlation, not cause: improving the first item need not lift the overall score."),
        bold="share",
        narrow="name share share±",
    ),
    "alpha": Table(
        "dimension items n alpha± weakest without dropped said",
        Term("各维度的题目是否问同一件事", "Whether a dimension's items ask one thing"),
        subtitle=Sentence("{period}；克朗巴赫α，区间为Feldt；0.7与0.6两条线是惯例", "{period}; Cronbach's alpha with Feldt's interval; the lines at 0.7 and 0.6 are conventions"),
        narrow="dimension items alpha said",
    ),
    "nps": Table(
        "period denominator promoters passives detractors nps± moved_nps±",
        Term("净推荐值", "Net promoter score"),
        subtitle=Sentence("{name}；9至10分为推荐者，0至6分为贬损者", "{name}; promoters give 9 or 10, detractors 0 to 6"),
        bold="nps",
        narrow="period denominator nps",
    ),
    "needs": Table(
        "rank need numerator value± cumulative±",
        Term("最想要什么", "What people want most"),
        claim=(joined({case: parts[:1] for case, parts in NEEDED.items()}),),
        subtitle=Sentence("{period}；{denominator}为分母（{base}）；累计为提到前几项中任一项的占比", "{period}; of {denominator} ({base}); cumulative: those who named any of the first so many"),
        narrow="need numerator cumulative",
    ),
    "themes": Table(
        "theme numerator value± score score_n",
        Term("意见说了什么", "What the comments speak of"),
        subtitle=Sentence("{period}；{denominator}份有编码的意见，{uncoded}份没有；得分为这些人的总体满意度", "{period}; {denominator} coded comments, {uncoded} answers without; score: the overall item of those people"),
        narrow="theme numerator score",
    ),
}  # fmt: skip

SAY = {
    "items": Rows(CHANGED, by="told"),
    "ways": Rows(WAYS, by="told"),
    "sample": Rows(SAMPLED, by="said"),
    "bias": (
        Sentences(BIASED),
        Sentences(
            {
                "True": Sentence(
                    "其中{choosing}名邀请偏少、得分又偏高，都不是巧合，宜查一查是否挑人。",
                    "{choosing} of them {choosing:invites|invite} less and {choosing:scores|score} higher, both beyond chance: worth asking whether they choose.",
                )
            },
            by="found",
        ),
    ),
    "again": Sentences(AGAIN),
    "drivers": Sentences(DRIVEN),
    "nps": joined(PROMOTED),
    "needs": joined(NEEDED),
}
