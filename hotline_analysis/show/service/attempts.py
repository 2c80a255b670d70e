"""Redials as one attempt, as they are said and shown."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Sentence, Sentences, Term

RATES = Sentence(
    "可识别的来电人中，首拨接通{value@first_call}，最终接通{value@eventual}；逐通计是{value@calls}。",
    "Of the identified callers' attempts {value@first_call} were answered at the first call and {value@eventual} in the end; call by call it is {value@calls}.",
)
REDIALS = Sentence(
    "{redials}通是没打通又重拨的（占{redial_share}），去掉它们，需求是{demand}。",
    "{redials} calls were redials ({redial_share}); without them demand is {demand}.",
)
CASES = {"redials": (RATES, REDIALS), "none": (RATES, Term("没有发现重拨。", "No redial was found."))}

FORMS = {
    "attempts": Table(
        "counted numerator denominator value±",
        Term("逐通与按次的接通率", "The connection rate by call and by attempt"),
        claim=Sentences({case: Sentence("没打通的人，后来打通了多少：首拨{value@first_call}，最终{value@eventual}", "How many got through in the end: {value@first_call} at the first call, {value@eventual} in the end") for case in CASES}),
        subtitle=Sentence(
            "{period}；没接通、挂断后{within_minutes}分钟内再打算同一次求助；来电人可识别的占{identified}",
            "{period}; not answered and called again within {within_minutes} min is one attempt; callers of {identified} of the calls are identified",
        ),
        note=Sentence(
            "一次求助平均拨打{calls_per_attempt}通，{unreached}次始终没打通。认不出来电人的，重拨也认不出，只在第一行。",
            "An attempt is {calls_per_attempt} calls on average; {unreached} were never answered. Redials of callers who are not identified cannot be told; they are in the first row only.",
        ),
        bold="value",
        narrow="counted value",
    )
}  # fmt: skip

SAY = {"attempts": Sentences(CASES)}
