"""Runs that fail, or only look as if they had worked: 70 every time, the old page untouched, nothing of the data said."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from hotline_analysis import machine
from hotline_analysis.errors import DataRefused, HotlineError, RunFailed, StudyMissing
from hotline_analysis.report import month, run
from hotline_analysis.report.kernel import Limits
from tests.report.notebooks import TAIL, code, notebook, shown, text
from tests.small import write_hotline

CANARY = "13812345678"
FIGURE = shown(pd.DataFrame({"n": [1]}))
FALSE_SUCCESSES = {
    "sys.exit(0)": ["import sys\nsys.exit(0)"],
    "os._exit(0)": ["import os\nos._exit(0)"],
    "a killed kernel": ["import os, signal\nos.kill(os.getpid(), signal.SIGKILL)" if os.name == "posix" else "import os\nos._exit(9)"],
    "an exception": [f"raise KeyError('{CANARY}')"],
    "an exception in a thread": [f"import threading\nt = threading.Thread(target=lambda: 1 / 0, name='{CANARY}')\nt.start()\nt.join()"],
    "a lost async exception": [
        "import asyncio, gc\nasync def lost():\n    1 / 0\ntask = asyncio.ensure_future(lost())\nawait asyncio.sleep(.05)\ndel task\ngc.collect()"
    ],
    "a cell after the end": [TAIL, "1"],
    "a token of one's own": ["import os\nos.environ['HOTLINE_RUN_TOKEN'] = 'x'\n" + TAIL],
    "no end marker": ["1"],
}
HUNG = "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        pass"


def render(tmp_path: Path, book: Path, **limits) -> Path:
    with run.hold(tmp_path / "reports", hotline="demo", month="2024-09") as place:
        return run.render(
            {"index.html": book}, place=place, parameters={"month": "2024-09", "language": "zh"}, limits=Limits(**limits), progress=False
        )


@pytest.fixture
def old(tmp_path) -> Path:
    month = tmp_path / "reports/demo/2024-09"
    month.parent.mkdir(parents=True)
    return run.publish.publish({"index.html": b"the old page"}, month, month.parent / ".staging")[0]


def names(folder: Path) -> list[str]:
    """The files that are on show in a folder."""
    return sorted(name for name in os.listdir(folder) if name != machine.MARK)


def hidden(tmp_path: Path, old: Path) -> None:
    """The old page is there alone; what failed is in a folder that only its owner may open."""
    assert old.read_text() == "the old page" and names(old.parent) == ["index.html"]
    (kept,) = (tmp_path / "private").iterdir()
    assert re.fullmatch(r"\d{8}T\d{6}-[b-z]{6}", kept.name) and (kept / "monthly.ipynb").exists()
    assert os.name != "posix" or kept.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", FALSE_SUCCESSES)
def test_a_false_success_is_a_failed_run(tmp_path, old, capfd, kind, bar):
    bar("N10 false")
    book = notebook(
        tmp_path, *FALSE_SUCCESSES[kind], head=False, tail=kind not in ("no end marker", "a cell after the end", "a token of one's own")
    )
    with pytest.raises(RunFailed) as said:
        render(tmp_path, book)
    assert said.value.code == 70
    hidden(tmp_path, old)
    spoken = str(said.value) + "".join(capfd.readouterr())
    assert CANARY not in spoken and "Traceback" not in spoken


@pytest.mark.parametrize("limits", [{"cell": 2}, {"run": 4}])
def test_a_hung_cell_ends_with_its_limit(tmp_path, old, limits):
    """A cell that will not be interrupted: the run ends with its limit, and so does the kernel."""
    book = notebook(tmp_path, f"import os\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n" + HUNG, head=False)
    started = time.monotonic()
    with pytest.raises(RunFailed, match="time limit"):
        render(tmp_path, book, **limits)
    assert time.monotonic() - started < 60  # it hangs for ever; not a timing
    hidden(tmp_path, old)
    assert not alive(int((tmp_path / "pid").read_text()))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return "zombie" not in Path(f"/proc/{pid}/status").read_text() if Path(f"/proc/{pid}/status").exists() else False


def test_a_sentence_of_ours_keeps_its_exit_code(tmp_path, old):
    book = notebook(
        tmp_path, 'from hotline_analysis.errors import DataRefused\nraise DataRefused("a.csv", "is not a table.", "Give one.")', head=False
    )
    with pytest.raises(DataRefused) as said:
        render(tmp_path, book)
    assert said.value.code == 65 and str(said.value) == "a.csv › is not a table. Give one."


def test_a_good_run_twice(tmp_path, old, capfd, monkeypatch):
    """The page, the indicators and the manifest agree; a second run gives the same bytes; nothing is left behind and the kernel starts without a warning."""
    monkeypatch.setenv("PYTHONWARNINGS", "always")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "no-kernels-here"))
    book = notebook(
        tmp_path, 'import sys, warnings\nwarnings.warn("138" + "12345678")\nprint("139" + "00001111", file=sys.stderr)', 'show(pd.DataFrame({"n": [1]}))',
        code('blocks.end(kpis=pd.DataFrame({"indicator": ["rate"], "value": [0.5]}), manifest={"definition": "abc"})'), tail=False, imports=True,
    )  # fmt: skip
    pages = [render(tmp_path, book).read_bytes() for _ in range(2)]
    assert pages[0] == pages[1] and "测试" in pages[0].decode()
    assert CANARY.encode() not in pages[0] and b"13900001111" not in pages[0]
    manifest = json.loads((old.parent / "manifest.json").read_text())
    assert (
        manifest["files"]["index.html"]["sha256"] == run.publish.digest(pages[1]) and manifest["pages"]["index.html"]["definition"] == "abc"
    )
    assert (old.parent / "kpis.csv").read_bytes() == b"\xef\xbb\xbfindicator,value\r\nrate,0.5\r\n"
    assert names(old.parent) == ["index.html", "kpis.csv", "manifest.json"] and not list((tmp_path / "private").iterdir())
    assert "arning" not in capfd.readouterr().err


SCRIPT = """
import sys
from pathlib import Path
from hotline_analysis.report import month, run
with run.hold(sys.argv[1], hotline="demo", month="2024-09") as place:
    run.render({"index.html": Path(sys.argv[2])}, place=place, parameters={"month": "2024-09"}, progress=False)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_a_killed_run_leaves_the_old_page_and_the_next_one_succeeds(tmp_path, old):
    book = notebook(
        tmp_path, f"import time\nopen({str(tmp_path / 'began')!r}, 'w').close()\ntime.sleep(float(open({str(tmp_path / 'wait')!r}).read()))"
    )
    (tmp_path / "wait").write_text("30")
    killed = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "reports"), str(book)], env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    for _ in range(300):
        if (tmp_path / "began").exists():
            break
        time.sleep(0.1)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert old.read_text() == "the old page" and names(old.parent) == ["index.html"]
    (tmp_path / "wait").write_text("0")
    assert "测试" in render(tmp_path, book).read_text(encoding="utf-8")
    assert not list((tmp_path / "private").iterdir()) and sorted(os.listdir(old.parent.parent)) == [".2024-09.lock", "2024-09"]


