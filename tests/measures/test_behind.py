"""The rows behind every figure of the catalogue add up to it, and every row of the period is counted once or left out with a reason."""

import functools

import pandas as pd
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.errors import BadParams, DataRefused, RunFailed
from hotline_analysis.measures import behind as rows
from hotline_analysis.measures.behind import ADDS, ALSO, behind, reason
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.indicators import evaluate
from hotline_analysis.words import LANGUAGES, PERCENT
from tests.measures.invented import JUNE, KNOWN, MAY, NOT_HAD, seen
from tests.small import write_hotline

MONTHS = [MAY, JUNE]
OF_A_BASE = {"reply_gap_median_seconds", "at_once_max", "at_once_p95"}  # a median, a maximum and a quantile have no numerator


@functools.cache
def hotline(engine: str = "pandas"):
    return seen(engine)


@functools.cache
def figures() -> pd.DataFrame:
    return evaluate(hotline(), MONTHS, list(KNOWN.values())).set_index(["indicator", "period"]).xs(JUNE.label, level="period")


@functools.cache
def told(key: str, **asked) -> rows.Behind:
    return behind(hotline(), MONTHS, KNOWN[key], **asked)


@pytest.mark.parametrize("key", [k for k in KNOWN if k not in NOT_HAD])
def test_the_rows_add_up_to_the_figure(key):
    """Of shares, means and volumes both parts; of medians and maxima the base, with what was measured. The figures are those of all indicators together."""
    found, figure = told(key), figures().loc[key]
    assert (
        figure["missing"] == ""
        and len(found.denominator)
        and found.denominator["seq" if "seq" in found.denominator else "date"].notna().all()
    )
    if key in OF_A_BASE:
        assert pd.isna(figure["numerator"]) and found.numerator.empty and (found.denominator[ALSO] > 0).all()
    else:
        assert found.numerator[ADDS].sum() == pytest.approx(figure["numerator"])
    assert found.denominator[ADDS].sum() == pytest.approx(figure["denominator"])
    if key == "reply_gap_median_seconds":
        assert found.denominator[ALSO].median() == figure["value"]


@pytest.mark.parametrize("key", [k for k in KNOWN if k not in NOT_HAD])
def test_what_is_left_out_is_in_no_part_and_has_a_reason(key):
    """A row of the period is in a part or left out, never both; of a ratio of sums never neither."""
    found, indicator = told(key), KNOWN[key]
    used = {name: set(part["seq"]) for name, part in (("top", found.numerator), ("base", found.denominator)) if "seq" in part}
    for table in found.left_out["table"].unique():
        out = set(found.left_out.loc[found.left_out["table"] == table, "seq"])
        if len(indicator.tables) == 1:
            assert not out & set.union(*used.values())
        if len(indicator.tables) == 1 and indicator.estimate is None:
            held = pandas(hotline().table(table))
            clock = held[hotline().clock(table)]
            assert out | set.union(*used.values()) == set(held.loc[(clock >= JUNE.start_s) & (clock < JUNE.end_s), "seq"])
    assert all(reason(r, indicator, language) for r in found.left_out["reason"].unique() for language in LANGUAGES)
    if indicator.unit is PERCENT and indicator.most == 1 and len(used) == 2 and len(indicator.tables) == 1:
        assert used["top"] <= used["base"]


def test_why_by_hand():
    """Of June's 1,253 calls 848 were answered and have a talk time; the others are left out for the first reason that holds."""
    found = told("talk_seconds").left_out
    words = {reason(r, KNOWN["talk_seconds"], "zh"): n for r, n in found["reason"].value_counts().items()}
    calls = pandas(hotline().table("calls"))
    june = calls[(calls["start_s"] >= JUNE.start_s) & (calls["start_s"] < JUNE.end_s)]
    june = june.assign(out=june["direction"].eq("out"), test=june["outcome"].eq("test"))
    rest = june[~june["out"] & ~june["test"]]
    assert words == {
        "热线呼出或内部通话": june["out"].sum(), "口径剔除": (june["test"] & ~june["out"]).sum(), "没有值或读不出：结果": rest["outcome"].isna().sum(),
        "没有接通": rest["outcome"].eq("abandoned").sum(), "没有值或读不出：通话时长": (rest["outcome"].eq("answered") & rest["talk_seconds"].isna()).sum(),
    }  # fmt: skip


def test_orders_set_apart_are_left_out_of_incidents_as_such():
    """Every order of June that is no duplicate and not internal is in the base; kinds leave out none."""
    orders = pandas(hotline().table("orders"))
    june = orders[(orders["created_s"] >= JUNE.start_s) & (orders["created_s"] < JUNE.end_s)]
    apart = june["duplicate"].eq(True) | june["internal"].eq(True)
    found = told("incident_share")
    assert found.left_out["reason"].value_counts().to_dict() == {"aside": apart.sum()} and len(found.denominator) == (~apart).sum()


