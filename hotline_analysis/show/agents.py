"""How the study of agents is said and drawn. What names people is for staff; `counts`, `issues` and `talk` name nobody."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Rows, Sentence, Sentences, Term

FEW = Term("可比的话务员不足5人，不作判断。", "Fewer than five agents can be compared: nothing is judged.")
LEFT = (
    Sentence(
        "可判断{judged}人，另有{too_few}人来电不足30通，不作判断。",
        "{judged} agents can be judged; {too_few} have fewer than 30 calls and are not.",
    ),
)
COUNTS = Sentences(
    {
        "some": (
            Sentence(
                "建议单独辅导{coach}人，培训{train}类诉求，查{process}类诉求的流程与知识库；{practice}人的做法可借鉴。",
                "To coach: {coach} agents; to train: {train} issues; process to look at: {process} issues; good practice: {practice} agents.",
            ),
            *LEFT,
        ),
        "none": (
            Term(
                "没有人、也没有一类诉求超出平常的差异，不建议任何措施。",
                "Nobody and no issue is beyond the ordinary spread: nothing is suggested.",
            ),
            *LEFT,
        ),
        "few": FEW,
    }
)
GIVEN = Term(
    "应有：同一诉求、同一时段，其余话务员的复电率乘以本人来电",
    "Expected: the other agents' rate with the same issue at the same hours, times the agent's calls",
)

FORMS = {
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
        subtitle=Term("差异超出巧合的部分过半、且四分之一以上的人单看偏高，为培训；个别人偏高，为辅导；人人都高，查流程", "Train: over half of the spread is no chance and a quarter of the agents are high by themselves; coach: single agents; process: all are high"),
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
        Term("不采取措施，下月会怎样", "What next month brings if nothing is done"),
        subtitle=Term("最高的一成里有一部分是运气，运气不会再来；末行为所选各人合计", "Part of what the worst tenth has is luck, which does not come again; last row: the chosen together"),
        narrow="agent seen foreseen",
        total=True,
    ),
}  # fmt: skip

SAY = {
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
