"""Canonical tables that lie in a lake: figures are those of a store made from exports, and what is no canonical table is refused by its column."""

import builtins
import json
import os
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.__main__ import main
from hotline_analysis.errors import BadParams, DataRefused, HotlineError, NoInput
from hotline_analysis.intake.store import Store, contract
from hotline_analysis.measures.frames import pandas
from hotline_analysis.params import load
from tests import small
from tests.intake.test_spark import compared, needs_spark

TOP = "title: {zh: 小热线, en: Small hotline}\nkey: published\npublic: true\ntargets: {connection_rate: 0.9}\n"
LAKE = TOP + "tables: {calls: lake/calls}\n"
ASKED = (
    ("window", "evidence"),
    ("window", "density"),
    ("fcr", ""),
    ("exposure", ""),
    ("service", "connection"),
    ("flows", "pairs"),
    ("agents", "cells"),
)
ALL = "SELECT * FROM calls"
BEFORE = f"{ALL} WHERE started_at < '2024-02-29'"
WRONG = f"SELECT * REPLACE (CASE WHEN caller IS NOT NULL THEN seq END AS caller, CASE WHEN caller IS NOT NULL THEN seq % 100 END AS caller_group) FROM ({BEFORE})"
REPLACED = "files of the lake were replaced while they were being read"
ASKS = {
    "calls": lambda h: h.calls(),
    "gaps": lambda h: h.gaps(),
    "rows": lambda h: h.rows("connection_rate"),
    "share": lambda h: h.share(),
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A hotline of exports."""
    return open_hotline(small.write_hotline(tmp_path_factory.mktemp("exports")), progress=False)


def params(folder: Path, text: str = LAKE) -> Path:
    folder.joinpath("lake.yaml").write_text(text, encoding="utf-8")
    return folder / "lake.yaml"


def written(h, folder: Path, query: str = ALL, *, by: str = "", file: str = "part-0.parquet", table: str = "calls") -> Path:
    """A canonical table in a lake, as somebody's own job writes it: the rows of a query over the tables of a store."""
    target = folder / "lake" / table
    target.mkdir(parents=True, exist_ok=True)
    views = h.store.connection.execute("SELECT sql FROM duckdb_views() WHERE NOT internal").fetchall()
    with duckdb.connect() as engine:
        for (view,) in views:
            engine.execute(view)
        to = (
            f"'{target}' (FORMAT parquet, PARTITION_BY ({by}), OVERWRITE_OR_IGNORE, FILENAME_PATTERN '{file.removesuffix('.parquet')}')"
            if by
            else f"'{target / file}' (FORMAT parquet)"
        )
        engine.execute(f"COPY ({query}) TO {to}")
    return target


def commit(folder: Path, version: int, *actions: dict) -> None:
    folder.joinpath("_delta_log").mkdir(exist_ok=True)
    text = "".join(json.dumps(action) + "\n" for action in actions)
    folder.joinpath("_delta_log", f"{version:020d}.json").write_text(text, encoding="utf-8")


PROTOCOL = {
    "protocol": {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["timestampNtz"], "writerFeatures": ["timestampNtz"]}
}
METADATA = {
    "metaData": {
        "id": "1",
        "format": {"provider": "parquet", "options": {}},
        "schemaString": "{}",
        "partitionColumns": [],
        "configuration": {},
    }
}


def add(path: str, **more) -> dict:
    return {"add": {"path": path, "partitionValues": {}, "size": 1, "modificationTime": 1, "dataChange": True, **more}}


def remove(path: str) -> dict:
    return {"remove": {"path": path, "deletionTimestamp": 1, "dataChange": True}}


def delta(h, folder: Path) -> Path:
    """A Delta table whose first file was written again as two: its rows still lie there, and count no more."""
    target = written(h, folder, file="old.parquet")
    written(h, folder, f"{ALL} WHERE seq % 2 = 0", file="a b.parquet")
    written(h, folder, f"{ALL} WHERE seq % 2 = 1", file="c.parquet")
    commit(target, 0, PROTOCOL, METADATA, add("old.parquet"))
    commit(target, 1, {"commitInfo": {"operation": "OPTIMIZE"}}, remove("old.parquet"), add("a%20b.parquet"), add("c.parquet"))
    return target


LAID = {
    "parquet": written,
    "by month": lambda h, folder: written(h, folder, "SELECT *, strftime(started_at, '%Y-%m') AS month FROM calls", by="month"),
    "by a column of ours": lambda h, folder: written(h, folder, by="issue_1"),
    "delta": delta,
}


@pytest.fixture(params=LAID)
def lain(request, exported, tmp_path):
    """The same hotline in a lake, once for each way in which tables lie there."""
    LAID[request.param](exported, tmp_path)
    return open_hotline(params(tmp_path), progress=False)


def table(h, name: str = "calls") -> pd.DataFrame:
    frame = h.store.table(name).df().sort_values("seq", ignore_index=True)
    return frame[sorted(frame)]


def gaps(h) -> pd.DataFrame:
    frame = pandas(h.view.gaps(controls=True)).sort_values("seq", ignore_index=True)
    return frame[sorted(frame)]


class TestFigures:
    def test_are_those_of_a_store(self, exported, lain):
        pd.testing.assert_frame_equal(table(exported), table(lain))
        pd.testing.assert_frame_equal(gaps(exported), gaps(lain))
        for study, name in ASKED:
            mine, theirs = exported.study(study, name), lain.study(study, name)
            pd.testing.assert_frame_equal(mine, theirs)
            assert mine.attrs["missing"] == theirs.attrs["missing"] and mine.attrs["fields"] == theirs.attrs["fields"]
        pd.testing.assert_frame_equal(exported.verdicts, lain.verdicts)
        query = "SELECT agent, count(*) AS n, max(local_s) AS last FROM calls GROUP BY agent ORDER BY agent"
        pd.testing.assert_frame_equal(exported.sql(query), lain.sql(query))
        assert [*lain.store.left_out("calls").fetchall()] == [] and lain.store.left_out("calls").columns == lain.store.table(
            "calls"
        ).columns

    def test_checks_and_days_too(self, exported, lain):
        mine, theirs = (h.checks[["check", "where", "count", "severity"]] for h in (exported, lain))
        own = theirs[theirs["check"] != "beside"].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, own, check_dtype=False)
        pd.testing.assert_frame_equal(exported.days, lain.days)
        facts = ("rows", "columns", "days_only", "data_start", "data_end", "data_start_s", "data_end_s", "span")
        for fact in facts:
            assert exported.store.facts["tables"]["calls"][fact] == lain.store.facts["tables"]["calls"][fact]

    def test_the_ledger_has_a_line_for_it_and_names_what_is_not_read(self, exported, tmp_path):
        written(exported, tmp_path, "SELECT *, now() AS loaded_at FROM calls")
        h = open_hotline(params(tmp_path), progress=False)
        assert h.ledger[["table", "file", "reader", "physical", "accepted"]].values.tolist() == [
            ["calls", "lake/calls", "parquet", 600, 600]
        ]
        assert h.checks.loc[h.checks["check"] == "beside", "where"].tolist() == ["lake/calls › loaded_at"]

    def test_nothing_is_written_to_the_lake_and_no_call_is_copied(self, exported, tmp_path):
        target = written(exported, tmp_path)
        before = sorted((str(p), p.stat().st_mtime_ns) for p in target.rglob("*"))
        h = open_hotline(params(tmp_path), progress=False)
        h.study("window", "evidence")
        assert before == sorted((str(p), p.stat().st_mtime_ns) for p in target.rglob("*"))
        assert not [*h.store.folder.glob("calls*.parquet")] and not [*h.store.folder.glob("parts/*")]

    def test_some_tables_may_come_from_exports(self, exported, tmp_path):
        written(exported, tmp_path, "SELECT * EXCLUDE (caller, caller_group, caller_state, caller_phone) FROM calls")
        lines = ["工单,受理,号码", *(f"O{n},2024-01-{n:02d} 09:00:00,1390000{n:04d}" for n in range(1, 29))]
        tmp_path.joinpath("orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        columns = "order_id: 工单, created_at: 受理, caller: {from: 号码, kind: phone}"
        file = params(tmp_path, f"{LAKE}orders: {{files: orders.csv, columns: {{{columns}}}}}\n")
        h = open_hotline(file, progress=False)
        assert h.store.tables == ("calls", "orders") and h.store.facts["leading"] == "calls"
        assert h.ledger["accepted"].tolist() == [28, 600]
        written(exported, tmp_path)
        with pytest.raises(DataRefused) as told:
            open_hotline(file, progress=False)
        assert str(told.value) == (
            "lake.yaml › tables › calls › caller › numbers people otherwise than the exports of orders, whose integers are made here. "
            "Put both into the lake, or leave the people out of one of them."
        )

    def test_people_may_be_hashes_of_53_bits(self, exported, tmp_path):
        written(
            exported, tmp_path, "SELECT * REPLACE (CASE WHEN caller IS NOT NULL THEN (hash(caller) >> 11)::BIGINT END AS caller) FROM calls"
        )
        told = gaps(open_hotline(params(tmp_path), progress=False))
        pd.testing.assert_frame_equal(gaps(exported).drop(columns="who"), told.drop(columns="who"))

    def test_the_command_tells_of_it_as_of_an_export(self, exported, tmp_path, capsys):
        written(exported, tmp_path)
        assert main(["check", "--params", str(params(tmp_path)), "--quiet"]) == 0
        assert "lake/calls" in capsys.readouterr().out
        assert main(["check", "--params", str(params(tmp_path, LAKE.replace("lake/", "lak/"))), "--quiet"]) == NoInput.code


class TestChanged:
    def test_a_lake_that_stands_still_is_not_looked_at_again(self, exported, tmp_path, monkeypatch):
        written(exported, tmp_path)
        first = open_hotline(params(tmp_path), progress=False)
        kept = first.study("window", "evidence")
        monkeypatch.setattr(contract, "looked_at", None)
        again = open_hotline(params(tmp_path), progress=False)
        assert again.digest == first.digest
        monkeypatch.setattr("hotline_analysis.studies.window.TABLES", {})
        pd.testing.assert_frame_equal(kept, again.store.table("calls").df().iloc[:0].join(kept, how="right")[list(kept)])

    def test_a_lake_that_was_taken_by_other_rules_is_looked_at_anew(self, exported, tmp_path, monkeypatch):
        written(exported, tmp_path, "SELECT * REPLACE (CASE WHEN seq < 3 THEN '' ELSE issue_1 END AS issue_1) FROM calls")
        with monkeypatch.context() as before:
            before.setattr(contract, "RULES", 1)
            before.setattr(contract.Contract, "_tests", lambda self: iter([("seq", "seq IS NULL", "is empty", "")]))
            Store(load(params(tmp_path))).build(progress=False)
        assert refused(tmp_path).startswith("lake.yaml › tables › calls › issue_1 › is empty text")

    def test_the_same_rows_in_other_files_are_the_same_data(self, exported, tmp_path):
        target = written(exported, tmp_path)
        first = open_hotline(params(tmp_path), progress=False)
        target.joinpath("part-0.parquet").unlink()
        written(exported, tmp_path, f"{ALL} WHERE seq < 100", file="x.parquet")
        written(exported, tmp_path, f"{ALL} WHERE seq >= 100", file="w.parquet")
        assert open_hotline(params(tmp_path), progress=False).digest == first.digest

    def test_other_rows_make_figures_anew(self, exported, tmp_path):
        written(exported, tmp_path, f"{ALL} WHERE seq % 3 > 0")
        first = open_hotline(params(tmp_path), "2024-01", progress=False)
        before = first.study("window", "evidence")
        written(exported, tmp_path)
        with pytest.raises(DataRefused) as told:
            first.study("window", "density", strict=True)
        assert str(told.value).endswith("› files of the lake were replaced while they were being read. Run again when it stands still.")
        again = open_hotline(params(tmp_path), "2024-01", progress=False)
        assert again.digest != first.digest
        pd.testing.assert_frame_equal(
            again.study("window", "evidence"), open_hotline(exported.params.path, "2024-01", progress=False).study("window", "evidence")
        )
        assert not before.equals(again.study("window", "evidence"))

    def test_the_gap_table_grows_with_the_lake(self, exported, tmp_path):
        written(exported, tmp_path, f"{ALL} WHERE started_at < '2024-02-29'")
        gaps(open_hotline(params(tmp_path), progress=False))
        written(exported, tmp_path, f"{ALL} WHERE started_at >= '2024-02-29'", file="part-1.parquet")
        h = open_hotline(params(tmp_path), progress=False)
        pd.testing.assert_frame_equal(gaps(exported), gaps(h))
        assert [*h.kept.folder.glob("gaps*-now-*")], "only who called since was made again"

    @pytest.mark.parametrize("then", [BEFORE, ALL], ids=["as it was", "a day later"])
    def test_what_it_was_for_a_while_is_in_no_kept_table(self, exported, tmp_path, then):
        """A writer's job goes wrong for an hour: what is asked meanwhile is refused, and none of its rows stands in a later gap table."""
        written(exported, tmp_path, BEFORE)
        h = open_hotline(params(tmp_path), progress=False)
        written(exported, tmp_path, WRONG)
        with pytest.raises(DataRefused, match=REPLACED):
            gaps(h)
        written(exported, tmp_path, then)
        told = gaps(open_hotline(params(tmp_path), progress=False))
        written(exported, tmp_path / "other", then)
        pd.testing.assert_frame_equal(gaps(open_hotline(params(tmp_path / "other"), progress=False)), told)

    @pytest.mark.parametrize("ask", ASKS)
    def test_rows_of_another_state_are_nobodys_answer(self, exported, tmp_path, ask):
        written(exported, tmp_path, BEFORE)
        h = open_hotline(params(tmp_path), "2024-02", progress=False)
        gaps(h), h.gaps(), h.checks
        written(exported, tmp_path, WRONG)
        with pytest.raises(DataRefused, match=REPLACED):
            ASKS[ask](h)

    def test_files_that_change_while_they_are_looked_at_are_refused(self, exported, tmp_path, monkeypatch):
        target = written(exported, tmp_path)
        looked = contract.Contract.run

        def meanwhile(self):
            made = looked(self)
            os.utime(target / "part-0.parquet")
            return made

        monkeypatch.setattr(contract.Contract, "run", meanwhile)
        assert (
            refused(tmp_path)
            == "lake.yaml › tables › calls › files of the lake were replaced while they were being read. Run again when it stands still."
        )

    def test_a_run_reads_the_version_that_it_began_with(self, exported, tmp_path, monkeypatch):
        target = delta(exported, tmp_path)
        h = open_hotline(params(tmp_path), progress=False)
        written(exported, tmp_path, "SELECT * REPLACE (seq + 1000 AS seq) FROM calls WHERE seq = 599", file="d.parquet")
        commit(target, 2, add("d.parquet"))
        monkeypatch.setenv("HOTLINE_PINNED", h.store.pin)
        assert open_hotline(params(tmp_path), progress=False).store.sizes()[0] == 600
        monkeypatch.delenv("HOTLINE_PINNED")
        assert open_hotline(params(tmp_path), progress=False).store.sizes()[0] == 601


def refused(folder: Path, text: str = LAKE, kind: type[HotlineError] = DataRefused) -> str:
    with pytest.raises(kind) as told:
        Store(load(params(folder, text))).build(progress=False)
    return str(told.value)


def may_not(monkeypatch, what: str) -> None:
    """As for a user who may not open what has this name; who runs the tests may be root, whom nothing stops."""
    for module, name in ((os, "scandir"), (os, "listdir"), (builtins, "open")):
        opened = getattr(module, name)

        def other(path=".", *args, _opened=opened, **more):
            if str(path).endswith(what):
                raise PermissionError(13, "Permission denied", str(path))
            return _opened(path, *args, **more)

        monkeypatch.setattr(module, name, other)


WHOLE = "It would be BIGINT: integers that stand for pseudonyms, never the number or the name of somebody."
SEQ = "It would be BIGINT: the row's place in the order of time, such as row_number() OVER (ORDER BY start_s, call_id) - 1."
WALL = "It would be TIMESTAMP: the wall time of the hotline's clock, without a zone."
SECONDS = "It would be BIGINT: the seconds from 1970 in UTC to started_at."
INSTANT = "started_at is the wall time of Asia/Shanghai, start_s the same instant in seconds from 1970 in UTC."
PADDED = "is empty text or has blanks around it in {} of 600 rows. What is not known is NULL, and a word has no blanks around it: two such would be equal, or none."
LARGE = "is none of 0 to 2**53 - 1 in 565 of 565 rows. Of larger ones two people become one in places; cut a hash of 64 bits without a sign: hash >> 11."
STATE = "It is known where there is a caller, and withheld or invalid where there is none."
DIFFERS = {
    "* REPLACE ('13800138000' AS caller)": f"caller › is VARCHAR. {WHOLE}",
    "* REPLACE (started_at AT TIME ZONE 'Asia/Shanghai' AS started_at)": f"started_at › is TIMESTAMP WITH TIME ZONE. {WALL}",
    "* REPLACE (started_at::VARCHAR AS started_at)": f"started_at › is VARCHAR. {WALL}",
    "* REPLACE (start_s::INTEGER AS start_s)": f"start_s › is INTEGER. {SECONDS}",
    "* REPLACE (talk_seconds::VARCHAR AS talk_seconds)": "talk_seconds › is VARCHAR. It would be DOUBLE: seconds, whole ones (BIGINT) or with decimals (DOUBLE).",
    "* REPLACE (1 AS issue_1)": "issue_1 › is INTEGER. It would be VARCHAR: words.",
    "* EXCLUDE (started_at, start_s)": f"started_at › is missing. {WALL}",
    "* EXCLUDE (start_s)": f"start_s › is missing. {SECONDS}",
    "* EXCLUDE (ended_at)": "ended_at › is missing. It would be TIMESTAMP: the wall time of the hotline's clock, without a zone.",
    "* EXCLUDE (seq)": f"seq › is missing. {SEQ}",
    "* EXCLUDE (caller_group)": "caller_group › is missing. It would be BIGINT: whole numbers.",
    "* EXCLUDE (caller_state)": "caller_state › is missing. It would be VARCHAR: words.",
    "* REPLACE (nullif(seq, 7) AS seq)": "seq › is empty in 1 of 600 rows. No row may lack it.",
    "* REPLACE (seq // 2 AS seq)": f"seq › is not each row's own, or does not run as started_at does. {SEQ}",
    "* REPLACE (600 - seq AS seq)": f"seq › is not each row's own, or does not run as started_at does. {SEQ}",
    "* REPLACE (CASE WHEN seq > 9 THEN started_at END AS started_at)": "started_at › is empty in 10 of 600 rows. No row may lack it.",
    "* REPLACE (local_s AS start_s)": f"start_s › is another instant than started_at in 600 of 600 rows. {INSTANT}",
    "* REPLACE (nullif(start_s, (SELECT min(start_s) FROM calls)) AS start_s)": f"start_s › is another instant than started_at in 1 of 600 rows. {INSTANT}",
    "* REPLACE (CASE WHEN seq < 3 THEN 'lost' ELSE outcome END AS outcome)": (
        "outcome › holds other words in 3 of 600 rows. They are: answered, abandoned, blocked, test."
    ),
    "* REPLACE (CASE WHEN seq < 3 THEN '' ELSE issue_1 END AS issue_1)": f"issue_1 › {PADDED.format(3)}",
    "* REPLACE (CASE WHEN seq < 3 THEN '  ' ELSE agent END AS agent)": f"agent › {PADDED.format(3)}",
    "* REPLACE (CASE WHEN seq < 3 THEN '\u3000' || issue_1 ELSE issue_1 END AS issue_1)": f"issue_1 › {PADDED.format(3)}",
    "* REPLACE ('known' AS caller_state)": f"caller_state › contradicts caller in 35 of 600 rows. {STATE}",
    "* REPLACE (100 AS caller_group)": "caller_group › is INTEGER. It would be BIGINT: whole numbers.",
    "* REPLACE (caller_group + 100 AS caller_group)": (
        "caller_group › is none of 0 to 99 in 565 of 600 rows. A caller's group comes from the pseudonym, such as its hash modulo 100."
    ),
    "* REPLACE ((CASE WHEN seq = (SELECT min(seq) FROM calls WHERE caller = 1) THEN 99 - caller_group ELSE caller_group END) AS caller_group)": (
        "caller_group › 1 callers have several groups. A caller has one, from the pseudonym."
    ),
    "* REPLACE (13800000000 + caller AS caller)": (
        "caller › 100% of its integers read as telephone numbers or identity cards. It would be integers that stand for pseudonyms, never the number or the name of somebody."
    ),
    "* REPLACE (110101199003070000 + caller_phone AS caller_phone)": (
        "caller_phone › 100% of its integers read as telephone numbers or identity cards. It would be integers that stand for pseudonyms, never the number or the name of somebody."
    ),
    "* REPLACE (CASE WHEN seq = 3 THEN '请回电13800138000' ELSE issue_1 END AS issue_1)": (
        "issue_1 › holds telephone numbers, ids, bank cards or mail addresses. Put a keyed pseudonym in their place, or leave the column out."
    ),
    "* REPLACE (CASE WHEN seq = 3 THEN '13800138000' ELSE call_id END AS call_id)": (
        "call_id › holds telephone numbers, ids, bank cards or mail addresses. Put a keyed pseudonym in their place, or leave the column out."
    ),
    f"* REPLACE (caller + {2**53} AS caller)": f"caller › {LARGE}",
    "* REPLACE (-1 - caller AS caller)": f"caller › {LARGE}",
    f"* REPLACE (seq + {2**53} AS seq)": "seq › is none of 0 to 2**53 - 1 in 600 of 600 rows. Larger ones are not told apart everywhere.",
    "* REPLACE ('用户反映第' || seq || '次' AS issue_1)": (
        "issue_1 › is no category: 100% of its 600 filled cells hold a text that no other cell has (at most 50% may). Map a column whose words repeat, or leave it out."
    ),
    "* FROM calls WHERE false": "holds no rows.",
}


class TestRefused:
    @pytest.mark.parametrize("columns", DIFFERS, ids=lambda columns: columns[:60])
    def test_by_the_column_that_differs(self, exported, tmp_path, columns):
        written(exported, tmp_path, f"SELECT {columns}" + ("" if columns.endswith("false") else " FROM calls"))
        kind = NoInput if columns.endswith("false") else DataRefused
        told = refused(tmp_path, kind=kind)
        assert told == f"lake.yaml › tables › calls › {DIFFERS[columns]}"
        assert "13800138000" not in told

    def test_a_settings_column_that_the_lake_lacks(self, exported, tmp_path):
        own = "indicators: {web: {name: 网站, numerator: {where: {channel: 网站}}, denominator: {}}}\n"
        written(exported, tmp_path)
        assert refused(tmp_path, LAKE + own, BadParams).startswith(
            "lake.yaml › indicators › web › numerator: the calls have no column 'channel' mapped."
        )

    @pytest.mark.parametrize(
        ("tables", "told"),
        [
            ("{order: lake/orders}", "tables › 'order' is no canonical table. Did you mean 'orders'?"),
            ("{calls: ''}", "tables › calls: names no folder; write the one that holds its files, such as lake/calls."),
            (
                "{calls: lake/calls}\ncalls: {files: a.csv, columns: {started_at: 时间}}",
                "tables › calls: there are exports of calls too; leave one of the two out.",
            ),
            ("lake", "tables: Input should be a valid dictionary, not 'lake'."),
        ],
    )
    def test_settings(self, tmp_path, tables, told):
        assert refused(tmp_path, f"{TOP}tables: {tables}\n", BadParams) == f"lake.yaml › {told}"

    def test_folders(self, exported, tmp_path):
        assert refused(tmp_path, kind=NoInput) == (
            "lake.yaml › tables › calls › there is no folder 'lake/calls'. Relative folders start where those of exports do."
        )
        target = tmp_path / "lake" / "calls"
        target.mkdir(parents=True)
        assert refused(tmp_path, kind=NoInput) == "lake.yaml › tables › calls › 'lake/calls' holds no rows: there is no Parquet file in it."
        target.joinpath("a.csv").write_text("x")
        assert refused(tmp_path).startswith("lake.yaml › tables › calls › 1 of its 1 files are no .parquet, such as a.csv.")
        target.joinpath("a.csv").rename(target / "a.parquet")
        assert refused(tmp_path).startswith("lake.yaml › tables › calls › a.parquet is no whole Parquet file.")
        target.joinpath("a.parquet").rename(target / "a[1].parquet")
        assert refused(tmp_path).startswith("lake.yaml › tables › calls › the name of a[1].parquet holds one of * ? [ ] { } \\.")
        target.joinpath("a[1].parquet").rename(target / "_SUCCESS")
        written(exported, tmp_path)
        Store(load(params(tmp_path))).build(progress=False)
        target.joinpath(".hoodie").mkdir()
        assert refused(tmp_path).startswith("lake.yaml › tables › calls › is a Hudi table")
        assert refused(tmp_path, LAKE.replace("lake/calls", "lake/calls/part-0.parquet"), NoInput).startswith(
            "lake.yaml › tables › calls › 'lake/calls/part-0.parquet' is no folder."
        )
        tmp_path.joinpath("area=1").mkdir()
        assert refused(tmp_path, LAKE.replace("lake/calls", "area=1")).startswith(
            "lake.yaml › tables › calls › the folder's path holds one of"
        )

    @pytest.mark.parametrize("what", ["month=2024-01", "month=2024-01/part-0.parquet"])
    def test_a_link_is_not_left_out(self, exported, tmp_path, what):
        """The walk would pass a folder by, and the engines may read nothing outside the table's own."""
        target = LAID["by month"](exported, tmp_path)
        for file in target.glob("*/*.parquet"):
            file.rename(file.with_name("part-0.parquet"))
        target.joinpath(what).rename(tmp_path / "elsewhere")
        target.joinpath(what).symlink_to(tmp_path / "elsewhere")
        assert refused(tmp_path) == (
            f"lake.yaml › tables › calls › {what} is a link to another place. Put what it stands for there: nothing outside the table's folder is read."
        )

    @pytest.mark.parametrize("what", ["month=2024-01", "part-0.parquet", "_delta_log"])
    def test_what_may_not_be_opened_is_not_left_out(self, exported, tmp_path, monkeypatch, what):
        written(exported, tmp_path, "SELECT *, '2024-01' AS month FROM calls WHERE seq < 300", by="month")
        written(exported, tmp_path, f"{ALL} WHERE seq >= 300")
        if what == "_delta_log":
            delta(exported, tmp_path)
        may_not(monkeypatch, what)
        told = "a file of it cannot be read" if what.endswith(".parquet") else f"{what} cannot be opened"
        assert refused(tmp_path).startswith(f"lake.yaml › tables › calls › {told} (PermissionError).")

    @pytest.mark.parametrize("own", ["_delta_log", ".hoodie"])
    def test_a_table_within_is_not_read_as_loose_files(self, exported, tmp_path, own):
        delta(exported, tmp_path).joinpath("_delta_log").rename(tmp_path / "lake" / "calls" / own)
        assert refused(tmp_path, LAKE.replace("lake/calls", "lake")) == (
            f"lake.yaml › tables › calls › calls in it is a table of its own ({own}), whose files hold older versions of rows too. Name that folder."
        )

    @pytest.mark.parametrize("told_apart", ["", "EXCLUDE (caller, caller_group, caller_state)"])
    def test_columns_that_number_people_each_from_one(self, exported, tmp_path, told_apart):
        """Of 'phone,person' person 1 would be the phone 1 of somebody else; integers of one list are taken, whoever of its people stand in both columns."""
        split = "SELECT * {} FROM (SELECT * REPLACE (CASE WHEN caller % 2 = 0 THEN caller END AS caller_phone), CASE WHEN caller % 2 = 1 THEN {} END AS caller_person FROM calls)"
        written(exported, tmp_path, split.format(told_apart, "caller - 1"))
        assert " › caller_phone, caller_person › " in refused(tmp_path)
        written(exported, tmp_path, split.format(told_apart, "caller"))
        assert len(table(open_hotline(params(tmp_path), progress=False))) == 600

    def test_one_person_may_have_one_integer_in_several_columns(self, exported, tmp_path):
        written(
            exported,
            tmp_path,
            "SELECT * REPLACE (CASE WHEN seq % 2 = 0 THEN caller END AS caller_phone), caller AS caller_person FROM calls",
        )
        h = open_hotline(params(tmp_path), progress=False)
        assert h.sql("SELECT count(*) AS n FROM calls WHERE caller_phone <> caller_person")["n"].tolist() == [0] and len(table(h)) == 600

    def test_a_file_whose_column_is_another_type(self, exported, tmp_path):
        written(exported, tmp_path, f"{ALL} WHERE seq > 300")
        written(exported, tmp_path, "SELECT * REPLACE (caller::VARCHAR AS caller) FROM calls WHERE seq <= 300", file="part-1.parquet")
        assert refused(tmp_path) == f"lake.yaml › tables › calls › caller › is VARCHAR. {WHOLE}"


class TestDelta:
    def test_a_checkpoint_stands_for_the_commits_before_it(self, exported, tmp_path):
        target = delta(exported, tmp_path)
        rows = [
            {"protocol": PROTOCOL["protocol"], "metaData": None, "add": None},
            {"protocol": None, "metaData": METADATA["metaData"], "add": None},
            *({"protocol": None, "metaData": None, "add": add(path)["add"]} for path in ("a%20b.parquet", "c.parquet")),
        ]
        target.joinpath("rows.json").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        duckdb.execute(f"COPY (FROM read_json('{target}/rows.json')) TO '{target}/_delta_log/{1:020d}.checkpoint.parquet' (FORMAT parquet)")
        for version in (0, 1):
            target.joinpath("_delta_log", f"{version:020d}.json").unlink()
        commit(target, 2, {"txn": {"appId": "x", "version": 1}})
        target.joinpath("rows.json").unlink()
        pd.testing.assert_frame_equal(table(exported), table(open_hotline(params(tmp_path), progress=False)))
        commit(target, 4, {"txn": {"appId": "x", "version": 2}})
        assert refused(tmp_path).startswith("lake.yaml › tables › calls › _delta_log › versions of the log are missing.")

    def test_partitions_are_what_log_and_folders_say(self, exported, tmp_path):
        target = written(exported, tmp_path, by="issue_1")
        files = sorted(path.relative_to(target) for path in target.rglob("*.parquet"))
        words = [file.parts[0].partition("=")[2] for file in files]
        from urllib.parse import quote, unquote

        adds = [add(quote(str(file)), partitionValues={"issue_1": unquote(word)}) for file, word in zip(files, words, strict=True)]
        commit(target, 0, PROTOCOL, METADATA, *adds)
        pd.testing.assert_frame_equal(table(exported), table(open_hotline(params(tmp_path), progress=False)))
        commit(target, 1, remove(adds[0]["add"]["path"]), add(adds[0]["add"]["path"], partitionValues={"issue_1": "其他"}))
        assert "are not named by its partition." in refused(tmp_path)

    def test_a_file_of_the_log_that_is_a_link(self, exported, tmp_path):
        target = delta(exported, tmp_path)
        target.joinpath("c.parquet").rename(tmp_path / "c.parquet")
        target.joinpath("c.parquet").symlink_to(tmp_path / "c.parquet")
        assert refused(tmp_path).startswith("lake.yaml › tables › calls › c.parquet is a link to another place.")

    @pytest.mark.parametrize(
        ("action", "told"),
        [
            (
                add("c.parquet", deletionVector={"storageType": "u"}),
                "has rows that are deleted but still in their files (deletion vectors).",
            ),
            (
                {"metaData": {"configuration": {"delta.columnMapping.mode": "name"}}},
                "gives its columns other names in the files (column mapping).",
            ),
            (
                {"protocol": {"minReaderVersion": 3, "readerFeatures": ["v2Checkpoint", "timestampNtz", "typeWidening"]}},
                "asks of its readers what is not read here (typeWidening, v2Checkpoint).",
            ),
            ({"protocol": {"minReaderVersion": 4}}, "asks of its readers what is not read here (a newer version of the protocol)."),
            (add("/elsewhere/c.parquet"), "has files outside its folder."),
            (add("s3://bucket/c.parquet"), "has files outside its folder."),
            (add("gone.parquet"), "gone.parquet is not there, and the log names it."),
        ],
    )
    def test_what_its_files_alone_would_tell_otherwise_is_refused(self, exported, tmp_path, action, told):
        commit(delta(exported, tmp_path), 2, action)
        assert refused(tmp_path, kind=HotlineError).startswith(f"lake.yaml › tables › calls › {told}")


class TestSpark:
    pytestmark = needs_spark

    def test_counts_what_duckdb_does(self, exported, tmp_path):
        """Of a table parted by a column of ours, with a file that lacks a column: what Spark would guess of both is told to it."""
        place = "'0' || ascii(agent) % 9 AS area"
        written(exported, tmp_path, f"SELECT *, {place} FROM calls WHERE seq < 300", by="area")
        written(exported, tmp_path, f"SELECT * EXCLUDE (talk_seconds), {place} FROM calls WHERE seq >= 300", by="area", file="later_{uuid}")
        assert compared("local[2]", str(params(tmp_path)), "latest", "-") == {"lake.yaml": []}


def test_letters_that_spark_would_read_as_others_are_refused_there(exported, tmp_path, monkeypatch):
    written(exported, tmp_path, by="issue_1")
    assert "written as %E4, and Spark reads others for them" in refused(tmp_path, f"{LAKE}engine: {{spark: 'local[2]'}}\n")
