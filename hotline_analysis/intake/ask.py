"""SQL over the canonical tables, for questions that no study asks: one SELECT, of these tables alone, read only."""

import json
from collections.abc import Collection, Iterator

import duckdb
import pandas as pd

from hotline_analysis.errors import BadParams, nearest

WHERE = "h.sql"
FUNCTIONS = ("unnest", "range", "generate_series")  # tables that are made of nothing but their arguments
SETTINGS = ("current_setting",)  # functions that tell of this machine
SAFE = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)  # their words are the query's own, and names of columns


def answer(connection: duckdb.DuckDBPyConnection, tables: Collection[str], query: str) -> pd.DataFrame:
    """The rows of one SELECT over the tables. Raises BadParams for any other statement, any other table or file, and what the engine refuses."""
    cursor = connection.cursor()  # nobody else's result is broken off
    check(cursor, tables, query)
    try:
        return cursor.execute(query).df()
    except SAFE as refused:
        raise BadParams(WHERE, _words(refused)) from None
    except duckdb.OutOfMemoryException:
        raise
    except (duckdb.Error, UnicodeDecodeError) as refused:  # its words may hold a value of the data, or half a letter of one
        raise BadParams(WHERE, f"the engine refused it ({type(refused).__name__}).", "Look at casts and at divisions.") from None


def check(cursor: duckdb.DuckDBPyConnection, tables: Collection[str], query: str) -> None:
    """Refuse what is not one SELECT over these tables: a write, a setting, a file (exports hold whole numbers), a table that is not there."""
    try:
        statements = cursor.extract_statements(query)
    except duckdb.ParserException as wrong:
        raise BadParams(WHERE, _words(wrong)) from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise BadParams(
            WHERE,
            "takes one SELECT and nothing else: the tables are read only.",
            'As in h.sql("select unit, count(*) from calls group by unit").',
        )
    ((told,),) = cursor.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    tree = json.loads(told)
    if tree["error"]:
        raise BadParams(WHERE, "is no plain SELECT.", "PIVOT can be written as sum(...) filter (where ...), or done with pandas.")
    nodes = list(_nodes(tree))
    own = {entry["key"].lower() for node in nodes for entry in node.get("cte_map", {}).get("map", ()) if entry["key"].isidentifier()}
    for name in sorted(own & _engines(cursor)):  # else it would stand for the engine's own wherever it is out of the query's sight
        raise BadParams(WHERE, f"WITH gives the name '{name}', which the engine has already.", "Take another name.")
    for node in nodes:  # a name that is no word may be a file's, wherever the query gives it
        _check_source(node, own, tables)


def _check_source(node: dict, own: Collection[str], tables: Collection[str]) -> None:
    """What a part of the query reads: a table of ours, a name that the query itself gives (WITH), or a function of its arguments."""
    if node.get("type") == "TABLE_FUNCTION" and node["function"]["function_name"].lower() not in FUNCTIONS:
        raise BadParams(WHERE, f"'{node['function']['function_name']}' reads something else than the tables.", _there(tables))
    if node.get("class") == "FUNCTION" and node["function_name"].lower() in SETTINGS:
        raise BadParams(WHERE, f"'{node['function_name']}' tells of this machine and not of the tables.", _there(tables))
    name = node.get("table_name") if node.get("type") in ("BASE_TABLE", "SHOW_REF") else None
    if name and (node.get("schema_name") or node.get("catalog_name")):
        raise BadParams(WHERE, f"'{name}' is named with a schema.", _there(tables))
    if name and name.lower() not in {*own, *tables, '"tables"'}:  # the last: SHOW TABLES
        raise BadParams(WHERE, f"'{name}' is not a table here.", nearest(name, tables) or _there(tables))


def _engines(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    """Every name that a query could read without giving it itself: tables and views that need no schema, ours and the engine's own."""
    there = "SELECT view_name AS name, schema_name FROM duckdb_views() UNION ALL SELECT table_name, schema_name FROM duckdb_tables()"
    rows = cursor.execute(f"SELECT name FROM ({there}) WHERE schema_name IN (SELECT unnest(current_schemas(true)))").fetchall()
    return {name.lower() for (name,) in rows}


def _nodes(tree) -> Iterator[dict]:
    """Every part of a parsed query."""
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from _nodes(part)


def _there(tables: Collection[str]) -> str:
    return f"There are: {', '.join(tables)}."


def _words(refused: duckdb.Error) -> str:
    """The engine's own words, as a sentence: its first line, and which columns it would know."""
    first, *rest = str(refused).partition(": ")[2].splitlines() or [""]
    return " ".join([first.strip().rstrip(".!") + ".", *(line.strip() + "." for line in rest if line.startswith("Candidate"))])
