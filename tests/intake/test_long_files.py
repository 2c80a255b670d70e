"""What `hotline inspect` takes of a long file: its head and parts of the rest, no line torn and none twice; and all of a short one."""

import gzip

import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.inspect import sample
from hotline_analysis.intake.read import stored
from tests.intake.reading import CONNECTION, put, rows, staging

HEAD = "编号,来电时间,分类\n"
LINES = [f"K{n:05d},2024-05-{n % 28 + 1:02d} 08:00:00,供水\n" for n in range(3000)]
ROWS = [tuple(line.strip().split(",")) for line in LINES]


@pytest.fixture
def short(monkeypatch):
    """A file of a hundred kilobytes is a long one."""
    for name, value in {"WHOLE": 20_000, "HEAD": 8_000, "PIECES": 5, "PIECE": 2_000, "EVERY": 3, "ROWS": 500, "FEW": 100}.items():
        monkeypatch.setattr(sample, name, value)
    monkeypatch.setattr(stored, "BLOCK", 7_000)


def taken(folder, content: bytes, name: str = "calls.csv") -> sample.Taken:
    return sample.take(put(folder, content, name), staging(folder), CONNECTION)


def kept(table) -> list[tuple]:
    """Its rows, which stand in the file's order and are whole lines of it."""
    found = rows(table)
    assert set(found) <= set(ROWS) and found == sorted(set(found))
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_of_a_long_text_its_head_and_pieces_of_the_rest_are_read(tmp_path, short, monkeypatch, encoding):
    monkeypatch.setattr(sample, "ROWS", 10_000)
    done = taken(tmp_path, (HEAD + "".join(LINES)).encode(encoding))
    found = kept(done.table)
    assert not done.whole and done.rows == len(found)
    first = next(n for n, row in enumerate(found) if row != ROWS[n])  # where the head ends
    assert 150 < first < 300 and found[-1] == ROWS[-1]
    assert 1 + sum(b > a + 1 for a, b in zip(*[[int(row[0][1:]) for row in found][n:] for n in (0, 1)], strict=False)) == 6


def test_of_very_many_rows_some_at_even_steps_are_counted_and_fewer_are_tried(tmp_path, short):
    done = taken(tmp_path, (HEAD + "".join(LINES[:480])).encode())
    assert done.whole and done.rows == 480 and kept(done.table) == ROWS[:480]
    assert CONNECTION.execute(f"SELECT count(*) FROM '{done.small}'").fetchone() == (96,)
    done = taken(tmp_path, (HEAD + "".join(LINES)).encode())
    assert len(kept(done.table)) < done.rows


def test_of_a_packed_text_its_head_and_a_block_in_some_are_read(tmp_path, short, monkeypatch):
    monkeypatch.setattr(sample, "ROWS", 10_000)
    whole = (HEAD + "".join(LINES)).encode()
    done = taken(tmp_path, gzip.compress(whole), "calls.csv.gz")
    found = kept(done.table)
    assert not done.whole and 500 < len(found) < 2000 and found[:500] == ROWS[:500]
    few = gzip.compress((HEAD + "".join(LINES[:100])).encode())
    done = taken(tmp_path, few, "few.csv.gz")
    assert done.whole and kept(done.table) == ROWS[:100]


def test_of_a_long_text_in_two_bytes_a_letter_the_head_alone_is_read(tmp_path, short):
    """Its lines cannot be found byte by byte; the last one may be cut."""
    done = taken(tmp_path, b"\xff\xfe" + (HEAD + "".join(LINES)).encode("utf-16-le"))
    found = rows(done.table)
    assert not done.whole and 80 < len(found) < 200 and found[:-1] == ROWS[: len(found) - 1]


def test_what_is_no_table_in_any_form_is_refused_as_it_is(tmp_path):
    with pytest.raises(DataRefused):
        taken(tmp_path, b"")
