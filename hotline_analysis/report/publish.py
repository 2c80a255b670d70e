"""Puts complete files under their final names, or leaves the old ones as they were."""

import csv
import hashlib
import io
import json
import unicodedata
from pathlib import Path

from hotline_analysis import machine
from hotline_analysis.errors import CannotWrite

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")  # a spreadsheet would run a text that begins with one of these


def publish(files: dict[str, bytes], folder: Path, staging: Path) -> list[Path]:
    """Write every file to `staging`, then give each its name in `folder`, in the order given. Nothing gets a name before all are on disk."""
    try:
        machine.private_folder(staging)
        for name, content in files.items():
            machine.write_safely(staging / name, content)
        folder.mkdir(parents=True, exist_ok=True)
        for name in files:
            machine.replace_safely(staging / name, folder / name)
    except OSError as refused:
        raise CannotWrite(str(folder), f"cannot be written ({refused.strerror}).", "The page that was there is unchanged.") from refused
    finally:
        machine.remove_tree(staging)
    return [folder / name for name in files]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def csv_bytes(rows: list[list]) -> bytes:
    """A table as CSV that spreadsheets open as UTF-8 and never run: texts that begin like a formula get an apostrophe."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[_harmless(cell) for cell in row] for row in rows])
    return (BOM + out.getvalue()).encode()


def _harmless(cell):
    if isinstance(cell, str) and cell and unicodedata.normalize("NFKC", cell[0]).startswith(FORMULA):
        return "'" + cell
    return "" if cell is None else cell


def json_bytes(content: dict) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
