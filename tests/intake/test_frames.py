"""Frames kept: made once under everything that they depend on, read by every later notebook and process, never stale, always as they were made."""

import ast
import functools
import importlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis import hotline, machine
from hotline_analysis.errors import BadParams, CannotWrite, DataRefused, Held
from hotline_analysis.hotline import Hotline, open_hotline, study_names
from hotline_analysis.intake.store import frames as kept_frames
from hotline_analysis.intake.store.frames import Frames
from hotline_analysis.measures import rounding
from hotline_analysis.measures.definition import Definition
from hotline_analysis.params import Params
from hotline_analysis.report import month
from hotline_analysis.studies import window
from tests.notebooks import beside
from tests.shared import two_thousand
from tests.small import write_hotline
from tests.tried import tried

ROOT = Path(__file__).resolve().parents[2]
MONTH = "2024-02"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Hotline:
    """A small hotline, opened, its gap table kept and no frame made: only for tests that change nothing in it."""
    h = opened(write_hotline(tmp_path_factory.mktemp("built"), calls=200))
    h.view.all_gaps(controls=True)
    return h


@pytest.fixture
def params(built, tmp_path) -> Path:
    """The same hotline in a folder of its own, its store made already."""
    return Path(shutil.copytree(built.params.root, tmp_path / "own")) / built.params.path.name


@pytest.fixture
def made(monkeypatch) -> list[str]:
    """Every table of the window study that is made, by name: what is read from the store leaves no trace here."""
    told: list[str] = []

    def counted(name, make):
        @functools.wraps(make)
        def counting(*args, **given):
            told.append(name)
            return make(*args, **given)

        return counting

    monkeypatch.setattr(window, "TABLES", {name: counted(name, make) for name, make in window.TABLES.items()})
    return told


def opened(params: Path, at: str = MONTH, **settings) -> Hotline:
    return open_hotline(params, at, progress=False, **settings)


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Equal in values, kinds, order, index and attrs; cells that hold several values are compared as what they hold."""
    pd.testing.assert_frame_equal(_flat(one), _flat(other), check_exact=True, check_freq=False, check_column_type=False)
    return list(one.dtypes) == list(other.dtypes) and one.attrs == other.attrs


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    several = {c: [repr(_plain(cell)) for cell in frame[c]] for c in frame if frame[c].dtype == object}
    return frame.assign(**several)


def _plain(cell):
    if isinstance(cell, tuple):
        return tuple(_plain(part) for part in cell)
    return cell.item() if isinstance(cell, np.generic) else cell


# ---- made once


def test_a_frame_is_made_once_and_read_by_every_later_notebook(params, made):
    h = opened(params)
    first = h.study("window", "rates")
    again, later = h.study("window", "rates"), opened(params).study("window", "rates")
    assert made == ["rates"]
    assert same(first, again) and same(first, later)


SCRIPT = """
import sys, time
from hotline_analysis.hotline import open_hotline
from hotline_analysis.studies import window
make = window.TABLES["rates"]
def slow(view, *, by=()):
    print("made", flush=True)
    time.sleep(1)
    return make(view, by=by)
