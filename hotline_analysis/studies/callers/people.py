"""By person instead of by call (按人看, classic KPI 22, methods 7): who got through at all, how soon, and how many calls it took.

A rate by call counts somebody who redialled nine times ten times. Here a caller counts once, in the period in which they called.
"""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.measures import redials
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.indicators import offered_calls, within_data
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals
from hotline_analysis.words import Term

MOST_TOLD = 5  # from this call on they are told together
TRIES = {
    **{str(n): Term(f"第{n}次", f"call {n}") for n in range(1, MOST_TOLD)},
    str(MOST_TOLD): Term(f"第{MOST_TOLD}次及以后", f"call {MOST_TOLD} or later"),
    "never": Term("一次也没打通", "never"),
}


def people(view: View) -> pd.DataFrame:
    """The period's callers as people: how many got through at least once, how soon and after how many calls; and the demand without redials. One row.

    Counted are identified callers with a call in the period whose outcome is known; calls of the period alone say whether they got through.

    Columns: numerator (callers answered at least once), denominator (callers), value, low, high (Wilson: a caller is a case), first (share answered at the first call), redials_each (mean calls before the first
    answer, of those answered), hours_median, hours_p90 (from the start of the first call to the start of the first answered one, of those who were not answered at once), calls_each, calls (theirs),
    redials (calls that continue an attempt, see `measures.redials`), demand (all calls of the period, unidentified ones too, less the redials), said (some, all: everybody got
    through). Where `tries` leaves counts out, redials_each is not told, nor first without the count of those: they are sums of them. Raises DataRefused without outcome or caller, with masked numbers, and where no caller is identified.
    """
    told, each = _each(view)
    n, reached = len(each), int(each["answered"].sum())
    low, high = intervals.wilson(float(reached), float(n))
    waited = each.loc[each["answered"] & (each["tries"] > 1), "hours"]
    again = int(told["redial"].sum())
    row = {
        "numerator": reached, "denominator": n, "value": reached / n, "low": float(low), "high": float(high), "first": float((each["tries"] == 1).mean()),
        "redials_each": float((each.loc[each["answered"], "tries"] - 1).mean()) if reached else np.nan,
        "hours_median": float(waited.median()) if len(waited) else np.nan, "hours_p90": float(waited.quantile(0.9)) if len(waited) else np.nan,
        "calls_each": len(told) / n, "calls": len(told), "redials": again, "demand": _offered(view) - again, "said": "all" if reached == n else "some",
    }  # fmt: skip
    hidden = _tries(view, each)["callers"].isna().iloc[:-1]
    told = disclosure.without(pd.DataFrame([row]), [hidden.any()], ["redials_each"])
    return disclosure.without(told, [hidden.iloc[0]], ["first"])


def tries(view: View) -> pd.DataFrame:
    """At which of their calls of the period callers were first answered: one row a number of calls (1 to MOST_TOLD or more), and those who never were.

    Columns: tries (key of TRIES), callers, share (of all callers; the shares add to 1). Counts of 1 to 7 callers are not told; of those who got through a sum of them is told by
    `people`, so they protect each other without those who never did. Raises as `people`.
    """
    _, each = _each(view)
    return _tries(view, each)


def _tries(view: View, each: pd.DataFrame) -> pd.DataFrame:
    at = each["tries"].clip(upper=MOST_TOLD).where(each["answered"])
    sizes = [int((at == n).sum()) for n in range(1, MOST_TOLD + 1)] + [int((~each["answered"]).sum())]
    told = pd.DataFrame({"tries": list(TRIES), "callers": sizes, "share": np.array(sizes) / len(each)})
    told = told.assign(through=told["tries"] != "never")
    return disclosure.untold(told, ["callers"], ["share"], view.smallest, parts_of=["through"]).drop(columns="through")


def _each(view: View) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The period's calls of known outcome (with redial: it continues an attempt), and one row a caller: answered, tries (calls up to the first answer), hours (first call to it)."""
    linked = redials.linked(view)
    inside = (linked["start_s"] >= view.period.start_s) & (linked["start_s"] < view.period.end_s)
    told = linked.assign(redial=linked.duplicated("attempt"))[inside].sort_values(["who", "start_s", "seq"], ignore_index=True)
    redials.need_known(told)
    by = told.groupby("who")
    told = told.assign(number=by.cumcount() + 1, since_s=told["start_s"] - by["start_s"].transform("first"))
    first = told[told["answered"] == 1].drop_duplicates("who").set_index("who")
    each = pd.DataFrame(index=pd.Index(told["who"].unique(), name="who"))
    each = each.assign(
        answered=each.index.isin(first.index), tries=first["number"].reindex(each.index), hours=first["since_s"].reindex(each.index) / HOUR
    )
    return told, each


def _offered(view: View) -> int:
    """All calls of the period that asked for a person, those of unknown callers too."""
    rows = within_data(view, offered_calls(view), [view.period])
    return int(pandas(rows.select(n=nw.len()))["n"].iloc[0])
