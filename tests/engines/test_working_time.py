"""Working time equals a count by hand, and a count of minute after minute, in whatever zone and calendar."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest

from csperf.calendars import WorkCalendar, load_calendar
from csperf.period import Period, parse_year, period_of_days
from csperf.rubric.measures import Aggregate
from csperf.service_hours import read_hours
from small_shop import (
    CHINA,
    csv_text,
    measure_source,
    open_source,
    reading_as_if_large,
    same_name,
    values_of,
)

AMERICA = "America/Los_Angeles"
OFFICE = ["09:00-12:00", "13:00-18:00"]
CASE = ["ticket_id", "agent_id", "created_at", "resolved_at"]
Hours = list[str] | dict[str, list[str]]


def longest(name: str, table: str = "tickets", at: str = "created_at") -> Aggregate:
    """The greatest value of a derived column; every agent below has one case."""
    return Aggregate(table, "max", at, value=name)


def calendar_with(hours: Hours, name: str = "CN") -> Callable[[], WorkCalendar]:
    return lambda: load_calendar(name, Path(), lambda: read_hours(hours))


def measure_pairs(
    folder: Path,
    pairs: Sequence[tuple[object, object]],
    aggregates: Sequence[Aggregate],
    calendar: Callable[[], WorkCalendar],
    period: Period,
) -> list[list[Fraction | None]]:
    """What each aggregate finds for each (created, resolved)."""
    rows = [[f"T{number}", f"A{number}", *pair] for number, pair in enumerate(pairs)]
    source = open_source(folder, "tickets", csv_text(CASE, rows), zone=period.zone)
    result = measure_source(source, aggregates, period, same_name, calendar)
    assert result.counts.rejected == 0, result.rejections
    found = [values_of(result, aggregate) for aggregate in aggregates]
    return [[values.get(f"A{number}") for values in found] for number in range(len(pairs))]


# ── by hand ───────────────────────────────────────────────────────────────────────────────────────


def one_case(folder: Path, created: str, resolved: str, hours: Hours, name: str, zone: str) -> list[Fraction | None]:
    """(working days, working hours) of one case."""
    asked = [longest("resolution_workdays"), longest("resolution_workhours")]
    (found,) = measure_pairs(
        folder, [(created, resolved)], asked, calendar_with(hours, name), parse_year(created[:4], zone)
    )
    return found


def test_over_the_october_holiday_with_its_make_up_days(tmp_path: Path) -> None:
    found = one_case(tmp_path, "2025-09-26 17:30:00", "2025-10-13 10:00:00", OFFICE, "CN", CHINA)
    friday, make_up_sunday, monday, tuesday = Fraction(1, 2), 8, 8, 8
    # 1 to 8 October nobody works; Saturday 11 October makes up for it.
    thursday_9, friday_10, make_up_saturday, monday_13 = 8, 8, 8, 1
    hours = friday + make_up_sunday + monday + tuesday + thursday_9 + friday_10 + make_up_saturday + monday_13
    whole_days = 6
    days = Fraction(24 * 2 - 35, 48) + whole_days + Fraction(10, 24)  # from 17:30 of the first, to 10:00 of the last
    assert found == [days, hours] == [Fraction(107, 16), Fraction(99, 2)]


def test_opened_and_closed_within_lunch(tmp_path: Path) -> None:
    found = one_case(tmp_path, "2025-06-03 12:05:00", "2025-06-03 12:50:00", OFFICE, "CN", CHINA)
    assert found == [Fraction(45, 1440), 0]


def test_over_lunch(tmp_path: Path) -> None:
    found = one_case(tmp_path, "2025-06-03 11:50:00", "2025-06-03 13:00:01", OFFICE, "CN", CHINA)
    assert found[1] == Fraction(10, 60) + Fraction(1, 3600)


def test_across_the_clock_change_in_spring(tmp_path: Path) -> None:
    """On 9 March 2025 the clock in Los Angeles goes from 02:00 to 03:00."""
    round_the_clock: Hours = {"mon-sun": ["00:00-24:00"]}
    found = one_case(tmp_path, "2025-03-08 20:00:00", "2025-03-09 10:00:00", round_the_clock, "US", AMERICA)
    saturday, sunday = 4, 10 - 1
    assert found == [0, saturday + sunday]

    office = one_case(tmp_path, "2025-03-07 16:00:00", "2025-03-10 10:00:00", ["09:00-17:00"], "US", AMERICA)
    friday, monday = 1, 1
    assert office == [Fraction(8, 24) + Fraction(10, 24), friday + monday]


def test_across_the_clock_change_in_autumn(tmp_path: Path) -> None:
    """On 2 November 2025 the clock in Los Angeles goes from 02:00 back to 01:00."""
    nights: Hours = {"mon-sun": ["00:00-06:00", "22:00-24:00"]}
    found = one_case(tmp_path, "2025-11-01 23:00:00", "2025-11-03 01:00:00", nights, "US", AMERICA)
    saturday, sunday, monday = 1, (6 + 1) + 2, 1
    assert found == [Fraction(1, 24), saturday + sunday + monday]


def test_the_hour_that_repeats_is_no_negative_day(tmp_path: Path) -> None:
    (tmp_path / "worked").write_text("years: {2025: {off: [], working: [11-02]}}\n", encoding="utf-8")
    calendar = load_calendar("worked", tmp_path, lambda: read_hours(["00:00-24:00"]))
    pair = ("2025-11-02T01:50:00-07:00", "2025-11-02T01:10:00-08:00")
    asked = [longest("resolution_workdays"), longest("resolution_workhours")]
    (found,) = measure_pairs(tmp_path, [pair], asked, lambda: calendar, parse_year("2025", AMERICA))
    assert found == [0, Fraction(20, 60)]


# ── minute by minute ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Shop:
    """A zone, a calendar and hours, over some days in which something happens to the clock or the calendar."""

    zone: str
    country: str
    hours: Hours
    first: str
    days: int = 100

    @cached_property
    def start(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.first).replace(tzinfo=dt.UTC)

    @cached_property
    def _holidays(self) -> holidays.HolidayBase:
        return holidays.country_holidays(self.country, years=[2025])

    def intervals(self, day: dt.date) -> list[str]:
        """The hours of a day, by the words of the documentation."""
        is_working, is_weekend = self._holidays.is_working_day(day), day.weekday() in self._holidays.weekend
        if isinstance(self.hours, list):
            return self.hours if is_working else []
        if is_weekend and is_working:
            return self.hours.get("working", self.hours["mon-fri"])
        if day in self._holidays or not (is_weekend or is_working):
            return []
        return self.hours.get((["mon-fri"] * 5 + ["sat", "sun"])[day.weekday()], [])

    def minutes_served(self) -> list[int]:
        """How many served minutes lie before each minute since the start, real ones, counted one by one."""
        tz, latest = ZoneInfo(self.zone), dt.datetime.min
        served: list[bool] = []
        day, spans = dt.date.min, [("", "")]
        for minute in range(self.days * 1440):
            # What the clock shows again in autumn is over already.
            latest = max(latest, (self.start + dt.timedelta(minutes=minute)).astimezone(tz).replace(tzinfo=None))
            if latest.date() != day:
                day = latest.date()
                spans = [(text[:5], text[6:]) for text in self.intervals(day)]
            shown = f"{latest:%H:%M}" if spans else ""
            served.append(any(start <= shown < end for start, end in spans))
        return [0, *accumulate(served)]

    def minutes_of_working_days(self) -> list[int]:
        """How many minutes of working days a clock has shown before each minute since the start, if never changed."""
        return [
            0,
            *accumulate(
                is_working
                for number in range(self.days)
                for is_working in [self._holidays.is_working_day(self.start.date() + dt.timedelta(days=number))] * 1440
            ),
        ]


SHOPS = [
    Shop(CHINA, "CN", OFFICE, "2025-08-20"),
    Shop(CHINA, "CN", {"mon-fri": OFFICE, "sat": ["10:00-16:00"], "working": ["08:30-12:10"]}, "2025-01-10"),
    Shop(AMERICA, "US", {"mon-fri": ["09:00-17:00"], "sat": ["00:00-24:00"], "sun": ["01:15-05:00"]}, "2025-01-20"),
    Shop(AMERICA, "US", {"mon-fri": ["22:00-24:00", "00:00-06:00"], "sun": ["00:00-03:00"]}, "2025-09-01"),
    Shop("America/Santiago", "CL", {"mon-fri": ["00:00-24:00"], "sat": ["20:00-24:00"], "sun": ["00:00-02:00"]},
         "2025-07-20"),
    Shop("Australia/Lord_Howe", "AU", {"mon-fri": ["07:10-19:50"], "sun": ["00:00-24:00"]}, "2025-08-20"),
    Shop("Asia/Jerusalem", "IL", ["08:00-16:30"], "2025-03-01"),
    Shop("Asia/Kathmandu", "NP", ["10:00-13:00", "13:30-17:00"], "2025-03-01"),
]  # fmt: skip


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: f"{shop.zone}-{shop.first}")
def test_ten_thousand_pairs_agree_with_a_count_of_minutes(shop: Shop, tmp_path: Path) -> None:
    dice = random.Random(f"{shop.zone}{shop.first}")
    tz, last = ZoneInfo(shop.zone), (shop.days - 2) * 1440
    pairs = []
    for _ in range(1250):
        start = dice.randrange(1440, last)
        pairs.append((start, min(last, start + dice.choice([0, 1, dice.randrange(1440), dice.randrange(20 * 1440)]))))
    moments = [
        (shop.start + dt.timedelta(minutes=start), shop.start + dt.timedelta(minutes=end)) for start, end in pairs
    ]
    asked = [longest("resolution_workhours"), longest("resolution_workdays")]
    calendar = calendar_with(shop.hours, shop.country)
    found = measure_pairs(tmp_path, moments, asked, calendar, parse_year("2025", shop.zone))

    served, worked = shop.minutes_served(), shop.minutes_of_working_days()
    naive_start = shop.start.replace(tzinfo=None)
    for (start, end), moment, values in zip(pairs, moments, found, strict=True):
        shown = [(each.astimezone(tz).replace(tzinfo=None) - naive_start) // dt.timedelta(minutes=1) for each in moment]
        hours = Fraction(served[end] - served[start], 60)
        days_passed = max(Fraction(worked[shown[1]] - worked[shown[0]], 1440), Fraction(0))
        assert values == [hours, days_passed], moment


# ── limits ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("limit", ["8", "0.1", "7.7", "2.35"])
def test_limit_in_working_hours_is_kept_to_the_second(tmp_path: Path, limit: str) -> None:
    """Spread over two days, true at the limit and false a second later."""
    seconds = int(Fraction(limit) * 3600)
    period = parse_year("2025", CHINA)
    rows = []
    for number in range(97, min(seconds, 5 * 3600), 97):
        start = dt.datetime(2025, 6, 3, 18) - dt.timedelta(seconds=number)
        end = dt.datetime(2025, 6, 4, 9) + dt.timedelta(seconds=seconds - number)
        end += dt.timedelta(hours=1) if end >= dt.datetime(2025, 6, 4, 12) else dt.timedelta()  # lunch
        rows += [[f"T{number}", "exact", start, end], [f"U{number}", "longer", start, end + dt.timedelta(seconds=1)]]
    within = Aggregate("tickets", "rate", "created_at", value=f"resolution_workhours <= {limit}")
    less = Aggregate("tickets", "rate", "created_at", value=f"open_workhours < {limit}")
    source = open_source(tmp_path, "tickets", csv_text(CASE, rows))
    result = measure_source(source, [within, less], period, same_name, calendar_with(OFFICE))
    assert values_of(result, within) == {"exact": 1, "longer": 0}
    assert values_of(result, less) == {"exact": 0, "longer": 0}


def test_sums_of_hours_are_exact(tmp_path: Path) -> None:
    """7:40, 7:40 and 8:40 are 8 hours each on average; in millionths of an hour they would be more."""
    ends = ["2025-06-03 17:40:00", "2025-06-03 17:40:00", "2025-06-04 09:40:00"]
    rows = [[f"T{number}", "A1", "2025-06-03 09:00:00", end] for number, end in enumerate(ends)]
    source = open_source(tmp_path, "tickets", csv_text(CASE, rows))
    asked = [
        Aggregate("tickets", kind, "created_at", value=name)
        for kind in ("mean", "sum") for name in ("resolution_workhours", "resolution_hours", "resolution_workdays")
    ]  # fmt: skip
    result = measure_source(source, asked, "2025-06", same_name, calendar_with(OFFICE))
    clock = Fraction(8 * 60 + 40 + 8 * 60 + 40 + 24 * 60 + 40, 60)
    assert [values_of(result, one)["A1"] for one in asked] == [
        8, clock / 3, clock / 72, 24, clock, clock / 24
    ]  # fmt: skip


# ── what else is derived ──────────────────────────────────────────────────────────────────────────


def test_open_cases_are_counted_to_the_end_of_the_period(tmp_path: Path) -> None:
    period = period_of_days("x", dt.date(2025, 6, 1), dt.date(2025, 6, 5), CHINA)
    asked = [longest("resolution_workhours"), longest("open_workhours"), longest("open_workdays")]
    found = measure_pairs(
        tmp_path, [("2025-06-03 17:00:00", None), ("2025-06-03 17:00:00", "2025-06-06 10:00:00")], asked,
        calendar_with(OFFICE), period,
    )  # fmt: skip
    assert found == [[None, 9, Fraction(31, 24)], [18, 18, Fraction(7 + 24 + 24 + 10, 24)]]


def test_first_reply_in_working_hours(tmp_path: Path) -> None:
    rows = [["T1", "A1", "2025-06-03 11:30:00", "2025-06-03 13:30:00"], ["T2", "A2", "2025-06-03 11:30:00", None]]
    content = csv_text(["ticket_id", "agent_id", "created_at", "first_reply_at"], rows)
    reply = longest("first_reply_workhours")
    result = measure_source(
        open_source(tmp_path, "tickets", content), [reply], "2025-06", same_name, calendar_with(OFFICE)
    )
    assert values_of(result, reply) == {"A1": 1}


def test_answers_to_returns(tmp_path: Path) -> None:
    rows = [
        ["R1", "A1", "2025-06-03 10:00:00", "2025-06-04 10:30:00"],
        ["R2", "A2", "2025-06-29 12:00:00", None],
        ["R3", "A3", "2025-06-29 12:00:00", "2025-07-02 12:00:00"],
    ]
    source = open_source(tmp_path, "returns", csv_text(["return_id", "agent_id", "requested_at", "answered_at"], rows))
    answered, open_ = (longest(name, "returns", "requested_at") for name in ("answer_hours", "open_answer_hours"))
    result = measure_source(source, [answered, open_])
    assert values_of(result, answered) == {"A1": Fraction(49, 2), "A3": 72}
    assert values_of(result, open_) == {"A1": Fraction(49, 2), "A2": 36, "A3": 72}


@pytest.mark.parametrize("large", [False, True])
def test_large_and_small_sources_agree(tmp_path: Path, large: bool) -> None:
    names = [
        "resolution_hours", "open_hours", "resolution_workdays", "open_workdays", "resolution_workhours",
        "open_workhours",
    ]  # fmt: skip
    asked = [longest(name) for name in names]
    dice = random.Random(5)
    rows = []
    for number in range(500):
        start = dt.datetime(2025, 6, 1) + dt.timedelta(seconds=dice.randrange(30 * 86400))
        end = None if number % 7 == 0 else start + dt.timedelta(seconds=dice.randrange(9 * 86400))
        rows.append([f"T{number:03}", f"A{number}", start, end])
    source = open_source(tmp_path, "tickets", csv_text(CASE, rows))
    small = measure_source(source, asked, "2025-06", same_name, calendar_with(OFFICE))
    with reading_as_if_large() as careful:
        assert measure_source(source, asked, "2025-06", same_name, calendar_with(OFFICE)) == small
    assert careful == []


def test_far_beyond_the_calendar_time_stands_still(tmp_path: Path) -> None:
    asked = [longest("resolution_workhours"), longest("resolution_workdays")]
    pairs = [("2015-06-03 09:00:00", "2025-06-03 09:00:00"), ("2015-06-03 09:00:00", "2024-06-03 09:00:00")]
    found = measure_pairs(tmp_path, pairs, asked, calendar_with(OFFICE), parse_year("2015", CHINA))
    assert found[0] == found[1]
    assert all(value is not None and value > 1000 for value in found[0])
