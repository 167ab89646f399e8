"""The shipped calendar of China against the package it was made from, and calendars of one's own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import holidays
import pytest

from csperf.calendars import load_calendar
from csperf.problems import ProblemsFound


def test_china_agrees_with_the_package_on_every_official_day() -> None:
    ours, theirs = load_calendar("CN", Path()), holidays.country_holidays("CN")
    assert ours.official_until == 2026
    day = dt.date(2001, 1, 1)
    while day <= dt.date(2026, 12, 31):
        assert ours.is_working_day(day) == theirs.is_working_day(day), day
        day += dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        ("2025-04-27", True),  # a Sunday that makes up for the May holiday
        ("2025-05-01", False),
        ("2025-05-31", False),  # the Saturday of the Dragon Boat holiday
        ("2025-06-02", False),
        ("2025-06-03", True),
        ("2025-09-28", True),
        ("2026-02-14", True),
        ("2026-10-10", True),
    ],
)
def test_known_days_of_the_notices(day: str, is_working: bool) -> None:
    assert load_calendar("CN", Path()).is_working_day(dt.date.fromisoformat(day)) is is_working


def test_working_days_are_counted_from_the_first_day() -> None:
    rows = load_calendar("CN", Path()).working_days_before(dt.date(2025, 4, 25), dt.date(2025, 5, 6))
    assert [(f"{day:%m-%d}", before, working) for day, before, working in rows] == [
        ("04-25", 0, True), ("04-26", 1, False), ("04-27", 1, True), ("04-28", 2, True), ("04-29", 3, True),
        ("04-30", 4, True), ("05-01", 5, False), ("05-02", 5, False), ("05-03", 5, False), ("05-04", 5, False),
        ("05-05", 5, False), ("05-06", 5, True),
    ]  # fmt: skip


def test_other_countries_come_from_the_package_and_have_no_official_end() -> None:
    calendar = load_calendar("US", Path())
    assert calendar.official_until is None
    assert not calendar.is_working_day(dt.date(2025, 7, 4))
    assert calendar.is_working_day(dt.date(2025, 7, 3))


def test_a_calendar_of_ones_own_wins(tmp_path: Path) -> None:
    own = "name: shop\nofficial_until: 2025\nyears:\n  2025:\n    off: [06-18]\n    working: [06-21]\n"
    (tmp_path / "shop.yaml").write_text(own, encoding="utf-8")
    calendar = load_calendar("shop.yaml", tmp_path)
    assert (calendar.name, calendar.official_until) == ("shop", 2025)
    assert not calendar.is_working_day(dt.date(2025, 6, 18))
    assert calendar.is_working_day(dt.date(2025, 6, 21))
    assert calendar.is_working_day(dt.date(2025, 6, 2))


@pytest.mark.parametrize("text", ["years: 3\n", "years:\n  2025:\n    off: [06-31]\n", "years:\n  2025: [06-01]\n"])
def test_a_wrong_calendar_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound, match="calendar-form"):
        load_calendar("bad.yaml", tmp_path)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no calendar"):
        load_calendar("Atlantis", Path())
