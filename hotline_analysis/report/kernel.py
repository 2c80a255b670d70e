"""Runs one notebook from its first cell to its end marker, in a kernel of this very interpreter, and believes nothing but what it sees.

papermill (as a library) gives parameters, cells and progress. Its exit code, its metadata and the kernels installed on the machine are not relied on:
a notebook is complete only when every code cell has an execution count, none failed, and the last one printed this run's token.
"""

import ast
import errno
import re
import secrets
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillException, PapermillExecutionError

from hotline_analysis import errors, machine, tables
from hotline_analysis.errors import BadParams, CannotWrite, HotlineError, RunFailed
from hotline_analysis.report import forks
from hotline_analysis.show.blocks import END, TOKEN

SHELL = re.compile(
    r"^\s*(!(?!=)|%%?(bash|sh|script|system|sx|cmd|perl|ruby)\b|[A-Za-z_, ]+=\s*!)|get_ipython\(\)|\bos\.(system|popen)\b|\bsubprocess\b",
    re.MULTILINE,
)
UNWRITABLE = (errno.ENOSPC, errno.EROFS, errno.EACCES, getattr(errno, "EDQUOT", errno.ENOSPC))
CANONICAL = set(tables.terms())
TRACEBACK = "Traceback (most recent call last)"


RUNNING: set[int] = set()  # kernels of this process that have not ended
STOP = threading.Event()  # set: no cell begins any more


def stop_all() -> None:
    """End every kernel at once, and let no other begin a cell; whoever waits for a cell of one is told that it died."""
    STOP.set()
    for pid in list(RUNNING):
        machine.end_process(pid)


@dataclass(frozen=True)
class Limits:
    """How long a run may take, in seconds: the start of a kernel, one cell, all notebooks together."""

    start: int = 60
    cell: int = 900
    run: int = 3600


def declared(notebook: Path) -> set[str]:
    """The names that a notebook takes: what its cell tagged `parameters` assigns."""
    cells = [cell.source for cell in read(notebook).cells if "parameters" in cell.metadata.get("tags", [])]
    try:
        lines = [line for source in cells for line in ast.parse(source).body]
    except SyntaxError:
        raise BadParams(notebook.name, "its cell tagged parameters is not Python.") from None
    targets = (target for line in lines if isinstance(line, ast.Assign) for target in line.targets)
    return {target.id for target in targets if isinstance(target, ast.Name)}


def read(notebook: Path) -> nbformat.NotebookNode:
    """The notebook; RunFailed where the file is none: empty, cut, or something else."""
    try:
        book = nbformat.read(notebook, as_version=4)
        nbformat.validate(book)
        return book
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError):
        raise RunFailed(notebook.name, "is not a notebook.", "Put the workbook's own file back.") from None


def refuse_shell(notebook: Path) -> None:
    """A report notebook may not call the shell: its failures are silent there."""
    for number, cell in enumerate(read(notebook).cells, start=1):
        if cell.cell_type == "code" and SHELL.search(cell.source):
            raise BadParams(notebook.name, f"cell {number} calls the shell.", "A report notebook uses Python only.")


def run(
    notebook: Path,
    parameters: dict[str, str],
    *,
    work: Path,
    deadline: float,
    limits: Limits,
    progress,
    environment: Mapping[str, str] = {},
) -> nbformat.NotebookNode:
    """The executed notebook. It is kept in `work` while it runs; anything but a complete run is `RunFailed`, with the kind of failure and nothing of its text."""
    refuse_shell(notebook)
    token = secrets.token_hex(8)
    target, mine = work / notebook.name, set()
    try:
        done = papermill.execute_notebook(
            _plain(notebook), _plain(target), parameters, engine_name=SavedOnce.NAME, kernel_name="python3", language="python", progress_bar=progress, start_timeout=limits.start,
            kernel_manager_class=_kernel_class(token, work, environment, mine), timeout_func=lambda cell: _seconds_left(deadline, limits, notebook.name),
            interrupt_on_timeout=False, log_output=False,
        )  # fmt: skip
    except (CellExecutionError, PapermillException, RuntimeError, OSError) as failed:
        if getattr(failed, "errno", None) in UNWRITABLE:
            raise CannotWrite(str(work), f"cannot be written ({failed.strerror}).") from None
        raise _said_by(failed, notebook.name) from None
    finally:
        RUNNING.difference_update(mine)
    check_complete(done, token, notebook.name)
    return done


class SavedOnce(NBClientEngine):
    """papermill's own engine, which writes the notebook when it has ended, however it did: not before and after every cell."""

    NAME = "saved-once"

    @classmethod
    def execute_managed_notebook(cls, notebook, *given, **options):
        target, notebook.output_path = notebook.output_path, None
        try:
            super().execute_managed_notebook(notebook, *given, **options)
        finally:
            notebook.output_path = target


papermill_engines.register(SavedOnce.NAME, SavedOnce)


