"""The bytes of a file as they lie: plain, inside a .zip, packed as .gz; damage becomes a sentence, and a bomb is no export."""

import contextlib
import errno
import gzip
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.personal import masked_name

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
R_FILES = (".rda", ".rdata", ".rds")
BLOCK = 1 << 20
EMPTY = "Take it out of the folder, or name the other files alone under files in params; if it should hold records, export it again."
UNPACK_RATIO = 100  # text shrinks to a tenth or so; what unpacks to far more of itself is a bomb, not an export
UNPACK_FREE = 200 << 20  # and is looked at only from this size on
GZIPPED, IN_A_WORKBOOK = 8, 2  # text is usually so many times as long as its .gz, as its workbook
UNPACK = "Unpack it and name the files themselves."


@dataclass(frozen=True)
class InputFile:
    """One physical thing to read: a plain file (.gz included), a member of a zip, or a named sheet of a workbook.

    `digest` is the sha256 of the file's or member's bytes (as stored: a .gz is digested as it lies); a sheet's adds the sheet's name to it.
    """

    path: Path
    member: str = ""
    sheet: str = ""
    digest: str = ""
    listed: int = field(default=0, compare=False)  # its place in the list `files`, in the order of export

    @property
    def name(self) -> str:
        """For people: `may.zip › may.txt`, `orders.xlsx › 5月`. A number in it is hidden, and then part of the digest tells two such files apart."""
        said = " › ".join(part for part in (spoken(self.path.name), readable(self.member), self.sheet) if part)
        shown = masked_name(said)
        return shown if shown == said else f"{shown} [{self.digest[:4]}]"

    @property
    def kind(self) -> str:
        """The ending that tells how it is read, in lower case: `.txt`, `.xlsx`; of `may.csv.gz` it is `.csv`."""
        name = PurePosixPath(self.member or self.path.name)
        return (PurePosixPath(name.stem).suffix if name.suffix.lower() == ".gz" else name.suffix).lower()

    @property
    def packed(self) -> bool:
        """True for a .gz, whether it lies in a folder or in a zip."""
        return (self.member or self.path.name).lower().endswith(".gz")


def spoken(path: str | Path) -> str:
    """A path as text: where its bytes are not UTF-8 they are read as GB18030, and else shown as \\x.."""
    stored = os.fsencode(path)
    for encoding in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return stored.decode(encoding)
    return stored.decode("utf-8", "backslashreplace")


def readable(member: str) -> str:
    """A member's name as its maker wrote it: Chinese Windows stores GB18030 and zipfile shows that as cp437."""
    try:
        return member.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member


def unpacks_too_far(unpacked: int, packed: int) -> bool:
    """The one rule for what may unpack to what: beyond UNPACK_FREE bytes, at most UNPACK_RATIO times its packed size."""
    return unpacked > max(UNPACK_FREE, UNPACK_RATIO * packed)


def bomb(where: str, times: float) -> DataRefused:
    return DataRefused(where, f"unpacks to {times:.0f} times its size.", "No export does.")


@contextlib.contextmanager
def open_stored(file: InputFile) -> Iterator[IO[bytes]]:
    """The bytes of the file or member as stored (a .gz still packed); a damaged or locked one is refused with a sentence."""
    try:
        with file.path.open("rb") as stream:
            if not file.member:
                yield stream
                return
            with open_archive(stream, file.name, "is damaged inside its zip.") as archive, archive.open(file.member) as unzipped:
                yield unzipped
    except FileNotFoundError:
        raise NoInput(spoken(file.path), "is no longer there.") from None
    except OSError as fault:
        raise DataRefused(spoken(file.path), f"cannot be read ({fault.strerror}).") from fault


@contextlib.contextmanager
def open_archive(stream: IO[bytes], name: str, damaged: str) -> Iterator[zipfile.ZipFile]:
    """A zip while it and its members are read; what zipfile and the four unpackers raise about its bytes becomes a sentence."""
    try:
        with zipfile.ZipFile(stream) as archive:
            yield archive
    except NotImplementedError as fault:  # Deflate64 of Windows' own large zips, strong encryption
        raise DataRefused(name, "is packed in a way that is not read here.", UNPACK) from fault
    except RuntimeError as fault:  # zipfile's word for a member with a password
        raise DataRefused(name, "is locked with a password.", UNPACK) from fault
    except (
        zipfile.BadZipFile,
        EOFError,
        KeyError,
        zlib.error,
        lzma.LZMAError,
        OSError,
        UnicodeDecodeError,
    ) as fault:  # UnicodeDecodeError: a member's name
        cause = fault.__context__ if isinstance(fault, zipfile.BadZipFile) else fault  # zipfile says it of a disk that fails, too
        if isinstance(cause, OSError) and cause.errno not in (None, errno.EINVAL):  # these are bz2's word, and a place before the file
            raise cause from None
        raise DataRefused(name, damaged, "Copy it again.") from fault


def text_bytes(file: InputFile) -> int:
    """About how many bytes of text the file holds: what a zip says of its member; of what is packed otherwise by what text usually shrinks to. 0 of one that
    is gone: whoever reads it says so."""
    if not file.path.exists():
        return 0
    size = file.path.stat().st_size
    if file.member:
        with file.path.open("rb") as stream, open_archive(stream, file.name, "is damaged inside its zip.") as archive:
            size = archive.getinfo(file.member).file_size
    return size * (GZIPPED if file.packed else IN_A_WORKBOOK if file.kind in WORKBOOKS else 1)


def unstored(file: InputFile, target: Path) -> None:
    """A copy of the file's bytes, unpacked when it is a .gz, for readers that want a path of their own."""
    with target.open("wb") as out:
        for block in blocks(file):
            out.write(block)


def blocks(file: InputFile) -> Iterator[bytes]:
    """The file's bytes in large blocks, unpacked when it is a .gz, and no further than it may."""
    with open_stored(file) as stored:
        stream, done = gzip.GzipFile(fileobj=stored) if file.packed else stored, 0
        try:
            while block := stream.read(BLOCK):
                done += len(block)
                if file.packed and unpacks_too_far(done, stored.tell()):
                    raise bomb(file.name, done / max(1, stored.tell()))
                yield block
        except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
            raise DataRefused(file.name, "is not a whole compressed file.", "Copy it again.") from fault
