"""Whoever names a folder of their own by mistake finds it afterwards as it was: every path that a command or a setting takes, byte for byte and mode for mode."""

import copy
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest

from hotline_analysis import machine
from hotline_analysis.__main__ import cli, main
from hotline_analysis.measures.definition import Definition
from hotline_analysis.params import Params, _inner_model
from tests.small import write_hotline
from tests.tried import WHOLE

ROOT = Path(__file__).parents[2]
TAKEN = (  # names that this program uses too
    "thesis.docx", "parts/a.parquet", "parts/b.json", "staging/x.csv", "old.staged", "kept/c.parquet", "kept/d.tmp", "calls.parquet", "store.json",
    "ledger.json", "identities.parquet", "lock", "sample.json", "exports/mine.csv", "index.html", "manifest.json", "kpis.csv", "wheels/mine.whl",
    "来电明细_202308.csv", ".probe-20240101T000000-abcdef", "aside/x", "new/index.html", "monthly.ipynb",
)  # fmt: skip


def stranger(folder: Path) -> Path:
    """A folder full of somebody's files; none of them says that this program made it."""
    for name in TAKEN:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"mine: {name}", encoding="utf-8")
    (folder / "sample.json").write_text('{"version": 1, "files": {"thesis.docx": 3}}', encoding="utf-8")
    (folder / "manifest.json").write_text('{"name": "my web app", "files": {"thesis.docx": {}}}', encoding="utf-8")
    (folder / "store.json").write_text('{"shop": 1}', encoding="utf-8")
    (folder / "link").symlink_to(folder / "thesis.docx")
    folder.chmod(0o755)
    return folder


def state(folder: Path) -> dict:
    """Everything about it that a reader could see."""
    return {
        str(path.relative_to(folder)): (stat.S_IMODE(path.lstat().st_mode), path.read_bytes() if path.is_file() else None)
        for path in [folder, *sorted(folder.rglob("*"))]
    }


@pytest.fixture
def params(tmp_path):
    (tmp_path / "project").mkdir()
    return write_hotline(tmp_path / "project", calls=40)


def run(*arguments) -> int:
    return main([*map(str, arguments), "--quiet"])


def test_sample(tmp_path, capsys):
    folder = stranger(tmp_path / "mine")
    before = state(tmp_path)
    assert run("sample", folder) == 73 and state(tmp_path) == before
    assert capsys.readouterr().err == (
        f"{folder} › cannot be written (it holds what this program did not make; name an empty folder or a new one).\n"
    )


@pytest.mark.parametrize("command", ["check", "study window", "report"])
def test_workspace(tmp_path, params, command, capsys):
    folder = stranger(tmp_path / "mine")
    params.write_text(params.read_text(encoding="utf-8") + f"workspace: {folder}\n", encoding="utf-8")
    before = state(folder)
    assert run(*command.split(), "--params", params) == 73 and state(folder) == before
    assert "it holds what this program did not make" in capsys.readouterr().err


def test_a_workspace_that_is_a_parent_of_everything(tmp_path, params):
    params.write_text(params.read_text(encoding="utf-8") + "workspace: .\n", encoding="utf-8")
    before = state(tmp_path)
    assert run("check", "--params", params) == 73 and state(tmp_path) == before


def test_the_stores_own_place(tmp_path, params):
    from hotline_analysis.params import load

    stranger(load(params).store_folder)
    before = state(tmp_path)
    assert run("check", "--params", params) == 73 and state(tmp_path) == before


@pytest.mark.parametrize("place", ["reports/small/2024-01", "reports/small/.2024-01.staging", "private/.running-small-2024-01"])
def test_out(tmp_path, params, place, capsys):
    stranger(tmp_path / "elsewhere" / place)
    before = state(tmp_path / "elsewhere")
    assert run("report", "--params", params, "--month", "2024-01", "--out", tmp_path / "elsewhere/reports") == 73
    assert state(tmp_path / "elsewhere") == before
    assert "it holds what this program did not make" in capsys.readouterr().err


