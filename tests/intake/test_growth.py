"""A store that grows by the day is the store of the whole: whatever comes when, late or corrected, its tables are those of all files made at once."""

import os
import random
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hotline_analysis import machine
from hotline_analysis.__main__ import main
from hotline_analysis.errors import DataRefused
from hotline_analysis.hotline import Hotline, open_hotline, study_names
from hotline_analysis.intake import sealed
from hotline_analysis.intake.read import ahead
from hotline_analysis.intake.store import Store, kept, merge
from hotline_analysis.measures.frames import pandas
from hotline_analysis.params import load
from tests.intake.storing import built, content, export, hotline
from tests.small import write_hotline
from tests.tried import WHOLE, tried

CALL = st.tuples(
    st.integers(0, 9),  # the day
    st.integers(0, 23),
    st.sampled_from(["13800000001", "13800000002", "13800000003", "01062345678", "匿名", "138****1234", ""]),
    st.sampled_from("停水 噪音 供电".split()),
    st.integers(0, 99),
)
CORRECTION = st.tuples(st.integers(0, 39), st.integers(-2, 2), st.sampled_from(["13800000001", "13800000002", ""]), st.integers(0, 99))
COLUMNS = (
    "call_id: 编号, started_at: 来电时间, caller: {from: 号码, kind: phone}, issue_1: 分类, talk_seconds: 通话时长, "
    "direction: {from: 通话时长, values: {'7': out, '8': out}, other: blank}, outcome: {from: 通话时长, values: {'1': abandoned}, other: blank}"
)
TOP = "key: published\npublic: true\ndefinition: {index_scope: all, callback_scope: all}"


