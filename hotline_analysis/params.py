"""What a params file may say. A new hotline is a YAML file, never code.

Every scalar is read as text (`08`, `12:30:45`, `01012345678` and `是: yes` stay what they look like) and the model gives the type.
Keys that nobody knows are refused with the nearest right one, keys written twice are refused, and settings are checked against each other.
"""

import hashlib
import io
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from hotline_analysis import tables
from hotline_analysis.errors import BadParams, CannotWrite, nearest
from hotline_analysis.personal import found
from hotline_analysis.words import Term

MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
FORMATS = (
    "iso",
    "chinese",
    "compact",
    "mail",
    "excel",
    "excel1904",
    "epoch_s",
    "epoch_ms",
    "epoch_us",
)  # forms of instants that have a name
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _as_list(value):
    return value if isinstance(value, list | tuple) else [value]


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as missing:  # OSError: a folder of zones, such as Asia
        raise ValueError(f"'{name}' is not a time zone; write an IANA name such as Asia/Shanghai") from missing
    return name


class Settings(BaseModel):
    """The base of every part of a params file: immutable, and closed to keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, protected_namespaces=())


S = TypeVar("S", bound=Settings)


class Words(Settings):
    """A text of the reader's in Chinese and, when there is one, in English."""

    zh: str
    en: str = ""

    @property
    def term(self) -> Term:
        return Term(self.zh, self.en or self.zh)


def _as_words(value):
    return {"zh": value} if isinstance(value, str) else value


SaidWords = Annotated[Words, BeforeValidator(_as_words)]


def _as_column(value):
    return {"from": value} if isinstance(value, str | list) else value


class ColumnRule(Settings):
    """How one canonical column is made of the export's columns. A bare header name is the short form of `from`."""

    source: Texts = Field(default=(), alias="from")
    constant: str | None = Field(default=None, alias="is", min_length=1)  # what every row holds where the export has no such column
    formats: Texts = ()  # of instants: strptime patterns or names of FORMATS, each tried in order; empty: only forms with one reading
    after: str = ""  # of clock times without a date of their own: the instant they may not precede; earlier ones belong to the next day
    unit: Literal["seconds", "minutes", "hours", "milliseconds", "clock", "minutes_clock", "day_fraction"] = "seconds"  # of durations
    decimal: Literal[".", ","] | None = None  # of durations and scores: the mark before the decimals; empty: as the cells show it
    kind: Literal["phone", "person", "code"] | None = None  # of identities: only phones are put into one written form
    country: str = Field(default="CN", pattern="^[A-Z]{2}$")  # of phones: where a number without a country code belongs
    area_code: str = Field(default="", pattern="^0?[0-9]{0,3}$")  # of phones: the area code of a local number without one, such as 010
    unknown: Texts = ()  # of identities and agents: values or patterns (`E+`, `re:^9+$`) that stand for nobody
    none: Texts = ()  # texts that mean an empty cell
    values: dict[str, str] = {}  # this export's word -> canonical word
    other: Literal["keep", "blank", "reject"] | None = None  # what happens to a word that `values` lacks
    aliases: dict[str, str] = {}  # two spellings of one name
    split: str = ""  # separator of a path such as A->B->C
    part: int = Field(default=1, ge=1, le=9)  # which level of the path
    on_error: Literal["reject", "blank"] | None = None  # a cell that does not convert: the row goes, or the cell

    @model_validator(mode="after")
    def _fits(self):
        if bool(self.source) == (self.constant is not None):
            raise ValueError("say which header it comes from (from: ...) or what it always is (is: ...), one of the two")
        beside = sorted(self.model_fields_set - {"source", "constant"})
        if self.constant is not None and beside:
            raise ValueError(f"'is' stands alone: there is no cell for '{beside[0]}' to say anything of")
        if self.other and not self.values:
            raise ValueError("'other' says what happens beside 'values', and there are no values here")
        for form in self.formats:
            if "%Z" in form:
                raise ValueError(
                    f"formats: '{form}' reads the name of a time zone, and CST alone has three meanings; "
                    "write %z where the offset stands there (+0800), or say in which zone the times are written (zone: America/Chicago)"
                )
            if "%" not in form and form not in FORMATS:
                raise ValueError(
                    f"formats: '{form}' is neither a strptime pattern (%Y-%m-%d %H:%M:%S) nor one of {', '.join(FORMATS)}. {nearest(form, FORMATS)}".strip()
                )
        return self


