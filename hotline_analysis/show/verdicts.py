"""The parts of a page that verdict frames make: the tally, the headline cards, table 1, findings, and the movements not to be quoted.

All read the columns of `measures.verdicts.compare`; nothing is computed here. A row that leads speaks for its event: indicators that are one
event (接通率 and 放弃率) are one verdict.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from hotline_analysis import words
from hotline_analysis.show import charts
from hotline_analysis.show.blocks import Block
from hotline_analysis.show.markup import Markup, html
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
    "provisional": Term("暂", "prov."),
    "none": Term("不设目标", "no target"),
    "hold": Term("本月不宜写成升或降的数字", "Movements not to be quoted this month"),
    "hold_lead": Term(
        "下列变化没有足够证据。写材料时可以引用数值，不宜写“上升”“下降”。",
        "There is not enough evidence for these movements. Their values may be quoted; 'rose' and 'fell' may not.",
    ),
    "hold_none": Term("本月没有这样的数字。", "There are none this month."),
    "now": Term("本月", "This month"),
    "changes": Term("较上月（率为百分点）", "On last month (rates in pp)"),
    "interval": Term("变化的95%区间", "95% interval of the change"),
    "year": Term("较去年同月", "On the same month last year"),
    "aim": Term("目标与达标月数", "Target and months reached"),
    "pp": words.PERCENT.change,
}
COMMA, NOTHING = Term("，", ", "), Term("", "")
COUNTED = Term("{} {}项", "{} {}")


def each(*parts: Sentence, **ends: Term) -> Rows:
    """A sentence for every row, whatever its judgement."""
    return Rows(dict.fromkeys(ORDER, parts), by="judgement", **ends)


FINDING = each(
    Sentence("{indicator}{value:level}", "{indicator} {value:level}"),
    Sentence("，较上月{change:risen}", ", {change:risen} on last month"),
    Sentence("（不扣除周末、节假日的差别为{plain_change:risen}）", " ({plain_change:risen} before weekends and holidays are taken off)"),
    Sentence("，为{rank_months}个月{rank}", ", {rank} of {rank_months} months"),
    Sentence("，{state}", ", {state}"),
    Sentence("：{side}以往波动范围", ": {side} the usual range"),
)
PROOF = each(
    Sentence("{numerator}/{denominator}", "{numerator}/{denominator}"),
    Sentence("以往波动范围{lower:level}～{upper:level}", "usual range {lower:level} to {upper:level}"),
    Sentence("连续{run_months}个月{run}", "{run} for {run_months} months"),
    Sentence("{reason}", "{reason}"),
    Sentence("{bases}变动", "{bases} moved"),
    joint=COMMA,
)
MOVED = each(Sentence("{indicator}", "{indicator}"), Sentence("{change:moved}", " {change:moved}"), end=NOTHING)
RISEN = each(Sentence("较上月{change:risen}", "{change:risen} on last month"), end=NOTHING)
AIM = each(
    Sentence(
        "目标{target:aim}，{target_months:count}个月中{reached_months:count}个月达到",
        "target {target:aim}: reached in {reached_months:count} of {target_months:count} months",
    ),
    end=NOTHING,
)
BECAUSE = each(Sentence("{reason}", "{reason}"), Sentence("{bases}变动", "{bases} moved"), joint=COMMA, end=NOTHING)


def _rows(frame: pd.DataFrame, shown, **said: Rows) -> list[dict]:
    """The rows, each with sentences of its own beside its values."""
    return frame.assign(**{name: shown.rows(frame, what) for name, what in said.items()}).to_dict("records")


def _block(kind: str, part: str, shown, text: str, facts: Mapping = {}, **given) -> Block:
    said = {key: term(shown.language) for key, term in WORDS.items()}
    return Block(kind, html("verdicts", part, said=said, write=shown.written, **given), text, dict(facts))


def _grouped(rows: Sequence[Mapping]) -> list[tuple[str, list[Mapping]]]:
    """The rows by what is said of them, in the order of `GROUP`: usual variation only where limits exist and hold the value."""
    said = [("no evidence" if row["state"] == "no evidence" else row["judgement"], row) for row in rows]
    groups = [(key, [row for of, row in said if of == key]) for key in GROUP]
    return [(key, members) for key, members in groups if members]


def tally(shown) -> Block:
    """One mark for each event, in the order worse, better, more, less, none, no evidence, few, not compared."""
    space = "" if shown.language == "zh" else " "
    leading = shown.frame[shown.frame["leads"].astype(bool)]
    groups = [(rows, space + EVENTS[key](shown.language)) for key, rows in _grouped(leading.to_dict("records"))]
    return _block("tally", "tally", shown, "；".join(f"{len(rows)}{term}" for rows, term in groups), groups=groups)


def cards(shown) -> Block:
    """The headline indicators, in the order of the column `headline`; one without a value has no card."""
    frame = shown.frame[shown.frame["headline"].notna()].sort_values("headline")
    rows = _rows(frame, shown, risen=RISEN, aim=AIM)
    text = "；".join(f"{shown.written(row, 'indicator')} {shown.written(row, 'value', 'level')}" for row in rows)
    return _block("cards", "cards", shown, text, rows=rows, spark=_spark(shown, width=200, height=74, label=True), large=_large)


def _large(level: str) -> tuple[str, str]:
    """A value and its unit, which is set small."""
    parts = re.fullmatch(r"([\d.,−]+)(.*)", level)
    return parts.groups() if parts else (level, "")


def _spark(shown, **look) -> Callable[[Mapping], Markup]:
    """What draws the course of a row."""
    return lambda row: Markup(charts.sparkline({**row, "name": shown.written(row, "indicator")}, language=shown.language, **look))


def ledger(shown, *, title: str = "", subtitle: str = "") -> Block:
    """表1: all indicators by verdict, each with its course, value, change, interval, last year, target and in how many months it was reached."""
    rows = _rows(shown.frame, shown, because=BECAUSE)
    groups = [(of, COUNTED(shown.language).format(GROUP[key](shown.language), len(of))) for key, of in _grouped(rows)]
    head = {"title": title, "subtitle": subtitle, "months": charts.month_span(rows[0]["months"]) if rows else ""}
    cells = {"spark": _spark(shown, width=128, height=30), "column": shown.column}
    text = "\n".join("\t".join(shown.written(r, *form) for form in (("indicator",), ("value", "level"), ("state",))) for r in rows)
    return _block("table", "ledger", shown, text, {"key": "ledger"}, groups=groups, **head, **cells)


def findings(shown, *, keys: Sequence[str]) -> Block:
    """主要发现: a mark, a sentence, a proof line, for some indicators; those that changed first."""
    frame = shown.frame[shown.frame["indicator"].isin(keys) & shown.frame["value"].notna()]
    rows = _rows(frame.sort_values("judgement", key=lambda judged: ~judged.isin(CHANGED), kind="stable"), shown, line=FINDING, proof=PROOF)
    marks = [[row["judgement"], row["direction"]] for row in rows if row["judgement"] in CHANGED and row["leads"]]
    return _block("findings", "findings", shown, "\n".join(row["line"] for row in rows), {"marks": marks}, rows=rows)


def hold(shown) -> Block:
    """本月不宜写成升或降的数字: movements that people would quote and that nothing bears out, in the order of the column `unsaid`."""
    rows = _rows(shown.frame[shown.frame["unsaid"].notna()].sort_values("unsaid"), shown, line=MOVED, because=BECAUSE)
    text = "\n".join(row["line"] for row in rows) or WORDS["hold_none"](shown.language)
    return _block("hold", "hold", shown, text, rows=rows)
