"""Pages for staff: what names people goes to private/, where only its owner may look, and never under reports/."""

import re
import stat

import pandas as pd
import pytest
from matplotlib.figure import Figure

from hotline_analysis import machine, open_hotline, show
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


@pytest.fixture(scope="module")
def h(params):
    return open_hotline(str(params), "2024-02", progress=False)


COPIES = {  # of rows of people, whose contract is lost or of another frame
    "plain": lambda rows: pd.DataFrame(rows.head(3).to_dict("list")),
    "counted": lambda rows: rows.groupby("agent").size().reset_index(name="n"),
    "by the index": lambda rows: rows.groupby("agent")[["queue_seconds"]].mean(),
    "turned": lambda rows: pd.DataFrame(rows).pivot_table(index="outcome", columns="agent", values="seq", aggfunc="count").reset_index(),
    "two heads": lambda rows: rows.groupby("outcome").agg({"caller": ["nunique"]}).reset_index(),
    "joined": lambda rows: pd.merge(
        pd.DataFrame(rows[["seq", "agent"]].to_dict("list")), pd.DataFrame(rows[["seq", "agent"]].to_dict("list")), on="seq"
    ).head(3),
    "in Chinese": lambda rows: pd.DataFrame({"话务员": list(rows["agent"].head(3))}),
    "pseudonyms": lambda rows: pd.DataFrame({"Caller": list(rows["caller"].head(3))}),
}


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_of_peoples_rows_is_refused_by_its_columns(h, copied):
    rows = h.calls()
    frame = COPIES[copied](rows)
    frame.attrs = {}
    with pytest.raises(LeakFound, match="names people, and a frame or a picture with it is shown on a page"):
        page.make(executed(show(about()), show(frame)))
    assert page.make(executed(show(about()), show(frame)), staff=True)


def test_people_that_annotate_or_are_added_to_a_public_frame_are_refused_too(h):
    rates = h.study("window")
    with pytest.raises(LeakFound, match="a frame that names agents or callers"):
        page.make(executed(show(about()), show(rates, h.calls().head(3))))
    with pytest.raises(LeakFound, match="'agent' names people"):
        page.make(executed(show(about()), show(rates.assign(agent="甲"))))
    assert page.make(executed(show(about()), show(rates), show(rates.head(2)), show(pd.DataFrame({"channel": ["电话"], "calls": [3]}))))


def drawn(rows: pd.DataFrame, *, y: str):
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots(1, 2)
    axes[0].barh(rows.iloc[:, 0], rows.iloc[:, 1])
    axes[0].set_ylabel(y)
    return show(axes[1])


def test_a_picture_of_people_is_refused_by_its_axes_and_by_its_names(h):
    """A picture knows not what it was drawn of; the last cell of `start.ipynb` draws what `h.sql` gave."""
    by_agent = h.sql("select agent, count(*) as calls from calls where agent is not null group by agent")
    known = month.people(h.store)
    assert set(by_agent["agent"]) == known
    with pytest.raises(LeakFound, match="'agent' names people"):
        page.make(executed(show(about()), drawn(by_agent, y="agent")))
    with pytest.raises(LeakFound, match="the name of an agent stands in a frame or a picture of one's own"):
        page.make(executed(show(about()), drawn(by_agent, y="")), people=known)
    renamed = pd.DataFrame({"谁": by_agent["agent"], "calls": by_agent["calls"]})
    with pytest.raises(LeakFound, match="the name of an agent"):
        page.make(executed(show(about()), show(renamed)), people=known)
    teams = renamed.assign(谁="早班")
    assert page.make(executed(show(about()), show(teams), drawn(teams, y="班组")), people=known)


def test_what_is_a_mere_number_or_a_word_of_a_team_too_is_nobodys_name(tmp_path):
    params = write_hotline(tmp_path, calls=40)
    text = (tmp_path / "calls.csv").read_text(encoding="gb18030").splitlines()
    at = text[0].split(",").index("坐席")
    agents = ["林若溪(1024)", "1025", "早班"]
    rows = [",".join(c if i != at else agents[n % 3] for i, c in enumerate(line.split(","))) + ",早班" for n, line in enumerate(text[1:])]
    (tmp_path / "calls.csv").write_text("\n".join([text[0] + ",班组", *rows]), encoding="gb18030")
    params.write_text(
        params.read_text(encoding="utf-8").replace("    agent: 坐席\n", "    agent: 坐席\n    unit: 班组\n"), encoding="utf-8"
    )
    assert month.people(open_hotline(str(params), progress=False).store) == {"林若溪(1024)", "林若溪"}


@pytest.mark.parametrize("more", [["--day", "2024-01-05"], ["--pdf"]])
def test_staff_pages_are_of_a_month(params, capsys, more):
    assert main(["report", "--params", str(params), "--staff", *more]) == 64
    assert (
        capsys.readouterr().err
        == "--staff › goes with a month, and with neither --day nor --sections nor --pdf nor --for. Leave them out.\n"
    )


def test_a_hotline_that_names_nobody_has_no_pages_for_staff_and_says_so(tmp_path, capsys):
    """只有工单、没有坐席和号码：不出空页，也不以零退出了事。"""
    rows = "".join(f"Q-{n:03d},2024-03-{n % 28 + 1:02d} 10:00:00\n" for n in range(60))
    (tmp_path / "a.csv").write_text(f"工单编号,受理时间\n{rows}", encoding="utf-8")
    (tmp_path / "o.yaml").write_text(
        "title: x\nkey: published\npublic: true\norders: {files: a.csv, key: 工单编号, columns: {order_id: 工单编号, created_at: 受理时间}}\n",
        encoding="utf-8",
    )
    assert main(["report", "--params", str(tmp_path / "o.yaml"), "--staff", "--quiet"]) == 66
    said = "--staff › there is nothing for a page in this month: none of agents, callers, followup has calls, agents or cases to tell of.\n"
    assert capsys.readouterr().err == said and not list(tmp_path.glob("private/**/*.html"))
