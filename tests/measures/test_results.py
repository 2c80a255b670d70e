"""上月建议的结果: what the kept manifest says of last month, held against this month's frames; nothing is guessed."""

import json

import pandas as pd
import pytest

from hotline_analysis import open_hotline, say, show
from hotline_analysis.errors import NoInput
from hotline_analysis.measures import results
from hotline_analysis.measures.suggestions import suggestions
from tests.small import write_hotline

PEAK = {"part": ["peak", "other"], "denominator": [1000, 2000], "value": [0.8, 0.9], "said": "lower"}


def month(gap: float, low: float, high: float) -> dict:
    """The frames of a month whose peak is so many points below the other hours."""
    peak = pd.DataFrame({**PEAK, "gap": [gap, None], "gap_low": [low, None], "gap_high": [high, None]})
    return {"peak": peak, "connection": pd.DataFrame({"peak": [True, False], "hard": [True, False]})}


def kept(frames: dict) -> list[dict]:
    """What the manifest of that month keeps."""
    found = suggestions(frames, months=1.0, window_hours=24.0)
    return json.loads(found.reindex(columns=list(results.KEPT)).to_json(orient="records", double_precision=15))


LAST = month(-0.10, -0.12, -0.08)


def test_a_suggestion_comes_back_with_what_was_expected_and_what_was_seen():
    """高峰比其余时段低10个百分点（8至12），建议调班，预计每月多接通100通（80至120）；本月低4个百分点（2至6）：变化+6（+3.2至+8.8）。"""
    row = results.followed(kept(LAST), month(-0.04, -0.06, -0.02)).iloc[0]
    assert tuple(row[["size", "size_low", "size_high"]]) == pytest.approx((100, 80, 120))
    assert tuple(row[["watched", "seen", "moved"]]) == pytest.approx((-0.10, -0.04, 0.06))
    assert tuple(row[["moved_low", "moved_high"]]) == pytest.approx((0.06 - 0.02 * 2**0.5, 0.06 + 0.02 * 2**0.5))
    assert (row["outcome"], row["said"], row["count"]) == ("two", "some", 1)


def test_a_difference_whose_interval_holds_zero_is_no_change():
    assert results.followed(kept(LAST), month(-0.09, -0.11, -0.07))["outcome"].tolist() == ["none"]


def test_what_this_month_lacks_is_not_guessed():
    assert results.followed(kept(LAST), {})["outcome"].tolist() == ["unseen"]
    other = [{**kept(LAST)[0], "kind": "channel", "subject": "微信"}]
    there = {"channels": pd.DataFrame({"channel": ["电话"], "answered": [0.9], "answered_low": [0.8], "answered_high": [0.95]})}
    assert results.followed(other, there)["outcome"].tolist() == ["unseen"]
    assert results.followed([{**kept(LAST)[0], "kind": "coach"}], there)["outcome"].tolist() == ["staff"]


def test_a_month_that_suggested_nothing_and_one_without_a_page():
    assert results.followed([], {})["said"].tolist() == ["none"]
    with pytest.raises(NoInput):
        results.followed(None, {})


@pytest.mark.parametrize("kind, frame, row, three", [
    ("notify", pd.DataFrame({"issue": ["甲"], "then": ["乙"], "excess": [8.4], "excess_low": [3.0], "excess_high": [14.0]}), {"subject": "甲", "then": "乙"}, (8.4, 3.0, 14.0)),
    ("process", pd.DataFrame({"issue": ["甲", "乙"], "value": [0.2, 0.3], "low": [0.1, 0.2], "high": [0.3, 0.4]}), {"subject": "乙"}, (0.3, 0.2, 0.4)),
    ("window", pd.DataFrame({"window_hours": [24.0, 72.0], "capture": [0.6, 0.85], "capture_low": [0.5, 0.8], "capture_high": [0.7, 0.9]}), {"hours_new": 72.0}, (0.85, 0.8, 0.9)),
])  # fmt: skip
def test_the_number_of_each_kind(kind, frame, row, three):
    assert results.watched(kind, row, {results.WATCHED[kind][0]: frame}) == three


