"""Spark as a hotline's engine: what a notebook gets is what DuckDB gives, and a machine that cannot have it is told what to install."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from hotline_analysis import open_hotline
from hotline_analysis.__main__ import main
from hotline_analysis.errors import BadParams
from hotline_analysis.intake.store import spark
from hotline_analysis.params import Engine, load
from tests import real, small
from tests.notebooks import invented
from tests.tried import WHOLE

needs_spark = [
    pytest.mark.spark,
    pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed: python3 tools/environment.py spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed: apt-get install default-jre-headless"),
]


def with_engine(folder, engine: str) -> Path:
    file = small.write_hotline(folder)
    file.write_text(f"{file.read_text(encoding='utf-8')}engine: {engine}\n", encoding="utf-8")
    return file


@pytest.fixture
def installed(monkeypatch):
    """A pyspark that can be imported and Java on the path, whatever this machine has; no address."""
    monkeypatch.setitem(sys.modules, "pyspark", ModuleType("pyspark"))
    monkeypatch.setitem(sys.modules, "pyspark.sql", ModuleType("pyspark.sql"))
    monkeypatch.setattr(spark.shutil, "which", lambda name, path=None: "/usr/bin/java")
    monkeypatch.delenv(spark.ADDRESS, raising=False)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return monkeypatch


def refused(file) -> str:
    with pytest.raises(BadParams) as told:
        open_hotline(file, progress=False)
    assert not (file.parent / ".hotline").exists(), "refused before anything was read"
    return str(told.value)


def test_without_pyspark_one_reads_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    told = refused(with_engine(tmp_path, "{spark: 'local[2]'}"))
    assert told == "small.yaml › engine › spark › pyspark is not installed. Install it: python3 tools/environment.py spark"


def test_without_java_one_reads_what_to_install(tmp_path, installed):
    installed.setattr(spark.shutil, "which", lambda name, path=None: None)
    told = refused(with_engine(tmp_path, "{spark: 'local[*]'}"))
    assert told.startswith("small.yaml › engine › spark › Java is not installed. Install version 17 or newer")


def test_a_server_has_its_address_in_the_environment(tmp_path, installed):
    file = with_engine(tmp_path, "{spark: connect}")
    assert refused(file).startswith("small.yaml › engine › spark › the environment variable SPARK_REMOTE is not set.")
    installed.setattr(spark.shutil, "which", lambda name, path=None: None)
    installed.setenv(spark.ADDRESS, "sc://elsewhere:15002/;token=geheim")
    spark.check(load(file))  # Java is the server's there
    installed.setenv(spark.ADDRESS, "local[2]")
    with pytest.raises(BadParams, match="Java"):
        spark.check(load(file))


@pytest.mark.parametrize(
    "engine", ["spark", "sc://h:1/;token=geheim", "{spark: 'sc://h:1/;token=geheim'}", "{spark: 'local[0]'}", "{spark: yarn}"]
)
def test_no_other_engine_is_taken_and_no_address_is_said_again(tmp_path, engine):
    told = refused(with_engine(tmp_path, engine))
    assert told.startswith("small.yaml › engine") and "geheim" not in told


def test_duckdb_is_the_engine_unless_another_is_named(tmp_path):
    assert load(with_engine(tmp_path, "duckdb")).engine == Engine() and not Engine().spark


# ---- what both count


def compared(*asked: str, remote: str = "") -> dict:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SPARK_")}
    command = [sys.executable, "-m", "tests.intake.on_spark", *asked]
    done = subprocess.run(
        command, cwd=real.ROOT, env={**kept, **({spark.ADDRESS: remote} if remote else {})}, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


class TestBoth:
    pytestmark = needs_spark

    def test_a_month_of_the_sample_and_one_of_a_real_export(self):
        """In one process, for its start takes as long as a month; without the public data the sample stands alone."""
        months = {"sample": "2024-09", **({"bank1999": "1999-01"} if (real.DATA / "bank1999").is_dir() else {})}
        asked = [word for name, month in months.items() for word in (f"params/{name}.yaml", month, "-")]
        assert compared("local[2]", *asked) == {f"{name}.yaml": [] for name in months}

    @pytest.mark.skipif(not WHOLE, reason="a Java a kernel takes minutes: make prove, on a machine with the extra spark")
    def test_the_pages_of_a_month_are_the_same_bytes(self, tmp_path):
        pages = []
        for engine in ("duckdb", "{spark: 'local[2]'}"):
            (folder := tmp_path / str(len(pages))).mkdir()
            file = invented.write(folder)
            file.write_text(f"{file.read_text(encoding='utf-8')}engine: {engine}\n", encoding="utf-8")
            assert main(["report", "--params", str(file), "--month", "latest", "--quiet"]) == 0
            (month,) = (folder / "reports" / file.stem).glob("20*")
            pages.append({page.name: page.read_bytes() for page in month.iterdir() if page.suffix in (".html", ".csv")})
        assert len(pages[0]) > 5 and pages[0] == pages[1]

    def test_the_studies_of_a_hotline_on_a_server(self, tmp_path):
        studies = "window/evidence,flows/pairs,fcr,agents/counts"
        params = str(invented.write(tmp_path))
        assert compared("connect", params, "latest", studies, remote="local[2]") == {"two_thousand.yaml": []}

    def test_a_server_that_does_not_answer_is_said_and_its_address_is_not(self, tmp_path):
        command = [sys.executable, "-m", "hotline_analysis", "study", "window", "--params", str(with_engine(tmp_path, "{spark: connect}"))]
        address = {spark.ADDRESS: "sc://127.0.0.1:9/;token=geheim"}
        done = subprocess.run(command, cwd=real.ROOT, env={**os.environ, **address}, capture_output=True, encoding="utf-8")
        assert done.returncode == BadParams.code and "engine › spark › Spark does not answer" in done.stderr, done.stderr
        assert "geheim" not in done.stderr + done.stdout and "127.0.0.1" not in done.stderr + done.stdout
