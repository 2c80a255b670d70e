"""Whose answers stand for citizens: those whose call, where it is known, is one that a citizen made and the hotline answered."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import inbound, not_left_out
from hotline_analysis.measures.view import View

TEST, LOST = "test", ("abandoned", "blocked")
FEWEST_IDS, MOST_AGAIN = 10, 0.5  # survey ids from which on, and share of them that come again above which, the rows are no surveys
NOBODYS = "all answers are to other calls than citizens made"  # why there are no answers: a key of `words.ABSENT`


def behind(view: View, rows: nw.LazyFrame, columns: Sequence[str] = ()) -> pd.DataFrame:
    """The calls of survey rows, by call id (an id that several calls bear is of none): some columns, and `why` their answers do not count.

    why: not citizens (of a test, of a call that the hotline made, of one that the definition leaves out), lost (nobody answered, so that there was no talk
    to judge), else ''. A call whose direction or outcome is not known counts.
    """
    calls = view.tables.get("calls")
    have = calls.collect_schema().names() if calls is not None else []
    if "call_id" not in have or "call_id" not in rows.collect_schema().names():
        return pd.DataFrame({"call_id": [], "why": []}).set_index("call_id")
    linked = calls.join(rows.select("call_id").unique(), on="call_id", how="semi").filter(~nw.col("call_id").is_null())
    wanted = [c for c in dict.fromkeys(("call_id", "outcome", *columns)) if c in have]
    kept = set(pandas(inbound(not_left_out(linked, view.definition)).select("call_id"))["call_id"])
    found = pandas(linked.select(wanted))
    outcome = found["outcome"] if "outcome" in found else pd.Series("", found.index)
    why = np.select([~found["call_id"].isin(kept) | (outcome == TEST), outcome.isin(LOST)], ["not citizens", "lost"], "")
    found = found.assign(why=why)[~found["call_id"].duplicated(keep=False)]
    return found.set_index("call_id").drop(columns=[c for c in ("outcome",) if c in found and c not in columns])


def counts(found: pd.DataFrame, call_ids: pd.Series) -> pd.Series:
    """Of each survey row why it does not count: '' where it does."""
    return call_ids.map(found["why"].astype(object)).astype(object).fillna("")


def again(survey_ids: pd.Series) -> bool:
    """Whether most survey ids come again, so that a row is no survey: a row an item."""
    times = survey_ids.dropna().value_counts()
    return bool(len(times) >= FEWEST_IDS and (times > 1).mean() > MOST_AGAIN)
