"""Every indicator of a hotline, declared once: a file a family, declarations only.

A family is a module with `declared(params) -> tuple[Indicator, ...]` and its name in `MODULES`, in reading order. What a part adds up is an expression
on its table's rows; a figure that is no ratio of sums names its estimator (`Indicator.estimate`), which gives rows made by `indicators.row`. The
words of an event that several indicators share stand in `EVENTS`.
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from hotline_analysis.measures.catalogue import (
    answering,
    deflection,
    duty,
    follow_up,
    handling,
    intelligent,
    opinion,
    orders,
    own,
    quality,
    repeats,
    team,
    volume,
)
from hotline_analysis.measures.indicators import FRONT, MANAGEMENT, SUPPORT, Indicator
from hotline_analysis.params import Params, Words
from hotline_analysis.stats import control
from hotline_analysis.words import Term

MODULES = (volume, answering, handling, repeats, team, quality, opinion, orders, follow_up, duty, intelligent, deflection, own)
EVENTS = {
    answering.FAMILY: Term("接通", "Answering"),
    handling.FAMILY: Term("处理时长", "Handling time"),
    handling.SENT: Term("转出", "Sent on"),
    team.FAMILY: Term("坐席工时", "Agents' time"),
    team.LEAVING: Term("流失", "Leaving"),
    team.COST: Term("成本", "Cost"),
    repeats.FAMILY: Term("重复来电", "Repeat calls"),
    opinion.FAMILY: Term("来电评价", "Ratings of calls"),
    **follow_up.EVENTS,
    **intelligent.EVENTS,
}


def known(params: Params) -> dict[str, Indicator]:
    """All indicators of a hotline by key, in reading order: those of orders under its own limits, and those that its params declare."""
    return own.told({i.key: i for module in MODULES for i in module.declared(params)}, params)


def in_force(indicators: Mapping[str, Indicator], key: str, month: str) -> bool:
    """Whether an indicator's rule holds in a month: from its own first month on, and no longer than to the first month of what takes its place (then both
    are shown).
    """
    i = indicators[key]
    last = indicators[i.replaced_by].since if i.replaced_by else ""
    return i.since <= month and (not last or month <= last)


def there(params: Params) -> dict[str, Indicator]:
    """The indicators whose tables the params name."""
    return {key: i for key, i in known(params).items() if all(params.sources(table) for table in i.tables)}


def of_month(params: Params, typed: Iterable[str] = ()) -> dict[str, Indicator]:
    """The indicators that the month's own frames hold: those whose tables the params name, and those that are typed in. Orders under limits have a study
    of their own, which judges them.
    """
    asked = {*there(params), *typed}
    return {key: i for key, i in known(params).items() if key in asked and i.chapter != orders.FAMILY}


def levels(params: Params) -> dict[str, float]:
    """How often chance may flag each indicator's month: those of the first sheet, which have their own sentences, as usual, and with them the others of
    their events; all others are a table of many, whose events share that level between them.
    """
    month = of_month(params)
    first = {i.event for i in month.values() if i.first}
    many = len({i.event for i in month.values()} - first) or 1
    return {key: control.LEVEL if i.event in first else control.LEVEL / many for key, i in month.items()}


BETTER = {"higher": Term("高为好", "higher"), "lower": Term("低为好", "lower"), None: Term("不分好坏", "neither")}
READING = {"document": Term("原文口径", "as in the document"), "suggested": Term("建议口径", "suggested"), "": Term("", "")}
GROUPS = intelligent.GROUPS  # the classes that a source gives its indicators
AUDIENCE = {FRONT: Term("一线", "front line"), MANAGEMENT: Term("管理", "management"), SUPPORT: Term("支撑", "support")}


def glossary(indicators: Mapping[str, Indicator], language: str = "zh") -> pd.DataFrame:
    """One row an indicator, in words: key, name, group, formula (指标定义), scope (统计口径), observe (评估观察), judge (判断特征), unit, most, better,
    reading, twin, tables, tier, audience, source, owner, since, replaced_by.
    """
    return pd.DataFrame([_worded(i, language) for i in indicators.values()])


def _worded(i: Indicator, language: str) -> dict:
    told = {"key": i.key, "name": i.name(language), "group": GROUPS[i.group](language) if i.group else ""}
    told |= {name: getattr(i, name)(language) for name in ("formula", "scope", "observe", "judge")}
    told |= {
        "beyond": i.beyond(language) if i.beyond else "",
        "unit": i.unit.term(language).strip(),
        "most": f"{i.most:g}" if i.most else "",
    }
    told |= {"better": BETTER[i.better](language), "reading": READING[i.reading](language), "twin": i.twin, "tables": ", ".join(i.tables)}
    told |= {"tier": i.tier, "audience": ", ".join(AUDIENCE[a](language) for a in i.audience), "source": i.source}
    return told | {"owner": i.owner, "since": i.since, "replaced_by": i.replaced_by}


def usual() -> dict[str, Indicator]:
    """The indicators of a hotline that says nothing of its own: every family with its defaults."""
    return known(Params.model_construct(title=Words(zh="-")))
