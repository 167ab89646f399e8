"""Months end at midnight of the workspace's zone, windows with them; working days hold to the second."""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest

from csperf.calendars import WorkCalendar
from csperf.exports.format_file import FormatFile
from csperf.period import Period, parse_month, parse_quarter, parse_year, period_of_days
from csperf.rubric.measures import Aggregate
from small_shop import (
    CHINA,
    count_rows,
    csv_text,
    measure_source,
    open_source,
    reading_as_if_large,
    same_name,
    values_of,
)

SURVEY = ["survey_id", "agent_id", "responded_at", "rating"]
COUNT = count_rows("surveys", "responded_at")
AMERICA = "America/Los_Angeles"
TODAY = dt.date(2025, 7, 15)


def count_in(
    folder: Path, times: list[str], period: Period, zone: str, format_: FormatFile | None = None
) -> list[bool]:
    """Which of the times lie in the period; each stands in a row of an agent of its own."""
    rows = [[f"S{number:03}", f"A{number:03}", time, 5] for number, time in enumerate(times)]
    source = open_source(folder, "surveys", csv_text(SURVEY, rows), zone=zone, format_=format_)
    careful = measure_source(source, [COUNT], period)
    with reading_as_if_large():
        assert measure_source(source, [COUNT], period) == careful
    assert careful.counts.rejected == 0, careful.rejections
    assert careful.counts.in_period + careful.counts.outside_period == len(times)
    found = values_of(careful, COUNT)
    return [f"A{number:03}" in found for number in range(len(times))]


@pytest.mark.parametrize("month", ["0001-01", "1899-12", "9999-01"])
def test_no_month_is_so_far_away_that_days_before_it_cannot_be_reckoned(month: str) -> None:
    with pytest.raises(ValueError, match="is not a month"):
        parse_month(month, CHINA, TODAY)


@pytest.mark.parametrize(
    ("month", "zone"),
    [
        ("2025-06", CHINA),
        ("2025-03", AMERICA),
        ("2025-11", AMERICA),
        ("2025-02", AMERICA),
        ("2024-02", CHINA),
        ("2024-12", "UTC"),
        ("2025-04", "Pacific/Auckland"),
        ("2025-10", "Asia/Kolkata"),
    ],
)
def test_month_begins_and_ends_at_midnight_of_its_zone(tmp_path: Path, month: str, zone: str) -> None:
    first = dt.date.fromisoformat(f"{month}-01")
    after = (first + dt.timedelta(days=31)).replace(day=1)
    days = [first - dt.timedelta(days=1), first, after - dt.timedelta(days=1), after]
    times = [f"{days[0]} 23:59:59", f"{days[1]} 00:00:00", f"{days[2]} 23:59:59", f"{days[3]} 00:00:00"]
    assert count_in(tmp_path, times, parse_month(month, zone, TODAY), zone) == [False, True, True, False]


@pytest.mark.parametrize(
    ("source_zone", "time", "inside"),
    [
        # June in China begins at 09:00 of 31 May in summer time on the American west coast, 16:00 UTC.
        (AMERICA, "2025-05-31 08:59:59", False),
        (AMERICA, "2025-05-31 09:00:00", True),
        (AMERICA, "2025-06-30 08:59:59", True),
        (AMERICA, "2025-06-30 09:00:00", False),
        ("UTC", "2025-05-31 15:59:59", False),
        ("UTC", "2025-05-31 16:00:00", True),
        ("UTC", "2025-06-30 16:00:00", False),
        ("Asia/Tokyo", "2025-06-01 00:59:59", False),
        ("Asia/Tokyo", "2025-06-01 01:00:00", True),
    ],
)
def test_source_of_another_zone(tmp_path: Path, source_zone: str, time: str, inside: bool) -> None:
    assert count_in(tmp_path, [time], parse_month("2025-06", CHINA, TODAY), source_zone) == [inside]


