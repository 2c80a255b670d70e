"""What a notebook shows: a cell ends with one of these, and the page is made of them and of nothing else.

Each takes tidy frames or sentences and gives a `Block`: marked HTML for the page, the same with a small style for JupyterLab, and plain text.
Nothing here computes; values come as raw numbers and are written by `words`, texts come as `Term` or `str` and are escaped by `markup`.
"""

import json
import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from hotline_analysis import words
from hotline_analysis.show import charts
from hotline_analysis.show.markup import Markup, each, mark, tag
from hotline_analysis.words import Term

MIME = "application/vnd.hotline+html"
END = "application/vnd.hotline.end+json"
TOKEN = "HOTLINE_RUN_TOKEN"
ORDER = ("worse", "better", "more", "less", "none", "not_compared", "few")

WORDS = {
    "change": Term("较上月", "on last month"),
    "interval": Term("95%区间", "95% interval"),
    "provisional": Term("暂", "prov."),
    "indicator": Term("指标", "Indicator"),
    "now": Term("本月", "This month"),
    "changes": Term("较上月\n（率为百分点）", "On last month\n(rates in pp)"),
    "change_interval": Term("变化的\n95%区间", "95% interval\nof the change"),
    "year": Term("较去年\n同月", "On the same\nmonth last year"),
    "target": Term("目标与\n达标能力", "Target and\ncapability"),
    "aim": Term("目标", "target"),
    "no_data": Term("无数据", "no data"),
    "not_compared": Term("不作比较", "not compared"),
    "asks": Term("提请研究的事项", "Matters to decide"),
    "hold": Term("本月不宜写成升或降的数字", "Movements not to be quoted this month"),
    "hold_lead": Term(
        "下列数字没有足够证据说明有变化。写材料时可以引用数值，不宜写“上升”“下降”。",
        "There is not enough evidence that these figures changed. Their values may be quoted; “rose” and “fell” may not.",
    ),
    "hold_none": Term("本月没有这样的数字。", "There are none this month."),
    "reading": Term("读图", "How to read it"),
    "rule": Term("口径", "Definition"),
    "numbers": Term("数据", "the numbers"),
    "figure": Term("图", "Figure "),
    "human": Term("热线中心说明，非系统生成", "A note of the hotline's own, not generated"),
    "total": Term("合计", "Total"),
    "tally": Term("各项指标的判断", "Verdicts of all indicators"),
    "cards": Term("头条指标", "Headline indicators"),
    "trend": Term("走势", "Trend"),
}
TALLY = {
    "worse": Term("项变差", "worse"),
    "better": Term("项变好", "better"),
    "more": Term("项变多", "more"),
    "less": Term("项变少", "fewer"),
    "none": Term("项没有证据表明有变化", "no evidence of change"),
    "not_compared": Term("项不作比较", "not compared"),
    "few": Term("项样本不足", "too few to judge"),
}
GROUP = {
    "worse": Term("变差", "Worse"),
    "better": Term("变好", "Better"),
    "more": Term("变多", "More"),
    "less": Term("变少", "Fewer"),
    "none": words.NO_EVIDENCE,
    "not_compared": words.JUDGEMENT["not_compared"],
    "few": Term("样本不足，不作判断", "Too few to judge"),
}


@dataclass(frozen=True)
class Block:
    """Something a cell shows. `facts` tells the page what the HTML does not: the kind, a chapter's title, the marks of its verdicts."""

    kind: str
    html: Markup
    text: str
    facts: dict = field(default_factory=dict)

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {
            MIME: str(self.html),
            "text/html": f'<div class="hotline"><style>{lab_style()}</style>{self.html}</div>',
            "text/plain": self.text,
        }
        return data, {MIME: {"kind": self.kind, **self.facts}}

    def __repr__(self) -> str:
        return self.text


