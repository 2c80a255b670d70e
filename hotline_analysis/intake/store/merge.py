"""Parts of one table put together: a row that several exports hold is kept once, events become contacts, and the order is total."""

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

import duckdb

from hotline_analysis import machine, presets, tables
from hotline_analysis.errors import DataRefused
from hotline_analysis.intake import sealed
from hotline_analysis.intake.convert import convert, instants
from hotline_analysis.intake.convert.parts import DUE, FAR_OUT_DAYS, FORMAT, Job, Part
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.intake.read.ledger import EQUAL, FileLedger
from hotline_analysis.intake.store import ends, legs, twice, versions
from hotline_analysis.params import Params, Source
from hotline_analysis.tables import IDENTITY, INSTANT, Table

FILE_ROWS, FILES = 500_000, 16  # rows of one file of a table, and more where a table would have more files than that when it is made whole
DAY = 86400
OTHER_ID = (
    8,
    0.01,
)  # rows, and share of those that the smaller of two files has of the days of both, that tell two exports of the same calls under other ids
SAME_ROW, OLDER, OTHER_TIME = "same row", "older version", "other time"
TAKEN = 0.01  # share of a source's rows that may give way to another source's that lacks what they tell: a few days in which one system followed another
PARTS = 0.5  # share of the answers of one source whose invitation another source holds, from which the two tell parts of the same surveys
NO_KEY, NO_KEY_ROWS = (
    0.2,
    10,
)  # a share, and a number, of rows that share their key with a row of another time; the checks tell less than both
_FATES = """
    SELECT _rank, day, fate, count(*), count(*) FILTER (alone), count(*) FILTER (apart) FROM (
        SELECT rows._rank, day, alone, CASE WHEN rejected THEN 'rejected' WHEN repeated._record IS NOT NULL THEN 'duplicates'
            WHEN folded._record IS NOT NULL THEN 'events' WHEN aside THEN 'left_out' ELSE 'accepted' END AS fate, apart._record IS NOT NULL AS apart
        FROM ({rows}) AS rows LEFT JOIN repeated USING (_rank, _record) LEFT JOIN folded USING (_rank, _record) LEFT JOIN apart USING (_rank, _record)
    ) GROUP BY ALL ORDER BY ALL"""


