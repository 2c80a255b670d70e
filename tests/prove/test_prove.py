"""The bookkeeping of the simulations: a bound is kept to the letter in a whole run, and told apart from bad luck in a tenth."""

import pytest

from tests.prove import Cell, found, proof
from tests.prove.__main__ import HEAD, PAGE, written


@pytest.mark.parametrize(
    ("hits", "runs", "tenth", "held"),
    [
        (149, 1000, False, True),
        (151, 1000, False, False),
        (22, 100, True, True),  # of 100 at .15, 22 or more come in 3.9 % of runs
        (28, 100, True, False),  # 28 or more in .06 %
        (0, 0, False, False),
    ],
)
def test_at_most(hits, runs, tenth, held):
    assert Cell("x", hits, runs, most=0.15).held(tenth=tenth) is held


@pytest.mark.parametrize(
    ("hits", "runs", "tenth", "held"), [(700, 1000, False, True), (699, 1000, False, False), (57, 100, True, True), (54, 100, True, False)]
)
def test_at_least(hits, runs, tenth, held):
    assert Cell("x", hits, runs, least=0.7).held(tenth=tenth) is held


def test_what_is_only_printed_always_holds():
    assert Cell("x", 1, 2).held(tenth=False) and Cell("x", 0, 0).held(tenth=True)


def test_a_part_takes_the_place_of_its_last_one_and_the_others_stay():
    old = f"{HEAD}\n## A\n\n`a`, day 1\n\n| 1 |\n\n## C\n\n`c`, day 1\n\n| 3 |\n\n## Gone\n\n`gone`, day 1\n\n| 4 |\n"
    new = written(written(old, "## B\n\n`b`, day 2\n\n| 2 |\n", "abc"), "## A\n\n`a`, day 3\n\n| 9 |\n", "abc")
    assert new == f"{HEAD}\n## A\n\n`a`, day 3\n\n| 9 |\n\n## B\n\n`b`, day 2\n\n| 2 |\n\n## C\n\n`c`, day 1\n\n| 3 |\n"


def test_no_two_simulations_have_one_name():
    known = found()
    with pytest.raises(ValueError, match="a simulation is called attack already"):
        proof("x", runs=1)(known["attack"].make)


def test_the_page_has_a_part_of_every_simulation():
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in found() if f"\n`{name}`, 2" not in page] == [] and page == written(
        page, page[page.index("\n## ") + 1 :].partition("\n## ")[0], found()
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", list(found()))
def test_a_tenth_of_every_simulation_keeps_its_bounds(name):
    assert [c for c in found()[name].cells(tenth=True) if not c.held(tenth=True)] == []
