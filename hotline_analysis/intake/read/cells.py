"""One typed cell as text, as `readers.TextTable` describes it. Imported by the child process that reads workbooks: standard library only."""

import datetime as dt
from collections import Counter

MOST_COLUMNS = 2000  # a hotline's export has dozens, a survey's some hundred; a table of 16,384 is damaged or hostile
SEPARATOR = "\t"  # of the clean copies that child processes write
EXACT = 1e15  # from here on a spreadsheet's number has lost its last digits


def cell_text(value) -> str:
    """Numbers without `.0`, instants and days as ISO text, clock times and durations in three parts, flags as TRUE and FALSE, text as it is."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.date) and value.year <= 1900:
        return _clock(_elapsed(value))
    if isinstance(value, dt.datetime):
        return _instant(value)
    if isinstance(value, dt.timedelta):
        return _clock(value)
    if isinstance(value, dt.time):
        return _clock(dt.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond))
    if isinstance(value, dt.date):
        return value.isoformat()
    return _number(value)


def _number(value) -> str:
    if type(value).__name__ in ("bool_", "bool"):  # numpy's
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value != value:
            return ""
        if abs(value) >= EXACT:
            return f"{value:.15E}"
        return str(int(value)) if value == int(value) else repr(float(value))
    return str(value)


def named(cells) -> tuple[str, ...]:
    """Header cells as column names: outer blanks and BOM off; columns of one name are `Variant (1)` and `Variant (2)`, so that none of them is
    taken for the other; a nameless third column is `(3)`.
    """
    plain = [str(cell).strip().strip("\ufeff").strip() or f"({position})" for position, cell in enumerate(cells, 1)]
    often, names = Counter(plain), {}
    for name in plain:
        unique, number = name, 0
        while unique in names or (often[name] > 1 and (unique == name or unique in often)):
            number += 1
            unique = f"{name} ({number})"
        names[unique] = None
    return tuple(names)


def _instant(value: dt.datetime) -> str:
    """To the microsecond, but a spreadsheet's fraction of a day that misses a whole second by less than a millisecond means that second."""
    value = _settle(value)
    if value.time() == dt.time(0):
        return value.date().isoformat()
    return value.isoformat(" ")


def _settle(value):
    off = value.microsecond if isinstance(value, dt.datetime) else value.microseconds
    if off < 1000:
        return value - dt.timedelta(microseconds=off)
    return value + dt.timedelta(microseconds=1_000_000 - off) if off > 999_000 else value


def _elapsed(value: dt.date) -> dt.timedelta:
    """A spreadsheet shows 36 hours in the format h:mm:ss as noon of its first day, 1 January 1900 (and believes in a 29 February 1900)."""
    moment = value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)
    return moment - (dt.datetime(1899, 12, 31) if moment < dt.datetime(1900, 3, 1) else dt.datetime(1899, 12, 30))


def _clock(value: dt.timedelta) -> str:
    sign, value = ("-", -value) if value < dt.timedelta(0) else ("", value)
    value = _settle(value)
    seconds = value.days * 86400 + value.seconds
    fraction = f".{value.microseconds:06d}" if value.microseconds else ""
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"
