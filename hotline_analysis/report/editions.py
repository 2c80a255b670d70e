"""All editions of a month: one page for every unit (area, department) that is large enough, and the page that leads to them.

A unit with few records has none, nor the one that the others would give away; how many those are is said, and not which.
"""

from pathlib import Path

from hotline_analysis.errors import DataRefused, HotlineError, RunFailed, StudyMissing
from hotline_analysis.hotline import Hotline, open_hotline
from hotline_analysis.measures import editions, rounding
from hotline_analysis.params import check_period
from hotline_analysis.report import month as monthly
from hotline_analysis.report import months, page, publish, run
from hotline_analysis.show.markup import html
from hotline_analysis.tables import terms
from hotline_analysis.words import Term, decimal, format_month

CAPTION = Term("各{}的结论，记录多的在前", "What each {} concludes, those with the most records first")
HEADING = Term("分{}运行报告", "Operations reports by {}")
APART = Term(
    "另有{}个不单列：记录不足{}条，或可由总数减其余得出。",
    "{} more have no page of their own: under {} records, or what the total less the others would tell.",
)
NOTE = Term("记录数取最接近的5；各页不足{}的计数不列。", "Records to the nearest 5; on the pages counts under {} are not told.")


def publish_all(params: str, column: str, *, month: str = "latest", language: str = "zh", out: str = "", progress: bool = True) -> Path:
    """Render every edition by a column, and the page that leads to them; its path. Raises StudyMissing after one was left out because of a fault."""
    if month != "latest":
        check_period(month)
    h = open_hotline(params, month, language, progress=progress)
    editions.parsed(f"{column}=all", h.canonical)
    found = editions.sizes(h, column)
    words = editions.told(found, rounding.LEAST)
    if not words:
        raise DataRefused("--for", f"no {column} of the period has enough records for a page of its own.")
    asked = {"month": h.month, "language": language, "out": out, "progress": False}
    faults: dict[str, HotlineError] = {}
    for word in words:  # one after the other: a notebook at a time already shares its frames with the next
        try:
            monthly.publish(params, edition=f"{column}={word}", **asked)
        except (RunFailed, DataRefused, StudyMissing) as fault:
            faults[word] = fault
    made = [word for word in words if word not in faults or isinstance(faults[word], StudyMissing)]
    sizes = {word: found[word] for word in made}
    index = _lead(h, column, sizes, len(found) - len(words), language, Path(out) if out else h.params.root / "reports")
    if faults:
        raise StudyMissing(str(index), f"was published; of the editions {len(faults)} had a fault: {next(iter(faults.values()))}")
    return index


def _lead(h: Hotline, column: str, sizes: dict[str, int], apart: int, language: str, out: Path) -> Path:
    """The page that leads to the editions: what each concludes, by the number of its records."""
    with run.hold(out, hotline=h.params.name, month=h.month, edition=column) as place:
        rows = [_said(place.folder.parent / f"{h.month}-{editions.mark((column, word))}", word, n) for word, n in sizes.items()]
        files = {"index.html": _page(h, column, [row for row in rows if row], apart, language)}
        told = {"hotline": place.hotline, "month": place.month, "run_id": place.run_id, "parameters": {"language": language}}
        manifest = publish.stated(files, **told, pages={}, editions=column)
        publish.publish(files | {"manifest.json": manifest}, place.folder, place.staging)
        months.write(place.folder.parents[1], language)
        return place.folder / "index.html"


def _said(folder: Path, word: str, n: int) -> dict:
    _, content = months.kept(folder)
    if not content:
        return {}
    parts = {name: months.part(months.PARTS[name], content.decode()) for name in ("verdict", "tally")}
    return {"name": word, "records": decimal(float(rounding.nearest(n)), 0), "href": f"../{folder.name}/index.html", **parts}


def _page(h: Hotline, column: str, rows: list[dict], apart: int, language: str) -> bytes:
    """The page, checked as every page is."""
    name = terms()[column](language)
    heading = HEADING(language).format(name) if language == "zh" else HEADING(language).format(name).capitalize()
    below = [NOTE(language).format(rounding.LEAST), *([APART(language).format(apart, rounding.LEAST)] if apart else [])]
    caption = CAPTION(language).format(name if language == "zh" else name.lower())
    told = html("editions", "editions", rows=rows, below=below, language=language, name=name, caption=caption)
    section = page.Section("summary", page.SUMMARY(language), numbered=False, parts=[("table", told)])
    hotline = h.params.title.term(language)
    return page.lead(heading, [section], language, hotline=hotline, when=format_month(h.month, language), countries=h.params.countries)
