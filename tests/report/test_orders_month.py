"""Months of hotlines of orders alone: the page's first sentence is about the orders, and what has no calls says so in one line."""

import re
from datetime import datetime, timedelta

import pytest

from hotline_analysis import open_hotline, say
from hotline_analysis.__main__ import main
from hotline_analysis.report import month

ORDERS = """key: published
public: true
holidays: ""
orders:
  files: orders.csv
  key: 编号
  columns:
    order_id: 编号
    created_at: {from: 受理, formats: "%Y-%m-%d %H:%M:%S"}
    closed_at: {from: 办结, formats: "%Y-%m-%d %H:%M:%S"}
"""
PARAMS = f"""title: {{zh: 小诉求, en: Small orders}}
{ORDERS}    category_1: 类别
    channel: 渠道
    department: 部门
"""


def write(folder, *, closed=True, categories=("供水", "交通", "社保"), skip="", until="9999"):
    lines = ["编号,受理,办结,类别,渠道,部门"]
    for n in range(610):
        begin = datetime(2024, 7, 1) + timedelta(hours=61 * 24 * n / 610)
        end = begin + timedelta(hours=n % 60)
        done = str(end)[:19] if closed and end < datetime(2024, 8, 31) else ""
        if not str(begin).startswith(skip or "never") and str(begin) < until:
            lines.append(
                f"D{n:05d},{str(begin)[:19]},{done},{categories[n % len(categories)]},{'电话网络'[2 * (n % 2) :][:2]},{'甲乙'[n % 2]}局"
            )
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "small.yaml").write_text(PARAMS, encoding="utf-8")
    return folder / "small.yaml"


@pytest.fixture
def index_only(monkeypatch):
    monkeypatch.setattr(month, "pages", lambda: {"index.html": month.notebooks() / "monthly.ipynb"})


