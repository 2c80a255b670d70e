"""Instants: written forms to local wall time, and wall time to the integer second of its instant, all in SQL.

The forms that a params file declares are tried in order. Without a declaration only forms with a single reading are tried: `05/06/2024` is
May in one country and June in another, so it is refused with the name of the setting that decides.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hotline_analysis.intake.engine import literal

YEAR_FIRST = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M")
TIDY = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m-%d %H", "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %p %I:%M:%S", "%Y-%m-%d %p %I:%M", "%Y-%m-%d %p %I", "%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d %I:%M %p",
    "%Y-%m-%d %I:%M:%S.%f %p", "%Y-%m-%d %p %I:%M:%S.%f",
)  # fmt: skip
COMPACT = ("%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m%d", "%Y%m%d%H%M%S%g", "%Y%m%d %H:%M:%S", "%Y%m%d %H:%M", "%Y%m%d %H%M%S")
MAIL = (
    "%d-%b-%y", "%a, %d %b %Y %H:%M:%S", "%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%d %b %Y", "%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M", "%d-%b-%Y",
    "%b %d, %Y %I:%M:%S %p", "%b %d, %Y %I:%M %p", "%b %d, %Y %H:%M:%S", "%b %d, %Y %H:%M", "%b %d, %Y", "%a %b %d %H:%M:%S %Y",
)  # fmt: skip
CLOCK = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
BLANKS = " \t\r\n\v\f\u00a0\u3000\u200b\u200e\u200f\ufeff"
SURE = ("iso", "compact", "mail")  # what is tried when params declare nothing
EITHER_WAY = r"^\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})($|[ T,])"  # day first or month first, or a year of two digits
WRITTEN_OFFSET = re.compile(r"(?<!%)(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$")  # at the end of a declared pattern, as a literal
OFFSET = r"\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)$"
MIDNIGHT = r"(^|[ T])24:00(:00)?(\.0+)?$"
MONTH = r"(\d{4})(?:\s*[年/.-]\s*|)(0?[1-9]|1[0-2])\s*(?:月|月份)?"  # 2024-09, 2024年9月, 202409: in a table of months only
FIRST, LAST = "TIMESTAMP '1900-01-01'", "TIMESTAMP '2100-01-01'"
AMBIGUOUS = 1_000_000  # added to the offset of an hour that the clock shows twice, taken from that of an hour that it skips

MACROS = f"""
CREATE OR REPLACE TEMP MACRO clean(x) AS trim(translate(x, '０１２３４５６７８９：／－．，＋', '0123456789:/-.,+'), {literal(BLANKS)});
CREATE OR REPLACE TEMP MACRO ymd(x) AS
    regexp_replace(x, '^(\\d{{4}})\\s*[年/.-]\\s*(\\d{{1,2}})\\s*[月/.-]\\s*(\\d{{1,2}})\\s*[日号]?[ T\u00a0\u3000]*', '\\1-\\2-\\3 ');
CREATE OR REPLACE TEMP MACRO hms(x) AS
    regexp_replace(regexp_replace(regexp_replace(x, '(\\d)\\s*[时点分]\\s*', '\\1:', 'g'), '[秒整]', '', 'g'), ':$', '');
CREATE OR REPLACE TEMP MACRO no_weekday(x) AS regexp_replace(x, '[（(]?(星期|周)[一二三四五六日天][）)]?', ' ');
CREATE OR REPLACE TEMP MACRO microseconds(x) AS regexp_replace(x, '(\\.\\d{{6}})\\d+', '\\1');
CREATE OR REPLACE TEMP MACRO tidy(k) AS microseconds(hms(replace(replace(no_weekday(ymd(upper(k))), '上午', ' AM '), '下午', ' PM ')));
CREATE OR REPLACE TEMP MACRO year_first(k) AS try_strptime(tidy(k), {literal(TIDY)});
CREATE OR REPLACE TEMP MACRO whole_month(x) AS
    CASE WHEN regexp_full_match(clean(x), '{MONTH}') THEN regexp_replace(clean(x), '^{MONTH}$', '\\1-\\2-01') ELSE x END;
CREATE OR REPLACE TEMP MACRO compact(k) AS
    CASE WHEN regexp_matches(k, '^(\\d{{8}}|\\d{{12}}|\\d{{14}}|\\d{{17}}|\\d{{8}} \\d\\S+)$') THEN try_strptime(k, {literal(COMPACT)}) END;
CREATE OR REPLACE TEMP MACRO mail(k) AS try_strptime(k, {literal(MAIL)});
CREATE OR REPLACE TEMP MACRO serial(k, days) AS
    CASE WHEN regexp_matches(k, '^[2-7]\\d{{4}}(\\.\\d+)?$') THEN make_timestamp(CAST(floor((try_cast(k AS DOUBLE) - days) * 86400 + 0.5) AS BIGINT) * 1000000) END;
CREATE OR REPLACE TEMP MACRO since_1970(k, digits, units) AS
    CASE WHEN regexp_matches(k, '^\\d{{' || digits || '}}(\\.\\d+)?$') THEN CAST(floor(try_cast(k AS DOUBLE) / units) AS BIGINT) END;
