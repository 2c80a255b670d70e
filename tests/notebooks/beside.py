"""What stands beside the 2,000 calls: orders with their handovers, a questionnaire, quality checks, chats, a checklist and an improvement that was made.

Planted: complaints (投诉) take 60 h on average and score a point lower, power 6 h; one complaint in three is passed on to a second department; a fifth of the
bot's chats are telephoned about within two days; from 15 February every call is answered faster.
"""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from tests import small
from tests.notebooks import invented

HOURS = {"供电": 6, "供水": 20, "投诉": 60, "咨询": 12}  # mean time to the resolution
STEPS = {"供电": 1, "供水": 1, "投诉": 3, "咨询": 1}  # of so many orders one is passed on
PARAMS = (
    invented.PARAMS.replace("two thousand calls", "two thousand calls and what stands beside them")
    + """orders:
  files: orders.csv
  key: 编号
  columns:
    order_id: 编号
    call_id: 来电
    created_at: {from: 受理, formats: "%Y-%m-%d %H:%M:%S"}
    due_at: {from: 期限, formats: "%Y-%m-%d %H:%M:%S"}
    resolved_at: {from: 办结, formats: "%Y-%m-%d %H:%M:%S"}
    kind: 类型
    category_1: 类别
    category_2: 小类
    department: 部门
    returned: {from: 退回, values: {是: true, 否: false}}
order_steps:
  files: steps.csv
  columns: {order_id: 编号, step: 环节, department: 部门, started_at: {from: 起, formats: "%Y-%m-%d %H:%M:%S"}, ended_at: {from: 止, formats: "%Y-%m-%d %H:%M:%S"}}
"""
    + small.SURVEYED
    + """sessions:
  files: sessions.csv
  key: 会话
  columns:
    session_id: 会话
    caller: {from: 手机号, kind: phone, unknown: 匿名}
    agent: 客服
    channel: 渠道
    issue_1: 诉求
    served_by: {from: 方式, values: {机器人: bot, 人工: agent, 转人工: both}}
    opened_at: {from: 进入, formats: "%Y-%m-%d %H:%M:%S"}
    handed_at: {from: 转接, formats: "%Y-%m-%d %H:%M:%S"}
    closed_at: {from: 结束, formats: "%Y-%m-%d %H:%M:%S"}
    closed_by: {from: 结束方, values: {客服: agent, 用户: customer, 超时: system}}
    last_speaker: {from: 最后, values: {客服: agent, 用户: customer, 机器人: bot}}
    scripts_used: 预存
    pushed: 推荐
    adopted: 采纳
    sensitive_words: 敏感词
messages:
  files: messages.csv
  columns: {session_id: 会话, sent_at: {from: 时间, formats: "%Y-%m-%d %H:%M:%S"}, speaker: {from: 谁, values: {客服: agent, 用户: customer, 机器人: bot}}}
checklist:
  files: list.csv
  columns: {checked_at: {from: 时间, formats: "%Y-%m-%d %H:%M:%S"}, role: 岗位, item: 项, slot: 时段, required: 应做, done: 完成, spot_checked: 抽查}
complaints: {resolution: [24h, 48h], handling: [办理, 转办]}
improvement:
  needs: [{need: {zh: 打得通, en: to get through}, ctq: {zh: 接起快, en: fast answer}, kpi: {zh: 接通率, en: connection}, indicator: connection_rate}]
  outputs: {fast: {name: {zh: 接得快, en: fast}, weight: 9}, once: {name: {zh: 一次解决, en: once}, weight: 6}}
  causes: [{name: {zh: 人手, en: staff}, ratings: {fast: 9, once: 1}}, {name: {zh: 知识, en: knowledge}, ratings: {fast: 1, once: 9}}]
  kpis: [{name: {zh: 接通率, en: connection}, before: 0.9, after: 0.92}]
  interventions: [{date: 2024-02-15, name: {zh: 新班次, en: new shifts}, indicator: asa_seconds, claims: [wait, contacts, pace]}]
  incidents: [事故]
"""
)


def write(folder: Path, *, seed: int = 7) -> Path:
    """The params file in `folder`, beside the calls and the exports that belong to them."""
    plain, rng = invented.write(folder), np.random.default_rng(seed)
    calls = [line.split(",") for line in (folder / "calls.csv").read_text(encoding="gb18030").splitlines()[1:]]
    calls = [_faster(call) for call in calls]
    text = "\n".join([invented.HEADER, *(",".join(call) for call in calls)]) + "\n"
    (folder / "calls.csv").write_bytes(text.encode("gb18030"))
    orders = [row for n, call in enumerate(calls) if call[10] == "是" for row in [_order(rng, n, call)]]
    tables = {
        "orders.csv": ["编号,来电,受理,期限,办结,类型,类别,小类,部门,退回", *(order for order, _ in orders)],
        "steps.csv": ["编号,环节,部门,起,止", *(step for _, steps in orders for step in steps)],
        **_asked(rng, calls),
        **_chats(rng, calls),
        "list.csv": ["时间,岗位,项,时段,应做,完成,抽查", *_checked(rng)],
    }
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = plain.with_name("beside.yaml")
    path.write_text(PARAMS, encoding="utf-8")
    plain.unlink()
    return path


def _faster(call: list[str]) -> list[str]:
    """From 15 February on a call waits half as long."""
    if call[1] < "2024-02-15" or call[7] != "接通":
        return call
    wait = int(call[8]) // 2
    return [*call[:8], str(wait), *call[9:]]


