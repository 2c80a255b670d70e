"""One file looked at whole: the preset that fits it, or a proposal column by column, and what of either the converters of the run would read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hotline_analysis import presets
from hotline_analysis.errors import DataRefused
from hotline_analysis.intake import checks
from hotline_analysis.intake.convert import convert, hints, instants
from hotline_analysis.intake.engine import parquet
from hotline_analysis.intake.inspect import names, proofs, propose
from hotline_analysis.intake.inspect.evidence import Evidence, column
from hotline_analysis.intake.inspect.names import Names
from hotline_analysis.intake.inspect.propose import ASK, LIKELY, SURE, Proposal
from hotline_analysis.intake.inspect.sample import Taken
from hotline_analysis.params import Source
from hotline_analysis.personal import masked_name
from hotline_analysis.presets import Preset
from hotline_analysis.tables import IDENTITY, INSTANT, SECONDS, TABLES
from hotline_analysis.words import Term

FITS, LEAST_HEADERS = 0.6, 6  # a preset fits where so many of its headers are there
READ = 0.9  # share of a preset's times that must be read as it says
AMONG = ("calls", "orders", "surveys", "sessions", "agent_time")  # tables that a file is taken for
AS_CONTACT = {
    "order_id": "call_id", "created_at": "started_at", "category_1": "issue_1", "category_2": "issue_2", "category_3": "issue_3", "caller": "caller",
    "channel": "channel", "area": "area",
}  # fmt: skip
OF_CASES = ("closed_at", "responded_at", "resolved_at", "due_at", "dispatched_at")
OF_HANDLING = (*OF_CASES, "department", "resolved", "satisfied")  # what only an order has, not a message
ACCEPTED = ("受理", "登记", "派")  # in the name of its beginning: somebody takes it on
WORKERS = ("agent", "agent_first", "department", "unit")
WORKER_WORDS = ("坐席", "座席", "客服", "工号", "话务员", "接线员", "承办人", "经办人", "处理人", "agent", "operator", "handler")
AS_CALLS = Term(
    "文件只有工单：要把每件工单也算作一次来访（看同一人再次来件），去掉以下各行与 orders 的 call_id 行首的#；未成工单的来电与接通结果（outcome）不在其中，件数不是来电量，接通率无从算起",
    "orders alone: to count each as a contact too (who comes again), take the first # from these lines and from call_id of orders; calls without an order and "
    "outcomes are not there, so that the contacts are not the volume of calls and no connection rate can be told",
)
LINKS = {"call_id": "calls", "order_id": "orders"}  # a column that names a record of another table
PROVED, PART, LEAST_IDS = (
    0.9,
    0.2,
    20,
)  # share of a column's values that are ids of the other table, of fewer of its months too, and how many ids say anything
RUNNING = 100_000  # numbers below it may be the numbers of the rows of any file
LONG = Term(
    "答卷是一行一题：满意度专题不收这样的答卷。先合成一份一行（数据透视：答卷编号作行，题目作列，得分作值，其余的列留一格），再检查合成的文件；合成以后，除题目各列外，可用以下各行",
    "a row an item, which the study of satisfaction refuses: make it a row a survey first (a pivot: the id of the survey as rows, the item as columns, the score as "
    "values, one cell of each other column) and inspect that file; of it, beside the columns of the items, these lines hold",
)
OF_ITEMS, OF_SCORES, OF_SURVEYS = ("题", "指标", "评价项", "question", "item"), ("分", "score", "rating", "答案", "评价"), ("问卷", "答卷", "调查", "测评", "评价", "survey", "response")  # fmt: skip
SCALES = ((1, 5), (0, 5), (1, 10), (0, 10), (0, 100))
NO_ANSWER = (-3, -2, -1)  # codes of survey tools for a question that was skipped


@dataclass
class Section:
    """What is proposed of one table of one file: settings of the source, and its columns."""

    table: str
    settings: dict[str, Any]
    proposals: list[Proposal]
    sure: bool = True  # of the table itself
    why: Term = field(default_factory=lambda: Term("", ""))
    beside: str = ""  # the table of the same file in which its lines are to be confirmed
    messages: bool = False  # contacts that are messages, not calls
    offered: bool = False  # written as comments, for a person to take
    taken_away: tuple[str, ...] = ()  # columns of the preset that the file lacks


@dataclass
class Looked:
    """One file, its columns' evidence, and what is proposed of it."""

    taken: Taken
    table: proofs.Table
    unit: proofs.RowUnit
    sections: list[Section]
    preset: Preset | None = None
    hidden: list[Evidence] = field(default_factory=list)  # columns whose header is personal: told masked, and nothing is proposed of them
    dates: str = ""  # day first, month first, open, or '' where there is no choice
    items: dict[str, dict[str, Any]] = field(default_factory=dict)


