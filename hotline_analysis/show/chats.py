"""How the study of chats is said and drawn."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Either, Sentence, Term

COUNTED = Sentence("十项指标中{told}项有数字", "{told} of the ten indicators have figures")
OVER = Sentence(COUNTED.zh + "，按原文算{over:some}项超过100%", COUNTED.en + "; as the document has them {over:some} pass 100%")
ALONE = Sentence(
    "机器人独立完成{value@bot_alone}，{hours}内没有再联系的占{value@bot_contained}",
    "The bot ended {value@bot_alone} of the sessions alone; of {value@bot_contained} nobody was heard for {hours}",
)

FORMS = {
    "ten": Table(
        "group indicator reading numerator denominator value± remark",
        Term("十大关键指标，两种口径", "The ten indicators in two readings"),
        claim=Either((OVER, COUNTED)),
        subtitle=Sentence("{period}，原文口径在上，建议口径在下；两种口径不能相比，也不能混用", "{period}; the document's reading above, the suggested one below; the two do not compare and do not mix"),
        note=Term("一线人员只看预存应用、敏感词和回复间隔；其余用于管理分析，支撑人员按岗位。", "Of these the front line is shown script use, sensitive words and the reply interval; the others are for management, and for support staff by their task."),
        bold="value",
        narrow="indicator value",
    ),
    "deflection": Table(
        "indicator numerator denominator value± remark",
        Term("拦截、独立完成、不再联系", "Held off, ended alone, and no contact since"),
        claim=(ALONE,),
        subtitle=Sentence("{period}，最后一行只看已识别来访人、能看满{hours}的会话", "{period}; the last row is of known callers and of sessions that could be watched for {hours}"),
        bold="value",
        narrow="indicator value",
    ),
}  # fmt: skip

SAY = {
    "ten": Either(
        (
            Sentence(OVER.zh + "，名字说的是另一回事。", OVER.en + ": their names promise something else."),
            Sentence(COUNTED.zh + "。", COUNTED.en + "."),
        )
    ),
    "deflection": Sentence(ALONE.zh + "。", ALONE.en + "."),
}
