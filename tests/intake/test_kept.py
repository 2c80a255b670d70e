"""Tables kept beside the store: who keeps one at the same time, what a run that ended leaves, and what the engine does not take."""

import duckdb
import pytest

from hotline_analysis import machine
from hotline_analysis.errors import BadParams, Held
from hotline_analysis.intake.engine import connect
from hotline_analysis.intake.store.kept import Kept
from hotline_analysis.params import Limits
from tests.intake.storing import built, export, hotline

ROWS = [f"K{n},2024-05-{1 + n % 28:02} 10:00:00,1380000{n:04},停水,{n}" for n in range(20)]


@pytest.fixture
def kept(tmp_path) -> Kept:
    export(tmp_path, "a.csv", ROWS)
    return Kept(built(hotline(tmp_path)))


def table(kept: Kept):
    return kept.connection.sql("SELECT call_id FROM calls ORDER BY ALL")


def test_a_table_that_another_run_is_keeping_is_waited_for_and_then_said(kept, monkeypatch):
    monkeypatch.setattr(kept, "patience", 0.3)
    machine.private_folder(kept.folder)
    with machine.lock(kept.folder / "lock"), pytest.raises(Held) as held:
        kept.get("gaps", lambda: table(kept))
    assert str(held.value) == f"{kept.folder} › another run is keeping a table here. Wait for it to end."
    assert len(kept.get("gaps", lambda: table(kept)).fetchall()) == 20


def test_a_table_that_could_not_be_made_leaves_nothing_and_what_a_killed_run_left_goes(kept):
    machine.private_folder(kept.folder)
    (kept.folder / "flows.tmp").write_bytes(b"torn")
    with pytest.raises(duckdb.Error):
        kept.get("gaps", lambda: kept.connection.sql("SELECT error('broken off') AS x FROM calls"))
    assert not list(kept.folder.glob("*.tmp")) and not list(kept.folder.glob("*.parquet"))
    kept.get("gaps", lambda: table(kept))
    assert [path.name.partition("-")[0] for path in kept.folder.glob("*.parquet")] == ["gaps"]


def test_a_limit_that_the_engine_does_not_take_is_said_by_its_name(tmp_path):
    with pytest.raises(BadParams) as refused:
        connect([tmp_path], tmp_path / "spill", Limits.model_construct(memory_gib="x", spill_gib=1, threads=1))
    assert str(refused.value).startswith("limits › memory_gib › the engine does not take xGiB (")


def in_pieces(kept: Kept, monkeypatch, rows: int):
    monkeypatch.setattr(kept, "piece_rows", rows)
    query = "SELECT caller % 7 AS who, start_s, lead(start_s) OVER (PARTITION BY caller % 7 ORDER BY start_s) AS next_s FROM calls"
    return kept.get("gaps", lambda: kept.connection.sql(query)).order("ALL").fetchall()


@pytest.mark.parametrize(("rows", "files"), [(20, 1), (8, 3), (1, 7)])
def test_a_table_by_callers_is_made_of_so_many_callers_at_a_time(kept, monkeypatch, rows, files):
    """Twenty calls of seven callers: all at once, in three pieces, a caller a piece; no caller is in two, and the table is the same."""
    whole = kept.connection.sql(
        "SELECT caller % 7, start_s, lead(start_s) OVER (PARTITION BY caller % 7 ORDER BY start_s) FROM calls ORDER BY ALL"
    ).fetchall()
    assert in_pieces(kept, monkeypatch, rows) == whole and len(whole) == 20
    pieces = sorted(kept.folder.glob("*.parquet"))
    callers = [{r[0] for r in kept.connection.sql(f"SELECT DISTINCT who FROM '{piece}'").fetchall()} for piece in pieces]
    assert len([c for c in callers if c]) == files and sum(map(len, callers)) == 7


def test_a_table_of_which_a_piece_is_missing_or_damaged_is_made_again(kept, monkeypatch, capsys):
    whole = in_pieces(kept, monkeypatch, 8)
    sorted(kept.folder.glob("*.parquet"))[1].unlink()
    assert in_pieces(kept, monkeypatch, 8) == whole and len(list(kept.folder.glob("*.parquet"))) == 3 and not capsys.readouterr().err
    kept._whole.clear()
    third = sorted(kept.folder.glob("*.parquet"))[2]
    third.write_bytes(third.read_bytes()[:-1] + b"x")
    assert in_pieces(kept, monkeypatch, 8) == whole and "not as they were written: kept" in capsys.readouterr().err
    assert len(list(kept.folder.glob("*.parquet"))) == 3
