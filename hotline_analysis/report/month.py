"""One month or one day of one hotline, from params to published pages; the scheduler's way in."""

import hashlib
import importlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import hotline_analysis
from hotline_analysis import params as params_file
from hotline_analysis.errors import BadParams, NoInput, offered
from hotline_analysis.hotline import Hotline, open_hotline, study_names
from hotline_analysis.intake.store import Store
from hotline_analysis.measures import editions
from hotline_analysis.measures.periods import LONGER, grain
from hotline_analysis.params import Params, check_month, check_period
from hotline_analysis.report import months, notes, own, paper, revised, run
from hotline_analysis.report.kernel import Limits
from hotline_analysis.tables import TABLES, TEXT, Column
from hotline_analysis.words import Term

NOTHING_DUE = Term("没有要重新生成的：没有以暂行版发布的，或其所等的数据还没有到。", "Nothing is due: nothing is published as provisional, or what it waits for has not come.")  # fmt: skip
PLACES = ("unit", "area", "department", "channel", "queue")  # whose words are nobody's name, also where an export has them for agents


def notebooks() -> Path:
    """The folder of the report's notebooks, beside the package."""
    folder = Path(hotline_analysis.__file__).resolve().parent.parent / "notebooks"
    if not folder.is_dir():
        raise NoInput(str(folder), "the notebooks are not there.", "Run the workbook from its checkout.")
    return folder


def pages() -> dict[str, Path]:
    """Page -> notebook: the month first, then every study that has a notebook, all indicators last; one whose study is for staff (`PRIVATE`) or of another edition is none."""
    public = [stem for stem in study_names() if not any(hasattr(_study(stem), mark) for mark in ("PRIVATE", "EDITION"))]
    studies = {f"{stem}.html": notebooks() / f"{stem}.ipynb" for stem in [*public, "indicators"]}
    return {"index.html": notebooks() / "monthly.ipynb"} | {name: path for name, path in studies.items() if path.is_file()}


def staff_pages() -> dict[str, Path]:
    """Page -> notebook of the studies for staff."""
    private = [stem for stem in study_names() if getattr(_study(stem), "PRIVATE", False)]
    return {f"{stem}.html": path for stem in private if (path := notebooks() / f"{stem}.ipynb").is_file()}


def _study(stem: str):
    return importlib.import_module(f"hotline_analysis.studies.{stem}")


def taken() -> list[str]:
    """What the chapters of the month, its pages and files are called, those for staff too: nothing of one's own can have such a name."""
    return [*own.FILES, *_called(pages() | staff_pages())]


def _called(every: Mapping[str, Path]) -> list[str]:
    """The chapters of the first page, and the other pages."""
    return [*run.page.chapters(every["index.html"]), *(name.removesuffix(".html") for name in every if name != "index.html")]


def chosen(described: Params) -> dict[str, Path]:
    """The pages that a hotline's month has: all, or of the studies and of one's own notebooks those that `report › sections` names, in its order.

    Raises BadParams for an unknown name.
    """
    every, sections = pages() | (own.pages(described, taken()) if described.report.sections else {}), described.report.sections
    known = _called(every)
    for name in sections:
        if name not in known:
            wrong = f"'{name}' is neither a chapter of the month, nor a study with a page, nor a notebook in my/."
            raise BadParams(f"{described.path.name} › report › sections", wrong, offered(name, known))
    wanted = ["index.html", *(f"{name}.html" for name in sections)]
    return {name: every[name] for name in wanted if name in every} if sections else every