Column = Annotated[ColumnRule, BeforeValidator(_as_column)]


class Events(Settings):
    """A file whose rows are events: the contact is the first or the last row of a key, in time."""

    key: Texts
    take: Literal["first", "last"] = "first"


class Source(Settings):
    """One kind of export: its files, how they are written, and which of their columns mean what."""

    files: Texts = Field(min_length=1)
    sheet: Texts = ()  # names or patterns of sheets; empty: the one sheet that has the mapped headers (several are refused)
    header_row: int | None = Field(default=None, ge=1)  # empty: found by the mapped names
    header: Texts = ()  # names of the columns of a file without a header row
    separator: str | None = Field(default=None, min_length=1, max_length=1)  # empty: found among , tab ; |
    quote: str = Field(default='"', max_length=1)  # empty: no quoting in this file
    encoding: Literal["utf-8", "gb18030", "utf-16", "big5", "latin-1"] | None = None  # empty: BOM, then strict UTF-8, then strict GB18030
    zone: str | None = None  # in which its times are written, when it is not the hotline's: an export in UTC of a hotline in Asia/Shanghai
    object: str | None = None  # name of the data frame inside an .rda file
    repair: Annotated[
        tuple[Literal["split_blanks", "dropped_ends", "text_after_quote", "backslash_quotes"], ...], BeforeValidator(_as_list)
    ] = ()  # declared mends, each counted: a run of blanks stands where a separator was lost; rows lack the separators of their last, empty
    # fields; text goes on after a closing quote ("A B" <123>); quotes inside a field are marked by a backslash. The last three are also
    # found where a file has the habit
    events: Events | None = None
    key: Texts = ()  # columns of the export that name a row; empty: the whole row
    columns: dict[str, Column]
    leave_out: dict[str, Texts] = {}  # canonical column -> words whose rows are read, counted and left out

    @field_validator("separator", mode="before")
    @classmethod
    def _tab(cls, value):
        return {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"}.get(value, value)

    @field_validator("zone")
    @classmethod
    def _zone(cls, value):
        return value and _known_zone(value)


def _as_sources(value):
    return value if isinstance(value, list) else [value]


Sources = Annotated[tuple[Source, ...], BeforeValidator(_as_sources)]


class Period(Settings):
    """The hotline's month: some close it on the 19th and cut the day at noon."""

    start_day: int = Field(default=1, ge=1, le=28)
    cut_hour: int = Field(default=0, ge=0, le=23)


class Limits(Settings):
    """What a run may use."""

    memory_gib: float = Field(default=4, gt=0)
    threads: int = Field(default=0, ge=0)  # 0: as many as the machine has
    spill_gib: float = Field(default=20, gt=0)
    cell_seconds: int = Field(default=600, ge=1)
    run_seconds: int = Field(default=3600, ge=1)


class Report(Settings):
    """What the monthly page shows, and the words that stand on it."""

    organisation: SaidWords | None = None
    first_month: str | None = None  # month of issue 1, for the running number
    headlines: Texts = ()  # four indicators, always in the same place
    note: SaidWords | None = None  # the centre's own words, printed as such

    @field_validator("first_month")
    @classmethod
    def _month(cls, value):
        if value is not None and not MONTH.fullmatch(value):
            raise ValueError(f"'{value}' is not a month; write it as 2024-09")
        return value


class Params(Settings):
    """One hotline: its files and column names, its definition, targets and report."""

    title: SaidWords
    time_zone: str = "Asia/Shanghai"
    weekend: Annotated[tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...], BeforeValidator(_as_list)] = ("sat", "sun")
    holidays: str = "CN"  # country of the public holidays; empty: none
    period: Period = Period()
    key: Literal["file", "published"] = "file"  # published: the fixed key of the sample and of public data
    public: bool = False  # every row of these files is public already, so that the published key gives nothing away
    identity: Annotated[tuple[Literal["caller_phone", "caller_person", "caller_code"], ...], BeforeValidator(_as_list)] = (
        "caller_phone",
        "caller_person",
        "caller_code",
    )
    workspace: str = ""  # folder of the store; empty: .hotline/<name>
    sample: bool = False  # the invented hotline: its exports are written on first use
    calls: Sources = ()
    orders: Sources = ()
    definition: dict[str, Any] = {}
    targets: dict[str, float] = {}
    breaks: dict[str, SaidWords] = {}  # first month under a changed process -> its words: limits begin anew there
    report: Report = Report()
    limits: Limits = Limits()
    path: Path = Path("params.yaml")

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value):
        return _known_zone(value)

    @field_validator("breaks")
    @classmethod
    def _break_months(cls, value):
        for month, words in value.items():
            if not MONTH.fullmatch(month):
                raise ValueError(f"'{month}' is not a month; write it as 2024-03: 新系统上线")
            if not words.zh.strip():
                raise ValueError(f"'{month}' has no words; say what changed, such as 新系统上线")
        return value

    @model_validator(mode="after")
    def _columns_known(self):
        for table in tables.TABLES.values():
            for source in getattr(self, table.name):
                _check_source(table, source)
        if not any(getattr(self, name) for name in tables.TABLES):
            raise ValueError("no table is named; a params file needs at least one of: " + ", ".join(tables.TABLES))
        return self

    @model_validator(mode="after")
    def _key_fits(self):
        if self.sample and not self._own_exports():
            raise ValueError(
                "sample: the invented hotline reads the exports that it writes itself; leave 'sample: true' out for other files"
            )
        if self.key == "published" and not (self.sample or self.public):
            raise ValueError(
                "key: everybody knows the published key, so under it every caller's number can be found by trying; "
                "leave the line out (a key file of your own is then made), or say 'public: true' if every row of these files is public already"
            )
        return self

    def _own_exports(self) -> bool:
        own = [(folder / "exports").resolve() for folder in (self.store_folder, self.root / ".hotline" / "sample")]
        files = [(self.root / file).resolve() for table in tables.TABLES for source in self.sources(table) for file in source.files]
        return all(any(file.is_relative_to(folder) for folder in own) for file in files)

    @property
    def name(self) -> str:
        """The hotline's short name: the params file's own."""
        return self.path.stem

    @property
    def countries(self) -> frozenset[str]:
        """The countries whose national numbers its callers write: in these forms too a number is personal."""
        rules = [pair for table in tables.TABLES for source in self.sources(table) for pair in source.columns.items()]
        return frozenset(rule.country for name, rule in rules if "phone" in (rule.kind, name.removeprefix("caller_")))

    @property
    def root(self) -> Path:
        """Where relative paths start: above the folder `params`, or the file's own folder when it lies elsewhere."""
        folder = self.path.resolve().parent
        return folder.parent if folder.name == "params" else folder

    @property
    def store_folder(self) -> Path:
        """The workspace: `.hotline/<name>` beside `params`, with a mark of its path for a file that lies elsewhere."""
        if self.workspace:
            return (self.root / self.workspace).resolve()
        mark = (
            "" if self.path.resolve().parent.name == "params" else "-" + hashlib.sha256(str(self.path.resolve()).encode()).hexdigest()[:8]
        )
        return self.root / ".hotline" / (self.name + mark)

    def sources(self, table: str) -> tuple[Source, ...]:
        return getattr(self, table)


