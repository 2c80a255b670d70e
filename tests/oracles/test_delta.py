"""A Delta table that delta-rs wrote, not we: appended to, deleted from, made compact, summed up in a checkpoint, appended to again.

`data/delta_rs.zip` is what these lines write (deltalake 1.6.6, pyarrow 26.0.1, Python 3.11):

    start = datetime(2024, 3, 4, 9)
    rows = [{"seq": n, "started_at": start + timedelta(minutes=10 * n), "start_s": 1709542800 + 600 * n, "caller": n % 7, "caller_group": n % 7,
             "caller_state": "known", "outcome": "answered", "unit": "东城" if n % 3 else "西城"} for n in range(60)]
    table = pa.Table.from_pylist(rows)
    for first in (0, 20, 40):
        write_deltalake(folder, table.slice(first, 20), mode="append", partition_by=["unit"])
    DeltaTable(folder).delete("seq >= 50")
    write_deltalake(folder, table.slice(50, 10), mode="append")
    DeltaTable(folder).delete("seq % 10 = 9")
    DeltaTable(folder).optimize.compact()
    DeltaTable(folder).create_checkpoint()
    write_deltalake(folder, table.slice(59, 1), mode="append")
"""

import json
import zipfile
from pathlib import Path

import pytest

from hotline_analysis import open_hotline

LEFT = [n for n in range(60) if n % 10 != 9 or n == 59]


@pytest.fixture
def hotline(tmp_path):
    zipfile.ZipFile(Path(__file__).parent / "data" / "delta_rs.zip").extractall(tmp_path)
    text = "title: {zh: 小热线, en: Small}\nkey: published\npublic: true\ntime_zone: UTC\ntables: {calls: calls}\n"
    tmp_path.joinpath("lake.yaml").write_text(text, encoding="utf-8")
    return lambda: open_hotline(tmp_path / "lake.yaml", progress=False)


def test_the_rows_are_those_that_the_log_leaves(hotline):
    calls = hotline().store.table("calls").df().sort_values("seq", ignore_index=True)
    assert calls["seq"].tolist() == LEFT
    assert calls["caller"].tolist() == [n % 7 for n in LEFT] and calls["start_s"].tolist() == [1709542800 + 600 * n for n in LEFT]
    assert calls["unit"].tolist() == ["东城" if n % 3 else "西城" for n in LEFT]


def test_the_checkpoint_stands_for_what_came_before(hotline, tmp_path):
    log = tmp_path / "calls" / "_delta_log"
    for version in range(6):
        (log / f"{version:020d}.json").unlink()
    assert hotline().store.table("calls").df()["seq"].nunique() == len(LEFT) == 55


def test_the_log_alone_tells_the_same(hotline, tmp_path):
    log = tmp_path / "calls" / "_delta_log"
    for file in (*log.glob("*.checkpoint.parquet"), log / "_last_checkpoint"):
        file.unlink()
    written = [json.loads(line) for file in sorted(log.glob("*.json")) for line in file.read_text(encoding="utf-8").splitlines()]
    assert sum("remove" in action for action in written) > 5
    assert sorted(hotline().store.table("calls").df()["seq"]) == LEFT