def publish(
    params: str,
    *,
    month: str = "latest",
    day: str = "",
    language: str = "zh",
    out: str = "",
    pdf: bool = False,
    sections: Sequence[str] = (),
    only: Collection[str] = (),
    edition: str = "",
    before: revised.Revised | None = None,
    progress: bool = True,
) -> tuple[Path, bool]:
    """Render and publish a month (a quarter, a half, a year), or a day (`latest`: the last one with data); the path of its page, and whether it was current already.

    sections: in place of the params' own; only: these of its pages (none: all). edition: `unit=North`, the first page alone, of what names that unit. before: what was published of it
    earlier, where the folder does not know. What can be refused is refused before a kernel starts: params, the month, the data. Raises HotlineError with its exit code.
    """
    asked = day or month
    if asked != "latest":
        check_period(asked)
    printer = paper.browser() if pdf else ""
    described = with_sections(params_file.load(params), sections)
    if not day and len(asked) == 10:
        raise BadParams(f"month {asked!r}", "is a day.", "Ask for it with --day.")
    plain = not day and grain(asked) not in LONGER
    wanted = chosen(described) if plain else {"index.html": notebooks() / ("daily.ipynb" if day else "longer.ipynb")}
    written = [] if edition or not plain else notes.read(described, run.page.chapters(wanted["index.html"]))
    kept = ["index.html"] if edition else only or wanted
    wanted = {name: notebook for name, notebook in wanted.items() if name in kept}
    folder = Path(out) if out else described.root / "reports"
    if asked != "latest":
        run.check_writable(run.place_of(described, asked, folder))
    h = open_hotline(params, "latest day" if day == "latest" else asked, language, only=edition, progress=progress)
    h.reports = folder.resolve()
    h.study("day", strict=True) if day else h.verdicts  # asked for here, so that refused data are refused before a kernel starts
    with run.hold(folder, hotline=described.name, month=h.month, edition=editions.mark(h.only)) as place:
        mark = fingerprint(_made_of(h, written, wanted, sections) + edition, described.path, language)
        if current(place.folder, mark, [paper.PDF] if pdf else []):
            return place.folder / "index.html", True
        own = {"sections": described.report.sections if plain else [], "only": edition, "notes": notes.of_month(written, h.month, language)}
        made = {"fingerprint": mark, "printer": printer, "revised": before or revised.earlier(place.folder, described)}
        return run.render(wanted, place=place, progress=progress, **_given(h, language, written), **own, **made), False


def due(params: str, *, out: str = "", progress: bool = True) -> list[tuple[str, str]]:
    """The published periods (days too) to render again: provisional ones whose wait is over by the data at hand, each with the column of its editions or ''; see `months.due`."""
    h = open_hotline(params, "latest", progress=progress)
    return months.due((Path(out) if out else h.params.root / "reports") / h.params.name, h.data_days[1] + timedelta(days=1))


def again(label: str, column: str, *, pdf: bool, sections: Sequence[str]) -> dict:
    """What `publish` is given of a period that is due: a day is asked for as one, and neither it nor editions have sections."""
    if column:
        return {}
    return {"day": label, "pdf": pdf} if len(label) == 10 else {"pdf": pdf, "sections": sections}


def with_sections(described: Params, sections: Sequence[str]) -> Params:
    """The params with other chapters and studies than they name; as they are where none are given."""
    if not sections:
        return described
    if len(set(sections)) < len(sections):
        raise BadParams("--sections", "one of them stands twice.", "A page has it once.")
    return described.model_copy(update={"report": described.report.model_copy(update={"sections": tuple(sections)})})


def _made_of(h: Hotline, written: Sequence[notes.Note], wanted: Mapping[str, Path], sections: Sequence[str]) -> str:
    """What the params and the workbook's own files do not say of a month: its data, its rule (which may come from a windows file), what lies beside, its sections where they were given apart."""
    mine = [run.publish.digest(path.read_bytes()) for path in wanted.values() if path.parent != notebooks()]
    return repr([h.digest, h.rule.hash, h.register_digest, h.beside_digest, written, h.suggested_before, *sections, *mine])


