"""By which channel do people come, does it serve them, and do they come back by another? Self-service beside contacts; the marketing pair (B08, B13, C14)."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import chats
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.indicators import mark, offered_calls
from hotline_analysis.measures.orders import NONE
from hotline_analysis.measures.view import View
from hotline_analysis.measures.volumes import EPOCH, coverage, days
from hotline_analysis.stats import intervals, surveys
from hotline_analysis.studies.service import grouped
from hotline_analysis.studies.service.grouped import CALL, CHAT, WAYS
from hotline_analysis.words import LANGUAGES, Field, Term

FEWEST_MONTHS = 6  # below so many months no correlation is printed
MARKETING = {
    "marketing_completion": Term("营销任务完成率", "Sales target met"),
    "channel_conversion": Term("渠道有效转化率", "Contacts converted"),
}
SELF_SERVICE = "self_service"  # the indicator of the month figures that counts uses of self-service
COLUMNS = {
    "next_channel": Field(Term("下一次来电的渠道", "Channel of the next call"), words=WAYS),
    "channel": Field(Term("渠道", "Channel"), words=WAYS),
    "answered": Field(Term("接通率", "Answered"), "share", interval=("answered_low", "answered_high")),
    "talk": Field(Term("平均通话", "Mean talk"), "seconds"),
    "again": Field(Term("窗口内再次来电", "Called again in the window"), "share", interval=("again_low", "again_high")),
    "again_denominator": Field(Term("看满窗口的来电", "Watched in full"), "count"),
    "window_hours": Field(Term("窗口", "Window"), "hours"),
    "of_repeats": Field(Term("占该渠道的复电", "Of the channel's repeats"), "share", interval=("of_repeats_low", "of_repeats_high")),
    "mix": Field(Term("下一渠道占全部来电", "The next channel's share of all calls"), "share"),
    "switched": Field(Term("换渠道", "Switched"), words={"yes": Term("是", "yes"), "no": Term("否", "no")}),
    "repeats": Field(Term("复电", "Repeats"), "count"),
    "switched_count": Field(Term("换了渠道的复电", "Repeats by another channel"), "count"),
    "switched_share": Field(Term("换了渠道的占比", "By another channel"), "share", interval=("switched_low", "switched_high")),
    "switched_low": Field(Term("下端", "Low"), "share"),
    "switched_high": Field(Term("上端", "High"), "share"),
    "month": Field(Term("月份", "Month"), "month"),
    "uses": Field(Term("自助使用（手工填报）", "Self-service uses (typed in)"), "count"),
    "contacts": Field(Term("来电", "Calls"), "count"),
    "per_contact": Field(Term("每通来电对应的自助次数", "Uses per call"), "ratio"),
    "months": Field(Term("月数", "Months"), "count"),
    "rho": Field(Term("秩相关", "Rank correlation"), "signed", interval=("rho_low", "rho_high")),
    "rho_low": Field(Term("秩相关下端", "Low"), "signed"),
    "rho_high": Field(Term("秩相关上端", "High"), "signed"),
    "rho_changes": Field(Term("逐月变化的秩相关", "Rank correlation of the changes"), "signed"),
}


def channels(view: View, *, window_hours: float = 0.0) -> pd.DataFrame:
    """The mix of channels and what each does: one row a channel, the largest first.

    Columns: channel, count (calls offered), numerator, denominator, value, low, high (its share of all calls; 95 %, calls of one caller belong together), answered, answered_low, answered_high (share answered, of calls with a
    known outcome), talk (mean seconds of talk of answered calls), again, again_low, again_high (share of calls watched for the whole window that were followed by another call of the caller, by any
    channel), again_numerator, again_denominator, window_hours. A share of all calls but few is not told; few lost ones are, which say how the hotline works. What the export lacks is no column. Small channels are pooled. Raises DataRefused without channel. Source: B08.
    """
    rows, hours = grouped.offered(view), window_hours or grouped.window_hours(view)
    grouped.need(rows, "channel")
    amounts = _amounts(rows.collect_schema().names())
    found = grouped.sums(rows, ["channel"], **amounts)
    told = grouped.pooled(view, found, ["channel"])
    strata = grouped.keys(told, ["channel"])
    calls, *sums = grouped.arrays(told, ["channel"], strata, "calls", *amounts)
    made = dict(zip(amounts, sums, strict=True))
    whole = np.repeat(calls.sum(axis=1, keepdims=True), len(strata), axis=1)
    frame = pd.DataFrame({"channel": [key[0] for key in strata], "count": calls.sum(axis=0), **grouped.share(calls, whole)})
    if "recorded" in made:
        frame = frame.assign(**grouped.share(made["taken"], made["recorded"], "answered"))
    if "spoken" in made:
        n = made["spoken"].sum(axis=0)
        frame = frame.assign(talk=np.divide(made["talked"].sum(axis=0), n, out=np.full(len(n), np.nan), where=n > 0))
    frame = frame.assign(**_followed(view, found, strata, hours), window_hours=hours, said="one" if len(strata) < 2 else "several")
    shares = [c for c in frame if c not in ("channel", "count", "window_hours", "said")]
    for name in ("answered", "again"):
        if name in frame:
            counts, ends = [f"{name}_numerator", f"{name}_denominator"], [name, f"{name}_low", f"{name}_high"]
            frame = disclosure.untold(frame, counts, ends, view.smallest, parts_of=())
            frame = disclosure.untold_rest(frame, counts[1], "count", [counts[0], *ends], view.smallest, parts_of=())
    return disclosure.untold(frame, ["count"], shares, view.smallest, parts_of=())


def _amounts(have: Sequence[str]) -> dict[str, nw.Expr]:
    """What is summed of a channel's calls, as far as the export has it."""
    if "outcome" not in have:
        return {}
    answered = nw.col("outcome") == "answered"
    amounts = {"recorded": mark(~nw.col("outcome").is_null()), "taken": mark(answered)}
    if "talk_seconds" in have:
        spoken = answered & (nw.col("talk_seconds") >= 0)
        amounts |= {"spoken": mark(spoken), "talked": nw.when(spoken).then(nw.col("talk_seconds")).otherwise(nw.lit(0))}
    return amounts


