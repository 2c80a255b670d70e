"""Records a day, beside what such a day usually brings."""

from datetime import date, timedelta

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis import tables
from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.store.ends import rest_days
from hotline_analysis.intake.usual import judge_days
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.view import View

EPOCH = date(1970, 1, 1)


def daily(view: View) -> pd.DataFrame:
    """One row a day of the period: date, calls (every record of the leading table on that day, test calls among them), rest, usual (of such days before it), broken,
    note (of a broken day, its records over the usual), of (the leading table), days, broken_days, unclear_days and empty_days (how many), said (usual, broken, unclear).

    Broken is a day whose records are missing, or one that is as odd as the checks call it; both count the same records, so that one page has one number
    of a day. Unclear is a day without a record at a hotline so small that nothing tells whether nobody called. Days are the hotline's own, cut at its cut hour. Raises DataRefused where the leading table has months only.
    """
    if tables.TABLES[view.leading].monthly:
        raise DataRefused("days", "the tables hold figures of months only.", "Name a table with records to see its days.")
    cut = 3600 * view.calendar.cut_hour
    epoch = view.clock(view.leading)
    records = view.table(view.leading).filter((nw.col(epoch) >= view.data_start_s) & (nw.col(epoch) < view.data_end_s))
    found = pandas(records.with_columns(day=(nw.col("local_s") - cut) // DAY).group_by("day").agg(calls=nw.len()))
    calls = {EPOCH + timedelta(days=int(d)): int(n) for d, n in zip(found["day"], found["calls"], strict=True)}
    first, last = view.calendar.day_of(view.data_start_s), view.calendar.day_of(view.data_end_s - 1)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    frame = pd.DataFrame({"date": days, "calls": [calls.get(d, 0) for d in days], "rest": rest_days(view.params, days)})
    judged = judge_days(frame, view.params)
    frame = frame.assign(usual=judged["usual"], broken=judged["missing"] | judged["odd"], unclear=judged["unclear"])
    inside = frame[(frame["date"] >= view.period.first_day) & (frame["date"] <= view.period.last_day)]
    notes = [f"{r.calls:,}/{r.usual:,.0f}" if r.broken and r.usual == r.usual else "" for r in inside.itertuples()]
    broken, unclear = int(inside["broken"].sum()), int(inside["unclear"].sum())
    told = {
        "note": notes,
        "of": view.leading,
        "days": len(inside),
        "broken_days": broken,
        "unclear_days": unclear,
        "empty_days": int((inside["calls"] == 0).sum()),
    }
    told["said"] = "broken" if broken else "unclear" if unclear else "usual"
    return inside.drop(columns="unclear").assign(date=lambda f: pd.to_datetime(f["date"]), **told).reset_index(drop=True)