@pytest.fixture(autouse=True, scope="module")
def small():
    """Files of a table of three rows; and a gap table that always grows."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(merge, "FILE_ROWS", 3)
        patched.setattr(merge, "FILES", 1000)
        patched.setattr(kept, "GROWS", 1)
        yield


def _line(n: int, call: tuple) -> str:
    day, hour, who, issue, talk = call
    return f"{n},2024-05-{max(day, 0) + 1:02d} {hour:02d}:00:00,{who},{issue},{talk}"


def _account(store: Store) -> tuple:
    """What the store tells of itself, in an order that no arrival decides."""
    facts = {name: value for name, value in store.facts.items() if name != "digests"}
    return (
        content(store),
        store.left_out("calls").aggregate("count(*)").fetchall(),
        [ledger.as_dict() for ledger in store.ledgers],
        store.cells,
        facts,
    )


RULES = (
    {},
    {"match": "same"},
    {"chain": "cluster"},
    {"min_gap_seconds": 3600},
    {"outbound": "reset"},
    {"callback_scope": "answered"},
    {"direction": "look-back", "charged": "taker"},
    {"look_ahead": False},
    {"identity": "phone"},
)


KEYS = ("key: 编号", "key: []", *(f"events: {{key: 编号, take: {take}}}" for take in ("first", "last", "merged")))


def _gaps(h: Hotline, rule: dict) -> list[tuple]:
    """The gap table under a rule, callers numbered as they appear; none of masked callers, as which a few calls of the masked number may read."""
    if h.view.masked:
        return []
    frame = pandas(h.view.but(**rule).all_gaps()).sort_values("seq", ignore_index=True)
    frame["who"] = frame["who"].factorize()[0]
    return frame[sorted(frame)].astype(object).where(frame.notna(), None).to_records(index=False).tolist()


@tried(25, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(CALL, min_size=1, max_size=40),
    st.lists(CORRECTION, max_size=4),
    st.integers(1, 4),
    st.lists(st.sampled_from(RULES), max_size=1),
    st.sampled_from(KEYS),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_files_in_any_order_of_arrival_give_the_store_of_the_whole(calls, corrections, n, rules, key, by_day, chance: random.Random):
    """Files by day or cut anywhere arrive in any order; some rows come again, corrected, in a file of their own or in place of the old one."""
    if by_day:
        calls = sorted(calls)
    lines = [_line(i, call) for i, call in enumerate(calls)]
    cuts = sorted(chance.choices(range(len(lines) + 1), k=n - 1))
    files = {f"{i}.csv": lines[a:b] for i, (a, b) in enumerate(zip([0, *cuts], [*cuts, len(lines)], strict=True))}
    later = []
    for i, days, who, talk in corrections:
        day, hour, _, issue, _ = calls[i % len(calls)]
        later.append(_line(i % len(calls), (day + days, hour, who, issue, talk)))
    arrivals = chance.sample(list(files.items()), len(files)) + [("later.csv", later)] * bool(later)
    if chance.random() < 0.3:  # an export that grows in place
        name, rows = chance.choice(arrivals)
        arrivals.append((name, [*rows, _line(99, (chance.randrange(10), 1, "13800000001", "停水", 5))]))
    folder, other = (Path(tempfile.mkdtemp(prefix="growth-")) for _ in range(2))
    try:
        for name, rows in [("first.csv", [_line(98, (4, 12, "13800000001", "停水", 5))]), *arrivals]:
            export(folder, name, rows)
            grown = open_hotline(_params(folder, key), progress=False)
            told = [_gaps(grown, rule) for rule in rules]
        for path in folder.glob("*.csv"):
            shutil.copy2(path, other)
        whole = open_hotline(_params(other, key), progress=False)
        assert _account(grown.store) == _account(whole.store)
        assert told == [_gaps(whole, rule) for rule in rules]
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(other)


def _params(folder: Path, key: str = KEYS[0]) -> Path:
    return hotline(folder, columns=COLUMNS, top=TOP, more=f"  {key}\n  leave_out: {{issue_1: 供电}}\n")


DAYS = [
    [_line(30 * day + n, (day, n, f"138000000{(7 * day + 3 * n) % 50:02d}", "停水 噪音".split()[n % 2], n % 9)) for n in range(30)]
    for day in range(6)
]


def test_a_gap_table_grows_by_the_callers_of_the_new_day(tmp_path, monkeypatch):
    """What was made stays, a file of the new day's callers lies beside it; more than a share of the rows, and it is made whole."""

    def kept_files(h: Hotline) -> set[str]:
        return {path.name.split("-")[-2] for path in h.kept.folder.glob("gaps*.parquet")}

    for day in range(5):
        export(tmp_path, f"{day}.csv", DAYS[day])
    first = open_hotline(_params(tmp_path), progress=False)
    assert _gaps(first, {}) and kept_files(first) == {"whole", "last"}
    export(tmp_path, "5.csv", DAYS[5][:3])
    second = open_hotline(_params(tmp_path), progress=False)
    grown, files = _gaps(second, {}), {path.name for path in second.kept.folder.glob("gaps*.parquet")}
    assert {name for name in files if first.digest in name.split("-")[-1]} == {p for p in files if "-whole-" in p or "-last-" in p}
    assert len(files) == 4 and _gaps(open_hotline(_params(tmp_path), progress=False), {}) == grown
    monkeypatch.setattr(kept, "GROWS", 0)
    export(tmp_path, "5.csv", DAYS[5][:4])
    third = open_hotline(_params(tmp_path), progress=False)
    _gaps(third, {})
    assert any(third.digest in path.name and "-whole-" in path.name for path in third.kept.folder.glob("gaps*.parquet"))
    shutil.rmtree(third.kept.folder)
    assert _gaps(third, {}) == _gaps(open_hotline(_params(tmp_path), progress=False), {})


