"""Whether settings fit each other and the engine that will read them: each function raises ValueError with the sentence for the user.

What a pattern means is asked of the engine that will run it (DuckDB for instants and texts, Python for identities), so that a params file is
refused before anything is read, not in the middle of it.
"""

import atexit
import re
import warnings
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import duckdb

from hotline_analysis.errors import nearest
from hotline_analysis.tables import (
    AMOUNT,
    COUNT,
    FLAG,
    IDENTITY,
    INSTANT,
    ITEMS,
    NO,
    NUMBERS,
    SCORE,
    SECONDS,
    TABLES,
    TEXT,
    YES,
    Column,
    Table,
)

if TYPE_CHECKING:
    from hotline_analysis.params import (
        ColumnRule,
        Complaints,
        Condition,
        Database,
        FollowUp,
        Improvement,
        Intervention,
        Item,
        Kpi,
        OwnIndicator,
        OwnPart,
        Params,
        Satisfaction,
        Source,
    )

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
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
KINDS = {
    INSTANT: "instants", SECONDS: "durations", TEXT: "texts", FLAG: "yes-or-no columns", SCORE: "scores", IDENTITY: "identities",
    COUNT: "counts", AMOUNT: "amounts",
}  # fmt: skip
WORDED = (TEXT, FLAG, *NUMBERS)
OF = {  # settings of a column that say something of some kinds only
    "formats": (INSTANT,), "after": (INSTANT,), "unit": (SECONDS,), "includes": (SECONDS,), "decimal": (SECONDS, *NUMBERS), "kind": (IDENTITY,), "country": (IDENTITY,),
    "area_code": (IDENTITY,), "unknown": (IDENTITY, TEXT), "values": WORDED, "other": WORDED, "aliases": (TEXT,), "split": (TEXT,), "part": (TEXT,),
    "on_error": (INSTANT, SECONDS, TEXT, FLAG, *NUMBERS),
}  # fmt: skip


# ---- one column


def rule(rule: "ColumnRule") -> None:
    """What a column's settings say of each other."""
    if bool(rule.source) == (rule.constant is not None):
        raise ValueError("say which header it comes from (from: ...) or what it always is (is: ...), one of the two")
    beside = sorted(rule.model_fields_set - {"source", "constant"})
    if rule.constant is not None and beside:
        raise ValueError(f"'is' stands alone: there is no cell for '{beside[0]}' to say anything of")
    if any(not header or not marks for header, marks in rule.when.items()):
        raise ValueError("when: names a header and what it holds, such as when: {event: CONNECT}")
    if rule.first_filled and len(rule.source) < 2:
        raise ValueError("first_filled: chooses among several headers, and one is named here")
    if rule.other and not rule.values:
        raise ValueError("'other' says what happens beside 'values', and there are no values here")
    if "part" in rule.model_fields_set and not rule.split:
        raise ValueError("'part' counts the levels of a path; say what separates them (split: '->')")
    for form in rule.formats:
        _form(form)


def region(code: str) -> str:
    """A region of the telephone numbering plans; under an unknown one no number would be anybody's."""
    import phonenumbers

    if code not in phonenumbers.SUPPORTED_REGIONS:
        hint = "Did you mean 'GB'?" if code == "UK" else nearest(code.upper(), phonenumbers.SUPPORTED_REGIONS)
        raise ValueError(f"'{code}' is no country of telephone numbers; write two capital letters such as CN or US. {hint}".strip())
    return code


def area_code(digits: str) -> str:
    if not re.fullmatch("0?[0-9]{0,3}", digits):
        raise ValueError(f"'{digits}' is not an area code; write its digits, such as '010'")
    return digits


def holidays(code: str) -> str:
    """A country whose public holidays are known; '' for none."""
    if code:
        import holidays as calendars

        known = calendars.list_supported_countries()
        if code not in known:
            raise ValueError(
                f"'{code}' is no country whose holidays are known; write a code such as CN or US, or '' for none. {nearest(code.upper(), [c for c in known if len(c) == 2])}".strip()
            )
    return code


LIMIT = re.compile(r"([0-9]+)(h|d)")
SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|(24):(00))")


def days(given: Mapping[str, str]) -> Mapping[str, str]:
    """Days by their date, 2027-02-07."""
    for day in given:
        try:
            if date.fromisoformat(day).isoformat() != day:
                raise ValueError(day)
        except ValueError:
            raise ValueError(f"'{day}' is not a day; write it as 2027-02-07") from None
    return given


