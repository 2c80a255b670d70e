"""`show(frame)` and `say(frame)`: a frame becomes a figure, a table or a sentence as its study declared it.

Every frame of `h.study`, `h.verdicts` and the like carries, as plain JSON in `frame.attrs`, which study and table it is, its fields, period,
definition and a digest of its values. The declarations stand in `show/<study>.py`: FORMS (how a table is shown) and SAY (what it says).
Nothing is computed here, and no sentence is worded: a sentence's numbers are cells of the frame.
"""

import importlib.util
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd
from matplotlib.axes import Axes

from hotline_analysis import words
from hotline_analysis.errors import BadParams, offered
from hotline_analysis.show import blocks, charts
from hotline_analysis.show.blocks import Block, Cell
from hotline_analysis.show.digest import bare, digest
from hotline_analysis.show.markup import html
from hotline_analysis.words import Either, Field, Rows, Said, Sentence, Sentences, Slot, Term

NOTHING = Term("没有可列的内容", "nothing to list")
UNBROKEN = 8  # rows of a table that paper keeps together; a longer one goes on after its heading, or sheets end half empty
FORM_OF = {"i": "count", "u": "count", "f": "ratio"}  # of a column that nobody declared, by its kind
SELECTION = Term("（节选）", " (selection)")


# ---- what is shown


@dataclass(frozen=True)
class Shown:
    """A frame on its way to the reader: its contract, the frames that annotate it, the language."""

    frame: pd.DataFrame
    others: Mapping[str, pd.DataFrame]
    language: str
    whole: bool = True  # False: the values are not the study's own any more (a filter, a merge)
    attrs: Mapping | None = None  # the frame's own contract, unless it is a part of another
    records: dict[str, list[dict]] = field(default_factory=dict, repr=False)  # by what a slot says of its row

    def __post_init__(self):
        """The contract goes beside the frame."""
        object.__setattr__(self, "attrs", self.frame.attrs if self.attrs is None else self.attrs)
        object.__setattr__(self, "frame", bare(self.frame))

    @cached_property
    def fields(self) -> dict[str, Field]:
        return {name: Field.from_dict(plain) for name, plain in self.attrs.get("fields", {}).items()}

    @property
    def key(self) -> str:
        return self.attrs.get("table", "table").replace("_", "-")

    def column(self, name: str) -> str:
        """The frame's column of that name, or of that name in the reader's language; '' when there is none."""
        return next((c for c in (name, f"{name}_{self.language}") if c in self.frame), "")

    def field(self, column: str) -> Field:
        kind = self.frame[column].dtype.kind if column in self.frame else ""
        return self.fields.get(column) or Field(Term(column, column), FORM_OF.get(kind, "text"))

    def said(self, what: Said) -> list[str]:
        """The sentences that can be said of this frame; one with a slot that has no value is not said."""
        if isinstance(what, Term):
            return [what(self.language)]
        if isinstance(what, Sentence):
            return [line for line in [self._filled(what(self.language))] if line]
        if isinstance(what, Sentences):
            return self.said(what.cases.get(self.case(what.by), what.cases.get("*", ())))
        if isinstance(what, Either):
            return next(filter(None, map(self.said, what.options)), [])
        if isinstance(what, Rows):
            lines = [line for line in self.rows(self.frame, what) if line]
            return [what.between(self.language).join(lines) + what.end(self.language)] if what.between and lines else lines
        return [line for part in what for line in self.said(part)]

    def case(self, column: str = "said") -> str:
        """What the first row says in a column of cases."""
        return str(self.frame[column].iloc[0] if column in self.frame and len(self.frame) else None)

    def rows(self, frame: pd.DataFrame, what: Rows) -> list[str]:
        """One sentence a row of the frame, '' where none can be said."""
        if what.whole and self.attrs.get("by"):
            return []
        told, plain = [], bare(frame)
        for place, record in enumerate(plain.to_dict("records")):
            case = str(record.get(what.by))
            row = plain.iloc[[place]]
            one = Shown(row, self.others, self.language, attrs=self.attrs, records={key: [record] for key in ("", "first", "last", "*")})
            parts = one.said(what.cases[case]) if case in what.cases else []
            end = "" if what.between else what.end(self.language)
            told.append(what.joint(self.language).join(parts) + end if parts else "")
        return told

    def told(self, frame: pd.DataFrame, **said: Rows) -> list[dict]:
        """The frame's rows as records, each with sentences of its own beside its values."""
        return frame.assign(**{name: self.rows(frame, what) for name, what in said.items()}).to_dict("records")

    def drawn(self, kind: str, template: str, macro: str, text: str, facts: Mapping = {}, **given) -> Block:
        """A block that a template of its own draws; `write` writes a cell in it."""
        return Block(kind, html(template, macro, language=self.language, write=self.written, **given), text, dict(facts))

    def first(self, what: Said) -> str:
        """The first sentence that can be said, '' when none can."""
        return next(iter(self.said(what)), "")

    def begun(self, what: Said) -> list[str]:
        """The sentences as they begin a line."""
        return [words.opening(line, self.language) for line in self.said(what)]

    def _filled(self, template: str) -> str:
        for slot in words.slots(template):
            text = self._slot(slot)
            if not text:
                return ""
            template = template.replace(slot.text, text, 1)
        return template

    def _slot(self, slot: Slot) -> str:
        if slot.frame:
            return Shown(self.others[slot.frame], {}, self.language)._cells(slot) if slot.frame in self.others else ""
        told = self.attrs.get(slot.column) if slot.column in ("period", "definition", "whole") else None
        return told[self.language] if told else self._cells(slot)

    def _cells(self, slot: Slot) -> str:
        if not (name := self.column(slot.column)):
            return ""
        if slot.row not in self.records:
            self.records[slot.row] = chosen_rows(self.frame, slot.row).to_dict("records")
        written = [self.written(row, name, slot.form) for row in self.records[slot.row]]
        return words.listed(written, self.language) if all(written) else ""

    def written(self, row: Mapping, column: str, form: str = "") -> str:
        """One cell in the reader's words; '' when it is missing."""
        return blocks.written(row, column, self.field(column), self.language, form)


