"""Exact numbers → the decimals that data formats print."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from csperf.scoring.figures import format_number, format_points

DIGITS = 6
NOTHING = "—"
"""What stands for a value that is not known, wherever people read it."""


def plain_number(value: Fraction | Decimal | int) -> Decimal:
    """At most six decimals, half up, trailing zeros dropped: 30.00 → 30, 2/3 → 0.666667."""
    return Decimal(format_number(Fraction(value), DIGITS))


def points_text(points: Decimal | None, nothing: str = NOTHING) -> str:
    """Points with their two decimals, or `nothing` where there are none."""
    return nothing if points is None else format_points(points)


def result_number(value: Decimal) -> Decimal:
    """A result as the JSON contract prints it, with at least one decimal: 26.00 → 26.0, 26.25 → 26.25."""
    return Decimal(format_number(Fraction(value), DIGITS, 1))
