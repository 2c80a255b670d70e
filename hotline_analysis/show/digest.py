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
    plain = bare(frame)
    whole = plain.astype(object).where(plain.notna().to_numpy(), None)
    told = [(str(name), whole.iloc[:, at].tolist()) for at, name in enumerate(plain.columns)]  # by place: names may be equal
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
