"""N6: the same figures whatever the machine's time zone, its threads, the seed of its hashes, the order of the rows, and how the exports are cut."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.small import PARAMS, write_hotline

ROOT = Path(__file__).resolve().parent.parent.parent
ZONES, THREADS, SEEDS = ("UTC", "Asia/Shanghai", "America/New_York"), (1, 2, 8), (0, 1, 77)
RUNS = [  # each zone, number of threads and seed, and each order with each cut
    (0, 0, 0, "as it is", "whole"), (0, 1, 1, "shuffled", "split"), (1, 0, 2, "shuffled", "split"), (1, 2, 1, "as it is", "split"),
    (2, 1, 0, "as it is", "split"), (2, 2, 2, "shuffled", "whole"), (0, 2, 0, "shuffled", "split"), (1, 1, 2, "as it is", "whole"),
]  # fmt: skip
FIGURES = """
import hashlib, sys
from hotline_analysis import open_hotline
h = open_hotline(sys.argv[1], "2024-01", progress=False)
frames = [h.verdicts, h.study("window", "evidence"), h.study("exposure"), h.study("flows"), h.study("service", "volume"), h.study("service", "hours")]
print(hashlib.sha256("".join(f.to_csv(index=False) for f in frames).encode()).hexdigest(), sum(len(f) for f in frames))
"""


def digest(folder: Path, run: tuple, calls: int) -> str:
    """The digest of the figures of a run, made by a process of its own from exports of its own."""
    zone, threads, seed, order, cut = run
    folder.mkdir()
    params = write_hotline(folder, calls=calls)
    head, *rows = (folder / "calls.csv").read_bytes().decode("gb18030").splitlines()
    random.Random(5).shuffle(rows) if order == "shuffled" else None
    if cut == "split":  # two exports that overlap by a fifth
        (folder / "calls.csv").unlink()
        for name, part in (("calls-a.csv", rows[: calls * 3 // 5]), ("calls-b.csv", rows[calls * 2 // 5 :])):
            (folder / name).write_bytes(("\n".join([head, *part]) + "\n").encode("gb18030"))
    params.write_text(PARAMS.replace("calls.csv", "calls*.csv") + f"limits: {{threads: {THREADS[threads]}}}\n", encoding="utf-8")
    env = {**os.environ, "TZ": ZONES[zone], "PYTHONHASHSEED": str(SEEDS[seed]), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", FIGURES, str(params)], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def same(tmp_path: Path, runs: list, calls: int) -> int:
    found = [digest(tmp_path / str(n), run, calls) for n, run in enumerate(runs)]
    assert len(set(found)) == 1 and int(found[0].split()[1]) > 20, found
    return len(found)


@pytest.mark.slow
def test_eight_runs_have_one_digest(tmp_path, bar):
    bar("N6 digests", same(tmp_path, RUNS, 3000))


@pytest.mark.slow
def test_a_run_that_differs_in_everything_has_the_same_digest(tmp_path):
    assert same(tmp_path, [RUNS[0], RUNS[5]], 600) == 2


def test_whatever_differs_is_in_some_run():
    assert {(z, t) for z, t, *_ in RUNS} >= {(z, t) for z in (0, 1) for t in range(3)}
    assert {(o, c) for *_, o, c in RUNS} == {(o, c) for o in ("as it is", "shuffled") for c in ("whole", "split")}
    assert {r[0] for r in RUNS} == {r[1] for r in RUNS} == {r[2] for r in RUNS} == {0, 1, 2} and len(set(RUNS)) == 8
