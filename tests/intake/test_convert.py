"""Sixty written dates and more, durations, flags, scores, words, time zones: what each cell becomes, and how what does not convert is counted."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis import tables
from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.convert import convert, instants
from hotline_analysis.params import Source
from tests.tried import tried

CONNECTION = duckdb.connect(config={"threads": 1})
CONNECTION.execute(instants.MACROS + convert.MACROS)
SALT = "salt"


def converted(folder, cells: dict[str, list], columns: dict, *, table="calls", zone="Asia/Shanghai", typed=False, key=(), source_zone=None):
    """The rows that a small export becomes (as dicts), and its findings: {(column, reason): [lines]}."""
    names = list(cells)
    frame = pd.DataFrame(
        {"_record": range(2, 2 + len(cells[names[0]])), **{f"c{i}": pd.Series(cells[n], dtype=object) for i, n in enumerate(names)}}
    )
    CONNECTION.register("cells", frame)
    path = folder / "text.parquet"
    texts = ", ".join(f"c{i}::VARCHAR AS c{i}" for i in range(len(names)))
    CONNECTION.execute(f"COPY (SELECT _record::BIGINT AS _record, {texts} FROM cells) TO '{path}'")
    source = Source(files="x", columns=columns, key=key, zone=source_zone)
    sheet = convert.sheet(path, tuple(names), typed, source, "x.csv")
    made = convert.convert(tables.TABLES[table], source, sheet, zone=zone, salt=SALT, identities={})
    rows = CONNECTION.execute(f"SELECT * FROM ({made.sql}) ORDER BY _record")
    heads = [d[0] for d in rows.description]
    rows = [dict(zip(heads, row, strict=True)) for row in rows.fetchall()]
    found = {(f.column, f.reason): [r["_record"] for r in rows if r["_faults"] >> bit & 1] for bit, f in enumerate(made.findings)}
    for row in rows:
        row["rejected"] = bool(row["_faults"] & made.rejecting)
    return rows, {what: lines for what, lines in found.items() if lines}


def instant(folder, text, formats=(), **more):
    """One cell as an instant."""
    rows, _ = converted(folder, {"t": [text]}, {"started_at": {"from": "t", "formats": list(formats)}}, **more)
    return rows[0]["started_at"]


MAY = datetime(2024, 5, 1, 10, 0)
SURE = [
    # read without a declaration: the year comes first, or the month has a name
    ("2024-05-01 10:00:00", MAY), ("2024-05-01 10:00", MAY), ("2024-5-1 10:00", MAY), ("2024/05/01 10:00:00", MAY), ("2024/5/1 10:00", MAY),
    ("2024/5/1 10:00:00", MAY), ("2024.5.1 10:00", MAY), ("2024-05-01T10:00:00", MAY), ("2024-05-01T10:00", MAY), ("2024-05-01 10:00:00.000", MAY),
    ("2024-05-01 10:00:00.123456789", MAY), ("2024-05-01T10:00:00+08:00", MAY), ("2024-05-01T02:00:00Z", MAY), ("2024-05-01 02:00:00 UTC", MAY),
    ("2024-04-30T22:00:00-0400", MAY), ("2024-05-01 10:00:00 +08", MAY), ("2024-05-01", datetime(2024, 5, 1)), ("2024/5/1", datetime(2024, 5, 1)),
    ("2024年5月1日 10:00", MAY), ("2024年5月1日10:00", MAY), ("2024年05月01日 10时00分", MAY), ("2024年5月1日10时0分0秒", MAY), ("2024年5月1日 10时", MAY),
    ("2024年5月1日 10点", MAY), ("2024年5月1日 上午10:00", MAY), ("2024年5月1日 下午10:00", datetime(2024, 5, 1, 22)), ("2024年5月1日", datetime(2024, 5, 1)),
    ("2024年5月1日 上午12:30", datetime(2024, 5, 1, 0, 30)), ("2024年5月1日 下午12:30", datetime(2024, 5, 1, 12, 30)), ("2024年5月1日 星期三 10:00", MAY),
    ("2024/5/1 上午 10:00:00", MAY), ("２０２４年５月１日　１０：００", MAY), ("２０２４－０５－０１ １０：００：００", MAY), (" 2024-05-01 10:00:00\t", MAY),
    ("2024-05-01  10:00:00", MAY), ("2024-05-01 10:00:00 AM", MAY), ("2024-05-01 10:00 PM", datetime(2024, 5, 1, 22)), ("20240501100000", MAY),
    ("202405011000", MAY), ("20240501", datetime(2024, 5, 1)), ("20240501 10:00:00", MAY), ("20240501100000123", MAY), ("20240501 100000", MAY),
    ("2024-05-01 24:00:00", datetime(2024, 5, 2)), ("2024-12-31 24:00", datetime(2025, 1, 1)), ("2024/2/29 24:00", datetime(2024, 3, 1)),
    ("Wed, 01 May 2024 10:00:00", MAY), ("Wed, 01 May 2024 02:00:00 +0000", MAY), ("Wed, 01 May 2024 02:00:00 GMT", MAY), ("01 May 2024 10:00", MAY),
    ("1-May-24", datetime(2024, 5, 1)), ("May 1, 2024 10:00 AM", MAY),
]  # fmt: skip
DECLARED = [
    ("2024-05-01 10:00:00.898 AM", [], MAY), ("2024/5/1 上午 10:00:00.898", [], MAY), ("05/01/2024 10:00:00 AM", ["%m/%d/%Y %I:%M:%S %p"], MAY), ("5/1/2024 10:00", ["%m/%d/%Y %H:%M"], MAY), ("1/5/2024 10:00", ["%d/%m/%Y %H:%M"], MAY),
    ("01/05/24 10:00", ["%d/%m/%y %H:%M"], MAY), ("240501 10:00:00", ["%y%m%d %H:%M:%S"], MAY), ("240501 24:00:00", ["%y%m%d %H:%M:%S"], datetime(2024, 5, 2)),
    ("24-05-01 10:00", ["%Y-%m-%d %H:%M", "%y-%m-%d %H:%M"], MAY), ("5/1/2024 10:00", ["%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M"], MAY),
    ("45413.4166666667", ["excel"], MAY), ("43951.4166666667", ["excel1904"], MAY), ("45413", ["excel"], datetime(2024, 5, 1)),
    ("1714528800", ["epoch_s"], MAY), ("1714528800123", ["epoch_ms"], MAY), ("1714528800123456", ["epoch_us"], MAY), ("1714528800.5", ["epoch_s"], MAY),
    ("2024年5月1日 10:00", ["%Y-%m-%d %H:%M", "chinese"], MAY), ("2024-05-01 10:00:00", ["iso"], MAY),
]  # fmt: skip
NO_DATE = [
    "2024-02-30 10:00", "2024-13-01", "2024-05-01 25:00:00", "2024-05-01 10:60", "2024-05-01 10:00:61", "24-05-01 10:00", "05/06/2024 10:00", "5/6/2024",
    "1.2.2024", "0001-01-01 00:00:00", "12024-05-01", "45413.41667", "1714528800", "10:00:00", "abc", "2024", "2024-05", "昨天", "2024-05-01 10:00:00 xyz",
]  # fmt: skip


@pytest.mark.parametrize(("text", "wall"), SURE)
def test_a_date_with_one_reading_needs_no_declaration(tmp_path, text, wall):
    assert instant(tmp_path, text) == wall


@pytest.mark.parametrize(("text", "formats", "wall"), DECLARED)
def test_a_declared_form_is_read_as_declared(tmp_path, text, formats, wall):
    assert instant(tmp_path, text, formats) == wall


@pytest.mark.parametrize("text", NO_DATE)
def test_what_is_no_date_or_has_two_readings_is_none(tmp_path, text):
    rows, found = converted(tmp_path, {"t": [text]}, {"started_at": "t"})
    assert rows[0]["started_at"] is None and rows[0]["rejected"] and found == {("started_at", "value"): [2]}


def test_there_are_at_least_sixty_forms():
    assert len({text for text, *_ in [*SURE, *DECLARED]}) >= 60


def test_a_workbooks_serials_and_mixed_cells_need_no_declaration(tmp_path):
    cells = ["2024-05-01 10:00:00", "45413.4166666667", "2024/5/1 10:00", "2024年5月1日 10:00", "2024-05-01"]
    rows, _ = converted(tmp_path, {"t": cells}, {"started_at": "t"}, typed=True)
    assert [r["started_at"] for r in rows] == [MAY, MAY, MAY, MAY, datetime(2024, 5, 1)]
    rows, _ = converted(
        tmp_path, {"t": ["2024-05-01 10:00:00", "5/1/2024 10:00"]}, {"started_at": {"from": "t", "formats": "%m/%d/%Y %H:%M"}}, typed=True
    )
    assert [r["started_at"] for r in rows] == [MAY, MAY]


def test_date_and_time_in_two_columns(tmp_path):
    cells = {"d": ["2024-05-01", "2024/5/1", None, "2024-05-01"], "t": ["10:00:00", "10:00", "10:00", None]}
    rows, found = converted(tmp_path, cells, {"started_at": {"from": ["d", "t"]}})
    assert [r["started_at"] for r in rows] == [MAY, MAY, None, None]
    assert found == {("started_at", "empty"): [4, 5]}
    rows, _ = converted(tmp_path, {"d": ["2024-05-01 00:00:00"], "t": ["10:00:00"]}, {"started_at": {"from": ["d", "t"]}}, typed=True)
    assert rows[0]["started_at"] == MAY


def test_a_clock_time_before_the_call_belongs_to_the_next_day(tmp_path):
    cells = {"d": ["240501"] * 3, "in": ["23:59:50", "10:00:00", "10:00:00"], "out": ["0:00:10", "10:05:00", "0:00:00"]}
    columns = {
        "started_at": {"from": ["d", "in"], "formats": "%y%m%d %H:%M:%S"},
        "answered_at": {"from": ["d", "out"], "formats": "%y%m%d %H:%M:%S", "none": "0:00:00", "after": "started_at"},
        "ended_at": {"from": "out", "none": "0:00:00", "after": "answered_at"},
    }
    rows, found = converted(tmp_path, cells, columns)
    expected = [datetime(2024, 5, 2, 0, 0, 10), datetime(2024, 5, 1, 10, 5), None]
    assert [r["answered_at"] for r in rows] == [r["ended_at"] for r in rows] == expected
    assert rows[0]["answered_s"] - rows[0]["start_s"] == 20 and not found


def test_cells_that_say_none_are_empty_not_wrong(tmp_path):
    columns = {"started_at": "t", "answered_at": {"from": "a", "none": ["1970-01-01 08:00:00"]}, "talk_seconds": "s"}
    cells = {"t": ["2024-05-01 10:00"] * 4, "a": ["1970-01-01 08:00:00", "-", "NULL", "x"], "s": ["--", "nan", "无", "?"]}
    rows, found = converted(tmp_path, cells, columns)
    assert [r["answered_at"] for r in rows] == [None] * 4 == [r["talk_seconds"] for r in rows]
    assert found == {("answered_at", "value"): [5]} and not any(r["rejected"] for r in rows)


def test_shanghai_has_one_offset_but_for_its_summers(tmp_path):
    cells = {"t": ["2024-05-01 10:00:00", "1988-07-01 10:00:00", "1988-04-17 02:30:00", "1988-09-11 01:30:00", "1988-01-01 00:00:00"]}
    rows, found = converted(tmp_path, cells, {"started_at": "t"})
    hours = [
        None if r["start_s"] is None else (r["started_at"] - datetime(1970, 1, 1)).total_seconds() / 3600 - r["start_s"] / 3600
        for r in rows
    ]
    assert hours == [8, 9, 9, 9, 8] and rows[2]["started_at"] == datetime(1988, 4, 17, 3, 30)  # half an hour after 2:00, when it was 3:00
    assert found == {("started_at", "skipped hour"): [4], ("started_at", "hour shown twice"): [5]}
    assert not any(r["rejected"] for r in rows)


def test_new_york_in_march_and_november(tmp_path):
    cells = {
        "t": [
            "2024-03-09 12:00:00",
            "2024-03-10 12:00:00",
            "2024-03-10 02:30:00",
            "2024-11-03 01:30:00",
            "2024-11-03 02:00:00",
            "2024-11-03T01:30:00-05:00",
        ],
        "e": ["2024-03-10 02:30:00"] * 6,
    }
    rows, found = converted(tmp_path, cells, {"started_at": "t", "ended_at": "e"}, zone="America/New_York")
    assert rows[1]["start_s"] - rows[0]["start_s"] == 23 * 3600
    assert rows[4]["start_s"] - rows[3]["start_s"] == 5400  # fold=0: the first 1:30, in summer time
    assert rows[5]["start_s"] - rows[3]["start_s"] == 3600 and rows[5]["started_at"] == datetime(2024, 11, 3, 1, 30)
    assert found[("started_at", "skipped hour")] == [4] and found[("started_at", "hour shown twice")] == [5]
    assert not any(r["rejected"] for r in rows) and len(found[("ended_at", "skipped hour")]) == 6
    assert {r["ended_at"] for r in rows} == {datetime(2024, 3, 10, 3, 30)} and {r["end_s"] for r in rows} == {rows[2]["start_s"]}


OFFSETS = [
    ("2024-09-01T00:52:00+0800", "%Y-%m-%dT%H:%M:%S%z"), ("2024-09-01T00:52:00+08:00", "%Y-%m-%dT%H:%M:%S%z"), ("2024-09-01 00:52:00 +08", "%Y-%m-%d %H:%M:%S %z"),
    ("2024-08-31T16:52:00Z", "%Y-%m-%dT%H:%M:%S%z"), ("2024-08-31 16:52:00 UTC", "%Y-%m-%d %H:%M:%S%z"), ("2024-08-31T16:52:00Z", "%Y-%m-%dT%H:%M:%SZ"),
    ("2024-08-31 16:52:00 GMT", "%Y-%m-%d %H:%M:%S GMT"), ("2024-08-31T11:52:00-05:00", "%Y-%m-%dT%H:%M:%S-05:00"), ("2024-09-01 00:52:00+0800", "%Y-%m-%d %H:%M:%S+0800"),
    ("Sat Aug 31 12:52:00 -0400 2024", "%a %b %d %H:%M:%S %z %Y"), ("31/Aug/2024:16:52:00 +0000", "%d/%b/%Y:%H:%M:%S %z"), ("08/31/2024 04:52 PM -00:00", "%m/%d/%Y %I:%M %p %z"),
    ("2024-09-01T00:52:00+0800", "iso"), ("2024-08-31T16:52:00.000Z", "iso"), ("2024-08-31 22:22:00 +05:30", "%Y-%m-%d %H:%M:%S %z"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "form"), OFFSETS)
def test_an_offset_that_is_written_gives_the_instant_that_is_written(tmp_path, text, form):
    rows, found = converted(tmp_path, {"t": [text]}, {"started_at": {"from": "t", "formats": form}})
    assert (rows[0]["start_s"], rows[0]["started_at"]) == (1725123120, datetime(2024, 9, 1, 0, 52)) and not found


def test_a_pattern_with_an_offset_leaves_other_cells_to_the_others(tmp_path):
    formats = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S"]
    cells = ["2024-08-31T16:52:00Z", "2024-09-01 00:52:00", "2024-09-01T00:52:00", "1850-01-01T00:00:00Z"]
    rows, found = converted(tmp_path, {"t": cells}, {"started_at": {"from": "t", "formats": formats}})
    assert [r["start_s"] for r in rows] == [1725123120, 1725123120, None, None] and found == {("started_at", "value"): [4, 5]}


def test_the_name_of_a_zone_is_refused():
    with pytest.raises(ValueError, match=r"reads the name of a time zone, and CST alone has three meanings; write %z"):
        Source(files="x", columns={"started_at": {"from": "t", "formats": "%Y-%m-%d %H:%M:%S %Z"}})


def test_a_source_written_in_another_zone(tmp_path):
    """UTC, New York (summer and winter) beside a hotline in Shanghai; an offset in the cell decides; `after` counts where the times are written."""
    cells = {"t": ["2024-08-31 16:52:00", "2024-08-31T16:52:00Z", "2024-09-01T00:52:00+08:00"], "e": ["16:53:00", "00:10:00", "16:53:00"]}
    columns = {"started_at": "t", "ended_at": {"from": "e", "after": "started_at"}}
    rows, found = converted(tmp_path, cells, columns, source_zone="UTC")
    assert [(r["started_at"], r["start_s"]) for r in rows] == [(datetime(2024, 9, 1, 0, 52), 1725123120)] * 3 and not found
    assert [r["end_s"] - r["start_s"] for r in rows] == [60, 7 * 3600 + 18 * 60, 60]
    cells = {"t": ["2024-07-01 12:00:00", "2024-12-01 12:00:00", "2024-03-10 02:30:00", "2024-11-03 01:30:00"]}
    rows, found = converted(tmp_path, cells, {"started_at": "t"}, source_zone="America/New_York")
    assert [r["started_at"] for r in rows] == [
        datetime(2024, 7, 2),
        datetime(2024, 12, 2, 1),
        datetime(2024, 3, 10, 15, 30),
        datetime(2024, 11, 3, 13, 30),
    ]
    assert found == {("started_at", "skipped hour"): [4], ("started_at", "hour shown twice"): [5]}


def test_wall_times_are_those_of_the_zone_database_after_any_zone(tmp_path):
    """Slow and obvious: each hour of three days round a change, read in one zone and told in another."""
    hours = [datetime(2024, 11, 2) + timedelta(hours=n) for n in range(72)]
    rows, _ = converted(tmp_path, {"t": [str(h) for h in hours]}, {"started_at": "t"}, zone="Europe/Rome", source_zone="America/New_York")
    for hour, row in zip(hours, rows, strict=True):
        instant = hour.replace(tzinfo=ZoneInfo("America/New_York")).timestamp()
        assert row["start_s"] == instant and row["started_at"] == datetime.fromtimestamp(instant, ZoneInfo("Europe/Rome")).replace(
            tzinfo=None
        )


@pytest.mark.parametrize(
    "name", ["Asia/Shanghai", "America/New_York", "Europe/Rome", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "UTC"]
)
def test_offsets_are_those_of_the_zone_database(name):
    zone, info = instants.zone(name), ZoneInfo(name)
    seconds = [s + d for s in range(0, 1_900_000_000, 9_000_000) for d in (0, 1234)] + [at + d for at, _ in zone.utc for d in (-1, 0, 3599)]
    values = ", ".join(f"({s})" for s in seconds)
    rows = CONNECTION.execute(
        f"SELECT s, {zone.utc_sql('s')}, {zone.code_sql('(s + o)')} FROM (SELECT s, {zone.utc_sql('s')} AS o FROM (VALUES {values}) AS v(s))"
    ).fetchall()
    for second, offset, code in rows:
        local = datetime.fromtimestamp(second, info)
        assert offset == local.utcoffset().total_seconds()
        first = local.replace(fold=0, tzinfo=info)
        twice = first.utcoffset() != local.replace(fold=1).utcoffset()
        assert code == first.utcoffset().total_seconds() + instants.AMBIGUOUS * twice


DURATIONS = [
    ("192", {}, 192), ("192.5", {}, 192.5), ("192.4", {}, 192 + 410 / 1024), ("-3", {}, -3), ("0", {}, 0), ("1,234", {}, 1234), ("１９２", {}, 192), (" 192 ", {}, 192),
    ("192秒", {}, 192), ("3分12秒", {}, 192), ("04分26秒", {}, 266), ("1小时2分", {}, 3720), ("1小时2分3秒", {}, 3723), ("1 小时", {}, 3600), ("5分钟", {}, 300),
    ("00:03:12", {}, 192), ("4:20:10", {}, 15610), ("27:46:40", {}, 100000), ("-0:00:05", {}, -5), ("00:03:12.5", {}, 192.5), ("192s", {}, 192),
    ("3:12", {}, None), ("3:12", {"unit": "minutes_clock"}, 192), ("3:12", {"unit": "clock"}, 11520), ("75:30", {"unit": "minutes_clock"}, 4530),
    ("3", {"unit": "minutes"}, 180), ("3.2", {"unit": "minutes"}, 192), ("0.5", {"unit": "hours"}, 1800), ("192400", {"unit": "milliseconds"}, 192 + 410 / 1024),
    ("192500", {"unit": "milliseconds"}, 192.5), ("0.001655", {"unit": "day_fraction"}, 143), ("0.00222222222222222", {"unit": "day_fraction"}, 192),
    ("00:02:23", {"unit": "day_fraction"}, 143), ("00:03:12", {"unit": "minutes"}, 192), ("abc", {}, None), ("inf", {}, None), ("pending", {}, None), ("12天", {}, 1036800),
    ("4m 5s", {}, 245), ("0m 43s", {}, 43), ("4m5s", {}, 245), ("1h 2m 3s", {}, 3723), ("1h2m", {}, 3720), ("5 min", {}, 300), ("5 mins.", {}, 300),
    ("1 hr 5 min", {}, 3900), ("2 hours, 3 minutes and 4 seconds", {}, 7384), ("1d 2h", {}, 93600), ("4′5″", {}, 245), ("4'05\"", {}, 245),
    ("4'05''", {}, 245), ("PT1M5S", {}, 65), ("PT43S", {}, 43), ("P1DT2H", {}, 93600), ("PT0.5S", {}, 0.5), ("-PT5S", {}, -5), ("1.02:03:04", {}, 93784),
    ("1.02:03:04.5000000", {}, 93784.5), ("1 day, 2:03:04", {}, 93784), ("0 days 00:04:05", {}, 245), ("+00 00:04:05.000000", {}, 245),
    ("1天02:03:04", {}, 93784), ("12:04:05 AM", {}, 245), ("1:04:05 PM", {}, 47045), ("1899-12-30 00:04:05", {}, 245), ("1900/1/0 0:04:05", {}, 245),
    ("4分5秒", {}, 245), ("1小时零2秒", {}, 3602), ("２分３秒", {}, 123), ("2天3小时", {}, 183600), ("1500 毫秒", {}, 1.5), ("3.2分钟", {}, 192), ("1.5h", {}, 5400),
    ("-0m 5s", {}, -5), ("'192", {}, 192), ("00：04：05", {}, 245), ("4:05.5", {"unit": "minutes_clock"}, 245.5), ("-4:05", {"unit": "clock"}, -14700),
    ("4m 5s", {"unit": "hours"}, 245), ("4:05", {}, None), ("s", {}, None), ("PT", {}, None), ("m5", {}, None), ("5m4h", {}, None), ("10.5.3", {}, None),
    ("1,234,567", {}, 1234567), ("1,234.5", {}, 1234.5), ("0,000509", {}, None), ("0,123", {}, None), ("1,23", {}, None), ("12,3456", {}, None),
    ("1970-01-01", {}, None),
    ("0:75:80", {}, None), ("12:99:00", {}, None), ("0:00:60", {}, None), ("0:59:59", {}, 3599), ("1.24:00:00", {}, None), ("1.23:59:59", {}, 172799),
    ("13:04:05 AM", {}, None), ("1 day, 25:00:00", {}, None), ("1:2:3", {}, 3723), ("4:75", {"unit": "minutes_clock"}, None), ("23:99", {"unit": "clock"}, None),
    ("75:59", {"unit": "minutes_clock"}, 4559), ("75:30", {"unit": "clock"}, 271800), ("75:60.0", {"unit": "minutes_clock"}, None),
    ("P1M", {}, None), ("P1H", {}, None), ("P1D5M", {}, None), ("PT1M", {}, 60), ("P1D", {}, 86400), ("P1DT1M", {}, 86460), ("T4M", {}, None), ("1M", {}, 60),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rule", "seconds"), DURATIONS)
def test_durations(tmp_path, text, rule, seconds):
    columns = {"started_at": "t", "talk_seconds": {"from": "s", **rule}}
    rows, found = converted(tmp_path, {"t": ["2024-05-01 10:00"], "s": [text]}, columns)
    assert rows[0]["talk_seconds"] == seconds
    assert (("talk_seconds", "value") in found) == (seconds is None and text != "pending")


@tried(60)
@given(st.integers(0, 800), st.integers(0, 99), st.integers(0, 99))
def test_no_clock_has_a_part_beyond_59(hours, minutes, seconds):
    """The slow obvious way: three numbers, of which the last two are below 60, or no duration."""
    cells = [f"{hours}:{minutes:02d}:{seconds:02d}", f"{hours}:{seconds:02d}"]
    whole = minutes < 60 and seconds < 60
    right = (hours * 3600 + minutes * 60 + seconds if whole else None, hours * 60 + seconds if seconds < 60 else None)
    assert CONNECTION.execute("SELECT worded_seconds(?), clock_pair(?, 60, 1)", cells).fetchall() == [right]


def test_flags(tmp_path):
    texts = ["是", "否", "Y", "n", "true", "FALSE", "1", "0", "有", "无", "✓", "", "也许", "已转", " 是 "]
    columns = {"started_at": "t", "transferred": {"from": "f", "values": {"已转": "yes"}}}
    rows, found = converted(tmp_path, {"t": ["2024-05-01 10:00"] * 15, "f": [t or None for t in texts]}, columns)
    assert [r["transferred"] for r in rows] == [
        True,
        False,
        True,
        False,
        True,
        False,
        True,
        False,
        True,
        False,
        True,
        None,
        None,
        True,
        True,
    ]
    assert found == {("transferred", "value"): [14]}


def test_a_number_that_params_give_another_is_that_number_in_every_form(tmp_path):
    """A scale whose best is 1, put the right way: 1, 1.0, １ and 1分 are 5; what is neither listed nor a number stays what it is; 0 is no answer, and no fault."""
    columns = {"started_at": "t", "rating": {"from": "r", "values": {"1": "5", "2": "4", "3": "3", "4": "2", "5": "1", "0": ""}}}
    cells = ["1", "1.0", "１", "1分", "2", "3", "4.0", "5", "7", "0", "0.0", "x"]
    rows, found = converted(tmp_path, {"t": ["2024-05-01 10:00:00"] * len(cells), "r": cells}, columns)
    assert [r["rating"] for r in rows] == [5, 5, 5, 5, 4, 3, 2, 1, 7, None, None, None]
    assert found == {("rating", "value"): [13]}


def test_scores(tmp_path):
    columns = {"started_at": "t", "rating": {"from": "r", "values": {"非常满意": "5", "未评价": ""}}}
    cells = ["5", "4.5", "非常满意", "未评价", "5分", "很好", "nan", None, "１"]
    rows, found = converted(tmp_path, {"t": ["2024-05-01 10:00"] * 9, "r": cells}, columns)
    assert [r["rating"] for r in rows] == [5, 4.5, 5, None, 5, None, None, None, 1]
    assert found == {("rating", "value"): [7]}


def test_a_word_is_the_same_in_either_width(tmp_path):
    """101 与 １０１ 是一个人，４Ｇ　咨询 与 4G 咨询 是一类；诉求的标点照原样；参数里两种写法都认。"""
    columns = {
        "started_at": "t",
        "agent": {"from": "a", "unknown": ["９９９"], "aliases": {"Ａ１": "102"}},
        "issue_1": {"from": "i", "aliases": {"5G": "5G（新）"}},
        "outcome": {"from": "o", "values": {"接通１": "answered"}},
    }
    cells = {
        "t": ["2024-05-01 10:00"] * 6,
        "a": ["101", "１０１", "999", "A1", "王芳（１０）", "王芳(10)"],
        "i": ["4G 咨询", "４Ｇ　咨询", "其他（夜间）", "５Ｇ", "　咨询", "咨询"],
        "o": ["接通1", "接通１", "", "", "", ""],
    }
    rows, found = converted(tmp_path, cells, columns)
    assert [r["agent"] for r in rows] == ["101", "101", None, "102", "王芳(10)", "王芳(10)"]
    assert [r["issue_1"] for r in rows] == ["4G 咨询", "4G 咨询", "其他（夜间）", "5G（新）", "咨询", "咨询"]
    assert [r["outcome"] for r in rows][:2] == ["answered"] * 2 and not found


def test_words(tmp_path):
    columns = {
        "started_at": "t",
        "outcome": {"from": "o", "values": {"已接": "answered", "放弃": "abandoned", "未评": ""}},
        "agent": {"from": "a", "unknown": ["NO_SERVER", "re:^9+$"], "aliases": {"Z2OFERZ": "Z2OFER"}},
        "issue_2": {"from": "i", "split": "->", "part": 2},
        "channel": {"from": "c", "values": {"电话": "phone"}},
        "queue": {"from": "c", "values": {"电话": "phone"}, "other": "blank"},
    }
    cells = {
        "t": ["2024-05-01 10:00"] * 5,
        "o": ["已接", "放弃", "answered", "忙", "未评"],
        "a": ["Z2OFERZ", "NO_SERVER", "999", " 王芳\u3000", "-"],
        "i": ["城市管理->市政设施->道路", "城市管理", None, "a -> b", "x->"],
        "c": ["电话", "网站", "", None, "NULL"],
    }
    rows, found = converted(tmp_path, cells, columns)
    assert [r["outcome"] for r in rows] == ["answered", "abandoned", "answered", None, None]
    assert [r["agent"] for r in rows] == ["Z2OFER", None, None, "王芳", None]
    assert [r["issue_2"] for r in rows] == ["市政设施", None, None, "b", None]
    assert [r["channel"] for r in rows] == ["phone", "网站", None, None, None]
    assert [r["queue"] for r in rows] == ["phone", None, None, None, None]
    assert found == {("outcome", "word"): [5], ("queue", "word"): [3]} and not any(r["rejected"] for r in rows)


def test_an_unlisted_word_rejects_the_row_where_params_say_so(tmp_path):
    columns = {
        "started_at": "t",
        "outcome": {"from": "o", "values": {"Y": "answered"}, "other": "reject"},
        "talk_seconds": {"from": "s", "on_error": "reject"},
    }
    cells = {"t": ["2024-05-01 10:00"] * 4, "o": ["Y", "忙", "Y", None], "s": ["1", "1", "x", None]}
    rows, found = converted(tmp_path, cells, columns)
    assert [r["rejected"] for r in rows] == [False, True, True, False]
    assert found == {("outcome", "word"): [3], ("talk_seconds", "value"): [4]}


def test_a_needed_column_may_be_blanked_only_by_declaration(tmp_path):
    rows, _ = converted(tmp_path, {"t": ["x", "2024-05-01"]}, {"started_at": {"from": "t", "on_error": "blank"}})
    assert [r["rejected"] for r in rows] == [False, False] and rows[0]["started_at"] is None


@pytest.mark.parametrize("text", ["13900000123", "051265221234", "62345678", "110101199003074514", "9" * 30, "-13900000123"])
def test_a_number_that_is_no_duration_and_no_score_does_not_enter(tmp_path, text):
    columns = {"started_at": "t", "talk_seconds": "s", "rating": "r"}
    rows, found = converted(tmp_path, {"t": ["2024-05-01 10:00"] * 2, "s": [text, "31"], "r": [text, "4.5"]}, columns)
    assert [r["talk_seconds"] for r in rows] == [None, 31] and [r["rating"] for r in rows] == [None, 4.5]
    assert found == {("talk_seconds", "value"): [2], ("rating", "value"): [2]}


def test_a_missing_column_is_named_with_the_nearest(tmp_path):
    with pytest.raises(DataRefused, match=r"no column '通话时常'.*Did you mean '通话时长'"):
        converted(tmp_path, {"来电时间": ["2024-05-01"], "通话时长": ["1"]}, {"started_at": "来电时间", "talk_seconds": "通话时常"})


def test_row_keys_are_of_the_key_or_of_the_whole_row(tmp_path):
    cells = {"t": ["2024-05-01 10:00"] * 3, "id": ["A1", " A1 ", "A1"], "note": ["x", "x", "y"]}
    by_id = [r["_key"] for r in converted(tmp_path, cells, {"started_at": "t", "call_id": "id"}, key="id")[0]]
    assert by_id == ["A1"] * 3
    by_row = [r["_key"] for r in converted(tmp_path, cells, {"started_at": "t", "call_id": "id"})[0]]
    assert by_row[0] == by_row[1] != by_row[2] and "A1" not in "".join(by_row)
    secret = [r["_key"] for r in converted(tmp_path, cells, {"started_at": "t"}, key=["id", "note"])[0]]
    assert "A1" not in "".join(secret) and secret[0] == secret[1] != secret[2]


def test_orders_need_no_time_at_all(tmp_path):
    rows, found = converted(
        tmp_path, {"id": ["1", "2"], "办结时间": ["2024-03-19 17:46:52", None]}, {"order_id": "id", "closed_at": "办结时间"}, table="orders"
    )
    assert (
        [r["closed_at"] for r in rows] == [datetime(2024, 3, 19, 17, 46, 52), None] and not found and not any(r["rejected"] for r in rows)
    )


def test_a_constant_is_what_every_row_holds_and_no_column_of_the_file_is_asked_for(tmp_path):
    columns = {
        "started_at": "t", "outcome": {"is": "answered"}, "wrap_seconds": {"is": "30"}, "rating": {"is": "4.5"}, "transferred": {"is": "false"}, "unit": {"is": "一班"},
    }  # fmt: skip
    rows, found = converted(tmp_path, {"t": ["2024-05-01 10:00:00", "2024-05-01 11:00:00"]}, columns)
    assert [[r[c] for c in ("outcome", "wrap_seconds", "rating", "transferred", "unit")] for r in rows] == [
        ["answered", 30, 4.5, False, "一班"]
    ] * 2
    assert found == {}


def test_order_and_call_ids_have_one_form_and_none_where_digits_are_lost(tmp_path):
    ids = [
        "GD1",
        "'GD1",
        "ＧＤ１",
        " GD1 ",
        "1234.0",
        "1234",
        "1.234E+3",
        "2.02405E+11",
        "2.024e+17",
        "202405011234567000.0",
        "a1",
        "1714528800.12",
    ]
    expected = ["GD1"] * 4 + ["1234"] * 3 + [None] * 3 + ["a1", "1714528800.12"]
    rows, found = converted(
        tmp_path, {"t": ["2024-05-01"] * 12, "id": ids}, {"started_at": "t", "order_id": "id", "call_id": "id"}, key="id"
    )
    assert [r["order_id"] for r in rows] == [r["call_id"] for r in rows] == expected
    assert found == {("order_id", "damaged"): [9, 10, 11], ("call_id", "damaged"): [9, 10, 11]}
    assert [r["_whole"] for r in rows] == [False] * 7 + [True] * 3 + [False] * 2
    assert len({r["_key"] for r in rows[:4]}) == len({r["_key"] for r in rows[4:7]}) == 1


def test_of_two_columns_of_one_name_the_one_that_is_meant_must_be_mapped(tmp_path):
    source = Source(files="x", columns={"started_at": "时间", "rating": "评分"})
    with pytest.raises(DataRefused) as fault:
        convert.sheet(tmp_path / "x.parquet", ("时间", "评分 (1)", "评分 (2)"), False, source, "x.csv")
    assert (
        str(fault.value)
        == "x.csv › has the column '评分', which params map, more than once. Map the one that is meant: '评分 (1)', '评分 (2)'."
    )
    second = Source(files="x", columns={"started_at": "时间", "rating": "评分 (2)"})
    assert convert.sheet(tmp_path / "x.parquet", ("时间", "评分 (1)", "评分 (2)"), False, second, "x.csv").cell("评分 (2)") == "c2"