def look(connection, taken: Taken, known: Names, with_presets: bool) -> Looked:
    """Everything that is proposed of one file."""
    seen = [column(connection, taken.table.path, taken.small, header, place) for place, header in enumerate(taken.table.columns)]
    hidden = [e for e in seen if masked_name(e.header) != e.header]
    seen = [e for e in seen if e not in hidden]
    table = proofs.Table(connection, taken.table.path, taken.small, seen)
    order, is_open = proofs.open_dates(table)
    _choose_order(seen, order)
    unit = proofs.row_unit(table, known)
    looked = Looked(taken, table, unit, [], hidden=hidden, dates="open" if is_open else order)
    looked.preset = fitting(taken.table.columns) if with_presets else None
    looked.sections = _by_preset(looked) if looked.preset else _by_column(looked, known)
    _items(looked)
    for section in looked.sections:
        _try(looked, section)
        section.proposals = _holding(looked, section, _levels(section.proposals))
    if not looked.preset:
        _told_something(looked)
    return looked


def _told_something(looked: Looked) -> None:
    """A section of which nothing is likely keeps its best column, to be confirmed; one without any is none, and a file without any is refused."""
    for section in looked.sections:
        if not any(p.confidence >= LIKELY or p.column in TABLES[section.table].needs for p in section.proposals):
            best = max(section.proposals, key=lambda p: p.confidence, default=None)
            told = best is not None and best.confidence >= ASK
            section.proposals = [replace(p, confidence=LIKELY) if p is best and told else p for p in section.proposals if told]
    looked.sections = [section for section in looked.sections if section.proposals]
    if not looked.sections:
        raise DataRefused(
            looked.taken.file.name,
            "has no column whose name and values say enough.",
            "Write a params file by hand; docs/template.yaml is the shortest.",
        )


def _choose_order(seen: list[Evidence], order: str) -> None:
    """Where the file's order of day and month is known, the forms of that order come first in every column."""
    for e in seen:
        if order:
            e.ways.sort(key=lambda way: (hints.way_order(way[0]) not in ("", order), -round(way[1], 3), way[0][0] != "iso"))


# ---- presets


def fitting(headers: Collection[str]) -> Preset | None:
    """The preset of whose headers most are there; None below six of them and six in ten, and where its rows could not be told apart or placed."""
    there = {names.folded(h) for h in headers}
    found = []
    for preset in presets.known().values():
        own = [h for h in preset.headers if names.folded(h) in there]
        if len(own) >= min(LEAST_HEADERS, len(preset.headers)) and len(own) >= FITS * len(preset.headers) and _placed(preset, headers):
            found.append((len(own) / len(preset.headers), len(own), preset.name, preset))
    return max(found, key=lambda f: f[:3])[3] if found else None


def _placed(preset: Preset, headers: Collection[str]) -> bool:
    told = preset.params[preset.tables[0]]
    needed = [*presets.listed(told.get("key", ())), *presets.listed(told.get("events", {}).get("key", ()))]
    clock = TABLES[preset.tables[0]].clock
    needed += presets.headers(told["columns"][clock]) if clock in told["columns"] else []
    return set(needed) <= set(headers)


def _by_preset(looked: Looked) -> list[Section]:
    """A section for each table of the preset that the file can fill, with what its values need beside it."""
    headers, made = set(looked.taken.table.columns), []
    for place, name in enumerate(looked.preset.tables):
        told = looked.preset.params[name]
        lost = tuple(c for c, rule in told["columns"].items() if not set(presets.headers(rule)) <= headers)
        if place and lost:  # the second table of a preset is a matter of columns that only some files have
            continue
        made.append(Section(name, {}, _corrections(looked, name, lost), taken_away=lost))
    return made


