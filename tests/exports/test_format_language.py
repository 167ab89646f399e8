"""What a format file can say: each key does what its description promises, in both readings of the engine."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest

from csperf.engines.polars_engine import PolarsEngine
from csperf.exports.format_file import ColumnRule, FormatFile, load_format
from csperf.exports.reader import RawTable, read_source
from csperf.pipeline import find_schema
from csperf.problems import ProblemsFound
from csperf.rubric.measures import Aggregate
from csperf.tables import TABLES
from csperf.tables.contract import compile_table
from small_shop import CHINA, count_rows, csv_text, measure_source, reading_as_if_large, run_csperf, write_workspace

Facts = list[dict[str, Any]]


def open_file(folder: Path, format_: dict[str, Any], text: str, name: str = "export.csv") -> RawTable:
    (folder / name).write_text(text, encoding="utf-8")
    known = FormatFile.model_validate({"format": "ours"} | format_)
    contract = compile_table(TABLES[known.table])
    return read_source("ours", [folder / name], known, contract, CHINA, folder, folder)


def read(folder: Path, format_: dict[str, Any], text: str, name: str = "export.csv") -> tuple[Facts, int]:
    """(the valid rows, how many were left out); the two readings count the same."""
    source = open_file(folder, format_, text, name)
    count = count_rows(source.contract.table, source.contract.at or "")
    careful = measure_source(source, [count])
    with reading_as_if_large():
        assert measure_source(source, [count]) == careful
    return PolarsEngine(folder).read_facts(source), careful.counts.left_out


def problems_of(folder: Path, format_: dict[str, Any], text: str, name: str = "export.csv") -> list[str]:
    with pytest.raises(ProblemsFound) as found:
        open_file(folder, format_, text, name)
    return [problem.code for problem in found.value.problems]


# ── rows that are left out ────────────────────────────────────────────────────────────────────────

REPORT = {
    "table": "agent_metrics",
    "columns": {"agent_id": ["客服昵称", "客服"], "date": "日期", "served_count": "接待人数"},
}
REPORT_ROWS = [
    ["娜娜", "2025-06-01", 12], ["小林", "2025-06-01", 7], ["某店铺汇总值", "2025-06-01", 19],
    ["平均值", "2025-06-01", 9], ["-", "2025-06-01", 1], ["", "2025-06-01", 1],
]  # fmt: skip


@pytest.mark.parametrize("header", ["客服昵称", "客服"])
@pytest.mark.parametrize(
    ("rules", "left"),
    [
        ({"column": "客服昵称", "in": ["平均值"]}, ["娜娜", "小林", "某店铺汇总值"]),
        ({"column": "客服昵称", "contains": ["汇总值", "平均值"]}, ["娜娜", "小林"]),
        ([{"column": "客服", "empty": True}, {"column": "接待人数", "in": ["9"]}], ["娜娜", "小林", "某店铺汇总值"]),
        ({"column": "接待人数", "in": ["19", "9"]}, ["娜娜", "小林"]),
    ],
)  # fmt: skip
def test_rows_that_are_no_data(tmp_path: Path, header: str, rules: Any, left: list[str]) -> None:
    text = csv_text([header, "日期", "接待人数"], REPORT_ROWS) + "\n,,\n"
    source = open_file(tmp_path, {**REPORT, "missing": ["-"], "drop_rows": rules}, text)
    result = measure_source(source, [count_rows("agent_metrics", "date")])
    with reading_as_if_large():
        assert measure_source(source, [count_rows("agent_metrics", "date")]) == result
    assert [row["agent_id"] for row in PolarsEngine(tmp_path).read_facts(source)] == left
    assert result.counts.rows + result.counts.left_out == len(REPORT_ROWS)  # blank lines are neither
    assert result.counts.rows == len(left) + result.counts.rejected


ORDERS = {"table": "orders", "columns": {"order_id": "Name", "ordered_at": "Created at", "amount": "Total"}}
LINES = [
    ["#1", "2025-06-01 10:00", 30], ["#1", "", ""], ["#2", "2025-06-02 10:00", 5], ["#1", "", ""], ["#2 ", "", ""],
]  # fmt: skip


@pytest.mark.parametrize(("which", "rows"), [("first", LINES), ("last", LINES[::-1])])
def test_one_row_of_those_with_one_value(tmp_path: Path, which: str, rows: Sequence[Sequence[Any]]) -> None:
    facts, left_out = read(
        tmp_path, ORDERS | {"keep": {which: "name"}}, csv_text(["Name", "Created at", "Total"], rows)
    )
    assert sorted((row["order_id"], row["amount"]) for row in facts) == [("#1", 30), ("#2", 5)]
    assert left_out == 3


def test_kept_row_is_the_first_of_a_large_file(tmp_path: Path) -> None:
    rows = [[f"#{number:06}", "2025-06-01 10:00" if first else "", 1 if first else ""]
            for number in range(40_000) for first in (True, False)]  # fmt: skip
    facts, left_out = read(
        tmp_path, ORDERS | {"keep": {"first": "Name"}}, csv_text(["Name", "Created at", "Total"], rows)
    )
    assert (len(facts), left_out) == (40_000, 40_000)


def test_values_are_told_apart_as_they_are_written(tmp_path: Path) -> None:
    columns = {"order_id": "Name", "ordered_at": "Created at", "amount": "Items"}
    rows = [["a", "2025-06-01 10:00", "7"], ["b", "2025-06-01 10:00", "007"]]
    text = csv_text(["Name", "Created at", "Items"], rows)
    facts, left_out = read(tmp_path, {"table": "orders", "columns": columns, "keep": {"first": "Items"}}, text)
    assert (len(facts), left_out) == (2, 0)


def test_rows_without_the_value_are_all_kept(tmp_path: Path) -> None:
    rows = [["a", "2025-06-01 10:00", ""], ["b", "2025-06-01 10:00", ""]]
    facts, left_out = read(
        tmp_path, ORDERS | {"keep": {"first": "Total"}}, csv_text(["Name", "Created at", "Total"], rows)
    )
    assert (len(facts), left_out) == (2, 0)


@pytest.mark.parametrize(
    "extra", [{"keep": {"first": "Order"}}, {"drop_rows": {"column": "Order", "in": ["x"]}}, {"version": "Order"}]
)
def test_a_header_that_is_named_must_be_there(tmp_path: Path, extra: dict[str, Any]) -> None:
    assert problems_of(tmp_path, ORDERS | extra, "Name,Created at,Total\n") == ["data-missing-column"]


# ── where values come from ────────────────────────────────────────────────────────────────────────


def test_headers_are_compared_without_width_case_and_blanks(tmp_path: Path) -> None:
    columns = {"agent_id": "旺旺昵称", "date": "Date", "first_reply_seconds": "首次响应时长（秒)"}
    text = "旺旺 昵称,ＤＡＴＥ,首次响应时长(秒）\n娜娜,2025-06-01,35\n"
    facts, _ = read(tmp_path, {"table": "agent_metrics", "columns": columns}, text)
    assert [(row["agent_id"], row["first_reply_seconds"]) for row in facts] == [("娜娜", 35)]


PERIOD = {
    "table": "agent_metrics",
    "columns": {"agent_id": "客服", "date": {"file_name": "first_day"}, "served_count": "接待人数"},
}


def test_days_of_the_file_name(tmp_path: Path) -> None:
    facts, _ = read(tmp_path, PERIOD, "客服,接待人数\n娜娜,12\n", "客服绩效2025-06-01至2025-06-30.csv")
    assert facts == [{"agent_id": "娜娜", "date": dt.date(2025, 6, 1), "served_count": 12}]
    last = PERIOD | {"columns": {**PERIOD["columns"], "date": {"file_name": "last_day"}}}  # type: ignore[dict-item]
    facts, _ = read(tmp_path, last, "客服,接待人数\n娜娜,12\n", "客服绩效2025年6月.csv")
    assert facts[0]["date"] == dt.date(2025, 6, 30)
    assert problems_of(tmp_path, PERIOD, "客服,接待人数\n娜娜,12\n", "客服绩效.csv") == ["data-no-date-in-name"]


CHATS = {
    "table": "tickets",
    "columns": {
        "ticket_id": "Conversation ID",
        "created_at": "Conversation started at ({zone})",
        "closed_at": ["Closed at", "Closed at ({zone})"],
        "handling_seconds": {"between": ["Conversation started at ({zone})", "Closed at ({zone})"]},
    },
}


def test_zone_in_the_header_is_that_of_the_column(tmp_path: Path) -> None:
    headers = "Conversation ID,Conversation Started At (America/New_York),Closed at（UTC）\n"
    facts, _ = read(tmp_path, CHATS, headers + "C1,2025-06-03 10:00,2025-06-03 15:00\n")
    assert facts[0]["created_at"] == dt.datetime(2025, 6, 3, 10, tzinfo=ZoneInfo("America/New_York"))
    assert facts[0]["closed_at"] == dt.datetime(2025, 6, 3, 15, tzinfo=ZoneInfo("UTC"))
    assert facts[0]["handling_seconds"] == 3600
    wrong = "Conversation ID,Conversation started at (PST8),Closed at (UTC)\n"
    assert problems_of(tmp_path, CHATS, wrong) == ["data-unknown-zone"]


SPANS = {
    "table": "tickets",
    "columns": {
        "ticket_id": "Id", "created_at": "Created", "first_reply_seconds": {"between": ["Created", "Replied"]},
    },
}  # fmt: skip


def test_seconds_between_two_times(tmp_path: Path) -> None:
    rows = [
        ["1", "2025-06-03 10:00", "2025-06-03 10:01:30"],
        ["2", "2025/6/3 10:00", "2025年6月4日 10:00"],
        ["3", "2025-06-03 10:00", ""],
    ]
    facts, _ = read(tmp_path, SPANS, csv_text(["Id", "Created", "Replied"], rows))
    assert [row["first_reply_seconds"] for row in facts] == [90, 86400, None]


@pytest.mark.parametrize(
    ("replied", "code"), [("2025-06-03 09:59", "data-out-of-range"), ("soon", "data-bad-duration")]
)
def test_time_that_ran_backwards_or_cannot_be_read_is_set_aside(tmp_path: Path, replied: str, code: str) -> None:
    text = csv_text(["Id", "Created", "Replied"], [["1", "2025-06-03 10:00", replied]])
    source = open_file(tmp_path, SPANS, text)
    asked = [Aggregate("tickets", "mean", "created_at", value="first_reply_seconds")]
    result = measure_source(source, asked)
    with reading_as_if_large():
        assert measure_source(source, asked) == result
    assert [rejection.code for rejection in result.rejections] == [code]


# ── the order of dates ────────────────────────────────────────────────────────────────────────────

SURVEYS = {"table": "surveys", "columns": {"survey_id": "id", "responded_at": "at", "rating": "stars"}}


@pytest.mark.parametrize("cell", ["03/04/2025", "03-04-25 10:00", "3.4.2025", "29/04/2025"])
def test_undeclared_order_is_an_error(tmp_path: Path, cell: str) -> None:
    text = f"id,at,stars\nS0,2025-04-01,5\nS1,{cell},5\n"
    assert problems_of(tmp_path, SURVEYS, text) == ["data-ambiguous-date"]
    for order in ("day-first", "month-first", "year-first"):
        assert open_file(tmp_path, SURVEYS | {"dates": order}, text)
    own = {**SURVEYS["columns"], "responded_at": {"from": "at", "date": "%d/%m/%Y"}}  # type: ignore[dict-item]
    assert open_file(tmp_path, SURVEYS | {"columns": own}, text)


def test_the_error_shows_both_readings_on_values_of_the_file(tmp_path: Path) -> None:
    text = "id,at,stars\nS1,03/04/2025 10:00,5\nS2,05/06/2025,5\n"
    with pytest.raises(ProblemsFound) as found:
        open_file(tmp_path, SURVEYS, text)
    said = str(found.value)
    assert "export.csv row 2: 03/04/2025 10:00 is 2025-03-04 (month-first) or 2025-04-03 (day-first)" in said
    assert 'add to source "ours" in csperf.yaml: dates: month-first or dates: day-first' in said
    with pytest.raises(ProblemsFound) as found:
        open_file(tmp_path, SURVEYS, text + "S3,13/06/2025,5\n")
    assert "day-first fits 3 of the 3 read" in str(found.value)
    assert str(found.value).endswith("dates: day-first")


def test_times_that_are_no_dates_of_three_numbers_are_no_question(tmp_path: Path) -> None:
    text = "id,at,stars\nS1,2025-04-03,5\nS2,-,5\nS3,2025/4/3 10:00,5\nS4,12:30,5\nS5,192.168.1.1,5\nS6,99/99/2025,5\n"
    assert open_file(tmp_path, SURVEYS, text)


def test_marketplace_decides() -> None:
    format_ = FormatFile.model_validate(
        {"format": "x", "dates": {"marketplace": {"US": "month-first", "JP": "year-first", "other": "day-first"}}}
        | SURVEYS
    )
    for code, order in {"US": "month-first", "us": "month-first", "JP": "year-first", "FR": "day-first"}.items():
        assert format_.for_source(None, None, code).dates == order
    with pytest.raises(ValueError, match="names none"):
        format_.for_source(None, None, None)


def test_source_completes_the_format_and_wins_where_it_says_otherwise() -> None:
    format_ = FormatFile.model_validate({"format": "x"} | SURVEYS)
    completed = format_.for_source("UTC", "day-first", None)
    assert (completed.zone, completed.dates) == ("UTC", "day-first")
    fixed = FormatFile.model_validate({"format": "x", "zone": CHINA, "dates": "year-first"} | SURVEYS)
    assert fixed.for_source(None, None, None) == fixed
    corrected = fixed.for_source("UTC", "day-first", None)
    assert (corrected.zone, corrected.dates) == ("UTC", "day-first")


@pytest.mark.parametrize(("order", "value"), [("day-first", 1), ("month-first", 0)])
def test_one_file_under_both_orders_gives_the_two_right_scores(tmp_path: Path, order: str, value: int) -> None:
    """Of two surveys, that of 03/04 is good and that of 04/03 is bad; April is scored."""
    rows = [["S1", "A1", "03/04/2025 10:00", 5], ["S2", "A1", "04/03/2025 10:00", 1]]
    folder = write_workspace(tmp_path, {"surveys": csv_text(["survey_id", "agent_id", "responded_at", "rating"], rows)})
    arguments = ("score", "--month", "2025-04", "--format", "json")
    undeclared = run_csperf(*arguments, cwd=folder)
    assert (undeclared.code, undeclared.out) == (1, "")
    assert "[data-ambiguous-date]" in undeclared.err
    settings = (folder / "csperf.yaml").read_text(encoding="utf-8")
    settings = settings.replace("{files: surveys.csv}", f"{{files: surveys.csv, dates: {order}}}")
    (folder / "csperf.yaml").write_text(settings, encoding="utf-8")
    run = run_csperf(*arguments, cwd=folder)
    assert run.code == 0, run.err
    (agent,) = json.loads(run.out)["agents"]
    assert [indicator["value"] for indicator in agent["indicators"]] == [value]


# ── the files themselves ──────────────────────────────────────────────────────────────────────────


def test_schema_describes_every_key() -> None:
    schema = find_schema("format")
    jsonschema.Draft202012Validator.check_schema(schema)
    for model in (schema, *schema["$defs"].values()):
        bare = [name for name, said in model.get("properties", {}).items() if "description" not in said]
        assert not bare, bare
    said = set(schema["$defs"]["ColumnRule"]["properties"])
    assert said == {field.alias or name for name, field in ColumnRule.model_fields.items()}


def test_schema_allows_what_is_read() -> None:
    validator = jsonschema.Draft202012Validator(find_schema("format"))
    everything = {
        "format": "ours", "table": "agent_metrics", "title": {"en": "Ours", "zh-CN": "我们的"}, "note": {"en": "x"},
        "headers": ["客服"], "encoding": "gb18030", "sheet": "数据", "records": "data.items", "header_row": 2,
        "header_rows": 2, "zone": CHINA, "dates": {"marketplace": {"US": "month-first", "other": "day-first"}},
        "missing": ["-", "暂无*"], "version": "版本", "keep": {"last": "客服"},
        "drop_rows": [{"column": "客服", "in": ["汇总"]}, {"column": "客服", "empty": True}],
        "columns": {
            "agent_id": ["客服", "客服昵称"], "date": {"file_name": "first_day"}, "served_count": "接待",
            "average_reply_seconds": {"from": "平均响应", "duration": ["clock", "words"], "unit": "s"},
            "reply_rate": {"from": "回复率", "percent": ["with_sign", "share"]},
            "first_reply_seconds": {"between": ["开始", "回复"], "date": "excel"},
            "satisfied_count": {"sum": ["很满意", "满意"], "map": {"无*": "0"}, "missing": ["*"]},
        },
    }  # fmt: skip
    validator.validate(everything)
    assert FormatFile.model_validate(everything)
    for wrong in ({"dates": "day first"}, {"keep": {"any": "客服"}}, {"drop_rows": {"column": "客服", "like": "x"}}):
        assert list(validator.iter_errors(everything | wrong))
        with pytest.raises(ValueError, match="validation error"):
            FormatFile.model_validate(everything | wrong)


@pytest.mark.parametrize(
    ("column", "rule"),
    [
        ("served_count", {"file_name": "first_day"}), ("served_count", {"between": ["a", "b"]}),
        ("worked_hours", {"between": ["a", "b"]}), ("sales_amount", {"from": "a", "duration": "clock"}),
        ("agent_id", {"from": "a", "date": "excel"}),
    ],
)  # fmt: skip
def test_settings_that_mean_nothing_to_a_column_are_refused(tmp_path: Path, column: str, rule: dict[str, Any]) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(
        f"format: ours\ntable: agent_metrics\ncolumns:\n  {column}: {rule}\n".replace("'", '"'), encoding="utf-8"
    )
    with pytest.raises(ProblemsFound) as found:
        load_format(path)
    assert {problem.code for problem in found.value.problems} == {"format-wrong-setting"}
