"""Replies in a fifth of the time, a quarter fewer calls: is it so, and could it be chance? (B09, B10, B12)

A measure says in `claims` what it is said to have changed; without them it is what its indicator speaks of. All of it is compared over the same months of the
year before and after (`seasons`). `durations`: median, nine in ten and within the limit, and the ratio of the medians. `contacts`: the volume of each way, and
what a fall on the telephone is of all contacts. `productivity`: first-call resolution and calls an hour. Source: catalogue B09, B10, B12, E06; methods 10.
"""

from collections.abc import Sequence
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import catalogue, chats, indicators, orders, seasons
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.indicators import Indicator, Part, mark
from hotline_analysis.measures.orders import local_days
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.stats import before_after, intervals
from hotline_analysis.stats.before_after import FEW_PAIRS, Lengths
from hotline_analysis.studies.improvement.log import Target, both, missing, target_of, targets
from hotline_analysis.words import CONTACTS_A_DAY, HOURS, SECONDS, Field, Term

OF_ORDERS, OF_CALLS, HOUR = ("dispatch", "response", "resolution"), {"wait": "queue_seconds", "talk": "talk_seconds"}, 3600
FEW = 30  # cases of a side below which nothing is said of its duration
INDICATORS = {"solved": "first_call_resolution_24h", "pace": "calls_an_hour"}
NAMES = {
    "dispatch": Term("受理到转出", "From receipt to dispatch"),
    "response": Term("受理到首次响应", "From receipt to the first response"),
    "resolution": Term("受理到解决", "From receipt to resolution"),
    "wait": Term("来电等待", "Waits of answered calls"),
    "talk": Term("来电通话", "Talk time of answered calls"),
}
WAYS = {
    "phone": Term("来电", "calls"),
    "chat": Term("人工会话", "chats with a person"),
    "bot": Term("机器人会话", "chats with the bot alone"),
    "people": Term("需要人工的（来电与人工会话）", "contacts with a person (calls and chats)"),
    "all": Term("全部联系", "all contacts"),
}
COLUMNS = {
    "duration": Field(Term("时长", "Duration"), words=NAMES),
    "way": Field(Term("联系方式", "Way of contact"), words=WAYS),
    "cases_before": Field(Term("此前的件数", "Cases before"), "count"),
    "cases_after": Field(Term("此后的件数", "Cases after"), "count"),
    "median_before": Field(Term("此前中位数", "Median before"), "level"),
    "median_after": Field(Term("此后中位数", "Median after"), "level"),
    "ninth_before": Field(Term("此前九成在", "Nine in ten before"), "level"),
    "ninth_after": Field(Term("此后九成在", "Nine in ten after"), "level"),
    "ratio_change": Field(Term("中位数的变化", "Change of the median"), "relative", interval=("ratio_low", "ratio_high")),
    "limit": Field(Term("时限", "Limit"), "limit"),
    "within_before": Field(Term("此前时限内", "Within it before"), "share"),
    "within_after": Field(Term("此后时限内", "Within it after"), "share"),
    "within_change": Field(Term("时限内的变化", "Change within it"), "points", interval=("within_low", "within_high")),
    "a_day_before": Field(Term("此前日均", "A day before"), "level"),
    "a_day_after": Field(Term("此后日均", "A day after"), "level"),
    "volume_change": Field(Term("变化", "Change"), "relative", interval=("volume_low", "volume_high")),
    "share_before": Field(Term("前占全部", "Of all, before"), "share"),
    "share_after": Field(Term("后占全部", "Of all, after"), "share"),
    "of_all": Field(Term("折合全部联系", "Part of all contacts"), "signed_share"),
}


# ---- what is claimed


def claimed(target: Target) -> tuple[str, ...]:
    """What a measure is said to have changed: as params say, otherwise what its indicator speaks of."""
    if target.done.claims:
        return target.done.claims
    key = target.done.indicator
    of = {"offered": "contacts", "asa_seconds": "wait", "talk_seconds": "talk", "calls_an_hour": "pace", INDICATORS["solved"]: "solved"}
    if key.partition("_")[0] in OF_ORDERS:
        return (key.partition("_")[0],)
    return (of[key],) if key in of else ("wait",) if key.startswith("service_level_") else ()


def asked(view: View, kinds: Sequence[str]) -> list[tuple[Target, str]]:
    """The measures that have begun with each claim of some kinds. Raises DataRefused where none claims any."""
    found = [(t, claim) for t in targets(view) for claim in claimed(t) if claim in kinds and t.day <= view.period.last_day]
    if not found:
        raise missing("interventions › claims")
    return found


