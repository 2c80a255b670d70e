"""The door into measures: a DuckDB relation of the store, a Spark frame, or a consultant's own pandas or Polars frame, as one kind of lazy frame."""

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis.errors import DataRefused


def lazy(native) -> nw.LazyFrame:
    """A narwhals lazy frame of canonical calls or orders, on whatever engine the rows are.

    A frame without `seq` is numbered: calls by their start, rows of one start and other tables as they stand. One whose `seq` does not run as `start_s` does is
    refused, because neighbours are told by `seq` alone; a store and a lake were checked when they were made. pandas' masked integers become plain numbers: a window result that is put back into a masked
    column is looked up by row label (pandas 3.1), and whole numbers below 2**53 are exact as floats.
    """
    if type(native).__module__.partition(".")[0] == "pandas":
        masked = [c for c, kind in native.dtypes.items() if hasattr(kind, "numpy_dtype") and kind.kind in "iufb"]
        native = native.astype({c: "float64" if native[c].hasnans else native[c].dtype.numpy_dtype for c in masked})
    frame = nw.from_native(native)
    if isinstance(frame, nw.DataFrame):
        frame = _in_order(frame).lazy()
    return frame


def _in_order(frame: nw.DataFrame) -> nw.DataFrame:
    timed = "start_s" in frame.columns
    if "seq" not in frame.columns:
        rows = frame.with_row_index("seq")
        if timed:
            rows = rows.sort("start_s", "seq").drop("seq").with_row_index("seq")
        return rows.with_columns(nw.col("seq").cast(nw.Int64))
    if timed and not frame.sort("seq")["start_s"].is_sorted():
        raise DataRefused(
            "frame › seq",
            "does not run as start_s does.",
            "It is a row's place in the order of time: leave it out, and the rows are numbered so.",
        )
    return frame


def needed(frame: nw.LazyFrame, columns, what: str) -> None:
    """Raises DataRefused when a column that `what` needs is absent."""
    have = frame.collect_schema().names()
    missing = [c for c in columns if c not in have]
    if missing:
        raise DataRefused(what, f"not available: needs {', '.join(missing)}.")


def pandas(frame: nw.LazyFrame) -> pd.DataFrame:
    """The rows as a pandas frame: for small results only.

    Polars' own way to pandas wants pyarrow, which is no dependency; Spark's own is not made for this pandas, so its rows come as Arrow.
    """
    if frame.implementation.is_polars():
        return pd.DataFrame(frame.collect().to_dict(as_series=False))
    if frame.implementation.is_spark_like():
        return frame.to_native().toArrow().to_pandas(date_as_object=False)
    return frame.collect("pandas").to_native()


def whole(frame: nw.LazyFrame) -> type[nw.dtypes.DType]:
    """The type in which this engine holds whole numbers that may be missing."""
    return nw.Float64 if frame.implementation.is_pandas() else nw.Int64
