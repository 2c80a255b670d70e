"""`python -m benchmarks [--calls N] [--quick] [--large] [--month]`: tables of ratios, all from this one run. See docs/speed.md."""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import duckdb
import narwhals
import pandas as pd
import polars

from benchmarks import full, gaps, grown, month, on_spark, reading, stored, who, workbook
from benchmarks.calls import SPREADS, invented, loaded
from benchmarks.timing import Taken, in_turn
from hotline_analysis.intake import cost

SIZES, LARGE = (1_000_000, 5_000_000), (25_000_000, 100_000_000)
CALL_BYTES, ENGINE_BYTES = 40, 4 << 30  # of an invented call on disk; what the engine may take of memory
ROUNDS = 5


class Unequal(Exception):
    """Two contestants gave unlike answers, so their times mean nothing."""


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sizes = (asked.calls,) if asked.calls else (100_000,) if asked.quick else SIZES
    rounds = 1 if asked.quick else ROUNDS
    print(
        f"Python {sys.version.split()[0]}, duckdb {duckdb.__version__}, pandas {pd.__version__}, polars {polars.__version__}, narwhals {narwhals.__version__}"
    )
    print(f"Medians of {rounds} rounds, taken in turn; a ratio is the median of the rounds' own ratios.")
    if not asked.quick:
        _show("Frames kept, and the sample's newest month made of them", _month(rounds))
    if asked.month:
        return 0
    try:
        for rows in sizes:
            for spread in SPREADS:
                _show(f"Gaps and counts by issue at four windows: {rows:,} calls, {spread}", _gaps(rows, spread, rounds))
        for rows in sizes:
            for spread in SPREADS:
                _show(f"Full gap table, any and same issue and four controls: {rows:,} calls, {spread}", _full(rows, spread, rounds))
        if asked.large:
            _show(f"The same table on Spark, local[2], ours and by hand: {max(sizes):,} calls", _spark(max(sizes)))
    except Unequal as fault:
        print(f"refused: {fault}", file=sys.stderr)
        return 1
    _show("Making and keeping the full gap table, and the window study from it", _sizes([*sizes, *(LARGE if asked.large else ())]))
    rows = max(sizes)
    _show(f"Who and what next: a month of {rows:,} calls, from the kept gap table", _who(rows))
    rows = min(sizes[0], 100_000)
    _show(f"Writing a workbook of {rows:,} rows and 11 columns", _workbook(rows))
    rows = min(sizes[0], 1_000_000)
    _show(
        f"Reading {rows:,} rows of 22 columns: GB18030 CSV through the store, UTF-8 CSV to typed Parquet by DuckDB", _reading(rows, rounds)
    )
    rows = max(sizes)
    _show(f"A new day of 1 % more calls: {rows:,} calls, the store and its gap table against the whole made at once", _grown(rows))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Side by side with other engines, in one run.")
    parser.add_argument("--calls", type=int, help="invented calls; default 1,000,000 and 5,000,000")
    parser.add_argument("--quick", action="store_true", help="100,000 calls and one round")
    parser.add_argument("--month", action="store_true", help="kept frames and the sample's month alone")
    parser.add_argument(
        "--large",
        action="store_true",
        help="time and memory of the full gap table at 25 and 100 million calls too, where the machine has what that takes",
    )
    return parser


def _gaps(rows: int, spread: str, rounds: int) -> list[str]:
    """Every engine anew, by issue; then by a new stratum, the fastest of them anew and ours from the kept table."""
    calls = invented(rows, spread)
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder, loaded(calls) as connection:
        anew = _equal(in_turn(gaps.contestants(connection, calls, "issue_1"), rounds))
        fastest = min((name for name in anew if name != "ours"), key=lambda name: anew[name].median)
        seen = stored.kept_view(connection, Path(folder))
        seen.gaps()
        again = {"kept": lambda: gaps.ours(seen, "unit"), "anew": gaps.contestants(connection, calls, "unit")[fastest]}
        again = _equal(in_turn(again, rounds))
    return [
        *_against(anew, "DuckDB SQL"),
        _line(f"by unit, {fastest} (the fastest)", again["anew"].median),
        _line("by unit, ours from the kept gap table", again["kept"].median, again["anew"].ratio(again["kept"]), "times faster"),
    ]


