"""A finished page as a browser reads it (`read`), and what it must look like: what the design promises to those who read it, hear it or check it.

`page.check` says what a page may hold; this says how it stands: headings in order, words for every picture, no small text in a drawing, no colour
that is none of ours, and the row that a finding leads to on its page. What only a browser can measure (nothing wider than the phone, the
summary on sheet 1, contrast) is measured by the tests in Chromium.
"""

import colorsys
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

EMPTY = frozenset("meta br img hr input".split())
INLINE = frozenset("a b strong em i small cite".split())  # a number may be set in several of these; any other tag ends it
HUES = frozenset(("#a83a05", "#1f70af", "#0b4f8a"))  # worse, better, links
STRONG = 0.5  # saturation from which a colour is a hue
LEAST_PIXELS = 12
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
FONT_FILE = re.compile(r"base64,[^)]*")
SIZE = re.compile(r"font(?:-size)?:\s*(?:\d+\s+)?(\d+(?:\.\d+)?)px")
PAINTED = ("style", "fill", "stroke", "stop-color", "flood-color", "color", "bgcolor")  # attributes in which a colour can stand


@dataclass
class Node:
    """A tag with what stands in it; a comment and a declaration are tags too, which no page may hold."""

    tag: str
    given: list[tuple[str, str]] = field(default_factory=list)
    held: list = field(default_factory=list)

    @property
    def attributes(self) -> dict[str, str]:
        return dict(self.given)

    @property
    def names(self) -> set[str]:
        """What a style can know it by: its tag, its classes, and `font-weight` where its own style has one."""
        classes = {f".{name}" for name in self.attributes.get("class", "").split()}
        return {self.tag} | classes | ({"font-weight"} if "font-weight" in self.attributes.get("style", "") else set())

    def every(self, *tags: str) -> Iterator["Node"]:
        """The nodes below it, of these tags where any are given, in reading order."""
        for part in self.held:
            if isinstance(part, Node):
                if not tags or part.tag in tags:
                    yield part
                yield from part.every(*tags)

    def of_class(self, name: str) -> Iterator["Node"]:
        return (node for node in self.every() if f".{name}" in node.names)

    @property
    def text(self) -> str:
        """What is read in it; the parts of a drawing are none of it."""
        return "".join(part if isinstance(part, str) else "" if part.tag == "svg" else part.text for part in self.held)

    def texts(self, around: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
        """Its texts in reading order, each with the names of what is around it. Where a block begins and ends a line breaks: two numbers in neighbouring cells are not a longer one."""
        around, broken = around | self.names, [("\n", frozenset())] * (self.tag not in INLINE)
        yield from broken
        for part in self.held:
            yield from part.texts(around) if isinstance(part, Node) else [(part, around)]
        yield from broken


class _Tree(HTMLParser):
    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.open = [Node("")]
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.handle_startendtag(tag, attributes)
        if tag not in EMPTY:
            self.open.append(self.open[-1].held[-1])

    def handle_startendtag(self, tag, attributes):
        self.open[-1].held.append(Node(tag, [(key, value or "") for key, value in attributes]))

    def handle_endtag(self, tag):
        while len(self.open) > 1 and self.open.pop().tag != tag:
            pass

    def handle_data(self, data):
        self.open[-1].held.append(data)

    def handle_comment(self, data):
        self.handle_startendtag("!-- a comment --", [])

    def handle_decl(self, declaration):
        if declaration.lower() != "doctype html":
            self.handle_startendtag("! a declaration", [])


def read(page: str) -> Node:
    """The page as a tree of its tags."""
    return _Tree(page).open[0]


def faults(root: Node) -> Iterator[str]:
    """Everything in which a page is not as it was designed."""
    theirs = {id(node) for figure in root.every("figure") if figure.attributes.get("id", "").startswith("own") for node in figure.every()}
    yield from _headings(root)
    yield from _pictures(root, theirs)
    yield from _findings(root)
    painted = " ".join(_painted(node) for node in root.every() if id(node) not in theirs)
    strong = sorted({colour.lower() for colour in COLOUR.findall(painted) if _strong(colour)} - HUES)
    yield from (f"the colour {colour}, which is none of the design's" for colour in strong)


def _painted(node: Node) -> str:
    """What of a tag can hold a colour; a text may hold a # and six digits, and is no paint."""
    sheet = FONT_FILE.sub("", node.text) if node.tag == "style" else ""
    return " ".join([sheet, *(value for name, value in node.attributes.items() if name in PAINTED)])


def _headings(root: Node) -> Iterator[str]:
    """One title; within the text no step down is left out."""
    if (titles := len(list(root.every("h1")))) != 1:
        yield f"{titles} titles (h1)"
    for main in root.every("main"):
        levels = [int(node.tag[1]) for node in main.every("h2", "h3", "h4")]
        yield from (f"a heading h{below} right below an h{above}" for above, below in pairwise(levels) if below - above > 1)


def _pictures(root: Node, theirs: set[int]) -> Iterator[str]:
    """Every picture that is more than a mark has words, and no text in it is too small; a figure says what it is of.

    theirs: the nodes of a consultant's own Axes: a plain plot of any library may stand on their page as they drew it.
    """
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
    """A finding that leads to its row leads to one that is there. Its numbers are that row's cells by their declaration, which a test walks."""
    rows = {node.attributes.get("id") for node in root.every("tr")}
    for item in (item for told in root.of_class("findings") for item in told.every("li")):
        to = [a.attributes["href"][1:] for a in item.every("a") if a.attributes.get("href", "").startswith("#n-")]
        yield from ("a finding whose row is not on the page" for name in to[:1] if name not in rows)


def _strong(colour: str) -> bool:
    return colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))[2] > STRONG
