"""Fourteen months of one hotline, each at an edge: every one is published, and says what it lacks."""

import calendar
import random
from datetime import datetime, timedelta

import pytest

from hotline_analysis.__main__ import main
from hotline_analysis.report import month
from tests.small import PARAMS

pytestmark = pytest.mark.slow  # fourteen kernels, one after the other
EDGES = {  # month -> what is odd about it
    "2023-02": "28 days", "2023-03": "one call", "2023-04": "two calls in one second", "2023-05": "one category", "2023-06": "nobody is known",
    "2023-07": "all abandoned", "2023-08": "no duration", "2023-09": "one caller", "2023-10": "one hour", "2023-11": "one day", "2023-12": "no category",
    "2024-01": "no call", "2024-02": "29 days", "2024-03": "breaks off on the 12th",
}  # fmt: skip


def calls_of(label: str, edge: str, rng: random.Random) -> list[list]:
    """The month's rows: about ten calls a day where nothing is odd about that."""
    year, number = map(int, label.split("-"))
    days = calendar.monthrange(year, number)[1]
    few = {"one call": 1, "two calls in one second": 2, "no call": 0}.get(edge)
    seconds = {"one hour": 3600, "one day": 86400, "breaks off on the 12th": 12 * 86400}.get(edge, days * 86400)
    begins = datetime(year, number, 1) + timedelta(days=10 if edge in ("one hour", "one day") else 0)
    rows = []
    for n in range(10 * days if few is None else few):
        at = begins + timedelta(seconds=0 if few else rng.randrange(seconds))
        answered = edge != "all abandoned" and rng.random() < 0.9
        caller = "匿名" if edge == "nobody is known" else f"1540000{0 if edge == 'one caller' or few else rng.randrange(120):04d}"
        issue = {"one category": "供水", "no category": ""}.get(edge, rng.choice(["供水", "交通", "社保"]))
        wait, talk = ("", "") if edge == "no duration" else (rng.randrange(60), rng.randrange(20, 600) if answered else 0)
        end = at + timedelta(seconds=(wait or 0) + (talk or 0))
        rows.append([f"{label}-{n:04d}", at, end, caller, "甲乙丙"[n % 3], issue, "接通" if answered else "放弃", wait, talk])
    return rows


def test_fourteen_edge_months_are_published(tmp_path, monkeypatch, capsys, bar):
    bar("N14 months", len(EDGES))
    monkeypatch.setattr(month, "pages", lambda: {"index.html": month.notebooks() / "monthly.ipynb"})
    rng, lines = random.Random(14), ["编号,来电时间,结束时间,主叫号码,坐席,诉求,结果,排队,通话"]
    for label, edge in EDGES.items():
        lines += [",".join(map(str, row)) for row in calls_of(label, edge, rng)]
    (tmp_path / "calls.csv").write_bytes(("\n".join(lines) + "\n").encode("gb18030"))
    (tmp_path / "small.yaml").write_text(PARAMS, encoding="utf-8")
    seen = {}
    for label, edge in EDGES.items():
        code = main(["report", "--params", str(tmp_path / "small.yaml"), "--month", label, "--quiet"])
        page = tmp_path / "reports/small" / label / "index.html"
        seen[f"{label} {edge}"] = (code, "<h1>" in page.read_text(encoding="utf-8") if page.exists() else False, capsys.readouterr().err)
    assert set(seen.values()) == {(0, True, "")}, seen
