"""Reported exports whose cells were read wrongly in silence: each with its right outcome, and others of its kind."""

from datetime import datetime, timedelta

import pytest

from hotline_analysis.hotline import open_hotline
from tests.real import needs, reported


def opened(case: str, folder, edit=lambda text: text, **options):
    """The reported hotline, after a change of its params file's text."""
    params = reported(case, folder)
    params.write_text(edit(params.read_text(encoding="utf-8")) + "\nservice: {answer_seconds: [20]}\n", encoding="utf-8")
    return open_hotline(params, progress=False, **options)


@needs("reported")
def test_durations_in_words_are_those_of_the_plain_file(tmp_path):
    said = opened("G04_durations_unread", tmp_path / "said")
    plain = opened("G04_durations_unread", tmp_path / "plain", lambda text: text.replace("a.csv", "plain.csv"))
    keys = ["service_level_20s", "asa_seconds", "talk_seconds"]
    found = said.indicators.set_index("indicator").loc[keys, ["numerator", "denominator", "value"]]
    assert found.equals(plain.indicators.set_index("indicator").loc[keys, ["numerator", "denominator", "value"]])
    assert tuple(found.loc["service_level_20s", ["numerator", "denominator"]]) == (270, 796)
    assert round(found.loc["asa_seconds", "value"], 2) == 31.36 and round(found.loc["talk_seconds", "value"], 1) == 210.3
    assert said.store.cells == []


@needs("reported")
def test_durations_that_cannot_be_read_are_missing_and_counted(tmp_path):
    """The same file with `0m 43s` broken to `0q 43z`: 796 of 796 waits and talk times did not convert."""
    params = reported("G04_durations_unread", tmp_path)
    export = params.parent.parent / "a.csv"
    text = export.read_text(encoding="utf-8")
    export.write_text("\n".join(line.replace("m ", "q ").replace("s", "z") for line in text.split("\n")), encoding="utf-8")
    params.write_text(params.read_text(encoding="utf-8").replace("from: res", "from: rez").replace("issue_1: issue", "issue_1: izzue"))
    h = open_hotline(params, progress=False)
    found = h.indicators.set_index("indicator")
    for key in ("service_level_15s", "asa_seconds", "talk_seconds"):
        assert found.loc[key, "missing"] == "no known durations" and found.loc[key, "value"] != found.loc[key, "value"]
    told = [(c["column"], c["reason"], c["done"], c["count"], c["filled"], c["shape"]) for c in h.store.cells]
    assert [t[:5] for t in told] == [(c, "value", "blank", 796, 796) for c in ("queue_seconds", "talk_seconds")]
    assert all(set(t[5]) <= {"d", "a", " "} for t in told)
    worst = h.checks[h.checks["check"] == "unread column"]
    assert list(worst["where"]) == ["queue_seconds", "talk_seconds"] and set(worst["severity"]) == {"major"} and h.grade[0] == "fair"


@pytest.mark.parametrize("form", ["PT{m}M{s}S", "{m}分{s}秒", "0:{m}:{s}", "00.00:{m}:{s}", "{m} min {s} sec"])
def test_a_store_of_durations_in_any_form(tmp_path, form):
    from tests.intake.storing import built, export, hotline, rows

    lines = [f"c{n},2024-05-01 10:0{n}:00,1390000000{n},噪声,{form.format(m=n, s=43)}" for n in range(5)]
    export(tmp_path, "a.csv", lines)
    store = built(hotline(tmp_path))
    assert rows(store, "talk_seconds") == [(60 * n + 43,) for n in range(5)] and store.cells == []


@needs("reported")
def test_equal_rows_of_a_day_are_two_calls(tmp_path):
    h = opened("G02_keyless_day_only", tmp_path)
    assert len(h.store.table("calls")) == 293 and h.store.ledgers[0].duplicates.total() == 0
    assert h.store.ledgers[0].notes["equal rows"] == 73 / 293
    day = "SELECT lead(started_at) OVER (PARTITION BY caller ORDER BY start_s, seq) = started_at AS again FROM calls"
    assert h.store.connection.execute(f"SELECT count(*) FILTER (again), count(*) FROM ({day})").fetchone() == (122, 293)


