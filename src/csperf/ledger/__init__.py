"""Sealed months: plain files, each named in a manifest with its SHA-256."""
