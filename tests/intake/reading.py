"""What the readers' tests share: a file of given bytes, read, with its rows and its account."""

from pathlib import Path

import duckdb
import pytest

from hotline_analysis import machine
from hotline_analysis.intake.read.readers import TextTable, read
from hotline_analysis.intake.read.stored import InputFile
from hotline_analysis.params import Source

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the public data of ../shared/data are not here")
CONNECTION = duckdb.connect(config={"threads": 1})


def source(**settings) -> Source:
    return Source(**{"files": "x", "columns": {"started_at": "time"}, **settings})


def put(folder: Path, content: bytes, name: str = "calls.csv") -> InputFile:
    path = folder / name
    path.write_bytes(content)
    return InputFile(path)


def take(file: InputFile, folder: Path, wanted=(), **settings) -> TextTable:
    """The file's text table; its account must always add up."""
    table = read(file, source(**settings), staging(folder), CONNECTION, wanted)
    assert table.ledger.unaccounted == 0
    return table


def staging(folder: Path) -> Path:
    """A folder in which the package may remove what it made."""
    return machine.claim(folder / "staging", "staging")


def staged(folder: Path) -> list[str]:
    """The names of the files that reading left there."""
    return [path.name for path in (folder / "staging").iterdir() if path.name != machine.MARK]


def rows(table: TextTable) -> list[tuple]:
    """The rows without their line numbers; a blank cell is None."""
    cells = ", ".join(f"c{i}" for i in range(len(table.columns)))
    return CONNECTION.execute(f"SELECT {cells} FROM read_parquet('{table.path}') ORDER BY _record").fetchall()


def numbers(table: TextTable) -> list[int]:
    return [n for (n,) in CONNECTION.execute(f"SELECT _record FROM read_parquet('{table.path}')").fetchall()]