CREATE OR REPLACE TEMP MACRO offset_seconds(k) AS
    CASE WHEN regexp_matches(k, '(Z|UTC|GMT)$') THEN 0
         ELSE (CASE WHEN regexp_extract(k, '([+-])\\d{{2}}(:?\\d{{2}})?$', 1) = '-' THEN -1 ELSE 1 END)
              * (try_cast(regexp_extract(k, '[+-](\\d{{2}})(:?\\d{{2}})?$', 1) AS BIGINT) * 3600
                 + coalesce(try_cast(regexp_extract(k, '[+-]\\d{{2}}:?(\\d{{2}})$', 1) AS BIGINT), 0) * 60) END;
CREATE OR REPLACE TEMP MACRO without_offset(k) AS CASE WHEN regexp_matches(k, {literal(OFFSET)}) THEN regexp_replace(k, '\\s*(Z|UTC|GMT|[+-]\\d{{2}}(:?\\d{{2}})?)$', '') END;
CREATE OR REPLACE TEMP MACRO last_midnight(k) AS
    CASE WHEN regexp_matches(k, {literal(MIDNIGHT)}) THEN regexp_replace(k, '24:00(:00)?(\\.0+)?$', '00:00\\1') END;
CREATE OR REPLACE TEMP MACRO zoned(k) AS regexp_replace(regexp_replace(k, '\\s*(Z|UTC|GMT)$', '+0000'), '(\\S)\\s+([+-]\\d{{2}}(:?\\d{{2}})?)$', '\\1\\2');
CREATE OR REPLACE TEMP MACRO half_days(k) AS replace(replace(regexp_replace(k, '([AaPp])\\.[Mm]\\.', '\\1M'), '上午', 'AM'), '下午', 'PM');
CREATE OR REPLACE TEMP MACRO offset_of(code) AS CASE WHEN code > {AMBIGUOUS // 2} THEN code - {AMBIGUOUS} WHEN code < -{AMBIGUOUS // 2} THEN code + {AMBIGUOUS} ELSE code END;
CREATE OR REPLACE TEMP MACRO plausible_second(s) AS CASE WHEN s >= -2208988800 AND s < 4102444800 THEN s END;
CREATE OR REPLACE TEMP MACRO plausible(t) AS CASE WHEN t >= {FIRST} AND t < {LAST} THEN t END;
"""
NAMED = {
    "iso": "year_first({k})",
    "chinese": "year_first({k})",
    "compact": "compact({k})",
    "mail": "mail({k})",
    "excel": "serial({k}, 25569)",
    "excel1904": "serial({k}, 24107)",
}
SINCE_1970 = {
    "epoch_s": "since_1970({k}, '9,10', 1)",
    "epoch_ms": "since_1970({k}, '12,13', 1000)",
    "epoch_us": "since_1970({k}, '15,16', 1000000)",
}
OF_OFFSETS = ("iso", "chinese", "mail")


def tried(formats: tuple[str, ...], typed: bool) -> tuple[str, ...]:
    """The forms to try, in order. A file that knew types gave its instants as ISO text, and its bare numbers as spreadsheet days."""
    if not formats:
        return SURE + (("excel",) if typed else ())
    return ("iso", *formats) if typed and "iso" not in formats else formats


def fast_sql(x: str, formats: tuple[str, ...]) -> str:
    """The first form alone, on the cell as it is: nearly every row ends here, and what follows is worked out for the others only."""
    if formats and _offset_said(formats[0]):
        return "CAST(NULL AS TIMESTAMP)"
    first = next(iter(_runs(formats)), ("",))
    patterns = first if "%" in first[0] else YEAR_FIRST if first[0] in ("iso", "chinese") else ()
    return f"plausible(try_strptime({x}, {literal(patterns)}))" if patterns else "CAST(NULL AS TIMESTAMP)"


def wall_sql(fast: str, k: str, formats: tuple[str, ...]) -> str:
    """The local wall time: the fast reading, or another form of the cleaned cell `k` (NULL where the fast one stands), or 24:00 as the next midnight.
    NULL when no form fits or the year is not one of 1900-2099.
    """
    late = f"coalesce({_forms(f'last_midnight({k})', formats)}) + INTERVAL 1 DAY"
    return f"plausible(coalesce({fast}, {_forms(k, formats)}, {late}))"


def instant_sql(k: str, formats: tuple[str, ...]) -> str | None:
    """The epoch second of a cleaned cell that names its instant whole (a count since 1970, or a time with its offset from UTC); None when no form does."""
    whole = [SINCE_1970[f].format(k=k) for f in formats if f in SINCE_1970]
    whole += [_offset_sql(k, f) for f in formats if _offset_said(f)]
    dated = tuple(f for f in formats if f in OF_OFFSETS)
    if dated:
        whole.append(f"epoch_us(plausible(coalesce({_forms(f'without_offset({k})', dated)}))) // 1000000 - offset_seconds({k})")
    return f"coalesce({', '.join(whole)})" if whole else None


def _offset_said(form: str) -> bool:
    """True for a pattern that reads the offset from UTC (%z), or ends in one that is written out (Z, +0800)."""
    return "%z" in form or ("%" in form and WRITTEN_OFFSET.search(form) is not None)


def _offset_sql(k: str, form: str) -> str:
    if "%z" in form:
        return f"plausible_second(epoch_us(try_strptime(zoned({_halved(k, (form,))}), {literal(re.sub(r' +%z$', '%z', form))})) // 1000000)"
    said = WRITTEN_OFFSET.search(form)[1]
    digits = said[1:].replace(":", "") if said[0] in "+-" else ""
    seconds = (int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60) * (-1 if said[0] == "-" else 1) if digits else 0
    return f"epoch_us(plausible(try_strptime({k}, {literal(form)}))) // 1000000 - ({seconds})"


def _forms(k: str, formats: tuple[str, ...]) -> str:
    """Every local form in order, as the arguments of a coalesce."""
    runs = [f"try_strptime({_halved(k, run)}, {literal(run)})" if "%" in run[0] else NAMED[run[0]].format(k=k) for run in _runs(formats)]
    return ", ".join(runs or ["CAST(NULL AS TIMESTAMP)"])


def _halved(k: str, run: tuple[str, ...]) -> str:
    """上午 and a.m. as AM, where a pattern reads it."""
    return f"half_days({k})" if any("%p" in form for form in run) else k


def _runs(formats) -> list[tuple[str, ...]]:
    """Local forms in order, neighbouring strptime patterns together: one call tries them all. Of a run a two-digit year comes first (%Y reads two digits too)."""
    runs: list[tuple[str, ...]] = []
    for form in (f for f in formats if f not in SINCE_1970 and not _offset_said(f)):
        if "%" in form and runs and "%" in runs[-1][0]:
            runs[-1] += (form,)
        else:
            runs.append((form,))
    return [tuple(sorted(run, key=lambda f: "%y" not in f)) for run in runs]


@dataclass(frozen=True)
class Zone:
    """A time zone as two step functions: of local wall seconds and of UTC seconds, both to offsets."""

    name: str
    local: tuple[tuple[int, int, int], ...]  # (from this wall second on, offset, 1 where it is shown twice and -1 where the clock skips it)
    utc: tuple[tuple[int, int], ...]

    @property
    def moves(self) -> bool:
        return len(self.utc) > 1

    def code_sql(self, seconds: str) -> str:
        """The offset of a wall second (`offset_of`), AMBIGUOUS added where the clock shows it twice (the first of the two is taken) and subtracted
        where it skips it (the offset before the gap is taken, so that 2:30 is half an hour after 2:00).
        """
        return _steps_sql(seconds, [(start, off + AMBIGUOUS * mark) for start, off, mark in self.local])

    def utc_sql(self, seconds: str) -> str:
        """The offset at a UTC second."""
        return _steps_sql(seconds, list(self.utc))


def _steps_sql(x: str, steps: list[tuple]) -> str:
    """A step function as nested CASE, halving at each level: some eight comparisons for a hundred steps."""
    if len(steps) == 1:
        return f"CAST({steps[0][1]} AS BIGINT)"
    middle = len(steps) // 2
    return f"CASE WHEN {x} < {steps[middle][0]} THEN {_steps_sql(x, steps[:middle])} ELSE {_steps_sql(x, steps[middle:])} END"


@lru_cache(maxsize=8)
def zone(name: str) -> Zone:
    """The zone's steps 1970-2060, found day by day and then to the second; earlier and later instants have the first and the last offset."""
    info, day = ZoneInfo(name), 86400
    first, last = 0, int(datetime(2060, 1, 1, tzinfo=UTC).timestamp())
    utc = [(first, _offset(info, first))]
    for start in range(first, last, day):
        if _offset(info, start + day) != utc[-1][1]:
            at = _change(info, start, start + day)
            utc.append((at, _offset(info, at)))
    return Zone(name, tuple(_local_steps(utc)), tuple(utc))


def _offset(info: ZoneInfo, second: int) -> int:
    return int(datetime.fromtimestamp(second, info).utcoffset().total_seconds())


def _change(info: ZoneInfo, before: int, after: int) -> int:
    """The first second in (before, after] with the offset of `after`."""
    new = _offset(info, after)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (before, middle) if _offset(info, middle) == new else (middle, after)
    return after


def _local_steps(utc: list[tuple[int, int]]):
    """Wall-clock steps: a gap where the clock goes forward, a stretch shown twice where it goes back."""
    yield utc[0][0] - 86400 * 36525, utc[0][1], 0
    for (_, old), (at, new) in pairwise(utc):
        if new > old:
            yield at + old, old, -1
            yield at + new, new, 0
        else:
            yield at + new, old, 1
            yield at + old, new, 0


def local_midnight(day: datetime, name: str) -> int:
    """The epoch second at which a local day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(name)).timestamp())


def next_midnight(wall: datetime, name: str) -> int:
    """The epoch second at which the local day after this wall time begins."""
    return local_midnight(wall + timedelta(days=1), name)
