"""The store is a cache: whatever has happened to its files, they are made again and said in one line, or refused with a sentence. Nobody deletes a folder."""

import json
import os
import random
import shutil
from pathlib import Path

import pytest

from hotline_analysis import machine
from hotline_analysis.errors import HotlineError
from hotline_analysis.intake.store import Store
from hotline_analysis.intake.store.kept import Kept
from hotline_analysis.params import load
from tests.intake.storing import built, content, export, hotline
from tests.tried import WHOLE

ROWS = [f"{n},2024-05-{1 + n % 28:02} 10:00:00,1380000{n % 7:04},{'停水' if n % 2 else '噪音'},{n}" for n in range(60)]
BAD = ["x,昨天,13800000001,停水,1"]


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    """A hotline of two exports with its store, one kept table in it, ledger with a rejection."""
    folder = tmp_path_factory.mktemp("original")
    export(folder, "a.csv", ROWS[:30])
    export(folder, "b.csv", ROWS[30:] + BAD)
    whole(hotline(folder))
    return folder


def whole(params: Path) -> tuple:
    """What a run reads of the store: the table, the account, the facts, a kept table."""
    store = built(params)
    kept = Kept(store).get("gaps", lambda: store.connection.sql("SELECT call_id, talk_seconds FROM calls ORDER BY ALL"))
    ledgers = [ledger.as_dict() for ledger in store.ledgers]
    return content(store), ledgers, store.cells, store.facts, kept.fetchall()


@pytest.fixture(scope="module")
def expected(original) -> tuple:
    return whole(original / "line.yaml")


@pytest.fixture
def folder(original, tmp_path) -> Path:
    """A copy of the hotline in a folder of its own, with its store as it was written."""
    for file in (*original.glob("*.csv"), *original.glob("*.yaml")):
        shutil.copy2(file, tmp_path)
    stored = load(original / "line.yaml").store_folder
    shutil.copytree(stored, load(tmp_path / "line.yaml").store_folder)
    return tmp_path


def flip(path: Path, at: int = 0, count: int = 40) -> None:
    raw = bytearray(path.read_bytes())
    for place in range(at, min(at + count, len(raw))):
        raw[place] ^= 0xFF
    path.write_bytes(bytes(raw))


def swap(a: Path, b: Path) -> None:
    one, other = a.read_bytes(), b.read_bytes()
    a.write_bytes(other), b.write_bytes(one)


def edit(path: Path, change) -> None:
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(change(said) or said, ensure_ascii=False), encoding="utf-8")


def as_folder(path: Path) -> None:
    path.unlink()
    (path / "x").mkdir(parents=True)


def parts(store: Path, ending: str) -> list[Path]:
    return sorted((store / "parts").glob(f"*{ending}"))


