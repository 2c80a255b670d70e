"""A digest of a frame's values: light, because the command line needs it and no chart."""

import hashlib

import pandas as pd


def digest(frame: pd.DataFrame) -> str:
    """What tells a study's own values from a frame that somebody filtered or merged."""
    plain = pd.DataFrame(frame)
    plain.attrs = {}  # pandas copies them, deep, with every column taken
    blank = plain.isna().to_numpy()
    columns = [
        (str(name), plain.iloc[:, at].tolist(), blank[:, at]) for at, name in enumerate(plain.columns)
    ]  # by place: names may be equal
    told = [(name, [None if gone else cell for cell, gone in zip(cells, gones, strict=True)]) for name, cells, gones in columns]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
