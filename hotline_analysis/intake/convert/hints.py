"""Which forms would read a column of times: what a refusal tells to declare, tried on the column before it is told."""

import re
from collections.abc import Iterable

from hotline_analysis.intake.convert import instants
from hotline_analysis.intake.engine import parquet

SHAPES = 20  # different shapes of cells that are looked at
ORDERS = {"day first": ("%d", "%m"), "month first": ("%m", "%d")}
NAMED = ("iso", "compact", "mail", "excel", "epoch_s", "epoch_ms", "epoch_us")
DATE = re.compile(r"\d{1,2}(?P<sep>[/.-])\d{1,2}(?P=sep)(?P<year>\d{4}|\d{2})(?P<time>.*)")
TIME = re.compile(
    r"(?P<gap>[ T,]*)(?P<before>(?:[AP]M|上午|下午) ?)?\d{1,2}(?P<minutes>:\d{2})?(?P<seconds>:\d{2})?(?P<part>\.\d+)?"
    r"(?P<blank> *)(?P<half>[AP]\.?M\.?)?(?P<space> *)(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)


def forms(connection, path, text: str) -> list[tuple[tuple[str, ...], int]]:
    """Ways to declare a column, each with the number of its cells that it reads, the best first: patterns of one order of day and month
    together, or one named form. Ways that read nothing are left out.
    """
    k, cells = "k", f"(SELECT clean({text}) AS k FROM {parquet(path)})"
    shapes = connection.execute(
        f"SELECT min({k}) FROM {cells} WHERE {k} <> '' GROUP BY regexp_replace({k}, '\\d', '0', 'g') ORDER BY count(*) DESC, 1 LIMIT {SHAPES}"
    ).fetchall()
    ways = [tuple(dict.fromkeys(p for (cell,) in shapes for p in _patterns(cell, *order))) for order in ORDERS.values()]
    ways += [tuple(dict.fromkeys(p for (cell,) in shapes for p in _patterns(cell, "", "")))] + [(name,) for name in NAMED]
    ways += [("excel", *way) for way in ways if "%" in "".join(way)]  # days of a spreadsheet beside the dates that it took for text
    ways = [way for way in dict.fromkeys(ways) if way]
    counts = ", ".join(f"count(*) FILTER (({read_sql(k, way)}) IS NOT NULL)" for way in ways)
    found = dict(zip(ways, connection.execute(f"SELECT {counts} FROM {cells}").fetchall()[0], strict=True))
    mixed = [way for way in ways if len(way) > 1 and way[0] == "excel" and found[way] <= max(found[way[1:]], found["excel",])]
    return sorted(((way, n) for way, n in found.items() if n and way not in mixed), key=lambda told: -told[1])


def order(form: str) -> str:
    """Whether a pattern puts the day or the month first; '' where the year stands before them, or either has a name."""
    day, month, *years = (form.replace("%-", "%").find(part) for part in ("%d", "%m", "%Y", "%y"))
    if min(day, month) < 0 or any(0 <= year < min(day, month) for year in years):
        return ""
    return "day first" if day < month else "month first"


def way_order(way: Iterable[str]) -> str:
    """The same of a way to declare a column."""
    return next(filter(None, map(order, way)), "")


def yaml(way: Iterable[str]) -> str:
    said = [f"'{form}'" if "%" in form else form for form in way]
    return said[0] if len(said) == 1 else f"[{', '.join(said)}]"


def read_sql(k: str, way: tuple[str, ...]) -> str:
    """A cleaned cell as microseconds since 1970 by one way to declare it (local where it carries no offset); NULL where it does not read it."""
    wall = f"epoch_us({instants.wall_sql('CAST(NULL AS TIMESTAMP)', k, way)})"
    whole = instants.instant_sql(k, way)
    return f"coalesce({whole}, {wall})" if whole else wall


def _patterns(cell: str, first: str, second: str) -> list[str]:
    """The pattern of one cell whose date is of the form 5/6/2024, with its clock time; none of any other form."""
    date = DATE.fullmatch(cell)
    time = TIME.fullmatch(date["time"]) if date and date["time"] else None
    if not date or (date["time"] and not time):
        return []
    year, sep = "%Y" if len(date["year"]) == 4 else "%y", date["sep"]
    if not first:
        return [f"%y{sep}%m{sep}%d{_clock(time)}"] if year == "%y" else []
    return [f"{first}{sep}{second}{sep}{year}{_clock(time)}"]


def _clock(time: re.Match | None) -> str:
    if time is None:
        return ""
    half = time["before"] or time["half"]
    clock = (
        ("%I" if half else "%H") + (":%M" if time["minutes"] else "") + (":%S" if time["seconds"] else "") + (".%f" if time["part"] else "")
    )
    before = "%p" + " " * time["before"].endswith(" ") if time["before"] else ""
    after = time["blank"][:1] + ("%p" if time["half"] else "") + time["space"][:1] + ("%z" if time["zone"] else "")
    return (time["gap"][:1] if "," not in time["gap"] else ", ") + before + clock + after.rstrip()
