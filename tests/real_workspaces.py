"""The workspaces over real exports, run through the whole command. The exports are not ours to keep."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from csperf.cli import main

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
WORKSPACES = ROOT / "tests" / "real"


def find_data(folder: str) -> Path:
    """The folder of an export; skips the test, saying so, where it is absent."""
    found = DATA / folder
    if not found.is_dir():
        pytest.skip(f"no real export at ../shared/data/{folder}")
    return found


def score(workspace: str, period: list[str], folder: Path, flags: Sequence[str] = ()) -> dict[str, Any]:
    """What `csperf score` writes of a workspace and period, numbers as the decimals they are printed as."""
    target = folder / f"{workspace}-{period[-1]}.json"
    place = ["-C", str(WORKSPACES / workspace), "-o", str(target), "-q"]
    assert main(["score", *period, *place, *flags]) == 0
    document: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    return document


def indicators(document: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """agent → indicator → its record."""
    return {
        agent["agent_id"]: {indicator["name"]: indicator for indicator in agent["indicators"]}
        for agent in document["agents"]
    }


def printed(value: Fraction | None, digits: int = 6) -> Decimal | None:
    """A number as it is printed with `digits` decimals: half up."""
    if value is None:
        return None
    return Decimal(math.floor(value * 10**digits + Fraction(1, 2))).scaleb(-digits)
