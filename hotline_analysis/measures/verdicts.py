"""What may be said of a month's figures: whether they can be compared at all, whether the month is out of the ordinary, whether it goes on.

Two facts, two words. 本月异常 (outside): the month lies outside what the months before it foresee (`control.foreseen`); only this is better or
worse, and only from twelve comparable months on. 持续偏低 / 偏高 (run): seven months or more in a row on one side of the centre, and their mean
outside what the months before foresee of such a mean, which asks whether something has changed for good (`breaks` in the params). Months are comparable when the data cover them (of a repeat
rate the days behind them too), every case of theirs can be judged, the rule is the same and no declared break lies between.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from hotline_analysis.measures.indicators import FEW, Indicator
from hotline_analysis.measures.periods import grain, holding, months_in, period_before
from hotline_analysis.stats import control, decomposition, intervals, resampling
from hotline_analysis.words import Term

CHART_MONTHS, TRIAL_MONTHS, RUN = 12, 6, control.RUN  # comparable months, the judged one among them
BASELINE = 12  # limits stand on the first so many comparable months since the last break
ESTIMABLE = 3  # earlier months from which the months' own variation enters the interval of a change
MOVED = 0.05  # a base that moved by so much and beyond chance has moved, where there are no limits to tell
BASES = ("identified_share", "connection_rate")  # what a repeat rate rests on
CHANGED = ("worse", "better", "more", "less")
DEFAULTS = {
    "adjusted": "value",
    "adjusted_low": "low",
    "adjusted_high": "high",
    "noise": 0.0,
    "known": 1.0,
    "days": 30,
    "covered": True,
    "watched": True,
    "ended": True,
    "definition": "",
    "clusters": "callers",
    "beyond": False,
    "unfinished": False,
    "origin": "records",
}


def compare(
    frame: pd.DataFrame,
    now: str,
    before: str,
    catalogue: Mapping[str, Indicator],
    *,
    year: str = "",
    targets: Mapping[str, float] | None = None,
    breaks: Mapping[str, Term] | None = None,
    grade: str = "",
    few: int = FEW,
    level: float = control.LEVEL,
    levels: Mapping[str, float] | None = None,
    follows: Callable[[str, str], bool] = lambda before, after: grain(after) != "" and period_before(after) == before,
) -> pd.DataFrame:
    """One row an indicator and group: this period against the months before it, and what may be said of it.

    frame: from `evaluate`, with all months up to `now`; a history of one's own needs indicator, period, group, numerator, denominator, value,
    low, high, se, calls and missing. year: the period to show beside it (the same month of last year), without a verdict of its own.
    breaks: first month after each declared change, with its words. grade: "poor" judges nothing. catalogue: the indicators that the frame may hold;
    level: how often limits flag a month in which nothing changed (less for each row of a table of many); levels: of single indicators. follows: whether a period comes
    right after another, where they are no months.

    Adds to this period's columns
    - event (the family, or the key), leads (the one row of an event that speaks for it), judgement (better, worse, more, less, none, few,
      not_compared), direction (up, down, none, few), state (outside, inside, outside trial, inside trial, no evidence, few months, few,
      not compared), reason (why there is no judgement: key of `words.REASON`), moved (the base that moved)
    - before, before_adjusted, change (of `adjusted`; difference of shares and seconds, relative for volumes), change_low, change_high
      (95 %), change_basis (callers: paired over the caller groups; days; days and months), raw_change (of `value`), year_change,
      year_low, year_high
    - method (chart, trial, two periods, ''), rule (outside, ''), centre, lower, upper (limits of this month), trial, baseline_first,
      baseline_last, baseline_months, run (high, low, '': seven months or more whose mean lies outside its own limits), run_months (months in
      a row on that side, from 1 on)
    - target, target_gap (value less target), reached (this month), reached_months of target_months, capability (met, at times, out of
      reach, no target; '' without limits, and where a signal stands)
    - rank (highest, lowest, '') of rank_months, break_month, break_zh, break_en (the last declared break)
    - events (judged this month) and false_flags (how many of them chance alone would flag)
    - months, values, centres, lowers, uppers: the history as tuples, the limits missing outside this month's own stretch

    From twelve comparable months the limits decide, from six they are trial limits and nothing is better or worse, before that the interval
    of the change only describes. A repeat rate is not judged when its base (identified share, connection rate) signals, nor a figure of answers by several ways (`ways`)
    when their mix decides whether it does.
    """
    whole = _whole(frame)
    ask = _Ask(
        now,
        before,
        year,
        dict(targets or {}),
        _breaks(breaks or {}, grain(now)),
        grade,
        few,
        dict(catalogue),
        level,
        dict(levels or {}),
        follows,
    )
    rows = [_compared(part, ask) for _, part in whole[whole["period"] <= now].groupby(["indicator", "group"], sort=False)]
    rows = [r for r in rows if r]
    _judge_bases(rows, ask.catalogue)
    _name_events(rows, ask)
    return pd.DataFrame(rows).drop(columns="ways", errors="ignore")  # it counts answers of small groups


def _breaks(breaks: Mapping[str, Term], of: str) -> dict[str, Term]:
    """The breaks by the period of a kind that they fall into. One within a quarter or a year stands at the next too: the mixed one compares with neither side."""
    if of in ("", "month"):
        return dict(breaks)
    found = {}
    for month, words in sorted(breaks.items()):
        here = holding(month, of)
        found |= {here: words} | ({} if months_in(here)[0] == month else {period_before(here, -1): words})
    return found


class _Ask(NamedTuple):
    now: str
    before: str
    year: str
    targets: dict
    breaks: dict
    grade: str
    few: int
    catalogue: dict
    level: float
    levels: dict
    follows: Callable[[str, str], bool]

    def of(self, indicator: Indicator) -> float:
        """How often the limits of an indicator flag a month in which nothing changed."""
        return self.levels.get(indicator.key, self.level)


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with what `evaluate` adds; a history of one's own may lack it."""
    lacking = {name: frame.get(said, said) for name, said in DEFAULTS.items() if name not in frame}
    whole = frame.assign(**lacking)
    whole.attrs = {}  # a contract would be copied with every row that is looked at
    for name in ("without", "ways"):
        if name not in whole:
            whole[name] = [()] * len(whole)
    return whole.sort_values("period", kind="stable")


