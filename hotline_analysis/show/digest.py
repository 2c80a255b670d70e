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
    told = [(str(name), column.astype(object).where(column.notna(), None).tolist()) for name, column in bare(frame).items()]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
