"""What stands in the two workbooks: the month's cases with their answers so far, the calls behind them, and how both are read."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis.hotline import Hotline
from hotline_analysis.intake import register
from hotline_analysis.intake.convert.identity import EXTENSION, open_key
from hotline_analysis.intake.register import Register
from hotline_analysis.intake.store.again import numbers
from hotline_analysis.measures import agents as pairs_of
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import scoped
from hotline_analysis.report.workbook import book, words
from hotline_analysis.report.workbook.book import Book, Sheet
from hotline_analysis.studies.callers.rules import later, listing
from hotline_analysis.tables import TABLES
from hotline_analysis.words import GRADE, Field, Term, format_count

HOUR = 3600
CALLER_COLUMNS = (
    "case_id", "opened_month", "number", "kind", "calls", "most_calls", "median_gap_hours", "main_issue", "main_share", "agents", "same_issue_calls",
    "rating", "times", "last_found",
)  # fmt: skip
JUDGED = ("denominator", "numerator", "value", "low", "high", "expected", "ratio")
AGENT_COLUMNS = ("case_id", "opened_month", "agent", "issue", *JUDGED, "q", "times", "last_found")
CELL_COLUMNS = ("agent", "issue", *JUDGED, "ratio_low", "ratio_high", "q", "verdict")
BY_AGENT = ("agent", *JUDGED, "ratio_low", "ratio_high", "flagged", "flagged_issues", "advice")


@dataclass(frozen=True)
class Listed:
    """The month's cases of one kind: a frame with case_id (and what the sheet shows of each), and the further sheets."""

    kind: str
    frame: pd.DataFrame
    cases: Sequence[Mapping]
    columns: Sequence[str]
    fields: Mapping[str, Field]
    sheets: Sequence[Sheet]


def listed(h: Hotline, name: str) -> Listed:
    """The cases of the month and the sheets behind them. Raises DataRefused or NoInput where the study cannot be had."""
    return {"callers": _callers, "agents": _agents}[name](h)


def made(h: Hotline, name: str, found: Listed, held: Register) -> Book:
    """The workbook: cover, summary, cases with what the register holds of them, details."""
    cases = to_fill(_titled(h, words.CASES), found.frame, found.columns, found.fields, held, h.month, h.language)
    summary, *details = found.sheets
    return book.of_hotline(h, words.TITLES[name], words.COVER, _cover(h, name), [summary, cases, *details])


def to_fill(
    title: str, frame: pd.DataFrame, names: Sequence[str], fields: Mapping[str, Field], held: Register, month: str, language: str
) -> Sheet:
    """The list itself: what is known of each case (columns `names` of the frame, case_id among them), and the columns that staff fill, with the register's answers."""
    columns = [
        *book.columns(names, {**fields, **words.CASE_FIELDS}, language),
        *book.columns(words.TO_FILL, words.CASE_FIELDS, language, filled=True),
        *book.columns(words.HIDDEN, words.CASE_FIELDS, language, hidden=True),
    ]
    return Sheet(words.CASES(language), title, columns, _with_answers(frame, held, month), frozen=list(names).index("opened_month") + 2)


def _titled(h: Hotline, term: Term) -> str:
    return f"{term(h.language)} · {h.params.title.term(h.language)} · {h.period.said(h.language)}"


def _sheet(h: Hotline, term: Term, names: Sequence[str], fields: Mapping[str, Field], frame: pd.DataFrame) -> Sheet:
    return Sheet(term(h.language), _titled(h, term), book.columns([n for n in names if n in frame], fields, h.language), frame)


def _cover(h: Hotline, name: str) -> list[tuple[str, str]]:
    language, said = h.language, h.params.workbook
    least, days = listing(h.view)
    shared = words.NO_SHARED(language) if not said.callers.shared else ""
    rule = words.RULES[name](language).format(days=days, calls=least, shared=shared)
    masked = [("", words.MASKED(language))] if name == "callers" and said.number == "masked" else []
    reading, filling = ([t(language) for t in terms] for terms in (words.READING[name], words.FILLING))
    back = words.HANDING_BACK(language).format(file=f"{name}.xlsx", params=h.params.path.name)
    lines = [
        (words.ABOUT(language), h.params.title.term(language)), (words.PERIOD(language), h.period.said(language)), (words.LISTED(language), rule), *masked,
        words.rule(h), *_data(h), (words.GRADE(language), GRADE[h.grade[0]](language)),
        *_under(words.READ, reading, language), *_under(words.FILL, filling, language),
        (words.BACK(language), back), (words.CARE(language), words.CARING(language)),
    ]  # fmt: skip
    return lines


