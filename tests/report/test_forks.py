"""Kernels of one server: what they share, what they do not, and what happens without it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec

from hotline_analysis import machine
from hotline_analysis.report import forks, run
from hotline_analysis.show.blocks import END
from tests.report.notebooks import code, notebook

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
FORKED = {"kernel_provisioner": {"provisioner_name": forks.NAME}}
ASKED = """import os, sys, threading
told = {"pid": os.getpid(), "server": os.getppid(), "imported": "seaborn" in sys.modules, "folder": os.getcwd(), "spare": os.environ.get("SPARE")}
from ipykernel.kernelapp import IPKernelApp
told["transport"] = IPKernelApp.instance().transport
told["session"], told["threads"] = os.getsid(0), len(os.listdir(f"/proc/{os.getppid()}/task"))"""
TOLD = f"""class End:
    def _repr_mimebundle_(self, *_, **__):
        return {{{END!r}: {{"token": os.environ["HOTLINE_RUN_TOKEN"], "kpis": [], "manifest": told}}}}
End()"""


@pytest.fixture
def server():
    yield forks.SERVER
    forks.SERVER.possible = True


def told(folder: Path) -> dict:
    """What a kernel says of itself, through a whole run."""
    book = notebook(folder, ASKED, code(TOLD), tail=False)
    with run.hold(folder / "reports", hotline="demo", month="2024-09") as place:
        run.render({"index.html": book}, place=place, parameters={"month": "2024-09"}, progress=False)
    return json.loads((place.folder / "manifest.json").read_text(encoding="utf-8"))["pages"]["index.html"]


def test_kernels_share_a_server_and_nothing_else(tmp_path, server, monkeypatch):
    """Everything is imported before the notebook begins, by a process of one thread; folder, environment and session are the kernel's own."""
    first = told(tmp_path)
    monkeypatch.setenv("SPARE", "here")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    second = told(tmp_path)
    assert first["transport"] == "ipc"  # no port of the machine, which another process could take first
    assert first["server"] == second["server"] == server.process.pid and first["pid"] != second["pid"]
    assert first["imported"] and first["threads"] == 1 and first["session"] == first["pid"]
    assert (first["spare"], second["spare"]) == (None, "here") and second["folder"] == str(tmp_path / "elsewhere")


@pytest.mark.slow
def test_without_a_server_a_kernel_is_an_interpreter_of_its_own(tmp_path, server):
    told(tmp_path)
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    own = told(tmp_path)
    assert own["server"] == os.getpid() and not own["imported"] and not server.possible  # it is not tried again


def test_a_kernel_that_is_started_again_keeps_its_address(server, monkeypatch, capfd):
    """And one that nobody keeps a log of says at this process's own stderr why it ends."""
    monkeypatch.setattr(KernelManager, "kernel_spec", KernelSpec(**{**get_kernel_dict(), "metadata": FORKED}))
    manager = KernelManager()
    manager.start_kernel()
    address = manager.ip
    manager.restart_kernel(now=True)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        client.execute("import os; os.write(2, b'last words')", reply=True, timeout=60)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert address.startswith("@") and manager.ip == address and "last words" in capfd.readouterr().err


@pytest.mark.skipif(machine.cores() < 2, reason="OpenBLAS starts no threads on one processor")
def test_a_server_with_threads_forks_nothing(tmp_path, server, monkeypatch):
    server.close()
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    own = told(tmp_path)
    assert own["server"] == os.getpid() and not own["imported"] and server.process is None


def test_a_kernel_lives_as_long_as_its_end_of_the_pipe():
    """No child of this process can be waited for by its number: it is the server's."""
    alive, theirs = os.pipe()
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[theirs])
    os.close(theirs)
    process = forks.Process(child.pid, alive)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait() == process.poll() == 1 and child.wait() == -signal.SIGTERM
    process.send_signal(signal.SIGTERM)  # to nobody: the number may be another's by now


def test_where_a_server_failed_once_none_is_tried_again():
    server = forks.Server()
    server.possible = False
    with pytest.raises(OSError, match="no forks here"):
        server.kernel("kernel.json", {}, "/", None)
    assert server.process is None


def test_everything_that_notebooks_import_is_imported_before_the_first_fork(monkeypatch):
    frozen = []
    monkeypatch.setattr(forks.gc, "freeze", lambda: frozen.append(True))
    forks.import_all()
    assert (
        frozen
        and {f"hotline_analysis.{name}" for name in ("show.window", "studies.window", "studies.service.staffing")} <= sys.modules.keys()
    )


HANGING = """
import os, sys, time
from hotline_analysis.report import forks
with open(sys.argv[1], "wb") as log:
    forks.SERVER.kernel(sys.argv[1] + ".json", {**os.environ, "OPENBLAS_NUM_THREADS": "1"}, "/", log)
    print(forks.SERVER.process.pid, flush=True)
    time.sleep(600)
"""


def test_a_server_ends_with_whoever_started_it(tmp_path):
    """However that ended: kill -9 leaves no process behind."""
    parent = subprocess.Popen([sys.executable, "-c", HANGING, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    assert Path(f"/proc/{pid}").exists()
    parent.kill()
    parent.communicate()
    for _ in range(600):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.1)
    raise AssertionError("it still runs")


def test_the_process_that_starts_kernels_imports_no_chart():
    """It draws nothing, and a timer that finds its page current should not wait for what draws."""
    code = "import sys, hotline_analysis.report.month; print(sorted({'matplotlib', 'seaborn', 'hotline_analysis.show.charts'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_forked_kernel_finds_imported_what_opening_a_hotline_takes():
    code = "import sys; from hotline_analysis.report import forks; forks.import_all(); print({'hotline_analysis.hotline', 'holidays.countries'} <= sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "True"
