"""A page with every block and hostile data, opened in Chromium: nothing runs, nothing is asked for, nothing overflows, every character has its glyph."""

import base64
import io
import re
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from fontTools.ttLib import TTFont

from hotline_analysis import say, show
from hotline_analysis.report import page
from hotline_analysis.show import blocks, fonts
from hotline_analysis.show.forms import Figure, Shown, Table
from hotline_analysis.words import Field, Term
from tests import judged
from tests.report.notebooks import about, executed, text
from tests.report.test_page import PAYLOADS
from tests.show.test_charts import FORMS

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


def chapter(title: str, key: str, prose: str, language: str, *tags: str):
    cell = text(f"## {title}\n\n{prose}", language, *tags)
    cell["id"] = key
    return cell


def shown(language: str) -> list:
    """Every block and every chart, in one language, around hostile data."""
    frame = judged.told(
        judged.verdicts(
            connection_rate="worse",
            talk_seconds="more",
            asa_seconds="better",
            offered="less",
            identified_share="none",
            repeat_rate_24h="few",
        )
    )
    hostile = pd.DataFrame({"name": PAYLOADS, "n": 1234.0})
    hostile.loc[len(hostile)] = ["合计", 1]
    fields = {"name": Field(Term("名称", "Name")).as_dict(), "n": Field(Term("件", "Count"), "count").as_dict()}

    def framed(form, frame, key: str):
        frame.attrs = {"table": key, "fields": fields, "definition": {language: "口径"}}
        return form.block(Shown(frame, {}, language))

    sub, reading = Term("副题", "副题"), Term("读法", "读法")
    figures = [
        framed(Figure(form, Term(f"{name} 图", f"{name} 图"), subtitle=sub, reading=reading, options=options), make(), name)
        for name, (form, make, options) in FORMS.items()
    ]
    verbs = [show(frame, as_=as_, language=language) for as_ in ("tally", "cards")]
    return [
        text("# 运行月报", "zh"), text("# Monthly report", "en"), show(about(language)), say(frame, language=language), *verbs,
        show(frame, language=language), show(frame, as_="unsaid", language=language),
        chapter("数据与口径", "data", "可用。" + PAYLOADS[0], "zh"), chapter("Data", "data-en", "Fit for use." + PAYLOADS[0], "en"),
        show(frame, as_="service", language=language), *figures, framed(Table("name n", Term("表", "表"), total=True), hostile, "table"),
        blocks.sentences(PAYLOADS, language=language), chapter("满意度", "survey", "", "zh"), chapter("Satisfaction", "survey-en", "", "en"),
        blocks.missing("没有回访数据"), chapter("附录", "appendix", "", "zh", "unnumbered"), chapter("Appendix", "appendix-en", "", "en", "unnumbered"),
        show(about(language, note_zh="说明", note_en="A note"), as_="colophon"),
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
    tab.evaluate("document.querySelectorAll('.toggle').forEach(box => { box.checked = true })")
    tab.wait_for_timeout(200)
    return tab, heard


@pytest.mark.parametrize("width", [1280, 800, 390, 320])
def test_nothing_runs_nothing_is_asked_for_nothing_overflows(browser, file, width, bar):
    bar("N3 browser")
    tab, heard = opened(browser, file, width=width)
    assert heard == [] and tab.evaluate("document.scripts.length") == 0
    assert tab.evaluate("document.documentElement.scrollWidth") <= max(width, 390)
    if width == 390:
        wide = tab.evaluate(
            "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.getAttribute('aria-label'))"
        )
        assert wide == []
    tab.close()


def test_escaping_holds_even_without_the_policy(browser, html, tmp_path, bar):
    bar("N3 browser")
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
    ours, carried = {chr(code) for code in TTFont(fonts.FOLDER / fonts.FACES[0][2]).getBestCmap()}, embedded(html)
    for face, used in tab.evaluate(USED).items():
        if face in carried:
            assert not sorted((set(used) & ours) - carried[face] - {"\n", "\xad"}), face
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


def test_paper_keeps_every_verdict(browser, file):
    """A class of a verdict may be the word of something that paper leaves out (more)."""
    tab, _ = opened(browser, file, width=1280)
    there = tab.locator(".v").count()
    tab.emulate_media(media="print")
    assert tab.locator(".tally .v.more, .tally .v.less").count() == 2
    assert there == tab.locator(".v").evaluate_all("all => all.filter(e => e.checkVisibility()).length")
    tab.close()


def test_the_appendix_is_set_closer_on_paper(browser):
    """The last sheet held eight lines: the tables of the appendix, which are looked up and not read, took the room."""
    rows = "<tr><th>x</th><td>y</td></tr>" * 50
    tables = "".join(f"<section class=chapter id={key}><table><tbody>{rows}</tbody></table></section>" for key in ("ahead", "appendix"))
    tab = browser.new_page()
    tab.set_content(f"<style>{blocks.sheet()}</style>{tables}")
    tab.emulate_media(media="print")
    ahead, appendix = (tab.locator(f"#{key} table").bounding_box()["height"] for key in ("ahead", "appendix"))
    assert appendix < 0.85 * ahead
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
