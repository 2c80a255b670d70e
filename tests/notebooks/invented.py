"""An invented hotline of 2,000 calls for the notebooks that keep their outputs: three months, four issues, and a truth that was planted.

Power and water show within hours, a complaint after days, an enquiry hardly at all. A dozen people call about every week whatever happened.
"""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from tests import small

CALLS, DAYS, FIRST = 2000, 91, datetime(2024, 1, 1)
HEADER = "编号,来电时间,结束时间,主叫号码,坐席,诉求,事项,结果,排队,通话,是否派单,承办部门"
ISSUES = {  # share of calls, followed because unsolved, after how many hours on average, dispatched
    "供电": (0.3, 0.55, 1.5, 0.15),
    "供水": (0.25, 0.5, 5, 0.25),
    "投诉": (0.25, 0.45, 50, 0.6),
    "咨询": (0.2, 0.05, 24, 0.02),
}
OTHERWISE = 0.15  # of them filed anywhere
DEPARTMENTS = {"供电": "电力公司", "供水": "水务局", "投诉": "市场监管局", "咨询": "政务服务局"}
PARAMS = (
    small.PARAMS.replace("{zh: 小热线, en: Small hotline}", "{zh: 两千通热线, en: Hotline of two thousand calls}")
    .replace("    issue_1: 诉求\n", "    issue_1: 诉求\n    issue_2: 事项\n")
    .replace(
        "    talk_seconds: 通话\n",
        "    talk_seconds: 通话\n    dispatched: {from: 是否派单, values: {是: true, 否: false}}\n    department: 承办部门\n",
    )
)


def write(folder: Path, *, calls: int = CALLS, seed: int = 12345) -> Path:
    """The params file in `folder`, beside one export of so many calls; the numbers are of a segment that is given to nobody."""
    rng = np.random.default_rng(seed)
    rows = sorted(_rows(rng, calls))
    rows = [rows[n] for n in sorted(rng.choice(len(rows), calls, replace=False))]
    lines = [f"C{n:05d},{row}" for n, (_, row) in enumerate(rows)]
    (folder / "calls.csv").write_bytes(("\n".join([HEADER, *lines]) + "\n").encode("gb18030"))
    path = folder / "two_thousand.yaml"
    path.write_text(PARAMS, encoding="utf-8")
    return path


def _rows(rng: np.random.Generator, calls: int):
    """First calls, weekly callers, and the calls that the unsolved ones bring about."""
    span = DAYS * 24 * 60
    for _ in range(round(calls * 0.52)):
        yield from _chain(rng, int(rng.integers(0, span)), f"1540000{int(rng.integers(100, 9999)):04d}")
    for who in range(12):
        day, minute = int(rng.integers(0, 7)), int(rng.integers(8 * 60, 20 * 60))
        for week in range(DAYS // 7):
            if rng.random() < 0.9:
                yield _row(rng, (day + 7 * week) * 1440 + minute + int(rng.integers(-30, 31)), f"1540000{who:04d}", "咨询")


def _chain(rng: np.random.Generator, minute: int, caller: str):
    """A call, and the next about the same issue for as long as it is not solved."""
    issue = str(rng.choice(list(ISSUES), p=[share for share, *_ in ISSUES.values()]))
    _, unsolved, hours, _ = ISSUES[issue]
    while minute < DAYS * 1440:
        filed = str(rng.choice(list(ISSUES))) if rng.random() < OTHERWISE else issue
        yield _row(rng, minute, caller, filed)
        if rng.random() >= unsolved:
            return
        minute += 10 + int(rng.exponential(hours * 60))


def _row(rng: np.random.Generator, minute: int, caller: str, issue: str) -> tuple[datetime, str]:
    begin = FIRST + timedelta(minutes=max(minute, 0), seconds=int(rng.integers(0, 60)))
    answered, wait, talk = rng.random() < 0.93, int(rng.integers(2, 60)), int(rng.integers(30, 600))
    end = begin + timedelta(seconds=wait + talk * answered)
    sent = rng.random() < ISSUES[issue][3]
    who = "匿名" if rng.random() < 0.04 else caller
    told = [
        f"{begin},{end},{who}",
        "甲乙丙丁"[int(rng.integers(0, 4))],
        f"{issue},{issue}{'一二'[int(rng.integers(0, 2))]}类",
        f"{'接通' if answered else '放弃'},{wait},{talk * answered}",
        f"是,{DEPARTMENTS[issue]}" if sent and answered else "否,",
    ]
    return begin, ",".join(told)


def params() -> Path:
    """The params file in a folder of the checkout's own, beside other stores; written where it is not there as it should be."""
    folder = Path(__file__).resolve().parents[2] / ".hotline" / "two_thousand"
    with tempfile.TemporaryDirectory() as made:
        fresh = write(Path(made))
        for file in (fresh.with_name("calls.csv"), fresh):
            own = folder / file.name
            if not own.is_file() or own.read_bytes() != file.read_bytes():
                folder.mkdir(parents=True, exist_ok=True)
                own.write_bytes(file.read_bytes())
    return folder / fresh.name
