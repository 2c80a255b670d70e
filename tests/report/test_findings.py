"""Every number of a finding stands in the row that it links to, in both languages; other data turn the sentence round."""

import html
import re
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hotline_analysis import open_hotline, say
from tests.report.notebooks import page_here
from tests.small import PARAMS

MONTHS, CALLS = 13, 250  # a year before the month that is judged
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def write_year(folder: Path, *, last: float, seed: int = 3) -> Path:
    """A hotline of thirteen months in which 94 % are answered, and the given share in the last."""
    rng, lines = np.random.default_rng(seed), ["编号,来电时间,结束时间,主叫号码,坐席,诉求,结果,排队,通话"]
    for number in range(MONTHS):
        year, month = divmod(number, 12)
        first = datetime(2023 + year, month + 1, 1)
        days = ((first + timedelta(days=32)).replace(day=1) - first).days
        for n, second in enumerate(np.sort(rng.integers(0, days * 86400, CALLS))):
            begin, wait, talk = first + timedelta(seconds=int(second)), int(rng.integers(0, 30)), int(rng.integers(100, 300))
            answered = rng.random() < (last if number == MONTHS - 1 else 0.94)
            end = begin + timedelta(seconds=wait + (talk if answered else 0))
            lines.append(f"C{number:02d}{n:04d},{begin},{end},1540000{rng.integers(0, 3000):04d},甲,供水,{'接通' if answered else '放弃'},{wait},{talk if answered else 0}")  # fmt: skip
    folder.joinpath("calls.csv").write_bytes(("\n".join(lines) + "\n").encode("gb18030"))
    (folder / "small.yaml").write_text(PARAMS, encoding="utf-8")
    return folder / "small.yaml"


@pytest.fixture(scope="module")
def worse(tmp_path_factory) -> Path:
    return write_year(tmp_path_factory.mktemp("worse"), last=0.8)


def text(piece: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>", "", piece, flags=re.DOTALL)))


def findings(page: str) -> list[tuple[str, str]]:
    """Of each finding the key of the row that it links to, and its words without the link."""
    found = re.findall(r"<li>(?:(?!<li>).)*?</li>", "".join(re.findall(r'<ol class="findings">.*?</ol>', page, re.DOTALL)), re.DOTALL)
    return [(re.search(r'href="#n-(\w+)"', item)[1], text(re.sub(r"<a .*?</a>", "", item))) for item in found]


def row(page: str, key: str) -> tuple[str, str]:
    """The name in a row's head, and what its cells hold."""
    whole = re.search(rf'<tr id="n-{key}">(.*?)</tr>', page, re.DOTALL)[1]
    head, *cells = re.split(r"<td", whole)
    return text(head).strip(), " ".join(text(cell.partition(">")[2]) for cell in cells)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_of_a_finding_is_in_the_row_that_it_links_to(worse, language):
    page = page_here(worse, "2024-01", language)
    told = findings(page)
    assert {"connection_rate", "offered", "talk_seconds"} <= {key for key, _ in told}
    for key, said in told:
        name, cells = row(page, key)
        assert said.startswith(name), said
        numbers = NUMBER.findall(said.replace(name, "", 1).replace("95%区间", "").replace("95% interval", ""))
        assert numbers and set(numbers) <= set(NUMBER.findall(cells)), f"{said}: {cells}"


@pytest.mark.parametrize(
    "last, said",
    [(0.94, "本月各项指标都在正常波动内。"), (0.8, "接通率低于以往波动范围：8"), (1.0, "接通率高于以往波动范围：100.0%")],
)
def test_other_data_turn_the_sentence_round(tmp_path, worse, last, said):
    h = open_hotline(worse if last == 0.8 else write_year(tmp_path, last=last), "2024-01", progress=False)
    assert say(h.sheet).text.startswith(said), say(h.sheet).text
    assert h.checks.empty and say(h.checks).text == "数据质量优：没有发现异常。", "no finding is a finding"
