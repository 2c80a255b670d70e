"""A real JupyterLab on a free loopback port: its interface is Chinese, the controls of `explore.ipynb` move line and curve, the page exporter gives a page or a sentence."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.browser.test_page_in_browser import CHROMIUM, FLAGS
from tests.notebooks import invented

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 240  # for a kernel of a busy machine
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not at /usr/bin/chromium"),
    pytest.mark.skipif(
        importlib.util.find_spec("jupyterlab") is None, reason="JupyterLab is not installed: python3 tools/environment.py lab"
    ),
]
WIDE = "import pandas as pd\n\npd.DataFrame([range(30)] * 3, columns=[f'column {n}' for n in range(30)])"
READY = "window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.isReady"
POINTS = "[...document.querySelectorAll('.hotline-curve svg path, .hotline-curve svg use')].map(e => e.getAttribute('d') || e.getAttribute('x') + ',' + e.getAttribute('y')).join()"


def book(path: Path, folder: Path, *, more: str = "") -> None:
    """A notebook of ours for the small hotline of this folder; more: a further cell."""
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"][0]["source"] = ['params = "two_thousand.yaml"\n', 'month = "2024-02"\n', 'language = "zh"']
    content["cells"] += (
        [{"cell_type": "code", "execution_count": None, "id": "more", "metadata": {}, "outputs": [], "source": [more]}] if more else []
    )
    (folder / path.name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """JupyterLab over a folder of notebooks, as `make lab` starts it, with no settings of whoever runs the tests; its address."""
    folder = tmp_path_factory.mktemp("lab")
    invented.write(folder)
    book(ROOT / "notebooks" / "explore.ipynb", folder, more=WIDE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: str(folder / ".own" / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    own |= {f"JUPYTERLAB_{name}_DIR": str(folder / ".own" / name) for name in ("SETTINGS", "WORKSPACES")}
    keep_all_cells(folder / ".own" / "SETTINGS")
    given = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
    ]
    given += [f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True"]
    with (folder / "lab.log").open("wb") as log:
        lab = subprocess.Popen([sys.executable, "-m", "jupyterlab", *given], env=os.environ | own, stdout=log, stderr=log, cwd=folder)
    try:
        wait_for(port, lab)
        yield f"http://127.0.0.1:{port}", folder
    finally:
        lab.terminate()
        lab.wait(30)


def keep_all_cells(settings: Path) -> None:
    """Cells that are out of sight stay in the page: a test looks at several of them."""
    file = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text('{"windowingMode": "none"}', encoding="utf-8")


def wait_for(port: int, lab: subprocess.Popen) -> None:
    for _ in range(2 * SECONDS):
        assert lab.poll() is None, "JupyterLab ended"
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.5)
    raise AssertionError("JupyterLab did not answer")


@pytest.fixture(scope="module")
def tab(served, tmp_path_factory):
    """The explorer's notebook in a tab, run; what the tab asked of others than this server is in `tab.outside`."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    address, _ = served
    with api.sync_playwright() as driver:
        profile = str(tmp_path_factory.mktemp("profile"))
        context = driver.chromium.launch_persistent_context(
            profile, executable_path=str(CHROMIUM), args=FLAGS, headless=True, viewport={"width": 1280, "height": 900}
        )
        page = context.new_page()
        page.set_default_timeout(1000 * SECONDS)
        page.outside = []
        local = (address, address.replace("http", "ws"), "data:", "blob:")
        page.on("request", lambda request: page.outside.append(request.url) if not request.url.startswith(local) else None)
        page.goto(f"{address}/lab/tree/explore.ipynb")
        page.wait_for_function(READY)
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.wait_for_selector(".hotline-curve svg")
        yield page
        context.close()


def told(tab) -> tuple[str, str, str]:
    """What the three outputs say now."""
    return tab.locator(".hotline-line").text_content(), tab.locator(".hotline-rate").text_content(), tab.evaluate(POINTS)


def after(tab, word: str) -> tuple[str, str, str]:
    """The three outputs once the line holds the word, and the curve is drawn for it."""
    tab.wait_for_function("word => document.querySelector('.hotline-line').textContent.includes(word)", arg=word)
    tab.wait_for_function("word => document.querySelector('.hotline-curve svg desc').textContent.includes(word)", arg=word)
    return told(tab)


