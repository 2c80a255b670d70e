"""Canonical tables that lie in a lake already: which files hold a table now, and how the engines read them where they lie. Nothing is written there.

A table is a folder of Parquet files, in folders of partitions (area=East) or not, or a Delta table. Of a Delta table the log says which files count: it is read
here by the published protocol (JSON commits and Parquet checkpoints), and what is not read here (deletion vectors, renamed columns, newer features) is refused,
because the files alone would then tell something else than the table.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from hotline_analysis.errors import DataRefused, NoInput, nearest
from hotline_analysis.intake.convert.parts import seen
from hotline_analysis.intake.engine import connect, parquet
from hotline_analysis.params import Params

DELTA, HUDI = "_delta_log", ".hoodie"
PATTERN = re.compile(r"[*?\[\]{}\\]")  # in a name the engines would take it for a pattern
COMMIT, CHECKPOINT = re.compile(r"(\d{20})\.json"), re.compile(r"(\d{20})\.checkpoint(?:\.\d{10}\.(\d{10}))?\.parquet")
READ = {
    "timestampNtz",
    "columnMapping",
    "deletionVectors",
    "vacuumProtocolCheck",
    "variantType",
}  # reader features; what the second and third mean is refused where it is used, and no column of ours is of the last
NOWHERE = "__HIVE_DEFAULT_PARTITION__"  # the folder of rows without a value
MAGIC = b"PAR1"


@dataclass(frozen=True)
class Lying:
    """One table of a lake as it is now: its place in params, its folder, its files below it, and what tells that they were replaced."""

    where: str
    told: str
    folder: Path
    files: tuple[str, ...]

    @property
    def paths(self) -> list[Path]:
        return [self.folder / file for file in self.files]

    @property
    def seen(self) -> str:
        """It changes when a file comes, goes or is written again."""
        try:
            stats = [[file, *seen(path)] for file, path in zip(self.files, self.paths, strict=True)]
        except OSError:
            return ""
        return hashlib.sha256(json.dumps(stats).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def rows(self) -> str:
        """The files as a table in SQL: all columns that any of them has, and those of the partitions, as text."""
        return parquet(self.paths).removesuffix(")") + ", union_by_name = true, hive_partitioning = true, hive_types_autocast = false)"

    def as_dict(self) -> dict:
        return {"where": self.where, "told": self.told, "folder": str(self.folder), "files": list(self.files), "seen": self.seen}

    @classmethod
    def from_dict(cls, plain: Mapping) -> "Lying":
        return cls(plain["where"], plain["told"], Path(plain["folder"]), tuple(plain["files"]))


def find(params: Params, name: str) -> Lying:
    """The files that a table of the lake has now. Raises NoInput where there are none, DataRefused where they are no such table or cannot be seen."""
    told, where = params.tables[name], f"{params.path.name} › tables › {name}"
    try:
        return Lying(where, told, *_found(params, where, told))
    except OSError as fault:
        place = Path(fault.filename or told).name
        raise DataRefused(
            where, f"{place} cannot be opened ({type(fault).__name__}).", "Whoever runs this must be able to read it."
        ) from None


def _found(params: Params, where: str, told: str) -> tuple[Path, tuple[str, ...]]:
    """The folder of a table, and its files below it."""
    folder = (params.root / os.path.expanduser(told)).resolve()
    if not folder.is_dir():
        beside = [path.name for path in folder.parent.iterdir()] if folder.parent.is_dir() else []
        hint = nearest(folder.name, beside) or "Relative folders start where those of exports do."
        raise NoInput(where, f"'{told}' is no folder." if folder.exists() else f"there is no folder '{told}'.", hint)
    if PATTERN.search(str(folder)) or "=" in str(folder):
        raise DataRefused(
            where, "the folder's path holds one of * ? [ ] { } \\ =.", "The engines would read it as a pattern or as a partition."
        )
    if (folder / HUDI).is_dir():
        raise DataRefused(where, "is a Hudi table, whose files hold older versions of rows too.", "Write the table as Parquet or as Delta.")
    files = _of_log(where, folder, params) if (folder / DELTA).is_dir() else _of_folder(where, folder)
    coded = next((file for file in files if re.search("%[89A-Fa-f]", file)), None) if params.engine.spark else None
    if coded:
        raise DataRefused(
            where,
            f"the folders of {coded} hold letters written as %E4, and Spark reads others for them.",
            "Write them with Spark, or leave 'engine' out.",
        )
    if not files:
        raise NoInput(where, f"'{told}' holds no rows: there is no Parquet file in it.")
    return folder, tuple(files)


def _of_folder(where: str, folder: Path) -> list[str]:
    """Every Parquet file below a folder. What begins with _ or . is nobody's data, as everywhere in lakes; anything else would be left unread."""
    found = []
    for place, folders, names in os.walk(folder, onerror=_raised):
        below = Path(place).relative_to(folder)
        own = next((name for name in (DELTA, HUDI) if name in folders), None)
        if own:
            raise DataRefused(
                where, f"{below} in it is a table of its own ({own}), whose files hold older versions of rows too.", "Name that folder."
            )
        folders[:], names = (sorted(name for name in there if name[0] not in "_.") for there in (folders, names))
        for name in (*folders, *names):
            _refuse_link(where, folder, str(below / name))
        found += [str(below / name) for name in names]
    other = [name for name in found if not name.endswith(".parquet")]
    if other:
        raise DataRefused(
            where, f"{len(other)} of its {len(found)} files are no .parquet, such as {other[0]}.", "Name a folder of Parquet files alone."
        )
    _refuse_patterns(where, found)
    return found


