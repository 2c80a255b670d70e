"""What do people want, and what do their comments speak of? Coded needs and themes, counted with the interval of the cut."""

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import BadParams, DataRefused, nearest
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals
from hotline_analysis.studies.satisfaction.answers import FEW, LISTED, Answers, answers
from hotline_analysis.words import Term

BASES = {"respondents": Term("人", "respondents"), "mentions": Term("提及", "mentions")}
TOP = 3


def needs(view: View, *, base: str = "") -> pd.DataFrame:
    """Needs by how often they are named (柏拉图), most first, with their cumulative share and its interval: one row a need.

    Counted are answers of the period that name a need; a need named twice in one answer counts once. base: respondents (what share of those who named any
    named this one; the cumulative share is of those who named at least one so far) or mentions (shares of all mentions, which add to 1); '' as
    params say, else respondents. With one need each the two are the same. Intervals are over respondents, so that several mentions of one person are no
    several people.

    Columns: need, rank, numerator, denominator, value, low, high (share), cumulative, cumulative_low, cumulative_high (share up to this need), base,
    unanswered (answers without a need), three, three_low, three_high (cumulative share of the first three), first_three (three, or all of fewer), said (few: under 30; half, eighty: the first three together cannot be told from a half, or from 80 %; plain), told (said in the first row).
    Needs of fewer people than the view's `smallest` are pooled. Raises BadParams for another base, NoInput, DataRefused. Source: E01, T6, methods 8.
    """
    base = base or view.params.satisfaction.needs_base
    if base not in BASES:
        raise BadParams("needs › base", f"'{base}' is not a base here.", nearest(base, BASES) or "There are: respondents, mentions.")
    now = answers(view)
    told = _mentions(now, "need", view.smallest)
    order = told.groupby("word")["answer"].nunique().sort_index().sort_values(ascending=False, kind="stable").index.tolist()
    order = [w for w in order if w != disclosure.OTHER] + [w for w in order if w == disclosure.OTHER]
    rows = [_row(told, order, place, base) for place in range(len(order))]
    frame = pd.DataFrame(rows).assign(base=base, unanswered=len(now.given) - told["answer"].nunique())
    third = frame.iloc[min(TOP, len(frame)) - 1]
    three = {
        name: third[column]
        for name, column in (("three", "cumulative"), ("three_low", "cumulative_low"), ("three_high", "cumulative_high"))
    }
    frame = frame.assign(**three, first_three=min(TOP, len(frame)), said=_case(frame, told))
    frame["told"] = frame["said"].where(frame.index == 0, "")
    told = disclosure.untold(frame, ["numerator"], ["value", "low", "high"], view.smallest, parts_of=())
    return disclosure.without_sums(told, "numerator")


def _mentions(now: Answers, column: str, smallest: int) -> pd.DataFrame:
    """One row a word named in an answer: answer, respondent, word; rare words pooled."""
    if column not in now.frame:
        raise DataRefused(column, f"not available: needs {column}.")
    given = now.given[now.given[column].notna()]
    words = given[column].str.split(f"[{LISTED}；]", regex=True).explode().str.strip()
    told = pd.DataFrame({"answer": words.index, "word": words}).drop_duplicates()
    told = told[told["word"].notna() & (told["word"] != "")].assign(one=1)
    if told.empty:
        raise DataRefused(column, "no answers in this period.")
    told = told.assign(respondent=given["respondent"].reindex(told["answer"]).to_numpy())
    pooled = disclosure.pooled(told, ["word"], smallest, size="one")
    return pooled.drop_duplicates(["answer", "word"]).reset_index(drop=True)


def _row(told: pd.DataFrame, order: list[str], place: int, base: str) -> dict:
    own, upto = _counted(told, [order[place]], base), _counted(told, order[: place + 1], base)
    head = {"need": order[place], "rank": place + 1, "numerator": own["k"], "denominator": own["n"]}
    head |= {"value": own["share"], "low": own["low"], "high": own["high"]}
    return {**head, "cumulative": upto["share"], "cumulative_low": upto["low"], "cumulative_high": upto["high"]}


def _counted(told: pd.DataFrame, words: list[str], base: str) -> dict:
    """Share of the answers, or of the mentions, that name one of the words; interval clustered by respondent."""
    hit = told["word"].isin(words).astype(int)
    unit = ["respondent", "answer"]
    if base == "respondents":
        by = hit.groupby([told[c] for c in unit]).max().groupby(level=0).agg(["sum", "count"])
    else:
        by = hit.groupby(told["respondent"]).agg(["sum", "count"])
    found = intervals.clustered_wilson(by["sum"].to_numpy(), by["count"].to_numpy())
    return {
        "k": int(by["sum"].sum()),
        "n": int(by["count"].sum()),
        "share": float(found.share),
        "low": float(found.low),
        "high": float(found.high),
    }


def _case(frame: pd.DataFrame, told: pd.DataFrame) -> str:
    """What the first three say together."""
    if told["respondent"].nunique() < FEW or len(frame) <= TOP:
        return "few"
    third = frame.iloc[TOP - 1]
    for name, at in (("half", 0.5), ("eighty", 0.8)):
        if third["cumulative_low"] <= at <= third["cumulative_high"]:
            return name
    return "plain"


def themes(view: View) -> pd.DataFrame:
    """Themes of the comments, by the coding column: one row a theme, most first. Counted, not read: who coded it decides.

    Columns: theme, numerator (answers that name it), denominator (answers with a theme), value, low, high (share, over respondents), uncoded (answers
    without a theme), score (mean of the overall item of those answers), score_n. Themes of fewer answers than the view's `smallest` are pooled. Raises
    NoInput, DataRefused. Source: D11.
    """
    now = answers(view)
    told = _mentions(now, "theme", view.smallest)
    item = view.params.satisfaction.overall or next(iter(now.items), "")
    score = now.frame[item].reindex(told["answer"]).to_numpy(float) if item in now.frame else np.nan
    told = told.assign(score=score)
    rows = []
    for word in told["word"].unique():
        own = _counted(told, [word], "respondents")
        given = told.loc[told["word"] == word, "score"].dropna()
        rows.append(
            {
                "theme": word,
                "numerator": own["k"],
                "denominator": own["n"],
                "value": own["share"],
                "low": own["low"],
                "high": own["high"],
                "score": given.mean() if len(given) else np.nan,
                "score_n": len(given),
            }
        )
    frame = pd.DataFrame(rows).assign(uncoded=len(now.given) - told["answer"].nunique(), pooled=lambda f: f["theme"] == disclosure.OTHER)
    frame = frame.sort_values(["pooled", "numerator", "theme"], ascending=[True, False, True], ignore_index=True).drop(columns="pooled")
    return disclosure.untold(frame, ["numerator", "score_n"], ["value", "low", "high", "score"], view.smallest, parts_of=())
