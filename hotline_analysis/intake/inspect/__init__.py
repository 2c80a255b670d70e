"""A params file for an export that nobody here has seen: proposed with its evidence, doubtful lines marked, undecided ones left in comments.

Wrong is worse than undecided. Whatever is proposed was read by the readers and converters of the run (`recognise._try`), and the file is loaded by the
models of params before it is given away. Nothing of a value is told but its shape and the words of code lists that the dictionary knows.
"""

import re
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from hotline_analysis import machine, presets
from hotline_analysis.errors import CannotWrite, DataRefused, HotlineError, NoInput, RunFailed
from hotline_analysis.intake.convert import convert, hints, instants
from hotline_analysis.intake.engine import connect, parquet
from hotline_analysis.intake.inspect import evidence, sample, write
from hotline_analysis.intake.inspect.names import Names
from hotline_analysis.intake.inspect.recognise import Looked, fitting, look, settle_contacts, settle_links
from hotline_analysis.intake.inspect.write import Place
from hotline_analysis.intake.read.files import members
from hotline_analysis.params import Limits, Params, load
from hotline_analysis.personal import found, masked, masked_name
from hotline_analysis.words import Term

DATA = r"[+-]?\d{3,}([.,]\d+)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|1\d{10}|\d{1,2}:\d{2}.*"
HEADERLESS = 0.3  # share of a header's cells that look like data: more, and it is a record
POSITIONS = {18: "asterisk_cdr", 21: "asterisk_cdr"}  # widths of files that systems write without a header
CHINESE = Term("节假日按中文列名推断", "holidays guessed by the Chinese headers")
NO_CALENDAR = Term("没有节假日历，节假日按平日计", "no calendar of holidays, which count as other days")
ZONES = {  # the zone of offsets from UTC in minutes: those of one without summer time, and of the commonest of a winter and a summer one
    (480,): "Asia/Shanghai", (330,): "Asia/Kolkata", (540,): "Asia/Tokyo",
    (-480, -420): "America/Los_Angeles", (-420, -360): "America/Denver", (-360, -300): "America/Chicago", (-300, -240): "America/New_York",
    (0, 60): "Europe/London", (60, 120): "Europe/Berlin", (120, 180): "Europe/Helsinki", (600, 660): "Australia/Sydney", (720, 780): "Pacific/Auckland",
}  # fmt: skip
OFFSET = r"([+-])(\d{2}):?(\d{2})$"
WEEKS = 3  # of days that say which days are the weekend
FEWER, SIGNS = 0.75, 5  # of a usual day's records on each of its days, and so many standard errors below them


@dataclass(frozen=True)
class Inspected:
    """What `hotline inspect` gives: the text of the params file, the table of what was found, the settings as the run would load them."""

    text: str
    found: str
    params: Params
    looked: tuple[Looked, ...]


def inspect(files: Collection[str | Path], *, with_presets: bool = True, language: str = "zh", title: str = "") -> Inspected:
    """Propose params for some files. Raises NoInput, DataRefused where a file cannot be read or is no table of records."""
    paths = [Path(f) for f in files]
    for path in paths:
        if not path.is_file():
            raise NoInput(str(path), "there is no such file.")
    with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        staging = machine.claim(Path(folder) / "staging", "staging")
        limits = Limits()
        connection = connect([staging, *{p.resolve().parent for p in paths}], Path(folder) / "spill", limits)
        try:
            connection.execute(instants.MACROS + convert.MACROS)
            looked = _looked(paths, staging, connection, with_presets)
            settle_contacts(looked)
            settle_links(connection, looked)
            _refuse_only_offered(looked)
            place = _place(connection, looked)
        finally:
            connection.close()
    said = {id(one): write.path_said(one.taken.file.path) for one in looked}
    text = write.params(title or masked_name(paths[0].stem), _once(looked, said), said, place, language)
    return Inspected(text, write.found(looked, language), _loaded(text), tuple(looked))


