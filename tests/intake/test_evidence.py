"""What the cells of a file prove together: exchanged days and months, decimal commas; and refusals whose hints work when they are followed."""

import re
from datetime import date, timedelta

import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.convert import hints
from tests.intake.storing import built, export, hotline, rows
from tests.intake.test_reported_cells import opened
from tests.real import needs

COLUMNS = "call_id: 编号, started_at: {{from: 来电时间, formats: {formats}}}, issue_1: 分类"
BOTH = "['%d/%m/%Y %H:%M', '%Y-%m-%d %H:%M:%S']"


def times(folder, cells, formats=BOTH, **more):
    """A store of calls that begin at these written times."""
    folder.mkdir(exist_ok=True)
    export(folder, "a.csv", [f"{n},{cell},停水" for n, cell in enumerate(cells)], header="编号,来电时间,分类")
    return built(hotline(folder, columns=COLUMNS.format(formats=formats), **more))


def opened_in_america(days) -> list[str]:
    """Day-first text as an American spreadsheet keeps it: a real date with day and month exchanged where it can, else the text."""
    return [f"{d.year}-{d.day:02d}-{d.month:02d} 08:00:00" if d.day <= 12 else f"{d.day:02d}/{d.month:02d}/{d.year} 08:00" for d in days]


def stretch(first: date, n: int, step: int = 1) -> list[date]:
    return [first + timedelta(days=k * step) for k in range(n)]


@needs("reported")
def test_exchanged_days_and_months_are_exchanged_back(tmp_path):
    h = opened("G06_excel_swapped_dates", tmp_path)
    months = "SELECT strftime(started_at, '%Y-%m'), count(*), min(day(started_at)), max(day(started_at)) FROM calls GROUP BY 1"
    assert h.store.connection.execute(months).fetchall() == [("2024-05", 371, 1, 31)]
    assert [(c["column"], c["reason"], c["count"]) for c in h.store.cells] == [("started_at", "exchanged day and month", 139)]


@pytest.mark.parametrize(
    "days",
    [
        stretch(date(2024, 5, 1), 31),  # a month
        stretch(date(2024, 1, 1), 366),  # a year: real dates lie in every month either way, on days up to 12 only
        stretch(date(2023, 11, 20), 60),  # over the end of a year
    ],
)
def test_exchanged_dates_are_mended_by_proof(tmp_path, days):
    store = times(tmp_path, opened_in_america(days))
    assert [t.date() for (t,) in rows(store, "started_at")] == days
    (told,) = store.cells
    assert told["count"] == sum(d.day <= 12 for d in days) and told["done"] == "count"


def test_real_dates_that_are_right_stay(tmp_path):
    """A month kept as dates to the 12th and typed as text from the 13th; dates above the 12th; dates whose day is their month."""
    days = stretch(date(2024, 5, 1), 31)
    typed = [f"{d} 08:00:00" if d.day <= 12 else f"{d:%d/%m/%Y} 08:00" for d in days]
    assert [t.date() for (t,) in rows(times(tmp_path / "month", typed), "started_at")] == days
    mixed = [f"{d} 08:00:00" if n % 2 else f"{d:%d/%m/%Y} 08:00" for n, d in enumerate(days)]
    assert [t.date() for (t,) in rows(times(tmp_path / "mixed", mixed), "started_at")] == days
    same = ["2024-05-05 08:00:00", "13/05/2024 08:00"]
    assert [t.day for (t,) in rows(times(tmp_path / "same", same), "started_at")] == [5, 13]


def test_exchanged_or_not_is_refused_where_nothing_proves_it(tmp_path):
    """Two real dates within the months of the text, either way round; and a year of real dates up to the 12th beside text of every day."""
    few = ["2024-05-06 08:00:00", "2024-06-05 08:00:00", "13/05/2024 08:00", "14/06/2024 08:00"]
    year = stretch(date(2024, 1, 1), 366)
    appended = [*opened_in_america(year), "03/04/2024 08:00"]
    for name, cells, n in (("few", few, 2), ("appended", appended, 144)):
        with pytest.raises(DataRefused) as told:
            times(tmp_path / name, cells)
        assert str(told.value) == (
            f"a.csv › 来电时间 › all {n} real dates have a day up to 12 beside dates that are text: a spreadsheet may have exchanged their day and "
            "month. Export again without opening the file in a spreadsheet, or with the column as text."
        )


