"""Two small hotlines on disk, two months each: one in which every kind of effect is planted, and its twin in which none is."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

PARAMS = """title: {zh: 埋设热线, en: Planted hotline}
key: published
public: true
calls:
  files: calls.csv
  key: 编号
  columns:
    call_id: 编号
    started_at: {from: 来电时间, formats: "%Y-%m-%d %H:%M:%S"}
    ended_at: {from: 结束时间, formats: "%Y-%m-%d %H:%M:%S"}
    caller: {from: 主叫号码, kind: phone}
    agent: 坐席
    issue_1: 诉求
    channel: 渠道
    outcome: {from: 结果, values: {接通: answered, 放弃: abandoned}, other: reject}
    queue_seconds: 排队
    talk_seconds: 通话
report: {about: {team: {zh: 十四名话务员, en: Fourteen agents}}}
"""
ISSUES, AGENTS, DAYS = ("停水报修", "水费减免", "公交线路", "查询电话"), "甲乙丙丁戊己庚辛壬癸子丑寅卯", 59
START = datetime(2024, 1, 1)


def write_planted(folder: Path, *, planted: bool, calls_a_day: int = 150, seed: int = 5) -> Path:
    """The params file. Planted: 9 and 10 o'clock answer 60 % (else 97 %); 停水报修 leads to 水费减免; 丁's callers come back; 查询电话 is short; by 微信 99 % are answered."""
    rng = np.random.default_rng(seed)
    rows = []
    for day in range(DAYS):
        for _ in range(rng.poisson(calls_a_day)):
            hour = int(rng.choice([9, 10])) if rng.random() < 0.3 else int(rng.integers(7, 22))
            second = day * 86400 + hour * 3600 + int(rng.integers(0, 3600))
            _call(rows, rng, second, int(rng.integers(0, 4000)), int(rng.integers(0, 4)), planted)
    rows = sorted(row for row in rows if row[0] < DAYS * 86400)
    lines = ["编号,来电时间,结束时间,主叫号码,坐席,诉求,渠道,结果,排队,通话"]
    for n, (second, caller, agent, issue, channel, answered, wait, talk) in enumerate(rows):
        begin = START + timedelta(seconds=second)
        end = begin + timedelta(seconds=wait + talk)
        told = ("接通", AGENTS[agent], ISSUES[issue]) if answered else ("放弃", "", "")
        lines.append(f"C{n:06d},{begin},{end},1540000{caller:04d},{told[1]},{told[2]},{channel},{told[0]},{wait},{talk}")
    (folder / "calls.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    file = folder / ("planted.yaml" if planted else "null.yaml")
    file.write_text(PARAMS, encoding="utf-8")
    return file


def _call(rows: list, rng: np.random.Generator, second: int, caller: int, issue: int, planted: bool) -> None:
    """One call and what follows from it."""
    channel = "微信" if rng.random() < 0.2 else "电话"
    hour, agent = second // 3600 % 24, int(rng.integers(0, len(AGENTS)))
    rate = (0.99 if channel == "微信" else 0.6 if hour in (9, 10) else 0.97) if planted else 0.93
    answered = bool(rng.random() < rate)
    talk = (int(rng.integers(20, 60)) if planted and issue == 3 else int(rng.integers(120, 400))) if answered else 0
    rows.append((second, caller, agent, issue, channel, answered, int(rng.integers(5, 60)), talk))
    if not answered or len(rows) > 60000:
        return
    leads = planted and issue == 0 and rng.random() < 0.35
    back = (0.02 if issue == 3 else 0.4 if agent == 3 else 0.05) if planted else 0.08
    if leads:
        _call(rows, rng, second + int(rng.integers(86400, 3 * 86400)), caller, 1, planted)
    elif rng.random() < back:
        _call(rows, rng, second + int(rng.integers(3600, 20 * 3600)), caller, issue, planted)
