"""Do units differ, or only their calls? (同级单位对标, 不同单位间复电时间间隔的显著差异) Teams, areas or hotlines under one definition, without a league table. (F0 A11, A13)

Everything is made from shares (`measures.sharing`): this hotline's own, those of other params files and those that other hotlines sent. Unlike definitions, windows or
days are refused unless `units › forced`, and then labelled and not judged. Source: methods 3, 5; catalogue A11, A13.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats as scipy_stats

from hotline_analysis import disclosure
from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.measures import sharing
from hotline_analysis.measures.sharing import Share, Unit
from hotline_analysis.measures.view import View
from hotline_analysis.stats import funnel, intervals, standardisation, tests
from hotline_analysis.words import Field, Term

BESIDE = True  # takes the shares of other hotlines
USUAL = ("unit", "area", "department")
FEW, FEWEST, MOST_Q = (
    30,
    5,
    0.05,
)  # calls below which a unit is not judged, units from which the ordinary spread is seen, false discovery rate
LEAST_COMMON = 0.5  # of a unit's calls: with fewer in issues that others have, a verdict would be of a part and not of the unit
RECKONED = (
    "ratio",
    "ratio_low",
    "ratio_high",
    "lower",
    "upper",
    "z",
    "z_spread",
    "q",
    "direct",
    "direct_low",
    "direct_high",
)  # exact figures made of the repeats that compare, which they tell
VERDICTS = {
    "above": Term("高于同类", "above the others"), "below": Term("低于同类", "below the others"), "inside": Term("同类之内", "as the others"), "few": Term("样本不足", "too few"),
    "ends": Term("不少来电不知何时结束，不判", "ends of many calls unknown, not judged"), "apart": Term("诉求与其他单位不同，不判", "issues not in common, not judged"), "few units": Term("不足5个单位，不判", "fewer than 5 units, not judged"), "unlike": Term("口径不同，不判", "unlike definitions, not judged"),
}  # fmt: skip
LIKE = {"own": Term("本热线", "this hotline"), "like": Term("口径相同", "same definition"), "unlike": Term("口径不同", "unlike definition")}
POOLED = {disclosure.OTHER: disclosure.POOLED}
COLUMNS = {
    "unit": Field(Term("单位", "Unit"), words=POOLED),
    "first": Field(Term("单位甲", "One"), words=POOLED),
    "second": Field(Term("单位乙", "Another"), words=POOLED),
    "hotline": Field(Term("热线", "Hotline")),
    "period": Field(Term("时期", "Period")),
    "first_day": Field(Term("自", "First day"), "dated"),
    "last_day": Field(Term("至", "Last day"), "dated"),
    "line": Field(Term("口径", "Definition")),
    "like": Field(Term("可比性", "Comparable"), words=LIKE),
    "denominator": Field(Term("看满的来电", "Calls watched for the window"), "count"),
    "numerator": Field(Term("复电", "Repeats"), "count"),
    "value": Field(Term("复电率", "Repeat rate"), "share", interval=("low", "high")),
    "low": Field(Term("下端", "Low"), "share"),
    "high": Field(Term("上端", "High"), "share"),
    "design_effect": Field(Term("设计效应", "Design effect"), "ratio"),
    "observed": Field(Term("可比复电", "Repeats that compare"), "count"),
    "used": Field(Term("可比来电占", "Calls that compare"), "share0"),
    "units_apart": Field(Term("诉求不同的单位", "Units of other issues"), "count"),
    "units_unended": Field(Term("不知来电何时结束的单位", "Units of unknown ends"), "count"),
    "expected": Field(Term("按构成应有", "Expected"), "number"),
    "ratio": Field(Term("实际÷应有", "Seen over expected"), "ratio", interval=("ratio_low", "ratio_high")),
    "direct": Field(Term("同构成复电率", "Rate at the common mix"), "share", interval=("direct_low", "direct_high")),
    "covered": Field(Term("构成可比的部分", "Part of the mix that compares"), "share0"),
    "lower": Field(Term("漏斗下限", "Funnel, lower"), "share"),
    "upper": Field(Term("漏斗上限", "Funnel, upper"), "share"),
    "rank_low": Field(Term("名次自", "Rank from"), "count"),
    "rank_high": Field(Term("至", "to"), "count"),
    "verdict": Field(Term("判断", "Verdict"), words=VERDICTS),
    "q": Field(Term("q", "q"), "probability"),
    "p": Field(Term("p", "p"), "probability"),
    "difference": Field(Term("相差", "Difference"), "points", interval=("difference_low", "difference_high")),
    "window_hours": Field(Term("窗口", "Window"), "hours"),
    "units": Field(Term("单位数", "Units"), "count"),
    "statistic": Field(Term("Q", "Q"), "number"),
    "lowest": Field(Term("最低", "Lowest"), "share"),
    "highest": Field(Term("最高", "Highest"), "share"),
    "log_rank": Field(Term("对数秩检验（描述）", "Log-rank (descriptive)"), "number"),
    "log_rank_p": Field(Term("其p", "its p"), "probability"),
    "group": Field(Term("单位", "Unit"), words=POOLED),
    "hours": Field(Term("来电后", "After the call"), "hours"),
    "most_hours": Field(Term("差异最大的窗口", "Where they differ most"), "hours"),
    "most_low": Field(Term("其最低", "Its lowest"), "share"),
    "most_high": Field(Term("其最高", "Its highest"), "share"),
}  # fmt: skip


class Compared(list):
    """Units that stand beside one another: (name in Chinese, in English, the place of its share, unit), with the shares that they came from."""

    shares: Sequence[Share]
    like: bool


# ---- who stands beside whom


def _shares(view: View, by: Sequence[str]) -> list[Share]:
    """This hotline's own share, and those beside it."""
    if len(by) > 1:
        raise BadParams("study units", "units are told apart by one stratum.", "Give --by once.")
    settings = view.params.units
    own_by = by[0] if by else settings.by or ("" if view.beside else _usual(view))
    made = [sharing.share(view, by=own_by, window_hours=settings.window_hours, leaves=False), *view.beside]
    for one, other in combinations(made, 2):
        if one.title_zh == other.title_zh and one.first_day <= other.last_day and other.first_day <= one.last_day:
            raise DataRefused(
                "units", f"one hotline twice: two are called {one.title_zh}.", "Name each once under units, or give them titles."
            )
    return made