def time_limits(limits: tuple[str, ...]) -> tuple[str, ...]:
    """Limits of orders as they are written, 24h or 5d, each once."""
    for limit in limits:
        found = LIMIT.fullmatch(limit)
        if not found or int(found[1]) > 9999 or limit.lstrip("0") == "h":
            raise ValueError(f"'{limit}' is not a time limit; write hours as 24h and days as 5d (0d: the same day)")
    return tuple(dict.fromkeys(f"{int(limit[:-1])}{limit[-1]}" for limit in limits))


def rising(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """A list in which every number is larger than the one before."""
    if any(first >= second for first, second in pairwise(numbers)):
        raise ValueError(f"{', '.join(map(str, numbers))} do not rise; write each number once, the smallest first")
    return numbers


def day_spans(spans: tuple[str, ...]) -> tuple[str, ...]:
    """Spans of a day, 09:00-17:00, one after the other."""
    ends = []
    for span in spans:
        found = SPAN.fullmatch(span)
        if not found:
            raise ValueError(f"'{span}' is not a span of a day; write it as 09:00-17:00")
        ends += [int(hour) * 60 + int(minute) for hour, minute in re.findall(r"(\d\d):(\d\d)", span)]
    if not ends or any(later <= earlier for earlier, later in pairwise(ends)):
        raise ValueError("the spans of a day follow one another and each ends after it begins")
    return spans


def _form(form: str) -> None:
    """A form of instants: a name, or a strptime pattern under which a day is found again and no afternoon becomes a morning."""
    if form in FORMATS:
        return
    if "%Z" in form:
        raise ValueError(
            f"formats: '{form}' reads the name of a time zone, and CST alone has three meanings; "
            "write %z where the offset stands there (+0800), or say in which zone the times are written (zone: America/Chicago)"
        )
    if "%" not in form:
        raise ValueError(
            f"formats: '{form}' is neither a strptime pattern (%Y-%m-%d %H:%M:%S) nor one of {', '.join(FORMATS)}. {nearest(form, FORMATS)}".strip()
        )
    hours = re.sub("%(-?)H", r"%\1I", form) if "%p" in form else form
    try:
        written, later = _written(hours)
        found = _ask("SELECT try_strptime(?, ?)::VARCHAR", written, form)
    except duckdb.Error:
        raise ValueError(f"formats: '{form}' is not a strptime pattern; write one such as %Y-%m-%d %H:%M:%S") from None
    if not found or not found.startswith("2011-11-22"):
        raise ValueError(f"formats: '{form}' names no day with its month and year; a clock time alone needs no formats, only 'after'")
    if written != later and found[11:13] != "13":
        raise ValueError(f"formats: '{form}' takes every afternoon for a morning; write %H for hours 0-23, or add %p")
    if re.search(r"%-?[HI]\W?%-?m|%[Yy]\W?%-?M", form):
        raise ValueError(f"formats: '{form}' exchanges month and minute; %m is the month, %M the minute")


def _written(pattern: str) -> tuple[str, str]:
    """22 November 2011, 13:14:15, under a pattern, and the same an hour later."""
    return tuple(_ask("SELECT strftime(?::TIMESTAMP, ?)", f"2011-11-22 {hour}:14:15", pattern) for hour in (13, 14))


def _ask(question: str, *values: str):
    return _engine().execute(question, list(values)).fetchone()[0]


@lru_cache(maxsize=1)
def _engine() -> duckdb.DuckDBPyConnection:
    atexit.register(_engine.cache_clear)  # an engine that outlives the interpreter complains of it
    return duckdb.connect(":memory:", config={"threads": 1, "autoinstall_known_extensions": False})


# ---- a file

SEPARATORS = {"comma": ",", "tab": "\t", "\\t": "\t", "semicolon": ";", "bar": "|"}


def separator(mark):
    """The character that a separator's name stands for."""
    if isinstance(mark, str) and len(mark) != 1 and mark not in SEPARATORS:
        raise ValueError(
            f"'{mark}' is no separator; write one character, or comma, tab, semicolon or bar. {nearest(mark, SEPARATORS)}".strip()
        )
    return SEPARATORS.get(mark, mark) if isinstance(mark, str) else mark


def database(settings: "Database") -> None:
    """One thing is asked for, by a statement that only reads; the address of the database stands in none of its settings. No message repeats what is given."""
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]{0,60}", settings.url_env):
        raise ValueError("url_env is the name of an environment variable, such as HOTLINE_DB; the address itself belongs there, not here")
    if bool(settings.query) == bool(settings.table):
        raise ValueError("name a table or a query, one of the two")
    if settings.table and not re.fullmatch(r"\w[\w$]*(\.\w[\w$]*)?", settings.table):
        raise ValueError("table is a name, such as calls or crm.calls")
    for name, statement in (("query", settings.query), ("state", settings.state)):
        if statement and (not re.match(r"\s*(select|with)\b", statement, re.IGNORECASE) or ";" in statement or "://" in statement):
            raise ValueError(f"{name} is one statement that only reads: it begins with select or with, and has no semicolon and no address")


