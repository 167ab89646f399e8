"""The unit of a measure is that of the column behind it, also where the column is derived from others."""

from __future__ import annotations

from pathlib import Path

import pytest
from rubric_sample import find_problems, rubric_text


@pytest.mark.parametrize(
    ("table", "column", "unit", "wanted"),
    [
        ("tickets", "resolution_hours", "min", "h"),
        ("tickets", "resolution_workhours", "d", "h"),
        ("tickets", "resolution_workdays", "h", "d"),
        ("tickets", "repeat_days", "h", "d"),
        ("returns", "open_answer_hours", "s", "h"),
        ("worktime", "leave_hours", "d", "h"),
        ("agent_metrics", "worked_hours", "s", "h"),
        ("activities", "hours", '"%"', "h"),
        ("tickets", "resolution_workdays", "d", None),
        ("tickets", "resolution_workhours", "h", None),
        ("tickets", "resolution_workdays", "working days", None),
        ("tickets", "handling_seconds", "h", "s"),
    ],
)
def test_unit_of_a_time(table: str, column: str, unit: str, wanted: str | None, tmp_path: Path) -> None:
    text = rubric_text(
        "own: {weight: 100, score: {curve: {0: 0, 9: 100}}}", f"from: {table}\nmean: {column}\nunit: {unit}"
    )
    hints = [found.hint for found in find_problems(text, tmp_path) if found.code == "measure-bad-unit"]
    assert hints == ([f'write unit: "{wanted}"'] if wanted else [])
