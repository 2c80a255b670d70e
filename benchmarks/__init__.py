"""Side by side with other engines: `python -m benchmarks`, or `make bench`. Prints one table of ratios from one run; tests nothing about time."""
