"""The tutorial in both languages, as a reader runs it: every command and every line of Python from raw zips to a page, and what they print held against what is written."""

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real import DATA, PARAMS, ROOT, needs

COMMANDS = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SESSIONS = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = {"zh": ROOT / "docs" / "tutorial.zh-CN.md", "en": ROOT / "docs" / "tutorial.md"}
# A store of 250,000 calls and a month with its pages: minutes, so it runs with the long tests.
pytestmark = [pytest.mark.slow, needs("bank1999")]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """What the tutorial begins with: the checkout's params, and the zips in bank/."""
    folder = tmp_path_factory.mktemp("tutorial")
    (folder / "bank").mkdir()
    for file in (DATA / "bank1999").glob("*.zip"):
        (folder / "bank" / file.name).symlink_to(file)
    (folder / "params").mkdir()
    shutil.copy(PARAMS / "bank1999.yaml", folder / "params")
    return folder


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Every command with the lines that it prints."""
    blocks = [line for block in COMMANDS.findall(text) for line in block.splitlines()]
    starts = [n for n, line in enumerate(blocks) if line.startswith("$ ")]
    return [(blocks[a][2:], blocks[a + 1 : b]) for a, b in zip(starts, [*starts[1:], len(blocks)], strict=True)]


def as_written(printed: str, written: list[str]) -> bool:
    """The printed lines, their ends trimmed, are the written ones; … stands for anything, alone on a line for any lines."""
    parts = [r"(?:[^\n]*\n)*?" if line.strip() == "…" else re.escape(line.rstrip()).replace("…", "[^\\n]*") + r"\n" for line in written]
    lines = "".join(line.rstrip() + "\n" for line in printed.splitlines())
    return re.fullmatch("".join(parts), lines) is not None


def ran(command: str, folder: Path) -> str:
    """What a command prints, the checkout's own `hotline` and `python` first on the path."""
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=os.environ | {"PATH": tools}, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_line_of_the_tutorial_prints_what_is_written(place, language, monkeypatch):
    text = PAGES[language].read_text(encoding="utf-8")
    told = commands(text)
    assert len(told) >= 5
    for command, written in told:
        printed = ran(command, place)
        assert as_written(printed, written), f"{command}\n{printed}"
    monkeypatch.chdir(place)
    session = doctest.DocTestParser().get_doctest("\n".join(SESSIONS.findall(text)), {}, f"tutorial ({language})", None, 0)
    assert len(session.examples) >= 5
    said = []
    failed = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(session, out=said.append)
    assert not failed.failed, "".join(said)


def test_both_languages_tell_the_same_steps():
    def steps(language: str) -> list[str]:
        told = [command for command, _ in commands(PAGES[language].read_text(encoding="utf-8"))]
        return [command.replace(f"--language {language}", "--language") for command in told]

    assert steps("zh") == steps("en")


@pytest.mark.parametrize("language", PAGES)
def test_the_pictures_are_there_and_small(language):
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", PAGES[language].read_text(encoding="utf-8"))
    files = [PAGES[language].parent / name for name in pictures]
    assert len(files) >= 2 and all(0 < file.stat().st_size <= 200_000 for file in files)


@pytest.mark.parametrize(
    ("printed", "written", "right"),
    [
        ("a\nb\nc\n", ["a", "…", "c"], True),
        ("a\nc\n", ["a", "…", "c"], True),
        ("a 12 b\n", ["a … b"], True),
        ("a\nb\n", ["a"], False),
        ("a.b\n", ["axb"], False),
        ("", [], True),
    ],
)
def test_the_comparison_sees_what_differs(printed, written, right):
    assert as_written(printed, written) is right
