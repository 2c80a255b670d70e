"""What may not enter the store as text: personal forms and narratives in cells, and columns that are no categories at all.

A cell of a category that holds a personal form (`personal.py`) or is a narrative is blanked. Call ids, order ids and agents join tables and tell handlers
apart, so theirs becomes a keyed pseudonym of letters: equal texts stay equal in every file and table, and nothing of the text is left. Both are counted.
A name alone cannot be told from a category; it stays in the store, and no page prints a group that small.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import partial

import duckdb
import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.convert import convert
from hotline_analysis.intake.convert.convert import BLANK, HIDE, NARRATIVE, PERSONAL, Guarded, Sheet, tells_apart
from hotline_analysis.intake.convert.identity import Key, pseudonym
from hotline_analysis.intake.convert.parts import Job, Part
from hotline_analysis.intake.engine import parquet
from hotline_analysis.params import Source
from hotline_analysis.personal import LETTERS, found, suspicious
from hotline_analysis.tables import TEXT, Table

LONGEST = 120  # characters; no word of any list is longer
SENTENCE = re.compile(r"[。！？；，]|[.!?](?:\s|$)")
WIDE, SAID_WIDE, SAID = (
    30,
    20,
    12,
)  # widths from which a rare text, any sentence, a rare sentence is a narrative; a Latin letter counts half
FEW = 200  # texts that are looked at sooner than the engine makes its patterns ready
RARE = 3  # cells of a file; a word of a list comes more often

REPEATS_FROM = 200  # filled cells from which a list shows that its words repeat
MOSTLY_ONCE = 0.5  # share of the filled cells whose word no other cell has: more, and it is no list of words
FEWEST, MOSTLY_TOLD, MOSTLY_PERSONAL = 20, 0.5, 2 / 3  # filled cells, and shares of narratives and of personal forms among them


def guard(
    connection: duckdb.DuckDBPyConnection, table: Table, source: Source, sheet: Sheet, *, where: str, countries: Collection[str], key: Key
) -> dict[str, Guarded]:
    """For each column that holds such texts, a table of what stands in their place. DataRefused where there is hardly anything else in the column."""
    made = {}
    for name in (n for n in source.columns if table[n].kind == TEXT):
        words = convert.words_sql(table, source, sheet, name)
        texts = _listed(connection, words, name, countries) if table[name].listed else _texts(connection, words, name, countries)
        if texts:
            made[name] = _kept(connection, f"guard_{name}", name, texts, key)
            if not tells_apart(name):
                _refuse_mostly(connection, words, f"guard_{name}", _where(where, table, name, source))
    return made


def _texts(connection, words: str, name: str, countries: Collection[str]) -> dict[str, str]:
    """Text -> reason, of the distinct texts that are personal or narratives."""
    odd = f"({suspicious('text', countries)} OR length(text) > {SAID})"
    counted = "SELECT text, count(*) AS n FROM ({}) GROUP BY text"
    if name.endswith("_id"):  # hardly two are equal
        query = counted.format(f"SELECT text FROM ({words}) WHERE {odd}")
    else:  # a list of words: each is looked at once
        connection.execute(f"CREATE OR REPLACE TEMP TABLE counted AS {counted.format(words)}")
        few = connection.execute("SELECT count(*) FROM counted").fetchone()[0] <= FEW
        query = f"SELECT text, n FROM counted WHERE {'text IS NOT NULL' if few else odd}"
    reasons = {text: _reason(text, n, name, countries) for text, n in connection.execute(query).fetchall()}
    return {text: reason for text, reason in reasons.items() if reason}


def _reason(text: str, n: int, name: str, countries: Collection[str]) -> str:
    return PERSONAL if found(text, countries) else NARRATIVE if _told(text, n, name) else ""


def _listed(connection, words: str, name: str, countries: Collection[str]) -> dict[str, str]:
    """The same of cells that may hold several words: of a cell the reason of its first word that has one."""
    cells = connection.execute(f"SELECT text, count(*) FROM ({words}) WHERE text IS NOT NULL GROUP BY text").fetchall()
    counts: Counter = Counter()
    for text, n in cells:
        counts.update(dict.fromkeys(text.split(";"), n))
    reasons = {word: _reason(word, n, name, countries) for word, n in counts.items()}
    odd = {text: next((reasons[word] for word in text.split(";") if reasons[word]), "") for text, _ in cells}
    return {text: reason for text, reason in odd.items() if reason}


def _told(text: str, n: int, name: str) -> bool:
    """True for a narrative: too long for a word, a sentence, or long and hardly ever written again."""
    wide = sum(1 if c > "\u2e80" else 0.5 for c in text)
    if len(text) > LONGEST or name.endswith("_id"):
        return len(text) > LONGEST or sum(c > "\u2e80" for c in text) > SAID
    said = SENTENCE.search(text) is not None
    return (said and wide > SAID_WIDE) or (n < RARE and (wide > WIDE or (said and wide > SAID)))


def _kept(connection, made: str, name: str, texts: dict[str, str], key: Key) -> Guarded:
    """The texts as a temporary table, with what is put in their place."""
    hidden = tells_apart(name)
    put = [pseudonym(d)[0].translate(LETTERS) for d in key.digests("text", texts)] if hidden else [None] * len(texts)
    frame = pd.DataFrame({k: np.array(v, dtype=object) for k, v in (("text", list(texts)), ("put", put), ("reason", list(texts.values())))})
    connection.register("guarded", frame)
    columns = "text::VARCHAR AS text, put::VARCHAR AS put, reason::VARCHAR AS reason"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {made} AS SELECT {columns} FROM guarded")
    connection.unregister("guarded")
    return Guarded(made, PERSONAL if PERSONAL in texts.values() else NARRATIVE, HIDE if hidden else BLANK)


def odd_keys(connection, source: Source, sheet: Sheet, countries: Collection[str]) -> Callable[[str], str] | None:
    """The test in SQL for a row key that may not stand readable, None where the file has no such key. It reads the key alone, so that all files agree."""
    test = partial(_odd_key, countries=countries)
    keys = [convert.key_text(headers, sheet) for headers in (source.key, source.events.key if source.events else ()) if headers]
    if not keys:
        return None
    odd = " OR ".join(f"bool_or({test(f'key_{n}')})" for n in range(len(keys)))  # no WHERE: each key would be written into it five times
    told = ", ".join(f"{key} AS key_{n}" for n, key in enumerate(keys))
    return test if connection.execute(f"SELECT {odd} FROM (SELECT {told} FROM {parquet(sheet.path)})").fetchone()[0] else None


def _odd_key(joined: str, countries: Collection[str]) -> str:
    return f"({suspicious(joined, countries)} OR length({joined}) > {LONGEST} OR regexp_matches({joined}, '[^\\x00-\\x7f]|[A-Za-z],? [A-Za-z]'))"


# ---- columns that are no categories


def _refuse_mostly(connection, words: str, made: str, where: str) -> None:
    """DataRefused for a category of which one file holds mostly narratives, or mostly personal forms."""
    told, personal, filled = connection.execute(
        f"SELECT count(*) FILTER (reason = '{NARRATIVE}'), count(*) FILTER (reason = '{PERSONAL}'), count(text) FROM ({words}) LEFT JOIN {made} USING (text)"
    ).fetchone()
    if filled >= FEWEST:
        _refuse(told, filled, MOSTLY_TOLD, "are sentences or long texts", where)
        _refuse(personal, filled, MOSTLY_PERSONAL, "hold a telephone number, an id, a bank card or a mail address", where)


def refuse_no_category(connection, table: Table, places: Mapping[str, str], rows: str) -> None:
    """DataRefused for a category or agent column of which most words come once. places: the columns that are there, as they are called; rows: the table in SQL."""
    for column in (c for c in table.columns if c.kind == TEXT and not c.allowed and not c.derived and not c.name.endswith("_id")):
        word = f"unnest(string_split({column.name}, ';'))" if column.listed else column.name
        if column.name not in places:
            continue
        once, filled = connection.execute(
            "SELECT count(*) FILTER (n = 1), coalesce(sum(n), 0)::BIGINT FROM ("
            f"SELECT count(*) AS n FROM (SELECT {word} AS word FROM {rows}) WHERE word IS NOT NULL GROUP BY word)"
        ).fetchone()
        if filled >= REPEATS_FROM:
            _refuse(once, filled, MOSTLY_ONCE, "hold a text that no other cell has", places[column.name])


def called(place: str, table: Table, mine: list[tuple[Job, Part]]) -> dict[str, str]:
    """The columns of a table that exports have, each with its place and its name in the first export that has it."""
    sources = {name: job.source for job, part in reversed(mine) for name in part.columns if name in job.source.columns}
    return {name: _where(place, table, name, source) for name, source in sources.items()}


def _where(place: str, table: Table, name: str, source: Source) -> str:
    return f"{place} › {table.name} › {name} ({' + '.join(source.columns[name].source) or 'is'})"


def _refuse(count: int, filled: int, most: float, what: str, where: str) -> None:
    if count > most * filled:
        shares = f"{count / filled:.0%} of its {filled:,} filled cells {what} (at most {most:.0%} may)"
        raise DataRefused(where, f"is no category: {shares}.", "Map a column whose words repeat, or leave it out.")