def _compared(part: pd.DataFrame, ask: _Ask) -> dict:
    series = part.set_index("period", drop=False)
    if ask.now not in series.index:
        return {}
    row, indicator = series.loc[ask.now].to_dict(), ask.catalogue[part["indicator"].iloc[0]]
    same = _comparable(series, ask)
    history = series[same & (series["period"] < ask.now)]
    stands = bool(same[ask.now])
    earlier = history.loc[ask.before] if ask.before in history.index and stands else None
    last_year = history.loc[ask.year] if ask.year in history.index and stands else None
    change = _change(indicator, row, earlier, history)
    method = _method(row, history, earlier, ask) if stands else ""
    limits = _limits(indicator, series, history, same, ask, method)
    said = _said(indicator, row, series, history, change, limits, method, stands, ask)
    if said["reason"] in ("", "few months", "trial") and _mixed(indicator, row, history, earlier, change, limits, method):
        said, limits = _not_compared("ways"), {**limits, "run": ""}
    year = _change(indicator, row, last_year, history)
    return {
        **row,
        "event": indicator.event,
        **change,
        "year_change": year["change"],
        "year_low": year["change_low"],
        "year_high": year["change_high"],
        **limits,
        **said,
        "method": method,
        "moved": "",
        **_aim(indicator, row, series, limits, said, method, ask),
        **_rank(row, series[same]),
        **_break(ask),
    }


def _comparable(series: pd.DataFrame, ask: _Ask) -> pd.Series:
    """Which months can stand beside this one: covered, with a value, under its rule, in its stretch between breaks."""
    since = max((m for m in ask.breaks if m <= ask.now), default="")
    whole = series["covered"].astype(bool) & series["adjusted"].notna() & (series["calls"] > 0) & ~series["beyond"].astype(bool)
    whole &= series["watched"].astype(bool) & series["ended"].astype(bool)
    whole &= series["origin"] == "records"  # what was typed in is shown and never compared
    # a month that is judged by its short limits alone neither stands beside others nor makes their limits
    whole &= ~series["unfinished"].astype(bool)
    return whole & (series["definition"] == series.loc[ask.now, "definition"]) & (series["period"] >= since)


