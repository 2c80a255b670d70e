"""A tiny invented hotline on disk: two months, a few hundred calls, one CSV and its params file."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

PARAMS = """title: {zh: 小热线, en: Small hotline}
key: published
public: true
calls:
  files: calls.csv
  key: 编号
  columns:
    call_id: 编号
    started_at: {from: 来电时间, formats: "%Y-%m-%d %H:%M:%S"}
    ended_at: {from: 结束时间, formats: "%Y-%m-%d %H:%M:%S"}
    caller: {from: 主叫号码, kind: phone, unknown: 匿名}
    agent: 坐席
    issue_1: 诉求
    outcome: {from: 结果, values: {接通: answered, 放弃: abandoned}, other: reject}
    queue_seconds: 排队
    talk_seconds: 通话
targets: {connection_rate: 0.9}
"""


def write_hotline(folder: Path, *, calls: int = 600, seed: int = 1, name: str = "small.yaml") -> Path:
    """The params file of a small hotline in `folder`; numbers are of a segment that is given to nobody."""
    rng = np.random.default_rng(seed)
    starts = np.sort(rng.integers(0, 60 * 86400, calls))
    lines = ["编号,来电时间,结束时间,主叫号码,坐席,诉求,结果,排队,通话"]
    for n, s in enumerate(starts):
        begin = datetime(2024, 1, 1) + timedelta(seconds=int(s))
        talk, wait = int(rng.integers(20, 600)), int(rng.integers(0, 60))
        caller = "匿名" if rng.random() < 0.05 else f"1540000{int(rng.integers(0, calls // 5)):04d}"
        answered = rng.random() < 0.9
        end = begin + timedelta(seconds=wait + (talk if answered else 0))
        lines.append(
            f"C{n:05d},{begin},{end},{caller},{'甲乙丙'[n % 3]},{'供水交通社保'[2 * (n % 3) : 2 * (n % 3) + 2]},{'接通' if answered else '放弃'},{wait},{talk if answered else 0}"
        )
    folder.joinpath("calls.csv").write_bytes(("\n".join(lines) + "\n").encode("gb18030"))
    file = folder / name
    file.write_text(PARAMS, encoding="utf-8")
    return file
