"""A digest of a frame's values: light, because the command line needs it and no chart."""

import hashlib

import pandas as pd


def digest(frame: pd.DataFrame) -> str:
    """What tells a study's own values from a frame that somebody filtered or merged."""
    rows = pd.util.hash_pandas_object(frame.astype(object).where(frame.notna(), None).astype(str), index=False)
    return hashlib.sha256("|".join(map(str, frame.columns)).encode() + rows.to_numpy().tobytes()).hexdigest()[:16]
