"""Rejected rows to be mended: where each stands and what is wrong there, then the cells under their own headers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from csperf.exports.mended import list_dated, name_column
from csperf.exports.rejects_file import PLACES, PREFIX, SURPLUS, join_cells
from csperf.problems import Location, Problem, ProblemsFound
from csperf.render.csv import neutralise, write_csv
from csperf.render.xlsx import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, write_texts

if TYPE_CHECKING:
    from csperf.engines.base import RejectedRow

SHEET = "rejects"


def render_rejects(rejected: Iterable[tuple[RejectedRow, str]], shown: str) -> bytes:
    """Rejected rows, each with its reason, as a workbook of texts where the file's name ends so, else as CSV.

    Both open in Excel, and no cell of theirs is run by it. Raises ProblemsFound for more than a workbook holds.
    """
    found = [(_place(row, reason), _cells(row)) for row, reason in rejected]
    named = dict.fromkeys(header for _, cells in found for header in cells)
    # Dates from the file's name, the headers of all exports as they are met, and what no header is above.
    headers = sorted(named, key=lambda header: 2 if header == SURPLUS else not header.startswith(PREFIX))
    rows = [[*PLACES, *headers], *([*place, *(cells.get(header, "") for header in headers)] for place, cells in found)]
    safe = [list(map(neutralise, row)) for row in rows]
    if not shown.lower().endswith(".xlsx"):
        return write_csv(safe, bom=True).encode("utf-8")
    _check_size(safe, shown)
    return write_texts(safe, SHEET)


def _place(row: RejectedRow, reason: str) -> list[str]:
    by_header = dict(zip(row.headers, row.cells, strict=True))
    parts = row.file.origins.get(row.column)
    value = row.value if parts is None else join_cells(by_header[part] for part in parts)
    column = name_column(row.file, row.column)
    return [row.file.source, row.file.shown, str(row.row), column, value or "", row.code, reason]


def _cells(row: RejectedRow) -> dict[str, str]:
    dated = {PREFIX + name: row.file.constants[name] for name in list_dated(row.file)}
    surplus = {} if row.column in row.file.format.columns else {SURPLUS: row.value or ""}
    return dated | {header: cell or "" for header, cell in zip(row.headers, row.cells, strict=True)} | surplus


def _check_size(rows: Sequence[Sequence[str]], shown: str) -> None:
    longest = max(len(cell) for row in rows for cell in row)
    for what, count, most in (
        ("rows", len(rows), MOST_ROWS),
        ("columns", len(rows[0]), MOST_COLUMNS),
        ("characters in one cell", longest, MOST_CHARACTERS),
    ):
        if count > most:
            raise ProblemsFound(
                [
                    Problem(
                        "rejects-too-large", f"{count:,} {what}, and a workbook holds {most:,}", Location(shown),
                        hint="write the rejected rows to a .csv file",
                    )
                ]
            )  # fmt: skip
