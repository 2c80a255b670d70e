"""What is kept by hand: the registers of outages, of public opinion and of stored answers to repair, and the month's figures that are typed in."""

from pathlib import Path

import numpy as np

from hotline_analysis.sample import city, export, simulate
from hotline_analysis.sample.city import DAY, HOUR, ISSUES
from hotline_analysis.sample.draws import chance, choose, generator
from hotline_analysis.sample.export import instants, table
from hotline_analysis.sample.sheet import write_sheet
from hotline_analysis.sample.simulate import SEED

KEPT_FROM = "2024-04"
OUTAGES = (
    ("2024-05-12", 5 * HOUR + 1_800, 5 * HOUR + 3_000),
    ("2024-09-11", 14 * HOUR + 300, 15 * HOUR + 1_200),
)  # nobody called in the first
OPINIONS_A_MONTH, WARNED = 26, (84, 12, 4)  # in time, late, never
DUE_OPINION, DUE_REPAIR = 2 * HOUR, 15 * DAY
REPAIRS_A_MONTH, REASONS, REPAIRED = 20, ("低点击量", "知识已更新", "采纳率低"), 0.9
NEVER = "低点击量"  # nobody repairs what is seldom clicked
HITS, HITS_MORE = 30_400, 700  # hits of the self-service pages in the first month, and more in every month after it
EARLIER = {"2023-05": "94.9%", "2023-06": "95.3%", "2023-07": "94.6%"}  # connection rates of months without records
END = city.DAYS * DAY


def months() -> list[str]:
    return [m for m in export.months() if m >= KEPT_FROM]


def _found(rng, a_month: int, first_hour: int, last_hour: int) -> np.ndarray:
    """Instants at which events are found, so many in every month, in order of time."""
    found = []
    for first, last in map(export.bounds, months()):
        day = rng.integers(first // DAY, last // DAY, size=a_month)
        found.append(day * DAY + rng.integers(first_hour * HOUR, last_hour * HOUR, size=a_month) // 60 * 60)
    return np.sort(np.concatenate(found))


def opinions() -> dict[str, np.ndarray]:
    """found, due and warned (-1: never) of every public-opinion event."""
    rng = generator(SEED, 41)
    found = _found(rng, OPINIONS_A_MONTH, 7, 21)
    n, due = len(found), found + DUE_OPINION
    warned = table((found + rng.integers(5, 116, size=n) * 60, due + rng.integers(10, 600, size=n) * 60, np.full(n, -1)))
    which = choose(rng, n, WARNED)
    warned = np.array([warned[w][k] for k, w in enumerate(which.tolist())])
    return {"found": found, "due": due, "warned": np.where(warned < END, warned, -1), "which": which}


def repairs() -> dict[str, np.ndarray]:
    """found, due, repaired (-1: not yet) and the reason of every stored answer that is to be repaired."""
    rng = generator(SEED, 42)
    found = _found(rng, REPAIRS_A_MONTH, 9, 17)
    n = len(found)
    reason = rng.integers(0, len(REASONS), size=n)
    repaired = found + rng.integers(1, 14, size=n) * DAY
    done = chance(rng, n, REPAIRED) & (reason != REASONS.index(NEVER)) & (repaired < END)
    return {"found": found, "due": found + DUE_REPAIR, "repaired": np.where(done, repaired, -1), "reason": reason}


def _numbered(letters: str, found: np.ndarray) -> np.ndarray:
    return table(f"{letters}{n:04}" for n in range(1, len(found) + 1))


def write_registers(folder: Path) -> list[Path]:
    """Three workbooks, a row an event."""
    return [_write_outages(folder), _write_opinions(folder), _write_repairs(folder)]


def _write_outages(folder: Path) -> Path:
    began, over = (
        np.array([simulate.day_index(day) * DAY + second for day, *ends in OUTAGES for second in ends[k : k + 1]]) for k in (0, 1)
    )
    return _sheet(folder, "故障登记", {"故障编号": _numbered("GZ", began), "开始时间": instants(began), "恢复时间": instants(over)})


def _write_opinions(folder: Path) -> Path:
    made, rng = opinions(), generator(SEED, 43)
    n = len(made["found"])
    cells = {
        "事件编号": _numbered("YQ", made["found"]),
        "发现时间": instants(made["found"]),
        "预警时限": instants(made["due"]),
        "预警时间": instants(np.maximum(made["warned"], 0), where=made["warned"] >= 0),
        "区域": table(name for name, _ in city.AREAS)[choose(rng, n, [w for _, w in city.AREAS])],
        "诉求": export.issue_words(choose(rng, n, [round(i.share * 1_000) for i in ISSUES]))["一级诉求"],
    }
    return _sheet(folder, "舆情登记", cells)


def _write_repairs(folder: Path) -> Path:
    made, rng = repairs(), generator(SEED, 44)
    cells = {
        "知识编号": _numbered("ZS", made["found"]),
        "列入原因": table(REASONS)[made["reason"]],
        "列入时间": instants(made["found"]),
        "修复时限": instants(np.minimum(made["due"], END + 30 * DAY)),
        "修复时间": instants(np.maximum(made["repaired"], 0), where=made["repaired"] >= 0),
        "诉求": export.issue_words(choose(rng, len(made["found"]), [round(i.share * 1_000) for i in ISSUES]))["一级诉求"],
    }
    return _sheet(folder, "知识修复登记", cells)


def write_typed(folder: Path) -> Path:
    """Figures that somebody types in every month: hits of the self-service pages, and the connection rates of months before the records."""
    rows = [(month, "connection_rate", share) for month, share in EARLIER.items()]
    rows += [(month, "self_service", f"{HITS + HITS_MORE * n:,}") for n, month in enumerate(months())]
    names = ("月份", "指标", "数值")
    return _sheet(folder, "手工月报", {name: table(row[k] for row in rows) for k, name in enumerate(names)})


def _sheet(folder: Path, name: str, cells: dict[str, np.ndarray]) -> Path:
    path = folder / f"{name}.xlsx"
    write_sheet(path, name, f"云江市12345{name}（虚构数据）", {header: texts.tolist() for header, texts in cells.items()})
    return path
