"""The answers of a period: one row an invitation, with the call and the caller behind it, and the items that params name.

Where there are no surveys the rating of the calls stands in: one item, given at the end of an answered call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.measures import counts, surveyed
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import inbound, not_left_out
from hotline_analysis.measures.periods import Period, grain, period_before
from hotline_analysis.measures.view import View
from hotline_analysis.stats import surveys
from hotline_analysis.tables import ITEMS
from hotline_analysis.words import LANGUAGES, Term

BANDS = {
    "00-08": Term("0—8时", "0–8 h"),
    "08-12": Term("8—12时", "8–12 h"),
    "12-18": Term("12—18时", "12–18 h"),
    "18-24": Term("18—24时", "18–24 h"),
}
FEW = 30  # answers below which nothing is compared
RATING = "rating"
OF_CALL = ("issue_1", "department", "unit", "channel", "agent")  # taken from the call where the survey has none
LISTED = ";"  # parts the words of a cell that holds several


@dataclass(frozen=True)
class Item:
    """One item: its name, its scale, the numbers that are no answer, its dimension."""

    key: str
    name: Term
    low: float
    high: float
    not_applicable: tuple[float, ...] = ()
    dimension: Term | None = None

    @property
    def points(self) -> int:
        """How many whole points the scale has."""
        return round(self.high - self.low) + 1

    @property
    def box(self) -> float:
        """From which score on an answer is one of the best: see `surveys.best_from`."""
        return surveys.best_from(self.low, self.high)

    def rescaled(self, score):
        """The score on 0 to 1: unlike scales side by side."""
        return (score - self.low) / (self.high - self.low)

    @property
    def words(self) -> dict:
        """The columns that name it."""
        dimension = self.dimension or Term("", "")
        return {f"name_{n}": self.name(n) for n in LANGUAGES} | {f"dimension_{n}": dimension(n) for n in LANGUAGES}


@dataclass(frozen=True)
class Answers:
    """Invitations and answers of a period.

    frame     one row an invitation: respondent, answered, call_id, issue_1, department, unit, channel, agent, band, second, every item (nan: no
              score), `na_<item>` (not applicable), `off_<item>` (off the scale), theme, need; those that the export has; way: the surveys' own channel ('' unknown),
              which `channel` has too, else that of the call
    items     those that the export has, in the order of params
    source    survey, or rating (of the calls)
    invited   whether those who were invited and did not answer are in the export, in every month and channel of the period; never of ratings, whose calls
              hold no record of invitations
    apart     answers that do not count, by why: of no citizens' calls (tests, made by the hotline, left out), of lost ones
    """

    frame: pd.DataFrame
    items: Mapping[str, Item]
    source: str
    invited: bool
    apart: Mapping[str, int] = field(default_factory=dict)

    @property
    def counted(self) -> bool:
        """Whether the answers have a base: invitations, or the calls that could be rated."""
        return self.invited or self.source == "rating"

    @property
    def given(self) -> pd.DataFrame:
        """The rows that were answered."""
        return self.frame[self.frame["answered"]]

    def of(self, key: str) -> pd.DataFrame:
        """The answers to one item."""
        return self.frame[self.frame[key].notna()]


def declared(view: View) -> dict[str, Item]:
    """The items of params, in their order."""
    return {
        key: Item(key, item.name.term, *item.scale, tuple(item.not_applicable), item.dimension.term if item.dimension else None)
        for key, item in view.params.items.items()
    }


def answers(view: View) -> Answers:
    """The period's invitations and answers; of the calls' rating where no survey is named.

    Raises NoInput where there is neither, no row in the period, or none whose answer counts (`Answers.apart`), DataRefused where no item is mapped.
    """
    made = _surveys(view) if "surveys" in view.tables or not _rated(view) else _ratings(view)
    if not len(made.frame):
        raise NoInput("surveys", f"{surveyed.NOBODYS}." if made.apart else "no answers in this period.")
    return made


def judged(view: View, now: Answers) -> dict[str, Item]:
    """The items that score the hotline: all but the one that asks for recommendation, which is an outcome."""
    return {key: item for key, item in now.items.items() if key != view.params.satisfaction.nps}


def before(view: View) -> View | None:
    """The same view of the month before; None where the period is no month, or the data begin later."""
    label = view.period.label
    if not grain(label):
        return None
    earlier: Period = view.calendar.named(period_before(label))
    return view.over(earlier) if earlier.end_s > view.data_start_s else None


def earlier(view: View) -> Answers | None:
    """The month before's answers, None where there are none."""
    past = before(view)
    try:
        return answers(past) if past else None
    except NoInput:
        return None


RULES = {
    "survey": Term(
        "本期受邀市民的答卷，不论何时作答；不适用与未答不计分；区间按作答人",
        "answers of citizens invited in the period, whenever they came; not applicable and unanswered are no score; intervals over respondents",
    ),
    "rating": Term(
        "没有满意度调查，取自通话后评价：本期接通的呼入来电；未评价的不计分；区间按来电人",
        "no survey: ratings given after answered inbound calls of the period; calls without a rating are no score; intervals over callers",
    ),
}


