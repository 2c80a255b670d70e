"""Who was to work and who did: the roster, the agents' hours by state as the switch logs them, and the sheet of the staff office.

The log is what the calls themselves say: in a shift an agent talks, wraps up, or is ready, and of the ready time takes the breaks and Monday's
meeting. Ringing counts as ready, holding as talking, as this switch keeps them. Follow-up calls are made at another desk and are in no log.
"""

from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path

import numpy as np

from hotline_analysis.sample import city, export, simulate
from hotline_analysis.sample.city import DAY, HOUR
from hotline_analysis.sample.draws import generator
from hotline_analysis.sample.export import instants, table
from hotline_analysis.sample.handling import write_csv
from hotline_analysis.sample.sheet import write_sheet
from hotline_analysis.sample.simulate import ANSWERED, SEED, Calls

LOGGED_FROM = "2024-04"  # the switch's log and the roster begin with it; the staff office has kept its sheet from the start
ABSENT, ABSENT_MONTH = 0.25, "2024-07"  # a shift lacks one who was planned; in that month every early shift of a working day does
BREAK_EVERY, BREAK, MEETING = 4, 600, 900  # hours of a shift and seconds; the meeting opens Monday's shifts
STATES = ("就绪", "通话", "话后处理", "小休", "会议")
LEAVERS = (2, 1, 2, 2, 1, 2, 4, 5, 6, 4, 2, 1, 2, 2)  # of the sixty, by month: it rises from 2024-02 to 2024-05 and comes back
WAGE, A_DAY = 7_800, 35  # a head and month, and a day attended
SHIFT_WORDS = {7: "早班", 11: "中班", 15: "晚班", 22: "夜班"}
END = city.DAYS * DAY


def months() -> list[str]:
    return [m for m in export.months() if m >= LOGGED_FROM]


