"""A database in the place of files: the same tables and the same account, nothing told of its address, nothing written to it, and a lost connection leaves the store as it was.

SQLite always; a PostgreSQL of its own (mark `database`) on a free loopback port, started as an ordinary user.
"""

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import threading
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from hotline_analysis.__main__ import main
from hotline_analysis.errors import BadParams, DataRefused, NoInput
from hotline_analysis.intake.read import database
from hotline_analysis.intake.store import Store, again
from hotline_analysis.params import load
from hotline_analysis.report.workbook import cases

sqlalchemy = pytest.importorskip("sqlalchemy", reason="the extra db is not installed")
COLUMNS = ("call_no", "begun", "finished", "number", "team", "issue", "result", "waited")
PARAMS = """title: {{zh: 库, en: base}}
key: published
public: true
calls:
  {source}
  key: call_no
  columns:
    call_id: call_no
    started_at: {{from: begun, formats: "%Y-%m-%d %H:%M:%S"}}
    ended_at: {{from: finished, formats: "%Y-%m-%d %H:%M:%S"}}
    caller: {{from: number, kind: phone}}
    unit: team
    issue_1: issue
    outcome: {{from: result, values: {{接通: answered, 放弃: abandoned}}, other: reject}}
    queue_seconds: waited
"""
FILE, TABLE = "files: calls.csv", "database: {table: calls}"


def rows(n: int, seed: int = 1) -> list[tuple]:
    """Calls with what exports hold: some without a number, a caller, an end; a row of an unknown result; a twin."""
    rng = np.random.default_rng(seed)
    start = np.sort(rng.integers(0, 60 * 86400, n))
    made = []
    for k, s in enumerate(start.tolist()):
        begun = datetime(2024, 1, 1) + timedelta(seconds=s)
        number = None if k % 37 == 0 else f"1540000{k % 997:04d}"
        finished = None if k % 53 == 0 else (begun + timedelta(seconds=90)).isoformat(" ")
        made.append(
            (
                f"C{k}",
                begun.isoformat(" "),
                finished,
                number,
                "甲乙丙"[k % 3],
                ("供水", "交通", 'a, "b"\nc')[k % 3] if k % 11 else None,
                "接通" if k % 9 else ("放弃" if k % 18 else "?"),
                k % 60,
            )
        )
    return [*made, made[5]]


