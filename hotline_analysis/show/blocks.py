"""What a notebook shows: a cell ends with one of these, and the page is made of them and of nothing else.

Each takes tidy frames or sentences and gives a `Block`: marked HTML for the page, the same with a small style for JupyterLab, and plain text.
Nothing here computes; values come as raw numbers and are written by `words`, texts come as `Term` or `str` and are escaped by `markup`.
"""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd

from hotline_analysis import words
from hotline_analysis.show import charts
from hotline_analysis.show.markup import Markup, each, tag
from hotline_analysis.words import Field, Term

MIME = "application/vnd.hotline+html"
END = "application/vnd.hotline.end+json"
TOKEN = "HOTLINE_RUN_TOKEN"
WORDS = {
    "interval": Term("95%区间", "95% interval"),
    "no_data": Term("无数据", "no data"),
    "rule": Term("口径", "Definition"),
    "numbers": Term("数据", "the numbers"),
    "provisional_status": Term("暂行版", "provisional"),
    "final": Term("定稿", "final"),
    "data_to": Term("数据截至", "data up to "),
    "special": Term("专题", "Special study"),
    "audience": Term("内部资料，只含汇总数据", "internal, aggregates only"),
    "human": Term("热线中心说明，非系统生成", "A note of the hotline's own, not generated"),
    "files": Term("数字见kpis.csv，来历见manifest.json", "figures in kpis.csv, provenance in manifest.json"),
    "sample": Term("样稿，数据均为虚构", "sample; all data are invented"),
    "untold": Term(
        "{}：不足{}件。这样的件数和由它算出的比率不列出，以免认出个人。",
        "{}: fewer than {}. Such a count and what is made of it are not told, so that nobody can be recognised.",
    ),
    "own": Term("自制的图", "A drawing of one's own"),
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
def sheet() -> str:
    """The pages' style sheet, without its comments."""
    file = Path(__file__).parent.parent / "report" / "template" / "page.css"
    return re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)


@cache
def lab_style() -> str:
    """The page's own style, held inside a cell's output; paper and page furniture left out."""
    screen = sheet()[: sheet().index("@page{")].replace(":root{", "&{").replace("\nbody{", "\n&{padding:8px 16px;")
    screen = re.sub(r"^html\{.*\n", "", screen, flags=re.MULTILINE)
    reset = "color-scheme:light;& table{color:inherit;margin:0;border:0}& :is(tr,td,th){background:none;max-width:none;text-align:left}"  # JupyterLab's own tables
    return ".hotline.hotline{" + reset + re.sub(r"\s*\n\s*", "\n", screen) + "}"


def _word(key: str, language: str) -> str:
    return WORDS[key].in_(language)


# ---- the head of the page


def masthead(shown, *, special: bool = False) -> Block:
    """The report's name, its month, and one line: period, provisional or final, who made it, the last day with data.

    Columns of its one row: title_zh, title_en (the hotline), month, first_day, last_day, provisional, author_zh, author_en, data_to, issue
    (the running number, or missing). The page's own title comes from the notebook's first heading. special: a study's page.
    """
    row, language = shown.frame.iloc[0].to_dict(), shown.language
    hotline, zh = row[f"title_{language}"], language == "zh"
    when = words.format_month(row["month"], language) if re.fullmatch(r"\d{4}-\d\d", row["month"]) else row["month"]
    status = _word("provisional_status" if row["provisional"] else "final", language)
    days = f"{words.format_day(row['first_day'], language)}{'至' if zh else ' to '}{words.format_day(row['last_day'], language)}"
    line = [days, status, row[f"author_{language}"], _word("data_to", language) + words.format_day(row["data_to"], language)]
    left = f"{_word('special', language)}{'　' if zh else ' · '}{hotline}" if special else _issue(row, language)
    html = tag(
        "header",
        tag("div", each("span", [left, _word("audience", language)]), class_="line"),
        tag("div", class_="rule"),
        tag("div", tag("h1", "" if special else hotline + ("" if zh else ": "), Markup("<x-title></x-title>")), tag("p", when, class_="month"), class_="name"),
        tag("p", each("span", [part for part in line if part]), class_="period"),
        class_="masthead",
    )  # fmt: skip
    facts = {
        "title": "" if special else hotline,
        "month": when,
        "status": status,
        "audience": _word("audience", language),
        "language": language,
    }
    return Block("masthead", html, f"{hotline} {when}", facts)


