"""Who was asked, who answered, and how far the answers may stand for all?"""

from datetime import timedelta

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.periods import month_before
from hotline_analysis.measures.view import View
from hotline_analysis.stats import surveys, tests
from hotline_analysis.studies.satisfaction import ways
from hotline_analysis.studies.satisfaction.answers import FEW, Answers, answers, handled
from hotline_analysis.words import Term

KINDS = {
    "all": Term("全部", "all"),
    "issue_1": Term("诉求", "issue"),
    "department": Term("承办部门", "department"),
    "unit": Term("单位", "unit"),
    "channel": Term("渠道", "channel"),
    "band": Term("时段", "hours"),
}
CALLED = {"once": Term("只来电一次的人", "callers of one call"), "again": Term("来电多次的人", "callers of several calls")}
MARGINS = (0.03, 0.05, 0.1)
Z = 1.959964
MOST_Q, MONTHS = 0.05, 12
FEWEST_AGENTS, FEWEST_ANSWERS = 10, 5  # of a correlation over agents; of an agent in it


def overall(view: View, now: Answers) -> str:
    """The item that stands for all: named in params, else the first that the export has; '' for none."""
    named = view.params.satisfaction.overall
    return named if named in now.items else next(iter(now.items), "")


def _asked(now: Answers) -> None:
    if now.source == "rating":
        raise DataRefused("invitations", "no record of invitations: the calls tell who rated, not who was asked.", "Name the surveys.")
    if not now.invited:
        raise DataRefused("response rate", "the export holds answers only, so nobody knows who was asked: needs invitations.")


def response(view: View) -> pd.DataFrame:
    """Invitations, answers and the overall score, of all and by issue, department, unit, channel and hour of the day.

    Counted are the invitations of the period; who is asked twice counts twice, and the interval knows it. Of a rating the base is the
    answered inbound calls (评价率), for these hold no record of invitations. Issue, department and the like are the survey's own, else those of its call; without either the group is unknown (no row).

    Columns: source, kind (all, issue_1, department, unit, channel, band), group, numerator (answered), denominator (invited), value, low, high (response rate),
    answers (to the overall item), score, score_low, score_high (its mean), spread_p (do the groups of this kind answer alike?), told (way: a row of the surveys' own channels, of which there are several; way answers: without invitations; else ''). Groups below the
    view's `smallest` are pooled, small counts not told. Where the export holds answers only there are no rates: denominator and value are missing
    for all, with the reason. Raises NoInput. Source: D09, B20, methods 8.
    """
    now = answers(view)
    item = overall(view, now)
    parts = [_grouped(now, kind, item, view.smallest) for kind in KINDS if kind == "all" or _has(now.frame, kind)]
    frame = pd.concat(parts, ignore_index=True).assign(source=now.source)
    frame["told"] = np.where((frame["kind"] == "channel") & ways.several(now.frame), "way" if now.counted else "way answers", "")
    if not now.counted:
        missing = "needs invitations"
        frame = frame.assign(
            denominator=np.nan, value=np.nan, low=np.nan, high=np.nan, spread_p=np.nan, denominator_missing=missing, value_missing=missing
        )
    shares = ["value", "low", "high", "score", "score_low", "score_high"]
    told = disclosure.untold(frame, ["numerator", "denominator", "answers"], shares, view.smallest, parts_of=["kind"])
    told = disclosure.untold_rest(told, "numerator", "denominator", shares[:3], view.smallest, parts_of=["kind"])
    return disclosure.untold_rest(told, "answers", "numerator", shares[3:], view.smallest, parts_of=["kind"])


def _has(frame: pd.DataFrame, kind: str) -> bool:
    return kind in frame and bool((frame[kind].notna() & (frame[kind] != "")).any())