window.TABLES["rates"] = slow
print(len(open_hotline(sys.argv[1], sys.argv[2], progress=False).study("window")))
"""


def _process(params: Path) -> subprocess.Popen:
    given = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(params), MONTH], stdout=subprocess.PIPE, text=True, env=given)


def test_of_two_processes_one_makes_the_frame_and_the_other_waits_and_reads(params, made):
    opened(params)  # the store is there, so that both ask at about the same time
    told = [process.communicate(timeout=120)[0].split() for process in (_process(params), _process(params))]
    assert sorted(word for lines in told for word in lines) == ["21", "21", "made"]
    assert len(opened(params).study("window")) == 21 and made == []


# ---- under everything that it depends on


def _row_less(h: Hotline, monkeypatch) -> Hotline:
    calls = h.params.root / "calls.csv"
    calls.write_bytes(b"\n".join(calls.read_bytes().splitlines()[:-1]) + b"\n")
    return opened(h.params.path)


def _other_target(h: Hotline, monkeypatch) -> Hotline:
    h.params.path.write_text(h.params.path.read_text(encoding="utf-8").replace("0.9}", "0.8}"), encoding="utf-8")
    return opened(h.params.path)


def _set(name: str, value):
    def change(h: Hotline, monkeypatch) -> Hotline:
        monkeypatch.setattr(hotline, name, value)
        return h

    return change


def _other_key(h: Hotline, monkeypatch) -> Hotline:
    h.store.facts["key_id"] = "another"
    return h


def _other_edition(h: Hotline, monkeypatch) -> Hotline:
    monkeypatch.setitem(rounding.ROUNDED, ("window", "rates"), lambda frame, *_: frame)  # as if an edition told it
    h.only = ("issue_1", "供水")
    h.__dict__.pop("view", None)  # it was made for the whole hotline
    return h


CHANGES = {
    "data": [(_row_less, {})],
    "params": [(_other_target, {})],
    "definition": [(None, {"match": "same"}), (None, {"windows_hours": [3]}), (lambda h, _: opened(h.params.path, clock="start"), {})],
    "only": [(_other_edition, {})],
    "period": [(None, {"month": "2024-01"}), (None, {"month": "all"}), (lambda h, _: opened(h.params.path, "2024-01"), {})],
    "asked": [(None, {"by": "issue_1"}), (None, {"table": "pareto"}), (None, {"table": "density", "options": {"bin_hours": 6}})],
    "code": [(_set("CODE", "another"), {})],
    "engines": [(_set("VERSIONS", ["9.9"]), {})],
    "key": [(_other_key, {})],
}


def test_the_walk_below_changes_every_part_of_the_key(built):
    assert built._depends({}, built.view).keys() == CHANGES.keys()


@pytest.mark.parametrize(("part", "change", "asked"), [(part, *case) for part, cases in CHANGES.items() for case in cases])
def test_whatever_changes_a_frame_is_made_anew(params, made, monkeypatch, part, change, asked):
    h = opened(params)
    table = asked.get("table", "rates")
    h.study("window", "rates" if table == "pareto" else table)  # of the pareto another table, of the others the same one
    made.clear()
    other = change(h, monkeypatch) if change else h
    first, again = other.study("window", **asked), other.study("window", **asked)
    assert made == [table]
    assert same(first, again)


def test_a_new_frame_is_that_of_the_new_data_and_the_old_comes_back_with_the_old_data(params, made):
    calls, before = params.parent / "calls.csv", opened(params).study("window")
    whole = calls.read_bytes()
    calls.write_bytes(b"\n".join(whole.splitlines()[:-20]) + b"\n")
    fewer = opened(params).study("window")
    assert fewer["denominator"].iloc[0] < before["denominator"].iloc[0]
    calls.write_bytes(whole)
    assert same(opened(params).study("window"), before)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("setting", Params.model_fields)
def test_every_setting_of_the_params_is_part_of_the_key_but_where_it_lies_what_it_is_called_and_the_limits(built, monkeypatch, setting):
    before = built._frame_key({}, built.view)
    monkeypatch.setattr(built, "params", built.params.model_copy(update={setting: "another"}))
    assert (built._frame_key({}, built.view) == before) is (setting in ("path", "title", "limits"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("rule", Definition.model_fields)
def test_every_rule_of_the_definition_is_part_of_the_key(built, rule):
    other = built.rule.model_copy(update={rule: date(2024, 1, 5) if rule == "data_end" else "another"})
    assert built._frame_key({}, built.view) != built._frame_key({}, replace(built.view, definition=other))


def test_no_part_of_the_period_is_left_out_of_the_key(built):
    view, period = built.view, built.period
    others = [replace(view, period=replace(period, **{name: getattr(period, name) + 1})) for name in ("start_s", "end_s")]
    others += [replace(view, **{name: getattr(view, name) + 1}) for name in ("data_start_s", "data_end_s")]
    assert len({built._frame_key({}, one) for one in [view, *others, view.over(replace(period, label="x"))]}) == 6


def test_the_code_is_every_byte_and_every_name_of_the_packages_own_files(tmp_path, monkeypatch):
    monkeypatch.setattr(hotline, "__file__", str(tmp_path / "hotline.py"))
    told = [hotline.code_digest()]
    for name, text in (("a.py", "x = 1"), ("a.py", "x = 2"), ("b.py", ""), ("sub/c.py", ""), ("sub/d.py", "x = 2")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        told.append(hotline.code_digest())
    (tmp_path / "notes.txt").write_text("no code")
    assert len(set(told)) == 6 and hotline.code_digest() == told[-1]


def test_the_code_is_that_which_was_loaded_whatever_the_files_have_become(built, monkeypatch):
    monkeypatch.setattr(hotline, "__file__", "/nowhere/hotline.py")  # as after an update under an open notebook
    assert built._depends({}, built.view)["code"] == hotline.CODE != hotline.code_digest()


def test_options_count_by_what_they_say_not_by_how_they_are_written(params, made):
    h = opened(params)
    first = h.study("window", "density", options={"bin_hours": 6})
    assert same(first, h.study("window", "density", options={"bin_hours": np.int64(6)})) and made == ["density"]
    with pytest.raises(BadParams) as refused:
        h.study("window", "density", options={"bin_hours": pd.DataFrame({"a": range(1000)})})
    assert str(refused.value) == (
        "study window › an option is no plain value. Give numbers, texts, true or false, or lists and mappings of these."
    )


def test_a_frame_made_while_another_run_changed_the_store_is_not_kept(params, made, monkeypatch):
    h = opened(params)
    make = window.TABLES["rates"]

    @functools.wraps(make)
    def meanwhile(view, *, by=()):
        frame = make(view, by=by)
        _row_less(h, monkeypatch)
        return frame

    whole = (params.parent / "calls.csv").read_bytes()
    monkeypatch.setitem(window.TABLES, "rates", meanwhile)
    with pytest.raises(DataRefused, match="made the store anew"):
        h.study("window", strict=True)
    monkeypatch.setitem(window.TABLES, "rates", make)
    (params.parent / "calls.csv").write_bytes(whole)
    made.clear()
    opened(params).study("window")
    assert made == ["rates"]


# ---- one lock a key


def _frame() -> pd.DataFrame:
    return pd.DataFrame({"rate": [0.1, 0.2]})


def test_a_lock_is_one_keys_own_and_who_waits_too_long_is_told(tmp_path, monkeypatch):
    frames = Frames(tmp_path / "frames")
    frames.get("a", _frame)
    monkeypatch.setattr(Frames, "patience", 0.3)
    with machine.lock(frames.folder / "b.lock"):
        assert same(frames.get("c", _frame), _frame()) and same(frames.get("a", lambda: 1 / 0), _frame())
        with pytest.raises(Held) as held:
            frames.get("b", _frame)
    assert str(held.value) == f"{frames.folder} › another process has been making the same frame for long. Wait for it to end."
    assert held.value.code == 75 and same(frames.get("b", _frame), _frame())


def test_a_fault_while_making_keeps_nothing_and_frees_the_lock(tmp_path):
    frames = Frames(tmp_path / "frames")
    with pytest.raises(ZeroDivisionError):
        frames.get("k", lambda: 1 / 0)
    assert same(frames.get("k", _frame), _frame())


def test_a_disk_that_takes_nothing_is_said_in_a_sentence(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_frames.sealed, "write", full)
    with pytest.raises(CannotWrite) as refused:
        Frames(tmp_path / "frames").get("k", _frame)
    assert str(refused.value) == f"{tmp_path / 'frames'} › the frame cannot be kept (No space left on device)."


# ---- only the parent prunes, by bytes


def _ours(folder: Path) -> Path:
    """A store's folder: the program removes nothing anywhere else."""
    machine.claim(folder / "store", "store", private=True)
    return folder / "store"


