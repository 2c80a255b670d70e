"""Parts of one table put together: a row that several exports hold is kept once, events become contacts, and the order is total."""

import hashlib
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import duckdb

from hotline_analysis import tables
from hotline_analysis.intake import convert, instants
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.intake.ledger import FileLedger
from hotline_analysis.intake.parts import FORMAT, Job, Part
from hotline_analysis.params import Source
from hotline_analysis.tables import IDENTITY, INSTANT, Table

SAME_ROW, OLDER = "same row", "older version"


class Merge:
    """The parts of one table while they become that table."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, table: Table, mine: list[tuple[Job, Part]], zone: str):
        self.connection, self.folder, self.table, self.zone = connection, folder, table, zone
        places = sorted(
            range(len(mine)), key=lambda i: (mine[i][1].last_s is not None, mine[i][1].last_s or 0, mine[i][0].file.name, mine[i][0].key)
        )
        self.places = places  # the newest export, whose last row is the latest, has the highest rank
        self.ranked = [(rank, mine[place]) for rank, place in enumerate(places)]
        have = {column for _, part in mine for column in part.columns}
        self.columns = [c for c in _column_order(table) if c in have]

    def run(self) -> dict:
        """Write the table and what was left out of it; counts by file, and the table's facts."""
        self._rows()
        gone = [*self._repeated(), *self._folded()]
        counts = {"repeated": self._counts("repeated", "reason"), "folded": self._counts("folded", "'folded'"), "left_out": {}}
        gone_sql = " ".join(f"ANTI JOIN {name} USING (_rank, _record)" for name in gone)
        left_out = any(job.source.leave_out for _, (job, _) in self.ranked)
        self._write(f"FROM rows_in {gone_sql} WHERE _out IS NULL", self.table.name)
        self._write(f"FROM rows_in {gone_sql} WHERE {'_out IS NOT NULL' if left_out else 'false'}", f"{self.table.name}_left_out")
        if left_out:
            counts["left_out"] = self._counts(f"(FROM rows_in {gone_sql} WHERE _out IS NOT NULL)", "_out")
        return {"counts": counts, "facts": self._facts()}

    def _rows(self) -> None:
        """Every row that was not rejected, with the rank of its file and the reason for which params leave it out."""
        selects = [
            f"SELECT *, {rank} AS _rank, {_left_out_sql(self.table, job.source)} AS _out FROM {parquet(self.folder / 'parts' / (job.key + '.parquet'))} "
            f"WHERE (_faults & {part.rejecting}) = 0"
            for rank, (job, part) in self.ranked
        ]
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW rows_in AS {' UNION ALL BY NAME '.join(selects)}")

    def _repeated(self) -> list[str]:
        """Rows whose key another row has: the newest export's stays; in one file the one with the latest times, then the fullest."""
        self.connection.execute("CREATE OR REPLACE TEMP TABLE twice AS SELECT _key FROM rows_in GROUP BY _key HAVING count(*) > 1")
        people = [c for c in self.columns if c in self.table and self.table[c].kind == IDENTITY]
        self.connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE repeated AS
            SELECT _rank, _record, CASE WHEN same THEN '{SAME_ROW}' ELSE '{OLDER}' END AS reason FROM (
                SELECT _rank, _record, row_number() OVER newest AS n, content = first_value(content) OVER newest AS same
                FROM (SELECT *, hash({", ".join(["tie", *people])}) AS content
                      FROM (SELECT *, {self._tie()} AS tie, {self._latest()} AS latest, {self._filled()} AS filled FROM rows_in SEMI JOIN twice USING (_key)))
                WINDOW newest AS (PARTITION BY _key ORDER BY _rank DESC, latest DESC, filled DESC, tie DESC, _record DESC)
            ) WHERE n > 1""")
        return ["repeated"] if self._any("repeated") else []

    def _folded(self) -> list[str]:
        """Events of a contact that another of its events stands for: the first or the last in time, then in the order of files and records."""
        self.connection.execute("CREATE OR REPLACE TEMP TABLE folded (_rank BIGINT, _record BIGINT)")
        for take in {job.source.events.take for _, (job, _) in self.ranked if job.source.events}:
            ranks = [rank for rank, (job, _) in self.ranked if job.source.events and job.source.events.take == take]
            way = "" if take == "first" else " DESC"
            self.connection.execute(f"""
                INSERT INTO folded SELECT _rank, _record FROM (
                    SELECT _rank, _record, row_number() OVER (PARTITION BY _event ORDER BY {self._clock()}{way} NULLS LAST, _rank{way}, _record{way}) AS n
                    FROM rows_in ANTI JOIN repeated USING (_rank, _record) WHERE _rank IN ({", ".join(map(str, ranks))})
                ) WHERE n > 1""")
        return ["folded"] if self._any("folded") else []

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

    def _latest(self) -> str:
        instants_here = [c.epoch for c in self.table.columns if c.kind == INSTANT and c.epoch in self.columns]
        return f"greatest({', '.join(instants_here)})" if instants_here else "0"

    def _filled(self) -> str:
        return " + ".join(f"({c} IS NOT NULL)::INT" for c in self.columns)

    def _tie(self) -> str:
        """A row's content but for the integers of its identities, which differ from store to store."""
        plain = [c for c in self.columns if not (c in self.table and self.table[c].kind == IDENTITY)]
        return f"hash({', '.join(plain)})"

    def _order(self) -> str:
        first = [self._clock(), *(c for c in (f"{self.table.name[:-1]}_id",) if c in self.columns)]
        last = [c for c in ("caller_group", "caller") if c in self.columns]
        return ", ".join(f"{c} NULLS LAST" for c in [*first, self._tie(), *last])

    def _write(self, rows: str, name: str) -> None:
        sql = f"SELECT {', '.join(self.columns)} {rows} ORDER BY {self._order()}"
        self.connection.execute(f"COPY ({sql}) TO {literal(str(self.folder / (name + '.staged')))} (FORMAT parquet, COMPRESSION zstd)")

    def _facts(self) -> dict:
        """Rows, span and what the identities are worth."""
        table = parquet(self.folder / f"{self.table.name}.staged")
        rows = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        wall = self.table.clock if self.table.clock in self.columns else None
        first, last = self.connection.execute(f"SELECT min({wall}), max({wall}) FROM {table}").fetchone() if wall else (None, None)
        return {
            "rows": rows,
            "columns": self.columns,
            "masked": self._masked(),
            "days_only": self._days_only(table),
            **_days(first, last, self.zone),
        }

    def _masked(self) -> bool:
        """True when most of the callers' written identities are masked: no figure about repeated calls can be had from them."""
        total = Counter()
        for _, (_, part) in self.ranked:
            for counts in part.identities.values():
                total.update(counts)
        return total["masked"] * 2 > total.total()

    def _days_only(self, table: str) -> list[str]:
        """Instants that never have a clock time: a day at midnight, so that hours cannot be told from them."""
        names = [c.name for c in self.table.columns if c.kind == INSTANT and c.name in self.columns]
        if not names:
            return []
        tests = ", ".join(f"count({n}) > 0 AND count(*) FILTER ({n} <> date_trunc('day', {n})) = 0" for n in names)
        found = self.connection.execute(f"SELECT {tests} FROM {table}").fetchone()
        return [name for name, days in zip(names, found, strict=True) if days]


