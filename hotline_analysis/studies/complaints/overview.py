"""How many orders came, how soon were they answered and resolved, and does the month differ from those before? (F3 D05-D07)"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.measures import catalogue, order_shares, orders, quotable, verdicts
from hotline_analysis.measures.indicators import Indicator, row
from hotline_analysis.measures.periods import grain, period_before, year_before
from hotline_analysis.measures.view import View

TOLD = ("inside", "outside", "inside trial", "outside trial", "no evidence", "few months", "few")
FIRST = (
    "indicator", "numerator", "denominator", "value", "low", "high", "closed_only", "open_as_failed", "open", "change", "change_low", "change_high",
    "state", "reason", "missing",
)  # fmt: skip


def overview(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """The indicators of the period's orders against the months before: one row a stratum and indicator.

    Counted are the orders created in the period, without duplicates and orders raised inside. Volumes a day have the kinds of day taken off; shares
    within a limit are Aalen-Johansen's, open orders censored at the end of the data and withdrawn ones competing.

    Columns: by..., indicator (received, or closed where params place orders by their closing; response_24h and such, due, recorded), numerator (orders; done in time), denominator (days; orders),
    value, low, high (95 %), closed_only, open_as_failed (what leaving the open ones out, or taking them as late, would say), open (orders),
    change, change_low, change_high (on the month before), and what `verdicts.compare` and `quotable` add; what (`orders.called`; indicators that the export has no column for are not there), difference, change_of_count (orders more or fewer than the month before, and by what share; where all days of both have their records), telling (volume, empty where no order came, limit, ''),
    previous (orders of the month before), verdict (the state, '' where nothing is compared or the reason says why). By strata, a month with a count of 1 to 7 has no value (missing:
    untold), as has what the other strata would give away, and no verdict rests on it. Raises NoInput without orders, DataRefused without created_at.
    """
    frame, known = orders.cases(view, "timely", *by), {i.key: i for i in catalogue.orders.declared(view.params)}
    parts = orders.split(view, frame, by) or [((orders.NONE,) * len(by), frame.iloc[:0])]
    months = [order_shares.of_orders(view, part, orders.months(view), list(known.values())) for _, part in parts]
    months = _untold(view, [m.assign(**dict(zip(by, key, strict=True))) for (key, _), m in zip(parts, months, strict=True)], by, known)
    told = [_told(view, part, own, known) for (_, part), own in zip(parts, months, strict=True)]
    whole = pd.concat([t.assign(**dict(zip(by, key, strict=True))) for (key, _), t in zip(parts, told, strict=True)], ignore_index=True)
    whole.attrs = {}
    whole = whole[[*by, *FIRST, *(c for c in whole if c not in (*by, *FIRST))]]
    return _unseen(view, whole, by).drop(columns="watched_whole")


def _unseen(view: View, frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Without the small counts of orders that are open, or were not watched for the limit; where nothing is asked by stratum, as it is."""
    if not by:
        return frame
    parts_of = ["indicator", *by[:-1]]
    told = disclosure.untold(frame, ["open"], ["closed_only"], view.smallest, parts_of=parts_of)
    unseen = order_shares.unseen(frame.assign(watched=frame["watched_whole"]))
    unseen = np.where(frame["watched_whole"].isna(), np.nan, unseen)  # no share within a limit
    return disclosure.untold_of(told, unseen, ["numerator", "open_as_failed"], view.smallest, parts_of=parts_of)