def _check_source(table: tables.Table, source: Source) -> None:
    where = table.name
    for name, rule in source.columns.items():
        if name not in table.mapped:
            raise ValueError(f"{where} › columns › '{name}' is not a column of {where}. {nearest(name, table.mapped)}".strip())
        _check_rule(f"{where} › columns › {name}", table[name], rule)
    for name in table.needs:
        if name not in source.columns:
            raise ValueError(f"{where} › columns: '{name}' is missing; without it no row of {where} has a place in time")
    _check_identities(where, table, source)
    _check_levels(where, source)
    _check_after(where, table, source)
    for name in source.leave_out:
        if name not in source.columns:
            raise ValueError(f"{where} › leave_out › '{name}' is not among the mapped columns. {nearest(name, source.columns)}".strip())


def _check_rule(place: str, column: tables.Column, rule: ColumnRule) -> None:
    if rule.constant is not None:
        _check_constant(place, column, rule.constant)
    wrong = [word for word in rule.values.values() if column.allowed and word and word not in column.allowed]
    if wrong:
        raise ValueError(
            f"{place} › values: '{wrong[0]}' is not one of {', '.join(column.allowed)}. {nearest(wrong[0], column.allowed)}".strip()
        )
    if column.name == "caller" and rule.kind is None:
        raise ValueError(f"{place}: say which kind of identity it is (kind: phone, person or code)")


