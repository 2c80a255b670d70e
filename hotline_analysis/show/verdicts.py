"""The parts of a page that verdict frames make: the tally, the headline cards, table 1, findings, and the movements not to be quoted.

All read the columns of `measures.verdicts.compare`; nothing is computed here. A row that leads speaks for its event: indicators that are one
event (接通率 and 放弃率) are one verdict.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from hotline_analysis.show import charts
from hotline_analysis.show.blocks import Block, missing
from hotline_analysis.show.markup import Markup
from hotline_analysis.words import Rows, Term

CHANGED = ("worse", "better", "more", "less")
COUNTED = Term("{} {}项", "{} {}")


def _sheet(shown) -> pd.DataFrame:
    """The rows of the first sheet."""
    return shown.frame[shown.frame["sheet"].astype(bool)]


def _grouped(rows: Sequence[Mapping], groups: Mapping[str, Term]) -> list[tuple[list[Mapping], Term]]:
    """The rows by what is said of them, in the order of `groups`: usual variation only where limits exist and hold the value."""
    said = [("no evidence" if row["state"] == "no evidence" else row["judgement"], row) for row in rows]
    found = [([row for of, row in said if of == key], term) for key, term in groups.items()]
    return [(members, term) for members, term in found if members]


def tally(shown, *, groups: Mapping[str, Term]) -> Block:
    """One mark for each event, in the order of `groups`."""
    space = "" if shown.language == "zh" else " "
    leading = _sheet(shown)[_sheet(shown)["leads"].astype(bool)].to_dict("records")
    told = [(rows, space + term(shown.language)) for rows, term in _grouped(leading, groups)]
    return shown.drawn("tally", "verdicts", "tally", "；".join(f"{len(rows)}{term}" for rows, term in told), groups=told)


def cards(shown, **said: Rows) -> Block:
    """The headline indicators, in the order of the column `headline`; one without a value has no card. said: `risen` and `aim` of each."""
    rows = shown.told(shown.frame[shown.frame["headline"].notna()].sort_values("headline"), **said)
    text = "；".join(f"{shown.written(row, 'indicator')} {shown.written(row, 'value', 'level')}" for row in rows)
    return shown.drawn("cards", "verdicts", "cards", text, rows=rows, spark=_spark(shown, width=200, height=74, label=True), large=_large)


def _large(level: str) -> tuple[str, str]:
    """A value and its unit, which is set small."""
    parts = re.fullmatch(r"([\d.,−]+)(.*)", level)
    return parts.groups() if parts else (level, "")


def _spark(shown, **look) -> Callable[[Mapping], Markup]:
    """What draws the course of a row."""
    return lambda row: charts.sparkline({**row, "name": shown.written(row, "indicator")}, language=shown.language, **look)


def ledger(shown, *, groups: Mapping[str, Term], title: str = "", subtitle: str = "", **said: Rows) -> Block:
    """表1: the indicators of the first sheet by verdict, each with its course, value, change, interval, last year, target and in how many months it was reached."""
    rows = shown.told(_sheet(shown), **said)
    told = [(of, COUNTED(shown.language).format(term(shown.language), len(of))) for of, term in _grouped(rows, groups)]
    head = {"title": title, "subtitle": subtitle, "months": charts.month_span(rows[0]["months"], shown.language) if rows else ""}
    cells = {"spark": _spark(shown, width=128, height=30), "column": shown.column}
    text = "\n".join("\t".join(shown.written(r, *form) for form in (("indicator",), ("value", "level"), ("state",))) for r in rows)
    return shown.drawn("table", "verdicts", "ledger", text, {"key": "ledger"}, groups=told, **head, **cells)


def findings(shown, *, chapter: str = "", keys: Sequence[str] = (), **said: Rows) -> Block:
    """主要发现: a mark, a sentence (`line`), its `proof` and a link to its row, for the indicators of the first sheet of a chapter, or for the given keys; those that changed first.

    Where there are none, nothing is shown.
    """
    rows = shown.frame if keys else _sheet(shown)
    frame = rows[(rows["indicator"].isin(keys) if keys else rows["chapter"] == chapter) & rows["value"].notna()]
    told = frame.to_dict("records")  # the proof does not give as its reason what the sentence has said
    frame = frame.assign(reason=["" if shown.written(row, "reason") == shown.written(row, "state") else row["reason"] for row in told])
    rows = shown.told(frame.sort_values("judgement", key=lambda judged: ~judged.isin(CHANGED), kind="stable"), **said)
    if not rows:
        return missing("")
    marks = [[row["judgement"], row["direction"]] for row in rows if row["judgement"] in CHANGED and row["leads"]]
    return shown.drawn("findings", "verdicts", "findings", "\n".join(row["line"] for row in rows), {"marks": marks}, rows=rows)


def hold(shown, *, subtitle: str, **said: Rows) -> Block:
    """本月不宜写成升或降的数字: movements that people would quote and that nothing bears out, in the order of the column `unsaid`. subtitle: what is said where there is none."""
    rows = shown.told(shown.frame[shown.frame["unsaid"].notna()].sort_values("unsaid"), **said)
    text = "\n".join(row["line"] for row in rows) or subtitle
    rows = [row | {"why": row["because"] or shown.written(row, "state")} for row in rows]
    reasons = {row["why"] for row in rows}
    return shown.drawn(
        "hold", "verdicts", "hold", text, rows=rows, shared=reasons.pop() if len(reasons) == 1 < len(rows) else "", nothing=subtitle
    )
