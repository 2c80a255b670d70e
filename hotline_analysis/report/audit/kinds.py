"""Ten kinds of table that public hotlines print, each as a starting file: the figures to copy out, and what must hold between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from hotline_analysis.words import Term

HEAD = Term(
    "# 报告体检：把报告上印出来的数字照抄进来（连同单位），不必换算；没有的留空。\n"
    "# 写法：284,406　28.4万　43.8%　下降5%　+2.0个百分点　4.5分　3分11秒。数字按所印位数的四舍五入理解；整数的件数按原数。\n"
    "# 单位相同的数字才互相比较（秒、分钟、小时可换算）；单位不认识的会说明，不比较。\n"
    "# 核对：hotline audit 本文件；加 --params 热线.yaml --month 2024-01 可与自己的数据对照（写 is: 指标的那几行）。\n"
    "# relations 中可用 share（占比）、total（合计）、change（变化）、service_level（服务水平与接通率）、mean（加权平均），可增可删。\n",
    "# An audit: copy the printed numbers as they stand, with their units; leave empty what the report does not print.\n"
    "# Written as 284,406, 28.4 thousand, 43.8%, down 5%, +2.0pp, 4.5 points, 3 min 11 s. A number stands for what rounds to it; a whole count is itself.\n"
    "# Only numbers of one unit are compared (seconds, minutes and hours are one); a unit that is not known is said, and not compared.\n"
    "# Check it: hotline audit THIS_FILE; with --params hotline.yaml --month 2024-01 lines that say `is: indicator` are held against your own data.\n"
    "# relations may be share, total, change, service_level and mean; add or remove them as the table asks.\n",
)


@dataclass(frozen=True)
class Line:
    """A figure of the starting file: its name, a number as it might be printed, the indicator that it is."""

    name: Term
    like: Term
    indicator: str = ""

    def text(self, language: str) -> str:
        shown = f"{{value: '', is: {self.indicator}}}" if self.indicator else "''"
        return f"  {self.name(language)}: {shown}  # {self.like(language)}\n"


@dataclass(frozen=True)
class Kind:
    """A kind of table: its title, its lines by a letter each, and its relations, which name the lines by these letters or hold a number."""

    title: Term
    lines: dict[str, Line]
    relations: tuple[dict[str, str | tuple[str, ...]], ...]

    def text(self, language: str) -> str:
        named = {letter: line.name(language) for letter, line in self.lines.items()}
        relations = [[f"{key}: {_named(value, named)}" for key, value in relation.items()] for relation in self.relations]
        told = [line.text(language) for line in self.lines.values()]
        told += ["relations:\n", *("  - " + "\n    ".join(parts) + "\n" for parts in relations)]
        return "".join([HEAD(language), f"title: {self.title(language)}\nfigures:\n", *told])


def _named(value: str | Sequence[str], named: dict[str, str]) -> str:
    if isinstance(value, str):
        return named.get(value, value)
    return f"[{', '.join(named.get(part, part) for part in value)}]"


def _l(zh: str, en: str, like: str, like_en: str = "", indicator: str = "") -> Line:
    return Line(Term(zh, en), Term(like, like_en or like), indicator)


ALL, CONSULT, COMPLAIN, HELP, SUGGEST, OTHER = (
    _l("受理总量", "received", "195,532"), _l("咨询", "enquiries", "124,599"), _l("投诉", "complaints", "12,300"),
    _l("求助", "requests", "45,120"), _l("建议", "suggestions", "3,210"), _l("其他", "others", "10,303"),
)  # fmt: skip
KINDS = {
    "volume": Kind(
        Term("受理量按类别", "volume by class"),
        {
            "n": ALL, "a": CONSULT, "b": COMPLAIN, "c": HELP, "d": SUGGEST, "e": OTHER,
            "sa": _l("咨询占比", "enquiries share", "63.72%"), "sb": _l("投诉占比", "complaints share", "6.29%"), "sc": _l("求助占比", "requests share", "23.08%"),
            "sd": _l("建议占比", "suggestions share", "1.64%"), "se": _l("其他占比", "others share", "5.27%"),
        },
        (
            {"total": "n", "parts": ("a", "b", "c", "d", "e")}, *({"share": f"s{x}", "of": x, "in": "n"} for x in "abcde"),
            {"total": "100%", "parts": ("sa", "sb", "sc", "sd", "se")},
        ),
    ),
    "change": Kind(
        Term("同比与环比", "change on the year and on the month before"),
        {
            "now": _l("本月受理量", "received this month", "23,700"), "was": _l("上月受理量", "received the month before", "24,950"),
            "year": _l("上年同月受理量", "received in the month a year before", "20,100"),
            "m": _l("环比", "change on the month", "下降5.0%", "down 5.0%"), "y": _l("同比", "change on the year", "增长17.9%", "up 17.9%"),
            "d": _l("环比增减量", "difference to the month before", "-1,250"),
            "r": _l("本月办结率", "closed this month", "92.0%"), "q": _l("上月办结率", "closed the month before", "90.0%"),
            "p": _l("办结率变化", "change of the share closed", "上升2.0个百分点", "up 2.0pp"),
        },
        (
            {"change": "m", "from": "was", "to": "now"}, {"change": "y", "from": "year", "to": "now"}, {"change": "d", "from": "was", "to": "now"},
            {"change": "p", "from": "q", "to": "r"},
        ),
    ),
    "connection": Kind(
        Term("接通", "connection"),
        {
            "n": _l("呼入量", "offered", "31,500"), "a": _l("接通量", "answered", "28,980"), "b": _l("放弃量", "abandoned", "2,520"),
            "ra": _l("接通率", "connection rate", "92.0%", indicator="connection_rate"),
            "rb": _l("放弃率", "abandonment rate", "8.0%", indicator="abandonment_rate"),
            "ql": _l("上月接通率", "connection rate the month before", "90.0%"), "d": _l("接通率变化", "change of the connection rate", "上升2.0个百分点", "up 2.0pp"),
        },
        (
            {"total": "n", "parts": ("a", "b")}, {"share": "ra", "of": "a", "in": "n"}, {"share": "rb", "of": "b", "in": "n"},
            {"total": "100%", "parts": ("ra", "rb")}, {"change": "d", "from": "ql", "to": "ra"},
        ),
    ),
    "service_level": Kind(
        Term("服务水平", "service level"),
        {
            "n": _l("呼入量", "offered", "31,500"), "a": _l("接通量", "answered", "28,980"), "q": _l("15秒内接通量", "answered in 15 s", "25,200"),
            "r": _l("接通率", "connection rate", "92.0%", indicator="connection_rate"), "s": _l("15秒接通率", "service level in 15 s", "80.0%", indicator="service_level"),
        },
        (
            {"share": "r", "of": "a", "in": "n"}, {"share": "s", "of": "q", "in": "n"}, {"service_level": "s", "connection": "r"},
        ),
    ),
    "three_rates": Kind(
        Term("三率", "the three rates"),
        {
            "n": _l("有效回访", "valid follow-ups", "1,200"), "a": _l("已响应", "responded", "1,176"), "b": _l("已解决", "resolved", "1,032"), "c": _l("满意", "satisfied", "1,080"),
            "ra": _l("响应率", "response rate", "98.0%"), "rb": _l("解决率", "resolution rate", "86.0%"), "rc": _l("满意率", "satisfaction rate", "90.0%"),
            "m": _l("综合", "composite", "90.0%"),
        },
        (
            {"share": "ra", "of": "a", "in": "n"}, {"share": "rb", "of": "b", "in": "n"}, {"share": "rc", "of": "c", "in": "n"},
            {"mean": "m", "of": ("ra", "rb", "rc"), "weights": ("0.2", "0.4", "0.4")},
        ),
    ),
    "handling": Kind(
        Term("响应与办结", "response and resolution"),
        {
            "n": _l("投诉总量", "complaints in all", "120"), "a": _l("24小时内响应件数", "responded within 24 h", "108"), "b": _l("48小时内解决件数", "resolved within 48 h", "84"),
            "ra": _l("24小时响应率", "response rate in 24 h", "90%"), "rb": _l("48小时解决率", "resolution rate in 48 h", "70%"),
            "o": _l("未解决件数", "not resolved within 48 h", "36"),
        },
        (
            {"share": "ra", "of": "a", "in": "n"}, {"share": "rb", "of": "b", "in": "n"}, {"total": "n", "parts": ("b", "o")},
        ),
    ),
    "satisfaction": Kind(
        Term("满意度", "satisfaction"),
        {
            "n": _l("参评数", "answers", "1,000"), "a": _l("非常满意", "very satisfied", "560"), "b": _l("满意", "satisfied", "300"), "c": _l("一般", "neutral", "90"),
            "d": _l("不满意", "dissatisfied", "50"), "r": _l("满意率", "satisfaction rate", "86.0%"), "i": _l("邀评数", "invited", "2,500"), "p": _l("参评率", "response rate", "40.0%"),
            "s": _l("非常满意与满意合计", "very satisfied and satisfied", "860"),
        },
        (
            {"total": "n", "parts": ("a", "b", "c", "d")}, {"total": "s", "parts": ("a", "b")}, {"share": "r", "of": "s", "in": "n"}, {"share": "p", "of": "n", "in": "i"},
        ),
    ),
    "repeats": Kind(
        Term("重复来电", "repeat calls"),
        {
            "n": _l("来电总量", "calls", "28,980"), "k": _l("重复来电量", "repeat calls", "4,057"), "r": _l("重复来电率", "repeat rate", "14.0%", indicator="repeat_rate"),
            "f": _l("首解率", "first-call resolution", "86.0%", indicator="fcr"), "q": _l("上月首解率", "first-call resolution the month before", "84.5%"),
            "d": _l("首解率变化", "change of first-call resolution", "上升1.5个百分点", "up 1.5pp"),
        },
        (
            {"share": "r", "of": "k", "in": "n"}, {"change": "d", "from": "q", "to": "f"},
        ),
    ),
    "departments": Kind(
        Term("按承办单位", "by department"),
        {
            "n": _l("交办总量", "dispatched", "9,000"), "a": _l("甲单位交办", "department A dispatched", "4,000"), "b": _l("乙单位交办", "department B dispatched", "3,000"),
            "c": _l("其余单位交办", "other departments dispatched", "2,000"), "ra": _l("甲单位按时办结率", "department A closed in time", "95.0%"),
            "rb": _l("乙单位按时办结率", "department B closed in time", "90.0%"), "rc": _l("其余单位按时办结率", "other departments closed in time", "92.0%"),
            "r": _l("总体按时办结率", "closed in time in all", "92.7%"),
        },
        (
            {"total": "n", "parts": ("a", "b", "c")}, {"mean": "r", "of": ("ra", "rb", "rc"), "weights": ("a", "b", "c")},
        ),
    ),
    "channels": Kind(
        Term("按渠道", "by channel"),
        {
            "n": _l("受理总量", "received", "50,000"), "a": _l("电话", "telephone", "40,000"), "b": _l("网络", "web", "7,000"), "c": _l("微信", "WeChat", "3,000"),
            "sa": _l("电话占比", "telephone share", "80.0%"), "sb": _l("网络占比", "web share", "14.0%"), "sc": _l("微信占比", "WeChat share", "6.0%"),
        },
        (
            {"total": "n", "parts": ("a", "b", "c")}, *({"share": f"s{x}", "of": x, "in": "n"} for x in "abc"), {"total": "100%", "parts": ("sa", "sb", "sc")},
        ),
    ),
}  # fmt: skip
