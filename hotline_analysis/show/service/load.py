"""What work the calls bring, as it is said and shown."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Sentence, Term

MOST = Sentence(
    "{category}最费人手：占来电{share_of_handled}，占工时{share_of_work}",
    "{category} takes most of the work: {share_of_handled} of the calls, {share_of_work} of the work",
)

FORMS = {
    "workload": Table(
        "category handled share_of_handled handling_seconds± work_hours_a_day share_of_work busiest_hour",
        Term("各类诉求的工作量", "Work by category"),
        subtitle=Sentence("{period}，接通的来电；时长为{parts}；工时是来电乘以时长", "{period}, answered calls; handling is {parts}; work is calls times handling"),
        bold="share_of_work",
        narrow="category handled handling_seconds share_of_work",
    ),
    "load": Table(
        "hour busy_agents category share_of_hour",
        Term("一天各钟点的工作量", "Work by the hour of the day"),
        subtitle=Sentence("{period}；同时在处理的人数是该钟点的工时，不含空闲；并列出最费人手的一类", "{period}; agents kept busy: the hour's work, without idle time; and the category that takes most of it"),
        bold="busy_agents",
        where="lead",
        short=True,
    ),
}  # fmt: skip

SAY = {"workload": Sentence(MOST.zh + "。", MOST.en + ".")}
