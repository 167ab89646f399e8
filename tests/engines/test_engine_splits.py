"""Aggregates whose rows are told apart by what a column says, or by the day of the week."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.exports.reader import pool_sources
from csperf.rubric.measures import WEEKDAY, Aggregate
from csperf.tables.kinds import EVERYONE
from small_shop import count_rows, csv_text, measure_source, open_source, reading_as_if_large

HEADERS = ["ticket_id", "agent_id", "created_at", "category", "reopen_count", "first_reply_seconds"]
TICKETS = count_rows("tickets", "created_at")
BY_CATEGORY = replace(TICKETS, split_by="category")
RATE = Aggregate("tickets", "rate", "created_at", value="reopen_count = 0", split_by="category")
MEAN = Aggregate("tickets", "mean", "created_at", value="first_reply_seconds", split_by="category")
ROWS = [
    ["T1", "A1", "2025-06-02 10:00", "物流", 0, 30],
    ["T2", "A1", "2025-06-02 11:00", "物流", 1, 50],
    ["T3", "A1", "2025-06-03 10:00", "安装, 'x'", 0, 20],
    ["T4", "A2", "2025-06-03 11:00", "物流", 0, None],
    ["T5", "A1", "2025-06-04 10:00", None, 1, 10],
    ["T6", None, "2025-06-04 11:00", "物流", 1, 10],
    ["T7", "A1", "2025-07-01 00:00", "物流", 1, 10],
]


@pytest.mark.parametrize("is_large", [False, True])
def test_rows_are_told_apart_by_agent_and_value(tmp_path: Path, is_large: bool) -> None:
    source = open_source(tmp_path, "tickets", csv_text(HEADERS, ROWS))
    asked = [TICKETS, BY_CATEGORY, RATE, MEAN]
    if is_large:
        with reading_as_if_large() as careful:
            result = measure_source(source, asked)
        assert careful == []
    else:
        result = measure_source(source, asked)
    assert {key: one.value for key, one in result.parts[BY_CATEGORY].items()} == {
        ("A1", "物流"): 2, ("A1", "安装, 'x'"): 1, ("A2", "物流"): 1,
    }  # fmt: skip
    assert {key: [one.numerator, one.denominator] for key, one in result.parts[RATE].items()} == {
        ("A1", "物流"): [1, 2], ("A1", "安装, 'x'"): [1, 1], ("A2", "物流"): [1, 1],
    }  # fmt: skip
    assert {key: one.value for key, one in result.parts[MEAN].items()} == {("A1", "物流"): 40, ("A1", "安装, 'x'"): 20}
    # The whole is what it was, and so is who the rows name.
    plain = measure_source(source, [TICKETS])
    assert (result.results, result.named) == (plain.results, plain.named)
    assert result.counts == plain.counts


def test_a_wrong_cell_in_the_column_costs_the_part_alone(tmp_path: Path) -> None:
    headers = ["ticket_id", "agent_id", "created_at", "complexity"]
    rows = [["T1", "A1", "2025-06-02 10:00", "simple"], ["T2", "A1", "2025-06-02 10:00", "medium"]]
    split = replace(TICKETS, split_by="complexity")
    result = measure_source(open_source(tmp_path, "tickets", csv_text(headers, rows)), [TICKETS, split])
    assert result.results[TICKETS]["A1"].value == 2
    assert {key: one.value for key, one in result.parts[split].items()} == {("A1", "simple"): 1}


def test_weekdays_are_those_of_the_zone(tmp_path: Path) -> None:
    rows = [["T1", "A1", "2025-06-02 00:10", "", 0, 1], ["T2", "A1", "2025-06-08 23:50", "", 0, 1]]
    split = replace(TICKETS, split_by=WEEKDAY)
    result = measure_source(open_source(tmp_path, "tickets", csv_text(HEADERS, rows)), [split])
    assert {key: one.value for key, one in result.parts[split].items()} == {("A1", "monday"): 1, ("A1", "sunday"): 1}


def test_a_source_without_the_column_has_no_parts(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = open_source(tmp_path / "a", "tickets", csv_text(HEADERS, ROWS))
    second = open_source(tmp_path / "b", "tickets", csv_text(HEADERS[:3], [["U1", "A1", "2025-06-02 10:00"]]))
    named = ((first, "one"), (second, "two"))
    pooled = pool_sources(
        [replace(raw, files=tuple(replace(file, source=name) for file in raw.files)) for raw, name in named]
    )
    split = replace(BY_CATEGORY, optional=("category",))
    result = measure_source(pooled, [TICKETS, split])
    assert result.results[TICKETS]["A1"].value == 5
    assert sum(one.value or 0 for (agent, _), one in result.parts[split].items() if agent == "A1") == 3


def test_what_is_everyones_is_split_as_well(tmp_path: Path) -> None:
    split = replace(BY_CATEGORY, agent=EVERYONE)
    result = measure_source(open_source(tmp_path, "tickets", csv_text(HEADERS, ROWS)), [split])
    assert result.parts[split][EVERYONE, "物流"].value == 4


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A1", "A2", ""]), st.datetimes(dt.datetime(2025, 5, 30), dt.datetime(2025, 7, 2)),
            st.sampled_from(["物流", "a'b", "a\\b", ""]),
        ),
        min_size=1, max_size=25,
    )
)  # fmt: skip
def test_parts_are_counted_as_in_plain_python(cases: list[tuple[str, dt.datetime, str]]) -> None:
    rows = [[f"T{n}", who, f"{when:%Y-%m-%d %H:%M:%S}", about, 0, 1] for n, (who, when, about) in enumerate(cases)]
    weekday = replace(TICKETS, split_by=WEEKDAY)
    with tempfile.TemporaryDirectory() as folder:
        result = measure_source(
            open_source(Path(folder), "tickets", csv_text(HEADERS, rows)), [BY_CATEGORY, weekday, TICKETS]
        )
    inside = [(who, when, about) for who, when, about in cases if who and (when.year, when.month) == (2025, 6)]
    zone = ZoneInfo("Asia/Shanghai")
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    expected = Counter((who, about) for who, _, about in inside if about)
    assert {key: one.value for key, one in result.parts[BY_CATEGORY].items()} == dict(expected)
    expected = Counter((who, days[when.replace(tzinfo=zone).weekday()]) for who, when, _ in inside)
    assert {key: one.value for key, one in result.parts[weekday].items()} == dict(expected)
