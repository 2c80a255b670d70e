"""How the comparison of definitions is said and drawn."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Sentence, Sentences, Term

FORMS = {
    "panel": Table(
        "name numerator denominator value± fcr",
        Term("同一份数据，不同口径", "The same data under other definitions"),
        claim=(Sentence("{rules}种公开的口径用在同一个月，首解率从{lowest:share}到{highest:share}", "{rules} published definitions on one month: first-call resolution between {lowest:share} and {highest:share}", of_period=True),),
        subtitle=Sentence("{period}，已识别来电人的来电；只列常用的几种，全部见附表", "{period}, calls of identified callers; the usual ones, the full list is in the notebook"),
        bold="value",
        narrow="name value fcr",
        where="common",
        chosen="own",
    ),
    "waterfall": Table(
        "name numerator denominator value change",
        Term("逐条改动", "Rule by rule"),
        claim=(Sentence("从“当日、全部来电”的{value}到现行口径的{value@new}，差别全部来自口径", "From {value} by calendar day and all calls to {value@new} under this definition: all of it is the rule"),),
        subtitle=Term("窗口24小时；各步大小与先后有关，次序固定", "At 24 h; the size of a step depends on the order, which is fixed"),
        bold="change",
        narrow="name value change",
        total=True,
        short=True,
    ),
    "parts": Table(
        "part calls share value±",
        Term("复电是由什么组成的", "What the repeats are"),
        claim=Sentences(
            {
                "": Sentence("一周内的复电，有{share@background}平时也会打来", "{share@background} of a week's repeats would have come anyway"),
                "few": Term("复电不足200次，各部分只作参考", "Fewer than 200 callbacks: the parts are for reference only"),
            }
        ),
        subtitle=Term("168小时内已看到的复电；各项相加等于全部", "Repeats seen within 168 h; the parts add to the whole"),
        bold="share",
        narrow="part calls share",
        total=True,
        short=True,
        unless={"none": Term("没有复电。", "There are no callbacks.")},
    ),
    "bounds": Table(
        "window_hours value± identified bound_low bound_high",
        Term("不识别的来电人能改变多少", "What the unknown callers could change"),
        subtitle=Term("上下界：不识别的来电都不再来电，或都再来电、并把已识别的也接上", "Bounds: none of the unknown repeat, or all do and complete what the known ones left open"),
        narrow="window_hours value bound_low bound_high",
        short=True,
    ),
    "identities": Table(
        "name identified callers value±",
        Term("各种识别方式下的复电率", "The rate under each key"),
        subtitle=Sentence("24小时复电率，{period}", "24 h repeat rate, {period}"),
        bold="value",
        narrow="name identified value",
        short=True,
    ),
    "heavy": Table(
        "left_out callers share value±",
        Term("少数号码对复电率的影响", "What a few callers do to the rate"),
        claim=Sentences(
            {
                "some": Sentence("剔除{callers@both}个来电最多的号码，24小时复电率由{value}变为{value@both}", "Without the {callers@both} busiest callers the 24 h rate goes from {value} to {value@both}"),
                "none": Sentence("没有来电特别多的号码可剔除，24小时复电率{value}", "No caller calls so much more than the others; the 24 h rate is {value}"),
                "untold": Term("剔除的号码太少，剔除后的复电率不列", "Too few callers would be left out to tell the rate without them"),
            }
        ),
        subtitle=Term("疑似总机：一个月超过60通", "Likely switchboards: more than 60 calls a month"),
        bold="value",
        narrow="left_out callers value",
        short=True,
    ),
    "hours": Table(
        "hour calls calendar± rolling±",
        Term("当日与滚动24小时，按来电时点", "Calendar day and rolling 24 h, by the hour of the call"),
        claim=(Sentence("20时以后的来电，当日口径只见{calendar@20}，滚动口径{rolling@20}", "Of calls after 20:00 the calendar day sees {calendar@20}, rolling 24 h {rolling@20}"),),
        subtitle=Term("当日口径的窗口是“离零时还有多久”，晚班因此占便宜，不宜据以排名", "The calendar day's window is the time left to midnight; it rewards late shifts and ranks nobody"),
        bold="calendar rolling",
        narrow="hour calendar rolling",
    ),
}  # fmt: skip

SAY = {
    "panel": (
        Sentence(
            "同一个月的来电，按{rules}种公开的口径算，首解率从{lowest:share}到{highest:share}；只有口径相同的数字才能比较。",
            "On one month's calls, {rules} published definitions give a first-call resolution between {lowest:share} and {highest:share}; only figures under one definition compare.",
            of_period=True,
        ),
    ),
    "bounds": (
        Sentence(
            "计入的来电中，{identified:share}能识别来电人；其余无论是谁打的，24小时复电率在{bound_low@24:share}与{bound_high@24:share}之间。",
            "{identified:share} of the calls counted have a known caller; whoever made the others, the 24 h rate lies between {bound_low@24:share} and {bound_high@24:share}.",
        ),
    ),
}