def _grouped(now: Answers, kind: str, item: str, smallest: int) -> pd.DataFrame:
    """The rows of one kind of group, most invitations first (hours in their order)."""
    frame = now.frame.assign(kind=kind, group=now.frame[kind] if kind != "all" else "all", asked=1)
    frame = frame[frame["group"].notna() & (frame["group"] != "")]
    if kind != "all":
        frame = disclosure.pooled(frame, ["kind", "group"], smallest, size="asked").assign(kind=kind)
    rows = [_group(own, kind, name, item) for name, own in frame.groupby("group", sort=True)]
    made = pd.DataFrame(rows)
    told = made[made["group"] != disclosure.OTHER]
    made["spread_p"] = surveys.homogeneity(told["numerator"], told["denominator"]) if kind != "all" else np.nan
    made["last"] = made["group"] == disclosure.OTHER
    keys = ["last", "group"] if kind == "band" else ["last", "denominator", "group"]
    return made.sort_values(keys, ascending=[True, kind == "band", True][: len(keys)], ignore_index=True).drop(columns="last")


def _group(own: pd.DataFrame, kind: str, name: str, item: str) -> dict:
    rate = surveys.share(own["answered"], clusters=own["respondent"])
    given = own[own[item].notna()] if item else own[:0]
    score = surveys.mean(given[item].to_numpy(float) if item else [], clusters=given["respondent"])
    head = {"kind": kind, "group": name, "numerator": int(own["answered"].sum()), "denominator": len(own)}
    head |= {"value": rate.value, "low": rate.low, "high": rate.high}
    return {**head, "answers": len(given), "score": score.value, "score_low": score.low, "score_high": score.high}


def sample(view: View) -> pd.DataFrame:
    """The sample in one row: whom the survey was drawn from, how many were asked and answered, and the margin of error.

    Columns: source (survey, rating), frame_calls (answered inbound calls of the period, missing without calls), invited, answers, respondents, linked
    (answers whose call is known), value, low, high (response rate), invited_share (invitations over calls; missing above 1), margin (half width of a share of one
    half at 95 %, from the effective number of respondents; finite population of the calls where every
    answer is linked to one; none where every call has an answer), not_citizens, lost (answers that do not count: of tests, calls that the hotline made or the definition leaves out; of calls
    that nobody answered; missing where none), said (whole, census, rated: no record of invitations, answers only, no frame, apart: more invitations than calls, few). The margin
    knows nothing of those who did not answer: see `weighted`. Raises NoInput. Source: D09, methods 8.
    """
    now = answers(view)
    calls = _calls(view)
    given = now.given
    effective = len(given) ** 2 / (given["respondent"].value_counts() ** 2).sum() if len(given) else 0.0
    rate = surveys.share(now.frame["answered"], clusters=now.frame["respondent"])
    asked = len(now.frame) if now.invited else np.nan
    drawn = calls and bool(given["linked"].all())  # from these calls alone
    census = bool(drawn) and _covered(view, now) >= calls
    reach = np.nan if census else surveys.margin_of_error(effective, population=calls if drawn else np.inf)
    share = asked / calls if calls and asked <= calls else np.nan
    said = _sampled(now, calls, census, share)
    row = {"source": now.source, "frame_calls": calls or np.nan, "invited": asked, "answers": len(given)}
    row |= {"respondents": int(given["respondent"].nunique()), "linked": int(given["linked"].sum())}
    row |= dict(zip(("value", "low", "high"), (rate.value, rate.low, rate.high) if now.counted else [np.nan] * 3, strict=True))
    return pd.DataFrame(
        [
            {
                **row,
                "invited_share": share,
                "not_citizens": now.apart.get("not citizens", np.nan),
                "lost": now.apart.get("lost", np.nan),
                "margin": reach,
                "said": said,
            }
        ]
    )


def _sampled(now: Answers, calls: int, census: bool, share: float) -> str:
    """What the sample's sentence may say."""
    if len(now.given) < FEW:
        return "few"
    if census:
        return "census"
    if not now.invited:
        return "rated" if now.source == "rating" else "answers only"
    return "no frame" if not calls else "whole" if np.isfinite(share) else "apart"


def _covered(view: View, now: Answers) -> int:
    """Answered inbound calls of the period that have an answer."""
    if now.source == "rating":
        return len(now.given)
    return int(pandas(handled(view).select("call_id"))["call_id"].isin(now.given["call_id"].dropna()).sum())


