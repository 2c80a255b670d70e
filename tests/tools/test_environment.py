"""Setting up: what is missing on a machine is said in a sentence, before anything is made or installed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "environment.py"
RUN = "import runpy, sys; {before}; sys.argv = ['environment.py', *sys.argv[2:]]; runpy.run_path(sys.argv[0], run_name='__main__')"


@pytest.fixture
def setup(tmp_path):
    """Runs the script as a checkout's own, after a line that takes something away from this Python."""

    def run(before: str, *words: str) -> subprocess.CompletedProcess:
        (tmp_path / "tools").mkdir()
        script = Path(shutil.copy(SCRIPT, tmp_path / "tools"))
        program = RUN.format(before=before).replace("sys.argv[0]", repr(str(script)))
        return subprocess.run([sys.executable, "-c", program, "-", *words], capture_output=True, encoding="utf-8")

    return run


@pytest.mark.parametrize(
    ("before", "words", "said"),
    [
        ("sys.version_info = (3, 10, 12)", [], "Python › 3.10 is too old; 3.11 or newer is needed."),
        ("sys.modules['ensurepip'] = None", [], "python3-venv"),
        ("pass", ["--wheels", "/no/such/folder"], "WHEELS › there is no folder /no/such/folder"),
    ],
    ids=["old python", "no venv module", "no wheels"],
)
def test_what_is_missing_is_said_and_nothing_is_made(setup, tmp_path, before, words, said):
    result = setup(before, *words)
    assert result.returncode == 69
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / ".venv").exists()
