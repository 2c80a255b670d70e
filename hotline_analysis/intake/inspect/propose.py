"""Which column of a table each header is: name and values weighed, and one column given to one header at most.

A score is 0.62 of the name's likeness and 0.38 of the values' fit; values that do not fit cap it. The assignment has the best total (Hungarian
method), beside headers that names know and nothing maps. Confidence is a class of evidence, not a probability: above SURE stand only names that two
systems or more use so and nobody else otherwise, with values that fit, and what the values prove by themselves (`proofs.py`).
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from hotline_analysis.disclosure import SMALLEST
from hotline_analysis.intake.convert import instants
from hotline_analysis.intake.convert.parts import LONGEST_WORD
from hotline_analysis.intake.inspect import names
from hotline_analysis.intake.inspect.evidence import Evidence, codes
from hotline_analysis.intake.inspect.names import Likeness, Names
from hotline_analysis.personal import found
from hotline_analysis.tables import FLAG, IDENTITY, INSTANT, SCORE, SECONDS, TABLES, TEXT, Column
from hotline_analysis.words import Term

SURE, LIKELY, ASK = 0.8, 0.6, 0.45
UNPROVED = 0.78  # the most of a line of which something is not said
NAME, VALUES = 0.62, 0.38
VALUES_SAY = 0.6
NEAR = 0.55  # the name's likeness below which a column is no more than asked about
RIVAL = 0.1  # a second column so near makes none of them sure
PER_SECOND = {"milliseconds": 1000, "minutes": 1 / 60, "hours": 1 / 3600}  # units that a header may say
AMERICAN = re.compile(r"(\+?# ?)?\(###\) ?###-####|(\+?#[-. ])?###([-. ])###\3####")  # shapes of numbers of the North American plan
LEAST_CELLS = 20  # filled cells below which values prove nothing
LEVELS = {"issue_1..3": "issue_1", "category_1..3": "category_1"}
OPENING = {"calls": "started_at", "orders": "created_at", "sessions": "opened_at", "surveys": "answered_at"}
LATER = ("办结", "结束", "关闭", "归档", "结案", "完成", "完结", "终止", "答复", "回复", "解决", "更新", "截止", "时限", "到期", "派", "挂", "应答", "接听",
         "close", "end", "finish", "due", "update", "modif", "solv", "stop", "complet", "answer", "repl", "response", "respond", "expire", "exit", "dispatch", "last", "target")  # fmt: skip
NUMBERED = re.compile(r"([一二三])级.*(?:分类|类别|事项|标签)")  # a name that numbers the level
LEVELLED = {"calls": "issue", "orders": "category"}
STEMS = {  # of a column of times, what its name's verb says
    "orders": {
        "created_at": ("受理", "登记", "创建", "来件", "提交", "create", "open", "submit"),
        "responded_at": ("答复", "回复", "响应", "reply", "respond", "response"),
        "resolved_at": ("解决", "solv"),
        "closed_at": ("办结", "完结", "结案", "关闭", "归档", "close", "complet", "finish"),
        "due_at": ("时限", "到期", "截止", "due", "deadline", "target"),
        "dispatched_at": ("派单", "派发", "派工", "dispatch"),
    },
    "calls": {
        "started_at": ("开始", "开启", "start", "begin"),
        "answered_at": ("应答", "接听", "接通", "answer", "connect"),
        "ended_at": ("结束", "挂断", "挂机", "end", "finish", "hang", "release", "disconnect", "stop"),
    },
}
HEADS = {  # English words of a name that say what kind of thing a column of categories or of references tells
    "orders": {
        "department": {"team", "department", "dept", "agency", "group"},
        "area": {"ward", "district", "borough", "neighborhood", "neighbourhood"},
        "channel": {"channel", "source", "reported", "via"},
        "caller": {"citizen", "customer", "resident", "requester", "client"},
    },
    "calls": {
        "queue": {"queue", "skill", "team", "group"},
        "caller": {"citizen", "customer", "resident", "caller", "remote"},
    },
}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
NEVER = ("~", "caller_person", "caller_code", "caller_phone", "item_", "not_applicable")


@dataclass(frozen=True)
class Proposal:
    """One canonical column of one table: the headers that make it, its settings, how sure it is and why, and what else it could be."""

    table: str
    column: str
    headers: tuple[str, ...]
    confidence: float
    why: Term
    settings: dict[str, Any] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()  # words of the column that recur and that its `values` do not say

    @property
    def rule(self) -> Any:
        """The rule as params say it, in its short form where it has no settings."""
        source = self.headers[0] if len(self.headers) == 1 else list(self.headers)
        return {"from": source, **self.settings} if self.settings else source


def columns(table: str, seen: Sequence[Evidence], known: Names, taken: Collection[str] = ()) -> list[Proposal]:
    """The proposals for a table, one a column; `taken` are columns that are proposed already."""
    fields = [c for c in TABLES[table].columns if not c.derived and not c.name.startswith(NEVER) and c.name not in taken]
    likes = [with_values(table, known.of(table, e.header), e) for e in seen]
    fits = [[fit(c, e) for c in fields] for e in seen]
    scores = np.array([[_score(_like(likes[i], c.name), fits[i][j][0]) for j, c in enumerate(fields)] for i in range(len(seen))])
    left = np.diag([max(ASK, _left_alone(like)) for like in likes])
    rows, places = linear_sum_assignment(np.hstack([scores, left]), maximize=True)
    made = []
    for i, j in zip(rows, places, strict=True):
        if j < len(fields):
            like, (fitting, settings) = _like(likes[i], fields[j].name), fits[i][j]
            rivals = [seen[k].header for k in np.argsort(-scores[:, j]) if k != i and scores[k, j] >= max(ASK, scores[i, j] - 2 * RIVAL)]
            near = max((scores[k, j] for k in range(len(seen)) if k != i), default=0.0)
            elsewhere = max((v for n, v in enumerate(scores[i]) if n != j), default=0.0)
            sure = scores[i, j] - near > RIVAL and scores[i, j] - elsewhere > RIVAL and scores[i, j] - _left_alone(likes[i]) > 0
            confidence, why = _confidence(like, fitting, scores[i, j], sure, seen[i], fields[j]), _why(like, fitting, seen[i])
            doubt = _doubt(table, fields[j], seen[i], settings)
            if doubt:
                confidence, why = min(confidence, UNPROVED), Term(f"{why.zh}；{doubt.zh}", f"{why.en}; {doubt.en}")
            made.append(
                Proposal(
                    table,
                    fields[j].name,
                    (seen[i].header,),
                    confidence,
                    why,
                    _path(settings, fields[j], seen[i]),
                    tuple(rivals[:3]),
                    unsaid(seen[i], settings) if fields[j].allowed or fields[j].kind == SCORE else (),
                )
            )
    return made


def unsaid(seen: Evidence, settings: dict) -> tuple[str, ...]:
    """Words that recur and that `values` do not say, the commonest first: those that the check would name too (`parts`), and no number."""
    told = settings.get("values", {})
    plain = (word for word, n in seen.words.items() if n >= SMALLEST and len(word) <= LONGEST_WORD and not re.search(r"\d", word))
    return tuple(word for word in plain if told and word not in told and not found(word))


def with_values(table: str, likes: dict[str, Likeness], seen: Evidence) -> dict[str, Likeness]:
    """What a code list's words say where the name says little, and of a time the verb in its name."""
    spoken = [name for name in ("outcome", "direction", "satisfied", "rating") if seen.code.get(name, 0) > 0.9 and seen.distinct > 1]
    spoken += [name for name in names.MEANT_BY_YES if _flagged(name, seen) and names.yes_means(name, seen.header)]
    spoken += ["caller"] if seen.mobile + seen.masked > 0.6 and _many(seen) else []  # telephones of many
    said = {word.lower() for word in WORD.findall(seen.header)}
    spoken += [name for name, heads in HEADS.get(table, {}).items() if said & heads and not any(c.startswith("~") for c in likes)]
    spoken += [
        stem for stem in STEMS.get(table, ()) if seen.instant > 0.9 and any(w in names.folded(seen.header) for w in STEMS[table][stem])
    ]
    level = NUMBERED.fullmatch(names.folded(seen.header))
    if level and table in LEVELLED:
        likes = likes | {f"{LEVELLED[table]}_{'一二三'.index(level[1]) + 1}": Likeness(1.0)}
    return likes | {name: Likeness(VALUES_SAY) for name in spoken if likes.get(name, Likeness(0.0)).score < VALUES_SAY}


