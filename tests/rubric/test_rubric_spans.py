"""Parts of the year, against a plain reading day by day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csperf.rubric.scheme import Season
from csperf.rubric.spans import Span, find_shared_day, parse_day_span, parse_month_span

DAYS = [dt.date(2023, 12, 1) + dt.timedelta(days=number) for number in range(800)]
"""Two whole years and more, the 29th of February among them."""


def held(span: Span) -> list[str]:
    return [day.isoformat() for day in DAYS if span.holds(day)]


def test_a_month_of_each_year_and_once() -> None:
    assert held(parse_month_span("*-02")) == [day.isoformat() for day in DAYS if day.month == 2]
    assert held(parse_month_span("2024-02")) == [f"2024-02-{day:02}" for day in range(1, 30)]


def test_days_of_each_year_and_once() -> None:
    assert held(parse_day_span("11-01 .. 11-03")) == [f"{y}-11-0{day}" for y in (2024, 2025) for day in (1, 2, 3)]
    assert held(parse_day_span("2024-11-30..2024-12-01")) == ["2024-11-30", "2024-12-01"]


def test_days_over_the_turn_of_the_year() -> None:
    span = parse_day_span("12-31 .. 01-01")
    assert held(span) == ["2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"]


@pytest.mark.parametrize("text", ["*-13", "*-00", "11", "2025-6", "0000-01", "june", "**-06", "*-06 .. *-07", ""])
def test_what_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month; write it like"):
        parse_month_span(text)


@pytest.mark.parametrize(
    "text", ["11-11", "11-31 .. 12-01", "11-01 .. 2025-11-02", "2025-02-29 .. 2025-03-01", "a .. b", "11-01 ..", ""]
)
def test_what_is_no_span_of_days(text: str) -> None:
    with pytest.raises(ValueError, match="is not a span of days; write it like"):
        parse_day_span(text)


def test_a_span_once_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        parse_day_span("2025-11-20 .. 2025-11-01")


def test_a_season_holds_in_any_of_its_spans() -> None:
    season = Season(months=["*-06"], dates=["2024-12-20 .. 2025-01-05"], weights={"a": 100})
    months = {f"{day:%Y-%m}" for day in DAYS if any(span.holds(day) for span in season.spans)}
    assert months == {"2024-06", "2025-06", "2024-12", "2025-01"}


days = st.sampled_from(DAYS)
yearly = st.builds(lambda a, b: Span((a.month, a.day), (b.month, b.day)), days, days)
once = st.builds(lambda a, b: Span((min(a, b).timetuple()[:3]), (max(a, b).timetuple()[:3])), days, days)
spans = st.lists(st.one_of(yearly, once), min_size=1, max_size=3)


@given(spans, spans)
def test_a_shared_day_is_found_where_there_is_one(ours: list[Span], theirs: list[Span]) -> None:
    shared = {
        day for day in DAYS if any(span.holds(day) for span in ours) and any(span.holds(day) for span in theirs)
    }  # fmt: skip
    found = find_shared_day(ours, theirs)
    assert (found is not None) == bool(shared)
    assert found is None or any(f"{day:%Y-%m-%d}".endswith(found) for day in shared)


@pytest.mark.parametrize(
    ("theirs", "shared"),
    [
        ("2025-01-01 .. 2028-12-31", "2028-02-29"),
        ("2025-01-01 .. 2027-12-31", None),
        ("2023-12-01 .. 2024-02-29", "2024-02-29"),
        ("02-20 .. 03-05", "02-29"),
    ],
)
def test_the_day_that_most_years_lack(theirs: str, shared: str | None) -> None:
    assert find_shared_day([parse_day_span("02-29 .. 02-29")], [parse_day_span(theirs)]) == shared