def _calls(view: View) -> int:
    """Answered inbound calls of the period; 0 without calls."""
    if "calls" not in view.tables:
        return 0
    return int(pandas(handled(view).select(n=nw.len()))["n"].iloc[0])


def size(view: View) -> pd.DataFrame:
    """How many answers a margin takes, and how many invitations at this period's response rate: one row a margin.

    Columns: margin (half width at 95 % of a share of one half), answers, invited (missing without a response rate), population (answered calls of
    the period, missing: endless), value (the response rate that it reckons with). Source: D09; Cochran 1977.
    """
    told = sample(view).iloc[0]
    population = told["frame_calls"] if told["frame_calls"] > 0 else np.inf
    rate = told["value"] if told["value"] > 0 and told["invited"] > 0 else np.nan
    rows = []
    for margin in MARGINS:
        needed, asked = surveys.sample_size(margin, population=population, response_rate=rate if rate > 0 else 1.0)
        rows.append({"margin": margin, "answers": needed, "invited": asked if rate > 0 else np.nan})
    return pd.DataFrame(rows).assign(population=told["frame_calls"], value=rate)


def intake(view: View) -> pd.DataFrame:
    """Invitations and answers a week (Monday to Sunday), by the day of the invitation, else of the answer.

    Columns: week (its Monday), days (of it in the period), denominator (invited; missing where the export holds answers only), numerator (answered),
    value (response rate), total (answers so far), source. Weeks without an invitation stand as 0. Rows without a time are left out. Raises NoInput; DataRefused
    where no row has a time. Source: B17.
    """
    now = answers(view)
    frame = now.frame[now.frame["second"].notna()]
    if frame.empty:
        raise DataRefused("intake", "not available: needs invited_at.")
    cut = view.calendar.cut_hour * 3600
    local = pd.to_datetime(frame["second"] - cut, unit="s", utc=True).dt.tz_convert(view.calendar.zone)
    monday = (local.dt.tz_localize(None).dt.normalize() - pd.to_timedelta(local.dt.day_of_week, unit="D")).dt.date
    first, last = _span(view, monday)
    weeks = [first + timedelta(days=7 * n) for n in range((last - first).days // 7 + 1)]
    counted = frame.groupby(monday)["answered"].agg(["size", "sum"]).reindex(weeks, fill_value=0)
    asked = counted["size"].to_numpy(float) if now.invited else np.nan
    made = pd.DataFrame({"week": [w.isoformat() for w in weeks], "days": [_days(view, w) for w in weeks], "denominator": asked})
    made["numerator"] = counted["sum"].to_numpy(int)
    made["value"] = np.divide(made["numerator"], made["denominator"].where(made["denominator"] > 0))
    return made.assign(total=made["numerator"].cumsum(), source=now.source)


def _span(view: View, monday: pd.Series) -> tuple:
    """The first and the last Monday of the period; of the data where the period is all of them."""
    if view.period.label == "all":
        return monday.min(), monday.max()
    ends = view.period.first_day, view.period.last_day
    return tuple(day - timedelta(days=day.weekday()) for day in ends)


def _days(view: View, monday) -> int:
    if view.period.label == "all":
        return 7
    return sum(view.period.first_day <= monday + timedelta(days=n) <= view.period.last_day for n in range(7))


def agents(view: View) -> pd.DataFrame:
    """Of each agent, for staff: calls, invitations, answers and mean score; most calls first.

    Columns: agent, calls (answered inbound), denominator (invited), invited_share (of the calls), numerator (answered), value (response rate), score
    (mean of the overall item), score_low, score_high, invited_q, score_q, chooses (see `bias`). Agents without a call of the period in the data have no
    invited share. Raises NoInput, DataRefused.
    """
    made = _choosers(_agents(view), answers(view), view)
    return made.sort_values(["calls", "denominator", "agent"], ascending=[False, False, True], ignore_index=True)


def _agents(view: View) -> pd.DataFrame:
    now = answers(view)
    item = overall(view, now)
    if not item or not _has(now.frame, "agent"):
        raise DataRefused("agents", "not available: needs agent.")
    rows = [{**_group(own, "agent", name, item), "agent": name} for name, own in now.frame[now.frame["agent"].notna()].groupby("agent")]
    frame = pd.DataFrame(rows).drop(columns=["kind", "group"])
    calls = pandas(handled(view).group_by("agent").agg(calls=nw.len())) if _by_agent(view) else pd.DataFrame({"agent": [], "calls": []})
    frame = frame.merge(calls[calls["agent"].notna()], on="agent", how="outer")
    frame = frame.assign(
        denominator=frame["denominator"].fillna(0), numerator=frame["numerator"].fillna(0), answers=frame["answers"].fillna(0)
    )
    share = frame["denominator"] / frame["calls"]
    return frame.assign(invited_share=share.where((share <= 1) & now.invited))


def _choosers(told: pd.DataFrame, now: Answers, view: View) -> pd.DataFrame:
    """Who invites clearly less than the others, and whose invited score clearly higher: both with a false discovery rate under 5 %.

    Of agents with at least 5 answers: exact binomial of the invitations against the share of all calls; z of the mean score with the spread of all.
    """
    item = overall(view, now)
    score, kept = now.of(item)[item], (told["answers"] >= FEWEST_ANSWERS) & told["invited_share"].notna() & told["score"].notna()
    share = told.loc[kept, "denominator"].sum() / told.loc[kept, "calls"].sum() if kept.any() else np.nan
    few = surveys.lower_tail(told["denominator"].where(kept), told["calls"].where(kept), share)
    high = surveys.upper_tail((told["score"] - score.mean()) / (score.std() / np.sqrt(told["answers"])).where(kept))
    told = told.assign(invited_q=tests.benjamini_hochberg(few), score_q=tests.benjamini_hochberg(high))
    return told.assign(chooses=(told["invited_q"] < MOST_Q) & (told["score_q"] < MOST_Q))


def _to_date(view: View) -> View:
    """The view of the twelve months to date; of another period than a month as it is."""
    label = view.period.label
    if len(label) != 7:
        return view
    first = max(month_before(label, MONTHS - 1), view.calendar.month_of(view.calendar.day_of(view.data_start_s)))
    return view.over(view.calendar.stretch(min(first, label), label))


def _by_agent(view: View) -> bool:
    return "calls" in view.tables and "agent" in view.tables["calls"].collect_schema().names()


def bias(view: View) -> pd.DataFrame:
    """Do agents who invite fewer of their callers score better? One row; agents are counted, none is named.

    It looks at the twelve months to date (as far as there are data): a month has too few answers an agent. Another period is taken as it is.
    Of the agents with at least 5 answers: Spearman's correlation between the share of their calls that was invited and their mean score. Where
    agents choose whom to ask, a negative one is what choosing looks like: who asks few asks the content.

    Columns: since (its first month), agents, calls, denominator (invited), rho, low, high (Bonett and Wright), invited_low, invited_high (lowest and highest tenth of the agents'
    invited shares), choosing (agents who invite clearly less than the others and whose invited score clearly higher, each at a false discovery rate
    of 5 %), said (few: under 10 agents; asked all: every call was; none, negative, positive: whether the interval leaves zero out).
    Raises NoInput; DataRefused without calls, agents or invitations. Source: methods 8 (invitation bias).
    """
    view = _to_date(view)
    now = answers(view)
    _asked(now)
    view.table("calls")
    told = _choosers(_agents(view), now, view)
    choosing = int(told["chooses"].sum())
    told = told[(told["answers"] >= FEWEST_ANSWERS) & told["invited_share"].notna() & told["score"].notna()]
    found = surveys.rank_correlation(told["invited_share"], told["score"])
    few = len(told) < FEWEST_AGENTS
    if few:
        said = "few"
    elif np.isnan(found.value):
        said = "asked all"
    else:
        said = "negative" if found.high < 0 else "positive" if found.low > 0 else "none"
    values = (found.value, found.low, found.high) if said not in ("few", "asked all") else (np.nan,) * 3
    ends = told["invited_share"].quantile([0.1, 0.9]).to_numpy() if not few else (np.nan, np.nan)
    row = {
        "since": view.period.label.partition("..")[0],
        "agents": len(told),
        "calls": int(told["calls"].sum()),
        "denominator": int(told["denominator"].sum()),
    }
    return pd.DataFrame(
        [
            {
                **row,
                **dict(zip(("rho", "low", "high"), values, strict=True)),
                "invited_low": ends[0],
                "invited_high": ends[1],
                "choosing": choosing,
                "found": choosing > 0,
                "said": said,
            }
        ]
    )


def again(view: View) -> pd.DataFrame:
    """Are citizens who called several times asked as often for each call, do they answer as often, and do they score alike? One row each of `once` and `again`.

    Counted are the answered inbound calls of the period by known callers, whose call id tells whether they were invited. Who called several times was invited several
    times; every interval is over callers, so that these are no several people, and the shares are of calls and of invitations.

    Columns: called (once, again), callers, calls, denominator (invited), asked, asked_low, asked_high (invited over calls), numerator (answered), value, low, high (answered over
    invited), score, score_low, score_high (mean of the overall item), and in every row difference, difference_low, difference_high (asked: again less once, in points, 95 %) and
    said (few: under 30 callers in either; none, more, less: whether its interval leaves zero out). Small counts are not told. Raises NoInput without calls, DataRefused
    without callers, call ids or invitations. Source: methods 8 (invitation bias).
    """
    now = answers(view)
    _asked(now)
    calls = handled(view)
    have = calls.collect_schema().names()
    if not {"caller", "call_id"} <= set(have) or "call_id" not in now.frame:
        raise DataRefused("again", "not available: needs caller, call_id.")
    made = _invited(pandas(calls.select("seq", "call_id", "caller").sort("seq")).drop(columns="seq").dropna(), now, overall(view, now))
    rows = {key: _once_or_again(part) for key, part in made.groupby("called")}
    frame = pd.DataFrame([{"called": key, **rows[key]} for key in CALLED if key in rows])
    found = [rows[key] for key in ("again", "once") if key in rows]
    few = len(found) < 2 or min(row["callers"] for row in found) < FEW
    difference, se = (np.nan, np.nan) if few else (found[0]["asked"] - found[1]["asked"], np.hypot(*(row["se"] for row in found)))
    low, high = difference - Z * se, difference + Z * se
    said = "few" if few else "more" if low > 0 else "less" if high < 0 else "none"
    frame = frame.drop(columns="se").assign(difference=difference, difference_low=low, difference_high=high, said=said)
    shares = ["asked", "asked_low", "asked_high", "value", "low", "high", "score", "score_low", "score_high"]
    return disclosure.untold(frame, ["callers", "calls", "denominator", "numerator"], shares, view.smallest, parts_of=())


def _invited(calls: pd.DataFrame, now: Answers, item: str) -> pd.DataFrame:
    """The calls of known callers, with whether each was invited and answered, and the overall score; a caller's calls of the period say how often."""
    calls = calls[~calls["call_id"].duplicated(keep=False)]
    linked = now.frame[now.frame["linked"]].drop_duplicates("call_id").set_index("call_id")
    told = linked.reindex(calls["call_id"])
    often = calls.groupby("caller")["caller"].transform("size")
    return calls.assign(
        called=np.where(often > 1, "again", "once"),
        invited=calls["call_id"].isin(linked.index),
        answered=told["answered"].eq(True).to_numpy(),
        score=told[item].to_numpy(float) if item else np.nan,
    )


def _once_or_again(calls: pd.DataFrame) -> dict:
    invited = calls[calls["invited"]]
    given = invited[invited["score"].notna()]
    asked, rate = surveys.share(calls["invited"], clusters=calls["caller"]), surveys.share(invited["answered"], clusters=invited["caller"])
    score = surveys.mean(given["score"].to_numpy(float), clusters=given["caller"])
    return {
        "callers": calls["caller"].nunique(), "calls": len(calls), "denominator": len(invited), "asked": asked.value, "asked_low": asked.low, "asked_high": asked.high,
        "numerator": int(invited["answered"].sum()), "value": rate.value, "low": rate.low, "high": rate.high,
        "score": score.value, "score_low": score.low, "score_high": score.high, "se": asked.se,
    }  # fmt: skip