def _issue(row: Mapping, language: str) -> str:
    year, number = (int(part) for part in row["month"].split("-")[:2])
    running = "" if words.missing(row["issue"]) else int(row["issue"])
    if language == "zh":
        return f"{year}年第{number}期" + (f"（总第{running}期）" if running else "")
    return f"{year}, issue {number}" + (f" (no. {running})" if running else "")


def sentences(said: Sequence[str], *, language: str = "zh") -> Block:
    """What a frame says, a line breaking only between sentences; in the summary it is the page's conclusion."""
    space = "" if language == "zh" else " "
    return Block(
        "say", tag("p", Markup(space).join(tag("span", line) for line in said), class_="say") if said else Markup(), space.join(said)
    )


def missing(reason: str) -> Block:
    """A frame that cannot be had: its reason. Where all of a chapter is so, the page prints it once, under the chapter's heading."""
    return Block("missing", tag("p", reason, class_="lede quiet"), reason, {"missing": reason})


def colophon(shown) -> Block:
    """The foot of the page: a note of the hotline's own where params have one, the files beside the page, 样稿 if a sample, the definition's hash."""
    row, language = shown.frame.iloc[0].to_dict(), shown.language
    note = row[f"note_{language}"]
    human = tag("div", tag("p", note), tag("cite", _word("human", language)), class_="human") if note else Markup()
    said = [_word("files", language)] + ([_word("sample", language)] if row["sample"] else [])
    foot = tag("p", each("span", said), tag("span", tag("span", row["hash"], class_="hash")), class_="colophon")
    return Block("colophon", human + foot, "\n".join([*said, row["hash"]]))


# ---- figures


def figure(
    form: Callable,
    frame: pd.DataFrame,
    *,
    key: str,
    title: str,
    subtitle: str = "",
    description: str = "",
    side: Sequence[str] = (),
    rule: str = "",
    numbers: Sequence["Cell"] = (),
    language: str = "zh",
    **options,
) -> Block:
    """A chart that stands alone: number, claim, what-where-when-unit, the drawing (twice, from one frame), how to read it, 口径, the numbers."""
    told = description or subtitle
    wide, narrow = (
        Markup(charts.svg(form(frame, width=width, language=language, **options), f"{key}-{letter}", title, told))
        for width, letter in ((charts.WIDE, "w"), (charts.NARROW, "n"))
    )
    drawn = [charts.key_line(form, language=language, **options), tag("div", wide, class_="w"), tag("div", narrow, class_="n")]
    return _framed(drawn, key, title, subtitle, [_side(side, rule, language), _numbers(frame, numbers, language)], told)


def drawing(axes, *, language: str = "zh") -> Block:
    """Any Axes, drawn as it is; its own title is the claim."""
    title = axes.get_title() or _word("own", language)
    axes.set_title("")
    return _framed([Markup(charts.svg(axes, "own-w", title, title))], "own", title, "", [], title)


def _framed(drawn: Sequence, key: str, title: str, subtitle: str, below: Sequence[Markup], told: str) -> Block:
    head = [tag("p", tag("x-number", kind="figure", key=key), class_="no"), tag("h3", title, id=f"{key}-h")]
    head += [tag("p", subtitle, class_="sub")] if subtitle else []
    plot = tag("div", *drawn, class_="plot")
    html = tag("figure", tag("header", *head), plot, *below, id=key, class_="block fig", aria_labelledby=f"{key}-h")
    return Block("figure", html, f"{title}\n{told}", {"key": key})


