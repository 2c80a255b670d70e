"""The page of all months, from published months: what it takes over, what it leaves out, whose file it is."""

import re
import shutil
from datetime import date

import pytest

from hotline_analysis import machine, show
from hotline_analysis.errors import CannotWrite
from hotline_analysis.report import months, page, publish
from hotline_analysis.show.blocks import Block
from hotline_analysis.show.markup import Markup
from tests.report.notebooks import about, executed

CARDS = '<ul class="cards"><li class="card"><h3><span>接通率</span></h3><p class="value">{}<small>%</small></p></li></ul>'
TALLY = '<ul class="tally"><li class="v none"><b>3</b>件事在正常波动内</li></ul>'


def published(
    reports,
    hotline: str,
    month: str,
    value: str = "93.2",
    *,
    provisional: bool = False,
    language: str = "zh",
    said: str = "本月各项指标都在正常波动内。",
):
    """A month as a run leaves it: its page, and the manifest that vouches for it."""
    parts = [
        Block("say", Markup('<p class="say"><span>{} <a href="#answering">接通与服务</a></span></p>').format(said), said),
        Block("tally", Markup(TALLY), ""),
        Block("cards", Markup(CARDS.format(value)), ""),
    ]  # fmt: skip
    made = page.make(executed(show(about(language, month=month, provisional=provisional)), *parts))
    told = {"files": {"index.html": {"sha256": publish.digest(made)}}, "pages": {"index.html": {"provisional": provisional}}}
    publish.publish(
        {"index.html": made, "manifest.json": publish.json_bytes(told)}, reports / hotline / month, reports / hotline / f".{month}.s"
    )


def test_what_is_due_was_provisional_and_waits_for_no_day_to_come(tmp_path):
    """By hand: data to 8 September. What waits for a newer export, or was published before a manifest said for what, is due too; of editions it is their column; a day is a period too."""

    def of(folder: str, month: str, *, only: str = "", provisional: bool = True, **awaited):
        files, first = {"index.html": b"page"}, {"provisional": provisional, **awaited}
        told = publish.stated(files, month=month, only=only, pages={"index.html": first})
        publish.publish(files | {"manifest.json": told}, tmp_path / "east" / folder, tmp_path / "east" / f".{folder}.s")

    of("2024-07", "2024-07", awaited={"calls": "2024-08-08", "orders": "2024-09-09"})
    of("2024-08", "2024-08", awaited={"calls": "2024-09-08"})
    of("2024-08-area-b", "2024-08", only="area=East", awaited={"calls": "2024-09-08"})
    of("2024-08-area-c", "2024-08", only="area=West", awaited={"calls": "2024-09-08"})
    of("2024-06", "2024-06", awaited={"export": None})
    of("2024-05", "2024-05")
    of("2024-04", "2024-04", provisional=False, awaited={})
    of("2024Q3", "2024Q3", awaited={"month": "2024-10-01"})
    of("2024Q2", "2024Q2", awaited={"calls": "2024-07-08"})
    of("2023", "2023", awaited={"calls": "2024-01-08"})
    of("2024-08-30", "2024-08-30", awaited={"calls": "2024-09-07"})
    of("2024-09-01", "2024-09-01", awaited={"calls": "2024-09-09"})
    found = months.due(tmp_path / "east", date(2024, 9, 8))
    months_due = [("2024-05", ""), ("2024-06", ""), ("2024-08", ""), ("2024-08", "area")]
    assert found == [("2023", ""), *months_due, ("2024-08-30", ""), ("2024Q2", "")]
    assert months.due(tmp_path / "none", date(2024, 9, 8)) == []


def rows(text: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "|", row).strip("|") for row in re.findall(r"<tr lang.*?</tr>", page.KEPT_TOGETHER.sub(r"\1", text))]


@pytest.fixture(scope="module", autouse=True)
def no_fonts():
    """Cutting the fonts takes a second a page; what is asked here is what stands on it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page.fonts, "embed", lambda **_: "")
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three months of two hotlines."""
    folder = tmp_path_factory.mktemp("months")
    published(folder, "east", "2023-12", "91.0", said="接通率低于以往波动范围：91.0%。")
    published(folder, "east", "2024-02", "93.2", provisional=True)
    published(folder, "west", "2024-01", "88.8", language="en", said="All indicators are within their usual variation.")
    return folder


@pytest.fixture
def reports(made, tmp_path):
    return shutil.copytree(made, tmp_path / "reports")


