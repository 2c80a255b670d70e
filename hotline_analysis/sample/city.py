"""The invented city 云江市: what its people call about, who answers, and which days are free. Plain tables, no randomness.

Nothing here belongs to anyone. Names of agents are two common syllables put together; telephone numbers come from ranges that the
Chinese numbering plan has never given out (docs/sample.md says which, and a test asks `phonenumbers`).
"""

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY, END_DAY = date(2023, 8, 1), date(2024, 10, 1)  # the day after the last
DAYS = (END_DAY - FIRST_DAY).days
DAY, HOUR, WEEK = 86_400, 3_600, 604_800
MOBILE_PREFIX = "154"  # the one hole in 150-159: no operator holds it
AREA_CODE = "0647"  # 064x is not an area code of any place


@dataclass(frozen=True)
class Class:
    """How people come back: after a log-normal delay cut at 168 h; `exposure_hours` is its planted 80 % point."""

    key: str
    median_hours: float
    sigma: float
    exposure_hours: float
    talk_seconds: int
    due: int  # hours of an urgent order, otherwise working days
    dispatched: float


CLASSES = (
    Class("urgent", 0.45, 0.949, 1.0, 140, 24, 0.29),
    Class("repair", 36.0, 0.8565, 68.0, 195, 5, 0.23),
    Class("billing", 5.0, 1.2325, 14.0, 205, 5, 0.045),
    Class("policy", 2.5, 1.388, 8.0, 220, 3, 0.015),
    Class("complaint", 76.0, 0.5315, 108.0, 255, 10, 0.26),
)

# level 1 · class · share of calls · share that comes back · levels 2 and 3
TREE = (
    ("紧急抢修", "urgent", 8.0, 0.30, "燃气抢险:燃气泄漏,燃气中断,报警器报警;电力抢修:片区停电,线路打火,配电箱故障;道路险情:井盖缺失,道路塌陷,树木倒伏"),
    ("设施维修", "repair", 22.0, 0.25,
     "供水维修:停水报修,水压不足,水管漏水;供电维修:户内停电,路灯不亮;房屋维修:电梯故障,屋面渗漏;市政道路:路面破损,下水堵塞,护栏损坏"),
    ("费用账单", "billing", 17.0, 0.20, "水费:水费查询,水费减免;电费:电费查询,阶梯电价;燃气费:燃气费查询,燃气补贴;停车物业费:停车收费,物业收费"),
    ("社保医保", "billing", 12.0, 0.16, "社会保险:养老金发放,社保缴费,社保转移;医疗保险:医保报销,异地就医,个人账户"),
    ("政策咨询", "policy", 15.0, 0.06, "住房政策:公租房申请,公积金提取,购房补贴;教育政策:入学划片,转学手续;就业创业:创业补贴,技能培训;养老助残:高龄津贴,残疾人补贴"),
    ("办事指引", "policy", 9.0, 0.06, "户籍证照:户口迁移,身份证办理,居住证办理;网上办事:预约取号,系统登录"),
    ("投诉举报", "complaint", 14.0, 0.27,
     "噪声扰民:施工噪声,生活噪声;市场消费:退款纠纷,预付卡纠纷,餐饮卫生;市容环境:占道经营,垃圾清运;劳动权益:拖欠工资,超时加班"),
    ("意见建议", "policy", 3.0, 0.05, "城市建设:公交线路,停车规划;服务评价:表扬感谢,其他诉求"),
)  # fmt: skip

