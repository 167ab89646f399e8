"""Quantities with units and targets, kept as exact fractions: `90%`, `30s`, `>= 95%`, `20/h .. 40/h`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Direction = Literal["higher", "lower"]

# unit as written → (what kind of quantity it is, how many base units it holds)
UNITS: dict[str, tuple[str, Fraction]] = {
    "": ("number", Fraction(1)),
    "%": ("share", Fraction(1, 100)),
    "s": ("time", Fraction(1)),
    "min": ("time", Fraction(60)),
    "h": ("time", Fraction(3600)),
    "d": ("time", Fraction(86400)),
    "/h": ("per hour", Fraction(1)),
    "/d": ("per day", Fraction(1)),
}
_SPELLINGS = {
    "％": "%",
    "秒": "s",
    "分": "min",
    "分钟": "min",
    "小时": "h",
    "天": "d",
    "/小时": "/h",
    "/天": "/d",
    "m": "min",
}
_QUANTITY = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*([^\d\s.][^\d\s.]*)?\s*")


@dataclass(frozen=True)
class Quantity:
    """An exact number of base units (shares for %, seconds for times) and the text it was written as."""

    value: Fraction
    kind: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Target:
    """What an indicator should reach: at least `low`, at most `high`, or between both."""

    low: Quantity | None
    high: Quantity | None
    strict: bool
    text: str

    @property
    def kind(self) -> str:
        """The kind of quantity this target compares with (`share`, `time`, `number`, …)."""
        bound = self.low or self.high
        assert bound is not None
        return bound.kind

    @property
    def direction(self) -> Direction | None:
        """Which way is better; None for a range."""
        if self.low and self.high:
            return None
        return "higher" if self.low else "lower"

    def shortfall(self, value: Fraction) -> Fraction:
        """How far `value` is on the wrong side, in base units; 0 when the bound is reached."""
        if self.low and value < self.low.value:
            return self.low.value - value
        if self.high and value > self.high.value:
            return value - self.high.value
        return Fraction(0)

    def is_met(self, value: Fraction) -> bool:
        """Whether `value` satisfies the target; `<` and `>` exclude the bound itself."""
        if self.shortfall(value) > 0:
            return False
        bounds = {bound.value for bound in (self.low, self.high) if bound}
        return not (self.strict and value in bounds)

    def __str__(self) -> str:
        return self.text


def unit_kind(unit: str) -> str:
    """The kind of quantity a measure's unit stands for; a label such as `元` is a plain number."""
    return UNITS.get(_SPELLINGS.get(unit, unit), UNITS[""])[0]


def unit_factor(unit: str) -> Fraction:
    """Base units in one unit of a *measure's* value. Measures give shares themselves, so `%` is 1."""
    kind, factor = UNITS.get(_SPELLINGS.get(unit, unit), UNITS[""])
    return Fraction(1) if kind == "share" else factor


def parse_quantity(text: object) -> Quantity:
    """`90%`, `2h`, `20/h`, `5` → Quantity; raises ValueError with the next step for anything else."""
    written = str(text).strip()
    found = _QUANTITY.fullmatch(written)
    if not found:
        raise ValueError(f'"{written}" is not a quantity; write a number with a unit, such as 90%, 30s, 2h, 20/h or 5')
    unit = found[2] or ""
    unit = _SPELLINGS.get(unit, unit)
    if unit not in UNITS:
        raise ValueError(f'unknown unit "{unit}" in "{written}"; units are %, s, min, h, d, /h, /d or none')
    kind, factor = UNITS[unit]
    return Quantity(Fraction(found[1]) * factor, kind, f"{found[1].lstrip('+')}{unit}")


def parse_target(text: object) -> Target:
    """`>= 90%`, `<= 30s`, `< 1%`, `20/h .. 40/h` → Target; raises ValueError for anything else."""
    written = str(text).strip()
    if ".." in written:
        left, _, right = written.partition("..")
        low, high = parse_quantity(left), parse_quantity(right)
        if low.kind != high.kind:
            raise ValueError(f'the two ends of "{written}" have different units')
        if low.value > high.value:
            raise ValueError(f'the first end of "{written}" is above the second; write the smaller one first')
        return Target(low, high, False, f"{low} .. {high}")
    found = re.fullmatch(r"(>=|<=|>|<|≥|≤|=)\s*(.+)", written)
    if not found:
        raise ValueError(f'"{written}" is not a target; write it like ">= 90%", "<= 30s" or "20/h .. 40/h"')
    sign = {"≥": ">=", "≤": "<="}.get(found[1], found[1])
    bound = parse_quantity(found[2])
    if sign == "=":
        return Target(bound, bound, False, f"= {bound}")
    low_bound, high_bound = (bound, None) if sign[0] == ">" else (None, bound)
    return Target(low_bound, high_bound, len(sign) == 1, f"{sign} {bound}")
