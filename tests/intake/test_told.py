"""Until when exports tell of an order: however they are delivered, four fifths are resolved within five days, in every month."""

from datetime import datetime, timedelta

import pytest

from hotline_analysis import open_hotline

PARAMS = """title: {zh: 小诉求, en: Small orders}
key: published
public: true
holidays: ""
time_zone: UTC
orders:
  files: orders-*.csv
  key: 编号
  columns:
    order_id: 编号
    created_at: {from: 受理, formats: "%Y-%m-%d %H:%M:%S"}
    closed_at: {from: 办结, formats: "%Y-%m-%d %H:%M:%S"}
    due_at: {from: 到期, formats: "%Y-%m-%d %H:%M:%S"}
    category_1: 类别
complaints: {response: [5d], resolution: [5d]}
"""
FIRST, END = datetime(2024, 5, 1), datetime(2024, 10, 1)
DAY = timedelta(days=1)
ORDERS = [(n, FIRST + timedelta(hours=2.4 * n, minutes=7), (1, 2, 3, 4, 8)[n % 5] * DAY) for n in range(1530)]


def row(n: int, begin: datetime, takes: timedelta, taken: datetime, unfinished: str = "") -> str:
    """The order as an export of that instant has it; what it writes for one that is open."""
    end = begin + takes
    return f"D{n:05d},{begin},{end if end < taken else unfinished},{begin + 5 * DAY},{'供水' if n % 2 else '交通'}"


def delivered(way: str) -> dict[datetime, list[str]]:
    """By the instant of the export, its rows."""
    months = [datetime(2024, month, 1) for month in range(6, 11)]
    weeks = [FIRST + 7 * n * DAY for n in range(1, 22)] + [END]

    def rows(taken, since, until, changed=None):
        return [row(n, begin, takes, taken) for n, begin, takes in ORDERS if since <= begin < until and (changed is None or begin >= changed or changed <= begin + takes < taken)]  # fmt: skip

    if way == "a month each":  # what became of its open orders is in no file
        return {taken: rows(taken, (taken - DAY).replace(day=1), taken) for taken in months}
    if way == "all of the last three months":
        return {taken: rows(taken, max(FIRST, (taken - 75 * DAY).replace(day=1)), taken) for taken in months}
    if way == "what has changed in the week":
        return {taken: rows(taken, FIRST, taken, before) for before, taken in zip([FIRST, *weeks], weeks, strict=False)}
    return {END: rows(END, FIRST, END)}


WAYS = ("a month each", "all of the last three months", "what has changed in the week", "all at once")


