"""What the operating system does for us: locks, limits, file modes, files that are on disk when we say so, and what may be removed.

Everything that differs between Linux and Windows is in this file, and everything that deletes. Elsewhere the package calls these few functions.
"""

import contextlib
import ctypes
import errno
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

try:
    import fcntl
    import resource
except ImportError:  # Windows has neither: msvcrt locks a byte, and there are no limits to set
    fcntl = resource = None
    import msvcrt


WONDER_SECONDS = 3  # a wait that somebody at the screen notices
BUSY = (errno.EAGAIN, errno.EACCES, *(() if fcntl else (errno.EDEADLK,)))  # what the systems say of a lock that another process holds


class Locked(Exception):
    """Another process holds this lock."""


@contextlib.contextmanager
def lock(path):
    """Hold `path` as a lock until the block ends; `Locked` at once if another process holds it, OSError where the system gives no locks.
    A lock dies with its process, so none is ever stale."""
    with open(path, "a+b") as handle:
        _take(handle)
        try:
            yield
        finally:
            _give_back(handle)


@contextlib.contextmanager
def patient_lock(path, seconds, say):
    """Hold `path` as a lock. While another process holds it, wait; `Locked` when it is not free within these seconds.

    `say` is called once, when the wait is one that somebody would wonder at: two notebooks that are opened side by side look at their store in turn.
    """
    with contextlib.ExitStack() as held:
        began, said = time.monotonic(), False
        while True:
            try:
                held.enter_context(lock(path))
                break
            except Locked:
                waited = time.monotonic() - began
                if not said and waited >= min(WONDER_SECONDS, seconds / 2):
                    said = True
                    say()
                if waited >= seconds:
                    raise
                time.sleep(0.1)
        yield


def _take(handle):
    try:
        if fcntl:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError as refused:
        if refused.errno in BUSY:
            raise Locked from refused
        raise


def _give_back(handle):
    if fcntl:
        fcntl.flock(handle, fcntl.LOCK_UN)
    else:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)


# ---- child processes


def python(code, *arguments):
    """The command that runs this very interpreter on `code` with our package at hand. It imports what is installed and nothing else: neither the
    current folder nor PYTHONPATH is looked into, so that no `holidays.py` of anybody's stands in for a library."""
    ours = f"import sys; sys.path.append({str(Path(__file__).resolve().parents[1])!r})"
    return [sys.executable, "-P", "-c", f"{ours}; {code}", *arguments]


def import_installed_only():
    """Take the current folder and PYTHONPATH out of what *this* process imports from: no `holidays.py` of anybody's stands in for a library."""
    others = ["", *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    with contextlib.suppress(OSError):  # the current folder may be gone
        others = [os.path.abspath(folder) for folder in others]
    ours = str(Path(__file__).resolve().parents[1])
    sys.path[:] = [folder for folder in sys.path if folder.startswith(sys.prefix) or folder not in ("", *others)]
    sys.path.append(ours)


def clean_environment():
    """This process's environment without what makes Python run or import other people's files."""
    return {**os.environ, "PYTHONPATH": "", "PYTHONSTARTUP": "", "PYTHONSAFEPATH": "1"}


def limit_process(*, memory_bytes, cpu_seconds):
    """Limit *this* process (call it in the child): beyond the memory an allocation fails, beyond the CPU time the process is killed. Nothing happens on Windows."""
    if resource:
        _lower(resource.RLIMIT_AS, memory_bytes)
        _lower(resource.RLIMIT_CPU, cpu_seconds)
        _lower(resource.RLIMIT_CORE, 0)


def _lower(kind, limit):
    """Set a limit, never above the one that the process already has."""
    hard = resource.getrlimit(kind)[1]
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(kind, (limit, limit))


# ---- signals


_stopped = []  # the signal that ends this process, once there was one


@contextlib.contextmanager
def stop_in_order():
    """While this block runs, the first SIGINT or SIGTERM unwinds it like Ctrl-C, so that what was begun is put away; the list that it gives holds the signal."""

    def stop(number, _):
        if not _stopped:  # a second one must not break off the putting away
            _stopped.append(number)
            raise KeyboardInterrupt

    del _stopped[:]
    before = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError):  # not the main thread: its caller is asked to stop, not we
            before[number] = signal.signal(number, stop)
    try:
        yield _stopped
    finally:
        for number, was in before.items():
            signal.signal(number, was)


