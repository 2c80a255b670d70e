"""Make `.venv` from the lock: `python3 tools/environment.py [report|dev|lab|spark] [--wheels FOLDER]`.

`report` (the default) is what a report needs, `dev` adds what tests and lint need, `lab` adds JupyterLab, `spark` an engine for
what is too large for one machine. A second run with the same lock and pyproject.toml installs nothing. pip takes packages from
where it is configured to; with --wheels it takes them from that folder (or from the `wheels` folder of a bundle) and asks no
network. Runs on the machine's own Python before anything is installed, so it uses the standard library alone and says in a
sentence what is missing.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
PIP = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
LOCKS = {"report": "requirements.lock", "dev": "requirements-dev.lock", "lab": "requirements-lab.lock", "spark": "requirements-spark.lock"}
FIRST_TIME = {  # wheels to download, and what they take on disk
    "report": "135 MB of downloads, about a minute and 0.8 GB of disk",
    "dev": "300 MB of downloads, about a minute and 1.2 GB of disk",
    "lab": "165 MB of downloads, about a minute and 0.9 GB of disk",
    "spark": "500 MB of downloads, some minutes and 0.7 GB of disk (Java is not part of it)",
}
LAB = {
    "@jupyterlab/translation-extension:plugin": {"locale": "zh_CN"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/extensionmanager-extension:plugin": {"enabled": False},
}
HERE = "{}.{}".format(*sys.version_info[:2])
HOME = HERE + "\n" + ROOT + "\n"


def main():
    options = argparse.ArgumentParser(description="Make .venv from the lock; a second run installs nothing.")
    options.add_argument("kind", nargs="?", default="report", choices=sorted(LOCKS))
    options.add_argument("--wheels", help="a folder of wheels (made by `make bundle`); nothing is asked of the network")
    chosen = options.parse_args()
    check_python()
    source = wheels_from(chosen.wheels) if chosen.wheels else []
    os.chdir(ROOT)
    made = has_venv()
    if made and stamped(chosen.kind) == digest(chosen.kind):
        return
    if not made:
        check_venv_module()
    say("Setting up .venv (Python " + HERE + ") from " + LOCKS[chosen.kind] + ": the first time takes " + FIRST_TIME[chosen.kind] + ".")
    if not made:
        make_venv()
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


def has_venv():
    """Whether the environment is there, made by this Python for this place."""
    return stamped("home") == HOME and runs(PYTHON)


def check_venv_module():
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("Python › " + HERE + " has no venv module; install it with `apt-get install python3-venv` (Debian), then run this again.")


def make_venv():
    if subprocess.call([sys.executable, "-m", "venv", "--clear", VENV]):
        stop("Python › could not make .venv; on Debian the package python3-venv brings what it needs.")
    stamp("home", HOME)


def install(kind, source):
    """The lock is complete, so pip resolves nothing (a resolver leaves the lock as soon as an index has newer versions); pip check proves it."""
    options = ["--quiet", "--no-deps", *source]
    if pip("install", "--require-hashes", "-r", LOCKS[kind], *options) or pip("install", "--no-build-isolation", "-e", ".", *options):
        stop("pip › could not install (its own words stand above); nothing is recorded, so the next run tries again.")
    checked = subprocess.run([*PIP, "check"], stdout=subprocess.PIPE)
    if checked.returncode:
        sys.stderr.buffer.write(checked.stdout)
        stop(
            "pip › what is installed does not fit together (its own words stand above). Remove what was added to .venv by hand, or "
            "make it anew with `make clean`; on a clean .venv the lock and pyproject.toml disagree: run tools/lock.py."
        )
    if kind == "lab":
        chinese()
    for done in {"report", kind}:
        stamp(done, digest(done))


def chinese():
    """JupyterLab's own defaults here: its interface in Chinese (Settings > Language changes it), and nothing asked of the network."""
    folder = os.path.join(VENV, "share", "jupyter", "lab", "settings")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "overrides.json"), "w", encoding="utf-8") as file:
        json.dump(LAB, file, indent=1)


def pip(*words):
    return subprocess.call([*PIP, *words])


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