@cache
def lab_style() -> str:
    """The page's own style, held inside a cell's output; paper and page furniture left out."""
    sheet = (Path(__file__).parent.parent / "report" / "template" / "page.css").read_text(encoding="utf-8")
    sheet = re.sub(r"/\*.*?\*/", "", sheet[: sheet.index("/* ---- paper ---- */")], flags=re.S)
    sheet = re.sub(r"^html\{.*\n", "", sheet.replace(":root{", "&{").replace("\nbody{", "\n&{padding:8px 16px;"), flags=re.M)
    reset = "color-scheme:light;& table{color:inherit;margin:0;border:0}& :is(tr,td,th){background:none;max-width:none;text-align:left}"  # JupyterLab's own tables
    return ".hotline.hotline{" + reset + re.sub(r"\s*\n\s*", "\n", sheet) + "}"


def say(text, language: str) -> str:
    """A Term in the reader's language; any other text as it is."""
    return text.in_(language) if isinstance(text, Term) else str(text)


def _word(key: str, language: str) -> str:
    return WORDS[key].in_(language)


def speaking(language: str) -> SimpleNamespace:
    """Every block of this module with its language set: `show = blocks.speaking("zh"); show.chapter(...)`."""
    return SimpleNamespace(**{name: partial(make, language=language) for name, make in FORMS.items()}, end=end, Column=Column)


# ---- the head of the page


def masthead(*, title, month: str, period="", status="", author="", data_to="", issue="", audience="", language: str = "zh") -> Block:
    """The report's name, its month, and one line: period, provisional or final, who made it, the date of the last call."""
    name, when = say(title, language), words.format_month(month, language) if re.fullmatch(r"\d{4}-\d\d", month) else month
    line = [say(part, language) for part in (period, status, author, data_to) if part]
    html = tag(
        "header",
        tag("div", each("span", [say(issue, language), say(audience, language)]), class_="line"),
        tag("div", class_="rule"),
        tag("div", tag("h1", name), tag("p", when, class_="month"), class_="name"),
        tag("p", each("span", line), class_="period"),
        class_="masthead",
    )
    facts = {"title": name, "month": when, "status": say(status, language), "audience": say(audience, language), "language": language}
    return Block("masthead", html, f"{name} {when}", facts)


def conclusion(clauses: Sequence, *, language: str = "zh") -> Block:
    """The month in at most three clauses; a line breaks only between them."""
    said = [say(clause, language).strip() for clause in clauses]
    space = "" if language == "zh" else " "
    return Block("conclusion", tag("p", Markup(space).join(tag("span", clause) for clause in said), class_="verdict"), space.join(said))


def tally(frame: pd.DataFrame, *, language: str = "zh") -> Block:
    """One mark for each indicator, in the order worse, better, more, less, none, few. Columns: judgement, direction."""
    groups = [(key, frame[frame["judgement"] == key]) for key in ORDER if (frame["judgement"] == key).any()]
    space = "" if language == "zh" else " "
    items = [
        tag(
            "li",
            *(mark(key, row.get("direction", "")) for _, row in rows.iterrows()),
            tag("span", tag("b", len(rows)), space + TALLY[key].in_(language)),
            class_=f"v {key}",
        )
        for key, rows in groups
    ]
    return Block(
        "tally",
        tag("ul", *items, class_="tally", aria_label=_word("tally", language)),
        "；".join(f"{len(rows)}{TALLY[key].in_(language)}" for key, rows in groups),
    )


def cards(frame: pd.DataFrame, *, language: str = "zh") -> Block:
    """The headline indicators, always in the same place. Columns as for `ledger`."""
    items = [_card(row, language) for row in frame.to_dict("records")]
    return Block(
        "cards",
        tag("ul", *items, class_="cards", aria_label=_word("cards", language)),
        "；".join(f"{say(r['name'], language)} {_level(r, language)}" for r in frame.to_dict("records")),
    )


def _card(row: Mapping, language: str) -> Markup:
    change, interval = _change(row, language), _change_interval(row, language)
    return tag(
        "li",
        tag("h3", tag("span", re.split(r"\s*[（(]", say(row["name"], language))[0]), verdict(row, language)),
        tag("p", _large(row, language), _provisional(row, language), class_="value"),
        tag(
            "p",
            Markup("{} <b class='nb'>{}</b>").format(_word("change", language), change) if change else "",
            tag("span", f"{_word('interval', language)} {interval}" if interval else _reason(row, "change", language), class_="quiet"),
            class_="change",
        ),
        Markup(charts.sparkline(row, width=200, height=74, language=language, label=True)),
        tag("p", _why(row, language), class_="why"),
        class_="card",
    )


