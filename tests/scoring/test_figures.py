from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csperf.scoring.figures import format_bound, format_number, format_value, round_half_up, round_value


@pytest.mark.parametrize(
    ("number", "rounded"),
    [
        ("0", "0.00"),
        ("22.545", "22.55"),
        ("22.5449999999999999999", "22.54"),
        ("89.995", "90.00"),
        ("-0.005", "-0.01"),
        ("-0.004", "0.00"),
        ("2/3", "0.67"),
        ("123456789012345678901234567890.125", "123456789012345678901234567890.13"),
    ],
)
def test_round_half_up(number: str, rounded: str) -> None:
    assert str(round_half_up(Fraction(number))) == rounded


@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_off_by_at_most_half_a_digit(number: Fraction, digits: int) -> None:
    error = Fraction(round_half_up(number, digits)) - number
    assert abs(error) <= Fraction(1, 2 * 10**digits)


@given(st.decimals(-1000, 1000, places=2))
def test_what_has_two_decimals_stays(number: Decimal) -> None:
    assert round_half_up(Fraction(number)) == number


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("44/50", "%", "88.00%"),
        ("0.89996", "%", "90.00%"),
        ("1", "％", "100.00%"),
        ("45.3", "s", "45.3 s"),
        ("2", "h", "2 h"),
        ("10/3", "min", "3.33 min"),
        ("31.5", "/h", "31.5/h"),
        ("12", "", "12"),
        ("100", "", "100"),
        ("12.5", "元", "12.5 元"),
    ],
)
def test_format_value(value: str, unit: str, text: str) -> None:
    assert format_value(Fraction(value), unit) == text


def test_unknown_is_a_dash_and_zero_is_not() -> None:
    assert format_value(None, "%") == "—"
    assert format_value(Fraction(0), "%") == "0.00%"


def test_a_share_is_rounded_as_a_percentage() -> None:
    assert round_value(Fraction(5, 6), "%", 2) == Fraction("0.8333")
    assert round_value(Fraction(5, 6), "h", 2) == Fraction("0.83")


def test_more_digits_on_demand() -> None:
    assert format_value(Fraction("0.89996"), "%", 3) == "89.996%"
    assert format_number(Fraction(2, 3), 6) == "0.666667"


@pytest.mark.parametrize(
    ("base", "unit", "text"),
    [
        ("0.9", "%", "90%"),
        ("0.905", "%", "90.5%"),
        ("7200", "h", "2 h"),
        ("90", "min", "1.5 min"),
        ("20", "", "20"),
    ],
)
def test_format_bound(base: str, unit: str, text: str) -> None:
    assert format_bound(Fraction(base), unit) == text