def _method(row: dict, history: pd.DataFrame, earlier, ask: _Ask) -> str:
    months = len(history) + 1
    if ask.grade == "poor" or row["calls"] < ask.few:
        return ""
    if months >= TRIAL_MONTHS:
        return "chart" if months >= CHART_MONTHS else "trial"
    return "two periods" if earlier is not None and earlier["calls"] >= ask.few else ""


# ---- the change


def _change(indicator: Indicator, row: Mapping, last, history: pd.DataFrame) -> dict:
    """The change from one period to another with its interval; nothing where one of the two cannot stand beside the other."""
    nothing = ("before", "before_adjusted", "change", "change_low", "change_high", "raw_change")
    said = {**dict.fromkeys(nothing, np.nan), "change_basis": ""}
    if last is None:
        return said
    relative = indicator.denominator is None
    said |= {"before": last["value"], "before_adjusted": last["adjusted"]}
    if relative and not (last["adjusted"] and last["value"]):
        return said
    scale, raw = (last["adjusted"], last["value"]) if relative else (1.0, 1.0)
    low, high, basis = _change_interval(row, last, history)
    if relative:
        low, high = intervals.of_base(low, high, scale)
    elif indicator.most == 1:  # from the interval of what was before: a share of 72 % can hardly rise by 82 points
        low, high = np.fmax(low, -last["adjusted_high"]), np.fmin(high, 1 - last["adjusted_low"])
    ends = {"change_low": float(low), "change_high": float(high), "change_basis": basis}
    return {**said, "change": (row["adjusted"] - last["adjusted"]) / scale, "raw_change": (row["value"] - last["value"]) / raw, **ends}


def _change_interval(row: Mapping, last: Mapping, history: pd.DataFrame) -> tuple[float, float, str]:
    """95 % of the difference: paired over the caller groups where both periods have them, otherwise from days, with the months' own variation."""
    change = row["adjusted"] - last["adjusted"]
    if row["clusters"] == "callers" and len(row["without"]) and len(last["without"]):
        error = resampling.paired(row["without"], last["without"], row["adjusted"], last["adjusted"])
        if error.se > 0:  # without it all callers alike: 0 of 5 after 0 of 7 is no certainty
            return float(error.low), float(error.high), "callers"
    ends = [(r["adjusted_low"], r["adjusted_high"]) for r in (row, last)]
    low, high = intervals.difference(row["adjusted"], ends[0], last["adjusted"], ends[1])
    if row["clusters"] != "days" or len(history) < ESTIMABLE:
        return float(low), float(high), row["clusters"]
    months = control.between_months(history["adjusted"].to_numpy(float), history["se"].to_numpy(float))
    return float(change - np.hypot(change - low, months)), float(change + np.hypot(high - change, months)), "days and months"


# ---- limits and runs


def _limits(indicator: Indicator, series: pd.DataFrame, history: pd.DataFrame, same: pd.Series, ask: _Ask, method: str) -> dict:
    """The limits of this month and of those in its stretch, from the first comparable months before it."""
    values = series["adjusted"].to_numpy(float)
    drawn = np.full((3, len(series)), np.nan)
    base = history.iloc[:BASELINE]
    if method in ("chart", "trial"):
        at = np.flatnonzero(same.to_numpy(bool))
        drawn[:, at] = _foreseen(indicator, base, series.iloc[at], ask.of(indicator))
    here = series.index.get_loc(ask.now)
    side = _side(values, drawn[0]) * same.to_numpy(bool)
    run = _run(side, list(series["period"]), ask.follows) if method == "chart" else 0
    lasts = run >= RUN and _lasts(indicator, base, series.iloc[here - run + 1 : here + 1], ask.of(indicator))
    told = len(base) if method in ("chart", "trial") else 0
    return {
        **dict(zip(("centre", "lower", "upper"), (float(d[here]) for d in drawn), strict=True)),
        "trial": method == "trial",
        "baseline_first": base["period"].iloc[0] if told else "",
        "baseline_last": base["period"].iloc[-1] if told else "",
        "baseline_months": told,
        "run": ("high" if side[here] > 0 else "low") if lasts else "",
        "run_months": run,
        "months": tuple(series["period"]),
        "values": tuple(values),
        **dict(zip(("centres", "lowers", "uppers"), (tuple(d) for d in drawn), strict=True)),
    }


