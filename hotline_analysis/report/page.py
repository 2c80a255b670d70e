"""An executed notebook becomes one self-contained page: our own blocks and nothing else, its fonts inside, no script, no outside request.

Of a cell's outputs only ours are read (no traceback, stream, picture or HTML of other people's passes); a template sets them; a last check reads the finished page as a browser would and refuses what must not be there.
"""

import contextlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count, cycle
from pathlib import Path

import nbformat

from hotline_analysis import personal, words
from hotline_analysis.errors import BadParams, DataRefused, HotlineError, LeakFound, NoInput, RunFailed
from hotline_analysis.report import kernel, looks
from hotline_analysis.report import notes as written
from hotline_analysis.show import fonts
from hotline_analysis.show.blocks import MIME, NOT_A_WORD, WORDS, sheet
from hotline_analysis.show.markup import Markup, escape, html
from hotline_analysis.tables import names_people, terms
from hotline_analysis.words import Term

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:"
LARGEST = 1_200_000
TEXTS = frozenset(("prose", "reading"))
SUMMARY, NUMBERED = Term("摘要", "Summary"), {"figure": Term("图", "Figure "), "table": Term("表", "Table ")}


HEAD = {"title": "", "month": "", "status": "", "audience": "", "language": "zh", "html": "", "heading": "", "foot": ""}


# ---- what passes


@dataclass
class Section:
    """A chapter, or the summary before the first one: its prose and what it shows, in their order.

    A chapter all of whose frames are missing is absent: it keeps its heading and the first reason, and its prose goes.
    """

    key: str
    title: str = ""
    numbered: bool = True
    parts: list[tuple[str, Markup]] = field(default_factory=list)
    notes: list[Markup] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    marks: list[list[str]] = field(default_factory=list)
    label: str = ""

    @property
    def absent(self) -> bool:
        return bool(self.reasons) and all(kind in TEXTS or _silent((kind, block)) for kind, block in self.parts)

    @property
    def blocks(self) -> list[Markup]:
        """What the page shows of it, what people wrote of it last."""
        if self.absent:
            return [block for kind, block in self.parts if kind == "missing" and str(block).strip()][:1] + self.notes
        return [block for kind, block in self.told()] + self.notes

    def told(self) -> Iterator[tuple[str, Markup]]:
        """Its parts without what is missing, and without the texts that would speak of it.

        A text that all of what follows it is missing to goes with it, and a `reading` with the frame before it; the chapter's first text stays, and
        one with a heading of its own, which then has the reason below it.
        """
        before: tuple[str, Markup] = ("prose", Markup())
        for n, (text, rest) in enumerate(_paragraphs(self.parts)):
            there = [part for part in rest if not _silent(part)]
            lost, headed = bool(rest) and not there, bool(text) and "<h3" in text[1]
            kept = not _silent(before) if text and text[0] == "reading" else not lost or n == 0 or headed
            yield from [text] if text and kept else []
            yield from there if not (lost and headed) else [part for part in rest if str(part[1]).strip() and self.reasons][:1]
            before = rest[-1] if rest else text or before


def _silent(part: tuple[str, Markup]) -> bool:
    """Whether a part shows nothing: its frame is missing, or has nothing to say."""
    return part[0] == "missing" or not str(part[1]).strip()


def _paragraphs(parts: Sequence[tuple[str, Markup]]) -> list[tuple[tuple[str, Markup] | None, list[tuple[str, Markup]]]]:
    """Each text with the parts that follow it up to the next."""
    found: list[tuple] = []
    for part in parts:
        if part[0] in TEXTS or not found:
            found.append((part, []) if part[0] in TEXTS else (None, [part]))
        else:
            found[-1][1].append(part)
    return found


@dataclass(frozen=True)
class Other:
    """Another page of the month: its title and, where it was left out, why."""

    title: Term
    why: Term | None = None


STAFF = Term("仅供内部管理，含人员信息，不得外传", "for staff only: names people, not to be passed on")
EMPTY = Term("这些数据没有它可以显示的内容", "these data hold nothing that it could show")
COLUMNS = terms()
TOO_LITTLE = Term("本期数据不足以计算", "this month's data do not allow it", of_period=True)
FAULTS = {  # of a study, without which the month goes on -> why it is missing
    RunFailed: Term("运行中出错，没有算完", "a fault stopped it"),
    BadParams: Term("有一项设置不适用于本期数据", "a setting does not fit this month's data", of_period=True),
    **dict.fromkeys((DataRefused, NoInput), TOO_LITTLE),
}
SHOWN = frozenset(("figure", "table", "cards", "tally"))  # blocks that hold a figure of the data


