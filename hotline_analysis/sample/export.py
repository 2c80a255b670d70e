"""The exports as a call centre's systems would write them: monthly GB18030 CSV of calls, monthly XLSX of orders, dirt included."""

import re
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from hotline_analysis.sample import city, records, simulate
from hotline_analysis.sample.city import DAY, ISSUES
from hotline_analysis.sample.draws import chance, choose, generator
from hotline_analysis.sample.records import Orders
from hotline_analysis.sample.sheet import write_sheet
from hotline_analysis.sample.simulate import ANSWERED, FREQUENT, PEOPLE, SEED, WEEKLY_CALLERS, Calls

CALL_HEADERS = (
    "来电编号", "来电时间", "应答时间", "结束时间", "主叫号码", "受理坐席", "受理班组", "一级诉求", "二级诉求", "三级诉求", "技能组", "来电区域", "渠道",
    "呼叫方向", "通话结果", "排队时长(秒)", "振铃时长(秒)", "通话时长(秒)", "保持时长(秒)", "话后时长(秒)", "是否转接", "是否派单", "承办部门", "工单编号", "满意度评价",
)  # fmt: skip
ORDER_HEADERS = (
    "工单编号", "来电编号", "联系电话", "工单类型", "时限等级", "一级分类", "二级分类", "三级分类", "承办单位", "所属区域", "工单来源", "受理时间", "派单时间",
    "到期时间", "首次响应时间", "解决时间", "办结时间", "是否撤回", "是否重复件", "是否退回", "是否重办", "是否联系", "是否解决", "是否满意",
)  # fmt: skip
RESULTS = ("接通", "客户放弃", "队列已满", "系统中断")  # by state; the last is never written
SLASHED_UNTIL = "2024-01"  # months before the system change write 2023/8/1 8:05:09
TWICE = ("2024-02-29", "2024-08-31")  # days that the next month's file repeats
WITHHELD_SHARE, LANDLINE_SHARE = 0.035, 0.12
WITHHELD_WORDS = ("匿名", "未知号码", "", "保密")
MOBILE_FORMS = ("{}", "+86{}", "86-{}", "{0[0]}-{0[1]}-{0[2]}", "{0[0]} {0[1]} {0[2]}", "wide", "{}.0", "0{}", "damaged")
MOBILE_SHARES = (8600, 400, 150, 250, 200, 120, 150, 115, 15)  # in ten thousand
LANDLINE_FORMS = ("{0[0]}-{0[1]}", "{0[0]}{0[1]}", "({0[0]}){0[1]}", "{0[1]}", "+86 {0[2]} {0[1]}")
LANDLINE_SHARES = (50, 25, 5, 15, 5)
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
# month -> what befalls its file: rows cut short, rows with a field too many, rows broken in two; blank lines and rows of bare commas
DAMAGE = {
    "2023-10": {"cut": 2}, "2023-12": {"blank": 3}, "2024-02": {"extra": 1, "blank": 2}, "2024-05": {"split": 1, "commas": 2},
    "2024-07": {"cut": 1}, "2024-09": {"cut": 3, "blank": 4, "commas": 1},
}  # fmt: skip
TESTS_A_MONTH = 6


@dataclass(frozen=True)
class Rows:
    """The rows of the calls export before they become text: simulated attempts, outbound follow-ups and test calls, in order of time."""

    calls: Calls
    about: np.ndarray
    orders: Orders
    order_number: np.ndarray  # per attempt: row of its order in `orders`, -1 for none
    rating: np.ndarray
    attempt: np.ndarray  # per row: the attempt, or for outbound calls the attempt of the order; -1 for tests
    kind: np.ndarray  # 0 inbound, 1 outbound, 2 test
    start: np.ndarray


