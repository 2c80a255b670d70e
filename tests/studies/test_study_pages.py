"""The repeat parts of the month and the two study pages: every cell gives a block, also where the export lacks what a part needs."""

import json
from pathlib import Path

import pandas as pd
import pytest

from hotline_analysis import chapters, chapters_repeat, open_hotline
from tests.worlds import World, world

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
PARAMS = """
title: {{zh: 试, en: try}}
time_zone: Asia/Shanghai
holidays: ""
key: published
public: true
calls:
  files: calls.csv
  columns:
    started_at: {{from: start, formats: "%Y-%m-%d %H:%M:%S"}}
    ended_at: {{from: end, formats: "%Y-%m-%d %H:%M:%S"}}
    outcome: {{from: outcome, values: {{answered: answered}}}}
{more}"""
COLUMNS = {
    "whole": "    caller: {from: caller, kind: code}\n    issue_1: issue_1\n    agent: agent\n",
    "no issue, no agent": "    caller: {from: caller, kind: code}\n",
    "no caller": "    issue_1: issue_1\n    agent: agent\n",
    "own windows": "    caller: {from: caller, kind: code}\n    issue_1: issue_1\ndefinition:\n  windows_by_issue: {urgent: 2, '*': 48}\n",
    "few": "    caller: {from: caller, kind: code}\n    issue_1: issue_1\n    agent: agent\n",
}


def exported(w: World) -> pd.DataFrame:
    frame = w.frame()
    for name in ("start", "end"):
        frame[name] = (pd.to_datetime(frame[f"{name}_s"], unit="s") + pd.Timedelta(hours=8)).dt.strftime("%Y-%m-%d %H:%M:%S")
    return frame[["start", "end", "caller", "issue_1", "agent", "outcome"]]


def cells(name: str) -> list[str]:
    """The calls of a notebook's cells, without imports; the repeat parts only, of the monthly one."""
    found = ["".join(c["source"]).splitlines()[-1] for c in json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]]
    return [line for line in found if line.startswith(("chapters_repeat.", "chapters.rule"))]


@pytest.fixture(scope="module", params=COLUMNS)
def folder(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("hotline")
    exported(world("heavy", 1, calls=60 if request.param == "few" else 3_000)).to_csv(path / "calls.csv", index=False)
    (path / "p.yaml").write_text(PARAMS.format(more=COLUMNS[request.param]), encoding="utf-8")
    return path, request.param


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_gives_a_block(folder, language):
    path, kind = folder
    h = open_hotline(path / "p.yaml", "2024-04", language, progress=False)
    for name in ("monthly", "window", "exposure"):
        told = {line: eval(line, {"h": h, "chapters": chapters, "chapters_repeat": chapters_repeat}) for line in cells(name)}
        assert all(block.html is not None for block in told.values())
        assert not any(word in str(block.html) for block in told.values() for word in (">nan<", ">NaN<", ">None<"))
        if kind == "whole" and name != "monthly":
            # of 3,000 calls no issue has a point of its own
            empty = {"chapters_repeat.own_windows(h)", "chapters_repeat.hazard(h)", 'chapters_repeat.comparison(h, by="unit")'}
            assert [line for line, block in told.items() if not block.text and line not in empty] == []
    said = chapters_repeat.window_answer(h).text
    assert ("不推荐窗口" in said or "No window" in said) == (kind == "few")
    if kind == "own windows":
        assert "2" in chapters_repeat.own_windows(h).text


def test_the_words_of_the_answer(tmp_path):
    exported(world("light", 1, calls=20_000)).to_csv(tmp_path / "calls.csv", index=False)
    (tmp_path / "p.yaml").write_text(PARAMS.format(more=COLUMNS["whole"]), encoding="utf-8")
    h = open_hotline(tmp_path / "p.yaml", "2024-04", "zh", progress=False)
    assert chapters_repeat.window_answer(h).text.startswith("误计与漏计同等看待，考核窗口宜定72小时；72小时内捕获")
    assert "complaint" in chapters_repeat.exposure_answer(h).text
