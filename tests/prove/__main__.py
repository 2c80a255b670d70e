"""`python -m tests.prove [--tenth] [NAME ...]`: run the simulations; whole runs of all of them write docs/proof.md. Exit 1 when a bound is broken."""

import subprocess
import sys
from datetime import date
from pathlib import Path

from tests.prove import Cell, found

ROOT = Path(__file__).resolve().parent.parent.parent
HEAD = """# What was measured

Made by `make prove` on {day}, commit {commit}. Seeded: the same everywhere. A share in bold broke its bound. `.ci/run` runs a tenth of each.
"""


def main(words: list[str]) -> int:
    tenth, names = "--tenth" in words, [w for w in words if not w.startswith("--")]
    proofs = {name: p for name, p in found().items() if not names or name in names}
    parts, broken = [], 0
    for name, proof in proofs.items():
        cells = proof.cells(tenth=tenth)
        broken += sum(not c.held(tenth=tenth) for c in cells)
        parts.append(f"## {proof.title}\n\n`{name}`\n\n{table(cells, tenth=tenth)}")
        print(parts[-1], flush=True)
    if not tenth and not names:
        head = HEAD.format(day=date.today().isoformat(), commit=commit())
        (ROOT / "docs" / "proof.md").write_text("\n".join([head, *parts]), encoding="utf-8", newline="\n")
    return 1 if broken else 0


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
