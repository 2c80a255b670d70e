"""The real pages of a small hotline's month in Chromium: nothing from outside, no script, no overflow on desktop, phone and paper."""

import json
import re
import shutil
import subprocess
from itertools import pairwise

import pytest

from hotline_analysis.__main__ import main
from hotline_analysis.measures import catalogue
from hotline_analysis.report import month
from tests.browser.test_page_in_browser import browser as browser
from tests.browser.test_page_in_browser import pytestmark as pytestmark
from tests.small import write_hotline


@pytest.fixture(scope="module")
def params(tmp_path_factory):
    """A small hotline; its store and its frames serve both languages."""
    return write_hotline(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module", params=["zh", "en"])
def folder(request, params):
    """The published month of the hotline in a language."""
    given = ["--params", str(params), "--language", request.param, "--out", str(params.parent / request.param), "--quiet"]
    assert main(["report", *given, "--month", "2024-01", "--pdf"]) == 0
    assert main(["report", *given, "--day", "2024-01-31"]) == 0
    return params.parent / request.param / "small" / "2024-01"


DAY, MONTHS = "the day", "all months"
PAGES = [*month.pages(), DAY, MONTHS]


def there(folder, name):
    """The page's file; a study that these data hold nothing for has none, and the manifest says so."""
    if name in (DAY, MONTHS):
        return folder.parent / "2024-01-31" / "index.html" if name == DAY else folder.parents[1] / "index.html"
    if name in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["missing"]:
        pytest.skip("these data hold nothing that it could show")
    return folder / name


def opened(browser, file, width):
    """The page at a width, every chapter and every table of a figure's numbers open."""
    page = browser.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('.toggle').forEach(box => { box.checked = true })")
    page.evaluate("document.querySelectorAll('details').forEach(box => { box.open = true })")
    return page


@pytest.mark.parametrize("name", list(month.pages()))
def test_a_page_asks_for_nothing_and_runs_nothing(folder, browser, name):
    asked, said = [], []
    page = browser.new_page()
    page.on("request", lambda r: asked.append(r.url))
    page.on("console", lambda m: said.append(m.text))
    page.goto(there(folder, name).as_uri())
    outside = [u for u in asked if not u.startswith(("file:", "data:"))]
    assert (outside, said, page.locator("script").count()) == ([], [], 0)
    page.close()


@pytest.mark.parametrize("name", list(month.pages()))
def test_the_policy_is_whole_and_nothing_points_outside(folder, name):
    text = there(folder, name).read_text(encoding="utf-8")
    assert "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:\"" in text
    links = re.findall(r"""(?:src|href)=["']([^"']*)["']""", text)
    assert [u for u in links if not u.startswith(("#", "data:")) and not re.fullmatch(r"[a-z]+\.html(#[\w-]*)?", u)] == []


SMALLEST_TEXT = """() => Math.min(99, ...[...document.querySelectorAll('svg text')].filter(t => t.checkVisibility()).map(t => {
  const svg = t.closest('svg'); return parseFloat(getComputedStyle(t).fontSize) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width }))"""


@pytest.mark.parametrize("width", [1280, 800, 390])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_screen_and_no_text_of_a_drawing_under_twelve(folder, browser, name, width):
    page = opened(browser, there(folder, name), width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALLEST_TEXT) > 11.9
    page.close()


def test_on_the_phone_a_chapter_opens_by_its_heading_or_by_a_link_into_it(folder, browser):
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    inside = page.locator("section.chapter .inside")
    assert (
        inside.count() > 5
        and inside.evaluate_all("all => all.every(e => e.checkVisibility())")
        and not page.locator(".open").first.is_visible()
    )
    page.set_viewport_size({"width": 390, "height": 844})
    assert not inside.evaluate_all("all => all.some(e => e.checkVisibility())")
    first = page.locator("section.chapter:has(.toggle)").first
    first.locator(".toggle").focus()
    page.keyboard.press("Space")
    assert first.locator(".inside").is_visible() and page.locator(".inside:visible").count() == 1
    page.goto(f"{(folder / 'index.html').as_uri()}#verdicts")
    assert page.locator("#verdicts").is_visible()
    page.emulate_media(media="print")
    assert inside.evaluate_all("all => all.every(e => e.checkVisibility())")
    page.emulate_media(media="screen")
    page.close()


def test_paper_has_no_screen_furniture_and_keeps_names_on_a_line(folder, browser):
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    page.emulate_media(media="print")
    screen = ".rail, .fold, .skip, details.data"
    assert page.locator(screen).count() > 2
    assert page.locator(screen).evaluate_all("all => all.filter(e => e.checkVisibility()).map(e => e.className)") == []
    lines = "names => names.map(e => [e.innerText, e.clientHeight / parseFloat(getComputedStyle(e).lineHeight)])"
    assert [n for n, high in page.locator(".ledger tbody tr:not(.head) th").evaluate_all(lines) if high > 1.9] == []
    page.close()


NEAREST = """() => {
  const texts = cell => { const r = document.createRange(); r.selectNodeContents(cell); return [...r.getClientRects()].filter(b => b.width > 0) };
  const found = [];
  document.querySelectorAll('table:not(.ledger)').forEach(table => { for (const row of table.rows) for (let i = 1; i < row.cells.length; i++) {
    const [left, right] = [texts(row.cells[i - 1]), texts(row.cells[i])];
    const gap = left.length && right.length ? Math.min(...right.map(b => b.left)) - Math.max(...left.map(b => b.right)) : 99;
    if (gap < 6) found.push([row.cells[i - 1].innerText, row.cells[i].innerText, gap]);
  } });
  return found }"""


@pytest.mark.parametrize("name", PAGES)
def test_the_columns_of_a_table_do_not_touch_on_paper(folder, browser, name):
    """A4 with its margins: 176 mm of 96 points an inch; neighbouring cells are 1.6 mm apart at least."""
    page = browser.new_page()
    page.set_viewport_size({"width": 794, "height": 900})
    page.goto(there(folder, name).as_uri())
    page.emulate_media(media="print")
    page.add_style_tag(content="body{width:665px}")
    assert page.evaluate(NEAREST) == []
    page.close()


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext of poppler-utils is not here")
def test_the_summary_ends_on_the_first_sheet(folder):
    """On paper, which is report.pdf, every indicator of table 1 stands on page 1, and what must not be quoted."""
    first = subprocess.run(
        ["pdftotext", "-layout", "-l", "1", folder / "report.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    squeezed = "".join(first.split())
    language = "en" if "Table1" in squeezed else "zh"
    assert {"zh": "本月不宜写成升或降的数字", "en": "Movementsnottobequotedthismonth"}[language] in squeezed
    assert [
        i.key for i in catalogue.usual().values() if i.first and i.chapter != "orders" and "".join(i.name(language).split()) not in squeezed
    ] == []


@pytest.mark.skipif(not shutil.which("pdfinfo"), reason="pdfinfo of poppler-utils is not here")
def test_the_pdf_is_a4_tagged_and_says_neither_when_nor_where_it_was_made(folder):
    said = subprocess.run(["pdfinfo", folder / "report.pdf"], check=True, capture_output=True, text=True).stdout
    told = {name: value.strip() for name, _, value in (line.partition(":") for line in said.splitlines())}
    assert "A4" in told["Page size"] and told["Tagged"] == "yes" and told["JavaScript"] == "no" and int(told["Pages"]) >= 2
    assert told["CreationDate"] == told["ModDate"] and "2000" in told["CreationDate"]
    assert b"file:" not in (folder / "report.pdf").read_bytes()
    assert "report.pdf" in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]


@pytest.mark.parametrize("width", [1280, 800, 390])
def test_the_page_of_all_months_fits_and_leads_to_the_month(folder, browser, width):
    page = browser.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((folder.parents[1] / "index.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".months a").first.click()
    assert page.url == (folder / "index.html").as_uri()
    page.close()


def test_the_contents_are_reached_by_keyboard(folder, browser):
    """Tab: the way past the contents, then every chapter in its order; Enter goes there. On the phone the contents open by Enter."""
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    here = "document.activeElement.getAttribute('href')"
    page.keyboard.press("Tab")
    assert page.evaluate(here) == "#summary"
    chapters = page.locator(".rail a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    for chapter in chapters:
        page.keyboard.press("Tab")
        assert page.evaluate(here) == chapter
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"{chapters[-1]}$"))
    assert page.locator(chapters[-1]).count() == 1
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((folder / "index.html").as_uri())
    page.locator(".fold summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(here) == chapters[0] and page.locator(".fold a").first.is_visible()
    page.close()


CONTRAST = """() => {
  const light = c => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4 };
  const parts = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const of = ([r, g, b]) => .2126 * light(r) + .7152 * light(g) + .0722 * light(b);
  const behind = e => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c } return [255, 255, 255] };
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || e.closest('svg, .vh, .skip') || !e.checkVisibility()) continue;
    const style = getComputedStyle(e), [a, b] = [of(parts(style.color)), of(behind(e))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if ((a + .05) / (b + .05) < (large ? 3 : 4.5)) found.push([e.className || e.tagName, style.color, e.textContent.slice(0, 20)]);
  }
  return found }"""


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_every_text_is_dark_enough_for_its_ground(folder, browser, name, width):
    """WCAG 2.2 AA: 4.5 : 1, large text 3 : 1."""
    page = opened(browser, there(folder, name), width)
    assert page.evaluate(CONTRAST) == []
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_headings_go_down_step_by_step_and_every_picture_has_words(folder, browser, name):
    page = browser.new_page()
    page.goto(there(folder, name).as_uri())
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(h => Number(h.tagName[1]))")
    main = page.locator("main h2, main h3, main h4").evaluate_all("all => all.map(h => Number(h.tagName[1]))")
    assert levels.count(1) == 1 and levels[0] == 1 and all(b - a <= 1 for a, b in pairwise(main))
    silent = "all => all.filter(e => !e.ariaHidden && !e.ariaLabel && !e.querySelector(':scope > title')).length"
    assert page.locator("svg").evaluate_all(silent) == 0
    page.close()