def end_process(pid):
    """End a process of ours; one that has ended already is no error."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)


def cores():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def stopping():
    """True once a signal has asked this process to end."""
    return bool(_stopped)


# ---- folders of ours, and what may be removed

MARK = ".hotline-made"
WHOLE = ("store", "staging", "run", "bundle")  # kinds of folders in which everything is ours; of the others the mark names our files


class Foreign(OSError):
    """A folder or file that this program did not make. It is left as it is."""

    def __init__(self, path):
        super().__init__(errno.ENOTEMPTY, "it holds what this program did not make; name an empty folder or a new one", str(path))


def check_ours(path, kind):
    """Raise Foreign, before anything is touched, unless the folder is new, empty, or carries our mark of this kind."""
    path = Path(path)
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise Foreign(path)
    if path.exists() and not is_made(path, kind) and not all(is_made(inside) for inside in path.iterdir() if inside.name != MARK):
        raise Foreign(path)


def claim(path, kind, names=(), *, private=False):
    """Make a folder of ours and return it: a new or empty one gets our mark, one that has it is taken, any other raises Foreign.

    names: our files in it, for kinds that may hold others' too. private: only its owner may open it (0700; on Windows the user's own rights decide).
    """
    path = Path(path)
    check_ours(path, kind)
    fresh = not path.exists()
    path.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
    try:
        if private:
            path.chmod(0o700)
        if names or not is_made(path, kind):
            mark(path, kind, names)
        if private:
            (path / MARK).chmod(0o600)
    except OSError:
        if fresh:
            shutil.rmtree(path, ignore_errors=True)
        raise
    return path


def mark(path, kind, names=()):
    """Put our mark into a folder that is known to be ours."""
    put = replace_file if is_made(path) else write_safely  # beside a first mark nothing may lie that would make the folder a stranger's
    put(Path(path) / MARK, "\n".join([f"hotline-analysis {kind}", *names, ""]).encode())


def names_made(path):
    """Our files in a folder, by its mark; [] without one."""
    return _mark(path)[1:]


def is_made(path, kind=None):
    """True when the folder carries our mark, of this kind if one is given."""
    said = _mark(path)
    return bool(said) and said[0] in (
        [f"hotline-analysis {kind}"] if kind else [f"hotline-analysis {k}" for k in (*WHOLE, "month", "sample")]
    )


def _mark(path):
    try:
        return (Path(path) / MARK).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def remove(path):
    """Delete a file, or a folder with what is in it, if it is ours: inside a folder that is wholly ours, or named by its folder's mark.

    Nothing else in this package deletes. What is not there is no error; what is not ours raises Foreign. A link goes, never what it leads to;
    a folder's mark goes last, so that what a kill leaves of it is still ours.
    """
    real = Path(path).parent.resolve() / Path(path).name
    if not os.path.lexists(real):
        return
    if not _may_go(real):
        raise Foreign(real)
    if real.is_symlink() or not real.is_dir():
        real.unlink()
        return
    for inside in sorted(real.iterdir(), key=lambda inside: inside.name == MARK):
        shutil.rmtree(inside) if inside.is_dir() and not inside.is_symlink() else inside.unlink()
    real.rmdir()


def clear(path, kind):
    """Remove a whole folder of ours, if it is there; an empty one under our name, as a kill leaves it, is ours too."""
    if os.path.lexists(path):
        remove(claim(path, kind))


def _may_go(real):
    whole = any(is_made(folder, kind) for folder in (real, *real.parents) for kind in WHOLE)
    return whole or real.name in names_made(real.parent)


def private_folder(path):
    """Make a folder that only its owner may open (0700; on Windows the user's own rights decide) and return it; one that is there stays as it is."""
    path = Path(path)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def check_writable(folder):
    """Write a file that never gets a name into the folder: better to know before the work is done. Raises OSError."""
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"1")
        probe.flush()
        os.fsync(probe.fileno())


# ---- files that are on disk


def write_safely(path, content):
    """Write bytes and return only when they are on disk."""
    with open(path, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def replace_safely(source, target):
    """Give a complete file its final name in one step, so that a reader sees the old file or the new one and nothing between."""
    os.replace(source, target)
    _sync_folder(Path(target).parent)


def publish(staged, final):
    """A finished file on disk, for its owner alone, then under its name."""
    Path(staged).chmod(0o600)
    with open(staged, "rb+") as handle:
        os.fsync(handle.fileno())
    replace_safely(staged, final)


def replace_file(path, content):
    """Write bytes under a name in one step; a file that a kill leaves half-written has another name."""
    handle, part = tempfile.mkstemp(dir=Path(path).parent, prefix=f".{Path(path).name}-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def switch_folders(new, old, aside):
    """Give the complete folder `new` the name `old`; what had that name is then at `new` or `aside`.

    One step where the system can exchange two names (Linux). Elsewhere there are two renames: a kill between them leaves the old folder at
    `aside` and nothing at `old`; a refusal puts it back.
    """
    if not os.path.lexists(old):
        os.replace(new, old)
    elif not _exchange(new, old):
        os.replace(old, aside)
        try:
            os.replace(new, old)
        except OSError:
            os.replace(aside, old)
            raise
    with contextlib.suppress(OSError):  # the names are switched, and no failure may say otherwise
        _sync_folder(Path(old).parent)


def _exchange(a, b):
    """Exchange two names in one step; False where the system or the file system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    if rename is None:
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if rename(here, os.fsencode(a), here, os.fsencode(b), exchange) == 0:
        return True
    fault = ctypes.get_errno()
    if fault in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
        return False
    raise OSError(fault, os.strerror(fault), str(b))


def _sync_folder(folder):
    """A name is on disk only when its folder is; Windows cannot open a folder."""
    if fcntl:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def cache_folder():
    """The user's cache folder of this program, created when needed; where none can be written, `None`."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    with contextlib.suppress(OSError):
        return private_folder(Path(base) / "hotline-analysis")
    return None
