"""A workbook that staff filled, on its way back into the case register.

Read with the reader of the exports, in a child process with limits. Rows may stand in any order, with columns of anybody's between them and blanks around
values; the headings and words of both languages are known. What is not known is refused with its cell, all of it at once, and then nothing is taken. What
contradicts the register, because the case was answered elsewhere meanwhile, is listed and changes nothing.

A message may go into a log, and somebody may have typed a name where a word of a list belongs: the word is told only where it is near to one of the list.
"""

import csv
import getpass
import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

from xlsxwriter.utility import xl_col_to_name

from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.intake import register
from hotline_analysis.intake.read import workbooks
from hotline_analysis.intake.read.cells import SEPARATOR
from hotline_analysis.intake.read.files import real_kind
from hotline_analysis.intake.read.marks import UNREAD
from hotline_analysis.intake.read.stored import WORKBOOKS, InputFile
from hotline_analysis.intake.register import ANSWER, Register
from hotline_analysis.measures.periods import Calendar
from hotline_analysis.params import Params, Source
from hotline_analysis.report.workbook import words
from hotline_analysis.tables import CLOSED
from hotline_analysis.words import ANSWERS, LANGUAGES

NEAR = 0.65  # likeness from which a typed word is told: what is so near to a word of the list is a slip of the pen, and hardly a name
SAID = 20  # faults or conflicts that a message names; the rest are counted
READ = ("case_id", "opened_month", *words.TO_FILL, *words.HIDDEN)
HEADINGS = {words.CASE_FIELDS[name].term(language): name for name in READ for language in LANGUAGES}
GOES_ON = re.compile(r"(.*?)(?:（续(\d+)）| \(continued (\d+)\))")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00:00)?")
KEYS = {
    column: {word(language).casefold(): key for key, word in told.items() for language in LANGUAGES} for column, told in ANSWERS.items()
}


@dataclass
class Filled:
    """One row of the list as it came back: its answer, and where each of its cells stands."""

    row: int
    values: dict[str, str]
    cells: Mapping[str, str]
    heads: Mapping[str, str]
    sheet: str

    @property
    def place(self) -> register.Place:
        return self.values["case_id"], self.values["opened_month"]

    def at(self, name: str) -> str:
        cell = f"{self.sheet}!{self.cells[name]}{self.row}" if self.sheet else f"{self.cells[name]}{self.row}"
        return f"{cell} ({self.heads[name]})"

    def words(self, name: str) -> list[str]:
        """The words of a column's list, in the language of its heading."""
        language = next(language for language in LANGUAGES if words.CASE_FIELDS[name].term(language) == self.heads[name])
        return [word(language) for word in ANSWERS[name].values()]


@dataclass
class Outcome:
    """What became of a workbook's rows."""

    taken: int = 0
    same: int = 0
    empty: int = 0
    conflicts: list[str] = field(default_factory=list)


def backfill(file: str | Path, params: Params, *, by: str = "", at: datetime | None = None) -> Outcome:
    """Take a filled workbook into the register. by: who answers for rows without a name of their own (else the user of the machine); at: when (else now).

    Raises NoInput for no file, DataRefused for one that is no filled list, or that holds what is not known (nothing is then taken), Held and CannotWrite.
    """
    at = at or datetime.now()
    rows = read(Path(file), at.date())
    with register.changing(params) as held:
        refuse_unknown(Path(file).name, rows, held, Calendar(params))
        return merge(rows, held, by or _user(), at.isoformat(sep=" ", timespec="seconds"))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "-"


def merge(rows: list[Filled], held: Register, by: str, at: str) -> Outcome:
    """Put each answer into the register, unless it holds the same already, or another one that the workbook does not know of."""
    done = Outcome()
    for filled in rows:
        kept, said = held.rows[filled.place], register.answer(filled.values)
        if not register.is_filled(said):
            done.empty += 1
        elif said == register.answer(kept):
            done.same += 1
        elif not register.is_filled(kept) or register.mark(kept) == filled.values["mark"]:
            held.rows[filled.place] = {**kept, **said, "filled_by": filled.values["filled_by"] or by, "filled_at": at}
            done.taken += 1
        else:
            done.conflicts += [filled.at(name) for name in ANSWER if said[name] != register.answer(kept)[name]]
    return done


