"""One run of a month: parameters, lock, notebooks, pages, files. It ends with a whole new page or with the old one untouched.

with hold("reports", hotline="sample", month="2024-09") as place:
    render({"index.html": Path("notebooks/monthly.ipynb")}, place=place, parameters={"params": "params/sample.yaml", "month": "2024-09", "language": "zh"})
"""

import contextlib
import re
import secrets
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tqdm import tqdm

from hotline_analysis import machine
from hotline_analysis.errors import BadParams, CannotWrite, Held, HotlineError, LeakFound, NoInput, RunFailed, StudyMissing, nearest
from hotline_analysis.intake.engine import THREADS
from hotline_analysis.intake.store import PINNED, Store
from hotline_analysis.measures.editions import ONLY
from hotline_analysis.measures.results import REPORTS
from hotline_analysis.params import Params, check_period
from hotline_analysis.report import kernel, months, page, paper, publish
from hotline_analysis.report.kernel import Limits
from hotline_analysis.report.revised import Revised
from hotline_analysis.words import LANGUAGES

NAME = re.compile(r"\w[\w-]{0,63}")
PAGE = re.compile(r"[a-z][a-z0-9_-]{0,63}\.html", re.ASCII)
TOOLS = "hotline-analysis duckdb narwhals pandas scipy matplotlib papermill fonttools brotli".split()


def new_run_id(now: datetime) -> str:
    """20240918T142312-kfwqzb: the second, and letters only, because digits behind the time of day can read as a mobile number."""
    return now.strftime("%Y%m%dT%H%M%S-") + "".join(secrets.choice("bcdfghjkmnpqrstvwz") for _ in range(6))


@dataclass(frozen=True)
class Place:
    """Where one month of one hotline is rendered: its page folder, and where the run works and fails."""

    hotline: str
    month: str
    folder: Path
    private: Path
    edition: str = ""
    run_id: str = field(default_factory=lambda: new_run_id(datetime.now(UTC)))

    @property
    def label(self) -> str:
        """The name of the page folder: the month, and of an edition its mark."""
        return "-".join(filter(None, (self.month, self.edition)))

    @property
    def staging(self) -> Path:
        """Complete files wait here for their names: the same file system as the page."""
        return self.folder.parent / f".{self.label}.staging"

    @property
    def work(self) -> Path:
        """The notebook while it runs: one folder a month, so that the next run finds what a killed one left."""
        return self.private / f".running-{self.hotline}-{self.label}"

    @property
    def staff(self) -> Path:
        """Pages and workbooks that name people."""
        return self.private / self.hotline / self.month

    @property
    def lock(self) -> Path:
        return self.folder.parent / f".{self.label}.lock"

    @property
    def failed(self) -> Path:
        return self.private / self.run_id


# ---- before anything runs


def _language(value: str) -> None:
    if value not in LANGUAGES:
        raise BadParams("language", f"{value[:40]!r} is not a language here.", "It is zh or en.")


def _params(value: str) -> None:
    if "\0" in value or not Path(value).is_file():
        raise NoInput("params", f"{value[:200]!r} is no file.")


ACCEPTED = {"params": _params, "month": check_period, "language": _language}


def check_parameters(parameters: dict[str, str], notebooks: list[Path]) -> None:
    """Every name is one that we know and that every notebook declares, every value a text of its kind. Names are code to papermill, so this comes first."""
    for notebook in notebooks:
        if not notebook.is_file():
            raise NoInput("notebook", f"{notebook} is no file.")
    for name, value in parameters.items():
        if name not in ACCEPTED:
            raise BadParams("parameters", f"{str(name)[:40]!r} is not a parameter here.", nearest(str(name), ACCEPTED))
        if not isinstance(value, str):
            raise BadParams(name, f"{value!r} is not a text.")
        ACCEPTED[name](value)
        for notebook in notebooks:
            if name not in kernel.declared(notebook):
                raise BadParams(notebook.name, f"does not take '{name}'.", "Its cell tagged parameters has to assign it.")