def _large(row: Mapping, language: str) -> Markup | str:
    """A value with its unit set small."""
    level = _level(row, language)
    parts = re.fullmatch(r"([\d.,−]+)(.*)", level)
    return Markup("{}<small>{}</small>").format(*parts.groups()) if parts and parts[2] else level


def _why(row: Mapping, language: str) -> str:
    stop, comma = ("。", "，") if language == "zh" else (". ", ", ")
    aim = (
        [_word("aim", language) + ("" if language == "zh" else " ") + _target(row, language), _capability(row, language)]
        if _has(row, "target")
        else [words.CAPABILITY["no target"].in_(language)]
    )
    said = [say(row["note"], language)] if _has(row, "note") else []
    return "".join(part + stop for part in [*said, comma.join(a for a in aim if a)])


def notice(frame: pd.DataFrame, *, important: bool = False, language: str = "zh") -> Block:
    """What to know before reading any number. Columns: term, text. `important` (data quality 中 or worse) draws an ink border."""
    pairs = [(say(row["term"], language), say(row["text"], language)) for row in frame.to_dict("records")]
    body = Markup("").join(tag("dt", a) + tag("dd", b) for a, b in pairs)
    return Block(
        "notice",
        tag("div", tag("dl", body), class_="notice strong" if important else "notice", role="note"),
        "\n".join(f"{a}: {b}" for a, b in pairs),
    )


def asks(frame: pd.DataFrame, *, language: str = "zh") -> Block:
    """At most three matters to decide. Columns: text, and optionally note (size and interval) and ref (key of a block on this page)."""
    items = [
        tag(
            "li",
            tag("p", say(row["text"], language), tag("span", say(row["note"], language)) if _has(row, "note") else ""),
            _ref(row.get("ref")),
        )
        for row in frame.head(3).to_dict("records")
    ]
    if not items:
        return Block("asks", Markup(), "")
    html = tag("div", tag("h3", _word("asks", language), class_="label"), tag("ol", *items), class_="asks")
    return Block("asks", html, "\n".join(say(t, language) for t in frame["text"].head(3)))


def hold(frame: pd.DataFrame, *, language: str = "zh") -> Block:
    """本月不宜写成升或降的数字: at most six movements that are noise. Columns: text, reason."""
    items = [tag("li", say(row["text"], language), tag("span", say(row["reason"], language))) for row in frame.head(6).to_dict("records")]
    body = [tag("p", _word("hold_lead", language)), tag("ul", *items)] if items else [tag("p", _word("hold_none", language))]
    return Block(
        "hold",
        tag("aside", tag("h3", _word("hold", language)), *body, class_="hold"),
        "\n".join(say(t, language) for t in frame["text"].head(6)) if items else _word("hold_none", language),
    )


# ---- chapters and sentences


def chapter(title, *, lede="", key: str, numbered: bool = True, absent="", language: str = "zh") -> Block:
    """The head of a chapter: number, title, one sentence. `absent` says why a chapter has nothing to show; it stays in the contents, in grey."""
    name = say(title, language)
    number = Markup("<x-chapter></x-chapter>") if numbered else ""
    lead = tag("p", say(absent or lede, language), class_="lede quiet" if absent else "lede") if absent or lede else ""
    facts = {"key": key, "title": name, "numbered": numbered, "absent": bool(absent)}
    return Block("chapter", tag("h2", number, name) + lead, f"{name}\n{say(absent or lede, language)}", facts)


def findings(frame: pd.DataFrame, *, language: str = "zh") -> Block:
    """主要发现: a mark, a sentence, a proof line. Columns: judgement, direction, sentence, proof, and optionally ref (a key or several)."""
    rows = frame.to_dict("records")
    items = [
        tag(
            "li",
            mark(row["judgement"], row.get("direction", "")),
            tag(
                "div",
                tag("p", say(row["sentence"], language)),
                tag("p", say(row.get("proof", ""), language), *_refs(row.get("ref")), class_="proof"),
            ),
        )
        for row in rows
    ]
    marks = [
        [row["judgement"], row.get("direction", "")] for row in rows if row["judgement"] not in ("none", "few", "not_compared", "fact")
    ]
    if not items:
        return Block("findings", Markup(), "")
    return Block(
        "findings", tag("ol", *items, class_="findings"), "\n".join(say(row["sentence"], language) for row in rows), {"marks": marks}
    )