def month_of(tmp_path: Path, study: str, **options) -> Path:
    """A month of two pages, of which the study holds this cell."""
    good, other = notebook(tmp_path, "1", name="monthly.ipynb"), notebook(tmp_path, text("# 窗口", "zh"), study, name="window.ipynb")
    with run.hold(tmp_path / "reports", hotline="demo", month="2024-09") as place:
        return run.render(
            {"index.html": good, "window.html": other},
            place=place,
            parameters={"month": "2024-09"},
            progress=False,
            **options,
        )


def test_a_study_that_fails_is_left_out_and_said(tmp_path, old):
    with pytest.raises(StudyMissing) as said:
        month_of(tmp_path, f"raise KeyError('{CANARY}')")
    assert said.value.code == 71 and CANARY not in str(said.value)
    (failed,) = (tmp_path / "private").iterdir()
    assert str(said.value) == (
        f"{old} › was published without a study: window.ipynb › looks for a value or a column that these data do not have (KeyError). "
        f"Run {failed.name}: the notebook is in {failed}."
    )
    assert names(old.parent) == ["index.html", "manifest.json"] and (failed / "window.ipynb").exists()
    assert "窗口：运行中出错，没有算完" in old.read_text(encoding="utf-8")
    manifest = json.loads((old.parent / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["missing"] == {"window.html": "a fault stopped it"} and manifest["complete"] is False


def test_a_study_that_lacks_a_column_names_it(tmp_path, old):
    cell = 'from hotline_analysis.errors import DataRefused\nraise DataRefused("window", "not available: needs issue_1.")'
    with pytest.raises(StudyMissing):
        month_of(tmp_path, cell)
    assert "窗口：数据中没有：" in old.read_text(encoding="utf-8")


def test_a_month_that_fails_publishes_nothing(tmp_path, old):
    good, bad = notebook(tmp_path, "1", name="window.ipynb"), notebook(tmp_path, "1 / 0", name="monthly.ipynb", head=False)
    with (
        run.hold(tmp_path / "reports", hotline="demo", month="2024-09") as place,
        pytest.raises(RunFailed, match="divides by a count that is zero"),
    ):
        run.render({"index.html": bad, "window.html": good}, place=place, parameters={"month": "2024-09"}, progress=False)
    hidden(tmp_path, old)


def test_every_page_is_linked_and_an_empty_one_is_left_out(tmp_path, old):
    month_of(tmp_path, FIGURE)
    assert names(old.parent) == ["index.html", "manifest.json", "window.html"]
    assert '专题：<a href="window.html">窗口</a>' in old.read_text(encoding="utf-8")
    month_of(tmp_path, "1")
    assert names(old.parent) == ["index.html", "manifest.json"]
    page = old.read_text(encoding="utf-8")
    assert "窗口：这些数据没有它可以显示的内容" in page and "window.html" not in page


class Moving:
    """A store that another run makes anew after the first notebook."""

    pin, looks = "x y", 0

    def check_unchanged(self):
        self.looks += 1
        if self.looks > 1:
            raise DataRefused("x.yaml", "another run has made the store anew meanwhile: the exports changed.", "Run again.")


def test_all_notebooks_of_a_month_read_one_state_or_none_is_published(tmp_path, old):
    with pytest.raises(DataRefused) as said:
        month_of(tmp_path, FIGURE, store=Moving())
    assert said.value.code == 65 and old.read_text() == "the old page" and names(old.parent) == ["index.html"]
    assert not list((tmp_path / "private").iterdir())


@pytest.mark.parametrize("name", ["{2024}热线", "{month}", "{", "a}b{0}", "{month.__class__}"])
def test_a_folder_may_have_any_name(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    assert "测试" in render(folder, notebook(folder, "1")).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"7",
        b"{",
        b"\xff\xfe",
        b'{"cells": 7, "nbformat": 4}',
        b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    ],
)
def test_a_file_that_is_no_notebook_is_a_sentence(tmp_path, old, content):
    book = tmp_path / "monthly.ipynb"
    book.write_bytes(content)
    with pytest.raises(HotlineError) as said, run.hold(tmp_path / "reports", hotline="demo", month="2024-09") as place:
        run.render({"index.html": book}, place=place, parameters={}, progress=False)
    assert said.value.code == 70 and old.read_text() == "the old page"


ASYNC = "import asyncio\nasync def late():\n    await asyncio.sleep(.01)\n    raise ValueError('" + CANARY + "')\n"


@pytest.mark.parametrize(
    "cell", [ASYNC + "await late()", "raise ExceptionGroup('x', [ValueError('x')])", "input('x')", "raise KeyboardInterrupt"]
)
def test_an_error_of_any_kind_is_a_sentence(tmp_path, old, cell):
    with pytest.raises(RunFailed) as said:
        render(tmp_path, notebook(tmp_path, cell))
    assert CANARY not in str(said.value) and "stopped at a fault of the program" in str(said.value)
    hidden(tmp_path, old)


COMMAND = """
import sys
from pathlib import Path
from hotline_analysis.__main__ import main
from hotline_analysis.report import month
month.pages = lambda: {"index.html": Path(sys.argv[1])}
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_a_signal_ends_a_run_with_a_sentence_and_clean_folders(tmp_path, number):
    """The command is asked to stop while its first notebook runs: 128 and the signal's number, no kernel left, nothing half-made anywhere."""
    params = write_hotline(tmp_path, calls=100)
    book = notebook(tmp_path, f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)")
    takes = nbformat.read(book, as_version=4)
    takes.cells[0].source += '\nparams = ""'
    nbformat.write(takes, book)
    command = [sys.executable, "-c", COMMAND, str(book), "report", "--params", str(params), "--month", "2024-01", "--quiet"]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for _ in range(1200):
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text():
            break
        time.sleep(0.1)
    child.send_signal(number)
    _, said = child.communicate(timeout=60)
    assert (child.returncode, said.lstrip("\n")) == (128 + number, "hotline › stopped.\n")
    assert not alive(int((tmp_path / "pid").read_text())) and not list((tmp_path / "private").iterdir())
    assert os.listdir(tmp_path / "reports/small") == [".2024-01.lock"]
    store = next((tmp_path / ".hotline").iterdir())
    assert not [p for p in store.rglob("*") if p.suffix in (".tmp", ".new", ".staged") or p.name == "staging"]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_forty_kills_at_random_times(tmp_path, bar):
    """A run of a month is killed at forty random times: the page is whole each time, old or new; a run that is left alone mends what was left."""
    rng, params = random.Random(20240906), write_hotline(tmp_path, calls=200)
    book = notebook(tmp_path, "import hotline_analysis\nh = hotline_analysis.open_hotline(params, month, progress=False)\nh.checks", FIGURE)
    takes = nbformat.read(book, as_version=4)
    takes.cells[0].source += '\nparams = ""'
    nbformat.write(takes, book)
    command = [sys.executable, "-c", COMMAND, str(book), "report", "--params", str(params), "--month", "2024-01", "--quiet"]
    started = time.monotonic()
    assert subprocess.run(command, check=False).returncode == 0
    whole, folder = time.monotonic() - started, tmp_path / "reports/small/2024-01"
    text = params.read_text(encoding="utf-8")
    for n in range(40):
        before = month.current(folder, json.loads((folder / "manifest.json").read_text())["fingerprint"])
        params.write_text(f"{text}report: {{organisation: 甲{n}}}\n", encoding="utf-8")
        if n % 4 == 0:  # the store is made anew in this run too
            (tmp_path / "calls.csv").write_bytes(
                (tmp_path / "calls.csv").read_bytes().replace("供水".encode("gb18030"), f"供{n}".encode("gb18030"))
            )
        child = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        time.sleep(rng.uniform(0, whole))
        child.kill()
        child.wait()
        assert before and month.current(folder, json.loads((folder / "manifest.json").read_text())["fingerprint"]), n
    assert subprocess.run(command, check=False).returncode == 0
    assert not list((tmp_path / "private").iterdir()) and sorted(os.listdir(folder.parent)) == [".2024-01.lock", "2024-01"]
    assert names(folder) == ["index.html", "manifest.json"]
    store = next((tmp_path / ".hotline").iterdir())
    assert not [p for p in store.rglob("*") if p.suffix in (".tmp", ".new", ".staged") or p.name == "staging"]
    bar("N2 kills", 40)
