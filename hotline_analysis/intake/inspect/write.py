"""The proposal as a commented params file, and what was found as a short table. Of values only shapes and the words of code lists are written."""

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hotline_analysis import presets
from hotline_analysis.intake.inspect.propose import ASK, LIKELY, SURE, Proposal
from hotline_analysis.intake.inspect.recognise import Looked, Section
from hotline_analysis.personal import masked_name
from hotline_analysis.tables import TABLES
from hotline_analysis.words import Term

CONFIRM = Term("请确认", "please confirm")
PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff /().+-]*")
WORDS = ("true", "false", "yes", "no", "null", "on", "off", "y", "n")
UNPRINTED = re.compile("[\x7f-\xa0\u2028\u2029\ufeff]")  # YAML takes some of them for line breaks
UNITS = {
    "row": Term("一行一件", "a row a record"), "event": Term("一行一个事件", "a row an event"), "leg": Term("一行一段", "a row a leg"),
}  # fmt: skip


@dataclass
class Group:
    """Files of one table that are read alike."""

    section: Section
    files: list[str]
    looked: list[Looked] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """What the hotline's own settings are taken to be: the zone, the holidays, the weekend, each with its reason."""

    zone: str
    holidays: str
    weekend: tuple[str, ...]
    why: Term


def yaml(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{yaml(key)}: {yaml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(yaml, value)) + "]"
    if isinstance(value, int | float):
        return repr(value)
    plain = PLAIN.fullmatch(value) and value.lower() not in WORDS and not value.endswith(" ") and ": " not in value
    return value if plain else UNPRINTED.sub(lambda c: f"\\u{ord(c[0]):04x}", json.dumps(value, ensure_ascii=False))


def note(text: str) -> str:
    """A text as a comment or a table's cell may hold it: on one line, and nothing personal in it."""
    return " ".join(masked_name(text).split())


def params(title: str, looked: list[Looked], names: dict[int, str], place: Place, language: str) -> str:
    """The params file. `names`: id of a Looked -> its file as params name it."""
    whole = _whole(looked)
    settings = presets.known()[whole].params if whole else {}
    lines = [
        f"# {Term('由 hotline inspect 按文件提出；标有“# 请确认”的行逐一核对，注释掉的行未定。', 'Proposed by hotline inspect; check each line marked, lines in comments are undecided.')(language)}",
        f"title: {yaml(title)}    # {CONFIRM.zh}: {Term('按文件名', 'after the name of the file')(language)}",
        *([f"preset: {whole}    # {presets.known()[whole].system(language)}"] if whole else []),
    ]
    if "time_zone" not in settings:
        lines += [
            f"time_zone: {place.zone}    # {CONFIRM.zh}: {place.why(language)}",
            f"holidays: {yaml(place.holidays) if place.holidays else chr(34) * 2}    # {Term('见', 'see')(language)} time_zone",
        ]
    if place.weekend and "weekend" not in settings:
        lines.append(
            f"weekend: {yaml(list(place.weekend))}    # {CONFIRM.zh}: {Term('这两天的来电最少', 'the two days with fewest records')(language)}"
        )
    for table in TABLES:
        groups = _groups([(one, s) for one in looked for s in one.sections if s.table == table], names)
        if groups:
            lines += _table(table, groups, whole, language)
    return "\n".join([*lines, *_by_closing(looked, language), *_items(looked, language)]) + "\n"


def _whole(looked: list[Looked]) -> str:
    """The one preset of all files, if there is one."""
    found = {one.preset.name if one.preset else "" for one in looked}
    return found.pop() if len(found) == 1 else ""


def _groups(found: list[tuple[Looked, Section]], names: dict[int, str]) -> list[Group]:
    """Files that are read alike but for the words that each of them has; together they have all of these."""
    made: dict[str, Group] = {}
    for one, section in found:
        told = {p.column: (_but_words(p.rule), p.confidence >= LIKELY) for p in section.proposals}
        key = repr(
            (
                section.offered,
                sorted(section.settings.items()),
                told,
                section.taken_away,
                one.preset and one.preset.name,
                _file_settings(one),
            )
        )
        group = made.setdefault(key, Group(section, []))
        group.section = _with_words(group.section, section)
        group.files.append(names[id(one)])
        group.looked.append(one)
    return list(made.values())


def _but_words(rule: Any) -> Any:
    return rule | {"values": ""} if isinstance(rule, dict) and "values" in rule else rule


def _with_words(section: Section, more: Section) -> Section:
    """A section whose lines say the words of another too."""
    other = {p.column: p for p in more.proposals}
    return replace(section, proposals=[_all_words(p, other[p.column]) for p in section.proposals])


def _all_words(p: Proposal, other: Proposal) -> Proposal:
    told = other.settings.get("values", {}) | p.settings.get("values", {})
    settings = p.settings | {"values": dict(sorted(told.items(), key=lambda said: str(said[1]), reverse=True))} if told else p.settings
    return replace(p, settings=settings, unsaid=tuple(word for word in dict.fromkeys(p.unsaid + other.unsaid) if word not in told))


def _file_settings(one: Looked) -> dict[str, Any]:
    """What must be said of the file itself for the run to read it as it was read here."""
    table, told = one.taken.table, {}
    alike = [name for name in one.taken.alike if note(name) == name]
    if len(one.taken.alike) > 1 and len(alike) == len(one.taken.alike):
        told["sheet"] = alike
    elif len(one.taken.sheets) > 1 and table.ledger.beside and note(table.sheet) == table.sheet:
        told["sheet"] = table.sheet
    if one.taken.headerless:
        told["header"] = list(table.columns)
    if one.taken.repair:
        told["repair"] = one.taken.repair
    return told


def _table(table: str, groups: list[Group], whole: str, language: str) -> list[str]:
    """A table's files, and those that are only offered as comments."""
    lines = []
    for offered in (False, True):
        some = [group for group in groups if group.section.offered is offered]
        told = _lines(table, some, whole, language) if some else []
        lines += [f"# {line}" for line in told if not line.strip().startswith("#")] if offered else told
    return lines


def _lines(table: str, groups: list[Group], whole: str, language: str) -> list[str]:
    if len(groups) == 1:
        return [f"{table}:{_table_note(groups[0].section, language)}", *(f"  {line}" for line in _source(groups[0], whole, language))]
    lines = [f"{table}:"]
    for group in groups:
        first, *rest = _source(group, whole, language)
        lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    return lines


def _table_note(section: Section, language: str) -> str:
    return "" if section.sure else f"    # {CONFIRM.zh}: {section.why(language)}"


def _source(group: Group, whole: str, language: str) -> list[str]:
    one, section = group.looked[0], group.section
    preset = one.preset.name if one.preset else ""
    lines = [*([f"preset: {preset}"] if preset and preset != whole else [])]
    lines.append(f"files: {yaml(group.files if len(group.files) > 1 else group.files[0])}    # {_rows_said(one, language)}")
    sheets = Term(
        "这几张工作表列名相同；是一张表的几个版本，就只留一张", "these sheets have the same columns; of versions of one table leave one"
    )
    asked = {"sheet": f"    # {CONFIRM.zh}: {sheets(language)}"} if len(one.taken.alike) > 1 else {}
    lines += [f"{key}: {yaml(value)}{asked.get(key, '')}" for key, value in {**_file_settings(one), **section.settings}.items()]
    lines += _preset_said(one, section, language) if preset else []
    columns = [line for p in section.proposals for line in (*_column(p, section.beside, language), *_unsaid(p, language))]
    columns += [f"{name}: ''    # {Term('此文件没有预设所用的列', 'the file has no such column')(language)}" for name in section.taken_away]
    columns += [] if preset else _unused(one, language)
    columns += _ways(one, section, language)
    return [*lines, *(["columns:", *(f"  {line}" for line in columns)] if any(not c.startswith("#") for c in columns) else columns)]


def _unused(one: Looked, language: str) -> list[str]:
    """The headers of which nothing is said, and where the names that they may have stand: what one would map by hand."""
    said = {h for s in one.sections for p in s.proposals if p.confidence >= ASK for h in (*p.headers, *p.others)}
    rest = [note(yaml(e.header)) for e in one.table.seen if e.header not in said]
    told = Term(
        "没有提出对应的列（可用的名称见 README 的“字段说明”与 docs/params.md）",
        "columns without a proposal (the names there are: Codebook in the README, docs/params.md)",
    )
    return [f"# {told(language)}: {', '.join(rest)}"] if rest else []


def _ways(one: Looked, section: Section, language: str) -> list[str]:
    """Of surveys whose file says no channel: how several ways of asking are told apart."""
    if section.table != "surveys" or "channel" in _mapped(one, section):
        return []
    told = Term(
        "没有渠道列：短信、语音等几种邀评方式的文件请列成几份，各写 channel: {is: 短信}，否则回收率与得分混在一起",
        "no channel: list the files of several ways of asking (text message, voice) as sources of their own, each with channel: {is: SMS}, or their response rates and scores are mixed",
    )
    return [f"# {told(language)}"]


def _rows_said(one: Looked, language: str) -> str:
    unit = UNITS[one.unit.kind](language) if not one.preset else Term("预设", "preset")(language)
    return note(f"{unit}; {one.unit.why(language)}") if not one.preset else f"{unit} {one.preset.name}"


def _preset_said(one: Looked, section: Section, language: str) -> list[str]:
    """What the preset maps, as comments: the reader need not look it up."""
    told = one.preset.params[section.table]["columns"]
    own = {p.column for p in section.proposals} | set(section.taken_away)
    mapped = ", ".join(f"{name} = {'+'.join(presets.headers(rule))}" for name, rule in told.items() if name not in own)
    return [f"# {Term('预设对应', 'the preset maps')(language)}: {mapped}"]


def _column(p, beside: str, language: str) -> list[str]:
    """A column's line: as it is when sure, marked when likely, in a comment when it is only one of several."""
    said = f"{p.column}: {yaml(p.rule)}"
    others = f" {Term('或', 'or')(language)}: {', '.join(p.others)}" if p.others and p.confidence < SURE else ""
    why = note(f"{p.confidence:.2f} {p.why(language)}{others}")
    if p.confidence >= SURE:
        return [f"{said}    # {why}"]
    if p.confidence >= LIKELY and beside:
        return [f"{said}    # {Term('见', 'see')(language)} {beside}"]
    if p.confidence >= LIKELY or p.column in TABLES[p.table].needs:
        return [f"{said}    # {CONFIRM.zh}: {why}"]
    return [f"# {said}    # {CONFIRM.zh}: {why}"] if p.confidence >= ASK else []


def _unsaid(p: Proposal, language: str) -> list[str]:
    """The words of a column that its line leaves out, which would be read as nothing."""
    if not p.unsaid or p.confidence < LIKELY:
        return []
    left = Term("没有写进 values 的词，按空值计", "words that values leave out, read as nothing")
    return [f"# {CONFIRM.zh}: {p.column} {left(language)}: {note(', '.join(map(yaml, p.unsaid)))}"]


def _by_closing(looked: list[Looked], language: str) -> list[str]:
    """Of orders that only their closing could place, the setting that does so, in a comment: what is left out with it is for a person to accept."""
    told = [(one, section) for one in looked for section in one.sections if section.table == "orders"]
    if not told or not all({"created_at", "closed_at"} & _mapped(*pair) == {"closed_at"} for pair in told):
        return []
    why = Term(
        "文件没有受理时间，不能归入月份；去掉行首的#，则按办结时间归月，未办结的不在其中，时限与积压无从算起",
        "no time of creation, so no months; without the first #, orders are placed by their closing: open ones are in no month, and no limit and no stock can be told",
    )
    return [f"# complaints: {{placed_by: closed}}    # {CONFIRM.zh}: {why(language)}"]


def _mapped(one: Looked, section: Section) -> set[str]:
    """The columns that the file's lines map, its preset's among them."""
    own = {p.column for p in section.proposals if p.confidence >= LIKELY}
    preset = one.preset.params[section.table]["columns"] if one.preset and section.table in one.preset.params else {}
    return own | (set(preset) - set(section.taken_away))


def _items(looked: list[Looked], language: str) -> list[str]:
    items = {slot: item for one in looked for slot, item in one.items.items()}
    if not items:
        return []
    note = Term("分值范围按答卷推断，并以高分为好", "the scales are taken from the answers, and high scores for good ones")
    return [f"items:    # {CONFIRM.zh}: {note(language)}", *(f"  {slot}: {yaml(item)}" for slot, item in items.items())]


def found(looked: list[Looked], language: str) -> str:
    """What was found, a line a column, for the terminal."""
    lines = []
    for one in looked:
        ledger = one.taken.table.ledger
        dialect = ", ".join(filter(None, (ledger.encoding, {"\t": "tab"}.get(ledger.separator, ledger.separator))))
        part = "" if one.taken.whole else Term("（抽样）", " (a sample)")(language)
        lines.append(f"{one.taken.file.name}: {one.taken.rows:,} {Term('行', 'rows')(language)}{part}  {dialect}")
        told = {h: (s.table, p) for s in one.sections for p in s.proposals if p.confidence >= ASK for h in p.headers}
        if one.preset:
            lines.append(f"  {Term('预设', 'preset')(language)}: {one.preset.name}")
        else:
            named = note(f"{UNITS[one.unit.kind](language)}: {' + '.join(one.unit.key) or '?'} ({one.unit.why(language)})")
            lines.append(f"  {named}")
        if one.dates:
            order = {
                "open": Term("日月顺序无法判定", "day or month first: open"),
                "day first": Term("日在前", "day first"),
                "month first": Term("月在前", "month first"),
            }
            lines.append(f"  {order[one.dates](language)}")
        if ledger.rejected:
            lines.append(f"  {Term('读不成记录的行', 'lines that are no records')(language)}: {ledger.rejected.total():,}")
        for e in sorted([*one.table.seen, *one.hidden], key=lambda e: e.place):
            table, p = told.get(e.header, ("", None))
            shapes = " ".join(form for form, _ in e.shapes[:2])
            said = f"→ {table}.{p.column} {p.confidence:.2f}" if p else ""
            lines.append(f"  {note(e.header):<28} {e.share_filled:>4.0%} {e.distinct:>7,}  {shapes[:40]:<40} {said}".rstrip())
    return "\n".join(lines)


def path_said(path: Path) -> str:
    """A file as params name it: from the current folder where it lies below it. What is personal in its name stands as a pattern of the same length."""
    whole = path.resolve()
    said = str(whole.relative_to(Path.cwd())) if whole.is_relative_to(Path.cwd()) else str(whole)
    shown = masked_name(whole.name)
    if shown == whole.name:
        return said
    kept = zip(whole.name, shown, strict=True) if len(shown) == len(whole.name) else zip(shown, shown, strict=True)
    return said.removesuffix(whole.name) + "".join("?" if c == "*" else own for own, c in kept)