def _usual(view: View) -> str:
    """The stratum that tells units apart where nobody said which: the first that the calls have."""
    have = view.table("calls").collect_schema().names()
    return next((c for c in USUAL if c in have), "")


def _compared(view: View, by: Sequence[str]) -> Compared:
    """All units of all shares. Raises DataRefused for one unit alone, and for unlike ones unless forced."""
    made = Compared()
    made.shares = _shares(view, by)
    made.like = len({_rule(s) for s in made.shares}) == 1
    if not made.like and not view.params.units.forced:
        raise DataRefused(
            "units",
            "unlike definitions of the hotlines compared.",
            "Count them all under one definition, window and period, or set units › forced: true.",
        )
    for place, share in enumerate(made.shares):
        made += [(*_named(share, unit, several=len(made.shares) > 1), place, unit) for unit in share.units]
    _need_two(made.shares)
    made.sort(key=lambda row: (row[-1].name == disclosure.OTHER, row[0]))
    return made


def _judged(view: View, by: Sequence[str]) -> Compared:
    """Those of them whose repeats are judged. Raises DataRefused where fewer than two are."""
    every, made = _compared(view, by), Compared()
    made.shares, made.like = every.shares, every.like
    made += [row for row in every if row[-1].ended]
    if len(made) < 2:
        raise DataRefused(
            "units", "ends unknown of so many calls that fewer than two units compare.", "Map ended_at or talk_seconds for every unit."
        )
    return made


def _need_two(shares: Sequence[Share]) -> None:
    if sum(len(share.units) for share in shares) < 2:
        raise DataRefused(
            "units", "one unit alone has nothing to stand beside.", "Name a stratum (--by unit), or other hotlines under units › shares."
        )