def _like(likes: dict[str, Likeness], column: str) -> Likeness:
    """What the name says of a column; a name for all levels of a path speaks for the first."""
    path = next((likes[whole] for whole, first in LEVELS.items() if first == column and whole in likes), Likeness(0.0))
    own = likes.get(column, Likeness(0.0))
    return own if own.score >= path.score else path


def _left_alone(likes: dict[str, Likeness]) -> float:
    """How much the name says that the column is known and not mapped; a name that is only alike says less."""
    known = [like for column, like in likes.items() if column.startswith("~")]
    return max((NAME * like.score + VALUES * (1.0 if like.share else 0.4) for like in known), default=0.0)


def _score(like: Likeness, fitting: float) -> float:
    if like.score < names.LEAST:
        return 0.0
    score = NAME * like.score + VALUES * fitting
    return min(score, 0.3) if fitting <= 0.2 else score


def _confidence(like: Likeness, fitting: float, score: float, sure: bool, seen: Evidence, column: Column) -> float:
    plain = names.folded(seen.header) not in names.HOMONYMS and seen.filled >= LEAST_CELLS
    if like.systems >= 2 and like.share >= 0.8 and fitting >= 0.8 and sure and plain:
        return 0.9
    level = NUMBERED.fullmatch(names.folded(seen.header))
    if level and column.name.endswith(str("一二三".index(level[1]) + 1)) and fitting >= 0.8 and seen.filled >= LEAST_CELLS:
        return 0.82
    homonym = names.folded(seen.header) in names.HOMONYMS and column.kind in (TEXT, SECONDS)
    if seen.path and column.name in LEVELS.values() and not homonym:
        return 0.65
    return round(float(min(score, 0.58 if homonym or like.score < NEAR else 0.78)), 2)


