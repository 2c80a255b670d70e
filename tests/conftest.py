"""The bars of the project, counted by the tests that hold them and printed after every run: nothing here is a number that somebody typed.

A test says `bar("N15", 20)` for what it has just shown; the line of a bar adds up what passed. `least` is what a whole run has to show: a part of the suite shows less, and the line says so.
"""

import gc
import os
from collections import Counter

import pytest

from tests.tried import WHOLE, by_default

by_default()
gc.set_threshold(50_000, 20, 100)  # of half a million objects hardly one is ever garbage: looking for it took a tenth of a run
if not WHOLE:  # as many processes as there are processors test at once: on a few rows a second thread only waits
    os.environ.setdefault("HOTLINE_THREADS", "1")
os.fsync = lambda handle: None  # no test turns the power off; those that count or break the steps of a write put theirs on top

BARS = {  # what is counted, and how many of it a whole run shows (make test, the slow ones and the browser's together)
    "N1 files": ("fuzzed files, no record unaccounted, no good row lost", 1000),
    "N2 kills": ("ends at a step of a publish, or at random: old or new, never both, and the next run succeeds", 50),
    "N3 payloads": ("payloads of script by way into a page, none left alive", 360),
    "N3 browser": ("pages with all payloads opened in Chromium: nothing ran, nothing was asked for", 2),
    "N4 formulas": ("formulas in cells, headers and sheet names: none is one, all read back", 20),
    "N5 canaries": ("canary forms looked for in the outputs of runs, none found", 67200),
    "N6 digests": ("covering runs (time zone, threads, hash seed, row order, split files) with one digest", 8),
    "N7 mutants": ("planted defects of the gap table, each caught", 10),
    "N9 workbooks": ("hostile workbooks answered, the parent alive", 10),
    "N10 false": ("false successes that end with 70", 9),
    "N11 refusals": ("full, read-only, held: the old page as it was", 3),
    "N12 cells": ("cells of 1 to 7 attacked by a linear programme, none recovered", 150),
    "N13 phones": ("written forms of a number that are one caller", 40),
    "N14 months": ("edge months published", 12),
    "N15 hostile": ("hostile names, values and months that end with 64 before a kernel starts", 50),
}


@pytest.fixture
def bar(record_property):
    """Say what a test has shown of a bar; it counts when the test passes."""

    def shown(key: str, count: int = 1) -> None:
        assert key in BARS, key
        record_property("bar", [key, int(count)])

    return shown


def pytest_terminal_summary(terminalreporter):
    found, lost = Counter(), Counter()
    for outcome, counted in (("passed", found), ("failed", lost)):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", ()):
                if name == "bar":
                    counted[value[0]] += value[1]
    if not (found or lost):
        return
    terminalreporter.section("bars")
    for key, (what, least) in BARS.items():
        if found[key] or lost[key]:
            note = f", {lost[key]} FAILED" if lost[key] else "" if found[key] >= least else f" (a whole run: {least})"
            terminalreporter.write_line(f"{key.partition(' ')[0]:<4} {found[key]:>6,} {what}{note}")
