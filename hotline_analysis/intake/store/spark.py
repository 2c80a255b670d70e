"""Apache Spark as the engine of measures, where params ask for it: it reads the store's canonical tables, and writes what is dear to make beside them.

Intake, checks and `h.sql` stay DuckDB's. Nothing here is needed unless params say `engine: {spark: ...}`; it takes the extra `spark` and Java.
"""

import contextlib
import hashlib
import os
import re
import shutil
import warnings
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from hotline_analysis import machine
from hotline_analysis.errors import BadParams
from hotline_analysis.intake import sealed
from hotline_analysis.intake.store.kept import Kept
from hotline_analysis.intake.store.lake import Lying
from hotline_analysis.intake.store.store import Store
from hotline_analysis.params import CONNECT, Params

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ADDRESS = "SPARK_REMOTE"  # Spark's own name for the address of a Connect server; it may hold a token, so nothing of it is ever said
MONTH = "_month"  # by which kept tables are parted; no reader sees it
LOCAL = {  # of a Spark that runs in this machine alone: it listens to nobody else, shows nothing, and logs nothing, for its words may hold values
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}
TYPES = {
    "BIGINT": "bigint",
    "VARCHAR": "string",
    "TIMESTAMP": "timestamp_ntz",
    "BOOLEAN": "boolean",
    "DOUBLE": "double",
}  # of canonical columns
_HELD = contextlib.ExitStack()  # the locks of this process's own folders, until it ends
SETTINGS = {  # of every session: times are wall times, and what no number can be is none, as in DuckDB
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.requireAllClusterKeysForCoPartition": "false",  # rows that lie by caller stay there when they are joined by caller and call
}


class OnSpark(Kept):
    """The tables of one store as Spark's own: canonical ones read, derived ones made and kept in a folder of Parquet files parted by month."""

    def __init__(self, store: Store):
        super().__init__(store)
        self.folder = self.folder / "spark"

    @cached_property
    def session(self) -> "SparkSession":
        return session(self.store.params)

    def table(self, name: str) -> "DataFrame":
        """A canonical table with the columns that the store's own view has."""
        from pyspark.sql import functions as F

        view, lying = self.store.table(name), self.store.lying(name)
        rows = self._of_lake(view, lying) if lying else self.session.read.parquet(*map(str, self.store.files(name)))
        columns = {c: F.col(c) for c in rows.columns}
        if not lying:
            before = F.create_map(*[F.lit(told) for file, n in self.store.files(name).items() for told in (file.name, n)])
            columns["seq"] = F.col("_metadata.row_index") + F.element_at(before, F.col("_metadata.file_name")).cast("bigint")
        if "local_s" in view.columns:
            columns["local_s"] = F.rint(F.unix_micros(F.col(self.store.clock(name)).cast("timestamp")) / 1e6).cast("bigint")
        return rows.select(*[columns[c].alias(c) for c in view.columns])

    def _of_lake(self, view: duckdb.DuckDBPyRelation, lying: Lying) -> "DataFrame":
        """The files that the store looked at, with the types that it found: of a file without a column, and of a partition's, Spark would guess."""
        kinds = [f"{c} {TYPES[str(kind)]}" for c, kind in zip(view.columns, view.types, strict=True) if c != "local_s"]
        return self.session.read.schema(", ".join(kinds)).option("basePath", str(lying.folder)).parquet(*map(str, lying.paths))

    def _read(self, pieces: list[Path]) -> "DataFrame":
        return self.session.read.parquet(*map(str, pieces)).drop(MONTH)

    def _seal(self, path: Path) -> str:
        """A digest of all files of the folder: a task that failed half-way, or a file that is gone, shows."""
        files = sorted(f for f in path.rglob("*.parquet") if f.is_file())
        return hashlib.sha256("".join(f"{f.relative_to(path)} {sealed.digest(f)}\n" for f in files).encode()).hexdigest()[:16]

    def _write(self, name: str, relation: "DataFrame", *, in_one: bool = False) -> list[Path]:
        from pyspark.sql import functions as F

        self._forget(name)
        staged = self.folder / f"{name}.tmp"
        months = relation.withColumn(MONTH, F.date_format(F.date_from_unix_date(F.col("day").cast("int")), "yyyy-MM"))
        months.repartition(MONTH).write.partitionBy(MONTH).option("compression", "zstd").parquet(str(staged))
        staged.chmod(0o700)
        return [self._named(name, staged)]


