"""What a whole file proves about how its cells are written, before any of them is converted.

One cell cannot tell: `4,500` is four and a half or four thousand five hundred, 2024-03-05 is the third of May where an American spreadsheet
opened text of the form 03/05/2024. The cells of a column together often can; where they cannot, the file is refused with the setting that says.
"""

from dataclasses import replace

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.convert import convert, hints, identity
from hotline_analysis.intake.convert.parts import Job
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.params import ColumnRule
from hotline_analysis.tables import INSTANT, NUMBERS, SECONDS

MANY_DATES = 13  # more different dates than a month has days up to 12
COMMA = r"[+-]?(0|\d+),\d+|[+-]?\d{1,3}(\.\d{3})+,\d+"
POINT = r"[+-]?\d+\.\d+|[+-]?\d{1,3}(,\d{3})+\.\d+|[+-]?\d{1,3}(,\d{3}){2,}"
POINTS_OF_THOUSANDS = r"[+-]?[1-9]\d{0,2}(\.\d{3})+"
ONE_GROUP = r"[+-]?[1-9]\d{0,2},\d{3}"


def weighed(connection, job: Job, sheet: convert.Sheet, separator: str = "") -> convert.Sheet:
    """The sheet with what its cells prove together: which ids a spreadsheet cut, which columns write decimals with a comma, in which of them
    day and month are exchanged. `separator`: of the text; a semicolon stands where the comma is taken.
    """
    sheet = replace(sheet, cut=_cut_ids(connection, job, sheet), comma=_commas(connection, job, sheet, separator))
    return replace(sheet, exchanged=_exchanged(connection, job, sheet))


def _cut_ids(connection, job: Job, sheet: convert.Sheet) -> dict[str, frozenset[int]]:
    """Of each header that holds ids: the lengths at which they lost digits; only of those that have any."""
    named = [rule.source[0] for name, rule in job.source.columns.items() if name.endswith("_id") and len(rule.source) == 1]
    found = {}
    for header in dict.fromkeys([*named, *job.source.key]):
        x = f"trim({sheet.cell(header)})"
        rows = connection.execute(f"""
            SELECT length(x), count(*), count(*) FILTER (regexp_full_match(x, {literal(convert.CUT)}))
            FROM (SELECT DISTINCT {x} AS x FROM {parquet(sheet.path)} WHERE regexp_full_match({x}, '\\d{{16,40}}')) GROUP BY 1""").fetchall()
        lengths = identity.cut_lengths({length: (n, zeros) for length, n, zeros in rows})
        if lengths:
            found[header] = lengths
    return found


def _commas(connection, job: Job, sheet: convert.Sheet, separator: str) -> frozenset[str]:
    """The columns of numbers in which a comma stands before the decimals: by declaration, by a cell that can be nothing else (`0,5`, `12,3456`), or
    by such a cell of another column. Refused where cells of both kinds stand in one column, or where nothing says what `4,500` is and a
    semicolon parts the fields.
    """
    rules = {n: r for n, r in job.source.columns.items() if job.table[n].kind in (SECONDS, *NUMBERS) and r.constant is None}
    declared = {name for name, rule in rules.items() if rule.decimal == ","}
    open_rules = {name: rule for name, rule in rules.items() if rule.decimal is None}
    if not open_rules:
        return frozenset(declared)
    counts = {name: _marks(connection, sheet, rule) for name, rule in open_rules.items()}
    for name, (comma, point, _) in counts.items():
        if comma and point and not sheet.typed:
            _refuse_marks(job, name, open_rules[name], f"{comma:,} numbers have a comma before their decimals and {point:,} a point")
    commas, points = ({name for name, marks in counts.items() if marks[n]} for n in (0, 1))
    for name in set(counts) - commas - points if commas or separator == ";" else ():
        if counts[name][2] and (points or not commas) and not sheet.typed:
            _refuse_marks(job, name, open_rules[name], "numbers such as d,ddd may be thousands or decimals")
    silent = set(counts) - points if commas and not points else commas
    return frozenset(declared | silent)


