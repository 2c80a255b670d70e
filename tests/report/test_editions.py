"""The editions of a month, as the command renders them: three cells a notebook, so that what is tested is the way and not the month."""

import json
import re

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_notebook

from hotline_analysis import open_hotline
from hotline_analysis.__main__ import main
from hotline_analysis.errors import DataRefused, RunFailed, StudyMissing
from hotline_analysis.report import editions
from hotline_analysis.report import month as monthly
from hotline_analysis.show.forms import Shown
from hotline_analysis.show.month import FORMS, SAY
from tests.prove.attack import Known, within
from tests.report.notebooks import code
from tests.small import TEAMS, write_teams

GIVEN = "params = ''\nmonth = ''\nlanguage = 'zh'"
FIGURES = ("show(h.sheet)", "show(h.history('connection_rate'))", "show(h.days)")
OPEN = "from hotline_analysis import open_hotline, say, show\nh = open_hotline(params, month, language, progress=False)\nshow(h.about)"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Where the editions of a month by area were published."""
    folder = tmp_path_factory.mktemp("editions")
    cells = [
        code(GIVEN, "parameters"),
        *map(code, (OPEN, "say(h.sheet)", *FIGURES, "say(h.about, as_='rule')", "show(h.about, as_='colophon')", "h.end(h.verdicts)")),
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


@pytest.mark.slow
def test_the_index_leads_to_every_edition_and_names_no_small_one(reports):
    text = (reports / "2024-03-area" / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(\.\./[^"]+)"', text)
    assert len(links) == 3 - (text.count("南城") == 0) and all((reports / "2024-03-area" / link).resolve().is_file() for link in links)
    assert "东城" in text and "北城" not in text and "不单列" in text
    assert "<caption><b>各区域的结论，记录多的在前</b></caption>" in text


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


def figures(reports) -> dict[str, dict]:
    """What every edition's kpis.csv says, by area and indicator; a cell that is not told is nan."""
    found = {}
    for folder in (f for f in reports.glob("2024-03-area-*") if f.is_dir()):
        only = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["only"].partition("=")[2]
        rows = pd.read_csv(folder / "kpis.csv", encoding="utf-8-sig")
        found[only] = rows.set_index("indicator")
    return found


def test_every_count_of_an_editions_figures_is_a_multiple_of_five_and_no_small_one(reports):
    for rows in figures(reports).values():
        shares = rows.loc[["connection_rate", "abandonment_rate", "identified_share", "offered"], "numerator"].dropna()
        assert len(shares) and (shares % 5 == 0).all() and (shares >= 15).all()
        assert rows.loc["repeat_rate_24h", ["numerator", "value", "low", "high", "change"]].isna().all(), (
            "a few in a month: no value, and no nought"
        )


def test_nobody_can_be_told_from_the_published_figures_of_all_editions(reports):
    """Calls answered and abandoned by area: a linear programme over every kpis.csv, who knows the hotline's exact counts besides."""
    calls = open_hotline(reports.parents[1] / "teams.yaml", "2024-03", progress=False).calls()
    table = calls.groupby(["outcome", "area"]).size().unstack(fill_value=0).loc[["answered", "abandoned"]]
    known = Known(table.shape, table.to_numpy().sum())
    for area, rows in figures(reports).items():
        at = table.columns.get_loc(area)
        for part, key in enumerate(("connection_rate", "abandonment_rate")):
            known.low[part, at], known.high[part, at] = within(rows.loc[key, "numerator"], rounded=True)
        known.add((slice(None), at), within(rows.loc["offered", "numerator"], rounded=True))
    for part, total in enumerate(table.sum(axis=1)):
        known.add((part, slice(None)), (total, total))
    small = list(zip(*np.nonzero((table > 0) & (table < 13)), strict=True))
    assert small and all(len({*known.ends(place)}) == 2 for place in small)


def test_no_base_can_be_had_from_a_published_mean(reports):
    """A mean of whole seconds to a tenth: with any of the five counts that its base may be, some whole sum gives it."""
    for rows in figures(reports).values():
        mean, base = rows.loc["asa_seconds", ["value", "denominator"]].astype(float)
        assert mean == pytest.approx(round(mean, 1)) and rows.loc["asa_seconds", "numerator"] == pytest.approx(mean * base)
        assert all(
            any(abs(s / n - mean) <= 0.05 for s in range(int(mean * n) - 5, int(mean * n) + 6)) for n in np.arange(base - 2, base + 3)
        )
        assert rows["value"].get("queue_seconds", np.nan) != rows["value"].get("queue_seconds", np.nan)


def test_a_page_says_what_it_leaves_out_and_draws_no_nought_for_it(reports):
    for folder in (f for f in reports.glob("2024-03-area-*") if f.is_dir()):
        page = (folder / "index.html").read_text(encoding="utf-8")
        assert "不足13的计数不列" in page and "不能这样列出的表只在全热线的页面上" in page and "不列出" in page
        assert "2024-03-01 &lt;13条" in page and "2024-03-01 0条" not in page


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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_of_the_files_says_that_it_is_of_the_whole_hotline(tmp_path, language):
    """A quality finding (117 calls usual) and the ledger stood on an edition's page as if they were its own."""
    params = write_teams(tmp_path, calls=900, months=3)
    own, whole = (open_hotline(params, "2024-03", language, only=only, progress=False) for only in ("area=东城", ""))
    said = {"zh": "全热线的记录", "en": "the whole hotline's records"}[language]
    for name in ("ledger_of_month", "checks", "ledger"):
        shown, plain = (Shown(getattr(h, name), {}, language) for h in (own, whole))
        assert [said in line for line in shown.said(FORMS[name].subtitle)] == [True] and not plain.said(FORMS[name].subtitle)
    graded = own.checks.head(0).reindex([0]).assign(grade="good", told_zh="无", told_en="none", worst="True")
    graded.attrs = own.checks.attrs
    assert any(said in line for line in Shown(graded, {}, language).said(SAY["checks"]))


def test_editions_that_had_a_fault_are_said_and_the_others_led_to(tmp_path, monkeypatch):
    """One that a study is missing from is there; one that could not be rendered is not."""
    asked = {"month": "latest", "out": str(tmp_path / "reports"), "progress": False}
    params = write_teams(tmp_path, calls=900, months=3)

    def publish(_, *, edition, **__):
        raise StudyMissing("east", "was published without a study.") if edition == "area=东城" else RunFailed(edition, "the kernel died.")

    monkeypatch.setattr(editions.monthly, "publish", publish)
    with pytest.raises(StudyMissing) as said:
        editions.publish_all(str(params), "area", **asked)
    assert re.search(r"2024-03-area/index\.html › was published; of the editions \d had a fault: ", str(said.value))
    assert "../2024-03-" not in (tmp_path / "reports" / "teams" / "2024-03-area" / "index.html").read_text(encoding="utf-8")
    monkeypatch.setattr(editions.rounding, "LEAST", 10**6)
    with pytest.raises(DataRefused, match=r"^--for › no area of the period has enough records for a page of its own\.$"):
        editions.publish_all(str(params), "area", **asked)
