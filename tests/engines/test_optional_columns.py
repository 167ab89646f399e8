"""Columns that a measure may do without: empty in every row where the export lacks them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from csperf.rubric.measures import Aggregate
from small_shop import (
    csv_text,
    measure_source,
    open_source,
    reading_as_if_large,
    run_csperf,
    values_of,
    write_workspace,
)

TYPED = Aggregate(
    "messages", "rate", "sent_at", where="sender = 'agent' and not coalesce(is_canned, false)",
    value="text like '%您好%'", optional=("is_canned",),
)  # fmt: skip
HEADERS = ["message_id", "agent_id", "sent_at", "sender", "text", "is_canned"]
ROWS = [
    ["M1", "A1", "2025-06-01 10:00", "agent", "您好", "true"],
    ["M2", "A1", "2025-06-01 10:01", "agent", "稍等", "false"],
    ["M3", "A1", "2025-06-01 10:02", "agent", "您好，已为您登记", ""],
]


@pytest.mark.parametrize("large", [False, True])
def test_lacking_column_is_empty_in_every_row(tmp_path: Path, large: bool) -> None:
    with_it = open_source(tmp_path, "messages", csv_text(HEADERS, ROWS))
    assert values_of(measure_source(with_it, [TYPED]), TYPED) == {"A1": Fraction(1, 2)}
    without = open_source(tmp_path, "messages", csv_text(HEADERS[:5], [row[:5] for row in ROWS]))
    if large:
        with reading_as_if_large() as careful:
            result = measure_source(without, [TYPED])
        assert careful == []
    else:
        result = measure_source(without, [TYPED])
    assert values_of(result, TYPED) == {"A1": Fraction(2, 3)}


RUBRIC = """\
name: reviews
version: "1"
title: Reviews
dimensions:
  quality: {weight: 100, indicators: {qa_score: {weight: 100, score: {curve: {0: 0, 100: 100}}}}}
grades: [{name: good, min: 60}, {name: poor, min: 0}]
"""


def test_review_without_weights_and_critical_criteria_is_the_plain_mean(tmp_path: Path) -> None:
    reviews = csv_text(
        ["review_id", "agent_id", "reviewed_at", "criterion", "mark"],
        [["R1", "A1", "2025-06-02", "tone", 80], ["R1", "A1", "2025-06-02", "solution", 91]],
    )
    run = run_csperf(
        "score", "--month", "2025-06", "--format", "csv", cwd=write_workspace(tmp_path, {"qa_reviews": reviews}, RUBRIC)
    )
    assert run.code == 0, run.err
    assert run.out.splitlines()[1].startswith("2025-06,A1,,,85.50,good,1,1,")