def _looked(paths: list[Path], staging: Path, connection, with_presets: bool) -> list[Looked]:
    taken = [_take(file, staging, connection) for path in paths for file in members(path)]
    left_out = set() if with_presets else {family for one in taken if (p := fitting(one.table.columns)) for family in p.families}
    known = Names(left_out)
    return [look(connection, one, known, with_presets) for one in taken]


def _refuse_only_offered(looked: list[Looked]) -> None:
    """A proposal of comments alone would be no params file."""
    if all(section.offered for one in looked for section in one.sections):
        raise DataRefused(
            looked[0].taken.file.name,
            "is a survey in long form (a row an item), which has to be made one row a survey.",
            "Pivot it: the id of the survey as rows, the item as columns, the score as values; then inspect that file.",
        )


def _take(file, staging: Path, connection) -> sample.Taken:
    """The file's table; once more with names where its first line is a record."""
    taken = sample.take(file, staging, connection)
    columns = taken.table.columns
    if not _is_record(taken, connection):
        if not taken.rows:
            raise DataRefused(file.name, "has no records below its header.")
        return taken
    usual = POSITIONS.get(len(columns))
    header = presets.known()[usual].headers[: len(columns)] if usual else tuple(f"列{n}" for n in range(1, len(columns) + 1))
    return sample.take(file, staging, connection, header)


def _is_record(taken: sample.Taken, connection) -> bool:
    """Whether the first line is no header: a cell of it is somebody's number, or too many look like data or stand among the values of their own column."""
    columns = taken.table.columns
    alike = [bool(re.fullmatch(DATA, cell)) or _among(taken, connection, place, cell) for place, cell in enumerate(columns)]
    whole = any(found(cell) and not masked(cell).strip("*+ -()") for cell in columns)
    return whole or sum(alike) > HEADERLESS * len(columns)


def _among(taken: sample.Taken, connection, place: int, cell: str) -> bool:
    """Whether a column holds its header as a value, or most of its cells have the header's shape with three digits or more."""
    values = [
        value for (value,) in connection.execute(f"SELECT trim(c{place}) FROM {parquet(taken.small)} WHERE c{place} IS NOT NULL").fetchall()
    ]
    shape = evidence.shown(cell)
    return cell in values or (shape.count("#") >= 3 and sum(evidence.shown(value) == shape for value in values) > 0.5 * len(values))


def _once(looked: list[Looked], said: dict[int, str]) -> list[Looked]:
    """Members of one zip are one file of params when they are read alike: the first stands for them."""
    seen: dict[tuple, Looked] = {}
    for one in looked:
        seen.setdefault((said[id(one)], one.taken.table.columns), one)
    return list(seen.values())


def _loaded(text: str) -> Params:
    """The file as the run would load it; a proposal that does not load is a fault of ours."""
    with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        path = Path(folder) / "params" / "proposed.yaml"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        try:
            return load(path)
        except HotlineError as fault:
            raise RunFailed(
                "hotline inspect", f"its proposal does not load: {fault}", "This is a fault of the program; please report it."
            ) from fault