class _Sides(NamedTuple):
    """The pairs of months that are compared, each as (before, after), and how they were found."""

    pairs: list[tuple[Period, Period]]
    matched: str


def _sides(view: View, target: Target, kept: set[str] | None = None) -> _Sides:
    """The months to compare, of those that have figures (all whole months by default)."""
    before, after = ([p for p in side if kept is None or p.label in kept] for side in seasons.sides(view, target.day))
    pairs, matched = seasons.matched([p.label for p in before], [p.label for p in after])
    of = {p.label: p for p in (*before, *after)}
    return _Sides([(of[a], of[b]) for a, b in pairs], matched if pairs else "")


def _head(target: Target, sides: _Sides) -> dict:
    return {"day": target.done.date, **both("name", target.done.name), "pairs": len(sides.pairs), "matched": sides.matched}


def _said(ratio: before_after.Ratio, pairs: int, matched: str) -> str:
    """The case of a sentence: nothing, bare (no interval), none (it holds 1), two periods (too few pairs to judge), clear."""
    if not np.isfinite(ratio.value):
        return "nothing"
    if not np.isfinite(ratio.low):
        return "bare"
    if ratio.low <= 1 <= ratio.high:
        return "none"
    return "clear" if pairs >= FEW_PAIRS and matched == "same months" else "two periods"


def _in_calls(view: View, target: Target) -> tuple[str, tuple[str, ...]]:
    """The column and names in calls and chats of a measure that is for some units or issues only, whatever table its indicator is of."""
    found = target_of(view, target.done.model_copy(update={"indicator": ""}))
    return found.column, found.names


# ---- durations


def durations(view: View) -> pd.DataFrame:
    """How long things took before and after each measure that claims it, one row a measure and duration.

    Columns: day, name, duration, unit (hours of orders by the clock of the params, seconds of calls), cases_before, cases_after, median_before, median_after,
    ninth_before, ninth_after (nine in ten were done within), ratio_change (the medians' ratio less 1), ratio_low, ratio_high (95 %, `before_after`: days drawn again,
    and from three pairs of months on at least the months' own variation), limit, within_before, within_after, within_change, within_low, within_high (Newcombe; of
    orders the first limit of the params, of waits the first of `service › answer_seconds`), pairs, matched, said (clear, none, two periods, bare, nothing).

    Cases count in the month in which they began; open orders for as long as they were seen, withdrawn ones compete, as elsewhere; of calls those answered. Fewer
    than 30 cases of a side, or a median of 0, are not compared. Raises DataRefused where no measure claims a duration. Source: B10.
    """
    return pd.DataFrame([_duration(view, target, claim) for target, claim in asked(view, (*OF_ORDERS, *OF_CALLS))])


def _duration(view: View, target: Target, claim: str) -> dict:
    sides = _sides(view, target)
    row = {
        **_head(target, sides),
        "duration": claim,
        "unit": (HOURS if claim in OF_ORDERS else SECONDS).key,
        "limit": "",
        "said": "nothing",
    }
    row |= dict.fromkeys(
        ("median_before", "median_after", "ninth_before", "ninth_after", "ratio_change", "ratio_low", "ratio_high"), np.nan
    )
    row |= dict.fromkeys(("within_before", "within_after", "within_change", "within_low", "within_high"), np.nan)
    cases = (_of_orders if claim in OF_ORDERS else _of_calls)(view, target, claim) if sides.pairs else None
    parts = [] if cases is None else [tuple(_within(cases, p) for p in pair) for pair in sides.pairs]
    first, second = ([p[side] for p in parts] for side in (0, 1))
    row |= {"cases_before": sum(len(p) for p in first), "cases_after": sum(len(p) for p in second)}
    if min(row["cases_before"], row["cases_after"]) < max(FEW, view.smallest):
        return row
    a, b = (_lengths(pd.concat(side)) for side in (first, second))
    ratio = before_after.quantile_ratio(a, b, pairs=[(_lengths(x), _lengths(y)) for x, y in parts if len(x) and len(y)])
    row |= {
        f"{name}_{when}": before_after.quantile(side, share) / (HOUR if claim in OF_ORDERS else 1)
        for name, share in (("median", 0.5), ("ninth", 0.9))
        for when, side in (("before", a), ("after", b))
    }
    row |= {"ratio_change": ratio.value - 1, "ratio_low": ratio.low - 1, "ratio_high": ratio.high - 1}
    row |= _limited(view, claim, pd.concat(first), pd.concat(second))
    return {**row, "said": _said(ratio, len(parts), sides.matched)}


