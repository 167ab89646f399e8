"""Exact numbers → the decimals that data formats print."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from csperf.scoring.figures import format_number, format_points, format_share, sign_of

DIGITS = 6
NOTHING = "—"
"""What stands for a value that is not known, wherever people read it."""


def plain_number(value: Fraction | Decimal | int) -> Decimal:
    """At most six decimals, half up, trailing zeros dropped: 30.00 → 30, 2/3 → 0.666667."""
    return Decimal(format_number(Fraction(value), DIGITS))


def points_text(points: Decimal | None, nothing: str = NOTHING) -> str:
    """Points with their two decimals, or `nothing` where there are none."""
    return nothing if points is None else format_points(points)


def signed_share(share: Fraction) -> str:
    """A change in percent with its sign: `+10%`, `−2.5%`, `0%`."""
    return sign_of(share) + format_share(abs(share))


def signed_points(points: Decimal | None) -> str:
    """A change of points with its sign: `+3.00`, `−2.50`, `0.00`."""
    return NOTHING if points is None else sign_of(points) + format_points(abs(points))


def result_number(value: Decimal) -> Decimal:
    """A result as the JSON contract prints it, with at least one decimal: 26.00 → 26.0, 26.25 → 26.25."""
    return Decimal(format_number(Fraction(value), DIGITS, 1))


def plain_or_null(value: Fraction | Decimal | None) -> Decimal | None:
    """`plain_number` of what may not be known."""
    return None if value is None else plain_number(value)


def result_or_null(value: Decimal | None) -> Decimal | None:
    """`result_number` of what may not be known."""
    return None if value is None else result_number(value)
