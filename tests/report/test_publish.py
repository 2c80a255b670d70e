"""Files get their names whole or not at all."""

import json
import random
import subprocess
import sys
import time

import pytest

from hotline_analysis import machine
from hotline_analysis.errors import CannotWrite
from hotline_analysis.report import publish


def test_files_appear_whole_and_staging_goes(tmp_path):
    publish.publish({"a.html": b"1", "b.json": b"2"}, tmp_path / "m", tmp_path / ".staging")
    publish.publish({"a.html": b"1", "c.json": b"2"}, tmp_path / "m", tmp_path / ".staging")
    assert shown(tmp_path / "m") == {"a.html": b"1", "c.json": b"2"} and not (tmp_path / ".staging").exists()


def shown(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != machine.MARK}


@pytest.mark.parametrize("broken", ["write_safely", "switch_folders"])
def test_a_failing_disk_leaves_the_old_page_as_it_was(tmp_path, monkeypatch, broken):
    publish.publish({"index.html": b"old"}, tmp_path / "m", tmp_path / ".s")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(machine, broken, full)
    with pytest.raises(CannotWrite) as refused:
        publish.publish({"index.html": b"new"}, tmp_path / "m", tmp_path / ".s")
    assert refused.value.code == 73 and (tmp_path / "m/index.html").read_bytes() == b"old" and not (tmp_path / ".s").exists()


def test_a_spreadsheet_never_runs_a_cell():
    rows = [["name", "n"], ["=cmd|' /C calc'!A0", -3], ["+1", 2.5], ["@x", None], ["\t=1", 0], ["＝1+1", 0], ["－2", 0], ["普通", 1]]
    text = publish.csv_bytes(rows).decode("utf-8")
    assert text.startswith("\ufeff") and text.splitlines()[1] == "'=cmd|' /C calc'!A0,-3"
    assert [line[0] for line in text.splitlines()[1:7]] == ["'"] * 6 and text.splitlines()[-1] == "普通,1"


def test_json_is_stable_and_readable():
    assert publish.json_bytes({"b": "中", "a": 1}) == '{\n  "a": 1,\n  "b": "中"\n}\n'.encode() and json.loads(
        publish.json_bytes({"a": None})
    ) == {"a": None}


WRITER = """
import sys
from pathlib import Path
from hotline_analysis.report import publish
folder = Path(sys.argv[1])
for n in range(10000):
    page = (str(n % 10) * 300_000).encode()
    publish.publish({"index.html": page, "manifest.json": str(n % 10).encode()}, folder / "m", folder / ".s")
    if n == 0:
        print("ready", flush=True)
"""


def test_a_kill_at_any_time_leaves_a_whole_page(tmp_path):
    """Eight writers are killed at random times; each time the page is whole, old or new."""
    rng = random.Random(20240901)
    for _ in range(8):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
        writer.stdout.readline()
        time.sleep(rng.uniform(0, 0.1))
        writer.kill()
        writer.wait()
        writer.stdout.close()
        page = (tmp_path / "m/index.html").read_bytes()
        assert len(page) == 300_000 and len(set(page)) == 1
    publish.publish({"index.html": b"next"}, tmp_path / "m", tmp_path / ".s")
    assert (tmp_path / "m/index.html").read_bytes() == b"next" and not (tmp_path / ".s").exists()
