"""Puts complete files under their final names, or leaves the old ones as they were."""

import contextlib
import csv
import hashlib
import io
import json
import os
import shutil
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from hotline_analysis import machine
from hotline_analysis.errors import CannotWrite

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")  # a spreadsheet would run a text that begins with one of these


def publish(files: dict[str, bytes], folder: Path, staging: Path) -> list[Path]:
    """Make the month's folder out of these files: all of them are written to `staging`, then the two folders change names.

    Whatever ends this, the folder holds the old files or the new ones, never some of both. Files in it that are not ours come along.
    Raises CannotWrite, with the old month as it was.
    """
    new, aside = staging / "new", staging / "aside"
    try:
        settle(folder, staging)
        old = made(folder)
        machine.claim(staging, "staging")
        new.mkdir()
        machine.mark(new, "month", [*files])
        for name, content in files.items():
            machine.write_safely(new / name, content)
        if folder.exists():
            _refuse_clash(folder, old, files)
            shutil.copymode(folder, new)
            _mark_old(folder, old, staging)
        machine.switch_folders(new, folder, aside)
    except BaseException as ended:  # refused or stopped: what it left goes, and the month stays as it was
        with contextlib.suppress(OSError):
            settle(folder, staging)
        if not isinstance(ended, OSError):
            raise
        left = f"The next run puts the old month back from {aside}." if aside.exists() else "The page that was there is unchanged."
        where = ended.filename if isinstance(ended, machine.Foreign) else folder
        raise CannotWrite(str(where), f"cannot be written ({ended.strerror}).", left) from ended
    with contextlib.suppress(OSError):  # published; what could not be tidied is the next run's
        settle(folder, staging)
    return [folder / name for name in files]


def manifest(folder: Path) -> dict:
    """What a month's manifest says of its files; {} where there is none, or where one that somebody cut or wrote over proves nothing."""
    try:
        said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return said | {"files": {name: file.get("sha256") for name, file in said["files"].items()}}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def stated(files: Mapping[str, bytes], **said) -> bytes:
    """The manifest of these files."""
    return json_bytes(said | {"files": {name: {"sha256": digest(content), "bytes": len(content)} for name, content in files.items()}})


def is_whole(folder: Path, name: str, told: str | None) -> bool:
    """Whether a file is there as its manifest has it."""
    return (folder / name).is_file() and digest((folder / name).read_bytes()) == told


def made(folder: Path) -> list[str]:
    """Our files in a month's folder: those of its mark, or of the manifest of a month that was published before there were marks; [] of none."""
    said = manifest(folder)
    ours = {"hotline", "month", "run_id", "pages"} <= said.keys()
    return machine.names_made(folder) or ([*said["files"], "manifest.json"] if ours else [])


def check_ours(folder: Path) -> None:
    """Raise Foreign unless the month's folder is new, empty or one that we published."""
    if folder.is_symlink() or (folder.exists() and any(folder.iterdir()) and not made(folder)):
        raise machine.Foreign(folder)


def _mark_old(folder: Path, ours: list[str], staging: Path) -> None:
    """A month that was published before there were marks gets its own: what names our files must outlast the manifest."""
    if ours and not machine.names_made(folder):
        (staging / "mark").mkdir()
        machine.mark(staging / "mark", "month", ours)
        os.replace(staging / "mark" / machine.MARK, folder / machine.MARK)


def _refuse_clash(folder: Path, ours: list[str], files: dict[str, bytes]) -> None:
    """A file of someone else's that has the name of a page is not written over."""
    for name in files:
        if name not in ours and os.path.lexists(folder / name):
            raise machine.Foreign(folder / name)


def settle(folder: Path, staging: Path) -> None:
    """What a publish left behind, when it was killed too: a month without its folder comes back, files that are not ours return, the rest goes."""
    machine.check_ours(staging, "staging")
    if (staging / "aside").exists() and not folder.exists():
        os.replace(staging / "aside", folder)
    for left in (staging / "aside", staging / "new"):
        if left.is_dir():
            for stray in sorted({p.name for p in left.iterdir()} - {machine.MARK, *made(left)}):
                os.replace(left / stray, _free(folder, stray))
            machine.remove(left)
    machine.clear(staging, "staging")


def withdraw(folder: Path, staging: Path) -> None:
    """Remove what we published in a month's folder; files that are not ours stay where they are. One that is none of ours raises Foreign."""
    check_ours(folder)
    machine.claim(staging, "staging")
    strays = {path.name for path in folder.iterdir()} - {machine.MARK, *made(folder)}
    os.replace(folder, staging / "new")
    if strays:
        folder.mkdir()
    settle(folder, staging)


def keep_private(files: dict[str, bytes], folder: Path) -> None:
    """Put files into a month's folder of private/, for their owner alone, as are the folders above it; those of ours that are not made any more go.

    A file of somebody else's that has the name of one raises Foreign, and everything stays. Files that are not ours stay in any case.
    """
    for part in (folder.parents[1], folder.parent, folder):
        machine.private_folder(part)
    ours = machine.names_made(folder)
    _refuse_clash(folder, ours, files)
    machine.mark(folder, "month", sorted({*ours, *files}))
    for name, content in files.items():
        machine.replace_file(folder / name, content)
    for name in set(ours) - files.keys():
        machine.remove(folder / name)
    machine.mark(folder, "month", sorted(files))


def _free(folder: Path, name: str) -> Path:
    """A name that nothing in the folder has."""
    path, n = folder / name, 0
    while os.path.lexists(path):
        path, n = folder / f"{name}.{n + 1}", n + 1
    return path


def create(path: Path, text: str, *, folder: bool = False) -> None:
    """A new file, in a folder that is made where there is none yet; CannotWrite where there is such a file already, which stays."""
    try:
        if folder:
            path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise CannotWrite(str(path), "is there already, and stays as it is.", "Take another name.") from None
    except OSError as refused:
        raise CannotWrite(str(path), f"cannot be written ({refused.strerror}).") from None


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def csv_bytes(rows: list[list]) -> bytes:
    """A table as CSV that spreadsheets open as UTF-8 and never run: texts that begin like a formula get an apostrophe."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[harmless(cell) for cell in row] for row in rows])
    return (BOM + out.getvalue()).encode()


def harmless(cell):
    """A cell that no spreadsheet runs: a text that begins like a formula gets an apostrophe, in whatever width the sign is written."""
    if isinstance(cell, str) and cell and unicodedata.normalize("NFKC", cell[0]).startswith(FORMULA):
        return "'" + cell
    return "" if cell is None else cell


def json_bytes(content: dict) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
