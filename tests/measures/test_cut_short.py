"""An export that was taken in the afternoon of a month's last day does not hold the month, and says so as one of the 28th does."""

from datetime import datetime, timedelta

import pytest

from hotline_analysis import open_hotline

PARAMS = """title: {zh: 小热线, en: Small hotline}
key: published
public: true
calls:
  files: calls.csv
  columns: {started_at: t, outcome: {is: answered}}
"""


def awaited(folder, *, hours, until, each=3):
    """July and August of a hotline with so many calls in each of its hours, exported on 31 August."""
    first = datetime(2024, 7, 1)
    moments = [first + timedelta(days=d, hours=h, minutes=60 * n // each) for d in range(62) for h in hours for n in range(each)]
    kept = [f"{m:%Y-%m-%d %H:%M:%S}" for m in moments if m < datetime.fromisoformat(until)]
    (folder / "calls.csv").write_text("\n".join(["t", *kept]) + "\n")
    (folder / "p.yaml").write_text(PARAMS, encoding="utf-8")
    return open_hotline(folder / "p.yaml", "2024-08", progress=False)._awaited.get("month")


@pytest.mark.parametrize(
    ("hours", "until", "told"),
    [
        (range(24), "2024-08-31 16:00", True),  # 8 h of 3 calls lack
        (range(24), "2024-09-01", False),
        (range(24), "2024-08-31 21:00", False),  # 9 calls lack: chance alone may do it
        (range(8, 18), "2024-09-01", False),  # closes at 18:00
        (range(8, 18), "2024-08-31 12:00", True),  # 18 calls lack
        (range(24), "2024-08-29", True),
    ],
)
def test_the_last_day_is_whole_or_it_is_awaited(tmp_path, hours, until, told):
    assert (awaited(tmp_path, hours=hours, until=until) is not None) == told
