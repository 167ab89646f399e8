"""The shipped calendar of China against the package it was made from, and calendars of one's own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest

from csperf.calendars import load_calendar
from csperf.problems import ProblemsFound
from csperf.service_hours import ServiceHours, read_hours


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


def test_working_days_are_listed() -> None:
    days = load_calendar("CN", Path()).working_days(dt.date(2025, 4, 25), dt.date(2025, 5, 6))
    assert [f"{day:%m-%d}" for day in days] == ["04-25", "04-27", "04-28", "04-29", "04-30", "05-06"]


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


def test_a_file_of_ones_own_overrides_the_shipped_one(tmp_path: Path) -> None:
    day = dt.date(2025, 10, 11)
    assert load_calendar("CN", tmp_path).is_working_day(day)
    (tmp_path / "CN").write_text("name: CN\nofficial_until: 2025\nyears: {}\n", encoding="utf-8")
    assert not load_calendar("CN", tmp_path).is_working_day(day)


# ── service hours ─────────────────────────────────────────────────────────────────────────────────

OFFICE = ["09:00-12:00", "13:00-18:00"]


def served(
    hours: list[str] | dict[str, list[str]], first: str, last: str, name: str = "CN", zone: str = "Asia/Shanghai"
) -> list[str]:
    """The service spans of some days, as the zone's clock shows them."""
    calendar = load_calendar(name, Path(), lambda: read_hours(hours))
    tz = ZoneInfo(zone)
    return [
        f"{start.astimezone(tz):%a %d %H:%M}-{end.astimezone(tz):%H:%M}"
        for start, end in calendar.service_spans(dt.date.fromisoformat(first), dt.date.fromisoformat(last), zone)
    ]


def test_one_list_is_served_on_working_days_only() -> None:
    assert served(OFFICE, "2025-09-26", "2025-09-28") == [
        "Fri 26 09:00-12:00", "Fri 26 13:00-18:00", "Sun 28 09:00-12:00", "Sun 28 13:00-18:00"
    ]  # fmt: skip
    assert served(OFFICE, "2025-10-01", "2025-10-08") == []


def test_a_named_weekend_is_served_every_week_but_not_on_a_holiday() -> None:
    week = {"mon-fri": ["09:00-18:00"], "sat": ["10:00-16:00"], "working": ["09:00-17:00"]}
    assert served(week, "2025-10-10", "2025-10-12") == ["Fri 10 09:00-18:00", "Sat 11 09:00-17:00"]
    assert served(week, "2025-10-17", "2025-10-19") == ["Fri 17 09:00-18:00", "Sat 18 10:00-16:00"]
    assert served(week, "2025-05-31", "2025-06-02") == []  # Dragon Boat: its Saturday, a Sunday, its Monday off


def test_weekends_are_those_of_the_country() -> None:
    assert served(["09:00-17:00"], "2025-06-19", "2025-06-22", "IL", "Asia/Jerusalem") == [
        "Thu 19 09:00-17:00", "Sun 22 09:00-17:00"
    ]  # fmt: skip
    week = {"mon-sun": ["09:00-17:00"]}
    assert served(week, "2027-07-03", "2027-07-05", "US", "UTC") == ["Sat 03 09:00-17:00"]  # then a holiday Sunday


@pytest.mark.parametrize(
    ("zone", "day", "interval", "hours"),
    [
        ("America/Los_Angeles", "2025-03-09", "00:00-24:00", 23.0),
        ("America/Los_Angeles", "2025-11-02", "00:00-24:00", 25.0),
        ("America/Los_Angeles", "2025-03-09", "01:30-02:30", 0.5),  # 02:30 never was: it ends with the jump at 02:00
        ("America/Los_Angeles", "2025-03-09", "02:10-02:50", 0.0),
        ("America/Los_Angeles", "2025-03-09", "02:30-04:00", 1.0),
        ("America/Los_Angeles", "2025-11-02", "00:30-01:30", 1.0),  # the first of the two 01:30
        ("America/Los_Angeles", "2025-11-02", "01:30-02:30", 2.0),
        ("Australia/Lord_Howe", "2025-10-05", "00:00-24:00", 23.5),
        ("America/Santiago", "2025-09-07", "00:00-24:00", 23.0),  # the clock jumps at midnight
        ("America/Santiago", "2025-04-05", "22:00-24:00", 3.0),
        ("Asia/Shanghai", "2025-03-09", "00:00-24:00", 24.0),
    ],
)
def test_a_changed_clock_changes_no_hour(zone: str, day: str, interval: str, hours: float) -> None:
    calendar = load_calendar("US", Path(), lambda: read_hours({"mon-sun": [interval]}))
    date = dt.date.fromisoformat(day)
    ((start, end),) = calendar.service_spans(date, date, zone)
    assert (end - start).total_seconds() == hours * 3600


def test_hours_are_asked_for_only_when_they_count() -> None:
    def ask() -> ServiceHours:
        raise ProblemsFound([])

    calendar = load_calendar("CN", Path(), ask)
    assert calendar.working_days(dt.date(2025, 6, 2), dt.date(2025, 6, 3)) == [dt.date(2025, 6, 3)]
    with pytest.raises(ProblemsFound):
        calendar.service_spans(dt.date(2025, 6, 2), dt.date(2025, 6, 3), "UTC")


# ── mistakes ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "years: 3\n",
        "years:\n  2025:\n    off: [06-31]\n",
        "years:\n  2025:\n    off: 06-30\n",
        "years:\n  2025: [06-01]\n",
        "years:\n  2025: {of: [06-18]}\n",
        "years: {}\nofficial: 2025\n",
        "years:\n  2025: {off: [06-21], working: [06-21]}\n",
    ],
)
def test_a_wrong_calendar_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound, match="calendar-form"):
        load_calendar("bad.yaml", tmp_path)


def test_every_mistake_of_a_calendar_is_told_at_its_place(tmp_path: Path) -> None:
    text = "years:\n  2025:\n    of: [06-18]\n    working: [06-21, 06-31]\n"
    text += "  2026:\n    off: [06-20]\n    working: [06-20]\n"
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound) as raised:
        load_calendar("bad.yaml", tmp_path)
    places = [(problem.at.line, problem.at.column) for problem in raised.value.problems if problem.at]
    assert places == [(3, 5), (4, 22), (7, 15)]


def test_a_list_of_a_year_may_be_left_out_or_empty(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("years:\n  2025:\n    off: [06-18]\n    working:\n", encoding="utf-8")
    assert not load_calendar("own.yaml", tmp_path).is_working_day(dt.date(2025, 6, 18))


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no calendar"):
        load_calendar("Atlantis", Path())
