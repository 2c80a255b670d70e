"""The service level under its five definitions, as it is said and shown."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Sentence, Term

SPREAD = Sentence(
    "{within_seconds}秒内接通率{value}；同一批来电，五种算法从{lowest}到{highest}",
    "{value} answered within {within_seconds} s; the same calls give {lowest} to {highest} under five definitions",
)

FORMS = {
    "levels": Table(
        "within_seconds form numerator denominator value± judged",
        Term("服务水平的五种算法", "The service level under five definitions"),
        subtitle=Sentence(
            "{period}，等待含排队与振铃；短时放弃指不到{short_seconds}秒就挂断",
            "{period}; a wait is queue and ringing; short: hung up before {short_seconds} s",
        ),
        note=Term(
            "算法不同的两个数不能比高低；只有A用于评判和排班。",
            "Figures of two forms do not compare; only A is judged and used for staffing.",
        ),
        bold="value",
        narrow="within_seconds form value",
        chosen="judged",
    )
}

SAY = {"levels": Sentence(SPREAD.zh + "，只有算法A用于评判。", SPREAD.en + "; only form A is judged.")}