def _within(cases: pd.DataFrame, period: Period) -> pd.DataFrame:
    return cases[(cases["start_s"] >= period.start_s) & (cases["start_s"] < period.end_s)]


def _lengths(cases: pd.DataFrame) -> Lengths:
    return Lengths(cases["length"].to_numpy(float), cases["done"].to_numpy(int), cases["day"].to_numpy())


def _of_orders(view: View, target: Target, claim: str) -> pd.DataFrame | None:
    """Orders with how long they waited, in seconds: start_s, day, length, done (1, 2 withdrawn, 0 open); None where the export cannot tell."""
    if "orders" not in view.tables:
        return None
    column, names = target.column if target.done.issues else "department" if target.names else "", target.names
    frame = orders.counted(orders.cases(view, *filter(None, [column])))
    ends = [c for c in orders.MEASURES[claim] if c in frame]
    if not ends or "created_s" not in frame or (names and column not in frame):
        return None
    frame = frame[frame[column].isin(names)] if names else frame
    if not len(frame):
        return None
    dates = any(orders.dates_only(view.calendar, frame[c]) for c in ("created_s", *ends))
    frame = frame.reset_index(drop=True)
    found = orders.waits(view, frame, claim, "d" if dates else "h")
    told = frame.iloc[found.rows]
    length = found.length * (24 * HOUR if dates else 1)
    return pd.DataFrame({"start_s": told["created_s"].to_numpy(), "day": told["day"].to_numpy(), "length": length, "done": found.cause})


def _of_calls(view: View, target: Target, claim: str) -> pd.DataFrame | None:
    """Answered calls with their wait (ringing included where the export has it) or talk: start_s, day, length, done (1)."""
    if "calls" not in view.tables:
        return None
    calls, needed = indicators.offered_calls(view), OF_CALLS[claim]
    have = calls.collect_schema().names()
    column, names = _in_calls(view, target)
    if needed not in have or "outcome" not in have or (names and column not in have):
        return None
    length = nw.col(needed) + nw.col("ring_seconds") if claim == "wait" and "ring_seconds" in have else nw.col(needed)
    kept = calls.filter((nw.col("outcome") == "answered") & (length >= 0))
    kept = kept.filter(nw.col(column).is_in(list(names))) if names else kept
    frame = pandas(kept.select("start_s", "seq", length=length)).sort_values("seq", ignore_index=True)
    return frame.assign(day=local_days(view.calendar, frame["start_s"]), done=1)


def _limited(view: View, claim: str, first: pd.DataFrame, second: pd.DataFrame) -> dict:
    """The shares within the limit, their difference and its interval."""
    if claim == "talk":
        return {}
    text = getattr(view.params.complaints, claim, ())[:1] if claim in OF_ORDERS else (f"{view.params.service.answer_seconds[0]}s",)
    if not text:
        return {}
    most = {"h": HOUR, "d": 24 * HOUR, "s": 1}[text[0][-1]] * int(text[0][:-1])
    found = [_share(side, most) for side in (first, second)]
    (p1, *ends1), (p2, *ends2) = found
    low, high = intervals.difference(p2, ends2, p1, ends1)
    change = {"within_change": p2 - p1, "within_low": float(low), "within_high": float(high)}
    return {"limit": text[0], "within_before": p1, "within_after": p2, **change}


def _share(cases: pd.DataFrame, most: int) -> tuple[float, float, float]:
    """The share within a limit with its interval, open cases for as long as they were seen."""
    waits = orders.Waits(
        np.arange(len(cases)), cases["length"].to_numpy(float), cases["done"].to_numpy(int), np.full(len(cases), np.inf), 0, 0, 0
    )
    found = orders.share_within(waits, most)
    return float(found.value), found.low, found.high


# ---- contacts


def _sessions(zh: str, en: str, *servers: str) -> Indicator:
    part = Part(Term(zh, en), ("served_by",), lambda have: mark(nw.col("served_by").is_in(list(servers))), "sessions")
    return Indicator(
        f"sessions_{servers[0]}", Term(zh, en), part, None, CONTACTS_A_DAY, None, Term("", ""), Term("", ""), Term("", ""), "B09"
    )


BY_WAY = {
    "chat": _sessions("人工会话", "chats with a person", *chats.HUMAN),
    "bot": _sessions("机器人会话", "chats with the bot alone", "bot"),
}


