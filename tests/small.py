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


SURVEYED = """surveys:
  files: surveys.csv
  key: 答卷
  columns: {survey_id: 答卷, call_id: 来电, invited_at: 邀评, answered: 是否答复, item_1: 总体, item_2: 速度, item_3: 专业, item_4: 推荐, need: 需求, theme: 主题}
scores:
  files: scores.csv
  columns: {source: {from: 来源, values: {质检: quality_check, 自评: self_rating}}, agent: 坐席, call_id: 来电, scored_at: 时间, item: {from: 题目, values: {专业: item_3}}, score: 得分}
items:
  item_1: {name: {zh: 总体满意度, en: Overall satisfaction}, scale: [1, 5], not_applicable: 0, dimension: {zh: 服务, en: service}}
  item_2: {name: {zh: 响应速度, en: Speed of response}, scale: [1, 5], not_applicable: 0, dimension: {zh: 服务, en: service}}
  item_3: {name: {zh: 专业水平, en: Expertise}, scale: [1, 5], not_applicable: 0, dimension: {zh: 服务, en: service}}
  item_4: {name: {zh: 推荐意愿, en: Would recommend}, scale: [0, 10]}
satisfaction: {nps: item_4}
"""


def write_surveyed(folder: Path, *, calls: int = 900, seed: int = 2) -> Path:
    """The small hotline with a questionnaire after most answered calls, and quality checks and self-ratings of every fifth."""
    file = write_hotline(folder, calls=calls, seed=seed, name="surveyed.yaml")
    file.write_text(file.read_text(encoding="utf-8") + SURVEYED, encoding="utf-8")
    rng = np.random.default_rng(seed)
    lines, scores = ["答卷,来电,邀评,是否答复,总体,速度,专业,推荐,需求,主题"], ["来源,坐席,来电,时间,题目,得分"]
    rows = folder.joinpath("calls.csv").read_text(encoding="gb18030").splitlines()[1:]
    for n, row in enumerate(rows):
        call, start, _, _, agent, _, outcome, *_ = row.split(",")
        if outcome != "接通" or rng.random() < 0.3:
            continue
        level = rng.normal(3.7, 0.8)
        given = [0 if rng.random() < 0.04 else int(np.clip(round(level + d + rng.normal(0, 0.6)), 1, 5)) for d in (0.0, -0.3, 0.2)]
        told = [
            *given,
            int(np.clip(round(2 * level + rng.normal(0, 1)), 0, 10)),
            "一次解决;接得快" if n % 3 else "主动",
            "等待太久" if n % 2 else "态度好",
        ]
        answered = rng.random() < 0.6
        lines.append(",".join(map(str, [f"S{n}", call, start, "是" if answered else "否", *(told if answered else [""] * 6)])))
        if n % 5 == 0:
            scores += [
                f"{who},{agent},{call},{start},专业,{int(np.clip(round(level + d), 1, 5))}" for who, d in (("质检", 0.1), ("自评", 0.8))
            ]
    folder.joinpath("surveys.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    folder.joinpath("scores.csv").write_text("\n".join(scores) + "\n", encoding="utf-8")
    return file


TEAMED = """title: {zh: 小热线, en: Small hotline}
key: published
public: true
calls:
  files: calls.csv
  key: 编号
  columns:
    call_id: 编号
    started_at: {from: 来电时间, formats: "%Y-%m-%d %H:%M:%S"}
    caller: {from: 主叫号码, kind: phone, unknown: 匿名}
    unit: 班组
    area: 区域
    issue_1: 诉求
    outcome: {from: 结果, values: {接通: answered, 放弃: abandoned}, other: reject}
    queue_seconds: 排队
    talk_seconds: 通话
orders:
  files: orders.csv
  columns:
    order_id: 工单
    created_at: {from: 受理, formats: "%Y-%m-%d %H:%M:%S"}
    resolved_at: {from: 办结, formats: "%Y-%m-%d %H:%M:%S"}
    category_1: 类别
    area: 区域
targets: {connection_rate: 0.9}
"""
TEAMS = {"东城": 0.6, "西城": 0.3, "南城": 0.088, "北城": 0.012}


def write_teams(folder: Path, *, calls: int = 2400, months: int = 12, seed: int = 3, lost_named: bool = True) -> Path:
    """A small hotline of four teams and areas (the last with some calls a quarter) over so many months from 2024-01 on, with orders; unanswered calls name a team or not."""
    rng = np.random.default_rng(seed)
    days = sum(31 if m in (1, 3, 5, 7, 8, 10, 12) else 30 if m != 2 else 29 for m in range(1, months + 1))
    starts, teams, topics = np.sort(rng.integers(0, days * 86400, calls)), list(TEAMS), ["供水", "供电", "交通", "社保", "罕见"]
    lines = ["编号,来电时间,主叫号码,班组,区域,诉求,结果,排队,通话"]
    orders = ["工单,受理,办结,类别,区域"]
    for n, s in enumerate(starts):
        begin = datetime(2024, 1, 1) + timedelta(seconds=int(s))
        team, area = rng.choice(teams, p=list(TEAMS.values())), rng.choice(teams, p=list(TEAMS.values()))
        topic, answered = rng.choice(topics, p=[0.4, 0.3, 0.2, 0.09, 0.01]), rng.random() < 0.9
        named = team if answered or lost_named else ""
        end, wait, talk = "接通" if answered else "放弃", int(rng.integers(0, 60)), int(rng.integers(20, 600)) if answered else 0
        lines.append(f"C{n:05d},{begin},1540000{int(rng.integers(0, calls // 5)):04d},{named},{area},{topic},{end},{wait},{talk}")
        if n % 3 == 0:
            done = begin + timedelta(hours=int(rng.exponential(40)))
            orders.append(f"O{n:05d},{begin},{done},{topic},{area}")
    folder.joinpath("calls.csv").write_bytes(("\n".join(lines) + "\n").encode("gb18030"))
    folder.joinpath("orders.csv").write_bytes(("\n".join(orders) + "\n").encode("gb18030"))
    file = folder / "teams.yaml"
    file.write_text(TEAMED, encoding="utf-8")
    return file