def test_zone_of_the_format_wins_over_the_workspace(tmp_path: Path) -> None:
    format_ = FormatFile.model_validate(
        {"format": "x", "table": "surveys", "zone": "UTC", "columns": dict(zip(SURVEY, SURVEY, strict=True))}
    )
    times = ["2025-05-31 15:59:59", "2025-05-31 16:00:00"]
    assert count_in(tmp_path, times, parse_month("2025-06", CHINA, TODAY), CHINA, format_) == [False, True]


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"])
def test_offset_in_the_cell_wins_over_the_zone(tmp_path: Path, form: str) -> None:
    edge = dt.datetime(2025, 6, 1, tzinfo=ZoneInfo(CHINA))
    times, expected = [], []
    for zone in (CHINA, AMERICA, "UTC", "Asia/Kolkata"):
        for seconds in (-1, 0, 1):
            moment = (edge + dt.timedelta(seconds=seconds)).astimezone(ZoneInfo(zone)).strftime(form)
            times.append(moment[:-2] + ":" + moment[-2:])
            expected.append(seconds >= 0)
    assert count_in(tmp_path, times, parse_month("2025-06", CHINA, TODAY), AMERICA) == expected


def test_z_is_utc(tmp_path: Path) -> None:
    times = ["2025-05-31T15:59:59Z", "2025-05-31T16:00:00Z"]
    assert count_in(tmp_path, times, parse_month("2025-06", CHINA, TODAY), CHINA) == [False, True]


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
        "%Y/%m/%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y/%m/%d %H:%M",
        "%Y-%m-%d %H:%M:%S.%f",
    ],
)
def test_forms_that_need_no_format_file(tmp_path: Path, form: str) -> None:
    moments = [
        dt.datetime(2025, 5, 31, 23, 59),
        dt.datetime(2025, 6, 1),
        dt.datetime(2025, 6, 30, 23, 59),
        dt.datetime(2025, 7, 1),
    ]
    times = [moment.strftime(form) for moment in moments]
    assert count_in(tmp_path, times, parse_month("2025-06", CHINA, TODAY), CHINA) == [
        False,
        True,
        True,
        False,
    ]


def test_clock_change_is_read_as_the_zone_has_it(tmp_path: Path) -> None:
    """The hour that the clock leaves out never was; of the hour that it repeats, the first is meant."""
    count = count_rows("tickets", "created_at")
    hours = Aggregate("tickets", "max", "created_at", value="resolution_hours")
    rows = [
        [
            "T1",
            "A1",
            "2025-03-09 01:30:00",
            "2025-03-09 03:30:00",
        ],  # an hour on the clock's hands that took one
        ["T2", "A2", "2025-11-02 00:30:00", "2025-11-02 01:30:00"],
        ["T3", "A3", "2025-11-02 00:30:00", "2025-11-02 02:30:00"],
        ["T4", "A4", "2025-03-09 02:30:00", "2025-03-09 04:30:00"],
    ]
    source = open_source(
        tmp_path,
        "tickets",
        csv_text(["ticket_id", "agent_id", "created_at", "resolved_at"], rows),
        zone=AMERICA,
    )
    result = measure_source(source, [count, hours], parse_year("2025", AMERICA))
    assert values_of(result, hours) == {"A1": 1, "A2": 1, "A3": 3}
    assert [(rejection.code, rejection.count) for rejection in result.rejections] == [("data-bad-time", 1)]


# ── days ──────────────────────────────────────────────────────────────────────────────────────────

HOURS = Aggregate("worktime", "sum", "date", value="hours")


@pytest.mark.parametrize("zone", [CHINA, AMERICA])
def test_days_belong_to_the_month_that_names_them(tmp_path: Path, zone: str) -> None:
    rows = [
        [f"A{number}", day, 8] for number, day in enumerate(["2025-05-31", "2025-06-01", "2025/06/30", "2025-07-01"])
    ]
    source = open_source(tmp_path, "worktime", csv_text(["agent_id", "date", "hours"], rows), zone=zone)
    result = measure_source(source, [HOURS], parse_month("2025-06", zone, TODAY))
    assert values_of(result, HOURS) == {"A1": 8, "A2": 8}


def test_day_of_a_time_with_offset_is_the_day_it_says(tmp_path: Path) -> None:
    rows = [
        ["A0", "2025-06-01T00:30:00+08:00", 8],
        ["A1", "2025-06-30T23:30:00+08:00", 8],
        ["A2", "2025-07-01T00:30:00+08:00", 8],
    ]
    source = open_source(tmp_path, "worktime", csv_text(["agent_id", "date", "hours"], rows))
    assert values_of(measure_source(source, [HOURS]), HOURS) == {"A0": 8, "A1": 8}


