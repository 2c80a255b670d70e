"""What the store's tests share: a params file and its exports in a folder, and the tables that come of them."""

from pathlib import Path

from hotline_analysis.intake.store import Store
from hotline_analysis.params import load

COLUMNS = "call_id: 编号, started_at: 来电时间, caller: {from: 号码, kind: phone}, issue_1: 分类, talk_seconds: 通话时长"
HEADER = "编号,来电时间,号码,分类,通话时长"


def hotline(
    folder: Path, *, columns: str = COLUMNS, more: str = "", files: str = "*.csv", top: str = "key: published\npublic: true"
) -> Path:
    """A params file that reads every CSV of the folder as calls."""
    path = folder / "line.yaml"
    path.write_text(f"title: 热线\n{top}\ncalls:\n  files: '{files}'\n  columns: {{{columns}}}\n{more}", encoding="utf-8")
    return path


def export(folder: Path, name: str, rows: list[str], header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def built(params: Path) -> Store:
    store = Store(load(params))
    store.build(progress=False)
    return store


def rows(store: Store, columns: str = "*", name: str = "calls") -> list[tuple]:
    return store.table(name).project(columns).fetchall()


def content(store: Store, name: str = "calls") -> list[tuple]:
    """The table's rows in order, callers numbered as they appear: what may not depend on how the data were cut into files."""
    relation = store.table(name)
    people = {i for i, column in enumerate(relation.columns) if column in ("caller", "caller_phone", "caller_person", "caller_code")}
    seen: dict[int, int] = {}
    return [tuple(_numbered(cell, seen) if i in people else cell for i, cell in enumerate(row)) for row in relation.fetchall()]


def _numbered(cell, seen: dict[int, int]):
    return None if cell is None else seen.setdefault(cell, len(seen))
