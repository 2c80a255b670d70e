"""The one place where text becomes HTML: templates. Whatever is not `Markup` already is escaped there, so a value from data cannot become a tag."""

import re
from functools import cache
from pathlib import Path

import jinja2
from jinja2.ext import Extension
from markupsafe import Markup, escape

from hotline_analysis.words import Term

__all__ = ["Markup", "escape", "html"]

FOLDERS = [Path(__file__).parents[1] / room / "template" for room in ("show", "report")]


class _OneLine(Extension):
    """A template's line breaks and indents are for who reads the template."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return re.sub(r"\n\s*", "", source)


@cache
def _templates() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(FOLDERS)
    made = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, extensions=[_OneLine])
    made.globals["Term"] = Term
    return made


def html(template: str, macro: str, **given) -> Markup:
    """What a macro of a template makes of what it is given."""
    return getattr(_templates().get_template(f"{template}.html.j2").module, macro)(**given)