# ── windows ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("days", "first"), [(60, "2025-05-02"), (30, "2025-06-01"), (1, "2025-06-30"), (90, "2025-04-02")]
)
def test_window_holds_the_days_that_end_with_the_month(tmp_path: Path, days: int, first: str) -> None:
    window = count_rows("surveys", "responded_at", window_days=days)
    before = dt.date.fromisoformat(first) - dt.timedelta(days=1)
    times = [f"{before} 23:59:59", f"{first} 00:00:00", "2025-06-30 23:59:59", "2025-07-01 00:00:00"]
    rows = [[f"S{number}", f"A{number}", time, 5] for number, time in enumerate(times)]
    result = measure_source(open_source(tmp_path, "surveys", csv_text(SURVEY, rows)), [window])
    assert values_of(result, window) == {"A1": 1, "A2": 1}


@pytest.mark.parametrize("large", [False, True])
def test_window_and_month_stand_side_by_side(tmp_path: Path, large: bool) -> None:
    asked = [
        COUNT,
        count_rows("surveys", "responded_at", window_days=60),
        count_rows("surveys", "responded_at", where="rating = 5"),
        Aggregate("surveys", "rate", "responded_at", window_days=60, value="rating >= 4"),
    ]
    rows = [
        ["S1", "A1", "2025-05-10 10:00:00", 5],
        ["S2", "A1", "2025-06-10 10:00:00", 1],
        ["S3", "A1", "2025-06-11 10:00:00", 5],
        ["S4", "A1", "2025-01-10 10:00:00", 5],
    ]
    source = open_source(tmp_path, "surveys", csv_text(SURVEY, rows))
    if large:
        with reading_as_if_large():
            result = measure_source(source, asked)
    else:
        result = measure_source(source, asked)
    assert [values_of(result, one)["A1"] for one in asked] == [2, 3, 1, Fraction(2, 3)]


def test_window_across_a_clock_change_is_whole_days(tmp_path: Path) -> None:
    window = parse_month("2025-03", AMERICA, TODAY).window(60)
    assert (window.first_day, window.last_day) == (dt.date(2025, 1, 31), dt.date(2025, 3, 31))
    assert window.start.isoformat() == "2025-01-31T00:00:00-08:00"
    assert window.end.isoformat() == "2025-04-01T00:00:00-07:00"


def test_other_time_column_decides_the_month(tmp_path: Path) -> None:
    created, resolved = count_rows("tickets", "created_at"), count_rows("tickets", "resolved_at")
    rows = [
        ["T1", "A1", "2025-05-31 10:00:00", "2025-06-01 10:00:00"],
        ["T2", "A2", "2025-06-30 10:00:00", "2025-07-01 10:00:00"],
        ["T3", "A3", "2025-06-30 10:00:00", None],
    ]
    source = open_source(tmp_path, "tickets", csv_text(["ticket_id", "agent_id", "created_at", "resolved_at"], rows))
    result = measure_source(source, [created, resolved])
    # A row in the month by one measure makes nobody an agent of the other.
    assert values_of(result, created) == {"A2": 1, "A3": 1}
    assert values_of(result, resolved) == {"A1": 1}


# ── periods ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("today", "label"),
    [
        ("2025-07-01", "2025-06"),
        ("2025-07-31", "2025-06"),
        ("2025-01-01", "2024-12"),
        ("2024-03-31", "2024-02"),
    ],
)
def test_last_month_is_the_last_complete_one(today: str, label: str) -> None:
    assert parse_month("last", CHINA, dt.date.fromisoformat(today)).label == label


def test_periods_are_half_open_and_join() -> None:
    months = [parse_month(f"2025-{month:02}", AMERICA, TODAY) for month in range(1, 13)]
    assert [month.end for month in months[:-1]] == [month.start for month in months[1:]]
    quarters = [parse_quarter(f"2025Q{number}", AMERICA) for number in range(1, 5)]
    assert [(q.start, q.end) for q in quarters] == [(months[3 * n].start, months[3 * n + 2].end) for n in range(4)]
    year = parse_year("2025", AMERICA)
    assert (year.start, year.end, year.label) == (months[0].start, months[-1].end, "2025")
    assert quarters[1].label == "2025Q2"
    assert (months[1].first_day, months[1].last_day) == (dt.date(2025, 2, 1), dt.date(2025, 2, 28))


