"""A month of a small hotline, from params to files on disk, as a scheduler runs it."""

import csv
import io
import json
import re

import pytest

from hotline_analysis.__main__ import main
from hotline_analysis.report import month
from hotline_analysis.report.page import chapters
from tests.report.notebooks import page_here
from tests.small import write_hotline


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The folder of a published month, its params file, and what the command printed."""
    folder = tmp_path_factory.mktemp("month")
    params = write_hotline(folder)
    assert main(["report", "--params", str(params), "--month", "2024-01", "--quiet"]) == 0
    return folder / "reports" / "small" / "2024-01", params


def test_the_month_has_its_files(published):
    folder, _ = published
    assert {"index.html", "kpis.csv", "manifest.json"} <= {f.name for f in folder.iterdir()}
    missing = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["missing"]  # pages for which calls alone are not enough
    assert set(month.pages()) == {f.name for f in folder.glob("*.html")} | missing.keys() and "window.html" not in missing


def test_the_month_leads_to_every_page_and_no_link_leads_nowhere(published):
    folder, _ = published
    texts = {page.name: page.read_text(encoding="utf-8") for page in folder.glob("*.html")}
    for name, text in texts.items():
        for link, place in re.findall(r'href="([^"#]*)#([^"]+)"', text):
            assert f' id="{place}"' in texts[link or name], (name, link, place)
    for page in folder.glob("*.html"):
        links = set(re.findall(r'href="([^"#]+)', page.read_text(encoding="utf-8")))
        assert all((folder / link).is_file() for link in links), page.name
        assert page.name != "index.html" or links >= {p.name for p in folder.glob("*.html")} - {"index.html"}


def test_kpis_are_tidy_with_a_byte_order_mark(published):
    raw = (published[0] / "kpis.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert {"indicator", "period", "group", "numerator", "denominator", "value", "low", "high", "direction", "judgement"} <= set(rows[0])
    rate = next(r for r in rows if r["indicator"] == "connection_rate")
    assert float(rate["value"]) == pytest.approx(int(float(rate["numerator"])) / int(float(rate["denominator"])))


def test_the_manifest_says_what_the_page_was_made_of(published):
    said = json.loads((published[0] / "manifest.json").read_text(encoding="utf-8"))
    page = said["pages"]["index.html"]
    assert page["definition_hash"]
    assert said["data"]["digests"].keys() == {"calls.csv"} and not any("data" in told for told in said["pages"].values()), "said once"
    assert page["grade"] in ("excellent", "good", "fair", "poor")
    assert said["fingerprint"]


def test_a_second_run_says_that_the_page_is_current(published, capsys):
    assert main(["report", "--params", str(published[1]), "--month", "2024-01", "--quiet"]) == 0
    assert capsys.readouterr().out.strip().endswith("index.html (already current)")


def test_no_number_and_no_agent_is_on_a_page_or_in_the_store(published):
    folder, params = published
    numbers = set(re.findall(r"154\d{8}", (params.parent / "calls.csv").read_bytes().decode("gb18030")))
    assert len(numbers) > 50
    for file in [*folder.iterdir(), *(params.parent / ".hotline").rglob("*")]:
        if file.is_file():
            held = file.read_bytes()
            assert not [n for n in numbers if n.encode() in held], file


def with_sections(folder, sections: str):
    params = write_hotline(folder, calls=200)
    params.write_text(params.read_text(encoding="utf-8") + f"report: {{sections: {sections}}}\n", encoding="utf-8")
    return params


def headings(page: str) -> list[str]:
    return re.findall(r'<section class="chapter" id="\w+">\s*<h2>(.*?)</h2>', page)


def test_an_english_month_has_the_chapters_and_studies_that_params_name_in_their_order(tmp_path):
    """The appendix and two studies are left out: no heading, no page, no link; the page's foot stays, though the appendix holds it."""
    params = with_sections(tmp_path, "[repeat, window, answering]")
    assert main(["report", "--params", str(params), "--month", "2024-01", "--language", "en", "--quiet"]) == 0
    folder = tmp_path / "reports" / "small" / "2024-01"
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in page and "Connection rate" in page and "接通率" not in page
    assert headings(page) == ["1. Repeat calls", "2. Connection and service"]
    assert re.findall(r'<li><a href="#(\w+)"', page)[-2:] == ["repeat", "answering"]
    assert {p.name for p in folder.glob("*.html")} == {"index.html", "window.html"}
    for made in folder.glob("*.html"):
        assert set(re.findall(r'href="([^"#]+)', made.read_text(encoding="utf-8"))) <= {"index.html", "window.html"}, made.name
    assert 'href="window.html"' in page and "kpis.csv" in page[page.index("<main>") :]


