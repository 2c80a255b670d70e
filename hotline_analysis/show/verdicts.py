"""The parts of a page that verdict frames make: the tally, the headline cards, table 1, findings, and the movements not to be quoted.

All read the columns of `measures.verdicts.compare`; nothing is computed here. A row that leads speaks for its event: indicators that are one
event (接通率 and 放弃率) are one verdict.
"""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from hotline_analysis import words
from hotline_analysis.show import charts
from hotline_analysis.show.blocks import Block, caption, has
from hotline_analysis.show.markup import Markup, mark, tag
from hotline_analysis.words import Rows, Sentence, Term

ORDER = ("worse", "better", "more", "less", "none", "few", "not_compared")
CHANGED = ORDER[:4]
GROUP = {  # than usual: the month before may have been worse still, and the change stands beside it
    "worse": Term("差于平时", "Worse than usual"),
    "better": Term("好于平时", "Better than usual"),
    "more": Term("高于平时", "Higher than usual"),
    "less": Term("低于平时", "Lower than usual"),
    "none": Term("正常波动", "Usual variation"),
    "no evidence": Term("没有证据表明有变化", "No evidence of change"),
    "few": Term("样本不足，不作判断", "Too few to judge"),
    "not_compared": Term("不作比较", "Not compared"),
}
EVENTS = {
    "worse": Term("件事差于平时", "worse than usual"),
    "better": Term("件事好于平时", "better than usual"),
    "more": Term("件事高于平时", "higher than usual"),
    "less": Term("件事低于平时", "lower than usual"),
    "none": Term("件事在正常波动内", "within usual variation"),
    "no evidence": Term("件事没有证据表明有变化", "without evidence of change"),
    "few": Term("件事样本不足", "with too few calls"),
    "not_compared": Term("件事不作比较", "not compared"),
}
WORDS = {
    "tally": Term("各项指标的判断", "Verdicts of all indicators"),
    "cards": Term("头条指标", "Headline indicators"),
    "last": Term("较上月", "on last month"),
    "provisional": Term("暂", "prov."),
    "target": Term("目标", "target "),
    "reached": Term("个月达到", " months reached it"),
    "none": Term("不设目标", "no target"),
    "hold": Term("本月不宜写成升或降的数字", "Movements not to be quoted this month"),
    "hold_lead": Term(
        "下列变化没有足够证据。写材料时可以引用数值，不宜写“上升”“下降”。",
        "There is not enough evidence for these movements. Their values may be quoted; 'rose' and 'fell' may not.",
    ),
    "hold_none": Term("本月没有这样的数字。", "There are none this month."),
    "series": Term("走势", "Course"),
    "now": Term("本月", "This month"),
    "changes": Term("较上月（率为百分点）", "On last month (rates in pp)"),
    "interval": Term("变化的95%区间", "95% interval of the change"),
    "year": Term("较去年同月", "On the same month last year"),
    "aim": Term("目标与达标月数", "Target and months reached"),
}
SIDE = {"higher": "≥", "lower": "≤"}
FINDING = (
    Sentence("{indicator}{value:level}", "{indicator} {value:level}"),
    Sentence("，较上月{change:risen}", ", {change:risen} on last month"),
    Sentence("（不扣除周末、节假日的差别为{plain_change:risen}）", " ({plain_change:risen} before weekends and holidays are taken off)"),
    Sentence("，为{rank_months}个月{rank}", ", {rank} of {rank_months} months"),
    Sentence("，{state}", ", {state}"),
    Sentence("：{side}以往波动范围", ": {side} the usual range"),
)
PROOF = (
    Sentence("{numerator}/{denominator}", "{numerator}/{denominator}"),
    Sentence("以往波动范围{lower:level}～{upper:level}", "usual range {lower:level} to {upper:level}"),
    Sentence("连续{run_months}个月{run}", "{run} for {run_months} months"),
    Sentence("{reason}", "{reason}"),
    Sentence("{bases}变动", "{bases} moved"),
)
MOVED = (Sentence("{indicator}", "{indicator}"), Sentence("{change:moved}", " {change:moved}"))
COMMA, NOTHING, BASES = Term("，", ", "), Term("", ""), Term("{}变动", "{} moved")


def _word(key: str, language: str) -> str:
    return WORDS[key](language)


def _lines(frame: pd.DataFrame, shown, what: Sequence[Sentence], **ends: Term) -> list[str]:
    return shown.rows(frame, Rows(dict.fromkeys(ORDER, what), by="judgement", **ends))


def _marked(row: Mapping) -> Markup:
    return mark(row["judgement"] if row["judgement"] != "not_compared" else "few", row.get("direction") or "")


