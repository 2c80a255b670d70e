"""Scores of which the lowest is the best, while high is good everywhere else: what words and other scores of the same contacts say about it.

Every limit is a judgement default. Words prove: those that params give a score, those of the header, and what the same order or chat says of
its satisfaction or solution. Other scores of the same people only ask, since nobody knows which of two is the right way round.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

import duckdb

from hotline_analysis.params import ColumnRule
from hotline_analysis.tables import ITEMS, SAME_WIDTH, SCORE

CONTRARY = -0.3  # a correlation that runs against another score or word
BY_CHANCE = 4  # standard errors that chance alone never makes
FEWEST_WORDED, FEWEST_SCORED = 100, 300  # contacts that have both: of a score with words, of two scores
MOST_POINTS = 11  # of a scale that params can turn with a line
LEVELS = {  # words that everybody reads alike
    "非常满意": 5, "很满意": 5, "十分满意": 5, "满意": 4, "比较满意": 4, "基本满意": 3, "一般": 3,
    "不满意": 2, "不太满意": 2, "非常不满意": 1, "很不满意": 1, "十分不满意": 1,
    "very satisfied": 5, "satisfied": 4, "neutral": 3, "dissatisfied": 2, "unsatisfied": 2, "very dissatisfied": 1, "very unsatisfied": 1,
}  # fmt: skip
WORD = "|".join(sorted(LEVELS, key=len, reverse=True))
CODE_FIRST = re.compile(rf"(?<![\d.])(\d{{1,2}})\s*分?\s*[-–—=:：.、是为(（]?\s*({WORD})(?![a-z])")
WORD_FIRST = re.compile(rf"({WORD})\s*[=:：]\s*(\d{{1,2}})(?!\d)")
BASIC, RESOLVED = 3, {"yes": 2, "partly": 1, "no": 0, "true": 2, "false": 0}


class _Scored(NamedTuple):
    """A column of scores: its scale, how each of its sources maps it, and what params call it."""

    name: str
    scale: tuple[float, float]
    rules: list[ColumnRule]
    names: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        """The score, where it is on the scale."""
        return f"CASE WHEN {self.name} BETWEEN {self.scale[0]!r} AND {self.scale[1]!r} THEN {self.name} END"


class _Word(NamedTuple):
    """What contacts say in words, beside their scores: the rows, how good it is in SQL, and above which value it is satisfied or resolved."""

    rows: duckdb.DuckDBPyRelation
    good: str
    above: float


def turned(part, parts: Mapping) -> Iterator[tuple]:
    """Findings of `checks` (check, where, count, share, severity, usual, detail) about scores that run the wrong way; `part`: a table and its period, `parts`: all of them.

    A column is told once, by the surest evidence: the period's, or that of all data where the period has too little.
    """
    scored, told = _scored(part) if part.period is None or part.clock in part else [], set()
    for one in scored:
        for check, count, share in _proved(part, parts, one, scored):
            told.add(one.name)
            yield check, part.said(one.name), count, share, "severe", None, _line(part.name, one)
            break
    for one, count in _asked(part, parts, [one for one in scored if one.name not in told]):
        yield "low is best?", part.said(one.name), count, None, "major", None, _line(part.name, one)


def _proved(part, parts: Mapping, one: _Scored, scored: list[_Scored]) -> Iterator[tuple[str, int, float | None]]:
    (count,) = part.one(f"count({one.name})")
    if count and any(_backwards(rule, one) for rule in one.rules):
        yield "words turned", count, None
    if count and not _worded(one):
        for word in _words(part, parts, one, scored):
            satisfied = f"count({one.sql}) FILTER ({word.good} > {word.above}) / nullif(regr_count({one.sql}, {word.good}), 0)"
            for n, against, share in _told(word.rows, part, [(one.sql, word.good, satisfied)], FEWEST_WORDED):
                if _contrary(against, n):
                    yield "low is best", n, share


def _words(part, parts: Mapping, one: _Scored, scored: list[_Scored]) -> Iterator[_Word]:
    """What is said in words beside a score: another score that params make of words, how the chat ended, what its order says, the rating of its call."""
    own = [other for other in scored if other.name != one.name and _worded(other)]
    yield from (_Word(part.relation, other.sql, sum(other.scale) / 2) for other in own)
    if "resolved" in part:
        yield _said(part.relation, "resolved")
    if (orders := parts.get("orders")) and part.name != "orders":
        for column in ("satisfied", "resolved"):
            if column in orders and column not in part and (rows := _beside(part, orders, column)):
                yield _said(rows, column)
    if rating := _rating_of_calls(part, parts):
        yield from [_Word(rating[1], rating[0].sql, sum(rating[0].scale) / 2)] if _worded(rating[0]) else []


def _said(rows: duckdb.DuckDBPyRelation, column: str) -> _Word:
    levels, above = (LEVELS, BASIC) if column == "satisfied" else (RESOLVED, RESOLVED["partly"])
    cases = " ".join(f"WHEN '{word}' THEN {value}" for word, value in levels.items())
    return _Word(rows, f"CASE lower(CAST({column} AS VARCHAR)) {cases} END", above)


def _rating_of_calls(part, parts: Mapping) -> tuple[_Scored, duckdb.DuckDBPyRelation] | None:
    """The rating of the call that a survey is about, beside the survey's answers."""
    calls = parts.get("calls")
    rows = _beside(part, calls, "rating") if part.name == "surveys" and calls and "rating" in calls else None
    return (_scored(calls)[0], rows) if rows and _scored(calls) else None