def test_a_chinese_month_has_the_chapters_that_params_name_in_their_order(tmp_path):
    page = page_here(with_sections(tmp_path, "[repeat, window, answering]"), "2024-01")
    assert headings(page) == ["一、重复来电", "二、接通与服务"]
    assert re.findall(r'<li><a href="#(\w+)"', page)[-2:] == ["repeat", "answering"] and "kpis.csv" in page[page.index("<main>") :]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "sections, said",
    [
        ("[service, windw]", "small.yaml › report › sections › 'windw' is neither a chapter of the month, nor a study with a page, nor a notebook in my/. Did you mean 'window'?"),
        ("[serivce]", "small.yaml › report › sections › 'serivce' is neither a chapter of the month, nor a study with a page, nor a notebook in my/. Did you mean 'service'?"),
        ("[fcr]", "small.yaml › report › sections › 'fcr' is neither a chapter of the month, nor a study with a page, nor a notebook in my/. There are: {there}."),
        ("[window, window]", "small.yaml › report › sections: 'window' stands twice; a page has it once."),
    ],
)  # fmt: skip
def test_a_section_that_is_not_there_is_refused_before_the_data_are_read(tmp_path, capsys, language, sections, said):
    params = with_sections(tmp_path, sections)
    index, *studies = month.pages().items()
    there = [*chapters(index[1]), *(name.removesuffix(".html") for name, _ in studies)]
    assert main(["report", "--params", str(params), "--month", "2024-01", "--language", language, "--quiet"]) == 64
    assert capsys.readouterr().err.strip() == said.format(there=", ".join(there))
    assert not (tmp_path / ".hotline").exists()


def test_a_params_file_that_changed_makes_the_page_stale(published):
    before = month.fingerprint("d", published[1], "zh")
    published[1].write_text(published[1].read_text(encoding="utf-8") + "report: {organisation: 甲}\n", encoding="utf-8")
    assert month.fingerprint("d", published[1], "zh") != before


def test_a_failed_run_leaves_the_old_page(published, monkeypatch, capsys):
    folder, params = published
    before = (folder / "index.html").read_bytes()
    broken = folder.parent.parent.parent / "broken.ipynb"
    text = (month.notebooks() / "monthly.ipynb").read_text(encoding="utf-8").replace("show(h.about)", "show(h.abuot)")
    broken.write_text(text, encoding="utf-8")
    monkeypatch.setattr(month, "pages", lambda: {"index.html": broken})
    assert main(["report", "--params", str(params), "--month", "2024-01", "--quiet"]) == 70
    err = capsys.readouterr().err
    assert err.startswith("broken.ipynb › stopped at a fault of the program (AttributeError). Run ")
    assert "Traceback" not in err
    assert (folder / "index.html").read_bytes() == before


def test_a_name_in_sections_means_one_thing():
    """A chapter of the month and a study's page never have the same name: `report › sections` could not tell them apart."""
    named = chapters(month.notebooks() / "monthly.ipynb")
    assert len(set(named)) == len(named) and not set(named) & {name.removesuffix(".html") for name in month.pages()}
