"""N12: what is published of a hotline and of its editions gives no small cell away. A tenth of the tables; `make prove` attacks all of them."""

import numpy as np
import pytest

from tests.prove import SEED
from tests.prove.attack import Known, attacked, listed, told, within


def test_no_small_cell_is_recovered(bar):
    hits, cells = np.sum([attacked(SEED, 8, page) for page in ("internal", "default", "indicators")], axis=0)
    assert hits == 0 and cells > 150
    bar("N12 cells", int(cells))


def test_the_attack_finds_what_nothing_protects():
    """Counts under 8 merely not told, all else exact: more than a tenth of the cells are had, as the literature says of it."""
    hits, cells = attacked(SEED, 5, "plain")
    assert hits > 0.1 * cells


def test_the_attacker_knows_what_is_shown_by_hand():
    """14 and 30 are told, 7, 7 and 2 are one row of 16: to the nearest 5 they are 15, 30 and 15."""
    named, rest = listed([14, 30, 7, 7, 2], rounded=True)
    assert named == {0: 15.0, 1: 30.0} and rest == 15.0
    assert (
        within(15.0, rounded=True) == (13, 17) and within(np.nan, rounded=True) == (0, 12) and within(30.0, rounded=False) == (30.0, 30.0)
    )
    np.testing.assert_array_equal(told([0, 12, 13, 93]), [np.nan, np.nan, 15, 95])
    known = Known((2, 1), 9)
    known.add(([0], 0), (4, 9))
    assert known.ends((1, 0)) == (0, 5)


@pytest.mark.parametrize(("counts", "named", "rest"), [([5, 2], [], np.nan), ([0, 0], [], None), ([9], [0], None)])
def test_what_is_too_small_to_be_told_is_a_row_that_says_nothing(counts, named, rest):
    found, other = listed(counts, rounded=True)
    assert list(found) == named and np.isnan(list(found.values())).all()
    assert other is rest or np.isnan(other)
