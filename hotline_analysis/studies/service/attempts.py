"""Did those who failed once get through later? (重拨, methods 7)

Who gives up and calls again within half an hour makes one attempt to get through in several calls. Counted call by call a busy hour looks worse than it was, and demand larger: five
redials of one person are five requests. Source: methods 7, classic KPI 22.
"""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import redials
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.view import View
from hotline_analysis.studies.service import calls
from hotline_analysis.words import Field, Term

COLUMNS = {
    "counted": Field(Term("怎么数", "Counted"), words={
        "all": Term("逐通，全部来电", "call by call, all calls"), "calls": Term("逐通，已识别来电人", "call by call, identified callers"),
        "first_call": Term("按次，首拨接通", "by attempt, answered at the first call"), "eventual": Term("按次，最终接通", "by attempt, answered in the end"),
    }),
    "redials": Field(Term("重拨", "Redials"), "count"),
    "redial_share": Field(Term("重拨占来电", "Redials of the calls"), "share"),
    "calls_per_attempt": Field(Term("每次求助拨打", "Calls an attempt"), "ratio"),
    "unreached": Field(Term("始终没打通", "Never answered"), "count"),
    "demand": Field(Term("去掉重拨的需求", "Demand without redials"), "count"),
    "identified": Field(Term("来电人可识别", "Identified callers"), "share"),
    "within_minutes": Field(Term("多少分钟内算重拨", "Redial within, min"), "count"),
}  # fmt: skip


def attempts(view: View) -> pd.DataFrame:
    """The connection rate by call, at the first call of an attempt, and in the end: four rows.

    An attempt is a call and those that follow it while each before was not answered (abandoned, or blocked) and the same caller calls again within `service › redial_minutes`
    of its end. It belongs to the period in which it begins; calls and attempts with an unknown outcome are left out. Only identified callers can redial; the first row has all calls.

    Columns: counted (all, calls, first_call, eventual), numerator, denominator, value, low, high (95 %, from the days on which attempts begin), redials, redial_share (of the identified callers' calls), calls_per_attempt,
    unreached (attempts never answered), demand (all calls less the redials; with unidentified callers still too many), identified (share of the calls), within_minutes, said (redials, none). An
    attempt ends when it is answered, so the rate in the end is at least the one at the first call and the one by call. Raises DataRefused without outcome or caller, with masked numbers, and
    where no caller is identified.
    """
    linked = redials.linked(view)
    own = linked[(linked["begins_s"] >= view.period.start_s) & (linked["begins_s"] < view.period.end_s)]
    if own.empty:
        raise DataRefused("attempts", "no known callers")
    tries = own.groupby("attempt").agg(
        day=("begins_day", "first"), calls=("answered", "size"), first=("answered", "first"), last=("answered", "max")
    )
    by_day = tries.groupby("day").agg(calls=("calls", "sum"), answered=("last", "sum"), first=("first", "sum"), attempts=("first", "size"))
    parts = {"calls": ("answered", "calls"), "first_call": ("first", "attempts"), "eventual": ("answered", "attempts")}
    whole = calls.hourly(view).groupby("day")[["answered", "offered"]].sum()
    rows = [{"counted": "all", **calls.share(whole["answered"].to_numpy(), whole["offered"].to_numpy())}]
    rows += [{"counted": name, **calls.share(*(by_day[c].to_numpy() for c in pair))} for name, pair in parts.items()]
    made, n, total = len(tries), int(tries["calls"].sum()), int(whole["offered"].sum())
    told = {
        "redials": n - made,
        "redial_share": (n - made) / n,
        "calls_per_attempt": n / made,
        "unreached": int(made - tries["last"].sum()),
        "demand": total - (n - made),
    }
    return pd.DataFrame(rows).assign(
        **told, identified=_identified(view), within_minutes=view.params.service.redial_minutes, said="redials" if n > made else "none"
    )


def _identified(view: View) -> float:
    rows = calls.offered(view, "caller").with_columns(**calls.marked(known=~nw.col("caller").is_null()))
    found = pandas(rows.select(nw.col("known").sum(), n=nw.len()))
    return float(found["known"].iloc[0] / found["n"].iloc[0]) if found["n"].iloc[0] else np.nan


TABLES = {"attempts": attempts}
