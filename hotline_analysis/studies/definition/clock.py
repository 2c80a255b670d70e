"""Does the day end at midnight? The same calendar day against rolling 24 h by the hour of the call. (F0 A06)"""

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis.measures import counts, rates
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.rates import Rate
from hotline_analysis.measures.view import View
from hotline_analysis.stats import binned


def hours(view: View, *, band_hours: int = 1) -> pd.DataFrame:
    """Same calendar day against rolling 24 h, by the clock hour in which the call began (A06): the calendar day rewards late shifts.

    Columns: hour (0-23, start of the band), calls, calendar_numerator, calendar, calendar_low, calendar_high, rolling_numerator, rolling,
    rolling_low, rolling_high. Shares of the index calls of that band; calendar days are cut at the definition's cut hour.
    """
    plain = view.but(mode="rolling", chain="each", windows_hours=[24], direction="look-ahead", charged="last")
    day, rolling = plain.but(mode="calendar"), plain
    band = nw.col("local_s") % DAY // HOUR // band_hours * band_hours
    gaps = plain.gaps().with_columns(hour=band)
    days = counts.totals(gaps, day.definition, by=["hour", "caller_group"])
    edges = binned.bin_edges_seconds(horizon_seconds=DAY)
    exact, cube = counts.both(gaps, rolling.definition, edges=edges, by=["hour"])
    rows = []
    for hour in range(0, 24, band_hours):
        seen, one, two = (frame[frame["hour"] == hour] for frame in (days, exact, cube))
        same_day = rates.share(seen["same_day"].to_numpy(), seen["calls"].to_numpy())
        later = rates.curve(one, counts.dense(two, edges=edges), DAY)
        rows.append({"hour": hour, "calls": later.denominator, **_named(same_day, "calendar"), **_named(later, "rolling")})
    return pd.DataFrame(rows)


def _named(rate: Rate, name: str) -> dict:
    return {f"{name}_numerator": rate.numerator, name: rate.value, f"{name}_low": rate.low, f"{name}_high": rate.high}
