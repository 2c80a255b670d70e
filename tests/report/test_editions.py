"""The editions of a month, as the command renders them: three cells a notebook, so that what is tested is the way and not the month."""

import csv
import json
import re

import nbformat
import pytest
from nbformat.v4 import new_notebook

from hotline_analysis.__main__ import main
from hotline_analysis.report import month as monthly
from tests.report.notebooks import code
from tests.small import TEAMS, write_teams

GIVEN = "params = ''\nmonth = ''\nlanguage = 'zh'"
OPEN = "from hotline_analysis import open_hotline, say, show\nh = open_hotline(params, month, language, progress=False)\nshow(h.about)"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Where the editions of a month by area were published."""
    folder = tmp_path_factory.mktemp("editions")
    cells = [
        code(GIVEN, "parameters"),
        *map(code, (OPEN, "say(h.sheet)", "say(h.about, as_='rule')", "show(h.about, as_='colophon')", "h.end(h.verdicts)")),
    ]
    (folder / "notebooks").mkdir()
    nbformat.write(new_notebook(cells=cells), folder / "notebooks" / "monthly.ipynb")
    patched = pytest.MonkeyPatch()
    patched.setattr(monthly, "notebooks", lambda: folder / "notebooks")
    patched.setattr(monthly, "fingerprint", lambda *_: "made by a test")  # the notebooks are not the checkout's
    params = write_teams(folder, calls=900, months=3)
    try:
        assert main(["report", "--params", str(params), "--month", "2024-03", "--quiet"]) == 0
        assert main(["report", "--params", str(params), "--month", "2024-03", "--for", "area=all", "--quiet"]) == 0
    finally:
        patched.undo()
    return folder / "reports" / "teams"


def test_the_index_leads_to_every_edition_and_names_no_small_one(reports):
    text = (reports / "2024-03-area" / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(\.\./[^"]+)"', text)
    assert len(links) == 3 - (text.count("南城") == 0) and all((reports / "2024-03-area" / link).resolve().is_file() for link in links)
    assert "东城" in text and "北城" not in text and "不单列" in text


def test_all_months_lead_there_and_name_none(reports):
    text = (reports.parent / "index.html").read_text(encoding="utf-8")
    assert 'href="teams/2024-03-area/index.html">分区域<' in text and not [word for word in TEAMS if word in text]


def test_no_file_is_named_by_a_word_of_the_data(reports):
    named = "".join(str(path.relative_to(reports)) for path in reports.rglob("*"))
    assert not [word for word in TEAMS if word in named]


def test_an_edition_says_whose_it_is_and_is_one_page(reports):
    folders = [f for f in reports.glob("2024-03-area-*") if f.is_dir()]
    for folder in folders:
        said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        assert said["only"].startswith("area=") and list(said["pages"]) == ["index.html"]
        page = (folder / "index.html").read_text(encoding="utf-8")
        assert f"区域：{said['only'].partition('=')[2]}" in page and "其余取最接近的5" in page


def test_every_count_of_an_editions_figures_is_a_multiple_of_five(reports):
    for folder in (f for f in reports.glob("2024-03-area-*") if f.is_dir()):
        rows = list(csv.DictReader((folder / "kpis.csv").read_text(encoding="utf-8-sig").splitlines()))
        shares = [r for r in rows if r["indicator"] in ("connection_rate", "abandonment_rate", "identified_share", "offered")]
        assert shares and all(float(r["numerator"]) % 5 == 0 for r in shares if r["numerator"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--for", "unti=all"], 64),
        (["--for", "unit"], 64),
        (["--for", "unit=all", "--day", "2024-03-01"], 64),
        (["--for", "unit=东城", "--staff"], 64),
        (["--for", "unit=天边"], 65),
        (["--month", "2024Q2"], 66),
        (["--month", "2024Q5"], 64),
        (["--month", "2024-03-01"], 64),
    ],
)
def test_what_cannot_be_rendered_is_refused_before_a_kernel_starts(reports, words, code, capsys):
    params = reports.parents[1] / "teams.yaml"
    month = [] if "--month" in words else ["--month", "2024-03"]
    assert main(["report", "--params", str(params), *month, *words, "--quiet"]) == code
    told = capsys.readouterr().err
    assert "Traceback" not in told and "天边" not in told
