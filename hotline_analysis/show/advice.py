"""What a month puts before its leaders: matters to decide, suggestions, and the centre's own words. Nothing is computed here."""

from hotline_analysis.show import blocks
from hotline_analysis.show.blocks import Block
from hotline_analysis.words import Rows, Term

NO_MATTER = Term("本月没有需要提请研究的事项。", "There is no matter to be decided this month.", of_period=True)


def _rows(shown, **said: Rows) -> list[dict]:
    """The rows that are of some kind, each with its sentences."""
    return shown.told(shown.frame[shown.frame["kind"] != ""], **said)


def _block(kind: str, shown, text: str, **given) -> Block:
    return shown.drawn(kind, "advice", kind, text, **given)


def asks(shown, **said: Rows) -> Block:
    """提请研究的事项, three at most, each with the place that shows it."""
    rows, nothing = _rows(shown, **said), NO_MATTER(shown.language)
    return _block("asks", shown, "\n".join(row["line"] for row in rows) or nothing, rows=rows, nothing=nothing)


def suggestions(shown, **said: Rows) -> Block:
    """优化建议: what to do, why, what it would bring, and what will show next month whether it worked; a month without one has nothing to show."""
    rows = _rows(shown, **said)
    return _block("suggestions", shown, "\n".join(row["title"] for row in rows), rows=rows) if rows else blocks.missing("")


def results(shown, **said: Rows) -> Block:
    """上月建议的结果: what was suggested, what it was expected to bring, what came of it; a month after one without suggestions has nothing to show."""
    rows = _rows(shown, **said)
    return _block("results", shown, "\n".join(f"{row['title']} {row['result']}" for row in rows), rows=rows) if rows else blocks.missing("")


def parts(shown, *, subtitle: str) -> Block:
    """运营概况: a term and its words; what is not there is said."""
    rows = shown.frame.to_dict("records")
    text = "\n".join(f"{shown.written(row, 'part')} {row[shown.column('text')]}" for row in rows)
    return _block("parts", shown, text, rows=rows, column=shown.column("text"), lacking=subtitle)
