"""What would all callers say? The scores weighted to the mix of the calls, beside the raw ones, and what the silent could change."""

import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.view import View
from hotline_analysis.stats import surveys
from hotline_analysis.studies.satisfaction.answers import Answers, Item, answers, population
from hotline_analysis.words import Term

LEAST = 20  # answers of a weighting cell (methods 8)
MOST = 5.0  # largest weight over the median
REST = "*"  # what was joined
METHODS = {
    "raw": Term("不加权", "raw"),
    "cells": Term("诉求×时段", "issue × hours"),
    "margins": Term("诉求、时段分别", "issue, hours"),
}


def weighted(view: View) -> pd.DataFrame:
    """Each item raw and weighted to the mix of the answered calls: three rows an item (raw, cells, margins).

    Weights are N_h / n_h over cells of first-level issue by hours of the day: answered inbound calls of the period over answers whose call is known.
    Cells with fewer than 20 answers are joined: those of one issue, then what is left of all issues. `margins` reaches issues and hours each for
    themselves (raking), without their crossing. No weight exceeds 5 times the median. The raw row holds all answers; its bounds are where the share of
    all invited lies whatever the silent think, [rr p, rr p + 1 - rr].

    Columns: item, name, dimension (each _zh, _en), method, n (answers that it stands on), mean, mean_low, mean_high, value, low, high (top-2-box,
    share), effective_n, deff (Kish, of the weights alone), cells (cells or groups after joining), trimmed (answers whose weight was cut), unlinked
    (answers without a known call: in the raw row only), bound_low, bound_high (of the top-2-box; missing where nobody knows who was asked), moved
    (value less the raw value of the same item), missing (why a row has no figure). A method with fewer than two cells has no figure (few), one whose
    margins cannot all hold neither (no fit). Raises NoInput without surveys or calls; DataRefused for ratings, or where no answer names its call.
    Source: methods 8.
    """
    now = answers(view)
    if now.source == "rating":
        raise DataRefused("weighted", "not available: needs surveys.")
    calls = population(view)
    linked = now.given[now.given["linked"]]
    if linked.empty:
        raise DataRefused("weighted", "not available: needs call_id.")
    rows = [row for item in now.items.values() for row in _rows(now, item, calls)]
    return pd.DataFrame(rows)


def _rows(now: Answers, item: Item, calls: pd.DataFrame) -> list[dict]:
    given = now.of(item.key)
    head = {"item": item.key, **item.words}
    raw = _raw(now, item, given)
    rows = [{**head, "method": "raw", **raw}]
    own = given[given["linked"]].assign(issue_1=lambda f: f["issue_1"].fillna("") if "issue_1" in f else "")
    for method, fit in (("cells", _cells), ("margins", _margins)):
        rows.append({**head, "method": method, **_fitted(item, own, fit(own, calls), raw["value"])})
    return rows


def _raw(now: Answers, item: Item, given: pd.DataFrame) -> dict:
    figures = _figures(item, given, None, None)
    rate = now.frame["answered"].mean() if now.invited and len(now.frame) else np.nan
    bounds = surveys.nonresponse_bounds(rate, figures["value"])
    unlinked = int((~given["linked"]).sum())
    extra = {"cells": np.nan, "trimmed": np.nan, "unlinked": unlinked, "bound_low": bounds.low, "bound_high": bounds.high, "moved": np.nan}
    return {**figures, **extra, "missing": "" if len(given) else "few"}


def _figures(item: Item, given: pd.DataFrame, weights, post) -> dict:
    """Mean and top-2-box of some answers under some weights."""
    score, design = given[item.key].to_numpy(float), {"clusters": given["respondent"], "post": post}
    mean = surveys.mean(score, weights, **design)
    best = surveys.share(score >= item.box, weights, **design) if np.isfinite(item.box) else surveys.share([])
    figures = {"n": len(score), "mean": mean.value, "mean_low": mean.low, "mean_high": mean.high}
    figures |= {"value": best.value, "low": best.low, "high": best.high, "effective_n": best.effective_n if len(score) else np.nan}
    return {**figures, "deff": 1.0 if weights is None else surveys.kish(weights)}


