"""The measure of N16: branches are counted by room, and a room that has too few of them fails by its name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import covered


def file(of: int, taken: int) -> dict:
    return {"summary": {"num_branches": of, "covered_branches": taken, "percent_covered": 1.0}}


FILES = {
    "hotline_analysis/intake/checks.py": file(10, 10),
    "hotline_analysis/intake/read/files.py": file(30, 28),
    "hotline_analysis/measures/gaps.py": file(20, 20),
    "hotline_analysis/report/page.py": file(100, 94),
    "hotline_analysis/show/report.py": file(100, 0),
}


def test_branches_are_counted_by_room():
    assert covered.taken(FILES) == {"intake": 95.0, "measures": 100.0, "report": 94.0}


def test_a_room_with_too_few_fails(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(covered, "measured", lambda: FILES)
    monkeypatch.setattr(covered, "DATA", tmp_path)
    assert covered.main() == 1
    assert (
        capsys.readouterr().out == "N16 branch coverage: intake 95.0 %, measures 100.0 %, report 94.0 %; FAILED, less than 95 %: report\n"
    )
    monkeypatch.setattr(covered, "measured", lambda: {"report/a.py": file(2, 2), "intake/a.py": file(2, 2), "measures/a.py": file(2, 2)})
    assert covered.main() == 0


def test_what_was_not_measured_is_not_covered(monkeypatch, tmp_path):
    monkeypatch.setattr(covered, "measured", dict)
    monkeypatch.setattr(covered, "DATA", tmp_path)
    assert covered.main() == 1


def test_without_the_public_data_sets_whose_tests_are_skipped_it_only_says_so(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(covered, "measured", lambda: FILES)
    monkeypatch.setattr(covered, "DATA", tmp_path / "none")
    assert covered.main() == 0
    assert capsys.readouterr().out.endswith("report 94.0 %; less than 95 % without the tests of the public data sets: report\n")