def _calls_of(name: str) -> list[str]:
    """Files of the package that call a method of that name."""
    package = ROOT / "hotline_analysis"
    return [
        str(path.relative_to(package))
        for path in sorted(package.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == name
    ]


def test_only_the_parent_prunes_and_before_kernels_start(params, monkeypatch):
    order = []
    monkeypatch.setattr(Frames, "prune", lambda self: order.append("prune"))
    monkeypatch.setattr(month.run, "render", lambda *_, **given: order.append("kernels") or Path("index.html"))
    month.publish(str(params), month=MONTH, progress=False)
    assert order == ["prune", "kernels"]
    assert _calls_of("prune") == ["report/month.py"]


def test_what_was_read_last_stays_within_so_many_bytes_and_the_rest_goes(tmp_path):
    frames = Frames(_ours(tmp_path) / "frames")
    for key in "abcd":
        frames.get(key, _frame)
    for age, key in enumerate("bdca"):  # b was read last
        os.utime(frames.folder / f"{key}.json", (time.time() - 60 * age,) * 2)
    frames.get("c", _frame)  # now c was
    size = (frames.folder / "a.json").stat().st_size
    frames.prune(most_bytes=2 * size)
    assert sorted(path.name for path in frames.folder.iterdir()) == ["b.json", "b.lock", "c.json", "c.lock"]
    frames.prune(most_bytes=size - 1)
    assert list(frames.folder.iterdir()) == []


def test_pruning_leaves_what_another_process_is_making(tmp_path):
    frames = Frames(_ours(tmp_path) / "frames")
    frames.folder.mkdir()
    for name in ("k.lock", "left.lock", ".k.json-abcdefgh", ".old.json-abcdefgh"):
        (frames.folder / name).touch()
    os.utime(frames.folder / ".old.json-abcdefgh", (time.time() - 2 * kept_frames.LONG_DEAD,) * 2)
    with machine.lock(frames.folder / "k.lock"):
        frames.prune()
    assert sorted(path.name for path in frames.folder.iterdir()) == [".k.json-abcdefgh", "k.lock"]


def test_what_goes_while_it_is_looked_at_is_no_error(tmp_path, monkeypatch):
    frames = Frames(tmp_path / "frames")
    frames.get("k", _frame)
    monkeypatch.setattr(Path, "glob", lambda self, pattern: [tmp_path / "gone.json"])
    frames.prune()
    monkeypatch.undo()
    monkeypatch.setattr(os, "utime", lambda *_: (tmp_path / "gone").stat())
    assert same(frames.get("k", lambda: 1 / 0), _frame())


# ---- a damaged one is made again


@tried(30)
@given(st.data())
def test_a_kept_frame_with_any_byte_changed_or_any_end_cut_is_made_again(tmp_path_factory, data):
    frames = Frames(_ours(tmp_path_factory.mktemp("store")) / "kept" / "frames")
    frames.get("k", _frame)
    file = frames.folder / "k.json"
    whole = file.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    cut, byte = data.draw(st.booleans()), data.draw(st.integers(0, 255))
    file.write_bytes(whole[:place] if cut else whole[:place] + bytes([byte]) + whole[place + 1 :])
    assert same(frames.get("k", _frame), _frame())
    assert same(frames.get("k", lambda: 1 / 0), _frame())


def test_another_frames_file_under_this_name_is_none_of_it(tmp_path, capsys):
    frames = Frames(_ours(tmp_path) / "kept" / "frames")
    frames.get("a", _frame)
    frames.get("b", lambda: pd.DataFrame({"rate": [0.9]}))
    (frames.folder / "a.json").write_bytes((frames.folder / "b.json").read_bytes())
    assert same(frames.get("a", _frame), _frame())
    assert capsys.readouterr().err == f"{tmp_path / 'store'} › not as they were written: kept. They were made again.\n"


# ---- and comes back exactly as it was made

FLOATS = st.floats(allow_nan=True, allow_infinity=True)
TEXTS = st.one_of(st.none(), st.text(max_size=6))
CELLS = st.one_of(st.none(), st.booleans(), FLOATS, st.text(max_size=4), st.lists(FLOATS, max_size=3).map(tuple))
COLUMNS = {
    "int64": st.integers(-(2**63), 2**63 - 1),
    "int8": st.integers(-128, 127),
    "float64": FLOATS,
    "float32": st.floats(width=32),
    "bool": st.booleans(),
    "Int64": st.one_of(st.none(), st.integers(-(2**53), 2**53)),
    "Float64": st.one_of(st.none(), st.floats(allow_nan=False)),
    "boolean": st.one_of(st.none(), st.booleans()),
    "str": TEXTS,
    "object": CELLS,
    "datetime64[s]": st.datetimes(pd.Timestamp("1900-01-01"), pd.Timestamp("2100-01-01")).map(lambda t: t.replace(microsecond=0)),
    "datetime64[us]": st.one_of(st.none(), st.datetimes(pd.Timestamp("1900-01-01"), pd.Timestamp("2100-01-01"))),
    "low to high": st.one_of(st.none(), st.sampled_from(["low", "middle", "high"])),
    "any": st.one_of(st.none(), st.sampled_from(["停水", "停电"])),
}
CATEGORIES = {
    "low to high": pd.CategoricalDtype(["low", "middle", "high", "never"], ordered=True),
    "any": pd.CategoricalDtype(["停电", "停水"]),
}


@tried(80)
@given(st.data())
def test_every_kind_of_column_survives_the_round_trip_exactly(tmp_path_factory, data):
    kind, rows = data.draw(st.sampled_from(list(COLUMNS))), data.draw(st.integers(0, 4))
    values = data.draw(st.lists(COLUMNS[kind], min_size=rows, max_size=rows))
    told = pd.DataFrame({"n": range(rows), "停水 ": pd.Series(values, dtype=CATEGORIES.get(kind, kind))})
    frames = Frames(tmp_path_factory.mktemp("frames"))
    assert same(frames.get("k", lambda: told), told) and same(frames.get("k", lambda: 1 / 0), told)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, 2]}, index=[1, 0]),
        pd.DataFrame({"a": [1]}, index=["x"]),
        pd.DataFrame({1: [1]}),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({("a", "b"): [1]}),
    ],
)
def test_what_would_be_lost_is_not_kept(tmp_path, frame):
    with pytest.raises(ValueError, match="would be lost"):
        Frames(tmp_path / "frames").get("k", lambda: frame)
    assert not list((tmp_path / "frames").glob("*.json"))