def text_file(source: "Source") -> None:
    """What the settings of a text file say of each other, and where the rows come from."""
    if bool(source.files) == (source.database is not None):
        raise ValueError("'files' is missing" if not source.files else "'files' and 'database' are both given; keep one of the two")
    if any("://" in name for name in source.files):  # an address with a password may stand there: it is not repeated
        raise ValueError("files: an address is no file; a database is named by 'database: {url_env: ..., table: ...}'")
    if source.header and source.header_row:
        raise ValueError(
            "'header' names the columns of a file without a header row, and 'header_row' says where it is; keep one of the two"
        )
    for name in source.header:
        if source.header.count(name) > 1:
            raise ValueError(f"header: '{name}' stands twice; give each column a name of its own")
    _marks(source.separator, source.quote)


def _marks(separator: str | None, quote: str) -> None:
    for name, mark in (("separator", separator), ("quote", quote)):
        if mark and (mark.isalnum() or mark in "\r\n"):
            raise ValueError(f"{name}: {mark!r} may stand inside a field; write a mark such as a comma or a quotation mark")
    if quote and (quote == separator or (separator is None and quote in ",\t;|") or quote.isspace()):
        raise ValueError(f"quote: {quote!r} is a separator; the mark around a field must be another one, or '' where there is none")


# ---- a table


def source(table: Table, source: "Source") -> None:
    """What the settings of one kind of export say of the table that they are for."""
    where = table.name
    for name, rule in source.columns.items():
        if name not in table.mapped:
            raise ValueError(f"{where} › columns › '{name}' is not a column of {where}. {nearest(name, table.mapped)}".strip())
        _column(f"{where} › columns › {name}", table[name], rule)
    for name in table.needs:
        if name not in source.columns:
            lost = "no row of {} has a place in time" if name == table.clock else "nobody knows what a row of {} is"
            raise ValueError(f"{where} › columns: '{name}' is missing; without it {lost.format(where)}")
    _identities(where, table, source)
    _stretch(where, table, source)
    _levels(where, source)
    _after(where, table, source)
    _includes(where, table, source)
    if source.events and source.events.take == "merged" and where != "calls":
        raise ValueError(f"{where} › events › take: only legs of calls are merged; write first or last")
    if source.events and source.events.take == "merged" and source.key and set(source.key) <= set(source.events.key):
        raise ValueError(
            f"{where} › key: all legs of a call share {' + '.join(source.key)}, so that one of them would stay; name what tells legs apart, or leave 'key' out"
        )
    for name, words in source.leave_out.items():
        if name not in source.columns:
            raise ValueError(f"{where} › leave_out › '{name}' is not among the mapped columns. {nearest(name, source.columns)}".strip())
        _left_out(f"{where} › leave_out › {name}", table[name], words)


def items(table: Table, source: "Source", named: Mapping[str, "Item"]) -> None:
    """Every slot of a questionnaire is one that there is, and no score is taken whose scale nobody knows."""
    for name in named:
        if name not in ITEMS:
            raise ValueError(f"items › '{name}' is not a slot; they are {ITEMS[0]} to {ITEMS[-1]}. {nearest(name, ITEMS)}".strip())
    for name in source.columns:
        if name in ITEMS and name not in named:
            raise ValueError(
                f"{table.name} › columns › {name}: items does not say what it asks; write items: {{{name}: {{name: ..., scale: [1, 5]}}}}"
            )


