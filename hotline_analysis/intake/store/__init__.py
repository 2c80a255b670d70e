"""Canonical Parquet in the hotline's workspace, and what is kept beside it."""

from hotline_analysis.intake.store.store import PINNED, Store

__all__ = ["PINNED", "Store"]
