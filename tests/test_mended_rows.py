"""Rejected rows that are written out, mended and added to their source complete the data."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.exports.excel import write_csv_from_excel
from csperf.exports.rejects_file import restore
from csperf.render.csv import neutralise, write_csv
from csperf.render.xlsx import write_texts
from small_shop import RUBRIC, reading_as_if_large, run_csperf

HEADERS = ["survey_id", "agent_id", "responded_at", "rating", "comment"]
ROWS = [
    [f"00{n}", f"A{n % 3}", f"2025-06-{n + 1:02} 10:00", str(1 + n % 5),
     ("'好", 'a "word"', "两行\n内容", "-", "")[n % 5]]
    for n in range(12)
]  # fmt: skip
WRONG = {2: ("2025-06-31 10:00", "=NOW()", "'=1", "三号", "-", "a,b"), 3: ("9", "=4", "+x", "'+x", "\tx", "五\n星")}
Rows = list[list[str]]


def write_table(path: Path, rows: Rows) -> None:
    """A table in the container that the file's name says."""
    if path.suffix == ".xlsx":
        path.write_bytes(write_texts(rows, "Sheet 1"))
    else:
        path.write_bytes(write_csv(rows, bom=True).encode())


def read_table(path: Path) -> Rows:
    """The cells of such a file."""
    if path.suffix == ".xlsx":
        write_csv_from_excel(path, path.name, None, path.with_suffix(".cells"))
        path = path.with_suffix(".cells")
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def make_shop(folder: Path, files: dict[str, list[str]], rows: Rows, **said: str) -> Path:
    """A workspace with the sources in `files`, of which the first file of each holds the rows."""
    sources = {name: {"files": names, "table": "surveys", **said} for name, names in files.items()}
    shop = {"language": "en", "rubric": "rubric.yaml", "sources": sources}
    (folder / "csperf.yaml").write_text(yaml.safe_dump(shop), encoding="utf-8")
    (folder / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")
    for names in files.values():
        write_table(folder / names[0], [HEADERS, *rows])
    return folder


def list_files(folder: Path, files: dict[str, list[str]]) -> None:
    """Let the sources have these files."""
    shop = yaml.safe_load((folder / "csperf.yaml").read_text(encoding="utf-8"))
    for name, names in files.items():
        shop["sources"][name]["files"] = names
    (folder / "csperf.yaml").write_text(yaml.safe_dump(shop), encoding="utf-8")


def check(folder: Path, *arguments: str) -> dict[str, dict[str, int]]:
    """The counts of each source."""
    run = run_csperf("data", "check", "--format", "json", *arguments, cwd=folder)
    assert run.code == 0, run.err
    return {one.pop("name"): one for one in json.loads(run.out)["sources"]}


def fail(folder: Path) -> str:
    """What `data check` says when it stops."""
    run = run_csperf("data", "check", cwd=folder)
    assert (run.code, run.out) == (1, "")
    return run.err


def score(folder: Path) -> tuple[list[Any], dict[str, int]]:
    """(the cards of June, the counts of the first source)."""
    run = run_csperf("score", "--month", "2025-06", "--format", "json", "-q", cwd=folder)
    assert run.code == 0, run.err
    found = json.loads(run.out)
    return found["agents"], found["sources"][0]


def mend(path: Path, right: Mapping[str, Sequence[str]]) -> None:
    """Put the right cells of each row (by survey) back into a rejects file."""
    header, *rows = read_table(path)
    first = header.index("survey_id")
    for row in rows:
        row[first : first + len(HEADERS)] = list(map(neutralise, right[restore(row[first])]))
    write_table(path, [header, *rows])


@settings(max_examples=12, deadline=None)
@given(
    st.sets(st.tuples(st.integers(0, 11), st.sampled_from([2, 3]), st.integers(0, 5)), min_size=1, max_size=12),
    st.sampled_from(["rejects.csv", "rejects.xlsx"]), st.sampled_from(["surveys.csv", "surveys.xlsx"]),
    st.booleans(),
)  # fmt: skip
def test_mended_rows_complete_the_data(damage: set[tuple[int, int, int]], rejects: str, file: str, large: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = make_shop(Path(name), {"surveys": [file]}, ROWS)
        cards, _ = score(folder)
        spoilt = [list(row) for row in ROWS]
        for row, column, number in damage:
            spoilt[row][column] = WRONG[column][number]
        make_shop(folder, {"surveys": [file]}, spoilt)
        wrong = len({row for row, *_ in damage})
        assert check(folder, "--rejects", rejects)["surveys"]["rejected"] == wrong
        mend(folder / rejects, {row[0]: row for row in ROWS})
        list_files(folder, {"surveys": [file, rejects]})
        if large:
            with reading_as_if_large() as careful:
                mended, counts = score(folder)
            assert careful == ["surveys"]
        else:
            mended, counts = score(folder)
        assert mended == cards
        assert (counts["rows"], counts["rejected"], counts["duplicates"]) == (12 + wrong, 0, wrong)
        assert counts["in_period"] + counts["outside_period"] == 12


@given(st.text())
def test_guarded_cells_are_restored(text: str) -> None:
    guarded = neutralise(text)
    assert restore(guarded) == text
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20), min_size=1,
                max_size=5), st.sampled_from(["r.csv", "r.xlsx"]))  # fmt: skip