def chosen_rows(frame: pd.DataFrame, row: str) -> pd.DataFrame:
    """The rows that a slot means: the first, `last`, `*`, or those whose first column is the given key."""
    if row in ("", "first"):
        return frame.head(1)
    if row == "last":
        return frame.tail(1)
    if row == "*":
        return frame
    keys = frame[frame.columns[0]]
    return frame[keys == float(row) if pd.api.types.is_numeric_dtype(keys) else keys.astype(str) == row].head(1)


# ---- the declarations


class Form:
    """What a table and a figure share: what stands above them, and why they are not shown."""

    where = ""

    def block(self, shown: Shown) -> Block:
        """The form, or its reason: there is no row, or the case (column `said`) is one in which a picture would show chance."""
        frame, language = shown.frame, shown.language
        frame = frame[frame[self.where].astype(bool)] if self.where in frame else frame
        if reason := self.unless.get(shown.case()) or (NOTHING if frame.empty else None):
            return blocks.missing(reason(language), language)
        title, subtitle = (next(iter(shown.begun(what)), "") for what in (self.claim, self.subtitle))
        title = title or self.name(language) if shown.whole else self.name(language) + SELECTION(language)
        return self.made(shown, frame, title, subtitle)


@dataclass(frozen=True)
class Table(Form):
    """A table: its columns by name (`value±` adds the interval behind it), its claim, what is said below, which rows matter.

    name stands where the claim cannot be said; `bold` and `narrow` name columns (narrow: those that the phone keeps); `where` and `chosen` are
    columns of true and false: the rows shown, the rows marked; `total`: the last row is the foot; `wide`: set small on paper; `spare`: columns that go where no row has anything in them; `same`: columns of words, each with another column and what stands in its place where both say the same; `anchor`: the column whose key names a row, so that a sentence can lead to it; `unless`: cases (column `said`) with the reason
    that stands in its place.
    """

    columns: str | Sequence[str]
    name: Term
    claim: Said = ()
    subtitle: Said = ()
    note: Said = ()
    bold: str = ""
    narrow: str = ""
    unless: Mapping[str, Term] = field(default_factory=dict)
    where: str = ""
    chosen: str = ""
    total: bool = False
    short: bool = False
    wide: bool = False
    anchor: str = ""
    spare: str = ""
    same: Mapping[str, tuple[str, Term]] = field(default_factory=dict)

    def made(self, shown: Shown, frame: pd.DataFrame, title: str, subtitle: str) -> Block:
        rows, language = frame.to_dict("records"), shown.language
        total = rows.pop() if self.total and shown.whole else None
        subtitle, note = (subtitle, "".join(shown.said(self.note))) if shown.whole else ("", "")
        columns = cells(shown, self.columns, bold=self.bold, narrow=self.narrow, same=self.same)
        columns = [c for c in columns if c.name not in self.spare.split() or any(c.filled(row, language) for row in rows)]
        classes = ["keep"] * (len(rows) <= UNBROKEN) + ["short"] * self.short + ["wide"] * self.wide
        head = {"key": shown.key, "title": title, "subtitle": subtitle, "classes": classes, "language": language}
        body = {"columns": columns, "rows": rows, "total": total, "chosen": self.chosen, "anchor": self.anchor}
        rounded = blocks.WORDS["rounded"](language).format(*shown.attrs["rounded"]) if shown.attrs.get("rounded") else ""
        below = [words.opening(line, language) for line in (rounded or blocks.untold(rows, columns, language), note) if line]
        whole = html("blocks", "table", **head, **body, below=below)
        return Block("table", whole, f"{title}\n{blocks.plain(rows, columns, language)}", {"key": shown.key})