def _full(rows: int, spread: str, rounds: int) -> list[str]:
    with loaded(invented(rows, spread)) as connection:
        queries = {"ours": ("made_0", full.ours(connection)), "DuckDB SQL, ASOF joins": ("made_1", full.by_hand())}

        def making(table: str, query: str):
            return lambda: connection.execute(f"CREATE OR REPLACE TABLE {table} AS {query}") and None

        taken = in_turn({name: making(*query) for name, query in queries.items()}, rounds)
        for name, (table, _) in queries.items():
            taken[name].answer = full.fingerprint(connection, table)
        return _against(_equal(taken), "DuckDB SQL, ASOF joins")


def _against(taken: dict[str, Taken], base: str) -> list[str]:
    """A line for each contestant, with its ratio to one of them."""
    ratios = {name: (one.ratio(taken[base]), one.processor_ratio(taken[base])) for name, one in taken.items()}
    return [_line(name, taken[name].median, wall, f"of {base} (processor {own:.2f})") for name, (wall, own) in ratios.items()]


def _line(name: str, seconds: float, ratio: float | None = None, said: str = "") -> str:
    return f"  {name:<44} {seconds:9.3f} s" + (f"  {ratio:7.2f} {said}" if ratio is not None else "")


def _sizes(sizes: list[int]) -> list[str]:
    lines = []
    for rows in sizes:
        told = cost.need(rows, 0, cost.pulse())
        memory, disk = told.memory + ENGINE_BYTES, told.disk + rows * CALL_BYTES
        lines.append(
            f"  {rows:,} calls: {cost.span(told.gaps_s, 'en')} expected, {memory / cost.GB:.1f} GB of memory at most, {disk / cost.GB:.2f} GB of disk"
        )
        if rows >= min(LARGE) and not _holds(
            memory, disk
        ):  # what is free leaves out what the system could give back: no reason to skip a small size
            lines.append("    left out: this machine has less")
            continue
        for spread in SPREADS:
            told, name = stored.in_child(rows, spread), f"{rows:,} calls, {spread}"
            memory = f"us a row (processor {told['make, processor'] / rows * 1e6:.2f}); peak {told['peak_mb']:,} MB, files {told['file_mb']:,} MB"
            lines.append(_line(f"{name}: make and keep", told["make"], told["make"] / rows * 1e6, memory))
            if "by hand" in told:
                lines.append(_line(f"{name}: by hand, ASOF joins", told["by hand"], told["make"] / told["by hand"], "of it is ours"))
            lines.append(_line(f"{name}: window study", told["study"], told["make"] / told["study"], "times faster than making it"))
            lines.append(_line(f"{name}: window study by unit", told["by unit"], told["make"] / told["by unit"], "times faster"))
    return lines


def _spark(rows: int) -> list[str]:
    """The full gap table made and written by Spark, ours against SQL written by hand; equal tables are a condition of the figure."""
    if not on_spark.there():
        return ["  left out: no pyspark or no Java here (python3 tools/environment.py spark)"]
    lines = []
    for spread in SPREADS:
        told = on_spark.in_child(rows, spread)
        if not told["equal"]:
            raise Unequal("ours and Spark SQL do not make the same table.")
        lines.append(_line(f"{spread}: Spark SQL by hand", told["by hand"], told["by hand"] / rows * 1e6, "us a row"))
        lines.append(_line(f"{spread}: ours", told["ours"], told["ours"] / told["by hand"], "of Spark SQL by hand"))
    return lines


