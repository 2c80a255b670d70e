"""The edition of one unit, area or department: the same figures, made of its own calls and orders alone.

What belongs to it is what names it. Whether a caller came back is looked for among everybody's calls, whoever took them, as in the figures by unit of the hotline's page. A table without the
column is in no edition, and where unanswered calls name no unit (somebody has to take a call to have one) nothing is said of what was answered: it would read 100 %.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import narwhals.stable.v2 as nw

from hotline_analysis import disclosure, tables
from hotline_analysis.errors import BadParams, DataRefused, nearest
from hotline_analysis.measures import orders, rounding
from hotline_analysis.measures.definition import Definition
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import inbound, not_left_out
from hotline_analysis.params import Params
from hotline_analysis.tables import terms
from hotline_analysis.words import Term

ONLY = "HOTLINE_ONLY"  # in the kernels of a run: the edition that all of its notebooks are of
KNOWN = 0.95  # of the unanswered calls have to name a stratum for shares of answered ones to mean anything
COUNTED = ("calls", "orders")  # whose rows make a stratum, and make it large enough
NAMED = Term("{}：{}", "{}: {}")
WHOLE = Term("全热线的记录，不只本页所计的", "the whole hotline's records, not only those of this page")
LINE = Term(
    "本页只计{}为“{}”的记录，是否再次来电看全热线；不足{}的计数不列，其余取最接近的5，占比与变化由取整后的数算出；判断由未取整的数作出；不能这样列出的表只在全热线的页面上。",
    "Only records whose {} is “{}”; whether a caller came back is looked for in the whole hotline. Counts under {} are not told, others to the nearest 5, shares and changes from the rounded figures; verdicts from the exact ones; tables that cannot be told so stand on the hotline's own page alone.",
)


def strata(there: Mapping[str, nw.LazyFrame]) -> list[str]:
    """The columns of calls and orders by which there are editions: the hotline's own words, that name no agent; not what a record came to (outcome)."""
    known = {c: None for table in COUNTED if table in there for c in tables.strata(table) if not c.startswith("agent")}
    plain = {c.name for table in COUNTED for c in tables.TABLES[table].columns if c.kind == tables.TEXT and not c.allowed}
    have = {c for table in COUNTED if table in there for c in there[table].collect_schema().names()}
    return [c for c in known if c in have and c in plain]


def parsed(text: str, there: Mapping[str, nw.LazyFrame]) -> tuple[str, str]:
    """`unit=North` as its two parts; ("", "") of nothing. Raises BadParams."""
    column, equals, word = text.partition("=")
    if text and not (column and equals and word):
        raise BadParams("--for", "is not column=value.", "As in --for unit=North, or --for unit=all.")
    if text and column not in strata(there):
        known = strata(there)
        raise BadParams(
            "--for", f"these data have no editions by '{column[:40]}'.", nearest(column, known) or f"There are: {', '.join(known)}."
        )
    return column, word


def sizes(h, column: str) -> dict[str, int]:
    """How many records of a hotline's period name each word: the more of the calls and the orders that an edition's figures are of, as far as there are data.

    Calls that the hotline made or the definition leaves out are not counted, nor orders of other kinds, duplicates and internal ones.
    """
    start_s, end_s = max(h.period.start_s, h.everything.start_s), min(h.period.end_s, h.everything.end_s)
    found: dict[str, int] = {}
    for table, rows in _counted(h.canonical, h.params, h.rule):
        clock, have = tables.TABLES[table][h.params.placed(tables.TABLES[table], ())].epoch, rows.collect_schema().names()
        if {column, clock} <= set(have):
            inside = rows.filter((nw.col(clock) >= start_s) & (nw.col(clock) < end_s) & ~nw.col(column).is_null())
            counted = pandas(inside.group_by(column).agg(n=nw.len()))
            for word, n in zip(counted[column].astype(str), counted["n"], strict=True):
                found[word] = max(found.get(word, 0), int(n))
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _counted(there: Mapping[str, nw.LazyFrame], params: Params, rule: Definition) -> Iterator[tuple[str, nw.LazyFrame]]:
    """The calls and the orders that figures are made of."""
    if "calls" in there:
        yield "calls", inbound(not_left_out(there["calls"], rule))
    if "orders" in there:
        have, kinds = there["orders"].collect_schema().names(), params.complaints.kinds
        rows = there["orders"].filter(orders.not_aside(have))
        yield "orders", rows.filter(nw.col("kind").is_in(list(kinds))) if kinds and "kind" in have else rows


def told(found: Mapping[str, int], smallest: int) -> list[str]:
    """The words that have an edition: not those of fewer than `smallest` records, nor the one that what is left of the whole would be."""
    names = disclosure.names_told({(word,): n for word, n in found.items()}, smallest)
    return [word for word in found if names[word,] == (word,)]


def bound(h, text: str) -> tuple[str, str]:
    """The stratum and the word of an edition of a hotline. Raises BadParams for a column that there is not, DataRefused for a word of none or too few records."""
    if not text:
        return "", ""
    there = h.canonical
    column, word = parsed(text, there)
    found = sizes(h, column)
    if word not in found:
        raise DataRefused(
            "--for", f"no record of the period has this {column}.", f"`hotline report --for {column}=all` renders those that there are."
        )
    if word not in told(found, rounding.LEAST):
        raise DataRefused(
            "--for", f"this {column} has no edition: too few records, or what is left of the whole when the others are taken off."
        )
    return column, word


def rows(there: Mapping[str, nw.LazyFrame], only: Sequence[str]) -> dict[str, nw.LazyFrame]:
    """The tables of an edition: the rows that name it. A step of an order follows its order; a table without the column is left out."""
    column, word = only
    if not column:
        return dict(there)
    own = {
        name: t.filter(nw.col(column) == word)
        for name, t in there.items()
        if column in t.collect_schema().names() and name != "order_steps"
    }
    if "orders" in own and "order_steps" in there and "order_id" in own["orders"].collect_schema().names():
        ids = own["orders"].select("order_id").filter(~nw.col("order_id").is_null()).unique()
        own["order_steps"] = there["order_steps"].join(ids, on="order_id", how="inner")
    if "calls" in own and not _of_all_calls(there["calls"], column):
        own["calls"] = own["calls"].drop("outcome", strict=False)
    return own


def _of_all_calls(calls: nw.LazyFrame, column: str) -> bool:
    """Whether unanswered calls name the stratum too."""
    if "outcome" not in calls.collect_schema().names():
        return True
    lost = calls.filter(nw.col("outcome").is_in(["abandoned", "blocked"])).select(known=nw.col(column).count(), n=nw.len())
    known, n = pandas(lost).iloc[0]
    return bool(n == 0 or known >= KNOWN * n)


def mark(only: Sequence[str]) -> str:
    """What the folder of an edition is called: its column and eight letters of the word, which itself is of the data and in no file's name; '' of the hotline."""
    column, word = only
    code = hashlib.sha256(word.encode()).digest()
    return f"{column}-" + "".join("bcdfghjkmnpqrstvwz"[byte % 18] for byte in code[:8]) if column else ""


def name(only: Sequence[str], language: str) -> str:
    """单位：东城, what an edition is called; '' of the hotline's own."""
    column, word = only
    return NAMED(language).format(terms()[column](language), word) if column else ""


def line(only: Sequence[str], language: str) -> str:
    """What an edition counts, as its definition (口径) says it."""
    column, word = only
    if not column:
        return ""
    term = terms()[column](language)
    return LINE(language).format(term.lower() if language == "en" else term, word, rounding.LEAST)
