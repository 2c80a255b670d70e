"""Waits and patience: by hand, by laws and the slow loop, on three engines, a known truth, and the bank."""

import numpy as np
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.errors import DataRefused
from hotline_analysis.show.forms import say, show
from hotline_analysis.stats import survival
from hotline_analysis.studies.service import waits
from tests.real import PARAMS, needs
from tests.spec.frames import ENGINES
from tests.studies.service.service_calls import told, view


def rows(waited: list[tuple], days: int = 28) -> list[dict]:
    """(outcome, wait) one after the other over the days of a month."""
    return [
        {
            "at": f"2024-09-{1 + n % days:02d} {9 + n // days % 8:02d}:{n // (8 * days) % 60:02d}",
            "outcome": o,
            "queue_seconds": q,
            "caller": n % 90,
        }
        for n, (o, q) in enumerate(waited)
    ]


TEN = [("answered", w) for w in (0, 0, 10, 20, 30)] + [("abandoned", w) for w in (2, 10, 20, 40, None)]


@pytest.mark.parametrize("engine", ENGINES)
def test_waits_by_hand(engine):
    """五通接通等0、0、10、20、30秒；四通放弃等2、10、20、40秒，一通不知道。"""
    frame = waits.waits(view(rows(TEN), engine=engine)).set_index("outcome")
    told_ = frame[["calls", "unknown", "mean_seconds", "median_seconds", "p80_seconds", "p90_seconds", "at_once"]]
    assert told_.loc["answered"].tolist() == [5, 0, 12, 10, 20, 30, 0.4] and told_.loc["abandoned"].tolist() == [4, 1, 18, 10, 40, 40, 0]
    assert frame.loc["answered", "mean_low"] <= 12 <= frame.loc["answered", "mean_high"]


def test_the_course_ends_at_all_calls():
    frame = waits.wait_course(view(rows(TEN)))
    last = frame.groupby("line")["value"].last()
    assert last["answered"] == pytest.approx(5 / 9) and last["abandoned"] == pytest.approx(4 / 9)
    assert frame.groupby("line")["value"].apply(lambda v: (v.diff().dropna() >= 0).all()).all()
    assert frame[(frame["line"] == "answered") & (frame["seconds"] == 0)]["numerator"].item() == 2


def test_patience_by_hand():
    """头5秒不计。8通：10秒走一人（8人里）、20秒走一人（6人里）、40秒走一人（剩1人）：1 - 7/8 · 5/6 · 0。"""
    waited = [("answered", 10), ("answered", 20), ("answered", 30), ("answered", 30), ("answered", 35)] + [
        ("abandoned", w) for w in (2, 10, 20, 40)
    ]
    row = waits.patience(view(rows(waited)), horizon_seconds=40).iloc[0]
    assert (row["abandoned"], row["censored"], row["ignored"], row["horizon_seconds"], row["said"]) == (3, 5, 1, 40, "few")
    assert row["restricted_seconds"] == pytest.approx(10 + 7 / 8 * 10 + 7 / 8 * 5 / 6 * 20)
    assert (row["quarter_seconds"], row["half_seconds"], row["three_quarters_seconds"]) == (20, 40, 40)
    assert row["abandoned_mean"] == pytest.approx(70 / 3) and row["exponential_seconds"] == pytest.approx(
        (5 + 15 + 25 + 25 + 30 + 5 + 15 + 35) / 3
    )


def exponential(seed: int, n: int, stay: float = 300, offer: float = 60) -> list[tuple]:
    rng = np.random.default_rng(seed)
    patience, offered = rng.exponential(stay, n), rng.exponential(offer, n)
    return [("abandoned" if p < o else "answered", int(min(p, o))) for p, o in zip(patience, offered, strict=True)]


def test_the_curve_is_that_of_kaplan_and_meier():
    waited = [(o, w) for o, w in exponential(3, 900) if w >= 5]
    curve = survival.kaplan_meier([w for _, w in waited], [o == "abandoned" for o, _ in waited])
    frame = waits.patience_course(view(rows(waited)))
    assert frame["value"].to_numpy() == pytest.approx(survival.at(curve, frame["seconds"].to_numpy()), abs=1e-12)
    assert (frame["low"] <= frame["value"] + 1e-9).all() and (frame["value"] <= frame["high"] + 1e-9).all()
    row = waits.patience(view(rows(waited))).iloc[0]
    assert row["quarter_seconds"] == survival.quantile(curve, 0.25)


def test_a_known_patience_is_found_and_the_mean_of_those_who_gave_up_is_not_it():
    """Patience 300 s, offered waits of 60 s: half give up by 208 s; those who gave up waited 50 s."""
    row = waits.patience(view(rows(exponential(5, 12_000)))).iloc[0]
    assert row["quarter_low"] <= 300 * np.log(4 / 3) + 5 and row["quarter_high"] >= 300 * np.log(4 / 3) - 5
    assert row["exponential_seconds"] == pytest.approx(300, rel=0.06) and 45 < row["abandoned_mean"] < 60


def test_few_who_gave_up_tell_nothing():
    frame = told(waits.patience(view(rows(TEN))), "patience")
    assert say(frame, language="zh").text == "放弃的只有3通，看不出耐心。"
    assert "不足30通" in show(frame, language="zh").text


def test_what_an_export_lacks_is_said():
    with pytest.raises(DataRefused, match="needs queue_seconds"):
        waits.waits(view(rows(TEN), without=("queue_seconds",)))
    with pytest.raises(DataRefused, match="no known durations"):
        waits.waits(view(rows([("answered", None), ("abandoned", None)])))
    with pytest.raises(DataRefused, match="no known durations"):
        waits.patience(view(rows([("answered", 1), ("abandoned", 2)])))
    with pytest.raises(DataRefused, match="no calls"):
        waits.waits(view(rows(TEN), month="2024-08", start="2024-08-01"))


def test_seconds_have_their_unit_in_intervals_too():
    text = show(told(waits.waits(view(rows(exponential(4, 400)))), "waits"), language="zh").text
    assert "秒～" in text


@needs("bank1999")
def test_the_bank_in_april():
    """Those who gave up after the first five seconds had waited 87 s; people would wait for near ten minutes (R: rmean of survfit up to the longest wait, 2,547 s: 590 s)."""
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-04", progress=False)
    row = h.study("service", "patience", options={"horizon_seconds": 3600}).iloc[0]
    assert (
        row["abandoned_mean"] == pytest.approx(86.9, abs=0.05)
        and row["restricted_seconds"] == pytest.approx(590, abs=0.5)
        and row["horizon_seconds"] == 2547
    )
    sturdy = h.study("service", "patience").iloc[0]
    assert (
        sturdy["half_seconds"] == 354
        and 5 < sturdy["restricted_seconds"] / sturdy["abandoned_mean"] < 6
        and sturdy["horizon_seconds"] == 918
    )