def _doubt(table: str, column: Column, seen: Evidence, settings: dict) -> Term | None:
    """What neither the name nor the values say, and a line that is sure would have to know."""
    if column.kind == SECONDS and not _unit_known(table, seen, settings):
        return Term("列名和取值都没有说明单位", "neither name nor values say the unit")
    if column.kind == SCORE and seen.number > 0.5:
        return Term("没有说明高分为好还是低分为好", "nothing says whether high scores are good")
    if column.kind == IDENTITY and "country" in settings:
        return Term("按号码的写法推断为美国号码", "taken for numbers of the United States by their form")
    if column.kind == IDENTITY and not _many(seen):
        return Term("号码太少，或是坐席、单位自己的电话", "few numbers: perhaps of the agents or units")
    if column.name == "outcome" and _flagged(column.name, seen) and names.yes_means(column.name, seen.header) == "abandoned":
        return Term("“否”不一定是接听", "a no need not be an answer")
    return None


def _unit_known(table: str, seen: Evidence, settings: dict) -> bool:
    """Whether the unit is said by the header or the cells, or the middle length is a call's in seconds and in no other unit: half an hour in minutes
    is no usual talk, an hour in milliseconds is none in seconds, and half an hour is the most that a day's fraction may tell.
    """
    if names.unit(seen.header) or seen.worded > 0.9:
        return True
    if settings.get("unit") == "day_fraction":
        return 0 < seen.middle < 0.02
    return table == "calls" and seen.number > 0.9 and 30 <= seen.middle <= 3600