def planned() -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    """(from, until, agent) of those who came, and of those who were planned and did not, in order of time, from the first day of the data on."""
    came = [row for row in simulate.roster() if 0 <= row[0] < END]
    shifts = defaultdict(list)
    for first, last, agent in came:
        shifts[first, last].append(agent)
    missed, without = generator(SEED, 31).random(len(shifts)) < ABSENT, export.bounds(ABSENT_MONTH)
    absent = []
    for missing, ((first, last), agents) in zip(missed, sorted(shifts.items()), strict=True):
        day = city.FIRST_DAY + timedelta(days=first // DAY)
        always = without[0] <= first < without[1] and first % DAY == 7 * HOUR
        if city.is_working(day) and (missing or always):
            off = [agent for agent in range(agents[0] // 12 * 12, agents[0] // 12 * 12 + 12) if agent not in agents]
            absent += [(first, last, off[first // DAY % len(off)])]
    return came, absent


def hourly(agent: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Seconds of each agent in each hour of the data that lie in the stretches."""
    grid = np.zeros((60, END // HOUR), dtype=np.int64)
    first, last = np.array(first), np.minimum(last, END)
    while len(first):
        until = np.minimum((first // HOUR + 1) * HOUR, last)
        kept = first < last
        np.add.at(grid, (agent[kept], first[kept] // HOUR), (until - first)[kept])
        more = until < last
        agent, first, last = agent[more], until[more], last[more]
    return grid


def states(calls: Calls) -> dict[str, np.ndarray]:
    """Seconds by state, agent and hour: STATES -> a grid of 60 agents by the hours of the data."""
    served = calls.state == ANSWERED
    agent, end = calls.agent[served], calls.end[served]
    talk, wrap = hourly(agent, end - calls.talk[served], end), hourly(agent, end, end + calls.wrap[served])
    first, last, who = (np.array(column) for column in zip(*planned()[0], strict=True))
    free = np.maximum(hourly(who, first, last) - talk - wrap, 0)
    since = np.full(free.shape, -1)
    for n in range(10):
        there = (first + n * HOUR < last) & (first // HOUR + n < END // HOUR)
        since[who[there], (first // HOUR + n)[there]] = n
    monday = np.repeat([(city.FIRST_DAY + timedelta(days=n)).weekday() == 0 for n in range(city.DAYS)], DAY // HOUR)
    breaks = np.where(since % BREAK_EVERY == BREAK_EVERY // 2, np.minimum(BREAK, free // 2), 0)
    meeting = np.where((since == 0) & monday, np.minimum(MEETING, free // 2), 0)
    return dict(zip(STATES, (free - breaks - meeting, talk, wrap, breaks, meeting), strict=True))


def write_log(folder: Path, calls: Calls) -> list[Path]:
    """A GB18030 CSV a month: an agent, an hour, a state and its seconds; states of no seconds are not written."""
    grids = np.array(list(states(calls).values()))
    state, agent, hour = np.nonzero(grids)
    order = np.lexsort((state, agent, hour))
    order = order[hour[order] * HOUR >= export.bounds(LOGGED_FROM)[0]]
    state, agent, hour = state[order], agent[order], hour[order]
    columns = {
        "统计时段": instants(hour * HOUR),
        "话务员": labels()[agent],
        "班组": table(city.TEAMS)[agent // 12],
        "状态": table(STATES)[state],
        "时长(秒)": table(str(n) for n in range(HOUR + 1))[grids[state, agent, hour]],
    }
    return [
        write_csv(folder / f"坐席状态_{m.replace('-', '')}.csv", columns, *np.searchsorted(hour * HOUR, export.bounds(m))) for m in months()
    ]


def labels() -> np.ndarray:
    return table(city.agent_label(a) for a in range(60))


def write_roster(folder: Path) -> Path:
    """The roster as it was planned: a row an agent and shift that reaches into its months, those who did not come among them."""
    came, absent = planned()
    rows = sorted(row for row in came + absent if row[1] > export.bounds(LOGGED_FROM)[0])
    first, last, agent = (np.array(column) for column in zip(*rows, strict=True))
    cells = {
        "话务员": labels()[agent],
        "班组": table(city.TEAMS)[agent // 12],
        "班次": table(SHIFT_WORDS[hour] for hour in (first % DAY // HOUR).tolist()),
        "上班时间": instants(first),
        "下班时间": instants(last),
    }
    path = folder / "排班表.xlsx"
    write_sheet(path, "排班", "云江市12345坐席排班表（虚构数据）", {header: texts.tolist() for header, texts in cells.items()})
    return path


def staff() -> list[dict[str, str]]:
    """The staff office's rows: month by month, each team with its heads, leavers, days and cost."""
    came, absent = planned()
    named = export.months()

    def shifts(rows) -> Counter:
        at = np.searchsorted([export.bounds(m)[0] for m in named], [first for first, *_ in rows], side="right") - 1
        return Counter(zip(at.tolist(), (agent // 12 for *_, agent in rows), strict=True))

    worked, missed, rows = shifts(came), shifts(absent), []
    for n, month in enumerate(named):
        left = Counter((2 * k + n) % len(city.TEAMS) for k in range(LEAVERS[n]))
        for team, name in enumerate(city.TEAMS):
            heads, days = 12 - left[team] / 2, worked[n, team]
            rows.append(
                {
                    "月份": f"{month[:4]}年{int(month[5:])}月", "班组": name, "在岗人数": f"{heads:g}", "离职人数": str(left[team]),
                    "应出勤天数": str(days + missed[n, team]), "实出勤天数": str(days), "人力成本(元)": str(round(heads * WAGE + days * A_DAY)),
                }
            )  # fmt: skip
    return rows


def write_staff(folder: Path) -> Path:
    """The staff office's workbook, months written as 2024年4月."""
    rows, path = staff(), folder / "人力月报.xlsx"
    write_sheet(path, "人力", "云江市12345人力月报（虚构数据）", {header: [row[header] for row in rows] for header in rows[0]})
    return path
