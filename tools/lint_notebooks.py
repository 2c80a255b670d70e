"""Hold notebooks to the house style: `python tools/lint_notebooks.py [FILE.ipynb ...]`.

A notebook is a document with calls: no def, class, for, while or if, at most 8 lines a code cell, nothing that writes markup,
files or shell commands around the package. Every text cell is tagged zh, en or lab; a zh cell is followed by its en twin with the same
headings; no chapter is without prose, and no code cell without a frame or one of the two verbs in sight. A study's notebook has so much prose that
the method can be learned from it, and no figure of it stands without its idea before it and its reading behind it. What stands in notebooks/ is committed without outputs; what stands in
tests/notebooks/ is committed with them, because nbval compares only what was kept.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 8
LEAST_CELLS = 0.6  # text cells of one language to code cells, of a study's notebook and the editions'
MONTH, DAY, LONGER = "monthly", "daily", "longer"  # the editions; the day's is read every morning, so its words are few
LEAST_TEXT = {"zh": 1500, "en": 700}  # characters, or words: one of the two
STATEMENTS = {
    ast.FunctionDef: "def",
    ast.AsyncFunctionDef: "async def",
    ast.ClassDef: "class",
    ast.For: "for",
    ast.AsyncFor: "async for",
    ast.While: "while",
    ast.If: "if",
}
WRITERS = {"to_html", "to_excel", "to_csv"}
SHELL = {"system", "getoutput", "sx", "bash", "sh", "script", "cmd", "perl", "ruby", "html", "javascript", "js", "svg"}


def main() -> int:
    named = [Path(word) for word in sys.argv[1:]]
    paths = named or sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("tests/notebooks/*.ipynb")])
    wrong = [line for path in paths for line in faults(path)]
    print("\n".join(wrong) or f"{len(paths)} notebooks are stripped, thin and plain.", file=sys.stderr if wrong else sys.stdout)
    return 1 if wrong else 0


def faults(path: Path) -> list[str]:
    """What is wrong with one notebook, a line each: file › cell › what is wrong; what would be right."""
    path = path.resolve()
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [(number, cell) for number, cell in enumerate(cells, start=1) if cell["cell_type"] == "code"]
    kept = path.parent.parts[-2:] == ("tests", "notebooks")
    found = [f"cell {number} › {what}" for number, cell in code for what in [*(() if kept else stored(cell)), *content(cell)]]
    found += document(cells) if not kept else []
    if not kept and (is_study(path) or path.stem in (MONTH, DAY, LONGER)):
        found += [*prose_enough(cells), *(text_enough(cells) if path.stem != DAY else ()), *pointing(cells)]
        found += figures(cells) if path.stem not in (MONTH, LONGER) else []
    if kept and not any(cell["execution_count"] and cell["outputs"] for _, cell in code):
        found.append("the notebook › has no stored outputs, so nothing would be compared; run it and commit it with them")
    return [f"{name} › {line}" for line in found]


POINTING = re.compile(
    r"[上下][图表]|\b(?:figure|table|chart|picture) (?:above|below)\b", re.IGNORECASE
)  # a page may lack what stands there in the notebook
HEADING = re.compile(r"^(#{1,6}) ", re.MULTILINE)
LANGUAGES = ("zh", "en", "lab")
VERBS = {"show", "say", "explore"}


def document(cells: list[dict]) -> Iterator[str]:
    """What keeps a notebook from reading as a document in both languages."""
    texts = [(n, cell, tags(cell)) for n, cell in enumerate(cells, start=1) if cell["cell_type"] == "markdown"]
    for number, _, named in texts:
        if len(named & set(LANGUAGES)) != 1:
            yield f"cell {number} › is tagged {', '.join(sorted(named)) or 'nothing'}; a text cell carries zh, en or lab"
    for number, cell, named in texts:
        if "zh" in named:
            yield from twin(number, cell, cells)
    for number, cell in enumerate(cells, start=1):
        if cell["cell_type"] == "code" and not seen(cell, number):
            yield f"cell {number} › shows no frame; call show(...), say(...) or a frame of the hotline by name"
        if cell["cell_type"] == "markdown" and HEADING.search(source(cell)) and "## " in source(cell) and not prose(cells, number):
            yield f"cell {number} › is a chapter without prose; say what it asks and how to read it"


def is_study(path: Path) -> bool:
    """A notebook of the name of a study: a file or a folder of the package's studies."""
    folder = ROOT / "hotline_analysis" / "studies"
    return (folder / f"{path.stem}.py").is_file() or (folder / path.stem).is_dir()


def prose_enough(cells: list[dict]) -> Iterator[str]:
    """What keeps a notebook from being a document: too few text cells for its calls."""
    code = sum(cell["cell_type"] == "code" for cell in cells)
    for language in LEAST_TEXT:
        told = sum(language in tags(cell) for cell in cells)
        if told < LEAST_CELLS * code:
            yield f"the notebook › has {told} text cells ({language}) to {code} code cells; {LEAST_CELLS:g} to one at least"


def text_enough(cells: list[dict]) -> Iterator[str]:
    """What keeps a notebook from teaching its method: too little text."""
    texts = {language: [source(cell) for cell in cells if language in tags(cell)] for language in LEAST_TEXT}
    characters, words = len("".join("".join(texts["zh"]).split())), len(" ".join(texts["en"]).split())
    if characters < LEAST_TEXT["zh"] and words < LEAST_TEXT["en"]:
        yield f"the notebook › has {characters} characters and {words} words; {LEAST_TEXT['zh']} or {LEAST_TEXT['en']} at least"


