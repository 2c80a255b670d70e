"""R's data frames (.rda, .rds) as text, through `rdata`; R itself is not needed.

Run in a child process with limits (see `workbooks.py`): a few bytes may ask for any number of values, and a hostile file fails in any way.

Equal strings are read and converted once: R writes every cell of a text column in full, and `rdata` by itself takes a minute for three million cells.
"""

import bz2
import csv
import gzip
import json
import lzma
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused, nearest
from hotline_analysis.intake.read.cells import SEPARATOR, cell_text, named
from hotline_analysis.machine import limit_process

PACKING = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress, b"\xfd7zXZ": lzma.decompress}
MAGIC = (b"RDX2\n", b"RDX3\n")
XDR = b"X\n"
CHARACTERS, ATTRIBUTES = 9, 0x200  # R's type code of one string, and the flag of an object that carries attributes


def main(path: str) -> None:
    """Write the frame's rows to `clean`, row number first, and an account of them; what fails otherwise ends the child and is the parent's to say."""
    request = json.loads(Path(path).read_text(encoding="utf-8"))
    limit_process(memory_bytes=request["memory_bytes"], cpu_seconds=request["cpu_seconds"])
    try:
        answer = _written(read_frame(Path(request["path"]).read_bytes(), "", request["object"]), Path(request["clean"]))
    except DataRefused as refusal:
        answer = {"refused": [refusal.wrong, refusal.right]}
    Path(request["answer"]).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


def _written(frame: pd.DataFrame, clean: Path) -> dict:
    accepted = 0
    with clean.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=SEPARATOR, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, cells in enumerate(text_rows(frame), 1):
            if any(cells):
                writer.writerow([number, *cells])
                accepted += 1
    return {"columns": list(named(frame.columns)), "rows": len(frame), "accepted": accepted}


def read_frame(stored: bytes, name: str, wanted: str | None) -> pd.DataFrame:
    """The data frame called `wanted`, or the only one of the file; DataRefused names those that are there."""
    objects = _objects(stored, name)
    frames = {key: value for key, value in objects.items() if isinstance(value, pd.DataFrame)}
    if wanted and wanted in frames:
        return frames[wanted]
    there = ", ".join(frames) or "none"
    if wanted and list(frames) != [""]:
        raise DataRefused(name, f"holds no data frame called '{wanted}'.", f"{nearest(wanted, frames)} Its data frames: {there}.".strip())
    if len(frames) != 1:
        raise DataRefused(
            name,
            f"holds {len(frames) or 'no'} data frames.",
            f"Name one by 'object:' in params: {there}." if frames else "Save a data frame.",
        )
    return next(iter(frames.values()))


def text_rows(frame: pd.DataFrame):
    """The frame's rows as tuples of text, as TextTable describes them; a missing value is ''."""
    return zip(*(_texts(frame.iloc[:, at]) for at in range(frame.shape[1])), strict=True)  # by place: R allows one name twice


def _texts(column: pd.Series) -> list[str]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    known: dict = {}
    blank = column.isna().to_numpy()
    return ["" if gone else known.get(v) or known.setdefault(v, cell_text(v)) for v, gone in zip(column.astype(object), blank, strict=True)]


def _objects(stored: bytes, name: str) -> dict:
    """Every object of the file by its name; an .rds has one, without a name."""
    try:
        import rdata
    except ImportError:
        raise DataRefused(
            name, "is an R file, and the package 'rdata' is not installed.", "Install it with: pip install 'hotline-analysis[r]'."
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about R classes without a Python counterpart, such as tbl_df
            value = _converter()(constructor_dict=_classes()).convert(_parsed(_unpack(stored), rdata))
    except (
        ValueError,
        KeyError,
        IndexError,
        AssertionError,
        NotImplementedError,
        EOFError,
        OSError,
        zlib.error,
        lzma.LZMAError,
        RecursionError,
    ) as fault:
        raise DataRefused(name, "is not a whole R file.", "Save it again with save() or saveRDS().") from fault
    return value if isinstance(value, dict) else {"": value}


def _unpack(stored: bytes) -> bytes:
    return next((unpack(stored) for mark, unpack in PACKING.items() if stored.startswith(mark)), stored)


def _parsed(data: bytes, rdata):
    body = data[5:] if data.startswith(MAGIC) else data
    if not body.startswith(XDR):  # R's ASCII form
        return rdata.parser.parse_data(data, extension=None if data.startswith(MAGIC) else ".rds")
    parser = _parser()(memoryview(body)[2:], expand_altrep=True, altrep_constructor_dict=rdata.parser.DEFAULT_ALTREP_MAP)
    return parser.parse_all()


def _parser() -> type:
    """rdata's parser with a shorter way for strings: equal ones become one object."""
    from rdata.parser import RObject
    from rdata.parser._parser import parse_r_object_info
    from rdata.parser._xdr import ParserXDR

    class Parser(ParserXDR):
        def _parse_vector_value(self, reference_list, bytecode_rep_list=None):
            self._known = getattr(self, "_known", {})
            return [self._string() or self.parse_R_object(reference_list, bytecode_rep_list) for _ in range(self.parse_int())]

        def _string(self):
            """The string that comes next; None, with nothing read, when it is something else."""
            head = self.file.read(8)
            flags = int.from_bytes(head[:4], "big")
            if flags & 0xFF != CHARACTERS or flags & ATTRIBUTES:
                self.file.seek(-len(head), 1)
                return None
            size = int.from_bytes(head[4:], "big", signed=True)
            key = (flags, self.file.read(size) if size >= 0 else None)
            if key not in self._known:
                self._known[key] = RObject(info=parse_r_object_info(flags), value=key[1], attributes=None, tag=None, referenced_object=None)
            return self._known[key]

    return Parser


def _converter() -> type:
    """rdata's converter, which remembers the texts that it has converted."""
    from rdata.conversion import SimpleConverter
    from rdata.parser import RObjectType

    class Converter(SimpleConverter):
        def _convert_next(self, data):
            texts = self.__dict__.setdefault("_texts", {})
            if id(data) in texts:
                return texts[id(data)]
            value = super()._convert_next(data)
            if getattr(data, "info", None) and data.info.type == RObjectType.CHAR:
                texts[id(data)] = value
            return value

    return Converter


def _classes() -> dict:
    from rdata.conversion import DEFAULT_CLASS_MAP

    return {**DEFAULT_CLASS_MAP, "Date": _dates, "POSIXct": _instants}


def _dates(days, attributes):
    """R counts days from 1970."""
    whole = np.ma.filled(np.ma.asarray(days).astype(float), np.nan)
    return pd.to_datetime(whole, unit="D").to_numpy()


def _instants(seconds, attributes):
    """R counts seconds from 1970 in UTC and keeps the zone it shows them in; without one they stay UTC."""
    zone = next((z for z in attributes.get("tzone", ()) if z), "UTC")
    whole = np.ma.filled(np.ma.asarray(seconds).astype(float), np.nan)
    return pd.to_datetime(whole, unit="s", utc=True).tz_convert(zone).tz_localize(None).round("us").to_numpy()


if __name__ == "__main__":
    main(sys.argv[1])
