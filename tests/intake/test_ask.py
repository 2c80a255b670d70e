"""SQL over the canonical tables: one SELECT of them and nothing else, in the engine's own words where these hold nothing of the data."""

import duckdb
import pytest

from hotline_analysis.errors import BadParams
from hotline_analysis.intake import ask

TABLES = ("calls", "orders")


@pytest.fixture
def engine(tmp_path):
    """The tables as a store has them, beside rows that nobody may ask for, and a file that the engine itself could read."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE kept AS SELECT i, 'word' || i AS word FROM range(3) t(i)")
    for view in ("calls", "orders", "calls_left_out"):
        connection.execute(f"CREATE VIEW {view} AS SELECT * FROM kept")
    file = tmp_path / "export.csv"
    file.write_text("number\n15400000000\n", encoding="utf-8")
    return connection, file


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("select * from calls", 3),
        ("SELECT c.i FROM Calls c JOIN orders o USING (i) WHERE c.i > 0", 2),
        ("with late as (select * from calls where i > 1) select count(*) as n from late", 1),
        ("with tables as (from calls), columns as (from tables) select count(*) from columns", 1),  # names of information_schema need it
        ("with recursive n as (select 1 as i union all select i + 1 from n where i < 4) from n", 4),
        ("from calls", 3),
        ("describe calls", 2),
        ("select unnest([1, 2]) as n", 2),
        ("select * from range(4)", 4),
        ("select i from calls union all select i from orders", 6),
    ],
)
def test_what_is_a_select_of_the_tables_is_answered(engine, query, rows):
    assert len(ask.answer(engine[0], TABLES, query)) == rows


ONE = 'h.sql › takes one SELECT and nothing else: the tables are read only. As in h.sql("select unit, count(*) from calls group by unit").'
REFUSED = {
    "delete from calls": ONE,
    "create table mine as select * from calls": ONE,
    "copy calls to 'out.csv'": ONE,
    "attach 'other.db'": ONE,
    "set threads = 1": ONE,
    "pragma version": ONE,
    "call duckdb_settings()": ONE,
    "explain select 1": ONE,
    "select 1; select 2": ONE,
    "": ONE,
    "pivot calls on word using count(*)": ONE,
    "selct 1": 'h.sql › syntax error at or near "selct".',
    "select nr from calls": 'h.sql › Referenced column "nr" not found in FROM clause. Candidate bindings: "word".',
    "select * from cals": "h.sql › 'cals' is not a table here. Did you mean 'calls'?",
    "select * from kept": "h.sql › 'kept' is not a table here. There are: calls, orders.",
    "select * from calls_left_out": "h.sql › 'calls_left_out' is not a table here. There are: calls, orders.",
    "select * from main.calls": "h.sql › 'calls' is named with a schema. There are: calls, orders.",
    "select * from information_schema.tables": "h.sql › 'tables' is named with a schema. There are: calls, orders.",
    "select i from calls where i in (select i from kept)": "h.sql › 'kept' is not a table here. There are: calls, orders.",
    "select * from query('select * from kept')": "h.sql › 'query' reads something else than the tables. There are: calls, orders.",
    "select * from duckdb_tables()": "h.sql › 'duckdb_tables' reads something else than the tables. There are: calls, orders.",
    "select cast(word as integer) from calls": "h.sql › the engine refused it (ConversionException). Look at casts and at divisions.",
    "select unhex(replace(word, 'word', '甲')) from calls": "h.sql › the engine refused it (UnicodeDecodeError). Look at casts and at divisions.",
    "select word || current_setting('temp_directory') from calls": "h.sql › 'current_setting' tells of this machine and not of the tables. There are: calls, orders.",
    "select main.current_setting('password')": "h.sql › 'current_setting' tells of this machine and not of the tables. There are: calls, orders.",
}
AGAIN = "h.sql › WITH gives the name '{}', which the engine has already. Take another name."
REFUSED |= {  # the name would be free wherever it stands, also where WITH does not reach
    f"with {name} as (from {name}) from {name}": AGAIN.format(name.lower())
    for name in ("calls_left_out", "KEPT", "duckdb_views", "duckdb_columns", "sqlite_master", "pg_class", "calls")
} | {
    "select * from (with sqlite_master as (select 1) select 2), sqlite_master": AGAIN.format("sqlite_master"),
    "select (with calls_left_out as (select 1) select 2) from calls_left_out": AGAIN.format("calls_left_out"),
}  # fmt: skip


@pytest.mark.parametrize("query", REFUSED)
def test_anything_else_is_refused_in_a_sentence_and_changes_nothing(engine, query):
    with pytest.raises(BadParams) as refused:
        ask.answer(engine[0], TABLES, query)
    assert str(refused.value) == REFUSED[query]
    assert engine[0].execute("select count(*) from kept").fetchone() == (3,)


FILES = [
    "select * from '{file}'",
    "select * from read_csv('{file}')",
    "select * from calls, lateral (select * from read_text('{file}'))",
    "select (select content from read_text('{file}'))",
    "describe '{file}'",
    "summarize '{file}'",
    'with "{file}" as (select 1 as n) select * from "{file}"',
    'select * from (with "{file}" as (select 1) select 2), "{file}"',
]


@pytest.mark.parametrize("query", FILES)
def test_no_file_is_read_not_even_one_that_the_engine_may_open(engine, query):
    connection, file = engine
    assert connection.execute(f"select count(*) from '{file}'").fetchone() == (1,)
    with pytest.raises(BadParams) as refused:
        ask.answer(connection, TABLES, query.format(file=file))
    assert "15400000000" not in str(refused.value)


def test_a_question_breaks_off_nobody_elses_result(engine):
    rows = engine[0].execute("select i from kept order by i")
    ask.answer(engine[0], TABLES, "select * from calls")
    assert rows.fetchall() == [(0,), (1,), (2,)]
