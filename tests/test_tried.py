"""A part of a grid speaks for all of it only where no row and no column goes without."""

import pytest

from tests.tried import some


@pytest.mark.parametrize(("rows", "columns"), [(5, 5), (10, 149), (6, 18), (5, 23)])
def test_no_row_and_no_column_goes_without(rows, columns):
    cells = some(range(rows), range(columns))
    assert {r for r, _ in cells} == set(range(rows)) and {c for _, c in cells} == set(range(columns)) and len(set(cells)) == len(cells)
