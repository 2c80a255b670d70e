"""Hotlines of some hundred calls, each of which lacks something: for every test of what a study, a frame or a page does then."""

from pathlib import Path

import numpy as np
import pandas as pd

from tests.shared import shared

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
AGENT = """    agent: agent
"""
WINDOWS = """definition: {windows_by_issue: {水: 2, "*": 48}}
"""
EXPORTS = {  # params, calls, callers
    "whole": (CALLS + ENDED + CALLER + ISSUE + AGENT + OUTCOME + WINDOWS, 400, 60),
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
            "agent": rng.choice(list("甲乙丙"), calls),
        }
    )  # fmt: skip


def odd(factory, name: str) -> Path:
    """The params of one of them, shared by all tests of a run; its newest whole month is April 2024."""
    return shared(factory, name.replace(" ", "_").replace(",", ""), lambda folder: _write(folder, name)) / "p.yaml"


def _write(folder: Path, name: str) -> None:
    text, calls, callers = EXPORTS[name]
    exported(calls, callers, name != "nothing answered").to_csv(folder / "calls.csv", index=False)
    (folder / "p.yaml").write_text(HEAD + text, encoding="utf-8")
