"""The account of a file: every move keeps the sum, and it survives ledger.json."""

import json
from datetime import date

from hotline_analysis.intake.read.ledger import CUT, LISTED, SHORT, FileLedger, ledger_frame, month_frame


def _ledger() -> FileLedger:
    ledger = FileLedger("may.csv", "00ff", "fast", "utf-8", ",", lines=110, continued=5, header=1, blank=2, accepted=100)
    ledger.refuse_record(17, SHORT, "5 of 6 fields")
    ledger.refuse_record(110, CUT)
    return ledger


def test_moves_keep_the_sum():
    ledger = _ledger()
    assert (ledger.physical, ledger.unaccounted) == (105, 0)
    ledger.reject("value › started_at", 3, [4, 5])
    ledger.duplicate("same row", 10)
    ledger.leave_out("outcome test", 20)
    ledger.fold(7)
    ledger.repair("split blanks")
    assert (ledger.accepted, ledger.unaccounted) == (60, 0)
    assert ledger.rejected_at == [(17, "short: 5 of 6 fields"), (110, "cut"), (4, "value › started_at"), (5, "value › started_at")]


def test_a_lost_record_shows():
    ledger = _ledger()
    ledger.accepted -= 1
    assert ledger.unaccounted == 1


def test_ledger_json_and_back():
    ledger = _ledger()
    ledger.duplicate("same row", 10)
    plain = json.loads(json.dumps(ledger.as_dict()))
    assert plain["physical"] == 105
    assert FileLedger.from_dict(plain) == ledger


def test_lines_are_listed_up_to_a_limit_and_counted_beyond():
    ledger = FileLedger("x")
    for line in range(LISTED + 5):
        ledger.refuse_record(line, SHORT)
    assert (len(ledger.rejected_at), ledger.rejected[SHORT]) == (LISTED, LISTED + 5)


def test_frames():
    ledger = _ledger()
    ledger.leave_out("outcome test", 20)
    row = ledger_frame([ledger]).iloc[0]
    parts = ["accepted", "rejected", "duplicates", "left_out", "events", "blank", "header", "skipped"]
    assert row["physical"] == row[parts].sum()


def test_the_ledger_of_a_month_holds_the_rows_of_its_days():
    """Ten records: in May 2 accepted, 1 rejected and 1 duplicate, in June 3 accepted; 3 have no date. A file of June only is not there."""
    may = FileLedger("may.csv", table="calls", lines=11, header=1, accepted=6, events=0)
    may.rejected["value › outcome"], may.rejected[SHORT] = 1, 2
    may.duplicates["same row"] = 1
    may.days = {"2024-05-31": {"accepted": 2, "rejected": 1, "duplicates": 1, "unexplained": 1}, "2024-06-01": {"accepted": 3}}
    june = FileLedger("june.csv", table="calls", lines=2, header=1, accepted=1, days={"2024-06-02": {"accepted": 1}})
    assert may.unaccounted == june.unaccounted == 0
    frame = month_frame([may, june], date(2024, 5, 1), date(2024, 5, 31))
    assert frame.to_dict("records") == [
        {
            "table": "calls",
            "file": "may.csv",
            "dated": 4,
            "accepted": 2,
            "rejected": 1,
            "duplicates": 1,
            "left_out": 0,
            "events": 0,
            "undated": 3,
        }
    ]