def _why(like: Likeness, fitting: float, seen: Evidence) -> Term:
    if like.systems:
        name = Term(f"{like.systems}个系统用此名", f"so named in {like.systems} systems")
    else:
        name = Term(f"名称相近{like.score:.2f}", f"name alike {like.score:.2f}")
    shapes = " ".join(form for form, _ in seen.shapes[:1])
    return Term(f"{name.zh}；取值相符{fitting:.0%}；{shapes}", f"{name.en}; values fit {fitting:.0%}; {shapes}")


def _path(settings: dict, column: Column, seen: Evidence) -> dict:
    return {**settings, "split": seen.path} if seen.path and column.name in LEVELS.values() else settings


# ---- how the values fit a column


def fit(column: Column, seen: Evidence) -> tuple[float, dict[str, Any]]:
    """How well the values fit a canonical column (0-1), and the settings with which they do."""
    if not seen.filled:
        return 0.3, {}
    if column.kind == INSTANT:
        return seen.instant if not (seen.daily and seen.number > 0.9) else 0.5, formats(seen)
    if column.kind == SECONDS:
        return _seconds(seen)
    if column.kind == IDENTITY:
        return identity(seen)
    if column.kind == FLAG:
        return (0.0 if names.NEGATED.search(names.folded(seen.header)) else seen.code.get("flag", 0.0)), {}
    if column.kind == SCORE:
        return _score_of(seen)
    return _text(column, seen) if column.kind == TEXT else (seen.number, {})


def formats(seen: Evidence) -> dict[str, Any]:
    """The declared forms, where the run would not try them by itself."""
    if not seen.ways or seen.ways[0][0][0] in instants.SURE:
        return {}
    way = seen.ways[0][0]
    return {"formats": way[0] if len(way) == 1 else list(way)}


def _seconds(seen: Evidence) -> tuple[float, dict[str, Any]]:
    told = names.unit(seen.header)
    if seen.instant > 0.5 or seen.path or (seen.number > 0.5 and (seen.high >= 86400 * 1000 or seen.low < 0)):
        return 0.0, {}
    if seen.number > 0.9 and not seen.whole and seen.high < 1:
        return 0.9, {"unit": "day_fraction"}
    if told in PER_SECOND and seen.number > 0.9:
        return (seen.number if seen.high <= 86400 * PER_SECOND[told] else 0.0), {"unit": told}
    pair = seen.clock > 0.9 and seen.worded < 0.1  # 4:05: minutes or hours
    unit = {"unit": "minutes_clock"} if pair else {"unit": told} if told not in ("", "seconds") and seen.number > 0.5 else {}
    return (0.6 if pair else seen.duration if not (seen.unique > 0.95 and seen.rows > 100 and seen.number > 0.9) else 0.3), unit


def identity(seen: Evidence) -> tuple[float, dict[str, Any]]:
    """A phone by its form; else a code, where enough different people would be told apart."""
    kind = {"kind": "phone"}
    if seen.mobile + seen.masked + seen.withheld > 0.6 and seen.mobile + seen.masked > 0.2:
        return min(1.0, seen.phone + seen.masked + seen.withheld), kind
    if seen.instant > 0.5 or seen.told > 0.2 or seen.decimals or seen.clock > 0.5 or not seen.filled:
        return 0.0, {}
    american = sum(share for shape, share in seen.shapes if AMERICAN.fullmatch(shape))
    if american > 0.6:
        return 0.9, {**kind, "country": "US"}
    return (0.8 if _many(seen) and seen.code.get("event", 0) < 0.3 else 0.1), {"kind": "code"}


def _many(seen: Evidence) -> bool:
    """Whether enough different people would be told apart."""
    return seen.distinct >= 30 or seen.distinct > 0.2 * seen.filled > 2


