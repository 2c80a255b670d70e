"""Kernels forked from one process that has imported what notebooks import: a run pays for pandas, matplotlib and the like once, not once a notebook.

Only on Linux, where a process without threads forks safely; elsewhere, and whenever the server cannot be had, a kernel is an interpreter of its
own. The server holds no thread, no engine and no data; it ends with the process that started it, however that ended, and takes its kernels along.
"""

import atexit
import contextlib
import gc
import json
import os
import pkgutil
import secrets
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import EntryPoint

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from hotline_analysis import machine

NAME = "hotline-forked"
PATIENCE_SECONDS = 60  # for the imports, on a busy machine
ROOMS = ("hotline_analysis.show", "hotline_analysis.studies")  # and all that they import
ON_USE = (
    "hotline_analysis.hotline",
    "holidays.countries",
    "scipy.optimize",
    "scipy.special",
    "scipy.stats",
)  # which ours import when they first use them
STDERR = 2  # of this process, where a kernel that nobody keeps a log of says why it ends
KernelProvisionerFactory.provisioners[NAME] = EntryPoint(NAME, f"{__name__}:Forked", KernelProvisionerFactory.GROUP_NAME)


class Forked(LocalProvisioner):
    """Gives jupyter_client a kernel of the server's in place of one of its own.

    They meet at a socket that has a name of its own and no file: jupyter_client picks free ports and lets them go again before a kernel takes
    them, and of kernels that start side by side one now and then finds its port taken and dies.
    """

    async def pre_launch(self, **options):
        if sys.platform == "linux" and self.parent.transport == "tcp":  # once: a kernel that is started again keeps its address
            self.parent.transport, self.parent.cache_ports = "ipc", False
            self.parent.ip = f"@{NAME}-{secrets.token_hex(8)}"
        return await super().pre_launch(**options)

    async def launch_kernel(self, cmd, **options):
        try:
            self.process = SERVER.kernel(
                self.parent.connection_file, options["env"], options.get("cwd") or os.getcwd(), options.get("stdout")
            )
        except (OSError, ValueError):
            return await super().launch_kernel(cmd, **options)
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class Process:
    """A forked kernel, as far as jupyter_client wants a `Popen`: it lives as long as its end of a pipe is open."""

    stdin = stdout = stderr = returncode = None

    def __init__(self, pid: int, pipe: int):
        self.pid, self.pipe = pid, open(pipe, "rb", buffering=0)  # noqa: SIM115

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self.pipe], [], [], 0)[0]:
            self.pipe.close()
            self.returncode = 1
        return self.returncode

    def wait(self) -> int:
        while self.poll() is None:
            time.sleep(0.01)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


class Server:
    """This process's end. The first kernel starts the server; where that failed once, it is not tried again."""

    def __init__(self):
        self.lock, self.process, self.wire, self.possible = threading.Lock(), None, None, sys.platform == "linux"

    def kernel(self, connection_file: str, environment: Mapping[str, str], folder, log) -> Process:
        """OSError or ValueError where the server gives none."""
        with self.lock:
            if not self.possible:
                raise OSError("no forks here")
            alive, theirs = os.pipe()
            try:
                self._start(environment)
                asked = {"file": connection_file, "environment": dict(environment), "folder": str(folder)}
                socket.send_fds(self.wire, [json.dumps(asked).encode()], [theirs, log.fileno() if log else STDERR])
                return Process(int(self.wire.recv(20)), alive)
            except (OSError, ValueError):
                self.possible = False
                os.close(alive)
                self._end()
                raise
            finally:
                os.close(theirs)

    def _start(self, environment: Mapping[str, str]) -> None:
        if self.process:
            return
        self.wire, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.wire.settimeout(PATIENCE_SECONDS)
        command = machine.python("from hotline_analysis.report import forks; forks.serve()", str(theirs.fileno()))
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        with theirs:
            handles = {"pass_fds": [theirs.fileno()], "start_new_session": True, **streams}
            self.process = subprocess.Popen(command, env=dict(environment), cwd="/", **handles)

    def _end(self) -> None:
        if self.process:
            self.wire.close()
            self.process.wait()
            self.process = None

    def close(self) -> None:
        """End the server and its kernels; the next kernel has a new one."""
        with self.lock:
            self._end()


SERVER = Server()
atexit.register(SERVER.close)


# ---- the server's own side: no process that is measured is ever here; the tests look at it from outside

RUNNING: set[int] = set()


def serve() -> None:  # pragma: no cover
    """Fork a kernel for every message. When the other end is closed, what still runs is ended."""
    gc.disable()  # nothing of what is imported is garbage, and looking for some takes a fifth of the time
    import_all()
    if len(os.listdir("/proc/self/task")) > 1:  # OPENBLAS_NUM_THREADS of the user's own: what a thread holds, a fork would never get
        return
    wire = socket.socket(fileno=int(sys.argv[1]))
    while True:
        message, handles, *_ = socket.recv_fds(wire, 1 << 20, 2)
        if not message:
            break
        _bury()
        pid = os.fork()
        if not pid:
            wire.close()
            _become_kernel(json.loads(message), handles[1])
            return
        RUNNING.add(pid)
        wire.send(str(pid).encode())
        for handle in handles:
            os.close(handle)
    for pid in RUNNING:
        machine.end_process(pid)
        os.waitpid(pid, 0)


def import_all() -> None:
    """What a notebook imports, and what that imports when it is first used."""
    for name in ("ipykernel.kernelapp", *ON_USE):
        import_module(name)
    for room in ROOMS:
        for module in pkgutil.walk_packages(import_module(room).__path__, room + "."):
            import_module(module.name)
    gc.freeze()  # shared with the kernels, until one writes to it


def _bury() -> None:  # pragma: no cover
    with contextlib.suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            RUNNING.discard(pid)


def _become_kernel(asked: dict, log: int) -> None:  # pragma: no cover
    """This process, just forked, as a kernel that was started by itself would be."""
    from ipykernel import kernelapp

    gc.enable()
    os.setsid()
    os.chdir(asked["folder"])
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    kernelapp.launch_new_instance(["-f", asked["file"], f"--IPKernelApp.parent_handle={os.getppid()}"])