def reason(fault: HotlineError) -> Term:
    """Why a study is missing, in the reader's words; canonical columns that its sentence asks for are named."""
    _, _, needs = fault.wrong.partition("need")
    asked = [COLUMNS[name] for name in dict.fromkeys(re.findall(r"\w+_\w+|\w+", needs)) if name in COLUMNS]
    if asked:
        return Term("数据中没有：" + "、".join(c.zh for c in asked), "the data lack: " + ", ".join(c.en.lower() for c in asked))
    if "time limit" in fault.wrong:
        return Term("没有在规定的时间内算完", "it took longer than its time limit")
    return next(why for kind, why in FAULTS.items() if isinstance(fault, kind))


def is_empty(notebook: nbformat.NotebookNode) -> bool:
    """True when an executed notebook shows no figure, table or card."""
    return not {facts.get("kind") for cell in notebook.cells for facts, _ in _shown(cell)} & SHOWN


def heading(notebook: Path) -> Term:
    """A notebook's title in both languages: the `#` headings of its twins; the file's name where there is none, or no notebook."""
    said, cells = {"zh": notebook.stem, "en": notebook.stem}, []
    with contextlib.suppress(RunFailed):
        cells = kernel.read(notebook).cells
    for cell in cells:
        found = re.search(r"^# +(.+?)\s*$", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and found:
            said |= {language: found[1] for language in said if language in cell.metadata.get("tags", [])}
    return Term(**said)


def make(
    notebook: nbformat.NotebookNode,
    *,
    name: str = "index.html",
    countries: Collection[str] = (),
    data_words: Collection[str] = (),
    people: Collection[str] = (),
    others: Mapping[str, Other] = {},
    sections: Collection[str] = (),
    notes: Mapping[str, Sequence[str]] = {},
    revised: str = "",
    staff: bool = False,
) -> bytes:
    """The page of an executed notebook, checked. The same notebook gives the same bytes.

    countries: whose national numbers count as personal; data_words: texts of the data that read like a missing value; people: what no frame or picture of
    one's own may show, for it is somebody's name; others: the other pages of the month, for its first page, which leads to each that is there and says why another is not; sections: the chapters that it has, in their
    order (none: all); notes: what people wrote of a chapter, as Markdown; revised: what became of figures that were published before; staff: the page is for staff, and may show what names agents.
    """
    head, chapters_there = _sections(notebook, sections, None if staff else people)
    if staff:
        head |= {"html": head["html"].replace(head["audience"], STAFF(head["language"])), "audience": STAFF(head["language"])}
    if revised:
        chapters_there[0].parts.append(("say", html("blocks", "sentences", lines=[revised], space="", link="", word="")))
    for section in chapters_there:
        section.notes += [
            html("blocks", "human", body=written.html(text), language=head["language"]) for text in notes.get(section.key, ())
        ]
    if name != "index.html":  # a month has its nine chapters in their order; a study begins with what it has
        chapters_there[1:] = sorted(chapters_there[1:], key=lambda section: section.absent)
        _number(chapters_there, head["language"])
    text = compose(head, chapters_there, others, folds=True)
    check(text, name, countries, data_words)
    return text.encode()


def lead(
    heading: str, sections: list[Section], language: str, *, hotline: str = "", when: str = "", countries: Collection[str] = ()
) -> bytes:
    """A page that leads to others and that no notebook made, checked as every page is."""
    audience = WORDS["audience"](language)
    masthead = html("blocks", "masthead", title="", left=hotline, audience=audience, when=when, line=[])
    said = {"title": f"{hotline} {heading}".strip(), "heading": heading, "month": when, "audience": audience, "language": language}
    text = compose(HEAD | said | {"html": masthead}, sections)
    check(text, "index.html", countries)
    return text.encode()


def compose(head: Mapping[str, str], sections: list[Section], others: Mapping[str, Other] = {}, *, folds: bool = False) -> str:
    """The text of a page: the masthead's facts, the summary, the chapters; not checked yet. folds: on the phone each chapter opens by its heading."""
    language = head["language"]
    places = _places(sections, language)
    body = {s.key: [_keep_together(_placed(str(block), places)) for block in s.blocks] for s in sections}
    held = "".join(block for blocks in body.values() for block in blocks)
    masthead = Markup(head["html"]).replace("<x-title></x-title>", escape(head["heading"]))
    ends = {"masthead": _keep_together(masthead), "foot": _keep_together(head["foot"]), "fold_at": _fold_at(sections[0])}
    further = [(name, other.title(language)) for name, other in others.items() if not other.why and f'href="{name}"' not in held]
    left_out = [(other.title(language), other.why(language)) for other in others.values() if other.why]
    given = {"head": head, "sections": sections, "body": body, "policy": Markup(POLICY), "style": Markup("<!--style-->")}
    page = CONTROLS.sub("", html("page", "page", **given, **ends, further=further, left_out=left_out, folds=folds))
    page = page if language == "zh" else _told_in_chinese(page)
    return page.replace("<!--style-->", fonts.embed(**_characters(page)) + _style(head, language), 1)


def anchors(content: bytes) -> frozenset[str]:
    """The places of a finished page that a link can lead to."""
    return frozenset(ID.findall(content.decode()))


def without_dead_links(content: bytes, pages: Mapping[str, Collection[str]]) -> bytes:
    """A finished page on which a link to a page that the month lacks is text, and one that only says where there is more is gone; one to a place that the page lacks leads to its head.

    pages: the pages that there are, with their `anchors`.
    """
    kept = MORE.sub(lambda link: link[0] if link[1] in pages else "", content.decode())
    kept = PAGE_LINK.sub(lambda link: link[0] if link[1] in pages else link[2], kept)
    return PLACE_LINK.sub(lambda link: link[0] if link[2] in pages.get(link[1], link[2]) else f'href="{link[1]}"', kept).encode()


def chapters(notebook: Path) -> list[str]:
    """What the chapters of a notebook are called: the ids of the zh cells that begin one, in their order."""
    cells = kernel.read(notebook).cells
    return [cell.id for cell in cells if "zh" in cell.metadata.get("tags", []) and re.search(r"^## ", cell.source, re.MULTILINE)]


def _sections(notebook, chosen: Collection[str] = (), people: Collection[str] | None = ()) -> tuple[dict, list[Section]]:
    """The masthead's facts, and the cells as sections: a `#` heading is the page's title, a `##` heading begins a chapter. people: None on a page for staff.

    The page's foot stands apart, so that it stays where `chosen` leaves out the chapter that shows it.
    """
    facts = next((f for cell in notebook.cells for f, _ in _shown(cell) if f.get("kind") == "masthead"), {})
    head = HEAD | facts
    sections, anchor = [Section("summary", SUMMARY(head["language"]), numbered=False)], ""
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown" and "zh" in tags:
            anchor = cell.get("id", "")
        if cell.cell_type == "markdown" and head["language"] in tags and "lab" not in tags:
            _read(cell.source, anchor, head, sections, numbered="unnumbered" not in tags, kind="reading" if "reading" in tags else "prose")
        for facts, block in _shown(cell):
            if people is not None:
                _refuse_people(facts, block, people)
            if facts.get("kind") == "masthead":
                head["html"] = block
            elif facts.get("kind") == "colophon":
                head["foot"] = block
            else:
                _take(sections[-1], facts, block)
    if chosen:
        sections[1:] = sorted((s for s in sections[1:] if s.key in chosen), key=lambda s: list(chosen).index(s.key))
    _number(sections, head["language"])
    head["title"] += head["heading"] if head["title"] == "" or head["language"] == "zh" else f": {head['heading']}"
    return head, sections


def _shown(cell) -> list[tuple[dict, Markup]]:
    return [
        (output.metadata.get(MIME, {}), Markup(output.data[MIME])) for output in cell.get("outputs", []) if MIME in output.get("data", {})
    ]


HEADING = re.compile(r"^(#{1,2}) +(.+?)\s*$", re.MULTILINE)


def _read(source: str, anchor: str, head: dict, sections: list[Section], *, numbered: bool, kind: str = "prose") -> None:
    """A cell's prose into the section that it stands in, its headings into the title or a new section."""
    before, *rest = HEADING.split(source)
    _say(before, sections[-1], kind)
    for level, title, prose in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        if level == "#":
            head["heading"] = title
        else:
            sections.append(Section(anchor, title, numbered))
        _say(prose, sections[-1], kind)


def _say(prose: str, section: Section, kind: str = "prose") -> None:
    if prose.strip():
        section.parts.append((kind, Markup('<div class="body">{}</div>').format(written.html(prose))))


def _refuse_people(facts: dict, block: Markup, people: Collection[str]) -> None:
    """Raises LeakFound for a frame for staff; and for one that is no study's own, or a picture, with a column or a text that names people: copies have lost their contract."""
    if facts.get("audience") == "staff":
        raise LeakFound("page", "a frame that names agents or callers is shown on a page.", "Show its public table instead.")
    if column := next(filter(names_people, facts.get("columns", ())), ""):
        raise LeakFound(
            "page", f"'{column}' names people, and a frame or a picture with it is shown on a page.", "Show counts of them instead."
        )
    if "columns" in facts and any(text.strip() in people for text, _ in looks.read(block).texts()):
        raise LeakFound("page", "the name of an agent stands in a frame or a picture of one's own.", "Show counts of them instead.")


def _take(section: Section, facts: dict, block: Markup) -> None:
    """A shown block into its section."""
    kind = facts.get("kind", "")
    if kind == "say" and section.key == "summary" and "verdict" not in dict(section.parts) and not facts.get("note"):
        kind = "verdict"  # what the page says first, if it is about its figures and not about its data
        block = Markup(str(block).replace('class="say"', 'class="verdict"', 1))
    section.reasons += [facts["missing"]] if facts.get("missing") else []
    section.parts.append((kind, block))
    section.marks += facts.get("marks", [])


def _number(sections: list[Section], language: str) -> None:
    numbers = count(1)
    for section in sections:
        section.label = words.chapter_number(next(numbers), language) if section.numbered else ""


def _fold_at(summary: Section) -> int:
    """On the phone the contents fold into one line below the tally (or what the page says first; without either, at the end)."""
    kinds = [kind for kind, _ in summary.told()]
    return next((kinds.index(kind) + 1 for kind in ("tally", "verdict", "say") if kind in kinds), len(kinds))


# ---- numbers and links


NUMBER = re.compile(r'<x-number kind="(figure|table)" key="([^"]*)"></x-number>')
AT = re.compile(r'<a class="at" href="#[^"]*">(<x-place key="([^"]*)"></x-place>)</a>')
MORE = re.compile(r' ?<span class="more"><a href="([\w-]+\.html)[^"]*">.*?</a></span>')
PLACE_LINK, ID = re.compile(r'href="([\w-]+\.html)#([^"]*)"'), re.compile(r' id="([^"]+)"')
PAGE_LINK = re.compile(r'<a href="([\w-]+\.html)[^"]*">(.*?)</a>', re.DOTALL)


def _places(sections: list[Section], language: str) -> dict[str, str]:
    """What each key is called on this page: 图3, 表1, or its chapter's title. A form that is shown again gets a key of its own."""
    counts, places = {"figure": 0, "table": 0}, {s.key: f"{s.label}{s.title}" for s in sections}
    for section in sections:
        for i, (part, block) in enumerate(section.parts):
            for kind, key in NUMBER.findall(block):
                counts[kind] += 1
                own = key if key not in places else f"{key}-{sum(counts.values())}"
                section.parts[i] = (part, _renamed(section.parts[i][1], key, own))
                places[own] = f"{NUMBERED[kind](language)}{counts[kind]}"
    return places


def _placed(block: str, places: Mapping[str, str]) -> str:
    """The block with its numbers, and with the names of the places that it leads to; a link to what the page does not show goes."""
    block = AT.sub(lambda link: link[0].replace(link[1], escape(places[link[2]])) if link[2] in places else "", block)
    return NUMBER.sub(lambda match: places[match[2]], block)


def _renamed(block: Markup, key: str, own: str) -> Markup:
    """The block with its ids and what points to them under another key; a class, a word of the text or a place of another page may have the same name and stays."""
    name = re.compile(rf'(?<=["# ]){re.escape(key)}(?=[") -])')
    return Markup(NAMED.sub(lambda place: name.sub(own, place[0]), str(block)))


NAMED = re.compile(r'(?<= )(?:id|key|aria-labelledby)="[^"]*"|(?<= )href="#[^"]*"|url\(#[^)]*\)')  # where a key may stand


# ---- setting


QUANTITY = r"(?:%|个百分点|个月|座席小时|小时|分钟|万通|万人|万件|通|件|天|人|家|项|秒|日|月|年|席|度|条|次| pp\b| h\b| s\b| min\b)?"
KEEP = r"((?:[+−±]?\d[\d,.]*%?(?:至| to |～|—|–)[+−]?\d[\d,.]*%?|[+−±≥≤]?\d[\d,.]*\d|[+−±≥≤]?\d)" + QUANTITY + ")"
PARTING = re.compile(r"<(svg|style|title|summary|h1|pre|code)\b.*?</\1>|<[^>]+>|" + KEEP, re.DOTALL)  # what stays as it is, or a number
DRAWING = re.compile(r"(<svg\b.*?</svg>)", re.DOTALL)
CHINESE = re.compile(  # a text, or what stays as it is
    r"<(style|title|desc)\b.*?</\1>|<t?span lang=\"zh\">[^<]*|<[^>]+>|([\u3400-\u9fff\uf900-\ufaff][\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]*)",
    re.DOTALL,
)
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")  # and what turns the direction of writing


def _keep_together(text: str) -> Markup:
    """A number never parts from its unit, an interval never from its other end."""
    return Markup(PARTING.sub(lambda found: f'<span class="nb">{found[0]}</span>' if len(found[2] or "") > 3 else found[0], text))


def _told_in_chinese(page: str) -> str:
    """A page in English whose Chinese words, those of the data, say what they are: who hears it hears them read as Chinese (WCAG 3.1.2)."""
    return "".join(
        CHINESE.sub(lambda found, kind=kind: f'<{kind} lang="zh">{found[2]}</{kind}>' if found[2] else found[0], part)
        for part, kind in zip(DRAWING.split(page), cycle(("span", "tspan")), strict=False)  # texts and drawings in turn
    )


@cache
def _faces() -> dict[str, set[str]]:
    """What the style sheet sets bold, and what in 宋: of each such selector the last class or tag that is more than a row or a cell."""
    found = {"regular": {"html"}, "bold": {"font-weight"}, "song": set()}
    for selectors, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet()):
        face = "song" if "var(--song)" in rule else "bold" if re.search("font(-weight)?:700", rule) else ""
        for selector in selectors.split(",") if face else ():
            parts = (
                re.findall(r"\.[\w-]+", part) or re.findall(r"^(?!t[rhd]\b)\w+", part) for part in re.split("[ >]+", selector.strip())[::-1]
            )
            found[face].update(next(filter(None, parts), ()))
    return found


