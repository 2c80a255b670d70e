"""The hardest issues and the list of what to work on first: by hand, by the slow loop, and what an export lacks."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.params import Params
from hotline_analysis.show.forms import say, show
from hotline_analysis.stats import funnel
from hotline_analysis.studies.service import hardest, parts
from tests.spec import frames
from tests.spec.frames import ENGINES
from tests.studies.service.service_calls import at, told, view

DAY = 86_400
frames.WHOLE, frames.FLAGS = (*frames.WHOLE, "rating"), (*frames.FLAGS, "reopened")


def calls(
    issue: str,
    n: int,
    *,
    again: float = 0.0,
    talk: int = 100,
    rating: int = 5,
    first: int = 0,
    transferred: float = 0.0,
    dispatched: float = 0.0,
) -> list[dict]:
    """n callers, two an hour from 2 September on; the first `again` of them call back after an hour, with the same length and rating."""
    rows = []
    for k in range(n):
        start = f"2024-09-{2 + k // 40:02d} {k % 40 // 2:02d}:{30 * (k % 2):02d}"
        own = {
            "caller": first + k,
            "issue_1": issue,
            "talk_seconds": talk,
            "rating": rating,
            "transferred": k < transferred * n,
            "dispatched": k < dispatched * n,
        }
        rows.append({"at": start, **own})
        if k < again * n:
            rows.append({"at": str(pd.Timestamp(start) + pd.Timedelta(hours=1))[:16], **own})
    return rows


THREE = [
    *calls("难", 200, again=0.5, talk=400, rating=1, first=0, transferred=0.2, dispatched=0.5),
    *calls("中", 200, again=0.25, talk=200, rating=4, first=1000, transferred=0.1, dispatched=0.2),
    *calls("易", 200, again=0.05, talk=100, rating=5, first=2000, transferred=0.05, dispatched=0.1),
]
NULL = [{"at": "2024-09-03 12:00", "caller": None, "issue_1": None, "talk_seconds": None, "rating": None}]


@pytest.fixture(scope="module")
def ranked():
    return hardest.hardest(view(THREE + NULL))


def test_the_parts_by_hand(ranked):
    """难：300通接通，其中100通一小时后又来；复电率100/300。通话400秒，评分全为1。"""
    frame = ranked.set_index("issue")
    assert frame["answered_calls"].to_dict() == {"难": 300, "中": 250, "易": 210}
    assert frame["repeat"].tolist() == pytest.approx([100 / 300, 50 / 250, 10 / 210])
    assert frame["handling"].tolist() == [400, 200, 100] and frame["dissatisfied"].tolist() == [1, 0, 0]
    assert frame["rank"].tolist() == [1, 2, 3] and frame["said"].iloc[0] == "apart" and frame["top"].iloc[0] > 0.97
    assert (frame["rank_low"] <= frame["rank"]).all() and (frame["rank"] <= frame["rank_high"]).all()
    assert frame["transfer"].iloc[0] == pytest.approx(80 / 300), "40 callers were passed on, and all of them called back"


@pytest.mark.parametrize(("scale", "low", "high"), [((0, 1), 0, 1), ((1, 2), 1, 2)])
def test_thumbs_down_is_not_satisfied(scale, low, high):
    """难全是差评：不满意率100%，不是0%。"""
    seen = view([{**row, "rating": low if row["rating"] == 1 else high} for row in THREE])
    own = seen.params.model_copy(update={"satisfaction": seen.params.satisfaction.model_copy(update={"rating_scale": scale})})
    assert hardest.hardest(replace(seen, params=own)).set_index("issue")["dissatisfied"].to_dict() == {"难": 1, "中": 0, "易": 0}


def test_what_the_export_lacks_is_said(ranked):
    assert ranked["parts_count"].iloc[0] == 5
    zh, en = (say(told(ranked.copy(), "hardest"), language=language).text for language in ("zh", "en"))
    assert zh.startswith("按5个方面综合，最难解决的是难，名次分得清。") and en
    zh, en = (show(told(ranked.copy(), "hardest"), language=language).html for language in ("zh", "en"))
    assert "办结天数（未提供：工单）" in zh and "重办率（未提供：工单）" in zh
    assert "reopening rate (not provided: orders)" in en
    bare = hardest.hardest(view(THREE, without=("rating", "transferred", "dispatched")))
    assert bare["parts_count"].iloc[0] == 2 and "dissatisfied" not in bare and "满意" in bare["left_out_zh"].iloc[0]


def test_the_score_is_the_mean_of_shrunken_z(ranked):
    """The slow way, from the printed figures of one part."""
    frame = ranked.set_index("issue")
    found = parts.measured(view(THREE + NULL), least=30)
    repeat = parts.estimates(found, "repeat")
    errors = np.maximum(repeat.se, (repeat.high - repeat.low) / 3.919928)
    between = funnel.between(repeat.value, errors**2)
    z = [np.sqrt(between.tau2) * (x - between.value) / (between.tau2 + s**2) for x, s in zip(repeat.value, errors, strict=True)]
    assert [frame.loc[key[-1], "repeat_z"] for key in found.strata] == pytest.approx(z)
    names = [n for n in parts.PARTS if f"{n}_z" in ranked]
    assert frame["score"].to_numpy() == pytest.approx(np.nanmean(frame[[f"{n}_z" for n in names]], axis=1))


def test_shrinking_draws_the_uncertain_towards_the_mean():
    between = funnel.Between(0.3, 0.01, 0.01, 10.0, 0.9)
    z = hardest._shrunken(np.array([0.5, 0.5, 0.3]), np.array([0.01, 0.3, 0.1]), between)
    assert z[0] == pytest.approx(0.1 * 0.2 / (0.01 + 0.0001)) and 0 < z[1] < z[0] and z[2] == 0
    alike = hardest._shrunken(np.array([0.5, np.nan]), np.array([0.1, 0.1]), between._replace(tau2=0.0))
    assert alike[0] == 0 and np.isnan(alike[1])


def test_issues_that_do_not_differ_are_not_ranked_apart():
    same = [row for n, issue in enumerate("甲乙丙") for row in calls(issue, 200, again=0.2, talk=100 + n % 2, first=1000 * n)]
    frame = hardest.hardest(view(same, without=("rating", "transferred", "dispatched", "talk_seconds"), rule={"clock": "start"}))
    assert set(frame["said"]) == {"alike"} and frame["rank"].tolist() == [2, 2, 2]
    assert "没有证据表明各类诉求有难易之分" in say(told(frame, "hardest"), language="zh").text


def test_an_issue_that_lacks_most_parts_has_no_rank():
    few = [
        {**row, "caller": None, "rating": None, "transferred": None, "dispatched": None} for row in calls("无名", 60, talk=900, first=5000)
    ]
    frame = hardest.hardest(view(THREE + few)).set_index("issue")
    assert np.isnan(frame.loc["无名", "rank"]) and frame["rank"].dropna().tolist() == [1, 2, 3]


def orders(**of) -> dict[str, list]:
    """Orders of the issues: days to close (None: open) by category."""
    rows = [(name, days) for name, all_days in of.items() for days in all_days]
    created = [at("2024-09-02 09:00") + 60 * n for n in range(len(rows))]
    closed = [None if d is None else int(c + d * DAY) for c, (_, d) in zip(created, rows, strict=True)]
    return {"seq": list(range(len(rows))), "order_id": [f"o{n}" for n in range(len(rows))], "created_s": created, "closed_s": closed, "category_1": [name for name, _ in rows], "reopened": [n % 10 == 0 for n in range(len(rows))]}  # fmt: skip


def test_days_to_close_count_open_orders_as_far_as_seen():
    """难的工单：一半第2天办结，一半一直未办，14天内平均8天；易的都在第1天内。"""
    made = orders(难=[2.0] * 50 + [None] * 50, 中=[4.0] * 100, 易=[0.5] * 100)
    frame = hardest.hardest(view(THREE, tables={"orders": made})).set_index("issue")
    assert frame.loc["难", "closing"] == pytest.approx((1.5 * 0.5 + 14 * 0.5) + 0, abs=0.01)
    assert frame.loc["中", "closing"] == pytest.approx(3.5) and frame.loc["易", "closing"] == pytest.approx(0.5)
    assert frame["parts_count"].iloc[0] == 7 and frame["reopened"].notna().all()


def test_orders_under_other_words_are_left_out():
    frame = hardest.hardest(view(THREE, tables={"orders": orders(另一套=[1.0] * 100)}))
    assert "closing" not in frame and "办结天数" in frame["left_out_zh"].iloc[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_three_engines_agree(engine):
    first, other = (hardest.priority(view(THREE + NULL, engine=e)) for e in ("polars", engine))
    pd.testing.assert_frame_equal(first, other, check_dtype=False)


def test_too_few_issues_are_refused():
    with pytest.raises(DataRefused) as fault:
        hardest.hardest(view(calls("甲", 60) + calls("乙", 20, first=100)))
    assert str(fault.value) == "service › few issues: 1 were answered 30 times or more; it takes 3 to rank."


# ---- what is told where a part of an issue is few


def six(few: int) -> list[dict]:
    """Six issues of 200 callers; of 易 `few` were dispatched, who all called back and were so again, of 戊 20 (10 of them twice), of the others more."""
    shares = {"难": 0.5, "己": 0.3, "中": 0.25, "丁": 0.2, "戊": 0.1}
    rows = [
        row
        for n, (issue, share) in enumerate(shares.items())
        for row in calls(
            issue, 200, again=share - 0.05, talk=400 - 50 * n, rating=1 + n % 5, first=1000 * n, dispatched=share, transferred=share
        )
    ]
    easy = calls("易", 200, again=0.06, talk=100, rating=5, first=9000, transferred=0.06)
    return rows + [{**row, "dispatched": row["caller"] - 9000 < few} for row in easy]


def few_told(few: int) -> pd.DataFrame:
    return hardest.hardest(view(six(few), smallest=8)).set_index("issue")


def test_an_issue_with_a_hidden_part_has_no_score_and_the_others_keep_theirs():
    frame = few_told(3)
    assert frame["dispatch"].isna().to_dict() == {**dict.fromkeys("难己中丁", False), "戊": True, "易": True}, (
        "6 are not told, nor the 30 beside them"
    )
    assert (frame["score"].isna() == frame["dispatch"].isna()).all() and frame["rank"].tolist() == [1, 2, 3, 4, 5, 6]


def test_nothing_that_is_told_moves_with_a_hidden_count():
    """By hand: 2 or 6 dispatched of 212; whatever a reader does with the figures, they are the same."""
    one, other = few_told(1), few_told(3)
    pd.testing.assert_frame_equal(one, other)
    agreements = [hardest.agreement(view(six(n), smallest=8)) for n in (1, 3)]
    pd.testing.assert_frame_equal(*agreements)


def test_the_scores_that_are_told_are_made_of_what_is_told():
    """From the printed shares and ends of four issues: the scale, their z, and with the other parts their scores."""
    frame = few_told(3)
    told_ = frame.dropna(subset="dispatch")
    errors = np.maximum((told_["dispatch_high"] - told_["dispatch_low"]) / 3.919928, 1e-6)
    between = funnel.between(told_["dispatch"], errors**2)
    z = np.sqrt(between.tau2) * (told_["dispatch"] - between.value) / (between.tau2 + errors**2)
    assert told_["dispatch_z"].to_numpy() == pytest.approx(z.to_numpy(), rel=0.05)  # an end of Wilson's is not the jackknife's
    names = [n for n in parts.PARTS if f"{n}_z" in frame]
    assert told_["score"].to_numpy() == pytest.approx(told_[[f"{n}_z" for n in names]].mean(axis=1))


def test_a_part_that_is_told_of_nobody_leaves_the_scores():
    """丁 is dispatched 3 times and no other issue ever: the noughts are hidden too, and all had no score; now the part ranks nobody."""
    rows = [{**row, "dispatched": row["issue_1"] == "丁" and row["caller"] % 1000 < 3} for row in six(0)]
    plain = [{k: v for k, v in row.items() if k != "dispatched"} for row in rows]
    frame, without = (hardest.hardest(view(r, smallest=8)) for r in (rows, plain))
    assert frame["dispatch"].isna().all() and frame["score"].notna().all() and "dispatch_z" not in frame
    pd.testing.assert_frame_equal(frame[["issue", "rank", "score", "parts_count"]], without[["issue", "rank", "score", "parts_count"]])
    zh, en = (show(told(frame.copy(), "hardest"), language=language).html for language in ("zh", "en"))
    assert "没有计入的：派单率（不列出）" in zh and "Left out: dispatch rate (not told)" in en


def test_the_priority_of_all_does_not_tell_a_hidden_one():
    """难 11.1 and 丙 4.6 of all told the whole, 18.6; what they leave is 217 a + 101 b seconds, of whole numbers only 50 and 3."""
    rows = [
        row
        for issue, n, again, talk, first in (("难", 200, 0.5, 400, 0), ("中", 200, 0.25, 217, 1000), ("丙", 300, 0.25, 220, 3000), ("易", 200, 0.015, 101, 2000))
        for row in calls(issue, n, again=again, talk=talk, rating=1, first=first)
    ]  # fmt: skip
    frame = hardest.priority(view(rows, smallest=8))
    assert frame["repeats"].isna().tolist() == [False, False, True, True] and frame["urgency_share"].isna().all()
    assert say(told(frame.copy(), "priority"), language="zh").text == "先办难：72小时内复电约100通（名次1至1）。"
    assert say(told(frame.copy(), "priority"), language="en").text == "First 难: some 100 repeats within 72 h (rank 1 to 1)."
    assert "先办难" in show(told(frame.copy(), "priority"), language="zh").html
    whole = hardest.priority(view(rows))
    assert whole["urgency_share"].sum() == pytest.approx(1)


# ---- agreement


def test_the_agreement_of_the_parts(ranked):
    frame = hardest.agreement(view(THREE + NULL))
    z = ranked.set_index("issue")
    for row in frame.itertuples():
        pair = z[[f"{row.of_part}_z", f"{row.with_part}_z"]].dropna()
        slow = scipy_stats.kendalltau(*pair.to_numpy().T).statistic if len(pair) > 1 else np.nan
        assert row.tau == pytest.approx(slow, nan_ok=True)
    assert len(frame) == len(list(combinations([n for n in parts.PARTS if f"{n}_z" in ranked], 2)))
    assert ranked["agreement"].iloc[0] == pytest.approx(frame["tau"].mean())


# ---- priority


def test_the_priority_by_hand():
    """难：100通复电 × 400秒 × 不满意1 = 11.1小时；其余都满意，为零。"""
    frame = hardest.priority(view(THREE + NULL)).set_index("issue")
    assert frame.loc["难", "urgency"] == pytest.approx(100 * 400 / 3600) and (frame.loc[["中", "易"], "urgency"] == 0).all()
    assert frame.loc["难", "urgency_share"] == 1 and frame.loc["难", "urgency_low"] == pytest.approx(100 / 9), (
        "every caller group has one who called back"
    )
    part = hardest.priority(view(THREE, without=("rating",))).set_index("issue")
    assert part["urgency"].tolist() == pytest.approx([100 * 400 / 3600, 50 * 200 / 3600, 10 * 100 / 3600]) and set(part["said"]) == {"part"}
    assert "不满意率（未提供：评价得分）" in str(show(told(part.reset_index(), "priority"), language="zh").html)


def test_the_weights_are_exponents_and_printed():
    weights = {"service": {"priority": {"repeats": 1, "handling": 0, "unsatisfied": 0}}}
    frame = hardest.priority(view(THREE, **weights))
    assert frame["urgency"].tolist() == pytest.approx([100, 50, 10])
    assert "权重（指数）依次为1.0、0.0、0.0" in show(told(frame, "priority"), language="zh").html
    with pytest.raises(ValueError):
        Params.model_validate(
            {"title": "x", "calls": {"files": "x", "columns": {"started_at": "x"}}, "service": {"priority": {"repeat": 1}}}
        )


def test_without_callers_there_is_no_priority():
    with pytest.raises((DataRefused, BadParams)):
        hardest.priority(view(THREE, without=("caller", "caller_group")))