def test_reports_and_private_beside_the_params(tmp_path, params, monkeypatch):
    """A month is published between a stranger's folders; they are as before, and so is what the user put into the month itself."""
    from hotline_analysis.report import month

    monkeypatch.setattr(month, "pages", lambda: {"index.html": month.notebooks() / "monthly.ipynb"})
    project = params.parent
    folders = [
        stranger(project / name) for name in ("private", "reports", "reports/other/2024-01", "reports/small/2023-12", ".hotline/other")
    ]
    before = [state(folder) for folder in folders]
    assert run("report", "--params", params, "--month", "2024-01") == 0
    published = project / "reports/small/2024-01"
    (published / "notes.txt").write_text("mine")
    params.write_text(params.read_text(encoding="utf-8") + "report: {organisation: 甲}\n", encoding="utf-8")
    assert run("report", "--params", params, "--month", "2024-01") == 0
    assert (published / "notes.txt").read_text() == "mine" and "甲" in (published / "index.html").read_text(encoding="utf-8")
    for folder, was in zip(folders, before, strict=True):
        now = state(folder)
        assert {name: now[name] for name in was} == was, folder


def test_write_windows(tmp_path, params):
    folder = stranger(tmp_path / "mine")
    before = state(folder)
    for target in (folder, folder / "thesis.docx", folder / "store.json"):
        assert run("study", "exposure", "--params", params, "--write-windows", target) in (64, 73)
    assert state(folder) == before


def test_key_file_and_cache(tmp_path, params, monkeypatch):
    key, cache = stranger(tmp_path / "keys"), stranger(tmp_path / "cache")
    stranger(cache / "hotline-analysis")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    before = state(key), state(cache)
    text = params.read_text(encoding="utf-8").replace("key: published\n", "")
    params.write_text(text, encoding="utf-8")
    for target in (key, key / "thesis.docx"):
        monkeypatch.setenv("HOTLINE_KEY_FILE", str(target))
        assert run("check", "--params", params) == 65
    machine.cache_folder()
    assert (state(key), state(cache)) == before


# no option and no setting is left out: the command line and the models are walked


TEXT_OPTIONS = [
    (command, option) for command, told in cli.commands.items() for option in told.params if not isinstance(option.type, click.Choice | click.types.BoolParamType)
]  # fmt: skip


@pytest.mark.parametrize(("command", "option"), [pytest.param(c, o, id=f"{c} {o.opts[0]}") for c, o in TEXT_OPTIONS])
def test_every_option_of_the_command_line(tmp_path, params, monkeypatch, command, option):
    """Whatever takes a text is handed a stranger's folder and a file in it: paths, and what is no path too, lest one become one."""
    from hotline_analysis.report import run as runner

    def made(month, pages):  # in place of the kernels: the folders are real
        month.files |= {"index.html": b"new", "manifest.json": b"{}"}

    monkeypatch.setattr(runner, "_make", made)
    folder = stranger(tmp_path / "mine")
    before = state(folder)
    usual = {"params": params, "name": "exposure"} | ({"month": "2024-01"} if command == "report" else {})
    for value in (folder, folder / "thesis.docx", folder / "new"):
        given = {**usual, option.name: value}
        words = [word for o in cli.commands[command].params if o.name in given for word in _words(o, given[o.name])]
        code = run(command, *words) if any(o.name == "quiet" for o in cli.commands[command].params) else main([command, *map(str, words)])
        now = state(folder)
        assert {name: now.get(name) for name in before} == before and code in (0, 64, 65, 66, 73), value
    assert {"params", "out", "write_windows", "folder"} <= {o.name for _, o in TEXT_OPTIONS}


def _words(option, value) -> list:
    return [value] if isinstance(option, click.Argument) else [option.opts[0], value]


BASE = {
    "title": {"zh": "小热线", "en": "Small"}, "key": "published", "public": "true",
    "calls": {"files": "calls.csv", "columns": {"started_at": {"from": "来电时间"}, "area": {"from": "坐席"}}},
}  # fmt: skip
NAMED = {"columns": "area", "breaks": "2024-03"}  # of a setting that holds others by name: one of the names


def places(model, steps=(), seen=()):
    """Every place of a params file where a value may stand, from the models themselves; what two settings share (calls and orders) is walked once."""
    seen = seen or set()
    seen.add(model)
    for name, field in model.model_fields.items():
        here, inner = (*steps, field.alias or name), _inner_model(field.annotation)
        yield here
        if inner and inner not in seen:
            yield from places(inner, (*here, NAMED[name]) if name in NAMED else here, seen)


PLACES = [*places(Params), *(("definition", name) for name in (*Definition.model_fields, "windows_file"))]


