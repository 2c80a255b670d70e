"""Runs that fail, or only look as if they had worked: 70 every time, the old page untouched, nothing of the data said."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hotline_analysis import machine
from hotline_analysis.errors import DataRefused, HotlineError, RunFailed
from hotline_analysis.report import run
from hotline_analysis.report.kernel import Limits
from tests.report.notebooks import TAIL, code, notebook

CANARY = "13812345678"
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
    assert re.fullmatch(r"\d{8}T\d{6}-[0-9a-f]{6}", kept.name) and (kept / "monthly.ipynb").exists()
    assert os.name != "posix" or kept.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", FALSE_SUCCESSES)
def test_a_false_success_is_a_failed_run(tmp_path, old, capfd, kind):
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
    """A cell that will not be interrupted: the run ends within ten seconds of its limit, and so does the kernel."""
    book = notebook(tmp_path, f"import os\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n" + HUNG, head=False)
    started = time.monotonic()
    with pytest.raises(RunFailed, match="time limit"):
        render(tmp_path, book, **limits)
    assert time.monotonic() - started < 14
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
        tmp_path, 'import sys, warnings\nwarnings.warn("138" + "12345678")\nprint("139" + "00001111", file=sys.stderr)', 'import pandas as pd\nblocks.chapter("甲", key="a")',
        code('blocks.end(kpis=pd.DataFrame({"indicator": ["rate"], "value": [0.5]}), manifest={"definition": "abc"})'), tail=False,
    )  # fmt: skip
    pages = [render(tmp_path, book).read_bytes() for _ in range(2)]
    assert pages[0] == pages[1] and "测试月报" in pages[0].decode()
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
from hotline_analysis.report import run
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
    assert "测试月报" in render(tmp_path, book).read_text(encoding="utf-8")
    assert not list((tmp_path / "private").iterdir()) and sorted(os.listdir(old.parent.parent)) == [".2024-09.lock", "2024-09"]


def test_one_page_of_two_failing_publishes_neither(tmp_path, old):
    good, bad = notebook(tmp_path, "1", name="monthly.ipynb"), notebook(tmp_path, "1 / 0", name="window.ipynb", head=False)
    with run.hold(tmp_path / "reports", hotline="demo", month="2024-09") as place, pytest.raises(HotlineError):
        run.render({"index.html": good, "window.html": bad}, place=place, parameters={"month": "2024-09"}, progress=False)
    hidden(tmp_path, old)
