"""A run imports what is installed and nothing of the folder that it is started in: not in the kernel, not in the child that opens workbooks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter

from hotline_analysis.__main__ import main
from hotline_analysis.intake.read.stored import InputFile
from hotline_analysis.intake.read.workbooks import sheet_names
from hotline_analysis.report import forks, month, run
from tests.report.notebooks import code, notebook
from tests.small import write_hotline

SPOILED = "raise SystemExit('a file of the current folder was imported')\n"
NAMES = (
    "numpy.py", "holidays.py", "json.py", "sitecustomize.py", "usercustomize.py", "python_calamine.py", "hotline_analysis/__init__.py", "IPython/__init__.py",
    "ipython_config.py", "ipython_kernel_config.py", "jupyter_config.py", "papermill.py", "startup.py", "lib/python3.11/site-packages/numpy.py",
)  # fmt: skip


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """The current folder, full of modules with the names of libraries; Python is told of it in every way that there is."""
    folder = tmp_path / "run_here"
    for name in NAMES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SPOILED, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", f":.:{folder}")
    monkeypatch.setenv("PYTHONSTARTUP", str(folder / "startup.py"))
    monkeypatch.setenv("PYTHONUSERBASE", str(folder))
    return folder


@pytest.mark.slow
def test_the_kernel_imports_nothing_of_the_current_folder(tmp_path, here):
    asked = "import sys, numpy, holidays, hotline_analysis\nfound = [m.__file__ for m in (numpy, holidays, hotline_analysis)]"
    book = notebook(tmp_path, asked, code('blocks.end(manifest={"found": found, "path": sys.path})'), tail=False, imports=True)
    forks.SERVER.close()  # what it has imported already would hide it
    with run.hold(tmp_path / "reports", hotline="demo", month="2024-09") as place:
        run.render({"index.html": book}, place=place, parameters={"month": "2024-09"}, progress=False)
    said = json.loads((place.folder / "manifest.json").read_text(encoding="utf-8"))["pages"]["index.html"]
    assert not [path for path in (*said["found"], *said["path"]) if path in ("", ".") or path.startswith(str(here))]


def test_the_workbook_child_imports_nothing_of_the_current_folder(tmp_path, here):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("五月")
    assert sheet_names(InputFile(tmp_path / "a.xlsx")) == (["五月"], {"五月"})


LIBRARIES = ("holidays", "click", "duckdb", "pydantic", "numpy", "pandas", "ruamel/__init__", "phonenumbers/__init__", "narwhals", "tqdm")


@pytest.mark.parametrize("way", ["hotline", "-m", "PYTHONPATH"])
def test_the_command_itself_imports_nothing_of_the_current_folder(tmp_path, way):
    """Started in a folder with an analyst's `holidays.py`, as a script or a module, and where PYTHONPATH names that folder."""
    params, folder = write_hotline(tmp_path, calls=40), tmp_path / "run_here"
    for name in LIBRARIES:
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SPOILED, encoding="utf-8")
    script = Path(sys.executable).with_name("hotline.exe" if os.name == "nt" else "hotline")
    command = [sys.executable, "-m", "hotline_analysis"] if way == "-m" else [str(script)]
    environment = {**os.environ, "PYTHONPATH": f".{os.pathsep}{folder}" if way == "PYTHONPATH" else ""}
    done = subprocess.run(
        [*command, "check", "--params", str(params), "--quiet"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "") and "数据质量" in done.stdout


def test_two_renders_have_the_same_bytes_from_every_folder(tmp_path, here, monkeypatch):
    monkeypatch.setattr(month, "pages", lambda: {"index.html": month.notebooks() / "monthly.ipynb"})
    params = write_hotline(tmp_path, calls=200)
    pages = []
    for folder in (here, Path(__file__).parent):
        monkeypatch.chdir(folder)
        assert main(["report", "--params", str(params), "--month", "2024-01", "--out", str(tmp_path / folder.name), "--quiet"]) == 0
        made = tmp_path / folder.name / "small/2024-01"
        pages.append([(made / name).read_bytes() for name in ("index.html", "kpis.csv")])
    assert pages[0] == pages[1]