def publish_staff(params: str, *, month: str = "latest", language: str = "zh", out: str = "", progress: bool = True) -> list[Path]:
    """Render the studies for staff (agents, callers, what became of the cases) of a month into private/; the paths of their pages.

    What can be refused is refused before a kernel starts. Raises HotlineError with its exit code; StudyMissing where one could not be made.
    """
    if month != "latest":
        check_month(month)
    described = params_file.load(params)
    h = open_hotline(params, month, language, progress=progress)
    h.verdicts  # noqa: B018 (refused data are refused here)
    with run.hold(Path(out) if out else described.root / "reports", hotline=described.name, month=h.month) as place:
        return run.render_staff(staff_pages(), place=place, progress=progress, **_given(h, language))


def _given(h: Hotline, language: str, written: Iterable[notes.Note] = ()) -> dict:
    """What every run of a hotline's notebooks is given; frames that nobody asked for lately go before kernels start."""
    h.frames.prune()
    parameters = {"params": str(h.params.path.resolve()), "month": h.month, "language": language}
    limits = Limits(cell=h.params.limits.cell_seconds, run=h.params.limits.run_seconds)
    words = {"countries": h.params.countries, "data_words": data_words(h.store, h.params, written), "people": people(h.store)}
    return {"parameters": parameters, "limits": limits, "store": h.store, **words}


def data_words(store: Store, described: Params, written: Iterable[notes.Note] = ()) -> list[str]:
    """Categories of these data, words of their params and lines of their notes that hold a word such as None, which the page's check would take for a missing value."""
    found = _words(store, lambda column: not column.name.endswith("_id"), f"regexp_matches({{}}, '{run.page.NOT_A_WORD.pattern}')")
    texts = [text for _, text in params_file.printed(described)] + [note.text for note in written]
    own = [line for text in texts for line in text.splitlines()]
    if described.assumed:
        own += [described.assumed.zh, described.assumed.en]
    return sorted(found.union(filter(run.page.NOT_A_WORD.search, own)))


def people(store: Store) -> set[str]:
    """The names of agents in these data, with and without the number in brackets behind; not what is a word of a team or a place too, nor a mere number, which could be a count."""
    found, places = (_words(store, lambda column: column.names_people), _words(store, lambda column: column.name in PLACES))
    short = {re.split(r"[(（]", name)[0].strip() for name in found}
    return {name for name in (found | short) - places if any(map(str.isalpha, name))}


def _words(store: Store, which: Callable[[Column], bool], where: str = "{} <> ''") -> set[str]:
    """Every word of some columns of text; where: what holds of it."""
    found: set[str] = set()
    for name, rows in ((name, store.table(name)) for name in store.tables):
        for column in (c.name for c in TABLES[name].columns if c.kind == TEXT and which(c) and c.name in rows.columns):
            found |= {word for (word,) in rows.project(column).distinct().filter(where.format(column)).fetchall()}
    return found


def fingerprint(digest: str, params: Path, language: str) -> str:
    """Everything that a page is made of: the data, the params, the language, and the workbook's own files."""
    parts = hashlib.sha256()
    package = Path(hotline_analysis.__file__).resolve().parent
    ours = [*package.rglob("*.py"), *package.rglob("*.css"), *package.rglob("*.j2"), *notebooks().glob("*.ipynb")]
    for text in (digest, language, params.read_text(encoding="utf-8-sig")):
        parts.update(text.encode() + b"\0")
    for file in sorted(ours):
        parts.update(str(file.relative_to(package.parent)).encode() + b"\0" + file.read_bytes() + b"\0")
    return parts.hexdigest()[:16]


def current(folder: Path, mark: str, wanted: Collection[str] = ()) -> bool:
    """True when the published files are whole, those that are wanted among them, and were made of the same things; a month that lacks a study is tried again."""
    said = run.publish.manifest(folder)
    files = said.get("files", {})
    same = set(wanted) <= files.keys() and said.get("fingerprint") == mark and said.get("complete", True)
    return same and all(run.publish.is_whole(folder, name, told) for name, told in files.items())