def _under(heading: Term, lines: Sequence[str], language: str) -> list[tuple[str, str]]:
    return [(heading(language) if n == 0 else "", line) for n, line in enumerate(lines)]


def _data(h: Hotline) -> list[tuple[str, str]]:
    """The ledger of the calls' exports in one line."""
    ledger = h.ledger[h.ledger["table"] == "calls"]
    read, kept = int(ledger["physical"].sum()), int(ledger["accepted"].sum())
    told = {"physical": format_count(read), "accepted": format_count(kept), "rest": format_count(read - kept)}
    return [(words.DATA(h.language), words.LEDGER(h.language).format(table=TABLES["calls"].term(h.language), **told))]


def _with_answers(frame: pd.DataFrame, held: Register, month: str) -> pd.DataFrame:
    """The cases with what the register holds of them: this month's answer, and what the months before found."""
    before: dict[str, list] = {}
    for case_id, opened in sorted(held.rows, key=lambda place: place[1]):
        if opened < month:
            before.setdefault(case_id, []).append(held.rows[case_id, opened])
    rows = [held.rows.get((case_id, month), {}) for case_id in frame["case_id"]]
    told = {name: [row.get(name) or None for row in rows] for name in (*words.TO_FILL,)}
    told["closed_at"] = [date.fromisoformat(day) if day else None for day in told["closed_at"]]
    past = [before.get(case_id, []) for case_id in frame["case_id"]]
    last = [next((row["found"] for row in reversed(rows) if row["found"]), None) for rows in past]
    columns = {
        **told,
        "opened_month": [month] * len(frame),
        "mark": [register.mark(row) for row in rows],
        "times": [len(rows) for rows in past],
        "last_found": last,
    }
    return frame.assign(**{name: pd.Series(values, index=frame.index, dtype=object) for name, values in columns.items()})


def _fields(frame: pd.DataFrame) -> dict[str, Field]:
    return {name: Field.from_dict(plain) for name, plain in frame.attrs["fields"].items()}


def _call_fields() -> dict[str, Field]:
    known = book.fields_of([TABLES["calls"]])
    terms = {name: Term(words.REPEAT.zh + field.term.zh, words.REPEAT.en + field.term.en) for name, field in known.items()}
    again = {f"next_{name}": replace(field, term=terms[name]) for name, field in known.items()}
    return {**known, **again, **words.ROW_FIELDS}


# ---- callers


def _callers(h: Hotline) -> Listed:
    rule = h.params.workbook.callers
    found = h.study("callers", "frequent", strict=True)
    frame = pd.DataFrame(found) if rule.shared else pd.DataFrame(found)[found["kind"] != "shared"].reset_index(drop=True)
    ids = register.caller_ids(h.params)
    frame = frame.assign(case_id=[ids[int(caller)] for caller in frame["caller"]], number=_numbers(h, frame["caller"]))
    cases = frame.assign(agent="", issue=frame["main_issue"])[["case_id", "agent", "issue"]].to_dict("records")
    fields = _fields(found)
    schemes = h.study("callers", "schemes", strict=True)  # its first row is the rule of the list
    kinds = frame.groupby("kind", as_index=False).agg(found=("case_id", "size"), found_calls=("calls", "sum"))
    of_all = schemes["found_calls"].iloc[0] / schemes["call_share"].iloc[0] if len(kinds) else 1
    kinds = kinds.assign(call_share=kinds["found_calls"] / of_all)
    summary = _sheet(h, words.SUMMARY, ("kind", "found", "found_calls", "call_share"), {**_fields(schemes), "kind": fields["kind"]}, kinds)
    calls = _calls_of(h, frame)
    details = _sheet(h, words.CALLS, ("case_id", "number", *rule.columns), {**_call_fields(), **words.CASE_FIELDS}, calls)
    return Listed("caller", frame, cases, CALLER_COLUMNS, fields, [summary, details])


def _numbers(h: Hotline, callers: pd.Series) -> list[str]:
    """The callers' numbers as params want them, read again from the exports of the month."""
    found = numbers(h.store, set(map(int, callers)), h.period.start_s, h.period.end_s)
    full = h.params.workbook.number == "full"
    texts = [found.get(int(caller), ("", ""))[1] for caller in callers]
    return [(text if full else masked(text)) if text else words.GONE(h.language) for text in texts]