def _foreseen(
    indicator: Indicator, base: pd.DataFrame, months: pd.DataFrame, level: float = control.LEVEL, together: int = 1
) -> np.ndarray:
    """Centre, lower and upper limit of some months (or of the mean of so many) from the months of the baseline, each by its own base (days of a volume, else
    calls): shares and counts of few events as wide as chance alone makes them.
    """
    weight = "days" if indicator.denominator is None else "calls"
    past, weights = base["adjusted"].to_numpy(float), base[weight].to_numpy(float)
    noise, own = months["noise"].to_numpy(float), months[weight].to_numpy(float)
    room = control.foreseen(past, _within(base), weights, own, noise=noise, level=level, together=together)
    k, n = (int(base[c].fillna(0).sum()) for c in ("numerator", "denominator"))
    fewest, most = np.full((2, len(months)), np.nan)
    if indicator.counted and 0 <= k <= n:
        fewest, most = control.counted(k, n, (months["calls"] * together).to_numpy(int), level=level)
    elif indicator.events and n:
        fewest, most = control.counted_events(k, n, months["denominator"].fillna(0).to_numpy(float) * together, level=level)
    top = np.inf if indicator.most is None else indicator.most
    return np.vstack([room.centre, *(np.clip(end, 0.0, top) for end in (np.fmin(room.lower, fewest), np.fmax(room.upper, most)))])


def _lasts(indicator: Indicator, base: pd.DataFrame, run: pd.DataFrame, level: float) -> bool:
    """Whether the mean of a run lies outside what the baseline foresees of it: seven months on one side alone are chance in 1 of 28 months."""
    parts = {
        "calls": len(run) / (1 / run["calls"]).sum(),
        "days": run["days"].mean(),
        "denominator": run["denominator"].astype(float).mean(),
    }
    month = pd.DataFrame([{**parts, "noise": np.sqrt(np.square(run["noise"]).mean())}])
    _, lower, upper = _foreseen(indicator, base, month, level, together=len(run))[:, 0]
    return not lower <= run["adjusted"].mean() <= upper


def _within(base: pd.DataFrame) -> np.ndarray:
    """The errors within the months that move one month against another: the same callers' habits are in all of them and move none."""
    errors, rows = base["se"].to_numpy(float), base[["without", "adjusted"]].to_dict("records")
    if (base["clusters"] != "callers").any() or not all(len(r["without"]) for r in rows) or len(rows) < 2:
        return errors
    pairs = [resampling.paired(b["without"], a["without"], b["adjusted"], a["adjusted"]).se for a, b in pairwise(rows)]
    return np.full(len(errors), np.sqrt(np.square(pairs).mean() / 2))


def _side(values: np.ndarray, line: np.ndarray) -> np.ndarray:
    """-1, 0 or 1 for below, on (as far as a float can tell) or above a line; 0 where there is none."""
    away = np.nan_to_num(values - line)
    return np.sign(away) * (np.abs(away) > control.ROUNDING * np.abs(np.nan_to_num(values)))


def _run(side: np.ndarray, periods: list[str], follows: Callable[[str, str], bool]) -> int:
    """How many months up to the last lie on its side of the centre without a gap."""
    count = 0
    for n in range(len(side) - 1, -1, -1):
        if not side[-1] or side[n] != side[-1] or (count and not follows(periods[n], periods[n + 1])):
            break
        count += 1
    return count


# ---- what may be said