def _refs(keys) -> list[Markup]:
    keys = [keys] if isinstance(keys, str) else keys if isinstance(keys, list | tuple) else []
    return [Markup("　") + _ref(key) for key in keys]


def _ref(key) -> Markup:
    """A link to a figure, table or chapter of this page, by its key; the page writes the number."""
    return tag("x-ref", key=key) if isinstance(key, str) and key else Markup()


def prose(*paragraphs, language: str = "zh") -> Block:
    """Plain paragraphs."""
    said = [say(p, language) for p in paragraphs]
    return Block("prose", tag("div", each("p", said), class_="body"), "\n\n".join(said))


def human(text, *, author="", language: str = "zh") -> Block:
    """A note that people wrote (from params), set behind a thin rule with its author."""
    return Block(
        "human",
        tag("div", tag("p", say(text, language)), tag("cite", say(author, language) or _word("human", language)), class_="human"),
        say(text, language),
    )


def rule_line(text, *, language: str = "zh") -> Block:
    """口径: numerator ÷ denominator, who is left out, the clock, the window, whose name it is charged to. As the definition prints itself."""
    return Block("rule", tag("p", tag("b", _word("rule", language)), "　", say(text, language), class_="kj"), say(text, language))


def glossary(frame: pd.DataFrame, *, language: str = "zh") -> Block:
    """Terms and what they mean. Columns: term, meaning."""
    pairs = [(say(row["term"], language), say(row["meaning"], language)) for row in frame.to_dict("records")]
    return Block(
        "glossary",
        tag("dl", *(tag("div", tag("dt", a), tag("dd", b)) for a, b in pairs), class_="gloss"),
        "\n".join(f"{a}: {b}" for a, b in pairs),
    )


def notes(lines: Sequence, *, language: str = "zh") -> Block:
    """Numbered notes of the appendix: changed definitions, corrections, the disclosure rule."""
    said = [f"{n}.　{say(line, language)}" for n, line in enumerate(lines, start=1)]
    return Block("notes", tag("ol", each("li", said), class_="notes"), "\n".join(said))


def colophon(lines: Sequence, *, digest: str = "", language: str = "zh") -> Block:
    """The foot of the page: files beside it, the definition's hash, 样稿 if a sample."""
    said = [say(line, language) for line in lines]
    html = tag("p", each("span", said), tag("span", tag("span", digest, class_="hash")) if digest else "", class_="colophon")
    return Block("colophon", html, "\n".join([*said, digest]))


def further(text, *, page: str, language: str = "zh") -> Block:
    """A line that leads to another page of the same month, such as window.html."""
    return Block("further", tag("p", tag("a", say(text, language), href=page), class_="kj"), say(text, language))


def pair(left: Block, right: Block, *, language: str = "zh") -> Block:
    """Two tables or figures side by side; on the phone one above the other."""
    return Block("pair", tag("div", left.html, right.html, class_="two block"), f"{left.text}\n{right.text}")


# ---- figures


def figure(
    form: Callable,
    frame: pd.DataFrame,
    *,
    key: str,
    title,
    subtitle,
    description="",
    side: Sequence = (),
    rule="",
    numbers: Sequence["Column"] = (),
    language: str = "zh",
    **options,
) -> Block:
    """A chart that stands alone: number, claim, what-where-when-unit, the drawing (twice, from one frame), how to read it, 口径, the numbers.

    `form` is a function of `charts`; `options` go to it. `description` says in words and figures what the drawing shows, for those who cannot see it.
    """
    name, told = say(title, language), say(description, language) or say(subtitle, language)
    wide, narrow = (
        Markup(charts.svg(form(frame, width=width, language=language, **options), f"{key}-{letter}", name, told))
        for width, letter in ((charts.WIDE, "w"), (charts.NARROW, "n"))
    )
    key_line = charts.key_line(form, language=language, **options)
    html = tag(
        "figure",
        tag(
            "header",
            tag("p", tag("x-number", kind="figure", key=key), class_="no"),
            tag("h3", name, id=f"{key}-h"),
            tag("p", say(subtitle, language), class_="sub"),
        ),
        tag("div", key_line, tag("div", wide, class_="w"), tag("div", narrow, class_="n"), class_="plot"),
        _side(side, rule, language),
        _numbers(frame, numbers, language),
        id=key,
        class_="block fig",
        aria_labelledby=f"{key}-h",
    )
    return Block("figure", html, f"{name}\n{told}", {"key": key})


