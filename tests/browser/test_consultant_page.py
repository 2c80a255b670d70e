"""A consultant's own notebook: eight cells that change match, level and month, a chart of ours beside a plain seaborn plot, and a page of it."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from hotline_analysis.hotline import open_hotline
from hotline_analysis.report import run
from tests.browser.test_page_in_browser import browser as browser
from tests.browser.test_page_in_browser import pytestmark as pytestmark
from tests.notebooks import invented

NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "consultant.ipynb"
TITLE = {"zh": "复电率随窗口变化；各类诉求24小时复电率", "en": "The rate at every window; at 24 hours by issue"}


@pytest.fixture(scope="module", params=["zh", "en"])
def rendered(request, tmp_path_factory):
    """The page of the notebook, its language, and the frames that it shows."""
    folder = tmp_path_factory.mktemp("consultant")
    params = invented.write(folder)
    given = {"params": str(params), "month": "2024-02", "language": request.param}
    with run.hold(folder / "reports", hotline="two_thousand", month="2024-02") as place:
        page = run.render({"index.html": NOTEBOOK}, place=place, parameters=given, progress=False)
    return page, request.param, open_hotline(params, "2024-02", request.param, progress=False)


def test_the_notebook_is_eight_cells_that_anybody_could_have_typed():
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    text = "\n".join(cell.source for cell in cells)
    assert len(cells) == 8 and max(len(cell.source.splitlines()) for cell in cells) <= 8
    assert all(
        word in text for word in ('match="same"', "level=2", "month=h.before()", "charts.window_curve(", "ax=left", "sns.", "show(left)")
    )


def test_both_plots_stand_on_the_page_with_the_numbers_of_their_frames(rendered, browser):
    page, language, h = rendered
    tab = browser.new_page()
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.goto(page.as_uri())
    figure = tab.locator("figure.fig")
    assert figure.count() == 1 and figure.locator("h3").inner_text() == TITLE[language] and figure.locator("svg.chart").count() == 1
    drawn = " ".join(figure.locator("svg text").all_text_contents())
    rates = h.study("window", match="same", level=2, month="2024-01").query("follow_up == 'km'").set_index("window_hours")["value"]
    assert all(f"{100 * rates[hours]:.1f}%" in drawn for hours in (2, 24, 72)) and all(issue in drawn for issue in invented.ISSUES)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 1280
    tab.close()


def test_the_page_is_one_language_and_carries_no_code(rendered):
    page, language, _ = rendered
    text = re.sub(r"<style.*?</style>", "", page.read_text(encoding="utf-8"), flags=re.S)
    assert "h.study" not in text and "seaborn" in text
    assert ("Two plots on one sheet" in text) is (language == "en") and ("一张纸上两张图" in text) is (language == "zh")
    manifest = json.loads((page.parent / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["complete"] and manifest["pages"]["index.html"]["notebook"] == "consultant.ipynb"
