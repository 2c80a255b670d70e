"""The register of cases that a team keeps by hand: who was put on the list, what was found, why, and when it was closed.

No call changes for it. What is planted is what staff say: a case is called solved the more readily the less its caller will come back, as if it had been
solved; and the causes come in fixed shares.
"""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np

from hotline_analysis.sample import city, export
from hotline_analysis.sample.city import DAY, HOUR, ISSUES
from hotline_analysis.sample.draws import chance, choose, generator
from hotline_analysis.sample.export import instants, table
from hotline_analysis.sample.sheet import write_sheet
from hotline_analysis.sample.simulate import ANSWERED, FREQUENT, PEOPLE, SEED, WEEKLY_CALLERS, Calls

FROM, LEAST, WITHIN = "2024-07", 5, 7 * DAY  # on the list on the morning after the fifth call within seven days; once a month
LISTED_AT, AFTER, WATCHED = (
    9 * HOUR,
    (2, 9),
    30 * DAY,
)  # closed two to nine days later; whether the caller comes back within thirty decides what is said
INVESTIGATED, LATEST = 0.82, 3 * DAY  # share of the cases; those of the last days nobody has come to yet
FOUND = ("已解决", "已解释说明", "处理中", "联系不上")
SAID_OF_THE_GONE, SAID_OF_THE_BACK = (62, 18, 12, 8), (24, 34, 27, 15)
CAUSES = {
    "未告知后续流程": (24, "主动告知"), "催问进度": (20, "督促办理"), "承诺未办": (16, "督促办理"), "答复不清": (12, "统一答复口径"), "答复不全": (8, "更新知识库"),
    "问题再次发生": (7, "督促办理"), "习惯性来电": (5, "专人联系"), "找错部门或号码": (4, "主动告知"), "政策所限": (3, "统一答复口径"), "其他原因": (1, "无需措施"),
}  # fmt: skip
AGENT_CAUSES = {"答复不全": (6, "单独辅导"), "答复不清": (4, "培训该类"), "未告知后续流程": (2, "单独辅导")}
AGENT_ISSUES = ("设施维修", "投诉举报", "费用账单", "社保医保")
END = city.DAYS * DAY
LEVEL_1 = table(i.level_1 for i in ISSUES)


def listed(calls: Calls) -> dict[str, np.ndarray]:
    """Every case of a caller, in order of time: caller, issue (level 1), listed, found (an index of FOUND, -1: nobody looked into it), closed (-1: it is not), back (the
    caller's first second with an answered call about the issue from the day after `day` on, -1 for none), day (on which it was, or would have been, closed)."""
    rows = _on_the_list(calls)
    rng, n = generator(SEED, 51), len(rows)
    caller, issue, at = (np.array([row[k] for row in rows], dtype=object if k == 1 else np.int64) for k in range(3))
    day = at // DAY + rng.integers(AFTER[0], AFTER[1] + 1, size=n)
    back = _back(calls, caller, issue, (day + 1) * DAY)
    gone = (back < 0) | (back >= (day + 1) * DAY + WATCHED)
    found = np.where(gone, choose(rng, n, SAID_OF_THE_GONE), choose(rng, n, SAID_OF_THE_BACK))
    seen = chance(rng, n, INVESTIGATED) & (at + LATEST < END)
    found = np.where(seen, np.where((found < 2) & (day * DAY >= END), 2, found), -1)
    return {
        "caller": caller,
        "issue": issue,
        "listed": at,
        "found": found,
        "closed": np.where((found >= 0) & (found < 2), day * DAY, -1),
        "back": back,
        "day": day,
    }


def _known(calls: Calls) -> np.ndarray:
    """Attempts that count: answered, and of people whose number is known, which switchboards are not."""
    people = calls.caller < PEOPLE + FREQUENT + WEEKLY_CALLERS
    return np.flatnonzero((calls.state == ANSWERED) & people & ~export.phone_book()[2][calls.caller])


