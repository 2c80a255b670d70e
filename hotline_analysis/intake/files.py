"""Which physical things a params file means by `files`: plain files, the members of a zip, the sheets of a workbook."""

import contextlib
import errno
import fnmatch
import glob
import gzip
import hashlib
import lzma
import os
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from hotline_analysis.errors import DataRefused, NoInput, nearest
from hotline_analysis.params import Params, Source
from hotline_analysis.personal import masked_name

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
R_FILES = (".rda", ".rdata", ".rds")
NOT_DATA = (
    ".pdf",
    ".doc",
    ".docx",
    ".ppt",
    ".pptx",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".htm",
    ".html",
    ".md",
    ".json",
    ".yaml",
    ".yml",
)  # beside data in a zip
BLOCK = 1 << 20
UNPACK_RATIO = 100  # text shrinks to a tenth or so; what unpacks to far more of itself is a bomb, not an export
UNPACK_FREE = 200 << 20  # and is looked at only from this size on
MOST_MEMBERS = 2000  # of a zip
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


def find_files(source: Source, params: Params) -> list[InputFile]:
    """Every physical thing that `files` means, sorted by name; a zip gives its members and a workbook its sheets when `sheet` has a pattern.

    Relative patterns start at the params' root, and where nothing matches there, at the current directory.
    Raises NoInput for a pattern or a sheet that matches nothing, DataRefused for a zip or workbook that cannot be opened.
    """
    paths = {path.resolve(): path for pattern in source.files for path in _matching(pattern, params.root)}
    found = [thing for path in paths for member in _members(path) for thing in _sheets(member, source)]
    found.sort(key=lambda thing: (thing.name, str(thing.path)))
    _refuse_missing_sheet(found, source)
    return found


def _matching(pattern: str, root: Path) -> list[Path]:
    plain = Path(os.path.expanduser(pattern))
    folders = [Path("/")] if plain.is_absolute() else list(dict.fromkeys((root.resolve(), Path.cwd())))
    for folder in folders:
        found = _in_folder(folder / plain)
        if found:
            return found
    looked = "Looked in " + " and ".join(spoken((f / plain).parent.resolve()) for f in folders) + "."
    beside = [spoken(p.name) for f in folders for p in _listing((f / plain).parent)]
    raise NoInput(pattern, "matches no file.", f"{looked} {nearest(plain.name, beside)}".rstrip())


def _in_folder(pattern: Path) -> list[Path]:
    if os.path.isfile(pattern):  # `export[1].csv` is a name before it is a pattern
        return [pattern]
    found = (Path(name) for name in glob.glob(str(pattern), recursive=True))
    return [path for path in found if os.path.isfile(path) and not path.name.startswith("~$")]  # ~$: Excel's mark of an open workbook


