"""The disclosure profile `internal`: what leadership reads below the hotline's own level (NHS Digital's rule for HES, 2018; OpenSAFELY).

Pooling and complementary suppression (`disclosure`) protect one total; where a cell has two (a topic in a unit's edition: the topic's total and the unit's), subtraction still tells it exactly,
and only rounding stops that. What is told below the hotline's level is on a list here, column by column; a table that is not on it is refused, and a column that is not on it is blank.

- Counts of records under 13 are not told, none among them, nor what rests on them; others stand to the nearest 5. The hotline's own page tells totals exactly, and what a total less the rounded others
  leaves has to be as wide as a rounding: with 1 to 7 alone not told, every tenth such cell can be had (`make prove`, `attack`). Days, months and numbers of indicators are no records.
- A ratio of two counts is that of the rounded two, a share with Wilson's interval of them; of a group its number is divided by what its days vary more (a design effect, rounded up to a step). A volume a day is the rounded count by the days, and has none.
- A mean of seconds or scores has three figures, in steps of no less than 5 / n; a rate that is no plain ratio (Kaplan-Meier) steps of 5 / n. Ends of intervals and limits move outwards by the same steps.
- What compares months is made of what those months are told as: one figure a month, everywhere. Its interval is not told.
- Limits are not told where a month of the course is not. Targets stand as they are, and are reached or not by what is told. Verdicts are words, judged by exact figures.

Amounts by amounts or by days are not told, nor the second of two means of one sum over two bases: the two together would tell a count (46.2 s of all, 50 s of the answered: 92.4 % were answered).
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import catalogue, indicators, orders
from hotline_analysis.measures.indicators import Indicator
from hotline_analysis.measures.periods import grain, period_before, year_before
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals
from hotline_analysis.words import LANGUAGES, PERCENT, SCORE, SECONDS, TIMES, absent

NEAREST = 5
LEAST = disclosure.SMALLEST + NEAREST  # the smallest count that is told
ALL = "(all)"  # how a table of groups calls all of them
SMALL = f"<{LEAST}"
RECORDS = frozenset(("calls", "orders", "surveys", "scores", "sessions", "messages", "events", "checklist"))  # tables of records
DESIGNS = (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)  # of days, by which intervals of shares widen
FIGURES = 3  # of a mean
MADE = ("indicators", "verdicts", "history", "sheet", "asks", "glossary")  # of the month, made of what is told
OF_NOBODY = ("centre", "studies", "tables", "ledger", "ledger_of_month", "checks")  # of the whole hotline, or words
MAKINGS = ("exact", "exact verdicts")  # shown nowhere
KEPT = (  # columns of a verdict that stand as they are: keys, words, days, the target and what was judged by exact figures
    "indicator", "period", "group", "missing", "origin", "days", "covered", "watched", "ended", "unfinished", "definition", "clusters", "beyond", "event", "leads", "judgement", "direction", "state", "reason", "moved",
    "method", "rule", "trial", "baseline_first", "baseline_last", "baseline_months", "run", "run_months", "months", "target", "capability",
    "rank", "rank_months", "break_month", "break_zh", "break_en", "events", "false_flags", "sheet", "beside", "known_value", "spoken", "chapter", "renewal", "replaced_zh", "replaced_en",
    "formula_zh", "formula_en", "unit", "better", "count", "said", "side", "within", "leading", "headline", "unsaid", "provisional", "final_on", "why_zh", "why_en", "bases_zh", "bases_en",
    "absent_zh", "absent_en", "absent_count", "what", "telling", "verdict",
)  # fmt: skip
LIMITS = ("centre", "lower", "upper")
SAID = (  # columns of a verdict that are those of its month
    "numerator", "denominator", "value", "low", "high", "adjusted", "calls", "numerator_missing", "denominator_missing", "value_missing",
)  # fmt: skip
OF_A_GROUP = (
    "group",
    "category",
    "level",
    "parent",
    "named",
    "what",
    "top",
    "upper",
    "deeper",
    "state",
    "share_state",
    "method",
)  # columns of a group that stand as they are


def nearest(count):
    """A count to the nearest 5; 12 is 10, 13 is 15."""
    return np.floor(np.asarray(count, float) / NEAREST + 0.5) * NEAREST


def small(count) -> bool:
    """Whether a count is too small to be told."""
    return bool(_known(count) and count < LEAST)


def check(told: Mapping, *, edition: bool, whole: Sequence[str]) -> None:
    """Raises DataRefused for a table that the profile does not tell. whole: the tables of the study that hold figures of the whole hotline alone, as the study declares them."""
    study, table, by = told["study"], told["table"], told.get("by", ())
    if study == "month":
        known = not edition or table in (*MADE, *OF_NOBODY, *MAKINGS, "days")
    else:
        known = ((study, table) in ROUNDED and not (by and ROUNDED[study, table] is of_orders)) or (
            not edition and not by and table in whole
        )
    if not known:
        raise DataRefused(f"{study} {table}", "below the hotline's own level: not told.", "It stands on the hotline's own page.")


def rounded(frame: pd.DataFrame, told: Mapping, view: View, *, edition: bool) -> pd.DataFrame:
    """The frame of a study as the profile tells it. edition: all of it is below the hotline's level; otherwise the rows of its groups are."""
    way = ROUNDED.get((told["study"], told["table"]))
    return frame if way is None or frame.empty else way(frame, view, edition, told.get("by", ()))


