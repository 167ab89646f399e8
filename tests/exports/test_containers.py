"""What a table may come in: zip, gz, old and new Excel files, JSON. The cells are the same, or it is said why not."""

import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.exports.archive import find_name, is_archive
from csperf.exports.compound import is_sound
from csperf.exports.excel import write_csv_from_excel
from csperf.exports.json_records import looks_like_json
from csperf.exports.plain_text import find_text
from csperf.problems import ProblemsFound
from make_error_inputs import make_workbook, make_zip

TEXT = "工单号,客服\nT1,李娜\n"
ROWS = [["工单号", "客服"], ["T1", "李娜"]]
BIG = 123456789012345678
DATES = ["2025-06-01 00:00:00", "1899-12-31 00:00:05"]
Cell = str | float | bool | dt.date | dt.time | None


def read(folder: Path, name: str, content: bytes, declared: str = "auto", **what: str) -> list[list[str]]:
    """The records of a file, whatever it is."""
    path = folder / name
    path.write_bytes(content)
    sheet, records = what.get("sheet"), what.get("records")
    text, _ = find_text(path, declared, sheet, name, folder / "copy.csv", records)
    return list(csv.reader(io.StringIO(text.read_text(encoding="utf-8-sig"), newline="")))


def make_book(
    cells: list[tuple[Cell, str | None]], formulas: dict[int, tuple[str, str | float]] | None = None
) -> bytes:
    """A workbook with one column: values with the formats that Excel shows them in."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, (value, shown) in enumerate(cells):
            look = book.add_format({"num_format": shown}) if shown else None
            if isinstance(value, str):
                sheet.write_string(row, 0, value)
            else:
                sheet.write(row, 0, value, look)
        for row, (formula, result) in (formulas or {}).items():
            sheet.write_formula(row, 0, formula, None, result)
    return target.getvalue()


def make_old_book(rows: Sequence[Sequence[Cell]]) -> bytes:
    """An .xls file."""
    target, book = io.BytesIO(), xlwt.Workbook()
    sheet = book.add_sheet("数据")
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            form = {dt.datetime: "yyyy-mm-dd hh:mm:ss", dt.time: "[h]:mm:ss"}.get(type(cell), "General")
            sheet.write(row, column, cell, xlwt.easyxf(num_format_str=form))
    book.save(target)
    return target.getvalue()


# ── archives ─────────────────────────────────────────────────────────────────────────────────────


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        zipped({"export.csv": TEXT.encode()}),
        zipped({"六月/": b"", "六月/工单.csv": TEXT.encode("gbk"), "__MACOSX/._工单.csv": b"x", ".DS_Store": b"y"}),
        zipped({"export.csv.gz": gzip.compress(TEXT.encode())}),
        zipped({"export.xlsx": make_workbook({"June": ROWS})}),
        zipped({"export.csv": TEXT.replace("\n", "\r").encode("utf-16")}),
        zipped({"export.json": json.dumps([{"工单号": "T1", "客服": "李娜"}]).encode()}),
        gzip.compress(zipped({"export.csv": TEXT.encode()})),
        gzip.compress(make_workbook({"June": ROWS})),
        gzip.compress(make_old_book(ROWS)),
    ],
)
def test_one_file_in_a_container_is_read(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, "export.bin", content) == ROWS


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped({"a.csv": b"x", "b.csv": b"y"}), "this archive holds 2 files: a.csv, b.csv"),
        (zipped({f"{n}.csv": b"x" for n in range(9)}), r"holds 9 files: 0.csv, 1.csv, 2.csv, 3.csv, 4.csv, 5.csv, …"),
        (zipped({}), "this archive holds no file"),
        (zipped({"a.zip": zipped({"a.csv": TEXT.encode()})}), "this archive holds another archive"),
        (make_zip({"a.csv": "id\n1\n"}).replace(b"id\n1", b"id\n2"), "this archive is damaged"),
        (zipped({"a.csv": TEXT.encode()})[:-30], "this archive is damaged"),
        (zipped({"a.txt": b""}), ""),
    ],
)
def test_archive_that_cannot_be_used_is_a_problem(tmp_path: Path, content: bytes, said: str) -> None:
    if said:
        with pytest.raises(ProblemsFound, match=said):
            read(tmp_path, "export.zip", content)
    else:
        assert read(tmp_path, "export.zip", content) == []


@given(st.data())
def test_damaged_archive_is_read_or_said(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = bytearray(zipped({"a.csv": TEXT.encode() * 20}))
    for _ in range(3):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("zip")
    with suppress(ProblemsFound):
        read(folder, "export.zip", bytes(whole))
    assert find_name(folder / "export.zip")


def test_name_inside_an_archive_counts(tmp_path: Path) -> None:
    for content, name in [
        (zipped({"六月/客服绩效2025-06-01至2025-06-30.xlsx": b"x"}), "客服绩效2025-06-01至2025-06-30.xlsx"),
        (zipped({"a.csv": b"x", "b.csv": b"x"}), "export.zip"),
        (make_workbook({"June": ROWS}), "export.zip"),
        (b"no archive", "export.zip"),
    ]:
        (tmp_path / "export.zip").write_bytes(content)
        assert find_name(tmp_path / "export.zip") == name


def test_workbook_is_no_archive(tmp_path: Path) -> None:
    for content, answer in [(make_workbook({"June": ROWS}), False), (make_zip({"a.csv": TEXT}), True), (b"PK", False)]:
        (tmp_path / "x").write_bytes(content)
        assert is_archive(tmp_path / "x") is answer


# ── Excel ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ([(dt.date(2025, 6, 1), "yyyy-mm-dd"), (dt.date(2025, 6, 2), 'yyyy"年"m"月"')], ["2025-06-01", "2025-06-02"]),
        (
            [(dt.datetime(2025, 6, 1), "yyyy/m/d h:mm"), (dt.datetime(2025, 6, 1, 9, 5, 7), "m/d/yy h:mm")],
            ["2025-06-01 00:00:00", "2025-06-01 09:05:07"],
        ),
        ([(dt.time(0, 1, 23), "h:mm:ss"), (dt.time(13, 0), "h:mm AM/PM")], ["0:01:23", "13:00:00"]),
        ([(36.5 / 24, "[h]:mm:ss"), (0.0, "[h]:mm:ss"), (744 / 24, "[h]:mm")], ["36:30:00", "0:00:00", "744:00:00"]),
        ([(1.0, "h:mm:ss"), (-0.5, "[h]:mm:ss"), (83.5 / 86400, "mm:ss")], ["24:00:00", "-12:00:00", "0:01:23.500"]),
        # A sentinel among dates is a date.
        ([(1.0, "yyyy-mm-dd"), (dt.date(2025, 6, 1), "yyyy-mm-dd")], ["1900-01-01", "2025-06-01"]),
        ([("首次响应时长", None), (dt.time(0, 0, 9), "h:mm:ss"), ("-", None)], ["首次响应时长", "0:00:09", "-"]),
        ([(text, None) for text in DATES], DATES),
        ([(0.985, "0.0%"), (5.0, "0.00"), (12.5, '"￥"#,##0.00'), (1e-7, None)], ["0.985", "5", "12.5", "0.0000001"]),
        ([(1 / 3, None), (0.1 + 0.2, None), (2e-5 / 3, None)], ["0.333333333333333", "0.3", "0.00000666666666666667"]),
        ([(True, None), (False, None)], ["true", "false"]),
        ([("007", None), ("1234567890123456789", None), ("a\nb", None)], ["007", "1234567890123456789", "a\nb"]),
        (
            [(123456789012345, "0"), (1234567890123456, "0"), (-98765432109876543, "0"), (1.03006e13, None)],
            ["123456789012345", "1.23456789012346E+15", "-9.87654321098765E+16", "10300600000000"],
        ),
        ([(0.5, "yyyy-mm-dd hh:mm"), (1 / 3, None), ("x", None)], ["12:00:00", "0.333333333333333", "x"]),
    ],
)  # fmt: skip
def test_cells_become_text(tmp_path: Path, cells: list[tuple[Cell, str | None]], texts: list[str]) -> None:
    assert [row[0] for row in read(tmp_path, "export.xlsx", make_book(cells))] == texts


def test_formula_gives_its_last_result(tmp_path: Path) -> None:
    book = make_book([("x", None)], {1: ("=1+1", 2), 2: ('="客"&"服"', "客服")})
    assert read(tmp_path, "export.xlsx", book) == [["x"], ["2"], ["客服"]]


def test_errors_in_cells_keep_their_text(tmp_path: Path) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("first").write(0, 0, "x")
        sheet = book.add_worksheet("第二")
        sheet.write_row(2, 27, ["id", "客服", "时长"])
        for row in range(3, 4000):
            sheet.write_number(row, 27, row)
            sheet.write_formula(row, 28, '=VLOOKUP("a",A:B,2)', None, "#N/A")
            sheet.write_formula(row, 29, "=1/0", None, "#DIV/0!" if row % 2 else 0.5)

    rows = read(tmp_path, "export.xlsx", make_sheets(build), sheet="第二")
    assert rows[2:5] == [["id", "客服", "时长"], ["3", "#N/A", "#DIV/0!"], ["4", "#N/A", "0.5"]]
    assert len(rows) == 4000
    assert all(row[1] == "#N/A" for row in rows[3:])


def test_old_excel_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["工单号", "时间", "时长"],
        [12345678901234567, dt.datetime(2025, 6, 1, 9), dt.time(0, 1, 23)],
    ]
    for name in ("export.xls", "export.xlsx", "export.csv"):
        assert read(tmp_path, name, make_old_book(rows)) == [
            ["工单号", "时间", "时长"], ["1.23456789012346E+16", "2025-06-01 09:00:00", "0:01:23"],
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("export.xls", TEXT.replace(",", "\t").encode("gbk")),
        ("export.xlsx", TEXT.encode()),
        ("e.xls", TEXT.encode("utf-16")),
    ],
)
def test_text_under_the_name_of_a_workbook_is_text(tmp_path: Path, name: str, content: bytes) -> None:
    found = read(tmp_path, name, content)
    assert [cell for row in found for cell in "\t".join(row).split("\t")] == [cell for row in ROWS for cell in row]


def make_sheets(build: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        build(book)
    return target.getvalue()


def test_only_sheet_with_cells_is_taken(tmp_path: Path) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("Sheet1")
        filled = book.add_worksheet("数据")
        filled.merge_range(0, 0, 0, 1, "六月")
        for row, cells in enumerate(ROWS):
            filled.write_row(row + 2, 0, cells)
        lists = book.add_worksheet("lists")
        lists.write(0, 0, "是")
        lists.hide()
        book.add_worksheet("Sheet3")

    book = make_sheets(build)
    assert read(tmp_path, "export.xlsx", book) == [["六月", ""], ["", ""], *ROWS]
    assert read(tmp_path, "export.xlsx", book, sheet="lists") == [["是"]]
    assert read(tmp_path, "export.xlsx", make_workbook({"a": [], "b": []})) == []


def test_damaged_workbook_is_a_problem(tmp_path: Path) -> None:
    whole = make_workbook({"June": ROWS})
    for keep in (10, 500, len(whole) // 2, len(whole) - 9):
        (tmp_path / "x.xlsx").write_bytes(whole[:keep])
        with pytest.raises(ProblemsFound, match=r"cannot be opened \[data-excel]"):
            write_csv_from_excel(tmp_path / "x.xlsx", "x.xlsx", None, tmp_path / "x.csv")


@pytest.mark.parametrize("at", [100, 600, 1000, 5000])
def test_old_workbook_whose_parts_lead_in_circles_is_a_problem(tmp_path: Path, at: int) -> None:
    whole = make_old_book(ROWS * 20)
    assert is_sound(whole)
    with pytest.raises(ProblemsFound, match=r"cannot be opened \[data-excel]"):
        read(tmp_path, "export.xls", whole[:at] + whole[at + 4 :])


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_damaged_old_workbook_is_read_or_said(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = bytearray(make_old_book(ROWS))
    for _ in range(2):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ProblemsFound):
        read(tmp_path_factory.mktemp("xls"), "export.xls", bytes(whole))


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('[{"id": 1, "a": "x"}, {"b": null, "id": 2}]', [["id", "a", "b"], ["1", "x", ""], ["2", "", ""]]),
        ('{"id": 1}\n{"id": 2, "客服": "李娜"}\n', [["id", "客服"], ["1", ""], ["2", "李娜"]]),
        ('{"id": 1, "notes": [{"by": "x"}]}\n{"id": 2}', [["id", "notes"], ["1", '[{"by": "x"}]'], ["2", ""]]),
        ('{"id": 1, "t": {"calendar": 5, "b": {"a": true}}}', [["id", "t.calendar", "t.b.a"], ["1", "5", "true"]]),
        ('{"count": 2, "items": [{"id": 1}, {"id": 2}], "next": null}', [["id"], ["1"], ["2"]]),
        (' [ {"n": 1.10, "e": 1E3, "big": 123456789012345678} ]', [["n", "e", "big"], ["1.10", "1E3", f"{BIG}"]]),
        ('[{"tags": ["急", 1, false], "no": [], "in": [[1]]}]', [["tags", "no", "in"], ["急;1;false", "", '[["1"]]']]),
        ('[{"a": "x,\\n\\"y\\""}]', [["a"], ['x,\n"y"']]),
        ("[]", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_json_becomes_a_table(tmp_path: Path, text: str, rows: list[list[str]], encoding: str) -> None:
    assert looks_like_json(text)
    assert read(tmp_path, "export.json", text.encode(encoding)) == rows


METRICS = """{"asOf": "x", "metrics": [
  {"shop": "US", "rates": {"afn": {"rate": 0.1}, "mfn": {"rate": 0.2, "shop": "US-m"}}, "other": {"z": 1}},
  {"shop": "DE", "rates": {"afn": {"rate": 0}, "mfn": null}}, {"shop": "FR"}]}"""


@pytest.mark.parametrize(
    ("records", "rows"),
    [
        ("metrics.rates.*", [["shop", "*", "rate"], ["US", "afn", "0.1"], ["US-m", "mfn", "0.2"], ["DE", "afn", "0"]]),
        ("metrics.rates.mfn", [["shop", "rate"], ["US-m", "0.2"]]),
        ("metrics.other", [["shop", "z"], ["US", "1"]]),
    ],
)
def test_path_leads_to_the_records(tmp_path: Path, records: str, rows: list[list[str]]) -> None:
    text = METRICS.replace(', "mfn": null', "") if records == "metrics.rates.mfn" else METRICS
    assert read(tmp_path, "export.json", text.encode(), records=records) == rows


@pytest.mark.parametrize(
    ("text", "records", "said"),
    [
        ('[{"a": 1}', "", "line 1, column 10: this is not JSON"),
        ('[{"a": 1}]\n{"a": ', "", "line 2, column 7: this is not JSON"),
        ('[{"a": 1}, 5]', "", "a record is no object of names and values: 5"),
        ('[{"a": 1}, null]', "", "a record is no object"),
        ('{"a": [{"x": 1}], "b": [{"x": 2}]}', "", "there are several lists of records: a, b"),
        ('{"data": {"items": []}}', "data.itms", 'no "itms" on the path to the records'),
        ('{"data": 5}', "data.items", 'no "items" on the path'),
        ('[{"a":' * 100_000, "", "data-json"),
    ],
)
def test_json_that_is_no_table_is_a_problem(tmp_path: Path, text: str, records: str, said: str) -> None:
    with pytest.raises(ProblemsFound, match=said):
        read(tmp_path, "export.json", text.encode(), **({"records": records} if records else {}))


@pytest.mark.parametrize("text", ["[id],[客服]\n1,2\n", '{id},"x"\n', "id\n[]\n", "[1, 2]", "a,b\n", "", "[[1]]"])
def test_tables_are_not_taken_for_json(text: str) -> None:
    assert not looks_like_json(text)


def test_json_with_a_bad_byte_names_it(tmp_path: Path) -> None:
    content = b'[{"a": "x"},\n' + b'{"a": "x"},\n' * 9000 + b'{"a": "\xff\xff"}]'
    with pytest.raises(ProblemsFound, match=r"in line 9002, is not utf-8"):
        read(tmp_path, "export.json", content, "utf-8")