def test_it_comes_from_the_published_manifest_of_the_month_before(tmp_path):
    """Kept beside the page; a manifest of another make is none, and without one nothing is said."""
    params = write_hotline(tmp_path, calls=200)
    assert open_hotline(params, "2024-02", progress=False).suggested_before is None
    place = tmp_path / "reports" / "small" / "2024-01" / "manifest.json"
    place.parent.mkdir(parents=True)
    place.write_text('{"pages": {"index.html": {}}}', encoding="utf-8")
    assert open_hotline(params, "2024-02", progress=False).suggested_before is None
    page = {"suggestions": kept(LAST), "definition_hash": open_hotline(params, "2024-02", progress=False).rule.hash}
    for wrong in ({"hotline": "other"}, {"month": "2023-12"}):
        place.write_text(json.dumps({"hotline": "small", "month": "2024-01", "pages": {"index.html": page}} | wrong), encoding="utf-8")
        assert open_hotline(params, "2024-02", progress=False).suggested_before is None
    place.write_text(json.dumps({"hotline": "small", "month": "2024-01", "pages": {"index.html": page}}), encoding="utf-8")
    h = open_hotline(params, "2024-02", progress=False)
    assert h.suggested_before == (kept(LAST), page["definition_hash"]) and say(h.followed).text == "上月提出1条建议，结果如下。"
    h = open_hotline(params, "2024-02", progress=False)
    h.reports = tmp_path / "elsewhere"  # where the pages of a run with --out go
    assert h.suggested_before is None
    h = open_hotline(params, "2024-02", progress=False)
    for language, words in (("zh", ("调整高峰的排班", "预计")), ("en", ("Change the shifts at the peak", "Expected then"))):
        block = show(h.followed, language=language)
        assert words[0] in block.text and words[1] in block.html and "100" in block.html


def test_under_another_definition_nothing_is_held_against_last_month():
    """复电窗口由24小时改为72小时：该类再次来电率从7.6%到15.7%不是办理的结果。"""
    frames = {"issues": pd.DataFrame({"issue": ["甲"], "value": [0.157], "low": [0.12], "high": [0.20]}), **month(-0.04, -0.06, -0.02)}
    process = dict.fromkeys(results.KEPT) | {
        "kind": "process",
        "subject": "甲",
        "watched": 0.076,
        "watched_low": 0.05,
        "watched_high": 0.1,
    }
    rows = [process, *kept(LAST)]
    assert results.followed(rows, frames)["outcome"].tolist() == ["two", "two"]
    told = results.followed(rows, frames, alike=False)
    assert told["outcome"].tolist() == ["unlike", "two"] and pd.isna(told["seen"].iloc[0])  # the peak's connection rests on no repeat call


def test_answers_are_followed_for_the_issues_that_were_named():
    """甲、乙共150通，占1,000通的15%；本月它们只剩60通（6%），另一类丙成了候选：看的是甲和乙。"""

    def faq(calls: dict[str, int], candidates: str) -> dict:
        frame = pd.DataFrame({"issue": list(calls), "parent": "", "answered_calls": list(calls.values())})
        frame = frame.assign(share=frame["answered_calls"] / 1000, candidate=["yes" if i in candidates else "no" for i in calls])
        return {"faq": frame.assign(candidate_share=frame.loc[frame["candidate"] == "yes", "share"].sum())}

    then = kept(faq({"甲": 100, "乙": 50, "丙": 150, "丁": 700}, "甲乙"))
    assert (then[0]["among"], then[0]["watched"]) == ([["", "甲"], ["", "乙"]], pytest.approx(0.15))
    row = results.followed(then, faq({"甲": 40, "乙": 20, "丙": 200, "丁": 740}, "丙")).iloc[0]
    assert (row["seen"], row["moved"]) == (pytest.approx(0.06), pytest.approx(-0.09)) and row["outcome"] == "two"
    assert results.followed(then, faq({"甲": 40, "丙": 200, "丁": 760}, "丙"))["outcome"].tolist() == [
        "unseen"
    ]  # 乙 is too small to be told