def locate(out: str | Path, *, hotline: str, month: str, edition: str = "") -> Place:
    """The place of a month, or of an edition of it, under the reports folder; a name or month that would lead elsewhere is refused."""
    for what, name in (("edition", edition or "none"), ("hotline", hotline)):
        if not NAME.fullmatch(name):
            raise BadParams(what, f"{name[:40]!r} cannot be a folder's name.", "Letters, digits, - and _ can.")
    check_period(month)
    out = Path(out).absolute()
    folder, private = out / hotline / "-".join(filter(None, (month, edition))), out.parent / "private"
    if not folder.resolve().is_relative_to(out.resolve()):
        raise BadParams("month", f"{folder} is not inside {out}.")
    if private.resolve().is_relative_to(out.resolve()):
        raise BadParams("private", f"{private} is inside {out}.", "What names people is kept outside the reports.")
    return Place(hotline, month, folder, private, edition)


def place_of(described: Params, month: str, out: str | Path = "") -> Place:
    """The place of a hotline's month: under the folder that is named, or the reports beside its params."""
    return locate(out or described.root / "reports", hotline=described.name, month=month)


@contextlib.contextmanager
def _writing(place: Place) -> Iterator[None]:
    """What the disk refuses, as a sentence."""
    try:
        yield
    except OSError as refused:
        raise CannotWrite(str(refused.filename or place.folder), f"cannot be written ({refused.strerror}).") from refused


def check_writable(place: Place) -> None:
    """Every folder that the run needs is ours or free, and can be written: better to know before the data are read. A stranger's is left as it is."""
    with _writing(place):
        publish.check_ours(place.folder)
        machine.check_ours(place.staging, "staging")
        machine.check_ours(place.work, "run")
        place.folder.parent.mkdir(parents=True, exist_ok=True)
        machine.private_folder(place.private)
        for folder in (place.folder.parent, *([place.folder] if place.folder.exists() else []), place.private):
            machine.check_writable(folder)


@contextlib.contextmanager
def hold(out: str | Path, *, hotline: str, month: str, edition: str = "") -> Iterator[Place]:
    """Take the month: checked, writable, locked (`Held` at once if another run has it), and without what a killed run left."""
    place = locate(out, hotline=hotline, month=month, edition=edition)
    check_writable(place)
    with contextlib.ExitStack() as held:
        with _writing(place):
            try:
                held.enter_context(machine.lock(place.lock))
            except machine.Locked:
                raise Held(f"{hotline} {month}", "another run is rendering this month.", "Try again when it has ended.") from None
            publish.settle(place.folder, place.staging)
            machine.clear(place.work, "run")
        yield place


# ---- the run


@dataclass
class Run:
    """What one run needs, and what it has made so far.

    store: the state that all notebooks read; countries: whose numbers count as personal; data_words: texts of the data that read like a missing
    value; people: names of agents, which no frame or picture of one's own may show; sections: the chapters of the month, in their order (none: all); notes: what people wrote of them; revised: what was published of the month before; printer: the
    browser that makes a PDF of the month's page; staff: the pages are for staff; only: the unit, area or department that they are of (`column=word`).
    """

    place: Place
    parameters: dict[str, str]
    limits: Limits = field(default_factory=Limits)
    progress: bool = True
    fingerprint: str = ""
    countries: Collection[str] = ()
    store: Store | None = None
    data_words: Collection[str] = ()
    people: Collection[str] = ()
    sections: Collection[str] = ()
    notes: Mapping[str, list[str]] = field(default_factory=dict)
    revised: Revised | None = None
    printer: str = ""
    staff: bool = False
    only: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    facts: dict[str, dict] = field(default_factory=dict)
    data: dict = field(default_factory=dict)
    others: dict[str, page.Other] = field(default_factory=dict)
    faults: list[HotlineError] = field(default_factory=list)

    def __post_init__(self):
        self.deadline = time.monotonic() + self.limits.run


