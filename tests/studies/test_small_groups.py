"""No public frame of any study tells a count of 1 to 7 of a group, nor lets it be had: not by a share of a told base, nor from the other cells of its row, nor by an interval's ends.

Every table of every study is made twice on a hotline of small groups, once as it is and once with nothing hidden: whatever is made by a study that forgot `disclosure` is found here.
"""

import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from itertools import combinations

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

from hotline_analysis import disclosure, open_hotline
from hotline_analysis.errors import HotlineError
from hotline_analysis.hotline import study_names
from hotline_analysis.measures import order_shares
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.view import View
from hotline_analysis.studies import units
from tests.studies.scattered import scattered

MONTH, LAST = "2024-03", "2024-02..2024-05"
STRATA = {"calls": ("issue_1", "channel"), "orders": ("department",)}
HIDES = ("untold", "untold_of", "untold_across", "without")
NO_RECORDS = {  # counts of no record of a group, by column or by table and column
    "rank", "rank_low", "rank_high", "parts_count", "beside_count", "issues", "overview.headline", "overview.unsaid",  # places in an order
    "hour", "hour_from", "hour_to", "weekday", "days", "hops", "level", "part",  # the names of rows
    "known", "rank_months", "basis_months", "overview.count", "needs.first_three", "near", "candidates",  # months, needs and issues
    "agents", "agents_compared", "judged_count", "differ_count", "single_count", "overall_df", "pairs", "units_apart", "units",  # who was compared
    "difference", "flow",  # of two counts that are told
    "early", "undated",  # faults of records
}  # fmt: skip


def tables() -> Iterator[tuple[str, str, str]]:
    """Study, table and stratum ('' for none) of every public frame."""
    for name in study_names():
        module = importlib.import_module(f"hotline_analysis.studies.{name}")
        for table, make in module.TABLES.items():
            if table not in getattr(module, "STAFF", ()):
                strata = STRATA[getattr(module, "OF", "calls")] if "by" in inspect.signature(make).parameters else ()
                yield from ((name, table, by) for by in ("", *strata) if (table, by) != ("split", "channel"))  # of issues alone


@cache
def looked_at(params, month: str, exact: bool = False) -> View:
    """The hotline in a month, opened once: the counts that it holds serve the next table. One with nothing hidden holds its own."""
    return open_hotline(params, month, "en", progress=False).view


def made(params, name: str, table: str, by: str, monkeypatch) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frame as it is told, and with nothing hidden in it; small groups are pooled in both."""
    make = importlib.import_module(f"hotline_analysis.studies.{name}").TABLES[table]
    given = {"by": (by,)} if by else {}
    try:
        told = make(looked_at(params, MONTH), **given)
    except HotlineError:
        pytest.skip("these data do not answer it")
    with monkeypatch.context() as patched:
        for hides in HIDES:
            patched.setattr(disclosure, hides, lambda frame, *_, **__: frame)
        return told.reset_index(drop=True), make(looked_at(params, MONTH, exact=True), **given).reset_index(drop=True)


def numbers(frame: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """The columns of numbers of the exact frame, as another frame tells them."""
    names = [c for c in like if pd.api.types.is_numeric_dtype(like[c]) and not pd.api.types.is_bool_dtype(like[c])]
    return frame.reindex(columns=names).apply(pd.to_numeric).astype("float64")


def few(values: pd.DataFrame | pd.Series):
    return values.round(6).between(1, disclosure.SMALLEST - 1) & (values.round() - values).abs().lt(1e-6)


def whole(values: pd.Series) -> bool:
    return len(values) > 0 and bool(((values.round() - values).abs() < 1e-6).all())


def counted(exact: pd.DataFrame, told: pd.DataFrame, table: str, forms: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The counts of a frame, exact and as told: its own, and shares times a count of the same row where that is whole in every row. A column of no form may be either."""
    records = [c for c in exact if not {c, f"{table}.{c}"} & NO_RECORDS and forms.get(c, "count") in ("count", "text")]
    counts = [c for c in records if whole(exact[c].dropna()) and exact[c].max() > 1]
    shares = [
        c
        for c in exact
        if forms.get(c, "share") in ("share", "share0") and exact[c].dropna().between(0, 1).all() and not whole(exact[c].dropna())
    ]
    found = {c: (exact[c], told[c]) for c in counts}
    for share in shares:
        for base in counts:
            times = exact[share] * exact[base]
            if (times.dropna().round(6) > 0).sum() > 1 and whole(times.dropna()):
                found[f"{share} of {base}"] = (times, told[share] * told[base])
    return tuple(pd.DataFrame({name: pair[n] for name, pair in found.items()}, index=exact.index) for n in (0, 1))