def pointing(cells: list[dict]) -> Iterator[str]:
    """What speaks of a figure by where it stands: on a page without it the words would be wrong."""
    for number, cell in enumerate(cells, start=1):
        if cell["cell_type"] == "markdown" and (said := POINTING.search(source(cell))):
            yield f"cell {number} › points at {said[0]}, which a page may lack; name what it shows"


def figures(cells: list[dict]) -> Iterator[str]:
    """What keeps a study's notebook from teaching its method: a figure without its idea or its reading."""
    for number, cell in enumerate(cells, start=1):
        if is_figure(cell):
            yield from between(number, cells)


def is_figure(cell: dict) -> bool:
    """Whether a code cell shows something that has to be read: the heads and ends of a page need no words around them."""
    return cell["cell_type"] == "code" and "show(" in source(cell) and "h.about" not in source(cell)


def between(number: int, cells: list[dict]) -> Iterator[str]:
    """A figure's idea stands before it and its reading behind it, in the same chapter; several figures in a row may share them."""
    for step, what in ((-1, "no idea before its figure; say first what it asks"), (1, "no reading behind its figure; say how to read it")):
        at = number - 1 + step
        while 0 <= at < len(cells) and cells[at]["cell_type"] == "code":
            at += step
        text = source(cells[at]) if 0 <= at < len(cells) else ""
        body = HEADING.sub("", text).partition("\n")[2] if HEADING.search(text) else text
        if not body.strip() or (step > 0 and HEADING.match(text)):
            yield f"cell {number} › has {what}"


def twin(number: int, cell: dict, cells: list[dict]) -> Iterator[str]:
    other = cells[number] if number < len(cells) else {"cell_type": "", "metadata": {}, "source": ""}
    if "en" not in tags(other):
        yield f"cell {number} › is not followed by its English twin"
    elif HEADING.findall(source(cell)) != HEADING.findall(source(other)):
        yield f"cell {number} › has other headings than its English twin"


def seen(cell: dict, number: int) -> bool:
    """Whether a frame or a verb is in sight; the cells of parameters, imports and the end are not asked."""
    text = source(cell)
    if "parameters" in tags(cell) or "import " in text or re.search(r"\.end\(", text):
        return True
    called = {getattr(n.func, "attr", None) or getattr(n.func, "id", None) for n in ast.walk(parsed(text)) if isinstance(n, ast.Call)}
    return bool(called & VERBS) or "h." in text or bool(re.search(r"^\w+(\.\w+\(.*\))?$", text.strip().splitlines()[-1]))


def prose(cells: list[dict], number: int) -> bool:
    """Some text in the heading's own language, in its cell or a later text cell of the same chapter."""
    language = tags(cells[number - 1])
    text = HEADING.split(source(cells[number - 1]))[-1].partition("\n")[2]
    for cell in cells[number:]:
        if cell["cell_type"] == "markdown" and tags(cell) & language:
            if HEADING.search(source(cell)):
                break
            text += source(cell)
    return bool(text.strip())


def tags(cell: dict) -> set[str]:
    return set(cell["metadata"].get("tags", []))


def source(cell: dict) -> str:
    return "".join(cell["source"])


def parsed(text: str) -> ast.AST:
    try:
        return ast.parse(TransformerManager().transform_cell(text))
    except SyntaxError:
        return ast.Module([], [])


def stored(cell: dict) -> Iterator[str]:
    """What a run left behind in a cell."""
    if cell["outputs"] or cell["execution_count"] is not None:
        yield "has stored output; run `nbstripout` on the file"
    if {"execution", "papermill", "collapsed", "scrolled"} & cell["metadata"].keys():
        yield "has run times or view state in its metadata; run `nbstripout` on the file"


def content(cell: dict) -> Iterator[str]:
    """What a cell's text should not hold; IPython's own reading turns magics and `!` into calls."""
    text = "".join(cell["source"])
    lines = sum(1 for line in text.splitlines() if line.strip())
    if lines > MOST_LINES:
        yield f"has {lines} lines; {MOST_LINES} at most, the rest belongs in a study's function"
    try:
        tree = ast.parse(TransformerManager().transform_cell(text))
    except SyntaxError as error:
        yield f"is not Python ({error.msg}); make it run"
        return
    for node in ast.walk(tree):
        if type(node) in STATEMENTS:
            yield f"line {node.lineno} › holds a {STATEMENTS[type(node)]!r}; a study's next function holds it, the notebook calls it"
        yield from forbidden(node)


def forbidden(node: ast.AST) -> Iterator[str]:
    """Markup, files and shell commands: tables, charts and the page are the package's business."""
    if isinstance(node, ast.Attribute) and node.attr == "style":
        yield f"line {node.lineno} › uses '.style'; return the frame, the page styles every table alike"
    if not isinstance(node, ast.Call):
        return
    called = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
    if called == "HTML":
        yield f"line {node.lineno} › calls 'HTML('; return a frame, an Axes or text"
    if called == "Markdown" and node.args and isinstance(node.args[0], ast.JoinedStr):
        yield f"line {node.lineno} › calls 'Markdown(f...'; sentences are declared in hotline_analysis/show/"
    if called in WRITERS:
        yield f"line {node.lineno} › calls '{called}('; use the `hotline study` or `hotline workbook` command"
    if called in SHELL or (called in {"run_line_magic", "run_cell_magic"} and getattr(node.args[0], "value", None) in SHELL):
        yield f"line {node.lineno} › runs a shell command or writes markup; a notebook calls the package alone"


if __name__ == "__main__":
    sys.exit(main())