def test_the_interface_is_chinese_and_nothing_outside_is_asked(tab):
    assert tab.locator(".lm-MenuBar-itemLabel").all_text_contents()[:2] == ["文件", "编辑"]
    assert tab.outside == []


def test_wide_frames_scroll_from_files_that_are_here(tab):
    last = tab.locator(".jp-OutputArea-output .dt-container").last  # of the added cell; h.gaps() is wide too
    last.locator("table.dataTable th", has_text="column 29").first.wait_for(state="attached")
    assert "column 0" in last.inner_text() and tab.outside == []


def test_a_click_moves_the_definition_the_rate_and_the_curve(tab):
    before = told(tab)
    assert "任一诉求" in before[0] and "滚动24小时" in before[0]
    tab.locator(".hotline-match-control button", has_text="相同").click()
    same = after(tab, "第1级相同诉求")
    assert all(old != new for old, new in zip(before, same, strict=True))
    tab.locator(".hotline-clock-control button", has_text="来电开始").click()
    start = after(tab, "自来电开始起算")
    assert start[2] != same[2]  # of the rate this hotline has the same at 24 hours
    tab.locator(".hotline-match-control button", has_text="任一").click()
    tab.locator(".hotline-clock-control button", has_text="来电结束").click()
    tab.wait_for_function("document.querySelector('.hotline-line').textContent.includes('任一诉求，')")
    assert after(tab, "自来电结束起算") == before


def test_the_slider_moves_the_window_and_not_the_curve(tab):
    line, rate, _ = told(tab)
    tab.locator(".hotline-window-control .noUi-handle").focus()
    tab.keyboard.press("ArrowRight")
    moved = after(tab, "滚动48小时")
    assert moved[0] != line and moved[1] != rate and "48小时内" in moved[1]


def test_the_menu_offers_the_page_and_the_page_is_one(tab):
    tab.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    assert any(offered(tab) for _ in range(20))  # the menu learns of the exporters a while after the notebook was opened
    status, text = exported(tab, "explore.ipynb")
    assert status == 200 and "<h1" in text and "两千通热线" in text and "default-src 'none'" in text and "<script" not in text


def offered(tab) -> bool:
    """Whether the menu File has the page among what a notebook can be saved as; the menu is closed again."""
    tab.locator(".lm-MenuBar-itemLabel", has_text="文件").click()
    tab.locator(".lm-Menu-item", has_text="保存并导出笔记本为").hover()
    tab.wait_for_timeout(2000)
    found = tab.locator(".lm-Menu-item", has_text="Hotline_page").is_visible()
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")
    return found


def exported(tab, name: str) -> tuple[int, str]:
    """What the server answers where the menu's entry asks for the file."""
    fetch = "async name => { const r = await fetch(`/nbconvert/hotline_page/${name}?download=true`); return [r.status, await r.text()] }"
    return tuple(tab.evaluate(fetch, name))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("unrun", "its outputs hold no figure and no table of the workbook. Run all its cells, save it, and export it again."),
        ("no params", "names no params file."),
        ("staff", "a frame that names agents or callers is shown on a page."),
        ("number", "it holds what reads as a mobile number."),
    ],
)
def test_a_page_that_may_not_leave_is_a_sentence_and_no_file(tab, served, change, said):
    _, folder = served
    content = json.loads((folder / "explore.ipynb").read_text(encoding="utf-8"))
    shown = next(cell for cell in content["cells"] if "show(chosen)" in "".join(cell["source"]))
    (output,) = shown["outputs"]
    kind = "application/vnd.hotline+html"
    if change == "unrun":
        for cell in content["cells"]:
            cell |= {"outputs": []} if cell["cell_type"] == "code" else {}
    if change == "no params":
        content["cells"][0]["metadata"] = {}
    if change == "staff":
        output["metadata"][kind]["audience"] = "staff"
    if change == "number":
        output["data"][kind] = "".join(output["data"][kind]).replace("<table", "<p>13800138000</p><table", 1)
    (folder / "changed.ipynb").write_text(json.dumps(content), encoding="utf-8")
    status, text = exported(tab, "changed.ipynb")
    assert status == 500 and said in text and "13800138000" not in text