class Merge:
    """The parts of one table while they become that table."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, folder: Path, table: Table, mine: list[tuple[Job, Part]], params: Params, old: dict
    ):
        """old: what `run` told of the table when it was made the last time."""
        self.connection, self.folder, self.table, self.params, self.old = connection, folder, table, params, old
        self.clock = f"({table.clock} - INTERVAL {params.period.cut_hour} HOUR)"
        exports = [self._export(job, part) for job, part in mine]
        last = [-1 if export.last is None else export.last for export in exports]
        places = sorted(
            range(len(mine)), key=lambda i: (last[i], mine[i][1].told_until or "", _in_names(mine[i][0].file.name), mine[i][0].key)
        )
        self.places = places  # the export whose last row is the latest has the highest rank
        self.exports = {rank: exports[place] for rank, place in enumerate(places)}
        self.ranked = [(rank, mine[place]) for rank, place in enumerate(places)]
        have = {column for _, part in mine for column in part.columns}
        self.columns = [c for c in column_order(table) if c in have]

    def run(self) -> dict:
        """Write the table, but for the files of it that stay, and what was left out of it; counts by file, the table's facts and its files."""
        self._refuse_nothing()
        self._refuse_unmet()
        self._rows()
        gone = [*self._repeated(), *self._folded()]
        rows = self._merged()
        counts = {
            "repeated": self._counts("repeated", "reason"),
            "unexplained": self._counts("(FROM repeated WHERE alone)", "'unexplained'"),
            "folded": self._counts("folded", "'folded'"),
            "apart": self._counts("apart", "'apart'"),
            "left_out": {},
            "other_id": self._other_ids(gone),
            "twice": self._twice(gone),
            **self._unlike(),
            "equal": self._counts("(FROM ranked WHERE _whole AND nth > 1 AND NOT gone)", f"'{EQUAL}'"),
        }
        gone_sql = " ".join(f"ANTI JOIN {name} USING (_rank, _record)" for name in gone)
        left_out = any(job.source.leave_out for _, (job, _) in self.ranked)
        made = self._files(f"FROM {rows} {gone_sql} WHERE _out IS NULL")
        aside = self._write(f"FROM {rows} {gone_sql} WHERE {'_out IS NOT NULL' if left_out else 'false'}", f"{self.table.name}_left_out")
        if left_out:
            counts["left_out"] = self._counts(f"(FROM rows_in {gone_sql} WHERE _out IS NOT NULL)", "_out")
        rows = parquet([self.folder / file["file"] for file in made["files"]])
        told = facts(self.connection, rows, self.table, self.columns, self.params, masked=self._masked()) | {"told": self._told_of()}
        return {"counts": counts, "days": self._fates(), "cells": self._cells(), "facts": told, **made, "left_out": aside}

    def _told_of(self) -> list[list[int]]:
        """From which creation on rows are told of until when, ascending: [instant, midnight] each.

        A row is told of by its own export and by every later one that holds rows as old as it is: one of the orders of each month tells of that month's alone, one of
        all open orders, or of what has changed, of older ones too.
        """
        told = [
            (part.begins_s, instants.next_midnight(date.fromisoformat(part.told_until), self.params.time_zone))
            for _, (_, part) in self.ranked
            if part.told_until
        ]
        steps: list[list[int]] = []
        for begins_s, until_s in sorted(told):
            if not steps or until_s > steps[-1][1]:
                steps.append([begins_s, until_s])
        return steps

    def _refuse_nothing(self) -> None:
        """Where no file has a row that converts, the first one's setting is wrong."""
        if not any(part.ledger.accepted for _, (_, part) in self.ranked):
            for _, (_, part) in self.ranked:
                if part.refusal:
                    raise DataRefused(*part.refusal)

    def _refuse_unmet(self) -> None:
        """A word under `when` that no row of any file holds is a wrong word. Those of a preset are its system's: a small export may lack some."""
        for source in dict.fromkeys(_place(self.params, job) for _, (job, _) in self.ranked):
            mine = [(job, part) for _, (job, part) in self.ranked if _place(self.params, job) == source]
            rules = mine[0][0].source
            lost = set.intersection(*(set(part.unmet) for _, part in mine))
            for name in (name for name in rules.columns if name in lost):
                when = rules.columns[name].when
                if any(part.ledger.accepted for _, part in mine) and not presets.asks(rules.preset, self.table.name, name, when):
                    raise DataRefused(
                        f"{self.params.path.name} › {self.table.name} › columns › {name} › when",
                        f"no row of {', '.join(job.file.name for job, _ in mine[:3])} holds it in {' and '.join(when)}.",
                        "Write the words as the export does, or leave the column out.",
                    )

    def _rows(self) -> None:
        """Every row that was not rejected, with the rank of its file and the reason for which params leave it out."""
        selects = [
            f"SELECT *, {rank} AS _rank, {_left_out_sql(self.table, job.source)} AS _out FROM {self._part(job)} WHERE (_faults & {part.rejecting}) = 0"
            for rank, (job, part) in self.ranked
        ]
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW rows_in AS {' UNION ALL BY NAME '.join(selects)}")

    def _repeated(self) -> list[str]:
        """Rows whose key another row has: the later export's stays (`versions`); in one file the one with the latest times, then the fullest.

        Rows that are known by all their cells are counted: two equal ones in one file are two records (`nth` 1 and 2), and of exports that
        overlap the larger count of the two stands. In an event log they are one event.
        """
        self.connection.execute("CREATE OR REPLACE TEMP TABLE twice AS SELECT _key FROM rows_in GROUP BY _key HAVING count(*) > 1")
        self._marked()
        versions.decide(self.connection, "rows_in", "marked", self._words(), self.exports)
        self.connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE ranked AS
            SELECT _rank, _record, _key, _whole, nth, n > 1 AS gone, alone, kept,
                   CASE WHEN same THEN '{SAME_ROW}' WHEN elsewhen THEN '{OTHER_TIME}' ELSE '{OLDER}' END AS reason FROM (
                SELECT _rank, _record, _key, _whole, nth, row_number() OVER newest AS n, content = first_value(content) OVER newest AS same,
                       clock <> first_value(clock) OVER newest AS elsewhen,
                       first_value(_rank) OVER newest AS kept, _rank = first_value(_rank) OVER newest OR clock IS DISTINCT FROM first_value(clock) OVER newest AS alone
                FROM marked LEFT JOIN wins USING (_key, _rank)
                WINDOW newest AS (PARTITION BY _key, nth ORDER BY coalesce(wins, 0) DESC, _rank DESC, latest DESC, filled DESC, tie DESC, _record DESC)
            )""")
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE repeated AS SELECT _rank, _record, _key, reason, alone, kept FROM ranked WHERE gone"
        )
        self._refuse_items()
        self._refuse_no_key()
        self._refuse_two_halves()
        if self.table.name == tables.SURVEYS.name:
            self._refuse_asked_and_answered()
        return ["repeated"] if self._any("repeated") else []

    def _marked(self) -> None:
        """The rows that share a key, with what tells which of them stays."""
        people = [c for c in self.columns if c in self.table and self.table[c].kind == IDENTITY]
        self.connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE marked AS
            SELECT _rank, _record, _key, _whole, tie, latest, happened, filled, clock, hash({", ".join(["tie", *people])}) AS content,
                   CASE WHEN _whole THEN row_number() OVER (PARTITION BY _rank, _key ORDER BY _record) ELSE 1 END AS nth
            FROM (SELECT *, {self._tie()} AS tie, {_greatest(self._instants())} AS latest, {_greatest(self._happened())} AS happened, {self._filled()} AS filled, {self._clock()} AS clock
                  FROM rows_in SEMI JOIN twice USING (_key))""")

    def _words(self) -> versions.Words:
        return versions.Words(self.columns, self._happened(), [c for c in self.columns if c in self.table])

    def _unlike(self) -> dict[str, dict[str, dict]]:
        """Rows that gave way to another export's row of other cells: file -> the other -> day ('' without one) -> rows; those of them that nothing settles; and the columns of these."""
        day = f"coalesce(CAST(CAST({self.clock} AS DATE) AS VARCHAR), '')" if self.table.clock in self.columns else "''"
        self.connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE unlike AS SELECT g._rank AS mine, kept AS other, {day} AS day, coalesce(NOT settled, false) AS unsettled, differ
            FROM (FROM repeated WHERE reason = '{OLDER}' AND NOT alone) AS g JOIN rows_in USING (_rank, _record)
            LEFT JOIN disputed ON disputed._key = g._key AND a = least(g._rank, kept) AND b = greatest(g._rank, kept)""")
        return {
            "unlike": self._by_file("SELECT mine, other, day, count(*) FROM unlike GROUP BY ALL ORDER BY ALL"),
            "unsettled": self._by_file("SELECT mine, other, day, count(*) FROM unlike WHERE unsettled GROUP BY ALL ORDER BY ALL"),
            "unsettled_in": self._by_file(
                "SELECT mine, other, c, count(*) FROM (SELECT mine, other, unnest(differ) AS c FROM unlike WHERE unsettled) GROUP BY ALL ORDER BY 1, 2, 4 DESC, 3"
            ),
        }

    def _by_file(self, sql: str) -> dict[str, dict[str, dict[str, int]]]:
        found: dict[str, dict[str, dict[str, int]]] = {}
        for mine, other, what, n in self.connection.execute(sql).fetchall():
            found.setdefault(str(self.places[mine]), {}).setdefault(str(self.places[other]), {})[what] = n
        return found

    def _refuse_no_key(self) -> None:
        """A number that starts anew every day, or that all legs of a call share, names no row: its rows would go as older versions of each other."""
        gone, every = (
            self.connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0]
            for rows in (f"repeated WHERE reason = '{OTHER_TIME}'", "rows_in")
        )
        if gone >= NO_KEY_ROWS and gone > NO_KEY * every:
            source = next(job.source for _, (job, _) in self.ranked if job.source.key and self.table.clock in job.source.columns)
            key, clock = list(source.key), list(source.columns[self.table.clock].source)
            both = ", ".join(dict.fromkeys([*key, *clock]))
            raise DataRefused(
                f"{self.table.name} › key",
                f"'{' + '.join(key)}' names no row: {gone:,} of {every:,} share it with a row of another time.",
                f"Name the columns that tell rows apart, such as key: [{both}]; or, if the rows are events of one contact, "
                f"say events: {{key: [{', '.join(key)}], take: first}} in place of key.",
            )

    def _refuse_items(self) -> None:
        """Rows of one file that share a key, or an event's, and tell an item each: one of them would stand for the answer sheet, and which one is chance."""
        for mine in self._kinds():
            source, ranks = mine[0][1].source, ", ".join(str(rank) for rank, *_ in mine)
            for key, named in (("_key", source.key), ("_event", source.events.key if source.events else ())):
                if named and (test := self._apart_by_item(source)):
                    self._refuse_long(
                        source,
                        named,
                        f"SELECT {key}, count(*) AS n, {test} AS apart FROM rows_in WHERE _rank IN ({ranks}) AND {key} IS NOT NULL GROUP BY _rank, {key}",
                    )

    def _apart_by_item(self, source: Source) -> str:
        """True of the rows of one key that tell more items together than any of them alone; '' where a source tells none."""
        slots = [c for c in self.columns if c in tables.ITEMS and c in source.columns]
        if "item" in self.columns and "item" in source.columns:
            return "count(DISTINCT item) > 1"
        told, fullest = (" + ".join(f"{way}({c} IS NOT NULL)::INT" for c in slots) for way in ("bool_or", ""))
        return f"{told} > max({fullest})" if len(slots) > 1 else ""

    def _refuse_long(self, source: Source, named: Sequence[str], groups: str) -> None:
        gone, every = self.connection.execute(f"SELECT sum(n) FILTER (apart AND n > 1), sum(n) FROM ({groups})").fetchone()
        if gone and gone >= TAKEN * every:
            whens = [header for name, rule in source.columns.items() if name in tables.ITEMS for header in rule.when]
            headers = whens or list(source.columns["item"].source if "item" in source.columns else ())
            told = (
                f"; or name the item too, key: [{', '.join(dict.fromkeys([*named, *headers]))}], where each row is to count by itself"
                if headers
                else ""
            )
            raise DataRefused(
                f"{self.table.name} › {'key' if tuple(named) == tuple(source.key) else 'events › key'}",
                f"'{' + '.join(named)}' names an answer sheet and no row: {gone:,} of {every:,} rows share it with a row of another item, of which one would stand for all.",
                f"Write an answer sheet a row, with a column for each item{told}.",
            )

    def _refuse_two_halves(self) -> None:
        """Two sources that each tell a part of the same records, such as when orders were opened and when they were closed: one would take the other's place and its part be lost.

        A source whose rows have no more than the ones that stay is superseded, as an older export is.
        """
        for gone, kept in itertools.permutations(self._kinds(), 2):
            if lacking := [c for c in _told_by(gone, self.table) if c not in _told_by(kept, self.table)]:
                self._refuse_halves(gone, kept, lacking)

    def _kinds(self) -> list[list[tuple[int, Job, Part]]]:
        """The files of each kind of export."""
        kinds: dict[int, list[tuple[int, Job, Part]]] = {}
        for rank, (job, part) in self.ranked:
            kinds.setdefault(_place(self.params, job), []).append((rank, job, part))
        return list(kinds.values())

    def _refuse_asked_and_answered(self) -> None:
        """Invitations in one source and their answers in another, under no key: each answer would be an invitation more, of the day on which it came."""
        given = {*tables.GIVEN, *tables.ITEMS}
        told = [(kind, set(_told_by(kind, self.table))) for kind in self._kinds()]
        for (asked, mine), (answered, theirs) in itertools.permutations(told, 2):
            if "invited_at" in mine and not mine & given and "invited_at" not in theirs and theirs & given:
                for column in ("survey_id", "call_id", "order_id", "caller"):
                    if column in mine & theirs:
                        self._refuse_parts(asked, answered, column)

    def _refuse_parts(self, asked: list, answered: list, column: str) -> None:
        of_asked, of_answered = (", ".join(str(rank) for rank, *_ in kind) for kind in (asked, answered))
        met, every = self.connection.execute(
            f"SELECT count(*) FILTER ({column} IN (SELECT {column} FROM rows_in WHERE _rank IN ({of_asked}) AND {column} IS NOT NULL)), count(*) "
            f"FROM rows_in WHERE _rank IN ({of_answered})"
        ).fetchone()
        if met and met >= PARTS * every:
            raise DataRefused(
                f"{self.table.name} › {column}",
                f"{met:,} of {every:,} rows of {answered[0][1].file.name} are answers to invitations of {asked[0][1].file.name}, and each would count as an invitation of its own.",
                "Join the two into one file, an invitation a row with its answer.",
            )

    def _refuse_halves(self, gone: list, kept: list, lacking: list[str]) -> None:
        mine, theirs = (", ".join(str(rank) for rank, *_ in kind) for kind in (gone, kept))
        filled = [f"count({c})" for c in lacking]
        lost, *cells = self.connection.execute(
            f"SELECT count(*) FILTER ({' OR '.join(f'{c} IS NOT NULL' for c in lacking)}), {', '.join(filled)} "
            f"FROM rows_in SEMI JOIN (FROM repeated WHERE kept IN ({theirs})) AS gone USING (_rank, _record) WHERE _rank IN ({mine})"
        ).fetchone()
        (every,) = self.connection.execute(f"SELECT count(*) FROM rows_in WHERE _rank IN ({mine})").fetchone()
        if lost and lost >= TAKEN * every:
            told = ", ".join(c for c, n in zip(lacking, cells, strict=True) if n)
            raise DataRefused(
                f"{self.table.name} › key",
                f"{lost:,} of {every:,} rows of {gone[0][1].file.name} have the key of a row of {kept[0][1].file.name}, which stays and lacks their {told}.",
                "Join the two into one file, a record a row, or map both as one source with the same columns.",
            )

    def _folded(self) -> list[str]:
        """Events of a contact that another of its events stands for: the first or the last in time, then in the order of files and records.

        A key names contacts of its own kind of export: two systems may count alike.
        """
        self.connection.execute("CREATE OR REPLACE TEMP TABLE folded (_rank BIGINT, _record BIGINT)")
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE calls_of (_rank BIGINT, _record BIGINT, _event VARCHAR, _call BIGINT, _leg BIGINT)"
        )
        for take, ranks, had in self._event_sources():
            way = " DESC" if take == "last" else ""
            if take == "merged":
                apart = legs.apart_sql(self._events(ranks, take), had, self._in_time())
                self.connection.execute(f"INSERT INTO calls_of {apart}")
                continue
            self.connection.execute(f"""
                INSERT INTO folded SELECT _rank, _record FROM (
                    SELECT _rank, _record, row_number() OVER (PARTITION BY _event ORDER BY {self._in_time(way)}) AS n
                    FROM {self._events(ranks, take)}
                ) WHERE n > 1""")
        self.connection.execute("INSERT INTO folded SELECT _rank, _record FROM calls_of WHERE _leg > 1")
        self.connection.execute("CREATE OR REPLACE TEMP TABLE apart AS SELECT _rank, _record FROM calls_of WHERE _leg = 1 AND _call > 1")
        return ["folded"] if self._any("folded") else []

    def _event_sources(self) -> list[tuple[str, list[int], set[str]]]:
        """Of each kind of export whose rows are events: what is taken of them, the ranks of its files, the columns that they have."""
        found: dict[int, tuple[str, list[int], set[str]]] = {}
        for rank, (job, part) in self.ranked:
            if job.source.events:
                _, ranks, had = found.setdefault(_place(self.params, job), (job.source.events.take, [], set()))
                ranks.append(rank)
                had.update(part.columns)
        return list(found.values())

    def _in_time(self, way: str = "") -> str:
        return f"{self._clock()}{way} NULLS LAST, _rank{way}, _record{way}"

    def _events(self, ranks: list[int], take: str) -> str:
        """The rows that are events of a contact. A leg that params leave out is left out as a leg, and is no part of the call."""
        aside = " AND _out IS NULL" if take == "merged" else ""
        return f"(FROM rows_in ANTI JOIN repeated USING (_rank, _record) WHERE _rank IN ({', '.join(map(str, ranks))}){aside})"

    def _merged(self) -> str:
        """The rows, those that stand for several legs with what all of their legs say."""
        merged = [(ranks, had) for take, ranks, had in self._event_sources() if take == "merged"]
        if not merged:
            return "rows_in"
        had = set(self.columns)
        self.columns = [c for c in column_order(self.table) if c in had or any(c in self._told(mine) for _, mine in merged)]
        told = [legs.merged_sql(self._legs(ranks), self._told(mine), mine) for ranks, mine in merged]
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE legs AS {' UNION ALL BY NAME '.join(told)}")
        of_legs = {c for _, mine in merged for c in self._told(mine)}
        told = [
            f"CASE WHEN l._record IS NULL THEN {f'r.{c}' if c in had else 'NULL'} ELSE {f'l.{c}' if c in of_legs else 'NULL'} END AS {c}"
            for c in self.columns
        ]
        lived = f"SELECT r._rank, r._record, r._out, {', '.join(told)} FROM rows_in AS r LEFT JOIN legs AS l USING (_rank, _record)"
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE lived AS {lived}")  # every file of the table is taken from it
        return "lived"

    def _told(self, had: set[str]) -> list[str]:
        """The columns that the legs of one kind of export tell."""
        made = legs.MADE if "agent" in had else ()
        return [c for c in column_order(self.table) if c in had or c in made]

    def _legs(self, ranks: list[int]) -> str:
        return f"(SELECT r.*, c._call, c._leg FROM rows_in AS r JOIN calls_of AS c USING (_rank, _record) WHERE _rank IN ({', '.join(map(str, ranks))}))"

    def _other_ids(self, gone: list[str]) -> dict[str, dict[str, dict[str, int]]]:
        """Rows of one caller at the second of a row of another file, of pairs of files where they are no chance: file -> file that has them too -> day -> rows.

        A day without a clock time is no such second; nor is anything of a table whose rows have no id, of which one caller may have several at once.
        """
        columns, clock = self.columns, self._clock()
        if self.table.id not in columns or "caller" not in columns or clock not in columns or not (overlapping := self._overlapping()):
            return {}
        aside = " ".join(f"ANTI JOIN {name} USING (_rank, _record)" for name in gone)
        timed = f"_rank IN ({', '.join(overlapping)}) AND caller IS NOT NULL AND _out IS NULL AND {self.table.clock} <> date_trunc('day', {self.table.clock})"
        rows = f"SELECT _rank, caller, {clock} AS second, CAST({self.clock} AS DATE) AS day, count(*) AS n FROM rows_in {aside} WHERE {timed} GROUP BY ALL"
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE met AS WITH seen AS ({rows}) SELECT b._rank AS mine, a._rank AS other, b.day, sum(b.n)::BIGINT AS n "
            "FROM seen AS a JOIN seen AS b USING (caller, second) WHERE a._rank < b._rank GROUP BY ALL"
        )
        found: dict[str, dict[str, dict[str, int]]] = {}
        for mine, other, total in self.connection.execute("SELECT mine, other, sum(n) FROM met GROUP BY ALL ORDER BY ALL").fetchall():
            if total >= OTHER_ID[0] and total >= OTHER_ID[1] * self._shared(mine, other):
                days = self.connection.execute("SELECT day, n FROM met WHERE mine = ? AND other = ? ORDER BY day", [mine, other]).fetchall()
                found.setdefault(str(self.places[mine]), {})[str(self.places[other])] = {day.isoformat(): n for day, n in days}
        return found

    def _twice(self, gone: list[str]) -> dict[str, dict[str, dict[str, int]]]:
        """Rows that neither a key nor an id names and that another file has too (`twice`): file -> file that has them too -> day -> rows. Where the rows of a table have to differ
        in some columns together (`Table.unique`), the checks look at these.
        """
        clock = self.params.placed(self.table, self.columns)
        ranks = self._overlapping() if clock == self.table.clock else [str(rank) for rank, _ in self.ranked]
        if self.table.unique or clock not in self.columns or len(ranks) < 2:
            return {}
        aside = " ".join(f"ANTI JOIN {name} USING (_rank, _record)" for name in gone)
        rows = f"(SELECT * FROM rows_in {aside} WHERE _whole AND _out IS NULL)"
        files = {rank: [c for c in self.table.standing if c in part.columns] for rank, (_, part) in self.ranked if str(rank) in ranks}
        day, minute = f"CAST({clock} - INTERVAL {self.params.period.cut_hour} HOUR AS DATE)", f"hour({clock}) * 60 + minute({clock})"
        found: dict[str, dict[str, dict[str, int]]] = {}
        for (mine, other), days in twice.of(self.connection, rows, files, day, minute).items():
            found.setdefault(str(self.places[mine]), {})[str(self.places[other])] = days
        return found

    def _overlapping(self) -> list[str]:
        """The ranks of the files that begin before an earlier one ends, and of these."""
        spans = sorted((part.first_s, part.last_s, rank) for rank, (_, part) in self.ranked if part.first_s is not None)
        until = itertools.accumulate((last for _, last, _ in spans), max)
        met = [(a, b) for a, b, latest in zip(spans, spans[1:], until, strict=False) if b[0] <= latest]
        return sorted({str(rank) for pair in met for *_, rank in pair})

    def _shared(self, mine: int, other: int) -> int:
        """Rows that the smaller of two files has of the days of both."""
        clock = self._clock()
        per_file = f"SELECT _rank, min({clock}) AS first, max({clock}) AS last FROM rows_in WHERE _rank IN ({mine}, {other}) GROUP BY 1"
        span = f"(SELECT max(first) AS first, min(last) AS last FROM ({per_file}))"
        both = f"SELECT _rank, count(*) AS n FROM rows_in, {span} AS span WHERE _rank IN ({mine}, {other}) AND {clock} BETWEEN span.first AND span.last GROUP BY 1"
        return self.connection.execute(f"SELECT min(n) FROM ({both})").fetchone()[0]

    def _any(self, name: str) -> bool:
        return self.connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] > 0

    def _counts(self, name: str, reason: str) -> dict[str, dict[str, int]]:
        counts: dict[str, Counter] = {}
        for rank, why, n in self.connection.execute(f"SELECT _rank, {reason}, count(*) FROM {name} GROUP BY ALL ORDER BY ALL").fetchall():
            counts.setdefault(str(self.places[rank]), Counter())[why] += n
        return {key: dict(found) for key, found in counts.items()}

    def _clock(self) -> str:
        epoch = self.table[self.table.clock].epoch
        return epoch if epoch in self.columns else "CAST(NULL AS BIGINT)"

    def _instants(self) -> list[str]:
        return [c.epoch for c in self.table.columns if c.kind == INSTANT and c.epoch in self.columns]

    def _happened(self) -> list[str]:
        """The instants in which something happened: what is due lies ahead."""
        return [c.epoch for c in self.table.columns if c.kind == INSTANT and c.epoch in self.columns and c.name != DUE]

    def _filled(self) -> str:
        return " + ".join(f"({c} IS NOT NULL)::INT" for c in self.columns)

    def _tie(self) -> str:
        """A row's content but for the integers of its identities, which differ from store to store."""
        plain = [c for c in self.columns if not (c in self.table and self.table[c].kind == IDENTITY)]
        return f"hash({', '.join(plain)})"

    def _order(self) -> str:
        first = [self._clock(), *(c for c in (self.table.id,) if c in self.columns)]
        people = [c for c in self.columns if c in self.table and self.table[c].kind == IDENTITY]
        last = [c for c in ("caller_group",) if c in self.columns] + people
        return ", ".join(f"{c} NULLS LAST" for c in [*first, self._tie(), *last])

    def _files(self, rows: str) -> dict:
        """The table as files, each of some days, one after the other in its order. One whose days all hold the rows that they held stays as it is.

        A day is told by how many rows it has and a sum of their hashes, all columns taken: of 64 bits twice mixed, so that no exchange of cells between rows
        leaves it. Rows without a time are a file of their own, the last.
        """
        told, clock = f"SELECT {', '.join(self.columns)} {rows}", self._clock()
        schema = [list(row[:2]) for row in self.connection.execute(f"DESCRIBE {told}").fetchall()] + [["order", self._order()]]
        content = f"sum(hash(hash({', '.join(self.columns)})))::VARCHAR"
        days = self.connection.execute(
            f"SELECT {clock} // {DAY} AS day, count(*), {content}, min({clock}) FROM ({told}) GROUP BY 1 ORDER BY 1 NULLS LAST"
        ).fetchall()
        old = self.old.get("files", []) if self.old.get("schema") == schema else []
        there = {_days(file): file for file in old}
        files, cut = [], _cut([day[:2] for day in days], {file["days"][0][0] for file in old if file["days"]})
        for first, end in cut or [(0, 0)]:
            mine = tuple(day[:3] for day in days[first:end])
            files.append(there.get(mine) or {"days": mine, **self._write(f"{rows} AND {self._within(days, first, end)}", self.table.name)})
        return {"schema": schema, "files": files}

    def _within(self, days: Sequence[tuple], first: int, end: int) -> str:
        """True of the rows of these days, by their clock alone, so that the engine may pass over what lies elsewhere."""
        clock = self._clock()
        if first == end or days[first][0] is None:
            return "false" if first == end else f"{clock} IS NULL"
        return f"{clock} >= {days[first][3]}" + (f" AND {clock} < {days[end][3]}" if end < len(days) and days[end][0] is not None else "")

    def _write(self, rows: str, name: str) -> dict:
        """The rows in order as a file on disk, named by its digest: it is part of no table before the store's state says so."""
        staged = self.folder / f"{name}.staged"
        sql = f"SELECT {', '.join(self.columns)} {rows} ORDER BY {self._order()}"
        self.connection.execute(f"COPY ({sql}) TO {literal(str(staged))} (FORMAT parquet, COMPRESSION zstd)")
        digest = sealed.digest(staged)
        machine.publish(staged, self.folder / f"{name}.{digest[:16]}.parquet")
        return {"file": f"{name}.{digest[:16]}.parquet", "digest": digest}

    def _part(self, job: Job) -> str:
        return parquet(self.folder / "parts" / (job.key + ".parquet"))

    def _export(self, job: Job, part: Part) -> versions.Export:
        """Its first and last record, and the last thing that happened in any column, all of dense days: one mistyped year makes no export the newest."""
        listed = (_place(self.params, job), job.file.listed) if len(job.source.files) > 1 else ()
        first, last = self._dense(job, part, self.table.clock)
        others = [
            c.name for c in self.table.columns if c.kind == INSTANT and c.name in part.columns and c.name not in (DUE, self.table.clock)
        ]
        near = "true" if last is None else f"{{}} <= {last + FAR_OUT_DAYS * DAY}"
        instants_told = [last, *(self._dense(job, part, name, near.format(self.table[name].epoch))[1] for name in others)]
        newest = max((second for second in instants_told if second is not None), default=None)
        return versions.Export(first, last, newest, listed, frozenset(part.columns))

    def _dense(self, job: Job, part: Part, column: str, test: str = "true") -> tuple[int | None, int | None]:
        """The first and the last second of a column's dense days."""
        epoch = self.table[column].epoch
        if epoch not in part.columns:
            return None, None
        rows = self.connection.execute(
            f"SELECT CAST({column} AS DATE), count(*), min({epoch}), max({epoch}) FROM {self._part(job)} "
            f"WHERE (_faults & {part.rejecting}) = 0 AND {epoch} IS NOT NULL AND {test} GROUP BY 1"
        ).fetchall()
        found = ends.ends({day: n for day, n, *_ in rows}, self.params, monthly=self.table.monthly)
        inside = [(low, high) for day, _, low, high in rows if found and found[0] <= day <= found[1]]
        return (min(low for low, _ in inside), max(high for _, high in inside)) if inside else (None, None)

    def _fates(self) -> dict[str, dict[str, dict[str, int]]]:
        """What became of the rows of each file and day: file -> day -> fate -> rows. Rows without a time have no day."""
        rows = " UNION ALL ".join(
            f"SELECT {rank} AS _rank, _record, CAST({self.clock} AS DATE) AS day, (_faults & {part.rejecting}) <> 0 AS rejected, "
            f"{_left_out_sql(self.table, job.source)} IS NOT NULL AS aside FROM {self._part(job)} WHERE {self.table.clock} IS NOT NULL"
            for rank, (job, part) in self.ranked
            if self.table.clock in part.columns
        )
        found: dict[str, dict[str, dict[str, int]]] = {}
        for rank, day, fate, n, alone, apart in self.connection.execute(_FATES.format(rows=rows)).fetchall() if rows else ():
            place = found.setdefault(str(self.places[rank]), {}).setdefault(day.isoformat(), {})
            place[fate] = n
            if alone:
                place["unexplained"] = alone
            if apart:
                place["apart"] = apart
        return found

    def _cells(self) -> dict[str, list[dict]]:
        """Of each file and finding: by day [cells found, filled cells of the column]."""
        return {
            str(self.places[rank]): [self._cell(job, part, cell) for cell in part.cells] for rank, (job, part) in self.ranked if part.cells
        }

    def _cell(self, job: Job, part: Part, cell: dict) -> dict:
        wrong = f"(_faults >> {cell['bit']} & 1) = 1"
        day = f"CAST({self.clock} AS DATE)" if self.table.clock in part.columns else "CAST(NULL AS DATE)"
        rows = self.connection.execute(
            f"SELECT {day}, count(*) FILTER ({wrong}), count(*) FILTER ({wrong} OR {cell['column']} IS NOT NULL) FROM {self._part(job)} GROUP BY 1 ORDER BY 1"
        ).fetchall()
        return {"days": {d.isoformat(): [wrong, n] for d, wrong, n in rows if d and n}}

    def _masked(self) -> bool:
        """True when most of the callers' written identities are masked: no figure about repeated calls can be had from them."""
        total = Counter()
        for _, (_, part) in self.ranked:
            for counts in part.identities.values():
                total.update(counts)
        return total["masked"] * 2 > total.total()


