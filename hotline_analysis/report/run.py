"""One run of a month: parameters, lock, notebooks, pages, files. It ends with a whole new page or with the old one untouched.

with hold("reports", hotline="sample", month="2024-09") as place:
    render({"index.html": Path("notebooks/monthly.ipynb")}, place=place, parameters={"params": "params/sample.yaml", "month": "2024-09", "language": "zh"})
"""

import contextlib
import re
import secrets
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tqdm import tqdm

from hotline_analysis import machine
from hotline_analysis.errors import BadParams, CannotWrite, Held, LeakFound, NoInput, RunFailed, nearest
from hotline_analysis.report import kernel, page, publish
from hotline_analysis.report.kernel import Limits
from hotline_analysis.words import LANGUAGES

MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])", re.ASCII)
DAY = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
NAME = re.compile(r"\w[\w-]{0,63}")
PAGE = re.compile(r"[a-z][a-z0-9_-]{0,63}\.html", re.ASCII)
TOOLS = (
    "hotline-analysis",
    "duckdb",
    "narwhals",
    "pandas",
    "scipy",
    "matplotlib",
    "nbconvert",
    "papermill",
    "fonttools",
    "brotli",
)


USUAL = Limits()


@dataclass(frozen=True)
class Place:
    """Where one month of one hotline is rendered: its page folder, and where the run works and fails."""

    hotline: str
    month: str
    folder: Path
    private: Path
    run_id: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y%m%dT%H%M%S-") + secrets.token_hex(3))

    @property
    def staging(self) -> Path:
        """Complete files wait here for their names: the same file system as the page."""
        return self.folder.parent / f".{self.month}.staging"

    @property
    def work(self) -> Path:
        """The notebook while it runs: one folder a month, so that the next run finds what a killed one left."""
        return self.private / f".running-{self.hotline}-{self.month}"

    @property
    def lock(self) -> Path:
        return self.folder.parent / f".{self.month}.lock"

    @property
    def failed(self) -> Path:
        return self.private / self.run_id


# ---- before anything runs


def _month(value: str) -> None:
    if not MONTH.fullmatch(value):
        raise BadParams("month", f"{value[:40]!r} is not a month.", "A month is written 2024-09.")


def _day(value: str) -> None:
    if value and not DAY.fullmatch(value):
        raise BadParams("day", f"{value[:40]!r} is not a day.", "A day is written 2024-09-18.")


def _language(value: str) -> None:
    if value not in LANGUAGES:
        raise BadParams("language", f"{value[:40]!r} is not a language here.", "It is zh or en.")


def _params(value: str) -> None:
    if "\0" in value or not Path(value).is_file():
        raise NoInput("params", f"{value[:200]!r} is no file.")


ACCEPTED = {"params": _params, "month": _month, "day": _day, "language": _language}


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


def locate(out: str | Path, *, hotline: str, month: str, private: str | Path | None = None) -> Place:
    """The place of a month under the reports folder; a name or month that would lead elsewhere is refused."""
    if not NAME.fullmatch(hotline):
        raise BadParams("hotline", f"{hotline[:40]!r} cannot be a folder's name.", "Letters, digits, - and _ can.")
    _month(month)
    out = Path(out).absolute()
    folder = out / hotline / month
    if not folder.resolve().is_relative_to(out.resolve()):
        raise BadParams("month", f"{folder} is not inside {out}.")
    private = Path(private).absolute() if private else out.parent / "private"
    if private.resolve().is_relative_to(out.resolve()):
        raise BadParams("private", f"{private} is inside {out}.", "What names people is kept outside the reports.")
    return Place(hotline, month, folder, private)


def check_writable(place: Place) -> None:
    """Every folder that the run needs is ours or free, and can be written: better to know before the data are read. A stranger's is left as it is."""
    try:
        publish.check_ours(place.folder)
        machine.check_ours(place.staging, "staging")
        machine.check_ours(place.work, "run")
        place.folder.parent.mkdir(parents=True, exist_ok=True)
        machine.private_folder(place.private)
        for folder in (place.folder.parent, *([place.folder] if place.folder.exists() else []), place.private):
            machine.check_writable(folder)
    except OSError as refused:
        raise _cannot_write(refused, place) from refused