def _untold(view: View, months: list[pd.DataFrame], by: Sequence[str], known: dict[str, Indicator]) -> list[pd.DataFrame]:
    """Each stratum's months without those whose count, or what the others would tell of it, may be one citizen's: a row without a value, so that no limit and no change is made of it."""
    if not by or view.smallest < 2:
        return months
    whole = pd.concat(months, keys=range(len(months)), names=["stratum", "at"]).reset_index()
    volume, parts_of = whole["indicator"].isin(catalogue.orders.VOLUMES), ["indicator", "period", *by[:-1]]
    counts = {True: ["numerator"], False: ["numerator", "denominator"]}  # a volume's denominator is days
    marked = [disclosure.untold(whole[volume == v], columns, [], view.smallest, parts_of=parts_of) for v, columns in counts.items()]
    marks = pd.concat(marked).reindex(columns=["numerator_missing", "denominator_missing"])
    marks = (marks.notna() & marks.ne("")).any(axis=1)
    periods = {p.label: p for p in orders.months(view)}
    for place in marks.index[marks]:
        was = whole.loc[place]
        bare = {k: v for k, v in row(known[was["indicator"]], periods[was["period"]], missing=disclosure.UNTOLD).items() if k in whole}
        whole.loc[[place], list(bare)] = pd.DataFrame([bare], index=[place])
    return [part.drop(columns=["stratum", "at"]).reset_index(drop=True) for _, part in whole.groupby("stratum", sort=True)]


def _told(view: View, frame: pd.DataFrame, months: pd.DataFrame, known: dict[str, Indicator]) -> pd.DataFrame:
    label = view.period.label
    months = _provided(months, label)
    last, year = (before(label) if grain(label) else "" for before in (period_before, year_before))
    found = verdicts.compare(
        months,
        label,
        last,
        known,
        year=year,
        targets=view.params.targets,
        breaks={month: words.term for month, words in view.params.breaks.items()},
        grade=view.grade(view.period),
    )
    part = orders.within(orders.counted(frame), view.period)
    final_on = order_shares.final_on(view, part, found["indicator"])
    found = quotable.quotable(found, known, headlines=view.params.report.headlines, final_on=final_on)
    before = months[months["indicator"].isin(catalogue.orders.VOLUMES) & (months["period"] == last)]
    hidden = (before["missing"] == disclosure.UNTOLD).any()
    came = float(before["numerator"].fillna(0).sum())
    whole = bool(last) and order_shares.whole(view, orders.counted(frame), [view.calendar.named(last), view.period])
    return _worded(view, _with_bounds(view, frame, found), np.nan if hidden else came, whole)


def _provided(months: pd.DataFrame, label: str) -> pd.DataFrame:
    """The indicators that the export's columns allow: one that it has no column for is no indicator of this hotline."""
    now = months[months["period"] == label]
    return months[~months["indicator"].isin(now.loc[now["missing"].str.startswith("not available"), "indicator"])]


def _with_bounds(view: View, frame: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """What the usual wrong ways would say, beside each share within a limit."""
    part = orders.within(orders.counted(frame), view.period)
    plain = found["indicator"].isin([*catalogue.orders.VOLUMES, "recorded"]) | (found["missing"] == disclosure.UNTOLD)
    shares = [None if bare else order_shares.measured(view, part, key)[0] for key, bare in zip(found["indicator"], plain, strict=True)]
    bounds = {n: [getattr(s, n) if s else np.nan for s in shares] for n in ("closed_only", "open_as_failed", "open")}
    return found.assign(**bounds, watched_whole=[s.watched if s else np.nan for s in shares])


def _worded(view: View, found: pd.DataFrame, before: float, whole: bool) -> pd.DataFrame:
    """What sentences choose by, and how many orders more or fewer than the month before (nan where that is not told, or the data do not hold all days of both months)."""
    volume = found["indicator"].isin(catalogue.orders.VOLUMES)
    came = found["numerator"].fillna(0).astype("float64")
    difference = (came - before).where(volume & bool(before) & (came > 0) & whole)
    return found.assign(
        what=orders.called(view.params),
        difference=difference,
        change_of_count=difference / (before or np.nan),
        leading=found["leading"].mask(volume, ""),  # what came is said with its count
        previous=before if np.isnan(before) else int(before),
        telling=np.select([volume & (came > 0), volume, found["value"].notna()], ["volume", "empty", "limit"], ""),
        verdict=found["state"].where(found["state"].isin(TOLD) & (found["reason"] == ""), ""),
    )
