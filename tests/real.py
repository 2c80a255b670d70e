"""Where the public data sets are, when they are there: beside the checkout, never in it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
PARAMS = ROOT / "params"


def needs(folder: str):
    """Skip a test, with the reason, on a machine without a public data set."""
    return pytest.mark.skipif(not (DATA / folder).is_dir(), reason=f"the public data set {folder} is not beside this checkout")