def _place(connection, looked: list[Looked]) -> Place:
    """Zone and holidays by the language of the headers, UTC where the times carry it: a hint, no more. The weekend by the days with fewest records."""
    chinese = any("\u4e00" <= c <= "\u9fff" for one in looked for header in one.taken.table.columns for c in header)
    offset = any(
        form.endswith("Z") or "+0000" in form or "+00:00" in form for one in looked for e in one.table.seen for form, _ in e.shapes
    )
    written = any("+0000" in form for one in looked for e in one.table.seen for way, _ in e.ways[:1] for form in way)
    weekend, calendar, holidays = _weekend(connection, looked), CHINESE if chinese else NO_CALENDAR, "CN" if chinese else ""
    if offsets := _offsets(connection, looked):
        zone = ZONES.get(offsets, "UTC" if len(offsets) > 1 or offsets[0] % 60 else f"Etc/GMT{-offsets[0] // 60:+d}")
        said = ", ".join(f"{'-' if m < 0 else '+'}{abs(m) // 60:02d}:{abs(m) % 60:02d}" for m in offsets)
        why = (
            f"时间带UTC时差{said}，按有这些时差的一处写，请核对；{calendar.zh}",
            f"the times carry {said} from UTC; one zone that has them, look whether it is yours; {calendar.en}",
        )
        return Place(zone, holidays, weekend, Term(*why))
    if offset or written:
        return Place("UTC", holidays, weekend, Term(f"时间带UTC时差，按UTC；{calendar.zh}", f"the times carry UTC; {calendar.en}"))
    if chinese:
        guessed = Term("文件里没有时区和节假日，按中文列名推断", "the file says no zone and no holidays; guessed by its Chinese headers")
        return Place("Asia/Shanghai", "CN", weekend, guessed)
    wall = Term("文件里没有时区：照钟面时间", "the file says no zone: the clock on the wall")
    return Place("UTC", "", weekend, Term(f"{wall.zh}；{NO_CALENDAR.zh}", f"{wall.en}; {NO_CALENDAR.en}"))


def _offsets(connection, looked: list[Looked]) -> tuple[int, ...]:
    """The offsets from UTC, in minutes, that the times of the files carry; none where all of them are UTC."""
    found = set()
    for one in looked:
        for e in one.table.seen:
            if e.instant >= 0.9 and any(re.search(r":##(:##)?(\.#+)? ?[+-]##:?##$", form) for form, _ in e.shapes):
                parts = ", ".join(f"regexp_extract(trim(c{e.place}), '{OFFSET}', {n})" for n in (1, 2, 3))
                rows = connection.execute(f"SELECT DISTINCT {parts} FROM {parquet(one.table.path)}").fetchall()
                found |= {(-1 if sign == "-" else 1) * (60 * int(h) + int(m)) for sign, h, m in rows if sign}
    return tuple(sorted(found)) if found != {0} else ()


def _weekend(connection, looked: list[Looked]) -> tuple[str, ...]:
    """Two neighbouring days of the week that bring far fewer records than the others, where they are not Saturday and Sunday."""
    days = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
    for one in looked:
        opening = next((p for s in one.sections for p in s.proposals if p.column in ("started_at", "created_at")), None)
        e = one.table.of(opening.headers[0]) if opening else None
        if e is None or e.instant < 0.9:
            continue
        day = f"CAST(to_timestamp(0) AS DATE) + CAST(({hints.read_sql(f'clean(c{e.place})', e.ways[0][0])}) // 86400000000 AS INTEGER)"
        rows = connection.execute(
            f"SELECT dayofweek(d), count(*), count(DISTINCT d) FROM (SELECT {day} AS d FROM {parquet(one.table.path)}) WHERE d IS NOT NULL GROUP BY 1"
        ).fetchall()
        if len(rows) < 7 or min(weeks for *_, weeks in rows) < WEEKS:
            continue
        usual = sorted(n / weeks for _, n, weeks in rows)[4]
        few = {day for day, n, weeks in rows if n < FEWER * usual * weeks and usual * weeks - n > SIGNS * (usual * weeks) ** 0.5}
        free = [day for day in few if (day + 1) % 7 in few or (day - 1) % 7 in few]
        if len(free) == 2 and set(free) != {0, 6}:
            return tuple(days[n] for n in sorted(free))
    return ()


def to_file(out: str, text: str) -> None:
    """Write the proposal; what is there stays."""
    path = Path(out)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise CannotWrite(out, "is already there, and stays as it is.", "Name another file.") from None
    except OSError as fault:
        raise CannotWrite(out, f"cannot be written ({fault.strerror}).") from None