def solved(exact: pd.DataFrame, told: pd.DataFrame, counts: pd.DataFrame) -> Iterator[str]:
    """Hidden counts that are a sum, with fixed weights, of up to three other numbers of their row: a stock before, what came and what went."""
    varied = [c for c in exact if c not in NO_RECORDS and exact[c].nunique() > 2]
    for name in (c for c in counts if c in varied):
        hidden = told.loc[told[name].isna() & few(counts[name]), varied]
        seen = {frozenset(row.dropna().index) for _, row in hidden.iterrows()}
        for columns in {c for s in seen for size in (1, 2, 3) for c in combinations(sorted(s), size)}:
            rows = exact[[name, *columns]].dropna().to_numpy()
            weights, _, rank, _ = np.linalg.lstsq(rows[:, 1:], rows[:, 0], rcond=None)
            if rank == len(columns) <= len(rows) - 3 and np.abs(rows[:, 1:] @ weights - rows[:, 0]).max() < 1e-6:
                yield f"{name} from {' '.join(columns)}"


PART_OF = (  # what is left is a count of its own
    ("watched", "denominator"), ("watched", "calls"), ("denominator", "calls"), ("done", "orders"), ("numerator", "denominator"), ("callers", "denominator"), ("answers", "numerator"),
    ("answered_denominator", "count"), ("again_denominator", "count"),
)  # fmt: skip
LATE = ("timeliness", "overview")  # how a department works: orders that are late are told


def subtracted(told: pd.DataFrame, table: str = "") -> list[str]:
    """Counts that tell a few others of their row: those of a told whole that are in no told part of it."""
    return [
        f"{whole_} less {part}"
        for part, whole_ in PART_OF
        if {part, whole_} <= set(told)
        and not (part == "numerator" and table in LATE)
        and few((told[whole_] - told[part]).astype("float64")).any()
    ]


@pytest.mark.parametrize("table", ["timeliness", "durations"])
def test_orders_that_are_not_watched_or_not_done_are_not_told_by_subtraction(tmp_path_factory, monkeypatch, table):
    """In the month in which the data end, one to seven orders of a department are not watched for a limit, or not done."""
    view = open_hotline(scattered(tmp_path_factory), "2024-05", "en", progress=False).view
    make = importlib.import_module("hotline_analysis.studies.complaints").TABLES[table]
    told = make(view, by=("department",))
    assert subtracted(told, table) == []
    hidden = {"timeliness": "watched", "durations": "done"}[table]
    one = {"timeliness": "indicator", "durations": "measure"}[table]
    assert told[hidden].isna().any() and not (told.groupby(one)[hidden].agg(lambda counts: counts.isna().sum()) == 1).any()
    for hides in HIDES:
        monkeypatch.setattr(disclosure, hides, lambda frame, *_, **__: frame)
    assert subtracted(make(view, by=("department",)), table)


@pytest.mark.parametrize("month", [MONTH, "2024-05"])
@pytest.mark.parametrize("by", STRATA["calls"])
@pytest.mark.parametrize(("study", "table"), [("window", "rates"), ("window", "evidence"), ("fcr", "rates")])
def test_no_two_windows_of_a_stratum_tell_the_few_calls_between_them(tmp_path_factory, study, table, by, month):
    """Nor all calls of a stratum and those of them that were watched in full."""
    view = looked_at(scattered(tmp_path_factory), month)
    told = importlib.import_module(f"hotline_analysis.studies.{study}").TABLES[table](view, by=(by,))
    ways = [c for c in ("follow_up",) if c in told]
    chains = [("numerator", [by, *ways]), *[(count, [by, "window_hours"]) for count in ("numerator", "denominator") if ways]]
    for count, along in chains:
        for key, rows in told.groupby(along, dropna=False):
            counts = rows[count].dropna().astype(int).tolist()
            assert [(a, b) for a, b in combinations(counts, 2) if 0 < abs(a - b) < disclosure.SMALLEST] == [], key
    assert told["numerator"].notna().any()