def _who(rows: int) -> list[str]:
    """Flows, agents and callers of a month; recorded, and no aim is set."""
    told = {spread: who.in_child(rows, spread) for spread in SPREADS}
    lines = [_line(f"{spread}: {what}", seconds) for spread, parts in told.items() for what, seconds in parts.items() if what != "peak_mb"]
    return [*lines, *[f"  {spread}: peak {parts['peak_mb']:,} MB" for spread, parts in told.items()]]


def _workbook(rows: int) -> list[str]:
    """Writing a workbook; recorded, and no aim is set."""
    told = {way: workbook.in_child(way, rows) for way in workbook.WAYS}
    return [
        _line(way, one["seconds"], one["processor"], f"s of processor; peak {one['peak_mb']:,} MB, file {one['file_mb']} MB")
        for way, one in told.items()
    ]


def _holds(memory: int, disk: int) -> bool:
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return memory <= free and disk <= shutil.disk_usage(tempfile.gettempdir()).free


def _reading(rows: int, rounds: int) -> list[str]:
    theirs, ours = [], []
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        reading.write_export(Path(name), rows)
        for turn in range(rounds):
            theirs.append(reading.by_duckdb(Path(name))[0])
            ours.append(reading.through_store(Path(name), f"store{turn}")[0])
    in_all = statistics.median(one["in all"] / their for one, their in zip(ours, theirs, strict=True))
    base, lines = statistics.median(theirs), []
    for part in ours[0]:
        seconds = statistics.median(one[part] for one in ours)
        lines.append(_line(f"ours: {part}", seconds, in_all if part == "in all" else seconds / base, "of DuckDB's time"))
    return [_line("DuckDB, typed", base), *lines]


def _grown(rows: int) -> list[str]:
    """One day taken in, once: every further round would need the whole again. Equal tables are a condition of the figure."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        told = grown.measure(Path(name), rows)
    lines = []
    for part in ("store", "gaps", "both"):
        for one in told.values():
            one |= {f"both{kind}": one[f"store{kind}"] + one[f"gaps{kind}"] for kind in ("", ", processor")}
        whole, day = told["whole"], told["day"]
        own = f"of the whole (processor {day[f'{part}, processor'] / whole[f'{part}, processor']:.3f})"
        lines += [
            _line(f"{part}: the whole", whole[part]),
            f"{_line(f'{part}: the new day', day[part])}  {day[part] / whole[part]:7.3f} {own}",
        ]
    return lines


def _month(rounds: int) -> list[str]:
    """A frame made and read; then the month on a store without kept frames, by one kernel at a time and by as many as there are processors."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        folder = Path(name)
        h = month.opened(month.own_sample(folder))
        taken = _equal(in_turn(month.contestants(h), rounds))
        one, all_ = (month.reported(h, folder / f"by{workers}", workers=workers) for workers in (1, month.cores()))
    return [
        _line("window evidence, made (hotline open)", taken["made"].median),
        _line("window evidence, kept", taken["kept"].median, taken["made"].ratio(taken["kept"]), "times faster"),
        _line("month, one kernel at a time: wall", one[0]),
        _line(f"month, {month.cores()} kernels: wall", all_[0], all_[0] / one[0], "of one at a time"),
        _line("month, one kernel at a time: processor", one[1]),
        _line(f"month, {month.cores()} kernels: processor", all_[1], all_[1] / one[1], "of one at a time"),
    ]


def _equal(taken: dict[str, Taken]) -> dict[str, Taken]:
    """The same, when all gave the same answer."""
    (first, right), *others = ((name, one.answer) for name, one in taken.items())
    for name, answer in others:
        if not (right.equals(answer) if isinstance(right, pd.DataFrame) else right == answer):
            raise Unequal(f"{name} and {first} do not give the same answer.")
    return taken


def _show(title: str, lines: list[str]) -> None:
    print("", title, *lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
