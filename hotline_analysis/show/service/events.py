"""When things broke, as it is said and drawn."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Rows, Sentence, Sentences, Term

KINDS = (
    Sentence("无来电时段{gap_count:some}处", "{gap_count:some} {gap_count:silence|silences}"),
    Sentence("全天骤减{day_count:some}天", "{day_count:some} thin {day_count:day|days}"),
    Sentence("成批放弃或未接入{lost_count:some}处", "{lost_count:some} {lost_count:burst|bursts} of lost calls"),
    Sentence("成批接通即断{short_count:some}处", "{short_count:some} {short_count:burst|bursts} of dropped calls"),
    Sentence("集中来电{burst_count:some}起", "{burst_count:some} mass {burst_count:event|events}"),
)
FOUND = {
    "some": (Term("本期发现：", "Found:"), Rows({"some": KINDS}, by="said", joint=Term("，", ", "))),
    "none": Sentence(
        "看过{gaps_looked}个间隔、{windows_looked}个时段，没有发现故障或集中来电。",
        "In {gaps_looked} gaps and {windows_looked} windows there is no sign of an outage or a mass event.",
    ),
}  # fmt: skip
BROKEN = {
    "gap": (Sentence("{started_at}起{minutes}分钟没有一通来电，按同类日子和当天的忙闲应有{usual:count}通", "No call for {minutes} minutes from {started_at}, where days of the kind at that day's pace would have had {usual:count}"),),
    "day": (Sentence("{started_at:day}只有{denominator}通来电，同类日子平常有{usual:count}通", "{denominator} calls only on {started_at:day}, where {usual:count} are usual"),),
    "lost": (Sentence("{started_at}起{minutes}分钟内{denominator}通有{value}放弃或未接入", "{value} of {denominator} calls lost within {minutes} minutes from {started_at}"),),
    "short": (Sentence("{started_at}起{minutes}分钟内{denominator}通有{value}接通即断", "{value} of {denominator} answered calls dropped at once within {minutes} minutes from {started_at}"),),
}  # fmt: skip
USUAL = (Sentence("（{callers}人）", " (by {callers} callers)"), Sentence("，平常{usual:count}通", ", where {usual:count} are usual"))
EVENT = {
    "issue": (Sentence("{started_at}起{span_hours}，“{issue}”来电{count}通", "{count} calls about {issue} within {span_hours} from {started_at}"), *USUAL),
    "area": (Sentence("{started_at}起{span_hours}，{area}来电{count}通", "{count} calls from {area} within {span_hours} from {started_at}"), *USUAL),
    "both": (Sentence("{started_at}起{span_hours}，{area}关于“{issue}”来电{count}通", "{count} calls from {area} about {issue} within {span_hours} from {started_at}"), *USUAL),
    "whole": (Sentence("{started_at}起{span_hours}，全热线来电{count}通", "{count} calls to the whole hotline within {span_hours} from {started_at}"), *USUAL),
}  # fmt: skip
NOTHING = Term("没有发现要剔除的来电，剔除前后相同。", "Nothing was found, so there is nothing to take out.")
WITHOUT = {
    "some": Sentence(
        "剔除这{removed}通来电，接通率由{with_events@connection_rate}变为{without@connection_rate}；这是同一个月的两种算法，不是变化。",
        "Without these {removed} calls the connection rate is {without@connection_rate} instead of {with_events@connection_rate}: two ways to count one month, not a change.",
        of_period=True,
    ),
    "none": NOTHING,
}

FORMS = {
    "outages": Table(
        "broken started_at ended_at minutes usual numerator denominator value± p recorded",
        Term("中断与成批丢失", "Silences and bursts of lost calls"),
        subtitle=Sentence("{period}；平常应有：无来电时段与骤减的日子为来电（同类日子除去最忙的一天，无来电时段再按当天的忙闲折算，因此与数据检查里的中位数不同），其余为丢失的来电；可能性按全月看过的次数计", "{period}; usual: calls in a silence or on a thin day (days of the kind without the busiest, a silence at its own day's pace: not the median of the data checks), lost calls otherwise; chance counted over everything looked at", of_period=True),
        narrow="broken started_at minutes usual",
    ),
    "bursts": Table(
        "started_at ended_at issue area count callers usual ratio± excess share",
        Term("集中来电", "Mass events"),
        subtitle=Sentence("{period}；一行一起，与同类日子的同一时段相比", "{period}; one row an event, against the same hours of days of the kind"),
        bold="count",
        narrow="started_at issue count usual",
    ),
    "with_without": Table(
        "indicator_name with_events± without± moved_by",
        Term("剔除这些来电前后", "The period with and without these calls"),
        claim=Sentences({"some": Sentence("剔除{removed}通来电前后", "With and without {removed} calls")}),
        subtitle=Sentence("{period}；这是同一个月的两种算法，不是变化，不判好坏", "{period}; two ways to count one month, not a change, and not judged", of_period=True),
        narrow="indicator_name with_events without",
        unless={"none": NOTHING},
    ),
}  # fmt: skip

SAY = {
    "events": (Sentences(FOUND),),
    "outages": (Rows(BROKEN, by="told"),),
    "bursts": (Rows(EVENT, by="told"),),
    "with_without": (Sentences(WITHOUT),),
}
