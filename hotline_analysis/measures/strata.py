"""Strata whose calls are too few to be told, as one: before anything is counted of them, so that no curve, share or number of callers is theirs alone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_

import narwhals.stable.v2 as nw

from hotline_analysis import disclosure
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.view import View


@dataclass(frozen=True)
class Told:
    """What the strata of some columns are called: `names` by what they are; those that are not in it are called as they are."""

    by: tuple[str, ...]
    names: dict[tuple, tuple] = field(hash=False)

    def of(self, rows: nw.LazyFrame) -> nw.LazyFrame:
        """The rows with OTHER in place of the words of small strata."""
        gone, columns = nw.lit(False), {}
        for level, column in enumerate(self.by):
            for parent, words in self._small(level).items():
                alike = [_is(above, word) for above, word in zip(self.by, parent, strict=False)]
                gone = gone | reduce(and_, [_is_any(column, words), *alike])
            columns[column] = nw.when(gone).then(nw.lit(disclosure.OTHER)).otherwise(nw.col(column).cast(nw.String))
        return rows.with_columns(**columns) if any(key != name for key, name in self.names.items()) else rows

    def _small(self, level: int) -> dict[tuple, set]:
        """The words of a level that are too small, by the words above them."""
        found = defaultdict(set)
        for key, name in self.names.items():
            if name[level] == disclosure.OTHER and disclosure.OTHER not in name[:level]:
                found[key[:level]].add(key[level])
        return found


AS_THEY_ARE = Told((), {})


def _is(column: str, word) -> nw.Expr:
    return nw.col(column).is_null() if word is None else nw.col(column) == word


def _is_any(column: str, words: set) -> nw.Expr:
    named = nw.col(column).is_in(sorted(w for w in words if w is not None))
    return named | nw.col(column).is_null() if None in words else named


def told(view: View, rows: nw.LazyFrame, by: Sequence[str]) -> Told:
    """What the strata of some rows are called in a view. Agents keep their names, whose tables are for staff, and what is no word (yes and no) is nobody's name."""
    kinds = rows.collect_schema() if by else {}
    words = tuple(c for c in by if not (kinds[c].is_numeric() or kinds[c] == nw.Boolean))  # the store holds words as an enumeration
    if view.smallest < 2 or not words or any(c.startswith("agent") for c in by):
        return AS_THEY_ARE
    found = pandas(rows.group_by(*words).agg(calls=nw.len()))
    keys = found[list(words)].astype(object).where(found[list(words)].notna(), None).itertuples(index=False, name=None)
    return Told(words, disclosure.names_told(dict(zip(keys, found["calls"].astype(int), strict=True)), view.smallest))


def pooled(view: View, rows: nw.LazyFrame, by: Sequence[str]) -> nw.LazyFrame:
    """The rows with their small strata as one."""
    return told(view, rows, by).of(rows)
