"""A file of rejected rows: its headers, and what stands in it once somebody has mended it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from csperf.exports.layout import check_lines, find_layout
from csperf.problems import Location, Problem, ProblemsFound

PREFIX = "csperf_"
PLACES = tuple(PREFIX + name for name in ("source", "file", "row", "column", "value", "code", "reason"))
"""The headers that come before those of the rows themselves."""
SURPLUS = PREFIX + "surplus"
"""The header of what a row holds beyond the headers of its file: a mended row has nothing there."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run."""
ANEW = "write the rejected rows out anew with --rejects, and mend those"
_SOURCE, _FILE, _ROW, _COLUMN, _VALUE = PLACES[:5]
_FIRST = re.compile(rf'"?{_SOURCE}"?\s*([,;\t|\r\n]|$)'.encode())
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class RejectsFile:
    """One such file: its name for people, where it is, and its content as UTF-8."""

    shown: str
    path: Path
    text: Path


@dataclass(frozen=True)
class MendedRow:
    """A row of one: where it stands, which row of which file it replaces, and what was wrong there."""

    within: RejectsFile
    row: int
    file: str
    of: int
    column: str
    value: str
    cells: Mapping[str, str]

    def problem(self, message: str, hint: str | None = None) -> Problem:
        """What is wrong with it."""
        at = Location(self.within.shown)
        return Problem("data-mended-row", f"row {self.row}: {message}", at, hint=hint or ANEW)

    def lacks(self, column: str, purpose: str) -> Problem:
        """The problem of a header that its file should have."""
        return _missing_column(self.within, column, purpose)


def is_rejects(text: Path) -> bool:
    """Whether a UTF-8 table holds rejected rows."""
    with text.open("rb") as file:
        return _FIRST.match(file.read(64).removeprefix(_MARK)) is not None


def read_mended(rejects: RejectsFile, source: str) -> list[MendedRow]:
    """The rows that are of one source; raises ProblemsFound for what cannot be told to replace a row."""
    layout = find_layout(rejects.text, "auto", 1, [])
    assert layout is not None  # is_rejects has seen its header
    check_lines(rejects.text, layout, rejects.shown)
    headers = [restore(header) for header in layout.columns]
    if missing := [name for name in PLACES[:5] if name not in headers]:
        raise ProblemsFound([_missing_column(rejects, missing[0], "which says what each row replaces")])
    found: list[MendedRow] = []
    problems: list[Problem] = []
    with rejects.text.open("r", encoding="utf-8-sig", newline="") as file:
        for number, record in enumerate(csv.reader(file, delimiter=layout.separator), start=1):
            cells = dict.fromkeys(headers, "") | dict(zip(headers, map(restore, record), strict=False))
            if number == 1 or cells[_SOURCE].strip() != source:
                continue
            of = cells[_ROW].strip()
            row = MendedRow(
                rejects, number, cells[_FILE], int(of) if of.isdecimal() else 0, cells[_COLUMN], cells[_VALUE], cells
            )
            found.append(row)
            if len(record) > len(headers):
                problems.append(row.problem("it has more cells than the header"))
            if not row.of:
                problems.append(row.problem(f'{_ROW} "{of}" is no row number'))
    if problems:
        raise ProblemsFound(problems)
    return found


def join_cells(cells: Iterable[str | None]) -> str:
    """The cells that a canonical column comes from, as one."""
    return " ".join(" ".join(cell or "" for cell in cells).split())


def restore(cell: str) -> str:
    """A cell as it was before it was guarded against being run by a spreadsheet."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS) else cell


def _missing_column(rejects: RejectsFile, column: str, purpose: str) -> Problem:
    return Problem("data-missing-column", f'no column "{column}", {purpose}', Location(rejects.shown), hint=ANEW)
