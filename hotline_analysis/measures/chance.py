"""What the same callers do anyway: the two count tables, after the calls and after their control instants, that a chance correction needs.

Both studies of the window (for all issues, and by issue) read these tables, so that their F, B and R are the same figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures import counts
from hotline_analysis.measures.definition import HOUR, WINDOWS_HOURS
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.view import View
from hotline_analysis.stats import binned, excess
from hotline_analysis.words import Term

HORIZON_HOURS = 168  # a control of two weeks ago may not see the call itself, so nothing longer than a week is compared with chance
RESAMPLES, SEED = 1000, 12345
MIN_HISTORY_DAYS = 21  # of data in all: below, no control instant two weeks away can be watched for a week
VOLUME_MOVES = 0.3  # judgement default (methods, Limits; docs/maths.md)
REASONS = {
    "": Term("", ""),
    "history": Term("数据不足21天，无法与平时对照", "less than 21 days of data, so nothing to compare with habit"),
    "callbacks": Term("复电不足200次", "fewer than 200 callbacks"),
    "excess": Term("多出的复电与零难以区分", "callbacks beyond habit cannot be told from none"),
    "match": Term("相同诉求的复电没有对照", "callbacks about the same issue have no control"),
}
VERDICTS = {
    "clear": Term("证据充分", "clear"),
    "two candidates": Term("两个候选窗口", "two candidates"),
    "insufficient": Term("证据不足", "insufficient evidence"),
}
CAVEATS = {
    "few": Term("样本不足", "too few"),
    "provisional": Term("暂行值", "provisional"),
    "volume": Term("周话务量变动超过30%，平时的水平可能不同", "weekly volume moved by more than 30 %, so habit may differ"),
    "no control": Term("没有对照", "no control"),
}


@dataclass(frozen=True)
class Tables:
    """Count tables [groups, bins + 1, (event, censored)] of one stratum: after the calls, and after their control instants."""

    index: np.ndarray
    control: np.ndarray


@dataclass(frozen=True)
class Counted:
    """The calls of a period and their controls, counted by strata; long, so that strata can be joined before they become tables."""

    index: pd.DataFrame
    control: pd.DataFrame
    edges: np.ndarray
    by: tuple[str, ...]
    _places: dict = field(default_factory=dict, repr=False, compare=False)

    def of(self, path: tuple = ()) -> Tables:
        """The tables of one stratum, or of all that share the first values of `by` (a parent issue), or of all."""
        return Tables(*(counts.dense(self._rows(which, path), edges=self.edges) for which in ("index", "control")))

    def _rows(self, which: str, path: tuple) -> pd.DataFrame:
        frame, level = getattr(self, which), (which, len(path))
        if not path:
            return frame
        if level not in self._places:
            keys = list(self.by[: len(path)])
            self._places[level] = frame.groupby(keys[0] if len(keys) == 1 else keys, sort=False, dropna=False).indices
        return frame.iloc[self._places[level].get(path[0] if len(path) == 1 else path, [])]

    def split(self) -> dict[tuple, Tables]:
        """The tables of every stratum by its values of `by`, in their order; all calls under () when nothing was counted apart."""
        if not self.by:
            return {(): self.of()}
        keys = self.index.groupby(self.by[0] if len(self.by) == 1 else list(self.by), sort=True, dropna=False).groups
        return {key: self.of(key) for key in (k if isinstance(k, tuple) else (k,) for k in keys)}


def menu_hours(view: View) -> list[float]:
    """The definition's windows up to a week; the usual ones where it has none of these."""
    return [w for w in view.definition.windows_hours if w <= HORIZON_HOURS] or list(WINDOWS_HOURS)


def menu_seconds(view: View) -> list[int]:
    return [round(w * HOUR) for w in menu_hours(view)]


def counted(view: View, *, by: Sequence[str] = (), known: Sequence[str] = ()) -> Counted:
    """The period's calls and their control instants, counted by strata, to a horizon of a week.

    known: strata columns that may not be empty (an issue, for instance); calls without them are left out. Without 21 days of data, and
    for `match: same` (whose controls are not counted), the control table is empty and everything that needs it comes out as missing.
    Raises DataRefused looking back.
    """
    gaps = view.gaps(controls=True)
    for column in known:
        gaps = gaps.filter(~nw.col(column).is_null())
    edges = binned.bin_edges_seconds(menu_seconds=menu_seconds(view), horizon_seconds=HORIZON_HOURS * HOUR)
    index = counts.cube(gaps, view.definition, edges=edges, by=by)
    control = counts.control_cube(gaps, view.definition, edges=edges, span=view.span, by=by)
    return Counted(index, control if comparable(view) else control.iloc[:0], edges, tuple(by))


def comparable(view: View) -> bool:
    """Whether the callbacks can be compared with chance at all."""
    return view.span_days >= MIN_HISTORY_DAYS and view.definition.match != "same"


def evidence(view: View, tables: Tables, edges: np.ndarray, *, cost: float = 1.0, resamples: int = RESAMPLES, **thresholds):
    """What speaks for each window of the menu: `stats.excess.window_evidence`, and the reason where nothing can be compared."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    found = excess.window_evidence(
        tables.index, tables.control, edges=edges, rng=rng, history_days=view.span_days, menu_seconds=menu_seconds(view),
        cost=cost, resamples=resamples, min_history_days=thresholds.pop("min_history_days", MIN_HISTORY_DAYS), **thresholds,
    )  # fmt: skip
    return found, ("match" if view.definition.match == "same" and found.verdict.reason != "history" else found.verdict.reason)


def volume_move(view: View) -> float:
    """The greatest departure of a week's calls from the median week of the span, as a share; none with fewer than two whole weeks.

    R is the excess over habit two and three weeks away: a storm or a new policy moves habit itself.
    """
    start, end = view.span
    weeks = int((end - start) // (7 * DAY))
    if weeks < 2:
        return float("nan")
    rows = counts.within(view.all_gaps(), start, start + weeks * 7 * DAY)
    found = pandas(rows.with_columns(week=(nw.col("start_s") - start) // (7 * DAY)).group_by("week").agg(calls=nw.len()))
    calls = found.set_index("week")["calls"].reindex(range(weeks), fill_value=0)
    return float((calls / calls.median() - 1).abs().max()) if calls.median() else float("nan")


def caveats(view: View, *, calls: int, move: float, few: int = 30) -> str:
    """What to know before quoting: keys of CAVEATS, joined by commas."""
    said = {
        "few": calls < few,
        "provisional": view.provisional,
        "volume": move > VOLUME_MOVES,
        "no control": not comparable(view),
    }
    return ", ".join(key for key, holds in said.items() if holds)
