"""A test of the tests: the callback measure with a planted defect, and a small fast suite that has to notice.

Each mutant is one place of the source written otherwise. A mutant whose place is no longer there fails with its name: write it anew, do not drop it.
"""

import importlib
import importlib.abc
import importlib.util
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GAPS, COUNTS, WINDOW = "hotline_analysis.measures.gaps", "hotline_analysis.measures.counts", "hotline_analysis.studies.window"
SURVIVAL, BINNED = "hotline_analysis.stats.survival", "hotline_analysis.stats.binned"
MUTANTS = {
    "unknown callers merged": (GAPS, '.filter(~nw.col("who").is_null())', '.with_columns(who=nw.col("who").fill_null(-1))'),
    "< for <= at the window": (WINDOW, "nw.col(gap) <= w", "nw.col(gap) < w"),
    "< for <= at the horizon": (COUNTS, "nw.col(gap) <= horizon_s", "nw.col(gap) < horizon_s"),
    "ties do not count": (COUNTS, "nw.col(gap) <= horizon_s", "(nw.col(gap) <= horizon_s) & (nw.col(gap) > 0)"),
    "wrong partition": (GAPS, '"caller": "caller",', '"caller": "caller_group",'),
    "lag for lead": (GAPS, "shift(-1 if ahead else 1)", "shift(1 if ahead else -1)"),
    "unordered": (GAPS, 'LINE = "seq"', 'LINE = "call_id"'),
    "no censoring": (COUNTS, ".then(nw.col(follow))", ".then(nw.lit(horizon_s + 1))"),
    "off by one bin": (COUNTS, "(t - start + step - 1) // step", "(t - start + step) // step"),
    "control week off by one": (GAPS, "CONTROL_WEEKS = (-3, -2, 2, 3)", "CONTROL_WEEKS = (-3, -2, 1, 3)"),
    "control one week": (GAPS, "CONTROL_WEEKS = (-3, -2, 2, 3)", "CONTROL_WEEKS = (-3, -1, 2, 3)"),
    "calendar by UTC": (GAPS, 'day = (nw.col("local_s")', 'day = (nw.col("start_s")'),
    "controls from the start of the call": (GAPS, 'nw.col("reference_s") + week', 'nw.col("start_s") + week'),
    "ends are not worked out": (GAPS, "nw.coalesce(written_end(have), *known)", "written_end(have)"),
    "an end before the start": (GAPS, ', nw.col("end_s") >= start', ', nw.col("end_s") >= 0'),
    "the start as an end": (GAPS, "(silent | (end != ", "(silent | (end >= "),
    "a talk without its waits": (GAPS, 'WAITS = ("menu_seconds", "queue_seconds", "ring_seconds")', 'WAITS = ("menu_seconds", "ring_seconds")'),
    "a hold is no talk": (GAPS, 'nw.col("hold_seconds").fill_null(0)', 'nw.col("hold_seconds").fill_null(0) * 0'),
    "who gave up has no end": (GAPS, '(outcome != "answered") & ~outcome.is_null()', '(outcome != "answered") & outcome.is_null()'),
    "controls outside the data": (COUNTS, " & (instant >= span[0]) & (instant < span[1])", ""),
    "controls watched for ever": (COUNTS, 'nw.col("event") == 1).then(nw.col(gap)).otherwise(watched)', 'nw.col("event") == 1).then(nw.col(gap)).otherwise(nw.lit(horizon_s + 1))'),
    "the hotline's own calls": (GAPS, "return inbound(calls)", "return (calls)"),
    "overlaps are negative": (GAPS, "return nw.when(seconds < 0).then(seconds * 0).otherwise(seconds)", "return seconds"),
    "abandoned calls are answered": (GAPS, 'return nw.col("outcome") == "answered"', 'return ~nw.col("outcome").is_null()'),
    "censored before the event": (SURVIVAL, "total[::-1].cumsum()[::-1]", "total[::-1].cumsum()[::-1] - total + events.sum(axis=1)"),
    "full follow-up is no follow-up": (WINDOW, 'nw.col("follow_s") >= w', 'nw.col("follow_s") >= 0'),
}  # fmt: skip


class _Mutant(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module of the package with one place of its source written otherwise."""

    def __init__(self, name: str, old: str, new: str):
        self.name, self.old, self.new = name, old, new

    def find_spec(self, name, path, target=None):
        return importlib.util.spec_from_loader(name, self, origin=str(self._file)) if name == self.name else None

    @property
    def _file(self) -> Path:
        return ROOT / (self.name.replace(".", "/") + ".py")

    def exec_module(self, module):
        source = self._file.read_text(encoding="utf-8")
        assert source.count(self.old) >= 1, f"the place of this mutant is gone from {self.name}: {self.old}"
        exec(compile(source.replace(self.old, self.new), str(self._file), "exec"), module.__dict__)


@contextmanager
def fresh_suite(*mutant: str):
    """The small suite over a freshly imported package, mutated or not; the session's own modules come back afterwards."""

    def ours() -> list[str]:
        return [
            m
            for m in sys.modules
            if m.partition(".")[0] == "hotline_analysis" or m.startswith(("tests.laws.", "tests.spec", "tests.tabulated"))
        ]

    kept = {name: sys.modules.pop(name) for name in ours()}
    finders = [_Mutant(*mutant)] if mutant else []
    sys.meta_path[:0] = finders
    try:
        yield importlib.import_module("tests.laws.small_suite")
    finally:
        for finder in finders:
            sys.meta_path.remove(finder)
        for name in ours():
            del sys.modules[name]
        sys.modules.update(kept)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["polars", "duckdb", "pandas"])
def test_the_suite_passes_as_it_is(engine):
    with fresh_suite() as suite:
        suite.check(engine)


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_the_suite_notices(name, bar):
    bar("N7 mutants")
    module, old, new = MUTANTS[name]
    with fresh_suite(module, old, new) as suite, pytest.raises((AssertionError, ValueError)) as told:
        suite.check()
    assert "the place of this mutant" not in str(told.value), told.value
