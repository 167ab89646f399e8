"""`python -m csperf`."""

from csperf.cli import run

run()
