"""The frames that are kept, and the month that is made of them: kept against made, one worker against two. One hotline, one run."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from hotline_analysis import machine
from hotline_analysis.hotline import Hotline, open_hotline
from hotline_analysis.machine import cores

SAMPLE = Path(__file__).resolve().parent.parent / "params" / "sample.yaml"
ONE = "from hotline_analysis.report import run; run.min = lambda *_: 1; "  # one kernel at a time, all processors for its engine
REPORT = "import sys; from hotline_analysis.__main__ import main; sys.exit(main(sys.argv[1:]))"


def own_sample(folder: Path) -> Path:
    """The sample's params in a folder of their own, so that its exports and its store are made there."""
    params = folder / "params" / SAMPLE.name
    params.parent.mkdir()
    params.write_bytes(SAMPLE.read_bytes())
    return params


def forget(h: Hotline) -> None:
    """Remove every kept frame; the store and its gap tables stay."""
    for frame in h.frames.folder.glob("*.json"):
        machine.remove(frame)


def contestants(h: Hotline) -> dict:
    """The window study's evidence, made anew from the kept gap table, and read."""

    def made():
        forget(h)
        return h.study("window", "evidence")

    return {"made": made, "kept": lambda: h.study("window", "evidence")}


def reported(h: Hotline, out: Path, *, workers: int) -> tuple[float, float]:
    """Wall and processor seconds of `hotline report` for the hotline's month, on a store without a kept frame."""
    forget(h)
    code = (ONE if workers == 1 else "") + REPORT
    asked = ["report", "--params", str(h.params.path), "--month", h.month, "--out", str(out), "--quiet"]
    wall, before = time.perf_counter(), _children()
    subprocess.run([sys.executable, "-c", code, *asked], check=True, stdout=subprocess.DEVNULL, env=os.environ)
    return time.perf_counter() - wall, _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def opened(params: Path) -> Hotline:
    """The hotline at its newest month, its gap tables kept."""
    h = open_hotline(params, progress=False)
    h.study("window", "evidence")
    return h


__all__ = ["contestants", "cores", "opened", "own_sample", "reported"]
