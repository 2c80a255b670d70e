"""Months of hotlines of orders alone: the page's first sentence is about the orders, and what has no calls says so in one line."""

from datetime import datetime, timedelta

import pytest

from hotline_analysis.__main__ import main
from hotline_analysis.report import month

PARAMS = """title: {zh: 小诉求, en: Small orders}
key: published
public: true
holidays: ""
orders:
  files: orders.csv
  key: 编号
  columns:
    order_id: 编号
    created_at: {from: 受理, formats: "%Y-%m-%d %H:%M:%S"}
    closed_at: {from: 办结, formats: "%Y-%m-%d %H:%M:%S"}
    category_1: 类别
    channel: 渠道
    department: 部门
"""


def write(folder, *, closed=True, categories=("供水", "交通", "社保"), skip=""):
    lines = ["编号,受理,办结,类别,渠道,部门"]
    for n in range(610):
        begin = datetime(2024, 7, 1) + timedelta(hours=61 * 24 * n / 610)
        end = begin + timedelta(hours=n % 60)
        done = str(end)[:19] if closed and end < datetime(2024, 8, 31) else ""
        if not str(begin).startswith(skip or "never"):
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
    assert ("未提供：来电" if language == "zh" else "not provided: calls") in page
    assert "Add '" not in page


@pytest.mark.parametrize("state", [{"closed": False}, {"categories": ("供水",)}], ids=["all open", "one category"])
def test_odd_months_are_published(tmp_path, index_only, state):
    assert "诉求办理" in page_of(write(tmp_path, **state), "zh")
