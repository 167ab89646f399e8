"""Working days and hours: weekends, statutory holidays, the working weekends that make up for them, service hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from csperf.problems import Problem, ProblemsFound, suggest
from csperf.service_hours import Interval, ServiceHours
from csperf.shipped import shipped
from csperf.yaml_source import YamlPath, YamlSource, read_yaml

_MINUTE = dt.timedelta(minutes=1)


def _is_weekend(day: dt.date) -> bool:
    return day.weekday() >= 5


def _unknown_hours() -> ServiceHours:
    raise ValueError("this calendar has no service hours")


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are working days, and when somebody is there.

    official_until: the last year whose holidays are officially known; None where nobody says.
    is_weekend: whether a day is off by the week alone, so that it is a make-up day if it is a working day.
    hours: read when working hours are first counted; may raise ProblemsFound.
    """

    name: str
    is_working_day: Callable[[dt.date], bool]
    official_until: int | None
    is_weekend: Callable[[dt.date], bool] = _is_weekend
    hours: Callable[[], ServiceHours] = _unknown_hours

    def working_days(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """The working days from `first` to `last`."""
        return [day for day in _days(first, last) if self.is_working_day(day)]

    def service_spans(self, first: dt.date, last: dt.date, zone: str) -> list[tuple[dt.datetime, dt.datetime]]:
        """When somebody is there on the days from `first` to `last`: (from, up to) as instants, in order."""
        hours, tz = self.hours(), ZoneInfo(zone)
        return [
            (_instant(day, start, tz), _instant(day, end, tz))
            for day in _days(first, last)
            for start, end in self._hours_of(day, hours)
        ]

    def _hours_of(self, day: dt.date, hours: ServiceHours) -> tuple[Interval, ...]:
        is_working = self.is_working_day(day)
        if not self.is_weekend(day):
            return hours.week[day.weekday()] if is_working else ()
        if is_working:
            return hours.make_up
        return hours.week[day.weekday()] if hours.on_weekends else ()


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=offset) for offset in range((last - first).days + 1)]


def _instant(day: dt.date, minutes: int, tz: ZoneInfo) -> dt.datetime:
    """The first instant at which a day's clock shows that time or, where it leaves it out, a later one."""
    wanted = dt.datetime.combine(day, dt.time()) + minutes * _MINUTE
    moment = wanted.replace(tzinfo=tz).astimezone(dt.UTC)
    while (moment - _MINUTE).astimezone(tz).replace(tzinfo=None) >= wanted:
        moment -= _MINUTE
    return moment


def load_calendar(name: str, folder: Path, hours: Callable[[], ServiceHours] = _unknown_hours) -> WorkCalendar:
    """A calendar file of the workspace, a shipped calendar (`CN`), or a country by its ISO code.

    Raises ValueError for a name that nobody knows, ProblemsFound for a file that is wrong.
    """
    for path in (folder / name, shipped("configs") / "calendars" / f"{name}.yaml"):
        if path.is_file():
            return _read_calendar(path, hours)
    import holidays  # heavy, and only countries without a calendar file need it

    try:
        days = holidays.country_holidays(name)
    except NotImplementedError as error:
        raise ValueError(f'no calendar "{name}"') from error
    return WorkCalendar(name, days.is_working_day, None, lambda day: days.is_weekend(day) and day not in days, hours)


def _read_calendar(path: Path, hours: Callable[[], ServiceHours]) -> WorkCalendar:
    source = read_yaml(path)
    data = source.data if isinstance(source.data, dict) else {}
    years, until = data.get("years"), data.get("official_until")
    if not isinstance(years, dict) or not isinstance(until, int | None):
        message = "a calendar needs name, official_until (a year) and years"
        hint = "copy the form of the shipped configs/calendars/CN.yaml"
        raise ProblemsFound([source.problem((), "calendar-form", message, hint=hint)])
    problems = list(_find_unknown_keys(source, (), data, ("name", "official_until", "years")))
    off: set[dt.date] = set()
    working: set[dt.date] = set()
    for year, kinds in years.items():
        if not isinstance(kinds, dict):
            message = f'year {year} needs "off" and "working" lists of days'
            problems.append(source.problem(("years", str(year)), "calendar-form", message))
            continue
        problems += _find_unknown_keys(source, ("years", str(year)), kinds, ("off", "working"))
        for kind, days in (("off", off), ("working", working)):
            for place, day in _read_days(source, str(year), kind, kinds.get(kind), problems):
                if days is working and day in off:
                    message, hint = f"{day} is both off and working", "take it out of one of the two lists"
                    problems.append(source.problem(place, "calendar-form", message, hint=hint))
                days.add(day)
    if problems:
        raise ProblemsFound(problems)

    def is_working_day(day: dt.date) -> bool:
        return day in working or not (_is_weekend(day) or day in off)

    def is_weekend(day: dt.date) -> bool:
        return _is_weekend(day) and day not in off

    return WorkCalendar(str(data.get("name") or path.stem), is_working_day, until, is_weekend, hours)


def _find_unknown_keys(
    source: YamlSource, path: YamlPath, written: dict[Any, Any], known: Sequence[str]
) -> Iterator[Problem]:
    """The keys that mean nothing: a misspelt one would make its days ordinary ones."""
    for key in map(str, written):
        if key not in known:
            where = f"in year {path[-1]}" if path else "at the top level"
            message = f'unknown key "{key}" {where}'
            yield source.problem((*path, key), "calendar-form", message, hint=suggest(key, known), key=True)


def _read_days(
    source: YamlSource, year: str, kind: str, written: Any, problems: list[Problem]
) -> Iterator[tuple[YamlPath, dt.date]]:
    """(where it stands, the day) of a list of days; adds to `problems` what is none."""
    path: YamlPath = ("years", year, kind)
    if not isinstance(written, list | None):
        message = f'year {year} needs "off" and "working" lists of days'
        problems.append(source.problem(path, "calendar-form", message))
        return
    for place, day in enumerate(written or ()):
        try:
            yield (*path, place), dt.date.fromisoformat(f"{year}-{day}")
        except ValueError as error:
            message, hint = f"not a day of {year}: {error}", 'write days as "MM-DD", such as 10-01'
            problems.append(source.problem((*path, place), "calendar-form", message, hint=hint))
