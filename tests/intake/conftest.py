"""What reads workbooks and R files ends with its process when a file is too much for it; most tests are about rows, and let it read in theirs."""

from importlib import import_module

import pytest

from hotline_analysis.intake.read import rframes, sheets, workbooks


@pytest.fixture
def read_here(monkeypatch):
    """Workbooks and R files are read in this process, without limits: quicker, and N16 sees the branches taken. The real one: tests/faults and the presets."""

    def run(module, question, seconds) -> bool:
        try:
            import_module(f"hotline_analysis.intake.read.{module}").main(str(question))
        except SystemExit:
            return False
        return True

    monkeypatch.setattr(workbooks, "_run", run)
    for module in (sheets, rframes):
        monkeypatch.setattr(module, "limit_process", lambda **_: None)
