"""What a run says of a notebook that did not run as it should: no test here starts a kernel; those that do are in tests/faults."""

import errno
import subprocess
import sys
import time

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from hotline_analysis.errors import BadParams, CannotWrite, RunFailed
from hotline_analysis.report import kernel
from hotline_analysis.report.kernel import Limits
from tests.report.notebooks import code, notebook


@pytest.fixture
def free():
    """No kernel runs and none is stopped, before and after."""
    yield
    kernel.STOP.clear()
    kernel.RUNNING.clear()


def test_a_parameters_cell_that_is_no_python(tmp_path):
    book = notebook(tmp_path, code("month = (", "parameters"))
    with pytest.raises(BadParams) as refused:
        kernel.declared(book)
    assert str(refused.value) == "monthly.ipynb › its cell tagged parameters is not Python."


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, CannotWrite), (errno.EROFS, CannotWrite), (errno.EBADF, RunFailed)])
def test_a_disk_that_takes_no_more_is_no_fault_of_the_notebook(tmp_path, monkeypatch, number, kind):
    def fail(*_, **__):
        raise OSError(number, "no more")

    monkeypatch.setattr(kernel.papermill, "execute_notebook", fail)
    given = {"work": tmp_path, "deadline": time.monotonic() + 9, "limits": Limits(), "progress": False}
    with pytest.raises(kind) as failed:
        kernel.run(notebook(tmp_path, "1"), {}, **given)
    assert kind is RunFailed or str(failed.value) == f"{tmp_path} › cannot be written (no more)."


def test_a_cell_has_its_own_time_or_what_the_run_has_left(free):
    now = time.monotonic()
    assert kernel._seconds_left(now + 5000, Limits(cell=900), "a.ipynb") == 900
    assert kernel._seconds_left(now + 60.9, Limits(cell=900), "a.ipynb") == 60
    with pytest.raises(RunFailed) as late:
        kernel._seconds_left(now + 0.5, Limits(), "a.ipynb")
    assert str(late.value) == "a.ipynb › the run took longer than its time limit."


def test_a_run_that_is_broken_off_ends_its_kernels_and_begins_no_cell(free):
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    kernel.RUNNING.add(sleeper.pid)
    kernel.stop_all()
    assert sleeper.wait(60) != 0
    with pytest.raises(RunFailed) as broken:
        kernel._seconds_left(time.monotonic() + 900, Limits(), "a.ipynb")
    assert str(broken.value) == "a.ipynb › the run was broken off."


def test_a_cell_that_never_ran_is_said_by_its_number():
    book = new_notebook(cells=[new_code_cell("1", execution_count=1), new_code_cell("2"), new_code_cell("")])
    with pytest.raises(RunFailed) as failed:
        kernel.check_complete(book, "token", "a.ipynb")
    assert str(failed.value) == "a.ipynb › code cell 2 of 2 never ran."