@dataclass(frozen=True)
class Figure(Form):
    """A figure: the chart that draws it, its claim, what-where-when-unit, how to read it, the numbers behind it.

    `notes` names the arguments of the chart that further frames of `show` fill, in their order.
    """

    draw: Callable[..., Axes]
    name: Term
    claim: Said = ()
    subtitle: Said = ()
    reading: Said = ()
    numbers: str = ""
    notes: str = ""
    unless: Mapping[str, Term] = field(default_factory=dict)
    options: Mapping = field(default_factory=dict)

    def made(self, shown: Shown, frame: pd.DataFrame, title: str, subtitle: str) -> Block:
        key, language = shown.key, shown.language
        notes = {name: other for name, other in shown.others.items() if name in self.notes.split()}
        words_of_keys = {key: term for column in shown.fields.values() for key, term in column.words.items()}
        names = {"names": words_of_keys} if "names" in inspect.signature(self.draw).parameters else {}
        given = {"language": language, **names, **self.options, **notes}
        drawn = {
            letter: charts.svg(self.draw(frame, width=width, **given), f"{key}-{letter}", title, subtitle)
            for letter, width in (("w", charts.WIDE), ("n", charts.NARROW))
        }
        numbers = {"columns": cells(shown, self.numbers), "rows": frame.to_dict("records")}
        side = {"side": shown.begun(self.reading), "rule": words.opening(shown.attrs.get("definition", {}).get(language, ""), language)}
        head = {"key": key, "title": title, "subtitle": subtitle, "drawings": drawn, "above": charts.key_line(self.draw, **given)}
        whole = html("blocks", "figure", **head, **side, **numbers, language=language)
        return Block("figure", whole, f"{title}\n{subtitle}", {"key": key})


@dataclass(frozen=True)
class Furniture:
    """A part of the page that a block of its own draws: `make(shown, **options)`."""

    make: Callable[..., Block]
    options: Mapping = field(default_factory=dict)
    claim: Said = ()
    subtitle: Said = ()

    def block(self, shown: Shown) -> Block:
        said = {name: shown.first(what) for name, what in (("title", self.claim), ("subtitle", self.subtitle)) if what}
        return self.make(shown, **self.options, **said)


def cells(shown: Shown, columns: str | Sequence[str], *, bold: str = "", narrow: str = "", same: Mapping = {}) -> list[Cell]:
    """The columns of a table, each with its field's heading and form, and an interval behind every `name±` that has one."""
    found, kept = [], narrow.split()
    for token in columns.split() if isinstance(columns, str) else columns:
        name = token.removesuffix("±")
        if not (column := shown.column(name)):
            continue
        own = shown.fields.get(name) or shown.field(column)
        found.append(Cell(column, own, bold=name in bold.split(), phone=not kept or name in kept, same=same.get(column)))
        if token != name and own.interval[0] in shown.frame:
            found.append(Cell(column, own, interval=True, phone=token in kept))
    return found


# ---- look-up


def _declared(study: str, part: str) -> Mapping:
    """FORMS, SAY or NOTES of a study; a study without declarations has none."""
    if not study.isidentifier() or importlib.util.find_spec(f"hotline_analysis.show.{study}") is None:
        return {}
    return getattr(importlib.import_module(f"hotline_analysis.show.{study}"), part, {})


def _known(verb: str, what: str, name: str, known: Mapping):
    """What is declared under a name; BadParams, with the nearest, where nothing is."""
    if name not in known:
        raise BadParams(verb, what, offered(name, known))
    return known[name]


def named(study: str, table: str) -> Term | None:
    """What a study's table is called where it is shown; None where no form of its own is declared."""
    return getattr(_declared(study, "FORMS").get(table), "name", None)