def _said(indicator, row, series, history, change, limits, method, stands, ask) -> dict:
    """State, judgement, direction, reason and rule of one row by itself."""
    if not pd.isna(row["value"]) and row["origin"] != "typed" and row["covered"] and row["calls"] < ask.few and ask.grade != "poor":
        return {"state": "few", "judgement": "few", "direction": "few", "reason": "", "rule": ""}
    reason = _reason(row, series, history, method, stands, ask)
    if reason:
        return _not_compared(reason)
    if method == "two periods":
        side = "up" if change["change_low"] > 0 else "down" if change["change_high"] < 0 else "none"
        if side == "none":
            return {"state": "no evidence", "judgement": "none", "direction": "none", "reason": "", "rule": ""}
        return {**_not_compared("few months"), "state": "few months", "direction": side}
    side = {1: "up", -1: "down", 0: "none"}[_outside(row["adjusted"], limits)]
    where = ("inside" if side == "none" else "outside") + (" trial" if method == "trial" else "")
    said = {"state": where, "direction": side, "reason": "", "rule": "" if side == "none" else "outside"}
    if method == "trial" and side != "none":
        return {**said, "judgement": "not_compared", "reason": "trial"}
    return {**said, "judgement": _judgement(indicator, side)}


def _not_compared(reason: str) -> dict:
    return {"state": "not compared", "judgement": "not_compared", "direction": "none", "reason": reason, "rule": ""}


def _reason(row, series, history, method, stands, ask) -> str:
    """Why a row is not compared, '' when it is."""
    if ask.grade == "poor":
        return "poor data"
    if pd.isna(row["value"]):
        return "missing"
    if row["origin"] == "typed":
        return "typed"
    unfinished = "late answers" if "surveys" in ask.catalogue[row["indicator"]].tables else "unfinished"
    unfit = {"beyond": row["beyond"], "not covered": not row["covered"], unfinished: row["unfinished"]}
    unfit |= {"not watched": not row["watched"], "not ended": not row["ended"]}
    if any(unfit.values()):
        return next(reason for reason, holds in unfit.items() if holds)
    earlier = series[(series["period"] < ask.now) & series["value"].notna()]
    if not len(earlier):
        return "first month"
    if method:
        last = history.iloc[-1]
        return "unread" if abs(row["known"] - last["known"]) > MOVED else ""
    last = earlier.iloc[-1]
    if last["definition"] != row["definition"]:
        return "definition"
    if any(last["period"] < m <= ask.now for m in ask.breaks):
        return "break"
    return "month before"


def _outside(value: float, limits: dict) -> int:
    nothing = control.ROUNDING * abs(value)
    return int(value > limits["upper"] + nothing) - int(value < limits["lower"] - nothing)


def _mixed(indicator: Indicator, row: dict, history: pd.DataFrame, earlier, change: dict, limits: dict, method: str) -> bool:
    """Whether the month would lie elsewhere with the mix of ways that the months have which it is held against: then the total says nothing of what changed."""
    base = [earlier["ways"]] if method == "two periods" else list(history["ways"].iloc[:BASELINE]) if method else []
    if not row["ways"] or not any(base):
        return False
    shift = indicator.times * _mix(base, row["ways"])
    if method == "two periods":
        return _away(change["change_low"], change["change_high"]) != _away(change["change_low"] - shift, change["change_high"] - shift)
    run = {"high": 1, "low": -1}.get(limits["run"], 0)
    lasts = run and run * (row["adjusted"] - shift - limits["centre"]) <= 0
    return bool(lasts) or _outside(row["adjusted"], limits) != _outside(row["adjusted"] - shift, limits)


def _away(low: float, high: float) -> int:
    return int(low > 0) - int(high < 0)


def _mix(base: Iterable[tuple], now: tuple) -> float:
    """What the mix of ways adds to a figure against that of earlier months together (Kitagawa); a way that either lacks has the other's figure, so that it only changes the mix."""
    sums = []
    for ways in (itertools.chain.from_iterable(base), now):
        found: dict[str, np.ndarray] = {}
        for way, *parts in ways:
            found[way] = np.add(found.get(way, 0), parts)
        sums.append(found)
    (k_1, n_1), (k_2, n_2) = (np.array([found.get(way, np.zeros(2)) for way in {**sums[0], **sums[1]}]).T for found in sums)
    rate_1, rate_2 = (np.divide(k, n, out=np.full(len(n), np.nan), where=n > 0) for k, n in ((k_1, n_1), (k_2, n_2)))
    return float(decomposition.rates(n_1, rate_1, n_2, rate_2).first.sum())


def _judgement(indicator: Indicator, direction: str) -> str:
    if direction == "none":
        return direction
    if indicator.better is None:
        return "more" if direction == "up" else "less"
    return "better" if (direction == "up") == (indicator.better == "higher") else "worse"