def test_rows_left_unmended_are_rejected_once_more_with_the_same_cells(cells: list[str], rejects: str) -> None:
    rows = [[f"S{n}", "A1", "wrong", "5", cell] for n, cell in enumerate(cells)]
    with tempfile.TemporaryDirectory() as name:
        folder = make_shop(Path(name), {"surveys": ["surveys.csv"]}, rows)
        counts = check(folder, "--rejects", rejects)["surveys"]
        list_files(folder, {"surveys": ["surveys.csv", rejects]})
        again = check(folder, "--rejects", "again.csv")["surveys"]
        assert (again["rows"], again["rejected"]) == (2 * len(rows), len(rows))
        assert counts["rejected"] == again["duplicates"] == len(rows)
        first, *found = read_table(folder / "again.csv")
        place, start = first.index("csperf_file"), first.index("survey_id")
        assert [row[place : place + 2] for row in found] == [[rejects, str(n)] for n in range(2, len(rows) + 2)]
        assert [row[start:] for row in found] == [list(map(neutralise, row)) for row in rows]


def test_a_second_file_mends_what_the_first_left_wrong(tmp_path: Path) -> None:
    spoilt = [list(row) for row in ROWS]
    spoilt[1][2] = spoilt[4][2] = "wrong"
    folder = make_shop(tmp_path, {"surveys": ["surveys.csv"]}, spoilt)
    check(folder, "--rejects", "first.csv")
    right = {row[0]: row for row in ROWS}
    mend(folder / "first.csv", right | {"004": spoilt[4]})
    list_files(folder, {"surveys": ["surveys.csv", "first.csv"]})
    assert check(folder, "--rejects", "second.csv")["surveys"]["rejected"] == 1
    mend(folder / "second.csv", right)
    list_files(folder, {"surveys": ["surveys.csv", "first.csv", "second.csv"]})
    assert check(folder)["surveys"] == {"rows": 15, "accepted": 12, "rejected": 0, "duplicates": 3, "left_out": 0}


def test_one_rejects_file_serves_several_sources(tmp_path: Path) -> None:
    spoilt = [["S1", "A1", "wrong", "5", ""], ["S2", "A1", "2025-06-02", "5", ""]]
    folder = make_shop(tmp_path, {"shop": ["shop.csv"], "desk": ["desk.csv"]}, spoilt)
    check(folder, "--rejects", "rejects.csv")
    mend(folder / "rejects.csv", {"S1": ["S1", "A1", "2025-06-03", "5", ""]})
    list_files(folder, {"shop": ["shop.csv", "rejects.csv"], "desk": ["desk.csv", "rejects.csv"]})
    whole = {"rows": 3, "accepted": 2, "rejected": 0, "duplicates": 1, "left_out": 0}
    assert check(folder) == {"shop": whole, "desk": whole}
    header, *rows = read_table(folder / "rejects.csv")
    write_table(folder / "rejects.csv", [header, ["desk (done)", *rows[1][1:]], [], rows[0]])
    assert [one["rejected"] for one in check(folder).values()] == [0, 1]


