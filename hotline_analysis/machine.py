"""What the operating system does for us: locks, limits, file modes, and files that are on disk when we say so.

Everything that differs between Linux and Windows is in this file. Elsewhere the package calls these few functions.
"""

import contextlib
import os
import shutil
import sys
from pathlib import Path

try:
    import fcntl
    import resource
except ImportError:  # Windows has neither: msvcrt locks a byte, and there are no limits to set
    fcntl = resource = None
    import msvcrt


class Locked(Exception):
    """Another process holds this lock."""


@contextlib.contextmanager
def lock(path):
    """Hold `path` as a lock until the block ends; `Locked` at once if another process holds it. A lock dies with its process, so none is ever stale."""
    with open(path, "a+b") as handle:
        _take(handle)
        try:
            yield
        finally:
            _give_back(handle)


def _take(handle):
    try:
        if fcntl:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError as held:
        raise Locked from held


def _give_back(handle):
    if fcntl:
        fcntl.flock(handle, fcntl.LOCK_UN)
    else:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)


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


def private_folder(path):
    """Make a folder that only its owner may open (0700; on Windows the user's own rights decide) and return it."""
    path = Path(path)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_safely(path, content):
    """Write bytes and return only when they are on disk."""
    with open(path, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def replace_safely(source, target):
    """Give a complete file its final name in one step, so that a reader sees the old file or the new one and nothing between."""
    os.replace(source, target)
    if fcntl:  # the name itself is on disk only when its folder is; Windows cannot open a folder
        folder = os.open(Path(target).parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def remove_tree(path):
    """Delete a folder and what is in it; a folder that is not there is no error."""
    if Path(path).exists():
        shutil.rmtree(path)


def cache_folder():
    """The user's cache folder of this program, created when needed; where none can be written, `None`."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    with contextlib.suppress(OSError):
        return private_folder(Path(base) / "hotline-analysis")
    return None


def utf8_output():
    """Chinese on stdout and stderr whatever the console's code page is."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
