"""The definition (口径) of a repeat call: an object that validates, prints itself, hashes, travels with every figure and can be swept.

A repeat-call figure is meaningless without its rule: one data set gives a "first call resolution" between 59 % and 93 % under a dozen
published rules (catalogue 5.2). Whatever changes a figure is a field here; what is no field cannot change a figure.
"""

import hashlib
import json
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, field_validator, model_validator

from hotline_analysis import tables
from hotline_analysis.errors import BadParams, nearest
from hotline_analysis.params import Settings, Texts, validated
from hotline_analysis.words import Term, format_hours

HOUR = 3600
WINDOWS_HOURS = (2.0, 12.0, 24.0, 48.0, 72.0, 120.0, 168.0)


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


Windows = Annotated[tuple[Annotated[float, Field(gt=0, le=24 * 366)], ...], BeforeValidator(_numbers), Field(min_length=1)]
WordList = Annotated[Texts, BeforeValidator(_words)]
Day = Annotated[date | None, PlainSerializer(lambda d: d and d.isoformat())]


class Definition(Settings):
    """Who counts as calling again. Every field has the workbook's default; see docs/definitions.md for each in words."""

    windows_hours: Windows = WINDOWS_HOURS
    windows_by_issue: dict[str, Annotated[float, Field(gt=0, le=24 * 366)]] = {}  # issue -> its own window
    mode: Literal["rolling", "calendar"] = "rolling"  # calendar: the callback comes on the same day, whatever the hour
    cut_hour: int = Field(default=0, ge=0, le=23)  # where the calendar day begins
    clock: Literal["end", "start"] = "end"  # a gap runs from the end of the index call, or from its start, to the callback's start
    min_gap_seconds: int = Field(default=0, ge=0)  # callbacks sooner than this are a dropped line, not a repeat; 0: a gap of 0 counts
    direction: Literal["look-ahead", "look-back"] = "look-ahead"  # look-back charges whoever takes the repeat
    charged: Literal["last", "first", "each"] = "last"  # which handler of the index call a repeat is charged to
    match: Literal["any", "same", "target"] = "any"
    level: int = Field(default=1, ge=1, le=3)  # of the issue tree, for same and target
    targets: WordList = ()  # issues that a callback must be about, for target
    identity: Literal["caller", "phone", "person", "code"] = "caller"  # caller: the order of identities that params give
    index_scope: Literal["answered", "all"] = "answered"
    callback_scope: Literal["answered", "all"] = "answered"
    outbound: Literal["ignored", "reset"] = "ignored"  # reset: after the hotline itself has called, a later call is no repeat
    open_orders: Literal["counted", "apart"] = "counted"  # apart: a call before the order is due is a chase (催办), no recurrence
    chain: Literal["each", "first", "cluster"] = "each"  # each link counts; only the first return; one count a cluster
    dispatch: dict[str, Literal["unresolved", "excluded", "resolved"]] = {}  # issue, department or * -> what dispatching means
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
        identity = {
            "caller": Term("按参数顺序识别来电人", "caller by the order of identities in params"),
            "phone": Term("按号码识别来电人", "caller by phone number"),
            "person": Term("按个人身份识别来电人", "caller by person id"),
            "code": Term("按唯一代码识别来电人", "caller by unique code"),
        }
        index, callback = scope[self.index_scope], scope[self.callback_scope]
        parts = [
            Term(f"已识别来电人的{index.zh}", f"{index.en} of identified callers"),
            Term(f"其后{callback.zh}计为复电", f"followed by {callback.en}"),
            identity[self.identity],
        ]
        left = [pair.partition("=")[::2] for pair in self.leave_out]
        said = [(tables.CALLS[c].term, v) for c, v in left]
        if said:
            parts.append(
                Term("不含" + "、".join(f"{t.zh}为{v}" for t, v in said), "without " + " and ".join(f"{t.en.lower()} {v}" for t, v in said))
            )
        if self.outbound == "reset":
            parts.append(Term("热线回拨后重新计", "reset by a call of the hotline"))
        return parts

    def _what(self) -> list[Term]:
        match = {
            "any": Term("任一诉求", "any issue"),
            "same": Term(f"第{self.level}级相同诉求", f"the same issue at level {self.level}"),
            "target": Term("诉求为" + "、".join(self.targets), "about " + ", ".join(self.targets)),
        }
        direction = {
            "look-ahead": Term("向后看，记在先前的话务员名下", "looking ahead, charged to the earlier handler"),
            "look-back": Term("向前看，记在接到复电的话务员名下", "looking back, charged to whoever takes the repeat"),
        }
        charged = {
            "last": Term("多人受理时记最后一人", "the last one"),
            "first": Term("多人受理时记第一人", "the first one"),
            "each": Term("多人受理时各记一次", "each one"),
        }
        chain = {"first": Term("只计第一次复电", "first return only"), "cluster": Term("连续复电合计一次", "one count a cluster")}
        parts = [match[self.match], direction[self.direction], charged[self.charged]]
        parts += [chain[self.chain]] if self.chain in chain else []
        if self.open_orders == "apart":
            parts.append(Term("工单到期前的来电为催办，另计", "calls before the order is due are chases, counted apart"))
        if self.dispatch:
            rule = "、".join(f"{k}:{v}" for k, v in sorted(self.dispatch.items()))
            parts.append(Term(f"派单规则{rule}", f"dispatch rule {rule}"))
        return parts

    def _when(self) -> list[Term]:
        hours = [format_hours(w, "zh") for w in self.windows_hours], [format_hours(w, "en") for w in self.windows_hours]
        rolling = Term("滚动" + "、".join(hours[0]), "rolling " + ", ".join(hours[1]))
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
    return validated(Definition, settings, where)


def with_settings(definition: Definition, pairs: list[str] | tuple[str, ...], where: str = "--set") -> Definition:
    """The definition after `key=value` texts of the command line."""
    changes = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadParams(where, f"'{pair}' is not key=value.", nearest(pair, Definition.model_fields))
        changes[key.strip()] = value.strip()
    return parse({**definition.model_dump(), **changes}, where)
