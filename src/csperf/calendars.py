"""Working days: weekends, statutory holidays and the working weekends that make up for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csperf.problems import ProblemsFound
from csperf.shipped import shipped
from csperf.yaml_source import YamlSource, read_yaml

_WEEKEND = 5


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are working days. `official_until` is the last year whose holidays are officially known."""

    name: str
    is_working_day: Callable[[dt.date], bool]
    official_until: int | None

    def working_days_before(self, first: dt.date, last: dt.date) -> list[tuple[dt.date, int, bool]]:
        """For each day from `first` to `last`: how many working days lie before it, and whether it is one."""
        rows = []
        count = 0
        for offset in range((last - first).days + 1):
            day = first + dt.timedelta(days=offset)
            working = self.is_working_day(day)
            rows.append((day, count, working))
            count += working
        return rows


def load_calendar(name: str, folder: Path) -> WorkCalendar:
    """A calendar file of the workspace, a shipped calendar (`CN`), or a country by its ISO code.

    Raises ValueError for a name that nobody knows, ProblemsFound for a file that is wrong.
    """
    for path in (folder / name, shipped("configs") / "calendars" / f"{name}.yaml"):
        if path.is_file():
            return _read_calendar(path)
    import holidays  # heavy, and only countries without a calendar file need it

    try:
        return WorkCalendar(name, holidays.country_holidays(name).is_working_day, None)
    except NotImplementedError as error:
        raise ValueError(f'no calendar "{name}"') from error


def _read_calendar(path: Path) -> WorkCalendar:
    source = read_yaml(path)
    data = source.data if isinstance(source.data, dict) else {}
    years = data.get("years")
    until = data.get("official_until")
    if not isinstance(years, dict) or not isinstance(until, int | None):
        raise ProblemsFound(
            [
                source.problem(
                    (),
                    "calendar-form",
                    "a calendar needs name, official_until (a year) and years",
                    hint="copy the form of the shipped configs/calendars/CN.yaml",
                )
            ]
        )
    off, working = (
        frozenset(day for year, kinds in years.items() for day in _read_days(source, year, kinds, kind))
        for kind in ("off", "working")
    )

    def is_working_day(day: dt.date) -> bool:
        return day in working or (day.weekday() < _WEEKEND and day not in off)

    return WorkCalendar(str(data.get("name") or path.stem), is_working_day, until)


def _read_days(source: YamlSource, year: Any, kinds: Any, kind: str) -> list[dt.date]:
    days = kinds.get(kind, []) if isinstance(kinds, dict) else None
    if not isinstance(days, list):
        raise ProblemsFound(
            [
                source.problem(
                    ("years", str(year)),
                    "calendar-form",
                    f'year {year} needs "off" and "working" lists of days',
                )
            ]
        )
    try:
        return [dt.date.fromisoformat(f"{year}-{day}") for day in days]
    except ValueError as error:
        raise ProblemsFound(
            [
                source.problem(
                    ("years", str(year), kind),
                    "calendar-form",
                    f"not a day of {year}: {error}",
                    hint='write days as "MM-DD", such as 10-01',
                )
            ]
        ) from error
