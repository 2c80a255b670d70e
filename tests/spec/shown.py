"""A written case as text: its calls, its rule, its answers by hand. What docs/definitions.md and tests/notebooks/definition.ipynb show."""

from hotline_analysis.measures.definition import parse
from hotline_analysis.studies import fcr, window
from tests.spec.cases import BY_KEY, Case
from tests.spec.frames import of_case

HEADS = {
    "zh": ("来电", "来电人", "时间", "分钟", "诉求", "话务员", "结果"),
    "en": ("call", "caller", "time", "minutes", "issue", "agent", "outcome"),
}
MORE = {
    "agent_first": ("首位话务员", "first agent"),
    "dispatched": ("是否派单", "dispatched"),
    "department": ("承办部门", "department"),
    "order_id": ("工单", "order"),
    "caller_person": ("个人身份", "person"),
    "caller_phone": ("号码", "phone"),
    "queue_seconds": ("排队秒数", "queue, s"),
    "talk_seconds": ("通话秒数", "talk, s"),
    "hold_seconds": ("保持秒数", "hold, s"),
}
WORDS = {"answered": "接通", "abandoned": "放弃", "test": "测试", "in": "呼入", "out": "呼出"}
ORDER_HEADS = {
    "zh": ("工单", "来电人", "受理的来电", "受理", "到期", "办结"),
    "en": ("order", "caller", "opened by", "created", "due", "closed"),
}


class Text(str):
    """Text that a notebook shows as it is."""

    def __repr__(self) -> str:
        return str(self)


def _cell(value, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    return str(WORDS.get(value, value) if language == "zh" else value)


def calls(case: Case, language: str) -> list[list[str]]:
    """The case's calls as rows of text, with a heading row."""
    way = any(len(c) > 6 for c in case.calls)
    heads = [*HEADS[language], *([("方向", "direction")[language == "en"]] if way else []), *(MORE[c][language == "en"] for c in case.more)]
    rows = []
    for place, call in enumerate(case.calls):
        cells = [
            f"c{place}",
            call[0],
            *call[1:6],
            *([call[6] if len(call) > 6 else "in"] if way else []),
            *(v[place] for v in case.more.values()),
        ]
        rows.append([_cell(c, language) for c in cells])
    return [heads, *rows]


def orders(case: Case, language: str) -> list[list[str]]:
    return [list(ORDER_HEADS[language]), *([_cell(c, language) for c in row] for row in case.orders or ())]


def rule(case: Case, language: str) -> str:
    """The settings that differ from the defaults."""
    said = ", ".join(f"{k}: {v}" for k, v in case.rules.items())
    return said or ("默认口径" if language == "zh" else "defaults")


def answers(case: Case, language: str) -> list[str]:
    """The answers by hand, one line each."""
    zh = language == "zh"
    lines = []
    for hours, said in case.answers.items():
        when = ("当日" if zh else "same day") if not hours else f"{hours:g}{'小时' if zh else ' h'}"
        lines.append(f"{when}{'：' if zh else ': '}{said}")
    lines += [f"{hours:g}{'小时复电率' if zh else ' h rate'} {value:.1f}%" for hours, value in case.rates.items()]
    lines += [f"{agent}{'：' if zh else ': '}{said}" for agent, said in case.agents.items()]
    return lines + [f"{hours:g}{'小时首解率' if zh else ' h first-call resolution'} {value:.1f}%" for hours, value in case.fcr.items()]


def case(key: str, language: str = "zh", engine: str = "duckdb") -> Text:
    """The case with what the workbook counts, to be compared with the answers by hand."""
    it = BY_KEY[key]
    lines = [it.zh if language == "zh" else it.en, *("  ".join(row) for row in calls(it, language))]
    lines += ["  ".join(row) for row in orders(it, language)] if it.orders is not None else []
    lines += [
        rule(it, language),
        "手算 " + "；".join(answers(it, language)) if language == "zh" else "by hand " + "; ".join(answers(it, language)),
    ]
    return Text("\n".join([*lines, ("程序 " if language == "zh" else "counted ") + "; ".join(counted(it, engine))]))


def counted(it: Case, engine: str) -> list[str]:
    """The workbook's own counts for the case."""
    seen = of_case(it, engine)
    kept = "calendar" if seen.definition.mode == "calendar" else seen.definition.follow_up
    found = window.rates(seen)
    found = found[found["follow_up"] == kept]
    said = [f"{k}/{n}" for k, n in zip(found["numerator"], found["denominator"], strict=True)]
    return said + ([f"{100 * v:.1f}%" for v in fcr.rates(seen)["value"]] if it.fcr else [])


def line(key: str, language: str = "zh") -> Text:
    """The whole rule of a case in one line."""
    it = BY_KEY[key]
    return Text(parse({"windows_hours": [w for w in it.answers if w] or [2], **it.rules}, key).line(language))
