"""How far a header's name alone says what a column holds: exact names of known systems, then character pairs weighed by their rarity."""

import math
import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from hotline_analysis.tables import TABLES

FOLDER = Path(__file__).parent
GENERAL = "general"  # the section of names.toml that belongs to no system
ENDING_ALIKE = 0.68
LEAST = 0.4  # a likeness of names below this is none
PLAIN = str.maketrans(  # traditional characters of headers, as simplified
    "號時間單編電話類別處理結陳負責員訊問題詢開應發務機構點區縣鄉鎮滿評價覆復辦訴內標執況敘詳細來狀態轉隊數據會見錄碼創驗與總級組隱稱業為", "号时间单编电话类别处理结陈负责员讯问题询开应发务机构点区县乡镇满评价复复办诉内标执况叙详细来状态转队数据会见录码创验与总级组隐称业为"
)  # fmt: skip
MENDED = {
    "quene": "queue", "queuq": "queue", "ruration": "duration", "connetion": "connection", "bussiness": "business", "waitting": "waiting",
    "moblie": "mobile", "recevice": "receive",
}  # fmt: skip
UNITS = {
    "秒": "seconds", "分": "minutes", "分钟": "minutes", "小时": "hours", "时": "hours", "毫秒": "milliseconds", "ms": "milliseconds", "msec": "milliseconds",
    "s": "seconds", "sec": "seconds", "seconds": "seconds", "min": "minutes", "minutes": "minutes", "inhrs": "hours", "hours": "hours",
    "inseconds": "seconds", "inminutes": "minutes", "millis": "milliseconds",
}  # fmt: skip
BRACKETED = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]")
ENDING = re.compile(r"(?:_|(?<=[a-z])(?=[A-Z])|[ ])(ms|msec|millis|InSeconds|in seconds|seconds|minutes)$")
OF_TIME = re.compile(r"date(?!d?(by|id))|timestamp|datetime|time$|^time|(created|closed|opened|resolved|updated|due)(at|on)?$")
HOMONYMS = frozenset(  # names that mean different things in different systems: never sure by name
    "duration callduration 呼叫时长 calltime 应答时长 starttime ringtime queuetime calltype 呼叫类型 contacttype callid contactid uniqueid disposition channel type clid "
    "customerid 用户名 ccqueue subject reason 反映内容 处理时间 发生时间 编号 id number status time date 序号 处理结果 类型 开始时间 结束时间 时长 时间".split()
)


MEANT_BY_YES = {  # of a column of yes and no, what yes means by words of its name; the first are taken out before the next are looked for (未接听 holds 接听)
    "outcome": {
        "abandoned": ("未接听", "未接通", "未接起", "未接", "未应答", "漏话", "漏接", "放弃", "呼损", "abandon", "miss", "lost", "unanswered", "notanswered", "noanswer", "unconnected", "notconnected"),
        "answered": ("接听", "接通", "接起", "应答", "已接", "answer", "connect"),
    },
    "direction": {
        "out": ("呼出", "外呼", "去电", "outbound", "outgoing", "callout", "dialout"),
        "in": ("呼入", "来电", "inbound", "incoming", "callin"),
    },
}  # fmt: skip
NEGATED = re.compile("未|没|不|非|无|not|^un|^non")


def yes_means(column: str, header: str) -> str:
    """What a yes under this header says of the outcome or the direction; '' where the name does not say it, or says both."""
    name, told = folded(header), []
    for meaning, words in MEANT_BY_YES[column].items():
        told += [meaning] if any(word in name for word in words) else []
        for word in words:
            name = name.replace(word, "")
    return told[0] if len(told) == 1 else ""


def folded(header: str) -> str:
    """A header without what differs from export to export: width, traditional characters, case, separators, units, known misspellings."""
    text = unicodedata.normalize("NFKC", header).translate(PLAIN)
    bracket = BRACKETED.search(text)
    if bracket and _unit(bracket[1]):
        text = text[: bracket.start()] + text[bracket.end() :]
    text = re.sub(r"[\s_\-./:：,，()（）\[\]#]+", "", text).lower()
    for wrong, right in MENDED.items():
        text = text.replace(wrong, right)
    return text


def unit(header: str) -> str:
    """The unit that a header says: 通话时长(分), hold_ms, Speed of answer in seconds; '' where it says none."""
    text = unicodedata.normalize("NFKC", header)
    bracket, ending = BRACKETED.search(text), ENDING.search(text)
    return _unit(bracket[1]) if bracket else _unit(ending[1]) if ending else ""


def of_time(header: str) -> bool:
    """Whether a header says that its cells are days or moments."""
    name = folded(header)
    return any(word in name for word in ("时间", "日期", "时刻")) or bool(OF_TIME.search(name))


