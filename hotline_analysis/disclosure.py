"""What a figure by group may say of a small group: neither its name nor its count, nor what gives either away.

Seven calls or fewer of one issue, area or department may be one person's, and the word may be that person's name. The rule follows NHS Digital's for HES
(1-7 is not told). Totals of the whole hotline are told exactly, so what is left of a total when the other groups are taken off is hidden too (complementary
suppression): a pool of small groups takes in the next larger one until it is no small group itself, and beside a single count that is not told the next larger one
is not told either. Reference: Hundepool et al., Statistical Disclosure Control (2012), chapter 4.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hotline_analysis.words import Term

SMALLEST = 8
OTHER = "(<8)"  # the label of what was pooled: a key, said by POOLED
POOLED = Term("其他（含不足8的）", "Other (with those under 8)")
UNTOLD = "untold"  # why a figure is missing: a key of `words.ABSENT`


def pooled(
    frame: pd.DataFrame, path: Sequence[str], smallest: int, *, size: str = "calls", like: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The frame with OTHER for every group of fewer than `smallest`: a small leaf under its parent, a small parent with all below it.

    A group's size is the sum of `size` over its rows, in `like` where that is given (a control table follows the calls that it belongs to). Where the small groups of
    one parent are together fewer than `smallest`, the next larger one beside them is pooled too.
    """
    sizes = (frame if like is None else like).groupby(list(path), dropna=False)[size].sum()
    names = names_told({key if isinstance(key, tuple) else (key,): n for key, n in sizes.items()}, smallest)
    if like is None and all(key == name for key, name in names.items()):
        return frame
    nobody = (OTHER,) * len(path)
    told = [names.get(key, nobody) for key in frame[list(path)].itertuples(index=False, name=None)]
    return frame.assign(**{column: [name[level] for name in told] for level, column in enumerate(path)})


def names_told(sizes: Mapping[tuple, int], smallest: int) -> dict[tuple, tuple]:
    """What each group is called: itself, or OTHER from the level on at which it is too small to be told."""
    names = {key: key for key in sizes}
    for level in range(len(next(iter(sizes), ()))):
        families = defaultdict(Counter)
        for key, name in names.items():
            if OTHER not in name[:level]:
                families[name[:level]][name[level]] += sizes[key]
        small = {(*parent, word) for parent, family in families.items() for word in _together(family, smallest)}
        names = {k: name[:level] + (OTHER,) * (len(name) - level) if name[: level + 1] in small else name for k, name in names.items()}
    return names


def _together(family: Mapping, smallest: int) -> list:
    """The groups of one parent that are pooled: the small ones, and with them the next larger one where the parent's total would tell one of them."""
    small = [word for word, n in family.items() if n < smallest]
    whole = sum(family[word] for word in small)
    if not whole or smallest <= whole < len(small) * (smallest - 1):  # nobody to protect, or each of them may be more or less than it is
        return small
    beside = min((n for n in family.values() if n >= smallest), default=0)
    return [word for word, n in family.items() if n < smallest or n == beside]  # of equals none can be told from the others


def untold(
    frame: pd.DataFrame, counts: Sequence[str], shares: Sequence[str], smallest: int, *, parts_of: Sequence[str] | None = None
) -> pd.DataFrame:
    """The frame without counts of 1 to `smallest` - 1, and without the shares of such a row, from which the count could be had.

    parts_of: columns of which every value is a whole that the rows with it add up to (none: all rows are parts of one): there what the whole less the others
    would give away is not told either. Without it the rows add up to nothing that is told.

    What is not told is missing, and its column `<name>_missing` says so: `<8` of a count (the minimum), `untold` of a share, and of a count that is hidden for
    the sake of another, and of that other too, because the mark would tell which of them is small; '' elsewhere.
    """
    if frame.empty or smallest < 2:
        return frame
    marks = {name: _marks(frame[name].to_numpy(float, na_value=np.nan), smallest, _wholes(frame, parts_of)) for name in counts}
    hidden = np.any([mark != "" for mark in marks.values()], axis=0)
    return _marked(frame, marks | {name: np.where(hidden, UNTOLD, "") for name in shares}) if hidden.any() else frame


def untold_of(
    frame: pd.DataFrame, count: Sequence[float], shares: Sequence[str], smallest: int, *, parts_of: Sequence[str] | None = None
) -> pd.DataFrame:
    """The frame without the shares (and their ends) of a count that would not be told, where the frame has no column of it: beside a share's base the share tells it."""
    told = untold(frame.assign(_count=np.round(np.asarray(count, float))), ["_count"], [], smallest, parts_of=parts_of)
    return without(frame, told["_count_missing"] != "", shares) if "_count_missing" in told else frame


def untold_rest(
    frame: pd.DataFrame, part: str, whole: str, shares: Sequence[str], smallest: int, *, parts_of: Sequence[str] | None = None
) -> pd.DataFrame:
    """The frame without a part of a told whole, and its shares, where few are left of the whole: who is not in a part is a count of a group too."""
    rest = (frame[whole] - frame[part]).to_numpy(float, na_value=np.nan)
    return untold_of(frame, rest, [part, *shares], smallest, parts_of=parts_of)


