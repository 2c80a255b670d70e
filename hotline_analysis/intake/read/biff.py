"""Whether an old workbook (.xls) is whole: its reader skips what it cannot make out, and the rows there are lost without a word.

[MS-CFB] for the file's sectors, [MS-XLS] for the records in them: every record says its length, and every sheet runs from BOF to EOF.
Standard library only.
"""

import struct
from collections.abc import Iterator

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NO_SECTOR = 0xFFFFFFFA  # from here on a number is a mark, not a sector
BOF, EOF, BOUNDSHEET, DIMENSIONS, TEXTS, CONTINUE, LOCKED = 0x0809, 0x000A, 0x0085, 0x0200, 0x00FC, 0x003C, 0x002F
ZEROS = bytes(64)  # no list of texts holds so many: each text stands in it once, and at most one is empty
CELLS = {0x0006, 0x00BD, 0x00BE, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E}  # records of cells; each begins with its row
LONGEST = 8224  # bytes of one record


class Broken(ValueError):
    """The file's structure leads nowhere."""


def is_broken(data: bytes) -> bool:
    """True for an .xls whose sectors or records break off, or that has cells below its declared last row; other files are not looked at."""
    if not data.startswith(MAGIC):
        return False
    try:
        stream = _workbook(data)
        return bool(stream) and not _runs(stream)
    except (Broken, struct.error, IndexError):
        return True


def _runs(stream: bytes) -> bool:
    """True when records follow each other from the first BOF to its EOF, and so from each place where a sheet should begin."""
    begun, sheets, depth, last, texts = set(), [], 0, 1 << 16, False
    for at, kind, body in _records(stream):
        if depth == 0 and kind != BOF:
            break
        if kind == LOCKED:  # what follows is encrypted: the reader says so
            return True
        texts = kind == TEXTS or (texts and kind == CONTINUE)
        depth += (kind == BOF) - (kind == EOF)
        if kind == BOF:
            begun.add(at)
        elif kind == BOUNDSHEET:
            sheets.append(struct.unpack_from("<I", body)[0])
        elif kind == DIMENSIONS and len(body) >= 8:
            last = struct.unpack_from("<II", body)[1]
        elif (kind in CELLS and struct.unpack_from("<H", body)[0] >= max(last, 1)) or (texts and ZEROS in body):
            return False
    return depth == 0 and begun.issuperset(sheets)


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(place, kind, content) of each record; what lies behind the last EOF is padding, which the caller does not ask for."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if length > LONGEST or at + 4 + length > len(stream):
            raise Broken
        yield at, kind, stream[at + 4 : at + 4 + length]
        if kind == 0:
            raise Broken
        at += 4 + length


def _workbook(data: bytes) -> bytes:
    """The stream that holds the records; b'' for one so small that it lies among the small ones, and where there is a password."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    fat = _table(data, size)
    directory = _chain(data, size, fat, struct.unpack_from("<I", data, 48)[0])
    for at in range(0, len(directory), 128):
        name = directory[at : at + 64].decode("utf-16-le", "ignore").split("\0")[0]
        if name == "EncryptedPackage":  # a newer workbook behind a password: the reader says so
            return b""
        if name in ("Workbook", "Book"):
            first, length = struct.unpack_from("<II", directory, at + 116)
            stream = b"" if length < struct.unpack_from("<I", data, 56)[0] else _chain(data, size, fat, first)
            if stream and len(stream) < length:
                raise Broken
            return stream[:length]
    raise Broken


def _table(data: bytes, size: int) -> list[int]:
    """The table that says which sector follows which; its own sectors are listed in the header, and beyond 109 of them in a chain."""
    parts = list(struct.unpack_from("<109I", data, 76))
    more, count = struct.unpack_from("<II", data, 68)
    for _ in range(count):
        if more >= NO_SECTOR:
            break
        *listed, more = struct.unpack(f"<{size // 4}I", _sector(data, size, more))
        parts += listed
    return [n for part in parts if part < NO_SECTOR for n in struct.unpack(f"<{size // 4}I", _sector(data, size, part))]


def _chain(data: bytes, size: int, fat: list[int], sector: int) -> bytes:
    parts = []
    while sector < NO_SECTOR:
        parts.append(_sector(data, size, sector, last=fat[sector] >= NO_SECTOR))
        sector = fat[sector]
        if len(parts) > len(fat):
            raise Broken
    return b"".join(parts)


def _sector(data: bytes, size: int, number: int, last: bool = False) -> bytes:
    found = data[(number + 1) * size : (number + 2) * size]
    if len(found) < size and not (last and found):
        raise Broken
    return found
