"""The one place where text becomes HTML. Whatever is not `Markup` already is escaped when it meets a tag, so a value from data cannot become one."""

import re

from markupsafe import Markup, escape

__all__ = ["Markup", "each", "escape", "mark", "tag"]

UP, DOWN = "M9 4.6 13 9.4H10.3V13.2H7.7V9.4H5Z", "M9 13.4 5 8.6H7.7V4.8H10.3V8.6H13Z"
ARROW = {"up": UP, "down": DOWN}
TRIANGLE = {"more": "M9 2.6 16.6 15.4H1.4Z", "less": "M9 15.4 1.4 2.6H16.6Z"}
SHAPE = {  # every colour is written out: one PDF renderer drops references and CSS variables, and then all verdicts vanish
    "better": '<circle cx="9" cy="9" r="8.4" fill="#1F70AF"/><path d="{arrow}" fill="#fff"/>',
    "worse": '<path d="M9 -.6 18.6 9 9 18.6 -.6 9Z" fill="#A83A05"/><path d="{arrow}" fill="#fff"/>',
    "more": '<path d="{triangle}" fill="#18222E"/>',
    "less": '<path d="{triangle}" fill="#18222E"/>',
    "none": '<circle cx="9" cy="9" r="7.4" fill="none" stroke="#6B7785" stroke-width="1.7"/><path d="M5.4 9H12.6" stroke="#6B7785" stroke-width="1.7"/>',
    "few": '<circle cx="9" cy="9" r="7.4" fill="none" stroke="#8D97A2" stroke-width="1.7" stroke-dasharray="2.6 2.1"/>',
    "not_compared": '<circle cx="9" cy="9" r="7.4" fill="none" stroke="#8D97A2" stroke-width="1.7"/><path d="M4.6 13.4 13.4 4.6" stroke="#8D97A2" stroke-width="1.7"/>',
    "fact": '<rect x="3.2" y="3.2" width="11.6" height="11.6" fill="none" stroke="#18222E" stroke-width="1.7"/>',
}


def tag(name: str, *children, **attributes) -> Markup:
    """An element. Attribute names lose a trailing `_` and write `-` for `_`; those that are None, False or '' are left out."""
    said = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _said(value))
        for key, value in attributes.items()
        if value not in (None, False, "")
    )
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), said, Markup("").join(children))


def _said(value) -> str:
    return "" if value is True else str(value)


def each(name: str, items, **attributes) -> Markup:
    """One element around each item."""
    return Markup("").join(tag(name, item, **attributes) for item in items)


def mark(judgement: str, direction: str = "") -> Markup:
    """A verdict as a shape, drawn in place: diamond worse, circle better, triangle more or less, hollow circle no evidence, dashed too few, square fact."""
    shape = SHAPE[judgement].format(arrow=ARROW.get(direction, ""), triangle=TRIANGLE.get(judgement, ""))
    return Markup(
        '<svg class="mark" width="16" height="16" viewBox="-1 -1 20 20" aria-hidden="true" focusable="false">'
        + re.sub(r'<path d="" [^>]*>', "", shape)
        + "</svg>"
    )