def rule(view: View) -> Term:
    """What the figures of satisfaction rest on (口径)."""
    return RULES["survey" if "surveys" in view.tables or not _rated(view) else "rating"]


def _rated(view: View) -> bool:
    return "calls" in view.tables and RATING in view.tables["calls"].collect_schema().names()


# ---- from surveys


def _surveys(view: View) -> Answers:
    table = view.table("surveys")
    have = table.collect_schema().names()
    items = {key: item for key, item in declared(view).items() if key in have}
    rows = _within(view, table, have, ("invited_s", "answered_s"), "surveys")
    wanted = [
        "survey_id",
        "call_id",
        "order_id",
        "caller",
        "area",
        "invited_s",
        "answered_s",
        "answered",
        "not_applicable",
        "theme",
        "need",
        *OF_CALL,
        *ITEMS,
    ]
    told = rows.select([c for c in ("seq", *wanted) if c in have])
    frame = pandas(told.sort("seq") if "seq" in have else told).drop(columns="seq", errors="ignore")  # sums of scores keep their order
    if "channel" in frame:
        frame["way"] = frame["channel"].fillna("").astype(str)
    frame = _scored(_with_calls(view, frame, rows), items)
    frame["answered"] = _answered(frame, list(items))
    _wide(frame)
    apart = frame.loc[frame["answered"] & (frame["why"] != ""), "why"].value_counts().to_dict()
    frame = frame[frame["why"] == ""].drop(columns="why").reset_index(drop=True)
    frame["respondent"] = _respondents(frame)
    return Answers(frame, items, "survey", _silent_known(view, frame), apart)


def _within(view: View, table: nw.LazyFrame, have: list[str], clocks: tuple[str, ...], what: str) -> nw.LazyFrame:
    """The rows of the period, by the first clock that a row has; all rows where the table has none and the period is all of the data."""
    known = [c for c in clocks if c in have]
    if not known and view.period.label != "all":
        raise DataRefused(what, f"not available: needs {clocks[0].removesuffix('_s')}_at.", "Ask for all data at once.")
    if not known or view.period.label == "all":
        return table
    clock = nw.coalesce(*[nw.col(c) for c in known])
    return table.filter((clock >= view.period.start_s) & (clock < view.period.end_s))


def _with_calls(view: View, frame: pd.DataFrame, rows: nw.LazyFrame) -> pd.DataFrame:
    """With what is known of the call behind each row: issue, agent and the like where the survey has none, caller and hour; `linked` marks them.

    A call id that several calls bear links to none of them.
    """
    frame = frame.assign(linked=False, why="")
    if "call_id" in frame:
        found = surveyed.behind(view, rows, ("caller", "local_s", *OF_CALL))
        frame = frame.assign(linked=frame["call_id"].isin(found.index), why=surveyed.counts(found, frame["call_id"]))
        for column in found.drop(columns="why"):
            theirs = frame["call_id"].map(found[column])
            frame[column] = frame[column].where(frame[column].notna(), theirs) if column in frame else theirs
    return frame.assign(second=_clock(frame), band=_bands(view, frame))


def _clock(frame: pd.DataFrame) -> pd.Series:
    """When somebody was invited, else when the answer came, epoch seconds."""
    known = [frame[c] for c in ("invited_s", "answered_s") if c in frame]
    return known[0].where(known[0].notna(), known[-1]).astype(float) if known else pd.Series(np.nan, frame.index)


