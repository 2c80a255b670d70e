"""Setting up: what is missing on a machine is said in a sentence, before anything is made or installed."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distributions
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


# ---- an index that has moved on since the lock was made

OWN = """[build-system]
requires = []
build-backend = "tiny"
backend-path = ["."]
[project]
name = "own"
version = "0.1"
"""
BACKEND = """import shutil
def build_editable(folder, settings=None, metadata=None):
    return shutil.copy("own-0.1-py3-none-any.whl", folder).rpartition("/")[2]
"""
LOCKED = {
    "a": [],
    "b": ["Provides-Extra: extra", "Requires-Dist: c; extra == 'extra'"],
    "c": [],
    "d": ["Requires-Dist: b[extra]"],
    "e": ["Requires-Dist: d"],
}


def wheel(folder: Path, name: str, version: str, metadata: list[str]) -> Path:
    """A wheel with one empty module, built by hand."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    files = {
        f"{name}.py": "",
        f"{name}-{version}.dist-info/METADATA": "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata, ""]),
        f"{name}-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    sums = {n: base64.urlsafe_b64encode(hashlib.sha256(t.encode()).digest()).rstrip(b"=").decode() for n, t in files.items()}
    record = "".join(f"{n},sha256={s},{len(files[n])}\n" for n, s in sums.items()) + f"{name}-{version}.dist-info/RECORD,,\n"
    with zipfile.ZipFile(path, "w") as made:
        for inside, text in {**files, f"{name}-{version}.dist-info/RECORD": record}.items():
            made.writestr(inside, text)
    return path


def pin(path: Path) -> str:
    name, version = path.name.split("-")[:2]
    return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Checkout:
    """A small checkout with three locks of its own, and an index of local files that has two newer versions of everything."""

    def __init__(self, folder: Path):
        self.folder, self.wheels, self.index = folder / "checkout", folder / "wheels", folder / "index"
        for made in (self.folder / "tools", self.wheels, self.index):
            made.mkdir(parents=True)
        shutil.copy(SCRIPT, self.folder / "tools")
        (self.folder / "pyproject.toml").write_text(OWN)
        (self.folder / "tiny.py").write_text(BACKEND)
        wheel(self.folder, "own", "0.1", ["Requires-Dist: a", "Requires-Dist: d"])
        self.pins = {name: pin(wheel(self.wheels, name, "1.0", metadata)) for name, metadata in LOCKED.items()}
        for name, metadata in LOCKED.items():
            for version in ("1.1", "2.0"):
                wheel(self.wheels, name, version, metadata)
        for path in sorted(self.wheels.iterdir()):
            page = self.index / path.name.split("-")[0] / "index.html"
            page.parent.mkdir(exist_ok=True)
            with page.open("a") as out:
                out.write(f'<a href="{path.as_uri()}">{path.name}</a>\n')
        self.lock("requirements.lock", "abcd")
        self.lock("requirements-dev.lock", "e", "-r requirements.lock\n")
        self.lock("requirements-lab.lock", "", "-r requirements.lock\n")

    def lock(self, file: str, names: str, head: str = "") -> None:
        (self.folder / file).write_text(head + "".join(self.pins[name] for name in names))

    def setup(self, *words: str, index: str = "") -> subprocess.CompletedProcess:
        settings = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": index or self.index.as_uri(), "PIP_NO_CACHE_DIR": "1"}
        kept = {k: v for k, v in os.environ.items() if not k.upper().startswith("PIP_")}
        command = [sys.executable, str(self.folder / "tools" / "environment.py"), *words]
        return subprocess.run(command, env={**kept, **settings}, capture_output=True, encoding="utf-8")

    @property
    def installed(self) -> dict[str, str]:
        (packages,) = (self.folder / ".venv" / "lib").glob("python3*/site-packages")
        found = {each.name: each.version for each in distributions(path=[str(packages)])}
        return {name: version for name, version in found.items() if name not in ("pip", "setuptools")}

    @property
    def stamps(self) -> set[str]:
        return {path.stem.removeprefix("hotline-") for path in (self.folder / ".venv").glob("hotline-*.txt")}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a Windows checkout has its Python in Scripts")
def test_exactly_the_lock_is_installed_and_proved(tmp_path):
    """A dependency with an extra (d asks for b[extra]) makes pip's resolver leave the lock as soon as the index has a newer b."""
    checkout = Checkout(tmp_path)
    core = {"own": "0.1", **dict.fromkeys("abcd", "1.0")}
    first = checkout.setup()
    assert (first.returncode, first.stderr, len(first.stdout.splitlines())) == (0, "", 1), first
    assert (checkout.installed, checkout.stamps) == (core, {"home", "report"})
    again = checkout.setup()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert checkout.setup("dev", "--wheels", str(checkout.wheels), index="file:///nowhere").returncode == 0
    assert (checkout.installed, checkout.stamps) == ({**core, "e": "1.0"}, {"home", "report", "dev"})
    assert checkout.setup("lab").returncode == 0
    assert checkout.installed == {**core, "e": "1.0"}
    checkout.lock("requirements.lock", "abc")  # a lock that lost what pyproject.toml asks for
    subprocess.run([checkout.folder / ".venv" / "bin" / "python", "-m", "pip", "uninstall", "-yq", "d"], check=True)
    broken = checkout.setup()
    assert broken.returncode == 69
    assert "own 0.1 requires d, which is not installed." in broken.stderr
    assert "pip › what is installed does not fit together" in broken.stderr
    assert "Traceback" not in broken.stderr
    assert checkout.setup().returncode == 69, "a set-up that failed is tried again"
