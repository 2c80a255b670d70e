"""The callers' numbers once more, from the exports: the store keeps none, and a workbook for staff may show them."""

from collections import Counter
from collections.abc import Collection

from hotline_analysis import machine
from hotline_analysis.intake.convert import convert, identity
from hotline_analysis.intake.convert.parts import Job
from hotline_analysis.intake.engine import connect, parquet
from hotline_analysis.intake.store.store import Store


def numbers(store: Store, callers: Collection[int], first_s: int, end_s: int) -> dict[int, tuple[str, str]]:
    """Of each of these callers (the store's integers) the kind of identity and its commonest written form in the exports of calls that hold any of the time
    from `first_s` to `end_s`. Of two equally common ones the first by text. Raises as building the store does, and DataRefused where an export changed since then."""
    if "calls" in store.params.tables:  # a lake holds pseudonyms, and no number
        return {}
    found: dict[int, Counter] = {}
    with store.reading("calls") as (jobs, key):
        engine = connect([store.folder], store.folder / "spill", store.params.limits)
        registry = identity.Registry(engine, store.folder / "identities.parquet")
        for job in (job for job, first, last in jobs if not (last < first_s or first >= end_s)):
            for caller, kind, text, n in _of(store, engine, registry, job, key):
                if caller in callers:
                    found.setdefault(caller, Counter())[kind, text] += n
        engine.close()
    return {caller: min(told, key=lambda form: (-told[form], form)) for caller, told in found.items()}


def _of(store: Store, engine, registry: identity.Registry, job: Job, key: identity.Key):
    """(caller, kind, text, how often) of every written identity of a file."""
    text = store.text_of(job, engine)
    try:
        sheet = convert.sheet(text.path, text.columns, text.typed, job.source, job.file.name)
        for kind, rule in convert.identity_columns(job.table, job.source, store.params.identity).values():
            cells = f"SELECT {convert.text_sql(rule, sheet)} AS text FROM {parquet(sheet.path)}"
            table = registry.resolve(cells, rule, kind, key, "written_again")
            rows = engine.execute(f"SELECT id, text, n FROM {table} WHERE id IS NOT NULL").fetchall()
            yield from ((caller, kind, written, n) for caller, written, n in rows)
    finally:
        machine.remove(text.path)
