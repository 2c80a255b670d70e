"""Invented hotlines of several units, to be put side by side: who calls again is drawn from rates that the test sets."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

PARAMS = """title: {{zh: {zh}, en: {en}}}
key: published
public: true
calls:
  files: {name}.csv
  key: 编号
  columns:
    call_id: 编号
    started_at: {{from: 来电时间, formats: "%Y-%m-%d %H:%M:%S"}}
    ended_at: {{from: 结束时间, formats: "%Y-%m-%d %H:%M:%S"}}
    caller: {{from: 主叫号码, kind: phone}}
    unit: 班组
    issue_1: 诉求
    outcome: {{is: answered}}
{more}"""
ISSUES = {"供水": 1.0, "交通": 0.5, "社保": 1.6}  # how much likelier than its unit's rate a call of the issue is followed


def write(
    folder: Path, name: str, rates: Mapping[str, float], *, seed: int, calls: int = 300, mix: Mapping[str, tuple] | None = None, zh: str = "", en: str = "", hours: float = 8.0, more: str = ""
) -> Path:  # fmt: skip
    """A hotline of January 2024: `calls` first calls a unit, each by its own caller, followed with the unit's rate (times the issue's) after about `hours`. A pair is of one unit and issue."""
    rng = np.random.default_rng(seed)
    rows = []
    for unit, rate in rates.items():
        weights = (mix or {}).get(unit, (1, 1, 1))
        for n in range(calls):
            issue = rng.choice(list(ISSUES), p=np.array(weights) / sum(weights))
            start = datetime(2024, 1, 1) + timedelta(seconds=int(rng.integers(0, 29 * 86400)))
            caller = f"154{seed % 10}{abs(hash_of(unit)) % 100:02d}{n:05d}"
            rows.append((start, caller, unit, issue))
            if rng.random() < rate * ISSUES[issue]:
                rows.append((start + timedelta(hours=float(hours * rng.uniform(0.2, 1.8)), minutes=5), caller, unit, issue))
    rows.append(
        (datetime(2024, 2, 10), "15400000000", next(iter(rates)), "供水")
    )  # the data go on behind the month, so that it is watched in full
    rows += [(datetime(2024, 2, 1) + timedelta(days=d), f"1549999{d:04d}", next(iter(rates)), "供水") for d in range(10)]
    lines = ["编号,来电时间,结束时间,主叫号码,班组,诉求"]
    lines += [
        f"C{n},{start:%Y-%m-%d %H:%M:%S},{start + timedelta(minutes=3):%Y-%m-%d %H:%M:%S},{who},{unit},{issue}"
        for n, (start, who, unit, issue) in enumerate(sorted(rows))
    ]
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    file = folder / f"{name}.yaml"
    file.write_text(PARAMS.format(name=name, zh=zh or f"{name}热线", en=en or f"{name} hotline", more=more), encoding="utf-8")
    return file


def hash_of(word: str) -> int:
    return sum(ord(c) * 31**n for n, c in enumerate(word))