def _followed(view: View, found: pd.DataFrame, strata: Sequence[tuple], hours: float) -> dict:
    """The repeat share of each channel; nothing where callers cannot be told apart."""
    try:
        again = grouped.watched(view, ["channel"], hours)
    except DataRefused:
        return {}
    again = grouped.pooled(view, again, ["channel"], like=found)
    k, n = grouped.arrays(again, ["channel"], strata, "again", "calls")
    return grouped.share(k, n, "again")


def flow(view: View, *, window_hours: float = 0.0) -> pd.DataFrame:
    """By which channel a caller's next call comes: one row a pair of channels, most calls first.

    Counted are the period's index calls that could be watched for the whole window, by their channel; next_channel is that of the caller's next call of any issue within the
    window. Columns: channel, next_channel, numerator (so followed), denominator (index calls of the channel), value, low, high (95 %, over caller groups), of_repeats, of_repeats_low,
    of_repeats_high (of the channel's calls that were followed at all), mix (the next channel's share of all index calls: what of_repeats would be if the channel did not matter), switched (yes, no), and in
    every row window_hours, switched_count, switched_share (of all repeats), said (none, one, few, some). Pairs smaller than the view's `smallest` are not told. Raises DataRefused
    without channel or callers. Source: B08.
    """
    hours = window_hours or grouped.window_hours(view)
    seconds = round(hours * HOUR)
    gaps = view.but(direction="look-ahead", mode="rolling").gaps()
    grouped.need(gaps, "channel", "next_channel")
    rows = gaps.filter(nw.col("follow_s") >= seconds)
    rows = rows.with_columns(
        next_channel=nw.when(nw.col("gap_s") <= seconds).then(nw.coalesce(nw.col("next_channel"), nw.lit(NONE))).otherwise(nw.lit(""))
    )
    return _flow(view, grouped.sums(rows, ["channel", "next_channel"], "caller_group"), hours)