def untold_between(
    frame: pd.DataFrame, count: str, shares: Sequence[str], smallest: int, *, along: Sequence[str], parts_of: Sequence[str] | None = None
) -> pd.DataFrame:
    """The frame without a count, and its shares, that lies few above another one that holds none but records of it: what is done within 7 days less what is within 48 hours.

    along: the columns whose rows of one value hold one another, as those of a stratum at all its limits; the smaller stands, the larger is not told.
    """
    if frame.empty or smallest < 2:
        return frame
    values = frame[count].to_numpy(float, na_value=np.nan)
    apart = values.copy()
    for rows in _wholes(frame, along):
        apart[rows] = _apart(values[rows], smallest)
    return untold_of(frame, apart, [count, *shares], smallest, parts_of=parts_of)


def _apart(values: np.ndarray, smallest: int) -> np.ndarray:
    """By how few each count lies above one that is told; itself where it does not."""
    apart, told = values.copy(), []
    for row in np.argsort(values, kind="stable"):
        few = [values[row] - v for v in told if v < values[row] < v + smallest]
        if few:
            apart[row] = min(few)
        else:
            told.append(values[row])
    return apart


def without(frame: pd.DataFrame, hidden: Sequence[bool], columns: Sequence[str]) -> pd.DataFrame:
    """The frame without some columns of these rows, marked as not told; what bears a mark keeps it."""
    hidden = np.asarray(hidden, bool)
    return _marked(frame, {name: np.where(hidden, UNTOLD, "") for name in columns if name in frame}) if hidden.any() else frame


def _marked(frame: pd.DataFrame, marks: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """The frame without what bears a mark, and its reasons."""
    told = {name: frame[name].mask(mark != "") for name, mark in marks.items()}
    before = {name: frame.get(f"{name}_missing", "") for name in marks}
    return frame.assign(**told, **{f"{name}_missing": np.where(mark != "", mark, before[name]) for name, mark in marks.items()})


def untold_across(frame: pd.DataFrame, parts: Sequence[str], smallest: int, *, kept: Sequence[str] = ()) -> pd.DataFrame:
    """The frame without the counts of a row that are too small, where a row's `parts` add up to a total that is told; marks as `untold` sets them.

    kept: parts that are hidden for the sake of another only where no other part can be.
    """
    if frame.empty or smallest < 2:
        return frame
    values = frame[list(parts)].to_numpy(float, na_value=np.nan)
    late = np.isin(list(parts), list(kept))
    marks = pd.DataFrame([_marks(row, smallest, [np.arange(len(parts))], late) for row in values], index=frame.index, columns=list(parts))
    told = {name: frame[name].mask(marks[name] != "") for name in parts}
    return frame.assign(**told, **{f"{name}_missing": marks[name] for name in parts})


def _wholes(frame: pd.DataFrame, parts_of: Sequence[str] | None) -> list[np.ndarray]:
    """The rows of each whole."""
    if parts_of is None:
        return []
    return list(frame.groupby(list(parts_of), dropna=False).indices.values()) if parts_of else [np.arange(len(frame))]


def _marks(values: np.ndarray, smallest: int, wholes: Sequence[np.ndarray], late: np.ndarray | None = None) -> np.ndarray:
    """Why each count is not told, '' where it is. late: those that are hidden for another only where the others will not do."""
    late = np.zeros(len(values), bool) if late is None else late
    small = (values >= 1) & (values < smallest)
    marks = np.where(small, f"<{smallest}", "").astype(object)
    for rows in wholes:
        own = rows[small[rows]]
        k, whole = len(own), values[own].sum()
        if not k or len(rows) < 2 or (k > 1 and k < whole < k * (smallest - 1)):
            continue  # none is small, or each of them may be more or less than it is
        left = rows[~small[rows] & ~np.isnan(values[rows])]
        size = np.where(values[left] > 0, values[left] + late[left] * values[left].sum(), np.inf)  # a nought is the last resort
        marks[np.append(own, left[size == size.min()] if len(left) else left)] = UNTOLD
    return marks


def kept(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Some columns of a frame with the marks of what it does not tell of them."""
    return frame[[name for column in columns for name in (column, f"{column}_missing") if name in frame]]


def with_share(frame: pd.DataFrame, whole: float) -> pd.DataFrame:
    """The frame with the share of its counts in the whole, told where the count is."""
    marks = {"share_missing": frame["count_missing"]} if "count_missing" in frame else {}
    return frame.assign(share=frame["count"] / whole, **marks)


def without_sums(frame: pd.DataFrame, count: str = "count") -> pd.DataFrame:
    """The frame without the running sums from the first count on that is not told: the next sum would tell it."""
    if f"{count}_missing" not in frame:
        return frame
    late = (frame[f"{count}_missing"] != "").cummax()
    sums = ("cumulative", "cumulative_low", "cumulative_high")
    why = late.map({True: UNTOLD, False: ""})
    return frame.assign(**{c: frame[c].mask(late) for c in sums}, **{f"{c}_missing": why for c in sums})
