"""Which physical things a params file means by `files`: plain files, the members of a zip, the sheets of a workbook."""

import contextlib
import fnmatch
import glob
import hashlib
import os
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from hotline_analysis.errors import DataRefused, NoInput, nearest
from hotline_analysis.intake.read.decode import is_markup, wide_encoding
from hotline_analysis.intake.read.stored import (
    BLOCK,
    R_FILES,
    WORKBOOKS,
    InputFile,
    blocks,
    bomb,
    open_archive,
    open_stored,
    readable,
    spoken,
    unpacks_too_far,
)
from hotline_analysis.intake.read.workbooks import sheet_names
from hotline_analysis.params import Params, Source

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
MOST_MEMBERS = 2000  # of a zip
MAGIC = {
    b"PK\x03\x04": ".xlsx", b"\xd0\xcf\x11\xe0": ".xls", b"PAR1": ".parquet", b"%PDF": ".pdf",
    b"Rar!": ".rar", b"7z\xbc\xaf": ".7z", b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ": ".xz",
}  # fmt: skip
FOREIGN = {
    ".pdf": "a PDF",
    **{kind: f"packed as {kind}" for kind in (".rar", ".7z", ".bz2", ".xz")},
    ".gz": "packed as .gz under another name",
}


def find_files(source: Source, params: Params) -> list[InputFile]:
    """Every physical thing that `files` means, sorted by name; a zip gives its members and a workbook its sheets when `sheet` has a pattern.

    Relative patterns start at the params' root, and where nothing matches there, at the current directory.
    Raises NoInput for a pattern or a sheet that matches nothing, DataRefused for a zip or workbook that cannot be opened.
    """
    places = {path.resolve(): n for n, pattern in enumerate(source.files) for path in _matching(pattern, params.root)}
    found = [replace(thing, listed=n) for path, n in places.items() for member in _members(path) for thing in _sheets(member, source)]
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
    for file in members(path):
        yield InputFile(path, file.member, digest=_digest(file))


def members(path: Path) -> list[InputFile]:
    """The files that a path holds: itself, or those of a zip that could be exports. Without their digests, for which each is read whole."""
    if path.suffix.lower() != ".zip":
        return [InputFile(path)]
    found = [InputFile(path, info.filename) for info in _contents(path) if _is_data(info.filename)]
    if not found:
        raise DataRefused(spoken(path.name), "holds no file that could be an export.")
    return found


def _contents(path: Path) -> list[zipfile.ZipInfo]:
    with open_stored(InputFile(path)) as stream, open_archive(stream, spoken(path.name), "is not a whole zip file.") as archive:
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
            raise bomb(f"{spoken(path.name)} › {readable(info.filename)}", info.file_size / max(1, info.compress_size))
    unpacked, packed = sum(info.file_size for info in contents), sum(info.compress_size for info in contents)
    if unpacks_too_far(unpacked, packed):
        raise bomb(spoken(path.name), unpacked / max(1, packed))


def _is_data(member: str) -> bool:
    name = PurePosixPath(member)
    hidden = any(part.startswith((".", "__MACOSX", "~$")) for part in name.parts)
    return not member.endswith("/") and not hidden and name.suffix.lower() not in NOT_DATA


def _digest(file: InputFile) -> str:
    digest = hashlib.sha256()
    with open_stored(file) as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def real_kind(file: InputFile, encoding: str | None = None) -> str:
    """The file's ending, corrected by its first bytes: systems name workbooks .csv, and web pages or plain text (UTF-16 too) .xls.

    A text whose encoding params declare is no workbook.
    """
    head = next(blocks(file), b"")[:512]
    told = next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), "")
    if file.kind in R_FILES:
        return file.kind
    if told in FOREIGN or file.kind == ".zip":
        raise DataRefused(
            file.name,
            f"is {FOREIGN.get(told, 'a zip inside a zip')}.",
            "Unpack it, or export a table: .csv, .xlsx, .parquet; .zip and .gz are read.",
        )
    if told:
        return file.kind if file.kind in WORKBOOKS and told in WORKBOOKS else told
    if is_markup(head):
        return file.kind if file.kind in WORKBOOKS else ".xls"
    if file.kind not in WORKBOOKS:
        return file.kind
    return ".txt" if wide_encoding(head) or encoding or b"\0" not in head else file.kind


def _sheets(file: InputFile, source: Source) -> Iterator[InputFile]:
    """A workbook once for each sheet that params name; itself when they name none or when it is no workbook. A pattern means visible sheets."""
    if not source.sheet or real_kind(file, source.encoding) not in WORKBOOKS:
        yield file
        return
    one = len(source.sheet) == 1 and not set(source.sheet[0]) & set("*?[")  # no need to open the workbook for that
    names, visible = (list(source.sheet), set(source.sheet)) if one else sheet_names(file, source.encoding)
    wanted = [n for n in names if n in source.sheet or (n in visible and any(fnmatch.fnmatchcase(n, s) for s in source.sheet))]
    if not wanted:
        raise _no_sheet(source.sheet[0], file.name, [name for name in names if name in visible])
    for name in wanted:
        yield InputFile(file.path, file.member, name, hashlib.sha256(f"{file.digest}\0{name}".encode()).hexdigest())


def _refuse_missing_sheet(found: list[InputFile], source: Source) -> None:
    """A sheet that params name and no workbook has: the other sheets would pass for the whole."""
    taken = [thing.sheet for thing in found if thing.sheet]
    for asked in source.sheet if taken else ():
        if not any(asked == name or fnmatch.fnmatchcase(name, asked) for name in taken):
            books = dict.fromkeys(InputFile(thing.path, thing.member) for thing in found if thing.sheet)
            raise _no_sheet(
                asked, ", ".join(book.name for book in books), [name for book in books for name in sheet_names(book, source.encoding)[0]]
            )


def _no_sheet(asked: str, where: str, names: list[str]) -> NoInput:
    return NoInput(where, f"has no sheet '{asked}'.", nearest(asked, names) or f"Its sheets are: {', '.join(dict.fromkeys(names))}.")
