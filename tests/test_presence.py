"""The share of a period that agents were here: days of employment, less leave."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.period import parse_month
from csperf.presence import measure_presence
from csperf.problems import ProblemsFound
from csperf.roster import build_roster
from small_shop import CHINA

JUNE = parse_month("2025-06", CHINA, dt.date(2025, 7, 1))


def presence(worked: dict[str, tuple[int, int]] | None = None, /, as_of: dt.date | None = None, **row: Any) -> Fraction:
    """The presence of one agent of the roster in June, which has 30 days."""
    roster = build_roster([{"agent_id": "A1", **row}], "roster.csv")
    hours = {agent_id: (Fraction(one), Fraction(other)) for agent_id, (one, other) in (worked or {}).items()}
    return measure_presence(roster.members, JUNE, hours, as_of)["A1"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, Fraction(1)),
        ({"joined_on": dt.date(2020, 1, 1), "left_on": dt.date(2030, 1, 1)}, Fraction(1)),
        ({"joined_on": dt.date(2025, 6, 11)}, Fraction(20, 30)),
        ({"left_on": dt.date(2025, 6, 10)}, Fraction(10, 30)),
        ({"joined_on": dt.date(2025, 6, 11), "left_on": dt.date(2025, 6, 11)}, Fraction(1, 30)),
        ({"joined_on": dt.date(2025, 7, 1)}, Fraction(0)),
        ({"left_on": dt.date(2025, 5, 31)}, Fraction(0)),
        ({"leave": "2025-06-03"}, Fraction(29, 30)),
        ({"leave": "2025-06-03..2025-06-05; 2025/06/05 | 2025-06-10"}, Fraction(26, 30)),
        ({"leave": "2025-05-25..2025-06-02；2025-06-30..2025-07-03"}, Fraction(27, 30)),
        ({"leave": "2025-06-01..2025-06-30"}, Fraction(0)),
        # 20 days employed, 5 of them on leave; the leave before joining is nobody's.
        ({"joined_on": dt.date(2025, 6, 11), "leave": "2025-06-06..2025-06-15"}, Fraction(15, 30)),
        ({"leave": " ; "}, Fraction(1)),
    ],
)
def test_presence_is_counted_in_days(row: dict[str, Any], expected: Fraction) -> None:
    assert presence(**row) == expected


def test_hours_of_leave_come_before_the_days_of_the_roster() -> None:
    assert presence({"A1": (120, 40)}, leave="2025-06-03") == Fraction(3, 4)
    assert presence({"A1": (120, 0)}, leave="2025-06-03") == 1
    assert presence({"A1": (0, 40)}) == 0
    # 20 of 30 days, a quarter of them on leave.
    assert presence({"A1": (60, 20)}, joined_on=dt.date(2025, 6, 11)) == Fraction(20, 30) * Fraction(3, 4)


def test_without_hours_the_roster_says() -> None:
    assert presence({"A1": (0, 0)}, leave="2025-06-03") == Fraction(29, 30)
    assert presence({"A2": (0, 8)}, leave="2025-06-03") == Fraction(29, 30)


def test_people_whom_only_worked_time_knows() -> None:
    assert measure_presence({}, JUNE, {"B1": (Fraction(3), Fraction(1)), "B2": (Fraction(0), Fraction(0))}) == {
        "B1": Fraction(3, 4), "B2": Fraction(1),
    }  # fmt: skip


def test_hours_tell_of_the_days_so_far_and_the_roster_of_those_to_come() -> None:
    tenth = dt.date(2025, 6, 10)
    assert presence({"A1": (40, 40)}, as_of=tenth) == Fraction(5 + 20, 30)
    # The leave of the roster: one day that the hours tell of, one to come.
    assert presence({"A1": (40, 40)}, as_of=tenth, leave="2025-06-03;2025-06-20") == Fraction(5 + 19, 30)
    assert presence({"A1": (40, 40)}, as_of=tenth, joined_on=dt.date(2025, 6, 11)) == Fraction(20, 30)
    assert presence({"A1": (40, 40)}, as_of=tenth, left_on=dt.date(2025, 6, 4)) == Fraction(2, 30)
    assert presence(as_of=tenth, leave="2025-06-03;2025-06-20") == Fraction(28, 30)
    assert measure_presence({}, JUNE, {"B1": (Fraction(0), Fraction(8))}, tenth) == {"B1": Fraction(20, 30)}


DAYS = st.dates(dt.date(2025, 5, 1), dt.date(2025, 7, 31))


@settings(deadline=None)
@given(st.none() | DAYS, st.none() | DAYS, st.lists(DAYS, max_size=5), st.integers(0, 9), st.integers(0, 9))
def test_presence_is_a_share(
    joined: dt.date | None, left: dt.date | None, days: list[dt.date], hours: int, of_leave: int
) -> None:
    row: dict[str, Any] = {"joined_on": joined, "left_on": left, "leave": ";".join(map(str, days))}
    without = presence(joined_on=joined, left_on=left)
    assert 0 <= presence({"A1": (hours, of_leave)}, **row) <= without <= 1
    here = [
        day for day in (JUNE.first_day + dt.timedelta(days=n) for n in range(30))
        if (joined is None or joined <= day) and (left is None or day <= left) and day not in days
    ]  # fmt: skip
    assert presence(**row) == Fraction(len(here), 30)


@pytest.mark.parametrize(
    "text", ["June", "2025-06-31", "2025-06-03..", "2025-06-03..x", "2025-06-05..2025-06-03", "1025-06-05..2025-06-03"]
)
def test_unreadable_leave_is_refused(text: str) -> None:
    with pytest.raises(ProblemsFound, match=r"leave of agent A1.*roster-bad-leave"):
        presence(leave=f"2025-06-01; {text}")
