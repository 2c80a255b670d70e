"""What citizens, checkers and the staff themselves say of the service: questionnaires, quality checks, self-ratings, checklists.

Everything is drawn in whole hundredths of a point, so that no machine rounds otherwise. An answered call has a latent quality (lower where it
left the problem unsolved); items, the overall judgement and who answers at all follow from it.
"""

from datetime import timedelta
from pathlib import Path

import numpy as np

from hotline_analysis.sample import city, export, records
from hotline_analysis.sample.city import DAY, HOUR, ISSUES
from hotline_analysis.sample.draws import bits, chance, choose, generator, lognormal, read
from hotline_analysis.sample.export import Rows, instants, table
from hotline_analysis.sample.handling import write_csv
from hotline_analysis.sample.sheet import write_sheet
from hotline_analysis.sample.simulate import ANSWERED, SEED

# item: mean in hundredths where the quality is usual, and what a point of quality adds to it, in per cent
ITEMS = {"服务态度": (440, 25), "响应速度": (385, 40), "专业水平": (420, 55), "解决能力": (395, 100), "便捷程度": (410, 35)}
OVERALL = {"解决能力": 50, "响应速度": 30, "服务态度": 20}  # per cent of the overall judgement; the other two say nothing of it
UNSOLVED = -90  # hundredths of quality that a problem left unsolved costs
INVITED, ONLY_SATISFIED, ONLY_FROM = 0.09, 52, 4  # the agent who invites nobody below this overall judgement
ANSWERS = (24, 10, 6)  # per cent who answer; points more where the problem was left unsolved, and more after a complaint
SENT_AFTER, ANSWERED_AFTER = lognormal(600, 0.5, at_least=60), lognormal(3 * HOUR, 1.2, at_least=60)
FALLEN, FALLEN_ITEM, FALLEN_SHARE = "2024-09", "响应速度", 0.3  # in that month so many answers to the item are one lower
NOT_APPLICABLE = {"解决能力": 0.06, "便捷程度": 0.12}  # answered 0
RECOMMEND_UNKNOWN = 0.05  # answered 99
GOOD, BAD = ("态度好", "办得快", "讲得清楚"), ("没有解决", "等待太久", "部门推诿", "手续繁琐")
GOOD_SHARES, BAD_SHARES, COMMENTED, SECOND = (45, 30, 25), (46, 24, 18, 12), 0.22, 0.2
SAID = {"态度好": "话务员很耐心", "办得快": "当天就来修了", "讲得清楚": "说得明白", "没有解决": "打了几次还是老样子", "等待太久": "排队太久",
        "部门推诿": "两个单位互相推", "手续繁琐": "要跑好几趟"}  # fmt: skip
NEEDS = {"电话打得通": 24, "一次解决": 21, "办得快": 17, "讲得清楚": 12, "有人回访": 9, "态度好": 7, "网上能办": 6, "结果能查": 4}
NEEDED, SECOND_NEED = 0.55, 0.3
CHECKS_A_MONTH, CHECKED = 4, ("服务态度", "专业水平", "解决能力")
CHECK_LOW = -50  # hundredths by which the checkers score 解决能力 of the agents who leave problems unsolved
SELF_ABOVE = 40  # hundredths by which staff rate themselves above the survey
ROLES = {
    "话务员": "标准问候,核对来电人,复述诉求,一次告知,登记完整,准确分类,规范转接,结束语",
    "班长": "班前会,现场巡查,话务调度,难点协助,录音抽听,交接班,应急播报",
    "质检员": "抽样覆盖,及时评分,扣分说明,申诉复核,周报提交",
    "回访员": "按时回访,三次未接再访,满意度登记,不满意转办,回访小结",
}
SLOTS = ("早班", "中班", "晚班")
TRULY_DONE, HONEST, PRETENDS, REQUIRED, BESIDE, SPOT_CHECKED = 0.85, 0.98, 0.40, 0.95, 0.30, 0.2


