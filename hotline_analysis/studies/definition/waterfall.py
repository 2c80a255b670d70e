"""From an old figure to the new one, rule by rule: what did each change of the rule do?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hotline_analysis.measures import rates
from hotline_analysis.measures.definition import HOUR, Definition, parse
from hotline_analysis.measures.view import View
from hotline_analysis.words import Term

OLD = {
    **Definition().model_dump(exclude={"identity", "leave_out", "look_ahead", "data_end", "cut_hour"}),
    "mode": "calendar",
    "clock": "start",
    "index_scope": "all",
    "callback_scope": "all",
    "follow_up": "naive",
}
STEPS = {
    "leave_out": (Term("剔除", "exclusions"), ("leave_out",)),
    "identity": (Term("身份", "identity"), ("identity",)),
    "index": (Term("被计入的来电", "calls counted"), ("index_scope",)),
    "callback": (Term("算作复电的来电", "calls that count as repeats"), ("callback_scope",)),
    "outbound": (Term("热线回拨", "calls of the hotline"), ("outbound",)),
    "dispatch": (Term("派单规则", "dispatch rule"), ("dispatch",)),
    "match": (Term("诉求", "issue"), ("match", "level", "targets")),
    "window": (Term("当日或滚动、窗口", "day or rolling, window"), ("mode", "cut_hour", "windows_hours", "windows_by_issue")),
    "clock": (Term("起算时点", "where the gap begins"), ("clock", "min_gap_seconds")),
    "open_orders": (Term("催办", "chases"), ("open_orders",)),
    "chain": (Term("连续来电", "chains"), ("chain",)),
    "direction": (Term("方向", "direction"), ("direction", "charged")),
    "follow_up": (Term("数据末端", "end of data"), ("follow_up", "look_ahead", "data_end")),
}


def waterfall(view: View, *, old: Mapping | None = None, hours: float = 24.0) -> pd.DataFrame:
    """From the figure under an old definition to the one under this hotline's, rule by rule, at one window.

    old: the fields in which the old rule differs from the hotline's; without it the usual old report (every call, from start to start, on
    the same calendar day, no correction at the end). The changes add to the difference; their sizes depend on the order, which is that of
    STEPS, so they are shown in it.

    Columns: step (old, a key of STEPS, new), name_zh, name_en, numerator, denominator, value, low, high, change (from the row above;
    missing for old; for new the whole difference), hash.
    """
    new = view.near().but(windows_hours=[hours])
    settings = {**new.definition.model_dump(), **({"windows_hours": [hours], **OLD} if old is None else dict(old))}
    before = parse(settings, "waterfall › old").model_dump()
    rows, last = [_step(new.but(**before), "old", Term("原口径", "old definition"), None)], None
    for key, (name, fields) in STEPS.items():
        target = {f: getattr(new.definition, f) for f in fields}
        if any(before[f] != target[f] for f in fields):
            before |= target
            last = rows[-1]["value"]
            rows.append(_step(new.but(**before), key, name, last))
    end = {**rows[-1], "step": "new", "name_zh": "现行口径", "name_en": "new definition", "change": rows[-1]["value"] - rows[0]["value"]}
    return pd.DataFrame([*rows, end])


def _step(view: View, key: str, name: Term, before: float | None) -> dict:
    found = rates.followed(view.gaps(), view.definition, round(max(view.definition.windows_hours) * HOUR))
    change = np.nan if before is None else found.value - before
    return {"step": key, "name_zh": name.zh, "name_en": name.en, **found._asdict(), "change": change, "hash": view.definition.hash}