def _beside(part, other, column: str) -> duckdb.DuckDBPyRelation | None:
    """The rows with a column of the record of another table that they name, or that names them."""
    key = next((key for key in ("order_id", "call_id") if key in part and key in other), None)
    if key is None:
        return None
    named = other.relation.filter(f"{key} IS NOT NULL AND {column} IS NOT NULL").aggregate(
        f"{key} AS named, any_value({column}) AS {column}", key
    )
    return part.relation.set_alias("a").join(named.set_alias("b"), f"a.{key} = b.named", how="inner")


def _told(
    rows: duckdb.DuckDBPyRelation, part, pairs: list[tuple[str, str, str]], fewest: int
) -> Iterator[tuple[int, float | None, float | None]]:
    """Of each pair (two numbers of a row, and another figure) how many rows have both, their correlation, and the figure: of the period, or of all data where the period has too few;
    0 rows where these have too few too."""
    asked = ", ".join(f"regr_count({a}, {b}), corr({a}, {b}), {more}" for a, b, more in pairs)
    found = [rows.filter(inside).aggregate(asked).fetchall()[0] for inside in dict.fromkeys((part.inside, "true"))] if pairs else []
    for n in range(0, 3 * len(pairs), 3):
        yield next((told[n : n + 3] for told in found if told[n] >= fewest), (0, None, None))


def _contrary(against: float | None, n: int) -> bool:
    """True for a correlation that runs the other way, and that chance does not make."""
    return against is not None and against <= CONTRARY and against * (n - 1) ** 0.5 <= -BY_CHANCE


def _asked(part, parts: Mapping, scored: list[_Scored]) -> Iterator[tuple[_Scored, int]]:
    """Scores that run against more of the other scores than they go with, or against one of which it is known that high is good."""
    groups = [(part.relation, list(combinations(scored, 2)))]
    if rating := _rating_of_calls(part, parts):
        groups.append((rating[1], [(one, rating[0]) for one in scored]))
    known = {one.name for one in scored if _worded(one) or one.name == part.params.satisfaction.nps}
    against, most = Counter(), Counter()
    for rows, pairs in groups:
        for (a, b), (n, alike, _) in zip(pairs, _told(rows, part, [(a.sql, b.sql, "NULL") for a, b in pairs], FEWEST_SCORED), strict=True):
            for one, other in ((a.name, b.name), (b.name, a.name)):
                if _contrary(alike, n):
                    against[one] += len(scored) if other in known else 1
                    most[one] = max(most[one], n)
                elif _contrary(-(alike or 0), n):
                    against[one] -= 1
    yield from ((one, most[one.name]) for one in scored if against[one.name] > 0 and one.name not in known)


def _scored(part) -> list[_Scored]:
    """The table's columns of scores on a scale of few points."""
    found = []
    for column in part.table.columns:
        if column.kind == SCORE and column.name in part:
            item = part.params.items.get(column.name) if column.name in ITEMS else None
            scale = item.scale if item else part.params.satisfaction.rating_scale if column.name == "rating" else None
            if scale and scale[1] - scale[0] < MOST_POINTS:
                rules = [s.columns[column.name] for s in part.params.sources(part.name) if column.name in s.columns]
                found.append(_Scored(column.name, scale, rules, (item.name.zh, item.name.en) if item else ()))
    return found


def _backwards(rule: ColumnRule, one: _Scored) -> bool:
    """True where known words have scores that fall as they rise: the words of params, or those of the header and of the item's name (1=非常满意) while params give the numbers no others."""
    said = [(LEVELS[known], float(score)) for word, score in rule.values.items() if score and (known := _known(word))]
    if not said and not rule.values:
        legends = [text.translate(SAME_WIDTH).lower() for text in (*rule.source, *one.names)]
        said = [pair for text in legends for pair in _legend(text)]
    pairs = [(a, b) for a, b in combinations(said, 2) if a[0] != b[0]]
    return bool(pairs) and all((a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in pairs)


def _legend(text: str) -> list[tuple[int, float]]:
    """The levels of satisfaction that a text names, with their codes: words before `=` first, else codes before words."""
    found = WORD_FIRST.findall(text) or [(word, code) for code, word in CODE_FIRST.findall(text)]
    return [(LEVELS[word], float(code)) for word, code in found]


def _known(word: str) -> str:
    """The word of satisfaction in a word of params, with its code or without: 1-非常满意."""
    bare = re.sub(r"^\W*\d*\W*|\W*\d*\W*$", "", word).lower()
    return bare if bare in LEVELS else ""


def _worded(one: _Scored) -> bool:
    """True where params give known words their scores, the right way round: which way is good is known."""
    return any(len({LEVELS[w] for word in rule.values if (w := _known(word))}) > 1 and not _backwards(rule, one) for rule in one.rules)


def _line(table: str, one: _Scored) -> str:
    """The line of params that turns the column: of its words each the other end's score, else of each number."""
    low, high = map(round, one.scale)
    rule = next((rule for rule in one.rules if _backwards(rule, one)), one.rules[0] if one.rules else None)
    codes = {str(n): f"{n}" for n in range(low, high + 1)}
    values = dict(rule.values) if rule and rule.values else codes
    put = ", ".join(f"{_plain(word)}: {low + high - float(score):g}" if score else f'{_plain(word)}: ""' for word, score in values.items())
    sources = [_plain(header) for header in rule.source] if rule else []
    headers = f"from: {sources[0] if len(sources) == 1 else '[' + ', '.join(sources) + ']'}, " if sources else ""
    return f"{table} › columns › {one.name}: {{{headers}values: {{{put}}}}}"


def _plain(word: str) -> str:
    """A word as YAML reads it back."""
    return word if re.fullmatch(r"\w+", word) else json.dumps(word, ensure_ascii=False)