def write_csv(folder: Path, made: list[tuple]) -> None:
    import csv

    with (folder / "calls.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([COLUMNS, *(["" if v is None else v for v in row] for row in made)])


def write_sqlite(folder: Path, made: list[tuple]) -> str:
    """The rows as a table; the address of the file."""
    with contextlib.closing(sqlite3.connect(folder / "calls.db")) as base:
        base.execute(f"CREATE TABLE calls ({', '.join(COLUMNS)})")
        base.executemany(f"INSERT INTO calls VALUES ({', '.join('?' * len(COLUMNS))})", made)
        base.commit()
    return f"sqlite:///{folder / 'calls.db'}"


def hotline(folder: Path, source: str, name: str) -> Store:
    file = folder / f"{name}.yaml"
    file.write_text(PARAMS.format(source=source), encoding="utf-8")
    return Store(load(file))


def built(folder: Path, source: str, name: str) -> Store:
    store = hotline(folder, source, name)
    store.build(progress=False)
    return store


def account(store: Store) -> list[dict]:
    """The ledger's counts."""
    kept = ("physical", "header", "blank", "skipped", "summary", "accepted", "rejected", "duplicates", "left_out", "events", "days")
    return [{name: ledger.as_dict()[name] for name in kept} for ledger in store.ledgers]


def contents(store: Store) -> list[tuple]:
    return store.table("calls").fetchall()


@pytest.fixture
def base(tmp_path, monkeypatch):
    """A folder with two thousand calls as a file and as a database, whose address the environment holds."""
    made = rows(2000)
    write_csv(tmp_path, made)
    monkeypatch.setenv("HOTLINE_DB", write_sqlite(tmp_path, made))
    return tmp_path


def test_a_table_gives_what_its_file_gives(base):
    file, table = built(base, FILE, "file"), built(base, TABLE, "table")
    query = built(base, f"database: {{query: 'select {', '.join(COLUMNS)} from calls order by call_no'}}", "query")
    assert len(contents(file)) > 1800 and contents(file) == contents(table) == contents(query)
    assert account(file) == account(table) == account(query)
    assert account(table)[0]["rejected"] and account(table)[0]["duplicates"]


def test_rows_come_in_chunks_and_the_copy_goes(base, monkeypatch):
    monkeypatch.setattr(database, "CHUNK", 7)
    whole, seen = database._text, []
    monkeypatch.setattr(database, "_text", lambda value: seen.append(1) or whole(value))
    table = built(base, TABLE, "table")
    assert len(seen) == 2001 * len(COLUMNS) and contents(table) == contents(built(base, FILE, "file"))
    assert not (table.folder / "staging").exists()
    assert not any(b"15400000" in path.read_bytes() for path in table.folder.rglob("*") if path.is_file())


def test_a_state_that_stands_is_not_read_again(base, monkeypatch):
    source = "database: {table: calls, state: select count(*) from calls}"
    before = contents(built(base, source, "state"))
    monkeypatch.setattr(database, "fetch", lambda *_: pytest.fail("nothing changed"))
    assert contents(built(base, source, "state")) == before
    monkeypatch.undo()
    monkeypatch.setenv("HOTLINE_DB", f"sqlite:///{base / 'calls.db'}")
    change(base, ONE_MORE)
    assert len(contents(built(base, source, "state"))) == len(before) + 1


def test_what_changes_while_it_is_read_is_refused(base, monkeypatch):
    answers = iter(["a", "b"])
    monkeypatch.setattr(database, "_state", lambda settings: next(answers))
    with pytest.raises(DataRefused, match="changed while it was being read"):
        built(base, "database: {table: calls, state: select 1}", "state")


TWICE = (
    PARAMS
    + """orders:
  database: {{table: calls}}
  columns:
    order_id: call_no
    created_at: {{from: begun, formats: "%Y-%m-%d %H:%M:%S"}}
    category_1: issue
"""
)
ONE_MORE = "INSERT INTO calls SELECT 'new', begun, finished, number, team, issue, result, waited FROM calls WHERE call_no = 'C1'"


def change(base: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(base / "calls.db")) as other:
        other.execute(statement)
        other.commit()


def test_two_tables_of_the_same_rows_see_one_state_of_them(base, monkeypatch):
    """A row comes after the rows were asked for and goes again: neither table may have it, nor keep it under the digest of the rows without it."""
    monkeypatch.setattr("tests.intake.test_database.PARAMS", TWICE)
    asked, real = [], database.ask

    def ask(settings, staging):
        asked.append(real(settings, staging))
        if len(asked) == 1:
            change(base, ONE_MORE)
        return asked[-1]

    monkeypatch.setattr(database, "ask", ask)
    assert calls_and_orders(built(base, TABLE, "twice")) == [1888, 2000] and len(asked) == 1
    change(base, "DELETE FROM calls WHERE call_no = 'new'")
    assert calls_and_orders(built(base, TABLE, "twice")) == [1888, 2000]


def calls_and_orders(store: Store) -> list[int]:
    return [len(store.table(name).fetchall()) for name in ("calls", "orders")]


def test_a_table_that_is_asked_for_with_and_without_a_state_has_two_copies(base):
    params = [load_database(base, source) for source in (TABLE, "database: {table: calls, state: select 1}")]
    files = [database.ask(settings, base / "staging") for settings in params]
    assert files[0].path != files[1].path and files[0].name == files[1].name == "HOTLINE_DB.calls.csv"
    assert [file.path.exists() for file in files] == [True, False]


def test_a_copy_that_is_not_the_one_that_was_asked_for_is_refused(base, monkeypatch):
    real = database.ask

    def ask(settings, staging):
        file = real(settings, staging)
        file.path.write_bytes(file.path.read_bytes().replace(b"C1,", b"C9,"))
        return file

    monkeypatch.setattr(database, "ask", ask)
    with pytest.raises(DataRefused, match="changed while it was being read"):
        built(base, TABLE, "table")


@pytest.mark.parametrize(
    ("source", "changed"), [(TABLE, lambda base: change(base, ONE_MORE)), (FILE, lambda base: write_csv(base, rows(2001)))]
)
def test_numbers_are_not_read_again_from_rows_that_are_others(base, source, changed):
    store = built(base, source, "again")
    callers = [row[0] for row in store.connection.execute("SELECT DISTINCT caller FROM calls WHERE caller IS NOT NULL").fetchall()]
    assert len(again.numbers(store, callers, 0, 2**40)) == len(callers)
    changed(base)
    with pytest.raises(DataRefused, match=r"calls\.csv › changed since the store was built\. Run again\."):
        again.numbers(store, callers, 0, 2**40)
    assert not (store.folder / "staging").exists()


def test_an_export_that_is_gone_has_no_numbers_left_to_read(base):
    (base / "calls_2.csv").write_bytes((base / "calls.csv").read_bytes())
    store = built(base, "files: calls*.csv", "gone")
    (base / "calls_2.csv").unlink()
    with pytest.raises(DataRefused, match=r"gone › calls › changed since the store was built\. Run again\."):
        again.numbers(store, [1], 0, 2**40)


@pytest.mark.parametrize("source", [TABLE, "database: {table: calls, state: select count(*) from calls}", FILE])
def test_no_workbook_without_numbers_is_written_where_the_rows_moved_on(base, source, monkeypatch, capsys):
    """Between the study of callers and the reading of their numbers a call comes: refused, and no file lies where the list would."""
    params = base / "moved.yaml"
    params.write_text(PARAMS.format(source=source) + "watch: {rules: [[2, 31]]}\n", encoding="utf-8")
    real = cases.numbers

    def moved(*given):
        change(base, ONE_MORE)
        write_csv(base, rows(2001))
        return real(*given)

    monkeypatch.setattr(cases, "numbers", moved)
    assert main(["workbook", "callers", "--params", str(params), "--month", "2024-01", "--quiet"]) == 65
    assert "calls.csv › changed since the store was built. Run again." in capsys.readouterr().err
    assert not list(base.rglob("*.xlsx"))
    monkeypatch.undo()
    monkeypatch.setenv("HOTLINE_DB", f"sqlite:///{base / 'calls.db'}")
    assert main(["workbook", "callers", "--params", str(params), "--month", "2024-01", "--quiet"]) == 0
    (made,) = base.rglob("callers.xlsx")
    page = openpyxl.load_workbook(made)["排查名单"]
    head, *listed = page.iter_rows(min_row=2, values_only=True)
    assert listed and {str(row[head.index("来电号码")])[:7] for row in listed} == {"154****"}


def test_a_per_cent_sign_is_the_querys_own(base):
    """Drivers take one for the place of a value."""
    mod = f"database: {{query: \"select {', '.join(COLUMNS)}, waited % 7 as m, '%s' as s from calls where issue like '供%' or issue like '交%'\", state: \"select count(*) % 7 from calls where issue like '%水'\"}}"
    found = {row[0] for row in built(base, mod, "mod").connection.execute("SELECT DISTINCT issue_1 FROM calls").fetchall()}
    assert found == {"供水", "交通"}


def test_nothing_tells_the_address(base, capsys, monkeypatch):
    """Neither the store, nor the ledger, nor what is printed, whatever goes wrong."""
    table = built(base, TABLE, "table")
    told = [b"calls.db", b"sqlite:"]
    assert not any(word in path.read_bytes() for path in table.folder.rglob("*") if path.is_file() for word in told)
    assert [ledger.name for ledger in table.ledgers] == ["HOTLINE_DB.calls.csv"]
    monkeypatch.setenv("HOTLINE_DB", "postgresql://someone:secret-word@127.0.0.1:1/base")
    with pytest.raises(NoInput) as refused:
        built(base, TABLE, "table")
    assert (
        str(refused.value)
        == "HOTLINE_DB › calls › the database cannot be reached (OperationalError). Look at its address and its rights, and whether it runs."
    )
    assert refused.value.__suppress_context__ and "secret-word" not in "".join(capsys.readouterr())


def test_a_connection_that_only_reads(base):
    settings = load_database(base, TABLE)
    with database._connected(settings) as connection, pytest.raises(sqlalchemy.exc.OperationalError, match="readonly"):
        connection.exec_driver_sql("DELETE FROM calls")


def load_database(folder, source):
    return hotline(folder, source, "plain").params.calls[0].database


def test_a_loss_on_the_way_leaves_the_store_as_it_was(base, monkeypatch):
    """The 1,501st row breaks the connection: how far it came is said, the old tables stand, the copy is gone."""
    store = built(base, TABLE, "table")
    before, state = contents(store), (store.folder / "store.json").read_bytes()
    with contextlib.closing(sqlite3.connect(base / "calls.db")) as more:
        more.execute("ALTER TABLE calls RENAME TO plain")
        more.execute("CREATE VIEW calls AS SELECT * FROM plain WHERE CASE WHEN rowid > 1500 THEN abs(-9223372036854775808) ELSE 1 END")
        more.commit()
    monkeypatch.setattr(database, "CHUNK", 100)
    with pytest.raises(NoInput) as lost:
        built(base, TABLE, "table")
    assert "the database was lost after 1,4" in str(lost.value) and str(lost.value).endswith(
        "the store is as it was. Run again when it can be reached."
    )
    assert (store.folder / "store.json").read_bytes() == state and not (store.folder / "staging").exists()
    assert contents(Store(store.params)) == before


@pytest.mark.parametrize(
    ("source", "address", "kind", "word"),
    [
        (TABLE, None, BadParams, "there is no such environment variable"),
        (TABLE, "", BadParams, "there is no such environment variable"),
        (TABLE, "no address", BadParams, "does not hold the address of a database"),
        (TABLE, "mssql://u:p@h/b", BadParams, "its kind of database is not read here"),
        (TABLE, "postgresql://u:p@h:port/b", BadParams, "does not hold the address of a database"),
        (TABLE, "sqlite:////no/such.db", NoInput, "names a file of SQLite that is not there"),
        ("database: {table: cals}", "own", BadParams, "the database refused what is asked for"),
        ("database: {query: select nothing from calls}", "own", BadParams, "the database refused what is asked for"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(base, monkeypatch, source, address, kind, word):
    if address is None:
        monkeypatch.delenv("HOTLINE_DB")
    elif address != "own":
        monkeypatch.setenv("HOTLINE_DB", address)
    with pytest.raises(kind, match=word) as refused:
        built(base, source, "x")
    assert not address or address == "own" or address not in str(refused.value)
    assert not (base / "such.db").exists()


@pytest.mark.parametrize(
    "source",
    [
        "database: {url_env: 'postgresql://someone:secret-word@host/base', table: calls}",
        "database: {query: \"select * from dblink('postgresql://someone:secret-word@host/base')\"}",
        "database: 'postgresql://someone:secret-word@host/base'",
        "database: {url: 'postgresql://someone:secret-word@host/base', table: calls}",
        "files: 'postgresql://someone:secret-word@host/base'",
        "database: {table: calls, query: select 1}",
        "database: {}",
        "database: {query: delete from calls}",
        "database: {query: 'select 1; delete from calls'}",
        "database: {table: 'calls; drop'}",
        "files: calls.csv\n  database: {table: calls}",
        "header_row: 1",
    ],
)
def test_an_address_in_params_is_refused_and_not_repeated(tmp_path, source):
    with pytest.raises(BadParams) as refused:
        hotline(tmp_path, source, "x")
    assert refused.value.code == 64 and "secret-word" not in str(refused.value)


def test_cells_as_typed_files_have_them():
    values = [
        None,
        True,
        7,
        7.0,
        2.5,
        float("nan"),
        Decimal("12.50"),
        Decimal("100"),
        datetime(2024, 1, 2, 3, 4, 5),
        date(2024, 1, 2),
        timedelta(minutes=2),
        timedelta(days=12, seconds=1),
        timedelta(seconds=123456, milliseconds=700),
        -timedelta(microseconds=1),
        Decimal("NaN"),
        "文",
    ]
    said = ["", "TRUE", "7", "7", "2.5", "", "12.5", "100", "2024-01-02 03:04:05", "2024-01-02", "120"]
    said += ["1036801", "123456.7", "-0.000001", "", "文"]
    assert [database._text(value) for value in values] == said
    with pytest.raises(DataRefused, match="holds bytes"):
        database._text(b"x")


# ---- a real PostgreSQL


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A cluster of its own, as an ordinary user, on a free port of the loopback; its address."""
    programs = _programs()
    if programs is None:
        pytest.skip("needs PostgreSQL's programs")
    home = Path("/tmp") / f"hotline-pg-{os.getpid()}"
    home.mkdir(mode=0o700)
    root = os.geteuid() == 0
    if root:
        shutil.chown(home, "postgres", "postgres")
    as_user = ["runuser", "-u", "postgres", "--"] if root else []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = {"check": True, "capture_output": True, "cwd": "/"}
    subprocess.run(
        [*as_user, programs / "initdb", "-D", home / "data", "-A", "trust", "-U", "hotline", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"],
        **run,
    )
    options = f"-p {port} -h 127.0.0.1 -k {home} -c fsync=off"
    subprocess.run([*as_user, programs / "pg_ctl", "-D", home / "data", "-o", options, "-l", home / "log", "-w", "start"], **run)
    yield f"postgresql://hotline:secret-word@127.0.0.1:{port}/postgres"
    subprocess.run([*as_user, programs / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop"], **run)
    shutil.rmtree(home)


def write_postgresql(address: str, table: str, made: list[tuple]) -> None:
    import psycopg

    types = ("text", "timestamp", "timestamp", "text", "text", "text", "text", "int")
    with psycopg.connect(address) as own:
        own.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in zip(COLUMNS, types, strict=True))})")
        with own.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for row in made:
                copy.write_row(row)


@pytest.mark.database
def test_what_a_query_says_is_its_own_and_so_are_its_faults(server, tmp_path, monkeypatch):
    """A % is no place of a value; an interval keeps its seconds; a value that cannot be converted, in the first row or the last, is no lost database."""
    write_postgresql(server, "few", rows(20_000))
    monkeypatch.setenv("HOTLINE_DB", server)
    said = "select *, 12 % 7 as m, '%s' as s from (select call_no, begun, finished, number, team, issue, result, make_interval(secs => 123456.7 + waited) as waited from few where issue like '供%') t"
    query = built(tmp_path, f'database: {{query: "{said}", state: "select count(*) % 7 from few"}}', "query")
    found = query.connection.execute("SELECT min(queue_seconds), max(queue_seconds), min(issue_1), max(issue_1) FROM calls").fetchone()
    assert found[:2] == pytest.approx(
        (123456.7, 123513.7), abs=0.001
    )  # 34 h 17 min 36.7 s and what was waited, every third second up to 57
    assert found[2:] == ("供水", "供水")
    at_fault = {
        "issue::int": "InvalidTextRepresentation",
        "1 / (waited - 59)": "DivisionByZero",
        "1 / (20000 - row_number() over ())": "DivisionByZero",
    }
    for column, fault in at_fault.items():
        with pytest.raises(BadParams, match=rf"query-\w+ › the database refused what is asked for \({fault}\)"):
            built(tmp_path, f"database: {{query: 'select *, {column} as x from few'}}", "fault")
    with pytest.raises(BadParams, match=r"the database refused what is asked for \(DivisionByZero\)"):
        built(tmp_path, "database: {table: few, state: select 1 / (count(*) - 20001) from few}", "fault")


@pytest.mark.database
def test_half_a_million_calls_and_a_server_that_kills_the_connection(server, tmp_path, monkeypatch):
    """The same tables and account as through a file; then the connection is ended from the server's side half-way, and the old store stands."""
    import psycopg

    made = rows(500_000)
    write_csv(tmp_path, made)
    plain = server.replace("+psycopg", "")
    write_postgresql(plain, "calls", made)
    monkeypatch.setenv("HOTLINE_DB", server)
    file, table = built(tmp_path, FILE, "file"), built(tmp_path, TABLE, "table")
    assert len(contents(file)) > 450_000 and contents(file) == contents(table) and account(file) == account(table)

    with database._connected(load_database(tmp_path, TABLE)) as connection, pytest.raises(sqlalchemy.exc.InternalError, match="read-only"):
        connection.exec_driver_sql("DELETE FROM calls")

    before, state = contents(table), (table.folder / "store.json").read_bytes()
    text, read, ended = database._text, [0], threading.Event()

    def text_and_end(value):
        read[0] += 1
        if read[0] == 250_000 * len(COLUMNS):
            with psycopg.connect(plain, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
            ended.set()
        return text(value)

    monkeypatch.setattr(database, "_text", text_and_end)
    with pytest.raises(NoInput) as lost:
        built(tmp_path, TABLE, "table")
    assert ended.is_set() and "the database was lost after 250,000 rows" in str(lost.value) and "secret-word" not in str(lost.value)
    assert (table.folder / "store.json").read_bytes() == state and contents(Store(table.params)) == before