DEPARTMENTS = {
    "燃气抢险": "云江燃气公司", "电力抢修": "云江供电公司", "道路险情": "市应急管理局", "供水维修": "云江水务集团", "供电维修": "云江供电公司",
    "房屋维修": "市住房和城乡建设局", "市政道路": "市城市管理局", "水费": "云江水务集团", "电费": "云江供电公司", "燃气费": "云江燃气公司",
    "停车物业费": "市发展和改革局", "社会保险": "市人力资源和社会保障局", "医疗保险": "市医疗保障局", "住房政策": "市住房和城乡建设局",
    "教育政策": "市教育局", "就业创业": "市人力资源和社会保障局", "养老助残": "市民政局", "户籍证照": "市公安局", "网上办事": "市政务服务局",
    "噪声扰民": "市生态环境局", "市场消费": "市市场监督管理局", "市容环境": "市城市管理局", "劳动权益": "市人力资源和社会保障局",
    "城市建设": "市交通运输局", "服务评价": "市政务服务局",
}  # fmt: skip
SLOW_DEPARTMENT = "市城市管理局"
QUEUES = {"urgent": "应急专席", "repair": "水电气专席", "billing": "费用专席", "policy": "政策专席", "complaint": "投诉专席"}
KINDS = {"紧急抢修": "求助", "设施维修": "求助", "投诉举报": "投诉", "意见建议": "建议"}  # the others are 咨询
DUE_CLASSES = {"urgent": "紧急", "complaint": "复杂"}  # the others are 一般
AREAS = (("江城区", 30), ("云岭区", 24), ("青川新区", 16), ("白石县", 12), ("望江县", 10), ("南屏县", 8))
LEADS_FROM, LEADS_TO = "停水报修", "水费减免"


@dataclass(frozen=True)
class Issue:
    """A leaf of the tree."""

    level_1: str
    level_2: str
    level_3: str
    class_index: int
    share: float
    comes_back: float


def issues() -> tuple[Issue, ...]:
    """The 60 leaves in the order of the tree; leaves of one branch share its calls as 3 : 2 : 1 and so on."""
    made = []
    keys = [c.key for c in CLASSES]
    for level_1, key, share, comes_back, branches in TREE:
        leaves = [(b.split(":")[0], leaf) for b in branches.split(";") for leaf in b.split(":")[1].split(",")]
        weights = [4 if leaf in (LEADS_FROM, LEADS_TO) else 2 + (n * 5) % 3 for n, (_, leaf) in enumerate(leaves)]
        for (level_2, leaf), weight in zip(leaves, weights, strict=True):
            made.append(Issue(level_1, level_2, leaf, keys.index(key), share * weight / sum(weights), comes_back))
    return tuple(made)


ISSUES = issues()

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = ("云舒", "江月", "若溪", "思远", "静怡", "明轩", "雨桐", "子墨", "清扬", "晓岚", "文博", "嘉禾", "书瑶", "一帆", "安然", "景行", "知夏", "念真", "望舒", "䶮")  # fmt: skip
TEAMS = ("一班", "二班", "三班", "四班", "五班")
AGENTS = tuple(SURNAMES[(7 * n + n // 20) % 20] + GIVEN[(3 * n + 5 * (n // 20)) % 20] for n in range(60))
STAFF_NUMBERS = tuple(str(1001 + n) for n in range(60))
UNSOLVED = (14, 31, 47)  # agents whose callers come back twice as often
HANGS_UP = 23  # the agent who ends 27 % of the calls within 1-9 s
TWO_SPELLINGS = 8  # the agent whose name is exported with full-width brackets in two months


def agent_label(agent: int) -> str:
    """`林若溪(1024)`: name and staff number, as the export writes them."""
    return f"{AGENTS[agent]}({STAFF_NUMBERS[agent]})"


def _days(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


# 国务院办公厅 announcements for 2023 and 2024
HOLIDAYS = frozenset(
    _days("2023-09-29", "2023-10-06") + _days("2023-12-30", "2024-01-01") + _days("2024-02-10", "2024-02-17") + _days("2024-04-04", "2024-04-06")
    + _days("2024-05-01", "2024-05-05") + _days("2024-06-08", "2024-06-10") + _days("2024-09-15", "2024-09-17") + _days("2024-10-01", "2024-10-07")
)  # fmt: skip
WORKING_WEEKENDS = frozenset(
    date.fromisoformat("20" + d)
    for d in ("23-10-07", "23-10-08", "24-02-04", "24-02-18", "24-04-07", "24-04-28", "24-05-11", "24-09-14", "24-09-29", "24-10-12")
)


def is_working(day: date) -> bool:
    """A day on which offices are open: no weekend and no holiday, or a weekend that is worked in exchange (调休)."""
    return day in WORKING_WEEKENDS or (day.weekday() < 5 and day not in HOLIDAYS)