def _characters(page: str) -> dict[str, str]:
    """Which characters are set in which of the three faces."""
    held = {"regular": set(), "bold": set(), "song": set("0123456789一二三四五六七八九十")}
    for text, inside in looks.read(page).texts():
        for face, characters in held.items() if not inside & {"style", "title", "desc"} else ():
            characters.update(text if inside & _faces()[face] else "")
    return {face: "".join(sorted(characters)) for face, characters in held.items()}


def _style(head: dict, language: str) -> str:
    """The style sheet, with the running heads of the paper."""
    status = f"（{head['status']}）" if head["status"] and language == "zh" else ""
    heads = {"LEFT": f"{head['title']}{'　' if language == 'zh' else ' · '}{head['month']}{status}", "RIGHT": head["audience"]}
    text = re.sub('"RUNNING-(LEFT|RIGHT)"', lambda place: _css_text(heads[place[1]]), sheet())
    return re.sub(r"\s*\n\s*", "\n", text)


def _css_text(text: str) -> str:
    """A CSS string that nothing can break out of: all but letters and digits are written as their code."""
    return '"' + "".join(c if c.isalnum() else f"\\{ord(c):x} " for c in text) + '"'


# ---- the last check


ALLOWED = frozenset(
    "html head meta title style body a div header nav main section aside figure h1 h2 h3 h4 p span b strong em i small br ul ol li dl dt dd table caption thead tbody tfoot tr th td "
    "details summary input label pre code cite hr svg g path rect circle line polyline polygon text tspan desc defs clippath use lineargradient stop".split()
)
LINKS = frozenset(("href", "src", "xlink:href", "srcset", "action", "formaction", "data", "poster", "background"))
READ_ALOUD = frozenset(("aria-label", "title", "alt"))
UNREAD = frozenset(("d", "points", "viewbox", "transform", "style", "id", "href"))
HIDDEN = frozenset(("style", "pre", "code", "title", "desc", ".said"))
INSIDE = re.compile(
    r"#[^\s]*|(\.\./)?([\w-]+/)*[\w-]+(\.[\w-]+)*(#[^\s]*)?"
)  # in the page, beside it or below it, or in the folder beside its own
OUTSIDE_STYLE = re.compile(r"url\(\s*['\"]?(?!#|data:font/woff2;base64,)|@import|expression\(", re.IGNORECASE)
CHINESE_WORD = re.compile(r'<(t?span) lang="zh">([^<]*)</\1>')  # ours, as the next, set around parts of what may be one number
KEPT_TOGETHER = re.compile(r'<span class="nb">([^<]*)</span>')
SAID = {
    "mobile": "a mobile number",
    "landline": "a telephone number with its area code",
    "number": "a telephone number",
    "id": "the number of an identity card",
    "card": "the number of a bank card",
    "mail": "a mail address",
}


