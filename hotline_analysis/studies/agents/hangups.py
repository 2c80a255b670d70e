"""Who ends calls within seconds, and is the caller back at once? Source: data of bank1999; A05."""

import pandas as pd

from hotline_analysis.errors import BadParams
from hotline_analysis.measures import agents as measured
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals
from hotline_analysis.studies.agents.cells import FEW
from hotline_analysis.words import Field, Term

COLUMNS = {
    "short": Field(Term("极短通话", "Very short calls"), "count"),
    "short_share": Field(Term("极短占比", "Share very short"), "share", interval=("short_low", "short_high")),
    "short_low": Field(Term("下端", "Low"), "share"),
    "short_high": Field(Term("上端", "High"), "share"),
    "short_followed": Field(Term("极短后即再来电", "Followed at once"), "count"),
    "short_known": Field(Term("极短而可追踪", "Very short, traceable"), "count"),
    "back_share": Field(Term("极短后再来电占比", "Share followed at once"), "share"),
    "other_back_share": Field(Term("其余通话后再来电占比", "The same after other calls"), "share"),
    "rank": Field(Term("次序", "Order"), "count"),
}  # fmt: skip


def hangups(view: View, *, short_seconds: int = 10, within_minutes: int = 10) -> pd.DataFrame:
    """Calls shorter than `short_seconds` after which the same caller was on the line again within minutes: one row an agent, the most such calls over all their calls first.

    Counted are answered calls of the period with a known talk time; whether a caller came back is known of identified ones. Agents of fewer than FEW calls and calls
    without an agent come last and have no place in the order.

    Columns: rank, agent, denominator (calls), short, short_share, short_low, short_high (95 %, Wilson), short_known, short_followed, back_share (of the short ones), other_back_share (the same after the agent's
    other calls). Raises DataRefused without agents or talk times. Source: data of bank1999; A05.
    """
    if short_seconds < 1 or within_minutes < 1:
        raise BadParams("agents › hangups", "a call has to be shorter than a second or more, within a minute or more.")
    found = measured.hangups(view, short_seconds=short_seconds, within_seconds=60 * within_minutes)
    low, high = intervals.wilson(found["short"].to_numpy(float), found["calls"].to_numpy(float))
    other = found["known"] - found["short_known"]
    told = found.assign(
        denominator=found["calls"], short_share=found["short"] / found["calls"], short_low=low, short_high=high,
        back_share=found["short_followed"] / found["short_known"].where(found["short_known"] > 0),
        other_back_share=(found["followed"] - found["short_followed"]) / other.where(other > 0),
    )  # fmt: skip
    ranked = (told["agent"] != "") & (told["calls"] >= FEW)
    worst = (told["short_followed"] / told["calls"]).where(ranked, -1 - (told["agent"] == ""))
    told = told.assign(worst=worst).sort_values(["worst", "agent"], ascending=[False, True], kind="stable", ignore_index=True)
    told["rank"] = pd.array([n + 1 if w >= 0 else None for n, w in enumerate(told["worst"])], dtype="Int64")
    return told[
        [
            "rank",
            "agent",
            "denominator",
            "short",
            "short_share",
            "short_low",
            "short_high",
            "short_known",
            "short_followed",
            "back_share",
            "other_back_share",
        ]
    ]


TABLES = {"hangups": hangups}
STAFF = ("hangups",)