def _check_after(where: str, table: tables.Table, source: Source) -> None:
    for name, rule in source.columns.items():
        if rule.after and (rule.after not in source.columns or table[rule.after].kind != tables.INSTANT or rule.after == name):
            raise ValueError(
                f"{where} › columns › {name} › after: '{rule.after}' is not another mapped instant. {nearest(rule.after, source.columns)}".strip()
            )


def _check_constant(place: str, column: tables.Column, word: str) -> None:
    """A column that holds the same in every row: a canonical word, or a number where the column holds numbers."""
    if column.kind in (tables.INSTANT, tables.IDENTITY) or column.name.endswith("_id"):
        raise ValueError(f"{place} › is: no two rows share one; map the header that holds it (from: ...)")
    if column.allowed and word not in column.allowed:
        raise ValueError(f"{place} › is: '{word}' is not one of {', '.join(column.allowed)}. {nearest(word, column.allowed)}".strip())
    if column.kind == tables.FLAG and word not in ("true", "false"):
        raise ValueError(f"{place} › is: '{word}' is neither true nor false")
    if column.kind in (tables.SECONDS, tables.SCORE) and not NUMBER.fullmatch(word):
        raise ValueError(f"{place} › is: '{word}' is not a number")


def _check_levels(where: str, source: Source) -> None:
    """A level of a tree is a path only with the levels above it."""
    for name in source.columns:
        stem, _, level = name.rpartition("_")
        if stem in ("issue", "category") and level in ("2", "3"):
            parent = f"{stem}_{int(level) - 1}"
            if parent not in source.columns:
                raise ValueError(f"{where} › columns › {name}: its parent {parent} is missing; a level without its parents is no path")


def _check_identities(where: str, table: tables.Table, source: Source) -> None:
    """An identity has one key, and its cells go into the store as pseudonyms only."""
    identities = {name: rule for name, rule in source.columns.items() if table[name].kind == tables.IDENTITY}
    if "caller" in identities and f"caller_{identities['caller'].kind}" in identities:
        raise ValueError(f"{where} › columns: 'caller' and 'caller_{identities['caller'].kind}' are the same key; keep one")
    secret = {header for rule in identities.values() for header in rule.source}
    for name, rule in source.columns.items():
        shown = secret.intersection(rule.source) if name not in identities else ()
        if shown:
            raise ValueError(
                f"{where} › columns › {name}: '{sorted(shown)[0]}' is an identity of the caller; no other column may carry it into the store"
            )