def test_every_month_is_listed_newest_first_with_its_own_words(reports):
    text = months.write(reports, "zh").read_text(encoding="utf-8")
    assert re.findall(r'href="([^"#]+)"', text) == [
        "east/2024-02/index.html", "east/2024-02/index.html", "east/2023-12/index.html", "west/2024-01/index.html", "west/2024-01/index.html",
    ]  # fmt: skip
    assert re.findall(r'scope="rowgroup" colspan="4">(?:<span class="nb">)?(\d+)<', text) == ["2024", "2023", "2024"]
    east, before, west = rows(text)
    assert "2024年2月" in east and "暂行版" in east and "本月各项指标都在正常波动内。" in east and "件事在正常波动内" in east
    assert "2023年12月" in before and "定稿" in before and "接通率低于以往波动范围：91.0%。" in before
    assert "final" in west and '<tr lang="en">' in text and "January 2024" in west


def test_days_stand_below_the_months_the_newest_first_and_no_more_than_a_month_of_them(reports):
    published(reports, "south", "2024-02-03", said="各项指标都在同类日的范围内。")
    shutil.copytree(reports / "south" / "2024-02-03", reports / "south" / "2024-02-05")
    text = months.write(reports, "zh").read_text(encoding="utf-8")
    assert re.findall(r'href="south/([^"/]+)/', text) == ["2024-02-05", "2024-02-05", "2024-02-03"], "the newest leads, though it is a day"
    table = text.partition('class="months days"')[2].partition("</table>")[0]
    assert "2024年2月3日" in page.KEPT_TOGETHER.sub(r"\1", table) and table.count("各项指标都在同类日的范围内。") == 2 and "定稿" in table
    for day in range(10, 29):
        for month in (1, 3):
            shutil.copytree(reports / "south" / "2024-02-03", reports / "south" / f"2024-{month:02}-{day}")
    listed = months.write(reports, "zh").read_text(encoding="utf-8").partition('class="months days"')[2].partition("</table>")[0]
    assert listed.count("<tr lang") == months.MOST_DAYS


def test_a_year_its_quarters_and_halves_stand_above_their_months_and_lead_to_nothing_newer(reports):
    for period in ("2023Q3", "2023Q4", "2023H2", "2023"):
        published(reports, "east", period, "90.0")
    text = months.write(reports, "zh").read_text(encoding="utf-8")
    assert re.findall(r'href="east/([^"/]+)/', text) == ["2024-02", "2024-02", "2023", "2023Q4", "2023Q3", "2023H2", "2023-12"]


def test_a_month_leads_to_its_editions(reports):
    for column in ("area", "unit"):
        folder = reports / "east" / f"2024-02-{column}"
        told = {"files": {"index.html": {"sha256": publish.digest(b"lead")}}, "editions": column}
        publish.publish({"index.html": b"lead", "manifest.json": publish.json_bytes(told)}, folder, reports / "east" / f".{column}.s")
    (folder / "index.html").write_text("another", encoding="utf-8")  # not what its manifest says
    text = months.write(reports, "zh").read_text(encoding="utf-8")
    assert re.findall(r'<small><a href="([^"]+)">([^<]+)</a></small>', text) == [("east/2024-02-area/index.html", "分区域")]


def test_only_the_newest_month_shows_its_figures_and_no_link_of_a_page_comes_along(reports):
    text = months.write(reports, "zh").read_text(encoding="utf-8")
    assert (
        re.findall(r'class="value">(.*?)<small>', text) == ['<span class="nb">93.2</span>', '<span class="nb">88.8</span>']
        and "#answering" not in text
    )
    assert all((reports / link).is_file() for link in re.findall(r'href="([^"#]+)"', text))


def test_a_month_that_is_not_what_its_manifest_says_is_not_listed(reports):
    page_of = reports / "east" / "2024-02" / "index.html"
    page_of.write_text(page_of.read_text(encoding="utf-8").replace("93.2", "99.9"), encoding="utf-8")
    (reports / "east" / "2024-03").mkdir()
    text = months.write(reports, "zh").read_text(encoding="utf-8")
    assert "99.9" not in text and "2024-02" not in text and "2024-03" not in text and "east/2023-12" in text


def test_the_same_months_give_the_same_bytes_and_a_second_write_takes_the_place_of_the_first(reports):
    first = months.write(reports, "en").read_bytes()
    shutil.copytree(reports / "west", reports / "north")
    assert b"north/2024-01/index.html" in months.write(reports, "en").read_bytes()
    gone = [reports / "north" / "2024-01" / name for name in ("index.html", "manifest.json")]
    for file in gone:
        file.unlink()
    assert months.write(reports, "en").read_bytes() == first and not (reports / months.PART).exists()


def test_a_file_of_somebody_elses_stays_as_it_is(reports):
    (reports / "index.html").write_text("mine", encoding="utf-8")
    assert months.write(reports, "zh") is None
    assert (reports / "index.html").read_text(encoding="utf-8") == "mine" and machine.names_made(reports) == []


def test_a_folder_that_cannot_be_written_is_said_with_the_month_as_published(reports, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(machine, "write_safely", full)
    with pytest.raises(CannotWrite) as refused:
        months.write(reports, "zh")
    assert str(refused.value) == f"{reports / 'index.html'} › cannot be written (No space left on device); the month itself is published."
