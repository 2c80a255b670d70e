"""All months of all hotlines on one page, `reports/index.html`: what each month (quarter, half, year) concluded, the newest month's headline figures with their course, where its
editions by unit, area or department are, and the latest days.

Nothing is computed here: sentences, marks and cards are those of the published pages, as they stand there. A month whose files are not what its
manifest says is not listed.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import groupby, islice
from pathlib import Path

from hotline_analysis import machine
from hotline_analysis.errors import CannotWrite
from hotline_analysis.params import LONGER, MONTH
from hotline_analysis.report import page, publish
from hotline_analysis.show.markup import Markup, html
from hotline_analysis.tables import terms
from hotline_analysis.words import STATUS, Term

INDEX, KIND = "index.html", "reports"
HEADING = Term("热线运行月报", "Monthly operations reports")
BY = Term("分{}", "by {}")
DAY = re.compile(MONTH.pattern + r"-\d\d")
MOST_DAYS = 31  # a month of days; older ones stay where they are
PART = ".index.part"  # of a killed run: written over by the next
PATIENCE_S = 60  # another hotline's run may be writing the page
PARTS = {
    "lang": re.compile(r'<html lang="([\w-]+)">'),
    "title": re.compile(r"<h1>(.*?)</h1>", re.DOTALL),
    "when": re.compile(r'<p class="month">(.*?)</p>', re.DOTALL),
    "verdict": re.compile(r'<p class="verdict">(.*?)</p>', re.DOTALL),
    "tally": re.compile(r'(<ul class="tally".*?</ul>)', re.DOTALL),
    "cards": re.compile(r'(<ul class="cards".*?</ul>)', re.DOTALL),
}


def write(reports: Path, language: str) -> Path | None:
    """Make the page of all months anew; its path, None where a file of that name is somebody else's, which stays. Raises CannotWrite."""
    if INDEX not in machine.names_made(reports) and (reports / INDEX).exists():
        return None
    try:
        with machine.patient_lock(reports / ".index.lock", PATIENCE_S, lambda: None):
            machine.mark(reports, KIND, [INDEX])
            machine.write_safely(reports / PART, make(reports, language))
            machine.replace_safely(reports / PART, reports / INDEX)
    except (OSError, machine.Locked) as refused:
        why = refused.strerror if isinstance(refused, OSError) else "another run holds it"
        raise CannotWrite(str(reports / INDEX), f"cannot be written ({why}); the month itself is published.") from refused
    return reports / INDEX


def make(reports: Path, language: str) -> bytes:
    """The page, checked as every page is: a chapter a hotline, its newest month in short, then its months with the year, its quarters and its halves above them."""
    sections = [page.Section("summary", page.SUMMARY(language), numbered=False)]
    for folder in sorted(f for f in reports.iterdir() if f.is_dir()):
        months, longer, days = (
            list(islice(_published(folder, kind), most)) for kind, most in ((MONTH, None), (LONGER, None), (DAY, MOST_DAYS))
        )
        if listed := months or longer or days:
            by_year = sorted([*longer, *months], key=lambda period: period["year"], reverse=True)
            years = [(year, list(of)) for year, of in groupby(by_year, key=lambda period: period["year"])]
            told = html("months", "hotline", newest=listed[0], years=years, days=days, language=language)
            sections.append(page.Section(folder.name, listed[0]["title"], numbered=False, parts=[("table", told)]))
    return page.lead(HEADING(language), sections, language)


def _published(hotline: Path, kind: re.Pattern) -> Iterator[dict]:
    """The published months (longer periods, days) of one hotline, the newest first and a year before its quarters and halves: what their pages say of them."""
    folders = (folder for folder in hotline.iterdir() if kind.fullmatch(folder.name))
    for folder in sorted(folders, key=lambda f: (f.name[:4], len(f.name) == 4, f.name), reverse=True):
        said, content = kept(folder)
        if content:
            parts = {name: part(form, content.decode()) for name, form in PARTS.items()}
            state = STATUS[str(bool(said.get("pages", {}).get(INDEX, {}).get("provisional")))]
            lang = "zh" if parts["lang"].startswith("zh") else "en"
            href = f"{hotline.name}/{folder.name}/{INDEX}"
            yield {**parts, "state": state(lang), "year": folder.name[:4], "href": href, "editions": list(_editions(folder, lang))}


def _editions(folder: Path, language: str) -> Iterator[tuple[str, str]]:
    """The pages that lead to the editions of a period: where they are, and by what."""
    for column, term in terms().items():
        lead = folder.parent / f"{folder.name}-{column}"
        if lead.is_dir() and kept(lead)[1]:
            yield f"{folder.parent.name}/{lead.name}/{INDEX}", BY(language).format(term(language))


def due(hotline: Path, reached: date) -> list[tuple[str, str]]:
    """The periods (days too) of a hotline that are published as provisional and wait for no day that the data have not `reached`, the oldest first: each with '', or the column of its editions.

    What waits for a newer export waits for no day.
    """
    found = set()
    for folder in hotline.iterdir() if hotline.is_dir() else ():
        said, _ = kept(folder)
        first = said.get("pages", {}).get(INDEX, {})
        waits = [day for day in first.get("awaited", {}).values() if day and date.fromisoformat(day) > reached]
        if first.get("provisional") and not waits:
            found.add((said["month"], said.get("only", "").partition("=")[0]))
    return sorted(found)


def kept(folder: Path) -> tuple[dict, bytes]:
    """The manifest of a published page and the page; none where they do not belong together."""
    said = publish.manifest(folder)
    whole = publish.is_whole(folder, INDEX, said.get("files", {}).get(INDEX))
    return (said, (folder / INDEX).read_bytes()) if whole else ({}, b"")


def part(form: re.Pattern, text: str) -> Markup:
    """A part of a finished page, without its links and what was set around its numbers."""
    found = form.search(text)
    return Markup(re.sub(r"</?a\b[^>]*>", "", page.KEPT_TOGETHER.sub(r"\1", found[1]))) if found else Markup()
