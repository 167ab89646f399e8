"""Service hours: from when to when a shop answers its customers, by day of the week."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING = "working"
"""The key of make-up days: weekend days that the calendar calls working days."""

Interval = tuple[int, int]
"""From and up to, in minutes since midnight."""


@dataclass(frozen=True)
class ServiceHours:
    """The intervals of each weekday, Monday first, and of make-up days; each in order and without overlaps.

    on_weekends: whether the weekend's hours also hold when the calendar does not call the day a working day.
    """

    week: tuple[tuple[Interval, ...], ...]
    make_up: tuple[Interval, ...]
    on_weekends: bool


def read_hours(written: Sequence[str] | Mapping[str, Sequence[str]]) -> ServiceHours:
    """One list for every working day, or lists by day; raises ValueError for what is neither.

    Make-up days have the hours of `working`, or else Friday's.
    """
    if not isinstance(written, Mapping):
        each = read_day(written)
        hours = ServiceHours((each,) * 7, each, on_weekends=False)
    else:
        by_day: dict[int, tuple[Interval, ...]] = {}
        for key, intervals in written.items():
            for day in read_days(key):
                if day in by_day:
                    raise ValueError(f"{DAYS[day]} has its hours twice; name each day once")
                by_day[day] = read_day(intervals)
        friday = by_day.get(DAYS.index("fri"), ())
        make_up = read_day(written[WORKING]) if WORKING in written else friday
        hours = ServiceHours(tuple(by_day.get(day, ()) for day in range(7)), make_up, on_weekends=True)
    if not any((*hours.week, hours.make_up)):
        raise ValueError('no hours at all; write them like ["09:00-12:00", "13:00-18:00"]')
    return hours


def read_days(key: str) -> range:
    """`wed` or `mon-fri` → the weekdays it names (0: Monday); none for `working`. Raises ValueError."""
    if key == WORKING:
        return range(0)
    first, _, last = key.partition("-")
    if first not in DAYS or (last or first) not in DAYS or DAYS.index(first) > DAYS.index(last or first):
        raise ValueError(f'"{key}" names no days; write mon … sun, a span such as mon-fri, or {WORKING}')
    return range(DAYS.index(first), DAYS.index(last or first) + 1)


def read_day(written: Sequence[str]) -> tuple[Interval, ...]:
    """The intervals of one day, in order; raises ValueError where two overlap."""
    intervals = sorted((read_interval(text), text) for text in written)
    for ((_, end), one), ((start, _), other) in pairwise(intervals):
        if start < end:
            raise ValueError(f"{one} and {other} overlap; a minute can be served once")
    return tuple(interval for interval, _ in intervals)


def read_interval(text: str) -> Interval:
    """`09:00-12:00`; 24:00 is midnight at the day's end. Raises ValueError."""
    found = re.fullmatch(r"\s*(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s*", text)
    if not found or int(found[2]) > 59 or int(found[4]) > 59:
        raise ValueError(f'"{text}" is no span of a day; write it like 09:00-12:00')
    start, end = (int(found[hour]) * 60 + int(found[hour + 1]) for hour in (1, 3))
    if end > 24 * 60:
        raise ValueError(f'"{text}" ends after the day does; the latest end is 24:00')
    if end <= start:
        raise ValueError(f'"{text}" ends before it starts; write a night as 22:00-24:00 and 00:00-06:00')
    return start, end