def conflict(name: str, cells: list[str]) -> DataRefused:
    """What is said of answers that contradict the register, after all others were taken."""
    more = f" and {len(cells) - SAID} more" if len(cells) > SAID else ""
    return DataRefused(
        name,
        f"the register holds another answer in {', '.join(cells[:SAID])}{more}; these cases stay as they were.",
        "Write the workbook anew, which then shows the register's answers, and change it there.",
    )


# ---- reading


def read(file: Path, today: date) -> list[Filled]:
    """The rows of the list, words as keys; whatever is not understood is refused with its cell."""
    rows = list(_rows(file))
    faults = [(row.at(name), wrong) for row in rows for name, wrong in _understood(row, today).items()]
    _refuse(file.name, faults + list(_twice(rows)))
    return [row for row in rows if row.values["case_id"]]


def refuse_unknown(name: str, rows: list[Filled], held: Register, calendar: Calendar) -> None:
    """Cases that the register does not list, and those closed before the month of their list began."""
    ids = {case_id for case_id, _ in held.rows}
    unknown = [row for row in rows if row.place not in held.rows]
    months, others = ([row for row in unknown if (row.values["case_id"] in ids) is known] for known in (True, False))
    faults = [(row.at("opened_month"), "the case was not listed in this month") for row in months]
    faults += [(row.at("case_id"), "is no case of this hotline") for row in others]
    _refuse(
        name, faults + [told for row in rows if row.place in held.rows and row.values["closed_at"] for told in _closed_early(row, calendar)]
    )


def _closed_early(filled: Filled, calendar: Calendar) -> Iterator[tuple[str, str]]:
    opened, closed = filled.values["opened_month"], filled.values["closed_at"]
    first = calendar.month(opened).first_day.isoformat()
    if closed < first:
        yield filled.at("closed_at"), f"{closed} lies before {first}, the first day of {opened}, in which the case was listed"


def _refuse(name: str, faults: list[tuple[str, str]]) -> None:
    if faults:
        told = "; ".join(f"{cell}: {wrong}" for cell, wrong in faults[:SAID])
        more = f"; and {len(faults) - SAID} more" if len(faults) > SAID else ""
        raise DataRefused(name, f"{told}{more}.", "Nothing was taken in: mend these cells and run it again.")


def _rows(file: Path) -> Iterator[Filled]:
    """The rows of every sheet of the list that hold anything of ours."""
    if not file.is_file():
        raise NoInput(str(file), "there is no such file.")
    book = InputFile(file, digest=hashlib.sha256(file.read_bytes()).hexdigest())
    if real_kind(book) not in WORKBOOKS:
        raise DataRefused(book.name, "is no workbook.", "Hand back the .xlsx that `hotline workbook` wrote.")
    shown = [name for name in workbooks.sheet_names(book)[0] if name.startswith(tuple(words.CASES(language) for language in LANGUAGES))]
    for sheet in shown or [""]:
        yield from _sheet(InputFile(file, "", sheet, book.digest))


def _sheet(file: InputFile) -> Iterator[Filled]:
    with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        stem = Path(folder) / "filled"
        said = workbooks.read_rows(file, Source(files=("x",), columns={"case_id": "x"}), stem, HEADINGS)
        columns = _columns(said["columns"])
        lacking = [words.CASE_FIELDS[name].term for name in ("case_id", "opened_month", "found") if name not in columns.values()]
        if lacking:
            raise DataRefused(
                file.name,
                f"has no column '{lacking[0].zh}' ({lacking[0].en}).",
                "Hand back the workbook with all the columns that it came with.",
            )
        letters = {name: xl_col_to_name(at + said["left"]) for at, name in columns.items()}
        heads = {name: GOES_ON.sub(r"\1", said["columns"][at]) for at, name in columns.items()}
        with open(stem.with_suffix(".clean"), encoding="utf-8", newline="") as stream:
            for number, *cells in csv.reader(stream, delimiter=SEPARATOR):
                yield _filled(
                    int(number), [cells[at] if at < len(cells) else "" for at in columns], columns.values(), letters, heads, file.sheet
                )


