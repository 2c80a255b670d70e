"""Answers to surveys that are not in yet: those who answer at once are no sample of all who will, so a month is not judged before the others have answered too.

They are still on their way where the data end too soon after the last invitations, and they are in no export at hand where the data go on and the newest export of surveys was made too soon.
"""

from datetime import date, timedelta
from math import ceil

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.view import View

ARRIVED = 0.95  # of the answers to earlier invitations, for which a month waits
FEW = 30  # earlier answers below which nobody can say how late they come


def awaited(view: View) -> dict[str, date | None]:
    """`surveys`, and the day on which the answers to the period's last invitations have come, as far as earlier ones tell; `survey_export`, on no day that is known, where
    only a newer export tells of them; nothing where they have come, or nobody can tell.
    """
    late = late_days(view) if "surveys" in view.tables else 0
    if late and (day := view.reached_on(24 * late)):
        return {"surveys": day}
    return {"survey_export": None} if late and _outdated(view, late) else {}


def said(view: View) -> tuple[str, str]:
    """What is said of the period's figures of surveys while answers are lacking: `late` and the day on which they are final, or `stale`; '' where none are."""
    found = awaited(view)
    day = found.get("surveys")
    return ("late", day.isoformat()) if day else ("stale" if found else "", "")


def late_days(view: View) -> int:
    """Within how many days 95 % of the answers to invitations before the period had come; 0 where nobody was invited in it, the export has not both times, or tells of
    fewer than FEW such answers.
    """
    rows = _invited(view)
    earlier = rows[rows["invited_s"] < view.period.start_s]
    waits = (earlier["answered_s"] - earlier["invited_s"]).where(earlier["answered_s"] < view.end_s).dropna()
    return ceil(waits.quantile(ARRIVED) / DAY) if len(waits) >= FEW and len(rows) > len(earlier) else 0


def _invited(view: View) -> pd.DataFrame:
    """The invitations up to the period's end; none where the export has not both times."""
    table, times = view.table("surveys"), ["invited_s", "answered_s"]
    if not set(times) <= set(table.collect_schema().names()):
        return pd.DataFrame(columns=times, dtype="float64")
    return pandas(table.filter(nw.col("invited_s") < view.period.end_s).select(*times)).astype("float64")


def _outdated(view: View, late: int) -> bool:
    """Whether the newest export, which alone tells of the period's last invitations, was made before so many days had passed, though the data go on.

    What a newer export does not tell of any more (each month's exported once) is lacking for good, and is not waited for.
    """
    last_s = _invited(view)["invited_s"].to_numpy().max(initial=view.period.start_s)
    complete = view.calendar.instant(view.calendar.day_of(int(last_s)) + timedelta(days=1 + late))
    told_s, newest_s = view.told_until("surveys", [last_s])[0], view.told_to("surveys")
    return view.waits and newest_s <= told_s < min(complete, view.end_s)
