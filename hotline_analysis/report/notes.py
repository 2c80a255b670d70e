"""What the people of the centre add to a month: Markdown files in `notes/` beside the params file, shown as theirs.

`<hotline>.<chapter>.md` stands in every month, `<hotline>.<month>.<chapter>.md` in that month alone; `.zh.md` and `.en.md` are for the pages of one
language. A chapter is named as in `report › sections`. Paragraphs, lists, bold and emphasis can stand in it; HTML is shown as it is written.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import mistune

from hotline_analysis.errors import BadParams, nearest, offered
from hotline_analysis.params import MONTH, Params
from hotline_analysis.personal import found as personal
from hotline_analysis.show.markup import Markup
from hotline_analysis.words import LANGUAGES

FOLDER = "notes"
FORM = "It is <hotline>.<chapter>.md or <hotline>.<month>.<chapter>.md, and .zh.md or .en.md for one language."
PLAIN = frozenset("p ul ol li strong em br code".split())


@dataclass(frozen=True)
class Note:
    """One file: the chapter under which it stands, the month and the language ('': every), its text."""

    chapter: str
    month: str
    language: str
    text: str


def read(described: Params, chapters: Collection[str]) -> list[Note]:
    """The notes of a hotline, by file name. Raises BadParams for a file whose name names no hotline, month or chapter, and for what has no place on a page."""
    folder = described.path.parent / FOLDER
    files = sorted(folder.glob("*.md")) if folder.is_dir() else []
    return [note for note in (_note(file, described, chapters) for file in files) if note]


def of_month(notes: Iterable[Note], month: str, language: str) -> dict[str, list[str]]:
    """The texts of a month's page by chapter: those of every month first."""
    told: dict[str, list[str]] = {}
    for note in sorted(notes, key=lambda note: note.month):
        if note.month in ("", month) and note.language in ("", language):
            told.setdefault(note.chapter, []).append(note.text)
    return told


def _note(file: Path, described: Params, chapters: Collection[str]) -> Note | None:
    where = f"{FOLDER}/{file.name}"
    hotline, *rest = file.stem.split(".")
    if hotline != described.name:
        _check_other(where, hotline, described)
        return None
    language = rest.pop() if rest and rest[-1] in LANGUAGES else ""
    month = rest.pop(0) if len(rest) > 1 else ""
    if len(rest) != 1 or (month and not MONTH.fullmatch(month)):
        raise BadParams(where, "is not the name of a note.", FORM)
    if rest[0] not in chapters:
        raise BadParams(where, f"'{rest[0]}' is no chapter of the month.", offered(rest[0], chapters))
    return Note(rest[0], month, language, _text(where, file, described))


def _check_other(where: str, hotline: str, described: Params) -> None:
    """A note of another hotline is that hotline's; one that names none would never stand anywhere."""
    others = [path.stem for path in described.path.parent.glob("*.yaml")]
    if hotline not in others:
        raise BadParams(where, f"'{hotline}' is no hotline here.", nearest(hotline, others) or FORM)


def _text(where: str, file: Path, described: Params) -> str:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadParams(where, "is not UTF-8.", "Save it as UTF-8.") from None
    if personal(text, described.countries):
        raise BadParams(where, "holds a telephone number, an id or a mail address.", "No page may carry one; leave it out.")
    if set(re.findall(r"<(\w+)", html(text))) - PLAIN:
        raise BadParams(where, "holds a heading, a table, a picture or a link.", "Paragraphs, lists, bold and emphasis can stand in it.")
    return text


def html(text: str) -> Markup:
    """Markdown as it stands on a page, without any HTML of its own."""
    return Markup(mistune.create_markdown(escape=True, plugins=["table"])(text))