def _rule(share: Share) -> tuple:
    """What is the same of shares that compare: the days and not the period's label, as `all` is other days of each, and a month may begin on the 20th."""
    return share.hash, share.window_hours, share.first_day, share.last_day, share.cut_hour, share.time_zone


def _named(share: Share, unit: Unit, *, several: bool) -> tuple[str, str]:
    pooled = unit.name == disclosure.OTHER
    return tuple(
        " › ".join(filter(None, [title if several else "", disclosure.POOLED(language) if pooled else unit.name])) or title
        for language, title in (("zh", share.title_zh), ("en", share.title_en))
    )


def _mix(units: Compared) -> tuple[np.ndarray, np.ndarray]:
    """Repeats and calls by unit and issue; what a share pooled is a class of that share's units alone: another pooled other issues."""
    classes = [[(cell.issue, share if cell.issue == disclosure.OTHER else 0) for cell in unit.cells] for _, _, share, unit in units]
    places = {name: place for place, name in enumerate(sorted({name for names in classes for name in names}))}
    k, n = np.zeros((2, len(units), len(places)))
    for row, (names, (*_, unit)) in enumerate(zip(classes, units, strict=True)):
        for name, cell in zip(names, unit.cells, strict=True):
            k[row, places[name]], n[row, places[name]] = cell.repeats, cell.calls
    return k, n


# ---- the tables


