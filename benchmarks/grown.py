"""A new day: the store and the gap table of a hotline that has had its other days, against both made of all days at once."""

import time
from pathlib import Path

from benchmarks import reading
from hotline_analysis.hotline import Hotline, open_hotline

FILES, DAY = 9, 0.01  # exports of the days before, and the share of the calls that the new day brings


def write_days(folder: Path, rows: int) -> Path:
    """The exports that are there already, the new day's under another ending, and the params that read them."""
    reading.write_export(folder, rows)
    (folder / "utf8.csv").unlink()
    before = rows - round(rows * DAY)
    cuts = {before * (n + 1) // FILES: f"calls_{n + 1}.csv" for n in range(FILES - 1)} | {before: "day"}
    with (folder / "calls.csv").open("rb") as lines:
        header, out = next(lines), (folder / "calls_0.csv").open("wb")
        out.write(header)
        for n, line in enumerate(lines):
            if n in cuts:
                out.close()
                out = (folder / cuts[n]).open("wb")
                out.write(header)
            out.write(line)
        out.close()
    (folder / "calls.csv").unlink()
    params = folder / "speed.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("calls.csv", "calls_*.csv"), encoding="utf-8")
    return params


def measure(folder: Path, rows: int) -> dict[str, dict[str, float]]:
    """Of the whole and of the new day: seconds and processor seconds of the store and of the gap table. Raises ValueError where the two are not equal."""
    params = write_days(folder, rows)
    told, _ = _made(params, folder / "grown")
    (folder / "day").rename(folder / "calls_day.csv")
    day, grown = _made(params, folder / "grown")
    whole, made = _made(params, folder / "whole")
    if _fingerprint(grown) != _fingerprint(made):
        raise ValueError("the store that grew is not that of the whole.")
    return {"days before": told, "whole": whole, "day": day}


def _made(params: Path, workspace: Path) -> tuple[dict[str, float], Hotline]:
    seconds, h = {}, None
    described = params.with_name(f"{workspace.name}.yaml")
    described.write_text(params.read_text(encoding="utf-8") + f"workspace: {workspace}\n", encoding="utf-8")
    for part in ("store", "gaps"):
        wall, own = time.perf_counter(), time.process_time()
        h = open_hotline(described, progress=False) if h is None else h
        if part == "gaps":
            h.view.all_gaps()
        seconds |= {part: time.perf_counter() - wall, f"{part}, processor": time.process_time() - own}
    return seconds, h


def _fingerprint(h: Hotline) -> list[tuple]:
    """Rows and a sum of their hashes, of the calls and of the gap table, whatever the order of columns."""
    found = []
    for table in (h.store.table("calls"), h.view.all_gaps().to_native()):
        found += table.aggregate(f"count(*), sum(hash({', '.join(sorted(table.columns))}))").fetchall()
    return found
