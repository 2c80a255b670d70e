"""Hotlines on Spark and on DuckDB: `python -m tests.intake.on_spark ENGINE PARAMS MONTH STUDIES ...`, in threes; STUDIES is window/evidence,flows/pairs or -.

A process of its own: one cannot have both kinds of session, and both engines read one store. With studies the calls and the frames that a notebook gets are
compared, of a store whose tables are several files, their gap tables kept as a run keeps them; with -, the gap table with its control instants and the count tables of the data near the month. Prints one JSON line: what
differs, by params file.
"""

import json
import sys
from pathlib import Path

import pandas as pd

from hotline_analysis import params as params_file
from hotline_analysis.hotline import Hotline
from hotline_analysis.intake.store import merge
from hotline_analysis.measures import counts
from hotline_analysis.measures.frames import lazy, pandas
from hotline_analysis.params import Engine
from hotline_analysis.stats import binned
from tests.laws.on_spark import differences, plain


def opened(path: str, month: str, engine: str) -> Hotline:
    params = params_file.load(path)
    return Hotline(params.model_copy(update={"engine": Engine(spark=engine)}), month, "zh", progress=False)


def near(h: Hotline) -> dict[str, pd.DataFrame]:
    view, edges = h.view.near(), binned.bin_edges_seconds()
    gaps = view.gaps(controls=True)
    gaps = lazy(gaps.to_native().persist(), placed=True) if h.params.engine.spark else gaps
    frame = pandas(gaps).sort_values("seq", ignore_index=True)
    by = [c for c in ("issue_1", "agent") if c in frame]
    return {
        "gaps": frame[sorted(frame)],
        "exact": counts.exact(gaps, view.definition, horizon_s=int(edges[-1]), by=by[:1]),
        "cube": counts.cube(gaps, view.definition, edges=edges),
        "causes": counts.by_cause(gaps, view.definition, edges=edges),
        "totals": counts.totals(gaps, view.definition, by=by),
        "controls": counts.control_cube(gaps, view.definition, edges=edges, span=(view.data_start_s, view.data_end_s)),
    }


def unlike(one: Hotline, other: Hotline, studies: str) -> list[str]:
    """Names of the frames that differ by more than a billionth, or say something else."""
    found = []
    for study, _, table in (name.partition("/") for name in studies.split(",")):
        mine, theirs = one.study(study, table), other.study(study, table)
        try:
            pd.testing.assert_frame_equal(mine, theirs, rtol=1e-9, atol=1e-12)
            found += [] if len(mine) and mine.attrs["missing"] == theirs.attrs["missing"] else [f"{study}/{table}: nothing to compare"]
        except AssertionError as differing:
            found.append(f"{study}/{table}: {differing}")
    if rows_of(one) != rows_of(other) or len(one.store.files("calls")) < 2:
        found.append("calls of several files")
    kept = sorted(path.name.partition("=")[2] for path in (other.kept.folder).glob("gaps*.parquet/_month=*"))
    return found + ([] if set(kept) == set(one.months) else [f"kept by month: {kept}"])


def rows_of(h: Hotline) -> list[list]:
    """The canonical calls in the order of `seq`, which Spark makes of the files' order."""
    return plain(
        pandas(h.canonical["calls"].drop("started_at", "answered_at", "ended_at", strict=False)).sort_values("seq", ignore_index=True)
    )


def main(engine: str, *asked: str) -> None:
    found, merge.FILE_ROWS = {}, 300
    for path, month, studies in zip(asked[::3], asked[1::3], asked[2::3], strict=True):
        one, other = opened(path, month, ""), opened(path, month, engine)
        found[Path(path).name] = differences(near(one), near(other)) if studies == "-" else unlike(one, other, studies)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
