"""Dates such as 03/04/2025: which orders of the numbers they fit, and what they are in each."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from csperf.exports.format_file import Dates

ORDERS: tuple[Dates, ...] = ("year-first", "month-first", "day-first")
_NUMBERS = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
# As strptime reads two digits: 69 to 99 are the last century.
_TURN = 69


def needs_order(cell: str) -> bool:
    """Whether a cell begins with a date of three numbers that says nothing of their order."""
    return _NUMBERS.match(cell) is not None


def read_day(cell: str, order: Dates) -> dt.date | None:
    """The day that such a cell means in an order; None where there is no such day."""
    found = _NUMBERS.match(cell)
    if found is None:
        return None
    one, two, three = found.groups()
    year, month, day = {
        "year-first": (one, two, three), "month-first": (three, one, two), "day-first": (three, two, one),
    }[order]  # fmt: skip
    if len(year) < 2 or len(day) > 2:
        return None
    century = 0 if len(year) == 4 else 1900 if int(year) >= _TURN else 2000
    try:
        return dt.date(century + int(year), int(month), int(day))
    except ValueError:
        return None


def fitting_orders(cells: Iterable[str]) -> tuple[Dates, ...]:
    """The orders in which every one of these cells is a day."""
    seen = list(cells)
    return tuple(order for order in ORDERS if all(read_day(cell, order) for cell in seen))


def show_readings(cell: str) -> str:
    """`03/04/2025 10:00 is 2025-03-04 (month-first) or 2025-04-03 (day-first)`."""
    readings = [f"{day} ({order})" for order in ORDERS if (day := read_day(cell, order))]
    return f"{cell} is {' or '.join(readings) or 'no day in any order'}"
