"""The invented hotline 云江市12345: fourteen months of exports that show every study something true, because the truth was planted.

docs/sample.md lists what is planted. The exports are written on first use (`write_sample`); who called back because of what is not exported,
and tests ask for it (`truth`). Nothing here reads a clock, a locale or a processor's rounding: the same bytes come out on every machine.
"""

import json
import os
import shutil
from contextlib import nullcontext
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from hotline_analysis.sample import city, export, records
from hotline_analysis.sample.simulate import CAUSES, Calls, run

VERSION = 1  # of the files; any change to what they hold raises it
STAMP = "sample.json"
EPOCH = 1_690_819_200  # 2023-08-01 00:00 in Asia/Shanghai


def write_sample(folder: str | Path, *, progress: bool = True) -> list[Path]:
    """The sample's export files, written into `folder` unless this version of them is already there, whole.

    They are made beside the folder and moved in at the end: a run that is killed leaves no half of them under this name.
    """
    folder = Path(folder)
    if not is_current(folder):
        part = folder.with_name(f"{folder.name}.part-{os.getpid()}")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            _fill(part, progress)
            _put(part, folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return sorted(p for p in folder.iterdir() if p.name != STAMP)


def is_current(folder: Path) -> bool:
    """True when the stamp names this version and every file it lists has its size."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        return stamp["version"] == VERSION and all((folder / name).stat().st_size == size for name, size in stamp["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _fill(folder: Path, progress: bool) -> None:
    """Every file, then the stamp that names them."""
    calls = run()
    bar = tqdm(total=2 * len(export.months()), desc="sample", unit="file") if progress else nullcontext()
    with bar:
        paths = export.write_all(folder, calls, step=(lambda path: bar.update()) if progress else (lambda path: None))
    stamp = {"version": VERSION, "note": "invented data, see docs/sample.md", "files": {p.name: p.stat().st_size for p in paths}}
    (folder / STAMP).write_text(json.dumps(stamp, ensure_ascii=False, indent=1), encoding="utf-8")


def _put(part: Path, folder: Path) -> None:
    """Give the finished folder its name; an older sample under it goes. Another run may have been faster: then its files stay."""
    old = folder.with_name(f"{folder.name}.old-{os.getpid()}")
    if folder.exists():
        os.replace(folder, old)
    try:
        os.replace(part, folder)
    except OSError:
        if not is_current(folder):
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


@lru_cache(maxsize=1)
def _simulated() -> tuple[Calls, export.Rows, np.ndarray]:
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
    calls, rows, chases = _simulated()
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
