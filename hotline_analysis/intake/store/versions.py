"""Which of two exports' rows of one record is the later one, where their cells differ: what the data prove, what params say, and what nobody can say.

A pair of rows is settled, in this order, by what they say: one fills cells that the other leaves empty and they are equal otherwise; by their files: the one tells of something
later; by what happened to the one alone, such as a closing; by the order in which `files` lists them. What is left is decided, by the later last instant and then by the order of `merge`, and counted as unsettled.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb

FEWEST, MOST = 3, 0.9  # rows that say more than their counterpart, and share of these in one file, that make it the later of two


class Export(NamedTuple):
    """What a file tells of its time, in epoch seconds (None where it tells nothing) by its dense days, its place in the list of params (source, place; () where they list none), and its columns."""

    first: int | None
    last: int | None
    newest: int | None
    listed: tuple[int, ...]
    columns: frozenset[str]


class Words(NamedTuple):
    """The columns of the rows, as SQL names: all of them, the instants in which something happened, and those by which a difference is told."""

    columns: list[str]
    happened: list[str]
    told: list[str]


def decide(connection: duckdb.DuckDBPyConnection, rows: str, marked: str, words: Words, exports: Mapping[int, Export]) -> None:
    """Tables of the rows that differ: `disputed`, a row for each two files and key (a, b, way: 1 where b's stays; settled; columns that differ), `wins` (_key, _rank, wins).

    rows: SQL of all rows with _rank, _record and _key; marked: a table of those that share a key (content, latest, filled, tie, _whole). Of each file its own best row counts.
    """
    _front(connection, rows, marked, words)
    _met(connection, words)
    _files(connection, exports)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE disputed AS
        SELECT m._key, a, b, differ, CASE WHEN more <> 0 THEN more WHEN proven <> 0 THEN proven WHEN grown <> 0 THEN grown WHEN listed <> 0 THEN listed WHEN longer <> 0 THEN longer ELSE 1 END AS way,
               CASE WHEN more <> 0 THEN proven <> -more WHEN proven <> 0 THEN true ELSE grown <> 0 OR listed <> 0 END AS settled
        FROM pairs AS m JOIN later USING (a, b)""")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE wins AS SELECT _key, if(way = 1, b, a) AS _rank, count(*) AS wins FROM disputed GROUP BY ALL"
    )


def _front(connection, rows: str, marked: str, words: Words) -> None:
    """The best row of each file and key that files tell in unlike words."""
    unlike = f"SELECT _key FROM {marked} WHERE NOT _whole GROUP BY _key HAVING min(_rank) < max(_rank) AND min(content) < max(content)"
    best = (
        f"SELECT _rank, _record, _key, content, happened, filled FROM {marked} SEMI JOIN ({unlike}) USING (_key) "
        "QUALIFY row_number() OVER (PARTITION BY _key, _rank ORDER BY latest DESC, filled DESC, tie DESC, _record DESC) = 1"
    )
    cells = ", ".join(f"r.{c}" for c in words.columns)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE front AS SELECT f.*, {cells} FROM ({best}) AS f JOIN {rows} AS r USING (_rank, _record)"
    )


def _met(connection, words: Words) -> None:
    """The pairs of rows: which says more (1 b, -1 a, 0 neither), of which more happened, whatever else it says (an order was closed), which has the later last instant, and the columns that differ."""
    differ = ", ".join(f"CASE WHEN x.{c} IS DISTINCT FROM y.{c} THEN '{c}' END" for c in words.told) or "NULL"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE pairs AS
        SELECT x._key, x._rank AS a, y._rank AS b, {_way(words.columns)} AS more, {_way(words.happened)} AS grown,
               coalesce(sign(y.happened - x.happened), 0)::INT AS longer, list_filter([{differ}], lambda c: c IS NOT NULL) AS differ
        FROM front AS x JOIN front AS y ON x._key = y._key AND x._rank < y._rank AND x.content <> y.content""")


def _more(one: str, other: str, columns: Sequence[str]) -> str:
    """True where a row fills cells that the other leaves empty and all that both fill are equal."""
    if not columns:
        return "false"
    kept = " AND ".join(f"({other}.{c} IS NULL OR {one}.{c} IS NOT DISTINCT FROM {other}.{c})" for c in columns)
    return f"({kept} AND ({' OR '.join(f'{one}.{c} IS NOT NULL AND {other}.{c} IS NULL' for c in columns)}))"


def _way(columns: Sequence[str]) -> str:
    return f"CASE WHEN {_more('y', 'x', columns)} THEN 1 WHEN {_more('x', 'y', columns)} THEN -1 ELSE 0 END"


def _files(connection, exports: Mapping[int, Export]) -> None:
    """Of each two files that meet which is proven to be the later one, and which params list later: 1 b, -1 a, 0 not said."""
    found = connection.execute(
        "SELECT a, b, count(*) FILTER (1 IN (more, grown)), count(*) FILTER (-1 IN (more, grown)) FROM pairs GROUP BY ALL"
    ).fetchall()
    connection.execute("CREATE OR REPLACE TEMP TABLE later (a BIGINT, b BIGINT, proven INT, listed INT)")
    for a, b, of_b, of_a in found:
        one, other = exports[b], exports[a]
        votes = _voted(of_b, of_a) if one.columns == other.columns else 0  # a column that a file lacks says nothing of its time
        proven = votes or _tells_later(one, other) - _tells_later(other, one)
        connection.execute("INSERT INTO later VALUES (?, ?, ?, ?)", [a, b, proven, _listed(other.listed, one.listed)])


def _voted(of_b: int, of_a: int) -> int:
    """The file whose rows say more, where nearly all that say more are its."""
    if max(of_a, of_b) < max(FEWEST, MOST * (of_a + of_b)):
        return 0
    return 1 if of_b > of_a else -1


def _tells_later(one: Export, other: Export) -> bool:
    """True of an export that tells of something later than the other. Records that only go on say nothing where it begins no later: the other's may be a part of it, corrected since."""
    if None in (one.first, one.last, one.newest, other.first, other.last, other.newest) or one.newest <= other.newest:
        return False
    return one.last <= other.last or one.first > other.first


def _listed(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    """The file that stands later in one list."""
    return (b > a) - (b < a) if a and b and a[0] == b[0] else 0
