"""Do shorter calls buy repeats? Calls of one issue at the same hours, from the shortest fifth to the longest. 相关，不是因果. (A25, A26; methods 5)"""

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.measures import agents as measured
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.view import View
from hotline_analysis.stats import resampling
from hotline_analysis.studies.agents.cells import FEW
from hotline_analysis.words import Field, Term

LEAST_REPEATS = 200  # of all parts together: below, a course over talk time would show chance
COLUMNS = {
    "part": Field(Term("由短到长", "Shortest to longest"), "count"),
    "talk": Field(Term("平均通话", "Mean talk"), "seconds"),
    "crude": Field(Term("未按构成折算", "As counted"), "share"),
    "adjusted": Field(Term("复电率（同诉求同时段）", "Repeat rate, like with like"), "share", interval=("adjusted_low", "adjusted_high")),
    "adjusted_low": Field(Term("下端", "Low"), "share"),
    "adjusted_high": Field(Term("上端", "High"), "share"),
    "more": Field(Term("每千通较平均", "Per 1,000, against the mean"), "number", interval=("more_low", "more_high")),
    "more_low": Field(Term("下端", "Low"), "number"),
    "more_high": Field(Term("上端", "High"), "number"),
    "slope": Field(Term("最短较最长，每千通", "Shortest less longest, per 1,000"), "number", interval=("slope_low", "slope_high")),
    "slope_low": Field(Term("下端", "Low"), "number"),
    "slope_high": Field(Term("上端", "High"), "number"),
    "left_out": Field(Term("同类不足30通的来电", "Calls of cells under 30"), "count"),
    "said": Field(Term("结论", "Case")),
}  # fmt: skip


def talk(view: View, *, level: int = 1, window_hours: float = 0.0, parts: int = 5, own: bool = False) -> pd.DataFrame:
    """Repeat rate by how long a call was beside others of its kind: one row a part, from the shortest calls to the longest.

    Calls of one issue in the same six hours of the day (`own`: of one agent too) are cut into `parts` of equal size by talk time, so that every part has the same issues at the same hours. Counted are index calls that were watched for their
    window and lasted ten seconds or more (`measures.agents.spoken`); a cell of fewer than FEW calls is left out.

    Columns: part (1: the shortest), denominator (calls), numerator (repeats), talk (mean seconds), crude (numerator over denominator), adjusted, adjusted_low, adjusted_high (rate of all calls times seen over expected of their cells), more, more_low, more_high (per
    1,000 calls, less the mean of all), slope, slope_low, slope_high (per 1,000: how many more repeats the shortest part has than the longest on the straight line through all parts), left_out, said: short (shorter calls have more repeats: slope_low above 0), long (fewer), none, few (under LEAST_REPEATS
    repeats). Intervals 95 %, jackknife over caller groups. Small counts are not told. That shorter calls have more repeats is no proof that shortening a call makes one: hard calls differ in both. Raises DataRefused without agents, issues or talk times.
    """
    if parts < 2:
        raise BadParams("agents › parts", "calls are cut into two parts or more.", "Leave it at 5.")
    rows = measured.spoken(view, level=level, window_hours=window_hours, parts=parts, own=own)
    sizes = rows.groupby(["issue", "band", "agent"])["calls"].transform("sum")
    kept, left = rows[sizes >= max(FEW, parts)], int(rows.loc[sizes < max(FEW, parts), "calls"].sum())
    if kept.empty:
        raise DataRefused("agents", "few: no issue has 30 calls at the same hours.")
    k, n = _tables(kept, parts)
    estimate = resampling.jackknife(_course(*resampling.leave_one_out(k, n)), estimate=_course(k.sum(axis=0), n.sum(axis=0)))
    told = _told(kept, estimate, parts).assign(left_out=left)
    return disclosure.untold(told, ["denominator", "numerator"], ["crude"], view.smallest, parts_of=())


def _tables(rows: pd.DataFrame, parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Repeats and calls [caller groups, cells, parts]."""
    cell = rows.groupby(["issue", "band", "agent"]).ngroup().to_numpy()
    k, n = (np.zeros((GROUPS, cell.max() + 1, parts)) for _ in range(2))
    where = (rows["caller_group"].to_numpy(), cell, rows["part"].to_numpy())
    np.add.at(k, where, rows["repeats"].to_numpy())
    np.add.at(n, where, rows["calls"].to_numpy())
    return k, n


def _course(k: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Of each part the rate of all calls times seen over expected; then the same less the rate of all; last, how much the first lies above the last on a straight line."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.nan_to_num(k.sum(axis=-1) / n.sum(axis=-1))
        mean = (k.sum(axis=(-1, -2)) / n.sum(axis=(-1, -2)))[..., None]
        adjusted = k.sum(axis=-2) / (n * rate[..., None]).sum(axis=-2) * mean
    place = np.arange(k.shape[-1]) - (k.shape[-1] - 1) / 2
    slope = -(adjusted @ place) / np.square(place).sum() * (k.shape[-1] - 1)
    return np.concatenate([adjusted, adjusted - mean, slope[..., None]], axis=-1)


def _told(kept: pd.DataFrame, estimate: resampling.Estimate, parts: int) -> pd.DataFrame:
    sums = kept.groupby("part")[["calls", "repeats", "seconds"]].sum().reindex(range(parts), fill_value=0).reset_index(drop=True)
    value, low, high = (x[:parts] for x in (estimate.value, estimate.low, estimate.high))
    more, more_low, more_high = (1000 * x[parts : 2 * parts] for x in (estimate.value, estimate.low, estimate.high))
    slope, slope_low, slope_high = (1000 * float(x[-1]) for x in (estimate.value, estimate.low, estimate.high))
    said = "few" if sums["repeats"].sum() < LEAST_REPEATS else "short" if slope_low > 0 else "long" if slope_high < 0 else "none"
    return pd.DataFrame({
        "part": np.arange(parts) + 1, "denominator": sums["calls"], "numerator": sums["repeats"], "talk": sums["seconds"] / sums["calls"].where(sums["calls"] > 0), "crude": sums["repeats"] / sums["calls"],
        "adjusted": value, "adjusted_low": low.clip(0), "adjusted_high": high, "more": more, "more_low": more_low, "more_high": more_high,
        "slope": slope, "slope_low": slope_low, "slope_high": slope_high, "said": said,
    })  # fmt: skip


TABLES = {"talk": talk}
STAFF = ()