@pytest.fixture(scope="module")
def hotline_of_two_thousand(tmp_path_factory) -> Hotline:
    return open_hotline(two_thousand(tmp_path_factory), "2024-02", progress=False)


@pytest.fixture(scope="module")
def hotline_of_all(tmp_path_factory) -> Hotline:
    return open_hotline(beside.write(tmp_path_factory.mktemp("beside")), "2024-03", progress=False)


@pytest.fixture(scope="module")
def hotline_of_a_day(tmp_path_factory) -> Hotline:
    return open_hotline(two_thousand(tmp_path_factory), "2024-02-21", progress=False)


LACKING = {  # what three months of calls cannot answer; that every kind of column comes back exactly is the law above
    "units": {"pairs"},  # its departments have no issue in common
    "outlook": {"methods", "backtest", "rising"},
    "service": {"shortfall", "one_more", "targets", "channels", "channel_flow", "contact_flow", "self_service", "marketing", "misdirected"},
    "followup": {"counts", "causes", "recurrence", "cases"},
    "callers": {"timeline"},  # of whom, has to be asked
    "agents": {"vague"},  # no word of theirs is a vague one
}
FINDS_NOTHING = {
    ("service", "outages"),
    ("service", "bursts"),
    ("callers", "regular"),
}  # in calls that come by no clock and never break off
ASKED = {("window", "own"): {"windows_by_issue": {"供水": 24}}}
OF_ALL = ("satisfaction", "improvement", "complaints", "chats")  # studies that ask for other tables than calls
TABLES = [(study, table) for study in study_names() for table in importlib.import_module(f"hotline_analysis.studies.{study}").TABLES]


