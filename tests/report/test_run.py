"""Before a kernel starts: names, values, months, folders, the lock. No test here runs a notebook."""

import multiprocessing
import time
from datetime import UTC, datetime, timedelta

import pytest

from hotline_analysis import machine
from hotline_analysis.errors import BadParams, CannotWrite, Held, HotlineError, NoInput
from hotline_analysis.personal import found, masked_name
from hotline_analysis.report import kernel, run
from tests.report.notebooks import notebook

HOSTILE_NAMES = [
    'x=1;print("PWNED");y', "x\nimport os", "monht", "Month", "month ", " month", "month;", "month#", "__class__", "params.x", "月份", "x=1", "os", "import os", "exec", "lambda: 0", "month\0", "", "a" * 5000, "month, language",
]  # fmt: skip
HOSTILE_VALUES = [
    '";import os;"',
    "zh\n",
    "ZH",
    "fr",
    "",
    "{language}",
    "zh;",
    "${zh}",
    "$(id)",
    "../zh",
    "zh\0",
    "' or 1=1",
    None,
    7,
    ["zh"],
]
HOSTILE_MONTHS = [
    "../../../..", "2024-13", "2024-00", "2024-9", "24-09", "2024/09", "2024-09\n", "2024-09 ", "２０２４-０９", "{month.__class__.__mro__}", "2024-09/../..", "2024-09\0", "latest", "", "1899-01",
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_kernel(monkeypatch):
    def started(*_, **__):
        raise AssertionError("a kernel was started")

    monkeypatch.setattr(kernel.papermill, "execute_notebook", started)


@pytest.fixture
def monthly(tmp_path):
    return notebook(tmp_path, "1")


@pytest.fixture
def place(tmp_path):
    with run.hold(tmp_path / "reports", hotline="demo", month="2024-09") as held:
        yield held


def refused(place, monthly, parameters) -> int:
    with pytest.raises(HotlineError) as said:
        run.render({"index.html": monthly}, place=place, parameters=parameters, progress=False)
    assert "\n" not in str(said.value)
    return said.value.code


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names(place, monthly, name, bar):
    bar("N15 hostile")
    assert refused(place, monthly, {name: "1"}) == 64


@pytest.mark.parametrize("value", HOSTILE_VALUES)
def test_hostile_values(place, monthly, value, bar):
    bar("N15 hostile")
    assert refused(place, monthly, {"month": "2024-09", "language": value}) == 64


@pytest.mark.parametrize("month", HOSTILE_MONTHS)
def test_hostile_months(tmp_path, place, monthly, month, bar):
    bar("N15 hostile")
    assert refused(place, monthly, {"month": month}) == 64
    with pytest.raises(BadParams), run.hold(tmp_path / "reports", hotline="demo", month=month):
        pass


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "", ".", "a b", "x" * 65, "con\0", "-x", "~"])
def test_a_hotline_is_the_name_of_a_folder(tmp_path, name):
    with pytest.raises(BadParams), run.hold(tmp_path / "reports", hotline=name, month="2024-09"):
        pass


def test_an_edition_and_a_page_are_names_too(tmp_path, place, monthly):
    with pytest.raises(BadParams, match=r"^edition › '\.\./x' cannot be a folder's name\. Letters, digits, - and _ can\.$"):
        run.locate(tmp_path / "reports", hotline="demo", month="2024-09", edition="../x")
    with pytest.raises(BadParams, match=r"^page › '\.\./index\.html' cannot be a page's name\. It is like index\.html\.$"):
        run.render({"../index.html": monthly}, place=place, parameters={"month": "2024-09"}, progress=False)


def test_a_notebook_that_is_not_there_is_no_input(tmp_path):
    with pytest.raises(NoInput, match=r"gone\.ipynb is no file\."):
        run.check_parameters({}, [tmp_path / "gone.ipynb"])


def test_a_known_name_that_the_notebook_does_not_take(tmp_path, place, monthly):
    (tmp_path / "x.yaml").write_text("title: t")
    with pytest.raises(BadParams, match=r"monthly.ipynb › does not take 'params'\. Its cell tagged parameters has to assign it\."):
        run.render({"index.html": monthly}, place=place, parameters={"params": str(tmp_path / "x.yaml")}, progress=False)


def test_a_params_file_that_is_not_there_is_no_input(tmp_path):
    with pytest.raises(NoInput) as said:
        run.check_parameters({"params": str(tmp_path / "no.yaml")}, [])
    assert said.value.code == 66


@pytest.mark.parametrize(
    "line",
    [
        "!ls",
        "  !exit 7",
        "x = !ls",
        "%%bash\nls",
        "%system ls",
        "%%script sh\nls",
        "get_ipython().system('ls')",
        "import os\nos.system('ls')",
        "import subprocess",
    ],
)
def test_a_report_notebook_may_not_call_the_shell(tmp_path, place, line):
    assert refused(place, notebook(tmp_path, line, name="shell.ipynb"), {"month": "2024-09"}) == 64


