"""What a notebook shows: a cell ends with one of these, and the page is made of them and of nothing else.

Each takes tidy frames or sentences and gives a `Block`: marked HTML for the page, the same with a small style for JupyterLab, and plain text.
Nothing here computes; values come as raw numbers and are written by `words`, texts come as `Term` or `str` and are escaped by `markup`.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd

from hotline_analysis import words
from hotline_analysis.show.markup import Markup, escape, html
from hotline_analysis.words import Field, Said, Term

MIME = "application/vnd.hotline+html"
END = "application/vnd.hotline.end+json"
TOKEN = "HOTLINE_RUN_TOKEN"
WORDS = {
    "interval": Term("95%区间", "95% interval"),
    "special": Term("专题　", "Special study · "),
    "of": Term("", ": "),
    "audience": Term("内部资料，只含汇总数据", "internal, aggregates only"),
    "untold": Term(
        "{}：不足{}件。这样的件数和由它算出的比率不列出，以免认出个人。",
        "{}: fewer than {}. Such a count and what is made of it are not told, so that nobody can be recognised.",
    ),
    "given away": Term(
        "不列出：这个数字很小，或者能由它推算出别的小数字。",
        "not told: the figure is a small one, or a small one could be worked out from it.",
    ),
    "rounded": Term(
        "各组的计数取最接近的{}，不足{}的不列，占比与变化由这样的计数算出；合计为准确数。",
        "Counts of groups stand to the nearest {}, and not at all under {}; shares and changes are made of these. The total is exact.",
    ),
    "more": Term("详见专题", "more"),
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


# ---- the head and the foot of the page


def masthead(shown, *, issue: Term, running: Said, period: Said, status: Said, special: bool = False) -> Block:
    """The report's name, its month, and one line of its `period`: days, provisional or final, who made it, the last day with data.

    Columns of its one row: title_zh, title_en (the hotline), month, and what the sentences ask for. The page's own title comes from the
    notebook's first heading. issue and running: the month's number in its year and of all; special: a study's page.
    """
    row, language = shown.frame.iloc[0].to_dict(), shown.language
    hotline, said = row[f"title_{language}"], {key: term(language) for key, term in WORDS.items()}
    told = re.fullmatch(r"\d{4}(Q[1-4]|H[12]|(-\d\d){1,2})?", row["month"])  # not: a stretch of months
    written = words.format_date if len(row["month"]) == 10 else words.format_month
    when = written(row["month"], language) if told else row["month"]
    of_month = told and len(row["month"]) == 7
    number = issue(language).format(*map(int, row["month"].split("-"))) + shown.first(running) if of_month else ""
    title, left = ("", said["special"] + hotline) if special else (hotline, number)
    head = {"title": title and title + said["of"], "left": left, "audience": said["audience"], "when": when, "line": shown.said(period)}
    facts = {"title": title, "month": when, "status": shown.first(status), "audience": said["audience"], "language": language}
    return Block("masthead", html("blocks", "masthead", **head), f"{hotline} {when}", facts)


def colophon(shown, *, note: Said, files: Said) -> Block:
    """The foot of the page: a note of the hotline's own where params have one, the files beside the page, 样稿 if a sample, the definition's hash."""
    code, said = shown.frame["hash"].iloc[0], shown.said(files)
    foot = html("blocks", "colophon", note=shown.first(note), language=shown.language, said=said, hash=code)
    return Block("colophon", foot, "\n".join([*said, code]))


def sentences(said: Sequence[str], *, language: str = "zh", link: str = "") -> Block:
    """What a frame says, a line breaking only between sentences; in the summary it is the page's conclusion. link: the place of another page that says more."""
    space, said = "" if language == "zh" else " ", [words.opening(line, language) for line in said]
    more = {"link": link, "word": WORDS["more"](language)}
    return Block("say", html("blocks", "sentences", lines=said, space=space, **more), space.join(said))


def missing(reason: str, language: str = "zh") -> Block:
    """A frame that cannot be had: its reason, or nothing where there is none to give. Where all of a chapter is so, the page prints the first once, under the chapter's heading."""
    reason = words.opening(reason, language)
    return Block("missing", html("blocks", "missing", reason=reason) if reason else Markup(), reason, {"missing": reason})


# ---- the cells of a table


@dataclass(frozen=True)
class Cell:
    """One column of a table: a column of the frame with its field, or that field's interval. `phone=False` leaves it out on narrow screens."""

    name: str
    field: Field
    interval: bool = False
    bold: bool = False
    phone: bool = True
    same: tuple[str, Term] | None = None  # another column of words, and what stands here where this one says the same

    @property
    def style(self) -> str:
        figures = self.interval or not (self.field.words or self.field.form in ("text", "month", "day"))
        kind = ("num interval" if self.interval else "num") if figures else "text"
        return kind + ("" if self.phone else " lo")

    def heading(self, language: str) -> str:
        unit = UNIT_MARK.get(self.field.form)
        return WORDS["interval"](language) if self.interval else self.field.term(language) + (unit(language) if unit else "")

    def written(self, row: Mapping, language: str) -> Markup | str:
        """What stands in a row's cell: its value, or why there is none; the heading carries the unit."""
        if self.interval:
            return self._interval(row, language) if all(has(row, end) for end in self.field.interval) else ""
        if not has(row, self.name):
            return written(row, self.name, self.field, language) if row.get(self.name) == "" else QUIET.format(self._absent(row, language))
        if self.same and row[self.name] == row.get(self.same[0]):
            return QUIET.format(self.same[1](language))
        said = written(row, self.name, self.field, language, BARE.get(self.field.form, ""))
        return SAID.format(said) if NOT_A_WORD.search(said) else said

    def filled(self, row: Mapping, language: str) -> bool:
        """Whether a row has something to print here, be it the reason why there is no figure."""
        return bool(written(row, self.name, self.field, language)) or has(row, f"{self.name}_missing")

    def _absent(self, row: Mapping, language: str) -> str:
        """The reason of a missing cell, where the frame has a column for it."""
        reason = next((row[name] for name in (f"{self.name}_missing", "missing") if has(row, name)), "")
        said = words.absent(str(reason)) if reason else None
        return said(language) if said else str(reason) or "—"

    def _interval(self, row: Mapping, language: str) -> str:
        form, ends = self.field.form, [row[name] for name in self.field.interval]
        unit = UNIT_OF.get(form) or words.UNITS.get(row.get("unit"))
        if form in ("points", "relative", "moved"):
            return words.format_moves(*ends, unit, language)
        if form in ("seconds", "level"):
            return between([words.format_value(end, unit, language) for end in ends], language)
        if form in ("share", "share0"):
            return between(map(words.percent_number, ends), language)
        return words.format_interval(*ends, language, places=2 if form == "ratio" else 1, percent=False)  # as the value itself


