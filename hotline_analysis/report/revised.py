"""The revision note: a month that was published while later data still completed it says, once it is final, what stood there then.

What was provisional is kept in the manifest of the final month, so that the note stays when the month is made again, and `hotline verify` can make it again.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline_analysis.measures import catalogue
from hotline_analysis.params import Params
from hotline_analysis.report import publish
from hotline_analysis.words import Term, format_value

BEFORE = Term("本期曾以暂行数字发布：{}。", "Published before with provisional figures: {}.")
CHANGED = Term("{}当时为{}，现为{}", "{} was {}, now {}")
SAME = Term(
    "本期曾以暂行数字发布，定稿后各项数字未变。",
    "Published before with provisional figures; none changed when they became final.",
)
MORE, MOST_NAMED = Term("另有{}项，见kpis.csv", "and {} more, see kpis.csv"), 8


@dataclass(frozen=True)
class Revised:
    """The figures that were published as provisional, by indicator; `described`: whose they are."""

    figures: Mapping[str, str]
    described: Params

    def told(self, rows: Sequence[Sequence], language: str) -> str:
        """The note beside the final figures, which are `rows` of kpis.csv with their head."""
        now = _values(dict(zip(rows[0], row, strict=True)) for row in rows[1:])
        known = [(i, self.figures[key], now[key]) for key, i in catalogue.known(self.described).items() if key in self.figures.keys() & now]
        pairs = [(i.name(language), *(format_value(float(v), i.unit, language) for v in values)) for i, *values in known]
        changed = [CHANGED(language).format(*pair) for pair in pairs if pair[1] != pair[2]]
        if len(changed) > MOST_NAMED:
            changed = [*changed[:MOST_NAMED], MORE(language).format(len(changed) - MOST_NAMED)]
        return BEFORE(language).format(("；" if language == "zh" else "; ").join(changed)) if changed else SAME(language) if pairs else ""


def earlier(folder: Path, described: Params) -> Revised | None:
    """What a published month says of provisional figures: its own, or those that it was made from; None where there are none."""
    said = publish.manifest(folder)
    if said.get("pages", {}).get("index.html", {}).get("provisional") and "kpis.csv" in said["files"]:
        with (folder / "kpis.csv").open(encoding="utf-8-sig", newline="") as file:
            values = _values(csv.DictReader(file))
        return Revised({key: value for key, value in values.items() if key in catalogue.known(described)}, described)
    return Revised(said["revised"], described) if said.get("revised") else None


def _values(rows: Iterable[Mapping]) -> dict[str, str]:
    """The values of the hotline's own rows, by indicator."""
    return {row["indicator"]: str(row["value"]) for row in rows if not row["group"] and row["value"] not in ("", None)}