def check(params: Params) -> None:
    """Raises BadParams, with what to install, where params ask for Spark and this machine cannot have it."""
    where = f"{params.path.name} › engine › spark"
    try:
        import pyspark.sql  # noqa: F401
    except ImportError:
        raise BadParams(where, "pyspark is not installed.", "Install it: python3 tools/environment.py spark") from None
    address = os.environ.get(ADDRESS, "")
    if params.engine.spark == CONNECT and not address:
        raise BadParams(
            where, f"the environment variable {ADDRESS} is not set.", "It holds the address of the server, such as sc://host:15002."
        )
    here = params.engine.spark != CONNECT or address.startswith("local")
    home = os.environ.get("JAVA_HOME", "")
    if here and not (shutil.which("java", path=os.path.join(home, "bin")) if home else shutil.which("java")):
        raise BadParams(where, "Java is not installed.", "Install version 17 or newer (Debian: apt-get install default-jre-headless).")


def session(params: Params) -> "SparkSession":
    """The session that params ask for; one that runs in this process already is taken.

    Raises BadParams where there can be none: what Spark says of it may hold the address, so only its kind is told.
    """
    from pyspark.errors import PySparkException

    check(params)
    try:
        with warnings.catch_warnings(action="ignore"):  # that its own pandas is not for ours, which it is not asked for
            made = _connected(params) if params.engine.spark == CONNECT else _started(params)
            for name, value in SETTINGS.items():
                made.conf.set(name, value)
    except (PySparkException, RuntimeError, ValueError) as fault:
        kind = type(fault).__name__
        raise BadParams(
            f"{params.path.name} › engine › spark",
            f"Spark does not answer ({kind}).",
            f"Look at the server that {ADDRESS} names, or at the Java of this machine; another kind of Spark in this process excludes it.",
        ) from None
    return made


def _started(params: Params) -> "SparkSession":
    """A Spark in this machine, whatever server the environment names."""
    from pyspark.sql import SparkSession

    address = os.environ.pop(ADDRESS, None)  # it would go before the word in params
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # else it looks for an address of this machine, and says which
    try:
        return _with(SparkSession.builder.master(params.engine.spark), _local(params)).getOrCreate()
    finally:
        os.environ.update({} if address is None else {ADDRESS: address})


def _connected(params: Params) -> "SparkSession":
    """The server that the environment names, asked for a few seconds; by itself Spark would ask one that is not there for ten minutes."""
    from pyspark.sql import SparkSession
    from pyspark.sql.connect.client.retries import DefaultPolicy

    address = os.environ[ADDRESS]
    builder = SparkSession.builder.remote(address)
    made = (_with(builder, _local(params)) if address.startswith("local") else builder).getOrCreate()
    made.client.set_retry_policies([DefaultPolicy(max_retries=4)])
    made.conf.get("spark.sql.session.timeZone")
    made.client.set_retry_policies([DefaultPolicy()])
    return made


def _local(params: Params) -> dict[str, str]:
    """Of a Spark on this machine: what params allow, and a few parts a core, for its own 200 are 40,000 files a shuffle."""
    cores = re.search("[0-9]+", params.engine.spark)
    return {
        **LOCAL,
        "spark.driver.memory": f"{int(params.limits.memory_gib * 1024)}m",
        "spark.local.dir": str(_scratch(params.store_folder / "spill")),
        "spark.sql.shuffle.partitions": str(4 * (int(cores[0]) if cores else machine.cores())),
    }


@cache
def _scratch(spill: Path) -> Path:
    """A folder of this process for what Spark sorts on disk; those of processes that were killed go, for Spark leaves what it holds there."""
    own = machine.private_folder(spill) / f"spark-{os.getpid()}"
    for left in {*spill.glob("spark-*.lock")} - {own.with_suffix(".lock")}:
        with contextlib.suppress(machine.Locked, FileNotFoundError), machine.lock(left):
            machine.remove(left.with_suffix(""))
            machine.remove(left)
    _HELD.enter_context(machine.lock(own.with_suffix(".lock")))
    return machine.private_folder(own)


def _with(builder, settings: dict[str, str]):
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder
