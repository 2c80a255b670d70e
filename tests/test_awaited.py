"""What later data still complete makes a month provisional, and nothing else does: small hotlines, each of one table, in August 2024."""

import io
import json
from datetime import datetime, timedelta

import pandas as pd
import pytest

from hotline_analysis import open_hotline, say
from hotline_analysis.__main__ import main
from hotline_analysis.measures import verdicts

START, DAYS = datetime(2024, 6, 1), 122
TABLE = 'title: {{zh: 小热线, en: Small}}\nkey: published\npublic: true\nholidays: ""\n{}:\n  files: rows.csv\n  key: 编号\n  columns: {{{}}}\n{}\n'
ORDERS = {"order_id": "编号", "created_at": "受理", "closed_at": "办结"}


def hotline(folder, table: str, columns: dict, rows: list[dict], more: str = "", language: str = "zh"):
    """The hotline of such rows, opened at August."""
    header = list(rows[0])
    lines = [",".join(header), *(",".join(str(row[c]) for c in header) for row in rows)]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = ", ".join(f"{name}: {column}" for name, column in columns.items())
    (folder / "small.yaml").write_text(TABLE.format(table, told, more), encoding="utf-8")
    return open_hotline(folder / "small.yaml", "2024-08", language, progress=False)


def times(a_day: int = 10, until: datetime = START + timedelta(days=DAYS)):
    """So many instants a day."""
    at = [START + timedelta(hours=24 * n / a_day) for n in range(DAYS * a_day)]
    return [(n, t) for n, t in enumerate(at) if t < until]


def orders(known: datetime, *, days=lambda n: 1, due=lambda n: None, of=lambda n: "") -> list[dict]:
    """Orders created before an instant, as they were known then."""

    def row(n, t):
        end = t + timedelta(days=days(n))
        told = {"编号": f"D{n:05d}", "受理": str(t)[:19], "办结": str(end)[:19] if end < known else ""}
        return told | {"到期": str(t + timedelta(days=due(n)))[:19] if due(n) else "", "等级": of(n)}

    return [row(n, t) for n, t in times(until=known)]


def told(h) -> tuple:
    about = h.about.iloc[0]
    return about["awaited"], about["final_on"], say(h.about).text


def test_a_share_by_the_due_time_waits_for_the_last_order_to_fall_due(tmp_path):
    """By hand: of ten orders a day five are due in a day and resolved in time, five in twenty days and half of these late. On 3 September only the short limits are known in full."""
    due, days = {"due": lambda n: 20 if n % 2 else 1}, {"days": lambda n: (15 if n % 4 == 1 else 25) if n % 2 else 0.5}
    columns, limits = ORDERS | {"due_at": "到期"}, "complaints: {resolution: [24h]}"
    young = hotline(tmp_path, "orders", columns, orders(datetime(2024, 9, 4), **due, **days), limits)
    assert told(young) == ("due", "2024-09-21", "按期解决率9月21日定稿：有的诉求未到期，此前只计已到期的（多为短时限），不作判断。")
    row = young.study("complaints").set_index("indicator").loc["due"]
    assert row["provisional"] and row["value"] > 0.8 and (row["state"], row["reason"]) == ("not compared", "unfinished")
    assert "按期解决率" in (whole := say(young.study("complaints"), as_="whole").text) and whole.endswith("（暂）。"), whole
    whole = hotline(tmp_path, "orders", columns, orders(datetime(2024, 9, 21), **due, **days), limits)
    row = whole.study("complaints").set_index("indicator").loc["due"]
    assert told(whole) == ("", "", "") and row["value"] == pytest.approx(0.75, abs=0.01) and not row["provisional"]