@pytest.fixture(scope="module", params=WAYS)
def hotline(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("told")
    for taken, rows in delivered(request.param).items():
        folder.joinpath(f"orders-{taken:%m-%d}.csv").write_text("\n".join(["编号,受理,办结,到期,类别", *rows]) + "\n", encoding="utf-8")
    folder.joinpath("small.yaml").write_text(PARAMS, encoding="utf-8")
    return request.param, lambda month: open_hotline(folder / "small.yaml", month, progress=False)


@pytest.mark.parametrize("month", ["2024-06", "2024-08", "2024-09"])
def test_an_order_is_watched_as_long_as_an_export_would_tell_of_it(hotline, month):
    _, at = hotline
    found = at(month).study("complaints").set_index("indicator")["value"]
    assert found["resolution_5d"] == pytest.approx(0.8, abs=0.012)
    assert found["due"] == pytest.approx(0.8, abs=0.012)


def test_what_no_later_export_tells_of_is_said_and_not_in_the_stock(hotline):
    way, at = hotline
    h = at("2024-08")
    told = h.checks.set_index("check")
    stock = h.study("complaints", "backlog")
    if way == "a month each":
        lost = told.loc["told no more"]
        assert (lost["severity"], lost["count"], round(lost["share"], 3)) == ("minor", 36, 0.116)
        assert lost["told_zh"] == "工单 › 2024年8月31日以后的导出不再提及本期36件未办结的诉求（11.6%）：是否办结不得而知，只按看到的时间计"
        assert stock.attrs["missing"]["zh"] == "此后的导出不再提及较早的诉求，哪些还在办无从得知"
    else:
        assert "told no more" not in told.index
        assert stock["open_after"].tolist() == [36]  # ten a day: on average 3.6 days each


def test_an_export_that_ended_within_the_month_is_a_grave_finding(tmp_path):
    """The calls go on to the month's end, the orders' only export was taken in its middle."""
    taken = datetime(2024, 8, 15)
    rows = [row(n, begin, takes, taken) for n, begin, takes in ORDERS if begin < taken]
    tmp_path.joinpath("orders-1.csv").write_text("\n".join(["编号,受理,办结,到期,类别", *rows]) + "\n", encoding="utf-8")
    calls = [f"{n},{FIRST + timedelta(hours=3 * n)}" for n in range(8 * 153)]
    tmp_path.joinpath("calls.csv").write_text("\n".join(["编号,时间", *calls]) + "\n", encoding="utf-8")
    more = 'calls:\n  files: calls.csv\n  columns: {call_id: 编号, started_at: {from: 时间, formats: "%Y-%m-%d %H:%M:%S"}}\n'
    tmp_path.joinpath("small.yaml").write_text(PARAMS + more, encoding="utf-8")
    h = open_hotline(tmp_path / "small.yaml", "2024-08", progress=False)
    assert h.checks.set_index("check").loc["told no more", "severity"] == "major"
    assert h.study("complaints").set_index("indicator")["value"]["resolution_5d"] == pytest.approx(0.8, abs=0.015)


def test_a_day_that_never_comes_is_no_end_of_an_export(tmp_path):
    """Open orders closed on 2099-12-31, as some systems write it; and an export of which no row has a creation."""
    for taken in delivered("a month each"):
        rows = [
            row(n, begin, takes, taken, "2099-12-31 00:00:00")
            for n, begin, takes in ORDERS
            if (taken - DAY).replace(day=1) <= begin < taken
        ]
        tmp_path.joinpath(f"orders-{taken:%m}.csv").write_text("\n".join(["编号,受理,办结,到期,类别", *rows]) + "\n", encoding="utf-8")
    tmp_path.joinpath("orders-lost.csv").write_text("编号,受理,办结,到期,类别\nX1,,2024-06-03 10:00:00,,供水\n", encoding="utf-8")
    text = PARAMS.replace('{from: 受理, formats: "%Y-%m-%d %H:%M:%S"}', '{from: 受理, formats: "%Y-%m-%d %H:%M:%S", on_error: blank}')
    tmp_path.joinpath("small.yaml").write_text(text, encoding="utf-8")
    h = open_hotline(tmp_path / "small.yaml", "2024-06", progress=False)
    assert h.study("complaints").set_index("indicator")["value"]["resolution_5d"] == pytest.approx(0.8, abs=0.012)


def test_a_step_lasts_as_long_as_an_export_would_tell_of_it(tmp_path):
    """Steps of each month, exported when it ended: half take a day and half twenty, so that a month later nobody knows what became of those that had not ended."""
    for month in (6, 7, 8):
        first, taken = datetime(2024, month, 1), datetime(2024, month + 1, 1)
        begun = [(n, begin, (1, 20)[n % 2] * DAY) for n, begin, _ in ORDERS if first <= begin < taken]
        orders = [f"D{n:05d},{begin},{begin + 21 * DAY},{begin + 30 * DAY},供水" for n, begin, _ in begun]
        tmp_path.joinpath(f"orders-{month}.csv").write_text("\n".join(["编号,受理,办结,到期,类别", *orders]) + "\n", encoding="utf-8")
        steps = [f"D{n:05d},承办,{begin},{begin + takes if begin + takes < taken else ''}" for n, begin, takes in begun]
        tmp_path.joinpath(f"steps-{month}.csv").write_text("\n".join(["编号,环节,开始,结束", *steps]) + "\n", encoding="utf-8")
    more = "order_steps:\n  files: steps-*.csv\n  columns: {order_id: 编号, step: 环节, started_at: 开始, ended_at: 结束}\n"
    tmp_path.joinpath("small.yaml").write_text(PARAMS + more, encoding="utf-8")
    for month in ("2024-06", "2024-08"):  # the newest month, and one whose steps would have lasted to the end of August
        step = open_hotline(tmp_path / "small.yaml", month, progress=False).study("complaints", "steps").iloc[0]
        assert step["p90_hours"] == pytest.approx(480, abs=1)
        assert step["share_of_time"] == 1
