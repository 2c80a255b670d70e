"""Spark counts what DuckDB counts: the gap table and every count table of random hotlines, cell by cell (`tests.laws.on_spark`)."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.real import ROOT

TABLES = 50
pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed: python3 tools/environment.py spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed: apt-get install default-jre-headless"),
]


@pytest.mark.parametrize("kind", ["classic", "connect"])
def test_spark_and_duckdb_agree_on_random_hotlines(kind):
    command = [sys.executable, "-m", "tests.laws.on_spark", kind, str(TABLES)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SPARK_")}
    done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert sum(count for count, *_ in told.values()) == TABLES
    assert {rule: differing for rule, (_, *differing) in told.items() if differing} == {}