def test_a_due_time_that_never_comes_is_none(tmp_path):
    """Ten orders a day, due in a day and resolved in time but for one in ten; one of August is due in 2099 (never), another in 1900."""
    rows = orders(datetime(2024, 9, 4), days=lambda n: 2 if n % 10 == 0 else 0.5, due=lambda n: 1)
    columns, limits = ORDERS | {"due_at": "到期"}, "complaints: {resolution: [24h]}"
    usual = hotline(tmp_path, "orders", columns, rows, limits).study("complaints").set_index("indicator").loc["due"]
    rows[700]["到期"], rows[710]["到期"] = "2099-12-31 00:00:00", "1900-01-01 00:00:00"  # both late without
    h = hotline(tmp_path, "orders", columns, rows, limits)
    row = h.study("complaints").set_index("indicator").loc["due"]
    assert told(h) == ("", "", "") and row["reason"] != "unfinished" and not row["provisional"]
    assert (row["numerator"], row["denominator"]) == (usual["numerator"], usual["denominator"] - 2) == (279, 308)
    assert "到期时间有2格远在数据起止之外（0.6%），按没有到期时间计" in "".join(h.checks["told_zh"])


@pytest.mark.parametrize(("of", "awaited"), [("一般", ("classes", "2024-09-11")), ("特急", ("", ""))])
def test_a_limit_of_a_class_is_waited_for_where_the_class_came(tmp_path, of, awaited):
    limits = "complaints: {resolution: [24h], by_class: {一般: {resolution: 10d}}}"
    rows = orders(datetime(2024, 9, 4), of=lambda n: of if n > 200 else "一般")  # in June all are of the class
    assert told(hotline(tmp_path, "orders", ORDERS | {"class": "等级"}, rows, limits))[:2] == awaited


@pytest.mark.parametrize("lacking", ["closed_at", "clock"])
def test_a_limit_that_gives_no_figure_is_not_waited_for(tmp_path, lacking):
    """Without a closing, and of dates alone, no share within 48 h can be told: nothing becomes final later."""
    rows = orders(datetime(2024, 9, 1))
    if lacking == "clock":
        rows = [row | {c: row[c] and f"{row[c][:10]} 00:00:00" for c in ("受理", "办结")} for row in rows]
    columns = {name: c for name, c in ORDERS.items() if name != lacking}
    assert told(hotline(tmp_path, "orders", columns, rows)) == ("", "", "")


def test_a_month_is_not_over_while_half_a_record_is_still_to_come(tmp_path):
    """An order every fourth day: on 15 August four or five are still to come, on the 30th less than half of one."""
    rows = [row for n, row in enumerate(orders(datetime(2024, 9, 1))) if n % 40 == 20]  # 2, 6, ... 30 August, at midnight
    young = hotline(tmp_path, "orders", ORDERS, [row for row in rows if row["受理"] < "2024-08-15"], "complaints: {resolution: [1h]}")
    text = say(young.sheet).text
    assert told(young)[:2] == ("month", "2024-09-01") and "较上月" not in text and "数据没有覆盖全月" in text, text
    over = hotline(tmp_path, "orders", ORDERS, rows, "complaints: {resolution: [1h]}")
    assert "month" not in told(over)[0]


def calls(until: datetime, number="1540000{:04d}") -> list[dict]:
    return [{"编号": n, "时间": str(t)[:19], "主叫": number.format(n * 7 % 900), "结果": "接通"} for n, t in times(40, until)]


CALLS = {
    "call_id": "编号",
    "started_at": "时间",
    "caller": "{from: 主叫, kind: phone}",
    "outcome": "{from: 结果, values: {接通: answered}, other: reject}",
}


@pytest.mark.parametrize(("windows", "final"), [("[24, 168]", "2024-09-08"), ("[24, 720]", "2024-10-01")])
def test_calls_are_watched_for_a_week_or_the_longest_window(tmp_path, windows, final):
    for until, awaited in ((final, ("calls", final)), (str(datetime.fromisoformat(final) + timedelta(days=1))[:10], ("", ""))):
        rows = calls(datetime.fromisoformat(until) - timedelta(hours=0 if awaited[0] == "" else 24))
        assert told(hotline(tmp_path, "calls", CALLS, rows, f"definition: {{windows_hours: {windows}}}"))[:2] == awaited


def test_a_rate_waits_for_its_own_window_and_for_no_longer_one(tmp_path):
    """By hand: 31 August's last call has been watched for 24 hours when 1 September is over, and for a week when the 7th is."""
    rates = ["repeat_rate_24h", "connection_rate"]
    for end, final_on in (("2024-09-01", "2024-09-02"), ("2024-09-04", "")):
        h = hotline(tmp_path, "calls", CALLS, calls(datetime.fromisoformat(end)))
        row = h.verdicts.set_index("indicator").loc[rates]
        assert row["final_on"].tolist() == [final_on, ""] and row["provisional"].tolist() == [bool(final_on), False]
        assert told(h)[2] == "各窗口的复电率9月8日定稿：月末的来电还没看满，带“暂”的按已看时长修正。"


def test_a_study_on_the_command_line_says_until_when_its_windows_are_provisional(tmp_path, capsys):
    """By hand: the data end with 3 September, so that 31 August's last calls have been watched for 2, 24 and 72 hours, and for no week."""
    h = hotline(tmp_path, "calls", CALLS, calls(datetime(2024, 9, 4)), "definition: {windows_hours: [2, 24, 72, 168]}")

    def study(form: str, *more: str) -> tuple[str, str]:
        assert main(["study", "window", "--params", str(h.params.path), "--month", "2024-08", "--quiet", "--format", form, *more]) == 0
        return tuple(capsys.readouterr())

    out, err = study("csv")
    frame = pd.read_csv(io.StringIO(out), keep_default_na=False)
    known = frame[["window_hours", "provisional", "final_on"]].drop_duplicates().to_numpy().tolist()
    assert (known, err) == ([[2, False, ""], [24, False, ""], [72, False, ""], [168, True, "2024-09-08"]], "")
    assert json.loads(study("json")[0])[-1]["final_on"] == "2024-09-08" and "2024-09-08" in study("table")[0]
    several = pd.DataFrame({"window_hours": [24.0, float("nan")]})  # each issue by its own, and all of them together
    assert h.with_final_on(several)["final_on"].tolist() == ["", "2024-09-08"]
    assert study("csv", "--table", "density")[1] == "2024年8月的数字为暂行：2024年9月8日定稿。\n"
    whole = hotline(tmp_path, "calls", CALLS, calls(datetime(2024, 9, 8)), "definition: {windows_hours: [2, 24, 72, 168]}")
    assert whole.final_on == {} and study("csv", "--table", "density")[1] == ""
    assert not pd.read_csv(io.StringIO(study("csv")[0]))["provisional"].any()


def test_of_a_month_that_is_not_over_every_figure_is_provisional(tmp_path):
    h = hotline(tmp_path, "calls", CALLS, calls(datetime(2024, 8, 20)))
    known = h.verdicts[h.verdicts["value"].notna()].set_index("indicator")["final_on"]
    assert known.pop("repeat_rate_24h") == "2024-09-02" and set(known) == {"2024-09-01"}
    assert told(h)[2] == "数据只到2024年8月19日，本月还没有完：各项数字都会变，9月8日定稿。"
    h = hotline(tmp_path, "orders", ORDERS, orders(datetime(2024, 8, 20), days=lambda n: 1 + n % 3), "complaints: {resolution: [48h]}")
    known = h.study("complaints").set_index("indicator")["final_on"]
    assert known.to_dict() == {"received": "2024-09-01", "resolution_48h": "2024-09-03"}