def lake(params: "Params") -> None:
    """The tables of a lake are canonical ones, each in a folder of its own, and no export brings rows of them too."""
    for name, folder in params.tables.items():
        if name not in TABLES:
            raise ValueError(f"tables › '{name}' is no canonical table. {nearest(name, TABLES) or 'They are: ' + ', '.join(TABLES) + '.'}")
        if params.sources(name):
            raise ValueError(f"tables › {name}: there are exports of {name} too; leave one of the two out")
        if not folder.strip():
            raise ValueError(f"tables › {name}: names no folder; write the one that holds its files, such as lake/{name}")


def item(item: "Item") -> None:
    """A scale runs upwards, and what is no answer is no score."""
    low, high = item.scale
    if low >= high:
        raise ValueError(f"scale: {low:g} is not below {high:g}; write the lowest score first")
    for code in item.not_applicable:
        if low <= code <= high:
            raise ValueError(f"not_applicable: {code:g} is a score of the scale {low:g} to {high:g}; keep one of the two meanings")


def satisfaction(said: "Satisfaction", items: Mapping[str, "Item"]) -> None:
    """Every item that the study is told of is declared, a scale runs upwards, and a month is a month."""
    published = {f"published › {month}": tuple(means) for month, means in said.published.items()}
    named = {
        "overall": (said.overall,),
        "nps": (said.nps,),
        "drivers": said.drivers,
        "expected": (*said.expected, *said.expected.values()),
        **published,
    }
    for place, keys in named.items():
        for key in filter(None, keys):
            if key not in items:
                raise ValueError(f"satisfaction › {place}: items declares no '{key}'. {nearest(key, items)}".strip())
    for month in said.published:
        if not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", month):
            raise ValueError(f"satisfaction › published: '{month}' is not a month; write it as 2024-08")
    if said.rating_scale[0] >= said.rating_scale[1]:
        raise ValueError("satisfaction › rating_scale: write the lowest score first")


def kpi(typed: "Kpi") -> None:
    """A share is a fraction, and a number of cases belongs to a value."""
    for name, value in (("before", typed.before), ("after", typed.after)):
        if value is not None and typed.kind in ("share", "attrition") and value > 1:
            raise ValueError(f"{name}: {value:g} is not a share between 0 and 1; 91.83 % is written as 0.9183")
        if value is not None and typed.kind == "calls_per_problem" and value < 1:
            raise ValueError(f"{name}: {value:g} calls per problem are fewer than one; every problem takes a call at least")
    if typed.before is None and typed.before_n is not None:
        raise ValueError("before_n: there is no value before that it could be of; write before as well")


def intervention(done: "Intervention") -> None:
    """A measure has a day that exists and one place."""
    try:
        day = date.fromisoformat(done.date).isoformat()
    except ValueError:
        day = ""
    if day != done.date:
        raise ValueError(f"date: '{done.date}' is not a day; write it as 2024-03-01")
    if done.units and done.issues:
        raise ValueError("units and issues are both given; a measure is looked at in one of the two")
    if done.chosen_worst and not (done.units or done.issues):
        raise ValueError("chosen_worst: nothing was chosen; name its units or issues")


def improvement(project: "Improvement") -> None:
    """Every rating is of a quality that there is."""
    for n, cause in enumerate(project.causes, start=1):
        for key in cause.ratings:
            if key not in project.outputs:
                there = nearest(key, project.outputs) or f"There are: {', '.join(project.outputs) or 'none; write outputs'}."
                raise ValueError(f"causes › {n} › ratings: '{key}' is not among the outputs. {there}")


def follow_up(given: "FollowUp") -> None:
    """Worths lie between nothing and all; three weights make one."""
    for word, worth in given.satisfied.items():
        if not 0 <= worth <= 1:
            raise ValueError(f"satisfied › {word}: {worth:g} is not a worth; write it from 0 to 1")
    if given.weights and (len(given.weights) != 3 or min(given.weights) < 0 or abs(sum(given.weights) - 1) > 1e-9):
        raise ValueError(f"weights: {list(given.weights)} are not three weights of one whole; write them as [0.2, 0.4, 0.4]")


KEY = re.compile(r"[a-z][a-z0-9_]*")
READERS = ("front line", "management", "support")
SUMMED = (SECONDS, SCORE, COUNT, AMOUNT)