def contact_flow(view: View, *, window_hours: float = 0.0) -> pd.DataFrame:
    """The same with chats: by which way a citizen comes back, whichever way they came, one row a pair of ways.

    Counted are the period's offered calls, by their channel ('(call)' where the export has none), and its chat sessions ('(chat)'), of known callers, that could be watched for the
    whole window from their beginning; next_channel is that of the same caller's next call or session after it, of any issue. Unlike `flow` it rests on no definition of a repeat call:
    both kinds of contact begin a wait and end one. Columns as in `flow`. Raises NoInput without sessions, DataRefused without callers in both tables. Source: B08; methods 11.
    """
    hours = window_hours or grouped.window_hours(view)
    made = _every_contact(view)
    following = made.groupby("caller")[["start_s", "channel"]].shift(-1)
    seen = (made["start_s"] >= view.period.start_s) & (made["start_s"] < view.period.end_s) & (made["start_s"] + hours * HOUR <= view.end_s)
    soon = following["start_s"] - made["start_s"] <= hours * HOUR
    rows = made.assign(next_channel=following["channel"].where(soon, ""))[seen]
    return _flow(view, rows.groupby(["channel", "next_channel", "cluster"]).size().rename("calls").reset_index(), hours)


def _every_contact(view: View) -> pd.DataFrame:
    """Every call and chat session of a known caller, in the order of time: caller, channel, start_s and the cluster in which the caller counts."""
    sessions = chats.sessions(view, "caller")
    calls = offered_calls(view)
    grouped.need(calls, "caller")
    if "caller" not in sessions:
        raise DataRefused("service", "not available: needs caller in sessions.")
    way = nw.coalesce(nw.col("channel").cast(nw.String), nw.lit(NONE)) if "channel" in calls.collect_schema().names() else nw.lit(CALL)
    called = pandas(calls.filter(nw.col("start_s") < view.end_s).select("seq", "caller", "start_s", channel=way))
    made = pd.concat([called, sessions[["seq", "caller", "start_s"]].assign(channel=CHAT)]).dropna(subset=["caller"])
    made = made.astype({"caller": "int64", "start_s": "int64"}).sort_values(["start_s", "channel", "seq"], ignore_index=True)
    return made.assign(cluster=made["caller"] % GROUPS)


def _flow(view: View, found: pd.DataFrame, hours: float) -> pd.DataFrame:
    """The pairs of ways from counts by way, next way ('' for none) and cluster."""
    found = _pooled(view, found)
    names = [key[0] for key in grouped.keys(found, ["channel"])]
    (base,) = grouped.arrays(found, ["channel"], [(c,) for c in names], "calls")
    pairs = [(a, b) for a in names for b in names]
    (hits,) = grouped.arrays(found, ["channel", "next_channel"], pairs, "calls")
    again = np.stack([hits[:, [i for i, p in enumerate(pairs) if p[0] == a]].sum(axis=1) for a, _ in pairs], axis=1) if pairs else hits
    of = base[:, [names.index(a) for a, _ in pairs]] if pairs else base
    share = dict(zip(names, base.sum(axis=0) / max(base.sum(), 1), strict=True))
    told = {
        "channel": [a for a, _ in pairs],
        "next_channel": [b for _, b in pairs],
        **grouped.share(hits, of),
        **grouped.share(hits, again, "of_repeats"),
    }
    frame = pd.DataFrame({**told, "mix": [share[b] for _, b in pairs], "switched": ["no" if a == b else "yes" for a, b in pairs]})
    return _flows(view, frame.sort_values(["denominator", "numerator"], ascending=False, kind="stable", ignore_index=True), hours)