def page_of(params, language: str, label: str = "2024-08") -> str:
    assert main(["report", "--params", str(params), "--month", label, "--language", language, "--quiet"]) == 0
    return (params.parent / "reports" / "small" / label / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_first_sentence_is_about_the_orders(tmp_path, index_only, language):
    page = page_of(write(tmp_path), language)
    said = page.partition('class="verdict"')[2].partition("</p>")[0]
    assert ("诉求" in said and "件" in said) if language == "zh" else "orders" in said, said
    assert "数据质量" not in said and "Data quality" not in said
    for heading in ("诉求办理", "接通与服务") if language == "zh" else ("Orders", "Connection and service"):
        assert heading in page
    assert ("未提供：来电" if language == "zh" else "Not provided: calls") in page
    assert "Add '" not in page


@pytest.mark.parametrize("state", [{"closed": False}, {"categories": ("供水",)}], ids=["all open", "one category"])
def test_odd_months_are_published(tmp_path, index_only, state):
    assert "诉求办理" in page_of(write(tmp_path, **state), "zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_month_in_which_the_data_end_is_not_called_final_and_says_so_once(tmp_path, index_only, language):
    page = page_of(write(tmp_path, until="2024-08-10"), language)
    words = {"zh": ("暂行版", "定稿<", "数据没有覆盖全月"), "en": ("provisional", ">final", "do not cover the whole month")}[language]
    said = re.sub("<[^>]+>", "", page.partition('class="verdict"')[2].partition("</p>")[0])
    assert words[0] in page and words[1] not in page and said.count(words[2]) == 1, said
    ends = (
        "数据只到2024年8月9日，本月还没有完：各项数字都会变，9月3日定稿。",
        "The data end on 9 August 2024, within the month: every figure will change, and is final on 3 September.",
    )
    assert ends[language == "en"] in re.sub("<[^>]+>", "", page)


def test_orders_that_were_not_watched_for_their_limit_leave_a_month_provisional(tmp_path):
    """Limits are 48 h here: the orders of 31 August are watched in full on 3 September."""
    file = write(tmp_path)
    told = {m: open_hotline(file, m, progress=False).about.iloc[0] for m in ("2024-07", "2024-08")}
    assert [(t["provisional"], t["final_on"], t["awaited"]) for t in told.values()] == [(False, "", ""), (True, "2024-09-03", "month")]
    back = open_hotline(file, "2024-07", progress=False, direction="look-back").about.iloc[0]
    assert not back["provisional"]


def test_orders_alone_are_awaited_where_the_data_go_to_the_months_end(tmp_path):
    file = write(tmp_path)
    lines = (tmp_path / "orders.csv").read_text(encoding="utf-8")
    more = "".join(f"D9999{n},2024-08-31 2{n % 4}:00:00,,供水,电话,甲局\n" for n in range(8))
    (tmp_path / "orders.csv").write_text(lines + more, encoding="utf-8")
    told = open_hotline(file, "2024-08", progress=False)
    assert (told.about.iloc[0]["final_on"], told.about.iloc[0]["awaited"]) == ("2024-09-03", "orders")
    assert say(told.about).text == "限时响应和解决的比例9月3日定稿：月末的诉求还没看满时限，带“暂”的按已看时长修正。"


def test_a_scheduler_renders_again_what_was_provisional_once_its_wait_is_over(tmp_path, index_only, capsys):
    """August, published when the data ended within it, waits for 3 September: neither at once nor with the data of 1 September is it due, but with those of the 2nd."""
    params = write(tmp_path)
    assert "暂行版" in page_of(params, "zh")
    capsys.readouterr()

    def due(*more: str) -> str:
        assert main(["report", "--params", str(params), "--month", "due", "--quiet", *more]) == 0
        return capsys.readouterr().out

    lines = (tmp_path / "orders.csv").read_text(encoding="utf-8")
    page = tmp_path / "reports" / "small" / "2024-08" / "index.html"
    for until, printed in ((31, ""), (32, ""), (33, f"{page}\n"), (33, "")):
        days = [datetime(2024, 8, n) if n < 32 else datetime(2024, 9, n - 31) for n in range(31, until + 1) if until > 31]
        more = [
            f"E{day:%m%d}{n},{day + timedelta(hours=2 * n)},{day + timedelta(hours=2 * n + 1)},供水,电话,甲局\n"
            for day in days
            for n in range(10)
        ]
        (tmp_path / "orders.csv").write_text(lines + "".join(more), encoding="utf-8")
        assert due() == printed, until
    assert "定稿" in re.sub("<[^>]+>", "", page.read_text(encoding="utf-8")) and "暂行版" not in page.read_text(encoding="utf-8")
    assert main(["report", "--params", str(params), "--month", "due", "--for", "channel=all", "--quiet"]) == 64


ASKED = f"""title: {{zh: 回访, en: Follow-ups}}
{ORDERS}    resolved: {{from: 解决, values: {{已解决: "yes", 未解决: "no"}}}}
    satisfied: 满意
"""


def asked(folder, words=("满意", "满意", "基本满意", "不满意", ""), resolved=("已解决", "已解决", "已解决", "未解决", "")):
    """Two orders an hour of day in July and August: by fives, one in five not reached."""
    lines = ["编号,受理,办结,解决,满意"]
    for n in range(62 * 20):
        begin = datetime(2024, 7, 1) + timedelta(days=n // 20, minutes=30 * (n % 20) + 480)
        lines.append(f"D{n:05d},{begin},{begin + timedelta(hours=1)},{resolved[n % 5]},{words[n % 5]}")
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "small.yaml").write_text(ASKED, encoding="utf-8")
    return folder / "small.yaml"


def test_a_hotline_of_orders_alone_has_its_三率(tmp_path, index_only):
    """August: 620 orders, 496 of them followed up; 372 of these resolved; 248 satisfied and 124 fairly, by their worth."""
    h = open_hotline(asked(tmp_path), "2024-08", progress=False)
    told = h.verdicts.set_index("indicator")
    worth = h.params.follow_up.satisfied["基本满意"]
    parts = {key: (row.numerator, row.denominator) for key, row in told.iterrows() if row.value == row.value}
    assert {key: parts[key] for key in ("followed_up", "solved_rate", "satisfied_rate")} == {
        "followed_up": (496, 620),
        "solved_rate": (372, 496),
        "satisfied_rate": (248 + worth * 124, 496),
    }
    assert told["judgement"]["satisfied_rate"] == "none" and told["months"]["satisfied_rate"] == ("2024-07", "2024-08")
    assert told["absent_zh"].iloc[0].startswith("来电、") and told["spoken"]["satisfied_rate"] and not told["sheet"].any()
    assert (
        h.sheet["indicator"].iloc[0] == "received"
        and h.sheet["opening"].iloc[0] in ("volume", "concluded")
        and h.sheet["headline"].iloc[0] == 1
    )
    assert set(h.glossary["indicator"]) >= {"followed_up", "solved_rate", "satisfied_rate"}
    assert list(h.history("satisfied_rate")["denominator"]) == [496, 496]
    assert h.history("connection_rate").attrs["missing"]["zh"] == "未提供：来电"
    page = page_of(tmp_path / "small.yaml", "zh")
    chapter = re.sub("<[^>]+>", "", next(part for part in page.split("<h2") if "满意度" in part[:120]))
    for word in ("有效回访率", "80.0%", "解决率", "75.0%", "满意率", "496/620"):
        assert word in chapter, chapter
    for title in ("接通与服务", "重复来电"):  # no heading alone
        assert "未提供：来电" in next(part for part in page.split("<h2") if title in part[:120]), title
    kpis = (tmp_path / "reports" / "small" / "2024-08" / "kpis.csv").read_text(encoding="utf-8")
    assert "satisfied_rate" in kpis and "没有提供来电" in re.sub("<[^>]+>", "", page)


def test_a_word_without_a_worth_is_named_with_the_setting_and_what_it_keeps_back(tmp_path, index_only):
    """未评价, of orders that were asked whether they were resolved too: 124 of the month's."""
    h = open_hotline(
        asked(tmp_path, words=("满意", "满意", "基本满意", "不满意", "未评价"), resolved=("已解决",) * 5), "2024-08", progress=False
    )
    checks = h.checks.set_index("check")
    assert checks["count"]["no worth"] == 124 and checks["detail"]["no worth"] == "未评价"
    told = h.verdicts.set_index("indicator")["withheld"]
    assert set(told[told != ""].index) == {"followed_up", "solved_rate", "satisfied_rate"}
    zh, en = (" ".join(re.sub("<[^>]+>", "", page_of(tmp_path / "small.yaml", language)).split()) for language in ("zh", "en"))
    for word in ("（未评价）没有折算值", "满意率没有给出：满意情况中有", "有效回访率没有给出", "follow_up › satisfied"):
        assert word in zh, word
    for word in ("(未评价) without a worth", "Satisfaction rate is not given: the words", "follow_up › satisfied"):
        assert word in en, word