@needs("reported")
@pytest.mark.parametrize("kind", ["person", "code"])
def test_ids_that_lost_digits_are_nobodys(tmp_path, kind):
    h = opened("G08_ids_lost_digits", tmp_path, lambda text: text.replace("kind: person", f"kind: {kind}"))
    told = "SELECT count(*), count(caller), count(*) FILTER (caller_state = 'invalid') FROM calls"
    assert h.store.connection.execute(told).fetchall() == [(80, 0, 80)]
    assert sum(c["count"] for c in h.store.cells if c["reason"] == "damaged" and c["column"] == f"caller_{kind}") == 80
    rate = h.indicators.set_index("indicator").loc["repeat_rate_24h"]
    assert rate["value"] != rate["value"]


@needs("reported")
def test_order_ids_that_lost_digits_join_nothing(tmp_path):
    h = opened(
        "G08_ids_lost_digits",
        tmp_path,
        lambda text: text.replace("started_at:", "order_id: 证件号\n    started_at:").replace(
            "caller: {from: 证件号, kind: person}", "area: 结果"
        ),
    )
    assert h.store.connection.execute("SELECT count(*), count(order_id) FROM calls").fetchone() == (80, 0)
    assert sum(c["count"] for c in h.store.cells if (c["column"], c["reason"]) == ("order_id", "damaged")) == 80


@needs("reported")
def test_numbers_of_new_area_codes_are_callers(tmp_path):
    h = opened("G16_new_area_codes", tmp_path)
    assert h.store.connection.execute("SELECT count(*), count(caller), count(DISTINCT caller) FROM calls").fetchone() == (362, 362, 60)
    (told,) = h.store.cells
    assert (told["column"], told["reason"], told["done"], told["count"], told["filled"]) == (
        "caller_phone",
        "not in the plan",
        "count",
        218,
        362,
    )


@needs("reported")
@pytest.mark.parametrize("zone", ["", "zone: UTC", "zone: America/New_York"])
def test_a_declared_offset_gives_the_instant_that_is_written(tmp_path, zone):
    """Whatever zone the source declares: the cells name their offset themselves."""
    h = opened("G05_declared_offset", tmp_path, lambda text: text.replace("  key: id\n", f"  key: id\n  {zone}\n"))
    first = h.store.connection.execute("SELECT started_at, start_s FROM calls ORDER BY start_s LIMIT 1").fetchall()
    assert first == [(datetime(2024, 9, 1, 0, 52), 1725123120)] and h.store.cells == []


@needs("reported")
def test_times_without_an_offset_in_a_declared_zone(tmp_path):
    """The same export as a system in UTC would write it: nine in the evening of August is a call of September."""
    params = reported("G05_declared_offset", tmp_path)
    export = params.parent.parent / "a.csv"
    lines = export.read_text(encoding="utf-8").splitlines()
    stamps = [datetime.fromisoformat(line.split(",")[1].replace("+0800", "")) - timedelta(hours=8) for line in lines[1:]]
    plain = [",".join([line.split(",")[0], str(t), *line.split(",")[2:]]) for line, t in zip(lines[1:], stamps, strict=True)]
    export.write_text("\n".join([lines[0], *plain]) + "\n", encoding="utf-8")
    text = params.read_text(encoding="utf-8").replace('{from: t, formats: "%Y-%m-%dT%H:%M:%S%z"}', "t")
    params.write_text(text.replace("  key: id\n", "  key: id\n  zone: UTC\n"), encoding="utf-8")
    told = open_hotline(params, progress=False).store.table("calls").project("started_at, start_s")
    assert sorted(told.fetchall())[0] == (datetime(2024, 9, 1, 0, 52), 1725123120)
