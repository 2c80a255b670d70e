"""The door into measures: a DuckDB relation of the store, a Spark frame, or a consultant's own pandas or Polars frame, as one kind of lazy frame."""

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis.errors import DataRefused


def lazy(native, *, placed: bool = False) -> nw.LazyFrame:
    """A narwhals lazy frame of canonical calls or orders, on whatever engine the rows are.

    A DataFrame without `seq` is numbered: calls by their start, rows of one start and other tables as they stand. One whose `seq` does not run as `start_s` does,
    or is not each row's own, is refused, because neighbours are told by `seq` alone; a lazy frame is run once to see it. placed: for tables of a store or a lake, which were
    looked at when they were made; a frame on Spark is taken no other way, for there the look would bring all rows into one task.
    pandas' masked integers become plain numbers: a window result that is put back into a masked column is looked up by row label (pandas 3.1), and
    whole numbers below 2**53 are exact as floats. Its row labels are left out, for they may be named as a column is.
    """
    if type(native).__module__.partition(".")[0] == "pandas":
        masked = [c for c, kind in native.dtypes.items() if hasattr(kind, "numpy_dtype") and kind.kind in "iufb"]
        native = native.astype({c: "float64" if native[c].hasnans else native[c].dtype.numpy_dtype for c in masked}).reset_index(drop=True)
    frame = nw.from_native(native)
    if isinstance(frame, nw.DataFrame):
        if "seq" not in frame.columns:
            return _numbered(frame).lazy()
        frame = frame.lazy()
    return frame if placed else _in_order(frame)


def _numbered(frame: nw.DataFrame) -> nw.DataFrame:
    rows = frame.with_row_index("seq")
    if "start_s" in rows.columns:
        rows = rows.sort("start_s", "seq").drop("seq").with_row_index("seq")
    return rows.with_columns(nw.col("seq").cast(nw.Int64))


def _in_order(frame: nw.LazyFrame) -> nw.LazyFrame:
    """The frame with `seq` as signed numbers, of which differences are taken. Raises DataRefused where it does not say the order of calls."""
    kinds = frame.collect_schema()
    if "seq" not in kinds:
        return frame
    if frame.implementation.is_spark_like():
        raise DataRefused(
            "frame › seq", "is not looked at on Spark.", "lazy(frame, placed=True) takes it as the order of time that it has to be."
        )
    if kinds["seq"].is_unsigned_integer():
        frame = frame.with_columns(nw.col("seq").cast(nw.Int64))
    if "start_s" in kinds and _disordered(frame):
        raise DataRefused(
            "frame › seq",
            "is not each row's own, or does not run as start_s does.",
            "It is a row's place in the order of time: leave it out, and the rows of a DataFrame are numbered so.",
        )
    return frame


def _disordered(frame: nw.LazyFrame) -> bool:
    """Whether some row has no place, another's, or one after a later start; rows without a start are nobody's neighbours."""
    seq, start = nw.col("seq"), nw.col("start_s")
    rows = frame.select("seq", "start_s").filter(~start.is_null())
    rows = rows.with_columns(before=seq.shift(1).over(order_by="seq"), earlier=start.shift(1).over(order_by="seq"))
    return not pandas(rows.filter(seq.is_null() | (seq == nw.col("before")) | (start < nw.col("earlier"))).head(1)).empty


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
