"""Every code cell of the report's notebooks gives what it shows, also where the export lacks what a part needs."""

import json
from pathlib import Path

import pandas as pd
import pytest

from hotline_analysis import open_hotline, say, show
from hotline_analysis.show.blocks import Block, End
from tests.shared import surveyed, two_thousand
from tests.small import write_hotline
from tests.studies.odd import odd
from tests.tried import WHOLE
from tests.worlds import World, world

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
PARAMS = """
title: {zh: 试, en: try}
time_zone: Asia/Shanghai
holidays: ""
key: published
public: true
calls:
  files: calls.csv
  columns:
    started_at: {from: start, formats: "%Y-%m-%d %H:%M:%S"}
    ended_at: {from: end, formats: "%Y-%m-%d %H:%M:%S"}
    outcome: {from: outcome, values: {answered: answered}}
    caller: {from: caller, kind: code}
    issue_1: issue_1
    agent: agent
"""
HOTLINES = ("two thousand", "whole", "no issue", "no caller", "26 calls a month")
MISSING = {"no issue": "未提供：诉求一级分类", "no caller": "未提供：来电人"}  # what cannot be shown, and why, in the exposure page


def exported(w: World) -> pd.DataFrame:
    frame = w.frame()
    for name in ("start", "end"):
        frame[name] = (pd.to_datetime(frame[f"{name}_s"], unit="s") + pd.Timedelta(hours=8)).dt.strftime("%Y-%m-%d %H:%M:%S")
    return frame[["start", "end", "caller", "issue_1", "agent", "outcome"]]


def shown(h, name: str) -> dict[str, Block]:
    """What each code cell of a notebook shows, after those that open the hotline."""
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    known, told = {"h": h, "say": say, "show": show}, {}
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "open_hotline" not in source and "params =" not in source:
            *before, last = source.splitlines()
            exec("\n".join(before), known)
            told[source] = eval(last, known)
    return told


@pytest.mark.parametrize(
    ("kind", "language"),  # of two thousand calls every notebook runs beside these tests too
    [
        pytest.param(k, n, marks=[] if k == "whole" else [pytest.mark.slow])
        for k in HOTLINES
        for n in ("zh", "en")
        if WHOLE or n == "zh" or k == "two thousand"
    ],
)
def test_every_cell_shows_a_block(tmp_path_factory, kind, language):
    params, month = (two_thousand(tmp_path_factory), "2024-02") if kind == "two thousand" else (odd(tmp_path_factory, kind), "2024-04")
    h = open_hotline(params, month, language, progress=False)
    for name in ("monthly", "window", "exposure", "definition", "outlook", "improvement"):
        told = shown(h, name)
        assert all(isinstance(block, Block | End) for block in told.values())
        assert not any(word in str(getattr(block, "html", "")) for block in told.values() for word in (">nan<", ">NaN<", ">None<"))
        missing = {block.facts["missing"] for block in told.values() if isinstance(block, Block) and block.facts.get("missing")}
        if kind in MISSING and name == "exposure" and language == "zh":
            assert MISSING[kind] in missing
    if kind == "26 calls a month" and language == "zh":
        assert "样本不足" in say(h.study("window", "evidence")).text
    if kind == "whole":  # it has windows of its own
        assert "48" in show(h.study("window", "own")).text


def test_the_words_of_the_answer(tmp_path):
    exported(world("light", 1, calls=20_000)).to_csv(tmp_path / "calls.csv", index=False)
    (tmp_path / "p.yaml").write_text(PARAMS, encoding="utf-8")
    h = open_hotline(tmp_path / "p.yaml", "2024-04", "zh", progress=False)
    assert say(h.study("window", "evidence")).text.startswith("误计与漏计同等看待，若全部来电用一个考核窗口，宜定72小时。依据")
    assert "complaint" in say(h.study("exposure", "points")).text


def test_the_page_of_satisfaction_shows_every_part_of_a_surveyed_hotline(tmp_path, tmp_path_factory):
    """Every cell of the notebook shows or says something; without a survey and without a rating every one says why not."""
    told = shown(open_hotline(surveyed(tmp_path_factory), "2024-02", progress=False), "satisfaction")
    assert {block.kind for block in told.values() if isinstance(block, Block)} <= {"masthead", "say", "table", "figure"}
    (tmp_path / "bare").mkdir()
    bare = shown(open_hotline(write_hotline(tmp_path / "bare"), "2024-02", progress=False), "satisfaction")
    assert {block.text for source, block in bare.items() if "h.study" in source} == {"未提供：满意度调查", "未提供：其他评分"}
