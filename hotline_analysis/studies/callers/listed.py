"""Who are they, and is it a habit or a problem? (频繁来电人名单, F0 A21-A23, A30, A34) Tables of single callers: for staff, with counts of them for a page."""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.view import View
from hotline_analysis.stats import concentration as spread
from hotline_analysis.stats import rhythm, tests
from hotline_analysis.studies.callers import rules
from hotline_analysis.studies.callers.few import TOP

LEAST_REGULAR, MOST_Q = 6, 0.05
LOOK_AHEAD_DAYS = 31.0  # how far behind the period a next call is looked for
CALL_COLUMNS = (
    "caller",
    "started_at",
    "issue",
    "agent",
    "outcome",
    "talk_seconds",
    "rating",
    "order_state",
    "next_at",
    "next_hours",
    "later",
    "within_days",
)
PERIODS = {"day": 24 * HOUR, "week": 168 * HOUR, "month": 30.4375 * DAY}  # a month: its mean length, to name the day


def frequent(view: View, *, least_calls: int = 0, within_days: float = 0.0) -> pd.DataFrame:
    """The callers that a rule finds, those with most unsolved problems first: one row a caller. For staff.

    least_calls, within_days: in the place of those of the first of `watch › rules`.

    Columns: caller (the store's pseudonym), calls, most_calls (within a window that ends with a call of the period), span_days (first to last), median_gap_hours, issues, main_issue, main_share, agents, same_issue_calls (calls that follow another about the
    same issue within a week), talk_minutes, rating (mean), kind: shared (`watch › shared_a_month` or more calls a month), regular (`regular` finds a clock), problem (half of the further calls or more are about the same issue within a
    week), habit; tag (solvable, policy, unreasonable, unsolvable) and last_measure: what staff last found of this caller, '' where nobody said. Raises as `schemes`. Source: A21-A23, A34.
    """
    least, days = rules.listing(view, least_calls, within_days)
    everybody = rules.of_period(view)
    most = rules.most(view, days)
    frame = everybody[everybody["caller"].isin(most.index[most >= least])]
    clocks = set(_regular(frame, everybody)["caller"]) if len(frame) else set()
    told = _callers(frame, most, view, clocks)
    order = {"problem": 0, "regular": 1, "habit": 2, "shared": 3}
    return (
        told.assign(**_tags(view, told["caller"]))
        .assign(place=told["kind"].map(order))
        .sort_values(["place", "same_issue_calls", "calls", "caller"], ascending=[True, False, False, True], ignore_index=True)
        .drop(columns="place")
    )


FREQUENT = [
    "caller", "calls", "most_calls", "span_days", "median_gap_hours", "issues", "main_issue", "main_share", "agents", "same_issue_calls", "talk_minutes", "rating", "kind",
]  # fmt: skip


def _tags(view: View, callers: pd.Series) -> dict[str, list[str]]:
    """What staff found of each caller in the newest case that says why or whether it can be solved (可解决 / 政策 / 非合理), and the measure of that case."""
    nothing = {"tag": [""] * len(callers), "last_measure": [""] * len(callers)}
    if "cases" not in view.tables or view.definition.identity != "caller":
        return nothing
    have = view.tables["cases"].collect_schema().names()
    if not {"caller", "listed_s"} <= set(have):
        return nothing
    cases = pandas(view.tables["cases"].filter(nw.col("listed_s") < view.period.end_s))
    words = {c: cases[c].fillna("") if c in cases else pd.Series("", index=cases.index) for c in ("cause", "solvable", "measure")}
    barred = words["cause"].where(words["cause"].isin(["policy", "unreasonable"]), "")
    able = words["solvable"].map({"yes": "solvable", "partly": "solvable", "no": "unsolvable"}).fillna("")
    said = cases.assign(tag=barred.where(barred != "", able), last_measure=words["measure"]).dropna(subset=["caller"])
    said = said[said["tag"] != ""].sort_values("listed_s", kind="stable").drop_duplicates("caller", keep="last").set_index("caller")
    return {c: said[c].reindex(callers).fillna("").tolist() for c in nothing}


