"""Run a notebook, make the page, publish it safely."""
