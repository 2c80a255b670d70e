"""How the study of agents is said and drawn. What names people is for staff; `counts`, `issues` and `talk` name nobody."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Rows, Sentence, Sentences, Term

FEW = Term("可比的话务员不足5人，不作判断。", "Fewer than five agents can be compared: nothing is judged.")
COMMA = Term("，", ", ")
JUDGED = (
    Sentence("可判断{judged}人", "{judged} {judged:agent|agents} can be judged"),
    Sentence("另有{too_few:some}人来电不足30通，不作判断", "with fewer than 30 calls, and not judged: {too_few:some}"),
    Sentence(
        "{unended:some}人的不少来电不知何时结束，不判高低，也不作他人的参照",
        "of unknown ends of calls, not judged and no measure of the others: {unended:some}",
    ),
)
LEFT = Rows(dict.fromkeys(("some", "none"), JUDGED), by="said", joint=COMMA)
ADVISED = (
    Sentence("单独辅导{coach:some}人", "{coach:some} {coach:agent|agents} to coach"),
    Sentence("培训{train:some}类诉求", "{train:some} {train:issue|issues} to train"),
    Sentence("查{process:some}类诉求的流程与知识库", "{process:some} {process:issue|issues} whose process to look at"),
    Sentence("{practice:some}人的做法可借鉴", "{practice:some} {practice:agent|agents} to learn from"),
)
COUNTS = Sentences(
    {
        "some": (Term("建议：", "Suggested:"), Rows({"some": ADVISED}, by="said", joint=COMMA), LEFT),
        "none": (
            Term(
                "没有人、也没有一类诉求超出平常的差异，不建议任何措施。",
                "Nobody and no issue is beyond the ordinary spread: nothing is suggested.",
            ),
            LEFT,
        ),
        "few": FEW,
    }
)
GIVEN = Term(
    "应有：同一诉求、同一时段，其余话务员的复电率乘以本人来电",
    "Expected: the other agents' rate with the same issue at the same hours, times the agent's calls",
)

CAUSAL = Term("相关，不是因果。", "This is correlation, not cause.")
TALK = Sentences(
    {
        "short": (
            Sentence(
                "同类诉求、同一时段相比，通话最短的一份每千通比最长的一份多{slope}通复电（{slope_low}至{slope_high}）。",
                "Of like calls at like hours the shortest have {slope} more repeats per 1,000 than the longest ({slope_low} to {slope_high}).",
            ),
            CAUSAL,
        ),
        "long": (
            Sentence(
                "同类诉求、同一时段相比，通话最短的一份复电并不多，最长的一份反而多（最短减最长，每千通{slope}，{slope_low}至{slope_high}）。",
                "Of like calls at like hours the shortest have fewer repeats than the longest (shortest less longest {slope} per 1,000, {slope_low} to {slope_high}).",
            ),
            CAUSAL,
        ),
        "none": (
            Sentence(
                "同类诉求、同一时段相比，没有证据表明通话长短与复电有关（最短减最长，每千通{slope}，{slope_low}至{slope_high}）。",
                "Of like calls at like hours there is no evidence that talk time and repeats go together (shortest less longest {slope} per 1,000, {slope_low} to {slope_high}).",
            ),
            CAUSAL,
        ),
        "few": Term("复电不足200次，不看通话长短。", "Fewer than 200 repeats: nothing is said of talk time."),
    }
)
THREE = Sentence(
    "上月挑出的{chosen}人：当时是同类的{picked@last}倍，不采取措施预计{foreseen@last}倍（{foreseen_low@last}至{foreseen_high@last}），本月{came@last}倍。",
    "The {chosen} picked last month: {picked@last} times the others then, {foreseen@last} expected with nothing done ({foreseen_low@last} to {foreseen_high@last}), {came@last} this month.",
)
FOLLOWED = Sentences(
    {
        "inside": (
            THREE,
            Term("与预计一致：看不出措施的效果，也看不出变差。", "As expected: no effect of any measure can be seen, and no worsening."),
        ),
        "better": (THREE, Term("好于预计：不只是运气回转。", "Better than expected: more than luck turning.")),
        "worse": (THREE, Term("差于预计：不只是运气不好。", "Worse than expected: more than bad luck.")),
        "few": Term("上月挑出的人本月样本不足。", "Those picked last month have too few calls now."),
    }
)

FORMS = {
    "vague": Table(
        "agent filed_calls blank vague_share± expected ratio± lower upper q repeats changed_share± changed_expected verdict",
        Term("笼统分类用得多的人", "Who files under vague words"),
        subtitle=Sentence("笼统的诉求：{words}；应有：其余话务员在同一技能组、同一时段这样归类的比例", "Vague words: {words}; expected: how often the others file so in the same skill group at the same hours"),
        bold="ratio",
        narrow="agent vague_share verdict",
    ),
    "vague_words": Table(
        "issue denominator share_of_calls caused caused_same moved± others_moved q one_way like",
        Term("哪些诉求名称像是笼统分类", "Which issues look like vague words"),
        subtitle=Term("再来电时换了诉求、又不集中在哪一类的，疑似笼统；已扣除平时也会打的", "Suspected where the callers come back under other issues, and no single one; what they do anyway is taken off"),
        bold="moved",
        narrow="issue moved like",
    ),
    "talk": Figure(
        charts.spans,
        Term("通话越短，复电越多吗", "Do shorter calls have more repeats?"),
        subtitle=Sentence("同类诉求、同一时段的来电由短到长分份，{period}；每千通较平均多几通，线为95%区间", "Like calls at like hours from the shortest to the longest, {period}; repeats per 1,000 against the mean, lines are 95% intervals"),
        reading=(
            Term("第1份最短。点在零的右边，复电比平均多。", "Part 1 is the shortest. Right of zero: more repeats than the mean."),
            CAUSAL,
        ),
        options={"name": "part", "measure": "more", "names": {str(n): Term(f"第{n}份", f"part {n}") for n in range(1, 21)}},
        numbers="part denominator talk crude adjusted± more±",
        unless={"few": Term("复电不足200次，不看通话长短。", "Fewer than 200 repeats: nothing is said of talk time.")},
    ),
    "followed": Table(
        "agent picked_advice picked foreseen± came outcome denominator",
        Term("上月挑出的人，这个月怎样", "Those picked last month, now"),
        subtitle=Term("三个数：挑出时、不采取措施的预计、本月实际，都是实际÷应有；末行为合计", "Three figures: when picked, expected with nothing done, seen now, each over expected repeats; last row: together"),
        bold="came",
        narrow="agent picked came outcome",
        total=True,
    ),
    "behind": Table(
        "agent issue started_at talk_seconds gap_hours next_at next_agent next_issue next_talk_seconds",
        Term("来电与其后的再次来电", "Calls and the calls that followed"),
        subtitle=Sentence("共{rows:count}对，间隔短的在前", "{rows:count} pairs, the shortest gap first"),
        narrow="started_at issue gap_hours next_issue",
    ),
    "counts": Table("judged coach practice train process too_few denominator", Term("员工差异一览", "Agents at a glance"), short=True),
    "cells": Table(
        "agent issue denominator numerator value± expected ratio± lower upper q shrunken± verdict",
        Term("话务员与诉求", "Agents and issues"),
        subtitle=GIVEN,
        bold="ratio",
        narrow="agent issue value verdict",
        where="told",
    ),
    "agents": Table(
        "agent denominator numerator value± expected ratio± flagged_issues advice",
        Term("各话务员", "By agent"),
        subtitle=Term("同一建议之内按姓名排列，不是名次；应有的复电按各人的诉求与时段折算", "Within one advice by name, which is no ranking; expected repeats follow each agent's issues and hours"),
        bold="ratio",
        narrow="agent ratio advice",
    ),
    "issues": Table(
        "issue agents denominator value± i2 spread_p flagged_share plain_high cause",
        Term("各类诉求的员工差异", "How much agents differ, by issue"),
        subtitle=Sentence("差异超出巧合的部分达{spread_from}、且{high_from}以上的人单看偏高，为培训；个别人偏高，为辅导；人人都高，查流程", "Train: {spread_from} of the spread or more is no chance and {high_from} of the agents or more are high by themselves; coach: single agents; process: all are high"),
        bold="cause",
        narrow="issue value cause",
    ),
    "hangups": Table(
        "rank agent denominator short short_share± short_known short_followed back_share other_back_share",
        Term("极短通话后市民即再来电", "Very short calls after which the caller was back at once"),
        subtitle=Term("不足10秒的接通来电，及其后10分钟内的再次来电；未记话务员的列在最后，不排次序", "Answered calls under 10 s, and the caller back within 10 minutes; calls without an agent come last and have no place"),
        bold="short_share",
        narrow="rank agent short_share back_share",
    ),
    "regression": Table(
        "agent denominator seen foreseen± chosen",
        Term("不采取措施，下月会怎样", "What next month brings if nothing is done", of_period=True),
        subtitle=Term("最高的一成里有一部分是运气，运气不会再来；末行为所选各人合计", "Part of what the worst tenth has is luck, which does not come again; last row: the chosen together"),
        narrow="agent seen foreseen",
        total=True,
    ),
}  # fmt: skip

SAY = {
    "vague": Sentences(
        {
            "some": Sentence(
                "{above}人归入{words}的来电高于同类。",
                "{above} {above:agent files|agents file} more calls under {words} than the others do with the same calls.",
            ),
            "none": Sentence(
                "没有人归入{words}的来电高于同类。", "Nobody files more calls under {words} than the others do with the same calls."
            ),
            "few": FEW,
        }
    ),
    "vague_words": Sentences(
        {
            "suspected": (
                Rows(
                    {
                        "suspected": Sentence(
                            "{issue}像是笼统分类：引出的复电有{moved}换了诉求，其余诉求是{others_moved}",
                            "{issue} looks like a vague word: {moved} of what it brings back is about another issue, {others_moved} elsewhere",
                        )
                    },
                    by="like",
                    between=Term("；", "; "),
                    end=Term("。", "."),
                ),
            ),
            "none": Term("除参数所列外，没有看出笼统的诉求名称。", "No issue looks like a vague word but those that params name."),
        }
    ),
    "talk": TALK,
    "followed": FOLLOWED,
    "counts": COUNTS,
    "issues": (
        Rows(
            {
                "train": Sentence("{issue}：员工间差异大，宜培训该类", "{issue}: agents differ much, train the issue"),
                "process": Sentence(
                    "{issue}：人人都高，先查流程与知识库", "{issue}: high with everybody, look at process and knowledge first"
                ),
            },
            by="cause",
            between=Term("；", "; "),
        ),
    ),
}
