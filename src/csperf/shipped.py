"""Where the configs and the sample shop that ship with csperf are."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """A folder that ships with csperf: inside the installed package, or at the top of a checkout."""
    installed = _HERE / name
    return installed if installed.exists() else _HERE.parents[1] / name