# ---- figures of a month


def how(indicator: Indicator) -> str:
    """How an indicator is told: volume, share, times (a ratio of counts that may pass 1), mean; '' for one that is not."""
    counted = indicator.denominator is not None and not indicator.denominator.sums
    if not set(indicator.tables) <= RECORDS or indicator.turned:
        return ""
    if indicator.denominator is None:
        return "volume" if indicator.events and not indicator.numerator.sums else ""
    if indicator.unit in (SECONDS, SCORE):
        return "mean" if counted else ""
    plain = counted and not indicator.numerator.sums and indicator.times == 1
    return ("share" if indicator.most == 1 else "times") if plain and indicator.unit in (PERCENT, TIMES) else ""


def months(found: pd.DataFrame, known: Mapping[str, Indicator]) -> pd.DataFrame:
    """The rows of `indicators.evaluate` as they are told: counts, values and intervals; errors and what is known of how many are blank."""
    second = second_means({key: known[key] for key in known if key in set(found.loc[found["value"].notna(), "indicator"])})
    rows = [
        _month(row, known[row["indicator"]], "" if row["indicator"] in second else how(known[row["indicator"]]))
        for row in found.to_dict("records")
    ]
    told = pd.DataFrame(rows, index=found.index)
    marks = [c for c in told if c.endswith("_missing")]
    return told.fillna(dict.fromkeys(marks, "")) if marks else told


def second_means(known: Mapping[str, Indicator]) -> set[str]:
    """The means that are not told beside one before them: of the same sum, over another base."""
    bases = {i.numerator.sums: i.denominator.key for i in reversed(known.values()) if how(i) == "mean"}
    return {key for key, i in known.items() if how(i) == "mean" and i.denominator.key != bases[i.numerator.sums]}


def _month(row: dict, indicator: Indicator, way: str) -> dict:
    kept = {
        c: row[c]
        for c in (
            "indicator",
            "period",
            "group",
            "missing",
            "origin",
            "days",
            "covered",
            "watched",
            "ended",
            "unfinished",
            "definition",
            "clusters",
            "beyond",
        )
        if c in row
    }
    figures = ("numerator", "denominator", "value", "low", "high", "adjusted", "adjusted_low", "adjusted_high", "calls")
    bare = {**kept, **dict.fromkeys(figures, np.nan)}
    if not _known(row["value"]):
        return bare
    counts = {"volume": ("numerator",), "mean": ("denominator",)}.get(way, ("numerator", "denominator"))
    if not way or not all(_known(row[c]) for c in counts):
        return bare | dict.fromkeys(("numerator_missing", "denominator_missing", "value_missing"), disclosure.UNTOLD)
    made = {c: _count(row[c]) for c in counts} | ({"denominator": row["denominator"]} if way == "volume" else {})
    if any(small(row[c]) for c in counts):
        marks = {f"{c}_missing": SMALL for c in counts if small(row[c])}
        return {**bare, **made, "calls": _count(row.get("calls")), **marks, "value_missing": disclosure.UNTOLD}
    value = WAYS[way](row, made)
    if not _known(value["value"]):
        return {**bare, **made, "calls": _count(row.get("calls")), "value_missing": disclosure.UNTOLD}
    factor = round(row["adjusted"] / row["value"], 3) if way == "volume" and row["value"] and _known(row.get("adjusted")) else 1.0
    return {**bare, **made, "calls": _count(row.get("calls")), **value, "adjusted": value["value"] * factor}


def _volume(row: dict, made: dict) -> dict:
    return {"value": made["numerator"] / row["denominator"] if row["denominator"] else np.nan}


