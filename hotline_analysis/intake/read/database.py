"""A table or a query of a database as a text file of our own, which then goes the way of every export: same reader, same conversion, same ledger.

The address comes from an environment variable and goes nowhere else: no message, log, file name, ledger or manifest holds it, nor what the database says
of itself. The connection only reads. Rows come in chunks and no more of them than a chunk is held; the file lies in the staging folder, which its owner alone may open, for as long as
the store is being built. Needs the extra `db` (SQLAlchemy and a driver).
"""

import csv
import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline_analysis import machine
from hotline_analysis.errors import BadParams, DataRefused, HotlineError, NoInput
from hotline_analysis.intake.read.stored import InputFile
from hotline_analysis.params import Database
from hotline_analysis.personal import LETTERS

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

CHUNK = 10_000  # rows that are held at a time
DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql", "oracle": "oracle+oracledb"}
READ_ONLY = {  # before the first row is asked for
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
}
ADDRESS = "Write it as postgresql://user:password@host/name, mysql://..., oracle://... or sqlite:////path/to/file.db."


def ask(settings: Database, staging: Path) -> InputFile:
    """The source as a file to be read: with a `state` query it is written only when it is read (`fetch`), without one now, for only its rows tell whether they changed.

    Its folder is named by everything that is asked for, so that no two questions share a file. Raises BadParams for an address, a driver or a query that is none, NoInput where the database cannot be reached or was lost.
    """
    folder = machine.private_folder(staging / _letters(settings.model_dump_json()))
    path = folder / f"{settings.url_env}.{_called(settings)}.csv"
    if settings.state:
        return InputFile(path, digest=_state(settings))
    fetch(settings, path)
    return InputFile(path, digest=_digest(path))


def fetch(settings: Database, path: Path) -> None:
    """All rows as text into the file, its header first; nothing of it stays where the database was lost on the way. Raises as `ask` does."""
    faults, done, whole = _faults(), 0, False
    try:
        with _connected(settings) as connection, path.open("w", encoding="utf-8", newline="") as out:
            streamed = connection.execution_options(stream_results=True, yield_per=CHUNK)
            rows = streamed.exec_driver_sql(_query(settings, connection))
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(rows.keys())
            for chunk in rows.partitions(CHUNK):
                writer.writerows([_text(value) for value in row] for row in chunk)
                done += len(chunk)
        whole = True
    except faults.SQLAlchemyError as fault:
        raise (_lost(settings, done, fault) if done and not _of_query(fault) else _refused(settings, fault)) from None
    finally:
        if not whole:
            machine.remove(path)


def unchanged(settings: Database, file: InputFile) -> None:
    """Raises DataRefused where the rows may have changed while they were read: the state query answers something else than before, or the copy is another."""
    if (_state(settings) if settings.state else _digest(file.path)) != file.digest:
        raise DataRefused(file.name, "changed while it was being read.", "Run again.")


def _called(settings: Database) -> str:
    return settings.table or f"query-{_letters(settings.query)}"


def _letters(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8].translate(LETTERS)


def _digest(path: Path) -> str:
    with path.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest()


def _state(settings: Database) -> str:
    """A digest of what the state query answers, and of what is asked for."""
    faults = _faults()
    try:
        with _connected(settings) as connection:
            answer = [[_text(value) for value in row] for row in connection.exec_driver_sql(settings.state).fetchmany(CHUNK)]
    except faults.SQLAlchemyError as fault:
        raise _refused(settings, fault) from None
    return hashlib.sha256(repr((settings.query, settings.table, settings.state, answer)).encode()).hexdigest()


def _query(settings: Database, connection: "Connection") -> str:
    quote = connection.dialect.identifier_preparer.quote
    return settings.query or f"SELECT * FROM {'.'.join(quote(part) for part in settings.table.split('.'))}"


@contextmanager
def _connected(settings: Database) -> Iterator["Connection"]:
    """A connection that only reads, in a transaction that is never committed."""
    engine = _engine(settings)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(READ_ONLY[engine.dialect.name])
            yield connection.execution_options(no_parameters=True)  # a % of the query is its own
            connection.rollback()
    finally:
        engine.dispose()


def _engine(settings: Database) -> "Engine":
    _faults()
    import sqlalchemy

    address = os.environ.get(settings.url_env, "")
    if not address:
        raise BadParams(f"database › url_env › {settings.url_env}", "there is no such environment variable, or it is empty.", ADDRESS)
    try:
        url = sqlalchemy.make_url(address)
        url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
        if url.get_backend_name() not in READ_ONLY:
            raise BadParams(f"database › url_env › {settings.url_env}", "its kind of database is not read here.", ADDRESS)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            raise NoInput(settings.url_env, "names a file of SQLite that is not there.", ADDRESS)
        return sqlalchemy.create_engine(url, poolclass=sqlalchemy.pool.NullPool, hide_parameters=True)
    except (sqlalchemy.exc.ArgumentError, ValueError):  # ValueError: a port that is no number
        raise BadParams(f"database › url_env › {settings.url_env}", "does not hold the address of a database.", ADDRESS) from None
    except ModuleNotFoundError as missing:
        raise BadParams(
            "database", f"the driver of that database, {missing.name}, is not installed.", "Install it beside the workbook."
        ) from None


def _faults():
    """SQLAlchemy's faults; BadParams where the extra is not installed."""
    try:
        from sqlalchemy import exc
    except ModuleNotFoundError:
        raise BadParams("database", "databases need the extra 'db', which is not installed.", "Install hotline-analysis[db].") from None
    return exc


def _lost(settings: Database, done: int, fault: BaseException) -> NoInput:
    return NoInput(
        f"{settings.url_env} › {_called(settings)}",
        f"the database was lost after {done:,} rows ({_kind(fault)}); the store is as it was.",
        "Run again when it can be reached.",
    )


def _refused(settings: Database, fault: BaseException) -> HotlineError:
    """What the database refused, without its own words, which may hold its address or a value."""
    where = f"{settings.url_env} › {_called(settings)}"
    if _of_query(fault):
        right = "Look at the names, casts and divisions in query, table and state, and at the rights of its user."
        return BadParams(where, f"the database refused what is asked for ({_kind(fault)}).", right)
    return NoInput(where, f"the database cannot be reached ({_kind(fault)}).", "Look at its address and its rights, and whether it runs.")


def _of_query(fault: Any) -> bool:
    """Whether what is asked for is at fault: a name, a value that it cannot convert, a write. SQLite says of a name that it lacks, and of a statement that is
    none, what others say of a lost connection."""
    exc = _faults()
    if isinstance(fault, exc.ProgrammingError | exc.NotSupportedError | exc.DataError | exc.InternalError):
        return True
    said = str(getattr(fault, "orig", "")).lower()
    return any(word in said for word in ("no such", "syntax error", "readonly"))


def _kind(fault: BaseException) -> str:
    return type(getattr(fault, "orig", None) or fault).__name__


def _text(value: Any) -> str:
    """A cell as text, as typed files have it: ISO instants, whole numbers without a point, TRUE and FALSE; nothing as ''."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case dt.datetime():
            return value.isoformat(sep=" ")
        case dt.timedelta():
            return _text(Decimal(value // dt.timedelta(microseconds=1)).scaleb(-6))
        case float() | Decimal() if value != value:
            return ""
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case Decimal():
            plain = format(value, "f")
            return plain.rstrip("0").rstrip(".") if "." in plain else plain
        case bytes() | bytearray() | memoryview():
            raise DataRefused("database", "a column holds bytes, which are no text.", "Leave it out of the query, or convert it there.")
        case _:
            return str(value)
