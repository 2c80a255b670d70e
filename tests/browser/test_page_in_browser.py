"""A page with every block and hostile data, opened in Chromium: nothing runs, nothing is asked for, nothing overflows, every character has its glyph."""

import base64
import io
import re
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from fontTools.ttLib import TTFont

from hotline_analysis.report import page
from hotline_analysis.show import blocks, fonts
from tests.charts.test_charts import FORMS
from tests.report.notebooks import executed
from tests.report.test_blocks import INDICATOR
from tests.report.test_page import PAYLOADS

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not at /usr/bin/chromium")]


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as driver, tempfile.TemporaryDirectory() as profile:
        context = driver.chromium.launch_persistent_context(profile, executable_path=str(CHROMIUM), args=FLAGS, headless=True)
        yield context
        context.close()


def shown(language: str) -> list:
    """Every block and every chart form, in one language."""
    show = blocks.speaking(language)
    indicators = pd.DataFrame(
        [{**INDICATOR, "indicator": f"i{n}", "judgement": j} for n, j in enumerate(("worse", "better", "more", "less", "none", "few"))]
    )
    sentences = pd.DataFrame(
        [
            {
                "judgement": "worse",
                "direction": "down",
                "sentence": p,
                "proof": p,
                "text": p,
                "reason": p,
                "term": p,
                "meaning": p,
                "name": p,
                "n": 1234.0,
                "ref": "table",
            }
            for p in PAYLOADS
        ]
    )
    columns = [blocks.Column("name", "名称"), blocks.Column("n", "件", "count"), blocks.Column("judgement", "判断", "verdict")]
    figures = [
        show.figure(form, make(), key=name, title=f"{name} 图", subtitle="副题", rule="口径", **options)
        for name, (form, make, options) in FORMS.items()
    ]
    return [
        show.masthead(title="云江市12345热线运行月报", month="2024-09", status="暂行版", issue="第9期", audience="内部资料", period="9月1日至30日"),
        show.conclusion(["高峰接通变差，", "其余指标没有证据表明有变化。"]), show.tally(indicators), show.cards(indicators.head(4)), show.asks(sentences), show.notice(sentences.head(2), important=True),
        show.ledger(indicators, title="六项指标"), show.hold(sentences), show.chapter("数据与口径", lede="可用。", key="data"), show.findings(sentences), *figures,
        show.table(sentences, columns, key="table", title="表", total={"name": "合计", "n": 1, "judgement": ""}), show.pair(show.table(indicators, columns[:1], key="l", title="左"), show.table(indicators, columns[:1], key="r", title="右")),
        show.chapter("满意度", key="survey", absent="没有回访数据。"), show.human("说明"), show.prose("文字"), show.rule_line("口径"), show.chapter("附录", key="appendix", numbered=False), show.glossary(sentences), show.notes(["一"]), show.colophon(["样稿"], digest="abc"),
    ]  # fmt: skip


@pytest.fixture(scope="module", params=["zh", "en"])
def html(request) -> str:
    return page.make(executed(*shown(request.param))).decode()


