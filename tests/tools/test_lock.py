"""The lock: every pin has hashes, nothing names an address or a path, and it satisfies pyproject.toml on each platform."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PARTS = ["requirements.lock", "requirements-dev.lock", "requirements-lab.lock", "requirements-spark.lock"]
LINUX = {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"}
WINDOWS = {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"}


def text(part: str) -> str:
    return (ROOT / part).read_text(encoding="utf-8")


def pins(part: str) -> list[Requirement]:
    return [Requirement(line.rstrip(" \\")) for line in text(part).splitlines() if re.match("[a-z]", line)]


@pytest.mark.parametrize("part", PARTS)
def test_every_line_is_a_pin_or_a_hash(part):
    known = re.compile(r"#.*|-r requirements\.lock|[a-z0-9-]+==[\w.]+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [line for line in text(part).splitlines() if not known.fullmatch(line)] == []


@pytest.mark.parametrize("part", PARTS)
def test_no_address_and_no_path(part):
    assert re.findall(r"://|file:|index-url|find-links|(?<![\w-])/", text(part)) == []


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]),
        ("requirements-dev.lock", PROJECT["project"]["optional-dependencies"]["dev"]),
        ("requirements-lab.lock", PROJECT["project"]["optional-dependencies"]["lab"]),
        ("requirements-spark.lock", PROJECT["project"]["optional-dependencies"]["spark"]),
    ],
)
@pytest.mark.parametrize("platform", [LINUX, WINDOWS], ids=["linux", "windows"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_dependency_is_pinned_once_in_its_range(part, wanted, platform, python):
    here = {**platform, "python_version": python, "python_full_version": python + ".1", "implementation_name": "cpython"}
    installed = [pin for name in {"requirements.lock", part} for pin in pins(name) if pin.marker is None or pin.marker.evaluate(here)]
    versions = {}
    for pin in installed:
        assert versions.setdefault(canonicalize_name(pin.name), str(pin.specifier)) == str(pin.specifier)
    for dependency in map(Requirement, wanted):
        version = versions[canonicalize_name(dependency.name)].removeprefix("==")
        assert dependency.specifier.contains(version), dependency


UNSEEN = {
    "brotli": "fontTools packs a page's fonts with it",
    "seaborn": "the house style of the charts",
}  # needed without an import of ours


def imported() -> dict[str, str]:
    """Every module from elsewhere that the package imports, at its head or inside a function, with a file that does."""
    found = {}
    for file in (ROOT / "hotline_analysis").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
            found |= {name.partition(".")[0]: file.name for name in names if name}
    return {name: file for name, file in found.items() if name not in sys.stdlib_module_names and name != "hotline_analysis"}


def test_what_is_declared_is_what_the_package_imports():
    declared = {canonicalize_name(Requirement(r).name) for r in PROJECT["project"]["dependencies"]}
    extras = PROJECT["project"]["optional-dependencies"]
    extra = {canonicalize_name(Requirement(r).name) for name in ("r", "db") for r in extras[name]}
    elsewhere = {  # of JupyterLab's lock and of Spark's, and where alone they are imported
        "ipywidgets": "lab.py", "itables": "lab.py", "nbconvert": "exporter.py", "pyspark": "spark.py",
    }  # fmt: skip
    owners = {module: {canonicalize_name(d) for d in names} for module, names in packages_distributions().items()}
    modules = {m: file for m, file in imported().items() if elsewhere.get(m) != file}
    assert {m: file for m, file in modules.items() if not owners[m] & (declared | extra)} == {}, "imported, not declared"
    assert {d for d in declared if not any(d in owners[m] for m in modules)} - set(UNSEEN) == set(), "declared, not imported"
    assert not declared & {"phonenumbers", "statsmodels", "openpyxl"}
