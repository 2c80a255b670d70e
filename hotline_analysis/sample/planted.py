"""Who called back because of what in the invented hotline: planted, and not exported. Tests ask for it."""

from functools import lru_cache

import numpy as np
import pandas as pd

from hotline_analysis.sample import city, export, records
from hotline_analysis.sample.simulate import CAUSES, Calls, run

EPOCH = 1_690_819_200  # 2023-08-01 00:00 in Asia/Shanghai


@lru_cache(maxsize=1)
def simulated() -> tuple[Calls, export.Rows, np.ndarray]:
    calls = run()
    rows, chases = export.make_rows(calls)
    return calls, rows, chases


def truth() -> pd.DataFrame:
    """What the exports do not tell, one row per inbound attempt that they hold (rows damaged in the export included), in order of time.

    call_id; start_s and end_s (epoch seconds); caller (0 ..., a person or switchboard); caller_kind (ordinary, frequent, weekly, switchboard);
    withheld; answered; agent (as exported, "" when nobody answered); class_key and issue_3 of what the call is about;
    cause (habit, weekly, callback, flow, redial_abandoned, redial_dropped, redial_outage); caused_by: the call_id of the answered call whose
    unsolved problem brought this caller back, through redials if need be, "" for none; delay_seconds from its end, -1 for none;
    chase: it is about an order that is open and not yet due.
    """
    calls, rows, chases = simulated()
    inbound = rows.kind == 0
    n = rows.attempt[inbound]
    ids = np.full(len(calls) + 1, "", dtype=object)
    ids[n] = export.call_ids(rows.start)[inbound]
    parent = records.problem_parent(calls)[n]
    answered = calls.state[n] == 0
    classes = np.array([city.CLASSES[i.class_index].key for i in city.ISSUES], dtype=object)
    return pd.DataFrame(
        {
            "call_id": ids[n], "start_s": calls.start[n] + EPOCH, "end_s": calls.end[n] + EPOCH, "caller": calls.caller[n],
            "caller_kind": _caller_kinds(calls.caller[n]), "withheld": export.phone_book()[2][calls.caller[n]], "answered": answered,
            "agent": np.where(answered, np.array([city.agent_label(a) for a in range(60)], dtype=object)[calls.agent[n]], ""),
            "class_key": classes[calls.issue[n]], "issue_3": np.array([i.level_3 for i in city.ISSUES], dtype=object)[calls.issue[n]],
            "cause": np.array(CAUSES, dtype=object)[calls.cause[n]], "caused_by": ids[parent],
            "delay_seconds": np.where(parent >= 0, calls.start[n] - calls.end[parent], -1), "chase": chases[n],
        }
    )  # fmt: skip


def _caller_kinds(caller: np.ndarray) -> np.ndarray:
    kinds = np.array(["ordinary", "frequent", "weekly", "switchboard"], dtype=object)
    edges = np.cumsum([export.PEOPLE, export.FREQUENT, export.WEEKLY_CALLERS])
    return kinds[np.searchsorted(edges, caller, side="right")]
