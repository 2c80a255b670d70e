"""The same records exported twice where neither a key nor an id names them: they are told and not taken away, for only a key says which are which.

Rows that are equal in every cell are one record already (`merge`). These are equal in what an export says of a record once and for all (`Table.standing`), and differ in
another cell: the time of the export, the number of the line, the form of a date, an answer that has come since.
"""

from collections.abc import Iterable, Mapping, Sequence

import duckdb

FEWEST, MOST = 8, 0.75  # rows, and share of those that tell in the days of both files, that another file has too


def of(
    connection: duckdb.DuckDBPyConnection, rows: str, files: Mapping[int, Sequence[str]], day: str, minute: str
) -> dict[tuple[int, int], dict[str, int]]:
    """(file, another that has rows of it too) -> day -> these rows.

    rows: SQL of the rows without a key or an id, with the number of their file (`_rank`); files: number -> its standing columns; day, minute: SQL of the day and the
    minute of the day of a row. Rows of different records look alike by chance, or because every day's checks and every morning's batch do. So only a row tells that no
    other row of its file is like and none at that minute of another day; where another file has most of these, all that it has of the file are counted.
    """
    found: dict[tuple[int, int], dict[str, int]] = {}
    kinds: dict[tuple[str, ...], list[int]] = {}
    for rank, columns in files.items():
        kinds.setdefault(tuple(columns), []).append(rank)
    for one, other in _pairs(kinds):
        said = [column for column in one if column in other]
        _faces(connection, rows, sorted({*kinds[one], *kinds[other]}), [minute, *said], day)
        for pair in _twins(connection):
            if one == other or (pair[0] in kinds[one]) != (pair[1] in kinds[one]):
                found[pair] = _days(connection, *pair)
    return found


def _pairs(kinds: Iterable[tuple[str, ...]]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each kind of file with itself and with every later one: files that say different things are compared by what both say."""
    kinds = list(kinds)
    return [(one, other) for n, one in enumerate(kinds) for other in kinds[n:]]


def _faces(connection, rows: str, ranks: list[int], said: list[str], day: str) -> None:
    """How many rows of each file, day and face (minute of the day and words); `tells` of those that tell."""
    of_files = f"SELECT _rank, {day} AS day, hash({', '.join(said)}) AS face FROM {rows} WHERE _rank IN ({', '.join(map(str, ranks))})"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE faces AS SELECT *, count(*) AS n FROM ({of_files}) WHERE day IS NOT NULL GROUP BY ALL"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE telling AS SELECT _rank, face, day FROM faces "
        "SEMI JOIN (SELECT face FROM faces GROUP BY face HAVING min(day) = max(day)) AS once USING (face) WHERE n = 1"
    )


def _twins(connection) -> list[tuple[int, int]]:
    """The pairs of files of which one has most of the other's telling rows, of the days of both."""
    return connection.execute(f"""
        WITH spans AS (SELECT _rank, min(day) AS first, max(day) AS last FROM faces GROUP BY _rank),
        met AS (SELECT b._rank AS mine, a._rank AS other, count(*) AS n FROM telling AS a JOIN telling AS b USING (face, day)
            WHERE a._rank < b._rank GROUP BY ALL HAVING n >= {FEWEST}),
        counted AS (SELECT mine, other, met.n, t._rank, count(*) AS here FROM met JOIN spans AS m ON m._rank = mine JOIN spans AS o ON o._rank = other
            JOIN telling AS t ON t._rank IN (mine, other) AND t.day BETWEEN greatest(m.first, o.first) AND least(m.last, o.last) GROUP BY ALL)
        SELECT mine, other FROM counted GROUP BY mine, other HAVING min(n) >= {MOST} * min(here) ORDER BY mine, other""").fetchall()


def _days(connection, mine: int, other: int) -> dict[str, int]:
    """The rows of a file that another has too, by day."""
    both = "SELECT day, sum(least(a.n, b.n))::BIGINT FROM faces AS a JOIN faces AS b USING (face, day) WHERE a._rank = ? AND b._rank = ? GROUP BY 1 ORDER BY 1"
    return {day.isoformat(): n for day, n in connection.execute(both, [other, mine]).fetchall()}