def _corrections(looked: Looked, table: str, lost: Collection[str]) -> list[Proposal]:
    """Times of the preset that its forms do not read, with the forms that do."""
    made = []
    for name, rule in looked.preset.params[table]["columns"].items():
        if (
            name in lost
            or TABLES[table][name].kind != INSTANT
            or len(presets.listed(rule.get("from") if isinstance(rule, dict) else rule)) > 1
        ):
            continue
        said = rule if isinstance(rule, dict) else {"from": rule}
        e = looked.table.of(said["from"])
        if e.filled and _reads(looked, e, tuple(presets.listed(said.get("formats", ())))) < READ and e.ways:
            settings = {k: v for k, v in said.items() if k not in ("from", "formats")} | propose.formats(e)
            sure = 0.9 if looked.dates in ("day first", "month first") or not hints.way_order(e.ways[0][0]) else 0.5
            made.append(Proposal(table, name, (said["from"],), sure, _order_said(looked.dates), settings))
    return made


def _reads(looked: Looked, e: Evidence, forms: tuple[str, ...]) -> float:
    way = instants.tried(forms, looked.taken.table.typed)
    n = looked.table.connection.execute(
        f"SELECT count(*) FILTER (({hints.read_sql(f'clean(c{e.place})', way)}) IS NOT NULL) FROM {parquet(looked.table.small)}"
    ).fetchone()[0]
    return n / max(1, e.looked_at)


def _order_said(order: str) -> Term:
    return {
        "day first": Term("取值证明日在前", "the values prove the day first"),
        "month first": Term("取值证明月在前", "the values prove the month first"),
        "open": Term("日、月谁在前无法由取值判定", "the values do not decide whether the day or the month is first"),
    }.get(order, Term("取值的写法", "the form of the values"))


# ---- column by column


def _by_column(looked: Looked, known: Names) -> list[Section]:
    if long := _long(looked):
        return [_long_survey(looked, known, long)]
    name, sure = _table(looked, known)
    made = _proposals(looked, known, name)
    if name == "orders":
        return _cases(looked, made, sure)
    return [_section(looked, name, made, sure)]


def _long(looked: Looked) -> tuple[str, ...]:
    """The headers of id, item and score of a survey that is written a row an item: an id comes once with each of a few items, and the scores are few numbers."""
    seen = [e for e in looked.table.seen if e.filled]
    ids = [e for e in seen if _named_so(e, OF_SURVEYS) and e.share_filled > 0.99 and 1 < e.distinct < 0.75 * e.filled and e.instant < 0.5]
    items = [e for e in seen if _named_so(e, OF_ITEMS) and e.category and e.share_filled > 0.99 and e.number < 0.9]
    scores = [e for e in seen if _named_so(e, OF_SCORES) and e.number > 0.9 and e.distinct <= 14 and 0 <= e.low <= e.high <= 100]
    found = ((i, n, s) for i in ids for n in items for s in scores if len({i.header, n.header, s.header}) == 3)
    return next((tuple(e.header for e in told) for told in found if proofs.unique(looked.table, told[:2]) > 0.9995), ())


def _named_so(e: Evidence, words: Collection[str]) -> bool:
    return any(word in names.folded(e.header) for word in words)


def _long_survey(looked: Looked, known: Names, long: tuple[str, ...]) -> Section:
    """What a survey of a row an item will be once it is a row a survey: offered, since it cannot be read as it is."""
    survey = long[0]
    made = propose.columns("surveys", [e for e in looked.table.seen if e.header not in long], known, {"survey_id"})
    made = [p for p in made if p.confidence >= LIKELY]
    own = Proposal("surveys", "survey_id", (survey,), 0.85, Term("与题目合起来每行不同", "different in every row together with the item"))
    return Section("surveys", {"key": survey}, _in_order("surveys", [own, *made]), False, LONG, offered=True)


