"""The invented hotline 云江市12345: fourteen months of exports that show every study something true, because the truth was planted.

docs/sample.md lists what is planted. The exports are written on first use (`write_sample`); who called back because of what is not exported,
and tests ask for it (`truth`). Nothing here reads a clock, a locale or a processor's rounding: the same bytes come out on every machine.
"""

import contextlib
import json
import os
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from hotline_analysis import machine
from hotline_analysis.errors import CannotWrite
from hotline_analysis.sample import city, export, records, write
from hotline_analysis.sample.simulate import CAUSES, Calls, run

VERSION = 5  # of the files; any change to what they hold raises it
STAMP = "sample.json"
NOTE = "invented data, see docs/sample.md"
EPOCH = 1_690_819_200  # 2023-08-01 00:00 in Asia/Shanghai


def write_sample(folder: str | Path, *, progress: bool = True) -> list[Path]:
    """The sample's export files, written into `folder` unless this version of them is already there, whole.

    They are made beside the folder and moved in at the end: a run that is killed leaves no half of them under this name. A folder that holds
    other things, and is no sample of ours, is left as it is. Raises CannotWrite.
    """
    folder = Path(folder)
    try:
        if not is_current(folder):
            _write(folder, progress)
    except OSError as refused:
        raise CannotWrite(str(folder), f"cannot be written ({refused.strerror}).") from refused
    return sorted(folder / name for name in _stamp(folder)["files"])


def _write(folder: Path, progress: bool) -> None:
    if _stamp(folder) and not machine.is_made(folder):  # a sample from before there were marks
        machine.mark(folder, "sample", [*_stamp(folder)["files"], STAMP])
    machine.check_ours(folder, "sample")
    for left in folder.parent.glob(f"{folder.name}.part-*"):
        _clear_dead(left)
    part = machine.claim(folder.with_name(f"{folder.name}.part-{os.getpid()}"), "staging")
    try:
        with machine.lock(part / "lock"):
            new = part / "new"
            new.mkdir()
            _fill(new, progress)
            _put(new, folder)
    finally:
        machine.clear(part, "staging")


def _clear_dead(part: Path) -> None:
    """Remove what a killed run left; the part of a run that lives is locked."""
    if machine.is_made(part, "staging"):
        with contextlib.suppress(machine.Locked):
            with machine.lock(part / "lock"):
                pass
            machine.clear(part, "staging")


def _stamp(folder: Path) -> dict:
    """What the folder's stamp says; {} where there is none of ours."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        return stamp if stamp["note"] == NOTE and all(Path(name).name == name for name in stamp["files"]) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def is_current(folder: Path) -> bool:
    """True when the stamp names this version and every file it lists has its size."""
    stamp = _stamp(folder)
    try:
        return stamp.get("version") == VERSION and all((folder / name).stat().st_size == size for name, size in stamp["files"].items())
    except (OSError, AttributeError):
        return False


def _fill(folder: Path, progress: bool) -> None:
    """Every file, then the stamp that names them."""
    calls = run()
    bar = tqdm(total=write.FILES, desc="sample", unit="file") if progress else contextlib.nullcontext()
    with bar:
        paths = write.write_all(folder, calls, step=(lambda path: bar.update()) if progress else (lambda path: None))
    stamp = {"version": VERSION, "note": NOTE, "files": {p.name: p.stat().st_size for p in paths}}
    (folder / STAMP).write_text(json.dumps(stamp, ensure_ascii=False, indent=1), encoding="utf-8")


def _put(new: Path, folder: Path) -> None:
    """Give the finished files their folder: whole where there is none; into a sample of ours one by one, its stamp first out and last in."""
    if is_current(folder):  # another run was faster
        return
    names, old = [*_stamp(new)["files"], STAMP], machine.names_made(folder)
    machine.mark(new, "sample", names)
    if not folder.exists():
        os.replace(new, folder)
        return
    machine.claim(folder, "sample", sorted({*old, *names}))
    machine.remove(folder / STAMP)
    for name in names:
        os.replace(new / name, folder / name)
    for name in set(old) - set(names):
        machine.remove(folder / name)


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
