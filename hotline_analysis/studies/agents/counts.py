"""The counts of the study, for a page that names nobody."""

import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.view import View
from hotline_analysis.studies.agents import cells as found
from hotline_analysis.words import Field, Term

COLUMNS = {
    "judged": Field(Term("可判断的话务员", "Agents that can be judged"), "count"),
    "too_few": Field(Term("样本不足的话务员", "Agents with too few calls"), "count"),
    "unended": Field(Term("不知来电何时结束的话务员", "Agents of unknown ends"), "count"),
    "coach": Field(Term("建议单独辅导", "To coach"), "count"),
    "train": Field(Term("建议培训的诉求", "Issues to train"), "count"),
    "process": Field(Term("建议查流程的诉求", "Issues whose process to look at"), "count"),
    "practice": Field(Term("可借鉴的话务员", "Good practice"), "count"),
    "said": Field(Term("结论", "Case")),
}  # fmt: skip


def counts(view: View, *, level: int = 1, window_hours: float = 0.0) -> pd.DataFrame:
    """The counts of `agents` and `issues` for a page that names nobody: one row.

    Columns: judged (agents with FEW or more calls), too_few, unended (agents of whose calls so many have no known end that they are not judged), coach, practice (agents), train, process (issues), denominator (calls), unwatched, said (some: somebody is to be coached or an issue
    trained or looked at; none; few: fewer than five agents to compare).
    """
    frame = found.cells(view, level=level, window_hours=window_hours)
    if frame.empty:
        raise DataRefused("agents", "no base.", "Ask for a month with answered calls of agents.")
    people, issues = found.by_agent(frame, view.params.coaching), found.by_issue(frame, view.params.coaching)
    advice, cause = people["advice"].value_counts(), issues["cause"].value_counts()
    named = people[people["advice"] != "unknown"]
    judged = len(named) - int(advice.get("few", 0) + advice.get("ends", 0))
    row = {
        "judged": judged, "too_few": int(advice.get("few", 0)), "unended": int(advice.get("ends", 0)), "coach": int(advice.get("coach", 0) + advice.get("general", 0)), "practice": int(advice.get("good", 0)),
        "train": int(cause.get("train", 0)), "process": int(cause.get("process", 0)), "denominator": int(named["denominator"].sum()),
        "unwatched": int(frame["unwatched"].iloc[0]) if len(frame) else 0,
    }  # fmt: skip
    said = "few" if judged < 5 else "some" if row["coach"] + row["train"] + row["process"] else "none"
    return pd.DataFrame([{**row, "said": said}])


TABLES = {"counts": counts}
STAFF = ()
