"""The definition (口径) of a repeat call: an object that validates, prints itself, hashes, travels with every figure and can be swept.

A repeat-call figure is meaningless without its rule: one data set gives a "first call resolution" between 59 % and 93 % under a dozen
published rules (catalogue 5.2). Whatever changes a figure is a field here; what is no field cannot change a figure.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, field_validator, model_validator

from hotline_analysis import tables
from hotline_analysis.errors import BadParams, DataRefused, nearest
from hotline_analysis.params import Settings, Texts, validated
from hotline_analysis.words import Term

if TYPE_CHECKING:
    import pandas as pd

HOUR = 3600
WINDOWS_HOURS = (2.0, 12.0, 24.0, 48.0, 72.0, 120.0, 168.0)
IDENTITIES = ("caller", "phone", "person", "code")
BY_PAIR = "×"  # issue×department, as a key of the dispatch rule


def _numbers(value):
    """`2, 24` or [2, 24] or 24: each is a list of windows."""
    if isinstance(value, str):
        value = [part for part in value.replace("，", ",").split(",") if part.strip()]
    return value if isinstance(value, list | tuple) else [value]


def _words(value):
    """`a,b`, [a, b], '' or none: a list of words; none and '' are the empty list."""
    if isinstance(value, str):
        value = [] if value.strip().lower() in ("", "none") else [part.strip() for part in value.replace("，", ",").split(",")]
    return value


def _mapping(value):
    """`a:b, c:d` or a mapping: words to words; none and '' are the empty one."""
    if not isinstance(value, str):
        return value
    pairs = [part.rpartition(":") for part in _words(value.replace("：", ":"))]
    return {key.strip(): word.strip() for key, _, word in pairs}


def identity_order(value: str) -> str:
    """`phone, person` as `phone,person`: the caller, or other keys in the order in which they are tried."""
    keys = [part.strip() for part in str(value).replace("，", ",").split(",")]
    for key in keys:
        if key not in IDENTITIES:
            raise ValueError(f"'{key}' is not one of {', '.join(IDENTITIES)}. {nearest(key, IDENTITIES)}".rstrip())
    if len(set(keys)) < len(keys) or ("caller" in keys and len(keys) > 1):
        raise ValueError("name each key once; 'caller' is the order of identities in params and stands alone")
    return ",".join(keys)


Windows = Annotated[tuple[Annotated[float, Field(gt=0, le=24 * 366)], ...], BeforeValidator(_numbers), Field(min_length=1)]
Fates = Annotated[dict[str, Literal["unresolved", "excluded", "resolved"]], BeforeValidator(_mapping)]
WindowMap = Annotated[dict[str, Annotated[float, Field(gt=0, le=24 * 366)]], BeforeValidator(_mapping)]
WordList = Annotated[Texts, BeforeValidator(_words)]
KEYS = {
    "phone": Term("号码", "phone number"),
    "person": Term("个人身份", "person id"),
    "code": Term("唯一代码", "unique code"),
}
FATES = {
    "unresolved": Term("派单算未解决", "unresolved"),
    "excluded": Term("派单不参与考核", "left out"),
    "resolved": Term("派单算解决", "resolved"),
}
Day = Annotated[date | None, PlainSerializer(lambda d: d and d.isoformat())]
MEANING = {
    "windows_hours": Term("复电的窗口，小时；逐个列出", "the windows, in hours"),
    "windows_by_issue": Term("各诉求自己的窗口，小时", "an issue's own window, in hours"),
    "mode": Term("rolling 滚动；calendar 只看同一日内", "rolling, or the same calendar day"),
    "cut_hour": Term("一日从几时起", "the hour at which a day begins"),
    "clock": Term(
        "间隔自来电结束（end）或开始（start）起算，到下次来电开始为止；没有结束时间的来电由等待、通话与保持时长推算；一通也推算不出的热线自开始起算，不写此项时口径自动改为start",
        "the gap runs from the end of the call, or from its start, to the start of the next; an end that is not written is worked out from waits, talk and hold; where no end is known the rule is start, unless params say end",
    ),
    "min_gap_seconds": Term(
        "短于此秒数的来电视为掉线重拨，看其后的来电；0 表示间隔为零也算",
        "a sooner call is a dropped line and the next one decides; 0: a gap of 0 counts",
    ),
    "direction": Term(
        "look-ahead 向后看，记在先前的话务员名下；look-back 向前看",
        "look-ahead charges the earlier handler; look-back shows who took the repeat",
    ),
    "charged": Term(
        "转接来电记在末位（last）、首位（first）或首末各一次（each，需首位话务员列）；taker 只用于向前看，须写明",
        "the last handler, the first, or each of the two (needs agent_first); taker: for look-back, asked for by name",
    ),
    "match": Term(
        "any 任一诉求；same 相同诉求，中间隔着别的来电也算；target 复电须是指定诉求",
        "any issue; the same, whatever lies between; or target issues",
    ),
    "level": Term("诉求分类的级别", "level of the issue tree"),
    "targets": Term("指定诉求", "the target issues"),
    "identity": Term(
        "按什么识别来电人；phone,person 表示先按号码，没有的按个人身份", "how a caller is known; phone,person: by phone, else by person"
    ),
    "index_scope": Term("被计入的来电：answered 接通；all 全部", "the calls that are counted"),
    "callback_scope": Term("算作复电的来电：answered 接通；all 全部", "the calls that count as repeats"),
    "outbound": Term(
        "热线的回拨：ignored 不理会；reset 回拨接通（或未记是否接通）之后的来电不是此前来电的复电，此前来电留在分母",
        "calls of the hotline: ignored; or reset: after one that reached the caller, a later call is no repeat, and the earlier one stays in the base",
    ),
    "open_orders": Term(
        "工单到期且办结之前的来电：counted 计为复电；apart 为催办，另计，看其后的来电（需工单的受理与到期时间）",
        "a call before the order is due or closed: a repeat (counted); or a chase (apart), and the next call decides (needs created_at and due_at)",
    ),
    "chain": Term(
        "连续来电：each 每一环都计（1−串数÷来电）；first 只计每串的第一次；cluster 每串合计一次，分母为串数",
        "each link counts (1 − chains ÷ calls); the first return of a chain only; or one count a chain, of chains",
    ),
    "dispatch": Term(
        "派单的来电怎样计，键为“诉求×部门”、部门、诉求或 *，取先合者：unresolved 首解率中算未解决；resolved 算解决；excluded 不参与考核，复电率也不计入",
        "what dispatching means, by issue×department, department, issue or * (the first that fits): unresolved or resolved in FCR; excluded from the base of both rates",
    ),
    "follow_up": Term(
        "数据末端：km 生存分析；full 只计看满窗口的来电；naive 不修正",
        "at the end of the data: Kaplan-Meier; only calls watched in full; or no correction",
    ),
    "look_ahead": Term("是否使用期后数据", "whether data after the period are used"),
    "data_end": Term(
        "数据截止日（当日零时）；不写为最后有数据的次日零时",
        "the day at whose start the data end; empty: midnight after the last day with data",
    ),
    "leave_out": Term("剔除的来电：列=值", "calls left out: column=value"),
}


class Definition(Settings):
    """Who counts as calling again. Every field has the workbook's default; see docs/definitions.md for each in words."""

    windows_hours: Windows = WINDOWS_HOURS
    windows_by_issue: WindowMap = {}  # issue -> its own window
    mode: Literal["rolling", "calendar"] = "rolling"  # calendar: the callback comes on the same day, whatever the hour
    cut_hour: int = Field(default=0, ge=0, le=23)  # where the calendar day begins
    clock: Literal["end", "start"] = "end"  # a gap runs from the end of the index call, or from its start, to the callback's start
    min_gap_seconds: int = Field(default=0, ge=0)  # callbacks sooner than this are a dropped line, not a repeat; 0: a gap of 0 counts
    direction: Literal["look-ahead", "look-back"] = "look-ahead"  # look-back charges whoever takes the repeat
    charged: Literal["last", "first", "each", "taker"] = "last"  # which handler of the index call; taker: look-back asked for by name
    match: Literal["any", "same", "target"] = "any"
    level: int = Field(default=1, ge=1, le=3)  # of the issue tree, for same and target
    targets: WordList = ()  # issues that a callback must be about, for target
    identity: Annotated[str, AfterValidator(identity_order)] = "caller"  # caller: the order in params; phone,person: phone, else person
    index_scope: Literal["answered", "all"] = "answered"
    callback_scope: Literal["answered", "all"] = "answered"
    outbound: Literal["ignored", "reset"] = "ignored"  # reset: once the hotline has reached the caller, a later call is no repeat
    open_orders: Literal["counted", "apart"] = "counted"  # apart: a call before the order is due is a chase (催办), no recurrence
    chain: Literal["each", "first", "cluster"] = "each"  # each link counts; only the first return; one count a cluster
    dispatch: Fates = {}  # issue×department, department, issue or * (the first that fits) -> what dispatching means
    follow_up: Literal["km", "full", "naive"] = "km"
    look_ahead: bool = True  # data after the period say whether its last calls were followed by another
    data_end: Day = None  # empty: midnight after the last day with data; without look-ahead: the period's end
    leave_out: WordList = ("outcome=test",)

    @field_validator("windows_hours")
    @classmethod
    def _ascending(cls, value):
        return tuple(sorted(set(value)))

    @field_validator("leave_out")
    @classmethod
    def _pairs(cls, value):
        for pair in value:
            column, equals, _ = pair.partition("=")
            if column.startswith(("agent", "caller")):
                raise ValueError(f"'{column}' names people, and a definition is printed on every page; leave them out in the source")
            if not equals or column not in tables.CALLS:
                known = [c.name for c in tables.CALLS.columns]
                raise ValueError(f"'{pair}' is not column=value with a column of calls. {nearest(column, known)}".rstrip())
        return value

    @model_validator(mode="after")
    def _agree(self):
        if self.match == "target" and not self.targets:
            raise ValueError("match: target needs targets, the issues that a callback must be about")
        if self.targets and self.match != "target":
            raise ValueError("targets are given, but match is not target")
        if self.mode == "calendar" and self.direction == "look-back":
            raise ValueError("mode: calendar is defined for look-ahead only")
        if self.charged == "taker" and self.direction != "look-back":
            raise ValueError("charged: taker is defined for look-back only")
        if self.chain != "each" and (self.mode == "calendar" or self.direction == "look-back" or self.match == "target"):
            raise ValueError(f"chain: {self.chain} is defined for rolling windows, looking ahead, any or same issue")
        return self

    @property
    def hash(self) -> str:
        """The first eight hex digits that name this rule: equal rules have equal hashes, however they were written."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()[:8]

    def but(self, **changes) -> "Definition":
        """The same rule with some fields changed; unknown names are refused with the nearest right one."""
        return parse({**self.model_dump(), **changes}, "definition")

    def line(self, language: str = "zh") -> str:
        """The rule in one line, defaults and departures alike, so that a reader never has to guess."""
        sep, end = ("，", "。") if language == "zh" else (", ", ".")
        said = [part(language) for part in self._parts()]
        return ("口径：" if language == "zh" else "Definition: ") + sep.join(said) + end

    def _parts(self) -> list[Term]:
        return [*self._who(), *self._what(), *self._when()]

    def _who(self) -> list[Term]:
        scope = {"answered": Term("接通电话", "answered calls"), "all": Term("全部来电", "all calls")}
        index, callback = scope[self.index_scope], scope[self.callback_scope]
        parts = [
            Term(f"已识别来电人的{index.zh}", f"{index.en} of identified callers"),
            Term(f"其后{callback.zh}计为复电", f"followed by {callback.en}"),
            self._identity(),
        ]
        left = [pair.partition("=")[::2] for pair in self.leave_out]
        said = [(tables.CALLS[c].term, v) for c, v in left]
        if said:
            parts.append(
                Term(
                    "不含" + "、".join(f"{t.zh}为{tables.WORDS.get(v, Term(v, v)).zh}的" for t, v in said),
                    "without " + " and ".join(f"{t.en.lower()} {v}" for t, v in said),
                )
            )
        if self.outbound == "reset":
            parts.append(Term("热线回拨后重新计", "reset by a call of the hotline"))
        return parts

    def _identity(self) -> Term:
        if self.identity == "caller":
            return Term("按参数顺序识别来电人", "caller by the order of identities in params")
        keys = [KEYS[key] for key in self.identity.split(",")]
        return Term("按" + "、".join(k.zh for k in keys) + "识别来电人", "caller by " + ", else ".join(k.en for k in keys))

    def _what(self) -> list[Term]:
        match = {
            "any": Term("任一诉求", "any issue"),
            "same": Term(f"第{self.level}级相同诉求", f"the same issue at level {self.level}"),
            "target": Term("诉求为" + "、".join(self.targets), "about " + ", ".join(self.targets)),
        }
        direction = {
            "look-ahead": Term("向后看，记在先前的话务员名下", "looking ahead, charged to the earlier handler"),
            "look-back": Term("向前看，不记在话务员名下", "looking back, charged to no agent"),
        }
        charged = {
            "last": Term("多人受理时记最后一人", "the last one"),
            "first": Term("多人受理时记第一人", "the first one"),
            "each": Term("多人受理时首末各记一次", "the first and the last one"),
            "taker": Term(
                "只记录由谁接到复电，不代表其处理得好坏", "shown by whoever takes the repeat, which says nothing of their own work"
            ),
        }
        chain = {"first": Term("只计第一次复电", "first return only"), "cluster": Term("连续复电合计一次", "one count a cluster")}
        parts = [match[self.match], direction[self.direction]]
        if self.direction == "look-ahead" or self.charged == "taker":
            parts.append(charged[self.charged])
        parts += [chain[self.chain]] if self.chain in chain else []
        if self.open_orders == "apart":
            parts.append(Term("工单到期前的来电为催办，另计", "calls before the order is due are chases, counted apart"))
        if self.dispatch:
            said = [(key, FATES[fate]) for key, fate in sorted(self.dispatch.items())]
            zh = "、".join(f"{k}{t.zh}" if k != "*" else f"其余{t.zh}" for k, t in said)
            en = ", ".join(f"{k} {t.en}" if k != "*" else f"others {t.en}" for k, t in said)
            parts.append(Term(f"派单规则：{zh}", f"when dispatched: {en}"))
        return parts

    def _when(self) -> list[Term]:
        hours = [f"{w:g}" for w in self.windows_hours]
        rolling = Term(f"滚动{'、'.join(hours)}小时", f"rolling {', '.join(hours)} h")
        cut = f"{self.cut_hour}时" if self.cut_hour else "零时"
        day = Term(f"同一日内（{cut}分日）", f"on the same day (cut at {self.cut_hour}:00)")
        clock = {"end": Term("自来电结束起算", "from the end of the call"), "start": Term("自来电开始起算", "from the start of the call")}
        follow = {
            "km": Term("未满窗口的来电用生存分析修正（Kaplan-Meier）", "calls not yet followed up in full corrected by Kaplan-Meier"),
            "full": Term("只计已满窗口的来电", "only calls followed up in full"),
            "naive": Term("不修正未满窗口的来电", "no correction at the end of the data"),
        }
        ahead = (
            Term("用期后数据", "data after the period used") if self.look_ahead else Term("不用期后数据", "data after the period not used")
        )
        parts = [day if self.mode == "calendar" else rolling, clock[self.clock]]
        if self.min_gap_seconds:
            parts.append(Term(f"{self.min_gap_seconds}秒以内不计", f"gaps under {self.min_gap_seconds} s not counted"))
        if self.windows_by_issue:
            own = "、".join(f"{k} {v:g}h" for k, v in sorted(self.windows_by_issue.items()))
            parts.append(Term(f"分类窗口{own}", f"windows by issue {own}"))
        parts += [follow[self.follow_up], ahead]
        if self.data_end:
            parts.append(Term(f"数据截至{self.data_end}零时", f"data end {self.data_end} 00:00"))
        return parts


def parse(settings: dict, where: str) -> Definition:
    """The definition that settings describe; BadParams names every field that is unknown or wrong."""
    return validated(Definition, tables.one_width(settings), where)


def with_settings(definition: Definition, pairs: list[str] | tuple[str, ...], where: str = "--set") -> Definition:
    """The definition after `key=value` texts of the command line."""
    changes = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadParams(where, f"'{pair}' is not key=value.", nearest(pair, Definition.model_fields))
        changes[key.strip()] = value.strip()
    return parse({**definition.model_dump(), **changes}, where)


def comparable(figures: Mapping[str, "Definition | pd.DataFrame"], *, force: bool = False) -> None:
    """Refuses a common ranking of units whose figures are under unlike definitions (A11), unless forced.

    figures: unit -> its definition, or the frame of a study, which carries the definition's hash. Raises DataRefused.
    """
    found: dict[str, list[str]] = {}
    for unit, figure in figures.items():
        found.setdefault(figure.hash if isinstance(figure, Definition) else figure.attrs.get("hash", "none"), []).append(unit)
    if len(found) > 1 and not force:
        said = "; ".join(f"{', '.join(units)} under {mark}" for mark, units in found.items())
        raise DataRefused(
            "ranking",
            f"these figures are under unlike definitions ({said}), so their order would say nothing of the units.",
            "Count them all under one definition, or show them unranked.",
        )
