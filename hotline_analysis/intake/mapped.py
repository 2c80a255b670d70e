"""Columns of calls that params map wrongly or with a wrong unit: what the calls themselves say about it.

Every limit is a judgement default. Two kinds of evidence prove: written ends and answers, on which a duration has a slope of 1 whatever hold, wrap-up or menu
stand beside it; and what cannot be, as a talk of calls that nobody answered. Magnitudes alone ask.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import NamedTuple

from hotline_analysis.intake.read.ledger import FileLedger

FEWEST, ALIKE = 30, 0.3  # calls that make a slope or a stretch of time, and the share of the spread (r²) that the slope explains
SPAN_S = 3600  # longer ones are mistyped ends more often than calls
SMALLEST = 8  # calls in the thinner part of a rule's evidence
UNITS = (  # seconds told for 1 written as the store reads it: from, to, what params should say
    (30, 120, "unit: minutes"),
    (1 / 120, 1 / 30, "unit: seconds"),
    (1 / 2000, 1 / 500, "unit: milliseconds"),
    (500, 2000, "unit: seconds"),
)
APART = ((40, 90), (650, 1500))  # how many times another the usual talk of a file or month is where one of them has another unit

ANSWERED, LOST = "outcome = 'answered'", "outcome = 'abandoned'"
TALKED, SILENT = "talk_seconds > 0", "coalesce(talk_seconds, 0) = 0"


class _Rule(NamedTuple):
    """A finding where of every `of` at least `share` pass `test`, `fewest` of them; the first pair is what is counted."""

    check: str
    where: str
    severity: str
    needs: tuple[str, ...]
    evidence: tuple[tuple[str, str, float], ...]
    fewest: int = SMALLEST


RULES = (
    _Rule(
        "end is no end",
        "ended_at",
        "major",
        ("outcome", "talk_seconds", "end_s"),
        ((f"{ANSWERED} AND talk_seconds > 2 AND end_s IS NOT NULL", "end_s = start_s OR end_s = {answered}", 0.9),),
    ),
    _Rule(
        "queue and talk exchanged",
        "talk_seconds",
        "severe",
        ("outcome", "talk_seconds", "queue_seconds"),
        (
            (f"{LOST} AND (talk_seconds > 0 OR queue_seconds > 0)", f"{TALKED} AND coalesce(queue_seconds, 0) = 0", 0.9),
            (ANSWERED, "queue_seconds > coalesce(talk_seconds, 0)", 0.8),
        ),
    ),
    _Rule(
        "answered without talk",
        "outcome",
        "severe",
        ("outcome", "talk_seconds", "agent"),
        ((ANSWERED, f"{SILENT} AND agent IS NULL", 0.03), (ANSWERED, f"{TALKED} AND agent IS NOT NULL", 0.5)),
    ),
    _Rule(
        "abandoned with talk",
        "outcome",
        "severe",
        ("outcome", "talk_seconds", "agent"),
        ((LOST, f"{TALKED} AND agent IS NOT NULL", 0.5),),
    ),
    _Rule(
        "talk in minutes?",
        "talk_seconds",
        "major",
        ("outcome", "talk_seconds"),
        (
            (f"{ANSWERED} AND {TALKED}", "talk_seconds <= 10", 0.5),
            (f"{ANSWERED} AND {TALKED}", "talk_seconds <= 60", 0.99),
            (f"{ANSWERED} AND {TALKED}", "NOT coalesce({end} - {answered} BETWEEN talk_seconds - 2 AND 2 * talk_seconds + 2, false)", 0.5),
        ),
        FEWEST,
    ),
    _Rule(
        "queue in minutes?",
        "queue_seconds",
        "major",
        ("outcome", "queue_seconds"),
        (
            ("queue_seconds IS NOT NULL", "queue_seconds < 20", 1.0),
            (f"{ANSWERED} AND queue_seconds IS NOT NULL", "queue_seconds <= 15", 1.0),
            ("outcome IN ('answered', 'abandoned')", f"{LOST} AND queue_seconds IS NOT NULL", 0.05),
            (LOST, "NOT coalesce({end} - {rung} BETWEEN queue_seconds - 2 AND queue_seconds + 20, false)", 0.5),
        ),
        SMALLEST,
    ),
)


def wrongly(part, ledgers: Iterable[FileLedger], answered: str) -> Iterator[tuple]:
    """Findings of `checks` (check, where, count, share, severity, usual, detail) about columns of calls that are mapped wrongly; `part`: the table and its period, `answered`: when a call was."""
    if part.name != "calls" or "start_s" not in part:
        return
    proved = set()
    for column, count, unit in _of_slopes(part, answered):
        proved.add(column)
        yield "unit proved", column, count, None, "severe", None, unit
    for rule in RULES:
        if all(need in part for need in rule.needs) and not (rule.where in proved and rule.check.endswith("?")):
            yield from _of_rule(part, rule, answered)
    yield from _of_stretches(part, [ledger for ledger in ledgers if ledger.table == "calls"])


def _of_slopes(part, answered: str) -> Iterator[tuple[str, int, str]]:
    """Durations on which what instants measure has another slope than 1: the talk by the end of the call, the queue by its answer or by the end of a call that nobody answered.

    The slope is the ratio of the spreads, which rounding to whole minutes moves less than a regression; the r² keeps it below 2 where a duration is rightly read.
    """
    for column, until in _measured(part, answered):
        n, above, slope, alike = part.one(
            "count(*)",
            f"count(*) FILTER ({column} > 0)",
            f"stddev({until}) / stddev({column})",
            f"corr({until}, {column})",
            where=f"{until} BETWEEN 0 AND {SPAN_S} AND {column} >= 0",
        )
        unit = next((unit for low, high, unit in UNITS if slope and low <= slope <= high), "")
        if unit and n >= FEWEST and above >= SMALLEST and alike > ALIKE**0.5:
            yield column, n, unit


def _measured(part, answered: str) -> Iterator[tuple[str, str]]:
    """Each duration with the seconds that instants measure for it, null where they do not."""
    talking = ANSWERED if "outcome" in part else "true"
    if "talk_seconds" in part and "end_s" in part:
        yield "talk_seconds", f"CASE WHEN {talking} AND {TALKED} THEN end_s - {answered} END"
    if "queue_seconds" in part:
        lost = [f"CASE WHEN {LOST} THEN end_s END"] if "end_s" in part and "outcome" in part else []
        until = [*(["answered_s"] if "answered_s" in part else []), *lost]
        if until:
            yield "queue_seconds", f"coalesce({', '.join(until)}) - {_rung(part)}"


def _rung(part) -> str:
    """When a call's queue would be over had it not queued."""
    return "(" + " + ".join(["start_s", *(f"coalesce({c}, 0)" for c in ("menu_seconds", "ring_seconds") if c in part)]) + ")"