def render(pages: dict[str, Path], *, place: Place, parameters: dict[str, str], **given) -> Path:
    """Run every notebook, make every page, publish them in one step; the path of the first page, which is the month's.

    The studies run first, then the month, which says what is missing. given: further fields of `Run`. Raises StudyMissing after a month was
    published without a study; any other fault leaves the old month.
    """
    check_parameters(parameters, list(pages.values()))
    for name in pages:
        if not PAGE.fullmatch(name):
            raise BadParams("page", f"{name[:40]!r} cannot be a page's name.", "It is like index.html.")
    run = Run(place, parameters, **given)
    with _at_work(run):
        _make(run, pages)
    publish.publish(run.files, place.folder, place.staging)
    months.write(place.folder.parents[1], parameters.get("language", "zh"))
    index = place.folder / next(iter(pages))
    _say_missing(run, index, "was published without a study")
    return index


def render_staff(pages: dict[str, Path], *, place: Place, parameters: dict[str, str], **given) -> list[Path]:
    """Run the notebooks for staff, which name agents and pseudonyms of callers, and put their pages into private/, where only its owner may look.

    given: further fields of `Run`. Raises NoInput where none has anything to show, StudyMissing after one was left out because of a fault, CannotWrite where a file of that name is somebody else's.
    """
    check_parameters(parameters, list(pages.values()))
    run = Run(place, parameters, staff=True, **given)
    with _at_work(run):
        _at_once(run, list(pages.items()), lambda: None)
    made = _linked(run)
    if not made and not run.faults:
        named = ", ".join(notebook.stem for notebook in pages.values())
        raise NoInput("--staff", f"there is nothing for a page in this month: none of {named} has calls, agents or cases to tell of.")
    with _writing(place):
        publish.keep_private(made, place.staff)
    _say_missing(run, place.staff, "lacks a page for staff")
    return [place.staff / name for name in made]


@contextlib.contextmanager
def _at_work(run: Run) -> Iterator[None]:
    """Where the notebooks run; of a run with a fault it stays in private/, for whoever mends it."""
    place = run.place
    machine.claim(place.work, "run", private=True)
    try:
        yield
        if run.faults:
            place.work.rename(place.failed)
    except (RunFailed, LeakFound) as failed:
        place.work.rename(place.failed)
        raise type(failed)(failed.where, f"{failed.wrong} Run {place.run_id}: the notebook is in {place.failed}.", failed.right) from None
    finally:
        machine.remove(place.work)


def _say_missing(run: Run, where: Path, what: str) -> None:
    if run.faults:
        said = " ".join(map(str, run.faults))
        raise StudyMissing(str(where), f"{what}: {said} Run {run.place.run_id}: the notebook is in {run.place.failed}.")


def _make(run: Run, pages: dict[str, Path]) -> None:
    """The bytes of every file of the month, the manifest last: it says what belongs together."""
    started, place = datetime.now(UTC), run.place
    index, *studies = pages.items()
    look = {"desc": f"{place.hotline} {place.month}", "unit": "step", "disable": not run.progress, "file": sys.stderr, "position": 0}
    with tqdm(total=len(pages) + 1, **look) as steps:
        _at_once(run, studies, steps.update)
        run.others = {name: run.others[name] for name, _ in studies}  # in the pages' order, whichever was done first
        _make_page(run, *index)
        steps.update()
        run.files |= _linked(run)
        _print(run, index[0])
        run.files["manifest.json"] = publish.stated(run.files, **_manifest(run, list(pages), started))
    for name, content in run.files.items():
        if not name.endswith((".html", ".pdf")):  # a page was checked when it was made
            page.check_text(content.decode(), name, run.countries)


def _linked(run: Run) -> dict[str, bytes]:
    """The pages of a run, whose links to one another lead to what there is."""
    places = {name: page.anchors(run.files[name]) for name in run.facts}
    return {name: page.without_dead_links(run.files[name], places) for name in places}


def _print(run: Run, index: str) -> None:
    """The month's page as PDF, where it was asked for: without links to other files, of which paper would tell the place on this machine."""
    try:
        if run.printer:
            run.files[paper.PDF] = paper.printed(page.without_dead_links(run.files[index], {}), run.place.work, by=run.printer)
    except RunFailed as fault:
        run.faults.append(fault)


