"""Make `.venv` from the lock: `python3 tools/environment.py [report|dev|lab] [--wheels FOLDER]`.

`report` (the default) is what a report needs, `dev` adds what tests and lint need, `lab` adds JupyterLab. A second run
with the same lock and pyproject.toml installs nothing. pip takes packages from where it is configured to; with --wheels
it takes them from that folder (or from the `wheels` folder of a bundle) and asks no network. Runs on the machine's own
Python before anything is installed, so it uses the standard library alone and says in a sentence what is missing.
"""

import argparse
import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
LOCKS = {"report": "requirements.lock", "dev": "requirements-dev.lock", "lab": "requirements-lab.lock"}
FIRST_TIME = {  # wheels to download, and what they take on disk
    "report": "170 MB of downloads, about a minute and 0.8 GB of disk",
    "dev": "300 MB of downloads, about a minute and 1.2 GB of disk",
    "lab": "200 MB of downloads, about a minute and 0.9 GB of disk",
}
HERE = "{}.{}".format(*sys.version_info[:2])


def main():
    options = argparse.ArgumentParser(description="Make .venv from the lock; a second run installs nothing.")
    options.add_argument("kind", nargs="?", default="report", choices=sorted(LOCKS))
    options.add_argument("--wheels", help="a folder of wheels (made by `make bundle`); nothing is asked of the network")
    chosen = options.parse_args()
    check_python()
    source = wheels_from(chosen.wheels) if chosen.wheels else []
    os.chdir(ROOT)
    make_venv()
    if stamped(chosen.kind) != digest(chosen.kind):
        install(chosen.kind, source)


def check_python():
    if sys.version_info < (3, 11):
        stop(
            "Python › " + HERE + " is too old; 3.11 or newer is needed. Name another one with `make PYTHON=python3.12 ...`, "
            "or install Debian's packages python3 and python3-venv (Debian 12 or newer)."
        )


def wheels_from(folder):
    """pip's options for installing from a folder alone; a bundle's own folder may be named too."""
    inside = os.path.join(folder, "wheels")
    folder = os.path.abspath(inside if os.path.isdir(inside) else folder)
    if not os.path.isdir(folder):
        stop("WHEELS › there is no folder " + folder + "; name the folder that `make bundle` wrote.")
    return ["--no-index", "--find-links", folder]


def make_venv():
    """A new environment where there is none, or where it was made by another Python or for another place."""
    home = HERE + "\n" + ROOT + "\n"
    if stamped("home") == home and runs(PYTHON):
        return
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("Python › " + HERE + " has no venv module; install it with `apt-get install python3-venv` (Debian), then run this again.")
    say("Making .venv with Python " + HERE + ".")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", VENV]):
        stop("Python › could not make .venv; on Debian the package python3-venv brings what it needs.")
    stamp("home", home)


def install(kind, source):
    say("Installing " + LOCKS[kind] + ": the first time takes " + FIRST_TIME[kind] + ".")
    pip(["--require-hashes", "--no-deps", "-r", LOCKS[kind], *source])
    pip(["--no-deps", "--no-build-isolation", "-e", ".", *source])
    for done in {"report", kind}:
        stamp(done, digest(done))


def pip(options):
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.call(command + options):
        stop("pip › could not install (its own words stand above); nothing is recorded, so the next run tries again.")


def digest(kind):
    """What an installation depends on: the parts of the lock that it holds, and pyproject.toml."""
    names = ["pyproject.toml", LOCKS["report"], LOCKS[kind]]
    return "".join(hashlib.sha256(read(os.path.join(ROOT, name))).hexdigest() + "  " + name + "\n" for name in names)


def stamped(name):
    path = os.path.join(VENV, "hotline-" + name + ".txt")
    return read(path).decode() if os.path.exists(path) else None


def stamp(name, text):
    with open(os.path.join(VENV, "hotline-" + name + ".txt"), "wb") as file:
        file.write(text.encode())


def read(path):
    with open(path, "rb") as file:
        return file.read()


def runs(python):
    """Whether this Python starts: one that the machine has since removed does not."""
    return os.path.exists(python) and subprocess.call([python, "-c", ""]) == 0


def say(sentence):
    print(sentence, flush=True)


def stop(sentence):
    print(sentence, file=sys.stderr, flush=True)
    sys.exit(69)


if __name__ == "__main__":
    main()
