"""How first-call resolution is said and drawn."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Sentence, Term

FORMS = {
    "rates": Table(
        "window_hours value± repeat_rate dispatch_rate overlap naive bound_high",
        Term("首解率", "First-call resolution"),
        claim=(Sentence("24小时首解率{value@24}；用1减复电率再减派单率会重复扣除，得{naive@24}", "First-call resolution at 24 h {value@24}; 1 − repeat − dispatch takes the overlap off twice and gives {naive@24}"),),
        subtitle=Term("派单率以已识别来电人的接通来电为分母", "The dispatch rate is of identified callers' answered calls"),
        bold="value",
        narrow="window_hours value repeat_rate dispatch_rate",
    ),
    "dispatch": Table("issue department fate calls", Term("派单规则怎样计", "How the dispatch rule counts")),
}  # fmt: skip

SAY = {
    "rates": (
        Sentence(
            "{value@24}的来电在24小时内一次办结：既没有派单，也没有再打来。",
            "{value@24} of calls are settled at once within 24 h: neither dispatched nor followed by another.",
        ),
    ),
}