def _noise(rng, size: int, most: int) -> np.ndarray:
    """Hundredths around 0: the sum of three equal draws, with a standard deviation of `most`."""
    return rng.integers(-most, most + 1, size=(3, size)).sum(axis=0)


def _points(hundredths: np.ndarray, low: int = 1, high: int = 5) -> np.ndarray:
    return np.clip((hundredths + 50) // 100, low, high)


def survey(rows: Rows) -> dict[str, np.ndarray]:
    """One entry per invitation, in order of time: row of the calls export, when it went out and was answered (-1), scores (0: none)."""
    calls, rng = rows.calls, generator(SEED, 23)
    row = np.flatnonzero((rows.kind == 0) & (rows.attempt >= 0))
    n = rows.attempt[row]
    heard = (calls.state[n] == ANSWERED) & (calls.talk[n] >= 20)
    row, n = row[heard], n[heard]
    parents = records.problem_parent(calls)
    back = np.zeros(len(calls), bool)
    back[parents[parents >= 0]] = True
    back, agent, size = back[n], calls.agent[n], len(n)
    quality = _noise(rng, size, 60) + UNSOLVED * back + 8 * (agent * 7 % 5 - 2)
    items = {name: _points(mean + load * quality // 100 + _noise(rng, size, 35)) for name, (mean, load) in ITEMS.items()}
    overall = _points(sum(weight * items[name] for name, weight in OVERALL.items()) + _noise(rng, size, 20))
    sent = calls.end[n] + read(SENT_AFTER, bits(rng, size))
    fallen = chance(rng, size, FALLEN_SHARE) & (sent >= export.bounds(FALLEN)[0]) & (items[FALLEN_ITEM] > 1)
    items[FALLEN_ITEM] = items[FALLEN_ITEM] - fallen
    complaint = table(i.level_1 for i in ISSUES)[calls.issue[n]] == "投诉举报"
    answers = rng.integers(0, 100, size=size) < ANSWERS[0] + ANSWERS[1] * back + ANSWERS[2] * complaint + 2 * (agent * 3 % 5 - 2)
    when = sent + read(ANSWERED_AFTER, bits(rng, size))
    end = city.DAYS * DAY
    answers &= when < end
    for name, share in NOT_APPLICABLE.items():
        items[name] = np.where(chance(rng, size, share), 0, items[name])
    recommend = np.clip(2 * overall + choose(rng, size, (1, 2, 1)) - 1, 0, 10)
    recommend = np.where(chance(rng, size, RECOMMEND_UNKNOWN), 99, recommend)
    invited = chance(rng, size, INVITED) & ((agent != ONLY_SATISFIED) | (overall >= ONLY_FROM)) & (sent < end)
    order = np.flatnonzero(invited)[np.argsort(sent[invited], kind="stable")]
    told = {
        "row": row,
        "attempt": n,
        "agent": agent,
        "unsolved": back,
        "sent": sent,
        "answered": np.where(answers, when, -1),
        "overall": overall,
    }
    return {name: values[order] for name, values in (told | items | {"recommend": recommend}).items()}


def write_survey(folder: Path, rows: Rows, columns: dict[str, np.ndarray], answers: dict[str, np.ndarray]) -> list[Path]:
    """A GB18030 CSV a month of the invitations: one column an item, 0 and 99 for no answer, the comment beside its coding."""
    cells = survey_columns(rows, columns, answers)
    months = export.months()
    return [
        write_csv(folder / f"满意度调查_{m.replace('-', '')}.csv", cells, *np.searchsorted(answers["sent"], export.bounds(m)))
        for m in months
    ]


def survey_columns(rows: Rows, columns: dict[str, np.ndarray], answers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """One array of texts per header."""
    rng, calls = generator(SEED, 24), rows.calls
    n, size, there = answers["attempt"], len(answers["attempt"]), answers["answered"] >= 0
    agent, issue, caller = answers["agent"], calls.issue[n], calls.caller[n]
    day = answers["sent"] // DAY
    within = np.arange(size) - np.searchsorted(day, day, side="left")
    scores = table(str(k) for k in range(100))
    good = answers["overall"] >= 4
    theme = _coded(
        rng, np.where(good, choose(rng, size, GOOD_SHARES), len(GOOD) + choose(rng, size, BAD_SHARES)), table(GOOD + BAD), SECOND
    )
    need = _coded(rng, choose(rng, size, tuple(NEEDS.values())), table(NEEDS), SECOND_NEED)
    theme = np.where(there & chance(rng, size, COMMENTED), theme, "")
    words = {t: "；".join(SAID[part] for part in t.split(";")) if t else "" for t in set(theme.tolist())}
    return {
        "答卷编号": table((city.FIRST_DAY + timedelta(days=d)).strftime("DC%Y%m%d") for d in range(city.DAYS))[day]
        + table(f"{k:04}" for k in range(within.max() + 1))[within],
        "来电编号": columns["来电编号"][answers["row"]],
        "联系电话": export.phone_texts(caller, 25),
        "话务员": table(city.agent_label(a) for a in range(60))[agent],
        "班组": table(city.TEAMS)[agent // 12],
        "区域": export.areas()[caller],
        "诉求": export.issue_words(issue)["一级诉求"],
        "承办部门": export.departments()[issue],
        "渠道": np.where(chance(rng, size, 0.2), "微信", "短信"),
        "邀评时间": instants(answers["sent"]),
        "答复时间": instants(np.maximum(answers["answered"], 0), where=there),
        **{name: np.where(there, scores[answers[name]], "") for name in ITEMS},
        "总体满意度": np.where(there, scores[answers["overall"]], ""),
        "推荐意愿": np.where(there, scores[answers["recommend"]], ""),
        "意见": table(words[t] for t in theme.tolist()),
        "意见编码": theme,
        "需求编码": np.where(there & chance(rng, size, NEEDED), need, ""),
    }


def _coded(rng, first: np.ndarray, words: np.ndarray, second: float) -> np.ndarray:
    """A word, or with share `second` two different ones with ; between them."""
    size = len(first)
    other = np.roll(first, 1)
    return np.where(chance(rng, size, second) & (other != first), words[first] + ";" + words[other], words[first])


# -- other sources -------------------------------------------------------------------------------------------------------------------------


def write_checks(folder: Path, rows: Rows, columns: dict[str, np.ndarray]) -> Path:
    """Quality checks of CHECKS_A_MONTH calls of each agent, a row an item, in the order in which they were made."""
    calls, rng = rows.calls, generator(SEED, 26)
    row = np.flatnonzero((rows.kind == 0) & (calls.state[rows.attempt] == ANSWERED) & (calls.talk[rows.attempt] >= 60))
    agent = calls.agent[rows.attempt[row]]
    month = np.searchsorted([export.bounds(m)[0] for m in export.months()], rows.start[row], side="right")
    order = np.lexsort((rng.integers(0, 1 << 40, size=len(row)), agent, month))
    group = month[order] * 60 + agent[order]
    picked = order[np.arange(len(order)) - np.searchsorted(group, group, side="left") < CHECKS_A_MONTH]
    row, agent = row[picked], agent[picked]
    at = (rows.start[row] // DAY + 1) * DAY + rng.integers(9 * HOUR, 17 * HOUR, size=len(row))
    kept = at < city.DAYS * DAY
    row, agent, at = row[kept], agent[kept], at[kept]
    quality = _noise(rng, len(row), 60) + 8 * (agent * 7 % 5 - 2)
    low = np.where(np.isin(agent, city.UNSOLVED), CHECK_LOW, 0)
    scores = [
        _points(mean + load * quality // 100 + _noise(rng, len(row), 35) + (low if name == "解决能力" else 0))
        for name, (mean, load) in ((name, ITEMS[name]) for name in CHECKED)
    ]
    each = np.argsort(at, kind="stable").repeat(len(CHECKED))
    which = np.tile(np.arange(len(CHECKED)), len(row))
    cells = {
        "质检时间": instants(at[each]),
        "录音编号": columns["来电编号"][row[each]],
        "话务员": table(city.agent_label(a) for a in range(60))[agent[each]],
        "班组": table(city.TEAMS)[agent[each] // 12],
        "质检项": table(CHECKED)[which],
        "得分": table(str(k) for k in range(6))[np.array(scores)[which, each]],
    }
    return write_csv(folder / "质检抽查.csv", cells)


def self_means(answers: dict[str, np.ndarray]) -> dict[str, int]:
    """What the staff give themselves, in hundredths: the mean of the citizens' answers and SELF_ABOVE."""
    there = answers["answered"] >= 0
    valid = {name: answers[name][there & (answers[name] > 0)] for name in ITEMS}
    return {name: min(500, int(points.sum()) * 100 // len(points) + SELF_ABOVE) for name, points in valid.items()}


def write_self_ratings(folder: Path, answers: dict[str, np.ndarray]) -> Path:
    """Every agent's rating of the own work, once a month, one column an item: a workbook."""
    rng, months = generator(SEED, 27), export.months()
    agent, month = np.tile(np.arange(60), len(months)), np.repeat(np.arange(len(months)), 60)
    at = np.array([export.bounds(m)[1] for m in months])[month] - 5 * DAY + rng.integers(9 * HOUR, 17 * HOUR, size=len(agent))
    order = np.argsort(at, kind="stable")
    cells = {
        "自评时间": instants(at),
        "话务员": table(city.agent_label(a) for a in range(60))[agent],
        "班组": table(city.TEAMS)[agent // 12],
    }
    for name, mean in self_means(answers).items():
        cells[name] = table(str(k) for k in range(6))[mean // 100 + (rng.integers(0, 100, size=len(agent)) < mean % 100)]
    path = folder / "话务员自评.xlsx"
    write_sheet(path, "自评", "云江市12345话务员自评（虚构数据）", {header: texts[order].tolist() for header, texts in cells.items()})
    return path


def write_checklist(folder: Path) -> Path:
    """Every Monday each role's items in each shift: required or not, reported as done, and of some what a spot check found."""
    rng = generator(SEED, 28)
    duties = [(role, item, slot) for role, items in ROLES.items() for item in items.split(",") for slot in SLOTS]
    weeks = [n for n in range(city.DAYS) if (city.FIRST_DAY + timedelta(days=n)).weekday() == 0]
    role, item, slot = (np.tile(table(part), len(weeks)) for part in zip(*duties, strict=True))
    size = len(role)
    shift = np.tile([SLOTS.index(slot) for *_, slot in duties], len(weeks))
    at = np.repeat(weeks, len(duties)) * DAY + (8 + 4 * shift) * HOUR + rng.integers(0, 3 * HOUR, size=size)
    required, truly = chance(rng, size, REQUIRED), chance(rng, size, TRULY_DONE)
    done = np.where(required, chance(rng, size, np.where(truly, HONEST, PRETENDS)), chance(rng, size, BESIDE))
    spot = required & chance(rng, size, SPOT_CHECKED)
    yes = table(("否", "是"))
    order = np.argsort(at, kind="stable")
    cells = {
        "检查时间": instants(at), "岗位": role, "检查项": item, "时段": slot, "应做": yes[required.astype(int)], "自查完成": yes[done.astype(int)],
        "抽查结果": np.where(spot, table(("未做", "已做"))[truly.astype(int)], ""),
    }  # fmt: skip
    return write_csv(folder / "关键行为检查表.csv", {header: texts[order] for header, texts in cells.items()})