def _filled(row: int, cells: list[str], names, letters: Mapping[str, str], heads: Mapping[str, str], sheet: str) -> Filled:
    values = dict.fromkeys(READ, "")
    for name, cell in zip(names, cells, strict=True):
        values[name] += cell
    return Filled(row, {name: value.strip() for name, value in values.items()}, letters, heads, sheet)


def _columns(headings: list[str]) -> dict[int, str]:
    """Place -> our column, in the order in which the parts of a long text belong together; columns of anybody's own are left out."""
    found = {}
    for at, heading in enumerate(headings):
        part = GOES_ON.fullmatch(heading)
        name = HEADINGS.get(part[1] if part else heading)
        if name:
            found[at] = (int(part[2] or part[3]) if part else 1, name)
    return {at: name for at, (_, name) in sorted(found.items(), key=lambda told: (told[1][0], told[0]))}


def _understood(filled: Filled, today: date) -> dict[str, str]:
    """What cannot be, by column: the first that is wrong with each cell. Words and days are turned into keys, in place."""
    told: dict[str, str] = {}
    for name, wrong in _understand(filled, today):
        told.setdefault(name, wrong)
    return told


def _understand(filled: Filled, today: date) -> Iterator[tuple[str, str]]:
    values = filled.values
    for name in READ:
        if values[name] in UNREAD:
            yield name, "is an error of a spreadsheet, or a formula without its value"
            values[name] = ""
    answered = register.is_filled(values)
    for name, known in KEYS.items():
        if values[name]:
            key = known.get(" ".join(values[name].split()).casefold())
            if key is None:
                yield name, _strange(values[name], filled.words(name))
            values[name] = key or ""
    if values["closed_at"]:
        day = _day(values["closed_at"])
        if day is None:
            yield "closed_at", "is no day; write it as 2024-09-18"
        elif day > today:
            yield "closed_at", f"{day} is a day to come"
        values["closed_at"] = day.isoformat() if day else ""
    if answered:
        yield from _contradictions(values)


def _strange(word: str, known: list[str]) -> str:
    """That a word is none of its list, which of them may be meant, and which there are."""
    near = get_close_matches(word.casefold(), known, n=1, cutoff=NEAR)
    said = f"'{word}' is no word of its list; did you mean '{near[0]}'?" if near else "holds no word of its list."
    return f"{said} There are: {', '.join(known)}"


def _contradictions(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not values["case_id"]:
        yield "case_id", "is empty though the row is answered"
    if not values["found"]:
        yield "found", "is empty though the row is answered"
    elif values["found"] in CLOSED and not values["closed_at"]:
        yield "closed_at", "is empty though the case is solved or explained"
    elif values["found"] not in CLOSED and values["closed_at"]:
        yield "closed_at", "holds a day though the case is neither solved nor explained"


def _day(text: str) -> date | None:
    told = DAY.fullmatch(text)
    try:
        return date(*map(int, told.groups())) if told else None
    except ValueError:
        return None


def _twice(rows: list[Filled]) -> Iterator[tuple[str, str]]:
    """A case that stands twice with two answers: nobody knows which is meant."""
    first: dict[register.Place, Filled] = {}
    for row in rows:
        if row.values["case_id"] and register.is_filled(row.values):
            other = first.setdefault(row.place, row)
            if register.answer(other.values) != register.answer(row.values):
                yield row.at("case_id"), f"the case has another answer in {other.at('case_id')}"
