"""Every table of every study over exports that lack something: a frame or a sentence, never a traceback, and no figure where there is no base."""

import importlib

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.errors import HotlineError
from hotline_analysis.hotline import Hotline, open_hotline, study_names

HEAD = """
title: {zh: 试, en: try}
time_zone: Asia/Shanghai
holidays: ""
key: published
public: true
"""
CALLS = """calls:
  files: calls.csv
  columns:
    started_at: {from: start, formats: "%Y-%m-%d %H:%M:%S"}
"""
ENDED = """    ended_at: {from: end, formats: "%Y-%m-%d %H:%M:%S"}
"""
CALLER = """    caller: {from: caller, kind: code}
"""
ISSUE = """    issue_1: issue
"""
OUTCOME = """    outcome: {from: outcome, values: {answered: answered, abandoned: abandoned}}
"""
PHONE = """    caller: {from: phone, kind: phone}
"""
ORDERS = """orders:
  files: calls.csv
  columns:
    created_at: {from: start, formats: "%Y-%m-%d %H:%M:%S"}
    caller: {from: caller, kind: code}
"""
EXPORTS = {  # params, calls, callers
    "whole": (CALLS + ENDED + CALLER + ISSUE + OUTCOME, 400, 60),
    "no issue": (CALLS + ENDED + CALLER + OUTCOME, 400, 60),
    "no outcome": (CALLS + CALLER + ISSUE, 400, 60),
    "no caller": (CALLS + ISSUE + OUTCOME, 400, 60),
    "orders only": (ORDERS, 400, 60),
    "masked": (CALLS + PHONE + ISSUE + OUTCOME, 400, 60),
    "one caller": (CALLS + CALLER + ISSUE + OUTCOME, 400, 1),
    "26 calls a month": (CALLS + CALLER + ISSUE + OUTCOME, 52, 20),
    "nobody calls again": (CALLS + CALLER + ISSUE + OUTCOME, 60, 10_000),
    "nothing answered": (CALLS + CALLER + ISSUE + OUTCOME, 200, 40),
}


def exported(calls: int, callers: int, answered: bool) -> pd.DataFrame:
    rng = np.random.default_rng(calls + callers)
    start = pd.Timestamp("2024-03-01") + pd.to_timedelta(np.sort(rng.integers(0, 61 * 86_400, calls)), unit="s")
    who = rng.integers(0, callers, calls) if callers < calls else np.arange(calls)
    return pd.DataFrame(
        {
            "start": start.strftime("%Y-%m-%d %H:%M:%S"), "end": (start + pd.Timedelta(minutes=3)).strftime("%Y-%m-%d %H:%M:%S"),
            "caller": [f"c{n}" for n in who], "phone": "154****" + pd.Series(who % 10_000).astype(str).str.zfill(4),
            "issue": rng.choice(["水", "电", "路"], calls), "outcome": rng.choice(["answered", "abandoned"], calls, p=[0.9, 0.1]) if answered else "abandoned",
        }
    )  # fmt: skip


@pytest.fixture(scope="module", params=EXPORTS)
def hotline(request, tmp_path_factory) -> Hotline:
    folder = tmp_path_factory.mktemp("odd")
    text, calls, callers = EXPORTS[request.param]
    exported(calls, callers, request.param != "nothing answered").to_csv(folder / "calls.csv", index=False)
    (folder / "p.yaml").write_text(HEAD + text, encoding="utf-8")
    return open_hotline(folder / "p.yaml", "2024-04", progress=False)


@pytest.mark.parametrize(
    ("study", "table"), [(s, t) for s in study_names() for t in importlib.import_module(f"hotline_analysis.studies.{s}").TABLES]
)
def test_a_frame_or_a_sentence(hotline, study, table):
    try:
        frame = hotline.study(study, table)
    except HotlineError as said:
        assert " › " in str(said) and "\n" not in str(said)
        return
    assert frame.to_csv(index=False)
    if {"value", "denominator"} <= set(frame):
        nothing = frame[frame["denominator"].fillna(0).eq(0)]
        assert nothing["value"].isna().all(), "an empty base is missing, never 0"