@pytest.mark.slow
@pytest.mark.parametrize(("study", "table"), TABLES)
def test_every_table_of_every_study_is_read_as_it_was_made(request, monkeypatch, study, table):
    kind = "a_day" if study == "day" else "all" if study in OF_ALL else "two_thousand"
    h, made = request.getfixturevalue(f"hotline_of_{kind}"), []
    module = importlib.import_module(f"hotline_analysis.studies.{study}")
    make = module.TABLES[table]

    @functools.wraps(make)
    def kept(view, **given):
        made.append(make(view, **given))
        return made[-1].copy()

    monkeypatch.setitem(module.TABLES, table, kept)
    monkeypatch.setattr(Frames, "get", _anew(made))
    first, again = (h.study(study, table, **ASKED.get((study, table), {})) for _ in range(2))
    if table in LACKING.get(study, ()):
        assert first.attrs["missing"] and first.empty and same(first, again)
        return
    found = not first.empty or (study, table) in FINDS_NOTHING
    assert found and not first.attrs["missing"], "the invented hotline should give every table something"
    assert len(made) == 1 and not made[0].attrs  # whatever a study wrote into attrs would be lost
    assert same(first, again)
    assert _values(first, made[0])
    assert all(named in first or f"{named}_zh" in first for named in first.attrs["fields"])
    shares = [name for name, field in first.attrs["fields"].items() if field["form"] in ("share", "share0") and name in first]
    rows = first[first["unit"].isin(("share", "percent"))] if "unit" in first else first  # others are printed in their own
    least = -1 if (study, table) == ("exposure", "curves") else 0  # beyond habit: less than habit is below nought
    beyond = [name for name in shares if not pd.to_numeric(rows[name]).dropna().between(least - 1e-9, 1 + 1e-9).all()]
    assert not beyond, "a column that is printed as per cent holds shares: 每千通192.1 stood as 占比19,206.2%"


def _anew(made: list, get=Frames.get):
    """`Frames.get` that forgets the frame first: another test may have had it made."""

    def getting(self, key, make):
        if not made:
            machine.remove(self.folder / f"{key}.json")
        return get(self, key, make)

    return getting


def _values(frame: pd.DataFrame, made: pd.DataFrame) -> bool:
    bare = frame.copy()
    bare.attrs = {}
    return same(bare, made)


@pytest.mark.parametrize("name", ["indicators", "verdicts", "glossary", "checks", "ledger", "days", "ledger_of_month"])
def test_every_frame_of_the_month_is_read_as_it_was_made(hotline_of_two_thousand, monkeypatch, tmp_path, name):
    h, made = hotline_of_two_thousand, []
    whole = Frames.get
    monkeypatch.setattr(h, "frames", Frames(tmp_path))
    monkeypatch.setattr(Frames, "get", lambda self, key, make: whole(self, key, lambda: made.append(make()) or made[-1].copy()))
    first, times = _fresh(h, name), len(made)
    assert times and same(first, _fresh(h, name)) and len(made) == times and _values(first, made[-1])


def _fresh(h: Hotline, name: str) -> pd.DataFrame:
    h.__dict__.pop(name, None)
    return getattr(h, name)