def _table(looked: Looked, known: Names) -> tuple[str, bool]:
    """The table that the names speak for; a log of events is one of contacts. A sheet of sums is refused."""
    votes = known.tables(looked.taken.table.columns)
    if votes["aggregate"] > max(votes[t] for t in AMONG) and not looked.unit.key:
        raise DataRefused(looked.taken.file.name, "is a report that is summed already, not a table of records.", "Export the records.")
    if looked.unit.kind in ("event", "leg"):
        return "calls", looked.unit.kind == "leg" or votes["calls"] > votes["orders"]
    order = sorted((t for t in AMONG if _able(looked, known, t)), key=lambda t: -votes[t])
    if sum(e.item for e in looked.table.seen) >= max(3, 0.25 * len(looked.table.seen)):
        return "surveys", votes["surveys"] > 0.5
    handled = [e for e in looked.table.seen if e.instant > READ and _of_case(known, e)]
    if votes["calls"] >= votes["orders"] and handled and not any(e.worded > READ or (e.mobile > READ) for e in looked.table.seen):
        return "orders", False
    timed = any(e.instant > READ for e in looked.table.seen) or proofs.clocks(looked.table)
    if order[0] == "calls" and not timed:
        return "orders", False
    return order[0], votes[order[0]] > 1.3 * votes[order[1]]


def _able(looked: Looked, known: Names, name: str) -> bool:
    """Whether the file has what rows of the table cannot be without; a time is found by its values (`_placed_in_time`)."""
    needs = set(TABLES[name].needs) - {TABLES[name].clock}
    return not needs or needs <= {p.column for p in propose.columns(name, looked.table.seen, known, set()) if p.confidence >= ASK}


def _of_case(known: Names, e: Evidence) -> bool:
    """Whether a column is a moment of a case's handling by its name, and none of a call's."""
    orders, calls = (propose.with_values(t, known.of(t, e.header), e) for t in ("orders", "calls"))
    best = max((like.score for column, like in orders.items() if column in OF_CASES), default=0.0)
    return best > 0.5 and best >= max((like.score for column, like in calls.items() if not column.startswith("~")), default=0.0)


def _proposals(looked: Looked, known: Names, name: str) -> list[Proposal]:
    table = looked.table
    apart = proofs.clocks(table) if name == "calls" else []
    used = {h for p in apart for h in p.headers}
    made = propose.columns(name, [e for e in table.seen if e.header not in used], known, {p.column for p in apart}) + apart
    made = propose.sole_opening(name, made, table.seen)
    made = proofs.durations(table, made) if name == "calls" else made
    made = proofs.in_order(table, made, propose.OPENING.get(name, ""))
    made = _doubt_callers(looked, _named(looked, name, made))
    made = _with_markers(looked, _placed_in_time(looked, name, made))
    return _levels(_doubt_dates(looked, _doubt_events(looked, made)))


def _named(looked: Looked, name: str, made: list[Proposal]) -> list[Proposal]:
    """The id is what names a row, or unites the rows of a contact."""
    own, unit = TABLES[name].id, looked.unit
    key = tuple(h for h in unit.key if not looked.table.of(h).daily)
    if not own or not key:
        return made
    ids = [
        e
        for e in looked.table.seen
        if e.unique == 1 and e.share_filled > 0.99 and e.instant < 0.5 and e.told < 0.1 and e.number * (not e.whole) == 0
    ]
    alone = len(key) == 1 and (unit.kind != "row" or len(ids) == 1 or [e.header for e in ids if proofs._id_name(e)] == list(key))
    mine = next((p for p in made if p.column == own and p.headers == key), None)
    if mine and mine.confidence >= SURE:
        return made
    kept = [p for p in made if p.column != own and p.headers != key]
    return [*kept, Proposal(name, own, key, 0.85 if alone or len(key) > 1 else 0.7, unit.why)]


def _doubt_callers(looked: Looked, made: list[Proposal]) -> list[Proposal]:
    """A caller's number of which each agent or unit has one alone is their own telephone."""
    told = [p.headers[0] for p in made if p.column in WORKERS and p.confidence >= ASK]
    told += [e.header for e in looked.table.seen if any(word in names.folded(e.header) for word in WORKER_WORDS)]
    why = Term("每个坐席或单位只有一个号码，或是其自己的电话", "each agent or unit has one number: perhaps their own")
    return [
        replace(p, confidence=min(p.confidence, 0.5), why=why)
        if p.column == "caller" and any(_one_each(looked, p.headers[0], worker) for worker in told if worker not in p.headers)
        else p
        for p in made
    ]


def _one_each(looked: Looked, number: str, worker: str) -> bool:
    """Whether most of those with three rows or more have one number in all of them."""
    c, w = (f"trim(c{looked.table.of(header).place})" for header in (number, worker))
    n, alone = looked.table.connection.execute(
        f"SELECT count(*), count(*) FILTER (numbers = 1) FROM (SELECT count(DISTINCT {c}) AS numbers FROM {parquet(looked.table.path)} "
        f"WHERE {w} <> '' AND {c} <> '' GROUP BY {w} HAVING count(*) >= 3)"
    ).fetchone()
    return n >= 3 and alone > 0.5 * n


