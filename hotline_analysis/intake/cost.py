"""What so many rows, or exports of so many bytes, take on this machine: time, memory and disk, from lines that were measured (docs/scale.md).

A time is written in pulses: a fixed piece of work for the engine, measured side by side with what it stands for. A slower or busier machine has
a longer pulse, and so tells its own seconds. The figures are of calls with 22 columns; they say whether a hotline fits, not when it is done.
"""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb

from hotline_analysis.params import Limits
from hotline_analysis.words import Term

ROW_BYTES = 165  # of a row of 22 columns in an export, as text
READ_PULSES, GAP_PULSES = 95e-6, 16e-6  # a row: into the store; into the gap table with its controls
STORE_BYTES, GAP_BYTES = 90, 47  # a row on disk
BASE_BYTES, MONTH_BYTES = 700 << 20, 800  # memory: of the program with its libraries; a call of the month, for its pages
PULSE = "SELECT sum(x) FROM (SELECT max(i) OVER (PARTITION BY hash(i) % 50000 ORDER BY i ROWS BETWEEN 1 FOLLOWING AND 1 FOLLOWING) AS x FROM range(1000000) t(i))"
GB, GIB = 1e9, 1 << 30
COST = Term(
    "规模：{rows:,}条记录，最忙的月份{month:,}条；本机从头整理约{store}，复电表约{gaps}，内存约{memory:.1f} GB，磁盘约{disk:.2f} GB（剩余{free:.0f} GB）",
    "Size: {rows:,} records, {month:,} in the busiest month; on this machine from the start about {store}, the gap table {gaps}, memory {memory:.1f} GB, disk {disk:.2f} GB ({free:.0f} GB free)",
)
SECONDS, MINUTES, HOURS = Term("{:.0f}秒", "{:.0f} s"), Term("{:.0f}分钟", "{:.0f} min"), Term("{:.1f}小时", "{:.1f} h")


class Need(NamedTuple):
    """What a hotline takes from its first start on: seconds into the store and into the gap table, bytes of memory and of disk."""

    store_s: float
    gaps_s: float
    memory: int
    disk: int


def pulse() -> float:
    """Seconds of the fixed piece of work, here and now: the best of three."""

    def once() -> float:
        start = time.perf_counter()
        with duckdb.connect() as connection:
            connection.execute(PULSE).fetchone()
        return time.perf_counter() - start

    return min(once() for _ in range(3))


def need(rows: int, month: int, pulse_s: float) -> Need:
    """What `rows` take, `month` of them in the month of which pages are made."""
    return Need(
        rows * READ_PULSES * pulse_s, rows * GAP_PULSES * pulse_s, BASE_BYTES + month * MONTH_BYTES, rows * (STORE_BYTES + GAP_BYTES)
    )


def rows_of(exports: int) -> int:
    """About how many rows exports of so many bytes hold, as text."""
    return exports // ROW_BYTES


def said(rows: int, month: int, free: int, pulse_s: float, language: str) -> str:
    """The cost in one line."""
    told = need(rows, month, pulse_s)
    spans = {"store": span(told.store_s, language), "gaps": span(told.gaps_s, language)}
    return COST(language).format(rows=rows, month=month, memory=told.memory / GB, disk=told.disk / GB, free=free / GB, **spans)


def span(seconds: float, language: str) -> str:
    """A time in its natural unit, at least a second."""
    minutes = seconds / 60
    unit, number = (SECONDS, max(seconds, 1)) if minutes < 2 else (MINUTES, minutes) if minutes < 120 else (HOURS, minutes / 60)
    return unit(language).format(number)


def warnings(exports: int, folder: Path, limits: Limits) -> Iterator[str]:
    """What is said before exports of so many bytes are read: that their store will not fit on its disk, that the engine may take more memory than there is."""
    rows, free, memory = rows_of(exports), shutil.disk_usage(folder).free, memory_bytes()
    disk = need(rows, 0, 0).disk
    if disk > free:
        yield (
            f"{folder} › the exports hold some {rows:,} rows; their store needs about {disk / GB:.1f} GB and this disk has {free / GB:.1f} GB. "
            "Set 'workspace' to a folder on a larger disk, or make room."
        )
    if memory and limits.memory_gib * GIB + BASE_BYTES > memory:
        most = max((memory - BASE_BYTES) / GIB, 0.1)
        yield (
            f"limits › memory_gib allows the engine {limits.memory_gib:g} GiB, and this machine has {memory / GIB:.1f} GiB in all. "
            f"Set 'limits: {{memory_gib: {most:.1f}}}': what does not fit is then written to disk instead."
        )


def memory_bytes() -> int:
    """The memory of this machine; 0 where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return 0