@pytest.mark.parametrize(
    "line",
    [
        "a = 1\nb = a != 2\nc = 7 % 2",
        "x = 'wow!'",
        "y = not x",
        "share = n % cmd",
        "bash = 3",
        "# os.path, not its system",
        "changed = (\n    before\n    != after\n)",
        "%matplotlib inline",
        "position(1)",
    ],
)
def test_python_that_only_looks_like_shell_is_fine(tmp_path, line):
    assert not kernel.SHELL.search(line)
    assert kernel.refuse_shell(notebook(tmp_path, line)) is None


def test_a_link_that_leads_out_of_the_reports_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/demo").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadParams), run.hold(tmp_path / "reports", hotline="demo", month="2024-09"):
        pass


def test_private_is_never_inside_the_reports(tmp_path):
    """The folder of what names people stands beside the reports; where the reports are a link to its parent it would be among them."""
    (tmp_path / "reports").symlink_to(tmp_path)
    with pytest.raises(BadParams, match="private"), run.hold(tmp_path / "reports", hotline="demo", month="2024-09"):
        pass


def test_a_folder_that_cannot_be_written_is_said_at_once(tmp_path):
    """A file stands where the folder should be: refused for every user, root too."""
    (tmp_path / "reports").write_text("in the way")
    started = time.monotonic()
    with pytest.raises(CannotWrite) as said, run.hold(tmp_path / "reports", hotline="demo", month="2024-09"):
        pass
    assert said.value.code == 73 and time.monotonic() - started < 15


def test_a_full_disk_is_said_at_once(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(machine, "check_writable", full)
    with pytest.raises(CannotWrite, match="No space left"), run.hold(tmp_path / "reports", hotline="demo", month="2024-09"):
        pass


def hold_for(out, started, end):
    with run.hold(out, hotline="demo", month="2024-09"):
        started.set()
        end.wait(60)


def test_a_second_run_of_the_month_is_turned_away_at_once(tmp_path):
    """Another process holds September: September is Held without waiting for its end, August is free, and September is free again when it ends."""
    context = multiprocessing.get_context("spawn")
    started, end = context.Event(), context.Event()
    other = context.Process(target=hold_for, args=(tmp_path / "reports", started, end))
    other.start()
    assert started.wait(60)
    clock = time.monotonic()
    with pytest.raises(Held) as said, run.hold(tmp_path / "reports", hotline="demo", month="2024-09"):
        pass
    assert said.value.code == 75 and time.monotonic() - clock < 15
    with run.hold(tmp_path / "reports", hotline="demo", month="2024-08"):
        pass
    end.set()
    other.join(60)
    with run.hold(tmp_path / "reports", hotline="demo", month="2024-09"):
        pass


def test_what_a_killed_run_left_is_gone_when_the_next_begins(tmp_path):
    place = run.locate(tmp_path / "reports", hotline="demo", month="2024-09")
    for folder, kind in ((place.staging, "staging"), (place.work, "run")):
        machine.claim(folder, kind)
        (folder / "half.html").write_text("half")
    with run.hold(tmp_path / "reports", hotline="demo", month="2024-09"):
        assert not place.staging.exists() and not place.work.exists()
    assert not place.folder.exists()  # nothing was published, so there is no month


def test_a_run_has_a_name_in_which_nobody_reads_a_number():
    """142312-58312e was refused as the mobile 14231258312, in one run of twenty after noon."""
    assert found("20261126T142312-58312e") == "mobile"
    for second in range(0, 86_400, 37):
        name = run.new_run_id(datetime(2026, 11, 26, tzinfo=UTC) + timedelta(seconds=second))
        assert (found(name), masked_name(name)) == ("", name)


def test_a_study_that_is_broken_off_ends_the_others(place, monthly, monkeypatch):
    """Ctrl-C, or a disk that is full: no kernel goes on by itself, and nothing is kept of the run."""
    stopped = []
    monkeypatch.setattr(run, "_make_study", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr(kernel, "stop_all", lambda: stopped.append(True))
    with pytest.raises(KeyboardInterrupt):
        run.render({"index.html": monthly, "window.html": monthly}, place=place, parameters={"month": "2024-09"}, progress=False)
    assert stopped == [True] and not place.work.exists() and not place.folder.exists()


def test_a_page_that_was_not_printed_is_missing_and_the_others_are_there(tmp_path, place):
    """Where no PDF was asked for, none is tried; one that a browser does not print is a fault of that file alone."""
    made = run.Run(place, {}, files={"index.html": b"<p>x</p>"})
    run._print(made, "index.html")
    assert not made.faults
    made.printer = str(tmp_path / "no browser")
    place.work.mkdir(parents=True)
    run._print(made, "index.html")
    assert [str(fault) for fault in made.faults] == [
        "report.pdf › the browser did not print the page. Run without --pdf, and print the page from a browser."
    ]
    assert list(made.files) == ["index.html"]


def test_a_library_that_is_not_installed_has_no_version():
    assert run._version("no-such-library-of-ours") is None