def _shown(frames: Sequence[pd.DataFrame], language: str) -> Shown:
    first, *others = frames
    whole = first.attrs.get("digest", "") in ("", digest(first))
    named = {frame.attrs.get("table", f"frame{n}"): frame for n, frame in enumerate(others, start=2) if not frame.attrs.get("missing")}
    return Shown(first, named, language or first.attrs.get("language", "zh"), whole)


# ---- the two verbs


def show(*things, as_: str = "", language: str = "") -> Block:
    """A frame as its study declared it; further frames annotate it. Also any plain frame, and any `Axes` of one's own.

    as_: another declared form (`cards`, or `window.density` of another study). A frame that cannot be had shows its reason. A frame whose values are no longer the study's own is drawn
    under 节选 / selection, without the claim. Raises BadParams for a form that is not declared.
    """
    first = things[0]
    if isinstance(first, Axes):
        return _drawing(first, language or "zh")
    shown = _shown(things, language)
    if shown.attrs.get("missing"):
        return blocks.missing(shown.attrs["missing"][shown.language], shown.language)
    study, dot, name = as_.rpartition(".")
    known = _declared(study if dot else shown.attrs.get("study", ""), "FORMS")
    form = _known("show", f"'{as_}' is not a form here.", name, known) if as_ else known.get(shown.attrs.get("table", ""))
    if not form:
        shown = replace(shown, frame=_plain(shown.frame))
        form = Table(tuple(shown.frame.columns), Term("数据表", "Table"))
    return _marked(form.block(shown), things)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of one's own with every column and every named level of its index under one text of its own: what tells its rows apart is not lost."""
    levels = [name for name in frame.index.names if name is not None and name not in frame.columns]
    whole = frame.reset_index(levels) if levels else frame
    names = pd.Series([" · ".join(map(str, filter(None, c))) if isinstance(c, tuple) else str(c) for c in whole.columns], dtype=object)
    again = names.groupby(names).cumcount()
    return whole.set_axis(names.where(again == 0, names + " (" + (again + 1).astype(str) + ")"), axis=1)


def say(frame: pd.DataFrame, *others: pd.DataFrame, as_: str = "", more: bool = False, language: str = "") -> Block:
    """The sentences declared for a frame, its numbers cells of the frame. Raises BadParams for a frame that was changed or has none.

    more: with a link to the frame's place on its study's own page, which goes where the month has no such page.
    """
    shown = _shown([frame, *others], language)
    if shown.attrs.get("missing"):
        return blocks.missing(shown.attrs["missing"][shown.language], shown.language)
    if not shown.whole:
        raise BadParams("say", "these values are no longer the study's own.", "Say the whole frame, or show the selection.")
    name = as_ or shown.attrs.get("table", "")
    study = shown.attrs.get("study", "")
    said = _known("say", f"nothing is declared for '{name}'.", name, _declared(study, "SAY"))
    link = f"{study}.html#{shown.key}" if more else ""
    block = _marked(blocks.sentences(shown.said(said), language=shown.language, link=link), [frame, *others])
    return replace(block, facts={**block.facts, "note": True}) if name in _declared(study, "NOTES") else block


def _marked(block: Block, frames: Sequence[pd.DataFrame]) -> Block:
    """The block with what a page for leadership looks at before it shows it: that a frame is for staff, and what the columns of each are called that is no whole
    study's own. A copy keeps its columns where it loses its contract."""
    staff = {"audience": "staff"} if any(frame.attrs.get("audience") == "staff" for frame in frames) else {}
    own = [frame for frame in frames if frame.attrs.get("audience") != "public" or frame.attrs.get("digest") != digest(frame)]
    named = (name for frame in own for name in (*frame.columns, *frame.columns.names, *frame.index.names) if name is not None)
    names = [str(part) for name in named for part in (name if isinstance(name, tuple) else [name])]
    return replace(block, facts={**block.facts, **staff, **({"columns": names} if own else {})})


def _drawing(axes: Axes, language: str) -> Block:
    """Any Axes, drawn as it is; its own title is the claim."""
    title = axes.get_title() or blocks.WORDS["own"](language)
    axes.set_title("")
    drawn = {"": charts.svg(axes, "own-w", title, title)}
    legends = [legend.get_title().get_text() for each in axes.figure.axes if (legend := each.get_legend())]
    columns = [name for each in axes.figure.axes for name in (each.get_xlabel(), each.get_ylabel())] + legends
    whole = html("blocks", "figure", key="own", title=title, drawings=drawn)
    return Block("figure", whole, f"{title}\n{title}", {"key": "own", "columns": columns})