def _verdict(row: Mapping, shown) -> Markup:
    key = row["judgement"]
    return tag("span", _marked(row), shown.written(row, "state"), class_=f"v {key}")


def _grouped(rows: Sequence[Mapping]) -> list[tuple[str, list[Mapping]]]:
    """The rows by what is said of them, in the order of `GROUP`: usual variation only where limits exist and hold the value."""
    said = [("no evidence" if row["state"] == "no evidence" else row["judgement"], row) for row in rows]
    groups = [(key, [row for of, row in said if of == key]) for key in GROUP]
    return [(key, members) for key, members in groups if members]


def _leading(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["leads"].astype(bool)]


def tally(shown) -> Block:
    """One mark for each event, in the order worse, better, more, less, none, no evidence, few, not compared."""
    language = shown.language
    space = "" if language == "zh" else " "
    groups = _grouped(_leading(shown.frame).to_dict("records"))
    items = [
        tag(
            "li",
            *(_marked(row) for row in rows),
            tag("span", tag("b", len(rows)), space + EVENTS[key](language)),
            class_=f"v {rows[0]['judgement']}",
        )
        for key, rows in groups
    ]
    text = "；".join(f"{len(rows)}{space}{EVENTS[key](language)}" for key, rows in groups)
    return Block("tally", tag("ul", *items, class_="tally", aria_label=_word("tally", language)), text)


# ---- headline cards


def cards(shown) -> Block:
    """The headline indicators, in the order of the column `headline`; one without a value has no card."""
    rows = shown.frame[shown.frame["headline"].notna()].sort_values("headline").to_dict("records")
    html = tag("ul", *(_card(row, shown) for row in rows), class_="cards", aria_label=_word("cards", shown.language))
    return Block("cards", html, "；".join(f"{shown.written(r, 'indicator')} {shown.written(r, 'value', 'level')}" for r in rows))


def _card(row: Mapping, shown) -> Markup:
    language = shown.language
    moved = shown.written(row, "change", "risen")
    told = (_word("last", "zh") + moved if language == "zh" else f"{moved} {_word('last', 'en')}") if moved else ""
    return tag(
        "li",
        tag("h3", tag("span", shown.written(row, "indicator")), _verdict(row, shown)),
        tag("p", _large(shown.written(row, "value", "level")), _provisional(row, language), class_="value"),
        tag("p", told, class_="change"),
        Markup(charts.sparkline(_course(row, shown), width=200, height=74, language=language, label=True)),
        tag("p", _target(row, shown) or shown.written(row, "reason"), class_="why"),
        class_="card",
    )


def _large(level: str) -> Markup | str:
    """A value with its unit set small."""
    parts = re.fullmatch(r"([\d.,−]+)(.*)", level)
    return Markup("{}<small>{}</small>").format(*parts.groups()) if parts and parts[2] else level


def _provisional(row: Mapping, language: str) -> Markup:
    return tag("span", _word("provisional", language), class_="prov") if row.get("provisional") is True else Markup()


def _target(row: Mapping, shown) -> str:
    """目标≥95%，14个月中3个月达到."""
    if not has(row, "target"):
        return ""
    level, language = SIDE.get(row["better"], "") + _level(row["target"], row["unit"], shown.language), shown.language
    n, of = int(row["reached_months"]), int(row["target_months"])
    if language == "zh":
        return f"目标{level}，{of}个月中{n}个月达到"
    return f"target {level}: reached in {n} of {of} months"


def _level(value: float, unit: str, language: str) -> str:
    if unit == "percent":
        return f"{100 * value:g}%"
    return words.format_value(value, words.UNITS[unit], language)


def _course(row: Mapping, shown) -> dict:
    """What a sparkline needs of a row."""
    return {**row, "name": shown.written(row, "indicator")}


# ---- table 1


def ledger(shown, *, title: str = "", subtitle: str = "") -> Block:
    """表1: all indicators by verdict, each with its course, value, change, interval, last year, target and in how many months it was reached."""
    language = shown.language
    rows = shown.frame.to_dict("records")
    heads = ["indicator", "series", "now", "changes", "interval", "year", "aim"]
    said = [charts.month_span(rows[0]["months"]) if k == "series" and rows else _word(k, language) if k in WORDS else "" for k in heads]
    cells = (tag("th", text, scope="col", class_="num" if i > 1 else "", role="columnheader") for i, text in enumerate(said))
    head = tag("thead", tag("tr", *cells, role="row"), role="rowgroup")
    groups = [_group(key, of, shown) for key, of in _grouped(rows)]
    table = tag("table", caption("ledger", title, subtitle), head, *groups, class_="ledger", role="table")
    html = tag("div", table, class_="block scroll", role="region", aria_label=title)
    text = "\n".join(f"{shown.written(r, 'indicator')}\t{shown.written(r, 'value', 'level')}\t{shown.written(r, 'state')}" for r in rows)
    return Block("table", html, text, {"key": "ledger"})


