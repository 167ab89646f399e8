"""A large source is read quickly where it is clean; it then comes to the same as the careful reading."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.engines.base import SourceResult
from csperf.exports.format_file import FormatFile
from csperf.problems import ProblemsFound
from csperf.rubric.measures import Aggregate
from small_shop import SAMPLE, csv_text, measure_source, open_source, reading_as_if_large

HEADERS = [
    "ticket_id",
    "agent_id",
    "created_at",
    "resolved_at",
    "status",
    "complexity",
    "category",
    "rating",
    "escalated",
    "handling_seconds",
    "reply_count",
]
CLEAN = [
    "T1",
    "A1",
    "2025-06-03 10:00:00",
    "2025-06-04 10:00:00",
    "solved",
    "simple",
    "安装",
    "5",
    "true",
    "12.5",
    "3",
]
ASKED = [
    Aggregate("tickets", "count", "created_at", where="category = '安装'"),
    Aggregate("tickets", "rate", "created_at", value="rating >= 4"),
    Aggregate("tickets", "rate", "created_at", value="escalated", over="status in ('solved', 'closed')"),
    Aggregate("tickets", "mean", "created_at", value="handling_seconds"),
    Aggregate("tickets", "percentile", "resolved_at", value="resolution_hours", percentile=Fraction(1, 2)),
    Aggregate("tickets", "weighted_mean", "created_at", value="handling_seconds", weight="reply_count"),
    Aggregate("tickets", "count", "created_at", where="complexity = 'simple'"),
]
Row = list[str]


def read_both(
    *files: str | bytes,
    table: str = "tickets",
    asked: list[Aggregate] | None = None,
    format_: FormatFile | None = None,
) -> tuple[SourceResult | str, SourceResult | str, list[str]]:
    """(the careful result, that of a source that counts as large, what was read carefully for that)."""
    found: list[SourceResult | str] = []
    after_all: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        source = open_source(Path(folder), table, *files, format_=format_)
        for large in (False, True):
            try:
                if large:
                    with reading_as_if_large() as after_all:
                        found.append(measure_source(source, asked or ASKED))
                else:
                    found.append(measure_source(source, asked or ASKED))
            except ProblemsFound as problems:
                found.append(str(problems))
    return found[0], found[1], after_all


def naming(column: str) -> list[Aggregate]:
    """One of the aggregates that look at a column."""
    sql = [(one, " ".join([one.at, *(text for _, text in one.expressions())])) for one in ASKED]
    derived = {"resolved_at": "resolution_hours"}.get(column, column)
    return [next(one for one, text in sql if derived in text)]


def varied(**cells: str) -> Row:
    return [cells.get(name, cell) for name, cell in zip(HEADERS, CLEAN, strict=True)]


clean_cells = {
    "agent_id": ["A1", "A2", "张伟", "007", ""],
    "created_at": [
        "2025-06-01 00:00:00",
        "2025-06-30 23:59:59",
        "2025-05-31 23:59:59",
        "2025-07-01 00:00:00",
    ],
    "resolved_at": ["", "2025-07-02 10:00:00", "2025-07-01 00:00:01"],
    "status": ["", "new", "solved", "closed"],
    "complexity": ["", "simple", "complex"],
    "category": ["", "安装", "a, b", 'he said "no"', "=1+1", "é"],
    "rating": ["", "1", "4", "5"],
    "escalated": ["", "true", "false"],
    "handling_seconds": ["", "0", "0.1", "12", "1e3", "999999.999"],
    "reply_count": ["", "0", "7", "007"],
}
dirty_cells = {
    "ticket_id": ["", " T7", "T7", "T8 ", "1.03E+13", "XE+1"],
    "agent_id": [" A1", "A1 ", "a1", "Ａ1"],
    "created_at": [
        "2025-06-03 10:00",
        "2025/06/03 10:00:00",
        "2025-06-31 10:00:00",
        "",
        "2025-06-03T10:00:00",
        "2025-06-03",
        "2025-06-30T17:00:00Z",
        "2025-06-03 10:00:00.5",
    ],
    "resolved_at": ["2025-01-01 10:00:00", " 2025-07-02 10:00:00", "x", "1960-01-01 00:00:00"],
    "status": ["Solved", " solved", "lost"],
    "complexity": ["SIMPLE", "unknown"],
    "category": [" ", "安装 ", " 安装"],
    "rating": ["5.0", "6", "0", "five", " 5", "５", "4.5"],
    "escalated": ["yes", "0", "TRUE", "True", "是", "maybe"],
    "handling_seconds": ["1,234.5", "-1", "nan", "inf", "1_0", "12s", " 7"],
    "reply_count": ["3.0", "-1", "1e2", "2.5", "99999999999999999999"],
}


clean_rows = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in clean_cells.items()}),
    min_size=1,
    max_size=8,
).map(lambda rows: [varied(ticket_id=f"T{number + 10}", **row) for number, row in enumerate(rows)])
oddities = st.lists(
    st.sampled_from([(name, cell) for name, cells in dirty_cells.items() for cell in cells]), max_size=2
).map(dict)


@settings(max_examples=25, deadline=None)
@given(rows=clean_rows, cut=st.integers(0, 8))
def test_clean_files_are_read_once_and_give_the_same(rows: list[Row], cut: int) -> None:
    careful, quick, after_all = read_both(csv_text(HEADERS, rows[:cut]), csv_text(HEADERS, rows[cut:]))
    assert quick == careful
    assert after_all == []


@settings(max_examples=40, deadline=None)
@given(rows=clean_rows, odd=st.dictionaries(st.integers(0, 7), oddities, max_size=3), cut=st.integers(0, 8))
def test_dirty_files_come_to_the_same_in_the_end(rows: list[Row], odd: dict[int, dict[str, str]], cut: int) -> None:
    rows = [
        [odd.get(number, {}).get(name, cell) for name, cell in zip(HEADERS, row, strict=True)]
        for number, row in enumerate(rows)
    ]
    careful, quick, _ = read_both(csv_text(HEADERS, rows[:cut]), csv_text(HEADERS, rows[cut:]))
    assert quick == careful


@pytest.mark.parametrize(("name", "cell"), [(name, cell) for name, cells in dirty_cells.items() for cell in cells])
def test_one_odd_cell_is_read_the_same(name: str, cell: str) -> None:
    rows = [varied(ticket_id="T1"), varied(**{"ticket_id": "T2", name: cell}), varied(ticket_id="T3")]
    careful, quick, _ = read_both(csv_text(HEADERS, rows), asked=[ASKED[0]] if name.endswith("_id") else naming(name))
    assert quick == careful


@pytest.mark.parametrize("order", [["T1", "T2", "T2"], ["T2", "T1", "T2"], ["T2", "T3", "T1"], ["T9", "T10", "T11"]])
def test_repeats_are_found_whether_keys_rise_or_not(order: list[str]) -> None:
    careful, quick, _ = read_both(csv_text(HEADERS, [varied(ticket_id=key) for key in order]))
    assert quick == careful
    assert isinstance(quick, SourceResult)
    assert quick.counts.duplicates == len(order) - len(set(order))


@pytest.mark.parametrize("blank", ["\u3000", "\u00a0", "\t"])
@pytest.mark.parametrize("place", ["survey_id", "category"])
def test_wide_blanks_and_tabs_around_words_are_read_the_same(blank: str, place: str) -> None:
    rows = [["S1", "A1", "2025-06-03 10:00", "5", "安装"], ["S2", "A1", "2025-06-03 10:00", "1", "退款"]]
    column = {"survey_id": 0, "category": 4}[place]
    rows.append([cell + blank if index == column else cell for index, cell in enumerate(rows[0])])
    rows[2][0] = rows[2][0] if place == "survey_id" else "S3"
    asked = [Aggregate("surveys", "rate", "responded_at", value="rating >= 4", where="category = '安装'")]
    headers = ["survey_id", "agent_id", "responded_at", "rating", "category"]
    careful, quick, _ = read_both(csv_text(headers, rows), table="surveys", asked=asked)
    assert quick == careful


@pytest.mark.parametrize("cell", ["nan", "NaN", "inf", "-inf", "Infinity", "1e400"])
def test_what_is_no_finite_number_is_set_aside(cell: str) -> None:
    rows = [["A1", "2025-06-03", cell], ["A1", "2025-06-04", "5.5"]]
    asked = [Aggregate("agent_metrics", "sum", "date", value="sales_amount")]
    careful, quick, _ = read_both(
        csv_text(["agent_id", "date", "sales_amount"], rows), table="agent_metrics", asked=asked
    )
    assert isinstance(careful, SourceResult)
    assert careful.counts.rejected == 1
    assert quick == careful


@pytest.mark.parametrize("key", ["1.03e+13", "1e+5"])
def test_damaged_ids_in_small_letters_are_read_the_same(key: str) -> None:
    rows = [[key, "A1", "2025-06-03 10:00", "5"], ["S2", "A1", "2025-06-03 10:00", "5"]]
    asked = [Aggregate("surveys", "count", "responded_at")]
    careful, quick, _ = read_both(
        csv_text(["survey_id", "agent_id", "responded_at", "rating"], rows), table="surveys", asked=asked
    )
    assert isinstance(careful, SourceResult)
    assert careful.counts.rejected == 1
    assert quick == careful


@pytest.mark.parametrize(
    "ending",
    [
        "",
        "\n\n",
        "\r\n",
        ",,,\n",
        "T9,A1,2025-06-03 10:00:00\n",
        "T9,A1,2025-06-03 10:00:00" + "," * 9 + "x\n",
    ],
)
def test_ends_of_files_are_read_the_same(ending: str) -> None:
    careful, quick, _ = read_both(csv_text(HEADERS, [varied(), varied(ticket_id="T2")]) + ending)
    assert quick == careful


def test_bytes_that_turn_out_not_to_be_utf8_are_read_the_same() -> None:
    """The head of the file is plain ASCII; the first Chinese word, in GBK, comes far behind it."""
    rows = [varied(ticket_id=f"T{number:05}", category="x") for number in range(2000)] + [varied(ticket_id="T9")]
    careful, quick, _ = read_both(csv_text(HEADERS, rows).encode("gbk"))
    assert quick == careful
    assert isinstance(quick, SourceResult)
    assert quick.results[ASKED[0]]["A1"].value == 1


def test_formats_with_words_missing_markers_and_units_are_read_the_same() -> None:
    format_ = FormatFile.model_validate(
        {
            "format": "odd",
            "table": "tickets",
            "missing": ["-", "无"],
            "drop_rows": {"column": "id", "in": ["合计"]},
            "columns": {
                "ticket_id": "id",
                "agent_id": "who",
                "created_at": {"join": ["day", "time"], "date": "%Y/%m/%d %H:%M"},
                "rating": {"from": "stars", "map": {"好": 5, "差": 1}},
                "handling_seconds": {"from": "took", "duration": "clock"},
                "first_reply_seconds": {"from": "first", "unit": "min"},
                "channel": {"value": "chat"},
            },
        }
    )
    rows = [
        ["1", "A1", "2025/6/3", "10:00", "好", "00:01:30", "1.5"],
        ["2", "A1", "2025/6/4", "9:05", "-", "无", "-"],
        ["3", "-", "2025/6/4", "9:05", "差", "1:00:00", "2"],
        ["合计", "", "", "", "", "", ""],
    ]
    asked = [
        Aggregate("tickets", "rate", "created_at", value="rating >= 4", where="channel = 'chat'"),
        Aggregate("tickets", "sum", "created_at", value="handling_seconds"),
        Aggregate("tickets", "mean", "created_at", value="first_reply_seconds"),
    ]
    text = csv_text(["id", "who", "day", "time", "stars", "took", "first"], rows)
    careful, quick, _ = read_both(text, asked=asked, format_=format_)
    assert quick == careful
    assert isinstance(quick, SourceResult)
    assert [quick.results[one]["A1"].value for one in asked] == [1, 90, 90]
    assert (quick.counts.rows, quick.counts.in_period, quick.counts.unassigned) == (3, 3, 1)


def test_the_tickets_of_the_sample_are_read_the_same() -> None:
    files = [(SAMPLE / "exports" / name).read_bytes() for name in ("tickets-2025-06.csv", "tickets-2025-05.csv.gz")]
    asked = [
        Aggregate("tickets", "rate", "resolved_at", value="reopen_count >= 1"),
        Aggregate("tickets", "percentile", "created_at", value="first_reply_seconds", percentile=Fraction(9, 10)),
        Aggregate("tickets", "count", "created_at", where="escalated"),
    ]
    careful, quick, _ = read_both(*files, asked=asked)
    assert quick == careful
    assert isinstance(quick, SourceResult)
    assert quick.counts.rejected > 0
