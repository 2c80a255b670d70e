"""The month's page on paper: printed by a browser of this machine, from the finished page and nothing else."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from hotline_analysis import machine
from hotline_analysis.errors import BadParams, RunFailed

PDF = "report.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
LONGEST_S = 120
QUIET = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer",
)  # fmt: skip
DATES = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}")


def browser() -> str:
    """The browser that prints; BadParams where this machine has none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), "")
    if not found:
        raise BadParams("--pdf", "there is no Chromium, Chrome or Edge on this machine.", "Install one, or print the page from another's.")
    return found


def printed(page: bytes, work: Path, *, by: str) -> bytes:
    """A page as PDF; the same page gives the same bytes. work: a folder of ours in which the browser may write. Raises RunFailed."""
    room = work / "paper"
    room.mkdir()
    (room / "page.html").write_bytes(page)
    root = ["--no-sandbox"] * (getattr(os, "geteuid", lambda: 1)() == 0)  # Chromium refuses its sandbox to root; the page runs nothing
    places = [f"--user-data-dir={room / 'profile'}", f"--print-to-pdf={room / PDF}", (room / "page.html").as_uri()]
    try:
        subprocess.run([by, *QUIET, *root, *places], env=machine.clean_environment(), capture_output=True, timeout=LONGEST_S, check=False)
        return DATES.sub(rb"\g<1>20000101000000", (room / PDF).read_bytes())
    except (OSError, subprocess.TimeoutExpired):
        raise RunFailed(PDF, "the browser did not print the page.", "Run without --pdf, and print the page from a browser.") from None
