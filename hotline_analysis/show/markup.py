"""The one place where text becomes HTML: templates. Whatever is not `Markup` already is escaped there, so a value from data cannot become a tag."""

import re
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from hotline_analysis.words import Term

__all__ = ["Markup", "escape", "html"]


@cache
def _templates() -> jinja2.Environment:
    """Those of both rooms. Their line breaks and indents are for who reads the template."""
    files = Path(__file__).parents[1].glob("*/template/*.html.j2")
    loader = jinja2.DictLoader({file.name: re.sub(r"\n\s*", "", file.read_text(encoding="utf-8")) for file in files})
    made = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    made.globals["Term"] = Term
    return made


def html(template: str, macro: str, **given) -> Markup:
    """What a macro of a template makes of what it is given."""
    return getattr(_templates().get_template(f"{template}.html.j2").module, macro)(**given)