def own_indicator(given: "OwnIndicator") -> None:
    """An indicator says what it is made of whole, or nothing of it."""
    made = {"name", "denominator", "unit", "better", "scope", "observe", "judge", "audience"} & given.model_fields_set
    if given.numerator is None and made:
        raise ValueError(
            f"'numerator' is missing; without one only owner, since and replaced_by can be said, not {', '.join(sorted(made))}"
        )
    if given.numerator is not None and given.name is None:
        raise ValueError("'name' is missing; say what the page should call it")
    for who in given.audience:
        if who not in READERS:
            raise ValueError(f"audience: '{who}' is nobody here. {nearest(who, READERS) or 'There are: ' + ', '.join(READERS) + '.'}")
    if given.denominator is None and given.numerator is not None and not given.unit.endswith("_a_day"):
        raise ValueError(f"without a denominator it is a number a day; write unit: calls_a_day or orders_a_day, not {given.unit}")
    if given.denominator is not None and given.unit.endswith("_a_day"):
        raise ValueError(f"unit: {given.unit} is of a number a day, which has no denominator")
    if (
        given.unit == "percent"
        and given.numerator is not None
        and bool(given.numerator.sum) != bool(given.denominator and given.denominator.sum)
    ):
        raise ValueError("unit: a share is rows of rows, or a sum of a sum; write another unit")


def own_indicators(params: "Params") -> None:
    """Every table and column of the hotline's own indicators is among those that the file maps, with values that they can hold."""
    for key, given in params.indicators.items():
        if not KEY.fullmatch(key):
            raise ValueError(f"indicators: '{key}' is no key; write small letters, digits and _, such as web_share")
        for place in ("numerator", "denominator"):
            part = getattr(given, place)
            if part is not None:
                _own_part(f"indicators › {key} › {place}", part, params)


def _own_part(place: str, part: "OwnPart", params: "Params") -> None:
    sources = params.sources(part.table)
    if part.table in params.tables and not sources:
        return  # a lake's table, which is looked at later
    if not sources:
        raise ValueError(f"{place} › table: no {part.table} are named; add '{part.table}:', or take another table")
    mapped = [
        name
        for name in dict.fromkeys(c for source in sources for c in source.columns)
        if part.table in TABLES and name in TABLES[part.table]
    ]
    for name in [*part.where, *filter(None, [part.sum])]:
        if name not in mapped:
            raise ValueError(
                f"{place}: the {part.table.replace('_', ' ')} have no column '{name}' mapped. {nearest(name, mapped) or ''}".rstrip()
            )
    if part.sum and TABLES[part.table][part.sum].kind not in SUMMED:
        raise ValueError(f"{place} › sum: '{part.sum}' holds no numbers")
    for name, condition in part.where.items():
        _own_condition(f"{place} › where › {name}", TABLES[part.table][name], condition)


def _own_condition(place: str, column: Column, condition: "Condition") -> None:
    limits = condition.least is not None or condition.most is not None
    if limits and column.kind not in SUMMED:
        raise ValueError(f"{place}: {KINDS[column.kind]} have no least and most; write a word")
    if condition.words and column.kind in (INSTANT, IDENTITY):
        raise ValueError(f"{place}: of {KINDS[column.kind]} only {{known: true}} can be asked")
    for word in condition.words:
        if column.kind == FLAG and word not in ("true", "false"):
            raise ValueError(f"{place}: a flag is true or false, not '{word}'")
        if column.allowed and word not in column.allowed:
            raise ValueError(
                f"{place}: '{word}' is no word of it. {nearest(word, column.allowed) or 'There are: ' + ', '.join(column.allowed) + '.'}"
            )
        if column.kind in SUMMED and not re.fullmatch(r"-?[0-9]+([.][0-9]+)?", word):
            raise ValueError(f"{place}: '{word}' is not a number")


def complaints(given: "Complaints", orders: tuple["Source", ...]) -> None:
    """What the section asks of the orders is among their columns; without orders it says nothing."""
    mapped = {name for source in orders for name in source.columns}
    for setting, column, used in (("kinds", "kind", given.kinds), ("by_class", "class", given.by_class)):
        if used and column not in mapped:
            raise ValueError(f"complaints › {setting}: the orders have no column '{column}'; map it, or leave '{setting}' out")
    if given.placed_by == "closed" and "created_at" in mapped:
        raise ValueError("complaints › placed_by: the orders have 'created_at', which places them; leave 'placed_by' out")
    if given.placed_by == "closed" and "closed_at" not in mapped:
        raise ValueError("complaints › placed_by: the orders have no column 'closed_at'; map it, or leave 'placed_by' out")


