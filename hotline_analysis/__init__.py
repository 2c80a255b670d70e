"""A workbook for public-service hotlines: exports go in, one reproducible page a month comes out.

from hotline_analysis import open_hotline, say, show
h = open_hotline("params/sample.yaml", "2024-09")
show(h.study("window"))
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("hotline-analysis")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0"


def open_hotline(*args, **kwargs):
    """The hotline that a params file describes; see `hotline_analysis.hotline.open_hotline`."""
    from hotline_analysis import lab
    from hotline_analysis.hotline import open_hotline as door  # imported on use: `hotline --help` should not wait for the engines

    lab.wide_frames()
    return door(*args, **kwargs)


def explore(h):
    """Controls for the rule of repeat calls, in JupyterLab; see `hotline_analysis.lab.explore`."""
    from hotline_analysis import lab

    return lab.explore(h)


def say(*frames, **options):
    """The sentences declared for a frame; see `hotline_analysis.show.forms.say`."""
    from hotline_analysis.show import forms

    return forms.say(*frames, **options)
