"""The example report of the source (90 % connected, 4.5 points, 120 complaints) as a tiny hotline: the month renders its outline with its figures, and
says which of its headline changes are noise: none of "提高了2个百分点", "均有小幅提升", "下降了5%", "上升了5个百分点" can be told from chance.
"""

import html
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline_analysis.report import month, page
from tests.report.notebooks import page_here

PARAMS = """title: {zh: 示例热线, en: Example hotline}
key: published
public: true
calls:
  files: calls.csv
  key: 编号
  columns:
    call_id: 编号
    started_at: {from: 来电时间, formats: "%Y-%m-%d %H:%M:%S"}
    caller: {from: 主叫号码, kind: phone}
    agent: 坐席
    issue_1: 诉求
    outcome: {from: 结果, values: {接通: answered, 放弃: abandoned}, other: reject}
    queue_seconds: 排队
    talk_seconds: 通话
orders:
  files: orders.csv
  key: 编号
  columns:
    order_id: 编号
    kind: 类型
    category_1: 分类
    created_at: {from: 受理, formats: "%Y-%m-%d %H:%M:%S"}
    responded_at: {from: 响应, formats: "%Y-%m-%d %H:%M:%S"}
    resolved_at: {from: 解决, formats: "%Y-%m-%d %H:%M:%S"}
surveys:
  files: surveys.csv
  key: 答卷
  columns: {survey_id: 答卷, answered_at: {from: 时间, formats: "%Y-%m-%d %H:%M:%S"}, item_1: 满意度, item_2: 专业性, item_3: 解决能力}
items:
  item_1: {name: {zh: 用户满意度, en: Satisfaction}, scale: [1, 5]}
  item_2: {name: {zh: 专业性, en: Expertise}, scale: [1, 5]}
  item_3: {name: {zh: 解决问题的能力, en: Solving problems}, scale: [1, 5]}
complaints: {kinds: 投诉, response: 24h, resolution: 48h}
targets: {connection_rate: 0.95}
report:
  about:
    service: {zh: 为广大用户提供咨询、投诉、建议等服务的专业平台, en: "Questions, complaints and suggestions"}
    team: {zh: 前台客服、后台支持、数据分析三个团队, en: "Front desk, back office, analysis"}
    process: {zh: 来电接入、解答与记录、处理与跟进、统计与分析, en: "Answer, record, follow up, analyse"}
"""
OUTLINE = ["运营概况", "接通与服务", "诉求与热点", "重复来电", "投诉与诉求办理", "满意度", "挑战", "优化建议", "展望", "附录：数据与口径"]
JULY, AUGUST = datetime(2024, 7, 1), datetime(2024, 8, 1)
MONTHS = {  # start -> answered of 1,000 calls, complaints by category, of these in time, fives among 100 answers to each item (the others give 4)
    JULY: (880, {"产品质量": 44, "售后服务": 40, "价格争议": 27, "其他问题": 15}, (113, 88), (40, 20, 10)),
    AUGUST: (900, {"产品质量": 48, "售后服务": 36, "价格争议": 24, "其他问题": 12}, (108, 84), (50, 30, 20)),
}


def spread(start: datetime, count: int, days: float = 31) -> list[datetime]:
    """So many instants between 8 and 20 o'clock, evenly over the days."""
    places = [days * (n + 0.5) / count for n in range(count)]
    return [start + timedelta(days=int(p), hours=8, seconds=int(12 * 3600 * (p % 1))) for p in places]


