"""Months are sealed, adjusted and verified."""

from csperf.closing.sealing import adjust_month, seal_month
from csperf.closing.verifying import verify_months

__all__ = ["adjust_month", "seal_month", "verify_months"]
