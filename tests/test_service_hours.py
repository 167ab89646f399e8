"""Service hours: what a person may write, and what it means for each day."""

from __future__ import annotations

import pytest

from csperf.service_hours import read_hours, read_interval

MORNING, AFTERNOON = (540, 720), (780, 1080)
OFFICE = ["09:00-12:00", "13:00-18:00"]


def test_one_list_holds_on_every_working_day_and_on_no_other() -> None:
    hours = read_hours(OFFICE)
    assert hours.week == ((MORNING, AFTERNOON),) * 7
    assert hours.make_up == (MORNING, AFTERNOON)
    assert not hours.on_weekends


def test_days_have_hours_of_their_own() -> None:
    hours = read_hours({"mon-thu": OFFICE, "fri": ["09:00-12:00"], "sun": ["10:00-11:00"]})
    assert hours.week == (*((MORNING, AFTERNOON),) * 4, (MORNING,), (), ((600, 660),))
    assert hours.make_up == (MORNING,)  # as on a Friday
    assert hours.on_weekends


def test_make_up_days_can_differ_from_friday() -> None:
    assert read_hours({"mon-fri": OFFICE, "working": ["13:00-18:00"]}).make_up == (AFTERNOON,)
    assert read_hours({"mon-fri": OFFICE, "working": []}).make_up == ()
    assert read_hours({"mon-thu": OFFICE}).make_up == ()


def test_intervals_come_in_order_and_may_touch() -> None:
    assert read_hours(["13:00-18:00", "9:00-13:00"]).week[0] == ((540, 780), AFTERNOON)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("00:00-24:00", (0, 1440)), (" 9:05 - 9:06 ", (545, 546)), ("22:00-24:00", (1320, 1440))],
)
def test_interval(text: str, minutes: tuple[int, int]) -> None:
    assert read_interval(text) == minutes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9-18", "is no span of a day"),
        ("09:60-18:00", "is no span of a day"),
        ("09:00-18:00-19:00", "is no span of a day"),
        ("09:00-24:01", "ends after the day does"),
        ("22:00-06:00", "write a night as 22:00-24:00 and 00:00-06:00"),
        ("09:00-09:00", "ends before it starts"),
    ],
)
def test_what_is_no_interval_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_interval(text)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["09:00-12:00", "11:59-13:00"], "09:00-12:00 and 11:59-13:00 overlap"),
        ({"monday": OFFICE}, '"monday" names no days'),
        ({"fri-mon": OFFICE}, '"fri-mon" names no days'),
        ({"mon-": OFFICE, "xyz-mon": OFFICE}, "names no days"),
        ({"mon-fri": OFFICE, "wed": OFFICE}, "wed has its hours twice"),
        ({"mon": [], "working": []}, "no hours at all"),
        ([], "no hours at all"),
    ],
)
def test_what_is_no_week_is_refused(written: list[str] | dict[str, list[str]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_hours(written)
