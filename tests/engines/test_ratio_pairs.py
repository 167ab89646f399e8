"""The two terms of a ratio over the same rows: a row that lacks one of the values counts in neither."""

from __future__ import annotations

import random
import tempfile
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.rubric.measure_checks import contracts
from csperf.rubric.measures import Aggregate, MeasureEntry, build_measure
from small_shop import csv_text, measure_source, open_source, read_rows, reading_as_if_large

HEADERS = ["agent_id", "date", "session_count", "rated_count", "satisfied_count", "satisfaction_rate"]


def terms_of(of: dict[str, Any], to: dict[str, Any]) -> tuple[Aggregate, ...]:
    said = {"title": "t", "definition": "d", "source": "s", "from": "agent_metrics", "ratio": {"of": of, "to": to}}
    return build_measure("x", MeasureEntry.model_validate(said), contracts()).terms


@pytest.mark.parametrize("large", [False, True])
def test_a_day_without_the_numerator_is_no_day_of_zero(tmp_path: Path, large: bool) -> None:
    """10 of 10 satisfied on the first day, and a second whose satisfied the platform left out: 100 %, not 50 %."""
    rows = [["A1", "2025-06-03", 20, 10, 10, None], ["A1", "2025-06-04", 20, 10, None, None]]
    source = open_source(tmp_path, "agent_metrics", csv_text(HEADERS, rows))
    terms = terms_of({"sum": "satisfied_count"}, {"sum": "rated_count"})
    with reading_as_if_large() if large else nullcontext():
        result = measure_source(source, terms)
    found = [result.results[term]["A1"] for term in terms]
    assert [one.value for one in found] == [10, 10]
    assert [one.sample_size for one in found] == [1, 1]
    for term in terms:
        shown = read_rows(source, term, "A1")
        assert [(row["date"], row["counted"]) for row in shown] == [("2025-06-03", "hit"), ("2025-06-04", None)]
        assert {"satisfied_count", "rated_count"} <= shown[0].keys()


def test_what_an_expression_falls_back_on_is_a_value(tmp_path: Path) -> None:
    rows = [["A1", "2025-06-03", 20, 10, None, "0.5"], ["A1", "2025-06-04", 20, 10, None, None]]
    source = open_source(tmp_path, "agent_metrics", csv_text(HEADERS, rows))
    satisfied = {"sum": "coalesce(satisfied_count, round(satisfaction_rate * rated_count))"}
    terms = terms_of(satisfied, {"sum": "rated_count"})
    assert [measure_source(source, terms).results[term]["A1"].value for term in terms] == [5, 10]
    terms = terms_of({"sum": "coalesce(satisfied_count, 0)"}, {"sum": "rated_count"})
    assert [measure_source(source, terms).results[term]["A1"].value for term in terms] == [0, 20]


def test_a_row_that_is_not_asked_about_need_not_be_known(tmp_path: Path) -> None:
    """The part of a whole: rows outside the part may lack what is only added up inside it."""
    rows = [
        ["A1", "2025-06-03", 5, 10, 8, None], ["A1", "2025-06-04", 30, 10, None, None],
        ["A1", "2025-06-05", 40, 10, 7, None], ["A1", "2025-06-06", None, 10, None, None],
    ]  # fmt: skip
    source = open_source(tmp_path, "agent_metrics", csv_text(HEADERS, rows))
    terms = terms_of({"where": "session_count > 20", "sum": "satisfied_count"}, {"sum": "rated_count"})
    # The second day should be in the part, and nobody knows with how many; the fourth is not known to be in it.
    assert [measure_source(source, terms).results[term]["A1"].value for term in terms] == [7, 30]


CELL = st.none() | st.integers(0, 9)


@settings(max_examples=40, deadline=None)
@given(
    days=st.lists(st.tuples(st.sampled_from(["A1", "A2"]), CELL, CELL, CELL), min_size=1, max_size=28),
    is_part=st.booleans(),
    counts_rows=st.booleans(),
    large=st.booleans(),
    dice=st.randoms(use_true_random=False),
)
def test_each_row_counts_in_both_or_in_neither(
    days: list[tuple[str, int | None, int | None, int | None]],
    is_part: bool, counts_rows: bool, large: bool, dice: random.Random,
) -> None:  # fmt: skip
    rows = [
        [agent, f"2025-06-{day + 1:02}", sessions, rated, satisfied, None]
        for day, (agent, sessions, rated, satisfied) in enumerate(days)
    ]
    dice.shuffle(rows)
    part = {"where": "session_count > 4"} if is_part else {}
    of, to = terms_of({**part, "sum": "satisfied_count"}, {"count": True} if counts_rows else {"sum": "rated_count"})
    with tempfile.TemporaryDirectory() as folder, reading_as_if_large() if large else nullcontext():
        source = open_source(Path(folder), "agent_metrics", csv_text(HEADERS, rows))
        result = measure_source(source, [of, to])
    for agent in ("A1", "A2"):
        above: list[int] = []
        below: list[int] = []
        for _, sessions, rated, satisfied in (day for day in days if day[0] == agent):
            is_in = not is_part or (sessions is not None and sessions > 4)
            weight = 1 if counts_rows else rated
            if weight is None or (is_in and satisfied is None):
                continue
            below.append(weight)
            if is_in and satisfied is not None:
                above.append(satisfied)
        for term, expected in ((of, above), (to, below)):
            found = result.results[term].get(agent)
            assert (found and found.value) == (Fraction(sum(expected)) if expected else None)
