"""The handover log: which department has an order from when to when. It begins with the log's own system, STEPS_FROM."""

from pathlib import Path

import numpy as np

from hotline_analysis.sample import city, export, simulate
from hotline_analysis.sample.city import DAY, HOUR
from hotline_analysis.sample.draws import bits, chance, generator, lognormal, read
from hotline_analysis.sample.export import Cases, instants, table
from hotline_analysis.sample.simulate import SEED

STEPS_FROM = "2024-04"
CENTRE = "市政务热线中心"
PASSED_ON = 0.08  # of the orders go on to a second department
HOP, BACK, FILED = lognormal(10 * HOUR, 0.8, at_least=600), lognormal(2 * HOUR, 0.7, at_least=300), lognormal(20 * HOUR, 0.6, at_least=HOUR)
LATE_DEPARTMENT, LATE_FILING = "市住房和城乡建设局", 72 * HOUR  # its filing takes three days longer than anybody's
LOST_ENDS = 40  # steps whose end nobody wrote down though the order went on
END = city.DAYS * DAY


def months() -> list[str]:
    return [m for m in export.months() if m >= STEPS_FROM]


def steps(cases: Cases) -> dict[str, np.ndarray]:
    """One entry per step that has begun, in order of time: order (row of the cases), step, department, start and end (-1: not yet)."""
    o, which = cases.orders, np.flatnonzero(cases.orders.created >= simulate.day_index(STEPS_FROM + "-01") * DAY)
    rng, home = generator(SEED, 21), export.departments()[cases.issue]
    created, sent, resolved, closed = (getattr(o, name)[which] for name in ("created", "dispatched", "resolved", "closed"))
    home, returned, n = home[which], o.returned[which], len(which)
    passed = chance(rng, n, PASSED_ON) & ~returned
    other = np.roll(home, 7)  # another order's department
    hops = (returned | passed) & (other != home) & (sent >= 0)
    room = np.where(resolved >= 0, resolved - sent, 1 << 40)
    left = np.where(hops, sent + np.minimum(read(HOP, bits(rng, n)), room * rng.integers(15, 46, size=n) // 100), -1)
    again = np.where(hops & returned, left + np.minimum(read(BACK, bits(rng, n)), (room - (left - sent)) // 3), left)
    filed = closed + read(FILED, bits(rng, n)) + np.where(home == LATE_DEPARTMENT, LATE_FILING, 0)
    centre, nobody = np.full(n, CENTRE, dtype=object), np.full(n, -1)
    parts = [
        ("派单", centre, created, sent),
        ("办理", np.where(hops & returned, other, home), sent, np.where(hops, left, resolved)),
        ("退回重派", centre, np.where(hops & returned, left, nobody), again),
        ("办理", np.where(returned, home, other), np.where(hops, again, nobody), resolved),
        ("审核回访", centre, resolved, closed),
        ("反馈备案", home, closed, np.where(closed >= 0, filed, -1)),
    ]
    made = {
        "order": np.tile(which, len(parts)),
        "step": np.repeat(table(name for name, *_ in parts), n),
        "department": np.concatenate([department for _, department, *_ in parts]),
        "start": np.concatenate([start for *_, start, _ in parts]),
        "end": np.concatenate([end for *_, end in parts]),
    }
    there = (made["start"] >= 0) & (made["start"] < END)
    order = np.lexsort((made["order"][there], made["start"][there]))
    made = {name: values[there][order] for name, values in made.items()}
    return made | {"end": np.where(made["end"] < END, made["end"], -1)}


def write_steps(folder: Path, cases: Cases) -> list[Path]:
    """A GB18030 CSV a month, by the month in which a step began."""
    made, rng = steps(cases), generator(SEED, 22)
    ended = made["end"] >= 0
    lost = np.flatnonzero(ended & (made["step"] == "派单"))
    ended[rng.choice(lost, size=LOST_ENDS, replace=False)] = False
    columns = {
        "工单编号": cases.ids[made["order"]],
        "环节": made["step"],
        "承办单位": made["department"],
        "经办人": table(f"经办{n:02}" for n in range(1, 9))[rng.integers(0, 8, size=len(ended))],
        "接收时间": instants(made["start"]),
        "转出时间": instants(np.maximum(made["end"], 0), where=ended),
    }
    return [
        write_csv(folder / f"流转记录_{m.replace('-', '')}.csv", columns, *np.searchsorted(made["start"], export.bounds(m)))
        for m in months()
    ]


def write_csv(path: Path, columns: dict[str, np.ndarray], first: int = 0, last: int | None = None) -> Path:
    """Rows from first to last (exclusive); GB18030, CRLF."""
    lines = map(",".join, zip(*(values[first:last].tolist() for values in columns.values()), strict=True))
    path.write_bytes("\r\n".join([",".join(columns), *lines, ""]).encode("gb18030"))
    return path