def _bands(view: View, frame: pd.DataFrame) -> pd.Series:
    """The hours of the day of the call, else of the invitation; '' where no time is known."""
    clock = _clock(frame)
    local = pd.to_datetime(clock, unit="s", utc=True).dt.tz_convert(view.calendar.zone)
    hour = (local.dt.hour).astype(float)
    if "local_s" in frame:
        hour = ((frame["local_s"].astype(float) % 86400) // 3600).where(frame["local_s"].notna(), hour)
    return band_of(hour)


def band_of(hour: pd.Series) -> pd.Series:
    """The band of BANDS in which an hour of the day lies; '' for none."""
    edges = [int(name[:2]) for name in BANDS]
    place = np.searchsorted(edges, hour.fillna(0), side="right") - 1
    return pd.Series(np.array(list(BANDS))[place], hour.index).where(hour.notna(), "")


def _scored(frame: pd.DataFrame, items: Mapping[str, Item]) -> pd.DataFrame:
    """Every item as a score or nan, `na_<item>` where the answer was that it does not apply (a code of params, or told by intake), `off_<item>` where it is off the
    scale. An item with too many of these in the period has another scale than params say, so that none of its scores counts, and all are off.
    """
    told = frame["not_applicable"].fillna("").str.split(LISTED) if "not_applicable" in frame else pd.Series([[]] * len(frame), frame.index)
    made = {}
    for key, item in items.items():
        score = frame[key].astype(float)
        made[f"na_{key}"] = score.isin(item.not_applicable) | told.map(lambda listed, key=key: key in listed)
        given = score.notna() & ~made[f"na_{key}"]
        on = given & score.between(item.low, item.high)
        on &= surveys.on_scale(int((given & ~on).sum()), int(on.sum()))
        made |= {f"off_{key}": given & ~on, key: score.where(on)}
    return frame.assign(**made)


def _answered(frame: pd.DataFrame, items: list[str]) -> pd.Series:
    """Somebody answered: by the export's flag or time, or because an item, a theme or a need is there."""
    parts = [frame[c].notna() for c in ("answered_s", "theme", "need", *items) if c in frame] + [
        frame[f"{kind}_{c}"] for kind in ("na", "off") for c in items
    ]
    if "answered" in frame:
        parts.append(frame["answered"].astype("boolean").fillna(False).astype(bool))
    return pd.concat(parts, axis=1).any(axis=1) if parts else pd.Series(False, frame.index)


def _respondents(frame: pd.DataFrame) -> np.ndarray:
    """Who was asked: the caller, else whoever the survey id stands for, else a stranger of one's own for each row."""
    strangers = -1.0 - np.arange(len(frame))
    if "survey_id" in frame:
        first = pd.Series(np.arange(len(frame)), frame.index).groupby(frame["survey_id"]).transform("first")
        strangers = np.where(first.notna(), -1.0 - first, strangers)
    known = frame["caller"].astype(float) if "caller" in frame else pd.Series(np.nan, frame.index)
    return known.where(known.notna(), strangers).to_numpy(float)


def _wide(frame: pd.DataFrame) -> None:
    """Raises DataRefused where most survey ids come again: a row an item, which would count every survey several times."""
    if "survey_id" in frame and surveyed.again(frame["survey_id"]):
        wrong = "rows of one survey_id come several times (long form: a row an item), so that each would be a survey of its own."
        raise DataRefused("surveys › survey_id", wrong, "Bring the export to one row a survey, its items in columns of their own.")


def _silent_known(view: View, frame: pd.DataFrame) -> bool:
    """Whether the export has those who did not answer: some row of the period has no answer, and no month or channel of it with 30 answers or more lacks
    such rows, for one that was exported with its answers alone would lift the rate of all. Without the time of the invitation nobody knows in which
    period the silent were asked: none of them is in a month, and of all data no month says who was asked in it.
    """
    silent, timed = ~frame["answered"], frame["second"].notna().all()
    local = pd.to_datetime(frame["second"], unit="s", utc=True).dt.tz_convert(view.calendar.zone)
    parts = [
        pd.Series(local.dt.strftime("%Y-%m") if timed else "", frame.index, name="month"),
        *([frame["channel"].fillna("").astype(str)] if "channel" in frame else []),
    ]
    sizes = silent.groupby(parts).agg(["size", "sum"])
    return bool(silent.any()) and not bool(((sizes["size"] >= FEW) & (sizes["sum"] == 0)).any())


# ---- from the calls


def handled(view: View) -> nw.LazyFrame:
    """The answered inbound calls of the period: those whose citizen could be asked."""
    calls = counts.within(inbound(not_left_out(view.table("calls"), view.definition)), view.period.start_s, view.period.end_s)
    return calls.filter(nw.col("outcome") == "answered") if "outcome" in calls.collect_schema().names() else calls


def _ratings(view: View) -> Answers:
    calls = handled(view)
    have = calls.collect_schema().names()
    frame = pandas(calls.select([c for c in ("call_id", "caller", "local_s", "start_s", RATING, *OF_CALL) if c in have])).reset_index(
        drop=True
    )
    item = rating(view)
    scores = frame[RATING].astype(float)
    if (scores.notna() & ~scores.between(item.low, item.high)).any():
        raise DataRefused("rating", "ratings lie off their scale.", "Write satisfaction: {rating_scale: [lowest, highest]}.")
    frame = _scored(frame.assign(linked=True, second=frame["start_s"].astype(float)), {RATING: item})
    frame = frame.assign(
        band=band_of((frame["local_s"].astype(float) % 86400) // 3600), answered=frame[RATING].notna() | frame[f"na_{RATING}"]
    )
    return Answers(frame.assign(respondent=_respondents(frame)), {RATING: item}, "rating", invited=False)


def rating(view: View) -> Item:
    """The rating of a call as an item, on the scale that params give it."""
    return Item(RATING, Term("通话评价", "Call rating"), *view.params.satisfaction.rating_scale)


def population(view: View) -> pd.DataFrame:
    """Answered inbound calls of the period by issue_1 ('' unknown) and band: issue_1, band, calls."""
    calls = handled(view)
    have = calls.collect_schema().names()
    hour = (nw.col("local_s") % 86400) // 3600
    issue = nw.col("issue_1").fill_null("") if "issue_1" in have else nw.lit("")
    found = pandas(calls.with_columns(hour=hour, issue=issue).group_by("issue", "hour").agg(calls=nw.len()))
    found = found.assign(band=band_of(found["hour"].astype(float))).rename(columns={"issue": "issue_1"})
    return found.groupby(["issue_1", "band"], as_index=False)["calls"].sum().astype({"calls": int})
