"""The invented hotline 云江市12345: fourteen months of exports that show every study something true, because the truth was planted.

docs/sample.md lists what is planted. The exports are written on first use (`write_sample`); who called back because of what is not exported,
and tests ask for it (`planted.truth`). Nothing here reads a clock, a locale or a processor's rounding: the same bytes come out on every machine.
"""

import contextlib
import json
import os
from pathlib import Path

from tqdm import tqdm

from hotline_analysis import machine
from hotline_analysis.errors import CannotWrite

VERSION = 6  # of the files; any change to what they hold raises it
STAMP = "sample.json"
NOTE = "invented data, see docs/sample.md"


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
    from hotline_analysis.sample import (  # imported on use: what is there already needs no simulation, in none of a month's kernels
        simulate,
        write,
    )

    calls = simulate.run()
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
