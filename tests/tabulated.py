"""Single calls as the count table that the package's own measures make in the engine."""

import numpy as np

from hotline_analysis.stats import binned


def tabulate(seconds, cause, group, *, edges, groups=100, causes=1) -> np.ndarray:
    """The count table of single calls: seconds to the event or follow-up, cause (0 censored), caller group 0..groups-1."""
    calls = np.ones(len(seconds), np.int64)
    return binned.cube(group, binned.bin_of(seconds, edges), cause, calls, groups=groups, edges=edges, causes=causes)
