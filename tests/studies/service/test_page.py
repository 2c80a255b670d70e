"""Every cell of the service notebook shows what it can, and each table says what the export lacks."""

import re

import pytest

from hotline_analysis import open_hotline
from hotline_analysis.show.blocks import Block, End
from tests.small import write_hotline
from tests.studies.test_study_pages import shown

LACKS = {  # column -> the reason, and the tables that need it
    "queue_seconds": ("排队时长", "levels waits wait_course patience patience_course one_more"),
    "talk_seconds": ("通话时长", "load workload staffing one_more"),
    "outcome": (
        "结果",
        "connection day_types peak levels attempts waits wait_course patience patience_course load workload staffing one_more coverage",
    ),
    "caller": ("来电人", "attempts"),
    "issue_1": ("诉求一级分类", "load workload"),
}
OTHERS = ("connection", "day_types", "peak", "coverage")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("service")
    write_hotline(path, calls=1200)
    return path


def test_every_cell_of_a_whole_hotline_shows_a_block(folder):
    blocks = shown(open_hotline(folder / "small.yaml", "2024-01", "en", progress=False), "service")
    assert all(isinstance(block, Block | End) for block in blocks.values())
    assert not any(re.search(r">(nan|NaN|None|inf)<|\bnan\b", str(getattr(block, "html", ""))) for block in blocks.values())
    assert sum(bool(block.facts.get("missing")) for block in blocks.values() if isinstance(block, Block)) < len(blocks) / 2


@pytest.mark.parametrize("lacking", LACKS)
def test_what_an_export_lacks_is_said_where_it_is_needed_and_nowhere_else(folder, lacking):
    params, (reason, tables) = folder / f"without_{lacking}.yaml", LACKS[lacking]
    params.write_text(re.sub(rf"    {lacking}: .*\n", "", (folder / "small.yaml").read_text(encoding="utf-8")), encoding="utf-8")
    h = open_hotline(params, "2024-01", progress=False)
    missing = {name: (h.study("service", name).attrs["missing"] or {}).get("zh") for name in {*tables.split(), *OTHERS}}
    assert {name for name, said in missing.items() if said} == set(tables.split())
    assert all(reason in missing[name] for name in tables.split()), missing
