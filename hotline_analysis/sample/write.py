"""Every file of the sample, in the order in which a reader would want them."""

from pathlib import Path

from hotline_analysis.sample import cases as register
from hotline_analysis.sample import chats, export, handling, opinions, registers, staffing
from hotline_analysis.sample.simulate import Calls

FILES = 3 * len(export.months()) + len(handling.months()) + 3 + len(staffing.months()) + 2 + 2 * len(chats.months()) + 5


def write_all(folder: Path, calls: Calls, step=lambda path: None) -> list[Path]:
    """Every file of the sample; `step` is told of each."""
    paths = []
    for path in _files(folder, calls):
        step(path)
        paths.append(path)
    return paths


def _files(folder: Path, calls: Calls):
    rows, _ = export.make_rows(calls)
    columns = export.call_columns(rows)
    cases = export.make_cases(rows, columns["来电编号"])
    for month in export.months():
        yield export.write_calls(folder, month, rows, columns)
        yield export.write_orders(folder, month, cases)
    yield from handling.write_steps(folder, cases)
    answers = opinions.survey(rows)
    yield from opinions.write_survey(folder, rows, columns, answers)
    yield opinions.write_checks(folder, rows, columns)
    yield opinions.write_self_ratings(folder, answers)
    yield opinions.write_checklist(folder)
    yield from staffing.write_log(folder, calls)
    yield staffing.write_roster(folder)
    yield staffing.write_staff(folder)
    yield from chats.write_chats(folder)
    yield from registers.write_registers(folder)
    yield registers.write_typed(folder)
    yield register.write_cases(folder, calls)
