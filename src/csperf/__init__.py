"""csperf: monthly customer-service scores from a shop's exports, defensible point by point."""

__version__ = "0.1.0"