@pytest.fixture(scope="module")
def file(html, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(html, encoding="utf-8")
    return path


def opened(browser, file: Path, *, width: int):
    """The page in a tab, with everything that it asked for, said or tried."""
    tab, heard = browser.new_page(), []
    tab.set_viewport_size({"width": width, "height": 900})
    tab.on("request", lambda request: heard.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
    tab.on("console", lambda message: heard.append(message.text))
    tab.on("pageerror", lambda error: heard.append(str(error)))
    tab.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    tab.goto(file.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    tab.wait_for_timeout(200)
    return tab, heard


@pytest.mark.parametrize("width", [1280, 800, 390, 320])
def test_nothing_runs_nothing_is_asked_for_nothing_overflows(browser, file, width):
    tab, heard = opened(browser, file, width=width)
    assert heard == [] and tab.evaluate("document.scripts.length") == 0
    assert tab.evaluate("document.documentElement.scrollWidth") <= max(width, 390)
    if width == 390:
        wide = tab.evaluate(
            "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.getAttribute('aria-label'))"
        )
        assert wide == []
    tab.close()


def test_escaping_holds_even_without_the_policy(browser, html, tmp_path):
    bare = tmp_path / "bare.html"
    bare.write_text(re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html), encoding="utf-8")
    tab, heard = opened(browser, bare, width=1280)
    assert heard == []
    tab.close()


@pytest.mark.parametrize(("width", "drawing"), [(1280, ".plot .w"), (390, ".plot .n")])
def test_text_in_drawings_is_never_scaled_under_twelve(browser, file, width, drawing):
    tab, _ = opened(browser, file, width=width)
    scale = f"[...document.querySelectorAll('{drawing} svg')].map(s => s.getBoundingClientRect().width / s.viewBox.baseVal.width)"
    sizes = f"[...document.querySelectorAll('{drawing} svg text')].map(t => parseFloat(getComputedStyle(t).fontSize))"
    assert len(tab.evaluate(scale)) == len(FORMS) and min(tab.evaluate(scale)) > 0.999 and min(tab.evaluate(sizes)) >= 12
    tab.close()


USED = """() => {
  const used = {}, walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (['TITLE', 'DESC', 'STYLE', 'title', 'desc'].includes(parent.tagName) || parent.closest('pre')) continue;
    const style = getComputedStyle(parent), family = style.fontFamily.split(',')[0].replaceAll('"', '');
    const key = family + '|' + (family === 'Report Song' || +style.fontWeight >= 600 ? 700 : 400);
    used[key] = (used[key] || '') + walk.currentNode.data;
  }
  return used;
}"""


def embedded(html: str) -> dict[str, set[str]]:
    """The characters of each face that the page carries."""
    faces = {}
    for family, weight, data in re.findall(r'font-family:"([^"]+)";font-weight:(\d+);src:url\(data:font/woff2;base64,([^)]+)\)', html):
        faces[f"{family}|{weight}"] = {chr(c) for c in TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap()}
    return faces


def test_every_character_has_its_glyph_in_the_face_that_sets_it(browser, file, html):
    """What the browser sets in each face, against what the page carries; characters that no shipped font has are the reader's own."""
    tab, _ = opened(browser, file, width=1280)
    ours, carried = fonts.characters(), embedded(html)
    for face, text in tab.evaluate(USED).items():
        if face in carried:
            assert not sorted((set(text) & ours) - carried[face] - {"\n", "\xad"}), face
    assert set(carried) == {"Report Sans|400", "Report Sans|700", "Report Song|700"}
    tab.close()


def test_the_paper_is_a4_and_nothing_is_wider(browser, file):
    """176 mm are 665 px; anything wider makes Chromium shrink the whole document."""
    tab, _ = opened(browser, file, width=665)
    tab.emulate_media(media="print")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 666
    paper = tab.pdf(prefer_css_page_size=True)
    boxes = set(re.findall(rb"/MediaBox \[([^\]]+)\]", paper))
    assert len(boxes) == 1 and [round(float(v)) for v in boxes.pop().split()] == [0, 0, 595, 842]
    tab.close()


def test_only_verdicts_have_a_colour(html):
    """Ink, greys and the two hues of the verdicts; nothing else has a saturation to speak of."""
    import colorsys

    strong = set()
    for colour in {c.lower() for c in re.findall(r"#[0-9a-fA-F]{6}\b", re.sub(r"base64,[^)]*", "", html))}:
        hue, _, saturation = colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))
        if saturation > 0.5 and hue >= 0:
            strong.add(colour)
    assert strong <= {"#a83a05", "#1f70af", "#0b4f8a"}  # worse, better, links


def test_the_page_keeps_its_budget(html):
    assert len(html.encode()) < page.LARGEST and html.count("<h1>") == 1