def sources(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Which hotlines stand beside one another, and whether they may: one row a share.

    Columns: hotline_zh, hotline_en, period, first_day, last_day (of `all`: of the data), units, denominator (calls watched for the window), window_hours, line_zh, line_en (the definition), hash, like (own, like, unlike); unlike ones are not refused here. Raises DataRefused for one unit alone, and for one title twice.
    """
    shares = _shares(view, by)
    _need_two(shares)
    own = _rule(shares[0])
    return pd.DataFrame([
        {
            "hotline_zh": s.title_zh, "hotline_en": s.title_en, "period": s.period, "first_day": s.first_day.isoformat(), "last_day": s.last_day.isoformat(), "units": len(s.units), "denominator": sum(u.calls for u in s.units), "window_hours": s.window_hours,
            "line_zh": s.definition_zh, "line_en": s.definition_en, "hash": s.hash, "like": "own" if s is shares[0] else "like" if _rule(s) == own else "unlike",
        }
        for s in shares
    ])  # fmt: skip


def units(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Every unit beside what the others have with the same issues: one row a unit, by name; no ranks but the interval of each.

    Counted are the index calls that were watched for the window (`units › window_hours`). Units with few calls or repeats are pooled (`measures.sharing`); issues that
    a file pooled are a class of its own units.

    Columns: unit_zh, unit_en, denominator, numerator, value, low, high (95 %, Wilson on calls / design effect), design_effect, observed (repeats of the calls that compare: of issues that other units have),
    used (their part of the denominator), expected (repeats of these calls at the other units' rates), ratio (observed over expected), ratio_low, ratio_high (indirect: Byar, exact below 10, on repeats / design effect), direct, direct_low, direct_high (at the mix of all units together), covered (of that mix), lower, upper (funnel, 99.8 %, with room for the
    spread of the other units: `standardisation.beside_others`), z, z_spread, q, rank_low, rank_high (of the standardised rate, 1 the highest, 95 %), verdict (above, below: q under MOST_Q and `coaching › beyond` repeats or more
    beyond expectation; inside; few: under FEW calls; ends: the end of so many of its calls is not known that its rate is too low (`unended`), so that it is beside nobody and nobody beside it; apart: under LEAST_COMMON of its calls are of issues that another unit of FEW calls has; few units: under FEWEST that can be judged; unlike: forced), units_apart, units_unended (how many are apart, ends), said (its case: differ, none, others: none but some are apart or ends, few units, unlike). Ranks and verdicts are missing where unlike. observed, used, expected and RECKONED
    are not told where they would tell few repeats of the unit's own issues. Raises DataRefused for unlike definitions that are not forced. Source: methods 5; A11.
    """
    compared = _compared(view, by)
    k, n = _mix(compared)
    deff = np.array([unit.design_effect for *_, unit in compared])
    ended = np.array([unit.ended for *_, unit in compared])
    able = ended & np.array([unit.calls >= FEW and unit.name != disclosure.OTHER for *_, unit in compared])
    found = _placed(standardisation.standardise(k[ended], n[ended], deff=deff[ended]), ended)
    frame = _plain(compared, deff).assign(
        observed=found.observed if not ended.all() else found.observed.astype(int), used=found.used, expected=found.expected, ratio=found.ratio, ratio_low=found.ratio_low, ratio_high=found.ratio_high,
        direct=found.direct, direct_low=found.direct_low, direct_high=found.direct_high, covered=found.covered,
    )  # fmt: skip
    common = np.zeros(len(able), bool)
    common[able] = standardisation.standardise(k[able], n[able]).used >= LEAST_COMMON
    frame = frame.assign(**_funnel(k, n, deff, able, common))
    frame["verdict"] = _verdicts(frame, found, ended, able, common, compared.like, view.params.coaching.beyond)
    counted = {f"units_{name}": int((frame["verdict"] == verdict).sum()) for name, verdict in (("apart", "apart"), ("unended", "ends"))}
    frame = frame.assign(**_ranks(found, deff, common, compared.like), **counted, said=_said(frame, compared.like))
    return _told(frame, view.smallest)


def _placed(found: standardisation.Standardised, kept: np.ndarray) -> standardisation.Standardised:
    """What was found of some units, each in its place; nan for the others."""
    made = np.full((len(found) - 1, len(kept)), np.nan)
    made[:, kept] = found[:-1]
    return standardisation.Standardised(*made, found.covered)


def _told(frame: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Without what would tell few repeats of a unit's own issues, which are its repeats less those that compare (`disclosure`)."""
    hidden = _hidden(frame["numerator"], frame["observed"], smallest)
    why = np.where(hidden, disclosure.UNTOLD, "")
    columns = ("observed", "used", "expected", *RECKONED)
    return frame.assign(**{c: frame[c].mask(hidden) for c in columns}, **{f"{c}_missing": why for c in columns}) if hidden.any() else frame


def _hidden(repeats, observed, smallest: int) -> np.ndarray:
    """Whose repeats of their own issues are few, or would be had from another's."""
    frame = pd.DataFrame({"observed": np.asarray(observed, float), "rest": np.asarray(repeats, float) - observed})
    told = disclosure.untold_across(frame, ["observed", "rest"], smallest)
    return (told["observed_missing"] != "").to_numpy() if "observed_missing" in told else np.zeros(len(frame), bool)


def _plain(compared: Compared, deff: np.ndarray) -> pd.DataFrame:
    calls, repeats = (np.array([getattr(unit, c) for *_, unit in compared], float) for c in ("calls", "repeats"))
    low, high = intervals.wilson(repeats / deff, calls / deff)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = repeats / calls
    names = {
        "unit_zh": [zh for zh, *_ in compared],
        "unit_en": [en for _, en, *_ in compared],
    }
    return pd.DataFrame(
        {
            **names,
            "denominator": calls.astype(int),
            "numerator": repeats.astype(int),
            "value": value,
            "low": low,
            "high": high,
            "design_effect": deff,
        }
    )


def _funnel(k: np.ndarray, n: np.ndarray, deff: np.ndarray, able: np.ndarray, common: np.ndarray) -> dict:
    """z against what the others have, with room for their spread; its limits, and q of those with enough in common. Units of few calls take no part in the spread."""
    found = standardisation.standardise(k[able], n[able], deff=deff[able])
    beside = standardisation.beside_others(k[able], n[able], deff=deff[able])
    with np.errstate(invalid="ignore", divide="ignore"):
        lower, upper = funnel.share_limits(found.calls / deff[able], np.clip(found.expected / found.calls, 0, 1), tau2=beside.tau2)
    columns = {
        "lower": lower,
        "upper": upper,
        "z": beside.z,
        "z_spread": beside.z_spread,
        "q": tests.benjamini_hochberg(np.where(common[able], beside.p, np.nan)),
    }
    spread = {name: np.full(len(k), np.nan) for name in columns}
    for name, values in columns.items():
        spread[name][able] = values
    return spread


def _verdicts(
    frame: pd.DataFrame,
    found: standardisation.Standardised,
    ended: np.ndarray,
    able: np.ndarray,
    common: np.ndarray,
    like: bool,
    least: float,
) -> np.ndarray:
    beyond, sure = found.observed - found.expected, frame["q"] < MOST_Q
    cases = [
        np.full(len(frame), not like),
        ~ended,
        ~able,
        np.full(len(frame), able.sum() < FEWEST),  # beside too few others nobody can say whose issues are like whose
        ~common,
        np.full(len(frame), common.sum() < FEWEST),
        sure & (beyond >= least),
        sure & (beyond <= -least),
    ]
    return np.select(cases, ["unlike", "ends", "few", "few units", "apart", "few units", "above", "below"], "inside")


def _ranks(found: standardisation.Standardised, deff: np.ndarray, common: np.ndarray, like: bool) -> dict:
    if not like:
        return {"rank_low": np.nan, "rank_high": np.nan}
    known = common & np.isfinite(found.expected)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(known, found.expected / found.calls, 1.0)
    low, high = standardisation.rank_limits(
        found.observed / deff, np.where(known, found.calls / deff, 0), scale=scale, rng=np.random.default_rng(1)
    )
    return {"rank_low": low, "rank_high": high}


def _said(frame: pd.DataFrame, like: bool) -> str:
    if not like:
        return "unlike"
    told = set(frame["verdict"])
    if told & {"above", "below"}:
        return "differ"
    return "few units" if "inside" not in told else "others" if told & {"apart", "ends"} else "none"


def pairs(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """The difference of every two units at the common mix: one row a pair, units of FEW or more calls alone whose standardised rate is told; those of unknown ends (`units`) are left out.

    Columns: first_zh, first_en, second_zh, second_en, difference, difference_low, difference_high (of the direct rates, MOVER), p, q (Benjamini-Hochberg over the pairs), shown (the 12 that differ most surely), pairs, differing
    (how many have q under MOST_Q), covered (the part of the mix that all units have). Not judged where unlike, and where covered is under LEAST_COMMON: q and differing are missing. Source: methods 5; Newcombe 1998.
    """
    compared = _judged(view, by)
    k, n = _mix(compared)
    deff = np.array([unit.design_effect for *_, unit in compared])
    found = standardisation.standardise(k, n, deff=deff)
    hidden = _hidden([unit.repeats for *_, unit in compared], found.observed, view.smallest)
    told = np.isfinite(found.direct) & ~hidden
    able = [i for i, (*_, unit) in enumerate(compared) if unit.calls >= FEW and unit.name != disclosure.OTHER and told[i]]
    rows = [_pair(compared, found, i, j) for i, j in combinations(able, 2)]
    if not rows:
        raise DataRefused("units", "no two units have issues in common", "Bring the issues to the same words.")
    frame = pd.DataFrame(rows)
    judged = compared.like and found.covered >= LEAST_COMMON
    frame["q"] = tests.benjamini_hochberg(frame["p"]) if judged else np.nan
    first, differing = frame["p"].rank(method="first") <= 12, int((frame["q"] < MOST_Q).sum()) if judged else np.nan
    return frame.assign(shown=first, pairs=len(frame), differing=differing, covered=found.covered)


def _pair(compared: Compared, found: standardisation.Standardised, i: int, j: int) -> dict:
    ends = [(found.direct_low[x], found.direct_high[x]) for x in (i, j)]
    low, high = intervals.difference(found.direct[i], ends[0], found.direct[j], ends[1])
    apart = found.direct[i] - found.direct[j]
    variance = sum(found.direct[x] * (1 - found.direct[x]) / found.effective[x] for x in (i, j))
    p = 2 * scipy_stats.norm.sf(abs(apart) / np.sqrt(variance)) if variance > 0 else np.nan
    names = {f"{place}_{language}": compared[x][n] for place, x in (("first", i), ("second", j)) for n, language in enumerate(("zh", "en"))}
    return {**names, "difference": apart, "difference_low": low, "difference_high": high, "p": float(p)}


def curves(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """How soon callers come back, unit by unit: the Kaplan-Meier share followed by each window that can be told, of the calls that `units` counts (A13); units of unknown ends (`units`) have none.

    Columns: group_zh, group_en, hours (0 first, where nothing has come yet), value, low, high (95 %, from the caller groups), few (under FEW calls).
    """
    rows = []
    for zh, en, _, unit in _judged(view, by):
        head = {"group_zh": zh, "group_en": en, "few": unit.calls < FEW}
        rows.append({**head, "hours": 0.0, "value": 0.0, "low": 0.0, "high": 0.0})
        for step in unit.curve:
            low, high = intervals.wilson_from_error(step.value, step.se, calls=unit.calls, parent_deff=unit.design_effect)
            rows.append({**head, "hours": step.window_hours, "value": step.value, "low": float(low), "high": float(high)})
    return pd.DataFrame(rows)


def difference(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Do the units' curves differ beyond chance? One row a window that all units with FEW or more calls tell; units of unknown ends (`units`) are left out.

    Decided by Cochran's Q over the units' shares with the caller groups' errors (units that share callers are treated as if they did not, which errs on the side of no difference);
    the log-rank test over the steps up to the window takes calls for independent and only describes.

    Columns: window_hours, units, lowest, highest, statistic (Q), p, q (Benjamini-Hochberg over the windows; missing where unlike), log_rank, log_rank_p, most_hours, most_low, most_high (the window at which they differ most surely, its lowest and highest), said (differ: some q under MOST_Q; none; unlike). Raises DataRefused where fewer
    than two units can be compared. Source: methods 3 (k samples), M2; A13.
    """
    compared = _judged(view, by)
    able = [unit for *_, unit in compared if unit.calls >= FEW and unit.name != disclosure.OTHER]
    common = sorted(set.intersection(*[{s.window_hours for s in unit.curve} for unit in able])) if len(able) > 1 else []
    if not common:
        raise DataRefused("units", "few: no two units tell the same window.")
    frame = pd.DataFrame([_tested(able, [h for h in common if h <= window]) for window in common])
    frame["q"] = tests.benjamini_hochberg(frame["p"]) if compared.like else np.nan
    said = "unlike" if not compared.like else "differ" if (frame["q"] < MOST_Q).any() else "none"
    most = frame.loc[frame["p"].idxmin() if frame["p"].notna().any() else frame.index[-1]]
    return frame.assign(most_hours=most["window_hours"], most_low=most["lowest"], most_high=most["highest"], said=said)


def _tested(able: Sequence[Unit], windows: Sequence[float]) -> dict:
    """The test at the last of some windows, the log-rank over all of them."""
    at = [next(s for s in unit.curve if s.window_hours == windows[-1]) for unit in able]
    value, variance = np.array([s.value for s in at]), np.square([s.se for s in at])
    found = funnel.between(value, variance)
    counted = int((variance > 0).sum())
    described = tests.log_rank(np.stack([_steps(unit, windows) for unit in able]))
    p = float(scipy_stats.chi2.sf(found.q, counted - 1)) if counted > 1 else np.nan
    return {
        "window_hours": windows[-1], "units": counted, "lowest": value.min(), "highest": value.max(), "statistic": found.q, "p": p,
        "log_rank": described.statistic, "log_rank_p": described.p,
    }  # fmt: skip


def _steps(unit: Unit, windows: Sequence[float]) -> np.ndarray:
    """Events and censored of a unit by the windows, and last those still watched, [windows + 1, 2]."""
    table = np.zeros((len(windows) + 1, 2))
    for step in unit.curve:
        if step.window_hours <= windows[-1]:
            table[np.searchsorted(windows, step.window_hours)] += (step.events, step.censored)
    table[-1, 1] += unit.calls - table.sum()
    return table


TABLES = {"units": units, "sources": sources, "pairs": pairs, "curves": curves, "difference": difference}
