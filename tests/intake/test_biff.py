"""Old workbooks (.xls) that are damaged are refused: their reader skips what it cannot make out, and rows were lost without a word."""

import io
import random
import struct

import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.read.biff import is_broken
from tests.intake.reading import DATA, needs_data, put, rows, take

ROWS, SECTOR = 300, 512
SAID = "a.xls › is a damaged workbook: its records break off. Copy it again, or open it in a spreadsheet program and save it as .xlsx."


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def label(row: int, column: int, text: str) -> bytes:
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def stream() -> bytes:
    """A header and ROWS rows of an id and a day, as [MS-XLS] has them."""
    start, end = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)), record(0x000A, b"")
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + record(0x0200, struct.pack("<IIHHH", 0, ROWS + 1, 0, 2, 0))
    sheet += label(0, 0, "编号") + label(0, 1, "时间")
    sheet += b"".join(label(n, 0, f"GD{n:04d}") + label(n, 1, f"2024-05-{n % 28 + 1:02d}") for n in range(1, ROWS + 1)) + end
    bound = record(0x0085, struct.pack("<IBBBB", 0, 0, 0, 2, 0) + b"x1")
    at = len(start) + len(bound) + len(end)
    return start + record(0x0085, struct.pack("<IBBBB", at, 0, 0, 2, 0) + b"x1") + end + sheet


def xls(content: bytes = b"", name: str = "Workbook") -> bytes:
    """The stream in sectors of 512 bytes, as [MS-CFB] has them: header, one table, one directory, the stream."""
    content = content or stream()
    count = -(-len(content) // SECTOR)
    tables = -(-(count + 2) // 126)
    fat = [0xFFFFFFFD] * tables + [0xFFFFFFFE] + [tables + 2 + n for n in range(count - 1)] + [0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (tables * 128 - len(fat))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<IIIIIIIII", tables, tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    head = head[:76] + struct.pack("<109I", *range(tables), *[0xFFFFFFFF] * (109 - tables))
    directory = entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1) + entry(name, 2, tables + 1, len(content)) + entry("", 0, 0, 0) * 2
    return head + struct.pack(f"<{len(fat)}I", *fat) + directory + content.ljust(count * SECTOR, b"\0")


def entry(name: str, kind: int, first: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2 if name else 0
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", length, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        + bytes(36)
        + struct.pack("<II", first, size)
        + bytes(4)
    )


def test_a_whole_one_is_read(tmp_path):
    assert not is_broken(xls())
    assert rows(take(put(tmp_path, xls(), "a.xls"), tmp_path, ["编号"]))[::299] == [("GD0001", "2024-05-02"), ("GD0300", "2024-05-21")]


def test_a_sector_of_zeros_in_every_place(tmp_path):
    """Wherever it lies among the rows, the file is refused: before, up to 299 of the 300 rows were missing under a good grade."""
    whole = xls()
    first = whole.index("GD0002".encode("utf-16-le"))
    assert all(is_broken(whole[:at] + bytes(SECTOR) + whole[at + SECTOR :]) for at in range(first, first + 14_000, 173))
    with pytest.raises(DataRefused) as refusal:
        take(put(tmp_path, whole[:9000] + bytes(SECTOR) + whole[9000 + SECTOR :], "a.xls"), tmp_path, ["编号"])
    assert str(refusal.value) == SAID


def test_a_file_that_is_cut(tmp_path):
    whole = xls()
    assert all(is_broken(whole[:at]) for at in range(2000, len(whole) - SECTOR, 331))


def test_other_kinds_are_not_looked_at():
    assert not is_broken(b"PK\x03\x04 torn") and not is_broken(b"") and not is_broken(b"id\ttime\n")
    assert is_broken(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(1).randbytes(4000))


@needs_data
def test_a_real_one_damaged_at_random():
    """No damage that costs a row passes; what passes is damage that the reader does not meet."""
    from python_calamine import CalamineError, CalamineWorkbook

    whole = (DATA / "orders_beijing" / "供参考线索1.xls").read_bytes()
    assert not is_broken(whole)
    for seed in range(150):
        rng, content = random.Random(seed), bytearray(whole)
        at = rng.randrange(SECTOR, len(whole) - SECTOR)
        content[at : at + SECTOR] = bytes(SECTOR)
        if not is_broken(bytes(content)):
            path = io.BytesIO(bytes(content))
            try:
                book = CalamineWorkbook.from_filelike(path)
                assert sum(any(row) for row in book.get_sheet_by_index(0).iter_rows()) == 11, seed
            except (CalamineError, ValueError):
                continue


def locked() -> bytes:
    """The same records behind a password: FILEPASS after the first BOF, and all that follows but the records' heads made unreadable ([MS-XLS] 2.2.10)."""
    plain, at, out = stream(), 0, []
    while at < len(plain):
        kind, length = struct.unpack_from("<HH", plain, at)
        body = plain[at + 4 : at + 4 + length]
        out.append(record(kind, body if kind == 0x0809 else random.Random(at).randbytes(length)))
        at += 4 + length
    return out[0] + record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48)) + b"".join(out[1:])


@pytest.mark.parametrize(
    ("name", "made"),
    [("a.xls", lambda: xls(locked())), ("a.xlsx", lambda: xls(random.Random(5).randbytes(9000), "EncryptedPackage"))],
    ids=["old", "new"],
)
def test_a_workbook_behind_a_password_is_said_to_be_one(tmp_path, name, made):
    """Both lie in a compound file, and neither is a damaged old workbook, which another copy of it would mend."""
    with pytest.raises(DataRefused) as refused:
        take(put(tmp_path, made(), name), tmp_path, ["编号"])
    assert str(refused.value) == f"{name} › is protected by a password. Save it without one."
