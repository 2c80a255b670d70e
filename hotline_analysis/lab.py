"""What JupyterLab adds: `explore(h)`, a rule of repeat calls under one's hands, and wide frames that scroll. A report needs none of it.

ipywidgets and itables come with `make lab` and are imported on use; without them a notebook runs all the same and says what it lacks.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.measures import counts
from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.frames import lazy, pandas
from hotline_analysis.measures.gaps import LEVELS, ended
from hotline_analysis.measures.periods import Period
from hotline_analysis.show import blocks, charts
from hotline_analysis.show.forms import Shown
from hotline_analysis.show.markup import escape
from hotline_analysis.studies import window
from hotline_analysis.words import Sentence, Term, format_hours, format_month

NEEDS = Term("拖动需要ipywidgets：用make lab打开这本笔记。", "The controls need ipywidgets: open this notebook with make lab.")
LABELS = {
    "window": Term("窗口", "Window"),
    "match": Term("诉求", "Issue"),
    "level": Term("诉求级别", "Issue level"),
    "clock": Term("起算", "From"),
    "month": Term("月份", "Month"),
}
MATCH = {"any": Term("任一", "any"), "same": Term("相同", "the same")}
CLOCK = {"end": Term("来电结束", "end of the call"), "start": Term("来电开始", "start of the call")}
RATE = Sentence(
    "{denominator}通来电，{numerator}通在{window_hours}内被同一来电人再次来电：复电率{value}，95%区间{low}至{high}。",
    "Of {denominator} calls, {numerator} are followed by another of the same caller within {window_hours}: {value}, 95% interval {low} to {high}.",
)
CURVE = Term("各窗口的复电率", "The repeat rate at every window")
READ = (
    "seq",
    "start_s",
    "reference_s",
    "day",
    "who",
    "caller_group",
    "issue_",
    "gap_",
    "next_day",
    "follow_s",
    "chain",
    "begins",
)  # of a gap table, for a rate


class Curves:
    """The repeat rate at every window, rule by rule: the figures of `h.study("window")`, without its wait.

    Of the stored gap tables the rows of the asked month are read into memory, once for each clock; what was asked once is kept while the notebook is open.
    """

    def __init__(self, h):
        self.h = h
        self.rule = h.rule.but(mode="rolling", match="any", targets=(), charged="last")
        self.tables: dict[tuple[str, str], pd.DataFrame] = {}
        self.found: dict[tuple, pd.DataFrame] = {}

    def rates(self, month: str, **changes) -> pd.DataFrame:
        """Kaplan-Meier's rows of `studies.window.rates`, ascending by window. Raises what the study raises."""
        key = (month, *sorted(changes.items()))
        if key not in self.found:
            period = self.h.period if month == self.h.month else self.h.calendar.month(month)
            view = replace(self.h.view, definition=self.rule.but(**changes), period=period, keep=partial(self._in_memory, period))
            found = window.rates(view)
            self.found[key] = found[found["follow_up"] == "km"].reset_index(drop=True)
        return self.found[key]

    def _in_memory(self, period: Period, name: str, make: Callable[[], nw.LazyFrame]) -> nw.LazyFrame:
        key = (name, period.label)
        if key not in self.tables:
            rows = counts.within(self.h.view.keep(name, make), period.start_s, period.end_s)
            wanted = READ + (("dispatched", "department") if self.rule.dispatch else ())
            frame = pandas(rows.select(*[c for c in rows.collect_schema().names() if c.startswith(wanted)]))
            self.tables[key] = frame.astype(dict.fromkeys(frame.select_dtypes("string"), "category"))
        return lazy(self.tables[key], placed=True)

    @property
    def clocks(self) -> list[str]:
        """From where gaps can run: not from the end of calls of which no end is known."""
        return list(CLOCK) if ended(self.h.view.line) else ["start"]

    @property
    def levels(self) -> list[int]:
        """The levels of issue that the calls have."""
        have = self.h.view.table("calls").collect_schema().names()
        return [n for n, column in enumerate(LEVELS, start=1) if column in have]


def explore(h):
    """Controls for window, issue, its level, clock and month; the definition's line, the rate and the curve move with them.

    Every figure is that of `h.study("window")` under the rule that the line tells. Without ipywidgets it says so. Raises NoInput without calls, DataRefused
    where the numbers are masked, and of an edition, whose figures are rounded one by one (`rounding`).
    """
    if h.only[0]:
        raise DataRefused(
            "explore",
            f"is of the whole hotline, not of {'='.join(h.only)}.",
            "Ask h.study('window') of an edition, or open the hotline without `only`.",
        )
    if find_spec("ipywidgets") is None:
        return blocks.missing(NEEDS(h.language))
    curves = Curves(h)
    for clock in curves.clocks:  # both gap tables are read before the first move
        curves.rates(h.month, clock=clock, match="any", level=1)
    return _board(h, curves)