def _plain(path: Path) -> str:
    """A path that papermill takes as it is: it would put parameters into a folder named {month}."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _seconds_left(deadline: float, limits: Limits, name: str) -> int:
    """What the next cell may take: its own limit, or what is left of the run's."""
    left = int(deadline - time.monotonic())
    if STOP.is_set():
        raise RunFailed(name, "the run was broken off.")
    if left < 1:
        raise RunFailed(name, "the run took longer than its time limit.")
    return min(limits.cell, left)


def _said_by(failed: Exception, name: str) -> HotlineError:
    """A sentence of ours (data refused, no input, ...) passes with its own exit code; of any other exception only its kind is told."""
    if not isinstance(failed, PapermillExecutionError):
        told = (text for kind, text in ENDED.items() if isinstance(failed, kind))
        return RunFailed(name, next(told, f"{type(failed).__name__}."))
    ours = getattr(errors, failed.ename, None)
    if isinstance(ours, type) and issubclass(ours, HotlineError):
        where, _, wrong = failed.evalue.partition(" › ")
        return ours(where, wrong)
    return RunFailed(name, f"{_cause(failed)} ({failed.ename}).")


ENDED = {CellTimeoutError: "a cell ran longer than its time limit.", DeadKernelError: "the kernel died."}
CAUSES = {  # kinds of exception -> what they mean to somebody who does not read Python
    "ColumnNotFoundError": "needs a column that these data do not have",
    "KeyError": "looks for a value or a column that these data do not have",
    "ZeroDivisionError": "divides by a count that is zero in these data",
    "MemoryError": "needs more memory than there is",
    "OutOfMemoryException": "needs more memory than limits › memory_gib allows",
    "ModuleNotFoundError": "needs a library that is not installed",
    "ImportError": "needs a library that is not installed",
    "SyntaxError": "holds a line that is not Python",
    "NameError": "uses a name that is not defined",
}


def _cause(failed: PapermillExecutionError) -> str:
    """Why a notebook stopped, in words that hold nothing of the data; canonical columns that the exception names are named."""
    columns = sorted(name for name in CANONICAL if re.search(rf"\b{name}\b", str(failed.evalue)))
    cause = CAUSES.get(failed.ename, "stopped at a fault of the program")
    return f"{cause}: {', '.join(columns)}" if columns and failed.ename in ("ColumnNotFoundError", "KeyError") else cause


def check_complete(done: nbformat.NotebookNode, token: str, name: str) -> None:
    """Every code cell ran, none failed (in a thread neither), and the last one printed the token of this run."""
    cells = [cell for cell in done.cells if cell.cell_type == "code" and cell.source.strip()]
    for number, cell in enumerate(cells, start=1):
        if cell.execution_count is None:
            raise RunFailed(name, f"code cell {number} of {len(cells)} never ran.")
        if any(_failed(output) for output in cell.outputs):
            raise RunFailed(name, f"code cell {number} of {len(cells)} left an error behind.")
    if not cells or end_of(cells[-1]).get("token") != token:
        raise RunFailed(name, "the notebook did not reach its end marker.", "Its last code cell has to be h.end().")


def _failed(output) -> bool:
    return output.output_type == "error" or (output.output_type == "stream" and TRACEBACK in output.text)


def end_of(cell) -> dict:
    """What the end marker of this cell says; {} when there is none."""
    return next((output.data[END] for output in cell.outputs if END in output.get("data", {})), {})


def _kernel_class(token: str, work: Path, environment: Mapping[str, str], mine: set[int]):
    """A kernel manager that starts this interpreter's own ipykernel, over an encrypted connection where ipykernel can, with a clean environment."""
    spec = get_kernel_dict()
    spec["argv"] = machine.python("from ipykernel import kernelapp; kernelapp.launch_new_instance()", "-f", "{connection_file}")
    spec["metadata"] = {**spec.get("metadata", {}), "kernel_provisioner": {"provisioner_name": forks.NAME}}
    spec["env"] = {**spec.get("env", {}), **_environment(token, work), **environment}
    encrypted = "curve" in spec.get("metadata", {}).get("supported_encryption", ()) and hasattr(AsyncKernelManager, "transport_encryption")

    class OwnKernel(AsyncKernelManager):
        @property
        def kernel_spec(self):
            return KernelSpec(**spec)

        async def _async_start_kernel(self, **options):
            if encrypted:
                self.transport_encryption = "required"
            with open(work / "kernel.log", "ab") as log:  # what the kernel says outside its cells may hold data: not for the terminal
                await super()._async_start_kernel(**{**options, "stdout": log, "stderr": subprocess.STDOUT})
            mine.add(self.provisioner.pid)
            RUNNING.add(self.provisioner.pid)

        start_kernel = _async_start_kernel

    return OwnKernel


def _environment(token: str, work: Path) -> dict[str, str]:
    """No one else's IPython profile, modules, start-up file or warnings; nothing that differs from run to run but the token."""
    return {
        "OPENBLAS_NUM_THREADS": "1",  # several kernels at once, small matrices: more threads would only wait for one another
        **machine.clean_environment(),
        TOKEN: token,
        "IPYTHONDIR": str(machine.private_folder(work / "ipython")),
        "PYTHONWARNINGS": "",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "MPLBACKEND": "svg",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
