"""N12: what is published of a hotline and of its editions gives no small cell away. A tenth of the tables; `make prove` attacks all of them."""

import pytest

from tests.prove import SEED
from tests.prove.attack import Known, attacked, listed, within


def test_no_small_cell_is_recovered(bar):
    hits, cells = attacked(SEED, 20, "internal")
    assert hits == 0 and cells > 100
    bar("N12 cells", cells)


def test_the_attack_finds_what_nothing_protects():
    """Counts under 8 merely not told, all else exact: more than a tenth of the cells are had, as the literature says of it."""
    hits, cells = attacked(SEED, 5, "plain")
    assert hits > 0.1 * cells


def test_the_attacker_knows_what_is_shown_by_hand():
    """12 and 30 are told, 3 and 6 are one row of 9: to the nearest 5 they are 10, 30 and 10."""
    named, rest = listed([12, 30, 3, 6], rounded=True)
    assert named == {0: 10.0, 1: 30.0} and rest == 10.0
    assert within(10.0, rounded=True) == (8, 12) and within(30.0, rounded=False) == (30.0, 30.0)
    known = Known((2, 1), 9)
    known.add(([0], 0), (4, 9))
    assert known.ends((1, 0)) == (0, 5)


@pytest.mark.parametrize("counts", [[5, 2], [0, 0], [9]])
def test_what_is_too_small_to_be_told_is_one_row_that_says_nothing(counts):
    named, rest = listed(counts, rounded=True)
    assert (named, rest) == (
        ({}, pytest.approx(float("nan"), nan_ok=True)) if sum(counts) == 7 else ({}, None) if not sum(counts) else ({0: 10.0}, None)
    )