def _judge_bases(rows: list[dict], catalogue: Mapping[str, Indicator]) -> None:
    """Takes the judgement from repeat rates whose base signals: they are made of other calls than before."""
    for row in rows:
        repeat = catalogue[row["indicator"]].window_hours is not None
        if repeat and row["state"] != "few" and row["reason"] in ("", "few months", "trial"):
            moved = [r["indicator"] for r in rows if r["indicator"] in BASES and r["group"] == row["group"] and _moves(r)]
            able = row["capability"] if row["capability"] == "no target" else ""
            row.update({**_not_compared("base"), "moved": ", ".join(moved), "capability": able} if moved else {})


def _moves(row: dict) -> bool:
    """A base that signals; without limits, one that moved beyond chance and by `MOVED`."""
    if row["method"] in ("chart", "trial"):
        return bool(row["rule"] or row["run"])
    beyond = row["change_low"] > 0 or row["change_high"] < 0
    return bool(beyond and abs(row["change"]) >= MOVED)


def _name_events(rows: list[dict], ask: _Ask) -> None:
    """Marks the row that speaks for each event: the first that changed (one for each way), else the first with a value; counts the events.

    Where indicators of the first sheet changed, no variant of theirs speaks beside them: the ring time of all calls falls when fewer are answered, and
    would call that better.
    """
    for row in rows:
        family = [r for r in rows if r["event"] == row["event"] and r["group"] == row["group"]]
        moved = [r for r in family if r["judgement"] in CHANGED]
        changed = [r for r in moved if ask.catalogue[r["indicator"]].first] or moved
        way = [r for r in changed if r["judgement"] == row["judgement"]]
        first = way if row in changed else [] if moved else [r for r in family if not pd.isna(r["value"])] or family
        row["leads"] = bool(first) and first[0] is row
    judged: dict[tuple, float] = {}
    for row in rows:
        if row["method"] == "chart" and row["state"] in ("outside", "inside"):
            event = (row["event"], row["group"])
            judged[event] = max(judged.get(event, 0.0), ask.of(ask.catalogue[row["indicator"]]))
    for row in rows:
        row |= {"events": len(judged), "false_flags": round(sum(judged.values()), 6)}


# ---- targets, rank, breaks


def _aim(indicator, row, series, limits, said, method, ask) -> dict:
    """The target, how far off it is, and in how many months it was reached; a promise only where no signal stands."""
    target = ask.targets.get(indicator.key, np.nan) if indicator.better else np.nan
    whole = series["covered"] & series["watched"] & series["ended"] & series["value"].notna() & ~series["unfinished"].astype(bool)
    known = series[whole]["value"].to_numpy(float)  # typed months too: a target is reached or not
    way = -1 if indicator.better == "lower" else 1
    reached = way * known >= way * target if np.isfinite(target) else known[:0] > 0
    quiet = method == "chart" and said["state"] == "inside" and not limits["run"]
    ends = (limits["lower"], limits["upper"]) if quiet else (np.nan, np.nan)
    able = control.capability(*ends, None if np.isnan(target) else target, indicator.better)
    told = np.isfinite(target) and not pd.isna(row["value"]) and not row["unfinished"]
    here = bool(way * row["value"] >= way * target) if told else None
    return {
        "target": target,
        "target_gap": row["value"] - target,
        "reached": here,
        "reached_months": int(reached.sum()),
        "target_months": len(reached),
        "capability": able or "",
    }


def _rank(row: dict, known: pd.DataFrame) -> dict:
    """Whether this is the highest or the lowest of the months that can be compared with one another, from six of them on."""
    others = known.loc[known["period"] != row["period"], "adjusted"].to_numpy(float)
    said = ""
    if len(others) + 1 == len(known) >= TRIAL_MONTHS:
        said = "highest" if row["adjusted"] > others.max() else "lowest" if row["adjusted"] < others.min() else ""
    return {"rank": said, "rank_months": len(others) + 1}


def _break(ask: _Ask) -> dict:
    month = max((m for m in ask.breaks if m <= ask.now), default="")
    words = ask.breaks.get(month, Term("", ""))
    return {"break_month": month, "break_zh": words.zh, "break_en": words.en}
