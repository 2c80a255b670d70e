"""The page on paper without a browser: which one prints, what it is asked, and what is said when it does not. Real PDFs are looked at in tests/browser."""

import subprocess
import sys

import pytest

from hotline_analysis.errors import BadParams, RunFailed
from hotline_analysis.report import paper

PRINTS = """
import sys
from pathlib import Path
pdf, page = (next(a for a in sys.argv if a.startswith(start)) for start in ("--print-to-pdf=", "file:"))
dates = b"/CreationDate (D:20240918142312+00'00') /ModDate (D:20240918142313+00'00')"
Path(pdf.partition("=")[2]).write_bytes(b"%PDF " + Path(page.removeprefix("file://")).read_bytes() + dates)
"""


@pytest.fixture
def browser(tmp_path):
    """A program that is called as a browser is and does what is given."""

    def made(code: str) -> str:
        file = tmp_path / "chromium"
        file.write_text(f"#!{sys.executable}\n{code}", encoding="utf-8")
        file.chmod(0o700)
        return str(file)

    return made


def test_the_first_browser_of_the_machine_prints(monkeypatch):
    monkeypatch.setattr(paper.shutil, "which", {"msedge": "/bin/msedge", "google-chrome": "/bin/google-chrome"}.get)
    assert paper.browser() == "/bin/google-chrome"
    monkeypatch.setattr(paper.shutil, "which", lambda name: None)
    with pytest.raises(BadParams) as refused:
        paper.browser()
    assert str(refused.value) == (
        "--pdf › there is no Chromium, Chrome or Edge on this machine. Install one, or print the page from another's."
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_the_same_page_is_the_same_pdf(tmp_path, browser):
    """Its dates are none: a PDF says when it was made."""
    told = paper.printed("<p>五月</p>".encode(), tmp_path, by=browser(PRINTS))
    dates = b"/CreationDate (D:20000101000000+00'00') /ModDate (D:20000101000000+00'00')"
    assert told == b"%PDF " + "<p>五月</p>".encode() + dates


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
@pytest.mark.parametrize("code", ["", "raise SystemExit(3)"])
def test_a_browser_that_prints_nothing_is_said(tmp_path, browser, code):
    with pytest.raises(RunFailed) as failed:
        paper.printed(b"<p>x</p>", tmp_path, by=browser(code))
    assert str(failed.value) == ("report.pdf › the browser did not print the page. Run without --pdf, and print the page from a browser.")


def test_a_browser_that_hangs_or_is_gone_is_said(tmp_path, monkeypatch):
    with pytest.raises(RunFailed):
        paper.printed(b"<p>x</p>", tmp_path, by=str(tmp_path / "nowhere"))

    def hang(command, timeout, **_):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(paper.subprocess, "run", hang)
    (tmp_path / "again").mkdir()
    with pytest.raises(RunFailed, match="did not print"):
        paper.printed(b"<p>x</p>", tmp_path / "again", by="chromium")