def _placed_in_time(looked: Looked, name: str, made: list[Proposal]) -> list[Proposal]:
    """A table that needs a time gets the likeliest one, to be confirmed, where no name says which."""
    clock = TABLES[name].clock
    if clock not in TABLES[name].needs or any(p.column == clock and p.confidence >= ASK for p in made):
        return made
    used = {h for p in made if p.confidence >= LIKELY and p.column != clock for h in p.headers}
    able = [e for e in looked.table.seen if e.instant > 0.5 and e.header not in used]
    if not able:
        raise DataRefused(
            looked.taken.file.name,
            f"has no column of times that could place its rows ({clock}).",
            "Write a params file by hand; docs/template.yaml is the shortest.",
        )
    best = max(able, key=lambda e: (not propose.later(e.header), not e.daily, e.share_filled, -e.place))
    why = Term("最像来电时间的时间列", "the likeliest of the times")
    kept = [p for p in made if p.column != clock and best.header not in p.headers]
    return [*kept, Proposal(name, clock, (best.header,), 0.6, why, propose.formats(best), tuple(e.header for e in able if e is not best))]


def _with_markers(looked: Looked, made: list[Proposal]) -> list[Proposal]:
    """What stands for nobody beside the usual words: a caller far too heavy that is 0 or one digit again and again, and numbers that a spreadsheet damaged."""
    told = []
    for p in made:
        if p.column == "caller" and len(p.headers) == 1 and not p.settings.get("unknown"):
            marks = _markers(looked, looked.table.of(p.headers[0]))
            p = replace(p, settings=p.settings | ({"unknown": marks} if marks else {}))
        told.append(p)
    return told


def _markers(looked: Looked, e: Evidence) -> list[str]:
    n, damaged, repeated = looked.table.connection.execute(
        f"SELECT count(*) FILTER (trim(c{e.place}) = '0'), count(*) FILTER (regexp_full_match(trim(c{e.place}), '\\d(\\.\\d+)?[eE]\\+\\d+')), list(DISTINCT trim(c{e.place})) FILTER (regexp_full_match(trim(c{e.place}), '0{{2,}}|9{{5,}}')) FROM {parquet(looked.table.path)}"
    ).fetchone()
    return [*(["0"] if n > 0.001 * e.filled else []), *sorted(repeated or []), *(["E+"] if damaged else [])]


def _doubt_events(looked: Looked, made: list[Proposal]) -> list[Proposal]:
    """In a switch's log of events a column means what the event says: nothing but the id and the time is sure of it."""
    if looked.unit.kind != "event" or not _of_switch(looked):
        return made
    return [p if p.column in ("call_id", "started_at") else replace(p, confidence=min(p.confidence, 0.7)) for p in made]


def _of_switch(looked: Looked) -> bool:
    """Whether a column holds the words of a switch's events."""
    return any(e.code.get("event", 0) > 0.5 for e in looked.table.seen)


def _doubt_dates(looked: Looked, made: list[Proposal]) -> list[Proposal]:
    """Times whose day and month nobody can tell apart are never proposed as they stand."""
    told = []
    for p in made:
        e = looked.table.of(p.headers[0])
        if looked.dates == "open" and p.column.endswith("_at") and e.ways and hints.way_order(e.ways[0][0]):
            ways = {hints.way_order(way): list(way) for way, _ in reversed(e.ways) if hints.way_order(way)}
            p = replace(
                p,
                confidence=0.5,
                why=_order_said("open"),
                others=tuple(f"formats: {hints.yaml(way)} ({order})" for order, way in ways.items()),
            )
        elif looked.dates and p.column.endswith("_at") and e.ways and hints.way_order(e.ways[0][0]):
            p = replace(p, why=_order_said(looked.dates))
        told.append(p)
    return told


