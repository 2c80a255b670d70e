"""A digest of a frame's values: light, because the command line needs it and no chart."""

import hashlib

import pandas as pd


def digest(frame: pd.DataFrame) -> str:
    """What tells a study's own values from a frame that somebody filtered or merged."""
    blank = frame.isna().to_numpy()
    columns = [
        (str(name), frame.iloc[:, at].tolist(), blank[:, at]) for at, name in enumerate(frame.columns)
    ]  # by place: names may be equal
    told = [(name, [None if gone else cell for cell, gone in zip(cells, gones, strict=True)]) for name, cells, gones in columns]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