def _board(h, curves: Curves):
    """The widgets, wired: whatever changes, all three outputs are drawn anew from one frame."""
    import ipywidgets

    controls = _controls(h, curves)
    shown = {name: ipywidgets.HTML().add_class(f"hotline-{name}") for name in ("line", "rate", "curve")}

    def draw(_=None) -> None:
        chosen = {name: control.value for name, control in controls.items()}
        controls["level"].disabled = chosen["match"] == "any"
        for name, text in drawn(h, curves, **chosen).items():
            shown[name].value = text

    for control in controls.values():
        control.observe(draw, names="value")
    draw()
    return ipywidgets.VBox([ipywidgets.HBox(list(controls.values()), layout={"flex_flow": "row wrap"}), *shown.values()])


def _controls(h, curves: Curves) -> dict:
    import ipywidgets

    said, hours = h.language, curves.rule.windows_hours
    months = [(format_month(m, said), m) for m in reversed(h.months)]
    months = months if h.month in h.months else [(h.month, h.month), *months]
    options = {
        "window": (ipywidgets.SelectionSlider, [(format_hours(w, said), w) for w in hours], 24.0 if 24.0 in hours else hours[0]),
        "match": (ipywidgets.ToggleButtons, [(MATCH[key](said), key) for key in (MATCH if curves.levels else ["any"])], "any"),
        "level": (ipywidgets.ToggleButtons, [(str(n), n) for n in curves.levels or [1]], 1),
        "clock": (ipywidgets.ToggleButtons, [(CLOCK[key](said), key) for key in curves.clocks], curves.rule.clock),
        "month": (ipywidgets.Dropdown, months, h.month),
    }
    look = {"style": {"description_width": "initial", "button_width": "auto"}}
    made = {
        name: kind(options=list(given), value=value, description=LABELS[name](said), **look)
        for name, (kind, given, value) in options.items()
    }
    return {name: control.add_class(f"hotline-{name}-control") for name, control in made.items()}


def drawn(h, curves: Curves, *, window: float, match: str, level: int, clock: str, month: str) -> dict[str, str]:
    """The three outputs as HTML: line (the definition under the chosen window), rate (a sentence), curve (the figure, the chosen window named)."""
    rule = {"clock": clock, "match": match, "level": level if match == "same" else 1}
    line = parse({**curves.rule.model_dump(), **rule, "windows_hours": [window]}, "explore").line(h.language)
    try:
        rates = curves.rates(month, **rule)
    except (DataRefused, NoInput) as refused:
        return {"line": escape(line), "rate": escape(str(refused)), "curve": ""}
    row = rates[rates["window_hours"] == window]
    axes = charts.window_curve(rates, width=charts.WIDE, language=h.language, windows=(window,))
    figure = charts.svg(axes, "explore", CURVE(h.language), line)
    return {"line": escape(line), "rate": escape(told(row, h.language)), "curve": f'<div style="max-width:{charts.WIDE}px">{figure}</div>'}


def told(row: pd.DataFrame, language: str) -> str:
    """The chosen window's rate in a sentence; '' where nothing could be counted."""
    fields = {name: field.as_dict() for name, field in window.COLUMNS.items()}
    return Shown(row, {}, language, attrs={"fields": fields}).first(RATE)


# ---- wide frames


def wide_frames() -> None:
    """In a notebook that somebody opened: frames of more columns than pandas shows become tables that scroll and search, from the files of itables, without network.

    Does nothing in the kernel of a report or of a test, outside a notebook, or without itables.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    ours = os.environ.get(blocks.TOKEN) or "hotline_analysis.report.forks" in sys.modules
    if shell is None or getattr(shell, "kernel", None) is None or ours or find_spec("itables") is None:
        return
    shell.display_formatter.formatters["text/html"].for_type(pd.DataFrame, _scrolling)


def _scrolling(frame: pd.DataFrame) -> str | None:
    if frame.shape[1] <= pd.get_option("display.max_columns"):
        return frame._repr_html_()
    from itables import options, to_html_datatable
    from itables.javascript import generate_init_offline_itables_html

    scripts = generate_init_offline_itables_html(
        options.dt_bundle
    )  # with every such frame: a cell that is run again, or moved, loses no other its table
    return scripts + to_html_datatable(frame, connected=False, display_logo_when_loading=False)
