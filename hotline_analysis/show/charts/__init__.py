"""The charts: each takes a small tidy frame and returns its Axes, in a page, in a notebook, or inside a figure of one's own."""

from hotline_analysis.show.charts.bars import lost_hours, pareto
from hotline_analysis.show.charts.flows import alluvial, flow_map
from hotline_analysis.show.charts.gaps import cumulative, density_control, pareto_gaps, window_curve, window_parts
from hotline_analysis.show.charts.likert import gap_chart, likert, spans
from hotline_analysis.show.charts.small import sparkline
from hotline_analysis.show.charts.style import NARROW, WIDE, month_span, svg, theme
from hotline_analysis.show.charts.time import coverage, hours, run_chart
from hotline_analysis.show.charts.waits import wait_lines
from hotline_analysis.show.charts.week import heat, key_line