def _side(side: Sequence, rule, language: str) -> Markup:
    """Beside the drawing: how to read it, then (term, text) pairs, then the 口径."""
    side = [side] if isinstance(side, str | Term) else list(side)
    plain = [say(part, language) for part in side if not isinstance(part, tuple)]
    pairs = [(say(a, language), say(b, language)) for a, b in (part for part in side if isinstance(part, tuple))]
    pairs += [(_word("rule", language), say(rule, language))] if rule else []
    if not plain and not pairs:
        return Markup()
    return tag(
        "div", each("p", plain), tag("dl", *(tag("div", tag("dt", a), tag("dd", b)) for a, b in pairs)) if pairs else "", class_="side"
    )


def _numbers(frame: pd.DataFrame, columns: Sequence["Column"], language: str) -> Markup:
    if not columns:
        return Markup()
    return tag(
        "details",
        tag("summary", _word("numbers", language)),
        tag("table", _head(columns, language), tag("tbody", *(_row(row, columns, language) for row in frame.to_dict("records")))),
        class_="data",
    )


# ---- tables


@dataclass(frozen=True)
class Column:
    """One column of a table: a column of the frame, its heading, how its values are written.

    `format` is a key of `FORMATS`. `low` and `high` name the ends of an interval, `reason` the column that says why a value is missing,
    `top` the right end of a bar's scale. `phone=False` leaves the column out on narrow screens.
    """

    name: str
    title: Term | str = ""
    format: str = "text"
    low: str = ""
    high: str = ""
    reason: str = ""
    top: float = 0
    bold: bool = False
    phone: bool = True

    @property
    def numeric(self) -> bool:
        return self.format not in ("text", "verdict", "bar", "stack", "trend")

    @property
    def style(self) -> str:
        kinds = {
            "text": "text",
            "verdict": "gap",
            "bar": "gap",
            "stack": "gap",
            "trend": "sp",
            "interval": "num interval",
            "change_interval": "num interval",
        }
        return " ".join(part for part in (kinds.get(self.format, "num"), "" if self.phone else "lo") if part)


def table(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    key: str,
    title,
    subtitle="",
    total: Mapping | None = None,
    chosen: Callable | None = None,
    note="",
    short: bool = False,
    language: str = "zh",
) -> Block:
    """A table: caption (a sentence), rows in the frame's order, figures right-aligned. The first column heads its row.

    `total` is a row for the foot; `chosen(row)` marks the rows that matter.
    """
    rows = frame.to_dict("records")
    body = (
        tag("tbody", *(_row(row, columns, language, bool(chosen and chosen(row))) for row in rows)) if rows else _empty(columns, language)
    )
    foot = tag("tfoot", _row(total, columns, language)) if total else ""
    caption = tag(
        "caption",
        tag("b", tag("x-number", kind="table", key=key), "　", say(title, language)),
        tag("span", say(subtitle, language)) if subtitle else "",
        id=key,
    )
    classes = " ".join(c for c, on in (("keep", len(rows) <= 15), ("short", short)) if on)
    html = tag(
        "div",
        tag("table", caption, _head(columns, language), body, foot, class_=classes),
        tag("p", say(note, language), class_="kj") if note else "",
        class_="block scroll",
        role="region",
        aria_label=say(title, language),
        tabindex="0",
    )
    return Block("table", html, f"{say(title, language)}\n{_plain(rows, columns, language)}", {"key": key})