def _cannot_write(refused: OSError, place: Place) -> CannotWrite:
    return CannotWrite(str(refused.filename or place.folder), f"cannot be written ({refused.strerror}).")


@contextlib.contextmanager
def hold(out: str | Path, *, hotline: str, month: str, private: str | Path | None = None) -> Iterator[Place]:
    """Take the month: checked, writable, locked (`Held` at once if another run has it), and without what a killed run left."""
    place = locate(out, hotline=hotline, month=month, private=private)
    check_writable(place)
    try:
        with machine.lock(place.lock):
            _settle(place)
            yield place
    except machine.Locked:
        raise Held(f"{hotline} {month}", "another run is rendering this month.", "Try again when it has ended.") from None


def _settle(place: Place) -> None:
    """What a killed run left is put right."""
    try:
        publish.settle(place.folder, place.staging)
        machine.clear(place.work, "run")
    except OSError as refused:
        raise _cannot_write(refused, place) from refused


# ---- the run


def render(
    pages: dict[str, Path],
    *,
    place: Place,
    parameters: dict[str, str],
    limits: Limits = USUAL,
    progress: bool = True,
    fingerprint: str = "",
    countries: Collection[str] = (),
) -> Path:
    """Run every notebook, make every page, publish all or nothing; the path of the first page. `countries`: whose numbers count as personal."""
    started = time.monotonic()
    check_parameters(parameters, list(pages.values()))
    for name in pages:
        if not PAGE.fullmatch(name):
            raise BadParams("page", f"{name[:40]!r} cannot be a page's name.", "It is like index.html.")
    machine.claim(place.work, "run", private=True)
    try:
        files = _make(pages, place, parameters, limits, started + limits.run, progress, fingerprint, countries)
    except (RunFailed, LeakFound) as failed:
        place.work.rename(place.failed)
        raise type(failed)(failed.where, f"{failed.wrong} Run {place.run_id}: the notebook is in {place.failed}.", failed.right) from None
    finally:
        machine.remove(place.work)
    publish.publish(files, place.folder, place.staging)
    return place.folder / next(iter(pages))


def _make(pages, place, parameters, limits, deadline, progress, fingerprint, countries) -> dict[str, bytes]:
    """The bytes of every file of the month, the manifest last: it says what belongs together."""
    files, facts, started = {}, {}, datetime.now(UTC)
    with tqdm(
        total=len(pages) + 1, desc=f"{place.hotline} {place.month}", unit="step", disable=not progress, file=sys.stderr, position=0
    ) as steps:
        for name, notebook in pages.items():
            cells = {"desc": notebook.stem, "leave": False, "file": sys.stderr, "disable": not progress, "position": 1}
            done = kernel.run(notebook, parameters, work=place.work, deadline=deadline, limits=limits, progress=cells)
            files[name] = page.make(done, name=name, countries=countries)
            end = kernel.end_of([cell for cell in done.cells if cell.cell_type == "code"][-1])
            files |= {f"{_stem(name)}.csv": publish.csv_bytes(end["kpis"])} if end["kpis"] else {}
            facts[name] = {"notebook": notebook.name, "notebook_sha256": publish.digest(notebook.read_bytes()), **end["manifest"]}
            steps.update()
        files["manifest.json"] = publish.json_bytes({**_manifest(place, parameters, files, facts, started), "fingerprint": fingerprint})
        steps.update()
    for name, content in files.items():
        if not name.endswith(".html"):  # a page was checked when it was made
            page.check_text(content.decode(), name, countries)
    return files


def _stem(name: str) -> str:
    return "kpis" if name == "index.html" else name.removesuffix(".html")


def _manifest(place, parameters, files, facts, started) -> dict:
    """What was made, of what, with what, when."""
    return {
        "hotline": place.hotline,
        "month": place.month,
        "run_id": place.run_id,
        "started_at": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
        "parameters": {key: value for key, value in parameters.items() if key != "params"}
        | {"params": Path(parameters["params"]).name if "params" in parameters else None},
        "files": {name: {"sha256": publish.digest(content), "bytes": len(content)} for name, content in files.items()},
        "pages": facts,
        "versions": {"python": sys.version.split()[0], "platform": sys.platform} | {name: _version(name) for name in TOOLS},
    }


def _version(name: str) -> str | None:
    with contextlib.suppress(ModuleNotFoundError):
        return version(name)
    return None
