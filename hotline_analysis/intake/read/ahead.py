"""The files that come next, read by processes beside this one while what was read before them is converted.

Reading (bytes, records, their ledger) is Python's work, on one processor; identities and conversion are asked of one engine that takes them all, one file after the other, so that
neither numbers of callers nor refusals depend on which process is done first.
"""

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from hotline_analysis import machine
from hotline_analysis.intake.engine import THREADS, connect
from hotline_analysis.intake.read.readers import TextTable, read
from hotline_analysis.intake.read.stored import InputFile, text_bytes
from hotline_analysis.params import Limits, Source

LEAST = 64_000_000  # bytes of text: fewer are read as soon as a process has started
MOST = 7  # processes: what they read is converted by one
READ = "from hotline_analysis.intake.read import ahead; ahead.main()"


class Asked(NamedTuple):
    """A file to be read, under a name of its own."""

    key: str
    file: InputFile
    source: Source
    wanted: Collection[str]


class Ahead:
    """The text tables of files, in the order in which they are taken. One that a process could not read is none: whoever takes it reads it here, and refuses it as ever."""

    def __init__(self, asked: Iterable[Asked], staging: Path, limits: Limits):
        """staging: a folder of ours, in which each process has one of its own."""
        processors = limits.threads or int(os.environ.get(THREADS, 0)) or machine.cores()
        self._most = min(processors - 1, MOST)
        later = list(asked)[1:]  # the first is taken at once
        self._waiting = deque(one for one in later if not one.source.database and text_bytes(one.file) >= LEAST)
        self._running: dict[str, subprocess.Popen] = {}
        self._staging, self._limits = staging, limits.model_copy(update={"threads": 1, "memory_gib": limits.memory_gib / (self._most + 1)})

    def __enter__(self) -> "Ahead":
        self._start()
        return self

    def __exit__(self, *_) -> None:
        for process in self._running.values():
            process.kill()
            process.communicate()

    def take(self, key: str) -> TextTable | None:
        """The text table of that file; None where nobody has read it."""
        if self._waiting and self._waiting[0].key == key:
            self._waiting.popleft()
        process = self._running.pop(key, None)
        self._start()
        if process is None:
            return None
        told, _ = process.communicate()
        with contextlib.suppress(pickle.UnpicklingError, EOFError):
            return pickle.loads(told) if process.returncode == 0 else None
        return None

    def _start(self) -> None:
        while self._waiting and len(self._running) < self._most:
            key, file, source, wanted = self._waiting.popleft()
            folder = Path(tempfile.mkdtemp(prefix="ahead-", dir=self._staging))
            command, pipes = machine.python(READ), {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            with contextlib.suppress(OSError):  # where the system gives no process, or it has ended, nothing is read ahead
                self._running[key] = process = subprocess.Popen(command, env=machine.clean_environment(), **pipes)
                asked, process.stdin = process.stdin, None  # `communicate` would write to it
                with asked:
                    pickle.dump((file, source, folder, wanted, self._limits), asked)


def main() -> None:
    """Read one file, as standard input asks, and tell of its text table."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the engine writes how far it is to standard output
    file, source, staging, wanted, limits = pickle.load(sys.stdin.buffer)
    engine = connect([staging], staging / "spill", limits)
    text = read(file, source, staging, engine, wanted)
    engine.close()
    with answer:
        pickle.dump(text, answer)