def make_rows(calls: Calls) -> tuple[Rows, np.ndarray]:
    """The rows, and per attempt whether it chases an open order."""
    due, closed = records.order_times(calls)
    about, chases = records.ordered_calls(calls, due, closed)
    orders = records.make_orders(calls, about, due, closed)
    number = np.full(len(calls), -1)
    number[orders.call] = np.arange(len(orders))
    number = np.where(about >= 0, number[about], -1)
    inbound, (out_call, out_start), tests = records.recorded(calls), _followed_up(orders), _tests()
    attempt = np.concatenate([inbound, out_call, np.full(len(tests), -1)])
    kind = np.repeat([0, 1, 2], [len(inbound), len(out_call), len(tests)])
    start = np.concatenate([calls.start[inbound], out_start, tests])
    order = np.lexsort((kind, start))
    return Rows(calls, about, orders, number, records.ratings(calls), attempt[order], kind[order], start[order]), chases


def _followed_up(orders: Orders) -> tuple[np.ndarray, np.ndarray]:
    """Outbound calls the day after an order is closed, between nine and five."""
    rng = generator(SEED, 7)
    picked = np.flatnonzero(chance(rng, len(orders), records.FOLLOWED_UP) & (orders.closed >= 0))
    when = (orders.closed[picked] // DAY + 1) * DAY + rng.integers(9 * 3600, 17 * 3600, size=len(picked))
    return orders.call[picked][when < city.DAYS * DAY], when[when < city.DAYS * DAY]


def _tests() -> np.ndarray:
    rng = generator(SEED, 8)
    return np.sort(rng.integers(0, city.DAYS * DAY, size=TESTS_A_MONTH * 14))


# -- words ---------------------------------------------------------------------------------------------------------------------------------


def table(words) -> np.ndarray:
    return np.array(list(words), dtype=object)


def months() -> list[str]:
    return sorted({d.isoformat()[:7] for d in simulate.days()})


def day_texts(slashed: bool) -> np.ndarray:
    """Every day as written, a month longer than the data so that due dates have a text."""
    days = [city.FIRST_DAY + timedelta(days=n) for n in range(city.DAYS + 60)]
    return table(f"{d.year}/{d.month}/{d.day} " if slashed else f"{d.isoformat()} " for d in days)


def clock_texts(slashed: bool) -> np.ndarray:
    hour = "{}" if slashed else "{:02}"
    return table((hour + ":{:02}:{:02}").format(s // 3600, s // 60 % 60, s % 60) for s in range(DAY))


def instants(seconds: np.ndarray, *, slashed: bool = False, where: np.ndarray | None = None) -> np.ndarray:
    """Texts of instants; empty where `where` is false."""
    days, clocks = _TEXTS.setdefault(slashed, (day_texts(slashed), clock_texts(slashed)))
    texts = days[seconds // DAY] + clocks[seconds % DAY]
    return texts if where is None else np.where(where, texts, "")


_TEXTS: dict = {}
_NUMBERS = table(str(n) for n in range(20_000))


def call_ids(start: np.ndarray) -> np.ndarray:
    """YJ, the day, and the row's number within the day; rows must be in order of time."""
    day = start // DAY
    within = np.arange(len(start)) - np.searchsorted(day, day, side="left")
    days = table((city.FIRST_DAY + timedelta(days=n)).strftime("YJ%Y%m%d") for n in range(city.DAYS))
    return days[day] + table(f"{n:05}" for n in range(within.max() + 1))[within]


def order_ids(orders: Orders, first: int = 0) -> np.ndarray:
    """GD, the day, and the order's number within the day."""
    day = orders.created // DAY
    within = np.arange(len(orders)) - np.searchsorted(day, day, side="left")
    days = table((city.FIRST_DAY + timedelta(days=n)).strftime("GD%Y%m%d") for n in range(city.DAYS))
    return days[day] + table(f"{n:04}" for n in range(first, first + within.max() + 1))[within]


# -- telephone numbers ---------------------------------------------------------------------------------------------------------------------


def callers_total() -> int:
    return PEOPLE + FREQUENT + WEEKLY_CALLERS + simulate.SWITCHBOARDS


def phone_book() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Eight or seven own digits, landline or not, withheld or not, for each caller; no two callers share a number."""
    rng, total = generator(SEED, 9), callers_total()
    landline, withheld = chance(rng, total, LANDLINE_SHARE), chance(rng, total, WITHHELD_SHARE)
    special = np.arange(total) >= PEOPLE
    landline, withheld = np.where(special, False, landline), withheld & ~special
    landline[-simulate.SWITCHBOARDS :] = True
    scattered = np.arange(total, dtype=np.int64) * 7_368_787  # coprime to both ranges: a permutation
    own = np.where(landline, 2_000_000 + scattered % 6_000_000, scattered % 100_000_000)
    own[-simulate.SWITCHBOARDS :] = [8_000_000, 8_001_000]
    return own, landline, withheld


def mobile(own: int) -> str:
    return f"{city.MOBILE_PREFIX}{own:08}"


def _mobile_text(own: int, form: str) -> str:
    digits = mobile(own)
    if form == "wide":
        return digits.translate(WIDE)
    if form == "damaged":
        return f"{int(digits):.2E}"
    return form.format((digits[:3], digits[3:7], digits[7:])) if "[" in form else form.format(digits)


def _landline_text(own: int, form: str) -> str:
    return form.format((city.AREA_CODE, str(own), city.AREA_CODE[1:]))


def phone_texts(caller: np.ndarray, stream: int) -> np.ndarray:
    """The caller's number as one of the written forms found in exports; withheld callers get a word or nothing."""
    rng, (own, landline, withheld) = generator(SEED, stream), phone_book()
    forms, wired = choose(rng, len(caller), MOBILE_SHARES), choose(rng, len(caller), LANDLINE_SHARES)
    words = table(WITHHELD_WORDS)[rng.integers(0, len(WITHHELD_WORDS), size=len(caller))]
    texts = np.empty(len(caller), dtype=object)
    for shown, drawn, known, write in ((~landline, forms, MOBILE_FORMS, _mobile_text), (landline, wired, LANDLINE_FORMS, _landline_text)):
        for n, form in enumerate(known):
            rows = np.flatnonzero(shown[caller] & (drawn == n))
            texts[rows] = [write(number, form) for number in own[caller[rows]].tolist()]
    return np.where(withheld[caller], words, texts)


# -- the calls export ----------------------------------------------------------------------------------------------------------------------


def call_columns(rows: Rows) -> dict[str, np.ndarray]:
    """One array of texts per header, dates in the newer form."""
    inbound, outbound, of = _inbound(rows), _outbound(rows), rows.kind
    tests = _test_rows(rows)
    ids, dates = call_ids(rows.start), instants(rows.start)
    columns = {}
    for header in CALL_HEADERS:
        texts = np.full(len(of), "", dtype=object)
        for kind, part in enumerate((inbound, outbound, tests)):
            if header in part:
                texts[of == kind] = part[header]
        columns[header] = texts
    return columns | {"来电编号": ids, "来电时间": dates}


def _inbound(rows: Rows) -> dict[str, np.ndarray]:
    c, n = rows.calls, rows.attempt[rows.kind == 0]
    rng, answered = generator(SEED, 10), c.state[n] == ANSWERED
    issue, agent, talk = c.issue[n], np.where(answered, c.agent[n], 0), c.talk[n]
    said = answered & (talk >= 10)  # nobody says what a dropped call was about
    heard = c.start[n] + c.wait[n] + c.ring[n]
    held = chance(rng, len(n), 0.12)
    hold = np.where(
        held & (talk > 60), np.minimum(rng.integers(8, 90, size=len(n)), talk // 2), 0
    )  # within the talk, which runs from the answer to the end
    own = rows.about[n] == n
    said_or_not = {key: np.where(said, words, "") for key, words in issue_words(issue).items()}
    return said_or_not | {
        "应答时间": instants(heard, where=answered),
        "结束时间": instants(np.minimum(heard + talk, (city.DAYS + 1) * DAY)),
        "主叫号码": phone_texts(c.caller[n], 11),
        "受理坐席": np.where(answered, table(city.agent_label(a) for a in range(60))[agent], ""),
        "受理班组": np.where(answered, table(city.TEAMS)[agent // 12], ""),
        "技能组": table(city.QUEUES[city.CLASSES[i.class_index].key] for i in ISSUES)[issue],
        "来电区域": areas()[c.caller[n]],
        "渠道": np.where(chance(rng, len(n), 0.05), "微信语音", "电话"),
        "呼叫方向": "呼入",
        "通话结果": table(RESULTS)[c.state[n]],
        "排队时长(秒)": _NUMBERS[c.wait[n]],
        "振铃时长(秒)": _NUMBERS[c.ring[n]],
        "通话时长(秒)": _NUMBERS[talk],
        "保持时长(秒)": _NUMBERS[hold],
        "话后时长(秒)": _NUMBERS[c.wrap[n]],
        "是否转接": np.where(answered, np.where(chance(rng, len(n), 0.03), "是", "否"), ""),
        "是否派单": np.where(answered, np.where(own, "是", "否"), ""),
        "承办部门": np.where(own, departments()[issue], ""),
        "工单编号": np.where(said, _order_words(rows)[rows.order_number[n]], ""),
        "满意度评价": table(records.RATINGS)[rows.rating[n]],
    }


def issue_words(issue: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "一级诉求": table(i.level_1 for i in ISSUES)[issue],
        "二级诉求": table(i.level_2 for i in ISSUES)[issue],
        "三级诉求": table(i.level_3 for i in ISSUES)[issue],
    }


def departments() -> np.ndarray:
    return table(city.DEPARTMENTS[i.level_2] for i in ISSUES)


def _order_words(rows: Rows) -> np.ndarray:
    """Order ids with an empty one at the end, so that index -1 is no order."""
    return np.append(order_ids(rows.orders), "")


def areas() -> np.ndarray:
    """The district of each caller."""
    return table(name for name, _ in city.AREAS)[choose(generator(SEED, 12), callers_total(), [w for _, w in city.AREAS])]


def _outbound(rows: Rows) -> dict[str, np.ndarray]:
    """Follow-ups of closed orders: the citizen's number stands in the same column."""
    n, start = rows.attempt[rows.kind == 1], rows.start[rows.kind == 1]
    rng, issue = generator(SEED, 13), rows.calls.issue[n]
    reached, ring, talk = chance(rng, len(n), 0.78), rng.integers(5, 30, size=len(n)), rng.integers(25, 160, size=len(n))
    agent = rng.integers(0, 60, size=len(n))
    talk = np.where(reached, talk, 0)
    return issue_words(issue) | {
        "应答时间": instants(start + ring, where=reached), "结束时间": instants(start + ring + talk), "主叫号码": phone_texts(rows.calls.caller[n], 14),
        "受理坐席": table(city.agent_label(a) for a in range(60))[agent], "受理班组": table(city.TEAMS)[agent // 12], "技能组": "回访组",
        "来电区域": areas()[rows.calls.caller[n]], "渠道": "电话", "呼叫方向": "呼出", "通话结果": np.where(reached, "接通", "未接"),
        "排队时长(秒)": "0", "振铃时长(秒)": _NUMBERS[ring], "通话时长(秒)": _NUMBERS[talk], "保持时长(秒)": "0", "话后时长(秒)": "20", "是否转接": "否",
        "是否派单": "否", "工单编号": _order_words(rows)[rows.order_number[n]],
    }  # fmt: skip


def _test_rows(rows: Rows) -> dict[str, np.ndarray]:
    start = rows.start[rows.kind == 2]
    return {
        "应答时间": instants(start + 2), "结束时间": instants(start + 7), "主叫号码": f"{city.AREA_CODE}-8009999", "受理坐席": "系统", "技能组": "测试",
        "渠道": "电话", "呼叫方向": "呼入", "通话结果": "测试", "排队时长(秒)": "0", "振铃时长(秒)": "2", "通话时长(秒)": "5", "保持时长(秒)": "0", "话后时长(秒)": "0",
    }  # fmt: skip


def write_calls(folder: Path, month: str, rows: Rows, columns: dict[str, np.ndarray]) -> Path:
    """One month's file: header, rows in order of time, the day exported twice, the dirt of that month; GB18030, CRLF."""
    first, last = bounds(month)
    low = _repeated(first)
    a, b = np.searchsorted(rows.start, [low, last])
    part = {h: values[a:b] for h, values in columns.items()}
    if month < SLASHED_UNTIL:
        part |= {h: _slashed(part[h]) for h in ("来电时间", "应答时间", "结束时间")}
    if month in ("2023-11", "2024-06"):
        plain, wide = city.agent_label(city.TWO_SPELLINGS), city.agent_label(city.TWO_SPELLINGS).replace("(", "（").replace(")", "）")
        part["受理坐席"] = np.where(part["受理坐席"] == plain, wide, part["受理坐席"])
    if low < first:
        part["满意度评价"] = _rated_later(part["满意度评价"], rows.start[a:b] < first, part["通话结果"])
    lines = list(map(",".join, zip(*(values.tolist() for values in part.values()), strict=True)))
    lines = _damaged(lines, DAMAGE.get(month, {}), generator(SEED, 1_000 + first // DAY), keep=np.searchsorted(rows.start[a:b], first))
    path = folder / f"来电明细_{month.replace('-', '')}.csv"
    path.write_bytes("\r\n".join([",".join(part), *lines, ""]).encode("gb18030"))
    return path


def bounds(month: str) -> tuple[int, int]:
    """First and last second (exclusive) of a month, in seconds of the simulation."""
    first = date.fromisoformat(month + "-01")
    following = (first + timedelta(days=32)).replace(day=1)
    return (first - city.FIRST_DAY).days * DAY, (following - city.FIRST_DAY).days * DAY


def _repeated(first: int) -> int:
    return first - DAY if (city.FIRST_DAY + timedelta(days=first // DAY - 1)).isoformat() in TWICE else first


def _slashed(texts: np.ndarray) -> np.ndarray:
    return table(re.sub(r"^(\d+)-0?(\d+)-0?(\d+) 0?(\d+)", r"\1/\2/\3 \4", t) for t in texts.tolist())


def _rated_later(words: np.ndarray, old: np.ndarray, result: np.ndarray) -> np.ndarray:
    """In the second export of a day some of the citizens have answered the text message: every 25th unrated answered call."""
    empty = np.flatnonzero(old & (words == "") & (result == "接通"))[::25]
    words = words.copy()
    words[empty] = "满意"
    return words


def _damaged(lines: list[str], damage: dict[str, int], rng, keep: int) -> list[str]:
    """The month's lines with its damage at random places after `keep` (a repeated day stays whole)."""
    for kind in ("cut", "extra", "split", "blank", "commas"):
        for _ in range(damage.get(kind, 0)):
            at = int(rng.integers(keep, len(lines)))
            if kind in ("blank", "commas"):
                lines.insert(at, "" if kind == "blank" else "," * (len(CALL_HEADERS) - 1))
                continue
            while not DATED.match(lines[at]) or lines[at].count(",") != len(CALL_HEADERS) - 1:
                at += 1
            lines[at] = _broken(lines[at], kind)
    return lines


DATED = re.compile(r"YJ\d{13},")


def _broken(line: str, kind: str) -> str:
    fields = line.split(",")
    if kind == "cut":
        return ",".join(fields[:9])
    if kind == "extra":
        return ",".join([*fields[:11], "江城区", *fields[11:]])
    return ",".join(fields[:12]) + "\r\n" + ",".join(fields[12:])


# -- the orders export ---------------------------------------------------------------------------------------------------------------------

YES = ("否", "是")
SOLVED, SATISFIED = ("已解决", "部分解决", "未解决", ""), ("满意", "基本满意", "不满意", "")
EPOCH_1900 = date(1899, 12, 30)


@dataclass(frozen=True)
class Cases:
    """The orders that are exported, those of the surge among them, in order of creation; `cells` are their columns."""

    orders: Orders
    issue: np.ndarray
    ids: np.ndarray
    cells: dict[str, list]


def make_cases(rows: Rows, ids: np.ndarray) -> Cases:
    """The orders of calls and those that nobody called about."""
    o, (extra, issue, caller) = rows.orders, records.surge()
    inbound = np.flatnonzero(rows.kind == 0)
    row_of = np.full(len(rows.calls), -1)
    row_of[rows.attempt[inbound]] = inbound
    of_calls = order_columns(o, rows.calls.issue[o.call], rows.calls.caller[o.call], order_ids(o), ids[row_of[o.call]], 15)
    written = order_columns(extra, issue, caller, order_ids(extra, 9_000), np.full(len(extra), "", dtype=object), 19) | {
        "工单来源": ["微信"] * len(extra)
    }
    order = np.argsort(np.concatenate([o.created, extra.created]), kind="stable")
    whole = Orders(*(np.concatenate([getattr(o, f.name), getattr(extra, f.name)])[order] for f in fields(Orders)))
    cells = {header: np.array(of_calls[header] + written[header], dtype=object)[order].tolist() for header in ORDER_HEADERS}
    return Cases(whole, np.concatenate([rows.calls.issue[o.call], issue])[order], np.array(cells["工单编号"], dtype=object), cells)


def order_columns(o: Orders, issue: np.ndarray, caller: np.ndarray, ids: np.ndarray, call_ids: np.ndarray, stream: int) -> dict[str, list]:
    """One list of cells per header; instants as text, some as numbers that the sheet shows as dates."""
    rng, words = generator(SEED, stream), issue_words(issue)
    cells = {
        "工单编号": ids, "来电编号": call_ids, "联系电话": phone_texts(caller, stream + 1),
        "工单类型": table(city.KINDS.get(i.level_1, "咨询") for i in ISSUES)[issue],
        "时限等级": table(city.DUE_CLASSES.get(city.CLASSES[i.class_index].key, "一般") for i in ISSUES)[issue],
        "一级分类": words["一级诉求"], "二级分类": words["二级诉求"], "三级分类": words["三级诉求"], "承办单位": departments()[issue],
        "所属区域": areas()[caller], "工单来源": np.where(chance(rng, len(o), 0.05), "微信", "电话"),
        "受理时间": _dated(o.created, rng, 0.35), "派单时间": _dated(o.dispatched, rng, 0.35), "到期时间": _due_cells(o.due, rng),
        "首次响应时间": _dated(o.responded, rng, 0), "解决时间": _dated(o.resolved, rng, 0), "办结时间": _dated(o.closed, rng, 0.35),
        "是否撤回": table(YES)[o.withdrawn.astype(int)], "是否重复件": table(YES)[o.duplicate.astype(int)], "是否退回": table(YES)[o.returned.astype(int)],
        "是否重办": table(YES)[o.reopened.astype(int)], "是否联系": table(YES)[o.contacted.astype(int)],
        "是否解决": table(SOLVED)[o.solved], "是否满意": table(SATISFIED)[o.satisfied],
    }  # fmt: skip
    return {header: cells[header].tolist() for header in ORDER_HEADERS}


def _dated(seconds: np.ndarray, rng, as_date: float) -> np.ndarray:
    """Text, or with share `as_date` a serial number for a date cell; empty for what has not happened."""
    happened = seconds >= 0
    texts = instants(np.maximum(seconds, 0), where=happened)
    return np.where(happened & chance(rng, len(seconds), as_date), _serials(seconds), texts)


def _serials(seconds: np.ndarray) -> np.ndarray:
    offset = (city.FIRST_DAY - EPOCH_1900).days
    return np.array([offset + s // DAY + (s % DAY) / DAY for s in seconds.tolist()], dtype=object)


def _due_cells(due: np.ndarray, rng) -> np.ndarray:
    """Due instants: as elsewhere, but one in five typed by hand as 2024年9月13日 18时05分."""
    plain = _dated(due, rng, 0.35)
    for n in np.flatnonzero(chance(rng, len(due), 0.2)).tolist():
        day, s = city.FIRST_DAY + timedelta(days=int(due[n]) // DAY), int(due[n]) % DAY
        plain[n] = f"{day.year}年{day.month}月{day.day}日 {s // 3600}时{s // 60 % 60:02}分"
    return plain


def write_orders(folder: Path, month: str, cases: Cases) -> Path:
    """One month's workbook: a title line, an empty line, the headers, the orders created in the month."""
    a, b = np.searchsorted(cases.orders.created, bounds(month)).tolist()
    path = folder / f"工单_{month.replace('-', '')}.xlsx"
    title = f"云江市12345政务服务便民热线工单明细（{month}，虚构数据）"
    write_sheet(path, "工单明细", title, {header: cells[a:b] for header, cells in cases.cells.items()})
    return path