@pytest.mark.slow
def test_every_setting(tmp_path, params, capsys):
    """Each setting that the models know holds a stranger's folder, then a file of it (in make test one of the two in turn); the hotline is read or refused, and the folder is as it was."""
    folder = stranger(tmp_path / "mine")
    before, codes = state(folder), {steps: set() for steps in PLACES}
    for n, steps in enumerate(PLACES):
        for value in (folder, folder / "thesis.docx") if WHOLE else ((folder, folder / "thesis.docx")[n % 2],):
            said = copy.deepcopy(BASE)
            inner = said
            for step in steps[:-1]:
                inner = inner.setdefault(step, {})
            inner[steps[-1]] = str(value)
            params.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
            codes[steps].add(run("check", "--params", params))
            assert state(folder) == before and codes[steps] <= {0, 64, 65, 66, 73}, steps
    assert "Traceback" not in capsys.readouterr().err
    taken = {steps for steps, seen in codes.items() if seen != {64}}  # what is no text, or no path, is refused before anything is read
    assert {("workspace",), ("calls", "files"), ("title", "zh"), ("calls", "columns", "area", "from")} <= taken
    assert len(PLACES) > 75 and codes["workspace",] == {73} and codes["definition", "windows_file"] == {64}


def test_bundle(tmp_path):
    """The bundle's folder is always `bundle/` of the checkout; a stranger's there is refused before pip is asked for anything."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/bundle.py").write_text((ROOT / "tools/bundle.py").read_text(encoding="utf-8"), encoding="utf-8")
    folder = stranger(tmp_path / "bundle")
    before = state(folder)
    done = subprocess.run([sys.executable, tmp_path / "tools/bundle.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 73 and "did not make" in done.stderr and state(folder) == before


# what is ours


def test_only_machine_deletes():
    """Nothing else in the package calls what removes files."""
    words = (".unlink(", "rmtree(", ".rmdir(", "os.remove(", "os.unlink(")
    package = ROOT / "hotline_analysis"
    found = {
        str(path.relative_to(package)) for path in package.rglob("*.py") if any(word in path.read_text(encoding="utf-8") for word in words)
    }
    assert found == {"machine.py"}


def test_what_is_not_ours_is_not_removed(tmp_path):
    folder = stranger(tmp_path / "mine")
    for path in (folder, folder / "parts", folder / "thesis.docx", folder / "link"):
        with pytest.raises(machine.Foreign):
            machine.remove(path)
    machine.remove(folder / "nothing")
    assert (folder / "thesis.docx").exists()


def test_a_link_inside_a_folder_of_ours_goes_and_what_it_leads_to_stays(tmp_path):
    folder, ours = stranger(tmp_path / "mine"), machine.claim(tmp_path / "ours", "staging")
    before = state(folder)
    (ours / "parts").symlink_to(folder / "parts")
    with pytest.raises(machine.Foreign):
        machine.remove(ours / "parts" / "a.parquet")
    machine.remove(ours)
    assert state(folder) == before and not ours.exists()


def test_a_mark_of_one_kind_does_not_open_a_folder_of_another(tmp_path):
    machine.claim(tmp_path / "sample", "sample", ["a.csv"])
    (tmp_path / "sample" / "mine.csv").write_text("mine")
    with pytest.raises(machine.Foreign):
        machine.claim(tmp_path / "sample", "store")
    with pytest.raises(machine.Foreign):
        machine.remove(tmp_path / "sample" / "mine.csv")
    with pytest.raises(machine.Foreign):
        machine.remove(tmp_path / "sample")


def test_an_older_sample_is_renewed_and_the_users_notes_in_it_stay(tmp_path, monkeypatch):
    from hotline_analysis import sample
    from hotline_analysis.sample import simulate
    from hotline_analysis.sample import write as written

    monkeypatch.setattr(simulate, "run", lambda: None)

    def write(*names):
        def write_all(folder, calls, step):
            for name in names:
                (folder / name).write_text(f"{sample.VERSION} {name}")
            return [folder / name for name in names]

        monkeypatch.setattr(written, "write_all", write_all)
        return [p.name for p in sample.write_sample(tmp_path / "s", progress=False)]

    assert write("a.csv", "b.csv") == ["a.csv", "b.csv"]
    (tmp_path / "s" / "notes.txt").write_text("mine")
    (tmp_path / "s" / machine.MARK).unlink()  # as before there were marks
    monkeypatch.setattr(sample, "VERSION", 99)
    assert write("b.csv", "c.csv") == ["b.csv", "c.csv"]
    assert sorted(p.name for p in (tmp_path / "s").iterdir()) == [machine.MARK, "b.csv", "c.csv", "notes.txt", "sample.json"]
    assert (tmp_path / "s/b.csv").read_text() == "99 b.csv" and os.listdir(tmp_path) == ["s"]
