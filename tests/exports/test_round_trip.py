"""Any table, written in any encoding, with any separator, in any container, reads back the same."""

import codecs
import csv
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.engines.polars_engine import PolarsEngine
from csperf.exports.format_file import FormatFile
from csperf.exports.reader import read_source, reread_as_text
from csperf.tables import TABLES
from csperf.tables.contract import compile_table
from make_error_inputs import make_zip

HEADERS = ["番号", "客服", "作成", "分類"]  # letters that Chinese and Japanese encodings share
FORMAT: dict[str, Any] = {
    "format": "shop", "table": "tickets",
    "columns": dict(zip(("ticket_id", "agent_id", "created_at", "category"), HEADERS, strict=True)),
}  # fmt: skip
DECLARED = {"gbk": "gbk", "cp932": "cp932", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}
"""Encoding → what the format file has to declare; the others are told from the bytes."""
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32", *DECLARED]
LETTERS = "ab7 ,;|\t\n\"'客服中"
CELL = st.text(st.sampled_from(LETTERS), max_size=8).filter(lambda text: text == text.strip())
NAME = st.text(st.sampled_from("ab7 ,;|\"'客服中"), min_size=1, max_size=8).filter(lambda text: text == text.strip())
ROWS = st.lists(st.tuples(NAME, CELL), min_size=1, max_size=12)
Rows = list[list[str]]


def table_of(cells: list[tuple[str, str]]) -> Rows:
    return [[f"{n:05}", agent, f"2025-06-{n % 28 + 1:02} 10:00:00", word] for n, (agent, word) in enumerate(cells)]


def text_of(rows: Rows, separator: str, end: str, quoting: int) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows([HEADERS, *rows])  # type: ignore[arg-type]
    return text.getvalue()


def read_back(folder: Path, name: str, content: bytes, **format_: object) -> Rows:
    """The cells as the engine has them after every stage of reading."""
    (folder / name).write_bytes(content)
    workdir = folder / "workdir"
    workdir.mkdir()
    form = FormatFile.model_validate({**FORMAT, **format_})
    table = read_source("s", [folder / name], form, compile_table(TABLES["tickets"]), "UTC", folder, workdir)
    facts = PolarsEngine(workdir).read_facts(table)
    return [[str(row[name] or "") for name in FORMAT["columns"]] for row in facts]


def expected(rows: Rows) -> Rows:
    return [[number, agent, f"{time}+00:00", word.lower()] for number, agent, time, word in rows]


@given(
    ROWS, st.sampled_from(ENCODINGS), st.sampled_from([",", "\t", ";", "|"]), st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["plain", "gz", "zip"]),
)  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_text_reads_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], encoding: str, separator: str, end: str,
    quoting: int, container: str,
) -> None:  # fmt: skip
    rows = table_of(cells)
    content = text_of(rows, separator, end, quoting).encode(encoding)
    content = {"plain": content, "gz": gzip.compress(content), "zip": make_zip({"export.csv": content})}[container]
    folder, declared = tmp_path_factory.mktemp("text"), DECLARED.get(encoding, "auto")
    assert read_back(folder, "export.csv", content, encoding=declared, separator=separator) == expected(rows)


@given(ROWS, st.booleans(), st.booleans())
@settings(max_examples=25, deadline=None)
def test_workbook_reads_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], preamble: bool, packed: bool
) -> None:
    rows, target = table_of(cells), io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADERS, *rows]):
            for column, cell in enumerate(row):
                sheet.write_string(number + 2 * preamble, column, cell)
    content = make_zip({"export.xlsx": target.getvalue()}) if packed else target.getvalue()
    assert read_back(tmp_path_factory.mktemp("book"), "export.xlsx", content) == expected(rows)


@given(ROWS, st.sampled_from(["utf-8", "utf-16", "gb18030"]), st.sampled_from(["list", "lines", "inside"]))
@settings(max_examples=40, deadline=None)
def test_json_reads_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], encoding: str, shape: str
) -> None:
    rows = table_of(cells)
    records = [dict(zip(HEADERS, row, strict=True)) for row in rows]
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    text = {"list": json.dumps(records), "lines": lines, "inside": json.dumps({"data": {"rows": records}})}[shape]
    path = {"records": "data.rows"} if shape == "inside" else {}
    assert read_back(tmp_path_factory.mktemp("json"), "export.json", text.encode(encoding), **path) == expected(rows)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_old_line_ends_with_breaks_inside_cells_read_back(tmp_path: Path, encoding: str) -> None:
    rows = table_of([("客服", "one\ntwo"), ("客服", "three")])
    text = text_of(rows, ",", "\r", csv.QUOTE_ALL)
    assert read_back(tmp_path, "export.csv", text.encode(encoding)) == expected(rows)


def test_separator_is_told_from_the_lines(tmp_path: Path) -> None:
    rows = table_of([("客服", "a"), ("客服,中", "b;c"), ("客服", "")])
    for number, separator in enumerate([",", "\t", ";", "|"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        content = codecs.BOM_UTF8 + text_of(rows, separator, "\r\n", csv.QUOTE_MINIMAL).encode()
        assert read_back(folder, "export.csv", content) == expected(rows)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda content: make_zip({"export.csv": content})])
def test_encoding_that_shows_late_is_found_in_every_container(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    rows = table_of([("a", "b")] * 4000 + [("客服", 'a "b"')])
    header = ["id", "agent", "time", "word"]
    text = text_of(rows, ",", "\n", csv.QUOTE_MINIMAL).replace(",".join(HEADERS), ",".join(header))
    columns = dict(zip(FORMAT["columns"], header, strict=True))
    assert read_back(tmp_path, "export.csv", pack(text.encode("gb18030")), columns=columns) == expected(rows)


def test_files_of_one_name_in_two_folders_are_read_apart(tmp_path: Path) -> None:
    """Both are read a second time, as marks stand inside their cells."""
    workdir = tmp_path / "workdir"
    for name in ("workdir", "a", "b"):
        (tmp_path / name).mkdir()
    for name in ("a", "b"):
        rows = [[f"{name}1", name, "2025-06-01 10:00:00", '5" x'], [f"{name}2", name, "2025-06-01 10:00:00", '"y" z']]
        text = "".join(",".join(row) + "\n" for row in [HEADERS, *rows])
        (tmp_path / name / "export.csv").write_text(text, encoding="utf-8")
    paths = [tmp_path / name / "export.csv" for name in ("a", "b")]
    form, contract = FormatFile.model_validate(FORMAT), compile_table(TABLES["tickets"])
    table = read_source("s", paths, form, contract, "UTC", tmp_path, workdir)
    table = replace(table, files=tuple(reread_as_text(file, workdir) for file in table.files))
    facts = PolarsEngine(workdir).read_facts(table)
    assert [(row["ticket_id"], row["category"]) for row in facts] == [
        ("a1", '5" x'), ("a2", "y z"), ("b1", '5" x'), ("b2", "y z"),
    ]  # fmt: skip


def test_western_text_reads_back_where_it_is_declared(tmp_path: Path) -> None:
    rows = table_of([("Zoë", "naïve"), ("Åse", "£5")])
    columns = dict(zip(FORMAT["columns"], ["id", "agent", "time", "word"], strict=True))
    text = text_of(rows, ";", "\r\n", csv.QUOTE_MINIMAL).replace(";".join(HEADERS), "id;agent;time;word")
    assert read_back(tmp_path, "e.csv", text.encode("cp1252"), encoding="cp1252", columns=columns) == expected(rows)