def _on_the_list(calls: Calls) -> list[tuple]:
    """(caller, issue, listed) of every case, in order of time: the issue is the commonest of the calls that put it there, of equally common ones the latest."""
    n = _known(calls)
    n = n[np.lexsort((calls.start[n], calls.caller[n]))]
    caller, start = calls.caller[n], calls.start[n]
    full = np.flatnonzero((caller[LEAST - 1 :] == caller[: 1 - LEAST]) & (start[LEAST - 1 :] - start[: 1 - LEAST] <= WITHIN)) + LEAST - 1
    first, rows = export.bounds(FROM)[0], {}
    for k in full.tolist():
        at = int(start[k] // DAY + 1) * DAY + LISTED_AT
        if first <= at < END:
            issues = LEVEL_1[calls.issue[n[k - LEAST + 1 : k + 1]]][::-1].tolist()
            month = (city.FIRST_DAY + timedelta(days=at // DAY)).isoformat()[:7]
            rows.setdefault((int(caller[k]), month), (int(caller[k]), Counter(issues).most_common(1)[0][0], at))
    return sorted(rows.values(), key=lambda row: (row[2], row[0]))


def _back(calls: Calls, caller: np.ndarray, issue: np.ndarray, since: np.ndarray) -> np.ndarray:
    n = _known(calls)
    n = n[(calls.talk[n] >= 10) & np.isin(calls.caller[n], caller)]  # nobody says what a dropped call was about
    n = n[np.lexsort((calls.start[n], calls.caller[n]))]
    first, last = (np.searchsorted(calls.caller[n], caller, side=side) for side in ("left", "right"))
    told = []
    for own, what, when in zip(map(slice, first, last), issue.tolist(), since.tolist(), strict=True):
        later = calls.start[n[own]][(LEVEL_1[calls.issue[n[own]]] == what) & (calls.start[n[own]] >= when)]
        told.append(int(later[0]) if len(later) else -1)
    return np.array(told, dtype=np.int64)


def of_agents() -> dict[str, np.ndarray]:
    """Every case of an agent and issue: the three agents who leave problems unsolved, four issues a month, listed on the month's last day."""
    months = [m for m in export.months() if m >= FROM]
    keys = [(m, a, i) for m in months for a in city.UNSOLVED for i in AGENT_ISSUES]
    rng, n = generator(SEED, 52), len(keys)
    at = np.array([export.bounds(m)[1] - DAY + 17 * HOUR for m, _, _ in keys])
    day = at // DAY + rng.integers(3, 9, size=n)
    found = np.where(chance(rng, n, 0.9), choose(rng, n, (70, 0, 30, 0)), -1)
    found = np.where((found == 0) & (day * DAY >= END), 2, found)
    return {
        "agent": table(city.agent_label(a) for _, a, _ in keys), "issue": table(i for _, _, i in keys), "listed": at, "found": found,
        "closed": np.where(found == 0, day * DAY, -1),
    }  # fmt: skip


def write_cases(folder: Path, calls: Calls) -> Path:
    """One workbook, a row a case."""
    people, agents = listed(calls), of_agents()
    n, m = len(people["listed"]), len(agents["listed"])
    parts = [_answers(people["found"], CAUSES, 53), _answers(agents["found"], AGENT_CAUSES, 54)]
    both = {key: np.concatenate([people[key], agents[key]]) for key in ("listed", "found", "closed", "issue")}
    cells = {
        "案件编号": table(f"PC{k:04}" for k in range(1, n + m + 1)),
        "案件类型": np.array(["来电人"] * n + ["话务员"] * m, dtype=object),
        "列入时间": instants(both["listed"]),
        "联系电话": np.concatenate([export.phone_texts(people["caller"], 55), table([""] * m)]),
        "话务员": np.concatenate([table([""] * n), agents["agent"]]),
        "诉求": both["issue"],
        "排查结果": np.append(table(FOUND), "")[both["found"]],
        **{name: np.concatenate([part[name] for part in parts]) for name in ("原因", "可否解决", "对策")},
        "办结日期": np.array([text[:10] for text in instants(np.maximum(both["closed"], 0), where=both["closed"] >= 0)], dtype=object),
        "详细说明": np.where(both["found"] >= 0, "已与承办单位核对，情况属实。", ""),
    }
    path = folder / "排查登记.xlsx"
    write_sheet(path, "排查登记", "云江市12345排查登记（虚构数据）", {header: texts.tolist() for header, texts in cells.items()})
    return path


def _answers(found: np.ndarray, causes: dict, stream: int) -> dict[str, np.ndarray]:
    rng, n = generator(SEED, stream), len(found)
    cause = choose(rng, n, [share for share, _ in causes.values()])
    able = np.where(found == 0, 0, choose(rng, n, (50, 30, 20)))
    said = found >= 0
    return {
        "原因": np.where(said, table(causes)[cause], ""),
        "可否解决": np.where(said, table(("能解决", "能部分解决", "不能解决"))[able], ""),
        "对策": np.where(said, table(measure for _, measure in causes.values())[cause], ""),
    }