def _levels(made: list[Proposal]) -> list[Proposal]:
    """A path gives its levels; a level whose parent is missing, or would be no more than a comment, becomes the parent."""
    told = {p.column: p for p in made}
    for stem in ("issue", "category"):
        first = told.get(f"{stem}_1")
        for level in (2, 3):
            if first and first.settings.get("split"):
                told[f"{stem}_{level}"] = replace(first, column=f"{stem}_{level}", settings={**first.settings, "part": str(level)})
            elif _likely(told, f"{stem}_{level}") and not _likely(told, f"{stem}_{level - 1}"):
                moved = told.pop(f"{stem}_{level}")
                told[f"{stem}_{level - 1}"] = replace(moved, column=f"{stem}_{level - 1}", confidence=min(moved.confidence, 0.7))
    return list(told.values())


def _likely(told: dict[str, Proposal], column: str) -> bool:
    return column in told and told[column].confidence >= LIKELY


def _cases(looked: Looked, made: list[Proposal], sure: bool) -> list[Section]:
    """Orders; where they name who wrote and when, and no call of their own, they may be contacts too (`settle_contacts`), and where nothing says how they were
    handled, they are contacts alone.
    """
    told = {p.column: p for p in made if p.confidence >= ASK}
    who, handled = told.get("caller"), [c for c in OF_HANDLING if c in told]
    handled += [h for h in told["created_at"].headers if any(word in h for word in ACCEPTED)] if "created_at" in told else []
    orders = _section(looked, "orders", made, sure)
    if (
        not who
        or "created_at" not in told
        or "call_id" in told
        or looked.table.of(who.headers[0]).masked > 0.5
        or looked.unit.kind != "row"
    ):
        return [orders]
    contacts = [replace(p, table="calls", column=AS_CONTACT[p.column]) for p in made if p.column in AS_CONTACT]
    why = (
        Term("每件工单也是一次来访", "each order is a contact too")
        if handled
        else Term("没有办理时间的来件按来访计", "messages without handling are contacts")
    )
    calls = _section(looked, "calls", contacts, False, why)
    if not handled:
        calls.messages = True
        return [calls]
    link = Proposal("orders", "call_id", told["order_id"].headers, told["order_id"].confidence, why) if "order_id" in told else None
    orders.proposals += [link] if link else []
    calls.beside = "orders"
    return [calls, orders]


def settle_contacts(looked: list[Looked]) -> None:
    """Orders are contacts beside messages, which are contacts as they are. Beside calls they are none, since the call that led to an order would count twice; where
    orders alone are there, it is a person's to say: that the contacts are those that became an order, and nobody's outcome is known.
    """
    calls = [s for one in looked for s in one.sections if s.table == "calls"]
    others = [s for s in calls if not s.beside]
    if others and all(s.messages for s in others):
        return
    for one in looked:
        own = [s for s in one.sections if s.table == "calls" and s.beside]
        one.sections = [s for s in one.sections if s not in own or not others]
        for section in own:
            section.offered, section.beside = True, ""
            section.why = AS_CALLS
            orders = next(s for s in one.sections if s.table == "orders")
            orders.proposals = [
                replace(p, confidence=ASK) if p.column == "call_id" else p for p in orders.proposals if p.column != "call_id" or not others
            ]


def settle_links(connection, looked: list[Looked]) -> None:
    """What names a record of another table is the column whose values are its ids, whatever the names say; a column whose values are none of them is doubted.
    Only files that were read whole prove it.
    """
    sections = [(one, section) for one in looked for section in one.sections if not section.offered]
    for name, table in LINKS.items():
        named = [(one, _header(one, section, name)) for one, section in sections if section.table == table]
        ids = [_values(one, header) for one, header in named if header]
        whole = all(header and one.taken.whole and one.taken.rows == one.table.seen[0].rows for one, header in named)
        for one, section in sections if ids and whole else ():
            if section.table != table and not one.preset and name in TABLES[section.table]:
                _link(connection, one, section, name, " UNION ".join(ids))


def _header(one: Looked, section: Section, column: str) -> str:
    """The one header that makes a column, by the file's lines or its preset's; '' where several do, or none."""
    own = next((p.headers for p in section.proposals if p.column == column and p.confidence >= LIKELY), ())
    rule = one.preset.params[section.table]["columns"].get(column) if one.preset and not own else None
    headers = own or (tuple(presets.headers(rule)) if rule else ())
    return headers[0] if len(headers) == 1 and headers[0] in one.taken.table.columns else ""


def _values(one: Looked, header: str) -> str:
    cell = f"trim(c{one.table.of(header).place})"
    return f"SELECT id_text({cell}) AS v FROM {parquet(one.taken.table.path)} WHERE {cell} <> ''"


