"""The revision note: a month that was published before says what stood there: once it is final, what was provisional; and always what was called final and is other now.

What stood there is kept in the manifest, so that the note stays when the month is made again, and `hotline verify` can make it again. Figures that a page had under
another definition are not held against today's, as if later data had moved them.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hotline_analysis.measures import catalogue
from hotline_analysis.params import Params
from hotline_analysis.report import publish
from hotline_analysis.words import Term, format_value

BEFORE = {
    False: Term("本期曾以暂行数字发布：{}。", "Published before with provisional figures: {}."),
    True: Term("本期曾作为定稿发布：{}。", "Published before as final: {}."),
}
CHANGED = Term("{}当时为{}，现为{}", "{} was {}, now {}")
SAME = Term(
    "本期曾以暂行数字发布，定稿后各项数字未变。",
    "Published before with provisional figures; none changed when they became final.",
)
MORE, MOST_NAMED = Term("另有{}项，见kpis.csv", "and {} more, see kpis.csv"), 8
RULE = Term("此后口径已变，随口径而变的数字不作比较", "the definition has changed since, so the figures that rest on it are not compared")
ELSE = Term(
    "其间参数或程序也有改动，变化未必出自后来的数据", "params or the program changed in between too, so later data need not be the cause"
)
KPIS = "kpis.csv"
MADE_OF = ("definition_hash", "params", "code")  # of what a page was made besides its data, as its manifest has it


@dataclass(frozen=True)
class Revised:
    """The figures that were published, by indicator; `described`: whose they are, `final`: they were called so, `made_of`: under which definition, params and program,
    `before`: what had been published before those that were called final, and is told where they stand."""

    figures: Mapping[str, str]
    described: Params
    final: bool = False
    made_of: Mapping[str, str] = field(default_factory=dict)
    before: "Revised | None" = None

    @classmethod
    def read(cls, said: Mapping, described: Params) -> "Revised | None":
        """What a manifest keeps; None where it keeps nothing."""
        if not said.get("figures"):
            return None
        return cls(said["figures"], described, said["final"], said["made_of"], cls.read(said["before"], described))

    def kept(self) -> dict:
        """What the manifest keeps, which `read` takes."""
        before = self.before.kept() if self.before else {}
        return {"figures": dict(self.figures), "final": self.final, "made_of": dict(self.made_of), "before": before}

    def told(self, rows: Sequence[Sequence], page: Mapping, language: str) -> str:
        """The note beside the figures of today, which are `rows` of kpis.csv with their head; page: what the manifest says of their page."""
        if page.get("provisional") and not self.final:
            return ""  # what is still provisional moves again
        other = {part for part in MADE_OF if self.made_of.get(part, page.get(part)) != page.get(part)}
        pairs = self._pairs(rows, language, "definition_hash" in other)
        changed = [CHANGED(language).format(*pair) for pair in pairs if pair[1] != pair[2]]
        said = changed[:MOST_NAMED] + [MORE(language).format(len(changed) - MOST_NAMED)] * (len(changed) > MOST_NAMED)
        said += [RULE(language)] if "definition_hash" in other else [ELSE(language)] if changed and other else []
        if said:
            return BEFORE[self.final](language).format(("；" if language == "zh" else "; ").join(said))
        if self.final:
            return self.before.told(rows, page, language) if self.before else ""
        return SAME(language) if pairs else ""

    def _pairs(self, rows: Sequence[Sequence], language: str, another_rule: bool) -> list[tuple[str, str, str]]:
        """The indicators that both have, by name, then and now; under another rule those that do not rest on it (as `indicators.evaluate` says of which rule a row is)."""
        now = _values(dict(zip(rows[0], row, strict=True)) for row in rows[1:])
        known = catalogue.known(self.described)
        shared = [i for key, i in known.items() if key in self.figures.keys() & now.keys() and not (another_rule and "calls" in i.tables)]
        return [(i.name(language), *(format_value(float(v[i.key]), i.unit, language) for v in (self.figures, now))) for i in shared]


def earlier(folder: Path, described: Params) -> Revised | None:
    """What a published month says of earlier figures: what was once called final, else its own; None where there are none."""
    said = publish.manifest(folder)
    kept = Revised.read(said.get("revised", {}), described)
    if (kept and kept.final) or not publish.is_whole(folder, KPIS, said.get("files", {}).get(KPIS)):
        return kept
    page = said.get("pages", {}).get("index.html", {})
    with (folder / KPIS).open(encoding="utf-8-sig", newline="") as file:
        values = _values(csv.DictReader(file))
    figures = {key: value for key, value in values.items() if key in catalogue.known(described)}
    made_of, final = {part: page[part] for part in MADE_OF if part in page}, not page.get("provisional")
    return Revised(figures, described, final, made_of, kept if final else None)


def _values(rows: Iterable[Mapping]) -> dict[str, str]:
    """The values of the hotline's own rows, by indicator."""
    return {row["indicator"]: str(row["value"]) for row in rows if not row["group"] and row["value"] not in ("", None)}
