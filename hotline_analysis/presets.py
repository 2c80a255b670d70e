"""Presets: what is known of the exports of systems met often, as fragments of a params file that lie under the user's own settings.

`intake/presets/NAME.yaml` holds `system` (who writes such exports), `headers` (all of the export's columns, in its order), `families` (the sections
of `intake/inspect/names.toml` that describe the same system) and `params`: settings of the hotline, and of its tables but for the files.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from hotline_analysis.errors import BadParams, nearest
from hotline_analysis.tables import TABLES
from hotline_analysis.words import Term

FOLDER = Path(__file__).parent / "intake" / "presets"


@dataclass(frozen=True)
class Preset:
    """One system's export: its name, who writes it, its columns, and the settings that read it."""

    name: str
    system: Term
    headers: tuple[str, ...]
    families: tuple[str, ...]
    params: dict[str, Any]

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(name for name in self.params if name in TABLES)

    def mapped(self, table: str) -> tuple[str, ...]:
        """The headers that its settings of a table name."""
        source = self.params[table]
        return tuple(dict.fromkeys([*(h for rule in source["columns"].values() for h in headers(rule)), *listed(source.get("key", ()))]))


def listed(value: Any) -> list:
    return list(value) if isinstance(value, list | tuple) else [value]


def headers(rule: Any) -> list[str]:
    """The headers that a column's rule names, in any of its short forms."""
    if not isinstance(rule, dict):
        return listed(rule)
    return [*listed(rule.get("from", ())), *rule.get("when", {})]


@lru_cache(maxsize=1)
def known() -> dict[str, Preset]:
    """Every preset of the package by its name, read as plain text scalars, as a params file is."""
    made = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        said = YAML(typ="base").load(path.read_text(encoding="utf-8"))
        made[path.stem] = Preset(path.stem, Term(**said["system"]), tuple(said["headers"]), tuple(said.get("families", ())), said["params"])
    return made


def named(name: str, where: str) -> Preset:
    """The preset, or BadParams with the nearest right name."""
    if name not in known():
        raise BadParams(where, f"preset: '{name}' is not known.", nearest(name, known()) or "`hotline presets` lists them.")
    return known()[name]


def under(data: dict, where: str) -> dict:
    """A params file's settings with those of its presets below them. A preset of the whole hotline serves every table that both name; one under a
    kind of export serves that alone. Raises BadParams for a preset that nobody knows, or that says nothing of what the params name.
    """
    whole = [named(str(name), where) for name in listed(data.get("preset", ()))]
    told = {key: value for preset in reversed(whole) for key, value in preset.params.items() if key not in TABLES}
    merged = {**told, **data}
    for preset in whole:
        if preset.tables and not set(preset.tables) & set(data):
            raise BadParams(where, f"preset: '{preset.name}' reads {' and '.join(preset.tables)}, which is not named here.")
    for table in (name for name in TABLES if name in data):
        first = next((preset.name for preset in whole if table in preset.tables), "")
        sources = [_source(source, table, first, where) for source in listed(data[table])]
        merged[table] = sources if isinstance(data[table], list) else sources[0]
    return merged


def _source(source: Any, table: str, usual: str, where: str) -> Any:
    """One kind of export with its preset below it; an empty text of the user's takes a setting of the preset away, own events its key (which names one
    event of a contact at most), and what it leaves out goes with the column by which it does."""
    name = source.get("preset", usual) if isinstance(source, dict) else ""
    if not name:
        return source
    preset = named(str(name), f"{where} › {table}")
    if table not in preset.tables:
        raise BadParams(f"{where} › {table}", f"preset: '{name}' reads {' and '.join(preset.tables)}, not {table}.")
    told, own = preset.params[table], source.get("columns", {})
    if not isinstance(own, dict):
        return source
    columns = {column: rule for column, rule in {**told["columns"], **own}.items() if rule != "" or column not in told["columns"]}
    told = {key: value for key, value in told.items() if key != "key" or "events" not in source}
    settings = {key: value for key, value in {**told, **source}.items() if value != "" or key not in told}
    if "leave_out" in told and "leave_out" not in source:
        settings["leave_out"] = {column: words for column, words in told["leave_out"].items() if column in columns}
    return {**settings, "preset": str(name), "columns": columns}


def asks(name: str, table: str, column: str, when: Mapping[str, Collection[str]]) -> bool:
    """Whether a column's `when` is the preset's own."""
    rule = named(name, "").params[table]["columns"].get(column) if name else None
    own = rule.get("when", {}) if isinstance(rule, dict) else {}
    return {header: tuple(listed(marks)) for header, marks in own.items()} == {header: tuple(marks) for header, marks in when.items()}


def missing(name: str, wanted: Collection[str], columns: Collection[str], where: str) -> BadParams | None:
    """Why a preset does not fit a file: the columns that it names and the file lacks; None where it lacks none."""
    lost = [header for header in wanted if header not in columns]
    if not lost:
        return None
    return BadParams(
        where,
        f"preset '{name}' does not fit: it misses the columns {', '.join(lost)}.",
        "Say under columns which headers take their place, or an empty text for what this export does not have.",
    )
