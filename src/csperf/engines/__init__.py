"""Engines carry out read, check and measure over raw rows; everything after works on small data."""