def _order(rng: np.random.Generator, n: int, call: list[str]) -> tuple[str, list[str]]:
    created, issue = datetime.fromisoformat(call[2]), call[5]
    took = timedelta(hours=1 + float(rng.exponential(HOURS[issue])))
    done, data_end = created + took, invented.FIRST + timedelta(days=invented.DAYS)
    resolved = _said(done) if done < data_end else ""
    kind = "事故" if rng.random() < 0.05 else "投诉" if issue == "投诉" else "求助"
    back = "是" if STEPS[issue] > 1 and n % STEPS[issue] == 0 else "否"
    own = invented.DEPARTMENTS[issue]
    half = created + took / 2
    first = [f"D{n:05d},办理,{own},{_said(created)},{_said(half) if half < data_end else ''}"]
    second = [f"D{n:05d},转办,{'城管局' if back == '是' else own},{_said(half)},{resolved}"] if half < data_end else []
    row = f"D{n:05d},{call[0]},{_said(created)},{_said(created + timedelta(days=3))},{resolved},{kind},{issue},{call[6]},{own},{back}"
    return row, first + second


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _asked(rng: np.random.Generator, calls: list[list[str]]) -> dict[str, list[str]]:
    surveys, scores = ["答卷,来电,邀评,是否答复,总体,速度,专业,推荐,需求,主题"], ["来源,坐席,来电,时间,题目,得分"]
    for n, call in enumerate(calls):
        if call[7] != "接通" or rng.random() < 0.3:
            continue
        level = rng.normal(2.9 if call[5] == "投诉" else 3.9, 0.7)
        given = [int(np.clip(round(level + d + rng.normal(0, 0.5)), 1, 5)) for d in (0.0, -0.3, 0.2)]
        told = [
            *given,
            int(np.clip(round(2 * level + rng.normal(0, 1)), 0, 10)),
            ("一次解决;接得快", "主动", "接得快")[n % 3],
            ("等待太久", "态度好")[n % 2],
        ]
        answered = rng.random() < 0.55
        surveys.append(",".join(map(str, [f"S{n}", call[0], call[2], "是" if answered else "否", *(told if answered else [""] * 6)])))
        if n % 5 == 0:
            marks = (("质检", 0.1), ("自评", 0.8))
            scores += [f"{who},{call[4]},{call[0]},{call[2]},专业,{int(np.clip(round(level + d), 1, 5))}" for who, d in marks]
    return {"surveys.csv": surveys, "scores.csv": scores}


def _chats(rng: np.random.Generator, calls: list[list[str]]) -> dict[str, list[str]]:
    """Six hundred chats: of those with a person the first reply comes after 20 to 60 s."""
    sessions, messages = ["会话,手机号,客服,渠道,诉求,方式,进入,转接,结束,结束方,最后,预存,推荐,采纳,敏感词"], ["会话,时间,谁"]
    for n in range(600):
        call = calls[int(rng.integers(0, len(calls)))]
        opened = datetime.fromisoformat(call[1]) - timedelta(hours=float(rng.uniform(1, 40)) if n % 5 == 0 else 400 + n % 7)
        how = ("机器人", "转人工", "人工")[int(rng.choice(3, p=[0.5, 0.2, 0.3]))]
        person, reply = how != "机器人", int(rng.integers(20, 61))
        handed = opened + timedelta(seconds=60 if how == "转人工" else 0)
        closed = opened + timedelta(seconds=int(rng.integers(240, 900)))
        lines = [(opened, "用户"), (handed + timedelta(seconds=reply), "客服") if person else (opened + timedelta(seconds=2), "机器人")]
        lines += [(closed - timedelta(seconds=30), "用户")] * (n % 3 == 0)
        messages += [f"W{n:04d},{_said(at)},{who}" for at, who in lines]
        told = [
            call[3] if n % 10 else "匿名",
            "甲乙丙"[n % 3] if person else "",
            ("微信", "网页")[n % 2],
            call[5],
            how,
            _said(opened),
            _said(handed) if how == "转人工" else "",
            _said(closed),
        ]
        sessions.append(
            ",".join(
                map(
                    str,
                    [
                        f"W{n:04d}",
                        *told,
                        ("客服", "用户", "超时")[n % 3] if person else "超时",
                        lines[-1][1],
                        n % 3,
                        2,
                        n % 2,
                        int(n % 40 == 0),
                    ],
                )
            )
        )
    return {"sessions.csv": sessions, "messages.csv": messages}


def _checked(rng: np.random.Generator) -> list[str]:
    """Nine in ten done; of every fourth the spot check agrees but for one in ten."""
    rows = []
    for n in range(600):
        at, done = invented.FIRST + timedelta(hours=3.6 * n), rng.random() < 0.9
        seen = "" if n % 4 else "是" if done != (rng.random() < 0.1) else "否"
        rows.append(
            f"{_said(at)},{('班长', '坐席')[n % 2]},{('巡检', '交接')[n % 2]},{('早', '晚')[n // 2 % 2]},是,{'是' if done else '否'},{seen}"
        )
    return rows


def params() -> Path:
    """The params file in a folder of the checkout's own, beside other stores; written where it is not there as it should be."""
    folder = Path(__file__).resolve().parents[2] / ".hotline" / "beside"
    with tempfile.TemporaryDirectory() as made:
        fresh = write(Path(made))
        for file in sorted(fresh.parent.iterdir()):
            own = folder / file.name
            if not own.is_file() or own.read_bytes() != file.read_bytes():
                folder.mkdir(parents=True, exist_ok=True)
                own.write_bytes(file.read_bytes())
    return folder / fresh.name