def _share(row: dict, made: dict) -> dict:
    """Of the rounded counts; a share that is no plain ratio in steps of 5 of its base, its interval outwards."""
    k, n = made["numerator"], made["denominator"]
    if not _plain(row):
        return _stepped(row, NEAREST / n, most=1.0)
    low, high = intervals.wilson(k, n)
    return {"value": k / n, "low": float(low), "high": float(high)}


def _times(row: dict, made: dict) -> dict:
    return {"value": made["numerator"] / made["denominator"] if _plain(row) else np.nan}


def _mean(row: dict, made: dict) -> dict:
    told = _stepped(row, _step_of_mean(row["value"], made["denominator"]))
    return {**told, "numerator": told["value"] * made["denominator"] if _plain(row) else np.nan}


def _step_of_mean(value: float, base: float) -> float:
    figures = 10.0 ** (np.floor(np.log10(abs(value))) - FIGURES + 1) if value else 0.0
    return max(figures, NEAREST / base)


def _stepped(row: dict, step: float, most: float = np.inf) -> dict:
    """Value and ends at multiples of a step, the ends outwards."""
    ways = {"value": lambda x: np.floor(x + 0.5), "low": np.floor, "high": np.ceil}
    return {
        name: float(np.clip(round(way(round(row[name] / step, 9)) * step, 12), 0.0, most)) if _known(row.get(name)) else np.nan
        for name, way in ways.items()
    }


def _plain(row: dict) -> bool:
    """Whether the value is the ratio of its two parts."""
    return bool(_known(row["numerator"]) and row["denominator"] and abs(row["numerator"] / row["denominator"] - row["value"]) < 1e-9)


WAYS: dict[str, Callable[[dict, dict], dict]] = {"volume": _volume, "share": _share, "times": _times, "mean": _mean}


def _known(value) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_) and bool(np.isfinite(value))


def _count(value) -> float:
    """A count of records as it is told."""
    return float(nearest(value)) if _known(value) and not small(value) else np.nan


# ---- verdicts


def judged(found: pd.DataFrame, told: pd.DataFrame, known: Mapping[str, Indicator], *, before: str, year: str = "") -> pd.DataFrame:
    """The rows of `quotable.quotable` as they are told. found: of exact figures; told: of `months`; before, year: the periods that it compares with."""
    by_month = {(r["indicator"], r["group"], r["period"]): r for r in told.to_dict("records")}
    rows = [_verdict(row, known[row["indicator"]], by_month, before, year) for row in found.to_dict("records")]
    marks = sorted({c for row in rows for c in row if c.endswith("_missing")})
    blank = {c: [() if isinstance(v, tuple) else np.nan for v in found[c]] for c in found if c not in KEPT}
    made = found.assign(**blank).assign(
        **{
            c: [row.get(c, "" if c in marks else np.nan) for row in rows]
            for c in {**dict.fromkeys(c for row in rows for c in row if c in found), **dict.fromkeys(marks)}
        }
    )
    return made[[*found, *(c for c in marks if c not in found)]]


def _verdict(row: dict, indicator: Indicator, by_month: Mapping, before: str, year: str) -> dict:
    def of(period: str) -> dict:
        return by_month.get((row["indicator"], row["group"], period), {})

    now, course = of(row["period"]), [of(m) for m in row["months"]]
    last = of(before) if _known(row["before"]) else {}
    a_year = of(year) if _known(row["year_change"]) else {}
    relative = indicator.denominator is None
    values = tuple(m.get("adjusted", np.nan) for m in course)
    gone = any(_known(exact) and not _known(v) for exact, v in zip(row["values"], values, strict=True))
    months = zip(row["centres"], row["lowers"], row["uppers"], course, strict=True)
    drawn = [_limits({} if gone else dict(zip(LIMITS, ends, strict=True)), indicator, month) for *ends, month in months]
    untold = _known(row["value"]) and not _known(now.get("value"))
    said = {c: now[c] for c in SAID if c in now}
    plain = _moved(now.get("value"), last.get("value"), relative)
    change = (
        (1 + plain) * _days_off(row["change"], row["raw_change"]) - 1
        if relative
        else _moved(now.get("adjusted"), last.get("adjusted"), relative)
    )
    return {
        **said,
        **_limits({} if gone else {c: row[c] for c in LIMITS}, indicator, now),
        **{f"{c}s": tuple(month[c] for month in drawn) for c in LIMITS},
        **_aim(
            row["target"],
            indicator,
            now,
            [m for m in course if m.get("covered") and m.get("watched", True) and m.get("ended", True) and not m.get("unfinished")],
        ),
        "values": values,
        "counted": now.get("numerator", np.nan) if indicator.unit is PERCENT else np.nan,
        "sample": np.nan if indicator.unit is PERCENT else now.get("calls", np.nan),
        "before": last.get("value", np.nan),
        "before_adjusted": last.get("adjusted", np.nan),
        "change": change,
        "raw_change": plain,
        "plain_change": plain if relative else np.nan,
        "year_change": _moved(now.get("adjusted"), a_year.get("adjusted"), relative),
        "headline": np.nan if untold else row["headline"],
        **{f"why_{language}": absent(disclosure.UNTOLD)(language) if untold else row.get(f"why_{language}", "") for language in LANGUAGES},
        "unsaid": row["unsaid"] if _known(change) else np.nan,
        **({"change_missing": disclosure.UNTOLD} if _known(row["change"]) and not _known(change) else {}),
    }