def read_yaml(path: Path) -> dict:
    """The file as plain text scalars; a duplicate key, bad YAML or a file that is no mapping is refused with its line."""
    try:
        data = YAML(typ="base").load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        beside = [p.name for p in path.parent.glob("*.yaml")] if path.parent.is_dir() else []
        raise BadParams(str(path), "there is no such params file.", nearest(path.name, beside)) from None
    except (IsADirectoryError, PermissionError) as fault:
        raise BadParams(str(path), f"the params file cannot be read ({fault.strerror}).") from None
    except UnicodeDecodeError as fault:
        raise BadParams(path.name, f"is not UTF-8 at byte {fault.start}.", "Save it as UTF-8.") from None
    except DuplicateKeyError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else "?"
        word = re.search(r'duplicate key "([^"]*)"', str(fault))
        raise BadParams(
            f"{path.name} › line {line}", f"'{word[1] if word else 'a key'}' is written twice.", "Keep one of the two."
        ) from None
    except (MarkedYAMLError, YAMLError) as fault:
        mark, problem = getattr(fault, "problem_mark", None), str(getattr(fault, "problem", fault))
        hint = (
            "A text that begins with *, & or % needs quotes, such as '*.csv'."
            if "alias" in problem or "anchor" in problem or "token" in problem
            else ""
        )
        raise BadParams(f"{path.name} › line {mark.line + 1 if mark else '?'}", f"is not YAML: {problem}.", hint) from None
    if not isinstance(data, dict):
        raise BadParams(path.name, "holds no settings.", "A params file begins with 'title:' and names a table, such as 'calls:'.")
    return data


def validated(model: type[S], data: dict, where: str, **extra) -> S:
    """The model's object, or BadParams with one sentence for every fault: where it stands, what is wrong, the nearest right word."""
    try:
        return model.model_validate({**data, **extra})
    except ValidationError as faults:
        said = [_sentence(model, fault) for fault in faults.errors()]
        raise BadParams(where, f"\n{where} › ".join(said)) from None


def _sentence(model: type[BaseModel], fault: dict) -> str:
    steps = [str(s) for s in fault["loc"] if not str(s).startswith(("function-", "tagged-"))]
    word = steps[-1] if steps else ""
    place = " › ".join(steps[:-1]) + ": " if len(steps) > 1 else ""
    if fault["type"] == "extra_forbidden":
        return f"{place}'{word}' is not a setting here. {nearest(word, _keys_at(model, fault['loc'][:-1]))}".rstrip()
    if fault["type"] == "missing":
        return f"{place}'{word}' is missing."
    message = fault["msg"].removeprefix("Value error, ")
    given = fault.get("input")
    shown = f", not '{given}'" if isinstance(given, str | int | float) and fault["type"] != "value_error" else ""
    sentence = f"{' › '.join(steps) + ': ' if steps else ''}{message}{shown}"
    return sentence if sentence.endswith(("?", ".")) else sentence + "."


def _keys_at(model: Any, loc) -> list[str]:
    """The setting names that the model knows at a place of the file, for the nearest right one."""
    for step in loc:
        fields = getattr(model, "model_fields", {})
        if step in fields:
            model = _inner_model(fields[step].annotation)
        else:
            known = {f.alias: f for f in fields.values() if f.alias}
            if step in known:
                model = _inner_model(known[step].annotation)
    fields = getattr(model, "model_fields", {})
    return [f.alias or name for name, f in fields.items()]


