"""Dates such as 03/04/2025: which orders of the numbers they fit, and what they are in each."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable

from csperf.exports.format_file import Dates

ORDERS: tuple[Dates, ...] = ("year-first", "month-first", "day-first")
_NUMBERS = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
# As strptime reads two digits: 69 to 99 are the last century.
_TURN = 69


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


def list_readings(cell: str) -> dict[Dates, dt.date]:
    """The day in each order that makes one; none for a cell that begins with no such date."""
    if _NUMBERS.match(cell) is None:  # as of most cells: the heads of all files are looked through
        return {}
    return {order: day for order in ORDERS if (day := read_day(cell, order))}


def find_orders(cells: Iterable[str]) -> tuple[list[Dates], int]:
    """(the orders in which most of these cells are days, how many are)."""
    fits = Counter(order for cell in cells for order in list_readings(cell))
    most = max(fits.values(), default=0)
    return [order for order in ORDERS if most and fits[order] == most], most


def show_readings(cell: str) -> str:
    """`03/04/2025 10:00 is 2025-03-04 (month-first) or 2025-04-03 (day-first)`."""
    return f"{cell} is {' or '.join(f'{day} ({order})' for order, day in list_readings(cell).items())}"