def _grown_and_whole(folder: Path) -> tuple[Path, Path]:
    """The params of one hotline twice: its exports came one after the other, and all at once."""
    made = []
    for name in ("grown", "whole"):
        (folder / name).mkdir()
        made.append(write_hotline(folder / name, calls=900))
        header, *lines = (folder / name / "calls.csv").read_text(encoding="gb18030").splitlines()
        (folder / name / "calls.csv").unlink()
        made[-1].write_text(made[-1].read_text(encoding="utf-8").replace("files: calls.csv", "files: '*.csv'"), encoding="utf-8")
        for n, cut in enumerate((0, 400, 850)):
            text = "\n".join([header, *lines[cut : (400, 850, 900)[n]]])
            (folder / name / f"{n}.csv").write_text(text + "\n", encoding="gb18030")
            if name == "grown" and n:
                open_hotline(made[-1], progress=False).view.all_gaps()
    return tuple(made)


@pytest.mark.slow
def test_the_pages_of_a_store_that_grew_are_those_of_the_whole_byte_by_byte(tmp_path):
    pages = []
    for params in _grown_and_whole(tmp_path):
        assert main(["report", "--params", str(params), "--month", "latest", "--quiet"]) == 0
        (month,) = (params.parent / "reports" / params.stem).glob("20*")
        pages.append({page.name: page.read_bytes() for page in month.iterdir() if page.suffix in (".html", ".csv")})
    assert len(pages[0]) > 5 and pages[0] == pages[1]


def test_what_is_shown_of_a_store_that_grew_is_what_is_shown_of_the_whole(tmp_path):
    """Four tables of studies, in a whole run all of them, with what travels with them: of these a page is made."""
    grown, whole = (open_hotline(params, progress=False) for params in _grown_and_whole(tmp_path))
    tables = [(study, table) for study in study_names() for table in import_module(f"hotline_analysis.studies.{study}").TABLES]
    few = [("window", "evidence"), ("window", "density"), ("flows", "pairs"), ("callers", "concentration")]
    for study, table in tables if WHOLE else few:
        one, other = (h.study(study, table) for h in (grown, whole))
        assert one.equals(other) and one.attrs == other.attrs, (study, table)
    assert "-now-" in " ".join(path.name for path in grown.kept.folder.iterdir())
    assert grown.verdicts.equals(whole.verdicts) and grown.store.facts == whole.store.facts