def contacts(view: View) -> pd.DataFrame:
    """Contacts a day before and after each measure that is said to have made them fewer, one row a measure and way: phone, chat (with a person), bot (alone),
    people (phone and chat), all. Without chat sessions there is the telephone alone.

    Columns: day, name, way, unit, a_day_before, a_day_after (kinds of day taken off), volume_change (the rates' ratio less 1), volume_low, volume_high (95 %,
    `before_after.rate_ratio`: quasi-Poisson over the same months, the larger of the days' and the months' dispersion), share_before, share_after (of all
    contacts), of_all (the change as a part of all contacts before: a quarter fewer calls are less of all contacts, and may have moved to the chat), pairs,
    matched, said. Of a measure for some units or issues they are theirs alone, all contacts too. Raises DataRefused where no measure claims it, or the data hold no month on one side. Source: B09.
    """
    rows = [row for target, _ in asked(view, ("contacts",)) for row in _contacts(view, target)]
    if not rows:
        raise DataRefused("improvement", "no whole month before or after.", "Ask for a later month.")
    return pd.DataFrame(rows)


def _contacts(view: View, target: Target) -> list[dict]:
    months = seasons.whole_months(view)
    ways = {"phone": catalogue.known(view.params)["offered"], **(BY_WAY if "sessions" in view.tables else {})}
    place = _in_calls(view, target)
    held = {way: _volumes(view, months, indicator, *place) for way, indicator in ways.items() if indicator.tables[0] in view.tables}
    held = {way: frame for way, frame in held.items() if len(frame)}
    if not held:
        return []
    sides = _sides(view, target, set.intersection(*(set(frame.index) for frame in held.values())))
    if not sides.pairs:
        return []
    told = dict(held)
    if "chat" in held and "phone" in held:
        told["people"] = _added([held["phone"], held["chat"]])
        told["all"] = _added(list(held.values()))
    whole = told.get("all", next(iter(held.values())))
    alone = "" if "all" in told else "none there" if target.names and "sessions" in view.tables else "alone"
    head = {**_head(target, sides), "unit": CONTACTS_A_DAY.key, "alone": alone}
    rows = [{**head, "way": way, **_volume(frame, whole, sides)} for way, frame in told.items()]
    return [{**row, "told": row["said"] if row["way"] in ("phone", "all") else ""} for row in rows]


def _volumes(view: View, months: Sequence[Period], indicator: Indicator, column: str, names: Sequence[str]) -> pd.DataFrame:
    """By month: count, exposure (days of an average kind), level, error (of the level) of a volume, of the names in a column where there are any; months that are
    covered and have figures.
    """
    found = indicators.evaluate(view, months, [indicator], by=column)
    found = found[found["value"].notna() & found["covered"].astype(bool) & (found["adjusted"] > 0)]
    found = found[found["group"].isin(names)] if names else found
    parts = {"count": found["numerator"].astype(float), "level": found["adjusted"].astype(float), "error": found["se"].astype(float) ** 2}
    sums = pd.DataFrame(parts).groupby(found["period"]).sum()
    return sums.assign(exposure=sums["count"] / sums["level"], error=np.sqrt(sums["error"]))


def _added(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Several volumes as one, over the months that all have."""
    months = sorted(set.intersection(*(set(f.index) for f in frames)))
    parts = [f.loc[months] for f in frames]
    count, level = sum(p["count"] for p in parts), sum(p["level"] for p in parts)
    return pd.DataFrame({"count": count, "exposure": count / level, "level": level, "error": np.sqrt(sum(p["error"] ** 2 for p in parts))})


def _volume(frame: pd.DataFrame, whole: pd.DataFrame, sides: _Sides) -> dict:
    a, b = (frame.loc[[pair[side].label for pair in sides.pairs]] for side in (0, 1))
    every = [whole.loc[[pair[side].label for pair in sides.pairs]] for side in (0, 1)]
    both_sides = pd.concat([a, b])
    unrest = float(((both_sides["error"] * both_sides["exposure"]) ** 2 / both_sides["count"]).mean())
    ratio = before_after.rate_ratio(a["count"], b["count"], a["exposure"], b["exposure"], dispersion=unrest)
    first, second = (float(side["count"].sum() / side["exposure"].sum()) for side in (a, b))
    all_first, all_second = (float(side["count"].sum() / side["exposure"].sum()) for side in every)
    change = {"volume_change": ratio.value - 1, "volume_low": ratio.low - 1, "volume_high": ratio.high - 1}
    alone = whole is frame  # the one way that there is, or all of them
    parts = {"share_before": first / all_first, "share_after": second / all_second, "of_all": (second - first) / all_first}
    shares = dict.fromkeys(parts, np.nan) if alone else parts
    return {"a_day_before": first, "a_day_after": second, **change, **shares, "said": _said(ratio, len(sides.pairs), sides.matched)}


TABLES = {"durations": durations, "contacts": contacts}