def _pooled(view: View, found: pd.DataFrame) -> pd.DataFrame:
    """Small channels as one, on both sides."""
    sizes = found.groupby("channel")["calls"].sum()
    names = disclosure.names_told({(word,): int(n) for word, n in sizes.items()}, view.smallest)
    small = {word for word in sizes.index if names[word,] != (word,)}
    change = {
        c: found[c].map(lambda word: disclosure.OTHER if word in small or (word and word not in sizes.index) else word)
        for c in ("channel", "next_channel")
    }
    return found.assign(**change)


def _flows(view: View, frame: pd.DataFrame, hours: float) -> pd.DataFrame:
    repeats = int(frame["numerator"].sum())
    moved = int(frame.loc[frame["switched"] == "yes", "numerator"].sum())
    case = (
        "none" if not repeats else "one" if frame["channel"].nunique() < 2 else "few" if repeats < 200 or moved < view.smallest else "some"
    )
    low, high = intervals.wilson(moved, repeats or np.nan)
    told = {"window_hours": hours, "repeats": repeats, "switched_count": moved, "switched_share": moved / repeats if repeats else np.nan}
    told = frame.assign(**told, switched_low=float(low), switched_high=float(high), said=case)
    of_repeats = ["of_repeats", "of_repeats_low", "of_repeats_high"]
    told = disclosure.untold(
        told, ["numerator", "of_repeats_numerator"], ["value", "low", "high", *of_repeats], view.smallest, parts_of=["channel"]
    )
    # a channel's followed calls are a part of all repeats, and what its pairs that are not told add up to
    told = disclosure.untold(told, ["of_repeats_denominator"], of_repeats, view.smallest, parts_of=["next_channel"])
    told = disclosure.without(told, told["of_repeats_denominator"].isna(), ["numerator", "value", "low", "high"])
    told = told.drop(columns=["of_repeats_numerator", "of_repeats_numerator_missing"], errors="ignore")
    if "numerator_missing" not in told or not (told["numerator_missing"] != "")[told["switched"] == "yes"].any():
        return told
    away = [
        "switched_count",
        "switched_share",
        "switched_low",
        "switched_high",
    ]  # all that switched less the pairs that are told is the pair that is not
    return told.assign(**dict.fromkeys(away, np.nan), said="few")


# ---- month figures typed in by hand


def _typed(view: View, *keys: str) -> pd.DataFrame:
    """The month figures of some indicators up to the period's end, that of the whole hotline where it is typed, else all units together where they can be added: month, indicator, numerator, denominator, value."""
    rows = view.table("aggregates")
    have = rows.collect_schema().names()
    parts = [c for c in ("numerator", "denominator", "value") if c in have]
    found = pandas(
        rows.filter(nw.col("indicator").is_in(list(keys)) & (nw.col("month_s") < view.period.end_s)).select(
            "month_s", "indicator", *[c for c in ("unit",) if c in have], *parts
        )
    )
    found = found.assign(month=[view.calendar.month_of(view.calendar.day_of(int(s))) for s in found["month_s"]])
    found = found.assign(
        **{c: pd.to_numeric(found[c]).astype("float64") if c in found else np.nan for c in ("numerator", "denominator", "value")}
    )
    if "unit" in found:  # a row without a unit is of the whole hotline, and stands for its month's figure of the indicator alone
        whole = found["unit"].isna()
        found = found[whole == whole.groupby([found["month"], found["indicator"]]).transform("any")]
    added = found.groupby(["month", "indicator"], as_index=False)[["numerator", "denominator", "value"]].agg(
        lambda column: column.sum(min_count=len(column))
    )
    several = found.groupby(["month", "indicator"]).size().to_numpy() > 1
    return added.assign(value=added["value"].mask(several & added["denominator"].notna()))