def _group(key: str, rows: Sequence[Mapping], shown) -> Markup:
    name = f"{GROUP[key](shown.language)} {len(rows)}{'项' if shown.language == 'zh' else ''}"
    label = tag("span", _marked(rows[0]), name, class_=f"v {rows[0]['judgement']}")
    head = tag("tr", tag("th", label, colspan="7", scope="rowgroup", role="rowheader"), class_="head", role="row")
    return tag("tbody", head, *(_ledger_row(row, shown) for row in rows), class_="group")


def _ledger_row(row: Mapping, shown) -> Markup:
    language = shown.language
    why = shown.written(row, "run") or (_why(row, shown) if row["judgement"] == "not_compared" else "")
    note = tag("span", why, class_="note") if why else ""
    name = tag("th", shown.written(row, "indicator"), _provisional(row, language), note, scope="row", role="rowheader")
    value = shown.written(row, "value", "level")
    cells = [
        ("sp", Markup(charts.sparkline(_course(row, shown), width=128, height=30, language=language))),
        ("num val", tag("b", value) if value else tag("span", shown.written(row, shown.column("why")), class_="quiet")),
        ("num chg", _bare(shown.written(row, "change", "moved")) or "—"),
        ("num interval int", shown.written(row, "within") or shown.written(row, "change", "moved_interval")),
        ("num yoy", _bare(shown.written(row, "year_change", "moved")) or "—"),
        ("num tgt", _aim(row, language)),
    ]
    return tag("tr", name, *(tag("td", cell, class_=style, role="cell") for style, cell in cells), id=f"k-{row['indicator']}", role="row")


def _why(row: Mapping, shown) -> str:
    """Why a row is not compared, with the bases that moved."""
    bases = shown.written(row, shown.column("bases"))
    return COMMA(shown.language).join(filter(None, [shown.written(row, "reason"), bases and BASES(shown.language).format(bases)]))


def _aim(row: Mapping, language: str) -> Markup | str:
    if not has(row, "target"):
        return tag("span", _word("none", language), class_="quiet")
    level = SIDE.get(row["better"], "") + _level(row["target"], row["unit"], language)
    return Markup("{} {}").format(level, tag("span", f"{int(row['reached_months'])}/{int(row['target_months'])}", class_="quiet"))


def _bare(change: str) -> Markup | str:
    """A change of a rate without its unit, which the heading carries; the phone, which has no headings, shows it."""
    for unit in (words.PERCENT.change.zh, words.PERCENT.change.en):
        if change.endswith(unit):
            return Markup("{}<span class='pp'>{}</span>").format(change.removesuffix(unit), unit)
    return change


# ---- sentences with marks


def findings(shown, *, keys: Sequence[str]) -> Block:
    """主要发现: a mark, a sentence, a proof line, for some indicators; those that changed first."""
    frame = shown.frame[shown.frame["indicator"].isin(keys) & shown.frame["value"].notna()]
    frame = pd.concat([frame[frame["judgement"].isin(CHANGED)], frame[~frame["judgement"].isin(CHANGED)]])
    rows = frame.to_dict("records")
    lines = [_lines(frame, shown, FINDING), _lines(frame, shown, PROOF, joint=COMMA)]
    items = [
        tag("li", _marked(row), tag("div", tag("p", line), tag("p", proof, class_="proof")))
        for row, line, proof in zip(rows, *lines, strict=True)
    ]
    marks = [[row["judgement"], row["direction"]] for row in rows if row["judgement"] in CHANGED and row["leads"]]
    html = tag("ol", *items, class_="findings") if items else Markup()
    return Block("findings", html, "\n".join(lines[0]), {"marks": marks})


def hold(shown) -> Block:
    """本月不宜写成升或降的数字: movements that people would quote and that nothing bears out, in the order of the column `unsaid`."""
    language = shown.language
    frame = shown.frame[shown.frame["unsaid"].notna()].sort_values("unsaid")
    lines = _lines(frame, shown, MOVED, end=NOTHING)
    why = [_why(row, shown) or shown.written(row, "state") for row in frame.to_dict("records")]
    items = [tag("li", line, tag("span", reason)) for line, reason in zip(lines, why, strict=True)]
    body = [tag("p", _word("hold_lead", language)), tag("ul", *items)] if items else [tag("p", _word("hold_none", language))]
    html = tag("aside", tag("h3", _word("hold", language)), *body, class_="hold")
    return Block("hold", html, "\n".join(lines) or _word("hold_none", language))
