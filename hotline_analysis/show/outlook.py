"""How the outlook is said and drawn."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure, Table
from hotline_analysis.words import Sentence, Sentences, Term

EXPECTED = Sentence("预计{month}{value}（80%区间{low:count}至{high}）。", "{month}: {value} expected (80% interval {low:count} to {high}).")
BARE = Sentence("预计{month}{value}。", "{month}: {value} expected.")
TESTED = Sentence(
    "在过去{origins}个周末各预测一次其后的月总量：用{method}，平均差{error}；只用最近一个同类日，平均差{naive_error}。",
    "At {origins} earlier weekends the {method} missed the month's total by {error}, copying the last day of each kind by {naive_error}.",
)
KEPT = Sentence("没有别的方法比前者少错5%以上，因此仍用它。", "No other way missed 5% less, so it stays.")
CASES = {
    "kept": (EXPECTED, TESTED, KEPT),
    "beaten": (
        EXPECTED,
        TESTED,
        Sentence("它比四日平均少错5%以上（四日平均差{mean_error}），因此采用。", "It missed over 5% less than the mean of four ({mean_error}), so it is used."),
    ),
    "few origins": (
        EXPECTED,
        Sentence("回测只有{origins}次、不足三个月，不比较方法，用{method}。", "Only {origins} origins, under three months: no ways are compared; used is the {method}."),
    ),
    "few origins, widest": (
        EXPECTED,
        Sentence(
            "回测只有{origins}次，区间取其中最大的误差，比80%区间更宽或更窄都有可能；用{method}。",
            "Only {origins} origins: the interval is the largest of their errors and may be wider or narrower than 80%; used is the {method}.",
        ),
    ),
    "untested": (
        BARE,
        Sentence("历史{history_days}天，不够回测一次，没有区间；用{method}。", "{history_days} days of history do not allow one test, so there is no interval; used is the {method}."),
    ),
    "short": (
        BARE,
        Sentence("历史只有{history_days}天，不足八周，只是照抄最近的同类日，仅供参考。", "Only {history_days} days of history, under eight weeks: the last day of each kind is copied, for reference only."),
    ),
}  # fmt: skip
UNPUBLISHED = Sentences(
    {"unpublished": Sentence("{month}的放假和调休安排官方尚未公布，按没有节假日推算。", "The official holidays of {month} are not published yet; none are assumed.")}, by="calendar"
)  # fmt: skip
RISING = {
    "some": Sentence(
        "{topics}类诉求中，{rising_count}类多于此前{months}个月，不是巧合，{new_count}类是新出现的。",
        "Of {topics} topics {rising_count} came more often than in the {months} months before, beyond chance, and {new_count} {new_count:is|are} new.",
    ),
    "none": Sentence(
        "{topics}类诉求与此前{months}个月相比，没有一类有上升的证据。",
        "Against the {months} months before there is no evidence that any of {topics} topics is on the rise.",
    ),
}

FORMS = {
    "total": Table(
        "month value low high now days workdays method origins error",
        Term("下月总量", "Next month's volume"),
        claim=Sentences(dict.fromkeys(CASES, BARE)),
        subtitle=Term("区间来自以往各次预测的误差；误差为月总量的平均绝对误差", "The interval comes from the errors of earlier forecasts; error: mean absolute error of a month's total"),
        bold="value",
        narrow="month value low high",
        short=True,
    ),
    "months": Figure(
        charts.run_chart,
        Term("各月日均与下月预计", "Daily mean by month, and the month to come"),
        subtitle=Sentence("日均，最后一点为{month}的预计，带为80%区间", "A day; the last point is the forecast of {month}, its band the 80% interval"),
        reading=(
            Term("最后一点不是实际数。带只属于预计的那一月。", "The last point has not happened. The band belongs to the forecast alone."),
            Term("按日均画，大小月和数据缺日不影响高低。", "Drawn as daily means, so that short months and missing days do not matter."),
        ),
        numbers="period a_day ahead",
        options={"measure": "a_day"},
    ),
    "days": Figure(
        charts.coverage,
        Term("下月逐日", "Next month day by day"),
        subtitle=Sentence("{month}每日预计量，浅色为休息日", "Volume expected on each day of {month}; light: days off"),
        reading=(Term("同一类型的日子一样高：方法只看日类型，不猜哪一天会出事。", "Days of one kind are equally high: the method knows kinds of day and guesses no incident."),),
        numbers="date kind calls",
    ),
    "methods": Table(
        "method origins error bias mase gain",
        Term("各种方法过去错多少", "What each way missed"),
        claim=Sentences(
            {
                "kept": Sentence("最近四个同类日的平均仍然采用", "The mean of the last four days of a kind stays"),
                "beaten": Sentence("有一种方法比四日平均少错5%以上", "One way missed over 5% less than the mean of four"),
                "few origins": Sentence("回测不足三个月，只列不比", "Under three months tested: listed, not compared"),
            }
        ),
        subtitle=Sentence("{origins}次回测，每次预测一整月；误差为各次之和占总量，底色为采用的方法", "{origins} origins, a month each; error: sum of absolute errors over the sum; tinted: the way that is used"),
        bold="error",
        narrow="method error mase",
        chosen="chosen",
    ),
    "backtest": Table(
        "origin forecast actual bias",
        Term("最近几次回测", "The latest origins"),
        subtitle=Term("站在那一天预测其后一个月；未见数据的日子两边都不计", "The month after each day; days without data count on neither side"),
        where="shown",
    ),
    "issues": Table(
        "issue share value low high now",
        Term("下月各类诉求", "Next month by topic"),
        subtitle=Sentence("{month}，各类相加等于总量；占比取近八周并向此前收缩", "{month}; topics add to the total; shares of the last eight weeks, drawn towards those before"),
        bold="value",
        narrow="issue value low high",
    ),
    "rising": Table(
        "issue parent count expected ratio± q found",
        Term("上升和新增的诉求", "Rising and new topics"),
        claim=Sentences(RISING),
        subtitle=Sentence("{month:month}与此前{months}个月的日均之比；q为多重比较校正后", "{month:month} over the {months} months before, a day; q after correction for many comparisons"),
        bold="ratio",
        narrow="issue count ratio found",
        where="shown",
    ),
}  # fmt: skip

SAY = {
    "total": (Sentences(CASES), UNPUBLISHED),
    "rising": Sentences(RISING),
}