def test_mended_rows_may_come_back_from_a_spreadsheet_in_another_form(tmp_path: Path) -> None:
    """Saved as GBK with semicolons, as a Chinese or a European Excel does, whatever the format declares."""
    folder = make_shop(tmp_path, {"surveys": ["surveys.csv"]}, [["S1", "客服", "wrong", "5", ""]], format="ours.yaml")
    ours = {"format": "ours", "table": "surveys", "encoding": "utf-8", "separator": ",", "sheet": "June",
            "columns": {name: name for name in HEADERS[:4]}}  # fmt: skip
    (folder / "ours.yaml").write_text(yaml.safe_dump(ours), encoding="utf-8")
    check(folder, "--rejects", "rejects.csv")
    mend(folder / "rejects.csv", {"S1": ["S1", "客服", "2025-06-03", "5", ""]})
    rows = read_table(folder / "rejects.csv")
    (folder / "rejects.csv").write_bytes("\r\n".join(";".join(row) for row in rows).encode("gb18030"))
    with xlsxwriter.Workbook(folder / "book.xlsx") as book:
        page = book.add_worksheet("what Excel calls it")
        for number, row in enumerate(rows):
            page.write_row(number, 0, [int(cell) if cell.isdecimal() else cell for cell in row])
    for name in ("rejects.csv", "book.xlsx"):
        list_files(folder, {"surveys": ["surveys.csv", name]})
        assert check(folder)["surveys"]["accepted"] == 1


def test_a_day_from_the_files_name_is_a_cell_to_mend(tmp_path: Path) -> None:
    columns = {"agent_id": "客服", "date": {"file_name": "first_day"}, "rated_count": "评价量"}
    ours = {"format": "ours", "table": "agent_metrics", "columns": columns}
    (tmp_path / "ours.yaml").write_text(yaml.safe_dump(ours, allow_unicode=True), encoding="utf-8")
    folder = make_shop(tmp_path, {"surveys": ["surveys.csv"]}, ROWS)
    shop = yaml.safe_load((folder / "csperf.yaml").read_text(encoding="utf-8"))
    files = ["日报2025-05-01.csv", "日报2025-06-01.csv"]
    shop["sources"]["report"] = {"files": files, "format": "ours.yaml"}
    (folder / "csperf.yaml").write_text(yaml.safe_dump(shop, allow_unicode=True), encoding="utf-8")
    for file in files:
        write_table(folder / file, [["客服", "评价量", "备注"], ["小王", "x", "-"], ["小李", "3", ""]])
    check(folder, "--rejects", "rejects.csv")
    header, *rows = read_table(folder / "rejects.csv")
    assert header[7:] == ["csperf_date", "客服", "评价量", "备注"]
    assert [row[7:] for row in rows] == [[day, "小王", "x", "'-"] for day in ("2025-05-01", "2025-06-01")]
    rows[0][7:] = ["2025-05-02", "小王", "4", ""]
    rows[1][9] = "5"
    write_table(folder / "rejects.csv", [header, *rows])
    list_files(folder, {"report": [*files, "rejects.csv"]})
    assert check(folder)["report"] == {"rows": 6, "accepted": 4, "rejected": 0, "duplicates": 2, "left_out": 0}


def test_surplus_cells_stay_wrong_until_they_are_gone(tmp_path: Path) -> None:
    folder = make_shop(tmp_path, {"surveys": ["surveys.csv"]}, [["S1", "A1", "2025-06-03", "5", "", "more"]])
    check(folder, "--rejects", "rejects.csv")
    list_files(folder, {"surveys": ["surveys.csv", "rejects.csv"]})
    assert check(folder)["surveys"]["rejected"] == 1
    header, row = read_table(folder / "rejects.csv")
    assert (header[-1], row[-1]) == ("csperf_surplus", "more")
    write_table(folder / "rejects.csv", [header, [*row[:-2], "more", ""]])
    assert check(folder)["surveys"]["accepted"] == 1