def self_service(view: View) -> pd.DataFrame:
    """Uses of self-service beside the contacts of the same month: one row a month for which both are known.

    Uses are typed in by hand (`aggregates`, indicator self_service: its value, else its numerator), contacts the calls offered, of months that the data cover. Columns: month, uses, contacts, per_contact
    (uses / contacts), and in every row months (n), rho, rho_low, rho_high (Spearman over the months, Bonett and Wright), rho_changes (the same of the changes from month to month: two series that
    both grow correlate whatever the one does to the other), said (few: under 6 months; shown). A correlation is no cause. Raises NoInput without aggregates, DataRefused without such a month. Source: B13.
    """
    typed = _typed(view, SELF_SERVICE)
    uses = typed["value"].fillna(typed["numerator"])
    frame = pd.DataFrame({"month": typed["month"], "uses": uses}).dropna()
    contacts = _contacts(view, list(frame["month"]))
    frame = frame.assign(contacts=frame["month"].map(contacts)).dropna().sort_values("month", ignore_index=True)
    if frame.empty:
        raise DataRefused("service", "no self-service: no month has both its uses and its calls.")
    n = len(frame)
    level = surveys.rank_correlation(frame["uses"], frame["contacts"])
    steps = surveys.rank_correlation(np.diff(frame["uses"]), np.diff(frame["contacts"]))
    enough = n >= FEWEST_MONTHS
    told = {name: getattr(level, part) if enough else np.nan for name, part in (("rho", "value"), ("rho_low", "low"), ("rho_high", "high"))}
    told |= {"rho_changes": steps.value if enough else np.nan, "months": n, "said": "shown" if enough else "few"}
    return frame.assign(per_contact=frame["uses"] / frame["contacts"], **told)


def _contacts(view: View, months: Sequence[str]) -> dict[str, float]:
    """Calls offered in each of the months that the data cover."""
    if not months:
        return {}
    periods = [view.calendar.month(m) for m in sorted(set(months))]
    calls = offered_calls(view).filter((nw.col("start_s") >= view.data_start_s) & (nw.col("start_s") < view.data_end_s))
    found = pandas(
        calls.with_columns(day=(nw.col("local_s") - HOUR * view.calendar.cut_hour) // DAY).group_by("day").agg(n=nw.len())
    ).astype("int64")
    by_day = found.set_index("day")["n"]
    found = coverage(days(view, periods, by_day), periods).set_index("period")
    covered = found["covered"] & found["ended"]
    spans = {p.label: ((p.first_day - EPOCH).days, (p.last_day - EPOCH).days) for p in periods}
    return {label: float(by_day[(by_day.index >= a) & (by_day.index <= b)].sum()) for label, (a, b) in spans.items() if covered.get(label)}


def marketing(view: View) -> pd.DataFrame:
    """The optional pair of a hotline that also sells, from month figures typed in by hand: month, indicator (marketing_completion: done / target; channel_conversion: conversions / contacts), indicator_name_zh, indicator_name_en,
    numerator, denominator, value. Typed in, so neither tested nor called better or worse. Raises NoInput without aggregates, DataRefused without such a figure. Source: C14.
    """
    typed = _typed(view, *MARKETING)
    value = (typed["numerator"] / typed["denominator"].where(typed["denominator"] > 0)).fillna(typed["value"])
    frame = typed.assign(value=value).dropna(subset=["value"])
    if frame.empty:
        raise DataRefused("service", "no marketing: no month figure of it is typed in.")
    names = {f"indicator_name_{language}": frame["indicator"].map({k: t(language) for k, t in MARKETING.items()}) for language in LANGUAGES}
    told = frame.assign(**names).sort_values(["indicator", "month"], ignore_index=True)
    return told[["month", "indicator", *names, "numerator", "denominator", "value"]].assign(said="typed")


TABLES = {"channels": channels, "channel_flow": flow, "contact_flow": contact_flow, "self_service": self_service, "marketing": marketing}
