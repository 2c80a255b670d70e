"""Where the calls are lost, as it is said and drawn."""

from hotline_analysis.show import charts
from hotline_analysis.show.forms import Figure
from hotline_analysis.words import Either, Sentence, Sentences, Term

GATHERED = Sentence(
    "没接起的来电{named_share:share0}在{named_hours:clock}",
    "{named_share:share0} of the calls that nobody answered came at {named_hours:clock}",
)
SPREAD = Term("没接起的来电分散在各钟点", "The calls that nobody answered are spread over the day")
FEW = Term("没接起的来电太少，不比较钟点。", "Too few calls were lost to compare the hours.")
BEFORE = Either(
    (
        Sentence(
            "{named_hours:clock}只接通{named_value}（以往{named_usual}），全月没接起的{all_lost}通有{named_lost}通（{named_share:share0}）在这里。",
            "At {named_hours:clock} {named_value} were answered ({named_usual} before); {named_lost} of the month's {all_lost} lost calls ({named_share:share0}) were lost there.",
            of_period=True,
        ),
        Sentence(
            "{named_hours:clock}只接通{named_value}，全月没接起的{all_lost}通有{named_lost}通（{named_share:share0}）在这里。",
            "At {named_hours:clock} {named_value} were answered; {named_lost} of the month's {all_lost} lost calls ({named_share:share0}) were lost there.",
            of_period=True,
        ),
    )
)

FORMS = {
    "hours": Figure(
        charts.lost_hours,
        Term("没接起的来电，按钟点", "Calls that nobody answered, by hour"),
        claim=Sentences({"gathered": GATHERED, "spread": SPREAD}),
        subtitle=Sentence(
            "各钟点没接起的来电，通，{period}，全部结果已知的来电；柱上数字为该钟点接通率",
            "Calls not answered by hour of the day, {period}, all calls of known outcome; above the bars: the hour's connection rate",
        ),
        reading=(
            Sentences(
                {
                    "gathered": Term("深色是接通率低于全天、又丢得最多的钟点。", "Dark: hours below the whole day that lose most."),
                    "spread": Term("", ""),
                }
            ),
        ),
        numbers="hour denominator lost value usual_value",
        unless={"few": FEW},
    )
}

SAY = {"hours": (Sentences({"gathered": BEFORE, "spread": Term(SPREAD.zh + "。", SPREAD.en + "."), "few": FEW}),)}
