"""Periods as half-open spans of instants, cut at midnight in a zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

Length = Literal["month", "quarter", "year"]
LENGTHS: tuple[Length, ...] = ("month", "quarter", "year")

# Long before any export; a window or a calendar looks years back from a period.
_FIRST_YEAR = 1900


@dataclass(frozen=True)
class Period:
    """All instants from `start` up to but without `end`; both are midnights in `zone`."""

    label: str
    start: dt.datetime
    end: dt.datetime
    zone: str

    @property
    def first_day(self) -> dt.date:
        """The first day inside."""
        return self.start.date()

    @property
    def last_day(self) -> dt.date:
        """The last day inside."""
        return self.end.date() - dt.timedelta(days=1)

    def until(self, day: dt.date) -> Period:
        """The part of this period that ends with `day`, under the same label."""
        return period_of_days(self.label, self.first_day, day + dt.timedelta(days=1), self.zone)

    def window(self, days: int) -> Period:
        """The `days` days that end where this period ends."""
        return period_of_days(
            f"{self.label} −{days}d", self.end.date() - dt.timedelta(days=days), self.end.date(), self.zone
        )


def period_of_days(label: str, first: dt.date, after: dt.date, zone: str) -> Period:
    """The days from `first` up to but without `after`."""
    tz = ZoneInfo(zone)
    start, end = (dt.datetime.combine(day, dt.time(), tz) for day in (first, after))
    return Period(label, start, end, zone)


def parse_month(text: str, zone: str, today: dt.date) -> Period:
    """`2025-06`, `this` (the month of `today`) or `last` (the one before). Raises ValueError for anything else."""
    if text in ("this", "last"):
        day = today if text == "this" else today.replace(day=1) - dt.timedelta(days=1)
        year, month = day.year, day.month
    else:
        found = re.fullmatch(r"(\d{4})-(\d{1,2})", text.strip())
        if not found or not 1 <= int(found[2]) <= 12 or not _FIRST_YEAR <= int(found[1]) < 9999:
            raise ValueError(f'"{text}" is not a month; write it like 2025-06, or this or last')
        year, month = int(found[1]), int(found[2])
    return period_of_days(f"{year:04}-{month:02}", dt.date(year, month, 1), _month_after(year, month, 1), zone)


def parse_quarter(text: str, zone: str) -> Period:
    """`2025Q2`. Raises ValueError for anything else."""
    found = re.fullmatch(r"(\d{4})-?[Qq]([1-4])", text.strip())
    if not found or not _FIRST_YEAR <= int(found[1]) < 9999:
        raise ValueError(f'"{text}" is not a quarter; write it like 2025Q2')
    year, month = int(found[1]), 3 * int(found[2]) - 2
    return period_of_days(f"{year:04}Q{found[2]}", dt.date(year, month, 1), _month_after(year, month, 3), zone)


def parse_year(text: str, zone: str) -> Period:
    """`2025`. Raises ValueError for anything else."""
    if not re.fullmatch(r"\d{4}", text.strip()) or not _FIRST_YEAR <= int(text) < 9999:
        raise ValueError(f'"{text}" is not a year; write it like 2025')
    year = int(text)
    return period_of_days(f"{year:04}", dt.date(year, 1, 1), dt.date(year + 1, 1, 1), zone)


def parse_day(text: str) -> dt.date:
    """`2025-06-15`. Raises ValueError for anything else."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
            raise ValueError
        return dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f'"{text}" is not a day; write it like 2025-06-15') from error


def length_of(label: str) -> Length:
    """How long the period of this label is."""
    return "year" if label.isdigit() else "quarter" if "Q" in label else "month"


def labels_up_to(last: str, count: int) -> list[str]:
    """The labels of `count` periods of one length, one after the other, up to and with `last`."""
    length, year = length_of(last), int(last[:4])
    if length == "year":
        return [f"{year - back:04}" for back in reversed(range(count))]
    parts, sign = (4, "Q") if length == "quarter" else (12, "-")
    place = year * parts + int(last[5:]) - 1
    digits = 1 if length == "quarter" else 2
    return [
        f"{(place - back) // parts:04}{sign}{(place - back) % parts + 1:0{digits}}" for back in reversed(range(count))
    ]


def name_months(labels: Sequence[str]) -> str:
    """Months in order of time, those that follow on one another as a span: `2025-01 – 2025-05, 2025-07`."""
    spans: list[list[str]] = []
    for label in labels:
        if spans and labels_up_to(label, 2)[0] == spans[-1][-1]:
            spans[-1].append(label)
        else:
            spans.append([label])
    return ", ".join(" – ".join(dict.fromkeys((span[0], span[-1]))) for span in spans)


def _month_after(year: int, month: int, months: int) -> dt.date:
    count = year * 12 + month - 1 + months
    return dt.date(count // 12, count % 12 + 1, 1)