def between(ends: Iterable[str], language: str) -> str:
    """From one end to the other."""
    return ("～" if language == "zh" else "–").join(ends)


UNIT_OF = {"points": words.PERCENT, "relative": words.ORDERS, "seconds": words.SECONDS}  # of a form; of others the row says it
UNIT_MARK = {"share": Term("%", " %"), "share0": Term("%", " %"), "points": Term("（百分点）", " (pp)")}
BARE = {"share": "percent", "share0": "percent0", "points": "pp"}
NOT_A_WORD = re.compile(r"\b(NaN|nan|inf|None|Traceback)\b", re.ASCII)  # a missing value that reads as a word
SAID = Markup('<span class="said">{}</span>')  # a word of the data that reads so, for the page's last check
QUIET = Markup('<span class="quiet">{}</span>')


def untold(rows: Sequence[Mapping], columns: Sequence[Cell], language: str) -> str:
    """What `<8`, or a figure that is not told although no count beside it says so, means: under a table that says it."""
    said = {row[name] for row in rows for name in (f"{c.name}_missing" for c in columns) if has(row, name)}
    small = [WORDS["untold"](language).format(mark, mark[1:]) for mark in sorted(said) if mark.startswith("<")]
    return "".join(small or ([WORDS["given away"](language)] if "untold" in said else []))


def plain(rows: Sequence[Mapping], columns: Sequence[Cell], language: str) -> str:
    told = [[escape(c.written(row, language)).striptags() for c in columns] for row in rows[:60]]
    return "\n".join("\t".join(line) for line in [[c.heading(language) for c in columns], *told])


# ---- values


def has(row: Mapping, name: str) -> bool:
    """The row says this: the column is there and its value is neither missing nor ''."""
    value = row.get(name)
    return value is not None and value is not pd.NA and value == value and not (isinstance(value, str) and not value)


def written(row: Mapping, name: str, field: Field, language: str, form: str = "") -> str:
    """One cell in the reader's words, in the form of its field or another; '' when it is missing."""
    if form in ("", field.form) and str(row.get(name)) in field.words:  # '' can have a word too: 不剔除, 全部
        return field.words[str(row[name])](language)
    if not has(row, name):
        return ""
    form = form or field.form
    return BY_UNIT[form](row, name, language) if form in BY_UNIT else words.said(row[name], form, language)


def _unit(row: Mapping) -> words.Unit:
    return words.UNITS[row["unit"]]


def _aim(row: Mapping, name: str, language: str) -> str:
    """A target with the side that is meant: ≥95%."""
    level = f"{100 * row[name]:g}%" if row["unit"] == "percent" else words.format_value(row[name], _unit(row), language)
    return SIDE.get(row["better"], "") + level


def _typed(row: Mapping, name: str, language: str) -> str:
    """A figure that was typed in, or a level in the row's unit."""
    if row["unit"] in ("", "percent"):
        return words.said(row[name], "share2", language) if row["unit"] else words.typed(row[name])
    return words.format_value(row[name], _unit(row), language)


def _range(row: Mapping, name: str, language: str) -> str:
    """The 95 % interval of a level in the row's unit; '' where an end is missing."""
    if not (has(row, "low") and has(row, "high")):
        return ""
    if row["unit"] == "percent":
        return words.format_interval(row["low"], row["high"], language)
    return between([words.format_value(row[end], _unit(row), language) for end in ("low", "high")], language)


def _effect(row: Mapping, name: str, language: str) -> str:
    """What a suggestion would bring: calls, or a share where the row's unit is one."""
    return words.format_rate(row[name], 0) if row["unit"] == "captured" else words.format_count(row[name])


SIDE = {"higher": "≥", "lower": "≤"}
BY_UNIT: dict[str, Callable] = {  # written in the unit that the row's column `unit` names
    "typed": _typed,
    "level": lambda row, name, language: words.format_value(row[name], _unit(row), language),
    "moved": lambda row, name, language: words.format_change(row[name], _unit(row), language),
    "risen": lambda row, name, language: words.format_risen(row[name], _unit(row), language),
    "moved_interval": lambda row, name, language: words.format_moves(row[f"{name}_low"], row[f"{name}_high"], _unit(row), language),
    "aim": _aim,
    "range": _range,
    "effect": _effect,
    "watched": lambda row, name, language: words.said(row[name], row["watch_unit"], language),
    "watched_change": lambda row, name, language: words.said(row[name], "moved" if row["watch_unit"] == "number" else "points", language),
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
