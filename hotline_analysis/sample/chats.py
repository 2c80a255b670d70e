"""The chat desk: sessions of the robot and of ten agents, and the times of their messages. Nobody's words are kept.

Each session begins with the robot, or with an agent where the citizen asks for one at once; citizens whom the robot did not help come back.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from hotline_analysis.sample import city, export, simulate
from hotline_analysis.sample.city import DAY, HOUR, ISSUES
from hotline_analysis.sample.draws import bits, chance, choose, generator, lognormal, read
from hotline_analysis.sample.export import instants, table
from hotline_analysis.sample.handling import write_csv
from hotline_analysis.sample.simulate import SEED

CHATS_FROM = "2024-04"
A_DAY, A_DAY_OFF = 56, 32
HOURS = (0,) * 8 + (60, 100, 100, 80, 50, 55, 80, 85, 75, 60, 45, 40, 35, 20, 0, 0)
BOT, AGENT, BOTH = range(3)
SERVED = (52, 10, 38)  # the robot alone, an agent at once, the robot and then an agent
NOT_HELPED = 0.16  # of the robot's own sessions: the citizen is back within a day, and wants an agent
BACK = lognormal(3 * HOUR, 1.0, at_least=600, up_to=DAY)
RUSH, RUSH_CHATS, RUSH_ISSUE = ("2024-09-20", 10), 44, "费用账单"  # an hour in which the two agents on duty have their hands full
TEAMS, TEAM_SIZE, LATE_FROM = ("在线一组", "在线二组"), 5, 15
SHUT = (0.05, 0.18)  # by team: the agent closes though the citizen spoke last
REPLY, THINK = lognormal(38, 0.8, at_least=3, up_to=900), lognormal(40, 0.8, at_least=4, up_to=900)
TURNS, BOT_TURNS = (20, 25, 22, 15, 10, 8), (45, 35, 20)
SCRIPTS, PUSHED, ADOPTED = (45, 35, 15, 5), (30, 40, 20, 10), 0.4
SENSITIVE, TWICE = 0.035, 0.2
RATED, RATINGS = 0.25, (4, 6, 14, 36, 40)
SPEAKERS = ("客服", "用户", "机器人")
BY_AGENT, BY_CITIZEN, BY_SYSTEM = range(3)
CLOSERS, CLOSED = ("客服", "用户", "系统超时"), (45, 35, 20)
TIMEOUT = 300
END = city.DAYS * DAY


def months() -> list[str]:
    return [m for m in export.months() if m >= CHATS_FROM]


@dataclass(frozen=True)
class Chats:
    """One entry per session, in order of time; -1 for an agent or an instant that there is not."""

    start: np.ndarray
    caller: np.ndarray
    issue: np.ndarray
    served: np.ndarray
    agent: np.ndarray
    back: np.ndarray  # it comes of a session with the robot that did not help
    handed: np.ndarray
    closed: np.ndarray
    closer: np.ndarray
    last: np.ndarray  # SPEAKERS, who wrote the last message
    shut: np.ndarray  # the agent closed though the citizen spoke last
    message: tuple[np.ndarray, np.ndarray, np.ndarray]  # session, second, speaker of every message, in order of time

    def __len__(self) -> int:
        return len(self.start)


def openings() -> tuple[np.ndarray, ...]:
    """start, caller, issue, served and back of every session, in order of time."""
    rng, first = generator(SEED, 33), simulate.day_index(CHATS_FROM + "-01")
    working = [city.is_working(city.FIRST_DAY + timedelta(days=n)) for n in range(first, city.DAYS)]
    counts = rng.poisson(np.where(working, A_DAY, A_DAY_OFF))
    n = counts.sum()
    start = np.repeat(np.arange(first, city.DAYS), counts) * DAY + choose(rng, n, HOURS) * HOUR + rng.integers(0, HOUR, size=n)
    caller, issue, served = rng.integers(0, simulate.PEOPLE, size=n), choose(rng, n, _shares()), choose(rng, n, SERVED)
    again = (served == BOT) & chance(rng, n, NOT_HELPED)
    later = start[again] + read(BACK, bits(rng, again.sum()))
    rush = simulate.day_index(RUSH[0]) * DAY + RUSH[1] * HOUR + rng.integers(0, HOUR, size=RUSH_CHATS)
    parts = [
        (start, caller, issue, served, np.zeros(n, bool)),
        (later, caller[again], issue[again], np.full(len(later), AGENT), np.ones(len(later), bool)),
        (rush, rng.integers(0, simulate.PEOPLE, size=RUSH_CHATS), choose(rng, RUSH_CHATS, _shares(RUSH_ISSUE)), np.full(RUSH_CHATS, AGENT), np.zeros(RUSH_CHATS, bool)),
    ]  # fmt: skip
    whole = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((whole[1], whole[0]))
    order = order[whole[0][order] < END - HOUR]  # nobody begins in the last hour of the data
    return tuple(column[order] for column in whole)


def _shares(branch: str = "") -> list[int]:
    return [round(i.share * 1_000) if branch in ("", i.level_1) else 0 for i in ISSUES]


def chats() -> Chats:
    """Every session with its messages."""
    start, caller, issue, served, back = openings()
    rng, n = generator(SEED, 34), len(start)
    team = rng.integers(0, len(TEAMS), size=n)
    half = start // DAY * 2 + (start % DAY >= LATE_FROM * HOUR)
    agent = np.where(served == BOT, -1, team * TEAM_SIZE + half % TEAM_SIZE)
    shut = (served != BOT) & chance(rng, n, np.array(SHUT)[team])
    closer = np.where(shut, BY_AGENT, choose(rng, n, CLOSED))
    closer = np.where((served == BOT) & (closer == BY_AGENT), BY_CITIZEN, closer)
    thanks = shut | ((closer == BY_CITIZEN) & chance(rng, n, 0.5))  # the citizen writes once more
    turns = np.where(served == BOT, 0, 1 + choose(rng, n, TURNS))
    asked = np.where(served == AGENT, 0, 1 + choose(rng, n, BOT_TURNS))
    reply, think = read(REPLY, bits(rng, (n, len(TURNS)))), read(THINK, bits(rng, (n, len(TURNS) + len(BOT_TURNS) + 1)))
    wait, idle = rng.integers(5, 21, size=n), rng.integers(20, 91, size=n)
    told, handed, closed, last = [], np.full(n, -1), np.zeros(n, np.int64), np.zeros(n, np.int64)
    for i in range(n):
        said, at = [], int(start[i]) + 3
        for k in range(asked[i]):
            said += [(at, 1), (at + 1 + k % 2, 2)]
            at += 2 + int(think[i, k])
        if served[i] == BOTH:
            handed[i] = at
            at += int(wait[i])
        for k in range(turns[i]):
            said += [(at, 1), (at + int(reply[i, k]), 0)]
            at += int(reply[i, k] + think[i, len(BOT_TURNS) + k])
        said += [(at, 1)] if thanks[i] else []
        last[i] = said[-1][1]
        closed[i] = said[-1][0] + (TIMEOUT if closer[i] == BY_SYSTEM else int(idle[i]))
        told += [(i, *pair) for pair in said]
    session, second, speaker = np.array(told).T
    order = np.lexsort((session, second))
    return Chats(
        start, caller, issue, served, agent, back, handed, closed, closer, last, shut, (session[order], second[order], speaker[order])
    )


def ids(start: np.ndarray) -> np.ndarray:
    """ZX, the day, and the session's number within the day."""
    day = start // DAY
    within = np.arange(len(start)) - np.searchsorted(day, day, side="left")
    days = table((city.FIRST_DAY + timedelta(days=n)).strftime("ZX%Y%m%d") for n in range(city.DAYS))
    return days[day] + table(f"{n:04}" for n in range(within.max() + 1))[within]