def test_what_replaces_no_row_is_an_error(tmp_path: Path) -> None:
    folder = make_shop(tmp_path, {"surveys": ["surveys.csv"]}, [["S1", "A1", "wrong", "5", ""]])
    check(folder, "--rejects", "rejects.csv")
    header, row = read_table(folder / "rejects.csv")
    list_files(folder, {"surveys": ["surveys.csv", "rejects.csv"]})

    def fail_with(place: str, cell: str) -> str:
        changed = [cell if name == f"csperf_{place}" else old for name, old in zip(header, row, strict=True)]
        write_table(folder / "rejects.csv", [header, changed])
        return fail(folder)

    assert '"other.csv" is none of the files of source "surveys"' in fail_with("file", "other.csv")
    assert '"rejects.csv" is none of the files' in fail_with("file", "rejects.csv")
    assert 'csperf_row "two" is no row number' in fail_with("row", "two")
    assert "surveys.csv has no row 3 that counts" in fail_with("row", "3")
    assert 'in row 2 of surveys.csv, responded_at is "wrong", not "bad"' in fail_with("value", "bad")
    assert 'surveys.csv has no column "answered"' in fail_with("column", "answered")
    write_table(folder / "rejects.csv", [header, row, row])
    assert "row 3: it replaces row 2 of surveys.csv, as row 2 of rejects.csv does" in fail(folder)
    write_table(folder / "rejects.csv", [header[:-2], row[:-2]])
    assert 'no column "rating", which rows of surveys.csv have' in fail(folder)
    write_table(folder / "rejects.csv", [header[:3], row[:3]])
    assert 'no column "csperf_column"' in fail(folder)
    write_table(folder / "rejects.csv", [header, [*row, "more"]])
    assert "row 2: it has more cells than the header" in fail(folder)
    list_files(folder, {"surveys": ["rejects.csv"]})
    assert "no export that they could be of is beside them" in fail(folder)


def test_rejects_never_go_over_what_a_source_reads(tmp_path: Path) -> None:
    folder = make_shop(tmp_path, {"surveys": ["surveys.csv"]}, [["S1", "A1", "wrong", "5", ""]])
    check(folder, "--rejects", "rejects.csv")
    shutil.copy(folder / "rejects.csv", folder / "copy.csv")
    list_files(folder, {"surveys": ["surveys.csv", "rejects.csv"]})
    for command in (("data", "check"), ("score", "--month", "2025-06")):
        run = run_csperf(*command, "--rejects", "rejects.csv", cwd=folder)
        assert (run.code, "[rejects-over-source]" in run.err) == (1, True)
    assert (folder / "rejects.csv").read_bytes() == (folder / "copy.csv").read_bytes()


def test_a_cell_too_long_for_a_workbook_is_an_error(tmp_path: Path) -> None:
    folder = make_shop(tmp_path, {"surveys": ["surveys.csv"]}, [["S1", "A1", "wrong", "5", "x" * 32_768]])
    run = run_csperf("data", "check", "--rejects", "rejects.xlsx", cwd=folder)
    assert (run.code, "[rejects-too-large]" in run.err) == (1, True)
    assert not (folder / "rejects.xlsx").exists()
    check(folder, "--rejects", "rejects.csv")


@pytest.mark.parametrize("keep", ["first", "last"])
def test_mended_rows_stay_the_ones_that_a_format_keeps(tmp_path: Path, keep: str) -> None:
    folder = make_shop(tmp_path, {"surveys": ["surveys.csv"]}, [], format="ours.yaml")
    columns = {name: name for name in HEADERS[:4]}
    ours = {"format": "ours", "table": "surveys", "columns": columns, "keep": {keep: "comment"}}
    (folder / "ours.yaml").write_text(yaml.safe_dump(ours), encoding="utf-8")
    rows = [["S1", "A1", "wrong", "5", "c"], ["S2", "A1", "2025-06-03", "5", "c"], ["S3", "A1", "wrong", "5", "c"]]
    write_table(folder / "surveys.csv", [HEADERS, *rows])
    check(folder, "--rejects", "rejects.csv")
    mend(folder / "rejects.csv", {row[0]: [row[0], "A1", "2025-06-04", "5", "c"] for row in rows})
    list_files(folder, {"surveys": ["surveys.csv", "rejects.csv"]})
    assert check(folder)["surveys"] == {"rows": 2, "accepted": 1, "rejected": 0, "duplicates": 1, "left_out": 2}
