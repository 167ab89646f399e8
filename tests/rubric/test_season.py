from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csperf.period import Period, parse_month, parse_quarter, parse_year, period_of_days
from csperf.rubric.scheme import Season
from csperf.rubric.season import find_season

ZONE = "Asia/Shanghai"
TODAY = dt.date(2025, 7, 1)


def seasons_of(**spans: dict[str, Any]) -> dict[str, Season]:
    return {name: Season.model_validate({"weights": {"all": 100}, **said}) for name, said in spans.items()}


PEAK = seasons_of(
    peak={"months": ["*-06", "*-11"]},
    fair={"dates": ["09-10 .. 09-24"]},
    turn={"dates": ["12-20 .. 01-15"]},
    once={"months": ["2025-03"], "dates": ["2025-04-16 .. 2025-04-30"]},
)


@pytest.mark.parametrize(
    ("month", "season"),
    [
        ("2025-06", "peak"), ("1999-11", "peak"), ("2025-07", None), ("2025-10", None),
        ("2025-09", "fair"),  # exactly 15 of 30 days
        ("2025-12", None), ("2026-01", None),  # 12 and 15 of 31
        ("2025-03", "once"), ("2026-03", None), ("2025-04", "once"), ("2026-04", None),
    ],
)  # fmt: skip
def test_season_of_a_month(month: str, season: str | None) -> None:
    assert find_season(PEAK, parse_month(month, ZONE, TODAY)) == season


def test_longer_periods_need_half_of_their_days() -> None:
    half = seasons_of(half={"dates": ["01-01 .. 07-02"]})  # 183 of 365 days, 183 of 366
    assert find_season(half, parse_year("2025", ZONE)) == "half"
    assert find_season(seasons_of(most={"months": ["*-04", "*-06"]}), parse_quarter("2025Q2", ZONE)) == "most"
    assert find_season(PEAK, parse_quarter("2025Q2", ZONE)) is None


def test_the_season_with_most_days_wins_and_ties_go_to_the_first() -> None:
    days = period_of_days("four days", dt.date(2025, 5, 1), dt.date(2025, 5, 5), ZONE)
    more = seasons_of(two={"dates": ["05-01 .. 05-02"]}, three={"dates": ["05-02 .. 05-04"]})
    assert find_season(more, days) == "three"
    ties = seasons_of(second={"dates": ["05-03 .. 05-04"]}, first={"dates": ["05-01 .. 05-02"]})
    assert find_season(ties, days) == "second"


def test_a_day_in_two_spans_of_a_season_counts_once() -> None:
    days = period_of_days("three days", dt.date(2025, 5, 1), dt.date(2025, 5, 4), ZONE)
    assert find_season(seasons_of(twice={"dates": ["05-01 .. 05-01", "2025-05-01 .. 2025-05-01"]}), days) is None


def test_no_seasons_no_season() -> None:
    assert find_season({}, parse_month("2025-06", ZONE, TODAY)) is None


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(1, 400))
def test_a_season_of_every_month_holds_always(first: dt.date, length: int) -> None:
    period: Period = period_of_days("any", first, first + dt.timedelta(days=length), ZONE)
    always = seasons_of(always={"months": [f"*-{month:02}" for month in range(1, 13)]})
    assert find_season(always, period) == "always"
