"""The real pages of a small hotline's month in Chromium: nothing from outside, no script, no overflow on desktop, phone and paper."""

import json
import re
import shutil
import subprocess

import pytest

from hotline_analysis.__main__ import main
from hotline_analysis.measures import catalogue
from hotline_analysis.report import month
from tests.browser.test_page_in_browser import browser as browser
from tests.browser.test_page_in_browser import pytestmark as pytestmark
from tests.small import write_hotline


@pytest.fixture(scope="module", params=["zh", "en"])
def folder(request, tmp_path_factory):
    """The published month of a small hotline."""
    home = tmp_path_factory.mktemp("pages")
    params = write_hotline(home)
    assert main(["report", "--params", str(params), "--month", "2024-01", "--language", request.param, "--quiet"]) == 0
    return home / "reports" / "small" / "2024-01"


def there(folder, name):
    """The page's file; a study that these data hold nothing for has none, and the manifest says so."""
    if name in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["missing"]:
        pytest.skip("these data hold nothing that it could show")
    return folder / name


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


@pytest.mark.parametrize("width", [1280, 800, 390])
@pytest.mark.parametrize("name", list(month.pages()))
def test_nothing_is_wider_than_the_screen(folder, browser, name, width):
    page = browser.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(there(folder, name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
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


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext of poppler-utils is not here")
def test_the_summary_ends_on_the_first_sheet(folder, browser, tmp_path):
    """On paper every indicator of table 1 stands on page 1."""
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    page.pdf(path=str(tmp_path / "page.pdf"), prefer_css_page_size=True, print_background=True)
    page.close()
    first = subprocess.run(
        ["pdftotext", "-layout", "-l", "1", str(tmp_path / "page.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    squeezed = "".join(first.split())
    language = "en" if "Table1" in squeezed else "zh"
    assert [
        i.key for i in catalogue.usual().values() if i.first and i.chapter != "orders" and "".join(i.name(language).split()) not in squeezed
    ] == []