def write_example(folder: Path) -> Path:
    """The params file of the example: two months of 1,000 calls, some 120 complaints and 100 answers each; numbers are of a segment that is given to nobody."""
    calls, orders, surveys = (
        ["编号,来电时间,主叫号码,坐席,诉求,结果,排队,通话"],
        ["编号,类型,分类,受理,响应,解决"],
        ["答卷,时间,满意度,专业性,解决能力"],
    )
    for m, (start, (answered, kinds, (responded, resolved), fives)) in enumerate(MONTHS.items()):
        for n, at in enumerate(spread(start, 1000)):
            taken = (n + 1) * answered // 1000 > n * answered // 1000
            told = ("接通", 20, 200) if taken else ("放弃", 40, 0)
            calls.append(
                f"C{m}{n:04d},{at},1540{m}{n:06d},{'甲乙丙'[n % 3]},{'咨询投诉售后'[2 * (n % 3) :][:2]},{told[0]},{told[1]},{told[2]}"
            )
        names = [name for name, count in kinds.items() for _ in range(count)]
        for n, (name, at) in enumerate(zip(names, spread(start, len(names)), strict=True)):
            first, last = (at + timedelta(hours=h) for h in (10 if n < responded else 30, 40 if n < resolved else 60))
            orders.append(f"D{m}{n:04d},投诉,{name},{at},{first},{last}")
        for n, at in enumerate(spread(start, 100)):
            surveys.append(f"S{m}{n:04d},{at}," + ",".join("5" if n < k else "4" for k in fives))
    for n, at in enumerate(
        spread(datetime(2024, 9, 1), 128, days=4)
    ):  # the data go on until August's last complaints have had their 48 hours
        calls.append(f"C9{n:04d},{at},15409{n:06d},甲,咨询,接通,20,200")
    for name, lines in (("calls", calls), ("orders", orders), ("surveys", surveys)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "example.yaml").write_text(PARAMS, encoding="utf-8")
    return folder / "example.yaml"


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> str:
    return page_here(write_example(tmp_path_factory.mktemp("example")), "2024-08")


def words(piece: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>|<style.*?</style>", "", piece, flags=re.DOTALL)))


def chapter(shown: str, key: str) -> str:
    return words(shown.partition(f'id="{key}"')[2].partition("</section>")[0])


def cells(shown: str, name: str) -> list[str]:
    """What stands in the row of that name."""
    row = re.search(rf'<tr[^>]*><th scope="row" class="text">{name}</th>(.*?)</tr>', shown, re.DOTALL)[1]
    return [words(cell.partition(">")[2]) for cell in row.split("<td")[1:]]


def test_the_page_has_the_outline_of_the_report(shown):
    found = re.findall(r'<section class="chapter" id="\w+">\s*<h2>(.*?)</h2>', shown)
    assert [re.sub(r"^[一二三四五六七八九十]+、", "", title) for title in found] == OUTLINE
    assert len(page.chapters(month.notebooks() / "monthly.ipynb")) == len(OUTLINE)


def test_its_service_team_and_process_are_the_centres_own(shown):
    told = chapter(shown, "centre")
    for line in (
        "服务为广大用户提供咨询、投诉、建议等服务的专业平台",
        "团队前台客服、后台支持、数据分析三个团队",
        "流程来电接入、解答与记录、处理与跟进、统计与分析",
    ):
        assert line in told


def test_ninety_per_cent_two_points_up_is_noise(shown):
    told = chapter(shown, "answering")
    assert "接通率90.0%，较上月上升2.0个百分点，没有证据表明有变化。" in told and "900/1,000" in told
    assert "接通率+2.0个百分点" in words(shown.partition('class="hold"')[2].partition("</aside>")[0])


def test_a_hundred_and_twenty_complaints_five_per_cent_fewer_is_noise(shown):
    told = chapter(shown, "handling")
    assert "投诉120件，较上月减少6件（−4.8%）" in told and "没有证据表明有变化。24小时内响应" in told
    assert "产品质量占比40.0%，较上月+5.1个百分点，没有证据表明有变化。" in told
    assert "24小时内响应90.0%（83.3%～94.2%），48小时内解决70.0%（61.3%～77.5%）" in told
    for name, share in {"产品质量": "40.0", "售后服务": "30.0", "价格争议": "20.0", "其他问题": "10.0"}.items():
        count, before = (str(MONTHS[start][1][name]) for start in (AUGUST, JULY))
        row = cells(shown, name)
        verdict = "没有证据表明有变化" if int(count) >= 30 else "样本不足"
        assert {count, before, share, verdict} <= set(row), row


def test_four_and_a_half_points_slightly_up_is_noise(shown):
    for name, mean, before in (("用户满意度", "4.50", "4.40"), ("专业性", "4.30", "4.20"), ("解决问题的能力", "4.20", "4.10")):
        row = cells(shown, name)
        assert {"100", mean, before} <= set(row) and row[-1].endswith("没有证据表明有变化"), row


def test_nothing_is_called_better_or_worse_and_nothing_is_suggested(shown):
    first = words(shown.partition('class="verdict"')[2].partition("</p>")[0])
    assert "可比的历史不足12个月，本月不判好坏。" in first
    assert "本月证据不足以支持任何行动。" in chapter(shown, "suggestions")
    assert not re.search("显著|明显|小幅|大幅", words(shown))