def _score_of(seen: Evidence) -> tuple[float, dict[str, Any]]:
    worded = seen.code.get("rating", 0.0)
    if worded > 0.8:
        known = codes()["rating"]
        told = {word: "" if known[word.casefold()] == "none" else known[word.casefold()] for word in seen.words if word.casefold() in known}
        return worded, {"values": told}
    small = seen.number > 0.9 and seen.distinct <= 11 and seen.low >= 0 and seen.high <= 10
    return (0.9 if small else 0.0), {}


def _text(column: Column, seen: Evidence) -> tuple[float, dict[str, Any]]:
    if column.name.endswith("_id"):
        repeats = 0.5 if seen.unique > 0.05 else 0.1
        bad = seen.told > 0.2 or seen.instant > 0.5 or seen.decimals or seen.clock > 0.5
        return 0.0 if bad else 1.0 if seen.unique > 0.98 else repeats, {}
    if column.allowed:
        return coded(column.name, seen)
    if column.name == "satisfied":
        silent = {word: "" for word in seen.words if codes()["rating"].get(word.casefold()) == "none"}
        return seen.code.get("satisfied", 0.0), {"values": silent} if silent else {}
    if column.name == "channel":
        return (0.6 + 0.4 * seen.code.get("channel", 0.0) if seen.category and "flag" not in seen.code else 0.0), {}
    if column.name in ("agent", "agent_first"):
        many = seen.category or (seen.unique < 0.3 and seen.distinct > 1 and seen.told < 0.2 and seen.instant < 0.5)
        return (0.9 if many and (seen.whole or seen.number < 0.5) and seen.code.get("flag", 0) < 0.9 else 0.0), {}
    if seen.distinct == 1 and seen.filled >= LEAST_CELLS and not seen.told:
        return 0.5, {}
    numeric = seen.number > 0.9 and column.name not in ("queue", "unit")
    if seen.path and column.name in LEVELS.values():
        return 1.0, {}
    return (0.9 if (seen.category or seen.path) and not numeric and seen.code.get("flag", 0) < 0.9 and seen.clock < 0.5 else 0.1), {}


def coded(name: str, seen: Evidence) -> tuple[float, dict[str, Any]]:
    """A column of a closed list, by the dictionary: the share of its cells whose word is known, and what they mean. A flag may say it too, where its name
    says what yes means."""
    known = codes().get(name, {})
    told = {word: known[word.casefold()] for word in seen.words if word.casefold() in known}
    share = sum(seen.words[word] for word in told) / max(1, seen.filled)
    if _flagged(name, seen):
        yes = names.yes_means(name, seen.header)
        no = next(meaning for meaning in names.MEANT_BY_YES[name] if meaning != yes)
        flags = {word: {"true": yes, "false": no}[flag] for word in seen.words if (flag := codes()["flag"].get(word.casefold()))}
        return (seen.code["flag"], {"values": flags}) if yes and flags else (0.0, {})
    if seen.code.get("flag", 0) > 0.9 and names.NEGATED.search(names.folded(seen.header)):
        return 0.0, {}
    return share, {"values": told} if told else {}


def _flagged(name: str, seen: Evidence) -> bool:
    """Whether an outcome or a direction is told as yes and no."""
    return name in names.MEANT_BY_YES and seen.code.get("flag", 0) > 0.9


def sole_opening(table: str, made: list[Proposal], seen: Sequence[Evidence]) -> list[Proposal]:
    """Where a file has one column of times, and its name says no later moment, that is when the row began."""
    column = OPENING.get(table, "")
    timed = [e for e in seen if e.instant > 0.9 and not e.daily]
    if not column or len(timed) != 1 or timed[0].share_filled < 0.95 or later(timed[0].header):
        return made
    (only,) = timed
    why = Term("唯一的时间列，每行都有", "the only column of times, in every row")
    kept = [p for p in made if p.column != column and only.header not in p.headers]
    return [*kept, Proposal(table, column, (only.header,), 0.85, why, formats(only))]


def later(header: str) -> bool:
    """Whether a header's name says a moment after the opening."""
    name = names.folded(header)
    return any(word in name for word in LATER)
