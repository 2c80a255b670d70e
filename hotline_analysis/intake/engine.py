"""The embedded engine, locked down: it opens the folders it is given, fetches nothing from outside, and uses no more than params allow."""

import os
from collections.abc import Iterable
from pathlib import Path

import duckdb

from hotline_analysis.errors import BadParams
from hotline_analysis.params import Limits

THREADS = "HOTLINE_THREADS"  # of this process, where several share the machine and params do not say
LIMITS = {"memory_limit": "memory_gib", "max_temp_directory_size": "spill_gib", "threads": "threads"}  # the engine's name -> ours


def connect(folders: Iterable[Path], spill: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that reads and writes in `folders` only. Its settings cannot be changed back."""
    connection = duckdb.connect(":memory:")
    settings = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": f"{limits.memory_gib}GiB",
        "temp_directory": str(spill),
        "max_temp_directory_size": f"{limits.spill_gib}GiB",
        "threads": limits.threads or int(os.environ.get(THREADS, 0)) or None,
        "TimeZone": "UTC",
        "allowed_directories": [str(Path(f).resolve()) for f in (*folders, spill)],
        "enable_external_access": False,
        "lock_configuration": True,  # last: nothing is set after it
    }
    for name, value in settings.items():
        if value is not None:
            try:
                connection.execute(f"SET {name} = {literal(value)}")
            except duckdb.Error as fault:
                raise BadParams(
                    f"limits › {LIMITS.get(name, name)}", f"the engine does not take {value} ({type(fault).__name__})."
                ) from None
    return connection


def literal(value) -> str:
    """A value of ours as SQL text; strings are quoted, so that a file name or a word of a params file is never code."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(literal(v) for v in value) + "]"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A column's name as SQL text."""
    return '"' + name.replace('"', '""') + '"'


def parquet(path) -> str:
    """A Parquet file, or several, as a table in SQL."""
    paths = [str(p) for p in path] if isinstance(path, list | tuple) else str(path)
    return f"read_parquet({literal(paths)})"
