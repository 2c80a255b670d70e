"""Does 其他 hide what was called about? Who files under vague words more often than the others do with the same calls, and which words are vague. (A05)

`vague`: by agent, the share of calls filed under a vague word against what the others file at the same hours in the same skill group; beside it how often the caller's next call has another
issue. `vague_words`: which words behave so: their repeats are filed under something else, scattered over many issues, while other words' repeats come back under the same word.
"""

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import agents as measured
from hotline_analysis.measures import chance, flows
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.orders import NONE
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals, resampling, tests
from hotline_analysis.studies.agents.cells import FEW, MOST_Q, funnelled, verdicts
from hotline_analysis.words import Field, Term

LEAST_BEYOND = 30  # callbacks beyond habit from which a word is judged
LEAST_APART = 0.15  # more of a word's callbacks change the issue than of the others': less is no vagueness worth a talk
ONE_WAY = 0.5  # of a word's changed callbacks to one issue: from here on it is a flow between two issues, and no vagueness
LIKE = {
    "declared": Term("参数所列", "named in params"), "suspected": Term("疑似笼统", "suspected"), "clear": Term("不像笼统", "not vague"), "few": Term("样本不足", "too few"),
}  # fmt: skip
COLUMNS = {
    "vague": Field(Term("笼统分类", "Under vague words"), "count"),
    "filed_calls": Field(Term("已分类来电", "Calls with an issue"), "count"),
    "blank": Field(Term("未填诉求", "Without an issue"), "count"),
    "vague_share": Field(Term("笼统占比", "Share vague"), "share", interval=("vague_low", "vague_high")),
    "vague_low": Field(Term("下端", "Low"), "share"),
    "vague_high": Field(Term("上端", "High"), "share"),
    "repeats": Field(Term("复电", "Repeats"), "count"),
    "changed": Field(Term("其中换了诉求", "Of these about another issue"), "count"),
    "changed_share": Field(Term("换诉求占比", "Share about another issue"), "share", interval=("changed_low", "changed_high")),
    "changed_low": Field(Term("下端", "Low"), "share"),
    "changed_high": Field(Term("上端", "High"), "share"),
    "changed_expected": Field(Term("换诉求应有", "Expected share"), "share"),
    "words": Field(Term("笼统的诉求", "Vague words")),
    "above": Field(Term("高于同类的人数", "Agents above"), "count"),
    "share_of_calls": Field(Term("占来电", "Share of calls"), "share"),
    "caused": Field(Term("每千通引出复电", "Brought back, per 1,000"), "number"),
    "caused_same": Field(Term("其中同一诉求", "Of these, the same issue"), "number"),
    "moved": Field(Term("换诉求占超出平时", "Of these about another issue"), "share", interval=("moved_low", "moved_high")),
    "moved_low": Field(Term("下端", "Low"), "share"),
    "moved_high": Field(Term("上端", "High"), "share"),
    "others_moved": Field(Term("其余诉求", "Other issues"), "share"),
    "one_way": Field(Term("去得最多的一类占", "To one issue"), "share"),
    "like": Field(Term("判断", "Verdict"), words=LIKE),
    "said": Field(Term("结论", "Case")),
}  # fmt: skip