def _inner_model(annotation: Any) -> Any:
    """The settings class inside `tuple[X, ...]`, `dict[str, X]`, `X | None` or `Annotated[X, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _inner_model(part)
        if found is not None:
            return found
    return None


def load(path: str | Path) -> Params:
    """The params file as an object; raises BadParams with every fault it finds."""
    file = Path(path)
    data = read_yaml(file)
    if "path" in data:
        raise BadParams(file.name, "'path' is not a setting here.")
    params = validated(Params, _with_windows(data, file), file.name, path=file)
    _refuse_personal(params)
    return params


def _refuse_personal(params: Params) -> None:
    """The hotline's name and the words that it prints are on every page and in names of folders: no place for a number."""
    printed = {
        "the file's name": params.name,
        "title": params.title,
        "report › organisation": params.report.organisation,
        "report › note": params.report.note,
    }
    for place, said in printed.items():
        text = said if isinstance(said, str) else f"{said.zh}\n{said.en}" if said else ""
        if found(text, params.countries):
            raise BadParams(
                f"{params.path.name} › {place}",
                "holds a telephone number, an id or a mail address.",
                "No page may carry one; leave it out.",
            )


# ---- windows by issue, in a file of their own


class WindowsFile(Settings):
    """A window for each issue, as `hotline study exposure --write-windows` writes it; `*` stands for every issue that is not named."""

    windows_by_issue: dict[str, Annotated[float, Field(gt=0, le=24 * 366)]] = Field(min_length=1)
    hotline: str = ""  # where they were found, for the reader
    period: str = ""
    definition: str = ""


def _with_windows(data: dict, file: Path) -> dict:
    """The settings with `definition: {windows_file: ...}` replaced by the windows that it holds; its path starts at the params file."""
    definition = data.get("definition")
    if not isinstance(definition, dict) or "windows_file" not in definition:
        return data
    if "windows_by_issue" in definition:
        raise BadParams(f"{file.name} › definition", "'windows_file' and 'windows_by_issue' are both given.", "Keep one of them.")
    name = definition["windows_file"]
    if not isinstance(name, str) or not name:
        raise BadParams(f"{file.name} › definition › windows_file", "is not the name of a file.", "Write it as windows.yaml.")
    held = read_windows(file.parent / name)
    rest = {key: value for key, value in definition.items() if key != "windows_file"}
    return {**data, "definition": {**rest, "windows_by_issue": dict(held.windows_by_issue)}}


def read_windows(path: Path) -> WindowsFile:
    """The windows of a file; raises BadParams with what is wrong, and how the file is made when there is none."""
    if not path.exists():
        raise BadParams(
            str(path), "there is no such windows file.", f"Make it with `hotline study exposure --params ... --write-windows {path}`."
        )
    return validated(WindowsFile, read_yaml(path), path.name)


def write_windows(path: Path, windows: dict[str, float], *, hotline: str, period: str, definition: str) -> None:
    """Write a windows file whole; an existing file is replaced only when it is one. Raises BadParams, CannotWrite."""
    if not windows:
        raise BadParams(str(path), "there is no issue to give a window to.")
    if path.exists():
        read_windows(path)
    held = {
        "hotline": hotline,
        "period": period,
        "definition": definition,
        "windows_by_issue": {k: int(v) if v == int(v) else v for k, v in windows.items()},
    }
    text = io.StringIO()
    text.write("# 各诉求的重复来电窗口（小时），* 为其余诉求；由 hotline study exposure --write-windows 写成，可以手改。\n")
    text.write(
        "# Windows of a repeat call by issue, in hours; * is every other issue. In a params file: definition: {windows_file: "
        + path.name
        + "}\n"
    )
    yaml = YAML()
    yaml.width = 4096
    yaml.dump(held, text)
    staged = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        staged.write_text(text.getvalue(), encoding="utf-8", newline="\n")
        os.replace(staged, path)
    except OSError as fault:
        staged.unlink(missing_ok=True)
        raise CannotWrite(str(path), f"cannot be written ({fault.strerror}).") from None


def check_month(text: str) -> str:
    """`2024-09`, or BadParams: a month is four digits, a hyphen and 01-12."""
    if not MONTH.fullmatch(text):
        raise BadParams(f"month '{text}'", "is not a month.", "Write it as 2024-09.")
    return text
