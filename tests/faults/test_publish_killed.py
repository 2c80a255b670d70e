"""A month is published whole or not at all: the process is ended, or refused, at every step of a publish, and the month is looked at."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from hotline_analysis import machine
from hotline_analysis.errors import CannotWrite
from hotline_analysis.report import publish

pytestmark = pytest.mark.skipif(os.name != "posix", reason="fork")
OLD = {"index.html": b"old", "window.html": b"old", "kpis.csv": b"old", "manifest.json": b"old"}
NEW = {"index.html": b"new", "exposure.html": b"new", "kpis.csv": b"new", "manifest.json": b"new"}
OURS = [{**OLD}, {**NEW}]
STEPS = ("replace", "rename", "unlink", "rmdir", "mkdir", "fsync")


def month(tmp_path: Path) -> tuple[Path, Path]:
    """A published month with two things of the user's own in it."""
    folder, staging = tmp_path / "2024-09", tmp_path / ".2024-09.staging"
    publish.publish(OLD, folder, staging)
    (folder / "notes.txt").write_text("mine")
    (folder / "mine").mkdir()
    (folder / "mine/a.txt").write_text("mine too")
    return folder, staging


def shown(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name not in (machine.MARK, "notes.txt")}


def mine(folder: Path) -> bool:
    return (folder / "notes.txt").read_text() == "mine" and (folder / "mine/a.txt").read_text() == "mine too"


def interrupt(patch, step: int, stop, exchange: bool) -> None:
    """At the step-th change of the file system, `stop` instead."""
    count = 0

    def counted(real):
        def call(*args, **options):
            nonlocal count
            count += 1
            return stop() if count == step else real(*args, **options)

        return call

    patch.setattr(machine, "_exchange", counted(machine._exchange) if exchange else lambda a, b: False)
    for name in STEPS:
        patch.setattr(os, name, counted(getattr(os, name)))


def in_child(work) -> int:
    """The exit code of `work` done in a copy of this process: 9 when it was ended on the way."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def interrupted(step: int, exchange: bool, folder: Path, staging: Path) -> None:
    interrupt(pytest.MonkeyPatch(), step, lambda: os._exit(9), exchange)
    publish.publish(NEW, folder, staging)


@pytest.mark.parametrize("exchange", [pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="renameat2")), False])
def test_killed_at_any_step_the_month_is_old_or_new(tmp_path, exchange, bar):
    seen, step, code = [], 0, 9
    while code:
        step += 1
        shutil.rmtree(tmp_path)
        folder, staging = month(tmp_path)

        code = in_child(lambda at=(folder, staging), n=step: interrupted(n, exchange, *at))
        if exchange or folder.exists():
            assert shown(folder) in OURS, step
        publish.settle(folder, staging)  # as the next run does before anything else
        assert shown(folder) in OURS and mine(folder) and os.listdir(tmp_path) == ["2024-09"], step
        seen.append(shown(folder)["index.html"])
    assert seen[0] == b"old" and seen[-1] == b"new" and seen == sorted(seen, reverse=True) and step > 12
    bar("N2 kills", step - 1)  # the last one was not ended


@pytest.mark.parametrize("exchange", [pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="renameat2")), False])
def test_refused_at_any_step_the_sentence_is_true(tmp_path, monkeypatch, exchange, bar):
    def refuse():
        raise OSError(28, "No space left on device")

    step, left = 0, True
    while left:
        step += 1
        shutil.rmtree(tmp_path)
        folder, staging = month(tmp_path)
        with monkeypatch.context() as patch:
            interrupt(patch, step, refuse, exchange)
            try:
                publish.publish(NEW, folder, staging)
                assert shown(folder) == NEW, step
            except CannotWrite as said:
                assert said.code == 73 and said.right == "The page that was there is unchanged." and shown(folder) == OLD, step
            left = os.listdir(tmp_path) != ["2024-09"] or shown(folder) == OLD
        publish.settle(folder, staging)
        assert mine(folder) and os.listdir(tmp_path) == ["2024-09"], step
    bar("N11 refusals", step - 1)


def test_a_refusal_that_cannot_be_undone_says_where_the_old_month_is(tmp_path, monkeypatch):
    folder, staging = month(tmp_path)
    monkeypatch.setattr(machine, "_exchange", lambda a, b: False)
    real, count = os.replace, 0

    def refuse_from_second(a, b):
        nonlocal count
        count += "2024-09" in str(a)
        if count > 1:
            raise OSError(5, "Input/output error")
        return real(a, b)

    with monkeypatch.context() as patch, pytest.raises(CannotWrite, match="The next run puts the old month back"):
        patch.setattr(os, "replace", refuse_from_second)
        publish.publish(NEW, folder, staging)
    publish.settle(folder, staging)
    assert shown(folder) == OLD and mine(folder)


def test_a_page_does_not_take_the_name_of_a_file_of_the_users(tmp_path):
    folder, staging = month(tmp_path)
    (folder / "exposure.html").write_text("mine")
    with pytest.raises(CannotWrite, match="it holds what this program did not make") as said:
        publish.publish(NEW, folder, staging)
    assert said.value.where == str(folder / "exposure.html") and (folder / "exposure.html").read_text() == "mine"
    assert {**shown(folder)} == {**OLD, "exposure.html": b"mine"}


def test_a_month_from_before_there_were_marks_is_known_by_its_manifest(tmp_path):
    folder = tmp_path / "2024-09"
    folder.mkdir()
    (folder / "index.html").write_bytes(b"old")
    (folder / "manifest.json").write_text('{"hotline": "x", "month": "2024-09", "run_id": "r", "pages": {}, "files": {"index.html": {}}}')
    publish.publish({"index.html": b"new"}, folder, tmp_path / ".s")
    assert shown(folder) == {"index.html": b"new"}