def _side(side: Sequence[str], rule: str, language: str) -> Markup:
    """Beside the drawing: how to read it, then the 口径."""
    parts = [*each_paragraph(side), tag("dl", tag("div", tag("dt", _word("rule", language)), tag("dd", rule))) if rule else Markup()]
    return tag("div", *parts, class_="side") if side or rule else Markup()


def each_paragraph(lines: Sequence[str]) -> list[Markup]:
    return [tag("p", line) for line in lines]


def _numbers(frame: pd.DataFrame, columns: Sequence["Cell"], language: str) -> Markup:
    if not columns:
        return Markup()
    body = tag("tbody", *(_row(row, columns, language) for row in frame.to_dict("records")))
    return tag("details", tag("summary", _word("numbers", language)), tag("table", _head(columns, language), body), class_="data")


# ---- tables


@dataclass(frozen=True)
class Cell:
    """One column of a table: a column of the frame with its field, or that field's interval. `phone=False` leaves it out on narrow screens."""

    name: str
    field: Field
    interval: bool = False
    bold: bool = False
    phone: bool = True

    @property
    def numeric(self) -> bool:
        return self.interval or not (self.field.words or self.field.form in ("text", "month", "day"))

    @property
    def style(self) -> str:
        kind = ("num interval" if self.interval else "num") if self.numeric else "text"
        return kind + ("" if self.phone else " lo")

    def heading(self, language: str) -> str:
        return (
            _word("interval", language) if self.interval else self.field.term(language) + UNIT_MARK.get(self.field.form, NOTHING)(language)
        )


NOTHING = Term("", "")
UNIT_MARK = {"share": Term("%", " %"), "share0": Term("%", " %"), "points": Term("（百分点）", " (pp)")}
BARE: dict[str, Callable] = {  # in a cell the heading carries the unit
    "share": lambda value, language: words.percent_number(value),
    "share0": lambda value, language: words.decimal(100 * value, 0),
    "points": lambda value, language: words.signed(100 * value),
}


def table(
    frame: pd.DataFrame,
    columns: Sequence[Cell],
    *,
    key: str,
    title: str,
    subtitle: str = "",
    total: Mapping | None = None,
    chosen: str = "",
    note: str = "",
    short: bool = False,
    language: str = "zh",
) -> Block:
    """A table: caption (a sentence), rows in the frame's order, figures right-aligned; the first column heads its row.

    `total` is a row for the foot; `chosen` names the column that marks the rows which matter.
    """
    rows = frame.to_dict("records")
    body = [_row(row, columns, language, bool(chosen and row.get(chosen))) for row in rows] or [_empty(columns, language)]
    foot = tag("tfoot", _row(total, columns, language)) if total else ""
    classes = " ".join(c for c, on in (("keep", len(rows) <= 15), ("short", short)) if on)
    whole = tag("table", caption(key, title, subtitle), _head(columns, language), tag("tbody", *body), foot, class_=classes)
    below = each("p", filter(None, [_untold(rows, columns, language), note]), class_="kj")
    html = tag("div", whole, below, class_="block scroll", role="region", aria_label=title)
    return Block("table", html, f"{title}\n{_plain(rows, columns, language)}", {"key": key})


def caption(key: str, title: str, subtitle: str) -> Markup:
    return tag("caption", tag("b", tag("x-number", kind="table", key=key), "　", title), tag("span", subtitle) if subtitle else "", id=key)


def _head(columns: Sequence[Cell], language: str) -> Markup:
    heads = [
        tag("th", c.heading(language), scope="col", class_=c.style.replace(" interval", "") if i else "text") for i, c in enumerate(columns)
    ]
    return tag("thead", tag("tr", *heads))