def _head(columns: Sequence[Column], language: str) -> Markup:
    return tag(
        "thead",
        tag("tr", *(tag("th", _lines(_heading(c, language)), scope="col", class_=c.style.replace(" interval", "")) for c in columns)),
    )


def _heading(column: Column, language: str) -> str:
    """The heading; over bars without one, their scale."""
    said = say(column.title, language)
    return said or (f"0—{column.top * 100:g}%" if column.format == "bar" and column.top else "")


def _lines(text: str) -> Markup:
    return Markup("<br>").join(text.split("\n"))


def _row(row: Mapping, columns: Sequence[Column], language: str, chosen: bool = False) -> Markup:
    cells = [
        tag("th" if i == 0 else "td", tag("b", cell) if c.bold and cell else cell, scope="row" if i == 0 else None, class_=c.style)
        for i, (c, cell) in enumerate((c, _cell(row, c, language)) for c in columns)
    ]
    return tag("tr", *cells, class_="chosen" if chosen else None)


def _empty(columns: Sequence[Column], language: str) -> Markup:
    return tag("tbody", tag("tr", tag("td", _word("no_data", language), colspan=str(len(columns)), class_="quiet")))


def _plain(rows: Sequence[Mapping], columns: Sequence[Column], language: str) -> str:
    lines = [
        [say(c.title, language).replace("\n", "") for c in columns],
        *([_strip(_cell(row, c, language)) for c in columns] for row in rows[:60]),
    ]
    return "\n".join("\t".join(line) for line in lines)


def _strip(cell) -> str:
    return Markup(cell).striptags() if isinstance(cell, Markup) else str(cell)


# ---- cells


def _has(row: Mapping, name: str) -> bool:
    """The row says this: the column is there and its value is neither missing nor ''."""
    value = row.get(name)
    return (
        value is not None
        and not (isinstance(value, float) and math.isnan(value))
        and value is not pd.NA
        and value is not pd.NaT
        and not (isinstance(value, str) and not value)
    )


def _reason(row: Mapping, name: str, language: str) -> str:
    """Why there is no number, in the frame's own words (its columns missing, change_missing)."""
    column = "missing" if name == "value" else f"{name}_missing"
    return say(row[column], language) if _has(row, column) else _word("not_compared" if name == "change" else "no_data", language)


def _cell(row: Mapping, column: Column, language: str) -> Markup | str:
    if column.format in PICTURES:
        return PICTURES[column.format](row, column, language)
    if not all(_has(row, name) for name in ([column.low, column.high] if column.low else [column.name])):
        if column.name not in row or row[column.name] == "":  # nothing could exist here, in a total's row for instance
            return ""
        reason = say(row[column.reason], language) if column.reason and _has(row, column.reason) else _word("no_data", language)
        return tag("span", reason, class_="quiet")
    return FORMATS[column.format](row, column, language)


def _text(row: Mapping, column: Column, language: str) -> Markup | str:
    """A word of the data; one that reads like a missing value is marked as said by the data, for the page's last check."""
    said = say(row[column.name], language)
    return tag("span", said, class_="said") if re.search(r"\b(NaN|nan|inf|None|Traceback)\b", said, re.ASCII) else said


def _shares(row: Mapping, column: Column, language: str) -> str:
    return words.percent_number(row[column.name])


def _share_ends(row: Mapping, column: Column, language: str) -> str:
    ends = [words.percent_number(row[name]) for name in (column.low, column.high)]
    return ("～" if language == "zh" else "–").join(ends)