class Stored:
    """A store's folder in which files whose names carry a digest go by their plain ones."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __truediv__(self, name: str) -> Path:
        stem, _, ending = name.rpartition(".")
        return next((path for path in self.folder.glob(f"{stem}.*.{ending}") if stem), self.folder / name)


def files(*names):
    """One damage for each of these files of the store."""
    return names


DAMAGES = {
    **{f"{n} flipped": lambda s, n=n: flip(s / n, 40) for n in files("calls.parquet", "calls_left_out.parquet", "identities.parquet", "ledger.json", "store.json")},
    **{f"{n} flipped at its end": lambda s, n=n: flip(s / n, (s / n).stat().st_size - 12, 4) for n in files("calls.parquet", "identities.parquet", "store.json")},
    **{f"{n} truncated": lambda s, n=n: os.truncate(s / n, (s / n).stat().st_size // 2) for n in files("calls.parquet", "identities.parquet", "ledger.json", "store.json")},
    **{f"{n} empty": lambda s, n=n: (s / n).write_bytes(b"") for n in files("calls.parquet", "ledger.json", "store.json", "identities.json")},
    **{f"{n} deleted": lambda s, n=n: (s / n).unlink() for n in files("calls.parquet", "calls_left_out.parquet", "identities.parquet", "identities.json", "ledger.json", "store.json")},
    **{f"{n} a folder": lambda s, n=n: as_folder(s / n) for n in files("calls.parquet", "store.json", "ledger.json", "identities.parquet", "lock")},
    **{f"{n} not UTF-8": lambda s, n=n: (s / n).write_bytes(b"\xff\xfe{}") for n in files("store.json", "ledger.json")},
    **{f"{n} a list": lambda s, n=n: (s / n).write_text("[]") for n in files("store.json", "ledger.json")},
    **{f"{n} a number": lambda s, n=n: (s / n).write_text("7") for n in files("store.json", "ledger.json")},
    **{f"{n} deep": lambda s, n=n: (s / n).write_text("[" * 100_000) for n in files("store.json", "ledger.json")},
    "state of another type": lambda s: edit(s / "store.json", lambda said: {**said, "merged": 7}),
    "state lacks its facts": lambda s: edit(s / "store.json", lambda said: said.pop("facts") and None),
    "a digit of the ledger": lambda s: edit(s / "ledger.json", lambda said: said["files"][1].update(accepted=31, rejected={})),
    "the ledger forgets the rejection": lambda s: edit(s / "ledger.json", lambda said: {**said, "cells": []}),
    "tables exchanged": lambda s: swap(s / "calls.parquet", s / "calls_left_out.parquet"),
    "the mark deleted": lambda s: (s / machine.MARK).unlink(),
    "the mark empty": lambda s: (s / machine.MARK).write_text(""),
    "parts deleted": lambda s: shutil.rmtree(s / "parts"),
    "parts a file": lambda s: (shutil.rmtree(s / "parts"), (s / "parts").write_text("x")),
    "kept a file": lambda s: (shutil.rmtree(s / "kept"), (s / "kept").write_text("x")),
    "a kept table flipped": lambda s: flip(next((s / "kept").glob("*.parquet")), 60, 3),
    "a part's account not JSON": lambda s: parts(s, ".json")[0].write_text("{"),
    "a part's account a list": lambda s: parts(s, ".json")[0].write_text("[1]"),
    "a part's account not UTF-8": lambda s: parts(s, ".json")[0].write_bytes(b"\xff"),
    "a part's account edited": lambda s: edit(parts(s, ".json")[0], lambda said: said["part"].update(rejecting=0)),
    "parts' accounts exchanged": lambda s: swap(*parts(s, ".json")),
    "a part and the table flipped": lambda s: (flip(parts(s, ".parquet")[0], 40), flip(s / "calls.parquet", 40)),
    "parts exchanged, the table deleted": lambda s: (swap(*parts(s, ".parquet")), (s / "calls.parquet").unlink()),
    "a part truncated, the state deleted": lambda s: (os.truncate(parts(s, ".parquet")[1], 99), (s / "store.json").unlink()),
}  # fmt: skip
SILENT = {  # what is not there is made, as in a first run; a mark or a lock holds nothing
    "store.json deleted",
    "parts deleted",
    "parts a file",
    "kept a file",
    "the mark deleted",
    "the mark empty",
    "lock a folder",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store_is_made_again(expected, folder, capsys, damage):
    capsys.readouterr()
    DAMAGES[damage](Stored(load(folder / "line.yaml").store_folder))
    assert whole(folder / "line.yaml") == expected
    said = capsys.readouterr().err
    assert said.count("\n") == (0 if damage in SILENT else 1) and "Traceback" not in said, said
    assert damage in SILENT or (" › not as they were written: " in said and said.endswith("They were made again.\n"))
    assert whole(folder / "line.yaml") == expected and capsys.readouterr().err == ""


def test_there_are_enough_damages():
    assert len(DAMAGES) >= 37


def test_mutated_files(expected, folder):
    """Two hundred times (forty in make test) random bytes of random files of the store, changed, cut, repeated or taken away: the tables are those of the whole store each time, or it is a sentence."""
    rng, params = random.Random(20240905), folder / "line.yaml"
    store = load(params).store_folder
    mutated, n = 0, 0
    while mutated < (200 if WHOLE else 40):
        n += 1
        names = sorted(p for p in store.rglob("*") if p.is_file() and p.name != "lock")
        for path in rng.sample(names, min(len(names), rng.choice([1, 2, 5, 9]))):
            mutated += 1
            raw = bytearray(path.read_bytes())
            how, at = rng.choice(["flip", "cut", "repeat", "zero", "delete"]), rng.randrange(len(raw) + 1)
            if how == "delete":
                path.unlink()
                continue
            if raw and how == "flip":
                raw[min(at, len(raw) - 1)] ^= 1 << rng.randrange(8)
            raw = {"cut": raw[:at], "repeat": raw + raw[:at], "zero": raw[:at] + bytes(len(raw) - at)}.get(how, raw)
            path.write_bytes(bytes(raw))
        try:
            assert whole(params) == expected, n
        except HotlineError as refused:  # both the mark and the state are gone: nothing says that this folder is ours
            assert "it holds what this program did not make" in str(refused), n
            shutil.rmtree(store)
            whole(params)


def test_what_a_killed_run_left_goes_with_the_next(folder):
    store = load(folder / "line.yaml").store_folder
    for name in (
        "staging/plain.clean",
        "calls.staged",
        "calls.0123456789abcdef.parquet",
        "ledger.0123456789abcdef.json",
        "identities.new",
        "kept/gaps.4711.tmp",
        ".store.json-abcdef12",
        "parts/.x.json-abcdef12",
    ):
        (store / name).parent.mkdir(exist_ok=True)
        (store / name).write_text("13800000001")
    whole(folder / "line.yaml")
    assert not [p for p in store.rglob("*") if p.is_file() and b"13800000001" in p.read_bytes()]
    assert {p.name.split(".")[-1] for p in store.rglob("*") if p.is_file()} == {"parquet", "json", "lock", machine.MARK[1:]}


def test_a_session_does_not_mix_two_states(folder):
    from hotline_analysis.errors import DataRefused

    params = folder / "line.yaml"
    old = built(params)
    old.check_unchanged()
    export(folder, "c.csv", ["99,2024-06-01 10:00:00,13800000001,停水,1"])
    built(params)
    with pytest.raises(DataRefused, match="another run has made the store anew meanwhile") as said:
        old.check_unchanged()
    assert said.value.code == 65
    built(params).check_unchanged()


def test_a_pinned_store_is_not_built(folder, monkeypatch):
    from hotline_analysis.errors import DataRefused

    params = folder / "line.yaml"
    store = built(params)
    monkeypatch.setenv("HOTLINE_PINNED", store.pin)
    export(folder, "c.csv", ["99,2024-06-01 10:00:00,13800000001,停水,1"])
    assert content(built(params)) == content(store)
    monkeypatch.delenv("HOTLINE_PINNED")
    assert len(content(built(params))) == 61
    monkeypatch.setenv("HOTLINE_PINNED", store.pin)
    with pytest.raises(DataRefused, match="made the store anew"):
        built(params)


def test_a_store_that_another_process_holds_is_waited_for_aloud(folder, capsys, monkeypatch):
    from hotline_analysis.__main__ import main

    monkeypatch.setattr(Store, "patience", 0.3)
    store = load(folder / "line.yaml").store_folder
    with machine.lock(store / "lock"):
        assert main(["check", "--params", str(folder / "line.yaml"), "--quiet"]) == 75
    assert capsys.readouterr().err == (
        f"{store} › another run is at work here; waiting for it, at most 0.3 seconds.\n{store} › another run is building this store. Wait for it to end.\n"
    )


def test_a_kept_frame_is_made_once_and_a_damaged_one_again(folder, capsys):
    import pandas as pd

    from hotline_analysis.intake.store.frames import Frames

    store, made = built(folder / "line.yaml"), []
    frames = Frames(store.folder / "kept" / "frames")

    def make() -> pd.DataFrame:
        made.append(1)
        return pd.DataFrame({"rate": [0.125, None], "issue": ["停水", None]})

    first = frames.get("k", make)
    built(folder / "line.yaml")  # a build leaves the frames where they are
    assert frames.get("k", make).equals(first) and len(made) == 1 and capsys.readouterr().err == ""
    kept = store.folder / "kept/frames/k.json"
    kept.write_text(kept.read_text(encoding="utf-8").replace("0.125", "0.126"), encoding="utf-8")
    assert frames.get("k", make).equals(first) and len(made) == 2
    assert capsys.readouterr().err == f"{store.folder} › not as they were written: kept. They were made again.\n"
