"""Measurements → points → totals → grades → ranks. Pure: small data, no files."""
