"""Opening sources: what a file is decides, not its name; every problem of every file at once."""

import gzip
from pathlib import Path

import pytest

from csperf.exports.format_file import FormatFile, canonical_format
from csperf.exports.inspection import inspect_export
from csperf.exports.reader import RawTable, read_source, reread_as_text
from csperf.problems import ProblemsFound
from csperf.tables import TABLES
from csperf.tables.contract import compile_table
from make_error_inputs import make_workbook, make_zip

ROWS = [
    ["ticket_id", "agent_id", "created_at"],
    ["T1", "李娜", "2025-06-02 10:00"],
    ["T2", "A2", "2025-06-03"],
]
TEXT = "".join(",".join(row) + "\n" for row in ROWS)
BOOK = make_workbook({"June": ROWS})


def open_tickets(
    folder: Path, files: dict[str, bytes], format_: FormatFile | None = None, name: str = "tickets"
) -> RawTable:
    for file, content in files.items():
        (folder / file).write_bytes(content)
    workdir = folder / "workdir"
    workdir.mkdir(exist_ok=True)
    paths = [folder / file for file in files]
    contract = compile_table(TABLES["tickets"])
    return read_source(name, paths, format_ or canonical_format("tickets"), contract, "Asia/Shanghai", folder, workdir)


def content_of(table: RawTable) -> list[str]:
    file = table.files[0]
    lines = file.text.read_text(encoding="utf-8").splitlines()
    return [line.replace(file.layout.separator, ",") for line in lines[file.layout.skip_lines :]]


@pytest.mark.parametrize(
    ("name", "content", "encoding"),
    [
        ("tickets.csv", TEXT.encode(), "utf-8"),
        ("tickets.xlsx", TEXT.encode(), "utf-8"),
        ("tickets.xls", TEXT.replace(",", "\t").encode("utf-16"), "utf-16"),
        ("tickets.xls", TEXT.encode("gbk"), "gb18030"),
        ("tickets.csv", TEXT.replace("\n", "\r").encode(), "utf-8"),
        ("tickets.csv", gzip.compress(TEXT.encode()), "utf-8"),
        ("tickets.csv.gz", TEXT.encode(), "utf-8"),
        ("tickets.xlsx", BOOK, "excel"),
        ("tickets.csv", BOOK, "excel"),
        ("tickets.csv.gz", gzip.compress(BOOK), "excel"),
    ],
)
def test_the_content_decides_not_the_name(tmp_path: Path, name: str, content: bytes, encoding: str) -> None:
    table = open_tickets(tmp_path, {name: content})
    assert table.files[0].encoding == encoding
    assert content_of(table) == ["T1,李娜,2025-06-02 10:00", "T2,A2,2025-06-03"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("tickets.csv", b"", "data-empty"),
        ("tickets.xlsx", b"", "data-empty"),
        ("tickets.csv.gz", gzip.compress(b""), "data-empty"),
        ("tickets.xlsx", make_workbook({"June": []}), "data-empty"),
        ("tickets.xlsx", b"\x00\x01" * 200, "data-excel"),
        ("tickets.csv", BOOK[:2000], "data-excel"),
        ("tickets.zip", make_zip({"a.csv": TEXT, "b.csv": TEXT}), "this archive holds 2 files: a.csv, b.csv"),
        ("tickets.csv", make_zip({}), "this archive holds no file"),
        ("tickets.xls", b"<html><table><tr><td>ticket_id", "this is a web page"),
        ("tickets.csv", make_workbook({"June": ROWS, "May": ROWS}), "2 sheets and none named: June, May"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(ProblemsFound, match=said):
        open_tickets(tmp_path, {name: content})


def test_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound) as found:
        open_tickets(tmp_path, {"a.csv": b"", "b.csv": TEXT.encode(), "c.csv": b"\x00" * 9, "d.csv": b"x,y\n1,2\n"})
    assert [(problem.at.file if problem.at else None, problem.code) for problem in found.value.problems] == [
        ("a.csv", "data-empty"), ("c.csv", "data-not-text"),
        ("d.csv", "data-missing-column"), ("d.csv", "data-missing-column"),
    ]  # fmt: skip


def test_name_of_a_source_never_leads_out_of_the_folder_for_copies(tmp_path: Path) -> None:
    table = open_tickets(tmp_path, {"a.csv": TEXT.encode("gbk")}, name="../../outside/tickets")
    assert table.files[0].text.parent == tmp_path / "workdir"


def test_rows_of_a_sheet_keep_their_numbers(tmp_path: Path) -> None:
    empty: list[str] = []
    table = open_tickets(tmp_path, {"a.xlsx": make_workbook({"June": [empty, ["title"], empty, *ROWS]})})
    assert table.files[0].layout.header_row == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"drop_rows": {"column": "Total", "in": ["1"]}}, 'no column "Total" for drop_rows'),
        ({"version": "changes"}, 'no column "changes" for version'),
        ({"columns": {"ticket_id": "ticket_id", "created_at": {"join": ["day", "agent_id", "hour"]}}},
         'no column "day" or "hour" for "created_at"'),
        ({"columns": {"ticket_id": "ticket_id"}}, 'no column "created_at" in this file'),
        ({"header_row": 9}, "the file ends before row 9"),
    ],
)  # fmt: skip
def test_format_that_does_not_fit_is_said(tmp_path: Path, change: dict[str, object], said: str) -> None:
    columns = {name: name for name in ROWS[0]}
    format_ = FormatFile.model_validate({"format": "ours", "table": "tickets", "columns": columns} | change)
    with pytest.raises(ProblemsFound, match=said):
        open_tickets(tmp_path, {"a.csv": TEXT.encode()}, format_)


