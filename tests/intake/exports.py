"""Five invented exports of systems that nobody here has seen, in the shapes that real ones have: header names, order of columns and forms are drawn.

Each is (file name, its bytes, the params that read it rightly). Numbers of callers are of no country's plan for people: 1380000 and four digits.
"""

import csv
import io
import random
from datetime import datetime, timedelta


def _moments(rng: random.Random, n: int, first: str = "2024-03-01 08:00:00") -> list[datetime]:
    start = datetime.fromisoformat(first)
    return sorted(start + timedelta(days=rng.randrange(60), seconds=rng.randrange(36000)) for _ in range(n))


def _csv(header: list[str], rows: list[list], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue().encode(encoding)


def _drawn(rng: random.Random, columns: dict[str, list]) -> tuple[list[str], list[list]]:
    """The columns in a drawn order, as header and rows."""
    names = list(columns)
    rng.shuffle(names)
    return names, [list(row) for row in zip(*(columns[name] for name in names), strict=True)]


def _phone(rng: random.Random) -> str:
    return f"1380000{rng.randrange(700):04d}"


def legs(rng: random.Random) -> tuple[str, bytes, str]:
    """A switch's CDR: a row a leg, transfers share the linkedid, parallel phones too; the file has the order of columns of its maker."""
    header = "accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end duration billsec disposition amaflags uniqueid userfield peeraccount linkedid sequence".split()
    rows = []
    for n, at in enumerate(_moments(rng, 260)):
        call, who = f"{int(at.timestamp())}.{n * 10}", _phone(rng)
        for leg in range(rng.choice((1, 1, 1, 2, 3))):
            ring, talk = rng.randrange(2, 20), rng.choice((0, rng.randrange(20, 600)))
            start = at + timedelta(seconds=leg * 700)
            answer, end = (start + timedelta(seconds=ring) if talk else ""), start + timedelta(seconds=ring + talk)
            phone = f"PJSIP/{800 + rng.randrange(12)}-{n:04x}"
            rows.append(
                ["", who, "s", "queue-in", f'"" <{who}>', f"PJSIP/trunk-{n:04x}", phone, "Dial", phone, start, answer, end, ring + talk, talk,
                 "ANSWERED" if talk else "NO ANSWER", "DOCUMENTATION", f"{int(start.timestamp())}.{n * 10 + leg}", "", "", call, n * 10 + leg]
            )  # fmt: skip
    wanted = "calls: {preset: asterisk_cdr, files: FILE}\n"
    return "cdr.csv", _csv(header, rows), wanted


def queue(rng: random.Random) -> tuple[str, bytes, str]:
    """A queue log: a row an event."""
    rows = [[datetime(2024, 3, 1, 7), "NONE", "NONE", "NONE", "QUEUESTART", *[""] * 5]]
    for n, at in enumerate(_moments(rng, 300)):
        call, wait, agent = f"{int(at.timestamp())}.{n}", rng.randrange(3, 120), f"Agent/{rng.randrange(10)}"
        rows.append([at, call, "12345", "NONE", "ENTERQUEUE", "", _phone(rng), 1, "", ""])
        if rng.random() < 0.3:
            rows.append([at + timedelta(seconds=1), call, "12345", agent, "RINGNOANSWER", 15000, "", "", "", ""])
        then = at + timedelta(seconds=wait)
        if rng.random() < 0.85:
            talk = rng.randrange(20, 900)
            rows.append([then, call, "12345", agent, "CONNECT", wait, f"b{n}", 3, "", ""])
            rows.append(
                [
                    then + timedelta(seconds=talk),
                    call,
                    "12345",
                    agent,
                    rng.choice(("COMPLETEAGENT", "COMPLETECALLER")),
                    wait,
                    talk,
                    1,
                    "",
                    "",
                ]
            )
        else:
            rows.append([then, call, "12345", "NONE", "ABANDON", 1, 1, wait, "", ""])
    rows.sort(key=lambda row: row[0])
    wanted = "calls: {preset: asterisk_queue_log, files: FILE, columns: {transferred: ''}}\n"  # no event of it passes a call on
    return "queue_log.csv", _csv("time callid queuename agent event data1 data2 data3 data4 data5".split(), rows), wanted


def tickets(rng: random.Random) -> tuple[str, bytes, str]:
    """A ticket export with d/m/y dates; some day above 12 proves the order."""
    created = _moments(rng, 240)
    form = rng.choice(("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"))
    closed = [at + timedelta(hours=rng.randrange(1, 200)) if rng.random() < 0.9 else None for at in created]
    told = lambda at: at.strftime(form) if at else ""  # noqa: E731
    columns = {
        "Ticket ID": list(range(70001, 70241)), "Subject": [f"Broken lamp near house {n}, please look" for n in range(240)],
        "Status": [rng.choice(("Open", "Closed", "Resolved")) for _ in created], "Priority": [rng.choice(("Low", "High")) for _ in created],
        "Source": [rng.choice(("Email", "Portal", "Phone")) for _ in created], "Type": [rng.choice(("Question", "Problem", "Complaint")) for _ in created],
        "Agent": [rng.choice(("Ann", "Bob", "Cid", "Dee")) for _ in created], "Group": [rng.choice(("Roads", "Parks", "Water")) for _ in created],
        "Created time": [told(at) for at in created], "Due by Time": [told(at + timedelta(days=3)) for at in created],
        "Resolved time": [told(at) for at in closed], "Closed time": [told(at) for at in closed],
        "Initial response time": [told(at + timedelta(minutes=rng.randrange(5, 300))) for at in created],
        "Time tracked": ["00:00:00"] * 240, "First response time (in hrs)": ["01:10:00"] * 240, "Resolution time (in hrs)": ["20:00:00"] * 240,
        "Resolution status": [rng.choice(("Within SLA", "SLA Violated")) for _ in created], "Survey results": [rng.choice(("Satisfied", "Unhappy", "")) for _ in created],
        "Contact ID": [5000 + rng.randrange(150) for _ in created],
    }  # fmt: skip
    times = {
        "created_at": "Created time",
        "due_at": "Due by Time",
        "responded_at": "Initial response time",
        "resolved_at": "Resolved time",
        "closed_at": "Closed time",
    }
    said = ", ".join(f"{name}: {{from: {header}, formats: '{form}'}}" for name, header in times.items())
    return "tickets.csv", _csv(*_drawn(rng, columns)), f"orders: {{preset: freshdesk_tickets, files: FILE, columns: {{{said}}}}}\n"


def calls(rng: random.Random) -> tuple[str, bytes, str]:
    """A list of calls in GB18030: durations as 3分12秒, numbers masked in the middle, words of outcomes."""
    at = _moments(rng, 300)
    answered = [rng.random() < 0.85 for _ in at]
    talk = [rng.randrange(20, 900) if yes else 0 for yes in answered]
    wait, n = [rng.randrange(60) for _ in at], len(at)
    columns = {
        "通话ID": [f"C{k:07d}" for k in range(n)], "类型": ["呼入"] * n, "开启服务时间": [t.strftime("%Y/%m/%d %H:%M:%S") for t in at],
        "结束服务时间": [(t + timedelta(seconds=s + w)).strftime("%Y/%m/%d %H:%M:%S") for t, s, w in zip(at, talk, wait, strict=True)],
        "服务时长": [_said(s + w) for s, w in zip(talk, wait, strict=True)], "通话时长": [_said(s) for s in talk], "排队时长": [_said(s) for s in wait],
        "振铃时长": [_said(rng.randrange(2, 20)) for _ in at], "静音时长": [_said(rng.choice((0, 0, 15))) for _ in at],
        "主叫号码": [f"138****{rng.randrange(10000):04d}" for _ in at], "被叫号码": ["12345"] * n, "号码归属地": [rng.choice(("甲市", "乙市")) for _ in at],
        "分流客服组": [rng.choice(("综合", "社保", "交通")) for _ in at], "接待客服": [str(1001 + rng.randrange(15)) if yes else "" for yes in answered],
        "接听状态": ["已接听" if yes else rng.choice(("排队放弃", "振铃放弃")) for yes in answered], "挂机方": [rng.choice(("用户", "客服")) for _ in at],
        "满意度": [rng.choice(("非常满意", "满意", "一般", "不满意", "未评价")) for _ in at], "一级分类": [rng.choice(("咨询", "投诉", "求助")) for _ in at],
        "二级分类": [rng.choice(("甲类", "乙类", "丙类")) for _ in at], "三级分类": [rng.choice(("子", "丑", "寅", "卯")) for _ in at],
        "咨询备注": [f"来电人反映第{k}号楼的问题，请尽快处理，谢谢。" for k in range(n)],
    }  # fmt: skip
    return "通话清单.csv", _csv(*_drawn(rng, columns), encoding="gb18030"), "calls: {preset: qiyu_calls, files: FILE}\n"


def _said(seconds: int) -> str:
    return f"{seconds // 60}分{seconds % 60:02d}秒"


def survey(rng: random.Random) -> tuple[str, bytes, str]:
    """A survey tool's sheet: one column an item, scores 1 to 5."""
    at = _moments(rng, 160)
    asked = ["1、您对接听速度是否满意", "2、您对服务态度是否满意", "3、您对答复内容是否满意", "4、您对总体服务是否满意"]
    header = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", *asked, "总分"]
    rows = []
    for n, moment in enumerate(at, 1):
        scores = [rng.choice((1, 2, 3, 4, 5, 5, 5)) for _ in asked]
        rows.append(
            [
                n,
                moment.strftime("%Y/%m/%d %H:%M:%S"),
                f"{rng.randrange(20, 300)}秒",
                rng.choice(("微信", "链接")),
                "N/A",
                "10.0.0.1(某地)",
                *scores,
                sum(scores),
            ]
        )
    items = ", ".join(f"item_{k}: '{name}'" for k, name in enumerate(asked, 1))
    scales = ", ".join(f"item_{k}: {{name: '{name}', scale: [1, 5]}}" for k, name in enumerate(asked, 1))
    return "答卷.csv", _csv(header, rows), f"surveys: {{preset: wenjuanxing, files: FILE, columns: {{{items}}}}}\nitems: {{{scales}}}\n"


EXPORTS = {"legs": legs, "queue": queue, "tickets": tickets, "calls": calls, "survey": survey}
