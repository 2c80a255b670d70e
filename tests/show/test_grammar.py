"""The grammar of what a page says: no adverb that makes more of a movement than its interval does, in any declaration, in either language."""

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence

import pytest

from hotline_analysis import measures, show, studies, words
from hotline_analysis.words import Term

BANNED = re.compile(r"显著|明显|大幅|significan|obvious|dramatic|sharply", re.IGNORECASE)


def modules() -> Iterator:
    """Every module that declares what is said: of `show`, `studies`, `measures`, and the words themselves."""
    yield words
    for package in (show, studies, measures):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def texts(what, seen: set[int]) -> Iterator[str]:
    """Every text in a declaration, however deep: terms, sentences, forms, fields, mappings and sequences of them."""
    if id(what) in seen:
        return
    seen.add(id(what))
    if isinstance(what, Term) or (dataclasses.is_dataclass(what) and {"zh", "en"} <= {f.name for f in dataclasses.fields(what)}):
        yield from (what.zh, what.en)
    elif dataclasses.is_dataclass(what) and not isinstance(what, type):
        yield from (text for f in dataclasses.fields(what) for text in texts(getattr(what, f.name), seen))
    elif isinstance(what, Mapping):
        yield from (text for inner in what.values() for text in texts(inner, seen))
    elif isinstance(what, Sequence) and not isinstance(what, str):
        yield from (text for inner in what for text in texts(inner, seen))


ALL = [(m.__name__, text) for m in modules() for name, what in vars(m).items() if name.isupper() for text in texts(what, set())]


def test_the_walk_reaches_what_is_said():
    """It would find the word: some two thousand texts, among them those of a nested case."""
    said = [text for _, text in ALL]
    assert (
        len(said) > 2000
        and any("请确认这几个钟点的坐席" in text for text in said)
        and any("本月证据不足以支持任何行动" in text for text in said)
    )


@pytest.mark.parametrize("text", ["接通率显著上升", "明显好于平时", "a significant rise", "Obviously worse"])
def test_the_ban_would_be_seen(text):
    assert BANNED.search(text)


def test_no_declaration_makes_more_of_a_movement_than_its_interval():
    assert [(module, text) for module, text in ALL if BANNED.search(text)] == []