def vague(view: View, *, level: int = 1, window_hours: float = 0.0) -> pd.DataFrame:
    """Share of an agent's calls that are filed under a vague word, against the other agents' at the same hours: one row an agent, those above first, by name.

    Counted are the period's answered calls with an issue of the level (`measures.agents.filed`); vague are the words that `vague_issues` of the params names. Expected is what the others file so at the same hours, in the same
    skill group where the export has one, and at deeper levels under the same parent issue: all that the agent did not choose.

    Columns: agent, filed_calls, blank (answered calls without an issue), vague, vague_share, vague_low, vague_high (95 %, Wilson), expected, ratio, ratio_low, ratio_high, lower, upper, z, z_spread, p, q, verdict (as in `cells`), told (above or below), repeats (followed
    within the window, both issues known), changed (of these, about another issue), changed_share, changed_low, changed_high (95 %, Wilson), changed_expected (the other agents' share at the same hours in the same skill group), words (the vague ones), above (how many agents are), said (some,
    none, few: fewer than five agents to compare). Raises DataRefused without agents or issues, or where no issue is vague. Source: A05.
    """
    rows, words = measured.filed(view, level=level, vague=view.params.vague_issues)
    sums = _sums(rows)
    known = sums[sums["calls"] > 0].reset_index(drop=True)
    told = funnelled(known.assign(issue=""))
    told["q"] = tests.benjamini_hochberg(told["p"])
    told["verdict"] = verdicts(told, view.params.coaching.beyond)
    names = {"denominator": "filed_calls", "numerator": "vague", "value": "vague_share", "low": "vague_low", "high": "vague_high"}
    told = told.rename(columns=names).drop(columns=["issue", "shrunken", "shrunken_low", "shrunken_high"])
    told["blank"] = (known["rows"] - known["calls"]).to_numpy()
    told = told.merge(_turned(view, level, window_hours), on="agent", how="left")
    above, able = int((told["verdict"] == "above").sum()), int((told["verdict"] != "few").sum())
    order = told["verdict"].map({"above": 0, "below": 1, "inside": 2, "few": 3}) + 4 * (told["agent"] == "")
    told = told.assign(
        told=told["verdict"].isin(("above", "below")), place=order, above=above, said="few" if able < 5 else "some" if above else "none"
    )
    told = told.sort_values(["place", "agent"], kind="stable", ignore_index=True).drop(columns="place")
    return told.assign(words=", ".join(words))


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.assign(expected=measured.expected(rows))
    return rows.groupby("agent", as_index=False)[["calls", "repeats", "expected", "rows"]].sum()


def _turned(view: View, level: int, window_hours: float) -> pd.DataFrame:
    """By agent, repeats and those about another issue, with what the others have at the same hours in the same skill group."""
    sums = _sums(measured.turned(view, level=level, window_hours=window_hours))
    k, n = sums["repeats"].to_numpy(float), sums["calls"].to_numpy(float)
    low, high = intervals.wilson(k, n)
    shares = {"changed_share": k / n, "changed_low": low, "changed_high": high, "changed_expected": sums["expected"] / n}
    return pd.DataFrame({"agent": sums["agent"], "repeats": sums["calls"], "changed": sums["repeats"], **shares})


