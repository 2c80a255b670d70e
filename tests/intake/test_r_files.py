"""Data frames of R: factors, times with their zone, missing values, several frames in one file, R's own written form."""

import sys

import numpy as np
import pandas as pd
import pytest
import rdata

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.read import rframes
from hotline_analysis.intake.read.stored import InputFile
from tests.intake.reading import rows, take

pytestmark = pytest.mark.usefixtures("read_here")
FRAME = pd.DataFrame({"编号": ["a", None, "b"], "类别": pd.Categorical(["供水", "供电", "供电"]), "时长": [1.5, np.nan, 60.0]})


def written(folder, frames: dict[str, pd.DataFrame], format: str = "xdr") -> InputFile:
    rdata.write_rda(folder / "a.rda", frames, file_format=format)
    return InputFile(folder / "a.rda")


def refused(file, folder, **settings) -> str:
    with pytest.raises(DataRefused) as said:
        take(file, folder, **settings)
    return str(said.value)


@pytest.mark.parametrize("format", ["xdr", "ascii"])
def test_factors_are_their_words_and_a_row_of_nothing_is_none(tmp_path, format):
    table = take(written(tmp_path, {"calls": FRAME}, format), tmp_path)
    assert (table.columns, rows(table)) == (("编号", "类别", "时长"), [("a", "供水", "1.5"), (None, "供电", None), ("b", "供电", "60")])
    table = take(written(tmp_path, {"calls": FRAME[["编号", "时长"]]}, format), tmp_path)
    assert (table.ledger.lines, table.ledger.accepted, table.ledger.blank) == (3, 2, 1)


def test_of_several_frames_one_is_named(tmp_path):
    file = written(tmp_path, {"calls": FRAME, "orders": FRAME.tail(1)})
    assert refused(file, tmp_path) == "a.rda › holds 2 data frames. Name one by 'object:' in params: calls, orders."
    assert rows(take(file, tmp_path, object="orders")) == [("b", "供电", "60")]
    rdata.write_rda(tmp_path / "none.rda", {"x": "text"})
    assert refused(InputFile(tmp_path / "none.rda"), tmp_path) == "none.rda › holds no data frames. Save a data frame."


def test_times_are_those_of_their_zone_and_without_one_of_utc():
    """R counts the seconds of UTC; a report reads the clock that the frame shows."""
    seconds = np.array([1714521600.25, np.nan])  # 2024-05-01 00:00:00.25 UTC
    for given, shown in (
        ({"tzone": ["Asia/Shanghai"]}, "2024-05-01 08:00:00.250"),
        ({"tzone": [""]}, "2024-05-01 00:00:00.250"),
        ({}, "2024-05-01 00:00:00.250"),
    ):
        first, gone = pd.Series(rframes._instants(seconds, given))
        assert first == pd.Timestamp(shown) and pd.isna(gone)


def test_without_the_package_it_is_named(tmp_path, monkeypatch):
    file = written(tmp_path, {"calls": FRAME})
    monkeypatch.setitem(sys.modules, "rdata", None)
    assert refused(file, tmp_path) == (
        "a.rda › is an R file, and the package 'rdata' is not installed. Install it with: pip install 'hotline-analysis[r]'."
    )