def _column(place: str, column: Column, rule: "ColumnRule") -> None:
    for name in sorted(rule.model_fields_set & OF.keys()):
        if column.kind not in OF[name]:
            raise ValueError(
                f"{place} › {name}: says nothing of {KINDS[column.kind]}; it belongs to {' and '.join(KINDS[k] for k in OF[name])}"
            )
    if rule.constant is not None:
        _constant(f"{place} › is", column, rule.constant)
    for word in filter(None, rule.values.values()):
        _meaning(f"{place} › values", column, word)
    if column.listed and rule.other in ("blank", "reject"):
        raise ValueError(f"{place} › other: a cell here may hold several words, and its unknown ones stay; write keep")
    if rule.other == "keep" and (column.allowed or column.kind != TEXT):
        raise ValueError(f"{place} › other: a word that has no meaning here cannot stay; write blank or reject")
    for mark in rule.unknown:
        _pattern(f"{place} › unknown", mark, by_engine=column.kind == TEXT)
    if column.kind == IDENTITY:
        _kind(place, column.name, rule)


def _kind(place: str, name: str, rule: "ColumnRule") -> None:
    """An identity is of one kind, and only numbers have countries."""
    if name == "caller" and rule.kind is None:
        raise ValueError(f"{place}: say which kind of identity it is (kind: phone, person or code)")
    own = rule.kind if name == "caller" else name.removeprefix("caller_")
    if rule.kind not in (None, own):
        raise ValueError(f"{place} › kind: a {name} is a {own}, not a {rule.kind}; map it to caller_{rule.kind}")
    for setting in ("country", "area_code"):
        if setting in rule.model_fields_set and own != "phone":
            raise ValueError(f"{place} › {setting}: says nothing of a {own}; it belongs to phones")


def _constant(place: str, column: Column, word: str) -> None:
    """A column that holds the same in every row: a canonical word, or a number where the column holds numbers."""
    if column.kind in (INSTANT, IDENTITY) or column.name.endswith("_id"):
        raise ValueError(f"{place}: no two rows share one; map the header that holds it (from: ...)")
    if column.kind == FLAG and word not in ("true", "false"):
        raise ValueError(f"{place}: '{word}' is neither true nor false")
    if column.kind == SECONDS and not NUMBER.fullmatch(word):
        raise ValueError(f"{place}: '{word}' is not a number")
    _meaning(place, column, word)


def _meaning(place: str, column: Column, word: str) -> None:
    """What a word of the export may stand for in this column."""
    if column.allowed and word not in column.allowed:
        raise ValueError(f"{place}: '{word}' is not one of {', '.join(column.allowed)}. {nearest(word, column.allowed)}".strip())
    if column.kind == FLAG and word.casefold() not in YES + NO:
        raise ValueError(f"{place}: '{word}' is neither true nor false")
    if column.kind in NUMBERS and not NUMBER.fullmatch(word):
        raise ValueError(f"{place}: '{word}' is not a number; write the score that the word stands for, such as 5")


def _left_out(place: str, column: Column, words: tuple[str, ...]) -> None:
    """Rows are left out by a canonical word; one that the column never holds would leave nothing out, in silence."""
    if column.kind in (INSTANT, IDENTITY, *NUMBERS):
        raise ValueError(f"{place}: rows are left out by a word, and {KINDS[column.kind]} hold none")
    for word in words:
        if column.kind == SECONDS and not re.fullmatch(r"0|-?[1-9][0-9]{0,14}", word):
            raise ValueError(f"{place}: '{word}' is not a whole number of seconds")
        _meaning(place, column, word)


def _pattern(place: str, mark: str, *, by_engine: bool) -> None:
    if not mark.startswith("re:"):
        return
    try:
        if by_engine:
            _ask("SELECT regexp_full_match('', ?)", mark[3:])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile("" if by_engine else mark[3:])
    except (duckdb.Error, re.error, OverflowError, RecursionError):
        raise ValueError(f"{place}: '{mark}' is not a regular expression; write one such as 're:^9+$'") from None