FORMATS: dict[str, Callable] = {
    "text": _text,
    "count": lambda row, c, language: words.format_count(row[c.name]),
    "rate": _shares,  # bare: the heading carries the %
    "percent": lambda row, c, language: words.format_rate(row[c.name]),
    "number": lambda row, c, language: words.decimal(row[c.name]),
    "ratio": lambda row, c, language: words.decimal(row[c.name], 2),
    "small": lambda row, c, language: words.decimal(row[c.name], 3),
    "span": lambda row, c, language: words.format_interval(row[c.low], row[c.high], language, percent=False),
    "seconds": lambda row, c, language: words.format_seconds(row[c.name], language),
    "hours": lambda row, c, language: words.format_hours(row[c.name], language),
    "month": lambda row, c, language: words.format_month(row[c.name], language),
    "change": lambda row, c, language: words.signed(100 * row[c.name]),
    "interval": _share_ends,
    "change_interval": lambda row, c, language: words.format_change_interval(row[c.low], row[c.high], language),
}
PICTURES: dict[str, Callable] = {
    "verdict": lambda row, c, language: verdict(row, language) if _has(row, "judgement") else "",
    "bar": lambda row, c, language: (
        Markup(charts.bar(row[c.name], top=c.top, low=row.get(c.low), high=row.get(c.high), dark=bool(row.get("dark"))))
        if _has(row, c.name)
        else ""
    ),
    "stack": lambda row, c, language: (
        Markup(charts.stack(row[c.low], row[c.high], top=c.top)) if _has(row, c.low) and _has(row, c.high) else ""
    ),
    "trend": lambda row, c, language: Markup(charts.sparkline(row, width=128, height=30, language=language)),
}


def verdict(row: Mapping, language: str = "zh") -> Markup:
    """The verdict's mark and its word."""
    key = row["judgement"]
    return tag("span", mark(key, row.get("direction", "")), words.JUDGEMENT[key].in_(language), class_=f"v {key}")


# ---- table 1: every indicator, grouped by verdict


def ledger(frame: pd.DataFrame, *, key: str = "ledger", title, subtitle="", language: str = "zh") -> Block:
    """表1: all indicators by verdict, with trend, value, change, its interval, the year before, target and capability.

    Columns: indicator (key), name, unit (words.Unit or its key), value, judgement, direction; and, where known: change, change_low, change_high, year_change (shares as shares,
    counts as relative change), target, target_side (at least, at most), capability, note, provisional, months, values, lower, upper (the trend and its limits),
    missing, change_missing (why there is no value, no comparison).
    """
    rows = frame.to_dict("records")
    heads = [
        ("indicator", ""),
        ("trend", ""),
        ("now", "num"),
        ("changes", "num"),
        ("change_interval", "num"),
        ("year", "num"),
        ("target", "num"),
    ]
    span = next((charts.month_span(row["months"]) for row in rows if row.get("months") is not None and len(row["months"])), "")
    titles = [span or _word(k, language) if k == "trend" else _word(k, language) for k, _ in heads]
    head = tag(
        "thead",
        tag(
            "tr",
            *(tag("th", _lines(t), scope="col", class_=c, role="columnheader") for t, (_, c) in zip(titles, heads, strict=True)),
            role="row",
        ),
        role="rowgroup",
    )
    groups = [
        _group(k, [row for row in rows if row["judgement"] == k], language) for k in ORDER if any(row["judgement"] == k for row in rows)
    ]
    caption = tag(
        "caption",
        tag("b", tag("x-number", kind="table", key=key), "　", say(title, language)),
        tag("span", say(subtitle, language)) if subtitle else "",
        id=key,
    )
    html = tag(
        "div",
        tag("table", caption, head, *groups, class_="ledger", role="table"),
        class_="block scroll",
        role="region",
        aria_label=say(title, language),
        tabindex="0",
    )
    return Block(
        "table",
        html,
        "\n".join(f"{say(r['name'], language)}\t{_level(r, language)}\t{words.JUDGEMENT[r['judgement']].in_(language)}" for r in rows),
        {"key": key},
    )


def _group(key: str, rows: Sequence[Mapping], language: str) -> Markup:
    direction = rows[0].get("direction", "")
    words_ = f"{GROUP[key].in_(language)} {len(rows)}{'项' if language == 'zh' else ''}"
    head = tag(
        "tr",
        tag("th", tag("span", mark(key, direction), words_, class_=f"v {key}"), colspan="7", scope="rowgroup", role="rowheader"),
        class_="head",
        role="row",
    )
    return tag("tbody", head, *(_ledger_row(row, language) for row in rows), class_="group")


