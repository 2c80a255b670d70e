"""The fonts that ship with the package, and what is made of them: the characters of one page, and files that matplotlib can measure.

Report Sans (Regular, Bold) and Report Song (Bold) are subsets of Noto CJK made by tools/make_fonts.py; licence in OFL.txt.
"""

import base64
import hashlib
import io
import tempfile
from functools import cache, lru_cache, partial
from pathlib import Path
from types import SimpleNamespace

import brotli
from fontTools import subset
from fontTools.ttLib import TTFont, woff2

from hotline_analysis import machine

FOLDER = Path(__file__).parent
SANS, SONG = "Report Sans", "Report Song"
FACES = ((SANS, 400, "sans-regular.woff2"), (SANS, 700, "sans-bold.woff2"), (SONG, 700, "song-bold.woff2"))
ALWAYS = "0123456789.,%+−-～—…（）()— "  # page numbers and other figures that CSS writes
FEATURES = ["kern", "tnum", "lnum", "locl", "ccmp", "halt", "chws"]
SCRIPTS = [f"{script}.{own}" for script in "DFLT latn hani kana grek cyrl hang".split() for own in ("dflt", "ZHS")]  # a page's languages
# fontTools asks for brotli's slowest setting and lets nobody ask for another; the one below takes a third of the time for 1 % more bytes.
woff2.brotli = SimpleNamespace(**{**vars(brotli), "compress": partial(brotli.compress, quality=10)})


def embed(*, regular: str, bold: str, song: str) -> str:
    """`@font-face` rules that hold the characters of these three texts and no others; the same texts give the same bytes."""
    return "".join(
        _rule(family, weight, _cut(file, "".join(sorted(set(text) | set(ALWAYS)))))
        for (family, weight, file), text in zip(FACES, (regular, bold, song), strict=True)
    )


def _rule(family: str, weight: int, font: bytes) -> str:
    return f'@font-face{{font-family:"{family}";font-weight:{weight};src:url(data:font/woff2;base64,{base64.b64encode(font).decode()}) format("woff2")}}\n'


@lru_cache(maxsize=32)
def _cut(file: str, characters: str) -> bytes:
    """One shipped font, cut to these characters, as WOFF2; lazily, as most of its tables are only read to be left out."""
    font = TTFont(
        io.BytesIO(_unpacked(file)), recalcTimestamp=False, recalcBBoxes=False, lazy=True
    )  # the whole font's box holds the part's
    options = subset.Options(
        layout_features=FEATURES,
        layout_scripts=SCRIPTS,
        hinting=True,  # what ships has no hints, and looking for some reads every outline once more
        name_IDs=[],
        notdef_outline=True,
    )
    worker = subset.Subsetter(options)
    worker.populate(text=characters)
    worker.subset(font)
    return _saved(font, "woff2")


def _saved(font: TTFont, flavor: str | None) -> bytes:
    font.flavor, out = flavor, io.BytesIO()
    font.save(out)
    return out.getvalue()


@cache
def _unpacked(file: str) -> bytes:
    """One shipped font without compression: every page is cut from it."""
    return _saved(TTFont(FOLDER / file, recalcTimestamp=False), None)


def for_measuring() -> list[Path]:
    """The two weights of Report Sans as files that matplotlib can open (it reads no WOFF2), unpacked once into the user's cache."""
    folder = machine.cache_folder() or Path(tempfile.mkdtemp(prefix="hotline-fonts-"))
    return [_unpack(file, folder) for family, _, file in FACES if family == SANS]


def _unpack(file: str, folder: Path) -> Path:
    digest = hashlib.sha256((FOLDER / file).read_bytes()).hexdigest()[:12]
    target = folder / f"{Path(file).stem}-{digest}.otf"
    if not target.exists():
        machine.replace_file(target, _unpacked(file))
    return target