def _fitted(item: Item, own: pd.DataFrame, margins: list[tuple], raw: float) -> dict:
    """The figures under weights that reach the margins, trimmed; without figures where there is nothing to weight."""
    nothing = dict.fromkeys(("mean", "mean_low", "mean_high", "value", "low", "high", "effective_n", "deff", "trimmed"), np.nan)
    rest = {"unlinked": np.nan, "bound_low": np.nan, "bound_high": np.nan}
    cells = min((len(sizes) for _, sizes in margins), default=0)
    if cells < 2:
        return {"n": len(own), **nothing, "cells": cells, **rest, "moved": np.nan, "missing": "few"}
    raked = surveys.rake(margins)
    if raked.error > 1e-3:
        return {"n": len(own), **nothing, "cells": cells, **rest, "moved": np.nan, "missing": "no fit"}
    weights = surveys.trim(raked.weights, most=MOST)
    trimmed = int((raked.weights > MOST * np.median(raked.weights)).sum())
    figures = _figures(item, own, weights, [codes for codes, _ in margins])
    return {**figures, "cells": cells, "trimmed": trimmed, **rest, "moved": figures["value"] - raw, "missing": ""}


def _cells(own: pd.DataFrame, calls: pd.DataFrame) -> list[tuple]:
    """One margin: issue by hours, small cells joined."""
    return [_coded(own.groupby(["issue_1", "band"]).size(), calls.set_index(["issue_1", "band"])["calls"], _keys(own, "issue_1", "band"))]


def _margins(own: pd.DataFrame, calls: pd.DataFrame) -> list[tuple]:
    """Two margins: issues, and hours, small groups joined."""
    found = [_coded(own.groupby(by).size(), calls.groupby(by)["calls"].sum(), _keys(own, by)) for by in ("issue_1", "band")]
    return [(codes, sizes) for codes, sizes in found if len(sizes) > 1]


def _keys(own: pd.DataFrame, *columns: str) -> list[tuple]:
    return list(own[list(columns)].itertuples(index=False, name=None))


def _coded(held: pd.Series, sizes: pd.Series, keys: list[tuple]) -> tuple[np.ndarray, np.ndarray]:
    """Codes of the answers into the joined cells, and how many calls each stands for."""
    counts = {k if isinstance(k, tuple) else (k,): int(n) for k, n in held.items()}
    stands = {k if isinstance(k, tuple) else (k,): int(n) for k, n in sizes.items()}
    label = joined(counts, stands)
    names = sorted(set(label.values()))
    place = {name: i for i, name in enumerate(names)}
    total = np.zeros(len(names))
    for key, n in stands.items():
        total[place[label[key]]] += n
    return np.array([place[label[key]] for key in keys], int), total


def joined(answers: dict[tuple, int], calls: dict[tuple, int], *, least: int = LEAST) -> dict[tuple, tuple]:
    """Each cell's name after joining: small cells of one issue under (issue, *), what is still small under (*, ...), and that with the cell of fewest
    answers if it is small too. A cell without calls stands for nobody, so it is joined as a small one.
    """
    label = {key: key for key in sorted({*answers, *calls})}
    depth = len(next(iter(label), ()))
    for kept in range(depth - 1, -1, -1):
        held, stands = _sums(label, answers), _sums(label, calls)
        small = {name for name in held if held[name] < least or not stands[name]}
        label = {key: name[:kept] + (REST,) * (depth - kept) if name in small else name for key, name in label.items()}
    held, rest = _sums(label, answers), (REST,) * depth
    if rest in held and held[rest] < least and len(held) > 1:
        fewest = min((name for name in held if name != rest), key=lambda name: (held[name], name))
        label = {key: rest if name == fewest else name for key, name in label.items()}
    return label


def _sums(label: dict[tuple, tuple], counts: dict[tuple, int]) -> dict[tuple, int]:
    sums = dict.fromkeys(label.values(), 0)
    for key, name in label.items():
        sums[name] += counts.get(key, 0)
    return sums