def _not_a_word(piece: str, data_words: Collection[str]) -> re.Match | None:
    """A missing value that reads as a word, in one piece of text; a word of the data, or a line of one that was broken, is none."""
    if any(piece.strip() in word for word in data_words):
        return None
    for word in data_words:
        piece = piece if NOT_A_WORD.fullmatch(word) else piece.replace(word, " ")
    return NOT_A_WORD.search(piece)


def _foreign(page: looks.Node) -> Iterator[str]:
    """What in a page is none of ours: tags, handlers, addresses."""
    for node in page.every():
        if node.tag not in ALLOWED:
            yield f"the tag <{node.tag}>"
        if node.tag == "input" and node.attributes.get("type") != "checkbox":
            yield "a field to write into"
        for key, value in node.given:
            if key.startswith("on"):
                yield f"the attribute {key}"
            if key in LINKS and not INSIDE.fullmatch(value):
                yield f"an outside {key}"
            if key not in READ_ALOUD and OUTSIDE_STYLE.search(value):
                yield f"an outside address in {key}"
            if node.tag == "meta" and key == "http-equiv" and value != "Content-Security-Policy":
                yield "a meta that redirects"
    yield from ("an outside address in the style" for style in page.every("style") if OUTSIDE_STYLE.search(style.text))