def _raised(fault: OSError) -> None:
    """What cannot be listed would be left out of every figure."""
    raise fault


def _refuse_link(where: str, folder: Path, file: str) -> None:
    if (folder / file).resolve() != folder / file:
        raise DataRefused(
            where, f"{file} is a link to another place.", "Put what it stands for there: nothing outside the table's folder is read."
        )


def _refuse_patterns(where: str, files: list[str]) -> None:
    odd = next((file for file in files if PATTERN.search(file)), None)
    if odd:
        raise DataRefused(
            where,
            f"the name of {odd} holds one of * ? [ ] {{ }} \\.",
            "The engines would read it as a pattern; Spark and DuckDB write %5B for it.",
        )


def refuse_other(lying: Lying) -> None:
    """A file that only is called Parquet, or was cut off, is named."""
    for file, path in zip(lying.files, lying.paths, strict=True):
        with open(path, "rb") as stream:
            begins, size = stream.read(4), stream.seek(0, os.SEEK_END)
            stream.seek(max(size - 4, 0))
            if begins != MAGIC or stream.read(4) != MAGIC:
                raise DataRefused(lying.where, f"{file} is no whole Parquet file.", "Look at what wrote it, or take it out of the folder.")


# ---- the log of a Delta table


def _of_log(where: str, folder: Path, params: Params) -> list[str]:
    """The files of the newest version of a Delta table: those of its newest whole checkpoint, with what the commits after it added and removed."""
    checkpoint, commits = _log(where, folder / DELTA)
    actions = _of_checkpoint(checkpoint, folder, params) if checkpoint else []
    for commit in commits:
        actions += [json.loads(line) for line in commit.read_text(encoding="utf-8").splitlines() if line.strip()]
    held: dict[str, dict] = {}
    for action in actions:
        _refuse_unread(where, action)
        if "add" in action:
            held[action["add"]["path"]] = action["add"]
        if "remove" in action:
            held.pop(action["remove"]["path"], None)
    for add in held.values():
        _refuse_add(where, folder, add)
    files = sorted(unquote(path) for path in held)
    _refuse_patterns(where, files)
    return files


def _log(where: str, log: Path) -> tuple[list[Path], list[Path]]:
    """The files of the newest whole checkpoint, and the commits after it; without one all commits."""
    names = sorted(os.listdir(log))
    points: dict[tuple[int, int], list[Path]] = {}
    for told in filter(None, map(CHECKPOINT.fullmatch, names)):
        points.setdefault((int(told[1]), int(told[2] or 1)), []).append(log / told[0])
    start, parts = max((point for point, files in points.items() if len(files) == point[1]), default=(-1, 0))
    commits = [(int(told[1]), log / told[0]) for told in filter(None, map(COMMIT.fullmatch, names)) if int(told[1]) > start]
    if [number for number, _ in commits] != [*range(start + 1, start + 1 + len(commits))] or not (parts or commits):
        raise DataRefused(f"{where} › {DELTA}", "versions of the log are missing.", "Copy the table whole, its log with it.")
    return points.get((start, parts), []), [commit for _, commit in commits]


def _of_checkpoint(files: list[Path], folder: Path, params: Params) -> list[dict]:
    """The actions that a checkpoint sums up, as commits write them."""
    kinds = ("protocol", "metaData", "add")
    told = ", ".join(f"CASE WHEN {kind} IS NOT NULL THEN to_json({kind}) END" for kind in kinds)
    with connect([folder], params.store_folder / "spill", params.limits) as engine:
        rows = engine.execute(f"SELECT {told} FROM {parquet(files)}").fetchall()
    return [{kind: json.loads(cell)} for row in rows for kind, cell in zip(kinds, row, strict=True) if cell]


def _refuse_unread(where: str, action: dict) -> None:
    """What changes the meaning of the files, and is not read here."""
    protocol, settings = action.get("protocol") or {}, (action.get("metaData") or {}).get("configuration") or {}
    newer = sorted({*(protocol.get("readerFeatures") or ())} - READ)
    if newer or protocol.get("minReaderVersion", 1) > 3:
        told = f"asks of its readers what is not read here ({', '.join(newer) or 'a newer version of the protocol'})."
        raise DataRefused(where, told, "Write the table anew without it, or as Parquet.")
    if settings.get("delta.columnMapping.mode", "none") != "none":
        raise DataRefused(
            where, "gives its columns other names in the files (column mapping).", "Write the table anew without it, or as Parquet."
        )


def _refuse_add(where: str, folder: Path, add: dict) -> None:
    """A file that tells more rows than the table has, lies elsewhere or nowhere, or whose folders do not say what the log says of its partition."""
    file = unquote(add["path"])
    if add.get("deletionVector"):
        raise DataRefused(
            where,
            "has rows that are deleted but still in their files (deletion vectors).",
            "Run REORG TABLE ... APPLY (PURGE) on it first.",
        )
    if "://" in add["path"] or file.startswith("/"):
        raise DataRefused(where, "has files outside its folder.", "Write the table whole into one folder.")
    if not (folder / file).is_file():
        raise NoInput(where, f"{file} is not there, and the log names it.", "Copy the table whole.")
    _refuse_link(where, folder, file)
    written = dict(part.split("=", 1) for part in file.split("/")[:-1] if "=" in part)
    told = {unquote(name): None if value == NOWHERE else unquote(value) for name, value in written.items()}
    if told != {name: value or None for name, value in (add.get("partitionValues") or {}).items()}:
        raise DataRefused(
            where, f"the folders of {file} are not named by its partition.", "Write the table with folders such as area=East."
        )
