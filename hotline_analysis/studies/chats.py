"""How far do the bot and the chat carry, and what do the ten indicators say of it? (呼叫中心智慧运营的十大关键指标, F2)

`ten`: the ten indicators of 2016, each as the document has it (原文口径) and as the quantity that its name promises (建议口径), one above the other. `deflection`:
what the bot holds off, what it ends alone, and what stays ended. Source: catalogue C01-C12, B09; methods 11.
"""

import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import catalogue, indicators
from hotline_analysis.measures.catalogue.intelligent import DOCUMENT, GROUPS, TEN
from hotline_analysis.measures.view import View
from hotline_analysis.words import LANGUAGES, PERCENT, Field, Term

REPEATS = False  # no figure rests on the definition of a repeat call
HELD = ("bot_interception", "bot_alone", "bot_contained")
COLUMNS = {
    "group": Field(Term("类别", "Class"), words=GROUPS),
    "reading": Field(Term("口径", "Reading"), words={k: t for k, t in catalogue.READING.items() if k}),
    "indicator": Field(Term("指标", "Indicator")),
    "numerator": Field(Term("分子", "Numerator"), "count"),
    "denominator": Field(Term("分母", "Denominator"), "count"),
    "value": Field(Term("本期", "This period"), "level", interval=("low", "high")),
    "remark": Field(Term("读法", "How to read it")),
    "told": Field(Term("有数字的", "With figures"), "count"),
    "over": Field(Term("超过100%的", "Beyond 100%"), "count"),
    "lost": Field(Term("拦下而又来的", "Held off and back"), "share"),
    "hours": Field(Term("观察时间", "Watched for"), "hours"),
}


def ten(view: View) -> pd.DataFrame:
    """The ten indicators of the period in both readings, one row a reading, the document's first.

    Columns: group (the document's class), reading (document, suggested), indicator, remark (both languages: what the formula counts; where the value passes 100 %,
    why it may), numerator, denominator, value, unit, low, high (95 %), missing, said (over: passes 100 %), told (of the ten, how many have a figure),
    over (how many pass 100 % as the document has them). Raises DataRefused where the params name neither chats nor events.
    """
    found = _found(view, TEN)
    document = [i for i in TEN if i.reading == DOCUMENT]
    beyond = {i.key for i in TEN if i.unit is PERCENT and found.loc[i.key, "value"] > 1}
    rows = [{**_named(i, found), "said": "over" if i.key in beyond else "", "group": i.group, "reading": i.reading} for i in TEN]
    told = sum(not np.isnan(found.loc[i.key, "value"]) for i in document)
    if not told:
        raise DataRefused("chats", "no base.", "Ask for a month with chats or events.")
    return pd.DataFrame(rows).assign(told=told, over=sum(i.key in beyond for i in document))


def deflection(view: View) -> pd.DataFrame:
    """What the bot holds off: sessions with it (as the document counts), those that it ended alone, and those whose caller made no contact for some hours.

    Columns: indicator, remark (both languages), numerator, denominator, value, unit, low, high, missing, lost (in each row: the share ended alone less the share that stayed
    ended), hours. The last is of known callers and of sessions that could be watched for so long. Raises DataRefused without chats.
    """
    known = catalogue.known(view.params)
    found = _found(view, [known[key] for key in HELD])
    rows = [{**_named(known[key], found), "said": key} for key in HELD]
    lost = float(found.loc["bot_alone", "value"] - found.loc["bot_contained", "value"])
    return pd.DataFrame(rows).assign(lost=lost, hours=float(view.params.service.contained_hours))


def _found(view: View, asked) -> pd.DataFrame:
    if not {"sessions", "events"} & set(view.tables):
        raise DataRefused("chats", "not available: params name no sessions.", "Add 'sessions' to the params.")
    return indicators.evaluate(view, [view.period], list(asked)).set_index("indicator")


def _named(i: indicators.Indicator, found: pd.DataFrame) -> dict:
    """One row: the figure, its name, and how to read it."""
    row = found.loc[i.key]
    figures = {name: row[name] for name in ("numerator", "denominator", "value", "low", "high", "missing")}
    said = i.beyond if i.beyond is not None and i.unit is PERCENT and row["value"] > 1 else i.scope
    words = {f"{name}_{language}": term(language) for name, term in (("indicator", i.name), ("remark", said)) for language in LANGUAGES}
    return {"key": i.key, **words, **figures, "unit": i.unit.key}


TABLES = {"ten": ten, "deflection": deflection}
WHOLE = ("ten", "deflection")  # of the whole hotline alone: told under `disclosure: internal`
