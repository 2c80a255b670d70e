"""A frame without its contract, and a digest of its values: light, because the command line needs it and no chart."""

import hashlib

import pandas as pd


def bare(frame: pd.DataFrame) -> pd.DataFrame:
    """The same frame without attrs: pandas copies them, deep, with every row and column taken."""
    plain = pd.DataFrame(frame)
    plain.attrs = {}
    return plain


def digest(frame: pd.DataFrame) -> str:
    """What tells a study's own values from a frame that somebody filtered or merged."""
    told = [(str(name), _cells(column)) for name, column in bare(frame).items()]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _cells(column: pd.Series) -> list:
    """A column's values, None where there is none."""
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna().tolist(), strict=True)]