def test_what_other_programs_read_says_which_figures_are_provisional_and_until_when(tmp_path):
    """The rows of kpis.csv, and the manifest: a share in 48 hours of August is final on 3 September, the count of orders when August is over."""
    more, days = "complaints: {resolution: [48h]}", {"days": lambda n: 1 + n % 3}
    for known, share in ((datetime(2024, 9, 1), [True, "2024-09-03"]), (datetime(2024, 9, 3), [False, ""])):
        h = hotline(tmp_path, "orders", ORDERS, orders(known, **days), more)
        content = h.end(h.verdicts, h.study("complaints")).content
        head, *rows = content["kpis"]
        said = {row[0]: row[head.index("provisional") :][:2] for row in rows}
        assert head[-2:] == ["provisional", "final_on"] and said["received"] == [False, ""] and said.pop("resolution_48h") == share
        assert all(final == [False, ""] for final in said.values())  # follow-ups, of which the export tells nothing
        assert content["manifest"]["awaited"] == ({"orders": share[1]} if share[0] else {})
        assert content["manifest"]["provisional"] == share[0]


BOTH = """title: {zh: 小热线, en: Small}
key: published
public: true
holidays: ""
calls:
  files: calls.csv
  key: 编号
  columns: {call_id: 编号, started_at: 时间, outcome: {from: 结果, values: {接通: answered}, other: reject}}
orders:
  files: orders-*.csv
  key: 编号
  columns: {order_id: 编号, created_at: 受理, closed_at: 办结}
complaints: {resolution: [48h]}
"""


SURVEYED = (
    BOTH.partition("orders:")[0]
    + """surveys:
  files: surveys-*.csv
  key: 编号
  columns: {survey_id: 编号, invited_at: 邀请, answered_at: 答复, item_1: 态度, item_2: 推荐}
items: {item_1: {name: 态度, scale: [1, 5]}, item_2: {name: 推荐, scale: [0, 10]}}
satisfaction: {nps: item_2}
"""
)


