"""What a whole file proves about how its cells are written, before any of them is converted."""

from dataclasses import replace

from hotline_analysis.intake import convert, identity
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.intake.parts import Job


def weighed(connection, job: Job, sheet: convert.Sheet) -> convert.Sheet:
    """The sheet with what its cells prove together: which ids a spreadsheet cut."""
    return replace(sheet, cut=_cut_ids(connection, job, sheet))


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