def _callers(frame: pd.DataFrame, most: pd.Series, view: View, clocks: set) -> pd.DataFrame:
    """The columns of FREQUENT, one row a caller, in their order. frame: their calls, by caller and time."""
    by = frame.groupby("caller", sort=True)
    gaps, nothing = by["start_s"].diff(), pd.Series(np.nan, index=by.size().index)
    told = pd.DataFrame({"calls": by.size(), "most_calls": most.reindex(by.size().index)})
    told["span_days"] = (by["start_s"].last() - by["start_s"].first()) / DAY
    told["median_gap_hours"] = gaps.groupby(frame["caller"]).median() / HOUR
    told = told.assign(**_issues_of(frame, told.index))
    told["main_share"] = told["main_share"] / told["calls"]
    told["agents"] = by["agent"].nunique() if "agent" in frame else 0
    told["talk_minutes"] = frame["talk_seconds"].clip(lower=0).groupby(frame["caller"]).sum() / 60 if "talk_seconds" in frame else nothing
    told["rating"] = by["rating"].mean() if "rating" in frame else nothing
    again = told["same_issue_calls"]
    kinds = {
        "shared": told["calls"] >= rules.switchboard(view),
        "regular": told.index.isin(list(clocks)),
        "problem": (again * 2 >= told["calls"] - 1) & (again > 0),
    }
    told["kind"] = np.select(list(kinds.values()), list(kinds), "habit") if len(told) else ""
    return told.reset_index()[FREQUENT].astype({"talk_minutes": "float64", "rating": "float64"})


def _issues_of(frame: pd.DataFrame, callers: pd.Index) -> dict[str, pd.Series]:
    """Of each caller: how many issues, the one with most calls (of equals the one that came first), its calls, and the calls that follow one about the same issue within a week."""
    if "issue_1" not in frame:
        return {"issues": 0, "main_issue": "", "main_share": np.nan, "same_issue_calls": 0}
    known = frame.dropna(subset=["issue_1"])
    again = known.groupby(["caller", "issue_1"], observed=True)["start_s"].diff() <= 7 * DAY
    sizes = known.groupby(["caller", "issue_1"], observed=True, sort=False, as_index=False).agg(calls=("start_s", "size"))
    largest = sizes.sort_values(["caller", "calls"], ascending=[True, False], kind="stable").drop_duplicates("caller").set_index("caller")
    whole = {"issues": sizes.groupby("caller").size(), "same_issue_calls": again.groupby(known["caller"]).sum()}
    told = {name: found.reindex(callers).fillna(0).astype("int64") for name, found in whole.items()}
    return told | {
        "main_issue": largest["issue_1"].astype("str").reindex(callers).fillna(""),
        "main_share": largest["calls"].reindex(callers),
    }


def regular(view: View) -> pd.DataFrame:
    """Callers who come by the clock, every day, every week or on a day of the month: one row a caller and period found, the surest first. For staff.

    Counted are callers with calls in LEAST_REGULAR weeks (days, months) or more, one of each drawn by lot: several calls about one matter within two days are no habit. Times are freed of everybody's own rhythm first (`stats.rhythm`), or office hours alone would look like a habit. Listed with q
    (Benjamini-Hochberg over all callers, days and weeks together, months by themselves) below MOST_Q.

    Columns: caller, calls (one a day, week or month), period (day, week, month: of many months alone), strength (mean length r, 0 to 1), weekday (of weekly callers), monthday (of monthly ones), hour (of the day; not of monthly ones), q. Source: A21; methods 6.
    """
    frame = rules.of_period(view)
    return _regular(frame, frame)


def _regular(frame: pd.DataFrame, everybody: pd.DataFrame) -> pd.DataFrame:
    rows = [row for period in PERIODS for row in _clocks(frame, everybody, period)]
    told = pd.DataFrame(rows, columns=["caller", "calls", "period", "strength", "weekday", "monthday", "hour", "p"]).astype(
        {"monthday": "Int64"}
    )
    apart = told["period"].eq("month")  # a question of its own: only months tell it
    told["q"] = np.nan
    for family in (apart, ~apart):
        told.loc[family, "q"] = tests.benjamini_hochberg(told.loc[family, "p"].to_numpy(float))
    return told[told["q"] < MOST_Q].sort_values(["q", "caller"], kind="stable", ignore_index=True).drop(columns="p")