def _limits(row: dict, indicator: Indicator, month: Mapping) -> dict:
    """Limits of a month in the steps of its value, outwards; nan where it has none."""
    base = month.get("denominator", np.nan)
    if not row or not _known(base) or not base or not _known(month.get("value")):
        return dict.fromkeys(LIMITS, np.nan)
    step = _step_of_mean(month["value"], base) if how(indicator) == "mean" else NEAREST / base
    most = np.inf if indicator.most is None else float(indicator.most)
    told = _stepped({"value": row["centre"], "low": row["lower"], "high": row["upper"]}, step, most)
    return {"centre": told["value"], "lower": told["low"], "upper": told["high"]}


def _aim(target: float, indicator: Indicator, now: Mapping, course: Sequence[Mapping]) -> dict:
    """Whether what is told reaches the target, this month and in how many."""
    way = -1 if indicator.better == "lower" else 1
    known = [m["value"] for m in course if _known(m["value"])]
    here = now.get("value", np.nan)
    return {
        "target_gap": here - target,
        "reached": bool(way * here >= way * target) if _known(here) and _known(target) else None,
        "reached_months": sum(way * v >= way * target for v in known) if _known(target) else 0,
        "target_months": len(known) if _known(target) else 0,
    }


def _days_off(change, plain) -> float:
    """By what a change a day is multiplied where the kinds of day are taken off, to a thousandth: one number for table 1 and for the tables of groups, that says no count."""
    return round((1 + change) / (1 + plain), 3) if _known(change) and _known(plain) and plain > -1 else 1.0


def _moved(now, before, relative: bool) -> float:
    if not (_known(now) and _known(before)) or (relative and not before):
        return np.nan
    return (now - before) / (before if relative else 1.0)


def of_orders(frame: pd.DataFrame, view: View, edition: bool, by: Sequence[str] = ()) -> pd.DataFrame:
    """`complaints.overview` of the whole, as an edition tells it: on the hotline's own page it is the hotline's."""
    if not edition:
        return frame
    label = view.period.label
    known = {i.key: i for i in catalogue.orders.declared(view.params)}
    told = months(indicators.evaluate(view, orders.months(view), list(known.values())), known)
    before = period_before(label) if grain(label) else ""
    made = judged(frame, told, known, before=before, year=year_before(label) if grain(label) else "")
    volume = made["indicator"].isin(catalogue.orders.VOLUMES)
    came = told[told["indicator"].isin(catalogue.orders.VOLUMES) & (told["period"] == before)]["numerator"]
    previous = float(came.iloc[0]) if len(came) else np.nan
    difference = (made["numerator"] - previous).where(volume & frame["difference"].notna())
    return made.assign(
        previous=[previous if _known(p) else np.nan for p in frame["previous"]],
        difference=difference,
        change_of_count=difference / (previous or np.nan),
        open=[_count(n) for n in frame["open"]],
        open_missing=[SMALL if small(n) else "" for n in frame["open"]],
    )


# ---- counts by group


def of_groups(frame: pd.DataFrame, view: View, edition: bool, by: Sequence[str] = ()) -> pd.DataFrame:
    """A table of `measures.mix` as it is told: counts of this month and the one before by group, shares of the whole, their changes.

    On the hotline's own page the row of all stays as it is. Without `p` and `q`, from which counts can be had, nor the intervals of changes.
    """
    rows, of_all = frame.to_dict("records"), _of_all(frame, by)
    whole = {c: _whole(frame, of_all, c) for c in ("count", "before")}
    whole = {c: float(nearest(n)) if edition else n for c, n in whole.items()}
    made = [row if plain and not edition else _group(row, whole, by) for row, plain in zip(rows, of_all, strict=True)]
    marks = sorted({c for row in made for c in row if c.endswith("_missing")})
    told = pd.DataFrame(made, index=frame.index).reindex(columns=[*frame, *(c for c in marks if c not in frame)])
    return told.assign(**{c: told[c].fillna("") for c in marks})