def _link(connection, one: Looked, section: Section, column: str, ids: str) -> None:
    said = next((p for p in section.proposals if p.column == column), None)
    shares = {e.header: _inside(connection, one, e.header, ids) for e in one.table.seen if _may_link(section, column, e, said)}
    best = max(shares, key=shares.get, default="")
    if best and shares[best] >= PART:
        why = Term(f"取值的{shares[best]:.0%}是{LINKS[column]}的编号", f"{shares[best]:.0%} of its values are ids of {LINKS[column]}")
        kept = [p for p in section.proposals if p.column != column and best not in p.headers]
        section.proposals = _in_order(
            section.table, [*kept, Proposal(section.table, column, (best,), 0.9 if shares[best] >= PROVED else 0.75, why)]
        )
    elif said and shares.get(said.headers[0]) == 0:
        why = Term(f"取值都不是{LINKS[column]}的编号", f"none of its values is an id of {LINKS[column]}")
        section.proposals = [replace(p, confidence=min(p.confidence, 0.5), why=why) if p is said else p for p in section.proposals]


def _may_link(section: Section, column: str, e: Evidence, said: Proposal | None) -> bool:
    """Whether a column may name records of another table: ids, no running numbers (which any table has) but those that the name says."""
    own = {h for p in section.proposals if p.column == TABLES[section.table].id for h in p.headers}
    running = e.number > 0.9 and e.high < RUNNING and not (said and e.header in said.headers)
    return e.distinct >= LEAST_IDS and e.instant < 0.5 and e.told < 0.1 and e.mobile < 0.5 and e.header not in own and not running


def _inside(connection, one: Looked, header: str, ids: str) -> float:
    """The share of a column's different values that are among the ids."""
    n, inside = connection.execute(
        f"SELECT count(*), count(*) FILTER (v IN (SELECT v FROM ({ids}))) FROM (SELECT DISTINCT v FROM ({_values(one, header)}))"
    ).fetchone()
    return inside / max(1, n)


def _in_order(table: str, made: list[Proposal]) -> list[Proposal]:
    order = {c.name: n for n, c in enumerate(TABLES[table].columns)}
    return sorted(made, key=lambda p: order[p.column])


def _section(looked: Looked, name: str, made: list[Proposal], sure: bool, why: Term | None = None) -> Section:
    settings: dict[str, Any] = {}
    if looked.unit.kind in ("event", "leg"):  # of a case's steps the first is the contact; a switch's events and legs are one call
        take = "merged" if name == "calls" and (looked.unit.kind == "leg" or _of_switch(looked)) else "first"
        settings["events"] = {"key": looked.unit.key[0], "take": take}
    elif looked.unit.key:
        settings["key"] = list(looked.unit.key) if len(looked.unit.key) > 1 else looked.unit.key[0]
    return Section(name, settings, _in_order(name, made), sure, why or Term("列名所指", "as the names say"))


# ---- items of a survey


def _items(looked: Looked) -> None:
    """Of a survey's sheet: each other column of small whole numbers is an item, its scale the narrowest that holds its answers."""
    section = next((s for s in looked.sections if s.table == "surveys" and not s.offered), None)
    if section is None:
        return
    told = presets.known()[looked.preset.name].mapped("surveys") if looked.preset else ()
    used = {*told, *(h for p in section.proposals for h in p.headers if p.confidence >= LIKELY)}
    others = {names.folded(h) for h in (looked.preset.headers if looked.preset else ())}
    for e in looked.table.seen:
        if e.header in used or names.folded(e.header) in others or not e.item:
            continue
        codes = [code for code in NO_ANSWER if e.low <= code]
        scale = _scale(looked, e)
        if scale:
            slot = f"item_{len(looked.items) + 1}"
            looked.items[slot] = {"name": " ".join(e.header.split()), "scale": list(scale)} | (
                {"not_applicable": codes} if e.low < 0 else {}
            )
            section.proposals = [p for p in section.proposals if e.header not in p.headers]
            section.proposals.append(Proposal("surveys", slot, (e.header,), 0.85, Term("小整数的一题", "an item of small whole numbers")))


