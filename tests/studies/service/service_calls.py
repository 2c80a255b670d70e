"""Small calls written by hand, and views of them, for the tests of the study of service."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.periods import Calendar
from hotline_analysis.measures.view import View
from hotline_analysis.params import Params
from hotline_analysis.studies import service
from hotline_analysis.words import Field
from tests.spec import frames
from tests.spec.frames import on

frames.WHOLE = (*frames.WHOLE, "hold_seconds", "wrap_seconds", "menu_seconds", "seconds")


def at(text: str) -> int:
    """`2024-09-02 09:00` as epoch seconds (UTC)."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def params(**more) -> Params:
    """The params of a small hotline in UTC without public holidays; `more` as in a params file."""
    given = {"title": "x", "time_zone": "UTC", "holidays": "", "calls": {"files": "x.csv", "columns": {"started_at": "x"}}}
    return Params.model_validate({**given, **more})


def columns(rows: list[dict]) -> dict[str, list]:
    """Rows with `at` (`2024-09-02 09:00`) and any canonical columns; what a row does not say is missing, its outcome answered."""
    names = sorted({name for row in rows for name in row} - {"at", "outcome"})
    starts = [at(row["at"]) for row in rows]
    plain = {"call_id": [f"c{n}" for n in range(len(rows))], "seq": list(range(len(rows))), "start_s": starts, "local_s": starts}
    callers = [row.get("caller") for row in rows]
    own = {"caller": callers, "caller_group": [None if c is None else c % 100 for c in callers]} if "caller" in names else {}
    return (
        plain
        | {name: [row.get(name) for row in rows] for name in names}
        | own
        | {"outcome": [row.get("outcome", "answered") for row in rows]}
    )


def view(rows: list[dict], *, month: str = "2024-09", start: str = "2024-09-01", end: str = "2024-10-01", engine: str = "duckdb", smallest: int = 1, without: tuple[str, ...] = (), rule: dict | None = None, tables: dict | None = None, **more) -> View:  # fmt: skip
    """Calls as the study sees them; the data run from `start` to `end`. without: columns that the export lacks; tables: other canonical tables; more: params."""
    held = params(**more)
    calendar = Calendar(held)
    calls = {name: values for name, values in columns(rows).items() if name not in without}
    made = {"calls": on(engine, calls)} | {name: on(engine, data) for name, data in (tables or {}).items()}
    ends = [calendar.instant(date.fromisoformat(day)) for day in (start, end)]
    return replace(View(held, calendar, parse(rule or {}, "test"), calendar.month(month), made, *ends), smallest=smallest)


def told(frame, table: str):
    """A frame as the hotline hands it over."""
    fields = {name: field.as_dict() for name, field in service.COLUMNS.items() if isinstance(field, Field)}
    said = {"label": "2024-09", "zh": "2024年9月", "en": "September 2024"}
    frame.attrs = {"study": "service", "table": table, "fields": fields, "period": said, "definition": {}, "language": "zh"}
    return frame
