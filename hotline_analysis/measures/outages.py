"""The outages that the register of events tells of (故障登记)."""

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.view import View

OPEN_S = 7 * DAY  # an outage without an end lasts; older than a week, nobody wrote down its end


def registered(view: View) -> pd.DataFrame | None:
    """The outages with a beginning: found_s and repaired_s, in seconds. One that is not repaired lasts to the end of the data, at most a week; nan of a register that tells no ends. None without a register."""
    events = view.tables.get("events")
    if events is None or not {"kind", "found_s"} <= set(events.collect_schema().names()):
        return None
    have = [c for c in ("found_s", "repaired_s") if c in events.collect_schema().names()]
    known = pandas(events.filter((nw.col("kind") == "outage") & ~nw.col("found_s").is_null()).select(*have)).astype("float64")
    ends = known["repaired_s"] if "repaired_s" in known and known["repaired_s"].notna().any() else None
    lasts = (known["found_s"] + OPEN_S).clip(upper=max(view.end_s, view.data_end_s))
    return known.assign(repaired_s=float("nan") if ends is None else ends.fillna(lasts))