def _unit(text: str) -> str:
    return UNITS.get(re.sub(r"[\s_]+", "", text).lower(), "")


@dataclass(frozen=True)
class Likeness:
    """What a name says of one column: how near (0-1), in how many systems it is used exactly so, and in which share of its uses."""

    score: float
    systems: int = 0
    share: float = 0.0


class Names:
    """The dictionary of header names, without the sections of some systems."""

    def __init__(self, without: Collection[str] = ()):
        self._told: dict[tuple[str, str], dict[str, Likeness]] = {}
        said = tomllib.loads((FOLDER / "names.toml").read_text(encoding="utf-8"))
        self.uses: dict[tuple[str, str], set[str]] = defaultdict(set)  # (table, folded name) -> columns
        self.systems: dict[tuple[str, str, str], set[str]] = defaultdict(set)  # (table, column, folded name) -> systems
        for system, columns in said.items():
            for place, headers in columns.items() if system not in without else ():
                table, _, column = place.partition(".")
                for name in filter(None, map(folded, headers.split("|"))):
                    self.uses[table, name].add(column)
                    self.systems[table, column, name].add(system)
        for table in TABLES.values():
            for column in (c for c in table.columns if not c.derived):
                for name in dict.fromkeys([folded(column.name), folded(column.term.zh), folded(column.term.en)]):
                    if not any(use.startswith("~") for use in self.uses.get((table.name, name), ())):  # 来电人 is a name, in an export
                        self.uses[table.name, name].add(column.name)
                        self.systems[table.name, column.name, name].add(GENERAL)

    @cached_property
    def _rarity(self) -> dict[str, float]:
        names = {name for _, name in self.uses}
        counts = Counter(pair for name in names for pair in _pairs(name))
        return {pair: math.log(1 + len(names) / n) for pair, n in counts.items()}

    @cached_property
    def _norms(self) -> dict[str, float]:
        return {name: self._norm(_pairs(name)) for _, name in self.uses}

    def _norm(self, pairs: Collection[str]) -> float:
        return math.sqrt(sum(self._weight(p) ** 2 for p in pairs)) or 1.0

    def _weight(self, pair: str) -> float:
        return self._rarity.get(pair, 6.0)

    def of(self, table: str, header: str) -> dict[str, Likeness]:
        """Column -> likeness, of the columns of a table (those with ~ too) that the header's name may mean."""
        if (table, header) not in self._told:
            self._told[table, header] = self._of(table, folded(header))
        return self._told[table, header]

    def _of(self, table: str, name: str) -> dict[str, Likeness]:
        exact = {column: self.systems[table, column, name] for column in self.uses.get((table, name), ())}
        total = sum(map(len, exact.values()))
        found = {
            column: Likeness(0.7 + 0.3 * len(systems) / total, len(systems - {GENERAL}), len(systems) / total)
            for column, systems in exact.items()
        }
        for column, score in (self._alike(table, name) | self._ending(table, name)).items():
            if column not in found and score >= LEAST:
                found[column] = Likeness(score)
        return found

    def _alike(self, table: str, name: str) -> dict[str, float]:
        pairs = _pairs(name)
        norm, best = self._norm(pairs), defaultdict(float)
        for (where, other), columns in self.uses.items():
            if where == table and (common := pairs & _pairs(other)):
                score = 0.85 * sum(self._weight(p) ** 2 for p in common) / (norm * self._norms[other])
                for column in columns:
                    best[column] = max(best[column], score)
        return best

    def _ending(self, table: str, name: str) -> dict[str, float]:
        """The columns of the longest known name with which a Chinese one ends: what a word is stands at its end (留言用户)."""
        for start in range(1, len(name) - 1):
            tail = name[start:]
            if not tail.isascii() and tail not in HOMONYMS and (table, tail) in self.uses:
                return dict.fromkeys(self.uses[table, tail], ENDING_ALIKE)
        return {}

    def tables(self, headers: Collection[str]) -> dict[str, float]:
        """How many of the headers speak for each table, each header's one voice parted by likeness."""
        votes = dict.fromkeys([*TABLES, "aggregate"], 0.0)
        for header in headers:
            near = {table: max((like.score for like in self.of(table, header).values()), default=0.0) for table in votes}
            near = {table: score**4 for table, score in near.items() if score >= 0.5}
            for table, score in near.items():
                votes[table] += score / sum(near.values())
        return votes


@lru_cache(maxsize=8192)
def _pairs(name: str) -> frozenset[str]:
    framed = f"^{name}$"
    return frozenset(framed[i : i + 2] for i in range(len(framed) - 1))
