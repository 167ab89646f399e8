"""Exact numbers → the digits that people read, rounded half up."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from csperf.rubric.quantities import unit_factor, unit_kind

MOST_DIGITS = 12
"""Digits after which a number counts as shown in full."""


def round_half_up(number: Fraction, digits: int = 2) -> Decimal:
    """`number` with exactly `digits` decimals; halves go away from zero, as in spreadsheets."""
    return Decimal(f"{_round_scaled(number, digits)}E-{digits}")


def round_fraction(number: Fraction, digits: int) -> Fraction:
    """The same as a fraction, for reckoning on."""
    return Fraction(_round_scaled(number, digits), 10**digits)


def round_value(value: Fraction, unit: str, digits: int) -> Fraction:
    """A measure's value as it reads with `digits` decimals; a share is read in percent."""
    return round_fraction(value, digits + 2 if unit_kind(unit) == "share" else digits)


def format_number(number: Fraction, most: int = 2, least: int = 0) -> str:
    """A number with at most `most` decimals, without trailing zeros beyond the first `least` decimals."""
    scaled = _round_scaled(number, most)
    whole, decimals = divmod(abs(scaled), 10**most)
    text = f"{decimals:0{most}}".rstrip("0").ljust(least, "0") if decimals else "0" * least
    return f"{'-' if scaled < 0 else ''}{whole}{'.' if text else ''}{text}"


def _round_scaled(number: Fraction, digits: int) -> int:
    """`number` × 10^digits as a whole number. Integers throughout: this runs for every figure on every card."""
    above, below = number.numerator * 10**digits, number.denominator
    whole: int = (2 * abs(above) + below) // (2 * below)
    return whole if above >= 0 else -whole


def format_points(points: Fraction | Decimal) -> str:
    """Points with at least two decimals, and with more only where there are more."""
    return format_number(Fraction(points), MOST_DIGITS, 2)


def sign_of(number: Fraction | Decimal) -> str:
    """What stands before the size of a change: `+`, `−`, or nothing for 0."""
    return "+" if number > 0 else "−" if number < 0 else ""


def format_share(share: Fraction) -> str:
    """A share in percent, with no more decimals than it has: `60%`, `12.5%`."""
    return format_number(share * 100, MOST_DIGITS) + "%"


def format_value(value: Fraction | None, unit: str, digits: int = 2) -> str:
    """A measure's value for people: `88.00%`, `45.3 s`, `2 h`, `31.5/h`, `12`; `—` where nothing is known."""
    if value is None:
        return "—"
    if unit_kind(unit) == "share":
        return format_number(value * 100, digits, 2) + "%"
    return _attach_unit(format_number(value, digits), unit)


def format_judged(value: Fraction, unit: str, holds: Callable[[Fraction], bool]) -> str:
    """A value with as few decimals (2 or more) as a condition on it, in the measure's unit, holds with as well."""
    for digits in range(2, MOST_DIGITS):
        if holds(round_value(value, unit, digits)) == holds(value):
            return format_value(value, unit, digits)
    return format_value(value, unit, MOST_DIGITS)


def format_bound(base: Fraction, unit: str) -> str:
    """An amount in base units (of a target, a step, a curve) in the measure's unit, as short as it can be."""
    if unit_kind(unit) == "share":
        return format_share(base)
    return _attach_unit(format_number(base / unit_factor(unit), MOST_DIGITS), unit)


def _attach_unit(number: str, unit: str) -> str:
    separator = "" if not unit or unit.startswith("/") else " "
    return f"{number}{separator}{unit}"
