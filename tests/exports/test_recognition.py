"""Recognition: each shipped format's export is known among all the others, however it comes."""

from __future__ import annotations

import csv
import io
import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csperf.exports.format_file import FormatFile, canonical_format, load_format
from csperf.exports.inspection import Inspection, inspect_export
from csperf.tables import TABLES
from csperf.tables.contract import compile_table
from formats_at_hand import FIXTURES, SHIPPED, Fixture, load_shipped, write_export
from make_error_inputs import make_workbook

TABLES_OF_TEXT = [fixture for fixture in FIXTURES if not fixture.file.endswith(".json")]
CHINESE = ("qianniu", "chitu", "jd", "feige", "xiaoneng")
ODD = "some_column_of_our_own"
each = pytest.mark.parametrize("fixture", TABLES_OF_TEXT, ids=lambda fixture: fixture.format)


@cache
def all_formats() -> list[FormatFile]:
    return [*(load_format(path) for path in SHIPPED.values()), *map(canonical_format, TABLES)]


def inspect(path: Path, workdir: Path) -> Inspection:
    return inspect_export(path, all_formats(), workdir)


def inspect_rows(rows: list[list[str]], folder: Path, encoding: str = "utf-8") -> Inspection:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path = folder / "export.csv"
    path.write_bytes(text.getvalue().encode(encoding, "replace"))
    return inspect(path, folder)


def rows_of(fixture: Fixture) -> list[list[str]]:
    delimiter = "\t" if fixture.content.count("\t") > fixture.content.count(",") else ","
    rows = list(csv.reader(io.StringIO(fixture.content, newline=""), delimiter=delimiter))
    width = max(map(len, rows))
    return [[cell.removeprefix("'") for cell in row] + [""] * (width - len(row)) if row else row for row in rows]


def reordered(rows: list[list[str]], order: list[int]) -> list[list[str]]:
    return [[row[place] for place in order] if len(row) == len(order) else row for row in rows]


def told(found: Inspection) -> tuple[str | None, str | None]:
    return found.format, found.confidence


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.format)
def test_export_is_known_as_it_comes(fixture: Fixture, tmp_path: Path) -> None:
    found = inspect(write_export(fixture, tmp_path), tmp_path)
    assert told(found) == (fixture.format, "sure")
    assert found.table == load_shipped(fixture.format).table


@each
def test_export_is_known_with_its_columns_in_another_order(fixture: Fixture, tmp_path: Path) -> None:
    rows = rows_of(fixture)
    order = list(range(len(rows[-1])))
    random.Random(4).shuffle(order)
    assert told(inspect_rows(reordered(rows, order), tmp_path)) == (fixture.format, "sure")


@each
def test_export_is_known_among_columns_of_somebodys_own(fixture: Fixture, tmp_path: Path) -> None:
    rows = [[*row, *(f"{ODD} {number}" for number in range(8))] if row else row for row in rows_of(fixture)]
    assert told(inspect_rows(rows, tmp_path)) == (fixture.format, "sure")


@each
def test_export_is_known_with_a_byte_order_mark_and_in_a_workbook(fixture: Fixture, tmp_path: Path) -> None:
    assert told(inspect_rows(rows_of(fixture), tmp_path, "utf-8-sig")) == (fixture.format, "sure")
    assert told(inspect_rows(rows_of(fixture), tmp_path, "utf-16")) == (fixture.format, "sure")
    sheet = load_shipped(fixture.format).sheet or "Sheet1"
    (tmp_path / "book.xlsx").write_bytes(make_workbook({sheet: rows_of(fixture)}))
    found = inspect(tmp_path / "book.xlsx", tmp_path)
    assert (told(found), found.encoding) == ((fixture.format, "sure"), "excel")


@pytest.mark.parametrize(
    "fixture", [one for one in TABLES_OF_TEXT if one.format.startswith(CHINESE)], ids=lambda fixture: fixture.format
)
def test_export_of_a_chinese_platform_is_known_in_gbk(fixture: Fixture, tmp_path: Path) -> None:
    found = inspect_rows(rows_of(fixture), tmp_path, "gb18030")
    assert (told(found), found.encoding) == ((fixture.format, "sure"), "gb18030")


@pytest.mark.parametrize(
    ("headers", "format_"),
    [
        (["客服昵称", "接待人数", "回复率", "销售额"], "chitu-agents"),
        (["客服昵称", "首次响应(秒)", "平均响应(秒)"], "chitu-agents"),
        (["旺旺昵称", "询单人数", "询单最终付款人数", "客户满意率"], "qianniu-performance"),
        (["旺旺昵称", "咨询人数", "接待人数", "3分钟人工响应率", "首次响应时长(秒)"], "qianniu-reception"),
        (["TICKET ID", "subject", "Status", "Agent", "Created time", "Survey results", "Product"], "freshdesk-tickets"),
    ],
)
def test_few_columns_are_enough_where_they_are_the_platforms_own(
    headers: list[str], format_: str, tmp_path: Path
) -> None:
    assert inspect_rows([headers, ["1"] * len(headers)], tmp_path).format == format_


@pytest.mark.parametrize(
    "headers",
    [
        ["姓名", "分数"],
        ["id", "name", "status"],
        ["Date", "Amount", "Note", "Name"],
        ["Order ID", "Customer", "Phone", "Address", "City", "Country", "Remark"],
        ["Subject", "Priority", "Status", "Owner", "Opened", "Closed"],
    ],
)
def test_headers_that_anybody_may_have_are_taken_for_no_platform(headers: list[str], tmp_path: Path) -> None:
    found = inspect_rows([headers, ["1"] * len(headers)], tmp_path)
    assert (found.format, found.confidence, found.template) == (None, None, None)
    assert all(column.canonical == () for column in found.columns)


def test_template_is_no_format(tmp_path: Path) -> None:
    headers = ["提交人", "提交时间", "修改时间", "流程状态", "沟通评分"]
    found = inspect_rows([headers, ["1"] * len(headers)], tmp_path)
    assert (found.format, found.confidence, found.template) == (None, None, "jiandaoyun-form")


@pytest.mark.parametrize("table", TABLES)
def test_own_headers_are_known_as_their_table(table: str, tmp_path: Path) -> None:
    columns = list(compile_table(TABLES[table]).columns)
    found = inspect_rows([columns, ["1"] * len(columns)], tmp_path)
    assert (told(found), found.table) == (("canonical", "sure"), table)


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_optional_columns_may_be_missing_in_any_order(data: st.DataObject, tmp_path: Path) -> None:
    """Whichever of its columns a file has, it is never taken for another format for sure."""
    fixture = data.draw(st.sampled_from([one for one in TABLES_OF_TEXT if one.format != "chatwoot-agents"]))
    headers = load_shipped(fixture.format).headers
    kept = data.draw(st.lists(st.sampled_from(headers), min_size=1, unique=True))
    found = inspect_rows([kept, ["1"] * len(kept)], tmp_path)
    assert found.confidence != "sure" or found.format == fixture.format
