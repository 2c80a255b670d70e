"""Runs one notebook from its first cell to its end marker, in a kernel of this very interpreter, and believes nothing but what it sees.

papermill (as a library) gives parameters, cells and progress. Its exit code, its metadata and the kernels installed on the machine are not relied on:
a notebook is complete only when every code cell has an execution count, none failed, and the last one printed this run's token.
"""

import ast
import errno
import re
import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillException, PapermillExecutionError

from hotline_analysis import errors, machine
from hotline_analysis.errors import BadParams, CannotWrite, HotlineError, RunFailed
from hotline_analysis.show.blocks import END, TOKEN

SHELL = re.compile(r"^\s*(!|%%?(bash|sh|script|system|sx|cmd|perl|ruby)\b|[A-Za-z_, ]+=\s*!)", re.MULTILINE)
UNWRITABLE = (errno.ENOSPC, errno.EROFS, errno.EACCES, getattr(errno, "EDQUOT", errno.ENOSPC))
TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Limits:
    """How long a run may take, in seconds: the start of a kernel, one cell, all notebooks together."""

    start: int = 60
    cell: int = 900
    run: int = 3600


def declared(notebook: Path) -> set[str]:
    """The names that a notebook takes: what its cell tagged `parameters` assigns."""
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if "parameters" in cell.metadata.get("tags", [])]
    targets = (target for cell in cells for line in ast.parse(cell.source).body if isinstance(line, ast.Assign) for target in line.targets)
    return {target.id for target in targets if isinstance(target, ast.Name)}


def refuse_shell(notebook: Path) -> None:
    """A report notebook may not call the shell: its failures are silent there."""
    for number, cell in enumerate(nbformat.read(notebook, as_version=4).cells, start=1):
        if cell.cell_type == "code" and SHELL.search(cell.source):
            raise BadParams(notebook.name, f"cell {number} calls the shell.", "A report notebook uses Python only.")


def run(notebook: Path, parameters: dict[str, str], *, work: Path, deadline: float, limits: Limits, progress) -> nbformat.NotebookNode:
    """The executed notebook. It is kept in `work` while it runs; anything but a complete run is `RunFailed`, with the kind of failure and nothing of its text."""
    refuse_shell(notebook)
    token = secrets.token_hex(8)
    target = work / notebook.name
    try:
        papermill.execute_notebook(
            notebook, target, parameters, kernel_name="python3", language="python", progress_bar=progress, start_timeout=limits.start,
            kernel_manager_class=_kernel_class(token, work), timeout_func=lambda cell: _seconds_left(deadline, limits, notebook.name),
            interrupt_on_timeout=False, log_output=False,
        )  # fmt: skip
    except PapermillExecutionError as failed:
        raise _said_by(failed, notebook.name) from None
    except CellTimeoutError:
        raise RunFailed(notebook.name, "a cell ran longer than its time limit.") from None
    except DeadKernelError:
        raise RunFailed(notebook.name, "the kernel died.") from None
    except (CellExecutionError, PapermillException, RuntimeError, OSError) as failed:
        if getattr(failed, "errno", None) in UNWRITABLE:
            raise CannotWrite(str(work), f"cannot be written ({failed.strerror}).") from None
        raise RunFailed(notebook.name, f"{type(failed).__name__}.") from None
    done = nbformat.read(target, as_version=4)
    check_complete(done, token, notebook.name)
    return done


def _seconds_left(deadline: float, limits: Limits, name: str) -> int:
    """What the next cell may take: its own limit, or what is left of the run's."""
    left = int(deadline - time.monotonic())
    if left < 1:
        raise RunFailed(name, "the run took longer than its time limit.")
    return min(limits.cell, left)


def _said_by(failed: PapermillExecutionError, name: str) -> HotlineError:
    """A sentence of ours (data refused, no input, ...) passes with its own exit code; of any other exception only its kind is told."""
    ours = getattr(errors, failed.ename, None)
    if isinstance(ours, type) and issubclass(ours, HotlineError):
        where, _, wrong = failed.evalue.partition(" › ")
        return ours(where, wrong)
    return RunFailed(name, f"{failed.ename} in cell {failed.exec_count}.")


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


def _kernel_class(token: str, work: Path):
    """A kernel manager that starts this interpreter's own ipykernel, over an encrypted connection where ipykernel can, with a clean environment."""
    spec = get_kernel_dict()
    spec["argv"] = machine.python("from ipykernel import kernelapp; kernelapp.launch_new_instance()", "-f", "{connection_file}")
    spec["env"] = {**spec.get("env", {}), **_environment(token, work)}
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

        start_kernel = _async_start_kernel

    return OwnKernel


def _environment(token: str, work: Path) -> dict[str, str]:
    """No one else's IPython profile, modules, start-up file or warnings; nothing that differs from run to run but the token."""
    return {
        **machine.clean_environment(),
        TOKEN: token,
        "IPYTHONDIR": str(machine.private_folder(work / "ipython")),
        "PYTHONWARNINGS": "",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "MPLBACKEND": "svg",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