def _column_order(table: Table) -> list[str]:
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


def _days(first: datetime | None, last: datetime | None, zone: str) -> dict:
    """The first day, the midnight after the last day with data, and both ends as epoch seconds."""
    if first is None:
        return {"data_start": None, "data_end": None, "data_start_s": None, "data_end_s": None, "span": None}
    start, end = instants.local_midnight(first, zone), instants.next_midnight(last, zone)
    return {
        "data_start": first.date().isoformat(),
        "data_end": datetime.fromordinal(last.toordinal() + 1).date().isoformat(),
        "data_start_s": start,
        "data_end_s": end,
        "span": [first.isoformat(sep=" "), last.isoformat(sep=" ")],
    }


def merge_key(mine: list[tuple[Job, Part]]) -> str:
    said = [FORMAT, [[job.key, job.file.name, {k: list(v) for k, v in job.source.leave_out.items()}] for job, _ in mine]]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def ledgers_of(jobs: list[Job], parts: list[Part], merged: dict) -> list[FileLedger]:
    """Each file's account after the parts were put together."""
    ledgers, place = [], Counter()
    for job, part in zip(jobs, parts, strict=True):
        mine, counts = str(place[job.table.name]), merged[job.table.name]["counts"]
        ledger = FileLedger.from_dict(part.ledger.as_dict())
        ledger.name = job.file.name
        for reason, n in counts["repeated"].get(mine, {}).items():
            ledger.duplicate(reason, n)
        for reason, n in counts["left_out"].get(mine, {}).items():
            ledger.leave_out(reason, n)
        ledger.fold(sum(counts["folded"].get(mine, {}).values()))
        place[job.table.name] += 1
        ledgers.append(ledger)
    return ledgers