def _marks(connection, sheet: convert.Sheet, rule: ColumnRule) -> tuple[int, int, int]:
    """Cells that prove a comma before the decimals, cells that prove a point, and cells such as 4,500 that may be either."""
    k = f"clean({convert.text_sql(rule, sheet)})"
    comma = f"regexp_full_match({k}, {literal(COMMA)}) AND NOT regexp_full_match({k}, {literal(ONE_GROUP)})"
    point = f"regexp_full_match({k}, {literal(POINT)}) AND NOT regexp_full_match({k}, {literal(POINTS_OF_THOUSANDS)})"
    either = f"regexp_full_match({k}, {literal(ONE_GROUP)})"
    counts = ", ".join(f"count(*) FILTER ({test})" for test in (comma, point, either))
    return connection.execute(f"SELECT {counts} FROM {parquet(sheet.path)} WHERE regexp_matches({k}, '[.,]')").fetchall()[0]


def _refuse_marks(job: Job, name: str, rule: ColumnRule, wrong: str) -> None:
    place = f"{job.table.name} › columns › {name} › decimal"
    raise DataRefused(
        f"{job.file.name} › {' + '.join(rule.source)}", f"{wrong}.", f"Say which mark stands before the decimals in {place}: ',' or '.'."
    )


def _exchanged(connection, job: Job, sheet: convert.Sheet) -> frozenset[str]:
    """The instants in which a spreadsheet exchanged day and month: it read text of the other order as dates where it could (days up to 12), and left
    the rest as text, so that every real date has a day up to 12 and every text a day above. Refused where that may be chance and may be not.
    """
    found = set()
    for name, rule in job.source.columns.items():
        if job.table[name].kind == INSTANT and not rule.after and rule.constant is None:
            ordered = [form for form in rule.formats if hints.order(form)]
            if len({hints.order(form) for form in ordered}) > 1:
                _refuse_two_orders(connection, job, sheet, name, ordered)
            elif ordered and (sheet.typed or len(ordered) < len(rule.formats)) and _swapped(connection, job, sheet, rule, ordered):
                found.add(name)
    return frozenset(found)


def _refuse_two_orders(connection, job: Job, sheet: convert.Sheet, name: str, ordered: list[str]) -> None:
    """Patterns of both orders read 05/06/2024 by whichever stands first."""
    rule = job.source.columns[name]
    k = f"clean({convert.text_sql(rule, sheet)})"
    days = [f"try_strptime({k}, {literal([f for f in ordered if hints.order(f) == way])})" for way in hints.ORDERS]
    (both,) = connection.execute(f"SELECT count(*) FILTER ({days[0]} <> {days[1]}) FROM {parquet(sheet.path)}").fetchall()[0]
    if both:
        raise DataRefused(
            f"{job.file.name} › {' + '.join(rule.source)}",
            f"{both:,} dates are read as two different days by the declared formats, which put the day first and the month first.",
            f"Keep the patterns of one order in {job.table.name} › columns › {name} › formats.",
        )


def _swapped(connection, job: Job, sheet: convert.Sheet, rule: ColumnRule, ordered: list[str]) -> bool:
    """True where the dates of a column are exchanged for sure, false where they are not; refused in between."""
    k = f"clean({convert.text_sql(rule, sheet)})"
    real = f"CASE WHEN regexp_matches({k}, {literal(convert.YEAR_FIRST)}) THEN CAST(year_first({k}) AS DATE) END"
    said = f"CAST(try_strptime({k}, {literal(ordered)}) AS DATE)"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE dates AS SELECT {real} AS real, {said} AS said FROM {parquet(sheet.path)}")
    n, top, different, low, first, last, moves = connection.execute(
        "SELECT count(real), max(day(real)), count(DISTINCT real), min(day(said)), CAST(min(date_trunc('month', said)) AS DATE), max(said), "
        "count(*) FILTER (day(real) <> month(real)) FROM dates"
    ).fetchall()[0]
    if not n or first is None or not moves or top > 12 or (low <= 12 and different < MANY_DATES):
        return False
    inside = f"BETWEEN DATE '{first}' AND DATE '{last}'"
    as_is, turned = connection.execute(
        f"SELECT bool_and(date_trunc('month', real) {inside}), bool_and(make_date(year(real), day(real), 1) {inside}) FROM dates WHERE real IS NOT NULL"
    ).fetchall()[0]
    if turned and (not as_is or (low > 12 and different >= MANY_DATES)):
        return True
    if as_is and not turned:
        return False
    raise DataRefused(
        f"{job.file.name} › {' + '.join(rule.source)}",
        f"all {n:,} real dates have a day up to 12 beside dates that are text: a spreadsheet may have exchanged their day and month.",
        "Export again without opening the file in a spreadsheet, or with the column as text.",
    )
