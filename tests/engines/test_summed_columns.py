"""A canonical column that is the sum of several columns of the export."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from csperf.exports.format_file import FormatFile
from csperf.rubric.measures import Aggregate
from small_shop import csv_text, measure_source, open_source, reading_as_if_large, values_of

FORMAT = FormatFile.model_validate(
    {
        "format": "daily",
        "table": "agent_metrics",
        "columns": {
            "agent_id": "客服昵称",
            "date": "日期",
            "satisfied_count": {"sum": ["很满意", "满意"]},
            "rated_count": {"sum": ["很满意", "满意", "一般"]},
        },
        "missing": ["延迟统计"],
    }
)
HEADERS = ["客服昵称", "日期", "很满意", "满意", "一般"]
SATISFIED = Aggregate("agent_metrics", "sum", "date", value="satisfied_count")
RATED = Aggregate("agent_metrics", "sum", "date", value="rated_count")


@pytest.mark.parametrize("large", [False, True])
def test_columns_add_up_row_by_row(tmp_path: Path, large: bool) -> None:
    rows = [["A1", "2025-06-01", 3, 4, 1], ["A1", "2025-06-02", 0, 2, 0], ["A2", "2025-06-01", 1, 0, 9]]
    source = open_source(tmp_path, "agent_metrics", csv_text(HEADERS, rows), format_=FORMAT)
    if large:
        with reading_as_if_large() as careful:
            result = measure_source(source, [SATISFIED, RATED])
        assert careful == []
    else:
        result = measure_source(source, [SATISFIED, RATED])
    assert values_of(result, SATISFIED) == {"A1": Fraction(9), "A2": Fraction(1)}
    assert values_of(result, RATED) == {"A1": Fraction(10), "A2": Fraction(10)}


def test_sum_is_unknown_where_a_part_is(tmp_path: Path) -> None:
    rows = [["A1", "2025-06-01", 3, "延迟统计", 1], ["A1", "2025-06-02", "1,000", "２", 0]]
    source = open_source(tmp_path, "agent_metrics", csv_text(HEADERS, rows), format_=FORMAT)
    result = measure_source(source, [SATISFIED])
    assert values_of(result, SATISFIED) == {"A1": Fraction(1002)}
    assert result.counts.rejected == 0


def test_sum_of_something_unreadable_is_set_aside_with_its_cells(tmp_path: Path) -> None:
    rows = [["A1", "2025-06-01", 3, "many", 1], ["A1", "2025-06-02", 1, 1, 0]]
    source = open_source(tmp_path, "agent_metrics", csv_text(HEADERS, rows), format_=FORMAT)
    result = measure_source(source, [SATISFIED])
    assert [(one.code, one.column, one.samples[0][2]) for one in result.rejections] == [
        ("data-bad-number", "satisfied_count", "3 + many")
    ]
    assert values_of(result, SATISFIED) == {"A1": Fraction(2)}


def test_file_without_one_of_the_parts_lacks_the_column(tmp_path: Path) -> None:
    source = open_source(tmp_path, "agent_metrics", csv_text(HEADERS[:4], [["A1", "2025-06-01", 3, 4]]), format_=FORMAT)
    assert source.has("satisfied_count")
    assert not source.has("rated_count")