def _listing(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(folder.iterdir())
    return []


def _members(path: Path) -> Iterator[InputFile]:
    if path.suffix.lower() != ".zip":
        yield InputFile(path, digest=_digest(InputFile(path)))
        return
    names = [info.filename for info in _contents(path) if _is_data(info.filename)]
    if not names:
        raise DataRefused(spoken(path.name), "holds no file that could be an export.")
    for name in names:
        yield InputFile(path, name, digest=_digest(InputFile(path, name)))


def _contents(path: Path) -> list[zipfile.ZipInfo]:
    with open_stored(InputFile(path)) as stream, _archive(stream, spoken(path.name), "is not a whole zip file.") as archive:
        contents = archive.infolist()
    _refuse_unfit(path, [info for info in contents if _is_data(info.filename)])
    return contents


def _refuse_unfit(path: Path, contents: list[zipfile.ZipInfo]) -> None:
    """A zip whose members, one by one or all together, unpack to too much, are too many, or share a name (a name opens only the last of them)."""
    twice = [name for name, n in Counter(info.filename for info in contents).items() if n > 1]
    if twice:
        raise DataRefused(
            spoken(path.name), f"holds several files named {readable(twice[0])}.", "Pack them again, each under a name of its own."
        )
    if len(contents) > MOST_MEMBERS:
        raise DataRefused(
            spoken(path.name),
            f"holds {len(contents):,} files.",
            f"At most {MOST_MEMBERS:,} are read; unpack it and name the files that count.",
        )
    for info in contents:
        if unpacks_too_far(info.file_size, info.compress_size):
            raise _bomb(f"{spoken(path.name)} › {readable(info.filename)}", info.file_size / max(1, info.compress_size))
    unpacked, packed = sum(info.file_size for info in contents), sum(info.compress_size for info in contents)
    if unpacks_too_far(unpacked, packed):
        raise _bomb(spoken(path.name), unpacked / max(1, packed))


def unpacks_too_far(unpacked: int, packed: int) -> bool:
    """The one rule for what may unpack to what: beyond UNPACK_FREE bytes, at most UNPACK_RATIO times its packed size."""
    return unpacked > max(UNPACK_FREE, UNPACK_RATIO * packed)


def _bomb(where: str, times: float) -> DataRefused:
    return DataRefused(where, f"unpacks to {times:.0f} times its size.", "No export does.")


def _is_data(member: str) -> bool:
    name = PurePosixPath(member)
    hidden = any(part.startswith((".", "__MACOSX", "~$")) for part in name.parts)
    return not member.endswith("/") and not hidden and name.suffix.lower() not in NOT_DATA


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


def _digest(file: InputFile) -> str:
    digest = hashlib.sha256()
    with open_stored(file) as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def open_stored(file: InputFile) -> Iterator[IO[bytes]]:
    """The bytes of the file or member as stored (a .gz still packed); a damaged or locked one is refused with a sentence."""
    try:
        with file.path.open("rb") as stream:
            if not file.member:
                yield stream
                return
            with _archive(stream, file.name, "is damaged inside its zip.") as archive, archive.open(file.member) as unzipped:
                yield unzipped
    except FileNotFoundError:
        raise NoInput(spoken(file.path), "is no longer there.") from None
    except OSError as fault:
        raise DataRefused(spoken(file.path), f"cannot be read ({fault.strerror}).") from fault


@contextlib.contextmanager
def _archive(stream: IO[bytes], name: str, damaged: str) -> Iterator[zipfile.ZipFile]:
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
                    raise _bomb(file.name, done / max(1, stored.tell()))
                yield block
        except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
            raise DataRefused(file.name, "is not a whole compressed file.", "Copy it again.") from fault


def _sheets(file: InputFile, source: Source) -> Iterator[InputFile]:
    """A workbook once for each sheet that params name; itself when they name none or when it is no workbook. A pattern means visible sheets."""
    from hotline_analysis.intake.readers import real_kind

    if not source.sheet or real_kind(file, source.encoding) not in WORKBOOKS:
        yield file
        return
    from hotline_analysis.intake.workbooks import sheet_names

    one = len(source.sheet) == 1 and not set(source.sheet[0]) & set("*?[")  # no need to open the workbook for that
    names, visible = (list(source.sheet), set(source.sheet)) if one else sheet_names(file)
    wanted = [n for n in names if n in source.sheet or (n in visible and any(fnmatch.fnmatchcase(n, s) for s in source.sheet))]
    if not wanted:
        raise _no_sheet(source.sheet[0], file.name, [name for name in names if name in visible])
    for name in wanted:
        yield InputFile(file.path, file.member, name, hashlib.sha256(f"{file.digest}\0{name}".encode()).hexdigest())


def _refuse_missing_sheet(found: list[InputFile], source: Source) -> None:
    """A sheet that params name and no workbook has: the other sheets would pass for the whole."""
    from hotline_analysis.intake.workbooks import sheet_names

    taken = [thing.sheet for thing in found if thing.sheet]
    for asked in source.sheet if taken else ():
        if not any(asked == name or fnmatch.fnmatchcase(name, asked) for name in taken):
            books = dict.fromkeys(InputFile(thing.path, thing.member) for thing in found if thing.sheet)
            raise _no_sheet(asked, ", ".join(book.name for book in books), [name for book in books for name in sheet_names(book)[0]])


def _no_sheet(asked: str, where: str, names: list[str]) -> NoInput:
    return NoInput(where, f"has no sheet '{asked}'.", nearest(asked, names) or f"Its sheets are: {', '.join(dict.fromkeys(names))}.")
