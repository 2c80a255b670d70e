"""`python -m tests.prove [--tenth] [NAME ...]`: run the simulations; a whole run writes each one's part of docs/proof.md as it ends. Exit 1 when a bound is broken."""

import re
import subprocess
import sys
from collections.abc import Collection
from datetime import date
from pathlib import Path

from tests.prove import Cell, found

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "proof.md"
HEAD = """# What was measured

Made by `make prove`, which then tries every law of the tests on all of its examples (`make test`: a fifth or less); each part says on which day and at which commit. Seeded: the same everywhere. A share in bold broke its bound. `.ci/run` runs a tenth of each.
"""


def main(words: list[str]) -> int:
    tenth, names = "--tenth" in words, [w for w in words if not w.startswith("--")]
    broken, known, measured = 0, found(), f"{date.today().isoformat()}, commit {commit()}"
    for name, proof in known.items():
        if names and name not in names:
            continue
        cells = proof.cells(tenth=tenth)
        broken += sum(not c.held(tenth=tenth) for c in cells)
        part = f"## {proof.title}\n\n`{name}`, {measured}\n\n{table(cells, tenth=tenth)}"
        print(part, flush=True)
        if not tenth:
            PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), part, known), encoding="utf-8", newline="\n")
    return 1 if broken else 0


def written(page: str, part: str, known: Collection[str]) -> str:
    """The page with one simulation's part in the place of its last one, and without those of simulations that are no more."""
    parts = {re.search(r"^`(\w+)`", text, re.M)[1]: text.rstrip() for text in [*re.split(r"^(?=## )", page, flags=re.M)[1:], part]}
    return "\n\n".join([HEAD.rstrip(), *(parts[name] for name in sorted(parts) if name in known)]) + "\n"


def table(cells: list[Cell], *, tenth: bool) -> str:
    rows = [f"| {c.name} | {_share(c, tenth)} | {c.runs:,} | {_bound(c)} |" for c in cells]
    return "\n".join(["| | share | runs | held |", "|---|---|---|---|", *rows]) + "\n"


def _share(cell: Cell, tenth: bool) -> str:
    said = f"{cell.share:.3f}"
    return said if cell.held(tenth=tenth) else f"**{said}**"


def _bound(cell: Cell) -> str:
    ends = [f"≥ {cell.least:g}" if cell.least is not None else "", f"≤ {cell.most:g}" if cell.most is not None else ""]
    return ", ".join(e for e in ends if e) or "printed"


def commit() -> str:
    """The commit that was measured, with a mark when files differed from it."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude=*"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
