"""Working days: weekends, statutory holidays and the working weekends that make up for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are working days. `last_official` is the last year whose holidays are officially known."""

    name: str
    is_working_day: Callable[[dt.date], bool]
    last_official: int | None

    @cache  # noqa: B019 - one calendar per run
    def working_days_before(self, first: dt.date, last: dt.date) -> list[tuple[dt.date, int, bool]]:
        """For each day from `first` to `last`: how many working days lie between `first` and it, and whether it is one."""
        rows = []
        count = 0
        for offset in range((last - first).days + 1):
            day = first + dt.timedelta(days=offset)
            working = self.is_working_day(day)
            rows.append((day, count, working))
            count += working
        return rows


# The last year of official notices in the `holidays` package's China calendar. Beyond it the package
# answers by rule, without make-up days; csperf warns then.
_LAST_OFFICIAL = {"CN": 2026}


def load_calendar(name: str) -> WorkCalendar:
    """A country's calendar by its ISO code (`CN`); ValueError for a code that nobody knows."""
    import holidays  # heavy, and only rubrics with working days need it

    try:
        days = holidays.country_holidays(name)
    except NotImplementedError as error:
        raise ValueError(f'no calendar for "{name}"; write a country code such as CN') from error
    return WorkCalendar(name, days.is_working_day, _LAST_OFFICIAL.get(name))
