from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csperf.rubric.quantities import UNITS, parse_quantity, parse_target, unit_kind

decimals = st.decimals(min_value=-10_000, max_value=10_000, places=3, allow_nan=False).map(str)
quantities = st.tuples(decimals, st.sampled_from(sorted(UNITS))).map("".join)


@pytest.mark.parametrize(
    ("written", "value", "kind"),
    [
        ("90%", Fraction(9, 10), "share"),
        ("89.5 %", Fraction(895, 1000), "share"),
        ("90％", Fraction(9, 10), "share"),
        ("30s", Fraction(30), "time"),
        ("30 秒", Fraction(30), "time"),
        ("1.5min", Fraction(90), "time"),
        ("2h", Fraction(7200), "time"),
        ("3天", Fraction(259200), "time"),
        ("20/h", Fraction(20), "per hour"),
        ("5", Fraction(5), "number"),
        ("-0.1", Fraction(-1, 10), "number"),
        (0, Fraction(0), "number"),
    ],
)
def test_quantity(written: Any, value: Any, kind: str) -> None:
    quantity = parse_quantity(written)
    assert (quantity.value, quantity.kind) == (value, kind)


@pytest.mark.parametrize("written", ["", "x", "%", "5 parsecs", "1,5", "1e3", "90%%", "∞", "--1", "1.", ".5"])
def test_not_a_quantity(written: Any) -> None:
    with pytest.raises(ValueError, match=r"quantity|unknown unit"):
        parse_quantity(written)


@pytest.mark.parametrize(
    ("written", "met", "missed", "direction"),
    [
        (">= 90%", "90%", "89.99%", "higher"),
        ("> 90%", "90.01%", "90%", "higher"),
        ("≤ 30s", "30s", "30.001s", "lower"),
        ("< 1%", "0.99%", "1%", "lower"),
        ("20/h .. 40/h", "40/h", "40.1/h", None),
        ("= 3", "3", "2.9", None),
    ],
)
def test_target(written: Any, met: str, missed: str, direction: str | None) -> None:
    target = parse_target(written)
    assert target.is_met(parse_quantity(met).value)
    assert not target.is_met(parse_quantity(missed).value)
    assert target.direction == direction


@pytest.mark.parametrize("written", ["90%", ">= ", "=> 90%", "2 .. 1", "1s .. 2%", ">= x", "about 5", "1 .. "])
def test_not_a_target(written: Any) -> None:
    with pytest.raises(ValueError):
        parse_target(written)


@pytest.mark.parametrize(
    ("written", "value", "shortfall"),
    [
        (">= 90%", Fraction(44, 50), Fraction(2, 100)),
        (">= 90%", Fraction(9, 10), 0),
        ("<= 0", Fraction(3), 3),
        ("20 .. 40", Fraction(45), 5),
        ("20 .. 40", Fraction(15), 5),
        ("20 .. 40", Fraction(30), 0),
    ],
)
def test_shortfall_is_exact(written: Any, value: Any, shortfall: Any) -> None:
    assert parse_target(written).shortfall(value) == shortfall


@given(quantities)
def test_quantity_round_trip(written: Any) -> None:
    quantity = parse_quantity(written)
    assert parse_quantity(str(quantity)) == quantity


@given(st.sampled_from([">=", "<=", ">", "<", "=", "≥", "≤"]), quantities)
def test_target_round_trip(sign: str, written: Any) -> None:
    target = parse_target(f"{sign} {written}")
    assert parse_target(str(target)) == target


@given(st.sampled_from(sorted(UNITS)), decimals, decimals)
def test_range_round_trip(unit: str, one: str, other: str) -> None:
    low, high = sorted([one, other], key=float)
    target = parse_target(f"{low}{unit} .. {high}{unit}")
    assert parse_target(str(target)) == target


@given(quantities, st.fractions(min_value=-100, max_value=100))
def test_shortfall_is_zero_exactly_where_the_bound_is_reached(written: Any, value: Any) -> None:
    target = parse_target(f">= {written}")
    assert target.low is not None
    assert (target.shortfall(value) == 0) == (value >= target.low.value)


@pytest.mark.parametrize(("unit", "kind"), [("%", "share"), ("分钟", "time"), ("元", "number"), ("", "number")])
def test_unit_kind(unit: str, kind: str) -> None:
    assert unit_kind(unit) == kind
