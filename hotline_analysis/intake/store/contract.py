"""What a table that lies in a lake must be to be taken for a canonical one: its columns, their types, and what its rows say of each other.

Nothing is mended here: whoever wrote the table can, and a value that is guessed would be silently wrong. No value is ever told, for it may be somebody's.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

import duckdb

from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.intake.convert import guard, instants
from hotline_analysis.intake.convert.parts import FORMAT
from hotline_analysis.intake.engine import literal
from hotline_analysis.intake.read.ledger import FileLedger
from hotline_analysis.intake.store.lake import DELTA, Lying, refuse_other
from hotline_analysis.intake.store.merge import DAY, calendar, column_order, facts
from hotline_analysis.params import Params
from hotline_analysis.personal import found, suspicious
from hotline_analysis.tables import AMOUNT, COUNT, FLAG, IDENTITY, INSTANT, SCORE, SECONDS, SQL_TYPE, TABLES, TEXT

RULES = 2  # rises when one of them changes: a lake that was taken before is looked at anew
EXACT = 2**53 - 1  # whole numbers up to here are exact as floats, which engines and pandas make of columns with gaps
NUMBERS = 0.01  # share of a caller's integers that read as telephone numbers or identity cards, above which they are: of hashes hardly one in a thousand does
ODD = 10_000  # ids that look personal, of which each is looked at
WRITTEN = "BETWEEN 1000000000 AND 9999999999999"  # a telephone number with its area code or its country's, as an integer; of hashes of 53 bits one in 900 is
CARD = r"^[1-8]\d{5}(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])\d{4}$"
PLACES = ("seq", "local_s")  # what the store's views add: the first is the lake's to say, the second follows from the clock
PEOPLE = ("caller_phone", "caller_person", "caller_code")
HOLDS = {
    INSTANT: "the wall time of the hotline's clock, without a zone",
    IDENTITY: "integers that stand for pseudonyms, never the number or the name of somebody",
    SECONDS: "seconds, whole ones (BIGINT) or with decimals (DOUBLE)",
    COUNT: "whole numbers",
    TEXT: "words",
    FLAG: "true or false",
    SCORE: "numbers",
    AMOUNT: "numbers",
}


class Contract:
    """One table of a lake, looked at once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, lying: Lying, name: str, params: Params):
        self.connection, self.lying, self.params, self.where = connection, lying, params, lying.where
        refuse_other(lying)
        try:
            described = connection.execute(f"DESCRIBE SELECT * FROM {lying.rows}").fetchall()
        except duckdb.Error as fault:
            raise DataRefused(
                self.where, f"its files do not go together as one table ({type(fault).__name__}).", "Look at the types of their columns."
            ) from None
        self.types = {column.lower(): kind for column, kind, *_ in described}
        table = TABLES[name]
        self.table = replace(table, clock=params.placed(table, self.types))
        self.columns = [c for c in column_order(self.table) if c in self.types and c not in PLACES]
        self._refuse_columns()

    def run(self) -> dict:
        """What the store says of the table. Raises DataRefused with the first column that differs."""
        rows = self._rows()
        self._refuse_values(rows)
        self._refuse_order(rows)
        self._refuse_texts(rows)
        self._refuse_numberings(rows)
        schema, days = self._days(rows)
        said = [FORMAT, "lake", calendar(self.params), self.params.time_zone, self.table.clock, schema, days]
        made = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]
        told = facts(self.connection, rows, self.table, self.columns, self.params)
        return {
            "made": made,
            "schema": schema,
            "files": [],
            "facts": told,
            "ledger": self._ledger(rows, made, told["rows"]),
            "lake": {**self.lying.as_dict(), "days": days},
        }

    def _rows(self) -> str:
        return f"(SELECT {', '.join(['seq', *self.columns])} FROM {self.lying.rows})"

    # ---- columns

    def _refuse_columns(self) -> None:
        """Refuse the first column that is not there though it must be, or is of another type; others of the lake's own are not read."""
        for name, (kind, holds) in self._wanted().items():
            whole = name in self.table and self.table[name].kind == SECONDS and self.types.get(name) == SQL_TYPE[COUNT]
            if self.types.get(name) != kind and not whole:
                is_ = f"is {self.types[name]}." if name in self.types else "is missing."
                raise DataRefused(f"{self.where} › {name}", is_, f"It would be {kind}: {holds}.")

    def _wanted(self) -> dict[str, tuple[str, str]]:
        """Columns with their types and what they hold: those that a row may not lack, and of the others those that are there."""
        order = ", ".join(c for c in (self._clock, self.table.id) if c in self.types) or "its content"
        wanted = {"seq": (SQL_TYPE[COUNT], f"the row's place in the order of time, such as row_number() OVER (ORDER BY {order}) - 1")}
        for column in (c for c in self.table.columns if c.name not in PLACES):
            pair = (column.name, column.epoch) if column.kind == INSTANT else (column.name,)
            of_caller = column.name in ("caller_group", "caller_state") and "caller" in self.types
            if column.name in self.table.needs or of_caller or any(name in self.types for name in pair):
                wanted[column.name] = (SQL_TYPE[column.kind], HOLDS[column.kind])
                wanted |= dict.fromkeys(pair[1:], (SQL_TYPE[COUNT], f"the seconds from 1970 in UTC to {column.name}"))
        return wanted

    @property
    def _clock(self) -> str:
        return self.table[self.table.clock].epoch

    # ---- rows

    def _refuse_values(self, rows: str) -> None:
        """Refuse the first column of which some rows say what no such column says."""
        tests = list(self._tests())
        counted = self.connection.execute(
            f"SELECT count(*), {', '.join(f'count(*) FILTER ({test})' for _, test, _, _ in tests)} FROM {rows}"
        ).fetchone()
        if not counted[0]:
            raise NoInput(self.where, "holds no rows.")
        for n, (name, _, wrong, right) in zip(counted[1:], tests, strict=True):
            if n:
                raise DataRefused(f"{self.where} › {name}", f"{wrong} in {n:,} of {counted[0]:,} rows.", right)

    def _tests(self) -> Iterator[tuple[str, str, str, str]]:
        """Column, what is wrong in SQL, what that is, what would be right."""
        for name in ("seq", *self.table.needs):
            yield name, f"{name} IS NULL", "is empty", "No row may lack it."
        yield "seq", f"seq NOT BETWEEN 0 AND {EXACT}", "is none of 0 to 2**53 - 1", "Larger ones are not told apart everywhere."
        zone = instants.zone(self.params.time_zone)
        for column in (self.table[c] for c in self.columns if c in self.table):
            name = column.name
            if column.kind == INSTANT:
                wall = f"(epoch_us({name}) // 1000000)"
                by_zone = (
                    f"{column.epoch} + {zone.utc_sql(column.epoch)} = {wall} OR {wall} - offset_of({zone.code_sql(wall)}) = {column.epoch}"
                )
                other = f"({name} IS NULL) <> ({column.epoch} IS NULL) OR NOT ({by_zone})"
                yield (
                    column.epoch,
                    other,
                    f"is another instant than {name}",
                    f"{name} is the wall time of {self.params.time_zone}, {column.epoch} the same instant in seconds from 1970 in UTC.",
                )
            if column.kind == TEXT:
                yield (
                    name,
                    f"{name} = '' OR {name} <> trim({name}, {literal(instants.BLANKS)})",
                    "is empty text or has blanks around it",
                    "What is not known is NULL, and a word has no blanks around it: two such would be equal, or none.",
                )
            if column.allowed and not column.listed:
                yield (
                    name,
                    f"{name} NOT IN ({literal(column.allowed)[1:-1]})",
                    "holds other words",
                    f"They are: {', '.join(column.allowed)}.",
                )
        if self.table.monthly:
            name = self.table.clock
            yield (
                name,
                f"{name} <> date_trunc('month', {name})",
                "is no first day of a month",
                "A row is of one month of the hotline, named by its first day.",
            )
        if "caller" in self.columns:
            known = "(caller IS NOT NULL)"
            yield (
                "caller_state",
                f"caller_state IS NULL OR {known} <> (caller_state = 'known')",
                "contradicts caller",
                "It is known where there is a caller, and withheld or invalid where there is none.",
            )
            yield (
                "caller_group",
                f"{known} AND (caller_group IS NULL OR caller_group NOT BETWEEN 0 AND 99)",
                "is none of 0 to 99",
                "A caller's group comes from the pseudonym, such as its hash modulo 100.",
            )

    def _refuse_order(self, rows: str) -> None:
        """`seq` is each row's own and runs as the clock does: calls of one caller are told in this order. A caller has one group, by which intervals are made."""
        clock = self._clock if self._clock in self.columns else "NULL"
        seconds = (
            f"SELECT {clock} AS s, count(*) AS n, count(DISTINCT seq) AS own, min(seq) AS first, max(seq) AS last FROM {rows} GROUP BY 1"
        )
        before = (
            f"SELECT *, max(last) OVER (ORDER BY s NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM ({seconds})"
        )
        ((wrong,),) = self.connection.execute(f"SELECT count(*) FROM ({before}) WHERE own < n OR first <= before").fetchall()
        if wrong:
            kind, holds = self._wanted()["seq"]
            raise DataRefused(
                f"{self.where} › seq",
                f"is not each row's own, or does not run as {self.table.clock} does.",
                f"It would be {kind}: {holds}.",
            )
        if "caller" in self.columns:
            groups = f"SELECT caller FROM {rows} WHERE caller IS NOT NULL GROUP BY caller HAVING min(caller_group) <> max(caller_group)"
            ((several,),) = self.connection.execute(f"SELECT count(*) FROM ({groups})").fetchall()
            if several:
                raise DataRefused(
                    f"{self.where} › caller_group", f"{several:,} callers have several groups.", "A caller has one, from the pseudonym."
                )

    def _refuse_texts(self, rows: str) -> None:
        """Refuse numbers of people: as integers in place of pseudonyms, or in texts; and categories that are none."""
        for name in (c for c in self.columns if c in self.table and self.table[c].kind == IDENTITY):
            number = f"{name} {WRITTEN} OR regexp_matches({name}::VARCHAR, {literal(CARD)})"
            counted = f"count(*) FILTER ({number}), count(*) FILTER ({name} NOT BETWEEN 0 AND {EXACT}), count({name})"
            odd, large, filled = self.connection.execute(f"SELECT {counted} FROM {rows}").fetchone()
            if odd > NUMBERS * filled:
                raise DataRefused(
                    f"{self.where} › {name}",
                    f"{odd / filled:.0%} of its integers read as telephone numbers or identity cards.",
                    f"It would be {HOLDS[IDENTITY]}.",
                )
            if large:
                raise DataRefused(
                    f"{self.where} › {name}",
                    f"is none of 0 to 2**53 - 1 in {large:,} of {filled:,} rows.",
                    "Of larger ones two people become one in places; cut a hash of 64 bits without a sign: hash >> 11.",
                )
        words = [c.name for c in self.table.columns if c.name in self.columns and c.kind == TEXT and not c.allowed]
        guard.refuse_no_category(self.connection, self.table, {name: f"{self.where} › {name}" for name in words}, rows)
        for name in words:  # words repeat, and each is looked at once; hardly two ids are equal, and few of them are suspicious
            odd = (
                f"WHERE {suspicious(name, self.params.countries)} LIMIT {ODD}"
                if name.endswith("_id")
                else f"WHERE {name} IS NOT NULL GROUP BY 1"
            )
            if any(
                found(text, self.params.countries) for (text,) in self.connection.execute(f"SELECT {name} FROM {rows} {odd}").fetchall()
            ):
                raise DataRefused(
                    f"{self.where} › {name}",
                    "holds telephone numbers, ids, bank cards or mail addresses.",
                    "Put a keyed pseudonym in their place, or leave the column out.",
                )

    def _refuse_numberings(self, rows: str) -> None:
        """An integer is one person in all columns by which a definition may tell people: where a row lacks the first of them, the next one stands for it."""
        keys = [column for column in PEOPLE if column in self.columns]
        if len(keys) < 2:
            return
        whose = "coalesce(caller, -1 - seq)" if "caller" in self.columns else "seq"
        each = " UNION ALL ".join(f"SELECT {key} AS n, '{key}' AS of, {whose} AS whose FROM {rows} WHERE {key} IS NOT NULL" for key in keys)
        shared = f"SELECT n FROM ({each}) GROUP BY n HAVING min(of) <> max(of) AND min(whose) <> max(whose)"
        ((twice,),) = self.connection.execute(f"SELECT count(*) FROM ({shared})").fetchall()
        if twice:
            raise DataRefused(
                f"{self.where} › {', '.join(keys)}",
                f"{twice:,} integers stand for different people, one in each column.",
                "Number the people of all these columns together, as in one list.",
            )

    # ---- what the store tells of it

    def _days(self, rows: str) -> tuple[list, list]:
        """As of the store's own tables (`merge.Merge`): the columns, and of each day how many rows it has and a sum of their hashes, their places taken too."""
        schema = [[c, self.types[c]] for c in self.columns] + [["order", "seq"]]
        clock = self._clock if self._clock in self.columns else "NULL"
        content = f"sum(hash(hash({', '.join(['seq', *self.columns])})))::VARCHAR"
        days = self.connection.execute(
            f"SELECT {clock} // {DAY}, count(*), {content} FROM {rows} GROUP BY 1 ORDER BY 1 NULLS LAST"
        ).fetchall()
        return schema, [list(day) for day in days]

    def _ledger(self, rows: str, made: str, count: int) -> dict:
        """All rows are taken; columns of the lake's own are not read."""
        own = set(column_order(self.table))
        delta = (self.lying.folder / DELTA).is_dir()
        ledger = FileLedger(self.lying.told, made, "delta" if delta else "parquet", lines=count, accepted=count, table=self.table.name)
        ledger.beside = [column for column in self.types if column not in own]
        if self.table.clock in self.columns:
            day = f"CAST({self.table.clock} - INTERVAL {self.params.period.cut_hour} HOUR AS DATE)"
            counted = self.connection.execute(
                f"SELECT {day}, count(*) FROM {rows} WHERE {self.table.clock} IS NOT NULL GROUP BY 1 ORDER BY 1"
            )
            ledger.days = {day.isoformat(): {"accepted": n} for day, n in counted.fetchall()}
        return ledger.as_dict()


def looked_at(connection: duckdb.DuckDBPyConnection, lying: Lying, name: str, params: Params) -> dict:
    """What the store says of a table of the lake. Raises DataRefused with the column that differs, or where the files change meanwhile."""
    seen = lying.seen
    connection.execute(instants.MACROS)
    try:
        made = Contract(connection, lying, name, params).run()
    except (duckdb.IOException, duckdb.InvalidInputException, OSError) as fault:
        if lying.seen == seen:
            raise DataRefused(lying.where, f"a file of it cannot be read ({type(fault).__name__}).", "Look at what wrote it.") from None
    if lying.seen != seen:
        raise changed(lying)
    return made


def changed(lying: Lying) -> DataRefused:
    return DataRefused(lying.where, "files of the lake were replaced while they were being read.", "Run again when it stands still.")