def test_a_day_that_one_of_two_tables_lacks_is_left_out_as_such():
    """Agents' time lacks 4 May: that day's calls are in no calls an hour."""
    may = behind(hotline().over(MAY), [MAY], KNOWN["calls_an_hour"])
    out = may.left_out[may.left_out["reason"] == "day"]
    assert set(out["table"]) == {"calls"} and len(out) and {(s - MAY.start_s) // 86400 for s in out["start_s"]} == {3}


@pytest.mark.parametrize("key", ["connection_rate", "repeat_rate_24h", "calls_per_caller", "utilisation", "at_once_mean", "attrition", "long_talks", "offered"])  # fmt: skip
def test_a_group_is_told_by_itself(key):
    figure = evaluate(hotline(), MONTHS, [KNOWN[key]], by="unit").set_index(["period", "group"]).loc[(JUNE.label, "一部")]
    found = told(key, by="unit", group="一部")
    assert found.denominator[ADDS].sum() == figure["denominator"] and found.numerator[ADDS].sum() == figure["numerator"]
    if "unit" in found.numerator:
        assert set(found.numerator["unit"]) <= {"一部"} >= set(found.left_out["unit"])


@pytest.mark.parametrize("key", ["asa_seconds", "repeat_rate_24h", "resolution_48h", "reply_gap_seconds"])
def test_the_store_gives_the_same_rows(key):
    ours, theirs = told(key), behind(hotline("duckdb"), MONTHS, KNOWN[key])
    for name in ("numerator", "denominator", "left_out"):
        one, two = getattr(ours, name), getattr(theirs, name)
        assert one["seq"].tolist() == two["seq"].tolist() and list(one) == list(two)
    assert ours.left_out["reason"].tolist() == theirs.left_out["reason"].tolist()


def test_other_rules_of_a_repeat_have_their_own_rows():
    """Every rule that moves the parts moves the rows: the same issue, one count a cluster, all calls."""
    sizes = set()
    for rule in ({"match": "same"}, {"chain": "cluster"}, {"index_scope": "all", "callback_scope": "all"}, {}):
        found = behind(hotline().but(**rule), MONTHS, KNOWN["repeat_rate_24h"])
        sizes.add((len(found.numerator), len(found.denominator)))
        assert (found.numerator["gap_hours"] <= 24).all() and len(found.left_out) + len(found.denominator) == 1253
    assert len(sizes) == 4


def test_figures_without_rows_are_refused_with_their_sentence():
    with pytest.raises(DataRefused, match="there is no figure: call exports hold no trunk data"):
        told("busy_rate")
    typed = pd.DataFrame(
        {"seq": [0], "local_s": JUNE.start_s, "month_s": JUNE.start_s, "indicator": "busy_rate", "value": 0.02, "unit": None}
    )
    with pytest.raises(DataRefused, match=r"rows busy_rate › this figure was typed in \(aggregates\), so there are no rows behind it\."):
        behind(seen(aggregates=typed), MONTHS, KNOWN["busy_rate"])
    with pytest.raises(DataRefused, match="has no rows of this group"):
        told("connection_rate", by="unit", group="九部")
    with pytest.raises(DataRefused, match="no measure of agents"):
        told("connection_rate", by="agent", group="甲")


def test_rows_that_do_not_add_up_are_refused(monkeypatch):
    monkeypatch.setattr(rows, "evaluate", lambda *a, **k: evaluate(*a, **k).assign(numerator=lambda f: f["numerator"] + 1))
    with pytest.raises(RunFailed, match="the rows of the numerator do not add up"):
        behind(hotline(), MONTHS, KNOWN["connection_rate"])


def test_through_the_door(tmp_path):
    """The printed figures of a hotline on disk; names of agents stay with staff."""
    h = open_hotline(write_hotline(tmp_path, calls=200), "2024-01", progress=False)
    printed = h.verdicts.set_index("indicator")
    for key in ("connection_rate", "repeat_rate_24h", "talk_seconds", "offered"):
        found = h.rows(key)
        assert (
            found.numerator[ADDS].sum() == printed.loc[key, "numerator"]
            and found.denominator[ADDS].sum() == printed.loc[key, "denominator"]
        )
        assert {found.numerator.attrs["audience"], found.left_out.attrs["audience"]} == {"staff"} and found.figure["value"] == printed.loc[
            key, "value"
        ]
    assert set(h.rows("talk_seconds", group="agent=甲").numerator["agent"]) == {"甲"}
    assert h.rows("service_level").indicator.key == "service_level_15s"
    with pytest.raises(BadParams, match=r"'conection_rate' is not an indicator here\. Did you mean 'connection_rate'"):
        h.rows("conection_rate")
    with pytest.raises(BadParams, match="is not column=value"):
        h.rows("connection_rate", group="甲")
    with pytest.raises(BadParams, match="the calls have no stratum 'caller'"):
        h.rows("connection_rate", group="caller=1")