def vague_words(view: View, *, level: int = 1, window_hours: float = 168.0) -> pd.DataFrame:
    """Which issues hide what the call was about: one row an issue, the most suspect first.

    A caller whose matter is not solved calls again about it. Where the first call was filed under its own name a later one mostly has the same name; under a vague word it has another, and no single other. Counted are the calls that were
    watched for the window; of those who are back at all, and of those who are back about the same issue whatever lies between, what the same callers do anyway is taken off: caused = 1 - (1 - P) / (1 - H), P after the calls, H after their control instants, so that neither
    hides the other.

    Columns: issue, denominator (calls watched), share_of_calls, caused, caused_same (per 1,000 calls, beyond habit: back at all, and about the same issue), moved (1 - caused_same / caused), moved_low, moved_high (95 %, jackknife over caller groups), others_moved (the same of all other
    issues together), q (of the difference, Benjamini-Hochberg), one_way (part of the next calls about other issues, beyond habit, that goes to one issue), like: declared (`vague_issues` names it), suspected (q below MOST_Q, LEAST_APART or more above the others', and less than ONE_WAY of it
    to one issue), clear, few (fewer than LEAST_BEYOND callbacks beyond habit), said (suspected: some is; none). Names of small issues are pooled. Raises DataRefused without issues, looking back, or with less than 21 days of data. Source: A05.
    """
    if not chance.comparable(view):
        raise DataRefused("agents", "history: less than 21 days of data, so nothing to compare with habit.")
    window_s = round(window_hours * HOUR)
    found = flows.transitions(view, level=level, window_s=window_s)
    if not found.calls.sum():
        raise DataRefused("agents", "no base.", "Ask for a period with answered calls.")
    back = flows.returns(view, found.names, level=level, window_s=window_s)
    whole, without = _caused(*(t.sum(axis=0) for t in back)), _caused(*resampling.leave_one_out(*back))
    with np.errstate(divide="ignore", invalid="ignore"):
        own = resampling.jackknife(_moved(*without), estimate=_moved(*whole))
        apart = resampling.jackknife(_moved(*without) - _others(*without), estimate=_moved(*whole) - _others(*whole))
    calls, caused, caused_same = whole
    frame = pd.DataFrame({
        "issue": list(found.names), "denominator": calls, "share_of_calls": calls / calls.sum(), "caused": 1000 * caused, "caused_same": 1000 * caused_same,
        "moved": own.value, "moved_low": own.low.clip(0, 1), "moved_high": own.high.clip(0, 1), "others_moved": own.value - apart.value, "one_way": _one_way(found),
    })  # fmt: skip
    able = (caused * calls >= LEAST_BEYOND) & (calls >= FEW) & ~frame["issue"].isin((disclosure.OTHER, NONE)).to_numpy()
    frame["q"] = tests.benjamini_hochberg(np.where(able, resampling.jackknife_p(apart, groups=len(without[0])), np.nan))
    return _liked(frame, able, set(measured.vague_words(frame["issue"], view.params.vague_issues)))


def _caused(calls, back, same, instants, control, control_same) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Calls, and the shares of them that brought the caller back at all and about the same issue, beyond habit."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = (1 - (1 - seen / calls) / (1 - habit / instants) for seen, habit in ((back, control), (same, control_same)))
        return calls, *(np.nan_to_num(x) for x in shares)


def _moved(calls, caused, same) -> np.ndarray:
    return 1 - same / caused


def _others(calls, caused, same) -> np.ndarray:
    """The same share of all issues but each in turn."""
    rest = [(x * calls).sum(axis=-1, keepdims=True) - x * calls for x in (caused, same)]
    return 1 - rest[1] / rest[0]


def _one_way(found) -> np.ndarray:
    """The largest part of an issue's changed callbacks beyond habit that goes to one issue."""
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = (
            found.index.sum(axis=0) / found.calls.sum(axis=0)[:, None] - found.control.sum(axis=0) / found.instants.sum(axis=0)[:, None]
        )
        beyond = np.clip(np.nan_to_num(beyond), 0, None)
        np.fill_diagonal(beyond, 0)
        return beyond.max(axis=1) / beyond.sum(axis=1)


def _liked(frame: pd.DataFrame, able: np.ndarray, declared: set[str]) -> pd.DataFrame:
    named = frame["issue"].isin(declared)
    away = (frame["q"] < MOST_Q) & (frame["moved"] - frame["others_moved"] >= LEAST_APART) & (frame["one_way"] < ONE_WAY)
    frame["like"] = np.select([named, ~able, away], ["declared", "few", "suspected"], "clear")
    shown = ["moved", "moved_low", "moved_high", "others_moved", "one_way"]
    frame.loc[~able, shown] = np.nan
    order = {key: n for n, key in enumerate(("suspected", "declared", "clear", "few"))}
    frame = frame.assign(place=frame["like"].map(order)).sort_values(
        ["place", "moved"], ascending=[True, False], kind="stable", ignore_index=True
    )
    said = "suspected" if (frame["like"] == "suspected").any() else "none"
    return frame.drop(columns="place").assign(said=said)


TABLES = {"vague": vague, "vague_words": vague_words}
STAFF = ("vague",)
