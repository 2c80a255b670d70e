"""The benchmark runs, and refuses to print times of unlike answers. Nothing here looks at a time: timings are never tests."""

import pandas as pd
import pytest

from benchmarks import __main__ as bench
from benchmarks import full, gaps, grown, month, on_spark, reading
from benchmarks.calls import SPREADS, invented, loaded
from benchmarks.timing import Taken, in_turn
from tests.small import write_hotline

ROWS = 1_000


@pytest.mark.slow
def test_the_whole_benchmark_runs_on_a_thousand_calls(capsys, monkeypatch):
    """Of one spread of callers: each costs processes of its own, and the engines' answers are compared on every spread below."""
    monkeypatch.setattr(bench, "SPREADS", ("heavy",))
    assert bench.main(["--calls", str(ROWS), "--quick"]) == 0
    said = capsys.readouterr().out
    for line in (
        "of DuckDB SQL",
        "from the kept gap table",
        "heavy: agents, cells",
        "ours: identity",
        "ours: in all",
        "Writing a workbook of 1,000 rows",
        "both: the new day",
    ):
        assert line in said


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("by", ["issue_1", "unit"])
def test_every_engine_counts_the_same(spread, by):
    calls = invented(ROWS, spread)
    with loaded(calls) as connection:
        answers = {name: work() for name, work in gaps.contestants(connection, calls, by).items()}
    assert answers["ours"]["any_168h"].sum() > answers["ours"]["same_168h"].sum() > 0
    for name, answer in answers.items():
        pd.testing.assert_frame_equal(answer, answers["ours"], obj=name)


@pytest.mark.parametrize("spread", SPREADS)
def test_the_full_gap_table_equals_the_one_by_hand(spread):
    with loaded(invented(ROWS, spread)) as connection:
        connection.execute(f"CREATE TABLE a AS {full.ours(connection)}")
        connection.execute(f"CREATE TABLE b AS {full.by_hand()}")
        assert full.fingerprint(connection, "a") == full.fingerprint(connection, "b")


@pytest.mark.spark
@pytest.mark.skipif(not on_spark.there(), reason="no pyspark or no Java here: python3 tools/environment.py spark")
def test_spark_makes_the_table_that_is_written_by_hand():
    told = on_spark.in_child(ROWS, "heavy")
    assert told["equal"] and told["rows"] > 0.8 * ROWS


def test_unlike_answers_are_refused():
    with pytest.raises(bench.Unequal, match="b and a"):
        bench._equal({name: Taken(answer=pd.DataFrame({"calls": [n]})) for n, name in enumerate("ab")})


def test_a_kept_frame_is_the_one_that_is_made(tmp_path):
    h = month.opened(write_hotline(tmp_path, calls=200))
    taken = bench._equal(in_turn(month.contestants(h), 1))
    assert taken["kept"].answer.attrs == taken["made"].answer.attrs and len(taken["kept"].answer)


def test_the_parts_of_reading_are_times_and_add_to_the_whole(tmp_path):
    """The bench watched a name that nobody called: reading took minus the time of decoding."""
    reading.write_export(tmp_path, 500)
    parts, rows = reading.through_store(tmp_path)
    assert rows == 500 and min(parts.values()) >= 0 and parts["read, ledger"] > 0
    assert sum(v for name, v in parts.items() if name != "in all") == pytest.approx(parts["in all"])


def test_a_new_day_gives_the_tables_of_the_whole(tmp_path):
    told = grown.measure(tmp_path, ROWS)  # it refuses where they are not equal
    assert all(seconds > 0 for part in told.values() for seconds in part.values())
