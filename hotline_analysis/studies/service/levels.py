"""What does "answered within 15 seconds" mean? (服务水平, classic KPI 21; methods 7)

The share of calls that are answered in time has five definitions in use, and one month's calls give five figures that differ by ten points. They stand beside one
another here; only form A is judged. Source: methods 7; catalogue section 3 no. 21.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.view import View
from hotline_analysis.studies.service import calls
from hotline_analysis.words import Field, Term

FORMS = {
    "A": Term("及时接通 ÷ 全部人工服务请求", "answered in time ÷ all requests for a person"),
    "B": Term("及时接通 ÷ 接通量", "answered in time ÷ answered"),
    "C": Term("及时接通 ÷（请求 − 短时放弃）", "answered in time ÷ (requests − short abandonments)"),
    "D": Term("（及时接通 + 及时内放弃）÷ 请求", "(answered in time + abandoned by then) ÷ requests"),
    "E": Term("及时接通 ÷（接通 + 超时放弃）", "answered in time ÷ (answered + abandoned after it)"),
}
LEAST_KNOWN = 0.95  # of the waits; a level of half the calls would read low under any grade
COLUMNS = {
    "form": Field(Term("算法", "Form"), words={form: Term(f"{form}：{said.zh}", f"{form}: {said.en}") for form, said in FORMS.items()}),
    "within_seconds": Field(Term("时限（秒）", "Within (s)"), "count"),
    "short_seconds": Field(Term("短时放弃界线（秒）", "Short abandonment under (s)"), "count"),
    "judged": Field(Term("是否评判", "Judged"), words={"True": Term("评判", "judged"), "False": Term("只作对照", "for comparison")}),
    "unread": Field(Term("等待时长不明", "Unknown waits"), "count"),
    "lowest": Field(Term("五种中最低", "Lowest of the five"), "share"),
    "highest": Field(Term("五种中最高", "Highest of the five"), "share"),
}


def levels(view: View) -> pd.DataFrame:
    """The service level under its five definitions: one row a limit (`service › answer_seconds`) and form.

    Of the calls whose outcome is known; an answered call whose wait is not known is in no part of any form, one abandoned after an unknown wait counts as
    neither short nor within the limit. With a limit of T and short abandonments under s seconds: A answered <= T / offered; B / answered; C / (offered - abandoned
    < s); D (answered <= T + abandoned <= T) / offered; E / (answered + abandoned > T). So A is at most each of the others.

    Columns: within_seconds, form, numerator, denominator, value, low, high (95 %, from the days), short_seconds, judged (A alone), unread (calls of unknown wait),
    lowest, highest (of the five at that limit). Raises DataRefused without outcome or queue_seconds, and where fewer than 95 % of the answered or of the
    abandoned calls' waits are known.
    """
    found = _known(calls.waits(view, "day"))
    short, rows = view.params.service.short_abandon_seconds, []
    for seconds in view.params.service.answer_seconds:
        parts = _parts(found, seconds, short)
        own = [{"within_seconds": seconds, "form": form, **calls.share(*parts[form])} for form in FORMS]
        values = [row["value"] for row in own]
        rows += [{**row, "lowest": min(values), "highest": max(values)} for row in own]
    unread = int(found.loc[found["wait_seconds"].isna(), "calls"].sum())
    return pd.DataFrame(rows).assign(short_seconds=short, judged=lambda f: f["form"] == "A", unread=unread)


def _known(waits: pd.DataFrame) -> pd.DataFrame:
    """The waits, where enough of them are known."""
    for outcome in ("answered", "abandoned"):
        own = waits[waits["outcome"] == outcome]
        known = own.loc[own["wait_seconds"].notna(), "calls"].sum()
        if known < LEAST_KNOWN * own["calls"].sum():
            raise DataRefused("service levels", "few known durations" if known else "no known durations")
    if waits.empty:
        raise DataRefused("service levels", "no calls")
    return waits


def _parts(waits: pd.DataFrame, seconds: int, short: int) -> Mapping[str, tuple[np.ndarray, np.ndarray]]:
    """Numerator and denominator of each form by day."""
    wait, n = waits["wait_seconds"], waits["calls"]
    answered, lost = waits["outcome"] == "answered", waits["outcome"] == "abandoned"
    base = ~(answered & wait.isna())

    def by_day(rows: pd.Series) -> np.ndarray:
        return n.where(rows, 0).groupby(waits["day"]).sum().to_numpy(np.int64)

    quick, handled, offered = by_day(answered & (wait <= seconds)), by_day(answered & base), by_day(base)
    return {
        "A": (quick, offered),
        "B": (quick, handled),
        "C": (quick, offered - by_day(lost & (wait < short))),
        "D": (quick + by_day(lost & (wait <= seconds)), offered),
        "E": (quick, handled + by_day(lost & ~(wait <= seconds))),
    }


TABLES = {"levels": levels}