def test_long_headers_are_shortened_in_the_hint(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound) as found:
        open_tickets(tmp_path, {"a.csv": b'"' + TEXT.encode() * 9})
    assert all(len(line) < 120 for line in str(found.value).splitlines())


def test_second_look_finds_what_the_first_could_not(tmp_path: Path) -> None:
    late = TEXT.replace("李娜", "A1") + "".join(f"N{n},A1,2025-06-04\n" for n in range(9000))
    table = open_tickets(tmp_path, {"a.csv": (late + 'T3,"王"芳,2025-06-05\n').encode("gbk")})
    assert table.files[0].encoding == "utf-8"
    again = reread_as_text(table.files[0], tmp_path / "workdir")
    assert again.encoding == "gb18030"
    assert again.text.read_text(encoding="utf-8").splitlines()[-1] == "T3,王芳,2025-06-05"


# ── inspection ───────────────────────────────────────────────────────────────────────────────────


def formats() -> list[FormatFile]:
    named = {
        "format": "calls",
        "table": "tickets",
        "sheet": "Calls",
        "columns": {"ticket_id": "No", "created_at": "At"},
    }
    late = {
        "format": "late",
        "table": "tickets",
        "header_row": 40,
        "columns": {"ticket_id": "No", "created_at": "At"},
    }
    own = [FormatFile.model_validate(format_) for format_ in (named, late)]
    return [*own, *(canonical_format(table) for table in TABLES)]


def test_formats_that_cannot_open_the_file_do_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "june.xlsx").write_bytes(BOOK)
    found = inspect_export(tmp_path / "june.xlsx", formats(), tmp_path)
    assert (found.format, found.table, found.matched) == ("canonical", "tickets", 3)
    (tmp_path / "calls.xlsx").write_bytes(
        make_workbook({"Notes": [["x"]], "Calls": [["No", "At"], ["1", "2025-06-01"]]})
    )
    found = inspect_export(tmp_path / "calls.xlsx", formats(), tmp_path)
    assert (found.format, found.columns[0].canonical) == ("calls", ("ticket_id",))


def test_file_that_no_format_fits_is_shown_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes("姓名;分数\n李娜;9\n".encode("gbk"))
    found = inspect_export(tmp_path / "x.csv", formats(), tmp_path)
    assert (found.format, found.encoding, found.separator) == (None, "gb18030", ";")
    assert [(column.header, column.canonical, column.examples) for column in found.columns] == [
        ("姓名", (), ("李娜",)), ("分数", (), ("9",)),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"\x00" * 40, make_workbook({"a": [], "b": []})])
def test_file_that_nothing_can_read_is_a_problem(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(ProblemsFound):
        inspect_export(tmp_path / "x.csv", formats(), tmp_path)
    with pytest.raises(ProblemsFound, match="data-is-folder"):
        inspect_export(tmp_path, formats(), tmp_path)
    with pytest.raises(ProblemsFound, match="file-unreadable"):
        inspect_export(tmp_path / "none.csv", formats(), tmp_path)