def _of_all(frame: pd.DataFrame, by: Sequence[str]) -> np.ndarray:
    """Which rows are of all groups together."""
    if "level" in frame:
        return frame["level"].eq(0).to_numpy()
    return frame["group"].eq(ALL).to_numpy() if "group" in frame else np.full(len(frame), not by)


def _whole(frame: pd.DataFrame, of_all: np.ndarray, count: str) -> float:
    """What the shares are of: the row of all, else what a share says; nan where nothing does."""
    if of_all.any():
        return float(frame[count][of_all].iloc[0])
    share = frame["share"] if count == "count" else frame["share"] - frame["share_change"]
    found = (frame[count] / share.where(share > 0)).dropna()
    return float(np.round(found.iloc[0])) if len(found) else np.nan


def _design(row: Mapping) -> float:
    """By how much the days of a group vary more than single records would, as a design effect that is rounded up to a step: a narrow one
    would give the exact interval away. 1 where the exact share has no interval."""
    n = row["count"] / row["share"] if row["share"] else np.nan
    low, high = intervals.wilson(row["count"], n) if n > 0 else (np.nan, np.nan)
    effect = ((row["share_high"] - row["share_low"]) / (high - low)) ** 2
    return float(next((step for step in DESIGNS if step >= effect * (1 - 1e-6)), DESIGNS[-1])) if _known(effect) else 1.0


def _group(row: dict, whole: Mapping[str, float], by: Sequence[str]) -> dict:
    told = {c: v if c in OF_A_GROUP or c in by else () if isinstance(v, tuple) else np.nan for c, v in row.items()}
    told |= {c: SMALL if str(v).startswith("<") else v for c, v in row.items() if c.endswith("_missing")}  # one mark for all that are small
    now, before = (_count(row[c]) for c in ("count", "before"))
    told |= {"count": now, "before": before} | {f"{c}_missing": SMALL for c in ("count", "before") if small(row[c])}
    if _known(now) and _known(row["share"]) and whole["count"]:
        share = min(now / whole["count"], 1.0)
        own = whole["count"] / _design(row)
        low, high = intervals.wilson(share * own, own)
        told |= {"share": share, "share_low": float(low), "share_high": float(high)}
        if _known(before) and _known(row["share_change"]) and whole["before"]:
            told["share_change"] = share - min(before / whole["before"], 1.0)
    if _known(now) and _known(before) and _known(row["difference"]):
        told["difference"] = now - before
        if before and _known(row["change"]):
            told |= {"change": now / before - 1}
            plain = row["uneven"] if _known(row["uneven"]) else row["change"]  # a day, as counted
            days = (1 + plain) / (1 + row["change"]) if row["change"] > -1 else 1.0  # of the month before by those of this one
            off = {"a_day": _days_off(row["a_day"], plain), "uneven": 1.0}
            told |= {c: now / before * days * off[c] - 1 for c in off if _known(row[c])}
    resting = [
        c for c in ("share", "change", "a_day", "uneven", "difference", "share_change") if _known(row.get(c)) and not _known(told[c])
    ]
    silent = {c: "few" for c in ("state", "share_state") if row[c] in ("new", "gone")}  # which would tell a nought
    return told | silent | dict.fromkeys((f"{c}_missing" for c in resting), disclosure.UNTOLD)


# ---- days


def days(frame: pd.DataFrame) -> pd.DataFrame:
    """`measures.days.daily` of an edition: the counts of its days as every count."""
    calls, usual = ([_count(n) for n in frame[c]] for c in ("calls", "usual"))
    notes = [
        f"{n:,.0f}/{u:,.0f}" if note and _known(n) and _known(u) else "" for n, u, note in zip(calls, usual, frame["note"], strict=True)
    ]
    return frame.assign(calls=calls, usual=usual, note=notes, calls_missing=[SMALL if small(n) else "" for n in frame["calls"]])


ROUNDED: dict[tuple[str, str], Callable[..., pd.DataFrame]] = {
    ("complaints", "overview"): of_orders,
    ("complaints", "volume"): of_groups,
    ("complaints", "categories"): of_groups,
    ("service", "volume"): of_groups,
}
