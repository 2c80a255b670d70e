"""What a finished page must look like, read from its HTML at each render: what the design promises to those who read it, hear it or check it.

`page.check` says what a page may hold; this says how it stands: headings in order, words for every picture, no small text in a drawing, no colour
that is none of ours, and every number of a finding in the row that it leads to. What only a browser can measure (nothing wider than the phone, the
summary on sheet 1, contrast) is measured by the tests in Chromium.
"""

import colorsys
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

from hotline_analysis.words import LANGUAGES, PER, REASON, STATE, Language

EMPTY = frozenset("meta br img hr input".split())
HUES = frozenset(("#a83a05", "#1f70af", "#0b4f8a"))  # worse, better, links
STRONG = 0.5  # saturation from which a colour is a hue
LEAST_PIXELS = 12
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
FONT_FILE = re.compile(r"base64,[^)]*")
SIZE = re.compile(r"font(?:-size)?:\s*(?:\d+\s+)?(\d+(?:\.\d+)?)px")
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
CONFIDENCE = r"95%\s?(?:区间|interval)"
OURS = re.compile(  # what a finding says in words that hold a number: it is no figure of the month
    "|".join(
        [
            CONFIDENCE,
            *sorted(
                {
                    re.escape(t(Language(code, grain)))
                    for t in (*STATE.values(), *REASON.values())
                    for code in LANGUAGES
                    for grain in ("", *PER)
                }
            ),
        ]
    ),
    re.IGNORECASE,
)


@dataclass
class Node:
    """A tag with what stands in it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    held: list = field(default_factory=list)

    def every(self, *tags: str) -> Iterator["Node"]:
        """The nodes below it, of these tags where any are given, in reading order."""
        for part in self.held:
            if isinstance(part, Node):
                if not tags or part.tag in tags:
                    yield part
                yield from part.every(*tags)

    def of_class(self, name: str) -> Iterator["Node"]:
        return (node for node in self.every() if name in node.attributes.get("class", "").split())

    @property
    def text(self) -> str:
        """What is read in it; the parts of a drawing are none of it."""
        return "".join(part if isinstance(part, str) else "" if part.tag == "svg" else part.text for part in self.held)


class _Tree(HTMLParser):
    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.open = [Node("")]
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        node = Node(tag, {key: value or "" for key, value in attributes})
        self.open[-1].held.append(node)
        if tag not in EMPTY:
            self.open.append(node)

    def handle_startendtag(self, tag, attributes):
        self.open[-1].held.append(Node(tag, {key: value or "" for key, value in attributes}))

    def handle_endtag(self, tag):
        while len(self.open) > 1 and self.open.pop().tag != tag:
            pass

    def handle_data(self, data):
        self.open[-1].held.append(data)


def faults(page: str) -> Iterator[str]:
    """Everything in which a page is not as it was designed."""
    root = _Tree(page).open[0]
    yield from _headings(root)
    yield from _pictures(root)
    yield from _findings(root)
    strong = sorted({colour.lower() for colour in COLOUR.findall(FONT_FILE.sub("", page)) if _strong(colour)} - HUES)
    yield from (f"the colour {colour}, which is none of the design's" for colour in strong)


def _headings(root: Node) -> Iterator[str]:
    """One title; within the text no step down is left out."""
    if (titles := len(list(root.every("h1")))) != 1:
        yield f"{titles} titles (h1)"
    for main in root.every("main"):
        levels = [int(node.tag[1]) for node in main.every("h2", "h3", "h4")]
        yield from (f"a heading h{below} right below an h{above}" for above, below in pairwise(levels) if below - above > 1)


def _pictures(root: Node) -> Iterator[str]:
    """Every picture that is more than a mark has words, and no text in it is too small; a figure says what it is of.

    A consultant's own Axes are theirs: a plain plot of any library may stand on their page as they drew it.
    """
    theirs = {
        id(svg) for figure in root.every("figure") if figure.attributes.get("id", "").startswith("own") for svg in figure.every("svg")
    }
    for picture in (svg for svg in root.every("svg") if id(svg) not in theirs):
        named = picture.attributes.get("aria-label") or "".join(node.text for node in picture.every("title"))
        if picture.attributes.get("aria-hidden") != "true" and not named.strip():
            yield "a picture without words"
        for text in picture.every("text", "tspan"):
            found = SIZE.search(text.attributes.get("style", ""))
            size = float(found[1] if found else text.attributes.get("font-size", LEAST_PIXELS))
            if size < LEAST_PIXELS:
                yield f"text of {size:g} px in a picture (at least {LEAST_PIXELS})"
    for figure in root.every("figure"):
        charts = [node for node in figure.of_class("chart") if node.tag == "svg"]
        own = figure.attributes.get("id", "").startswith("own")
        if any(not "".join(d.text for d in chart.every("desc")).strip() for chart in charts):
            yield "a figure without a description"
        if not own and not "".join(node.text for node in figure.of_class("sub")).strip():
            yield f"the figure '{figure.attributes.get('id', '')}' without its subtitle"


def _findings(root: Node) -> Iterator[str]:
    """Every number of a finding stands in the row that it leads to, where it leads to one."""
    rows = {
        node.attributes["id"]: [cell.text.strip() for cell in node.every("th", "td")]
        for node in root.every("tr")
        if "id" in node.attributes
    }
    for item in (item for told in root.of_class("findings") for item in told.every("li")):
        to = next((a.attributes.get("href", "")[1:] for a in item.every("a") if a.attributes.get("href", "").startswith("#n-")), "")
        if to not in rows:  # a page that does not show the table has no link to it
            yield from ["a finding whose row is not on the page"] if to else []
            continue
        name, *cells = rows[to]
        said = OURS.sub("", " ".join(p.text for p in item.every("p")).replace(name, "", 1).rpartition(_link(item))[0])
        lost = set(NUMBER.findall(said)) - set(NUMBER.findall(" ".join(cells)))
        yield from (f"a number ({number}) in the finding '{to[2:]}' that is not in its row" for number in sorted(lost)[:1])


def _link(item: Node) -> str:
    """The words of the link at the end of a finding."""
    return next((a.text for a in item.every("a") if a.attributes.get("href", "").startswith("#n-")), "")


def _strong(colour: str) -> bool:
    return colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))[2] > STRONG
