"""The calls behind an agent's figure: an index call and the call that followed it, on one row. For staff. (A40)"""

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis.errors import BadParams
from hotline_analysis.measures import agents as measured
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.orders import NONE, NOT_GIVEN
from hotline_analysis.measures.view import View
from hotline_analysis.words import Field, Term

MOST_ROWS = 2000  # a person reads these; more is an export's work (`hotline rows`)
COLUMNS = {
    "started_at": Field(Term("来电时间", "Start")),
    "talk_seconds": Field(Term("通话秒数", "Talk, s"), "count"),
    "gap_hours": Field(Term("间隔", "Gap"), "hours"),
    "next_at": Field(Term("再次来电时间", "Next call")),
    "next_agent": Field(Term("再次来电的话务员", "Its agent")),
    "next_issue": Field(Term("再次来电的诉求", "Its issue"), words={NONE: NOT_GIVEN}),
    "next_talk_seconds": Field(Term("再次通话秒数", "Its talk, s"), "count"),
    "rows": Field(Term("全部行数", "Rows in all"), "count"),
}  # fmt: skip


def behind(view: View, *, agent: str = "", issue: str = "", level: int = 1, window_hours: float = 0.0, rows: int = 200) -> pd.DataFrame:
    """Each repeat of the period beside the call that it repeats: one row a pair, the shortest gap first. For staff.

    The pairs are those that `cells` counts: `agent` and `issue` leave one agent's, one issue's; the definition's minimum gap, match and targets hold (so `match: target` gives the reading of one issue that leads to another), and only calls that
    were watched for their window count.

    Columns: agent, issue, started_at (local time), talk_seconds, gap_hours, next_at, next_agent, next_issue, next_talk_seconds (talk where the export has it), rows (all pairs; the first `rows` of them are listed). Raises as `measures.agents.pairs`. Source: A40.
    """
    if not 1 <= rows <= MOST_ROWS:
        raise BadParams("agents › rows", f"between 1 and {MOST_ROWS} rows are listed.", "hotline rows writes all of them.")
    found = measured.pairs(view, level=level, window_hours=window_hours)
    found = found[(found["agent"] == agent) | (not agent)]
    found = found[(found["issue"] == issue) | (not issue)].sort_values(["gap_s", "seq"], kind="stable", ignore_index=True)
    shown = found.head(rows)
    first, then = _calls(view, shown["seq"], level), _calls(view, shown["next_seq"], level)
    told = {
        "agent": shown["agent"],
        "issue": shown["issue"],
        "started_at": _clock(first["local_s"]),
        "talk_seconds": first.get("talk_seconds"),
    }
    told |= {"gap_hours": shown["gap_s"] / HOUR, "next_at": _clock(then["local_s"]), "next_agent": then["agent"].fillna("")}
    told |= {"next_issue": then[f"issue_{level}"].fillna(NONE), "next_talk_seconds": then.get("talk_seconds")}
    return pd.DataFrame({name: values for name, values in told.items() if values is not None}).assign(rows=len(found))


def _calls(view: View, seq: pd.Series, level: int) -> pd.DataFrame:
    """These calls, in this order."""
    calls = view.table("calls")
    kept = [c for c in ("local_s", "agent", f"issue_{level}", "talk_seconds") if c in calls.collect_schema().names()]
    found = pandas(calls.filter(nw.col("seq").is_in(seq.tolist())).select("seq", *kept)).set_index("seq")
    return found.reindex(seq).reset_index(drop=True)


def _clock(seconds: pd.Series) -> pd.Series:
    return pd.to_datetime(seconds, unit="s").dt.strftime("%Y-%m-%d %H:%M:%S")


TABLES = {"behind": behind}
STAFF = ("behind",)