def test_killed_at_any_step_the_old_store_stands_and_the_next_run_makes_the_new_one(tmp_path, monkeypatch):
    """The store's folder is copied before every change of the file system while a new day is taken in: what a kill there would leave."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    for day in range(5):
        export(here, f"{day}.csv", DAYS[day])
    params = _params(here)
    before = open_hotline(params, progress=False)
    _gaps(before, {})
    old, left = _account(before.store), []
    export(here, "5.csv", DAYS[5])

    def copied(real):
        def call(*args, **options):
            left.append(shutil.copytree(before.store.folder, there / str(len(left))))
            return real(*args, **options)

        return call

    with monkeypatch.context() as patched:
        for name in ("replace", "unlink", "rmdir", "fsync"):
            patched.setattr(os, name, copied(getattr(os, name)))
        after = open_hotline(params, progress=False)
        new, gaps = _account(after.store), _gaps(after, {})
    assert len(left) > 20 and new != old
    seen = []
    for folder in left[:: 1 if WHOLE else 5]:
        shutil.rmtree(before.store.folder)
        folder.rename(before.store.folder)
        seen.append(_account(Store(load(params))))
        h = open_hotline(params, progress=False)
        assert _account(h.store) == new and _gaps(h, {}) == gaps
    assert seen[0] == old and all(one in (old, new) for one in seen) and seen == sorted(seen, key=lambda one: one == new)


def test_a_store_from_before_its_files_had_names_of_their_own_is_put_together_again(tmp_path, monkeypatch):
    export(tmp_path, "0.csv", DAYS[0])
    store = built(_params(tmp_path))
    whole, state = content(store), sealed.read(store.folder / "store.json")
    for name in state["files"]:
        (store.folder / name).rename(store.folder / f"{name.split('.')[0]}.{name.split('.')[-1]}")
    plain = {
        name: {key: told[key] for key in ("counts", "days", "cells", "facts")} | {"made": "0"} for name, told in state["merged"].items()
    }
    sealed.write(store.folder / "store.json", {"format": 15, "merged": plain, "facts": state["facts"], "files": {"calls.parquet": "0"}})
    monkeypatch.setattr("hotline_analysis.intake.store.store.read", None)  # no export is read
    again = built(_params(tmp_path))
    assert content(again) == whole and not (again.folder / "calls.parquet").exists() and not (again.folder / "ledger.json").exists()


def test_a_new_day_writes_one_file_and_every_other_stays(tmp_path):
    days = [[_line(10 * day + n, (day, n, f"1380000000{n}", "停水", n)) for n in range(3)] for day in range(6)]
    for day in range(5):
        export(tmp_path, f"{day}.csv", days[day])
    params = hotline(tmp_path, more="  key: 编号\n")
    before = {path.name for path in built(params).folder.glob("calls.*")}
    export(tmp_path, "5.csv", days[5])
    store = built(params)
    after = {path.name for path in store.folder.glob("calls.*")}
    assert len(before) == 5 and before < after and len(after) == 6
    assert [n for _, n, _ in store.days("calls")[1]] == [3] * 6
    export(tmp_path, "2.csv", [*days[2], _line(99, (2, 9, "13800000009", "停水", 1))])  # a late row: of one day
    store = built(params)
    assert len(after & {path.name for path in store.folder.glob("calls.*")}) == 5
    assert [row[0] for row in store.table("calls").project("seq").fetchall()] == list(range(19))
    assert load(params).store_folder == store.folder


# files that are read ahead


@pytest.fixture
def ahead_of_all(monkeypatch):
    """Every file is read ahead but the first; which of them were."""
    taken, take = [], ahead.Ahead.take
    monkeypatch.setattr(ahead, "LEAST", 0)
    monkeypatch.setattr(machine, "cores", lambda: 3)
    monkeypatch.delenv("HOTLINE_THREADS", raising=False)
    monkeypatch.setattr(ahead.Ahead, "take", lambda self, key: taken.append(take(self, key)) or taken[-1])
    return taken


def _read(folder: Path) -> tuple:
    store = built(_params(folder))
    assert not (store.folder / "staging").exists()
    return store.table("calls").fetchall(), _account(store), [path.name for path in sorted((store.folder / "parts").iterdir())]


def test_files_read_ahead_give_the_same_store_to_the_callers_integers(tmp_path, ahead_of_all, monkeypatch):
    for folder in ("ahead", "alone"):
        (tmp_path / folder).mkdir()
        for n in range(4):
            export(tmp_path / folder, f"{n}.csv", [*DAYS[3 - n], "x,昨天,13800000001,停水,1"])
    read = _read(tmp_path / "ahead")
    assert [text is not None for text in ahead_of_all] == [False, True, True, True]
    monkeypatch.setattr(ahead, "LEAST", 2**60)
    assert read == _read(tmp_path / "alone") and ahead_of_all[4:] == [None] * 4


@pytest.mark.parametrize(
    "command", [None, [sys.executable, "-c", "raise SystemExit(9)"], [sys.executable, "-c", "print('45 %')"], ["/no/such/program"]]
)
def test_what_no_process_could_read_is_read_or_refused_as_ever(tmp_path, ahead_of_all, monkeypatch, command):
    if command:
        monkeypatch.setattr(machine, "python", lambda *_: command)
    for n in range(3):
        export(tmp_path, f"{n}.csv", DAYS[n])
    if command is None:
        export(tmp_path, "1.csv", ["甲,乙"], "无,关")
        with pytest.raises(DataRefused, match=r"^1\.csv › shows none of the mapped columns"):
            built(_params(tmp_path))
        export(tmp_path, "1.csv", DAYS[1])
    assert len(built(_params(tmp_path)).table("calls").fetchall()) > 50
