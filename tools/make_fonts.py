"""Makes the fonts that ship with the package: subsets of Debian's fonts-noto-cjk (SIL Open Font License).

    apt install fonts-noto-cjk; python tools/make_fonts.py

Kept: the 6,763 characters of GB/T 2312, its punctuation, full-width forms and Greek letters, ASCII, Latin-1, and the signs that a report writes (≥ ≤ − ± ～ — … →).
The families get names of their own ("Report Sans", "Report Song"), so that a Noto font on the reader's machine never takes their place when text is measured.
The same input gives the same bytes.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

SOURCE = Path("/usr/share/fonts/opentype/noto")
TARGET = Path(__file__).parents[1] / "hotline_analysis" / "show" / "fonts"
FACES = [  # file of the collection, family within it, our family, style, our file
    ("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC", "Report Sans", "Regular", "sans-regular.woff2"),
    ("NotoSansCJK-Bold.ttc", "Noto Sans CJK SC", "Report Sans", "Bold", "sans-bold.woff2"),
    ("NotoSerifCJK-Bold.ttc", "Noto Serif CJK SC", "Report Song", "Bold", "song-bold.woff2"),
]
FEATURES = ["kern", "tnum", "lnum", "locl", "ccmp", "halt", "chws"]
SIGNS = "‐–—―‘’“”†‡•…‰′″‹›⁄€№℃™←↑→↓↔⇒∆∑−√∞∩∪≈≠≡≤≥⊕①②③④⑤⑥⑦⑧⑨⑩■□▲△▼▽◆◇○◎●★☆✓✗　、。〈〉《》「」『』【】〔〕～￥·"


def gb2312():
    """Every character of rows 1-3 and 6 (signs, full width, Greek) and 16-87 (the Chinese ones) of GB/T 2312."""
    rows = [1, 2, 3, 6, *range(16, 88)]
    codes = (bytes([0xA0 + row, 0xA0 + cell]) for row in rows for cell in range(1, 95))
    return {character for code in codes for character in code.decode("gb2312", errors="ignore")}


def characters():
    return gb2312() | set(SIGNS) | {chr(c) for c in (*range(0x20, 0x7F), *range(0xA0, 0x100))}


def face(collection, family):
    """The font of that family in a collection file."""
    return next(
        font for font in TTCollection(collection).fonts if font["name"].getDebugName(1) == family or font["name"].getDebugName(16) == family
    )


def rename(font, family, style):
    """Our names; copyright, trademark and licence (0, 7, 13, 14) stay as they are."""
    names = font["name"]
    names.names = [n for n in names.names if n.nameID in (0, 5, 7, 13, 14) and n.platformID == 3 and n.langID == 0x409]
    for number, text in (
        (1, family),
        (2, style),
        (3, f"{family} {style}, subset of Noto CJK"),
        (4, f"{family} {style}"),
        (6, f"{family.replace(' ', '')}-{style}"),
    ):
        names.setName(text, number, 3, 1, 0x409)


def make(collection, family, own, style, file):
    font = face(SOURCE / collection, family)
    font.recalcTimestamp = False
    options = subset.Options(
        layout_features=FEATURES,
        hinting=False,
        desubroutinize=True,
        name_IDs=[0, 5, 7, 13, 14],
        name_languages=[0x409],
        notdef_outline=True,
        drop_tables=["DSIG", "BASE", "VORG", "vhea", "vmtx"],
    )
    worker = subset.Subsetter(options)
    worker.populate(unicodes=[ord(c) for c in characters()])
    worker.subset(font)
    rename(font, own, style)
    if "CFF " in font:
        font["CFF "].cff.fontNames = [f"{own.replace(' ', '')}-{style}"]
    font.flavor = "woff2"
    font.save(TARGET / file)
    print(file, (TARGET / file).stat().st_size // 1024, "KB", len(font.getBestCmap()), "characters", file=sys.stderr)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for entry in FACES:
        make(*entry)