def _scale(looked: Looked, e: Evidence) -> tuple[int, int] | None:
    low, high = looked.table.connection.execute(
        f"SELECT min(v), max(v) FROM (SELECT try_cast(c{e.place} AS DOUBLE) AS v FROM {parquet(looked.table.path)}) WHERE v >= 0"
    ).fetchone()
    return next((scale for scale in SCALES if low is not None and scale[0] <= low and high <= scale[1]), None)


# ---- the trial: what the run would make of it


def _try(looked: Looked, section: Section) -> None:
    """The proposals that the run would not read are doubted: converted by the run's own SELECT, on the rows that were taken."""
    tried = [p for p in section.proposals if p.confidence >= LIKELY and TABLES[section.table][p.column].kind != IDENTITY]
    for p in tried:
        wrong = _unread(looked, section.table, p)
        if wrong > 0.02:
            lower = min(p.confidence, 0.78 if wrong < 0.2 else 0.5)
            why = Term(f"{p.why.zh}；{wrong:.0%}读不出", f"{p.why.en}; {wrong:.0%} are not read")
            section.proposals[section.proposals.index(p)] = replace(p, confidence=lower, why=why)


def _unread(looked: Looked, table: str, p: Proposal) -> float:
    """The share of the filled cells of one proposal in which the conversion finds something."""
    rule = {k: v for k, v in (p.rule if isinstance(p.rule, dict) else {"from": p.rule}).items() if k != "after"}
    made = _converted(looked, table, {p.column: rule})
    bits = sum(
        1 << bit
        for bit, finding in enumerate(made.findings)
        if finding.column == p.column and finding.action in (convert.REJECT, convert.BLANK)
    )
    n = looked.table.connection.execute(f"SELECT count(*) FILTER ((_faults & {bits}) <> 0) FROM ({made.sql})").fetchone()[0]
    return n / max(1, looked.table.of(p.headers[0]).looked_at)


def _converted(looked: Looked, table: str, rules: Mapping[str, Any]) -> convert.Conversion:
    source = Source.model_validate({"files": "x", "columns": dict(rules)})
    sheet = convert.sheet(looked.table.small, looked.taken.table.columns, looked.taken.table.typed, source, looked.taken.file.name)
    return convert.convert(TABLES[table], source, sheet, zone="UTC", salt="", identities={})


def _holding(looked: Looked, section: Section, made: list[Proposal]) -> list[Proposal]:
    """The talk with the hold that it has in it, where the ends prove so as they do in the run's own check (`checks.held_sql`)."""
    rules = _rules(looked, section, made) if section.table == "calls" and looked.unit.kind == "row" else {}
    talk = rules.get("talk_seconds", {})
    if not {"started_at", "ended_at", "talk_seconds", "hold_seconds"} <= set(rules) or "includes" in talk:
        return made
    converted = _converted(looked, "calls", rules)
    fits, on_hold = checks.held_sql(converted.columns)
    found = looked.table.connection.execute(f"SELECT {', '.join(fits)} FROM ({converted.sql}) WHERE {on_hold}").fetchone()
    if checks.times_held(found) != 0:
        return made
    own = next((p for p in made if p.column == "talk_seconds"), None)
    why = Term(f"含保持时长，{found[0]}通的结束时间为证", f"has the hold in it, as the ends of {found[0]} calls prove")
    told = own or Proposal(
        "calls", "talk_seconds", tuple(presets.listed(talk["from"])), SURE, why, {k: v for k, v in talk.items() if k != "from"}
    )
    why = Term(f"{own.why.zh}；{why.zh}", f"{own.why.en}; {why.en}") if own else why
    said = replace(told, why=why, settings=told.settings | {"includes": "hold_seconds"})
    return [said if p is own else p for p in made] + ([] if own else [said])


def _rules(looked: Looked, section: Section, made: list[Proposal]) -> dict[str, dict[str, Any]]:
    """What the params would say of the instants and durations of calls, the preset's lines below the file's own."""
    preset = looked.preset.params[section.table] if looked.preset else {"columns": {}}
    told = {} if "events" in preset else {c: rule for c, rule in preset["columns"].items() if c not in section.taken_away}
    told |= {p.column: p.rule for p in made if p.confidence >= LIKELY}
    timed = {c: rule for c, rule in told.items() if TABLES[section.table][c].kind in (INSTANT, SECONDS)}
    return {c: rule if isinstance(rule, dict) else {"from": rule} for c, rule in timed.items()}
