"""Gather what a machine without network needs: `python tools/bundle.py [report|dev|lab]`, into `bundle/`.

    bundle/wheels/                         every wheel of the lock, for this platform and this Python
    bundle/requirements*.lock              the lock itself
    bundle/hotline-analysis-<version>.tar.gz   the checkout as committed: package, fonts, params, notebooks, Makefile

There: unpack the archive and run `make report WHEELS=<path to bundle>` in it. Platform and Python must be the same as
here; see docs/maintain.md.
"""

import argparse
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from hotline_analysis import machine

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"report": "requirements.lock", "dev": "requirements-dev.lock", "lab": "requirements-lab.lock"}


def main() -> int:
    options = argparse.ArgumentParser(description="Gather wheels, lock and checkout for a machine without network.")
    options.add_argument("kind", nargs="?", default="report", choices=sorted(LOCKS))
    kind = options.parse_args().kind
    bundle = ROOT / "bundle"
    try:
        machine.clear(bundle, "bundle")
        machine.claim(bundle, "bundle")
    except OSError as refused:
        print(f"{bundle} › cannot be written ({refused.strerror}).", file=sys.stderr)
        return 73
    (bundle / "wheels").mkdir()
    pip("download", "--no-deps", "--require-hashes", "--only-binary=:all:", "-r", LOCKS[kind], "-d", bundle / "wheels")
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", bundle / "wheels", ".")
    for name in {LOCKS["report"], LOCKS[kind]}:
        shutil.copy(ROOT / name, bundle)
    archive(bundle)
    megabytes = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file()) / 1e6
    print(f"bundle/: {megabytes:.0f} MB. There: unpack the archive, then `make report WHEELS=<path to bundle>` in it.")
    return 0


def pip(*words: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, words)], cwd=ROOT, check=True)


def archive(bundle: Path) -> None:
    """The committed checkout; where this is no git checkout, the files are already at hand and are not packed."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    name = f"hotline-analysis-{version}"
    command = ["git", "archive", f"--prefix={name}/", "-o", str(bundle / f"{name}.tar.gz"), "HEAD"]
    if shutil.which("git") is None or subprocess.run(command, cwd=ROOT).returncode:
        print("bundle › the checkout could not be packed (no git, or nothing committed); bring a copy of it along.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
