"""Where the public data sets are, when they are there: beside the checkout, never in it."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
PARAMS = ROOT / "params"


def needs(folder: str):
    """Skip a test, with the reason, on a machine without a public data set."""
    return pytest.mark.skipif(not (DATA / folder).is_dir(), reason=f"the public data set {folder} is not beside this checkout")


def reported(case: str, folder: Path) -> Path:
    """The params file of a copy of one reported case: its store is made beside it. Its files are invented, so it may say that they are public."""
    copy = shutil.copytree(DATA / "reported" / case, folder / case)
    params = copy / "params" / "x.yaml"
    text = params.read_text(encoding="utf-8").replace("key: published\n", "key: published\npublic: true\n")
    params.write_text(text, encoding="utf-8")
    return params
