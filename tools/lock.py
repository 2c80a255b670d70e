"""Make the lock from pyproject.toml: `python tools/lock.py [--upgrade]`.

One resolution, the same versions on Linux and Windows and on Python 3.11 to 3.13, is written in four parts, so that
a machine that only renders reports installs only what a report needs:

    requirements.lock       what a report needs, and what builds our own package
    requirements-dev.lock   adds what tests and lint need
    requirements-lab.lock   adds JupyterLab
    requirements-spark.lock adds Apache Spark

The parts hold names, versions, markers and hashes. They hold no address and no path: where packages come from is pip's
own configuration. Without --upgrade the pins that still satisfy pyproject.toml stay as they are. Needs `uv` on the path
(`python -m pip install uv`, in any environment).
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = {
    "requirements.lock": "what a report needs, and what builds our own package",
    "requirements-dev.lock": "what tests and lint add",
    "requirements-lab.lock": "what JupyterLab adds",
    "requirements-spark.lock": "what the engine Spark adds",
}
EXTRAS = {"requirements.lock": [], "requirements-dev.lock": ["dev"], "requirements-lab.lock": ["lab"], "requirements-spark.lock": ["spark"]}
ENTRY = re.compile(r"^[a-z0-9-]+==[^\s;]+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+$")


def main() -> int:
    options = argparse.ArgumentParser(description="Make the lock from pyproject.toml.")
    options.add_argument("--upgrade", action="store_true", help="take the newest versions that pyproject.toml allows")
    upgrade = options.parse_args().upgrade
    uv = shutil.which("uv")
    if uv is None:
        print("tools/lock.py › uv is not on the path; install it anywhere with `python -m pip install uv`.", file=sys.stderr)
        return 64
    with tempfile.TemporaryDirectory() as folder:
        for name, text in parts(uv, Path(folder), upgrade=upgrade).items():
            (ROOT / name).write_text(text, encoding="utf-8", newline="\n")
            print(f"{name}: {len(entries(text))} packages")
    return 0


def parts(uv: str, folder: Path, *, upgrade: bool) -> dict[str, str]:
    """The text of each part: first one resolution of everything, then each part held to it, less what the core has."""
    pins = folder / "pins.txt"
    if not upgrade:
        pins.write_text("\n".join(entry for name in PARTS for entry in locked(ROOT / name)), encoding="utf-8")
    resolve(uv, folder, pins, extras=["dev", "lab", "spark"])
    core = resolve(uv, folder, folder / "core.txt", extras=[], held_to=pins)
    texts = {}
    for name, about in PARTS.items():
        extras = EXTRAS[name]
        found = resolve(uv, folder, folder / name, extras=extras, held_to=pins)
        added = [entry for entry in found if entry not in core] if extras else core
        head = [f"# Made by tools/lock.py: {about}.", *(["-r requirements.lock"] if extras else [])]
        texts[name] = "\n".join([*head, *map(checked, added)]) + "\n"
    return texts


def resolve(uv: str, folder: Path, out: Path, *, extras: list[str], held_to: Path | None = None) -> list[str]:
    """Entries of one resolution that holds on every platform and Python that pyproject.toml allows."""
    build = folder / "build.in"
    build.write_text("\n".join(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]))
    command = [uv, "pip", "compile", str(ROOT / "pyproject.toml"), str(build), "--output-file", str(out), "--quiet", "--no-config"]
    command += ["--universal", "--python-version", "3.11", "--fork-strategy", "fewest", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    command += [f"--extra={extra}" for extra in extras] + ([f"--constraints={held_to}"] if held_to else [])
    subprocess.run(command, check=True)
    return locked(out)


def locked(path: Path) -> list[str]:
    return entries(path.read_text(encoding="utf-8")) if path.exists() else []


def entries(text: str) -> list[str]:
    """One string a package: its pin, its marker and its hashes."""
    kept = "\n".join(line for line in text.splitlines() if line and not line.startswith(("#", "-r ")))
    return re.split(r"\n(?! )", kept) if kept else []


def checked(entry: str) -> str:
    if not ENTRY.match(entry):
        raise SystemExit(f"lock › {entry.splitlines()[0]!r} is not a pin with hashes; a lock holds no address and no path.")
    return entry


if __name__ == "__main__":
    sys.exit(main())
