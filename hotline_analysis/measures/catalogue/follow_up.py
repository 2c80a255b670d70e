"""三率: 响应率, 解决率, 满意率 of orders that were followed up, and how many were (selection); before and after appeals. Catalogue section 4.

Valid is a follow-up that heard the citizen: `satisfied` is filled (where an export lacks it: `resolved`, then `contacted`). A word of `satisfied` without a worth
may be an answer or say that there was none: in a month (a group) that has one, the rates whose base its order would be in are not given. Orders count in the month in
which they were received (closed, where only that is exported). What a fairly satisfied or a partly resolved answer is worth, and what the three weigh together, differs by place: params.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from hotline_analysis.measures import orders
from hotline_analysis.measures.cases import estimate_of
from hotline_analysis.measures.indicators import Indicator, said
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View, once
from hotline_analysis.params import Params
from hotline_analysis.words import PERCENT, Term

CHAPTER = "follow_up"
ASKED = ("satisfied", "resolved", "contacted")
CAREFUL = Term(
    "有效回访率低，或各部门之间差别大时，三率不可比", "where few orders are followed up, or departments unlike, the three do not compare"
)
BY = Term("按部门与诉求类别看", "by department and category")


def declared(params: Params) -> tuple[Indicator, ...]:
    three = tuple(_rate(*given) for given in RATES)
    appealed = any("excused" in source.columns for source in params.orders)
    before = tuple(_rate(*given, appealed=False) for given in RATES) if appealed else ()
    followed = CLOSED if params.complaints.placed_by == "closed" else FOLLOWED
    return (followed, *three, *before, *((_together(params),) if params.follow_up.weights else ()))


@once
def _cases(view: View) -> pd.DataFrame | str:
    """Orders with the values of the three questions (nan where not answered), valid, unweighed (answered with a word that the params give no worth) and excused; or why they
    cannot be had.
    """
    frame = orders.counted(orders.cases(view, *ASKED, "excused", "department", "area", "category_1"))
    asked = next((c for c in ASKED if c in frame), "")
    if not asked:
        return "not available: needs satisfied"
    given = view.params.follow_up
    heard = frame["satisfied"] if "satisfied" in frame else pd.Series(pd.NA, index=frame.index)
    worth = {
        "satisfied": lambda: frame["satisfied"].map(given.satisfied),
        "resolved": lambda: frame["resolved"].map({"yes": 1.0, "partly": given.partly, "no": 0.0}),
        "contacted": lambda: frame["contacted"].astype("boolean").astype("Float64"),
    }
    values = {c: worth[c]().astype(float) if c in frame else float("nan") for c in ASKED}
    excused = frame["excused"].astype("boolean").fillna(False).astype(bool) if "excused" in frame else False
    return frame.assign(
        valid=frame[asked].notna(),
        unweighed=heard.notna() & ~heard.isin(list(given.satisfied)),
        excused=excused,
        start_s=frame["placed_s"],
        **{f"worth_{c}": v for c, v in values.items()},
    )


def _valid(
    view: View,
    periods: Sequence[Period],
    indicator: Indicator,
    *,
    of: tuple[str, ...],
    weights: tuple[float, ...] = (1.0,),
    appealed: bool = True,
) -> pd.DataFrame | str:
    """Valid follow-ups in which all of some questions were answered, each worth the weighted sum of its answers."""
    frame = _cases(view)
    if isinstance(frame, str):
        return frame
    lacking = [c for c in of if frame[f"worth_{c}"].isna().all() and c not in frame]
    if lacking:
        return "not available: needs " + ", ".join(lacking)
    others = [f"worth_{c}" for c in of if c != "satisfied"]
    answered = (
        frame["valid"] & frame[others].notna().all(axis=1) & (frame["unweighed"] | frame[[f"worth_{c}" for c in of]].notna().all(axis=1))
    )
    kept = frame[answered & ~frame["excused"]] if appealed else frame[answered]
    return kept.assign(k=sum(w * kept[f"worth_{c}"] for w, c in zip(weights, of, strict=True)).mask(kept["unweighed"]), n=1)


def _followed(view: View, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame | str:
    frame = _cases(view)
    if isinstance(frame, str):
        return frame
    ended = frame["left_s"].notna() | frame["valid"]
    return frame[ended].assign(k=frame["valid"].astype(float).mask(frame["unweighed"]), n=1)


def _part(zh: str, en: str, *needs: str):
    return said(zh, en, "orders", *needs)


VALID = _part("有效回访", "valid follow-ups")
FOLLOWED = Indicator(
    "followed_up", Term("有效回访率", "Followed up"), VALID, _part("已办结的诉求", "orders that have ended"), PERCENT, "higher",
    Term("有效回访÷已办结（或已有回访）的诉求，按受理月份；三率只在其中计算", "valid follow-ups over orders that have ended (or were followed up), by the month received; the three rates are made of these only", of_period=True),
    Term("看没有回访到的是哪些部门、哪类诉求", "which departments and categories were not reached"), CAREFUL, "三率",
    estimate=estimate_of(_followed), most=1, chapter=CHAPTER,
)  # fmt: skip
CLOSED = replace(
    FOLLOWED,
    scope=Term(
        "有效回访÷已办结（或已有回访）的诉求，按办结月份；三率只在其中计算",
        "valid follow-ups over orders that have ended, by the month closed; the three rates are made of these only",
        of_period=True,
    ),
)
RATES = (
    ("response_rate", Term("响应率", "Response rate"), "contacted", Term("已联系的", "contacted"), Term("已联系÷有效回访", "contacted over valid follow-ups")),
    ("solved_rate", Term("解决率", "Resolution rate"), "resolved", Term("已解决的", "resolved"), Term("已解决÷有效回访；部分解决按参数follow_up › partly计", "resolved over valid follow-ups; a partly resolved one is worth follow_up › partly")),
    ("satisfied_rate", Term("满意率", "Satisfaction rate"), "satisfied", Term("满意的（基本满意按其折算值）", "satisfied (fairly satisfied by its worth)"), Term("（满意＋基本满意的折算）÷有效回访；折算值见参数follow_up › satisfied", "satisfied, and fairly satisfied by its worth, over valid follow-ups; worths are in follow_up › satisfied")),
)  # fmt: skip


def _rate(key: str, name: Term, column: str, part: Term, scope: Term, appealed: bool = True) -> Indicator:
    """One of the three; `appealed`: without orders excused on appeal."""
    before = Term("（申诉剔除前）", " (before appeals)")
    return Indicator(
        key if appealed else f"{key}_before_appeals", name if appealed else Term(name.zh + before.zh, name.en + before.en),
        _part(part.zh, part.en, column), VALID, PERCENT, "higher",
        Term(scope.zh + ("；申诉通过的已剔除" if appealed else "；申诉通过的仍在内"), scope.en + ("; those excused on appeal are out" if appealed else "; those excused on appeal are in")),
        BY, CAREFUL, "三率", estimate=estimate_of(partial(_valid, of=(column,), appealed=appealed)), most=1, chapter=CHAPTER, family=key,
    )  # fmt: skip


def _together(params: Params) -> Indicator:
    weights = params.follow_up.weights
    of = ("contacted", "resolved", "satisfied")
    zh, en = (
        "＋".join(f"{w:g}×{n}" for w, n in zip(weights, names, strict=True))
        for names in (("响应率", "解决率", "满意率"), ("response", "resolution", "satisfaction"))
    )
    return Indicator(
        "three_rates", Term("三率综合", "The three rates together"), _part("按权重折算的", "weighted", *of), VALID, PERCENT, "higher",
        Term(f"{zh}，三项都已回答的有效回访", f"{en}, of valid follow-ups with all three answered"), BY,
        Term("权重各地不同，不同权重的综合率不可比", "weights differ by place: under other weights it does not compare"), "三率",
        estimate=estimate_of(partial(_valid, of=of, weights=tuple(weights))), most=1, chapter=CHAPTER,
    )  # fmt: skip


EVENTS = {key: name for key, name, *_ in RATES}  # before and after appeals are one event