def test_two_declared_orders_are_refused_where_they_differ(tmp_path):
    formats = "['%m/%d/%Y %H:%M', '%d/%m/%Y %H:%M']"
    with pytest.raises(DataRefused) as told:
        times(tmp_path / "both", ["03/05/2024 08:00", "13/05/2024 08:00", "05/05/2024 08:00"], formats)
    assert str(told.value) == (
        "a.csv › 来电时间 › 1 dates are read as two different days by the declared formats, which put the day first and the month first. "
        "Keep the patterns of one order in calls › columns › started_at › formats."
    )
    one = times(tmp_path / "one", ["03/05/2024 08:00", "13/05/2024 08:00", "05/05/2024 08:00"], "'%d/%m/%Y %H:%M'")
    assert [(t.month, t.day) for (t,) in rows(one, "started_at")] == [(5, 3), (5, 5), (5, 13)]
    apart = times(tmp_path / "apart", ["05/03/2024 08:00 AM", "13/05/2024 08:00"], "['%m/%d/%Y %I:%M %p', '%d/%m/%Y %H:%M']")
    assert [(t.month, t.day) for (t,) in rows(apart, "started_at")] == [(5, 3), (5, 13)]


NUMBERS = "call_id: 编号, started_at: 来电时间, talk_seconds: {{from: 通话时长{talk}}}, rating: {{from: 评分{score}}}"


def numbers(folder, talk, score, *, talk_rule="", score_rule="", separator=";"):
    folder.mkdir(exist_ok=True)
    lines = [separator.join([str(n), f"2024-05-01 10:00:{n:02d}", t, s]) for n, (t, s) in enumerate(zip(talk, score, strict=True))]
    export(folder, "a.csv", lines, header=separator.join(["编号", "来电时间", "通话时长", "评分"]))
    return rows(built(hotline(folder, columns=NUMBERS.format(talk=talk_rule, score=score_rule))), "talk_seconds, rating")


@needs("reported")
def test_a_decimal_comma_that_one_column_proves_holds_for_the_file(tmp_path):
    h = opened("G07_decimal_comma", tmp_path)
    assert h.store.connection.execute("SELECT talk_seconds, rating FROM calls WHERE call_id = 'c1'").fetchall() == [(44, 3.25)]
    assert h.store.connection.execute("SELECT max(rating) <= 5, count(rating) = count(*) FROM calls").fetchall() == [(True, True)]
    declared = opened("G07_decimal_comma", tmp_path / "declared", lambda t: t.replace("rating: nota", "rating: {from: nota, decimal: ','}"))
    sql = "SELECT talk_seconds, rating FROM calls ORDER BY seq"
    assert declared.store.connection.execute(sql).fetchall() == h.store.connection.execute(sql).fetchall()


def test_thousands_and_decimals_by_what_the_column_proves(tmp_path):
    assert numbers(tmp_path / "1", ["1,5", "1.234", "12"], ["4,500", "3,0", "5"]) == [(1.5, 4.5), (1234, 3), (12, 5)]
    assert numbers(tmp_path / "2", ["1,234", "1,234.5", "1234567"], ["4.5", "3", "5"]) == [(1234, 4.5), (1234.5, 3), (1234567, 5)]
    assert numbers(tmp_path / "3", ["1.234,5", "12", "0"], ["4,5", "3,25", "5"]) == [(1234.5, 4.5), (12, 3.25), (0, 5)]
    assert numbers(tmp_path / "4", ["1,5", "2,25", "12"], ["4.5", "3.0", "5"]) == [(1.5, 4.5), (2.25, 3), (12, 5)]
    assert numbers(tmp_path / "5", ["1,5分钟", "0,5", "2分"], ["4,5分", "3", "5"]) == [(90, 4.5), (0.5, 3), (120, 5)]
    assert numbers(tmp_path / "6", ["1,234"] * 2, ["4", "5"], separator="\t") == [(1234, 4), (1234, 5)]


def test_numbers_of_which_nothing_tells_the_mark_are_refused_and_the_hint_works(tmp_path):
    with pytest.raises(DataRefused) as told:
        numbers(tmp_path, ["12", "13"], ["4,500", "3,250"])
    assert str(told.value) == (
        "a.csv › 评分 › numbers such as d,ddd may be thousands or decimals. Say which mark stands before the decimals in calls › columns › rating › "
        "decimal: ',' or '.'."
    )
    assert numbers(tmp_path, ["12", "13"], ["4,500", "3,250"], score_rule=", decimal: ','") == [(12, 4.5), (13, 3.25)]
    assert numbers(tmp_path, ["12", "13"], ["4,500", "3,250"], score_rule=", decimal: '.'") == [(12, 4500), (13, 3250)]


