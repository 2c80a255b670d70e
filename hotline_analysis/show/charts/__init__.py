"""The charts: each takes a small tidy frame and returns its Axes, in a page, in a notebook, or inside a figure of one's own."""

from hotline_analysis.show.charts.gaps import cumulative, density_control, pareto_gaps, window_curve, window_parts
from hotline_analysis.show.charts.maps import alluvial, flow_map, heat, key_line
from hotline_analysis.show.charts.rows import gap_chart, likert, pareto, spans
from hotline_analysis.show.charts.style import NARROW, WIDE, month_span, svg, theme
from hotline_analysis.show.charts.time import coverage, hours, lost_hours, run_chart, sparkline, wait_lines