def masked(text: str) -> str:
    """138****1234 of a mobile number, less of shorter ones: what is shown are its own first and last signs, seven at most."""
    plain = "".join(c for c in EXTENSION.sub("", unicodedata.normalize("NFKC", text)) if c.isascii() and c.isalnum())
    plain = plain[-11:] if plain.isdigit() and 11 < len(plain) < 15 else plain  # without +86 and the like
    head, tail = (3, 4) if len(plain) >= 11 else (1, 2) if len(plain) >= 7 else (0, 1)
    return f"{plain[:head]}****{plain[len(plain) - tail :]}"


def _calls_of(h: Hotline, frame: pd.DataFrame) -> pd.DataFrame:
    """Every call of the listed callers in the period, by case and time, with the wait to the next and how many came within the rule's days after it: calls after the
    period are seen for these, as far as data may be used."""
    start, end = nw.col("start_s"), max(h.period.end_s, h.view.end_s)
    rows = scoped(h.view.table("calls"), h.view.definition).filter(
        (start >= h.period.start_s) & (start < end) & nw.col("who").is_in([int(c) for c in frame["caller"]])
    )
    calls = pandas(rows).sort_values(["who", "start_s", "seq"], ignore_index=True)
    waits = calls.groupby("who")["start_s"].shift(-1) - calls["start_s"]
    after = later(calls.drop(columns="caller").rename(columns={"who": "caller"}), listing(h.view)[1])
    calls = calls.assign(next_hours=waits / HOUR, later=after)[calls["start_s"] < h.period.end_s]
    shown = frame[["caller", "case_id", "number"]].assign(place=range(len(frame)))
    told = calls.drop(columns="caller").merge(shown, left_on="who", right_on="caller")
    return book.with_instants(told.sort_values(["place", "start_s", "seq"], ignore_index=True))


# ---- agents


def _agents(h: Hotline) -> Listed:
    rule = h.params.workbook.agents
    options = {"level": rule.level, "window_hours": rule.window_hours}
    cells = h.study("agents", "cells", options=options, strict=True)
    fields = _fields(cells)
    every = pd.DataFrame(cells)
    names = [f"{agent}\n{issue}" for agent, issue in zip(every["agent"], every["issue"], strict=True)]
    every = every.assign(case_id=register.case_ids(open_key(h.params, True), "agent", names))
    frame = every[(every["verdict"] == "above") & (every["agent"] != "")].reset_index(drop=True)
    cases = frame[["case_id", "agent", "issue"]].to_dict("records")
    summary = h.study("agents", "agents", options=options, strict=True)
    known, shown = {**_call_fields(), **fields, **words.CASE_FIELDS}, ("case_id", "agent", "issue", *rule.columns)
    sheets = [
        _sheet(h, words.SUMMARY, BY_AGENT, _fields(summary), pd.DataFrame(summary)),
        _sheet(h, words.PAIRS, shown, known, _pairs_of(h, every, frame, options)),
        _sheet(h, words.CELLS, CELL_COLUMNS, fields, every),
    ]
    return Listed("agent", frame, cases, AGENT_COLUMNS, fields, sheets)


def _pairs_of(h: Hotline, every: pd.DataFrame, frame: pd.DataFrame, options: Mapping) -> pd.DataFrame:
    """The repeats behind the cases (or of everybody): the call and the one that followed it in one row."""
    pairs = pairs_of.pairs(h.view, **options)
    known = every.set_index(["agent", "issue"])["case_id"]
    case_ids = known.reindex(pd.MultiIndex.from_frame(pairs[["agent", "issue"]])).to_numpy()
    pairs = pairs.assign(case_id=case_ids, gap_hours=pairs["gap_s"] / HOUR)
    listed = pairs["case_id"].isin(frame["case_id"])
    pairs = pairs.assign(case_id=pairs["case_id"].where(listed)) if h.params.workbook.agents.rows == "all" else pairs[listed]
    calls = pandas(h.view.table("calls").filter(nw.col("seq").is_in([int(s) for s in {*pairs["seq"], *pairs["next_seq"]}])))
    calls = book.with_instants(calls)
    told = pairs.merge(calls.drop(columns=["agent"]), on="seq").merge(calls.add_prefix("next_"), on="next_seq")
    return told.sort_values(["agent", "issue", "start_s", "seq"], ignore_index=True)