def test_both_marks_in_one_column_are_refused_and_the_hint_works(tmp_path):
    with pytest.raises(DataRefused, match=r"1 numbers have a comma before their decimals and 2 a point\. Say which mark"):
        numbers(tmp_path, ["0,5", "0.5", "7.25"], ["1", "2", "3"])
    assert numbers(tmp_path, ["0,5", "0.5", "7.25"], ["1", "2", "3"], talk_rule=", decimal: '.'") == [(None, 1), (0.5, 2), (7.25, 3)]


WAYS = [
    ["5/1/2024 10:00:00 AM", "5/13/2024 1:00:00 PM"],
    ["05/06/2024 10:00", "07/06/2024 10:00"],
    ["1/5/2024 10:00:00 a.m.", "2/5/2024 1:00:00 p.m."],
    ["5/1/2024 上午10:00", "5/1/2024 下午1:00"],
    ["5/6/2024 AM 10:00", "5/6/2024 PM 1:00"],
    ["5/1/2024, 10:00:00", "6/1/2024, 10:00:00"],
    ["1.5.2024 10:00:00.123", "2.5.2024 10:00:00.456"],
    ["05/06/2024T10:00:00+0800", "05/06/2024T02:00:00Z"],
    ["5/1/2024 10:00", "5/1/2024", "5/13/2024 10:00:01"],
    ["01-05-24", "13-05-24"],
    ["24/05/01 10:00", "24/05/02 10:00"],
    ["05/06/2024 10:00:00PM", "05/06/2024 09:00:00AM"],
    ["５/１/２０２４ １０：００", "5/2/2024 10:00"],
]


@pytest.mark.slow
@pytest.mark.parametrize("cells", WAYS)
def test_the_hint_of_a_refused_order_reads_every_row(tmp_path, cells):
    columns = "call_id: 编号, started_at: {from: 来电时间%s}, issue_1: 分类"
    export(tmp_path, "a.csv", [f'{n},"{cell}",停水' for n, cell in enumerate(cells)], header="编号,来电时间,分类")
    with pytest.raises(DataRefused, match="may put the day or the month first") as told:
        built(hotline(tmp_path, columns=columns % ""))
    hinted = re.findall(r"(?:formats: |; )(\[.*?\]|'.*?') reads (\d+) of (\d+) cells", str(told.value))
    assert hinted and int(hinted[0][1]) == int(hinted[0][2]) == len(cells)
    for way, n, _ in hinted:
        store = built(hotline(tmp_path, columns=columns % f", formats: {way}"))
        assert len(rows(store)) == int(n)


@pytest.mark.parametrize(
    ("cells", "declared", "right"),
    [
        (["5/1/2024 10:00:00 AM", "5/13/2024 1:00:00 PM"], "'%m/%d/%Y %H:%M'", "'%m/%d/%Y %I:%M:%S %p'"),
        (["1714528800", "1714528801"], "iso", "epoch_s"),
        (["45413.4166666667", "45414.5"], "iso", "excel"),
        (["2024-05-01T10:00:00+0800", "2024-05-02T10:00:00+0800"], "'%Y-%m-%d %H:%M:%S'", "iso"),
        (["20240501100000", "20240502100000"], "iso", "compact"),
    ],
)
def test_a_file_of_which_no_row_converts_names_the_form_that_reads_it(tmp_path, cells, declared, right):
    with pytest.raises(DataRefused, match="no row of it reads as started_at such as") as told:
        times(tmp_path, cells, declared)
    assert f"Say which in calls › columns › started_at › formats: {right} reads 2 of 2 cells" in str(told.value)
    assert len(rows(times(tmp_path, cells, right))) == 2


def test_a_form_that_nothing_reads_is_said(tmp_path):
    with pytest.raises(DataRefused, match=r"Write its form in calls › columns › started_at › formats as strptime patterns"):
        times(tmp_path, ["昨天", "前天"], "iso")


def test_one_file_without_a_row_does_not_stop_the_others(tmp_path):
    export(tmp_path, "b.csv", ["1,昨天,停水"], header="编号,来电时间,分类")
    store = times(tmp_path, ["2024-05-01 10:00:00"], "iso")
    assert len(rows(store)) == 1 and {ledger.name: ledger.rejected.total() for ledger in store.ledgers} == {"a.csv": 0, "b.csv": 1}


def test_the_order_of_a_pattern():
    told = {form: hints.order(form) for form in ("%d/%m/%Y", "%-m/%-d/%y %H:%M", "%Y-%m-%d", "%y%m%d", "%d-%b-%y", "%H:%M %d.%m.%Y", "iso")}
    assert list(told.values()) == ["day first", "month first", "", "", "", "day first", ""]