def _wrong(text: str, page: looks.Node, data_words: Collection[str]) -> Iterator[str]:
    """Everything for which a page is refused."""
    yield from _foreign(page)
    if text.count(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">') != 1 or "<script" in text.lower():
        yield "a content policy that is not ours"
    visible = (data for data, inside in page.texts() if not inside & HIDDEN and NOT_A_WORD.search(data))
    yield from (f"the word '{found[0]}' where a reason should stand" for data in visible if (found := _not_a_word(data, data_words)))
    if (size := len(text.encode())) > LARGEST:
        yield f"{size:,} bytes (at most {LARGEST:,})"
    yield from looks.faults(page)


def check(text: str, name: str, countries: Collection[str] = (), data_words: Collection[str] = ()) -> None:
    """Refuse a page with a script, an outside address, a missing value that reads as a word, a personal form, more than 1.2 MB, or what `looks.faults` finds."""
    page = looks.read(KEPT_TOGETHER.sub(r"\1", CHINESE_WORD.sub(r"\2", text)))
    if wrong := next(_wrong(text, page, data_words), ""):
        raise RunFailed(name, f"the page was refused: it holds {wrong}.")
    read = [data for data, around in page.texts() if "style" not in around]
    said = [value for node in page.every() for key, value in node.given if key not in UNREAD]
    check_text("".join([*read, "\n", "\n".join(said)]), name, countries)


def check_text(text: str, name: str, countries: Collection[str] = ()) -> None:
    """Refuse a file of the month that holds a personal form, or whose name does."""
    form = personal.found(text, countries) or personal.found(name, countries)
    if form:
        raise LeakFound(name, f"was refused: it holds what reads as {SAID[form]}.", "Only counts may leave.")
