"""N16: say how many of the branches of intake, measures and report the tests took, after `make test COVER=1`; 1 where a room has less than LEAST, on a machine with the public data sets.

A branch is a way out of a line that has several. What runs in a process of its own, such as a notebook's kernel, is not seen.
"""

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from coverage import Coverage

ROOMS = ("intake", "measures", "report")
LEAST = 95  # per cent
DATA = (
    Path(__file__).resolve().parents[2] / "shared" / "data"
)  # beside the checkout: without them their tests are skipped, and the limit says nothing


def main() -> int:
    shares = taken(measured())
    low = ", ".join(room for room, share in shares.items() if share < LEAST)
    told = ", ".join(f"{room} {share:.1f} %" for room, share in shares.items())
    fault = (
        f"; FAILED, less than {LEAST} %: {low}"
        if DATA.is_dir()
        else f"; less than {LEAST} % without the tests of the public data sets: {low}"
    )
    print(f"N16 branch coverage: {told}" + (fault if low else ""))
    return int(bool(low) and DATA.is_dir())


def measured() -> Mapping[str, Mapping]:
    """The files of coverage's JSON."""
    found = Coverage()
    found.load()
    with tempfile.TemporaryDirectory() as folder:
        found.json_report(outfile=f"{folder}/covered.json")
        return json.loads(Path(folder, "covered.json").read_bytes())["files"]


def taken(files: Mapping[str, Mapping]) -> dict[str, float]:
    """The percentage of branches that were taken, by room; 0 for one of which nothing was measured."""
    of = {room: [file["summary"] for path, file in files.items() if room in Path(path).parent.parts] for room in ROOMS}
    return {
        room: 100 * sum(s["covered_branches"] for s in parts) / (sum(s["num_branches"] for s in parts) or 1) for room, parts in of.items()
    }


if __name__ == "__main__":
    sys.exit(main())
