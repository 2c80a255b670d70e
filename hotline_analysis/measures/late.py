"""Answers to surveys that are still on their way: those who answer at once are no sample of all who will, so a month is not judged before the others have answered too."""

from datetime import date
from math import ceil

import narwhals.stable.v2 as nw

from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.view import View

ARRIVED = 0.95  # of the answers to earlier invitations, for which a month waits
FEW = 30  # earlier answers below which nobody can say how late they come


def awaited(view: View) -> dict[str, date]:
    """`surveys`, and the day on which the answers to the period's last invitations have come, as far as earlier ones tell; nothing where they have, or nobody can tell."""
    late = late_days(view) if "surveys" in view.tables else 0
    day = view.reached_on(24 * late) if late else None
    return {"surveys": day} if day else {}


def late_days(view: View) -> int:
    """Within how many days 95 % of the answers to invitations before the period had come; 0 where nobody was invited in it, the export has not both times, or tells of
    fewer than FEW such answers.
    """
    table = view.table("surveys")
    if not {"invited_s", "answered_s"} <= set(table.collect_schema().names()):
        return 0
    rows = pandas(table.filter(nw.col("invited_s") < view.period.end_s).select("invited_s", "answered_s")).astype("float64")
    earlier = rows[rows["invited_s"] < view.period.start_s]
    waits = (earlier["answered_s"] - earlier["invited_s"]).where(earlier["answered_s"] < view.end_s).dropna()
    return ceil(waits.quantile(ARRIVED) / DAY) if len(waits) >= FEW and len(rows) > len(earlier) else 0
