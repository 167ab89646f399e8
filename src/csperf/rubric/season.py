"""Which season of a rubric a period is in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from csperf.period import Period
from csperf.rubric.scheme import Season


def find_season(seasons: Mapping[str, Season], period: Period) -> str | None:
    """The season that holds most days of the period, and at least half of them; of two, the first written."""
    length = (period.last_day - period.first_day).days + 1
    days = [period.first_day + dt.timedelta(days=number) for number in range(length)]
    held = {name: _count_days(season, days) for name, season in seasons.items()}
    most = max(held, key=held.__getitem__, default=None)
    return most if most is not None and held[most] * 2 >= length else None


def _count_days(season: Season, days: list[dt.date]) -> int:
    spans = season.spans
    return sum(any(span.holds(day) for span in spans) for day in days)