def session_columns(c: Chats) -> dict[str, np.ndarray]:
    """One array of texts per header; what belongs to an agent's session is empty for the robot's."""
    rng, n, human = generator(SEED, 35), len(c), c.served != BOT
    counts, yes = table(str(k) for k in range(10)), table(("是", "否", ""))
    pushed = choose(rng, n, PUSHED)
    adopted = (chance(rng, (n, 3), ADOPTED) & (np.arange(3) < pushed[:, None])).sum(axis=1)
    sensitive = np.where(chance(rng, n, SENSITIVE), 1 + chance(rng, n, TWICE), 0)
    solved = np.where(human, choose(rng, n, (60, 10, 30)), choose(rng, n, (55, 20, 25)))
    own = {"预存脚本次数": choose(rng, n, SCRIPTS), "推荐条数": pushed, "采纳条数": adopted, "敏感词次数": sensitive}
    return {
        "会话编号": ids(c.start),
        "手机号": export.phone_texts(c.caller, 36),
        "客服": np.where(human, table(f"客服{k + 1:02}" for k in range(len(TEAMS) * TEAM_SIZE))[c.agent], ""),
        "客服组": np.where(human, table(TEAMS)[c.agent // TEAM_SIZE], ""),
        "渠道": table(("微信", "网页", "APP"))[choose(rng, n, (50, 30, 20))],
        "诉求": export.issue_words(c.issue)["一级诉求"],
        "服务方式": table(("机器人", "人工", "机器人转人工"))[c.served],
        "进入时间": instants(c.start),
        "转人工时间": instants(np.maximum(c.handed, 0), where=c.handed >= 0),
        "结束时间": instants(c.closed),
        "结束方": table(CLOSERS)[c.closer],
        "最后发言": table(SPEAKERS)[c.last],
        **{header: np.where(human, counts[number], "") for header, number in own.items()},
        "是否解决": yes[solved],
        "评分": np.where(human & chance(rng, n, RATED), counts[1 + choose(rng, n, RATINGS)], ""),
    }


def write_chats(folder: Path) -> list[Path]:
    """GB18030 CSV a month of the sessions and one of their messages, by the month in which the session began."""
    c = chats()
    columns, (session, second, speaker) = session_columns(c), c.message
    lines = {"会话编号": columns["会话编号"][session], "发送时间": instants(second), "发送方": table(SPEAKERS)[speaker]}
    paths = []
    for month in months():
        name, (a, b) = month.replace("-", ""), np.searchsorted(c.start, export.bounds(month))
        mine = (session >= a) & (session < b)
        paths.append(write_csv(folder / f"在线会话_{name}.csv", columns, a, b))
        paths.append(write_csv(folder / f"会话消息_{name}.csv", {header: texts[mine] for header, texts in lines.items()}))
    return paths