def _at_once(run: Run, studies: list[tuple[str, Path]], done: Callable[[], object]) -> None:
    """The studies in as many kernels as there are cores; they share the frames that the store keeps. What breaks the run off ends them all."""
    workers = max(1, min(len(studies), machine.cores()))
    shared = {THREADS: str(max(1, machine.cores() // workers))}
    kernel.STOP.clear()
    pool = ThreadPoolExecutor(workers)
    try:
        for _ in pool.map(lambda study: _make_study(run, *study, shared), studies):
            done()
    except BaseException:
        kernel.stop_all()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _make_study(run: Run, name: str, notebook: Path, environment: Mapping[str, str]) -> None:
    """A study's page; where its notebook fails, or these data give it nothing to show, the reason."""
    try:
        _make_page(run, name, notebook, environment)
    except tuple(page.FAULTS) as fault:
        if run.store:
            run.store.check_unchanged()
        run.others[name] = page.Other(page.heading(notebook), page.reason(fault))
        run.faults.append(fault)
        for file in (name, f"{_stem(name)}.csv"):
            run.files.pop(file, None)


def _make_page(run: Run, name: str, notebook: Path, environment: Mapping[str, str] = {}) -> None:
    cells = {"desc": notebook.stem, "leave": False, "file": sys.stderr, "disable": not run.progress, "position": 1}
    pinned = {REPORTS: str(run.place.folder.parent.parent.resolve()), PINNED: run.store.pin if run.store else "", ONLY: run.only}
    pinned = {**environment, **{name: value for name, value in pinned.items() if value}}
    limits = {"deadline": run.deadline, "limits": run.limits}
    done = kernel.run(notebook, run.parameters, work=run.place.work, **limits, progress=cells, environment=pinned)
    if run.store:
        run.store.check_unchanged()
    if name != "index.html" and page.is_empty(done):
        run.others[name] = page.Other(page.heading(notebook), page.EMPTY)
        return
    first = {"others": run.others, "sections": run.sections, "notes": run.notes} if name == "index.html" else {}
    end = kernel.end_of([cell for cell in done.cells if cell.cell_type == "code"][-1])
    if name == "index.html" and run.revised:
        first["revised"] = run.revised.told(end["kpis"] or [], end["manifest"], run.parameters.get("language", "zh"))
    words = {"countries": run.countries, "data_words": run.data_words, "people": run.people}
    run.files[name] = page.make(done, name=name, staff=run.staff, **words, **first)
    run.files |= {f"{_stem(name)}.csv": publish.csv_bytes(end["kpis"])} if end["kpis"] else {}
    run.others[name] = page.Other(page.heading(notebook))
    told = dict(end["manifest"])
    run.data = told.pop("data", run.data)  # all notebooks of a run read one state of the store (PINNED)
    run.facts[name] = {"notebook": notebook.name, "notebook_sha256": publish.digest(notebook.read_bytes()), **told}


def _stem(name: str) -> str:
    return "kpis" if name == "index.html" else name.removesuffix(".html")


def _manifest(run: Run, pages: list[str], started: datetime) -> dict:
    """What was made, of what, with what, when, and what is missing."""
    given = {key: value for key, value in run.parameters.items() if key != "params"}
    return {
        "hotline": run.place.hotline,
        "month": run.place.month,
        "only": run.only,
        "run_id": run.place.run_id,
        "started_at": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
        "parameters": given | {"params": Path(run.parameters["params"]).name if "params" in run.parameters else None},
        "data": run.data,
        "pages": {name: run.facts[name] for name in pages if name in run.facts},
        "missing": {name: other.why.en for name, other in run.others.items() if other.why},
        "complete": not run.faults,
        "revised": run.revised.kept() if run.revised else {},
        "versions": {"python": sys.version.split()[0], "platform": sys.platform} | {name: _version(name) for name in TOOLS},
        "fingerprint": run.fingerprint,
    }


def _version(name: str) -> str | None:
    with contextlib.suppress(ModuleNotFoundError):
        return version(name)
    return None