def _ledger_row(row: Mapping, language: str) -> Markup:
    note = tag("span", say(row["note"], language), class_="note") if _has(row, "note") and row["judgement"] not in ("none", "few") else ""
    goal = _target(row, language) or tag("span", words.CAPABILITY["no target"].in_(language), class_="quiet")
    able = (
        Markup(" ") + tag("span", _capability(row, language), class_="quiet") if _has(row, "target") and _capability(row, language) else ""
    )
    change = _bare(_change(row, language)) or tag("span", _reason(row, "change", language), class_="quiet")
    cells = [
        ("sp", Markup(charts.sparkline(row, width=128, height=30, language=language))),
        (
            "num val",
            tag("b", _level(row, language)) if _has(row, "value") else tag("span", _reason(row, "value", language), class_="quiet"),
        ),
        ("num chg", change),
        ("num interval int", _change_interval(row, language)),
        ("num yoy", _bare(_change(row, language, "year_change")) or "—"),
        ("num tgt", Markup("").join([goal, able])),
    ]
    name = tag("th", say(row["name"], language), _provisional(row, language), note, scope="row", role="rowheader")
    return tag("tr", name, *(tag("td", cell, class_=style, role="cell") for style, cell in cells), id=f"k-{row['indicator']}", role="row")


def _unit(row: Mapping) -> words.Unit:
    return row["unit"] if isinstance(row["unit"], words.Unit) else words.UNITS[row["unit"]]


def _level(row: Mapping, language: str) -> str:
    return words.format_value(row.get("value"), _unit(row), language) or _reason(row, "value", language)


def _change(row: Mapping, language: str, name: str = "change") -> str:
    return words.format_change(row.get(name), _unit(row), language) if _has(row, name) else ""


def _change_interval(row: Mapping, language: str) -> str:
    """The interval of the change, or the words that stand for it (控制限内)."""
    if not (_has(row, "change_low") and _has(row, "change_high")):
        return say(row["interval_note"], language) if _has(row, "interval_note") else ""
    ends, unit = (row["change_low"], row["change_high"]), _unit(row)
    if unit is words.SECONDS:
        return words.format_change_interval(*ends, language, scale=1)
    if unit is words.PERCENT:
        return words.format_change_interval(*ends, language)
    return ("至" if language == "zh" else " to ").join(words.signed(100 * end) + "%" for end in ends)


def _bare(change: str) -> Markup:
    """A change of a rate without its unit, which the heading carries; the phone, which has no headings, shows it."""
    for unit in (words.PERCENT.change.zh, words.PERCENT.change.en):
        if change.endswith(unit):
            return Markup("{}<span class='pp'>{}</span>").format(change.removesuffix(unit), unit)
    return Markup.escape(change)


def _target(row: Mapping, language: str) -> str:
    if not _has(row, "target"):
        return ""
    unit = _unit(row)
    level = f"{100 * row['target']:g}%" if unit is words.PERCENT else words.format_value(row["target"], unit, language)
    return {"at least": "≥", "at most": "≤"}.get(row.get("target_side"), "") + level


def _capability(row: Mapping, language: str) -> str:
    return words.CAPABILITY[row["capability"]].in_(language) if _has(row, "capability") else ""


def _provisional(row: Mapping, language: str) -> Markup:
    return tag("span", _word("provisional", language), class_="prov") if row.get("provisional") is True else Markup()


# ---- the end


def end(*, kpis: pd.DataFrame | None = None, manifest: Mapping | None = None) -> "End":
    """The last cell of a report notebook: says that it got here, and hands over the indicators and what the run was made of."""
    rows = (
        [] if kpis is None else [list(kpis.columns), *(json.loads(kpis.to_json(orient="values", double_precision=15, date_format="iso")))]
    )
    return End({"token": os.environ.get(TOKEN, ""), "kpis": rows, "manifest": dict(manifest or {})})


@dataclass(frozen=True)
class End:
    """The end marker: this run's token, `kpis.csv` as rows, and this notebook's part of the manifest."""

    content: dict

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {END: self.content, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return "■"


FORMS = {
    make.__name__: make
    for make in (
        masthead,
        conclusion,
        tally,
        cards,
        notice,
        asks,
        hold,
        chapter,
        findings,
        prose,
        human,
        rule_line,
        glossary,
        notes,
        colophon,
        pair,
        further,
        figure,
        table,
        ledger,
    )
}