def test_orders_of_a_department_that_are_open_are_not_told_by_its_share(tmp_path_factory):
    """37 orders, 36 done in time and a value of 1: one is open, which no column says."""
    view = open_hotline(scattered(tmp_path_factory), "2024-05", "en", progress=False).view
    study = importlib.import_module("hotline_analysis.studies.complaints")
    for table in LATE:
        told = study.TABLES[table](view, by=("department",))
        row = told[(told["department"] == "供水局") & (told["indicator"] == "response_24h")].iloc[0]
        assert row["value"] == pytest.approx(1) and row["denominator"] == 37
        assert pd.isna([row["numerator"], row["open_as_failed"], row["open"]]).all()
        assert row["numerator_missing"] == disclosure.UNTOLD
    rows = pd.DataFrame(
        {"numerator": [36, 40, 20, 30], "denominator": [37, 60, 60, 60], "value": [1, 2 / 3, 0.4, np.nan], "watched": [30, 60, 50, 0]}
    )
    assert order_shares.unseen(rows).tolist() == [1, 40, 10, 30], "one open; none; no more than ten; no more than thirty"


def test_returns_are_silent_where_pairs_are(tmp_path_factory):
    """The share back about the same issue is the pair of the issue with itself."""
    view = open_hotline(scattered(tmp_path_factory), MONTH, "en", progress=False).view
    pairs, returns = (importlib.import_module("hotline_analysis.studies.flows").TABLES[name](view) for name in ("pairs", "returns"))
    own = pairs[pairs["same"]].set_index("issue")["numerator"].reindex(returns["issue"]).isna()
    assert 0 < own.sum() < len(own) and (own.to_numpy() <= returns["same_share"].isna().to_numpy()).all()
    assert returns.loc[returns["same_share"].isna(), "other_share"].isna().all()


@pytest.mark.parametrize("table", units.TABLES)
def test_units_are_compared_of_the_same_calls_in_every_frame(tmp_path_factory, monkeypatch, table):
    """The data end in the period: no frame is of calls that another leaves out as not watched for the window, so none less another is the few of them, nor their callbacks."""
    view = open_hotline(scattered(tmp_path_factory), LAST, "en", progress=False).view
    told, gaps = units.TABLES[table](view, by=("unit",)), View.gaps
    watched = nw.col("follow_s") >= view.params.units.window_hours * HOUR
    unwatched = len(pandas(gaps(view).filter(~watched)))
    monkeypatch.setattr(View, "gaps", lambda self: gaps(self).filter(watched))
    assert unwatched > 0 and len(told) > 0
    pd.testing.assert_frame_equal(units.TABLES[table](view, by=("unit",)), told)


@pytest.mark.parametrize(("name", "table", "by"), list(tables()))
def test_no_frame_tells_a_small_count_of_a_group(tmp_path_factory, monkeypatch, name, table, by):
    told, exact = made(scattered(tmp_path_factory), name, table, by, monkeypatch)
    if len(exact) < 2:
        return  # one row is no group
    assert len(told) == len(exact)
    module = importlib.import_module(f"hotline_analysis.studies.{name}")
    all_, seen = numbers(exact, exact), numbers(told, exact)
    counts, shown = counted(all_, seen, table, {c: field.form for c, field in module.COLUMNS.items()})
    if by or table not in getattr(module, "WHOLE", ()):
        assert [c for c in shown if few(shown[c]).any()] == []
    assert sorted(solved(all_, seen, counts)) == []
    assert subtracted(seen, table) == [] or (not by and table in getattr(module, "WHOLE", ()))
    ends = [(c, end) for c in all_ if c in module.COLUMNS for end in module.COLUMNS[c].interval if end in seen]
    assert [(c, end) for c, end in ends if (seen[c].isna() & all_[c].notna() & seen[end].notna()).any()] == []
    sums = [c for c in all_ if whole(all_[[c]].sum()) and all_[c].between(0, 1).all() and abs(all_[c].sum() - 1) < 1e-6]
    assert [c for c in sums if (seen[c].isna() & all_[c].notna()).sum() == 1] == [], "one is what the others leave of the whole"