def facts(
    connection: duckdb.DuckDBPyConnection, rows: str, table: Table, columns: Collection[str], params: Params, *, masked: bool = False
) -> dict:
    """What is known of a table's rows, as SQL: how many, their ends, and what the identities are worth."""
    (count,) = connection.execute(f"SELECT count(*) FROM {rows}").fetchone()
    told = {"rows": count, "columns": list(columns), "masked": masked, "days_only": _days_only(connection, rows, table, columns)}
    return {**told, **_ends(connection, rows, table, columns, params)}


def _ends(connection: duckdb.DuckDBPyConnection, rows: str, table: Table, columns: Collection[str], params: Params) -> dict:
    """The first day of dense records, the midnight after the last one (`ends`), both as epoch seconds, and the first and last record of all."""
    wall, zone = table.clock, params.time_zone
    if wall not in columns:
        return dict.fromkeys(("data_start", "data_end", "data_start_s", "data_end_s", "span"))
    counted = connection.execute(
        f"SELECT CAST({wall} AS DATE), count(*), min({wall}), max({wall}) FROM {rows} WHERE {wall} IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    found = ends.ends({day: n for day, n, *_ in counted}, params, monthly=table.monthly)
    if not found:
        return dict.fromkeys(("data_start", "data_end", "data_start_s", "data_end_s", "span"))
    first, last = found
    return {
        "data_start": first.isoformat(),
        "data_end": date.fromordinal(last.toordinal() + 1).isoformat(),
        "data_start_s": instants.local_midnight(first, zone),
        "data_end_s": instants.next_midnight(last, zone),
        "span": [counted[0][2].isoformat(sep=" "), counted[-1][3].isoformat(sep=" ")],
    }


def _days_only(connection: duckdb.DuckDBPyConnection, rows: str, table: Table, columns: Collection[str]) -> list[str]:
    """Instants that never have a clock time: a day at midnight, so that hours cannot be told from them."""
    names = [c.name for c in table.columns if c.kind == INSTANT and c.name in columns]
    if not names:
        return []
    tests = ", ".join(f"count({n}) > 0 AND count(*) FILTER ({n} <> date_trunc('day', {n})) = 0" for n in names)
    found = connection.execute(f"SELECT {tests} FROM {rows}").fetchone()
    return [name for name, days in zip(names, found, strict=True) if days]


def _days(file: dict) -> tuple:
    return tuple(map(tuple, file["days"]))


def _cut(days: Sequence[tuple[int | None, int]], before: Collection[int | None]) -> list[tuple[int, int]]:
    """Which days (number, rows) share a file: [first, end) places. A file that began with a day begins with it again, so that what comes later moves no other."""
    most = max(FILE_ROWS, sum(n for _, n in days) // FILES)
    cuts, size = [], 0
    for place, (day, n) in enumerate(days):
        if not place or day is None or day in before or size + n > most:
            cuts.append(place)
            size = 0
        size += n
    return [(first, end) for first, end in zip(cuts, [*cuts[1:], len(days)], strict=False)]


def _in_names(name: str) -> tuple[str, ...]:
    """How exports of the same days are put in order by name: one whose name goes on where another's ends, such as 2024-05 (1).csv, is the later one."""
    file, _, sheet = name.partition(" › ")
    return Path(file).stem, Path(file).suffix, sheet


def _greatest(epochs: Sequence[str]) -> str:
    return f"greatest({', '.join(epochs)})" if epochs else "0"


def column_order(table: Table) -> list[str]:
    """Canonical columns, each instant followed by its epoch seconds."""
    return [name for c in table.columns for name in ((c.name, c.epoch) if c.kind == INSTANT else (c.name,))]


def _left_out_sql(table: Table, source: Source) -> str:
    """The reason for which a row is left out, such as `outcome test`, or NULL."""
    cases = []
    for name, words in source.leave_out.items():
        for word in words:
            value = ("true" if word.casefold() in convert.YES else "false") if table[name].kind == tables.FLAG else word
            cases.append(f"WHEN CAST({name} AS VARCHAR) = {literal(value)} THEN {literal(f'{name} {word}')}")
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def _told_by(kind: list[tuple[int, Job, Part]], table: Table) -> list[str]:
    """The columns that the files of one kind of export tell; what params say of all its rows is told by no file."""
    have = {c for _, _, part in kind for c in part.columns}
    constant = {name for name, rule in kind[0][1].source.columns.items() if rule.constant is not None}
    return [c.name for c in table.columns if c.name in have - constant]


def _place(params: Params, job: Job) -> int:
    """Which of the table's kinds of export a file is of: a key names contacts within one."""
    return params.sources(job.table.name).index(job.source)


def calendar(params: Params) -> list:
    """What the ends of the data and the days of the ledger depend on."""
    return [params.holidays, params.days, params.weekend, params.period.cut_hour]


def merge_key(mine: list[tuple[Job, Part]], params: Params) -> str:
    files = [
        [job.key, job.file.name, _place(params, job), job.file.listed, {k: list(v) for k, v in job.source.leave_out.items()}]
        for job, _ in mine
    ]
    said = [FORMAT, "files by day, ids of other files, rows of other files, versions", calendar(params), files]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def ledgers_of(jobs: list[Job], parts: list[Part], merged: dict, params: Params) -> list[FileLedger]:
    """Each file's account after the parts were put together."""
    ledgers, place, names = [], Counter(), {name: [job.file.name for job in jobs if job.table.name == name] for name in merged}
    for job, part in zip(jobs, parts, strict=True):
        mine, counts = str(place[job.table.name]), merged[job.table.name]["counts"]
        ledger = FileLedger.from_dict(part.ledger.as_dict())
        ledger.name = job.file.name
        for reason, n in counts["repeated"].get(mine, {}).items():
            ledger.duplicate(reason, n)
        for reason, n in counts["left_out"].get(mine, {}).items():
            ledger.leave_out(reason, n)
        for reason, n in counts["equal"].get(mine, {}).items():
            ledger.note(reason, n / (ledger.accepted + ledger.left_out.total()))
        ledger.fold(sum(counts["folded"].get(mine, {}).values()))
        ledger.table, ledger.source, ledger.days = job.table.name, _place(params, job), merged[job.table.name]["days"].get(mine, {})
        ledger.unexplained = counts["unexplained"].get(mine, {}).get("unexplained", 0)
        ledger.apart = counts["apart"].get(mine, {}).get("apart", 0)
        ledger.other_ids = {names[job.table.name][int(other)]: days for other, days in counts["other_id"].get(mine, {}).items()}
        ledger.twice = {names[job.table.name][int(other)]: days for other, days in counts["twice"].get(mine, {}).items()}
        for told in ("unlike", "unsettled", "unsettled_in"):
            setattr(ledger, told, {names[job.table.name][int(other)]: n for other, n in counts[told].get(mine, {}).items()})
        place[job.table.name] += 1
        ledgers.append(ledger)
    return ledgers


def cells_of(jobs: list[Job], parts: list[Part], merged: dict) -> list[dict]:
    """The parts' cells by file, with the days of their rows."""
    found, place = [], Counter()
    for job, part in zip(jobs, parts, strict=True):
        more = merged[job.table.name]["cells"].get(str(place[job.table.name]), [])
        found += [
            {"table": job.table.name, "file": job.file.name, **cell, **counted} for cell, counted in zip(part.cells, more, strict=True)
        ]
        place[job.table.name] += 1
    return found
