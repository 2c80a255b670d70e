"""Take the pictures of docs/ anew: `python tools/make_pictures.py [tutorial|lab]`. Needs Chromium at /usr/bin/chromium; they are committed, at most 200 KB each.

`tutorial` makes the page of the tutorial from the public bank log beside the checkout, in both languages, and photographs a figure and the page's head; `lab` drives
`notebooks/explore.ipynb` in JupyterLab over an invented hotline (`python3 tools/environment.py lab` first).
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.notebooks import invented  # noqa: E402

DOCS, BANK = ROOT / "docs", ROOT.parent / "shared" / "data" / "bank1999"
MONTH, ENDINGS = "1999-07", {"en": "", "zh": ".zh-CN"}
MOST_BYTES = 200_000
WAIT_MS = 300_000


@contextlib.contextmanager
def browser() -> Iterator[BrowserContext]:
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as profile:
        context = driver.chromium.launch_persistent_context(
            profile, executable_path="/usr/bin/chromium", args=["--no-sandbox"], headless=True, viewport={"width": 1000, "height": 620}
        )
        context.set_default_timeout(WAIT_MS)
        yield context
        context.close()


def tutorial(context: BrowserContext) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "params").mkdir()
        text = (ROOT / "params" / "bank1999.yaml").read_text(encoding="utf-8").replace("../shared/data/bank1999", str(BANK))
        (folder / "params" / "bank.yaml").write_text(text, encoding="utf-8")
        for language, ending in ENDINGS.items():
            photograph(context, rendered(folder, language), ending)


def rendered(folder: Path, language: str) -> Path:
    """The page of the study of the window, as the tutorial's last command makes it."""
    given = ["--params", str(folder / "params" / "bank.yaml"), "--month", MONTH, "--sections", "repeat,appendix,window"]
    subprocess.run([sys.executable, "-m", "hotline_analysis", "report", *given, "--language", language, "--quiet"], cwd=folder, check=True)
    return folder / "reports" / "bank" / MONTH / "window.html"


def photograph(context: BrowserContext, file: Path, ending: str) -> None:
    tab = context.new_page()
    tab.goto(file.as_uri())
    keep(tab.screenshot(), f"tutorial-page{ending}.png")
    keep(tab.locator("#density").first.screenshot(), f"tutorial-density{ending}.png")
    tab.close()


def lab(context: BrowserContext) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = ["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--IdentityProvider.token="]
    given += ["--LabApp.expose_app_in_browser=True"]
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as own:
        book = explorer(Path(made))
        kept = Path(own) / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
        kept.parent.mkdir(parents=True)
        kept.write_text('{"windowingMode": "none"}', encoding="utf-8")  # cells out of sight stay in the page
        apart = {f"JUPYTER_{name}_DIR": own for name in ("CONFIG", "RUNTIME")} | {
            f"JUPYTERLAB_{name}_DIR": own for name in ("SETTINGS", "WORKSPACES")
        }
        served = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *given, f"--ServerApp.root_dir={made}"], env=os.environ | apart, stderr=subprocess.DEVNULL
        )
        try:
            answers(port)
            photograph_lab(context, f"http://127.0.0.1:{port}/lab/tree/{book.name}")
        finally:
            served.terminate()
            served.wait(30)


def explorer(folder: Path) -> Path:
    """explore.ipynb beside the tests' hotline of two thousand calls, which is there in a second."""
    invented.write(folder)
    text = (ROOT / "notebooks" / "explore.ipynb").read_text(encoding="utf-8").replace("../params/sample.yaml", "two_thousand.yaml")
    (folder / "explore.ipynb").write_text(text, encoding="utf-8")
    return folder / "explore.ipynb"


def answers(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port), 1).close()
        time.sleep(0.5)
    raise SystemExit("make_pictures › JupyterLab did not answer.")


def photograph_lab(context: BrowserContext, address: str) -> None:
    """The explorer after a click, its controls in sight, without the file browser."""
    tab = context.new_page()
    tab.goto(address)
    tab.wait_for_function("window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.isReady")
    tab.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    tab.wait_for_selector(".hotline-curve svg", state="attached")
    tab.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
    tab.locator(".hotline-curve").scroll_into_view_if_needed()
    tab.locator(".hotline-match-control button").nth(1).click()
    tab.wait_for_function("document.querySelector('.hotline-line').innerText.includes('相同诉求')")
    tab.locator(".hotline-curve").scroll_into_view_if_needed()
    tab.wait_for_timeout(1500)
    keep(tab.screenshot(), "lab.png")
    tab.close()


def keep(picture: bytes, name: str) -> None:
    """A picture of few colours is small: refused where it is not."""
    if len(picture) > MOST_BYTES:
        raise SystemExit(f"make_pictures › {name} has {len(picture):,} bytes; at most {MOST_BYTES:,}.")
    (DOCS / name).write_bytes(picture)
    print(json.dumps({"picture": f"docs/{name}", "bytes": len(picture)}))


def main() -> int:
    with browser() as context:
        for name in sys.argv[1:] or ["tutorial", "lab"]:
            {"tutorial": tutorial, "lab": lab}[name](context)
    return 0


if __name__ == "__main__":
    sys.exit(main())
