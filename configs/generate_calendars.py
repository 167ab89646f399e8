"""Rewrites configs/calendars/CN.yaml from the `holidays` package, which follows the official notices.

Run it when a new year's notice is in the package: python configs/generate_calendars.py
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import holidays

FIRST, OFFICIAL_UNTIL = 2001, 2026
HEAD = """\
# China's working days, from the State Council's notices by way of the Python package "holidays".
# off: weekdays that nobody works, and holidays that fall on a weekend. working: weekend days that make up for them.
# Every other Monday to Friday is a working day. Made by configs/generate_calendars.py.
# A calendar of your own has the same form: name its file in csperf.yaml (calendar: my-calendar.yaml).
name: CN
official_until: {until}
years:
"""


def write_calendar(path: Path) -> None:
    """Write the calendar of China for all years with official notices."""
    days = holidays.country_holidays("CN")
    lines = [HEAD.format(until=OFFICIAL_UNTIL)]
    for year in range(FIRST, OFFICIAL_UNTIL + 1):
        off: list[str] = []
        working: list[str] = []
        day = dt.date(year, 1, 1)
        while day.year == year:
            is_working, is_weekday = days.is_working_day(day), day.weekday() < 5
            if is_working and not is_weekday:
                working.append(f"{day:%m-%d}")
            elif not is_working and (is_weekday or day in days):
                off.append(f"{day:%m-%d}")
            day += dt.timedelta(days=1)
        lines.append(f"  {year}:\n    off: [{', '.join(off)}]\n    working: [{', '.join(working)}]\n")
    path.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write_calendar(Path(__file__).parent / "calendars" / "CN.yaml")