def _of_rule(part, rule: _Rule, answered: str) -> Iterator[tuple]:
    names = {"answered": answered, "end": "end_s" if "end_s" in part else "CAST(NULL AS BIGINT)", "rung": _rung(part)}
    tests = [(of.format(**names), test.format(**names)) for of, test, _ in rule.evidence]
    counts = part.one(*(f"count(*) FILTER (({of}) AND ({test}))" for of, test in tests), *(f"count(*) FILTER ({of})" for of, _ in tests))
    found, of = counts[: len(tests)], counts[len(tests) :]
    if all(n >= max(rule.fewest, share * all_) for n, all_, (_, _, share) in zip(found, of, rule.evidence, strict=True)):
        yield rule.check, rule.where, found[0], found[0] / of[0], rule.severity, None, _words(part) if rule.where == "outcome" else ""


def _words(part) -> str:
    """The words of the data with what params say that they mean: 排队放弃 = answered."""
    rules = [s.columns["outcome"] for s in part.params.sources("calls") if "outcome" in s.columns]
    told = [f"{word} = {meant}" for rule in rules for word, meant in rule.values.items() if meant in ("answered", "abandoned")]
    return ", ".join(dict.fromkeys(told))


class _Stretch(NamedTuple):
    """The calls with talk of one file and month, and the mean logarithm of their talk; `told`: whether the period has some of them."""

    name: str
    calls: int
    log: float
    told: bool


def _of_stretches(part, ledgers: list[FileLedger]) -> Iterator[tuple]:
    """Files and months whose usual talk (geometric mean) is about 60 or 1000 times that of another one."""
    if "talk_seconds" not in part or part.clock not in part:
        return
    told, stretches = {}, _stretches(part, ledgers)
    for a, b in combinations(stretches, 2):
        times = math.exp(abs(a.log - b.log))
        if any(low <= times <= high for low, high in APART):
            for one, other in ((a, b), (b, a)):
                if one.told:
                    told.setdefault(one.name, (one.calls, other.name, times))
    for name, (calls, other, times) in sorted(told.items()):
        yield "unit changes", f"talk_seconds › {name}", calls, None, "severe", times, other


def _stretches(part, ledgers: list[FileLedger]) -> list[_Stretch]:
    """By file where only one has calls of a day, and by month."""
    days = part.rows(f"""SELECT CAST({part.clock} AS DATE), {part.month}, count(*), sum(ln(talk_seconds)), count(*) FILTER ({part.inside})
        FROM t WHERE {TALKED} AND {part.clock} IS NOT NULL {f"AND {ANSWERED}" if "outcome" in part else ""} GROUP BY ALL ORDER BY ALL""")
    files, found = _files(ledgers), {}
    for day, month, n, logs, inside in days:
        sums = found.setdefault((files.get(day, ""), month), [0, 0.0, 0])
        found[files.get(day, ""), month] = [a + b for a, b in zip(sums, (n, logs, inside), strict=True)]
    return [_Stretch(file or month, n, logs / n, inside > 0) for (file, month), (n, logs, inside) in found.items() if n >= FEWEST]


def _files(ledgers: list[FileLedger]) -> dict[date, str]:
    """The days of which one file alone has calls, with it."""
    of: dict[str, list[str]] = {}
    for ledger in ledgers:
        for day in ledger.days:
            of.setdefault(day, []).append(ledger.name)
    return {date.fromisoformat(day): names[0] for day, names in of.items() if len(names) == 1}