@pytest.mark.parametrize("text", ["2025-13", "2025-00", "2025", "25-06", "2025/06", "June", "", "9999-12", "0000-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        parse_month(text, CHINA, TODAY)


@pytest.mark.parametrize("text", ["2025Q5", "2025Q0", "2025", "Q2", "9999Q4"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a quarter"):
        parse_quarter(text, CHINA)


@pytest.mark.parametrize("text", ["25", "2025-06", "9999", "last"])
def test_what_is_no_year_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a year"):
        parse_year(text, CHINA)


# ── working days ──────────────────────────────────────────────────────────────────────────────────


@cache
def official() -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=[2024, 2025])


def china() -> WorkCalendar:
    """China's calendar by a library of its own."""
    return WorkCalendar("CN", official().is_working_day, 2026)


def count_minutes(start: dt.datetime, end: dt.datetime) -> int:
    """The minutes that pass on working days, one by one."""
    is_working: dict[dt.date, bool] = {}
    minutes = 0
    moment = start
    while moment < end:
        day = moment.date()
        if day not in is_working:
            is_working[day] = official().is_working_day(day)
        minutes += is_working[day]
        moment += dt.timedelta(minutes=1)
    return minutes


def pairs(count: int) -> list[tuple[dt.datetime, dt.datetime]]:
    """Random spans of up to nine days, many of them around a holiday with make-up days."""
    dice = random.Random(2025)
    centres = [
        dt.datetime(2025, 1, 28),
        dt.datetime(2025, 2, 8),
        dt.datetime(2025, 4, 27),
        dt.datetime(2025, 5, 1),
        dt.datetime(2025, 9, 28),
        dt.datetime(2025, 10, 1),
        dt.datetime(2025, 10, 11),
    ]
    found = []
    for number in range(count):
        centre = (
            centres[number % len(centres)]
            if number % 3
            else dt.datetime(2025, 1, 1) + dt.timedelta(days=dice.randrange(360))
        )
        start = centre + dt.timedelta(minutes=dice.randrange(-6 * 1440, 6 * 1440))
        end = start + dt.timedelta(minutes=dice.choice([0, 1, dice.randrange(1440), dice.randrange(9 * 1440)]))
        found.append((start, end))
    return found


WORKDAYS = Aggregate("tickets", "max", "created_at", value="resolution_workdays")
OPEN_DAYS = Aggregate("tickets", "max", "created_at", value="open_workdays")
OPEN_HOURS = Aggregate("tickets", "max", "created_at", value="open_hours")
CASE = ["ticket_id", "agent_id", "created_at", "resolved_at"]


def in_days(minutes: int) -> Fraction:
    """Minutes as days of 24 hours."""
    return Fraction(minutes, 1440)


def test_working_days_are_those_counted_minute_by_minute(tmp_path: Path) -> None:
    spans = pairs(250)
    rows = [[f"T{number}", f"A{number}", start, end] for number, (start, end) in enumerate(spans)]
    source = open_source(tmp_path, "tickets", csv_text(CASE, rows))
    result = measure_source(source, [WORKDAYS, OPEN_DAYS], parse_year("2025", CHINA), same_name, china)
    found = values_of(result, WORKDAYS)
    for number, (start, end) in enumerate(spans):
        if start.year == 2025:
            assert found[f"A{number}"] == in_days(count_minutes(start, end)), (start, end)
    assert values_of(result, OPEN_DAYS) == found


def test_open_cases_are_counted_to_the_end_of_the_period(tmp_path: Path) -> None:
    starts = [start for start, _ in pairs(40) if dt.datetime(2025, 1, 20) <= start < dt.datetime(2025, 2, 15)]
    assert len(starts) > 5
    period = period_of_days("x", dt.date(2025, 1, 20), dt.date(2025, 2, 15), CHINA)
    rows = [[f"T{number}", f"A{number}", start, None] for number, start in enumerate(starts)]
    source = open_source(tmp_path, "tickets", csv_text(CASE, rows))
    result = measure_source(source, [WORKDAYS, OPEN_DAYS, OPEN_HOURS], period, same_name, china)
    end = dt.datetime(2025, 2, 15)
    assert values_of(result, WORKDAYS) == {}
    assert values_of(result, OPEN_DAYS) == {
        f"A{n}": in_days(count_minutes(start, end)) for n, start in enumerate(starts)
    }
    hours = {f"A{n}": Fraction((end - start) // dt.timedelta(minutes=1), 60) for n, start in enumerate(starts)}
    assert values_of(result, OPEN_HOURS) == hours


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (
            "2025-01-26 12:00:00",
            "2025-02-08 12:00:00",
            5,
        ),  # a make-up Sunday, Spring Festival, a make-up Saturday
        ("2025-01-28 00:00:00", "2025-02-05 00:00:00", 0),
        ("2025-09-28 00:00:00", "2025-09-29 00:00:00", 1),  # a Sunday that was worked
        ("2025-06-13 15:00:00", "2025-06-18 15:00:00", 3),
        ("2025-06-14 00:00:00", "2025-06-16 00:00:00", 0),
    ],
)
def test_limit_in_working_days_is_kept_to_the_second(tmp_path: Path, start: str, end: str, days: int) -> None:
    """A scheme asks for `<= 3`: true at the limit, false a second later."""
    within = Aggregate("tickets", "rate", "created_at", value=f"resolution_workdays <= {days}")
    less = Aggregate("tickets", "rate", "created_at", value=f"resolution_workdays < {days}")
    first = dt.datetime.fromisoformat(start) - dt.timedelta(seconds=1)
    last = dt.datetime.fromisoformat(end) + dt.timedelta(seconds=1)
    rows = [["T1", "exact", start, end], ["T2", "longer", start, last], ["T3", "earlier", first, end]]
    source = open_source(tmp_path, "tickets", csv_text(CASE, rows))
    result = measure_source(source, [within, less], parse_year("2025", CHINA), same_name, china)
    starts_working = official().is_working_day(first.date())
    assert values_of(result, within) == {"exact": 1, "longer": 0, "earlier": int(not starts_working)}
    assert values_of(result, less) == {"exact": 0, "longer": 0, "earlier": 0}


@pytest.mark.parametrize("name", ["resolution_hours", "open_hours"])
@pytest.mark.parametrize("hours", [1, 24, 72])
def test_limit_in_hours_is_kept_to_the_second(tmp_path: Path, name: str, hours: int) -> None:
    start = dt.datetime(2025, 6, 13, 15, 0, 7)
    rows = [
        [f"T{index}", agent, start, start + dt.timedelta(hours=hours, seconds=seconds)]
        for index, (agent, seconds) in enumerate([("earlier", -1), ("exact", 0), ("later", 1)])
    ]
    within = Aggregate("tickets", "rate", "created_at", value=f"{name} <= {hours}")
    less = Aggregate("tickets", "rate", "created_at", value=f"{name} < {hours}")
    result = measure_source(open_source(tmp_path, "tickets", csv_text(CASE, rows)), [within, less])
    assert values_of(result, within) == {"earlier": 1, "exact": 1, "later": 0}
    assert values_of(result, less) == {"earlier": 1, "exact": 0, "later": 0}


def test_working_days_are_days_of_the_workspace(tmp_path: Path) -> None:
    """Friday 17:00 in UTC is Saturday in China already."""
    source = open_source(
        tmp_path,
        "tickets",
        csv_text(CASE, [["T1", "A1", "2025-06-13 17:00:00", "2025-06-15 16:00:00"]]),
        zone="UTC",
    )
    result = measure_source(source, [WORKDAYS], "2025-06", same_name, china)
    assert values_of(result, WORKDAYS) == {"A1": 0}


@pytest.mark.parametrize("large", [False, True])
def test_working_days_do_not_depend_on_the_reading(tmp_path: Path, large: bool) -> None:
    rows = [
        ["T1", "A1", "2025-06-03 10:00:00", "2025-06-05 10:00:00"],
        ["T2", "A1", "2025-06-03 10:00:00", None],
    ]
    source = open_source(tmp_path, "tickets", csv_text(CASE, rows))
    mean = Aggregate("tickets", "mean", "created_at", value="open_workdays")
    if large:
        with reading_as_if_large():
            result = measure_source(source, [mean], "2025-06", same_name, china)
    else:
        result = measure_source(source, [mean], "2025-06", same_name, china)
    expected = 2 + in_days(count_minutes(dt.datetime(2025, 6, 3, 10), dt.datetime(2025, 7, 1)))
    assert values_of(result, mean) == {"A1": expected / 2}
