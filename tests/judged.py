"""Verdict frames made by hand, as `measures.verdicts.compare` gives them and `quotable` completes them."""

import numpy as np
import pandas as pd

from hotline_analysis.measures import quotable
from hotline_analysis.show import forms
from tests.spec.frames import KNOWN

DIRECTION = {"worse": "down", "better": "up", "more": "up", "less": "down", "few": "few"}
STATE = {"none": "inside", "few": "few", "not_compared": "not compared"}
ROW = {
    "group": "", "period": "2024-09", "numerator": 90, "denominator": 100, "value": 0.9, "adjusted": 0.9, "low": 0.85, "high": 0.94, "calls": 100,
    "change": -0.014, "change_low": -0.02, "change_high": -0.01, "raw_change": -0.014, "year_change": np.nan, "centre": 0.93, "lower": 0.91,
    "upper": 0.95, "trial": False, "run": "", "run_months": 1, "target": np.nan, "reached_months": 0, "target_months": 12, "capability": "",
    "missing": "", "origin": "records", "moved": "", "rank": "", "rank_months": 12, "events": 2, "false_flags": 0.04, "break_month": "", "break_zh": "", "break_en": "",
    "months": ("2024-07", "2024-08", "2024-09"), "values": (0.93, 0.914, 0.9), "lowers": (0.91, 0.91, 0.91), "uppers": (0.95, 0.95, 0.95),
}  # fmt: skip


def verdicts(**judgements: str) -> pd.DataFrame:
    """Rows of `verdicts.compare`, one an indicator; `few` and `not_compared` have no limits. What is inside its limits is between them."""
    rows = [_row(key, judgement) for key, judgement in judgements.items()]
    frame = pd.DataFrame(rows)
    return frame.assign(leads=~frame.duplicated(["event", "judgement"]))


def _row(key: str, judgement: str) -> dict:
    unjudged = judgement in ("few", "not_compared")
    said = {"judgement": judgement, "state": STATE.get(judgement, "outside"), "direction": DIRECTION.get(judgement, "none")}
    if KNOWN[key].better == "lower" and judgement in ("worse", "better"):
        said["direction"] = {"up": "down", "down": "up"}[said["direction"]]
    place = (
        {"value": 0.93, "adjusted": 0.93} if judgement == "none" else {"value": 0.96, "adjusted": 0.96} if said["direction"] == "up" else {}
    )
    limits = {"lower": np.nan, "upper": np.nan, "centre": np.nan} if unjudged else {}
    method = {"method": "" if unjudged else "chart", "reason": "first month" if judgement == "not_compared" else ""}
    return {"indicator": key, **ROW, **place, **limits, **said, **method, "event": KNOWN[key].event}


def told(frame: pd.DataFrame, **options) -> pd.DataFrame:
    """The frame of `h.verdicts`: completed by `quotable`, with its contract."""
    whole = quotable.quotable(frame, KNOWN, **options)
    fields = {c: f.as_dict() for c, f in quotable.columns(KNOWN).items() if c in whole or f"{c}_zh" in whole}
    whole.attrs = {
        "study": "month",
        "table": "verdicts",
        "language": "zh",
        "fields": fields,
        "digest": forms.digest(whole),
        "missing": None,
    }
    return whole
