"""When the same customer came again: the next case of whatever month and agent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.rubric.measures import Aggregate
from small_shop import (
    csv_text,
    measure_source,
    open_source,
    read_rows,
    reading_as_if_large,
    values_of,
)

CASE = ["ticket_id", "agent_id", "customer_id", "created_at", "resolved_at"]
REPEAT = Aggregate("tickets", "max", "created_at", value="repeat_days")
AGAIN = Aggregate("tickets", "rate", "created_at", value="repeat_days <= 7", over="resolved_at IS NOT NULL")


def find_repeats(folder: Path, rows: Sequence[Any]) -> dict[str, Fraction | None]:
    """What the engine finds in June, one case per agent, however it reads."""
    source = open_source(folder, "tickets", csv_text(CASE, rows))
    careful = measure_source(source, [REPEAT])
    with reading_as_if_large():
        assert measure_source(source, [REPEAT]) == careful
    return values_of(careful, REPEAT)


def test_looks_ahead_beyond_the_month_and_at_other_agents(tmp_path: Path) -> None:
    rows = [
        ["T3", "A3", "C2", "2025-06-20 10:00:00", "2025-06-20 11:00:00"],
        ["T2", "A2", "C1", "2025-07-03 16:00:00", None],
        ["T1", "A1", "C1", "2025-06-30 09:00:00", "2025-06-30 10:00:00"],
    ]
    assert find_repeats(tmp_path, rows) == {"A1": Fraction(13, 4)}


def test_who_wrote_again_before_the_end_came_early(tmp_path: Path) -> None:
    rows = [
        ["T1", "A1", "C1", "2025-06-03 10:00:00", "2025-06-05 10:00:00"],
        ["T2", "A2", "C1", "2025-06-04 10:00:00", "2025-06-04 12:00:00"],
    ]
    assert find_repeats(tmp_path, rows) == {"A1": -1}


def test_nobody_in_particular_never_comes_again(tmp_path: Path) -> None:
    rows = [
        ["T1", "A1", None, "2025-06-03 10:00:00", "2025-06-03 11:00:00"],
        ["T2", "A2", None, "2025-06-04 10:00:00", "2025-06-04 12:00:00"],
        ["T3", "A3", "C1", "2025-06-04 10:00:00", "2025-06-04 12:00:00"],
        ["T4", "A4", "C1", "2025-06-04 10:00:00", "2025-06-04 12:00:00"],  # at once, so not later
    ]
    assert find_repeats(tmp_path, rows) == {}


def test_rate_counts_cases_without_a_repeat_as_misses(tmp_path: Path) -> None:
    rows = [
        ["T1", "A1", "C1", "2025-06-03 10:00:00", "2025-06-03 11:00:00"],
        ["T2", "A1", "C1", "2025-06-10 11:00:00", "2025-06-10 12:00:00"],  # 7 days later to the second
        ["T3", "A1", "C1", "2025-06-17 12:00:01", "2025-06-17 13:00:00"],
        ["T4", "A1", "C2", "2025-06-04 10:00:00", None],
    ]
    result = measure_source(open_source(tmp_path, "tickets", csv_text(CASE, rows)), [AGAIN])
    assert values_of(result, AGAIN) == {"A1": Fraction(1, 3)}


def test_rows_behind_it_know_the_cases_of_others(tmp_path: Path) -> None:
    rows = [
        ["T1", "A1", "C1", "2025-06-03 10:00:00", "2025-06-03 11:00:00"],
        ["T2", "A2", "C1", "2025-06-04 11:00:00", None],
    ]
    source = open_source(tmp_path, "tickets", csv_text(CASE, rows))
    (row,) = read_rows(source, REPEAT, "A1")
    assert (row["ticket_id"], row["repeat_days"]) == ("T1", "1")


CASES = st.lists(
    st.tuples(st.sampled_from(["C1", "C2", None]), st.integers(0, 8), st.none() | st.integers(0, 5)), max_size=12
)


@settings(max_examples=40, deadline=None)
@given(CASES)
def test_repeats_are_those_of_a_plain_search(cases: list[tuple[str | None, int, int | None]]) -> None:
    june = dt.datetime(2025, 6, 24)
    spans = [
        (customer, june + dt.timedelta(days=day), None if more is None else june + dt.timedelta(days=day + more))
        for customer, day, more in cases
    ]
    expected = {}
    for number, (customer, created, resolved) in enumerate(spans):
        later = [other for who, other, _ in spans if who == customer and other > created]
        if customer is not None and resolved is not None and later and created.month == 6:
            expected[f"A{number}"] = Fraction((min(later) - resolved).days)
    with TemporaryDirectory() as folder:
        rows = [[f"T{number}", f"A{number}", *span] for number, span in enumerate(spans)]
        if rows:
            assert find_repeats(Path(folder), rows) == expected


@pytest.mark.parametrize("name", ["resolution_hours", "open_hours"])
def test_nothing_is_looked_for_that_nobody_asks_for(tmp_path: Path, name: str) -> None:
    """A source without customers still has its clock hours."""
    rows = [["T1", "A1", "2025-06-03 10:00:00", "2025-06-03 11:00:00"]]
    source = open_source(tmp_path, "tickets", csv_text(["ticket_id", "agent_id", "created_at", "resolved_at"], rows))
    hours = Aggregate("tickets", "max", "created_at", value=name)
    assert values_of(measure_source(source, [hours]), hours) == {"A1": 1}
