"""Pages for staff: what names people goes to private/, where only its owner may look, and never under reports/."""

import re
import stat

import pytest

from hotline_analysis import machine, show
from hotline_analysis.__main__ import main
from hotline_analysis.errors import LeakFound
from hotline_analysis.report import month, page, publish
from hotline_analysis.show.blocks import Block
from hotline_analysis.show.markup import Markup
from tests.report.notebooks import about, executed
from tests.small import write_hotline


@pytest.fixture(scope="module")
def params(tmp_path_factory):
    return write_hotline(tmp_path_factory.mktemp("staff"), calls=900)


def test_what_is_for_staff_is_a_page_of_its_own_and_no_page_of_the_month():
    assert {"agents.html", "callers.html", "followup.html"} == set(month.staff_pages()) and not set(month.staff_pages()) & set(
        month.pages()
    )


def test_staff_pages_are_their_owners_alone_and_say_so(params):
    assert main(["report", "--params", str(params), "--month", "2024-02", "--staff", "--quiet"]) == 0
    folder = params.parent / "private" / "small" / "2024-02"
    pages = list(folder.glob("*.html"))
    assert {f.name for f in pages} == {"agents.html", "callers.html"}  # no case was ever listed
    for place in (folder.parents[1], folder.parent, folder):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700, place
    for file in pages:
        text = file.read_text(encoding="utf-8")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600 and "仅供内部管理，含人员信息，不得外传" in text and "只含汇总数据" not in text
        assert page.POLICY in text and re.findall(r"\b1540000\d{4}\b", text) == []
    assert not list((params.parent / "reports").rglob("*.html"))


def test_old_pages_of_ours_go_and_nobody_elses_is_written_over(tmp_path):
    folder = tmp_path / "private" / "small" / "2024-02"
    publish.keep_private({"agents.html": b"old", "followup.html": b"old"}, folder)
    (folder / "agents.xlsx").write_bytes(b"filled in")
    publish.keep_private({"agents.html": b"new"}, folder)
    assert {f.name: f.read_bytes() for f in folder.iterdir() if f.suffix} == {"agents.html": b"new", "agents.xlsx": b"filled in"}
    (folder / "callers.html").write_bytes(b"mine")
    with pytest.raises(machine.Foreign):
        publish.keep_private({"agents.html": b"newer", "callers.html": b"ours"}, folder)
    assert (folder / "callers.html").read_bytes() == b"mine" and (folder / "agents.html").read_bytes() == b"new"


def test_a_frame_for_staff_is_refused_on_any_other_page():
    block = Block("table", Markup("<p>甲</p>"), "", {"audience": "staff"})
    with pytest.raises(LeakFound):
        page.make(executed(show(about()), block))
    assert "甲" in page.make(executed(show(about()), block), staff=True).decode()


@pytest.mark.parametrize("more", [["--day", "2024-01-05"], ["--pdf"]])
def test_staff_pages_are_of_a_month(params, capsys, more):
    assert main(["report", "--params", str(params), "--staff", *more]) == 64
    assert (
        capsys.readouterr().err
        == "--staff › goes with a month, and with neither --day nor --sections nor --pdf nor --for. Leave them out.\n"
    )
