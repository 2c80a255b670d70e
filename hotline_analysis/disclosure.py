"""What a figure by group may say of a small group: neither its name nor its count.

Seven calls or fewer of one issue, area or department may be one person's, and the word may be that person's name. The rule follows NHS Digital's for HES
(1-7 is not told); rounding of the other counts comes with the full rule. Totals of the whole hotline are told exactly.
"""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from hotline_analysis.words import Term

SMALLEST = 8
OTHER = "(<8)"  # the label of what was pooled: a key, said by POOLED
POOLED = Term("其他（各不足8）", "Other (each under 8)")
UNTOLD = "untold"  # why a share is missing: a key of `words.ABSENT`


def pooled(
    frame: pd.DataFrame, path: Sequence[str], smallest: int, *, size: str = "calls", like: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The frame with OTHER for every group of fewer than `smallest`: a small leaf under its parent, a small parent with all below it.

    A group's size is the sum of `size` over its rows, in `like` where that is given (a control table follows the calls that it belongs to).
    """
    sizes = (frame if like is None else like).groupby(list(path), dropna=False)[size].sum()
    names = _names({key if isinstance(key, tuple) else (key,): n for key, n in sizes.items()}, smallest)
    if like is None and all(key == name for key, name in names.items()):
        return frame
    nobody = (OTHER,) * len(path)
    told = [names.get(key, nobody) for key in frame[list(path)].itertuples(index=False, name=None)]
    return frame.assign(**{column: [name[level] for name in told] for level, column in enumerate(path)})


def _names(sizes: dict[tuple, int], smallest: int) -> dict[tuple, tuple]:
    sums = Counter()
    for key, n in sizes.items():
        for depth in range(1, len(key) + 1):
            sums[key[:depth]] += n
    small = {key: next((d for d in range(len(key)) if sums[key[: d + 1]] < smallest), len(key)) for key in sizes}
    return {key: key[:depth] + (OTHER,) * (len(key) - depth) for key, depth in small.items()}


def untold(frame: pd.DataFrame, counts: Sequence[str], shares: Sequence[str], smallest: int) -> pd.DataFrame:
    """The frame without counts of 1 to `smallest` - 1, and without the shares of such a row, from which the count could be had.

    What is not told is missing, and its column `<name>_missing` says so: `<8` of a count (the minimum), `untold` of a share; '' elsewhere.
    """
    if frame.empty:
        return frame
    small = pd.concat([frame[count].between(1, smallest - 1) for count in counts], axis=1)
    if not small.to_numpy().any():
        return frame
    hidden = {name: (small[name], f"<{smallest}") for name in counts} | {name: (small.any(axis=1), UNTOLD) for name in shares}
    values = {name: frame[name].mask(rows) for name, (rows, _) in hidden.items()}
    return frame.assign(**values, **{f"{name}_missing": rows.map({True: why, False: ""}) for name, (rows, why) in hidden.items()})
