"""In which hours calls are lost: by hand, with the year before beside it, and a month in which the loss is everywhere."""

import numpy as np
import pytest

from hotline_analysis.show.forms import say, show
from hotline_analysis.studies.service import hours
from tests.spec.frames import ENGINES
from tests.studies.service.service_calls import told, view
from tests.studies.service.test_connection import EXTRA, days

SEPTEMBER = days(1, 30, 10, 6, 4) + days(1, 30, 15, 9, 1) + EXTRA
AUGUST = days(1, 31, 10, 8, 2, month="2024-08")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_loss_of_a_month_by_hand(engine):
    """每天10时十接六、15时十接九：没接起的150通里120通在10时。结果不明、测试和呼出的不计。"""
    frame = hours.hours(view(SEPTEMBER, engine=engine)).set_index("hour")
    assert frame.loc[10, ["numerator", "denominator", "lost"]].tolist() == [180, 300, 120] and frame.loc[15, "lost"] == 30
    assert frame["lost_share"].tolist() == pytest.approx([0.8, 0.2]) and frame["named"].tolist() == [True, False]
    first = frame.iloc[0]
    assert (first["all_lost"], first["named_hours"], first["named_lost"], first["said"]) == (150, "10", 120, "gathered")
    assert first["named_value"] == 0.6 and first["named_share"] == pytest.approx(0.8) and np.isnan(first["named_usual"])


def test_the_same_hours_before_stand_beside_it():
    """八月10时十接八：那几个钟点以往80%；15时以往没有来电，不作比较。"""
    frame = hours.hours(view(AUGUST + SEPTEMBER)).set_index("hour")
    assert frame.loc[10, "usual_value"] == 0.8 and np.isnan(frame.loc[15, "usual_value"]) and frame["named_usual"].iloc[0] == 0.8


def test_a_loss_that_is_everywhere_names_no_hour():
    even = [row for hour in range(8, 20) for row in days(1, 30, hour, 9, 1)]
    frame = hours.hours(view(even))
    assert set(frame["said"]) == {"spread"} and not frame["named"].any() and frame["named_lost"].iloc[0] == 0
    assert np.isnan(frame["named_value"].iloc[0])


def test_one_hard_hour_is_not_marked_where_the_loss_lies_elsewhere():
    """10时接通率60%，却只占全部丢失的四分之一多：标题说分散，图上就没有深色的柱，也不说深色是什么。"""
    frame = hours.hours(view([*days(1, 30, 10, 6, 4), *(row for hour in range(11, 21) for row in days(1, 30, hour, 9, 1))]))
    assert set(frame["said"]) == {"spread"} and (frame["q"] < 0.05).sum() == 1 and not frame["named"].any()
    text = show(told(frame, "hours"), language="zh").html
    assert "分散在各钟点" in text and "深色" not in text
    assert "深色" in show(told(hours.hours(view(SEPTEMBER)), "hours"), language="zh").html


def test_few_lost_calls_are_not_told_by_hour():
    assert set(hours.hours(view(days(1, 2, 10, 6, 4)))["said"]) == {"few"}


def test_the_words_and_the_picture_are_those_of_the_frame():
    frame = told(hours.hours(view(AUGUST + SEPTEMBER)), "hours")
    assert say(frame).text == "10时只接通60.0%（以往80.0%），全月没接起的150通有120通（80%）在这里。"
    assert (
        say(frame, language="en").text
        == "At 10:00 60.0% were answered (80.0% before); 120 of the month's 150 lost calls (80%) were lost there."
    )
    assert show(frame).text.startswith("没接起的来电80%在10时\n")
