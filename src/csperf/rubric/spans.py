"""Parts of the year that a season holds in: `*-11`, `2025-06`, `11-01 .. 11-20`, `2025-06-01 .. 2025-06-20`."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LEAP_YEAR = 2000


@dataclass(frozen=True)
class Span:
    """The days from `first` to `last`, both inside: (month, day) in each year, or (year, month, day) once."""

    first: tuple[int, ...]
    last: tuple[int, ...]

    def holds(self, day: dt.date) -> bool:
        """Whether the day lies inside."""
        here = (day.year, day.month, day.day)[-len(self.first) :]
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last  # over the turn of the year


def parse_month_span(text: str) -> Span:
    """`*-11` or `2025-06` → its days; raises ValueError for anything else."""
    found = re.fullmatch(r"(\*|\d{4})-(\d{2})", text.strip())
    if not found or not 1 <= int(found[2]) <= 12 or found[1] == "0000":
        raise ValueError(f'"{text}" is not a month; write it like "*-11" for each year, or "2025-06"')
    year, month = (() if found[1] == "*" else (int(found[1]),)), int(found[2])
    days = calendar.monthrange(year[0] if year else _LEAP_YEAR, month)[1]
    return Span((*year, month, 1), (*year, month, days))


def parse_day_span(text: str) -> Span:
    """`11-01 .. 11-20` or `2025-06-01 .. 2025-06-20` → its days; raises ValueError for anything else."""
    wanted = f'"{text}" is not a span of days; write it like "11-01 .. 11-20" for each year, or with the year'
    first, dots, last = (part.strip() for part in text.partition(".."))
    try:
        span = Span(_parse_day(first), _parse_day(last))
    except ValueError as error:
        raise ValueError(wanted) from error
    if not dots or len(span.first) != len(span.last):
        raise ValueError(wanted)
    if len(span.first) == 3 and span.first > span.last:
        raise ValueError(f'"{text}" ends before it begins; write the earlier day first')
    return span


def _parse_day(text: str) -> tuple[int, ...]:
    found = re.fullmatch(r"(?:(\d{4})-)?(\d{2})-(\d{2})", text)
    if not found:
        raise ValueError(text)
    year = (int(found[1]),) if found[1] else ()
    dt.date(year[0] if year else _LEAP_YEAR, int(found[2]), int(found[3]))
    return (*year, int(found[2]), int(found[3]))


def find_shared_day(ours: Sequence[Span], theirs: Sequence[Span]) -> str | None:
    """A day that both hold, such as `11-11` or `2025-06-01`; None if there is none."""
    for one in ours:
        for other in theirs:
            # What two spans share begins where one of them begins.
            for day in _starts((one, other)):
                if one.holds(day) and other.holds(day):
                    return f"{day:%m-%d}" if len(one.first) == len(other.first) == 2 else f"{day:%Y-%m-%d}"
    return None


def _starts(spans: tuple[Span, Span]) -> Iterable[dt.date]:
    dated = [span for span in spans if len(span.first) == 3]
    years = {year for span in dated for year in range(span.first[0], span.last[0] + 1)}
    for span in spans:
        for year in [span.first[0]] if len(span.first) == 3 else sorted(years or {_LEAP_YEAR}):
            month, day = span.first[-2:]
            if (month, day) == (2, 29) and not calendar.isleap(year):
                month, day = 3, 1
            yield dt.date(year, month, day)