def _after(where: str, table: Table, source: "Source") -> None:
    """A clock time follows another mapped instant, and not itself by a detour."""
    follows = {name: rule.after for name, rule in source.columns.items() if rule.after}
    for name, after in follows.items():
        others = [other for other in source.columns if table[other].kind == INSTANT and other != name]
        if after not in others:
            raise ValueError(
                f"{where} › columns › {name} › after: '{after}' is not another mapped instant. {nearest(after, others)}".strip()
            )
    for name in follows:
        way = [name]
        while way[-1] in follows and way.count(way[-1]) == 1:
            way.append(follows[way[-1]])
        if way.count(way[-1]) > 1:
            raise ValueError(f"{where} › columns › {name} › after: {' after '.join(way)} is a circle; one of them needs a date of its own")


def _includes(where: str, table: Table, source: "Source") -> None:
    """A duration holds another mapped one, which holds none itself: what is taken off would not be what the export wrote."""
    others = [name for name, rule in source.columns.items() if table[name].kind == SECONDS and not rule.includes]
    for name, rule in source.columns.items():
        if rule.includes and rule.includes not in others:
            raise ValueError(
                f"{where} › columns › {name} › includes: '{rule.includes}' is not another mapped duration. {nearest(rule.includes, others)}".strip()
            )


def _stretch(where: str, table: Table, source: "Source") -> None:
    """A stretch of an agent's time has a length: its seconds, or its end."""
    if table.name == "agent_time" and not {"seconds", "ends_at"} & set(source.columns):
        raise ValueError(f"{where} › columns: 'seconds' is missing; map it, or ends_at, from which it is worked out")


def _levels(where: str, source: "Source") -> None:
    """A level of a tree is a path only with the levels above it."""
    for name in source.columns:
        stem, _, level = name.rpartition("_")
        if stem in ("issue", "category") and level in ("2", "3"):
            parent = f"{stem}_{int(level) - 1}"
            if parent not in source.columns:
                raise ValueError(f"{where} › columns › {name}: its parent {parent} is missing; a level without its parents is no path")


def is_pattern(mark: str) -> bool:
    """True for a mark that stands for more than its own text."""
    return mark.startswith("re:") or mark == "E+" or "*" in mark or "?" in mark


def _apart(one: "ColumnRule", other: "ColumnRule") -> bool:
    """True where no row gives both columns their cell: `when` asks one header for other words."""
    return any(
        not any(is_pattern(mark) for mark in (*marks, *other.when[header]))
        and {mark.casefold() for mark in marks}.isdisjoint(mark.casefold() for mark in other.when[header])
        for header, marks in one.when.items()
        if header in other.when
    )


def _identities(where: str, table: Table, source: "Source") -> None:
    """An identity has one key, and its cells go into the store as pseudonyms only."""
    identities = {name: rule for name, rule in source.columns.items() if table[name].kind == IDENTITY}
    if "caller" in identities and f"caller_{identities['caller'].kind}" in identities:
        raise ValueError(f"{where} › columns: 'caller' and 'caller_{identities['caller'].kind}' are the same key; keep one")
    for name, rule in source.columns.items():
        secret = {header for who in identities.values() if not _apart(rule, who) for header in who.source}
        shown = secret.intersection(rule.source) if name not in identities else ()
        if shown:
            raise ValueError(
                f"{where} › columns › {name}: '{sorted(shown)[0]}' is an identity of the caller; no other column may carry it into the store"
            )


# ---- workbooks

CALL_COLUMNS = (
    "started_at",
    "issue_1",
    "issue_2",
    "issue_3",
    "agent",
    "channel",
    "outcome",
    "talk_seconds",
    "rating",
    "next_hours",
    "later",
)
PAIR_COLUMNS = (
    "started_at", "talk_seconds", "rating", "gap_hours", "next_started_at", "next_issue_1", "next_agent", "next_talk_seconds", "next_rating",
)  # fmt: skip


def detail_columns(names: Sequence[str], *, pairs: bool = False) -> Sequence[str]:
    """The columns of a workbook's details: of the calls, but for what tells who called; of pairs also those of the repeat."""
    own = [
        c.name
        for c in TABLES["calls"].columns
        if c.kind not in (IDENTITY,) and c.name not in ("seq", "local_s", "caller_group", "caller_state")
    ]
    known = [*own, *(f"next_{name}" for name in own), "gap_hours"] if pairs else [*own, "next_hours", "later"]
    for name in names:
        if name not in known:
            raise ValueError(f"'{name}' is not a column that the details have. {nearest(name, known)}".strip())
    if not names or len(set(names)) < len(names):
        raise ValueError("names no column, or one of them twice")
    return names