def both(folder, exports: dict[str, list[dict]]):
    """A hotline whose calls end with September and of whose orders (or surveys) there are these exports, opened at August."""
    for name, rows in {"calls": calls(datetime(2024, 10, 1)), **exports}.items():
        lines = [",".join(rows[0]), *(",".join(str(cell) for cell in row.values()) for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "small.yaml").write_text(SURVEYED if any(name.startswith("surveys") for name in exports) else BOTH, encoding="utf-8")
    return open_hotline(folder / "small.yaml", "2024-08", progress=False)


@pytest.mark.parametrize(
    ("end", "waiting"), [(datetime(2024, 9, 1), {"resolution_48h"}), (datetime(2024, 8, 20), {"resolution_48h", "received"})]
)
def test_a_month_whose_orders_were_exported_too_early_waits_for_a_newer_export_of_them(tmp_path, end, waiting):
    """By hand: exported on 1 September, August's orders are all there and its last not watched for 48 hours; on 20 August a third are missing."""
    days = {"days": lambda n: 1 + n % 4}
    h = both(tmp_path, {"orders-08": orders(end, **days)})
    rows = h.study("complaints").set_index("indicator")
    assert h.provisional and told(h)[:2] == ("export", "") and {k for k, p in rows["provisional"].items() if p} == waiting
    last = f"2024年{'8月31日' if end.month == 9 else '8月19日'}"
    assert told(h)[2] == f"诉求的数字要等新的工单导出才能定稿：现有的导出只到{last}，此后受理和办理的情况还不知道。"
    kept = h.end(h.verdicts, h.study("complaints")).content["manifest"]
    assert (kept["provisional"], kept["awaited"]) == (True, {"export": None})
    newer = both(tmp_path, {"orders-09": orders(datetime(2024, 10, 1), **days)})  # all of them, to the end of September
    assert told(newer) == ("", "", "") and not newer.study("complaints")["provisional"].any()


def test_a_day_waits_for_its_calls_alone(tmp_path):
    """The edition of a day tells of no order: 31 August, whose orders were exported too early, is final once its calls have been watched."""
    h = both(tmp_path, {"orders-08": orders(datetime(2024, 9, 1), days=lambda n: 1 + n % 4)})
    day = open_hotline(h.params.path, "2024-08-31", progress=False)
    assert "export" in h.awaited and (day.awaited, day.provisional) == ({}, False)


def test_orders_that_no_newer_export_tells_of_are_not_waited_for(tmp_path):
    """Each month's orders are exported once, when it is over: what became of August's then is in no file to come. What is lacking is a finding."""
    of = {
        month: [row for row in orders(datetime(2024, month + 1, 1), days=lambda n: 1 + n % 4) if row["受理"][5:7] == f"{month:02}"]
        for month in (8, 9)
    }
    h = both(tmp_path, {f"orders-{month:02}": rows for month, rows in of.items()})
    assert told(h) == ("", "", "") and "told no more" in set(h.checks["check"])


def test_orders_that_were_all_done_wait_for_no_export(tmp_path):
    assert told(both(tmp_path, {"orders-08": orders(datetime(2024, 9, 1), days=lambda n: 0.01)}))[0] == ""


def test_callers_whose_numbers_are_masked_are_not_waited_for(tmp_path):
    h = hotline(tmp_path, "calls", CALLS, calls(datetime(2024, 9, 1), "154****{:04d}"))
    assert h.store.facts["masked"] and told(h) == ("", "", "")


def chats(until: datetime) -> list[dict]:
    return [{"编号": n, "开始": str(t)[:19], "人": f"1540000{n * 7 % 900:04d}", "服务": "机器人"} for n, t in times(10, until)]


def test_chats_of_the_bot_are_watched_for_their_own_hours(tmp_path):
    columns = {
        "session_id": "编号",
        "opened_at": "开始",
        "caller": "{from: 人, kind: phone}",
        "served_by": "{from: 服务, values: {机器人: bot}}",
    }
    hours = "service: {contained_hours: 168}"
    young = hotline(tmp_path, "sessions", columns, chats(datetime(2024, 9, 7)), hours)
    assert told(young) == ("sessions", "2024-09-08", "机器人解决率9月8日定稿：月末的会话还没看满，未计入。")
    assert told(hotline(tmp_path, "sessions", columns, chats(datetime(2024, 9, 8)), hours)) == ("", "", "")
    without = {name: c for name, c in columns.items() if name != "caller"}
    assert told(hotline(tmp_path, "sessions", without, chats(datetime(2024, 9, 1)), hours)) == ("", "", "")


def surveys(until: datetime) -> list[dict]:
    """Nine in ten answers come within two hours, the others on the seventh day."""

    def row(n, t):
        answered = t + (timedelta(days=6, hours=20) if n % 10 == 0 else timedelta(hours=2))
        return {
            "编号": n,
            "邀请": str(t)[:19],
            "答复": str(answered)[:19] if answered < until else "",
            "态度": 4 if answered < until else "",
        }

    return [row(n, t) for n, t in times(10, until)]


def test_answers_to_surveys_are_waited_for_as_long_as_earlier_ones_took(tmp_path):
    columns = {"survey_id": "编号", "invited_at": "邀请", "answered_at": "答复", "item_1": "态度"}
    items = "items: {item_1: {name: 态度, scale: [1, 5]}}"
    young = hotline(tmp_path, "surveys", columns, surveys(datetime(2024, 9, 1)), items)
    assert told(young) == ("surveys", "2024-09-08", "满意度调查9月8日定稿：以往95%的答卷在7天内收回，月末受邀的还会有人作答。")
    assert told(hotline(tmp_path, "surveys", columns, surveys(datetime(2024, 9, 8)), items)) == ("", "", "")
    answered = {name: c for name, c in columns.items() if name != "invited_at"}
    rows = [row for row in surveys(datetime(2024, 9, 1)) if row["答复"]]
    assert told(hotline(tmp_path, "surveys", answered, rows, items))[0] == "", "nobody knows when they were asked"


SURVEYS = {"survey_id": "编号", "invited_at": "邀请", "answered_at": "答复", "item_1": "态度", "item_2": "推荐"}
ITEMS = "items: {item_1: {name: 态度, scale: [1, 5]}, item_2: {name: 推荐, scale: [0, 10]}}\nsatisfaction: {nps: item_2}"


def unequal(until: datetime) -> list[dict]:
    """Who is content (5) answers within two hours, who is not (1, a tenth) on the seventh day."""
    said = [(row, int(row["编号"]) % 10 == 0) for row in surveys(until)]
    return [row | {"态度": row["态度"] and (1 if late else 5), "推荐": row["态度"] and (0 if late else 10)} for row, late in said]


def test_a_month_whose_answers_are_on_their_way_is_judged_when_they_have_come(tmp_path):
    """July and August alike: on 1 September a fifth of August's discontented, who answer late, are missing, and their share has fallen."""
    for until, said, reason in (("2024-09-01", "late", "late answers"), ("2024-09-08", "none", "")):
        h = hotline(tmp_path, "surveys", SURVEYS, unequal(datetime.fromisoformat(until)), ITEMS)
        items, nps = h.study("satisfaction").set_index("item"), h.study("satisfaction", "nps")
        assert set(items["said"]) | set(nps["said"]) == {said}, items
        assert items["effect"].notna().all() == nps["moved_nps"].notna()[0] == (said == "none")
        text = say(h.study("satisfaction")).text
        assert ("答卷还在收，9月8日定稿，此前不作变化判断" in text) == (said == "late"), text
        months = h.indicators[h.indicators["indicator"] == "survey_satisfaction"]
        row = verdicts.compare(months, "2024-08", "2024-07", h.catalogue).iloc[0]
        assert row["value"] > 0.8 and row["reason"] == reason and (row["method"] == "") == bool(reason)


STALE = "满意度调查的数字要等新的答卷导出才能定稿：现有的导出只到2024年{}，而以往95%的答卷要7天才收回。"


@pytest.mark.parametrize(("until", "last"), [("2024-09-01", "8月31日"), ("2024-09-07", "9月6日"), ("2024-08-20", "8月19日")])
def test_a_month_whose_answers_were_exported_too_early_waits_for_a_newer_export_of_them(tmp_path, until, last):
    """By hand: a tenth answers on the seventh day, so the last of August's have come on 7 September; the calls go on to the end of September."""
    h = both(tmp_path, {"surveys-08": unequal(datetime.fromisoformat(until))})
    items, nps = h.study("satisfaction").set_index("item"), h.study("satisfaction", "nps")
    assert h.provisional and told(h) == ("survey_export", "", STALE.format(last))
    assert set(items["said"]) | set(nps["said"]) == {"stale"} and items["effect"].isna().all() and set(items["final_on"]) == {""}
    assert "答卷导出得早，还没有收齐，要等新的导出，此前不作变化判断" in say(h.study("satisfaction")).text
    row = h.verdicts.set_index("indicator").loc["survey_satisfaction"]
    reason = "late answers" if last != "8月19日" else "not covered"  # a third of the month is missing
    assert (row["reason"], row["provisional"], row["final_on"]) == (reason, True, "") and not h.verdicts.set_index("indicator").loc[
        "offered", "provisional"
    ]
    assert h.end(h.verdicts).content["manifest"]["awaited"] == {"survey_export": None}
    september = open_hotline(h.params.path, "2024-09", progress=False).indicators.set_index(["indicator", "period"])["unfinished"]
    assert bool(september["survey_satisfaction", "2024-08"]), "nor is it a base for the month after"
    newer = both(tmp_path, {"surveys-09": unequal(datetime(2024, 9, 8))})
    assert told(newer) == ("", "", "") and set(newer.study("satisfaction")["said"]) == {"none"}


def test_answers_that_no_newer_export_tells_of_are_not_waited_for(tmp_path):
    """Each month's invitations are exported once, when it is over: August's late answers are in no file to come."""
    of = {m: [row for row in unequal(datetime(2024, m + 1, 1)) if row["邀请"][5:7] == f"{m:02}"] for m in (6, 7, 8, 9)}
    assert told(both(tmp_path, {f"surveys-{m:02}": rows for m, rows in of.items() if m < 9}))[0] == "survey_export"
    assert told(both(tmp_path, {f"surveys-{m:02}": rows for m, rows in of.items()})) == ("", "", "")