def _clocks(frame: pd.DataFrame, everybody: pd.DataFrame, period: str) -> list[dict]:
    """One row a caller with calls in enough cycles of a period: how gathered they are, and where."""
    cycle, phase = _cycles(frame, period)
    drawn = frame.assign(cycle=cycle, phase=phase, lot=frame["seq"] * 2_654_435_761 % 2**32)
    drawn = drawn.sort_values("lot")  # the first of a week would always be early in it
    once = drawn[~drawn.duplicated(["caller", "cycle"])]  # a burst about one matter is one call of its week
    everyone = np.sort(_cycles(everybody, period)[1])
    parts = ((caller, part["phase"].to_numpy()) for caller, part in once.groupby("caller", sort=True) if len(part) >= LEAST_REGULAR)
    return [_clock(caller, own, everyone, period) for caller, own in parts]


def _clock(caller: int, own: np.ndarray, everyone: np.ndarray, period: str) -> dict:
    found = rhythm.rayleigh(rhythm.rescaled(own, everyone))
    middle = float(np.median((own - own[0] + 0.5) % 1) + own[0] - 0.5) % 1
    at = middle * PERIODS[period]
    monthly = period == "month"
    where = {"weekday": str(int(at // DAY)) if period == "week" else "", "monthday": int(at // DAY) + 1 if monthly else pd.NA}
    return {
        "caller": caller,
        "calls": len(own),
        "period": period,
        "strength": found.r,
        **where,
        "hour": np.nan if monthly else at % DAY / HOUR,
        "p": found.p,
    }


def _cycles(frame: pd.DataFrame, period: str) -> tuple[np.ndarray, np.ndarray]:
    """The number of the day, week or calendar month of each call, and where in it the call lies, 0 to 1."""
    local = frame["local_s"].to_numpy(np.int64)
    if period != "month":
        length = PERIODS[period]
        return (local - 4 * DAY) // length, (local - 4 * DAY) % length / length  # 1970-01-05 was a Monday
    when = pd.to_datetime(frame["local_s"], unit="s").dt
    into = (when.day.to_numpy() - 1) * DAY + local % DAY
    return (12 * when.year + when.month).to_numpy(), into / (when.days_in_month.to_numpy() * DAY)


def timeline(view: View, *, caller: int = -1, within_days: float = 0.0) -> pd.DataFrame:
    """One caller's calls of the period in their order: when, about what, with whom, how long until the next, and what became of the order. For staff.

    Columns: started_at (local time), and where the export has them issue, agent, outcome, talk_seconds, rating; order_state (where orders name the call or are named by it: key of ORDER_STATES, when the data end);
    next_hours, later, within_days as in `later`. Raises DataRefused for a caller without a call in the period. Source: A22, A30.
    """
    frame = _followed(view, within_days)
    own = frame[frame["caller"] == caller].reset_index(drop=True)
    if own.empty:
        raise DataRefused("callers › caller", "has no call in this period.", "Take a number of the column 'caller' of the table frequent.")
    return _worded(_with_orders(view, own)).drop(columns=["caller", "next_at"])


def later(view: View, *, within_days: float = 0.0) -> pd.DataFrame:
    """Every call of an identified caller in the period: when the next one came, and how many came later. For staff.

    Columns: caller, started_at (local time), and where the export has them issue, agent, outcome, talk_seconds, rating; next_at (local time of the caller's next call, whatever its issue), next_hours (from start to
    start), later (calls of the caller within `within_days` after this one; by default the days of the first of `watch › rules`). Calls after the period are seen too, as far as data may be used; '' and nan where no next call is known. Source: A30.
    """
    return _worded(_followed(view, within_days)).drop(columns=["order_id"], errors="ignore")


def _followed(view: View, within_days: float) -> pd.DataFrame:
    """The period's calls with what came after each, calls after the period seen too."""
    _, days = rules.listing(view, within_days=within_days)
    frame = rules.calls(view, ahead_days=max(days, LOOK_AHEAD_DAYS))
    by = frame.groupby("caller")
    after = {"next_s": by["start_s"].shift(-1), "next_local": by["local_s"].shift(-1)}
    told = frame.assign(**after, later=rules.later(frame, days), within_days=days)[frame["inside"]]
    return told.assign(next_hours=(told["next_s"] - told["start_s"]) / HOUR)


def _worded(frame: pd.DataFrame) -> pd.DataFrame:
    """With local times in words and without what is for computing."""
    start, after = (pd.to_datetime(frame[c], unit="s").dt.strftime("%Y-%m-%d %H:%M").fillna("") for c in ("local_s", "next_local"))
    told = frame.assign(started_at=start, next_at=after).rename(columns={"issue_1": "issue"})
    return told[[c for c in CALL_COLUMNS if c in told]].reset_index(drop=True)


def _with_orders(view: View, own: pd.DataFrame) -> pd.DataFrame:
    """With the state of the order that a call carries or brought in; as it is where nothing links the two."""
    if "orders" not in view.tables:
        return own
    have = view.tables["orders"].collect_schema().names()
    ids = pandas(view.table("calls").select("seq", *[c for c in ("call_id",) if c in view.table("calls").collect_schema().names()]))
    own = own.merge(ids, on="seq", how="left")
    keys = [c for c in ("order_id", "call_id") if c in have and c in own]
    if not keys:
        return own
    kept = [c for c in ("closed_s", "resolved_s", "withdrawn") if c in have]
    orders = (
        pandas(view.table("orders").filter(nw.col("created_s") < view.end_s).select(*keys, *kept))
        if "created_s" in have
        else pandas(view.table("orders").select(*keys, *kept))
    )
    state = pd.Series(pd.NA, index=own.index, dtype=object)
    told = orders.assign(state=_state(orders, view.end_s))
    for key in keys:
        known = told.dropna(subset=[key]).drop_duplicates(key, keep="last").set_index(key)["state"]
        state = state.fillna(own[key].map(known))
    return own.assign(order_state=state)


def _state(orders: pd.DataFrame, end_s: int) -> np.ndarray:
    """withdrawn, closed, resolved or open when the data end."""
    past = {
        c: pd.to_numeric(orders[c]).astype(float) < end_s if c in orders else pd.Series(False, index=orders.index)
        for c in ("closed_s", "resolved_s")
    }
    gone = (
        orders["withdrawn"].astype("boolean").fillna(False).astype(bool) if "withdrawn" in orders else pd.Series(False, index=orders.index)
    )
    return np.select([gone, past["closed_s"], past["resolved_s"]], ["withdrawn", "closed", "resolved"], "open")


KINDS = ("problem", "regular", "habit", "shared")


def counts(view: View, *, least_calls: int = 0, within_days: float = 0.0) -> pd.DataFrame:
    """How many callers a rule finds and what they come for, for a page that names nobody: one row.

    Columns: least_calls, within_days, callers (identified, all), calls (theirs), found, found_calls (all their calls), call_share, problem, regular, habit, shared (of the found, kinds as in
    `frequent`), busiest (how many 1 % of the callers are), top_share (of their calls), said (found; few: under the smallest number that is told; none). Counts of 1 to 7 callers are not told, nor what the found less the other kinds would
    tell of them. Raises as `schemes`.
    """
    least_calls, within_days = rules.listing(view, least_calls, within_days)
    frame, listed = rules.of_period(view), frequent(view, least_calls=least_calls, within_days=within_days)
    kinds, n, of = listed["kind"].value_counts(), len(listed), int(listed["calls"].sum())
    sizes = frame.groupby("caller").size()
    row = {
        "least_calls": least_calls, "within_days": within_days, "callers": len(sizes), "calls": len(frame), "found": n, "found_calls": of, "call_share": of / len(frame),
        **{kind: int(kinds.get(kind, 0)) for kind in KINDS}, "busiest": spread.top_size(len(sizes), TOP), "top_share": spread.top_share(sizes.to_numpy(), TOP),
    }  # fmt: skip
    told = pd.DataFrame([{**row, "said": "none" if not n else "few" if n < view.smallest else "found"}])
    told = disclosure.untold(told, ["found"], ["found_calls", "call_share"], view.smallest)
    told = disclosure.untold(told, ["busiest"], ["top_share"], view.smallest)
    return disclosure.untold_across(told, KINDS, view.smallest, kept=("problem",))