def _row(row: Mapping, columns: Sequence[Cell], language: str, chosen: bool = False) -> Markup:
    written = [(c, _cell(row, c, language)) for c in columns]
    cells = [
        tag("td" if i else "th", tag("b", cell) if c.bold and cell else cell, scope=None if i else "row", class_=c.style if i else "text")
        for i, (c, cell) in enumerate(written)
    ]
    return tag("tr", *cells, class_="chosen" if chosen else None)


def _empty(columns: Sequence[Cell], language: str) -> Markup:
    return tag("tr", tag("td", _word("no_data", language), colspan=str(len(columns)), class_="quiet"))


def _untold(rows: Sequence[Mapping], columns: Sequence[Cell], language: str) -> str:
    """What `<8` means, under a table that says it."""
    said = {row[name] for row in rows for name in (f"{c.name}_missing" for c in columns) if has(row, name) and row[name].startswith("<")}
    return "".join(_word("untold", language).format(mark, mark[1:]) for mark in sorted(said))


def _plain(rows: Sequence[Mapping], columns: Sequence[Cell], language: str) -> str:
    lines = [[c.heading(language) for c in columns], *([_strip(_cell(row, c, language)) for c in columns] for row in rows[:60])]
    return "\n".join("\t".join(line) for line in lines)


def _strip(cell) -> str:
    return Markup(cell).striptags() if isinstance(cell, Markup) else str(cell)


# ---- cells


def has(row: Mapping, name: str) -> bool:
    """The row says this: the column is there and its value is neither missing nor ''."""
    value = row.get(name)
    return (
        value is not None and value is not pd.NA and value is not pd.NaT and value == value and not (isinstance(value, str) and not value)
    )


def _cell(row: Mapping, column: Cell, language: str) -> Markup | str:
    names = column.field.interval if column.interval else (column.name,)
    if not all(has(row, name) for name in names):
        said = "" if column.interval or row.get(column.name) == "" else _absent(row, column, language)
        return tag("span", said, class_="quiet") if said else ""
    if column.interval:
        return _interval(row, column.field, language)
    value = row[column.name]
    if str(value) in column.field.words:
        return column.field.words[str(value)](language)
    if column.field.form in BY_UNIT:
        return BY_UNIT[column.field.form](row, column.name, language)
    return _word_of_data(
        words.said(value, column.field.form, language) if column.field.form not in BARE else BARE[column.field.form](value, language)
    )


def _absent(row: Mapping, column: Cell, language: str) -> str:
    """The reason of a missing cell, where the frame has a column for it."""
    reason = next((row[name] for name in (f"{column.name}_missing", "missing") if has(row, name)), "")
    said = words.absent(str(reason)) if reason else None
    return said(language) if said else str(reason) or "—"


def _interval(row: Mapping, field: Field, language: str) -> str:
    low, high = (row[name] for name in field.interval)
    if field.form == "points":
        return words.format_change_interval(low, high, language)
    if field.form in ("share", "share0"):
        return ("～" if language == "zh" else "–").join(words.percent_number(end) for end in (low, high))
    return words.format_interval(low, high, language, percent=False)


def _word_of_data(said: str) -> Markup | str:
    """A word of the data that reads like a missing value is marked as said by the data, for the page's last check."""
    return tag("span", said, class_="said") if re.search(r"\b(NaN|nan|inf|None|Traceback)\b", said, re.ASCII) else said


BY_UNIT: dict[str, Callable] = {  # written in the unit that the row's column `unit` names
    "level": lambda row, name, language: words.format_value(row[name], words.UNITS[row["unit"]], language),
    "moved": lambda row, name, language: words.format_change(row[name], words.UNITS[row["unit"]], language),
    "risen": lambda row, name, language: words.format_risen(row[name], words.UNITS[row["unit"]], language),
    "moved_interval": lambda row, name, language: words.format_moves(
        row[f"{name}_low"], row[f"{name}_high"], words.UNITS[row["unit"]], language
    ),
}


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
