"""Where a table begins: separators, header rows, odd headers, quotation marks where they should not be."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.exports.layout import Layout, check_lines, find_layout, write_quoted
from csperf.problems import ProblemsFound

WANTED = [["ticket_id"], ["created_at", "创建时间"]]


def layout_of(tmp_path: Path, text: str, header_row: int | None = None, separator: str = "auto") -> Layout | None:
    file = tmp_path / "export.csv"
    file.write_bytes(text.encode())
    return find_layout(file, separator, header_row, WANTED)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separator_is_the_one_that_gives_columns(tmp_path: Path, separator: str, end: str) -> None:
    rows = [["ticket_id", "created_at", "note"], ["1", "2025-06-01", "a b"], ["2", "2025-06-02", "c: d"]]
    found = layout_of(tmp_path, "".join(separator.join(row) + end for row in rows))
    assert found is not None
    assert (found.separator, found.headers) == (separator, tuple(rows[0]))
    assert found.peek == tuple(tuple(row) for row in rows[1:])


def test_commas_within_the_cells_of_a_tab_file_do_not_count(tmp_path: Path) -> None:
    found = layout_of(tmp_path, "ticket_id\tcreated_at\tnote\n1\t2025\ta, b, c\n2\t2025\td, e, f\n")
    assert found is not None
    assert found.separator == "\t"


@pytest.mark.parametrize(
    ("before", "row", "lines"),
    [
        ("", 1, 1),
        ("\n\n", 3, 3),
        ("June report\n,,\n", 3, 3),
        ('"June\nreport",\n', 2, 3),
        ("from\rto\n", 2, 2),
        ('5" pipes\n', 2, 2),
        ("sep=,\n", 2, 2),
    ],
)
def test_header_is_found_below_what_stands_before_it(tmp_path: Path, before: str, row: int, lines: int) -> None:
    found = layout_of(tmp_path, before + "ticket_id,创建时间\n1,2025-06-01\n")
    assert found is not None
    assert (found.header_row, found.skip_lines) == (row, lines)
    assert found.headers == ("ticket_id", "创建时间")


def test_header_cell_with_line_breaks_is_one_row(tmp_path: Path) -> None:
    found = layout_of(tmp_path, 'ticket_id,"created\r\n_at"\r\n1,2025-06-01\r\n')
    assert found is not None
    assert (found.header_row, found.skip_lines) == (1, 2)


def test_headers_become_unique_columns(tmp_path: Path) -> None:
    found = layout_of(tmp_path, "ticket_id,created_at,note,note,note_2,, ,note\n")
    assert found is not None
    assert found.columns == (
        "ticket_id", "created_at", "note", "note_2", "note_2_2", "column 6", "column 7", "note_3",
    )  # fmt: skip


KNOWN = ["ticket_id", "created_at", "创建时间", "好评量", "评价量", "sent ({zone})"]


@pytest.mark.parametrize(
    ("text", "rows", "row", "headers"),
    [
        # JD: a row of groups, in which only the agent's header stands, and the headers below it.
        (
            "ticket_id,时间,,评价,\n,created_at,x,好评量,评价量\n1,2,3,4,5\n",
            2,
            2,
            "ticket_id,created_at,x,好评量,评价量",
        ),
        ("ticket_id,时间,,评价,\n,created_at,x,好评量,评价量\n1,2,3,4,5\n", 1, 1, "ticket_id,时间,,评价,"),
        # A title above it is no header, and a row of data below it is none.
        ("六月,,\nticket_id,时间\n,created_at,好评量\n1,2,3\n", 3, 3, "ticket_id,created_at,好评量"),
        ("ticket_id,created_at\n1,2\n", 2, 1, "ticket_id,created_at"),
        ("ticket_id,created_at\n", 2, 1, "ticket_id,created_at"),
        ("分组,,\nticket_id,创建时间,sent (Asia/Tokyo)\n1,2,3\n", 2, 2, "ticket_id,创建时间,sent (Asia/Tokyo)"),
        # A row may be shorter or longer than the one above.
        ("ticket_id,时间\n,created_at,好评量\n评价量\n1,2,3\n", 3, 3, "评价量,created_at,好评量"),
    ],
)
def test_header_over_several_rows(tmp_path: Path, text: str, rows: int, row: int, headers: str) -> None:
    (tmp_path / "export.csv").write_text(text, encoding="utf-8")
    found = find_layout(tmp_path / "export.csv", ",", None, WANTED, rows, KNOWN)
    assert found is not None
    assert (found.header_row, found.skip_lines) == (row, row)
    assert found.headers == tuple(headers.split(","))


def test_header_over_several_rows_begins_where_it_is_said_to(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("客服,接待\n,好评量\nA,1\n", encoding="utf-8")
    found = find_layout(tmp_path / "export.csv", ",", 1, WANTED, 2, KNOWN)
    assert found is not None
    assert (found.header_row, found.headers, found.peek) == (2, ("客服", "好评量"), (("A", "1"),))


def test_zone_inside_a_header_is_any(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("from,to\nID,Started at (Asia/Tokyo)\n1,2\n", encoding="utf-8")
    found = find_layout(tmp_path / "export.csv", ",", None, [["id"], ["Started at ({zone})"]])
    assert found is not None
    assert found.header_row == 2


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n", "\ufeff", "\ufeff\n"])
def test_file_without_rows_has_no_layout(tmp_path: Path, text: str) -> None:
    assert layout_of(tmp_path, text) is None


def test_declared_header_row_counts_records_from_one(tmp_path: Path) -> None:
    text = '"a\nb",c\n1,2\n3,4\n'
    assert layout_of(tmp_path, text, 2).headers == ("1", "2")  # type: ignore[union-attr]
    assert layout_of(tmp_path, text, 4) is None
    far = "x\n" * 400 + "ticket_id,created_at\n"
    assert layout_of(tmp_path, far, 401).headers == ("ticket_id", "created_at")  # type: ignore[union-attr]


def test_very_long_cell_is_only_a_cell(tmp_path: Path) -> None:
    found = layout_of(tmp_path, "ticket_id,created_at\n1," + "x" * 200_000 + "\n2,y\n")
    assert found is not None
    assert len(found.peek) == 2


# ── quotation marks ──────────────────────────────────────────────────────────────────────────────


def quoted(folder: Path, text: str, skip: int = 1) -> list[list[str]]:
    """The records below the header, after write_quoted, read strictly."""
    (folder / "in.csv").write_bytes(text.encode())
    layout = Layout(",", 1, skip, (), (), ())
    write_quoted(folder / "in.csv", layout, "in.csv", folder / "out.csv")
    content = (folder / "out.csv").read_bytes().decode()
    return list(csv.reader(io.StringIO(content, newline=""), strict=True))[1:]


def test_marks_inside_cells_are_doubled_and_rows_stay_rows(tmp_path: Path) -> None:
    text = 'id,note\n1,5" pipe\n2,say "hi"\n\n3,"a ""b"", c"\n4,"x"y\n5,"two\nlines"\n'
    assert quoted(tmp_path, text) == [
        ["1", '5" pipe'], ["2", 'say "hi"'], [], ["3", 'a "b", c'], ["4", "xy"], ["5", "two\nlines"],
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "row"), [('id\n1\n2\n"3\n4\n', 4), ('id\n"', 2), ('id\n"a""\nb\n', 2)])
def test_mark_that_never_closes_is_named_with_its_row(tmp_path: Path, text: str, row: int) -> None:
    with pytest.raises(ProblemsFound, match=f"row {row}: a quotation mark opens and never closes"):
        quoted(tmp_path, text)


def check(folder: Path, text: str, separator: str = ",") -> None:
    (folder / "in.csv").write_bytes(text.encode())
    check_lines(folder / "in.csv", Layout(separator, 1, 1, (), (), ()), "in.csv")


@pytest.mark.parametrize("before", [0, 5, 300_000])
def test_zero_bytes_are_named_with_their_line(tmp_path: Path, before: int) -> None:
    with pytest.raises(ProblemsFound, match=f"line {before + 2} holds zero bytes, which no text does"):
        check(tmp_path, "id,note\n" + "1,x\n" * before + "2,\0\0\n3,y\n")


@pytest.mark.parametrize("separator", [",", "\t"])
@pytest.mark.parametrize(
    ("body", "line"),
    [
        ('1,"5 pipes\n2,x\n3,"6 pipes\n', 2),
        ('"1,x\n2,x\n"3,x\n', 2),
        ('1,x\n2,"two\nlines"\n3,"open\n4,"open again\n', 5),
        ('1,"two\nlines","open\n4,"open again\n', 3),
        ('"1","open\n"2","x"\n', 2),
        ("1,x\n" * 200_000 + '1,"open\n' + "1,x\n" * 200_000 + '2,"open\n', 200_002),
    ],
)
def test_cell_that_takes_in_rows_is_named_with_its_line(tmp_path: Path, separator: str, body: str, line: int) -> None:
    with pytest.raises(ProblemsFound, match=rf"line {line}: a quotation mark opens a cell and does not end it"):
        check(tmp_path, ("id,note\n" + body).replace(",", separator), separator)


@pytest.mark.parametrize(
    "body",
    [
        '1,5" pipe\n2,6" pipe\n', '1,"two\nlines"\n', '1,"two\r\nlines"\r\n2,y\r\n', '1,"two\n"" ""lines"" \n" ,x\n',
        '1,"a\nb","c\nd"\n2,x\n', '1,"x"y\n2,"z"\n', '1,"lone\rreturn\n"\n', "\n\n1,\"\n\"\n", '1,"客\n服"',
    ],
)  # fmt: skip
def test_other_marks_are_left_alone(tmp_path: Path, body: str) -> None:
    check(tmp_path, "id,note\n" + body)


@given(st.lists(st.lists(st.text(st.sampled_from('ab,"\n\r '), max_size=6), min_size=1, max_size=4), max_size=8))
@settings(max_examples=100)
def test_regular_files_pass(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["id"], *rows])
    check(tmp_path_factory.mktemp("regular"), text.getvalue())


@given(st.lists(st.lists(st.text(st.sampled_from('ab,"\n '), max_size=6), min_size=2, max_size=4), max_size=8))
@settings(max_examples=50)
def test_regular_files_keep_every_cell(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([["id"], *rows])
    assert quoted(tmp_path_factory.mktemp("quoted"), text.getvalue()) == rows
