"""What the system says of a lock: held by another process, or refused for a reason of its own."""

import errno
from contextlib import nullcontext

import pytest

from hotline_analysis import machine
from hotline_analysis.errors import CannotWrite, Held
from hotline_analysis.report import run

pytestmark = pytest.mark.skipif(machine.fcntl is None, reason="the words of flock are asked for")


def answers(monkeypatch, number):
    def flock(*_):
        raise OSError(number, "as the system says")

    monkeypatch.setattr(machine.fcntl, "flock", flock)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK])
def test_another_process_holds_it(tmp_path, monkeypatch, number):
    answers(monkeypatch, number)
    with pytest.raises(machine.Locked), machine.lock(tmp_path / "lock"):
        pass
    with pytest.raises(machine.Locked), machine.patient_lock(tmp_path / "lock", 0, lambda: None):
        pass
    with pytest.raises(Held), run.hold(tmp_path / "reports", hotline="demo", month="2024-09"):
        pass


@pytest.mark.parametrize("times, said", [(2, 0), (5, 1)])
def test_a_wait_is_said_once_and_only_where_it_is_noticed(tmp_path, monkeypatch, times, said):
    """Two notebooks that open one store look at it in turn: a tenth of a second is no news for anybody's screen."""
    busy, told, clock = iter([True] * times), [], iter(range(100))
    monkeypatch.setattr(machine, "lock", lambda path: nullcontext() if not next(busy, False) else locked())
    monkeypatch.setattr(machine.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(machine.time, "sleep", lambda seconds: None)
    with machine.patient_lock(tmp_path / "lock", 300, lambda: told.append(True)):
        assert len(told) == said


def locked():
    raise machine.Locked


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EIO, errno.EBADF, errno.EOPNOTSUPP])
def test_a_system_without_locks_says_so_at_once(tmp_path, monkeypatch, number):
    """A share without locks is no other run: nobody waits half an hour for it to end."""
    answers(monkeypatch, number)
    with pytest.raises(OSError, match="as the system says") as refused, machine.patient_lock(tmp_path / "lock", 1800, lambda: None):
        pass
    assert refused.value.errno == number
    with (
        pytest.raises(CannotWrite, match=r"cannot be written \(as the system says\)"),
        run.hold(tmp_path / "reports", hotline="demo", month="2024-09"),
    ):
        pass


def test_what_goes_wrong_under_a_lock_is_no_lock(tmp_path):
    with pytest.raises(OSError, match="disk full"), machine.lock(tmp_path / "lock"):
        raise OSError(errno.EAGAIN, "disk full")
